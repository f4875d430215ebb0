use std::sync::Mutex;
use std::time::Instant;

use super::*;
use crate::error::failure_of;
use crate::http::Client;
use crate::http::fetch::FetchRules;
use crate::http::fetch::Fetched;
use crate::http::peer::Peer;
use crate::http::peer::response;

const LEFT: Duration = Duration::from_secs(5);

/// Loopback stands for the public internet, so that a test can be served.
fn judge(address: IpAddr) -> Option<&'static str> {
    if address == IpAddr::from([127, 0, 0, 1]) { None } else { not_public(address) }
}

/// A name service of its own: what it answers, and what it was asked.
#[derive(Clone, Default)]
struct Names {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    fn guard(&self, allowed: &[&str], proxies: Matcher) -> Guard {
        let allowed = allowed.iter().map(|text| Origin::parse(text).unwrap()).collect();
        let asked = Arc::clone(&self.asked);
        let look_up = move |name: &str, port: u16, _: Duration| {
            asked.lock().unwrap().push(name.to_owned());
            let addresses: &[&str] = match name {
                "public.test" | "also-public.test" => &["127.0.0.1"],
                "private.test" => &["10.0.0.5"],
                "mixed.test" => &["127.0.0.1", "192.168.0.7"],
                "mixed6.test" => &["127.0.0.1", "fd00::7"],
                "metadata.test" => &["169.254.169.254"],
                "nat64.test" => &["64:ff9b::a00:1"],
                "empty.test" => &[],
                "slow.test" => return Err(io::ErrorKind::TimedOut.into()),
                _ => return Err(io::Error::other("no such name")),
            };
            Ok(addresses.iter().map(|text| SocketAddr::new(text.parse().unwrap(), port)).collect())
        };
        Guard::new(allowed, "a test wants it").with(look_up, judge, proxies)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn no_proxy() -> Matcher {
    Matcher::builder().build()
}

fn rules(guard: Guard) -> FetchRules {
    FetchRules { timeout: LEFT, allow_http: true, guard: Some(guard), ..FetchRules::default() }
}

/// The code of a refusal, and everything that is shown of it.
fn refused(url: &str, guard: &Guard) -> (&'static str, String) {
    let failure = guard.admit(&Url::parse(url).unwrap(), "here", LEFT).unwrap_err();
    (failure.code(), format!("{failure:?}"))
}

// attacks 4.6: the first hop, by literal and by name.
#[test]
fn the_first_hop_is_refused_by_its_address_however_it_is_written() {
    let names = Names::default();
    let guard = names.guard(&[], no_proxy());
    for (row, url, word) in [
        ("private", "https://10.0.0.1/", "10.0.0.1 is private"),
        ("short form", "https://127.2/", "127.0.0.2 is loopback"),
        ("hexadecimal", "https://0x7f000002/", "127.0.0.2 is loopback"),
        ("octal", "https://0177.0.0.2/", "127.0.0.2 is loopback"),
        ("IPv4-mapped", "https://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1 is an IPv4 address in IPv6 clothes"),
        ("metadata service", "https://169.254.169.254/latest/meta-data", "link-local"),
        ("ULA", "https://[fd00::1]/", "fd00::1 is private"),
        ("unspecified", "https://0.0.0.0/", "this machine"),
        ("NAT64", "https://[64:ff9b::7f00:1]/", "NAT64"),
        ("localhost", "https://localhost/", "`localhost` is loopback"),
        ("localhost with a dot", "https://localhost./", "`localhost.` is loopback"),
        ("localhost, capitals", "https://LOCALHOST:8443/", "`localhost` is loopback"),
        ("below localhost", "https://idp.localhost/", "loopback"),
        ("localhost in circled letters", "https://ⓛocalhost/", "`localhost` is loopback"),
        (
            "a name of a private address",
            "https://private.test/",
            "`private.test` has the address 10.0.0.5, which is private",
        ),
        ("a name of the metadata service", "https://metadata.test/", "169.254.169.254"),
        ("a name behind NAT64", "https://nat64.test/", "NAT64"),
        ("mixed answers", "https://mixed.test/", "192.168.0.7, which is private"),
        ("mixed answers of both families", "https://mixed6.test/", "fd00::7, which is private"),
    ] {
        let (code, shown) = refused(url, &guard);
        assert_eq!(code, "address-refused", "attacks 4.6: {row}: {shown}");
        assert!(shown.starts_with("here: ") && shown.contains(word), "attacks 4.6: {row}: {shown}");
        assert!(shown.contains("because a test wants it") && shown.contains("--allow-origin http"), "{row}: {shown}");
    }
    let (code, shown) = refused("https://idp.exämple.test/", &guard);
    assert_eq!(code, "host-idn", "attacks 4.6: IDN: {shown}");
    assert!(shown.contains("--allow-origin https://idp.xn--exmple-cua.test"), "{shown}");
    assert_eq!(names.asked().len(), 5, "each name is looked up once, and no other");
}

#[test]
fn a_name_without_an_answer_is_no_refusal() {
    let guard = Names::default().guard(&[], no_proxy());
    assert_eq!(refused("https://unknown.test/", &guard).0, "unreachable");
    assert_eq!(refused("https://empty.test/", &guard).0, "unreachable");
    assert_eq!(refused("https://slow.test/", &guard).0, "timeout");
}

// attacks 4.6: pin DNS.
#[test]
fn the_connection_goes_to_the_addresses_that_were_judged() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"<md/>"));
    let names = Names::default();
    let url = format!("http://public.test:{}/m", peer.port());
    let fetched = Client::new().fetch(&url, &rules(names.guard(&[], no_proxy())), None).unwrap();
    assert!(matches!(fetched, Fetched::Document(_)), "{fetched:?}");
    assert_eq!(peer.received()[0].header("host"), Some(format!("public.test:{}", peer.port()).as_str()));
    // The name exists nowhere but in the one answer.
    assert_eq!(names.asked(), ["public.test"]);
}

