//! Contradictions, gaps and slips inside one connection file.
//!
//! An error here stops `connection add` and `connection set`; a warning is told and kept.

mod addresses;
mod directory;
mod entra;
mod login;
mod mappings;
mod oauth;
mod offered;
mod page;
mod placeholders;
mod roles;
mod saml;

use serde_json::Value;

use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::breaks_a_line;
use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::difference::nearest;
use crate::model::shape::is_email;
use crate::provider::profile::Capability;
use crate::provider::profile::Field;
use crate::provider::profile::Kind;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;
use crate::workspace::Segment;

/// Where a key is; `None` for a connection that is not in a file yet.
pub(crate) type Locate<'a> = dyn Fn(&[Segment]) -> Option<Place> + 'a;

/// Collects findings of one connection.
struct Sink<'a> {
    findings: Vec<Finding>,
    locate: &'a Locate<'a>,
    /// Whether users log in by it.
    enabled: bool,
}

impl Sink<'_> {
    fn tell(&mut self, code: &'static str, severity: Severity, route: &[Segment], message: String, hint: &str) {
        let mut finding = Finding::new(code, severity, message);
        if !hint.is_empty() {
            finding = finding.hint(hint);
        }
        finding.place = (self.locate)(route);
        self.findings.push(finding);
    }

    fn error(&mut self, code: &'static str, route: &[Segment], message: String, hint: &str) {
        self.tell(code, Severity::Error, route, message, hint);
    }

    /// What locks users out, or lets others in, hurts once the connection is enabled: in a draft it
    /// is still to be done.
    fn once_enabled(&mut self, code: &'static str, route: &[Segment], message: String, hint: &str) {
        let severity = if self.enabled { Severity::Error } else { Severity::Warning };
        self.tell(code, severity, route, message, hint);
    }

    fn warning(&mut self, code: &'static str, route: &[Segment], message: String, hint: &str) {
        self.tell(code, Severity::Warning, route, message, hint);
    }

    fn info(&mut self, code: &'static str, route: &[Segment], message: String, hint: &str) {
        self.tell(code, Severity::Info, route, message, hint);
    }
}

/// What the checks of one file look at.
struct Subject<'a> {
    connection: &'a Connection,
    profile: &'a Profile,
    /// The same as a tree, so that a profile can name its keys.
    tree: Value,
}

impl<'a> Subject<'a> {
    fn new(connection: &'a Connection, profile: &'a Profile) -> Self {
        let tree = serde_json::to_value(connection).unwrap_or_default();
        Self { connection, profile, tree }
    }

    /// Fields of the vendor's page that a connection of this kind has.
    fn fields(&self) -> Box<dyn Iterator<Item = &'a Field> + 'a> {
        match Kind::of(self.connection) {
            Some(kind) => Box::new(self.profile.asked(kind).map(|(_, field)| field)),
            None => Box::new(self.profile.fields()),
        }
    }

    /// Whether the page of such a connection has a field.
    fn has(&self, path: &str) -> bool {
        self.fields().any(|field| field.path == path)
    }

    /// What stands under a path of keys.
    fn value(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.tree, |at, key| at.get(key))
    }

    /// Whether the vendor fills the fields of a user by the standard claims, without being told (QT2).
    fn fixed_claims(&self) -> bool {
        let kind = self.connection.oauth.as_ref().map(|oauth| oauth.kind);
        matches!(kind, Some(OAuthKind::Google | OAuthKind::Entra))
    }
}

/// A path of keys as steps.
fn route_of(path: &str) -> Vec<Segment> {
    path.split('.').map(Segment::from).collect()
}

/// One check of one file.
type Check = fn(&Subject<'_>, &mut Sink<'_>);

/// All of them, in the order in which their findings are told. A check more is a line more.
const CHECKS: [Check; 14] = [
    general,
    settings,
    page::fields,
    offered::choices,
    attributes,
    provisioning,
    mappings::mappings,
    roles::roles,
    login::login,
    addresses::addresses,
    directory::directory,
    entra::entra,
    placeholders::placeholders,
    protocol,
];

/// Judges one connection against its vendor's profile. Certificates are judged by `check::certificate`.
pub(crate) fn check(connection: &Connection, profile: &Profile, locate: &Locate<'_>) -> Vec<Finding> {
    let mut sink = Sink { findings: Vec::new(), locate, enabled: connection.status.enabled };
    let subject = Subject::new(connection, profile);
    for check in CHECKS {
        check(&subject, &mut sink);
    }
    sink.findings
}

