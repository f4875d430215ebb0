//! Single logout as a service provider begins it (saml-core 3.7, saml-profiles 4.4): the request, and
//! the answer to it step by step.

use crate::error::Result;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::model::time::Time;
use crate::model::verification::Verification;
use crate::saml::ASSERTION;
use crate::saml::PROTOCOL;
use crate::saml::binding;
use crate::saml::binding::Parameter;
use crate::saml::request::NAMESPACES;
use crate::saml::response::NameId;
use crate::saml::response::node::Node;
use crate::saml::signature::message;
use crate::saml::signature::sign::Signer;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;
use crate::xml::writer::Element;
use crate::xml::writer::document;

/// The status of a logout that is done.
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// Who is to be logged out.
pub(crate) struct LogoutRequest<'r> {
    /// Its ID, see [`crate::saml::request::id`].
    pub(crate) id: &'r str,
    /// When it is sent.
    pub(crate) at: Time,
    /// Entity ID of the service provider.
    pub(crate) issuer: &'r str,
    /// The endpoint of the identity provider.
    pub(crate) destination: &'r str,
    /// The name exactly as the identity provider gave it.
    pub(crate) name_id: &'r NameId,
    /// The session that the login named, where it did.
    pub(crate) session_index: Option<&'r str>,
}

/// The document; `signer` signs it where it is to be posted.
pub(crate) fn logout_request(request: &LogoutRequest<'_>, signer: Option<&Signer>) -> Result<String> {
    let name = request.name_id;
    let write = |signature: Option<Element>| {
        let root = Element::new("samlp:LogoutRequest")
            .attribute("ID", request.id)
            .attribute("Version", "2.0")
            .attribute("IssueInstant", request.at.to_string())
            .attribute("Destination", request.destination)
            .child(Element::text("saml:Issuer", request.issuer))
            .children(signature)
            .child(
                Element::text("saml:NameID", name.value.as_str())
                    .optional("Format", name.format.as_deref())
                    .optional("NameQualifier", name.name_qualifier.as_deref())
                    .optional("SPNameQualifier", name.sp_name_qualifier.as_deref()),
            )
            .children(request.session_index.map(|index| Element::text("samlp:SessionIndex", index)));
        document(&root, NAMESPACES)
    };
    match signer {
        None => write(None),
        Some(signer) => signer.sign(request.id, |signature| write(Some(signature))),
    }
}

/// What the answer is to be.
pub(crate) struct Expected<'e> {
    /// Entity ID of the identity provider.
    pub(crate) idp: &'e str,
    /// Its keys.
    pub(crate) trust: &'e Trust,
    /// Where it is to be sent.
    pub(crate) destination: &'e str,
    /// ID of the request.
    pub(crate) request: &'e str,
    /// The query that it came in, where it came by redirect; as it was sent.
    pub(crate) query: Option<&'e str>,
}

