//! Every odd form of a certificate that people meet (attacks and defects, 4.4): each is read
//! for what it says, or refused by name. A row's name is the list's own word for it.

use openssl::ec::EcGroup;
use openssl::ec::EcKey;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::symm::Cipher;

use super::RSA;
use super::base64_of;
use super::one;
use crate::cert::Certificate;
use crate::cert::armour::from_pem_bundle;
use crate::cert::field::from_metadata_text;
use crate::cert::judge::Thresholds;
use crate::cert::judge::judge;
use crate::error::Failure;
use crate::finding::Severity;
use crate::model::time::Time;

/// The moment at which dates are judged.
const NOW: &str = "2026-11-22T10:00:00Z";

/// Seen as this, and with these warnings or errors of `cert check`, none of which is a refusal.
struct Read {
    row: &'static str,
    file: &'static [u8],
    fact: fn(&Certificate) -> String,
    shows: &'static str,
    warns: &'static [&'static str],
}

macro_rules! vector {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/vectors/cert/", $name))
    };
}

fn dates(certificate: &Certificate) -> String {
    format!("{} to {}", certificate.not_before.date(), certificate.not_after)
}

fn key(certificate: &Certificate) -> String {
    certificate.key.to_string()
}

const READ: &[Read] = &[
    Read {
        row: "4.4 v1",
        file: vector!("v1.pem"),
        fact: |certificate| certificate.version.to_string(),
        shows: "1",
        warns: &[],
    },
    Read {
        row: "4.4 negative serial",
        file: vector!("negative-serial.pem"),
        fact: |certificate| certificate.serial.clone(),
        shows: "-c8",
        warns: &[],
    },
    Read {
        row: "4.4 20+ byte serial",
        file: vector!("serial-of-24-octets.pem"),
        fact: |certificate| certificate.serial.clone(),
        shows: "5a0000000000000000000000000000000000000000000001",
        warns: &[],
    },
    Read {
        row: "4.4 GeneralizedTime >= 2050",
        file: vector!("generalizedtime-2050.pem"),
        fact: dates,
        shows: "2024-01-01 to 2050-01-01T00:00:00Z",
        warns: &[],
    },
    Read {
        row: "4.4 99991231235959Z",
        file: vector!("notafter-9999.pem"),
        fact: dates,
        shows: "2024-01-01 to 9999-12-31T23:59:59Z",
        warns: &[],
    },
    Read {
        row: "4.4 UTCTime 49/50 pivot",
        file: vector!("utctime-pivot.pem"),
        fact: dates,
        shows: "1950-01-01 to 2049-12-31T23:59:59Z",
        warns: &[],
    },
    Read {
        row: "4.4 notBefore > notAfter",
        file: vector!("dates-reversed-md5.pem"),
        fact: dates,
        shows: "2044-01-01 to 2024-01-01T00:00:00Z",
        warns: &["certificate-dates-reversed", "certificate-signature-weak"],
    },
    Read { row: "4.4 TRUSTED CERTIFICATE", file: vector!("trusted.pem"), fact: key, shows: "RSA 2048", warns: &[] },
    Read { row: "4.4 BOM", file: vector!("bom-crlf.pem"), fact: key, shows: "RSA 2048", warns: &[] },
    Read { row: "4.4 EC keys", file: vector!("p521.pem"), fact: key, shows: "EC P-521", warns: &[] },
    Read { row: "4.4 Ed25519 keys", file: vector!("ed25519-key.pem"), fact: key, shows: "Ed25519", warns: &[] },
    Read { row: "4.4 RSA-PSS keys", file: vector!("rsa-pss-key.pem"), fact: key, shows: "RSA-PSS 2048", warns: &[] },
    Read {
        row: "4.4 RSA 512",
        file: vector!("rsa-512.pem"),
        fact: key,
        shows: "RSA 512",
        warns: &["certificate-key-small"],
    },
    Read {
        row: "4.4 RSA 1024",
        file: vector!("rsa-1024.pem"),
        fact: key,
        shows: "RSA 1024",
        warns: &["certificate-key-small"],
    },
    Read { row: "4.4 RSA 16384", file: vector!("rsa-16384.pem"), fact: key, shows: "RSA 16384", warns: &[] },
    Read {
        row: "4.4 explicit EC params",
        file: vector!("ec-explicit.pem"),
        fact: key,
        shows: "EC explicit",
        warns: &["certificate-curve-weak"],
    },
    Read {
        row: "4.4 unknown key alg",
        file: vector!("unknown-key.pem"),
        fact: key,
        shows: "1.2.643.7.1.1.1.1",
        warns: &["certificate-key-type"],
    },
    Read {
        row: "4.4 embedded NUL or ANSI in CN",
        file: vector!("hostile-name.pem"),
        fact: |certificate| certificate.subject.clone(),
        shows: "CN=bank.example\\00.evil \\u{1b}[2Jcleared \\u{202e}txet",
        warns: &[],
    },
    Read {
        row: "4 SHA-1-signed",
        file: vector!("sha1-signed.pem"),
        fact: |certificate| certificate.signature_algorithm.clone(),
        shows: "sha1WithRSAEncryption",
        warns: &["certificate-signature-weak"],
    },
    Read {
        row: "4.4 DSA keys, serial zero",
        file: vector!("zero-serial-dsa.pem"),
        fact: key,
        shows: "DSA 1024",
        warns: &["certificate-key-small", "certificate-key-type"],
    },
];

