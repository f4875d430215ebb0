//! Servers that page well, and each way of paging badly by its name.

use super::*;

const CURSOR: &str = r#"{"patch":{"supported":true},"filter":{"supported":true,"maxResults":100},
    "pagination":{"cursor":true,"index":true,"defaultPaginationMethod":"cursor","maxPageSize":2}}"#;
/// Three accounts on a page.
const INDEX: &str = r#"{"patch":{"supported":true},"filter":{"supported":true,"maxResults":3}}"#;

fn user(number: usize) -> String {
    format!(r#"{{"id":"u{number}","userName":"user{number}@example.org"}}"#)
}

fn users(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(user).collect()
}

fn listing(users: &[String], total: usize) -> Vec<u8> {
    ok(&list(&users.iter().map(String::as_str).collect::<Vec<_>>(), total))
}

/// A parameter of the query, as it came.
fn parameter<'a>(request: &'a Received, name: &str) -> Option<&'a str> {
    let query = request.line.split(' ').nth(1)?.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn number(request: &Received, name: &str) -> usize {
    parameter(request, name).unwrap().parse().unwrap()
}

/// What a good server gives for `startIndex` and `count` of so many accounts.
fn slice(request: &Received, of: usize, most: usize) -> Vec<String> {
    let start = number(request, "startIndex");
    users((start..=of).take(number(request, "count").min(most)))
}

/// Every key in the order of the list, and no more pages than a good list would have.
fn scan(peer: &Peer) -> CallResult<Vec<String>> {
    let api = api(peer);
    let (mut ids, mut cursor) = (Vec::new(), None);
    for _ in 0..50 {
        let page = api.page(cursor.as_deref())?;
        ids.extend(page.accounts.into_iter().map(|account| account.id.0));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(ids),
        }
    }
    panic!("an endless list");
}

fn all(of: usize) -> Vec<String> {
    (1..=of).map(|number| format!("u{number}")).collect()
}

fn refused(peer: &Peer) -> String {
    let error = scan(peer).unwrap_err();
    let CallError::Misdirected { code: "directory-inconsistent", detail, .. } = &error else { panic!("{error:?}") };
    detail.clone()
}

