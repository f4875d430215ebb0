//! The service provider of a test, beside an identity provider that answers as it is told.

use super::*;
use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::crypto::verify::Curve;
use crate::model::identity::Identity;
use crate::saml::issue;
use crate::saml::issue::Answer;
use crate::saml::issue::Signed;
use crate::saml::signature::trust::Pin;
use crate::web::request::From;

const BASE: &str = "http://localhost:8976";
const IDP: &str = "https://idp.test";

fn now() -> Time {
    Time::parse("2026-11-27T10:00:00Z").unwrap()
}

fn own() -> OwnKey {
    let folder = tempfile::tempdir().unwrap();
    OwnKey::of_saml(folder.path(), now()).unwrap()
}

fn endpoint(binding: Binding, path: &str) -> Endpoint {
    Endpoint { binding, location: format!("{IDP}{path}"), response_location: None, enabled: true }
}

/// A service provider and the key of its identity provider.
struct Pair {
    sp: ServiceProvider,
    idp: Signer,
}

fn pair(change: impl FnOnce(&mut Setting)) -> Pair {
    let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
    let pins = Pin::read(key.public().to_pem().unwrap().as_bytes(), "x").unwrap();
    let mut setting = Setting {
        mends: Mends { connection: "prod".to_owned(), ..Mends::default() },
        idp: IDP.to_owned(),
        trust: Trust { pins, sha1: Sha1::Refused },
        sso: Some(endpoint(Binding::redirect(), "/sso")),
        slo: Some(endpoint(Binding::redirect(), "/slo")),
        sign: true,
        force: false,
        name_id_format: None,
        relay_state: None,
        unsolicited: false,
        skew: 60,
    };
    change(&mut setting);
    Pair { sp: ServiceProvider::new(BASE.to_owned(), &own(), setting).unwrap(), idp: Signer::new(key, None).unwrap() }
}

fn get(path: &str, query: &str) -> Request {
    let (path, query) = (path.to_owned(), query.to_owned());
    let (form, cookies) = (Vec::new(), Vec::new());
    Request { method: Method::Get, path, query, form, authorization: None, cookies, from: From::Elsewhere }
}

fn post(path: &str, fields: &[(&str, &str)]) -> Request {
    let form = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { method: Method::Post, form, ..get(path, "") }
}

/// What a URL asks: the message of this parameter, its ID, and the RelayState.
fn asked(reply: &Reply, parameter: Parameter) -> (String, String, String) {
    let url = &reply.headers.iter().find(|(name, _)| *name == "location").unwrap().1;
    let query = url.split_once('?').unwrap().1;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let xml = String::from_utf8(binding::decode(&value(parameter.name()), "x").unwrap()).unwrap();
    let id = xml.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (xml, id, value("RelayState"))
}

impl Pair {
    /// Begins a login; the ID of the request and the RelayState.
    fn begin(&self) -> (String, String) {
        let started = self.sp.start(now()).unwrap().unwrap();
        assert_eq!(started.reply.status, 302);
        let (_, id, relay_state) = asked(&started.reply, Parameter::Request);
        assert_eq!(started.id, id);
        (id, relay_state)
    }

    fn answer(&self, to: Option<&str>) -> Answer {
        let mut identity = Identity::default();
        identity.push("email", "alice@example.org");
        Answer {
            id: "_r".to_owned(),
            assertion_id: request::id().unwrap(),
            issuer: IDP.to_owned(),
            in_response_to: to.map(str::to_owned),
            audience: format!("{BASE}/metadata"),
            destination: format!("{BASE}/acs"),
            recipient: format!("{BASE}/acs"),
            at: now(),
            not_before: now(),
            not_on_or_after: now().plus_seconds(300),
            name_id: NameId { value: "alice".to_owned(), ..NameId::default() },
            identity,
            session_index: Some("_s".to_owned()),
            refusal: None,
        }
    }

