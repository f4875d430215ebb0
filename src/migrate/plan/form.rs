//! The form of the new name where it is not the vendor's own: text, with names in braces for
//! the roster's value and columns, the account's own fields and the tenant's settings.

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::directory::Fact;
use crate::migrate::plan::value::NameRule;
use crate::migrate::plan::value::Part;
use crate::migrate::roster::Roster;
use crate::migrate::shown;
use crate::model::username;

/// Says that a name is a column of the roster, where an account has a field of that name too.
const ROSTER: &str = "roster.";
/// Says that a name is a field of the account.
const ACCOUNT: &str = "account.";

/// A form as it was typed, `{email}#{brand_id}`.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    text: String,
}

impl Form {
    /// Refuses what is no form: a brace without its other, or nothing that tells accounts apart.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refuse = |code, why: &str| {
            Failure::usage(code, format!("{} is no form of a name: {why}", shown(text)))
                .hint("such as `--form '{value}#{brand_id}'` or `--form '{email}'`")
        };
        let mut open = false;
        for letter in text.chars() {
            match (letter, open) {
                ('{', false) => open = true,
                ('}', true) => open = false,
                ('{', true) | ('}', false) => return Err(refuse("form-syntax", "a brace has no other").into()),
                _ => {}
            }
        }
        if open {
            return Err(refuse("form-syntax", "a brace has no other").into());
        }
        if username::names(text).is_empty() {
            return Err(refuse("form-syntax", "every account would get the same name").into());
        }
        Ok(Self { text: text.to_owned() })
    }

    fn names(&self) -> Vec<&str> {
        username::names(&self.text)
    }

    /// Whether the roster's new value is in it.
    pub(crate) fn has_value(&self) -> bool {
        self.names().contains(&"value")
    }

    /// Names that may be columns of the roster.
    pub(crate) fn columns(&self) -> Vec<String> {
        let names = self.names().into_iter().filter(|name| *name != "value" && !name.starts_with(ACCOUNT));
        names.map(|name| name.strip_prefix(ROSTER).unwrap_or(name).to_owned()).collect()
    }

    /// Fields of an account that may be meant, so that they are kept of each.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        self.names().into_iter().filter_map(|name| fact(name.strip_prefix(ACCOUNT).unwrap_or(name))).collect()
    }

    /// The vendor's rule with this form of its value. `setting` looks a fact of the tenant up, whose
    /// names are `settings`. Refuses names that nobody knows, and a form that is not the vendor's.
    pub(crate) fn bind(
        &self,
        rule: NameRule,
        vendor_form: &str,
        roster: &Roster,
        setting: &dyn Fn(&str) -> Option<String>,
        settings: &[&str],
    ) -> Result<NameRule> {
        let mut parts = Vec::new();
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            push_text(&mut parts, before);
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            match meaning(name, roster, setting, settings)? {
                Part::Text(text) => push_text(&mut parts, &text),
                part => parts.push(part),
            }
            rest = behind;
        }
        push_text(&mut parts, rest);
        let stripped = self.strip(&mut parts, &rule);
        if !stripped {
            return Err(self.foreign(vendor_form).into());
        }
        if parts.iter().all(|part| matches!(part, Part::Text(_))) {
            return Err(Failure::usage(
                "form-syntax",
                format!("{} gives every account the same name", shown(&self.text)),
            )
            .hint("put `{value}`, a field of the account or a column of the roster into it")
            .into());
        }
        Ok(rule.of(parts))
    }

    /// Takes away what the vendor puts around each value; `false` where it is not there.
    fn strip(&self, parts: &mut Vec<Part>, rule: &NameRule) -> bool {
        let (head, tail) = (rule.prefix(), rule.suffix());
        if !head.is_empty() {
            let Some(Part::Text(first)) = parts.first_mut() else { return false };
            let Some(bare) = first.strip_prefix(head).map(ToOwned::to_owned) else { return false };
            *first = bare;
        }
        if !tail.is_empty() {
            let Some(Part::Text(last)) = parts.last_mut() else { return false };
            let Some(bare) = last.strip_suffix(tail).map(ToOwned::to_owned) else { return false };
            *last = bare;
        }
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        true
    }

    fn foreign(&self, vendor_form: &str) -> Failure {
        let mended = vendor_form.replacen("{value}", &self.text, 1);
        Failure::usage(
            "form-vendor",
            format!(
                "the vendor finds users by names of the form {}, and {} is none",
                shown(vendor_form),
                shown(&self.text)
            ),
        )
        .hint(format!("`--form {}`", quoted(&mended)))
    }
}