fn protocol(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (connection, profile) = (subject.connection, subject.profile);
    match (&connection.saml, &connection.oauth) {
        (Some(part), None) => {
            capability(profile, Capability::Saml, "saml", sink);
            saml::saml(part, profile, sink);
            saml::service_provider(part, connection, profile, sink);
        }
        (None, Some(part)) => {
            if let Some(asked) = Kind::OAuth(part.kind).capability() {
                capability(profile, asked, "oauth", sink);
            }
            oauth::oauth(part, subject, sink);
        }
        (Some(_), Some(_)) => sink.error(
            "protocol-both",
            &["oauth".into()],
            "the file has both `saml` and `oauth`, and a connection speaks one of them".to_owned(),
            "keep the one that the vendor's page shows; the other can be a second connection",
        ),
        (None, None) => sink.error(
            "protocol-none",
            &[],
            "the file has neither `saml` nor `oauth`".to_owned(),
            "`ssoctl connection add` fills it from metadata or discovery",
        ),
    }
}

fn capability(profile: &Profile, asked: Capability, key: &str, sink: &mut Sink<'_>) {
    let title = &profile.title;
    match profile.support(asked) {
        Support::Yes => {}
        Support::No(reason) => sink.error(
            "protocol-unsupported",
            &[key.into()],
            format!("{title} does not offer {}: {reason}", asked.words()),
            &format!("`ssoctl provider show {}` shows what it offers", profile.id),
        ),
        Support::Unknown(question) => sink.warning(
            "protocol-unknown",
            &[key.into()],
            format!("whether {title} offers {} is unknown, ask the vendor: {question}", asked.words()),
            "",
        ),
    }
}

fn general(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (connection, profile) = (subject.connection, subject.profile);
    let texts = [
        ("name", Some(&connection.name)),
        ("display_name", connection.display_name.as_ref()),
        ("technical_contact", connection.technical_contact.as_ref()),
        ("reference", connection.reference.as_ref()),
    ];
    for (key, text) in texts {
        // A line break would begin another header in the request that is sent to the vendor.
        if text.is_some_and(|text| text.contains(breaks_a_line)) {
            sink.error(
                "text-control-character",
                &[key.into()],
                format!("`{key}` holds a line break or another control character, and is one line of text"),
                "write it as one line of plain text",
            );
        }
    }
    if connection.name.trim().is_empty() {
        sink.error("name-empty", &["name".into()], "the connection has no name at the vendor".to_owned(), "");
    }
    match &connection.technical_contact {
        // A vendor whose page has no such field asks nobody.
        None if !profile.has("technical_contact") => {}
        None => sink.warning(
            "technical-contact-missing",
            &[],
            format!("no technical contact: {} would not know whom to ask", profile.title),
            "add `technical_contact: sso-team@your.domain`",
        ),
        Some(address) if !is_email(address) => sink.warning(
            "technical-contact-form",
            &["technical_contact".into()],
            format!("the technical contact `{address}` does not look like an e-mail address"),
            "",
        ),
        Some(_) => {}
    }
    if let (Some(display), Some(limit)) = (&connection.display_name, profile.display_name_limit) {
        let length = display.chars().count();
        if length > limit {
            sink.error(
                "display-name-long",
                &["display_name".into()],
                format!("the display name has {length} characters, and {} takes {limit}", profile.title),
                "shorten it",
            );
        }
    }
    if connection.status.enabled && connection.status.tested_on.is_none() {
        sink.warning(
            "enabled-untested",
            &["status".into(), "enabled".into()],
            "the connection is enabled and no test login is on record".to_owned(),
            "test it at the vendor, then `ssoctl connection set NAME status.tested_on=YYYY-MM-DD`",
        );
    }
}

