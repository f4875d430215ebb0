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
    let Ok(verdicts) = bergshamra::verify_all(&DsigContext::new(keys), &text) else { return };
    for index in accepted.signatures {
        if let Some(VerifyResult::Invalid { reason }) = verdicts.get(index)
            && !reason.starts_with("signature could not be processed")
        {
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
    // bergshamra 0.11.1 leaves a CR in an instruction as it is.
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}
