//! Documents from the network: whom ssoctl asks and whom not, through which proxy, whom it
//! trusts, and what it makes of a metadata query service. Which addresses are public, and
//! what becomes of a redirect, is tested beside the rules in `src/http`.

use openssl::ssl::SslAcceptor;
use openssl::ssl::SslMethod;

use crate::harness::Desk;
use crate::harness::Output;
use crate::made;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;

fn metadata() -> Answer {
    Answer::Body(Idp::new().xml().into_bytes())
}

/// A name that no name service has: a label over 63 octets is refused by the resolver
/// itself (RFC 1035 2.3.4), so that nobody outside is asked.
fn nowhere() -> String {
    format!("{}.invalid", "a".repeat(70))
}

#[track_caller]
fn inspect(desk: &Desk, arguments: &[&str], variables: &[(&str, &str)], code: i32) -> Output {
    let all = [&["metadata", "inspect"][..], arguments].concat();
    let command = variables.iter().fold(desk.command(&all), |command, (name, value)| command.env(name, value));
    command.run().exits(code)
}

// attacks 4.6: the guard is on where asked for and in CI, and one flag names the exception.
#[test]
fn an_untrusted_url_of_this_machine_is_not_asked() {
    let desk = Desk::bare();
    let peer = Peer::http(|_| metadata());
    let url = peer.url("/metadata?token=s3cret");
    let plain = [url.as_str(), "--insecure-allow-http"];
    insta::assert_snapshot!(inspect(&desk, &[&plain[..], &["--untrusted"]].concat(), &[], 5).stderr, @r"
        error[address-refused]: http://127.0.0.1:[PORT]/metadata?..: 127.0.0.1 is loopback
        hint: the public internet alone may be asked, because `--untrusted` is given
        hint: if this server is meant, name it: `--allow-origin http://127.0.0.1:[PORT]`
        ");
    for value in ["true", "1", "woodpecker"] {
        inspect(&desk, &plain, &[("CI", value)], 5).tells("because the environment variable `CI` is set");
    }
    assert_eq!(peer.met(), 0);
    for value in ["", "false", "0"] {
        inspect(&desk, &plain, &[("CI", value)], 0);
    }
    let origin = peer.url("");
    inspect(&desk, &[&plain[..], &["--untrusted", "--allow-origin", &origin]].concat(), &[], 0);
    inspect(&desk, &[&plain[..], &["--allow-origin", &origin]].concat(), &[("CI", "true")], 0);
    assert_eq!(peer.met(), 5);
    inspect(&desk, &[&plain[..], &["--allow-origin", "127.0.0.1"]].concat(), &[], 2).tells("such as `https://idp");
}

// attacks 4.6: Keycloak CVE-2026-1180, a URL that stands in a document.
#[test]
fn under_untrusted_every_command_judges_every_url() {
    let desk = Desk::new();
    let inside = Peer::http(|_| metadata());
    let target = inside.url("/keys");
    let keys = made::discovery("https://op.example.org").replace("https://op.example.org/keys", &target);
    desk.write("op.json", keys);
    desk.connect("q", &Idp::new().xml(), &[]);
    let url = inside.url("/metadata");
    let server = inside.host();
    for line in [
        &["connection", "add", "x", "--provider", "qualtrics", "--metadata", &url][..],
        &["connection", "add", "x", "--provider", "qualtrics", "--discovery", &url, "--client-id", "c"],
        &["connection", "add", "x", "--provider", "qualtrics", "--mdq", &url, "--entity-id", "x"],
        &["connection", "set", "q", "--metadata", &url],
        &["connection", "set", "q", "--sp-metadata", &url],
        &["cert", "check", &url],
        &["cert", "check", "op.json"],
        &["cert", "check", "--tls", &server],
        &["cert", "show", &url],
        &["cert", "show", "--tls", &server],
        &["metadata", "verify", &url],
        &["metadata", "verify", "--mdq", &url, "--entity-id", "x"],
        &["metadata", "inspect", &url],
        &["metadata", "inspect", "--mdq", &url, "--entity-id", "x"],
    ] {
        let before = desk.files();
        let all = [line, &["--untrusted", "--insecure-allow-http"]].concat();
        desk.ssoctl(&all).exits(5).tells("127.0.0.1 is loopback");
        assert_eq!(desk.files(), before);
    }
    assert_eq!(inside.met(), 0);
}

#[test]
fn a_redirect_from_an_allowed_origin_into_the_network_is_refused() {
    let desk = Desk::bare();
    let inside = Peer::http(|_| metadata());
    let target = inside.url("/");
    let peer = Peer::http(move |_| Answer::Head("302 Found", format!("Location: {target}\r\n")));
    let (url, origin) = (peer.url("/metadata"), peer.url(""));
    let arguments = [url.as_str(), "--insecure-allow-http", "--untrusted", "--allow-origin", &origin];
    insta::assert_snapshot!(inspect(&desk, &arguments, &[], 5).stderr, @r"
        error[address-refused]: http://127.0.0.1:[PORT]/ (redirect 1 of http://127.0.0.1:[PORT]/metadata): 127.0.0.1 is loopback
        hint: the public internet alone may be asked, because `--untrusted` is given
        hint: if this server is meant, name it: `--allow-origin http://127.0.0.1:[PORT]`
        ");
    assert_eq!((peer.met(), inside.met()), (1, 0));
}

#[test]
fn a_proxy_of_the_environment_is_used_and_no_proxy_honoured() {
    let desk = Desk::bare();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&asked);
    let proxy = Peer::http(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        metadata()
    });
    let (host, address) = (nowhere(), proxy.url(""));
    let url = format!("http://{host}/metadata");
    let plain = [url.as_str(), "--insecure-allow-http"];
    let via = [("HTTP_PROXY", address.as_str())];
    inspect(&desk, &plain, &via, 0);
    // A proxy of all schemes, with a tunnel for https.
    let secure = format!("https://{host}/metadata");
    inspect(&desk, &[&secure], &[("ALL_PROXY", &address)], 4);
    assert_eq!(*asked.lock().unwrap(), [url.clone(), format!("{host}:443")]);
    inspect(&desk, &plain, &[via[0], ("NO_PROXY", &host)], 4).tells("the server cannot be reached");
    // What is on this machine is nobody else's to see.
    let local = Peer::http(|_| metadata());
    inspect(&desk, &[&local.url("/metadata"), "--insecure-allow-http"], &via, 0);
    assert_eq!((proxy.met(), local.met()), (2, 1));
}

