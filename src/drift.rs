//! What a party says now against what it said before: each difference with a code, how much
//! it risks, and what it means for those who rely on it. Pure; one engine for documents and
//! for the connection files that were made of them.

mod endpoints;
pub(crate) mod facts;
pub(crate) mod key_set;
mod keys;
pub(crate) mod openid;
pub(crate) mod worse;

use std::fmt;

use crate::drift::facts::Facts;
use crate::drift::facts::Party;
use crate::drift::facts::Role;
use crate::model::difference::explain_difference;
use crate::model::time::Time;

/// What a change may cost whoever relies on the party. Ordered: the gravest is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Risk {
    /// Worth knowing, nothing follows from it.
    Info,
    /// Somebody may have to follow, in their own time.
    Low,
    /// Logins may fail, or somebody new is trusted, until it is looked at.
    Medium,
    /// What an attacker or a grave mistake would look like: ask before it is taken over.
    High,
}

impl Risk {
    /// The word used in human output and JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Kebab-case and stable, `endpoint-moved-host`.
    pub(crate) code: &'static str,
    /// How much it risks.
    pub(crate) risk: Risk,
    /// Which part of the party it is of, `single sign-on, HTTP-POST`.
    pub(crate) what: String,
    /// What was said before, lines parted by line feeds; `None` where there was nothing.
    pub(crate) before: Option<String>,
    /// What is said now.
    pub(crate) after: Option<String>,
    /// What follows from it, one clause for a person.
    pub(crate) means: String,
}

impl Change {
    fn new(code: &'static str, risk: Risk, what: impl Into<String>, means: impl Into<String>) -> Self {
        Self { code, risk, what: what.into(), before: None, after: None, means: means.into() }
    }

    /// A difference that the caller knows of and facts do not hold.
    pub(crate) fn by_hand(
        code: &'static str,
        risk: Risk,
        what: &str,
        values: (Option<&str>, Option<&str>),
        means: &str,
    ) -> Self {
        let owned = |value: Option<&str>| value.map(ToOwned::to_owned);
        Self { before: owned(values.0), after: owned(values.1), ..Self::new(code, risk, what, means) }
    }

    fn before(self, text: impl Into<String>) -> Self {
        Self { before: Some(text.into()), ..self }
    }

    fn after(self, text: impl Into<String>) -> Self {
        Self { after: Some(text.into()), ..self }
    }
}

/// Every difference, the gravest first. What one side does not know is no difference.
pub(crate) fn compare(old: &Facts, new: &Facts, now: Time) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.entity_id != new.entity_id {
        let means = format!("it is another party: {}", explain_difference(&old.entity_id, &new.entity_id));
        changes.push(
            Change::new("entity-id-changed", Risk::High, "entity ID", means)
                .before(&old.entity_id)
                .after(&new.entity_id),
        );
    }
    envelope(old, new, now, &mut changes);
    for party in [Party::Idp, Party::Sp] {
        match (old.role(party), new.role(party)) {
            (Some(before), Some(after)) => role(party, before, after, &mut changes),
            (Some(_), None) => changes.push(
                Change::new("role-lost", Risk::High, party.name(), "nobody can log in by it any more")
                    .before("published"),
            ),
            (None, Some(_)) => changes.push(
                Change::new("role-added", Risk::Info, party.name(), "nothing follows for those who use the others")
                    .after("published"),
            ),
            (None, None) => {}
        }
    }
    sort(&mut changes);
    changes
}

/// The gravest first; what is equally grave stays in its order.
pub(crate) fn sort(changes: &mut [Change]) {
    changes.sort_by_key(|change| std::cmp::Reverse(change.risk));
}

