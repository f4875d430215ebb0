//! Documents made to exhaust a reader or to slip something past it, too large or too many to be
//! kept as files. None of their makers has the key: all bring a genuine signature along.

use std::fmt::Write as _;
use std::time::Duration;
use std::time::Instant;

use super::folder;
use super::pins;
use super::read;
use crate::crypto::scheme::Sha1;
use crate::error::Failure;
use crate::saml::metadata;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::signature::message;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;

fn file(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn trust() -> Trust {
    Trust { pins: pins("rsa.pem"), sha1: Sha1::Refused }
}

fn judged(text: &str) -> Result<Document, Failure> {
    let begun = Instant::now();
    let read = read(text.as_bytes(), "x.xml", &trust());
    // Fifty milliseconds is the aim where the program is built for use; a test is not.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?} for {} bytes", begun.elapsed(), text.len());
    read
}

#[track_caller]
fn refuses(text: &str, code: &str) {
    let failure = judged(text).unwrap_err();
    assert_eq!(failure.code(), code, "{failure:?}");
}

/// The genuine document, and the signature in it.
fn genuine() -> (String, String) {
    let text = file("good-rsa-sha256.xml");
    let begin = text.find("<ds:Signature ").unwrap();
    let end = text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let signature = text[begin..end].to_owned();
    (text, signature)
}

/// The document with its signature changed, where it stands and as the last child of the root.
fn both_places(change: impl Fn(&str) -> String) -> [String; 2] {
    let (text, signature) = genuine();
    let changed = change(&signature);
    let late = text.replace(&signature, "").replace("</md:EntityD", &format!("{changed}</md:EntityD"));
    [text.replace(&signature, &changed), late]
}

#[test]
fn a_signature_made_to_exhaust_a_reader_is_refused_wherever_it_stands() {
    let many = |one: &str, count: usize| one.repeat(count);
    let numbered = |count: usize| {
        (0..count).fold(String::new(), |mut all, number| {
            write!(all, " a{number}=''").unwrap();
            all
        })
    };
    let info = |inside: &str| format!("<ds:KeyInfo>{inside}</ds:KeyInfo></ds:Signature>");
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let list = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces \
                xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"";
    for (what, old, new, code) in [
        ("a long key", "</ds:Signature>", info(&many("A", 600_000)), "signature-too-large"),
        ("many keys", "</ds:Signature>", info(&many("<ds:X509Data/>", 100_000)), "signature-too-large"),
        (
            "many attributes",
            "</ds:Signature>",
            info(&many(&format!("<x{}/>", numbered(250)), 100)),
            "signature-too-large",
        ),
        ("many transforms", "</ds:Transforms>", many(transform, 100_000) + "</ds:Transforms>", "signature-too-large"),
        ("some transforms", "</ds:Transforms>", many(transform, 1000) + "</ds:Transforms>", "transform-several"),
        (
            "many prefixes",
            "</ds:Transforms>",
            format!("{list}{}\"/></ds:Transform></ds:Transforms>", many("p ", 500_000)),
            "signature-too-large",
        ),
        (
            "some prefixes",
            "</ds:Transforms>",
            format!("{list}{}\"/></ds:Transform></ds:Transforms>", numbered(20_000)),
            "signature-malformed",
        ),
        (
            "parameters of the digest",
            "</ds:Reference>",
            format!("<ds:DigestMethod>{}</ds:DigestMethod></ds:Reference>", many("<ds:X/>", 1000)),
            "signature-malformed",
        ),
        (
            "many references",
            "</ds:SignedInfo>",
            many("<ds:Reference/>", 1000) + "</ds:SignedInfo>",
            "signature-references",
        ),
        ("many objects", "</ds:Signature>", many("<ds:Object/>", 1000) + "</ds:Signature>", "signature-object"),
        ("a deep one", "</ds:Signature>", many("<a>", 100) + &many("</a>", 100) + "</ds:Signature>", "xml-too-deep"),
        ("many comments", "<ds:SignedInfo", many("<!---->", 100_000) + "<ds:SignedInfo", "signature-too-large"),
    ] {
        for text in both_places(|signature| signature.replacen(old, &new, 1)) {
            let failure = judged(&text).unwrap_err();
            assert_eq!(failure.code(), code, "{what}: {failure:?}");
        }
    }
}

#[test]
fn a_long_namespace_is_not_spelled_out_without_end() {
    let (text, signature) = genuine();
    let uri = format!("urn:{}", "x".repeat(5000));
    let inside = format!("<md:Extensions xmlns:e=\"{uri}\">{}</md:Extensions>", "<e:a/>".repeat(4000));
    refuses(&text.replace(&signature, &format!("{signature}{inside}")), "canonical-form-too-large");
    // Where it is declared around the signature, it would be in the octets of SignedInfo.
    let root = text.replace("<md:EntityDescriptor", &format!("<md:EntityDescriptor xmlns:e=\"{}\"", uri.repeat(4)));
    refuses(&root, "xml-namespaces-too-large");
    let inside = inside.replace("md:", "samlp:");
    let late = format!("<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:e=\"{uri}\">{inside}");
    let response = file("response-assertion-signed.xml");
    let assertion = &response[response.find("<saml:Assertion").unwrap()..response.find("</samlp:Response>").unwrap()];
    let wrapped = format!("{late}{assertion}</samlp:Response>");
    let survey = message::survey(wrapped.as_bytes(), "x.xml").unwrap();
    let verified = survey.verify(wrapped.as_bytes(), "x.xml", &survey.signatures[0], &trust());
    assert!(verified.is_ok(), "what stands beside the signed element does not count: {verified:?}");
    let mut inner = assertion.to_owned();
    inner.insert_str(inner.find("<saml:Subject>").unwrap(), &inside);
    let swollen = format!("{late}{inner}</samlp:Response>");
    let survey = message::survey(swollen.as_bytes(), "x.xml").unwrap();
    let failure = survey.verify(swollen.as_bytes(), "x.xml", &survey.signatures[0], &trust()).unwrap_err();
    assert_eq!(failure.code(), "canonical-form-too-large");
}

#[test]
fn more_signatures_ids_and_attributes_of_xml_than_any_real_document_has_are_refused() {
    let code = |text: &str| message::survey(text.as_bytes(), "x.xml").map(|_| ()).unwrap_err().code();
    let (_, signature) = genuine();
    let of = |count: usize| format!("<a>{}</a>", signature.repeat(count));
    assert_eq!(message::survey(of(16).as_bytes(), "x.xml").unwrap().signatures.len(), 16);
    assert_eq!(code(&of(17)), "signature-several");
    // As close together as a reader lets them stand.
    let apart = "x".repeat(55);
    let ids = (0..=100_000).fold(String::new(), |mut all, id| {
        write!(all, "<a Id='i{id}'>{apart}</a>").unwrap();
        all
    });
    assert_eq!(code(&format!("<a>{ids}</a>")), "xml-too-many-ids");
    let around: String = (0..17).map(|number| format!("<b xml:a{number}='x'>")).collect();
    assert_eq!(code(&format!("{around}{signature}")), "xml-too-many-attributes");
    assert_eq!(code(&format!("<b xml:lang='{}'>{signature}", "x".repeat(70_000))), "xml-too-many-attributes");
}

#[test]
fn what_precedes_the_signature_may_be_long_and_is_then_read_as_a_whole() {
    let (text, signature) = genuine();
    let before = |what: &str| text.replace(&signature, &format!("{what}{signature}"));
    judged(&before(&format!("<!--{}-->", "x".repeat(300_000)))).unwrap();
    let instructions = |each: usize, count: usize| {
        let one = format!("<?p {}?>", "x".repeat(each));
        text.replace("<md:EntityD", &format!("{}<md:EntityD", one.repeat(count)))
    };
    judged(&instructions(1, 100)).unwrap();
    judged(&instructions(200_000, 2)).unwrap();
    // White space there is signed, and so are instructions.
    refuses(&before(" "), "digest-mismatch");
    refuses(&before("<?p?>"), "digest-mismatch");
}

/// What a caller may act on.
fn facts(document: &Document) -> String {
    let entities: Vec<String> = document
        .entities
        .iter()
        .map(|entity| {
            let sso = entity.idp.iter().flat_map(|idp| &idp.sso);
            let sso: Vec<_> = sso.map(|one| (&one.binding, &one.location, &one.response_location)).collect();
            let roles: Vec<_> =
                entity.roles.iter().map(|role| (&role.kind, &role.protocols, &role.valid_until)).collect();
            format!("{:?} {:?} {sso:?} {roles:?}", entity.entity_id, entity.own_valid_until)
        })
        .collect();
    format!("{:?} {:?} {:?} {entities:?}", document.id, document.valid_until, document.root)
}

#[test]
fn whatever_one_byte_is_changed_to_what_is_handed_on_is_what_was_signed() {
    let (text, _) = genuine();
    let signed = facts(&judged(&text).unwrap());
    let trust = trust();
    let mut taken = 0;
    let news = [" ", "A", "<!---->", "", "/><x>"];
    for at in 0..text.len() {
        for new in [news[at % 5], news[(at + 2) % 5]] {
            let mut changed = text.clone().into_bytes();
            changed.splice(at..=at, new.bytes());
            if let Ok(document) = read(&changed, "x.xml", &trust) {
                assert_eq!(facts(&document), signed, "byte {at} became `{new}`");
                taken += 1;
            }
        }
    }
    // White space between attributes, for one, and comments between elements.
    assert!((10..text.len()).contains(&taken), "{taken}");
}

#[test]
fn an_entity_inside_a_signature_is_not_one_of_the_document() {
    for name in ["xsw-evil-in-the-originals-object.xml", "xsw-evil-in-the-originals-key-info.xml"] {
        let text = file(name);
        let document = metadata::read(text.as_bytes(), name, &Limits::default(), &Select::All).unwrap();
        assert!(text.contains("//evil"));
        assert_eq!(document.len(), 1);
        assert!(!facts(&document).contains("evil"), "{name}");
    }
}
