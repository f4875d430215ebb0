//! What binds a token to one login: algorithm, nonce, kind of authentication, and the digests of what
//! came with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Held;
use super::Judging;
use crate::crypto::digest::Digest;
use crate::error::Failure;
use crate::model::difference::explain_difference;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::json;

impl Judging<'_> {
    pub(super) fn algorithm(&mut self, algorithm: &Result<Algorithm, Failure>) {
        let said = match algorithm {
            Err(why) => Err(why.again()),
            Ok(algorithm) => self.judge_algorithm(algorithm.name()),
        };
        self.say("algorithm", "oidc-core 3.1.3.7(7, 8)", said);
    }

    fn judge_algorithm(&self, name: &str) -> Result<Held, Failure> {
        let wanted = self.expected.algorithms;
        if wanted.contains(&name) {
            return Ok(Held::Yes(format!("{name}, as expected")));
        }
        if !wanted.is_empty() {
            let list: Vec<String> = wanted.iter().map(|one| format!("`{}`", json::shortened(one))).collect();
            return Err(Failure::input(
                "algorithm-unexpected",
                format!("the token is signed with {name}, and expected is {}", list.join(", ")),
            )
            .hint("fetch the discovery document anew, and look up how the client is registered"));
        }
        if name == "RS256" {
            return Ok(Held::Yes("RS256, which is the default".to_owned()));
        }
        Ok(Held::NotAsked(format!("{name}; nobody said which, and the default is RS256")))
    }

    pub(super) fn nonce(&mut self) {
        let said = self.text("nonce").and_then(|nonce| match (nonce, self.expected.nonce) {
            (_, None) => {
                Ok(Held::NotAsked("nobody said which nonce the login asked for, so a replay is not seen".to_owned()))
            }
            (None, Some(_)) => Err(Failure::input(
                "nonce-missing",
                "the login asked for a nonce, and the token has none: it may be a replay",
            )
            .hint("never take it; have the identity provider put the nonce of the request into the token")),
            (Some(got), Some(wanted)) if got != wanted => {
                let what = explain_difference(wanted, got);
                Err(Failure::input("nonce-mismatch", format!("the token is of another login: {what}"))
                    .hint("never take it; it may be a replay. Begin the login anew"))
            }
            (Some(_), Some(_)) => Ok(Held::Yes("that of the login".to_owned())),
        });
        self.say("nonce", "oidc-core 3.1.3.7(11)", said);
    }

    pub(super) fn acr(&mut self) {
        let wanted = self.expected.acr;
        let said = self.text("acr").and_then(|acr| match acr {
            _ if wanted.is_empty() => {
                let told = acr.map(|acr| format!("; the token says `{}`", json::shortened(acr))).unwrap_or_default();
                Ok(Held::NotAsked(format!("nobody said how the user must authenticate{told}")))
            }
            Some(acr) if wanted.contains(&acr) => Ok(Held::Yes(format!("`{}`", json::shortened(acr)))),
            other => {
                let got = other.map_or_else(|| "nothing".to_owned(), |acr| format!("`{}`", json::shortened(acr)));
                let list: Vec<String> = wanted.iter().map(|one| format!("`{}`", json::shortened(one))).collect();
                let what = format!("the user authenticated by {got}, and expected is {}", list.join(" or "));
                Err(Failure::input("acr-mismatch", what)
                    .hint("have the identity provider demand that kind of authentication for this client"))
            }
        });
        self.say("acr", "oidc-core 3.1.3.7(12)", said);
    }

    /// The left half of the digest of what came with the token. What came with it is never shown.
    pub(super) fn hash_of(
        &mut self,
        step: &'static str,
        clause: &'static str,
        claim: &'static str,
        given: Option<&str>,
        algorithm: &Result<Algorithm, Failure>,
    ) {
        let what = if claim == "at_hash" { "access token" } else { "code" };
        let said = self.text(claim).and_then(|hash| match (hash, given, algorithm) {
            (None, None, _) => Ok(Held::NotAsked(format!("no {what} was given, and the token has no `{claim}`"))),
            (Some(_), None, _) => Ok(Held::NotAsked(format!("no {what} was given for `{claim}` to be compared with"))),
            (None, Some(_), _) if claim == "at_hash" => Ok(Held::Note(
                "the token has no `at_hash`, which is optional where both come from the token endpoint (3.1.3.6)"
                    .to_owned(),
            )),
            (None, Some(_), _) => {
                Ok(Held::NotAsked(format!("the token has no `{claim}`, so the {what} may be another login's")))
            }
            (_, _, Err(_)) => Ok(Held::NotAsked("no algorithm says with what to digest".to_owned())),
            (Some(hash), Some(given), Ok(algorithm)) => {
                let mut digest = Digest::new(algorithm.digest());
                digest.update(given.as_bytes());
                let digest = digest.finish();
                let wanted = URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2]);
                if hash == wanted {
                    return Ok(Held::Yes(format!("that of the {what} given")));
                }
                let what = format!(
                    "the {what} given is not the one the token came with: {}",
                    explain_difference(&wanted, hash)
                );
                let failure = match claim {
                    "at_hash" => Failure::input("at-hash-mismatch", what),
                    _ => Failure::input("c-hash-mismatch", what),
                };
                Err(failure.hint("never take both; one of them may be of another login. Begin the login anew"))
            }
        });
        self.say(step, clause, said);
    }
}
