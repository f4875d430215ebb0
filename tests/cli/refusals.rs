//! Bad input, as people bring it: what they read, the exit code, and that nothing was
//! written anywhere. Rosters that are refused as a whole are here too; single rows of
//! theirs, and what becomes of them, are in `users.rs`.

use openssl::ssl::SslAcceptor;
use openssl::ssl::SslMethod;

use crate::harness::Desk;
use crate::harness::Output;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;
use crate::peer::dead_port;

/// Adds a connection from a document, which must be refused and leave everything as it was.
#[track_caller]
fn refused_from(source: &str, document: Option<&str>, code: i32, more: &[&str]) -> Output {
    let desk = Desk::new();
    if let Some(document) = document {
        desk.write(source, document);
    }
    refused(&desk, source, code, more)
}

#[track_caller]
fn refused(desk: &Desk, source: &str, code: i32, more: &[&str]) -> Output {
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--technical-contact", "sso@example.org"];
    let rest = ["--attribute=email=mail", "--metadata", source];
    let before = desk.files();
    let output = desk.ssoctl(&[&add[..], &rest, more].concat()).exits(code);
    assert_eq!(desk.files(), before, "a refused command has written something");
    assert_eq!(output.stdout, "");
    output
}

#[test]
fn a_file_that_is_not_there() {
    insta::assert_snapshot!(refused_from("idp.xml", None, 3, &[]).stderr, @r"
        error[file-not-found]: `idp.xml` does not exist
        hint: check the path; `-` reads standard input
        ");
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(refused_from("idp.xml", Some(""), 3, &[]).stderr, @r"
        error[empty-document]: idp.xml: the document is empty
        hint: save the metadata again; a download may have failed
        ");
    insta::assert_snapshot!(refused_from("idp.xml", Some(" \n\n"), 3, &[]).stderr, @r"
        error[empty-document]: idp.xml: the document is empty
        hint: save the metadata again; a download may have failed
        ");
}

#[test]
fn a_web_page_instead_of_metadata() {
    let page =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form action=/login></form></body></html>";
    insta::assert_snapshot!(refused_from("idp.xml", Some(page), 3, &[]).stderr, @r"
        error[html-not-metadata]: idp.xml:1:1: this is a web page, not metadata
        hint: the URL may stand behind a login or show an error page: open it in a browser without signing in
        hint: or save the metadata file there and give its path
        ");
    refused_from("idp.xml", Some("<html><body>moved</body></html>"), 3, &[]).tells("web page");
}

#[test]
fn the_vendors_own_metadata_instead_of_the_identity_providers() {
    insta::assert_snapshot!(refused_from("sp.xml", Some(&made::sp_metadata()), 3, &[]).stderr, @r"
        error[no-idp-role]: sp.xml:1: `https://testbrand.iad1.qualtrics.com` is no identity provider: it has `SPSSODescriptor` and no `IDPSSODescriptor`
        hint: this is the metadata of a service provider: `--sp-metadata` takes such a file
        ");
}

#[test]
fn a_doctype() {
    let xml = Idp::new().xml();
    let lol = "<!DOCTYPE md:EntityDescriptor [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<md:EntityDescriptor";
    let hostile = xml.replacen("<md:EntityDescriptor", lol, 1).replace(made::ENTITY_ID, "&x;");
    let output = refused_from("idp.xml", Some(&hostile), 3, &[]);
    insta::assert_snapshot!(output.stderr, @r"
        error[doctype]: idp.xml:2:1: the document has a DOCTYPE, which can fetch files and define entities
        hint: SAML has no use for it: remove the `<!DOCTYPE ..>`, or ask the publisher for metadata without one
        ");
}

#[test]
fn truncated_xml() {
    let xml = Idp::new().xml();
    let cut = &xml[..xml.find("</md:IDPSSODescriptor>").unwrap()];
    insta::assert_snapshot!(refused_from("idp.xml", Some(cut), 3, &[]).stderr, @r"
        error[xml-truncated]: idp.xml:7:3: the document ends inside `<md:IDPSSODescriptor>`, which begins on line 3
        hint: the file may have been cut off: download or copy it again, to its last line
        ");
    let inside = &xml[..xml.find("SingleSignOnService").unwrap() + 30];
    refused_from("idp.xml", Some(inside), 3, &[]).tells("idp.xml:");
}

#[test]
fn a_certificate_that_is_a_file_name() {
    let xml = Idp::new().certificate_text("/etc/shibboleth/idp-signing.crt").xml();
    insta::assert_snapshot!(refused_from("idp.xml", Some(&xml), 3, &[]).stderr, @r"
        error[certificate-is-file-name]: idp.xml:4:62: a certificate in the metadata cannot be used
        caused by: `/etc/shibboleth/idp-signing.crt` looks like a file name; its content belongs there
        hint: `cat FILE` shows the content, from `-----BEGIN CERTIFICATE-----` on
        ");
}

#[test]
fn a_certificate_that_is_a_private_key_is_never_echoed() {
    let desk = Desk::new();
    let key = String::from_utf8(made::key().private_key_to_pem_pkcs8().unwrap()).unwrap();
    let body = key.lines().nth(1).unwrap().to_owned();
    desk.secret(&body);
    desk.secret(&body[8..40]);
    desk.write("idp.xml", Idp::new().certificate_text(&key).xml());
    insta::assert_snapshot!(refused(&desk, "idp.xml", 3, &[]).stderr, @r"
        error[private-key]: idp.xml:4:62: a certificate in the metadata cannot be used
        caused by: this is a private key, which must never leave its owner (it is not shown)
        hint: put the certificate there instead; a key that was pasted or sent anywhere must be replaced
        ");
    // Without its BEGIN and END lines it is still a key.
    let naked: String = key.lines().filter(|line| !line.starts_with("-----")).collect();
    desk.write("naked.xml", Idp::new().certificate_text(&naked).xml());
    refused(&desk, "naked.xml", 3, &[]).tells("private key");
    for command in [["metadata", "inspect"], ["cert", "check"]] {
        for format in ["human", "json"] {
            for file in ["idp.xml", "naked.xml"] {
                let run = desk.ssoctl(&[&command[..], &[file, "--format", format]].concat());
                drop(run.exits(if command[0] == "cert" { 1 } else { 0 }));
            }
        }
    }
    desk.write("idp.key", &key);
    insta::assert_snapshot!(refused(&desk, "idp.key", 3, &[]).stderr, @r"
        error[private-key]: idp.key: this is a private key, not metadata (its content is not shown)
        hint: give the metadata file; if the key was sent or stored where others can read it, replace it
        ");
    insta::assert_snapshot!(desk.ssoctl(&["metadata", "inspect", "idp.key"]).exits(3).stderr, @r"
        error[private-key]: idp.key: this is a private key, not metadata (its content is not shown)
        hint: give the metadata file; if the key was sent or stored where others can read it, replace it
        ");
}

#[test]
fn expired_and_missing_certificates_are_told_and_kept() {
    // Not refused: software of this field trusts the key, and the gate is `cert check`.
    let desk = Desk::new();
    let expired = made::certificate(&made::key(), -800 * DAY, -DAY);
    desk.connect("expired", &Idp::new().certificates(&[expired]).xml(), &[]);
    let shown = desk.ssoctl(&["connection", "show", "expired"]).exits(0);
    shown.tells("warning[certificate-expired]").tells("ended on 2026-11-21T10:00:00Z");
    desk.connect("missing", &Idp::new().certificates(&[]).xml(), &[]);
    let shown = desk.ssoctl(&["connection", "show", "missing"]).exits(0);
    shown.tells("warning[certificate-none]").tells("only IdP-initiated logins could work");
    insta::assert_snapshot!(desk.ssoctl(&["cert", "check"]).exits(1).stdout.split("\n\n").next().unwrap(), @r"
        CONNECTION  COVERED UNTIL  STATUS
        expired     not covered    expired
        missing     not covered    fail
        ");
}

// attacks 4.3: M1.
#[test]
fn a_plain_http_url_is_not_asked() {
    let desk = Desk::new();
    let peer = Peer::http(|_| Answer::Body(Idp::new().xml().into_bytes()));
    insta::assert_snapshot!(refused(&desk, &peer.url("/metadata?key=s3cret"), 5, &[]).stderr, @r"
        error[http-url]: http://127.0.0.1:[PORT]/metadata?..: over plain http anybody on the way can change the document
        hint: use `https://127.0.0.1:[PORT]/metadata?..`
        hint: where the server has no https, `--insecure-allow-http` consents; compare the fingerprints by another channel
        ");
    assert_eq!(peer.met(), 0);
}

fn acceptor(desk: &Desk) -> SslAcceptor {
    let key = made::key();
    let certificate = made::server_certificate(&key);
    desk.write("root.pem", made::pem(&certificate));
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    builder.set_private_key(&key).unwrap();
    builder.set_certificate(&certificate).unwrap();
    builder.build()
}

// attacks 4.3: M1.
#[test]
fn a_redirect_from_https_to_http_is_not_followed() {
    let desk = Desk::new();
    let plain = Peer::http(|_| Answer::Body(Idp::new().xml().into_bytes()));
    let target = plain.url("/metadata");
    let acceptor = acceptor(&desk);
    let peer = Peer::https(acceptor, move |_| Answer::Head("302 Found", format!("Location: {target}\r\n")));
    let url = format!("https://{}/metadata", peer.host());
    for more in [&[][..], &["--insecure-allow-http"]] {
        let arguments = [&["metadata", "inspect", &url][..], more].concat();
        let run = desk.command(&arguments).env("SSL_CERT_FILE", "root.pem").run();
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.exits(4).stderr, @r"
                error[redirect-to-http]: https://127.0.0.1:[PORT]/metadata: redirects to http://127.0.0.1:[PORT]/metadata, where anybody on the way can change the document
                hint: use the https address of the document itself, such as `https://127.0.0.1:[PORT]/metadata`
                ");
        }
    }
    assert_eq!((peer.met(), plain.met()), (2, 0));
}

#[test]
fn a_server_that_nobody_vouches_for() {
    let desk = Desk::new();
    let peer = Peer::https(acceptor(&desk), |_| Answer::Body(Idp::new().xml().into_bytes()));
    let url = format!("https://{}/metadata", peer.host());
    // The cause between is OpenSSL's own, and differs between its releases.
    let output = refused(&desk, &url, 4, &[]);
    output
        .tells("the server's certificate is not trusted (self-signed certificate)")
        .tells("`--ca-file` names a PEM file with its root (or set `SSL_CERT_FILE`)");
    desk.command(&["metadata", "inspect", &url]).env("SSL_CERT_FILE", "root.pem").run().exits(0);
}

#[test]
fn a_document_that_has_moved_away() {
    let desk = Desk::new();
    let peer = Peer::http(|_| Answer::Head("404 Not Found", String::new()));
    let url = peer.url("/metadata");
    insta::assert_snapshot!(refused(&desk, &url, 4, &["--insecure-allow-http"]).stderr, @r"
        error[http-status]: http://127.0.0.1:[PORT]/metadata: the server answered 404 Not Found
        hint: check the path for typing errors, and whether the document has moved
        ");
}

#[test]
fn a_server_that_is_not_there() {
    let desk = Desk::new();
    let url = format!("http://127.0.0.1:{}/metadata", dead_port());
    insta::assert_snapshot!(refused(&desk, &url, 4, &["--insecure-allow-http"]).stderr, @r"
        error[unreachable]: http://127.0.0.1:[PORT]/metadata: the server cannot be reached
        caused by: tcp connect error: Connection refused (os error 111)
        hint: check the host name and the network; behind a firewall, set `HTTPS_PROXY`
        ");
}

#[test]
fn a_server_that_never_answers() {
    let desk = Desk::new();
    let peer = Peer::http(|_| Answer::Silence);
    let url = peer.url("/metadata");
    insta::assert_snapshot!(refused(&desk, &url, 4, &["--insecure-allow-http", "--timeout", "1"]).stderr, @r"
        error[timeout]: http://127.0.0.1:[PORT]/metadata: no complete answer within 1 second
        caused by: operation timed out
        hint: try again; behind a firewall, set `HTTPS_PROXY`, or fetch the document another way and pass the file
        ");
}

#[test]
fn a_body_without_end() {
    let desk = Desk::new();
    let peer = Peer::http(|_| Answer::Endless);
    let url = peer.url("/metadata");
    insta::assert_snapshot!(refused(&desk, &url, 4, &["--insecure-allow-http", "--max-size", "100000"]).stderr, @r"
        error[body-too-large]: http://127.0.0.1:[PORT]/metadata: the document is larger than 100000 bytes
        hint: `--max-size` raises the limit, where such a large document is expected
        ");
    let run = desk.command(&["metadata", "inspect", "-", "--max-size", "1000"]).stdin(vec![b' '; 5000]).run();
    insta::assert_snapshot!(run.exits(3).stderr, @r"
        error[input-too-large]: standard input is larger than 1000 bytes
        hint: `--max-size` raises the limit, where such a large document is expected
        ");
}

#[test]
fn an_unknown_key_in_a_connection_file() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--setting", "data_center=iad1"]);
    let text = desk.read("connections/q.yaml");
    desk.write("connections/q.yaml", text.replace("force_authentication", "force_authentification"));
    insta::assert_snapshot!(desk.ssoctl(&["connection", "show", "q"]).exits(3).stderr, @r"
        error[yaml-unknown-key]: connections/q.yaml:36:5: unknown key `force_authentification` in `saml.options`
          36 |     force_authentification
        hint: did you mean `force_authentication`?
        ");
    desk.ssoctl(&["connection", "list"]).exits(3);
    desk.ssoctl(&["cert", "check"]).exits(3);
}

#[test]
fn a_key_that_is_there_twice() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    let text = desk.read("connections/q.yaml");
    desk.write("connections/q.yaml", text.replace("provider: qualtrics\n", "provider: qualtrics\nprovider: qualys\n"));
    insta::assert_snapshot!(desk.ssoctl(&["connection", "show", "q"]).exits(3).stderr, @r"
        error[yaml-duplicate-key]: connections/q.yaml:4:1: the key `provider` is here twice
          4 | provider: qualys
        hint: keep one of them; the other would be lost silently
        ");
}

#[test]
fn an_unknown_key_in_the_workspace_file() {
    let desk = Desk::new();
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  warn_day: 30\n");
    insta::assert_snapshot!(desk.ssoctl(&["connection", "list"]).exits(3).stderr, @r"
        error[yaml-unknown-key]: ssoctl.yaml:3:3: unknown key `warn_day` in `policy`
          3 |   warn_day
        hint: did you mean `warn_days`?
        ");
    desk.write("ssoctl.yaml", "version: 2\n");
    insta::assert_snapshot!(desk.ssoctl(&["connection", "list"]).exits(3).stderr, @r"
        error[file-version]: ssoctl.yaml: this file has version 2, and this ssoctl reads up to version 1
        hint: install a newer ssoctl
        ");
}

#[test]
fn a_name_with_a_slash() {
    let desk = Desk::new();
    desk.write("idp.xml", Idp::new().xml());
    let before = desk.files();
    let add = |name| ["connection", "add", name, "--provider", "qualtrics", "--metadata", "idp.xml"];
    insta::assert_snapshot!(desk.ssoctl(&add("../q")).exits(2).stderr, @r"
        error: invalid value '../q' for '<NAME>': `../q` cannot name a connection: it must start with a letter, a digit or `_`

        For more information, try '--help'.
        ");
    for name in ["a/b", "a\\b", "con", "q.", ".q", "", "q q", "-q"] {
        drop(desk.ssoctl(&add(name)).exits(2));
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn a_name_that_is_taken_in_another_case() {
    let desk = Desk::new();
    desk.connect("prod", &Idp::new().xml(), &[]);
    let before = desk.files();
    let run = desk.ssoctl(&["connection", "add", "PROD", "--provider", "qualtrics", "--metadata", "prod.xml"]);
    insta::assert_snapshot!(run.exits(5).stderr, @r"
        error[connection-exists]: there is a connection `prod` already
        hint: `ssoctl connection set prod KEY=VALUE` changes it, `ssoctl connection remove prod` removes it
        ");
    assert_eq!(desk.files(), before);
}

#[test]
fn a_secret_in_the_place_of_a_reference() {
    let desk = Desk::new();
    desk.secret("pasted-by-mistake");
    desk.write("idp.xml", Idp::new().xml());
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--metadata", "idp.xml"];
    for flag in ["--token=pasted-by-mistake", "--client-secret=pasted-by-mistake"] {
        for format in ["human", "json"] {
            desk.ssoctl(&[&add[..], &[flag, "--format", format]].concat())
                .exits(2)
                .tells("write a reference: `env:NAME`");
        }
    }
    let run = desk.ssoctl(&[&add[..], &["--token", "pasted-by-mistake"]].concat());
    insta::assert_snapshot!(run.exits(2).stderr, @r"
        error: invalid value for '--token <REFERENCE>': a secret must be a reference, and this is a value (not shown, it may be the secret itself)
        hint: write a reference: `env:NAME`, `file:PATH` or `command:PROGRAM ARGUMENTS`
        ");
}

#[test]
fn a_list_that_goes_on_at_another_host() {
    let desk = Desk::new();
    let elsewhere = Peer::http(|_| Answer::Body(b"{}".to_vec()));
    let url = elsewhere.url("/API/v3/users?offset=100");
    let sandbox = desk.sandbox(&["--users", "250", "--foreign-next-page", &url]);
    desk.connect("q", &Idp::new().xml(), &["--token", "env:TOKEN", "--api-url", sandbox.url()]);
    desk.write("roster.csv", "old_username,new_value\nuser00001@example.org,1001\n");
    let before = desk.files();
    let run = desk
        .command(&["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--apply", "--accept-untested"])
        .run();
    insta::assert_snapshot!(run.exits(4).stderr, @r"
        error[next-page-foreign-host]: the list goes on at http://127.0.0.1:[PORT]/API/v3/users?.., and the token is for http://127.0.0.1:[PORT]/API/v3 only; nothing was sent there
        hint: tell Qualtrics support; a proxy in between may have changed the answer
        ");
    assert_eq!(elsewhere.met(), 0, "somebody was told the token");
    assert!(sandbox.log().is_empty());
    assert_eq!(desk.files(), before);
}

#[test]
fn a_wrong_token() {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&["--users", "5"]);
    desk.connect("q", &Idp::new().xml(), &["--token", "env:TOKEN", "--api-url", sandbox.url()]);
    desk.write("roster.csv", "old_username,new_value\nuser00001@example.org,1001\n");
    let before = desk.files();
    let migrate = ["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--apply", "--accept-untested"];
    desk.secret("of-another-tenant");
    let output = desk.command(&migrate).env("TOKEN", "of-another-tenant").run().exits(4);
    let told = output.stderr.split(" (request").next().unwrap();
    insta::assert_snapshot!(told, @r"
        error[unauthorized]: the credentials are not accepted: 401 - Unauthorized: TOKEN_UNKNOWN Unrecognized X-API-TOKEN.
        ");
    output.tells("hint: renew the token");
    assert_eq!(output.stdout, "");
    for (value, words) in [("", "set and empty"), ("two\nlines", "line end")] {
        desk.command(&migrate).env("TOKEN", value).run().exits(3).tells(words);
    }
    desk.ssoctl(&["connection", "set", "q", "directory.token=env:NOT_SET"]).exits(0);
    insta::assert_snapshot!(desk.ssoctl(&migrate).exits(3).stderr, @r"
        error[secret-unset]: `env:NOT_SET` is not set
        hint: run `read -rs NOT_SET && export NOT_SET`, or set it in the CI job's secrets
        ");
    assert!(sandbox.log().is_empty());
    let now = desk.files();
    assert_eq!(before.keys().collect::<Vec<_>>(), now.keys().collect::<Vec<_>>());
}

/// Plans a roster that is refused as a whole.
#[track_caller]
fn refused_roster(bytes: &[u8], more: &[&str]) -> Output {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&["--users", "3"]);
    desk.connect("q", &Idp::new().xml(), &["--token", "env:TOKEN", "--api-url", sandbox.url()]);
    desk.write("roster.csv", bytes);
    let before = desk.files();
    let migrate = ["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--apply", "--accept-untested"];
    let output = desk.command(&[&migrate[..], more].concat()).run().exits(3);
    assert_eq!(desk.files(), before);
    assert!(sandbox.log().is_empty());
    output
}

#[test]
fn rosters_that_are_no_rosters() {
    insta::assert_snapshot!(refused_roster(b"", &[]).stderr, @r"
        error[roster-empty]: roster.csv: the file is empty
        hint: the first line holds the names of the columns
        ");
    insta::assert_snapshot!(refused_roster(b"old_username,new_value\n", &[]).stderr, @r"
        error[roster-no-rows]: roster.csv: there is no row below the header
        hint: export the file again with its rows
        ");
    insta::assert_snapshot!(refused_roster(b"login name,employee\na,1\n", &[]).stderr, @r"
        error[roster-column]: roster.csv:1: there is no column for the old username (`old_username` or `username` or `login`); the file has `login name`, `employee`
        hint: name the column of the old username with `--old-column NAME`
        ");
    insta::assert_snapshot!(refused_roster(b"old_username,new_value\nm\xfcller,1\n", &[]).stderr, @r"
        error[roster-encoding]: roster.csv:2: the file is not UTF-8
        hint: say what it is, such as `--encoding windows-1252`, or save it as `CSV UTF-8`
        ");
    insta::assert_snapshot!(refused_roster(b"PK\x03\x04\x14\x00\x06\x00", &[]).stderr, @r"
        error[roster-encoding]: roster.csv: the file is an Excel workbook or another ZIP archive, and not CSV
        hint: open it in the spreadsheet program and save it as `CSV UTF-8`
        ");
    insta::assert_snapshot!(refused_roster(b"old_username,new_value\na\0,1\n", &[]).stderr, @r"
        error[roster-nul]: roster.csv:2: the file holds a NUL character
        hint: it is not plain CSV: export it again as `CSV UTF-8`
        ");
    insta::assert_snapshot!(refused_roster(b"old_username,new_value\n\"a,1\n", &[]).stderr, @r"
        error[roster-quote]: roster.csv:2: the quote that opens here never closes
        hint: close the quote, or export the file again: it may be cut short
        ");
    refused_roster(b"old_username,new_value\na,1\n", &["--old-column", "nobody"]).tells("nobody");
}

/// What a plan says of the rows that cannot be renamed; applying it renames only the others.
#[track_caller]
fn problems(accounts: &[&str], roster: &str, others: &[(&str, &str)], flags: &[&str]) -> String {
    let desk = Desk::new();
    desk.write("users.csv", format!("username\n{}\n", accounts.join("\n")));
    let sandbox = desk.sandbox(&["--csv", "users.csv"]);
    desk.connect("q", &Idp::new().xml(), &["--token", "env:TOKEN", "--api-url", sandbox.url()]);
    desk.write("roster.csv", format!("old_username,new_value\n{roster}"));
    let migrate = [&["users", "migrate", "--csv", "roster.csv", "--connection", "q"], flags].concat();
    let planned = desk.command(&migrate).run().exits(1);
    let applied = [&migrate[..], &["--apply", "--accept-untested"]].concat();
    drop(desk.command(&applied).run().exits(1));
    let others: Vec<_> = others.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
    assert_eq!(sandbox.changes(), others);
    let table = planned.stdout.split("\n\n").find(|part| part.contains("CANNOT BE RENAMED")).unwrap();
    table.to_owned()
}

#[test]
fn a_roster_with_duplicate_targets() {
    insta::assert_snapshot!(problems(&["a", "b", "c"], "a,1\nb,1\nc,2\n", &[("c", "2#testbrand")], &[]), @r"
        LINE  USERNAME  CANNOT BE RENAMED  WHY
        2     a         conflict           duplicate-target: line 3 gives `b` the same new username exactly
        3     b         conflict           duplicate-target: line 2 gives `a` the same new username exactly
        ");
}

#[test]
fn a_swap_without_a_third_name() {
    let table =
        problems(&["a#testbrand", "b#testbrand"], "a#testbrand,b\nb#testbrand,a\n", &[], &["--no-temporary-names"]);
    insta::assert_snapshot!(table, @r"
        LINE  USERNAME     CANNOT BE RENAMED  WHY
        2     a#testbrand  conflict           swap-or-cycle: `b#testbrand` is held by an account that line 3 renames, and so on back to this one: it would take a third name, and `--no-temporary-names` forbids that
        3     b#testbrand  conflict           swap-or-cycle: `a#testbrand` is held by an account that line 2 renames, and so on back to this one: it would take a third name, and `--no-temporary-names` forbids that
        ");
}

#[test]
fn values_that_cannot_become_usernames() {
    let roster = "a,10#01\nb,1001#testbrand\nc,1001#otherbrand\nd,\ne, 7\nf,x*y\ng,1,2\n";
    insta::assert_snapshot!(problems(&["a", "b", "c", "d", "e", "f", "g"], roster, &[], &[]), @r"
        LINE  USERNAME  CANNOT BE RENAMED  WHY
        2     a         invalid            value-has-other-suffix: the new value `10#01` carries the suffix of another tenant, `#01`; this one's is `#testbrand`
        3     b         invalid            value-has-suffix: the new value `1001#testbrand` carries the suffix `#testbrand` already, which is added to it: write `1001`
        4     c         invalid            value-has-other-suffix: the new value `1001#otherbrand` carries the suffix of another tenant, `#otherbrand`; this one's is `#testbrand`
        5     d         invalid            value-empty: the new value is empty
        6     e         invalid            value-has-outer-space: the new value ` 7` starts or ends with a space, and nothing is trimmed silently
        7     f         invalid            value-refused: the new value `x*y`: the vendor refuses `*` in usernames
        8     g         invalid            ragged-row: the row has 3 fields where the header has 2: a separator is missing or unquoted
        ");
}

#[test]
fn accounts_that_are_not_there_or_not_alone() {
    let roster = "nobody,1\nAnna,2\nb,3\nb,4\nc,d\n";
    insta::assert_snapshot!(problems(&["anna", "b", "c", "d#testbrand"], roster, &[], &[]), @r"
        LINE  USERNAME  CANNOT BE RENAMED  WHY
        2     nobody    not_found          not-found: no account has this username
        3     Anna      not_found          not-found: no account has exactly this username; account `anna` (`UR_U9eeQSMCIf3WN4x`) is the same but for upper and lower case
        4     b         ambiguous          old-listed-twice: line 5 gives `b` another new value, `4`
        5     b         ambiguous          old-listed-twice: line 4 gives `b` another new value, `3`
        6     c         conflict           target-held: account `d#testbrand` (`UR_fdAkGeiPRjSTaU8`) holds the new username: the same person may have two accounts, one made at an early login; this row's is account `c` (`UR_dLLhU9oPMio94c9`)
        ");
}
