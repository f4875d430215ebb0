//! What mends a refusal, where whoever judges knows more than the response says: which connection it is, which others
//! there are, and whether the service provider is the vendor's or that of a test.

use crate::model::printable;
use crate::saml::response::Judged;
use crate::saml::response::UNPINNED;
use crate::saml::response::unpinned;

/// Whoever judges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mends {
    /// What commands call the connection.
    pub(crate) connection: String,
    /// Identity providers of other connections, each with the connection's name.
    pub(crate) others: Vec<(String, String)>,
    /// Entity ID of the service provider of a test, where that is who judges.
    pub(crate) test: Option<String>,
}

impl Judged {
    /// Puts nearer mends in the place of the general ones.
    pub(crate) fn mended(&mut self, by: &Mends) {
        let name = &by.connection;
        let steps = &mut self.verification;
        steps.mend(UNPINNED, &unpinned(name));
        if let Some(issuer) = &self.facts.issuer {
            steps.mend("issuer-mismatch", &by.other_issuer(issuer));
        }
        if let Some(entity_id) = &by.test {
            let audience = "set the audience (entity ID, identifier) of this application at the identity provider to that of the test";
            steps.mend("audience-mismatch", &format!("{audience}, `{entity_id}`, byte for byte"));
            let unsolicited = format!(
                "begin at the address that the terminal shows; `ssoctl connection test {name} --idp-initiated` takes a login that begins at the identity provider"
            );
            steps.mend("response-unsolicited", &unsolicited);
        }
        steps.name(name);
    }
}

impl Mends {
    /// Another identity provider has answered: which one, where it is that of another connection or of a sandbox.
    fn other_issuer(&self, issuer: &str) -> String {
        let name = &self.connection;
        if let Some((_, other)) = self.others.iter().find(|(entity_id, _)| entity_id == issuer) {
            return match self.test {
                None => format!("this is a login of `{other}`: `ssoctl login decode FILE --connection {other}`"),
                Some(_) => format!(
                    "the identity provider of `{other}` has answered: `ssoctl connection test {other}` tests that one"
                ),
            };
        }
        if is_of_a_sandbox(issuer) {
            return format!(
                "the identity provider of a sandbox has answered, whose keys are nobody's: it is for `ssoctl sandbox serve --login {name}` alone"
            );
        }
        format!(
            "compare the identity provider's entity ID with `saml.idp.entity_id` of `{name}`. Another identity provider is another connection (`ssoctl connection add`); where yours has a new name for certain: `ssoctl connection set {name} saml.idp.entity_id=..`, with the one that its administrator tells you"
        )
    }
}

/// Whether an entity ID is one as the sandbox's identity provider has it.
fn is_of_a_sandbox(issuer: &str) -> bool {
    let port = issuer.strip_prefix("http://localhost:").and_then(|rest| rest.strip_suffix("/idp/metadata"));
    port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What is said of a signature by an unknown key in an answer of another issuer: no key of that one belongs here.
pub(super) fn foreign(issuer: &str) -> String {
    let short: String = issuer.chars().take(200).collect();
    format!(
        "`{}` signs with a key of its own, and no key of it belongs into this connection: see to the issuer first",
        printable(&short)
    )
}
