//! The line of time on the page. What a bar shows its words say too: where it is heard, and where colours are not
//! seen. The bars stretch, the words do not: they are no part of the drawing.

use std::fmt::Write as _;

use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::State;
use crate::model::time::Time;
use crate::report::markup::days;
use crate::report::markup::escaped;
use crate::report::rollover::sentence;
use crate::report::timeline::Axis;
use crate::report::timeline::Kind;
use crate::report::timeline::stretches;

/// Months that are named: each needs some room on a telephone.
const TICKS: usize = 6;
/// Units of the drawing from its begin to its end.
const WIDTH: f64 = 1000.0;
/// Units between today and an end, so that both are seen on a telephone.
const APART: f64 = 14.0;

/// The section; nothing where nothing ends.
pub(super) fn section(all: &[Rollover], now: Time) -> String {
    if all.iter().all(|one| one.rows.is_empty()) {
        return String::new();
    }
    let axis = Axis::of(all, now);
    let mut page = format!(
        "<h2>When certificates and secrets end</h2>\n<p class=\"faint\">{}</p>\n\
         <div class=\"lines\"><div class=\"row axis\" aria-hidden=\"true\"><div></div><div class=\"track\">",
        days(&format!("From {} to {}; today is {}.", axis.from.date(), axis.to.plus_seconds(-1).date(), now.date()))
    );
    for tick in axis.ticks(TICKS) {
        let year = tick.year.map(|year| format!("<br/>{year}")).unwrap_or_default();
        let _ = write!(page, "<span style=\"left:{:.2}%\">{}{year}</span>", axis.share(tick.at) * 100.0, tick.month);
    }
    page += "</div></div></div>\n";
    for one in all.iter().filter(|one| !one.rows.is_empty()) {
        let _ = write!(page, "<h3>{}</h3>\n<ul class=\"lines\">\n", escaped(&one.name));
        for row in &one.rows {
            let _ = writeln!(
                page,
                "<li class=\"row\"><div class=\"what\">{}<span class=\"until{}\">{}</span></div>{}</li>",
                escaped(sentence(row.role.words()).trim_end_matches('.')),
                match row.state {
                    State::Ending => " soon",
                    State::NotCovered | State::Unreadable => " over",
                    State::Covered | State::Undated => "",
                },
                escaped(&until(row, now)),
                bar(row, axis, now)
            );
        }
        page += "</ul>\n";
    }
    page + &legend()
}

fn until(row: &Row, now: Time) -> String {
    match (row.state, row.until) {
        (State::Covered | State::Ending, Some(_)) => format!("good until {}", row.until_words()),
        (State::Undated, _) => "nobody has said when it ends".to_owned(),
        (State::Unreadable, _) => "cannot be read".to_owned(),
        _ => match super::cards::since(row, now) {
            (ended, _) if ended.is_empty() => "not good today".to_owned(),
            (ended, _) => format!("not good{ended}"),
        },
    }
}

fn bar(row: &Row, axis: Axis, now: Time) -> String {
    let at = |time: Time| axis.share(time) * WIDTH;
    let mut drawn = format!("<rect class=\"ground\" x=\"0\" y=\"11\" width=\"{WIDTH}\" height=\"2\"/>");
    let mut words = Vec::new();
    if matches!(row.state, State::Undated | State::Unreadable) {
        let _ = write!(drawn, "<rect class=\"unknown\" x=\"0\" y=\"6\" width=\"{WIDTH}\" height=\"12\"/>");
    } else {
        for (from, to, kind) in stretches(row, axis) {
            let (class, y, height, word) = match kind {
                Kind::Nothing => continue,
                Kind::Known => ("known", 6, 12, "known, and not yet taken in"),
                Kind::One => ("one", 6, 12, "good"),
                Kind::Several => ("several", 1, 22, "several are good"),
            };
            let (x, width) = (at(from), at(to) - at(from));
            let _ = write!(
                drawn,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{height}\"/>"
            );
            words.push(format!("{word} from {} to {}", from.date(), to.plus_seconds(-1).date()));
        }
    }
    let today = at(now);
    for class in ["halo", "today"] {
        let _ = write!(drawn, "<line class=\"{class}\" x1=\"{today:.1}\" y1=\"0\" x2=\"{today:.1}\" y2=\"24\"/>");
    }
    if let Some(until) = row.until.filter(|until| *until < axis.to) {
        // An end within days is beside the line of today and not below it.
        let x = at(until).max(today + APART);
        let _ = write!(drawn, "<line class=\"end\" x1=\"{x:.1}\" y1=\"0\" x2=\"{x:.1}\" y2=\"24\"/>");
    }
    let words = if words.is_empty() { until(row, now) } else { words.join("; ") };
    svg(&format!("role=\"img\" aria-label=\"{}\"", escaped(&words)), &drawn)
}

fn svg(attributes: &str, drawn: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bar\" viewBox=\"0 0 {WIDTH} 24\" \
         preserveAspectRatio=\"none\" {attributes}>{drawn}</svg>"
    )
}

fn legend() -> String {
    let rect = |class: &str, y: u32, height: u32| {
        format!("<rect class=\"{class}\" x=\"0\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\"/>")
    };
    let line = |class: &str| format!("<line class=\"{class}\" x1=\"500\" y1=\"0\" x2=\"500\" y2=\"24\"/>");
    let meanings = [
        (rect("one", 6, 12), "good"),
        (rect("several", 1, 22), "several are good: time to change over"),
        (rect("known", 6, 12), "known, and not yet taken in"),
        (rect("unknown", 6, 12), "no end is known"),
        (line("end"), "covered until"),
        (line("today"), "today"),
    ];
    let entry =
        |(drawn, meaning): &(String, &str)| format!("<li>{}{meaning}</li>\n", svg("aria-hidden=\"true\"", drawn));
    format!("<ul class=\"legend\">\n{}</ul>\n", meanings.iter().map(entry).collect::<String>())
}
