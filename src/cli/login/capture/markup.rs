//! XML or a page: which of the two a text that begins with a tag is, and the login in it.

use crate::cli::login::capture::Captured;
use crate::cli::login::capture::Message;
use crate::cli::login::capture::fields::Fields;
use crate::cli::login::capture::nothing;
use crate::cli::login::capture::page;
use crate::error::Failure;

/// The largest page, in bytes.
pub(super) const MOST_PAGE: usize = 16 << 20;
/// Elements of pages, and of no SAML message.
const PAGES: [&str; 6] = ["html", "form", "body", "head", "input", "textarea"];
/// Those by which a page sends something.
const FORMS: [&str; 6] = ["form", "input", "textarea", "select", "button", "script"];

/// Whether one of these elements begins in a text of small letters.
fn has_element(text: &str, elements: &[&str]) -> bool {
    text.split('<').skip(1).any(|tag| {
        let end = tag.find(|next: char| next.is_ascii_whitespace() || next == '/' || next == '>').unwrap_or(tag.len());
        elements.contains(&&tag[..end])
    })
}

/// Whether a document's first element is that of a message or an assertion (saml-core 2, 3).
fn is_message(text: &str) -> bool {
    root(text).is_some_and(|root| root.ends_with("Response") || root.ends_with("Request") || root.ends_with("Assertion"))
}

/// The name of a document's first element, without its prefix.
pub(super) fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        let end = match rest.get(..3) {
            Some("!--") => "-->",
            Some(head) if head.starts_with(['?', '!']) => ">",
            _ => break,
        };
        rest = &rest[rest.find(end)? + end.len()..];
    }
    let end = rest.find(|next: char| next.is_whitespace() || next == '/' || next == '>')?;
    rest[..end].rsplit(':').next()
}

/// The login of a text that begins with a tag.
pub(super) fn read(whole: &[u8], start: &[u8], file: &str) -> Result<Vec<Captured>, Failure> {
    // Behind comments and declarations; no SAML message has such an element, nor a field of this name.
    let head = String::from_utf8_lossy(&start[..start.len().min(2048)]).to_ascii_lowercase();
    let text = String::from_utf8_lossy(start);
    let is_page = head.starts_with("<!doctype html") || has_element(&head, &PAGES);
    // An attribute of a login may be called like a field; a page of forms may begin like a login.
    if !is_page && (page::named(&text).is_empty() || is_message(&text) && !has_element(&text.to_ascii_lowercase(), &FORMS)) {
        return Ok(vec![Captured::bare(Message::Xml(whole.to_vec()))]);
    }
    if start.len() > MOST_PAGE {
        return Err(Failure::input("capture-page-large", format!("{file}: the page is larger than {} MiB", MOST_PAGE >> 20))
            .hint("record a HAR file, or copy the value of the field `SAMLResponse` out of the page"));
    }
    let mut fields = Fields::default();
    page::fields(&text, &mut fields);
    let relay_state = fields.whole_relay_state();
    let message = fields.message().ok_or_else(|| nothing(file, "this page"))?;
    Ok(vec![Captured { relay_state, ..Captured::bare(message) }])
}
