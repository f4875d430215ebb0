//! The answer of an identity provider to a login (saml-profiles 4.1.4): verified step by step in the
//! order of the specification, against what the service provider expects.
//!
//! What a login is decided by is read from the octets that were signed, and from nothing else
//! ([`proof`]). Where the signature does not hold the other steps are still gone through, since a
//! wrong audience is worth knowing beside a wrong certificate; but what they find is a claim, and no
//! identity comes of it.

mod assertion;
mod encryption;
mod envelope;
mod identity;
pub(crate) mod mends;
pub(super) mod node;
mod proof;
mod shape;

use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::model::time::Time;
use crate::model::verification;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
use crate::saml::ASSERTION;
use crate::saml::PROTOCOL;
use crate::saml::response::node::Node;
use crate::saml::signature::message;
use crate::saml::signature::trust::Trust;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Reader;
use crate::xml::Start;

/// Seconds by which clocks may differ. saml-core 1.3.3 leaves it to the parties; three minutes are
/// what the products of this field allow.
pub(crate) const SKEW: i64 = 180;

/// What the signature step says where no key of the identity provider is known.
pub(crate) const UNPINNED: &str = "signature-not-verified";

/// What mends that: the connection gets a certificate of the identity provider.
pub(crate) fn unpinned(connection: &str) -> String {
    format!(
        "the connection has no certificate of the identity provider: `ssoctl connection refresh {connection}` takes what its metadata publishes, `ssoctl cert add {connection} FILE` what it handed you; compare the fingerprint by another way than this login"
    )
}

/// The request that a response should answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Nobody knows: the response was captured.
    Unknown,
    /// The one with this ID.
    Sent(String),
    /// None was sent; whether an answer to none is taken.
    Unsolicited {
        /// Whether the service provider takes it.
        allowed: bool,
    },
}

/// What the service provider expects. What is `None` or empty is not known, and is told so.
pub(crate) struct Expected<'e> {
    /// Entity ID of the identity provider.
    pub(crate) idp: &'e str,
    /// Its keys.
    pub(crate) trust: &'e Trust,
    /// Entity ID of the service provider.
    pub(crate) audience: Option<&'e str>,
    /// Its assertion consumer services.
    pub(crate) acs: &'e [String],
    /// The request that is answered.
    pub(crate) request: Request,
    /// Keys of the service provider that decrypt.
    pub(crate) keys: &'e [PrivateKey],
    /// The moment at which it is judged.
    pub(crate) now: Time,
    /// Seconds by which clocks may differ.
    pub(crate) skew: i64,
    /// When the request was sent that asked the user to authenticate anew (`ForceAuthn`), where one did.
    pub(crate) forced_at: Option<Time>,
}

/// A NameID as it was given, with what qualifies it (saml-core 2.2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameId {
    /// The name.
    pub(crate) value: String,
    /// `Format`.
    pub(crate) format: Option<String>,
    /// `NameQualifier`.
    pub(crate) name_qualifier: Option<String>,
    /// `SPNameQualifier`.
    pub(crate) sp_name_qualifier: Option<String>,
}

/// What a response says of itself, for a report and against replays. What stands around the assertion is
/// proven only where the response itself is signed, the rest where it is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// `ID` of the assertion.
    pub(crate) assertion_id: Option<String>,
    /// When it was issued.
    pub(crate) issued: Option<Time>,
    /// Until when it may be used, which is how long its ID must be remembered.
    pub(crate) not_on_or_after: Option<Time>,
    /// Who issued it.
    pub(crate) issuer: Option<String>,
    /// `Destination` of the response.
    pub(crate) destination: Option<String>,
    /// `InResponseTo` of the response.
    pub(crate) in_response_to: Option<String>,
    /// The NameID with what qualifies it, needed to log out.
    pub(crate) name_id: Option<NameId>,
    /// How the user has authenticated, as the identity provider says.
    pub(crate) context_class: Option<String>,
    /// The identity provider's session, needed to log out.
    pub(crate) session_index: Option<String>,
    /// Whether any of it came encrypted: what it says was for the service provider's eyes alone.
    pub(crate) encrypted: bool,
}

/// A verified response.
pub(crate) struct Judged {
    /// Step by step.
    pub(crate) verification: Verification,
    /// Whom it proves; `None` where it is refused.
    pub(crate) identity: Option<Identity>,
    /// Whom it claims to be about, proven or not: for a report and never for a decision.
    pub(crate) claimed: Option<Identity>,
    /// Whether the identity provider has said all that, though it may be refused.
    pub(crate) signed: bool,
    /// What it says of itself.
    pub(crate) facts: Facts,
}

