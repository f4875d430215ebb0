//! What does not change the meaning of a document does not change its canonical form.

use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;
use proptest::sample::select;

use super::Method;
use super::exclusive;
use super::nth;

/// A document apart from how it is written.
#[derive(Clone, Debug)]
enum Node {
    Element(Element),
    Text(String),
    Instruction(&'static str),
}

#[derive(Clone, Debug)]
struct Element {
    name: &'static str,
    declarations: Vec<(&'static str, &'static str)>,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

/// Every prefix that a name here uses.
const AROUND: [(&str, &str); 4] = [("", "urn:d"), ("a", "urn:a"), ("b", "urn:b"), ("c", "urn:a")];

fn text() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "x",
        " ",
        "\n",
        "\t",
        "\r",
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]]>",
        "é",
        "\u{1F512}",
        "\u{85}",
        "\u{2028}",
        "&amp;",
    ]);
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn element(children: impl Strategy<Value = Vec<Node>>) -> impl Strategy<Value = Element> {
    let declarations = proptest::sample::subsequence(
        vec![("", "urn:d"), ("", "urn:e"), ("", ""), ("a", "urn:a"), ("a", "urn:x"), ("b", "urn:b"), ("z", "urn:z")],
        0..3,
    )
    .prop_map(|mut chosen| {
        chosen.dedup_by_key(|(prefix, _)| *prefix);
        chosen
    });
    // `a` and `c` may mean the same namespace, so that no local name stands with both.
    let attributes =
        proptest::sample::subsequence(vec!["k", "a:k", "b:k", "c:l", "a:m", "z", "xml:lang", "xml:space"], 0..5)
            .prop_flat_map(|names| names.into_iter().map(|name| (Just(name), text())).collect::<Vec<_>>());
    (select(vec!["e", "a:e", "b:f", "c:g"]), declarations, attributes, children)
        .prop_map(|(name, declarations, attributes, children)| Element { name, declarations, attributes, children })
}

fn document() -> impl Strategy<Value = Element> {
    let leaf = prop_oneof![
        text().prop_map(Node::Text),
        Just(Node::Instruction("pi  some data ")),
        Just(Node::Instruction("pi"))
    ];
    let node =
        leaf.prop_recursive(4, 24, 4, |inner| element(proptest::collection::vec(inner, 0..4)).prop_map(Node::Element));
    element(proptest::collection::vec(node, 0..5))
}

/// Writes a document in one of many ways that mean the same.
struct Pen {
    whims: u64,
}

impl Pen {
    /// A choice that the seed makes; the first always where the seed is 0.
    fn whim(&mut self, of: u64) -> u64 {
        if self.whims == 0 {
            return 0;
        }
        self.whims = self.whims.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) | 1;
        (self.whims >> 33) % of
    }

    fn escaped(&mut self, text: &str, special: &[char]) -> String {
        text.chars()
            .map(|one| match (one, self.whim(4)) {
                ('<', 0) => "&lt;".to_owned(),
                ('>', 0) => "&gt;".to_owned(),
                ('&', 0) => "&amp;".to_owned(),
                ('"', 0) => "&quot;".to_owned(),
                (one, 1) => format!("&#{};", u32::from(one)),
                (one, whim) if whim == 2 || special.contains(&one) => format!("&#x{:x};", u32::from(one)),
                (one, _) => one.to_string(),
            })
            .collect()
    }

    fn element(&mut self, element: &Element, around: &[(&str, &str)], out: &mut String) {
        out.push('<');
        out.push_str(element.name);
        let mut written: Vec<(String, String)> = Vec::new();
        for (prefix, uri) in around.iter().chain(&element.declarations) {
            let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            written.retain(|(known, _)| *known != name);
            written.push((name, self.escaped(uri, &['<', '&', '"', '\''])));
        }
        for (name, value) in &element.attributes {
            written.push(((*name).to_owned(), self.escaped(value, &['<', '&', '"', '\'', '\t', '\n', '\r'])));
        }
        while !written.is_empty() {
            let next = usize::try_from(self.whim(written.len() as u64)).unwrap();
            let (name, value) = written.remove(next);
            let gap = [" ", "\n  ", "\t"][usize::try_from(self.whim(3)).unwrap()];
            let equals = ["=", " = ", "=\n"][usize::try_from(self.whim(3)).unwrap()];
            let quote = ["\"", "'"][usize::try_from(self.whim(2)).unwrap()];
            out.push_str(&format!("{gap}{name}{equals}{quote}{value}{quote}"));
        }
        if element.children.is_empty() && self.whim(2) == 1 {
            out.push_str(" />");
            return;
        }
        out.push('>');
        for child in &element.children {
            if self.whim(5) == 1 {
                out.push_str("<!-- says nothing -->");
            }
            match child {
                Node::Element(element) => self.element(element, &[], out),
                Node::Text(text) if self.whim(3) == 1 && !text.contains("]]>") && !text.contains('\r') => {
                    out.push_str(&format!("<![CDATA[{text}]]>"));
                }
                Node::Text(text) => out.push_str(&self.escaped(text, &['<', '&', '>', '\r'])),
                Node::Instruction(data) => out.push_str(&format!("<?{data}?>")),
            }
        }
        out.push_str(&format!("</{}{}>", element.name, ["", " ", "\n"][usize::try_from(self.whim(3)).unwrap()]));
    }
}

fn written(document: &Element, whims: u64) -> String {
    let mut out = String::new();
    Pen { whims }.element(document, &AROUND, &mut out);
    out
}

fn methods() -> [Method; 3] {
    [exclusive(&[]), exclusive(&["", "a", "z"]), Method::Inclusive]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn two_ways_to_write_a_document_have_one_canonical_form(document in document(), whims in any::<u64>()) {
        for method in methods() {
            let plain = nth(written(&document, 0).as_bytes(), 0, method.clone()).unwrap();
            let other = nth(written(&document, whims).as_bytes(), 0, method).unwrap();
            prop_assert_eq!(plain, other);
        }
    }

    #[test]
    fn a_canonical_form_is_its_own_canonical_form(document in document(), whims in any::<u64>()) {
        for method in methods() {
            let once = nth(written(&document, whims).as_bytes(), 0, method.clone()).unwrap();
            let twice = nth(once.as_bytes(), 0, method).unwrap();
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn what_stands_around_an_element_does_not_reach_its_exclusive_form(document in document(), whims in any::<u64>()) {
        let bare = written(&document, whims);
        let wrapped = format!("<w xmlns='urn:w' xmlns:a='urn:w' xmlns:q='urn:q' xml:lang='de' q:k='1'>{bare}</w>");
        let method = exclusive(&[]);
        prop_assert_eq!(nth(bare.as_bytes(), 0, method.clone()).unwrap(), nth(wrapped.as_bytes(), 1, method).unwrap());
    }
}
