//! Responses made here and altered step by step: what each alteration is refused by.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::crypto::decrypt;
use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::model::verification::StepResult;
use crate::saml::signature::message::seal::Sealer;

const IDP: &str = "https://idp.example.org/saml";
const SP: &str = "https://sp.example.org/metadata";
const ACS: &str = "https://sp.example.org/acs";
const NOW: &str = "2026-11-27T10:00:00Z";

static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new().unwrap());
static TRUST: LazyLock<Trust> = LazyLock::new(|| Trust { sha1: Sha1::Refused, ..SEALER.trust().unwrap() });
static KEYS: LazyLock<Vec<PrivateKey>> = LazyLock::new(|| vec![PrivateKey::generate(NewKey::Rsa(2048)).unwrap()]);

const NAMESPACES: &str =
    r#"xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion""#;

/// A signature that is to be sealed.
fn signature(id: &str) -> String {
    // Each in its length, and found by its text.
    let digest = BASE64_STANDARD.encode(format!("{:<32}", format!("digest of {id}")));
    let value = BASE64_STANDARD.encode(format!("{:<256}", format!("value of {id}")));
    format!(
        r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"##
    )
}

fn assertion(id: &str, name: &str, signature: &str) -> String {
    format!(
        r#"<a:Assertion ID="{id}" Version="2.0" IssueInstant="{NOW}"><a:Issuer>{IDP}</a:Issuer>{signature}<a:Subject><a:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{name}</a:NameID><a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><a:SubjectConfirmationData NotOnOrAfter="2026-11-27T10:05:00Z" Recipient="{ACS}" InResponseTo="_q"/></a:SubjectConfirmation></a:Subject><a:Conditions NotBefore="2026-11-27T09:59:00Z" NotOnOrAfter="2026-11-27T10:05:00.123Z"><a:AudienceRestriction><a:Audience>{SP}</a:Audience></a:AudienceRestriction><a:OneTimeUse/></a:Conditions><a:AuthnStatement AuthnInstant="{NOW}" SessionIndex="s1" SessionNotOnOrAfter="2026-11-27T18:00:00Z"><a:AuthnContext><a:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement><a:AttributeStatement><a:Attribute Name="mail"><a:AttributeValue>anna@example.org</a:AttributeValue></a:Attribute><a:Attribute Name="groups"><a:AttributeValue>one</a:AttributeValue><a:AttributeValue>two</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion>"#
    )
}

fn response(signature: &str, assertion: &str) -> String {
    format!(
        r#"<p:Response {NAMESPACES} ID="_r" Version="2.0" IssueInstant="{NOW}" Destination="{ACS}" InResponseTo="_q"><a:Issuer>{IDP}</a:Issuer>{signature}<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>{assertion}</p:Response>"#
    )
}

/// With the assertion signed.
fn usual() -> String {
    response("", &assertion("_a", "anna", &signature("_a")))
}

fn sealed(document: &str) -> Vec<u8> {
    SEALER.seal(document.as_bytes()).unwrap().document
}

fn expected() -> Expected<'static> {
    static ACS_LIST: LazyLock<Vec<String>> = LazyLock::new(|| vec![ACS.to_owned()]);
    Expected {
        idp: IDP,
        trust: &TRUST,
        audience: Some(SP),
        acs: &ACS_LIST,
        request: Request::Sent("_q".to_owned()),
        keys: &[],
        now: Time::parse(NOW).unwrap(),
        skew: SKEW,
        forced_at: None,
    }
}

#[track_caller]
fn refused(judged: &Judged) -> &'static str {
    assert!(judged.identity.is_none(), "accepted: {:?}", judged.verification);
    judged.verification.refusal().unwrap().code.unwrap()
}

#[track_caller]
fn accepted(judged: Judged) -> Identity {
    assert_eq!(judged.verification.refusal(), None);
    judged.identity.unwrap()
}

fn code_of(document: &str) -> &'static str {
    refused(&judge(&sealed(document), "r.xml", &expected()))
}

