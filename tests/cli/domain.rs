//! `ssoctl domain`: where e-mail domains lead, and why.

use crate::harness::Desk;

fn qualifio(kind: &str, enabled: bool, domains: &str) -> String {
    format!(
        "version: 1\nprovider: qualifio\nname: x\nstatus:\n  enabled: {enabled}\n  tested_on: 2026-11-01\noauth:\n  \
         kind: {kind}\nattributes:\n  email: email\nlogin:\n  email_domains: [{domains}]\n"
    )
}

/// Two connections that share a domain, one that is not enabled, and one to a vendor that does not route.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("connections/oidc.yaml", qualifio("custom", true, "example.org, old.example.org, b\u{fc}cher.example"));
    desk.write(
        "connections/entra.yaml",
        qualifio("entra", true, "Example.org").replace("login:\n", "login:\n  mode: sso-only\n"),
    );
    desk.write("connections/next.yaml", qualifio("custom", false, "new.example"));
    desk.write(
        "connections/q.yaml",
        "version: 1\nprovider: qualtrics\nname: q\noauth:\n  kind: google\nprovisioning:\n  valid_email_domains: [example.com]\n",
    );
    desk
}

#[test]
fn routes_and_gates_are_listed_apart() {
    let desk = desk();
    insta::assert_snapshot!(desk.ssoctl(&["domain", "list"]).exits(0).stdout, @r"
        DOMAIN           KIND   CONNECTION  PROVIDER   STATE    MODE      ALSO AT
        bücher.example   route  oidc        qualifio   enabled  mixed
        example.com      gate   q           qualtrics  new
        Example.org      route  entra       qualifio   enabled  sso-only  oidc
        example.org      route  oidc        qualifio   enabled  mixed     entra
        new.example      route  next        qualifio   tested   mixed
        old.example.org  route  oidc        qualifio   enabled  mixed
        ");
    let list = desk.ssoctl(&["domain", "list", "--provider", "qualtrics", "--format", "json"]).exits(0).json();
    assert_eq!((list["domains"].as_array().unwrap().len(), &list["domains"][0]["kind"]), (1, &"gate".into()));
    desk.ssoctl(&["domain", "list", "--provider", "qualifo"]).exits(3).tells("did you mean `qualifio`?");
    Desk::new().ssoctl(&["domain", "list"]).exits(0).tells("no connection names an e-mail domain");
}

#[test]
fn the_connection_that_answers_is_told_with_the_reason() {
    let desk = desk();
    insta::assert_snapshot!(desk.ssoctl(&["domain", "route", "anna@OLD.example.org"]).exits(0).stdout, @r"
        Qualifio: oidc (one)
          `OLD.example.org` is under its `login.email_domains`
          oidc: enabled, passwords work too
        Qualtrics does not route by domain: users choose among the enabled connections on the login page
          q does not let `OLD.example.org` in: its `provisioning.valid_email_domains` is a gate, not a route
        ");
    let route = |address: &str| {
        let run = desk.ssoctl(&["domain", "route", address, "--provider", "qualifio"]);
        run.exits(0).stdout
    };
    assert!(route("anna@example.org").starts_with("Qualifio: entra, oidc (shared)\n  Google and Entra may share"));
}

#[test]
fn near_misses_are_explained_and_nobody_answers() {
    let desk = desk();
    for (address, told) in [
        ("a@mail.example.org", "near: `example.org`, which leads to oidc: `example.org` is the domain above it"),
        ("a@exampel.org", "near: `example.org`, which leads to oidc: expected `example.org`, got `exampel.org`"),
        (
            "a@xn--bcher-kva.example",
            "near: `b\u{fc}cher.example`, which leads to oidc: the same domain in another form",
        ),
        ("a@nowhere.test", "no connection has `nowhere.test` under `login.email_domains`"),
        ("a@new.example", "next: tested, passwords work too"),
    ] {
        desk.ssoctl(&["domain", "route", address]).exits(1).shows(told);
    }
    desk.write("connections/twin.yaml", qualifio("custom", true, "example.org"));
    let clash = desk.ssoctl(&["domain", "route", "a@example.org", "--format", "json"]).exits(1).json();
    assert_eq!((&clash["schema"], &clash["verdict"]), (&"ssoctl.domain-route/1".into(), &"conflict".into()));
    let names: Vec<_> =
        clash["vendors"][0]["connections"].as_array().unwrap().iter().map(|one| &one["connection"]).collect();
    assert_eq!(names, ["entra", "oidc", "twin"]);
    assert_eq!(clash["gates"][0]["passes"], false);
    let refused = desk.ssoctl(&["domain", "route", "anna", "--format", "json"]).exits(2).json();
    assert_eq!(refused["error"]["code"], "address-form");
}

#[test]
fn a_file_that_cannot_be_read_may_be_the_one_that_answers() {
    let desk = desk();
    desk.write("connections/bad.yaml", "version: 1\nnonsense: 1\n");
    for line in ["domain list", "domain route a@example.org", "domain route a@nowhere.test"] {
        let words: Vec<&str> = line.split(' ').collect();
        desk.ssoctl(&words).exits(3).tells("connections/bad.yaml:2:1: unknown key `nonsense`");
    }
    let list = desk.ssoctl(&["domain", "list", "--format", "json"]).exits(3).json();
    assert_eq!(list["unreadable"][0]["reference"], "bad");
}
