//! A message as a tree: small enough to hold, and bounded. What a login is decided by is read from
//! the tree of the octets that were signed, and never from the document that they were found in.

use std::borrow::Cow;

use crate::error::Failure;
use crate::saml::ASSERTION;
use crate::saml::DS;
use crate::saml::PROTOCOL;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::Reader;

/// The most elements of one message. An assertion with a thousand groups has some thousands.
const MAX_ELEMENTS: usize = 20_000;
/// The most that are encrypted each by itself: names and attributes.
const MAX_ENCRYPTED: usize = 100;

/// One element.
#[derive(Clone, Debug)]
pub(in crate::saml) struct Node {
    /// Local name.
    pub(in crate::saml) local: String,
    /// Namespace URI.
    pub(in crate::saml) namespace: Cow<'static, str>,
    /// Attributes: namespace URI, local name, value.
    attributes: Vec<(Cow<'static, str>, String, String)>,
    /// Elements in it, in order.
    pub(in crate::saml) children: Vec<Self>,
    /// Its own character data, that of its children left out.
    pub(in crate::saml) text: String,
    /// A comment or an instruction stands in it.
    pub(in crate::saml) split: bool,
    /// Where it begins.
    pub(in crate::saml) at: Position,
    /// Namespace declarations in scope: prefix and URI, for what is decrypted in its place.
    pub(in crate::saml) scope: Vec<(String, String)>,
}

/// The usual ones are not copied for each element, of which a message has hundreds.
fn uri(namespace: &str) -> Cow<'static, str> {
    let known = ["", ASSERTION, PROTOCOL, DS].into_iter().find(|known| *known == namespace);
    known.map_or_else(|| Cow::Owned(namespace.to_owned()), Cow::Borrowed)
}

impl Node {
    /// Reads a document.
    pub(in crate::saml) fn read(bytes: &[u8], file: &str, limits: &Limits) -> Result<Self, Failure> {
        let mut reader = Reader::new(bytes, file, limits)?;
        let mut open: Vec<Self> = Vec::new();
        let (mut root, mut elements, mut encrypted_ones) = (None, 0, 0);
        loop {
            reader.advance()?;
            match reader.event() {
                Event::Start(start) => {
                    elements += 1;
                    let encrypted = start.namespace() == ASSERTION
                        && matches!(start.local(), "EncryptedAssertion" | "EncryptedID" | "EncryptedAttribute");
                    encrypted_ones += usize::from(encrypted);
                    if elements > MAX_ELEMENTS || encrypted_ones > MAX_ENCRYPTED {
                        let message = format!(
                            "the message has more than {MAX_ELEMENTS} elements, or {MAX_ENCRYPTED} encrypted ones"
                        );
                        return Err(reader
                            .failure("message-too-large", &message)
                            .hint("no login needs so many: do not trust it, and ask where it comes from"));
                    }
                    let own = |text: &str| text.to_owned();
                    open.push(Self {
                        local: own(start.local()),
                        namespace: uri(start.namespace()),
                        attributes: start
                            .attributes()
                            .map(|attribute| (uri(attribute.namespace), own(attribute.local), own(attribute.value)))
                            .collect(),
                        children: Vec::new(),
                        text: String::new(),
                        split: false,
                        at: reader.position(),
                        scope: match encrypted {
                            true => start.in_scope().map(|(prefix, uri)| (own(prefix), own(uri))).collect(),
                            false => Vec::new(),
                        },
                    });
                }
                Event::End(_) => {
                    let Some(closed) = open.pop() else { continue };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => root = Some(closed),
                    }
                }
                Event::Text(text) => {
                    if let Some(last) = open.last_mut() {
                        last.text.push_str(text);
                    }
                }
                Event::Comment(_) | Event::Instruction(..) => {
                    if let Some(last) = open.last_mut() {
                        last.split = true;
                    }
                }
                Event::Eof => return root.ok_or_else(|| reader.failure("xml-malformed", "there is no element")),
            }
        }
    }

    /// Whether it is this element.
    pub(in crate::saml) fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// The value of an attribute without namespace.
    pub(in crate::saml) fn attribute(&self, local: &str) -> Option<&str> {
        self.attribute_of("", local)
    }

    /// The value of an attribute of a namespace.
    pub(in crate::saml) fn attribute_of(&self, namespace: &str, local: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(uri, name, _)| uri == namespace && name == local);
        found.map(|(_, _, value)| value.as_str())
    }

    /// Its children of this name.
    pub(in crate::saml) fn all<'n>(&'n self, namespace: &'n str, local: &'n str) -> impl Iterator<Item = &'n Self> {
        self.children.iter().filter(move |child| child.is(namespace, local))
    }

    /// The first of them.
    pub(in crate::saml) fn child<'n>(&'n self, namespace: &'n str, local: &'n str) -> Option<&'n Self> {
        self.all(namespace, local).next()
    }

    /// Calls `see` with every element and its depth, parents first.
    pub(in crate::saml) fn walk<'n>(&'n self, see: &mut impl FnMut(&'n Self, usize)) {
        let mut open = vec![(self, 0)];
        while let Some((node, depth)) = open.pop() {
            see(node, depth);
            open.extend(node.children.iter().rev().map(|child| (child, depth + 1)));
        }
    }
}
