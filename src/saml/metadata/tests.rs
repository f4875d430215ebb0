use proptest::prelude::Strategy;

use super::Document;
use super::Entity;
use super::KeyUse;
use super::RoleKind;
use super::Select;
use super::choose::choose_idp;
use super::choose::choose_sp;
use super::lint::lint;
use super::lint::lint_idp;
use super::lint::lint_sp;
use super::read;
use crate::error::Failure;
use crate::error::Kind;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::time::Time;
use crate::xml::Limits;
use crate::xml::Position;

const MD: &str = "xmlns='urn:oasis:names:tc:SAML:2.0:metadata' xmlns:ds='http://www.w3.org/2000/09/xmldsig#'";
const SAML2: &str = "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'";

fn now() -> Time {
    Time::parse("2026-11-22T10:00:00Z").unwrap()
}

fn try_read(bytes: &[u8]) -> Result<Document, Failure> {
    read(bytes, "f.xml", &Limits::default(), &Select::All)
}

#[track_caller]
fn document(text: &str) -> Document {
    try_read(text.as_bytes()).unwrap()
}

fn sso(location: &str) -> String {
    format!("<SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' Location='{location}'/>")
}

fn key(use_: &str, text: &str) -> String {
    format!(
        "<KeyDescriptor{use_}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
    )
}

fn idp_entity(id: &str) -> String {
    format!(
        "<EntityDescriptor {MD} entityID='{id}'><IDPSSODescriptor {SAML2}>{}{}</IDPSSODescriptor></EntityDescriptor>",
        key(" use='signing'", "MIIB"),
        sso("https://idp.example/sso")
    )
}

/// A faultless service provider, for tests to break.
fn sp_entity() -> String {
    format!(
        "<EntityDescriptor {MD} entityID='https://sp.example/sp' validUntil='2030-01-01T00:00:00Z'>\
         <SPSSODescriptor AuthnRequestsSigned='true' {SAML2}>{}\
         <NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat>\
         <AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' \
         Location='https://sp.example/acs' index='0' isDefault='true'/></SPSSODescriptor></EntityDescriptor>",
        key(" use='signing'", "MIIB")
    )
}

fn group(inside: &str) -> String {
    format!("<EntitiesDescriptor {MD} Name='g'>{inside}</EntitiesDescriptor>")
}

fn codes(findings: &[Finding], severity: Severity) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.code).collect()
}

fn sp_errors(text: &str) -> Vec<&'static str> {
    codes(&lint_sp(&document(text).entities[0], now()), Severity::Error)
}

fn idp_findings(role: &str) -> Vec<Finding> {
    let text = format!(
        "<EntityDescriptor {MD} entityID='https://idp.example'><IDPSSODescriptor {SAML2}>{role}</IDPSSODescriptor></EntityDescriptor>"
    );
    lint_idp(&document(&text).entities[0], now())
}

#[test]
fn a_faultless_service_provider_has_no_finding() {
    let document = document(&sp_entity());
    assert_eq!(lint(&document, now()), []);
    assert_eq!(choose_sp(&document, None).unwrap().entity_id.as_deref(), Some("https://sp.example/sp"));
}

