//! `ssoctl metadata inspect` and `export`.

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;

#[test]
fn nothing_in_a_document_makes_a_line_that_nobody_reads() {
    let desk = Desk::bare();
    let long = "x".repeat(1_000_000);
    let name = format!("<u:DisplayName xml:lang='en'>{long}</u:DisplayName>");
    let short = "<u:DisplayName xml:lang='en'>a school</u:DisplayName>".repeat(300);
    let head = "xmlns='urn:oasis:names:tc:SAML:2.0:metadata' xmlns:u='urn:oasis:names:tc:SAML:metadata:ui'";
    let role = "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'";
    let document = format!(
        "<EntityDescriptor {head} entityID='{long}' validUntil='{long}'><IDPSSODescriptor {role}><Extensions><u:UIInfo>\
         {name}{short}</u:UIInfo></Extensions><NameIDFormat>{long}</NameIDFormat>\
         <SingleSignOnService Binding='{long}:' Location='{long}'/></IDPSSODescriptor></EntityDescriptor>"
    );
    desk.write("long.xml", &document);
    desk.write("short.xml", document.replace(&long, "urn:x"));
    for line in [
        &["metadata", "inspect", "long.xml"][..],
        &["metadata", "inspect", "long.xml", "--list"],
        &["metadata", "inspect", "long.xml", "--entity-id", "urn:y"],
        &[
            "metadata",
            "verify",
            "long.xml",
            "--trust",
            "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ],
        &["metadata", "diff", "short.xml", "long.xml"],
        &["cert", "check", "long.xml"],
    ] {
        let run = desk.ssoctl(line);
        let output = run.ends();
        for text in [&output.stdout, &output.stderr] {
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
            assert!(longest < 12_000 && text.len() < 100_000, "{line:?}: {longest} of {}", text.len());
        }
    }
    let human = desk.ssoctl(&["metadata", "inspect", "long.xml"]).exits(0);
    human.shows("… (999500 more characters), a school, a school").shows(", … (180 more)");
    let json = desk.ssoctl(&["metadata", "inspect", "long.xml", "--format", "json"]).exits(0).json();
    let entity = &json["entities"][0];
    // What is more than shown is whole.
    assert_eq!(entity["entity_id"].as_str().unwrap().len(), 1_000_000);
    assert_eq!(entity["idp"]["name_id_formats"][0].as_str().unwrap().len(), 1_000_000);
    assert!(entity["display_names"][0]["text"].as_str().unwrap().ends_with("… (999500 more characters)"));
    assert_eq!(entity["display_names"].as_array().unwrap().len(), 200);
}

#[test]
fn inspect_tells_each_kind_of_document_by_its_content() {
    let desk = Desk::bare();
    desk.write("a", Idp::new().xml());
    desk.write("b", made::discovery("https://op.example.org"));
    desk.write("c", made::jwks(&[made::certificate(&made::rsa_key(2048), 0, made::DAY)]));
    for (file, kind) in [("a", "saml-metadata"), ("b", "discovery"), ("c", "jwks")] {
        let output = desk.ssoctl(&["metadata", "inspect", file, "--format", "json"]).exits(0);
        assert_eq!(output.json()["kind"], kind);
        assert_eq!(output.json()["schema"], "ssoctl.metadata-inspect/1");
        assert!(!desk.ssoctl(&["metadata", "inspect", file]).exits(0).stdout.is_empty());
    }
    desk.write("d", made::pem(&made::good()));
    insta::assert_snapshot!(desk.ssoctl(&["metadata", "inspect", "d"]).exits(3).stderr, @r"
        error[certificates-not-metadata]: d: this holds 1 certificate(s), not metadata
        hint: `ssoctl cert check d` shows certificates
        ");
}

#[test]
fn inspect_shows_metadata_to_a_person() {
    let desk = Desk::bare();
    let xml = include_str!("../vectors/metadata/okta.xml");
    let output = desk.command(&["metadata", "inspect", "-"]).stdin(xml).run().exits(0);
    insta::assert_snapshot!(output.stdout, @r"
        SAML metadata  standard input
        signature      none

        entity ID              http://www.okta.com/exk9e0dec4GibQIX1697
        roles                  IDPSSODescriptor
        IdP single sign-on     HTTP-POST  https://trial-5954938.okta.com/app/trial-5954938_ucarionsamltest_1/exk9e0dec4GibQIX1697/sso/saml
                               HTTP-Redirect  https://trial-5954938.okta.com/app/trial-5954938_ucarionsamltest_1/exk9e0dec4GibQIX1697/sso/saml
        wants signed requests  no
        IdP NameID formats     urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified
                               urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress
        IdP signing            until 2033-11-16  RSA 2048  emailAddress=info@okta.com,CN=trial-5954938,OU=SSOProvider,O=Okta,L=San Francisco,ST=California,C=US
                                 SHA-256 fd97809efc9cb05224319a160128829aa10e71dd54aab32147662494ff077f5b
        ");
    assert_eq!(output.stderr, "");
}

#[test]
fn inspect_reads_a_url_where_http_is_consented_to() {
    let desk = Desk::bare();
    let peer = Peer::http(|_| Answer::Body(Idp::new().xml().into_bytes()));
    let url = peer.url("/metadata");
    desk.ssoctl(&["metadata", "inspect", &url, "--insecure-allow-http"]).exits(0).shows(made::ENTITY_ID);
    assert_eq!(peer.met(), 1);
}

#[test]
fn inspect_of_a_connection_shows_what_its_file_holds() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    desk.ssoctl(&["metadata", "inspect", "q"]).exits(0).shows(made::ENTITY_ID);
    insta::assert_snapshot!(desk.ssoctl(&["metadata", "inspect", "nobody"]).exits(3).stderr, @r"
        error[source-not-found]: `nobody` is neither a file nor a connection of this workspace
        hint: `ssoctl connection list` shows the connections
        ");
}

#[test]
fn lint_makes_a_faulty_document_an_exit_code() {
    let desk = Desk::bare();
    desk.write("idp.xml", Idp::new().certificate_text("idp.crt").xml());
    desk.ssoctl(&["metadata", "inspect", "idp.xml"]).exits(0);
    desk.ssoctl(&["metadata", "inspect", "idp.xml", "--lint"]).exits(1).tells("certificate");
}

#[test]
fn export_refuses_to_guess_and_shows_both_forms() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--setting", "data_center=iad1"]);
    insta::assert_snapshot!(desk.ssoctl(&["metadata", "export", "q"]).exits(3).stderr, @r"
        error[sp-values-unknown]: the service provider's entity ID and ACS of `q` are not known, and ssoctl does not guess them
          brand form: entity ID https://testbrand.iad1.qualtrics.com
                      ACS       https://testbrand.iad1.qualtrics.com/login/v1/sso/saml2/default-sp
          data centre form: entity ID https://iad1.qualtrics.com
                            ACS       https://iad1.qualtrics.com/login/v1/sso/saml2/default-sp
        hint: save the connection at the vendor once, download its metadata, then `ssoctl connection set q --sp-metadata FILE`
        hint: or copy both from the page: `ssoctl connection set q saml.sp.entity_id=.. saml.sp.acs=..`
        ");
}

#[test]
fn export_writes_what_the_vendor_has_shown() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &Idp::new().xml(), &["--sp-metadata", "sp.xml", "--display-name", "Example University"]);
    let output = desk.ssoctl(&["metadata", "export", "q", "--valid-until", "2027-01-01"]).exits(0);
    insta::assert_snapshot!(output.stdout, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" entityID="https://testbrand.iad1.qualtrics.com" validUntil="2027-01-01T00:00:00Z">
          <md:SPSSODescriptor AuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
            <md:Extensions>
              <mdui:UIInfo>
                <mdui:DisplayName xml:lang="en">Example University</mdui:DisplayName>
              </mdui:UIInfo>
            </md:Extensions>
            <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://testbrand.iad1.qualtrics.com/login/v1/sso/saml2/default-sp" index="0" isDefault="true"/>
            <md:AttributeConsumingService index="0">
              <md:ServiceName xml:lang="en">Example University</md:ServiceName>
              <md:RequestedAttribute Name="mail" isRequired="true"/>
              <md:RequestedAttribute Name="uid" isRequired="false"/>
              <md:RequestedAttribute Name="givenName" isRequired="false"/>
              <md:RequestedAttribute Name="sn" isRequired="false"/>
            </md:AttributeConsumingService>
          </md:SPSSODescriptor>
          <md:ContactPerson contactType="technical">
            <md:EmailAddress>mailto:sso@example.org</md:EmailAddress>
          </md:ContactPerson>
        </md:EntityDescriptor>
        "#);
    desk.ssoctl(&["metadata", "export", "q", "-o", "out.xml"]).exits(0).tells("wrote `out.xml`");
    desk.ssoctl(&["metadata", "inspect", "out.xml", "--lint"]).exits(0).shows("https://testbrand.iad1.qualtrics.com");
}

#[test]
fn export_replaces_no_file_unasked() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &Idp::new().xml(), &["--sp-metadata", "sp.xml"]);
    desk.write("out.xml", "mine");
    let run = desk.ssoctl(&["metadata", "export", "q", "-o", "out.xml"]);
    insta::assert_snapshot!(run.exits(5).stderr, @r"
        error[file-exists]: `out.xml` is there already
        hint: `--force` replaces it
        ");
    assert_eq!(desk.read("out.xml"), "mine");
    desk.ssoctl(&["metadata", "export", "q", "-o", "out.xml", "--force"]).exits(0);
    assert!(desk.read("out.xml").contains("EntityDescriptor"));
    desk.ssoctl(&["metadata", "export", "q", "--valid-until", "2020-01-01"]).exits(2).tells("has passed");
}

#[test]
fn export_of_incommon_metadata_does_not_take_the_usual_pair() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    let more = ["--sp-metadata", "sp.xml", "--incommon", "--setting", "data_center=iad1"];
    desk.connect("q", &Idp::new().xml(), &more);
    desk.ssoctl(&["metadata", "export", "q"]).exits(3).tells("InCommon");
}