    fn posted(&self, answer: &Answer, signed: Signed) -> String {
        binding::posted(&issue::response(answer, signed, &self.idp).unwrap())
    }

    fn arrive(&self, value: &str, relay_state: &str) -> Arrival {
        let fields = [("SAMLResponse", value), ("RelayState", relay_state)];
        self.sp.arrive(&post("/acs", &fields), now()).unwrap()
    }
}

fn code(arrival: &Arrival) -> &'static str {
    arrival.judged.verification.refusal().map_or("accepted", |step| step.code.unwrap())
}

fn step<'a>(arrival: &'a Arrival, name: &str) -> &'a crate::model::verification::Step {
    arrival.judged.verification.steps.iter().find(|step| step.step == name).unwrap()
}

#[test]
fn an_answer_to_the_request_logs_in_once() {
    let pair = pair(|_| ());
    let (id, relay_state) = pair.begin();
    let value = pair.posted(&pair.answer(Some(&id)), Signed::Assertion);
    let arrival = pair.arrive(&value, &relay_state);
    assert_eq!((code(&arrival), arrival.expected), ("accepted", true));
    assert_eq!(arrival.judged.identity.as_ref().unwrap().values("email"), ["alice@example.org"]);
    assert_eq!(arrival.message, value);
    for passed in ["relay-state", "replay", "request", "audience", "destination"] {
        assert_eq!(step(&arrival, passed).result.word(), "passed", "{passed}");
    }
    // The same again answers a request that is no longer open.
    let again = pair.arrive(&value, &relay_state);
    assert_eq!((code(&again), again.expected), ("request-unknown", false));
    assert_eq!(again.judged.identity, None);
}

#[test]
fn of_several_requests_each_is_answered_once_and_none_is_told_to_whoever_answers_another() {
    let pair = pair(|_| ());
    let begun: Vec<_> = (0..3).map(|_| pair.begin()).collect();
    let arrive = |(id, relay_state): &(String, String)| {
        let value = pair.posted(&pair.answer(Some(id)), Signed::Both);
        assert_eq!(pair.sp.answers(&post("/acs", &[("SAMLResponse", &value)])).as_ref(), Some(id));
        let arrival = pair.arrive(&value, relay_state);
        (code(&arrival), arrival.expected)
    };
    assert_eq!(arrive(&begun[2]), ("accepted", true));
    assert_eq!(arrive(&begun[1]), ("accepted", true));
    assert_eq!(arrive(&begun[2]), ("request-unknown", false));
    let value = pair.posted(&pair.answer(Some("_other")), Signed::Nothing);
    let arrival = pair.arrive(&value, "");
    assert!(!format!("{:?}", arrival.judged).contains(&begun[0].0), "{:?}", arrival.judged);
    assert_eq!(arrive(&begun[0]), ("accepted", true));
    for other in
        [post("/acs", &[]), post("/other", &[("SAMLResponse", &value)]), post("/acs", &[("SAMLResponse", "!")])]
    {
        assert_eq!(pair.sp.answers(&other), None);
    }
}

#[test]
fn a_response_to_nothing_is_taken_only_where_it_is_asked_for_and_once() {
    let refusing = pair(|_| ());
    let value = refusing.posted(&refusing.answer(None), Signed::Assertion);
    let arrival = refusing.arrive(&value, "");
    assert_eq!((code(&arrival), arrival.expected), ("response-unsolicited", false));
    let taking = pair(|setting| (setting.sso, setting.unsolicited) = (None, true));
    assert!(!taking.sp.begins_here() && taking.sp.start(now()).is_none());
    let value = taking.posted(&taking.answer(None), Signed::Assertion);
    // Where it wants to go is told, and not followed.
    let arrival = taking.arrive(&value, "https://evil.test/");
    assert_eq!((code(&arrival), arrival.expected), ("accepted", true));
    assert!(step(&arrival, "relay-state").detail.contains("is not followed"));
    assert_eq!(code(&taking.arrive(&value, "")), "response-replayed");
    // What nobody has signed is nobody's answer.
    let unsigned = taking.arrive(&taking.posted(&taking.answer(None), Signed::Nothing), "");
    assert_eq!((code(&unsigned), unsigned.expected), ("signature-missing", false));
}

