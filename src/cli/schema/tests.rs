#![allow(clippy::disallowed_methods, reason = "a test reads files of the repository")]

mod validator;

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::cli::login::cases_are_read;
use crate::cli::schema::tests::validator::takes;
use crate::explain;
use crate::migrate::provision::mapping;
use crate::model::ConnectionName;
use crate::model::SecretRef;
use crate::model::provision::Mapping;
use crate::model::time::Time;
use crate::provider;
use crate::provider::profile::Profile;
use crate::workspace;
use crate::workspace::Config;
use crate::workspace::Places;
use crate::yaml;

const KINDS: [Kind; 5] = [Kind::Connection, Kind::Workspace, Kind::Provider, Kind::Logins, Kind::Provision];

/// Whether ssoctl reads a text, and has nothing against what a schema can tell of it.
fn is_read(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Connection => workspace::parse_connection(text, Path::new("c.yaml"))
            .is_ok_and(|connection| {
                let mut steps = connection.saml.iter().flat_map(|saml| &saml.idp.planned);
                let is_one = steps.all(|step| step.add.is_some() != step.remove.is_some());
                is_one && connection.saml.is_some() != connection.oauth.is_some()
            }),
        Kind::Workspace => yaml::parse::<Config>(text, "s.yaml", 1).is_ok_and(|config| {
            let codes = config.policy.severities.keys().chain(config.allow.iter().map(|entry| &entry.code));
            codes.into_iter().all(|code| explain::page(code).is_some())
                && config.check(&Places::new(text, "s.yaml")).is_ok()
        }),
        Kind::Provider => Profile::read(text, "p.yaml").is_ok(),
        Kind::Logins => cases_are_read(text),
        Kind::Provision => {
            let api = provider::tests::built_in("qualys").provisions().unwrap();
            yaml::parse::<Mapping>(text, "m.yaml", 1).is_ok_and(|read| mapping::first_slip(&read, &api).is_none())
        }
    }
}

/// Whether a text has the shape, whatever else is said against it.
fn has_shape(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Workspace => yaml::parse::<Config>(text, "s.yaml", 1).is_ok(),
        Kind::Provider => yaml::parse::<Profile>(text, "p.yaml", 1).is_ok(),
        Kind::Provision => yaml::parse::<Mapping>(text, "m.yaml", 1).is_ok(),
        _ => is_read(kind, text),
    }
}

fn of_a_folder(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            of_a_folder(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
    found.sort();
}

/// The sample files of a kind, and the built-in profiles.
fn samples(kind: Kind) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    of_a_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs"), &mut paths);
    let is_in = |path: &Path, folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    let is_kind = |path: &PathBuf| match kind {
        Kind::Connection => is_in(path, "connections"),
        Kind::Provider => is_in(path, "providers"),
        Kind::Workspace => path.ends_with("ssoctl.yaml"),
        Kind::Logins => path.ends_with("logins.yaml"),
        Kind::Provision => path.ends_with("provision.yaml"),
    };
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read_to_string(&path).unwrap());
    let mut samples: Vec<(String, String)> = paths.into_iter().filter(is_kind).map(read).collect();
    if kind == Kind::Provider {
        samples.extend(provider::built_in_ids().map(|id| (id.to_owned(), provider::built_in_text(id).unwrap().to_owned())));
    }
    assert!(!samples.is_empty());
    samples
}

/// The document of a text, as an editor reads it.
fn read(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn every_sample_is_as_its_schema_says() {
    for kind in KINDS {
        let schema = document::of(kind);
        for (name, text) in samples(kind) {
            assert!(takes(&schema, &read(&text)), "{name}");
        }
    }
}

#[test]
fn every_invalid_sample_is_refused_by_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    for kind in KINDS {
        let (schema, mut paths) = (document::of(kind), Vec::new());
        of_a_folder(&root.join(kind.word()), &mut paths);
        assert!(paths.len() >= 4, "{kind:?}");
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            // A key that stands twice is seen by who reads the text.
            let Ok(document) = serde_yaml::from_str::<Value>(&text) else { panic!("{}", path.display()) };
            assert!(!takes(&schema, &document), "{}", path.display());
            assert!(!is_read(kind, &text), "{}", path.display());
        }
    }
}

/// Hears where a document is changed, and how.
type Tell<'t> = dyn FnMut(&str, &dyn Fn(&mut Value)) + 't;

/// Calls with each document that differs from this one in one place, and where that is.
fn each_change(document: &Value, place: &str, tell: &mut Tell<'_>) {
    let others = [json!(null), json!(1), json!(-1), json!(true), json!("x"), json!([]), json!({})];
    for other in others {
        tell(&format!("{place} = {other}"), &|at| *at = other.clone());
    }
    match document {
        Value::Object(members) => {
            tell(&format!("{place}.odd"), &|at| at["odd"] = json!("x"));
            for (key, member) in members {
                tell(&format!("{place} - {key}"), &|at| drop(at.as_object_mut().unwrap().shift_remove(key)));
                each_change(member, &format!("{place}.{key}"), &mut |told, change| tell(told, &|at| change(&mut at[key])));
            }
        }
        // Entries of a list are alike: the first two show what is to be shown.
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate().take(2) {
                each_change(item, &format!("{place}[{at}]"), &mut |told, change| tell(told, &|list| change(&mut list[at])));
            }
        }
        _ => {}
    }
}

