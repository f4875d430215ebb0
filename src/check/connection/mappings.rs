//! Mappings of groups and of user types, divisions and groups (QT8, QV8): rows that can never
//! match, that say two things of one value, or that lead nowhere.

use std::collections::HashMap;

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::near_or_all;
use crate::model::login::Mapping;
use crate::workspace::Segment;

/// Judges each row, and the rows of one value together.
pub(super) fn mappings(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let rules = &subject.profile.rules;
    let known: Vec<&str> = rules.mapped_fields().collect();
    if known.is_empty() {
        // That the vendor maps nothing is told once, not of each row.
        return;
    }
    let mut exact: HashMap<(&str, &str), usize> = HashMap::new();
    let mut folded: HashMap<(&str, String), usize> = HashMap::new();
    let mut unfilled: Vec<&str> = Vec::new();
    for (at, mapping) in subject.connection.mappings.iter().enumerate() {
        let route = |key: &str| -> [Segment; 3] { ["mappings".into(), at.into(), key.into()] };
        let (field, value) = (mapping.field.as_str(), mapping.value.as_str());
        if !known.contains(&field) {
            sink.error(
                "mapping-field-unknown",
                &route("field"),
                format!("{} maps no `{field}`", subject.profile.title),
                &near_or_all(field, &known),
            );
            continue;
        }
        if !subject.connection.attributes.contains_key(field) && !unfilled.contains(&field) {
            unfilled.push(field);
            sink.warning(
                "mapping-attribute-missing",
                &route("field"),
                format!("mappings of `{field}` are never used: no attribute fills it"),
                &format!("`ssoctl connection set NAME attributes.{field}=..` names the attribute, in exact case"),
            );
        }
        row(mapping, at, subject, sink);
        let first = *exact.entry((field, value)).or_insert(at);
        if first != at {
            sink.error(
                "mapping-twice",
                &route("value"),
                format!("{field} `{value}` is mapped twice: rows {} and {}", first + 1, at + 1),
                "put all that it becomes into one row",
            );
            continue;
        }
        let near = *folded.entry((field, value.trim().to_lowercase())).or_insert(at);
        if near != at {
            let other = &subject.connection.mappings[near].value;
            sink.warning(
                "mapping-case",
                &route("value"),
                format!("{field} `{value}` and `{other}` (row {}) differ in case or outer spaces alone", near + 1),
                "values are compared in exact case: keep the one that the identity provider sends, or both on purpose",
            );
        }
    }
}

fn row(mapping: &Mapping, at: usize, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let route = |key: &str| -> [Segment; 3] { ["mappings".into(), at.into(), key.into()] };
    let (field, value) = (mapping.field.as_str(), mapping.value.as_str());
    let groups = subject.profile.rules.groups.as_ref().filter(|groups| groups.field == field);
    if value.is_empty() {
        sink.error("mapping-empty", &route("value"), format!("a mapping of {field} has no value"), "name or remove it");
    } else if value.trim() != value {
        sink.warning(
            "mapping-space",
            &route("value"),
            format!("{field} `{value}` begins or ends with a space, and values match exactly"),
            "",
        );
    }
    if mapping.to.is_empty() || mapping.to.iter().any(|to| to.trim().is_empty()) {
        sink.error(
            "mapping-empty",
            &route("to"),
            format!("{field} `{value}` becomes nothing"),
            "name what it becomes, or remove the row",
        );
    }
    if groups.is_none() && mapping.to.len() > 1 {
        sink.error(
            "mapping-several",
            &route("to"),
            format!("{field} `{value}` becomes {}, and {field} has one value", mapping.to.join(", ")),
            "keep one of them",
        );
    }
    let Some(groups) = groups else { return };
    if let Some(delimiter) = subject.group_delimiter().filter(|delimiter| value.contains(delimiter)) {
        sink.warning(
            "mapping-value-delimiter",
            &route("value"),
            format!("`{value}` can never come: `{delimiter}` in it parts the groups of the assertion"),
            "make a row for each group, or set another `provisioning.group_delimiter`",
        );
    }
    let separator = subject.profile.field("mappings").and_then(|field| field.separator.as_deref());
    for (number, to) in mapping.to.iter().enumerate() {
        if let Some(separator) = separator.filter(|separator| to.contains(separator)) {
            sink.error(
                "list-separator",
                &["mappings".into(), at.into(), "to".into(), number.into()],
                format!(
                    "`{to}` has `{separator}` in it, which parts the roles on the page of {}",
                    subject.profile.title
                ),
                "write each role on a line of its own",
            );
        }
    }
    if let Some(everyone) = groups.everyone.as_ref().filter(|everyone| mapping.to.contains(everyone)) {
        sink.info(
            "mapping-everyone",
            &route("to"),
            format!("`{value}` gives `{everyone}`, the role that is meant for whom no mapping serves"),
            "`provisioning.default_roles` gives it to them without a row",
        );
    }
}
