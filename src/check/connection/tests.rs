//! Each slip as a file has it, and the code it must get.

mod vendors;

use super::*;
use crate::provider::tests::answering;
use crate::provider::tests::built_in;

const BASE: &str = "version: 1\nprovider: qualtrics\nname: Prod\ntechnical_contact: a@b.example\nstatus:\n  \
    tested_on: 2026-11-01\n  enabled: true\nsettings:\n  brand_id: testbrand\n  data_center: iad1\nattributes:\n  \
    email: mail\n  username: uid\n  first_name: givenName\n  last_name: sn\n";
const SAML: &str = "saml:\n  idp:\n    entity_id: https://idp.example.org\n    sso:\n      - binding: \
    HTTP-Redirect\n        location: https://idp.example.org/sso\n        enabled: true\n      - binding: \
    HTTP-POST\n        location: https://idp.example.org/sso\n        enabled: false\n    certificates:\n      - \
    pem: x\n  sp:\n    entity_id: https://iad1.qualtrics.com\n    acs: https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp\n";
const OAUTH: &str = "oauth:\n  kind: custom\n  client_id: c\n  client_secret: env:S\n  client_secret_expires_on: 2027-11-01\n  authorization_endpoint: \
    https://o.example/a\n  token_endpoint: https://o.example/t\n  token_endpoint_auth_methods: \
    [client_secret_basic]\n  user_info_endpoint: https://o.example/u\n  public_keys_endpoint: \
    https://o.example/k\n  issuer: https://o.example\n  scope: openid email\n";

