//! A sheet that came back, compared with the connection's file label by label (QV10).

use std::collections::BTreeSet;

use crate::cert::armour;
use crate::error::told::redacted;
use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::Sheet;
use crate::export::handover::read::Said;
use crate::model::difference::explain_difference;
use crate::model::difference::nearest;
use crate::model::printable;

/// What the two say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// How many labels say the same.
    pub(crate) same: usize,
    /// Labels that say another thing.
    pub(crate) differences: Vec<Difference>,
    /// Labels with a value in the file that the sheet does not have: section and label.
    pub(crate) missing: Vec<(String, String)>,
    /// Labels that only the sheet has, with the nearest of the file's.
    pub(crate) extra: Vec<(String, Option<String>)>,
    /// Labels that hold a secret and are never compared.
    pub(crate) not_compared: Vec<String>,
}

impl Comparison {
    /// Whether sheet and file say the same.
    pub(crate) fn is_same(&self) -> bool {
        self.differences.is_empty() && self.missing.is_empty() && self.extra.is_empty()
    }
}

/// One label that says another thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The title that it stands under.
    pub(crate) section: String,
    /// The label.
    pub(crate) label: String,
    /// The key of the file, where one key holds it.
    pub(crate) path: Option<String>,
    /// What the file says; `None` where it says nothing.
    pub(crate) file: Option<String>,
    /// What the sheet says; `None` where it says nothing, or must not be repeated.
    pub(crate) sheet: Option<String>,
    /// In a clause.
    pub(crate) why: String,
}

/// Compares what the file makes with what came back.
pub(crate) fn compare(own: &Sheet, said: &[Said]) -> Comparison {
    let mut comparison = Comparison::default();
    let mut used = BTreeSet::new();
    let mut known = Vec::new();
    let said = &without_secrets(own, said);
    for part in &own.parts {
        let Body::Fields(entries) = &part.body else { continue };
        for entry in entries {
            known.push(entry.label.as_str());
            let Some(at) = find(&part.title, &entry.label, said, &used) else {
                if value(&entry.content).is_some() && entry.content != Content::Secret {
                    comparison.missing.push((part.title.clone(), entry.label.clone()));
                }
                continue;
            };
            used.insert(at);
            judge(&part.title, entry, &said[at], &mut comparison);
        }
    }
    for (_, one) in said.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        let near = nearest(&one.label, known.iter().copied()).map(str::to_owned);
        comparison.extra.push((one.label.clone(), near));
    }
    comparison
}

/// What came back as the sheet of the file is: a secret in a URL is neither compared nor told.
fn without_secrets(own: &Sheet, said: &[Said]) -> Vec<Said> {
    let bodies = own.parts.iter().map(|part| &part.body);
    let entries = bodies.filter_map(|body| if let Body::Fields(entries) = body { Some(entries) } else { None });
    let known: Vec<String> = entries.flatten().filter_map(|entry| value(&entry.content)).collect();
    let hide = |text: &String| if known.contains(text) { text.clone() } else { redacted(text).into_owned() };
    said.iter().map(|one| Said { value: one.value.as_ref().map(hide), ..one.clone() }).collect()
}

/// What the sheet says of a label: under the same title, else under none.
fn find(section: &str, label: &str, said: &[Said], used: &BTreeSet<usize>) -> Option<usize> {
    let free = |at: &usize, one: &Said| !used.contains(at) && one.label == label;
    let all = || said.iter().enumerate();
    all()
        .find(|(at, one)| free(at, one) && one.section.as_deref() == Some(section))
        .or_else(|| all().find(|(at, one)| free(at, one) && one.section.is_none()))
        .map(|(at, _)| at)
}

fn judge(section: &str, entry: &Entry, said: &Said, comparison: &mut Comparison) {
    let mut differs = |file: Option<String>, sheet: Option<String>, why: String| {
        let path = Some(entry.path.clone()).filter(|path| !path.starts_with('@'));
        let (section, label) = (section.to_owned(), entry.label.clone());
        comparison.differences.push(Difference { section, label, path, file, sheet, why });
    };
    if entry.content == Content::Secret || entry.path == "oauth.client_secret" {
        match &said.value {
            // What stands there may be the secret itself: it is not repeated.
            Some(_) => differs(
                None,
                None,
                "the sheet holds a value where a secret belongs (not shown): send it by another channel, and renew it"
                    .to_owned(),
            ),
            None => comparison.not_compared.push(entry.label.clone()),
        }
        return;
    }
    let file = value(&entry.content);
    // A sheet shows what drives a terminal by its code.
    let shown = |text: &str| text.lines().map(printable).collect::<Vec<_>>().join("\n");
    if file
        .as_deref()
        .is_some_and(|file| said.value.as_deref().is_some_and(|value| value == file || value == shown(file)))
    {
        comparison.same += 1;
        return;
    }
    let sheet = said.value.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match (file, sheet) {
        (None, None) => comparison.same += 1,
        (Some(file), None) => differs(Some(file), None, "the sheet says nothing".to_owned()),
        (None, Some(sheet)) => differs(None, Some(sheet.to_owned()), "the file says nothing".to_owned()),
        (Some(file), Some(sheet)) => match difference(entry, &file, sheet) {
            None => comparison.same += 1,
            Some(why) => differs(Some(file), Some(sheet.to_owned()), why),
        },
    }
}

