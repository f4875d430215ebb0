//! What each seed says of a login, by the smallest connection and user that show it.

use super::*;
use crate::model::connection::Connection;
use crate::provider::tests::built_in;
use crate::rules::accounts::Account;

const QUALTRICS: &str = "version: 1\nprovider: qualtrics\nname: Prod\nstatus:\n  enabled: true\nsettings:\n  brand_id: testbrand\n  \
    data_center: iad1\nsaml:\n  idp:\n    entity_id: e\nattributes:\n  email: Mail\n  username: uid\n  user_type: Role\n\
    provisioning:\n  valid_email_domains: ['*']\n";
const QVIDIAN: &str = "version: 1\nprovider: qvidian\nname: Prod\nstatus:\n  enabled: true\nsaml:\n  idp:\n    entity_id: e\n\
    attributes:\n  username: uid\n  groups: Groups\nmappings:\n- {field: groups, value: Writers, to: [Author, Reader]}\n\
    - {field: groups, value: Bosses, to: [Admin]}\n";
const QUALYS: &str = "version: 1\nprovider: qualys\nname: Prod\nstatus:\n  enabled: true\nsaml:\n  idp:\n    entity_id: e\n\
    attributes:\n  external_id: qualysguard_external_id\nlogin:\n  match_by: external_id\n  exit_url: https://www.example.org/\n";
const QUALIFIO: &str = "version: 1\nprovider: qualifio\nname: Prod\nstatus:\n  enabled: true\noauth:\n  kind: custom\n  scope: openid email\n\
    attributes:\n  email: email\nlogin:\n  email_domains: [example.org, old.example.org]\n";
const INO: &str =
    "version: 1\nprovider: ino-cx\nname: Prod\nstatus:\n  enabled: true\nsaml:\n  idp:\n    entity_id: e\n";

/// `name=value`, more of one name are more values; `=value` is the subject.
fn who(pairs: &[&str]) -> Identity {
    let mut identity = Identity::default();
    for pair in pairs {
        match pair.split_once('=').unwrap() {
            ("", subject) => identity.subject = Some(subject.to_owned()),
            (name, value) => identity.push(name, value),
        }
    }
    identity
}

fn account(username: &str) -> Account {
    Account { id: Some(format!("id-{username}")), username: username.to_owned(), ..Account::default() }
}

fn login(file: &str, user: &[&str], accounts: Option<Vec<Account>>) -> Decision {
    let connection: Connection = crate::workspace::parsed_for_tests(file);
    let vendor = built_in(&connection.provider);
    let accounts = accounts.map(Accounts::new);
    let fields = vendor.rule_fields();
    let setting = |name: &str| vendor.fact(&connection.settings, name);
    let engine = Engine::new(Question {
        connection: &connection,
        reference: "prod",
        policy: &vendor.rules,
        username: vendor.username.as_ref(),
        fields: &fields,
        relay_state: connection.saml.as_ref().and_then(|saml| saml.sp.default_relay_state.as_deref()),
        setting: &setting,
        accounts: accounts.as_ref(),
    });
    engine.decide(&who(user))
}

fn verdict(decision: &Decision) -> (&'static str, &'static str) {
    (decision.verdict.word(), decision.code)
}

/// The verdict at Qualtrics with what is added under `provisioning:` or below it.
fn at_qualtrics(more: &str, user: &[&str], accounts: &[&str]) -> Decision {
    let accounts = accounts.iter().map(|name| account(name)).collect();
    login(&format!("{QUALTRICS}{more}"), user, Some(accounts))
}

const ANNA: [&str; 3] = ["Mail=anna@example.org", "uid=123456", "Role=Student"];

#[test]
fn a_user_whose_account_has_the_value_and_the_brand_is_let_in() {
    let decision = at_qualtrics("", &ANNA, &["123456#testbrand", "123456"]);
    assert_eq!(verdict(&decision), ("allow", "account-found"));
    assert_eq!(decision.username.as_deref(), Some("123456#testbrand"));
    assert_eq!(decision.account.as_deref(), Some("id-123456#testbrand"));
    assert!(decision.changes.is_empty(), "nothing is updated unless that is on");
    let find = decision.trace.iter().find(|step| step.rule == "find").unwrap();
    assert_eq!(find.seed.as_deref(), Some("seed 001, User Migration Options"));
    assert_eq!(find.source.as_deref(), Some("Qualtrics documentation: User Migration Options"));
    assert_eq!(policy::source_of("seed 004: Step 2", ""), "vendor's documentation: Step 2");
    assert_eq!(policy::source_of("RFC 7643 4.1.1: userName", "Qualys"), "RFC 7643 4.1.1: userName");
}

