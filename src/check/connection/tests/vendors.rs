//! Each vendor's sound file, which has nothing to tell, and slips in it.

use super::*;

const HEAD: &str = "name: Prod\ntechnical_contact: a@b.example\nstatus:\n  tested_on: 2026-11-01\n  enabled: true\n";
const IDP: &str = "saml:\n  idp:\n    entity_id: https://idp.example.org\n    sso:\n      - binding: HTTP-Redirect\n        \
    location: https://idp.example.org/sso\n        enabled: true\n    slo:\n      - binding: HTTP-Redirect\n        location: \
    https://idp.example.org/slo\n        enabled: true\n    certificates:\n      - pem: x\n";

fn qualtrics() -> String {
    format!(
        "version: 1\nprovider: qualtrics\n{HEAD}settings:\n  brand_id: testbrand\n  data_center: iad1\n{IDP}  sp:\n    \
         entity_id: https://iad1.qualtrics.com\n    acs: https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp\nattributes:\n  \
         email: mail\n  username: uid\n  first_name: givenName\n  last_name: sn\n  user_type: role\nprovisioning:\n  \
         just_in_time: true\n  user_type_validation: true\n  valid_email_domains: [example.org]\nmappings:\n  - field: user_type\n    \
         value: Staff\n    to: [Brand Administrator]\n  - field: user_type\n    value: Student\n    to: [Participant]\n"
    )
}

fn qualys() -> String {
    format!(
        "version: 1\nprovider: qualys\n{HEAD}settings:\n  platform: US1\n  idm_key: saml2_abc\n  primary_contact: abcd_ef\n  \
         manager_off_saml: abcd_gh\n{IDP}  sp:\n    entity_id: QualysGuard_SharedPlatform-SAML20-SP\n    \
         acs: https://qualysguard.qualys.com/IdM/saml2/\nattributes:\n  external_id: qualysguard_external_id\nlogin:\n  \
         match_by: external_id\n  exit_url: https://www.example.org/\n"
    )
}

fn qvidian() -> String {
    format!(
        "version: 1\nprovider: qvidian\n{HEAD}{IDP}  sp:\n    entity_id: https://sp.example\n    acs: https://sp.example/acs\n  \
         options:\n    single_logout: true\nattributes:\n  username: uid\n  groups: Groups\nprovisioning:\n  just_in_time: true\n  \
         update_roles_on_every_login: true\n  default_roles: [Everyone]\n  authorized_groups: [Writers, Bosses]\nmappings:\n  \
         - field: groups\n    value: Writers\n    to: [Author, Reader]\n    description: for proposals\n  - field: groups\n    \
         value: Bosses\n    to: [Admin]\n"
    )
}

fn qualifio() -> String {
    format!(
        "version: 1\nprovider: qualifio\n{HEAD}oauth:\n  kind: custom\n  client_id: c\n  client_secret: env:S\n  \
         client_secret_expires_on: 2027-11-01\n  authorization_endpoint: https://o.example/a\n  token_endpoint: \
         https://o.example/t\n  public_keys_endpoint: https://o.example/k\n  issuer: https://o.example\n  scope: openid email\n\
         attributes:\n  email: email\nlogin:\n  mode: sso-only\n  email_domains: [example.org, old.example.org]\n"
    )
}

fn ino() -> String {
    format!(
        "version: 1\nprovider: ino-cx\n{HEAD}reference: prod\nsettings:\n  domain: acme\n{IDP}  sp:\n    entity_id: \
         https://acme.ino.cx/api/saml/metadata\n    acs: https://acme.ino.cx/api/sso/login/callback\n"
    )
}

fn scim() -> String {
    format!(
        "version: 1\nprovider: scim\n{HEAD}{IDP}  sp:\n    entity_id: https://sp.example\n    acs: https://sp.example/acs\n\
         attributes:\n  external_id: employeeNumber\nlogin:\n  match_by: external_id\n"
    )
}

fn found(text: &str) -> Vec<(Severity, &'static str)> {
    let connection: Connection = crate::workspace::parsed_for_tests(text);
    let vendor = built_in(&connection.provider);
    check(&connection, &vendor, &|_| None).into_iter().map(|finding| (finding.severity, finding.code)).collect()
}

#[test]
fn a_sound_file_of_each_vendor_has_no_findings() {
    for text in [qualtrics(), qualys(), qvidian(), qualifio(), ino(), scim()] {
        assert_eq!(found(&text), [], "{text}");
    }
}

