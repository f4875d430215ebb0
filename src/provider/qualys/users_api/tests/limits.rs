//! When a call is blocked, and when a list is larger or longer than it may be.

use super::*;

fn conflict(headers: &'static [(&'static str, &'static str)]) -> Peer {
    saying(
        "409 Conflict",
        headers,
        "<SIMPLE_RETURN><RESPONSE><CODE>1965</CODE><TEXT>slow down</TEXT></RESPONSE></SIMPLE_RETURN>",
    )
}

// vendors.md 2.5.
#[test]
fn a_409_is_throttling_where_a_limit_is_reached_and_a_no_otherwise() {
    for (headers, wait) in [
        (
            &[("x-ratelimit-limit", "300"), ("x-ratelimit-towait-sec", "181"), ("x-ratelimit-remaining", "0")][..],
            Some(181),
        ),
        (&[("x-ratelimit-towait-sec", "7")], Some(7)),
        (&[("x-concurrency-limit-limit", "2"), ("x-concurrency-limit-running", "2")], None),
        // A concurrency block wins; the wait of the other limit is told all the same.
        (
            &[
                ("x-concurrency-limit-limit", "2"),
                ("x-concurrency-limit-running", "3"),
                ("x-ratelimit-remaining", "100"),
                ("x-ratelimit-towait-sec", "0"),
            ],
            None,
        ),
        (&[("x-concurrency-limit-running", "2")], None),
        (&[("x-ratelimit-remaining", "0")], None),
    ] {
        let peer = conflict(headers);
        for error in [rename(&api(&peer), "x").unwrap_err(), api(&peer).page(None).unwrap_err()] {
            let CallError::Throttled { wait: asked, detail } = &error else { panic!("{headers:?}: {error:?}") };
            assert_eq!(*asked, wait.map(Duration::from_secs), "{headers:?}");
            assert!(detail.contains("1965 slow down"), "{detail}");
        }
    }
    for headers in [
        &[][..],
        &[("x-ratelimit-limit", "300"), ("x-ratelimit-remaining", "299"), ("x-ratelimit-towait-sec", "0")],
        &[("x-concurrency-limit-limit", "2"), ("x-concurrency-limit-running", "1"), ("x-ratelimit-remaining", "9")],
        &[("retry-after", "5")],
    ] {
        let peer = conflict(headers);
        for error in [rename(&api(&peer), "x").unwrap_err(), api(&peer).page(None).unwrap_err()] {
            assert!(matches!(error, CallError::Refused { status: 409, .. }), "{headers:?}: {error:?}");
        }
    }
    // The gateway's own status.
    let gateway = saying("429 Too Many Requests", &[("retry-after", "5")], "");
    let error = rename(&api(&gateway), "x").unwrap_err();
    assert!(
        matches!(error, CallError::Throttled { wait: Some(wait), .. } if wait == Duration::from_secs(5)),
        "{error:?}"
    );
}

#[test]
fn the_allowance_in_the_headers_of_a_good_answer_is_kept_to() {
    let peer = saying(
        "200 OK",
        &[
            ("x-ratelimit-limit", "300"),
            ("x-ratelimit-window-sec", "3600"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-towait-sec", "40"),
        ],
        list(&[user("abcd_ap", None, "Manager")]),
    );
    let clock = Arc::new(crate::http::pace::tests::Still::default());
    let pace = crate::http::pace::Pace::new(Arc::<crate::http::pace::tests::Still>::clone(&clock), Arc::default());
    let mut api = api(&peer);
    api.http = Paced::new(crate::provider::tests::client(), Arc::new(pace), Duration::from_millis(500));
    api.operator().unwrap();
    api.operator().unwrap();
    assert_eq!(crate::model::clock::Clock::elapsed(&*clock), Duration::from_secs(40));
}

#[test]
fn a_list_larger_than_the_limit_is_stopped_at_it() {
    let mut small = api(&saying("200 OK", &[], list(&vec![user("abcd_ap", None, "Manager"); 100])));
    small.list.bytes = 10_000;
    let error = small.account(&id("abcd_zz"), &[]).unwrap_err();
    assert!(
        matches!(error, CallError::Malformed { .. }) && shown(&error).contains("larger than 10000 bytes"),
        "{error}"
    );
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let endless = Peer::start(move |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<USER_LIST_OUTPUT><USER_LIST>").ok();
        let user = user("abcd_ef", None, "Reader");
        while stream.write_all(user.as_bytes()).is_ok() {
            count.fetch_add(user.len(), Ordering::Relaxed);
        }
        false
    });
    let mut api = api(&endless);
    api.list.bytes = 1 << 20;
    let error = api.account(&id("abcd_zz"), &[]).unwrap_err();
    assert!(matches!(error, CallError::Malformed { .. }) && shown(&error).contains("body-too-large"), "{error}");
    // The limit and what the kernel buffers between the two.
    assert!(written.load(Ordering::Relaxed) < 50_000_000);
}

