use std::io::Write as _;
use std::time::Instant;

use super::*;
use crate::error::failure_of;
use crate::http::call::Answer;
use crate::http::call::Body;
use crate::http::call::Call;
use crate::http::call::Method;
use crate::http::call::Transport;
use crate::http::credentials::Credentials;
use crate::http::fetch::Download;
use crate::http::fetch::FetchRules;
use crate::http::fetch::Fetched;
use crate::http::guard::Guard;
use crate::http::guard::Origin;
use crate::http::peer::Peer;
use crate::http::peer::response;
use crate::http::roots::Roots;
use crate::secret::Secret;

const TIMEOUT: Duration = Duration::from_millis(400);

fn limits() -> FetchRules {
    FetchRules { max_bytes: 100_000, timeout: TIMEOUT, allow_http: true, ..FetchRules::default() }
}

/// The code, exit code and everything shown of a refused fetch.
fn refused(url: &str, limits: &FetchRules) -> (&'static str, u8, String) {
    let error = match Client::new().fetch(url, limits, None) {
        Ok(Fetched::Missing(failure)) => failure.into(),
        other => other.unwrap_err(),
    };
    let failure = failure_of(&error).unwrap();
    assert!(!failure.hints().is_empty(), "{failure:?}");
    (failure.code(), failure.kind().exit_code(), format!("{failure:?}"))
}

fn fetched(url: &str, limits: &FetchRules) -> Download {
    match Client::new().fetch(url, limits, None).unwrap() {
        Fetched::Document(download) => download,
        other => panic!("{other:?}"),
    }
}

fn body(mut download: Download) -> Vec<u8> {
    download.content.bytes(u64::MAX).unwrap()
}

#[test]
fn fetches_a_document_with_its_headers_and_says_who_asks() {
    let peer = Peer::answering(|_| {
        response("200 OK", &[("content-type", "application/samlmetadata+xml"), ("etag", "\"1\"")], b"<md/>")
    });
    assert_eq!(body(fetched(&format!("{}/m?k=v", peer.url()), &limits())), b"<md/>");
    let request = &peer.received()[0];
    assert_eq!(request.line, "GET /m?k=v HTTP/1.1");
    assert_eq!(request.header("user-agent"), Some(concat!("ssoctl/", env!("CARGO_PKG_VERSION"))));
    assert!(request.header("accept").unwrap().starts_with("application/samlmetadata+xml"));
}

#[test]
fn follows_redirects_without_referer_or_cookie_and_reports_the_last_address() {
    let peer = Peer::answering(|request| {
        if request.line.starts_with("GET /1 ") {
            response("302 Found", &[("location", "/2?t=1"), ("set-cookie", "a=b")], b"")
        } else {
            response("200 OK", &[], b"x")
        }
    });
    let fetched = fetched(&format!("{}/1", peer.url()), &limits());
    assert_eq!(fetched.url, format!("{}/2?t=1", peer.url()));
    let second = &peer.received()[1];
    assert_eq!((second.header("referer"), second.header("cookie")), (None, None));
}

// attacks 4.6: redirects.
#[test]
fn a_redirect_loop_is_counted() {
    let peer = Peer::answering(|_| response("302 Found", &[("location", "/again?t=hunter2")], b""));
    let (code, exit, shown) = refused(&peer.url(), &FetchRules { timeout: DEFAULT_TIMEOUT, ..limits() });
    assert_eq!((code, exit), ("too-many-redirects", 4));
    assert_eq!(peer.received().len(), 6);
    assert!(!shown.contains("hunter2"), "{shown}");
}

