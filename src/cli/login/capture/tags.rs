//! The tags of a page, cut apart as a browser does (HTML 13.2.5): start tags with the attributes that matter to a
//! form, end tags, and the elements whose content is text. Written here, since of the page nothing is needed
//! but its tags: a parser of whole HTML brings some twenty crates, and hides the very places at which readers differ.
//!
//! A tokenizer alone cannot know where the tree would tell it otherwise (inside `svg`, `math` and `select`, and with
//! scripts off): such a place is told as unclear, wherever it could make a difference.

use crate::cli::login::capture::references::Place;
use crate::cli::login::capture::references::decoded;

/// Elements whose content is text up to their end tag.
const RAW: [&str; 9] =
    ["iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"];
/// Elements within which those may be read as any other.
const FOREIGN: [&str; 3] = ["math", "select", "svg"];

/// The attributes that are kept.
const KEPT: [&str; 12] = [
    "name", "value", "type", "disabled", "dirname", "action", "formaction", "srcdoc", "src", "data", "charset", "content",
];
/// Attributes by which a page leads somewhere, or runs what stands in an address.
const LEADING: [&str; 16] = [
    "action", "background", "cite", "content", "data", "formaction", "from", "href", "manifest", "ping", "poster", "src",
    "srcset", "to", "values", "xlink:href",
];

/// A tag.
pub(super) struct Tag<'p> {
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Its name, as it was written.
    name: &'p str,
    /// Whether it ends an element.
    pub(super) ends: bool,
    attributes: [Option<&'p str>; KEPT.len()],
    /// What scripts it has for events, and the addresses in it.
    pub(super) acting: Vec<&'p str>,
    /// The text between it and its end tag, where no markup counts there.
    pub(super) text: Option<&'p str>,
}

impl<'p> Tag<'p> {
    /// Whether it is of this element.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of an attribute, its references replaced. Of two with one name the first counts (13.2.5.33).
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let at = KEPT.iter().position(|kept| *kept == name)?;
        self.attributes[at].map(|value| decoded(value, Place::Attribute))
    }
}

/// What comes next in a page.
pub(super) enum Piece<'p> {
    /// A tag.
    Tag(Box<Tag<'p>>),
    /// A place, in bytes, from which on two browsers may read another page, and what it is.
    Unclear(usize, &'static str),
}

/// The tags of a page, in order.
pub(super) struct Tags<'p> {
    page: &'p str,
    at: usize,
    is_foreign: bool,
    /// Up to where what scripts switch off has been looked at.
    switched_off: usize,
    waiting: Option<Piece<'p>>,
    /// Whether it ended in the midst of a tag, a comment or a text.
    is_cut: bool,
}

impl<'p> Tags<'p> {
    pub(super) fn of(page: &'p str) -> Self {
        Self { page, at: 0, is_foreign: false, switched_off: 0, waiting: None, is_cut: false }
    }

    /// Up to where the last `<noscript>` goes, which a browser that runs scripts takes for text.
    pub(super) fn switched_off(&self) -> usize {
        self.switched_off
    }

    /// Goes behind the next of these words, or to the end.
    fn skip(&mut self, ends: &[&str]) {
        let rest = &self.page[self.at..];
        match ends.iter().filter_map(|end| Some(rest.find(end)? + end.len())).min() {
            Some(behind) => self.at += behind,
            None => {
                self.at = self.page.len();
                self.is_cut = true;
            }
        }
    }

