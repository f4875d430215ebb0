//! How a message travels in a form field or a query (saml-bindings 3.4.4.1, 3.5.4): base64, deflated
//! before that where it is a query, and percent-encoded where somebody has copied it so.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use flate2::read::DeflateDecoder;

use crate::error::Failure;
use crate::saml::signature::message::LARGEST;

/// Products leave out the padding, and leave bits behind it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The XML that a parameter `SAMLResponse`, `SAMLRequest` and the like carries; `file` is what messages
/// call its source.
pub(crate) fn decode(value: &str, file: &str) -> Result<Vec<u8>, Failure> {
    // A third more than what it carries, and lines.
    let most = usize::try_from(LARGEST * 3 / 2).unwrap_or(usize::MAX);
    if value.len() > most {
        return Err(Failure::input("message-too-large", format!("{file}: the message is larger than {LARGEST} bytes"))
            .hint("no login needs so much: do not trust it, and ask where it comes from"));
    }
    let plain = if value.contains('%') { unescaped(value) } else { value.to_owned() };
    // Some copy it by way of a tool that writes the alphabet of URLs.
    let compact: String = plain.split_ascii_whitespace().collect::<String>().replace('-', "+").replace('_', "/");
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use base64::prelude::BASE64_STANDARD;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;

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
            assert_eq!(decode(value, "x").unwrap(), xml, "{value}");
        }
        // Only the signs that a browser must encode.
        assert_eq!(decode(&posted.replace('=', "%3D"), "x").unwrap(), xml);
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
}
