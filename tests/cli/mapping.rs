//! `ssoctl mapping`: rows are added, changed and removed in place, and what can never match is told.

use crate::harness::Desk;

/// A Qvidian connection whose mappings have comments, one row in braces, and what follows them.
const QVIDIAN: &str = "version: 1
provider: qvidian
name: Prod # the name
technical_contact: sso@example.org
saml:
  idp:
    entity_id: https://idp.example.org
    sso:
      - binding: HTTP-Redirect
        location: https://idp.example.org/sso
        enabled: true
attributes:
  username: uid
  groups: Groups
mappings:
  # who writes
  - field: groups
    value: Writers
    to: [Author, Reader]
  - {field: groups, value: Flow, to: [A]}
  # who decides
  - field: groups
    value: Bosses
    to: [Admin]
# the end
login:
  landing_url: https://www.example.org/
";

const QUALTRICS: &str = "version: 1
provider: qualtrics
name: Prod
saml:
  idp:
    entity_id: https://idp.example.org
    sso:
      - binding: HTTP-Redirect
        location: https://idp.example.org/sso
        enabled: true
attributes:
  email: mail
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("connections/v.yaml", QVIDIAN);
    desk.write("connections/t.yaml", QUALTRICS);
    desk
}

#[test]
fn a_row_is_added_below_the_last_one_and_the_rest_stays() {
    let desk = desk();
    let more = ["--value", "Cooks", "--to", "Chef|Reader", "--to", "Guest", "--description", "the kitchen"];
    let output = desk.ssoctl(&[&["mapping", "add", "v"][..], &more].concat()).exits(0);
    output.tells("+   - field: groups").tells("wrote `connections/v.yaml`; nothing was changed at the vendor");
    let row = "  - field: groups\n    value: Cooks\n    to:\n    - Chef\n    - Reader\n    - Guest\n    description: the kitchen\n";
    assert_eq!(desk.read("connections/v.yaml"), QVIDIAN.replace("# the end", &format!("{row}# the end")));
    let list = desk.ssoctl(&["mapping", "list", "v"]).exits(0);
    insta::assert_snapshot!(list.stdout, @r"
        VALUE    FIELD   BECOMES                DESCRIPTION
        Writers  groups  Author | Reader
        Flow     groups  A
        Bosses   groups  Admin
        Cooks    groups  Chef | Reader | Guest  the kitchen
        ");
}

#[test]
fn the_first_row_makes_the_list_and_the_last_one_takes_it_away() {
    let desk = desk();
    let row = ["--field", "user_type", "--value", "Student"];
    let add = [&["mapping", "add", "t", "--to", "Participant"][..], &row].concat();
    // QT8: a mapping whose field is not filled does nothing.
    desk.ssoctl(&add)
        .exits(0)
        .tells("warning[mapping-attribute-missing]: connections/t.yaml:14:3:")
        .tells("hint: `ssoctl connection set t attributes.user_type=..` names the attribute, in exact case");
    assert!(
        desk.read("connections/t.yaml")
            .contains("mappings:\n- field: user_type\n  value: Student\n  to:\n  - Participant\n")
    );
    desk.ssoctl(&[&["mapping", "remove", "t", "--yes"][..], &row].concat()).exits(0);
    assert_eq!(desk.read("connections/t.yaml"), QUALTRICS);
    desk.ssoctl(&["mapping", "list", "t"])
        .exits(0)
        .tells("there are no mappings")
        .tells("Qualtrics maps several fields");
}

#[test]
fn a_row_is_changed_where_it_stands() {
    let desk = desk();
    let edit = |more: &[&str]| desk.ssoctl(&[&["mapping", "edit", "v", "--value"][..], more].concat());
    let output = edit(&["Bosses", "--new-value", "Chiefs", "--to", "Admin|Author", "--description", "top"]).exits(0);
    output.tells("-     value: Bosses").tells("+     value: Chiefs");
    let file = desk.read("connections/v.yaml");
    let row = "  # who decides\n  - field: groups\n    value: Chiefs\n    to:\n    - Admin\n    - Author\n    description: top\n# the end";
    assert!(file.contains(row) && file.contains("name: Prod # the name"), "{file}");
    edit(&["Chiefs", "--no-description"]).exits(0);
    assert!(!desk.read("connections/v.yaml").contains("description"));
    // A row in braces is written anew, and the comments around it stay.
    edit(&["Flow", "--to", "B", "--to", "C, D"]).exits(0);
    let row = "  - field: groups\n    value: Flow\n    to:\n    - B\n    - C, D\n  # who decides\n";
    assert!(desk.read("connections/v.yaml").contains(row), "{}", desk.read("connections/v.yaml"));
    edit(&["Flow", "--to", "B", "--to", "C, D"]).exits(0).tells("says so already");
}

#[test]
fn a_list_in_brackets_is_written_anew() {
    let desk = desk();
    let inline = "mappings: [{field: groups, value: A, to: [B]}]\n# the end";
    let (before, after) = (QVIDIAN.split("mappings:").next().unwrap(), QVIDIAN.split("# the end").nth(1).unwrap());
    desk.write("connections/v.yaml", format!("{before}{inline}{after}"));
    desk.ssoctl(&["mapping", "add", "v", "--value", "X", "--to", "Y"]).exits(0);
    let rows =
        "mappings:\n- field: groups\n  value: A\n  to:\n  - B\n- field: groups\n  value: X\n  to:\n  - Y\n# the end";
    assert_eq!(desk.read("connections/v.yaml"), format!("{before}{rows}{after}"));
}

#[test]
fn nothing_is_removed_that_nobody_confirmed() {
    let desk = desk();
    let remove = ["mapping", "remove", "v", "--value", "Writers"];
    let output = desk.command(&remove).stdin("y\n").run().exits(5);
    output.tells(
        "error[not-confirmed]: the mapping of groups `Writers` to Author | Reader was not removed: nobody confirmed it",
    );
    let refused = desk.ssoctl(&[&remove[..], &["--format", "json"]].concat()).exits(5).json();
    assert_eq!(refused["error"]["code"], "not-confirmed");
    assert_eq!(desk.read("connections/v.yaml"), QVIDIAN);
    let left = desk.ssoctl(&[&remove[..], &["--yes", "--format", "json"]].concat()).exits(0).json();
    assert_eq!(left["mappings"][1]["value"], "Bosses");
    let row = "  - field: groups\n    value: Writers\n    to: [Author, Reader]\n";
    assert_eq!(desk.read("connections/v.yaml"), QVIDIAN.replace(row, ""));
}

#[test]
fn what_cannot_be_mapped_is_refused_with_the_reason() {
    let desk = desk();
    desk.write("connections/y.yaml", QUALTRICS.replace("qualtrics", "qualys").replace("email: mail", "login: uid"));
    desk.write("connections/s.yaml", QUALTRICS.replace("qualtrics", "scim"));
    desk.write("connections/d.yaml", QVIDIAN.replace("value: Bosses", "value: Writers"));
    let before = desk.files();
    let several = "a=b error: user_type `A` becomes B, C, and user_type has one value";
    for (line, code, exit, told) in [
        (
            "add v --value Writers --to X",
            "mapping-exists",
            3,
            "connections/v.yaml:17:5: groups `Writers` is mapped already, to Author | Reader",
        ),
        ("add v --field group --value A --to B", "mapping-field-unknown", 3, "Upland Qvidian maps no `group`"),
        ("add t --value A --to B", "mapping-field", 2, "Qualtrics maps several fields"),
        (
            "add t --field user_type --value A --to B --to C",
            "mapping-several",
            3,
            several.split("error: ").nth(1).unwrap(),
        ),
        (
            "add y --value A --to B",
            "mapping-unsupported",
            3,
            "Qualys maps nothing: roles are set when the account is made",
        ),
        ("add s --value A --to B", "mapping-unknown", 3, "whether SCIM 2.0 maps anything is unknown, ask the vendor"),
        ("edit v --value writers --to X", "mapping-not-found", 3, "no mapping of groups has `writers`"),
        ("edit v --value Writers", "mapping-nothing", 2, "there is nothing to change"),
        ("edit v --value Writers --new-value Bosses", "mapping-exists", 3, "is mapped already, to Admin"),
        ("remove v --value Nobody --yes", "mapping-not-found", 3, "no mapping of groups has `Nobody`"),
        ("edit d --value Writers --to X", "mapping-twice", 3, "connections/d.yaml:17:5, connections/d.yaml:22:5"),
        ("list v --field user_type", "mapping-field-unknown", 3, "Upland Qvidian maps no `user_type`"),
        ("list nobody", "connection-not-found", 3, "there is no connection `nobody`"),
    ] {
        let words: Vec<&str> = ["mapping"].into_iter().chain(line.split(' ')).chain(["--format", "json"]).collect();
        let output = desk.ssoctl(&words).exits(exit);
        assert_eq!(output.json()["error"]["code"], code, "{line}");
        output.tells(told);
    }
    assert_eq!(desk.files(), before, "nothing is written");
}

#[test]
fn what_is_likely_a_slip_is_told_and_kept() {
    let desk = desk();
    let add = |value: &str| desk.ssoctl(&["mapping", "add", "v", "--value", value, "--to", "X"]).exits(0);
    add("writers").tells("warning[mapping-case]: connections/v.yaml:26:5: groups `writers` and `Writers` (row 1)");
    add("A|B").tells("warning[mapping-value-delimiter]").tells("`A|B` can never come: `|` in it parts the groups");
    desk.ssoctl(&["mapping", "add", "v", "--value", "All", "--to", "Everyone"])
        .exits(0)
        .tells("info[mapping-everyone]");
}

#[test]
fn the_last_row_that_lets_anybody_in_is_not_removed() {
    let desk = desk();
    let strict = format!(
        "{QUALTRICS}  user_type: role\nstatus:\n  enabled: true\nprovisioning:\n  user_type_validation: true\nmappings:\n- field: user_type\n  value: A\n  to: [Brand Administrator]\n"
    );
    desk.write("connections/t.yaml", &strict);
    let remove = ["mapping", "remove", "t", "--field", "user_type", "--value", "A", "--yes"];
    desk.ssoctl(&remove).exits(3).tells("error[validation-without-mapping]").tells("nothing was written: 1 error");
    assert_eq!(desk.read("connections/t.yaml"), strict);
    // Slips of a file are taken out one by one.
    let slips = QVIDIAN
        .replace("value: Bosses", "value: Writers")
        .replace("field: groups, value: Flow", "field: x, value: Flow");
    desk.write("connections/v.yaml", slips);
    desk.ssoctl(&["mapping", "remove", "v", "--field", "x", "--value", "Flow", "--yes"]).exits(0);
}

#[test]
fn all_rows_of_a_file_are_added_or_none() {
    let desk = desk();
    let add = ["mapping", "add", "v", "--csv", "rows.csv"];
    desk.write("rows.csv", "value;to;description\nCooks;Chef|Reader;kitchen\nWriters;X;\nA;;\nCooks;Y;\nB;Z\n");
    let output = desk.ssoctl(&add).exits(3);
    insta::assert_snapshot!(output.stderr, @r"
        error: rows.csv:3: connections/v.yaml:17:5: groups `Writers` is mapped already, to Author | Reader
        error: rows.csv:4: `A` becomes nothing
        error: rows.csv:5: groups `Cooks` is in line 2 already
        error: rows.csv:6: the row has 2 fields, and the header 3
        error[mapping-rows]: nothing was written: 4 rows cannot be added, told above
        hint: mend or remove them, and run the command again
        ");
    assert_eq!(desk.read("connections/v.yaml"), QVIDIAN);
    let refused = desk.ssoctl(&[&add[..], &["--format", "json"]].concat()).exits(3).json();
    assert_eq!(refused["error"]["code"], "mapping-rows");
    let many: String = (0..500).map(|row| format!("Group {row},Role {row}|Reader\n")).collect();
    desk.write("rows.csv", format!("group,roles\n{many}"));
    desk.ssoctl(&add).exits(0);
    let list = desk.ssoctl(&["mapping", "list", "v", "--format", "json"]).exits(0).json();
    assert_eq!(list["schema"], "ssoctl.mapping-list/1");
    assert_eq!(list["mappings"].as_array().unwrap().len(), 503);
    assert_eq!(list["mappings"][502]["to"], serde_json::json!(["Role 499", "Reader"]));
    assert_eq!(list["mappings"][0]["line"], 17);
    for (text, code) in [
        ("value,what\nA,B\n", "mapping-csv-column"),
        ("", "mapping-csv-empty"),
        ("value,to\n", "mapping-csv-no-rows"),
        ("value,to\n\"A,B\n", "mapping-csv-quote"),
    ] {
        desk.write("rows.csv", text);
        let refused = desk.ssoctl(&[&add[..], &["--format", "json"]].concat()).exits(3).json();
        assert_eq!(refused["error"]["code"], code, "{text}");
    }
}
