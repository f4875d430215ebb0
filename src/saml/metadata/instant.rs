//! `xs:dateTime` and `xs:duration`, as metadata uses them. What cannot be read
//! stays text: an odd date is no reason to refuse a document.

use jiff::civil::Date;
use jiff::civil::Time as Clock;

use crate::error::told::shorter;
use crate::model::time::Time;
use crate::saml::metadata::Instant;
use crate::saml::metadata::Span;
use crate::saml::metadata::reading::CAPTION;

/// Reads an `xs:dateTime`; without a zone it counts as UTC (saml-core 1.3.3).
pub(in crate::saml) fn instant(text: &str) -> Instant {
    match date_time(text.trim_ascii()) {
        Some((time, zone_missing)) => Instant { text: shown(text), time: Some(time), zone_missing },
        None => Instant { text: shown(text), time: None, zone_missing: false },
    }
}

/// What is kept of the text, which is only ever shown.
fn shown(text: &str) -> String {
    shorter(text, CAPTION).into_owned()
}

fn date_time(text: &str) -> Option<(Time, bool)> {
    let (date, rest) = text.split_once('T')?;
    let (clock, offset, zone_missing) = match rest.find(['Z', '+', '-']) {
        None => (rest, 0, true),
        Some(at) => (&rest[..at], offset(&rest[at..])?, false),
    };
    let mut fields = date.split('-');
    let date = Date::new(
        digits(fields.next()?, 4)?.try_into().ok()?,
        digits(fields.next()?, 2)?.try_into().ok()?,
        digits(fields.next()?, 2)?.try_into().ok()?,
    )
    .ok()?;
    if fields.next().is_some() {
        return None;
    }
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    if fraction.is_some_and(|fraction| fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let mut fields = clock.split(':');
    let (hour, minute, second) = (digits(fields.next()?, 2)?, digits(fields.next()?, 2)?, digits(fields.next()?, 2)?);
    if fields.next().is_some() {
        return None;
    }
    // xmlschema-2 3.2.7: 24:00:00 is the midnight that ends the day.
    let nothing_after = fraction.is_none_or(|fraction| fraction.bytes().all(|byte| byte == b'0'));
    let (hour, day) = match (hour, minute, second) {
        (24, 0, 0) if nothing_after => (0, 86_400),
        _ => (hour, 0),
    };
    // A leap second is not in the calendar underneath; it is the moment after :59.
    let (second, leap) = if second == 60 { (59, 1) } else { (second, 0) };
    let clock = Clock::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()?;
    let civil = Time::from_civil(date.to_datetime(clock));
    Time::from_unix(civil.unix() + day + leap - offset).map(|time| (time, zone_missing))
}

fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Reads an `xs:duration`; a negative one is not a duration that may be waited for.
pub(super) fn span(text: &str) -> Span {
    Span { text: shown(text), seconds: seconds(text.trim_ascii()) }
}

fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix('P')?;
    let mut total: u64 = 0;
    let mut units: &[(char, u64)] = &[('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)];
    let mut in_time = false;
    let mut fields = 0;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            if in_time {
                return None;
            }
            in_time = true;
            units = &[('H', 3600), ('M', 60), ('S', 1)];
            // Shipped software writes `P2DT`, which the schema does not allow and everyone reads.
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = rest[end..].chars().next()?;
        let (number, fraction) = match rest[..end].split_once('.') {
            Some((number, fraction)) if unit == 'S' => (number, Some(fraction)),
            Some(_) => return None,
            None => (&rest[..end], None),
        };
        let good = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !good(number) || !fraction.is_none_or(good) {
            return None;
        }
        let position = units.iter().position(|(name, _)| *name == unit)?;
        let worth = units[position].1;
        units = &units[position + 1..];
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(worth)?)?;
        fields += 1;
        rest = &rest[end + 1..];
    }
    (fields > 0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::instant;
    use super::span;

    fn read(text: &str) -> Option<String> {
        instant(text).time.map(|time| time.to_string())
    }

    #[test]
    fn reads_every_form_of_a_date_that_software_writes() {
        for (text, wanted) in [
            ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
            ("2039-12-31T23:59:59.1234567+02:00", "2039-12-31T21:59:59Z"),
            ("2026-11-22T10:00:00-14:00", "2026-11-23T00:00:00Z"),
            ("2026-11-22T10:00:00.5", "2026-11-22T10:00:00Z"),
            ("2026-12-31T24:00:00Z", "2027-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            (" 9999-12-31T23:59:59Z ", "9999-12-31T23:59:59Z"),
            ("3001-01-01T00:00:00Z", "3001-01-01T00:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(wanted), "{text}");
        }
        assert!(instant("2026-11-22T10:00:00").zone_missing);
        assert!(!instant("2026-11-22T10:00:00+00:00").zone_missing);
    }

    #[test]
    fn leaves_what_is_no_date_as_text() {
        for text in [
            "",
            "never",
            "{{validUntil}}",
            "2026-11-22",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-22T24:00:01Z",
            "2026-11-22T24:00:00.1Z",
            "2026-11-22T10:00:00+15:00",
            "2026-11-22T10:00:00z",
            "2026-11-22T10:00:00.Z",
            "2026-1-22T10:00:00Z",
            "20261-01-22T10:00:00Z",
            "2026-11-22T10:00:00ZZ",
            "2026-11-22T10:00:61Z",
            "9999-12-31T24:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
            assert_eq!(instant(text).text, text);
        }
    }

    #[test]
    fn reads_durations_into_seconds() {
        for (text, wanted) in [
            ("PT1H", Some(3600)),
            ("P7DT0H0M0.000S", Some(604_800)),
            ("P0Y0M30DT0H0M0.000S", Some(2_592_000)),
            ("PT1440M", Some(86_400)),
            ("P2DT", Some(172_800)),
            ("P2Y6M5DT12H35M30S", Some(730 * 86_400 + 180 * 86_400 + 5 * 86_400 + 45_330)),
            ("10:00:00:00", None),
            ("-PT1H", None),
            ("P", None),
            ("PT", None),
            ("P1H", None),
            ("PT1S1H", None),
            ("PT1.5H", None),
            ("PT99999999999999999999S", None),
            ("P99999999999999999Y", None),
        ] {
            assert_eq!(span(text).seconds, wanted, "{text}");
        }
    }
}
