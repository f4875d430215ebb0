//! The products that identity providers are made with: how each is told by its addresses, and
//! where its administrator enters a service provider. One file a product and one line here.

use serde::Deserialize;

use crate::error::Result;
use crate::model::connection::Connection;
use crate::model::username::fill;
use crate::model::username::names;
use crate::yaml;

/// The products, in the order they are tried: the first that fits is it.
const FILES: [(&str, &str); 7] = [
    ("entra", include_str!("product/entra.yaml")),
    ("okta", include_str!("product/okta.yaml")),
    ("google", include_str!("product/google.yaml")),
    ("adfs", include_str!("product/adfs.yaml")),
    ("ping", include_str!("product/ping.yaml")),
    ("keycloak", include_str!("product/keycloak.yaml")),
    ("shibboleth", include_str!("product/shibboleth.yaml")),
];

/// The version of the shape.
const VERSION: u32 = 1;

/// One product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    /// Version of the file's shape.
    pub(crate) version: u32,
    /// As the flag has it.
    pub(crate) id: String,
    /// Its name.
    pub(crate) title: String,
    /// The pages that the steps are from.
    pub(crate) sources: Vec<String>,
    /// What an address of such an identity provider has in it.
    pub(crate) addresses: Vec<String>,
    /// Where a SAML service provider is entered; `{..}` are values of the sheet, and a step is left
    /// out where its optional value is not known.
    pub(crate) saml: Vec<String>,
    /// Where an OpenID Connect client is entered.
    #[serde(default)]
    pub(crate) oauth: Vec<String>,
}

/// Values without which a step is still worth reading.
const NEEDED: [&str; 3] = ["entity_id", "acs", "redirect_uri"];

impl Product {
    /// The steps with the values in them.
    pub(super) fn filled<'a>(
        &self,
        steps: &'a [String],
        fact: &'a dyn Fn(&str) -> Option<String>,
    ) -> impl Iterator<Item = String> + 'a {
        let known =
            move |name: &str| fact(name).or_else(|| NEEDED.contains(&name).then(|| "(not known yet)".to_owned()));
        let whole = move |step: &&String| names(step).into_iter().all(|name| known(name).is_some());
        steps.iter().filter(whole).map(move |step| fill(step, &known))
    }
}

/// The names of all products, as the flag has them.
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(id, _)| *id)
}

/// The product of this name.
pub(crate) fn named(id: &str) -> Result<Option<Product>> {
    let file = FILES.iter().find(|(known, _)| *known == id);
    file.map(|(id, text)| yaml::parse(text, &format!("(built-in) {id}.yaml"), VERSION)).transpose()
}

/// The product that a connection's identity provider looks like; nothing where it looks like none.
pub(crate) fn guessed(connection: &Connection) -> Result<Option<Product>> {
    let mut addresses: Vec<&str> = Vec::new();
    if let Some(saml) = &connection.saml {
        addresses.push(&saml.idp.entity_id);
        addresses.extend(saml.idp.metadata.as_deref());
        addresses.extend(saml.idp.sso.iter().map(|endpoint| endpoint.location.as_str()));
    }
    if let Some(oauth) = &connection.oauth {
        addresses.extend(oauth.issuer.as_deref());
        addresses.extend(oauth.discovery.as_deref());
        addresses.extend(oauth.authorization_endpoint.as_deref());
    }
    // What an identity provider calls itself says more than where it stands.
    for address in addresses {
        for (id, _) in FILES {
            if let Some(product) = named(id)?
                && product.addresses.iter().any(|part| address.contains(part))
            {
                return Ok(Some(product));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 7] =
        ["entity_id", "acs", "relay_state", "login_url", "name_id_format", "redirect_uri", "vendor"];

    #[test]
    fn every_file_is_whole_and_names_its_source() {
        for (id, _) in FILES {
            let product = named(id).unwrap().unwrap();
            assert_eq!((product.id.as_str(), product.version), (id, 1));
            assert!(!product.sources.is_empty() && !product.addresses.is_empty(), "{id}");
            for step in product.saml.iter().chain(&product.oauth) {
                assert!(names(step).iter().all(|name| NAMES.contains(name)), "{id}: {step}");
            }
            let saml = product.saml.join("\n");
            assert!(saml.contains("{entity_id}") || saml.contains("SP metadata"), "{id}");
            assert!(product.oauth.is_empty() || product.oauth.join("\n").contains("{redirect_uri}"), "{id}");
        }
        assert_eq!(named("nobody").unwrap(), None);
    }

    #[test]
    fn the_product_is_told_by_its_addresses() {
        for (entity_id, location, id) in [
            ("https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/", "", Some("entra")),
            ("http://www.okta.com/exk9e0dec4GibQIX1697", "", Some("okta")),
            ("https://accounts.google.com/o/saml2?idpid=C01", "", Some("google")),
            ("http://fs.example.org/adfs/services/trust", "", Some("adfs")),
            ("https://idp.example.org", "https://idp.example.org/idp/SSO.saml2", Some("ping")),
            ("https://sso.example.org/realms/main", "", Some("keycloak")),
            ("https://idp.example.org/idp/shibboleth", "", Some("shibboleth")),
            ("urn:x", "https://example.okta.com/app/x/exk1/sso/saml", Some("okta")),
            ("https://idp.example.org", "https://idp.example.org/sso", None),
        ] {
            let text = format!(
                "version: 1\nprovider: qualys\nname: n\nsaml:\n  idp:\n    entity_id: {entity_id}\n    sso:\n    \
                 - binding: HTTP-Redirect\n      location: '{location}'\n      enabled: true\n"
            );
            let guessed = guessed(&crate::workspace::parsed_for_tests(&text)).unwrap();
            assert_eq!(guessed.map(|product| product.id).as_deref(), id, "{entity_id} {location}");
        }
    }

    #[test]
    fn a_step_without_its_optional_value_is_left_out() {
        let product = named("okta").unwrap().unwrap();
        let none: Vec<String> = product.filled(&product.saml, &|_| None).collect();
        let all: Vec<String> = product.filled(&product.saml, &|name| Some(format!("<{name}>"))).collect();
        assert!(none.len() < all.len() && none.iter().any(|step| step.contains("(not known yet)")));
        assert!(all.iter().all(|step| !step.contains('{')) && all.iter().any(|step| step.contains("<relay_state>")));
    }
}