/// Validity and signature, which belong to a document and not to the file of a connection.
fn envelope(old: &Facts, new: &Facts, now: Time, changes: &mut Vec<Change>) {
    let (Some(before), Some(after)) = (&old.envelope, &new.envelope) else { return };
    if before.signed && !after.signed {
        let means = "whoever can change the document on its way can now put their own key into it";
        changes
            .push(Change::new("signature-lost", Risk::High, "signature", means).before("signed").after("not signed"));
    } else if !before.signed && after.signed {
        let means = "pin the publisher's key, and its documents can be verified";
        changes
            .push(Change::new("signature-added", Risk::Info, "signature", means).before("not signed").after("signed"));
    }
    let (was, is) = (before.valid_until, after.valid_until);
    if was == is {
        return;
    }
    let expired = |end: Option<Time>| end.is_some_and(|end| end <= now);
    let (code, risk, means) = match (was, is) {
        _ if expired(is) => ("expired", Risk::High, "software that heeds it trusts nothing in the document any more"),
        (Some(was), Some(is)) if is < was => {
            ("valid-until-nearer", Risk::Medium, "an older copy looks like this too: see when each was issued")
        }
        (Some(_), Some(_)) => ("valid-until-later", Risk::Info, "the document was issued anew"),
        (None, _) => ("valid-until-added", Risk::Info, "fetch it again before that day"),
        (Some(_), None) => ("valid-until-lost", Risk::Low, "an old copy of it can be played back for ever"),
    };
    let text = |end: Option<Time>| end.map(|end| end.to_string());
    changes.push(Change { before: text(was), after: text(is), ..Change::new(code, risk, "valid until", means) });
}

fn role(party: Party, old: &Role, new: &Role, changes: &mut Vec<Change>) {
    keys::signing(party, &old.signing, &new.signing, changes);
    if let (Some(before), Some(after)) = (&old.encryption, &new.encryption) {
        keys::encryption(before, after, changes);
    }
    endpoints::compare(party, old, new, changes);
    switches(party, old, new, changes);
    list(
        ("name-id-format-changed", "NameID formats"),
        (Risk::Medium, "logins fail where the format in use is no longer offered"),
        (Risk::Info, "nothing follows while the old ones stay"),
        (&old.name_id_formats, &new.name_id_formats),
        changes,
    );
    if let (Some(before), Some(after)) = (&old.scopes, &new.scopes) {
        list(
            ("scope-changed", "scopes of its attributes"),
            (Risk::Medium, "values in a scope that is gone are dropped by who checks them"),
            (Risk::Medium, "it may now speak for users of another domain"),
            (before, after),
            changes,
        );
    }
    if let (Some(before), Some(after)) = (&old.requested, &new.requested) {
        list(
            ("requested-attributes-changed", "requested attributes"),
            (Risk::Low, "less is asked for: release no more than is needed"),
            (Risk::Low, "the identity provider must release what is new"),
            (before, after),
            changes,
        );
    }
}

fn switches(party: Party, old: &Role, new: &Role, changes: &mut Vec<Change>) {
    let mut switch = |what: &str, pair: (Option<bool>, Option<bool>), on: (Risk, &str), off: (Risk, &str)| {
        let (Some(before), Some(after)) = pair else { return };
        if before != after {
            let (risk, means) = if after { on } else { off };
            let change = Change::new("want-signed-changed", risk, what, means);
            changes.push(change.before(before.to_string()).after(after.to_string()));
        }
    };
    let requests = (old.signed_requests, new.signed_requests);
    match party {
        Party::Idp => switch(
            "WantAuthnRequestsSigned",
            requests,
            (Risk::Medium, "logins fail until the vendor signs its requests"),
            (Risk::Low, "requests need no signature any more"),
        ),
        Party::Sp => switch(
            "AuthnRequestsSigned",
            requests,
            (Risk::Low, "its requests are signed: the identity provider may insist on it"),
            (Risk::Medium, "an identity provider that insists on signed requests refuses it"),
        ),
    }
    switch(
        "WantAssertionsSigned",
        (old.wants_signed_assertions, new.wants_signed_assertions),
        (Risk::Medium, "logins fail until the identity provider signs the assertion itself"),
        (Risk::Medium, "assertions need no signature of their own any more: ask the vendor why"),
    );
}

/// Two lists whose order says nothing; what is gone weighs as `lost`, what is new as `gained`.
fn list(
    (code, what): (&'static str, &str),
    lost: (Risk, &str),
    gained: (Risk, &str),
    (old, new): (&[String], &[String]),
    changes: &mut Vec<Change>,
) {
    let missing = |from: &[String], other: &[String]| {
        let lines: Vec<&str> = from.iter().filter(|one| !other.contains(one)).map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    let (gone, came) = (missing(old, new), missing(new, old));
    if gone.is_none() && came.is_none() {
        return;
    }
    let (risk, means) = match (&gone, &came) {
        (Some(_), _) if lost.0 >= gained.0 || came.is_none() => lost,
        _ => gained,
    };
    changes.push(Change { before: gone, after: came, ..Change::new(code, risk, what, means) });
}

#[cfg(test)]
mod tests;
