//! The SAML part of a connection: endpoints, requests, and what is known of the vendor's side.

use url::Url;

use crate::check::connection::Sink;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::username::names;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;
use crate::workspace::Segment;

/// Judges the identity provider's side and the options.
pub(super) fn saml(saml: &Saml, profile: &Profile, sink: &mut Sink<'_>) {
    let idp = ["saml".into(), "idp".into()];
    let under_idp = |more: &[Segment]| [&idp[..], more].concat();
    entity_id(&saml.idp.entity_id, &under_idp(&["entity_id".into()]), sink);
    let none = Vec::new();
    let allowed = profile.saml.as_ref().map_or(&none, |allowed| &allowed.request_bindings);
    let enabled: Vec<usize> = (0..saml.idp.sso.len()).filter(|at| saml.idp.sso[*at].enabled).collect();
    for (at, endpoint) in saml.idp.sso.iter().enumerate() {
        let route = under_idp(&["sso".into(), at.into()]);
        location(&endpoint.location, &[&route[..], &["location".into()]].concat(), sink);
        if endpoint.enabled && !allowed.iter().any(|word| word == endpoint.binding.word()) {
            sink.error(
                "binding-not-allowed",
                &route,
                format!("the binding `{}` is enabled, and {} cannot use it", endpoint.binding, profile.title),
                &format!("enable one of: {}", allowed.join(", ")),
            );
        }
    }
    match enabled.as_slice() {
        [] => sink.error(
            "binding-none",
            &under_idp(&["sso".into()]),
            "no single sign-on binding is enabled".to_owned(),
            &format!("enable one of: {}", allowed.join(", ")),
        ),
        [_] => {}
        [_, second, ..] => sink.error(
            "binding-several",
            &under_idp(&["sso".into(), (*second).into()]),
            format!("{} bindings are enabled, and {} uses one at a time", enabled.len(), profile.title),
            "`ssoctl connection set NAME --enable-binding BINDING` leaves just one",
        ),
    }
    let signs = saml.options.sign_request || enabled.iter().any(|at| profile.signs(&saml.idp.sso[*at].binding));
    if saml.idp.want_authn_requests_signed && !signs {
        sink.warning(
            "request-unsigned",
            &["saml".into(), "options".into()],
            "the IdP wants signed requests, and none would be sent".to_owned(),
            if profile.has("saml.options.sign_request") {
                "`ssoctl connection set NAME saml.options.sign_request=true`"
            } else {
                "ask the vendor whether it can sign its requests, or have the IdP take unsigned ones"
            },
        );
    }
    if !saml.options.replay_prevention {
        sink.warning(
            "replay-prevention-off",
            &["saml".into(), "options".into(), "replay_prevention".into()],
            "replay prevention is off: a copied assertion would log in again".to_owned(),
            "`ssoctl connection set NAME saml.options.replay_prevention=true`",
        );
    }
    several_certificates(saml, profile, sink);
    if saml.options.single_logout && saml.idp.slo.is_empty() {
        sink.error(
            "single-logout-without-endpoint",
            &["saml".into(), "options".into(), "single_logout".into()],
            "single logout is on, and the identity provider has no single logout endpoint".to_owned(),
            "set `saml.options.single_logout: false`, or take newer metadata: `ssoctl connection refresh NAME`",
        );
    }
    if saml.idp.certificates.is_empty() {
        no_certificate(profile, &under_idp(&["certificates".into()]), sink);
    }
    swapped(saml, &under_idp(&["sso".into()]), sink);
}

/// QT4: without a certificate no response can be told from a forged one. Only where the vendor
/// takes such a connection it is no error; a draft may still get one.
fn no_certificate(profile: &Profile, route: &[Segment], sink: &mut Sink<'_>) {
    let field = profile.field("@idp.certificates");
    let more = field.and_then(|field| field.help.as_deref()).map(|help| format!(": {help}")).unwrap_or_default();
    let message = format!(
        "no signing certificate{more}. The danger is high: a forged response could not be told from a real one, so that \
         anybody could log in as anybody"
    );
    let mend = "ask the IdP's administrator for the signing certificate";
    if field.is_some_and(|field| field.required) {
        sink.once_enabled("certificate-none", route, message, mend);
    } else {
        sink.warning("certificate-none", route, message, mend);
    }
}

