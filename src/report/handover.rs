//! A sheet that is handed over: as JSON (`ssoctl.handover/1`), as Markdown that is also read at a
//! terminal, and as one HTML page. What stands in it is decided in `export`.

pub(crate) mod html;
pub(crate) mod markdown;

use serde_json::Value;
use serde_json::json;

use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::Part;
use crate::export::handover::Sheet;
use crate::export::handover::compare::Comparison;

/// The JSON document.
pub(crate) fn document(sheet: &Sheet) -> Value {
    json!({
        "schema": "ssoctl.handover/1",
        "connection": sheet.connection,
        "provider": sheet.provider,
        "for": sheet.side.word(),
        "title": sheet.title,
        "date": sheet.date,
        "prerequisites": sheet.prerequisites,
        "parts": sheet.parts.iter().map(part).collect::<Vec<_>>(),
    })
}

fn part(part: &Part) -> Value {
    let mut value = json!({ "title": part.title, "note": part.note });
    match &part.body {
        Body::Fields(entries) => value["fields"] = entries.iter().map(entry).collect(),
        Body::Facts(facts) => {
            value["facts"] = facts.iter().map(|(label, fact)| json!({ "label": label, "value": fact })).collect();
        }
        Body::Steps(steps) => {
            value["steps"] = steps.iter().map(|(state, step)| json!({ "step": step, "state": state })).collect();
        }
        Body::List(items) => value["list"] = json!(items),
        Body::Letter(text) => value["letter"] = json!(text),
    }
    value
}

fn entry(entry: &Entry) -> Value {
    let mut value = json!({
        "label": entry.label, "path": entry.path, "need": entry.need, "help": entry.help, "value": null,
        "separator": entry.separator, "state": state(&entry.content),
    });
    match &entry.content {
        Content::Given(text) | Content::Default(text) => value["value"] = json!(text),
        Content::Several(texts) => value["value"] = json!(texts),
        Content::Certificates(all) => {
            value["value"] = all.iter().map(|one| json!(one.pem)).collect();
            value["certificates"] = all
                .iter()
                .map(|one| json!({ "sha1": one.sha1, "sha256": one.sha256, "not_after": one.not_after }))
                .collect();
        }
        Content::Mappings(rows) => {
            value["value"] = rows.iter().map(|row| json!(row.cells().join("  "))).collect();
            value["mappings"] = rows
                .iter()
                .map(|row| {
                    json!({ "field": row.field, "value": row.value, "description": row.description, "to": row.to })
                })
                .collect();
        }
        Content::Fallback(label) => value["fallback"] = json!(label),
        Content::Unknown(question) => value["question"] = json!(question),
        Content::Shown(place) => value["shown"] = json!(place),
        Content::None(why) => value["reason"] = json!(why),
        Content::Secret | Content::NotSet | Content::Missing => {}
    }
    value
}

/// How a field stands, in a word.
const fn state(content: &Content) -> &'static str {
    match content {
        Content::Given(_) | Content::Several(_) | Content::Certificates(_) | Content::Mappings(_) => "given",
        Content::Secret => "by-another-channel",
        Content::Default(_) => "default",
        Content::Fallback(_) => "fallback",
        Content::NotSet => "not-set",
        Content::Missing => "missing",
        Content::Unknown(_) => "unknown",
        Content::Shown(_) => "not-known-yet",
        Content::None(_) => "none",
    }
}

/// What stands in the place of a value; `None` where there is one.
fn remark(entry: &Entry) -> Option<String> {
    let help = || entry.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    match &entry.content {
        Content::Given(_) | Content::Several(_) | Content::Certificates(_) | Content::Mappings(_) => None,
        Content::Default(_) => Some("the vendor's default".to_owned()),
        Content::Secret => Some("by another channel; it is never in a sheet".to_owned()),
        Content::Fallback(label) => Some(format!("not set: the value of {label} is used")),
        Content::NotSet => Some("not set".to_owned()),
        Content::Missing => Some(format!("required: missing{}", help())),
        Content::Unknown(question) => Some(format!("unknown, ask the vendor: {question}")),
        Content::Shown(place) => Some(format!("not known yet: {place}")),
        Content::None(why) => Some(format!("none: {why}")),
    }
}

/// What a comparison found (`ssoctl.handover-compare/1`).
pub(crate) fn comparison(sheet: &Sheet, file: &str, found: &Comparison) -> Value {
    json!({
        "schema": "ssoctl.handover-compare/1",
        "connection": sheet.connection,
        "for": sheet.side.word(),
        "sheet": file,
        "same": found.same,
        "differences": found.differences.iter().map(|one| json!({
            "section": one.section, "label": one.label, "path": one.path,
            "file": one.file, "sheet": one.sheet, "why": one.why,
        })).collect::<Vec<_>>(),
        "missing": found.missing.iter().map(|(section, label)| json!({
            "section": section, "label": label,
        })).collect::<Vec<_>>(),
        "extra": found.extra.iter().map(|(label, near)| json!({ "label": label, "near": near })).collect::<Vec<_>>(),
        "not_compared": found.not_compared,
    })
}

#[cfg(test)]
mod tests;