#[test]
fn a_schema_takes_what_is_read_and_nothing_that_has_another_shape() {
    let (mut count, mut wrong) = (0, Vec::new());
    for kind in KINDS {
        let schema = document::of(kind);
        // Small documents show as much, in less time; of the policy the largest shows most.
        let mut samples = samples(kind);
        samples.sort_by_key(|(_, text)| text.len());
        if kind == Kind::Workspace {
            samples.reverse();
        }
        for (name, text) in samples.into_iter().take(3) {
            let document = read(&text);
            let mut check = |told: &str, change: &dyn Fn(&mut Value)| {
                let mut changed = document.clone();
                change(&mut changed);
                let (text, taken) = (changed.to_string(), takes(&schema, &changed));
                // A key without a value is an empty text for the reader, and `true` the word; nobody means either.
                if !taken && is_read(kind, &text) && !told.ends_with("= null") && !told.ends_with("= true") {
                    wrong.push(format!("{name}: `{told}` is read, and refused by the schema"));
                }
                if taken && !has_shape(kind, &text) {
                    wrong.push(format!("{name}: `{told}` is taken by the schema, and not read"));
                }
                count += 1;
            };
            each_change(&document, "", &mut check);
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 2000, "{count}");
}

#[test]
fn patterns_say_what_is_parsed() {
    let fits = |schema: schemars::Schema, text: &str| takes(&schema.to_value(), &json!(text));
    let mut wrong = Vec::new();
    let mut hold = |text: &str, fits: bool, parsed: bool| {
        if fits != parsed {
            wrong.push(format!("{text:?} {} the pattern", if fits { "is refused, and fits" } else { "is taken, and does not fit" }));
        }
    };
    let days = "2026-11-22 +002026-11-22 2026-13-01 2026-00-01 2026-11-32 2026-11-00 20261122 2026-11 2026 2026-326 0000-01-01 \
                2026-W47-1 22.11.2026 2026/11/22 2026-11-22Z 2026-11-22+01:00 2026-11-22-01 2026-1-2 10000-01-01 tomorrow";
    let clocks = "10:00:00Z 10:00:00z 10:00:00.123Z 10:00:00,5Z 10:00:00+01:00 10:00:00-01:30 10:00Z 10:00:60Z 10:00:61Z 10Z 1000Z \
                  100000Z 10:0000Z 1000:00Z 10:00:00 25:00:00Z 24:00:00Z 10:61:00Z 10:00:00+0100 10:00:00+01 10:00:00[UTC] \
                  10:00:00Z[UTC] 10:00:00+25:00 10:00:00+26:00 10:00:00+01:60 10:00:00.Z 10:00:00.1234567890Z 10.5Z 10:00.5Z";
    let moments = clocks.split_whitespace().map(|clock| format!("2026-11-22T{clock}"));
    let others = ["", " 2026-11-22", "2026-11-22 ", "2026-11-22t10:00Z", "2026-11-22 10:00Z", "9999-12-31T23:59:59Z", "20261122T100000Z"];
    for text in days.split_whitespace().map(str::to_owned).chain(moments).chain(others.map(str::to_owned)) {
        hold(&text, fits(schemars::schema_for!(Time), &text), Time::parse(&text).is_some());
    }
    for text in ["env:A", "file:/a b", "command:x", "env:", "ENV:A", "hunter2", "env", "", "vault:x", " env:A", "env:\n", "env:hunter-2", "env:1A", "env:a_1", "env:A B"] {
        hold(text, fits(schemars::schema_for!(SecretRef), text), text.parse::<SecretRef>().is_ok());
    }
    let long = "a".repeat(101);
    for text in [
        "", "a", "_x", "A.b+c@d-e", "constant", "../x", "a/b", ".hidden", "-x", "con", "COM1.prod", "x.", "a b", "\u{fc}", &long,
        &long[1..], "console", "nul.x", "a..b",
    ] {
        hold(text, fits(schemars::schema_for!(ConnectionName), text), text.parse::<ConnectionName>().is_ok());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every description of a schema, with its place.
fn descriptions(schema: &Value, place: &str, told: &mut Vec<(String, String)>) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "description" => told.push((place.to_owned(), text.clone())),
                    member => descriptions(member, &format!("{place}/{key}"), told),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| descriptions(item, place, told)),
        _ => {}
    }
}

#[test]
fn every_key_is_described_for_who_edits_a_file() {
    for kind in KINDS {
        let schema = document::of(kind);
        let mut told = Vec::new();
        descriptions(&schema, "", &mut told);
        assert!(told.len() > 5, "{kind:?}");
        for (place, text) in &told {
            let words = ["seed ", "(QT", "(QF", "(QY", "(QV", "(IN", "crate::", "`secret::", "[`", "\n"];
            assert!(words.iter().all(|word| !text.contains(word)), "{kind:?} {place}: {text}");
            assert!(text.len() > 8, "{kind:?} {place}: {text}");
        }
        let objects = [&schema].into_iter().chain(schema["$defs"].as_object().into_iter().flatten().map(|(_, one)| one));
        for object in objects {
            for (key, property) in object["properties"].as_object().into_iter().flatten() {
                let described = property.get("description").is_some() || property.get("$ref").is_some();
                assert!(described, "{kind:?}: `{key}` is not described: {property}");
            }
            if object["type"] == "object" {
                assert_eq!(object["additionalProperties"], json!(false), "{kind:?}: {object}");
            }
        }
    }
}
