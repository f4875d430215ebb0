//! The namespace declarations in scope, innermost last. Kept whole, prefixes
//! included, since canonicalisation needs them.

use std::hash::BuildHasher as _;
use std::hash::RandomState;

use crate::xml::XML;

/// One declaration; an empty prefix is the default namespace, an empty URI its absence.
#[derive(Clone, Copy, Debug)]
struct Binding {
    start: usize,
    colon: usize,
    end: usize,
    /// The URI as a number, keyed: two that differ have two numbers, whoever chose them, but for
    /// a chance that nobody can work at.
    number: u64,
}

/// A declaration in force, by its index; resolved once per element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// No namespace.
    None,
    /// The prefix `xml`.
    Xml,
    /// The declaration of this index.
    Binding(usize),
}

/// All declarations in scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Namespaces {
    text: String,
    bindings: Vec<Binding>,
    keys: Vec<u64>,
    hash: RandomState,
}

impl Namespaces {
    /// The prefix as a number, and whether the number tells all of it. That of a long one is keyed,
    /// so that nobody makes many that are taken for each other at first.
    fn key(&self, prefix: &str) -> (u64, bool) {
        let bytes = prefix.as_bytes();
        let mut head = [0; 8];
        if bytes.len() >= head.len() {
            // No short one has the last byte.
            return (self.hash.hash_one(bytes) | (1 << 63), false);
        }
        head[..bytes.len()].copy_from_slice(bytes);
        (u64::from_le_bytes(head), true)
    }

    /// How many declarations are in scope, which marks a scope to come back to.
    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    /// Bytes of all declarations in scope.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds a declaration to the innermost scope.
    pub(super) fn declare(&mut self, prefix: &str, uri: &str) {
        let number = self.hash.hash_one(uri.as_bytes());
        let start = self.text.len();
        self.text.push_str(prefix);
        let colon = self.text.len();
        self.text.push_str(uri);
        self.bindings.push(Binding { start, colon, end: self.text.len(), number });
        self.keys.push(self.key(prefix).0);
    }

    /// Forgets what was declared since `mark`.
    pub(super) fn leave(&mut self, mark: usize) {
        if let Some(first) = self.bindings.get(mark) {
            self.text.truncate(first.start);
            self.bindings.truncate(mark);
            self.keys.truncate(mark);
        }
    }

    /// What a prefix means here; `None` where it is not declared.
    pub(super) fn resolve(&self, prefix: &str) -> Option<Resolved> {
        if prefix == "xml" {
            return Some(Resolved::Xml);
        }
        match self.find(prefix) {
            Some(index) if self.bindings[index].colon == self.bindings[index].end => Some(Resolved::None),
            Some(index) => Some(Resolved::Binding(index)),
            None => prefix.is_empty().then_some(Resolved::None),
        }
    }

    /// The declaration of a prefix that is in force, that of no namespace included.
    pub(super) fn find(&self, prefix: &str) -> Option<usize> {
        let (key, whole) = self.key(prefix);
        let found = |index: &usize| self.keys[*index] == key && (whole || self.get(*index).0 == prefix);
        (0..self.keys.len()).rev().find(found)
    }

    /// Whether two declarations are of one prefix.
    pub(super) fn same_prefix(&self, one: usize, other: usize) -> bool {
        self.keys.get(one) == self.keys.get(other) && self.get(one).0 == self.get(other).0
    }

    /// Prefix and URI of a declaration.
    pub(super) fn get(&self, index: usize) -> (&str, &str) {
        self.bindings.get(index).map_or(("", ""), |binding| {
            (&self.text[binding.start..binding.colon], &self.text[binding.colon..binding.end])
        })
    }

    /// The namespace URI, empty where there is none.
    pub(super) fn uri(&self, resolved: Resolved) -> &str {
        match resolved {
            Resolved::None => "",
            Resolved::Xml => XML,
            Resolved::Binding(index) => {
                self.bindings.get(index).map_or("", |binding| &self.text[binding.colon..binding.end])
            }
        }
    }

    /// The namespace as a number, the same for the same; whether two are the same says
    /// [`Self::same_uri`].
    pub(super) fn number(&self, resolved: Resolved) -> u64 {
        match resolved {
            Resolved::None => 0,
            Resolved::Xml => 1,
            Resolved::Binding(index) => self.bindings.get(index).map_or(0, |binding| binding.number),
        }
    }

    /// Whether two names are in one namespace. Long URIs are compared only where they are all but
    /// certainly the same.
    pub(super) fn same_uri(&self, one: Resolved, other: Resolved) -> bool {
        self.number(one) == self.number(other) && self.uri(one) == self.uri(other)
    }

    /// Every declaration from `mark` on, outermost first: prefix and URI.
    pub(super) fn since(&self, mark: usize) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.bindings
            .get(mark..)
            .unwrap_or_default()
            .iter()
            .map(|binding| (&self.text[binding.start..binding.colon], &self.text[binding.colon..binding.end]))
    }
}
