//! Qualys' dialect over its socket.

use base64::Engine as _;

use super::*;

/// Sends a form to a script of Qualys.
fn post(sandbox: &Sandbox, script: &str, form: &str) -> Got {
    post_as(sandbox, "abcd_ap:rehearsal", script, form)
}

fn post_as(sandbox: &Sandbox, pair: &str, script: &str, form: &str) -> Got {
    let request = format!(
        "POST /msp/{script} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {}\r\nX-Requested-With: test\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
        sandbox.address,
        base64::engine::general_purpose::STANDARD.encode(pair),
        form.len()
    );
    sandbox.send(&request, Duration::from_secs(10))
}

fn sandbox(change: impl FnOnce(&mut Options)) -> Sandbox {
    Sandbox::start(|options| {
        options.provider = "qualys".to_owned();
        options.operator = SeedUser { username: "abcd_ap".to_owned(), ..SeedUser::default() };
        let seed = |login: &str, external_id: Option<&str>, status: Option<&str>| SeedUser {
            username: login.to_owned(),
            external_id: external_id.map(str::to_owned),
            first_name: Some("A&B".to_owned()),
            status: status.map(str::to_owned),
            ..SeedUser::default()
        };
        options.seed = vec![
            seed("abcd_ef", None, None),
            seed("abcd_gh", Some("E12]]>"), None),
            seed("abcd_ij", None, Some("pending")),
        ];
        change(options);
    })
}

fn logins(got: &Got) -> Vec<String> {
    let parts = got.body.split("<USER_LOGIN>").skip(1);
    parts.filter_map(|part| part.split_once("</USER_LOGIN>").map(|(login, _)| login.to_owned())).collect()
}

#[test]
fn the_list_has_what_qualys_documents_and_its_filters() {
    let sandbox = sandbox(|_| {});
    let all = post(&sandbox, "user_list.php", "");
    assert_eq!((all.status, all.header("content-type")), (200, Some("text/xml; charset=UTF-8")));
    let doctype = format!("<!DOCTYPE USER_LIST_OUTPUT SYSTEM \"https://{}/user_list_output.dtd\">", sandbox.address);
    for part in [
        doctype.as_str(),
        "<EXTERNAL_ID><![CDATA[E12]]]]><![CDATA[>]]></EXTERNAL_ID>",
        "<FIRSTNAME><![CDATA[A&B]]></FIRSTNAME>",
        "<LAST_LOGIN_DATE>N/A</LAST_LOGIN_DATE>",
        "<USER_STATUS>Pending Activation</USER_STATUS>",
        "<USER_ROLE>Manager</USER_ROLE>",
    ] {
        assert!(all.body.contains(part), "{part}: {}", all.body);
    }
    assert_eq!(logins(&all), ["abcd_ef", "abcd_gh", "abcd_ij", "abcd_ap"]);
    assert_eq!(logins(&post(&sandbox, "user_list.php", "external_id_contains=E1")), ["abcd_gh"]);
    assert_eq!(logins(&post(&sandbox, "user_list.php", "external_id_contains=e1")), [] as [&str; 0]);
    assert_eq!(logins(&post(&sandbox, "user_list.php", "external_id_assigned=1")), ["abcd_gh"]);
    assert_eq!(logins(&post(&sandbox, "user_list.php", "external_id_assigned=0")), ["abcd_ef", "abcd_ij", "abcd_ap"]);
    for bad in [
        "external_id_assigned=2",
        "external_id_assigned=0&external_id_contains=x",
        &format!("external_id_contains={}", "x".repeat(257)),
    ] {
        let got = post(&sandbox, "user_list.php", bad);
        assert!(got.status == 200 && got.body.contains("<ERROR number=\"9002\">"), "{got:?}");
    }
}

#[test]
fn only_the_right_pair_may_ask_and_the_words_of_a_401_are_plain() {
    let sandbox = sandbox(|_| {});
    for pair in ["abcd_ap:wrong", "abcd_ef:rehearsal", ""] {
        let got = post_as(&sandbox, pair, "user_list.php", "");
        assert_eq!((got.status, got.header("content-type")), (401, Some("text/plain")), "{pair}");
    }
    assert_eq!(post(&sandbox, "user_list2.php", "").status, 404);
}

