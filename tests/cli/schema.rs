//! The schemas of the files that people write, as an editor gets them; and that what they refuse
//! is refused by the command that reads the file, by the code that the invalid sample names.

use std::path::Path;

use serde_json::Value;

use crate::harness::Desk;

const QUALYS: &str = include_str!("../../sample-configs/qualys/connections/qualys.yaml");
const KINDS: [&str; 5] = ["connection", "workspace", "provider", "logins", "provision"];

#[test]
fn a_schema_is_printed_for_each_kind_and_the_kinds_are_listed() {
    let desk = Desk::bare();
    for kind in KINDS {
        let schema = desk.ssoctl(&["schema", kind]).exits(0).json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], format!("urn:ssoctl:schema:{kind}:1"));
        let told = desk.ssoctl(&["schema", kind, "--format", "json"]).exits(0).json();
        assert_eq!((&told["schema"], &told["document"]), (&"ssoctl.schema/1".into(), &schema));
        desk.ssoctl(&["schema", "--list"]).exits(0).shows(kind);
    }
    let first = desk.ssoctl(&["schema"]).exits(0).json();
    assert_eq!(first["$id"], "urn:ssoctl:schema:connection:1");
    let list = desk.ssoctl(&["schema", "--list", "--format", "json"]).exits(0).json();
    let kinds: Vec<&Value> = list["kinds"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
    assert_eq!((&list["schema"], kinds), (&"ssoctl.schema-list/1".into(), KINDS.map(Value::from).iter().collect()));
    desk.ssoctl(&["schema", "conection"]).exits(2).tells("connection");
}

#[test]
fn schemas_are_written_for_a_team_and_new_files_name_them() {
    let desk = Desk::new();
    let add = |name: &str| {
        let add = ["connection", "add", name, "--provider", "qualifio", "--google"];
        desk.ssoctl(&add).exits(0);
        desk.read(&format!("connections/{name}.yaml"))
    };
    assert!(!add("before").contains("$schema"));
    let wrote = desk.ssoctl(&["schema", "--write", "schemas"]).exits(0);
    wrote.tells("wrote 5 schemas into `schemas`");
    for kind in KINDS {
        assert_eq!(desk.read(&format!("schemas/{kind}.json")), desk.ssoctl(&["schema", kind]).exits(0).stdout);
    }
    let text = add("after");
    let line = text.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
    assert!(desk.root().join("connections").join(line).is_file(), "{line}");
    // An edit keeps the line, and written again they are replaced.
    desk.ssoctl(&["connection", "set", "after", "display_name=Staff"]).exits(0);
    assert!(desk.read("connections/after.yaml").starts_with("# yaml-language-server: "));
    desk.write("schemas/logins.json", r#"{"$id": "urn:ssoctl:schema:logins:0"}"#);
    let files = desk.ssoctl(&["schema", "--write", "schemas", "--format", "json"]).exits(0).json();
    assert_eq!((files["files"].as_array().unwrap().len(), &files["schema"]), (5, &"ssoctl.schema-write/1".into()));
    // What is no schema of ours stays, and then nothing is written.
    desk.write("schemas/logins.json", "{}");
    desk.write("schemas/connection.json", r#"{"$id": "urn:ssoctl:schema:connection:0"}"#);
    let before = desk.files();
    let refused = desk.ssoctl(&["schema", "--write", "schemas", "--format", "json"]).exits(5).json();
    assert_eq!(refused["error"]["code"], "file-exists");
    assert_eq!(desk.files(), before);
}

/// Every code in a document: of its error, its findings, and what could not be read.
fn codes(document: &Value) -> Vec<&str> {
    match document {
        Value::Object(members) => {
            let own = members.get("code").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(codes)).collect()
        }
        Value::Array(items) => items.iter().flat_map(codes).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_invalid_sample_is_refused_by_the_code_that_it_names() {
    let mut count = 0;
    for kind in KINDS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid").join(kind);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap();
            let desk = Desk::new();
            desk.write("people.csv", "Employee,Groups,First,Last,Mail\n1,SOC,A,B,a@example.org\n");
            let reached = "directory:\n  api_url: http://127.0.0.1:1\n  login: a\n  password: env:TOKEN\n";
            desk.write("connections/qualys.yaml", format!("{QUALYS}{reached}"));
            std::fs::create_dir(desk.root().join("providers")).unwrap();
            let line = match kind {
                "connection" => ("connections/x.yaml", "check"),
                "workspace" => ("ssoctl.yaml", "check"),
                "provider" => ("providers/acme.yaml", "provider list"),
                "logins" => ("logins.yaml", "login simulate --cases logins.yaml"),
                _ => ("map.yaml", "users provision --csv people.csv --mapping map.yaml --connection qualys"),
            };
            let (file, line) = line;
            desk.write(file, &text);
            let arguments: Vec<&str> = line.split(' ').chain(["--format", "json"]).collect();
            let document = desk.ssoctl(&arguments).ends().json();
            assert!(codes(&document).contains(&code), "{}: `{line}` says {document}", path.display());
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
