//! Which steps follow from which certificates, at each kind of vendor.

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::pkey::Private;
use openssl::x509::X509Builder;

use super::*;
use crate::provider::tests::answering;
use crate::workspace::parsed_for_tests;

const NOW: &str = "2026-11-22T10:00:00Z";

pub(in crate::check) fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

pub(in crate::check) fn key() -> PKey<Private> {
    let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap()
}

/// A certificate of a key, from day to day.
pub(in crate::check) fn one(key: &PKey<Private>, begin: &str, end: &str) -> StoredCertificate {
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_pubkey(key).unwrap();
    let time = |text: &str| Asn1Time::from_unix(at(text).unix()).unwrap();
    builder.set_not_before(&time(begin)).unwrap();
    builder.set_not_after(&time(end)).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    let pem = String::from_utf8(builder.build().to_pem().unwrap()).unwrap();
    StoredCertificate { sha256: None, not_after: None, pem }
}

pub(in crate::check) fn other(begin: &str, end: &str) -> StoredCertificate {
    one(&key(), begin, end)
}

const BASE: &str = "version: 1\nprovider: qualtrics\nname: Prod\n";

pub(in crate::check) fn saml(certificates: &[StoredCertificate]) -> Connection {
    let mut connection = parsed_for_tests(&format!(
        "{BASE}saml:\n  idp:\n    entity_id: https://idp.example.org\n    metadata: https://idp.example.org/m\n"
    ));
    connection.saml.as_mut().unwrap().idp.certificates = certificates.to_vec();
    connection
}

fn terms(policy: Policy) -> Terms {
    Terms { policy, thresholds: Thresholds { warn_days: 30, fail_days: 7 }, now: at(NOW) }
}

fn planned(connection: &Connection, support: Support, published: &Published) -> Rollover {
    let vendor = answering(Capability::SeveralCertificates, support);
    of("q", connection, &vendor, None, published, terms(Policy::Strict))
}

/// `step days`, in order.
fn steps(rollover: &Rollover) -> Vec<String> {
    rollover.steps.iter().map(|step| format!("{} {}", step.id, step.when())).collect()
}

fn no() -> Support {
    Support::No("one only".to_owned())
}

fn unknown() -> Support {
    Support::Unknown("can it hold two?".to_owned())
}

fn seen(certificates: &[StoredCertificate]) -> Published {
    Published { idp: Some(certificates.to_vec()), ..Published::default() }
}

#[test]
fn an_overlap_is_add_wait_remove_and_a_single_one_is_a_cut_over() {
    let connection = saml(&[other("2025-01-01", "2027-06-01")]);
    let plan = |support| planned(&connection, support, &Published::default());
    let obtain = "obtain 2027-04-02 to 2027-05-02";
    let several = plan(Support::Yes);
    assert_eq!(
        steps(&several),
        [obtain, "add 2027-04-02 to 2027-05-25", "switch 2027-05-02 to 2027-06-01", "remove from 2027-06-01"]
    );
    assert_eq!(several.rows[0].until, Some(at("2027-06-01")));
    assert_eq!(several.rows[0].state, State::Covered);
    let single = plan(no());
    assert_eq!(steps(&single), [obtain, "cut-over 2027-05-02 to 2027-06-01"]);
    assert_eq!(single.overlap, Some(Overlap::Single("one only".to_owned())));
    let commands = &single.steps[1].commands;
    assert_eq!(commands[0], "ssoctl connection refresh q");
    let sha256 = single.rows[0].items[0].sha256.as_deref().unwrap();
    assert_eq!(commands[1], format!("ssoctl cert remove q {}", &sha256[..16]));
    // What is done at the vendor goes on record.
    assert_eq!(commands.last().unwrap(), "ssoctl connection apply q");
    assert_eq!(several.steps[1].commands.last().unwrap(), "ssoctl connection apply q");
    assert!(single.steps[1].what.contains("same hour"), "{}", single.steps[1].what);
    let asked = plan(unknown());
    assert_eq!(steps(&asked), ["ask 2027-04-02 to 2027-05-02", obtain, "cut-over 2027-05-02 to 2027-06-01"]);
    assert_eq!(asked.steps[0].what, "unknown, ask the vendor: can it hold two?");
}

