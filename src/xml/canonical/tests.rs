use super::*;
use crate::xml::Limits;
use crate::xml::Reader;

mod generated;
mod properties;
mod vectors;

/// The canonical form of the element that `is_apex` chooses, by its ordinal in document order or
/// by itself; without those that `is_left_out` chooses. `inherited` overrules what the ancestors have.
struct Subtree<'a> {
    method: Method,
    is_apex: &'a dyn Fn(usize, &Start<'_>) -> bool,
    is_left_out: &'a dyn Fn(&Start<'_>) -> bool,
    inherited: Option<&'a [(&'a str, &'a str)]>,
}

impl Subtree<'_> {
    fn of(self, xml: &[u8]) -> Result<String, RelativeNamespace> {
        let mut reader = Reader::new(xml, "x.xml", &Limits::default()).unwrap();
        let mut above: Vec<Vec<(String, String)>> = Vec::new();
        let mut writing: Option<(Canonicalizer, usize)> = None;
        let mut begun = 0;
        let mut leaving_out = None;
        let mut out = Vec::new();
        loop {
            reader.advance().unwrap();
            let event = reader.event();
            if let Event::Start(start) = &event {
                if writing.is_none() && (self.is_apex)(begun, start) {
                    let inherited = match self.inherited {
                        Some(given) => given.iter().map(|(local, value)| ((*local).into(), (*value).into())).collect(),
                        None => nearest(&above),
                    };
                    writing = Some((Canonicalizer::new(self.method.clone(), inherited), reader.depth()));
                }
                if leaving_out.is_none() && (self.is_left_out)(start) {
                    leaving_out = Some(reader.depth());
                }
                let own = start.attributes().filter(|one| one.namespace == XML);
                above.push(own.map(|one| (one.local.to_owned(), one.value.to_owned())).collect());
                begun += 1;
            }
            if let (Some((canonicalizer, _)), None) = (&mut writing, leaving_out) {
                canonicalizer.write(&event, &mut out)?;
            }
            if matches!(event, Event::End(_)) {
                above.pop();
                if leaving_out == Some(reader.depth()) {
                    leaving_out = None;
                }
                if writing.as_ref().is_some_and(|(_, depth)| *depth == reader.depth()) {
                    return Ok(String::from_utf8(out).unwrap());
                }
            }
            assert!(!matches!(event, Event::Eof), "no element is the apex");
        }
    }
}

/// Of each name the innermost.
fn nearest(above: &[Vec<(String, String)>]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (local, value) in above.iter().rev().flatten() {
        if !found.iter().any(|(known, _)| known == local) {
            found.push((local.clone(), value.clone()));
        }
    }
    found
}

/// The canonical form of the first element of this local name.
fn canonical(xml: &str, apex: &str, method: Method, inherited: &[(&str, &str)]) -> Result<String, RelativeNamespace> {
    let is_apex = |_: usize, start: &Start<'_>| start.local() == apex;
    Subtree { method, is_apex: &is_apex, is_left_out: &|_| false, inherited: Some(inherited) }.of(xml.as_bytes())
}

/// The canonical form of the element of this ordinal.
fn nth(xml: &[u8], ordinal: usize, method: Method) -> Result<String, RelativeNamespace> {
    let is_apex = |begun: usize, _: &Start<'_>| begun == ordinal;
    Subtree { method, is_apex: &is_apex, is_left_out: &|_| false, inherited: None }.of(xml)
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
    for xml in
        [r#"<a xmlns:p="relative"><b/></a>"#, r#"<a><b xmlns:p="../x"/></a>"#, r#"<a><b><c xmlns:p="1:x"/></b></a>"#]
    {
        assert!(canonical(xml, "b", exclusive(&[]), &[]).is_err(), "{xml}");
    }
}
