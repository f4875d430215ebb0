//! Qualys' answers in XML (vendors.md 2.3, 2.4), pulled through one user at a time so that a list
//! of any length costs no memory of its own.
//!
//! Elements that are not known are passed over, whatever is in them: `PASSWORD`, which the answer
//! to a new account may have, is one of these and is never held. Nobody published the text of the
//! DTD, so order and presence are believed of nothing but what a decision hangs on.

use std::io::BufRead;

use crate::error::Failure;
use crate::model::UserId;
use crate::model::Username;
use crate::provider::Account;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Reader;
use crate::xml::Start;

/// More than any subscription has; a list that goes on after that is not a user list.
pub(super) const MOST_USERS: usize = 1_000_000;
/// Asset groups of one user.
const MOST_GROUPS: usize = 10_000;

/// What an answer was.
#[derive(Debug)]
pub(super) enum Heard {
    /// A user list, read to its end or as far as was wanted: how many users went by.
    List(usize),
    /// A verdict.
    Return(Return),
}

/// Whether more is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Yes.
    Go,
    /// No: the rest of the answer is not read.
    Enough,
}

/// What an answer says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was carried out.
    Yes,
    /// It was not.
    No,
    /// Nothing that can be understood.
    Unclear,
}

/// A verdict in the vendor's words.
#[derive(Debug)]
pub(super) struct Return {
    pub(super) verdict: Verdict,
    /// The vendor's own number, where it gives one. Nobody published the list of them.
    pub(super) code: Option<String>,
    pub(super) message: String,
}

/// The limits of an answer of at most `bytes`: shallow, without long texts, and as dense as a list
/// of short values in elements of their own is.
pub(super) fn limits(bytes: u64) -> Limits {
    Limits { bytes, depth: 16, attributes: 16, piece: 64 << 10, value: 4 << 10, dense: bytes / 8, ..Limits::default() }
}

/// Reads an answer; each user of a list is given to `each`.
pub(super) fn read(
    input: impl BufRead,
    limits: &Limits,
    each: &mut dyn FnMut(Account) -> Then,
) -> Result<Heard, Failure> {
    let reader = Reader::new(input, "answer", limits)?.passing_external_doctype();
    Reading { reader, users: 0 }.document(each)
}

/// What is wrong with an answer that is not XML of this API, for the end of "the answer ..".
pub(super) fn words(failure: &Failure) -> String {
    match failure.code() {
        "html-not-metadata" => "is a web page".to_owned(),
        "json-not-xml" => "is JSON and not XML".to_owned(),
        "certificate-not-metadata" | "private-key" | "compressed-document" => "is not XML".to_owned(),
        "empty-document" => "is empty".to_owned(),
        code => format!("cannot be read: {failure} ({code})"),
    }
}

/// The same without a byte of the answer: what stood where it cannot be read may be a secret.
pub(super) fn place(failure: &Failure) -> String {
    let told = failure.to_string();
    let place = told.strip_prefix("answer:").and_then(|rest| rest.split_once(": ")).map(|(place, _)| place);
    let place = place.filter(|place| place.bytes().all(|byte| byte.is_ascii_digit() || byte == b':'));
    let at = place.map(|place| format!(" at {place}")).unwrap_or_default();
    format!("cannot be read{at} ({})", failure.code())
}

/// The elements that something hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    UserListOutput,
    UserOutput,
    GenericReturn,
    SimpleReturn,
    Error,
    Return,
    Message,
    Response,
    Code,
    Text,
    UserList,
    User,
    UserLogin,
    ExternalId,
    ContactInfo,
    Given,
    Family,
    Email,
    AssetGroups,
    AssetGroup,
    Status,
    Role,
    Other,
}

