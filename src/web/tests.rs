//! What holds for every page, by a client that is no browser.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use maud::html;

use super::*;
use crate::web::request::From;
use crate::web::request::Method;

/// Tells what it was asked.
struct Echo;

impl Site for Echo {
    fn answer(&self, request: &Request) -> Reply {
        let from = match request.from {
            From::Ourselves => "ourselves",
            From::Elsewhere => "elsewhere",
            From::Unsaid => "unsaid",
        };
        let field = request.field("a").unwrap_or("none");
        let verb = if request.method == Method::Post { "post" } else { "get" };
        let cookie = request.cookies("c").next().unwrap_or("none");
        let text = format!("{verb} {} {:?} a={field} c={cookie} {from}", request.path, request.parameter("q"));
        match request.path.as_str() {
            "/page" => Reply::page(200, page::layout("brand", "<title>", &html! { p { (text) } })),
            "/away" => page::sends_itself("brand", "https://idp.test/sso?a=\"b", &[("SAMLRequest", "<&>")]),
            "/slow" => {
                std::thread::sleep(Duration::from_secs(2));
                Reply::document("text/plain", text)
            }
            "/panic" => panic!("as the test wants"),
            _ => Reply::document("text/plain", text),
        }
    }
}

struct Running {
    _server: Server,
    port: u16,
}

fn running() -> Running {
    let opened = open(0, None).unwrap();
    let port = opened.port();
    Running { _server: opened.serve(Arc::new(Echo), Door::of(port, false)).unwrap(), port }
}

