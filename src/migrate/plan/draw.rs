//! Roster × directory → plan. Pure but for two threads, since there may be a million of each.

use std::collections::HashMap;
use std::io;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::ops::Range;
use std::thread;

use crate::crypto::Sha256;
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
use crate::migrate::plan::file;
use crate::migrate::plan::fold;
use crate::migrate::plan::line::Further;
use crate::migrate::plan::line::Line;
use crate::migrate::plan::method;
use crate::migrate::plan::method::Case;
use crate::migrate::plan::method::Methods;
use crate::migrate::plan::sight::Judged;
use crate::migrate::plan::sight::Look;
use crate::migrate::plan::sight::NONE;
use crate::migrate::plan::sight::Sight;
use crate::migrate::plan::sight::Verdict;
use crate::migrate::roster::Roster;
use crate::migrate::table::Names;
use crate::migrate::table::Texts;
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

/// Rows below which a second thread is not worth its while.
const FEW: usize = 4_096;

/// Runs over rows in two halves.
fn halves<T: Send>(rows: usize, run: impl Fn(Range<usize>) -> T + Sync, join: impl FnOnce(T, T) -> T) -> T {
    if rows < FEW {
        return run(0..rows);
    }
    let middle = rows / 2;
    let (first, second) = both(|| run(0..middle), || run(middle..rows));
    join(first, second)
}

/// Does two things at a time.
pub(crate) fn both<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(there);
        let first = here();
        match other.join() {
            Ok(second) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Makes the plan.
pub(crate) fn draw<'a>(
    roster: &'a Roster,
    accounts: &'a Accounts,
    rule: &NameRule,
    head: Head,
    options: &Options,
) -> Draft<'a> {
    let keep = accounts.keep();
    let alike = |place: usize| {
        let cells = accounts.cells();
        Names::alike(cells, place, fold::key, &mut |account| !cells.get(account, place).is_empty())
    };
    let (by_name, repeats) = both(
        || alike(1),
        || {
            let mut usable = |row: usize| !roster.old(row).is_empty() && roster.row(row).ragged.is_none();
            Names::exactly(roster.cells(), 0, &mut usable).repeats().unwrap_or_default()
        },
    );
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
    let sight =
        Sight::new(roster, accounts, &look, &by_name, by_key.as_ref(), repeats, rule, &head.operator_id.0, options);
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

    /// How many rows go by way of a third name.
    pub(crate) fn by_third_name(&self) -> usize {
        self.third.len()
    }

    /// How many rows each of the vendor's methods can serve; `None` where the vendor has no such list.
    pub(crate) fn served(&self) -> Option<Vec<(Method, u64)>> {
        if self.options.methods.is_empty() {
            return None;
        }
        let mut served: Vec<(Method, u64)> = Method::ALL.into_iter().map(|method| (method, 0)).collect();
        for row in 0..self.len() {
            let methods = self.methods(row);
            for (_, count) in served.iter_mut().filter(|(method, _)| methods.has(*method)) {
                *count += 1;
            }
        }
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
        let (code, detail) =
            if suffix_only && chain.is_none() { ("suffix-only", SUFFIX_ONLY) } else { (verdict.code, detail) };
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

    /// Writes the plan as [`super::Plan::to_bytes`] would, and says its digest: the rows go out as they
    /// are made, and the digest into its place at the end.
    pub(crate) fn write(&self, out: &mut (impl Write + Seek)) -> io::Result<String> {
        let start = out.stream_position()?;
        let blank = "0".repeat(64);
        let header = file::header(&self.head, self.len(), &blank);
        let mut hasher = Sha256::new();
        hasher.update(file::canonical(header.clone()).as_bytes());
        let mut text = serde_json::Value::Object(header).to_string();
        text.push('\n');
        let place = text.rfind(&blank).ok_or_else(|| io::Error::other("the header has no place for a digest"))?;
        out.write_all(text.as_bytes())?;
        let mut buffer = Vec::with_capacity(BUFFER + (4 << 10));
        for line in self.lines() {
            line.plan(&mut buffer);
            if buffer.len() >= BUFFER {
                hasher.update(&buffer);
                out.write_all(&buffer)?;
                buffer.clear();
            }
        }
        hasher.update(&buffer);
        out.write_all(&buffer)?;
        let digest = hasher.finish_hex();
        out.seek(SeekFrom::Start(start + place as u64))?;
        out.write_all(digest.as_bytes())?;
        out.seek(SeekFrom::End(0))?;
        Ok(digest)
    }

    /// Writes every row for programs, as the rows file has it while nothing is done, and for a spreadsheet.
    pub(crate) fn write_rows(&self, rows: &mut impl Write, sheet: &mut impl Write) -> io::Result<()> {
        let further = self.further();
        let mut buffer = Vec::with_capacity(BUFFER + (4 << 10));
        let mut cells = format!("{}{}\n", Line::HEADINGS, further.headings()).into_bytes();
        for (row, line) in self.lines().enumerate() {
            let methods = self.methods(row);
            line.report(&mut buffer, methods);
            line.spreadsheet(&mut cells, further, methods);
            flush(&mut buffer, rows, BUFFER)?;
            flush(&mut cells, sheet, BUFFER)?;
        }
        flush(&mut buffer, rows, 0)?;
        flush(&mut cells, sheet, 0)
    }
}

/// Bytes that are written at a time.
const BUFFER: usize = 256 << 10;

fn flush(buffer: &mut Vec<u8>, out: &mut impl Write, from: usize) -> io::Result<()> {
    if buffer.len() >= from {
        out.write_all(buffer)?;
        buffer.clear();
    }
    Ok(())
}
