//! What is in a sheet, and what a sheet that comes back is told to differ in.

use std::sync::LazyLock;

use super::compare::Comparison;
use super::compare::compare;
use super::product;
use super::read;
use super::*;
use crate::provider::tests::built_in;

const FIXTURES: [(&str, &str); 5] = [
    ("qualtrics", include_str!("../../../tests/vectors/handover/qualtrics.yaml")),
    ("qualys", include_str!("../../../tests/vectors/handover/qualys.yaml")),
    ("qvidian", include_str!("../../../tests/vectors/handover/qvidian.yaml")),
    ("qualifio", include_str!("../../../tests/vectors/handover/qualifio.yaml")),
    ("ino-cx", include_str!("../../../tests/vectors/handover/ino-cx.yaml")),
];

fn file(id: &str) -> &'static str {
    FIXTURES.iter().find(|(known, _)| *known == id).unwrap().1
}

/// The sheet of a connection file.
fn sheet(text: &str, side: Side) -> Sheet {
    let connection = crate::workspace::parsed_for_tests(text);
    let vendor = built_in(&connection.provider);
    let subject =
        Subject { name: "c", connection: &connection, profile: &vendor, now: Time::from_unix(1_795_341_600).unwrap() };
    match side {
        Side::Vendor => subject.for_vendor(),
        Side::Idp => subject.for_idp(product::guessed(&connection).unwrap().as_ref()),
    }
}

fn entries(sheet: &Sheet) -> Vec<&Entry> {
    let bodies = sheet.parts.iter().map(|part| &part.body);
    bodies.filter_map(|body| if let Body::Fields(entries) = body { Some(entries) } else { None }).flatten().collect()
}

#[track_caller]
fn content<'s>(sheet: &'s Sheet, label: &str) -> &'s Content {
    &entries(sheet).into_iter().find(|entry| entry.label == label).unwrap_or_else(|| panic!("no `{label}`")).content
}

fn given(text: &str) -> Content {
    Content::Given(text.to_owned())
}

#[test]
fn the_vendors_page_is_in_its_order_and_words() {
    let questionnaire = sheet(file("qualys"), Side::Vendor);
    let labels: Vec<&str> = entries(&questionnaire).iter().map(|entry| entry.label.as_str()).collect();
    // Seed 003, Appendix 1, and none of the facts that ssoctl alone needs.
    assert_eq!(labels.len(), 5);
    assert!(labels[0].starts_with("EntityID string") && labels[4].starts_with("Custom exit URL"));
    let connector = sheet(file("ino-cx"), Side::Vendor);
    assert_eq!(content(&connector, "Type"), &given("SAML v2"));
    // IN1: the reference is the file's name where none is given.
    assert_eq!(content(&connector, "Reference"), &given("c"));
    assert!(!connector.parts.iter().any(|part| part.title == "FOR OAUTH 2"));
    let settings = sheet(file("qvidian"), Side::Vendor);
    assert_eq!(content(&settings, "Manage Existing User Properties?"), &given("no"));
    assert_eq!(content(&settings, "User Group Keys Delimiter"), &Content::Default("|".to_owned()));
    let Content::Mappings(rows) = content(&settings, "IdP User Group, Description, Qvidian Roles") else { panic!() };
    assert_eq!(rows[0].cells(), ["qvidian-admins", "those who run it", "Administrator|Editor"]);
    let page = sheet(file("qualtrics"), Side::Vendor);
    assert_eq!(content(&page, "First name field"), &Content::Fallback("Email field".to_owned()));
}

#[test]
fn what_the_vendor_requires_and_the_file_lacks_is_missing() {
    let text = file("qualys").replace("  primary_contact: abcd_ef\n", "");
    let label = "Subscription (Qualys Manager Primary Contact username for the subscription)";
    assert_eq!(content(&sheet(&text, Side::Vendor), label), &Content::Missing);
    let text = file("qualtrics").replace("  email: mail\n", "");
    assert_eq!(content(&sheet(&text, Side::Idp), "Email field"), &Content::Missing);
}

