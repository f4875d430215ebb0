//! The pages of the stand-in for an identity provider.

use maud::Markup;
use maud::html;

use crate::model::printable;
use crate::rules::accounts::Account;
use crate::saml::request::Asked;
use crate::sandbox::idp::NEW;
use crate::sandbox::idp::wrong::Refused;
use crate::sandbox::idp::wrong::Wrong;
use crate::sandbox::login::Login;
use crate::web::page;
use crate::web::page::facts;
use crate::web::reply::Reply;

/// Whose the pages are.
pub(super) const BRAND: &str = "identity provider of the ssoctl sandbox";

/// The most accounts that the page lists; others are typed.
const MOST_LISTED: usize = 100;

/// Where logins begin that begin here.
pub(super) fn home(login: &Login) -> Reply {
    let body = html! {
        p { "It stands in for your identity provider, and asks nobody for a password. Its key is of this sandbox alone." }
        (facts([("entity ID", login.idp().entity_id()), ("single sign-on URL", login.idp().sso())]))
        p { "Or as a document: " a href="/idp/metadata" { "metadata" } "." }
        h2 { "Begin a login here" }
        ul {
            @for offered in login.connections().iter().filter(|offered| offered.connection.saml.is_some()) {
                li { a href=(format!("/idp/start?connection={}", offered.name)) { (offered.shown()) } }
            }
        }
        p { "Or begin at the vendor: " a href="/" { "login page" } "." }
    };
    Reply::page(200, page::layout(BRAND, "Identity provider", &body))
}

/// Who logs in, and what is wrong with the answer.
pub(super) fn choose(login: &Login, at: usize, asked: Option<&Asked>, relay_state: &str) -> Reply {
    let offered = &login.connections()[at];
    let accounts = login.people().first(MOST_LISTED);
    let names: Vec<&str> = offered.connection.attributes.values().map(String::as_str).collect();
    let mut about = vec![("logs in at", printable(&offered.shown())), ("answer goes to", login.acs(offered))];
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
    let body = html! {
        (facts(about))
        form method="post" action="/idp/answer" {
            input type="hidden" name="connection" value=(offered.name);
            input type="hidden" name="request" value=(asked.map(|asked| asked.id.as_str()).unwrap_or_default());
            input type="hidden" name="RelayState" value=(relay_state);
            label for="user" { "Who logs in" }
            select #user name="user" {
                @for account in &accounts { option value=(account.username) { (told(account)) } }
                option value=(NEW) { "somebody new, whom nobody has listed" }
                option value="" { "nobody of the list: as typed below" }
            }
            label for="name_id" { "NameID, where it is to be another one" }
            input #name_id type="text" name="name_id" autocomplete="off";
            label for="attributes" { "Attributes, one to a line as name=value, in the place of the account's own" }
            textarea #attributes name="attributes" rows="4" placeholder=(example(&names)) {}
            p.faint { "The connection reads: " (printable(&names.join(", "))) ". A name without a value is left out." }
            label for="wrong" { "What is wrong with the answer" }
            select #wrong name="wrong" {
                @for wrong in Wrong::ALL { option value=(wrong.word()) { (wrong.word()) ": " (wrong.about()) (fate(wrong)) } }
            }
            p { button type="submit" { "Send the answer" } }
        }
    };
    Reply::page(200, page::layout(BRAND, "Who logs in?", &body))
}

fn told(account: &Account) -> Markup {
    let email = account.email.as_ref().filter(|email| **email != account.username);
    html! { (printable(&account.username)) @if let Some(email) = email { " (" (printable(email)) ")" } }
}

fn example(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name}=")).collect::<Vec<_>>().join("\n")
}

fn fate(wrong: Wrong) -> String {
    match wrong.refused() {
        Refused::Never => String::new(),
        Refused::By(code) => format!(" ({code})"),
        Refused::Unless(code) => format!(" ({code}, unless it is allowed)"),
        Refused::ByRules => " (the connection's rules decide)".to_owned(),
    }
}
