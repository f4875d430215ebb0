//! `connection add` for every kind of connection of every vendor, wholly by flags: what is
//! written, what is refused with the vendor's reason, and what no other vendor's file has.

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;

/// A desk with metadata, a discovery document, a certificate and a public key.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("idp.xml", Idp::new().xml());
    desk.write("op.json", made::discovery("https://op.example.org"));
    desk.write("idp.crt", made::pem(&made::good()));
    desk.write("key.pem", made::rsa_key(2048).public_key_to_pem().unwrap());
    desk
}

fn add<'a>(name: &'a str, provider: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["connection", "add", name, "--provider", provider], more].concat()
}

/// The file of a connection without the lines of its certificates.
fn file(desk: &Desk, name: &str) -> String {
    let text = desk.read(&format!("connections/{name}.yaml"));
    let body = |line: &&str| line.len() < 40 || line.contains([':', '-', '#']);
    text.lines().filter(body).map(|line| format!("{line}\n")).collect()
}

const BY_HAND: [&str; 6] = [
    "--idp-entity-id",
    "https://idp.example.org/idp",
    "--sso-url",
    "https://idp.example.org/sso",
    "--certificate",
    "idp.crt",
];

#[test]
fn a_saml_connection_is_made_wholly_by_hand() {
    let desk = desk();
    let more = ["--setting", "platform=EU1", "--set", "settings.primary_contact=abcd_ef"];
    let exit = ["--set", "login.exit_url=https://www.example.org/", "--technical-contact", "a@example.org"];
    desk.ssoctl(&add("q", "qualys", &[&BY_HAND[..], &more, &exit].concat())).exits(0);
    let text = file(&desk, "q");
    let (head, rest) = text.split_once("    - sha256: ").unwrap();
    assert_eq!(
        head,
        "# One SSO connection; `ssoctl connection show` reads it, `ssoctl connection set` changes it\n\
         version: 1\nprovider: qualys\nname: q\ntechnical_contact: a@example.org\nstatus:\n  enabled: false\n\
         settings:\n  platform: EU1\n  primary_contact: abcd_ef\nsaml:\n  idp:\n    entity_id: https://idp.example.org/idp\n    \
         sso:\n    - binding: HTTP-Redirect\n      location: https://idp.example.org/sso\n      enabled: true\n    certificates:\n"
    );
    assert!(rest.ends_with("-----END CERTIFICATE-----\nlogin:\n  exit_url: https://www.example.org/\n"), "{rest}");
}

#[test]
fn the_binding_of_a_url_by_hand_is_one_that_the_vendor_takes() {
    let desk = desk();
    desk.ssoctl(&add("a", "qualtrics", &[&BY_HAND[..], &["--binding", "post"]].concat())).exits(0);
    assert!(desk.read("connections/a.yaml").contains("binding: HTTP-POST\n"));
    let before = desk.files();
    let output = desk
        .ssoctl(&add("b", "qualys", &[&BY_HAND[..], &["--binding", "HTTP-POST", "--format", "json"]].concat()))
        .exits(3);
    assert_eq!(output.json()["error"]["code"], "binding-not-allowed");
    output.tells("it takes: HTTP-Redirect");
    // What is missing is told like in a file, and nothing is written.
    desk.ssoctl(&add("b", "qualys", &["--sso-url", "https://idp.example.org/sso"]))
        .exits(3)
        .tells("entity ID is empty");
    desk.ssoctl(&add("b", "qualys", &["--idp-entity-id", "https://i.example"])).exits(3).tells("binding-none");
    assert_eq!(desk.files(), before);
}

#[test]
fn single_logout_and_lists_are_what_the_page_of_qvidian_asks_for() {
    let desk = desk();
    let more = [
        "--slo-url=https://idp.example.org/slo",
        "--set=saml.options.single_logout=yes",
        "--set=provisioning.default_roles=Author|Reviewer, senior",
        "--set=provisioning.just_in_time=true",
        "--set=provisioning.group_delimiter=;",
        "--set=login.landing_url=https://www.example.org/",
    ];
    desk.ssoctl(&add("v", "qvidian", &[&BY_HAND[..], &more].concat())).exits(0);
    let text = file(&desk, "v");
    assert!(
        text.contains("    slo:\n    - binding: HTTP-Redirect\n      location: https://idp.example.org/slo\n"),
        "{text}"
    );
    assert!(
        text.ends_with(
            "  options:\n    single_logout: true\nprovisioning:\n  just_in_time: true\n  update_on_every_login: false\n  \
             default_roles:\n  - Author\n  - Reviewer, senior\n  group_delimiter: ;\nlogin:\n  landing_url: https://www.example.org/\n"
        ),
        "{text}"
    );
}

