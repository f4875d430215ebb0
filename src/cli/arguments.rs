//! What must not be repeated of a command line: keys, and the secrets of URLs.

use std::borrow::Cow;
use std::ffi::OsString;

use crate::cert::field;
use crate::error::Failure;
use crate::error::told::redacted;
use crate::http::address::SafeUrl;

/// Refuses a command line with a private key in it, before anything repeats or stores a part of
/// it (`key-in-argument`).
pub(super) fn refuse_keys(arguments: &[OsString]) -> Result<(), Failure> {
    let texts: Vec<Cow<'_, str>> = arguments.iter().skip(1).map(|argument| argument.to_string_lossy()).collect();
    let values = texts.iter().filter_map(|text| text.split_once('=').map(|(_, value)| value));
    // A shell takes a key apart at its spaces where it stands in no quotes.
    let key = is_key(&texts.join(" ")) || texts.iter().map(Cow::as_ref).chain(values).any(is_key);
    if !key {
        return Ok(());
    }
    Err(Failure::usage(
        "key-in-argument",
        "an argument is a private key, which other users of this machine can see there (it is not shown)",
    )
    .hint("give a file that only you can read, or a certificate where that is wanted")
    .hint("replace the key: it is in the history of this shell, and others may have seen it"))
}

/// Whether this is a private key, in whatever form people paste it.
fn is_key(text: &str) -> bool {
    // No key is shorter, and most arguments are.
    text.len() > 40
        && field::from_metadata_text(text).is_err_and(|failure| matches!(failure.code(), "private-key" | "pkcs12"))
}

/// What clap says of a command line, without the secrets of the URLs in that.
pub(super) fn hidden(text: &str, arguments: &[OsString]) -> String {
    let mut text = text.to_owned();
    for argument in arguments {
        let argument = argument.to_string_lossy();
        // A flag may have its value attached.
        let attached = argument.strip_prefix('-').and_then(|flag| flag.split_once('='));
        let value = attached.map_or(argument.as_ref(), |(_, value)| value);
        if value.contains("://") {
            text = text.replace(value, &SafeUrl::of_text(value).to_string());
        }
    }
    redacted(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";

    fn code(arguments: &[&str]) -> Option<&'static str> {
        let arguments: Vec<OsString> =
            std::iter::once("ssoctl").chain(arguments.iter().copied()).map(OsString::from).collect();
        let refused = refuse_keys(&arguments).err()?;
        assert!(!format!("{refused:?}").contains(&BODY[..10]), "{refused:?}");
        Some(refused.code())
    }

    #[test]
    fn a_private_key_is_known_in_every_form_and_place() {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n");
        let words: Vec<&str> = pem.split_whitespace().collect();
        let set = format!("saml.idp.certificates.0.pem={pem}");
        let flag = format!("--trust={BODY}");
        for arguments in [&["cert", "show", &pem][..], &["set", "q", &set], &[&flag], &["--trust", BODY], &words] {
            assert_eq!(code(arguments), Some("key-in-argument"), "{arguments:?}");
        }
        for arguments in [
            &["connection", "add", "q", "--metadata", "https://idp.example.org/metadata?appid=0123456789"][..],
            &["cert", "show", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"],
            &["metadata", "inspect", "private-key-of-the-identity-provider-in-production.key"],
            &["connection", "set", "q", "display_name=Where a private key has no place, nothing is refused"],
        ] {
            assert_eq!(code(arguments), None, "{arguments:?}");
        }
    }

    #[test]
    fn what_clap_repeats_has_no_secret_of_a_url() {
        let arguments = ["x", "--metadata=https://u:hunter2@h/m?t=hunter2", "https://h/?t=hunter2"].map(OsString::from);
        let text = "error: unexpected argument 'https://h/?t=hunter2', '--metadata=https://u:hunter2@h/m?t=hunter2'";
        assert_eq!(hidden(text, &arguments), "error: unexpected argument 'https://h/?..', '--metadata=https://h/m?..'");
    }
}
