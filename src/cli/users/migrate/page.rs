//! A plan as it is shown.

use std::time::Duration;

use crate::cli::table;
use crate::cli::users::rehearse::renames::Rehearsed;
use crate::cli::users::summary;
use crate::error::Result;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::line::Line;
use crate::migrate::report::Report;
use crate::provider::nouns::Nouns;

/// Rows shown of each outcome; the rest is in the rows file.
const SHOWN: usize = 10;

/// The counts in a line.
pub(super) fn one_line(draft: &Draft<'_>, least: Option<Duration>) -> String {
    let counts = draft.counts();
    let nouns = Nouns::of(draft.head.key);
    let cannot = counts.total() - counts.rename - counts.already;
    let least = least.filter(|_| counts.rename > 0).map(|least| format!("; takes {} at least", in_words(least)));
    let not_proven = Some(draft.doubts().not_proven.count).filter(|count| *count > 0);
    format!(
        "{} {}, {} already so{}, {cannot} {}{}",
        counts.rename,
        nouns.to_do,
        counts.already,
        not_proven.map(|count| format!(" ({count} not proven)")).unwrap_or_default(),
        nouns.cannot,
        least.unwrap_or_default()
    )
}

/// How long something takes, as people say it.
fn in_words(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match (time.as_secs(), minutes) {
        (seconds @ 0..=90, _) => format!("{} s", seconds.max(1)),
        (_, minutes @ 0..=90) => format!("{minutes} min"),
        (_, minutes) => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// The report with what only a plan has.
pub(super) fn as_json(
    draft: &Draft<'_>,
    report: &Report,
    least: Option<Duration>,
    rehearsed: Option<Rehearsed>,
) -> Result<serde_json::Value> {
    let mut document = summary::as_json(report)?;
    if let Some(least) = least {
        document["least_seconds"] = least.as_secs().into();
    }
    document["rehearsed"] = rehearsed.map_or(serde_json::Value::Null, Rehearsed::as_json);
    let doubts = draft.doubts();
    document["email_differs"] = doubts.email_differs.count.into();
    document["value_of_another"] = doubts.of_another.count.into();
    document["made_anew"] = doubts.made_anew.count.into();
    document["replaced"] = doubts.replaced.count.into();
    document["moved"] = doubts.moved.into();
    document["by_temporary_name"] = draft.by_third_name().into();
    if let Some(served) = draft.served() {
        let served = served.into_iter().map(|(method, count)| (method.word().to_owned(), count.into()));
        document["methods"] = serde_json::Value::Object(served.collect());
    }
    Ok(document)
}

/// The plan for a person: counts, the first rows, and the first that cannot be renamed.
pub(super) fn page(draft: &Draft<'_>, report: &Report, least: Option<Duration>) -> String {
    let mut page = summary::text(report);
    let doubts = draft.doubts();
    let counts = [
        ("another e-mail address", doubts.email_differs.count),
        ("value of another account", doubts.of_another.count),
        ("account made anew", doubts.made_anew.count),
        ("replaces another one", doubts.replaced.count),
        ("by a temporary name", draft.by_third_name() as u64),
    ];
    let mut further: Vec<(&str, String)> = Vec::new();
    further.extend(counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| (*what, count.to_string())));
    if let Some(least) = least.filter(|_| draft.counts().rename > 0) {
        further.push(("takes at least", in_words(least)));
    }
    page += &table::facts(0, &further);
    if let Some(served) = draft.served() {
        page += "the vendor's own methods, and how many rows each can serve\n";
        let served: Vec<(&str, String)> =
            served.into_iter().map(|(method, count)| (method.word(), count.to_string())).collect();
        page += &table::facts(2, &served);
    }
    let nouns = Nouns::of(draft.head.key);
    let [now, to_be] = nouns.columns;
    let renames = draft.lines().filter(|row| row.outcome == Outcome::Rename);
    let replaces = doubts.replaced.count > 0;
    let rows: Vec<Vec<String>> = renames
        .take(SHOWN)
        .map(|row| {
            let mut cells = vec![row.line.to_string(), called(&row).to_owned(), row.after.unwrap_or("").to_owned()];
            if replaces {
                cells.push(row.before.to_owned());
            }
            cells
        })
        .collect();
    let left = draft.counts().rename.saturating_sub(rows.len() as u64);
    if !rows.is_empty() {
        page += "\n";
        let headings = ["line", now, to_be, "has now"];
        page += &table::table(&headings[..if replaces { 4 } else { 3 }], rows);
        if left > 0 {
            page += &format!("… and {left} more\n");
        }
    }
    page += &problems(draft);
    page += &format!("\nplan digest {}\n", report.plan_digest);
    page
}

/// The first rows that cannot be renamed, and why.
pub(super) fn problems(draft: &Draft<'_>) -> String {
    let (mut page, nouns) = (String::new(), Nouns::of(draft.head.key));
    let problem = |row: &Line<'_>| !matches!(row.outcome, Outcome::Rename | Outcome::Already);
    let rows: Vec<Vec<String>> = draft
        .lines()
        .filter(problem)
        .take(SHOWN)
        .map(|row| {
            let why = if row.detail.is_empty() { row.code.to_owned() } else { format!("{}: {}", row.code, row.detail) };
            vec![row.line.to_string(), called(&row).to_owned(), row.outcome.word().to_owned(), why]
        })
        .collect();
    let counts = draft.counts();
    let left = (counts.total() - counts.rename - counts.already).saturating_sub(rows.len() as u64);
    if !rows.is_empty() {
        page += "\n";
        page += &table::table(&["line", "username", nouns.cannot, "why"], rows);
        if left > 0 {
            page += &format!("… and {left} more\n");
        }
    }
    page
}

/// What the roster calls the account of a row.
fn called<'a>(row: &Line<'a>) -> &'a str {
    row.login.unwrap_or(row.before)
}