fn name(element: Start<'_>) -> Name {
    if !element.namespace().is_empty() {
        return Name::Other;
    }
    match element.local() {
        "USER_LIST_OUTPUT" => Name::UserListOutput,
        "USER_OUTPUT" => Name::UserOutput,
        "GENERIC_RETURN" => Name::GenericReturn,
        "SIMPLE_RETURN" => Name::SimpleReturn,
        "ERROR" => Name::Error,
        "RETURN" => Name::Return,
        "MESSAGE" => Name::Message,
        "RESPONSE" => Name::Response,
        "CODE" => Name::Code,
        "TEXT" => Name::Text,
        "USER_LIST" => Name::UserList,
        "USER" => Name::User,
        "USER_LOGIN" => Name::UserLogin,
        "EXTERNAL_ID" => Name::ExternalId,
        "CONTACT_INFO" => Name::ContactInfo,
        "FIRSTNAME" => Name::Given,
        "LASTNAME" => Name::Family,
        "EMAIL" => Name::Email,
        "ASSIGNED_ASSET_GROUPS" => Name::AssetGroups,
        "ASSET_GROUP_TITLE" => Name::AssetGroup,
        "USER_STATUS" => Name::Status,
        "USER_ROLE" => Name::Role,
        _ => Name::Other,
    }
}

struct Reading<R> {
    reader: Reader<R>,
    users: usize,
}

impl<R: BufRead> Reading<R> {
    fn document(mut self, each: &mut dyn FnMut(Account) -> Then) -> Result<Heard, Failure> {
        let root = loop {
            self.reader.advance()?;
            match self.reader.event() {
                Event::Start(start) => break name(start),
                Event::Eof => return Err(self.odd("there is no element")),
                Event::End(_) | Event::Text(_) | Event::Comment(_) | Event::Instruction(..) => {}
            }
        };
        let (mut verdict, mut listed) = (None::<Return>, false);
        while self.child(1)? {
            let said = match (root, name(self.reader.element())) {
                (Name::UserListOutput, Name::UserList) => {
                    listed = true;
                    if self.list(each)? == Then::Enough {
                        return Ok(Heard::List(self.users));
                    }
                    continue;
                }
                (Name::UserListOutput, Name::Error) => Return { verdict: Verdict::No, ..self.returned()? },
                (Name::UserOutput, Name::Return) => self.returned()?,
                // Of failures only; a yes in it is none that is known.
                (Name::GenericReturn, Name::Return) => {
                    let said = self.returned()?;
                    let verdict = if said.verdict == Verdict::No { Verdict::No } else { Verdict::Unclear };
                    Return { verdict, ..said }
                }
                (Name::SimpleReturn, Name::Response) => self.response()?,
                _ => continue,
            };
            if verdict.replace(said).is_some() {
                return Err(self.odd("there are two verdicts"));
            }
        }
        // What follows the root would make it another document.
        self.reader.advance()?;
        while !matches!(self.reader.event(), Event::Eof) {
            self.reader.advance()?;
        }
        match verdict {
            Some(verdict) => Ok(Heard::Return(verdict)),
            None if listed => Ok(Heard::List(self.users)),
            None => Err(self.odd("it is neither a list nor a verdict")),
        }
    }

    fn odd(&self, message: &str) -> Failure {
        self.reader.failure("answer-unexpected", message)
    }

    /// Goes to the next child of the element that is open at `depth`; false at its end. What is in
    /// a child that nobody read is passed over.
    fn child(&mut self, depth: usize) -> Result<bool, Failure> {
        loop {
            self.reader.advance()?;
            match self.reader.event() {
                Event::Start(_) if self.reader.depth() == depth + 1 => return Ok(true),
                Event::End(_) if self.reader.depth() == depth => return Ok(false),
                Event::Eof => return Ok(false),
                Event::Start(_) | Event::End(_) | Event::Text(_) | Event::Comment(_) | Event::Instruction(..) => {}
            }
        }
    }

    /// The text of the element that just began, byte for byte.
    fn text(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        loop {
            self.reader.advance()?;
            match self.reader.event() {
                Event::Text(part) => text.push_str(part),
                Event::Start(_) => return Err(self.odd("an element stands inside a value")),
                Event::End(_) | Event::Eof => return Ok(text),
                Event::Comment(_) | Event::Instruction(..) => {}
            }
        }
    }

    fn once(&mut self, value: &mut Option<String>) -> Result<(), Failure> {
        let text = self.text()?;
        match value.replace(text) {
            None => Ok(()),
            Some(_) => Err(self.odd("a value stands twice")),
        }
    }

    fn list(&mut self, each: &mut dyn FnMut(Account) -> Then) -> Result<Then, Failure> {
        let depth = self.reader.depth();
        while self.child(depth)? {
            if name(self.reader.element()) != Name::User {
                continue;
            }
            if self.users >= MOST_USERS {
                return Err(self.odd(&format!("the list has more than {MOST_USERS} users")));
            }
            let account = self.user()?;
            self.users += 1;
            if each(account) == Then::Enough {
                return Ok(Then::Enough);
            }
        }
        Ok(Then::Go)
    }

