//! Changes for a person, grouped by risk, and for a program.

use serde_json::Value;
use serde_json::json;

use crate::cli::table;
use crate::drift::Change;
use crate::drift::Risk;

/// The columns that fit everywhere, also in a mail.
const COLUMNS: usize = 80;
/// The most lines of one value.
const LINES: usize = 100;

/// A change as JSON documents hold it.
pub(crate) fn json(change: &Change) -> Value {
    json!({
        "code": change.code,
        "risk": change.risk.word(),
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "means": change.means,
    })
}

/// Changes as lines, the gravest group first, set in by `indent` columns.
pub(crate) fn page(changes: &[Change], indent: usize) -> String {
    let mut page = String::new();
    for risk in [Risk::High, Risk::Medium, Risk::Low, Risk::Info] {
        let mut of_risk = changes.iter().filter(|change| change.risk == risk).peekable();
        if of_risk.peek().is_none() {
            continue;
        }
        let heading = if risk == Risk::Info { "for information".to_owned() } else { format!("{risk} risk") };
        page += &format!("{:indent$}{heading}\n", "");
        for change in of_risk {
            page += &one(change, indent + 2);
        }
    }
    page
}

fn one(change: &Change, indent: usize) -> String {
    let mut text = format!("{:indent$}{}: {}\n", "", change.code, table::cell(&change.what));
    for (mark, value) in [('-', &change.before), ('+', &change.after)] {
        let mut lines = value.iter().flat_map(|value| value.lines());
        for line in lines.by_ref().take(LINES) {
            text += &format!("{:indent$}  {mark} {}\n", "", table::cell(line));
        }
        let more = lines.count();
        if more > 0 {
            text += &format!("{:indent$}  {mark} … ({more} more)\n", "");
        }
    }
    for line in folded(&table::cell(&change.means), COLUMNS - indent - 2) {
        text += &format!("{:indent$}  {line}\n", "");
    }
    text
}

/// A text broken between words.
fn folded(text: &str, room: usize) -> Vec<String> {
    table::wrapped(text, Some(room)).iter().map(|line| line.trim_start().to_owned()).collect()
}

/// `1 change` or `3 changes`, with how many of each risk.
pub(crate) fn count(changes: &[Change]) -> String {
    let noun = if changes.len() == 1 { "change" } else { "changes" };
    let of = |risk: Risk| changes.iter().filter(|change| change.risk == risk).count();
    let parts: Vec<String> = [Risk::High, Risk::Medium, Risk::Low, Risk::Info]
        .into_iter()
        .filter(|risk| of(*risk) > 0)
        .map(|risk| format!("{} {risk}", of(risk)))
        .collect();
    if changes.is_empty() { "no change".to_owned() } else { format!("{} {noun}: {}", changes.len(), parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_come_first_and_nothing_drives_the_terminal() {
        let change = |code, risk, values: (Option<&str>, Option<&str>)| {
            Change::by_hand(
                code,
                risk,
                "a\u{1b}[2Jb",
                values,
                "one two three four five six seven eight nine ten eleven twelve",
            )
        };
        let changes = [change("x", Risk::Low, (Some("1\n2"), None)), change("y", Risk::High, (None, Some("3")))];
        assert_eq!(
            page(&changes, 1),
            " high risk\n   y: a\\u{1b}[2Jb\n     + 3\n     one two three four five six seven eight nine ten eleven twelve\n \
             low risk\n   x: a\\u{1b}[2Jb\n     - 1\n     - 2\n     one two three four five six seven eight nine ten eleven twelve\n"
        );
        assert_eq!(count(&changes), "2 changes: 1 high, 1 low");
    }
}
