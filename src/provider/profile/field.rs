//! One field of a vendor's page: the key of the connection's file that it stands for, the vendor's
//! own label, and what may be entered.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::shape::Shape;
use crate::provider::profile::Capability;

/// A group of fields under one title.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    /// The vendor's own title.
    pub(crate) title: String,
    /// For which connections it is; all where this is not given.
    #[serde(default)]
    pub(crate) when: Option<When>,
    /// What to know before it is filled in.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// In the page's order.
    pub(crate) fields: Vec<Field>,
}

/// For which connections a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum When {
    /// SAML 2.0.
    Saml,
    /// OAuth 2.0 and OpenID Connect with endpoints of the user's own.
    Custom,
    /// Google's own.
    Google,
    /// Entra's own.
    Entra,
    /// Any at which users log in by OAuth 2.0.
    #[serde(rename = "oauth")]
    OAuth,
    /// Where the vendor logs in elsewhere.
    Outbound,
    /// Any that passes attributes: SAML, and OAuth 2.0 with endpoints of the user's own.
    Attributes,
}

impl When {
    /// Whether a connection of this kind has it.
    pub(crate) fn holds(self, kind: Kind) -> bool {
        match self {
            Self::Saml => kind == Kind::Saml,
            Self::Custom => kind == Kind::OAuth(OAuthKind::Custom),
            Self::Google => kind == Kind::OAuth(OAuthKind::Google),
            Self::Entra => kind == Kind::OAuth(OAuthKind::Entra),
            Self::OAuth => matches!(kind, Kind::OAuth(kind) if kind != OAuthKind::Outbound),
            Self::Outbound => kind == Kind::OAuth(OAuthKind::Outbound),
            Self::Attributes => matches!(kind, Kind::Saml | Kind::OAuth(OAuthKind::Custom)),
        }
    }
}

/// What kind of connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SAML 2.0.
    Saml,
    /// OAuth 2.0 of a kind.
    OAuth(OAuthKind),
}

impl Kind {
    /// What the vendor must be able to do for it; nothing for an outbound connection, which is no
    /// login: whether a vendor has those its kinds say.
    pub(crate) const fn capability(self) -> Option<Capability> {
        match self {
            Self::Saml => Some(Capability::Saml),
            Self::OAuth(OAuthKind::Custom) => Some(Capability::OAuth),
            Self::OAuth(OAuthKind::Google) => Some(Capability::Google),
            Self::OAuth(OAuthKind::Entra) => Some(Capability::Entra),
            Self::OAuth(OAuthKind::Outbound) => None,
        }
    }

    /// That of a connection; `None` where it has no protocol yet.
    pub(crate) fn of(connection: &Connection) -> Option<Self> {
        match (&connection.saml, &connection.oauth) {
            (Some(_), _) => Some(Self::Saml),
            (None, Some(oauth)) => Some(Self::OAuth(oauth.kind)),
            (None, None) => None,
        }
    }
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    /// The key of the connection's file, steps parted by dots; with `@` before it a fact that is
    /// made of several keys.
    pub(crate) path: String,
    /// The vendor's own label.
    pub(crate) label: String,
    /// One sentence of help.
    #[serde(default)]
    pub(crate) help: Option<String>,
    /// The vendor refuses a connection without it.
    #[serde(default)]
    pub(crate) required: bool,
    /// The vendor strongly recommends it: absent is a warning.
    #[serde(default)]
    pub(crate) recommended: bool,
    /// The user field that the vendor takes in its place.
    #[serde(default)]
    pub(crate) fallback: Option<String>,
    /// What it must look like.
    #[serde(default)]
    pub(crate) shape: Option<Shape>,
    /// The characters it may have, as `a-z0-9_-`.
    #[serde(default)]
    pub(crate) characters: Option<String>,
    /// Most characters it may have.
    #[serde(default)]
    pub(crate) max_length: Option<usize>,
    /// The values it may have.
    #[serde(default)]
    pub(crate) choices: Vec<Choice>,
    /// Whether another value than the choices is a warning only, since their list is not complete.
    #[serde(default)]
    pub(crate) open: bool,
    /// The vendor's own default.
    #[serde(default)]
    pub(crate) default: Option<String>,
    /// What parts several values on the vendor's page.
    #[serde(default)]
    pub(crate) separator: Option<String>,
    /// For which connections it is; all where this is not given.
    #[serde(default)]
    pub(crate) when: Option<When>,
    /// Why it must not change under just-in-time provisioning once logins go by it.
    #[serde(default)]
    pub(crate) guarded: Option<String>,
    /// A fact that ssoctl needs and the vendor's page does not ask for.
    #[serde(default)]
    pub(crate) internal: bool,
}

