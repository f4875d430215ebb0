//! The pages of the vendor's login, in the stand-in's own words: no vendor's page is copied.

use maud::Markup;
use maud::html;

use crate::error::Failure;
use crate::model::connection::Saml;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::model::verification::Verification;
use crate::rules::Decision;
use crate::rules::Outcome;
use crate::rules::Verdict;
use crate::sandbox::login::Login;
use crate::sandbox::login::Offered;
use crate::sandbox::login::PASSWORD;
use crate::sandbox::login::Visit;
use crate::web::page;
use crate::web::page::facts;
use crate::web::page::told;
use crate::web::page::trace;
use crate::web::reply::Reply;

/// Whose the pages are.
pub(super) fn brand(login: &Login) -> String {
    format!("ssoctl sandbox, in the place of {}", login.tenant.vendor)
}

fn layout(login: &Login, status: u16, title: &str, body: &Markup) -> Reply {
    Reply::page(status, page::layout(&brand(login), title, body))
}

/// The organisation page.
pub(super) fn home(login: &Login, is_inside: bool) -> Reply {
    let (on, off): (Vec<&Offered>, Vec<&Offered>) =
        login.connections().iter().partition(|offered| offered.connection.status.enabled);
    let body = html! {
        @if is_inside { p.card { "You are logged in: " a href="/app" { "go on" } "." } }
        @if login.tenant.routes {
            form method="get" action="/route" {
                label for="email" { "E-mail address" }
                input #email type="email" name="email" autocomplete="username" required;
                p { button type="submit" { "Go on" } }
            }
        }
        @if on.is_empty() {
            p.verdict.warning { "NO CONNECTION IS ENABLED" }
        } @else {
            h2 { "Single sign-on" }
            (buttons(login, &on))
        }
        @if !off.is_empty() {
            h2 { "Not enabled, so not on the vendor's page" }
            p.faint { "They can be rehearsed here all the same." }
            (buttons(login, &off))
        }
        @if login.takes_passwords() {
            h2 { "Password" }
            form method="post" action="/password" {
                (credentials())
                p { button type="submit" { "Log in" } }
            }
        } @else {
            p.faint { "Passwords of the vendor's own are off: single sign-on alone is let in." }
        }
        p.faint { "Logins are answered by the " a href="/idp" { "identity provider of the sandbox" } ", and by no other." }
    };
    layout(login, 200, "Log in", &body)
}

fn buttons(login: &Login, all: &[&Offered]) -> Markup {
    html! {
        ul.choices {
            @for offered in all {
                li {
                    @match login.rehearsed(offered) {
                        Ok(()) => a.button href=(format!("/start/{}", offered.name)) { (printable(&offered.shown())) },
                        Err(failure) => { (printable(&offered.shown())) " " span.faint { "Not rehearsed: " (told(&failure.to_string())) } },
                    }
                }
            }
        }
    }
}

fn credentials() -> Markup {
    html! {
        label for="username" { "Username" }
        input #username type="text" name="username" autocomplete="off";
        label for="password" { "Password" }
        input #password type="password" name="password" autocomplete="off";
        p.faint { "Every account of the sandbox has the password " code { (PASSWORD) } "." }
    }
}

/// Several connections answer for one domain (QF2).
pub(super) fn shared(login: &Login, domain: &str, all: &[&Offered]) -> Reply {
    let body = html! {
        p { "Several connections answer for " code { (printable(domain)) } ": which one?" }
        (buttons(login, all))
    };
    layout(login, 200, "Choose", &body)
}

/// What was refused before anybody was known.
pub(super) fn refused(login: &Login, failure: &Failure) -> Reply {
    let body = html! {
        p.verdict.bad { "REFUSED " (failure.code()) }
        p { (told(&failure.to_string())) }
        @for hint in failure.hints() { p { strong { "Mend: " } (told(hint)) } }
        // Whoever was asked something is asked again.
        @if failure.code() == "password-wrong" { p { a href="/app" { "Try again" } } }
        p { a href="/" { "Back to the login" } }
    };
    layout(login, 403, "Refused", &body)
}

/// An answer that is not accepted: nobody is proven.
pub(super) fn not_accepted(
    login: &Login,
    offered: &Offered,
    steps: &Verification,
    claimed: Option<&Identity>,
) -> Reply {
    let body = html! {
        @if let Some(step) = steps.refusal() {
            p.verdict.bad { "REFUSED " (step.code.unwrap_or_default()) }
            p { (told(&step.detail)) }
            @for hint in step.hint.iter().flat_map(|hint| hint.lines()) { p { strong { "Mend: " } (told(hint)) } }
        }
        @if let Some(subject) = claimed.and_then(|identity| identity.subject.as_ref()) {
            p {
                @if steps.is_proven() { "It is about " code { (printable(subject)) } ", and refused all the same." }
                @else { "It claims to be about " code { (printable(subject)) } ", which is not proven." }
            }
        }
        h2 { "Step by step" }
        (page::steps(steps))
        p.faint {
            @if offered.connection.saml.is_some() { "Posted to the reply URL of " } @else { "Brought to the redirect URI of " }
            (printable(&offered.name)) "."
        }
        p { a href="/" { "Back to the login" } }
    };
    layout(login, 403, "The login was not accepted", &body)
}

