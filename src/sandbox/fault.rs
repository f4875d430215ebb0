//! What can go wrong on purpose, and when.
//!
//! Whether a fault strikes follows from the seed and from how many calls of that
//! sort came before: no clock and no shared generator, so a rule that is added
//! does not move the others. What a fault does is in `service.rs` and `directory.rs`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::error::Failure;

/// The sorts of call that the directory answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// What the service says of itself.
    Config,
    /// Whose the credentials are.
    Whoami,
    /// Reads many accounts.
    List,
    /// Reads one account.
    Get,
    /// Changes one account, by whatever method.
    Put,
    /// Makes an account.
    Post,
    /// Removes an account.
    Delete,
}

impl Call {
    /// Every sort of call, in the order of the counters.
    pub(crate) const ALL: [Self; 7] =
        [Self::Config, Self::Whoami, Self::List, Self::Get, Self::Put, Self::Post, Self::Delete];

    /// What a rule calls it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Whoami => "whoami",
            Self::List => "list",
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
        }
    }

    /// Whether it changes the directory.
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::Put | Self::Post | Self::Delete)
    }
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 429 with `Retry-After`, nothing carried out.
    Throttle,
    /// 500, 503 or 504, nothing carried out.
    Error,
    /// 500, 503 or 504 although it was carried out.
    CommitThenError,
    /// Carried out only after the wait, even if the caller has hung up.
    StallThenCommit,
    /// Carried out at once, answered only after the wait.
    CommitThenStall,
    /// The connection ends without a byte, nothing carried out.
    Cut,
    /// Carried out, then the connection ends without a byte.
    CommitThenCut,
    /// Carried out, then the connection ends in the middle of the answer.
    CommitThenHalf,
    /// Carried out, then 200 with a page for people instead of JSON.
    CommitThenGarbage,
    /// 200, nothing carried out.
    Ignore,
    /// Somebody else renames the account just before the call is carried out.
    Meddle,
    /// Somebody else creates an account with the asked name just before the call is carried out.
    Squat,
    /// Somebody else deletes the account just before the call is carried out.
    Vanish,
    /// The name that the account had before its last rename.
    Stale,
    /// `nextPage` is the page that was just answered.
    RepeatPage,
    /// The page begins with the last account of the page before.
    OverlapPage,
    /// `nextPage` is on another host.
    ForeignNextPage,
    /// `nextPage` is the word `string`, as the vendor's documentation server answers.
    TextNextPage,
    /// The vendor's own no, nothing carried out (Qualys: under status 200).
    Refuse,
}

impl Fault {
    /// Every fault.
    pub(crate) const ALL: [Self; 19] = [
        Self::Throttle,
        Self::Error,
        Self::CommitThenError,
        Self::StallThenCommit,
        Self::CommitThenStall,
        Self::Cut,
        Self::CommitThenCut,
        Self::CommitThenHalf,
        Self::CommitThenGarbage,
        Self::Ignore,
        Self::Meddle,
        Self::Squat,
        Self::Vanish,
        Self::Stale,
        Self::RepeatPage,
        Self::OverlapPage,
        Self::ForeignNextPage,
        Self::TextNextPage,
        Self::Refuse,
    ];

    /// What a rule and the log call it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::Error => "error",
            Self::CommitThenError => "commit-then-error",
            Self::StallThenCommit => "stall-then-commit",
            Self::CommitThenStall => "commit-then-stall",
            Self::Cut => "cut",
            Self::CommitThenCut => "commit-then-cut",
            Self::CommitThenHalf => "commit-then-half",
            Self::CommitThenGarbage => "commit-then-garbage",
            Self::Ignore => "ignore",
            Self::Meddle => "meddle",
            Self::Squat => "squat",
            Self::Vanish => "vanish",
            Self::Stale => "stale",
            Self::RepeatPage => "repeat-page",
            Self::OverlapPage => "overlap-page",
            Self::ForeignNextPage => "foreign-next-page",
            Self::TextNextPage => "text-next-page",
            Self::Refuse => "refuse",
        }
    }

    /// One line for the help.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Throttle => "429 with Retry-After, nothing carried out",
            Self::Error => "500, 503 or 504, nothing carried out",
            Self::CommitThenError => "500, 503 or 504 although it was carried out",
            Self::StallThenCommit => "carried out only after the stall, even if the caller hung up",
            Self::CommitThenStall => "carried out at once, answered after the stall",
            Self::Cut => "the connection ends without an answer, nothing carried out",
            Self::CommitThenCut => "carried out, then the connection ends without an answer",
            Self::CommitThenHalf => "carried out, then the connection ends in the middle of the answer",
            Self::CommitThenGarbage => "carried out, answered 200 with HTML instead of JSON",
            Self::Ignore => "answered 200, nothing carried out",
            Self::Meddle => "somebody else renames the account just before",
            Self::Squat => "somebody else creates an account with the asked name just before",
            Self::Vanish => "somebody else deletes the account just before",
            Self::Stale => "reads show the name before the last rename",
            Self::RepeatPage => "nextPage is the page just answered",
            Self::OverlapPage => "a page begins with the last account of the page before",
            Self::ForeignNextPage => "nextPage is on another host",
            Self::TextNextPage => "nextPage is the word `string`",
            Self::Refuse => "the vendor's own no (Qualys: under status 200), nothing carried out",
        }
    }

    /// The calls it can strike, the ones it strikes unless told otherwise first.
    const fn calls(self) -> (&'static [Call], &'static [Call]) {
        match self {
            Self::Throttle
            | Self::Refuse
            | Self::Error
            | Self::CommitThenError
            | Self::StallThenCommit
            | Self::CommitThenStall
            | Self::Cut
            | Self::CommitThenCut
            | Self::CommitThenHalf
            | Self::CommitThenGarbage => (&[Call::Put], &Call::ALL),
            Self::Ignore => (&[Call::Put], &[Call::Put, Call::Post, Call::Delete]),
            Self::Meddle => (&[Call::Get], &[Call::Get, Call::Put]),
            Self::Squat => (&[Call::Put], &[Call::Put, Call::Post]),
            Self::Vanish => (&[Call::Put], &[Call::Get, Call::Put]),
            Self::Stale => (&[Call::Get], &[Call::Get]),
            Self::RepeatPage | Self::OverlapPage | Self::ForeignNextPage | Self::TextNextPage => {
                (&[Call::List], &[Call::List])
            }
        }
    }

    /// Whether a write that it strikes is not carried out.
    pub(super) const fn withholds(self) -> bool {
        matches!(self, Self::Throttle | Self::Error | Self::Cut | Self::Ignore | Self::Refuse)
    }
}

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

