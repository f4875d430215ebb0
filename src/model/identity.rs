//! What an identity provider has proved of a user, by whichever protocol.

/// Attributes of an assertion or claims of a token, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The subject: NameID of an assertion, `sub` of a token.
    pub(crate) subject: Option<String>,
    /// Names in exact case, each with its values in order.
    pub(crate) attributes: Vec<Attribute>,
}

/// One attribute or claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// The name, byte for byte.
    pub(crate) name: String,
    /// Its values.
    pub(crate) values: Vec<String>,
}

impl Identity {
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
