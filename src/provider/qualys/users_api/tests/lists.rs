//! The list as a whole, one account in it, who holds a value, and who asks.

use super::*;

const USERS: &[(&str, Option<&str>, &str)] = &[
    ("abcd_ap", None, "Manager"),
    ("abcd_ef", Some("E1"), "Scanner"),
    ("abcd_gh", Some("E12"), "Reader"),
    ("abcd_ij", None, "Reader"),
];

#[test]
fn a_user_is_read_with_all_that_is_known_of_it() {
    let peer = subscription(USERS);
    let page = api(&peer).page(None).unwrap();
    assert_eq!((page.accounts.len(), page.next), (4, None));
    assert_eq!(
        page.accounts[1],
        Account {
            id: id("abcd_ef"),
            username: Username("abcd_ef".to_owned()),
            external_id: Some("E1".to_owned()),
            email: Some("anna@example.org".to_owned()),
            first_name: Some("Anna".to_owned()),
            last_name: Some("O&apos;Neil & <Sons>".to_owned()),
            status: Some("Active".to_owned()),
            roles: vec!["Scanner".to_owned()],
            groups: vec!["New York".to_owned(), "Paris".to_owned()],
            version: None,
        }
    );
    assert_eq!(page.accounts[0].key(KeyField::ExternalId), "");
    let request = &peer.received()[0];
    assert_eq!((request.line.as_str(), request.body.as_str()), ("POST /msp/user_list.php HTTP/1.1", ""));
    assert_common(request);
    assert!(matches!(api(&peer).page(Some("2")), Err(CallError::Malformed { .. })));
}

#[test]
fn an_external_id_is_kept_byte_by_byte_and_an_empty_one_is_none() {
    let users = [
        "<USER><USER_LOGIN> a </USER_LOGIN><EXTERNAL_ID><![CDATA[ x]]>&amp;<!-- c --><![CDATA[]y]]]></EXTERNAL_ID></USER>",
        "<USER><EXTERNAL_ID><![CDATA[]]></EXTERNAL_ID><USER_LOGIN>b</USER_LOGIN><CONTACT_INFO/></USER>",
        "<USER><USER_LOGIN>c</USER_LOGIN><EXTERNAL_ID/></USER>",
    ];
    let page = api(&saying("200 OK", &[], list(&users.map(str::to_owned)))).page(None).unwrap();
    let read: Vec<(&str, Option<&str>)> =
        page.accounts.iter().map(|account| (account.id.0.as_str(), account.external_id.as_deref())).collect();
    assert_eq!(read, [("a", Some(" x&]y]")), ("b", None), ("c", None)]);
}

#[test]
fn a_list_that_is_not_what_the_api_promises_is_malformed() {
    let good = user("abcd_ap", None, "Manager");
    for body in [
        String::new(),
        "<html><body>Sign in".to_owned(),
        "{}".to_owned(),
        "<USER_LIST_OUTPUT/>".to_owned(),
        list(&[]),
        list(&["<USER><USER_ID>1</USER_ID></USER>".to_owned()]),
        list(&["<USER><USER_LOGIN> </USER_LOGIN></USER>".to_owned()]),
        list(&["<USER><USER_LOGIN>a</USER_LOGIN><USER_LOGIN>b</USER_LOGIN></USER>".to_owned()]),
        list(&[good.replace("<USER_STATUS>", "<EXTERNAL_ID>1</EXTERNAL_ID><EXTERNAL_ID>2</EXTERNAL_ID><USER_STATUS>")]),
        list(&["<USER><USER_LOGIN>a<X>b</X></USER_LOGIN></USER>".to_owned()]),
        list(&[good.clone(), good.clone()]),
        list(std::slice::from_ref(&good)).replace("</USER_LIST></USER_LIST_OUTPUT>", ""),
        list(std::slice::from_ref(&good)).replace("</USER_LIST>", "</USER_LIST><ERROR/><ERROR/>"),
        list(std::slice::from_ref(&good)).replace("USER_LIST_OUTPUT>", "OTHER>"),
        output(YES),
        "<SIMPLE_RETURN><RESPONSE><TEXT>done</TEXT></RESPONSE></SIMPLE_RETURN>".to_owned(),
    ] {
        let error = api(&saying("200 OK", &[], body.clone())).page(None).unwrap_err();
        assert!(matches!(error, CallError::Malformed { .. }), "{body}: {error:?}");
    }
    let odd = api(&saying("200 OK", &[], list(&[good.replace("USER_LOGIN", "LOGIN")]))).page(None).unwrap_err();
    assert!(shown(&odd).contains("a user without USER_LOGIN (answer-unexpected)"), "{odd}");
}

#[test]
fn an_error_under_status_200_is_told_with_its_number() {
    for body in [
        format!("{DOCTYPE}<USER_LIST_OUTPUT><ERROR number=\"999\">Internal error.</ERROR></USER_LIST_OUTPUT>"),
        list(&[user("abcd_ef", None, "Reader")])
            .replace("</USER_LIST>", "</USER_LIST><ERROR number='999'>Internal error.</ERROR>"),
    ] {
        let peer = saying("200 OK", &[], body);
        for error in [api(&peer).page(None).unwrap_err(), api(&peer).operator().unwrap_err()] {
            let CallError::Refused { status: 200, code, message } = &error else { panic!("{error:?}") };
            assert_eq!((code.as_str(), message.as_str()), ("999", "Internal error."));
        }
    }
}

