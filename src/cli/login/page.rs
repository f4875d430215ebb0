//! How a decision looks: verdict first, then what it changes, then each rule.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::cli::led::led;
use crate::cli::login::prepared::Prepared;
use crate::cli::table;
use crate::model::printable;
use crate::rules::Change;
use crate::rules::Decision;
use crate::rules::Verdict;

/// Columns of a page that goes into a pipe, as those of the smallest terminal.
const COLUMNS: usize = 80;

/// A decision for a person.
pub(in crate::cli) fn page(decision: &Decision, prepared: &Prepared) -> String {
    let verdict = decision.verdict.word().to_uppercase();
    let (mut page, why) = match decision.verdict {
        Verdict::Allow => {
            let told = format!("{verdict} {} [{}]", printable(&decision.summary), decision.code);
            let lines = table::wrapped(&told, Some(table::terminal_width().unwrap_or(COLUMNS).max(40)));
            (lines.join("\n") + "\n", None)
        }
        Verdict::Deny | Verdict::Prompt => (format!("{verdict} [{}]\n", decision.code), Some(decision.summary.clone())),
    };
    let mut facts = |label: &str, values: &[String]| {
        for (at, value) in values.iter().enumerate() {
            page.push_str(&hanging(if at == 0 { label } else { "" }, 2, 16, value));
        }
    };
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    facts("why", &one(&why));
    let hint = hint_of(decision, prepared);
    facts("hint", &one(&hint));
    facts("connection", &[prepared.name().to_string()]);
    facts("username", &one(&decision.username));
    facts("account", &one(&decision.account));
    facts("changes", &decision.changes.iter().map(change).collect::<Vec<_>>());
    facts("roles", &decision.roles);
    facts("notifications", &decision.notifications);
    facts("after login", &one(&decision.landing_url));
    facts("after logout", &one(&decision.exit_url));
    page.push_str("\ntrace\n");
    page.push_str(&trace(decision, prepared, 2));
    page
}

/// What may mend a denial, with the command that does.
fn hint_of(decision: &Decision, prepared: &Prepared) -> Option<String> {
    decision.mend.as_ref().map(|mend| led(&mend.told(prepared.name().as_str())).into_owned())
}

/// A label and a text in lines that fit, all of which begin in one column.
pub(in crate::cli) fn hanging(label: &str, indent: usize, column: usize, text: &str) -> String {
    let width = table::terminal_width().unwrap_or(COLUMNS).max(40);
    let room = width.saturating_sub(column);
    let text = printable(text);
    let longest = text.split(' ').map(|word| word.chars().count()).max().unwrap_or_default();
    let mut lines = String::new();
    if !label.is_empty() && longest > room && longest + indent + 2 <= width {
        let _ = writeln!(lines, "{:indent$}{label}", "");
        return lines + &hanging("", indent, indent + 2, &text);
    }
    for (at, line) in table::wrapped(&text, Some(room)).iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        let _ = writeln!(lines, "{:indent$}{label:width$}{}", "", line.trim_start(), width = column - indent);
    }
    lines
}

fn change(change: &Change) -> String {
    match &change.before {
        Some(before) if !before.is_empty() => format!("{}: {before} -> {}", change.what, change.after),
        _ => format!("{}: {}", change.what, change.after),
    }
}

/// Each rule that was asked: what it said, where it comes from, and the line that it follows.
pub(in crate::cli) fn trace(decision: &Decision, prepared: &Prepared, indent: usize) -> String {
    let mut text = String::new();
    let column = indent + 9;
    for step in &decision.trace {
        text.push_str(&hanging(step.outcome.word(), indent, column, &format!("{}: {}", step.rule, step.result)));
        let source = [step.source.as_deref().map(str::to_owned), prepared.at(&step.route)];
        let source: Vec<String> = source.into_iter().flatten().collect();
        // A long cite and a long path get a line each.
        let joined = source.join(" | ");
        let sources = if joined.chars().count() + column <= COLUMNS { vec![joined] } else { source };
        for line in sources.iter().filter(|line| !line.is_empty()) {
            text.push_str(&hanging("", indent, column, line));
        }
    }
    text
}

/// A decision for a program.
pub(in crate::cli) fn document(decision: &Decision, prepared: &Prepared) -> Value {
    let changes = decision.changes.iter();
    let changes = changes.map(|one| json!({ "what": one.what, "before": one.before, "after": one.after }));
    json!({
        "schema": Value::Null,
        "connection": prepared.name().as_str(),
        "decision": decision.verdict.word(),
        "code": decision.code,
        "summary": decision.summary,
        "hint": hint_of(decision, prepared),
        "username": decision.username,
        "account": decision.account,
        "changes": changes.collect::<Vec<_>>(),
        "roles": decision.roles,
        "notifications": decision.notifications,
        "landing_url": decision.landing_url,
        "exit_url": decision.exit_url,
        "trace": steps(decision, prepared),
    })
}

/// The rules of a decision for a program.
pub(in crate::cli) fn steps(decision: &Decision, prepared: &Prepared) -> Vec<Value> {
    let steps = decision.trace.iter().map(|step| {
        json!({
            "rule": step.rule,
            "seed": step.seed.as_deref(),
            "at": prepared.at(&step.route),
            "outcome": step.outcome.word(),
            "result": step.result,
        })
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::hanging;

    #[test]
    fn a_word_that_does_not_fit_beside_its_label_stands_below_it() {
        let long = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
        assert_eq!(hanging("logged in by", 2, 16, long), format!("  logged in by\n    {long}\n"));
        assert_eq!(hanging("why", 2, 6, "a b"), "  why a b\n");
    }
}
