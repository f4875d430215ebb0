//! The SP metadata that the IdP's administrator imports: of a vendor, from a connection, or of
//! a service provider that the user runs. Of a vendor only what it publishes or has shown is
//! exported; where that is not known, both published forms are named and neither is chosen.

pub(crate) mod addresses;
pub(crate) mod handover;
pub(crate) mod sp_values;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::cert::Certificate;
use crate::cert::field;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::provider::profile::Profile;
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
            .hint(format!("the IdP needs its redirect URI: `ssoctl connection handover {name} --for idp`"))
    })?;
    let (entity_id, acs) = sp_values::sp_values(name, connection, saml, profile)?;
    let display =
        connection.display_name.as_ref().map(|text| LocalizedText { lang: "en".to_owned(), text: text.clone() });
    let enabled = saml.idp.sso.iter().find(|endpoint| endpoint.enabled);
    let signed = saml.options.sign_request || enabled.is_some_and(|endpoint| profile.signs(&endpoint.binding));
    let requested_attributes = profile
        .attributes()
        .filter_map(|field| Some((field, connection.attributes.get(field.key())?)))
        .map(|(field, attribute)| RequestedAttribute {
            name: attribute.clone(),
            name_format: None,
            // A URI says little to whoever maps it by hand.
            friendly_name: attribute.contains(':').then(|| field.key().to_owned()),
            required: field.required,
        })
        .collect();
    Ok(SpMetadata {
        entity_id,
        id: None,
        valid_until,
        cache_hours: None,
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
        name_id_formats: name_id_formats(saml),
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

/// A service provider that the user runs, of which everything is known that is said here.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnSp {
    /// Its entity ID.
    pub(crate) entity_id: String,
    /// Its assertion consumer service for HTTP-POST.
    pub(crate) acs: String,
    /// Certificates of the keys that it signs requests with; with none it signs none.
    pub(crate) signing: Vec<Certificate>,
    /// Certificates of the keys that assertions may be encrypted to.
    pub(crate) encryption: Vec<Certificate>,
}

/// The metadata of a service provider that the user runs.
pub(crate) fn own_sp(own: &OwnSp, valid_until: Option<Time>) -> SpMetadata {
    let base64 = |certificates: &[Certificate]| certificates.iter().map(|one| BASE64.encode(&one.der)).collect();
    SpMetadata {
        entity_id: own.entity_id.clone(),
        valid_until,
        authn_requests_signed: !own.signing.is_empty(),
        signing_certs: base64(&own.signing),
        encryption_certs: base64(&own.encryption),
        acs: vec![AssertionConsumer {
            binding: Binding::post(),
            location: own.acs.clone(),
            index: 0,
            is_default: true,
        }],
        ..SpMetadata::default()
    }
}

/// What the vendor's metadata asks for; where there is none, the format that is chosen on its page (IN2).
fn name_id_formats(saml: &Saml) -> Vec<String> {
    match (saml.sp.name_id_formats.as_slice(), &saml.options.name_id_format) {
        ([], Some(chosen)) => vec![chosen.clone()],
        (formats, _) => formats.to_vec(),
    }
}

fn base64(certificates: &[StoredCertificate]) -> Result<Vec<String>> {
    certificates.iter().map(|stored| Ok(BASE64.encode(&field::from_metadata_text(&stored.pem)?.der))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::built_in;

    const FILE: &str = include_str!("../sample-configs/qualtrics-saml/connections/qualtrics-prod.yaml");

    fn export(text: &str) -> Result<SpMetadata> {
        let connection = crate::workspace::parsed_for_tests(text);
        sp_metadata("qualtrics-prod", &connection, &built_in("qualtrics"), None)
    }

    fn refusal(text: &str) -> (String, String) {
        let error = export(text).unwrap_err();
        let failure = crate::error::failure_of(&error).unwrap();
        (failure.code().to_owned(), format!("{failure:?}"))
    }

    #[test]
    fn what_the_vendor_said_is_exported_and_nothing_else() {
        let sp = export(FILE).unwrap();
        assert_eq!(sp.entity_id, "https://testbrand.iad1.qualtrics.com");
        assert_eq!(sp.acs.len(), 1);
        assert_eq!(sp.signing_certs.len(), 1);
        assert_eq!(sp.encryption_certs.len(), 0);
        assert!(!sp.authn_requests_signed);
        let names: Vec<&str> = sp.requested_attributes.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names[0], "urn:oid:0.9.2342.19200300.100.1.3");
        assert_eq!(sp.contacts[0].email.as_deref(), Some("sso@example.org"));
    }

    #[test]
    fn unknown_values_are_refused_with_both_published_forms() {
        let start = FILE.find("  sp:\n").unwrap();
        let end = FILE.find("  options:\n").unwrap();
        let text = format!("{}{}", &FILE[..start], &FILE[end..]);
        let (code, message) = refusal(&text);
        assert_eq!(code, "sp-values-unknown");
        for form in ["https://testbrand.iad1.qualtrics.com/login", "https://iad1.qualtrics.com/login", "does not guess"]
        {
            assert!(message.contains(form), "{message}");
        }
    }

    #[test]
    fn the_incommon_toggle_needs_other_values_and_no_form_is_offered_for_it() {
        let toggled = FILE.replace("  sp:\n", "  sp:\n    use_incommon_metadata: true\n");
        assert_eq!(refusal(&toggled).0, "sp-values-not-incommon");
        let given = toggled
            .replace("entity_id: https://testbrand.iad1.qualtrics.com", "entity_id: https://incommon.example/sp");
        assert_eq!(export(&given).unwrap().entity_id, "https://incommon.example/sp");
    }

    #[test]
    fn requests_are_signed_where_the_binding_demands_it() {
        let post = FILE.replacen("enabled: true\n", "enabled: false\n", 2).replacen(
            "binding: HTTP-POST\n      location: https://idp.example.org/saml/sso\n      enabled: false",
            "binding: HTTP-POST\n      location: https://idp.example.org/saml/sso\n      enabled: true",
            1,
        );
        assert_ne!(post, FILE);
        assert!(export(&post).unwrap().authn_requests_signed);
    }

    #[test]
    fn an_oauth_connection_has_no_metadata() {
        let text = include_str!("../sample-configs/qualtrics-oidc/connections/qualtrics-oidc.yaml");
        assert_eq!(refusal(text).0, "not-saml");
    }
}
