//! How a vendor's usernames are made from what the identity provider asserts.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::model::is_unprintable;
use crate::model::shape::Shape;

/// The rule of one vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsernameRule {
    /// The stored form; `{value}` is what is asserted, other names are the tenant's facts.
    pub(crate) form: String,
    /// Characters that the vendor refuses in the asserted value.
    #[serde(default)]
    pub(crate) refused_characters: String,
    /// What the asserted value must look like.
    #[serde(default)]
    pub(crate) shape: Option<Shape>,
}

impl UsernameRule {
    /// The stored form of a value; `setting` looks a tenant's fact up. A fact that is not set stays
    /// in braces, so that nobody takes the text for a username.
    pub(crate) fn render(&self, value: &str, setting: &dyn Fn(&str) -> Option<String>) -> String {
        let (before, after) = self.form.split_once("{value}").unwrap_or((&self.form, ""));
        // The value is put in last: braces in it are the user's own.
        format!("{}{value}{}", fill(before, setting), fill(after, setting))
    }

    /// The character that parts the value from what the vendor adds.
    pub(crate) fn separator(&self) -> Option<char> {
        let after = self.form.split_once("{value}")?.1;
        after.chars().next().filter(|c| !c.is_alphanumeric() && *c != '{')
    }

    /// Refuses an asserted value with the reason.
    pub(crate) fn check_value(&self, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return Err("it is empty".to_owned());
        }
        if value.trim() != value {
            return Err("it begins or ends with a space".to_owned());
        }
        if let Some(separator) = self.separator().filter(|separator| value.contains(*separator)) {
            return Err(format!("`{separator}` parts the value from what the vendor adds by itself"));
        }
        if let Some(bad) = value.chars().find(|c| self.refused_characters.contains(*c)) {
            return Err(format!("the vendor refuses `{bad}` in usernames"));
        }
        if value.contains(is_unprintable) {
            return Err("it has a control or invisible character inside".to_owned());
        }
        self.shape.map_or(Ok(()), |shape| shape.check(value))
    }
}

/// Puts facts in the place of names in braces; a name that is not known stays as it is.
pub(crate) fn fill(template: &str, fact: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        text += before;
        let Some(close) = after.find('}') else {
            rest = after;
            break;
        };
        match fact(&after[1..close]) {
            Some(value) => text += &value,
            None => text += &after[..=close],
        }
        rest = &after[close + 1..];
    }
    text + rest
}

/// The names in braces of a template.
pub(crate) fn names(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> UsernameRule {
        UsernameRule {
            form: "{value}#{brand_id}".to_owned(),
            refused_characters: "=;~!&*%{}<>[]|\\\"^".to_owned(),
            shape: None,
        }
    }

    #[test]
    fn a_value_becomes_the_stored_form_and_braces_in_it_stay() {
        let brand = |key: &str| (key == "brand_id").then(|| "testbrand".to_owned());
        assert_eq!(rule().render("123456", &brand), "123456#testbrand");
        assert_eq!(rule().render("{brand_id}", &brand), "{brand_id}#testbrand");
        assert_eq!(rule().render("1", &|_| None), "1#{brand_id}");
        assert_eq!(fill("a{b}c{d", &|_| Some("x".to_owned())), "axc{d");
        assert_eq!(names("https://{a}.{b.c}/"), ["a", "b.c"]);
    }

    #[test]
    fn refuses_what_the_vendor_refuses_and_takes_the_others() {
        for bad in "=;~!&*%{}<>[]|\\\"^#".chars() {
            let reason = rule().check_value(&format!("a{bad}b")).unwrap_err();
            assert!(reason.contains(bad), "{bad}: {reason}");
        }
        for bad in ["", " a", "a ", "a\tb", "a\u{200b}b", "a#testbrand"] {
            assert!(rule().check_value(bad).is_err(), "{bad:?}");
        }
        for good in ["123456", "anna@example.org", "o'neil", "a.b+c_d-e", "\u{e4}\u{f6}", "a b"] {
            assert_eq!(rule().check_value(good), Ok(()), "{good}");
        }
        let email = UsernameRule { form: "{value}".to_owned(), shape: Some(Shape::Email), ..rule() };
        assert!(email.check_value("123456").is_err() && email.check_value("a@b.example").is_ok());
    }
}
