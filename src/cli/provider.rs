//! `ssoctl provider`: what is known of each vendor.

mod document;
mod page;

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::provider;
use crate::provider::Vendor;

/// What ssoctl knows of each vendor: capabilities, settings, fields, prerequisites
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// List all vendors, and what each can do
    #[command(after_help = "\
Example:
  ssoctl provider list --format json | jq -r '.providers[].id'

In the matrix `?` is: unknown, ask the vendor. `provider show` has each reason and question.

Exit codes: 0 listed · 2 wrong usage · 3 a profile in providers/ cannot be read; the others are listed")]
    List,
    /// Show one vendor: what it can do, what it must be told, where the facts come from
    ///
    /// A vendor of your own is a file `providers/ID.yaml` of the workspace, of the same shape as a
    /// built-in profile; --yaml prints one to begin with.
    #[command(after_help = "\
Examples:
  ssoctl provider show qualtrics
  ssoctl provider show scim --yaml > providers/acme.yaml   # then change `id` and the facts

Exit codes: 0 shown · 2 wrong usage · 3 unknown provider, or a profile cannot be read")]
    Show {
        /// Id of the vendor, such as `qualtrics`
        #[arg(value_name = "PROVIDER")]
        id: String,
        /// Print the profile itself, as YAML
        #[arg(long)]
        yaml: bool,
    },
}

/// Lists or shows.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::List if context.format == Format::Json => {
            let vendors = context.vendors()?;
            let providers: Vec<_> = vendors.all()?.into_iter().map(|vendor| document::of(vendor)).collect();
            let unreadable: Vec<_> = vendors
                .faulty()
                .iter()
                .map(|faulty| json!({ "file": faulty.file, "code": faulty.why.code(), "message": faulty.why.to_string() }))
                .collect();
            let schema = "ssoctl.provider-list/1";
            context.ui.json(&json!({ "schema": schema, "providers": providers, "unreadable": unreadable }))?;
            return tell_faulty(context);
        }
        Command::List => {
            let vendors: Vec<&Vendor> = context.vendors()?.all()?.into_iter().map(|vendor| &**vendor).collect();
            context.ui.data(&page::matrix(&vendors))?;
            context.ui.hint("`ssoctl provider show PROVIDER` has each reason, and each question to ask");
            return tell_faulty(context);
        }
        Command::Show { id, yaml } => {
            let vendor = context.vendor(id)?;
            if *yaml {
                let text = text(&vendor, context)?;
                return if context.ui.is_json() {
                    context.ui.json(&json!({ "schema": "ssoctl.provider-yaml/1", "id": vendor.id, "yaml": text }))
                } else {
                    context.ui.data(&text)
                }
                .map(|()| Verdict::Done);
            }
            if context.format == Format::Json {
                let mut document = document::of(&vendor);
                document["schema"] = json!("ssoctl.provider/1");
                context.ui.json(&document)?;
            } else {
                context.ui.data(&page::page(&vendor))?;
            }
        }
    }
    Ok(Verdict::Done)
}

/// Tells the profiles that are in no list, since they cannot be read.
fn tell_faulty(context: &Context) -> Result<Verdict> {
    let faulty = context.vendors()?.faulty();
    for one in faulty {
        // The lines below the first show what stands there.
        let why = one.why.to_string();
        let why = why.lines().next().unwrap_or_default();
        let told = if why.contains(&one.file) { why.to_owned() } else { format!("{}: {why}", one.file) };
        let mut finding = Finding::new(one.why.code(), Severity::Error, told);
        finding.hint = one.why.hints().first().cloned();
        context.ui.finding(&finding);
    }
    Ok(if faulty.is_empty() { Verdict::Done } else { Verdict::Failed(Kind::Input) })
}

/// The profile as it is written.
fn text(vendor: &Vendor, context: &Context) -> Result<String> {
    if vendor.file.is_none()
        && let Some(text) = provider::built_in_text(&vendor.id)
    {
        return Ok(text.to_owned());
    }
    let own = context.workspace()?.profiles()?;
    match own.into_iter().find(|(_, stem, _)| *stem == vendor.id) {
        Some((.., text)) => Ok(text?),
        None => Err(Failure::bug(format!("the profile `{}` was read and is not there", vendor.id)).into()),
    }
}
