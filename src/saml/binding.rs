//! How a message travels in a form field or a query (saml-bindings 3.4.4.1, 3.5.4): base64, deflated
//! before that where it is a query, and percent-encoded where somebody has copied it so. What we send,
//! and the signature that a query has of its own.

use std::io::Read as _;
use std::io::Write as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::crypto::scheme::Scheme;
use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::saml::signature::message::LARGEST;
use crate::saml::signature::trust::Trust;

/// Products leave out the padding, and leave bits behind it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The same as [`decode`], of a value as somebody has copied it: it may be percent-encoded still.
pub(crate) fn decode_copied(value: &str, file: &str) -> Result<Vec<u8>, Failure> {
    match value.contains('%') {
        true => decode(&unescaped(value), file),
        false => decode(value, file),
    }
}

/// The XML that a parameter `SAMLResponse`, `SAMLRequest` and the like carries, as a form or a query has it
/// when it is read; `file` is what messages call its source.
pub(crate) fn decode(value: &str, file: &str) -> Result<Vec<u8>, Failure> {
    // A third more than what it carries, and lines.
    let most = usize::try_from(LARGEST * 3 / 2).unwrap_or(usize::MAX);
    if value.len() > most {
        return Err(Failure::input("message-too-large", format!("{file}: the message is larger than {LARGEST} bytes"))
            .hint("no login needs so much: do not trust it, and ask where it comes from"));
    }
    if is_escaped(value) {
        let what = format!("{file}: the value is percent-encoded twice, and who receives it undoes one of them");
        return Err(Failure::input("message-encoded-twice", what).hint(
            "undo it once if it was copied so; where the browser sends it so, find out which page or proxy encodes it a \
             second time",
        ));
    }
    // Some copy it by way of a tool that writes the alphabet of URLs.
    let compact: String = value.split_ascii_whitespace().collect::<String>().replace('-', "+").replace('_', "/");
    let bytes = LENIENT.decode(&compact).map_err(|error| {
        Failure::input("message-not-base64", format!("{file}: this is neither XML nor base64"))
            .because(error)
            .hint("give the value of the form field `SAMLResponse`, the XML itself, or a HAR file of the browser")
    })?;
    if is_markup(&bytes) {
        return Ok(bytes);
    }
    let mut inflated = Vec::new();
    let read = DeflateDecoder::new(bytes.as_slice()).take(LARGEST + 1).read_to_end(&mut inflated);
    match read {
        Ok(_) if inflated.len() as u64 > LARGEST => Err(Failure::input(
            "message-too-large",
            format!("{file}: the message unpacks to more than {LARGEST} bytes"),
        )
        .hint("no login needs so much: do not trust it, and ask where it comes from")),
        Ok(_) if is_markup(&inflated) => Ok(inflated),
        _ => Err(Failure::input("message-not-xml", format!("{file}: what the base64 holds is no XML, packed or not"))
            .hint("copy the whole value of the form field `SAMLResponse`: a part of it is no message")),
    }
}

/// What a message is called that travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// A question.
    Request,
    /// An answer.
    Response,
}

impl Parameter {
    /// Name of the parameter or the form field.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// The value of a form field (saml-bindings 3.5.4).
pub(crate) fn posted(xml: &str) -> String {
    BASE64_STANDARD.encode(xml)
}

/// The URL of a message by redirect (saml-bindings 3.4.4.1): deflated, and with a key signed as a query.
/// The query that the endpoint has is kept.
pub(crate) fn redirected(
    endpoint: &str,
    parameter: Parameter,
    xml: &str,
    relay_state: Option<&str>,
    key: Option<&PrivateKey>,
) -> Result<String, Failure> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    let packed = deflated.write_all(xml.as_bytes()).and_then(|()| deflated.finish());
    let packed = packed.map_err(|error| Failure::bug("a message in memory is not packed").because(error))?;
    let escaped = |value: &str| url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
    let mut query = format!("{}={}", parameter.name(), escaped(&BASE64_STANDARD.encode(packed)));
    if let Some(state) = relay_state {
        query.push_str(&format!("&RelayState={}", escaped(state)));
    }
    if let Some(key) = key {
        let scheme = key.default_scheme();
        query.push_str(&format!("&SigAlg={}", escaped(scheme.uri())));
        let signature = key.sign(scheme, query.as_bytes())?;
        query.push_str(&format!("&Signature={}", escaped(&BASE64_STANDARD.encode(signature))));
    }
    let (endpoint, fragment) =
        endpoint.split_once('#').map_or((endpoint, None), |(before, after)| (before, Some(after)));
    let joint = match endpoint.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Ok(format!("{endpoint}{joint}{query}{fragment}"))
}