#[test]
fn each_faulty_service_provider_is_an_error() {
    let good = sp_entity();
    let acs_start = good.find("<AssertionConsumerService").unwrap();
    let acs_end = good.find("</SPSSODescriptor>").unwrap();
    let acs = &good[acs_start..acs_end];
    for (name, text, code) in [
        ("no ACS", good.replace(acs, ""), "acs-missing"),
        ("ACS without index", good.replace(" index='0' isDefault='true'", ""), "acs-index-missing"),
        (
            "wrong order",
            good.replace(acs, "").replace("<NameIDFormat>", &format!("{acs}<NameIDFormat>")),
            "metadata-child-order",
        ),
        ("no entityID", good.replace(" entityID='https://sp.example/sp'", ""), "entity-id-missing"),
        ("no protocols", good.replace(SAML2, ""), "protocol-support-missing"),
        ("not base64", good.replace("MIIB", "!!!!not base64!!!!"), "certificate-not-base64"),
        ("expired", good.replace("2030-01-01", "2020-01-01"), "metadata-expired"),
        ("misspelt binding", good.replace("HTTP-POST", "HTTP-PSOT"), "binding-misspelt"),
        ("no URL", good.replace("https://sp.example/acs", "not a url"), "location-space"),
        ("relative URL", good.replace("https://sp.example/acs", "/acs"), "location-not-absolute"),
        (
            "bare binding",
            good.replace("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "HTTP-POST"),
            "binding-not-uri",
        ),
        ("index", good.replace("index='0'", "index='first'"), "acs-index-invalid"),
        ("SAML 1.1", good.replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "no-saml2-sp-role"),
    ] {
        assert_ne!(text, good, "{name}");
        let errors = sp_errors(&text);
        assert!(errors.contains(&code), "{name}: {errors:?}");
    }
    let unclosed = good.replace("</SPSSODescriptor>", "");
    assert_eq!(try_read(unclosed.as_bytes()).unwrap_err().code(), "xml-malformed");
    let doctype = format!("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>{good}");
    assert_eq!(try_read(doctype.as_bytes()).unwrap_err().code(), "doctype");
}

#[test]
fn says_what_is_odd_about_a_location() {
    for (location, code, severity) in [
        ("javascript:alert(1)", "location-scheme", Severity::Error),
        ("data:text/html,x", "location-scheme", Severity::Error),
        ("file:///etc/passwd", "location-scheme", Severity::Error),
        ("https://login.example@evil.example/", "location-userinfo", Severity::Error),
        ("https://idp.example/{tenantid}/saml2", "location-template", Severity::Error),
        ("https://idp.example/a b", "location-space", Severity::Error),
        ("https://idp.example/&#10;x", "location-space", Severity::Error),
        ("idp.example/sso", "location-not-absolute", Severity::Error),
        ("https:/idp.example/sso", "location-not-absolute", Severity::Error),
        ("", "location-not-absolute", Severity::Error),
        ("https://idp.example/sso ", "location-space", Severity::Warning),
        ("https://idp.example/sso#x", "location-fragment", Severity::Warning),
        ("http://idp.example/sso", "location-http", Severity::Warning),
        ("http://localhost:8080/sso", "location-http", Severity::Info),
    ] {
        let findings = idp_findings(&sso(location));
        let found = findings.iter().find(|finding| finding.code == code);
        assert_eq!(found.map(|finding| finding.severity), Some(severity), "{location}: {findings:?}");
    }
    let findings = idp_findings(&sso("https://user:hunter2@idp.example/"));
    assert!(!format!("{findings:?}").contains("hunter2"));
}

#[test]
fn says_what_is_odd_about_keys_without_showing_them() {
    let pkcs8 = "MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7";
    for (text, code) in [
        ("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----", "private-key"),
        ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCmMyVmpjbVYw", "private-key"),
        (pkcs8, "private-key"),
        ("", "certificate-empty"),
        ("signing.crt", "certificate-not-base64"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "certificate-pem-armour"),
    ] {
        let role = key(" use='signing'", text);
        let findings = idp_findings(&role);
        assert!(findings.iter().any(|finding| finding.code == code), "{text}: {findings:?}");
        let all = format!("{findings:?}");
        assert!(!all.contains("c2VjcmV0") && !all.contains(pkcs8));
    }
    let document = document(&idp_entity("x").replace("MIIB", "c2VjcmV0"));
    assert!(!format!("{document:?}").contains("c2VjcmV0"));
    assert_eq!(document.entities[0].idp.as_ref().unwrap().keys[0].certificates[0].text, "c2VjcmV0");

    let two = key("", "MIIB</ds:X509Certificate><ds:X509Certificate>MIIC");
    assert!(codes(&idp_findings(&two), Severity::Warning).contains(&"key-several-certificates"));
    let shouted = key(" use='SIGNING'", "MIIB");
    let findings = idp_findings(&shouted);
    assert!(codes(&findings, Severity::Warning).contains(&"key-use-unknown"));
    assert!(codes(&findings, Severity::Error).contains(&"signing-certificate-missing"));
}

// attacks 4.3: M4.
#[test]
fn a_federations_rules_are_told_and_stop_no_import() {
    let idp = idp_entity("e");
    let of_idp = |text: &str| codes(&lint_idp(&document(text).entities[0], now()), Severity::Warning);
    let weak = "<EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#tripledes-cbc'/></KeyDescriptor>";
    // It says how to encrypt, which nobody does with a key for signing.
    assert_eq!(of_idp(&idp.replace("</KeyDescriptor>", weak)), of_idp(&idp));
    let sp = sp_entity();
    let of_sp = |text: &str| lint_sp(&document(text).entities[0], now());
    assert!(!sp.contains("encryption") && of_sp(&sp).is_empty(), "an SP needs no key for encryption");
    let acs = "<AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' index='0' isDefault='true' \
               Location='https://sp.example/2'/></SPSSODescriptor>";
    let clash = of_sp(&sp.replace("</SPSSODescriptor>", acs));
    assert_eq!(codes(&clash, Severity::Error), [""; 0]);
    assert_eq!(codes(&clash, Severity::Warning), ["acs-index-duplicate", "acs-default-duplicate"]);
    let spaced = of_sp(&sp.replace("sp.example/sp'", "sp.example/s p'"));
    assert_eq!(codes(&spaced, Severity::Warning), ["entity-id-space"]);
}

#[test]
fn says_what_is_odd_about_an_identity_provider() {
    let duplicated = format!("{}{}", sso("https://a.example/"), sso("https://b.example/"));
    assert!(codes(&idp_findings(&duplicated), Severity::Warning).contains(&"endpoint-duplicate"));
    let errors = codes(&idp_findings(""), Severity::Error);
    assert_eq!(errors, ["sso-missing", "signing-certificate-missing"]);
    let soap = sso("https://a.example/").replace("HTTP-Redirect", "SOAP");
    assert!(codes(&idp_findings(&soap), Severity::Warning).contains(&"sso-binding-unusable"));
    let unknown = sso("https://a.example/").replace("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "urn:x:y");
    assert!(codes(&idp_findings(&unknown), Severity::Info).contains(&"binding-unknown"));
    let template = idp_entity("https://sts.windows.net/{tenantid}/");
    let errors = codes(&lint(&document(&template), now()), Severity::Error);
    assert_eq!(errors, ["entity-id-template"]);
}

#[test]
fn keys_and_endpoints_of_one_role_never_reach_another() {
    let text = format!(
        "<EntityDescriptor {MD} entityID='e'>\
         <RoleDescriptor xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='fed:X' {SAML2}>{}</RoleDescriptor>\
         <SPSSODescriptor {SAML2}>{}</SPSSODescriptor>\
         <IDPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:1.1:protocol'>{}{}</IDPSSODescriptor>\
         <IDPSSODescriptor {SAML2}>{}{}</IDPSSODescriptor>\
         <AttributeAuthorityDescriptor {SAML2}>{}</AttributeAuthorityDescriptor></EntityDescriptor>",
        key("", "ROLE"),
        key("", "SP"),
        key("", "OLD"),
        sso("https://old.example/"),
        key("", "IDP"),
        sso("https://idp.example/"),
        key("", "AA"),
    );
    let document = document(&text);
    let entity = &document.entities[0];
    let kinds: Vec<&RoleKind> = entity.roles.iter().map(|role| &role.kind).collect();
    let other = RoleKind::Other("fed:X".to_owned());
    assert_eq!(kinds, [&other, &RoleKind::Sp, &RoleKind::Idp, &RoleKind::Idp, &RoleKind::AttributeAuthority]);
    let idp = entity.idp.as_ref().unwrap();
    let texts: Vec<&str> = idp.keys.iter().flat_map(|key| &key.certificates).map(|c| c.text.as_str()).collect();
    assert_eq!((texts, idp.sso.len(), idp.merged), (vec!["IDP"], 1, 1));
    assert_eq!(idp.keys[0].use_, KeyUse::Both);
}

#[test]
fn the_earliest_end_of_all_levels_counts() {
    let inner = idp_entity("e")
        .replace("entityID='e'", "entityID='e' validUntil='2030-01-01T00:00:00Z' cacheDuration='PT2H'")
        .replace("<IDPSSODescriptor", "<IDPSSODescriptor validUntil='2028-01-01T00:00:00'");
    let text = group(&group(&inner).replace("Name='g'", "validUntil='2029-01-01T00:00:00Z'")).replacen(
        "Name='g'",
        "Name='g' validUntil='never' cacheDuration='PT1H'",
        1,
    );
    let document = document(&text);
    let entity = &document.entities[0];
    assert_eq!(entity.valid_until, Time::parse("2029-01-01T00:00:00Z"));
    assert_eq!(entity.idp.as_ref().unwrap().valid_until, Time::parse("2028-01-01T00:00:00Z"));
    assert_eq!((entity.cache_duration, document.nested_groups), (Some(3600), 1));
    let found: Vec<&str> = document.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(found, ["valid-until-unreadable", "valid-until-zone"]);
    let late = Time::parse("2028-06-01T00:00:00Z").unwrap();
    assert_eq!(codes(&lint_idp(entity, late), Severity::Warning), ["metadata-expired"]);
}

#[test]
fn an_odd_date_of_the_root_is_told_once() {
    let text = idp_entity("e").replace("entityID='e'", "entityID='e' validUntil='never' cacheDuration='soon'");
    let found: Vec<&str> = document(&text).findings.iter().map(|finding| finding.code).collect();
    assert_eq!(found, ["valid-until-unreadable", "cache-duration-unreadable"]);
}

#[test]
fn a_value_that_readers_would_cut_differently_is_refused() {
    let with = |inner: &str| {
        let format = format!("<NameIDFormat>urn:a{inner}:b</NameIDFormat>");
        try_read(idp_entity("e").replace("<SingleSign", &format!("{format}<SingleSign")).as_bytes())
    };
    assert_eq!(with("<!-- -->").unwrap_err().code(), "xml-comment-in-value");
    assert_eq!(with("<?p?>").unwrap_err().code(), "xml-comment-in-value");
    assert_eq!(with("<b/>").unwrap_err().code(), "xml-element-in-value");
    let joined = with("<![CDATA[:c]]>&#58;d").unwrap();
    assert_eq!(joined.entities[0].idp.as_ref().unwrap().name_id_formats, ["urn:a:c:d:b"]);
    let commented = document(&idp_entity("e").replace("MIIB", "MI<!-- -->IB"));
    assert_eq!(commented.entities[0].idp.as_ref().unwrap().keys[0].certificates[0].text, "MIIB");
    assert_eq!(commented.findings[0].code, "xml-comment-in-value");
    let element = try_read(idp_entity("e").replace("MIIB", "MI<x/>IB").as_bytes());
    assert_eq!(element.unwrap_err().code(), "xml-element-in-value");
}

#[test]
fn an_entity_inside_extensions_is_not_one_of_the_document() {
    let hidden = format!("<Extensions>{}</Extensions><IDPSSODescriptor", idp_entity("evil"));
    let document = document(&idp_entity("good").replacen("<IDPSSODescriptor", &hidden, 1));
    assert_eq!(document.len(), 1);
    assert_eq!(choose_idp(&document, Some("evil")).unwrap_err().code(), "entity-not-found");
}

#[test]
fn refuses_more_roles_and_more_whole_entities_than_any_real_document_has() {
    let roles = |count: usize| {
        let text =
            format!("<EntityDescriptor {MD} entityID='e'>{}</EntityDescriptor>", "<IDPSSODescriptor/>".repeat(count));
        try_read(text.as_bytes())
    };
    assert_eq!(roles(100).unwrap().entities[0].roles.len(), 100);
    assert_eq!(roles(101).unwrap_err().code(), "entity-too-large");

    let many = group(&"<EntityDescriptor/>".repeat(20_001));
    assert_eq!(try_read(many.as_bytes()).unwrap_err().code(), "too-many-entities");
    let listed = read(many.as_bytes(), "f.xml", &Limits::default(), &Select::Summaries).unwrap();
    assert_eq!(listed.others.len(), 20_001);
}

#[test]
fn what_is_only_shown_is_kept_as_its_beginning() {
    let long = "x".repeat(1 << 20);
    let name = |text: &str| format!("<mdui:DisplayName xml:lang='{long}'>{text}</mdui:DisplayName>");
    let names: String = [&*long, &format!("\n  {}<b/>y", "ü".repeat(499)), "z"].map(name).concat();
    let role =
        format!("<Extensions><shibmd:Scope>{long}</shibmd:Scope><mdui:UIInfo>{names}</mdui:UIInfo></Extensions>");
    let text = format!(
        "<EntityDescriptor {MD} xmlns:mdui='urn:oasis:names:tc:SAML:metadata:ui' \
         xmlns:shibmd='urn:mace:shibboleth:metadata:1.0' validUntil='{long}'><IDPSSODescriptor>{role}</IDPSSODescriptor>\
         <ContactPerson><EmailAddress>{long}</EmailAddress></ContactPerson></EntityDescriptor>"
    );
    let document = document(&text);
    let entity = &document.entities[0];
    let cut = format!("{}… (1048076 more characters)", &long[..500]);
    let names: Vec<&str> = entity.display_names.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(names, [&cut, &format!("{}y", "ü".repeat(499)), "z"]);
    assert!(entity.display_names.iter().all(|name| name.lang == cut));
    assert_eq!(entity.idp.as_ref().unwrap().scopes[0].text, cut);
    assert_eq!(entity.own_valid_until.as_ref().unwrap().text, cut);
    assert_eq!(entity.contacts[0].emails, [cut]);
    assert!(document.findings.iter().all(|finding| finding.message.len() < 3000));
}

#[test]
fn no_more_is_kept_than_any_real_document_says() {
    let entity = |inner: &str| format!("<EntityDescriptor entityID='e'>{inner}</EntityDescriptor>");
    let role = |inner: &str, count| format!("<IDPSSODescriptor>{}</IDPSSODescriptor>", inner.repeat(count));
    let code = |text: &str, limits: &Limits, select: &Select| {
        read(group(text).as_bytes(), "f.xml", limits, select).map(|_| ()).map_err(|failure| failure.code())
    };
    let (limits, all) = (Limits::default(), Select::All);
    // Many small things, which each role alone might have; an aggregate has as many in its entities.
    let endpoints = role("<SingleSignOnService Binding='urn:x' Location='y'/>", 1900);
    assert_eq!(code(&entity(&endpoints.repeat(2)), &limits, &all), Ok(()));
    assert_eq!(code(&entity(&endpoints.repeat(3)), &limits, &all), Err("entity-too-large"));
    assert_eq!(code(&entity(&endpoints).repeat(3), &limits, &all), Ok(()));
    let small = Limits { bytes: 1_000_000, ..Limits::default() };
    assert_eq!(code(&entity(&endpoints).repeat(3), &small, &all), Err("metadata-too-large"));
    assert_eq!(code(&entity(&endpoints).repeat(3), &small, &Select::Summaries), Ok(()));
    // Few long ones.
    let formats = role(&format!("<NameIDFormat>{}</NameIDFormat>", "x".repeat(100_000)), 30);
    assert_eq!(code(&entity(&formats), &limits, &all), Ok(()));
    assert_eq!(code(&entity(&formats.repeat(2)), &limits, &all), Err("entity-too-large"));
    let chosen = Select::EntityId("e".to_owned());
    assert_eq!(code(&entity(&formats).repeat(2), &limits, &chosen), Ok(()));
    assert_eq!(code(&entity(&formats).repeat(3), &limits, &chosen), Err("metadata-too-large"));
}

#[test]
fn findings_beyond_what_is_read_are_counted_with_the_gravest() {
    let many = document(&group(&"<EntityDescriptor><IDPSSODescriptor/></EntityDescriptor>".repeat(600)));
    let findings = lint(&many, Time::from_unix(0).unwrap());
    let last = findings.last().unwrap();
    assert_eq!((findings.len(), last.code, last.severity), (1001, "findings-left-out", Severity::Error));
    assert!(last.message.ends_with("more findings are not listed"), "{}", last.message);
    let noted = document(&group(&"<EntityDescriptor entityID='e' validUntil='x'/>".repeat(600)));
    assert_eq!((noted.findings.len(), noted.findings[500].code), (501, "findings-left-out"));
}

#[test]
fn several_identity_providers_need_a_choice() {
    let many: String = (0..30).map(|n| idp_entity(&format!("https://idp{n}.example"))).collect();
    let document = document(&group(&many));
    let failure = choose_idp(&document, None).unwrap_err();
    assert_eq!((failure.code(), failure.kind()), ("entity-choice", Kind::Usage));
    let hint = &failure.hints()[0];
    assert_eq!(hint.lines().count(), 22);
    assert!(hint.contains("\n  `https://idp0.example`\n") && hint.contains("and 10 more"), "{hint}");
    let chosen = choose_idp(&document, Some("https://idp7.example")).unwrap();
    assert_eq!(chosen.entity_id.as_deref(), Some("https://idp7.example"));
}

#[test]
fn a_near_miss_is_explained_byte_by_byte() {
    let document = document(&idp_entity("https://idp.example/SSO"));
    for (asked, why) in [
        ("https://idp.example/SSO/", "slash at its end"),
        ("https://idp.example/sso", "upper and lower case"),
        ("http://idp.example/SSO", "`http` and `https`"),
        (" https://idp.example/SSO", "space at its beginning"),
        ("http://idp.example/sso/", "more than one"),
        ("https://idp.exmaple/SSO", "did you mean `https://idp.example/SSO`"),
        ("urn:something:else:altogether", "the document has 1 entities"),
    ] {
        let failure = choose_idp(&document, Some(asked)).unwrap_err();
        assert_eq!(failure.code(), "entity-not-found");
        assert!(failure.hints().iter().any(|hint| hint.contains(why)), "{asked}: {failure:?}");
    }
}

#[test]
fn a_document_in_the_wrong_role_says_where_it_belongs() {
    let sp = document(&sp_entity());
    let failure = choose_idp(&sp, None).unwrap_err();
    assert_eq!((failure.code(), failure.kind()), ("no-idp-role", Kind::Input));
    assert!(failure.to_string().contains("it has `SPSSODescriptor` and no `IDPSSODescriptor`"), "{failure}");
    assert!(failure.hints()[0].contains("--sp-metadata"));
    let idp = document(&idp_entity("e"));
    assert_eq!(choose_sp(&idp, Some("e")).unwrap_err().code(), "no-sp-role");
    let old = document(&idp_entity("e").replace("SAML:2.0:protocol", "SAML:1.1:protocol"));
    assert_eq!(choose_idp(&old, None).unwrap_err().code(), "no-saml2-idp-role");
    assert_eq!(choose_idp(&document(&group("")), None).unwrap_err().code(), "no-entity");
}

#[test]
fn an_attribute_authority_alone_is_no_identity_provider() {
    let text = idp_entity("e").replace("IDPSSODescriptor", "AttributeAuthorityDescriptor");
    let failure = choose_idp(&document(&text), None).unwrap_err();
    assert_eq!((failure.code(), failure.kind()), ("no-idp-role", Kind::Input));
    assert!(failure.to_string().contains("AttributeAuthorityDescriptor"), "{failure}");
}

#[test]
fn a_root_that_is_no_metadata_is_named() {
    for (text, hint) in [
        ("<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>", "a SAML message"),
        ("<EntityDescriptor entityID='e'/>", "must be in the namespace"),
        ("<IDPSSODescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>", "the role stands alone"),
        ("<rss/>", "SAML metadata or federation metadata"),
    ] {
        let failure = try_read(text.as_bytes()).unwrap_err();
        assert_eq!(failure.code(), "not-metadata", "{text}");
        assert!(failure.hints()[0].contains(hint), "{text}: {failure:?}");
    }
}

#[test]
fn others_of_an_aggregate_are_kept_as_a_summary() {
    let many: String = (0..50).map(|n| idp_entity(&format!("e{n}"))).collect();
    let named = idp_entity("other").replace(
        "<IDPSSODescriptor",
        "<Organization><OrganizationDisplayName xml:lang='en'>Uni</OrganizationDisplayName></Organization><IDPSSODescriptor",
    );
    let text = group(&format!("{named}{many}{}", idp_entity("e7")));
    let select = Select::EntityId("e7".to_owned());
    let document = read(text.as_bytes(), "f.xml", &Limits::default(), &select).unwrap();
    assert_eq!((document.entities.len(), document.others.len()), (2, 50));
    assert_eq!(document.others[0].display_name.as_deref(), Some("Uni"));
    assert!(document.others[0].saml2_idp && !document.others[0].saml2_sp);
    assert_eq!(document.findings[0].code, "entity-id-duplicate");
    assert!(choose_idp(&document, Some("e7")).is_ok());
    let missing = choose_idp(&document, Some("E7")).unwrap_err();
    assert!(missing.hints()[0].contains("upper and lower case"));
}

#[test]
fn an_aggregate_streams() {
    use std::io::Read as _;
    let (head, tail) = (format!("<EntitiesDescriptor {MD}>"), "</EntitiesDescriptor>");
    let entity = idp_entity("e").replace("entityID='e'", "entityID='the same'");
    // Made as they are read, so that no copy of the whole exists.
    let body = std::iter::repeat_n(entity, 10_000).enumerate().map(|(n, e)| e.replace("the same", &format!("e{n}")));
    struct Made<I>(I, Vec<u8>, usize);
    impl<I: Iterator<Item = String>> std::io::Read for Made<I> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.2 == self.1.len() {
                let Some(next) = self.0.next() else { return Ok(0) };
                (self.1, self.2) = (next.into_bytes(), 0);
            }
            let count = (self.1.len() - self.2).min(out.len());
            out[..count].copy_from_slice(&self.1[self.2..self.2 + count]);
            self.2 += count;
            Ok(count)
        }
    }
    let made = Made(std::iter::once(head).chain(body), Vec::new(), 0).chain(tail.as_bytes());
    let select = Select::EntityId("e9999".to_owned());
    let document = read(std::io::BufReader::new(made), "f.xml", &Limits::aggregate(), &select).unwrap();
    assert_eq!((document.entities.len(), document.others.len()), (1, 9_999));
}