    /// Behind `<!`.
    fn declaration(&mut self, start: usize) -> Option<Piece<'p>> {
        let rest = &self.page[self.at..];
        if let Some(comment) = rest.strip_prefix("--") {
            // `<!-->` and `<!--->` are whole comments.
            let short = [">", "->"].into_iter().find(|end| comment.starts_with(end));
            self.at += 2 + short.map_or(0, str::len);
            if short.is_none() {
                self.skip(&["-->", "--!>"]);
            }
            return None;
        }
        let data = rest.strip_prefix("[CDATA[");
        self.skip(&[">"]);
        let differs = data.is_some_and(|data| data.find("]]>").map(|at| at + 2) != data.find('>'));
        (self.is_foreign && differs).then_some(Piece::Unclear(start, "a section of characters (CDATA)"))
    }

    /// A tag whose name begins here; nothing where the page ends in it.
    fn tag(&mut self, start: usize, ends: bool) -> Option<Tag<'p>> {
        let (page, bytes) = (self.page, self.page.as_bytes());
        // The first of these from a place on. All are ASCII, so that no character is cut.
        let until = |from: usize, ends: fn(&u8) -> bool| {
            bytes[from..].iter().position(ends).map_or(page.len(), |end| from + end)
        };
        let end = until(self.at, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let mut tag = Tag {
            start,
            name: &page[self.at..end],
            ends,
            attributes: [None; KEPT.len()],
            acting: Vec::new(),
            text: None,
        };
        let mut at = end;
        loop {
            at = until(at, |byte| !byte.is_ascii_whitespace() && *byte != b'/');
            match bytes.get(at) {
                None => {
                    self.at = page.len();
                    self.is_cut = true;
                    return None;
                }
                Some(b'>') => {
                    self.at = at + 1;
                    return Some(tag);
                }
                Some(_) => {}
            }
            // Where it begins with `=`, that is of the name.
            let first = page[at..].chars().next().map_or(0, char::len_utf8);
            let end = until(at + first, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
            let name = &page[at..end];
            at = until(end, |byte| !byte.is_ascii_whitespace());
            let mut value = "";
            if bytes.get(at) == Some(&b'=') {
                at = until(at + 1, |byte| !byte.is_ascii_whitespace());
                let (from, end, behind) = match bytes.get(at) {
                    Some(b'"') => (at + 1, until(at + 1, |byte| *byte == b'"'), 1),
                    Some(b'\'') => (at + 1, until(at + 1, |byte| *byte == b'\''), 1),
                    _ => (at, until(at, |byte| byte.is_ascii_whitespace() || *byte == b'>'), 0),
                };
                value = &page[from..end];
                at = (end + behind).min(page.len());
            }
            if let Some(kept) = KEPT.iter().position(|kept| name.eq_ignore_ascii_case(kept)) {
                tag.attributes[kept].get_or_insert(value);
            }
            let is_handler = name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("on"));
            if is_handler || LEADING.iter().any(|leading| name.eq_ignore_ascii_case(leading)) {
                tag.acting.push(value);
            }
        }
    }

    /// Takes the text of an element whose content is none but that; what is unclear about it is told next.
    fn text(&mut self, tag: &mut Tag<'p>) {
        let rest = &self.page[self.at..];
        let end = if tag.is("plaintext") { None } else { end_tag(rest, tag.name) };
        self.is_cut |= end.is_none();
        let text = &rest[..end.unwrap_or(rest.len())];
        self.at += text.len();
        tag.text = Some(text);
        // 13.2.5.20: within `<!-- <script>` the end tag of a script is none.
        let nests = tag.is("script") && text.split_once("<!--").is_some_and(|(_, rest)| contains(rest, "<script"));
        let is_markup = || text.split('<').skip(1).any(|part| part.starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next)));
        if nests {
            self.waiting = Some(Piece::Unclear(tag.start, "a script within the comment of a script"));
        } else if self.is_foreign && is_markup() {
            self.waiting = Some(Piece::Unclear(tag.start, "a text with tags in it, behind `<svg>`, `<math>` or `<select>`"));
        }
    }

    /// Looks at a `<noscript>`: where its content is whole, what follows is the same with and without scripts.
    fn noscript(&mut self, start: usize) {
        let rest = &self.page[self.at..];
        let end = end_tag(rest, "noscript");
        self.switched_off = self.at + end.unwrap_or(rest.len());
        let mut within = Tags { is_foreign: self.is_foreign, switched_off: usize::MAX, ..Tags::of(&rest[..end.unwrap_or(rest.len())]) };
        let is_unclear = within.by_ref().any(|piece| matches!(piece, Piece::Unclear(..)));
        if is_unclear || within.is_cut || end.is_none() {
            self.waiting = Some(Piece::Unclear(start, "a `<noscript>` that is not whole in itself"));
        }
    }
}

impl<'p> Iterator for Tags<'p> {
    type Item = Piece<'p>;

    fn next(&mut self) -> Option<Piece<'p>> {
        if let Some(piece) = self.waiting.take() {
            return Some(piece);
        }
        loop {
            let Some(found) = self.page[self.at..].find('<') else {
                self.at = self.page.len();
                return None;
            };
            let start = self.at + found;
            self.at = start + 1;
            let is_name = |at: usize| self.page.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
            let next = self.page.as_bytes().get(self.at);
            let ends = next == Some(&b'/');
            if ends && is_name(self.at + 1) {
                self.at += 1;
                return self.tag(start, true).map(|tag| Piece::Tag(Box::new(tag)));
            }
            match next {
                Some(b'!') => {
                    self.at += 1;
                    if let Some(unclear) = self.declaration(start) {
                        return Some(unclear);
                    }
                }
                Some(b'?' | b'/') => self.skip(&[">"]),
                _ if !is_name(self.at) => {}
                _ => {
                    let mut tag = self.tag(start, false)?;
                    if RAW.iter().any(|raw| tag.is(raw)) {
                        self.text(&mut tag);
                    } else if tag.is("noscript") && start >= self.switched_off {
                        self.noscript(start);
                    }
                    self.is_foreign |= FOREIGN.iter().any(|foreign| tag.is(foreign));
                    return Some(Piece::Tag(Box::new(tag)));
                }
            }
        }
    }
}

