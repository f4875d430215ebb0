//! What the vendor's page says of each field, held against the file: form, choices, lengths, and
//! what must be there. The page is data, so that this knows no vendor.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::near_or_all;
use crate::check::connection::route_of;
use crate::model::shape::Shape;
use crate::provider::profile::Field;
use crate::workspace::Segment;

/// Fields that a check of their own tells more about.
const TOLD_ELSEWHERE: [&str; 6] =
    ["name", "technical_contact", "display_name", "saml.idp.entity_id", "mappings", "login.match_by"];

/// Every field of the page that stands for one key of the file. Names of attributes are the
/// identity provider's, and what they carry is not in the file.
pub(super) fn fields(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for field in subject.fields() {
        let elsewhere = TOLD_ELSEWHERE.contains(&field.path.as_str());
        if elsewhere || field.path.starts_with('@') || ["settings", "attributes"].contains(&field.parent()) {
            continue;
        }
        let route = route_of(&field.path);
        match subject.value(&field.path) {
            Some(Value::String(text)) => value(field, text, &route, subject, sink),
            Some(Value::Array(list)) => entries(field, list, &route, subject, sink),
            None if field.required && field.parent() != "oauth" => sink.warning(
                "value-missing",
                &route,
                format!("`{}` ({}) is not set, and {} requires it", field.path, field.label, subject.profile.title),
                &format!("`ssoctl connection set NAME {}=..`", field.path),
            ),
            _ => {}
        }
    }
}

fn value(field: &Field, text: &str, route: &[Segment], subject: &Subject<'_>, sink: &mut Sink<'_>) {
    // Addresses are judged with more to tell where they are used.
    let shape = field.shape.filter(|shape| *shape != Shape::Url);
    if let Err(reason) = (Field { shape, ..field.clone() }).check(text) {
        sink.error("value-invalid", route, format!("`{}: {text}`: {reason}", field.path), field.help());
    } else if is_unlisted(field, text) {
        unlisted(field, text, route, subject, sink);
    }
}

/// Whether a value is none of those that are known, in a list that may not be complete.
pub(super) fn is_unlisted(field: &Field, value: &str) -> bool {
    field.open && !field.choices.is_empty() && !field.is_choice(value)
}

/// Tells so.
pub(super) fn unlisted(field: &Field, value: &str, route: &[Segment], subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let known: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
    sink.warning(
        "value-unlisted",
        route,
        format!("`{value}` is none of the values of `{}` that {} publishes", field.path, subject.profile.title),
        &near_or_all(value, &known),
    );
}

/// A list that the vendor's page takes in one line, parted by a character.
fn entries(field: &Field, list: &[Value], route: &[Segment], subject: &Subject<'_>, sink: &mut Sink<'_>) {
    // Domains have no case, and what they may look like is told with them.
    let domains = field.path.ends_with("email_domains");
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (at, text) in list.iter().enumerate().filter_map(|(at, entry)| Some((at, entry.as_str()?))) {
        let route = [route, &[at.into()]].concat();
        if let Some(separator) = field.separator.as_deref().filter(|separator| text.contains(separator)) {
            sink.error(
                "list-separator",
                &route,
                format!(
                    "`{text}` has `{separator}` in it, which parts the entries on the page of {}",
                    subject.profile.title
                ),
                "write each entry on a line of its own",
            );
            continue;
        }
        if domains {
            continue;
        }
        value(field, text, &route, subject, sink);
        if text.trim() != text {
            sink.warning(
                "list-space",
                &route,
                format!("`{text}` begins or ends with a space, and names match exactly"),
                "take the space out, unless the name has it at the identity provider too",
            );
        }
        match seen.insert(text.trim().to_lowercase(), text) {
            Some(before) if before == text => {
                sink.warning("list-twice", &route, format!("`{text}` is in the list twice"), "keep one of them");
            }
            Some(before) => sink.warning(
                "list-case",
                &route,
                format!("`{text}` and `{before}` differ in case or outer spaces alone"),
                "names are compared in exact case: keep the one that the identity provider sends",
            ),
            None => {}
        }
    }
}
