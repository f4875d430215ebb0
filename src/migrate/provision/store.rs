//! The user store's export: a key, groups, and the columns that the mapping names.

use std::collections::BTreeMap;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::shown;
use crate::migrate::table;
use crate::model::provision::Mapping;

/// One person of the user store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// The line of the export.
    pub(crate) line: u64,
    /// The person's own key.
    pub(crate) key: String,
    /// Groups, in the store's words.
    pub(crate) groups: Vec<String>,
    /// Values by the names of their columns.
    pub(crate) values: BTreeMap<String, String>,
    /// Why the row cannot be used.
    pub(crate) fault: Option<String>,
}

impl Person {
    /// What the store has for a field of the vendor; nothing where the cell is blank.
    pub(crate) fn value(&self, mapping: &Mapping, field: &str) -> Option<&str> {
        let value = self.values.get(mapping.fields.get(field)?)?;
        (!value.trim().is_empty()).then_some(value.as_str())
    }

    /// The address of a new account, from the store or from the mapping itself.
    pub(crate) fn address<'a>(&'a self, mapping: &'a Mapping) -> Option<&'a str> {
        self.value(mapping, "email").or_else(|| mapping.constants.get("email").map(String::as_str))
    }
}

/// A group without the spaces about it. A space of another script is of the name: it is another group.
pub(crate) fn trimmed(group: &str) -> &str {
    group.trim_matches(|c: char| c.is_ascii_whitespace())
}

const CODES: table::Codes = table::Codes {
    encoding: "store-encoding",
    empty: "store-empty",
    no_rows: "store-no-rows",
    nul: "store-nul",
    quote: "store-quote",
    column: "store-column",
    duplicate_column: "store-column",
};

/// Reads the export, of an encoding that is named where it is not UTF-8 or UTF-16; every column that
/// the mapping names must be there.
pub(crate) fn read(bytes: &[u8], name: &str, encoding: Option<&str>, mapping: &Mapping) -> Result<Vec<Person>> {
    let table = table::open(bytes, name, encoding, &[], &CODES)?;
    let place = |wanted: &str| -> Result<usize> {
        let at: Vec<usize> = (0..table.names.len()).filter(|at| table.names[*at] == wanted).collect();
        match at.as_slice() {
            [only] => Ok(*only),
            _ => {
                let names: Vec<String> = table.names.iter().take(30).map(|name| shown(name)).collect();
                let many = if at.is_empty() { "not there" } else { "there more than once" };
                Err(Failure::input("store-column", format!("{name}:1: the column {} is {many}", shown(wanted)))
                    .hint(format!("the mapping names it; the file has {}", names.join(", ")))
                    .into())
            }
        }
    };
    let (key, groups) = (place(&mapping.key_column)?, place(&mapping.groups_column)?);
    let mut columns = Vec::new();
    for column in mapping.fields.values() {
        columns.push((column, place(column)?));
    }
    let mut people = Vec::new();
    table.each(name, &CODES, |record| {
        let values = columns.iter().map(|(column, at)| ((*column).clone(), record.get(*at).to_owned())).collect();
        let parts = record.get(groups).split(mapping.group_delimiter.as_str()).map(trimmed);
        people.push(Person {
            line: record.line,
            key: record.get(key).to_owned(),
            groups: parts.filter(|group| !group.is_empty()).map(str::to_owned).collect(),
            values,
            fault: record
                .ragged
                .map(|fields| format!("the row has {fields} fields where the header has {}", table.width())),
        });
    })?;
    Ok(people)
}
