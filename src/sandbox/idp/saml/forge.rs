//! Makes answers, and spoils them: by what they say, or by cutting and joining what was signed as an
//! attacker does. The writers of this program cannot write such a document, and shall not.

use crate::error::Failure;
use crate::error::Result;
use crate::saml::DS;
use crate::saml::issue;
use crate::saml::issue::Answer;
use crate::saml::issue::Signed;
use crate::saml::signature::sign::Signer;
use crate::sandbox::idp::wrong::saml::Wrong;

/// Whom a forged assertion is about.
pub(in crate::sandbox::idp) const FORGED: &str = "mallory@attacker.example";

/// Where an answer goes that is meant for somebody else.
const ELSEWHERE: &str = "https://elsewhere.example/acs";

/// The keys that sign.
pub(in crate::sandbox::idp) struct Keys {
    /// The identity provider's.
    pub(in crate::sandbox::idp) own: Signer,
    /// Somebody else's.
    pub(in crate::sandbox::idp) other: Signer,
}

/// The document of a good answer with this wrong in it.
pub(in crate::sandbox::idp) fn document(mut answer: Answer, wrong: Wrong, keys: &Keys) -> Result<String> {
    let at = answer.at;
    let mut signer = &keys.own;
    let mut signed = Signed::Both;
    match wrong {
        Wrong::Unsigned => signed = Signed::Nothing,
        Wrong::OtherKey => signer = &keys.other,
        Wrong::Audience => answer.audience = "https://elsewhere.example/sp".to_owned(),
        Wrong::Destination => answer.destination = ELSEWHERE.to_owned(),
        Wrong::Recipient => answer.recipient = ELSEWHERE.to_owned(),
        Wrong::InResponseTo => answer.in_response_to = Some("_another-request".to_owned()),
        Wrong::Unsolicited => answer.in_response_to = None,
        Wrong::Issuer => answer.issuer = "https://elsewhere.example/idp".to_owned(),
        Wrong::NoAttributes => answer.identity.attributes.clear(),
        Wrong::Status => answer.refusal = Some("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed".to_owned()),
        Wrong::Expired => {
            answer.at = at.plus_seconds(-900);
            (answer.not_before, answer.not_on_or_after) = (at.plus_seconds(-900), at.plus_seconds(-600));
        }
        Wrong::NotYetValid => {
            (answer.not_before, answer.not_on_or_after) = (at.plus_seconds(900), at.plus_seconds(1200));
        }
        // One signature, which is moved about.
        Wrong::Wrapped(1 | 2) => signed = Signed::Response,
        Wrong::Wrapped(_) | Wrong::TwoAssertions => signed = Signed::Assertion,
        _ => {}
    }
    let good = issue::response(&answer, signed, signer)?;
    match wrong {
        Wrong::Altered => between(&good, "<saml:NameID", "</saml:NameID>", |name| {
            let (tag, _) = name.split_once('>').unwrap_or((name, ""));
            format!("{tag}>{FORGED}")
        }),
        Wrong::Comment => between(&good, "<saml:NameID", "</saml:NameID>", |name| {
            let (tag, value) = name.split_once('>').unwrap_or((name, ""));
            let middle = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
            format!("{tag}>{}<!-- -->{}", &value[..middle], &value[middle..])
        }),
        Wrong::Doctype => Ok(good.replacen("?>\n", "?>\n<!DOCTYPE samlp:Response>\n", 1)),
        Wrong::TwoAssertions => {
            let forged = forged_assertion(&answer, keys, &answer.assertion_id)?;
            Ok(good.replacen("</samlp:Response>", &format!("{forged}\n</samlp:Response>"), 1))
        }
        Wrong::Wrapped(way) => wrapped(way, &good, &answer, keys),
        _ => Ok(good),
    }
}

/// What SAML Raider makes of a signed response (Somorovsky et al., On Breaking SAML, USENIX Security 2012).
fn wrapped(way: u8, good: &str, answer: &Answer, keys: &Keys) -> Result<String> {
    let signature = piece(good, "ds:Signature")?;
    if let 1 | 2 = way {
        let original = piece(good, "samlp:Response")?;
        let bare = original.replacen(&signature, "", 1);
        let forged = issue::response(&forged_answer(answer, &answer.assertion_id), Signed::Nothing, &keys.own)?;
        let forged = forged.replacen("<samlp:Response ", &format!("<samlp:Response xmlns:ds=\"{DS}\" "), 1);
        let put = if way == 1 { inside(&signature, "ds:Signature", &bare) } else { format!("{bare}{signature}") };
        return Ok(forged.replacen("</saml:Issuer>", &format!("</saml:Issuer>{put}"), 1));
    }
    let original = piece(good, "saml:Assertion")?;
    let bare = original.replacen(&signature, "", 1);
    let same_id = if way == 7 { answer.assertion_id.clone() } else { format!("{}-forged", answer.assertion_id) };
    let forged = forged_assertion(answer, keys, &same_id)?;
    let signed_by = |signature: &str| forged.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1);
    let put = match way {
        3 => format!("{forged}{original}"),
        4 => inside(&forged, "saml:Assertion", &original),
        5 => format!("{}{bare}", signed_by(&signature)),
        6 => signed_by(&inside(&signature, "ds:Signature", &bare)),
        7 => {
            let extensions = format!("</saml:Issuer><samlp:Extensions>{forged}</samlp:Extensions>");
            return Ok(good.replacen("</saml:Issuer>", &extensions, 1));
        }
        _ => signed_by(&inside(&signature, "ds:Signature", &format!("<ds:Object>{bare}</ds:Object>"))),
    };
    Ok(good.replacen(&original, &put, 1))
}

fn forged_answer(answer: &Answer, assertion_id: &str) -> Answer {
    let mut forged = answer.clone();
    forged.id = format!("{}-forged", answer.id);
    forged.assertion_id = assertion_id.to_owned();
    forged.name_id.value = FORGED.to_owned();
    for attribute in &mut forged.identity.attributes {
        attribute.values = vec![FORGED.to_owned()];
    }
    forged
}

fn forged_assertion(answer: &Answer, keys: &Keys, id: &str) -> Result<String> {
    piece(&issue::response(&forged_answer(answer, id), Signed::Nothing, &keys.own)?, "saml:Assertion")
}

/// The first element of this name as it stands in the document, which has none of it inside itself.
fn piece(document: &str, name: &str) -> Result<String> {
    let close = format!("</{name}>");
    let begin = [format!("<{name} "), format!("<{name}>")].iter().filter_map(|open| document.find(open)).min();
    let found = begin.and_then(|begin| Some(&document[begin..begin + document[begin..].find(&close)? + close.len()]));
    found.map(str::to_owned).ok_or_else(|| Failure::bug(format!("an answer has no `{name}`")).into())
}

/// An element with more at its end.
fn inside(element: &str, name: &str, more: &str) -> String {
    let close = format!("</{name}>");
    let kept = element.strip_suffix(&close).unwrap_or(element);
    format!("{kept}{more}{close}")
}

/// The document with another text between two others.
fn between(document: &str, from: &str, to: &str, make: impl Fn(&str) -> String) -> Result<String> {
    let found = document.split_once(from).and_then(|(before, rest)| {
        let (within, after) = rest.split_once(to)?;
        Some(format!("{before}{from}{}{to}{after}", make(within)))
    });
    found.ok_or_else(|| Failure::bug(format!("an answer has no `{from}`")).into())
}
