//! A moment in UTC, to the second, over the whole range a certificate can name.
//!
//! `jiff::Timestamp` ends a day before 9999-12-31T23:59:59Z, which RFC 5280
//! gives to certificates without a well-defined end, so the civil calendar is
//! used underneath. Nothing here reads a clock.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr as _;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

/// Seconds since 1970-01-01T00:00:00Z. Prints as RFC 3339, `2026-11-22T10:00:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Time(i64);

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Time {
    /// 1970-01-01T00:00:00Z.
    pub(crate) const EPOCH: Self = Self(0);

    /// A moment by its Unix time in seconds; `None` outside the years -9999 to 9999.
    pub(crate) fn from_unix(seconds: i64) -> Option<Self> {
        EPOCH.checked_add(SignedDuration::from_secs(seconds)).ok().map(|_| Self(seconds))
    }

    /// Seconds since the epoch.
    pub(crate) const fn unix(self) -> i64 {
        self.0
    }

    /// A moment by its civil UTC fields.
    pub(crate) fn from_civil(civil: DateTime) -> Self {
        Self(civil.duration_since(EPOCH).as_secs())
    }

    /// The civil UTC fields.
    pub(crate) fn civil(self) -> DateTime {
        // In range by construction; the epoch is only a fallback for the type.
        EPOCH.checked_add(SignedDuration::from_secs(self.0)).unwrap_or(EPOCH)
    }

    /// Reads RFC 3339 with a zone (`2026-11-22T10:00:00Z`, `+01:00`), or a plain
    /// date (midnight UTC). Fractions of a second are dropped.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // ISO 8601 has forms without hyphens too, which would be numbers in YAML.
        let year = text.trim_start_matches(['+', '-']);
        if !year.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('-') {
            return None;
        }
        let is_date = match text.len() {
            10 => true,
            13 => text.starts_with(['+', '-']),
            _ => false,
        };
        if is_date && let Ok(date) = jiff::civil::Date::from_str(text) {
            return Some(Self::from_civil(date.to_datetime(jiff::civil::Time::midnight())));
        }
        // A day has no zone: `2026-11-22Z` is no moment.
        if !text.get(10..).is_some_and(|rest| rest.contains(['T', 't', ' '])) {
            return None;
        }
        if !text.ends_with(['Z', 'z'])
            && !text.get(text.len().saturating_sub(6)..).is_some_and(|zone| zone.starts_with(['+', '-']))
        {
            return None;
        }
        if let Ok(stamp) = jiff::Timestamp::from_str(text) {
            return Some(Self(stamp.as_second()));
        }
        // The last day of 9999 is outside jiff::Timestamp.
        let civil = DateTime::from_str(text.strip_suffix(['Z', 'z'])?).ok()?;
        Some(Self::from_civil(civil))
    }

    /// Reads a date of HTTP (`Sun, 22 Nov 2026 10:00:00 GMT`, RFC 9110 5.6.7) in the form that all write.
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let stamp = text.ends_with(" GMT").then(|| parser.parse_timestamp(text).ok())??;
        Some(Self(stamp.as_second()))
    }

    /// `YYYY-MM-DD`.
    pub(crate) fn date(self) -> String {
        self.civil().date().to_string()
    }

    /// This moment plus some seconds, clamped to the supported range.
    #[must_use]
    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds)).unwrap_or(self)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil().strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is not a date or an RFC 3339 time with a zone, such as 2026-11-22 or 2026-11-22T10:00:00Z"
            ))
        })
    }
}

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        const DATE: &str = r"(\d{4}|[+-]\d{6})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])";
        const HOUR: &str = r"([01]\d|2[0-3])";
        const SECOND: &str = r"([0-5]\d|60)([.,]\d{1,9})?";
        const ZONE: &str = r"([Zz]|[+-]([01]\d|2[0-5]):[0-5]\d)";
        json_schema!({
            "type": "string",
            "pattern": format!(r"^{DATE}([Tt ]{HOUR}(:[0-5]\d(:{SECOND})?|[0-5]\d({SECOND})?)?{ZONE})?$"),
            "examples": ["2026-11-22", "2026-11-22T10:00:00Z"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn reads_and_prints_the_last_second_of_9999() {
        let time = Time::parse("9999-12-31T23:59:59Z").unwrap();
        assert_eq!(time.to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(time.unix(), 253_402_300_799);
    }

    #[test]
    fn applies_a_zone_and_refuses_none() {
        assert_eq!(Time::parse("2026-11-22T11:00:00+01:00"), Time::parse("2026-11-22T10:00:00Z"));
        for bad in
            ["2026-11-22T10:00:00", "20261122", "20261122T100000Z", "2026-11-22Z", "2026-11-22+01:00", "2026-02-30"]
        {
            assert_eq!(Time::parse(bad), None, "{bad}");
        }
        assert_eq!(Time::parse("2026-11-22"), Time::parse("2026-11-22T00:00:00Z"));
    }
}
