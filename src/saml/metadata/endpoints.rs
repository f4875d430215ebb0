//! Reads endpoints, and says what is odd about them.

use std::io::BufRead;

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::Binding;
use crate::model::printable;
use crate::saml::metadata::Endpoint;
use crate::saml::metadata::reading::Walk;
use crate::saml::metadata::reading::place;
use crate::saml::metadata::room::TEXT;
use crate::saml::metadata::room::text;

/// Bindings of SAML 2.0, by the last words of their URN.
const SAML2: [&str; 7] = ["HTTP-Redirect", "HTTP-POST", "HTTP-Artifact", "HTTP-POST-SimpleSign", "SOAP", "PAOS", "URI"];

/// Bindings of other protocols and profiles that stand in real metadata.
const FOREIGN: [&str; 10] = [
    "urn:mace:shibboleth:1.0:profiles:AuthnRequest",
    "urn:mace:shibboleth:2.0:profiles:AuthnRequest",
    "urn:mace:shibboleth:2.0:profiles:LogoutRequest",
    "urn:oasis:names:tc:SAML:1.0:profiles:browser-post",
    "urn:oasis:names:tc:SAML:1.0:profiles:artifact-01",
    "urn:oasis:names:tc:SAML:1.0:bindings:SOAP-binding",
    "urn:oasis:names:tc:SAML:2.0:profiles:holder-of-key:SSO:browser",
    "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol",
    "urn:oasis:names:tc:SAML:profiles:SSO:request-init",
    "http://schemas.xmlsoap.org/ws/2003/07/secext",
];

/// What a binding is, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Of SAML 2.0.
    Saml2,
    /// Of something else that is known.
    Foreign,
    /// Not known, and one or two letters from this one.
    Misspelt(&'static str),
    /// Not known.
    Unknown,
}

/// Looks a binding up.
pub(super) fn known(binding: &Binding) -> Known {
    let word = binding.word();
    if SAML2.contains(&word) {
        return Known::Saml2;
    }
    if FOREIGN.contains(&word) {
        return Known::Foreign;
    }
    // Only a short text is compared, since the comparison takes its square.
    if word.len() > 200 {
        return Known::Unknown;
    }
    let bare = word.trim_ascii();
    let uri = binding.uri();
    let near = SAML2.into_iter().find(|name| {
        bare.eq_ignore_ascii_case(name)
            || strsim::damerau_levenshtein(bare, name) <= usize::from(name.len() > 4) + 1
            || strsim::damerau_levenshtein(uri.trim_ascii(), &Binding::from_word(name).uri()) <= 2
    });
    near.map_or(Known::Unknown, Known::Misspelt)
}

impl<R: BufRead> Walk<R> {
    /// The endpoint that just began.
    pub(super) fn endpoint(&mut self, element: &'static str) -> Result<Endpoint, Failure> {
        let at = self.xml.position();
        let is_default = self.boolean("isDefault");
        let start = self.xml.element();
        let owned = |local: &str| start.attribute(local).map(str::to_owned);
        let (binding, odd_binding) = match start.attribute("Binding") {
            Some(uri) if uri.contains(':') => (Some(Binding::from_uri(uri)), None),
            other => (None, other.map(str::to_owned)),
        };
        let endpoint = Endpoint {
            element,
            binding,
            odd_binding,
            location: owned("Location"),
            response_location: owned("ResponseLocation"),
            index: owned("index"),
            is_default,
            at,
        };
        let word = endpoint.binding.as_ref().map_or(0, |binding| TEXT + binding.word().len());
        let texts = [&endpoint.odd_binding, &endpoint.location, &endpoint.response_location, &endpoint.index];
        let texts: usize = texts.into_iter().map(|one| text(one.as_ref())).sum();
        self.keep(size_of::<Endpoint>() + word + texts)?;
        self.skip()?;
        Ok(endpoint)
    }
}