#[test]
fn a_successor_in_the_file_has_the_old_one_changed_over_and_removed() {
    let old = other("2025-01-01", "2027-02-01");
    let connection = saml(&[old, other("2026-12-01", "2030-01-01")]);
    let found = planned(&connection, Support::Yes, &Published::default());
    assert_eq!(steps(&found)[..2], ["switch 2026-12-03 to 2027-02-01", "remove from 2027-02-01"]);
    assert_eq!(found.rows[0].until, Some(at("2030-01-01")));
    let single = planned(&connection, no(), &Published::default());
    assert_eq!(steps(&single)[0], "cut-over 2026-12-03 to 2027-02-01");
    assert!(!steps(&single).contains(&"remove from 2027-02-01".to_owned()));
    // What has ended beside it can go at once.
    let ended = saml(&[other("2020-01-01", "2026-01-01"), other("2025-12-01", "2036-01-01")]);
    let found = planned(&ended, no(), &Published::default());
    assert_eq!(steps(&found)[0], "remove from 2026-01-01");
    assert!(found.steps[0].is_due(at(NOW)));
}

#[test]
fn what_is_published_and_not_in_the_file_is_to_be_taken_in() {
    let mine = key();
    let old = one(&mine, "2025-01-01", "2027-02-01");
    let connection = saml(std::slice::from_ref(&old));
    let next = other("2027-01-01", "2030-01-01");
    let found = planned(&connection, Support::Yes, &seen(&[old.clone(), next.clone()]));
    assert_eq!(steps(&found), ["switch 2027-01-01 to 2027-02-01", "add by 2027-01-25", "remove from 2027-02-01"]);
    assert_eq!(found.rows[0].items[1].presence, Presence::Published);
    // It covers nothing before it is in the file.
    assert_eq!(found.rows[0].until, Some(at("2027-02-01")));
    // The same key with a new certificate is no new trust, and under a strict policy all the same to be replaced.
    let renewed = one(&mine, "2026-11-01", "2030-01-01");
    let found = planned(&connection, no(), &seen(std::slice::from_ref(&renewed)));
    assert!(steps(&found).contains(&"renew by 2027-01-25".to_owned()), "{:?}", steps(&found));
    assert_eq!(found.rows[0].items[0].presence, Presence::Withdrawn);
    let vendor = answering(Capability::SeveralCertificates, no());
    let found = of("q", &connection, &vendor, None, &seen(&[old.clone(), renewed]), terms(Policy::KeyOnly));
    let renew = found.steps.iter().find(|step| step.id == "renew").unwrap();
    assert!(renew.what.contains("nothing is to be done") && renew.by.is_none(), "{renew:?}");
    // One that is published no more is named.
    let found = planned(&saml(&[old, next.clone()]), Support::Yes, &seen(&[next]));
    assert_eq!(steps(&found)[0], "remove at any time");
    assert!(found.steps[0].what.contains("publishes") && found.steps[0].what.contains("no more"));
}

#[test]
fn nothing_and_what_cannot_be_read_has_a_first_step_and_no_end_has_none() {
    let found = planned(&saml(&[]), Support::Yes, &Published::default());
    assert_eq!(steps(&found), ["obtain at any time"]);
    assert_eq!(found.rows[0].state, State::NotCovered);
    let broken = StoredCertificate { sha256: None, not_after: None, pem: "x".to_owned() };
    let found = planned(&saml(&[broken]), Support::Yes, &Published::default());
    assert_eq!(steps(&found), ["mend at any time"]);
    assert_eq!(found.rows[0].state, State::Unreadable);
    let endless = planned(&saml(&[other("2020-01-01", "9999-12-31T23:59:59Z")]), unknown(), &Published::default());
    assert_eq!(steps(&endless), Vec::<String>::new());
    // Too late is told by the days themselves.
    let found = planned(&saml(&[other("2020-01-01", "2026-11-01")]), no(), &Published::default());
    assert_eq!((found.rows[0].until, found.rows[0].state), (None, State::NotCovered));
    assert_eq!(steps(&found)[1], "cut-over 2026-10-02 to 2026-11-01");
    let found = planned(&saml(&[other("2020-01-01", "2026-12-01")]), no(), &Published::default());
    assert_eq!(found.rows[0].state, State::Ending);
}