// attacks 4.6: odd schemes and credentials, on a later hop.
#[test]
fn a_redirect_without_a_usable_location_is_refused() {
    for location in ["file:///etc/passwd", "https://u:hunter2@127.0.0.1:1/"] {
        let peer = Peer::answering(move |_| response("301 Moved Permanently", &[("location", location)], b""));
        let (code, exit, shown) = refused(&peer.url(), &limits());
        assert_eq!((code, exit), ("redirect-unusable", 4));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_status_other_than_ok_is_told_with_its_number_and_no_query() {
    for (status, hint) in [
        ("404 Not Found", "check the path"),
        ("403 Forbidden", "asks for a login"),
        ("503 Service Unavailable", "try again later"),
    ] {
        let peer = Peer::answering(move |_| response(status, &[], b"no"));
        let (code, exit, shown) = refused(&format!("{}/m?token=hunter2", peer.url()), &limits());
        assert_eq!((code, exit), ("http-status", 4));
        assert!(shown.contains(status) && shown.contains(hint) && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn an_answer_that_never_comes_or_trickles_ends_at_the_time_out() {
    let silent = Peer::start(|_, _| {
        std::thread::sleep(Duration::from_secs(3));
        false
    });
    let trickling = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok();
        (0..300).all(|_| {
            std::thread::sleep(Duration::from_millis(10));
            stream.write_all(b"x").is_ok()
        })
    });
    for peer in [silent, trickling] {
        let begun = Instant::now();
        let (code, exit, shown) = refused(&format!("{}/m?token=hunter2", peer.url()), &limits());
        assert_eq!((code, exit), ("timeout", 4), "{shown}");
        assert!(shown.contains("0.4 seconds") && !shown.contains("hunter2"), "{shown}");
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

// attacks 4.6: oversize.
#[test]
fn an_endless_body_stops_at_the_limit() {
    let written = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let endless = Peer::start(move |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok();
        while stream.write_all(&[b'x'; 4096]).is_ok() {
            count.fetch_add(4096, std::sync::atomic::Ordering::Relaxed);
        }
        false
    });
    let announced = Peer::answering(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec());
    let generous = FetchRules { timeout: DEFAULT_TIMEOUT, ..limits() };
    for peer in [endless, announced] {
        let (code, exit, shown) = refused(&peer.url(), &generous);
        assert_eq!((code, exit), ("body-too-large", 4));
        assert!(shown.contains("100000 bytes") && shown.contains("--max-size"), "{shown}");
    }
    // The limit and what the kernel buffers between the two, not what the server would send.
    assert!(written.load(std::sync::atomic::Ordering::Relaxed) < 50_000_000);
    let exact = Peer::answering(|_| response("200 OK", &[], &[b'x'; 100_000]));
    assert_eq!(body(fetched(&exact.url(), &generous)).len(), 100_000);
}

/// The beginning of a gzip stream of zeros (`head -c 4000000 /dev/zero | gzip -9n`). Its codes for
/// "258 more of the same" are zero bits, so that each further zero byte is 1,032 bytes of document.
const BOMB: [u8; 25] =
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xed, 0xc1, 1, 0x0d, 0, 0, 0, 0xc2, 0xa0, 0xf7, 0x4f, 0x6d, 0x0f, 7, 0x14];

// attacks 4.6, J11: oversize by compression; 4 MiB on the wire would be 4 GiB of document.
#[test]
fn a_gzip_bomb_stops_early_at_the_limit_of_what_comes_out() {
    let written = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let peer = Peer::start(move |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4194304\r\n\r\n").ok();
        stream.write_all(&BOMB).ok();
        while stream.write_all(&[0; 1024]).is_ok() {
            count.fetch_add(1024, std::sync::atomic::Ordering::Relaxed);
            // Slower than the kernel buffers, so that what is written is about what is read.
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    });
    let rules = FetchRules { timeout: DEFAULT_TIMEOUT, max_bytes: 8 << 20, ..limits() };
    let (code, _, shown) = refused(&peer.url(), &rules);
    assert_eq!(code, "body-too-large", "{shown}");
    let written = written.load(std::sync::atomic::Ordering::Relaxed);
    assert!(written < 400_000, "{written} bytes were taken for a limit that 8,130 reach");
}

#[test]
fn a_compressed_document_is_unpacked() {
    // printf '<md/>' | gzip -9n
    let packed = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xb3, 0xc9, 0x4d, 0xd1, 0xb7, 0x03, 0x00, 0x7e,
        0xcb, 0x1c, 0xf7, 0x05, 0x00, 0x00, 0x00,
    ];
    let peer = Peer::answering(move |_| response("200 OK", &[("content-encoding", "gzip")], &packed));
    assert_eq!(body(fetched(&peer.url(), &limits())), b"<md/>");
    assert!(peer.received()[0].header("accept-encoding").unwrap().contains("gzip"));
    let broken = Peer::answering(move |_| response("200 OK", &[("content-encoding", "gzip")], &packed[..12]));
    assert_eq!(refused(&broken.url(), &limits()).0, "connection-lost");
}

/// A port of loopback where nobody listens.
fn closed_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

// attacks 4.6: what a server calls a document is no ground to refuse it; the content decides.
#[test]
fn a_wrong_content_type_is_no_error() {
    for kind in ["text/html", "image/png", "application/octet-stream", ""] {
        let peer = Peer::answering(move |_| response("200 OK", &[("content-type", kind)], b"<md/>"));
        assert_eq!(body(fetched(&peer.url(), &limits())), b"<md/>", "{kind}");
    }
}

#[test]
fn a_large_document_comes_whole_and_not_by_way_of_memory() {
    let large: Vec<u8> = (0_u32..600_000).flat_map(u32::to_le_bytes).collect();
    let sent = large.clone();
    let peer = Peer::answering(move |_| response("200 OK", &[], &sent));
    let rules = FetchRules { timeout: DEFAULT_TIMEOUT, max_bytes: 4 << 20, ..limits() };
    let download = fetched(&peer.url(), &rules);
    assert_eq!(download.content.head().len(), 64 << 10);
    assert!(body(download) == large);
}

#[test]
fn a_document_that_has_not_changed_is_not_sent_again() {
    const DATE: &str = "Sun, 22 Nov 2026 10:00:00 GMT";
    const SENT: &str = "Sun, 22 Nov 2026 11:00:00 GMT";
    let peer = Peer::answering(|request| {
        let same = request.header("if-none-match") == Some("\"1\"");
        match (same, request.line.starts_with("GET /moved ")) {
            (true, _) => response("304 Not Modified", &[("etag", "\"1\"")], b""),
            (_, true) => response("302 Found", &[("location", "/m")], b""),
            _ => response("200 OK", &[("etag", "\"1\""), ("last-modified", DATE), ("date", SENT)], b"<md/>"),
        }
    });
    let moved = format!("{}/moved", peer.url());
    let known = fetched(&moved, &limits()).validators;
    let ask = |url: &str| Client::new().fetch(url, &limits(), Some(&known)).unwrap();
    assert!(matches!(ask(&moved), Fetched::NotModified(next) if next == known));
    let asked = peer.received();
    assert_eq!(asked[2].header("if-none-match"), None, "the redirect itself is another address");
    assert_eq!((asked[3].header("if-none-match"), asked[3].header("if-modified-since")), (Some("\"1\""), Some(DATE)));
    // The same tag at another address is another document.
    assert!(matches!(ask(&format!("{}/other", peer.url())), Fetched::Document(_)));
}

#[test]
fn an_answer_without_change_that_nobody_asked_for_is_refused() {
    let peer = Peer::answering(|_| response("304 Not Modified", &[], b""));
    assert_eq!(refused(&peer.url(), &limits()).0, "http-status");
    let elsewhere = Peer::answering(|_| response("200 OK", &[("etag", "\"1\"")], b"x"));
    let known = fetched(&elsewhere.url(), &limits()).validators;
    let error = Client::new().fetch(&peer.url(), &limits(), Some(&known)).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "http-status");
}

#[test]
fn a_document_that_is_not_there_is_told_apart_from_other_failures() {
    for status in ["404 Not Found", "410 Gone"] {
        let peer = Peer::answering(move |_| response(status, &[], b"no"));
        let fetched = Client::new().fetch(&peer.url(), &limits(), None).unwrap();
        assert!(matches!(fetched, Fetched::Missing(failure) if failure.code() == "http-status"));
    }
}

#[test]
fn each_fetch_says_which_media_types_it_takes() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"x"));
    let rules = FetchRules { accept: fetch::Accept::SamlMetadata, ..limits() };
    fetched(&peer.url(), &rules);
    assert_eq!(peer.received()[0].header("accept"), Some("application/samlmetadata+xml"));
}

