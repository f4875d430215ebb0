//! What people put on a command line by mistake, and what their URLs hold, is repeated nowhere:
//! neither by ssoctl nor by the parser of its arguments.

use std::sync::Arc;
use std::sync::Mutex;

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;
use crate::peer::dead_port;

#[test]
fn a_private_key_on_the_command_line_is_refused_and_never_repeated() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    let pem = String::from_utf8(made::key().private_key_to_pem_pkcs8().unwrap()).unwrap();
    let body: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    desk.secret(body[0]);
    desk.secret(body[1]);
    let bare = body.concat();
    let pair = format!("saml.idp.certificates.0.pem={pem}");
    let words: Vec<&str> = pem.split_whitespace().collect();
    let attached = format!("--trust={bare}");
    let before = desk.files();
    for line in [
        &["cert", "show", &pem][..],
        &["cert", "check", &bare],
        &["cert", "check", "--tls", &pem],
        &["cert", "check", "--warn-days", &pem],
        &["connection", "add", &pem, "--provider", "qualtrics", "--metadata", "q.xml"],
        &["connection", "add", "x", "--provider", &bare, "--metadata", "q.xml"],
        &["connection", "add", "x", "--provider", "qualtrics", "--metadata", &pem],
        &["connection", "add", "x", "--provider", "qualtrics", "--metadata", "q.xml", "--setting", &pem],
        &["connection", "set", "q", &pair],
        &["connection", "set", "q", &pem],
        &["connection", "set", "q", "--unset", &bare],
        &["connection", "refresh", "q", "--metadata", &pem],
        &["metadata", "inspect", "q.xml", "--trust", &pem],
        &["metadata", "verify", "q.xml", &attached],
        &["metadata", "verify", "q.xml", "--entity-id", &pem],
        &["metadata", "export", "q", "--sign", "--key", &pem],
        &["metadata", "export", "q", "--sign", "--key", "x", "--certificate", &bare],
        &["--workspace", &pem, "connection", "list"],
        &["--format", &pem, "connection", "list"],
        &["connection", &bare],
        &[&pem],
        &[&["cert", "show"], words.as_slice()].concat(),
    ] {
        desk.ssoctl(line).exits(2).tells("error[key-in-argument]: an argument is a private key");
        let all = [&["--format=json"], line].concat();
        assert_eq!(desk.ssoctl(&all).exits(2).json()["error"]["code"], "key-in-argument", "{line:?}");
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn a_secret_of_a_url_stays_in_the_file_and_out_of_what_is_told() {
    let desk = Desk::new();
    let document = Arc::new(Mutex::new(Idp::new().xml()));
    let served = Arc::clone(&document);
    let peer = Peer::http(move |_| Answer::Body(served.lock().unwrap().clone().into_bytes()));
    let url = peer.url("/m?appid=1&access_token=hunter2");
    desk.secret("hunter2");
    let http = "--insecure-allow-http";
    let add = |name: &str, more: &[&str]| {
        let line = ["connection", "add", name, "--provider", "qualtrics", "--metadata", &url, http];
        let facts = ["--technical-contact", "a@example.org", "--setting", "brand_id=b", "--attribute", "email=mail"];
        desk.ssoctl(&[&line[..], &facts, more].concat()).exits(0)
    };
    add("q", &[]).tells("warning[metadata-url-secret]");
    let shown = "/m?appid=1&access_token=..";
    let json = add("p", &["--format", "json"]).json();
    assert!(json["saml"]["idp"]["metadata"].as_str().unwrap().ends_with(shown), "{json}");
    assert!(desk.read("connections/q.yaml").contains("/m?appid=1&access_token=hunter2"));
    desk.ssoctl(&["connection", "show", "q"]).exits(0).shows(shown);
    desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).shows(shown);
    desk.ssoctl(&["connection", "set", "q", "display_name=x"]).exits(0);

    *document.lock().unwrap() = Idp::new().certificates(&[made::certificate(&made::rsa_key(2048), 0, made::DAY)]).xml();
    for more in [&["--check"][..], &["--check", "--format", "json"]] {
        desk.ssoctl(&[&["connection", "refresh", "q", http], more].concat()).exits(1);
        let by_hand = [&["connection", "refresh", "q", "--metadata", &url, http], more].concat();
        let output = desk.ssoctl(&by_hand).exits(1);
        output.tells(&format!("--metadata {}/m?.. --insecure-allow-http` shows it again", "http://127.0.0.1:[PORT]"));
    }
    let other = peer.url("/other?access_token=hunter2");
    desk.ssoctl(&["connection", "refresh", "q", "--metadata", &other, http])
        .exits(5)
        .tells("/other?..")
        .shows("/other?access_token=..");
    desk.ssoctl(&["connection", "set", "q", "--metadata", &other, http]).exits(5).tells("/other?..");
    desk.ssoctl(&["connection", "refresh", "q", "--metadata", &other, http, "--apply", "--accept", "key-set-replaced"])
        .exits(0)
        .shows("/other?access_token=..");
    assert!(desk.read("connections/q.yaml").contains("/other?access_token=hunter2"));
}

#[test]
fn no_error_repeats_a_secret_of_a_url() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    // A parameter of any name counts where the URL is not what the file is to hold.
    let dead = format!("http://127.0.0.1:{}/m?t=hunter2", dead_port());
    let login = "https://u:hunter2@idp.example.org/m";
    desk.secret("hunter2");
    let http = "--insecure-allow-http";
    for (line, exit) in [
        (&["metadata", "inspect", &dead, http][..], 4),
        (&["metadata", "inspect", &dead], 5),
        (&["metadata", "inspect", login], 2),
        (&["metadata", "inspect", "q.xml", &dead], 2),
        (&["metadata", "inspect", "q.xml", "--list", "--role", login], 2),
        (&["metadata", "inspect", "q.xml", "--timeout", &dead], 2),
        (&["metadata", "inspect", "--mdq", &dead, "--entity-id", "x"], 2),
        (&["metadata", "inspect", "--mdq", login, "--entity-id", "x"], 2),
        (&["metadata", "inspect", "q.xml", "--trust", login], 3),
        (&["metadata", "diff", "q", &dead, http], 4),
        (&["metadata", "verify", &dead, "--trust", "q.xml"], 3),
        (&["cert", "check", &dead, http], 4),
        (&["cert", "check", login], 2),
        (&["cert", "show", &dead, http], 4),
        (&["cert", "show", "--tls", &dead], 2),
        (&["cert", "check", "--tls", login], 2),
        (&["cert", "check", "idp.example.org/m?token=hunter2"], 3),
        (&["connection", "refresh", "q", "--metadata", &dead, http], 4),
        (&["connection", "refresh", "q", "--metadata", login], 2),
        (&["connection", "refresh", "q", "--sp-metadata", &dead, http], 4),
        (&["connection", "set", "q", "--metadata", &dead, http], 4),
        (&["connection", "set", "q", login], 2),
        (&["connection", "add", "x", "--provider", "qualtrics", "--discovery", &dead, "--client-id", "c", http], 4),
        (&["connection", "add", "x", "--provider", login, "--metadata", "q.xml"], 3),
        (&["connection", "add", login, "--provider", "qualtrics", "--metadata", "q.xml"], 2),
        (&["cert", "check", &dead, "--untrusted", "--allow-origin", "https://idp.example.org/?token=hunter2"], 2),
    ] {
        for format in ["human", "json"] {
            let run = desk.ssoctl(&[line, &["--format", format]].concat());
            drop(run.exits(exit));
        }
    }
}
