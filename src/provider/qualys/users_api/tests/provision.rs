//! `action=add` and `action=edit` of fields.

use super::*;

const MADE: &str = "<RETURN status=\"SUCCESS\"><MESSAGE>abcd_zz user has been successfully created.</MESSAGE></RETURN>\
    <USER><USER_LOGIN>abcd_zz</USER_LOGIN><PASSWORD><![CDATA[made-hunter2]]></PASSWORD></USER>";

#[test]
fn an_account_is_made_and_edited_by_post_and_the_password_is_read_past() {
    let peer = saying("200 OK", &[], output(MADE));
    let fields = [("user_role", "scanner"), ("email", "a+b@x.example"), ("send_email", "0")];
    api(&peer).add(&fields).unwrap();
    let request = &peer.received()[0];
    assert_eq!(request.line, "POST /msp/user.php HTTP/1.1");
    assert_eq!(request.body, "action=add&user_role=scanner&email=a%2Bb%40x.example&send_email=0");
    assert_common(request);
    api(&peer).edit(&id("abcd_ef"), &[("asset_groups", "A,B"), ("last_name", "M\u{fc}ller")]).unwrap();
    assert_eq!(peer.received()[1].body, "action=edit&login=abcd_ef&asset_groups=A%2CB&last_name=M%C3%BCller");
    // What breaks off after the password is an unknown outcome, and tells nothing of it.
    for cut in [output(MADE).replace("</USER>", ""), output(MADE).replace("status=\"SUCCESS\"", "")] {
        let error = api(&saying("200 OK", &[], cut)).add(&fields).unwrap_err();
        assert!(matches!(error, CallError::OutcomeUnknown { .. }), "{error:?}");
        shown(&error);
    }
    let no = output("<RETURN status=\"FAILED\" number=\"9\"><MESSAGE>no such asset group</MESSAGE></RETURN>");
    let error = api(&saying("200 OK", &[], no)).add(&fields).unwrap_err();
    assert!(matches!(error, CallError::Refused { status: 200, .. }) && shown(&error).contains("no such asset group"));
}

#[test]
fn of_the_answer_to_a_new_account_no_word_is_told_that_may_be_its_password() {
    let add = |status, body: &str| {
        let error = api(&saying(status, &[], body)).add(&[("user_role", "scanner")]).unwrap_err();
        let told = shown(&error);
        assert!(!told.to_lowercase().contains("secret99"), "{told}");
        (error, told)
    };
    let unclear = "<RETURN><MESSAGE>user abcd_zz created, password Secret99</MESSAGE></RETURN>";
    for (status, body, expected) in [
        ("200 OK", output("<PASSWORD><Secret99></PASSWORD>"), "(xml-malformed)"),
        ("200 OK", output("<PASSWORD>&Secret99;</PASSWORD>"), "(xml-malformed)"),
        ("200 OK", output("<RETURN Secret99=\"1\" Secret99=\"2\"/>"), "(xml-malformed)"),
        ("200 OK", "Secret99".to_owned(), "status 200 with a body that cannot be read"),
        ("200 OK", output(unclear), "neither yes nor no: without words"),
        ("200 OK", output(&unclear.replace("<RETURN>", "<RETURN number=\"Secret99\">")), "without words"),
        ("200 OK", output(&unclear.replace("<RETURN>", "<RETURN number=\"17\">")), "neither yes nor no: 17"),
        ("500 Oops", "created abcd_zz with password Secret99, but mail failed".to_owned(), "status 500"),
        ("500 Oops", output("<RETURN status=\"FAILED\" number=\"7\">made with Secret99</RETURN>"), "status 500: 7"),
        ("408 Late", output("<RETURN status=\"FAILED\">made with Secret99</RETURN>"), "status 408: without words"),
    ] {
        let (error, told) = add(status, &body);
        assert!(matches!(error, CallError::OutcomeUnknown { .. }) && told.contains(expected), "{told}");
    }
    let (_, told) = add("200 OK", "<USER_OUTPUT>\n<PASSWORD><Secret99></PASSWORD></USER_OUTPUT>");
    assert!(told.contains("status 200 with a body that cannot be read at 2:21 (xml-malformed)"), "{told}");
    for (status, body) in [
        ("400 Bad Request", "Secret99".to_owned()),
        ("400 Bad Request", output(unclear)),
        ("401 Unauthorized", "Secret99".to_owned()),
        ("404 Not Found", "Secret99".to_owned()),
        ("429 Slow", "Secret99".to_owned()),
        ("200 OK", output("<RETURN status=\"FAILED\" number=\"Secret99\">no</RETURN>")),
        ("200 OK", output("<RETURN status=\"FAILED\" number=\"1\">bad Password Secret99</RETURN>")),
        ("200 OK", output("<RETURN status=\"FAILED\" number=\"1\">&lt;PASSWORD&gt;Secret99</RETURN>")),
    ] {
        let (error, _) = add(status, &body);
        assert!(!matches!(error, CallError::OutcomeUnknown { .. }), "{error:?}");
    }
    // A definite no is told in the vendor's words, up to there.
    let (_, told) = add("200 OK", &output("<RETURN status=\"FAILED\" number=\"1\">no group X, pwd Secret99</RETURN>"));
    assert!(told.contains("no group X, [not shown"), "{told}");
    let (_, told) = add("400 Bad Request", &output("<RETURN status=\"FAILED\" number=\"1\">no group X</RETURN>"));
    assert!(told.contains("status 400: 1 no group X"), "{told}");
}

#[test]
fn what_an_edit_cannot_change_is_not_sent() {
    let peer = saying("200 OK", &[], output(YES));
    for field in ["user_role", "business_unit", "send_email"] {
        let error = api(&peer).edit(&id("abcd_ef"), &[("last_name", "M"), (field, "x")]).unwrap_err();
        let CallError::Refused { code, message, .. } = &error else { panic!("{error:?}") };
        assert!(code == "not-editable" && message.contains(field), "{error}");
    }
    assert!(peer.received().is_empty());
}

#[test]
fn nobody_has_a_key_only_where_a_list_says_so() {
    let peer = subscription(&[
        ("abcd_a", Some("10"), "Reader"),
        ("abcd_b", Some("1"), "Reader"),
        ("abcd_c", Some("1"), "Reader"),
    ]);
    let logins = |key: &str| -> Vec<String> {
        api(&peer).keyed(key).unwrap().into_iter().map(|account| account.username.0).collect()
    };
    assert_eq!((logins("1"), logins("0")), (vec!["abcd_b".to_owned(), "abcd_c".to_owned()], Vec::new()));
    // A no to the filter says nothing: the whole list is asked.
    let peer = Peer::answering(|request| {
        let body = match request.body.is_empty() {
            true => list(&[user("abcd_b", Some("1"), "Reader")]),
            false => format!("{DOCTYPE}<USER_LIST_OUTPUT><ERROR number=\"999\">no users</ERROR></USER_LIST_OUTPUT>"),
        };
        response("200 OK", &[], body.as_bytes())
    });
    assert_eq!(api(&peer).keyed("1").unwrap().len(), 1);
    assert_eq!(api(&peer).keyed("2").unwrap().len(), 0);
    assert_eq!(peer.received().len(), 4);
    let broken = saying("200 OK", &[], "<html>");
    assert!(matches!(api(&broken).keyed("1"), Err(CallError::Malformed { .. })));
}
