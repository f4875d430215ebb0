//! A self-signed certificate for a key of one's own: what an SP that the user runs puts
//! into its metadata. Signing certificates of SAML are pinned; no authority is needed.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::bn::MsbOption;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::x509::X509;
use openssl::x509::X509Name;
use openssl::x509::extension::BasicConstraints;
use openssl::x509::extension::KeyUsage;
use openssl::x509::extension::SubjectKeyIdentifier;

use crate::cert::Certificate;
use crate::cert::from_der;
use crate::crypto::sign::PrivateKey;
use crate::crypto::verify::KeyKind;
use crate::error::Failure;
use crate::model::is_unprintable;
use crate::model::printable;
use crate::model::time::Time;

/// RFC 5280 appendix A.1: ub-common-name, in characters.
const LONGEST_NAME: usize = 64;

/// RFC 5280 4.1.2.2: a serial has 20 octets at most; with this many random bits it is
/// positive in all of them.
const SERIAL_BITS: i32 = 159;

/// What the certificate is to say.
pub(crate) struct Wanted<'a> {
    /// The common name, see [`common_name`].
    pub(crate) common_name: &'a str,
    /// The first second of its validity.
    pub(crate) not_before: Time,
    /// How long it is valid, in days of 86400 seconds.
    pub(crate) days: u32,
}

/// The common name in what somebody typed: `sp.example.org` or `CN=sp.example.org`. Empty,
/// longer than 64 characters, unprintable, or a whole distinguished name: `certificate-subject`.
pub(crate) fn common_name(typed: &str) -> Result<&str, Failure> {
    let name = typed.strip_prefix("/CN=").or_else(|| typed.strip_prefix("CN=")).unwrap_or(typed).trim();
    let why = if name.is_empty() {
        "it is empty"
    } else if name.chars().count() > LONGEST_NAME {
        "it is longer than 64 characters (RFC 5280)"
    } else if name.contains(is_unprintable) {
        "it has characters that cannot be seen"
    } else if name.contains('=') {
        "only the common name can be given, without `O=` or `C=`"
    } else {
        return Ok(name);
    };
    Err(Failure::usage("certificate-subject", format!("`{}` cannot be the subject: {why}", printable(typed)))
        .hint("give a name that people know the service by, such as `--subject sp.example.org`"))
}

/// Makes the certificate: version 3, SHA-256, a random serial, for signatures (and for
/// decryption with RSA), and no authority.
pub(crate) fn self_signed(key: &PrivateKey, wanted: &Wanted<'_>) -> Result<Certificate, Failure> {
    let not_after = wanted.not_before.plus_seconds(i64::from(wanted.days) * 86_400);
    if not_after == wanted.not_before || not_after.unix() < 0 {
        return Err(Failure::usage("certificate-days", format!("{} days from now is no date", wanted.days))
            .hint("such as `--days 3650`"));
    }
    let made = build(key, wanted, not_after)
        .and_then(|certificate| certificate.to_der())
        .map_err(|error| Failure::bug("the cryptographic library does not make the certificate").because(error))?;
    // Read back by the reader that everybody else's certificates go through.
    from_der(&made)
}

fn build(key: &PrivateKey, wanted: &Wanted<'_>, not_after: Time) -> Result<X509, ErrorStack> {
    let key_pair = key.openssl();
    let mut name = X509Name::builder()?;
    name.append_entry_by_nid(Nid::COMMONNAME, wanted.common_name)?;
    let name = name.build();
    let mut serial = BigNum::new()?;
    serial.rand(SERIAL_BITS, MsbOption::ONE, false)?;
    let mut builder = X509::builder()?;
    // Counted from zero: version 3.
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_not_before(&*Asn1Time::from_unix(wanted.not_before.unix())?)?;
    builder.set_not_after(&*Asn1Time::from_unix(not_after.unix())?)?;
    builder.set_pubkey(key_pair)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    let mut usage = KeyUsage::new();
    usage.critical().digital_signature();
    if matches!(key.public().kind(), KeyKind::Rsa(_)) {
        // xmlenc wraps the key of an encrypted assertion with it.
        usage.key_encipherment();
    }
    builder.append_extension(usage.build()?)?;
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(identifier)?;
    builder.sign(key_pair, MessageDigest::sha256())?;
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sign::NewKey;
    use crate::crypto::verify::Curve;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn makes_what_openssl_verifies_and_our_reader_reads() {
        for (wanted, shown, usage) in [
            (NewKey::Rsa(2048), "RSA 2048", "Digital Signature, Key Encipherment"),
            (NewKey::Ec(Curve::P384), "EC P-384", "Digital Signature\n"),
        ] {
            let key = PrivateKey::generate(wanted).unwrap();
            let not_before = at("2026-11-22T10:00:00Z");
            let wanted = Wanted { common_name: "Zoë's SP", not_before, days: 3650 };
            let made = self_signed(&key, &wanted).unwrap();
            assert_eq!((made.subject.as_str(), made.issuer.as_str()), ("CN=Zoë's SP", "CN=Zoë's SP"));
            assert_eq!((made.version, made.key.to_string().as_str()), (3, shown));
            assert_eq!((made.not_before, made.not_after), (not_before, at("2036-11-19T10:00:00Z")));
            assert!(made.self_issued && made.signature_algorithm.to_lowercase().contains("sha256"));
            assert_eq!(made.public_key().unwrap().spki_der(), key.public().spki_der());
            let read = X509::from_der(&made.der).unwrap();
            assert!(read.verify(key.openssl()).unwrap());
            let text = String::from_utf8(read.to_text().unwrap()).unwrap();
            assert!(text.contains(usage) && text.contains("CA:FALSE"), "{text}");
        }
    }

    #[test]
    fn the_serial_is_positive_and_never_the_same() {
        let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
        let wanted = Wanted { common_name: "x", not_before: at("2026-11-22"), days: 1 };
        let serials: Vec<String> = (0..8).map(|_| self_signed(&key, &wanted).unwrap().serial).collect();
        for (index, serial) in serials.iter().enumerate() {
            assert!(serial.len() == 40 && !serial.starts_with('-'), "{serial}");
            assert!(!serials[..index].contains(serial));
        }
    }

    #[test]
    fn an_end_beyond_2049_is_written_so_that_it_is_read() {
        let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
        let wanted = Wanted { common_name: "x", not_before: at("2026-11-22"), days: 36_500 };
        assert_eq!(self_signed(&key, &wanted).unwrap().not_after.date(), "2126-10-29");
        for (not_before, days) in [("9999-12-01", 3650), ("1900-01-01", 1), ("2026-11-22", 0)] {
            let wanted = Wanted { common_name: "x", not_before: at(not_before), days };
            assert_eq!(self_signed(&key, &wanted).unwrap_err().code(), "certificate-days", "{not_before}");
        }
    }

    #[test]
    fn a_subject_is_a_common_name() {
        for good in ["sp.example.org", "CN=sp.example.org", "/CN=sp.example.org", " sp.example.org "] {
            assert_eq!(common_name(good).unwrap(), "sp.example.org");
        }
        for bad in ["", "CN=", "a\u{1b}[31m", "a\nb", "CN=a,O=b", &"x".repeat(65)] {
            assert_eq!(common_name(bad).unwrap_err().code(), "certificate-subject", "{bad:?}");
        }
    }
}