#[test]
fn names_of_attributes_are_exact_and_near_ones_are_explained() {
    let decision = at_qualtrics("", &["mail=anna@example.org", "uid=1"], &[]);
    assert_eq!(verdict(&decision), ("deny", "attribute-missing"));
    assert!(
        decision.summary.contains("`mail` did") && decision.summary.contains("capital and small letters"),
        "{}",
        decision.summary
    );
    let url = ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/mail=a@example.org"];
    assert!(at_qualtrics("", &url, &[]).summary.contains("claims/mail` did"));
    // The same attribute by another of its well-known names, or one that is spelt alike.
    let told = |user: &[&str]| {
        let decision = at_qualtrics("", user, &[]);
        (decision.summary, decision.mend.map(|mend| mend.told("q")).unwrap_or_default())
    };
    let (why, mend) = told(&["urn:oid:0.9.2342.19200300.100.1.3=a@example.org"]);
    assert!(why.ends_with("`urn:oid:0.9.2342.19200300.100.1.3` did, which is mail"), "{why}");
    let set = "`ssoctl connection set q attributes.email=urn:oid:0.9.2342.19200300.100.1.3`";
    assert_eq!(mend, format!("that is mail: {set}"));
    let (why, mend) = told(&["uid=1", "Mial=a@example.org"]);
    assert!(why.contains("`Mial` did"), "{why}");
    assert_eq!(mend, "if that is the one: `ssoctl connection set q attributes.email=Mial`");
    assert!(told(&["mail =a@example.org"]).1.ends_with("set q 'attributes.email=mail '`"));
    // What would be written as an escape is another name.
    assert_eq!(told(&["mail\u{200b}=a@example.org"]).1, "correct `attributes.email` in `connections/q.yaml`");
    assert_eq!(told(&["Mail'=a@example.org"]).1, "correct `attributes.email` in `connections/q.yaml`");
    assert_eq!(told(&["x=1"]).1, "");
    let none = at_qualtrics("", &["=anna"], &[]);
    assert!(none.summary.contains("none came at all"), "{}", none.summary);
}

#[test]
fn the_username_falls_back_to_the_address_and_never_to_the_name_id() {
    let decision = at_qualtrics("", &["Mail=anna@example.org", "=123456"], &["anna@example.org#testbrand"]);
    assert_eq!(verdict(&decision), ("allow", "account-found"));
    let decision = at_qualtrics("", &["Mail=a#b@example.org"], &[]);
    assert_eq!(verdict(&decision), ("deny", "username-refused"));
}

#[test]
fn valid_domains_gate_enrolment_and_later_logins() {
    let listed = QUALTRICS.replace("['*']", "[example.org]");
    let at = |user: &[&str]| verdict(&login(&listed, user, Some(vec![account("1#testbrand")])));
    assert_eq!(at(&["Mail=a@example.org", "uid=1"]), ("allow", "account-found"));
    assert_eq!(at(&["Mail=a@EXAMPLE.org", "uid=1"]), ("allow", "account-found"));
    for address in ["a@example.com", "a@sub.example.org", "a"] {
        assert_eq!(at(&[&format!("Mail={address}"), "uid=1"]), ("deny", "email-domain-not-valid"), "{address}");
    }
}

#[test]
fn who_has_no_account_gets_one_only_with_just_in_time_provisioning() {
    assert_eq!(verdict(&at_qualtrics("", &ANNA, &[])), ("deny", "user-unknown"));
    let decision = at_qualtrics("  just_in_time: true\n  notify_admins: true\n", &ANNA, &[]);
    assert_eq!(verdict(&decision), ("allow", "account-created"));
    assert_eq!(
        (decision.changes[0].what.as_str(), decision.changes[0].after.as_str()),
        ("account", "123456#testbrand")
    );
    assert_eq!(decision.notifications.len(), 1);
    assert_eq!(decision.roles, ["user_type: the brand's default self-enrollment user type"]);
}

