//! The rows under `mappings:`: which field they are for, where they stand, and how they are written.

use serde_json::Value;
use serde_json::json;

use crate::cli::connection;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::model::difference::explain_difference;
use crate::model::difference::nearest;
use crate::model::login::Mapping;
use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// The field that is meant: the one that was named, else the only one that the vendor maps.
pub(super) fn known_field(named: Option<&str>, vendor: &Vendor) -> Result<String> {
    let known: Vec<&str> = vendor.rules.mapped_fields().collect();
    if known.is_empty() {
        let (code, why) = match vendor.support(Capability::RoleMapping) {
            Support::No(reason) => ("mapping-unsupported", format!("{} maps nothing: {reason}", vendor.title)),
            Support::Unknown(question) => (
                "mapping-unknown",
                format!("whether {} maps anything is unknown, ask the vendor: {question}", vendor.title),
            ),
            Support::Yes => ("mapping-unknown", format!("which fields {} maps is not in its profile", vendor.title)),
        };
        let hint = format!("`ssoctl provider show {}` shows what it can do", vendor.id);
        return Err(Failure::input(code, why).hint(hint).into());
    }
    match (named, known.as_slice()) {
        (Some(named), _) if known.contains(&named) => Ok(named.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => Err(Failure::usage("mapping-field", format!("{} maps several fields", vendor.title))
            .hint(format!("say which one by `--field`: {}", known.join(", ")))
            .into()),
        (Some(named), _) => {
            let failure =
                Failure::input("mapping-field-unknown", format!("{} maps no `{}`", vendor.title, named.escape_debug()));
            Err(match nearest(named, known.iter().copied()) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint(format!("it maps {}", known.join(", "))),
            }
            .into())
        }
    }
}

/// What a value becomes, as it was typed: `A|B` is two roles where the vendor takes several.
pub(super) fn targets(typed: &[String], field: &str, vendor: &Vendor) -> Vec<String> {
    let several = vendor.rules.groups.as_ref().is_some_and(|groups| groups.field == field);
    let separator = vendor.field("mappings").and_then(|field| field.separator.as_deref()).filter(|_| several);
    let parts = typed.iter().flat_map(|text| match separator {
        Some(separator) => text.split(separator).map(str::trim).collect(),
        None => vec![text.as_str()],
    });
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Where the row of a value stands; it must be there once.
pub(super) fn row(loaded: &Loaded, field: &str, value: &str) -> Result<usize> {
    let mappings = &loaded.connection.mappings;
    let is = |mapping: &&Mapping| mapping.field == field && mapping.value == value;
    let at: Vec<usize> = (0..mappings.len()).filter(|at| is(&&mappings[*at])).collect();
    match at.as_slice() {
        [only] => Ok(*only),
        [] => {
            let failure = Failure::input(
                "mapping-not-found",
                format!("{}: no mapping of {field} has `{}`", loaded.path.display(), value.escape_debug()),
            );
            let same = |mapping: &&Mapping| mapping.field == field;
            let values = || mappings.iter().filter(same).map(|mapping| mapping.value.as_str());
            let near = values().find(|known| known.trim().to_lowercase() == value.trim().to_lowercase());
            Err(match near.or_else(|| nearest(value, values())) {
                Some(near) => failure.hint(format!("did you mean `{near}`? {}", explain_difference(near, value))),
                None => failure.hint(format!("`ssoctl mapping list {}` shows them all", loaded.name)),
            }
            .into())
        }
        several => {
            let lines: Vec<String> = several.iter().map(|at| place(loaded, *at)).collect();
            Err(Failure::input(
                "mapping-twice",
                format!("{field} `{}` is mapped more than once: {}", value.escape_debug(), lines.join(", ")),
            )
            .hint("put all that it becomes into one row, in an editor")
            .into())
        }
    }
}

/// `file:line:column` of a row.
pub(super) fn place(loaded: &Loaded, at: usize) -> String {
    loaded.place(&["mappings".into(), at.into()]).to_string()
}

/// A row as a file has it.
pub(super) fn as_value(mapping: &Mapping) -> Result<Value> {
    serde_json::to_value(mapping).map_err(|error| Failure::bug("a mapping cannot be written").because(error).into())
}

/// The first of several ways to make a change that the text allows: a list on one line cannot be
/// changed as one on many can, and is written anew.
pub(super) fn changed(loaded: &Loaded, ways: &[Vec<Edit>]) -> Result<Loaded> {
    let mut last = None;
    for edits in ways {
        match workspace::edited(loaded, edits) {
            Ok((text, connection)) => return Ok(Loaded { text, connection, ..loaded.clone() }),
            Err(error) if failure_of(&error).is_some_and(|failure| failure.code() == "yaml-edit") => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| Failure::bug("there was no way to make a change").into()))
}

/// All rows anew, where nothing less can be written.
pub(super) fn anew(mappings: &[Mapping]) -> Result<Vec<Edit>> {
    let rows: Result<Vec<Value>> = mappings.iter().map(as_value).collect();
    Ok(vec![Edit::SetJson(vec!["mappings".into()], Value::Array(rows?))])
}

/// What a row less leads to. Slips are taken out one by one: those that are left stop nothing.
pub(super) fn new_errors(loaded: &Loaded, changed: &Loaded, context: &Context) -> Result<Vec<Finding>> {
    let before = connection::caused(loaded, loaded, context)?;
    let is_new = |found: &Finding| !before.iter().any(|known| known.code == found.code);
    let mut found = connection::caused(loaded, changed, context)?;
    found.retain(is_new);
    Ok(found)
}

/// Tells what there is to say of a change, and writes it where that is no error.
pub(super) fn write(
    loaded: &Loaded,
    changed: &Loaded,
    findings: &[Finding],
    workspace: &Workspace,
    context: &Context,
) -> Result<()> {
    if changed.text == loaded.text {
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
    } else {
        connection::refuse_errors(findings, context)?;
        workspace.replace(&loaded.name, &changed.text)?;
        context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
        context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    }
    if context.ui.is_json() {
        context.ui.json(&as_json(changed, |_| true))?;
    }
    Ok(())
}

/// The rows as they are.
pub(super) fn as_json(loaded: &Loaded, of_field: impl Fn(&str) -> bool) -> Value {
    let places = loaded.places();
    let mappings = loaded.connection.mappings.iter().enumerate().filter(|(_, mapping)| of_field(&mapping.field));
    let mappings: Vec<Value> = mappings
        .map(|(at, mapping)| {
            json!({
                "field": mapping.field,
                "value": mapping.value,
                "to": mapping.to,
                "description": mapping.description,
                "line": places.of(&["mappings".into(), at.into()]).line,
            })
        })
        .collect();
    json!({ "schema": "ssoctl.mapping-list/1", "reference": loaded.name.as_str(), "mappings": mappings })
}
