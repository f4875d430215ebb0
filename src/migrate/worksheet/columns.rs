//! The columns of an import file: the administrator's own, since no vendor has published them.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::plan::Row;
use crate::migrate::shown;
use crate::migrate::table;
use crate::migrate::worksheet::Entry;
use crate::model::username;

/// What every plan knows of a change, whatever the vendor.
pub(crate) const OF_A_CHANGE: [&str; 6] = ["before", "after", "user_id", "login", "line", "part"];

/// Headings, and what stands below each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Map {
    columns: Vec<(String, String)>,
}

fn malformed(why: String) -> anyhow::Error {
    Failure::usage("worksheet-columns", why)
        .hint("write `--columns 'Login ID={after},E-mail={E-mail}'`; a comma in a heading stands in quotes: '\"a,b\"'")
        .into()
}

impl Map {
    /// `Login ID={after},E-mail={E-mail}`: one record of CSV, each field a heading and a template.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut fields = csv::StringRecord::new();
        let read = reader
            .read_record(&mut fields)
            .map_err(|error| malformed(format!("the columns cannot be read: {error}")))?;
        if !read || reader.records().next().is_some() {
            return Err(malformed("the columns are not one line".to_owned()));
        }
        let mut columns = Vec::new();
        for field in &fields {
            match field.split_once('=') {
                Some((heading, template)) if !heading.trim().is_empty() => {
                    columns.push((heading.trim().to_owned(), template.to_owned()));
                }
                _ => return Err(malformed(format!("{} has no heading and value", shown(field)))),
            }
        }
        Self::of(columns)
    }

    /// A CSV file of two columns, `column` and `value`, kept beside the connection.
    pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Self> {
        const CODES: table::Codes = table::Codes {
            encoding: "worksheet-map-encoding",
            empty: "worksheet-map-empty",
            no_rows: "worksheet-map-empty",
            nul: "worksheet-map-encoding",
            quote: "worksheet-map-quote",
            column: "worksheet-map-column",
            duplicate_column: "worksheet-map-column",
        };
        let want = |what, defaults| table::Want { what, flag: "", given: None, defaults, required: true };
        let wants = [want("heading", &["column"]), want("value below it", &["value"])];
        let table = table::open(bytes, name, None, &wants, &CODES)?;
        let at = |index: usize| table.columns.get(index).copied().flatten().unwrap_or(usize::MAX);
        let (heading, value) = (at(0), at(1));
        let mut columns = Vec::new();
        table.each(name, &CODES, |record| {
            columns.push((record.get(heading).to_owned(), record.get(value).to_owned()));
        })?;
        Self::of(columns)
    }

    fn of(columns: Vec<(String, String)>) -> Result<Self> {
        let mut seen = HashSet::new();
        if let Some((twin, _)) = columns.iter().find(|(heading, _)| !seen.insert(heading.as_str())) {
            return Err(malformed(format!("the column {} is there twice", shown(twin))));
        }
        Ok(Self { columns })
    }

    /// Whether a value stands anywhere in it.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.columns.iter().any(|(_, template)| username::names(template).contains(&name))
    }

    /// Refuses a name that nothing is known of; `facts` are those that have no column.
    pub(crate) fn check(&self, facts: &[&str], export: Option<&Export>) -> Result<()> {
        let known = |name: &str| facts.contains(&name) || export.is_some_and(|export| export.place(name).is_some());
        for (heading, template) in &self.columns {
            if let Some(unknown) = username::names(template).into_iter().find(|name| !known(name)) {
                let mut names: Vec<String> = facts.iter().map(|name| format!("{{{name}}}")).collect();
                names.extend(
                    export.into_iter().flat_map(|export| &export.names).take(30).map(|name| format!("{{{name}}}")),
                );
                let hint = match export {
                    Some(_) => format!("known are {}", names.join(", ")),
                    None => format!(
                        "known are {}, and the columns of an exported list: `--directory FILE`",
                        names.join(", ")
                    ),
                };
                return Err(Failure::usage(
                    "worksheet-columns",
                    format!(
                        "nothing is known that {} below {} could be",
                        shown(&format!("{{{unknown}}}")),
                        shown(heading)
                    ),
                )
                .hint(hint)
                .into());
            }
        }
        Ok(())
    }

    /// The heading below which exactly this stands, such as `{connectors}`.
    pub(crate) fn heading_of(&self, template: &str) -> Option<&str> {
        self.columns.iter().find(|(_, value)| value == template).map(|(heading, _)| heading.as_str())
    }

    /// The headings.
    pub(crate) fn headings(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(heading, _)| heading.as_str())
    }

    /// The cells of one row; `fact` knows what stands in braces.
    pub(crate) fn cells<'m>(&'m self, fact: &'m dyn Fn(&str) -> Option<String>) -> impl Iterator<Item = String> + 'm {
        self.columns.iter().map(move |(_, template)| username::fill(template, fact))
    }

    /// The rows of the import file of a plan, exactly in these columns.
    pub(crate) fn rows(&self, entries: &[Entry<'_>], export: Option<&Export>) -> Result<Vec<Vec<String>>> {
        self.check(&OF_A_CHANGE, export)?;
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let row = export.and_then(|export| export.row(entry.row));
            let fact = |name: &str| match name {
                "before" => Some(entry.from.to_owned()),
                "after" => Some(entry.to.to_owned()),
                "user_id" => Some(entry.row.user_id.as_ref().map(|id| id.0.clone()).unwrap_or_default()),
                "login" => Some(entry.row.login.as_deref().unwrap_or(entry.from).to_owned()),
                "line" => Some(entry.row.line.to_string()),
                "part" => Some(entry.part.to_string()),
                other => export.map(|export| export.cell(row, other).to_owned()),
            };
            rows.push(self.cells(&fact).collect());
        }
        Ok(rows)
    }

    /// The import file: rows below the headings, each cell as it is, since a vendor would take an
    /// apostrophe before a formula for a part of the name.
    pub(crate) fn table(&self, rows: &[Vec<String>]) -> Result<Vec<u8>> {
        let failed = |error: &dyn std::fmt::Display| Failure::bug(format!("an import file cannot be written: {error}"));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.headings()).map_err(|error| failed(&error))?;
        for row in rows {
            writer.write_record(row).map_err(|error| failed(&error))?;
        }
        writer.into_inner().map_err(|error| failed(error.error()).into())
    }
}

