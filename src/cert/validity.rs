//! The two ways in which a certificate writes a date. Nothing here reads a clock.

use jiff::civil::DateTime;

use crate::cert::der::Value;
use crate::cert::der::tag;
use crate::model::time::Time;

/// The moment a UTCTime or GeneralizedTime names. RFC 5280 demands seconds and `Z`;
/// older software wrote neither, and such a date is no less clear.
pub(crate) fn time(value: &Value<'_>) -> Option<Time> {
    let text = std::str::from_utf8(value.content).ok()?;
    if !text.is_ascii() {
        return None;
    }
    let (year, rest) = match value.tag {
        tag::UTC_TIME => {
            let year: i16 = digits(text.get(..2)?)?;
            // RFC 5280 4.1.2.5.1: 50 to 99 are of the last century.
            (if year >= 50 { 1900 + year } else { 2000 + year }, &text[2..])
        }
        tag::GENERALIZED_TIME => (digits(text.get(..4)?)?, &text[4..]),
        _ => return None,
    };
    let month: i8 = digits(rest.get(..2)?)?;
    let day: i8 = digits(rest.get(2..4)?)?;
    let hour: i8 = digits(rest.get(4..6)?)?;
    let minute: i8 = digits(rest.get(6..8)?)?;
    let rest = &rest[8..];
    let (second, rest): (i8, &str) = match rest.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(two) => (digits(two)?, &rest[2..]),
        None => (0, rest),
    };
    let zone = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if value.tag == tag::GENERALIZED_TIME => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return None;
            }
            zone
        }
        _ => rest,
    };
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(Time::from_civil(civil).plus_seconds(-offset(zone)?))
}

/// Seconds east of UTC: `Z`, `+0100`, `-0530`.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes): (i64, i64) = (digits(zone.get(1..3)?)?, digits(zone.get(3..5)?)?);
    (zone.len() == 5 && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: u8, text: &str) -> Option<String> {
        let value = Value { tag: kind, content: text.as_bytes(), whole: &[] };
        time(&value).map(|time| time.to_string())
    }

    #[test]
    fn the_century_turns_between_49_and_50() {
        assert_eq!(read(tag::UTC_TIME, "491231235959Z").unwrap(), "2049-12-31T23:59:59Z");
        assert_eq!(read(tag::UTC_TIME, "500101000000Z").unwrap(), "1950-01-01T00:00:00Z");
    }

    #[test]
    fn reads_the_end_of_time_of_rfc_5280() {
        assert_eq!(read(tag::GENERALIZED_TIME, "99991231235959Z").unwrap(), "9999-12-31T23:59:59Z");
        assert_eq!(read(tag::GENERALIZED_TIME, "20500101000000Z").unwrap(), "2050-01-01T00:00:00Z");
    }

    #[test]
    fn reads_what_older_software_wrote() {
        assert_eq!(read(tag::UTC_TIME, "2401020304Z").unwrap(), "2024-01-02T03:04:00Z");
        assert_eq!(read(tag::UTC_TIME, "240102030405+0130").unwrap(), "2024-01-02T01:34:05Z");
        assert_eq!(read(tag::GENERALIZED_TIME, "20240102030405.123Z").unwrap(), "2024-01-02T03:04:05Z");
    }

    #[test]
    fn what_is_no_date_is_not_guessed() {
        for bad in ["", "Z", "1231183000Z", "240230000000Z", "240102030405", "240102030405+01", "240102030405+2500"] {
            assert_eq!(read(tag::UTC_TIME, bad), None, "{bad}");
        }
        assert_eq!(read(tag::GENERALIZED_TIME, "20240102030405.Z"), None);
        assert_eq!(read(tag::INTEGER, "240102030405Z"), None);
    }
}
