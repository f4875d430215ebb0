//! The two pages of a test login: where it begins, and what it came to.

use maud::Markup;
use maud::html;

use crate::model::identity::Identity;
use crate::model::printable;
use crate::model::verification::Step;
use crate::model::verification::Verification;
use crate::rules::Decision;
use crate::rules::Verdict;
use crate::trial::site::Login;
use crate::trial::site::Trial;
use crate::web::page;
use crate::web::page::Tone;
use crate::web::page::facts;
use crate::web::page::steps;
use crate::web::page::told;
use crate::web::page::trace;
use crate::web::reply::Reply;

const BRAND: &str = "ssoctl connection test";

/// The most values of one attribute that are shown.
const MOST_VALUES: usize = 20;

/// Where the test begins, where that is here.
pub(super) fn home(trial: &Trial) -> Reply {
    let body = html! {
        p { "This page logs you in at the identity provider as a vendor would, and shows what it sends. Nothing leaves this machine but the login itself." }
        (facts([("connection", trial.name.clone()), ("identity provider", trial.idp.clone())]))
        @if let Some((what, mend)) = trial.party.obstacle() {
            div.card {
                p.verdict.warning { "WARNING" }
                p { (told(what)) "." }
                p { strong { "Mend: " } (told(&mend)) }
            }
        }
        p { a.button #start href=(trial.start_path()) { "Start the login" } }
        h2 { "To be known at the identity provider" }
        (facts(trial.party.facts()))
        @if trial.party.metadata().is_some() {
            p { "Or all of it as one document: " a href="/metadata" { "metadata" } "." }
        }
    };
    Reply::page(200, page::layout(BRAND, "Test login", &body))
}

/// What it came to; `log_out` is where its session can be ended.
pub(super) fn result(trial: &Trial, login: &Login, logout: Option<&Verification>, log_out: Option<&str>) -> Reply {
    let judged = &login.judged;
    let refusal = judged.verification.refusal();
    let decision = login.decision.as_ref().filter(|_| login.is_open());
    let verdict = decision.map(|decision| decision.verdict);
    let title = match (refusal, verdict) {
        (Some(_), _) => "The login was refused",
        (None, Some(Verdict::Deny)) => "The vendor would deny this login",
        (None, Some(Verdict::Prompt)) => "The vendor would ask before it lets this user in",
        (None, None) if login.decision.is_some() => "The identity provider's proof was accepted",
        (None, _) => "The login was accepted",
    };
    let shown = judged.identity.as_ref().or(judged.claimed.as_ref()).filter(|_| login.is_open());
    let heading = match (&judged.identity, judged.signed) {
        (Some(_), _) => "Proven by the identity provider",
        (None, true) => "Signed, and refused all the same",
        (None, false) => "Claimed, and not proven",
    };
    let body = html! {
        @match refusal {
            // What is worse stands first: the vendor's no is below, and red.
            None if verdict == Some(Verdict::Deny) => p { "What the identity provider sent proves the user, and the connection's rules do not let them in." },
            None => p.verdict.good { "ACCEPTED" },
            Some(step) if is_kept_back(login, step) => p.verdict.bad { "REFUSED " (step.code.unwrap_or_default()) },
            Some(step) => {
                p.verdict.bad { "REFUSED " (step.code.unwrap_or_default()) }
                p { (told(&step.detail)) }
                @for hint in step.hint.iter().flat_map(|hint| hint.lines()) { p { strong { "Mend: " } (told(hint)) } }
            }
        }
        @if !login.expected {
            p.card { (strays(trial)) }
        }
        @if !login.is_open() {
            p.card { "What came encrypted is not shown here, and neither is what the vendor would make of it: this page shows it of a login that is accepted, and that this browser has begun. The terminal has all of it." }
        }
        @if let Some(decision) = decision { (decided(decision, &trial.name)) }
        @if let Some(identity) = shown {
            h2 { (heading) }
            (whom(identity))
        }
        h2 { "Step by step" }
        (steps(&without_sealed(login)))
        @match logout {
            Some(steps_of_logout) => {
                h2 { "Logout" }
                @match steps_of_logout.refusal() {
                    None => p.verdict.good { "LOGGED OUT" },
                    Some(step) => p.verdict.bad { "REFUSED " (step.code.unwrap_or_default()) },
                }
                (steps(steps_of_logout))
            }
            None => @if let Some(action) = log_out.filter(|_| trial.party.logs_out()) {
                h2 { "Logout" }
                form method="post" action=(action) { p { button #logout type="submit" { "Log out at the identity provider" } } }
            }
        }
        h2 { "What was tested" }
        p { "The identity provider's side, with the name and key of this test. The vendor's own addresses and keys cannot be used from here: what a browser brought to the vendor is judged by " code { "ssoctl login decode" } "." }
        @if login.expected && log_out.is_none_or(|_| logout.is_some() || !trial.party.logs_out()) {
            p { "The test ends with this page, which cannot be loaded again." }
        }
        p.faint { "Connection " (trial.name) ", judged as of " (login.at.to_string()) ". The same is in the terminal." }
    };
    let status = if login.expected { 200 } else { 403 };
    let mut reply = Reply::page(status, page::layout(BRAND, title, &body));
    // The form of the logout leads on to the identity provider.
    if trial.party.logs_out() {
        reply = reply.leading_away();
    }
    reply
}

/// Whether a step says what came encrypted: of who it is about always, of the rest where another brings it.
fn is_kept_back(login: &Login, step: &Step) -> bool {
    !login.is_open() && (!login.bound || step.step == "subject")
}

/// The steps, without what came encrypted where that is not shown.
fn without_sealed(login: &Login) -> Verification {
    let mut shown = login.judged.verification.clone();
    for step in shown.steps.iter_mut().filter(|step| is_kept_back(login, step)) {
        (step.detail, step.hint) = ("not shown".to_owned(), None);
    }
    shown
}

/// Why what has come does not end the test.
fn strays(trial: &Trial) -> &'static str {
    match trial.party.begins_here() {
        true => {
            "This does not end the test: it answers no login that this browser has begun. Begin one at the address that the terminal shows."
        }
        false => "This does not end the test, which waits for a login that is accepted.",
    }
}

fn decided(decision: &Decision, connection: &str) -> Markup {
    let (tone, word) = match decision.verdict {
        Verdict::Allow => (Tone::Good, "ALLOW"),
        Verdict::Prompt => (Tone::Warning, "PROMPT"),
        Verdict::Deny => (Tone::Bad, "DENY"),
    };
    let mut rows = Vec::new();
    let mut row = |label: &'static str, value: &str| rows.push((label, printable(value)));
    decision.username.iter().for_each(|username| row("username", username));
    decision.account.iter().for_each(|account| row("account", account));
    for change in &decision.changes {
        match &change.before {
            Some(before) if !before.is_empty() => {
                row("changes", &format!("{}: {before} → {}", change.what, change.after));
            }
            _ => row("changes", &format!("{}: {}", change.what, change.after)),
        }
    }
    decision.roles.iter().for_each(|role| row("role", role));
    decision.notifications.iter().for_each(|who| row("is told", who));
    decision.landing_url.iter().for_each(|url| row("after login", url));
    html! {
        h2 { "At the vendor this login would" }
        p class=(format!("verdict {}", tone.class())) { (word) " " (decision.code) }
        p { (told(&decision.summary)) }
        @if let Some(mend) = &decision.mend { p { strong { "Mend: " } (told(&mend.told(connection))) } }
        @if !rows.is_empty() { (facts(rows)) }
        (trace(decision))
    }
}

fn whom(identity: &Identity) -> Markup {
    let subject = identity.subject.as_ref().map_or("none".to_owned(), |subject| printable(subject));
    let mut rows = vec![("subject".to_owned(), subject)];
    for attribute in &identity.attributes {
        let mut values: Vec<String> = attribute.told().take(MOST_VALUES).map(printable).collect();
        if attribute.values.len() > MOST_VALUES {
            values.push(format!("… and {} more", attribute.values.len() - MOST_VALUES));
        }
        if values.is_empty() {
            values.push("(no value)".to_owned());
        }
        rows.push((printable(&attribute.name), values.join("\n")));
    }
    facts(rows.iter().map(|(label, value)| (label.as_str(), value.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::identity::Attribute;

    #[test]
    fn a_token_beside_the_claims_is_not_shown() {
        let attribute = |name: &str| Attribute { name: name.to_owned(), values: vec!["value-of-it".to_owned()] };
        let identity =
            Identity { attributes: vec![attribute("session_token"), attribute("mail")], ..Identity::default() };
        let page = whom(&identity).into_string();
        assert_eq!(
            (page.matches("value-of-it").count(), page.matches("(a token, not shown)").count()),
            (1, 1),
            "{page}"
        );
    }
}
