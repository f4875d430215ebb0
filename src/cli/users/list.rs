//! `ssoctl users list`: the accounts of a tenant, as they come.

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::ui;
use crate::cli::users::listed;
use crate::cli::users::listed::Filter;
use crate::cli::users::listed::Words;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::migrate::accounts::Asked;
use crate::migrate::compare;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::rules::policy::Column;

/// List the users of a connection, as the vendor has them
///
/// Reads the vendor's user list by its API, or a list that was exported there (`--directory`).
/// Nothing is written. As JSON it is a stream, NDJSON: a line with the schema, a line for each
/// account as it comes, and a last line `{"end": ..}`, without which the list is not whole: a line with
/// `error` says why. An error before the first line is one document, as of every command.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users list --connection qualtrics-prod --status disabled
  ssoctl users list --connection qualtrics-prod --format json | jq -r 'select(.id) | .username'
  ssoctl users list --connection qvidian --directory export.csv --search anna

Exit codes: 0 listed, nobody included · 3 workspace or file unreadable, or no API is known
            4 vendor unreachable, or the list broke off · 5 refused: the token is another tenant's")]
pub(crate) struct Args {
    /// The connection whose users are listed
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// Read this exported list, CSV or the NDJSON of `users export`, and not the vendor's API
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Seconds that one request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    request_timeout: u64,
}

/// Lists.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    let (mut all, mut shown) = (0_u64, 0_u64);
    let mut words = Words::default();
    // An address stands for the username where users are found by theirs, and nowhere else.
    let vendor = context.vendor(&loaded.connection.provider)?;
    let by_name = compare::way(&loaded.connection, &vendor.rules).is_some_and(|way| way.account != Column::Email);
    let asked = Asked { column: by_name.then_some(Column::Username), ..Asked::default() };
    let file = args.directory.as_deref().map(|file| (file, asked));
    let ui = &context.ui;
    let tell_unknown = |shown: u64, words: &Words| {
        for told in args.filter.unknown_words(words).iter().filter(|_| shown == 0) {
            ui.warning(told);
        }
    };
    if context.format == Format::Json {
        let mut lines = context.ui.lines();
        let head = json!({
            "schema": "ssoctl.users-list/1",
            "connection": loaded.name.as_str(),
            "provider": loaded.connection.provider,
        });
        let mut begun = false;
        let read = listed::each(&loaded, file, args.request_timeout, &workspace, context, &mut |account| {
            if !std::mem::replace(&mut begun, true) {
                lines.json(&head)?;
            }
            all += 1;
            words.add(&account);
            if args.filter.takes(&account) {
                shown += 1;
                lines.json(&listed::as_json(&account))?;
            }
            Ok(())
        });
        return match read {
            Ok(()) => {
                if !begun {
                    lines.json(&head)?;
                }
                lines.json(&json!({ "end": { "accounts": all, "listed": shown } }))?;
                lines.flush()?;
                tell_unknown(shown, &words);
                Ok(Verdict::Done)
            }
            Err(error) if !begun => Err(error),
            Err(error) => {
                // What was listed stands, and the stream says why it has no end.
                lines.json(&json!({ "schema": "ssoctl.error/1", "error": ui::error_json(&error) }))?;
                lines.flush()?;
                ui::tell_failure(&error);
                Ok(Verdict::Failed(failure_of(&error).map_or(Kind::Bug, Failure::kind)))
            }
        };
    }
    let mut rows = Vec::new();
    listed::each(&loaded, file, args.request_timeout, &workspace, context, &mut |account| {
        all += 1;
        words.add(&account);
        if args.filter.takes(&account) {
            let name = [account.first_name.as_deref(), account.last_name.as_deref()];
            let name: Vec<&str> = name.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            rows.push(vec![
                account.username.0.clone(),
                account.id.0.clone(),
                account.external_id.clone().unwrap_or_default(),
                account.email.clone().unwrap_or_default(),
                name.join(" "),
                account.status.clone().unwrap_or_default(),
                account.roles.join(", "),
            ]);
        }
        Ok(())
    })?;
    if !rows.is_empty() {
        let headings = ["username", "id", "external id", "e-mail", "name", "status", "roles"];
        context.ui.data(&table::listing(&headings, &rows))?;
    }
    context.ui.status(&match (args.filter.is_set(), rows.len()) {
        (false, 0) => "there are no accounts".to_owned(),
        (false, count) => counted(count as u64, "account"),
        (true, count) => format!("{count} of {}", counted(all, "account")),
    });
    tell_unknown(rows.len() as u64, &words);
    Ok(Verdict::Done)
}
