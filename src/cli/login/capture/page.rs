//! The page that posts itself: the fields of its form, as a browser sends them.
//!
//! The tags say what a browser sends. Beside that, every other place of the page is looked at that another reader, or a
//! browser that cuts the page apart in another way, could take for the field: however it is cut, a field of this
//! name has `name=` before the name. What a script of the page does with the field cannot be known, so that
//! a script that names it makes the page ambiguous; what a script does without naming it is not seen.

use crate::cli::login::capture::fields;
use crate::cli::login::capture::fields::Fields;
use crate::cli::login::capture::fields::NAMES;
use crate::cli::login::capture::fields::url;
use crate::cli::login::capture::references::Place;
use crate::cli::login::capture::references::decoded;
use crate::cli::login::capture::tags::Piece;
use crate::cli::login::capture::tags::Tag;
use crate::cli::login::capture::tags::Tags;
use crate::cli::login::capture::tags::contains;

/// What a browser sends only where somebody presses or chooses it, if at all.
const NOT_SENT: [&str; 7] = ["button", "checkbox", "file", "image", "radio", "reset", "submit"];
/// Elements within which no field is sent.
const SILENT: [&str; 5] = ["datalist", "fieldset", "math", "svg", "template"];

/// Takes the fields of a page.
pub(super) fn fields(page: &str, fields: &mut Fields) {
    let mut lines = Lines { page, counted: 0, line: 1 };
    if page.contains('\u{1b}') {
        fields.unclear("a byte that leads to another character set (ESC)");
    }
    let mut silent = [0_u32; SILENT.len()];
    let mut seen = 0;
    let mut tags = Tags::of(page);
    while let Some(piece) = tags.next() {
        let tag = match piece {
            Piece::Unclear(at, what) => {
                fields.unclear(&format!("line {} of the page, {what}", lines.at(at)));
                continue;
            }
            Piece::Tag(tag) => tag,
        };
        for (element, depth) in SILENT.iter().zip(&mut silent).filter(|(element, _)| tag.is(element)) {
            *depth = match tag.ends {
                true => depth.saturating_sub(1),
                false if *element == "fieldset" && *depth == 0 && tag.attribute("disabled").is_none() => 0,
                false => *depth + 1,
            };
        }
        if tag.ends {
            continue;
        }
        let is_silent = silent.iter().any(|depth| *depth > 0) || tag.start < tags.switched_off();
        let mut place = |what: &str| format!("line {} of the page{what}", lines.at(tag.start));
        if let Some(name) = tag.attribute("name") {
            let value = sent(&tag).filter(|_| !is_silent);
            seen += u32::from(match value {
                Some(value) => fields.add(&name, || value, || place("")),
                None => fields.suspect(&name, || place(", which a browser need not send")),
            });
        }
        if let Some(name) = tag.attribute("dirname") {
            fields.suspect(&name, || place(", by `dirname`"));
        }
        for address in ["action", "formaction"].into_iter().filter_map(|name| tag.attribute(name)) {
            let mut of_address = Fields::default();
            url(&address, &mut of_address);
            fields.suspects(of_address, || place(", in the address that it is sent to"));
        }
        let scripts = tag.acting.iter().copied().chain(tag.text.filter(|_| tag.is("script")));
        for script in scripts {
            let script = run(script);
            for name in NAMES.into_iter().filter(|name| contains(&script, name)) {
                fields.suspect(name, || place(", in a script or an address, which may put another value there"));
            }
        }
        let within = |name: &str| tag.attribute(name).is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("data:"));
        let runs = ["embed", "frame", "iframe", "script"].into_iter().any(|element| tag.is(element));
        if tag.attribute("srcdoc").is_some() || within("src") && runs || within("data") {
            fields.unclear(&place(", a page or a script within the page"));
        }
        if tag.is("meta") && charset(&tag).is_some_and(|charset| !is_read(&charset)) {
            fields.unclear(&place(", another character set"));
        }
    }
    for name in named(page).into_iter().skip(seen as usize) {
        fields.suspect(name, || "what is no field of the page: a comment, a text, or the value of an attribute".to_owned());
    }
}