#[test]
fn each_slip_of_each_vendor_is_told_by_its_code() {
    use Severity::Error;
    use Severity::Info;
    use Severity::Warning;
    let (t, y, v, f, i) = (qualtrics(), qualys(), qvidian(), qualifio(), ino());
    let entra = f.replace("https://o.example/a\n", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize\n");
    let rows = [
        // Mappings.
        (v.replace("  - field: groups\n    value: Bosses", "  - field: group\n    value: Bosses"), Error, "mapping-field-unknown"),
        (v.replace("value: Bosses", "value: Writers"), Error, "mapping-twice"),
        (v.replace("value: Bosses", "value: WRITERS"), Warning, "mapping-case"),
        (v.replace("value: Bosses", "value: 'Bosses '"), Warning, "mapping-space"),
        (v.replace("value: Bosses", "value: ''"), Error, "mapping-empty"),
        (v.replace("to: [Admin]", "to: []"), Error, "mapping-empty"),
        (v.replace("value: Bosses", "value: A|B"), Warning, "mapping-value-delimiter"),
        (v.replace("to: [Admin]", "to: ['Admin|Reader']"), Error, "list-separator"),
        (v.replace("to: [Admin]", "to: [Everyone]"), Info, "mapping-everyone"),
        (t.replace("to: [Participant]", "to: [Participant, Staff]"), Error, "mapping-several"),
        (t.replace("  user_type: role\n", ""), Warning, "mapping-attribute-missing"),
        // Roles.
        (v.replace("  default_roles: [Everyone]\n", ""), Error, "default-roles-missing"),
        (v.split("mappings:").next().unwrap().to_owned(), Warning, "roles-default-only"),
        (
            v.split("mappings:").next().unwrap().replace("  default_roles: [Everyone]\n", ""),
            Error,
            "roles-none",
        ),
        (v.replace("  groups: Groups\n", ""), Error, "authorized-groups-unfilled"),
        (v.replace("authorized_groups: [", "authorized_groups: ['A|B', "), Error, "list-separator"),
        (
            v.replace("  authorized_groups: [", "  group_delimiter: ';'\n  authorized_groups: ['A;B', "),
            Warning,
            "group-delimiter-inside",
        ),
        (v.replace("[Writers, Bosses]", "[Writers, ' Bosses']"), Warning, "list-space"),
        (v.replace("[Writers, Bosses]", "[Writers, writers]"), Warning, "list-case"),
        (v.replace("[Writers, Bosses]", "[Writers, Writers]"), Warning, "list-twice"),
        (t.split("mappings:").next().unwrap().to_owned(), Error, "validation-without-mapping"),
        (t.replace("  user_type: role\n", ""), Error, "validation-unfilled"),
        (t.replace("[Brand Administrator]", "[Standard Account]"), Warning, "validation-without-administrator"),
        // What the vendor does not have.
        (format!("{y}provisioning:\n  just_in_time: true\n"), Error, "setting-not-offered"),
        (format!("{y}mappings:\n  - field: groups\n    value: A\n    to: [B]\n"), Error, "setting-not-offered"),
        (format!("{i}mappings:\n  - field: groups\n    value: A\n    to: [B]\n"), Warning, "setting-not-offered"),
        (format!("{i}login:\n  email_domains: [example.org]\n"), Error, "setting-not-offered"),
        (t.replace("provisioning:\n", "provisioning:\n  update_roles_on_every_login: true\n"), Warning, "setting-not-offered"),
        // Fields of the page.
        (f.replace("  email_domains: [example.org, old.example.org]\n", ""), Warning, "value-missing"),
        (i.replace("reference: prod", "reference: a/b"), Error, "value-invalid"),
        (y.replace("platform: US1", "platform: US9"), Warning, "value-unlisted"),
        (y.replace("idm_key: saml2_abc", "idm_key: saml2-abc"), Error, "setting-invalid"),
        (y.replace("  manager_off_saml: abcd_gh\n", ""), Warning, "setting-missing"),
        (f.replace("  issuer: https://o.example\n", ""), Warning, "oauth-field-missing"),
        (f.replace("  public_keys_endpoint: https://o.example/k\n", ""), Warning, "oauth-field-missing"),
        // How users are found, and where logins end.
        (y.replace("match_by: external_id", "match_by: username"), Error, "match-by-unknown"),
        (y.replace("  external_id: qualysguard_external_id\n", "  login: uid\n"), Error, "match-attribute-missing"),
        (y.replace("exit_url: https:", "exit_url: http:"), Warning, "location-http"),
        (y.replace("exit_url: https://www.example.org/", "exit_url: www.example.org"), Error, "location-not-url"),
        (format!("{i}  options:\n    name_id_format: urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\n"), Warning, "name-id-format"),
        (f.replace("mode: sso-only", "mode: mixed"), Info, "password-beside"),
        (f.replace("old.example.org", "EXAMPLE.org"), Warning, "email-domain-twice"),
        (f.replace("old.example.org", "'*'"), Error, "email-domain-form"),
        (t.replace("[example.org]", "['*', example.org]"), Info, "email-domain-any"),
        // The identity provider.
        (v.replace("    slo:\n      - binding: HTTP-Redirect\n        location: https://idp.example.org/slo\n        enabled: true\n", ""), Error, "single-logout-without-endpoint"),
        (y.replace("    certificates:\n      - pem: x\n", ""), Error, "certificate-none"),
        (y.replace("    certificates:\n      - pem: x\n", "").replace("enabled: true\nsettings", "enabled: false\nsettings"), Warning, "certificate-none"),
        (t.replace("    certificates:\n      - pem: x\n", ""), Warning, "certificate-none"),
        (i.replace("https://idp.example.org/sso", "https://accounts.google.com/o/saml2?idpid=C1"), Error, "google-endpoint"),
        (i.replace("entity_id: https://idp.example.org", "entity_id: https://accounts.google.com/o/saml2/idp?idpid=C1"), Error, "google-endpoint"),
        (i.replace("https://idp.example.org/sso", "'https://<your-domain>/sso'"), Error, "placeholder"),
        (f.replace("client_id: c", "client_id: YOUR_CLIENT_ID"), Error, "placeholder"),
        (entra.clone(), Warning, "entra-any-tenant"),
        (entra, Warning, "username-unverified"),
        (f.replace("  client_secret_expires_on: 2027-11-01\n", ""), Info, "client-secret-end-unknown"),
        (format!("{t}directory:\n  token: env:T\n"), Info, "token-end-unknown"),
        (format!("{t}directory:\n  token: env:T\n  client_id: c\n  client_secret: env:S\n"), Warning, "directory-keys-several"),
        (format!("{y}directory:\n  login: abcd_ef\n  password: env:P\n  token: env:T\n"), Warning, "directory-key-unread"),
    ];
    for (text, severity, code) in rows {
        let found = found(&text);
        assert!(found.contains(&(severity, code)), "{severity} {code} not in {found:?} of\n{text}");
    }
}

#[test]
fn what_locks_everybody_out_is_still_to_be_done_in_a_draft() {
    let draft = |text: &str| {
        text.replace("enabled: true\nsettings", "enabled: false\nsettings")
            .replace("enabled: true\nsaml", "enabled: false\nsaml")
    };
    for (text, code) in [
        (qvidian().replace("  default_roles: [Everyone]\n", ""), "default-roles-missing"),
        (qualtrics().split("mappings:").next().unwrap().to_owned(), "validation-without-mapping"),
        (qualys().replace("    certificates:\n      - pem: x\n", ""), "certificate-none"),
    ] {
        assert!(found(&text).contains(&(Severity::Error, code)), "{code}");
        assert!(found(&draft(&text)).contains(&(Severity::Warning, code)), "{code}");
    }
}

#[test]
fn what_is_right_is_not_told_as_a_slip() {
    let (t, y, v, f, i) = (qualtrics(), qualys(), qvidian(), qualifio(), ino());
    let google = "version: 1\nprovider: qualifio\nname: Prod\ntechnical_contact: a@b.example\noauth:\n  kind: google\n\
                  login:\n  mode: sso-only\n  email_domains: [example.org]\n";
    let outbound = "version: 1\nprovider: ino-cx\nname: H\ntechnical_contact: a@b.example\nsettings:\n  domain: acme\n\
                    oauth:\n  kind: outbound\n  method: HubSpot\n";
    let discovered = f
        .replace("  authorization_endpoint: https://o.example/a\n", "  discovery: https://o.example/d\n")
        .replace("  token_endpoint: https://o.example/t\n", "")
        .replace("  public_keys_endpoint: https://o.example/k\n", "")
        .replace("  issuer: https://o.example\n", "");
    for text in [
        google.to_owned(),
        outbound.to_owned(),
        // QF4: the address of the document stands for all the others.
        discovered,
        f.replace("  public_keys_endpoint: https://o.example/k\n", "  public_key: x\n"),
        // A value of an attribute may have any character, and a group any brackets.
        v.replace("value: Bosses", "value: 'CN=<Bosses> {x}'"),
        v.replace("value: Bosses", "value: A|B").replace("  default_roles", "  group_delimiter: ';'\n  default_roles"),
        y.replace("  match_by: external_id\n", "")
            .replace("  external_id: qualysguard_external_id\n", "  login: uid\n"),
        t.replace("user_type_validation: true", "user_type_validation: false")
            .replace("[Brand Administrator]", "[Staff]"),
        i.replace("https://idp.example.org/sso", "https://accounts.google.com/o/saml2/idp?idpid=C1"),
        format!("{i}  options:\n    name_id_format: urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\n"),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}
