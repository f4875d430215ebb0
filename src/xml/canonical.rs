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
    let uri = scope.get(index).1;
    let before = shown.iter().rev().map(|shown| scope.get(*shown)).find(|(shown, _)| *shown == prefix);
    if before.map_or("", |(_, uri)| uri) != uri && !fresh.contains(&index) {
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
mod tests {
    use super::*;
    use crate::xml::Limits;
    use crate::xml::Reader;

    /// The canonical form of the first element of this local name.
    fn canonical(
        xml: &str,
        apex: &str,
        method: Method,
        inherited: &[(&str, &str)],
    ) -> Result<String, RelativeNamespace> {
        let mut reader = Reader::new(xml.as_bytes(), "x.xml", &Limits::default()).unwrap();
        let inherited = inherited.iter().map(|(local, value)| ((*local).to_owned(), (*value).to_owned())).collect();
        let mut canonicalizer = Canonicalizer::new(method, inherited);
        let mut out = Vec::new();
        let mut depth = None;
        loop {
            reader.advance().unwrap();
            let event = reader.event();
            match &event {
                Event::Eof => return Ok(String::from_utf8(out).unwrap()),
                Event::Start(start) if depth.is_none() && out.is_empty() && start.local() == apex => {
                    depth = Some(reader.depth());
                }
                _ => {}
            }
            if let Some(of) = depth {
                canonicalizer.write(&event, &mut out)?;
                if matches!(event, Event::End(_)) && reader.depth() == of {
                    depth = None;
                }
            }
        }
    }

    fn exclusive(prefixes: &[&str]) -> Method {
        Method::Exclusive(prefixes.iter().map(|prefix| (*prefix).to_owned()).collect())
    }

    const NESTED: &str = r#"<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>"#;

    #[test]
    fn exclusive_shows_a_namespace_where_it_is_used_and_inclusive_where_it_is_in_scope() {
        // xml-exc-c14n 2.2, where the specification works the same element out.
        assert_eq!(
            canonical(NESTED, "elem2", exclusive(&[]), &[]).unwrap(),
            r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#
        );
        assert_eq!(
            canonical(NESTED, "elem2", Method::Inclusive, &[]).unwrap(),
            r#"<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff></n3:stuff></n1:elem2>"#
        );
    }

    #[test]
    fn prefixes_of_the_list_are_shown_at_the_apex_and_where_they_change() {
        let xml = r#"<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"><b><c xmlns:p="urn:other"/></b></a>"#;
        assert_eq!(
            canonical(xml, "b", exclusive(&["p", "missing"]), &[]).unwrap(),
            r#"<b xmlns="urn:d" xmlns:p="urn:p"><c xmlns:p="urn:other"></c></b>"#
        );
        let prefixed = r#"<x:a xmlns="urn:d" xmlns:x="urn:x"><x:b/></x:a>"#;
        assert_eq!(
            canonical(prefixed, "b", exclusive(&[""]), &[]).unwrap(),
            r#"<x:b xmlns="urn:d" xmlns:x="urn:x"></x:b>"#
        );
    }

    #[test]
    fn a_default_namespace_is_taken_back_where_an_element_has_none() {
        let xml = r#"<a xmlns="urn:d"><b xmlns=""><c xmlns=""/><d xmlns="urn:d"/></b></a>"#;
        let same = r#"<a xmlns="urn:d"><b xmlns=""><c></c><d xmlns="urn:d"></d></b></a>"#;
        assert_eq!(canonical(xml, "a", exclusive(&[]), &[]).unwrap(), same);
        assert_eq!(canonical(xml, "a", Method::Inclusive, &[]).unwrap(), same);
        assert_eq!(canonical(xml, "b", exclusive(&[]), &[]).unwrap(), r#"<b><c></c><d xmlns="urn:d"></d></b>"#);
    }

    #[test]
    fn attributes_come_by_namespace_and_name_and_everything_special_is_escaped() {
        let xml = "<a xmlns:z='urn:a' xmlns:y='urn:b' y:m='1' z:n='2' z:m='3' b='&#9;&#10;&#13;&lt;&gt;&quot;&amp;' a='&apos;\t\r\nx'>\
                   &#13;&lt;&gt;&amp;\"<![CDATA[<&]]><!-- gone --><?pi  some data ?><?none?>\r\n</a>";
        assert_eq!(
            canonical(xml, "a", exclusive(&[]), &[]).unwrap(),
            "<a xmlns:y=\"urn:b\" xmlns:z=\"urn:a\" a=\"'  x\" b=\"&#x9;&#xA;&#xD;&lt;>&quot;&amp;\" z:m=\"3\" z:n=\"2\" y:m=\"1\">\
             &#xD;&lt;&gt;&amp;\"&lt;&amp;<?pi some data ?><?none?>\n</a>"
        );
    }

    #[test]
    fn attributes_of_xml_are_inherited_by_inclusive_canonicalization_alone() {
        let xml = r#"<a><b xml:space="preserve" c="d"/></a>"#;
        let inherited = [("lang", "de"), ("space", "default")];
        assert_eq!(
            canonical(xml, "b", Method::Inclusive, &inherited).unwrap(),
            r#"<b c="d" xml:lang="de" xml:space="preserve"></b>"#
        );
        assert_eq!(canonical(xml, "b", exclusive(&[]), &inherited).unwrap(), r#"<b c="d" xml:space="preserve"></b>"#);
    }

    #[test]
    fn a_relative_namespace_fails_wherever_it_is_declared() {
        for xml in [
            r#"<a xmlns:p="relative"><b/></a>"#,
            r#"<a><b xmlns:p="../x"/></a>"#,
            r#"<a><b><c xmlns:p="1:x"/></b></a>"#,
        ] {
            assert!(canonical(xml, "b", exclusive(&[]), &[]).is_err(), "{xml}");
        }
    }
}
