//! The days and commands of each rollover: as JSON (`ssoctl.cert-plan/1`), as Markdown, and as a calendar. No form
//! says how many days are left: what is stored differs only where something did.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::json;

use crate::model::printable;
use crate::model::rollover::Item;
use crate::model::rollover::Overlap;
use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::Step;
use crate::model::rollover::is_endless;
use crate::model::time::Time;
use crate::report::certificates::NotLookedAt;
use crate::report::gate::calendar;
use crate::report::gate::calendar::Event;
use crate::report::timeline::text;

/// Columns of the timeline in a document.
const COLUMNS: usize = 80;

/// Everything that a plan says.
pub(crate) struct Plan {
    /// Connections in the order of the arguments.
    pub(crate) rollovers: Vec<Rollover>,
    /// Whether somebody has looked at what the other sides publish.
    pub(crate) is_fetched: bool,
    /// What could not be looked at.
    pub(crate) not_looked_at: Vec<NotLookedAt>,
    /// The moment.
    pub(crate) now: Time,
}

impl Plan {
    /// The JSON document.
    pub(crate) fn json(&self) -> Value {
        let failures: Vec<Value> = self.not_looked_at.iter().map(NotLookedAt::json).collect();
        json!({
            "schema": "ssoctl.cert-plan/1",
            "fetched": self.is_fetched,
            "connections": self.rollovers.iter().map(|one| connection(one, self.now)).collect::<Vec<_>>(),
            "not_looked_at": failures,
        })
    }

    /// The Markdown document.
    pub(crate) fn markdown(&self) -> String {
        let mut page = format!("# Certificates and secrets: what ends, and what to do\n\nAs of {}.\n", self.now.date());
        let lines = text::lines(&self.rollovers, self.now, COLUMNS);
        if !lines.is_empty() {
            page += &format!("\n```text\n{}\n```\n", lines.join("\n"));
        }
        let due_now = self.due_now();
        if self.rollovers.len() > 1 && !due_now.is_empty() {
            page += "\n## Due now\n\n";
            for (one, step) in due_now {
                let (word, title) = (due(step, self.now).unwrap_or_default(), marked(&step.title(&one.vendor)));
                page += &format!("- **{word}** {}: {title} ({})\n", marked(&one.name), step.when());
            }
        }
        for one in &self.rollovers {
            page += &format!("\n## {}\n\n{}\n", marked(&one.name), marked(&heading(one)));
            if !one.steps.is_empty() {
                page.push('\n');
            }
            for step in &one.steps {
                let due = due(step, self.now).map(|word| format!(" **{word}**")).unwrap_or_default();
                page += &format!(
                    "- {}{due}: `{}` of {}. {}\n",
                    step.when(),
                    step.id,
                    step.role.words(),
                    marked(&sentence(&step.what))
                );
                for command in &step.commands {
                    page += &format!("  - `{}`\n", printable(command).replace('`', "'"));
                }
            }
        }
        for one in &self.not_looked_at {
            page += &format!("\nNot looked at: {}: {}\n", marked(&one.source), marked(&one.message));
        }
        page
    }

    /// The calendar: each step on the last day that it can be done, or the first.
    pub(crate) fn calendar(&self) -> String {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut events = Vec::new();
        for (one, step) in self.rollovers.iter().flat_map(|one| one.steps.iter().map(move |step| (one, step))) {
            let Some(day) = step.by.or(step.from) else { continue };
            let identity = format!("step\n{}\n{}\n{}\n{}", one.name, step.role.word(), step.id, day.date());
            // Of two that are alike a calendar would keep one.
            let number = seen.entry(identity.clone()).and_modify(|number| *number += 1).or_insert(0);
            let identity = if *number == 0 { identity } else { format!("{identity}\n{number}") };
            let summary = format!("{}: {}", one.name, step.title(&one.vendor));
            let description = [vec![sentence(&step.what)], step.commands.clone()].concat().join("\n");
            events.push(Event { identity, day, alarm: (summary.clone(), one.warn_days), summary, description });
        }
        calendar::calendar(events, self.now)
    }