/// A script or an address as it is run: without the ways to write a name in other characters.
fn run(text: &str) -> String {
    let text = decoded(text, Place::Text);
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // `\u0052`, `\u{52}`, `\x52`; whatever else is escaped so stays as it is.
        let digits = |head: &str, length: usize| Some((part.strip_prefix(head)?.get(..length)?, head.len() + length));
        let braced = part.strip_prefix("u{").and_then(|rest| rest.split_once('}')).map(|(hex, _)| (hex, hex.len() + 3));
        let found = braced.or_else(|| digits("u", 4)).or_else(|| digits("x", 2));
        let escaped = found.and_then(|(hex, length)| {
            Some((u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?, part.get(length..)?))
        });
        match escaped {
            Some((decoded, rest)) => plain.extend([&*decoded.to_string(), rest]),
            None => plain.extend(["\\", part]),
        }
    }
    // In an address the name may be percent-encoded.
    format!("{plain}\n{}", fields::plain(&plain))
}

/// The character set that a page says it is in.
fn charset(tag: &Tag<'_>) -> Option<String> {
    let named = || {
        let content = tag.attribute("content")?.to_ascii_lowercase();
        let (_, named) = content.split_once("charset")?;
        let named = named.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
        Some(named.split(['"', '\'', ';', ' ', ',']).next().unwrap_or_default().to_owned())
    };
    tag.attribute("charset").map(|charset| charset.trim().to_ascii_lowercase()).or_else(named)
}

/// Whether the tags of a page in this character set are those that are read here: each byte of ASCII is itself.
fn is_read(charset: &str) -> bool {
    ["utf-8", "utf8", "ascii", "us-ascii", "latin1"].contains(&charset)
        || ["iso-8859-", "iso8859-", "windows-125"].into_iter().any(|family| charset.starts_with(family))
}

/// The value that a browser sends of this element; nothing where it sends none by itself.
fn sent(tag: &Tag<'_>) -> Option<String> {
    let kind = tag.attribute("type").unwrap_or_default();
    let is_sent = tag.attribute("disabled").is_none();
    if tag.is("input") && is_sent && !NOT_SENT.iter().any(|none| kind.eq_ignore_ascii_case(none)) {
        return Some(tag.attribute("value").unwrap_or_default());
    }
    let text = tag.text.filter(|_| is_sent && tag.is("textarea"))?;
    Some(decoded(text, Place::Text).trim().to_owned())
}

/// The names of a login that stand behind `name=` wherever in this text, in order.
pub(super) fn named(text: &str) -> Vec<&'static str> {
    let plain = decoded(text, Place::Text).to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in plain.match_indices("name") {
        // A blank and a quote may stand around the sign.
        let Some(value) = plain[at + 4..].trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start();
        let value = value.strip_prefix(['"', '\'']).unwrap_or(value).trim_start();
        let is_it = |name: &&str| {
            let rest = value.get(..name.len()).filter(|word| word.eq_ignore_ascii_case(name)).map(|_| &value[name.len()..]);
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || "_-".contains(next)))
        };
        found.extend(NAMES.into_iter().find(is_it));
    }
    found
}

