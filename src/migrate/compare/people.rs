//! The identity provider's export: which of its columns is what, found by name or named by a flag.

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::migrate::accounts;
use crate::migrate::compare::Person;
use crate::migrate::shown;
use crate::migrate::table;
use crate::migrate::table::EMAIL;
use crate::rules::policy::Column;

/// Which columns hold what; nothing given is looked for by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice<'a> {
    /// The column of the value that users are found by.
    pub(crate) key: Option<&'a str>,
    /// The attribute that carries it in an assertion, which the export may call it by too.
    pub(crate) attribute: Option<&'a str>,
    /// The column of the e-mail address.
    pub(crate) email: Option<&'a str>,
    /// The column that says whether somebody may log in.
    pub(crate) active: Option<&'a str>,
    /// Encoding of the file.
    pub(crate) encoding: Option<&'a str>,
}

/// An export that could be read.
#[derive(Clone, Debug)]
pub(crate) struct People {
    /// In the order of the file.
    pub(crate) all: Vec<Person>,
    /// The column that was taken for the value that users are found by.
    pub(crate) key: String,
    /// The column that was taken for the state of a person.
    pub(crate) active: Option<String>,
    /// What there is to tell.
    pub(crate) findings: Vec<Finding>,
}

const CODES: table::Codes = table::Codes {
    encoding: "people-encoding",
    empty: "people-empty",
    no_rows: "people-no-rows",
    nul: "people-nul",
    quote: "people-quote",
    column: "people-column",
    duplicate_column: "people-duplicate-column",
};

const USERNAME: &[&str] = &["username", "login", "userprincipalname", "upn", "nameid", "uid", "samaccountname"];
const EXTERNAL_ID: &[&str] = &["externalid", "employeenumber", "employeeid"];
const ACTIVE: &[&str] = &["active", "enabled", "accountenabled", "status", "accountstatus"];

/// Reads the export; `column` is where the vendor keeps what users are found by.
pub(crate) fn read(bytes: &[u8], name: &str, choice: &Choice<'_>, column: Column) -> Result<People> {
    let table = table::open(bytes, name, choice.encoding, &[], &CODES)?;
    let key = position(&table, name, "--key-column", choice.key)?;
    let key = key.or_else(|| choice.attribute.and_then(|name| exact(&table, name))).or_else(|| match column {
        Column::Username => by_name(&table, USERNAME).or_else(|| by_name(&table, EMAIL)),
        Column::Email => by_name(&table, EMAIL).or_else(|| by_name(&table, USERNAME)),
        Column::ExternalId => by_name(&table, EXTERNAL_ID),
    });
    let Some(key) = key else { return Err(unknown(&table, name, choice, column).into()) };
    let email = position(&table, name, "--email-column", choice.email)?.or_else(|| by_name(&table, EMAIL));
    let active = position(&table, name, "--active-column", choice.active)?;
    let asked = active.is_some();
    let active = active.or_else(|| by_name(&table, ACTIVE).filter(|at| *at != key));
    let mut all = Vec::new();
    let mut wrong = None;
    table.each(name, &CODES, |record| {
        if wrong.is_some() {
            return;
        }
        let place = table::place(name, Some(record.line));
        if let Some(fields) = record.ragged {
            wrong = Some(
                Failure::input(
                    "people-ragged",
                    format!("{place}: the row has {fields} fields and the header {}", table.width()),
                )
                .hint("a value with the separator in it stands in quotes"),
            );
            return;
        }
        let state = active.map(|at| record.get(at)).filter(|word| !word.is_empty());
        let known = state.and_then(accounts::active);
        if let Some(word) = state.filter(|_| known.is_none() && asked) {
            wrong = Some(
                Failure::input(
                    "people-status",
                    format!("{place}: {} does not say whether this person may log in", shown(word)),
                )
                .hint("known are active, enabled, true, yes, inactive, disabled, suspended, locked, false and no"),
            );
            return;
        }
        let email = email.map(|at| record.get(at).to_owned()).filter(|email| !email.is_empty());
        all.push(Person { line: record.line, key: record.get(key).to_owned(), email, active: known });
    })?;
    match wrong {
        Some(failure) => Err(failure.into()),
        None => Ok(People {
            all,
            key: table.names[key].clone(),
            active: active.map(|at| table.names[at].clone()),
            findings: table.findings.clone(),
        }),
    }
}

fn exact(table: &table::Table<'_>, wanted: &str) -> Option<usize> {
    table.names.iter().position(|name| name == wanted)
}

fn by_name(table: &table::Table<'_>, wanted: &[&str]) -> Option<usize> {
    table::by_name(&table.names, wanted)
}

/// Where a column is that a flag names.
fn position(table: &table::Table<'_>, file: &str, flag: &str, given: Option<&str>) -> Result<Option<usize>> {
    let Some(given) = given else { return Ok(None) };
    let places: Vec<usize> = (0..table.names.len()).filter(|at| table.names[*at] == given).collect();
    match places.as_slice() {
        [only] => Ok(Some(*only)),
        [] => Err(Failure::input("people-column", format!("{file}:1: there is no column {}", shown(given)))
            .hint(format!("give one of these by `{flag}`: {}", names(table)))
            .into()),
        _ => Err(Failure::input(
            "people-duplicate-column",
            format!("{file}:1: the column {} is there twice", shown(given)),
        )
        .hint("give each column a name of its own")
        .into()),
    }
}

fn names(table: &table::Table<'_>) -> String {
    table.names.iter().take(30).map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}

fn unknown(table: &table::Table<'_>, file: &str, choice: &Choice<'_>, column: Column) -> Failure {
    let sent = choice.attribute.map(|name| format!(", which is sent as {}", shown(name))).unwrap_or_default();
    Failure::input(
        "people-column",
        format!("{file}:1: which column holds what users are found by (the {}{sent}) is not known", column.word()),
    )
    .hint(format!("name it by `--key-column`; there is {}", names(table)))
}
