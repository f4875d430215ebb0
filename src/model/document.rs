//! What kind of document some bytes are, told by their content and never by a name.
//! It only looks; whether the document is any good is for the room that reads it.

use std::borrow::Cow;

/// The rooms that a document may be for, and what is in none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    /// XML that is not a web page; the metadata reader names other XML.
    SamlMetadata,
    /// An OpenID Connect discovery document.
    Discovery,
    /// A JSON Web Key Set, or a single key.
    Jwks,
    /// PEM, DER or bare base64.
    Certificates,
    /// A web page: a login form or an error in place of the document.
    Html,
    /// A private key.
    PrivateKey,
    /// Compressed with gzip.
    Gzip,
    /// Nothing but white space.
    Empty,
    /// None of these.
    Unknown,
}

/// How much is looked at: enough for licence comments before a root element.
const HEAD: usize = 64 * 1024;

/// Tells the kind by the first 64 KiB.
pub(crate) fn sniff(bytes: &[u8]) -> DocumentKind {
    let head = &bytes[..bytes.len().min(HEAD)];
    if head.starts_with(&[0x1f, 0x8b]) {
        return DocumentKind::Gzip;
    }
    if let Some(kind) = der(head) {
        return kind;
    }
    let text = text(head);
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    match start.chars().next() {
        None => DocumentKind::Empty,
        Some('<') if is_html(start) => DocumentKind::Html,
        Some('<') => DocumentKind::SamlMetadata,
        Some('{') => json(start),
        Some(_) => armour(start),
    }
}

/// The characters of bytes in UTF-8 or UTF-16, with or without a byte order mark;
/// what is neither becomes U+FFFD.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        Cow::Owned(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => lossy(rest),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => wide(bytes, u16::from_le_bytes),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => wide(bytes, u16::from_be_bytes),
        _ => lossy(bytes),
    }
}

/// What is UTF-8, as nearly all is, is looked at as a whole.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// A DER sequence, told by the first value in it.
fn der(head: &[u8]) -> Option<DocumentKind> {
    let inner = match head {
        [0x30, length @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(length & 0x7f)..)?,
        // A small private key: version 0 or 1, and then no text.
        [0x30, 0x20..=0x7f, 2, 1, 0 | 1, ..] => &head[2..],
        _ => return None,
    };
    Some(match inner {
        // PKCS#8, PKCS#1 and SEC 1 begin with a version.
        [2, 1, 0 | 1, ..] => DocumentKind::PrivateKey,
        // An encrypted PKCS#8 key and all that is refused by name look like certificates.
        _ => DocumentKind::Certificates,
    })
}

/// A page begins with its own doctype or root, whatever comments or instructions come first.
fn is_html(start: &str) -> bool {
    let mut rest = start;
    loop {
        rest = rest.trim_start();
        let (skipped, end) = if rest.starts_with("<!--") {
            (rest.find("-->"), "-->".len())
        } else if rest.starts_with("<?") {
            (rest.find("?>"), "?>".len())
        } else {
            break;
        };
        match skipped {
            Some(at) => rest = &rest[at + end..],
            None => return false,
        }
    }
    let begin: String = rest.chars().take(20).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<title", "<script", "<meta", "<center", "<h1", "<p>", "<div"]
        .iter()
        .any(|tag| begin.starts_with(tag))
}

/// Told by the outermost keys, also where the document breaks off.
fn json(start: &str) -> DocumentKind {
    let keys = outer_keys(start);
    let has = |wanted: &[&str]| keys.iter().any(|key| wanted.contains(key));
    if has(&["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"]) {
        DocumentKind::Discovery
    } else if has(&["keys", "kty"]) {
        DocumentKind::Jwks
    } else {
        DocumentKind::Unknown
    }
}