#[test]
fn beside_a_chosen_entity_no_more_are_listed_than_help() {
    let crowd = |count: usize, id: &str| {
        let body: String = (0..count).map(|n| format!("<EntityDescriptor entityID='{id}{n}'/>")).collect();
        format!("<EntitiesDescriptor {MD}>{body}<EntityDescriptor entityID='last'/></EntitiesDescriptor>")
    };
    let select = Select::EntityId("last".to_owned());
    for (count, id, listed) in [(20_100, "https://idp.example.org/", 20_000), (80, &"x".repeat(100_000), 62)] {
        let document = read(crowd(count, id).as_bytes(), "f.xml", &Limits::aggregate(), &select).unwrap();
        assert_eq!((document.entities.len(), document.others.len()), (1, listed));
        assert_eq!(document.len(), count + 1);
    }
}

#[test]
fn notes_where_signatures_stand() {
    let signature = "<ds:Signature><ds:SignedInfo/></ds:Signature>";
    let signed = idp_entity("e").replacen("<IDPSSO", &format!("{signature}<IDPSSO"), 1);
    assert!(document(&signed).signature_present());
    assert_eq!(document(&signed).entities[0].misordered, []);
    let document = document(&group(&signed));
    assert!(!document.signature_present());
    assert!(document.signatures[0].first_child);
    assert_eq!(document.signatures[0].parent, "EntityDescriptor");
}

