//! What stands between tags: text, references, comments, instructions and the
//! declaration, each checked and brought into the reader's text buffer.

use std::io::BufRead;
use std::ops::Range;

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
use crate::xml::window::Trouble;

impl<R: BufRead> Reader<R> {
    pub(super) fn character_data(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        let text = self.window.text(content.clone());
        if self.stage != Stage::Inside {
            if is_blank(text) {
                return Ok(Step::Nothing);
            }
            let blank = text.len() - text.trim_ascii_start().len();
            let at = self.window.position_at(content.start + blank);
            let (side, hint) = match self.stage {
                Stage::Epilog => ("after", "remove what follows the last end tag"),
                _ => ("before", "the document must begin with `<`; remove what stands before"),
            };
            return Err(self
                .failure_at(at, "xml-malformed", &format!("text stands {side} the root element"))
                .hint(hint));
        }
        // xml 2.4: reserved, so that the end of a CDATA section is found.
        if memchr::memchr(b']', text.as_bytes()).is_some()
            && let Some(at) = text.find("]]>")
        {
            let at = self.window.position_at(content.start + at);
            return Err(self.failure_at(at, "xml-malformed", "`]]>` stands in text").hint("write `]]&gt;`"));
        }
        self.run_of(content)
    }

    /// A CDATA section, which is text once it is read.
    pub(super) fn section(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        if self.stage != Stage::Inside {
            return Err(self.malformed("a CDATA section stands outside the root element", "remove it"));
        }
        self.count_parts(1)?;
        self.run_of(content)
    }

    fn run_of(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        self.count_run(content.len())?;
        let text = self.window.text(content.clone());
        if !self.window.source().has_returns() || memchr::memchr(b'\r', text.as_bytes()).is_none() {
            return Ok(Step::Written(content.start, content.end));
        }
        self.text.clear();
        let returns = push_lines(&mut self.text, text);
        self.count_parts(returns)?;
        Ok(Step::Text)
    }

    fn count_run(&mut self, bytes: usize) -> Result<(), Failure> {
        self.run += bytes;
        if self.run > self.limits.piece {
            let trouble = Trouble::PieceTooLarge;
            return Err(refusal::trouble(&self.name, self.position(), trouble, &self.limits));
        }
        Ok(())
    }

    pub(super) fn general_reference(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        let name = self.window.text(content.clone());
        if self.stage != Stage::Inside {
            return Err(self.malformed("a reference stands outside the root element", "remove it"));
        }
        let c = reference(name).map_err(|message| self.malformed(&message, "write `&amp;` for an `&` in text"))?;
        self.count_parts(1)?;
        self.text.clear();
        self.text.push(c);
        self.count_run(content.len() + 2)?;
        Ok(Step::Text)
    }

    pub(super) fn comment(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        self.count_parts(1)?;
        let text = self.window.text(content);
        if text.contains("--") || text.ends_with('-') {
            return Err(self.malformed("`--` stands inside a comment", "write a single hyphen, or remove the comment"));
        }
        self.text.clear();
        push_lines(&mut self.text, text);
        Ok(Step::Comment)
    }

    pub(super) fn instruction(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        self.count_parts(1)?;
        let text = self.window.text(content);
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
        push_lines(&mut self.text, text[end..].trim_start_matches([' ', '\t', '\n', '\r']));
        Ok(Step::Instruction(end))
    }

    fn misplaced_declaration(&self) -> Failure {
        self.malformed(
            "the XML declaration is only allowed at the very start",
            "remove the blank lines or spaces before `<?xml`, or the second declaration",
        )
    }

    /// xml 2.8 XMLDecl.
    pub(super) fn declaration(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        let text = self.window.text(content);
        if self.stage != Stage::Start {
            return Err(self.misplaced_declaration());
        }
        let Some(encoding) = declaration::encoding(text) else {
            return Err(self.malformed(
                "the XML declaration is not of the form `<?xml version=\"1.0\" encoding=\"UTF-8\"?>`",
                "correct it, or remove it",
            ));
        };
        if let Err(found) = self.window.source().accepts_label(encoding) {
            let label = printable(encoding.unwrap_or("nothing"));
            return Err(self
                .failure("xml-encoding", &format!("the declaration says `{label}`, and the bytes are {found}"))
                .hint("save the document as UTF-8 and say so in its first line"));
        }
        Ok(Step::Nothing)
    }
}

/// xml 2.11: every line end becomes one line feed. Gives back how many were not.
fn push_lines(out: &mut String, text: &str) -> usize {
    let mut rest = text;
    let mut returns = 0;
    while let Some(at) = rest.find('\r') {
        out.push_str(&rest[..at]);
        out.push('\n');
        returns += 1;
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
    returns
}
