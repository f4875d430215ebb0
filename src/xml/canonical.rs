//! Canonical XML of one element and all below it, as octets, from the events of a reader.
//!
//! Exclusive C14N 1.0 with its `InclusiveNamespaces` and inclusive C14N 1.0, both without
//! comments. The two that keep comments differ from them only in that, and a reference within
//! a document drops comments before it comes here (xmldsig-core1 4.4.3.3). There are no node
//! sets: an element is whole or it is absent.

use crate::xml::XML;
use crate::xml::event::Attribute;
use crate::xml::event::End;
use crate::xml::event::Event;
use crate::xml::event::Start;
use crate::xml::namespaces::Namespaces;
use crate::xml::namespaces::Resolved;

/// Which namespaces an element shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Those it uses, and those of these prefixes (empty for the default) as if inclusive
    /// (xml-exc-c14n 3).
    Exclusive(Vec<String>),
    /// All in scope, those of its ancestors included (xml-c14n 2.3).
    Inclusive,
}

/// A namespace that is no absolute URI: canonicalisation must fail there (xml-c14n 1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelativeNamespace(pub(crate) String);

/// Writes the events of one element, from its start to its end.
#[derive(Debug)]
pub(crate) struct Canonicalizer {
    method: Method,
    /// Attributes of the namespace `xml` that the element has from its ancestors.
    inherited: Vec<(String, String)>,
    /// Declarations that the open elements show, by their index; outermost first.
    shown: Vec<usize>,
    /// How many were shown before each open element.
    marks: Vec<usize>,
    /// Kept between elements, so that none allocates.
    fresh: Vec<usize>,
    order: Vec<usize>,
}

impl Canonicalizer {
    /// For one element. `inherited` are the attributes of the namespace `xml` that its
    /// ancestors have, local name and value, the nearest of each name; only inclusive
    /// canonicalisation takes them over (xml-c14n 2.4).
    pub(crate) fn new(method: Method, inherited: Vec<(String, String)>) -> Self {
        let inherited = if method == Method::Inclusive { inherited } else { Vec::new() };
        Self { method, inherited, shown: Vec::new(), marks: Vec::new(), fresh: Vec::new(), order: Vec::new() }
    }

