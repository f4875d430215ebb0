//! What holds for every input, hostile or not: one function for each target of `fuzz/`, which
//! panics where it does not. Built for fuzzing and tests alone.
#![allow(clippy::unwrap_used, reason = "a panic is the finding")]
#![cfg_attr(not(fuzzing), allow(unreachable_pub, reason = "public where a fuzz target calls it"))]

use std::fmt::Debug;
use std::io::BufReader;
use std::path::Path;
use std::sync::LazyLock;

use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use crate::cert;
use crate::cert::Certificate;
use crate::cert::armour;
use crate::cert::extension;
use crate::cert::field;
use crate::cert::judge;
use crate::cert::judge::Thresholds;
use crate::crypto;
use crate::drift;
use crate::drift::facts;
use crate::error::Failure;
use crate::error::failure_of;
use crate::migrate::accounts;
use crate::migrate::listing;
use crate::migrate::roster;
use crate::migrate::roster::Columns;
use crate::model::connection::Connection;
use crate::model::is_unprintable;
use crate::model::time::Time;
use crate::report::inspect;
#[cfg(fuzzing)]
use crate::saml::DS;
use crate::saml::metadata;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::metadata::choose;
use crate::saml::metadata::lint;
use crate::saml::signature::message::seal;
use crate::saml::signature::message::seal::Sealer;
use crate::saml::signature::trust::Trust;
use crate::workspace;
use crate::workspace::Edit;
#[cfg(fuzzing)]
use crate::xml::Event;
use crate::xml::Limits;
#[cfg(fuzzing)]
use crate::xml::Reader;

/// What messages call the input.
const NAME: &str = "input";

static NOW: LazyLock<Time> = LazyLock::new(|| Time::parse("2026-11-22").unwrap());
static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new().unwrap());
static TRUST: LazyLock<Trust> = LazyLock::new(|| SEALER.trust().unwrap());

/// A result as far as two readings of one input must have it in common.
fn outcome<T>(read: Result<T, Failure>) -> Result<T, (&'static str, String)> {
    read.map_err(|failure| (failure.code(), failure.to_string()))
}

/// A refusal that goes by the size or the number of bytes, which differ between encodings.
fn is_of_size(code: &str) -> bool {
    code.starts_with("xml-too") || code.ends_with("-too-large") || code.ends_with("-too-long")
}

/// Nothing printed may drive a terminal.
fn printable(shown: impl Debug, text: &str) {
    assert!(!text.contains(|c| is_unprintable(c) && c != '\n'), "{shown:?}");
}

/// SAML metadata reads the same however it arrives, and whatever is kept of it.
pub fn metadata(bytes: &[u8]) {
    let limits = Limits::default();
    let read = outcome(metadata::read(bytes, NAME, &limits, &Select::All));
    let narrow = BufReader::with_capacity(1, bytes);
    assert_eq!(read, outcome(metadata::read(narrow, NAME, &limits, &Select::All)), "one byte at a time");
    if let Some(wide) = in_utf16(bytes) {
        let wide = outcome(metadata::read(wide.as_slice(), NAME, &limits, &Select::All));
        // Two refusals may differ: what is no XML is told by a guess from its first bytes.
        let one_is_read = read.is_ok() || wide.is_ok();
        let of_size = [&read, &wide].into_iter().any(|one| one.as_ref().is_err_and(|(code, _)| is_of_size(code)));
        assert!(!one_is_read || of_size || read == wide, "in UTF-16: {read:?} {wide:?}");
    }
    let document = match read {
        Ok(document) => document,
        Err((_, message)) => return printable(&message, &message),
    };
    if let Ok(summaries) = metadata::read(bytes, NAME, &limits, &Select::Summaries) {
        assert_eq!((document.len(), document.entity_ids()), (summaries.len(), summaries.entity_ids()));
    }
    used(&document);
}

/// The same in UTF-16, where the document is UTF-8 and does not say so.
fn in_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains("<?xml") && !text.contains('\u{feff}'))?;
    Some("\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect())
}

