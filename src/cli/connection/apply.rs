//! `ssoctl connection apply`, `diff` and `revert`: what was entered at the vendor, and the way
//! back to it (QT12).

use serde_json::Value;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::differences;
use crate::cli::connection::edits::replaced;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Record that a connection is entered at the vendor as the file says
///
/// A file with errors is refused. The version is kept in connections/.applied/, to be committed
/// with the connection; `connection diff` and `connection revert` go by it. Nothing is sent.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl connection apply qualtrics-prod

Exit codes: 0 recorded, or it was already · 3 no such connection, or the file has errors")]
pub(crate) struct ApplyArgs {
    /// The connection
    name: ConnectionName,
}

/// Show what of a connection is not yet entered at the vendor
///
/// Compares the file with the version of the last `connection apply`: by the labels of the
/// vendor's page, then by lines.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl connection diff qualtrics-prod
  ssoctl connection diff qualtrics-prod --format json | jq -r '.fields[].label'

Exit codes: 0 nothing · 1 something differs · 3 no such connection, or it was never applied")]
pub(crate) struct DiffArgs {
    /// The connection
    name: ConnectionName,
}

/// Take a connection's file back to what was last applied
///
/// How far the connection has come (`status`) and how its user list is reached (`directory`)
/// stay. The replaced file is kept in .ssoctl/replaced/.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl connection revert qualtrics-prod --yes

Exit codes: 0 reverted, or nothing to revert · 3 it was never applied · 5 not confirmed")]
pub(crate) struct RevertArgs {
    /// The connection
    name: ConnectionName,
    /// Revert without asking
    #[arg(long, short)]
    yes: bool,
}

/// How a connection's file stands to what is entered at the vendor, in a word.
pub(crate) fn at_vendor(workspace: &Workspace, loaded: &Loaded) -> &'static str {
    match workspace.applied(&loaded.name) {
        Ok(None) => "draft",
        Ok(Some(applied)) if differences::is_same(&applied.connection, &loaded.connection) => "applied",
        Ok(Some(_)) => "changed since applied",
        // `connection diff` says why; a list goes on.
        Err(_) => "applied, unreadable",
    }
}

/// Judges and records.
pub(crate) fn apply(args: &ApplyArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let findings = super::findings(&args.name, &loaded.connection, &|route| Some(loaded.place(route)), context)?;
    super::refuse_errors(&findings, context)?;
    let applied = workspace.applied(&args.name);
    // A version that cannot be read is replaced like any other.
    let applied = applied.unwrap_or_else(|error| {
        context.ui.warning(&format!("the version applied before cannot be read: {error}"));
        None
    });
    let vendor = context.vendor(&loaded.connection.provider)?;
    let changes = match &applied {
        Some(applied) => differences::between(&applied.connection, &loaded.connection, &vendor)?,
        None => Vec::new(),
    };
    let path = workspace.applied_path(&args.name);
    if applied.as_ref().is_some_and(|applied| applied.text == loaded.text) {
        context.ui.status(&format!("`{}` is what was applied already", loaded.path.display()));
    } else {
        workspace.apply(&loaded)?;
        if !changes.is_empty() {
            context.ui.status(differences::page(&changes).trim_end());
        }
        context.ui.status(&format!("wrote `{}`: this is what {} has now", path.display(), vendor.title));
        context.ui.hint(&format!("commit it with `{}`; nothing was sent to the vendor", loaded.path.display()));
    }
    if context.ui.is_json() {
        context.ui.json(&json!({
            "schema": "ssoctl.connection-apply/1",
            "reference": args.name.as_str(),
            "file": loaded.path.display().to_string(),
            "applied_file": path.display().to_string(),
            "fields": differences::json(&changes),
        }))?;
    }
    Ok(Verdict::Done)
}

/// The version that was applied; without one there is nothing to go by.
fn applied(workspace: &Workspace, name: &ConnectionName) -> Result<Loaded> {
    workspace.applied(name)?.ok_or_else(|| {
        Failure::input("connection-never-applied", format!("`{name}` was never applied"))
            .hint(format!("`ssoctl connection apply {name}` records that it is entered at the vendor"))
            .into()
    })
}

