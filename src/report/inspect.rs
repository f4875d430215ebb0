//! The facts of a document: as JSON (`ssoctl.metadata-inspect/1`) here, and as lines for a person in [`rows`].

pub(crate) mod rows;

use std::collections::HashSet;

use serde::Serialize;
use serde::Serializer;
use serde_json::Value;
use serde_json::json;

use crate::cert::Certificate;
use crate::cert::field;
use crate::error::Failure;
use crate::finding::Finding;
use crate::model::connection;
use crate::model::connection::Saml;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::oidc::discovery::Discovery;
use crate::oidc::jwks::Jwks;
use crate::saml::metadata::CertificateText;
use crate::saml::metadata::Document;
use crate::saml::metadata::Endpoint;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;
use crate::saml::metadata::Summary;
use crate::saml::metadata::validity::Subject;

/// Schema of the JSON document.
pub(crate) const SCHEMA: &str = "ssoctl.metadata-inspect/1";

/// A finding under the names that all documents use.
pub(crate) fn finding(finding: &Finding) -> Value {
    json!({
        "code": finding.code,
        "severity": finding.severity.word(),
        "message": finding.message,
        "hint": finding.hint,
        "file": finding.place.as_ref().map(|place| &place.file).filter(|file| !file.is_empty()),
        "line": finding.place.as_ref().and_then(|place| place.line),
        "column": finding.place.as_ref().and_then(|place| place.column),
        "connection": finding.connection,
    })
}

/// The certificates of some keys, each read once.
pub(crate) struct Certificates<'a>(Vec<(&'a KeyDescriptor, &'a CertificateText, Result<Certificate, Failure>)>);

impl<'a> Certificates<'a> {
    /// Reads all of them.
    pub(crate) fn of(keys: impl IntoIterator<Item = &'a KeyDescriptor>) -> Self {
        let read = |key: &'a KeyDescriptor| {
            key.certificates.iter().map(move |text| (key, text, field::from_metadata_text(&text.text)))
        };
        Self(keys.into_iter().flat_map(read).collect())
    }

    /// Those of the keys that pass a filter and can be read, in document order, de-duplicated by DER.
    fn readable(&self, wanted: impl Fn(&KeyDescriptor) -> bool) -> Vec<&Certificate> {
        let mut seen = HashSet::new();
        let of_wanted = self.0.iter().filter(|(key, ..)| wanted(key)).filter_map(|(.., read)| read.as_ref().ok());
        of_wanted.filter(|certificate| seen.insert(certificate.sha256.as_str())).collect()
    }

    /// Those that cannot be read, with line and column.
    pub(crate) fn unreadable(
        &self,
        wanted: impl Fn(&KeyDescriptor) -> bool,
    ) -> impl Iterator<Item = (u64, u64, &Failure)> {
        let of_wanted = self.0.iter().filter(move |(key, ..)| wanted(key));
        of_wanted.filter_map(|(_, text, read)| Some((text.at.line, text.at.column, read.as_ref().err()?)))
    }
}

fn keys(keys: &[KeyDescriptor]) -> (Value, Value, Value) {
    let read = Certificates::of(keys);
    let list =
        |certificates: Vec<&Certificate>| Value::Array(certificates.into_iter().map(Certificate::facts).collect());
    let unreadable = read.unreadable(|_| true).map(|(line, column, failure)| {
        json!({ "line": line, "column": column, "code": failure.code(), "message": failure.to_string() })
    });
    let (signs, encrypts) = (|key: &KeyDescriptor| key.use_.signs(), |key: &KeyDescriptor| key.use_.encrypts());
    (list(read.readable(signs)), list(read.readable(encrypts)), unreadable.collect())
}

fn endpoint(endpoint: &Endpoint) -> Value {
    json!({
        "binding": endpoint.binding,
        "location": endpoint.location,
        "response_location": endpoint.response_location,
    })
}

fn indexed(endpoint: &Endpoint) -> Value {
    json!({
        "binding": endpoint.binding,
        "location": endpoint.location,
        "index": endpoint.index.as_ref().and_then(|index| index.trim().parse::<u32>().ok()),
        "is_default": endpoint.is_default,
    })
}

