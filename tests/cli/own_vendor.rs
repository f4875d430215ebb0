//! AL5: a vendor of one's own, from an empty workspace to a simulated login, without a line of Rust.

use crate::harness::Desk;
use crate::made::Idp;

const PROFILE: &str = include_str!("../../sample-configs/own-vendor/providers/acme-desk.yaml");

#[test]
fn a_sixth_vendor_goes_from_an_empty_workspace_to_a_simulated_login() {
    let desk = Desk::new();
    desk.ssoctl(&["provider", "show", "acme-desk"]).exits(3).tells("providers/acme-desk.yaml");
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write("providers/acme-desk.yaml", PROFILE);
    desk.ssoctl(&["provider", "list"]).exits(0).shows("acme-desk");
    let shown = desk.ssoctl(&["provider", "show", "acme-desk"]).exits(0);
    shown.shows("an Enterprise licence").shows("may userName be changed by SCIM?");
    desk.write("idp.xml", Idp::new().xml());
    let add = ["connection", "add", "help-desk", "--provider", "acme-desk", "--metadata", "idp.xml"];
    let more = ["--setting", "tenant=example", "--technical-contact", "sso@example.org", "--attribute", "email=mail"];
    let rest = ["--attribute", "groups=memberOf", "--set", "provisioning.just_in_time=yes"];
    let roles = ["--set", "provisioning.default_roles=Requester"];
    desk.ssoctl(&[&add[..], &more, &rest, &roles].concat()).exits(0);
    let sp = desk.ssoctl(&["metadata", "export", "help-desk"]).exits(0);
    sp.shows("entityID=\"https://example.acme.example/saml\"").shows("https://example.acme.example/saml/acs");
    let vendor = desk.ssoctl(&["connection", "handover", "help-desk", "--for", "vendor"]).exits(0);
    vendor.shows("IdP entity ID").shows("Settings > Security > Single sign-on").shows("BEGIN CERTIFICATE");
    let idp = desk.ssoctl(&["connection", "handover", "help-desk", "--for", "idp", "--idp", "keycloak"]).exits(0);
    idp.shows("https://example.acme.example/saml/acs").shows("memberOf");
    desk.ssoctl(&["connection", "url", "help-desk"]).exits(0).shows("https://example.acme.example/login");
    let map = ["mapping", "add", "help-desk", "--field", "groups", "--value", "helpdesk", "--to", "Agent"];
    desk.ssoctl(&map).exits(0);
    let login = ["login", "simulate", "help-desk", "--format", "json", "--set", "mail=anna@example.org"];
    desk.write("users.csv", "id,username,email\n1,anna@example.org,anna@example.org\n");
    let directory = ["--directory", "users.csv", "--set", "memberOf=staff;helpdesk"];
    let found = desk.ssoctl(&[&login[..], &directory].concat()).exits(0).json();
    assert_eq!((&found["decision"], &found["account"]), (&"allow".into(), &"1".into()));
    let new = ["login", "simulate", "help-desk", "--format", "json", "--set", "mail=bo@example.org"];
    let groups = ["--directory", "users.csv", "--set", "memberOf=staff;helpdesk"];
    let made = desk.ssoctl(&[&new[..], &groups].concat()).exits(0).json();
    assert_eq!((&made["code"], &made["roles"][0]), (&"account-created".into(), &"Agent".into()));
    let step = made["trace"].as_array().unwrap().iter().find(|step| step["rule"] == "role-mapping").unwrap();
    assert_eq!(step["seed"], "help page, Groups");
    // What is wrong with the profile is told with its line, by every command that needs it.
    desk.write("providers/acme-desk.yaml", PROFILE.replace("settings.tenant", "settings.tenent"));
    let broken = desk.ssoctl(&["connection", "url", "help-desk"]).exits(3);
    broken.tells("providers/acme-desk.yaml:").tells("`{tenant}` is no setting of the page");
}
