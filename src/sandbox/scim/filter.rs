//! Filters (RFC 7644 3.4.2.2).

use std::cmp::Ordering;

use serde_json::Value;

use crate::sandbox::answer::Refusal;
use crate::sandbox::scim::path::Name;
use crate::sandbox::scim::schema::Attribute;

/// How deep brackets may stand in brackets.
const DEEPEST: usize = 16;

/// What a user must fulfil.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Present(Name),
    Compare(Name, Operator, Value),
    /// Some value of the attribute fulfils what stands in the brackets.
    Some(&'static Attribute, Box<Self>),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

fn invalid(why: impl std::fmt::Display) -> Refusal {
    Refusal::bad_request("invalidFilter", format!("The filter cannot be read: {why}."))
}

/// Reads a filter over users.
pub(super) fn read(text: &str) -> Result<Filter, Refusal> {
    Reader { rest: text, within: None, depth: 0 }.whole()
}

/// Reads a filter over the values of one attribute.
pub(super) fn inside(text: &str, attribute: &'static Attribute) -> Result<Filter, Refusal> {
    Reader { rest: text, within: Some(attribute), depth: 0 }.whole()
}

struct Reader<'t> {
    rest: &'t str,
    within: Option<&'static Attribute>,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn whole(mut self) -> Result<Filter, Refusal> {
        let filter = self.any()?;
        match self.rest.trim_start() {
            "" => Ok(filter),
            rest => Err(invalid(format!("{rest:?} is left over"))),
        }
    }

    fn any(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.all()?;
        while self.word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.one()?;
        while self.word("and") {
            left = Filter::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter, Refusal> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(invalid("it is too deep"));
        }
        let found = self.group();
        self.depth -= 1;
        found
    }

    fn group(&mut self) -> Result<Filter, Refusal> {
        let before = self.rest;
        if self.word("not") && self.sign('(') {
            let inner = self.any()?;
            return if self.sign(')') { Ok(Filter::Not(Box::new(inner))) } else { Err(invalid("`)` is missing")) };
        }
        self.rest = before;
        if self.sign('(') {
            let inner = self.any()?;
            return if self.sign(')') { Ok(inner) } else { Err(invalid("`)` is missing")) };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, Refusal> {
        let name = self.token();
        if name.is_empty() {
            return Err(invalid("an attribute is missing"));
        }
        let unknown = || invalid(format!("there is no attribute {name:?}"));
        if self.within.is_none() && self.rest.starts_with('[') {
            let attribute = Name::read(name).filter(|name| name.sub.is_none()).ok_or_else(unknown)?.attribute;
            self.rest = &self.rest[1..];
            self.within = Some(attribute);
            let inner = self.any()?;
            self.within = None;
            return if self.sign(']') {
                Ok(Filter::Some(attribute, Box::new(inner)))
            } else {
                Err(invalid("`]` is missing"))
            };
        }
        let name = match self.within {
            None => Name::read(name).ok_or_else(unknown)?,
            Some(attribute) => Name { attribute, sub: Some(attribute.sub(name).ok_or_else(unknown)?) },
        };
        let word = self.token();
        let operator = match word.to_ascii_lowercase().as_str() {
            "pr" => return Ok(Filter::Present(name)),
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "co" => Operator::Co,
            "sw" => Operator::Sw,
            "ew" => Operator::Ew,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            _ => return Err(invalid(format!("{word:?} compares nothing"))),
        };
        let value = self.literal()?;
        let text_only = matches!(operator, Operator::Co | Operator::Sw | Operator::Ew);
        if (text_only && !value.is_string()) || value.is_array() || value.is_object() {
            return Err(invalid(format!("{word:?} does not compare with that")));
        }
        Ok(Filter::Compare(name, operator, value))
    }

    /// A JSON value.
    fn literal(&mut self) -> Result<Value, Refusal> {
        self.rest = self.rest.trim_start();
        if !self.rest.starts_with('"') {
            let word = self.token();
            return serde_json::from_str(word).map_err(|_no_json| invalid(format!("{word:?} is no value")));
        }
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                self.rest = self.rest.get(values.byte_offset()..).unwrap_or_default();
                Ok(value)
            }
            Some(Err(error)) => Err(invalid(error)),
            None => Err(invalid("a value is missing")),
        }
    }

    fn token(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| c.is_whitespace() || "()[]\"".contains(c)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let before = self.rest;
        let found = self.token().eq_ignore_ascii_case(word);
        if !found {
            self.rest = before;
        }
        found
    }

    fn sign(&mut self, sign: char) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

impl Filter {
    /// The value, where the filter asks for one attribute to be equal to it.
    pub(super) fn equal(&self, name: &str) -> Option<&str> {
        match self {
            Self::Compare(Name { attribute, sub: None }, Operator::Eq, Value::String(value)) => {
                (attribute.name == name).then_some(value)
            }
            _ => None,
        }
    }