fn warnings(certificate: &Certificate, now: &str) -> Vec<&'static str> {
    let verdict = judge(certificate, Time::parse(now).unwrap(), Thresholds { warn_days: 30, fail_days: 7 });
    verdict.findings().filter(|one| one.severity != Severity::Info).map(|one| one.code).collect()
}

#[test]
fn odd_certificates_are_read_for_what_they_say_and_warned_of_at_most() {
    for Read { row, file, fact, shows, warns } in READ {
        let certificate = one(file);
        assert_eq!(fact(&certificate), *shows, "{row}");
        assert_eq!(warnings(&certificate, NOW), *warns, "{row}");
        // The same in metadata: with its lines, and as bare base64.
        if let Ok(text) = std::str::from_utf8(file) {
            assert_eq!(from_metadata_text(text).unwrap(), certificate, "{row}");
        }
        assert_eq!(from_metadata_text(&base64_of(&certificate.der)).unwrap(), certificate, "{row}");
    }
}

#[test]
fn dates_that_do_not_hold_today_are_warned_of_and_not_refused() {
    for (row, now, code) in [
        ("4.4 not yet valid", "2023-12-31T23:59:59Z", "certificate-not-yet-valid"),
        ("4 expired", "2044-01-01T00:00:01Z", "certificate-expired"),
    ] {
        assert_eq!(warnings(&one(RSA), now), [code], "{row}");
    }
}

#[test]
fn every_dialect_of_pem_is_the_same_certificate() {
    let text = std::str::from_utf8(RSA).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    for (row, dialect) in [
        ("4.4 BOM", format!("\u{feff}{text}")),
        ("4.4 CRLF", text.replace('\n', "\r\n")),
        ("4.4 tabs", text.replace('\n', "\n\t")),
        ("4.4 no headers", body.clone()),
        (
            "4.4 no headers, in lines",
            text.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\r\n"),
        ),
        ("4.4 no headers, without padding", body.trim_end_matches('=').to_owned()),
        ("issue 3 base64 of a whole PEM", base64_of(text)),
        ("issue 3 base64 of a whole PEM, twice", base64_of(base64_of(text))),
        ("4.4 PKCS#7 of one certificate", pkcs7_of_one()),
    ] {
        assert_eq!(one(dialect.as_bytes()), one(RSA), "{row}");
        assert_eq!(from_metadata_text(&dialect).unwrap(), one(RSA), "{row} in a field");
    }
}

/// One DER value of less than 64 KiB.
fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, length[0], length[1]], content].concat()
}

/// A PKCS#7 structure round rsa.pem, as PEM: RFC 2315 9.1 without signers.
fn pkcs7_of_one() -> String {
    let of_kind = |last: u8| value(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last]);
    let certificates = value(0xa0, &one(RSA).der);
    let signed = [value(2, &[1]), value(0x31, &[]), value(0x30, &of_kind(1)), certificates, value(0x31, &[])].concat();
    let whole = value(0x30, &[of_kind(2), value(0xa0, &value(0x30, &signed))].concat());
    format!("-----BEGIN PKCS7-----\n{}\n-----END PKCS7-----\n", base64_of(whole))
}

