//! Certificates in files: PEM in all its dialects, bare base64, DER, PKCS#7. A file
//! that holds a private key is refused as a whole.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;

use crate::cert::Certificate;
use crate::cert::der::Reader;
use crate::cert::der::tag;
use crate::cert::field;
use crate::cert::foreign;
use crate::cert::foreign::Foreign;
use crate::cert::from_der;
use crate::error::Failure;
use crate::model::document;

/// Padding and unused bits are often wrong in what people publish; both are without meaning.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// More than any system's store of roots has.
const MOST_BLOCKS: usize = 2000;

/// Every certificate of a file with the line it begins on, in order. What stands in a
/// certificate's place and is none is refused in that place; the answer is never empty.
pub(crate) fn from_pem_bundle(bytes: &[u8]) -> Vec<(u64, Result<Certificate, Failure>)> {
    if is_der(bytes) {
        return read_all(bytes).into_iter().map(|one| (1, one)).collect();
    }
    let text = document::text(bytes);
    if text.trim().is_empty() {
        return vec![(1, Err(super::empty()))];
    }
    // Read before anything else: a certificate beside it makes a private key no less private.
    if let Some(offset) = foreign::announced_private_key(&text) {
        return vec![(1 + line_breaks(&text[..offset]), Err(Foreign::PrivateKey.refusal()))];
    }
    let blocks = blocks(&text);
    if blocks.is_empty() {
        return match field::bare(&text) {
            // Some products wrap a whole PEM, or its base64, in base64 once more.
            Ok(decoded) if is_armoured(&decoded) => from_pem_bundle(&decoded),
            Ok(decoded) => read_all(&decoded).into_iter().map(|one| (1, one)).collect(),
            Err(failure) => vec![(1, Err(failure))],
        };
    }
    if blocks.len() > MOST_BLOCKS {
        let failure =
            Failure::input("certificate-too-many", format!("{} certificates stand in one file", blocks.len()))
                .hint(format!("more than {MOST_BLOCKS} are not read: check that this is the right file"));
        return vec![(1, Err(failure))];
    }
    let found = blocks.into_iter().flat_map(|block| block.read().into_iter().map(move |one| (block.line, one)));
    found.collect()
}

/// PEM with lines of 64 characters, as RFC 7468 writes it.
pub(crate) fn to_pem(certificate: &Certificate) -> String {
    let body = BASE64.encode(&certificate.der);
    let mut pem = String::with_capacity(body.len() + body.len() / 64 + 60);
    pem.push_str("-----BEGIN CERTIFICATE-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// Whether it is text again: PEM blocks, or base64 that begins like a certificate or like PEM.
fn is_armoured(bytes: &[u8]) -> bool {
    bytes.starts_with(b"MI")
        || bytes.starts_with(b"LS0tLS1")
        || !is_der(bytes) && !blocks(&document::text(bytes)).is_empty()
}

/// DER begins with 0x30, which is also the digit `0`: the second byte or a control
/// character tells it from text.
fn is_der(bytes: &[u8]) -> bool {
    let control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    match bytes {
        [tag::SEQUENCE, second, ..] if *second >= 0x80 => true,
        [tag::SEQUENCE, 0, ..] => false,
        [tag::SEQUENCE, ..] => bytes.iter().take(512).any(control),
        _ => false,
    }
}

/// One certificate, or those of a PKCS#7 structure.
fn read_all(der: &[u8]) -> Vec<Result<Certificate, Failure>> {
    match foreign::pkcs7_certificates(der) {
        Some(several) => several.into_iter().map(from_der).collect(),
        None => vec![from_der(der)],
    }
}

/// A PEM block; `body` is missing where the END line is.
struct Block<'a> {
    label: &'a str,
    body: Option<&'a str>,
    line: u64,
}

impl Block<'_> {
    fn read(&self) -> Vec<Result<Certificate, Failure>> {
        let known = foreign::of_label(self.label);
        if !matches!(known, None | Some(Foreign::Pkcs7)) {
            // What carries the name of something else is not read as a certificate.
            return vec![Err(known.unwrap_or(Foreign::Other).refusal())];
        }
        let Some(body) = self.body else {
            return vec![Err(Failure::input(
                "certificate-truncated",
                "the certificate has a BEGIN line and no matching END line",
            )
            .hint("copy it again, whole, down to `-----END CERTIFICATE-----`"))];
        };
        match base64(body) {
            Ok(der) if self.label == "TRUSTED CERTIFICATE" => vec![from_der(without_trust(&der))],
            Ok(der) => read_all(&der),
            Err(failure) => vec![Err(failure)],
        }
    }
}

