//! What a spreadsheet does to numbers on its way through: leading zeros go, long
//! numbers become 7.39E+07, whole numbers become 123.0. Warnings, never a mend.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::roster::Roster;
use crate::migrate::roster::Row;
use crate::migrate::shown;
use crate::migrate::table::place;

/// Rows warned of one by one; a file that is wrong throughout is told once more by number.
const MOST: usize = 1_000;

/// Looks at the new values of a whole roster.
pub(crate) fn findings(roster: &Roster, file: &str) -> Vec<Finding> {
    let mut told = Told { file, findings: Vec::new(), left_out: 0 };
    // Digits, as most user stores have them, are neither.
    for row in roster.rows().filter(|row| row.new.starts_with(|c: char| c.is_ascii_digit()) && !is_digits(row.new)) {
        if is_exponent(row.new) {
            told.warn("roster-exponent", row, "looks like a number that a spreadsheet has rounded");
        } else if row.new.strip_suffix(".0").is_some_and(is_digits) {
            told.warn("roster-decimal", row, "looks like a number to which a spreadsheet has added a decimal");
        }
    }
    lengths(roster, &mut told);
    let Told { mut findings, left_out, .. } = told;
    if left_out > 0 {
        findings.push(
            Finding::new(
                "roster-more-warnings",
                Severity::Warning,
                format!("{left_out} more rows have values that a spreadsheet may have changed"),
            )
            .at(place(file, None)),
        );
    }
    findings
}

struct Told<'a> {
    file: &'a str,
    findings: Vec<Finding>,
    left_out: usize,
}

impl Told<'_> {
    fn warn(&mut self, code: &'static str, row: Row<'_>, why: &str) {
        if self.findings.len() >= MOST {
            self.left_out += 1;
            return;
        }
        self.findings.push(
            Finding::new(code, Severity::Warning, format!("the new value {} {why}", shown(row.new)))
                .hint("export the column as text and compare it with the user store")
                .at(place(self.file, Some(row.line))),
        );
    }
}

/// Digits-only values have one length in most user stores; shorter ones beside values
/// with leading zeros have lost theirs.
fn lengths(roster: &Roster, told: &mut Told<'_>) {
    let mut by_length: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for row in roster.rows().filter(|row| is_digits(row.new)) {
        let (all, zeros) = by_length.entry(row.new.len()).or_default();
        *all += 1;
        *zeros += usize::from(row.new.starts_with('0'));
    }
    let total: usize = by_length.values().map(|(all, _)| all).sum();
    let Some((length, (most, zeros))) = by_length.iter().max_by_key(|(_, (all, _))| *all).map(|(k, v)| (*k, *v)) else {
        return;
    };
    let shorter: usize = by_length.range(..length).map(|(_, (all, _))| all).sum();
    if shorter == 0 || most * 2 <= total {
        return;
    }
    if zeros > 0 {
        for row in roster.rows().filter(|row| is_digits(row.new) && row.new.len() < length) {
            told.warn(
                "roster-leading-zeros",
                row,
                &format!("has {} digits where most have {length}: leading zeros may be lost", row.new.len()),
            );
        }
    } else if total >= 10 && most * 5 >= total * 4 && length >= 4 && most + shorter == total {
        told.findings.push(
            Finding::new(
                "roster-leading-zeros",
                Severity::Warning,
                format!(
                    "{shorter} of {total} new values have fewer than {length} digits and none starts with 0: leading zeros may be lost"
                ),
            )
            .hint("export the column as text and compare it with the user store")
            .at(place(told.file, None)),
        );
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `7.39E+07`, as spreadsheets write it; `73928e03` is an ordinary identifier.
fn is_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let Some(exponent) = exponent.strip_prefix(['+', '-']) else { return false };
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    whole.len() == 1 && is_digits(whole) && is_digits(fraction) && is_digits(exponent)
}