#[test]
fn findings_are_told_up_to_what_a_person_reads() {
    let desk = Desk::bare();
    let keys = vec!["{}"; 900].join(",");
    desk.write("jwks.json", format!("{{\"keys\":[{keys}]}}"));
    let run = desk.ssoctl(&["metadata", "inspect", "jwks.json"]).exits(0);
    assert_eq!(run.stderr.matches("warning[").count(), 200);
    run.tells("… and 700 more findings");
    let all = desk.ssoctl(&["metadata", "inspect", "jwks.json", "--format", "json"]).exits(0).json();
    assert_eq!(all["findings"].as_array().unwrap().len(), 900);
}

#[test]
fn inspect_shows_a_discovery_document_that_no_connection_may_use() {
    let desk = Desk::new();
    desk.write("common.json", made::discovery("https://login.microsoftonline.com/{tenantid}/v2.0"));
    let output = desk.ssoctl(&["metadata", "inspect", "common.json", "--format", "json"]).exits(0);
    assert_eq!(output.json()["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0");
    desk.ssoctl(&["metadata", "inspect", "common.json", "--lint"]).exits(1).tells("[issuer-template]");
    let add = ["connection", "add", "x", "--provider", "qualtrics", "--discovery", "common.json"];
    desk.ssoctl(&add).exits(3);
}
