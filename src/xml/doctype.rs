//! The grammar of the one DOCTYPE that may be passed over: a name and an external ID, and no
//! internal subset, which is where entities are defined (xml 2.8, 4.2.2).
//!
//! It is held against the whole text from `<!DOCTYPE` to `>`, so that a `>` inside a quoted
//! literal, or a comment that another reader would see there, cannot move its end.

use crate::xml::characters::is_ncname;
use crate::xml::characters::is_space;

/// The longest that is waited for; real ones have about a hundred bytes.
pub(super) const LONGEST: usize = 2 << 10;

/// Whether it names an external ID and does nothing else. What it names is never looked at.
pub(super) fn is_external(text: &str) -> bool {
    rest_of_external(text).is_some_and(|rest| rest.trim_matches(blank) == ">")
}

fn rest_of_external(text: &str) -> Option<&str> {
    if text.len() > LONGEST {
        return None;
    }
    let rest = spaced(text.strip_prefix("<!DOCTYPE")?)?;
    let end = rest.find(blank)?;
    let (name, rest) = (&rest[..end], spaced(&rest[end..])?);
    if !is_ncname(name) {
        return None;
    }
    match rest.strip_prefix("SYSTEM") {
        Some(rest) => literal(spaced(rest)?),
        None => {
            let public = literal(spaced(rest.strip_prefix("PUBLIC")?)?)?;
            literal(spaced(public)?)
        }
    }
}

/// What follows the spaces that must be there.
fn spaced(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(blank);
    (rest.len() < text.len()).then_some(rest)
}

/// What follows a quoted literal. One with markup in it is made for readers that end it elsewhere.
fn literal(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (literal, rest) = text[1..].split_once(quote)?;
    (!literal.contains(['<', '>'])).then_some(rest)
}

fn blank(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_space)
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use crate::error::Failure;
    use crate::xml::Event;
    use crate::xml::Limits;
    use crate::xml::Reader;

    /// The text of a document whose DOCTYPE may be passed over, read `step` bytes at a time.
    fn read(text: &[u8], step: usize) -> Result<String, Failure> {
        let input = BufReader::with_capacity(7, text);
        let mut reader = Reader::new(input, "f.xml", &Limits::default())?.passing_external_doctype().narrow(step);
        let mut all = String::new();
        loop {
            match reader.next()? {
                Event::Text(text) => all.push_str(text),
                Event::Eof => return Ok(all),
                Event::Start(_) | Event::End(_) | Event::Comment(_) | Event::Instruction(..) => {}
            }
        }
    }

    #[test]
    fn one_with_an_external_id_is_passed_over_unread() {
        for doctype in [
            "<!DOCTYPE r SYSTEM \"https://127.0.0.1:9/user_list_output.dtd\">",
            "<!DOCTYPE r SYSTEM 'file:///etc/hostname'>",
            "<!DOCTYPE\nr\r\n\tSYSTEM  'x' >",
            "<!DOCTYPE r PUBLIC '-//x//EN' 'http://127.0.0.1:9/x.dtd'>",
            "<!-- before --><!DOCTYPE r SYSTEM ''><?after it?>",
            "<!DOCTYPE r SYSTEM '[]'>",
        ] {
            let text = format!("<?xml version='1.0' encoding='UTF-8' ?>\n{doctype}\n<r>a<![CDATA[&b]]></r>");
            for step in [1, 5, 64 << 10] {
                assert_eq!(read(text.as_bytes(), step).unwrap(), "a&b", "{doctype} by {step}");
            }
        }
    }

    // attacks 4.1: X1, X2, X3, where a DOCTYPE may be passed over.
    #[test]
    fn any_other_is_refused_as_ever() {
        let bomb = (1..=9).map(|n| format!("<!ENTITY e{n} '{}'>", format!("&e{};", n - 1).repeat(10)));
        let bomb = format!("<!DOCTYPE r SYSTEM 'x' [<!ENTITY e0 'lol'>{}]><r>&e9;</r>", bomb.collect::<String>());
        let long = format!("<!DOCTYPE r SYSTEM '{}'><r/>", "x".repeat(4096));
        for text in [
            "<!DOCTYPE r><r/>",
            "<!DOCTYPE r []><r/>",
            "<!DOCTYPE r SYSTEM 'x' []><r/>",
            "<!DOCTYPE r SYSTEM 'x' [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><r>&a;</r>",
            "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x.dtd'>%p;]><r/>",
            "<!DOCTYPE r SYSTEM x><r/>",
            "<!DOCTYPE r SYSTEM><r/>",
            "<!DOCTYPE r SYSTEM 'x' 'y'><r/>",
            "<!DOCTYPE r PUBLIC 'x'><r/>",
            "<!DOCTYPE r system 'x'><r/>",
            "<!doctype r SYSTEM 'x'><r/>",
            "<!DOCTYPE 1 SYSTEM 'x'><r/>",
            "<!DOCTYPEr SYSTEM 'x'><r/>",
            "<!DOCTYPE r SYSTEM'x'><r/>",
            "<!DOCTYPE r SYSTEM 'x'",
            "<!DOCTYPE r SYSTEM 'x",
            "<!DOCTYPE r SYSTEM 'x'><!DOCTYPE r SYSTEM 'x'><r/>",
            "<r><!DOCTYPE r SYSTEM 'x'></r>",
            "<r/><!DOCTYPE r SYSTEM 'x'>",
            "<!DOCTYPE response SYSTEM 'x\"><!--'><r><![CDATA[-->]]></r>",
            "<!DOCTYPE response SYSTEM \"x'><!--\"><r><![CDATA[-->]]></r>",
            &bomb,
            &long,
        ] {
            for step in [1, 5, 64 << 10] {
                let failure = read(text.as_bytes(), step).unwrap_err();
                assert_eq!(failure.code(), "doctype", "{text} by {step}: {failure}");
            }
        }
        assert_eq!(read(b"<!DOCTYPE html><p>Sign in", 5).unwrap_err().code(), "html-not-metadata");
    }

    #[test]
    fn no_entity_becomes_known_by_it() {
        for text in ["<r>&nbsp;</r>", "<r a='&x;'/>"] {
            let failure = read(format!("<!DOCTYPE r SYSTEM 'x'>{text}").as_bytes(), 64).unwrap_err();
            assert_eq!(failure.code(), "xml-malformed", "{text}");
        }
    }
}
