//! What is odd about a document that was read: facts with a severity, never a
//! refusal. An error means that the document cannot serve in that role.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::Binding;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::metadata::Document;
use crate::saml::metadata::Endpoint;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;
use crate::saml::metadata::Misordered;
use crate::saml::metadata::Role;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::endpoints::lint_endpoint;
use crate::saml::metadata::keys::lint_key;
use crate::saml::metadata::reading::place;

/// The most findings of one document that are listed.
const MAX_FINDINGS: usize = 1000;

/// Everything that is odd: about the document, and about each entity in the roles it has.
pub(crate) fn lint(document: &Document, now: Time) -> Vec<Finding> {
    let mut findings = document.findings.clone();
    let (mut more, mut gravest) = (0, Severity::Info);
    for entity in &document.entities {
        let mut of_entity = Vec::new();
        if entity.idp.is_some() {
            of_entity.extend(lint_idp(entity, now));
        }
        if entity.sp.is_some() {
            for finding in lint_sp(entity, now) {
                // What concerns the whole entity is found by both; the graver one stays.
                let same = |other: &&mut Finding| other.code == finding.code && other.place == finding.place;
                match of_entity.iter_mut().find(same) {
                    Some(other) if other.message == finding.message => {
                        other.severity = other.severity.max(finding.severity);
                    }
                    _ => of_entity.push(finding),
                }
            }
        }
        let left = MAX_FINDINGS.saturating_sub(findings.len()).min(of_entity.len());
        for finding in of_entity.drain(left..) {
            more += 1;
            gravest = gravest.max(finding.severity);
        }
        findings.extend(of_entity);
    }
    findings.extend(Finding::left_out(more, gravest));
    findings
}

/// What is odd about an entity as identity provider.
pub(crate) fn lint_idp(entity: &Entity, now: Time) -> Vec<Finding> {
    let mut lint = Lint { entity, findings: Vec::new() };
    lint.entity_itself();
    let Some(idp) = &entity.idp else {
        lint.push("no-idp-role", Severity::Error, "the entity has no IDPSSODescriptor".to_owned(), "give IdP metadata");
        return lint.findings;
    };
    // Real identity providers are often past it, and are used all the same.
    lint.validity(idp.valid_until, now, Severity::Warning);
    lint.roles(&RoleKind::Idp, idp.saml2, Severity::Warning);
    if idp.sso.is_empty() {
        lint.push(
            "sso-missing",
            Severity::Error,
            "the identity provider has no SingleSignOnService".to_owned(),
            "ask the publisher for complete metadata",
        );
    } else if !idp.sso.iter().any(|sso| has_binding(sso, &[Binding::redirect(), Binding::post()])) {
        lint.push(
            "sso-binding-unusable",
            Severity::Warning,
            "no SingleSignOnService has the binding HTTP-Redirect or HTTP-POST".to_owned(),
            "ask the publisher to enable one of them",
        );
    }
    if !idp.keys.iter().any(|key| key.use_.signs() && !key.certificates.is_empty()) {
        lint.push(
            "signing-certificate-missing",
            Severity::Error,
            "the identity provider has no signing certificate".to_owned(),
            "ask the publisher for it: without one no login can be checked",
        );
    }
    lint.endpoints(&idp.sso, Severity::Error);
    lint.endpoints(&idp.slo, Severity::Warning);
    lint.endpoints(&idp.artifact_resolution, Severity::Warning);
    lint.duplicates(&idp.sso);
    lint.duplicates(&idp.slo);
    lint.keys(&idp.keys);
    lint.findings
}