/// A value that a field may have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// The value.
    pub(crate) value: String,
    /// What it means.
    #[serde(default)]
    pub(crate) label: Option<String>,
    /// What templates may take from it, as `{key.name}`.
    #[serde(default)]
    pub(crate) values: BTreeMap<String, String>,
    /// Why what follows from these values must be compared with what the vendor says: they are
    /// published, and what templates make of them is not for this choice.
    #[serde(default)]
    pub(crate) unverified: Option<String>,
}

impl Field {
    /// The last step of the path.
    pub(crate) fn key(&self) -> &str {
        self.path.rsplit_once('.').map_or(&self.path, |(_, key)| key)
    }

    /// What stands before the last step; empty where it is the only one.
    pub(crate) fn parent(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }

    /// The help, or the label where there is none.
    pub(crate) fn help(&self) -> &str {
        self.help.as_deref().unwrap_or(&self.label)
    }

    /// Whether it is required, recommended or neither, in a word.
    pub(crate) const fn need(&self) -> &'static str {
        match (self.required, self.recommended) {
            (true, _) => "required",
            (false, true) => "recommended",
            (false, false) => "optional",
        }
    }

    /// Refuses a value with the reason.
    pub(crate) fn check(&self, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return Err("it is empty".to_owned());
        }
        if !self.choices.is_empty() && !self.open && !self.is_choice(value) {
            let known: Vec<&str> = self.choices.iter().map(|choice| choice.value.as_str()).collect();
            return Err(format!("write one of {}", known.join(", ")));
        }
        if let Some(most) = self.max_length.filter(|most| value.chars().count() > *most) {
            return Err(format!("at most {most} characters"));
        }
        if let Some(allowed) = &self.characters
            && let Some(bad) = value.chars().find(|c| !within(allowed, *c))
        {
            return Err(format!("`{}` is not allowed: {}", bad.escape_debug(), self.help()));
        }
        self.shape.map_or(Ok(()), |shape| shape.check(value))
    }

    /// Whether a value is one of the choices.
    pub(crate) fn is_choice(&self, value: &str) -> bool {
        self.choices.iter().any(|choice| choice.value == value)
    }
}

/// The value at a path with dots; a key under `settings:` or `attributes:` may have dots itself.
pub(crate) fn value_at<'v>(document: &'v Value, path: &str) -> &'v Value {
    let mut value = document;
    for step in steps(path) {
        value = value.get(step).unwrap_or(&Value::Null);
    }
    value
}

/// A path as its steps.
pub(crate) fn steps(path: &str) -> Vec<&str> {
    match path.split_once('.') {
        Some((parent @ ("settings" | "attributes"), key)) => vec![parent, key],
        _ => path.split('.').collect(),
    }
}

/// Whether a character is one of `a-z0-9_-`; a `-` at either end is meant as itself.
fn within(allowed: &str, wanted: char) -> bool {
    let all: Vec<char> = allowed.chars().collect();
    let mut at = 0;
    while at < all.len() {
        if at + 2 < all.len() && all[at + 1] == '-' {
            if (all[at]..=all[at + 2]).contains(&wanted) {
                return true;
            }
            at += 3;
        } else {
            if all[at] == wanted {
                return true;
            }
            at += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_characters_have_ranges() {
        for (set, inside, outside) in [("a-z0-9_-", "az09_-", "AZ.+"), ("-a", "-a", "b"), ("A-Z", "AQZ", "a-")] {
            assert!(inside.chars().all(|c| within(set, c)), "{set}");
            assert!(!outside.chars().any(|c| within(set, c)), "{set}");
        }
    }
}