#[test]
fn existing_users_are_renamed_or_asked_as_the_migration_options_say() {
    let change = "  just_in_time: true\nmigration:\n  change_on_login: true\n";
    let decision = at_qualtrics(change, &ANNA, &["123456"]);
    assert_eq!(verdict(&decision), ("allow", "account-renamed"));
    assert_eq!(decision.changes[0].before.as_deref(), Some("123456"));
    assert_eq!(decision.changes[0].after, "123456#testbrand");
    assert_eq!(verdict(&at_qualtrics(change, &ANNA, &["other"])), ("allow", "account-created"));
    let merge = "  just_in_time: true\nmigration:\n  merge_on_login: true\n";
    assert_eq!(verdict(&at_qualtrics(merge, &ANNA, &["123456"])), ("prompt", "merge-question"));
    assert_eq!(verdict(&at_qualtrics(merge, &ANNA, &["123456#testbrand"])), ("allow", "account-found"));
}

#[test]
fn mappings_apply_at_the_first_login_and_later_only_with_update_on_every_login() {
    let map = "mappings:\n- {field: user_type, value: Student, to: [Participant]}\n";
    let first = at_qualtrics(&format!("  just_in_time: true\n{map}"), &ANNA, &[]);
    assert_eq!(
        (first.roles.as_slice(), first.used.as_slice()),
        (&["user_type: Participant".to_owned()][..], &[Used::ValidEmailDomain(0), Used::Mapping(0)][..])
    );
    let later = |on: &str| at_qualtrics(&format!("  update_on_every_login: {on}\n{map}"), &ANNA, &["123456#testbrand"]);
    assert!(later("false").roles.is_empty() && later("false").changes.is_empty());
    let changed: Vec<String> = later("true").changes.into_iter().map(|change| change.what).collect();
    assert_eq!(changed, ["email", "first_name", "last_name", "user_type"]);
}

#[test]
fn user_type_validation_refuses_the_unmapped_at_each_login() {
    let strict =
        "  user_type_validation: true\nmappings:\n- {field: user_type, value: Staff, to: [Standard Account]}\n";
    let at = |role: &str| at_qualtrics(strict, &["Mail=a@example.org", "uid=1", role], &["1#testbrand"]);
    assert_eq!(verdict(&at("Role=Staff")), ("allow", "account-found"));
    let denied = at("Role=staff");
    assert_eq!(verdict(&denied), ("deny", "user-type-unmapped"));
    assert!(denied.summary.contains("mapping 1 has `Staff`"), "{}", denied.summary);
    assert!(at("Role=Staff::Student").summary.contains("joined by `::`"));
}

#[test]
fn google_passes_no_attributes_of_ones_own() {
    let google = "version: 1\nprovider: qualtrics\nname: G\nsettings:\n  brand_id: b\noauth:\n  kind: google\nprovisioning:\n  \
        just_in_time: true\n  valid_email_domains: [treadmade.org]\n";
    let decision = login(google, &["email=barnabys@treadmade.org", "given_name=B"], Some(Vec::new()));
    assert_eq!(
        (verdict(&decision), decision.username.as_deref()),
        (("allow", "account-created"), Some("barnabys@treadmade.org#b"))
    );
    assert_eq!(verdict(&login(google, &["email=x@example.org"], Some(Vec::new()))), ("deny", "email-domain-not-valid"));
}

#[test]
fn what_depends_on_what_nobody_here_knows_is_said_with_the_verdict() {
    let google = "version: 1\nprovider: qualtrics\nname: G\nsettings:\n  brand_id: b\noauth:\n  kind: google\nprovisioning:\n  \
        just_in_time: true\n  valid_email_domains: ['*']\n";
    let anybody = login(google, &["email=a@gmail.com"], Some(Vec::new()));
    assert!(anybody.summary.ends_with("if its e-mail domain is one of the organization's own"), "{}", anybody.summary);
    let noted = |decision: &Decision, rule: &str| {
        decision.trace.iter().any(|step| step.rule == rule && step.outcome == Outcome::Noted)
    };
    assert!(noted(&anybody, "email-domain"));
    let nowhere = QUALIFIO.replace("login:\n  email_domains: [example.org, old.example.org]\n", "");
    let known = vec![Account { email: Some("a@anything.example".to_owned()), ..account("a") }];
    let unrouted = login(&nowhere, &["email=a@anything.example"], Some(known));
    assert!(
        noted(&unrouted, "routed-domain") && unrouted.summary.ends_with("if the vendor was sent its e-mail domain")
    );
    let by_login = QUALYS.replace("match_by: external_id", "match_by: login");
    assert!(noted(&login(&by_login, &["=abcd_ef"], Some(vec![account("abcd_ef")])), "subject"));
    // Without a list of users, what happens to who has no account is told.
    let otherwise = |more: &str| {
        let decision = login(&format!("{QUALTRICS}{more}"), &ANNA, None);
        decision.trace.iter().find(|step| step.rule == "find").unwrap().result.clone()
    };
    let summary = |more: &str| login(&format!("{QUALTRICS}{more}"), &ANNA, None).summary;
    assert!(summary("").ends_with("if that account is there"));
    assert!(summary("  just_in_time: true\n").ends_with("if that account is there, else one is made"));
    assert!(otherwise("").ends_with("if not, the user is denied"));
    assert!(otherwise("  just_in_time: true\n").ends_with("if not, one is made"));
    let both = "  just_in_time: true\nmigration:\n  merge_on_login: true\n  change_on_login: true\n";
    assert!(
        otherwise(both)
            .ends_with("an account `123456` is renamed; without that one the user is asked for an older account")
    );
}

