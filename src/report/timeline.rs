//! A line of time that all rows share: months to the day that matters, for a terminal and for a page.

pub(crate) mod text;

use jiff::civil::Date;

use crate::model::rollover::Item;
use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::is_endless;
use crate::model::time::Time;

/// Months that are always shown.
const FEWEST: i32 = 12;
/// The most: what lies beyond is known to go on, and the near days can still be told apart.
const MOST: i32 = 36;

/// From the first day of a month to that of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    /// Its first moment.
    pub(crate) from: Time,
    /// The moment after its last.
    pub(crate) to: Time,
    first: Date,
    months: i32,
}

/// A month whose name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Its first moment.
    pub(crate) at: Time,
    /// `Jan`.
    pub(crate) month: &'static str,
    /// Where a year begins, and at the first one.
    pub(crate) year: Option<i16>,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Axis {
    /// From the month before `now` until after the last end, within bounds.
    pub(crate) fn of(all: &[Rollover], now: Time) -> Self {
        let number = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
        let today = number(now.civil().date());
        let ends = all.iter().flat_map(|one| &one.rows).flat_map(|row| row.items.iter().filter_map(|item| item.end));
        let last = ends.filter(|end| !is_endless(*end)).map(|end| number(end.civil().date()) + 2).max();
        let end = last.unwrap_or(today).clamp(today + FEWEST, today + MOST);
        let first = first_of(today - 1);
        let months = end - (today - 1);
        let at = |date: Date| Time::from_civil(date.at(0, 0, 0, 0));
        Self { from: at(first), to: at(first_of(end)), first, months }
    }

    /// How far along a moment is, from 0 to 1; what lies outside is at the ends.
    pub(crate) fn share(self, at: Time) -> f64 {
        let whole = (self.to.unix() - self.from.unix()).max(1);
        let part = at.unix().clamp(self.from.unix(), self.to.unix()) - self.from.unix();
        #[expect(clippy::cast_precision_loss, reason = "no more than a few years of seconds")]
        let share = part as f64 / whole as f64;
        share
    }

    /// The months to name, no more than `most` of them.
    pub(crate) fn ticks(self, most: usize) -> Vec<Tick> {
        let fits = |step: &i32| usize::try_from(self.months / step).is_ok_and(|count| count < most.max(2));
        let step = [1, 2, 3, 6].into_iter().find(fits).unwrap_or(12);
        let begin = i32::from(self.first.year()) * 12 + i32::from(self.first.month()) - 1;
        let mut ticks: Vec<Tick> = Vec::new();
        for month in (begin..begin + self.months).filter(|month| month % step == 0) {
            let date = first_of(month);
            let year = date.month() == 1 || ticks.is_empty();
            ticks.push(Tick {
                at: Time::from_civil(date.at(0, 0, 0, 0)),
                month: MONTHS[usize::try_from(date.month() - 1).unwrap_or(0).min(11)],
                year: year.then(|| date.year()),
            });
        }
        ticks
    }
}

/// The first day of a month, counted from the year 0.
fn first_of(month: i32) -> Date {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(Date::MAX.year());
    Date::new(year, i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1), 1).unwrap_or(Date::MAX)
}

/// What a stretch of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Nothing is good.
    Nothing,
    /// Only what is known and not yet taken in: published, or planned for a day.
    Known,
    /// One in the file is good.
    One,
    /// Several are: the time in which both sides can change over.
    Several,
}

/// What a row is at a moment.
pub(crate) fn kind_at(row: &Row, at: Time) -> Kind {
    let good = |item: &&Item| item.is_good(at);
    let stored = row.items.iter().filter(|item| item.presence.counts()).filter(good).count();
    match stored {
        0 if row.items.iter().any(|item| item.is_good(at)) => Kind::Known,
        0 => Kind::Nothing,
        1 => Kind::One,
        _ => Kind::Several,
    }
}

/// The stretches of a row, end to end over the axis.
pub(crate) fn stretches(row: &Row, axis: Axis) -> Vec<(Time, Time, Kind)> {
    let inside = |at: &Time| axis.from < *at && *at < axis.to;
    let begins = row.items.iter().filter_map(|item| item.begin);
    let ends = row.items.iter().filter_map(|item| item.end).map(|end| end.plus_seconds(1));
    let mut cuts: Vec<Time> = begins.chain(ends).filter(inside).chain([axis.from, axis.to]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut found: Vec<(Time, Time, Kind)> = Vec::new();
    for pair in cuts.windows(2) {
        let kind = kind_at(row, pair[0]);
        match found.last_mut() {
            Some((_, end, last)) if *last == kind => *end = pair[1],
            _ => found.push((pair[0], pair[1], kind)),
        }
    }
    found
}

#[cfg(test)]
pub(crate) mod tests;
