//! Documents of federations: how long they are valid, what they list, and IDs that stand twice.

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;

/// A signed document that is valid for so many days, or without an end.
fn signed(desk: &Desk, name: &str, more: &[&str]) {
    desk.write("signer.crt", made::pem(&made::good()));
    let key = String::from_utf8(made::key().private_key_to_pem_pkcs8().unwrap()).unwrap();
    let export =
        ["metadata", "export", "--sp-entity-id", "https://sp.example.org", "--sp-acs", "https://sp.example.org/acs"];
    let sign = ["--sign", "--key", "env:KEY", "-o", name];
    desk.command(&[&export[..], &sign, more].concat()).env("KEY", key).run().exits(0);
}

#[test]
fn verify_asks_for_an_end_and_for_a_near_one() {
    let desk = Desk::bare();
    signed(&desk, "month.xml", &["--valid-for", "30", "--cache-for", "6"]);
    signed(&desk, "for-ever.xml", &[]);
    let verify = |more: &[&str], now: &str, exit: i32| {
        let line = [&["metadata", "verify", "--trust", "signer.crt", "--format", "json"], more].concat();
        desk.command(&line).env("SSOCTL_NOW", now).run().exits(exit)
    };
    const NOW: &str = "2026-11-22T10:00:00Z";
    const LATER: &str = "2027-01-01T00:00:00Z";
    let verdict = verify(&["month.xml", "--max-validity", "30"], NOW, 0).json();
    assert_eq!(verdict["valid_until"], "2026-12-22T10:00:00Z");
    assert_eq!(verdict["cache_duration_seconds"], 21_600);
    verify(&["for-ever.xml"], NOW, 0);
    // Its signature holds; that the copy is old is a warning until somebody asks.
    verify(&["month.xml"], LATER, 0).tells("warning[metadata-expired]");
    for (more, now, code) in [
        (&["month.xml", "--max-validity", "29"][..], NOW, "valid-until-too-far"),
        (&["month.xml", "--require-valid-until"], LATER, "metadata-expired"),
        (&["for-ever.xml", "--require-valid-until"], NOW, "valid-until-missing"),
        (&["for-ever.xml", "--max-validity", "14"], NOW, "valid-until-missing"),
        (&["month.xml", "--entity-id", "https://sp.example.org", "--max-validity", "1"], NOW, "valid-until-too-far"),
    ] {
        let verdict = verify(more, now, 1).json();
        assert_eq!((&verdict["verdict"], &verdict["code"]), (&"failed".into(), &code.into()), "{more:?}");
        assert_eq!(verdict["signed_entity_ids"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn inspect_and_connections_ask_the_same() {
    let desk = Desk::new();
    let idp = Idp::new().xml();
    desk.connect("q", &idp, &[]);
    desk.write("odd.xml", idp.replacen(" entityID", " validUntil='soon' entityID", 1));
    desk.write("far.xml", idp.replacen(" entityID", " validUntil='2030-01-01T00:00:00Z' entityID", 1));
    let before = desk.files();
    let add = ["connection", "add", "r", "--provider", "qualtrics", "--metadata"];
    for (file, flag, code) in [
        ("q.xml", "--require-valid-until", "valid-until-missing"),
        ("odd.xml", "--require-valid-until", "valid-until-unreadable"),
        ("far.xml", "--max-validity=14", "valid-until-too-far"),
    ] {
        for command in [&["metadata", "inspect"][..], &add, &["connection", "set", "q", "--metadata"]] {
            let run = desk.ssoctl(&[command, &[file, flag, "--format", "json"]].concat()).exits(5);
            assert_eq!(run.json()["error"]["code"], code, "{command:?}");
        }
    }
    let refresh = ["connection", "refresh", "q", "--apply", "--metadata", "far.xml", "--max-validity"];
    desk.ssoctl(&[&refresh[..], &["14"]].concat()).exits(5).tells("more than 14 days from now");
    assert_eq!(desk.files(), before);
    desk.ssoctl(&["metadata", "inspect", "far.xml", "--require-valid-until"]).exits(0).shows("2030-01-01");
    desk.ssoctl(&["connection", "set", "q", "--metadata", "far.xml", "--max-validity", "2000"]).exits(0);
    let lonely =
        desk.ssoctl(&["connection", "set", "q", "status.enabled=true", "--max-validity", "14", "--format", "json"]);
    assert_eq!(lonely.exits(2).json()["error"]["code"], "validity-flag");
}

#[test]
fn an_id_that_stands_twice_is_told_or_refused_and_found_in_nested_groups() {
    let desk = Desk::new();
    let inner = |all: &[Idp]| made::aggregate(all);
    let nested = |all: &[Idp], more: &str| {
        let outer = inner(all);
        outer.replace("</md:EntitiesDescriptor>", &format!("{more}</md:EntitiesDescriptor>"))
    };
    let other = || Idp::new().called("https://other.example.org");
    desk.write("same.xml", nested(&[other(), Idp::new()], &inner(&[Idp::new()])));
    desk.write(
        "differs.xml",
        nested(&[other(), Idp::new()], &inner(&[Idp::new().also("SOAP", "https://evil.example/sso")])),
    );
    desk.write("deep.xml", nested(&[other()], &inner(&[Idp::new()])));
    let add = |name: &str, file: &str| {
        let line =
            ["connection", "add", name, "--provider", "qualtrics", "--metadata", file, "--entity-id", made::ENTITY_ID];
        let more = ["--technical-contact", "sso@example.org", "--setting", "brand_id=b", "--attribute", "email=mail"];
        let rest = ["--attribute=username=uid", "--attribute=first_name=a", "--attribute=last_name=b", "--format=json"];
        desk.ssoctl(&[&line[..], &more, &rest].concat())
    };
    let inspect = |file: &str| {
        desk.ssoctl(&["metadata", "inspect", file, "--entity-id", made::ENTITY_ID, "--lint", "--format", "json"])
    };
    assert_eq!(inspect("deep.xml").exits(0).json()["entities"][0]["entity_id"], made::ENTITY_ID);
    add("deep", "deep.xml").exits(0);
    add("same", "same.xml").exits(0).tells("warning[entity-id-duplicate]");
    inspect("same.xml").exits(0).tells("the first is taken");
    assert_eq!(add("differs", "differs.xml").exits(5).json()["error"]["code"], "entity-id-ambiguous");
    // Both are shown, so that somebody can see why.
    let shown = inspect("differs.xml").exits(1);
    assert_eq!(shown.json()["entities"].as_array().unwrap().len(), 2);
    shown.tells("error[entity-id-ambiguous]");
}

#[test]
fn a_federation_is_listed_and_searched() {
    let desk = Desk::bare();
    let xml = made::aggregate(&[Idp::new(), Idp::new().called("https://idp.example.net/idp"), Idp::new()]);
    desk.write("f.xml", xml);
    let list = desk.ssoctl(&["metadata", "inspect", "f.xml", "--list"]).exits(0);
    insta::assert_snapshot!(list.stdout, @r"
        SAML metadata  f.xml
        group          example federation
        entities       3
        signature      none

        ENTITY ID                    ROLES
        https://idp.example.org/idp  IDPSSODescriptor
        https://idp.example.net/idp  IDPSSODescriptor
        https://idp.example.org/idp  IDPSSODescriptor
        ");
    list.tells("warning[entity-id-duplicate]");
    let found = desk.ssoctl(&["metadata", "inspect", "f.xml", "--list", "--search", "EXAMPLE.NET", "--role", "idp"]);
    found.exits(0).shows("1 found of 3");
    let none =
        desk.ssoctl(&["metadata", "inspect", "f.xml", "--list", "--role", "sp", "--format", "json"]).exits(0).json();
    assert_eq!((none["entity_count"].as_u64(), none["others"].as_array().unwrap().len()), (Some(3), 0));
    let all = desk.ssoctl(&["metadata", "inspect", "f.xml", "--list", "--format", "json"]).exits(0).json();
    assert_eq!(all["others"][1]["registration_authority"], serde_json::Value::Null);
    assert!(all["others"][1]["scopes"].is_array() && all["others"][1]["display_names"].is_array());
    desk.ssoctl(&["metadata", "inspect", "f.xml", "--search", "x"]).exits(2).tells("--list");
}
