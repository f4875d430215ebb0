//! Roster × directory → plan. Pure but for two threads, since there may be a million of each.

use std::collections::HashMap;
use std::ops::Range;

use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::Outcome;
#[cfg(test)]
use crate::migrate::plan::Plan;
use crate::migrate::plan::Turn;
use crate::migrate::plan::chain;
use crate::migrate::plan::evidence::Evidence;
use crate::migrate::plan::fold;
use crate::migrate::plan::history::History;
use crate::migrate::plan::history::Past;
use crate::migrate::plan::line::Further;
use crate::migrate::plan::line::Line;
use crate::migrate::plan::method;
use crate::migrate::plan::method::Case;
use crate::migrate::plan::method::Methods;
use crate::migrate::plan::sight::EMAIL_DIFFERS;
use crate::migrate::plan::sight::Judged;
use crate::migrate::plan::sight::Look;
use crate::migrate::plan::sight::MADE_ANEW;
use crate::migrate::plan::sight::NONE;
use crate::migrate::plan::sight::NOT_PROVEN;
use crate::migrate::plan::sight::OF_ANOTHER;
use crate::migrate::plan::sight::RENAME;
use crate::migrate::plan::sight::Sight;
use crate::migrate::plan::sight::Verdict;
use crate::migrate::roster::Roster;
use crate::migrate::table::Names;
use crate::migrate::table::Texts;
use crate::migrate::threads::halves;
use crate::model::connection::KeyField;
use crate::model::migration::Method;

/// What the user and the connection say about planning.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Names that look the same in another script are two persons'.
    pub(crate) accept_look_alikes: bool,
    /// Rounds may be opened by way of a name that nobody has.
    pub(crate) third_names: bool,
    /// The vendor makes accounts at login.
    pub(crate) just_in_time: bool,
    /// The vendor's own ways to new names; none where it has no such list.
    pub(crate) methods: Methods,
}

impl Default for Options {
    fn default() -> Self {
        Self { accept_look_alikes: false, third_names: true, just_in_time: false, methods: Methods::default() }
    }
}

/// A plan that was made, its rows still told by what they were made of.
pub(crate) struct Draft<'a> {
    /// What it is for.
    pub(crate) head: Head,
    roster: &'a Roster,
    accounts: &'a Accounts,
    targets: Texts,
    judged: Judged,
    turns: HashMap<u32, Turn>,
    third: HashMap<u32, Box<str>>,
    suffix: String,
    options: Options,
}

/// Makes the plan; `past` is what earlier migrations of the tenant renamed.
pub(crate) fn draw<'a>(
    roster: &'a Roster,
    accounts: &'a Accounts,
    rule: &NameRule,
    head: Head,
    options: &Options,
    past: Past<'_>,
) -> Draft<'a> {
    let keep = accounts.keep();
    let alike = |place: usize| {
        let cells = accounts.cells();
        Names::alike(cells, place, fold::key, &|account| !cells.get(account, place).is_empty())
    };
    let by_name = alike(1);
    let by_key = match keep.place(Fact::of(keep.key)) {
        Some(place) if place > 1 => Some(alike(place)),
        _ => None,
    };
    let look = halves(
        roster.len(),
        |rows| Look::over(rows, roster, accounts, &by_name, rule),
        |mut first, second| {
            first.append(second);
            first
        },
    );
    let history = History::of(past);
    let past = history.index();
    let evidence = Evidence::new(roster, accounts, &past);
    let sight = Sight::new(evidence, &look, &by_name, by_key.as_ref(), rule, &head.operator_id.0, options);
    let mut judged = halves(
        roster.len(),
        |rows| sight.judge(rows),
        |mut first, second| {
            first.append(second);
            first
        },
    );
    let chains = chain::resolve(&mut judged, &sight, rule);
    drop(sight);
    Draft {
        head,
        roster,
        accounts,
        targets: look.targets,
        judged,
        turns: chains.turns,
        third: chains.third,
        suffix: rule.suffix().to_owned(),
        options: options.clone(),
    }
}

/// Lines that a warning names.
const FIRST: usize = 5;

/// Rows of which a warning tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doubtful {
    /// How many.
    pub(crate) count: u64,
    /// The lines of the first, 1-based.
    pub(crate) first: Vec<u64>,
}

impl Doubtful {
    fn add(&mut self, line: u64) {
        self.count += 1;
        if self.first.len() < FIRST {
            self.first.push(line);
        }
    }
}

/// What a plan does, or takes for done, and should be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doubts {
    /// Already so, and nothing says that the account is the row's.
    pub(crate) not_proven: Doubtful,
    /// The account has another e-mail address than the row says.
    pub(crate) email_differs: Doubtful,
    /// The field that is written has something else already.
    pub(crate) replaced: Doubtful,
    /// The account has the name of one that an earlier migration changed, and that is gone.
    pub(crate) made_anew: Doubtful,
    /// The new value is another account's address or name.
    pub(crate) of_another: Doubtful,
    /// The account is another's.
    pub(crate) conflicts: Doubtful,
    /// The roster has addresses, and the user list has none to hold against them.
    pub(crate) no_addresses: bool,
    /// How many rows are in a chain: one gets what another listed account has.
    pub(crate) moved: u64,
}

/// How many rows each method can serve.
type Served = [(Method, u64); Method::ALL.len()];

const SUFFIX_ONLY: &str = "only the suffix is added: an option of the vendor may do the same at the next login";