#[test]
fn without_openid_in_the_scope_no_id_token_is_validated() {
    let file = QUALIFIO.replace("openid email", "email");
    let decision = login(&file, &["email=a@example.org"], None);
    assert!(decision.trace.iter().any(|step| step.rule == "id-token" && step.outcome == Outcome::Noted));
    assert_eq!(verdict(&decision), ("allow", "account-not-looked-up"));
}

/// The verdict at Qvidian with what is added.
fn at_qvidian(more: &str, groups: &[&str], accounts: &[&str]) -> Decision {
    let groups: Vec<String> = groups.iter().map(|group| format!("Groups={group}")).collect();
    let mut user = vec!["uid=anna"];
    user.extend(groups.iter().map(String::as_str));
    let accounts = accounts.iter().map(|name| Account { roles: vec!["Old".to_owned()], ..account(name) }).collect();
    login(&format!("{QVIDIAN}{more}"), &user, Some(accounts))
}

#[test]
fn unknown_users_are_denied_unless_new_user_provisioning_is_on() {
    assert_eq!(verdict(&at_qvidian("", &["Writers"], &[])), ("deny", "user-unknown"));
    let on = "provisioning:\n  just_in_time: true\n  default_roles: [Everyone]\n";
    let mapped = at_qvidian(on, &["Writers|Bosses"], &[]);
    assert_eq!(
        (verdict(&mapped), mapped.roles),
        (("allow", "account-created"), vec!["Author".to_owned(), "Reader".to_owned(), "Admin".to_owned()])
    );
    assert_eq!(at_qvidian(on, &["Cooks"], &[]).roles, ["Everyone"]);
    assert_eq!(verdict(&at_qvidian("provisioning:\n  just_in_time: true\n", &["Cooks"], &[])), ("deny", "no-role"));
}

#[test]
fn roles_are_set_anew_only_where_they_are_managed() {
    let kept = at_qvidian("", &["Writers"], &["anna"]);
    assert_eq!((verdict(&kept), kept.roles), (("allow", "account-found"), vec!["Old".to_owned()]));
    let managed = at_qvidian("provisioning:\n  update_roles_on_every_login: true\n", &["Bosses"], &["anna"]);
    assert_eq!(
        (managed.roles.as_slice(), managed.changes[0].before.as_deref()),
        (&["Admin".to_owned()][..], Some("Old"))
    );
    let none = at_qvidian("provisioning:\n  update_roles_on_every_login: true\n", &[], &["anna"]);
    assert_eq!(verdict(&none), ("deny", "no-role"));
}

#[test]
fn authorized_groups_are_compared_in_exact_case() {
    let gate = "provisioning:\n  authorized_groups: [Bosses, Cooks]\n";
    assert_eq!(verdict(&at_qvidian(gate, &["Cooks"], &["anna"])), ("allow", "account-found"));
    let denied = at_qvidian(gate, &["cooks"], &["anna"]);
    assert_eq!(verdict(&denied), ("deny", "group-not-authorized"));
    assert!(denied.summary.contains("exact case"), "{}", denied.summary);
    assert_eq!(verdict(&at_qvidian(gate, &[], &["anna"])), ("deny", "group-not-authorized"));
}

#[test]
fn the_delimiter_parts_the_assertions_groups_and_nothing_else() {
    let semicolon = "provisioning:\n  just_in_time: true\n  group_delimiter: ';;'\n";
    assert_eq!(at_qvidian(semicolon, &["Cooks;;Bosses"], &[]).roles, ["Admin"]);
    let pipe = at_qvidian(semicolon, &["Cooks|Bosses"], &[]);
    assert_eq!(verdict(&pipe), ("deny", "no-role"));
    let noted = pipe.trace.iter().any(|step| step.outcome == Outcome::Noted && step.result.contains("joined by `|`"));
    assert!(noted, "{:?}", pipe.trace);
    assert_eq!(at_qvidian("provisioning:\n  just_in_time: true\n", &["Cooks", "Bosses"], &[]).roles, ["Admin"]);
}