#[test]
fn several_certificates_are_all_read_from_a_file_and_refused_in_a_field() {
    let der = one(RSA).der;
    let two = [RSA, RSA].concat();
    let bundle: &[u8] = vector!("bundle.p7b");
    for (row, file) in [("4.4 two certs in one PEM", two.as_slice()), ("4.4 PKCS#7", bundle)] {
        assert_eq!(from_pem_bundle(file).into_iter().filter(|(_, one)| one.is_ok()).count(), 2, "{row}");
        let text = std::str::from_utf8(file).map_or_else(|_| base64_of(file), str::to_owned);
        assert_eq!(from_metadata_text(&text).unwrap_err().code(), "certificate-several", "{row}");
    }
    let block = |body: &[u8]| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64_of(body));
    for (row, body) in [
        ("4.4 trailing bytes", [&der, &b"\0"[..]].concat()),
        ("4.4 trailing bytes, two certificates in one block", [&der[..], &der].concat()),
    ] {
        for text in [block(&body), base64_of(&body)] {
            let mut found = from_pem_bundle(text.as_bytes());
            assert_eq!(found.remove(0).1.unwrap_err().code(), "certificate-trailing-bytes", "{row}");
            assert_eq!(from_metadata_text(&text).unwrap_err().code(), "certificate-trailing-bytes", "{row}");
        }
        assert_eq!(from_pem_bundle(&body).remove(0).1.unwrap_err().code(), "certificate-trailing-bytes", "{row}");
    }
}

#[test]
fn what_is_no_certificate_is_refused_by_its_name() {
    let request: &[u8] = vector!("request.csr");
    let request_der = openssl::x509::X509Req::from_pem(request).unwrap().to_der().unwrap();
    // As Windows and Java write it: lengths left open, which DER forbids.
    let open_lengths = [&[0x30, 0x80, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80][..], &[0; 8]];
    for (row, text, code) in [
        ("4.4 file name in the field", "idp.crt".to_owned(), "certificate-is-file-name"),
        ("4.4 file name in the field, a path", "/etc/pki/idp".to_owned(), "certificate-is-file-name"),
        ("4.4 file name in the field, an address", "https://u:p4ss@idp/x".to_owned(), "certificate-is-file-name"),
        ("4.4 CSR", String::from_utf8(request.to_vec()).unwrap(), "certificate-request"),
        ("4.4 CSR, no headers", base64_of(request_der), "certificate-request"),
        ("4.4 PKCS#7 with open lengths", base64_of(open_lengths.concat()), "pkcs7"),
    ] {
        for failure in
            [from_pem_bundle(text.as_bytes()).remove(0).1.unwrap_err(), from_metadata_text(&text).unwrap_err()]
        {
            assert_eq!(failure.code(), code, "{row}");
            assert!(!failure.hints().is_empty() && !failure.to_string().contains("p4ss"), "{row}");
        }
    }
}

