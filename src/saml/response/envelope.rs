//! What a response says around its assertion: status, destination, the request, the issuer.

use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::saml::ASSERTION;
use crate::saml::PROTOCOL;
use crate::saml::metadata::instant::instant;
use crate::saml::response::Judging;
use crate::saml::response::Request;
use crate::saml::response::node::Node;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// The value of the top status code.
fn code(response: &Node) -> Option<&str> {
    response.child(PROTOCOL, "Status")?.child(PROTOCOL, "StatusCode")?.attribute("Value")
}

/// Whether the identity provider says that the user is logged in.
pub(super) fn is_success(response: &Node) -> bool {
    code(response) == Some(SUCCESS)
}

/// What a status means for whoever runs the connection (saml-core 3.2.2.2).
fn meaning(status: &str) -> &'static str {
    match status.rsplit(':').next().unwrap_or_default() {
        "Requester" => {
            "the identity provider finds fault with the request: look at the request's signature, entity ID and reply URL, and at the identity provider's log"
        }
        "Responder" => "the identity provider failed itself: look at its log",
        "VersionMismatch" => "the identity provider does not take this version of SAML",
        "AuthnFailed" => {
            "the user did not authenticate: have them log in again; the sign-in log of the identity provider says what failed, a password, a second factor or a rule"
        }
        "InvalidNameIDPolicy" => {
            "the identity provider cannot give a NameID of the format that was asked for: compare `saml.options.name_id_format` with what it offers"
        }
        "NoAuthnContext" => "the identity provider cannot authenticate in the way that was asked for",
        "NoPassive" => "the user would have had to be asked, and the request forbade it",
        "RequestDenied" => "the identity provider refuses: is the user assigned to the application?",
        "RequestUnsupported" => "the identity provider does not do what was asked for",
        "UnknownPrincipal" => {
            "the identity provider does not know the user: log in as somebody who is there, and assigned to the application"
        }
        _ => "look at the identity provider's log",
    }
}

