//! What is known of a connection that is being added, by the key of the file or the fact that
//! each answer fills: first from flags, then from what is answered at a terminal.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::SecretRef;
use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::difference::nearest;
use crate::model::shape::Shape;
use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Field;
use crate::provider::profile::Kind;
use crate::provider::profile::Support;
use crate::provider::profile;

/// The kind of connection: a word of [`kind_word`].
pub(crate) const KIND: &str = "?kind";
/// Where the identity provider's side comes from: `metadata`, `mdq`, `discovery` or `hand`.
pub(crate) const SOURCE: &str = "?source";
/// The metadata: a file or URL.
pub(crate) const METADATA: &str = "?metadata";
/// The discovery document: a file, or a URL of it or its issuer.
pub(crate) const DISCOVERY: &str = "?discovery";
/// Which identity provider of the metadata.
pub(crate) const ENTITY: &str = "?entity";
/// The single sign-on URL by hand.
pub(crate) const SSO_URL: &str = "@idp.sso_url";
/// The binding to enable.
pub(crate) const BINDING: &str = "@idp.binding";
/// The single logout URL by hand.
pub(crate) const SLO_URL: &str = "@idp.slo_url";
/// Files of signing certificates.
pub(crate) const CERTIFICATES: &str = "@idp.certificates";

/// Each kind with its word and what a person calls it.
pub(crate) const KINDS: [(Kind, &str, &str); 5] = [
    (Kind::Saml, "saml", "SAML 2.0"),
    (Kind::OAuth(OAuthKind::Custom), "custom", "OAuth 2.0 or OpenID Connect, with endpoints of your own"),
    (Kind::OAuth(OAuthKind::Google), "google", "Google's own login"),
    (Kind::OAuth(OAuthKind::Entra), "entra", "Microsoft Entra ID's own login (Azure AD)"),
    (Kind::OAuth(OAuthKind::Outbound), "outbound", "OAuth 2.0 by which the vendor logs in at another application"),
];

/// The word of a kind.
pub(crate) fn kind_word(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("", |(_, word, _)| word)
}

/// Answers by key; an empty list is a field that was left out on purpose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    values: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// The kind of connection, where it is known.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let word = self.get(KIND)?;
        KINDS.iter().find(|(_, known, _)| *known == word).map(|(kind, ..)| *kind)
    }

    /// The one value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.list(key).first().map(String::as_str)
    }

    /// All values of a key.
    pub(crate) fn list(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether there is an answer, be it that the field is left out.
    pub(crate) fn is_answered(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Whether any key with this beginning has a value.
    pub(crate) fn has_any(&self, beginning: &str) -> bool {
        self.values.iter().any(|(key, values)| key.starts_with(beginning) && !values.is_empty())
    }

    /// One more value.
    pub(crate) fn add(&mut self, key: &str, value: impl Into<String>) {
        self.values.entry(key.to_owned()).or_default().push(value.into());
    }

    /// The values in the place of others.
    pub(crate) fn answer(&mut self, key: &str, values: Vec<String>) {
        self.values.insert(key.to_owned(), values);
    }

    /// As if it had never been answered.
    pub(crate) fn forget(&mut self, key: &str) {
        self.values.remove(key);
    }

    /// Keys of the file that have values.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &[String])> {
        let given = self.values.iter().filter(|(key, values)| !key.starts_with(['?', '@']) && !values.is_empty());
        given.map(|(key, values)| (key.as_str(), values.as_slice()))
    }
}