/// What is odd about one endpoint. `broken` is how much it matters that it cannot be used.
pub(super) fn lint_endpoint(endpoint: &Endpoint, file: &str, broken: Severity, findings: &mut Vec<Finding>) {
    let element = endpoint.element;
    let mut push = |code, severity, message: String, hint: &str| {
        findings.push(Finding::new(code, severity, message).hint(hint).at(place(file, endpoint.at)));
    };
    match &endpoint.binding {
        None if endpoint.odd_binding.is_some() => push(
            "binding-not-uri",
            broken,
            format!(
                "`{element}` has the binding `{}`, which is no URI",
                printable(endpoint.odd_binding.as_deref().unwrap_or_default())
            ),
            "a binding begins with `urn:oasis:names:tc:SAML:2.0:bindings:`",
        ),
        None => push("binding-missing", broken, format!("`{element}` has no Binding"), "add the attribute `Binding`"),
        Some(binding) => {
            let shown = printable(&binding.uri());
            match known(binding) {
                Known::Saml2 | Known::Foreign => {}
                Known::Misspelt(near) => push(
                    "binding-misspelt",
                    broken,
                    format!("`{element}` has the binding `{shown}`, which does not exist"),
                    &format!("`{}` is meant; case and every character count", Binding::from_word(near).uri()),
                ),
                Known::Unknown => push(
                    "binding-unknown",
                    Severity::Info,
                    format!("`{element}` has the binding `{shown}`, which is not known here"),
                    "it is left out of account",
                ),
            }
        }
    }
    match &endpoint.location {
        None => {
            push("location-missing", broken, format!("`{element}` has no Location"), "add the attribute `Location`");
        }
        Some(location) => lint_location(element, location, broken, &mut push),
    }
    if let Some(location) = &endpoint.response_location {
        lint_location(element, location, Severity::Warning, &mut push);
    }
}

/// What is odd about a URL that browsers will be sent to.
fn lint_location(
    element: &str,
    location: &str,
    broken: Severity,
    push: &mut impl FnMut(&'static str, Severity, String, &str),
) {
    let shown = printable(location);
    let trimmed = location.trim_ascii();
    if trimmed.contains(['{', '}']) || trimmed.contains("%7B") {
        let message = format!("`{element}` has the Location `{shown}`, a template that was not filled in");
        return push("location-template", broken, message, "ask the publisher for the document of your own tenant");
    }
    if trimmed.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let message = format!("`{element}` has the Location `{shown}`, with a space or control character inside");
        return push("location-space", broken, message, "a URL has none; it may be two, or text that is no URL");
    }
    let Ok(url) = url::Url::parse(trimmed) else {
        let message = format!("`{element}` has the Location `{shown}`, which is not an absolute URL");
        return push("location-not-absolute", broken, message, "write the whole URL, beginning with `https://`");
    };
    // Read leniently, `https:/x` has a host; as written it has none.
    let scheme = url.scheme();
    let http = matches!(scheme, "http" | "https");
    if !http {
        let message = format!("`{element}` has the Location `{shown}`, whose scheme `{scheme}` is not for the web");
        return push("location-scheme", Severity::Error, message, "only `https://` is safe to send a browser to");
    }
    if !trimmed[scheme.len()..].starts_with("://") {
        let message = format!("`{element}` has the Location `{shown}`, which is not an absolute URL");
        return push("location-not-absolute", broken, message, "write the whole URL, beginning with `https://`");
    }
    if trimmed.len() != location.len() {
        let message = format!("`{element}` has the Location `{shown}`, with spaces around it");
        push("location-space", Severity::Warning, message, "remove them; some software sends them along");
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The password is not repeated.
        let message = format!("a Location of `{element}` has a user name or password in it");
        push("location-userinfo", Severity::Error, message, "remove it: it misleads people about the host");
    }
    if url.fragment().is_some() {
        let message = format!("`{element}` has the Location `{shown}`, with a fragment");
        push("location-fragment", Severity::Warning, message, "remove what follows `#`; it never reaches the server");
    }
    if scheme == "http" {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let severity = if local { Severity::Info } else { Severity::Warning };
        let message = format!("`{element}` has the Location `{shown}`, which is not encrypted");
        push("location-http", severity, message, "ask for an `https://` endpoint: a login can be read on the way");
    }
}
