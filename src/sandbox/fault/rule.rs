//! One thing that goes wrong: how often, and which calls it strikes. The form is that of a flag and
//! of a line in a script.

use std::fmt;
use std::str::FromStr;

use crate::error::Failure;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::fault::scatter;

/// How often a fault strikes, counted separately for each sort of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rate {
    /// This many of ten thousand calls, scattered by the seed.
    PerTenThousand(u32),
    /// Each n-th call.
    Every(u64),
    /// The n-th call only.
    At(u64),
}

/// One fault, how often it strikes and what; written `KIND=RATE` or `KIND=RATE@CALL,CALL`, and behind it
/// `from=N`, `to=N` and `account=ID`, each parted by a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// What goes wrong.
    pub(crate) fault: Fault,
    /// How often.
    pub(crate) rate: Rate,
    /// For which calls.
    pub(crate) calls: Vec<Call>,
    /// Not before this call of its sort, counted from 1.
    from: Option<u64>,
    /// Not after this call of its sort.
    to: Option<u64>,
    /// For this account only, by the ID that the call names.
    account: Option<String>,
}

impl Rule {
    /// The only account that it is for, where it is for one.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether it strikes the `count`-th call of a sort, which is about this account.
    pub(super) fn hits(&self, seed: u64, call: Call, count: u64, account: &str) -> bool {
        self.calls.contains(&call)
            && self.from.is_none_or(|from| count >= from)
            && self.to.is_none_or(|to| count <= to)
            && self.account.as_ref().is_none_or(|only| only == account)
            && match self.rate {
                Rate::Every(n) => count.is_multiple_of(n),
                Rate::At(n) => count == n,
                Rate::PerTenThousand(n) => {
                    scatter(seed, &[self.fault as u64, call as u64, count]) % 10_000 < u64::from(n)
                }
            }
    }
}

/// Most rules of a script; each is looked at for every call.
const MOST_RULES: usize = 10_000;

/// The rules of a file: one to a line as for one flag, nothing, or a comment after `#`.
///
/// # Errors
/// `sandbox-fault` with the line.
pub(crate) fn script(text: &str, name: &str) -> Result<Vec<Rule>, Failure> {
    let mut rules = Vec::new();
    for (line, number) in text.lines().zip(1_u64..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if rules.len() == MOST_RULES {
            return Err(Failure::usage("sandbox-fault", format!("{name} has more than {MOST_RULES} rules"))
                .hint("use `every:N`, a percentage or `from=N to=N` for what strikes many calls"));
        }
        rules.push(Rule::read(line).map_err(|why| refused(&format!("{name}:{number}: {why}")))?);
    }
    Ok(rules)
}

impl FromStr for Rule {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::read(text).map_err(|why| refused(&why))
    }
}

fn refused(why: &str) -> Failure {
    Failure::usage("sandbox-fault", why).hint(
        "write `KIND=RATE` or `KIND=RATE@CALLS`, such as `throttle=5%`, `commit-then-stall=every:50` or \
         `error=at:3@get,put`, and behind it `from=N`, `to=N` or `account=ID`",
    )
}

impl Rule {
    fn read(text: &str) -> Result<Self, String> {
        let refuse = |why: String| format!("`{}` is not a fault: {why}", text.escape_debug());
        let mut words = text.split_ascii_whitespace();
        let Some((kind, rest)) = words.next().and_then(|word| word.split_once('=')) else {
            return Err(refuse("it has no rate".to_owned()));
        };
        let Some(fault) = Fault::ALL.into_iter().find(|fault| fault.word() == kind) else {
            let known: Vec<&str> = Fault::ALL.iter().map(|fault| fault.word()).collect();
            return Err(refuse(format!("the kinds are {}", known.join(", "))));
        };
        let (rate, calls) = rest.split_once('@').map_or((rest, None), |(rate, calls)| (rate, Some(calls)));
        let rate = rate
            .parse()
            .map_err(|()| refuse("the rate is a percentage such as `5%` or `0.5%`, `every:N` or `at:N`".to_owned()))?;
        let (usual, possible) = fault.calls();
        let calls = match calls {
            None => usual.to_vec(),
            Some(words) => words
                .split(',')
                .map(|word| {
                    possible.iter().copied().find(|call| call.word() == word).ok_or_else(|| {
                        let possible: Vec<&str> = possible.iter().map(|call| call.word()).collect();
                        refuse(format!("`{kind}` can strike {}", possible.join(", ")))
                    })
                })
                .collect::<Result<_, _>>()?,
        };
        let mut rule = Self { fault, rate, calls, from: None, to: None, account: None };
        for word in words {
            let bound = |digits: &str| {
                number(digits)
                    .map(u64::from)
                    .map_err(|()| refuse(format!("`{}` is not a number of a call", digits.escape_debug())))
            };
            match word.split_once('=') {
                Some(("from", digits)) => rule.from = Some(bound(digits)?),
                Some(("to", digits)) => rule.to = Some(bound(digits)?),
                Some(("account", id)) if !id.is_empty() => rule.account = Some(id.to_owned()),
                _ => return Err(refuse(format!("`{}` is none of from=N, to=N, account=ID", word.escape_debug()))),
            }
        }
        if let (Some(from), Some(to)) = (rule.from, rule.to)
            && from > to
        {
            return Err(refuse("it ends before it begins".to_owned()));
        }
        Ok(rule)
    }
}

/// Digits and nothing else, few enough for a count of calls.
fn number(digits: &str) -> Result<u32, ()> {
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse::<u32>().map_err(|_too_long| ()) } else { Err(()) }
}

