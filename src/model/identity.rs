//! What an identity provider has proved of a user, by whichever protocol.

use std::fmt;
use std::sync::Arc;

/// Attributes of an assertion or claims of a token, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The subject: NameID of an assertion, `sub` of a token.
    pub(crate) subject: Option<String>,
    /// Names in exact case, each with its values in order.
    pub(crate) attributes: Vec<Attribute>,
    /// What came in truth, where some of it is not told: what is above is for the eyes of people then.
    pub(crate) held: Option<Held>,
}

/// How texts of others are told.
pub(crate) trait Telling: Send + Sync {
    /// What may have words of our own beside theirs.
    fn words(&self, text: &str) -> String;
    /// What is theirs alone.
    fn value(&self, text: &str) -> String;
}

/// What came, and how it is told.
#[derive(Clone)]
pub(crate) struct Held {
    truth: Arc<Identity>,
    telling: Arc<dyn Telling>,
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.truth == other.truth
    }
}

impl Eq for Held {}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(..)")
    }
}

/// One attribute or claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// The name, byte for byte.
    pub(crate) name: String,
    /// Its values.
    pub(crate) values: Vec<String>,
}

impl Attribute {
    /// The values as they are shown: without a token that some providers put beside the claims.
    pub(crate) fn told(&self) -> impl Iterator<Item = &str> {
        let is_token = self.name.ends_with("_token");
        self.values.iter().map(move |value| if is_token { "(a token, not shown)" } else { value.as_str() })
    }
}

impl Identity {
    /// The same as it is told, which holds what came for [`Self::truth`].
    pub(crate) fn told_by(self, telling: Arc<dyn Telling>) -> Self {
        let attribute = |one: &Attribute| Attribute {
            name: telling.words(&one.name),
            values: one.values.iter().map(|value| telling.value(value)).collect(),
        };
        let told = Self {
            subject: self.subject.as_deref().map(|subject| telling.value(subject)),
            attributes: self.attributes.iter().map(attribute).collect(),
            held: None,
        };
        match told == self {
            true => told,
            false => Self { held: Some(Held { truth: Arc::new(self), telling }), ..told },
        }
    }

    /// What came: for decisions, and not to be shown.
    pub(crate) fn truth(&self) -> &Self {
        self.held.as_ref().map_or(self, |held| &held.truth)
    }

    /// How what was decided about it is told, where that is not as it is.
    pub(crate) fn telling(&self) -> Option<&dyn Telling> {
        self.held.as_ref().map(|held| &*held.telling)
    }

    /// The values of an attribute of exactly this name; of several of one name all.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let same = self.attributes.iter().filter(|attribute| attribute.name == name);
        same.flat_map(|attribute| attribute.values.iter().map(String::as_str)).collect()
    }

    /// Adds a value; one of a name that is there is one more of it.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => attribute.values.push(value.to_owned()),
            None => self.attributes.push(Attribute { name: name.to_owned(), values: vec![value.to_owned()] }),
        }
    }
}
