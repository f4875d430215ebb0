//! The back channel of a login: the code for tokens, the keys, and the user information. Every step is told
//! with its clause, in the order of the specification; what failed stops what would build on it.

mod claims;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;
use serde_json::Value;
use url::Url;

use crate::crypto::mac::MacKey;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::error::Result;
use crate::http::Client;
use crate::http::address::SafeUrl;
use crate::http::address::is_loopback;
use crate::http::call::Body;
use crate::http::call::Call;
use crate::http::call::Method;
use crate::http::credentials::Credentials;
use crate::http::fetch::FetchRules;
use crate::http::fetch::Fetched;
use crate::model::clock::Clock;
use crate::model::connection::BearerPlace;
use crate::model::counted;
use crate::model::verification::Step;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
use crate::oidc::claims::Claims;
use crate::oidc::flow::answer;
use crate::oidc::flow::answer::Granted;
use crate::oidc::flow::answer::Raw;
use crate::oidc::flow::begin::Login;
use crate::oidc::flow::callback;
use crate::oidc::flow::hidden::Blots;
use crate::oidc::flow::hidden::Hidden;
use crate::oidc::flow::hidden::Told;
use crate::oidc::flow::user_info;
use crate::oidc::keys::KeySet;
use crate::oidc::token;
use crate::oidc::token::Expected;
pub(crate) use crate::relying::exchange::claims::repeated;
use crate::relying::exchange::claims::together;
use crate::relying::registration::Keys;
use crate::relying::registration::Proof;
use crate::relying::registration::Registration;
use crate::secret::Secret;

/// More than any answer of these endpoints has.
const LARGEST: u64 = 1024 * 1024;

/// The ways out.
#[derive(Clone, Copy)]
pub(crate) struct Doors<'d> {
    /// To the network.
    pub(crate) http: &'d Client,
    /// Time, hosts and authorities of each request.
    pub(crate) rules: &'d FetchRules,
    /// What time it is.
    pub(crate) clock: &'d dyn Clock,
}

/// What there is to judge, and by what.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The login.
    pub(crate) login: &'a Login,
    /// The query that the browser came back with, without the `?` before it, as it was sent.
    pub(crate) query: &'a str,
    /// The claim that the vendor finds its users by, nested ones with dots.
    pub(crate) username: Option<&'a str>,
    /// How far the clocks may be apart.
    pub(crate) skew: Duration,
}

/// What came of a login.
pub(crate) struct Outcome {
    /// Every step, without a secret.
    pub(crate) verification: Verification,
    /// What the provider says of the user, as it came: the user information, and of the ID token what is not there.
    pub(crate) claims: Option<Claims>,
    /// How the claims are told: they may repeat a secret.
    pub(crate) telling: Arc<Told>,
    /// The ID token as it came, for `login decode`.
    pub(crate) id_token: Option<Hidden>,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").field("verification", &self.verification).finish_non_exhaustive()
    }
}

/// Goes from what the browser brought back to who has logged in.
pub(crate) fn finish(party: &Registration, asked: &Asked<'_>, doors: &Doors<'_>) -> Outcome {
    let mut found = Verification::default();
    for unlike in &party.unlike {
        found.noted("connection-file", unlike.clause, unlike.detail.clone());
    }
    let mut kept = None;
    let exchange = Exchange { party, asked, doors, blots: Blots::default() };
    party.credentials().written().iter().for_each(|own| exchange.blots.add_own(own));
    exchange.blots.add(asked.login.verifier.expose());
    exchange.blots.add(asked.login.state.expose());
    // Also where they are not taken: the words beside them may repeat them.
    let is_secret = |name: &str| name == "code" || name.ends_with("_token");
    let secrets = url::form_urlencoded::parse(asked.query.as_bytes()).filter(|(name, _)| is_secret(name));
    secrets.take(answer::MOST).for_each(|(_, secret)| exchange.blots.add(&secret));
    let members = exchange.claims(&mut found, &mut kept);
    found.retell(&|step, text| if is_own(step) { text.to_owned() } else { exchange.hide(text) });
    if let Some(members) = &members {
        repeated(members, &|text| exchange.hide(text), &mut found);
    }
    let claims = members.map(|members| Claims { proven: found.is_proven() && found.refusal().is_none(), members });
    Outcome { verification: found, claims, telling: Arc::new(exchange.blots.into_inner()), id_token: kept }
}