/// Verifies an answer to a logout (saml-profiles 4.4.4.2).
pub(crate) fn judge(bytes: &[u8], expected: &Expected<'_>) -> Verification {
    const FILE: &str = "the answer to the logout";
    let mut steps = Verification::default();
    let limits = Limits { bytes: message::LARGEST, ..Limits::default() };
    let document = match Node::read(bytes, FILE, &limits) {
        Ok(document) => document,
        Err(failure) => {
            steps.refused("document", "saml-core 1.3", &failure);
            return steps;
        }
    };
    if !document.is(PROTOCOL, "LogoutResponse") {
        let what = format!("the document is `{}`, and no answer to a logout", printable(&document.local));
        let hint = "set the logout response URL at the identity provider to the one of this service provider";
        steps.failed("document", "saml-core 3.7.2", "logout-not-answered", what, hint);
        return steps;
    }
    steps.passed("document", "saml-core 3.7.2", "an answer to a logout");
    let document = signed(&mut steps, bytes, FILE, document, expected);
    same(&mut steps, "issuer", "saml-profiles 4.4.4.2", "issuer-mismatch", expected.idp, issuer(&document));
    let answered = document.attribute("InResponseTo");
    same(&mut steps, "request", "saml-core 3.2.2", "request-mismatch", expected.request, answered);
    match document.attribute("Destination") {
        None => steps.unchecked("destination", "saml-core 3.2.2", "the answer names no destination"),
        said => same(&mut steps, "destination", "saml-core 3.2.2", "destination-mismatch", expected.destination, said),
    }
    let status = document.child(PROTOCOL, "Status").and_then(|status| status.child(PROTOCOL, "StatusCode"));
    match status.and_then(|code| code.attribute("Value")) {
        Some(SUCCESS) => steps.passed("status", "saml-core 3.2.2.1", "the identity provider says that it is done"),
        other => {
            let second = status.and_then(|code| code.child(PROTOCOL, "StatusCode")?.attribute("Value"));
            let codes: Vec<String> =
                other.into_iter().chain(second).map(|code| format!("`{}`", printable(code))).collect();
            let told = format!(
                "the identity provider says no: {}",
                if codes.is_empty() { "no status".to_owned() } else { codes.join(", ") }
            );
            let hint = "look at the identity provider's log; PartialLogout is an application that did not answer";
            steps.failed("status", "saml-core 3.2.2.1", "status-not-success", told, hint);
        }
    }
    steps
}

fn issuer(document: &Node) -> Option<&str> {
    document.child(ASSERTION, "Issuer").map(|issuer| issuer.text.as_str())
}

/// What is proven of the answer: by the signature of its query, or the one that it has in itself.
fn signed(steps: &mut Verification, bytes: &[u8], file: &str, document: Node, expected: &Expected<'_>) -> Node {
    const STEP: &str = "signature";
    const CLAUSE: &str = "saml-profiles 4.4.4.2, saml-bindings 3.4.4.1";
    let of_query = expected.query.map(|query| binding::query_signer(query, Parameter::Response, expected.trust));
    match of_query {
        Some(Ok(Some(signer))) => {
            steps.passed(STEP, CLAUSE, format!("the query is signed, by {signer}"));
            return document;
        }
        Some(Err(failure)) => {
            steps.refused(STEP, CLAUSE, &failure);
            steps.lose_proof();
            return document;
        }
        Some(Ok(None)) | None => {}
    }
    let within = || {
        let survey = message::survey(bytes, file)?;
        let Some(found) = survey.signatures.iter().find(|found| found.on_root) else { return Ok(None) };
        let signed = survey.verify(bytes, file, found, expected.trust)?;
        let limits = Limits { bytes: message::LARGEST, ..Limits::default() };
        Ok(Some((Node::read(&signed.octets, file, &limits)?, signed.signer)))
    };
    match within() {
        Ok(Some((tree, signer))) if tree.is(PROTOCOL, "LogoutResponse") => {
            steps.passed(STEP, CLAUSE, format!("the answer is signed, by {signer}"));
            return tree;
        }
        Ok(_) => {
            let hint = "switch on the signing of logout responses at the identity provider";
            let told = "the answer is not signed: anybody could have written it";
            steps.failed(STEP, CLAUSE, "signature-missing", told, hint);
        }
        Err(failure) => steps.refused(STEP, CLAUSE, &failure),
    }
    steps.lose_proof();
    document
}

fn same(
    steps: &mut Verification,
    step: &'static str,
    clause: &'static str,
    code: &'static str,
    wanted: &str,
    said: Option<&str>,
) {
    match said {
        Some(said) if said == wanted => steps.passed(step, clause, format!("`{}`", printable(said))),
        Some(said) => {
            let hint = "compare the identity provider's configuration with this service provider's metadata";
            steps.failed(step, clause, code, explain_difference(wanted, said), hint);
        }
        None => {
            let hint = "ask who runs the identity provider: an answer must have it";
            steps.failed(
                step,
                clause,
                code,
                format!("the answer has no {step}, and `{}` is expected", printable(wanted)),
                hint,
            );
        }
    }
}

#[cfg(test)]
mod tests;
