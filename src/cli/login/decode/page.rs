//! How a decoded login looks: verdict, steps, whom it proves, and what the rules say.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::cli::login::decode::Seen;
use crate::cli::login::page as decided;
use crate::cli::login::prepared::Prepared;
use crate::model::identity::Identity;
use crate::model::printable;

/// The most values of one attribute that a person is shown.
const MOST_VALUES: usize = 20;

/// For a person.
pub(super) fn page(seen: &Seen<'_>, prepared: &Prepared) -> String {
    let judged = &seen.judged;
    let mut page = match judged.verification.refusal() {
        None => "ACCEPTED what the identity provider sent proves the user\n".to_owned(),
        Some(step) => format!("REFUSED [{}]\n", step.code.unwrap_or_default()),
    };
    if let Some(step) = judged.verification.refusal() {
        page += &decided::hanging("why", 2, 16, &step.detail);
        if let Some(hint) = &step.hint {
            for (at, line) in hint.lines().enumerate() {
                page += &decided::hanging(if at == 0 { "hint" } else { "" }, 2, 16, line);
            }
        }
    }
    let mut fact = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            page += &decided::hanging(label, 2, 16, &value);
        }
    };
    let (place, all) = seen.place;
    let which = if all > 1 { format!("{}, login {place} of {all}", seen.file) } else { seen.file.to_owned() };
    fact("file", Some(which));
    fact("posted to", seen.captured.posted_to.clone());
    fact("connection", Some(prepared.name().to_string()));
    fact("judged as of", Some(seen.at.to_string()));
    fact("logged in by", judged.fact("authentication"));
    page += "\nsteps\n";
    for step in &judged.verification.steps {
        page += &decided::hanging(step.result.word(), 2, 13, &format!("{}: {}", step.step, step.detail));
        page += &decided::hanging("", 2, 13, step.clause);
        let first = judged.verification.refusal().is_some_and(|first| std::ptr::eq(first, step));
        for line in step.hint.iter().filter(|_| !first).flat_map(|hint| hint.lines()) {
            page += &decided::hanging("", 2, 13, &format!("hint: {line}"));
        }
    }
    let (title, identity) = match (&judged.identity, &judged.claimed) {
        (Some(proven), _) => ("\nproven\n", Some(proven)),
        (None, claimed) if judged.signed => ("\nsigned, and refused all the same\n", claimed.as_ref()),
        (None, claimed) => ("\nclaimed, and not proven\n", claimed.as_ref()),
    };
    if let Some(identity) = identity {
        page += title;
        page += &whom(identity, judged.fact("name_id_format").as_deref());
    }
    if let Some(decision) = &seen.decision {
        page += "\nthis login would\n";
        page += &decided::page(decision, prepared);
    }
    page
}

fn whom(identity: &Identity, format: Option<&str>) -> String {
    let mut text = String::new();
    let format = format.map(|format| format!(" ({format})")).unwrap_or_default();
    let subject = identity.subject.as_ref().map_or("none".to_owned(), |subject| format!("{subject}{format}"));
    text += &decided::hanging("subject", 2, 16, &subject);
    for attribute in &identity.attributes {
        text += &decided::hanging("", 2, 2, &attribute.name);
        if attribute.values.is_empty() {
            text += &decided::hanging("", 2, 16, "(no value)");
        }
        for value in attribute.values.iter().take(MOST_VALUES) {
            text += &decided::hanging("", 2, 16, value);
        }
        if attribute.values.len() > MOST_VALUES {
            text += &decided::hanging("", 2, 16, &format!("… and {} more", attribute.values.len() - MOST_VALUES));
        }
    }
    text
}

/// For a program.
pub(super) fn document(seen: &Seen<'_>, prepared: &Prepared) -> Value {
    let judged = &seen.judged;
    let refusal = judged.verification.refusal();
    let steps = judged.verification.steps.iter().map(|step| {
        json!({
            "step": step.step,
            "clause": step.clause,
            "result": step.result.word(),
            "detail": step.detail,
            "code": step.code,
            "hint": step.hint,
        })
    });
    let facts: Map<String, Value> =
        judged.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "schema": "ssoctl.login-decode/1",
        "connection": prepared.name().as_str(),
        "verdict": if refusal.is_none() { "accepted" } else { "refused" },
        "code": refusal.and_then(|step| step.code),
        "message": refusal.map(|step| printable(&step.detail)),
        "hint": refusal.and_then(|step| step.hint.clone()),
        "file": seen.file,
        "entry": seen.place.0,
        "entries": seen.place.1,
        "posted_to": seen.captured.posted_to,
        "judged_at": seen.at.to_string(),
        "steps": steps.collect::<Vec<_>>(),
        "identity": judged.identity.as_ref().map(identity),
        "claimed": judged.claimed.as_ref().map(identity),
        "facts": facts,
        "decision": seen.decision.as_ref().map(|decision| decided::document(decision, prepared)),
    })
}

fn identity(identity: &Identity) -> Value {
    let attributes = identity.attributes.iter().map(|one| json!({ "name": one.name, "values": one.values }));
    json!({ "subject": identity.subject, "attributes": attributes.collect::<Vec<_>>() })
}