impl Judged {
    /// The same for a report, whatever the protocol.
    pub(crate) fn told(self) -> verification::Judged {
        let Self { verification, identity, claimed, signed, facts } = self;
        let time = |time: Option<Time>| time.map(|time| time.to_string());
        let encrypted = facts.encrypted;
        let facts = vec![
            ("assertion_id", facts.assertion_id),
            ("issuer", facts.issuer),
            ("issued", time(facts.issued)),
            ("not_on_or_after", time(facts.not_on_or_after)),
            ("destination", facts.destination),
            ("in_response_to", facts.in_response_to),
            ("name_id_format", facts.name_id.and_then(|name_id| name_id.format)),
            ("authentication", facts.context_class),
            ("session_index", facts.session_index),
        ];
        verification::Judged { verification, identity, claimed, signed, encrypted, facts }
    }
}

/// Verifies the XML of a response; `file` is what messages call it.
pub(crate) fn judge(bytes: &[u8], file: &str, expected: &Expected<'_>) -> Judged {
    let mut judging = Judging { expected, file, steps: Verification::default(), facts: Facts::default() };
    let claimed = judging.all(bytes);
    judging.issuer_first();
    let accepted = claimed.is_some() && judging.steps.refusal().is_none();
    let identity = claimed.clone().filter(|_| accepted);
    let signed = judging.steps.steps.iter().any(|step| step.step == proof::STEP && step.result == StepResult::Passed);
    Judged { verification: judging.steps, identity, claimed, signed, facts: judging.facts }
}

/// One response on its way through the steps.
struct Judging<'j> {
    expected: &'j Expected<'j>,
    file: &'j str,
    steps: Verification,
    facts: Facts,
}

fn limits() -> Limits {
    Limits { bytes: message::LARGEST, ..Limits::default() }
}

impl Judging<'_> {
    fn all(&mut self, bytes: &[u8]) -> Option<Identity> {
        let document = self.document(bytes)?;
        if document.is(PROTOCOL, "Response") && !envelope::is_success(&document) {
            // Nobody is logged in by it, and a failure is seldom signed.
            self.steps.lose_proof();
            self.around(&document, false);
            return None;
        }
        self.structure(&document)?;
        let proven = self.proof(bytes, &document);
        self.around(proven.response.as_ref().unwrap_or(&document), proven.response.is_some());
        Some(self.assertion(&proven.assertion?))
    }

    /// A key that is not known is explained by an issuer that is not the connection's: that is told first, and no key of
    /// another identity provider is ever asked to be pinned.
    fn issuer_first(&mut self) {
        let unknown = ["signature-invalid", "signature-key-unknown", UNPINNED];
        let is_unknown = self.steps.refusal().is_some_and(|step| step.code.is_some_and(|code| unknown.contains(&code)));
        let others = self.facts.issuer.as_deref().filter(|issuer| is_unknown && *issuer != self.expected.idp);
        if let Some(issuer) = others.map(mends::foreign)
            && self.steps.lead_with("issuer-mismatch")
        {
            unknown.iter().for_each(|code| self.steps.mend(code, &issuer));
        }
    }

    /// What stands around the assertion; `signed` is whether the response itself is.
    fn around(&mut self, response: &Node, signed: bool) {
        let before = self.steps.steps.len();
        self.status(response);
        self.envelope(response, signed);
        if !signed {
            // Where the assertion alone is signed, anybody can have written these.
            for step in self.steps.steps[before..].iter_mut().filter(|step| step.result == StepResult::Passed) {
                step.detail.push_str(" (not signed)");
            }
        }
    }

    /// The document as a tree, if it is a response at all.
    fn document(&mut self, bytes: &[u8]) -> Option<Node> {
        const CLAUSE: &str = "saml-core 3.3.3";
        let document = match Node::read(bytes, self.file, &limits()) {
            Ok(document) => document,
            Err(failure) => {
                self.refuse("document", "saml-core 1.3", &of_a_login(failure));
                return None;
            }
        };
        if !document.is(PROTOCOL, "Response") {
            let (what, hint) = not_a_response(&document);
            self.steps.failed("document", CLAUSE, "response-not-one", what, hint);
            return None;
        }
        match document.attribute("Version") {
            Some("2.0") => self.steps.passed("document", CLAUSE, "a SAML 2.0 response"),
            other => {
                let version = other.map_or("none".to_owned(), |version| format!("`{}`", printable(version)));
                self.steps.failed(
                    "document",
                    "saml-core 4.1.3.2",
                    "response-version",
                    format!("the response has version {version}, and not `2.0`"),
                    "set the identity provider's application to SAML 2.0",
                );
                return None;
            }
        }
        document.walk(&mut |node, _| self.facts.encrypted |= is_encrypted(node));
        self.facts.destination = document.attribute("Destination").map(str::to_owned);
        self.facts.in_response_to = document.attribute("InResponseTo").map(str::to_owned);
        Some(document)
    }

    /// One assertion, where it belongs, and no value that two readers could read differently.
    fn structure(&mut self, document: &Node) -> Option<()> {
        const CLAUSE: &str = "saml-profiles 4.1.4.2";
        let mut all = 0;
        document.walk(&mut |node, _| all += usize::from(is_assertion(node)));
        let direct = document.children.iter().filter(|child| is_assertion(child)).count();
        let copied = "an answer to a login has one: do not trust this document, and ask where it comes from";
        let checked = if all > direct {
            let message = format!("{} of {all} assertions stand where none belongs", all - direct);
            Err(Failure::refused("assertion-misplaced", message).hint(copied))
        } else if direct > 1 {
            let message = format!("there are {direct} assertions, which may speak of different users");
            Err(Failure::refused("assertion-several", message).hint(copied))
        } else if direct == 0 {
            Err(Failure::refused("assertion-missing", "there is no assertion").hint(
                "look at the identity provider's own log: it answered with success, and said nothing of the user",
            ))
        } else {
            shape::check(document, self.file)
        };
        match checked {
            Ok(()) => {
                self.steps.passed("structure", CLAUSE, "one assertion, where it belongs");
                Some(())
            }
            Err(failure) => {
                self.refuse("structure", CLAUSE, &failure);
                None
            }
        }
    }

    /// A refusal of an engine below as a step.
    fn refuse(&mut self, step: &'static str, clause: &'static str, failure: &Failure) {
        self.steps.failed(step, clause, failure.code(), failure.to_string(), failure.hints().join("\n"));
    }

    fn shown(&self, time: Time) -> String {
        let off = self.expected.now.unix() - time.unix();
        let unit = |seconds: i64| match seconds {
            0..=119 => format!("{seconds} s"),
            120..=7199 => format!("{} min", seconds / 60),
            7200..=172_799 => format!("{} h", seconds / 3600),
            _ => format!("{} days", seconds / 86_400),
        };
        let how = if off >= 0 { "before" } else { "after" };
        format!("{time}, {} {how} {}", unit(off.abs()), self.expected.now)
    }
}

