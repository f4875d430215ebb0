//! Attack row M2, each case by its name.

use super::Requirement;
use super::Subject;
use super::check;
use crate::error::Failure;
use crate::error::Kind;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::time::Time;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::metadata::read;
use crate::xml::Limits;

const MD: &str = "xmlns='urn:oasis:names:tc:SAML:2.0:metadata'";
const SAML2: &str = "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'";
const REQUIRED: Requirement = Requirement { required: true, max: None };
const NOTHING: Requirement = Requirement { required: false, max: None };

const fn at_most(days: u32) -> Requirement {
    Requirement { required: false, max: Some(days) }
}

fn now() -> Time {
    Time::parse("2026-11-22T10:00:00Z").unwrap()
}

/// A group in a group with an identity provider, each with its attributes.
fn nested(root: &str, group: &str, entity: &str, role: &str) -> Document {
    let xml = format!(
        "<EntitiesDescriptor {MD} {root}><EntitiesDescriptor {group}><EntityDescriptor entityID='e' {entity}>\
         <IDPSSODescriptor {SAML2} {role}/></EntityDescriptor></EntitiesDescriptor></EntitiesDescriptor>"
    );
    read(xml.as_bytes(), "f.xml", &Limits::default(), &Select::All).unwrap()
}

fn until(text: &str) -> String {
    format!("validUntil='{text}'")
}

fn checked(document: &Document, requirement: Requirement) -> Result<Vec<Finding>, Failure> {
    check(document, Subject::Idp(&document.entities[0]), now(), requirement)
}

/// The verdict on a root of this `validUntil`: `good`, the code of the warning, or that of the refusal.
fn of_root(text: &str, requirement: Requirement) -> &'static str {
    match checked(&nested(&until(text), "", "", ""), requirement) {
        Ok(findings) => findings.first().map_or("good", |finding| finding.code),
        Err(failure) => {
            assert_eq!(failure.kind(), Kind::Refused);
            assert!(!failure.hints().is_empty());
            failure.code()
        }
    }
}

#[test]
fn an_absent_end_is_silent_and_refused_where_one_is_required() {
    let none = nested("", "", "", "");
    assert_eq!(checked(&none, NOTHING).unwrap(), []);
    for requirement in [REQUIRED, at_most(14)] {
        assert_eq!(checked(&none, requirement).unwrap_err().code(), "valid-until-missing");
        assert_eq!(check(&none, Subject::Document, now(), requirement).unwrap_err().code(), "valid-until-missing");
    }
}

#[test]
fn a_past_end_is_a_warning_and_refused_where_one_is_required() {
    assert_eq!(of_root("2026-11-22T09:59:59Z", NOTHING), "metadata-expired");
    // The end itself is past (saml-core 1.3.3: the moment at which validity ends).
    assert_eq!(of_root("2026-11-22T10:00:00Z", REQUIRED), "metadata-expired");
    assert_eq!(of_root("2026-11-22T10:00:01Z", REQUIRED), "good");
    let document = nested(&until("2020-01-01T00:00:00Z"), "", "", "");
    let finding = &checked(&document, NOTHING).unwrap()[0];
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.place.is_some());
    assert_eq!(check(&document, Subject::Document, now(), NOTHING).unwrap()[0].code, "metadata-expired");
}

#[test]
fn a_past_end_at_any_level_counts() {
    let (far, past) = (until("2027-01-01T00:00:00Z"), until("2026-01-01T00:00:00Z"));
    for document in [
        nested(&far, &past, "", ""),
        nested(&far, "", &past, ""),
        nested(&far, "", "", &past),
        nested(&far, &far, &past, &far),
    ] {
        assert_eq!(checked(&document, REQUIRED).unwrap_err().code(), "metadata-expired");
        assert_eq!(checked(&document, NOTHING).unwrap()[0].code, "metadata-expired");
        let entity = Subject::Entity(&document.entities[0]);
        assert_eq!(check(&document, entity, now(), REQUIRED).unwrap_err().code(), "metadata-expired");
        // Another entity of the list may still be good.
        assert_eq!(check(&document, Subject::Document, now(), REQUIRED).unwrap(), []);
    }
}

#[test]
fn an_end_in_a_child_only_does_not_limit_the_document() {
    let end = until("2026-12-01T00:00:00Z");
    for document in [nested("", &end, "", ""), nested("", "", &end, ""), nested("", "", "", &end)] {
        let failure = checked(&document, REQUIRED).unwrap_err();
        assert_eq!(failure.code(), "valid-until-missing");
        assert!(failure.to_string().contains("only a part of it has a validUntil (2026-12-01T00:00:00Z)"), "{failure}");
        assert_eq!(checked(&document, NOTHING).unwrap(), []);
    }
}

#[test]
fn an_end_beyond_the_allowed_interval_is_refused_to_the_second() {
    assert_eq!(of_root("2026-12-06T10:00:00Z", at_most(14)), "good");
    assert_eq!(of_root("2026-12-06T10:00:01Z", at_most(14)), "valid-until-too-far");
    assert_eq!(of_root("2026-12-06T10:00:01Z", REQUIRED), "good");
    // A child's nearer end does not shorten the root's.
    let child = nested(&until("2030-01-01T00:00:00Z"), "", &until("2026-12-01T00:00:00Z"), "");
    assert_eq!(checked(&child, at_most(14)).unwrap_err().code(), "valid-until-too-far");
    // A past end is told as that.
    assert_eq!(of_root("2020-01-01T00:00:00Z", at_most(14)), "metadata-expired");
}

