//! The grammar of one start tag: name, attributes, namespace declarations.
//! It works on the text between `<` and `>` and resolves no namespace.

use std::ops::Range;

use crate::xml::Limits;
use crate::xml::characters::is_space;
use crate::xml::characters::plain_qname;
use crate::xml::characters::qname;
use crate::xml::characters::reference;
use crate::xml::namespaces::Resolved;

/// A prefix of so many bytes, its colon counted, is found by a hash.
const LONG: usize = 8;

/// What is wrong, and at which byte of the tag's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: &'static str,
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) hint: &'static str,
}

impl Flaw {
    pub(super) fn new(offset: usize, message: impl Into<String>, hint: &'static str) -> Self {
        Self { code: "xml-malformed", offset, message: message.into(), hint }
    }
}

/// A qualified name in the tag's text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name {
    start: usize,
    local: usize,
    end: usize,
}

impl Name {
    /// The prefix, empty where there is none.
    pub(super) fn prefix<'a>(&self, raw: &'a str) -> &'a str {
        // One byte before the local part is the colon.
        &raw[self.start..self.local.saturating_sub(1).max(self.start)]
    }

    /// The local part.
    pub(super) fn local<'a>(&self, raw: &'a str) -> &'a str {
        &raw[self.local..self.end]
    }

    /// The name as written.
    pub(super) fn whole<'a>(&self, raw: &'a str) -> &'a str {
        &raw[self.start..self.end]
    }

    /// How many bytes the prefix and its colon are.
    pub(super) fn skip(&self) -> usize {
        self.local - self.start
    }
}

/// A value: as written, or in the scratch text where references or white space were resolved.
#[derive(Clone, Debug)]
enum Value {
    Written(Range<usize>),
    Resolved(Range<usize>),
}

/// An attribute or declaration.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: Name,
    value: Value,
    /// The declaration its prefix refers to; set by the reader.
    pub(super) namespace: Resolved,
}

impl Attribute {
    /// Byte of the tag's text at which it begins.
    pub(super) fn offset(&self) -> usize {
        self.name.start
    }

    /// The prefix that a declaration declares, empty for the default namespace.
    pub(super) fn declares<'a>(&self, raw: &'a str) -> &'a str {
        if self.name.skip() == 0 { "" } else { self.name.local(raw) }
    }
}

/// The parts of the last start tag. Reused, so that a tag costs no allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Tag {
    /// Values that are not as written, one after another.
    scratch: String,
    pub(super) name: Name,
    /// Attributes without declarations, in document order.
    pub(super) attributes: Vec<Attribute>,
    /// Declarations, in document order.
    pub(super) declarations: Vec<Attribute>,
    /// References and line ends that were resolved.
    resolved: usize,
}

impl Tag {
    /// How many bytes of it are not in the tag's own text.
    pub(super) fn beside(&self) -> usize {
        self.scratch.len()
    }

    /// Of how many parts it is: it counts for two, beside attributes and what was resolved in them.
    /// A declaration counts for two, and so does an attribute with a long prefix, which cost as much.
    pub(super) fn parts(&self) -> usize {
        let long = self.attributes.iter().filter(|attribute| attribute.name.skip() > LONG).count();
        2 + self.attributes.len() + long + 2 * self.declarations.len() + self.resolved
    }

    /// The value of an attribute of this tag, whose text is `raw`.
    pub(super) fn value<'a>(&'a self, attribute: &Attribute, raw: &'a str) -> &'a str {
        match &attribute.value {
            Value::Written(range) => &raw[range.clone()],
            Value::Resolved(range) => &self.scratch[range.clone()],
        }
    }

