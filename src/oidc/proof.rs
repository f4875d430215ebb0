//! Whether a key of the issuer's set has signed a token.

use crate::error::Failure;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::json;
use crate::oidc::jws::Jws;
use crate::oidc::keys::Key;
use crate::oidc::keys::KeySet;

/// Above this the time is the publisher's to choose. Real sets have a handful of keys.
const MOST_TRIED: usize = 32;

/// A signature that holds.
#[derive(Debug)]
pub(crate) struct Proof {
    /// One clause: by which key.
    pub(crate) told: String,
    /// What is worth knowing of how the key was found.
    pub(crate) notes: Vec<String>,
}

/// Tries the keys that the token may be signed with: those of the name in its header, or all where
/// neither says a name. All that are of the right type are tried, and that there were several is told.
pub(crate) fn prove(jws: &Jws<'_>, algorithm: Algorithm, set: &KeySet) -> Result<Proof, Failure> {
    check_form(jws, algorithm)?;
    let (named, mut notes) = candidates(jws.kid()?, set)?;
    let (mut fitting, mut passed_over) = (Vec::new(), Vec::new());
    for key in named {
        match key.fitting(algorithm) {
            Ok(public) => fitting.push((key, public)),
            Err(why) => passed_over.push((key, why)),
        }
    }
    let why_not = passed_over.iter().map(|(key, why)| format!("{} {why}", key.told)).collect::<Vec<_>>().join("; ");
    if fitting.is_empty() {
        let hints = passed_over.iter().flat_map(|(_, why)| why.hints()).next();
        return Err(Failure::input(
            "token-key-unusable",
            format!("no key of the set may verify this token: {why_not}"),
        )
        .hint(hints.map_or("check that this is the key set of the issuer", String::as_str)));
    }
    if fitting.len() > MOST_TRIED {
        notes.push(format!("{} keys come into question, of which the first {MOST_TRIED} are tried", fitting.len()));
        fitting.truncate(MOST_TRIED);
    } else if fitting.len() > 1 {
        let tried: Vec<&str> = fitting.iter().map(|(key, _)| key.told.as_str()).collect();
        notes.push(format!("{} come into question, and each is tried", tried.join(", ")));
    }
    for (key, public) in &fitting {
        if public.verify(algorithm.scheme, jws.signed, &jws.signature)? {
            if key.facts.private {
                return Err(Failure::input(
                    "token-key-published",
                    format!(
                        "{} has signed it, and its private half is in the set: anybody can have signed it",
                        key.told
                    ),
                )
                .hint("have the key replaced at once, and the logins since it was published reviewed"));
            }
            if key.facts.alg.is_none() {
                notes.push(format!("{} names no algorithm, so the token's own word for it stands", key.told));
            }
            let told = format!("{} of {} by {}, {}", algorithm.name, key.told, public.kind(), public.spki_sha256());
            return Ok(Proof { told, notes });
        }
    }
    let tried: Vec<&str> = fitting.iter().map(|(key, _)| key.told.as_str()).collect();
    let others = if why_not.is_empty() { String::new() } else { format!(" (not tried: {why_not})") };
    Err(Failure::input("token-signature", format!("the signature is not that of {}{others}", tried.join(", ")))
        .hint("take the token anew, whole and unchanged; check that the key set is that of the issuer, fetched now"))
}

/// RFC 7518 3.3 to 3.5: how long a signature is. An empty one is no signature at all.
fn check_form(jws: &Jws<'_>, algorithm: Algorithm) -> Result<(), Failure> {
    let found = jws.signature.len();
    if found == 0 {
        return Err(Failure::input("token-signature-empty", "the token has no signature, though its header names one")
            .hint("never take it: anybody can write it; take the token anew, whole"));
    }
    let Some(curve) = algorithm.curve else { return Ok(()) };
    let wanted = 2 * curve.octets();
    if found == wanted {
        return Ok(());
    }
    let asn1 =
        if jws.signature.first() == Some(&0x30) { "; it may be in the ASN.1 form of other protocols" } else { "" };
    Err(Failure::input(
        "token-signature-form",
        format!("the signature has {found} octets, one by {} has {wanted}{asn1}", algorithm.name),
    )
    .hint("RFC 7518 3.4 says how ECDSA signatures are written in a token: tell who runs the identity provider"))
}

/// RFC 7515 4.1.4: `kid` is a hint and no proof. It is compared byte for byte and used for nothing else.
fn candidates<'k>(kid: Option<&str>, set: &'k KeySet) -> Result<(Vec<&'k Key>, Vec<String>), Failure> {
    let refresh = "fetch the key set anew: it may have been replaced since; then check that it is that of the issuer";
    if set.keys.is_empty() {
        return Err(Failure::input("token-key-unknown", "the key set is empty").hint(refresh));
    }
    let all = || set.keys.iter();
    let Some(kid) = kid else {
        let several = set.keys.len() > 1;
        // OIDC Core 10.1
        let note =
            "the token does not say by which key of the set it is signed (`kid`), as it must where there are several";
        return Ok((all().collect(), several.then(|| note.to_owned()).into_iter().collect()));
    };
    let shown = json::shortened(kid);
    let named: Vec<&Key> = all().filter(|key| key.facts.kid.as_deref() == Some(kid)).collect();
    match named.len() {
        0 => {}
        1 => return Ok((named, Vec::new())),
        several => return Ok((named, vec![format!("{several} keys of the set are called `{shown}`")])),
    }
    let nameless: Vec<&Key> = all().filter(|key| key.facts.kid.is_none()).collect();
    if nameless.is_empty() {
        let known: Vec<String> = all()
            .take(20)
            .filter_map(|key| key.facts.kid.as_deref())
            .map(|kid| format!("`{}`", json::shortened(kid)))
            .collect();
        return Err(Failure::input(
            "token-key-unknown",
            format!("no key of the set is called `{shown}`; there are {}", known.join(", ")),
        )
        .hint(refresh));
    }
    Ok((nameless, vec![format!("no key of the set is called `{shown}`, so those without a name are tried")]))
}
