//! A schema as it is printed: made of the types that read the files, with what else is refused,
//! in words for who edits a file.

use schemars::JsonSchema;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::transform::Transform as _;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::cli::schema::Kind;
use crate::cli::schema::logins;
use crate::explain;
use crate::model::connection::Connection;
use crate::model::provision::Mapping;
use crate::provider;
use crate::provider::profile::Profile;
use crate::workspace::Config;

/// How the identifiers of all schemas begin. They are names: nothing is fetched by them.
pub(super) const IDS: &str = "urn:ssoctl:schema:";

/// The identifier of a schema; the number is the version of the files.
pub(super) fn id(kind: Kind) -> String {
    format!("{IDS}{}:1", kind.word())
}

/// The whole document.
pub(super) fn of(kind: Kind) -> Value {
    let mut schema = match kind {
        Kind::Connection => connection(),
        Kind::Workspace => workspace(),
        Kind::Provider => profile(),
        Kind::Logins => logins::schema(),
        Kind::Provision => provision(),
    };
    schema["properties"]["version"] =
        json!({ "const": 1, "description": "Version of the file's shape; there is only 1 so far." });
    let (files, says) = kind.files();
    let mut document = Map::new();
    document.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    document.insert("$id".to_owned(), json!(id(kind)));
    document.insert("title".to_owned(), json!(format!("ssoctl: {files}")));
    let says = format!("{}{}.", says[..1].to_uppercase(), &says[1..]);
    document.insert("description".to_owned(), json!(says));
    if let Value::Object(members) = schema {
        for (key, value) in members {
            document.entry(key).or_insert(value);
        }
    }
    Value::Object(document)
}

/// The schema of a type that reads files.
fn typed<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(tidy).transform(&mut schema);
    schema.to_value()
}

fn connection() -> Value {
    let mut schema = typed::<Connection>();
    let only = |key: &str, title: &str| {
        json!({ "title": title, "required": [key], "properties": { key: { "type": "object" } } })
    };
    schema["oneOf"] = json!([only("saml", "SAML 2.0"), only("oauth", "OAuth 2.0 or OpenID Connect")]);
    schema["$defs"]["PlannedStep"]["oneOf"] = json!([
        { "required": ["add"], "properties": { "add": { "type": "object" } } },
        { "required": ["remove"], "properties": { "remove": { "type": "string" } } },
    ]);
    let remove = &mut schema["$defs"]["PlannedStep"]["properties"]["remove"];
    (remove["type"], remove["pattern"]) = (json!(["string", "null"]), json!("^[0-9A-Fa-f]{64}$"));
    schema["properties"]["settings"]["additionalProperties"]["type"] = json!(VALUE);
    let mapping = &mut schema["$defs"]["Mapping"]["properties"];
    mapping["value"]["type"] = json!(VALUE);
    mapping["to"]["items"]["type"] = json!(VALUE);
    let vendors: Vec<&str> = provider::built_in_ids().collect();
    schema["properties"]["provider"]["examples"] = json!(vendors);
    schema
}

fn workspace() -> Value {
    let mut schema = typed::<Config>();
    let codes: Vec<&str> = explain::pages().map(|page| page.code).collect();
    schema["$defs"]["Code"] = json!({ "type": "string", "enum": codes });
    schema["$defs"]["Policy"]["properties"]["severities"]["propertyNames"] = json!({ "$ref": "#/$defs/Code" });
    let allow = &mut schema["$defs"]["Allow"]["properties"];
    allow["code"] = json!({ "$ref": "#/$defs/Code", "description": "Its code; `ssoctl explain` lists them." });
    allow["reason"]["pattern"] = json!(r"\S");
    // A day and no moment.
    allow["until"]["maxLength"] = json!("2027-03-31".len());
    allow["until"]["examples"] = json!(["2027-03-31"]);
    schema
}

