//! A login by SAML as the vendor's service provider sees it: the request, and what arrives at the reply URL of
//! a connection, judged, taken once, and decided by the connection's rules.

use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::connection::Saml;
use crate::model::verification::Verification;
use crate::saml::binding;
use crate::saml::binding::Parameter;
use crate::saml::request;
use crate::saml::request::AuthnRequest;
use crate::saml::response;
use crate::saml::response::Expected;
use crate::saml::response::Judged;
use crate::saml::response::Request as Asked;
use crate::sandbox::login::APP;
use crate::sandbox::login::Arrived;
use crate::sandbox::login::Login;
use crate::sandbox::login::Offered;
use crate::sandbox::login::Open;
use crate::sandbox::login::is_local;
use crate::sandbox::login::pages;
use crate::sandbox::service::lock;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

/// What messages call it.
const FILE: &str = "the response";

/// The refusal of a RelayState that leads to somebody else.
pub(super) fn elsewhere() -> Failure {
    Failure::refused("relay-state-elsewhere", "the RelayState does not lead to a page of this site (open redirect)")
        .hint("give a path such as `/app/reports`; at the identity provider, the RelayState that the connection names")
}

/// Sends the browser to the identity provider; `leads` is the path to go to in the end.
pub(super) fn start(login: &Login, at: usize, saml: &Saml, leads: &str) -> Result<Reply> {
    let offered = &login.connections()[at];
    let (id, destination) = (request::id()?, login.idp.saml().sso());
    let asked = AuthnRequest {
        id: &id,
        at: login.now(),
        issuer: &login.entity_id(offered),
        destination: &destination,
        acs: &login.acs(offered),
        force: saml.options.force_authentication,
        name_id_format: saml.options.name_id_format.as_deref(),
    };
    // Nobody has the vendor's key here, so nothing is signed.
    let xml = request::authn_request(&asked, None)?;
    let reply = if by_post(saml) {
        let message = binding::posted(&xml);
        let fields = [(Parameter::Request.name(), message.as_str()), ("RelayState", leads)];
        page::sends_itself(&pages::brand(login), &destination, &fields)
    } else {
        Reply::redirect(binding::redirected(&destination, Parameter::Request, &xml, Some(leads), None)?)
    };
    lock(&login.open).keep(id, Open { connection: at }, login.now());
    Ok(reply)
}

/// Whether requests go by a form.
fn by_post(saml: &Saml) -> bool {
    saml.idp.sso.iter().any(|endpoint| endpoint.enabled && endpoint.binding == Binding::post())
}

/// Answers what was brought to the reply URL of the connection of this name.
pub(super) fn arrived(login: &Login, name: &str, request: &Request) -> Result<Reply> {
    let at = login.named(name)?;
    let offered = &login.connections()[at];
    offered.by_saml()?;
    let Judged { verification, identity, claimed, .. } = received(login, at, request);
    let leads = request.field("RelayState").filter(|state| is_local(state)).unwrap_or(APP);
    login.arrived(at, Arrived { verification, identity, claimed }, request, leads)
}