/// Compares.
pub(crate) fn show(args: &DiffArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.name)?;
    let applied = applied(&workspace, &args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let changes = differences::between(&applied.connection, &loaded.connection, &vendor)?;
    let same = differences::is_same(&applied.connection, &loaded.connection);
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.connection-diff/1",
            "reference": args.name.as_str(),
            "same": same,
            "fields": differences::json(&changes),
            "lines": diff::all_changed_lines(&applied.text, &loaded.text),
        }))?;
    } else if same {
        context.ui.status(&format!("`{}` says what was applied; nothing is left to enter at {}", args.name, vendor.title));
    } else {
        let lines = diff::changed_lines(&applied.text, &loaded.text);
        let page = differences::page(&changes);
        context.ui.data(&format!("{page}\n{} since it was applied\n{lines}", loaded.path.display()))?;
        context.ui.hint(&format!(
            "once it is entered, `ssoctl connection apply {0}`; `ssoctl connection revert {0}` takes the file back",
            args.name
        ));
    }
    Ok(if same { Verdict::Done } else { Verdict::Findings })
}

/// Shows, asks and takes back.
pub(crate) fn revert(args: &RevertArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let name = &args.name;
    if workspace.applied(name)?.is_none() && !workspace.path(name).is_file() {
        workspace.load(name)?;
    }
    let applied = applied(&workspace, name)?;
    let path = workspace.path(name);
    // A file that cannot be read, or is gone, is what one most wants to go back from.
    let current = if path.is_file() { Some(workspace.load(name)) } else { None };
    let (text, connection) = match &current {
        Some(Ok(current)) => with_our_record(&applied, &current.connection)?,
        _ => (applied.text.clone(), applied.connection.clone()),
    };
    let before = match &current {
        Some(Ok(current)) => current.text.clone(),
        _ => String::new(),
    };
    if text == before {
        context.ui.status(&format!("`{}` is what was applied already", path.display()));
        super::tell_json(name, &connection, context)?;
        return Ok(Verdict::Done);
    }
    if let Some(Ok(current)) = &current {
        let vendor = context.vendor(&current.connection.provider)?;
        let changes = differences::between(&current.connection, &connection, &vendor)?;
        context.ui.status(&format!("{}\n{}", differences::page(&changes), diff::changed_lines(&before, &text)));
    } else if let Some(Err(error)) = &current {
        context.ui.warning(&format!("the file as it is cannot be read, and `status` goes back with it: {error}"));
    }
    let agreed = args.yes || context.ui.confirm(&format!("Take `{}` back?", path.display()), false)? == Some(true);
    if !agreed {
        return Err(Failure::refused("not-confirmed", format!("`{}` was not changed: nobody confirmed it", path.display()))
            .hint(format!("`ssoctl connection revert {name} --yes` reverts without asking"))
            .into());
    }
    let kept = if path.is_file() { Some(workspace.keep_replaced(name, context.now)?) } else { None };
    workspace.replace(name, &text)?;
    context.ui.status(&format!("wrote `{}` as it was applied; nothing was changed at the vendor", path.display()));
    if let Some(kept) = kept {
        context.ui.hint(&format!("the file as it was is `{}`", kept.display()));
    }
    super::tell_json(name, &connection, context)?;
    Ok(Verdict::Done)
}

/// A part of a connection with days as people write them, not as moments.
fn days(part: &impl serde::Serialize) -> Result<Value> {
    let mut value = serde_json::to_value(part)
        .map_err(|error| Failure::bug("a part of a connection cannot be written").because(error))?;
    for text in value.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        if let Some(day) = text.as_str().and_then(|text| text.strip_suffix("T00:00:00Z")) {
            *text = json!(day);
        }
    }
    Ok(value)
}

/// The applied version with what is our own record as it is now.
fn with_our_record(applied: &Loaded, now: &Connection) -> Result<(String, Connection)> {
    let mut edits = replaced(&["status"], &days(&applied.connection.status)?, &days(&now.status)?)?;
    match (&applied.connection.directory, &now.directory) {
        (Some(before), Some(after)) => edits.extend(replaced(&["directory"], &days(before)?, &days(after)?)?),
        (Some(_), None) => edits.push(Edit::Unset(vec!["directory".into()])),
        (None, Some(after)) => {
            edits.push(Edit::SetJson(vec!["directory".into()], days(after)?));
        }
        (None, None) => {}
    }
    workspace::edited(applied, &edits)
}