    /// Appends what an event is in canonical form.
    pub(crate) fn write(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), RelativeNamespace> {
        match event {
            Event::Start(start) => return self.start(start, out),
            Event::End(end) => self.end(end, out),
            Event::Text(text) => escape_text(text, out),
            Event::Instruction(target, data) => {
                out.extend_from_slice(b"<?");
                out.extend_from_slice(target.as_bytes());
                if !data.is_empty() {
                    out.push(b' ');
                    // A carriage return in it was made a line feed, and references are none there.
                    out.extend_from_slice(data.as_bytes());
                }
                out.extend_from_slice(b"?>");
            }
            Event::Comment(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn start(&mut self, start: &Start<'_>, out: &mut Vec<u8>) -> Result<(), RelativeNamespace> {
        let apex = self.marks.is_empty();
        self.marks.push(self.shown.len());
        for (_, uri) in start.declarations() {
            absolute(uri)?;
        }
        if apex {
            start.in_scope().try_for_each(|(_, uri)| absolute(uri))?;
        }
        out.push(b'<');
        name(start.prefix(), start.local(), out);
        self.declarations(start, apex, out);
        self.attributes(start, apex, out);
        out.push(b'>');
        Ok(())
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"</");
        name(end.prefix, end.local, out);
        out.push(b'>');
        let mark = self.marks.pop().unwrap_or_default();
        self.shown.truncate(mark);
    }

    fn declarations(&mut self, start: &Start<'_>, apex: bool, out: &mut Vec<u8>) {
        let scope = start.scope;
        self.fresh.clear();
        match &self.method {
            Method::Exclusive(inclusive) => {
                // The usual element shows nothing, and is found so without comparing any text.
                match start.namespace {
                    Resolved::Binding(index) if self.shown.contains(&index) => {}
                    Resolved::Xml => {}
                    _ => show(scope, start.prefix(), &self.shown, &mut self.fresh),
                }
                for attribute in &start.tag.attributes {
                    if let Resolved::Binding(index) = attribute.namespace
                        && !self.shown.contains(&index)
                    {
                        show(scope, scope.get(index).0, &self.shown, &mut self.fresh);
                    }
                }
                for prefix in inclusive {
                    show(scope, prefix, &self.shown, &mut self.fresh);
                }
            }
            Method::Inclusive => {
                let from = if apex { 0 } else { start.declared };
                for index in from..scope.len() {
                    show(scope, scope.get(index).0, &self.shown, &mut self.fresh);
                }
            }
        }
        self.fresh.sort_unstable_by_key(|index| scope.get(*index).0);
        for index in &self.fresh {
            let (prefix, uri) = scope.get(*index);
            out.extend_from_slice(b" xmlns");
            if !prefix.is_empty() {
                out.push(b':');
                out.extend_from_slice(prefix.as_bytes());
            }
            out.extend_from_slice(b"=\"");
            escape_value(uri, out);
            out.push(b'"');
        }
        self.shown.append(&mut self.fresh);
    }

    fn attributes(&mut self, start: &Start<'_>, apex: bool, out: &mut Vec<u8>) {
        let own = &start.tag.attributes;
        if own.len() <= 1 && (!apex || self.inherited.is_empty()) {
            for attribute in start.attributes() {
                write_attribute(&attribute, out);
            }
            return;
        }
        let view = |index: usize| start.attribute_at(index);
        let key = |attribute: &Attribute<'_>| (attribute.namespace.to_owned(), attribute.local.to_owned());
        if !apex || self.inherited.is_empty() {
            self.order.clear();
            self.order.extend(0..own.len());
            self.order.sort_unstable_by(|a, b| {
                let (a, b) = (view(*a), view(*b));
                (a.namespace, a.local).cmp(&(b.namespace, b.local))
            });
            for index in &self.order {
                write_attribute(&view(*index), out);
            }
            return;
        }
        let mut all: Vec<Attribute<'_>> = start.attributes().collect();
        for (local, value) in &self.inherited {
            if start.attribute_of(XML, local).is_none() {
                all.push(Attribute { prefix: "xml", local, namespace: XML, value });
            }
        }
        all.sort_by_cached_key(key);
        for attribute in &all {
            write_attribute(attribute, out);
        }
    }
}

/// Notes the declaration of a prefix that is in force, where the nearest element that shows the
/// prefix shows another.
fn show(scope: &Namespaces, prefix: &str, shown: &[usize], fresh: &mut Vec<usize>) {
    // `xml` is never declared in the output, whatever the document declares (xml-c14n 2.3).
    if prefix == "xml" {
        return;
    }
    let Some(index) = scope.find(prefix) else { return };
    let before = shown.iter().rev().find(|shown| scope.same_prefix(**shown, index));
    let is_shown = match before {
        Some(before) => scope.same_uri(Resolved::Binding(*before), Resolved::Binding(index)),
        None => scope.get(index).1.is_empty(),
    };
    if !is_shown && !fresh.contains(&index) {
        fresh.push(index);
    }
}

fn absolute(uri: &str) -> Result<(), RelativeNamespace> {
    let scheme = uri.split(':').next().unwrap_or_default();
    let good = scheme.len() < uri.len()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if good || uri.is_empty() { Ok(()) } else { Err(RelativeNamespace(uri.to_owned())) }
}

fn name(prefix: &str, local: &str, out: &mut Vec<u8>) {
    if !prefix.is_empty() {
        out.extend_from_slice(prefix.as_bytes());
        out.push(b':');
    }
    out.extend_from_slice(local.as_bytes());
}

fn write_attribute(attribute: &Attribute<'_>, out: &mut Vec<u8>) {
    out.push(b' ');
    name(attribute.prefix, attribute.local, out);
    out.extend_from_slice(b"=\"");
    escape_value(attribute.value, out);
    out.push(b'"');
}

/// xml-c14n 1.1, text nodes.
fn escape_text(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

/// xml-c14n 1.1, attribute nodes.
fn escape_value(value: &str, out: &mut Vec<u8>) {
    escape(value, out, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

fn escape(text: &str, out: &mut Vec<u8>, special: impl Fn(u8) -> Option<&'static [u8]>) {
    let bytes = text.as_bytes();
    // Without a branch, which the compiler makes wide; most text has nothing special.
    let any = bytes.iter().fold(false, |any, byte| any | special(*byte).is_some());
    if !any {
        out.extend_from_slice(bytes);
        return;
    }
    let mut rest = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(written) = special(*byte) {
            out.extend_from_slice(&bytes[rest..at]);
            out.extend_from_slice(written);
            rest = at + 1;
        }
    }
    out.extend_from_slice(&bytes[rest..]);
}

#[cfg(test)]
mod tests;