fn received(login: &Login, at: usize, request: &Request) -> Judged {
    let offered = &login.connections()[at];
    let refused = |step: &'static str, clause: &'static str, failure: &Failure| {
        let mut verification = Verification::default();
        verification.refused(step, clause, failure);
        let facts = response::Facts::default();
        Judged { verification, identity: None, claimed: None, signed: false, facts }
    };
    let name = Parameter::Response.name();
    let value = match (request.method, request.field(name)) {
        (Method::Post, Some(value)) => value,
        (Method::Post, None) => {
            let told = format!("the form has {} fields `{name}`, and one is needed", request.count(name));
            let failure = Failure::refused("response-field", told)
                .hint("look at what the browser posts: the identity provider is to send its answer by HTTP-POST");
            return refused("binding", "saml-bindings 3.5.4", &failure);
        }
        (Method::Get, _) => {
            let failure = Failure::refused(
                "response-by-redirect",
                "an answer to a login comes by a form, and never in the address",
            )
            .hint("set the binding of the reply URL at the identity provider to HTTP-POST");
            return refused("binding", "saml-profiles 4.1.2", &failure);
        }
    };
    let xml = match binding::decode(value, FILE) {
        Ok(xml) => xml,
        Err(failure) => return refused("binding", "saml-bindings 3.5.4", &failure),
    };
    let now = login.now();
    let asked = match open(login, at, &xml) {
        Ok(asked) => asked,
        Err(failure) => return refused("request", "saml-profiles 4.1.4.3", &failure),
    };
    let acs = [login.acs(offered)];
    let mut judged = response::judge(
        &xml,
        FILE,
        &Expected {
            idp: &login.idp().saml().entity_id(),
            trust: login.idp().saml().trust(),
            audience: Some(&login.entity_id(offered)),
            acs: &acs,
            request: asked,
            keys: &[],
            now,
            skew: response::SKEW,
            forced_at: None,
        },
    );
    relay_state(&mut judged.verification, offered, request.field("RelayState"));
    if judged.verification.refusal().is_none() {
        taken_once(login, offered, &mut judged);
    }
    judged
}

/// The request that an answer is judged by. One that was answered stays open for its time, so that the same
/// answer once more is told for what it is.
fn open(login: &Login, at: usize, xml: &[u8]) -> std::result::Result<Asked, Failure> {
    let (now, all) = (login.now(), lock(&login.open));
    let unsolicited = Asked::Unsolicited { allowed: login.connections()[at].unsolicited };
    let Some(answers) = response::answers(xml, FILE) else { return Ok(unsolicited) };
    match all.get(&answers, now) {
        Some(open) if open.connection == at => Ok(Asked::Sent(answers)),
        Some(open) => {
            let other = &login.connections()[open.connection].name;
            let told =
                format!("this answers a login by `{other}`, and was posted to the reply URL of another connection");
            Err(Failure::refused("response-other-connection", told)
                .hint("set the reply URL at the identity provider to the one of the connection that asked"))
        }
        // Where none fits, the last is what it is compared with.
        None => Ok(all.last(now, |open| open.connection == at).map_or(unsolicited, |id| Asked::Sent(id.to_owned()))),
    }
}

/// Where the browser would be led: to a path of this site, or by what the connection's own file names.
fn relay_state(steps: &mut Verification, offered: &Offered, came: Option<&str>) {
    const CLAUSE: &str = "saml-bindings 3.5.3";
    match came {
        None | Some("") => steps.noted("relay-state", CLAUSE, "none came along"),
        Some(state) if is_local(state) => steps.passed("relay-state", CLAUSE, format!("leads to `{state}`")),
        Some(state) if offered.relay_state.as_deref() == Some(state) => {
            steps.passed("relay-state", CLAUSE, "it is the one that the connection names; it is not followed here");
        }
        Some(_) => steps.refused("relay-state", CLAUSE, &elsewhere()),
    }
}

fn taken_once(login: &Login, offered: &Offered, judged: &mut Judged) {
    const CLAUSE: &str = "saml-profiles 4.1.4.5";
    if offered.connection.saml.as_ref().is_some_and(|saml| !saml.options.replay_prevention) {
        let told = "`saml.options.replay_prevention` is off: the same answer is taken again";
        return judged.verification.unchecked("replay", CLAUSE, told);
    }
    let facts = &judged.facts;
    let (Some(id), Some(until)) = (&facts.assertion_id, facts.not_on_or_after) else { return };
    let issuer = login.idp().saml().entity_id();
    let until = until.plus_seconds(response::SKEW);
    match lock(&login.replays).take(&issuer, id, until, login.now()) {
        Ok(()) => judged.verification.passed("replay", CLAUSE, "it has not been used before"),
        Err(failure) => judged.verification.refused("replay", CLAUSE, &failure),
    }
}
