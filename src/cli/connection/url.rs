//! `ssoctl connection url`

use serde_json::Value;
use serde_json::json;

use crate::check;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::error::Result;
use crate::export::addresses;
use crate::export::addresses::Address;
use crate::model::ConnectionName;

/// Show where users begin, what an IdP-initiated login must carry, and where logins end
///
/// The login URL is what the vendor has given (`login.url`), or follows from the settings where
/// the vendor publishes its form. What nobody has published is a question to the vendor, and no
/// address is made up for it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl connection url qualys-prod
  ssoctl connection url qualys-prod --format json | jq -r .login_url
  ssoctl connection set ino-cx login.url=https://acme.ino.cx/…   # as the vendor's page gives it

Exit codes: 0 shown, also where it is unknown · 3 no such connection, or it cannot be read")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
}

/// Shows; what contradicts goes to standard error.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let loaded = context.workspace()?.load(&args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let connection = &loaded.connection;
    let rows = [
        ("login URL", "login_url", addresses::login_url(connection, &vendor)),
        ("RelayState", "relay_state", addresses::relay_state(connection, &vendor)),
        ("after login", "landing_url", addresses::landing_url(connection, &vendor)),
        ("after logout", "exit_url", addresses::exit_url(connection, &vendor)),
    ];
    if context.ui.is_json() {
        let mut document = json!({ "schema": "ssoctl.connection-url/1", "reference": args.name.as_str() });
        for (_, key, address) in &rows {
            document[*key] = json!(address.known());
            document[format!("{key}_question")] = question(address);
        }
        context.ui.json(&document)?;
    } else {
        let facts: Vec<(&str, String)> =
            rows.iter().map(|(label, _, address)| (*label, words(address, &args.name))).collect();
        context.ui.data(&table::facts(0, &facts))?;
    }
    let findings = check::connection::check(connection, &vendor, &|route| Some(loaded.place(route)));
    for finding in findings.iter().filter(|finding| finding.code == "login-key-differs") {
        context.ui.finding(finding);
    }
    Ok(Verdict::Done)
}

fn words(address: &Address, name: &ConnectionName) -> String {
    match address {
        Address::Known(address) => address.clone(),
        Address::Ask(question) => format!("unknown, ask the vendor: {question}"),
        Address::Shown(place) => format!("not known yet: {place}"),
        Address::Unset(key, what) => format!("not known yet: {what}\nthen `ssoctl connection set {name} {key}=..`"),
        Address::NotSet => "not set".to_owned(),
        Address::None(why) => format!("none: {why}"),
    }
}

fn question(address: &Address) -> Value {
    match address {
        Address::Ask(question) | Address::Shown(question) | Address::Unset(_, question) => json!(question),
        Address::Known(_) | Address::NotSet | Address::None(_) => Value::Null,
    }
}
