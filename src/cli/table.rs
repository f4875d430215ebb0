//! Tables that fit the terminal, and plain aligned columns in a pipe.

use std::io;
use std::io::IsTerminal as _;

use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets;

use crate::model::printable;

/// A table with these headings; cells are made safe for a terminal.
pub(crate) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if !io::stdout().is_terminal() {
        // In a pipe a row stays on one line, for grep and awk.
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    let mut text = String::new();
    for line in table.to_string().lines() {
        text.push_str(line.trim_end().strip_prefix(' ').unwrap_or(line.trim_end()));
        text.push('\n');
    }
    text
}

/// Lines of `label  value`, aligned; empty values are left out.
pub(crate) fn facts(indent: usize, pairs: &[(&str, String)]) -> String {
    let width =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(label, _)| printable(label).chars().count()).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for (label, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        for (at, line) in value.lines().enumerate() {
            // Labels are names of settings and attributes too, which come from a file.
            let label = if at == 0 { printable(label) } else { String::new() };
            text.push_str(&format!("{:indent$}{label:width$}  {}\n", "", printable(line)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_label_nor_value_drives_the_terminal() {
        assert_eq!(facts(2, &[("a\u{1b}[31m", "b\u{202e}".to_owned())]), "  a\\u{1b}[31m  b\\u{202e}\n");
    }
}
