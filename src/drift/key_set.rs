//! The key set of an OpenID provider against what it was. Whoever relies on it fetches it by itself, so
//! that a key more or less is how keys are replaced, and nothing to act on; what is grave is a set that has
//! nothing in common with the one before, and a name that is another key now.

use crate::cert::field;
use crate::crypto;
use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::sort;
use crate::model::key_set::PublishedKey;
use crate::model::printable;
use crate::oidc::jwks::Jwks;

/// Codes of changes of a key set, which are of no line of the connection's file.
const CODES: [&str; 6] =
    ["key-added", "key-id-reused", "key-renewed-same-key", "key-retired", "key-set-empty", "key-set-replaced"];

/// The keys of a set that tokens may be signed with. One that cannot be known again is left out.
pub(crate) fn of(set: &Jwks) -> Vec<PublishedKey> {
    let mut found: Vec<PublishedKey> = Vec::new();
    for key in set.keys.iter().filter(|key| key.signs()) {
        let Some(thumbprint) = &key.thumbprint else { continue };
        if found.iter().any(|known| known.thumbprint == *thumbprint) {
            continue;
        }
        // RFC 7517 4.7: the first one holds the key.
        let certificate = key.x5c.first().map(|text| field::from_metadata_text(text));
        let readable = certificate.as_ref().and_then(|one| one.as_ref().ok());
        let size = key.curve.clone().or_else(|| key.bits.map(|bits| bits.to_string())).unwrap_or_default();
        found.push(PublishedKey {
            thumbprint: thumbprint.clone(),
            kid: key.kid.as_deref().map(|kid| kid.chars().take(200).collect()),
            kind: format!("{} {size}", key.kty).trim_end().to_owned(),
            certificate: key.x5c.first().map(|text| match readable {
                Some(certificate) => certificate.sha256.clone(),
                None => crypto::hex(&crypto::sha256(text.as_bytes())),
            }),
            not_before: readable.map(|certificate| certificate.not_before),
            not_after: readable.map(|certificate| certificate.not_after),
        });
    }
    found
}

/// Every difference, the gravest first.
pub(crate) fn compare(old: &[PublishedKey], new: &[PublishedKey]) -> Vec<Change> {
    let mut changes = Vec::new();
    let known = |all: &[PublishedKey], key: &PublishedKey| all.iter().any(|one| one.thumbprint == key.thumbprint);
    let gone: Vec<&PublishedKey> = old.iter().filter(|key| !known(new, key)).collect();
    let came: Vec<&PublishedKey> = new.iter().filter(|key| !known(old, key)).collect();
    let replaced = gone.len() == old.len() && !old.is_empty();
    if replaced && new.is_empty() {
        let means = "no token of this provider can be verified: every login fails";
        changes.push(Change::new("key-set-empty", Risk::High, "key set", means).before(lines(&gone)).after("no key"));
    } else if replaced {
        let means = "nothing of what was published before is left: ask the provider, by another channel, whether it \
                     replaced all keys at once; whoever holds the new ones can log in as anybody";
        let change = Change::new("key-set-replaced", Risk::High, "key set, all of it", means);
        changes.push(change.before(lines(&gone)).after(lines(&came)));
    } else {
        for key in &came {
            let means = "the vendor fetches it by itself; where it holds copies, see that it does so in time";
            changes.push(Change::new("key-added", Risk::Info, "key of the set", means).after(shown(key)));
        }
        for key in &gone {
            let means = "tokens that it signed are no longer verified";
            changes.push(Change::new("key-retired", Risk::Info, "key of the set", means).before(shown(key)));
        }
    }
    for key in &came {
        let Some(kid) = key.kid.as_deref() else { continue };
        if let Some(other) = old.iter().find(|one| one.kid.as_deref() == Some(kid)) {
            let means = "the name is that of another key now: who keeps keys by their names refuses its tokens, and an \
                         honest provider gives each key a name of its own";
            let change = Change::new("key-id-reused", Risk::High, format!("key `{}`", printable(kid)), means);
            changes.push(change.before(shown(other)).after(shown(key)));
        }
    }
    for key in new {
        let Some(other) = old.iter().find(|one| one.thumbprint == key.thumbprint) else { continue };
        if other.certificate != key.certificate {
            let means = "the key is the same; what looks at dates goes by the new certificate";
            let change = Change::new("key-renewed-same-key", Risk::Info, "certificate of a key", means);
            changes.push(change.before(shown(other)).after(shown(key)));
        }
    }
    sort(&mut changes);
    changes
}