#[test]
fn the_vendors_own_certificates_go_to_the_identity_provider() {
    let mut connection = saml(&[other("2020-01-01", "9999-12-31")]);
    let sp = &mut connection.saml.as_mut().unwrap().sp;
    sp.signing_certificates = vec![other("2025-01-01", "2027-06-01")];
    sp.encryption_certificates = vec![other("2020-01-01", "2026-01-01"), other("2025-01-01", "2027-06-01")];
    let found = planned(&connection, Support::Yes, &Published::default());
    let of_role = |role: Role| {
        let steps = found.steps.iter().filter(move |step| step.role == role);
        steps.map(|step| format!("{} {} {}", step.id, step.when(), step.commands.join(", "))).collect::<Vec<_>>()
    };
    assert_eq!(
        of_role(Role::SpSigning),
        [
            "obtain 2027-04-02 to 2027-05-02 ssoctl connection set q --sp-metadata SOURCE",
            "hand-over 2027-05-02 to 2027-05-25 ssoctl metadata export q"
        ]
    );
    assert_eq!(of_role(Role::SpEncryption)[0].split(' ').next(), Some("remove"));
    let published = Published { sp_signing: Some(vec![other("2026-11-01", "2030-01-01")]), ..Published::default() };
    let found = planned(&connection, Support::Yes, &published);
    let ids: Vec<&str> = found.steps.iter().filter(|step| step.role == Role::SpSigning).map(|step| step.id).collect();
    assert_eq!(ids, ["remove", "add"]);
}

#[test]
fn secrets_end_on_the_day_that_the_file_says() {
    let text = format!(
        "{BASE}oauth:\n  kind: custom\n  client_secret: command:vault read -field=x secret/hunter2\n  \
         client_secret_expires_on: 2027-06-01\ndirectory:\n  token: env:API_TOKEN\n"
    );
    let mut connection = parsed_for_tests(&text);
    let found = planned(&connection, Support::Yes, &Published::default());
    assert_eq!(found.overlap, None);
    assert_eq!(steps(&found), ["declare at any time", "renew 2027-05-02 to 2027-05-25"]);
    assert_eq!(found.steps[0].commands, ["ssoctl connection set q directory.token_expires_on=DATE"]);
    let roles: Vec<(Role, State)> = found.rows.iter().map(|row| (row.role, row.state)).collect();
    assert_eq!(roles, [(Role::ClientSecret, State::Covered), (Role::ApiToken, State::Undated)]);
    assert!(!found.steps[1].what.contains("hunter2"), "{}", found.steps[1].what);
    connection.directory.as_mut().unwrap().token_expires_on = Some(at("2026-11-01"));
    let found = planned(&connection, Support::Yes, &Published::default());
    assert_eq!((found.rows[1].until, found.rows[1].state), (None, State::NotCovered));
}