/// Whether a step has words of our own alone, in which a secret stands by chance.
fn is_own(step: &Step) -> bool {
    step.result == StepResult::Passed && ["token-request", "user-info-request"].contains(&step.step)
}

struct Exchange<'a> {
    party: &'a Registration,
    asked: &'a Asked<'a>,
    doors: &'a Doors<'a>,
    blots: Blots,
}

impl Exchange<'_> {
    /// Text of the provider's without what it was told in confidence.
    fn hide(&self, text: &str) -> String {
        self.blots.redact(text)
    }

    fn claims(&self, found: &mut Verification, kept: &mut Option<Hidden>) -> Option<Map<String, Value>> {
        let Self { party, asked, .. } = self;
        let expected = callback::Expected {
            state: Some(asked.login.state.expose()),
            issuer: party.issuer.as_deref(),
            names_issuer: party.names_issuer,
        };
        let code = callback::judge(asked.query, &expected, &|text| self.hide(text), found)?;
        let Granted { access_token, id_token } = self.tokens(&code, found)?;
        let token = match id_token {
            Some(id_token) => {
                let id_token = kept.insert(id_token);
                Some(self.id_token(id_token, &access_token, &code, found)?)
            }
            None => None,
        };
        if found.refusal().is_some() {
            // What the token claims is shown as a claim; nobody is asked on its behalf.
            return token.map(|(members, _)| members);
        }
        let (token, keys) = token.map_or((None, None), |(members, keys)| (Some(members), keys));
        let secret = party.mac_key();
        let trusted = (keys.as_ref(), secret.as_ref());
        let subject = token.as_ref().and_then(|members| members.get("sub")).and_then(Value::as_str);
        let user = match &party.user_info {
            None => {
                found.unchecked("user-info", "oidc-core 5.3", "the connection has no user information endpoint");
                None
            }
            Some((url, place)) => {
                let id_token = kept.as_ref().map(Hidden::expose);
                match self.user_info((url, *place), (access_token, id_token), subject, trusted, found) {
                    Some(user) => Some(user),
                    None => return token,
                }
            }
        };
        if token.is_none() && user.is_none() {
            found.failed(
                "user-info",
                "oidc-core 5.3",
                "user-unknown",
                "there is neither an ID token nor user information: nobody says who has logged in",
                "add `openid` to `oauth.scope`, or set `oauth.user_info_endpoint`",
            );
            return None;
        }
        let members = together(token, user, found);
        token::username(&members, "the provider's answer", asked.username, found);
        Some(members)
    }

    /// RFC 6749 4.1.3, RFC 7636 4.5.
    fn tokens(&self, code: &Hidden, found: &mut Verification) -> Option<Granted> {
        let Self { party, asked, doors, .. } = self;
        let credentials = party.credentials();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", asked.login.redirect_uri.as_str()),
            ("code_verifier", asked.login.verifier.expose()),
        ];
        let (clause, how) = match party.proof {
            Proof::Basic(_) => ("rfc6749 2.3.1", "with its secret in the header (client_secret_basic)"),
            Proof::Post(_) => ("rfc6749 2.3.1", "with its secret in the form (client_secret_post)"),
            Proof::Public => {
                form.push(("client_id", &party.client_id));
                ("rfc6749 3.2.1", "without a secret, as a public client")
            }
        };
        let call = Call {
            method: Method::Post,
            url: &party.token_endpoint,
            credentials,
            headers: &[("accept", "application/json")],
            if_match: None,
            body: Body::Form(&form),
        };
        let answer = match doors.http.call_under(&call, &self.rules()) {
            Ok(answer) => answer,
            Err(why) => {
                found.refused("token-request", clause, &why);
                return None;
            }
        };
        found.passed("token-request", clause, format!("{}, {how}", SafeUrl::of(&party.token_endpoint)));
        let raw = Raw { status: answer.status, media_type: answer.media_type.as_deref(), body: &answer.body };
        answer::secrets(&raw).iter().for_each(|secret| self.blots.add(secret.expose()));
        let granted = answer::judge(&raw, asked.login, &|text| self.hide(text), found);
        if granted.is_none() && credentials.is_encoded() {
            encoding(found);
        }
        granted
    }

    /// The claims of the ID token, and the keys that it was verified with; nothing where it cannot be read.
    fn id_token(
        &self,
        id_token: &Hidden,
        access_token: &Hidden,
        code: &Hidden,
        found: &mut Verification,
    ) -> Option<(Map<String, Value>, Option<KeySet>)> {
        let Self { party, asked, doors, .. } = self;
        let login = asked.login;
        let mut keys = self.keys(found);
        let (algorithms, secret) = (self.algorithms(), party.mac_key());
        let now = doors.clock.now();
        // The user authenticated for this login: after it had begun.
        let since = now.unix().saturating_sub(login.begun.unix()).max(0).unsigned_abs();
        let verified = |keys: Option<&KeySet>| {
            let expected = Expected {
                issuer: party.issuer.as_deref(),
                client_id: Some(&party.client_id),
                keys,
                secret: secret.as_ref(),
                algorithms: &algorithms,
                nonce: login.nonce.as_ref().map(Hidden::expose),
                max_age: login.forced.then(|| Duration::from_secs(since)),
                access_token: Some(access_token.expose()),
                code: Some(code.expose()),
                skew: asked.skew,
                ..Expected::default()
            };
            token::verify_alone(id_token.expose(), &expected, now)
        };
        let (mut steps, mut claims) = verified(keys.as_ref());
        let unknown = steps.steps.iter().any(|step| step.code == Some("token-key-unknown"));
        if unknown && let Keys::At(address) = &party.keys {
            match self.key_set(address) {
                Ok(again) => {
                    let told = "fetched once more, since no key of the set has the name in the token's header";
                    found.noted("keys", "oidc-core 10.1.1", told);
                    (steps, claims) = verified(Some(&again));
                    keys = Some(again);
                }
                Err(why) => found.warned("keys", "oidc-core 10.1.1", &why),
            }
        }
        let proven = steps.is_proven();
        found.append(steps);
        if !proven && found.refusal().is_none() {
            found.failed(
                "signature",
                "oidc-core 3.1.3.7(6)",
                "token-not-proven",
                "there is no key to verify the signature with: anybody could have written the token",
                "set `oauth.public_keys_endpoint` to the `jwks_uri` of the identity provider",
            );
        }
        claims.map(|claims| (claims.members, keys))
    }

    /// The keys that may have signed the ID token.
    fn keys(&self, found: &mut Verification) -> Option<KeySet> {
        const CLAUSE: &str = "oidc-core 10.1";
        match &self.party.keys {
            Keys::At(address) => match self.key_set(address) {
                Ok(keys) => {
                    let count = counted(keys.keys.len() as u64, "key");
                    found.passed("keys", CLAUSE, format!("{count}, from {}", SafeUrl::of_text(address)));
                    Some(keys)
                }
                Err(why) => {
                    found.refused("keys", CLAUSE, &why);
                    None
                }
            },
            Keys::Entered(pem) => match PublicKey::from_pem_or_der(pem.as_bytes()) {
                Ok(key) => {
                    found.passed("keys", CLAUSE, format!("the key of the connection's file, {}", key.spki_sha256()));
                    if let Some(Ok(set)) = self.party.published_keys.as_deref().map(|address| self.key_set(address))
                        && !set.has(&key)
                    {
                        let detail = "`oauth.public_key` is not among the keys that the provider publishes now";
                        found.noted("connection-file", CLAUSE, detail);
                    }
                    Some(KeySet::of(key, "the key of the connection's file"))
                }
                Err(why) => {
                    found.refused("keys", CLAUSE, &why);
                    None
                }
            },
            Keys::NotNeeded => {
                let told =
                    format!("none is needed: {} is verified with the client secret", self.party.algorithms.join(", "));
                found.passed("keys", CLAUSE, told);
                None
            }
            Keys::Unknown => {
                found.unchecked("keys", CLAUSE, "nobody said where the provider's keys are");
                None
            }
        }
    }

    fn key_set(&self, address: &str) -> std::result::Result<KeySet, Failure> {
        let mut rules = self.rules();
        if Url::parse(address).is_ok_and(|url| is_loopback(&url)) && !rules.allow_http {
            // Nobody is on the way to this machine itself, as long as it does not send on to another.
            (rules.allow_http, rules.max_redirects) = (true, 0);
        }
        let bytes = match flat(self.doors.http.fetch(address, &rules, None))? {
            Fetched::Document(mut download) => flat(download.content.bytes(LARGEST))?,
            Fetched::Missing(failure) => return Err(failure),
            Fetched::NotModified(_) => return Err(Failure::bug("an answer to a question that was not asked")),
        };
        KeySet::read(&bytes, &SafeUrl::of_text(address).to_string())
    }

    /// OIDC Core 5.3.
    fn user_info(
        &self,
        (url, place): (&Url, BearerPlace),
        (access_token, id_token): (Hidden, Option<&str>),
        subject: Option<&str>,
        (keys, shared): (Option<&KeySet>, Option<&MacKey>),
        found: &mut Verification,
    ) -> Option<Map<String, Value>> {
        const STEP: &str = "user-info-request";
        let sent = Hidden::new(access_token.expose());
        let secret = match flat(Secret::new(access_token.into_inner(), "the access token")) {
            Ok(secret) => secret,
            Err(why) => {
                found.refused(STEP, "rfc6750 2", &why);
                return None;
            }
        };
        let (method, credentials, clause, how) = match place {
            BearerPlace::Header => (Method::Get, Credentials::Bearer(&secret), "rfc6750 2.1", "in the header"),
            BearerPlace::Body => (Method::Post, Credentials::BearerInForm(&secret), "rfc6750 2.2", "in the form"),
            BearerPlace::Query => {
                (Method::Get, Credentials::BearerInQuery(&secret), "rfc6750 2.3", "in the query, where logs keep it")
            }
        };
        let headers = &[("accept", "application/json, application/jwt"), ("cache-control", "no-store")];
        let call = Call { method, url, credentials, headers, if_match: None, body: Body::None };
        let answer = match self.doors.http.call_under(&call, &self.rules()) {
            Ok(answer) => answer,
            Err(why) => {
                found.refused(STEP, clause, &why);
                return None;
            }
        };
        found.passed(STEP, clause, format!("{}, the access token {how}", SafeUrl::of(url)));
        let expected = user_info::Expected {
            subject,
            issuer: self.party.issuer.as_deref(),
            client_id: Some(&self.party.client_id),
            keys,
            secret: shared,
            algorithms: &self.algorithms(),
            now: Some(self.doors.clock.now()),
            skew: self.asked.skew,
            tokens: &[&[sent.expose()], id_token.as_slice()].concat(),
        };
        let raw = Raw { status: answer.status, media_type: answer.media_type.as_deref(), body: &answer.body };
        user_info::judge(&raw, &expected, found)
    }

    fn algorithms(&self) -> Vec<&str> {
        self.party.algorithms.iter().map(String::as_str).collect()
    }

    fn rules(&self) -> FetchRules {
        FetchRules { max_bytes: LARGEST.min(self.doors.rules.max_bytes), ..self.doors.rules.clone() }
    }
}

/// A client ID or secret that is not sent as it is: some servers do not undo the encoding of RFC 6749 2.3.1.
fn encoding(found: &mut Verification) {
    let refused = ["oauth-invalid-client", "oauth-unauthorized-client", "oauth-access-denied", "client-secret-wrong"];
    let last = found.steps.last_mut().filter(|step| step.code.is_some_and(|code| refused.contains(&code)));
    if let Some(step) = last {
        let more = "the client ID or secret has characters that RFC 6749 2.3.1 encodes in the header, and some providers \
                    do not undo that: where it allows `client_secret_post`, use that";
        let hint = step.hint.take().unwrap_or_default();
        step.hint = Some(format!("{hint}; {more}"));
    }
}

fn flat<T>(result: Result<T>) -> std::result::Result<T, Failure> {
    result.map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) => failure,
        Err(error) => Failure::bug("a document could not be fetched").because(error.to_string()),
    })
}

#[cfg(test)]
pub(crate) mod tests;
