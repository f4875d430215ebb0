//! The facts of a document for a person: rows of a label and its lines; one without a line is not shown.

use crate::cert::Certificate;
use crate::cert::field;
use crate::model::connection;
use crate::model::connection::Saml;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::oidc::discovery::Discovery;
use crate::report::inspect::Certificates;
use crate::saml::metadata::Endpoint;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;

/// `until 2030-01-01` or `expired 2020-01-01`, with the key and the name.
pub(crate) fn certificate_line(certificate: &Certificate, now: Time) -> String {
    let state = if certificate.not_after < now {
        format!("expired {}", certificate.not_after.date())
    } else if certificate.not_before > now {
        format!("from {} until {}", certificate.not_before.date(), certificate.not_after.date())
    } else {
        format!("until {}", certificate.not_after.date())
    };
    format!("{state}  {}  {}\n  SHA-256 {}", certificate.key, certificate.subject, certificate.sha256)
}

fn certificate_lines(read: &Certificates<'_>, wanted: impl Fn(&KeyDescriptor) -> bool + Copy, now: Time) -> String {
    let mut lines: Vec<String> = read.readable(wanted).into_iter().map(|one| certificate_line(one, now)).collect();
    lines.extend(read.unreadable(wanted).map(|(line, _, failure)| format!("line {line}: {failure}")));
    lines.join("\n")
}

fn endpoint_lines(endpoints: &[Endpoint]) -> String {
    let line = |endpoint: &Endpoint| {
        let binding = endpoint.binding.as_ref().map_or("no binding", |binding| binding.word());
        format!("{binding}  {}", endpoint.location.as_deref().unwrap_or("no location"))
    };
    endpoints.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Seconds as people say them, to the minute.
fn duration(seconds: u64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min")];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if said.is_empty() { format!("{seconds} s") } else { said.join(" ") }
}

/// The first of a list on one line, and how many more there are.
pub(crate) fn few<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    const FEW: usize = 20;
    let mut texts = texts.into_iter();
    let mut line = texts.by_ref().take(FEW).collect::<Vec<_>>().join(", ");
    match texts.count() {
        0 => {}
        more => line += &format!(", … ({more} more)"),
    }
    line
}

/// One entity.
pub(crate) fn entity(entity: &Entity, now: Time) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("entity ID", entity.entity_id.clone().unwrap_or_else(|| "none".to_owned())),
        ("names", few(entity.display_names.iter().map(|name| name.text.as_str()))),
        ("roles", few(entity.roles.iter().map(|role| role.kind.element()))),
        ("valid until", entity.valid_until.map(|time| time.to_string()).unwrap_or_default()),
        ("fetch again after", entity.cache_duration.map(duration).unwrap_or_default()),
    ];
    let wants = |wish: Option<bool>| match wish {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => String::new(),
    };
    if let Some(idp) = &entity.idp {
        rows.push(("IdP single sign-on", endpoint_lines(&idp.sso)));
        rows.push(("IdP single logout", endpoint_lines(&idp.slo)));
        rows.push(("wants signed requests", wants(idp.want_authn_requests_signed)));
        rows.push(("IdP NameID formats", idp.name_id_formats.join("\n")));
        let read = Certificates::of(&idp.keys);
        rows.push(("IdP signing", certificate_lines(&read, |key| key.use_.signs(), now)));
        rows.push(("IdP encryption", certificate_lines(&read, |key| key.use_.encrypts(), now)));
    }
    if let Some(sp) = &entity.sp {
        rows.push(("SP ACS", endpoint_lines(&sp.acs)));
        rows.push(("SP single logout", endpoint_lines(&sp.slo)));
        rows.push(("SP signs requests", wants(sp.authn_requests_signed)));
        rows.push(("wants signed assertions", wants(sp.want_assertions_signed)));
        rows.push(("SP NameID formats", sp.name_id_formats.join("\n")));
        let read = Certificates::of(&sp.keys);
        rows.push(("SP signing", certificate_lines(&read, |key| key.use_.signs(), now)));
        rows.push(("SP encryption", certificate_lines(&read, |key| key.use_.encrypts(), now)));
    }
    rows
}

/// What a connection file holds of its identity provider, in the order of metadata.
pub(crate) fn connection(saml: &Saml, now: Time) -> Vec<(&'static str, String)> {
    let endpoints = |list: &[connection::Endpoint]| {
        let line = |endpoint: &connection::Endpoint| {
            let mark = if endpoint.enabled { "enabled" } else { "off" };
            format!("{} ({mark})  {}", endpoint.binding, endpoint.location)
        };
        list.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let certificate = |stored: &StoredCertificate| match field::from_metadata_text(&stored.pem) {
        Ok(read) => certificate_line(&read, now),
        Err(failure) => failure.to_string(),
    };
    vec![
        ("entity ID", saml.idp.entity_id.clone()),
        ("IdP single sign-on", endpoints(&saml.idp.sso)),
        ("IdP single logout", endpoints(&saml.idp.slo)),
        ("IdP NameID formats", saml.idp.name_id_formats.join("\n")),
        ("IdP signing", saml.idp.certificates.iter().map(certificate).collect::<Vec<_>>().join("\n")),
    ]
}

/// A discovery document.
pub(crate) fn discovery(document: &Discovery, source: &str) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let list = |list: &[String]| list.join(", ");
    vec![
        ("OpenID Connect discovery", source.to_owned()),
        ("issuer", document.issuer.clone()),
        ("authorization endpoint", text(&document.authorization_endpoint)),
        ("token endpoint", text(&document.token_endpoint)),
        ("user information endpoint", text(&document.userinfo_endpoint)),
        ("public keys endpoint", text(&document.jwks_uri)),
        ("end session endpoint", text(&document.end_session_endpoint)),
        ("scopes", list(&document.scopes_supported)),
        ("token endpoint auth methods", list(&document.token_endpoint_auth_methods_supported)),
        ("ID token algorithms", list(&document.id_token_signing_alg_values_supported)),
        ("PKCE methods", list(&document.code_challenge_methods_supported)),
    ]
}
