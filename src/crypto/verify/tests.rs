//! Verification against published vectors, and keys that must never verify anything.

use openssl::dsa::Dsa;
use openssl::ec::EcGroup;
use openssl::ec::EcKey;
use openssl::rsa::Rsa;
use serde_json::Value;

use super::*;
use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect()
}

fn code(der: &[u8]) -> &'static str {
    PublicKey::from_spki_der(der).unwrap_err().code()
}

fn rsa_key(n: BigNum, e: u32) -> Vec<u8> {
    let rsa = Rsa::from_public_components(n, BigNum::from_u32(e).unwrap()).unwrap();
    rsa.public_key_to_der().unwrap()
}

/// An odd number of so many bits.
fn modulus(bits: i32) -> BigNum {
    let mut number = BigNum::new().unwrap();
    number.set_bit(bits - 1).unwrap();
    number.set_bit(0).unwrap();
    number
}

#[test]
fn answers_the_wycheproof_vectors_as_they_demand() {
    let text = include_str!("../../../tests/vectors/signature/wycheproof.json");
    let files: Value = serde_json::from_str(text).unwrap();
    let mut count = 0;
    for file in files.as_array().unwrap() {
        let scheme = Scheme::named(file["scheme"].as_str().unwrap(), Sha1::Refused).unwrap();
        let keys: Vec<Result<PublicKey, Failure>> = file["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| PublicKey::from_spki_der(&bytes(key.as_str().unwrap())))
            .collect();
        for test in file["tests"].as_array().unwrap() {
            let text = |member: &str| test[member].as_str().unwrap();
            let answer = match &keys[usize::try_from(test["key"].as_u64().unwrap()).unwrap()] {
                Err(failure) => failure.code(),
                Ok(key) => match key.verify(scheme, &bytes(text("message")), &bytes(text("signature"))) {
                    Ok(true) => "valid",
                    Ok(false) => "invalid",
                    Err(failure) => failure.code(),
                },
            };
            assert_eq!(answer, text("expected"), "{} {}: {}", file["file"], test["id"], text("comment"));
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn a_key_is_read_as_pem_and_der_with_and_without_its_algorithm() {
    let rsa = Rsa::generate(2048).unwrap();
    let spki = rsa.public_key_to_der().unwrap();
    let pem = String::from_utf8(rsa.public_key_to_pem().unwrap()).unwrap();
    for form in [
        spki.clone(),
        rsa.public_key_to_der_pkcs1().unwrap(),
        rsa.public_key_to_pem_pkcs1().unwrap(),
        pem.clone().into_bytes(),
        format!("\u{feff}a comment\r\n{}", pem.replace('\n', "\r\n")).into_bytes(),
    ] {
        let key = PublicKey::from_pem_or_der(&form).unwrap();
        assert_eq!((key.kind(), key.bits(), key.curve()), (KeyKind::Rsa(2048), 2048, None));
        assert_eq!((key.spki_der(), key.spki_sha256()), (spki.as_slice(), hex(&sha256(&spki))));
    }
    let p521 = PrivateKey::generate(NewKey::Ec(Curve::P521)).unwrap();
    let key = PublicKey::from_pem_or_der(p521.public().spki_der()).unwrap();
    assert_eq!((key.kind().to_string().as_str(), key.bits(), key.curve()), ("EC P-521", 521, Some(Curve::P521)));
}

#[test]
fn what_is_no_public_key_is_refused_and_a_private_one_not_repeated() {
    let rsa = Rsa::generate(2048).unwrap();
    let spki = rsa.public_key_to_der().unwrap();
    let trailing = [spki.as_slice(), &[0]].concat();
    for junk in [&b""[..], b"hello", &[0x30], &[0x30, 0x85, 0, 0, 0, 0, 0], &spki[..200], &trailing, &[b'A'; 70_000]] {
        assert_eq!(PublicKey::from_pem_or_der(junk).unwrap_err().code(), "public-key-unreadable");
        assert_eq!(code(junk), "public-key-unreadable");
    }
    let private = rsa.private_key_to_pem().unwrap();
    let failure = PublicKey::from_pem_or_der(&private).unwrap_err();
    assert_eq!(failure.code(), "private-key");
    let told = format!("{failure:?}");
    assert!(
        String::from_utf8(private).unwrap().lines().filter(|line| line.len() > 40).all(|line| !told.contains(line))
    );
}

#[test]
fn an_rsa_key_that_is_too_small_or_too_large_may_not_verify() {
    for (bits, expected) in [
        (512, Err("signature-key-too-small")),
        (1024, Err("signature-key-too-small")),
        (2047, Err("signature-key-too-small")),
        (2048, Ok(2048)),
        (16384, Ok(16384)),
        (16385, Err("signature-key-too-large")),
        (100_000, Err("signature-key-too-large")),
    ] {
        let found = PublicKey::from_spki_der(&rsa_key(modulus(bits), 65537));
        assert_eq!(found.map(|key| key.bits()).map_err(|failure| failure.code()), expected, "{bits}");
    }
}

#[test]
fn an_exponent_with_which_signatures_are_forged_may_not_verify() {
    // With e = 1 the padded digest is its own signature, so anybody can write one.
    for exponent in [0, 1, 2, 3, 4, 65536] {
        assert_eq!(code(&rsa_key(modulus(2048), exponent)), "signature-key-exponent", "{exponent}");
    }
    for exponent in [5, 17, 65537] {
        assert!(PublicKey::from_spki_der(&rsa_key(modulus(2048), exponent)).is_ok(), "{exponent}");
    }
    let huge = Rsa::from_public_components(modulus(2048), modulus(2000)).unwrap().public_key_to_der().unwrap();
    let failure = PublicKey::from_spki_der(&huge).unwrap_err();
    assert_eq!(failure.code(), "signature-key-exponent");
    assert!(failure.to_string().contains("a number of 602 digits"), "{failure}");
}

#[test]
fn keys_of_other_types_are_refused_by_name() {
    let dsa = Dsa::generate(1024).unwrap().public_key_to_der().unwrap();
    let ed25519 = PKey::generate_ed25519().unwrap().public_key_to_der().unwrap();
    let ed448 = PKey::generate_ed448().unwrap().public_key_to_der().unwrap();
    let x25519 = PKey::generate_x25519().unwrap().public_key_to_der().unwrap();
    let mut pss = rsa_key(modulus(2048), 65537);
    // The algorithm 1.2.840.113549.1.1.10 in place of .1, its parameters left out.
    let at = pss.windows(4).position(|four| four == [1, 1, 5, 0]).unwrap();
    pss.splice(at + 1..at + 4, [10]);
    pss[3] -= 2;
    pss[5] -= 2;
    for (der, name) in
        [(dsa, "DSA"), (ed25519, "Ed25519"), (ed448, "Ed448"), (x25519, "for agreement"), (pss, "for PSS alone")]
    {
        let failure = PublicKey::from_spki_der(&der).unwrap_err();
        assert_eq!(failure.code(), "signature-key-type", "{name}");
        assert!(failure.to_string().contains(name), "{failure}");
    }
}

#[test]
fn other_curves_and_spelled_out_ones_are_refused_by_name() {
    for (nid, name) in
        [(Nid::SECP256K1, "secp256k1"), (Nid::BRAINPOOL_P256R1, "brainpoolP256r1"), (Nid::SECP224R1, "secp224r1")]
    {
        let group = EcGroup::from_curve_name(nid).unwrap();
        let der = EcKey::generate(&group).unwrap().public_key_to_der().unwrap();
        let failure = PublicKey::from_spki_der(&der).unwrap_err();
        assert_eq!(failure.code(), "signature-key-curve");
        assert!(failure.to_string().contains(name), "{failure}");
    }
    let mut group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    group.set_asn1_flag(Asn1Flag::EXPLICIT_CURVE);
    let der = EcKey::generate(&group).unwrap().public_key_to_der().unwrap();
    let failure = PublicKey::from_spki_der(&der).unwrap_err();
    assert_eq!(failure.code(), "signature-key-curve");
    assert!(failure.to_string().contains("spells out"), "{failure}");
}

#[test]
fn a_point_outside_its_curve_is_no_key() {
    let mut der = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap().public().spki_der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    assert_eq!(code(&der), "public-key-unreadable");
}

#[test]
fn an_ecdsa_signature_of_zeros_or_beyond_the_order_is_wrong() {
    let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
    let verify = |signature: &[u8]| key.public().verify(Scheme::ECDSA_SHA256, b"message", signature);
    let good = key.sign(Scheme::ECDSA_SHA256, b"message").unwrap();
    let order = bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let (r, s) = good.split_at(32);
    for (r, s) in
        [(&[0; 32][..], &[0; 32][..]), (&[0; 32], s), (r, &[0; 32]), (&order, s), (r, &order), (&[0xff; 32], s)]
    {
        // CVE-2022-21449: zeros were taken for a signature of anything.
        assert!(!verify(&[r, s].concat()).unwrap());
    }
    let der = EcdsaSig::from_private_components(BigNum::from_slice(r).unwrap(), BigNum::from_slice(s).unwrap());
    let failure = verify(&der.unwrap().to_der().unwrap()).unwrap_err();
    assert_eq!(failure.code(), "signature-form");
    assert!(failure.to_string().contains("ASN.1"), "{failure}");
    for length in [0, 1, 63, 65, 128] {
        assert_eq!(verify(&vec![1; length]).unwrap_err().code(), "signature-form", "{length}");
    }
}

#[test]
fn a_key_and_a_scheme_that_do_not_fit_are_told() {
    let ec = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
    let failure = ec.public().verify(Scheme::RSA_SHA256, b"", &[0; 256]).unwrap_err();
    assert_eq!(failure.code(), "signature-key-mismatch");
    assert_eq!(failure.to_string(), "the signature says `rsa-sha256`, and the key is EC P-256");
}

#[test]
fn sha_1_verifies_where_it_was_asked_for() {
    let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
    let scheme = Scheme::named("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", Sha1::Allowed).unwrap();
    let signature = key.sign(scheme, b"message").unwrap();
    assert!(key.public().verify(scheme, b"message", &signature).unwrap());
    assert!(!key.public().verify(Scheme::ECDSA_SHA256, b"message", &signature).unwrap());
}

#[test]
fn a_key_of_the_broken_generator_may_not_verify() {
    use base64::Engine as _;
    let text = include_str!("../../../tests/vectors/wycheproof/json_web_key_test.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let groups = document["testGroups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["comment"] == "jws_rsa_roca_key").unwrap();
    let key = &group["public"]["keys"][0];
    let octets =
        |member: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(key[member].as_str().unwrap()).unwrap();
    let failure = PublicKey::from_rsa_numbers(&octets("n"), &octets("e")).unwrap_err();
    assert_eq!(failure.code(), "signature-key-roca");
}

#[test]
fn an_rsa_signature_is_as_long_as_the_modulus() {
    let key = PrivateKey::generate(NewKey::Rsa(2048)).unwrap();
    for scheme in [Scheme::RSA_SHA256, Scheme::RSA_PSS_SHA256] {
        // One that begins with a zero is as good without it to who does not look at the length.
        let (message, signature) = (0..10_000_u32)
            .map(|number| (number.to_be_bytes(), key.sign(scheme, &number.to_be_bytes()).unwrap()))
            .find(|(_, signature)| signature[0] == 0)
            .unwrap();
        assert!(key.public().verify(scheme, &message, &signature).unwrap());
        assert!(!key.public().verify(scheme, &message, &signature[1..]).unwrap());
        assert!(!key.public().verify(scheme, &message, &[&[0], signature.as_slice()].concat()).unwrap());
    }
}