#[test]
fn one_account_is_looked_for_by_the_values_that_it_may_have() {
    let ask = |login: &str, likely: &[&str]| {
        let peer = subscription(USERS);
        let found = api(&peer).account(&id(login), likely).unwrap();
        (found.map(|account| account.external_id), bodies(&peer))
    };
    // Values before the empty one, whatever their order, and each once.
    assert_eq!(
        ask("abcd_ef", &["", "E0", "E0", "E1"]),
        (Some(Some("E1".to_owned())), vec!["external_id_contains=E0".into(), "external_id_contains=E1".into()])
    );
    assert_eq!(
        ask("abcd_ij", &["", "E9"]),
        (Some(None), vec!["external_id_contains=E9".into(), "external_id_assigned=0".into()])
    );
    // A substring finds it too, and shows what it has now.
    assert_eq!(ask("abcd_gh", &["E1"]), (Some(Some("E12".to_owned())), vec!["external_id_contains=E1".into()]));
    // In none of them: the whole list says what it has.
    assert_eq!(
        ask("abcd_ef", &["", "x y"]),
        (
            Some(Some("E1".to_owned())),
            vec!["external_id_contains=x+y".into(), "external_id_assigned=0".into(), String::new()]
        )
    );
    // A filter that cannot be asked for is not asked for.
    let long = "x".repeat(257);
    assert_eq!(ask("abcd_ef", &[&long]), (Some(Some("E1".to_owned())), vec![String::new()]));
    let peer = subscription(USERS);
    assert!(matches!(api(&peer).account(&id(""), &[]), Err(CallError::Malformed { .. })));
    assert_eq!(peer.received().len(), 0);
}

#[test]
fn a_filter_that_is_refused_where_nobody_fits_leads_to_the_whole_list() {
    let peer = Peer::answering(|request| {
        let body = match request.body.is_empty() {
            true => list(&[user("abcd_ap", None, "Manager"), user("abcd_ef", Some("E7"), "Reader")]),
            false => "<USER_LIST_OUTPUT><ERROR number='2010'>no users</ERROR></USER_LIST_OUTPUT>".to_owned(),
        };
        response("200 OK", &[], body.as_bytes())
    });
    let found = api(&peer).account(&id("abcd_ef"), &["E1", ""]).unwrap().unwrap();
    assert_eq!((found.external_id.as_deref(), peer.received().len()), (Some("E7"), 3));
}

#[test]
fn only_the_list_of_somebody_who_sees_all_says_that_an_account_is_gone() {
    assert_eq!(api(&subscription(USERS)).account(&id("abcd_zz"), &["E1"]).unwrap(), None);
    for (peer, words) in [
        (subscription(&[("abcd_ap", None, "Unit Manager"), ("abcd_ef", None, "Reader")]), "a Unit Manager"),
        (subscription(&[("abcd_ap", None, ""), ("abcd_ef", None, "Reader")]), "without a role"),
        (subscription(&[("abcd_ef", None, "Manager")]), "its role is not known"),
    ] {
        let error = api(&peer).account(&id("abcd_zz"), &[]).unwrap_err();
        let CallError::Refused { code, message, .. } = &error else { panic!("{error:?}") };
        assert_eq!(code, "not-listed");
        assert!(message.contains(words) && message.contains("may exist all the same"), "{message}");
    }
}

#[test]
fn the_operator_is_found_in_the_list_and_told_where_it_does_not_see_all() {
    let peer = subscription(&[("abcd_xy", None, "Reader"), ("ABCD_ap", Some("E"), "Unit Manager")]);
    let api_of_it = api(&peer);
    let operator = api_of_it.operator().unwrap();
    assert_eq!((operator.user_id, operator.account_type.as_deref()), (id("ABCD_ap"), Some("Unit Manager")));
    assert_eq!(operator.brand_id, "127.0.0.1");
    let manager = api(&subscription(USERS));
    for (api, words) in [(&api_of_it, Some("`ABCD_ap` is a Unit Manager")), (&manager, None)] {
        let told = api.partial(&api.operator().unwrap());
        assert_eq!(told.is_some(), words.is_some());
        assert!(words.is_none_or(|words| told.is_some_and(|told| told.contains(words))));
    }
    let unseen = api(&subscription(&[("abcd_ef", None, "Reader")]));
    let operator = unseen.operator().unwrap();
    assert_eq!((operator.username.as_str(), operator.account_type.as_deref()), ("abcd_ap", None));
    assert!(unseen.partial(&operator).unwrap().contains("not in the list"));
}

#[test]
fn who_holds_a_value_is_compared_here_and_not_by_the_vendors_substring() {
    let peer = subscription(USERS);
    let logins = |value: &str| -> Vec<String> {
        api(&peer).holders(value).unwrap().into_iter().map(|account| account.username.0).collect()
    };
    assert_eq!(logins("E1"), ["abcd_ef"]);
    assert_eq!(logins("e1"), [] as [&str; 0]);
    assert_eq!(logins(""), ["abcd_ap", "abcd_ij"]);
    assert_eq!(logins(&"x".repeat(300)), [] as [&str; 0]);
    assert_eq!(bodies(&peer), ["external_id_contains=E1", "external_id_contains=e1", "external_id_assigned=0"]);
}

#[test]
fn an_answer_is_not_read_beyond_what_was_looked_for() {
    let peer = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<USER_LIST_OUTPUT><USER_LIST>").ok();
        let user = user("abcd_ef", Some("E1"), "Reader");
        while stream.write_all(user.as_bytes()).is_ok() {}
        false
    });
    let found = api(&peer).account(&id("abcd_ef"), &["E1"]).unwrap().unwrap();
    assert_eq!(found.external_id.as_deref(), Some("E1"));
}
