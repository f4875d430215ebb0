//! The sheet as Markdown. Values stand in code, where nothing in them is markup; a person reads it
//! at a terminal as it is, and `--compare` reads it back.

use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::MappingRow;
use crate::export::handover::Sheet;
use crate::export::handover::Side;
use crate::model::printable;
use crate::report::handover::remark;

/// The columns that a line of prose may take.
const WIDTH: usize = 80;

/// The whole sheet.
pub(crate) fn write(sheet: &Sheet) -> String {
    let mut text = format!("# {}\n\n{}, for the {}\n", escaped(&sheet.title), sheet.date, whom(sheet));
    if !sheet.prerequisites.is_empty() {
        text += "\n## Before you begin\n\n";
        for line in &sheet.prerequisites {
            text += &wrapped("- ", &escaped(line));
        }
    }
    for part in &sheet.parts {
        text.truncate(text.trim_end().len());
        text += &format!("\n\n## {}\n\n", escaped(&part.title));
        if let Some(note) = &part.note {
            text += &wrapped("", &escaped(note));
            text += "\n";
        }
        match &part.body {
            Body::Fields(entries) => entries.iter().for_each(|entry| text += &self::entry(entry)),
            Body::Facts(facts) => {
                for (label, fact) in facts {
                    text += &wrapped("- ", &format!("{}: {}", escaped(label), escaped(fact)));
                }
            }
            Body::Steps(steps) => {
                for (number, (state, step)) in steps.iter().enumerate() {
                    let state = state.as_ref().map(|state| format!("[{state}] ")).unwrap_or_default();
                    text += &wrapped(&format!("{}. ", number + 1), &format!("{state}{}", escaped(step)));
                }
            }
            Body::List(items) => items.iter().for_each(|item| text += &wrapped("- ", &escaped(item))),
            Body::Letter(letter) => text += &fenced(letter, ""),
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// For whom a sheet is, in words.
pub(super) fn whom(sheet: &Sheet) -> &'static str {
    match sheet.side {
        Side::Vendor => "vendor",
        Side::Idp => "administrator of the identity provider",
    }
}

fn entry(entry: &Entry) -> String {
    let need = if entry.need == "optional" { String::new() } else { format!(" ({})", entry.need) };
    let head = format!("- **{}**{need}:", escaped(&entry.label));
    let remark = remark(entry).map(|remark| format!("({})", escaped(&remark)));
    match &entry.content {
        Content::Given(value) | Content::Default(value) if !value.trim_end_matches('\n').contains('\n') => {
            let value = code(value);
            let value = remark.map_or(value.clone(), |remark| format!("{value} {remark}"));
            // A long address stands on a line of its own, whole.
            let same_line = head.chars().count() + 1 + value.chars().count() <= WIDTH;
            format!("{head}{}{value}\n", if same_line { " " } else { "\n  " })
        }
        Content::Given(value) | Content::Default(value) => format!("{head}\n\n{}\n", fenced(value, "  ")),
        Content::Several(values) => match &entry.separator {
            Some(separator) => {
                let joined = values.join(if separator == "," { ", " } else { separator });
                let value = code(&joined);
                let same_line = head.chars().count() + 1 + value.chars().count() <= WIDTH;
                format!("{head}{}{value}\n", if same_line { " " } else { "\n  " })
            }
            None => format!("{head}\n\n{}\n", fenced(&values.join("\n"), "  ")),
        },
        Content::Certificates(all) => {
            let pem: String = all.iter().map(|one| one.pem.as_str()).collect();
            let mut text = format!("{head}\n\n{}\n", fenced(&pem, "  "));
            for one in all {
                let (sha1, sha256) = (&one.sha1, &one.sha256);
                text += &format!("  until {}\n  SHA-1 {sha1}\n  SHA-256 {sha256}\n\n", one.not_after.date());
            }
            text
        }
        Content::Mappings(rows) => {
            let cells: Vec<Vec<&str>> = rows.iter().map(MappingRow::cells).collect();
            let width =
                |column: usize| cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
            let line = |row: &Vec<&str>| {
                let padded =
                    row.iter().enumerate().map(|(at, cell)| format!("{cell:0$}", width(at).unwrap_or_default()));
                padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            };
            format!("{head}\n\n{}\n", fenced(&cells.iter().map(line).collect::<Vec<_>>().join("\n"), "  "))
        }
        Content::Secret
        | Content::Fallback(_)
        | Content::NotSet
        | Content::Missing
        | Content::Unknown(_)
        | Content::Shown(_)
        | Content::None(_) => {
            // The label stays on one line, where it is found again.
            let remark = remark.unwrap_or_default();
            if head.chars().count() + 1 + remark.chars().count() <= WIDTH {
                format!("{head} {remark}\n")
            } else {
                format!("{head}\n{}", wrapped("  ", &remark))
            }
        }
    }
}

/// A code span whose marks are longer than any in the value.
fn code(value: &str) -> String {
    let value = printable(value.trim_end_matches('\n'));
    let longest = value.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let marks = "`".repeat(longest + 1);
    // CommonMark 6.1: one space at either end belongs to the marks.
    if longest > 0 || value.starts_with(' ') || value.ends_with(' ') || value.is_empty() {
        format!("{marks} {value} {marks}")
    } else {
        format!("{marks}{value}{marks}")
    }
}

/// A fenced block, set in; its marks are longer than any in the text.
fn fenced(text: &str, indent: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let mut block = format!("{indent}{fence}\n");
    for line in text.lines() {
        let line = printable(line);
        block += format!("{indent}{line}").trim_end();
        block += "\n";
    }
    format!("{block}{indent}{fence}\n")
}

/// Prose in which nothing is markup but the backticks of our own; and nothing drives a terminal.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in printable(text).chars() {
        if matches!(c, '\\' | '*' | '<' | '[') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// Prose in lines that fit, the later ones set in below the first.
fn wrapped(begin: &str, text: &str) -> String {
    let mut lines = begin.to_owned();
    let mut used = begin.chars().count();
    let indent = " ".repeat(used);
    for (at, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if at > 0 && used + 1 + width > WIDTH {
            lines += "\n";
            lines += &indent;
            used = indent.len();
        } else if at > 0 {
            lines += " ";
            used += 1;
        }
        lines += word;
        used += width;
    }
    lines + "\n"
}
