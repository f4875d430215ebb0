//! Keys that came, went, or have a new certificate. A key is its SubjectPublicKeyInfo: two
//! certificates of one key are the same trust.

use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::facts::Key;
use crate::drift::facts::Party;

/// Signing keys.
pub(super) fn signing(party: Party, old: &[Key], new: &[Key], changes: &mut Vec<Change>) {
    let Some(kept) = unreadable_and_renewed("signing key", old, new, changes) else { return };
    let (gone, came) = (without(old, new), without(new, old));
    let had = old.iter().any(readable);
    let has = new.iter().any(readable);
    if had && !has {
        let means = "no signature of this party can be verified";
        let change = Change::new("key-set-empty", Risk::High, "signing keys", means);
        changes.push(change.before(lines(&gone)).after("no key that can be used"));
        return;
    }
    if !kept && had && has {
        let means = match party {
            Party::Idp => "whoever holds a new key can log in as anybody: compare its SHA-256 by another channel",
            Party::Sp => "nothing vouches for the new key: compare the SHA-256 with the vendor by another channel",
        };
        let change = Change::new("key-set-replaced", Risk::High, "signing keys, all of them", means);
        changes.push(change.before(lines(&gone)).after(lines(&came)));
        return;
    }
    let (added, retired) = match party {
        Party::Idp => (
            "whoever holds it can log in as anybody; enter it at the vendor before the identity provider signs with it, or in the same hour where it holds one",
            "remove it at the vendor once no login is signed with it",
        ),
        Party::Sp => (
            "give it to the identity provider before the vendor signs with it",
            "remove it at the identity provider once nothing is signed with it",
        ),
    };
    for key in came {
        changes.push(Change::new("key-added", Risk::Medium, "signing key", added).after(&key.shown));
    }
    for key in gone {
        changes.push(Change::new("key-retired", Risk::Low, "signing key", retired).before(&key.shown));
    }
}

/// Encryption keys: who encrypts to one that is gone cannot be read.
pub(super) fn encryption(old: &[Key], new: &[Key], changes: &mut Vec<Change>) {
    if unreadable_and_renewed("encryption key", old, new, changes).is_none() {
        return;
    }
    let (gone, came) = (without(old, new), without(new, old));
    if gone.is_empty() && came.is_empty() {
        return;
    }
    let means = "who encrypts must take the new one: what is encrypted to another key cannot be read";
    let change = Change::new("encryption-key-changed", Risk::Medium, "encryption keys", means);
    let text = |keys: &[&Key]| (!keys.is_empty()).then(|| lines(keys));
    changes.push(Change { before: text(&gone), after: text(&came), ..change });
}

/// Tells unreadable certificates and new certificates of known keys; then whether the sets share
/// a key. `None` where the two are the same.
fn unreadable_and_renewed(what: &str, old: &[Key], new: &[Key], changes: &mut Vec<Change>) -> Option<bool> {
    if old.len() == new.len() && old.iter().all(|key| has(new, key)) {
        return None;
    }
    for key in new.iter().filter(|key| !readable(key) && !has(old, key)) {
        let means = "its readers skip it or refuse the document";
        changes.push(Change::new("key-unreadable", Risk::Medium, what, means).after(&key.shown));
    }
    let mut kept = false;
    let mut seen: Vec<&str> = Vec::new();
    for key in old {
        let Some(spki) = key.spki.as_deref() else { continue };
        if seen.contains(&spki) || !new.iter().any(|other| other.spki.as_deref() == Some(spki)) {
            continue;
        }
        seen.push(spki);
        kept = true;
        let of = |keys: &'_ [Key], other: &'_ [Key]| {
            let of_key = keys.iter().filter(|key| key.spki.as_deref() == Some(spki));
            of_key.filter(|key| !has(other, key)).map(|key| key.shown.clone()).collect::<Vec<_>>()
        };
        let (gone, came) = (of(old, new), of(new, old));
        if gone.is_empty() && came.is_empty() {
            continue;
        }
        let means = "the key is the same; a vendor that checks dates needs the new certificate";
        let change = Change::new("key-renewed-same-key", Risk::Low, format!("{what}, certificate"), means);
        let text = |lines: Vec<String>| (!lines.is_empty()).then(|| lines.join("\n"));
        changes.push(Change { before: text(gone), after: text(came), ..change });
    }
    Some(kept)
}

fn readable(key: &Key) -> bool {
    key.spki.is_some()
}

fn has(keys: &[Key], wanted: &Key) -> bool {
    keys.iter().any(|key| key.sha256 == wanted.sha256)
}

/// The readable keys of `keys` that are not in `other`, one certificate of each.
fn without<'k>(keys: &'k [Key], other: &[Key]) -> Vec<&'k Key> {
    let mut found: Vec<&Key> = Vec::new();
    for key in keys.iter().filter(|key| readable(key)) {
        let known = |others: &[&Key]| others.iter().any(|known| known.spki == key.spki);
        if !other.iter().any(|known| known.spki == key.spki) && !known(&found) {
            found.push(key);
        }
    }
    found
}

fn lines(keys: &[&Key]) -> String {
    keys.iter().map(|key| key.shown.as_str()).collect::<Vec<_>>().join("\n")
}