    fn user(&mut self) -> Result<Account, Failure> {
        let depth = self.reader.depth();
        let (mut login, mut external_id, mut status, mut role) = (None, None, None, None);
        let mut account = Account::default();
        while self.child(depth)? {
            match name(self.reader.element()) {
                Name::UserLogin => self.once(&mut login)?,
                Name::ExternalId => self.once(&mut external_id)?,
                Name::Status => self.once(&mut status)?,
                Name::Role => self.once(&mut role)?,
                Name::ContactInfo => self.contact(&mut account)?,
                Name::AssetGroups => self.groups(&mut account)?,
                _ => {}
            }
        }
        let Some(login) = login.and_then(worth) else {
            return Err(self.odd("a user without USER_LOGIN"));
        };
        account.id = UserId(login.clone());
        account.username = Username(login);
        // Compared byte by byte, so that nothing is trimmed; empty is none.
        account.external_id = external_id.filter(|value| !value.is_empty());
        account.status = status.and_then(worth);
        account.roles = role.and_then(worth).into_iter().collect();
        Ok(account)
    }

    fn contact(&mut self, account: &mut Account) -> Result<(), Failure> {
        let depth = self.reader.depth();
        while self.child(depth)? {
            let value = match name(self.reader.element()) {
                Name::Given => &mut account.first_name,
                Name::Family => &mut account.last_name,
                Name::Email => &mut account.email,
                _ => continue,
            };
            *value = worth(self.text()?);
        }
        Ok(())
    }

    fn groups(&mut self, account: &mut Account) -> Result<(), Failure> {
        let depth = self.reader.depth();
        while self.child(depth)? {
            if name(self.reader.element()) != Name::AssetGroup {
                continue;
            }
            if account.groups.len() >= MOST_GROUPS {
                return Err(self.odd(&format!("a user has more than {MOST_GROUPS} asset groups")));
            }
            account.groups.extend(worth(self.text()?));
        }
        Ok(())
    }

    /// `RETURN` or `ERROR`: its words are its own text or a `MESSAGE`.
    fn returned(&mut self) -> Result<Return, Failure> {
        let element = self.reader.element();
        let verdict = match element.attribute("status") {
            Some("SUCCESS") => Verdict::Yes,
            Some("FAILED") => Verdict::No,
            _ => Verdict::Unclear,
        };
        let code = element.attribute("number").map(str::to_owned).and_then(worth);
        let depth = self.reader.depth();
        let (mut own, mut message) = (String::new(), None);
        loop {
            self.reader.advance()?;
            let open = self.reader.depth();
            match self.reader.event() {
                Event::Start(start) if open == depth + 1 && name(start) == Name::Message => self.once(&mut message)?,
                Event::Text(text) if open == depth => own.push_str(text),
                Event::End(_) if open == depth => break,
                Event::Eof => break,
                Event::Start(_) | Event::End(_) | Event::Text(_) | Event::Comment(_) | Event::Instruction(..) => {}
            }
        }
        Ok(Return { verdict, code, message: message.and_then(worth).or_else(|| worth(own)).unwrap_or_default() })
    }

    /// `SIMPLE_RETURN/RESPONSE` of the newer style: with a `CODE` it is a no.
    fn response(&mut self) -> Result<Return, Failure> {
        let depth = self.reader.depth();
        let (mut code, mut text) = (None, None);
        while self.child(depth)? {
            match name(self.reader.element()) {
                Name::Code => self.once(&mut code)?,
                Name::Text => self.once(&mut text)?,
                _ => {}
            }
        }
        let code = code.and_then(worth);
        let verdict = if code.is_some() { Verdict::No } else { Verdict::Unclear };
        Ok(Return { verdict, code, message: text.and_then(worth).unwrap_or_default() })
    }
}

/// A value without the white space around it, where there is one.
fn worth(text: String) -> Option<String> {
    let trimmed = text.trim();
    match trimmed.len() {
        0 => None,
        whole if whole == text.len() => Some(text),
        _ => Some(trimmed.to_owned()),
    }
}
