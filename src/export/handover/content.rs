//! What a field of a vendor's page holds for one connection: the value at its path in the file, or
//! a fact that is made of several keys.

use serde_json::Value;

use crate::cert::field;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::MappingRow;
use crate::export::handover::Pem;
use crate::export::handover::Subject;
use crate::model::connection::Endpoint;
use crate::model::connection::OAuthKind;
use crate::model::connection::StoredCertificate;
use crate::model::shape::Shape;
use crate::provider::profile::Field;
use crate::provider::profile::Kind;
use crate::provider::profile::value_at;

/// A field of the page as an entry of the sheet; `document` is the connection as JSON.
pub(super) fn entry(field: &Field, subject: &Subject<'_>, document: &Value) -> Entry {
    let content = match field.path.as_str() {
        "oauth.client_secret" if subject.connection.oauth.as_ref().is_some_and(|one| one.client_secret.is_some()) => {
            Content::Secret
        }
        "mappings" => mappings(subject),
        fact if fact.starts_with('@') => self::fact(fact, field, subject),
        path => match value_at(document, path) {
            Value::Null => Content::NotSet,
            value => plain(value, field),
        },
    };
    Entry {
        label: field.label.clone(),
        path: field.path.clone(),
        need: field.need(),
        help: field.help.clone(),
        separator: field.separator.clone(),
        yes_no: field.shape == Some(Shape::YesNo),
        content: if content == Content::NotSet { absent(field, subject) } else { content },
    }
}

/// What it means that the file has nothing there.
fn absent(field: &Field, subject: &Subject<'_>) -> Content {
    if let (None, "reference") = (&subject.connection.reference, field.path.as_str()) {
        // IN1: the vendor's own reference is the file's name where it is not given.
        return Content::Given(subject.name.to_owned());
    }
    match (&field.default, &field.fallback) {
        (Some(default), _) => Content::Default(default.clone()),
        (None, _) if field.required => Content::Missing,
        (None, Some(other)) => {
            let label = subject.profile.attributes().find(|field| field.key() == other).map(|field| &field.label);
            Content::Fallback(label.unwrap_or(other).clone())
        }
        (None, None) => Content::NotSet,
    }
}

fn plain(value: &Value, field: &Field) -> Content {
    let word = |value: &Value| match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => choice(text, field),
        other => other.to_string(),
    };
    match value {
        Value::Array(values) if values.is_empty() => Content::NotSet,
        Value::Array(values) => Content::Several(values.iter().map(word).collect()),
        Value::String(text) if text.is_empty() => Content::NotSet,
        value => Content::Given(word(value)),
    }
}

/// A value in the vendor's words, where its choices have any.
fn choice(value: &str, field: &Field) -> String {
    let label = field.choices.iter().find(|choice| choice.value == value).and_then(|choice| choice.label.as_ref());
    label.map_or(value, String::as_str).to_owned()
}

fn fact(name: &str, field: &Field, subject: &Subject<'_>) -> Content {
    let given = |text: Option<String>| text.map_or(Content::NotSet, Content::Given);
    let saml = subject.connection.saml.as_ref();
    let sso: &[Endpoint] = saml.map_or(&[], |saml| &saml.idp.sso);
    let enabled = sso.iter().find(|endpoint| endpoint.enabled);
    match name {
        "@protocol" | "@oauth.kind" => given(Kind::of(subject.connection).map(|kind| protocol(kind, field))),
        "@idp.binding" => given(enabled.map(|endpoint| endpoint.binding.to_string())),
        "@idp.bindings" => {
            let line = |endpoint: &Endpoint| {
                let mark = if endpoint.enabled { "enabled" } else { "not enabled" };
                format!("{} {} ({mark})", endpoint.binding, endpoint.location)
            };
            if sso.is_empty() { Content::NotSet } else { Content::Several(sso.iter().map(line).collect()) }
        }
        "@idp.sso_url" => given(enabled.or(sso.first()).map(|endpoint| endpoint.location.clone())),
        "@idp.slo_url" => given(saml.and_then(|saml| saml.idp.slo.first()).map(|endpoint| endpoint.location.clone())),
        "@idp.certificates" => certificates(saml.map_or(&[], |saml| &saml.idp.certificates)),
        // QT3: both are fixed to the authorization code flow.
        "@oauth.response_type" => Content::Given("code".to_owned()),
        "@oauth.grant_type" => Content::Given("authorization_code".to_owned()),
        _ => Content::NotSet,
    }
}

/// The protocol in the vendor's words, where its page has any.
fn protocol(kind: Kind, field: &Field) -> String {
    let (key, words) = match kind {
        Kind::Saml => ("saml", "SAML 2.0"),
        Kind::OAuth(OAuthKind::Custom) => ("custom", "OAuth 2.0"),
        Kind::OAuth(OAuthKind::Google) => ("google", "Google"),
        Kind::OAuth(OAuthKind::Entra) => ("entra", "Microsoft Entra ID (Azure AD)"),
        Kind::OAuth(OAuthKind::Outbound) => ("outbound", "OAuth 2.0, outbound"),
    };
    let label = field.choices.iter().find(|choice| choice.value == key).and_then(|choice| choice.label.as_ref());
    label.map_or(words, String::as_str).to_owned()
}

/// Certificates of the file in the forms that pages ask for; one that cannot be read is told as such.
pub(super) fn certificates(stored: &[StoredCertificate]) -> Content {
    if stored.is_empty() {
        return Content::NotSet;
    }
    let read: Result<Vec<Pem>, _> =
        stored.iter().map(|stored| field::from_metadata_text(&stored.pem).map(|read| Pem::from(&read))).collect();
    match read {
        Ok(all) => Content::Certificates(all),
        Err(failure) => Content::None(format!("it cannot be read: {failure}")),
    }
}

fn mappings(subject: &Subject<'_>) -> Content {
    let all = &subject.connection.mappings;
    if all.is_empty() {
        return Content::NotSet;
    }
    let label = |key: &str| {
        let field = subject.profile.attributes().find(|field| field.key() == key);
        field.map_or(key, |field| &field.label).to_owned()
    };
    // A page with one mapped field has no column for it.
    let several = subject.profile.rules.mapped.len() + usize::from(subject.profile.rules.groups.is_some()) > 1;
    let rows = all.iter().map(|mapping| MappingRow {
        field: several.then(|| label(&mapping.field)),
        value: mapping.value.clone(),
        description: mapping.description.clone().unwrap_or_default(),
        to: mapping.to.join("|"),
    });
    Content::Mappings(rows.collect())
}
