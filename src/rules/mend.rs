//! What may mend a denial, in a command that a shell takes as it is meant.

use crate::model::printable;

/// What may mend a denial, where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mend {
    /// An attribute that came, and that a field should perhaps be filled from in place of the one that did not.
    Attribute {
        /// The key under `attributes:`.
        key: String,
        /// The name of the attribute as it came.
        attribute: String,
        /// What people call it, where that name is a well-known one.
        called: Option<&'static str>,
    },
    /// The user has an account under another name: they need that one renamed, and no second one.
    OtherName {
        /// Its username.
        account: String,
        /// The value that the new name is made of.
        value: String,
        /// The column of the list that is to be changed, where it is not the username.
        external_id: bool,
    },
    /// A fact of the tenant that usernames are made of, and that the connection does not say.
    Setting(String),
}

impl Mend {
    /// For a person: the command that mends this connection. A name that a shell would take apart is quoted,
    /// and one that cannot be is given by its file.
    pub(crate) fn told(&self, connection: &str) -> String {
        match self {
            Self::Attribute { key, attribute, called } => filled_from(key, attribute, *called, connection),
            Self::OtherName { account, value, external_id: false } => format!(
                "the account `{account}` has the same e-mail address: rename it, and make no second one. With a row `{account},{value}` below `old_username,new_value`: `ssoctl users migrate --csv FILE --connection {connection}`"
            ),
            Self::OtherName { account, value, external_id: true } => format!(
                "the account `{account}` has the same e-mail address, and another External ID or none: give it `{value}`, and make no second one: `ssoctl users migrate --csv FILE --connection {connection}`"
            ),
            Self::Setting(key) => format!("say it: `ssoctl connection set {connection} settings.{key}=..`"),
        }
    }

    /// The text in it that is not of our own.
    pub(super) fn foreign(&self) -> String {
        match self {
            Self::Attribute { attribute, .. } => attribute.clone(),
            Self::OtherName { account, value, .. } => format!("{account} {value}"),
            Self::Setting(_) => String::new(),
        }
    }
}

fn filled_from(key: &str, attribute: &str, called: Option<&str>, connection: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:/-@+".contains(c);
    let word = if attribute.chars().all(plain) {
        format!("attributes.{key}={attribute}")
    } else if printable(attribute) == attribute && !attribute.contains('\'') {
        format!("'attributes.{key}={attribute}'")
    } else {
        return format!("correct `attributes.{key}` in `connections/{connection}.yaml`");
    };
    let why = match called {
        Some(called) => format!("that is {called}"),
        None => "if that is the one".to_owned(),
    };
    format!("{why}: `ssoctl connection set {connection} {word}`")
}