/// Who has come: in, asked, or denied.
pub(super) fn inside(login: &Login, visit: &Visit, path: &str) -> Reply {
    match &visit.decision {
        None => {
            let body = html! {
                p.verdict.good { "LOGGED IN" }
                (facts([("username", printable(&visit.username)), ("by", "password".to_owned())]))
                (leave())
            };
            layout(login, 200, "You are in", &body)
        }
        Some(decision) => match decision.verdict {
            Verdict::Allow => allowed(login, visit, decision, path),
            Verdict::Deny => denied(login, visit, decision),
            Verdict::Prompt if decision.code == "choose-account" => choice(login, visit, decision),
            Verdict::Prompt => merge(login, visit, decision),
        },
    }
}

fn leave() -> Markup {
    html! { form method="post" action="/logout" { p { button #logout type="submit" { "Log out" } } } }
}

fn of_connection(login: &Login, visit: &Visit) -> String {
    visit.connection.map(|at| printable(&login.connections()[at].name)).unwrap_or_default()
}

fn allowed(login: &Login, visit: &Visit, decision: &Decision, path: &str) -> Reply {
    let mut rows = vec![("username", printable(&visit.username)), ("by", of_connection(login, visit))];
    visit.merged.iter().for_each(|older| rows.push(("was until now", printable(older))));
    let made = decision.changes.iter().any(|change| change.what == "account");
    for change in decision.changes.iter().filter(|change| change.what != "account") {
        let text = match &change.before {
            Some(before) if !before.is_empty() => format!("{}: {before} → {}", change.what, change.after),
            _ => format!("{}: {}", change.what, change.after),
        };
        rows.push((if made { "made with" } else { "changed" }, printable(&text)));
    }
    decision.roles.iter().for_each(|role| rows.push(("role", printable(role))));
    decision.notifications.iter().for_each(|who| rows.push(("is told", printable(who))));
    decision.landing_url.iter().for_each(|url| rows.push(("the vendor leads to", printable(url))));
    if path != super::APP {
        rows.push(("led to", printable(path)));
    }
    let body = html! {
        p.verdict.good { "ALLOW " (decision.code) }
        p { (told(&decision.summary)) }
        (facts(rows))
        @if !visit.warnings.steps.is_empty() {
            h2 { "Worth a look" }
            (page::steps(&visit.warnings))
        }
        (trace(decision))
        (leave())
    };
    layout(login, 200, "You are in", &body)
}

fn denied(login: &Login, visit: &Visit, decision: &Decision) -> Reply {
    let stopped = decision.trace.iter().rev().find(|step| step.outcome == Outcome::Stopped);
    let key = stopped.map(|step| step.route.iter().map(ToString::to_string).collect::<Vec<_>>().join("."));
    let name = of_connection(login, visit);
    let mend = match (&decision.mend, key.filter(|key| !key.is_empty())) {
        (Some(mend), _) => mend.told(&name),
        (None, Some(key)) => format!("look at `{key}` of `{name}`, or at what the identity provider sends"),
        (None, None) => "an administrator of the vendor looks at the account; where it is another one than it should be, look at what the identity provider sends".to_owned(),
    };
    let body = html! {
        p.verdict.bad { "DENY " (decision.code) }
        p { (told(&decision.summary)) }
        p { strong { "Mend: " } (told(&mend)) }
        (trace(decision))
        p { a href="/" { "Back to the login" } }
    };
    layout(login, 403, "You are not let in", &body)
}

/// Whether there is an older account (QT10, method 2).
fn merge(login: &Login, visit: &Visit, decision: &Decision) -> Reply {
    let body = html! {
        p.verdict.warning { "PROMPT " (decision.code) }
        p { "Do you have an account here already? It then becomes " code { (printable(&visit.username)) } ", with everything that is in it." }
        form.card method="post" action="/merge" {
            input type="hidden" name="answer" value="yes";
            (credentials())
            p { button type="submit" { "Yes, this is mine" } }
        }
        form.card method="post" action="/merge" {
            input type="hidden" name="answer" value="no";
            p { button type="submit" { "No, make a new account" } }
        }
        (trace(decision))
    };
    layout(login, 200, "Do you have an account?", &body)
}

/// Which of several accounts (QY7).
fn choice(login: &Login, visit: &Visit, decision: &Decision) -> Reply {
    let body = html! {
        p.verdict.warning { "PROMPT " (decision.code) }
        p { "Several accounts are " code { (printable(&visit.username)) } "'s: which one?" }
        form method="post" action="/choose" {
            ul.choices {
                @for name in &decision.choices {
                    li { button type="submit" name="account" value=(name) { (printable(name)) } }
                }
            }
        }
        (trace(decision))
    };
    layout(login, 200, "Choose an account", &body)
}

/// After logging out: where the vendor leads is shown, and opened by nobody but the user.
pub(super) fn logged_out(login: &Login, exit: Option<&str>, saml: Option<&Saml>) -> Reply {
    let body = html! {
        p.verdict.good { "LOGGED OUT" }
        @match exit {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                p { "The vendor leads to the exit URL now: " a href=(url) rel="noreferrer" { (printable(url)) } "." }
            }
            Some(url) => p { "The exit URL of the connection is no web address: " code { (printable(url)) } "." },
            None => p { "The connection names no exit URL (" code { "login.exit_url" } ")." },
        }
        @match saml {
            Some(saml) if saml.options.single_logout => p { "Single logout is on: the vendor would end the session at the identity provider, too. The identity provider of the sandbox keeps none." },
            Some(_) => p { "The session at the identity provider stays: who opens the vendor again is in without a password there." },
            None => {},
        }
        p { a href="/" { "Back to the login" } }
    };
    layout(login, 200, "You are out", &body)
}
