//! Which copies never take the place of the last good one, however much somebody wants a
//! change: each is refused by name.

use crate::drift::facts::Facts;
use crate::error::Failure;
use crate::model::printable;
use crate::model::time::Time;

/// What is remembered of the copies that were taken before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Whether the last one was signed.
    pub(crate) signed: bool,
    /// The latest `validUntil` of all of them.
    pub(crate) valid_until: Option<Time>,
    /// The file that remembers it, as the user would name it.
    pub(crate) file: String,
}

/// Refuses a copy that is worse than the last good one: expired, unsigned where that was
/// signed, older than one that was seen, or without the keys that there were.
pub(crate) fn refuse(old: &Facts, new: &Facts, seen: Option<&Seen>, source: &str, now: Time) -> Result<(), Failure> {
    let source = printable(source);
    let envelope = new.envelope;
    let end = envelope.and_then(|envelope| envelope.valid_until);
    refuse_expired(end, &source, now)?;
    let signed = envelope.is_some_and(|envelope| envelope.signed);
    if let Some(seen) = seen {
        if seen.signed && !signed {
            return Err(Failure::refused(
                "signature-lost",
                format!("{source}: the document has no signature, and the last good copy had one"),
            )
            .hint("the last good copy stays; ask the publisher whether it has stopped signing")
            .hint(forget(seen)));
        }
        // An unsigned copy can say what it likes; only a signed one can be an old one played back.
        if let (true, Some(highest)) = (signed, seen.valid_until)
            && end.is_none_or(|end| end < highest)
        {
            let says = end.map_or_else(|| "has no validUntil".to_owned(), |end| format!("is valid until {end}"));
            return Err(Failure::refused(
                "metadata-rollback",
                format!("{source}: the signed document {says}, and a copy valid until {highest} was seen"),
            )
            .hint("an old signed copy is played back, or the publisher has shortened its validity: ask which")
            .hint(forget(seen)));
        }
    }
    let keys = |facts: &Facts| {
        let roles = facts.idp.iter().chain(&facts.sp);
        // One that cannot be read is told by who reads it.
        roles.map(|role| role.signing.len()).sum::<usize>()
    };
    if keys(old) > 0 && keys(new) == 0 {
        return Err(Failure::refused("key-set-empty", format!("{source}: the document has no signing key any more"))
            .hint("the last good copy stays; ask the publisher for the signing certificate"));
    }
    Ok(())
}

/// saml-metadata 2.3.2: a document must not be used after its end.
pub(crate) fn refuse_expired(end: Option<Time>, source: &str, now: Time) -> Result<(), Failure> {
    match end.filter(|end| *end <= now) {
        Some(end) => {
            let message = format!("{}: the document was valid until {end}", printable(source));
            Err(Failure::refused("metadata-expired", message)
                .hint("nothing was taken over; ask the publisher for a current document"))
        }
        None => Ok(()),
    }
}

fn forget(seen: &Seen) -> String {
    format!("if they confirm it, remove `{}` and run this again", seen.file)
}
