use std::io::BufReader;

use proptest::prelude::Strategy;

use super::Event;
use super::Limits;
use super::Reader;
use super::XML;
use crate::error::Failure;

/// Every event in one line each, so that a document can be compared whole.
fn events_of(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, Failure> {
    events_by(bytes, limits, 5)
}

/// The same, where the reader sees so many bytes at a time.
fn events_by(bytes: &[u8], limits: &Limits, step: usize) -> Result<Vec<String>, Failure> {
    let mut reader = Reader::new(BufReader::with_capacity(7, bytes), "f.xml", limits)?.narrow(step);
    let mut lines: Vec<String> = Vec::new();
    let mut run = String::new();
    loop {
        let event = reader.next()?;
        if let Event::Text(text) = event {
            run.push_str(text);
            continue;
        }
        if !run.is_empty() {
            lines.push(format!("text {run:?}"));
            run.clear();
        }
        match event {
            Event::Start(start) => {
                let mut attributes: Vec<String> =
                    start.attributes().map(|a| format!(" {{{}}}{}={:?}", a.namespace, a.local, a.value)).collect();
                attributes.sort();
                lines.push(format!("<{{{}}}{}{}", start.namespace(), start.local(), attributes.concat()));
            }
            Event::End(end) => lines.push(format!(">{{{}}}{}", end.namespace, end.local)),
            Event::Comment(text) => lines.push(format!("comment {text:?}")),
            Event::Instruction(target, data) => lines.push(format!("instruction {target} {data:?}")),
            Event::Eof => return Ok(lines),
            Event::Text(_) => {}
        }
    }
}

fn read(text: &str) -> Vec<String> {
    events_of(text.as_bytes(), &Limits::default()).unwrap()
}

fn refusal(bytes: &[u8]) -> Failure {
    match events_of(bytes, &Limits::default()) {
        Err(failure) => failure,
        Ok(lines) => panic!("read: {:?} as {lines:?}", String::from_utf8_lossy(bytes)),
    }
}

#[track_caller]
fn refuses(text: &str, code: &str, message: &str) {
    let failure = refusal(text.as_bytes());
    assert_eq!(failure.code(), code, "{text}: {failure}");
    let shown = failure.to_string();
    assert!(shown.contains(message), "{text}: {shown}");
    assert!(!failure.hints().is_empty(), "{text}: no hint");
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn reads_names_namespaces_and_values() {
    assert_eq!(
        read(
            "<?xml version='1.0'?>\n<!-- a --><a:r xmlns:a='u:a' xmlns='u:d' x='1' a:x=\"2\"><b/>t&lt;&#65;<![CDATA[&]]></a:r >\n<?p  d ?>"
        ),
        [
            "comment \" a \"",
            "<{u:a}r {u:a}x=\"2\" {}x=\"1\"",
            "<{u:d}b",
            ">{u:d}b",
            "text \"t<A&\"",
            ">{u:a}r",
            "instruction p \"d \"",
        ]
    );
}

#[test]
fn prefixes_that_begin_alike_are_told_apart() {
    for length in 1..20 {
        let (short, long) = ("p".repeat(length), "p".repeat(length + 1));
        for order in [[&short, &long], [&long, &short]] {
            let declared = order.map(|prefix| format!("xmlns:{prefix}='urn:{prefix}'")).join(" ");
            let text = format!("<a {declared}><{short}:b {long}:c=''/><{long}:b {short}:c=''/></a>");
            let shown = read(&text).join(" ");
            for (element, attribute) in [(&short, &long), (&long, &short)] {
                assert!(shown.contains(&format!("{{urn:{element}}}b")), "{shown}");
                assert!(shown.contains(&format!("{{urn:{attribute}}}c")), "{shown}");
            }
        }
    }
}

#[test]
fn an_inner_declaration_ends_with_its_element() {
    assert_eq!(
        read("<r xmlns='u:1' xmlns:p='u:p'><a xmlns='' xmlns:p='u:q'><p:b/></a><p:c/><d xml:lang='en'/></r>"),
        [
            "<{u:1}r",
            "<{}a",
            "<{u:q}b",
            ">{u:q}b",
            ">{}a",
            "<{u:p}c",
            ">{u:p}c",
            &format!("<{{u:1}}d {{{XML}}}lang=\"en\""),
            ">{u:1}d",
            ">{u:1}r",
        ]
    );
}

#[test]
fn keeps_prefixes_and_declarations_for_canonicalisation() {
    let text = "<a:r xmlns:a='u:a' xmlns='u:d'><b a:x='1' xmlns:c='u:c'/></a:r>";
    let mut reader = Reader::new(text.as_bytes(), "f.xml", &Limits::default()).unwrap();
    reader.next().unwrap();
    let start = reader.element();
    assert_eq!((start.prefix(), start.local()), ("a", "r"));
    assert_eq!(start.declarations().collect::<Vec<_>>(), [("a", "u:a"), ("", "u:d")]);
    let Event::Start(start) = reader.next().unwrap() else { panic!() };
    assert_eq!(start.declarations().collect::<Vec<_>>(), [("c", "u:c")]);
    assert_eq!(start.in_scope().collect::<Vec<_>>(), [("a", "u:a"), ("", "u:d"), ("c", "u:c")]);
    assert_eq!(start.attributes().next().unwrap().prefix, "a");
    assert_eq!(start.resolve("a"), Some("u:a"));
    assert_eq!(start.resolve("z"), None);
    reader.next().unwrap();
    let Event::End(end) = reader.next().unwrap() else { panic!() };
    assert_eq!((end.prefix, end.local, end.namespace), ("a", "r", "u:a"));
}

#[test]
fn normalises_line_ends_and_attribute_values() {
    assert_eq!(
        read("<r a='x\r\ny\tz\rw&#10;&#13;&#9;'>a\r\nb\rc&#13;<!--d\r\ne--></r>"),
        ["<{}r {}a=\"x y z w\\n\\r\\t\"", "text \"a\\nb\\nc\\r\"", "comment \"d\\ne\"", ">{}r"]
    );
}

#[test]
fn tells_line_and_column_in_characters() {
    for (text, place) in [
        ("<r>\n  <ä/>&nbsp;</r>", "f.xml:2:7: "),
        ("<r>\r\n\r\n  <a b='1' b='2'/></r>", "f.xml:3:12: "),
        ("<r>\rü]]></r>", "f.xml:2:2: "),
        ("<r a='1'\n  b='&'/>", "f.xml:2:6: "),
        ("<r>\n</s>", "f.xml:2:1: "),
        ("<r>\n\u{1}</r>", "f.xml:2:1: "),
    ] {
        let shown = refusal(text.as_bytes()).to_string();
        assert!(shown.starts_with(place), "{text}: {shown}");
    }
}

#[test]
fn a_place_is_the_same_however_little_is_seen_at_a_time() {
    let text = "<?xml version='1.0'?>\r\n<a>\r\n\r<b x='1\n2'/>ä大\n<!--\r\r\n--> 大<c/>\n<d\n>&lt;\r\n<e/></d\n></a>";
    let naive = |at: usize| {
        let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
        let last = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() as u64 + 1, last.chars().count() as u64 + 1)
    };
    let wanted: Vec<_> = ["<a", "<b", "<c", "<d", "<e"].map(|tag| naive(text.find(tag).unwrap())).into();
    for step in 1..80 {
        let mut reader = Reader::new(text.as_bytes(), "f.xml", &Limits::default()).unwrap().narrow(step);
        let mut places = Vec::new();
        loop {
            match reader.next().unwrap() {
                Event::Start(_) => {
                    let at = reader.position();
                    places.push((at.line, at.column));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(places, wanted, "{step} bytes at a time");
    }
}

#[test]
fn many_attributes_are_compared_as_few_are() {
    let many = |last: &str| {
        let names: String = (0..200).map(|n| format!(" a{n}='' p:a{n}=''")).collect();
        format!("<r xmlns:p='u:1' xmlns:q='u:1' xmlns:o='u:2'{names} {last}=''/>")
    };
    let limits = Limits { attributes: 500, ..Limits::default() };
    assert!(events_of(many("o:a7").as_bytes(), &limits).is_ok());
    for last in ["a7", "p:a7", "q:a7"] {
        let failure = events_of(many(last).as_bytes(), &limits).unwrap_err();
        assert!(failure.to_string().contains(&format!("`{last}` stands twice")), "{failure}");
    }
    // One name in many namespaces.
    let declared: String = (0..100).map(|n| format!(" xmlns:n{n}='u:{n}'")).collect();
    let used: String = (0..100).map(|n| format!(" n{n}:a=''")).collect();
    let one = |more: &str| format!("<r xmlns:q='u:7'{declared}{used}{more}/>");
    assert!(events_of(one("").as_bytes(), &limits).is_ok());
    let failure = events_of(one(" q:a=''").as_bytes(), &limits).unwrap_err();
    assert!(failure.to_string().contains("`q:a` stands twice"), "{failure}");
}

#[test]
fn refuses_what_is_not_well_formed() {
    let malformed = "xml-malformed";
    refuses("\n<?xml version='1.0'?><r/>", malformed, "only allowed at the very start");
    refuses("<r/><?xml version='1.0'?>", malformed, "only allowed at the very start");
    refuses("<r><?XML x?></r>", malformed, "only allowed at the very start");
    refuses("<?xml?><r/>", malformed, "not of the form");
    refuses("<?xml version='2.0'?><r/>", malformed, "not of the form");
    refuses("<?xml encoding='UTF-8' version='1.0'?><r/>", malformed, "not of the form");
    refuses("<?xml version='1.0' standalone='maybe'?><r/>", malformed, "not of the form");
    refuses("<?xml version='1.0'encoding='UTF-8'?><r/>", malformed, "not of the form");
    refuses("<r/><s/>", malformed, "second root");
    refuses("\u{FEFF}\u{FEFF}<r/>", malformed, "byte order mark stands twice");
    refuses("<r/>x", malformed, "text stands after");
    refuses("x<r/>", malformed, "text stands before");
    refuses("<r/>&amp;", malformed, "outside the root");
    refuses("<r/><![CDATA[x]]>", malformed, "outside the root");
    refuses("</r>", malformed, "has no start tag");
    refuses("<a><b></a></b>", malformed, "`</a>` closes `<b>`, which begins on line 1");
    refuses("<p:a/>", malformed, "the prefix `p` is not declared");
    refuses("<a p:b='1'/>", malformed, "the prefix `p` is not declared");
    refuses("<a xmlns:p='u:1'/ >", malformed, "`/` does not stand");
    refuses("<a b='1' b='2'/>", malformed, "`b` stands twice");
    refuses("<a xmlns:p='u:1' xmlns:q='u:1' p:b='1' q:b='2'/>", malformed, "`q:b` stands twice");
    refuses("<a xmlns='u:1' xmlns='u:2'/>", malformed, "`xmlns` stands twice");
    refuses("<a xmlns:p=''/>", malformed, "declared as nothing");
    refuses("<a xmlns:xmlns='u:1'/>", malformed, "may not be declared");
    refuses("<a xmlns:xml='u:1'/>", malformed, "fixed");
    refuses("<a xmlns='http://www.w3.org/2000/xmlns/'/>", malformed, "fixed");
    refuses("<a xmlns='urn:x '/>", malformed, "has a space");
    refuses("<a b='<'/>", malformed, "`<` stands inside");
    refuses("<a b='x&y'/>", malformed, "`&` is not followed by an entity");
    refuses("<a b='?a=1&b=2;'/>", malformed, "`&` is not followed by an entity");
    refuses("<a b=1/>", malformed, "not in quotes");
    refuses("<a b/>", malformed, "has no value");
    refuses("<a b='1'c='2'/>", malformed, "without a space");
    refuses("<a b&c='1'/>", malformed, "not a name");
    refuses("<1/>", malformed, "not a name");
    refuses("< a/>", malformed, "not a name");
    refuses("<a:b:c xmlns:a='u:1'/>", malformed, "not a name");
    refuses("<:a/>", malformed, "not a name");
    refuses("<a>x & y</a>", malformed, "`&` is not followed by an entity");
    refuses("<a>?x=1&y=2</a>", malformed, "`&` is not followed by an entity");
    refuses("<a>&nbsp;</a>", malformed, "`&nbsp;`");
    refuses("<a>&;</a>", malformed, "`&` is not followed by an entity");
    refuses("<a>]]></a>", malformed, "`]]>`");
    refuses("<a><!-- x -- y --></a>", malformed, "`--`");
    refuses("<a><!-- x ---></a>", malformed, "`--`");
    refuses("<a><!ENTITY x 'y'></a>", malformed, "`<!`");
    refuses("<a><? x?></a>", malformed, "`<?`");
    refuses("<a>\u{FFFE}</a>", malformed, "U+FFFE");
    refuses("<a>\u{1B}[2J</a>", malformed, "U+001B");
}

#[test]
fn refuses_references_to_what_is_no_character() {
    for reference in ["&#0;", "&#x0;", "&#xD800;", "&#xDFFF;", "&#xFFFE;", "&#8;", "&#x110000;", "&#99999999999;"] {
        refuses(&format!("<a>{reference}</a>"), "xml-malformed", "does not allow");
        refuses(&format!("<a b='{reference}'/>"), "xml-malformed", "does not allow");
    }
    for reference in ["&#;", "&#x;", "&#xG;", "&#-1;", "&#X41;", "&# 65;"] {
        refuses(&format!("<a>{reference}</a>"), "xml-malformed", "");
    }
    assert_eq!(read("<a>&#x1F600;&#09;</a>")[1], "text \"😀\\t\"");
}

#[test]
fn refuses_a_doctype_in_every_guise() {
    for text in [
        "<!DOCTYPE r><r/>",
        "<?xml version='1.0'?>\n<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>",
        "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><r>&b;</r>",
        "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1/x.dtd'>%p;]><r/>",
        "<!doctype r><r/>",
        "<!DOCTYPE response SYSTEM 'x\"><!--'><r><![CDATA[-->]]></r>",
        "<!--x--><!DOCTYPE r><r/>",
        "<!DOCTYPE r [",
        "<!DOCTYPE>",
        "<!DOCTYPE",
        "<r><!DOCTYPE r></r>",
        "<r/><!DOCTYPE r>",
    ] {
        refuses(text, "doctype", "DOCTYPE");
    }
    let failure = refusal(&[&[0xFF, 0xFE], utf16("<!DOCTYPE r><r/>", false).as_slice()].concat());
    assert_eq!(failure.code(), "doctype");
}

// attacks 4.1: X1, X2; the documents of the test data that defusedxml and signxml share.
#[test]
fn bombs_and_files_behind_entities_are_refused_before_anything_is_expanded_or_fetched() {
    let bomb = (1..=9).map(|n| format!("<!ENTITY e{n} '{}'>", format!("&e{};", n - 1).repeat(10))).collect::<String>();
    for (row, declarations) in [
        ("xmlbomb", format!("<!DOCTYPE r [<!ENTITY e0 'lol'>{bomb}]><r>&e9;</r>")),
        ("quadratic", format!("<!DOCTYPE r [<!ENTITY a '{0}'>]><r>{1}</r>", "a".repeat(10_000), "&a;".repeat(1000))),
        ("cyclic", "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><r>&a;</r>".to_owned()),
        ("external", "<!DOCTYPE r [<!ENTITY a SYSTEM 'http://127.0.0.1:9/x'>]><r>&a;</r>".to_owned()),
        ("external_file", "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><r>&a;</r>".to_owned()),
        ("dtd", "<!DOCTYPE r PUBLIC '-//x//EN' 'http://127.0.0.1:9/x.dtd'><r/>".to_owned()),
        ("parameter entity", "<!DOCTYPE r [<!ENTITY % a SYSTEM 'file:///etc/hostname'>%a;]><r/>".to_owned()),
        ("default attribute", "<!DOCTYPE r [<!ATTLIST r ID ID '_1'>]><r/>".to_owned()),
    ] {
        let begun = std::time::Instant::now();
        assert_eq!(refusal(declarations.as_bytes()).code(), "doctype", "{row}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(1), "{row}");
    }
    refuses("<r>&lol;</r>", "xml-malformed", "`&lol;`");
    refuses("<r a='&lol;'/>", "xml-malformed", "`&lol;`");
    // An inclusion is an element like any other, and nothing is fetched.
    let inclusion = "<r xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='file:///etc/hostname'/></r>";
    assert_eq!(
        read(inclusion),
        [
            "<{}r",
            "<{http://www.w3.org/2001/XInclude}include {}href=\"file:///etc/hostname\"",
            ">{http://www.w3.org/2001/XInclude}include",
            ">{}r",
        ]
    );
}

// attacks 4.1: X7; CVE-2020-29509 (attributes), CVE-2020-29510 (directives), CVE-2020-29511 (elements).
#[test]
fn what_others_write_back_differently_is_refused_or_means_what_it_says() {
    for text in [
        "<x::r xmlns:x='u:1'/>",
        "<r><x::e xmlns:x='u:1'></::e></r>",
        "<r></x::e></r>",
        "<:r/>",
        "<x: xmlns:x='u:1'>",
        "</x:>",
        "<r><e ::a='1'/></r>",
        "<r :='1'/>",
        "<r :a='1'/>",
        "<r xmlns:x='u:1' x:='1'/>",
        "<r xmlns='u:1' xmlns:='u:2'/>",
        "<r xmlns='u:1' xmlns='u:2'/>",
        "<r><! <<!-- -->!-->\"--> \" ><! \">\" <x/>></r>",
        "<r><! <<!-- -->!-- x --> y></r>",
        "<! \">\" <x/>><r/>",
        "<!name <!-- c --><n <m>>><r/>",
        "<r>]]></r>",
        "<r x:a='1'/>",
    ] {
        refuses(text, "xml-malformed", "");
    }
    // The namespace of an attribute does not follow from that of its element, nor the other way.
    assert_eq!(
        read("<x:r xmlns:x='u:1' xmlns='u:2' x:a='1' a='2'><r/></x:r>"),
        ["<{u:1}r {u:1}a=\"1\" {}a=\"2\"", "<{u:2}r", ">{u:2}r", ">{u:1}r"]
    );
}

#[test]
fn tells_a_document_that_ends_early() {
    for text in ["<r>", "<r><a/>", "<r a='", "<r", "<", "<r><!-- ", "<r><![CDATA[x", "<r><?p", "<r></r", "<r>x"] {
        refuses(text, "xml-truncated", "f.xml:1:");
    }
    let failure = refusal(b"<a>\n<b c='1'>\n<d/>");
    assert!(failure.to_string().contains("ends inside `<b>`, which begins on line 2"), "{failure}");
    refuses("", "empty-document", "empty");
    refuses(" \n\t", "empty-document", "empty");
    refuses("<!-- nothing else -->", "empty-document", "no root");
}

#[test]
fn tells_what_a_document_is_that_is_no_xml() {
    refuses("<!DOCTYPE html>\n<html><body>Sign in", "html-not-metadata", "web page");
    refuses("<!doctype HTML PUBLIC '-//W3C//DTD'><p>", "html-not-metadata", "web page");
    refuses("<HTML><head>", "html-not-metadata", "web page");
    refuses("<html xmlns='http://www.w3.org/1999/xhtml'/>", "html-not-metadata", "web page");
    refuses(" {\"issuer\": \"x\"}", "json-not-xml", "JSON");
    refuses("-----BEGIN CERTIFICATE-----\nMIIB\n", "certificate-not-metadata", "certificate");
    refuses("MIIDpDCCAoygAwIBAgIGAV", "certificate-not-metadata", "certificate");
    assert_eq!(refusal(&[0x30, 0x82, 3, 4, 0x30]).code(), "certificate-not-metadata");
    assert_eq!(refusal(&[0x1F, 0x8B, 8, 0]).code(), "compressed-document");
}

#[test]
fn a_private_key_is_refused_and_no_byte_of_it_shown() {
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        let pem = format!(
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN {label}-----\nc2VjcmV0\n"
        );
        let failure = refusal(pem.as_bytes());
        assert_eq!(failure.code(), "private-key");
        assert!(!format!("{failure:?}").contains("c2VjcmV0"));
    }
}

#[test]
fn reads_every_encoding_that_is_declared_or_shown() {
    let wanted = ["<{}r {}a=\"ü€\"", "text \"大\"", ">{}r"];
    let body = "<r a='ü€'>大</r>";
    let declared = |label: &str| format!("<?xml version='1.0' encoding='{label}'?>{body}");
    let mark = |bytes: &[u8], text: Vec<u8>| [bytes, text.as_slice()].concat();
    let inputs = [
        body.as_bytes().to_vec(),
        declared("utf-8").into_bytes(),
        mark(b"\xEF\xBB\xBF", declared("UTF-8").into_bytes()),
        mark(&[0xFF, 0xFE], utf16(body, false)),
        mark(&[0xFE, 0xFF], utf16(&declared("UTF-16"), true)),
        utf16(&declared("UTF-16LE"), false),
        utf16(&declared("utf-16"), true),
    ];
    for input in inputs {
        assert_eq!(events_of(&input, &Limits::default()).unwrap(), wanted, "{input:?}");
    }
    for (label, bytes, wanted) in [
        ("ISO-8859-1", b"<r a='\xFC'/>".as_slice(), "<{}r {}a=\"ü\""),
        ("windows-1252", b"<r a='\x80'/>", "<{}r {}a=\"€\""),
        ("ISO-8859-15", b"<r a='\xA4'/>", "<{}r {}a=\"€\""),
        ("US-ASCII", b"<r a='u'/>", "<{}r {}a=\"u\""),
    ] {
        let input = mark(format!("<?xml version=\"1.0\" encoding=\"{label}\"?>").as_bytes(), bytes.to_vec());
        assert_eq!(events_of(&input, &Limits::default()).unwrap()[0], wanted, "{label}");
    }
}

#[test]
fn refuses_bytes_that_contradict_the_encoding() {
    let mark = |bytes: &[u8], text: &[u8]| [bytes, text].concat();
    let utf16_without_declaration = utf16("<r/>", false);
    let padded = format!("<?xml version='1.0'{}encoding='ISO-8859-1'?><r/>", " ".repeat(600));
    let inputs: Vec<Vec<u8>> = vec![
        b"<r a='\xFC'/>".to_vec(),
        b"<r>\xC0\xAF</r>".to_vec(),
        b"<r>\xED\xA0\x80</r>".to_vec(),
        b"<?xml version='1.0' encoding='UTF-16'?><r/>".to_vec(),
        b"<?xml version='1.0' encoding='UTF-7'?><r>+ADw-</r>".to_vec(),
        b"<?xml version='1.0' encoding='US-ASCII'?><r>\xFC</r>".to_vec(),
        b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><r/>".to_vec(),
        mark(&[0xFF, 0xFE], &utf16("<?xml version='1.0' encoding='UTF-8'?><r/>", false)),
        mark(&[0xFF, 0xFE], &[utf16("<r>", false).as_slice(), &[0, 0xD8, 65, 0]].concat()),
        mark(&[0xFF, 0xFE], &[utf16("<r/>", false).as_slice(), &[32]].concat()),
        utf16_without_declaration,
        vec![0xFF, 0xFE, 0, 0, 60, 0, 0, 0],
        padded.into_bytes(),
    ];
    for input in inputs {
        let failure = refusal(&input);
        assert_eq!(failure.code(), "xml-encoding", "{input:?}: {failure}");
    }
    assert!(refusal(b"<r>\n\xC3\xBC\xFC</r>").to_string().starts_with("f.xml:2:2: "));
}

#[test]
fn every_limit_has_a_code_of_its_own() {
    let refused = |text: String, limits: Limits| events_of(text.as_bytes(), &limits).unwrap_err().code();
    let limits = Limits::default;
    assert_eq!(refused("<a>".repeat(10_000), limits()), "xml-too-deep");
    let attributes: String = (0..300).map(|n| format!(" a{n}=''")).collect();
    assert_eq!(refused(format!("<r{attributes}/>"), limits()), "xml-too-many-attributes");
    let declarations: String = (0..20).map(|n| format!(" xmlns:a{n}='u:{n}'")).collect();
    assert_eq!(refused(format!("<r{declarations}>").repeat(20), limits()), "xml-too-many-namespaces");
    // Few declarations of many bytes: of one element, and of several around each other.
    let long = |bytes: usize| format!("<a xmlns:p='urn:{}'>", "u".repeat(bytes));
    assert_eq!(refused(long(20_000), limits()), "xml-namespaces-too-large");
    assert_eq!(refused(long(1000).repeat(20), limits()), "xml-namespaces-too-large");
    assert_eq!(refused(long(4000).repeat(4), limits()), "xml-truncated");
    assert!(events_of(format!("<r>{}</r>", format!("{}</a>", long(10_000)).repeat(10)).as_bytes(), &limits()).is_ok());
    assert_eq!(refused(format!("<{}/>", "n".repeat(2000)), limits()), "xml-name-too-long");
    assert_eq!(refused(format!("<r a='{}'/>", "v".repeat((1 << 20) + 1)), limits()), "xml-value-too-long");
    assert_eq!(refused(format!("<r a='{}'/>", "v".repeat(5 << 20)), limits()), "xml-piece-too-large");
    assert_eq!(refused(format!("<r>{}</r>", "t".repeat(5 << 20)), limits()), "xml-piece-too-large");
    assert_eq!(
        refused(format!("<r>{}</r>", "a run of some text &#65;".repeat(1 << 18)), limits()),
        "xml-piece-too-large"
    );
    assert_eq!(refused(format!("<r><!--{}--></r>", "c".repeat(5 << 20)), limits()), "xml-piece-too-large");
    assert_eq!(refused(format!("<r>{}</r>", "<a/>".repeat(100_000)), limits()), "xml-too-dense");
    assert_eq!(refused(format!("<r>{}</r>", "<a>&lt;</a>".repeat(100_000)), limits()), "xml-too-dense");
    assert_eq!(refused(format!("<r>{}</r>", "<!---->".repeat(400_000)), limits()), "xml-too-dense");
    let references = format!("<a b='{}'/>", "&#65;".repeat(1000));
    assert_eq!(refused(format!("<r>{}</r>", references.repeat(100)), limits()), "xml-too-dense");
    assert_eq!(refused(format!("<r>{}</r>", "\r".repeat(100_000)), limits()), "xml-too-dense");
    let small = Limits { bytes: 30_000, ..Limits::default() };
    assert_eq!(refused(format!("<r>{}</r>", "<a/>".repeat(10_000)), small.clone()), "input-too-large");
    let wide = utf16(&format!("<r>{}</r>", "<a/>".repeat(10_000)), false);
    let input = [[0xFF, 0xFE].as_slice(), &wide].concat();
    assert_eq!(events_of(&input, &small).unwrap_err().code(), "input-too-large");
}

#[test]
fn an_endless_input_is_refused_in_bounded_memory() {
    let endless = BufReader::new(std::io::Read::chain(b"<r>".as_slice(), std::io::repeat(b' ')));
    let mut reader = Reader::new(endless, "f.xml", &Limits::default()).unwrap();
    let failure = loop {
        match reader.next() {
            Ok(_) => {}
            Err(failure) => break failure,
        }
    };
    assert_eq!(failure.code(), "xml-piece-too-large");
}

#[test]
fn a_document_is_not_read_on_after_it_was_refused() {
    let mut reader = Reader::new(b"<r>&x;</r>".as_slice(), "f.xml", &Limits::default()).unwrap();
    reader.next().unwrap();
    assert_eq!(reader.next().unwrap_err().code(), "xml-malformed");
    assert_eq!(reader.next().unwrap_err().code(), "bug");
}

#[test]
fn a_line_end_may_be_split_over_two_reads() {
    for size in 1..12 {
        let text = b"<r>a\r\nb\r\n<!DOCTYPE x></r>".as_slice();
        let mut reader = Reader::new(BufReader::with_capacity(size, text), "f.xml", &Limits::default()).unwrap();
        let failure = loop {
            match reader.next() {
                Ok(_) => {}
                Err(failure) => break failure,
            }
        };
        assert!(failure.to_string().starts_with("f.xml:3:1: "), "{size}: {failure}");
    }
}

/// Pieces of markup in any order: near enough to XML to reach every branch.
fn fragments() -> impl Strategy<Value = Vec<u8>> {
    let piece = proptest::sample::select(vec![
        "<a>",
        "</a>",
        "<a/>",
        "<p:b xmlns:p='u:1' p:c=\"&lt;\">",
        "</p:b>",
        "<",
        ">",
        "&",
        ";",
        "&#x41;",
        "&#0;",
        "'",
        "\"",
        "=",
        " ",
        "\r\n",
        "\r",
        "<!--",
        "-->",
        "--",
        "<![CDATA[",
        "]]>",
        "<?p ",
        "?>",
        "<!DOCTYPE a",
        "[",
        "]",
        "<?xml version='1.0' encoding='UTF-8'?>",
        "<?xml version='1.0' encoding='ISO-8859-1'?>",
        "\u{FEFF}",
        "\u{FFFF}",
        "ü",
        "大",
        "\0",
        "xmlns",
        "<!",
        "<!>",
        "<!-->",
        "<!--->",
        "<?>",
        "<??>",
        "</>",
        "<>",
    ]);
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest::proptest! {
    #[test]
    fn no_input_makes_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        drop(events_of(&bytes, &Limits::default()));
    }

    #[test]
    fn no_markup_makes_it_panic_and_chunks_do_not_matter(bytes in fragments()) {
        let small = Limits { bytes: 300, depth: 4, attributes: 2, namespaces: 2, declared: 40, name: 4, value: 8, piece: 60, dense: 20 };
        drop(events_of(&bytes, &small));
        let chunked = events_of(&bytes, &Limits::default()).map_err(|failure| failure.to_string());
        for step in [1, 2, 3, 64, 1 << 16] {
            let other = events_by(&bytes, &Limits::default(), step).map_err(|failure| failure.to_string());
            proptest::prop_assert_eq!(&chunked, &other, "{} bytes at a time", step);
        }
        let mut reader = match Reader::new(bytes.as_slice(), "f.xml", &Limits::default()) {
            Ok(reader) => reader,
            Err(failure) => {
                proptest::prop_assert_eq!(chunked.unwrap_err(), failure.to_string());
                return Ok(());
            }
        };
        let whole = loop {
            match reader.next() {
                Ok(Event::Eof) => break None,
                Ok(_) => {}
                Err(failure) => break Some(failure.to_string()),
            }
        };
        proptest::prop_assert_eq!(chunked.err(), whole);
    }
}

#[test]
fn a_source_that_fails_is_told_apart_from_a_document_that_does() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let refused = Reader::new(BufReader::new(Broken), "f.xml", &Limits::default()).map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), "input-unreadable");
}
