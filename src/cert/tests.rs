//! The whole of `cert` on real files, on damaged ones, and on whatever bytes come.

mod rows;

use super::*;
use crate::cert::armour::from_pem_bundle;
use crate::cert::armour::to_pem;
use crate::cert::field::from_metadata_text;
use crate::cert::key::KeyType;
use base64::Engine as _;
use proptest::prelude::*;

const RSA: &[u8] = include_bytes!("../../tests/vectors/cert/rsa.pem");

fn one(bytes: &[u8]) -> Certificate {
    let mut found = from_pem_bundle(bytes);
    assert_eq!(found.len(), 1);
    found.remove(0).1.unwrap()
}

fn code(bytes: &[u8]) -> &'static str {
    let mut found = from_pem_bundle(bytes);
    assert_eq!(found.len(), 1);
    found.remove(0).1.unwrap_err().code()
}

fn base64_of(bytes: impl AsRef<[u8]>) -> String {
    base64::prelude::BASE64_STANDARD.encode(bytes)
}

/// The example, with one DER value replaced by another of the same length.
fn with(certificate: &Certificate, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = certificate.der.windows(old.len()).position(|window| window == old).unwrap();
    let mut der = certificate.der.clone();
    der[at..at + new.len()].copy_from_slice(new);
    der
}

#[test]
fn reads_every_fact_of_a_plain_certificate() {
    let certificate = one(RSA);
    assert_eq!(certificate.sha256, "29893028e8547f73e438c9a8e2963330d23b80fe5aa1979c1e27a3afce6ebf7d");
    assert_eq!(certificate.subject, "CN=corpus rsa");
    assert_eq!(certificate.issuer, "CN=corpus rsa");
    assert!(certificate.self_issued);
    assert_eq!(certificate.version, 3);
    assert_eq!(certificate.not_before.to_string(), "2024-01-01T00:00:00Z");
    assert_eq!(certificate.not_after.to_string(), "2044-01-01T00:00:00Z");
    assert_eq!(certificate.key.to_string(), "RSA 2048");
    assert_eq!(certificate.signature_algorithm, "sha256WithRSAEncryption");
    let openssl = openssl::x509::X509::from_der(&certificate.der).unwrap();
    let spki = openssl.public_key().unwrap().public_key_to_der().unwrap();
    assert_eq!(certificate.spki_sha256, crypto::hex(&crypto::sha256(&spki)));
    assert_eq!(certificate.serial, openssl.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_lowercase());
}

#[test]
fn its_facts_have_the_promised_names() {
    let certificate = one(include_bytes!("../../tests/vectors/cert/p521.pem"));
    let facts = certificate.facts();
    let names: Vec<&str> = facts.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names.join(" "),
        "sha256 spki_sha256 subject issuer serial not_before not_after key signature_algorithm version self_issued"
    );
    assert_eq!(facts["not_after"], "2044-01-01T00:00:00Z");
    assert_eq!(facts["key"], json!({"type": "EC", "bits": 521, "curve": "P-521"}));
}

#[test]
fn a_message_calls_it_by_a_short_name() {
    let plain = one(RSA);
    assert_eq!(plain.called(), "CN=corpus rsa");
    let nameless = Certificate { subject: String::new(), ..plain.clone() };
    assert_eq!(nameless.called(), format!("sha256:{}", plain.sha256));
    let endless = Certificate { subject: "é".repeat(10_000), ..plain };
    assert_eq!(endless.called().chars().count(), 121);
}

#[test]
fn curves_tell_their_size_by_name_and_spelled_out() {
    let size = |pem: &[u8]| {
        let key = one(pem).key;
        (key.kind, key.bits, key.curve)
    };
    let curve = |bits, name: &str| (KeyType::Ec, Some(bits), Some(name.to_owned()));
    assert_eq!(size(include_bytes!("../../tests/vectors/cert/p521.pem")), curve(521, "P-521"));
    assert_eq!(size(include_bytes!("../../tests/vectors/cert/ec-explicit.pem")), curve(256, "explicit"));
}

#[test]
fn its_key_verifies_or_is_refused_by_name() {
    let mut found = from_pem_bundle(include_bytes!("../../tests/vectors/cert/chain.pem"));
    found.extend(from_pem_bundle(include_bytes!("../../tests/vectors/cert/p521.pem")));
    found.extend(from_pem_bundle(include_bytes!("../../tests/vectors/cert/v1.pem")));
    for (_, certificate) in found {
        let certificate = certificate.unwrap();
        let key = certificate.public_key().unwrap();
        assert_eq!((key.spki_sha256(), Some(key.bits())), (certificate.spki_sha256, certificate.key.bits));
    }
    for (pem, code) in [
        (&include_bytes!("../../tests/vectors/cert/unknown-key.pem")[..], "signature-key-type"),
        (include_bytes!("../../tests/vectors/cert/zero-serial-dsa.pem"), "signature-key-type"),
        (include_bytes!("../../tests/vectors/cert/ec-explicit.pem"), "signature-key-curve"),
    ] {
        assert_eq!(one(pem).public_key().unwrap_err().code(), code);
    }
}

