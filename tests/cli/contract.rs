//! What scripts may rely on, held over all commands: standard output is data, JSON has its
//! promised fields, an error is told as JSON too, the exit code does not depend on the
//! format, and each help text says how the command is used.

use std::process::Command;

use serde_json::Value;

use crate::harness::Desk;
use crate::harness::Sandbox;
use crate::made;
use crate::made::Idp;

/// A workspace with a SAML connection `q`, one by OAuth `o`, documents, a roster with a
/// problem in it, and a sandbox.
fn furnished() -> (Desk, Sandbox) {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&["--users", "4"]);
    let more = ["--token", "env:TOKEN", "--api-url", sandbox.url(), "--sp-metadata", "sp.xml"];
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &Idp::new().also("SOAP", "https://idp.example.org/soap").xml(), &more);
    desk.write("q2.xml", Idp::new().wants_signed_requests().xml());
    desk.write("op.json", made::discovery("https://op.example.org"));
    desk.write("keys.json", made::jwks(&[made::certificate(&made::rsa_key(2048), -made::DAY, made::DAY)]));
    let add = ["connection", "add", "o", "--provider", "qualtrics", "--discovery", "op.json", "--client-id", "c"];
    desk.ssoctl(&[&add[..], &["--client-secret", "env:S", "--attribute", "email=email"]].concat()).exits(0);
    desk.write("roster.csv", "old_username,new_value\nuser00001@example.org,1001\nuser00002@example.org,a#b\n");
    desk.write("people.csv", "uid,mail\n1001,user00001@example.org\n");
    (desk, sandbox)
}

const MIGRATE: &str = "users migrate --csv roster.csv --connection q";

/// Every command that has data to print, with the name of its schema.
const DATA: [(&str, &str, i32); 29] = [
    ("connection list", "connection-list", 0),
    ("check", "check", 0),
    ("domain route anna@example.org", "domain-route", 1),
    ("connection show q", "connection", 0),
    ("connection show o", "connection", 0),
    ("metadata inspect q", "metadata-inspect", 0),
    ("metadata inspect q.xml", "metadata-inspect", 0),
    ("metadata inspect sp.xml", "metadata-inspect", 0),
    ("metadata inspect op.json", "metadata-inspect", 0),
    ("metadata inspect keys.json", "metadata-inspect", 0),
    ("metadata diff q q2.xml", "metadata-diff", 1),
    ("connection refresh q --metadata q2.xml --check", "connection-refresh", 1),
    ("cert check", "cert-check", 0),
    ("cert check keys.json", "cert-check", 1),
    ("cert show q", "cert-show", 0),
    ("cert plan", "cert-plan", 0),
    ("cert generate --subject sp --key-type p256 --key-out sp.key --force", "cert-generate", 0),
    ("provider list", "provider-list", 0),
    ("provider show qualtrics", "provider", 0),
    ("provider show qualtrics --yaml", "provider-yaml", 0),
    ("schema", "schema", 0),
    ("schema --list", "schema-list", 0),
    ("man connection add", "man", 0),
    ("connection handover q --for vendor", "handover", 0),
    ("connection handover o --for idp", "handover", 0),
    ("connection url q", "connection-url", 0),
    (MIGRATE, "users-migrate", 1),
    ("users status --all", "users-status", 0),
    ("users compare --connection q --csv people.csv", "users-compare", 1),
];

/// Command lines that end with an error, with its code.
const ERRORS: [(&str, &str, i32); 20] = [
    ("connection show nobody", "connection-not-found", 3),
    ("man conection", "command-unknown", 2),
    ("connection add a/b --provider qualtrics --google", "usage", 2),
    ("connection add q --provider qualtrics --google", "connection-exists", 5),
    ("connection remove q", "not-confirmed", 5),
    ("connection refresh q", "no-source", 3),
    ("connection diff q", "connection-never-applied", 3),
    ("connection enable q", "connection-untested", 5),
    ("connection add x --provider qualys --google", "protocol-unsupported", 3),
    ("cert remove q 0123456789", "certificate-not-found", 3),
    ("metadata inspect gone.xml", "file-not-found", 3),
    ("metadata inspect http://127.0.0.1/", "http-url", 5),
    ("metadata export o", "not-saml", 3),
    ("users resume nothing", "migration-unknown", 3),
    ("users migrate --csv gone.csv --connection q", "file-not-found", 3),
    ("users list --connection o", "directory-unset", 3),
    ("users export --connection q -o users", "export-form", 2),
    ("users compare --connection q --csv gone.csv", "file-not-found", 3),
    ("users worksheet verify nobody --directory roster.csv", "migration-unknown", 3),
    ("users frobnicate", "usage", 2),
];

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

fn json(desk: &Desk, line: &str, code: i32) -> Value {
    let arguments = [&words(line)[..], &["--format", "json"]].concat();
    desk.command(&arguments).run().exits(code).json()
}