#[test]
fn a_public_address_in_the_url_itself_needs_no_name_service() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"<md/>"));
    let names = Names::default();
    let fetched = Client::new().fetch(&peer.url(), &rules(names.guard(&[], no_proxy())), None).unwrap();
    assert!(matches!(fetched, Fetched::Document(_)), "{fetched:?}");
    assert_eq!(names.asked(), [""; 0]);
}

#[test]
fn what_is_pinned_is_never_looked_up_again() {
    let peer = Peer::answering(|_| response("200 OK", &[], b"<md/>"));
    // As if the answer had been for another spelling of the name.
    let url = Url::parse(&format!("http://localhost:{}/", peer.port())).unwrap();
    let route = Route::Pinned(Vec::new());
    let client = Client::new();
    let lane = client.lanes.take(&Url::parse("http://other.test/").unwrap(), &route, &Default::default()).ok().unwrap();
    let trouble = lane.send(|client| client.get(url)).err().unwrap();
    assert!(trouble.never_sent && trouble.code == "unreachable", "{trouble:?}");
    assert_eq!(peer.connections(), 0);
}

// attacks 4.6: each later hop.
#[test]
fn each_redirect_is_judged_anew() {
    for (row, location, code) in [
        ("literal", "http://10.0.0.1/", "address-refused"),
        ("metadata service", "http://169.254.169.254/latest/", "address-refused"),
        ("IPv4-mapped", "http://[::ffff:7f00:1]/", "address-refused"),
        ("short form", "//127.2/", "address-refused"),
        ("localhost", "http://localhost/", "address-refused"),
        ("name", "http://private.test/", "address-refused"),
        ("mixed answers", "https://mixed.test/", "address-refused"),
        ("IDN", "http://exämple.test/", "host-idn"),
    ] {
        let peer = Peer::answering(move |request| {
            let next = if request.line.starts_with("GET /1") { "/2" } else { location };
            response("302 Found", &[("location", next)], b"")
        });
        let url = format!("http://public.test:{}/1?t=hunter2", peer.port());
        let error = Client::new().fetch(&url, &rules(Names::default().guard(&[], no_proxy())), None).unwrap_err();
        let failure = failure_of(&error).unwrap();
        assert_eq!((failure.code(), failure.kind().exit_code()), (code, 5), "attacks 4.6: redirect: {row}");
        assert!(failure.to_string().contains("(redirect 2 of http://public.test:"), "{row}: {failure}");
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
        assert_eq!(peer.received().len(), 2);
    }
}

#[test]
fn a_redirect_between_public_hosts_is_followed_and_each_is_looked_up_once() {
    let peer = Peer::answering(|request| {
        let host = request.header("host").unwrap();
        match host.split_once(':').unwrap() {
            ("public.test", port) => {
                response("302 Found", &[("location", &format!("http://also-public.test:{port}/m"))], b"")
            }
            _ => response("200 OK", &[], b"x"),
        }
    });
    let names = Names::default();
    let url = format!("http://public.test:{}/", peer.port());
    let fetched = Client::new().fetch(&url, &rules(names.guard(&[], no_proxy())), None).unwrap();
    assert!(matches!(fetched, Fetched::Document(_)), "{fetched:?}");
    assert_eq!(names.asked(), ["public.test", "also-public.test"]);
}

