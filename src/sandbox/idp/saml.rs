//! The identity provider by SAML: its metadata, and its answers to the requests of the stand-in for the vendor.

pub(in crate::sandbox::idp) mod forge;

use std::collections::HashMap;
use std::sync::Mutex;

use crate::cert::Certificate;
use crate::cert::generate;
use crate::cert::generate::Wanted;
use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::error::Result;
use crate::model::identity::Identity;
use crate::model::time::Time;
use crate::saml::binding;
use crate::saml::binding::Parameter;
use crate::saml::issue;
use crate::saml::issue::Answer;
use crate::saml::request;
use crate::saml::response::NameId;
use crate::saml::signature::sign::Signer;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::sandbox::idp::pages;
use crate::sandbox::idp::saml::forge::Keys;
use crate::sandbox::idp::who;
use crate::sandbox::idp::who::Who;
use crate::sandbox::idp::wrong::saml::Wrong;
use crate::sandbox::login::Login;
use crate::sandbox::service::lock;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

/// How long an answer may be used, in seconds.
const LASTS: i64 = 300;
/// The same of those that are made in stock for a measurement.
const STOCK_LASTS: i64 = 3600;
/// The most that are made in stock at a time; each is some kilobytes.
const MOST_IN_STOCK: usize = 5000;
/// How long the certificate is valid; a sandbox seldom runs for a day.
const DAYS: u32 = 30;
/// The SAML side of the identity provider.
pub(crate) struct SamlIdp {
    base: String,
    keys: Keys,
    certificate: Certificate,
    trust: Trust,
    /// The last good answer by each connection, to the vendor or a test, for whoever wants to see it refused.
    last: Mutex<HashMap<(usize, bool), String>>,
}

/// Whom an answer is about, and what is wrong with it.
struct Wish {
    /// Whether it is for a test, and not for the vendor.
    to_test: bool,
    identity: Identity,
    wrong: Wrong,
    in_response_to: Option<String>,
}

impl SamlIdp {
    /// One below this base, with keys of its own.
    pub(super) fn new(base: &str, now: Time) -> Result<Self> {
        let make = |name: &str| -> Result<(Signer, Certificate)> {
            let key = PrivateKey::generate(NewKey::Rsa(2048))?;
            // From before now, for clocks that differ.
            let wanted = Wanted { common_name: name, not_before: now.plus_seconds(-3600), days: DAYS };
            let certificate = generate::self_signed(&key, &wanted)?;
            Ok((Signer::new(key, Some(certificate.clone()))?, certificate))
        };
        let (own, certificate) = make("ssoctl sandbox")?;
        // An attacker's certificate has whatever name he likes.
        let (other, _) = make("ssoctl sandbox")?;
        let trust = Trust { pins: vec![Pin::of(&certificate)?], sha1: Sha1::Refused };
        let base = base.to_owned();
        Ok(Self { base, keys: Keys { own, other }, certificate, trust, last: Mutex::default() })
    }

    /// Its entity ID, which is where its metadata is.
    pub(in crate::sandbox) fn entity_id(&self) -> String {
        format!("{}/idp/metadata", self.base)
    }

    /// Where requests go.
    pub(in crate::sandbox) fn sso(&self) -> String {
        format!("{}/idp/sso", self.base)
    }

    /// Its key, for who believes it.
    pub(in crate::sandbox) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What it publishes of itself.
    pub(super) fn metadata(&self) -> Result<Reply> {
        let document = issue::metadata(&self.entity_id(), &self.sso(), &self.certificate)?;
        Ok(Reply::document("application/samlmetadata+xml", document))
    }

    /// A request of a service provider: by redirect or by post. The answer goes nowhere but to a reply URL
    /// that is known here.
    pub(super) fn asked(&self, request: &Request, login: &Login) -> Result<Reply> {
        let parameter = Parameter::Request.name();
        let (value, relay_state) = match request.method {
            Method::Get => (request.parameter(parameter), request.parameter("RelayState")),
            Method::Post => {
                (request.field(parameter).map(str::to_owned), request.field("RelayState").map(str::to_owned))
            }
        };
        let Some(value) = value else {
            return Err(Failure::refused("request-missing", format!("there is not exactly one `{parameter}`"))
                .hint("begin the login at the vendor's page, which is `/`")
                .into());
        };
        const FILE: &str = "the request";
        let asked = request::asked(&binding::decode(&value, FILE)?, FILE)?;
        let known = login.connections().iter().position(|offered| asked.acs.as_deref() == Some(&*login.acs(offered)));
        let is_test = login.test().is_some_and(|test| asked.acs.as_deref() == Some(&*test.acs));
        let Some(at) = known.or_else(|| self.of_test(login).filter(|_| is_test)) else {
            return Err(Failure::refused("acs-unknown", "the answer is to go to a reply URL that is not known here")
                .hint("begin the login at the vendor's page: this identity provider answers its connections alone, and `connection test` where the sandbox was started with `--test-sp`")
                .into());
        };
        let to = pages::To { at, is_test: known.is_none() };
        Ok(pages::choose(login, to, Some(&asked), relay_state.as_deref().unwrap_or_default()))
    }

