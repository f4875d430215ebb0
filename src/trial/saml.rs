//! The service provider of a test login by SAML (saml-profiles 4.1).

mod ending;

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::cert::Certificate;
use crate::crypto;
use crate::crypto::random;
use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::connection::Endpoint;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::saml::binding;
use crate::saml::binding::Parameter;
use crate::saml::replay::Replays;
use crate::saml::request;
use crate::saml::request::AuthnRequest;
use crate::saml::response;
use crate::saml::response::Expected;
use crate::saml::response::NameId;
use crate::saml::response::Request as Asked;
use crate::saml::response::mends::Mends;
use crate::saml::signature::sign::Signer;
use crate::saml::signature::trust::Trust;
use crate::saml::sp;
use crate::saml::sp::AssertionConsumer;
use crate::saml::sp::LocalizedText;
use crate::saml::sp::SingleLogout;
use crate::saml::sp::SpMetadata;
use crate::trial::own_key::OwnKey;
use crate::trial::party::Arrival;
use crate::trial::party::Party;
use crate::trial::party::Started;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

/// Paths of the service provider, below its base.
pub(crate) const METADATA: &str = "/metadata";
const ACS: &str = "/acs";
/// What messages call what has arrived.
const FILE: &str = "the response";
const SLO: &str = "/slo";

/// Entity ID and reply URL of the service provider of a test whose pages have this base.
pub(crate) fn names_at(base: &str) -> (String, String) {
    (format!("{base}{METADATA}"), format!("{base}{ACS}"))
}

/// Entity ID of a test's service provider, where a reply URL is that of one.
pub(crate) fn entity_id_of_test(acs: &str) -> Option<String> {
    let base = acs.strip_suffix(ACS)?;
    let port = ["http://localhost:", "https://localhost:"].into_iter().find_map(|scheme| base.strip_prefix(scheme))?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then(|| format!("{base}{METADATA}"))
}

/// Logins that can still be logged out of.
const MOST_SESSIONS: usize = 16;

/// What is known of the identity provider, and what the test is to be.
pub(crate) struct Setting {
    /// What commands call the connection, and others that its answers may be of.
    pub(crate) mends: Mends,
    /// Its entity ID.
    pub(crate) idp: String,
    /// Its keys.
    pub(crate) trust: Trust,
    /// Where logins begin; `None` where they begin at the identity provider.
    pub(crate) sso: Option<Endpoint>,
    /// Where the test logs out, where it is to.
    pub(crate) slo: Option<Endpoint>,
    /// Whether requests are signed.
    pub(crate) sign: bool,
    /// Whether the user is to authenticate anew.
    pub(crate) force: bool,
    /// The format of NameID that is asked for.
    pub(crate) name_id_format: Option<String>,
    /// The RelayState that is sent in place of one of our own.
    pub(crate) relay_state: Option<String>,
    /// Whether a response to no request is taken.
    pub(crate) unsolicited: bool,
    /// Seconds by which clocks may differ.
    pub(crate) skew: i64,
}

/// The service provider.
pub(crate) struct ServiceProvider {
    setting: Setting,
    /// `http://localhost:8976`.
    base: String,
    signer: Signer,
    certificate: Certificate,
    opening: Vec<PrivateKey>,
    acs: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whoever has logins begun bounds them.
    open: Vec<Open>,
    replays: Replays,
    sessions: Vec<Session>,
    /// How many there have been.
    begun: u64,
    logging_out: Option<String>,
}

/// A request that waits for its answer.
struct Open {
    id: String,
    /// When it was sent.
    at: Time,
    relay_state: String,
}

/// Who is logged in.
struct Session {
    number: u64,
    name_id: NameId,
    index: Option<String>,
}

impl ServiceProvider {
    /// The one at this base, with this key.
    pub(crate) fn new(base: String, own: &OwnKey, setting: Setting) -> Result<Self> {
        Ok(Self {
            signer: Signer::new(own.key()?, Some(own.certificate.clone()))?,
            certificate: own.certificate.clone(),
            opening: vec![own.key()?],
            acs: vec![format!("{base}{ACS}")],
            base,
            setting,
            state: Mutex::default(),
        })
    }

    fn entity_id(&self) -> String {
        format!("{}{METADATA}", self.base)
    }