/// What commands do with a document.
fn used(document: &Document) {
    let findings = lint::lint(document, *NOW);
    findings.iter().for_each(|finding| printable(finding, &finding.message));
    assert!(serde_json::to_value(inspect::saml(document, &findings)).is_ok_and(|value| value.is_object()));
    for id in document.entity_ids().into_iter().map(Some).chain([None]) {
        for chosen in [choose::choose_idp(document, id), choose::choose_sp(document, id)] {
            match chosen {
                Ok(entity) => {
                    let facts = facts::of_entity(entity, document, true);
                    assert!(drift::compare(&facts, &facts, *NOW).is_empty(), "{:?}", entity.entity_id);
                }
                Err(failure) => printable(&failure, &failure.to_string()),
            }
        }
    }
}

/// What no key of ours has signed never verifies. What one has signed reads the same by every
/// way, and altered it verifies for the octets that were signed or not at all.
pub fn signature(bytes: &[u8]) {
    assert!(seal::held(bytes, &TRUST).is_empty() && trusted(bytes).is_err(), "verified without a key");
    let Some(sealed) = SEALER.seal(bytes) else { return };
    let held = seal::held(&sealed.document, &TRUST);
    assert!(held.iter().all(|(_, octets)| sealed.octets.contains(octets)));
    let whole = metadata::read_trusted_whole(&sealed.document, NAME, &Select::All, &TRUST);
    match trusted(&sealed.document) {
        Ok(document) => {
            let unverified = metadata::read(sealed.document.as_slice(), NAME, &Limits::default(), &Select::All);
            assert_eq!(unverified.unwrap(), Document { signer: None, ..document.clone() });
            assert_eq!(whole.unwrap(), document);
            assert!(!held.is_empty());
        }
        Err(failure) if failure.code() == "signature-misplaced" => assert!(whole.is_err() || !held.is_empty()),
        Err(_) => assert!(whole.is_err(), "{whole:?}"),
    }
    for altered in alterations(&sealed.document) {
        let held = seal::held(&altered, &TRUST);
        assert!(held.iter().all(|(_, octets)| sealed.octets.contains(octets)), "altered, and verified");
        assert!(trusted(&altered).is_err() || !held.is_empty());
    }
}

fn trusted(bytes: &[u8]) -> Result<Document, Failure> {
    metadata::read_trusted(bytes, NAME, &Limits::default(), &Select::All, &TRUST)
}

/// A few alterations of a document, the same for the same document: a bit turned, a piece left
/// out, a piece twice.
fn alterations(document: &[u8]) -> [Vec<u8>; 4] {
    let dice = crypto::sha256(document);
    let at = |die: usize| usize::from(u16::from_le_bytes([dice[die], dice[die + 1]])) % document.len();
    let mut turned = [document.to_vec(), document.to_vec()];
    turned[0][at(0)] ^= 1 << (dice[16] % 8);
    turned[1][at(2)] = b" \n\t<>&'\"/=:-!?#0aA[\0"[usize::from(dice[17]) % 20];
    let [one, other] = turned;
    let (from, to) = (at(4), (at(4) + usize::from(dice[18])).min(document.len()));
    let without = [&document[..from], &document[to..]].concat();
    let place = at(6);
    let twice = [&document[..place], &document[from..to], &document[place..]].concat();
    [one, other, without, twice]
}

