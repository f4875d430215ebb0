//! One question at a terminal: what is asked, and what a typed line means as its answer.

use crate::cli::connection::add::form;
use crate::provider::profile::Field;

/// How the first line of PEM begins.
const BEGIN: &str = "-----BEGIN ";
/// More lines than any certificate or key has.
const MOST_LINES: usize = 1000;

/// What a question is answered by.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// A text, or several that are parted by this.
    Text { separator: Option<String> },
    /// Yes or no.
    YesNo,
    /// One of these: the value and what it means; another one too where `open`.
    Choice { choices: Vec<(String, String)>, open: bool },
    /// One or several files.
    Files,
    /// A public key in a file.
    KeyFile,
}

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// What it answers.
    pub(crate) key: String,
    /// What it says.
    pub(crate) prompt: String,
    /// What to know first, a line each.
    pub(crate) help: Vec<String>,
    /// What it takes.
    pub(crate) ask: Ask,
    /// What an empty line means; nothing is to leave it out.
    pub(crate) default: Option<String>,
    /// Why it cannot be left out.
    pub(crate) required: Option<String>,
    /// The field of the vendor's page, where it is one.
    pub(crate) field: Option<Field>,
}

/// What a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// These values; none is to leave the field out.
    Values(Vec<String>),
    /// To the question before.
    Back,
    /// To the end, with nothing written.
    Quit,
}

impl Question {
    /// A question of our own, not of the vendor's page.
    pub(crate) fn own(key: &str, prompt: &str, ask: Ask) -> Self {
        Self {
            key: key.to_owned(),
            prompt: prompt.to_owned(),
            help: Vec::new(),
            ask,
            default: None,
            required: Some("an answer is needed".to_owned()),
            field: None,
        }
    }

    /// The line that ends in the cursor.
    pub(crate) fn line(&self) -> String {
        let kind = if matches!(self.ask, Ask::YesNo) { " (yes/no)" } else { "" };
        let default = self.default.as_ref().map(|default| format!(" [{default}]")).unwrap_or_default();
        format!("{}{kind}{default}: ", self.prompt)
    }

    /// The choices, numbered.
    pub(crate) fn choices(&self) -> Vec<String> {
        let Ask::Choice { choices, .. } = &self.ask else { return Vec::new() };
        let width = choices.iter().map(|(value, _)| value.chars().count()).max().unwrap_or_default();
        let line = |(at, (value, label)): (usize, &(String, String))| {
            let line = format!("  {:>2}  {value:width$}  {label}", at + 1);
            line.trim_end().to_owned()
        };
        choices.iter().enumerate().map(line).collect()
    }

    /// All lines of PEM that is pasted in the place of its file's name, which would else be taken
    /// for the answers to the next questions; `more` gives the next line.
    pub(crate) fn whole(
        &self,
        first: String,
        mut more: impl FnMut() -> crate::error::Result<Option<String>>,
    ) -> crate::error::Result<String> {
        let mut text = first;
        let pem = matches!(self.ask, Ask::Files | Ask::KeyFile) && text.starts_with(BEGIN);
        let mut lines = 0;
        let mut ended = !pem || text.contains("-----END ");
        while !ended && lines < MOST_LINES {
            let Some(line) = more()? else { break };
            ended = line.contains("-----END ");
            lines += 1;
            text = format!("{text}\n{line}");
        }
        Ok(text)
    }