#[test]
fn a_day_that_the_file_has_is_a_step_and_takes_the_place_of_what_would_be_asked_for() {
    let old = other("2025-01-01", "2027-02-01");
    let next = other("2026-01-01", "2030-01-01");
    let mut connection = saml(std::slice::from_ref(&old));
    let sha256 = certificate::read(&old).unwrap().sha256;
    let step = |on: &str, add: Option<&StoredCertificate>, remove: Option<&str>| PlannedStep {
        on: at(on),
        add: add.cloned(),
        remove: remove.map(str::to_owned),
    };
    let idp = &mut connection.saml.as_mut().unwrap().idp;
    idp.planned = vec![step("2027-01-10", Some(&next), None), step("2027-01-12", None, Some(&sha256))];
    let found = planned(&connection, Support::Yes, &Published::default());
    // Before it has come the vendor has it not.
    assert_eq!(steps(&found), ["planned on 2027-01-10", "switch 2027-01-10 to 2027-02-01", "planned on 2027-01-12"]);
    let planned = |step: &&Step| step.id == "planned";
    let mut agreed = found.steps.iter().filter(planned);
    assert!(agreed.all(|step| step.commands == ["ssoctl cert step q", "ssoctl connection apply q"]));
    assert!(found.steps[0].title("V").starts_with("add `"), "{}", found.steps[0].title("V"));
    assert!(found.steps[2].title("V").starts_with("remove `"), "{}", found.steps[2].title("V"));
    // Until it is done it covers nothing; published too, it is one and the same.
    assert_eq!(found.rows[0].until, Some(at("2027-02-01")));
    // Those of one day are one step, and a day after the end of the other one is told.
    let mut same = connection.clone();
    let planned_in = |connection: &mut Connection, days: [&str; 2]| {
        for (step, day) in connection.saml.as_mut().unwrap().idp.planned.iter_mut().zip(days) {
            step.on = at(day);
        }
    };
    planned_in(&mut same, ["2027-01-10", "2027-01-10"]);
    let found = self::planned(&same, Support::Yes, &Published::default());
    assert_eq!(steps(&found), ["planned on 2027-01-10", "switch 2027-01-10 to 2027-02-01"]);
    assert!(found.steps[0].what.contains(", remove `"), "{}", found.steps[0].what);
    planned_in(&mut same, ["2027-02-20", "2027-02-20"]);
    let found = self::planned(&same, no(), &Published::default());
    assert_eq!(steps(&found), ["move by 2027-01-25", "planned on 2027-02-20"]);
    let found = self::planned(&connection, no(), &seen(&[old, next]));
    assert_eq!(steps(&found), ["planned on 2027-01-10", "planned on 2027-01-12"]);
    let presence: Vec<Presence> = found.rows[0].items.iter().map(|item| item.presence).collect();
    assert_eq!(presence, [Presence::InFile, Presence::Planned]);
}

#[test]
fn a_certificate_that_is_still_to_begin_has_a_step_for_today() {
    let found = planned(&saml(&[other("2027-01-01", "2029-01-01")]), Support::Yes, &Published::default());
    assert_eq!(steps(&found)[0], "obtain at any time");
    assert!(found.steps[0].what.contains("begins on 2027-01-01"), "{}", found.steps[0].what);
    assert!(found.steps[0].is_due(at(NOW)));
}

#[test]
fn what_was_not_applied_is_to_be_entered_and_covers_nothing() {
    let (old, next) = (other("2025-01-01", "2026-12-20"), other("2026-01-01", "2030-01-01"));
    let planned = |file: &[StoredCertificate], record: &[StoredCertificate], support| {
        let vendor = answering(Capability::SeveralCertificates, support);
        of("q", &saml(file), &vendor, Some(&saml(record)), &Published::default(), terms(Policy::Strict))
    };
    let both = [old.clone(), next.clone()];
    let found = planned(&both, std::slice::from_ref(&old), Support::Yes);
    assert_eq!((found.rows[0].until, found.rows[0].state), (Some(at("2026-12-20")), State::Ending));
    let enter = found.steps.iter().find(|step| step.id == "enter").unwrap();
    assert_eq!(enter.commands, ["ssoctl connection diff q", "ssoctl connection apply q"]);
    assert_eq!(enter.by, Some(at("2026-12-13")));
    // Too late is told by the day itself.
    let over = planned(std::slice::from_ref(&next), &[other("2020-01-01", "2026-11-10")], Support::Yes);
    assert!(steps(&over).contains(&"enter by 2026-11-03".to_owned()), "{:?}", steps(&over));
    // Where it holds one, the cut-over says it all, until it was done here alone.
    let ids = |found: &Rollover| found.steps.iter().map(|step| step.id).collect::<Vec<_>>();
    assert!(!ids(&planned(&both, std::slice::from_ref(&old), no())).contains(&"enter"));
    assert!(ids(&planned(std::slice::from_ref(&next), std::slice::from_ref(&old), no())).contains(&"enter"));
    assert!(!ids(&planned(&both, &both, Support::Yes)).contains(&"enter"));
}