/// A form as it can be typed after its flag.
fn quoted(text: &str) -> String {
    format!("'{}'", crate::model::printable(text).replace('\'', r"'\''"))
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

fn fact(name: &str) -> Option<Fact> {
    Fact::IN_FORMS.iter().find(|(known, _)| *known == name).map(|(_, fact)| *fact)
}

fn meaning(name: &str, roster: &Roster, setting: &dyn Fn(&str) -> Option<String>, settings: &[&str]) -> Result<Part> {
    if name == "value" {
        return Ok(Part::Value);
    }
    let unknown = || {
        let braced = |names: &[&str]| names.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ");
        let fields: Vec<&str> = Fact::IN_FORMS.iter().map(|(name, _)| *name).collect();
        let columns: Vec<String> = roster.names.iter().take(30).map(|name| shown(&format!("{{{name}}}"))).collect();
        let mut failure = Failure::usage("form-unknown", format!("nobody knows {}", shown(&format!("{{{name}}}"))))
            .hint(format!("of the roster: `{{value}}`, {}", columns.join(", ")))
            .hint(format!("of the account: {}", braced(&fields)));
        if !settings.is_empty() {
            failure = failure.hint(format!("of the tenant: {}", braced(settings)));
        }
        failure
    };
    if let Some(column) = name.strip_prefix(ROSTER) {
        return Ok(Part::Column(roster.further(column).ok_or_else(unknown)?));
    }
    if let Some(field) = name.strip_prefix(ACCOUNT) {
        return Ok(Part::Fact(fact(field).ok_or_else(unknown)?));
    }
    if let Some(text) = setting(name) {
        return Ok(Part::Text(text));
    }
    match (roster.further(name), fact(name)) {
        (Some(_), Some(_)) => {
            Err(Failure::usage("form-ambiguous", format!("both the roster and each account have {}", shown(name)))
                .hint(format!("write `{{{ROSTER}{name}}}` or `{{{ACCOUNT}{name}}}`"))
                .into())
        }
        (Some(column), None) => Ok(Part::Column(column)),
        (None, Some(fact)) => Ok(Part::Fact(fact)),
        (None, None) if settings.contains(&name) => {
            Err(Failure::usage("form-unknown", format!("the connection does not say {}", shown(name)))
                .hint(format!("`ssoctl connection set NAME settings.{name}=..`"))
                .into())
        }
        (None, None) => Err(unknown().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;
    use crate::migrate::roster;
    use crate::migrate::roster::Columns;
    use crate::model::username::UsernameRule;

    fn setting(name: &str) -> Option<String> {
        (name == "brand_id").then(|| "testbrand".to_owned())
    }

    fn bound(text: &str, vendor_form: &str) -> Result<Vec<Part>> {
        let form = Form::parse(text)?;
        let csv = b"username,staff no,email\na,1,a@example.org\n";
        let columns = Columns {
            without_value: !form.has_value(),
            further: form.columns(),
            new: form.has_value().then(|| "staff no".to_owned()),
            ..Columns::default()
        };
        let roster = roster::read(csv, "users.csv", &columns)?;
        let rule = UsernameRule { form: vendor_form.to_owned(), refused_characters: String::new(), shape: None };
        let rule = NameRule::new(rule, &setting);
        Ok(form.bind(rule, vendor_form, &roster, &setting, &["brand_id", "data_center"])?.parts)
    }

    fn code(text: &str, vendor_form: &str) -> (&'static str, String) {
        let error = bound(text, vendor_form).unwrap_err();
        let failure = failure_of(&error).unwrap();
        (failure.code(), failure.hints().join("; "))
    }

    #[test]
    fn names_are_looked_up_and_the_vendors_own_part_is_taken_away() {
        let suffixed = "{value}#{brand_id}";
        assert_eq!(bound("{value}#{brand_id}", suffixed).unwrap(), [Part::Value]);
        assert_eq!(bound("{account.email}#testbrand", suffixed).unwrap(), [Part::Fact(Fact::Email)]);
        assert_eq!(
            bound("x-{staff no}@{first_name}.{brand_id}", "{value}").unwrap(),
            [
                Part::Text("x-".to_owned()),
                Part::Column(0),
                Part::Text("@".to_owned()),
                Part::Fact(Fact::FirstName),
                Part::Text(".testbrand".to_owned())
            ]
        );
        assert_eq!(bound("{roster.email}", "{value}").unwrap(), [Part::Column(0)]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_there_is() {
        for text in ["{value", "value}", "{{value}}", "", "all the same"] {
            assert_eq!(code(text, "{value}").0, "form-syntax", "{text}");
        }
        assert_eq!(code("{brand_id}", "{value}").0, "form-syntax");
        let (unknown, hint) = code("{shoe size}", "{value}");
        assert_eq!(unknown, "form-unknown");
        for there in ["`{staff no}`", "`{first_name}`", "`{brand_id}`", "`{value}`"] {
            assert!(hint.contains(there), "{hint}");
        }
        assert_eq!(code("{value}{data_center}", "{value}").1, "`ssoctl connection set NAME settings.data_center=..`");
        assert_eq!(code("{roster.shoe}", "{value}").0, "form-unknown");
        assert_eq!(code("{account.shoe}", "{value}").0, "form-unknown");
        let (ambiguous, hint) = code("{email}", "{value}");
        assert_eq!((ambiguous, &*hint), ("form-ambiguous", "write `{roster.email}` or `{account.email}`"));
        let (foreign, hint) = code("{value}@example.org", "{value}#{brand_id}");
        assert_eq!((foreign, &*hint), ("form-vendor", "`--form '{value}@example.org#{brand_id}'`"));
    }
}