/// Google's entity ID and its endpoint differ by `/idp` in the path, and are taken for each other.
fn swapped(saml: &Saml, sso: &[Segment], sink: &mut Sink<'_>) {
    const ENTITY: &str = "https://accounts.google.com/o/saml2?";
    const ENDPOINT: &str = "https://accounts.google.com/o/saml2/idp?";
    if saml.idp.entity_id.starts_with(ENDPOINT) {
        sink.error(
            "google-endpoint",
            &["saml".into(), "idp".into(), "entity_id".into()],
            format!("`{}` is Google's endpoint, not its entity ID", saml.idp.entity_id),
            &format!("the entity ID begins with `{ENTITY}`, without `/idp`"),
        );
    }
    for (at, endpoint) in saml.idp.sso.iter().enumerate().filter(|(_, one)| one.location.starts_with(ENTITY)) {
        sink.error(
            "google-endpoint",
            &[sso, &[at.into(), "location".into()]].concat(),
            format!("`{}` is Google's entity ID, not its endpoint", endpoint.location),
            &format!("the endpoint begins with `{ENDPOINT}`"),
        );
    }
}

/// Whether the vendor can hold all of them, so that a rollover overlaps (QT4, IN2).
fn several_certificates(saml: &Saml, profile: &Profile, sink: &mut Sink<'_>) {
    let count = saml.idp.certificates.len();
    if count < 2 {
        return;
    }
    let route = ["saml".into(), "idp".into(), "certificates".into()];
    let title = &profile.title;
    match profile.support(Capability::SeveralCertificates) {
        Support::Yes => {}
        Support::No(reason) => sink.warning(
            "certificates-several",
            &route,
            format!("{count} signing certificates are in the file, and {title} takes one: {reason}"),
            "give the vendor the new one at the hour when the identity provider begins to sign with it, \
             then `ssoctl cert remove NAME SHA256` takes out the old one",
        ),
        Support::Unknown(question) => sink.info(
            "certificates-several",
            &route,
            format!("{count} signing certificates are in the file; ask {title}: {question}"),
            "",
        ),
    }
}

/// Judges what is known of the vendor's service provider.
pub(super) fn service_provider(saml: &Saml, connection: &Connection, profile: &Profile, sink: &mut Sink<'_>) {
    let sp = |key: &str| ["saml".into(), "sp".into(), key.into()];
    match (&saml.sp.entity_id, &saml.sp.acs) {
        (Some(_), None) | (None, Some(_)) => sink.error(
            "sp-values-half",
            &["saml".into(), "sp".into()],
            "the service provider's entity ID and ACS belong together, and one of them is missing".to_owned(),
            "copy both from the connection's page, or give its metadata with `--sp-metadata FILE`",
        ),
        (None, None) => {
            // A vendor that publishes them is asked for nothing.
            let published = profile.sp_published(&connection.settings).filter(|_| !saml.sp.use_incommon_metadata);
            let ask = profile.saml.as_ref().and_then(|saml| saml.sp.ask.as_ref());
            let asked = ask.map(|question| format!("; unknown, ask the vendor: {question}")).unwrap_or_default();
            if let (Some(published), Some(doubt)) = (&published, profile.sp_doubt(&connection.settings)) {
                sink.warning(
                    "sp-values-inferred",
                    &["settings".into()],
                    format!("the ACS `{}` is to be compared with what {} says: {doubt}", published.acs, profile.title),
                    "once the vendor has said it: `ssoctl connection set NAME saml.sp.entity_id=.. saml.sp.acs=..`",
                );
            }
            if published.is_none() {
                sink.info(
                    "sp-values-unknown",
                    &["saml".into(), "sp".into()],
                    format!("the service provider's entity ID and ACS are not known yet{asked}"),
                    "`ssoctl connection set NAME --sp-metadata FILE` once the vendor shows them; `metadata export` needs them",
                );
            }
        }
        (Some(id), Some(acs)) => {
            entity_id(id, &sp("entity_id"), sink);
            location(acs, &sp("acs"), sink);
            let mistaken = [("entity_id", id), ("acs", acs)].map(|(key, value)| mistake(value, key, profile, sink));
            if mistaken == [false, false] {
                known_form(id, acs, saml, connection, profile, sink);
            }
        }
    }
}

