//! A connection as the vendor's page shows it: the value of each field, also of those that are
//! made of several keys.

use serde_json::Value;

use crate::cert::field;
use crate::cli::connection::list::protocol;
use crate::error::Failure;
use crate::error::Result;
use crate::model::connection::Connection;
use crate::model::connection::Endpoint;
use crate::model::connection::StoredCertificate;
use crate::provider::profile::Field;
use crate::provider::profile::value_at;

/// What stands in each field.
pub(crate) struct Page<'a> {
    connection: &'a Connection,
    document: Value,
}

impl<'a> Page<'a> {
    /// Of a connection.
    pub(crate) fn new(connection: &'a Connection) -> Result<Self> {
        let document = serde_json::to_value(connection)
            .map_err(|error| Failure::bug("a connection cannot be written as JSON").because(error))?;
        Ok(Self { connection, document })
    }

    /// The values of a field, one a line; none where nothing is entered.
    pub(crate) fn values(&self, field: &Field) -> Vec<String> {
        let idp = self.connection.saml.as_ref().map(|saml| &saml.idp);
        let enabled = || idp.into_iter().flat_map(|idp| &idp.sso).filter(|endpoint| endpoint.enabled);
        match field.path.as_str() {
            "@protocol" => vec![protocol(self.connection).to_owned()],
            "@oauth.kind" => self.connection.oauth.iter().map(|oauth| oauth.kind.word().to_owned()).collect(),
            "@idp.bindings" => idp.into_iter().flat_map(|idp| &idp.sso).map(endpoint).collect(),
            "@idp.binding" => enabled().map(|endpoint| endpoint.binding.to_string()).collect(),
            "@idp.sso_url" => enabled().map(|endpoint| endpoint.location.clone()).collect(),
            "@idp.slo_url" => idp.into_iter().flat_map(|idp| &idp.slo).map(|slo| slo.location.clone()).collect(),
            "@idp.certificates" => idp.into_iter().flat_map(|idp| &idp.certificates).map(certificate).collect(),
            // Fixed, so that nothing can differ.
            path if path.starts_with('@') => Vec::new(),
            "mappings" => self.connection.mappings.iter().map(|one| {
                format!("{}: {} -> {}", one.field, one.value, one.to.join(", "))
            }).collect(),
            path => texts(value_at(&self.document, path)),
        }
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.trim_end().to_owned()],
        Value::Array(entries) => entries.iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}

/// An endpoint in a line.
fn endpoint(endpoint: &Endpoint) -> String {
    format!("{} ({}) {}", endpoint.binding, if endpoint.enabled { "enabled" } else { "off" }, endpoint.location)
}

/// A certificate in a line: by what it is told from others, and its end.
pub(crate) fn certificate(stored: &StoredCertificate) -> String {
    match field::from_metadata_text(&stored.pem) {
        Ok(one) => format!("{} (ends {}, SHA-256 {}..)", one.subject, one.not_after.date(), &one.sha256[..16]),
        Err(failure) => format!("unreadable: {failure}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::built_in;

    #[test]
    fn the_type_of_an_oauth_connection_is_a_field_of_its_own() {
        let file = "version: 1\nprovider: qualtrics\nname: G\noauth:\n  kind: google\n";
        let (connection, vendor) = (crate::workspace::parsed_for_tests(file), built_in("qualtrics"));
        let page = Page::new(&connection).unwrap();
        let of = |path: &str| page.values(vendor.field(path).unwrap());
        assert_eq!((of("@oauth.kind"), of("name")), (vec!["google".to_owned()], vec!["G".to_owned()]));
        assert!(of("attributes.email").is_empty());
    }
}
