//! `ssoctl connection add`, `list`, `show`, `set` and `remove`. The questions at a
//! terminal are not asked here: these tests have none.

use std::sync::Arc;
use std::sync::Mutex;

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;

/// The least that `add` needs besides its document.
const ADD: [&str; 8] = [
    "connection",
    "add",
    "q",
    "--provider",
    "qualtrics",
    "--technical-contact",
    "sso@example.org",
    "--attribute=email=mail",
];

fn add<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&ADD[..], more].concat()
}

#[test]
fn add_tells_what_it_assumed_and_what_is_left_to_do() {
    let desk = Desk::new();
    desk.write("idp.xml", Idp::new().xml());
    let output = desk.ssoctl(&["connection", "add", "q", "--provider", "qualtrics", "--metadata", "idp.xml"]).exits(0);
    assert_eq!(output.stdout, "");
    insta::assert_snapshot!(output.stderr, @r"
        warning[attribute-assumed]: the attribute for `email` is assumed to be `email`: no name was given
          hint: look at a real assertion; `--attribute email=NAME` says otherwise
        warning[technical-contact-missing]: no technical contact: Qualtrics would not know whom to ask
          hint: add `technical_contact: sso-team@your.domain`
        info[setting-missing]: `brand_id` (Organization ID (brand ID)) is not set
          hint: `ssoctl connection set q settings.brand_id=..`: letters, digits, `-` and `_`, such as `testbrand`; the part before `.qualtrics.com` in your login URL, and usernames end in `#` and this
        info[setting-missing]: `data_center` (Datacenter ID) is not set
          hint: `ssoctl connection set q settings.data_center=..`: lower-case letters and digits, such as `iad1` or `fra1`; Account Settings > Qualtrics IDs > User > Datacenter ID
        warning[attribute-missing]: no attribute fills `username` (Username field); Qualtrics uses `email`
          hint: `ssoctl connection set q attributes.username=..`
        warning[attribute-missing]: no attribute fills `first_name` (First name field); Qualtrics uses `email`
          hint: `ssoctl connection set q attributes.first_name=..`
        warning[attribute-missing]: no attribute fills `last_name` (Last name field); Qualtrics uses `email`
          hint: `ssoctl connection set q attributes.last_name=..`
        info[sp-values-unknown]: the service provider's entity ID and ACS are not known yet
          hint: `ssoctl connection set q --sp-metadata FILE` once the vendor shows them; `metadata export` needs them
        wrote `connections/q.yaml`
        Qualtrics needs: a Brand Administrator who can open Organization Settings > SSO
        Qualtrics needs: for `users migrate`: an API licence and the API token of a Brand Administrator
        hint: `ssoctl connection show q` shows it, `ssoctl cert check q` checks its certificates
        ");
}

#[test]
fn add_writes_each_certificate_once_and_enables_one_binding() {
    let desk = Desk::new();
    let next = made::certificate(&made::curve_key(openssl::nid::Nid::SECP384R1), 0, 900 * made::DAY);
    let xml = Idp::new().certificates(&[made::good(), next, made::good()]).also("SOAP", "https://idp.example.org/soap");
    desk.connect("q", &xml.xml(), &[]);
    let file = desk.read("connections/q.yaml");
    assert_eq!(file.matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(file.matches("enabled: true").count(), 1);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    let sso = &shown["saml"]["idp"]["sso"];
    assert_eq!((&sso[0]["binding"], &sso[0]["enabled"]), (&"HTTP-Redirect".into(), &true.into()));
    assert_eq!((&sso[1]["binding"], &sso[1]["enabled"]), (&"HTTP-POST".into(), &false.into()));
    assert_eq!(shown["saml"]["idp"]["skipped"][0]["binding"], "SOAP");
    assert_eq!(
        shown["saml"]["idp"]["skipped"][0]["reason"],
        "the vendor's request bindings are HTTP-Redirect and HTTP-POST"
    );
}

#[test]
fn add_writes_the_same_bytes_for_the_same_input() {
    let (one, other) = (Desk::new(), Desk::new());
    for desk in [&one, &other] {
        desk.connect("q", &Idp::new().xml(), &["--display-name", "0123", "--setting", "data_center=iad1"]);
    }
    assert_eq!(one.read("connections/q.yaml"), other.read("connections/q.yaml"));
}

#[test]
fn add_enables_the_binding_that_is_asked_for() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--binding", "HTTP-POST"]);
    desk.ssoctl(&["connection", "show", "q"]).exits(0).shows("HTTP-POST (enabled)").shows("HTTP-Redirect (off)");
    let run =
        desk.ssoctl(&["connection", "add", "r", "--provider", "qualtrics", "--metadata", "q.xml", "--binding", "PAOS"]);
    insta::assert_snapshot!(run.exits(3).stderr, @r"
        error[binding-not-offered]: q.xml: the identity provider offers no `PAOS` endpoint that the vendor can use
        hint: it offers: HTTP-Redirect, HTTP-POST
        ");
}

#[test]
fn add_asks_which_of_several_identity_providers_is_meant() {
    let desk = Desk::new();
    let all: Vec<Idp> =
        ["a", "b", "c"].map(|name| Idp::new().called(&format!("https://{name}.example.org/idp"))).into();
    desk.write("all.xml", made::aggregate(&all));
    let before = desk.files();
    insta::assert_snapshot!(desk.ssoctl(&add(&["--metadata", "all.xml"])).exits(2).stderr, @r"
        error[entity-choice]: all.xml: the document has 3 identity providers, and one must be chosen
        hint: name one with `--entity-id`:
          `https://a.example.org/idp`
          `https://b.example.org/idp`
          `https://c.example.org/idp`
        ");
    let run = desk.ssoctl(&add(&["--metadata", "all.xml", "--entity-id", "https://B.example.org/idp"]));
    insta::assert_snapshot!(run.exits(2).stderr, @r"
        error[entity-not-found]: all.xml: no entity has the ID `https://B.example.org/idp`
        hint: `https://b.example.org/idp` differs in upper and lower case; entity IDs are compared byte by byte
        ");
    assert_eq!(desk.files(), before);
    desk.ssoctl(&add(&["--metadata", "all.xml", "--entity-id", "https://b.example.org/idp"])).exits(0);
    assert!(desk.read("connections/q.yaml").contains("entity_id: https://b.example.org/idp\n"));
}

#[test]
fn add_takes_the_vendors_values_from_its_own_metadata() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &Idp::new().xml(), &["--sp-metadata", "sp.xml"]);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    assert_eq!(shown["saml"]["sp"]["entity_id"], "https://testbrand.iad1.qualtrics.com");
    assert_eq!(shown["saml"]["sp"]["acs"], "https://testbrand.iad1.qualtrics.com/login/v1/sso/saml2/default-sp");
    // The two documents the wrong way round.
    desk.write("idp.xml", Idp::new().xml());
    let swapped =
        ["connection", "add", "r", "--provider", "qualtrics", "--metadata", "idp.xml", "--sp-metadata", "idp.xml"];
    insta::assert_snapshot!(desk.ssoctl(&swapped).exits(3).stderr, @r"
        error[no-sp-role]: idp.xml:2: `https://idp.example.org/idp` is no service provider: it has `IDPSSODescriptor` and no `SPSSODescriptor`
        hint: this is the metadata of an identity provider: `--metadata` takes such a file
        ");
}

#[test]
fn add_reads_metadata_from_standard_input() {
    let desk = Desk::new();
    desk.command(&add(&["--metadata", "-"])).stdin(Idp::new().xml()).run().exits(0);
    assert!(desk.read("connections/q.yaml").contains(made::ENTITY_ID));
    let both = ["connection", "add", "r", "--provider", "qualtrics", "--metadata", "-", "--sp-metadata", "-"];
    desk.ssoctl(&both).exits(2).tells("standard input cannot be both");
}

#[test]
fn add_signs_requests_where_the_identity_provider_asks_for_it() {
    let desk = Desk::new();
    desk.connect("asked", &Idp::new().wants_signed_requests().xml(), &[]);
    assert!(desk.read("connections/asked.yaml").contains("sign_request: true"));
    desk.write("idp.xml", Idp::new().wants_signed_requests().xml());
    desk.ssoctl(&add(&["--metadata", "idp.xml", "--sign-request", "false"])).exits(0).tells("request-unsigned");
}

#[test]
fn add_makes_an_oauth_connection_from_a_discovery_file() {
    let desk = Desk::new();
    desk.write("op.json", made::discovery("https://op.example.org"));
    let more = ["--client-id", "ssoctl", "--client-secret", "env:CLIENT_SECRET"];
    desk.ssoctl(&[&add(&["--discovery", "op.json"])[..], &more].concat()).exits(0);
    insta::assert_snapshot!(desk.ssoctl(&["connection", "show", "q"]).exits(0).stdout, @r"
        connection         q
        provider           qualtrics
        protocol           OAuth 2.0
        state              new
        at vendor          draft
        name at vendor     q
        technical contact  sso@example.org

        OAuth 2.0
          issuer                     https://op.example.org
          client ID                  ssoctl
          client secret              env:CLIENT_SECRET
          token endpoint auth        client_secret_basic
          authorization endpoint     https://op.example.org/authorize
          token endpoint             https://op.example.org/token
          user information endpoint  https://op.example.org/userinfo
          public keys endpoint       https://op.example.org/keys
          ID token algorithms        RS256
          scope                      openid email profile
          response type, grant       code, authorization_code (fixed)

        attributes
          email       mail
          first_name  given_name
          last_name   family_name

        at login
          just-in-time provisioning  off
          update on every login      off
          valid e-mail domains       *
          change username on login   off
          merge on login             off
        ");
}

/// A server with the discovery document of an issuer, which is the server's own URL until it is changed.
fn issuer() -> (Peer, Arc<Mutex<String>>) {
    let named = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&named);
    let peer = Peer::http(move |path| match path {
        "/op/.well-known/openid-configuration" => {
            let mut document: serde_json::Value =
                serde_json::from_str(&made::discovery("https://op.example.org")).unwrap();
            document["issuer"] = told.lock().unwrap().clone().into();
            Answer::Body(document.to_string().into_bytes())
        }
        _ => Answer::Head("404 Not Found", String::new()),
    });
    *named.lock().unwrap() = peer.url("/op");
    (peer, named)
}

#[test]
fn discovery_from_an_issuer_is_found_below_its_url() {
    let desk = Desk::new();
    let (peer, _named) = issuer();
    let url = peer.url("/op");
    let more = ["--discovery", &url, "--client-id", "c", "--client-secret", "env:S"];
    let before = desk.files();
    desk.ssoctl(&add(&more)).exits(5).tells("--insecure-allow-http");
    assert_eq!((peer.met(), desk.files()), (0, before));
    desk.ssoctl(&add(&[&more[..], &["--insecure-allow-http"]].concat())).exits(0);
    let file = desk.read("connections/q.yaml");
    assert!(file.contains(&format!("issuer: {url}\n")) && file.contains(&format!("discovery: {url}\n")), "{file}");
}

#[test]
fn discovery_of_another_issuer_is_refused() {
    let desk = Desk::new();
    let (peer, named) = issuer();
    *named.lock().unwrap() = "https://somebody.example.org".to_owned();
    let before = desk.files();
    let more =
        ["--discovery", &peer.url("/op"), "--client-id", "c", "--client-secret", "env:S", "--insecure-allow-http"];
    insta::assert_snapshot!(desk.ssoctl(&add(&more)).exits(3).stderr, @r"
        error[issuer-mismatch]: the issuer is another one: expected `http://127.0.0.1:[PORT]/op`, got `https://somebody.example.org`
        hint: take the discovery document from the issuer that the document names, if you trust that one
        ");
    assert_eq!(desk.files(), before);
}

#[test]
fn list_shows_every_connection_and_its_state() {
    let desk = Desk::new();
    desk.connect("first", &Idp::new().xml(), &[]);
    desk.connect("second", &Idp::new().called("https://second.example.org").xml(), &[]);
    desk.ssoctl(&["connection", "set", "second", "status.tested_on=2026-11-01", "status.enabled=true"]).exits(0);
    insta::assert_snapshot!(desk.ssoctl(&["connection", "list"]).exits(0).stdout, @r"
        NAME    PROVIDER   PROTOCOL  STATE    AT VENDOR  IDENTITY PROVIDER
        first   qualtrics  SAML 2.0  new      draft      https://idp.example.org/idp
        second  qualtrics  SAML 2.0  enabled  draft      https://second.example.org
        ");
}

#[test]
fn show_of_a_name_that_is_nearly_right_asks_for_the_right_one() {
    let desk = Desk::new();
    desk.connect("qualtrics-prod", &Idp::new().xml(), &[]);
    insta::assert_snapshot!(desk.ssoctl(&["connection", "show", "qualtrics-pord"]).exits(3).stderr, @r"
        error[connection-not-found]: there is no connection `qualtrics-pord`
        hint: did you mean `qualtrics-prod`?
        ");
}

#[test]
fn set_changes_its_line_and_keeps_comments_and_order() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--display-name", "Example"]);
    let text = desk.read("connections/q.yaml");
    let commented = text
        .replace("display_name: Example\n", "display_name: Example   # agreed with marketing\n")
        .replace("attributes:\n", "# from the assertion of 2026-11-02\nattributes:\n");
    desk.write("connections/q.yaml", &commented);
    let run =
        desk.ssoctl(&["connection", "set", "q", "display_name=Example University", "status.enabled=true"]).exits(0);
    insta::assert_snapshot!(run.stderr, @r"
        warning[enabled-untested]: connections/q.yaml:8:3: the connection is enabled and no test login is on record
          hint: test it at the vendor, then `ssoctl connection set q status.tested_on=YYYY-MM-DD`
          name: q
          technical_contact: sso@example.org
        - display_name: Example   # agreed with marketing
        + display_name: Example University   # agreed with marketing
          status:
        -   enabled: false
        +   enabled: true
          settings:
            brand_id: testbrand
        wrote `connections/q.yaml`; nothing was changed at the vendor
        ");
    assert_eq!(
        desk.read("connections/q.yaml"),
        commented.replace("display_name: Example ", "display_name: Example University ").replacen(
            "enabled: false",
            "enabled: true",
            1
        )
    );
}

#[test]
fn set_refuses_what_would_not_work_and_writes_nothing() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    let before = desk.files();
    for (change, code, words) in [
        ("status.enabled=perhaps", 3, "expected a boolean"),
        ("colour=blue", 3, "colour"),
        ("saml.idp.sso.0.location=javascript:alert(1)", 3, "nothing was written"),
        ("attributes.email=NameID", 3, "cannot use the NameID"),
        ("migration.merge_on_login=true", 3, "just-in-time"),
        ("display_name", 2, "is not KEY=VALUE"),
        ("saml..idp=x", 2, "is not a key"),
        ("directory.token=abc-pasted-token", 3, "reference"),
    ] {
        desk.secret("abc-pasted-token");
        desk.ssoctl(&["connection", "set", "q", change]).exits(code).tells(words);
        assert_eq!(desk.files(), before, "{change}");
    }
    desk.ssoctl(&["connection", "set", "q"]).exits(2).tells("nothing to set");
    desk.ssoctl(&["connection", "set", "q", "--enable-binding", "SOAP"]).exits(3).tells("it offers: HTTP-Redirect");
    assert_eq!(desk.files(), before);
}

#[test]
fn set_enables_another_binding_and_takes_sp_metadata() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    desk.write("sp.xml", made::sp_metadata());
    desk.ssoctl(&["connection", "set", "q", "--enable-binding", "HTTP-POST", "--sp-metadata", "sp.xml"]).exits(0);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    assert_eq!(shown["saml"]["idp"]["sso"][0]["enabled"], false);
    assert_eq!(shown["saml"]["idp"]["sso"][1]["enabled"], true);
    assert_eq!(shown["saml"]["sp"]["entity_id"], "https://testbrand.iad1.qualtrics.com");
    let again = ["connection", "set", "q", "--enable-binding", "HTTP-POST"];
    desk.ssoctl(&again).exits(0).tells("says so already");
}

#[test]
fn remove_needs_consent() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    insta::assert_snapshot!(desk.ssoctl(&["connection", "remove", "q"]).exits(5).stderr, @r"
        error[not-confirmed]: `connections/q.yaml` was not removed: nobody confirmed it
        hint: `ssoctl connection remove q --yes` removes it without asking
        ");
    assert!(desk.files().contains_key("connections/q.yaml"));
    desk.ssoctl(&["connection", "remove", "q", "--yes"]).exits(0);
    assert!(!desk.files().contains_key("connections/q.yaml"));
    desk.ssoctl(&["connection", "remove", "q", "--yes"]).exits(3).tells("there is no connection `q`");
}

#[test]
fn set_takes_a_renewed_certificate_and_keeps_what_else_is_there() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--binding", "post"]);
    let file = "connections/q.yaml";
    desk.write(file, desk.read(file).replace("    entity_id:", "    # the university's own\n    entity_id:"));
    let renewed = made::certificate(&made::key(), made::NOW_UNIX - made::DAY, made::NOW_UNIX + 900 * made::DAY);
    desk.write("new.xml", Idp::new().certificates(&[made::good(), renewed.clone()]).xml());
    desk.ssoctl(&["connection", "set", "q", "--metadata", "new.xml"]).exits(0);
    let text = desk.read(file);
    assert!(text.contains("# the university's own"), "{text}");
    assert!(text.contains(&made::pem(&renewed).lines().nth(1).unwrap().to_owned()), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 150), "a certificate is on one line:\n{text}");
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    assert_eq!(shown["saml"]["idp"]["certificates"].as_array().unwrap().len(), 2);
    let on = |endpoint: &&serde_json::Value| endpoint["enabled"] == true;
    let sso = shown["saml"]["idp"]["sso"].as_array().unwrap();
    assert_eq!(sso.iter().find(on).unwrap()["binding"], "HTTP-POST");
    desk.ssoctl(&["connection", "set", "q", "--metadata", "new.xml"]).exits(0).tells("says so already");
}

#[test]
fn set_refuses_the_metadata_of_another_identity_provider() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    let before = desk.files();
    desk.write("new.xml", Idp::new().called("https://idp.example.org/idp/").xml());
    let output = desk.ssoctl(&["connection", "set", "q", "--metadata", "new.xml", "--format", "json"]).exits(5);
    assert_eq!(output.json()["error"]["code"], "entity-changed");
    output.tells("slash");
    assert_eq!(desk.read("connections/q.yaml").as_bytes(), before["connections/q.yaml"]);
}

#[test]
fn add_tells_of_an_address_once() {
    let desk = Desk::new();
    let xml = Idp::new().xml();
    let plain = xml.replace("Location=\"https:", "Location=\"http:");
    assert_ne!(plain, xml);
    desk.write("idp.xml", plain);
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--metadata", "idp.xml"];
    let told = desk.ssoctl(&add).exits(0).stderr;
    let about = |address: &str| {
        let says = |line: &&str| {
            line.contains("[location-http]") && line.contains(&format!("`http://idp.example.org/{address}`"))
        };
        told.lines().filter(says).count()
    };
    assert_eq!((about("sso/redirect"), about("sso/post")), (1, 1), "{told}");
    assert!(told.contains("ask for an `https://` endpoint"), "{told}");
}

#[test]
fn add_says_that_a_signature_was_not_verified() {
    let desk = Desk::new();
    let signature = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/><md:IDPSSODescriptor";
    let signed = Idp::new().xml().replacen("<md:IDPSSODescriptor", signature, 1);
    desk.write("idp.xml", signed);
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--metadata", "idp.xml"];
    desk.ssoctl(&add).exits(0).tells("info[signature-not-verified]");
}

// QT7.
#[test]
fn set_changes_the_username_field_under_just_in_time_only_with_consent() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--just-in-time", "true"]);
    let set = ["connection", "set", "q", "attributes.username=employeeNumber"];
    let before = desk.files();
    let run = desk.ssoctl(&[&set[..], &["--format", "json"]].concat()).exits(5);
    assert_eq!(run.json()["error"]["code"], "guarded-field");
    run.tells("get second accounts").tells("--accept guarded-field");
    assert_eq!(desk.files(), before);
    desk.ssoctl(&[&set[..], &["--accept", "guarded-field"]].concat()).exits(0);
    desk.ssoctl(&["connection", "set", "q", "provisioning.just_in_time=false"]).exits(0);
    desk.ssoctl(&["connection", "set", "q", "attributes.username=uid"]).exits(0);
}
