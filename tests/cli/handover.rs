//! `ssoctl connection handover` and `connection url`: what others are given, and what comes back.
//! The sheets of the five vendors are whole files in `tests/golden/handover`;
//! `SSOCTL_BLESS=1 cargo test --test cli handover` rewrites them.

use crate::harness::Desk;

const VENDORS: [&str; 5] = ["ino-cx", "qualifio", "qualtrics", "qualys", "qvidian"];

/// A workspace with a connection to each vendor, called as the vendor.
fn desk() -> Desk {
    let desk = Desk::new();
    for id in VENDORS {
        desk.write(&format!("connections/{id}.yaml"), fixture(id));
    }
    // What the reference in the file stands for.
    desk.secret("s3cret-of-qualifio");
    desk
}

fn fixture(id: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/handover");
    std::fs::read_to_string(folder.join(format!("{id}.yaml"))).unwrap()
}

fn hold(name: &str, wanted: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/handover").join(name);
    if std::env::var_os("SSOCTL_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "{name} differs; `SSOCTL_BLESS=1 cargo test --test cli handover` rewrites it:\n{wanted}");
}

#[test]
fn each_vendor_and_each_identity_provider_gets_its_sheet() {
    let desk = desk();
    for id in VENDORS {
        for side in ["vendor", "idp"] {
            let run = desk
                .command(&["connection", "handover", id, "--for", side])
                .env("QUALIFIO_SECRET", "s3cret-of-qualifio");
            let sheet = run.run().exits(0).stdout;
            hold(&format!("{id}-{side}.md"), &sheet);
            // A person and `md` read the same.
            let markdown = desk.ssoctl(&["connection", "handover", id, "--for", side, "--format", "md"]).exits(0);
            assert_eq!(markdown.stdout, sheet);
        }
    }
}

#[test]
fn a_sheet_comes_back_equal_in_each_of_its_formats() {
    let desk = desk();
    for id in VENDORS {
        for side in ["vendor", "idp"] {
            for format in ["md", "json"] {
                let file = format!("{id}-{side}.{format}");
                let write = ["connection", "handover", id, "--for", side, "--format", format, "-o", &file];
                let wrote = desk.ssoctl(&write).exits(0);
                assert_eq!(wrote.stdout, "", "{file}");
                wrote.tells("wrote `");
                let compare = ["connection", "handover", id, "--for", side, "--compare", &file];
                let same = desk.ssoctl(&compare).exits(0);
                same.shows(if id == "qualifio" {
                    "not compared: it travels by another channel"
                } else {
                    ": the same, "
                });
                let json = desk.ssoctl(&[&compare[..], &["--format", "json"]].concat()).exits(0).json();
                assert_eq!(json["differences"].as_array().unwrap().len(), 0);
                assert_eq!(json["schema"], "ssoctl.handover-compare/1");
            }
        }
    }
}

#[test]
fn what_a_colleague_has_changed_is_told_label_by_label() {
    let desk = desk();
    let sheet = desk.ssoctl(&["connection", "handover", "qvidian", "--for", "vendor"]).exits(0).stdout;
    let changed = sheet
        .replace("**Manage Existing User Roles?**: `yes`", "**Manage Existing User Roles?**: No")
        .replace("`qvidian-users|qvidian-admins`", "`Qvidian-users|qvidian-admins`")
        .replace("- **Enable SP-Initiated Single Logout?**: `yes`\n", "")
        .replace("**SSOWebServiceCallback**", "**SSOWebserviceCallback**");
    desk.write("back.md", &changed);
    let compare = ["connection", "handover", "qvidian", "--for", "vendor", "--compare", "back.md"];
    let output = desk.ssoctl(&compare).exits(1);
    insta::assert_snapshot!(output.stdout, @r"
        User Settings > Manage Existing User Roles? (provisioning.update_roles_on_every_login)
          file   yes
          sheet  No
          expected `yes`, got `No`
        User Group / QPA Role Settings > Authorized User Groups (provisioning.authorized_groups)
          file   qvidian-users, qvidian-admins
          sheet  Qvidian-users|qvidian-admins
          differs only by capital and small letters: expected `qvidian-users`, got `Qvidian-users`
        User Settings > Enable SP-Initiated Single Logout?
          it is in the file, and the sheet does not have it
        Global settings > SSOWebServiceCallback
          it is in the file, and the sheet does not have it
        SSOWebserviceCallback
          the sheet has it, and the file does not; did you mean SSOWebServiceCallback?
        ");
    output.tells("connection set qvidian KEY=VALUE");
    let json = desk.ssoctl(&[&compare[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!(json["differences"][0]["path"], "provisioning.update_roles_on_every_login");
    assert_eq!(json["extra"][0]["near"], "SSOWebServiceCallback");
}

#[test]
fn a_sheet_that_cannot_be_read_is_refused_and_a_secret_in_one_is_not_repeated() {
    let desk = desk();
    let compare =
        |file: &str| ["connection", "handover", "qualifio", "--for", "vendor", "--compare", file].map(str::to_owned);
    let run = |desk: &Desk, file: &str| desk.ssoctl(&compare(file).each_ref().map(String::as_str));
    desk.write("empty.md", "");
    run(&desk, "empty.md").exits(3).tells("no label that could be compared").tells("hint: give what");
    desk.write("big.md", vec![b'x'; 1024 * 1024 + 1]);
    run(&desk, "big.md").exits(3).tells("is larger than");
    desk.secret("hunter2-very-secret");
    desk.write("back.txt", "Client ID: qualifio\nClient Secret: hunter2-very-secret\n");
    run(&desk, "back.txt").exits(1).shows("the sheet holds a value where a secret belongs (not shown)");
}

#[test]
fn a_sheet_is_a_page_for_mail_and_paper() {
    let desk = desk();
    for id in VENDORS {
        for side in ["vendor", "idp"] {
            let page = desk.ssoctl(&["connection", "handover", id, "--for", side, "--format", "html"]).exits(0).stdout;
            assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && page.ends_with("</html>\n"), "{page}");
            for bad in ["<script", "src=", "href=", "url(", "@import", "QUALIFIO_SECRET"] {
                assert!(!page.contains(bad), "{id} {side}: {bad}");
            }
        }
    }
    let hostile = fixture("ino-cx").replace("name: Employees", "name: \"<script>alert(1)</script> & \\\"x\\\"\"");
    desk.write("connections/ino-cx.yaml", hostile);
    let page = desk.ssoctl(&["connection", "handover", "ino-cx", "--for", "vendor", "--format", "html"]).exits(0);
    page.shows("<code>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;</code>");
}

#[test]
fn what_must_be_there_and_is_not_is_told() {
    let desk = desk();
    desk.write("connections/qualys.yaml", fixture("qualys").replace("  primary_contact: abcd_ef\n", ""));
    let output = desk.ssoctl(&["connection", "handover", "qualys", "--for", "vendor"]).exits(0);
    output.tells("warning: `Subscription (Qualys Manager Primary Contact username for the subscription)` is required");
    output.shows("(required):\n  (required: missing; a Qualys username, such as `abcd_ef`)\n");
}

#[test]
fn the_product_is_asked_for_where_its_addresses_do_not_tell() {
    let desk = desk();
    let moved = fixture("qualys").replace("http://www.okta.com/exk9e0dec4GibQIX1697", "urn:example:idp");
    desk.write("connections/qualys.yaml", moved.replace("example.okta.com", "login.example.org"));
    let idp = ["connection", "handover", "qualys", "--for", "idp"];
    let output = desk.ssoctl(&idp).exits(0);
    output.tells("`--idp entra|okta|google|adfs|ping|keycloak|shibboleth`");
    assert!(!output.stdout.contains("Where to enter it"));
    for product in ["entra", "okta", "google", "adfs", "ping", "keycloak", "shibboleth"] {
        let output = desk.ssoctl(&[&idp[..], &["--idp", product]].concat()).exits(0);
        output.shows("Where to enter it in").shows("QualysGuard_SharedPlatform-SAML20-SP");
    }
    let wrong = ["connection", "handover", "qualys", "--for", "vendor", "--idp", "okta", "--format", "json"];
    assert_eq!(desk.ssoctl(&wrong).exits(2).json()["error"]["code"], "idp-not-asked");
}

#[test]
fn no_file_is_replaced_unasked_and_no_format_taken_for_another() {
    let desk = desk();
    desk.write("mine.md", "mine");
    let write = ["connection", "handover", "qualys", "--for", "vendor", "-o", "mine.md"];
    desk.ssoctl(&write).exits(5).tells("`mine.md` is there already");
    assert_eq!(desk.read("mine.md"), "mine");
    desk.ssoctl(&[&write[..], &["--force"]].concat()).exits(0);
    assert!(desk.read("mine.md").starts_with("# Qualys"));
    insta::assert_snapshot!(desk.ssoctl(&["connection", "list", "--format", "html"]).exits(2).stderr, @r"
        error[format-unsupported]: this command does not print `html`
        hint: it has `human`, `json`; `connection handover` and `check` have `html`
        ");
    let compare = ["connection", "handover", "qualys", "--for", "vendor", "--compare", "mine.md", "--format", "md"];
    desk.ssoctl(&compare).exits(2).tells("does not print `md`");
}

#[test]
fn addresses_are_shown_and_never_made_up() {
    let desk = desk();
    insta::assert_snapshot!(desk.ssoctl(&["connection", "url", "qualys"]).exits(0).stdout, @r"
        login URL     https://qualysguard.qualys.eu/fo/login.php?idm_key=saml2_1234567890
        RelayState    idm_key=saml2_1234567890
        after login   none: Qualys has no such setting that is known
        after logout  https://www.example.org/
        ");
    insta::assert_snapshot!(desk.ssoctl(&["connection", "url", "qvidian"]).exits(0).stdout, @r"
        login URL     unknown, ask the vendor: at which URL does a login by single sign-on begin for our tenant?
        RelayState    unknown, ask the vendor: does Qvidian take a login that begins at the identity provider?
        after login   https://qvidian.example.org/start
        after logout  none: Upland Qvidian has no such setting that is known
        ");
    let json = desk.ssoctl(&["connection", "url", "qvidian", "--format", "json"]).exits(0).json();
    assert!(json["login_url"].is_null());
    assert_eq!(json["login_url_question"], "at which URL does a login by single sign-on begin for our tenant?");
    desk.write("connections/qualys.yaml", fixture("qualys").replace("  idm_key: saml2_1234567890\n", ""));
    insta::assert_snapshot!(desk.ssoctl(&["connection", "url", "qualys"]).exits(0).stdout, @r"
        login URL     not known yet: Qualys gives it when the trust is set up
                      then `ssoctl connection set qualys settings.idm_key=..`
        RelayState    not known yet: letters, digits and `_`; Qualys gives it at the end, one for each subscription
                      then `ssoctl connection set qualys settings.idm_key=..`
        after login   none: Qualys has no such setting that is known
        after logout  https://www.example.org/
        ");
    let two = fixture("qualys")
        .replace("login:\n", "login:\n  url: https://qualysguard.qualys.eu/fo/login.php?idm_key=saml2_2\n");
    desk.write("connections/qualys.yaml", two);
    desk.ssoctl(&["connection", "url", "qualys"]).exits(0).tells("warning[login-key-differs]");
}

#[test]
fn metadata_of_a_vendor_that_publishes_its_values_is_exported() {
    let desk = desk();
    let output = desk.ssoctl(&["metadata", "export", "qualys"]).exits(0);
    insta::assert_snapshot!(output.stdout, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="QualysGuard_SharedPlatform-SAML20-SP">
          <md:SPSSODescriptor AuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
            <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://qualysguard.qualys.eu/IdM/saml2/" index="0" isDefault="true"/>
            <md:AttributeConsumingService index="0">
              <md:ServiceName xml:lang="en">Example University</md:ServiceName>
              <md:RequestedAttribute Name="qualysguard_external_id" isRequired="false"/>
            </md:AttributeConsumingService>
          </md:SPSSODescriptor>
          <md:ContactPerson contactType="technical">
            <md:EmailAddress>mailto:sso@example.org</md:EmailAddress>
          </md:ContactPerson>
        </md:EntityDescriptor>
        "#);
    assert_eq!(output.stderr, "");
    desk.ssoctl(&["metadata", "export", "ino-cx"]).exits(0).shows("entityID=\"https://acme.ino.cx/api/saml/metadata\"");
    let file = fixture("qualys");
    desk.write("connections/qualys.yaml", file.replace("EU1", "GOV1"));
    desk.ssoctl(&["metadata", "export", "qualys"])
        .exits(0)
        .tells("warning[sp-values-inferred]")
        .shows("gov1.qualys.us");
    desk.write("connections/qualys.yaml", file.replace("EU1", "XX9"));
    insta::assert_snapshot!(desk.ssoctl(&["metadata", "export", "qualys"]).exits(3).stderr, @r"
        error[sp-values-unknown]: the service provider's entity ID and ACS of `qualys` are not published for the platform `XX9`
          shared platform: entity ID QualysGuard_SharedPlatform-SAML20-SP
                           ACS       https://{platform.ui_host}/IdM/saml2/
        hint: unknown, ask the vendor: which entity ID and ACS does the platform `XX9` have?
        hint: the vendor publishes them for: US1, US2, US3, EU1, EU2, IN1
        hint: or set both by hand, as the vendor tells them: `ssoctl connection set qualys saml.sp.entity_id=QualysGuard_SharedPlatform-SAML20-SP saml.sp.acs=..`
        ");
    for id in ["qvidian", "qualifio"] {
        desk.write("connections/qualifio.yaml", fixture("qvidian").replace("provider: qvidian", "provider: qualifio"));
        desk.ssoctl(&["metadata", "export", id]).exits(3).tells("unknown, ask the vendor: which entity ID and ACS");
    }
}
