//! From the bytes of a spreadsheet export to text, without a silent guess: what is
//! neither UTF-8 nor UTF-16 is refused until somebody says what it is.

use std::borrow::Cow;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;

/// The text and what there is to tell about how it was read.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    name: &str,
    label: Option<&str>,
    code: &'static str,
) -> Result<(Cow<'a, str>, Vec<Finding>)> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(Failure::input(code, format!("{name}: the file is UTF-32"))
            .hint("save it as UTF-8 (in a spreadsheet: `CSV UTF-8`)")
            .into());
    }
    if let Some((encoding, bom)) = encoding_rs::Encoding::for_bom(bytes) {
        return Ok((exact(encoding, &bytes[bom..], name, code)?, Vec::new()));
    }
    if let Some(label) = label {
        return declared(bytes, name, label, code);
    }
    // A header is ASCII in practice, so every other byte of UTF-16 is zero.
    let guess = match bytes {
        [first, 0, third, 0, ..] if *first != 0 && *third != 0 => Some(encoding_rs::UTF_16LE),
        [0, second, 0, fourth, ..] if *second != 0 && *fourth != 0 => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = guess {
        let text = exact(encoding, bytes, name, code)?;
        let finding = Finding::new(
            "utf16-without-mark",
            Severity::Info,
            format!("the file is read as {}, though it does not say so by a byte order mark", encoding.name()),
        )
        .at(place(name, None));
        return Ok((text, vec![finding]));
    }
    Ok((exact(encoding_rs::UTF_8, bytes, name, code)?, Vec::new()))
}

/// What the user says the file is in.
fn declared<'a>(bytes: &'a [u8], name: &str, label: &str, code: &'static str) -> Result<(Cow<'a, str>, Vec<Finding>)> {
    let Some(encoding) = encoding_rs::Encoding::for_label(label.as_bytes()) else {
        return Err(Failure::usage("encoding-unknown", format!("`{}` is not an encoding", label.escape_debug()))
            .hint("known are the names of the WHATWG Encoding Standard, such as utf-8, utf-16le, windows-1252")
            .into());
    };
    let mut findings = Vec::new();
    let multibyte = !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
    if encoding != encoding_rs::UTF_8 && encoding.is_ascii_compatible() && multibyte {
        findings.push(
            Finding::new(
                "encoding-doubtful",
                Severity::Warning,
                format!(
                    "the file is valid UTF-8, and is read as {} as asked: letters with accents may be wrong",
                    encoding.name()
                ),
            )
            .hint("leave `--encoding` out")
            .at(place(name, None)),
        );
    }
    Ok((exact(encoding, bytes, name, code)?, findings))
}

/// Decodes, and refuses rather than replaces what does not fit.
fn exact<'a>(
    encoding: &'static encoding_rs::Encoding,
    bytes: &'a [u8],
    name: &str,
    code: &'static str,
) -> Result<Cow<'a, str>> {
    if encoding == encoding_rs::UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => {
                let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
                Err(Failure::input(code, format!("{name}:{line}: the file is not UTF-8"))
                    .hint("say what it is, such as `--encoding windows-1252`, or save it as `CSV UTF-8`")
                    .into())
            }
        };
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        Failure::input(code, format!("{name}: the file is not valid {}", encoding.name()))
            .hint("the file may be cut short; save it again as `CSV UTF-8`")
            .into()
    })
}

/// A place in the file.
pub(crate) fn place(name: &str, line: Option<u64>) -> Place {
    Place { file: name.to_owned(), line, column: None }
}