/// Counts lines on the way through a page.
struct Lines<'p> {
    page: &'p str,
    counted: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a place that is not before the last one.
    fn at(&mut self, place: usize) -> usize {
        self.line += self.page.as_bytes()[self.counted..place].iter().filter(|byte| **byte == b'\n').count();
        self.counted = place;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::login::capture::Message;

    fn found(page: &str) -> Option<Message> {
        let mut all = Fields::default();
        fields(page, &mut all);
        all.message()
    }

    #[test]
    fn a_field_is_read_as_a_browser_reads_it() {
        let carried = |value: &str| Some(Message::Carried(value.to_owned()));
        for page in [
            "<input name=SAMLResponse value=x/y=>",
            "<INPUT/NAME='SAMLResponse'value=\"x/y=\">",
            "<input\nvalue = 'x&sol;y&#61;'\tname = \"SAMLResponse\" / >",
            "<input value='x&#47y&#x3D' name='SAML&#82esponse'>",
            // The first of two attributes.
            "<input name=SAMLResponse name=other value='x/y=' value=z>",
            "<textarea hidden name=SAMLResponse value=no>\n x&#47y=\n</textarea>",
            // Nobody closes it.
            "<textarea name=SAMLResponse>x/y=",
            // What names it and is none.
            "<title>SAMLResponse</title><!-- the SAMLResponse --><label for=SAMLResponse><input id=SAMLResponse type=hidden name=SAMLResponse value=x/y=>",
            "<!-- <input name=RelayState> --><script>document.forms[0].submit()</script><input name=SAMLResponse value=x/y=>",
            "<body onload='document.forms[0].submit()'><svg><title>Logo</title></svg><form action='https://sp.example.org/acs?x=1'><input name=SAMLResponse value=x/y=><noscript><input type=submit value='Go on'></noscript></form>",
            "<form><input name=q></form><form><input name=SAMLResponse value=x/y=><button name=go value=1></form>",
            "<template><input name=a></template><fieldset><input name=SAMLResponse value=x/y=></fieldset>",
            "<meta charset=UTF-8><meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'><link href='data:,' rel=icon><script src=a.js></script><input name=SAMLResponse value=x/y=>",
        ] {
            assert_eq!(found(page), carried("x/y="), "{page}");
        }
        for page in [
            "<inputs value=x>",
            "<input value='SAMLResponse'>",
            "<input name=",
            "<textarea",
            "<",
            "<svg><style><a></style><input name=a>",
            "<iframe srcdoc='<p>'></iframe><script>SAMLResponses</script>",
        ] {
            assert!(matches!(found(page), None | Some(Message::Ambiguous { .. })), "{page}");
        }
        for page in ["<input value='SAMLResponse'>", "<input name=", "<", "<svg><style><a></style><input name=a>"] {
            assert_eq!(found(page), None, "{page}");
        }
    }

    // Whichever of the two a reader takes, the other one may be what the vendor gets.
    #[test]
    fn a_second_field_is_found_wherever_it_hides() {
        let good = "<input name=SAMLResponse value=good>";
        for page in [
            // Comments, and what is taken for one.
            "<!-- <input name=SAMLResponse value=bad> -->GOOD",
            "<!-- <input title=\" -->GOOD<!-- \" name=SAMLResponse value=bad> -->",
            "<!-->GOOD<input name=SAMLResponse value=bad>-->",
            "<? <input name='SAMLResponse' value=bad>GOOD",
            "<![CDATA[ <input name='SAMLResponse' value=bad> ]]>GOOD",
            // Text of elements.
            "<script>document.write(\"<input name='SAMLResponse' value=bad>\")</script>GOOD",
            "GOOD<script>document.forms[0].SAMLResponse.value = bad</script>",
            "GOOD<body onload=\"document.forms[0].samlresponse.value = 'bad'\">",
            "GOOD<body ONLOAD=\"document.forms[0]['SAML&#82;esponse'].value = 'bad'\">",
            "GOOD<script>document.forms[0]['SAML\\u0052esponse'].value = 'bad'</script>",
            "GOOD<script>document.forms[0]['SAML\\x52espons\\u{65}'].value = 'bad'</script>",
            // Addresses that run or lead on.
            "<form action=\"javascript:f.SAMLResponse.value='bad'\">GOOD</form>",
            "GOOD<iframe src=\"javascript:parent.document.forms[0].SAMLResponse.value='bad'\"></iframe>",
            "GOOD<script src='data:text/javascript;base64,Zg'></script>",
            "GOOD<a href=\"javascript:f.SAML%52esponse.value='bad'\">",
            "<meta http-equiv=refresh content='0;url=/acs?SAMLResponse=bad'>GOOD",
            "GOOD<iframe src='https://sp.example.org/acs?SAMLResponse=bad'></iframe>",
            "GOOD<svg><a><animate attributeName=href values='javascript:f.SAMLResponse.value=1'></a></svg>",
            // Other character sets.
            "\u{1b}$BGOOD\u{1b}(B",
            "<meta charset=iso-2022-jp>GOOD",
            "<meta http-equiv=content-type content=\"text/html; charset='Shift_JIS'\">GOOD",
            "<style><input name=SAMLResponse value=bad></style>GOOD",
            "<title><input name=SAMLResponse value=bad></title>GOOD",
            "<textarea name=x><input name=SAMLResponse value=bad></textarea>GOOD",
            "<xmp><input name=SAMLResponse value=bad></xmp>GOOD",
            "<noscript><input name=SAMLResponse value=bad></noscript>GOOD",
            "<template><input name=SAMLResponse value=bad></template>GOOD",
            // Values of attributes.
            "<input title=\" name='SAMLResponse' value='bad' > \" name=SAMLResponse value='good'>",
            "<p title='<input name=SAMLResponse value=bad>'>GOOD",
            "<p title='&lt;input name&#61;SAMLResponse value=bad&gt;'>GOOD",
            "<iframe srcdoc='<form><input name=SAML&amp;#82;esponse>'></iframe>GOOD",
            "<iframe src='data:text/html;base64,PGlucHV0Pg'></iframe>GOOD",
            // Other elements.
            "GOOD<select name=SAMLResponse><option value=bad selected></select>",
            "GOOD<button name=SAMLResponse value=bad>",
            "GOOD<input type=SUBMIT name=SAMLResponse value=bad>",
            "GOOD<input type=image name=SAMLResponse>",
            "GOOD<input dirname=SAMLResponse>",
            "GOOD<x-login name=SAMLResponse>",
            "GOOD<input disabled name=SAMLResponse value=bad>",
            "GOOD<fieldset disabled><input name=SAMLResponse value=bad></fieldset>",
            "GOOD<svg><p><input name=SAMLResponse value=bad></svg>",
            // Character references.
            "GOOD<input name=SAML&#82esponse value=bad>",
            "GOOD<input name='&#x53AMLResponse' value=bad>".replace("53A", "53;A").leak(),
            "GOOD<input name='&nbsp;SAMLResponse' value=bad>",
            "GOOD<input name=id&lowbar;token value=bad>",
            // Other forms.
            "<form>GOOD</form><form><input name=SAMLResponse value=bad></form>",
            "<form>GOOD</form><form><input name=id_token value=bad></form>",
            "<form action='/acs?SAMLResponse=bad'>GOOD</form>",
            "<form>GOOD<button formaction='https://sp.example.org/acs?x=1&amp;SAML%52esponse=bad'></form>",
            // Where browsers differ, or the tree decides.
            "<svg><desc></svg></desc><style><p><input value=bad z='</style><input y=a' name=SAMLResponse value=good>",
            "<select><title><input value=bad z='</title><input y=a' name=SAMLResponse value=good></select>",
            "<svg><![CDATA[ > ]]></svg>GOOD",
            "<script><!-- <script></script> --></script>GOOD",
            "<noscript><!-- </noscript>GOOD<!-- -->",
        ] {
            let page = page.replace("GOOD", good);
            assert!(matches!(found(&page), Some(Message::Ambiguous { .. })), "{page}: {:?}", found(&page));
        }
    }

    #[test]
    fn a_field_that_a_browser_need_not_send_is_never_taken() {
        for page in [
            "<!-- <input name=SAMLResponse value=x> -->",
            "<template><input name=SAMLResponse value=x></template>",
            "<input disabled name=SAMLResponse value=x>",
            "<svg><input name=SAMLResponse value=x></svg>",
            "<noscript><input name=SAMLResponse value=x></noscript>",
            "<select name=SAMLResponse><option>x</select>",
            "<input name='SAMLResponse' value='x",
        ] {
            assert!(matches!(found(page), Some(Message::Ambiguous { .. })), "{page}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_page_makes_it_panic(page in "(<input|<textarea|</textarea>|[ =/>'\"a\u{fc}]|name|value|SAMLResponse|&#x){0,30}") {
            let _message = found(&page);
        }

        // However it is cut apart: where a value is taken, the name stands once in all of the page.
        #[test]
        fn no_page_with_two_fields_is_taken(parts in proptest::collection::vec(0..PARTS.len(), 0..12), at in 0_usize..12, bad in 0_usize..12) {
            let mut page: Vec<&str> = parts.iter().map(|part| PARTS[*part]).collect();
            page.insert(at.min(page.len()), " name=SAMLResponse value=good>");
            page.insert(bad.min(page.len()), " name=SAMLResponse value=bad>");
            let page = page.concat();
            let taken = matches!(found(&page), Some(Message::Carried(_)));
            proptest::prop_assert!(!taken, "{}", page);
        }
    }

    const PARTS: [&str; 16] = [
        "<input", "<input", "<input title='", "'", "\"", "<!--", "-->", "<script>", "</script>", "<style>", "</style>", "<svg>",
        "<textarea name=x>", "</textarea>", "<p>", ">",
    ];
}