/// What is odd about an entity as service provider.
pub(crate) fn lint_sp(entity: &Entity, now: Time) -> Vec<Finding> {
    let mut lint = Lint { entity, findings: Vec::new() };
    lint.entity_itself();
    let Some(sp) = &entity.sp else {
        lint.push("no-sp-role", Severity::Error, "the entity has no SPSSODescriptor".to_owned(), "give SP metadata");
        return lint.findings;
    };
    lint.validity(sp.valid_until, now, Severity::Error);
    lint.roles(&RoleKind::Sp, sp.saml2, Severity::Error);
    let answers = [Binding::post(), Binding::from_word("HTTP-Artifact"), Binding::from_word("PAOS")];
    if sp.acs.is_empty() {
        lint.push(
            "acs-missing",
            Severity::Error,
            "the service provider has no AssertionConsumerService".to_owned(),
            "add one with the binding HTTP-POST: without it no login can arrive",
        );
    } else if !sp.acs.iter().any(|acs| has_binding(acs, &answers)) {
        lint.push(
            "acs-binding-unusable",
            Severity::Error,
            "no AssertionConsumerService has a binding that a login can arrive by".to_owned(),
            "add one with the binding HTTP-POST",
        );
    }
    lint.endpoints(&sp.acs, Severity::Error);
    lint.endpoints(&sp.slo, Severity::Warning);
    lint.endpoints(&sp.artifact_resolution, Severity::Warning);
    lint.indexes(&sp.acs);
    lint.duplicates(&sp.slo);
    lint.keys(&sp.keys);
    lint.findings
}

fn has_binding(endpoint: &Endpoint, bindings: &[Binding]) -> bool {
    endpoint.binding.as_ref().is_some_and(|binding| bindings.contains(binding))
}

