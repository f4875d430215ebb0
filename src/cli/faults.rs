//! Faults of the sandbox by flag and by file, for each command that has them.

use std::path::Path;

use crate::disk;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::sandbox::fault;
use crate::sandbox::fault::Rule;

/// Largest script, in bytes.
const SCRIPT_LIMIT: u64 = 1 << 20;

/// One fault, for clap.
pub(crate) fn rule(text: &str) -> std::result::Result<Rule, String> {
    text.parse::<Rule>().map_err(|failure| {
        let hints = failure.hints().join("; ");
        if hints.is_empty() { failure.to_string() } else { format!("{failure} ({hints})") }
    })
}

/// The faults of flags, and after them those of a script.
///
/// The script may be `-`, standard input.
///
/// # Errors
/// The file cannot be read; `sandbox-fault` with the line that is none.
pub(crate) fn all(flags: &[Rule], file: Option<&Path>) -> Result<Vec<Rule>> {
    let mut rules = flags.to_vec();
    if let Some(file) = file {
        let name = disk::called(file);
        let text = String::from_utf8(disk::read_or_stdin(file, SCRIPT_LIMIT)?).map_err(|error| {
            Failure::input("sandbox-fault", format!("{name} is not text in UTF-8"))
                .because(error)
                .hint("write one fault to a line")
        })?;
        // As a flag it would be wrong usage; in a file it is a file that cannot be read.
        rules.extend(fault::script(&text, &name).map_err(|failure| failure.with_kind(Kind::Input))?);
    }
    Ok(rules)
}
