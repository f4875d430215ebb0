//! Contradictions, gaps and slips inside one connection file.
//!
//! An error here stops `connection add` and `connection set`; a warning is told and kept.

use url::Url;

use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::connection::Connection;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::Saml;
use crate::model::difference::nearest;
use crate::provider::Provider;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;
use crate::workspace::Segment;

/// Where a key is; `None` for a connection that is not in a file yet.
pub(crate) type Locate<'a> = dyn Fn(&[Segment]) -> Option<Place> + 'a;

/// Collects findings of one connection.
struct Sink<'a> {
    findings: Vec<Finding>,
    locate: &'a Locate<'a>,
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

    fn warning(&mut self, code: &'static str, route: &[Segment], message: String, hint: &str) {
        self.tell(code, Severity::Warning, route, message, hint);
    }

    fn info(&mut self, code: &'static str, route: &[Segment], message: String, hint: &str) {
        self.tell(code, Severity::Info, route, message, hint);
    }
}

/// Judges one connection against its vendor's profile. Certificates are judged by `check::certificate`.
pub(crate) fn check(connection: &Connection, provider: &dyn Provider, locate: &Locate<'_>) -> Vec<Finding> {
    let mut sink = Sink { findings: Vec::new(), locate };
    let profile = provider.profile();
    general(connection, profile, &mut sink);
    settings(connection, profile, &mut sink);
    attributes(connection, provider, &mut sink);
    provisioning(connection, &mut sink);
    match (&connection.saml, &connection.oauth) {
        (Some(saml), None) => {
            capability(provider, Capability::Saml, "saml", &mut sink);
            self::saml(saml, profile, &mut sink);
        }
        (None, Some(oauth)) => {
            let asked = match oauth.kind {
                OAuthKind::Custom => Capability::OAuth,
                OAuthKind::Google => Capability::Google,
            };
            capability(provider, asked, "oauth", &mut sink);
            self::oauth(oauth, connection, &mut sink);
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
    sink.findings
}

fn capability(provider: &dyn Provider, asked: Capability, key: &str, sink: &mut Sink<'_>) {
    let title = provider.profile().title;
    match provider.support(asked) {
        Support::Yes => {}
        Support::No(reason) => sink.error(
            "protocol-unsupported",
            &[key.into()],
            format!("{title} does not offer {}: {reason}", asked.words()),
            &format!("`ssoctl provider show {}` shows what it offers", provider.profile().id),
        ),
        Support::Unknown(question) => sink.warning(
            "protocol-unknown",
            &[key.into()],
            format!("whether {title} offers {} is unknown, ask the vendor: {question}", asked.words()),
            "",
        ),
    }
}

fn general(connection: &Connection, profile: &Profile, sink: &mut Sink<'_>) {
    if connection.name.trim().is_empty() {
        sink.error("name-empty", &["name".into()], "the connection has no name at the vendor".to_owned(), "");
    }
    match &connection.technical_contact {
        None => sink.warning(
            "technical-contact-missing",
            &[],
            format!("no technical contact: {} would not know whom to ask", profile.title),
            "add `technical_contact: sso-team@your.domain`",
        ),
        Some(address) if !looks_like_address(address) => sink.warning(
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

fn settings(connection: &Connection, profile: &Profile, sink: &mut Sink<'_>) {
    for (key, value) in &connection.settings {
        let route = ["settings".into(), key.as_str().into()];
        match profile.settings.iter().find(|field| field.key == key) {
            Some(field) => {
                if let Err(reason) = (field.check)(value) {
                    sink.error("setting-invalid", &route, format!("`{key}: {value}`: {reason}"), field.help);
                }
            }
            None => {
                let known = profile.settings.iter().map(|field| field.key);
                sink.error(
                    "setting-unknown",
                    &route,
                    format!("{} has no setting `{key}`", profile.title),
                    &near_or_all(key, known),
                );
            }
        }
    }
    for field in profile.settings {
        if !connection.settings.contains_key(field.key) {
            sink.info(
                "setting-missing",
                &["settings".into()],
                format!("`{}` ({}) is not set", field.key, field.label),
                &format!("`ssoctl connection set NAME settings.{}=..`: {}", field.key, field.help),
            );
        }
    }
}

fn near_or_all<'a>(wanted: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(wanted, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

fn attributes(connection: &Connection, provider: &dyn Provider, sink: &mut Sink<'_>) {
    let profile = provider.profile();
    let by_name_id = provider.support(Capability::NameId) == Support::Yes;
    let google = connection.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Google);
    if google {
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
        if !profile.attributes.iter().any(|field| field.key == key) {
            let known = profile.attributes.iter().map(|field| field.key);
            sink.error(
                "attribute-unknown",
                &route,
                format!("{} has no user field `{key}`", profile.title),
                &near_or_all(key, known),
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
    for field in profile.attributes {
        if connection.attributes.contains_key(field.key) {
            continue;
        }
        let route = ["attributes".into()];
        if field.required {
            sink.error(
                "attribute-required",
                &route,
                format!("no attribute fills `{}` ({}), which {} requires", field.key, field.label, profile.title),
                &format!(
                    "`--attribute {}=NAME`, where NAME is the attribute in the assertion, in exact case",
                    field.key
                ),
            );
        } else if field.recommended {
            let falls = field.fallback.map(|other| format!("; {} uses `{other}`", profile.title)).unwrap_or_default();
            sink.warning(
                "attribute-missing",
                &route,
                format!("no attribute fills `{}` ({}){falls}", field.key, field.label),
                &format!("`ssoctl connection set NAME attributes.{}=..`", field.key),
            );
        }
    }
}

fn provisioning(connection: &Connection, sink: &mut Sink<'_>) {
    if connection.migration.merge_on_login && !connection.provisioning.just_in_time {
        sink.error(
            "merge-without-just-in-time",
            &["migration".into(), "merge_on_login".into()],
            "merging at login needs just-in-time provisioning".to_owned(),
            "set `provisioning.just_in_time: true`, or `migration.merge_on_login: false`",
        );
    }
    for (at, domain) in connection.provisioning.valid_email_domains.iter().enumerate() {
        let fine = domain == "*"
            || (domain.contains('.')
                && !domain.starts_with(['.', '-'])
                && domain.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-'));
        if !fine {
            sink.error(
                "email-domain-form",
                &["provisioning".into(), "valid_email_domains".into(), at.into()],
                format!("`{domain}` is not a domain"),
                "write a domain such as `example.org`, or `*`",
            );
        }
    }
}

fn saml(saml: &Saml, profile: &Profile, sink: &mut Sink<'_>) {
    let idp = ["saml".into(), "idp".into()];
    let under_idp = |more: &[Segment]| [&idp[..], more].concat();
    entity_id(&saml.idp.entity_id, &under_idp(&["entity_id".into()]), sink);
    let allowed = profile.saml.map(|allowed| allowed.request_bindings).unwrap_or_default();
    let enabled: Vec<usize> = (0..saml.idp.sso.len()).filter(|at| saml.idp.sso[*at].enabled).collect();
    for (at, endpoint) in saml.idp.sso.iter().enumerate() {
        let route = under_idp(&["sso".into(), at.into()]);
        location(&endpoint.location, &[&route[..], &["location".into()]].concat(), sink);
        if endpoint.enabled && !allowed.contains(&endpoint.binding.word()) {
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
    let signs = saml.options.sign_request
        || enabled.iter().any(|at| {
            profile.saml.is_some_and(|allowed| allowed.always_signed.contains(&saml.idp.sso[*at].binding.word()))
        });
    if saml.idp.want_authn_requests_signed && !signs {
        sink.warning(
            "request-unsigned",
            &["saml".into(), "options".into()],
            "the IdP wants signed requests, and none would be sent".to_owned(),
            "`ssoctl connection set NAME saml.options.sign_request=true`",
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
    if saml.idp.certificates.is_empty() {
        sink.warning(
            "certificate-none",
            &under_idp(&["certificates".into()]),
            "no signing certificate: only IdP-initiated logins could work, the Customer Success Hub, Basecamp, mobile \
             logins and the built-in test would not, and a forged response could not be told from a real one"
                .to_owned(),
            "ask the IdP's administrator for the signing certificate",
        );
    }
    service_provider(saml, sink);
}

fn service_provider(saml: &Saml, sink: &mut Sink<'_>) {
    let sp = |key: &str| ["saml".into(), "sp".into(), key.into()];
    match (&saml.sp.entity_id, &saml.sp.acs) {
        (Some(_), None) | (None, Some(_)) => sink.error(
            "sp-values-half",
            &["saml".into(), "sp".into()],
            "the service provider's entity ID and ACS belong together, and one of them is missing".to_owned(),
            "copy both from the connection's page, or give its metadata with `--sp-metadata FILE`",
        ),
        (None, None) => sink.info(
            "sp-values-unknown",
            &["saml".into(), "sp".into()],
            "the service provider's entity ID and ACS are not known yet".to_owned(),
            "`ssoctl connection set NAME --sp-metadata FILE` once the vendor shows them; `metadata export` needs them",
        ),
        (Some(id), Some(acs)) => {
            entity_id(id, &sp("entity_id"), sink);
            location(acs, &sp("acs"), sink);
        }
    }
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

fn location(text: &str, route: &[Segment], sink: &mut Sink<'_>) {
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

fn oauth(oauth: &OAuth, connection: &Connection, sink: &mut Sink<'_>) {
    let at = |key: &str| ["oauth".into(), key.into()];
    if oauth.kind == OAuthKind::Google {
        if connection.provisioning.valid_email_domains.is_empty() {
            // QT2: empty by default at the vendor, and then nobody can enrol.
            sink.error(
                "email-domains-missing",
                &["provisioning".into(), "valid_email_domains".into()],
                "a Google connection needs valid e-mail domains".to_owned(),
                "`--valid-email-domain example.org`; `*` means any of the organization's own domains",
            );
        }
        return;
    }
    let algorithms = &oauth.id_token_algorithms;
    let mac_only = !algorithms.is_empty() && algorithms.iter().all(|name| name.starts_with("HS"));
    let required = [
        ("client_id", oauth.client_id.is_some()),
        ("client_secret", oauth.client_secret.is_some()),
        ("authorization_endpoint", oauth.authorization_endpoint.is_some()),
        ("token_endpoint", oauth.token_endpoint.is_some()),
        ("user_info_endpoint", oauth.user_info_endpoint.is_some()),
        ("public_keys_endpoint", oauth.public_keys_endpoint.is_some() || mac_only),
        ("issuer", oauth.issuer.is_some()),
        ("token_endpoint_auth_methods", !oauth.token_endpoint_auth_methods.is_empty()),
        ("scope", oauth.scope.is_some()),
    ];
    for (key, _) in required.iter().filter(|(_, present)| !present) {
        sink.warning(
            "oauth-field-missing",
            &["oauth".into()],
            format!("`{key}` is not set, and the vendor requires it"),
            &format!("`ssoctl connection set NAME oauth.{key}=..`"),
        );
    }
    for (key, value) in [
        ("authorization_endpoint", &oauth.authorization_endpoint),
        ("token_endpoint", &oauth.token_endpoint),
        ("user_info_endpoint", &oauth.user_info_endpoint),
        ("public_keys_endpoint", &oauth.public_keys_endpoint),
    ] {
        if let Some(value) = value {
            location(value, &at(key), sink);
        }
    }
    if let Some(issuer) = &oauth.issuer
        && issuer.contains(['{', '}'])
    {
        sink.error(
            "issuer-template",
            &at("issuer"),
            format!("the issuer `{issuer}` still has a template in braces"),
            "use the discovery document of your own tenant: its URL has the tenant's GUID",
        );
    }
    const KNOWN: [&str; 13] = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384",
        "HS512",
    ];
    for (index, name) in algorithms.iter().enumerate() {
        if !KNOWN.contains(&name.as_str()) {
            sink.error(
                "id-token-algorithm",
                &["oauth".into(), "id_token_algorithms".into(), index.into()],
                format!("`{name}` is not an algorithm that an ID token may be signed with"),
                &near_or_all(name, KNOWN.into_iter()),
            );
        }
    }
    if algorithms.iter().any(|name| name.starts_with("HS")) && !mac_only {
        sink.warning(
            "id-token-algorithm-mixed",
            &at("id_token_algorithms"),
            "HMAC and public-key algorithms are both accepted, which invites key confusion".to_owned(),
            "keep the one that the IdP signs with",
        );
    }
    if let Some(scope) = &oauth.scope
        && !scope.split_whitespace().any(|word| word == "openid")
    {
        sink.warning(
            "scope-without-openid",
            &at("scope"),
            "the scope has no `openid`, so no ID token is validated".to_owned(),
            "`ssoctl connection set NAME oauth.scope='openid email profile'`",
        );
    }
}

fn looks_like_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@') && !text.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "version: 1\nprovider: qualtrics\nname: Prod\ntechnical_contact: a@b.example\nstatus:\n  \
        tested_on: 2026-11-01\n  enabled: true\nsettings:\n  brand_id: testbrand\n  data_center: iad1\nattributes:\n  \
        email: mail\n  username: uid\n  first_name: givenName\n  last_name: sn\n";
    const SAML: &str = "saml:\n  idp:\n    entity_id: https://idp.example.org\n    sso:\n      - binding: \
        HTTP-Redirect\n        location: https://idp.example.org/sso\n        enabled: true\n      - binding: \
        HTTP-POST\n        location: https://idp.example.org/sso\n        enabled: false\n    certificates:\n      - \
        pem: x\n  sp:\n    entity_id: https://sp.example.org\n    acs: https://sp.example.org/acs\n";
    const OAUTH: &str = "oauth:\n  kind: custom\n  client_id: c\n  client_secret: env:S\n  authorization_endpoint: \
        https://o.example/a\n  token_endpoint: https://o.example/t\n  token_endpoint_auth_methods: \
        [client_secret_basic]\n  user_info_endpoint: https://o.example/u\n  public_keys_endpoint: \
        https://o.example/k\n  issuer: https://o.example\n  scope: openid email\n";

    fn codes(text: &str) -> Vec<&'static str> {
        let connection: Connection = crate::workspace::parsed_for_tests(text);
        check(&connection, &crate::provider::qualtrics::Qualtrics, &|_| None)
            .into_iter()
            .map(|finding| finding.code)
            .collect()
    }

    #[test]
    fn a_sound_connection_has_no_findings() {
        assert_eq!(codes(&format!("{BASE}{SAML}")), Vec::<&str>::new());
        assert_eq!(codes(&format!("{BASE}{OAUTH}")), Vec::<&str>::new());
    }

    #[test]
    fn what_the_vendor_does_not_offer_is_refused_and_what_nobody_knows_is_told() {
        let connection: Connection = crate::workspace::parsed_for_tests(&format!("{BASE}{SAML}"));
        for (support, code) in [
            (Support::No("it is not offered"), "protocol-unsupported"),
            (Support::Unknown("is it offered?"), "protocol-unknown"),
        ] {
            let findings = check(&connection, &crate::provider::tests::Answers(support), &|_| None);
            assert!(findings.iter().any(|finding| finding.code == code), "{code}");
        }
    }

    #[test]
    fn each_slip_is_told_by_its_code() {
        let saml = format!("{BASE}{SAML}");
        let oauth = format!("{BASE}{OAUTH}");
        let long = "x".repeat(121);
        for (text, code) in [
            (saml.replace("technical_contact: a@b.example\n", ""), "technical-contact-missing"),
            (saml.replace("a@b.example", "someone"), "technical-contact-form"),
            (saml.replace("name: Prod\n", &format!("name: Prod\ndisplay_name: {long}\n")), "display-name-long"),
            (saml.replace("name: Prod", "name: ''"), "name-empty"),
            (saml.replace("tested_on: 2026-11-01\n  ", ""), "enabled-untested"),
            (saml.replace("brand_id", "brandid"), "setting-unknown"),
            (saml.replace("  data_center: iad1\n", ""), "setting-missing"),
            (saml.replace("iad1", "https://iad1"), "setting-invalid"),
            (saml.replace("email: mail", "mail: mail"), "attribute-unknown"),
            (saml.replace("  email: mail\n", ""), "attribute-required"),
            (saml.replace("  username: uid\n", ""), "attribute-missing"),
            (saml.replace("username: uid", "username: NameID"), "attribute-name-id"),
            (saml.replace("username: uid", "username: ''"), "attribute-empty"),
            (saml.replace("username: uid", "username: ' uid'"), "attribute-space"),
            (saml.replace("enabled: false", "enabled: true"), "binding-several"),
            (saml.replace("        enabled: true", "        enabled: false"), "binding-none"),
            (saml.replace("binding: HTTP-Redirect", "binding: SOAP"), "binding-not-allowed"),
            (
                saml.replace(
                    "location: https://idp.example.org/sso\n        enabled: true",
                    "location: http://idp.example.org/sso\n        enabled: true",
                ),
                "location-http",
            ),
            (saml.replace("acs: https://sp.example.org/acs", "acs: not a url"), "location-not-url"),
            (saml.replace("acs: https://sp.example.org/acs", "acs: 'javascript:alert(1)'"), "location-scheme"),
            (saml.replace("acs: https://sp.", "acs: https://u@sp."), "location-credentials"),
            (saml.replace("    acs: https://sp.example.org/acs\n", ""), "sp-values-half"),
            (
                saml.replace("  sp:\n    entity_id: https://sp.example.org\n    acs: https://sp.example.org/acs\n", ""),
                "sp-values-unknown",
            ),
            (
                saml.replace("entity_id: https://idp.example.org", "entity_id: 'https://sts.windows.net/{tenantid}/'"),
                "entity-id-template",
            ),
            (
                saml.replace("entity_id: https://idp.example.org", "entity_id: 'https://idp.example.org/ x'"),
                "entity-id-space",
            ),
            (saml.replace("entity_id: https://idp.example.org", "entity_id: ''"), "entity-id-missing"),
            (saml.replace("    sso:", "    want_authn_requests_signed: true\n    sso:"), "request-unsigned"),
            (format!("{saml}  options:\n    replay_prevention: false\n"), "replay-prevention-off"),
            (saml.replace("    certificates:\n      - pem: x\n", ""), "certificate-none"),
            (format!("{saml}migration:\n  merge_on_login: true\n"), "merge-without-just-in-time"),
            (format!("{saml}provisioning:\n  valid_email_domains: ['@example.org']\n"), "email-domain-form"),
            (format!("{saml}{OAUTH}"), "protocol-both"),
            (BASE.to_owned(), "protocol-none"),
            (oauth.replace("  client_id: c\n", ""), "oauth-field-missing"),
            (oauth.replace("openid email", "email"), "scope-without-openid"),
            (oauth.replace("https://o.example\n", "'https://o.example/{tenantid}'\n"), "issuer-template"),
            (format!("{oauth}  id_token_algorithms: [none]\n"), "id-token-algorithm"),
            (format!("{oauth}  id_token_algorithms: [RS256, HS256]\n"), "id-token-algorithm-mixed"),
            (format!("{BASE}oauth:\n  kind: google\n"), "attribute-google"),
            (format!("{BASE}oauth:\n  kind: google\n"), "email-domains-missing"),
        ] {
            let found = codes(&text);
            assert!(found.contains(&code), "{code} not in {found:?} of\n{text}");
        }
        assert!(
            !codes(&oauth.replace("  public_keys_endpoint: https://o.example/k\n", "  id_token_algorithms: [HS256]\n"))
                .contains(&"oauth-field-missing")
        );
    }
}