/// The strings at depth one that a colon follows.
fn outer_keys(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut keys, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at + 1;
                at = start;
                while let Some(inner) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if *inner == b'\\' { 2 } else { 1 };
                }
                let after = bytes.get(at + 1..).unwrap_or_default();
                let colon = after.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if depth == 1 && colon {
                    keys.extend(text.get(start..at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// PEM by its label, base64 by its first characters.
fn armour(start: &str) -> DocumentKind {
    let labels = || start.match_indices("-----BEGIN ").filter_map(|(at, begin)| start.get(at + begin.len()..));
    let is_private = |rest: &str| rest.split("-----").next().is_some_and(|label| label.contains("PRIVATE KEY"));
    if labels().any(is_private) || start.starts_with("PuTTY-User-Key-File-") {
        return DocumentKind::PrivateKey;
    }
    if labels().next().is_some() {
        return DocumentKind::Certificates;
    }
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=".contains(&byte);
    // `MI` is how a sequence of 256 bytes or more begins; `LS0tLS1CRUdJTi` is `-----BEGIN`.
    if (start.starts_with("MI") || start.starts_with("LS0tLS1CRUdJTi")) && start.bytes().all(base64) {
        return DocumentKind::Certificates;
    }
    DocumentKind::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_documents_by_their_content() {
        for (document, kind) in [
            ("", DocumentKind::Empty),
            (" \r\n\t", DocumentKind::Empty),
            ("<?xml version=\"1.0\"?>\n<md:EntityDescriptor/>", DocumentKind::SamlMetadata),
            ("\n<!-- <html> --><EntitiesDescriptor>", DocumentKind::SamlMetadata),
            ("<!DOCTYPE html><html></html>", DocumentKind::Html),
            ("<?xml version=\"1.0\"?><!DOCTYPE HTML PUBLIC \"..\">", DocumentKind::Html),
            ("<!-- moved --> <HTML>", DocumentKind::Html),
            (r#"{"issuer": "https://idp.example", "keys": []}"#, DocumentKind::Discovery),
            (r#"{ "a": {"issuer": 1}, "keys" : ["#, DocumentKind::Jwks),
            (r#"{"kty": "RSA"}"#, DocumentKind::Jwks),
            (r#"{"a": "issuer", "b": ["keys"]}"#, DocumentKind::Unknown),
            (r#"{"a\"issuer": 1}"#, DocumentKind::Unknown),
            ("[1]", DocumentKind::Unknown),
            ("subject=CN = x\n-----BEGIN CERTIFICATE-----\nMII", DocumentKind::Certificates),
            ("-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----", DocumentKind::PrivateKey),
            ("PuTTY-User-Key-File-3: ssh-rsa", DocumentKind::PrivateKey),
            ("MIIDXTCC\nAkWgAwIB", DocumentKind::Certificates),
            ("LS0tLS1CRUdJTiBDRVJU", DocumentKind::Certificates),
            ("hello", DocumentKind::Unknown),
            ("MICHAEL, are you there?", DocumentKind::Unknown),
        ] {
            assert_eq!(sniff(document.as_bytes()), kind, "{document}");
            let wide: Vec<u8> =
                [0xff, 0xfe].into_iter().chain(document.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            assert_eq!(sniff(&wide), kind, "UTF-16 {document}");
        }
    }

    #[test]
    fn tells_binary_documents() {
        assert_eq!(sniff(&[0x1f, 0x8b, 8]), DocumentKind::Gzip);
        assert_eq!(sniff(&[0x30, 0x82, 3, 0, 0x30, 0x82]), DocumentKind::Certificates);
        assert_eq!(sniff(&[0x30, 0x82, 3, 0, 2, 1, 0, 0x30]), DocumentKind::PrivateKey);
        assert_eq!(sniff(&[0x30, 0x77, 2, 1, 1, 4, 0x20]), DocumentKind::PrivateKey);
        assert_eq!(sniff(&[0x30, 0x84]), DocumentKind::Unknown);
    }

    #[test]
    fn reads_utf16_with_and_without_a_mark() {
        assert_eq!(text(&[0xfe, 0xff, 0, b'a', 0, b'b']), "ab");
        assert_eq!(text(&[b'a', 0, b'b', 0]), "ab");
        assert_eq!(text(&[0, b'a', 0, b'b']), "ab");
        assert_eq!(text("\u{feff}ab".as_bytes()), "ab");
        assert_eq!(text(&[b'a', 0xff]), "a\u{fffd}");
    }

    #[test]
    fn documents_of_the_collection_are_told_by_their_content() {
        for (kind, ordinary) in [
            ("cert", DocumentKind::Certificates),
            ("discovery", DocumentKind::Discovery),
            ("jwks", DocumentKind::Jwks),
            ("idp-metadata", DocumentKind::SamlMetadata),
            ("sp-metadata", DocumentKind::SamlMetadata),
            ("aggregate", DocumentKind::SamlMetadata),
        ] {
            let Some(rows) = crate::corpus::rows(kind) else { return };
            let mut others = Vec::new();
            for row in &rows {
                let expected = match row.file.as_str() {
                    "discovery/derived-html-error.json" | "idp-metadata/derived-html-login-page.xml" => {
                        DocumentKind::Html
                    }
                    _ => ordinary,
                };
                if sniff(&row.bytes) != expected {
                    others.push((row.file.clone(), format!("{:?}", sniff(&row.bytes))));
                }
            }
            crate::corpus::settle(kind, rows.len(), &others, &[]);
        }
    }
}