/// The value that counts, as text.
fn value(content: &Content) -> Option<String> {
    match content {
        Content::Given(value) | Content::Default(value) => Some(value.clone()),
        Content::Several(values) => Some(values.join("\n")),
        Content::Certificates(all) => {
            Some(all.iter().map(|one| format!("sha256:{}", one.sha256)).collect::<Vec<_>>().join("\n"))
        }
        Content::Mappings(rows) => Some(rows.iter().map(|row| row.cells().join("  ")).collect::<Vec<_>>().join("\n")),
        Content::Secret | Content::Fallback(_) | Content::NotSet | Content::Missing => None,
        Content::Unknown(_) | Content::Shown(_) | Content::None(_) => None,
    }
}

/// Why two values are not the same; nothing where they are.
fn difference(entry: &Entry, file: &str, sheet: &str) -> Option<String> {
    match &entry.content {
        Content::Certificates(all) => {
            let own: BTreeSet<&str> = all.iter().map(|one| one.sha256.as_str()).collect();
            certificates(&own, all, sheet)
        }
        Content::Mappings(_) => sets(&rows(file), &rows(sheet), "mapping"),
        Content::Several(_) => {
            // On paper several values are lines, or parted as the page parts them.
            let ways = [entry.separator.as_deref().unwrap_or("\n"), entry.separator.as_deref().unwrap_or(",")];
            let told = ways.map(|separator| sets(&items(file, separator), &items(sheet, separator), "value"));
            if told.contains(&None) { None } else { told.into_iter().flatten().next() }
        }
        _ if entry.yes_no => {
            let word = |text: &str| match text.to_lowercase().as_str() {
                "yes" | "true" | "on" => Some(true),
                "no" | "false" | "off" => Some(false),
                _ => None,
            };
            (word(file).is_none() || word(file) != word(sheet)).then(|| explain_difference(file, sheet))
        }
        _ => (file.trim() != sheet && printable(file.trim()) != sheet).then(|| explain_difference(file, sheet)),
    }
}

/// Certificates are the same where their bytes are, however they are written.
fn certificates(own: &BTreeSet<&str>, all: &[super::Pem], sheet: &str) -> Option<String> {
    let mut found = BTreeSet::new();
    if sheet.contains("-----BEGIN") {
        for (_, read) in armour::from_pem_bundle(sheet.as_bytes()) {
            match read {
                Ok(certificate) => found.insert(certificate.sha256),
                Err(failure) => return Some(format!("the sheet's certificate cannot be read: {failure}")),
            };
        }
    } else {
        let digits = |word: &str| word.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
        for word in sheet.split_whitespace().map(digits) {
            let of = all.iter().find(|one| one.sha1 == word).map(|one| one.sha256.clone());
            found.extend(of.or_else(|| (word.len() == 64).then_some(word)));
        }
    }
    let lacks: Vec<&&str> = own.iter().filter(|one| !found.contains(**one)).collect();
    let more: Vec<&String> = found.iter().filter(|one| !own.contains(one.as_str())).collect();
    match (lacks.first(), more.first()) {
        (None, None) => None,
        (Some(lacks), None) => Some(format!("the sheet lacks the certificate sha256:{lacks}")),
        (None, Some(more)) => Some(format!("the sheet has a certificate more, sha256:{more}")),
        (Some(lacks), Some(more)) => Some(format!("another certificate: expected sha256:{lacks}, got sha256:{more}")),
    }
}

/// Rows whose cells are parted by two spaces or more, a tab, or a bar with spaces around it.
fn rows(text: &str) -> BTreeSet<String> {
    let cells = |line: &str| {
        let tabs = line.replace('\t', "  ");
        let cells: Vec<&str> = tabs.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        cells.join("  ")
    };
    text.lines().map(cells).filter(|row| !row.is_empty()).collect()
}

fn items(text: &str, separator: &str) -> BTreeSet<String> {
    let parts = text.lines().flat_map(|line| line.split(separator));
    parts.map(|item| printable(item.trim())).filter(|item| !item.is_empty()).collect()
}

fn sets(file: &BTreeSet<String>, sheet: &BTreeSet<String>, what: &str) -> Option<String> {
    let lacks: Vec<&str> = file.difference(sheet).map(String::as_str).collect();
    let more: Vec<&str> = sheet.difference(file).map(String::as_str).collect();
    match (lacks.as_slice(), more.as_slice()) {
        ([], []) => None,
        ([one], [other]) => Some(explain_difference(one, other)),
        (lacks, []) => Some(format!("the sheet lacks the {what} `{}`", lacks.join("`, `"))),
        ([], more) => Some(format!("the sheet has the {what} `{}` more", more.join("`, `"))),
        (lacks, more) => {
            Some(format!("the sheet lacks the {what} `{}` and has `{}`", lacks.join("`, `"), more.join("`, `")))
        }
    }
}