struct Lint<'a> {
    entity: &'a Entity,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn push(&mut self, code: &'static str, severity: Severity, message: String, hint: &str) {
        let place = self.entity.place.clone();
        self.findings.push(Finding::new(code, severity, message).hint(hint).at(place));
    }

    fn entity_itself(&mut self) {
        let entity_id = self.entity.entity_id.as_deref().unwrap_or_default();
        let shown = printable(entity_id);
        if entity_id.is_empty() {
            self.push(
                "entity-id-missing",
                Severity::Error,
                "the entity has no entityID".to_owned(),
                "add the attribute `entityID`: partners are told apart by it",
            );
        } else if entity_id.contains(['{', '}']) {
            self.push(
                "entity-id-template",
                Severity::Error,
                format!("the entity ID `{shown}` is a template that was not filled in"),
                "ask for the document of your own tenant: its URL has the tenant's ID in the place of `common`",
            );
        } else if entity_id.contains(|c: char| c.is_whitespace() || c.is_control()) {
            self.push(
                "entity-id-space",
                Severity::Warning,
                format!("the entity ID `{shown}` has a space or control character"),
                "it is compared byte by byte, so that a partner who loses it is another entity",
            );
        }
        if entity_id.chars().count() > 1024 {
            // saml-metadata 2.2.1
            self.push(
                "entity-id-too-long",
                Severity::Warning,
                "the entity ID has more than 1024 characters".to_owned(),
                "SAML allows no more, and databases cut it off",
            );
        }
    }

    fn validity(&mut self, valid_until: Option<Time>, now: Time, severity: Severity) {
        if let Some(end) = valid_until.filter(|end| *end <= now) {
            self.push(
                "metadata-expired",
                severity,
                format!("the metadata was valid until {end}"),
                "fetch it again from the publisher",
            );
        }
    }

    fn roles(&mut self, kind: &RoleKind, saml2: bool, order: Severity) {
        let file = self.entity.place.file.as_str();
        let mut late: Vec<Finding> = misordered(&self.entity.misordered, file, order);
        let roles: Vec<&Role> = self.entity.roles.iter().filter(|role| role.kind == *kind).collect();
        for role in &roles {
            late.extend(misordered(&role.misordered, file, order));
            if role.protocols.is_none() {
                late.push(
                    Finding::new(
                        "protocol-support-missing",
                        Severity::Error,
                        format!("`{}` has no protocolSupportEnumeration", kind.element()),
                    )
                    .hint("add `protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"`")
                    .at(place(file, role.at)),
                );
            }
        }
        self.findings.extend(late);
        if !saml2 {
            let code = if *kind == RoleKind::Idp { "no-saml2-idp-role" } else { "no-saml2-sp-role" };
            self.push(
                code,
                Severity::Error,
                format!("no `{}` of the entity supports SAML 2.0", kind.element()),
                "ask the publisher to enable SAML 2.0",
            );
        } else if roles.iter().filter(|role| role.saml2).count() > 1 {
            self.push(
                "role-repeated",
                Severity::Warning,
                format!("the entity has `{}` more than once; they are read as one", kind.element()),
                "ask the publisher which one is meant",
            );
        }
    }

    fn endpoints(&mut self, endpoints: &[Endpoint], broken: Severity) {
        for endpoint in endpoints {
            lint_endpoint(endpoint, &self.entity.place.file, broken, &mut self.findings);
        }
    }

    /// Two endpoints of one binding, where software takes either.
    fn duplicates(&mut self, endpoints: &[Endpoint]) {
        let mut seen: HashMap<&Binding, u64> = HashMap::new();
        for endpoint in endpoints {
            let Some(binding) = &endpoint.binding else { continue };
            let Some(line) = seen.insert(binding, endpoint.at.line) else { continue };
            let element = endpoint.element;
            let message =
                format!("`{element}` with the binding `{}` stands on line {line} already", printable(binding.word()));
            self.findings.push(
                Finding::new("endpoint-duplicate", Severity::Warning, message)
                    .hint("software differs in which of the two it takes")
                    .at(place(&self.entity.place.file, endpoint.at)),
            );
        }
    }

    /// saml-metadata 2.2.3: indexed endpoints.
    fn indexes(&mut self, endpoints: &[Endpoint]) {
        let mut seen: HashMap<u16, u64> = HashMap::new();
        let mut defaults = 0;
        for endpoint in endpoints {
            let element = endpoint.element;
            defaults += usize::from(endpoint.is_default == Some(true));
            let (code, severity, message) = match endpoint.index.as_deref() {
                None => ("acs-index-missing", Severity::Error, format!("`{element}` has no index")),
                Some(text) => match text.trim_ascii().parse::<u16>() {
                    Err(_) => {
                        let message = format!("`{element}` has the index `{}`, which is no number", printable(text));
                        ("acs-index-invalid", Severity::Error, message)
                    }
                    Ok(index) => match seen.insert(index, endpoint.at.line) {
                        None => continue,
                        Some(line) => {
                            let message = format!("`{element}` has the index {index}, as has the one on line {line}");
                            ("acs-index-duplicate", Severity::Warning, message)
                        }
                    },
                },
            };
            self.findings.push(
                Finding::new(code, severity, message)
                    .hint("give each a number of its own, such as `index=\"0\"`")
                    .at(place(&self.entity.place.file, endpoint.at)),
            );
        }
        if defaults > 1 {
            self.push(
                "acs-default-duplicate",
                Severity::Warning,
                format!("{defaults} AssertionConsumerServices are the default"),
                "leave `isDefault=\"true\"` on one",
            );
        }
        let by_redirect = |endpoint: &&Endpoint| has_binding(endpoint, &[Binding::redirect()]);
        if let Some(endpoint) = endpoints.iter().find(by_redirect) {
            // saml-profiles 4.1.2: the response is too long for a URL.
            let message = "an AssertionConsumerService has the binding HTTP-Redirect, which may not carry a response";
            self.findings.push(
                Finding::new("acs-binding-redirect", Severity::Warning, message)
                    .hint("use HTTP-POST")
                    .at(place(&self.entity.place.file, endpoint.at)),
            );
        }
    }

    fn keys(&mut self, keys: &[KeyDescriptor]) {
        for key in keys {
            lint_key(key, &self.entity.place.file, &mut self.findings);
        }
    }
}

fn misordered(found: &[Misordered], file: &str, severity: Severity) -> Vec<Finding> {
    found
        .iter()
        .map(|out| {
            let message = format!("`{}` stands after `{}`", printable(&out.element), printable(&out.must_precede));
            Finding::new("metadata-child-order", severity, message)
                .hint("the schema orders it the other way, and strict software refuses the document")
                .at(place(file, out.at))
        })
        .collect()
}
