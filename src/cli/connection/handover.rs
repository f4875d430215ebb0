//! `ssoctl connection handover`

use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Sheet;
use crate::export::handover::Subject;
use crate::export::handover::compare;
use crate::export::handover::compare::Comparison;
use crate::export::handover::product;
use crate::export::handover::read;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::report::handover;

/// Write what the vendor's form, or the identity provider's administrator, needs
///
/// For the vendor: its page, questionnaire or sheet, field by field in its order and words, how far
/// the set-up is, what is still to be asked, and the request itself where the vendor wants one. For
/// the identity provider: entity ID, ACS, logout, RelayState, attribute names, certificates, and
/// where that is entered in its product. Secrets are never written. What the colleague sends back
/// is held against the file by --compare: the Markdown or JSON written here, a CSV file of label
/// and value, or lines of `label: value`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl connection handover qualys-prod --for vendor
  ssoctl connection handover qualys-prod --for idp --idp okta --format html -o okta.html
  ssoctl connection handover qvidian --for vendor --compare filled-in.md

The format is Markdown, also for `human`; `--format html` is one page without script, for a mail
or for paper; `--format json` is for programs.

Exit codes: 0 written, or the sheet says the same · 1 the sheet says another thing · 2 wrong usage
            3 no such connection, or the sheet cannot be read · 5 the file is there already")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Who is given it
    #[arg(long = "for", value_enum, value_name = "SIDE")]
    side: Side,
    /// Product of the identity provider, for its click path [default: told by its addresses]
    #[arg(long, value_name = "PRODUCT", value_parser = PossibleValuesParser::new(product::ids()))]
    idp: Option<String>,
    /// Write to this file [default: standard output]
    #[arg(long, short, value_name = "FILE", conflicts_with = "compare")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    force: bool,
    /// Compare a sheet that came back with the connection's file (`-` reads standard input)
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Side {
    /// The vendor's page, form or support desk
    Vendor,
    /// The identity provider's administrator
    Idp,
}

impl Args {
    /// Whether a document for others is asked for.
    pub(super) fn is_document(&self) -> bool {
        self.compare.is_none()
    }
}

/// Writes the sheet, or compares one.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let loaded = context.workspace()?.load(&args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let subject = Subject {
        name: args.name.as_str(),
        connection: &loaded.connection,
        profile: &vendor,
        now: context.now,
    };
    let sheet = match args.side {
        Side::Vendor if args.idp.is_some() => {
            return Err(Failure::usage("idp-not-asked", "`--idp` is for `--for idp`")
                .hint("leave it out, or write what the identity provider needs: `--for idp`")
                .into());
        }
        Side::Vendor => subject.for_vendor(),
        Side::Idp => {
            let product = match &args.idp {
                Some(id) => product::named(id)?,
                None => product::guessed(&loaded.connection)?,
            };
            if product.is_none() {
                let all: Vec<&str> = product::ids().collect();
                let all = all.join("|");
                context.ui.hint(&format!("the identity provider's product is not known by its addresses: `--idp {all}`"));
            }
            subject.for_idp(product.as_ref())
        }
    };
    match &args.compare {
        Some(path) => compared(args, &sheet, path, context),
        None => written(args, &sheet, context),
    }
}

fn written(args: &Args, sheet: &Sheet, context: &Context) -> Result<Verdict> {
    if let Some(path) = &args.output
        && path.exists()
        && !args.force
    {
        return Err(Failure::refused("file-exists", format!("`{}` is there already", path.display()))
            .hint("`--force` replaces it")
            .into());
    }
    for label in missing(sheet) {
        context.ui.warning(&format!("`{}` is required and not in the file", printable(&label)));
    }
    let text = match context.format {
        Format::Html => handover::html::write(sheet),
        Format::Json => format!("{:#}\n", handover::document(sheet)),
        _ => handover::markdown::write(sheet),
    };
    match &args.output {
        Some(path) => {
            disk::write(path, text.as_bytes(), Access::Shared)?;
            context.ui.status(&format!("wrote `{}`", path.display()));
        }
        None if context.ui.is_json() => context.ui.json(&handover::document(sheet))?,
        None => context.ui.data(&text)?,
    }
    Ok(Verdict::Done)
}

fn missing(sheet: &Sheet) -> Vec<String> {
    let mut labels = Vec::new();
    for part in &sheet.parts {
        if let Body::Fields(entries) = &part.body {
            let without = entries.iter().filter(|entry| entry.content == Content::Missing);
            labels.extend(without.map(|entry| entry.label.clone()));
        }
    }
    labels
}

fn compared(args: &Args, sheet: &Sheet, path: &Path, context: &Context) -> Result<Verdict> {
    let (bytes, name) = if path.as_os_str() == "-" {
        (disk::read_stdin(read::LARGEST)?, "standard input".to_owned())
    } else {
        (disk::read(path, read::LARGEST)?, path.display().to_string())
    };
    let said = read::read(&bytes, &name, sheet)?;
    let found = compare::compare(sheet, &said);
    if context.ui.is_json() {
        context.ui.json(&handover::comparison(sheet, &name, &found))?;
    } else {
        context.ui.data(&page(args, &found))?;
    }
    if found.is_same() {
        context.ui.status(&format!("{name} says what the file says ({} labels)", found.same));
        return Ok(Verdict::Done);
    }
    context.ui.hint(&format!("`ssoctl connection set {} KEY=VALUE` takes over what the sheet says", args.name));
    Ok(Verdict::Findings)
}

/// The comparison for a person.
fn page(args: &Args, found: &Comparison) -> String {
    let shown = |text: &Option<String>| {
        let text = text.as_deref().map_or("(nothing)".to_owned(), |text| text.lines().collect::<Vec<_>>().join(", "));
        let short: String = text.chars().take(300).collect();
        printable(&if short.len() < text.len() { format!("{short}…") } else { short })
    };
    let mut text = String::new();
    for one in &found.differences {
        let key = one.path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
        text += &printable(&format!("{} > {}{key}", one.section, one.label));
        // A secret that stands in a sheet has neither side shown.
        if one.file.is_some() || one.sheet.is_some() {
            text += &format!("\n  file   {}\n  sheet  {}", shown(&one.file), shown(&one.sheet));
        }
        text += &format!("\n  {}\n", printable(&one.why));
    }
    for (section, label) in &found.missing {
        text += &printable(&format!("{section} > {label}"));
        text += "\n  it is in the file, and the sheet does not have it\n";
    }
    for (label, near) in &found.extra {
        let near = near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        text += &printable(label);
        text += &format!("\n  the sheet has it, and the file does not{}\n", printable(&near));
    }
    for label in &found.not_compared {
        text += &printable(label);
        text += "\n  not compared: it travels by another channel\n";
    }
    if text.is_empty() { format!("{}: the same, {} labels\n", args.name, found.same) } else { text }
}