#[test]
fn users_are_found_by_external_id_or_login_and_never_made() {
    let with = |id: &str, external: &str, sso: Option<bool>| Account {
        external_id: Some(external.to_owned()),
        sso,
        ..account(id)
    };
    let user = ["qualysguard_external_id=anna@example.org"];
    let one = login(QUALYS, &user, Some(vec![with("abcd_ef", "anna@example.org", Some(true))]));
    assert_eq!((verdict(&one), one.username.as_deref()), (("allow", "account-found"), Some("abcd_ef")));
    assert_eq!(one.exit_url.as_deref(), Some("https://www.example.org/"));
    // It may be the one that was picked of several, and what nobody has looked up has no username yet.
    assert!(
        one.trace.iter().any(|step| step.result == "`abcd_ef` has external_id `anna@example.org`"),
        "{:?}",
        one.trace
    );
    let unseen = login(QUALYS, &user, None);
    let summary = "by external_id `anna@example.org`, if an account has it";
    assert_eq!((unseen.username.as_deref(), unseen.summary.as_str()), (None, summary));
    assert_eq!(verdict(&login(QUALYS, &user, Some(Vec::new()))), ("deny", "user-unknown"));
    let off = login(QUALYS, &user, Some(vec![with("abcd_ef", "anna@example.org", Some(false))]));
    assert_eq!(verdict(&off), ("deny", "sso-off-for-user"));
    let two = vec![with("abcd_ef", "anna@example.org", None), with("abcd_gh", "anna@example.org", None)];
    assert_eq!(verdict(&login(QUALYS, &user, Some(two))), ("prompt", "choose-account"));
    let by_login = QUALYS.replace("match_by: external_id", "match_by: login");
    let found = login(&by_login, &["=abcd_ef"], Some(vec![with("abcd_ef", "x", Some(true))]));
    assert_eq!(verdict(&found), ("allow", "account-found"));
    let near = login(QUALYS, &user, Some(vec![with("abcd_ef", "Anna@example.org", Some(true))]));
    assert_eq!(verdict(&near), ("deny", "user-unknown"));
    assert!(near.trace.iter().any(|step| step.result.contains("differs in case alone")), "{:?}", near.trace);
}

#[test]
fn a_domain_that_changed_is_not_routed_here() {
    let known = |address: &str| Some(vec![Account { email: Some(address.to_owned()), ..account("a") }]);
    let at = |address: &str| verdict(&login(QUALIFIO, &[&format!("email={address}")], known(address)));
    assert_eq!(at("a@example.org"), ("allow", "account-found"));
    assert_eq!(at("a@OLD.example.org"), ("allow", "account-found"));
    assert_eq!(at("a@new.example.org"), ("deny", "domain-not-routed"));
    assert_eq!(verdict(&login(QUALIFIO, &["email=b@example.org"], known("a@example.org"))), ("deny", "user-unknown"));
}

#[test]
fn a_user_must_be_linked_to_the_connector() {
    let linked = |to: &[&str]| {
        let connections = Some(to.iter().map(|one| (*one).to_owned()).collect());
        Some(vec![Account { connections, ..account("a@example.org") }])
    };
    assert_eq!(verdict(&login(INO, &["=a@example.org"], linked(&["prod", "other"]))), ("allow", "account-found"));
    assert_eq!(verdict(&login(INO, &["=a@example.org"], linked(&["other"]))), ("deny", "not-linked"));
    assert_eq!(verdict(&login(INO, &["=abc"], linked(&["prod"]))), ("deny", "username-refused"));
    let outbound = "version: 1\nprovider: ino-cx\nname: H\noauth:\n  kind: outbound\n  method: HubSpot\n";
    assert_eq!(verdict(&login(outbound, &["=a@example.org"], linked(&["prod"]))), ("deny", "outbound-no-login"));
}

#[test]
fn an_account_that_is_not_active_is_denied() {
    let off = Account { active: Some(false), ..account("1#testbrand") };
    let decision = login(QUALTRICS, &["Mail=a@example.org", "uid=1"], Some(vec![off]));
    assert_eq!(verdict(&decision), ("deny", "account-inactive"));
}

