//! `ssoctl domain route`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::list::state;
use crate::cli::context::Context;
use crate::cli::domain;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::model::login::Mode;
use crate::model::printable;
use crate::model::shape::ascii_domain;
use crate::model::shape::is_email;
use crate::provider::Vendor;
use crate::rules::routing;
use crate::rules::routing::Answer;
use crate::workspace::Loaded;

/// Tell which connection answers for an e-mail address, and why
///
/// Domains are compared without regard to case, and each sub-domain is a domain of its own. Where
/// nobody answers, the nearest domain is shown with the difference.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl domain route anna@example.org
  ssoctl domain route anna@example.org --provider qualifio --format json | jq -r .verdict

Exit codes: 0 a connection answers · 1 none does, or several that may not share the domain
            2 wrong usage · 3 unknown provider, or a file cannot be read")]
pub(crate) struct Args {
    /// An e-mail address
    address: String,
    /// Only connections to this vendor
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
}

/// One vendor's answer.
struct Found<'a> {
    vendor: &'a Vendor,
    answer: Answer,
    routed: Vec<&'a Loaded>,
    /// A domain that may have been meant, the difference, and whose it is.
    near: BTreeMap<(&'a str, String), Vec<&'a str>>,
}

/// Answers.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let Some((_, domain)) = args.address.rsplit_once('@').filter(|_| is_email(&args.address)) else {
        return Err(Failure::usage("address-form", format!("`{}` is no e-mail address", args.address.escape_debug()))
            .hint("such as `anna@example.org`")
            .into());
    };
    let read = domain::read(args.provider.as_deref(), context)?;
    let mut by_vendor: BTreeMap<&str, (&Vendor, Vec<&Loaded>)> = BTreeMap::new();
    for (loaded, vendor) in &read.connections {
        by_vendor.entry(&vendor.id).or_insert((vendor, Vec::new())).1.push(loaded);
    }
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for (vendor, connections) in by_vendor.values() {
        match domain::routes(vendor) {
            Ok(()) => found.push(ask(vendor, connections, domain)),
            Err(why) => notes.push((why, gates(connections, domain))),
        }
    }
    let good = |answer: Answer| matches!(answer, Answer::One | Answer::Shared);
    let clash = found.iter().any(|found| found.answer == Answer::Conflict);
    let verdict = found.iter().map(|found| found.answer).filter(|answer| good(*answer)).count() > 0 && !clash;
    if context.format == Format::Json {
        context.ui.json(&document(args, domain, &found, &notes, &read.unreadable))?;
    } else {
        context.ui.data(&page(domain, &found, &notes))?;
        if found.is_empty() {
            context.ui.status("no connection of this workspace is to a vendor that routes by domain");
        }
    }
    Ok(match (verdict, read.unreadable.is_empty()) {
        (true, true) => Verdict::Done,
        // The file that could not be read may be the one that answers, or one that clashes.
        (_, false) if !clash => Verdict::Failed(Kind::Input),
        _ => Verdict::Findings,
    })
}

/// Who answers at one vendor.
fn ask<'a>(vendor: &'a Vendor, connections: &[&'a Loaded], domain: &str) -> Found<'a> {
    let routed: Vec<&Loaded> =
        connections.iter().copied().filter(|loaded| routing::routes(&loaded.connection, domain)).collect();
    let answer = routing::answer(routed.iter().map(|loaded| &loaded.connection));
    let mut near: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    if routed.is_empty() {
        for loaded in connections {
            for known in &loaded.connection.login.email_domains {
                if let Some(why) = routing::near(domain, known) {
                    near.entry((known.as_str(), why)).or_default().push(loaded.name.as_str());
                }
            }
        }
    }
    Found { vendor, answer, routed, near }
}

/// What the gates of a vendor's connections say of a domain: the connection, and whether it passes.
fn gates<'a>(connections: &[&'a Loaded], domain: &str) -> Vec<(&'a Loaded, bool)> {
    let mut gated = Vec::new();
    for loaded in connections {
        let valid = &loaded.connection.provisioning.valid_email_domains;
        if !valid.is_empty() {
            let passes = valid.iter().any(|valid| valid == "*" || valid.eq_ignore_ascii_case(domain));
            gated.push((*loaded, passes));
        }
    }
    gated
}

