//! Values that were meant to be replaced: templates of documentation, left in.

use serde_json::Value;

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::workspace::Segment;

/// Where a value is an address, an identifier or a name of the other side. What people write for
/// people, and names of groups, may have any character.
const SECTIONS: [&str; 7] = ["settings", "saml", "oauth", "attributes", "login", "directory", "technical_contact"];

/// Keys below them that are not looked at: texts of certificates, names for people, endpoints that
/// are not used, and what another check tells.
const PASSED_OVER: [&str; 6] = ["pem", "trust", "skipped", "entity_id", "issuer", "name"];

/// Looks at every value of the sections.
pub(super) fn placeholders(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for section in SECTIONS {
        if let Some(value) = subject.tree.get(section) {
            walk(value, &mut vec![section.into()], sink);
        }
    }
}

fn walk(value: &Value, route: &mut Vec<Segment>, sink: &mut Sink<'_>) {
    let mut below = |step: Segment, value: &Value, sink: &mut Sink<'_>| {
        route.push(step);
        walk(value, route, sink);
        route.pop();
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !PASSED_OVER.contains(&key.as_str())) {
                below(key.as_str().into(), value, sink);
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                below(at.into(), value, sink);
            }
        }
        Value::String(text) => {
            if let Some(part) = placeholder(text) {
                sink.error(
                    "placeholder",
                    route,
                    format!("`{text}` still has `{part}` in it, which stands for a value of yours"),
                    "put the value there that it stands for",
                );
            }
        }
        _ => {}
    }
}

/// The part of a text that looks like a template.
fn placeholder(text: &str) -> Option<&str> {
    let between = |open: char, close: char| {
        let start = text.find(open)?;
        let end = start + text[start..].find(close)?;
        (end > start + 1).then(|| &text[start..=end])
    };
    let word = || {
        ["YOUR_", "YOUR-", "CHANGEME", "CHANGE_ME"].into_iter().find_map(|begin| {
            let start = text.find(begin)?;
            let end = text[start..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
            Some(&text[start..end.map_or(text.len(), |end| start + end)])
        })
    };
    // `{{tenant}}` is found by its inner braces.
    between('{', '}').or_else(|| between('<', '>')).or_else(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_told_from_values() {
        for (text, part) in [
            ("https://idp.example/{tenant}/sso", Some("{tenant}")),
            ("https://idp.example/{{tenant}}", Some("{{tenant}")),
            ("https://<your-domain>/sso", Some("<your-domain>")),
            ("https://YOUR_DOMAIN/sso", Some("YOUR_DOMAIN")),
            ("CHANGEME", Some("CHANGEME")),
            ("https://idp.example/your_tenant", None),
            ("a<b", None),
            ("{}", None),
            ("sso@example.org", None),
        ] {
            assert_eq!(placeholder(text), part, "{text}");
        }
    }
}