/// The expected values were read off by another reader.
#[test]
fn reads_real_documents() {
    let vector = |name: &str| -> Document {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/metadata/").to_owned() + name;
        let bytes = crate::disk::read(std::path::Path::new(&path), 1 << 20).unwrap();
        try_read(&bytes).unwrap()
    };
    let redirect_and_post = |entity: &Entity| -> Vec<String> {
        let all = entity.idp.iter().flat_map(|idp| &idp.sso);
        let mut lines: Vec<String> = all
            .filter_map(|sso| Some((sso.binding.as_ref()?.word(), sso.location.as_deref()?)))
            .filter(|(word, _)| matches!(*word, "HTTP-Redirect" | "HTTP-POST"))
            .map(|(word, location)| format!("{word} {location}"))
            .collect();
        lines.sort();
        lines
    };
    for (name, id, location, keys) in [
        (
            "okta.xml",
            "http://www.okta.com/exk9e0dec4GibQIX1697",
            "https://trial-5954938.okta.com/app/trial-5954938_ucarionsamltest_1/exk9e0dec4GibQIX1697/sso/saml",
            1,
        ),
        ("keycloak.xml", "http://localhost:8085/realms/master", "http://localhost:8085/realms/master/protocol/saml", 1),
        ("google.xml", "https://accounts.google.com/o/saml2", "https://accounts.google.com/o/saml2", 1),
        (
            "entra-bom-signed.xml",
            "https://sts.windows.net/a9054a0f-2011-4e31-b3ac-fd8c354146ec/",
            "https://login.microsoftonline.com/a9054a0f-2011-4e31-b3ac-fd8c354146ec/saml2",
            1,
        ),
        ("adfs-idp-and-sp.xml", "http://fs.msidlab7.com/adfs/services/trust", "https://fs.msidlab7.com/adfs/ls/", 2),
        (
            "utf16le-bom.xml",
            "http://www.okta.com/exk9u78i8aMSxvkV70h7",
            "https://dev-599847.oktapreview.com/app/expresssaml2dev599847_esaml2sp_1/exk9u78i8aMSxvkV70h7/sso/saml",
            1,
        ),
    ] {
        let document = vector(name);
        let entity = choose_idp(&document, None).unwrap();
        assert_eq!(entity.entity_id.as_deref(), Some(id), "{name}");
        let wanted = [format!("HTTP-POST {location}"), format!("HTTP-Redirect {location}")];
        assert_eq!(redirect_and_post(entity), wanted, "{name}");
        assert_eq!(entity.idp.as_ref().unwrap().keys.len(), keys, "{name}");
        assert_eq!(document.signature_present(), name.contains("signed") || name.contains("adfs"), "{name}");
    }
    let wrapped = vector("wrapped.xml");
    assert_eq!(choose_idp(&wrapped, None).unwrap().entity_id.as_deref(), Some("https://sso.example.org/idp"));
    let aggregate = vector("aggregate-nested.xml");
    assert_eq!((aggregate.len(), aggregate.nested_groups), (6, 3));
    assert_eq!(choose_idp(&aggregate, None).unwrap_err().hints()[0].lines().count(), 6);
    assert!(choose_sp(&aggregate, None).is_ok());
    for (name, uses) in [
        ("sp-crewjam.xml", vec![KeyUse::Signing, KeyUse::Encryption]),
        ("sp-two-signing-keys.xml", vec![KeyUse::Signing, KeyUse::Signing, KeyUse::Encryption]),
        ("adfs-idp-and-sp.xml", vec![KeyUse::Encryption, KeyUse::Signing]),
    ] {
        let document = vector(name);
        let sp = choose_sp(&document, None).unwrap().sp.as_ref().unwrap();
        assert_eq!(sp.keys.iter().map(|key| key.use_.clone()).collect::<Vec<_>>(), uses, "{name}");
    }
}

