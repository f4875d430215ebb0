//! Which column of a file is meant: by the flag that names it, by the names it usually has, or by one
//! that is nearly so.

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::shown;
use crate::migrate::table::Codes;
use crate::migrate::table::Want;
use crate::migrate::table::encoding::place;

/// Names of a column of e-mail addresses, in small letters and without what is no letter.
pub(crate) const EMAIL: &[&str] = &["email", "mail", "emailaddress", "workemail", "primaryemail"];

/// Where a wanted column is, and under which name.
pub(super) fn find(want: &Want<'_>, names: &[String]) -> Option<usize> {
    let position = |wanted: &str| names.iter().position(|name| name == wanted);
    match want.given {
        Some(given) => position(given),
        None => want.defaults.iter().find_map(|default| position(default)).or_else(|| alike(want, names)),
    }
}

/// Where no flag could name a column, one whose name is the wanted one but for case, spaces and the
/// like is meant, if it is the only one.
fn alike(want: &Want<'_>, names: &[String]) -> Option<usize> {
    if !want.flag.is_empty() {
        return None;
    }
    let wanted: Vec<String> = want.defaults.iter().map(|name| bare(name)).collect();
    let mut found = (0..names.len()).filter(|at| wanted.contains(&bare(&names[*at])));
    found.next().filter(|_| found.next().is_none())
}

/// A name in small letters, without what is no letter or digit.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The column that is wanted; `None` where it need not be there.
pub(super) fn column(
    want: &Want<'_>,
    names: &[String],
    file: &str,
    codes: &Codes,
    findings: &mut Vec<Finding>,
) -> Result<Option<usize>> {
    let Some(position) = find(want, names) else {
        if !want.required && want.given.is_none() {
            return Ok(None);
        }
        return Err(missing(want, names, file, codes).into());
    };
    let name = &names[position];
    if names.iter().filter(|other| *other == name).count() > 1 {
        return Err(Failure::input(
            codes.duplicate_column,
            format!("{file}: the column {} is there twice", shown(name)),
        )
        .hint("give each column a name of its own")
        .into());
    }
    let others: Vec<String> = want
        .defaults
        .iter()
        .filter(|default| {
            want.given.is_none() && **default != name.as_str() && names.iter().any(|other| other == **default)
        })
        .map(|default| shown(default))
        .collect();
    if want.required && !others.is_empty() {
        findings.push(
            Finding::new(
                "roster-column-choice",
                Severity::Warning,
                format!("the {} is taken from the column {}, not from {}", want.what, shown(name), others.join(", ")),
            )
            .hint(format!("say which one with `{}`", want.flag))
            .at(place(file, Some(1))),
        );
    }
    Ok(Some(position))
}

fn missing(want: &Want<'_>, names: &[String], file: &str, codes: &Codes) -> Failure {
    let wanted: Vec<&str> = want.given.map_or_else(|| want.defaults.to_vec(), |given| vec![given]);
    let near = names.iter().find(|name| wanted.iter().any(|wanted| bare(wanted) == bare(name))).or_else(|| {
        names
            .iter()
            .find(|name| wanted.iter().any(|wanted| strsim::damerau_levenshtein(&bare(wanted), &bare(name)) <= 2))
    });
    let list: Vec<String> = wanted.iter().map(|wanted| shown(wanted)).collect();
    let shown_names: Vec<String> = names.iter().take(30).map(|name| shown(name)).collect();
    let list = list.join(" or ");
    if want.flag.is_empty() {
        let told =
            format!("{file}:1: there is no column {list} for the {}; there is {}", want.what, shown_names.join(", "));
        return Failure::input(codes.column, told).hint("give the column that has it one of these names");
    }
    match near {
        Some(near) => Failure::input(
            codes.column,
            format!("{file}:1: there is no column for the {} ({list}); the file has {}", want.what, shown(near)),
        )
        .hint(format!("use `{} {}`", want.flag, shell_word(near))),
        None => Failure::input(
            codes.column,
            format!(
                "{file}:1: there is no column for the {} ({list}); the file has {}",
                want.what,
                shown_names.join(", ")
            ),
        )
        .hint(format!("name the column of the {} with `{} NAME`", want.what, want.flag)),
    }
}

/// The column of one of these names, tried in order: in small letters, and without what is no letter or digit.
pub(crate) fn by_name(names: &[String], wanted: &[&str]) -> Option<usize> {
    let bare: Vec<String> = names.iter().map(|name| bare(name)).collect();
    wanted.iter().find_map(|wanted| bare.iter().position(|name| name == wanted))
}

/// A word as it can be typed after a flag.
fn shell_word(text: &str) -> String {
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) && !text.is_empty() {
        return text.to_owned();
    }
    format!("'{}'", crate::model::printable(text).replace('\'', r"'\''"))
}
