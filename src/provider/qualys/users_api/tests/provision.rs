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
