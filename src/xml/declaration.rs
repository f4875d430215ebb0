//! The grammar of declarations: that of XML itself at the start of a document,
//! and what a namespace may be declared as.

use crate::model::printable;
use crate::xml::XML;
use crate::xml::XMLNS;
use crate::xml::characters::is_space;

/// xml-names 3: what may not be declared.
pub(super) fn namespace(prefix: &str, uri: &str) -> Result<(), String> {
    if prefix == "xmlns" {
        return Err("the prefix `xmlns` may not be declared".to_owned());
    }
    if (prefix == "xml") != (uri == XML) || uri == XMLNS {
        return Err("the prefixes `xml` and `xmlns` and their namespaces are fixed".to_owned());
    }
    if uri.is_empty() && !prefix.is_empty() {
        return Err(format!("the prefix `{}` is declared as nothing", printable(prefix)));
    }
    // A namespace is compared byte by byte, so that a space makes it another one.
    let blank = |c: char| if c.is_ascii() { c.is_ascii_whitespace() || c == '\u{B}' } else { c.is_whitespace() };
    if uri.contains(blank) {
        return Err(format!("the namespace `{}` has a space in it", printable(uri)));
    }
    Ok(())
}

/// The encoding that a declaration names: `None` where it is malformed.
pub(super) fn encoding(text: &str) -> Option<Option<&str>> {
    let mut rest = text.strip_prefix("xml")?;
    let mut pseudo = |name: &str| -> Option<Option<&str>> {
        let trimmed = rest.trim_ascii_start();
        let Some(after) = trimmed.strip_prefix(name) else { return Some(None) };
        if trimmed.len() == rest.len() {
            return None;
        }
        let after = after.trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        rest = after;
        Some(Some(value))
    };
    let version = pseudo("version")??;
    let encoding = pseudo("encoding")?;
    let standalone = pseudo("standalone")?;
    let minor = version.strip_prefix("1.")?;
    let label_is_good = encoding.is_none_or(|label| {
        label.starts_with(|c: char| c.is_ascii_alphabetic())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    });
    let good = !minor.is_empty()
        && minor.bytes().all(|byte| byte.is_ascii_digit())
        && label_is_good
        && matches!(standalone, None | Some("yes" | "no"))
        && rest.bytes().all(is_space);
    good.then_some(encoding)
}