/// Tells a value that goes round and is wrong, with what is meant; it is never corrected.
fn mistake(value: &str, key: &str, profile: &Profile, sink: &mut Sink<'_>) -> bool {
    let Some((mistake, meant)) = profile.sp_mistake(value) else { return false };
    sink.warning(
        "sp-values-mistake",
        &["saml".into(), "sp".into(), key.into()],
        format!("`{value}` goes round and is likely wrong; `{meant}` is meant: {}", mistake.why),
        &format!("`ssoctl connection set NAME saml.sp.{key}={meant}`, and at the identity provider too"),
    );
    true
}

/// Holds a pair against the forms that the vendor publishes; the vendor's own page decides.
fn known_form(id: &str, acs: &str, saml: &Saml, connection: &Connection, profile: &Profile, sink: &mut Sink<'_>) {
    let sp = |key: &str| ["saml".into(), "sp".into(), key.into()];
    let candidates = profile.sp_candidates(&connection.settings);
    // A form with a fact in braces is one that cannot be compared.
    let comparable = candidates.iter().all(|form| !form.entity_id.contains('{') && !form.acs.contains('{'));
    match profile.sp_form(&connection.settings, id, acs) {
        Some(form) if saml.sp.use_incommon_metadata => sink.warning(
            "sp-values-not-incommon",
            &sp("use_incommon_metadata"),
            format!("InCommon metadata changes entity ID and ACS, and these are the {} without it", form.label),
            "`ssoctl connection set NAME --sp-metadata FILE` takes the values that the vendor shows after saving",
        ),
        None if comparable && !candidates.is_empty() && !saml.sp.use_incommon_metadata => sink.warning(
            "sp-values-unusual",
            &sp("entity_id"),
            format!("entity ID `{id}` and ACS have none of the forms that {} publishes", profile.title),
            &format!("compare them, and {}, with what the vendor shows", facts(profile)),
        ),
        _ => {}
    }
}

/// The settings that the published forms are made of, for a sentence.
fn facts(profile: &Profile) -> String {
    let forms = profile.saml.iter().flat_map(|saml| &saml.sp.forms);
    let mut keys: Vec<String> = forms
        .flat_map(|form| names(&form.entity_id).into_iter().chain(names(&form.acs)))
        .map(|name| format!("`{}`", name.split('.').next().unwrap_or(name)))
        .collect();
    keys.sort();
    keys.dedup();
    if keys.is_empty() { "the settings".to_owned() } else { keys.join(" and ") }
}

fn entity_id(id: &str, route: &[Segment], sink: &mut Sink<'_>) {
    if id.is_empty() {
        sink.error("entity-id-missing", route, "the entity ID is empty".to_owned(), "");
    } else if id.contains(['{', '}']) {
        sink.error(
            "entity-id-template",
            route,
            format!("the entity ID `{id}` still has a template in braces"),
            "fetch the metadata of your own tenant: its URL has the tenant's GUID instead of `common`",
        );
    } else if id.trim() != id || id.contains(char::is_whitespace) {
        sink.warning("entity-id-space", route, format!("the entity ID `{id}` has white space in it"), "");
    }
    // saml-core 8.3.6
    if id.chars().count() > 1024 {
        sink.error("entity-id-length", route, "the entity ID has more than 1024 characters".to_owned(), "");
    }
}

/// Judges an address that a browser is sent to.
pub(super) fn location(text: &str, route: &[Segment], sink: &mut Sink<'_>) {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" && url.has_host() => {
            if !url.username().is_empty() || url.password().is_some() {
                sink.error("location-credentials", route, "the address holds credentials".to_owned(), "remove them");
            }
        }
        Ok(url) if url.scheme() == "http" && url.has_host() => sink.warning(
            "location-http",
            route,
            format!("`{text}` is not https: a login over it can be read and changed on the way"),
            "",
        ),
        Ok(url) => sink.error(
            "location-scheme",
            route,
            format!("`{text}` is not a web address: a browser must not be sent to `{}:`", url.scheme()),
            "write an address that begins with https://",
        ),
        Err(reason) => sink.error(
            "location-not-url",
            route,
            format!("`{text}` is not an absolute URL: {reason}"),
            "write an address that begins with https://",
        ),
    }
}
