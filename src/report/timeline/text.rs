//! The timeline in letters of ASCII: one row for each connection and role, fit for a terminal, a mail and a log.
//! No colour: each sign is explained below.

use crate::model::printable;
use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::State;
use crate::model::time::Time;
use crate::report::timeline::Axis;
use crate::report::timeline::Kind;
use crate::report::timeline::stretches;

/// The least room that a line of time is drawn in.
const NARROWEST: usize = 20;
/// Columns of the widest role.
const ROLE: usize = 13;
/// Columns that a month's name and the gap behind it take.
const MONTH: usize = 4;

/// The timeline, no wider than `columns` where that is enough for one.
pub(crate) fn lines(all: &[Rollover], now: Time, columns: usize) -> Vec<String> {
    if all.iter().all(|one| one.rows.is_empty()) {
        return Vec::new();
    }
    let axis = Axis::of(all, now);
    let rows = || all.iter().flat_map(|one| &one.rows);
    let until =
        rows().map(|row| row.until_words().chars().count()).max().unwrap_or_default().max("COVERED UNTIL".len());
    let left = 2 + ROLE + 2 + until + 2;
    let room = columns.saturating_sub(left).max(NARROWEST);
    let mut lines = header(axis, now, left, until, room);
    let mut signs = Vec::new();
    for one in all.iter().filter(|one| !one.rows.is_empty()) {
        let beside = columns.saturating_sub(one.name.chars().count() + 2);
        let vendor: String = printable(&one.vendor).chars().take(beside).collect();
        lines.push(format!("{}  {vendor}", one.name).trim_end().to_owned());
        for row in &one.rows {
            let drawn = drawn(row, axis, now, room);
            signs.extend(drawn.chars());
            let line = format!("  {:ROLE$}  {:until$}  {drawn}", row.role.word(), row.until_words());
            lines.push(line.trim_end().to_owned());
        }
    }
    lines.push(String::new());
    let meanings = [
        ('=', "good"),
        ('#', "several are good: time to change over"),
        ('-', "known, and not yet taken in"),
        (']', "covered until"),
        ('>', "and beyond"),
        ('!', "not covered today"),
        ('?', "no end is known"),
    ];
    let meant: Vec<String> = meanings
        .iter()
        .filter(|(sign, _)| signs.contains(sign))
        .map(|(sign, meaning)| format!("{sign} {meaning}"))
        .collect();
    let mut line = String::new();
    for meaning in meant {
        if !line.is_empty() && line.len() + 3 + meaning.len() > columns {
            lines.push(std::mem::take(&mut line));
        }
        line += if line.is_empty() { "" } else { "   " };
        line += &meaning;
    }
    lines.push(line);
    lines
}

/// Years, months, and where today is.
fn header(axis: Axis, now: Time, left: usize, until: usize, room: usize) -> Vec<String> {
    let (mut years, mut months) = (vec![' '; room], vec![' '; room]);
    for tick in axis.ticks(room / MONTH) {
        let at = column(axis, tick.at, room);
        write(&mut months, at, tick.month);
        if let Some(year) = tick.year {
            write(&mut years, at, &year.to_string());
        }
    }
    let text = |letters: Vec<char>| letters.into_iter().collect::<String>();
    let mut today = vec![' '; room];
    let at = column(axis, now, room);
    let told = format!("today {}", now.date());
    // Beside its mark, on the side that has the room.
    write(&mut today, at, "v");
    if at + 2 + told.len() <= room {
        write(&mut today, at + 2, &told);
    }
    let heading = format!("  {:ROLE$}  {:until$}  ", "ROLE", "COVERED UNTIL");
    [
        format!("{:left$}{}", "", text(years)),
        format!("{heading}{}", text(months)),
        format!("{:left$}{}", "", text(today)),
    ]
    .iter()
    .map(|line| line.trim_end().to_owned())
    .collect()
}

/// The column that a moment is in.
fn column(axis: Axis, at: Time, room: usize) -> usize {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a terminal's columns"
    )]
    let column = (axis.share(at) * room as f64) as usize;
    column.min(room - 1)
}

/// Writes a word where there is room for it, over nothing that is there already.
fn write(letters: &mut [char], at: usize, word: &str) {
    let end = at + word.len();
    if end <= letters.len() && letters[at.saturating_sub(1)..end].iter().all(|letter| *letter == ' ') {
        for (place, letter) in letters[at..].iter_mut().zip(word.chars()) {
            *place = letter;
        }
    }
}

fn drawn(row: &Row, axis: Axis, now: Time, room: usize) -> String {
    if row.state == State::Undated || row.state == State::Unreadable {
        return "?".repeat(room);
    }
    let mut letters = vec![' '; room];
    for (from, to, kind) in stretches(row, axis) {
        let sign = match kind {
            Kind::Nothing => continue,
            Kind::Known => '-',
            Kind::One => '=',
            Kind::Several => '#',
        };
        let (from, to) = (column(axis, from, room), column(axis, to.plus_seconds(-1), room));
        letters[from..=to].fill(sign);
    }
    match row.until {
        Some(until) if until >= axis.to => letters[room - 1] = '>',
        Some(until) => letters[column(axis, until, room)] = ']',
        None => letters[column(axis, now, room)] = '!',
    }
    letters.into_iter().collect::<String>().trim_end().to_owned()
}
