//! What is said around a test login: what the identity provider must know, and why none came.

use serde_json::Map;
use serde_json::Value;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::test::Args;
use crate::cli::context::Context;
use crate::cli::ui::Ui;
use crate::error::Failure;
use crate::error::Result;
use crate::model::connection::Connection;
use crate::trial::party::Party;
use crate::trial::site::Login;

/// What the test is of, and what must be known there; and what makes every login fail.
pub(super) fn beginning(args: &Args, connection: &Connection, idp: &str, party: &dyn Party, ui: &Ui) {
    if let Some((what, mend)) = party.obstacle() {
        ui.warning(what);
        ui.hint(&mend);
    }
    ui.status(&format!("test login of `{}` at {idp}", args.name));
    for (label, value) in party.facts() {
        ui.status(&format!("  {label:16}{value}"));
    }
    let printed = if connection.saml.is_some() { "prints them as one document" } else { "prints them alone" };
    ui.status(&format!("the identity provider must know these; `--metadata` {printed}"));
}

/// What must be known at the identity provider, in the form that it takes or for a program.
pub(super) fn metadata(party: &dyn Party, context: &Context) -> Result<Verdict> {
    let document = party.metadata().transpose()?.map(|(_, text)| text);
    if context.format == Format::Json {
        let mut told = Map::<String, Value>::from_iter([("schema".to_owned(), "ssoctl.test-sp/1".into())]);
        told.extend(party.names().into_iter().map(|(key, value)| (key.to_owned(), value.into())));
        told.extend(document.map(|text| ("metadata".to_owned(), text.into())));
        context.ui.json(&told)?;
        return Ok(Verdict::Done);
    }
    match document {
        Some(text) => context.ui.data(&text)?,
        None => {
            let lines = party.facts().into_iter().map(|(label, value)| format!("{label}: {value}\n"));
            context.ui.data(&lines.collect::<String>())?;
        }
    }
    Ok(Verdict::Done)
}

/// What was seen while nobody logged in.
pub(super) struct Seen<'s> {
    /// Whether a browser was at the address of the test.
    pub(super) opened: bool,
    /// Whether one was sent on to the identity provider.
    pub(super) begun: bool,
    /// What came and is no login of the test.
    pub(super) stray: Option<&'s Login>,
}

/// Nothing came: whether that was here or at the identity provider decides what mends it.
pub(super) fn no_login(args: &Args, begin: &str, seen: &Seen<'_>, facts: &[(&'static str, String)]) -> Failure {
    let failure = Failure::remote("no-login", format!("no login came within {} s", args.wait));
    let stray = seen.stray.and_then(|login| login.judged.verification.refusal());
    let failure = match stray {
        Some(step) => failure.hint(format!(
            "something came that answers no login of this test and that nobody has signed (`{}`): {}. Every program of \
             this machine, and every page in a browser, can bring such a thing",
            step.code.unwrap_or(step.step),
            step.detail
        )),
        None => failure,
    };
    if !seen.opened && !args.idp_initiated {
        return failure.hint(format!(
            "nobody opened {begin}: open the address that the test shows, which is another each time, in a browser of this machine while it waits; `--wait` gives more time"
        ));
    }
    if !seen.begun && !args.idp_initiated {
        return failure.hint("the page of the test was opened, and its button `Start the login` was not pressed: press it while the test waits; `--wait` gives more time");
    }
    // What has come, has come to the right address: where it is the identity provider's, its own mend is the nearest.
    if let Some(step) = stray {
        let own = "if it is the identity provider's answer: ";
        return step.hint.iter().flat_map(|hint| hint.lines()).fold(failure, |failure, line| failure.hint(format!("{own}{line}")));
    }
    let failure = failure.hint("what the identity provider's page said is the reason; if it names the reply URL or an unknown application, add there what stands above");
    let reply = facts.iter().find(|(label, _)| label.contains("reply") || label.contains("redirect"));
    reply.into_iter().fold(failure, |failure, (label, value)| {
        failure.hint(format!("the {label} must be `{value}` there, byte for byte"))
    })
}