    /// Whether a user, or one value of an attribute, fulfils it.
    pub(super) fn fits(&self, subject: &Value) -> bool {
        match self {
            Self::And(one, other) => one.fits(subject) && other.fits(subject),
            Self::Or(one, other) => one.fits(subject) || other.fits(subject),
            Self::Not(inner) => !inner.fits(subject),
            Self::Present(name) => !values(name, subject).is_empty(),
            Self::Compare(name, Operator::Ne, value) => {
                !values(name, subject).iter().any(|found| compares(name, Operator::Eq, found, value))
            }
            Self::Compare(name, operator, value) => {
                let found = values(name, subject);
                (found.is_empty() && *operator == Operator::Eq && value.is_null())
                    || found.iter().any(|found| compares(name, *operator, found, value))
            }
            Self::Some(attribute, inner) => {
                subject[&attribute.name].as_array().is_some_and(|values| values.iter().any(|value| inner.fits(value)))
            }
        }
    }
}

/// Every value that a name has in a user, or in one value of its attribute.
fn values<'v>(name: &Name, subject: &'v Value) -> Vec<&'v Value> {
    let sub = |value: &'v Value| match name.sub {
        Some(sub) => value.get(&sub.name),
        // RFC 7644 3.4.2.2: a list of complex values is compared by `value`.
        None if value.is_object() && name.attribute.multi_valued => value.get("value"),
        None => Some(value),
    };
    let found = match subject.get(&name.attribute.name) {
        None => return subject.get(name.sub.map_or("", |sub| &sub.name)).into_iter().collect(),
        Some(Value::Array(values)) => values.iter().filter_map(sub).collect(),
        Some(value) => sub(value).into_iter().collect::<Vec<_>>(),
    };
    found.into_iter().filter(|value| !value.is_null()).collect()
}

fn compares(name: &Name, operator: Operator, found: &Value, value: &Value) -> bool {
    let exact = name.sub.unwrap_or(name.attribute).case_exact;
    match (found, value) {
        (Value::String(found), Value::String(value)) => {
            let fold = |text: &str| if exact { text.to_owned() } else { text.to_lowercase() };
            let (found, value) = (fold(found), fold(value));
            match operator {
                Operator::Co => found.contains(&value),
                Operator::Sw => found.starts_with(&value),
                Operator::Ew => found.ends_with(&value),
                _ => ordered(operator, found.cmp(&value)),
            }
        }
        (Value::Number(found), Value::Number(value)) => {
            let both = found.as_f64().zip(value.as_f64());
            both.and_then(|(found, value)| found.partial_cmp(&value)).is_some_and(|order| ordered(operator, order))
        }
        (Value::Bool(found), Value::Bool(value)) => operator == Operator::Eq && found == value,
        _ => false,
    }
}

fn ordered(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Ne | Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_what_the_rfc_says_it_finds() {
        let user = json!({
            "id": "U1", "userName": "Anna@example.org", "externalId": "E7", "active": true, "title": "Lead \"A\"",
            "name": { "givenName": "Anna" }, "meta": { "lastModified": "2026-11-22T10:00:00Z" },
            "emails": [{ "value": "a@work.example", "type": "work" }, { "value": "a@home.example", "type": "home" }],
        });
        for (filter, expected) in [
            (r#"userName eq "anna@EXAMPLE.org""#, true),
            (r#"USERNAME Eq "x""#, false),
            (r#"externalId eq "e7""#, false),
            (r#"externalId eq "E7" and userName sw "anna""#, true),
            (r#"userName co "@EXAMPLE" and not (active eq false)"#, true),
            (r#"userName ew ".org" or id eq "x""#, true),
            (r#"id eq "x" or id eq "y" and active eq true"#, false),
            (r#"(id eq "x" or id eq "U1") and active eq true"#, true),
            (r#"title eq "Lead \"A\"""#, true),
            ("title pr and not (nickName pr)", true),
            (r#"name.givenName sw "AN""#, true),
            (r#"emails eq "a@work.example""#, true),
            (r#"emails.type eq "home""#, true),
            (r#"emails[type eq "home" and value co "work"]"#, false),
            (r#"emails[type eq "work" and value co "work"]"#, true),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName ne "x""#, true),
            (r#"meta.lastModified gt "2026-01-01T00:00:00Z""#, true),
            ("nickName eq null", true),
        ] {
            assert_eq!(read(filter).unwrap().fits(&user), expected, "{filter}");
        }
    }

    #[test]
    fn refuses_what_is_no_filter() {
        let deep = format!("{}id pr{}", "(".repeat(40), ")".repeat(40));
        for bad in [
            "",
            "userName",
            "userName eq",
            "userName eq x",
            "userName is \"x\"",
            "shoeSize eq 42",
            "name.shoe eq 1",
            "(id pr",
            "emails[type eq \"x\"",
            "id pr id",
            "userName co 5",
            "userName eq [1]",
            "not id pr",
            &deep,
        ] {
            assert_eq!(read(bad).unwrap_err().code, "invalidFilter", "{bad}");
        }
    }
}