    /// The connection whose attributes a test is told: the first by SAML.
    fn of_test(&self, login: &Login) -> Option<usize> {
        login.connections().iter().position(|offered| offered.connection.saml.is_some())
    }

    /// A login that begins here.
    pub(super) fn begun(&self, request: &Request, login: &Login) -> Result<Reply> {
        let at = login.of_parameter(request)?;
        login.connections()[at].by_saml()?;
        let is_test = login.test().is_some() && request.parameter("to").as_deref() == Some(pages::TEST);
        let relay_state = login.connections()[at].relay_state.clone().filter(|_| !is_test).unwrap_or_default();
        Ok(pages::choose(login, pages::To { at, is_test }, None, &relay_state))
    }

    /// The form was sent: the answer goes to the vendor by way of the browser.
    pub(super) fn answered(&self, request: &Request, login: &Login) -> Result<Reply> {
        let field = |name: &str| request.field(name).unwrap_or_default().trim();
        let at = login.named(field("connection"))?;
        let offered = &login.connections()[at];
        offered.by_saml()?;
        let wrong = Wrong::named(field("wrong")).ok_or_else(|| {
            Failure::usage("wrong-unknown", "there is no such way for an answer to be wrong")
                .hint("`ssoctl sandbox serve --list-faults` lists them")
        })?;
        let Who { identity, .. } = who::of_form(request, login, offered)?;
        let in_response_to = Some(field("request").to_owned()).filter(|id| !id.is_empty());
        let to_test = login.test().is_some() && field("to") == pages::TEST;
        let last = lock(&self.last).get(&(at, to_test)).cloned();
        let message = match (wrong, last) {
            (Wrong::Again, Some(last)) => last,
            (Wrong::Again, None) => {
                return Err(Failure::refused("nothing-sent", "this connection has had no answer yet")
                    .hint("send a good one first")
                    .into());
            }
            _ => {
                binding::posted(&self.document(login, at, Wish { to_test, identity, wrong, in_response_to }, LASTS)?)
            }
        };
        if wrong == Wrong::Nothing {
            lock(&self.last).insert((at, to_test), message.clone());
        }
        let fields = [
            (Parameter::Response.name(), message.as_str()),
            ("RelayState", request.field("RelayState").unwrap_or_default()),
        ];
        let some = if fields[1].1.is_empty() { &fields[..1] } else { &fields[..] };
        Ok(page::sends_itself(pages::BRAND, &place(login, at, to_test).1, some))
    }

    fn document(&self, login: &Login, at: usize, wish: Wish, lasts: i64) -> Result<String> {
        let now = login.now();
        let (audience, acs) = place(login, at, wish.to_test);
        let answer = Answer {
            id: request::id()?,
            assertion_id: request::id()?,
            issuer: self.entity_id(),
            in_response_to: wish.in_response_to,
            audience,
            destination: acs.clone(),
            recipient: acs,
            at: now,
            not_before: now,
            not_on_or_after: now.plus_seconds(lasts),
            name_id: NameId { value: wish.identity.subject.clone().unwrap_or_default(), ..NameId::default() },
            identity: wish.identity,
            session_index: Some(request::id()?),
            refusal: None,
        };
        forge::document(answer, wish.wrong, &self.keys)
    }

    /// Many good answers to no request, one a line in base64, for who measures how fast they are taken.
    pub(super) fn stock(&self, request: &Request, login: &Login) -> Result<Reply> {
        let at = login.of_parameter(request)?;
        let offered = &login.connections()[at];
        offered.by_saml()?;
        let count = request.parameter("count").and_then(|count| count.parse().ok()).unwrap_or(1);
        if count > MOST_IN_STOCK {
            return Err(Failure::usage(
                "stock-too-large",
                format!("at most {MOST_IN_STOCK} answers are made at a time"),
            )
            .hint("ask several times")
            .into());
        }
        let user = request.parameter("user").unwrap_or_default();
        let account = login.people().named(&user).ok_or_else(|| {
            Failure::refused("user-unknown", "no account has this username").hint("name one by `user=`")
        })?;
        let mut lines = String::new();
        for _ in 0..count {
            let wish = Wish {
                to_test: false,
                identity: (offered.asserted)(&account),
                wrong: Wrong::Unsolicited,
                in_response_to: None,
            };
            lines.push_str(&binding::posted(&self.document(login, at, wish, STOCK_LASTS)?));
            lines.push('\n');
        }
        Ok(Reply::document("text/plain; charset=utf-8", lines))
    }
}

/// Entity ID and reply URL of whom an answer is for.
fn place(login: &Login, at: usize, to_test: bool) -> (String, String) {
    let offered = &login.connections()[at];
    match login.test().filter(|_| to_test) {
        Some(test) => (test.entity_id.clone(), test.acs.clone()),
        None => (login.entity_id(offered), login.acs(offered)),
    }
}
