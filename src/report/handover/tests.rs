//! How sheets look, and that what is written is read back.

use super::*;
use crate::export::handover::Pem;
use crate::export::handover::Side;
use crate::export::handover::compare::compare;
use crate::export::handover::read;
use crate::model::printable;
use crate::model::time::Time;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Reader;

fn field(label: &str, content: Content) -> Entry {
    Entry {
        label: label.to_owned(),
        path: "name".to_owned(),
        need: "required",
        help: None,
        separator: None,
        yes_no: false,
        content,
    }
}

fn sheet(entries: Vec<Entry>) -> Sheet {
    let part = |title: &str, body| Part { title: title.to_owned(), note: None, body };
    Sheet {
        connection: "c".to_owned(),
        provider: "acme".to_owned(),
        side: Side::Vendor,
        title: "Acme <b>&\"'".to_owned(),
        date: "2026-11-22".to_owned(),
        prerequisites: vec!["a licence of *gold* `x` <i>".to_owned()],
        parts: vec![
            part("Page <script>alert(1)</script>", Body::Fields(entries)),
            part("Letter", Body::Letter("``` </pre>".to_owned())),
        ],
    }
}

/// Every kind of content, with text in it that is markup somewhere.
fn hostile() -> Sheet {
    let text = "<script>alert(1)</script> ]]> & \" ' ` `` | ** [x](javascript:y) \u{1b}[2J \u{202e}";
    let certificate = Pem {
        pem: "-----BEGIN\n-----END\n".to_owned(),
        sha1: "aa".to_owned(),
        sha256: "bb".to_owned(),
        not_after: Time::from_unix(0).unwrap(),
    };
    sheet(vec![
        field(text, Content::Given(text.to_owned())),
        field("lines", Content::Given(format!("{text}\n```\n# {text}\n- **x**: y"))),
        field("several", Content::Several(vec![text.to_owned(), "b".to_owned()])),
        Entry {
            separator: Some("|".to_owned()),
            ..field("list", Content::Several(vec!["a".to_owned(), "b".to_owned()]))
        },
        field("certificate", Content::Certificates(vec![certificate])),
        field("default", Content::Default(text.to_owned())),
        field("unknown", Content::Unknown(text.to_owned())),
        field("shown", Content::Shown(text.to_owned())),
        field("none", Content::None(text.to_owned())),
        field("fallback", Content::Fallback(text.to_owned())),
        field("secret", Content::Secret),
        field("not set", Content::NotSet),
        Entry { help: Some(text.to_owned()), ..field("missing", Content::Missing) },
    ])
}

/// Names of the elements of a page, and of its attributes; panics where it is not well-formed.
fn names(page: &str) -> Vec<String> {
    // The reader refuses web pages by their look; this one is XML all the same.
    let page = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let page = page.replace("<html lang", "<page lang").replace("</html>", "</page>");
    let mut reader = Reader::new(page.as_bytes(), "page", &Limits::default()).unwrap();
    let mut names = Vec::new();
    loop {
        match reader.next().unwrap() {
            Event::Start(start) => {
                names.push(start.local().to_owned());
                names.extend(start.attributes().map(|attribute| format!("@{}", attribute.local)));
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn the_page_is_well_formed_and_nothing_in_it_is_markup() {
    let page = html::write(&hostile());
    let names = names(&page);
    for bad in ["script", "b", "i", "a", "img", "link", "@href", "@src", "@onclick"] {
        assert!(!names.iter().any(|name| name == bad), "{bad}: {page}");
    }
    assert!(
        names.contains(&"dl".to_owned()) && page.contains("color-scheme:light dark") && page.contains("@media print")
    );
    assert!(
        page.contains("default-src 'none'")
            && !page.contains("url(")
            && !page.contains('\u{1b}')
            && !page.contains('\u{202e}')
    );
}

#[test]
fn the_same_page_is_markdown_that_drives_nothing() {
    let text = markdown::write(&hostile());
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    assert!(text.contains("## Page \\<script>alert(1)\\</script>"), "{text}");
    assert!(text.contains("- **not set** (required): (not set)\n"), "{text}");
    assert!(text.contains("- **list** (required): `a|b`\n"), "{text}");
    assert!(text.contains("a licence of \\*gold\\* `x` \\<i>"), "{text}");
}

#[test]
fn what_is_written_is_read_back() {
    // The values of this one: markup, but no pretended certificate, which nobody could read back.
    let mut own = hostile();
    if let Body::Fields(entries) = &mut own.parts[0].body {
        entries.retain(|entry| !matches!(entry.content, Content::Certificates(_)) && !entry.label.contains("script"));
    }
    for text in [markdown::write(&own), document(&own).to_string(), format!("{:#}", document(&own))] {
        let found = compare(&own, &read::read(text.as_bytes(), "sheet", &own).unwrap());
        assert!(found.is_same(), "{found:#?}\n{text}");
        assert_eq!((found.same, found.not_compared.len()), (10, 1), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_value_comes_back_from_markdown_as_it_is_shown(value in "[^\r]{1,80}", label in "[a-zA-Z*\\[\\]<\\\\`_ ]{1,30}") {
        let label = label.trim();
        proptest::prop_assume!(!label.is_empty() && !value.trim().is_empty() && !label.contains("**") && !label.ends_with('*'));
        let own = sheet(vec![field(label, Content::Given(value.clone()))]);
        let text = markdown::write(&own);
        let said = read::read(text.as_bytes(), "sheet", &own).unwrap();
        proptest::prop_assert_eq!(said.len(), 1, "{}", text);
        proptest::prop_assert_eq!(&said[0].label, label);
        let shown: Vec<String> = value.lines().map(|line| printable(line).trim_end().to_owned()).collect();
        let found = said[0].value.clone().unwrap_or_default();
        let shown = shown.join("\n");
        proptest::prop_assert_eq!(found.trim(), shown.trim(), "{}", text);
    }
}