/// Refuses a kind of connection that the vendor does not offer, with its reason. What nobody
/// knows is told by the check of the connection.
pub(crate) fn offered(vendor: &Vendor, kind: Kind) -> Result<()> {
    let title = &vendor.title;
    let refused = |why: String| {
        let failure = Failure::input("protocol-unsupported", why);
        Err(failure.hint(format!("`ssoctl provider show {}` shows what it offers", vendor.id)).into())
    };
    if let Some(capability) = kind.capability()
        && let Support::No(reason) = vendor.support(capability)
    {
        return refused(format!("{title} does not offer {}: {reason}", capability.words()));
    }
    let kinds = vendor.oauth.as_ref().map_or(&[][..], |oauth| &oauth.kinds);
    match kind {
        Kind::OAuth(OAuthKind::Custom) if !kinds.is_empty() && !kinds.contains(&OAuthKind::Custom) => {
            let outbound = vendor.asked(Kind::OAuth(OAuthKind::Outbound)).find_map(|(section, _)| section.note.clone());
            let why = outbound.map(|note| format!(": {note}")).unwrap_or_default();
            refused(format!("{title} does not offer a login by OAuth 2.0 or OpenID Connect{why}"))
        }
        Kind::OAuth(OAuthKind::Outbound) if !kinds.contains(&OAuthKind::Outbound) => {
            refused(format!("{title} does not log in at other applications by OAuth 2.0"))
        }
        _ => Ok(()),
    }
}

/// Keys that a connection may have whatever the vendor's page.
fn is_free(key: &str, kind: Kind) -> bool {
    let parent = key.split('.').next().unwrap_or(key);
    match parent {
        // What is wrong with these the check of the connection tells.
        "settings" | "attributes" => key.contains('.'),
        // Facts of the protocol, whether or not the page asks for them; Google's has a name too.
        "oauth" => match kind {
            Kind::OAuth(OAuthKind::Custom) => key != "oauth.kind" && key != "oauth.method",
            Kind::OAuth(OAuthKind::Google) => key == "oauth.name",
            _ => false,
        },
        _ => [
            "name",
            "login.url",
            "saml.idp.entity_id",
            "saml.sp.entity_id",
            "saml.sp.acs",
            "saml.sp.default_relay_state",
        ]
        .contains(&key),
    }
}

/// What a vendor says of the thing that a key switches.
fn capability(key: &str) -> Option<Capability> {
    match key {
        "provisioning.just_in_time" => Some(Capability::JustInTime),
        "saml.options.single_logout" => Some(Capability::SingleLogout),
        "login.email_domains" => Some(Capability::DomainRouting),
        "login.mode" => Some(Capability::SsoOnly),
        _ => None,
    }
}

/// Refuses keys that the vendor's page does not have for this kind, and values that the page
/// would not take; the findings are of lists that may not be complete.
pub(crate) fn judge(form: &Form, vendor: &Vendor, kind: Kind) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (key, values) in form.keys() {
        if key == "mappings" {
            return Err(Failure::usage("field-value", "`mappings` are not set in one word")
                .hint("write them into the file once it is there")
                .into());
        }
        let Some((_, field)) = vendor.asked(kind).find(|(_, field)| field.path == key) else {
            if is_free(key, kind) {
                continue;
            }
            return Err(not_asked(key, vendor, kind).into());
        };
        for value in values {
            if field.open && !field.is_choice(value) {
                let known: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
                findings.push(
                    Finding::new(
                        "value-unlisted",
                        Severity::Warning,
                        format!("`{value}` is not a known value of {} at {}", field.label, vendor.title),
                    )
                    .hint(format!("known: {}; the vendor's own list may be longer", known.join(", "))),
                );
            }
            // Of these the check of the connection tells, in a file too.
            let told = ["settings", "attributes"].contains(&field.parent())
                || ["display_name", "technical_contact", "name"].contains(&key);
            if !told {
                judge_value(field, value).map_err(|why| refused_value(field, &why))?;
            }
        }
    }
    Ok(findings)
}

/// Refuses a value with the reason, also within a list.
pub(crate) fn judge_value(field: &Field, value: &str) -> std::result::Result<(), String> {
    // The shape is that of what the attribute carries, not of its name.
    if field.parent() == "attributes" {
        return if value.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(()) };
    }
    let value = match (field.shape, value) {
        (Some(Shape::YesNo), "true" | "on") => "yes",
        (Some(Shape::YesNo), "false" | "off") => "no",
        _ => value,
    };
    match &field.separator {
        Some(separator) => parts(value, separator).iter().try_for_each(|part| field.check(part)),
        None => field.check(value),
    }
}