#[test]
fn attributes_for_dashboards_are_joined_and_may_be_too_long() {
    let captured = "dashboard_attributes: [Region, Unique ID]\n";
    let at = |region: &[&str]| {
        let mut user = ANNA.to_vec();
        user.extend(region);
        at_qualtrics(captured, &user, &["123456#testbrand"])
    };
    let steps = |decision: &Decision| -> Vec<String> {
        let steps = decision.trace.iter().filter(|step| step.rule == "dashboard-attribute");
        steps.map(|step| format!("{}: {}", step.outcome.word(), step.result)).collect()
    };
    let two = at(&["Region=EU", "Region=US", "Unique ID=7"]);
    assert_eq!(two.changes[0].after, "EU::US");
    assert_eq!(steps(&two)[0], "passed: `Region` is captured, 6 characters");
    // 499 + 2 + 499 fits; one more does not, since `::` counts.
    let half = "x".repeat(499);
    let long = |last: &str| at(&[&format!("Region={half}"), &format!("Region={half}{last}"), "Unique ID=7"]);
    assert_eq!(long("").changes.len(), 2);
    let too_long = long("y");
    assert_eq!((verdict(&too_long), too_long.changes.len()), (("allow", "account-found"), 1));
    assert!(steps(&too_long)[0].contains("has 1001 characters"), "{:?}", steps(&too_long));
    let near = at(&["region=EU"]);
    assert!(steps(&near)[0].contains("`region` did"), "{:?}", steps(&near));
    assert!(steps(&near)[1].contains("every participant must have it"), "{:?}", steps(&near));
}

#[test]
fn the_browser_goes_where_the_file_says_and_else_where_the_relay_state_leads() {
    let relay =
        QUALTRICS.replace("saml:\n", "saml:\n  sp:\n    default_relay_state: https://b.example/ControlPanel/\n");
    let at = |file: &str| login(file, &ANNA, Some(vec![account("123456#testbrand")]));
    assert_eq!(at(&relay).landing_url.as_deref(), Some("https://b.example/ControlPanel/"));
    let opaque = at(&relay.replace("https://b.example/ControlPanel/", "ss:mem:1"));
    assert_eq!(opaque.landing_url, None);
    assert!(opaque.trace.iter().any(|step| step.rule == "relay-state"
        && step.outcome == Outcome::Noted
        && step.result.contains("`ss:mem:1`")));
    let said = at(&format!("{relay}login:\n  landing_url: https://a.example/\n"));
    assert_eq!(said.landing_url.as_deref(), Some("https://a.example/"));
    let denied = login(&relay, &ANNA, Some(Vec::new()));
    assert_eq!((verdict(&denied), denied.landing_url), (("deny", "user-unknown"), None));
}

#[test]
fn a_leaver_with_a_password_still_gets_in_where_the_mode_is_mixed() {
    let known = || Some(vec![Account { email: Some("a@example.org".to_owned()), ..account("a") }]);
    let mode = |more: &str| {
        let decision = login(&format!("{QUALIFIO}{more}"), &["email=a@example.org"], known());
        let step = decision.trace.iter().find(|step| step.rule == "mode").unwrap();
        (step.outcome, step.result.clone(), step.seed.is_some())
    };
    for mixed in ["", "  mode: mixed\n"] {
        assert!(matches!(mode(mixed), (Outcome::Noted, why, true) if why.contains("still gets in")));
    }
    assert!(matches!(mode("  mode: sso-only\n"), (Outcome::Passed, why, true) if why.contains("cannot get in")));
    let entra = QUALIFIO.replace("kind: custom", "kind: entra");
    let asked = login(&entra, &["email=a@example.org"], known());
    assert!(asked.trace.iter().any(|step| step.rule == "consent" && step.outcome == Outcome::Noted));
}

#[test]
fn logging_out_ends_one_session_or_both() {
    let told = |file: &str| {
        let decision = login(file, &["uid=anna", "Groups=Writers"], Some(vec![account("anna")]));
        decision.trace.iter().find(|step| step.rule == "single-logout").unwrap().result.clone()
    };
    assert!(told(QVIDIAN).contains("leaves the session"));
    let on = QVIDIAN.replace("attributes:", "  options:\n    single_logout: true\nattributes:");
    assert!(told(&on).contains("logs out at the identity provider too"));
}

