//! Real responses, and what attackers made of some, against what an independent reader found.

use serde_json::Value;

use crate::corpus;
use crate::corpus::Exception;
use crate::crypto::scheme::Sha1;
use crate::model::time::Time;
use crate::model::verification::StepResult;
use crate::saml::response::Expected;
use crate::saml::response::Request;
use crate::saml::response::SKEW;
use crate::saml::response::judge;
use crate::saml::signature::corpus::message_of;
use crate::saml::signature::corpus::pins;
use crate::saml::signature::corpus::pool;
use crate::saml::signature::trust::Trust;

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// What the independent reader calls unsafe, and the codes that say the same.
fn says(why: &str, code: &str) -> bool {
    let signature = ["signature-", "digest-", "transform", "canonicalization-", "reference-", "relative-namespace"];
    match why {
        _ if why.starts_with("assertion-count") => {
            ["assertion-misplaced", "assertion-several", "assertion-missing", "response-version", "response-not-one"]
                .contains(&code)
        }
        _ if why.starts_with("status-") => code == "status-not-success",
        // What is encrypted may be signed within.
        "unsigned" => ["signature-missing", "decryption-key-missing"].contains(&code),
        "comment-in-nameid" | "comment-or-pi-inside-signature" => code == "value-split" || code == "signature-comment",
        "doctype" => code == "doctype",
        _ => signature.iter().any(|family| code.starts_with(family)),
    }
}

/// Rightly otherwise.
const EXCEPTIONS: [Exception; 6] = [
    (
        "response/boxyhq-saml20-saml20-validresponse-noirt-validsig-on-assertion-sha1.xml",
        "value-split",
        "a comment stands inside an address",
    ),
    (
        "response/boxyhq-saml20-saml20-validresponse-validsig-on-assertion-sha1.xml",
        "value-split",
        "a comment stands inside an address",
    ),
    ("response/php-saml-no-status-validsig-on-response-sha1.xml", "status-missing", "without a status nobody said yes"),
    ("response/php-saml-not-before-failed-sig-not-verified-sha1.xml", "status-missing", "looked at first"),
    (
        "response/ruby-saml-response-invalid-signed-element-validsig-on-assertion+status-sha1.xml",
        "signature-misplaced",
        "a Status is signed, which proves nothing of the response",
    ),
    ("response/signxml-test-literal-sig-not-verified-e3302c.xml", "response-version", "looked at first"),
];

#[test]
fn every_response_is_proven_or_refused_as_the_manifest_has_it() {
    let Some(rows) = corpus::rows("response") else { return };
    let pool = pool();
    let (mut disagreements, mut seen) = (Vec::new(), 0);
    for row in &rows {
        let bytes = message_of(row);
        let found = &row.expected;
        let all = found["signatures"].as_array().into_iter().flatten().flat_map(|one| pins(one, &pool)).collect();
        let trust = Trust { pins: all, sha1: Sha1::Allowed };
        let idp = found["issuer"].as_str().or_else(|| found["assertion_issuers"][0].as_str()).unwrap_or_default();
        let until = strings(&found["conditions_not_on_or_after"]).iter().filter_map(|text| Time::parse(text)).min();
        let issued = found["IssueInstant"].as_str().and_then(Time::parse);
        let now = until.map(|until| until.plus_seconds(-1)).or(issued).unwrap_or(Time::EPOCH);
        let acs: Vec<String> = found["Destination"].as_str().map(str::to_owned).into_iter().collect();
        let judged = judge(
            &bytes,
            &row.file,
            &Expected {
                idp,
                trust: &trust,
                audience: found["audiences"][0].as_str(),
                acs: &acs,
                request: found["InResponseTo"].as_str().map_or(Request::Unknown, |id| Request::Sent(id.to_owned())),
                keys: &[],
                now,
                skew: SKEW,
                forced_at: None,
            },
        );
        seen += 1;
        let steps = &judged.verification.steps;
        let code = judged.verification.refusal().and_then(|step| step.code);
        let mut disagree = |what: String| disagreements.push((row.file.clone(), what));
        if found["root"] != "Response" {
            // A document that is not well-formed has no root.
            let refused = code.is_some_and(|code| code == "response-not-one" || code.starts_with("xml-"));
            if !refused || judged.claimed.is_some() {
                disagree(format!("{code:?} for a {}", found["root"]));
            }
        } else if found["structurally_safe_signature"] == true {
            // The reader says nothing of time, audience and destination.
            let held = steps.iter().any(|step| step.step == "signature" && step.result == StepResult::Passed);
            let closed = found["n_encrypted_assertions"] == 1 && code == Some("decryption-key-missing");
            if !held && !closed {
                disagree(format!("{}, and the signature holds", code.unwrap_or("no code")));
            }
        } else {
            let why = strings(&found["why_not"]);
            // Of a key that is not known the issuer is told first, where that is another one; the signature is refused too.
            let told = |code: &str| match code {
                "issuer-mismatch" => {
                    steps.iter().filter_map(|step| step.code).any(|code| why.iter().any(|why| says(why, code)))
                }
                code => why.iter().any(|why| says(why, code)),
            };
            match code {
                Some(code) if judged.identity.is_none() && told(code) => {}
                other => disagree(format!("{}, and the reader says {}", other.unwrap_or("accepted"), why.join(", "))),
            }
        }
    }
    corpus::settle("responses as logins", seen, &disagreements, &EXCEPTIONS);
}
