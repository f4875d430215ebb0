//! A row as files have it: a line of the plan, a line of the rows file, a row of a spreadsheet.
//! Written letter by letter, since there may be a million, and the same as [`escaped`] writes them.

use crate::migrate::plan::Outcome;
#[cfg(test)]
use crate::migrate::plan::Row;
use crate::migrate::plan::Turn;
use crate::migrate::plan::method::Methods;
use crate::migrate::sheet::for_people;
#[cfg(test)]
use crate::model::UserId;
use crate::model::escaped;

/// A row that is written; see [`Row`] for what each field is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Its line in the roster.
    pub(crate) line: u64,
    /// The account.
    pub(crate) user_id: Option<&'a str>,
    /// What the roster calls it.
    pub(crate) login: Option<&'a str>,
    /// What the key field has.
    pub(crate) before: &'a str,
    /// What it will have.
    pub(crate) after: Option<&'a str>,
    /// The third name.
    pub(crate) via: Option<&'a str>,
    /// The turn in a chain.
    pub(crate) chain: Option<Turn>,
    /// What will be done.
    pub(crate) outcome: Outcome,
    /// Why, for programs.
    pub(crate) code: &'static str,
    /// Why, for people.
    pub(crate) detail: &'a str,
    /// Nothing changes but the suffix.
    pub(crate) suffix_only: bool,
}

impl Line<'_> {
    /// The row by itself.
    #[cfg(test)]
    pub(crate) fn to_row(self) -> Row {
        Row {
            line: self.line,
            user_id: self.user_id.map(|id| UserId(id.to_owned())),
            login: self.login.map(Into::into),
            before: self.before.into(),
            after: self.after.map(Into::into),
            via: self.via.map(Into::into),
            chain: self.chain,
            outcome: self.outcome,
            code: self.code.into(),
            detail: self.detail.into(),
            suffix_only: self.suffix_only,
        }
    }

    /// Adds the line of the plan, what serde makes of a [`Row`], and that of the rows file, as
    /// [`crate::migrate::report::RowReport`] has it, with what else is known. They have most in common.
    pub(crate) fn plan_and_report(&self, plan: &mut Vec<u8>, report: &mut Vec<u8>, methods: Methods) {
        let start = plan.len();
        self.begin(plan);
        if let Some(login) = self.login {
            text_field(plan, b",\"login\":", login);
        }
        self.names(plan);
        let named = plan.len();
        if let Some(via) = self.via {
            text_field(plan, b",\"via\":", via);
        }
        let via = named..plan.len();
        if let Some(Turn { of, turn }) = self.chain {
            plan.extend_from_slice(b",\"chain\":{\"of\":");
            number(plan, u64::from(of));
            plan.extend_from_slice(b",\"turn\":");
            number(plan, u64::from(turn));
            plan.push(b'}');
        }
        let why = plan.len();
        self.why(plan);
        report.extend_from_slice(&plan[start..named]);
        report.extend_from_slice(&plan[why..]);
        report.extend_from_slice(if self.suffix_only { b",\"suffix_only\":true" } else { b",\"suffix_only\":false" });
        report.extend_from_slice(&plan[via]);
        if !methods.is_empty() {
            report.extend_from_slice(b",\"methods\":[");
            for (at, word) in methods.words().enumerate() {
                if at > 0 {
                    report.push(b',');
                }
                text(report, word);
            }
            report.push(b']');
        }
        report.extend_from_slice(b"}\n");
        if self.suffix_only {
            plan.extend_from_slice(b",\"suffix_only\":true");
        }
        plan.extend_from_slice(b"}\n");
    }

    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"line\":");
        number(out, self.line);
        optional_field(out, b",\"user_id\":", self.user_id);
    }

    fn names(&self, out: &mut Vec<u8>) {
        text_field(out, b",\"before\":", self.before);
        optional_field(out, b",\"after\":", self.after);
    }

    fn why(&self, out: &mut Vec<u8>) {
        text_field(out, b",\"outcome\":", self.outcome.word());
        text_field(out, b",\"code\":", self.code);
        text_field(out, b",\"detail\":", self.detail);
    }

    /// The headings of [`Self::spreadsheet`].
    pub(crate) const HEADINGS: &'static str = "line,user_id,before,after,outcome,code,detail";

    /// Adds the row of a spreadsheet, of which no cell is a formula; `further` adds what roster and vendor call for.
    pub(crate) fn spreadsheet(&self, out: &mut Vec<u8>, further: Further, methods: Methods) {
        number(out, self.line);
        let (outcome, after) = (self.outcome.word(), self.after.unwrap_or(""));
        for text in [self.user_id.unwrap_or(""), self.before, after, outcome, self.code, self.detail] {
            out.push(b',');
            cell(out, text);
        }
        if further.login {
            out.push(b',');
            cell(out, self.login.unwrap_or(""));
        }
        if further.methods {
            out.push(b',');
            for (at, word) in methods.words().enumerate() {
                if at > 0 {
                    out.push(b'|');
                }
                out.extend_from_slice(word.as_bytes());
            }
        }
        out.push(b'\n');
    }
}

/// Columns that some plans have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Further {
    /// What the roster calls the account.
    pub(crate) login: bool,
    /// The methods that can serve a row.
    pub(crate) methods: bool,
}

impl Further {
    /// Their headings, each after a comma.
    pub(crate) fn headings(self) -> String {
        format!("{}{}", if self.login { ",login" } else { "" }, if self.methods { ",methods" } else { "" })
    }
}

fn text_field(out: &mut Vec<u8>, key: &[u8], value: &str) {
    out.extend_from_slice(key);
    text(out, value);
}

fn optional_field(out: &mut Vec<u8>, key: &[u8], value: Option<&str>) {
    out.extend_from_slice(key);
    match value {
        Some(value) => text(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

/// A JSON string, without what a terminal obeys.
fn text(out: &mut Vec<u8>, text: &str) {
    // Without a way out of the loop, many bytes are looked at in one step.
    let odd = |byte: u8| !matches!(byte, 0x20..=0x7e) | (byte == b'"') | (byte == b'\\');
    if text.bytes().fold(false, |any, byte| any | odd(byte)) {
        // Into memory: it cannot fail.
        if serde_json::to_writer(escaped::Escaped(&mut *out), text).is_ok() {
            return;
        }
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// A cell of a sheet for people.
fn cell(out: &mut Vec<u8>, text: &str) {
    let text = for_people(text);
    let quoted = text.bytes().fold(false, |odd, byte| odd | matches!(byte, b',' | b'"'));
    if quoted {
        out.push(b'"');
        for byte in text.bytes() {
            out.extend_from_slice(if byte == b'"' { b"\"\"" } else { std::slice::from_ref(&byte) });
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_cells_are_written_as_their_readers_want_them() {
        for given in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let mut out = Vec::new();
            number(&mut out, given);
            assert_eq!(String::from_utf8(out).unwrap(), given.to_string());
        }
        for given in ["", "a", "\u{e9}\u{2028}", "\"", "\\", "a\u{1}b", "\u{7f}", "\u{9b}31m\u{202e}"] {
            let mut out = Vec::new();
            text(&mut out, given);
            assert_eq!(out, escaped::to_vec(&given).unwrap());
        }
        for (given, expected) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("=1", "'=1"),
            ("-1,\"x\"", "\"'-1,\"\"x\"\"\""),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("x;=1;y", "x;'=1;y"),
            ("a\r\n\u{9b}31m,\u{202e}", "\"a\\u{d}\\u{a}\\u{9b}31m,\\u{202e}\""),
        ] {
            let mut out = Vec::new();
            cell(&mut out, given);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
