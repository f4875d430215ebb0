//! `ssoctl completions`: the script that makes a shell complete commands, flags and names.

use clap_complete::Shell;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Print the completion script for a shell
///
/// Commands and flags are completed, and in bash, zsh and fish names too: of connections, vendors, codes
/// and user fields. Their scripts ask the ssoctl on the PATH at each TAB.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl completions bash > ~/.local/share/bash-completion/completions/ssoctl
  ssoctl completions zsh > ~/.zfunc/_ssoctl
  ssoctl completions fish > ~/.config/fish/completions/ssoctl.fish
  ssoctl completions powershell >> $PROFILE

Exit codes: 0 printed · 2 unknown shell")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    context.ui.data(&script(args.shell))?;
    Ok(Verdict::Done)
}

/// The script for a shell. Those of bash, zsh and fish ask the `ssoctl` on the PATH at each TAB; the others hold
/// commands and flags.
fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => include_str!("../../completions/ssoctl.bash").to_owned(),
        Shell::Zsh => include_str!("../../completions/_ssoctl").to_owned(),
        Shell::Fish => include_str!("../../completions/ssoctl.fish").to_owned(),
        _ => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut crate::cli::command(), "ssoctl", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    }
}