#[test]
fn the_stages_say_where_the_connection_stands() {
    let marks = |text: &str| {
        let sheet = sheet(text, Side::Vendor);
        let part = sheet.parts.iter().find(|part| part.title == "Where it stands").unwrap().clone();
        let Body::Steps(steps) = part.body else { panic!() };
        steps.into_iter().map(|(mark, _)| mark.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(marks(file("qualifio")), ["done on 2026-11-02", "done on 2026-11-05", "next", "to do", "to do"]);
    let enabled = file("qualifio").replace("status:\n", "status:\n  tested_on: 2026-11-09\n  enabled: true\n");
    assert_eq!(marks(&enabled)[2..], ["next", "done on 2026-11-09", "done"]);
}

#[test]
fn the_request_is_whole_and_holds_no_secret() {
    let sheet = sheet(file("qualifio"), Side::Vendor);
    let letter = sheet.parts.last().unwrap();
    let Body::Letter(text) = &letter.body else { panic!("{letter:?}") };
    for line in [
        "- E-mail domains: example.org, example.edu\n",
        "- Client Secret: by another channel\n",
        "- Client ID: qualifio\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!format!("{sheet:?}").contains("QUALIFIO_SECRET"));
}

#[test]
fn nothing_is_made_up_where_nobody_published_it() {
    let values = sheet(file("qvidian"), Side::Idp);
    for label in
        ["Entity ID (also: Identifier, Audience)", "Assertion consumer service, HTTP-POST (also: ACS, Reply URL)"]
    {
        assert!(matches!(content(&values, label), Content::Unknown(_)), "{label}");
    }
    let asked = sheet(file("qualifio"), Side::Idp);
    assert!(matches!(content(&asked, "Redirect URI"), Content::Unknown(_)));
    let unset = sheet(&file("ino-cx").replace("  domain: acme\n", "  {}\n"), Side::Idp);
    assert!(matches!(content(&unset, "Entity ID (also: Identifier, Audience)"), Content::Shown(_)));
    // A platform whose ACS only follows the form of others is told as such.
    let doubtful = sheet(&file("qualys").replace("EU1", "GOV1"), Side::Idp);
    let note = |sheet: &Sheet| {
        sheet.parts.iter().find_map(|part| part.note.clone().filter(|note| note.contains("compare the ACS")))
    };
    assert!(note(&doubtful).is_some() && note(&sheet(file("qualys"), Side::Idp)).is_none());
}

#[test]
fn the_identity_provider_is_told_what_to_send() {
    let qualys = sheet(file("qualys"), Side::Idp);
    assert_eq!(content(&qualys, "External ID"), &given("qualysguard_external_id"));
    assert_eq!(
        content(&qualys, "RelayState of a login that begins at the identity provider"),
        &given("idm_key=saml2_1234567890")
    );
    // Where no attribute fills the field that a user is found by, the subject does.
    assert_eq!(content(&sheet(file("ino-cx"), Side::Idp), "Username, an e-mail address"), &given("NameID"));
    let post = file("qualtrics").replace("HTTP-Redirect", "HTTP-POST");
    let signed = sheet(&post, Side::Idp);
    assert_eq!(content(&signed, "Requests are signed"), &given("yes"));
    assert!(matches!(content(&signed, "Certificate that signs requests"), Content::Unknown(_)));
    let path = qualys.parts.last().unwrap();
    assert_eq!(path.title, "Where to enter it in Okta");
    let Body::Steps(steps) = &path.body else { panic!() };
    assert!(steps.iter().any(|(_, step)| step == "Default RelayState: idm_key=saml2_1234567890"), "{steps:?}");
}

#[test]
fn an_outbound_connection_logs_nobody_in() {
    let text = "version: 1\nprovider: ino-cx\nname: n\nsettings:\n  domain: acme\noauth:\n  kind: outbound\n  method: Salesforce\n";
    let sheet = sheet(text, Side::Idp);
    assert_eq!(content(&sheet, "Redirect URI"), &given("https://acme.ino.cx/api/sso/login/oauth/callback"));
    let note = sheet.parts[0].note.as_ref().unwrap();
    assert!(note.contains("logs in at Salesforce") && note.contains("no user logs in"), "{note}");
}

fn back(own: &Sheet, text: &str) -> Comparison {
    compare(own, &read::read(text.as_bytes(), "sheet", own).unwrap())
}

/// The sheet as lines of `label: value`.
fn as_lines(own: &Sheet) -> String {
    let line = |entry: &&Entry| {
        let value = match &entry.content {
            Content::Given(value) | Content::Default(value) => value.clone(),
            Content::Several(values) => values.join(entry.separator.as_deref().unwrap_or("\n ")),
            Content::Certificates(all) => all.iter().map(|one| one.pem.as_str()).collect(),
            Content::Mappings(rows) => rows.iter().map(|row| row.cells().join("  ")).collect::<Vec<_>>().join("\n "),
            _ => return None,
        };
        Some(format!("{}: {value}\n", entry.label))
    };
    entries(own).iter().filter_map(line).collect()
}

#[test]
fn lines_and_csv_come_back_equal() {
    for (id, text) in FIXTURES {
        let own = sheet(text, Side::Vendor);
        let lines = as_lines(&own);
        let found = back(&own, &lines);
        assert!(found.is_same() && found.same > 0, "{id}: {found:#?}\n{lines}");
        let found = back(&own, &lines.replace('\n', "\r\n"));
        assert!(found.is_same(), "{id}: {found:#?}");
    }
    let own = sheet(file("qvidian"), Side::Vendor);
    let csv =
        "Label;Value\nEnable New User Provisioning?;Yes\n\"Authorized User Groups\";\"qvidian-admins|qvidian-users\"\n";
    let found = back(&own, csv);
    assert_eq!((found.same, found.differences.len(), found.extra.len()), (2, 0, 0), "{found:#?}");
    // The rest of what the file has is not in this sheet.
    assert!(!found.is_same() && found.missing.iter().any(|(_, label)| label == "Default QPA User Roles"));
}

#[test]
fn each_difference_is_told_with_its_reason() {
    let own = sheet(file("qvidian"), Side::Vendor);
    let lines = as_lines(&own);
    for (from, to, label, why) in [
        ("http://fs.example", "https://fs.example", "Entity ID of the identity provider", "differs only by the scheme"),
        ("qvidian-users|", "Qvidian-Users|", "Authorized User Groups", "capital and small letters"),
        ("|qvidian-admins\n", "\n", "Authorized User Groups", "the sheet lacks the value `qvidian-admins`"),
        ("Provisioning?: yes", "Provisioning?: No", "Enable New User Provisioning?", "expected `yes`, got `No`"),
        ("Administrator|Editor", "Administrator", "IdP User Group, Description, Qvidian Roles", "the end is missing"),
        (
            "Default QPA User Roles: Everyone",
            "Default QPA User Roles: ",
            "Default QPA User Roles",
            "the sheet says nothing",
        ),
        ("Delimiter: |", "Delimiter: ::", "User Group Keys Delimiter", "expected `|`, got `::`"),
    ] {
        let changed = lines.replacen(from, to, 1);
        assert_ne!(changed, lines, "{from}");
        let found = back(&own, &changed);
        let differences: Vec<_> = found.differences.iter().map(|one| (one.label.as_str(), one.why.as_str())).collect();
        assert!(matches!(differences[..], [(found, told)] if found == label && told.contains(why)), "{to}: {found:#?}");
    }
    let found = back(&own, &format!("{lines}Authorised User Groups: x\nCertificate of the moon: y\n"));
    let near = Some("Authorized User Groups".to_owned());
    assert_eq!(
        found.extra,
        [("Authorised User Groups".to_owned(), near), ("Certificate of the moon".to_owned(), None)]
    );
    // What the vendor has filled in where the file has nothing.
    let idp = sheet(file("qvidian"), Side::Idp);
    let found = back(&idp, "Entity ID (also: Identifier, Audience): urn:qvidian:acme\n");
    assert_eq!(found.differences[0].path.as_deref(), Some("saml.sp.entity_id"));
    assert_eq!(found.differences[0].sheet.as_deref(), Some("urn:qvidian:acme"));
}

#[test]
fn certificates_are_compared_by_their_bytes() {
    let own = sheet(file("qualys"), Side::Vendor);
    let label = "Public key certificate for the IdP";
    let Content::Certificates(all) = content(&own, label) else { panic!() };
    for same in [all[0].sha256.clone(), all[0].sha1.to_uppercase(), all[0].pem.replace('\n', "\r\n")] {
        assert!(back(&own, &format!("{label}: {same}\n")).differences.is_empty(), "{same}");
    }
    for (other, why) in
        [("ab".repeat(32), "another certificate"), ("-----BEGIN CERTIFICATE-----".to_owned(), "cannot be read")]
    {
        let found = back(&own, &format!("{label}: {other}\n"));
        assert!(found.differences[0].why.contains(why), "{found:#?}");
    }
}

#[test]
fn a_secret_in_a_sheet_is_told_and_never_repeated() {
    let own = sheet(file("qualifio"), Side::Vendor);
    let found = back(&own, "Client ID: qualifio\nClient Secret: hunter2-very-secret\n");
    assert_eq!(found.differences.len(), 1);
    assert!(found.differences[0].why.contains("a secret belongs") && !format!("{found:?}").contains("hunter2"));
    let found = back(&own, "Client ID: qualifio\nClient Secret: (by another channel)\n");
    assert_eq!(found.not_compared, ["Client Secret"]);
}

#[test]
fn a_hostile_sheet_is_refused_or_told_and_ends() {
    let own = sheet(file("qualys"), Side::Vendor);
    let many = "- **x**: `y`\n".repeat(2001);
    for bad in [
        "",
        "\n\n",
        "a\0b: c",
        "{",
        "{}",
        "{\"schema\":\"ssoctl.handover/1\",\"parts\":7}",
        &many,
        &"k: v\n".repeat(5000),
    ] {
        let error = read::read(bad.as_bytes(), "sheet", &own).unwrap_err();
        assert_eq!(error.code(), "sheet-unreadable", "{:?}", &bad[..bad.len().min(40)]);
    }
    let deep = format!("{{\"schema\":\"ssoctl.handover/1\",\"parts\":{}", "[".repeat(100_000));
    assert_eq!(read::read(deep.as_bytes(), "sheet", &own).unwrap_err().code(), "sheet-unreadable");
    for odd in [
        "\"never closed: x\ny: z\n",
        "- **a**: ```\nnever closed\n",
        "- **a**: `never closed",
        "- **a** no colon",
        "#\n=\n:",
    ] {
        let found = back(&own, odd);
        assert!(!found.is_same(), "{odd}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_fail_otherwise(text in proptest::prelude::any::<String>()) {
        // The same for each text: made once.
        static OWN: LazyLock<Sheet> = LazyLock::new(|| sheet(file("qualys"), Side::Vendor));
        match read::read(text.as_bytes(), "sheet", &OWN) {
            Ok(said) => { compare(&OWN, &said); }
            Err(error) => proptest::prop_assert!(["sheet-unreadable", "sheet-html"].contains(&error.code())),
        }
    }
}

#[test]
fn a_secret_in_a_url_is_in_no_sheet() {
    let line = |line: &str| match line.contains("location: ") {
        true => format!("{line}{}token=hunter2\n", if line.contains('?') { "&" } else { "?" }),
        false => format!("{line}\n"),
    };
    let mut told = 0;
    for (id, text) in FIXTURES {
        let text: String =
            text.replace("www.example.org/\n", "www.example.org/?key=hunter2\n").lines().map(line).collect();
        for side in [Side::Vendor, Side::Idp] {
            let sheet = sheet(&text, side);
            assert!(!format!("{sheet:?}").contains("hunter2"), "{id}");
            let notes = sheet.parts.iter().filter_map(|part| part.note.as_ref());
            told += notes.filter(|note| note.contains("travels by another channel")).count();
        }
    }
    assert!(told > 0);
}

#[test]
fn a_line_break_in_a_name_begins_no_header_of_the_letter() {
    let text = file("qualifio").replace("name: Example University", "name: \"Example\\nBcc: x@evil.example\"");
    let sheet = sheet(&text, Side::Vendor);
    let letter = sheet.parts.iter().find_map(|part| match &part.body {
        Body::Letter(text) => Some(text.as_str()),
        _ => None,
    });
    let letter = letter.unwrap_or_default();
    assert!(letter.starts_with("Subject: ") && letter.contains("Example Bcc: x@evil.example\n\nHello"), "{letter}");
    assert!(!letter.lines().any(|line| line.starts_with("Bcc")), "{letter}");
}

#[test]
fn a_page_of_markup_is_no_sheet_that_came_back() {
    let own = sheet(file("qualys"), Side::Vendor);
    for page in ["<!DOCTYPE html>\n<html><p>a: b</p></html>", "\n <?xml version=\"1.0\"?><a>b: c</a>", "\u{feff}<a/>"] {
        assert_eq!(read::read(page.as_bytes(), "sheet.html", &own).unwrap_err().code(), "sheet-html");
    }
}
