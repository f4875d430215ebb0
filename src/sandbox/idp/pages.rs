//! The pages of the stand-in for an identity provider.

use maud::Markup;
use maud::html;

use crate::model::printable;
use crate::rules::accounts::Account;
use crate::saml::request::Asked;
use crate::sandbox::idp::openid::Waiting;
use crate::sandbox::idp::openid::client::Client;
use crate::sandbox::idp::who::NEW;
use crate::sandbox::idp::wrong;
use crate::sandbox::idp::wrong::Refused;
use crate::sandbox::login::Login;
use crate::web::page;
use crate::web::page::facts;
use crate::web::reply::Reply;

/// Whose the pages are.
pub(super) const BRAND: &str = "identity provider of the ssoctl sandbox";

/// The most accounts that the page lists; others are typed.
const MOST_LISTED: usize = 100;

/// What the form has as its goal where that is a test.
pub(super) const TEST: &str = "test";

/// Whom an answer is for: by which connection its user is told, and whether it goes to a test in the vendor's place.
#[derive(Clone, Copy)]
pub(super) struct To {
    /// The connection.
    pub(super) at: usize,
    /// Whether it goes to a test.
    pub(super) is_test: bool,
}

/// Where logins begin that begin here.
pub(super) fn home(login: &Login) -> Reply {
    let (saml, openid) = (login.idp().saml(), login.idp().openid());
    let by_saml = || login.connections().iter().filter(|offered| offered.connection.saml.is_some());
    let body = html! {
        p { "It stands in for your identity provider, and asks nobody for a password. Its keys are of this sandbox alone." }
        h2 { "SAML" }
        (facts([("entity ID", saml.entity_id()), ("single sign-on URL", saml.sso())]))
        p { "Or as a document: " a href="/idp/metadata" { "metadata" } "." }
        h2 { "OpenID Connect" }
        (facts([("issuer", openid.issuer()), ("authorization endpoint", openid.at("authorize")), ("token endpoint", openid.at("token"))]))
        p { "Or as documents: " a href="/idp/.well-known/openid-configuration" { "discovery" } ", " a href="/idp/keys" { "key set" } "." }
        @if by_saml().next().is_some() {
            h2 { "Begin a login here" }
            ul {
                @for offered in by_saml() {
                    li { a href=(format!("/idp/start?connection={}", offered.name)) { (offered.shown()) } }
                }
            }
        }
        h2 { "Rehearse " code { "connection test" } }
        @match login.test() {
            Some(test) => {
                p { "The service provider of a test is answered too (SAML), at " code { (test.acs) } ". Add a connection to this identity provider by its metadata, and test that." }
                @if let Some(offered) = by_saml().next() {
                    p { "A test with " code { "--idp-initiated" } " begins here: " a href=(format!("/idp/start?connection={}&to={TEST}", offered.name)) { "answer a test" } "." }
                }
            }
            None => p { "Its requests are answered (SAML) where the sandbox was started with " code { "--test-sp" } "." },
        }
        p { "Begin at the vendor: " a href="/" { "login page" } "." }
    };
    Reply::page(200, page::layout(BRAND, "Identity provider", &body))
}