fn codes(text: &str) -> Vec<&'static str> {
    let connection: Connection = crate::workspace::parsed_for_tests(text);
    check(&connection, &built_in("qualtrics"), &|_| None).into_iter().map(|finding| finding.code).collect()
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
        (Support::No("it is not offered".to_owned()), "protocol-unsupported"),
        (Support::Unknown("is it offered?".to_owned()), "protocol-unknown"),
    ] {
        let findings = check(&connection, &answering(Capability::Saml, support), &|_| None);
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
        (saml.replace("name: Prod", "name: \"Prod\\nBcc: x@evil.example\""), "text-control-character"),
        (saml.replace("a@b.example", "\"a@b.example\\e[2J\""), "text-control-character"),
        (saml.replace("name: Prod\n", "name: Prod\ndisplay_name: \"a\\rb\"\n"), "text-control-character"),
        (saml.replace("name: Prod\n", "name: Prod\nreference: \"a\\u2028b\"\n"), "text-control-character"),
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
        (saml.replace("acs: https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp", "acs: not a url"), "location-not-url"),
        (saml.replace("acs: https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp", "acs: 'javascript:alert(1)'"), "location-scheme"),
        (saml.replace("acs: https://iad1.", "acs: https://u@iad1."), "location-credentials"),
        (saml.replace("iad1.qualtrics.com", "iad1.example.com"), "sp-values-unusual"),
        (saml.replace("  sp:\n", "  sp:\n    use_incommon_metadata: true\n"), "sp-values-not-incommon"),
        (saml.replace("    acs: https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp\n", ""), "sp-values-half"),
        (
            saml.replace("  sp:\n    entity_id: https://iad1.qualtrics.com\n    acs: https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp\n", ""),
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

/// A SAML connection of a vendor, with its settings and the values of its service provider.
fn findings_of(provider: &str, settings: &str, sp: &str) -> Vec<Finding> {
    let saml = SAML.split("  sp:\n").next().unwrap();
    let text = format!("version: 1\nprovider: {provider}\nname: Prod\nsettings:\n{settings}{saml}{sp}");
    check(&crate::workspace::parsed_for_tests(&text), &built_in(provider), &|_| None)
}

#[test]
fn values_that_go_round_and_are_wrong_are_told_with_what_is_meant() {
    for (provider, settings, sp, meant) in [
        (
            "qualys",
            "  platform: US1\n",
            "  sp:\n    entity_id: QualysGuard_SharedPlatformSAML20SP\n    acs: https://qualysguard.qualys.com/IdM/saml2/\n",
            "`QualysGuard_SharedPlatform-SAML20-SP` is meant: Qualys' own page prints it so",
        ),
        (
            "ino-cx",
            "  domain: acme\n",
            "  sp:\n    entity_id: https://acme.ino.cx/api/saml/metadata\n    acs: https://acme/.ino.cx/api/sso/login/callback\n",
            "`https://acme.ino.cx/api/sso/login/callback` is meant: a link of INO cx' own page",
        ),
    ] {
        let findings = findings_of(provider, settings, sp);
        let told: Vec<&Finding> = findings.iter().filter(|finding| finding.code.starts_with("sp-values-")).collect();
        assert!(
            matches!(told[..], [one] if one.code == "sp-values-mistake" && one.message.contains(meant)),
            "{told:?}"
        );
        assert_eq!(told[0].severity, Severity::Warning);
        let right = sp.replace("PlatformSAML20SP", "Platform-SAML20-SP").replace("/.ino", ".ino");
        let findings = findings_of(provider, settings, &right);
        assert!(!findings.iter().any(|one| one.code.starts_with("sp-values-")), "{findings:?}");
        // An entity ID need not be a URI, and this vendor's is none.
        assert!(!findings.iter().any(|one| one.code.starts_with("entity-id-")), "{findings:?}");
    }
}

#[test]
fn nobody_is_asked_for_values_that_the_vendor_publishes() {
    for (provider, settings, told) in [
        ("qualys", "  platform: US1\n", false),
        ("qualys", "  platform: XX9\n", true),
        ("ino-cx", "  domain: acme\n", false),
    ] {
        let findings = findings_of(provider, settings, "");
        assert_eq!(findings.iter().any(|finding| finding.code == "sp-values-unknown"), told, "{settings}");
    }
    // Of the same form as published ones is not published.
    for (platform, told) in [("US1", false), ("GOV1", true)] {
        let findings = findings_of("qualys", &format!("  platform: {platform}\n"), "");
        assert_eq!(findings.iter().any(|finding| finding.code == "sp-values-inferred"), told, "{platform}");
    }
    let unusual = "  sp:\n    entity_id: https://other.example\n    acs: https://other.example/acs\n";
    let findings = findings_of("ino-cx", "  domain: acme\n", unusual);
    let told = findings.iter().find(|finding| finding.code == "sp-values-unusual").unwrap();
    assert!(told.hint.as_ref().unwrap().contains("`domain`"), "{told:?}");
    // Without the setting there is nothing to compare with.
    let unset = findings_of("qualys", "  primary_contact: abcd_ef\n", unusual);
    assert!(!unset.iter().any(|finding| finding.code == "sp-values-unusual"));
}

#[test]
fn the_key_of_the_login_url_is_that_of_the_relay_state() {
    let base = "  platform: US1\n  idm_key: saml2_1\n";
    let login = |key: &str| format!("login:\n  url: https://qualysguard.qualys.com/fo/login.php?idm_key={key}\n");
    let relay = |key: &str| format!("  sp:\n    default_relay_state: idm_key={key}\n");
    for (more, differs) in [
        (login("saml2_1"), false),
        (login("saml2_2"), true),
        (relay("saml2_1"), false),
        (relay("saml2_2"), true),
        ("login:\n  url: https://qualysguard.qualys.com/\n".to_owned(), false),
    ] {
        let findings = findings_of("qualys", base, &more);
        assert_eq!(findings.iter().any(|finding| finding.code == "login-key-differs"), differs, "{more}");
    }
}

#[test]
fn what_is_in_no_file_yet_is_left_out_and_not_unset() {
    let text = format!("{BASE}{SAML}provisioning:\n  just_in_time: true\n");
    let connection: Connection = crate::workspace::parsed_for_tests(&text);
    let hint = |locate: &Locate<'_>| {
        let findings = check(&connection, &built_in("qualys"), locate);
        findings.into_iter().find(|finding| finding.code == "setting-not-offered").unwrap().hint.unwrap()
    };
    assert_eq!(hint(&|_| None), "leave it out");
    assert!(hint(&|_| Some(Place::default())).contains("--unset provisioning.just_in_time"));
}