fn settings(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (connection, profile) = (subject.connection, subject.profile);
    for (key, value) in &connection.settings {
        let route = ["settings".into(), key.as_str().into()];
        match profile.settings().find(|field| field.key() == key) {
            Some(field) => {
                if let Err(reason) = field.check(value) {
                    sink.error("setting-invalid", &route, format!("`{key}: {value}`: {reason}"), field.help());
                } else if page::is_unlisted(field, value) {
                    page::unlisted(field, value, &route, subject, sink);
                }
            }
            None => {
                let known = profile.settings().map(Field::key).collect::<Vec<_>>();
                sink.error(
                    "setting-unknown",
                    &route,
                    format!("{} has no setting `{key}`", profile.title),
                    &near_or_all(key, &known),
                );
            }
        }
    }
    for field in profile.settings() {
        if !connection.settings.contains_key(field.key()) {
            let message = format!("`{}` ({}) is not set", field.key(), field.label);
            let mend = format!("`ssoctl connection set NAME settings.{}=..`: {}", field.key(), field.help());
            if field.required || field.recommended {
                sink.warning("setting-missing", &["settings".into()], message, &mend);
            } else {
                sink.info("setting-missing", &["settings".into()], message, &mend);
            }
        }
    }
}

fn near_or_all(wanted: &str, known: &[&str]) -> String {
    match nearest(wanted, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "the vendor has none: take the line out".to_owned(),
        None => format!("it has: {}", known.join(", ")),
    }
}

fn attributes(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (connection, profile) = (subject.connection, subject.profile);
    let by_name_id = profile.support(Capability::NameId) == Support::Yes;
    let google = connection.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Google);
    let passes = subject.fields().any(|field| field.parent() == "attributes");
    if google && !passes {
        // QT2: Google's own set-up passes no attributes.
        if !connection.attributes.is_empty() || !connection.dashboard_attributes.is_empty() {
            sink.error(
                "attribute-google",
                &["attributes".into()],
                "a Google connection passes no user or dashboard attributes".to_owned(),
                "remove them, or make a custom OAuth 2.0 connection to Google with `--discovery`",
            );
        }
        return;
    }
    for (key, value) in &connection.attributes {
        let route = ["attributes".into(), key.as_str().into()];
        if !profile.attributes().any(|field| field.key() == key) {
            let known = profile.attributes().map(Field::key).collect::<Vec<_>>();
            sink.error(
                "attribute-unknown",
                &route,
                format!("{} has no user field `{key}`", profile.title),
                &near_or_all(key, &known),
            );
        }
        if value.is_empty() {
            sink.error(
                "attribute-empty",
                &route,
                format!("the attribute for `{key}` has no name"),
                "name or remove it",
            );
        } else if value.trim() != value {
            sink.warning(
                "attribute-space",
                &route,
                format!("the attribute name `{value}` begins or ends with a space, and names match exactly"),
                "",
            );
        } else if connection.saml.is_some()
            && !by_name_id
            && ["nameid", "name_id", "name id"].contains(&value.to_ascii_lowercase().as_str())
        {
            sink.error(
                "attribute-name-id",
                &route,
                format!("`{key}` is to come from `{value}`, and {} cannot use the NameID", profile.title),
                "have the IdP send the value as an attribute too, and name that attribute here",
            );
        }
    }
    // The vendor's own choices fill the fields by standard claims, without being told.
    let fixed = connection.oauth.as_ref().is_some_and(|oauth| oauth.kind != OAuthKind::Custom);
    for field in subject.fields().filter(|field| field.parent() == "attributes") {
        if connection.attributes.contains_key(field.key()) || fixed {
            continue;
        }
        let route = ["attributes".into()];
        if field.required {
            sink.error(
                "attribute-required",
                &route,
                format!("no attribute fills `{}` ({}), which {} requires", field.key(), field.label, profile.title),
                &format!(
                    "`--attribute {}=NAME`, where NAME is the attribute in the assertion, in exact case",
                    field.key()
                ),
            );
        } else if field.recommended {
            let falls =
                field.fallback.as_ref().map(|other| format!("; {} uses `{other}`", profile.title)).unwrap_or_default();
            sink.warning(
                "attribute-missing",
                &route,
                format!("no attribute fills `{}` ({}){falls}", field.key(), field.label),
                &format!("`ssoctl connection set NAME attributes.{}=..`", field.key()),
            );
        }
    }
}

fn provisioning(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let connection = subject.connection;
    if connection.migration.merge_on_login && !connection.provisioning.just_in_time {
        sink.error(
            "merge-without-just-in-time",
            &["migration".into(), "merge_on_login".into()],
            "merging at login needs just-in-time provisioning".to_owned(),
            "set `provisioning.just_in_time: true`, or `migration.merge_on_login: false`",
        );
    }
    login::domains(&connection.provisioning.valid_email_domains, "provisioning", "valid_email_domains", sink);
}

#[cfg(test)]
mod tests;