fn profile() -> Value {
    let mut schema = typed::<Profile>();
    schema["properties"]["id"]["pattern"] = json!("^[a-z0-9_]([a-z0-9_.+@-]*[a-z0-9_+@-])?$");
    // `id: 1` is read as text, and `id: -1` begins with what no name begins with.
    schema["properties"]["id"]["minimum"] = json!(0);
    schema["properties"]["title"]["pattern"] = json!(r"\S");
    let choice = &mut schema["$defs"]["Choice"]["properties"];
    choice["value"]["type"] = json!(VALUE);
    choice["values"]["additionalProperties"]["type"] = json!(VALUE);
    schema["$defs"]["SpValues"]["allOf"] = json!([
        {
            "if": { "properties": { "source": { "const": "unknown" } } },
            "then": { "required": ["ask"], "properties": { "ask": { "type": TEXT } } },
        },
        {
            "if": { "properties": { "source": { "const": "published" } } },
            "then": { "required": ["forms"], "properties": { "forms": { "minItems": 1 } } },
        },
    ]);
    schema
}

fn provision() -> Value {
    let mut schema = typed::<Mapping>();
    for key in ["key_column", "groups_column", "group_delimiter"] {
        schema["properties"][key]["minLength"] = json!(1);
    }
    schema["properties"]["fields"]["additionalProperties"]["minLength"] = json!(1);
    schema["properties"]["groups"]["minItems"] = json!(1);
    let group = &mut schema["$defs"]["Group"];
    group["properties"]["group"]["minLength"] = json!(1);
    group["properties"]["asset_groups"]["items"]["pattern"] = json!(r"^[^,\s]([^,]*[^,\s])?$");
    group["anyOf"] = json!([
        { "required": ["role"], "properties": { "role": { "type": TEXT } } },
        { "required": ["asset_groups"], "properties": { "asset_groups": { "minItems": 1 } } },
    ]);
    schema
}

/// What is read as text: `0123` and `1.5` need no quotes where text is asked for.
const TEXT: [&str; 2] = ["string", "number"];

/// The same where `true` may be meant as text too: values that others have made up. Elsewhere an editor would offer
/// `true` and `false` for a name.
pub(super) const VALUE: [&str; 3] = ["string", "number", "boolean"];

/// Makes of what the types say what helps at a key.
fn tidy(schema: &mut Schema) {
    // The sizes of a program's numbers are formats that no validator knows.
    if schema.remove("format").is_some_and(|format| format == "uint32") {
        schema.insert("maximum".to_owned(), json!(u32::MAX));
    }
    // An editor would fill in what is so anyway.
    if schema.get("default").is_some_and(|value| value.is_null() || value.is_object() || value.is_array()) {
        schema.remove("default");
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = in_words_of_users(text);
    }
    let is_free = ["pattern", "enum", "const"].iter().all(|key| schema.get(*key).is_none());
    match schema.get_mut("type") {
        Some(kind) if is_free && *kind == "string" => *kind = json!(TEXT),
        Some(Value::Array(kinds)) if is_free && kinds.contains(&json!("string")) => {
            kinds.splice(1..1, TEXT[1..].iter().map(|kind| json!(kind)));
        }
        _ => {}
    }
}

/// A description without what is for who reads the sources: line ends, and the documents that a fact
/// is from, `(QT1)`, `(QF2, QF6)`, `(seed 001, ..)`.
fn in_words_of_users(text: &str) -> String {
    let is_number = |word: &str| {
        let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
        word.len() - digits.len() == 2 && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    };
    let is_cite = |inside: &str| inside.starts_with("seed ") || inside.split(", ").all(is_number);
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let text = paragraphs.collect::<Vec<_>>().join("\n\n");
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(" (") {
        shown += before;
        match after.split_once(')') {
            Some((inside, next)) if is_cite(inside) => rest = next,
            _ => {
                shown += " (";
                rest = after;
            }
        }
    }
    shown + rest
}