/// Whether a change is of a key set and not of a line of the file.
pub(crate) fn is_of_keys(change: &Change) -> bool {
    CODES.contains(&change.code)
}

fn shown(key: &PublishedKey) -> String {
    let kid = key.kid.as_deref().map_or("without `kid`".to_owned(), |kid| format!("`{}`", printable(kid)));
    let dates = match (key.not_before, key.not_after, &key.certificate) {
        (Some(begin), Some(end), _) => format!("certificate from {} to {}", begin.date(), end.date()),
        (_, _, Some(_)) => "certificate cannot be read".to_owned(),
        _ => "no certificate, so no dates".to_owned(),
    };
    format!("{kid}, {}, {dates}\nthumbprint {}", printable(&key.kind), key.thumbprint)
}

fn lines(keys: &[&PublishedKey]) -> String {
    keys.iter().map(|key| shown(key)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Time;
    use crate::oidc::jwks;
    use crate::oidc::tests::maker;

    fn key(thumbprint: &str, kid: &str, certificate: Option<&str>) -> PublishedKey {
        PublishedKey {
            thumbprint: thumbprint.to_owned(),
            kid: Some(kid.to_owned()),
            kind: "RSA 2048".to_owned(),
            certificate: certificate.map(str::to_owned),
            not_before: certificate.and_then(|_| Time::parse("2026-01-01")),
            not_after: certificate.and_then(|_| Time::parse("2027-01-01")),
        }
    }

    fn told(old: &[PublishedKey], new: &[PublishedKey]) -> Vec<(&'static str, Risk)> {
        let changes = compare(old, new);
        assert!(changes.iter().all(is_of_keys));
        changes.iter().map(|change| (change.code, change.risk)).collect()
    }

    #[test]
    fn a_rollover_is_for_information_and_what_an_attacker_would_do_is_grave() {
        let (a, b, c) = (key("A", "a", None), key("B", "b", None), key("C", "c", None));
        let all = [a.clone(), b.clone()];
        assert_eq!(told(&all, &all), []);
        assert_eq!(told(&all, &[b.clone(), a.clone()]), []);
        assert_eq!(told(&[], &all), [("key-added", Risk::Info), ("key-added", Risk::Info)]);
        assert_eq!(told(&all, &[b.clone(), c.clone()]), [("key-added", Risk::Info), ("key-retired", Risk::Info)]);
        assert_eq!(told(&all, std::slice::from_ref(&c)), [("key-set-replaced", Risk::High)]);
        assert_eq!(told(&all, &[]), [("key-set-empty", Risk::High)]);
        let reused = key("X", "a", None);
        assert_eq!(
            told(&all, &[b.clone(), reused.clone()]),
            [("key-id-reused", Risk::High), ("key-added", Risk::Info), ("key-retired", Risk::Info)]
        );
        let dated = key("A", "a", Some("1"));
        assert_eq!(told(&all, &[dated.clone(), b]), [("key-renewed-same-key", Risk::Info)]);
        let change = &compare(&[a], &[dated])[0];
        assert_eq!(change.before.as_deref(), Some("`a`, RSA 2048, no certificate, so no dates\nthumbprint A"));
        let after = "`a`, RSA 2048, certificate from 2026-01-01 to 2027-01-01\nthumbprint A";
        assert_eq!(change.after.as_deref(), Some(after));
    }

    #[test]
    fn the_keys_of_a_set_are_known_by_what_they_are() {
        let (rsa, ec) = (maker::rsa(), maker::ec());
        let text = format!(
            "{{\"keys\": [{}, {}, {}, {}, {}]}}",
            rsa.jwk(r#", "kid": "a", "x5c": ["no certificate"]"#),
            rsa.jwk(r#", "kid": "again""#),
            ec.jwk(""),
            maker::rsa().jwk(r#", "use": "enc""#),
            r#"{"kty": "oct", "k": "hunter2"}"#,
        );
        let keys = of(&jwks::read(text.as_bytes(), "x").unwrap());
        let facts: Vec<(Option<&str>, &str)> = keys.iter().map(|key| (key.kid.as_deref(), key.kind.as_str())).collect();
        assert_eq!(facts, [(Some("a"), "RSA 2048"), (None, "EC P-256")]);
        assert!(keys[0].certificate.is_some() && keys[0].not_after.is_none());
        assert!(!format!("{keys:?}").contains("hunter2"));
    }
}
