//! From a connection to the SP metadata that the IdP's administrator imports. Only
//! what the vendor has shown is exported; where it is not known, both published forms
//! are named and neither is chosen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::cert::field;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::provider::profile::Profile;
use crate::provider::profile::SpCandidate;
use crate::provider::profile::SpValues;
use crate::saml::sp::AssertionConsumer;
use crate::saml::sp::Contact;
use crate::saml::sp::ContactKind;
use crate::saml::sp::LocalizedText;
use crate::saml::sp::RequestedAttribute;
use crate::saml::sp::SingleLogout;
use crate::saml::sp::SpMetadata;

/// The vendor's SP metadata for this connection.
pub(crate) fn sp_metadata(
    name: &str,
    connection: &Connection,
    profile: &Profile,
    valid_until: Option<Time>,
) -> Result<SpMetadata> {
    let saml = connection.saml.as_ref().ok_or_else(|| {
        Failure::input("not-saml", format!("`{name}` is an OAuth 2.0 connection, which has no SAML metadata"))
            .hint("the IdP needs its redirect URI, which the vendor's page shows as OAuth Redirection Endpoint")
    })?;
    let (entity_id, acs) = sp_values(name, connection, saml, profile)?;
    let display =
        connection.display_name.as_ref().map(|text| LocalizedText { lang: "en".to_owned(), text: text.clone() });
    let enabled = saml.idp.sso.iter().find(|endpoint| endpoint.enabled);
    let always = profile.saml.map(|allowed| allowed.always_signed).unwrap_or_default();
    let signed = saml.options.sign_request || enabled.is_some_and(|endpoint| always.contains(&endpoint.binding.word()));
    let requested_attributes = profile
        .attributes
        .iter()
        .filter_map(|field| Some((field, connection.attributes.get(field.key)?)))
        .map(|(field, attribute)| RequestedAttribute {
            name: attribute.clone(),
            name_format: None,
            // A URI says little to whoever maps it by hand.
            friendly_name: attribute.contains(':').then(|| field.key.to_owned()),
            required: field.required,
        })
        .collect();
    Ok(SpMetadata {
        entity_id,
        id: None,
        valid_until,
        authn_requests_signed: signed,
        want_assertions_signed: None,
        display_name: display.clone(),
        signing_certs: base64(&saml.sp.signing_certificates)?,
        encryption_certs: base64(&saml.sp.encryption_certificates)?,
        slo: saml
            .sp
            .slo
            .iter()
            .map(|endpoint| SingleLogout {
                binding: endpoint.binding.clone(),
                location: endpoint.location.clone(),
                response_location: endpoint.response_location.clone(),
            })
            .collect(),
        name_id_formats: saml.sp.name_id_formats.clone(),
        acs: vec![AssertionConsumer { binding: Binding::post(), location: acs, index: 0, is_default: true }],
        service_name: Some(
            display.unwrap_or_else(|| LocalizedText { lang: "en".to_owned(), text: connection.name.clone() }),
        ),
        requested_attributes,
        organization: None,
        contacts: connection
            .technical_contact
            .iter()
            .map(|email| Contact { kind: ContactKind::Technical, given_name: None, email: Some(email.clone()) })
            .collect(),
    })
}

/// Which published form a pair has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpForm {
    /// It is this candidate.
    Known(&'static str),
    /// It is none of the published forms: kept as the vendor gave it.
    Unknown,
}

/// Classifies a pair by the vendor's published forms; it never corrects one.
pub(crate) fn classify(entity_id: &str, acs: &str, connection: &Connection, profile: &Profile) -> SpForm {
    candidates(connection, profile)
        .into_iter()
        .find(|candidate| candidate.entity_id == entity_id && candidate.acs == acs)
        .map_or(SpForm::Unknown, |candidate| SpForm::Known(candidate.label))
}

fn candidates(connection: &Connection, profile: &Profile) -> Vec<SpCandidate> {
    match profile.saml.map(|saml| saml.sp_values) {
        Some(SpValues::FromVendor { candidates }) => candidates(&|key| connection.settings.get(key).cloned()),
        None => Vec::new(),
    }
}

fn sp_values(name: &str, connection: &Connection, saml: &Saml, profile: &Profile) -> Result<(String, String)> {
    match (&saml.sp.entity_id, &saml.sp.acs) {
        (Some(entity_id), Some(acs)) => {
            if saml.sp.use_incommon_metadata
                && let SpForm::Known(label) = classify(entity_id, acs, connection, profile)
            {
                return Err(Failure::input(
                    "sp-values-not-incommon",
                    format!(
                        "`{name}` uses InCommon metadata, and its entity ID `{entity_id}` and ACS are the {label} of a \
                         connection without it"
                    ),
                )
                .hint(
                    "the toggle changes both values: download the SP metadata again after saving, then \
                     `ssoctl connection set NAME --sp-metadata FILE`",
                )
                .into());
            }
            Ok((entity_id.clone(), acs.clone()))
        }
        _ => {
            let mut message = format!(
                "the service provider's entity ID and ACS of `{name}` are not known, and ssoctl does not guess them"
            );
            if !saml.sp.use_incommon_metadata {
                for candidate in candidates(connection, profile) {
                    message += &format!(
                        "\n  {}: entity ID {}\n  {:width$}  ACS       {}",
                        candidate.label,
                        candidate.entity_id,
                        "",
                        candidate.acs,
                        width = candidate.label.len()
                    );
                }
            }
            Err(Failure::input("sp-values-unknown", message)
                .hint(format!(
                    "save the connection at the vendor once, download its metadata, then \
                     `ssoctl connection set {name} --sp-metadata FILE`"
                ))
                .hint(format!(
                    "or copy both from the page: `ssoctl connection set {name} saml.sp.entity_id=.. saml.sp.acs=..`"
                ))
                .into())
        }
    }
}

fn base64(certificates: &[StoredCertificate]) -> Result<Vec<String>> {
    certificates.iter().map(|stored| Ok(BASE64.encode(&field::from_metadata_text(&stored.pem)?.der))).collect()
}