#[test]
fn a_good_server_is_read_to_its_end_and_can_be_read_twice() {
    let peer = server(INDEX, |request| listing(&slice(request, 7, 100), 7));
    for _ in 0..2 {
        assert_eq!(scan(&peer).unwrap(), all(7));
    }
    let starts: Vec<usize> = asked(&peer).iter().take(4).map(|request| number(request, "startIndex")).collect();
    assert_eq!(starts, [1, 4, 7, 8]);
    assert!(asked(&peer).iter().all(|request| number(request, "count") == 3));
    let api = api(&peer);
    let second = api.page(None).unwrap().next.unwrap();
    assert_eq!(second, "index:4");
    assert!(api.page(Some(&second)).is_ok() && api.page(Some(&second)).is_ok(), "as after a failure");
    for bad in ["", "4", "index:", "index:0", "index:-1", "page:4"] {
        assert!(matches!(api.page(Some(bad)), Err(CallError::Malformed { .. })), "{bad}");
    }
    let empty = server(INDEX, |_| ok(r#"{"totalResults":0}"#));
    assert!(scan(&empty).unwrap().is_empty());
}

#[test]
fn a_server_that_caps_count_is_read_on_by_what_it_gave() {
    let peer = server(INDEX, |request| listing(&slice(request, 7, 2), 7));
    assert_eq!(scan(&peer).unwrap(), all(7));
    let starts: Vec<usize> = asked(&peer).iter().map(|request| number(request, "startIndex")).collect();
    assert_eq!(starts, [1, 3, 5, 7, 8]);
}

#[test]
fn a_server_that_ignores_count_gives_all_at_once() {
    let peer = server(INDEX, |request| listing(&users(number(request, "startIndex")..=7), 7));
    assert_eq!(scan(&peer).unwrap(), all(7));
}

#[test]
fn a_server_that_ignores_start_index_is_noticed_unless_it_gave_all() {
    let peer = server(INDEX, |request| listing(&users(1..=number(request, "count")), 7));
    assert!(refused(&peer).contains("only accounts that came before"));
    let all_at_once = server(INDEX, |_| listing(&users(1..=7), 7));
    assert_eq!(scan(&all_at_once).unwrap(), all(7));
}

#[test]
fn a_server_that_bounds_start_index_is_noticed() {
    let peer = server(INDEX, |request| listing(&users((number(request, "startIndex").min(4)..=9).take(3)), 9));
    assert!(refused(&peer).contains("`startIndex` 7"));
}

#[test]
fn a_server_that_repeats_a_page_or_changes_the_order_leaves_nobody_out_unnoticed() {
    // The second page begins with the last account of the first one, and one account never comes.
    let overlapping = server(INDEX, |request| {
        let start = number(request, "startIndex");
        listing(&users((start.saturating_sub(1).max(1)..=7).take(if start > 7 { 0 } else { 3 })), 7)
    });
    assert_eq!(scan(&overlapping).unwrap(), ["u1", "u2", "u3", "u3", "u4", "u5", "u6", "u7"], "all came, one twice");
    let shuffled = server(INDEX, |request| match number(request, "startIndex") {
        1 => listing(&users([1, 2, 3]), 6),
        4 => listing(&users([3, 2, 5]), 6),
        _ => listing(&[], 6),
    });
    assert!(refused(&shuffled).contains("ends after 4 of 6"));
}

#[test]
fn a_server_whose_list_shrinks_while_it_is_read_is_noticed() {
    // An account of the first page is deleted, the others move up, and the fourth is never listed.
    let peer = server(INDEX, |request| match number(request, "startIndex") {
        1 => listing(&users([1, 2, 3]), 6),
        4 => listing(&users([5, 6]), 5),
        _ => listing(&[], 5),
    });
    assert!(refused(&peer).contains("has 5 accounts now, and had 6"));
    let grows = server(INDEX, |request| match number(request, "startIndex") {
        1 => listing(&users([1, 2, 3]), 4),
        4 => listing(&users([4, 5]), 5),
        _ => listing(&[], 5),
    });
    assert_eq!(scan(&grows).unwrap(), all(5));
}

#[test]
fn a_server_that_counts_wrongly_is_read_to_its_end_or_refused() {
    let too_many = server(INDEX, |request| listing(&slice(request, 7, 100), 9));
    assert!(refused(&too_many).contains("ends after 7 of 9"));
    let too_few = server(INDEX, |request| listing(&slice(request, 7, 100), 3));
    assert_eq!(scan(&too_few).unwrap(), all(7), "as some count the page and not the list");
    let not_at_all = server(INDEX, |_| ok(r#"{"Resources":[]}"#));
    assert!(matches!(scan(&not_at_all), Err(CallError::Malformed { .. })));
}

#[test]
fn a_server_that_refuses_to_look_behind_the_end_has_come_to_its_end() {
    for status in ["400 Bad Request", "404 Not Found"] {
        let peer = server(INDEX, move |request| match number(request, "startIndex") {
            start @ 1..=7 => listing(&users((start..=7).take(3)), 7),
            _ => error(status, "\"400\"", "invalidValue", "too far"),
        });
        assert_eq!(scan(&peer).unwrap(), all(7), "{status}");
        let early = server(INDEX, move |request| match number(request, "startIndex") {
            start @ 1..=3 => listing(&users((start..=7).take(3)), 7),
            _ => error(status, "\"400\"", "invalidValue", "too far"),
        });
        assert!(scan(&early).is_err(), "{status}");
    }
}

#[test]
fn a_list_that_is_not_what_scim_promises_is_malformed() {
    for body in [
        "{}".to_owned(),
        "[]".to_owned(),
        r#"{"totalResults":1,"Resources":{}}"#.to_owned(),
        r#"{"totalResults":"1","Resources":[]}"#.to_owned(),
        list(&[r#"{"userName":"a"}"#], 1),
        list(&[r#"{"id":"","userName":"a"}"#], 1),
        list(&[r#"{"id":"u1"}"#], 1),
        list(&[r#"{"id":"u1","userName":"a","userName":"b"}"#], 1),
        list(&[r#"{"id":"u1","userName":7}"#], 1),
        format!(r#"{{"totalResults":1,"Resources":{}"#, "[".repeat(100_000)),
    ] {
        let peer = server(INDEX, move |_| ok(&body));
        assert!(matches!(api(&peer).page(None), Err(CallError::Malformed { .. })));
    }
}

fn by_cursor(users: &[String], next: &str) -> Vec<u8> {
    let next = if next.is_empty() { String::new() } else { format!(r#","nextCursor":"{next}""#) };
    ok(&format!(r#"{{"totalResults":5{next},"Resources":[{}]}}"#, users.join(",")))
}

#[test]
fn cursors_are_followed_where_the_server_has_them_by_default() {
    let peer = server(CURSOR, |request| match parameter(request, "cursor").unwrap() {
        "" => by_cursor(&users([1, 2]), "a=/+ b"),
        "a%3D%2F%2B%20b" => by_cursor(&users([3, 4]), "c"),
        "c" => by_cursor(&users([5]), ""),
        _ => error("400 Bad Request", "\"400\"", "invalidCursor", "what?"),
    });
    assert_eq!(scan(&peer).unwrap(), all(5));
    assert!(asked(&peer).iter().all(|request| parameter(request, "startIndex").is_none()));
    assert!(asked(&peer).iter().all(|request| number(request, "count") == 2));
    assert_eq!(api(&peer).page(None).unwrap().next.as_deref(), Some("cursor:a=/+ b"));
    let api = api(&peer);
    api.page(None).unwrap();
    let error = api.page(Some("cursor:old")).unwrap_err();
    assert!(matches!(&error, CallError::Refused { status: 400, code, .. } if code == "invalidCursor"), "{error:?}");
}

#[test]
fn a_server_whose_cursors_go_in_a_circle_or_end_early_is_noticed() {
    let circle = server(CURSOR, |request| match parameter(request, "cursor").unwrap() {
        "" => by_cursor(&users([1, 2]), "a"),
        "a" => by_cursor(&users([3]), "b"),
        _ => by_cursor(&users([4]), "a"),
    });
    assert!(refused(&circle).contains("leads back"));
    let still = server(CURSOR, |request| match parameter(request, "cursor").unwrap() {
        "" => by_cursor(&users([1, 2]), "a"),
        _ => by_cursor(&users([1, 2]), "b"),
    });
    assert!(refused(&still).contains("only accounts that came before"));
    let early = server(CURSOR, |_| by_cursor(&users([1, 2]), ""));
    assert!(refused(&early).contains("ends after 2 of 5"), "a server that ignores `cursor` gives one page");
    let long: &'static str = Box::leak("x".repeat(5000).into_boxed_str());
    let long = server(CURSOR, move |_| by_cursor(&users([1]), long));
    assert!(matches!(scan(&long), Err(CallError::Malformed { .. })));
}
