//! Bindings and certificates of a connection by hand: `connection binding`, `cert add|remove`.

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;

const FILE: &str = "connections/q.yaml";

/// A connection with a comment that has to stay.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    let text = desk.read(FILE).replace("    certificates:\n", "    # compared by telephone\n    certificates:\n");
    desk.write(FILE, text);
    desk
}

fn sha256(certificate: &openssl::x509::X509) -> String {
    let digest = certificate.digest(openssl::hash::MessageDigest::sha256()).unwrap();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_certificate_is_added_for_a_rollover_and_the_old_one_taken_out() {
    let desk = desk();
    let next = made::certificate(&made::rsa_key(2048), 0, 900 * made::DAY);
    desk.write("next.crt", made::pem(&next));
    let before = desk.read(FILE);
    let output = desk.ssoctl(&["cert", "add", "q", "next.crt"]).exits(0);
    output.tells("+     - sha256:").tells("nothing was changed at the vendor");
    let both = desk.read(FILE);
    assert!(both.contains("    # compared by telephone\n"));
    // Nothing else has changed.
    desk.ssoctl(&["cert", "remove", "q", &sha256(&next)]).exits(0);
    assert_eq!(desk.read(FILE), before);
    desk.ssoctl(&["cert", "add", "q", "next.crt"]).exits(0);
    assert_eq!(desk.read(FILE), both);
    desk.ssoctl(&["cert", "add", "q", "next.crt"]).exits(0).tells("is there already");
    assert_eq!(desk.read(FILE), both);
    let old = sha256(&made::good()).to_uppercase();
    let colons: Vec<&str> = (0..old.len()).step_by(2).map(|at| &old[at..at + 2]).collect();
    desk.ssoctl(&["cert", "remove", "q", &colons.join(":")]).exits(0);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    assert_eq!(shown["saml"]["idp"]["certificates"].as_array().unwrap().len(), 1);
    assert_eq!(shown["saml"]["idp"]["certificates"][0]["sha256"], sha256(&next));
    assert!(desk.read(FILE).contains("    # compared by telephone\n"));
    // The last one goes with consent and a warning, and one comes back into the empty list.
    let remove = ["cert", "remove", "q", &sha256(&next)[..8]];
    let refused = desk.ssoctl(&remove).exits(5);
    refused.tells("error[certificate-last]").tells("`ssoctl cert add q FILE`");
    assert!(desk.read(FILE).contains("sha256:"));
    let consent = ["--accept", "certificate-last"];
    desk.ssoctl(&[&remove[..], &consent].concat()).exits(0).tells("warning[certificate-none]");
    assert!(desk.read(FILE).contains("    certificates: []\n"));
    desk.command(&["cert", "add", "q", "-"]).stdin(made::pem(&made::good())).run().exits(0);
    assert_eq!(desk.ssoctl(&["cert", "show", "q", "--pem"]).exits(0).stdout, made::pem(&made::good()));
}

#[test]
fn what_has_ended_needs_consent_and_what_is_good_beside_it_needs_none() {
    let desk = desk();
    let ended = made::certificate(&made::rsa_key(2048), -900 * made::DAY, -made::DAY);
    desk.write("old.crt", made::pem(&ended));
    let before = desk.files();
    desk.ssoctl(&["cert", "add", "q", "old.crt"]).exits(5).tells("error[certificate-expired]").tells("has ended on");
    assert_eq!(desk.files(), before);
    desk.ssoctl(&["cert", "add", "q", "old.crt", "--accept", "certificate-expired"]).exits(0);
    // The one that has ended covers nothing: the other is the last one that is good.
    let good = sha256(&made::good());
    desk.ssoctl(&["cert", "remove", "q", &good]).exits(5).tells("error[certificate-last]");
    desk.ssoctl(&["cert", "remove", "q", &sha256(&ended)]).exits(0);
    // Consent is to one thing, by its name.
    desk.ssoctl(&["cert", "remove", "q", &good, "--accept", "all"]).exits(2);
}

#[test]
fn what_a_new_certificate_means_at_the_vendor_is_told() {
    let desk = desk();
    desk.write("renewed.crt", made::pem(&made::certificate(&made::key(), 0, 900 * made::DAY)));
    let added = desk.ssoctl(&["cert", "add", "q", "renewed.crt"]).exits(0);
    added.tells("is a new certificate of the key of").tells(&sha256(&made::good()));
    added.tells("holds several certificates").tells("`ssoctl cert plan q`");
    desk.write("idp.xml", Idp::new().xml());
    desk.write("next.crt", made::pem(&made::certificate(&made::rsa_key(2048), 0, 900 * made::DAY)));
    for (name, provider, told) in [
        ("i", "ino-cx", "holds a single certificate"),
        ("y", "qualys", "unknown, ask the vendor: can Qualys Operations"),
    ] {
        desk.ssoctl(&["connection", "add", name, "--provider", provider, "--metadata", "idp.xml"]).exits(0);
        let added = desk.ssoctl(&["cert", "add", name, "next.crt"]).exits(0);
        added.tells(told);
        assert!(!added.stderr.contains("of the key of"), "{}", added.stderr);
    }
}

#[test]
fn a_step_for_a_day_counts_for_nothing_until_it_is_done() {
    let desk = desk();
    let next = made::certificate(&made::rsa_key(2048), 0, 900 * made::DAY);
    desk.write("next.crt", made::pem(&next));
    let before = desk.read(FILE);
    desk.ssoctl(&["cert", "add", "q", "next.crt", "--at", "2026-11-22"]).exits(2).tells("error[certificate-step-day]");
    let told = desk.ssoctl(&["cert", "add", "q", "next.crt", "--at", "2027-01-15"]).exits(0);
    told.tells("`ssoctl cert step q` does it");
    let remove = ["cert", "remove", "q", &sha256(&made::good()), "--at"];
    desk.ssoctl(&[&remove[..], &["2027-01-20"]].concat()).exits(0);
    // The other day takes the place of the first.
    desk.ssoctl(&[&remove[..], &["2027-01-16"]].concat()).exits(0);
    let planned = desk.read(FILE);
    assert!(planned.contains("    # compared by telephone\n") && planned.matches("- on: ").count() == 2, "{planned}");
    // What is published in the meantime is no longer planned; what is still ahead stays.
    desk.write("both.xml", Idp::new().certificates(&[made::good(), next.clone()]).xml());
    let refresh = ["connection", "refresh", "q", "--metadata", "both.xml", "--apply", "--accept", "key-added"];
    desk.ssoctl(&refresh).exits(0);
    assert_eq!(desk.read(FILE).matches("- on: ").count(), 1, "{}", desk.read(FILE));
    desk.write(FILE, &planned);
    let shown = desk.ssoctl(&["connection", "show", "q"]).exits(0);
    shown.shows(&format!("2027-01-15  add {}", sha256(&next)));
    let day = |day: &str, arguments: &[&str]| desk.command(arguments).env("SSOCTL_NOW", day).run();
    let coverage = |now: &str| {
        let json = day(now, &["cert", "check", "--format", "json"]).exits(0).json();
        json["certificates"].as_array().unwrap().len()
    };
    assert_eq!(coverage("2027-01-14"), 1);
    let check = day("2027-01-14", &["check"]).exits(0);
    assert!(!check.stdout.contains("certificate-step-due"), "{}", check.stdout);
    let step = day("2027-01-14", &["cert", "step", "q"]).exits(0);
    step.tells("nothing of `q` is due today").tells("planned for 2027-01-15, and left alone: add `");
    assert!(!step.stderr.contains("says so already"), "{}", step.stderr);
    assert_eq!(desk.read(FILE), planned);
    day("2027-01-15", &["check"]).exits(0).shows("warning[certificate-step-due]").shows("`ssoctl cert step q` does it");
    day("2027-01-15", &["cert", "check"]).exits(0).shows("warning[certificate-step-due]");
    for gate in [&["check"][..], &["cert", "check"]] {
        let late = day("2027-01-23", &[gate, &["--format", "github"]].concat()).exits(1);
        late.shows("::error file=connections/q.yaml,").shows("title=certificate-step-due");
    }
    day("2027-01-15", &["cert", "plan", "q"]).exits(0).shows("on 2027-01-15  planned  idp-signing  DUE");
    let done = day("2027-01-15", &["cert", "step", "q"]).exits(0);
    done.tells("nothing was changed at the vendor")
        .tells("`ssoctl connection apply q`")
        .tells("done in the file: add `");
    // Of a certificate what people compare it by, and not its base64.
    done.tells(&format!("SHA-256 {}", sha256(&next)));
    assert!(!done.stderr.contains("-----BEGIN") && done.stderr.lines().count() < 40, "{}", done.stderr);
    assert_eq!(coverage("2027-01-15"), 2);
    assert_eq!(desk.read(FILE).matches("- on: ").count(), 1);
    day("2027-01-16", &["cert", "step", "q"]).exits(0);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    assert_eq!(shown["saml"]["idp"]["certificates"][0]["sha256"], sha256(&next));
    let after = desk.read(FILE);
    assert!(!after.contains("planned") && after.contains("    # compared by telephone\n"), "{after}");
    // The last one that is good goes by no plan, unless somebody accepts it twice.
    let last = ["cert", "remove", "q", &sha256(&next), "--at", "2027-02-01"];
    desk.ssoctl(&last).exits(5).tells("error[certificate-last]").tells("cert add q FILE --at DATE");
    desk.ssoctl(&[&last[..], &["--accept", "certificate-last"]].concat()).exits(0).tells("certificate-step-gap");
    desk.ssoctl(&["check"]).exits(0).shows("warning[certificate-step-gap]");
    day("2027-02-01", &["cert", "step", "q"]).exits(5).tells("error[certificate-last]");
    let last = desk.read(FILE);
    day("2027-02-01", &["cert", "step", "q", "--accept", "certificate-last"]).exits(0);
    desk.write(FILE, last);
    // What is planned is taken back.
    desk.ssoctl(&["cert", "step", "q", "--cancel", "0123456789"]).exits(3).tells("error[certificate-not-found]");
    desk.ssoctl(&["cert", "step", "q", "--cancel", &sha256(&next)[..12]])
        .exits(0)
        .tells("no longer planned for 2027-02-01");
    assert_eq!(desk.read(FILE), after);
    desk.ssoctl(&["cert", "step", "q", "--cancel", "all"]).exits(3).tells("planned is: nothing");
    // What is done by hand is no longer planned.
    desk.write(FILE, &before);
    desk.ssoctl(&["cert", "add", "q", "next.crt", "--at", "2027-01-15"]).exits(0);
    desk.ssoctl(&["cert", "add", "q", "next.crt"]).exits(0);
    assert!(!desk.read(FILE).contains("planned"), "{}", desk.read(FILE));
    // What has ended by its day is not taken in unasked.
    let short = made::certificate(&made::rsa_key(2048), 0, 60 * made::DAY);
    desk.write("short.crt", made::pem(&short));
    desk.write(FILE, &before);
    desk.ssoctl(&["cert", "add", "q", "short.crt", "--at", "2027-01-15"]).exits(0);
    day("2027-02-15", &["cert", "step", "q"]).exits(5).tells("error[certificate-expired]").tells("--cancel ");
    day("2027-02-15", &["cert", "step", "q", "--accept", "certificate-expired"]).exits(0);
    // A step that names no certificate, and one that names none at all.
    for (remove, exit, code) in
        [("ab".repeat(32), 0, "certificate-step-unknown"), ("foo".to_owned(), 3, "yaml-malformed")]
    {
        let planned = format!("    planned:\n    - on: 2027-01-15\n      remove: {remove}\n    certificates:\n");
        desk.write(FILE, before.replace("    certificates:\n", &planned));
        desk.ssoctl(&["check"]).exits(exit).shows(code).shows("connections/q.yaml:");
    }
    // A step that says nothing, and one that cannot be read.
    let broken = before.replace(
        "    certificates:\n",
        "    planned:\n    - on: 2027-01-15\n    - on: 2027-01-15\n      add:\n        pem: x\n    certificates:\n",
    );
    desk.write(FILE, broken);
    desk.ssoctl(&["check"]).exits(1).shows("error[certificate-step-form]").shows(".yaml:");
}

#[test]
fn what_is_no_certificate_of_it_is_refused() {
    let desk = desk();
    desk.ssoctl(&["connection", "add", "g", "--provider", "qualtrics", "--google", "--valid-email-domain", "*"])
        .exits(0);
    let key = String::from_utf8(made::rsa_key(2048).private_key_to_pem_pkcs8().unwrap()).unwrap();
    desk.secret(key.lines().nth(1).unwrap());
    desk.write("idp.key", &key);
    desk.write("empty.crt", "");
    desk.write("idp.crt", made::pem(&made::good()));
    // Without its BEGIN line it is known all the same, wherever a certificate stands.
    let bare: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let file = desk.read(FILE);
    for place in [
        format!("    planned:\n    - on: 2027-01-15\n      add:\n        pem: {bare}\n"),
        format!("    trust:\n    - {bare}\n"),
    ] {
        desk.write(FILE, file.replace("    certificates:\n", &format!("{place}    certificates:\n")));
        for command in [&["check"][..], &["connection", "show", "q", "--format", "json"], &["cert", "step", "q"]] {
            let refused = desk.ssoctl(command).exits(3);
            assert!(format!("{}{}", refused.stdout, refused.stderr).contains("private-key"), "{command:?}");
        }
    }
    desk.write(FILE, file);
    let before = desk.files();
    for (arguments, exit, code) in [
        (["cert", "add", "q", "idp.key"], 3, "private-key"),
        (["cert", "add", "q", key.as_str()], 2, "key-in-argument"),
        (["cert", "add", "q", "empty.crt"], 3, "certificate-empty"),
        (["cert", "add", "q", "nothing.crt"], 3, "file-not-found"),
        (["cert", "add", "g", "idp.crt"], 2, "saml-flag"),
        (["cert", "remove", "q", "0123456789abcdef"], 3, "certificate-not-found"),
        (["cert", "remove", "q", "0123"], 2, "certificate-fingerprint"),
        (["cert", "remove", "q", "idp.crt is"], 2, "certificate-fingerprint"),
        (["cert", "remove", "nobody", "0123456789"], 3, "connection-not-found"),
    ] {
        let output = desk.ssoctl(&[&arguments[..], &["--format", "json"]].concat()).exits(exit);
        assert_eq!(output.json()["error"]["code"], code, "{arguments:?}");
        assert_eq!(desk.files(), before, "{arguments:?}");
    }
}

#[test]
fn bindings_are_added_enabled_and_removed_one_in_use_at_a_time() {
    let desk = desk();
    let binding = |verb: &str, more: &[&str]| desk.ssoctl(&[&["connection", "binding", verb, "q"], more].concat());
    let enabled = || {
        let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
        let sso = shown["saml"]["idp"]["sso"].as_array().unwrap().clone();
        let on = sso.iter().filter(|one| one["enabled"] == true);
        (sso.len(), on.map(|one| one["binding"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    };
    binding("enable", &["post"]).exits(0);
    assert_eq!(enabled(), (2, vec!["HTTP-POST".to_owned()]));
    binding("enable", &["HTTP-POST"]).exits(0).tells("says so already");
    binding("remove", &["HTTP-Redirect"]).exits(0);
    assert_eq!(enabled(), (1, vec!["HTTP-POST".to_owned()]));
    binding("add", &["redirect", "https://idp.example.org/new"]).exits(0);
    assert_eq!(enabled(), (2, vec!["HTTP-POST".to_owned()]));
    binding("remove", &["redirect"]).exits(0);
    binding("add", &["redirect", "https://idp.example.org/new", "--enable"]).exits(0);
    assert_eq!(enabled(), (2, vec!["HTTP-Redirect".to_owned()]));
    let before = desk.files();
    assert!(desk.read(FILE).contains("    # compared by telephone\n"));
    for (verb, more, code) in [
        ("add", &["redirect", "https://idp.example.org/x"][..], "binding-exists"),
        ("add", &["SOAP", "https://idp.example.org/x"], "binding-not-allowed"),
        ("remove", &["redirect"], "binding-in-use"),
        ("remove", &["SOAP"], "binding-not-offered"),
        ("enable", &["SOAP"], "binding-not-offered"),
    ] {
        let output = binding(verb, &[more, &["--format", "json"]].concat()).exits(3);
        assert_eq!(output.json()["error"]["code"], code, "{verb} {more:?}");
        assert_eq!(desk.files(), before);
    }
    binding("remove", &["post"]).exits(0);
    binding("add", &["post", "javascript:alert(1)"]).exits(3).tells("location-scheme");
}

#[test]
fn a_hint_can_be_followed() {
    let desk = desk();
    desk.write("idp.xml", Idp::new().xml());
    let metadata = ["--provider", "qualys", "--metadata", "idp.xml"];
    desk.ssoctl(&[&["connection", "add", "y"][..], &metadata].concat()).exits(0);
    let set = desk.ssoctl(&["connection", "set", "y", "provisioning.just_in_time=true"]).exits(3);
    assert!(!set.stderr.contains("--unset"), "{}", set.stderr);
    set.tells("setting-not-offered").tells("leave `provisioning.just_in_time=` out");
    desk.ssoctl(&["connection", "add", "g", "--provider", "qualtrics", "--google", "--valid-email-domain", "*"])
        .exits(0);
    let binding = desk.ssoctl(&["connection", "binding", "add", "g", "post", "https://idp.example.org/new"]).exits(2);
    binding.tells("`g` is an OAuth 2.0 connection, which has no bindings or certificates");
    assert!(!binding.stderr.contains("--metadata"), "{}", binding.stderr);
}

#[test]
fn a_secret_in_the_url_of_an_endpoint_is_not_shown() {
    let desk = desk();
    let text = desk.read(FILE).replace("https://idp.example.org/sso", "https://idp.example.org/sso?a=1&token=hunter2");
    assert!(text.contains("hunter2"));
    desk.write(FILE, text);
    desk.secret("hunter2");
    for more in [&[][..], &["--format", "json"]] {
        desk.ssoctl(&[&["connection", "show", "q"][..], more].concat()).exits(0).shows("?a=1&token=..");
    }
    for format in ["md", "html", "json"] {
        let handover = ["connection", "handover", "q", "--for", "vendor", "--format", format];
        desk.ssoctl(&handover).exits(0).shows("token=..");
        desk.ssoctl(&[&handover[..], &["-o", "sheet", "--force"]].concat()).exits(0);
        assert!(!desk.read("sheet").contains("hunter2"));
    }
}
