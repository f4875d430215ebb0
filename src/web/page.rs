//! How every page looks: one column that a phone can read, light and dark, no picture and no script.

mod trace;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;

use crate::crypto;
use crate::model::printable;
use crate::model::verification::Step;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
use crate::web::reply::Reply;

pub(crate) use trace::trace;

const STYLE: &str = include_str!("page.css");

/// The whole of the script that a page may have: it sends the form that the page is there for.
const SENDS_ITSELF: &str = "document.forms[0].submit()";

fn digest(text: &str) -> String {
    BASE64_STANDARD.encode(crypto::sha256(text.as_bytes()))
}

/// What the style is known by in a content security policy.
pub(super) fn style_digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| digest(STYLE));
    &DIGEST
}

/// How what a page says is to be taken; told by a word too, never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Neither good nor bad.
    Plain,
    /// It is as it should be.
    Good,
    /// Somebody must look.
    Warning,
    /// It was refused.
    Bad,
}

impl Tone {
    /// The class that the style knows.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// A whole page; `brand` stands small above its heading and says whose it is.
pub(crate) fn layout(brand: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · " (brand) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { p.brand { (brand) } }
                main {
                    h1 { (title) }
                    (body)
                }
            }
        }
    }
}

/// A page that sends one form by itself, or by its button where scripts are off (saml-bindings 3.5.4).
pub(crate) fn sends_itself(brand: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
    let body = html! {
        p { "This page goes on by itself. Where it does not, press the button." }
        form method="post" action=(action) {
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
            p { button type="submit" { "Go on" } }
        }
        script { (PreEscaped(SENDS_ITSELF)) }
    };
    Reply::page(200, layout(brand, "One moment", &body)).with_script(digest(SENDS_ITSELF)).leading_away()
}

/// A text from outside, line by line, without signs that could make it look like something else, and not
/// without end.
fn lines(text: &str) -> String {
    const LONGEST: usize = 4000;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// A page that says why there is none.
pub(crate) fn refusal(status: u16, why: &str) -> Reply {
    let body = html! { p.verdict.bad { "REFUSED" } p { (lines(why)) "." } };
    Reply::page(status, layout("ssoctl", "Not here", &body))
}

/// A sentence of ours, in which what stands between backticks is shown as what is typed or sent.
pub(crate) fn told(text: &str) -> Markup {
    let text = printable(text);
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        @if parts.len() % 2 == 1 {
            @for (at, part) in parts.iter().enumerate() {
                @if at % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else {
            (text)
        }
    }
}

/// A verification step by step, each with its mend and its clause.
pub(crate) fn steps(verification: &Verification) -> Markup {
    html! {
        ul.steps {
            @for step in &verification.steps {
                (line(tone(step), step.result.word(), html! {
                    strong { (step.step) } ": " (told(&step.detail))
                    @for hint in step.hint.iter().flat_map(|hint| hint.lines()) { span.mend { "Mend: " (told(hint)) } }
                    span.clause { (step.clause) }
                }))
            }
        }
    }
}

/// A step: a word on how it is to be taken, and beside it what it says.
fn line(tone: Tone, word: &str, said: Markup) -> Markup {
    html! {
        li {
            span class=(format!("word {}", tone.class())) { (word) }
            div { (said) }
        }
    }
}

fn tone(step: &Step) -> Tone {
    match step.result {
        StepResult::Passed => Tone::Good,
        StepResult::Failed => Tone::Bad,
        StepResult::Noted if step.code.is_some() => Tone::Warning,
        StepResult::Noted | StepResult::Unchecked => Tone::Plain,
    }
}

/// Facts, each with its label; a value of several lines has one for each.
pub(crate) fn facts<'f>(facts: impl IntoIterator<Item = (&'f str, String)>) -> Markup {
    html! {
        dl {
            @for (label, value) in facts {
                div { dt { (printable(label)) } dd { (lines(&value)) } }
            }
        }
    }
}