#[test]
fn an_unreadable_end_at_any_level_is_refused_where_one_is_required() {
    let (good, odd) = (until("2026-12-01T00:00:00Z"), until("next year"));
    for document in [
        nested(&odd, "", "", ""),
        nested(&good, &odd, "", ""),
        nested(&good, "", &odd, ""),
        nested(&good, "", "", &odd),
    ] {
        assert_eq!(checked(&document, REQUIRED).unwrap_err().code(), "valid-until-unreadable");
        assert_eq!(checked(&document, NOTHING).unwrap(), []);
        assert!(document.findings.iter().any(|finding| finding.code == "valid-until-unreadable"));
    }
    let hostile = nested(&until("\u{202e}1\u{7f}"), "", "", "");
    assert!(!checked(&hostile, REQUIRED).unwrap_err().to_string().contains('\u{202e}'));
}

#[test]
fn a_leap_second_is_the_moment_after_it() {
    let december = Time::parse("2016-12-31T23:59:59Z").unwrap();
    let document = nested(&until("2016-12-31T23:59:60Z"), "", "", "");
    let subject = Subject::Idp(&document.entities[0]);
    assert_eq!(check(&document, subject, december, REQUIRED).unwrap(), []);
    assert!(check(&document, subject, december.plus_seconds(1), REQUIRED).is_err());
}

#[test]
fn an_end_without_a_zone_counts_as_utc_and_is_told() {
    assert_eq!(of_root("2026-11-22T10:00:01", REQUIRED), "good");
    assert_eq!(of_root("2026-11-22T10:00:00", REQUIRED), "metadata-expired");
    let document = nested(&until("2026-11-22T10:00:01"), "", "", "");
    assert_eq!(document.findings[0].code, "valid-until-zone");
}

#[test]
fn an_end_in_another_zone_is_the_same_moment() {
    assert_eq!(of_root("2026-11-22T12:00:01+02:00", REQUIRED), "good");
    assert_eq!(of_root("2026-11-22T12:00:00+02:00", REQUIRED), "metadata-expired");
    assert_eq!(of_root("2026-11-21T20:00:01-14:00", REQUIRED), "good");
    assert_eq!(of_root("2026-11-23T00:00:00+14:00", REQUIRED), "metadata-expired");
    assert_eq!(of_root("2026-12-06T12:00:01+02:00", at_most(14)), "valid-until-too-far");
}

#[test]
fn a_fraction_of_a_second_is_cut_off() {
    assert_eq!(of_root("2026-11-22T10:00:01.001Z", REQUIRED), "good");
    assert_eq!(of_root("2026-11-22T10:00:00.999Z", REQUIRED), "metadata-expired");
    assert_eq!(of_root("2026-11-22T10:00:01.Z", REQUIRED), "valid-until-unreadable");
}

#[test]
fn the_year_9999_is_far_and_no_overflow() {
    assert_eq!(of_root("9999-12-31T23:59:59Z", REQUIRED), "good");
    assert_eq!(of_root("9999-12-31T23:59:59Z", at_most(36_500)), "valid-until-too-far");
    assert_eq!(of_root("9999-12-31T23:59:59Z", at_most(u32::MAX)), "good");
    assert_eq!(of_root("9999-12-31T24:00:00Z", REQUIRED), "valid-until-unreadable");
    assert_eq!(of_root("10000-01-01T00:00:00Z", REQUIRED), "valid-until-unreadable");
}

#[test]
fn the_hour_24_is_the_midnight_that_ends_the_day() {
    let midnight = Time::parse("2026-11-23T00:00:00Z").unwrap();
    let document = nested(&until("2026-11-22T24:00:00Z"), "", "", "");
    assert_eq!(checked(&document, REQUIRED).unwrap(), []);
    assert!(check(&document, Subject::Idp(&document.entities[0]), midnight, REQUIRED).is_err());
    assert_eq!(of_root("2026-11-22T24:00:01Z", REQUIRED), "valid-until-unreadable");
}

#[test]
fn of_two_roles_only_the_one_that_is_used_must_be_good() {
    let xml = format!(
        "<EntityDescriptor {MD} entityID='e' validUntil='2027-01-01T00:00:00Z' cacheDuration='PT6H'>\
         <IDPSSODescriptor {SAML2}/><SPSSODescriptor {SAML2} validUntil='2026-01-01T00:00:00Z'/></EntityDescriptor>"
    );
    let document = read(xml.as_bytes(), "f.xml", &Limits::default(), &Select::All).unwrap();
    let entity = &document.entities[0];
    assert_eq!(check(&document, Subject::Idp(entity), now(), REQUIRED).unwrap(), []);
    assert_eq!(check(&document, Subject::Entity(entity), now(), REQUIRED).unwrap(), []);
    assert_eq!(Subject::Idp(entity).cache_duration(&document), Some(21_600));
}

#[test]
fn the_shortest_cache_duration_of_all_levels_counts() {
    let document = nested("cacheDuration='P1D'", "cacheDuration='PT2H'", "cacheDuration='PT3H'", "");
    assert_eq!(Subject::Idp(&document.entities[0]).cache_duration(&document), Some(7200));
    assert_eq!(Subject::Document.cache_duration(&document), Some(86_400));
}