    fn slo(&self) -> String {
        format!("{}{SLO}", self.base)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The metadata that an identity provider takes.
    pub(crate) fn document(&self) -> Result<String> {
        let certificate = BASE64_STANDARD.encode(&self.certificate.der);
        sp::write(&SpMetadata {
            entity_id: self.entity_id(),
            authn_requests_signed: self.setting.sign,
            display_name: Some(LocalizedText { lang: "en".to_owned(), text: "ssoctl connection test".to_owned() }),
            signing_certs: vec![certificate.clone()],
            encryption_certs: vec![certificate],
            slo: [Binding::redirect(), Binding::post()]
                .map(|binding| SingleLogout { binding, location: self.slo(), response_location: None })
                .into(),
            name_id_formats: self.setting.name_id_format.iter().cloned().collect(),
            acs: vec![AssertionConsumer {
                binding: Binding::post(),
                location: self.acs[0].clone(),
                index: 0,
                is_default: true,
            }],
            ..SpMetadata::default()
        })
    }

    /// A message on its way, by the binding of the endpoint.
    fn sent(
        &self,
        endpoint: &Endpoint,
        sign: bool,
        relay_state: &str,
        write: impl Fn(Option<&Signer>) -> Result<String>,
    ) -> Result<Reply> {
        let signer = sign.then_some(&self.signer);
        if endpoint.binding == Binding::post() {
            let message = binding::posted(&write(signer)?);
            let fields = [(Parameter::Request.name(), message.as_str()), ("RelayState", relay_state)];
            return Ok(page::sends_itself("ssoctl connection test", &endpoint.location, &fields));
        }
        let key = signer.map(Signer::key);
        let url = binding::redirected(&endpoint.location, Parameter::Request, &write(None)?, Some(relay_state), key)?;
        Ok(Reply::redirect(url))
    }

    fn ask(&self, endpoint: &Endpoint, now: Time) -> Result<Started> {
        let id = request::id()?;
        let relay_state = match &self.setting.relay_state {
            Some(given) => given.clone(),
            None => crypto::hex(random::octets::<16>()?.as_slice()),
        };
        let asked = AuthnRequest {
            id: &id,
            at: now,
            issuer: &self.entity_id(),
            destination: &endpoint.location,
            acs: &self.acs[0],
            force: self.setting.force,
            name_id_format: self.setting.name_id_format.as_deref(),
        };
        let reply =
            self.sent(endpoint, self.setting.sign, &relay_state, |signer| request::authn_request(&asked, signer))?;
        self.state().open.push(Open { id: id.clone(), at: now, relay_state });
        Ok(Started { reply, id })
    }

    fn received(&self, request: &Request, now: Time) -> Arrival {
        let name = Parameter::Response.name();
        let value = match (request.method, request.field(name)) {
            (Method::Post, Some(value)) => value,
            (Method::Post, None) => {
                let count = request.count(name);
                let told = format!("the form has {count} fields `{name}`, and one is needed");
                return refused(
                    "binding",
                    "saml-bindings 3.5.4",
                    "response-field",
                    &told,
                    "look at what the browser posts: the identity provider is to send its answer by HTTP-POST",
                );
            }
            (Method::Get, _) => {
                return refused(
                    "binding",
                    "saml-profiles 4.1.2",
                    "response-by-redirect",
                    "the answer came in the address (HTTP-Redirect), which is too long for it and is not allowed",
                    "set the binding of the reply URL at the identity provider to HTTP-POST",
                );
            }
        };
        let xml = match binding::decode(value, FILE) {
            Ok(xml) => xml,
            Err(failure) => {
                let mut verification = Verification::default();
                verification.refused("binding", "saml-bindings 3.5.4", &failure);
                let judged = Judged { verification, ..Judged::default() };
                return Arrival { judged, message: value.to_owned(), expected: false, session: None };
            }
        };
        let answers = response::answers(&xml, FILE);
        // Not held while it is judged: a long message keeps nobody waiting.
        let mut state = self.state();
        let at = state.open.iter().position(|open| Some(&open.id) == answers.as_ref());
        let open = at.map(|at| state.open.remove(at));
        drop(state);
        // What answers another request is not told the ID of one that is open.
        let asked = match &open {
            Some(open) => Asked::Sent(open.id.clone()),
            None => Asked::Unsolicited { allowed: self.setting.unsolicited },
        };
        // Nothing is opened for whom nobody has asked: they could hand in what was encrypted for another.
        let opens = open.is_some() || self.setting.unsolicited && answers.is_none();
        let mut judged = response::judge(
            &xml,
            FILE,
            &Expected {
                idp: &self.setting.idp,
                trust: &self.setting.trust,
                audience: Some(&self.entity_id()),
                acs: &self.acs,
                request: asked,
                keys: if opens { &self.opening } else { &[] },
                now,
                skew: self.setting.skew,
                forced_at: open.as_ref().filter(|_| self.setting.force).map(|open| open.at),
            },
        );
        judged.mended(&Mends { test: Some(self.entity_id()), ..self.setting.mends.clone() });
        let sealed = judged.verification.refusal().is_some_and(|step| step.code == Some("decryption-key-missing"));
        if !opens && sealed {
            return unasked(value);
        }
        relay_state(&mut judged.verification, open.as_ref(), request.field("RelayState"));
        let mut session = None;
        let mut state = self.state();
        if judged.verification.refusal().is_none() {
            self.taken_once(&mut state, &mut judged, now);
        }
        if judged.verification.refusal().is_some() {
            judged.identity = None;
        } else if let Some(name_id) = &judged.facts.name_id {
            let index = judged.facts.session_index.clone();
            state.begun += 1;
            session = Some(state.begun);
            if state.sessions.len() == MOST_SESSIONS {
                state.sessions.remove(0);
            }
            let begun = Session { number: state.begun, name_id: name_id.clone(), index };
            state.sessions.push(begun);
        }
        drop(state);
        // To no request anybody can hand something in, be it signed for another service provider: it counts where
        // it proves somebody.
        let expected = open.is_some() || judged.identity.is_some();
        Arrival { judged: judged.told(), message: value.to_owned(), expected, session }
    }

    fn taken_once(&self, state: &mut State, judged: &mut response::Judged, now: Time) {
        const CLAUSE: &str = "saml-profiles 4.1.4.5";
        let facts = &judged.facts;
        let (Some(id), Some(until)) = (&facts.assertion_id, facts.not_on_or_after) else { return };
        match state.replays.take(&self.setting.idp, id, until.plus_seconds(self.setting.skew), now) {
            Ok(()) => judged.verification.passed("replay", CLAUSE, "it has not been used before"),
            Err(failure) => judged.verification.refused("replay", CLAUSE, &failure),
        }
    }
}

/// What is encrypted, and answers nothing that was asked.
fn unasked(message: &str) -> Arrival {
    let told = "this answers no request that is open, and what is encrypted is not opened for it";
    let hint = "begin at the address that the terminal shows: an answer is taken once, and only while its request is open; `--idp-initiated` takes one that nobody asked for";
    let arrival = refused("request", "saml-profiles 4.1.5", "response-unsolicited", told, hint);
    Arrival { message: message.to_owned(), ..arrival }
}

fn refused(step: &'static str, clause: &'static str, code: &'static str, told: &str, hint: &str) -> Arrival {
    let mut verification = Verification::default();
    verification.failed(step, clause, code, told, hint);
    Arrival {
        judged: Judged { verification, ..Judged::default() },
        message: String::new(),
        expected: false,
        session: None,
    }
}

/// Whether the RelayState came back as it was sent. Nothing is ever opened that it names.
fn relay_state(steps: &mut Verification, open: Option<&Open>, came: Option<&str>) {
    const CLAUSE: &str = "saml-bindings 3.5.3";
    match (open, came) {
        (Some(open), Some(came)) if open.relay_state == came => {
            steps.passed("relay-state", CLAUSE, "it came back as it was sent");
        }
        (Some(open), came) => {
            let told = match came {
                Some(came) => format!("it came back changed: {}", explain_difference(&open.relay_state, came)),
                None => "it was sent, and did not come back".to_owned(),
            };
            let hint = "ask who runs the identity provider: a vendor finds by it which login an answer belongs to";
            steps.warned("relay-state", CLAUSE, &Failure::refused("relay-state-changed", told).hint(hint));
        }
        (None, Some(came)) if !came.is_empty() => {
            let short: String = came.chars().take(200).collect();
            steps.noted("relay-state", CLAUSE, format!("`{}` came along, and is not followed", printable(&short)));
        }
        (None, _) => steps.noted("relay-state", CLAUSE, "none came along"),
    }
}

impl Party for ServiceProvider {
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("entity ID", self.entity_id()), ("reply URL (ACS)", self.acs[0].clone())];
        if self.setting.slo.is_some() {
            facts.push(("logout URL", self.slo()));
        }
        facts
    }

    fn names(&self) -> Vec<(&'static str, String)> {
        vec![("entity_id", self.entity_id()), ("acs", self.acs[0].clone()), ("slo", self.slo())]
    }

    fn obstacle(&self) -> Option<(&'static str, String)> {
        let told = "every login will be refused: nothing can verify its signature";
        self.setting.trust.pins.is_empty().then(|| (told, response::unpinned(&self.setting.mends.connection)))
    }

    fn begins_here(&self) -> bool {
        self.setting.sso.is_some()
    }

    fn start(&self, now: Time) -> Option<Result<Started>> {
        self.setting.sso.as_ref().map(|endpoint| self.ask(endpoint, now))
    }

    fn answers(&self, request: &Request) -> Option<String> {
        let value = request.field(Parameter::Response.name()).filter(|_| request.path == ACS)?;
        response::answers(&binding::decode(value, FILE).ok()?, FILE)
    }

    fn bound_by(&self) -> &'static str {
        "saml-profiles 4.1.4.3"
    }

    fn arrive(&self, request: &Request, now: Time) -> Option<Arrival> {
        // What only looks at the address has brought nothing.
        let is_looked_at = request.method == Method::Get && request.parameter(Parameter::Response.name()).is_none();
        (request.path == ACS && !is_looked_at).then(|| self.received(request, now))
    }

    fn metadata(&self) -> Option<Result<(&'static str, String)>> {
        Some(self.document().map(|document| ("application/samlmetadata+xml", document)))
    }

    fn logs_out(&self) -> bool {
        self.setting.slo.is_some()
    }

    fn logout(&self, session: u64, now: Time) -> Option<Result<Reply>> {
        self.end(session, now)
    }

    fn logged_out(&self, request: &Request) -> Option<Verification> {
        (request.path == SLO).then(|| self.ended(request)).flatten()
    }
}

#[cfg(test)]
mod tests;
