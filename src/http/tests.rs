use std::io::Write as _;
use std::time::Instant;

use super::*;
use crate::error::failure_of;
use crate::http::call::Answer;
use crate::http::call::Call;
use crate::http::call::Method;
use crate::http::call::Transport;
use crate::http::fetch::FetchLimits;
use crate::http::peer::Peer;
use crate::http::peer::response;
use crate::secret::Secret;

const TIMEOUT: Duration = Duration::from_millis(400);

fn limits() -> FetchLimits {
    FetchLimits { max_bytes: 100_000, timeout: TIMEOUT, allow_http: true, ..FetchLimits::default() }
}

/// The code, exit code and everything shown of a refused fetch.
fn refused(url: &str, limits: &FetchLimits) -> (&'static str, u8, String) {
    let error = Client::new().fetch(url, limits).unwrap_err();
    let failure = failure_of(&error).unwrap();
    assert!(!failure.hints().is_empty(), "{failure:?}");
    (failure.code(), failure.kind().exit_code(), format!("{failure:?}"))
}

#[test]
fn fetches_a_document_with_its_headers_and_says_who_asks() {
    let peer = Peer::answering(|_| {
        response("200 OK", &[("content-type", "application/samlmetadata+xml"), ("etag", "\"1\"")], b"<md/>")
    });
    let fetched = Client::new().fetch(&format!("{}/m?k=v", peer.url()), &limits()).unwrap();
    assert_eq!(fetched.body, b"<md/>");
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
    let fetched = Client::new().fetch(&format!("{}/1", peer.url()), &limits()).unwrap();
    assert_eq!(fetched.url, format!("{}/2?t=1", peer.url()));
    let second = &peer.received()[1];
    assert_eq!((second.header("referer"), second.header("cookie")), (None, None));
}

#[test]
fn a_redirect_loop_is_counted() {
    let peer = Peer::answering(|_| response("302 Found", &[("location", "/again?t=hunter2")], b""));
    let (code, exit, shown) = refused(&peer.url(), &FetchLimits { timeout: DEFAULT_TIMEOUT, ..limits() });
    assert_eq!((code, exit), ("too-many-redirects", 4));
    assert_eq!(peer.received().len(), 6);
    assert!(!shown.contains("hunter2"), "{shown}");
}

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
    let generous = FetchLimits { timeout: DEFAULT_TIMEOUT, ..limits() };
    for peer in [endless, announced] {
        let (code, exit, shown) = refused(&peer.url(), &generous);
        assert_eq!((code, exit), ("body-too-large", 4));
        assert!(shown.contains("100000 bytes") && shown.contains("--max-size"), "{shown}");
    }
    // The limit and what the kernel buffers between the two, not what the server would send.
    assert!(written.load(std::sync::atomic::Ordering::Relaxed) < 50_000_000);
    let exact = Peer::answering(|_| response("200 OK", &[], &[b'x'; 100_000]));
    assert_eq!(Client::new().fetch(&exact.url(), &generous).unwrap().body.len(), 100_000);
}

/// An endless gzip stream of `a`: RFC 1951 3.2.6, one literal, then copies of 258 bytes
/// from one byte back, 13 bits each, so that eight of them are 13 whole bytes.
fn gzip_bomb() -> (Vec<u8>, Vec<u8>) {
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let block = "010";
    let literal = "10010001";
    let copy = "1100010100000";
    let pack = |bits: &str| -> Vec<u8> {
        bits.as_bytes()
            .chunks(8)
            .map(|byte| byte.iter().enumerate().map(|(at, bit)| (bit - b'0') << at).sum())
            .collect()
    };
    let all = format!("{block}{literal}{}", copy.repeat(16));
    let start = pack(&all[..13 * 8]);
    let repeated = pack(&all[13 * 8..26 * 8]);
    ([&header[..], &start].concat(), repeated)
}

#[test]
fn a_gzip_bomb_stops_at_the_limit_of_what_comes_out() {
    let peer = Peer::start(|_, stream| {
        let (start, repeated) = gzip_bomb();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n").ok();
        stream.write_all(&start).ok();
        while stream.write_all(&repeated).is_ok() {}
        false
    });
    let (code, _, shown) = refused(&peer.url(), &FetchLimits { timeout: DEFAULT_TIMEOUT, ..limits() });
    assert_eq!(code, "body-too-large", "{shown}");
}

#[test]
fn a_compressed_document_is_unpacked() {
    // printf '<md/>' | gzip -9n
    let packed = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xb3, 0xc9, 0x4d, 0xd1, 0xb7, 0x03, 0x00, 0x7e,
        0xcb, 0x1c, 0xf7, 0x05, 0x00, 0x00, 0x00,
    ];
    let peer = Peer::answering(move |_| response("200 OK", &[("content-encoding", "gzip")], &packed));
    assert_eq!(Client::new().fetch(&peer.url(), &limits()).unwrap().body, b"<md/>");
    assert!(peer.received()[0].header("accept-encoding").unwrap().contains("gzip"));
    let broken = Peer::answering(move |_| response("200 OK", &[("content-encoding", "gzip")], &packed[..12]));
    assert_eq!(refused(&broken.url(), &limits()).0, "connection-lost");
}

/// A port of loopback where nobody listens.
fn closed_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

#[test]
fn nobody_listening_and_an_unknown_name_are_unreachable() {
    // A label over 63 octets is refused by the resolver without asking anybody (RFC 1035 2.3.4).
    let unknown = format!("https://{}.invalid/m?token=hunter2", "a".repeat(70));
    for url in [format!("https://127.0.0.1:{}/m?token=hunter2", closed_port()), unknown] {
        let (code, exit, shown) = refused(&url, &FetchLimits { timeout: DEFAULT_TIMEOUT, ..limits() });
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

#[test]
fn an_http_url_is_not_asked_without_consent() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"x"));
    assert_eq!(refused(&peer.url(), &FetchLimits { allow_http: false, ..limits() }).0, "http-url");
    let with_user = format!("http://u:hunter2@127.0.0.1:{}/", peer.port());
    assert_eq!(refused(&with_user, &limits()).0, "url-credentials");
    assert_eq!(peer.connections(), 0);
}

fn secret() -> Secret {
    Secret::new("hunter2".to_owned().into(), "`x`").unwrap()
}

fn call(url: &str, method: Method, timeout: Duration) -> Result<Answer, Transport> {
    let (url, secret) = (url::Url::parse(url).unwrap(), secret());
    Client::new().call(&Call { method, url: &url, secret: ("x-api-token", &secret), headers: &[], json: None }, timeout)
}

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

#[test]
fn reads_reuse_a_connection_and_writes_never_do() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"{}"));
    let (client, secret, url) = (Client::new(), secret(), url::Url::parse(&peer.url()).unwrap());
    for method in [Method::Get, Method::Get, Method::Put, Method::Put] {
        let call = Call { method, url: &url, secret: ("x-api-token", &secret), headers: &[], json: None };
        client.call(&call, DEFAULT_TIMEOUT).unwrap();
    }
    assert_eq!((peer.received().len(), peer.connections()), (4, 3));
}