/// The document without the places in it, which layout decides.
fn without_places(mut document: Document) -> Document {
    let nowhere = Position { line: 1, column: 1 };
    document.signatures.iter_mut().for_each(|signature| signature.at = nowhere);
    document.findings.iter_mut().for_each(|finding| finding.place = None);
    for entity in &mut document.entities {
        entity.place = Place::default();
        entity.roles.iter_mut().for_each(|role| role.at = nowhere);
        let (mut endpoints, mut keys) = (Vec::new(), Vec::new());
        if let Some(idp) = &mut entity.idp {
            endpoints.extend(idp.sso.iter_mut().chain(&mut idp.slo).chain(&mut idp.artifact_resolution));
            keys.extend(&mut idp.keys);
        }
        if let Some(sp) = &mut entity.sp {
            endpoints.extend(sp.acs.iter_mut().chain(&mut sp.slo).chain(&mut sp.artifact_resolution));
            keys.extend(&mut sp.keys);
        }
        endpoints.into_iter().for_each(|endpoint| endpoint.at = nowhere);
        for key in keys {
            key.at = nowhere;
            key.certificates.iter_mut().for_each(|certificate| certificate.at = nowhere);
        }
    }
    document
}

/// How a document is written down, which must not matter.
#[derive(Clone, Debug)]
struct Style {
    prefix: &'static str,
    signature_prefix: &'static str,
    reversed: bool,
    quote: char,
    gap: &'static str,
    references: bool,
    encoding: u8,
}