impl Draft<'_> {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.judged.verdicts.len()
    }

    /// How many accounts the directory has.
    pub(crate) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// How many rows have each outcome.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for verdict in &self.judged.verdicts {
            counts.add(verdict.outcome);
        }
        counts
    }

    /// What is done, or taken for done, and should be looked at.
    pub(crate) fn doubts(&self) -> Doubts {
        let mut doubts = Doubts::default();
        let by_another_field = self.accounts.keep().replaces();
        for (row, verdict) in self.judged.verdicts.iter().enumerate() {
            let line = self.roster.line(row);
            match verdict.code {
                NOT_PROVEN => doubts.not_proven.add(line),
                EMAIL_DIFFERS => doubts.email_differs.add(line),
                MADE_ANEW => doubts.made_anew.add(line),
                OF_ANOTHER => doubts.of_another.add(line),
                "account-of-another" => doubts.conflicts.add(line),
                _ => {}
            }
            if by_another_field && verdict.outcome == Outcome::Rename && !self.before(row, verdict).is_empty() {
                doubts.replaced.add(line);
            }
        }
        doubts.moved = self.turns.len() as u64;
        let has_email = |account| !self.accounts.fact(account, Fact::Email).is_empty();
        doubts.no_addresses = self.roster.emails().is_some() && !(0..self.accounts.len()).any(has_email);
        doubts
    }

    /// How many rows go by way of a third name.
    pub(crate) fn by_third_name(&self) -> usize {
        self.third.len()
    }

    /// How many rows each of the vendor's methods can serve; `None` where the vendor has no such list.
    pub(crate) fn served(&self) -> Option<Vec<(Method, u64)>> {
        if self.options.methods.is_empty() {
            return None;
        }
        let count = |rows: Range<usize>| {
            let mut served = Method::ALL.map(|method| (method, 0));
            for row in rows {
                let methods = self.methods(row);
                for (_, count) in served.iter_mut().filter(|(method, _)| methods.has(*method)) {
                    *count += 1;
                }
            }
            served
        };
        let add = |first: Served, second: Served| {
            let mut sum = first;
            for ((_, count), (_, more)) in sum.iter_mut().zip(second) {
                *count += more;
            }
            sum
        };
        let mut served = halves(self.len(), count, add).to_vec();
        served.retain(|(method, _)| self.options.methods.has(*method));
        Some(served)
    }

    /// The vendor's own ways that can serve a row.
    pub(crate) fn methods(&self, row: usize) -> Methods {
        if self.options.methods.is_empty() {
            return Methods::default();
        }
        let verdict = self.verdict(row);
        let case = Case {
            outcome: verdict.outcome,
            code: verdict.code,
            suffix_only: self.is_suffix_only(row, verdict),
            waits: verdict.waits_for != NONE,
        };
        method::serving(self.options.methods, self.options.just_in_time, case)
    }

    fn verdict(&self, row: usize) -> &Verdict {
        const NOTHING: Verdict =
            Verdict { outcome: Outcome::Invalid, code: "", detail: NONE, account: NONE, waits_for: NONE };
        self.judged.verdicts.get(row).unwrap_or(&NOTHING)
    }

    /// What the account of a row has in the field that is written.
    fn before(&self, row: usize, verdict: &Verdict) -> &str {
        if self.accounts.keep().is_one_field() {
            // Where the row has the new name by itself the account has it, and not the old one.
            return self.roster.old(row);
        }
        if verdict.account == NONE { "" } else { self.accounts.key(verdict.account as usize) }
    }

    fn is_suffix_only(&self, row: usize, verdict: &Verdict) -> bool {
        verdict.outcome == Outcome::Rename
            && !self.suffix.is_empty()
            && self.head.key == KeyField::Username
            && self.targets.get(row, 0).strip_suffix(&*self.suffix) == Some(self.before(row, verdict))
    }

    /// Columns of the spreadsheet that not every plan has.
    pub(crate) fn further(&self) -> Further {
        Further { login: !self.accounts.keep().is_one_field(), methods: !self.options.methods.is_empty() }
    }

    /// All rows, in the order of the roster.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.len()).map(|row| self.line(row))
    }

    /// Has the processor fetch the accounts of rows that come next.
    pub(crate) fn near(&self, rows: Range<usize>) {
        let verdicts = self.judged.verdicts.get(rows).unwrap_or_default();
        let accounts = verdicts.iter().filter(|verdict| verdict.account != NONE);
        self.accounts.cells().near(accounts.map(|verdict| verdict.account as usize));
    }

    /// One row.
    pub(crate) fn line(&self, row: usize) -> Line<'_> {
        let verdict = self.verdict(row);
        let account = (verdict.account != NONE).then_some(verdict.account as usize);
        let after = Some(self.targets.get(row, 0)).filter(|after| !after.is_empty());
        let key = u32::try_from(row).unwrap_or(NONE);
        let (chain, via) = if self.turns.is_empty() {
            (None, None)
        } else {
            (self.turns.get(&key).copied(), self.third.get(&key).map(|name| &**name))
        };
        let suffix_only = self.is_suffix_only(row, verdict);
        let detail = self.judged.details.get(verdict.detail as usize).map_or("", |detail| detail);
        let (code, detail) = if suffix_only && chain.is_none() && verdict.code == RENAME {
            ("suffix-only", SUFFIX_ONLY)
        } else {
            (verdict.code, detail)
        };
        Line {
            line: self.roster.line(row),
            user_id: account.map(|account| self.accounts.id(account)),
            login: (!self.accounts.keep().is_one_field()).then(|| self.roster.old(row)),
            before: self.before(row, verdict),
            after,
            via,
            chain,
            outcome: verdict.outcome,
            code,
            detail,
            suffix_only,
        }
    }

    /// The same with each row by itself.
    #[cfg(test)]
    pub(crate) fn plan(&self, digest: &str) -> Plan {
        Plan {
            head: self.head.clone(),
            rows: self.lines().map(|line| line.to_row()).collect(),
            digest: digest.to_owned(),
        }
    }
}