/// One fault, how often it strikes and which calls; written `KIND=RATE` or `KIND=RATE@CALL,CALL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// What goes wrong.
    pub(crate) fault: Fault,
    /// How often.
    pub(crate) rate: Rate,
    /// For which calls.
    pub(crate) calls: Vec<Call>,
}

impl FromStr for Rule {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let refuse = |why: String| {
            Failure::usage("sandbox-fault", format!("`{}` is not a fault: {why}", text.escape_debug()))
                .hint("write `KIND=RATE` or `KIND=RATE@CALLS`, such as `throttle=5%`, `commit-then-stall=every:50` or `error=at:3@get,put`")
        };
        let Some((kind, rest)) = text.split_once('=') else {
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
        Ok(Self { fault, rate, calls })
    }
}

impl FromStr for Rate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |digits: &str| {
            let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            if plain { digits.parse::<u32>().map_err(|_too_long| ()) } else { Err(()) }
        };
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
        write!(f, "@{}", calls.join(","))
    }
}

/// The form of `Retry-After` that a 429 carries (RFC 9110 10.2.3 has two).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// Seconds to wait.
    Seconds(u32),
    /// The moment to come back, this many seconds ahead.
    Date(u32),
    /// No such header.
    Absent,
}

/// Everything that goes wrong on purpose.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// Scatters the percentages.
    pub(crate) seed: u64,
    /// At most one strikes a call: the first in this order.
    pub(crate) rules: Vec<Rule>,
    /// How long the stalls are.
    pub(crate) stall: Duration,
    /// What a 429 asks for.
    pub(crate) retry_after: RetryAfter,
    /// Where `foreign-next-page` points.
    pub(crate) foreign_next_page: String,
    /// After this many calls the token is no longer accepted.
    pub(crate) token_calls: Option<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            seed: 0,
            rules: Vec::new(),
            stall: Duration::from_secs(5),
            retry_after: RetryAfter::Seconds(1),
            foreign_next_page: "https://collector.example/API/v3/users?offset=100".to_owned(),
            token_calls: None,
        }
    }
}

impl Faults {
    /// What strikes the `count`-th call of this sort, counted from 1.
    pub(super) fn strike(&self, call: Call, count: u64) -> Option<Fault> {
        let hits = |rule: &&Rule| {
            rule.calls.contains(&call)
                && match rule.rate {
                    Rate::Every(n) => count.is_multiple_of(n),
                    Rate::At(n) => count == n,
                    Rate::PerTenThousand(n) => {
                        let words = [rule.fault as u64, call as u64, count];
                        scatter(self.seed, &words) % 10_000 < u64::from(n)
                    }
                }
        };
        self.rules.iter().find(hits).map(|rule| rule.fault)
    }
}

/// A well mixed number of a seed and some words: splitmix64, absorbing one word per round.
pub(super) fn scatter(seed: u64, words: &[u64]) -> u64 {
    words.iter().fold(mix(seed), |state, word| mix(state ^ word))
}

// Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules_with_each_form_of_rate() {
        let rule: Rule = "throttle=0.5%@get,list".parse().unwrap();
        assert_eq!(
            rule,
            Rule { fault: Fault::Throttle, rate: Rate::PerTenThousand(50), calls: vec![Call::Get, Call::List] }
        );
        assert_eq!("error=5".parse::<Rule>().unwrap().rate, Rate::PerTenThousand(500));
        assert_eq!("error=0.05%".parse::<Rule>().unwrap().rate, Rate::PerTenThousand(5));
        assert_eq!("cut=every:7".parse::<Rule>().unwrap().rate, Rate::Every(7));
        assert_eq!("stale=at:2".parse::<Rule>().unwrap().calls, [Call::Get]);
    }

    #[test]
    fn every_kind_is_read_back_as_it_is_printed() {
        for fault in Fault::ALL {
            let rule: Rule = format!("{}=12.34%", fault.word()).parse().unwrap();
            assert_eq!(rule.fault, fault);
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
            (1..=10_000).filter(|n| faults.strike(Call::Put, *n) == Some(Fault::Throttle)).collect()
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
}