/// Each form in which a private key is met, by its row.
fn private_keys() -> Vec<(&'static str, Vec<u8>)> {
    let rsa = Rsa::generate(1024).unwrap();
    let ec = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let numbers: Vec<u8> = (1..6).flat_map(|first| value(2, &[first; 128])).collect();
    let dsa = base64_of(value(0x30, &[value(2, &[0]), numbers].concat()));
    let rsa_key = PKey::from_rsa(rsa.clone()).unwrap();
    let ec_key = PKey::from_ec_key(ec.clone()).unwrap();
    let edwards = PKey::generate_ed25519().unwrap();
    let cipher = Cipher::aes_256_cbc();
    let pkcs8 = rsa_key.private_key_to_pem_pkcs8().unwrap();
    let text = String::from_utf8(pkcs8.clone()).unwrap();
    let lines = |from: usize, less: usize| {
        let lines: Vec<&str> = text.lines().collect();
        lines[from..lines.len() - less].join("\n").into_bytes()
    };
    let n = base64_of(rsa.n().to_vec());
    let d = base64_of(rsa.d().to_vec());
    vec![
        ("PKCS#1", rsa.private_key_to_pem().unwrap()),
        ("PKCS#1, DER", rsa.private_key_to_der().unwrap()),
        ("PKCS#1, no headers", base64_of(rsa.private_key_to_der().unwrap()).into_bytes()),
        ("PKCS#1, encrypted", rsa.private_key_to_pem_passphrase(cipher, b"x").unwrap()),
        ("PKCS#8", pkcs8.clone()),
        ("PKCS#8, DER", rsa_key.private_key_to_pkcs8().unwrap()),
        ("PKCS#8, no headers", base64_of(rsa_key.private_key_to_pkcs8().unwrap()).into_bytes()),
        ("PKCS#8, encrypted", rsa_key.private_key_to_pem_pkcs8_passphrase(cipher, b"x").unwrap()),
        ("PKCS#8, encrypted, DER", rsa_key.private_key_to_pkcs8_passphrase(cipher, b"x").unwrap()),
        (
            "PKCS#8, encrypted, no headers",
            base64_of(rsa_key.private_key_to_pkcs8_passphrase(cipher, b"x").unwrap()).into_bytes(),
        ),
        ("EC", ec.private_key_to_pem().unwrap()),
        ("EC, no headers", base64_of(ec.private_key_to_der().unwrap()).into_bytes()),
        (
            "EC after its parameters",
            [
                &b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"[..],
                &ec.private_key_to_pem().unwrap(),
            ]
            .concat(),
        ),
        ("EC, PKCS#8, no headers", base64_of(ec_key.private_key_to_pkcs8().unwrap()).into_bytes()),
        ("Ed25519", edwards.private_key_to_pem_pkcs8().unwrap()),
        ("Ed25519, no headers", base64_of(edwards.private_key_to_pkcs8().unwrap()).into_bytes()),
        ("DSA", format!("-----BEGIN DSA PRIVATE KEY-----\n{dsa}\n-----END DSA PRIVATE KEY-----\n").into_bytes()),
        ("DSA, no headers", dsa.into_bytes()),
        ("OpenSSH", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n".to_vec()),
        ("OpenSSH, no headers", base64_of(b"openssh-key-v1\0\0\0\0\x04none").into_bytes()),
        (
            "PuTTY",
            b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAAIKc1JD9l5pEf\n".to_vec(),
        ),
        ("SSH2", b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAi4AAAA3\n".to_vec()),
        ("PGP", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBGAAAAABCADH\n".to_vec()),
        ("a whole PEM in base64", base64_of(&pkcs8).into_bytes()),
        ("a whole PEM in base64, twice", base64_of(base64_of(&pkcs8)).into_bytes()),
        ("behind a certificate", [RSA, &pkcs8].concat()),
        ("before a certificate", [&pkcs8, RSA].concat()),
        ("without its END line", lines(0, 1)),
        ("without its BEGIN line", lines(1, 0)),
        ("its dashes turned into one by an editor", text.replace("-----", "\u{2014}").into_bytes()),
        ("in one line", text.replace('\n', " ").into_bytes()),
        ("in small letters", text.to_lowercase().into_bytes()),
        ("in UTF-16", [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()),
        ("with a BOM and CRLF", format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()),
        ("a JWK", format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB","d":"{d}"}}"#).into_bytes()),
        (
            "of .NET",
            format!("<RSAKeyValue><Modulus>{n}</Modulus><Exponent>AQAB</Exponent><D>{d}</D></RSAKeyValue>")
                .into_bytes(),
        ),
    ]
}

#[test]
fn a_private_key_pasted_into_the_cert_field_is_refused_and_never_echoed() {
    for (row, secret) in private_keys() {
        let mut found = from_pem_bundle(&secret);
        assert_eq!(found.len(), 1, "{row}");
        let mut failures: Vec<Failure> = vec![found.remove(0).1.expect_err(row)];
        let text = String::from_utf8_lossy(&secret).into_owned();
        if std::str::from_utf8(&secret).is_ok() {
            failures.push(from_metadata_text(&text).expect_err(row));
        }
        for failure in failures {
            assert_eq!(failure.code(), "private-key", "4.4 private key, {row}");
            let told = format!("{failure:?}");
            // The numbers of it are told not even in part.
            let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= 12);
            assert!(words.all(|word| !told.contains(&word[..8])), "4.4 private key, {row}: {told}");
        }
    }
}

#[test]
fn a_comment_on_private_keys_is_no_private_key() {
    for comment in
        ["# do not send the private key", "vendor: PRIVATE KEY is in the vault", "beginning, private key: none"]
    {
        let file = [comment.as_bytes(), b"\n", RSA].concat();
        assert_eq!(one(&file), one(RSA), "{comment}");
    }
}
