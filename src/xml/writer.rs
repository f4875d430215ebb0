//! Writes small XML documents: every value is escaped, the same input gives the same bytes.
//!
//! A document is a tree of [`Element`]s, so it is balanced by construction, and names are
//! literals of the program, so no input can become markup. It must not be used for what
//! comes from outside as XML: there is no way to put raw markup in, and there shall be none.

use crate::error::Failure;
use crate::error::Result;
use crate::model::printable;

/// One element with its attributes and either children or text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Children(Vec<Element>),
    Text(String),
}

impl Element {
    /// An element without content so far; `name` is `prefix:local`, or `local` in no namespace.
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Children(Vec::new()) }
    }

    /// An element that holds text and nothing else; white space in it is kept.
    pub(crate) fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Text(text.into()) }
    }

    /// Adds an attribute; attributes are written in the order they were added.
    #[must_use]
    pub(crate) fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// Adds an attribute if there is a value.
    #[must_use]
    pub(crate) fn optional(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// Adds a child after those that are there.
    #[must_use]
    pub(crate) fn child(self, child: Self) -> Self {
        self.children([child])
    }

    /// Adds children after those that are there.
    #[must_use]
    pub(crate) fn children(mut self, more: impl IntoIterator<Item = Self>) -> Self {
        match &mut self.content {
            Content::Children(children) => children.extend(more),
            // Mixed content has no place in SAML metadata, and indentation would change it.
            Content::Text(_) => debug_assert!(more.into_iter().next().is_none(), "`{}` holds text", self.name),
        }
        self
    }
}

/// Writes a whole document: UTF-8, LF, two spaces of indentation, a final newline.
///
/// Of `namespaces` (prefix and name) those in use are declared, in their order, on the root.
pub(crate) fn document(root: &Element, namespaces: &[(&'static str, &'static str)]) -> Result<String> {
    let mut used = Vec::new();
    prefixes(root, &mut used);
    if let Some(unknown) = used.iter().find(|prefix| !namespaces.iter().any(|(known, _)| known == *prefix)) {
        return Err(Failure::bug(format!("no namespace is known for the prefix `{unknown}`")).into());
    }
    let declarations = namespaces.iter().filter(|(prefix, _)| used.contains(prefix));

    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push('<');
    out.push_str(root.name);
    for (prefix, namespace) in declarations {
        out.push_str(" xmlns:");
        out.push_str(prefix);
        push_value(&mut out, namespace, root.name)?;
    }
    push_rest(&mut out, root, 0)?;
    Ok(out)
}

/// Collects the prefixes of elements and attributes; `xml` is bound by definition.
fn prefixes(element: &Element, used: &mut Vec<&'static str>) {
    let names = std::iter::once(element.name).chain(element.attributes.iter().map(|(name, _)| *name));
    for (prefix, _) in names.filter_map(|name| name.split_once(':')) {
        if prefix != "xml" && !used.contains(&prefix) {
            used.push(prefix);
        }
    }
    if let Content::Children(children) = &element.content {
        for child in children {
            prefixes(child, used);
        }
    }
}

/// Everything of an element after its name, with the newline that follows it.
fn push_rest(out: &mut String, element: &Element, depth: usize) -> Result<()> {
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        push_value(out, value, name)?;
    }
    match &element.content {
        Content::Children(children) if children.is_empty() => {
            out.push_str("/>\n");
            return Ok(());
        }
        Content::Children(children) => {
            out.push_str(">\n");
            for child in children {
                indent(out, depth + 1);
                out.push('<');
                out.push_str(child.name);
                push_rest(out, child, depth + 1)?;
            }
            indent(out, depth);
        }
        Content::Text(text) => {
            out.push('>');
            for character in text.chars() {
                push_character(out, character, false, element.name, text)?;
            }
        }
    }
    out.push_str("</");
    out.push_str(element.name);
    out.push_str(">\n");
    Ok(())
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// `="value"`.
fn push_value(out: &mut String, value: &str, name: &str) -> Result<()> {
    out.push_str("=\"");
    for character in value.chars() {
        push_character(out, character, true, name, value)?;
    }
    out.push('"');
    Ok(())
}

