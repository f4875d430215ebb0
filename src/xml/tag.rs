//! The grammar of one start tag: name, attributes, namespace declarations.
//! It works on the text between `<` and `>` and resolves no namespace.

use std::ops::Range;

use crate::xml::Limits;
use crate::xml::characters::is_space;
use crate::xml::characters::qname;
use crate::xml::characters::reference;

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

/// A qualified name in the scratch text; the prefix is empty where there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    pub(super) prefix: Range<usize>,
    pub(super) local: Range<usize>,
}

/// An attribute or declaration in the scratch text.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) value: Range<usize>,
    /// Byte of the tag's text at which it begins.
    pub(super) offset: usize,
    /// The declaration its prefix refers to; set by the reader.
    pub(super) namespace: super::namespaces::Resolved,
}

/// The parts of the last start tag. Reused, so that a tag costs no allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Tag {
    /// Names and normalised values, one after another.
    pub(super) text: String,
    pub(super) name: Name,
    /// Attributes without declarations, in document order.
    pub(super) attributes: Vec<Attribute>,
    /// Declarations: the local part of the name is the prefix declared, empty for `xmlns`.
    pub(super) declarations: Vec<Attribute>,
}

impl Tag {
    /// Takes `raw` apart; what was here before is forgotten.
    pub(super) fn parse(&mut self, raw: &str, limits: &Limits) -> Result<(), Flaw> {
        self.text.clear();
        self.attributes.clear();
        self.declarations.clear();
        let bytes = raw.as_bytes();
        let end = bytes.iter().position(|byte| is_space(*byte)).unwrap_or(bytes.len());
        self.name = self.push_name(&raw[..end], 0, limits)?;
        let mut at = end;
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
            at = self.push_attribute(raw, at, limits)?;
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
    fn push_attribute(&mut self, raw: &str, at: usize, limits: &Limits) -> Result<usize, Flaw> {
        let bytes = raw.as_bytes();
        let rest = &bytes[at..];
        let name_end = at + rest.iter().position(|byte| *byte == b'=' || is_space(*byte)).unwrap_or(rest.len());
        let written = &raw[at..name_end];
        let name = self.push_name(written, at, limits)?;
        let skip = |mut at: usize| {
            while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
                at += 1;
            }
            at
        };
        let equals = skip(name_end);
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
        let Some(length) = raw[start..].find(char::from(quote)) else {
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
        let value = self.push_value(&raw[start..start + length], start)?;
        let attribute = Attribute { name, value, offset: at, namespace: super::namespaces::Resolved::None };
        match written.strip_prefix("xmlns") {
            Some("") => self.declarations.push(Attribute { name: Name::default(), ..attribute }),
            Some(prefix) if prefix.starts_with(':') => self.declarations.push(attribute),
            _ => self.attributes.push(attribute),
        }
        Ok(start + length + 1)
    }

    fn push_name(&mut self, written: &str, offset: usize, limits: &Limits) -> Result<Name, Flaw> {
        if written.len() > limits.name {
            return Err(Flaw {
                code: "xml-name-too-long",
                ..Flaw::new(
                    offset,
                    format!("a name has more than {} bytes", limits.name),
                    "a quote or `>` may be missing before it",
                )
            });
        }
        let Some((prefix, local)) = qname(written) else {
            let shown: String = written.chars().take(40).collect();
            return Err(Flaw::new(
                offset,
                format!("`{}` is not a name of an element or attribute", crate::model::printable(&shown)),
                "a quote may be missing before it, or a `<` stands where `&lt;` is meant",
            ));
        };
        let start = self.text.len();
        self.text.push_str(prefix);
        let middle = self.text.len();
        self.text.push_str(local);
        Ok(Name { prefix: start..middle, local: middle..self.text.len() })
    }

    /// xml 3.3.3, for attributes of type CDATA, which all are without a DOCTYPE.
    fn push_value(&mut self, written: &str, offset: usize) -> Result<Range<usize>, Flaw> {
        let start = self.text.len();
        if !written.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r')) {
            self.text.push_str(written);
            return Ok(start..self.text.len());
        }
        let mut rest = written;
        while let Some(at) = rest.find(['&', '<', '\t', '\n', '\r']) {
            self.text.push_str(&rest[..at]);
            let here = offset + (written.len() - rest.len()) + at;
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
                    self.text.push(c);
                    rest = &after[end + 1..];
                    continue;
                }
                // xml 2.11 makes one line feed of a pair, before it becomes a space.
                b'\r' if after.starts_with('\n') => rest = &after[1..],
                _ => rest = after,
            }
            self.text.push(' ');
        }
        self.text.push_str(rest);
        Ok(start..self.text.len())
    }
}