    /// The steps whose time has come, those that are late first, each with its connection.
    pub(crate) fn due_now(&self) -> Vec<(&Rollover, &Step)> {
        let all = self.rollovers.iter().flat_map(|one| one.steps.iter().map(move |step| (one, step)));
        let mut due: Vec<(&Rollover, &Step)> = all.filter(|(_, step)| due(step, self.now).is_some()).collect();
        let order = |step: &Step| (due_order(step, self.now), step.by.is_none(), step.by);
        due.sort_by_key(|(_, step)| order(step));
        due
    }

    /// Leaves out the steps that are not to be done within some days.
    pub(crate) fn within(&mut self, days: u32) {
        let last = self.now.plus_seconds(i64::from(days).saturating_mul(86_400));
        for one in &mut self.rollovers {
            one.steps.retain(|step| step.from.or(step.by).is_none_or(|day| day <= last));
        }
    }
}

fn due_order(step: &Step, now: Time) -> bool {
    due(step, now) != Some("late")
}

/// What a connection is, above its steps.
pub(crate) fn heading(one: &Rollover) -> String {
    match &one.overlap {
        Some(overlap) => format!("{}: {}", one.vendor, overlap.words()),
        None if one.rows.is_empty() => format!("{}: nothing is stored here that ends", one.vendor),
        None => format!("{}: no certificate is stored, and a client secret or token ends", one.vendor),
    }
}

/// `due` where the time of a step has come, `late` where it is over.
pub(crate) fn due(step: &Step, now: Time) -> Option<&'static str> {
    match step.by {
        // The whole of the last day is in time.
        Some(by) if by < now && by.date() != now.date() => Some("late"),
        _ if step.is_due(now) => Some("due"),
        _ => None,
    }
}

/// With a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let text: String = first.into_iter().flatten().chain(letters).collect();
    if text.ends_with(['.', '?']) { text } else { format!("{text}.") }
}

/// Text from outside in Markdown: nothing of it is markup, but what stands between two backticks, where nothing is.
fn marked(text: &str) -> String {
    let text = printable(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let mut safe = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        // A backtick without another one is a letter.
        let is_code = at % 2 == 1 && at + 1 < pieces.len() && !piece.is_empty();
        if at > 0 {
            safe.push_str(if is_code || at % 2 == 0 && !pieces[at - 1].is_empty() { "`" } else { "\\`" });
        }
        for letter in piece.chars() {
            if !is_code && matches!(letter, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&') {
                safe.push('\\');
            }
            safe.push(letter);
        }
    }
    safe
}

fn connection(one: &Rollover, now: Time) -> Value {
    let overlap = one.overlap.as_ref().map(|overlap| {
        let (why, question) = match overlap {
            Overlap::Several => (None, None),
            Overlap::Single(why) => (Some(why), None),
            Overlap::Unknown(question) => (None, Some(question)),
        };
        json!({ "kind": overlap.word(), "why": why, "question": question })
    });
    json!({
        "reference": one.name,
        "vendor": one.vendor,
        "rollover": overlap,
        "roles": one.rows.iter().map(row).collect::<Vec<_>>(),
        "steps": one.steps.iter().map(|step| json!({
            "step": step.id,
            "role": step.role.word(),
            "from": step.from.map(Time::date),
            "by": step.by.map(Time::date),
            "state": due(step, now).unwrap_or("ahead"),
            "what": step.what,
            "commands": step.commands,
        })).collect::<Vec<_>>(),
    })
}

