//! A table of login tests against the rules of its connections, and what of the rules it used.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::login::cases;
use crate::cli::login::cases::Case;
use crate::cli::login::cases::Cases;
use crate::cli::login::cases::Directory;
use crate::cli::login::identity;
use crate::cli::login::prepared;
use crate::cli::login::prepared::Prepared;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::rules::Decision;
use crate::rules::accounts::Accounts;
use crate::rules::coverage;
use crate::rules::coverage::Coverage;
use crate::rules::coverage::Weakness;
use crate::rules::expect::Mismatch;

mod output;

/// Largest file of tests that is read, in bytes.
const CASES_LIMIT: u64 = 256 << 20;
/// Failed cases whose trace is kept; beyond this the same thing is wrong with most of them.
const MOST_TRACES: usize = 1000;

/// What the command line asks for.
pub(super) struct Asked<'a> {
    /// The file of tests, or `-`.
    pub(super) file: &'a str,
    /// The connection in place of the file's own.
    pub(super) connection: Option<&'a ConnectionName>,
    /// The list of users in place of the file's own.
    pub(super) directory: Option<&'a str>,
    /// Whether a rule that no case used is a failure.
    pub(super) require_coverage: bool,
}

/// What became of one case.
struct Outcome {
    /// Which of the connections.
    connection: usize,
    /// How it ended, and why.
    decided: (&'static str, &'static str),
    /// What is not as expected.
    mismatches: Vec<Mismatch>,
    /// The whole decision of a case that failed.
    decision: Option<Box<Decision>>,
}

/// What became of all of them.
struct Results {
    /// What the file is called.
    file: String,
    cases: Vec<Case>,
    /// In the order of the cases.
    outcomes: Vec<Outcome>,
    connections: Vec<Prepared>,
    /// Of each connection.
    coverage: Vec<(Coverage, Vec<Weakness>)>,
    require_coverage: bool,
}

impl Results {
    fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.mismatches.is_empty()).count()
    }

    fn is_covered(&self) -> bool {
        self.coverage.iter().all(|(coverage, _)| coverage.unused().next().is_none())
    }

    fn each(&self) -> impl Iterator<Item = (&Case, &Outcome)> {
        self.cases.iter().zip(&self.outcomes)
    }
}

/// Runs every case.
pub(super) fn run(asked: &Asked<'_>, context: &Context) -> Result<Verdict> {
    let shown = identity::shown(asked.file).to_owned();
    let bytes = identity::read_within(asked.file, CASES_LIMIT)?;
    let Cases { connection, directory, cases } = cases::read(identity::text(&bytes, &shown)?, &shown)?;
    drop(bytes);
    let accounts = accounts(asked, directory, context)?;
    let connection = asked.connection.or(connection.as_ref());
    let (connections, of) = connections(&cases, connection, &shown, context)?;
    let settings: Vec<_> = connections.iter().map(|prepared| prepared.rules().setting()).collect();
    let mut engines = Vec::new();
    for (prepared, setting) in connections.iter().zip(&settings) {
        let engine = prepared.rules().engine(setting, accounts.as_ref());
        let coverage = Coverage::new(engine.connection(), engine.policy());
        let weaknesses = coverage::weaknesses(engine.connection(), engine.policy());
        engines.push((engine, coverage, weaknesses));
    }
    let (mut outcomes, mut traces) = (Vec::with_capacity(cases.len()), 0);
    for (case, at) in cases.iter().zip(&of) {
        let (engine, coverage, _) = &mut engines[*at];
        let decision = engine.decide(&case.identity);
        coverage.add(&decision.used);
        let mismatches = case.expect.mismatches(&decision);
        let decided = (decision.verdict.word(), decision.code);
        let keep = !mismatches.is_empty() && traces < MOST_TRACES;
        traces += usize::from(keep);
        let decision = keep.then(|| Box::new(decision));
        outcomes.push(Outcome { connection: *at, decided, mismatches, decision });
    }
    let coverage = engines.into_iter().map(|(_, coverage, weaknesses)| (coverage, weaknesses)).collect();
    drop(settings);
    let results = Results {
        file: shown,
        cases,
        outcomes,
        connections,
        coverage,
        require_coverage: asked.require_coverage,
    };
    match context.format {
        Format::Json => context.ui.json(&output::document(&results))?,
        Format::Junit => context.ui.data(&output::junit(&results)?)?,
        _ => context.ui.data(&output::page(&results))?,
    }
    let passed = results.failed() == 0 && (results.is_covered() || !asked.require_coverage);
    Ok(if passed { Verdict::Done } else { Verdict::Findings })
}

/// The vendor's users: of the flag, else of the file, whose names are relative to it.
fn accounts(asked: &Asked<'_>, own: Option<Directory>, context: &Context) -> Result<Option<Accounts>> {
    let beside = |name: &str| Path::new(asked.file).parent().unwrap_or(Path::new("")).join(name);
    Ok(match (asked.directory, own) {
        (Some(file), _) => Some(prepared::directory(Path::new(file), context)?),
        (None, Some(Directory::File(file))) => Some(prepared::directory(&beside(&file), context)?),
        (None, Some(Directory::Rows(rows))) => Some(Accounts::new(rows)),
        (None, None) => None,
    })
}

/// Every connection that a case names, once, and which one each case has.
fn connections(
    cases: &[Case],
    default: Option<&ConnectionName>,
    file: &str,
    context: &Context,
) -> Result<(Vec<Prepared>, Vec<usize>)> {
    let mut known: BTreeMap<&ConnectionName, usize> = BTreeMap::new();
    let (mut connections, mut of) = (Vec::new(), Vec::with_capacity(cases.len()));
    for case in cases {
        let Some(name) = case.connection.as_ref().or(default) else {
            let place = crate::yaml::tree::at(file, case.line);
            return Err(Failure::input("case-without-connection", format!("{place}: the case names no connection"))
                .hint("write `connection: NAME` at the head of the file, or name one on the command line")
                .into());
        };
        let at = match known.get(name) {
            Some(at) => *at,
            None => {
                connections.push(Prepared::new(name, context)?);
                known.insert(name, connections.len() - 1);
                connections.len() - 1
            }
        };
        of.push(at);
    }
    Ok((connections, of))
}
