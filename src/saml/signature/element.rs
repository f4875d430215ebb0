//! A `ds:Signature` as a small tree, from which its claims are read. Bounded by the recording
//! it is made of, and never made of anything else.

use crate::saml::DS;
use crate::saml::signature::EXCLUSIVE;
use crate::xml::Event;
use crate::xml::XML;
use crate::xml::recording::Recording;

/// An element with what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) namespace: &'static str,
    pub(super) local: String,
    /// Namespace, local name, value.
    pub(super) attributes: Vec<(&'static str, String, String)>,
    pub(super) children: Vec<Self>,
    /// Its own character data, joined.
    pub(super) text: String,
    /// A comment or an instruction stands directly in it.
    pub(super) interrupted: bool,
}

impl Element {
    /// The first element of a recording; `None` where it holds none that is whole.
    pub(super) fn of(recording: &Recording) -> Option<Self> {
        let mut open: Vec<Self> = Vec::new();
        let mut whole = None;
        let done: Result<(), std::convert::Infallible> = recording.replay(|event| {
            match event {
                Event::Start(start) => open.push(Self {
                    namespace: known(start.namespace()),
                    local: start.local().to_owned(),
                    attributes: start
                        .attributes()
                        .map(|one| (known(one.namespace), one.local.to_owned(), one.value.to_owned()))
                        .collect(),
                    ..Self::default()
                }),
                Event::End(_) => {
                    if let Some(closed) = open.pop() {
                        match open.last_mut() {
                            Some(parent) => parent.children.push(closed),
                            None => _ = whole.get_or_insert(closed),
                        }
                    }
                }
                Event::Text(text) => {
                    if let Some(inside) = open.last_mut() {
                        inside.text.push_str(text);
                    }
                }
                Event::Comment(_) | Event::Instruction(..) => {
                    if let Some(inside) = open.last_mut() {
                        inside.interrupted = true;
                    }
                }
                Event::Eof => {}
            }
            Ok(())
        });
        match done {
            Ok(()) => whole,
        }
    }

    /// Whether it is this element of this namespace.
    pub(super) fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// An attribute without prefix.
    pub(super) fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(namespace, found, _)| namespace.is_empty() && found == local)
            .map(|(_, _, value)| value.as_str())
    }

    /// Itself and all below it.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        let mut at = 0;
        while let Some(next) = found.get(at) {
            found.extend(&next.children);
            at += 1;
        }
        found
    }
}

/// The namespaces of a signature. Of others it matters only that they are others; a copy for
/// each element of one that is a megabyte long would fill the memory.
fn known(namespace: &str) -> &'static str {
    [DS, EXCLUSIVE, XML, ""].into_iter().find(|one| *one == namespace).unwrap_or("another")
}