#[test]
fn reads_pem_in_every_dialect() {
    let text = std::str::from_utf8(RSA).unwrap();
    let plain = one(RSA);
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let trusted = [plain.der.as_slice(), &[0x30, 0x02, 0x0c, 0x00]].concat();
    let dialects: Vec<Vec<u8>> = vec![
        include_bytes!("../../tests/vectors/cert/bom-crlf.pem").to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replace('\n', "\n\t  ").into_bytes(),
        text.replace('\n', " ").into_bytes(),
        text.trim_end().as_bytes().to_vec(),
        format!("Bag Attributes\n    friendlyName: Zo\u{eb}\nsubject=CN = x\n{text}").into_bytes(),
        [b"caf\xe9 -----\n", RSA].concat(),
        text.replace("CERTIFICATE", "X509 CERTIFICATE").into_bytes(),
        format!("-----BEGIN TRUSTED CERTIFICATE-----\n{}\n-----END TRUSTED CERTIFICATE-----", base64_of(trusted))
            .into_bytes(),
        utf16[2..].to_vec(),
        utf16,
        plain.der.clone(),
        body.clone().into_bytes(),
        body.trim_end_matches('=').as_bytes().to_vec(),
        base64_of(RSA).into_bytes(),
    ];
    for (index, dialect) in dialects.iter().enumerate() {
        assert_eq!(one(dialect), plain, "dialect {index}");
        if let Ok(dialect) = std::str::from_utf8(dialect) {
            assert_eq!(from_metadata_text(dialect).unwrap(), plain, "dialect {index} in a field");
        }
    }
    assert_eq!(to_pem(&plain), text);
}

#[test]
fn refuses_more_certificates_than_any_store_has() {
    let block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(from_pem_bundle(block.repeat(2000).as_bytes()).len(), 2000);
    assert_eq!(code(block.repeat(2001).as_bytes()), "certificate-too-many");
}

#[test]
fn reads_several_certificates_each_with_its_line() {
    let text = std::str::from_utf8(RSA).unwrap();
    let lines = |bundle: String| from_pem_bundle(bundle.as_bytes()).iter().map(|(line, _)| *line).collect::<Vec<_>>();
    let length = u64::try_from(text.lines().count()).unwrap();
    assert_eq!(lines(format!("one\n{text}\ntwo\n{text}")), [2, length + 4]);
    assert_eq!(lines(format!("{}{text}", text.trim_end())), [1, length]);
    assert_eq!(lines(format!("{text}{text}").replace('\n', "\r\n")), [1, length + 1]);
    assert_eq!(lines(format!("{text}{text}").replace('\n', "\r")), [1, length + 1]);
    let broken = format!("{text}-----BEGIN CERTIFICATE-----\nMIIB\n{text}");
    let found = from_pem_bundle(broken.as_bytes());
    assert_eq!(
        found.iter().map(|(line, one)| (*line, one.is_ok())).collect::<Vec<_>>(),
        [(1, true), (length + 1, false), (length + 3, true)]
    );
}

#[test]
fn reads_the_certificates_of_a_pkcs7_bundle() {
    let found = from_pem_bundle(include_bytes!("../../tests/vectors/cert/bundle.p7b"));
    let subjects: Vec<String> = found.into_iter().map(|(_, one)| one.unwrap().subject).collect();
    assert_eq!(subjects, ["CN=corpus leaf", "CN=corpus CA"]);
}

