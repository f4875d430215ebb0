//! What the reader gives: events that borrow its buffers. Prefixes and declarations
//! are kept as written, since canonicalisation needs them.

use crate::xml::namespaces::Namespaces;
use crate::xml::namespaces::Resolved;
use crate::xml::tag::Tag;

/// One event; it borrows from the reader and lives until the next call.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// An element begins; an empty element begins and ends.
    Start(Start<'a>),
    /// An element ends.
    End(End<'a>),
    /// Character data, references resolved. One run may come in several events.
    Text(&'a str),
    /// A comment's content.
    Comment(&'a str),
    /// A processing instruction: target and data.
    Instruction(&'a str, &'a str),
    /// The document is complete.
    Eof,
}

impl Event<'_> {
    /// About how many bytes of the document it was, and at most about as many.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Start(start) => start.raw.len(),
            Self::End(end) => end.prefix.len() + end.local.len(),
            Self::Text(text) | Self::Comment(text) => text.len(),
            Self::Instruction(target, data) => target.len() + data.len(),
            Self::Eof => 0,
        }
    }
}

/// The beginning of an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'a> {
    pub(super) tag: &'a Tag,
    /// What stands between `<` and `>`, which the tag points into.
    pub(super) raw: &'a str,
    pub(super) scope: &'a Namespaces,
    pub(super) namespace: Resolved,
    pub(super) declared: usize,
}

/// An attribute that is not a namespace declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// Prefix as written, empty where there is none.
    pub(crate) prefix: &'a str,
    /// Local name.
    pub(crate) local: &'a str,
    /// Namespace URI, empty for an attribute without prefix.
    pub(crate) namespace: &'a str,
    /// Value, normalised and resolved.
    pub(crate) value: &'a str,
}

impl<'a> Start<'a> {
    /// Prefix as written, empty where there is none.
    pub(crate) fn prefix(&self) -> &'a str {
        self.tag.name.prefix(self.raw)
    }

    /// Local name.
    pub(crate) fn local(&self) -> &'a str {
        self.tag.name.local(self.raw)
    }

    /// Namespace URI, empty where there is none.
    pub(crate) fn namespace(&self) -> &'a str {
        self.scope.uri(self.namespace)
    }

    /// Whether it is this element of this namespace.
    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == namespace
    }

    /// Attributes in document order, declarations not among them.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> {
        let start = *self;
        (0..self.tag.attributes.len()).map(move |index| start.attribute_at(index))
    }

    /// The attribute of this index in document order.
    pub(super) fn attribute_at(&self, index: usize) -> Attribute<'a> {
        let attribute = &self.tag.attributes[index];
        Attribute {
            prefix: attribute.name.prefix(self.raw),
            local: attribute.name.local(self.raw),
            namespace: self.scope.uri(attribute.namespace),
            value: self.tag.value(attribute, self.raw),
        }
    }

    /// The value of an attribute without prefix.
    pub(crate) fn attribute(&self, local: &str) -> Option<&'a str> {
        self.attribute_of("", local)
    }

    /// The value of an attribute of a namespace.
    pub(crate) fn attribute_of(&self, namespace: &str, local: &str) -> Option<&'a str> {
        self.attributes().find(|a| a.local == local && a.namespace == namespace).map(|a| a.value)
    }

    /// The namespaces this element declares: prefix (empty for the default) and URI.
    pub(crate) fn declarations(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> {
        self.scope.since(self.declared)
    }

    /// Every namespace declaration in scope, outermost first; a later one of the
    /// same prefix overrides.
    pub(crate) fn in_scope(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> {
        self.scope.since(0)
    }

    /// The namespace a qualified name in content means here, as in `xsi:type`.
    #[cfg_attr(not(test), expect(dead_code, reason = "the values of a login name their types by it"))]
    pub(crate) fn resolve(&self, prefix: &str) -> Option<&'a str> {
        self.scope.resolve(prefix).map(|resolved| self.scope.uri(resolved))
    }
}

/// The end of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End<'a> {
    /// Prefix as written, empty where there is none.
    pub(crate) prefix: &'a str,
    /// Local name.
    pub(crate) local: &'a str,
    /// Namespace URI, empty where there is none.
    pub(crate) namespace: &'a str,
}
