//! What a test login came to, in the terminal and for a program.

use serde_json::json;

use crate::cli::Format;
use crate::cli::context::Context;
use crate::cli::led::led;
use crate::cli::login::decode::page;
use crate::cli::login::page::hanging;
use crate::cli::login::prepared::Prepared;
use crate::error::Result;
use crate::model::printable;
use crate::model::verification::Verification;
use crate::trial::site::Login;

/// Of whom a login is that does not end the test.
const STRAY: &str = "somebody who has begun no login of this test; every program of this machine can bring something";

/// The same where no login begins here, so that nothing binds one to a browser.
const UNASKED: &str = "a browser that came by itself: no login begins here, and nothing says that it is yours";

fn brought_by(login: &Login, idp_initiated: bool) -> Option<&'static str> {
    match (idp_initiated, login.expected) {
        (true, _) => Some(UNASKED),
        (false, false) => Some(STRAY),
        (false, true) => None,
    }
}

/// What the identity provider is called.
pub(super) fn idp(prepared: &Prepared) -> String {
    let connection = prepared.connection();
    let saml = connection.saml.as_ref().map(|saml| saml.idp.entity_id.clone());
    let oauth = || connection.oauth.as_ref().and_then(|oauth| oauth.issuer.clone().or(oauth.authorization_endpoint.clone()));
    saml.or_else(oauth).unwrap_or_else(|| "an identity provider without a name".to_owned())
}

/// What has come and does not end the test.
pub(super) struct Others<'o> {
    /// One by one.
    pub(super) all: Vec<&'o Login>,
    /// How many more there were.
    pub(super) more: u64,
}

/// Something that does not end the test, in a clause: what it is refused by, or that it is good and answers nothing.
pub(super) fn short(login: &Login) -> String {
    let who = if login.judged.signed { "signed by the identity provider" } else { "signed by nobody that is known" };
    match login.judged.verification.refusal() {
        Some(step) => format!("{who}, refused [{}] {}", step.code.unwrap_or_default(), printable(&step.detail)),
        None => format!("{who}, and no answer to a login of this test"),
    }
}

/// Tells it.
pub(super) fn tell(
    login: &Login,
    logout: Option<&Verification>,
    idp_initiated: bool,
    others: &Others<'_>,
    prepared: &Prepared,
    context: &Context,
) -> Result<()> {
    let decision = login.decision.as_ref();
    let tested = match prepared.connection().saml {
        Some(_) => "the identity provider's side, by the service provider of this test; the vendor's own reply URL and key were not",
        None => "the identity provider's side, by the relying party of this test; the vendor's own redirect URI was not",
    };
    if context.format == Format::Json {
        let about = json!({
            "tested": "identity-provider",
            "expected": login.expected,
            "judged_at": login.at.to_string(),
        });
        let about = about.as_object().cloned().unwrap_or_default();
        let mut document = page::document("ssoctl.connection-test/1", about, &login.judged, decision, prepared);
        let logout = logout.map(|steps| {
            let mut told = page::verdict(steps);
            told.insert("steps".to_owned(), page::steps_document(steps));
            told
        });
        document.insert("logout".to_owned(), json!(logout));
        let told = others.all.iter().map(|other| {
            let code = other.judged.verification.refusal().and_then(|step| step.code);
            json!({ "at": other.at.to_string(), "code": code, "signed": other.judged.signed })
        });
        document.insert("others".to_owned(), told.collect::<Vec<_>>().into());
        document.insert("others_left_out".to_owned(), others.more.into());
        return context.ui.json(&document);
    }
    let head = vec![
        ("connection", Some(prepared.name().to_string())),
        ("tested", Some(tested.to_owned())),
        ("judged as of", Some(login.at.to_string())),
        ("brought by", brought_by(login, idp_initiated).map(str::to_owned)),
    ];
    let mut text = page::page(head, &login.judged, decision, prepared);
    if let Some(steps) = logout {
        match steps.refusal() {
            None => text.push_str("\nlogout\n"),
            Some(step) => {
                text.push_str(&format!("\nlogout REFUSED [{}]\n", step.code.unwrap_or_default()));
                for line in step.hint.iter().flat_map(|hint| hint.lines()) {
                    text.push_str(&hanging("hint", 2, 13, &led(line)));
                }
            }
        }
        text.push_str(&page::steps(steps));
    }
    if !others.all.is_empty() {
        text.push_str("\nalso came, and did not end the test\n");
        for other in &others.all {
            text.push_str(&hanging("", 2, 4, &format!("{}: {}", other.at, short(other))));
        }
        if others.more > 0 {
            text.push_str(&format!("    … and {} more\n", others.more));
        }
    }
    context.ui.data(&text)
}