/// The signature of a query, over its octets as they were sent (saml-bindings 3.4.4.1): whose key it was,
/// and `None` where there is no signature. A parameter that is there twice is refused: two readers could
/// take one each.
pub(crate) fn query_signer(query: &str, parameter: Parameter, trust: &Trust) -> Result<Option<String>, Failure> {
    let raw = |name: &str| {
        let mut found = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(known, _)| *known == name);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Failure::refused("query-twice", format!("the query has `{name}` twice"))
                .hint("do not trust it, and ask where it comes from")),
            (found, None) => Ok(found.map(|(_, value)| value)),
        }
    };
    let (message, state) = (raw(parameter.name())?, raw("RelayState")?);
    let (Some(message), Some(algorithm), Some(value)) = (message, raw("SigAlg")?, raw("Signature")?) else {
        return Ok(None);
    };
    let mut signed = format!("{}={message}", parameter.name());
    if let Some(state) = state {
        signed.push_str(&format!("&RelayState={state}"));
    }
    signed.push_str(&format!("&SigAlg={algorithm}"));
    let scheme = Scheme::named(&in_query(algorithm), trust.sha1)?;
    let value: String = in_query(value).split_ascii_whitespace().collect();
    let value = LENIENT.decode(value).map_err(|error| {
        Failure::refused("signature-malformed", "the signature of the query is no base64")
            .because(error)
            .hint("ask who runs the identity provider; the query may have been cut on its way")
    })?;
    trust.signer_of(scheme, signed.as_bytes(), &value).map(Some)
}