#[test]
fn json_is_one_document_with_a_schema_and_the_same_exit_code() {
    let (desk, _sandbox) = furnished();
    for (line, schema, code) in DATA {
        assert_eq!(json(&desk, line, code)["schema"], format!("ssoctl.{schema}/1"), "{line}");
        let plain = desk.command(&words(line)).run().exits(code);
        // The list of migrations is not empty by now.
        assert!(!plain.stdout.is_empty(), "{line}");
    }
}

#[test]
fn an_error_is_a_document_too_and_told_on_standard_error_all_the_same() {
    let (desk, _sandbox) = furnished();
    for (line, error, code) in ERRORS {
        let document = json(&desk, line, code);
        let told = &document["error"];
        assert_eq!(told["code"], error, "{line}");
        let message = told["message"].as_str().unwrap();
        assert!(!message.is_empty() && told["hint"].is_string() && told["causes"].is_array(), "{document}");
        assert_eq!(document["schema"], "ssoctl.error/1");
        let plain = desk.ssoctl(&words(line)).exits(code);
        assert!(plain.stdout.is_empty(), "{line}: {}", plain.stdout);
        let begin = if error == "usage" {
            "error: ".to_owned()
        } else {
            format!("error[{error}]: {}", message.lines().next().unwrap())
        };
        assert!(plain.stderr.contains(&begin), "{line}: {}", plain.stderr);
    }
}

/// Asserts that a value has these fields of these types: `s`tring, `n`umber, `b`ool, `a`rray,
/// `o`bject; a `?` allows null.
#[track_caller]
fn has(value: &Value, fields: &str) {
    for field in fields.split_whitespace() {
        let (name, kind) = field.split_once(':').unwrap();
        let found = value.get(name).unwrap_or_else(|| panic!("`{name}` is missing in {value}"));
        let fits = match kind.as_bytes()[0] {
            b's' => found.is_string(),
            b'n' => found.is_u64(),
            b'b' => found.is_boolean(),
            b'a' => found.is_array(),
            _ => found.is_object(),
        };
        assert!(fits || (kind.ends_with('?') && found.is_null()), "`{field}` is {found}");
    }
}

#[test]
fn metadata_inspect_has_its_promised_fields() {
    let (desk, _sandbox) = furnished();
    let document = json(&desk, "metadata inspect q.xml", 0);
    has(&document, "entities:a signature:o");
    has(&document["signature"], "present:b verdict:s");
    let entity = &document["entities"][0];
    has(entity, "entity_id:s valid_until:s? roles:a idp:o");
    let idp = &entity["idp"];
    has(
        idp,
        "sso:a slo:a name_id_formats:a want_authn_requests_signed:b? signing_certificates:a encryption_certificates:a",
    );
    has(&idp["sso"][0], "binding:s location:s");
    assert_eq!(idp["sso"][0]["binding"], "HTTP-Redirect");
    let certificate = &idp["signing_certificates"][0];
    has(certificate, "sha256:s spki_sha256:s subject:s serial:s not_before:s not_after:s key:o signature_algorithm:s");
    has(&certificate["key"], "type:s bits:n");
    let digest = openssl::hash::hash(openssl::hash::MessageDigest::sha256(), &made::good().to_der().unwrap()).unwrap();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(certificate["sha256"], hex);
    assert_eq!(certificate["not_before"], "2025-11-22T10:00:00Z");
    let sp = json(&desk, "metadata inspect sp.xml", 0);
    has(&sp["entities"][0]["sp"]["acs"][0], "binding:s location:s index:n is_default:b");
}

#[test]
fn cert_check_has_its_promised_fields() {
    let (desk, _sandbox) = furnished();
    let document = json(&desk, "cert check", 0);
    has(&document, "certificates:a connections:a worst:s");
    has(&document["certificates"][0], "source:s sha256:s use:s not_before:s not_after:s status:s code:s?");
    let connections = document["connections"].as_array().unwrap();
    let by_saml = connections.iter().find(|row| row["reference"] == "q").unwrap();
    has(by_saml, "reference:s covered_until:s status:s");
    assert_eq!(by_saml["covered_until"], "2036-11-19T10:00:00Z");
    assert!(connections.iter().find(|row| row["reference"] == "o").unwrap()["covered_until"].is_null());
}

#[test]
fn connections_have_the_content_of_their_files() {
    let (desk, _sandbox) = furnished();
    let shown = json(&desk, "connection show q", 0);
    has(&shown, "version:n provider:s name:s reference:s status:o settings:o saml:o attributes:o directory:o");
    assert_eq!(shown["directory"]["token"], "env:TOKEN");
    let list = json(&desk, "connection list", 0);
    let listed = list["connections"].as_array().unwrap().iter().find(|one| one["reference"] == "q").unwrap();
    let mut shown = shown;
    shown.as_object_mut().unwrap().remove("schema");
    assert_eq!(*listed, shown);
    assert_eq!(json(&desk, "connection show o", 0)["oauth"]["client_secret"], "env:S");
}