#[test]
fn a_relay_state_that_was_changed_is_a_warning() {
    let pair = pair(|setting| setting.relay_state = Some("/deep?link=1".to_owned()));
    for (came, warns) in [("/deep?link=1", false), ("/deep?link=2", true)] {
        let (id, sent) = pair.begin();
        assert_eq!(sent, "/deep?link=1");
        let value = pair.posted(&pair.answer(Some(&id)), Signed::Assertion);
        let arrival = pair.arrive(&value, came);
        assert_eq!(code(&arrival), "accepted");
        assert_eq!(step(&arrival, "relay-state").code, warns.then_some("relay-state-changed"));
    }
    let (id, _) = pair.begin();
    let value = pair.posted(&pair.answer(Some(&id)), Signed::Assertion);
    let arrival = pair.sp.arrive(&post("/acs", &[("SAMLResponse", &value)]), now()).unwrap();
    assert_eq!(step(&arrival, "relay-state").code, Some("relay-state-changed"));
}

#[test]
fn what_is_wrong_with_an_answer_is_told_by_its_code() {
    let pair = pair(|_| ());
    let refused = |change: &dyn Fn(&mut Answer), signed: Signed| {
        let (id, relay_state) = pair.begin();
        let mut answer = pair.answer(Some(&id));
        change(&mut answer);
        let arrival = pair.arrive(&pair.posted(&answer, signed), &relay_state);
        assert_eq!(arrival.judged.identity, None);
        // It is what was asked for, and ends the test.
        assert!(arrival.expected);
        code(&arrival)
    };
    let signed = Signed::Both;
    assert_eq!(refused(&|_| (), Signed::Nothing), "signature-missing");
    assert_eq!(refused(&|answer| answer.audience = "https://vendor.test".to_owned(), signed), "audience-mismatch");
    assert_eq!(
        refused(&|answer| answer.destination = "https://vendor.test/acs".to_owned(), signed),
        "destination-mismatch"
    );
    assert_eq!(
        refused(&|answer| answer.recipient = "https://vendor.test/acs".to_owned(), signed),
        "recipient-mismatch"
    );
    assert_eq!(refused(&|answer| answer.issuer = "https://idp.test/".to_owned(), signed), "issuer-mismatch");
    assert_eq!(
        refused(&|answer| answer.refusal = Some("urn:x:RequestDenied".to_owned()), signed),
        "status-not-success"
    );
    let late = refused(&|answer| answer.not_on_or_after = now().plus_seconds(-61), signed);
    assert!(late.contains("expired") || late.contains("late") || late.contains("ended"), "{late}");
    let (id, relay_state) = pair.begin();
    let stranger = self::pair(|_| ());
    let arrival = pair.arrive(&stranger.posted(&pair.answer(Some(&id)), signed), &relay_state);
    assert_eq!(code(&arrival), "signature-invalid");
}

#[test]
fn a_user_who_was_to_authenticate_anew_has_done_so() {
    let pair = pair(|setting| setting.force = true);
    let ends = |seconds: i64| {
        let (id, relay_state) = pair.begin();
        let answer = Answer { at: now().plus_seconds(seconds), ..pair.answer(Some(&id)) };
        code(&pair.arrive(&pair.posted(&answer, Signed::Assertion), &relay_state))
    };
    assert_eq!((ends(0), ends(-60)), ("accepted", "accepted"));
    assert_eq!(ends(-61), "authentication-old");
}