/// Where the end tag of an element begins.
fn end_tag(text: &str, name: &str) -> Option<usize> {
    text.match_indices("</").map(|(at, _)| at).find(|at| {
        let rest = &text[at + 2..];
        let is_it = rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
        is_it && rest[name.len()..].starts_with(|next: char| next.is_ascii_whitespace() || matches!(next, '/' | '>'))
    })
}

/// Whether this word of ASCII stands in a text, in whatever letters.
pub(super) fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each tag with its attributes that are kept, and what is unclear.
    fn told(page: &str) -> Vec<String> {
        let tell = |piece: Piece<'_>| match piece {
            Piece::Unclear(at, _) => format!("unclear at {at}"),
            Piece::Tag(tag) => {
                let attributes = KEPT.iter().zip(tag.attributes).filter_map(|(name, value)| Some(format!(" {name}={}", value?)));
                let text = tag.text.map(|text| format!(" [{text}]")).unwrap_or_default();
                format!("{}{}{}{text}", if tag.ends { "/" } else { "" }, tag.name, attributes.collect::<String>())
            }
        };
        Tags::of(page).map(tell).collect()
    }

    #[test]
    fn tags_are_cut_apart_as_the_standard_says() {
        for (page, tags) in [
            ("a < b <1> <p>c</p >d</ p></>", vec!["p", "/p"]),
            ("<INPUT/NAME='a'value=\"b\">", vec!["INPUT name=a value=b"]),
            ("<input\nvalue = b/c=\tname = \"a>\" / >", vec!["input name=a> value=b/c="]),
            ("<input name=a name=b value>", vec!["input name=a value="]),
            ("<input =name=a value=>", vec!["input value="]),
            ("<input name=a' x='>' value=\"'\">", vec!["input name=a' value='"]),
            ("<\u{fc}><i\u{fc} name=\u{fc}>", vec!["i\u{fc} name=\u{fc}"]),
            // Comments and what is taken for one.
            ("<!-- <a> --><b><!--><c><!---><d><!-- --!><e><!-- -- ><f>-->", vec!["b", "c", "d", "e"]),
            ("<!doctype a '<b>'><? <c> ?><d></1 <e>><![CDATA[<f>]]><g>", vec!["d", "g"]),
            // Text, and what does not end it.
            ("<script>'<a>'</scripts></script ><b>", vec!["script ['<a>'</scripts>]", "/script", "b"]),
            ("<TextArea name=x><a></textarea/><title></p></title>", vec!["TextArea name=x [<a>]", "/textarea", "title [</p>]", "/title"]),
            ("<style><!-- </style><a> -->", vec!["style [<!-- ]", "/style", "a"]),
            ("<plaintext></plaintext><a>", vec!["plaintext [</plaintext><a>]"]),
            ("<xmp><a>", vec!["xmp [<a>]"]),
            // A tag that is not whole is none.
            ("<a><b name='", vec!["a"]),
            ("<a><b name=c", vec!["a"]),
            ("<a><", vec!["a"]),
            ("<a><!-- <b>", vec!["a"]),
        ] {
            assert_eq!(told(page), tags, "{page}");
        }
    }

    #[test]
    fn a_place_that_browsers_may_read_differently_is_told() {
        for page in [
            "<svg><style><a></style>",
            "<svg></svg><title><!-- </title>",
            "<select><title></p></title></select>",
            "<math><![CDATA[ > ]]>",
            "<script><!-- <script> </script> --></script>",
            "<noscript><!-- </noscript> -->",
            "<noscript><a b='</noscript>'>",
            "<noscript><style></noscript></style>",
            "<noscript>",
        ] {
            assert!(told(page).iter().any(|piece| piece.starts_with("unclear")), "{page}");
        }
        for page in [
            "<svg><title>Logo</title><style>a > b { }</style></svg><script>if (1 < 2) {}</script>",
            "<svg><![CDATA[x]]></svg>",
            "<![CDATA[ > ]]>",
            "<script><!-- a --></script>",
            "<script>'<a>'</script><svg></svg>",
            "<noscript><p>Press <input type=submit></p><!-- x --></noscript><noscript></noscript>",
        ] {
            assert!(!told(page).iter().any(|piece| piece.starts_with("unclear")), "{page}");
        }
    }

    #[test]
    fn what_nobody_closes_is_looked_for_once() {
        for part in ["<noscript>", "<script", "<!--", "</noscript", "<![CDATA[", "<textarea>", "<svg><style><a>"] {
            let count = Tags::of(&part.repeat(100_000)).count();
            assert!(count <= 200_001, "{part}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_page_makes_it_panic(page in "(<input|<textarea>|</textarea>|<noscript>|</noscript>|<svg>|<script>|</script|<!--|-->|<!\\[CDATA\\[|[ =/>'\"a\u{fc}]|name|on|&#x){0,30}") {
            assert!(told(&page).len() <= page.len());
        }
    }
}