impl FromStr for Rate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let above_zero = |digits: &str| number(digits).and_then(|n| if n == 0 { Err(()) } else { Ok(u64::from(n)) });
        if let Some(every) = text.strip_prefix("every:") {
            return above_zero(every).map(Self::Every);
        }
        if let Some(at) = text.strip_prefix("at:") {
            return above_zero(at).map(Self::At);
        }
        let percent = text.strip_suffix('%').unwrap_or(text);
        let (whole, fraction) = percent.split_once('.').unwrap_or((percent, "0"));
        let hundredths = match fraction.len() {
            1 => number(fraction)? * 10,
            2 => number(fraction)?,
            _ => return Err(()),
        };
        match number(whole)?.checked_mul(100).and_then(|n| n.checked_add(hundredths)) {
            Some(n @ 0..=10_000) => Ok(Self::PerTenThousand(n)),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.fault.word())?;
        match self.rate {
            Rate::PerTenThousand(n) => write!(f, "{}.{:02}%", n / 100, n % 100)?,
            Rate::Every(n) => write!(f, "every:{n}")?,
            Rate::At(n) => write!(f, "at:{n}")?,
        }
        let calls: Vec<&str> = self.calls.iter().map(|call| call.word()).collect();
        write!(f, "@{}", calls.join(","))?;
        let bounds = [("from", self.from), ("to", self.to)];
        for (word, bound) in bounds.into_iter().filter_map(|(word, bound)| Some((word, bound?))) {
            write!(f, " {word}={bound}")?;
        }
        self.account.as_ref().map_or(Ok(()), |account| write!(f, " account={account}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::fault::Faults;

    #[test]
    fn reads_rules_with_each_form_of_rate() {
        let rule: Rule = "throttle=0.5%@get,list".parse().unwrap();
        assert_eq!(
            rule,
            Rule {
                fault: Fault::Throttle,
                rate: Rate::PerTenThousand(50),
                calls: vec![Call::Get, Call::List],
                from: None,
                to: None,
                account: None
            }
        );
        assert_eq!("error=5".parse::<Rule>().unwrap().rate, Rate::PerTenThousand(500));
        assert_eq!("error=0.05%".parse::<Rule>().unwrap().rate, Rate::PerTenThousand(5));
        assert_eq!("cut=every:7".parse::<Rule>().unwrap().rate, Rate::Every(7));
        assert_eq!("stale=at:2".parse::<Rule>().unwrap().calls, [Call::Get]);
    }

    #[test]
    fn every_kind_is_read_back_as_it_is_printed() {
        for fault in Fault::ALL {
            let rule: Rule = format!("{}=12.34%  from=3 account=UR_1 to=9", fault.word()).parse().unwrap();
            assert_eq!(
                (rule.fault, rule.from, rule.to, rule.account.as_deref()),
                (fault, Some(3), Some(9), Some("UR_1"))
            );
            assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
        }
    }

    #[test]
    fn refuses_rules_that_could_not_strike_as_written() {
        for bad in [
            "throttle",
            "",
            "=5",
            "nothing=5",
            "throttle=",
            "throttle=101%",
            "throttle=-1",
            "throttle=+5",
            "throttle=1.234",
            "throttle=5.",
            "throttle=every:0",
            "throttle=at:0",
            "throttle=every:99999999999999999999",
            "throttle=5@",
            "throttle=5@put,",
            "throttle=5@everything",
            "ignore=5@get",
            "repeat-page=5@put",
            "error=5 from=x",
            "error=5 from=9 to=8",
            "error=5 account=",
            "error=5 until=8",
            "error=5 @put",
        ] {
            assert_eq!(bad.parse::<Rule>().unwrap_err().code(), "sandbox-fault", "{bad:?}");
        }
    }

    #[test]
    fn strikes_the_same_calls_for_the_same_seed_and_about_as_many_as_asked() {
        let faults = |seed, rules: &[&str]| Faults {
            seed,
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            ..Faults::default()
        };
        let struck = |faults: &Faults| -> Vec<u64> {
            (1..=10_000).filter(|n| faults.strike(Call::Put, *n, "") == Some(Fault::Throttle)).collect()
        };
        let one = struck(&faults(1, &["throttle=5%"]));
        assert!((400..600).contains(&one.len()), "{}", one.len());
        assert_eq!(one, struck(&faults(1, &["throttle=5%", "error=50%"])), "another rule moved this one");
        assert_ne!(one, struck(&faults(2, &["throttle=5%"])));
        assert_eq!(struck(&faults(1, &["throttle=0%"])), [] as [u64; 0]);
        assert_eq!(struck(&faults(1, &["throttle=every:2500"])), [2500, 5000, 7500, 10_000]);
        assert_eq!(struck(&faults(1, &["throttle=at:3"])), [3]);
        assert_eq!(struck(&faults(1, &["throttle=100%@get"])), [] as [u64; 0]);
    }

    #[test]
    fn a_rule_strikes_between_its_bounds_and_its_account_only() {
        let text = "# the vendor is down for a while\n\n  error=100%@put from=3 to=5\nrefuse=100%@put account=UR_7\n";
        let faults = Faults { rules: script(text, "down.faults").unwrap(), ..Faults::default() };
        let struck = |account| (1..=7).map(|n| faults.strike(Call::Put, n, account)).collect::<Vec<_>>();
        let error = Some(Fault::Error);
        assert_eq!(struck("UR_1"), [None, None, error, error, error, None, None]);
        let refuse = Some(Fault::Refuse);
        assert_eq!(struck("UR_7"), [refuse, refuse, error, error, error, refuse, refuse]);
        let told = script("error=5%\n\nnothing=5\n", "down.faults").unwrap_err().to_string();
        assert!(told.contains("down.faults:3"), "{told}");
        assert_eq!(script(&"error=5%\n".repeat(MOST_RULES + 1), "long").unwrap_err().code(), "sandbox-fault");
    }
}
