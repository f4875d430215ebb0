//! Tables that fit the terminal, and plain aligned columns in a pipe.

use std::io;
use std::io::IsTerminal as _;

use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets;

use crate::error::told::shorter;
use crate::model::printable;

/// The most characters of a line or a cell; SAML allows an entity ID of 1024.
const LINE: usize = 1100;
/// The most lines of one value.
const LINES: usize = 200;
/// The most characters that a column is made wide for: one long cell must not stretch every row.
const WIDE: usize = 120;
/// The least to which a cell is cut.
const FEWEST: usize = 8;
/// Columns of a terminal that does not say how many it has.
const USUAL: usize = 80;

/// A table with these headings; cells are made safe for a terminal.
pub(crate) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    match terminal_width() {
        Some(columns) => {
            table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
        }
        // In a pipe a row stays on one line, for grep and awk.
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| self::cell(cell)));
    }
    let mut text = String::new();
    for line in table.to_string().lines() {
        text.push_str(line.trim_end().strip_prefix(' ').unwrap_or(line.trim_end()));
        text.push('\n');
    }
    text
}

/// The same where the last column may give way: at a terminal its cells are cut to the room that is left, since words that
/// are broken over lines cannot be read. In a pipe all stays.
pub(crate) fn table_cut(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    table(headings, cut_to(headings, rows, terminal_width()))
}

fn cut_to(headings: &[&str], mut rows: Vec<Vec<String>>, room: Option<usize>) -> Vec<Vec<String>> {
    let Some(room) = room else { return rows };
    let width = |column: usize, heading: &str| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|text| cell(text).chars().count());
        cells.chain([heading.chars().count()]).max().unwrap_or_default() + 2
    };
    let last = headings.len().saturating_sub(1);
    let taken: usize = headings.iter().take(last).enumerate().map(|(column, heading)| width(column, heading)).sum();
    let left = room.saturating_sub(taken + 2).max(FEWEST);
    for text in rows.iter_mut().filter_map(|row| row.get_mut(last)) {
        let shown = cell(text);
        if shown.chars().count() > left {
            *text = shown.chars().take(left - 1).chain(['…']).collect();
        }
    }
    rows
}

/// A text from outside, safe for a terminal and no longer than somebody reads.
pub(crate) fn cell(text: &str) -> String {
    printable(&shorter(text, LINE))
}

/// A long list: columns where they fit, as they always do in a pipe; else each row as a block
/// under its first cell. Columns in which nothing stands are left out. Thousands of rows take no time.
pub(crate) fn listing(headings: &[&str], rows: &[Vec<String>]) -> String {
    laid_out(headings, rows, terminal_width())
}

fn laid_out(headings: &[&str], rows: &[Vec<String>], room: Option<usize>) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|text| cell(text)).collect()).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default().min(WIDE);
    // A column without values has no width.
    let columns: Vec<(usize, String, usize)> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| (column, heading.to_uppercase(), width(column)))
        .filter(|(column, _, width)| *column == 0 || *width > 0)
        .map(|(column, heading, width)| (column, heading.clone(), width.max(heading.chars().count())))
        .collect();
    let whole = columns.iter().map(|(.., width)| width + 2).sum::<usize>().saturating_sub(2);
    let mut text = String::new();
    if room.is_some_and(|room| whole > room) {
        for row in &rows {
            text.push_str(&row[0]);
            text.push('\n');
            let pairs: Vec<(&str, String)> =
                columns.iter().skip(1).map(|(column, ..)| (headings[*column], row[*column].clone())).collect();
            text.push_str(&in_room(2, &pairs, room));
        }
        return text;
    }
    let mut line = |cells: &mut dyn Iterator<Item = (&str, usize)>| {
        let start = text.len();
        for (cell, width) in cells {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', (width + 2).saturating_sub(cell.chars().count()).max(2)));
        }
        let end = text[start..].trim_end().len();
        text.truncate(start + end);
        text.push('\n');
    };
    line(&mut columns.iter().map(|(_, heading, width)| (heading.as_str(), *width)));
    for row in &rows {
        line(&mut columns.iter().map(|(column, _, width)| (row[*column].as_str(), *width)));
    }
    text
}

/// Lines of `label  value`, aligned; empty values are left out.
pub(crate) fn facts(indent: usize, pairs: &[(&str, String)]) -> String {
    in_room(indent, pairs, terminal_width())
}

fn in_room(indent: usize, pairs: &[(&str, String)], columns: Option<usize>) -> String {
    let width =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(label, _)| printable(label).chars().count()).max();
    let width = width.unwrap_or_default();
    let room = columns.map(|columns| columns.saturating_sub(indent + width + 2).max(20));
    let mut text = String::new();
    for (label, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let more = value.lines().skip(LINES).count();
        let more = (more > 0).then(|| format!("… ({more} more)"));
        let lines = value.lines().take(LINES).chain(more.as_deref()).flat_map(|line| wrapped(&cell(line), room));
        for (at, line) in lines.enumerate() {
            // Labels are names of settings and attributes too, which come from a file.
            let label = if at == 0 { printable(label) } else { String::new() };
            text.push_str(&format!("{:indent$}{label:width$}  {line}\n", ""));
        }
    }
    text
}

