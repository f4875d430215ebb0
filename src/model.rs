//! The words of the trade as types. No input or output, no clock, no crypto.

pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod difference;
pub(crate) mod document;
pub(crate) mod escaped;
pub(crate) mod identity;
pub(crate) mod key_set;
pub(crate) mod letters;
pub(crate) mod login;
pub(crate) mod migration;
pub(crate) mod provision;
pub(crate) mod rollover;
pub(crate) mod route;
pub(crate) mod shape;
pub(crate) mod time;
pub(crate) mod username;
pub(crate) mod verification;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use crate::error::Failure;

/// What commands call a connection: the stem of its file name.
///
/// `[A-Za-z0-9_][A-Za-z0-9_.+@-]*`, no trailing dot, no Windows device name;
/// the set of characters is the one INO cx allows in a connector's reference (seed 004).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionName(String);

const WINDOWS_DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl ConnectionName {
    /// The name as written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectionName {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| {
            Failure::usage("connection-name", format!("`{}` cannot name a connection: {why}", text.escape_debug())).hint(
                "use letters, digits and `_ . + @ -`, starting with a letter, a digit or `_`, such as `qualtrics-prod`",
            )
        };
        let mut characters = text.chars();
        match characters.next() {
            None => return Err(refuse("it is empty")),
            Some(first) if !(first.is_ascii_alphanumeric() || first == '_') => {
                return Err(refuse("it must start with a letter, a digit or `_`"));
            }
            Some(_) => {}
        }
        if let Some(bad) = characters.find(|c| !(c.is_ascii_alphanumeric() || "_.+@-".contains(*c))) {
            return Err(refuse(&format!("`{}` is not allowed, since the name is a file name", bad.escape_debug())));
        }
        if text.ends_with('.') {
            return Err(refuse("a trailing dot is lost on some file systems"));
        }
        if text.len() > 100 {
            return Err(refuse("it is longer than 100 characters"));
        }
        let stem = text.split('.').next().unwrap_or(text).to_ascii_lowercase();
        if WINDOWS_DEVICES.contains(&stem.as_str()) {
            return Err(refuse("it is a device name on Windows, so a colleague could not check it out"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl JsonSchema for ConnectionName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ConnectionName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // A pattern has no flag for letters of either case.
        let letter = |c: char| match c.is_ascii_alphabetic() {
            true => format!("[{c}{}]", c.to_ascii_uppercase()),
            false => c.to_string(),
        };
        let devices: Vec<String> =
            WINDOWS_DEVICES.iter().map(|device| device.chars().map(letter).collect::<String>()).collect();
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z0-9_]([A-Za-z0-9_.+@-]*[A-Za-z0-9_+@-])?$",
            "maxLength": 100,
            "not": { "type": "string", "pattern": format!(r"^({})(\.|$)", devices.join("|")) },
        })
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const BINDING_PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:bindings:";

/// A SAML binding, written in files and output as the last words of its URN
/// (`HTTP-Redirect`); a binding outside SAML 2.0 keeps its whole URI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Binding(String);

impl Binding {
    /// saml-bindings 3.4.
    pub(crate) fn redirect() -> Self {
        Self("HTTP-Redirect".to_owned())
    }

    /// saml-bindings 3.5.
    pub(crate) fn post() -> Self {
        Self("HTTP-POST".to_owned())
    }

    /// From the URI of a metadata document, kept exactly as published (case included).
    pub(crate) fn from_uri(uri: &str) -> Self {
        Self(uri.strip_prefix(BINDING_PREFIX).unwrap_or(uri).to_owned())
    }

    /// From what a person or a file says: the last words or the whole URI.
    pub(crate) fn from_word(word: &str) -> Self {
        Self::from_uri(word)
    }

    /// The last words of the URN, or the whole URI of a foreign binding.
    pub(crate) fn word(&self) -> &str {
        &self.0
    }

    /// The whole URI.
    pub(crate) fn uri(&self) -> String {
        if self.0.contains(':') { self.0.clone() } else { format!("{BINDING_PREFIX}{}", self.0) }
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Binding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Binding {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer).map(|word| Self::from_word(&word))
    }
}

impl JsonSchema for Binding {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Binding".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "The last words of a SAML 2.0 binding's URN, or the whole URI of another binding.",
            "examples": ["HTTP-Redirect", "HTTP-POST", "HTTP-Artifact", "SOAP"],
        })
    }
}

/// Where a secret is to be had. The secret itself is never in a file, so this
/// can be printed; what it resolves to (`secret::Secret`) cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretRef {
    /// `env:NAME`
    Environment(String),
    /// `file:PATH`, refused if others can read it
    File(String),
    /// `command:PROGRAM ARGUMENTS`, whose standard output is the secret
    Command(String),
}

