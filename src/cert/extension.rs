//! The extensions of a certificate that people ask for, as text (RFC 5280 4.2.1). Nothing
//! in SAML is decided by them: a pinned key is good or not whatever they say.

use crate::cert::Certificate;
use crate::cert::der::Fault;
use crate::cert::der::Reader;
use crate::cert::der::Value;
use crate::cert::der::tag;
use crate::cert::oid;
use crate::crypto;
use crate::model::printable;

const BOOLEAN: u8 = 0x01;
const CONTEXT_3: u8 = 0xa3;

/// More than a real certificate has; a hostile one is not listed to its end.
const MOST: usize = 40;

/// What is shown of an extension that cannot be read.
const BROKEN: &str = "cannot be read";

/// Rows of label and text, in the order they stand; unknown extensions by their identifier.
/// Everything is safe to print.
pub(crate) fn read(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for Extension { identifier, critical, content } in list(&certificate.der).unwrap_or_default().into_iter().take(MOST)
    {
        let text = |read: Option<String>| printable(&read.unwrap_or_else(|| BROKEN.to_owned()));
        match identifier.as_str() {
            "2.5.29.19" => rows.push(("authority", text(authority(content)))),
            "2.5.29.15" => rows.push(("key usage", text(key_usage(content)))),
            "2.5.29.37" => rows.push(("extended usage", text(extended_usage(content)))),
            "2.5.29.17" => rows.push(("alternative names", text(names(content)))),
            "2.5.29.14" => rows.push(("key id", text(octets(content)))),
            _ => others.push(format!("{identifier}{}", if critical { " (critical)" } else { "" })),
        }
    }
    if !others.is_empty() {
        rows.push(("other extensions", printable(&others.join(", "))));
    }
    rows
}

/// One extension, its content unread.
struct Extension<'a> {
    identifier: String,
    critical: bool,
    content: &'a [u8],
}

/// Each extension in the order they stand.
fn list(der: &[u8]) -> Result<Vec<Extension<'_>>, Fault> {
    let mut tbs = Reader::new(der).expect(tag::SEQUENCE)?.inside().expect(tag::SEQUENCE)?.inside();
    let mut found = Vec::new();
    while !tbs.is_empty() {
        let field = tbs.any()?;
        if field.tag != CONTEXT_3 {
            continue;
        }
        let mut extensions = field.inside().expect(tag::SEQUENCE)?.inside();
        while !extensions.is_empty() {
            let mut extension = extensions.expect(tag::SEQUENCE)?.inside();
            let identifier = oid::dotted(extension.expect(tag::OID)?.content);
            let critical = extension.optional(BOOLEAN)?.is_some_and(|value| value.content != [0]);
            let content = extension.expect(tag::OCTET_STRING)?.content;
            found.push(Extension { identifier, critical, content });
        }
    }
    Ok(found)
}

/// RFC 5280 4.2.1.9.
fn authority(content: &[u8]) -> Option<String> {
    let mut constraints = Reader::new(content).expect(tag::SEQUENCE).ok()?.inside();
    let is_authority = constraints.optional(BOOLEAN).ok()?.is_some_and(|value| value.content != [0]);
    Some(if is_authority { "yes" } else { "no" }.to_owned())
}

/// RFC 5280 4.2.1.3: the first bit is the highest of the first octet.
fn key_usage(content: &[u8]) -> Option<String> {
    const BITS: [&str; 9] = [
        "digital signature",
        "non-repudiation",
        "key encipherment",
        "data encipherment",
        "key agreement",
        "certificate signing",
        "CRL signing",
        "encipher only",
        "decipher only",
    ];
    let bits = Reader::new(content).expect(tag::BIT_STRING).ok()?.content.get(1..)?;
    let is_set = |at: usize| bits.get(at / 8).is_some_and(|octet| octet & (0x80 >> (at % 8)) != 0);
    let named: Vec<&str> = BITS.iter().enumerate().filter(|(at, _)| is_set(*at)).map(|(_, name)| *name).collect();
    Some(if named.is_empty() { "none".to_owned() } else { named.join(", ") })
}

/// RFC 5280 4.2.1.12.
fn extended_usage(content: &[u8]) -> Option<String> {
    let usages = each(content, |usage| {
        let identifier = oid::dotted(usage.content);
        match identifier.as_str() {
            "1.3.6.1.5.5.7.3.1" => "server authentication".to_owned(),
            "1.3.6.1.5.5.7.3.2" => "client authentication".to_owned(),
            "1.3.6.1.5.5.7.3.3" => "code signing".to_owned(),
            "1.3.6.1.5.5.7.3.4" => "e-mail".to_owned(),
            "1.3.6.1.5.5.7.3.8" => "time stamping".to_owned(),
            "2.5.29.37.0" => "any".to_owned(),
            _ => identifier,
        }
    })?;
    Some(usages.join(", "))
}