fn styles() -> impl Strategy<Value = Style> {
    use proptest::sample::select;
    (
        select(vec!["", "md:", "ns0:", "ä:"]),
        select(vec!["ds:", "dsig:", "x:"]),
        proptest::bool::ANY,
        select(vec!['\'', '"']),
        select(vec!["", "\n", "\r\n  ", "<!-- c -->", "<?p i?>", " \t"]),
        proptest::bool::ANY,
        0_u8..5,
    )
        .prop_map(|(prefix, signature_prefix, reversed, quote, gap, references, encoding)| Style {
            prefix,
            signature_prefix,
            reversed,
            quote,
            gap,
            references,
            encoding,
        })
}

impl Style {
    fn escape(&self, text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '&' | '<' | '"' | '\'' => format!("&#{};", u32::from(c)),
                c if self.references => format!("&#x{:X};", u32::from(c)),
                c => c.to_string(),
            })
            .collect()
    }

    fn tag(&self, prefix: &str, name: &str, attributes: &[(&str, &str)], inside: &str) -> String {
        let q = self.quote;
        let mut written: Vec<String> =
            attributes.iter().map(|(name, value)| format!("{name} = {q}{}{q}", self.escape(value))).collect();
        if self.reversed {
            written.reverse();
        }
        let gap = if self.gap.starts_with('<') || self.gap.is_empty() { " " } else { self.gap };
        let written: String = written.iter().map(|attribute| format!("{gap}{attribute}")).collect();
        if inside.is_empty() {
            return format!("<{prefix}{name}{written}/>{}", self.gap);
        }
        format!("<{prefix}{name}{written}>{inside}</{prefix}{name} >{}", self.gap)
    }

    fn document(&self, id: &str, location: &str) -> Vec<u8> {
        let (md, ds) = (self.prefix, self.signature_prefix);
        let certificate = self.tag(ds, "X509Certificate", &[], &self.escape("MIIB\nMIIC"));
        let key_info = self.tag(ds, "KeyInfo", &[], &self.tag(ds, "X509Data", &[], &certificate));
        let key = self.tag(md, "KeyDescriptor", &[("use", "signing")], &format!("{}{key_info}", self.gap));
        let format = self.tag(md, "NameIDFormat", &[], &self.escape("urn:x:y"));
        let binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
        let sso = self.tag(md, "SingleSignOnService", &[("Binding", binding), ("Location", location)], "");
        let role = self.tag(
            md,
            "IDPSSODescriptor",
            &[
                ("WantAuthnRequestsSigned", "true"),
                ("protocolSupportEnumeration", "urn:oasis:names:tc:SAML:2.0:protocol"),
            ],
            &format!("{}{key}{format}{sso}", self.gap),
        );
        let declare = |prefix: &str| match prefix.strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let root = self.tag(
            md,
            "EntityDescriptor",
            &[
                (&declare(md), "urn:oasis:names:tc:SAML:2.0:metadata"),
                (&declare(ds), "http://www.w3.org/2000/09/xmldsig#"),
                ("entityID", id),
                ("validUntil", "2030-01-01T00:00:00Z"),
            ],
            &role,
        );
        let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        match self.encoding {
            0 => root.into_bytes(),
            1 => format!("<?xml version='1.0' encoding='utf-8'?>{root}").into_bytes(),
            2 => format!("\u{FEFF}{root}").into_bytes(),
            3 => utf16(&format!("\u{FEFF}{root}")),
            _ => utf16(&format!("<?xml version='1.0' encoding='UTF-16'?>{root}")),
        }
    }
}