fn list<T>(items: &[T], shape: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(shape).collect())
}

/// One entity.
pub(crate) fn entity(entity: &Entity) -> Value {
    let mut value = json!({
        "entity_id": entity.entity_id,
        "valid_until": entity.valid_until,
        "cache_duration_seconds": entity.cache_duration,
        "display_names": list(&entity.display_names, |name| json!({ "lang": name.lang, "text": name.text })),
        "roles": list(&entity.roles, |role| json!(role.kind.element())),
        "line": entity.place.line,
    });
    if let Some(idp) = &entity.idp {
        let (signing, encryption, unreadable) = keys(&idp.keys);
        value["idp"] = json!({
            "saml2": idp.saml2,
            "sso": list(&idp.sso, endpoint),
            "slo": list(&idp.slo, endpoint),
            "name_id_formats": idp.name_id_formats,
            "want_authn_requests_signed": idp.want_authn_requests_signed,
            "signing_certificates": signing,
            "encryption_certificates": encryption,
            "unreadable_certificates": unreadable,
            "scopes": list(&idp.scopes, |scope| json!({ "scope": scope.text, "regexp": scope.regexp })),
        });
    }
    if let Some(sp) = &entity.sp {
        let (signing, encryption, unreadable) = keys(&sp.keys);
        value["sp"] = json!({
            "saml2": sp.saml2,
            "acs": list(&sp.acs, indexed),
            "slo": list(&sp.slo, endpoint),
            "name_id_formats": sp.name_id_formats,
            "authn_requests_signed": sp.authn_requests_signed,
            "want_assertions_signed": sp.want_assertions_signed,
            "signing_certificates": signing,
            "encryption_certificates": encryption,
            "unreadable_certificates": unreadable,
            "requested_attributes": sp.attribute_services.iter().flat_map(|service| &service.attributes).map(|attribute| json!({
                "name": attribute.name,
                "name_format": attribute.name_format,
                "friendly_name": attribute.friendly_name,
                "required": attribute.required,
            })).collect::<Vec<_>>(),
        });
    }
    value
}

/// A list whose members are made one by one while it is written, so that of a large document
/// only one is held as JSON.
struct Each<'a, T>(&'a [T], fn(&T) -> Value);

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[derive(Serialize)]
struct SamlReport<'a> {
    schema: &'static str,
    kind: &'static str,
    source: &'a str,
    root: &'static str,
    entities: Each<'a, Entity>,
    valid_until: Option<Time>,
    cache_duration_seconds: Option<u64>,
    entity_count: usize,
    others: Each<'a, Summary>,
    signature: Value,
    findings: Each<'a, Finding>,
}

/// A whole SAML metadata document.
pub(crate) fn saml<'a>(document: &'a Document, findings: &'a [Finding]) -> impl Serialize + 'a {
    SamlReport {
        schema: SCHEMA,
        kind: "saml-metadata",
        source: &document.file,
        root: document.root.element(),
        entities: Each(&document.entities, entity),
        valid_until: Subject::Document.valid_until(document),
        cache_duration_seconds: Subject::Document.cache_duration(document),
        entity_count: document.len(),
        others: Each(&document.others, summary),
        signature: signature(document),
        findings: Each(findings, finding),
    }
}

fn summary(other: &Summary) -> Value {
    let mut value = json!({
        "entity_id": other.entity_id,
        "roles": list(&other.roles, |role| json!(role.element())),
        "display_name": other.display_name,
        "line": other.line,
    });
    if let Some(listed) = &other.listed {
        value["display_names"] = list(&listed.display_names, |name| json!({ "lang": name.lang, "text": name.text }));
        value["scopes"] = list(&listed.scopes, |scope| json!({ "scope": scope.text, "regexp": scope.regexp }));
        value["registration_authority"] = json!(listed.registration_authority);
    }
    value
}

/// What is known of the root's signature: `verified` only where it was.
fn signature(document: &Document) -> Value {
    match &document.signer {
        Some(signer) => json!({ "present": true, "verdict": "verified", "signer": signer }),
        None => json!({ "present": document.signature_present(), "verdict": "not-verified" }),
    }
}