// attacks 4.6: a proxy looks names up by itself.
#[test]
fn a_proxy_gets_no_untrusted_url_but_an_allowed_one() {
    let desk = Desk::bare();
    let proxy = Peer::http(|_| metadata());
    let address = proxy.url("");
    let plain = ["http://idp.invalid/metadata", "--insecure-allow-http", "--untrusted"];
    let via = [("HTTP_PROXY", address.as_str())];
    insta::assert_snapshot!(inspect(&desk, &plain, &via, 5).stderr, @r"
        error[proxy-unguarded]: http://idp.invalid/metadata: a proxy of the environment would look up the name by itself, so its address cannot be judged
        hint: the public internet alone may be asked, because `--untrusted` is given
        hint: if this server is meant, name it: `--allow-origin http://idp.invalid`
        ");
    assert_eq!(proxy.met(), 0);
    inspect(&desk, &[&plain[..], &["--allow-origin", "http://idp.invalid"]].concat(), &via, 0);
    assert_eq!(proxy.met(), 1);
}

#[test]
fn an_authority_of_a_file_is_trusted_for_one_command() {
    let desk = Desk::bare();
    let key = made::key();
    let certificate = made::server_certificate(&key);
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    builder.set_private_key(&key).unwrap();
    builder.set_certificate(&certificate).unwrap();
    let peer = Peer::https(builder.build(), |_| metadata());
    let url = format!("https://{}/metadata", peer.host());
    desk.write("root.pem", made::pem(&certificate));
    desk.write("other.pem", made::pem(&made::good()));
    inspect(&desk, &[&url, "--ca-file", "root.pem"], &[], 0);
    inspect(&desk, &[&url, "--ca-file", "other.pem"], &[], 4).tells("self-signed certificate");
    // In addition to those of the system.
    inspect(&desk, &[&url, "--ca-file", "other.pem"], &[("SSL_CERT_FILE", "root.pem")], 0);
    desk.write("empty.pem", "");
    insta::assert_snapshot!(inspect(&desk, &[&url, "--ca-file", "empty.pem"], &[], 3).stderr, @r"
        error[ca-file-invalid]: empty.pem: there is no certificate in it
        hint: give the root certificate of the authority in PEM form, from `-----BEGIN CERTIFICATE-----` on
        ");
    inspect(&desk, &[&url, "--ca-file", "gone.pem"], &[], 3).tells("`gone.pem` does not exist");
}

const WANTED: &str = "https://idp.example.org/idp";
const BY_ID: &str = "/base/entities/https%3A%2F%2Fidp.example.org%2Fidp";
/// `printf https://idp.example.org/idp | sha1sum`
const BY_SHA1: &str = "/base/entities/%7Bsha1%7Db845cdeb7baf4e8432d725d4c4f6fb5e90b0eda2";

/// A service that has an entity at one path, and nothing elsewhere.
fn service(path: &'static str, entity_id: &'static str) -> Peer {
    Peer::http(move |asked| match asked == path {
        true => Answer::Body(Idp::new().called(entity_id).xml().into_bytes()),
        false => Answer::Head("404 Not Found", String::new()),
    })
}

#[test]
fn a_metadata_query_service_is_asked_by_entity_id_and_then_by_its_digest() {
    let desk = Desk::bare();
    for (path, more, met) in [(BY_ID, &[][..], 1), (BY_SHA1, &[], 2), (BY_SHA1, &["--mdq-sha1"], 1)] {
        let peer = service(path, WANTED);
        let base = peer.url("/base/");
        let arguments = ["--mdq", &base, "--entity-id", WANTED, "--insecure-allow-http"];
        inspect(&desk, &[&arguments[..], more].concat(), &[], 0).shows(WANTED);
        assert_eq!(peer.met(), met, "{path} {more:?}");
    }
}

#[test]
fn an_entity_that_the_service_does_not_know() {
    let desk = Desk::bare();
    let peer = service("/elsewhere", WANTED);
    let base = peer.url("/base");
    let arguments = ["--mdq", &base, "--entity-id", WANTED, "--insecure-allow-http"];
    insta::assert_snapshot!(inspect(&desk, &arguments, &[], 4).stderr, @r"
        error[mdq-not-found]: http://127.0.0.1:[PORT]/base: the service knows no `https://idp.example.org/idp`
        caused by: http://127.0.0.1:[PORT]/base/entities/https%3A%2F%2Fidp.example.org%2Fidp: the server answered 404 Not Found
        hint: check the entity ID, which is compared exactly, and the base URL, which ends before `/entities/`
        hint: check the path for typing errors, and whether the document has moved
        ");
    assert_eq!(
        inspect(&desk, &[&arguments[..], &["--format", "json"]].concat(), &[], 4).json()["error"]["code"],
        "mdq-not-found"
    );
}

#[test]
fn a_connection_keeps_the_url_that_the_service_answered() {
    let desk = Desk::new();
    let peer = service(BY_SHA1, WANTED);
    let base = peer.url("/base");
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--technical-contact", "sso@example.org"];
    let mdq = ["--mdq", &base, "--entity-id", WANTED, "--insecure-allow-http"];
    desk.ssoctl(&[&add[..], &mdq, &["--attribute=email=mail"]].concat()).exits(0);
    let file = desk.read("connections/q.yaml");
    assert!(file.contains(&format!("metadata: {}", peer.url(BY_SHA1))), "{file}");
}

#[test]
fn a_service_that_answers_with_another_entity_is_not_believed() {
    let desk = Desk::new();
    let peer = service(BY_ID, "https://idp.example.org/idp/");
    let base = peer.url("/base");
    let mdq = ["--mdq", &base, "--entity-id", WANTED, "--insecure-allow-http"];
    let add = ["connection", "add", "q", "--provider", "qualtrics"];
    let before = desk.files();
    insta::assert_snapshot!(desk.ssoctl(&[&add[..], &mdq].concat()).exits(4).stderr, @r"
        error[mdq-other-entity]: http://127.0.0.1:[PORT]/base/entities/https%3A%2F%2Fidp.example.org%2Fidp: asked for `https://idp.example.org/idp`, the service answered with `https://idp.example.org/idp/`: differs only by a trailing slash: expected `https://idp.example.org/idp`, got `https://idp.example.org/idp/`
        hint: write the entity ID exactly as the identity provider has it; if it is right, ask who runs the service
        ");
    assert_eq!(desk.files(), before);
    let run = inspect(&desk, &[&mdq[..], &["--format", "json"]].concat(), &[], 4);
    assert_eq!(run.json()["error"]["code"], "mdq-other-entity");
    desk.write("signer.pem", made::pem(&made::good()));
    let verify = [&["metadata", "verify", "--trust", "signer.pem", "--format", "json"][..], &mdq].concat();
    assert_eq!(desk.ssoctl(&verify).exits(1).json()["verdict"], "failed");
}

#[test]
fn a_query_needs_an_entity_id_and_no_other_source() {
    let desk = Desk::bare();
    inspect(&desk, &["--mdq", "https://mdq.example.org"], &[], 2).tells("--entity-id <ID>");
    inspect(&desk, &["idp.xml", "--mdq", "https://mdq.example.org", "--entity-id", "x"], &[], 2);
    inspect(&desk, &["--mdq-sha1", "idp.xml"], &[], 2);
    inspect(&desk, &[], &[], 2);
    let entities = ["--mdq", "https://mdq.example.org/entities/", "--entity-id", "x"];
    inspect(&desk, &entities, &[], 2).tells("write what stands before `/entities/`");
}

#[test]
fn a_url_with_what_may_be_a_secret_is_stored_with_a_warning() {
    let desk = Desk::new();
    let peer = Peer::http(|_| metadata());
    let url = peer.url("/metadata?entityID=x&access_token=s3cret");
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--technical-contact", "sso@example.org"];
    let rest = ["--attribute=email=mail", "--insecure-allow-http", "--metadata", &url];
    let run = desk.ssoctl(&[&add[..], &rest].concat()).exits(0);
    run.tells("warning[metadata-url-secret]").tells("the parameter `access_token` of the URL may be a secret");
    assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
    let set = ["connection", "set", "q", "--insecure-allow-http", "--metadata"];
    desk.ssoctl(&[&set[..], &[&url]].concat()).exits(0).tells("warning[metadata-url-secret]");
    desk.ssoctl(&[&set[..], &[&peer.url("/metadata?entityID=x")]].concat()).exits(0);
}

// attacks 4.3: M1, with the flag.
#[test]
fn metadata_over_plain_http_without_a_pinned_signature_is_told() {
    let desk = Desk::new();
    let peer = Peer::http(|path| match path {
        "/sp" => Answer::Body(made::sp_metadata().into_bytes()),
        _ => metadata(),
    });
    let (idp, sp) = (peer.url("/idp"), peer.url("/sp"));
    desk.connect("q", &Idp::new().xml(), &[]);
    for (line, code) in [
        (&["metadata", "inspect", &idp][..], 0),
        (&["connection", "set", "q", "--metadata", &idp], 0),
        (&["connection", "set", "q", "--sp-metadata", &sp], 0),
        (&["connection", "add", "x", "--provider", "qualtrics", "--metadata", &idp], 0),
    ] {
        let run = desk.ssoctl(&[line, &["--insecure-allow-http"]].concat()).exits(code);
        run.tells("warning[http-unverified]").tells("anybody on the way can have changed it");
    }
}

/// Too large to be held in memory, and no run of it longer than a reader takes.
fn large_metadata() -> Vec<u8> {
    let padding = format!("<!--{}-->\n", " ".repeat(1 << 20));
    format!("{}{}", Idp::new().xml(), padding.repeat(3)).into_bytes()
}

#[test]
fn a_large_document_from_standard_input_needs_a_temporary_folder() {
    let desk = Desk::bare();
    let large = large_metadata();
    let run = |folder: &str| desk.command(&["metadata", "inspect", "-"]).env("TMPDIR", folder).stdin(&large).run();
    let (root, gone) = (desk.root(), desk.root().join("gone"));
    run(root.to_str().unwrap()).exits(0).shows(made::ENTITY_ID);
    run(gone.to_str().unwrap()).exits(3).tells("no temporary file can be written").tells("`TMPDIR` names another one");
}

#[cfg(unix)]
#[test]
fn a_document_from_a_pipe_is_read_like_one_from_a_file() {
    let desk = Desk::bare();
    desk.write("idp.xml", large_metadata());
    let script =
        format!("mkfifo pipe && (cat idp.xml >pipe &) && exec {} metadata inspect pipe", env!("CARGO_BIN_EXE_ssoctl"));
    let run = std::process::Command::new("sh").args(["-c", &script]).current_dir(desk.root()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).contains(made::ENTITY_ID));
}
