//! A second opinion on signatures: what ssoctl takes for signed and bergshamra, which shares no
//! code with it, finds altered or not signed by the same key is a finding. The other way round
//! is none: ssoctl takes less on purpose. Nor is what bergshamra cannot process at all.
#![no_main]

use bergshamra::DsigContext;
use bergshamra::KeysManager;
use bergshamra::VerifyResult;
use bergshamra::keys::loader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(accepted) = ssoctl::fuzzing::accepted(bytes) else { return };
    let Some(text) = as_both_read_it(&accepted.document) else { return };
    let mut keys = KeysManager::new();
    keys.add_keys(accepted.keys.map(|key| loader::load_spki_der(key).expect("a key of ours")));
    let mut context = DsigContext::new(keys);
    let Ok(verdicts) = bergshamra::verify_all(&context, &text) else { return };
    for index in accepted.signatures {
        if let Some(VerifyResult::Invalid { reason }) = verdicts.get(index)
            && !reason.starts_with("signature could not be processed")
        {
            // Shows the octets that it has digested.
            context.debug = true;
            bergshamra::verify_all(&context, &text).ok();
            panic!("signature {index} is accepted, and bergshamra says: {reason}\n{text}");
        }
    }
});

/// The document for bergshamra, without what it is known to read against the specification.
fn as_both_read_it(document: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(document).ok()?;
    // It takes text and not bytes, and so passes over the encoding that the document declares.
    let declaration = text.split_once("?>").map_or("", |(declaration, _)| declaration).to_ascii_lowercase();
    if !text.is_ascii() && declaration.contains("encoding") && !declaration.contains("utf-8") {
        return None;
    }
    // xml 2.11: a reader behaves as if each CR LF and each other CR were LF before it parses.
    // bergshamra 0.11.1 leaves a CR in an instruction or an attribute as it is.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Some(with_normal_attributes(&text))
}

/// xml 3.3.3: white space that stands in the value of an attribute is a space each; what a
/// reference gives is kept. bergshamra 0.11.1 keeps both.
fn with_normal_attributes(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        normal.push_str(&rest[..open]);
        rest = &rest[open..];
        let other = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((begin, end)) = other.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            let end = rest[begin.len()..].find(end).map_or(rest.len(), |at| begin.len() + at + end.len());
            normal.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let mut quote = None;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match quote {
                None if c == '"' || c == '\'' => quote = Some(c),
                Some(open) if c == open => quote = None,
                _ => {}
            }
            normal.push(if quote.is_some() && c.is_ascii_whitespace() { ' ' } else { c });
            if c == '>' && quote.is_none() {
                end = at + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    normal + rest
}