#[derive(Serialize)]
struct Verified<'a> {
    schema: &'static str,
    file: &'a str,
    verdict: &'static str,
    code: Option<&'static str>,
    detail: String,
    hint: Option<&'static str>,
    signer: &'a str,
    signed_entity_ids: Vec<&'a str>,
    valid_until: Option<Time>,
    cache_duration_seconds: Option<u64>,
    findings: Each<'a, Finding>,
}

/// The verdict on a document whose signature has held.
pub(crate) fn verified<'a>(
    document: &'a Document,
    subject: Subject<'_>,
    findings: &'a [Finding],
) -> impl Serialize + use<'a> {
    let signer = document.signer.as_deref().unwrap_or_default();
    Verified {
        schema: "ssoctl.metadata-verify/1",
        file: &document.file,
        verdict: "verified",
        code: None,
        detail: format!("signed with the key of {signer}"),
        hint: None,
        signer,
        signed_entity_ids: document.entity_ids(),
        valid_until: subject.valid_until(document),
        cache_duration_seconds: subject.cache_duration(document),
        findings: Each(findings, finding),
    }
}

/// A discovery document.
pub(crate) fn discovery(document: &Discovery, source: &str, findings: &[Finding]) -> Value {
    json!({
        "schema": SCHEMA,
        "kind": "discovery",
        "source": source,
        "issuer": document.issuer,
        "authorization_endpoint": document.authorization_endpoint,
        "token_endpoint": document.token_endpoint,
        "userinfo_endpoint": document.userinfo_endpoint,
        "jwks_uri": document.jwks_uri,
        "end_session_endpoint": document.end_session_endpoint,
        "scopes_supported": document.scopes_supported,
        "response_types_supported": document.response_types_supported,
        "token_endpoint_auth_methods_supported": document.token_endpoint_auth_methods_supported,
        "id_token_signing_alg_values_supported": document.id_token_signing_alg_values_supported,
        "code_challenge_methods_supported": document.code_challenge_methods_supported,
        "findings": list(findings, finding),
    })
}

/// A key set.
pub(crate) fn jwks(set: &Jwks, source: &str, findings: &[Finding]) -> Value {
    json!({
        "schema": SCHEMA,
        "kind": "jwks",
        "source": source,
        "keys": list(&set.keys, |key| json!({
            "kid": key.kid,
            "kty": key.kty,
            "use": key.usage,
            "alg": key.alg,
            "bits": key.bits,
            "curve": key.curve,
            "certificates": key.x5c.iter().filter_map(|text| field::from_metadata_text(text).ok()).map(|one| one.facts()).collect::<Vec<_>>(),
        })),
        "findings": list(findings, finding),
    })
}

/// What a connection file holds of its identity provider, in the shape of metadata.
pub(crate) fn connection(source: &str, saml: &Saml) -> Value {
    let stored = |list: &[StoredCertificate]| {
        let one = |stored: &StoredCertificate| field::from_metadata_text(&stored.pem).ok().map(|read| read.facts());
        Value::Array(list.iter().filter_map(one).collect())
    };
    let endpoints = |list: &[connection::Endpoint]| {
        let one = |endpoint: &connection::Endpoint| {
            json!({
                "binding": endpoint.binding,
                "location": endpoint.location,
                "response_location": endpoint.response_location,
                "enabled": endpoint.enabled,
            })
        };
        Value::Array(list.iter().map(one).collect())
    };
    json!({
        "schema": SCHEMA,
        "kind": "connection",
        "source": source,
        "entities": [{
            "entity_id": saml.idp.entity_id,
            "valid_until": null,
            "roles": ["IDPSSODescriptor"],
            "idp": {
                "sso": endpoints(&saml.idp.sso),
                "slo": endpoints(&saml.idp.slo),
                "name_id_formats": saml.idp.name_id_formats,
                "want_authn_requests_signed": saml.idp.want_authn_requests_signed,
                "signing_certificates": stored(&saml.idp.certificates),
                "encryption_certificates": [],
            },
        }],
        "signature": { "present": false, "verdict": "not-verified" },
        "findings": [],
    })
}