#[test]
fn a_file_without_a_certificate_is_no_authority() {
    for pem in [&b""[..], b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let failure = Roots::from_pem(pem, "ca.pem").err().unwrap();
        assert_eq!((failure.code(), failure.kind().exit_code()), ("ca-file-invalid", 3));
        assert!(failure.to_string().starts_with("ca.pem: "), "{failure}");
    }
}

#[test]
fn nobody_listening_and_an_unknown_name_are_unreachable() {
    // A label over 63 octets is refused by the resolver without asking anybody (RFC 1035 2.3.4).
    let unknown = format!("https://{}.invalid/m?token=hunter2", "a".repeat(70));
    for url in [format!("https://127.0.0.1:{}/m?token=hunter2", closed_port()), unknown] {
        let (code, exit, shown) = refused(&url, &FetchRules { timeout: DEFAULT_TIMEOUT, ..limits() });
        assert_eq!((code, exit), ("unreachable", 4), "{shown}");
        assert!(shown.contains("caused by") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_server_that_does_not_speak_tls_is_a_tls_failure_with_its_cause() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok();
        }
    });
    let (code, exit, shown) = refused(&format!("https://127.0.0.1:{port}/m"), &limits());
    assert_eq!((code, exit), ("tls", 4), "{shown}");
    assert!(shown.contains("SSL_CERT_FILE"), "{shown}");
}