/// The columns of the terminal that standard output is; `None` in a pipe.
pub(crate) fn terminal_width() -> Option<usize> {
    io::stdout().is_terminal().then(|| columns_of(Table::new().width()))
}

/// The columns that a terminal says it has; one that does not know says 0, and is taken for the usual one.
fn columns_of(told: Option<u16>) -> usize {
    told.filter(|columns| *columns > 0).map_or(USUAL, usize::from)
}

/// A line broken between words; a word that is longer than the room, such as a URL, stays
/// whole, so that it can be copied.
pub(crate) fn wrapped(line: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else { return vec![line.to_owned()] };
    let content = line.trim_start_matches(' ');
    let indent = line.len() - content.len();
    // What goes on is set in, so that it is not taken for another value.
    let begin = |extra: usize| " ".repeat(indent + extra);
    let (mut lines, mut current, mut filled) = (Vec::new(), begin(0), false);
    for word in content.split(' ') {
        if filled && current.chars().count() + 1 + word.chars().count() > room {
            lines.push(std::mem::replace(&mut current, begin(2)));
        } else if filled {
            current.push(' ');
        }
        current.push_str(word);
        filled = true;
    }
    lines.push(current);
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_and_lines_fit() {
        let line = "until 2036-01-01  RSA 2048  https://a-very-long-address.example.org/path end";
        assert_eq!(
            wrapped(line, Some(30)),
            ["until 2036-01-01  RSA 2048", "  https://a-very-long-address.example.org/path", "  end"]
        );
        assert_eq!(wrapped(line, None), [line]);
        assert_eq!(wrapped("  hint: one two", Some(10)), ["  hint:", "    one", "    two"]);
    }

    #[test]
    fn a_list_is_columns_where_they_fit_and_blocks_where_they_do_not() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = [row(["urn:a", "x", "", "Zürich"]), row(["urn:long:b", "", "", "\u{1b}[2J"])];
        let headings = ["id", "role", "empty", "name"];
        let columns = "ID          ROLE  NAME\nurn:a       x     Zürich\nurn:long:b        \\u{1b}[2J\n";
        assert_eq!(laid_out(&headings, &rows, None), columns);
        assert_eq!(laid_out(&headings, &rows, Some(27)), columns);
        let blocks = "urn:a\n  role  x\n  name  Zürich\nurn:long:b\n  name  \\u{1b}[2J\n";
        assert_eq!(laid_out(&headings, &rows, Some(26)), blocks);
        assert_eq!(laid_out(&headings, &[], None), "ID\n");
    }

    #[test]
    fn what_nobody_reads_is_cut_and_counted() {
        let long = "x".repeat(1 << 20);
        let id = format!("{}… (1047476 more characters)", &long[..LINE]);
        assert_eq!(facts(0, &[("id", long.clone())]), format!("id  {id}\n"));
        let many = "y\n".repeat(1000);
        assert!(facts(0, &[("id", many)]).ends_with("\n    y\n    … (800 more)\n"));
        // One long cell is no reason to fill every row up to its length.
        let row = |id: &str| vec![id.to_owned(), "idp".to_owned()];
        let text = laid_out(&["id", "role"], &[row(&long), row("urn:b")], None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], format!("{id}  idp"));
        assert_eq!(lines[2], format!("{:WIDE$}  idp", "urn:b"));
        assert!(table(&["id"], [vec![long]]).ends_with(&format!("{id}\n")));
    }

    #[test]
    fn a_terminal_without_a_width_is_taken_for_the_usual_one() {
        assert_eq!([Some(0), None, Some(120)].map(columns_of), [80, 80, 120]);
    }

    #[test]
    fn the_last_column_gives_way_at_a_terminal_and_stays_whole_in_a_pipe() {
        let rows = || vec![vec!["connection".to_owned(), "CN=far.example.org".to_owned()]];
        let last = |room| cut_to(&["of", "subject"], rows(), room)[0][1].clone();
        assert_eq!(last(None), "CN=far.example.org");
        assert_eq!(last(Some(32)), "CN=far.example.org");
        assert_eq!(last(Some(31)), "CN=far.example.o…");
        assert_eq!(last(Some(3)), "CN=far.…");
    }

    #[test]
    fn labels_are_aligned_and_empty_values_left_out() {
        assert_eq!(
            facts(2, &[("a", "1\n2".to_owned()), ("b", String::new()), ("long", "3".to_owned())]),
            "  a     1\n        2\n  long  3\n"
        );
    }

    #[test]
    fn neither_label_nor_value_drives_the_terminal() {
        assert_eq!(facts(2, &[("a\u{1b}[31m", "b\u{202e}".to_owned())]), "  a\\u{1b}[31m  b\\u{202e}\n");
    }
}