impl Judging<'_> {
    /// Whether the identity provider says yes (saml-core 3.2.2.1).
    pub(super) fn status(&mut self, response: &Node) {
        const CLAUSE: &str = "saml-core 3.2.2.1";
        let Some(top) = code(response) else {
            let hint = "ask who runs the identity provider: it answers without a status";
            return self.steps.failed("status", CLAUSE, "status-missing", "there is no status", hint);
        };
        let status = response.child(PROTOCOL, "Status");
        let second = status.and_then(|status| status.child(PROTOCOL, "StatusCode"));
        let second = second.and_then(|code| code.child(PROTOCOL, "StatusCode")?.attribute("Value"));
        if top == SUCCESS {
            return match second {
                None => self.steps.passed("status", CLAUSE, "the identity provider says yes"),
                Some(second) => {
                    let short: String = second.chars().take(120).collect();
                    let told = format!("the identity provider says yes, and below it `{}`", printable(&short));
                    self.steps.noted("status", CLAUSE, told);
                }
            };
        }
        let said = status.and_then(|status| status.child(PROTOCOL, "StatusMessage")).map(|message| message.text.trim());
        let mut text = format!("the identity provider says no: `{}`", printable(top));
        if let Some(second) = second {
            text.push_str(&format!(", `{}`", printable(second)));
        }
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            let short: String = said.chars().take(500).collect();
            text.push_str(&format!(", in its own words: {}", printable(&short)));
        }
        self.steps.failed("status", CLAUSE, "status-not-success", text, meaning(second.unwrap_or(top)));
    }

    /// Destination, request and issuer; `signed` is whether the response itself is.
    pub(super) fn envelope(&mut self, response: &Node, signed: bool) {
        self.destination(response, signed);
        self.request(response);
        self.issued(response);
        const CLAUSE: &str = "saml-profiles 4.1.4.2";
        match response.child(ASSERTION, "Issuer") {
            // Only an assertion must have one, unless the response is signed; many leave it out all the same.
            None => self.steps.unchecked("response-issuer", CLAUSE, "the response names no issuer; its assertion does"),
            Some(issuer) => self.issuer("response-issuer", CLAUSE, issuer),
        }
    }

    fn destination(&mut self, response: &Node, signed: bool) {
        const CLAUSE: &str = "saml-core 3.2.2, saml-bindings 3.5.5.2";
        let acs = self.expected.acs;
        match response.attribute("Destination").filter(|destination| !destination.is_empty()) {
            None if signed => self.steps.failed(
                "destination",
                CLAUSE,
                "destination-missing",
                "the response is signed and has no `Destination`: it could be sent on to anybody",
                "set the reply URL at the identity provider, which it writes there",
            ),
            None => self.steps.unchecked("destination", CLAUSE, "the response names no destination"),
            Some(destination) if acs.is_empty() => self.steps.unchecked(
                "destination",
                CLAUSE,
                format!(
                    "the vendor's assertion consumer service is not known; the response is for `{}`",
                    printable(destination)
                ),
            ),
            Some(destination) if acs.iter().any(|one| one == destination) => {
                self.steps.passed("destination", CLAUSE, format!("`{}`", printable(destination)));
            }
            Some(destination) => self.steps.failed(
                "destination",
                CLAUSE,
                "destination-mismatch",
                explain_difference(&acs[0], destination),
                "set the reply URL (ACS) at the identity provider to what is expected, byte for byte",
            ),
        }
    }

    fn request(&mut self, response: &Node) {
        const CLAUSE: &str = "saml-core 3.2.2, saml-profiles 4.1.5";
        let answered = response.attribute("InResponseTo");
        let answer_to = |id: &str| format!("it answers the request `{}`", printable(id));
        match (&self.expected.request, answered) {
            (Request::Unknown, None) => {
                let told = "the response names no request: the login began at the identity provider, unless the confirmation names one";
                self.steps.noted("request", CLAUSE, told);
            }
            (Request::Unknown, Some(id)) => {
                self.steps.unchecked("request", CLAUSE, format!("{}, which is not known here", answer_to(id)));
            }
            (Request::Sent(sent), Some(id)) if sent == id => self.steps.passed("request", CLAUSE, answer_to(id)),
            (Request::Sent(sent), other) => {
                let message = match other {
                    Some(id) => format!("it answers another request: {}", explain_difference(sent, id)),
                    None => "it answers no request, and one was sent".to_owned(),
                };
                let hint = "begin the login anew; if it comes again, somebody else's answer is handed in";
                self.steps.failed("request", CLAUSE, "request-mismatch", message, hint);
            }
            (Request::Unsolicited { .. }, Some(id)) => {
                let message = format!("{}, and none is open", answer_to(id));
                let hint = "begin the login anew: an answer is taken once, and only while its request is open";
                self.steps.failed("request", CLAUSE, "request-unknown", message, hint);
            }
            (Request::Unsolicited { allowed: true }, None) => {
                self.steps.passed("request", CLAUSE, "the login began at the identity provider, which is allowed");
            }
            (Request::Unsolicited { allowed: false }, None) => self.steps.failed(
                "request",
                CLAUSE,
                "response-unsolicited",
                "the login began at the identity provider, and that is not allowed here",
                "begin at the service provider: no login that begins at the identity provider is taken here",
            ),
        }
    }

    /// A moment of issue that is yet to come shows whose clock is wrong.
    fn issued(&mut self, response: &Node) {
        const CLAUSE: &str = "saml-core 3.2.2";
        let issued = response.attribute("IssueInstant").and_then(|text| instant(text).time);
        self.facts.issued = issued;
        match issued {
            None => self.steps.noted("issued", CLAUSE, "the response does not say when it was issued"),
            Some(time) if time.unix() > self.expected.now.unix() + self.expected.skew => {
                let told = format!("issued at {}: one of the two clocks is wrong", self.shown(time));
                self.steps.noted("issued", CLAUSE, told);
            }
            Some(time) => self.steps.passed("issued", CLAUSE, self.shown(time)),
        }
    }

    /// Whether it is the identity provider of the connection.
    pub(super) fn issuer(&mut self, step: &'static str, clause: &'static str, issuer: &Node) {
        const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
        let said = issuer.text.as_str();
        if issuer.attribute("Format").is_some_and(|format| format != ENTITY) {
            let message = "the issuer is not named by an entity ID";
            let hint = "ask who runs the identity provider: the Format of an issuer is left out, or is `entity`";
            return self.steps.failed(step, clause, "issuer-format", message, hint);
        }
        self.facts.issuer = Some(said.to_owned());
        match said == self.expected.idp {
            true => self.steps.passed(step, clause, format!("`{}`", printable(said))),
            false => self.steps.failed(
                step,
                clause,
                "issuer-mismatch",
                explain_difference(self.expected.idp, said),
                "compare the identity provider's entity ID with `saml.idp.entity_id`: another identity provider is another connection",
            ),
        }
    }
}