    /// Takes `raw` apart; what was here before is forgotten.
    pub(super) fn parse(&mut self, raw: &str, limits: &Limits) -> Result<(), Flaw> {
        self.scratch.clear();
        self.attributes.clear();
        self.declarations.clear();
        self.resolved = 0;
        let bytes = raw.as_bytes();
        self.name = read_name(raw, 0, is_space, limits)?;
        let mut at = self.name.end;
        if at == bytes.len() {
            return Ok(());
        }
        // Nearly all values are as written.
        let resolve =
            memchr::memchr3(b'&', b'<', b'\t', bytes).is_some() || memchr::memchr2(b'\n', b'\r', bytes).is_some();
        loop {
            let gap = at;
            while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
                at += 1;
            }
            if at == bytes.len() {
                return Ok(());
            }
            if bytes[at] == b'/' {
                return Err(Flaw::new(at, "`/` does not stand at the end of the tag", "write `/>` without a space"));
            }
            if gap == at {
                return Err(Flaw::new(at, "two attributes stand without a space between them", "put a space there"));
            }
            at = self.push_attribute(raw, at, resolve, limits)?;
            if self.attributes.len() + self.declarations.len() > limits.attributes {
                return Err(Flaw {
                    code: "xml-too-many-attributes",
                    ..Flaw::new(
                        at,
                        format!("the element has more than {} attributes", limits.attributes),
                        "metadata has a handful; this document was made to exhaust a reader",
                    )
                });
            }
        }
    }

    /// Reads the attribute at byte `at`, and returns the byte after it.
    fn push_attribute(&mut self, raw: &str, at: usize, resolve: bool, limits: &Limits) -> Result<usize, Flaw> {
        let bytes = raw.as_bytes();
        let name = read_name(raw, at, |byte| byte == b'=' || is_space(byte), limits)?;
        let skip = |mut at: usize| {
            while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
                at += 1;
            }
            at
        };
        let equals = skip(name.end);
        if bytes.get(equals) != Some(&b'=') {
            return Err(Flaw::new(at, "an attribute has no value", "write it as `name=\"value\"`"));
        }
        let open = skip(equals + 1);
        let quote = match bytes.get(open) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(Flaw::new(open, "an attribute value is not in quotes", "write it as `name=\"value\"`")),
        };
        let start = open + 1;
        // A tag ends at a `>` outside quotes, so that the closing quote is there.
        let Some(length) = memchr::memchr(quote, &bytes[start..]) else {
            return Err(Flaw::new(open, "an attribute value is not closed", "add the closing quote"));
        };
        if length > limits.value {
            return Err(Flaw {
                code: "xml-value-too-long",
                ..Flaw::new(
                    at,
                    format!("an attribute value has more than {} bytes", limits.value),
                    "no value of SAML metadata is that long",
                )
            });
        }
        let value =
            if resolve { self.resolve(raw, start..start + length)? } else { Value::Written(start..start + length) };
        let declares = match name.prefix(raw) {
            "" => name.local(raw) == "xmlns",
            prefix => prefix == "xmlns",
        };
        let attribute = Attribute { name, value, namespace: Resolved::None };
        if declares {
            self.declarations.push(attribute);
        } else {
            self.attributes.push(attribute);
        }
        Ok(start + length + 1)
    }

    /// xml 3.3.3, for attributes of type CDATA, which all are without a DOCTYPE.
    fn resolve(&mut self, raw: &str, range: Range<usize>) -> Result<Value, Flaw> {
        let written = &raw[range.clone()];
        if !written.bytes().any(needs_resolving) {
            return Ok(Value::Written(range));
        }
        let start = self.scratch.len();
        let mut rest = written;
        while let Some(at) = rest.bytes().position(needs_resolving) {
            self.resolved += 1;
            self.scratch.push_str(&rest[..at]);
            let here = range.start + (written.len() - rest.len()) + at;
            let after = &rest[at + 1..];
            match rest.as_bytes()[at] {
                b'<' => return Err(Flaw::new(here, "`<` stands inside an attribute value", "write `&lt;`")),
                b'&' => {
                    // No entity or character number worth reading is longer.
                    let end = after.bytes().take(64).position(|byte| byte == b';');
                    let Some(end) = end else {
                        return Err(Flaw::new(here, "`&` is not followed by an entity", "write `&amp;`"));
                    };
                    let c = reference(&after[..end])
                        .map_err(|message| Flaw::new(here, message, "write `&amp;` for an `&` in a URL"))?;
                    self.scratch.push(c);
                    rest = &after[end + 1..];
                    continue;
                }
                // xml 2.11 makes one line feed of a pair, before it becomes a space.
                b'\r' if after.starts_with('\n') => rest = &after[1..],
                _ => rest = after,
            }
            self.scratch.push(' ');
        }
        self.scratch.push_str(rest);
        Ok(Value::Resolved(start..self.scratch.len()))
    }
}

/// What does not stand in an attribute's value as it is meant, or may not stand there at all.
fn needs_resolving(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r')
}

/// The name at byte `at`, which `ends` at such a byte.
fn read_name(raw: &str, at: usize, ends: impl Fn(u8) -> bool, limits: &Limits) -> Result<Name, Flaw> {
    let rest = &raw.as_bytes()[at..];
    if let Some((local, end)) = plain_qname(rest)
        && rest.get(end).is_none_or(|byte| ends(*byte))
        && end <= limits.name
    {
        return Ok(Name { start: at, local: at + local, end: at + end });
    }
    let end = at + rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
    let written = &raw[at..end];
    if written.len() > limits.name {
        return Err(Flaw {
            code: "xml-name-too-long",
            ..Flaw::new(
                at,
                format!("a name has more than {} bytes", limits.name),
                "a quote or `>` may be missing before it",
            )
        });
    }
    let Some((prefix, _)) = qname(written) else {
        let shown: String = written.chars().take(40).collect();
        return Err(Flaw::new(
            at,
            format!("`{}` is not a name of an element or attribute", crate::model::printable(&shown)),
            "a quote may be missing before it, or a `<` stands where `&lt;` is meant",
        ));
    };
    let local = if prefix.is_empty() { at } else { at + prefix.len() + 1 };
    Ok(Name { start: at, local, end })
}
