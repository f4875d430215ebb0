//! What a single value in SP metadata must be, and the refusal that says so.
//!
//! Values are checked as text and kept as given: nothing is trimmed, repaired or normalised,
//! since the other side compares them byte by byte.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::printable;

/// saml-core 8.3.6: an entity identifier has at most so many characters.
const ENTITY_ID_LIMIT: usize = 1024;

/// saml-core 8.3.6.
pub(crate) fn check_entity_id(entity_id: &str) -> Result<()> {
    let length = entity_id.chars().count();
    if length == 0 || length > ENTITY_ID_LIMIT {
        return Err(Failure::input(
            "entity-id-length",
            format!("the service provider's entity ID has {length} characters; it must have 1 to {ENTITY_ID_LIMIT}"),
        )
        .hint("copy it from the connection's page at the vendor, or from the vendor's SP metadata")
        .into());
    }
    // Its schema type anyURI collapses white space: a reader would see another identifier.
    if entity_id.contains(char::is_whitespace) {
        return Err(Failure::input(
            "entity-id-white-space",
            format!("the entity ID \"{}\" has white space in it", printable(entity_id)),
        )
        .hint("copy it again, without the blanks around it")
        .into());
    }
    Ok(())
}

/// An `ID` is an NCName; the ASCII part of that is enough for one that we choose.
pub(crate) fn check_id(id: &str) -> Result<()> {
    let first = id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !first || !id.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) {
        return Err(Failure::input("metadata-id", format!("\"{}\" cannot be the ID of a document", printable(id)))
            .hint("start with a letter or `_`, then letters, digits, `_`, `-` and `.`")
            .into());
    }
    Ok(())
}

/// Base64 of a certificate in lines as in PEM, so that the two can be compared by eye.
pub(crate) fn certificate_text(use_: &str, certificate: &str) -> Result<String> {
    let packed: String = certificate.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    // What was decoded is not shown: a private key may have been pasted here.
    let der = STANDARD.decode(&packed).ok().filter(|der| is_one_sequence(der)).ok_or_else(|| {
        Failure::input(
            "certificate-not-der",
            format!("a {use_} certificate of the service provider is not base64 of DER"),
        )
        .hint("take the certificate from the vendor's own metadata, or give its PEM file")
    })?;
    let mut text = String::from("\n");
    // White space is allowed in the schema's base64Binary.
    let encoded = STANDARD.encode(der);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    Ok(text)
}

/// The outermost shape of a certificate: one DER SEQUENCE that fills all the bytes.
/// Whether it is a certificate is for `cert` to say.
fn is_one_sequence(der: &[u8]) -> bool {
    let Some((&[0x30, first], rest)) = der.split_first_chunk::<2>() else { return false };
    if first < 0x80 {
        return rest.len() == usize::from(first);
    }
    let Some((length, body)) = rest.split_at_checked(usize::from(first & 0x7F)) else { return false };
    matches!(length.len(), 1..=4)
        && length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)) == body.len()
}

/// Refuses a misspelt SAML 2.0 binding; bindings of other specifications go by their whole URI.
pub(crate) fn check_binding(code: &'static str, binding: &Binding, known: &[&str]) -> Result<()> {
    let word = binding.word();
    if known.contains(&word) || (has_scheme(word) && !word.contains(":SAML:2.0:bindings:")) {
        return Ok(());
    }
    Err(Failure::input(code, format!("\"{}\" is not a binding that can be used here", printable(word)))
        .hint(format!("one of: {}", known.join(", ")))
        .into())
}

/// An endpoint is an absolute https URL, written as given: nothing is normalised.
pub(crate) fn check_location(code: &'static str, what: &str, location: &str) -> Result<()> {
    let Err((code, why)) = location_verdict(code, location) else { return Ok(()) };
    Err(Failure::input(code, format!("the {what} URL \"{}\" {why}", printable(location)))
        .hint("give an absolute URL such as `https://sp.example.org/saml/acs`, exactly as the vendor shows it")
        .into())
}

fn location_verdict(code: &'static str, location: &str) -> std::result::Result<(), (&'static str, &'static str)> {
    // RFC 3986 2: the URL parser repairs other characters silently, an identity provider compares bytes.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    if !location.chars().all(allowed) {
        return Err((code, "has characters that a URL cannot have"));
    }
    let Some((scheme, rest)) = location.split_once("://") else { return Err((code, "is not an absolute URL")) };
    let Ok(url) = Url::parse(location) else { return Err((code, "is not an absolute URL")) };
    let loopback = url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
    });
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err((code, "is not https, so assertions would travel in the clear")),
        _ => return Err((code, "is not an https URL")),
    }
    // Taken from the text, since the parser forgets an empty user and a missing host's slash.
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err((code, "has no host"));
    }
    if authority.contains('@') {
        return Err(("url-userinfo", "has a user name in it"));
    }
    if location.contains('#') {
        return Err(("url-fragment", "has a fragment, which no browser sends"));
    }
    Ok(())
}

/// saml-metadata 2.3.2.2: an e-mail address is written as a `mailto:` URI (RFC 6068).
pub(crate) fn mailto(email: &str) -> Result<String> {
    let (bare, is_uri) = match email.strip_prefix("mailto:") {
        Some(bare) => (bare, true),
        None => (email, false),
    };
    let parts: Vec<&str> = bare.split('@').collect();
    let whole = matches!(parts.as_slice(), [local, domain] if !local.is_empty() && !domain.is_empty());
    if !whole || bare.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"?&".contains(c)) {
        return Err(Failure::input("contact-email", format!("\"{}\" is not an e-mail address", printable(email)))
            .hint("for example `sso@example.org`")
            .into());
    }
    let mut uri = String::from("mailto:");
    for byte in bare.bytes() {
        // RFC 6068 2: what is neither unreserved nor harmless in an address is percent-encoded.
        if byte.is_ascii_alphanumeric() || b"-._~!$'*+=@".contains(&byte) || (byte == b'%' && is_uri) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(uri)
}

/// The pattern of the schema's type language.
pub(crate) fn check_language(lang: &str) -> Result<()> {
    let mut subtags = lang.split('-');
    let letters = |tag: &str| matches!(tag.len(), 1..=8) && tag.bytes().all(|b| b.is_ascii_alphabetic());
    let word = |tag: &str| matches!(tag.len(), 1..=8) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    if !subtags.next().is_some_and(letters) || !subtags.all(word) {
        return Err(Failure::input("language-tag", format!("\"{}\" is not a language", printable(lang)))
            .hint("for example `en` or `de-CH`")
            .into());
    }
    Ok(())
}

/// Whether it looks like an absolute URI, with nothing in it that anyURI would collapse.
pub(crate) fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
}
