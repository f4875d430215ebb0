//! `ssoctl provider`: what is known of each vendor.

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::error::Result;
use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;

/// What ssoctl knows of each vendor: capabilities, settings, fields, prerequisites
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// List all vendors
    #[command(after_help = "\
Example:
  ssoctl provider list --format json | jq -r '.providers[].id'

Exit codes: 0 listed · 2 wrong usage")]
    List,
    /// Show one vendor: what it can do, what it must be told, where the facts come from
    #[command(after_help = "\
Example:
  ssoctl provider show qualtrics

Exit codes: 0 shown · 2 wrong usage · 3 unknown provider")]
    Show {
        /// Id of the vendor, such as `qualtrics`
        #[arg(value_name = "PROVIDER")]
        id: String,
    },
}

/// Lists or shows.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::List if context.format == Format::Json => {
            let providers: Vec<_> = context.vendors()?.iter().map(|vendor| as_json(vendor)).collect();
            context.ui.json(&json!({ "schema": "ssoctl.provider-list/1", "providers": providers }))?;
        }
        Command::List => {
            let rows: Vec<_> = context.vendors()?.iter().map(|provider| {
                let can: Vec<&str> = Capability::ALL
                    .into_iter()
                    .filter(|capability| provider.support(*capability) == Support::Yes)
                    .map(Capability::words)
                    .collect();
                vec![provider.id.clone(), provider.title.clone(), can.join(", ")]
            }).collect();
            context.ui.data(&table::table(&["id", "name", "can"], rows))?;
        }
        Command::Show { id } => {
            let provider = context.vendor(id)?;
            if context.format == Format::Json {
                let mut document = as_json(&provider);
                document["schema"] = json!("ssoctl.provider/1");
                context.ui.json(&document)?;
            } else {
                context.ui.data(&page(&provider))?;
            }
        }
    }
    Ok(Verdict::Done)
}

fn answer(support: &Support) -> (&'static str, &str) {
    match support {
        Support::Yes => ("yes", ""),
        Support::No(reason) => ("no", reason),
        Support::Unknown(question) => ("unknown, ask the vendor", question),
    }
}

fn page(profile: &Vendor) -> String {
    let mut page = format!("{} ({})\n\ncapabilities\n", profile.title, profile.id);
    let capabilities: Vec<(&str, String)> = Capability::ALL
        .into_iter()
        .map(|capability| {
            let support = profile.support(capability);
            let (word, reason) = answer(&support);
            (capability.words(), if reason.is_empty() { word.to_owned() } else { format!("{word}: {reason}") })
        })
        .collect();
    page += &table::facts(2, &capabilities);
    page += "\nsettings (`--setting KEY=VALUE`)\n";
    let settings: Vec<(&str, String)> =
        profile.settings().map(|field| (field.key(), format!("{}: {}", field.label, field.help()))).collect();
    page += &table::facts(2, &settings);
    page += "\nuser fields (`--attribute KEY=NAME`)\n";
    let fields: Vec<(&str, String)> = profile
        .attributes()
        .map(|field| {
            let need = field.need();
            let falls = field.fallback.as_ref().map(|other| format!(", else `{other}` is used")).unwrap_or_default();
            (field.key(), format!("{} ({need}{falls})", field.label))
        })
        .collect();
    page += &table::facts(2, &fields);
    page += "\nyou need\n";
    for line in &profile.prerequisites {
        page += &format!("  {line}\n");
    }
    page += "\nsources\n";
    for line in &profile.sources {
        page += &format!("  {line}\n");
    }
    page
}

fn as_json(profile: &Vendor) -> serde_json::Value {
    json!({
        "id": profile.id,
        "title": profile.title,
        "capabilities": Capability::ALL.into_iter().map(|capability| {
            let support = profile.support(capability);
            let (word, reason) = answer(&support);
            json!({ "capability": capability.words(), "support": word.split(',').next(), "reason": reason })
        }).collect::<Vec<_>>(),
        "settings": profile.settings().map(|field| json!({
            "key": field.key(), "label": field.label, "help": field.help(),
        })).collect::<Vec<_>>(),
        "attributes": profile.attributes().map(|field| json!({
            "key": field.key(), "label": field.label, "required": field.required,
            "recommended": field.recommended, "fallback": field.fallback,
        })).collect::<Vec<_>>(),
        "prerequisites": profile.prerequisites,
        "sources": profile.sources,
    })
}