proptest::proptest! {
    #[test]
    fn how_a_document_is_written_down_does_not_matter(
        a in styles(), b in styles(), id in "[a-zA-Z:/&<\"'ü大😀 ]{0,30}", location in "https://[a-z]{1,9}/[a-z?&=<ü]{0,20}",
    ) {
        let read = |style: &Style| try_read(&style.document(&id, &location)).map(without_places);
        let one = read(&a).unwrap();
        proptest::prop_assert_eq!(one.entities[0].entity_id.as_deref(), Some(id.as_str()));
        proptest::prop_assert_eq!(one, read(&b).unwrap());
    }

    #[test]
    fn a_document_cut_or_changed_anywhere_makes_nothing_panic(
        style in styles(), cut in 0_usize..1200, at in 0_usize..1200, byte in proptest::num::u8::ANY,
    ) {
        let mut bytes = style.document("https://idp.example", "https://idp.example/sso");
        bytes.truncate(cut.max(1));
        if let Some(changed) = bytes.get_mut(at) {
            *changed = byte;
        }
        if let Ok(document) = try_read(&bytes) {
            drop(lint(&document, now()));
            drop(choose_idp(&document, None));
            drop(choose_sp(&document, Some("x")));
        }
    }
}

#[test]
fn a_document_that_lists_without_end_is_refused() {
    let entity = "<EntityDescriptor entityID='https://idp.example.org/metadata'/>";
    let crowd = format!("<EntitiesDescriptor {MD}>{}</EntitiesDescriptor>", entity.repeat(200_001));
    let refused = read(crowd.as_bytes(), "f.xml", &Limits::aggregate(), &Select::Summaries).unwrap_err();
    assert_eq!(refused.code(), "too-many-entities");
    let role = |inside: &str| {
        format!(
            "<EntityDescriptor {MD} entityID='a'><IDPSSODescriptor {SAML2}>{inside}</IDPSSODescriptor></EntityDescriptor>"
        )
    };
    let endpoints = role(&sso("https://idp.example.org/sso").repeat(2001));
    assert_eq!(try_read(endpoints.as_bytes()).unwrap_err().code(), "role-too-large");
    let certificates = "<ds:X509Certificate>AA==</ds:X509Certificate>".repeat(101);
    let keys = role(&format!(
        "<KeyDescriptor><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo></KeyDescriptor>"
    ));
    assert_eq!(try_read(keys.as_bytes()).unwrap_err().code(), "key-too-large");
}

#[test]
fn a_response_by_redirect_is_told() {
    let acs = "<AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' \
               Location='https://sp.example.org/acs' index='0'/>";
    let text = format!(
        "<EntityDescriptor {MD} entityID='a'><SPSSODescriptor {SAML2}>{acs}</SPSSODescriptor></EntityDescriptor>"
    );
    let document = document(&text);
    let codes: Vec<&str> = lint_sp(&document.entities[0], now()).iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"acs-binding-redirect"), "{codes:?}");
}