/// OpenSSL's trusted form: a certificate, then one sequence of its own.
fn without_trust(der: &[u8]) -> &[u8] {
    let mut reader = Reader::new(der);
    let certificate = reader.expect(tag::SEQUENCE).ok().filter(|_| {
        let mut after = reader;
        after.is_empty() || (after.expect(tag::SEQUENCE).is_ok() && after.is_empty())
    });
    certificate.map_or(der, |certificate| certificate.whole)
}

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Every block, wherever in a line it begins; what stands between is passed over.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let (mut line, mut counted, mut at) = (1, 0, 0);
    while let Some(begin) = text[at..].find(BEGIN).map(|offset| at + offset) {
        line += line_breaks(&text[counted..begin]);
        counted = begin;
        let label_start = begin + BEGIN.len();
        at = label_start;
        let label_end = text[label_start..].find(['-', '\n', '\r']).map(|offset| label_start + offset);
        let Some(label_end) = label_end.filter(|end| text[*end..].starts_with(DASHES)) else { continue };
        let label = &text[label_start..label_end];
        let body_start = label_end + DASHES.len();
        let body_end = text[body_start..].find(DASHES).map_or(text.len(), |offset| body_start + offset);
        let ends = text[body_end..]
            .strip_prefix("-----END ")
            .and_then(|rest| rest.strip_prefix(label))
            .is_some_and(|rest| rest.starts_with('-'));
        found.push(Block { label, body: ends.then(|| &text[body_start..body_end]), line });
        at = body_end;
    }
    found
}

/// CR LF, LF and a lone CR each end a line.
fn line_breaks(text: &str) -> u64 {
    let mut count = 0;
    let mut characters = text.bytes().peekable();
    while let Some(byte) = characters.next() {
        if byte == b'\n' || (byte == b'\r' && characters.peek() != Some(&b'\n')) {
            count += 1;
        }
    }
    count
}

/// The bytes of base64 with white space anywhere in it.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, Failure> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    match BASE64.decode(&packed) {
        Ok(bytes) if !packed.is_empty() => Ok(bytes),
        _ => unusual(text),
    }
}

/// The same where white space that is not ASCII stands in it, or something that is no base64: which is told.
fn unusual(text: &str) -> Result<Vec<u8>, Failure> {
    let packed: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect();
    if packed.is_empty() {
        return Err(super::empty());
    }
    let foreign = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    if let Some((place, odd)) = packed.chars().enumerate().find(|(_, c)| foreign(*c)) {
        let hint = match odd {
            '-' | '_' => {
                "this is base64url; write `+` for `-` and `/` for `_`, or take the certificate from a PEM file"
            }
            '\\' => "write line breaks where the two characters `\\n` stand",
            '&' | ';' => "an entity such as `&#13;` stands in it; take it out",
            _ => "copy the certificate again, from a PEM file or the metadata",
        };
        return Err(Failure::input(
            "certificate-not-base64",
            format!(
                "the certificate is not base64: character {} of it is {} (U+{:04X})",
                place + 1,
                quoted(odd),
                u32::from(odd)
            ),
        )
        .hint(hint));
    }
    BASE64.decode(&packed).map_err(|_cause| {
        Failure::input("certificate-not-base64", "the base64 of the certificate is damaged: characters are missing")
            .hint("copy the certificate again, whole")
    })
}

fn quoted(character: char) -> String {
    match character {
        '`' => "a backtick".to_owned(),
        other => format!("`{}`", crate::model::printable(&other.to_string())),
    }
}
