//! `ssoctl domain list`

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::list::state;
use crate::cli::context::Context;
use crate::cli::domain;
use crate::cli::table;
use crate::error::Kind;
use crate::error::Result;
use crate::model::shape::ascii_domain;
use crate::workspace::Loaded;

/// List e-mail domains: where each leads, and which connections let only some in
///
/// A domain of `login.email_domains` is a route: its users are sent to that connection. One of
/// `provisioning.valid_email_domains` is a gate: users come by themselves, and others are refused.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl domain list
  ssoctl domain list --provider qualifio --format json | jq -r '.domains[].domain'

Exit codes: 0 listed · 3 unknown provider, or a file cannot be read")]
pub(crate) struct Args {
    /// Only connections to this vendor
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
}

struct Row<'a> {
    domain: &'a str,
    kind: &'static str,
    loaded: &'a Loaded,
    mode: Option<&'static str>,
    shared: Vec<&'a str>,
}

/// Lists.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let read = domain::read(args.provider.as_deref(), context)?;
    let mut owners: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for (loaded, vendor) in &read.connections {
        for domain in loaded.connection.login.email_domains.iter().filter_map(|domain| ascii_domain(domain)) {
            owners.entry((vendor.id.as_str(), domain)).or_default().push(loaded.name.as_str());
        }
    }
    let mut rows = Vec::new();
    for (loaded, vendor) in &read.connections {
        let mode = domain::mode(&loaded.connection, vendor).map(crate::model::login::Mode::word);
        for domain in &loaded.connection.login.email_domains {
            let all = ascii_domain(domain).and_then(|ascii| owners.get(&(vendor.id.as_str(), ascii)));
            let shared = all.into_iter().flatten().copied().filter(|name| *name != loaded.name.as_str()).collect();
            rows.push(Row { domain, kind: "route", loaded, mode, shared });
        }
        for domain in &loaded.connection.provisioning.valid_email_domains {
            rows.push(Row { domain, kind: "gate", loaded, mode: None, shared: Vec::new() });
        }
    }
    rows.sort_by_key(|row| (row.domain.to_lowercase(), row.kind != "route", row.loaded.name.clone()));
    if context.format == Format::Json {
        let domains: Vec<_> = rows
            .iter()
            .map(|row| {
                json!({
                    "domain": row.domain,
                    "ascii": ascii_domain(row.domain),
                    "kind": row.kind,
                    "connection": row.loaded.name.as_str(),
                    "provider": row.loaded.connection.provider,
                    "enabled": row.loaded.connection.status.enabled,
                    "mode": row.mode,
                    "shared_with": row.shared,
                })
            })
            .collect();
        let document = json!({ "schema": "ssoctl.domain-list/1", "domains": domains, "unreadable": read.unreadable });
        context.ui.json(&document)?;
    } else if rows.is_empty() {
        context.ui.status("no connection names an e-mail domain");
        context
            .ui
            .hint("`ssoctl connection set NAME login.email_domains=example.org` routes one, where the vendor does");
    } else {
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                vec![
                    row.domain.to_owned(),
                    row.kind.to_owned(),
                    row.loaded.name.to_string(),
                    row.loaded.connection.provider.clone(),
                    state(&row.loaded.connection).to_owned(),
                    row.mode.unwrap_or_default().to_owned(),
                    row.shared.join(", "),
                ]
            })
            .collect();
        let headings = ["domain", "kind", "connection", "provider", "state", "mode", "also at"];
        context.ui.data(&table::listing(&headings, &cells))?;
    }
    Ok(if read.unreadable.is_empty() { Verdict::Done } else { Verdict::Failed(Kind::Input) })
}
