//! `ssoctl provider`: what is known of each vendor.

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::error::Result;
use crate::provider;
use crate::provider::Provider;
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
            let providers: Vec<_> = provider::ALL.iter().map(|provider| as_json(*provider)).collect();
            context.ui.json(&json!({ "schema": "ssoctl.provider-list/1", "providers": providers }))?;
        }
        Command::List => {
            let rows = provider::ALL.iter().map(|provider| {
                let can: Vec<&str> = Capability::ALL
                    .into_iter()
                    .filter(|capability| provider.support(*capability) == Support::Yes)
                    .map(Capability::words)
                    .collect();
                vec![provider.profile().id.to_owned(), provider.profile().title.to_owned(), can.join(", ")]
            });
            context.ui.data(&table::table(&["id", "name", "can"], rows))?;
        }
        Command::Show { id } => {
            let provider = provider::named(id)?;
            if context.format == Format::Json {
                let mut document = as_json(provider);
                document["schema"] = json!("ssoctl.provider/1");
                context.ui.json(&document)?;
            } else {
                context.ui.data(&page(provider))?;
            }
        }
    }
    Ok(Verdict::Done)
}

fn answer(support: Support) -> (&'static str, &'static str) {
    match support {
        Support::Yes => ("yes", ""),
        Support::No(reason) => ("no", reason),
        Support::Unknown(question) => ("unknown, ask the vendor", question),
    }
}

fn page(provider: &dyn Provider) -> String {
    let profile = provider.profile();
    let mut page = format!("{} ({})\n\ncapabilities\n", profile.title, profile.id);
    let capabilities: Vec<(&str, String)> = Capability::ALL
        .into_iter()
        .map(|capability| {
            let (word, reason) = answer(provider.support(capability));
            (capability.words(), if reason.is_empty() { word.to_owned() } else { format!("{word}: {reason}") })
        })
        .collect();
    page += &table::facts(2, &capabilities);
    page += "\nsettings (`--setting KEY=VALUE`)\n";
    let settings: Vec<(&str, String)> =
        profile.settings.iter().map(|field| (field.key, format!("{}: {}", field.label, field.help))).collect();
    page += &table::facts(2, &settings);
    page += "\nuser fields (`--attribute KEY=NAME`)\n";
    let fields: Vec<(&str, String)> = profile
        .attributes
        .iter()
        .map(|field| {
            let need = match (field.required, field.recommended) {
                (true, _) => "required",
                (false, true) => "recommended",
                (false, false) => "optional",
            };
            let falls = field.fallback.map(|other| format!(", else `{other}` is used")).unwrap_or_default();
            (field.key, format!("{} ({need}{falls})", field.label))
        })
        .collect();
    page += &table::facts(2, &fields);
    page += "\nyou need\n";
    for line in profile.prerequisites {
        page += &format!("  {line}\n");
    }
    page += "\nsources\n";
    for line in profile.sources {
        page += &format!("  {line}\n");
    }
    page
}

fn as_json(provider: &dyn Provider) -> serde_json::Value {
    let profile = provider.profile();
    json!({
        "id": profile.id,
        "title": profile.title,
        "capabilities": Capability::ALL.into_iter().map(|capability| {
            let (word, reason) = answer(provider.support(capability));
            json!({ "capability": capability.words(), "support": word.split(',').next(), "reason": reason })
        }).collect::<Vec<_>>(),
        "settings": profile.settings.iter().map(|field| json!({
            "key": field.key, "label": field.label, "help": field.help,
        })).collect::<Vec<_>>(),
        "attributes": profile.attributes.iter().map(|field| json!({
            "key": field.key, "label": field.label, "required": field.required,
            "recommended": field.recommended, "fallback": field.fallback,
        })).collect::<Vec<_>>(),
        "prerequisites": profile.prerequisites,
        "sources": profile.sources,
    })
}