/// Why the vendor gives this answer, in a clause.
fn why(found: &Found<'_>, domain: &str) -> String {
    match found.answer {
        Answer::None => format!("no connection has `{domain}` under `login.email_domains`"),
        Answer::NotEnabled => "the domain leads to it, and it is not enabled yet".to_owned(),
        Answer::One => format!("`{domain}` is under its `login.email_domains`"),
        Answer::Shared => {
            "Google and Entra may share a domain with another: users pick one at the login page".to_owned()
        }
        Answer::Conflict => {
            "several have the domain, and the vendor takes one identity provider a domain (Google and Entra aside)"
                .to_owned()
        }
    }
}

fn page(domain: &str, found: &[Found<'_>], notes: &[(String, Vec<(&Loaded, bool)>)]) -> String {
    let mut page = String::new();
    let mut line = |text: String| writeln!(page, "{}", printable(&text)).unwrap_or_default();
    for one in found {
        let names: Vec<&str> = one.routed.iter().map(|loaded| loaded.name.as_str()).collect();
        let who = if names.is_empty() { "no connection".to_owned() } else { names.join(", ") };
        line(format!("{}: {who} ({})", one.vendor.title, one.answer.word()));
        line(format!("  {}", why(one, domain)));
        for loaded in &one.routed {
            let mode = match domain::mode(&loaded.connection, one.vendor) {
                Some(Mode::SsoOnly) => ", single sign-on alone",
                Some(Mode::Mixed) => ", passwords work too",
                None => "",
            };
            line(format!("  {}: {}{mode}", loaded.name, state(&loaded.connection)));
        }
        for ((known, why), names) in &one.near {
            line(format!("  near: `{known}`, which leads to {}: {why}", names.join(", ")));
        }
    }
    for (why, gates) in notes {
        line(why.clone());
        for (loaded, passes) in gates {
            let verb = if *passes { "lets" } else { "does not let" };
            line(format!(
                "  {} {verb} `{domain}` in: its `provisioning.valid_email_domains` is a gate, not a route",
                loaded.name
            ));
        }
    }
    page
}

fn document(
    args: &Args,
    domain: &str,
    found: &[Found<'_>],
    notes: &[(String, Vec<(&Loaded, bool)>)],
    unreadable: &[Value],
) -> Value {
    let worst = [Answer::Conflict, Answer::One, Answer::Shared, Answer::NotEnabled];
    let verdict = worst.into_iter().find(|answer| found.iter().any(|found| found.answer == *answer));
    let vendors: Vec<Value> = found
        .iter()
        .map(|one| {
            let connections: Vec<Value> = one
                .routed
                .iter()
                .map(|loaded| {
                    json!({
                        "connection": loaded.name.as_str(),
                        "enabled": loaded.connection.status.enabled,
                        "tested": loaded.connection.status.tested_on.is_some(),
                        "mode": domain::mode(&loaded.connection, one.vendor).map(Mode::word),
                    })
                })
                .collect();
            let near: Vec<Value> = one
                .near
                .iter()
                .map(|((known, why), names)| json!({ "domain": known, "connections": names, "why": why }))
                .collect();
            json!({
                "provider": one.vendor.id,
                "verdict": one.answer.word(),
                "why": why(one, domain),
                "connections": connections,
                "near": near,
            })
        })
        .collect();
    let gates: Vec<Value> = notes
        .iter()
        .flat_map(|(_, gates)| gates)
        .map(|(loaded, passes)| json!({ "connection": loaded.name.as_str(), "passes": passes }))
        .collect();
    json!({
        "schema": "ssoctl.domain-route/1",
        "address": args.address,
        "domain": domain,
        "ascii": ascii_domain(domain),
        "verdict": verdict.unwrap_or(Answer::None).word(),
        "vendors": vendors,
        "gates": gates,
        "unreadable": unreadable,
    })
}