/// RFC 5280 4.2.1.6.
fn names(content: &[u8]) -> Option<String> {
    let text = |name: &Value<'_>| String::from_utf8_lossy(name.content).into_owned();
    let names = each(content, |name| match name.tag {
        0x81 => format!("e-mail {}", text(name)),
        0x82 | 0x86 => text(name),
        0x87 => address(name.content),
        _ => format!("of another kind ({})", crypto::hex(&name.content[..name.content.len().min(16)])),
    })?;
    Some(names.join(", "))
}

fn address(octets: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    <[u8; 16]>::try_from(octets).map_or_else(|_| BROKEN.to_owned(), |all| std::net::Ipv6Addr::from(all).to_string())
}

/// RFC 5280 4.2.1.2.
fn octets(content: &[u8]) -> Option<String> {
    let identifier = Reader::new(content).expect(tag::OCTET_STRING).ok()?.content;
    (identifier.len() <= 64).then(|| crypto::hex(identifier))
}

/// The values of a sequence as text, with a word where there are more than anybody reads.
fn each(content: &[u8], text: impl Fn(&Value<'_>) -> String) -> Option<Vec<String>> {
    let mut sequence = Reader::new(content).expect(tag::SEQUENCE).ok()?.inside();
    let mut found = Vec::new();
    while !sequence.is_empty() {
        let value = sequence.any().ok()?;
        if found.len() < MOST {
            found.push(text(&value));
        } else if found.len() == MOST {
            found.push(format!("and more, beyond {MOST}"));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::armour::from_pem_bundle;
    use crate::cert::from_der;

    #[test]
    fn shows_what_a_certificate_of_openssl_says() {
        let mut builder = openssl::x509::X509::builder().unwrap();
        let key = openssl::pkey::PKey::generate_ed25519().unwrap();
        builder.set_version(2).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&openssl::asn1::Asn1Time::from_unix(0).unwrap()).unwrap();
        builder.set_not_after(&openssl::asn1::Asn1Time::from_unix(1).unwrap()).unwrap();
        use openssl::x509::extension as of;
        builder.append_extension(of::BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        let usage = of::KeyUsage::new().digital_signature().crl_sign().decipher_only().build().unwrap();
        builder.append_extension(usage).unwrap();
        builder.append_extension(of::ExtendedKeyUsage::new().server_auth().other("1.2.3.4").build().unwrap()).unwrap();
        let names = of::SubjectAlternativeName::new()
            .dns("sp.example")
            .email("a@b.example")
            .uri("https://sp.example/\u{1}")
            .ip("192.0.2.1")
            .ip("2001:db8::1")
            .build(&builder.x509v3_context(None, None));
        builder.append_extension(names.unwrap()).unwrap();
        builder.sign(&key, openssl::hash::MessageDigest::null()).unwrap();
        let certificate = from_der(&builder.build().to_der().unwrap()).unwrap();
        assert_eq!(
            read(&certificate),
            [
                ("authority", "yes".to_owned()),
                ("key usage", "digital signature, CRL signing, decipher only".to_owned()),
                ("extended usage", "server authentication, 1.2.3.4".to_owned()),
                (
                    "alternative names",
                    "sp.example, e-mail a@b.example, https://sp.example/\\u{1}, 192.0.2.1, 2001:db8::1".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn broken_unknown_and_endless_extensions_are_shown_as_such() {
        assert_eq!(authority(&[0x30, 0x00]).unwrap(), "no");
        assert_eq!(key_usage(&[0x03, 0x01, 0x00]).unwrap(), "none");
        for broken in [&[][..], &[0x30], &[0x05, 0x00]] {
            assert!(authority(broken).is_none() && key_usage(broken).is_none() && names(broken).is_none());
        }
        let many = [&[0x30, 0x82, 0x01, 0x2c][..], &[0x82, 0x01, b'a'].repeat(100)].concat();
        assert!(names(&many).unwrap().ends_with("a, and more, beyond 40"));
        // A version 1 certificate has none.
        let v1 = from_pem_bundle(include_bytes!("../../tests/vectors/cert/v1.pem")).remove(0).1.unwrap();
        assert!(read(&v1).is_empty());
    }
}