#[test]
fn a_good_response_proves_its_user_whatever_is_signed() {
    for document in [
        usual(),
        response(&signature("_r"), &assertion("_a", "anna", "")),
        response(&signature("_r"), &assertion("_a", "anna", &signature("_a"))),
    ] {
        let judged = judge(&sealed(&document), "r.xml", &expected());
        assert_eq!(judged.facts.session_index.as_deref(), Some("s1"));
        assert_eq!(judged.facts.assertion_id.as_deref(), Some("_a"));
        assert!(
            judged.verification.steps.iter().all(|step| step.result == StepResult::Passed),
            "{:?}",
            judged.verification
        );
        let identity = accepted(judged);
        assert_eq!(identity.subject.as_deref(), Some("anna"));
        assert_eq!(identity.values("mail"), ["anna@example.org"]);
        assert_eq!(identity.values("groups"), ["one", "two"]);
    }
}

#[test]
fn each_thing_that_is_wrong_is_refused_by_its_name() {
    let cases: [(&str, &str, &str); 39] = [
        ("<a:Conditions ", "<a:Conditions/><a:Conditions ", "element-repeated"),
        ("<a:NameID ", "<a:EncryptedID/><a:NameID ", "element-repeated"),
        ("</a:Audience>", "<a:x/></a:Audience>", "value-not-plain"),
        // saml-core 1.3.1
        (">anna</a:NameID>", "></a:NameID>", "name-id-empty"),
        (">anna</a:NameID>", "/>", "name-id-empty"),
        (">anna</a:NameID>", "> \n\t</a:NameID>", "name-id-empty"),
        (r#"SessionNotOnOrAfter="2026-11-27T18:00:00Z""#, r#"SessionNotOnOrAfter="never""#, "conditions-unreadable"),
        (
            r#"ID="_a" Version="2.0" IssueInstant="2026-11-27T10:00:00Z""#,
            r#"ID="_a" Version="2.0""#,
            "assertion-incomplete",
        ),
        ("<p:Response ", "<p:LogoutResponse ", "response-not-one"),
        (r#"ID="_r" Version="2.0""#, r#"ID="_r" Version="1.1""#, "response-version"),
        (r#"ID="_a" Version="2.0""#, r#"ID="_a" Version="1.1""#, "assertion-version"),
        ("status:Success", "status:Responder", "status-not-success"),
        ("<p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>", "", "status-missing"),
        (
            r#"Destination="https://sp.example.org/acs""#,
            r#"Destination="https://sp.example.org/acs/""#,
            "destination-mismatch",
        ),
        (r#"InResponseTo="_q"><a:Issuer>"#, r#"InResponseTo="_z"><a:Issuer>"#, "request-mismatch"),
        (r#" InResponseTo="_q"><a:Issuer>"#, r#"><a:Issuer>"#, "request-mismatch"),
        (r#" InResponseTo="_q"/>"#, r#" InResponseTo="_z"/>"#, "request-mismatch"),
        (r#" InResponseTo="_q"/>"#, "/>", "request-mismatch"),
        (
            "<a:Issuer>https://idp.example.org/saml</a:Issuer>",
            "<a:Issuer>https://idp.example.org/SAML</a:Issuer>",
            "issuer-mismatch",
        ),
        ("<a:Issuer>https://idp", "<a:Issuer Format=\"urn:x\">https://idp", "issuer-format"),
        ("cm:bearer", "cm:sender-vouches", "confirmation-missing"),
        (r#" Recipient="https://sp.example.org/acs""#, "", "confirmation-incomplete"),
        (
            r#"<a:SubjectConfirmationData NotOnOrAfter="2026-11-27T10:05:00Z""#,
            "<a:SubjectConfirmationData",
            "confirmation-incomplete",
        ),
        (
            r#"Recipient="https://sp.example.org/acs""#,
            r#"Recipient="https://evil.example.org/acs""#,
            "recipient-mismatch",
        ),
        (
            "<a:SubjectConfirmationData ",
            "<a:SubjectConfirmationData NotBefore=\"2026-11-27T09:00:00Z\" ",
            "confirmation-not-before",
        ),
        (r#"NotOnOrAfter="2026-11-27T10:05:00Z""#, r#"NotOnOrAfter="2026-11-27T09:57:00Z""#, "confirmation-expired"),
        (r#"NotOnOrAfter="2026-11-27T10:05:00.123Z""#, r#"NotOnOrAfter="2026-11-27T09:57:00Z""#, "assertion-expired"),
        (r#"NotBefore="2026-11-27T09:59:00Z""#, r#"NotBefore="2026-11-27T10:03:01Z""#, "assertion-not-yet-valid"),
        (r#"NotBefore="2026-11-27T09:59:00Z""#, r#"NotBefore="soon""#, "conditions-unreadable"),
        (
            "<a:Audience>https://sp.example.org/metadata",
            "<a:Audience>https://sp.example.org/metadata/",
            "audience-mismatch",
        ),
        ("<a:Audience>https://sp.example.org/metadata</a:Audience>", "", "audience-mismatch"),
        (
            "<a:AudienceRestriction><a:Audience>https://sp.example.org/metadata</a:Audience></a:AudienceRestriction>",
            "",
            "audience-missing",
        ),
        (
            "<a:OneTimeUse/>",
            "<a:AudienceRestriction><a:Audience>urn:other</a:Audience></a:AudienceRestriction>",
            "audience-mismatch",
        ),
        ("<a:OneTimeUse/>", "<a:Condition/>", "condition-unknown"),
        ("SessionNotOnOrAfter=\"2026-11-27T18", "SessionNotOnOrAfter=\"2026-11-27T08", "session-ended"),
        (">anna<", "><a:x>anna</a:x><", "value-not-plain"),
        (">anna<", ">anna<!-- -->.evil<", "value-split"),
        (">one<", ">one<?x?><", "value-split"),
        ("<p:Status>", "<p:Extensions><a:Assertion/></p:Extensions><p:Status>", "assertion-misplaced"),
    ];
    for (from, to, code) in cases {
        let document = usual();
        assert!(document.contains(from), "{from}");
        // The tag is closed by the same name.
        let document = if from == "<p:Response " {
            document.replace("p:Response", "p:LogoutResponse")
        } else {
            document.replacen(from, to, 9)
        };
        assert_eq!(code_of(&document), code, "{from} -> {to}");
    }
}

#[test]
fn what_is_missing_altogether_is_told() {
    let bare = assertion("_a", "anna", &signature("_a"));
    let cut = |from: &str, to: &str| {
        let (start, end) = (bare.find(from).unwrap(), bare.find(to).unwrap() + to.len());
        response("", &format!("{}{}", &bare[..start], &bare[end..]))
    };
    assert_eq!(code_of(&cut("<a:Issuer>", "</a:Issuer>")), "issuer-missing");
    assert_eq!(code_of(&cut("<a:Subject>", "</a:Subject>")), "confirmation-missing");
    assert_eq!(code_of(&cut("<a:Conditions ", "</a:Conditions>")), "audience-missing");
    assert_eq!(code_of(&cut("<a:AuthnStatement ", "</a:AuthnStatement>")), "authn-statement-missing");
    let judged = |document: &str, expected: &Expected<'_>| judge(document.as_bytes(), "r.xml", expected);
    assert_eq!(refused(&judged(&response("", ""), &expected())), "assertion-missing");
    let two = assertion("_a", "anna", "") + &assertion("_b", "anna", "");
    assert_eq!(refused(&judged(&response("", &two), &expected())), "assertion-several");
    let signed =
        response(&signature("_r"), &assertion("_a", "anna", "")).replace(&format!(" Destination=\"{ACS}\""), "");
    assert_eq!(code_of(&signed), "destination-missing");
    let large = response("", &format!("<a:x b=\"{}\"/>", "b".repeat(40)).repeat(20_000));
    assert_eq!(refused(&judged(&large, &expected())), "message-too-large");
}

#[test]
fn without_proof_the_other_steps_are_told_as_claims_and_prove_nobody() {
    let unsigned = response("", &assertion("_a", "anna", ""));
    let judged = judge(unsigned.as_bytes(), "r.xml", &expected());
    assert_eq!(refused(&judged), "signature-missing");
    assert_eq!(judged.claimed.as_ref().unwrap().subject.as_deref(), Some("anna"));
    let audience = judged.verification.steps.iter().find(|step| step.step == "audience").unwrap();
    assert_eq!(audience.result, StepResult::Unchecked);
    assert!(audience.detail.starts_with("not proven: "), "{}", audience.detail);
    // Two things that are wrong are both told.
    let other = String::from_utf8(sealed(&usual()))
        .unwrap()
        .replace(">anna<", ">eve<")
        .replace("<a:Audience>", "<a:Audience>x");
    let judged = judge(other.as_bytes(), "r.xml", &expected());
    let codes: Vec<&str> = judged.verification.steps.iter().filter_map(|step| step.code).collect();
    assert_eq!(codes, ["digest-mismatch", "audience-mismatch"]);
    assert_eq!(judged.identity, None);
}

#[test]
fn no_octet_of_a_signed_assertion_can_be_another() {
    let good = sealed(&usual());
    let text = std::str::from_utf8(&good).unwrap();
    let (start, end) = (text.find("<a:Assertion ").unwrap(), text.find("</a:Assertion>").unwrap());
    let known = accepted(judge(&good, "r.xml", &expected()));
    for place in (start..end).step_by(3) {
        for bit in [1, 32] {
            let mut other = good.clone();
            other[place] ^= bit;
            let judged = judge(&other, "r.xml", &expected());
            // White space in base64 and in tags may change; nobody else may come of it.
            if let Some(identity) = judged.identity {
                assert_eq!(identity, known, "{place}");
            }
        }
    }
}

#[test]
fn wrapped_signatures_are_refused_in_each_of_eight_ways() {
    let good = String::from_utf8(sealed(&usual())).unwrap();
    let cut = |text: &str, from: &str, to: &str| {
        let (start, end) = (text.find(from).unwrap(), text.find(to).unwrap() + to.len());
        (text[start..end].to_owned(), format!("{}{}", &text[..start], &text[end..]))
    };
    let (signed, _) = cut(&good, "<a:Assertion ", "</a:Assertion>");
    let (seal, unsigned) = cut(&signed, "<ds:Signature ", "</ds:Signature>");
    let evil = |inside: &str| assertion("_evil", "eve", inside);
    let within = |seal: &str, more: &str| seal.replace("</ds:Signature>", &format!("{more}</ds:Signature>"));
    let object = |more: &str| format!("<ds:Object>{more}</ds:Object>");
    let whole = String::from_utf8(sealed(&response(&signature("_r"), &assertion("_a", "anna", "")))).unwrap();
    let (whole_seal, whole_unsigned) = cut(&whole, "<ds:Signature ", "</ds:Signature>");
    let outer = |inside: &str, more: &str| {
        response(&format!("{inside}{more}"), &evil("")).replace(r#"ID="_r""#, r#"ID="_evil-r""#)
    };
    let documents = [
        outer(&within(&whole_seal, &object(&whole_unsigned)), ""),
        outer(&whole_seal, &whole_unsigned),
        response("", &format!("{}{signed}", evil(""))),
        response("", &evil(&signed)),
        response("", &format!("{}{unsigned}", evil(&seal))),
        response("", &evil(&within(&seal, &unsigned))),
        response(&format!("<p:Extensions>{}</p:Extensions>", evil("")), &signed),
        response("", &evil(&within(&seal, &object(&unsigned)))),
        // And with the good one's ID.
        response("", &format!("{}{signed}", evil("").replace("_evil", "_a"))),
        response(&format!("<p:Extensions>{unsigned}</p:Extensions>"), &evil(&seal).replace("_evil", "_a")),
    ];
    let codes: Vec<&str> =
        documents.iter().map(|document| refused(&judge(document.as_bytes(), "r.xml", &expected()))).collect();
    assert_eq!(
        codes,
        [
            "assertion-misplaced",
            "assertion-misplaced",
            "assertion-several",
            "assertion-misplaced",
            "assertion-several",
            "assertion-misplaced",
            "assertion-misplaced",
            "assertion-misplaced",
            "assertion-several",
            "assertion-misplaced",
        ]
    );
}

#[test]
fn a_signature_of_something_else_or_of_somebody_else_proves_nothing() {
    // The subject is signed: no such signature is SAML's.
    let document = usual().replace("<a:Subject>", &format!("<a:Subject ID=\"_s\">{}", signature("_s")));
    assert_eq!(refused(&judge(&sealed(&document), "r.xml", &expected())), "signature-misplaced");
    let other = Sealer::new().unwrap();
    let foreign = other.seal(usual().as_bytes()).unwrap().document;
    assert_eq!(refused(&judge(&foreign, "r.xml", &expected())), "signature-invalid");
    // A pinned key has signed it: whatever certificate it brings is not the reason.
    let good = String::from_utf8(sealed(&usual())).unwrap();
    let certificate = include_str!("../../../tests/vectors/responses/okta.pem");
    let der: String = certificate.lines().filter(|line| !line.starts_with('-')).collect();
    let key_info = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    );
    let altered = good.replace("</ds:Signature>", &key_info).replace(">anna<", ">eve<");
    let judged = judge(altered.as_bytes(), "r.xml", &expected());
    assert_eq!(refused(&judged), "digest-mismatch");
    assert!(!judged.verification.refusal().unwrap().hint.as_ref().unwrap().contains("cert add"));
    // One good, one bad.
    let both = response(&signature("_r"), &assertion("_a", "anna", &signature("_a")));
    let both = String::from_utf8(sealed(&both)).unwrap();
    let broken = both.replacen("</p:Status>", "<p:StatusMessage>x</p:StatusMessage></p:Status>", 1);
    assert_eq!(refused(&judge(broken.as_bytes(), "r.xml", &expected())), "digest-mismatch");
}

#[test]
fn the_request_decides_whether_an_answer_is_taken() {
    let unsolicited = usual().replace(r#" InResponseTo="_q""#, "");
    let with =
        |document: &str, request: Request| judge(&sealed(document), "r.xml", &Expected { request, ..expected() });
    accepted(with(&unsolicited, Request::Unsolicited { allowed: true }));
    accepted(with(&unsolicited, Request::Unknown));
    accepted(with(&usual(), Request::Unknown));
    assert_eq!(refused(&with(&unsolicited, Request::Unsolicited { allowed: false })), "response-unsolicited");
    assert_eq!(refused(&with(&usual(), Request::Unsolicited { allowed: true })), "request-unknown");
}

#[test]
fn what_nobody_said_to_expect_is_never_called_good() {
    let judged = judge(
        &sealed(&usual()),
        "r.xml",
        &Expected { audience: None, acs: &[], request: Request::Unknown, ..expected() },
    );
    let unchecked: Vec<&str> = judged
        .verification
        .steps
        .iter()
        .filter(|step| step.result == StepResult::Unchecked)
        .map(|step| step.step)
        .collect();
    assert_eq!(unchecked, ["destination", "request", "confirmation", "audience"]);
    accepted(judged);
}

/// An assertion as an `EncryptedAssertion`.
fn encrypted(plain: &str, authenticated: bool) -> String {
    let (key, text) = decrypt::sealed(&KEYS[0], plain.as_bytes(), authenticated);
    let cipher = if authenticated {
        "http://www.w3.org/2009/xmlenc11#aes128-gcm"
    } else {
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
    };
    let value = |bytes: &[u8]| {
        format!("<e:CipherData><e:CipherValue>{}</e:CipherValue></e:CipherData>", BASE64_STANDARD.encode(bytes))
    };
    format!(
        r#"<a:EncryptedAssertion><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><e:EncryptedKey><e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>{}</e:EncryptedKey></ds:KeyInfo>{}</e:EncryptedData></a:EncryptedAssertion>"#,
        value(&key),
        value(&text)
    )
}

#[test]
fn an_encrypted_assertion_is_opened_with_the_key_and_proven_within_or_around() {
    let with_keys = || Expected { keys: &KEYS, ..expected() };
    // Signed inside, with and without declarations of its own.
    let own =
        assertion("_a", "anna", &signature("_a")).replacen("<a:Assertion ", &format!("<a:Assertion {NAMESPACES} "), 1);
    let own = String::from_utf8(sealed(&own)).unwrap();
    let document = response("", &encrypted(&own, true));
    // That some of it came encrypted is said of an assertion, a name and an attribute.
    let plain = response("", &assertion("_a", "anna", ""));
    for (document, told) in [
        (document.clone(), true),
        (plain.clone(), false),
        (plain.replace("a:NameID", "a:EncryptedID"), true),
        (plain.replace("</a:AttributeStatement>", "<a:EncryptedAttribute/></a:AttributeStatement>"), true),
    ] {
        assert_eq!(judge(document.as_bytes(), "r.xml", &expected()).told().encrypted, told, "{document}");
    }
    assert_eq!(accepted(judge(document.as_bytes(), "r.xml", &with_keys())).subject.as_deref(), Some("anna"));
    assert_eq!(refused(&judge(document.as_bytes(), "r.xml", &expected())), "decryption-key-missing");
    // Without the key what stands around it is told all the same.
    let closed = judge(&sealed(&response(&signature("_r"), &encrypted(&own, true))), "r.xml", &expected());
    let told: Vec<&str> = closed.verification.steps.iter().map(|step| step.step).collect();
    assert_eq!(
        told,
        [
            "document",
            "structure",
            "decryption",
            "signature",
            "status",
            "destination",
            "request",
            "issued",
            "response-issuer"
        ]
    );
    let strangers = [PrivateKey::generate(NewKey::Rsa(2048)).unwrap()];
    let stranger = Expected { keys: &strangers, ..expected() };
    assert_eq!(refused(&judge(document.as_bytes(), "r.xml", &stranger)), "decryption-failed");
    // The prefixes of the place where it stood, and a signature around it all; CBC is told.
    let bare = encrypted(&assertion("_a", "anna", ""), false);
    let judged = judge(&sealed(&response(&signature("_r"), &bare)), "r.xml", &with_keys());
    assert!(judged.verification.steps.iter().any(|step| step.step == "decryption" && step.result == StepResult::Noted));
    accepted(judged);
    // Anybody can encrypt for a service provider.
    assert_eq!(refused(&judge(response("", &bare).as_bytes(), "r.xml", &with_keys())), "signature-missing");
    let altered = own.replace(">anna<", ">eve<");
    let judged = judge(response("", &encrypted(&altered, true)).as_bytes(), "r.xml", &with_keys());
    assert_eq!(refused(&judged), "digest-mismatch");
}

#[test]
fn what_is_encrypted_otherwise_is_refused_by_name() {
    let good = encrypted(&assertion("_a", "anna", ""), true);
    let code = |document: &str| {
        let document = response("", document);
        refused(&judge(document.as_bytes(), "r.xml", &Expected { keys: &KEYS, ..expected() }))
    };
    assert_eq!(code(&good.replace("rsa-oaep-mgf1p", "rsa-1_5")), "encryption-weak");
    assert_eq!(code(&good.replace("rsa-oaep-mgf1p", "kw-aes128")), "encryption-unsupported");
    assert_eq!(code(&good.replace("aes128-gcm", "aes128-ctr")), "encryption-unsupported");
    assert_eq!(code(&good.replace("e:EncryptedKey", "e:Other")), "encryption-malformed");
    assert_eq!(code(&good.replace("e:CipherValue", "e:CipherReference")), "encryption-malformed");
    assert_eq!(code(&encrypted("<a:Other/>", true)), "decryption-content");
    assert_eq!(code(&encrypted("no XML", true)), "decryption-content");
    // What is wrong inside of CBC is told to nobody: who could ask often enough would read it.
    for plain in ["<a:Other/>", "no XML", ""] {
        assert_eq!(code(&encrypted(plain, false)), "decryption-failed", "{plain}");
    }
    let both = format!("<x {NAMESPACES}>{}{}</x>", assertion("_a", "anna", ""), assertion("_b", "eve", ""));
    assert_eq!(code(&encrypted(&both, true)), "decryption-content");
    let split = encrypted(&assertion("_a", "anna<!-- -->.evil", ""), true);
    let split = sealed(&response(&signature("_r"), &split));
    assert_eq!(refused(&judge(&split, "r.xml", &Expected { keys: &KEYS, ..expected() })), "value-split");
    let inner = assertion("_a", "anna", &assertion("_b", "eve", ""));
    assert_eq!(code(&encrypted(&inner, true)), "assertion-misplaced");
}

#[test]
fn an_answer_of_another_issuer_is_told_as_that_before_its_key_and_no_key_of_it_is_to_be_pinned() {
    let other = usual().replace(IDP, "https://other.example.org/saml");
    let foreign = Sealer::new().unwrap().seal(other.as_bytes()).unwrap().document;
    let mends = |others: &[(&str, &str)], test: Option<&str>| mends::Mends {
        connection: "prod".to_owned(),
        others: others.iter().map(|(entity_id, name)| ((*entity_id).to_owned(), (*name).to_owned())).collect(),
        test: test.map(str::to_owned),
    };
    let judged = |by: &mends::Mends| {
        let mut judged = judge(&foreign, "r.xml", &expected());
        judged.mended(by);
        assert_eq!(refused(&judged), "issuer-mismatch");
        assert_eq!(judged.verification.steps.iter().filter(|step| step.code == Some("signature-invalid")).count(), 1);
        let hints: Vec<String> = judged.verification.steps.iter().filter_map(|step| step.hint.clone()).collect();
        assert!(
            !hints.iter().any(|hint| hint.contains("cert add") || hint.contains("connection refresh")),
            "{hints:?}"
        );
        judged.verification.refusal().unwrap().hint.clone().unwrap()
    };
    let known = [("https://other.example.org/saml", "second")];
    assert_eq!(
        judged(&mends(&known, None)),
        "this is a login of `second`: `ssoctl login decode FILE --connection second`"
    );
    assert!(judged(&mends(&known, Some("x"))).ends_with("`ssoctl connection test second` tests that one"));
    assert!(judged(&mends(&[], None)).contains("`ssoctl connection set prod saml.idp.entity_id=..`"));
    // Its own issuer with an unknown key is what a new certificate looks like.
    let foreign = Sealer::new().unwrap().seal(usual().as_bytes()).unwrap().document;
    assert_eq!(refused(&judge(&foreign, "r.xml", &expected())), "signature-invalid");
    let of_sandbox = usual().replace(IDP, "http://localhost:8111/idp/metadata");
    let mut judged = judge(&Sealer::new().unwrap().seal(of_sandbox.as_bytes()).unwrap().document, "r.xml", &expected());
    judged.mended(&mends(&[], None));
    assert!(judged.verification.refusal().unwrap().hint.as_ref().unwrap().contains("of a sandbox"));
}

#[test]
fn what_is_damaged_as_a_whole_is_told_in_the_words_of_a_login() {
    for (document, code) in [
        ("<!DOCTYPE html><html><body>no</body></html>", "response-not-one"),
        ("<html><body/></html>", "response-not-one"),
    ] {
        let judged = judge(document.as_bytes(), "r.xml", &expected());
        let step = judged.verification.refusal().unwrap();
        assert_eq!(step.code, Some(code), "{step:?}");
        assert!(!format!("{step:?}").contains("metadata"), "{step:?}");
    }
    let with_type = format!("<!DOCTYPE x>{}", usual());
    let judged = judge(with_type.as_bytes(), "r.xml", &expected());
    let step = judged.verification.refusal().unwrap();
    assert!(step.code == Some("doctype") && step.hint.as_ref().unwrap().starts_with("do not trust it"), "{step:?}");
    // Altered after it was signed: nobody publishes a login.
    let altered = String::from_utf8(sealed(&usual())).unwrap().replace(">anna<", ">eve<");
    let judged = judge(altered.as_bytes(), "r.xml", &expected());
    assert!(judged.verification.refusal().unwrap().hint.as_ref().unwrap().starts_with("begin the login anew"));
}
