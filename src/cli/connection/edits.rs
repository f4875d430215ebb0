//! From a part of a connection as it was to what it is to be: as few lines as can be, so that
//! the others keep their comments and their order.

use serde_json::Value;

use crate::cert::field;
use crate::error::Failure;
use crate::error::Result;
use crate::model::connection::Endpoint;
use crate::model::connection::PlannedStep;
use crate::model::connection::StoredCertificate;
use crate::workspace::Edit;
use crate::workspace::Segment;

/// Edits of the keys of one part that differ.
pub(crate) fn replaced(
    part: &[&str],
    before: &impl serde::Serialize,
    after: &impl serde::Serialize,
) -> Result<Vec<Edit>> {
    let failed = |error| Failure::bug("a part of a connection cannot be written").because(error);
    let before = serde_json::to_value(before).map_err(failed)?;
    let after = serde_json::to_value(after).map_err(failed)?;
    let mut edits = Vec::new();
    of_mapping(&part.iter().copied().map(Segment::from).collect::<Vec<_>>(), &before, &after, &mut edits);
    Ok(edits)
}

fn of_mapping(path: &[Segment], before: &Value, after: &Value, edits: &mut Vec<Edit>) {
    let empty = serde_json::Map::new();
    let (old, new) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let at = |key: &str| [path, &[Segment::from(key)]].concat();
    edits.extend(old.keys().filter(|key| !new.contains_key(*key)).map(|key| Edit::Unset(at(key))));
    for (key, value) in new.iter().filter(|(key, value)| old.get(*key) != Some(*value)) {
        match (old.get(key), value) {
            (Some(Value::Array(old)), Value::Array(new)) if of_list(&at(key), old, new, edits) => {}
            _ => edits.push(Edit::SetJson(at(key), value.clone())),
        }
    }
}

/// Entries that stay are changed where they stand, those that are gone taken out, new ones put
/// at the end. False where the list must be written anew.
fn of_list(path: &[Segment], old: &[Value], new: &[Value], edits: &mut Vec<Edit>) -> bool {
    let mut pairs = Vec::new();
    let mut gone = Vec::new();
    for (at, entry) in old.iter().enumerate() {
        match new.get(pairs.len()) {
            Some(next) if alike(entry, next) => pairs.push((at, next)),
            _ => gone.push(at),
        }
    }
    let came = &new[pairs.len()..];
    if pairs.is_empty() || came.iter().any(|entry| old.iter().any(|known| alike(known, entry))) {
        return false;
    }
    let at = |index: usize| [path, &[Segment::from(index)]].concat();
    for (index, entry) in pairs {
        of_mapping(&at(index), &old[index], entry, edits);
    }
    edits.extend(came.iter().map(|entry| Edit::Append(path.to_vec(), entry.clone())));
    // From the end, lest the others change their places.
    edits.extend(gone.into_iter().rev().map(|index| Edit::Unset(at(index))));
    true
}

/// Whether two entries are of one thing: endpoints of one binding, or the same in all.
fn alike(a: &Value, b: &Value) -> bool {
    let binding = |value: &Value| value.get("binding").and_then(Value::as_str).map(ToOwned::to_owned);
    // Two skipped ones may have the same binding.
    let enabled = a.get("enabled").is_some() && b.get("enabled").is_some();
    if enabled { binding(a) == binding(b) } else { a == b }
}

/// Certificates in the order of the file, each as it stands there; new ones at the end.
pub(crate) fn certificates_in_place(old: &[StoredCertificate], new: Vec<StoredCertificate>) -> Vec<StoredCertificate> {
    let digest = |stored: &StoredCertificate| field::from_metadata_text(&stored.pem).ok().map(|one| one.sha256);
    let mut new: Vec<(Option<String>, StoredCertificate)> = new.into_iter().map(|one| (digest(&one), one)).collect();
    let mut placed = Vec::new();
    for stored in old {
        let known = digest(stored);
        if let Some(at) = new.iter().position(|(digest, _)| known.is_some() && *digest == known) {
            new.remove(at);
            placed.push(stored.clone());
        }
    }
    placed.extend(new.into_iter().map(|(_, stored)| stored));
    placed
}

/// The steps that are not done yet, where these are the certificates: what is there is added, what is not is removed.
pub(crate) fn still_planned(planned: &[PlannedStep], certificates: &[StoredCertificate]) -> Vec<PlannedStep> {
    let digest = |stored: &StoredCertificate| field::from_metadata_text(&stored.pem).ok().map(|one| one.sha256);
    let there: Vec<String> = certificates.iter().filter_map(digest).collect();
    let is_done = |step: &PlannedStep| match (&step.add, &step.remove) {
        (Some(add), None) => digest(add).is_some_and(|sha256| there.contains(&sha256)),
        (None, Some(remove)) => !there.iter().any(|sha256| sha256.eq_ignore_ascii_case(remove)),
        // What says nothing, or two things, is for somebody to mend.
        _ => false,
    };
    planned.iter().filter(|step| !is_done(step)).cloned().collect()
}

/// Endpoints in the order of the file; new ones at the end.
pub(crate) fn endpoints_in_place(old: &[Endpoint], mut new: Vec<Endpoint>) -> Vec<Endpoint> {
    let place = |endpoint: &Endpoint| old.iter().position(|known| known.binding == endpoint.binding);
    new.sort_by_key(|endpoint| place(endpoint).unwrap_or(usize::MAX));
    new
}

/// Texts or other entries in the order of the file; new ones at the end.
pub(crate) fn in_place<T: PartialEq>(old: &[T], mut new: Vec<T>) -> Vec<T> {
    new.sort_by_key(|entry| old.iter().position(|known| known == entry).unwrap_or(usize::MAX));
    new
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_that_stay_are_left_where_they_stand() {
        let shown = |before: &Value, after: &Value| -> Vec<String> {
            replaced(&["x"], before, after).unwrap().iter().map(|edit| format!("{edit:?}")).collect()
        };
        let count = |edits: &[String], kind: &str| edits.iter().filter(|edit| edit.starts_with(kind)).count();
        let edits = shown(&json!({ "l": ["a", "b", "c"] }), &json!({ "l": ["a", "c", "d"] }));
        assert_eq!((edits.len(), count(&edits, "Append"), count(&edits, "Unset")), (2, 1, 1), "{edits:?}");
        let post = |location: &str| json!({ "l": [{ "binding": "POST", "location": location, "enabled": true }] });
        let edits = shown(&post("a"), &post("b"));
        assert_eq!((edits.len(), count(&edits, "SetJson")), (1, 1), "{edits:?}");
        assert!(edits[0].contains("Index(0), Key(\"location\")"), "{edits:?}");
        // Another order, or nothing in common: the list is written anew.
        for after in [json!({ "l": ["b", "a"] }), json!({ "l": ["c"] }), json!({ "l": "a" })] {
            let edits = shown(&json!({ "l": ["a", "b"] }), &after);
            assert_eq!((edits.len(), count(&edits, "SetJson")), (1, 1), "{edits:?}");
        }
        assert_eq!(count(&shown(&json!({ "l": ["a"] }), &json!({})), "Unset"), 1);
        assert!(shown(&json!({ "l": ["a"] }), &json!({ "l": ["a"] })).is_empty());
    }
}
