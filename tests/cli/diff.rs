//! `ssoctl metadata diff`. What counts as a change, and how grave it is, is tested beside
//! the engine; here is what people and scripts are shown.

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;

fn two(old: &Idp, new: &Idp) -> Desk {
    let desk = Desk::new();
    desk.write("a.xml", old.xml());
    desk.write("b.xml", new.xml());
    desk
}

#[test]
fn the_same_exits_0_and_prints_no_data() {
    let desk = two(&Idp::new(), &Idp::new());
    let output = desk.ssoctl(&["metadata", "diff", "a.xml", "b.xml"]).exits(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", "`a.xml` and `b.xml` say the same\n"));
    let document = desk.ssoctl(&["metadata", "diff", "a.xml", "b.xml", "--format", "json"]).exits(0).json();
    assert_eq!((&document["schema"], &document["changes"]), (&"ssoctl.metadata-diff/1".into(), &serde_json::json!([])));
}

#[test]
fn changes_are_grouped_by_risk_and_say_what_follows() {
    let new = Idp::new().moved("https://idp.example.org/sso/post", "http://login.example.net/post");
    let new = new.moved("https://idp.example.org/sso/redirect", "https://idp.example.org/redirect");
    let desk = two(&Idp::new(), &new.also("SOAP", "https://idp.example.org/soap"));
    let output = desk.ssoctl(&["metadata", "diff", "a.xml", "b.xml"]).exits(1);
    assert_eq!(output.stderr, "");
    assert!(output.stdout.lines().all(|line| line.chars().count() <= 80), "{}", output.stdout);
    insta::assert_snapshot!(output.stdout, @r"
        - a.xml
        + b.xml

        https://idp.example.org/idp
          high risk
            endpoint-http-downgrade: single sign-on, HTTP-POST
              - https://idp.example.org/sso/post
              + http://login.example.net/post
              who listens on the way can read and change what passes
            endpoint-moved-host: single sign-on, HTTP-POST
              - https://idp.example.org/sso/post
              + http://login.example.net/post
              users or messages go to another server: ask whether it is theirs
          medium risk
            endpoint-moved: single sign-on, HTTP-Redirect
              - https://idp.example.org/sso/redirect
              + https://idp.example.org/redirect
              the old place may stop answering: enter the new one on the other side
          for information
            binding-added: single sign-on, SOAP
              + https://idp.example.org/soap
              nothing follows until somebody uses it

        4 changes: 2 high, 1 medium, 1 info
        ");
    let document = desk.ssoctl(&["metadata", "diff", "a.xml", "b.xml", "--format", "json"]).exits(1).json();
    let first = &document["changes"][0];
    assert_eq!((&first["code"], &first["risk"]), (&"endpoint-http-downgrade".into(), &"high".into()));
    assert_eq!(
        (&first["before"], &first["entity_id"]),
        (&"https://idp.example.org/sso/post".into(), &made::ENTITY_ID.into())
    );
}

#[test]
fn a_new_key_is_shown_by_its_digest() {
    let new = made::certificate(&made::curve_key(openssl::nid::Nid::SECP384R1), 0, 900 * made::DAY);
    let desk = two(&Idp::new(), &Idp::new().certificates(&[made::good(), new]));
    let output = desk.ssoctl(&["metadata", "diff", "a.xml", "b.xml"]).exits(1);
    output.shows("key-added: signing key").shows("+ CN=idp.example.org, EC P-384, until 2029-05-10\n      + SHA-256 ");
}

#[test]
fn every_entity_of_two_federations_is_compared() {
    let desk = Desk::new();
    let named = |name: &str| Idp::new().called(&format!("https://{name}.example.org/idp"));
    desk.write("a.xml", made::aggregate(&[named("a"), named("b"), named("c")]));
    desk.write("b.xml", made::aggregate(&[named("d"), named("c").wants_signed_requests(), named("a")]));
    let document = desk.ssoctl(&["metadata", "diff", "a.xml", "b.xml", "--format", "json"]).exits(1).json();
    let rows = document["changes"].as_array().unwrap().iter();
    let found: Vec<_> = rows.map(|row| (row["entity_id"].as_str().unwrap(), row["code"].as_str().unwrap())).collect();
    assert_eq!(
        found,
        [
            ("https://b.example.org/idp", "entity-removed"),
            ("https://c.example.org/idp", "want-signed-changed"),
            ("https://d.example.org/idp", "entity-added"),
        ]
    );
    let only = ["metadata", "diff", "a.xml", "b.xml", "--entity-id", "https://a.example.org/idp"];
    desk.ssoctl(&only).exits(0).tells("say the same");
    let nobody = ["metadata", "diff", "a.xml", "b.xml", "--entity-id", "https://x.example.org/idp"];
    desk.ssoctl(&nobody).exits(2).tells("no entity has the ID");
    desk.write("one.xml", named("c").xml());
    let output = desk.ssoctl(&["metadata", "diff", "one.xml", "b.xml"]).exits(1);
    output.shows("want-signed-changed").shows("1 change: 1 medium");
}

#[test]
fn a_connections_file_is_compared_by_what_it_holds() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &Idp::new().also("SOAP", "https://idp.example.org/soap").xml(), &["--sp-metadata", "sp.xml"]);
    desk.ssoctl(&["metadata", "diff", "q", "q.xml"]).exits(0);
    desk.ssoctl(&["metadata", "diff", "q.xml", "q"]).exits(0);
    desk.ssoctl(&["metadata", "diff", "q", "sp.xml"]).exits(0);
    desk.ssoctl(&["metadata", "diff", "q", "q"]).exits(0);
    desk.write("sp2.xml", made::sp_metadata().replace("default-sp", "other-sp"));
    desk.ssoctl(&["metadata", "diff", "q", "sp2.xml"]).exits(1).shows("endpoint-moved: assertion consumer service");
    desk.write(
        "other.xml",
        Idp::new().called("https://idp.example.org/idp/").also("SOAP", "https://idp.example.org/soap").xml(),
    );
    desk.ssoctl(&["metadata", "diff", "q", "other.xml"]).exits(1).shows("entity-id-changed").shows("trailing slash");
}