#[test]
fn no_domain_listed_is_any_domain_but_not_with_google() {
    let none = QUALTRICS.replace("provisioning:\n  valid_email_domains: ['*']\n", "");
    let decision = login(&none, &ANNA, Some(vec![account("123456#testbrand")]));
    assert_eq!(verdict(&decision), ("allow", "account-found"));
    let google = "version: 1\nprovider: qualtrics\nname: G\nsettings:\n  brand_id: b\noauth:\n  kind: google\nattributes:\n  \
        email: Mail\n  user_type: Role\n";
    let user = ["email=a@example.org", "Mail=a@example.com", "Role=Student"];
    assert_eq!(verdict(&login(google, &user, None)), ("deny", "email-domain-not-valid"));
    let any = login(&format!("{google}provisioning:\n  valid_email_domains: ['*']\n"), &user, None);
    assert_eq!((verdict(&any), any.username.as_deref()), (("allow", "account-not-looked-up"), Some("a@example.org#b")));
    assert!(any.trace.iter().any(|step| step.result.contains("Google passes the address and the names alone")));
}

#[test]
fn an_unmapped_value_leaves_an_account_as_it_is() {
    let map = "  update_on_every_login: true\nmappings:\n- {field: user_type, value: Staff, to: [Standard Account]}\n";
    let decision = at_qualtrics(map, &ANNA, &["123456#testbrand"]);
    assert!(decision.changes.iter().all(|change| change.what != "user_type"), "{:?}", decision.changes);
    assert!(decision.trace.iter().any(|step| step.rule == "mapping-default" && step.outcome == Outcome::Noted));
    let made = at_qualtrics(&format!("  just_in_time: true\n{map}"), &ANNA, &[]);
    assert!(made.changes.iter().any(|change| change.what == "user_type" && change.after.contains("default")));
}

#[test]
fn of_two_accounts_one_at_least_must_be_switched_on() {
    let with = |login: &str, sso| Account { external_id: Some("x".to_owned()), sso: Some(sso), ..account(login) };
    let user = ["qualysguard_external_id=x"];
    let one = login(QUALYS, &user, Some(vec![with("a", true), with("b", false)]));
    assert_eq!(verdict(&one), ("prompt", "choose-account"));
    assert!(one.trace.iter().any(|step| step.outcome == Outcome::Noted && step.result.contains("off: b")), "{one:?}");
    let none = login(QUALYS, &user, Some(vec![with("a", false), with("b", false)]));
    assert_eq!(verdict(&none), ("deny", "sso-off-for-user"));
}

#[test]
fn groups_that_serve_nobody_are_noted_where_roles_are_kept() {
    let noted = |groups: &[&str]| {
        let decision = at_qvidian("", groups, &["anna"]);
        decision.trace.iter().any(|step| step.rule == "default-roles" && step.outcome == Outcome::Noted)
    };
    assert!(noted(&["Cooks"]) && !noted(&["Writers"]));
    let joined = at_qvidian("provisioning:\n  authorized_groups: [Bosses]\n", &["Cooks::Bosses"], &["anna"]);
    assert!(joined.summary.contains("joined by `::`, and groups are parted at `|`"), "{}", joined.summary);
}

#[test]
fn rules_that_no_login_used_or_can_use_are_found() {
    let file = format!(
        "{QVIDIAN}- {{field: groups, value: writers, to: [A]}}\n- {{field: groups, value: 'a|b', to: [A]}}\n- {{field: groups, \
         value: Bosses, to: [B]}}\n- {{field: division, value: X, to: [B]}}\nprovisioning:\n  authorized_groups: [Writers, Bosses, \
         'x|y', writers, Writers]\n  default_roles: [Everyone]\n  update_roles_on_every_login: true\n"
    );
    let connection: Connection = crate::workspace::parsed_for_tests(&file);
    let vendor = built_in("qvidian");
    let mut coverage = coverage::Coverage::new(&connection, &vendor.rules);
    let decision = login(&file, &["uid=anna", "Groups=Writers"], Some(vec![account("anna")]));
    coverage.add(&decision.used);
    let unused: Vec<String> = coverage.unused().map(|rule| format!("{} {}", rule.kind, rule.text)).collect();
    assert_eq!(unused.len() + 2, coverage.rules().count(), "{unused:?}");
    assert!(unused.contains(&"mapping groups `Bosses` to Admin".to_owned()));
    assert!(unused.contains(&"default-roles Everyone".to_owned()));
    let weak: Vec<String> = coverage::weaknesses(&connection, &vendor.rules)
        .into_iter()
        .map(|one| format!("{} {}", one.code, one.message.split(':').next().unwrap()))
        .collect();
    assert_eq!(
        weak,
        [
            "near-duplicate mapping 3 is nearly mapping 1",
            "unreachable mapping 4",
            "repeated mapping 5 has the group `Bosses` of mapping 2",
            "unreachable mapping 6",
            "near-duplicate differs only by capital and small letters",
            "shadowed `Writers` is there already, as number 1",
            "unreachable `x|y` has the delimiter `|` in it, at which groups are parted",
        ]
    );
    let types = format!(
        "{QUALTRICS}mappings:\n- {{field: user_type, value: S, to: [P]}}\n- {{field: user_type, value: S, to: [Q]}}\n- {{field: \
         division, value: D, to: [E]}}\n"
    );
    let types: Connection = crate::workspace::parsed_for_tests(&types.replace("['*']", "['*', example.org]"));
    let codes: Vec<&str> =
        coverage::weaknesses(&types, &built_in("qualtrics").rules).into_iter().map(|one| one.code).collect();
    assert_eq!(codes, ["shadowed", "unreachable", "shadowed"]);
}