#[test]
fn an_answer_that_breaks_off_is_told() {
    let peer = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").ok();
        false
    });
    assert_eq!(refused(&peer.url(), &limits()).0, "connection-lost");
    let mute = Peer::start(|_, _| false);
    assert_eq!(refused(&mute.url(), &limits()).0, "connection-lost");
}

// attacks 4.3: M1.
#[test]
fn an_http_url_is_not_asked_without_consent() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"x"));
    assert_eq!(refused(&peer.url(), &FetchRules { allow_http: false, ..limits() }).0, "http-url");
    let with_user = format!("http://u:hunter2@127.0.0.1:{}/", peer.port());
    assert_eq!(refused(&with_user, &limits()).0, "url-credentials");
    assert_eq!(peer.connections(), 0);
}

fn secret() -> Secret {
    Secret::new("hunter2".to_owned().into(), "`x`").unwrap()
}

fn call(url: &str, method: Method, timeout: Duration) -> Result<Answer, Transport> {
    let (url, secret) = (url::Url::parse(url).unwrap(), secret());
    Client::new().call(
        &Call {
            method,
            url: &url,
            credentials: Credentials::Header("x-api-token", &secret),
            headers: &[],
            if_match: None,
            body: Body::None,
        },
        timeout,
    )
}

// attacks 4.6: a secret never follows a redirect.
#[test]
fn a_call_reports_a_redirect_and_does_not_follow_it() {
    let peer = Peer::answering(|_| response("302 Found", &[("location", "/elsewhere")], b"moved"));
    let answer = call(&peer.url(), Method::Get, TIMEOUT).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (302, &b"moved"[..]));
    assert_eq!(peer.received().len(), 1);
    assert_eq!(peer.received()[0].header("x-api-token"), Some("hunter2"));
}

#[test]
fn a_call_that_never_left_is_told_from_one_whose_outcome_is_unknown() {
    for url in ["http://192.0.2.1/x", "http://localhost.example/x", "ftp://127.0.0.1/x"] {
        assert!(matches!(call(url, Method::Put, TIMEOUT), Err(Transport::NeverSent { .. })), "{url}");
    }
    let closed = format!("http://127.0.0.1:{}/", closed_port());
    assert!(matches!(call(&closed, Method::Put, TIMEOUT), Err(Transport::NeverSent { code: "unreachable", .. })));
    let stalled = Peer::start(|_, _| {
        std::thread::sleep(Duration::from_secs(1));
        false
    });
    assert!(matches!(
        call(&stalled.url(), Method::Put, TIMEOUT),
        Err(Transport::OutcomeUnknown { code: "timeout", status: None, .. })
    ));
    let half = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").ok();
        false
    });
    assert!(matches!(
        call(&half.url(), Method::Put, TIMEOUT),
        Err(Transport::OutcomeUnknown { code: "connection-lost", status: Some(200), .. })
    ));
}

