//! The words of refusal: what a document is when it is not XML, and what broke it.

use quick_xml::errors::Error;
use quick_xml::errors::SyntaxError;

use crate::error::Failure;
use crate::model::printable;
use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::window::Trouble;

/// `FILE:line:column: ` and the message.
pub(super) fn failure(name: &str, at: Position, code: &'static str, message: &str) -> Failure {
    Failure::input(code, format!("{}:{}:{}: {message}", printable(name), at.line, at.column))
}

/// What the beginning of a document shows it to be, if that is not XML.
pub(super) fn not_xml(name: &str, prefix: &[u8]) -> Option<Failure> {
    let refuse = |code, message: &str| Some(Failure::input(code, format!("{}: {message}", printable(name))));
    let text = prefix.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(prefix).trim_ascii_start();
    // Looked for before anything else, and no byte of it is ever shown.
    let has = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
    match text {
        [] => refuse("empty-document", "the document is empty")
            .map(|failure| failure.hint("save the metadata again; a download may have failed")),
        [b'<', ..] | [0, b'<', ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 0, ..] => None,
        _ if has(b"PRIVATE KEY-----") || has(b"PuTTY-User-Key-File") => {
            refuse("private-key", "this is a private key, not metadata (its content is not shown)").map(|failure| {
                failure
                    .hint("give the metadata file; if the key was sent or stored where others can read it, replace it")
            })
        }
        [0x1F, 0x8B, ..] | [b'P', b'K', 3 | 5, ..] => {
            refuse("compressed-document", "this is a compressed file, not XML")
                .map(|failure| failure.hint("unpack it first, such as by `gzip -dc FILE.gz`, and give the result"))
        }
        [0x30, 0x80..=0x84, ..] => certificate(refuse),
        _ if has(b"-----BEGIN CERTIFICATE") || has(b"-----BEGIN TRUSTED") || text.starts_with(b"MII") => {
            certificate(refuse)
        }
        [b'{' | b'[', ..] => refuse("json-not-xml", "this is JSON, not SAML metadata").map(|failure| {
            failure.hint("an OpenID Connect discovery document is given to `ssoctl connection add` with `--discovery`")
        }),
        _ => None,
    }
}

fn certificate(refuse: impl FnOnce(&'static str, &str) -> Option<Failure>) -> Option<Failure> {
    refuse("certificate-not-metadata", "this is a certificate, not metadata").map(|failure| {
        failure.hint("give the metadata document that contains it; identity providers publish one at a URL")
    })
}

/// A page for people, where metadata was expected.
pub(super) fn html(name: &str, at: Position) -> Failure {
    failure(name, at, "html-not-metadata", "this is a web page, not metadata")
        .hint("the URL may stand behind a login or show an error page: open it in a browser without signing in")
        .hint("or save the metadata file there and give its path")
}

/// A DOCTYPE, in any guise.
pub(super) fn doctype(name: &str, at: Position) -> Failure {
    failure(name, at, "doctype", "the document has a DOCTYPE, which can fetch files and define entities")
        .hint("SAML has no use for it: remove the `<!DOCTYPE ..>`, or ask the publisher for metadata without one")
}

/// Why the input was stopped.
pub(super) fn trouble(name: &str, at: Position, trouble: Trouble, limits: &Limits) -> Failure {
    match trouble {
        Trouble::TooLarge => {
            failure(name, at, "input-too-large", &format!("the document has more than {} bytes", limits.bytes))
                .hint("raise the limit if the size is meant; an aggregate of a federation has a limit of its own")
        }
        Trouble::PieceTooLarge => failure(
            name,
            at,
            "xml-piece-too-large",
            &format!("one tag, comment or run of text has more than {} bytes", limits.piece),
        )
        .hint("a quote or `>` may be missing; nothing in metadata is that long"),
        Trouble::BadBytes(at) => bad_bytes(name, at),
        Trouble::BadCharacter(at, '\u{FFFE}' | '\u{FFFF}') => {
            failure(name, at, "xml-malformed", "U+FFFE and U+FFFF are not characters of XML")
                .hint("remove it; the file may be damaged")
        }
        Trouble::BadCharacter(at, c) => failure(
            name,
            at,
            "xml-malformed",
            &format!("the control character U+{:04X} is not allowed in XML", u32::from(c)),
        )
        .hint("remove it; the file may be damaged or not be text at all"),
        Trouble::Syntax(error) => syntax(name, at, &error),
        Trouble::Input(error) => failure(name, at, "input-unreadable", "the input broke off").because(error),
    }
}

/// Bytes that are not of the encoding.
pub(super) fn bad_bytes(name: &str, at: Position) -> Failure {
    failure(name, at, "xml-encoding", "these bytes are not text in the encoding of the document")
        .hint("save it as UTF-8, or name its encoding in the XML declaration, such as `encoding=\"ISO-8859-1\"`")
}

/// What quick-xml found wrong.
pub(super) fn syntax(name: &str, at: Position, error: &Error) -> Failure {
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype) => doctype(name, at),
        Error::IllFormed(quick_xml::errors::IllFormedError::MissingDoctypeName) => doctype(name, at),
        Error::Syntax(SyntaxError::InvalidBangMarkup) => {
            failure(name, at, "xml-malformed", "`<!` begins neither a comment nor a CDATA section")
                .hint("write `&lt;` for a `<` in text")
        }
        Error::Syntax(_) => truncated(name, at, &error.to_string()),
        Error::IllFormed(quick_xml::errors::IllFormedError::UnclosedReference) => {
            failure(name, at, "xml-malformed", "`&` is not followed by an entity").hint("write `&amp;`")
        }
        Error::Encoding(_) => bad_bytes(name, at),
        _ => failure(name, at, "xml-malformed", &printable(&error.to_string())),
    }
}

/// The document ends before it is finished.
pub(super) fn truncated(name: &str, at: Position, message: &str) -> Failure {
    failure(name, at, "xml-truncated", message)
        .hint("the file may have been cut off: download or copy it again, to its last line")
}
