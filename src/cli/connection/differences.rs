//! What of a connection differs from the version that was last entered at the vendor, in the words
//! of the vendor's page.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::cli::connection::page::Page;
use crate::error::Failure;
use crate::error::Result;
use crate::error::told::redacted;
use crate::model::connection::Connection;
use crate::model::connection::Status;
use crate::model::printable;
use crate::provider::profile::Kind;
use crate::provider::profile::Profile;

/// One field with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The section of the vendor's page; `None` of a key that the page does not show.
    pub(crate) section: Option<String>,
    /// The vendor's label, or the key.
    pub(crate) label: String,
    /// The key or fact.
    pub(crate) path: String,
    /// What was entered.
    pub(crate) before: Vec<String>,
    /// What the file has now.
    pub(crate) after: Vec<String>,
}

/// What of a connection is entered at the vendor: how far it has come, and how its user list is
/// reached, are our own record.
pub(crate) fn entered(connection: &Connection) -> Connection {
    let mut entered = Connection { status: Status::default(), directory: None, ..connection.clone() };
    if let Some(saml) = &mut entered.saml {
        saml.idp.planned.clear();
    }
    entered
}

/// Whether the two would be entered alike.
pub(crate) fn is_same(before: &Connection, after: &Connection) -> bool {
    entered(before) == entered(after)
}

/// The differences in the order of the vendor's page, then the keys that it does not show.
pub(crate) fn between(before: &Connection, after: &Connection, profile: &Profile) -> Result<Vec<Difference>> {
    let (before, after) = (entered(before), entered(after));
    let (old, new) = (Page::new(&before)?, Page::new(&after)?);
    let mut found: Vec<Difference> = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    let kinds = [Kind::of(&before), Kind::of(&after)];
    for (section, field) in kinds.into_iter().flatten().flat_map(|kind| profile.asked(kind)) {
        let path = field.path.as_str();
        if shown.contains(&path) {
            continue;
        }
        shown.push(path);
        let (before, after) = (old.values(field), new.values(field));
        if before != after {
            found.push(Difference {
                section: Some(section.title.clone()),
                label: field.label.clone(),
                path: path.to_owned(),
                before,
                after,
            });
        }
    }
    let (old, new) = (leaves(&before)?, leaves(&after)?);
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        if before != after && !is_shown(key, &shown) {
            let list = |text: Option<&String>| text.cloned().into_iter().collect();
            found.push(Difference {
                section: None,
                label: key.clone(),
                path: key.clone(),
                before: list(before),
                after: list(after),
            });
        }
    }
    Ok(found)
}

/// Whether a field of the page shows a key.
fn is_shown(key: &str, shown: &[&str]) -> bool {
    let below = |parent: &str| key.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    shown.iter().any(|path| match *path {
        "@idp.sso_url" | "@idp.binding" | "@idp.bindings" => below("saml.idp.sso"),
        "@idp.slo_url" => below("saml.idp.slo"),
        "@idp.certificates" => below("saml.idp.certificates"),
        path => below(path),
    })
}

/// Every value of the file by its path.
fn leaves(connection: &Connection) -> Result<BTreeMap<String, String>> {
    fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(&below(key), value, found)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, value)| walk(&below(&at.to_string()), value, found));
            }
            Value::String(text) => drop(found.insert(path.to_owned(), text.trim_end().to_owned())),
            other => drop(found.insert(path.to_owned(), other.to_string())),
        }
    }
    let document = serde_json::to_value(connection)
        .map_err(|error| Failure::bug("a connection cannot be written as JSON").because(error))?;
    let mut found = BTreeMap::new();
    walk("", &document, &mut found);
    Ok(found)
}

/// The differences for a person.
pub(crate) fn page(differences: &[Difference]) -> String {
    let mut text = String::new();
    let mut last = None;
    for one in differences {
        if last != Some(&one.section) {
            let title = one.section.as_deref().unwrap_or("in the file, and not on the vendor's page");
            text += &format!("{}\n", printable(title));
            last = Some(&one.section);
        }
        text += &format!("  {}\n", printable(&one.label));
        for (mark, values, others) in [('-', &one.before, &one.after), ('+', &one.after, &one.before)] {
            if values.is_empty() {
                text += &format!("    {mark} (empty)\n");
            }
            // Of a list only what came and went.
            for value in values.iter().filter(|value| !others.contains(value)) {
                let value = redacted(value);
                let first = value.lines().next().unwrap_or_default();
                let more = if value.contains('\n') { " .." } else { "" };
                text += &format!("    {mark} {}{more}\n", printable(first));
            }
        }
    }
    text
}

/// The differences for a program.
pub(crate) fn json(differences: &[Difference]) -> Vec<Value> {
    // Nothing of a URL that may be secret.
    let shown = |values: &[String]| values.iter().map(|value| redacted(value).into_owned()).collect::<Vec<_>>();
    let one = |one: &Difference| {
        json!({
            "section": one.section,
            "label": one.label,
            "path": one.path,
            "before": shown(&one.before),
            "after": shown(&one.after),
        })
    };
    differences.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::built_in;
    use crate::workspace::parsed_for_tests;

    const FILE: &str = "version: 1\nprovider: qualys\nname: q\nsettings:\n  platform: EU1\nsaml:\n  idp:\n    entity_id: \
                        https://i.example\n    sso:\n    - binding: HTTP-Redirect\n      location: \
                        https://i.example/sso\n      enabled: true\n    certificates: []\n";

    #[test]
    fn each_difference_has_the_vendors_label_or_its_key() {
        let paths = |from: &str, to: &str| -> Vec<(String, String)> {
            let (before, after) = (parsed_for_tests(FILE), parsed_for_tests(&FILE.replace(from, to)));
            let found = between(&before, &after, &built_in("qualys")).unwrap();
            assert_eq!(found.is_empty(), is_same(&before, &after), "{to}");
            found.into_iter().map(|one| (one.section.unwrap_or_default(), one.path)).collect()
        };
        let pair = |section: &str, path: &str| vec![(section.to_owned(), path.to_owned())];
        assert_eq!(paths("EU1", "US1"), pair("Tenant", "settings.platform"));
        let questionnaire = "Appendix 1: Customer On Boarding Questionnaire";
        assert_eq!(paths("example/sso", "example/sso2"), pair(questionnaire, "@idp.sso_url"));
        let metadata = "    metadata: https://i.example/m\n    sso:";
        assert_eq!(paths("    sso:", metadata), pair("", "saml.idp.metadata"));
        assert_eq!(paths("name: q\n", "name: q\nstatus:\n  enabled: true\n"), []);
        assert_eq!(paths("name: q\n", "name: q   # a note\n"), []);
    }
}
