//! The vendor's fields as the identity provider fills them, and why one is empty.

use crate::model::connection::OAuthKind;
use crate::model::difference::explain_difference;
use crate::model::difference::nearest;
use crate::model::identity::Attribute;
use crate::rules::Login;
use crate::rules::Mend;
use crate::rules::Stop;
use crate::rules::few;
use crate::rules::folded;
use crate::rules::names;
use crate::rules::policy::Way;

/// Values by the keys of the vendor's fields.
pub(super) struct Asserted<'a> {
    values: Vec<(String, Vec<&'a str>)>,
}

impl<'a> Asserted<'a> {
    /// The one value of a field, the first of several.
    pub(super) fn value(&self, key: &str) -> Option<&'a str> {
        self.values(key).first().copied()
    }

    /// All values of a field.
    pub(super) fn values(&self, key: &str) -> &[&'a str] {
        self.values.iter().find(|(field, _)| field == key).map(|(_, values)| values.as_slice()).unwrap_or_default()
    }

    /// Every field that has a value.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.values.iter().filter_map(|(key, values)| Some((key.as_str(), *values.first()?)))
    }
}

impl<'a> Login<'a> {
    /// Fills each field from its attribute, else from its fallback; a required one that stays
    /// empty ends the login.
    pub(super) fn asserted(&mut self) -> Result<Asserted<'a>, Stop> {
        let mut asserted = Asserted { values: Vec::new() };
        for field in self.question().fields {
            let name = self.attribute_of(&field.key);
            let route = ["attributes".into(), field.key.as_str().into()];
            let mut found: Vec<&'a str> = Vec::new();
            if let Some(name) = name {
                found = self.identity.values(name).into_iter().filter(|value| !value.is_empty()).collect();
                if found.is_empty() {
                    let near = self.near_attribute(name);
                    let why = format!("no attribute `{name}` came for {} ({}){near}", field.key, field.label);
                    if field.required {
                        self.decision.mend = self.mend_of(&field.key);
                        return Err(self.stop("attribute", &route, "attribute-missing", why));
                    }
                    self.note("attribute", &route, why);
                } else {
                    let told = match found.len() {
                        1 => format!("`{}` from `{name}`", found[0]),
                        count if self.takes_several(&field.key) => {
                            format!("{count} values from `{name}`: {}", few(&found))
                        }
                        count => format!("`{}` from `{name}`, the first of {count} values", found[0]),
                    };
                    self.pass("attribute", &route, format!("{} is {told}", field.key));
                }
            } else if self.connection().attributes.contains_key(&field.key) {
                let why = format!("Google passes the address and the names alone: nothing fills {}", field.key);
                self.note("attribute", &route, why);
            } else if field.required {
                let why = format!("no attribute fills {} ({}), without which nobody is let in", field.key, field.label);
                return Err(self.stop("attribute", &["attributes".into()], "attribute-unmapped", why));
            }
            if !found.is_empty() {
                asserted.values.push((field.key.clone(), found));
            }
        }
        for field in self.question().fields {
            let Some(fallback) = field.fallback.as_deref().filter(|_| asserted.value(&field.key).is_none()) else {
                continue;
            };
            if let Some(value) = asserted.value(fallback) {
                let route = ["attributes".into(), fallback.into()];
                self.pass("fallback", &route, format!("{} is `{value}`, as {fallback} is", field.key));
                asserted.values.push((field.key.clone(), vec![value]));
            }
        }
        Ok(asserted)
    }

    /// Whether all values of a field are looked at.
    fn takes_several(&self, key: &str) -> bool {
        let policy = self.question().policy;
        policy.mapped.iter().any(|mapped| mapped.field == key) || policy.groups.iter().any(|groups| groups.field == key)
    }

    /// The attribute that fills a field. A connection by Google or Entra passes the address and names
    /// under the standard claims and no others (QT2).
    fn attribute_of(&self, key: &str) -> Option<&'a str> {
        let connection = self.connection();
        let kind = connection.oauth.as_ref().map(|oauth| oauth.kind);
        let fixed = kind.is_some_and(|kind| kind != OAuthKind::Custom);
        let standard = match key {
            "email" => Some("email"),
            "first_name" => Some("given_name"),
            "last_name" => Some("family_name"),
            _ => None,
        };
        let own = connection.attributes.get(key).map(String::as_str).filter(|_| kind != Some(OAuthKind::Google));
        own.or(standard.filter(|_| fixed))
    }

    /// What there is in the place of an attribute that did not come.
    pub(super) fn near_attribute(&self, wanted: &str) -> String {
        if self.identity.attributes.iter().any(|attribute| attribute.name == wanted) {
            return "; it came without a value".to_owned();
        }
        match self.near_name(wanted) {
            Some((near, Some(called))) if called == near => format!("; `{near}` did"),
            Some((near, Some(called))) => format!("; `{near}` did, which is {called}"),
            Some((near, None)) => format!("; `{near}` did: {}", explain_difference(wanted, near)),
            None => match self.names_with_values().take(12).collect::<Vec<_>>() {
                names if names.is_empty() => "; none came at all".to_owned(),
                names => format!("; there are {}", names.join(", ")),
            },
        }
    }

    fn names_with_values(&self) -> impl Iterator<Item = &'a str> {
        let filled = |attribute: &&Attribute| attribute.values.iter().any(|one| !one.is_empty());
        self.identity.attributes.iter().filter(filled).map(|attribute| attribute.name.as_str())
    }

    /// An attribute that came and may be the one that is wanted: by its case, by the end of its name, as
    /// another well-known name of the same (with what that is called), or by its spelling.
    fn near_name(&self, wanted: &str) -> Option<(&'a str, Option<&'static str>)> {
        let last = |text: &str| folded(text.rsplit(['/', ':']).next().unwrap_or(text));
        let names = || self.names_with_values();
        let alike = names()
            .find(|name| folded(name) == folded(wanted))
            .or_else(|| names().find(|name| last(name) == last(wanted)));
        let known = || names().find_map(|name| Some((name, Some(names::same(wanted, name)?))));
        let spelt = || nearest(wanted, names()).map(|name| (name, None));
        alike.map(|name| (name, None)).or_else(known).or_else(spelt)
    }

    /// How a field that is filled from an attribute is filled from the one that came in its place.
    fn mend_of(&self, key: &str) -> Option<Mend> {
        let wanted = self.connection().attributes.get(key).filter(|_| self.attribute_of(key).is_some())?;
        let (near, called) = self.near_name(wanted).filter(|(near, _)| near != wanted)?;
        Some(Mend::Attribute { key: key.to_owned(), attribute: near.to_owned(), called })
    }

    /// The way in use to find an account.
    pub(super) fn way(&self) -> Option<&'a Way> {
        let ways = &self.question().policy.find;
        match self.connection().login.match_by.as_deref() {
            Some(name) => ways.iter().find(|way| way.name == name),
            None => ways.first(),
        }
    }

    /// What an account is looked for by: the field's value, else the subject where that may be.
    pub(super) fn key(&mut self, way: &Way, asserted: &Asserted<'a>) -> Result<&'a str, Stop> {
        if let Some(value) = asserted.value(&way.field) {
            return Ok(value);
        }
        let route = ["attributes".into(), way.field.as_str().into()];
        if let (true, Some(subject)) = (way.subject, self.identity.subject.as_deref()) {
            let why = format!("no attribute fills {}: the subject `{subject}` is taken", way.field);
            // What the profile has a question for is no fact.
            match self.question().policy.cites.get("subject").is_some_and(|cite| cite.starts_with("unknown")) {
                true => self.note("subject", &route, format!("{why}, and whether the vendor does so is unknown")),
                false => self.pass("subject", &route, why),
            }
            return Ok(subject);
        }
        let why = format!("nothing fills {}, which users are found by", way.field);
        self.decision.mend = self.mend_of(&way.field);
        Err(self.stop("subject", &route, "key-missing", why))
    }
}