/// What the reader of documents says, in the words of a login: it knows metadata alone.
fn of_a_login(failure: Failure) -> Failure {
    match failure.code() {
        "html-not-metadata" => Failure::refused("response-not-one", "this is a web page, and not a SAML response")
            .hint("a page came in the place of the answer: what it says is the reason, and the identity provider's log has it too"),
        "doctype" => Failure::refused("doctype", failure.to_string())
            .hint("do not trust it: no SAML message has one. Ask who runs the identity provider what writes its answers"),
        _ => failure,
    }
}

/// Whether an element is an assertion, encrypted or not.
fn is_assertion(node: &Node) -> bool {
    node.namespace == ASSERTION && matches!(node.local.as_str(), "Assertion" | "EncryptedAssertion")
}

/// Whether an element is an assertion, a name or an attribute that was encrypted for the service provider.
fn is_encrypted(node: &Node) -> bool {
    let names = ["EncryptedAssertion", "EncryptedID", "EncryptedAttribute"];
    node.namespace == ASSERTION && names.contains(&node.local.as_str())
}

/// ID of the request that a response says it answers: a claim, by which the request is found that the
/// response is then judged by.
pub(crate) fn answers(bytes: &[u8], file: &str) -> Option<String> {
    first(bytes, file, |start| start.attribute("InResponseTo").map(str::to_owned))?
}

/// Where a response says that it is to go: a claim, as [`answers`] is.
pub(crate) fn destination(bytes: &[u8], file: &str) -> Option<String> {
    first(bytes, file, |start| start.attribute("Destination").map(str::to_owned))?
}

/// Whether a document is a response at all, by its first element.
pub(crate) fn is_one(bytes: &[u8], file: &str) -> bool {
    first(bytes, file, |start| start.is(PROTOCOL, "Response")) == Some(true)
}

/// What is seen of the first element; `None` where there is none.
fn first<T>(bytes: &[u8], file: &str, see: impl FnOnce(&Start<'_>) -> T) -> Option<T> {
    let mut reader = Reader::new(bytes, file, &limits()).ok()?.of_the_beginning();
    while reader.advance().is_ok() {
        match reader.event() {
            Event::Start(start) => return Some(see(&start)),
            Event::Eof => return None,
            _ => {}
        }
    }
    None
}

fn not_a_response(document: &Node) -> (String, &'static str) {
    let what = format!(
        "the document is `{}`, and not a SAML response",
        printable(&document.local.chars().take(80).collect::<String>())
    );
    let hint = match (&*document.namespace, document.local.as_str()) {
        (PROTOCOL, "LogoutResponse" | "LogoutRequest") => {
            "this is of a logout: capture what the browser posts at the login"
        }
        (PROTOCOL, "AuthnRequest") => {
            "this is the question, and not the answer: capture what the browser posts to the vendor"
        }
        (PROTOCOL, "ArtifactResponse") => {
            "the response inside it came by another way: cut out the `Response` element, if its own signature is in it"
        }
        (ASSERTION, _) => "this is the assertion alone: capture the whole `SAMLResponse` that the browser posts",
        _ => "capture the form field `SAMLResponse` that the browser posts to the vendor",
    };
    (what, hint)
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
