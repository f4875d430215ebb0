//! What stands between tags: text, references, comments, instructions and the
//! declaration, each checked and brought into the reader's text buffer.

use std::io::BufRead;

use super::Reader;
use super::Stage;
use super::Step;
use crate::error::Failure;
use crate::model::printable;
use crate::xml::characters::is_blank;
use crate::xml::characters::is_ncname;
use crate::xml::characters::is_space;
use crate::xml::characters::reference;
use crate::xml::declaration;
use crate::xml::refusal;
use crate::xml::source::Trouble;
use crate::xml::source::after;

impl<R: BufRead> Reader<R> {
    pub(super) fn character_data(&mut self, text: &str) -> Result<Step, Failure> {
        if self.stage != Stage::Inside {
            if is_blank(text) {
                return Ok(Step::Nothing);
            }
            let blank = text.len() - text.trim_ascii_start().len();
            let at = after(self.position, &text[..blank]);
            let (side, hint) = match self.stage {
                Stage::Epilog => ("after", "remove what follows the last end tag"),
                _ => ("before", "the document must begin with `<`; remove what stands before"),
            };
            return Err(self
                .failure_at(at, "xml-malformed", &format!("text stands {side} the root element"))
                .hint(hint));
        }
        // xml 2.4: reserved, so that the end of a CDATA section is found.
        if text.contains(']')
            && let Some(at) = text.find("]]>")
        {
            let at = after(self.position, &text[..at]);
            return Err(self.failure_at(at, "xml-malformed", "`]]>` stands in text").hint("write `]]&gt;`"));
        }
        self.text.clear();
        self.push_lines(text);
        self.count_run(text.len())
    }

    /// xml 2.11: every line end becomes one line feed.
    pub(super) fn push_lines(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('\r') {
            self.text.push_str(&rest[..at]);
            self.text.push('\n');
            rest = &rest[at + 1..];
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        self.text.push_str(rest);
    }

    pub(super) fn count_run(&mut self, bytes: usize) -> Result<Step, Failure> {
        self.run += bytes;
        if self.run > self.limits.piece {
            let trouble = Trouble::PieceTooLarge;
            return Err(refusal::trouble(&self.name, self.position, trouble, &self.limits));
        }
        Ok(Step::Text)
    }

    pub(super) fn general_reference(&mut self, name: &str) -> Result<Step, Failure> {
        if self.stage != Stage::Inside {
            return Err(self.malformed("a reference stands outside the root element", "remove it"));
        }
        let c = reference(name).map_err(|message| self.malformed(&message, "write `&amp;` for an `&` in text"))?;
        self.text.clear();
        self.text.push(c);
        self.count_run(name.len() + 2)
    }

    pub(super) fn comment(&mut self, text: &str) -> Result<Step, Failure> {
        if text.contains("--") || text.ends_with('-') {
            return Err(self.malformed("`--` stands inside a comment", "write a single hyphen, or remove the comment"));
        }
        self.text.clear();
        self.push_lines(text);
        Ok(Step::Comment)
    }

    pub(super) fn instruction(&mut self, text: &str) -> Result<Step, Failure> {
        let end = text.bytes().position(is_space).unwrap_or(text.len());
        let target = &text[..end];
        if target.eq_ignore_ascii_case("xml") {
            return Err(self.misplaced_declaration());
        }
        if !is_ncname(target) {
            return Err(self.malformed("`<?` is not followed by a name", "remove the instruction"));
        }
        self.text.clear();
        self.text.push_str(target);
        self.push_lines(text[end..].trim_start_matches([' ', '\t', '\n', '\r']));
        Ok(Step::Instruction(end))
    }

    fn misplaced_declaration(&self) -> Failure {
        self.malformed(
            "the XML declaration is only allowed at the very start",
            "remove the blank lines or spaces before `<?xml`, or the second declaration",
        )
    }

    /// xml 2.8 XMLDecl.
    pub(super) fn declaration(&mut self, text: &str) -> Result<Step, Failure> {
        if self.stage != Stage::Start {
            return Err(self.misplaced_declaration());
        }
        let Some(encoding) = declaration::encoding(text) else {
            return Err(self.malformed(
                "the XML declaration is not of the form `<?xml version=\"1.0\" encoding=\"UTF-8\"?>`",
                "correct it, or remove it",
            ));
        };
        if let Err(found) = self.xml.get_ref().accepts_label(encoding) {
            let label = printable(encoding.unwrap_or("nothing"));
            return Err(self
                .failure("xml-encoding", &format!("the declaration says `{label}`, and the bytes are {found}"))
                .hint("save the document as UTF-8 and say so in its first line"));
        }
        Ok(Step::Nothing)
    }
}