#[test]
fn users_migrate_has_its_promised_fields() {
    let (desk, _sandbox) = furnished();
    let document = json(&desk, MIGRATE, 1);
    has(&document, "plan_digest:s rows:n counts:o rows_file:s");
    has(
        &document["counts"],
        "rename:n already:n not_found:n ambiguous:n conflict:n invalid:n done:n failed:n unknown:n",
    );
    let rows = desk.read(document["rows_file"].as_str().unwrap());
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        has(row, "line:n user_id:s? before:s after:s? outcome:s code:s detail:s");
    }
}

#[test]
fn a_reader_who_has_gone_is_no_error() {
    let (desk, _sandbox) = furnished();
    for line in
        ["connection list", "connection show q --format json", "completions bash", "metadata export q", "--help"]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = desk.command(&words(line)).run_with_stdout(writer).exits(0);
        assert!(!output.stderr.contains("error"), "{line}: {}", output.stderr);
    }
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let (desk, _sandbox) = furnished();
    desk.command(&["connection", "list"]).run_with_stdout(full).exits(3).tells("standard output cannot be written");
}

#[test]
fn nothing_is_asked_without_a_terminal() {
    let (desk, _sandbox) = furnished();
    // Whoever answers yes to everything is not asked anything.
    let yes = "y\n".repeat(100);
    let before = desk.files();
    for (line, code) in [
        ("connection remove q", 5),
        ("connection add x", 2),
        ("connection add x --provider ino-cx", 2),
        ("connection add x --provider qualtrics --google", 3),
        ("users migrate --csv roster.csv --connection q", 1),
        ("users rollback q", 0),
        ("init", 3),
    ] {
        let output = desk.command(&words(line)).stdin(&yes).run().exits(code);
        assert!(
            !output.stderr.to_lowercase().contains("[y/n]") && !output.stderr.contains('?'),
            "{line}: {}",
            output.stderr
        );
    }
    let now = desk.files();
    assert!(before.iter().all(|(name, bytes)| now.get(name) == Some(bytes)));
}

#[test]
fn quiet_says_only_what_went_wrong() {
    let (desk, _sandbox) = furnished();
    assert_eq!(desk.ssoctl(&["connection", "show", "q", "--quiet"]).exits(0).stderr, "");
    assert_eq!(desk.ssoctl(&["cert", "check", "--quiet"]).exits(0).stderr, "");
    desk.ssoctl(&["connection", "show", "nobody", "--quiet"])
        .exits(3)
        .tells("error[connection-not-found]: there is no connection `nobody`");
}

#[test]
fn an_unknown_flag_is_a_wrong_usage_everywhere() {
    let desk = Desk::new();
    for path in leaves() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--dry-run");
        desk.ssoctl(&arguments).exits(2).tells("unexpected argument '--dry-run'");
    }
}

/// The help of a command, as it is printed where there is no terminal.
fn help(path: &[String]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssoctl"));
    let output = command.env_clear().args(path).arg("--help").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The subcommands that a help text lists.
fn subcommands(help: &str) -> Vec<String> {
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let lines = list.lines().take_while(|line| !line.is_empty());
    // A description that goes on is indented further.
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

/// Every path of the command tree, groups included.
fn tree(path: &[String], all: &mut Vec<(Vec<String>, String)>) {
    let text = help(path);
    for name in subcommands(&text) {
        tree(&[path, &[name]].concat(), all);
    }
    all.push((path.to_vec(), text));
}

fn leaves() -> Vec<Vec<String>> {
    let mut all = Vec::new();
    tree(&[], &mut all);
    all.into_iter().filter(|(_, text)| subcommands(text).is_empty()).map(|(path, _)| path).collect()
}

#[test]
fn each_command_has_an_example_and_its_exit_codes_in_its_help() {
    let mut all = Vec::new();
    tree(&[], &mut all);
    assert!(all.len() > 20, "{}", all.len());
    for (path, text) in &all {
        let name = format!("ssoctl {}", path.join(" "));
        if subcommands(text).is_empty() {
            let examples = text.split_once("Example").unwrap_or_else(|| panic!("no example in {name}:\n{text}")).1;
            assert!(examples.contains(name.trim()), "no example of {name}:\n{text}");
            assert!(text.contains("Exit codes:"), "no exit codes in {name}:\n{text}");
        }
        for line in text.lines() {
            let width = line.chars().count();
            assert!(width <= 100, "{width} columns in the help of {name}: {line}");
        }
        assert!(!text.lines().next().unwrap().ends_with('.') || path.is_empty(), "{name}: {text}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let output = Desk::bare().ssoctl(&["--version"]).exits(0);
    assert_eq!(output.stdout, format!("ssoctl {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_clock_is_fixed_by_one_variable_and_refused_when_it_makes_no_sense() {
    let (desk, _sandbox) = furnished();
    desk.command(&["cert", "check", "q"]).env("SSOCTL_NOW", "2036-11-20T00:00:00Z").run().exits(1).shows("expired");
    let run = desk.command(&["cert", "check"]).env("SSOCTL_NOW", "tomorrow").run();
    insta::assert_snapshot!(run.exits(2).stderr, @r"
        error[now-unreadable]: `SSOCTL_NOW=tomorrow` is not a time since 1970
        hint: write RFC 3339 such as 2026-11-22T10:00:00Z, or seconds since 1970
        ");
}
