//! How the commands that are gates for CI tell what they found: by the format that was asked for.

use crate::cli::Format;
use crate::cli::context::Context;
use crate::error::Result;
use crate::report::gate;
use crate::report::gate::Gate;
use crate::report::gate::nagios::State;

/// Whether a format is one of those that only gates have.
pub(crate) fn has(format: Format) -> bool {
    matches!(
        format,
        Format::Sarif
            | Format::Github
            | Format::Gitlab
            | Format::Junit
            | Format::Nagios
            | Format::Prometheus
            | Format::Ics
            | Format::Html
    )
}

/// Prints the report in its format; the state where the format has exit codes of its own.
pub(crate) fn tell(gate: &Gate<'_>, context: &Context) -> Result<Option<State>> {
    let ui = &context.ui;
    match context.format {
        Format::Sarif => ui.json(&gate::sarif::document(gate))?,
        Format::Gitlab => ui.json(&gate::gitlab::document(gate))?,
        Format::Github => ui.data(&gate::github::lines(gate))?,
        Format::Junit => ui.data(&gate::junit::document(gate)?)?,
        Format::Prometheus => ui.data(&gate::prometheus::text(gate))?,
        Format::Ics => ui.data(&gate::calendar::document(gate))?,
        Format::Nagios => {
            let state = gate::nagios::state(gate);
            ui.data(&gate::nagios::lines(gate, state))?;
            return Ok(Some(state));
        }
        Format::Html => ui.data(&gate::page::document(gate))?,
        Format::Human | Format::Json | Format::Md => {}
    }
    Ok(None)
}

/// The report of a run that came to no end. Nothing can be done where it cannot be written.
pub(crate) fn tell_died(command: &str, error: &anyhow::Error, context: &Context) -> Option<State> {
    let gate = Gate::died(command, error, context.now);
    tell(&gate, context).ok().flatten()
}

/// What a monitor is told where nothing could be looked at; the exit code.
pub(crate) fn unknown(why: &str) -> u8 {
    // Whoever reads it is gone where this cannot be written.
    let mut out = std::io::stdout().lock();
    std::io::Write::write_all(&mut out, format!("SSOCTL UNKNOWN - {why}\n").as_bytes()).ok();
    State::Unknown.exit_code()
}