#[test]
fn what_is_no_answer_does_not_end_the_test() {
    let pair = pair(|_| ());
    pair.begin();
    let arrive = |request: &Request| {
        let arrival = pair.sp.arrive(request, now()).unwrap();
        assert!(!arrival.expected);
        code(&arrival)
    };
    assert_eq!(arrive(&post("/acs", &[])), "response-field");
    assert_eq!(arrive(&post("/acs", &[("SAMLResponse", "a"), ("SAMLResponse", "a")])), "response-field");
    assert_eq!(arrive(&post("/acs", &[("SAMLResponse", "no base64!")])), "message-not-base64");
    assert_eq!(arrive(&post("/acs", &[("SAMLResponse", &binding::posted("<a/>"))])), "response-not-one");
    assert_eq!(arrive(&get("/acs", "SAMLResponse=x")), "response-by-redirect");
    assert!(pair.sp.arrive(&post("/other", &[("SAMLResponse", "x")]), now()).is_none());
}

#[test]
fn a_request_by_post_is_a_signed_form_that_sends_itself() {
    let pair = pair(|setting| {
        setting.sso = Some(endpoint(Binding::post(), "/sso?a=1&b=2"));
        setting.force = true;
    });
    let reply = pair.sp.start(now()).unwrap().unwrap().reply;
    let page = String::from_utf8(reply.body).unwrap();
    assert!(page.contains("action=\"https://idp.test/sso?a=1&amp;b=2\""), "{page}");
    let value = page.split("name=\"SAMLRequest\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let xml = String::from_utf8(binding::decode(value, "x").unwrap()).unwrap();
    assert!(xml.contains("ForceAuthn=\"true\"") && xml.contains("<ds:Signature>"), "{xml}");
    assert!(reply.script.is_some() && reply.leads_away);
}

#[test]
fn metadata_names_the_addresses_and_the_key() {
    let pair = pair(|setting| setting.name_id_format = Some("urn:f".to_owned()));
    let (kind, document) = pair.sp.metadata().unwrap().unwrap();
    assert_eq!(kind, "application/samlmetadata+xml");
    for part in [
        "entityID=\"http://localhost:8976/metadata\"",
        "Location=\"http://localhost:8976/acs\"",
        "Location=\"http://localhost:8976/slo\"",
        "AuthnRequestsSigned=\"true\"",
        "use=\"encryption\"",
        "<md:NameIDFormat>urn:f<",
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
    let facts = pair.sp.facts();
    assert!(facts.contains(&("reply URL (ACS)", "http://localhost:8976/acs".to_owned())));
}

#[test]
fn what_is_encrypted_is_opened_for_what_was_asked_alone() {
    let sealed = |to: &str| {
        binding::posted(&format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
             ID=\"_r\" Version=\"2.0\" IssueInstant=\"2026-11-27T10:00:00Z\"{to}><samlp:Status><samlp:StatusCode \
             Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status><saml:EncryptedAssertion/></samlp:Response>"
        ))
    };
    let asking = pair(|_| ());
    assert_eq!(code(&asking.arrive(&sealed(""), "")), "response-unsolicited");
    assert_eq!(code(&asking.arrive(&sealed(" InResponseTo=\"_other\""), "")), "response-unsolicited");
    // The key is tried where somebody waits for it.
    let (id, relay_state) = asking.begin();
    assert_eq!(code(&asking.arrive(&sealed(&format!(" InResponseTo=\"{id}\"")), &relay_state)), "encryption-malformed");
    let taking = pair(|setting| (setting.sso, setting.unsolicited) = (None, true));
    assert_eq!(code(&taking.arrive(&sealed(""), "")), "encryption-malformed");
    // What answers somebody else's request is not what begins at the identity provider.
    assert_eq!(code(&taking.arrive(&sealed(" InResponseTo=\"_other\""), "")), "response-unsolicited");
}

#[test]
fn a_connection_without_a_certificate_is_told_how_it_gets_one() {
    let pair = pair(|setting| setting.trust.pins.clear());
    let (id, relay_state) = pair.begin();
    let arrival = pair.arrive(&pair.posted(&pair.answer(Some(&id)), Signed::Assertion), &relay_state);
    assert_eq!(code(&arrival), "signature-not-verified");
    let hint = arrival.judged.verification.refusal().unwrap().hint.as_deref().unwrap();
    for part in ["`ssoctl connection refresh prod`", "`ssoctl cert add prod FILE`"] {
        assert!(hint.contains(part) && !hint.contains("--trust"), "{hint}");
    }
}

#[test]
fn a_logout_asks_for_the_session_of_the_login_and_judges_the_answer() {
    let pair = pair(|_| ());
    assert!(pair.sp.logs_out() && pair.sp.logout(1, now()).is_none());
    let log_in = || {
        let (id, relay_state) = pair.begin();
        let arrival = pair.arrive(&pair.posted(&pair.answer(Some(&id)), Signed::Assertion), &relay_state);
        arrival.session.unwrap()
    };
    let log_out = |session| asked(&pair.sp.logout(session, now()).unwrap().unwrap(), Parameter::Request);
    let (first, second) = (log_in(), log_in());
    let (xml, id, _) = log_out(first);
    assert!(xml.contains("<saml:NameID>alice<") && xml.contains("<samlp:SessionIndex>_s<"), "{xml}");
    // Once: a second press finds nobody, and the other session goes on.
    assert!(pair.sp.logout(first, now()).is_none());
    // Who is refused begins none.
    let (own, relay_state) = pair.begin();
    assert_eq!(pair.arrive(&pair.posted(&pair.answer(Some("_other")), Signed::Assertion), &relay_state).session, None);
    assert_eq!(pair.arrive(&pair.posted(&pair.answer(Some(&own)), Signed::Nothing), &relay_state).session, None);
    let answer = |id: &str| {
        format!(
            "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
             ID=\"_l\" Version=\"2.0\" InResponseTo=\"{id}\" Destination=\"{BASE}/slo\"><saml:Issuer>{IDP}</saml:Issuer><samlp:Status>\
             <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status></samlp:LogoutResponse>"
        )
    };
    let query = |id: &str, key: Option<&PrivateKey>| {
        let url = binding::redirected("x", Parameter::Response, &answer(id), Some("logout"), key).unwrap();
        url.split_once('?').unwrap().1.to_owned()
    };
    let ended = |query: &str| {
        let steps = pair.sp.logged_out(&get("/slo", query)).unwrap();
        steps.refusal().map_or("logged-out", |step| step.code.unwrap())
    };
    assert_eq!(ended(&query(&id, Some(pair.idp.key()))), "logged-out");
    // Nothing is asked any more.
    assert!(pair.sp.logged_out(&get("/slo", &query(&id, Some(pair.idp.key())))).is_none());
    let (_, id, _) = log_out(second);
    assert_eq!(ended(&query(&id, None)), "signature-missing");
    // What answers another request, or nothing, does not end it.
    let (_, id, _) = log_out(log_in());
    for other in [query("_other", Some(pair.idp.key())), String::new(), "SAMLResponse=%21".to_owned()] {
        assert!(pair.sp.logged_out(&get("/slo", &other)).is_none(), "{other}");
    }
    assert_eq!(ended(&query(&id, Some(pair.idp.key()))), "logged-out");
}

#[test]
fn the_mends_of_a_test_are_about_its_own_service_provider() {
    assert_eq!(entity_id_of_test("http://localhost:8976/acs").as_deref(), Some("http://localhost:8976/metadata"));
    assert_eq!(entity_id_of_test("https://localhost:1/acs").as_deref(), Some("https://localhost:1/metadata"));
    for other in [
        "http://localhost:8111/acs/prod",
        "http://localhost:/acs",
        "http://localhost:8976/x/acs",
        "https://sp.example.org/acs",
    ] {
        assert_eq!(entity_id_of_test(other), None, "{other}");
    }
}