impl Running {
    /// Head and body of the answer to a request, of which `\n` ends each line.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let head = head.replace("HOST", &format!("localhost:{}", self.port)).replace('\n', "\r\n");
        let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        write!(stream, "{head}\r\n{length}connection: close\r\n\r\n{body}").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[test]
fn a_request_is_handed_on_as_it_came() {
    let running = running();
    let told = running.ask("GET /x/%2e?q=a%20b HTTP/1.1\nhost: HOST\ncookie: c=1; d=2");
    assert!(told.ends_with("get /x/%2e Some(\"a b\") a=none c=1 unsaid"), "{told}");
    let form = "POST /x HTTP/1.1\nhost: HOST\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\n";
    assert!(running.ask(&format!("{form}\na=1%2B+2")).ends_with("post /x None a=1+ 2 c=none unsaid"));
    // Ours behind those of every other server of this machine.
    let others: String = (0..180).map(|at| format!("other{at}={}; ", "x".repeat(4_000))).collect();
    let told = running.ask(&format!("GET /x HTTP/1.1\nhost: HOST\ncookie: {others}c=ours"));
    assert!(told.ends_with("c=ours unsaid"), "{}", &told[..200.min(told.len())]);
    // Two of a name are none: which one would be meant?
    assert!(running.ask(&format!("{form}\na=1&a=2")).contains("a=none"));
    assert!(running.ask("GET /x?q=1&q=2 HTTP/1.1\nhost: HOST").contains("None"));
}

#[test]
fn where_a_request_comes_from_is_told_by_the_browser() {
    let running = running();
    let port = running.port;
    let from = |headers: &str| {
        let told = running.ask(&format!("GET / HTTP/1.1\nhost: HOST\n{headers}"));
        told.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(from("sec-fetch-site: same-origin"), "ourselves");
    assert_eq!(from("sec-fetch-site: none"), "unsaid");
    for other in ["cross-site", "same-site"] {
        assert_eq!(from(&format!("sec-fetch-site: {other}")), "elsewhere");
    }
    assert_eq!(from(&format!("origin: http://localhost:{port}")), "ourselves");
    for other in ["null", "http://localhost", "http://localhost:1", "https://evil.test"] {
        assert_eq!(from(&format!("origin: {other}")), "elsewhere", "{other}");
    }
}

#[test]
fn what_a_page_may_not_be_asked_is_refused() {
    let running = running();
    let status = |request: &str| running.ask(request).split(' ').nth(1).unwrap().to_owned();
    assert_eq!(status("GET / HTTP/1.1\nhost: HOST"), "200");
    // A name that was made to lead here (DNS rebinding).
    for host in ["evil.test", "evil.test:80", "localhost", "localhost:1"] {
        assert_eq!(status(&format!("GET / HTTP/1.1\nhost: {host}")), "421", "{host}");
    }
    for verb in ["DELETE", "HEAD", "OPTIONS"] {
        assert_eq!(status(&format!("{verb} / HTTP/1.1\nhost: HOST")), "405", "{verb}");
    }
    assert_eq!(status("POST / HTTP/1.1\nhost: HOST\ncontent-type: text/plain\n\na=1"), "415");
    let form = "POST / HTTP/1.1\nhost: HOST\ncontent-type: application/x-www-form-urlencoded\n";
    assert_eq!(status(&format!("{form}\n{}", "a=1&".repeat(65))), "413");
    assert_eq!(status(&format!("GET /?{} HTTP/1.1\nhost: HOST", "a".repeat(65 * 1024))), "414");
    assert_eq!(status("GET /panic HTTP/1.1\nhost: HOST"), "500");
    // And it goes on.
    assert_eq!(status("GET / HTTP/1.1\nhost: HOST"), "200");
}

#[test]
fn a_page_keeps_to_itself_and_escapes_what_it_says() {
    let running = running();
    let page = running.ask("GET /page?q=%3Cscript%3E HTTP/1.1\nhost: HOST").to_ascii_lowercase();
    for header in [
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "frame-ancestors 'none'; form-action 'self'",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
    ] {
        assert!(page.contains(header), "{header}: {page}");
    }
    assert!(page.contains("&lt;title&gt;") && page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    let away = running.ask("GET /away HTTP/1.1\nhost: HOST");
    assert!(away.contains("script-src 'sha256-") && !away.contains("form-action"), "{away}");
    assert!(
        away.contains("action=\"https://idp.test/sso?a=&quot;b\"") && away.contains("value=\"&lt;&amp;&gt;\""),
        "{away}"
    );
}

/// Holds more connections than there are places: some say nothing, others begin a head or a form and do not end it.
fn crowd(port: u16) -> Vec<TcpStream> {
    let form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\na=";
    let begun = [
        "".to_owned(),
        format!("GET / HTTP/1.1\r\nhost: localhost:{port}\r\n"),
        format!("POST / HTTP/1.1\r\nhost: localhost:{port}\r\n{form}"),
    ];
    let open = |at: usize| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(begun[at % 3].as_bytes()).unwrap();
        stream
    };
    (0..80).map(open).collect()
}

#[test]
fn who_holds_every_connection_and_says_nothing_keeps_nobody_out() {
    let running = running();
    // Here the limit of a head is ten seconds, of a form as well.
    let silent = crowd(running.port);
    let begun = Instant::now();
    for _ in 0..3 {
        assert!(running.ask("GET / HTTP/1.1\nhost: HOST").contains(" 200 "));
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    drop(silent);
}

#[test]
fn a_request_that_is_being_answered_keeps_its_place_in_a_crowd() {
    let running = running();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| running.ask("GET /slow HTTP/1.1\nhost: HOST"));
        std::thread::sleep(Duration::from_millis(100));
        let silent = crowd(running.port);
        assert!(running.ask("GET / HTTP/1.1\nhost: HOST").contains(" 200 "));
        assert!(slow.join().unwrap().contains(" 200 "));
        drop(silent);
    });
}

#[test]
fn a_head_that_does_not_come_is_waited_for_so_long() {
    let mut opened = open(0, None).unwrap();
    opened.head_time = Duration::from_millis(300);
    let port = opened.port();
    let running = Running { _server: opened.serve(Arc::new(Echo), Door::of(port, false)).unwrap(), port };
    let mut stream = TcpStream::connect(("127.0.0.1", running.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
    write!(stream, "GET / HTTP/1.1\r\n").unwrap();
    assert!(stream.read_to_end(&mut Vec::new()).is_ok(), "the connection is still open");
}

#[test]
fn a_port_that_is_taken_is_refused_by_name() {
    let running = running();
    let failure = open(running.port, None).err().unwrap();
    assert_eq!(failure.code(), "web-listen");
    assert!(failure.hints().join("").contains("--listen"));
}

#[test]
fn a_certificate_that_is_none_is_a_bug_and_no_panic() {
    assert!(open(0, Some(&Tls { certificate: b"x", key: b"y" })).is_err());
}
