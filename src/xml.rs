//! The door to XML: a bounded, namespace-resolving pull reader that accepts
//! well-formed XML 1.0 with namespaces and nothing else.
//!
//! There is no tree: events borrow from the reader's own buffers. A DOCTYPE is
//! refused, nothing is fetched and no entity but the five predefined is known. One
//! caller may pass a DOCTYPE over unread, [`Reader::passing_external_doctype`].

pub(crate) mod canonical;
mod characters;
mod declaration;
mod doctype;
mod event;
mod namespaces;
mod reader;
pub(crate) mod recording;
mod refusal;
mod source;
mod tag;
mod window;
pub(crate) mod writer;

pub(crate) use event::Event;
pub(crate) use event::Start;
pub(crate) use reader::Reader;

/// The namespace that the prefix `xml` is always bound to.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of declarations themselves; nothing may be bound to it.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// What a document may cost. Each limit has a code of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of input (`input-too-large`).
    pub(crate) bytes: u64,
    /// Elements open at once (`xml-too-deep`).
    pub(crate) depth: usize,
    /// Attributes and namespace declarations of one element (`xml-too-many-attributes`).
    pub(crate) attributes: usize,
    /// Namespace declarations in scope at once (`xml-too-many-namespaces`).
    pub(crate) namespaces: usize,
    /// Bytes of prefix and URI of these together (`xml-namespaces-too-large`).
    pub(crate) declared: usize,
    /// Bytes of one element or attribute name (`xml-name-too-long`).
    pub(crate) name: usize,
    /// Bytes of one attribute value (`xml-value-too-long`).
    pub(crate) value: usize,
    /// Bytes of one tag, comment, instruction or run of text (`xml-piece-too-large`).
    pub(crate) piece: usize,
    /// Start tags and declarations (each counts twice), attributes, references, comments and the like
    /// that may stand as close as they will; beyond, there is one in 20 bytes at most (`xml-too-dense`).
    pub(crate) dense: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            depth: 64,
            attributes: 256,
            namespaces: 256,
            declared: 16 << 10,
            name: 1 << 10,
            value: 1 << 20,
            piece: 2 << 20,
            dense: 1 << 15,
        }
    }
}

impl Limits {
    /// For an aggregate of a federation: 256 MiB, the other limits unchanged.
    pub(crate) fn aggregate() -> Self {
        Self { bytes: 256 << 20, ..Self::default() }
    }
}

/// Where something stands: 1-based line, and column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position {
    /// 1-based line.
    pub(crate) line: u64,
    /// 1-based column in characters.
    pub(crate) column: u64,
}

#[cfg(test)]
mod tests;
