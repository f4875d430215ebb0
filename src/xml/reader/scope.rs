//! What a start tag declares, and what its names mean.

use std::hash::BuildHasher as _;
use std::hash::Hash;
use std::hash::RandomState;
use std::io::BufRead;

use super::Begins;
use super::Open;
use super::Reader;
use crate::model::printable;
use crate::xml::declaration;
use crate::xml::namespaces::Resolved;
use crate::xml::tag::Attribute;
use crate::xml::tag::Flaw;

/// So many attributes are compared each with each.
const FEW: usize = 8;

impl<R: BufRead> Reader<R> {
    /// Opens a scope for the tag, and resolves its names in it.
    pub(super) fn enter(&mut self) -> Result<(), Flaw> {
        let raw = self.window.text(self.raw.clone());
        let tag = &mut self.tag;
        let declared = self.namespaces.len();
        for declaration in &tag.declarations {
            let (prefix, uri) = (declaration.declares(raw), tag.value(declaration, raw));
            declaration::namespace(prefix, uri).map_err(|message| {
                Flaw::new(declaration.offset(), message, "correct the declaration; it may be a typing error")
            })?;
            self.namespaces.declare(prefix, uri);
            if self.namespaces.bytes() > self.limits.declared {
                let message =
                    format!("namespace declarations of more than {} bytes are in scope", self.limits.declared);
                let hint = "metadata has a few hundred bytes of them; this document was made to exhaust a reader";
                return Err(Flaw {
                    code: "xml-namespaces-too-large",
                    ..Flaw::new(declaration.offset(), message, hint)
                });
            }
        }
        let prefix_of = |declaration: &Attribute| declaration.declares(raw);
        if let Some(second) = second(&tag.declarations, &self.hash, prefix_of, |a, b| prefix_of(a) == prefix_of(b)) {
            return Err(duplicate(second.offset(), raw));
        }
        if self.namespaces.len() > self.limits.namespaces {
            return Err(Flaw {
                code: "xml-too-many-namespaces",
                ..Flaw::new(
                    0,
                    format!("more than {} namespace declarations are in scope", self.limits.namespaces),
                    "metadata has about ten; this document was made to exhaust a reader",
                )
            });
        }
        let undeclared = |prefix: &str, offset: usize| {
            Flaw::new(
                offset,
                format!("the prefix `{}` is not declared", printable(prefix)),
                "add its `xmlns:` declaration, which may have been lost when an element was copied from a document",
            )
        };
        let prefix = tag.name.prefix(raw);
        let namespace = self.namespaces.resolve(prefix).ok_or_else(|| undeclared(prefix, 0))?;
        for attribute in &mut tag.attributes {
            attribute.namespace = match attribute.name.prefix(raw) {
                // xml-names 6.2: the default namespace is not for attributes.
                "" => Resolved::None,
                prefix => self.namespaces.resolve(prefix).ok_or_else(|| undeclared(prefix, attribute.offset()))?,
            };
        }
        let local = |attribute: &Attribute| attribute.name.local(raw);
        let namespaces = &self.namespaces;
        // Many of one name may stand in many namespaces.
        let name = |attribute: &Attribute| (local(attribute), namespaces.number(attribute.namespace));
        let same = |a: &Attribute, b: &Attribute| local(a) == local(b) && namespaces.same_uri(a.namespace, b.namespace);
        if let Some(second) = second(&tag.attributes, &self.hash, name, same) {
            return Err(duplicate(second.offset(), raw));
        }
        let start = self.names.len();
        self.names.push_str(tag.name.whole(raw));
        self.open.push(Open {
            name: start..self.names.len(),
            local: start + tag.name.skip(),
            namespace,
            declared,
            begins: Begins::Byte(self.raw.start),
        });
        Ok(())
    }
}

/// The attribute that stands there a second time. Those that are the `same` have the same `key`.
fn second<'a, K: Hash>(
    attributes: &'a [Attribute],
    hash: &RandomState,
    key: impl Fn(&'a Attribute) -> K,
    same: impl Fn(&'a Attribute, &'a Attribute) -> bool,
) -> Option<&'a Attribute> {
    // Of many, only those of one hash are compared; the hash is keyed, so that nobody makes them meet.
    let mut seen = [0_u64; 64];
    for (index, attribute) in attributes.iter().enumerate() {
        if attributes.len() > FEW {
            let hash = hash.hash_one(key(attribute));
            let (word, bit) = ((hash >> 6) as usize % seen.len(), 1 << (hash % 64));
            let met = seen[word] & bit != 0;
            seen[word] |= bit;
            if !met {
                continue;
            }
        }
        if attributes[..index].iter().any(|other| same(other, attribute)) {
            return Some(attribute);
        }
    }
    None
}

fn duplicate(offset: usize, raw: &str) -> Flaw {
    let name: String = raw
        .get(offset..)
        .unwrap_or_default()
        .chars()
        .take_while(|c| !c.is_whitespace() && *c != '=')
        .take(80)
        .collect();
    Flaw::new(offset, format!("the attribute `{}` stands twice", printable(&name)), "remove one of the two")
}
