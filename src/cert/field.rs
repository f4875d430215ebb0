//! A certificate in a field: the content of `ds:X509Certificate`, an `x5c` member, a
//! box on an admin page. Refuses by name what people put there by mistake.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::cert::Certificate;
use crate::cert::armour;
use crate::error::Failure;
use crate::model::printable;

/// The largest text of a field; base64 of a PEM of the largest certificate fits.
const LARGEST: usize = 1024 * 1024;

/// Reads the one certificate of a field: bare base64 with white space anywhere, PEM with
/// its lines, or base64 of a whole PEM, which some products ship.
pub(crate) fn from_metadata_text(text: &str) -> Result<Certificate, Failure> {
    if text.len() > LARGEST {
        return Err(Failure::input(
            "certificate-too-large",
            format!("a certificate of {} characters is larger than any real one", text.len()),
        )
        .hint("check that this is the certificate and not another document"));
    }
    let mut found = armour::from_pem_bundle(text.as_bytes());
    if found.len() > 1 {
        return Err(Failure::input(
            "certificate-several",
            format!("{} certificates stand where one is expected", found.len()),
        )
        .hint("keep the one of the identity provider; its issuers' certificates are not used"));
    }
    match found.pop() {
        Some((_, certificate)) => certificate,
        None => Err(super::empty()),
    }
}

/// Stored certificates that were read, by their text.
static KNOWN: Mutex<BTreeMap<String, Certificate>> = Mutex::new(BTreeMap::new());

/// As many as are remembered: those of a few thousand connections.
const REMEMBERED: usize = 4096;

/// As [`from_metadata_text`], for what is asked again and again: each rule over a connection reads its certificates, and
/// to take one apart costs more than all that is then said of it. What is refused is not remembered: it may be a key.
pub(crate) fn stored(text: &str) -> Result<Certificate, Failure> {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(one) = known().get(text) {
        return Ok(one.clone());
    }
    let certificate = from_metadata_text(text)?;
    let mut all = known();
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(text.to_owned(), certificate.clone());
    Ok(certificate)
}

/// The bytes of a text without PEM lines; a file name or an address is told by its look.
pub(super) fn bare(text: &str) -> Result<Vec<u8>, Failure> {
    let packed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if looks_like_file_name(packed) {
        // An address may have a password in it; its beginning says enough.
        let shown = packed.find("://").map_or(printable(packed), |at| format!("{}://…", printable(&packed[..at])));
        return Err(Failure::input(
            "certificate-is-file-name",
            format!("`{shown}` looks like a file name; its content belongs there"),
        )
        .hint("`cat FILE` shows the content, from `-----BEGIN CERTIFICATE-----` on"));
    }
    armour::base64(text)
}

/// One short line that begins like a path or address, or ends like a file.
fn looks_like_file_name(text: &str) -> bool {
    const ENDINGS: [&str; 10] = [".crt", ".cer", ".pem", ".der", ".cert", ".p7b", ".p7c", ".pfx", ".p12", ".key"];
    const BEGINNINGS: [&str; 7] = ["./", "../", "~/", "file:", "http://", "https://", "/etc/"];
    if text.is_empty() || text.len() > 400 || text.contains(['\n', '\r']) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let drive = matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    drive
        || text.starts_with("\\\\")
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
}
