//! The questions of `connection add`, asked in a pseudo-terminal of 80 columns for each vendor:
//! answers, wrong ones, going back, and ways out.

use std::io::Read as _;
use std::io::Write as _;
use std::process::Child;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use pty_process::Size;
use pty_process::blocking::Command;
use pty_process::blocking::Pty;

use crate::harness::Desk;
use crate::harness::NOW;
use crate::made;
use crate::made::Idp;

/// Longer than any answer takes on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was printed, and whether that is all.
#[derive(Default)]
struct Screen {
    text: Mutex<(String, bool)>,
    more: Condvar,
}

/// A command at a terminal.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    screen: Arc<Screen>,
    /// Up to where the screen was looked at.
    read: usize,
}

impl Terminal {
    pub(crate) fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(24, 80)).unwrap();
        let command = Command::new(env!("CARGO_BIN_EXE_ssoctl"))
            .args(arguments)
            .env_clear()
            .env("HOME", desk.root().parent().unwrap().join("home"))
            .env("TERM", "xterm")
            .env("SSOCTL_NOW", NOW)
            .current_dir(desk.root());
        let child = command.spawn(pts).unwrap();
        let (pty, screen) = (Arc::new(pty), Arc::new(Screen::default()));
        let (source, shown) = (Arc::clone(&pty), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut whole = Vec::new();
            loop {
                // The other end is gone when the command has ended, which Linux calls an error. What was
                // printed between its look for text and its look for the end is there at the next reading.
                let count = (0..2).find_map(|_| (&*source).read(&mut bytes).ok()).unwrap_or(0);
                whole.extend_from_slice(&bytes[..count]);
                let mut text = shown.text.lock().unwrap();
                *text = (String::from_utf8_lossy(&whole).replace('\r', ""), count == 0);
                shown.more.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Self { pty, child, screen, read: 0 }
    }

    /// Waits until this is printed, after what was waited for before.
    #[track_caller]
    pub(crate) fn waits(&mut self, wanted: &str) -> &mut Self {
        let read = self.read;
        let unseen = |(text, all): &mut (String, bool)| !*all && !text[read..].contains(wanted);
        let (text, _) =
            self.screen.more.wait_timeout_while(self.screen.text.lock().unwrap(), PATIENCE, unseen).unwrap();
        let found = text.0[read..].find(wanted);
        let unseen = text.0[read..].to_owned();
        drop(text);
        let at = found.unwrap_or_else(|| panic!("`{wanted}` is not in:\n{unseen}"));
        self.read = read + at + wanted.len();
        self
    }

    /// Waits for the cursor behind a question, so that what is typed stands there.
    fn prompts(&mut self) -> &mut Self {
        let unasked = |(text, all): &mut (String, bool)| !*all && !text.ends_with(": ");
        drop(self.screen.more.wait_timeout_while(self.screen.text.lock().unwrap(), PATIENCE, unasked).unwrap());
        self
    }

    pub(crate) fn sends(&mut self, text: &str) -> &mut Self {
        (&*self.pty).write_all(text.as_bytes()).unwrap();
        self
    }

    /// Waits for each question, and types its answer.
    #[track_caller]
    fn answers(&mut self, dialogue: &[(&str, &str)]) -> &mut Self {
        for (question, answer) in dialogue {
            self.waits(question).prompts().sends(&format!("{answer}\n"));
        }
        self
    }

    /// Waits for the end; everything that was printed.
    #[track_caller]
    pub(crate) fn ends(&mut self, code: i32) -> String {
        let begun = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if begun.elapsed() > PATIENCE => {
                    panic!("it has not ended: {}", self.screen.text.lock().unwrap().0)
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let unended = |(_, all): &mut (String, bool)| !*all;
        let (text, _) =
            self.screen.more.wait_timeout_while(self.screen.text.lock().unwrap(), PATIENCE, unended).unwrap();
        let text = text.0.clone();
        assert_eq!(status.code(), Some(code), "{text}");
        assert!(!text.contains("panicked"), "{text}");
        text
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("idp.xml", Idp::new().xml());
    desk.write("idp.crt", made::pem(&made::good()));
    desk.write("op.json", made::discovery("https://op.example.org"));
    desk
}

fn shown(desk: &Desk, name: &str) -> serde_json::Value {
    desk.ssoctl(&["connection", "show", name, "--format", "json"]).exits(0).json()
}

#[test]
fn qualtrics_from_metadata_with_wrong_answers_and_a_way_back() {
    let desk = desk();
    let mut terminal = Terminal::start(&desk, &["connection", "add", "q"]);
    terminal.answers(&[
        ("Vendor: ", "qualtrix"),
        ("error: write a number", "qualtrics"),
        ("3  google  OAuth 2.0, Google\nKind of connection: ", "saml"),
        ("[metadata]: ", ""),
        ("URL of the metadata: ", "nothing.xml"),
        ("`nothing.xml` does not exist", ""),
        ("an answer is needed", "idp.xml"),
        ("\nTenant\n", "testbrand"),
        ("Datacenter ID: ", "IAD1"),
        ("error: `I` is not allowed", "iad1"),
        ("\nGeneral Information\n", ""),
        ("Technical Contact (recommended): ", "nobody"),
        ("error: write an e-mail address", "<"),
        // What was answered before stands in brackets.
        ("Name [q]: ", "Production"),
        ("Technical Contact (recommended): ", "sso@example.org"),
        ("Display Name: ", &"x".repeat(121)),
        ("error: at most 120 characters", "back"),
        ("(recommended) [sso@example.org]: ", "\u{1b}[A"),
        ("Name [Production]: ", ""),
        ("[sso@example.org]: ", ""),
        ("Display Name: ", "Example"),
    ]);
    // Shown, not asked.
    terminal
        .waits("Entity ID: https://idp.example.org/idp")
        .waits("HTTP-Redirect (enabled)")
        .waits("CN=idp.example.org");
    terminal.answers(&[
        ("Sign Request: no\n  Force Authentication: no\n  Enable assertion replay prevention: yes\nChange any of these?", ""),
        ("Change any of these?", "maybe"),
        ("error: write `yes` or `no`", "y"),
        ("Use InCommon Metadata (yes/no) [no]: ", "n"),
        ("Default Relay State: ", "<"),
        ("Use InCommon Metadata (yes/no) [no]: ", ""),
        ("Default Relay State: ", ""),
        ("Email field [email]: ", "mail"),
        ("Username field (recommended): ", "nameid"),
        ("error: `username` is to come from `nameid`, and Qualtrics cannot use the NameID", "uid"),
        ("First name field", "givenName"),
        ("Last name field", "sn"),
        ("Group field: (empty)", ""),
        ("User type validation (yes/no) [no]: ", ""),
        ("Change any of these?", "yes"),
        ("Just In Time provisioning (yes/no) [no]: ", "yes"),
        ("Notify admins", ""),
        // With just-in-time anybody could enrol by `*`: it is to be typed.
        ("Valid email domains: ", ""),
        ("error: Qualtrics requires it", "example.org, exam ple"),
        ("error: `exam ple` is not a domain", "example.org,example.edu"),
        ("Change any of these?", ""),
        ("Capture additional attributes for dashboards: ", "costCenter, unit"),
        ("Write `connections/q.yaml`? (yes/no) [yes]: ", "yes"),
    ]);
    let text = terminal.ends(0);
    assert!(
        text.contains("        -----BEGIN CERTIFICATE-----\n        ...\n        -----END CERTIFICATE-----\n"),
        "{text}"
    );
    // The file and what was typed stay as they are; all else fits.
    let ours = text.lines().filter(|line| !line.starts_with('#') && !line.contains("xxxx"));
    assert_eq!(ours.filter(|line| line.chars().count() > 80).collect::<Vec<_>>(), Vec::<&str>::new());
    let shown = shown(&desk, "q");
    assert_eq!((&shown["name"], &shown["display_name"]), (&"Production".into(), &"Example".into()));
    assert_eq!(shown["provisioning"]["valid_email_domains"], serde_json::json!(["example.org", "example.edu"]));
    assert_eq!(shown["dashboard_attributes"], serde_json::json!(["costCenter", "unit"]));
    assert_eq!(shown["attributes"]["username"], "uid");
}

#[test]
fn qualys_by_hand_is_not_asked_for_the_protocol() {
    let desk = desk();
    let mut terminal =
        Terminal::start(&desk, &["connection", "add", "y", "--provider", "qualys", "--setting", "idm_key=k"]);
    terminal.answers(&[
        ("Qualys offers SAML 2.0 only", "2"),
        (" 1  US1", "XX9"),
        ("Platform: ", "<"),
        (" 1  US1", "EU1"),
    ]);
    terminal.answers(&[
        ("username of the Manager who stays off SAML (recommended): ", "abcd_gh"),
        ("Whom Qualys Support answers (recommended): ", "sso@example.org"),
        ("EntityID string from your IdP (SAML Identity Provider): ", ""),
        ("error: Qualys requires it", "https://idp.example.org/idp"),
        ("Public key certificate for the IdP: ", "idp.xml"),
        ("error: idp.xml", "idp.crt"),
        ("(SP initiated authentication requests): ", "idp.example.org/sso"),
        ("error: `idp.example.org/sso` is not an absolute URL", "https://idp.example.org/sso"),
        ("Primary Contact username for the subscription): ", "Abcd"),
        ("error: `A` is not allowed", "abcd_ef"),
        ("Custom exit URL for a subscription (Optional): ", "-"),
        (" 2  external_id", "2"),
        ("Qualys user login name: ", ""),
        ("External ID: ", "qualysguard_external_id"),
        ("Write `connections/y.yaml`?", ""),
    ]);
    terminal.ends(0);
    let shown = shown(&desk, "y");
    assert_eq!(
        shown["saml"]["idp"]["sso"],
        serde_json::json!([
            {"binding": "HTTP-Redirect", "location": "https://idp.example.org/sso", "enabled": true}
        ])
    );
    assert_eq!(
        shown["settings"],
        serde_json::json!({"idm_key": "k", "manager_off_saml": "abcd_gh", "platform": "EU1", "primary_contact": "abcd_ef"})
    );
    assert_eq!(shown["login"], serde_json::json!({"match_by": "external_id"}));
}

#[test]
fn qvidian_takes_lists_by_its_own_separator_and_the_binding_by_hand() {
    let desk = desk();
    let flags = ["--idp-entity-id=https://i.example", "--certificate=idp.crt", "--technical-contact=a@example.org"];
    let mut terminal =
        Terminal::start(&desk, &[&["connection", "add", "v", "--provider", "qvidian"], &flags[..]].concat());
    terminal.answers(&[
        ("Single sign-on URL of the identity provider: ", "https://i.example/sso"),
        (" 2  HTTP-POST\nBinding of that URL [HTTP-Redirect]: ", "2"),
        ("Single logout URL of the identity provider: ", "https://i.example/slo"),
        ("Manage Existing User Roles?: no\nChange any of these?", "y"),
        ("Enable New User Provisioning? (yes/no) [no]: ", "y"),
        ("Enable SP-Initiated Single Logout? (yes/no) [no]: ", "yes"),
        ("Manage Existing User Properties?", ""),
        ("Manage Existing User Roles?", ""),
        ("Default QPA User Roles: (empty)", "yes"),
        ("Default QPA User Roles: ", "Author | Reviewer, senior"),
        ("Authorized User Groups: ", "<"),
        ("Default QPA User Roles [Author|Reviewer, senior]: ", ""),
        ("Authorized User Groups: ", ""),
        ("User Group Keys Delimiter [|]: ", ";"),
        ("Attribute that a user is found by: ", "uid"),
        ("E-mail address: ", ""),
        ("First name: ", ""),
        ("Last name: ", ""),
        ("Groups: ", "memberOf"),
        ("SSOWebServiceCallback: ", ""),
        ("Write `connections/v.yaml`?", "y"),
    ]);
    terminal.ends(0);
    let shown = shown(&desk, "v");
    assert_eq!(shown["provisioning"]["default_roles"], serde_json::json!(["Author", "Reviewer, senior"]));
    assert_eq!(
        (&shown["saml"]["options"]["single_logout"], &shown["saml"]["idp"]["sso"][0]["binding"]),
        (&true.into(), &"HTTP-POST".into())
    );
}

#[test]
fn qualifio_from_discovery_never_shows_a_secret_that_was_typed_for_its_reference() {
    let desk = desk();
    let mut terminal = Terminal::start(&desk, &["connection", "add", "f", "--provider", "qualifio"]);
    terminal.answers(&[
        ("Kind of connection: ", "custom"),
        ("come from? [discovery]: ", "discovery"),
        ("URL of it or of the issuer: ", "idp.xml"),
        ("error", "op.json"),
        ("Contact (recommended): ", ""),
        ("E-mail domains: ", ""),
        ("error: Qualifio requires it", "example.org,example.edu"),
        (" 2  sso-only", "3"),
        ("error: write a number from 1 to 2", "sso-only"),
    ]);
    terminal.waits("Authorisation URL: https://op.example.org/authorize").answers(&[
        ("Client ID: ", "ssoctl"),
        ("Client Secret: ", "hunter2"),
        ("error: a secret must be a reference", "env:CLIENT_SECRET"),
        ("Token validation (Public Key): ", ""),
        ("E-mail address [email]: ", ""),
        ("Write `connections/f.yaml`?", ""),
    ]);
    let text = terminal.ends(0);
    // The terminal echoes what is typed, and nothing repeats it.
    assert_eq!(text.matches("hunter2").count(), 1, "{text}");
    let shown = shown(&desk, "f");
    assert_eq!(
        shown["login"],
        serde_json::json!({"mode": "sso-only", "email_domains": ["example.org", "example.edu"]})
    );
    assert_eq!(shown["oauth"]["client_secret"], "env:CLIENT_SECRET");
}

#[test]
fn ino_cx_logs_in_elsewhere_by_a_method_that_its_list_may_not_have() {
    let desk = desk();
    let mut terminal = Terminal::start(&desk, &["connection", "add", "crm", "--provider", "ino-cx"]);
    terminal.answers(&[
        ("Kind of connection: ", "2"),
        ("Domain (the part before .ino.cx): ", "acme.ino.cx"),
        ("error: `.` is not allowed", "acme"),
        ("Name [crm]: ", ""),
        ("Reference [crm]: ", ""),
        ("no user logs in to INO cx", "Pipedrive"),
        ("warning[value-unlisted]", ""),
    ]);
    terminal.ends(0);
    let text = desk.read("connections/crm.yaml");
    assert!(text.ends_with("name: crm\nstatus:\n  enabled: false\nsettings:\n  domain: acme\noauth:\n  kind: outbound\n  method: Pipedrive\n"), "{text}");
}

#[test]
fn scim_by_hand_goes_back_to_another_kind() {
    let desk = desk();
    let mut terminal = Terminal::start(&desk, &["connection", "add", "s", "--provider", "scim"]);
    terminal.answers(&[
        ("Kind of connection: ", "<"),
        ("error: this is the first question", "custom"),
        ("come from? [discovery]: ", "hand"),
        ("Technical contact (recommended): ", "<"),
        ("come from? [hand]: ", "<"),
        ("Kind of connection [custom]: ", "saml"),
        ("come from?", "metadata"),
        ("URL of the metadata: ", "idp.xml"),
    ]);
    terminal.waits("Entity ID of the identity provider: https://idp.example.org/idp").answers(&[
        ("Technical contact (recommended): ", ""),
        ("userName: ", "uid"),
        ("emails: ", ""),
        ("externalId: ", ""),
        (" 2  external_id  by externalId\nHow users are found [username]: ", ""),
        ("Write `connections/s.yaml`?", ""),
    ]);
    terminal.ends(0);
    assert_eq!(shown(&desk, "s")["attributes"], serde_json::json!({"username": "uid"}));
}

#[test]
fn one_of_several_identity_providers_is_asked_for() {
    let desk = desk();
    let all: Vec<Idp> = ["a", "b"].map(|name| Idp::new().called(&format!("https://{name}.example.org/idp"))).into();
    desk.write("all.xml", made::aggregate(&all));
    let flags = ["--metadata=all.xml", "--setting=domain=acme", "--set=reference=i"];
    let mut terminal =
        Terminal::start(&desk, &[&["connection", "add", "i", "--provider", "ino-cx"], &flags[..]].concat());
    terminal.answers(&[
        ("Entity ID of the identity provider: ", "https://c.example.org/idp"),
        ("error[entity-not-found]: all.xml: no entity has the ID", "https://b.example.org/idp"),
        ("Name [i]: ", ""),
        ("SAML Identifier Format: ", ""),
        ("Username, an e-mail address: ", ""),
        ("Write `connections/i.yaml`?", ""),
    ]);
    terminal.ends(0);
    assert_eq!(shown(&desk, "i")["saml"]["idp"]["entity_id"], "https://b.example.org/idp");
}

#[test]
fn every_way_out_writes_nothing_and_is_a_refusal() {
    let desk = desk();
    let before = desk.files();
    let flags = ["--metadata=idp.xml", "--setting=domain=acme"];
    let arguments = [&["connection", "add", "i", "--provider", "ino-cx"], &flags[..]].concat();
    for (typed, words) in
        [("quit\n", "it was not confirmed"), ("\u{3}", "it was interrupted"), ("\u{4}", "was not answered")]
    {
        let mut terminal = Terminal::start(&desk, &arguments);
        terminal.waits("Name [i]: ").sends(typed);
        let told = terminal.ends(5);
        assert!(told.contains(words), "`{words}` is not in:\n{told}");
        assert_eq!(desk.files(), before);
    }
    let mut terminal = Terminal::start(&desk, &arguments);
    terminal.answers(&[("Name", ""), ("Reference", ""), ("Identifier Format", ""), ("Username", ""), ("Write", "no")]);
    assert!(terminal.ends(5).contains("it was not confirmed"));
    assert_eq!(desk.files(), before);
}

#[test]
fn a_file_with_errors_cannot_be_written_and_a_way_back_mends_it() {
    let desk = desk();
    let flags =
        ["--google", "--setting=brand_id=b", "--setting=data_center=iad1", "--set=migration.merge_on_login=yes"];
    let mut terminal =
        Terminal::start(&desk, &[&["connection", "add", "g", "--provider", "qualtrics"], &flags[..]].concat());
    terminal.answers(&[
        ("Name [g]: ", ""),
        ("Technical Contact", "a@example.org"),
        ("Display Name: ", ""),
        ("Just In Time provisioning (yes/no) [no]: ", ""),
        ("Notify admins of user creation (yes/no) [no]: ", ""),
        ("Valid email domains: ", "example.org"),
        ("Change existing username on login", ""),
        ("error[merge-without-just-in-time]", "yes"),
        ("error", "<"),
        ("Change existing username on login", "<"),
        ("Valid email domains [example.org]: ", "<"),
        ("Notify admins", "<"),
        ("Just In Time provisioning (yes/no) [no]: ", "yes"),
        ("Notify admins", ""),
        ("Valid email domains [example.org]: ", ""),
        ("Change existing username on login", ""),
        ("Write `connections/g.yaml`?", ""),
    ]);
    terminal.ends(0);
    assert_eq!(shown(&desk, "g")["provisioning"]["just_in_time"], true);
}

#[test]
fn a_flag_that_cannot_be_ends_it_before_a_question() {
    let desk = desk();
    let before = desk.files();
    // A question ends so, and so does the code of an error.
    let asks = |text: &str| text.lines().any(|line| line.contains("]: ") && !line.starts_with("error["));
    for (more, exit) in [
        (&["--provider=qualys", "--google"][..], 3),
        (&["--provider=qualys", "--metadata=nothing.xml"], 3),
        (&["--provider=qualys", "--metadata=idp.xml", "--just-in-time"], 2),
        (&["--provider=qualys", "--no-input"], 2),
        (&["--provider=qualys", "--yes"], 2),
    ] {
        let mut terminal = Terminal::start(&desk, &[&["connection", "add", "x"], more].concat());
        let text = terminal.ends(exit);
        assert!(!asks(&text) && !text.contains("Platform"), "{text}");
        assert_eq!(desk.files(), before);
    }
}

#[test]
fn a_vendor_of_ones_own_is_asked_about_in_the_words_of_its_file() {
    let desk = desk();
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    let fields = "- path: settings.tenant\n    label: Workspace key\n    help: three letters\n    characters: a-z\n    max_length: 3\n";
    let page = format!("page:\n- title: Portal\n  fields:\n  {fields}");
    let saml = "saml:\n  request_bindings: [HTTP-POST]\n  sp:\n    source: unknown\n    ask: which ones?\n";
    desk.write(
        "providers/acme.yaml",
        format!("version: 1\nid: acme\ntitle: Acme\ncapabilities:\n  saml: yes\n{page}{saml}"),
    );
    let mut terminal = Terminal::start(&desk, &["connection", "add", "a"]);
    terminal.answers(&[
        ("Vendor: ", "acme"),
        ("Acme offers SAML 2.0 only", "hand"),
        ("Workspace key: ", "abcd"),
        ("error: at most 3 characters", "abc"),
        ("Entity ID of the identity provider: ", "https://idp.example.org/idp"),
        ("Single sign-on URL: ", "https://idp.example.org/sso"),
        ("Signing certificates (files): ", "idp.crt"),
        ("Write `connections/a.yaml`?", ""),
    ]);
    terminal.ends(0);
    assert_eq!(shown(&desk, "a")["saml"]["idp"]["sso"][0]["binding"], "HTTP-POST");
}

#[test]
fn what_is_pasted_for_a_file_is_read_as_a_whole_and_a_private_key_goes_nowhere() {
    let desk = desk();
    let key = String::from_utf8(made::rsa_key(2048).private_key_to_pem_pkcs8().unwrap()).unwrap();
    let flags = ["--idp-entity-id=https://i.example", "--sso-url=https://i.example/sso", "--setting=domain=acme"];
    let mut terminal =
        Terminal::start(&desk, &[&["connection", "add", "i", "--provider", "ino-cx"], &flags[..]].concat());
    let certificate = made::pem(&made::good());
    terminal.answers(&[
        ("Name [i]: ", ""),
        ("Reference [i]: ", ""),
        ("Binding of that URL", ""),
        ("SAML Identifier Format: ", ""),
        ("Certificate: ", key.trim_end()),
        ("this is a private", certificate.trim_end()),
        ("Username, an e-mail address: ", ""),
        ("Write `connections/i.yaml`?", ""),
    ]);
    let text = terminal.ends(0);
    // The terminal echoes what is pasted, and nothing repeats it.
    assert_eq!(text.matches(key.lines().nth(1).unwrap()).count(), 1, "{text}");
    assert_eq!(desk.ssoctl(&["cert", "show", "i", "--pem"]).exits(0).stdout, certificate);
}
