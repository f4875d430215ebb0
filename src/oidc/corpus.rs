//! Every discovery document and key set of the collection against what another library read.

use serde_json::Value;

use crate::corpus;
use crate::oidc::discovery;
use crate::oidc::jwks;
use crate::oidc::jwks::Jwk;

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        other => other.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

#[test]
fn discovery_documents_of_the_collection_read_as_another_library_reads_them() {
    let Some(rows) = corpus::rows("discovery") else { return };
    let mut disagreements = Vec::new();
    for row in &rows {
        let mut disagree = |what: String| disagreements.push((row.file.clone(), what));
        let found = match (discovery::read(&row.bytes, &row.file), row.expected["json"] == true) {
            (Ok(found), true) => found,
            (Err(failure), false) => {
                assert_eq!(failure.code(), "html-not-json");
                continue;
            }
            (Ok(_), false) => {
                disagree("read, and is no JSON".to_owned());
                continue;
            }
            (Err(failure), true) => {
                disagree(format!("{failure:?}"));
                continue;
            }
        };
        let endpoint = |member: &str| row.expected["endpoints"][member].as_str();
        let pairs = [
            ("issuer", Some(found.issuer.as_str()), row.expected["issuer"].as_str()),
            ("authorization_endpoint", found.authorization_endpoint.as_deref(), endpoint("authorization_endpoint")),
            ("token_endpoint", found.token_endpoint.as_deref(), endpoint("token_endpoint")),
            ("userinfo_endpoint", found.userinfo_endpoint.as_deref(), endpoint("userinfo_endpoint")),
            ("jwks_uri", found.jwks_uri.as_deref(), endpoint("jwks_uri")),
            ("end_session_endpoint", found.end_session_endpoint.as_deref(), endpoint("end_session_endpoint")),
        ];
        if let Some((what, own, other)) = pairs.into_iter().find(|(_, own, other)| own != other) {
            disagree(format!("{what}: {own:?} / {other:?}"));
        } else if found.id_token_signing_alg_values_supported != texts(&row.expected["id_token_algs"]) {
            disagree(format!("algorithms: {:?}", found.id_token_signing_alg_values_supported));
        } else {
            let has = |code: &str| found.findings.iter().any(|finding| finding.code == code);
            for (flag, code) in [
                ("issuer-template", "issuer-template"),
                ("alg-none-advertised", "discovery-alg-none"),
                ("plain-http-endpoint", "discovery-endpoint-not-https"),
            ] {
                if texts(&row.expected["flags"]).contains(&flag) != has(code) {
                    disagree(format!("{flag}: {:?}", found.findings));
                }
            }
        }
    }
    let exceptions = [(
        "discovery/derived-duplicate-issuer-member.json",
        "json-duplicate-key",
        "the other reader takes the last of two members",
    )];
    corpus::settle("discovery", rows.len(), &disagreements, &exceptions);
}

fn key_disagreement(own: &Jwk, other: &Value) -> Option<String> {
    let text = |member: &str| other[member].as_str();
    let incomplete = other.get("error").is_some();
    let bits = other["bits"].as_u64().and_then(|bits| u32::try_from(bits).ok());
    let pairs = [
        ("kty", Some(own.kty.as_str()), text("kty")),
        ("kid", own.kid.as_deref(), text("kid")),
        ("use", own.usage.as_deref(), text("use")),
        ("alg", own.alg.as_deref(), text("alg")),
        ("crv", own.curve.as_deref(), text("crv")),
    ];
    if let Some((what, own, other)) = pairs.into_iter().find(|(_, own, other)| own != other) {
        return Some(format!("{what}: {own:?} / {other:?}"));
    }
    if own.kty == "RSA" && (own.bits != bits || incomplete != own.bits.is_none()) {
        return Some(format!("bits: {:?} / {bits:?}", own.bits));
    }
    if own.private != (other["private"] == true) {
        return Some("private".to_owned());
    }
    let has_chain = other.get("x5c_subject").is_some() || other.get("x5c_error").is_some();
    (has_chain && own.x5c.is_empty()).then(|| "x5c is missing".to_owned())
}

#[test]
fn key_sets_of_the_collection_read_as_another_library_reads_them() {
    let Some(rows) = corpus::rows("jwks") else { return };
    let mut disagreements = Vec::new();
    for row in &rows {
        let mut disagree = |what: String| disagreements.push((row.file.clone(), what));
        let found = match jwks::read(&row.bytes, &row.file) {
            Ok(found) => found,
            Err(failure) => {
                disagree(format!("{failure:?}"));
                continue;
            }
        };
        let expected = row.expected["keys"].as_array().unwrap();
        let twice = found.findings.iter().any(|finding| finding.code == "jwks-duplicate-kid");
        if found.keys.len() != expected.len() {
            disagree(format!("{} keys, {} expected", found.keys.len(), expected.len()));
        } else if let Some(what) = found.keys.iter().zip(expected).find_map(|(own, other)| key_disagreement(own, other))
        {
            disagree(what);
        } else if twice != (row.expected["duplicate_kids"].as_u64() != Some(0)) {
            disagree("duplicate kids".to_owned());
        }
    }
    let placeholder = "its modulus is a placeholder of which the other reader counts the letters";
    let exceptions = [
        ("jwks/kubelogin-oidc-jwks.json", "bits: None", placeholder),
        ("jwks/pac4j-jwks-explained-what-every-developer-1keys.json", "bits: None", placeholder),
        ("jwks/pac4j-openid-federation-with-pac4j-and-cas-1keys.json", "bits: None", placeholder),
    ];
    corpus::settle("jwks", rows.len(), &disagreements, &exceptions);
}