#[test]
fn a_list_that_stalls_or_breaks_off_is_no_list() {
    let stalling = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<USER_LIST_OUTPUT><USER_LIST>").ok();
        std::thread::sleep(Duration::from_secs(2));
        false
    });
    let mut api_of_it = api(&stalling);
    assert_eq!(api_of_it.list.timeout, Duration::from_secs(5));
    api_of_it.list.timeout = Duration::from_millis(300);
    let error = api_of_it.page(None).unwrap_err();
    assert!(matches!(error, CallError::Unreachable { .. }) && shown(&error).contains("timeout"), "{error}");
    let broken = Peer::start(|_, stream| {
        let whole = response("200 OK", &[], list(&[user("abcd_ap", None, "Manager")]).as_bytes());
        stream.write_all(&whole[..whole.len() - 40]).ok();
        false
    });
    let error = api(&broken).page(None).unwrap_err();
    assert!(matches!(error, CallError::Unreachable { .. }) && shown(&error).contains("connection-lost"), "{error}");
}

// attacks 4.1: X1, X2, X3, X8.
#[test]
fn hostile_lists_are_refused_in_bounded_time_and_nothing_is_fetched() {
    let target = Peer::answering(|_| response("200 OK", &[], b"<!ENTITY a 'secret'>"));
    let (url, good) = (target.url(), user("abcd_ap", None, "Manager"));
    let wrap = |prolog: &str, users: &str| {
        format!("{prolog}<USER_LIST_OUTPUT><USER_LIST>{users}</USER_LIST></USER_LIST_OUTPUT>")
    };
    let bomb = (1..=9).map(|n| format!("<!ENTITY e{n} '{}'>", format!("&e{};", n - 1).repeat(10))).collect::<String>();
    for (body, words) in [
        (
            wrap(&format!("<!DOCTYPE r [<!ENTITY e0 'lol'>{bomb}]>"), "<USER><USER_LOGIN>&e9;</USER_LOGIN></USER>"),
            "doctype",
        ),
        (wrap(&format!("<!DOCTYPE r SYSTEM '{url}' []>"), &good), "doctype"),
        (
            wrap(&format!("<!DOCTYPE r [<!ENTITY a SYSTEM '{url}'>]>"), "<USER><USER_LOGIN>&a;</USER_LOGIN></USER>"),
            "doctype",
        ),
        (wrap(&format!("<!DOCTYPE r [<!ENTITY % p SYSTEM '{url}'>%p;]>"), &good), "doctype"),
        (wrap(&format!("<!DOCTYPE r SYSTEM '{url}\"><!--'>"), "<![CDATA[-->]]>"), "doctype"),
        (wrap(&format!("<!DOCTYPE r SYSTEM '{url}'>"), "<USER><USER_LOGIN>&a;</USER_LOGIN></USER>"), "xml-malformed"),
        (wrap("", &"<USER>".repeat(1000)), "xml-too-deep"),
        (
            wrap("", &format!("<USER {}/>", (0..100).map(|n| format!("a{n}='' ")).collect::<String>())),
            "xml-too-many-attributes",
        ),
        (wrap("", &format!("<USER><USER_LOGIN>{}</USER_LOGIN></USER>", "x".repeat(200 << 10))), "xml-piece-too-large"),
        (
            wrap(
                "",
                &format!(
                    "<USER><USER_LOGIN>a</USER_LOGIN><ASSIGNED_ASSET_GROUPS>{}</ASSIGNED_ASSET_GROUPS></USER>",
                    "<ASSET_GROUP_TITLE>x</ASSET_GROUP_TITLE>".repeat(10_001)
                ),
            ),
            "asset groups",
        ),
        (wrap("", "<USER><USER_LOGIN>a\u{0}</USER_LOGIN></USER>"), "xml-malformed"),
    ] {
        let begun = Instant::now();
        let error = api(&saying("200 OK", &[], body)).page(None).unwrap_err();
        assert!(matches!(error, CallError::Malformed { .. }) && shown(&error).contains(words), "{words}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(3), "{words}");
    }
    let plain = wrap(&format!("<!DOCTYPE USER_LIST_OUTPUT SYSTEM \"{url}/user_list_output.dtd\">"), &good);
    assert_eq!(api(&saying("200 OK", &[], plain)).page(None).unwrap().accounts.len(), 1);
    let public = wrap(&format!("<!DOCTYPE USER_LIST_OUTPUT PUBLIC '-//x//EN' '{url}/x.dtd'>"), &good);
    assert_eq!(api(&saying("200 OK", &[], public)).page(None).unwrap().accounts.len(), 1);
    assert_eq!(target.connections(), 0, "a DTD was fetched");
}

#[test]
fn a_long_list_of_short_users_is_not_taken_for_an_attack() {
    let users: String =
        (0..20_000).map(|n| format!("<USER><USER_LOGIN>a{n}</USER_LOGIN><USER_STATUS/><USER_ROLE/></USER>")).collect();
    let page = api(&saying("200 OK", &[], list(&[users]))).page(None).unwrap();
    assert_eq!((page.accounts.len(), page.next), (20_000, None));
}