    /// What a typed line means; `Err` says what is wrong with it.
    pub(crate) fn read(&self, typed: &str) -> Result<Line, String> {
        // An arrow up or to the left, as a terminal sends it in a line.
        if ["\u{1b}[A", "\u{1b}[D", "\u{1b}OA", "\u{1b}OD"].contains(&typed) {
            return Ok(Line::Back);
        }
        let pasted = matches!(self.ask, Ask::Files | Ask::KeyFile) && typed.starts_with(BEGIN);
        if typed.contains(|c: char| c.is_control() && !(pasted && c == '\n')) {
            return Err("a key that is no text was typed; type the answer again".to_owned());
        }
        let typed = typed.trim();
        match typed {
            "<" | "back" => return Ok(Line::Back),
            "quit" => return Ok(Line::Quit),
            "" | "-" => {}
            _ => return self.values(typed).map(Line::Values),
        }
        match (&self.default, &self.required, typed) {
            (Some(default), _, "") => self.values(default).map(Line::Values),
            (_, Some(why), _) => Err(why.clone()),
            (_, None, _) => Ok(Line::Values(Vec::new())),
        }
    }

    fn values(&self, typed: &str) -> Result<Vec<String>, String> {
        let values = match &self.ask {
            Ask::Text { separator: None } => vec![typed.to_owned()],
            Ask::Text { separator: Some(separator) } => form::parts(typed, separator),
            Ask::YesNo => match typed.to_ascii_lowercase().as_str() {
                "y" | "yes" => vec!["yes".to_owned()],
                "n" | "no" => vec!["no".to_owned()],
                _ => return Err("write `yes` or `no`".to_owned()),
            },
            Ask::Choice { choices, open } => {
                let numbered = typed.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?));
                let named = choices.iter().find(|(value, _)| value.eq_ignore_ascii_case(typed));
                match (numbered.or(named), open) {
                    (Some((value, _)), _) => vec![value.clone()],
                    (None, true) => vec![typed.to_owned()],
                    (None, false) => return Err(format!("write a number from 1 to {}, or a word of the list", choices.len())),
                }
            }
            Ask::Files if typed.starts_with(BEGIN) => vec![typed.to_owned()],
            Ask::Files => form::parts(typed, ","),
            Ask::KeyFile => vec![crate::cli::connection::add::flags::public_key(typed).map_err(|error| told(&error))?],
        };
        if let Some(field) = self.field.as_ref().filter(|field| !field.path.starts_with('@')) {
            let checked = !matches!(self.ask, Ask::KeyFile);
            values.iter().filter(|_| checked).try_for_each(|value| form::judge_value(field, value))?;
        }
        Ok(values)
    }
}

/// An error with its causes, as what is wrong with an answer.
pub(crate) fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(all: &[&str]) -> Result<Line, String> {
        Ok(Line::Values(all.iter().map(|one| (*one).to_owned()).collect()))
    }

    #[test]
    fn a_line_is_an_answer_or_a_way_out() {
        let choices = vec![("HubSpot".to_owned(), String::new()), ("Zoho CRM".to_owned(), String::new())];
        let choice = |open| Question::own("k", "Method", Ask::Choice { choices: choices.clone(), open });
        let text = |separator: Option<&str>| {
            let ask = Ask::Text { separator: separator.map(ToOwned::to_owned) };
            Question { required: None, default: Some("d".to_owned()), ..Question::own("k", "Text", ask) }
        };
        for (question, typed, wanted) in [
            (text(None), " a | b ", values(&["a | b"])),
            (text(Some("|")), " a | b |", values(&["a", "b"])),
            (text(None), "", values(&["d"])),
            (text(None), "-", values(&[])),
            (text(None), "<", Ok(Line::Back)),
            (text(None), "\u{1b}[A", Ok(Line::Back)),
            (text(None), " quit", Ok(Line::Quit)),
            (Question::own("k", "Sure?", Ask::YesNo), "Y", values(&["yes"])),
            (choice(false), "2", values(&["Zoho CRM"])),
            (choice(false), "hubspot", values(&["HubSpot"])),
            (choice(true), "Pipedrive", values(&["Pipedrive"])),
        ] {
            assert_eq!(question.read(typed), wanted, "{typed:?}");
        }
        for (question, typed) in
            [(choice(false), "0"), (choice(false), "3"), (choice(false), ""), (text(None), "a\u{1b}[C")]
        {
            assert!(question.read(typed).is_err(), "{typed:?}");
        }
    }
}
