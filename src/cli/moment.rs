//! A moment in time as a flag gives it.

use crate::model::time::Time;

/// Reads a date or a time.
pub(crate) fn parse(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "write a date or an RFC 3339 time, such as 2027-01-01".to_owned())
}