#[test]
fn names_what_is_not_a_certificate() {
    let certificate = one(RSA);
    let openssl = openssl::x509::X509::from_der(&certificate.der).unwrap();
    let public = openssl.public_key().unwrap();
    let label = |label: &str| String::from_utf8(RSA.to_vec()).unwrap().replace("CERTIFICATE", label).into_bytes();
    let request: &[u8] = include_bytes!("../../tests/vectors/cert/request.csr");
    let request_der = openssl::x509::X509Req::from_pem(request).unwrap().to_der().unwrap();
    let pkcs12 = [0x30, 0x0b, 0x02, 0x01, 0x03, 0x30, 0x06, 0x06, 0x01, 0x2a, 0x04, 0x01, 0x00];
    let crl = [
        0x30, 0x17, 0x30, 0x10, 0x30, 0x03, 0x06, 0x01, 0x2a, 0x30, 0x00, 0x17, 0x07, b'2', b'4', b'0', b'1', b'0',
        b'1', b'Z', 0x30, 0x00, 0x03, 0x00, 0x00,
    ];
    let cut = &certificate.der[..certificate.der.len() - 200];
    for (bytes, expected) in [
        (b"".to_vec(), "certificate-empty"),
        (b" \r\n".to_vec(), "certificate-empty"),
        (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----".to_vec(), "certificate-empty"),
        (label("CERTIFICATE REQUEST"), "certificate-request"),
        (request.to_vec(), "certificate-request"),
        (request_der, "certificate-request"),
        (label("PUBLIC KEY"), "public-key"),
        (public.public_key_to_pem().unwrap(), "public-key"),
        (public.public_key_to_der().unwrap(), "public-key"),
        (public.rsa().unwrap().public_key_to_der_pkcs1().unwrap(), "public-key"),
        (label("X509 CRL"), "revocation-list"),
        (crl.to_vec(), "revocation-list"),
        (label("PGP MESSAGE"), "not-a-certificate"),
        (b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----".to_vec(), "certificate-truncated"),
        (pkcs12.to_vec(), "pkcs12"),
        ([0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x00].to_vec(), "pkcs7"),
        (b"idp.crt".to_vec(), "certificate-is-file-name"),
        (b"/etc/ssl/idp\n".to_vec(), "certificate-is-file-name"),
        (b"C:\\certs\\idp".to_vec(), "certificate-is-file-name"),
        (b"https://idp.example/cert".to_vec(), "certificate-is-file-name"),
        (b"hello".to_vec(), "certificate-not-base64"),
        (b"hello world!".to_vec(), "certificate-not-base64"),
        (b"MIIB\\nMIIB".to_vec(), "certificate-not-base64"),
        (b"helloworld".to_vec(), "certificate-malformed"),
        (vec![0x30, 0x82, 0x00, 0x02, 0x05, 0x00], "certificate-malformed"),
        (RSA[..RSA.len() - 200].to_vec(), "certificate-truncated"),
        (cut.to_vec(), "certificate-truncated"),
        (base64_of(cut).into_bytes(), "certificate-truncated"),
        ([certificate.der.as_slice(), b"\n"].concat(), "certificate-trailing-bytes"),
        ([certificate.der.as_slice(), certificate.der.as_slice()].concat(), "certificate-trailing-bytes"),
        (with(&certificate, b"240101000000Z", b"241301000000Z"), "certificate-date"),
        ([&[0x30, 0x83, 0x04, 0x00, 0x01][..], &[0; LARGEST + 1]].concat(), "certificate-too-large"),
    ] {
        let shown: String = String::from_utf8_lossy(&bytes).chars().take(80).collect();
        assert_eq!(code(&bytes), expected, "{shown}");
    }
}

#[test]
fn says_which_mistake_a_field_holds() {
    let failure = from_metadata_text("idp.crt").unwrap_err();
    assert_eq!(failure.to_string(), "`idp.crt` looks like a file name; its content belongs there");
    let odd = from_metadata_text("MIIB\u{200b}AAAA").unwrap_err();
    assert!(odd.to_string().contains("character 5 of it is `\\u{200b}` (U+200B)"), "{odd}");
    assert!(from_metadata_text("MII&#13;B").unwrap_err().hints()[0].contains("entity"));
    assert!(from_metadata_text("MII_-B").unwrap_err().hints()[0].contains("base64url"));
    let two = [RSA, RSA].concat();
    let two = std::str::from_utf8(&two).unwrap();
    assert_eq!(from_metadata_text(two).unwrap_err().code(), "certificate-several");
    assert_eq!(from_metadata_text(&base64_of(two)).unwrap_err().code(), "certificate-several");
    assert_eq!(from_metadata_text(&"A".repeat(1024 * 1024 + 1)).unwrap_err().code(), "certificate-too-large");
}

#[test]
fn a_file_of_many_openings_takes_no_quadratic_time() {
    let many = "-----BEGIN CERTIFICATE-----\n".repeat(50_000);
    // Each is found before they are counted, and too many.
    assert_eq!(code(many.as_bytes()), "certificate-too-many");
}

#[test]
fn a_serial_of_any_sign_and_length_is_shown() {
    for (content, shown) in [
        (&[][..], "00"),
        (&[0], "00"),
        (&[0, 0x80], "80"),
        (&[0x80], "-80"),
        (&[0xff], "-01"),
        (&[0xff, 0x00], "-0100"),
        (&[0x01, 0xab, 0xcd], "01abcd"),
    ] {
        assert_eq!(signed_hex(content), shown, "{content:x?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(!from_pem_bundle(&bytes).is_empty());
        prop_assert!(from_der(&bytes).is_err());
        crate::model::document::sniff(&bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(-----(BEGIN|END) (CERTIFICATE|PKCS7)-----|[\\PC\\s]){0,40}") {
        prop_assert!(from_metadata_text(&text).is_err());
        prop_assert!(!from_pem_bundle(text.as_bytes()).is_empty());
    }

    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..700, byte in any::<u8>(), cut in 0_usize..40) {
        let mut der = one(RSA).der;
        let at = at % der.len();
        der[at] = byte;
        der.truncate(der.len() - cut);
        // Whatever is read again is what was there.
        if let Ok(certificate) = from_der(&der) {
            prop_assert_eq!(certificate.der, der);
        }
    }
}