#[test]
fn a_test_says_what_is_not_as_it_expects() {
    use crate::rules::expect::Expect;
    use crate::rules::expect::ExpectedChange;
    let decision = at_qualtrics("  just_in_time: true\n", &ANNA, &[]);
    let change = |what: &str, after: Option<&str>| ExpectedChange {
        what: what.to_owned(),
        before: None,
        after: after.map(str::to_owned),
    };
    let right = Expect {
        decision: Verdict::Allow,
        code: Some("account-created".to_owned()),
        username: Some("123456#testbrand".to_owned()),
        account: Some(String::new()),
        roles: Some(decision.roles.clone()),
        changes: Some(decision.changes.iter().rev().map(|one| change(&one.what, None)).collect()),
        landing_url: Some(String::new()),
        exit_url: None,
    };
    assert_eq!(right.mismatches(&decision), []);
    let wrong = Expect {
        decision: Verdict::Deny,
        username: Some("123456".to_owned()),
        roles: Some(Vec::new()),
        changes: Some(vec![change("account", Some("x"))]),
        ..right
    };
    let told: Vec<&str> = wrong.mismatches(&decision).iter().map(|one| one.what).collect();
    assert_eq!(told, ["decision", "username", "roles", "changes"]);
}

#[test]
fn whoever_has_an_account_under_another_name_is_told_to_have_that_renamed() {
    let ben = Account { email: Some("anna@example.org".to_owned()), ..account("ben") };
    let denied = login(QUALTRICS, &ANNA, Some(vec![ben.clone()]));
    assert_eq!(verdict(&denied), ("deny", "user-unknown"));
    let mend = denied.mend.unwrap().told("q");
    assert!(
        mend.contains("`ben,123456`") && mend.contains("`ssoctl users migrate --csv FILE --connection q`"),
        "{mend}"
    );
    // Of two with the address nobody knows which.
    let both = vec![ben.clone(), Account { username: "bob".to_owned(), ..ben.clone() }];
    assert_eq!(login(QUALTRICS, &ANNA, Some(both)).mend, None);
    let just_in_time = format!("{QUALTRICS}  just_in_time: true\n");
    let made = login(&just_in_time, &ANNA, Some(vec![ben]));
    assert_eq!((verdict(&made), made.mend), (("allow", "account-created"), None));
}

#[test]
fn without_a_fact_that_usernames_are_made_of_nobody_is_let_in() {
    let file = QUALTRICS.replace("  brand_id: testbrand\n", "");
    let unknown = login(&file, &ANNA, None);
    assert_eq!(verdict(&unknown), ("deny", "username-setting-missing"));
    assert_eq!(unknown.mend.unwrap().told("q"), "say it: `ssoctl connection set q settings.brand_id=..`");
    assert_eq!(unknown.username, None);
}

#[test]
fn an_account_that_must_be_there_gets_nothing_of_a_first_login() {
    let map = "mappings:\n- {field: user_type, value: Student, to: [Participant]}\n";
    let first = |decision: &Decision| decision.trace.iter().any(|step| step.rule.starts_with("mapping"));
    let off = login(&format!("{QUALTRICS}{map}"), &ANNA, None);
    assert_eq!((verdict(&off), off.roles.len(), first(&off)), (("allow", "account-not-looked-up"), 0, false));
    let on = login(&format!("{QUALTRICS}  just_in_time: true\n{map}"), &ANNA, None);
    assert_eq!((on.roles.clone(), first(&on)), (vec!["user_type: Participant".to_owned()], true));
}