/// One value of a query, decoded.
fn in_query(value: &str) -> String {
    let pair = format!("v={value}");
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

/// Whether it may be XML, whatever its encoding.
fn is_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// Percent-encoding undone; a plus that was not encoded stays one, since base64 has it.
fn unescaped(value: &str) -> String {
    let pair = format!("v={}", value.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

/// Whether something is percent-encoded in it, as nothing is in base64.
fn is_escaped(value: &str) -> bool {
    let hex = |at: usize| value.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    value.match_indices('%').any(|(at, _)| hex(at + 1) && hex(at + 2))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::crypto::scheme::Sha1;
    use crate::crypto::sign::NewKey;
    use crate::crypto::verify::Curve;
    use crate::crypto::verify::PublicKey;
    use crate::saml::signature::trust::Pin;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn code(value: &str) -> &'static str {
        decode(value, "x").unwrap_err().code()
    }

    #[test]
    fn each_way_of_carrying_gives_the_same() {
        let xml = b"<a>\xc3\xbc?>???~~~</a>";
        let posted = BASE64_STANDARD.encode(xml);
        let redirected = BASE64_STANDARD.encode(deflated(xml));
        let escaped = |text: &str| text.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
        let lines: String = posted.chars().flat_map(|c| [c, '\n']).collect();
        for value in [
            &posted,
            &redirected,
            &escaped(&posted),
            &escaped(&redirected),
            &lines,
            &posted.trim_end_matches('=').to_owned(),
        ] {
            assert_eq!(decode_copied(value, "x").unwrap(), xml, "{value}");
        }
        // Once is how it travels; twice is a fault of who sends it.
        let copied = |value: &str| decode_copied(value, "x").unwrap_err().code();
        for twice in [posted.replace('=', "%253D"), escaped(&posted).replace('%', "%25"), "%2541".to_owned()] {
            assert_eq!(copied(&twice), "message-encoded-twice", "{twice}");
        }
        assert_eq!(copied("%25zz"), "message-not-base64");
        // Only the signs that a browser must encode.
        assert_eq!(decode_copied(&posted.replace('=', "%3D"), "x").unwrap(), xml);
        // Of a form that has been read, that is once too often.
        assert_eq!(code(&posted.replace('=', "%3D")), "message-encoded-twice");
    }

    #[test]
    fn what_is_no_message_is_refused_by_name() {
        assert_eq!(code("no base64!"), "message-not-base64");
        assert_eq!(code(&BASE64_STANDARD.encode("{}")), "message-not-xml");
        assert_eq!(code(&BASE64_STANDARD.encode(&deflated(b"<a/>")[..3])), "message-not-xml");
        assert_eq!(code(&"A".repeat(13 << 20)), "message-too-large");
        let bomb = deflated(&vec![b'<'; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(code(&BASE64_STANDARD.encode(bomb)), "message-too-large");
    }

    fn trusting(key: &PrivateKey) -> Trust {
        let pem = key.public().to_pem().unwrap();
        let key = Arc::new(PublicKey::from_pem_or_der(pem.as_bytes()).unwrap());
        Trust { pins: vec![Pin::Key { key, called: "the key".to_owned(), pem }], sha1: Sha1::Refused }
    }

    fn query_of(url: &str) -> &str {
        url.split_once('?').unwrap().1
    }

    #[test]
    fn what_is_sent_by_redirect_is_read_back_and_its_signature_holds() {
        for kind in [NewKey::Ec(Curve::P256), NewKey::Rsa(2048)] {
            let key = PrivateKey::generate(kind).unwrap();
            let trust = trusting(&key);
            let xml = "<a>\u{fc}+/&amp;</a>";
            for state in [None, Some("a&b=c+d e"), Some("")] {
                let url = redirected("https://idp.test/sso", Parameter::Response, xml, state, Some(&key)).unwrap();
                let query = query_of(&url);
                assert_eq!(query_signer(query, Parameter::Response, &trust).unwrap().as_deref(), Some("the key"));
                let value = url::form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned();
                assert_eq!(decode(&value, "x").unwrap(), xml.as_bytes());
                // Of another name nothing is said.
                assert_eq!(query_signer(query, Parameter::Request, &trust).unwrap(), None);
                // Any sign of what was signed that is another breaks it.
                let altered = query.replacen("SAMLResponse=", "SAMLResponse=A", 1);
                let refused = query_signer(&altered, Parameter::Response, &trust).unwrap_err();
                assert_eq!(refused.code(), "signature-invalid");
                let twice = format!("{query}&SAMLResponse=x");
                assert_eq!(query_signer(&twice, Parameter::Response, &trust).unwrap_err().code(), "query-twice");
            }
            let stranger = trusting(&PrivateKey::generate(kind).unwrap());
            let url = redirected("https://idp.test/sso", Parameter::Request, xml, None, Some(&key)).unwrap();
            let refused = query_signer(query_of(&url), Parameter::Request, &stranger).unwrap_err();
            assert_eq!(refused.code(), "signature-invalid");
            let odd = query_of(&url).replacen("Signature=", "Signature=*", 1);
            assert_eq!(query_signer(&odd, Parameter::Request, &trust).unwrap_err().code(), "signature-malformed");
        }
    }

    #[test]
    fn the_query_of_an_endpoint_is_kept() {
        let url = |endpoint| redirected(endpoint, Parameter::Request, "<a/>", Some("s"), None).unwrap();
        for (endpoint, begin) in [
            ("https://idp.test/sso", "https://idp.test/sso?SAMLRequest="),
            ("https://idp.test/sso?", "https://idp.test/sso?SAMLRequest="),
            ("https://idp.test/sso?a=b", "https://idp.test/sso?a=b&SAMLRequest="),
        ] {
            assert!(url(endpoint).starts_with(begin), "{}", url(endpoint));
        }
        assert!(url("https://idp.test/sso#x").ends_with("&RelayState=s#x"));
        assert_eq!(
            query_signer("SAMLRequest=x", Parameter::Request, &Trust { pins: vec![], sha1: Sha1::Refused }).unwrap(),
            None
        );
    }
}
