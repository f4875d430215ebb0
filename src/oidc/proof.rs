//! Whether a token is made by whom it says: a key of the issuer's set has signed it, or it has an HMAC by
//! the client's secret.

use crate::crypto::mac::MacKey;
use crate::error::Failure;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::algorithm::Mac;
use crate::oidc::algorithm::Signature;
use crate::oidc::json;
use crate::oidc::jws::Jws;
use crate::oidc::keys::Key;
use crate::oidc::keys::KeySet;

/// Above this the time is the publisher's to choose. Real sets have a handful of keys.
const MOST_TRIED: usize = 32;

/// What tokens may be verified with: signatures by the keys that the issuer publishes, HMACs by the client's
/// secret. Neither is ever tried for the other (attack J2).
#[derive(Clone, Copy, Default)]
pub(crate) struct Trusted<'k> {
    /// The keys that the issuer publishes.
    pub(crate) keys: Option<&'k KeySet>,
    /// The client's secret.
    pub(crate) secret: Option<&'k MacKey>,
    /// Names of the algorithms that the client is registered for. An HMAC is taken where it is one of them.
    pub(crate) algorithms: &'k [&'k str],
}

/// An algorithm, with the one kind of key that may verify by it.
#[derive(Clone, Copy)]
pub(crate) enum Verifier<'k> {
    /// A signature; `None` where nobody gave the keys.
    Keys(Signature, Option<&'k KeySet>),
    /// An HMAC.
    Secret(Mac, &'k MacKey),
}

impl<'k> Trusted<'k> {
    /// What verifies a token of this algorithm. For an HMAC it must be declared, and the secret known.
    pub(crate) fn verifier(&self, algorithm: Algorithm) -> Result<Verifier<'k>, Failure> {
        let mac = match algorithm {
            Algorithm::Signature(signature) => return Ok(Verifier::Keys(signature, self.keys)),
            Algorithm::Mac(mac) => mac,
        };
        let name = mac.name;
        if !self.algorithms.contains(&name) {
            let what = format!(
                "the token says `{name}`, an HMAC, which whoever knows the client secret can write, and the connection \
                 does not declare {name}"
            );
            let mend = format!(
                "have the identity provider sign with RS256; where the client is registered for {name}, `ssoctl \
                 connection set NAME oauth.id_token_algorithms={name}`"
            );
            return Err(Failure::input("jws-hmac", what).hint(mend));
        }
        self.secret.map(|secret| Verifier::Secret(mac, secret)).ok_or_else(|| {
            let what = format!("the token says `{name}`, an HMAC, and there is no client secret to verify it with");
            Failure::input("jws-hmac", what)
                .hint("say where the secret is: `ssoctl connection set NAME oauth.client_secret=env:VARIABLE`")
        })
    }
}

impl Verifier<'_> {
    /// The algorithm.
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Keys(signature, _) => Algorithm::Signature(*signature),
            Self::Secret(mac, _) => Algorithm::Mac(*mac),
        }
    }

    /// Which clause demands that this signature is verified.
    pub(crate) fn clause(&self) -> &'static str {
        match self {
            Self::Keys(..) => "oidc-core 3.1.3.7(6)",
            Self::Secret(..) => "oidc-core 3.1.3.7(8)",
        }
    }

    /// Whether the token is made by whom it says; `None` where there is nothing to verify it with.
    pub(crate) fn prove(&self, jws: &Jws<'_>) -> Option<Result<Proof, Failure>> {
        match self {
            Self::Keys(signature, keys) => keys.map(|keys| signed(jws, *signature, keys)),
            Self::Secret(mac, secret) => Some(authenticated(jws, *mac, secret)),
        }
    }
}

/// A signature or an HMAC that holds.
#[derive(Debug)]
pub(crate) struct Proof {
    /// One clause: by which key.
    pub(crate) told: String,
    /// What is worth knowing of how the key was found.
    pub(crate) notes: Vec<String>,
    /// What is worth a warning about the key.
    pub(crate) warning: Option<Failure>,
}

/// RFC 7518 3.2; the key is the secret in UTF-8 (OpenID Connect Core 3.1.3.7 (8), 10.1). Which key the
/// header names does not matter: a client has one secret.
fn authenticated(jws: &Jws<'_>, mac: Mac, secret: &MacKey) -> Result<Proof, Failure> {
    check_length(jws, mac.name, Some(mac.digest.len()))?;
    if !secret.verify(mac.digest, jws.signed, &jws.signature)? {
        return Err(Failure::input("token-signature", "the HMAC is not one by the client secret").hint(
            "take the token anew, whole and unchanged; check that `oauth.client_secret` stands for the secret of this \
             client, as it is now",
        ));
    }
    let (has, needs) = (secret.len(), mac.digest.len());
    let warning = (has < needs).then(|| {
        let what = format!(
            "the client secret has {has} octets, and a key of {} needs {needs}: it is more easily guessed from one token",
            mac.name
        );
        Failure::input("client-secret-short", what)
            .hint("have a longer, random secret issued, or ask for tokens that are signed with RS256")
    });
    Ok(Proof { told: format!("{} by the client secret", mac.name), notes: Vec::new(), warning })
}

/// Tries the keys that the token may be signed with: those of the name in its header, or all where
/// neither says a name. All that are of the right type are tried, and that there were several is told.
fn signed(jws: &Jws<'_>, algorithm: Signature, set: &KeySet) -> Result<Proof, Failure> {
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
            return Ok(Proof { told, notes, warning: None });
        }
    }
    let tried: Vec<&str> = fitting.iter().map(|(key, _)| key.told.as_str()).collect();
    let others = if why_not.is_empty() { String::new() } else { format!(" (not tried: {why_not})") };
    Err(Failure::input("token-signature", format!("the signature is not that of {}{others}", tried.join(", ")))
        .hint("take the token anew, whole and unchanged; check that the key set is that of the issuer, fetched now"))
}

/// RFC 7518 3.3 to 3.5: how long a signature is. An empty one is no signature at all.
fn check_form(jws: &Jws<'_>, algorithm: Signature) -> Result<(), Failure> {
    check_length(jws, algorithm.name, algorithm.curve.map(|curve| 2 * curve.octets()))
}

/// That it has this length, where all have one.
fn check_length(jws: &Jws<'_>, name: &str, wanted: Option<usize>) -> Result<(), Failure> {
    let found = jws.signature.len();
    if found == 0 {
        return Err(Failure::input("token-signature-empty", "the token has no signature, though its header names one")
            .hint("never take it: anybody can write it; take the token anew, whole"));
    }
    let Some(wanted) = wanted.filter(|wanted| *wanted != found) else { return Ok(()) };
    let asn1 = if name.starts_with("ES") && jws.signature.first() == Some(&0x30) {
        "; it may be in the ASN.1 form of other protocols"
    } else {
        ""
    };
    let what = format!("the signature has {found} octets, one by {name} has {wanted}{asn1}");
    Err(Failure::input("token-signature-form", what)
        .hint("RFC 7518 3.2 and 3.4 say how long it is in a token: tell who runs the identity provider"))
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
