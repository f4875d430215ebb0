//! `ssoctl schema`: the shape of the files that people write, as JSON Schema, for editors and pipelines.

mod document;
mod logins;

use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::Value;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::workspace::SCHEMAS;

/// Print the JSON Schema of a file that people write: an editor completes and checks keys by it
///
/// The schemas (JSON Schema, draft 2020-12) are made of what reads the files: what a schema takes
/// ssoctl reads, and an unknown key is refused by both. What a vendor allows and what contradicts
/// another file `ssoctl check` alone can say.
///
/// An editor finds the schema by a comment at the top of a file, with the way to it. Write the
/// schemas to `schemas/` in the workspace and commit them: `connection add` begins new files with
/// that comment then.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl schema                      # of connections/*.yaml
  ssoctl schema --write schemas      # all, into the workspace; again after an update
  ssoctl schema logins > logins.schema.json

First lines of a file in connections/, for yaml-language-server and for JetBrains:
  # yaml-language-server: $schema=../schemas/connection.json
  # $schema: ../schemas/connection.json

Exit codes: 0 printed or written · 2 wrong usage · 3 not writable · 5 another file is there")]
pub(crate) struct Args {
    /// Which files
    #[arg(value_enum, value_name = "KIND", default_value_t)]
    kind: Kind,
    /// List the kinds, and which files each is for
    #[arg(long, conflicts_with_all = ["kind", "write"])]
    list: bool,
    /// Write the schemas of all kinds into this folder, each as KIND.json
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    write: Option<PathBuf>,
}

/// A kind of file that people write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// connections/NAME.yaml: one connection
    #[default]
    Connection,
    /// ssoctl.yaml: the policy of a workspace
    Workspace,
    /// providers/ID.yaml: a vendor of your own
    Provider,
    /// logins.yaml: logins and what is to come of them (`login simulate --cases`)
    Logins,
    /// provision.yaml: which group gives which role (`users provision --mapping`)
    Provision,
}

impl Kind {
    /// As it is given, and the stem of the file that is written.
    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The files that it is for: where they are, and what they say.
    fn files(self) -> (String, String) {
        let help = self.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        let help = help.unwrap_or_default();
        help.split_once(": ").map(|(files, says)| (files.to_owned(), says.to_owned())).unwrap_or_default()
    }
}

/// Prints a schema, lists them, or writes them all.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.write {
        Some(folder) => write(folder, context)?,
        None if args.list => list(context)?,
        None if context.format == Format::Json => {
            let (kind, document) = (args.kind.word(), document::of(args.kind));
            context.ui.json(&json!({ "schema": "ssoctl.schema/1", "kind": kind, "document": document }))?;
        }
        None => context.ui.data(&text(args.kind))?,
    }
    Ok(Verdict::Done)
}

/// The document as it is written.
fn text(kind: Kind) -> String {
    format!("{:#}\n", document::of(kind))
}

fn list(context: &Context) -> Result<()> {
    let kinds = Kind::value_variants();
    if context.format == Format::Json {
        let row = |kind: &Kind| {
            let (files, about) = kind.files();
            json!({ "kind": kind.word(), "files": files, "about": about, "id": document::id(*kind) })
        };
        let rows: Vec<Value> = kinds.iter().map(row).collect();
        return context.ui.json(&json!({ "schema": "ssoctl.schema-list/1", "kinds": rows }));
    }
    let row = |kind: &Kind| {
        let (files, about) = kind.files();
        vec![kind.word(), files, about]
    };
    context.ui.data(&table::table(&["kind", "files", "what they say"], kinds.iter().map(row)))
}

/// Writes them all. A file that is no schema of ssoctl's is not replaced.
fn write(folder: &Path, context: &Context) -> Result<()> {
    let files: Vec<(Kind, PathBuf)> =
        Kind::value_variants().iter().map(|kind| (*kind, folder.join(format!("{}.json", kind.word())))).collect();
    for (_, file) in &files {
        if (file.exists() || file.is_symlink()) && !is_ours(file) {
            let told = format!("`{}` is there already, and is no schema of ssoctl's", file.display());
            return Err(Failure::refused("file-exists", told).hint("name another folder").into());
        }
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::input("file-unwritable", format!("`{}` cannot be made", folder.display()))
            .because(error)
            .hint("check that the folder above may be written, or name another one")
    })?;
    for (kind, file) in &files {
        disk::write(file, text(*kind).as_bytes(), Access::Shared)?;
    }
    context.ui.status(&format!("wrote {} schemas into `{}`", files.len(), folder.display()));
    if context.ui.is_json() {
        let written: Vec<String> = files.iter().map(|(_, file)| file.display().to_string()).collect();
        context.ui.json(&json!({ "schema": "ssoctl.schema-write/1", "files": written }))?;
    }
    context.ui.hint(&format!(
        "commit them; `connection add` names the schema in new files where it is in `{SCHEMAS}` of the workspace, and \
         `ssoctl schema --help` has the line for those that are there"
    ));
    Ok(())
}

/// Whether a file is a schema that ssoctl wrote, of this or another version.
fn is_ours(file: &Path) -> bool {
    const LIMIT: u64 = 1 << 20;
    let text = disk::read(file, LIMIT).unwrap_or_default();
    let document: Value = serde_json::from_slice(&text).unwrap_or_default();
    document["$id"].as_str().is_some_and(|id| id.starts_with(document::IDS))
}

#[cfg(test)]
mod tests;
