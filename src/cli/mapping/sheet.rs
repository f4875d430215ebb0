//! Mappings as a spreadsheet has them: all rows of a file, or none.

use std::collections::HashMap;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::mapping::add;
use crate::cli::mapping::rows;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::table;
use crate::model::login::Mapping;
use crate::provider::Vendor;
use crate::workspace::Loaded;

/// Largest file, in bytes: more rows would not fit into a connection's file.
const LIMIT: u64 = 1 << 20;

const CODES: table::Codes = table::Codes {
    encoding: "mapping-csv-encoding",
    empty: "mapping-csv-empty",
    no_rows: "mapping-csv-no-rows",
    nul: "mapping-csv-nul",
    quote: "mapping-csv-quote",
    column: "mapping-csv-column",
    duplicate_column: "mapping-csv-duplicate-column",
};

const fn want(what: &'static str, defaults: &'static [&'static str], required: bool) -> table::Want<'static> {
    table::Want { what, flag: "", given: None, defaults, required }
}

/// Reads the rows; each that cannot be added is told, and then none is.
pub(super) fn read(
    file: &str,
    field: Option<&str>,
    loaded: &Loaded,
    vendor: &Vendor,
    context: &Context,
) -> Result<Vec<Mapping>> {
    let bytes = disk::read_or_stdin(Path::new(file), LIMIT)?;
    let name = if file == "-" { "standard input" } else { file };
    let wants = [
        want("value", &["value", "group"], true),
        want("target", &["to", "roles"], true),
        want("field", &["field"], false),
        want("description", &["description"], false),
    ];
    let table = table::open(&bytes, name, None, &wants, &CODES)?;
    let columns = table.columns.clone();
    let known = add::places(loaded);
    let mut seen: HashMap<(String, String), u64> = HashMap::new();
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    table.each(name, &CODES, |record| {
        let cell = |at: usize| columns[at].map(|column| record.get(column).to_owned()).filter(|text| !text.is_empty());
        let line = record.line;
        let mut refuse = |why: String| wrong.push(format!("{name}:{line}: {why}"));
        if let Some(count) = record.ragged {
            return refuse(format!("the row has {count} fields, and the header {}", table.width()));
        }
        let field = match rows::known_field(cell(2).as_deref().or(field), vendor) {
            Ok(field) => field,
            Err(error) => return refuse(error.to_string()),
        };
        let Some(value) = cell(0) else { return refuse("there is no value".to_owned()) };
        let to = rows::targets(&cell(1).into_iter().collect::<Vec<_>>(), &field, vendor);
        if to.is_empty() {
            return refuse(format!("`{value}` becomes nothing"));
        }
        if let Some(at) = known.get(&(field.as_str(), value.as_str())) {
            return refuse(add::taken(loaded, *at, &field, &value).to_string());
        }
        if let Some(first) = seen.insert((field.clone(), value.clone()), line) {
            return refuse(format!("{field} `{value}` is in line {first} already"));
        }
        all.push(Mapping { field, value, to, description: cell(3) });
    })?;
    if wrong.is_empty() {
        return Ok(all);
    }
    for why in &wrong {
        context.ui.error(why);
    }
    let noun = if wrong.len() == 1 { "row" } else { "rows" };
    Err(Failure::input(
        "mapping-rows",
        format!("nothing was written: {} {noun} cannot be added, told above", wrong.len()),
    )
    .hint("mend or remove them, and run the command again")
    .into())
}