/// Whether every shell takes this as the name of a variable (POSIX 3.216).
fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl FromStr for SecretRef {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let hint = "write a reference: `env:NAME`, `file:PATH` or `command:PROGRAM ARGUMENTS`";
        match text.split_once(':') {
            Some((_, "")) => Err(Failure::input("secret-reference", "a secret reference names nothing").hint(hint)),
            // What is no name of a variable may be the secret itself, behind a word that was to make it a reference.
            Some(("env", name)) if !is_variable(name) => Err(Failure::input(
                "secret-in-file",
                "a secret must be a reference, and behind `env:` stands no name of a variable (not shown, it may be the secret itself)",
            )
            .hint("a name has letters, digits and `_`, such as `env:QUALTRICS_TOKEN`")),
            Some(("env", name)) => Ok(Self::Environment(name.to_owned())),
            Some(("file", path)) => Ok(Self::File(path.to_owned())),
            Some(("command", line)) => Ok(Self::Command(line.to_owned())),
            // The text may be the secret itself: it is not repeated.
            _ => Err(Failure::input(
                "secret-in-file",
                "a secret must be a reference, and this is a value (not shown, it may be the secret itself)",
            )
            .hint(hint)),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Command(line) => write!(f, "command:{line}"),
        }
    }
}

impl serde::Serialize for SecretRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for SecretRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for SecretRef {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^(env:[A-Za-z_][A-Za-z0-9_]*$|(file|command):[\s\S])",
            "examples": ["env:NAME_OF_A_VARIABLE", "file:/run/secrets/name", "command:pass show name"],
        })
    }
}

/// A vendor's immutable key of an account (`UR_..`): rows of a migration hang on it, never on the name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, Default)]
#[serde(transparent)]
pub(crate) struct UserId(pub(crate) String);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account logs in by, byte for byte as the vendor holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, Default)]
#[serde(transparent)]
pub(crate) struct Username(pub(crate) String);

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character drives a terminal, turns the direction of writing, or is not seen.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Whether a character drives a terminal or ends a line, so that it can be in no text of one line.
pub(crate) fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Text from outside with control, bidirectional and zero-width characters
/// replaced by `\u{..}`, so that a document cannot drive a terminal (CWE-150), and what a runner of CI
/// would take for a command (`##[..]`, `##vso[..]`, `##teamcity[..]`) broken in the same way.
pub(crate) fn printable(text: &str) -> String {
    // Nearly all texts are visible ASCII, which is told many bytes at a time.
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) || !text.contains(is_unprintable) {
        return without_commands(text);
    }
    let visible: String =
        text.chars().map(|c| if is_unprintable(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect();
    without_commands(&visible)
}

/// Azure Pipelines and GitHub's runner look for their commands anywhere in a line, TeamCity at its begin: `##`, a word
/// or none, and the bracket, which is escaped here.
fn without_commands(text: &str) -> String {
    if !text.contains("##") {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for (at, piece) in text.split('[').enumerate() {
        if at > 0 {
            let before = safe.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
            safe.push_str(if before.ends_with("##") { "\\u{5b}" } else { "[" });
        }
        safe.push_str(piece);
    }
    safe
}

/// So many of something, such as `1 row` and `2 rows`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

/// The form of a noun for so many.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    format!("{noun}{}", if count == 1 { "" } else { "s" })
}

/// The form of a verb for so many, such as `was` and `were`.
pub(crate) const fn verb(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "row")), ["0 rows", "1 row", "2 rows"]);
    }

    #[test]
    fn refuses_names_that_are_not_portable_file_names() {
        for bad in ["", "../x", "a/b", ".hidden", "-x", "con", "COM1.prod", "x.", "a b", "ü", "a\u{202e}b"] {
            assert_eq!(bad.parse::<ConnectionName>().unwrap_err().code(), "connection-name", "{bad:?}");
        }
        for good in ["qualtrics-prod", "a", "_x", "A.b+c@d-e", "constant"] {
            assert!(good.parse::<ConnectionName>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_pasted_secret_is_refused_and_not_repeated() {
        for pasted in ["hunter2-very-secret", "env: hunter2", "env:hunter2-very-secret", "env:2hunter2"] {
            let failure = pasted.parse::<SecretRef>().unwrap_err();
            assert_eq!(failure.code(), "secret-in-file");
            assert!(!format!("{failure:?}").contains("hunter2"), "{pasted}");
        }
    }

    #[test]
    fn a_reference_that_names_nothing_is_refused() {
        for nothing in ["env:", "file:", "command:"] {
            assert_eq!(nothing.parse::<SecretRef>().unwrap_err().code(), "secret-reference", "{nothing}");
        }
    }

    #[test]
    fn hides_what_would_drive_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
        assert_eq!(printable("Universität 大学"), "Universität 大学");
        // No characters of XML either.
        assert_eq!(printable("a\u{fffe}\u{ffff}"), "a\\u{fffe}\\u{ffff}");
    }

    #[test]
    fn no_text_is_a_command_to_a_runner() {
        for (text, told) in [
            ("a ##vso[task.setvariable variable=a]b", "a ##vso\\u{5b}task.setvariable variable=a]b"),
            ("##[error]x", "##\\u{5b}error]x"),
            ("##teamcity[a] ###[b]", "##teamcity\\u{5b}a] ###\\u{5b}b]"),
            ("##v\u{200b}so[", "##v\\u{200b}so["),
            ("## a [b] #[c] ##", "## a [b] #[c] ##"),
        ] {
            assert_eq!(printable(text), told);
        }
    }
}
