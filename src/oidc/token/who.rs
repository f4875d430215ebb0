//! Who issued a token, for whom, and about whom.

use serde_json::Map;
use serde_json::Value;

use super::Held;
use super::Judging;
use super::missing;
use super::wrong_type;
use crate::error::Failure;
use crate::model::difference::explain_difference;
use crate::oidc::claims;
use crate::oidc::issuer;
use crate::oidc::json;

/// Names by which people call themselves, and which they or an administrator can change.
const MUTABLE: [&str; 6] = ["email", "preferred_username", "upn", "unique_name", "nickname", "name"];

impl Judging<'_> {
    pub(super) fn issuer(&mut self) {
        let said = self.text("iss").and_then(|iss| {
            let iss = iss.ok_or_else(|| missing("iss"))?;
            let Some(expected) = self.expected.issuer else {
                return Ok(Held::NotAsked(format!("nobody said which; the token says `{}`", json::shortened(iss))));
            };
            issuer::check_token(expected, iss)?;
            Ok(Held::Yes(format!("`{}`, byte for byte", json::shortened(iss))))
        });
        self.say("issuer", "oidc-core 3.1.3.7(2)", said);
    }

    pub(super) fn subject(&mut self) {
        let said = self.text("sub").and_then(|sub| match sub {
            None | Some("") => Err(missing("sub")),
            // OIDC Core 2: at most 255 ASCII characters.
            Some(sub) if sub.len() > 255 || !sub.is_ascii() => Ok(Held::Note(format!(
                "`{}` is not of at most 255 ASCII characters, as a subject is",
                json::shortened(sub)
            ))),
            Some(sub) => Ok(Held::Yes(format!("`{}`", json::shortened(sub)))),
        });
        self.say("subject", "oidc-core 2", said);
    }

    fn audiences(&self) -> Result<Vec<&str>, Failure> {
        let text = |value: &Value| matches!(value, Value::String(_));
        match self.claims.get("aud") {
            None | Some(Value::Null) => Err(missing("aud")),
            Some(Value::String(one)) => Ok(vec![one]),
            Some(Value::Array(several)) if several.iter().all(text) => {
                Ok(several.iter().filter_map(Value::as_str).collect())
            }
            Some(_) => Err(wrong_type("aud", "a string or a list of strings")),
        }
    }

    pub(super) fn audience(&mut self) {
        let said = self.audiences().and_then(|found| {
            let list = || found.iter().take(20).map(|one| format!("`{}`", json::shortened(one))).collect::<Vec<_>>();
            let Some(client) = self.expected.client_id else {
                return Ok(Held::NotAsked(format!("nobody said for which client; the token says {}", list().join(", "))));
            };
            if !found.contains(&client) {
                let what = match found.as_slice() {
                    [one] => explain_difference(client, one),
                    [] => format!("expected `{}`, got an empty list", json::shortened(client)),
                    _ => format!("`{}` is none of {}", json::shortened(client), list().join(", ")),
                };
                return Err(Failure::input("audience-mismatch", format!("the token is for another client: {what}"))
                    .hint("correct the client ID of the connection, if the token is of the right application; else refuse it"));
            }
            if found.len() > 1 {
                return Ok(Held::Note(format!(
                    "{}: whoever runs one of the others can hand this token on, so each must be trusted",
                    list().join(", ")
                )));
            }
            Ok(Held::Yes(format!("`{}`", json::shortened(client))))
        });
        self.say("audience", "oidc-core 3.1.3.7(3)", said);
    }

    pub(super) fn authorized_party(&mut self) {
        let several = self.audiences().is_ok_and(|found| found.len() > 1);
        let said = self.text("azp").and_then(|azp| match (azp, self.expected.client_id) {
            (None, _) if several => Err(Failure::input(
                "azp-missing",
                "the token is for several clients and does not say which asked for it (`azp`)",
            )
            .hint("have the identity provider issue it for this client alone, or with `azp`")),
            (None, _) => Ok(Held::Yes("not there, as where the token is for one client".to_owned())),
            (Some(azp), None) => {
                Ok(Held::NotAsked(format!("nobody said which client; the token says `{}`", json::shortened(azp))))
            }
            (Some(azp), Some(client)) if azp != client => {
                let what = explain_difference(client, azp);
                Err(Failure::input("azp-mismatch", format!("another client asked for the token: {what}"))
                    .hint("refuse it; it was issued in another client's login"))
            }
            (Some(azp), Some(_)) => Ok(Held::Yes(format!("`{}`", json::shortened(azp)))),
        });
        self.say("authorized-party", "oidc-core 3.1.3.7(4, 5)", said);
    }
}

/// What the vendor finds its users by, and whether they can change it themselves.
pub(super) fn username(claims: &Map<String, Value>, source: &str, claim: Option<&str>) -> Result<Held, Failure> {
    let Some(claim) = claim else {
        return Ok(Held::NotAsked("nobody said which claim the username comes from".to_owned()));
    };
    let (identity, _) = claims::identity(claims, source)?;
    let values = identity.values(claim);
    let (shown, name) = (json::shortened(values.first().unwrap_or(&"")), json::shortened(claim));
    let warning = match values.as_slice() {
        [] => {
            Failure::input("username-missing", format!("{source} has no `{name}`, by which the vendor finds the user"))
                .hint("have the identity provider send the claim, or ask for the scope that it belongs to")
        }
        [_] if claim == "email" => match claims.get("email_verified") {
            Some(Value::Bool(true)) => return Ok(Held::Yes(format!("`email` is `{shown}`, said to be verified"))),
            verified => unverified(&shown, source, verified),
        },
        [_] if MUTABLE.contains(&claim) => Failure::input(
            "username-mutable",
            format!("the vendor finds the user by `{name}` `{shown}`, which can change and is not unique"),
        )
        .hint("find users by `sub`, with Entra ID by `oid` and `tid`"),
        [_] => return Ok(Held::Yes(format!("`{name}` is `{shown}`"))),
        several => Failure::input(
            "username-several",
            format!("`{name}`, by which the vendor finds the user, has {} values", several.len()),
        )
        .hint("have the identity provider send one value"),
    };
    Ok(Held::Warning(warning))
}

/// An address that its user may have chosen (nOAuth, 2023).
fn unverified(email: &str, source: &str, verified: Option<&Value>) -> Failure {
    let said = match verified {
        None | Some(Value::Null) => format!("{source} has no `email_verified`"),
        Some(Value::Bool(_)) => format!("`email_verified` in {source} is false"),
        Some(_) => format!("`email_verified` in {source} is neither true nor false"),
    };
    Failure::input(
        "username-email-unverified",
        format!(
            "the vendor finds the user by `email` `{email}`, and {said}: where users set it themselves, they \
             log in as whom they like (nOAuth)"
        ),
    )
    .hint("find users by `sub`, with Entra ID by `oid` and `tid`; or have verified addresses alone sent")
}