#[test]
fn an_allowed_origin_is_allowed_exactly() {
    let allowed = ["https://private.test", "https://10.0.0.1:8443", "http://localhost:80", "https://exämple.test"];
    let guard = Names::default().guard(&allowed, no_proxy());
    let admitted = |url: &str| guard.admit(&Url::parse(url).unwrap(), "here", LEFT).map_err(|failure| failure.code());
    for url in [
        "https://private.test/m?x",
        "https://PRIVATE.test:443/",
        "https://10.0.0.1:8443/",
        "http://localhost/",
        "https://xn--exmple-cua.test/",
    ] {
        assert_eq!(admitted(url), Ok(Route::Ordinary), "{url}");
    }
    for url in ["http://private.test/", "https://private.test:8443/", "https://10.0.0.1/", "https://localhost/"] {
        assert_eq!(admitted(url), Err("address-refused"), "{url}");
    }
    assert_eq!(admitted("https://a.private.test/"), Err("unreachable"));
}

#[test]
fn an_origin_with_more_than_scheme_host_and_port_is_refused() {
    for text in
        ["idp.example.org", "https://h.example/m", "https://h.example?a", "https://h.example#a", "ftp://h.example"]
    {
        let failure = Origin::parse(text).unwrap_err();
        assert_eq!((failure.code(), failure.kind().exit_code()), ("origin-invalid", 2), "{text}");
    }
    let failure = Origin::parse("https://u:hunter2@h.example").unwrap_err();
    assert!(failure.code() == "origin-invalid" && !format!("{failure:?}").contains("hunter2"));
}

// attacks 4.6: a proxy resolves by itself.
#[test]
fn a_proxy_is_asked_for_allowed_origins_alone() {
    let proxies = || Matcher::builder().all("http://proxy.test:3128").no("public.test").build();
    let names = Names::default();
    let guard = names.guard(&["https://idp.test"], proxies());
    for url in ["https://other.test/", "http://other.test/", "https://8.8.8.8/"] {
        let (code, shown) = refused(url, &guard);
        assert_eq!(code, "proxy-unguarded", "{url}");
        assert!(shown.contains("--allow-origin http"), "{shown}");
    }
    assert_eq!(refused("https://10.0.0.1/", &guard).0, "address-refused");
    assert_eq!(names.asked(), [""; 0]);
    let admitted = |url: &str| guard.admit(&Url::parse(url).unwrap(), "here", LEFT).unwrap();
    assert_eq!(admitted("https://idp.test/"), Route::Ordinary);
    // What NO_PROXY names is reached directly, and so it is judged.
    assert_eq!(admitted("https://public.test/"), Route::Pinned(vec![([127, 0, 0, 1], 443).into()]));
}

#[test]
fn a_server_that_is_looked_at_is_judged_too() {
    let guard = Names::default().guard(&["https://[fd00::1]:8443", "https://idp.test"], no_proxy());
    let at = |text: &str| vec![SocketAddr::new(text.parse().unwrap(), 8443)];
    assert!(guard.admit_server("fd00::1", 8443, &at("fd00::1")).is_ok());
    assert!(guard.admit_server("idp.test", 443, &at("10.0.0.1")).is_ok());
    assert!(guard.admit_server("public.test", 443, &at("127.0.0.1")).is_ok());
    for (host, address) in [("fd00::1", "fd00::1"), ("other.test", "10.0.0.1")] {
        let failure = guard.admit_server(host, 443, &at(address)).unwrap_err();
        assert_eq!(failure.code(), "address-refused");
        assert!(failure.to_string().contains(address), "{failure}");
    }
}

#[test]
fn the_systems_name_service_is_not_waited_for_beyond_the_time() {
    let begun = Instant::now();
    // A numeric host needs nobody to be asked.
    assert_eq!(ask_system("127.0.0.1", 8443, LEFT).unwrap(), [([127, 0, 0, 1], 8443).into()]);
    let error = ask_system("127.0.0.1", 8443, Duration::ZERO);
    assert!(error.is_ok() || error.unwrap_err().kind() == io::ErrorKind::TimedOut);
    assert!(begun.elapsed() < LEFT);
}