/// A list that was exported at the vendor, with every column that it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Export {
    /// Its columns, as the header has them.
    pub(crate) names: Vec<String>,
    rows: Vec<Vec<String>>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

const CODES: table::Codes = table::Codes {
    encoding: "listing-encoding",
    empty: "listing-empty",
    no_rows: "listing-no-rows",
    nul: "listing-nul",
    quote: "listing-quote",
    column: "listing-column",
    duplicate_column: "listing-duplicate-column",
};

impl Export {
    /// Reads all of it.
    pub(crate) fn read(bytes: &[u8], file: &str) -> Result<Self> {
        let table = table::open(bytes, file, None, &[], &CODES)?;
        let mut export = Self { names: table.names.clone(), ..Self::default() };
        let id = table::by_name(&table.names, &["id", "userid", "immutableid"]);
        let name = table::by_name(&table.names, &["username", "login", "userlogin", "loginname", "loginid"]);
        let name = name.or_else(|| table::by_name(&table.names, &["email", "mail", "emailaddress"]));
        table.each(file, &CODES, |record| {
            let place = export.rows.len();
            if let Some(id) = id {
                export.by_id.entry(record.get(id).to_owned()).or_insert(place);
            }
            if let Some(name) = name {
                export.by_name.entry(record.get(name).to_owned()).or_insert(place);
            }
            export.rows.push((0..table.names.len()).map(|column| record.get(column).to_owned()).collect());
        })?;
        Ok(export)
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// Where the account of a row is: by its key, else by its name before the change.
    fn row(&self, row: &Row) -> Option<usize> {
        let name = row.login.as_deref().unwrap_or(&row.before);
        self.account(row.user_id.as_ref().map_or("", |id| &id.0), name)
    }

    /// Where an account is, by its key, else by its name.
    pub(crate) fn account(&self, id: &str, name: &str) -> Option<usize> {
        let by_id = self.by_id.get(id).filter(|_| !id.is_empty());
        by_id.or_else(|| self.by_name.get(name)).copied()
    }

    /// What stands in a column of a row; empty where there is neither.
    pub(crate) fn cell(&self, row: Option<usize>, name: &str) -> &str {
        let cell = row.and_then(|row| self.rows.get(row)?.get(self.place(name)?));
        cell.map_or("", String::as_str)
    }
}