fn row(row: &Row) -> Value {
    let item = |item: &Item| {
        json!({
            "sha256": item.sha256,
            "spki_sha256": item.key,
            "not_before": item.begin,
            "not_after": item.end,
            "presence": item.presence.word(),
        })
    };
    json!({
        "role": row.role.word(),
        "covered_until": row.until,
        "endless": row.until.is_some_and(is_endless),
        "state": row.state.word(),
        "items": row.items.iter().map(item).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rollover::Presence;
    use crate::model::rollover::Role;
    use crate::model::rollover::State;
    use crate::report::timeline::tests::at;
    use crate::report::timeline::tests::item;
    use crate::report::timeline::tests::rollover;
    use crate::report::timeline::tests::row;

    fn plan(now: &str) -> Plan {
        let items = vec![item("2026-01-01", "2027-02-01", Presence::InFile)];
        let mut one = rollover("q", vec![row(Role::IdpSigning, items, Some("2027-02-01"), State::Covered)]);
        one.overlap = Some(Overlap::Unknown("can [it](javascript:x) hold *two*?".to_owned()));
        let (from, by) = (Some(at("2026-12-03")), Some(at("2027-01-02")));
        let (what, commands) =
            ("<b>ask</b>, then; wait\r\nEND:VEVENT".to_owned(), vec!["ssoctl cert add q FILE".to_owned()]);
        one.steps.push(Step { id: "ask", role: Role::IdpSigning, from, by, what, commands });
        let lost =
            NotLookedAt { source: "r".to_owned(), code: "file-not-found", message: "it is\u{202e} gone".to_owned() };
        Plan { rollovers: vec![one], is_fetched: false, not_looked_at: vec![lost], now: at(now) }
    }

    #[test]
    fn the_json_has_days_and_no_count_of_them() {
        let json = plan("2026-12-10").json();
        let one = &json["connections"][0];
        assert_eq!((&json["schema"], &json["fetched"]), (&json!("ssoctl.cert-plan/1"), &json!(false)));
        assert_eq!(
            one["rollover"],
            json!({ "kind": "unknown", "why": null, "question": "can [it](javascript:x) hold *two*?" })
        );
        assert_eq!(one["roles"][0]["covered_until"], "2027-02-01T00:00:00Z");
        assert_eq!(one["steps"][0]["by"], "2027-01-02");
        assert_eq!(json["not_looked_at"][0]["code"], "file-not-found");
        // The next day it says the same.
        assert_eq!(json, plan("2026-12-11").json());
        for (now, state) in
            [("2026-12-01", "ahead"), ("2026-12-03", "due"), ("2027-01-02T23:00:00Z", "due"), ("2027-01-03", "late")]
        {
            assert_eq!(plan(now).json()["connections"][0]["steps"][0]["state"], state);
        }
    }

    #[test]
    fn nothing_from_outside_is_markup() {
        let page = plan("2026-12-10").markdown();
        assert!(page.contains("can \\[it\\](javascript:x) hold \\*two\\*?"), "{page}");
        assert!(page.contains("- 2026-12-03 to 2027-01-02 **due**: `ask` of the identity provider's signing certificate. \\<b\\>ask\\</b\\>, then; wait\\\\u{d}\\\\u{a}END:VEVENT.\n  - `ssoctl cert add q FILE`\n"), "{page}");
        assert!(!page.contains('\u{202e}'), "{page}");
    }

    #[test]
    fn what_stands_between_two_backticks_is_as_it_is() {
        assert_eq!(marked("into `env:CLIENT_SECRET`, a_b ` c_d"), "into `env:CLIENT_SECRET`, a\\_b \\` c\\_d");
        assert_eq!(marked("``<b>` _"), "\\`\\`\\<b\\>\\` \\_");
    }

    #[test]
    fn two_steps_of_one_day_are_two_events() {
        let mut plan = plan("2026-12-10");
        plan.rollovers[0].warn_days = 60;
        let again = plan.rollovers[0].steps[0].clone();
        plan.rollovers[0].steps.push(again);
        let calendar = plan.calendar();
        let mut uids: Vec<&str> = calendar.lines().filter(|line| line.starts_with("UID:")).collect();
        uids.dedup();
        assert_eq!((uids.len(), calendar.matches("TRIGGER:-P60D").count()), (2, 2), "{calendar}");
        assert_eq!(calendar, plan.calendar());
    }

    #[test]
    fn a_calendar_has_each_step_on_its_last_day() {
        let calendar = plan("2026-12-10").calendar();
        assert!(calendar.contains("\r\nDTSTART;VALUE=DATE:20270102\r\n"), "{calendar}");
        assert!(
            calendar.contains("SUMMARY:q: ask Qualtrics whether it holds two certificates at a time\r\n"),
            "{calendar}"
        );
        assert!(calendar.replace("\r\n ", "").contains("\\, then\\; wait"), "{calendar}");
        assert!(calendar.replace("\r\n ", "").contains("\\nssoctl cert add q FILE"), "{calendar}");
        assert_eq!(calendar.matches("\r\nEND:VEVENT").count(), 1, "{calendar}");
        assert!(calendar.split("\r\n").all(|line| !line.contains(['\r', '\n'])), "{calendar}");
    }
}