#[test]
fn discovery_compares_with_discovery_and_nothing_else() {
    let desk = two(&Idp::new(), &Idp::new());
    desk.write("a.json", made::discovery("https://op.example.org"));
    let moved =
        made::discovery("https://op.example.org").replace("https://op.example.org/token", "https://op.example.org/t");
    desk.write("b.json", moved);
    desk.ssoctl(&["metadata", "diff", "a.json", "b.json"]).exits(1).shows("endpoint-moved: token endpoint");
    let add = ["connection", "add", "o", "--provider", "qualtrics", "--discovery", "a.json", "--client-id", "c"];
    desk.ssoctl(&[&add[..], &["--client-secret", "env:S", "--attribute", "email=email"]].concat()).exits(0);
    desk.ssoctl(&["metadata", "diff", "o", "a.json"]).exits(0);
    desk.ssoctl(&["metadata", "diff", "o", "b.json"]).exits(1).shows("1 change: 1 medium");
    desk.ssoctl(&["metadata", "diff", "b.json", "o"]).exits(1);
    desk.ssoctl(&["metadata", "diff", "o", "o"]).exits(0);
    let output = desk.ssoctl(&["metadata", "diff", "a.xml", "a.json", "--format", "json"]).exits(2);
    assert_eq!(output.json()["error"]["code"], "documents-unlike");
    desk.ssoctl(&["metadata", "diff", "o", "a.xml"]).exits(2).tells("not of one protocol");
    let both = desk.ssoctl(&["metadata", "diff", "-", "-", "--format", "json"]).exits(2);
    assert_eq!(both.json()["error"]["code"], "stdin-twice");
    desk.ssoctl(&["metadata", "diff", "a.xml", "gone.xml"]).exits(3);
}