/// What ssoctl takes for signed, for a second verifier.
#[cfg(fuzzing)]
pub struct Accepted {
    /// The document.
    pub document: Vec<u8>,
    /// The pinned keys, as SubjectPublicKeyInfo.
    pub keys: [&'static [u8]; 2],
    /// The signatures that hold, counted from 0 among all `ds:Signature` elements of the document.
    pub signatures: Vec<usize>,
}

/// Seals the input, and says which of its signatures hold then.
#[cfg(fuzzing)]
pub fn accepted(bytes: &[u8]) -> Option<Accepted> {
    let document = SEALER.seal(bytes)?.document;
    let held: Vec<usize> = seal::held(&document, &TRUST).into_iter().map(|(begun, _)| begun).collect();
    let mut reader = Reader::new(document.as_slice(), NAME, &Limits::default()).unwrap();
    let (mut begun, mut all, mut signatures) = (0, 0, Vec::new());
    loop {
        reader.advance().unwrap();
        match reader.event() {
            Event::Start(start) => {
                if start.is(DS, "Signature") {
                    signatures.extend(held.contains(&begun).then_some(all));
                    all += 1;
                }
                begun += 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    (!signatures.is_empty()).then(|| Accepted { document, keys: SEALER.keys(), signatures })
}

/// A certificate that is read reads the same from what is written of it, and says what OpenSSL
/// says wherever OpenSSL reads it.
pub fn certificate(bytes: &[u8]) {
    let found = armour::from_pem_bundle(bytes);
    assert!(!found.is_empty());
    for (line, one) in found {
        assert!(line >= 1);
        match one {
            Ok(certificate) => read_certificate(&certificate),
            Err(failure) => printable(&failure, &failure.to_string()),
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        field::from_metadata_text(text).ok();
    }
}

fn read_certificate(certificate: &Certificate) {
    assert_eq!(&cert::from_der(&certificate.der).unwrap(), certificate);
    assert_eq!(&field::from_metadata_text(&armour::to_pem(certificate)).unwrap(), certificate);
    judge::judge(certificate, *NOW, Thresholds { warn_days: 30, fail_days: 7 });
    let mut shown = vec![certificate.subject.clone(), certificate.issuer.clone()];
    shown.extend(extension::read(certificate).into_iter().map(|(_, text)| text));
    shown.iter().for_each(|text| printable(certificate, text));
    let key = certificate.public_key();
    if let Ok(key) = &key {
        assert_eq!((key.spki_sha256(), Some(key.bits())), (certificate.spki_sha256.clone(), certificate.key.bits));
    }
    if let Ok(openssl) = X509::from_der(&certificate.der) {
        agrees(certificate, &openssl);
    }
}

/// Holds what both say against each other; where OpenSSL is silent nothing is compared.
fn agrees(certificate: &Certificate, openssl: &X509) {
    let serial = openssl.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_lowercase();
    let bare = |serial: &str| serial.trim_start_matches(['-', '0']).to_owned();
    assert_eq!(bare(&certificate.serial), bare(&serial), "{certificate:?}");
    let version = u32::try_from(openssl.version()).ok().filter(|version| *version <= 127);
    assert_eq!(certificate.version, version.map_or(u32::MAX, |version| version + 1), "{certificate:?}");
    let epoch = Asn1Time::from_unix(0).unwrap();
    for (ours, theirs) in [(certificate.not_before, openssl.not_before()), (certificate.not_after, openssl.not_after())]
    {
        if let Ok(since) = epoch.diff(theirs) {
            assert_eq!(ours.unix(), i64::from(since.days) * 86_400 + i64::from(since.secs), "{certificate:?}");
        }
    }
    if let (Some(bits), Ok(key)) = (certificate.key.bits, openssl.public_key()) {
        assert_eq!(bits, key.bits(), "{certificate:?}");
    }
}

/// A connection file that is read is read the same once it is written again; an edit changes its
/// own key alone, or is refused; what the shape does not know is refused.
pub fn yaml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = Path::new("connections/input.yaml");
    let connection = match workspace::parse_connection(text, path) {
        Ok(connection) => connection,
        Err(error) => {
            let failure = failure_of(&error).unwrap();
            return printable(failure, &failure.to_string());
        }
    };
    assert!(!text.contains("PRIVATE KEY-----"));
    let written = workspace::render(&connection).unwrap();
    assert_eq!(workspace::parse_connection(&written, path).unwrap(), connection);
    for line in ["unknown_key: 1", "version: 1"] {
        assert!(workspace::parse_connection(&format!("{text}\n{line}\n"), path).is_err(), "{line}");
    }
    for (edit, expected) in edits(&connection) {
        if let Ok((after, edited)) = workspace::edited_text(text, path, std::slice::from_ref(&edit)) {
            assert_eq!(edited, expected, "{edit:?}");
            assert_eq!(workspace::parse_connection(&after, path).unwrap(), expected, "{edit:?}");
        }
    }
}

/// Edits of every sort, each with what the connection must be afterwards.
fn edits(before: &Connection) -> Vec<(Edit, Connection)> {
    let route = |keys: &[&str]| keys.iter().map(|key| (*key).into()).collect::<Vec<_>>();
    let mut edits = Vec::new();
    let mut edit = |edit: Edit, change: &dyn Fn(&mut Connection)| {
        let mut after = before.clone();
        change(&mut after);
        edits.push((edit, after));
    };
    edit(Edit::Set(route(&["name"]), "no: #1".to_owned()), &|after| after.name = "no: #1".to_owned());
    edit(Edit::Set(route(&["settings", "brand_id"]), "0456".to_owned()), &|after| {
        after.settings.insert("brand_id".to_owned(), "0456".to_owned());
    });
    let enabled = !before.status.enabled;
    edit(Edit::SetBool(route(&["status", "enabled"]), enabled), &|after| after.status.enabled = enabled);
    edit(Edit::Unset(route(&["display_name"])), &|after| after.display_name = None);
    let domains = ["a.example", "b.example"].map(ToOwned::to_owned).to_vec();
    let json = serde_json::json!(domains);
    edit(Edit::SetJson(route(&["provisioning", "valid_email_domains"]), json), &|after| {
        after.provisioning.valid_email_domains.clone_from(&domains);
    });
    edit(Edit::Append(route(&["dashboard_attributes"]), "last".into()), &|after| {
        after.dashboard_attributes.push("last".to_owned());
    });
    if !before.dashboard_attributes.is_empty() {
        let first = [route(&["dashboard_attributes"]), vec![0.into()]].concat();
        edit(Edit::Unset(first), &|after| drop(after.dashboard_attributes.remove(0)));
    }
    edits
}

/// A roster reads the same each time, in UTF-16, and once it is written again; it has no more
/// rows than lines, and each row its line.
pub fn csv(bytes: &[u8]) {
    for encoding in [None, Some("windows-1252")] {
        let read = || rows(bytes, encoding);
        let first = read();
        assert_eq!(first, read());
        let Ok(first) = first else { continue };
        let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        assert!(first.len() < lines);
        assert!(first.iter().map(|row| row.line).is_sorted_by(|one, next| one < next));
        assert!(first.iter().all(|row| (2..=lines as u64).contains(&row.line)));
        rewritten(&first);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let text = text.trim_start_matches('\u{feff}');
        let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        if let Ok(rows_of_text) = rows(text.as_bytes(), None) {
            assert_eq!(Ok(rows_of_text), rows(&wide, None));
        }
    }
    for error in
        [listing::read(bytes, NAME).err(), accounts::each_listed(bytes, NAME, Default::default(), &mut drop).err()]
    {
        let Some(error) = error else { continue };
        let failure = failure_of(&error).unwrap();
        printable(failure, &failure.to_string());
    }
}

/// A record that has outlived its file.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    line: u64,
    old: String,
    new: String,
    ragged: Option<u32>,
}

fn rows(bytes: &[u8], encoding: Option<&str>) -> Result<Vec<Kept>, String> {
    let columns = Columns { encoding: encoding.map(ToOwned::to_owned), ..Columns::default() };
    match roster::read(bytes, NAME, &columns) {
        Ok(roster) => {
            roster.findings.iter().for_each(|finding| printable(finding, &finding.message));
            let kept = |row: roster::Row<'_>| Kept {
                line: row.line,
                old: row.old.to_owned(),
                new: row.new.to_owned(),
                ragged: row.ragged,
            };
            Ok(roster.rows().map(kept).collect())
        }
        Err(error) => {
            let failure = failure_of(&error).unwrap();
            printable(failure, &failure.to_string());
            Err(failure.to_string())
        }
    }
}

/// Values are kept byte for byte: quoted and read again they are the same.
fn rewritten(rows_before: &[Kept]) {
    let quoted = |value: &str| format!("\"{}\"", value.replace('"', "\"\""));
    let mut text = "old_username,new_value\n".to_owned();
    let kept: Vec<&Kept> = rows_before.iter().filter(|row| !(row.old.is_empty() && row.new.is_empty())).collect();
    for row in &kept {
        text += &format!("{},{}\n", quoted(&row.old), quoted(&row.new));
    }
    if kept.is_empty() {
        return;
    }
    let again = rows(text.as_bytes(), None).unwrap();
    assert_eq!(again.len(), kept.len());
    for (one, other) in kept.iter().zip(&again) {
        assert_eq!((&one.old, &one.new), (&other.old, &other.new));
    }
}

#[cfg(test)]
mod tests;