fn push_character(out: &mut String, character: char, in_attribute: bool, name: &str, whole: &str) -> Result<()> {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        // xml 2.4: must be escaped in `]]>`; escaping it everywhere needs no look back.
        '>' => out.push_str("&gt;"),
        '"' if in_attribute => out.push_str("&quot;"),
        // xml 3.3.3: literal white space in an attribute is read back as a space.
        '\t' if in_attribute => out.push_str("&#9;"),
        '\n' if in_attribute => out.push_str("&#10;"),
        // xml 2.11: a literal carriage return is read back as a line feed, everywhere.
        '\r' => out.push_str("&#13;"),
        '\t' | '\n' => out.push(character),
        // xml 2.2, production Char: these cannot be written, not even as a reference.
        '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
            let shown: String = whole.chars().take(80).collect();
            return Err(Failure::input(
                "xml-unwritable-character",
                format!(
                    "the value \"{}\" for `{name}` has the character U+{:04X}, which XML 1.0 cannot hold",
                    printable(&shown),
                    u32::from(character)
                ),
            )
            .hint("remove that character where the value comes from; it often arrives by copying from a web page")
            .into());
        }
        _ => out.push(character),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::XmlVersion;
    use quick_xml::escape::resolve_predefined_entity;
    use quick_xml::events::Event;

    use super::*;
    use crate::error::failure_of;

    const SPACES: &[(&str, &str)] = &[("a", "urn:a"), ("b", "urn:b&c"), ("z", "urn:z")];

    /// What a parser that is not ours reads: every attribute value and all text of the root.
    fn read_back(document: &str) -> (Vec<String>, String) {
        let mut reader = Reader::from_str(document);
        let (mut attributes, mut text) = (Vec::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) | Event::Empty(start) => {
                    for attribute in start.attributes() {
                        let value = attribute.unwrap().normalized_value(XmlVersion::Explicit1_0).unwrap();
                        attributes.push(value.into_owned());
                    }
                }
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                    Some(character) => text.push(character),
                    None => text.push_str(resolve_predefined_entity(&reference.xml10_content()).unwrap()),
                },
                Event::Eof => return (attributes, text),
                _ => {}
            }
        }
    }

    #[test]
    fn markup_in_a_value_stays_a_value() {
        let hostile = "\"/><x a='1'>]]>&amp;\t\r\n</a:root><!--";
        let root = Element::text("a:root", hostile).attribute("v", hostile);
        insta::assert_snapshot!(document(&root, SPACES).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <a:root xmlns:a="urn:a" v="&quot;/&gt;&lt;x a='1'&gt;]]&gt;&amp;amp;&#9;&#13;&#10;&lt;/a:root&gt;&lt;!--">"/&gt;&lt;x a='1'&gt;]]&gt;&amp;amp;	&#13;
        &lt;/a:root&gt;&lt;!--</a:root>
        "#);
    }

    #[test]
    fn declares_the_namespaces_in_use_on_the_root() {
        let root = Element::new("a:root")
            .child(Element::new("plain").attribute("xml:lang", "en"))
            .child(Element::new("a:in").child(Element::text("b:t", "x").optional("no", None::<String>)));
        insta::assert_snapshot!(document(&root, SPACES).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <a:root xmlns:a="urn:a" xmlns:b="urn:b&amp;c">
          <plain xml:lang="en"/>
          <a:in>
            <b:t>x</b:t>
          </a:in>
        </a:root>
        "#);
    }

    #[test]
    fn an_undeclared_prefix_is_a_defect_and_not_a_broken_document() {
        let failure = document(&Element::new("q:root"), SPACES).unwrap_err();
        assert_eq!(failure_of(&failure).unwrap().code(), "bug");
    }

    #[test]
    fn refuses_what_xml_cannot_hold_and_hides_it_in_the_message() {
        for bad in ['\u{0}', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{e}', '\u{1b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            for root in [Element::text("a:r", format!("x{bad}")), Element::new("a:r").attribute("v", bad)] {
                let error = document(&root, SPACES).unwrap_err();
                let failure = failure_of(&error).unwrap();
                assert_eq!(failure.code(), "xml-unwritable-character", "{bad:?}");
                assert!(!failure.to_string().contains(char::is_control), "{failure}");
            }
        }
    }

    proptest! {
        #[test]
        fn another_parser_reads_the_value_that_was_given(value in any::<String>()) {
            let writable = |c: &char| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
            let value: String = value.chars().filter(writable).collect();
            let written = document(&Element::text("r", value.clone()).attribute("v", value.clone()), &[]).unwrap();
            let (attributes, text) = read_back(&written);
            prop_assert_eq!(attributes, vec![value.clone()]);
            prop_assert_eq!(text.strip_suffix('\n').unwrap().strip_prefix('\n').unwrap(), value);
        }
    }
}