#[test]
fn a_custom_oauth_connection_is_made_by_hand_too() {
    let desk = desk();
    let more = [
        "--authorization-endpoint=https://op.example.org/a",
        "--token-endpoint=https://op.example.org/t",
        "--issuer=https://op.example.org",
        "--client-id=ssoctl",
        "--client-secret=env:S",
        "--public-key=key.pem",
        "--set=login.email_domains=example.org,example.edu",
        "--set=login.mode=sso-only",
    ];
    desk.ssoctl(&add("f", "qualifio", &more)).exits(0);
    let shown = desk.ssoctl(&["connection", "show", "f", "--format", "json"]).exits(0).json();
    assert_eq!(shown["oauth"]["kind"], "custom");
    assert!(shown["oauth"]["public_key"].as_str().unwrap().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    assert_eq!(
        shown["login"],
        serde_json::json!({"mode": "sso-only", "email_domains": ["example.org", "example.edu"]})
    );
    assert!(!desk.read("connections/f.yaml").contains("migration"));
    // With all that Qualtrics asks for there is nothing to complain of but the contact.
    let more = [
        "--authorization-endpoint=https://op.example.org/a",
        "--token-endpoint=https://op.example.org/t",
        "--user-info-endpoint=https://op.example.org/u",
        "--public-keys-endpoint=https://op.example.org/k",
        "--token-auth-method=basic,post",
        "--bearer=body",
        "--issuer=https://op.example.org",
        "--client-id=ssoctl",
        "--client-secret=env:S",
    ];
    let output = desk.ssoctl(&add("t", "qualtrics", &more)).exits(0);
    assert!(!output.stderr.contains("oauth-field-missing"), "{}", output.stderr);
    let shown = desk.ssoctl(&["connection", "show", "t", "--format", "json"]).exits(0).json();
    let oauth = &shown["oauth"];
    assert_eq!(oauth["token_endpoint_auth_methods"], serde_json::json!(["client_secret_basic", "client_secret_post"]));
    assert_eq!((&oauth["user_info_bearer"], &oauth["scope"]), (&"body".into(), &"openid email profile".into()));
    assert_eq!(oauth["id_token_algorithms"], serde_json::json!(["RS256"]));
}

#[test]
fn google_entra_and_outbound_have_what_their_vendors_ask_for() {
    let desk = desk();
    desk.ssoctl(&add("g", "qualtrics", &["--google", "--valid-email-domain", "example.org"])).exits(0);
    assert!(file(&desk, "g").ends_with(
        "oauth:\n  kind: google\nprovisioning:\n  just_in_time: false\n  notify_admins: false\n  valid_email_domains:\n  - \
         example.org\nmigration:\n  change_on_login: false\n  merge_on_login: false\n"
    ));
    for (name, flag) in [("qg", "--google"), ("qe", "--entra")] {
        desk.ssoctl(&add(name, "qualifio", &[flag, "--set", "login.email_domains=example.org"])).exits(0);
        let kind = flag.trim_start_matches('-');
        assert!(
            file(&desk, name)
                .ends_with(&format!("oauth:\n  kind: {kind}\nlogin:\n  email_domains:\n  - example.org\n"))
        );
    }
    let output = desk.ssoctl(&add("crm", "ino-cx", &["--outbound", "Salesforce", "--setting", "domain=acme"])).exits(0);
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    assert!(
        file(&desk, "crm").ends_with("settings:\n  domain: acme\noauth:\n  kind: outbound\n  method: Salesforce\n")
    );
    let output =
        desk.ssoctl(&add("other", "ino-cx", &["--outbound", "Pipedrive", "--setting", "domain=acme"])).exits(0);
    output.tells("warning[value-unlisted]").tells("HubSpot");
    let list = desk.ssoctl(&["connection", "list"]).exits(0);
    list.shows("outbound").shows("Entra").shows("Salesforce");
}

#[test]
fn a_vendor_that_takes_one_certificate_gets_a_cut_over() {
    let desk = desk();
    let next = made::certificate(&made::rsa_key(2048), 0, 900 * made::DAY);
    desk.write("both.pem", format!("{}{}", made::pem(&made::good()), made::pem(&next)));
    let more = ["--idp-entity-id=https://i.example", "--sso-url=https://i.example/sso", "--certificate=both.pem"];
    let output = desk.ssoctl(&add("i", "ino-cx", &[&more[..], &["--setting=domain=acme"]].concat())).exits(0);
    output.tells("warning[certificates-several]").tells("`ssoctl cert remove i SHA256`");
    let sheet = desk.ssoctl(&["connection", "handover", "i", "--for", "vendor"]).exits(0);
    sheet.shows("one certificate only").shows("signs with today");
    // QT4: Qualtrics holds several.
    let output = desk.ssoctl(&add("t", "qualtrics", &more)).exits(0);
    assert!(!output.stderr.contains("certificates-several"));
    desk.ssoctl(&add("s", "scim", &more)).exits(0).tells("info[certificates-several]");
}

#[test]
fn what_a_vendor_does_not_offer_is_refused_with_its_reason() {
    let desk = desk();
    let before = desk.files();
    let hand = BY_HAND.join(" ");
    for (line, exit, code, words) in [
        ("qualys --google", 3, "protocol-unsupported", "Google can be the SAML 2.0 identity provider"),
        ("qualys --discovery op.json", 3, "protocol-unsupported", "Qualys supports SAML 2.0 only"),
        ("qualtrics --entra", 3, "protocol-unsupported", "use SAML"),
        ("qvidian --entra", 3, "protocol-unsupported", "Entra can be"),
        ("ino-cx --discovery op.json", 3, "protocol-unsupported", "no user logs in to INO cx"),
        ("qualtrics --outbound HubSpot", 3, "protocol-unsupported", "does not log in at other applications"),
        ("ino-cx --outbound HubSpot --just-in-time", 2, "field-not-offered", "users must exist and be linked"),
        ("qualys --metadata idp.xml --just-in-time", 2, "field-not-offered", "users must have accounts"),
        ("qualys --metadata idp.xml --set provisioning.notify_admins=yes", 2, "field-not-offered", "has no"),
        ("qualtrics --metadata idp.xml --set login.exit_url=https://x.example", 2, "field-not-offered", "has no"),
        ("qualtrics --google --valid-email-domain a.example --set mappings=x", 2, "field-value", "mappings"),
        ("qualifio --metadata idp.xml --set login.mod=mixed", 2, "field-not-offered", "did you mean `login.mode`?"),
        ("qualifio --metadata idp.xml --set login.mode=sometimes", 2, "field-value", "write one of mixed, sso-only"),
        ("qualys --metadata idp.xml --set login.exit_url=www.example.org", 2, "field-value", "https://"),
        ("qvidian --metadata idp.xml --set provisioning.just_in_time=perhaps", 2, "field-value", "`yes` or `no`"),
        ("ino-cx --metadata idp.xml --set reference=a/b", 2, "field-value", "is not allowed"),
        ("qualtrics --metadata idp.xml --display-name a --set display_name=b", 2, "field-value", "takes one value"),
        ("qualtrics --metadata idp.xml --set display_name", 2, "set-form", "PATH=VALUE"),
        ("qualtrics --discovery op.json --issuer x", 2, "usage", "cannot be used with"),
        ("qualtrics --discovery op.json --sso-url https://x.example", 2, "saml-flag", "of SAML connections"),
        ("qualtrics --metadata idp.xml --token-endpoint https://x.example", 2, "oauth-flag", "of custom OAuth 2.0"),
        ("qualtrics --metadata - --certificate -", 2, "usage", "cannot be used with"),
        ("qualtrics --idp-entity-id x --certificate - --certificate -", 2, "stdin-twice", "cannot be both"),
        ("qualtrics", 2, "source-missing", "--metadata SOURCE"),
    ] {
        let words_of = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        let arguments = [&["connection", "add", "x", "--format", "json", "--provider"], &words_of(line)[..]].concat();
        let output = desk.ssoctl(&arguments).exits(exit);
        assert_eq!(output.json()["error"]["code"], code, "{line}");
        output.tells(words);
        assert_eq!(desk.files(), before, "{line}");
    }
    let output = desk.ssoctl(&["connection", "add", "x", "--google", "--format", "json"]).exits(2);
    assert_eq!(output.json()["error"]["code"], "provider-missing");
    assert_eq!(hand.split(' ').count(), BY_HAND.len());
    // What nobody knows is told, and kept.
    desk.ssoctl(&add("s", "scim", &["--google"])).exits(0).tells("warning[protocol-unknown]");
}

#[test]
fn a_private_key_is_refused_and_never_echoed() {
    let desk = desk();
    let key = String::from_utf8(made::rsa_key(2048).private_key_to_pem_pkcs8().unwrap()).unwrap();
    desk.secret(key.lines().nth(1).unwrap());
    desk.write("idp.key", &key);
    let before = desk.files();
    let more = ["--idp-entity-id", "https://i.example", "--sso-url", "https://i.example/sso", "--certificate"];
    for (certificate, exit, code) in [("idp.key", 3, "private-key"), (key.as_str(), 2, "key-in-argument")] {
        let more = [&more[..], &[certificate, "--format", "json"]].concat();
        let output = desk.ssoctl(&add("x", "qualtrics", &more)).exits(exit);
        assert_eq!(output.json()["error"]["code"], code);
    }
    let public = ["--public-key", "idp.key"];
    desk.ssoctl(&add("x", "qualifio", &public)).exits(3).tells("must never leave its owner");
    desk.secret("hunter2-of-the-client");
    let pasted = ["--issuer=x", "--set", "oauth.client_secret=hunter2-of-the-client"];
    desk.ssoctl(&add("x", "qualtrics", &pasted)).exits(3).tells("must be a reference");
    assert_eq!(desk.files(), before);
}

#[test]
fn a_vendor_of_ones_own_is_asked_for_what_its_page_has() {
    let desk = desk();
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write(
        "providers/acme.yaml",
        "version: 1\nid: acme\ntitle: Acme\ncapabilities:\n  saml: yes\n  oauth: \"no: Acme has SAML alone\"\n  \
         just_in_time: \"no: users are imported\"\npage:\n- title: Portal\n  fields:\n  - path: settings.tenant\n    label: Tenant\n    \
         characters: a-z\n  - path: login.landing_url\n    label: Landing page\n    shape: url\n  - path: attributes.email\n    label: \
         E-mail\n    required: true\nsaml:\n  request_bindings: [HTTP-POST]\n  sp:\n    source: unknown\n    ask: which ones?\n",
    );
    let more = ["--setting=tenant=x", "--attribute=email=mail", "--set=login.landing_url=https://www.example.org/"];
    desk.ssoctl(&add("a", "acme", &[&BY_HAND[..], &more].concat())).exits(0);
    let text = file(&desk, "a");
    assert!(text.starts_with("# One SSO connection;") && text.contains("settings:\n  tenant: x\n"), "{text}");
    assert!(text.ends_with("attributes:\n  email: mail\nlogin:\n  landing_url: https://www.example.org/\n"), "{text}");
    desk.ssoctl(&add("b", "acme", &["--discovery", "op.json"])).exits(3).tells("Acme has SAML alone");
    desk.ssoctl(&add("b", "acme", &[&BY_HAND[..], &["--just-in-time"]].concat())).exits(2).tells("users are imported");
    desk.ssoctl(&add("b", "acme", &[&BY_HAND[..], &["--set=login.exit_url=x"]].concat()))
        .exits(2)
        .tells("Acme has no `login.exit_url`");
    let google = ["--google", "--valid-email-domain=a.example", "--update-on-every-login"];
    desk.ssoctl(&add("b", "qualtrics", &google)).exits(2).tells("in a connection of this kind");
}

#[test]
fn a_user_list_that_ssoctl_has_no_adapter_for_is_told_with_the_other_way() {
    let desk = desk();
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write(
        "providers/acme.yaml",
        "version: 1\nid: acme\ntitle: Acme\ncapabilities:\n  saml: yes\n  rename_users: yes\nusername:\n  form: '{value}'\nsaml:\n  \
         request_bindings: [HTTP-POST]\n  sp:\n    source: unknown\n    ask: which ones?\n",
    );
    desk.ssoctl(&add("a", "acme", &[&BY_HAND[..], &["--token=env:TOKEN"]].concat())).exits(0);
    desk.write("roster.csv", "username,new\nold,1\n");
    let migrate = ["users", "migrate", "--csv", "roster.csv", "--connection", "a", "--format", "json"];
    let output = desk.ssoctl(&migrate).exits(3);
    assert_eq!(output.json()["error"]["code"], "directory-unsupported");
    output.tells("--directory FILE");
}