#[test]
fn localhost_is_this_machine_whatever_a_name_server_says() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"x"));
    let answer = call(&format!("http://localhost:{}/", peer.port()), Method::Get, TIMEOUT).unwrap();
    assert_eq!(answer.status, 200);
}

// attacks 4.6: a secret goes where documents may come from, and nowhere else.
#[test]
fn a_call_under_the_rules_of_documents_keeps_to_their_hosts_and_size() {
    let peer = Peer::answering(|request| {
        let body = if request.line.contains("/large") { vec![b'x'; 9000] } else { b"{}".to_vec() };
        response("302 Found", &[("location", "/elsewhere")], &body)
    });
    let secret = secret();
    let asked = |url: &str, rules: &FetchRules| {
        let url = url::Url::parse(url).unwrap();
        let credentials = Credentials::ClientPost("id", &secret);
        let call =
            Call { method: Method::Post, url: &url, credentials, headers: &[], if_match: None, body: Body::None };
        Client::new().call_under(&call, rules)
    };
    let refused = |url: &str, rules: &FetchRules| {
        let failure = asked(url, rules).unwrap_err();
        assert!(!failure.hints().is_empty() && !format!("{failure:?}").contains("hunter2"), "{failure:?}");
        (failure.code(), failure.kind().exit_code())
    };
    let answer = asked(&peer.url(), &limits()).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (302, &b"{}"[..]));
    assert_eq!(peer.received()[0].body, "client_id=id&client_secret=hunter2");
    let guarded = FetchRules { guard: Some(Guard::new(Vec::new(), "`--untrusted` is given")), ..limits() };
    assert_eq!(refused(&peer.url(), &guarded), ("address-refused", 5));
    assert_eq!(peer.received().len(), 1);
    let named = Guard::new(vec![Origin::parse(&peer.url()).unwrap()], "`--untrusted` is given");
    assert_eq!(asked(&peer.url(), &FetchRules { guard: Some(named), ..limits() }).unwrap().status, 302);
    let small = FetchRules { max_bytes: 8999, ..limits() };
    assert_eq!(refused(&format!("{}/large", peer.url()), &small), ("body-too-large", 4));
    assert_eq!(refused("http://192.0.2.1/x", &limits()), ("http-url", 5));
    assert_eq!(refused("ftp://127.0.0.1/x", &limits()), ("url-scheme", 5));
    assert_eq!(refused(&format!("http://127.0.0.1:{}/", closed_port()), &limits()), ("unreachable", 4));
}

/// One call of a client that makes several.
fn another(client: &Client, url: &str, method: Method) -> Result<Answer, Transport> {
    let (url, secret) = (url::Url::parse(url).unwrap(), secret());
    let credentials = Credentials::Header("x-api-token", &secret);
    client.call(
        &Call { method, url: &url, credentials, headers: &[], if_match: None, body: Body::None },
        Duration::from_secs(2),
    )
}

fn puts(peer: &Peer) -> usize {
    peer.received().iter().filter(|request| request.line.starts_with("PUT ")).count()
}

#[test]
fn reads_and_writes_take_the_connection_that_was_just_used() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"{}"));
    let client = Client::new();
    for method in [Method::Get, Method::Put, Method::Get, Method::Put] {
        another(&client, &peer.url(), method).unwrap();
    }
    assert_eq!((peer.received().len(), peer.connections()), (4, 1));
}

#[test]
fn a_connection_that_has_idled_is_not_used_again() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"{}"));
    let client = Client::new();
    for method in [Method::Get, Method::Put] {
        another(&client, &peer.url(), method).unwrap();
        std::thread::sleep(Duration::from_millis(1200));
    }
    assert_eq!((peer.received().len(), peer.connections()), (2, 2));
}

