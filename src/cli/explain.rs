//! `ssoctl explain`: what a code means, and how to mend it.

use serde_json::Value;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::error::Failure;
use crate::error::Result;
use crate::explain;
use crate::explain::Page;
use crate::model::difference::nearest;

/// Columns of a page where nothing says how wide it may be.
const WIDTH: usize = 80;

/// Say what a code means, why it matters, and how to mend it
///
/// Every finding, refusal, row of a plan and step of a login has a code, which stays the same. Its page
/// says what was seen, what goes wrong if nobody acts, the command or line that mends it, and where the
/// rule is from. Without a code, all codes are listed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl explain certificate-expiring
  ssoctl explain | grep jwks
  ssoctl explain issuer-trailing-slash --format json | jq -r .mend

Exit codes: 0 told · 2 there is no such code")]
pub(crate) struct Args {
    /// The code, as messages and reports have it [default: list all]
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Prints one page, or what there is.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let Some(code) = &args.code else { return list(context) };
    let page = explain::page(code).ok_or_else(|| unknown(code))?;
    if context.format == Format::Json {
        let mut document = as_json(&page);
        document["schema"] = json!("ssoctl.explain/1");
        context.ui.json(&document)?;
    } else {
        context.ui.data(&text(&page))?;
    }
    Ok(Verdict::Done)
}

fn list(context: &Context) -> Result<Verdict> {
    let mut pages: Vec<Page> = explain::pages().collect();
    pages.sort_by_key(|page| page.code);
    if context.format == Format::Json {
        let codes: Vec<Value> = pages.iter().map(as_json).collect();
        context.ui.json(&json!({ "schema": "ssoctl.explain/1", "codes": codes }))?;
    } else {
        let rows: Vec<Vec<String>> = pages.iter().map(|page| vec![page.code.to_owned(), one_line(page.what)]).collect();
        context.ui.data(&table::table(&["code", "what was seen"], rows))?;
    }
    Ok(Verdict::Done)
}

fn unknown(code: &str) -> anyhow::Error {
    let failure = Failure::usage("code-unknown", format!("there is no code `{code}`"));
    match nearest(code, explain::pages().map(|page| page.code)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`ssoctl explain` lists them all"),
    }
    .into()
}

fn as_json(page: &Page) -> Value {
    json!({
        "code": page.code,
        "what": one_line(page.what),
        "why": one_line(page.why),
        "mend": one_line(page.mend),
        "source": one_line(page.source),
        "example": page.example.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n"),
    })
}

/// The page for a person, no wider than a terminal.
fn text(page: &Page) -> String {
    let mut text = format!("{}\n", page.code);
    let fields = [
        ("what was seen", page.what),
        ("why it matters", page.why),
        ("how to mend it", page.mend),
        ("where the rule is from", page.source),
    ];
    for (heading, field) in fields {
        text += &format!("\n{heading}\n");
        for line in table::wrapped(&one_line(field), Some(WIDTH - 2)) {
            text += &format!("  {}\n", line.trim_start());
        }
    }
    text += "\nexample\n";
    for line in page.example.lines() {
        text += &format!("  {}\n", line.strip_prefix("    ").unwrap_or(line));
    }
    text
}

/// A paragraph without the line breaks of its file.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands of a text, between backticks, word by word.
    fn commands(text: &str) -> Vec<Vec<String>> {
        let quoted = text.split('`').skip(1).step_by(2);
        let ours = quoted.filter_map(|quoted| quoted.strip_prefix("ssoctl "));
        ours.map(|command| command.split_whitespace().map(str::to_owned).collect()).collect()
    }

    /// The first word of a command that there is not.
    fn unknown_word(words: &[String]) -> Option<&str> {
        let root = crate::cli::command();
        let mut here = &root;
        let mut flags: Vec<String> = Vec::new();
        let add = |command: &clap::Command, flags: &mut Vec<String>| {
            flags.extend(command.get_arguments().filter_map(|flag| flag.get_long()).map(|long| format!("--{long}")));
            flags.extend(command.get_arguments().filter_map(|flag| flag.get_short()).map(|short| format!("-{short}")));
        };
        add(here, &mut flags);
        for word in words {
            if let Some(sub) = here.find_subcommand(word) {
                here = sub;
                add(here, &mut flags);
            } else if word.starts_with('-') && word.len() > 1 {
                let flag = word.split('=').next().unwrap_or(word);
                if !flags.iter().any(|known| known == flag) && flag != "--help" && flag != "--version" {
                    return Some(word);
                }
            } else if here.has_subcommands() && here.get_name() != "completions" {
                return Some(word);
            }
        }
        None
    }

    #[test]
    fn the_mends_of_all_pages_are_commands_that_there_are() {
        let mut count = 0;
        for page in explain::pages() {
            for command in [page.what, page.why, page.mend].iter().flat_map(|text| commands(text)) {
                count += 1;
                assert_eq!(unknown_word(&command), None, "{}: `ssoctl {}`", page.code, command.join(" "));
            }
        }
        assert!(count > 300, "only {count} commands found: the search is broken");
        assert_eq!(unknown_word(&["cert".to_owned(), "mend".to_owned()]), Some("mend"));
        assert_eq!(unknown_word(&["check".to_owned(), "--online-now".to_owned()]), Some("--online-now"));
    }

    #[test]
    fn a_page_fits_a_terminal() {
        for page in explain::pages() {
            let text = text(&page);
            let wide = text.lines().find(|line| line.chars().count() > WIDTH && line.trim_start().contains(' '));
            assert_eq!(wide, None, "{}", page.code);
        }
    }
}
