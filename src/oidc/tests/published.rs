//! The worked examples of the RFCs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::crypto::mac::MacKey;
use crate::oidc::jws::Jws;
use crate::oidc::keys::KeySet;
use crate::oidc::proof::Trusted;

/// RFC 7515 A.2 to A.4: key, and the token in its three parts.
const EXAMPLES: [(&str, &str, [&str; 3]); 3] = [
    (
        "RS256",
        r#"{"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#,
        [
            "eyJhbGciOiJSUzI1NiJ9",
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ],
    ),
    (
        "ES256",
        r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        [
            "eyJhbGciOiJFUzI1NiJ9",
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ],
    ),
    (
        "ES512",
        r#"{"kty": "EC", "crv": "P-521", "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk", "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#,
        [
            "eyJhbGciOiJFUzUxMiJ9",
            "UGF5bG9hZA",
            "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
        ],
    ),
];

fn proves(token: &str, key: &str) -> Result<&'static str, &'static str> {
    let set = KeySet::read(key.as_bytes(), "set").unwrap();
    proves_by(token, &Trusted { keys: Some(&set), ..Trusted::default() })
}

fn proves_by(token: &str, trusted: &Trusted<'_>) -> Result<&'static str, &'static str> {
    let jws = Jws::read(token).map_err(|failure| failure.code())?;
    let verifier = jws.algorithm().and_then(|algorithm| trusted.verifier(algorithm));
    let verifier = verifier.map_err(|failure| failure.code())?;
    let proof = verifier.prove(&jws).unwrap();
    proof.map(|_proof| verifier.algorithm().name()).map_err(|failure| failure.code())
}

#[test]
fn the_examples_of_rfc_7515_are_answered_as_they_are_printed() {
    for (name, key, [header, payload, signature]) in EXAMPLES {
        let token = format!("{header}.{payload}.{signature}");
        assert_eq!(proves(&token, key), Ok(name));
        assert_eq!(proves(&format!("{header}.e30.{signature}"), key), Err("token-signature"), "{name}");
        for (_, other, _) in EXAMPLES.iter().filter(|(other, _, _)| *other != name) {
            assert_eq!(proves(&token, other), Err("token-key-unusable"), "{name}");
        }
    }
    // A.5: unsecured.
    let unsecured = format!("eyJhbGciOiJub25lIn0.{}.", EXAMPLES[0].2[1]);
    assert_eq!(proves(&unsecured, EXAMPLES[0].1), Err("jws-unsigned"));
    // A.1: an HMAC, and its key.
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let mac = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let secret = MacKey::of_octets(&URL_SAFE_NO_PAD.decode(key).unwrap());
    let shared = Trusted { secret: Some(&secret), algorithms: &["HS256"], ..Trusted::default() };
    assert_eq!(proves_by(mac, &shared), Ok("HS256"));
    let [header, payload, signature]: [&str; 3] = mac.split('.').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(proves_by(&format!("{header}.e30.{signature}"), &shared), Err("token-signature"));
    assert_eq!(proves_by(&format!("{header}.{payload}.{}", &signature[..40]), &shared), Err("token-signature-form"));
    assert_eq!(proves_by(mac, &Trusted { algorithms: &["HS512"], ..shared }), Err("jws-hmac"));
    assert_eq!(proves_by(mac, &Trusted { secret: None, ..shared }), Err("jws-hmac"));
    // In a key set it is no secret.
    assert_eq!(proves(mac, &format!(r#"{{"kty": "oct", "k": "{key}"}}"#)), Err("jws-hmac"));
}

/// Figures 13, 20 and 27. Wycheproof, whose file has them, gives two of the keys another `alg` than the
/// tokens have; RFC 7520 3 prints them without one.
#[test]
fn the_examples_of_rfc_7520_are_answered_as_they_are_printed() {
    let text = include_str!("../../../tests/vectors/wycheproof/json_web_signature_test.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let mut found = Vec::new();
    for group in document["testGroups"].as_array().unwrap() {
        let Some(mut key) = group.get("public").filter(|_| group["comment"] == "rfc7520").cloned() else { continue };
        key.as_object_mut().unwrap().remove("alg");
        let token = group["tests"][0]["jws"].as_str().unwrap();
        found.push((group["tests"][0]["comment"].as_str().unwrap(), proves(token, &key.to_string()).unwrap()));
    }
    assert_eq!(found, [("Figure13", "RS256"), ("Figure20", "PS384"), ("Figure27", "ES512")]);
}