#[test]
fn threads_have_connections_of_their_own_and_leave_them_to_the_next() {
    let peer = Peer::answering(|request| response("200 OK", &[], request.line.as_bytes()));
    let client = Client::new();
    for _ in 0..20 {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (client, url) = (client.clone(), format!("{}/{thread}", peer.url()));
                scope.spawn(move || {
                    let answer = another(&client, &url, Method::Get).unwrap();
                    assert_eq!(answer.body, format!("GET /{thread} HTTP/1.1").into_bytes());
                });
            }
        });
    }
    assert_eq!(peer.received().len(), 80);
    assert!(peer.connections() <= 4, "{}", peer.connections());
}

#[test]
fn a_connection_that_was_closed_after_an_answer_is_not_written_to() {
    // Without `connection: close`, so that nothing but the end itself tells.
    let peer = Peer::start(|_, stream| {
        stream.write_all(&response("200 OK", &[], b"{}")).unwrap();
        false
    });
    let client = Client::new();
    for write in 1..=20 {
        another(&client, &peer.url(), Method::Get).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        another(&client, &peer.url(), Method::Put).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!((puts(&peer), peer.connections()), (write, 2 * write));
    }
}

#[test]
fn a_write_that_was_begun_is_not_made_again() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (begun, connections) = (Arc::new(std::sync::atomic::AtomicUsize::new(0)), Arc::default());
    let (seen, counted) = (Arc::clone(&begun), Arc::<std::sync::atomic::AtomicUsize>::clone(&connections));
    std::thread::spawn(move || {
        use std::io::Read as _;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut request = [0; 4096];
            while stream.read(&mut request).is_ok_and(|count| count > 0 && request.starts_with(b"GET ")) {
                stream.write_all(&response("200 OK", &[], b"{}")).unwrap();
                // What comes next is seen and not read, so that the connection ends by a reset.
                if stream.peek(&mut request[..4]).is_ok_and(|count| count > 0 && request.starts_with(b"PUT ")) {
                    seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    break;
                }
            }
        }
    });
    let client = Client::new();
    for round in 1..=20 {
        assert_eq!(another(&client, &url, Method::Get).unwrap().status, 200);
        let outcome = another(&client, &url, Method::Put);
        assert!(matches!(outcome, Err(Transport::OutcomeUnknown { code: "connection-lost", .. })), "{outcome:?}");
        let count = |number: &std::sync::atomic::AtomicUsize| number.load(std::sync::atomic::Ordering::SeqCst);
        assert_eq!((count(&begun), count(&connections)), (round, round));
    }
}

#[test]
fn an_answer_that_came_too_late_is_not_taken_for_the_next_one() {
    let peer = Peer::start(|request, stream| {
        if request.line.starts_with("GET /slow ") {
            std::thread::sleep(TIMEOUT + Duration::from_millis(100));
        }
        stream.write_all(&response("200 OK", &[], request.line.as_bytes())).is_ok()
    });
    let client = Client::new();
    let (secret, slow) = (secret(), url::Url::parse(&format!("{}/slow", peer.url())).unwrap());
    let credentials = Credentials::Header("x-api-token", &secret);
    let call = Call { method: Method::Get, url: &slow, credentials, headers: &[], if_match: None, body: Body::None };
    let late = client.call(&call, TIMEOUT);
    assert!(matches!(late, Err(Transport::OutcomeUnknown { code: "timeout", .. })), "{late:?}");
    std::thread::sleep(Duration::from_millis(200));
    let answer = another(&client, &format!("{}/next", peer.url()), Method::Put).unwrap();
    assert_eq!((answer.body.as_slice(), peer.connections()), (&b"PUT /next HTTP/1.1"[..], 2));
}

#[test]
fn a_body_that_is_not_read_on_leaves_nothing_for_the_next_answer() {
    let peer = Peer::answering(|request| response("200 OK", &[], request.line.repeat(9000).as_bytes()));
    let client = Client::new();
    let url = format!("{}/large", peer.url());
    let refused = client.fetch(&url, &FetchRules { timeout: DEFAULT_TIMEOUT, ..limits() }, None).unwrap_err();
    assert_eq!(failure_of(&refused).unwrap().code(), "body-too-large");
    let answer = another(&client, &format!("{}/next", peer.url()), Method::Put).unwrap();
    assert!(answer.body.starts_with(b"PUT /next HTTP/1.1PUT /next"));
    assert_eq!(peer.connections(), 2);
}