#[test]
fn an_edit_changes_what_is_sent_and_a_no_comes_with_200() {
    let sandbox = sandbox(|_| {});
    let got = post(&sandbox, "user.php", "action=edit&login=abcd_ef&external_id=E%26%C3%A4");
    assert!(got.status == 200 && got.body.contains("<RETURN status=\"SUCCESS\">"), "{got:?}");
    let line = &sandbox.log()[0];
    assert_eq!(
        (line["user_id"].as_str(), line["before"].as_str(), line["after"].as_str()),
        (Some("abcd_ef"), Some(""), Some("E&\u{e4}"))
    );
    assert!(post(&sandbox, "user.php", "action=edit&login=abcd_ef&external_id=").body.contains("SUCCESS"));
    assert_eq!(sandbox.log()[1]["after"], "");
    for (form, number) in [
        ("action=edit&login=abcd_zz&external_id=x", "9001"),
        ("action=edit&login=abcd_ef&user_role=Manager", "9003"),
        ("action=edit&login=abcd_ef&shoe_size=42", "9002"),
        ("action=dance&login=abcd_ef", "9002"),
        ("action=activate&login=abcd_ij", "9004"),
        ("action=deactivate&login=abcd_ij", "9004"),
        ("action=add&first_name=A&last_name=B&email=a@example.org&user_role=Reader", "9005"),
    ] {
        let got = post(&sandbox, "user.php", form);
        let failed = format!("<RETURN status=\"FAILED\" number=\"{number}\">");
        assert!(got.status == 200 && got.body.contains(&failed), "{form}: {got:?}");
    }
    assert!(post(&sandbox, "user.php", "action=deactivate&login=abcd_ef").body.contains("SUCCESS"));
    assert!(post(&sandbox, "user_list.php", "").body.contains("<USER_STATUS>Inactive</USER_STATUS>"));
}

#[test]
fn a_new_account_gets_a_login_that_is_made_and_a_password_where_no_mail_is_sent() {
    let sandbox = sandbox(|_| {});
    let form = "action=add&first_name=Zoe&last_name=Yu&email=z@example.org&user_role=Scanner&business_unit=Unassigned\
                &asset_groups=Paris,New+York&external_id=E7";
    let quiet = post(&sandbox, "user.php", &format!("{form}&send_email=0"));
    assert!(quiet.body.contains("<USER_LOGIN>sbox_zy</USER_LOGIN>") && quiet.body.contains("<PASSWORD>"), "{quiet:?}");
    let second = post(&sandbox, "user.php", form);
    assert!(second.body.contains("sbox_zy1 user has been") && !second.body.contains("PASSWORD"), "{second:?}");
    let list = post(&sandbox, "user_list.php", "external_id_contains=E7");
    assert_eq!(logins(&list), ["sbox_zy", "sbox_zy1"]);
    assert!(list.body.contains("<ASSET_GROUP_TITLE><![CDATA[New York]]></ASSET_GROUP_TITLE>"), "{list:?}");
    assert!(list.body.contains("Pending Activation") && list.body.contains("<USER_ROLE>Scanner</USER_ROLE>"));
}

#[test]
fn a_blocked_call_is_409_with_the_headers_of_the_limit_that_is_reached() {
    let sandbox = sandbox(|options| {
        options.faults.rules = vec!["throttle=100%@list".parse().unwrap()];
        options.faults.retry_after = fault::RetryAfter::Seconds(7);
    });
    let (mut windows, mut concurrent) = (0, 0);
    for _ in 0..30 {
        let got = post(&sandbox, "user_list.php", "");
        assert!(got.status == 409 && got.body.contains("<SIMPLE_RETURN>"), "{got:?}");
        assert_eq!(
            (got.header("x-ratelimit-limit"), got.header("x-ratelimit-window-sec")),
            (Some("300"), Some("3600"))
        );
        match (got.header("x-ratelimit-towait-sec"), got.header("x-concurrency-limit-running")) {
            (Some("7"), Some("1")) => windows += 1,
            (Some("0"), Some("2")) => concurrent += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(windows > 0 && concurrent > 0);
    assert_eq!(post(&sandbox, "user_list.php", "external_id_assigned=1").status, 200);
}

#[test]
fn a_unit_manager_sees_its_unit_alone() {
    let sandbox = sandbox(|options| options.operator_type = "Unit Manager".to_owned());
    assert_eq!(logins(&post(&sandbox, "user_list.php", "")), ["abcd_ap"]);
}

#[test]
fn a_refusal_by_fault_comes_with_200_and_changes_nothing() {
    let sandbox = sandbox(|options| options.faults.rules = vec!["refuse=100%@put,list".parse().unwrap()]);
    let edit = post(&sandbox, "user.php", "action=edit&login=abcd_ef&external_id=x");
    assert!(edit.status == 200 && edit.body.contains("<RETURN status=\"FAILED\" number=\"9999\">"), "{edit:?}");
    let list = post(&sandbox, "user_list.php", "");
    assert!(list.status == 200 && list.body.contains("<ERROR number=\"9999\">"), "{list:?}");
    assert_eq!(logins(&post(&sandbox, "user_list.php", "external_id_contains=x")), [] as [&str; 0]);
    assert_eq!(sandbox.log()[0]["changed"], false);
}

#[test]
fn a_copy_that_lags_behind_has_not_heard_of_a_new_account() {
    let sandbox = sandbox(|options| options.faults.rules = vec!["stale=at:1@get".parse().unwrap()]);
    let form = "action=add&first_name=Zoe&last_name=Yu&email=z@example.org&user_role=Scanner&business_unit=Unassigned\
                &external_id=E12]]%3E7";
    assert!(post(&sandbox, "user.php", form).body.contains("SUCCESS"));
    let list = || logins(&post(&sandbox, "user_list.php", "external_id_contains=E12"));
    assert_eq!((list(), list()), (vec!["abcd_gh".to_owned()], vec!["abcd_gh".to_owned(), "sbox_zy".to_owned()]));
}