fn refused_value(field: &Field, why: &str) -> Failure {
    Failure::usage("field-value", format!("`{}` ({}): {why}", field.path, field.label)).hint(field.help())
}

fn not_asked(key: &str, vendor: &Vendor, kind: Kind) -> Failure {
    let title = &vendor.title;
    let key = key.escape_debug();
    let why = capability(&key.to_string()).map(|capability| match vendor.support(capability) {
        Support::No(reason) => format!(": {reason}"),
        Support::Unknown(question) => format!("; unknown, ask the vendor: {question}"),
        Support::Yes => String::new(),
    });
    // Another kind of connection may have it.
    let here = if vendor.has(&key.to_string()) { " in a connection of this kind" } else { "" };
    let message = format!("{title} has no `{key}`{here}{}", why.unwrap_or_default());
    let failure = Failure::usage("field-not-offered", message);
    let known: Vec<&str> =
        vendor.asked(kind).map(|(_, field)| field.path.as_str()).filter(|path| !path.starts_with('@')).collect();
    match nearest(&key.to_string(), known.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("it has: {}", known.join(", "))),
    }
}

/// A list as it is typed.
pub(crate) fn parts(text: &str, separator: &str) -> Vec<String> {
    text.split(separator).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// The connection with every answer in its place.
pub(crate) fn filled(base: &Connection, form: &Form, vendor: &Vendor) -> Result<Connection> {
    let failed = |error| Failure::bug("a connection cannot be written as JSON").because(error);
    let mut document = serde_json::to_value(base).map_err(failed)?;
    let mut connection = base.clone();
    for (key, values) in form.keys() {
        let field = vendor.field(key);
        let separator = field.and_then(|field| field.separator.as_deref()).unwrap_or(",");
        if key == "oauth.client_secret" {
            // Its refusal repeats nothing.
            form.get(key).unwrap_or_default().parse::<SecretRef>()?;
        }
        let mut first = None;
        let mut done = None;
        for value in meanings(key, values, separator) {
            let mut tried = document.clone();
            put(&mut tried, &profile::steps(key), value);
            match serde_json::from_value::<Connection>(tried.clone()) {
                Ok(read) => {
                    done = Some((tried, read));
                    break;
                }
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        match done {
            Some((tried, read)) => (document, connection) = (tried, read),
            None if values.len() > 1 => {
                return Err(Failure::usage("field-value", format!("`{key}` is given {} times, and takes one value", values.len()))
                    .hint("leave one")
                    .into());
            }
            None => {
                let why = first.map(|error| error.to_string()).unwrap_or_default();
                return Err(Failure::usage("field-value", format!("`{key}`: {why}"))
                    .hint(field.map_or_else(|| "`ssoctl provider show` lists the fields".to_owned(), |field| field.help().to_owned()))
                    .into());
            }
        }
    }
    Ok(connection)
}

/// What a typed text can mean, the first that the key takes being meant: text before anything else.
fn meanings(key: &str, values: &[String], separator: &str) -> Vec<Value> {
    let list: Vec<String> = values.iter().flat_map(|value| parts(value, separator)).map(|part| word(key, part)).collect();
    match values {
        [one] => {
            let mut all = vec![json!(one)];
            match one.as_str() {
                "yes" | "true" | "on" => all.push(json!(true)),
                "no" | "false" | "off" => all.push(json!(false)),
                _ => {}
            }
            all.push(json!(list));
            all
        }
        _ => vec![json!(list)],
    }
}

/// Short words of what has a long one.
fn word(key: &str, part: String) -> String {
    match (key, part.as_str()) {
        ("oauth.token_endpoint_auth_methods", "basic" | "post") => format!("client_secret_{part}"),
        _ => part,
    }
}

fn put(document: &mut Value, steps: &[&str], value: Value) {
    let Some((last, parents)) = steps.split_last() else { return };
    let mut at = document;
    for step in parents {
        if !at[*step].is_object() {
            at[*step] = json!({});
        }
        at = &mut at[*step];
    }
    at[*last] = value;
}
