//! A calendar (RFC 5545) with the last day of each connection's cover and the ends of client secrets and API tokens,
//! for the calendar that a team shares.

use crate::crypto;
use crate::model::printable;
use crate::model::time::Time;
use crate::report::gate::Cover;
use crate::report::gate::Gate;
use crate::report::gate::Secret;

/// The calendar; a connection without a last day is not in it.
pub(crate) fn document(gate: &Gate<'_>) -> String {
    let event = |cover: &Cover| {
        let until = cover.until?;
        Some(Event {
            identity: format!("covered until\n{}", cover.connection),
            // An end at midnight is that of the day before.
            day: until.plus_seconds(-1),
            summary: format!("{}: last day of single sign-on with the certificates that are stored", cover.connection),
            description: what_to_do(&cover.connection, until),
            alarm: (cover.connection.clone(), cover.days.warn_days),
        })
    };
    let of_secret = |secret: &Secret| {
        let ends = secret.ends?;
        Some(Event {
            identity: format!("{} ends\n{}", secret.role, secret.connection),
            day: ends,
            summary: format!("{}: the {} ends", secret.connection, secret.role),
            description: format!("The day on record is {}. Before it, {}.", ends.date(), secret.mend),
            alarm: (
                format!("{}: the {} ends on {}", secret.connection, secret.role, ends.date()),
                secret.days.warn_days,
            ),
        })
    };
    calendar(gate.covers.iter().filter_map(event).chain(gate.secrets.iter().filter_map(of_secret)), gate.now)
}

/// A whole day with an alarm before it.
pub(crate) struct Event {
    /// What it is known by: the same event in each calendar that is made, so that a new day moves it.
    pub(crate) identity: String,
    /// The day.
    pub(crate) day: Time,
    /// What it is, a line.
    pub(crate) summary: String,
    /// What to do.
    pub(crate) description: String,
    /// What the alarm says, and how many days before.
    pub(crate) alarm: (String, u32),
}

/// The calendar of these events.
pub(crate) fn calendar(events: impl IntoIterator<Item = Event>, now: Time) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//ssoctl//{}//EN", env!("CARGO_PKG_VERSION")),
        "METHOD:PUBLISH".to_owned(),
    ];
    for event in events {
        let id = crypto::hex(&crypto::sha256(event.identity.as_bytes()));
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@ssoctl", &id[..32]),
            format!("DTSTAMP:{}", compact(now)),
            format!("DTSTART;VALUE=DATE:{}", compact_day(event.day)),
            format!("SUMMARY:{}", escaped(&event.summary)),
            format!("DESCRIPTION:{}", escaped(&event.description)),
            "TRANSP:TRANSPARENT".to_owned(),
            "BEGIN:VALARM".to_owned(),
            "ACTION:DISPLAY".to_owned(),
            format!("DESCRIPTION:{}", escaped(&event.alarm.0)),
            format!("TRIGGER:-P{}D", event.alarm.1),
            "END:VALARM".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().flat_map(|line| [folded(line), "\r\n".to_owned()]).collect()
}

fn what_to_do(connection: &str, until: Time) -> String {
    format!(
        "Covered until {until}. `ssoctl cert check {connection}` says where it stands, `ssoctl cert plan {connection}` \
         what is to be done."
    )
}

/// A moment as RFC 5545 3.3.5 writes it, `20261128T040000Z`.
fn compact(time: Time) -> String {
    time.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

fn compact_day(time: Time) -> String {
    compact(time).chars().take(8).collect()
}

/// RFC 5545 3.3.11, without signs that no text has.
fn escaped(text: &str) -> String {
    let text = text.split('\n').map(printable).collect::<Vec<_>>().join("\n");
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// RFC 5545 3.1: no line has more than 75 octets, and no character is parted.
fn folded(line: &str) -> String {
    let (mut folded, mut filled) = (String::new(), 0);
    for character in line.chars() {
        if filled + character.len_utf8() > 75 {
            folded += "\r\n ";
            filled = 1;
        }
        folded.push(character);
        filled += character.len_utf8();
    }
    folded
}
