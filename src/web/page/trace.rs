//! What the rules said of a login, rule by rule.

use maud::Markup;
use maud::html;

use crate::model::printable;
use crate::rules::Decision;
use crate::rules::Outcome;
use crate::rules::Step;
use crate::rules::Verdict;
use crate::web::page::Tone;
use crate::web::page::line;
use crate::web::page::told;

/// Each rule that was asked: what it said, where it comes from, and the key of the connection's file that
/// it follows.
pub(crate) fn trace(decision: &Decision) -> Markup {
    html! {
        h2 { "Rule by rule" }
        ul.steps {
            @for step in &decision.trace {
                (line(tone(step.outcome, decision.verdict), step.outcome.word(), html! {
                    strong { (step.rule) } ": " (told(&step.result))
                    @if let Some(source) = source(step) { span.clause { (source) } }
                }))
            }
        }
    }
}

const fn tone(outcome: Outcome, verdict: Verdict) -> Tone {
    match outcome {
        Outcome::Passed => Tone::Good,
        // Where the vendor asks, it is no more than that.
        Outcome::Stopped if matches!(verdict, Verdict::Prompt) => Tone::Warning,
        Outcome::Stopped => Tone::Bad,
        Outcome::Noted => Tone::Plain,
    }
}

fn source(step: &Step) -> Option<String> {
    let key = step.route.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    let parts: Vec<&str> =
        [step.source.as_deref().unwrap_or_default(), &key].into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| printable(&parts.join(" · ")))
}
