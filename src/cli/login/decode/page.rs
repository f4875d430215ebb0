//! How a judged login looks: verdict, steps, whom it proves, and what the rules say.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::cli::led::led;
use crate::cli::login::page as decided;
use crate::cli::login::prepared::Prepared;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::rules::Decision;
use crate::rules::Verdict;

/// The most values of one attribute that a person is shown.
const MOST_VALUES: usize = 20;

/// For a person; `head` is where it comes from, each with its label.
pub(crate) fn page(
    head: Vec<(&str, Option<String>)>,
    judged: &Judged,
    decision: Option<&Decision>,
    prepared: &Prepared,
) -> String {
    let mut page = match judged.verification.refusal() {
        None => accepted(decision),
        Some(step) => format!("REFUSED [{}]\n", step.code.unwrap_or_default()),
    };
    if let Some(step) = judged.verification.refusal() {
        page += &decided::hanging("why", 2, 16, &step.detail);
        if let Some(hint) = &step.hint {
            for (at, line) in led(hint).lines().enumerate() {
                page += &decided::hanging(if at == 0 { "hint" } else { "" }, 2, 16, line);
            }
        }
    }
    for (label, value) in head {
        if let Some(value) = value {
            page += &decided::hanging(label, 2, 16, &value);
        }
    }
    if let Some(how) = judged.fact("authentication") {
        page += &decided::hanging("logged in by", 2, 16, how);
    }
    page += "\nsteps\n";
    page += &steps(&judged.verification);
    let (title, identity) = match (&judged.identity, &judged.claimed) {
        (Some(proven), _) => ("\nproven\n", Some(proven)),
        (None, claimed) if judged.signed => ("\nsigned, and refused all the same\n", claimed.as_ref()),
        (None, claimed) => ("\nclaimed, and not proven\n", claimed.as_ref()),
    };
    if let Some(identity) = identity {
        page += title;
        page += &whom(identity, judged.fact("name_id_format"));
    }
    if let Some(decision) = decision {
        page += "\nthis login would\n";
        page += &decided::page(decision, prepared);
    }
    page
}

/// What the proof and the rules come to, in one line: whoever reads no further must not take a denied login for good.
fn accepted(decision: Option<&Decision>) -> String {
    const PROOF: &str = "what the identity provider sent proves the user";
    let Some(decision) = decision else { return format!("ACCEPTED {PROOF}\n") };
    let verdict = decision.verdict.word().to_uppercase();
    match decision.verdict {
        Verdict::Allow => format!("ACCEPTED, {verdict} [{}] {PROOF}\n", decision.code),
        Verdict::Deny | Verdict::Prompt => {
            let but = match decision.verdict {
                Verdict::Deny => "the vendor would not let them in",
                _ => "the vendor would ask first",
            };
            let mut told = format!("ACCEPTED, {verdict} [{}]\n", decision.code);
            told += &decided::hanging("why", 2, 16, &format!("{PROOF}; {but}: {}", decision.summary));
            told
        }
    }
}

/// Each step with its clause; the hint of the first that failed is told above them.
pub(crate) fn steps(verification: &Verification) -> String {
    let mut text = String::new();
    for step in &verification.steps {
        text += &decided::hanging(step.result.word(), 2, 13, &format!("{}: {}", step.step, step.detail));
        text += &decided::hanging("", 2, 13, step.clause);
        let first = verification.refusal().is_some_and(|first| std::ptr::eq(first, step));
        for line in step.hint.iter().filter(|_| !first).flat_map(|hint| hint.lines()) {
            text += &decided::hanging("", 2, 13, &format!("hint: {}", led(line)));
        }
    }
    text
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
        for value in attribute.told().take(MOST_VALUES) {
            text += &decided::hanging("", 2, 16, value);
        }
        if attribute.values.len() > MOST_VALUES {
            text += &decided::hanging("", 2, 16, &format!("… and {} more", attribute.values.len() - MOST_VALUES));
        }
    }
    text
}

/// For a program; `about` is where it comes from.
pub(crate) fn document(
    schema: &str,
    about: Map<String, Value>,
    judged: &Judged,
    decision: Option<&Decision>,
    prepared: &Prepared,
) -> Map<String, Value> {
    let facts: Map<String, Value> =
        judged.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("schema", json!(schema));
    put("connection", json!(prepared.name().as_str()));
    for (name, value) in verdict(&judged.verification) {
        put(&name, value);
    }
    for (name, value) in about {
        put(&name, value);
    }
    put("steps", steps_document(&judged.verification));
    put("identity", json!(judged.identity.as_ref().map(identity)));
    put("claimed", json!(judged.claimed.as_ref().map(identity)));
    put("facts", json!(facts));
    put("decision", json!(decision.map(|decision| decided::document(decision, prepared))));
    document
}

/// How it ends, for a program.
pub(crate) fn verdict(verification: &Verification) -> Map<String, Value> {
    let refusal = verification.refusal();
    let ends = [
        ("verdict", json!(if refusal.is_none() { "accepted" } else { "refused" })),
        ("code", json!(refusal.and_then(|step| step.code))),
        ("message", json!(refusal.map(|step| printable(&step.detail)))),
        ("hint", json!(refusal.and_then(|step| step.hint.as_deref().map(led)))),
    ];
    ends.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The steps for a program.
pub(crate) fn steps_document(verification: &Verification) -> Value {
    let steps = verification.steps.iter().map(|step| {
        json!({
            "step": step.step,
            "clause": step.clause,
            "result": step.result.word(),
            "detail": step.detail,
            "code": step.code,
            "hint": step.hint.as_deref().map(led),
        })
    });
    Value::Array(steps.collect())
}

fn identity(identity: &Identity) -> Value {
    let attributes = identity.attributes.iter().map(|one| json!({ "name": one.name, "values": one.told().collect::<Vec<_>>() }));
    json!({ "subject": identity.subject, "attributes": attributes.collect::<Vec<_>>() })
}