/// What differs between the protocols in the page that asks who logs in.
struct Form<'f> {
    about: Vec<(&'static str, String)>,
    action: &'static str,
    hidden: Vec<(&'static str, &'f str)>,
    /// What the subject and the attributes are called.
    words: (&'static str, &'static str),
    wrong: Vec<(&'static str, String)>,
}

/// Who logs in by SAML, and what is wrong with the answer.
pub(super) fn choose(login: &Login, to: To, asked: Option<&Asked>, relay_state: &str) -> Reply {
    let To { at, is_test } = to;
    let offered = &login.connections()[at];
    let mut about = match login.test().filter(|_| is_test) {
        Some(test) => vec![
            ("logs in at", "the service provider of `connection test`".to_owned()),
            ("answer goes to", test.acs.clone()),
            ("attributes of", printable(&offered.shown())),
        ],
        None => vec![("logs in at", printable(&offered.shown())), ("answer goes to", login.acs(offered))],
    };
    match asked {
        Some(asked) => {
            about.push(("request", printable(&asked.id)));
            asked.issuer.iter().for_each(|issuer| about.push(("asked by", printable(issuer))));
            if asked.force {
                about.push(("asks for", "a new authentication (ForceAuthn)".to_owned()));
            }
        }
        None => about.push(("request", "none: the login begins here".to_owned())),
    }
    let request = asked.map(|asked| asked.id.as_str()).unwrap_or_default();
    let wrong = wrong::saml::Wrong::ALL.into_iter();
    let keeps = offered.connection.saml.as_ref().is_some_and(|saml| saml.options.replay_prevention);
    let fate = |one: wrong::saml::Wrong| match one {
        // A test knows by its own flags what it takes.
        _ if is_test => fate(one.refused()),
        wrong::saml::Wrong::Unsolicited if offered.unsolicited => {
            " (taken: a login may begin at the identity provider here)".to_owned()
        }
        wrong::saml::Wrong::Again if !keeps => " (taken: `saml.options.replay_prevention` is off)".to_owned(),
        _ => match one.refused() {
            Refused::Unless(code) => fate(Refused::By(code)),
            other => fate(other),
        },
    };
    let form = Form {
        about,
        action: "/idp/answer",
        hidden: vec![
            ("connection", &offered.name),
            ("to", if is_test { TEST } else { "vendor" }),
            ("request", request),
            ("RelayState", relay_state),
        ],
        words: ("NameID", "Attributes"),
        wrong: wrong.map(|one| (one.word(), format!("{}{}", one.about(), fate(one)))).collect(),
    };
    asks(login, at, &form)
}

/// Who logs in by OpenID Connect, and what is wrong with the answer.
pub(super) fn authorize(login: &Login, client: &Client, key: &str, waiting: &Waiting) -> Reply {
    let looks_at = client.party.looks_at();
    let offered = &login.connections()[waiting.connection];
    let mut about = vec![
        ("logs in at", printable(&offered.shown())),
        ("answer goes to", login.callback(offered)),
        ("scope", if waiting.scope.is_empty() { "none".to_owned() } else { printable(&waiting.scope) }),
    ];
    if !looks_at.id_token {
        about.push(("ID token", "none: the scope has no openid, so that none is validated".to_owned()));
    }
    let wrong = wrong::openid::Wrong::ALL.into_iter().map(|one| {
        let fate = match one.taken(looks_at) {
            Some(why) => format!(" (taken: {why})"),
            None => fate(one.refused_where(looks_at)),
        };
        (one.word(), format!("{}{fate}", one.about()))
    });
    let form = Form {
        about,
        action: "/idp/authorize",
        hidden: vec![("request", key)],
        words: ("Subject (sub)", "Claims"),
        wrong: wrong.collect(),
    };
    asks(login, waiting.connection, &form)
}

fn asks(login: &Login, at: usize, form: &Form<'_>) -> Reply {
    let offered = &login.connections()[at];
    let accounts = login.people().first(MOST_LISTED);
    let names: Vec<&str> = offered.connection.attributes.values().map(String::as_str).collect();
    let (subject, attributes) = form.words;
    let body = html! {
        (facts(form.about.clone()))
        form method="post" action=(form.action) {
            @for (name, value) in &form.hidden { input type="hidden" name=(name) value=(value); }
            label for="user" { "Who logs in" }
            select #user name="user" {
                @for account in &accounts { option value=(account.username) { (shown(account)) } }
                option value=(NEW) { "somebody new, whom nobody has listed" }
                option value="" { "nobody of the list: as typed below" }
            }
            label for="name_id" { (subject) ", where it is to be another one" }
            input #name_id type="text" name="name_id" autocomplete="off";
            label for="attributes" { (attributes) ", one to a line as name=value, in the place of the account's own" }
            textarea #attributes name="attributes" rows=(names.len().clamp(4, 12)) placeholder=(example(&names)) {}
            @if !names.is_empty() { p.faint { "The connection reads: " (printable(&names.join(", "))) ". A name without a value is left out." } }
            label for="wrong" { "What is wrong with the answer" }
            select #wrong name="wrong" {
                @for (word, text) in &form.wrong { option value=(word) { (word) ": " (text) } }
            }
            p { button type="submit" { "Send the answer" } }
        }
    };
    Reply::page(200, page::layout(BRAND, "Who logs in?", &body))
}

fn shown(account: &Account) -> Markup {
    let email = account.email.as_ref().filter(|email| **email != account.username);
    html! { (printable(&account.username)) @if let Some(email) = email { " (" (printable(email)) ")" } }
}

fn example(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name}=")).collect::<Vec<_>>().join("\n")
}

fn fate(refused: Refused) -> String {
    match refused {
        Refused::Never => String::new(),
        Refused::By(code) => format!(" ({code})"),
        Refused::Unless(code) => format!(" ({code}, unless it is allowed)"),
        Refused::ByRules => " (the connection's rules decide)".to_owned(),
    }
}
