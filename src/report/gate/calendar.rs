//! A calendar (RFC 5545) with the last day of each connection's cover, for the calendar that a team shares.

use crate::crypto;
use crate::model::time::Time;
use crate::report::gate::Gate;

/// The calendar; a connection without a last day is not in it.
pub(crate) fn document(gate: &Gate<'_>) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//ssoctl//{}//EN", env!("CARGO_PKG_VERSION")),
        "METHOD:PUBLISH".to_owned(),
    ];
    for cover in &gate.covers {
        let Some(until) = cover.until else { continue };
        // An end at midnight is that of the day before.
        let day = compact_day(until.plus_seconds(-1));
        let name = escaped(&cover.connection);
        // The same event in each calendar that is made: a new day moves it.
        let id = crypto::hex(&crypto::sha256(format!("covered until\n{}", cover.connection).as_bytes()));
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@ssoctl", &id[..32]),
            format!("DTSTAMP:{}", compact(gate.now)),
            format!("DTSTART;VALUE=DATE:{day}"),
            format!("SUMMARY:{name}: last day of single sign-on with the certificates that are stored"),
            format!("DESCRIPTION:{}", escaped(&what_to_do(&cover.connection, until))),
            "TRANSP:TRANSPARENT".to_owned(),
            "BEGIN:VALARM".to_owned(),
            "ACTION:DISPLAY".to_owned(),
            format!("DESCRIPTION:{name}"),
            format!("TRIGGER:-P{}D", cover.days.warn_days),
            "END:VALARM".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().flat_map(|line| [folded(line), "\r\n".to_owned()]).collect()
}

fn what_to_do(connection: &str, until: Time) -> String {
    format!(
        "Covered until {until}. `ssoctl cert check {connection}` says where it stands, `ssoctl connection refresh \
         {connection}` takes in a new certificate."
    )
}

/// A moment as RFC 5545 3.3.5 writes it, `20261128T040000Z`.
fn compact(time: Time) -> String {
    time.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

fn compact_day(time: Time) -> String {
    compact(time).chars().take(8).collect()
}

/// RFC 5545 3.3.11.
fn escaped(text: &str) -> String {
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
