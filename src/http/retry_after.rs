//! `Retry-After` (RFC 9110 10.2.3): how long a server asks to be left alone.

use std::time::Duration;

use jiff::civil::DateTime;

use crate::model::time::Time;

/// A server that asks for more is asked again after this all the same.
const LONGEST: Duration = Duration::from_secs(3600);

/// The wait that a `Retry-After` header asks for; a date counts from the answer's own
/// `Date`, since this machine's clock may differ from the server's. `None` if unreadable.
pub(super) fn wait(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let text = retry_after.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a long wait, not an unreadable one.
        return Some(text.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = http_date(text)?;
    let now = http_date(date?)?;
    // A moment that has passed is no wait.
    Some(Duration::from_secs(u64::try_from(until.unix() - now.unix()).unwrap_or(0)).min(LONGEST))
}

/// RFC 9110 5.6.7: the form of today and the two obsolete ones that must be read too.
fn http_date(text: &str) -> Option<Time> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| DateTime::strptime(form, text.trim()).ok())
        .map(Time::from_civil)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_seconds_and_clamps_them() {
        assert_eq!(wait("7", None), Some(Duration::from_secs(7)));
        assert_eq!(wait(" 0 ", None), Some(Duration::ZERO));
        assert_eq!(wait("86400", None), Some(LONGEST));
        assert_eq!(wait("99999999999999999999999", None), Some(LONGEST));
        for bad in ["-5", "1.5", "soon", ""] {
            assert_eq!(wait(bad, Some("Sun, 06 Nov 1994 08:49:00 GMT")), None, "{bad}");
        }
    }

    #[test]
    fn reads_every_form_of_a_date_against_the_answers_own() {
        let date = Some("Sun, 06 Nov 1994 08:49:00 GMT");
        for form in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(wait(form, date), Some(Duration::from_secs(37)), "{form}");
        }
        assert_eq!(wait("Sun, 06 Nov 1994 08:48:00 GMT", date), Some(Duration::ZERO));
        assert_eq!(wait("Sat, 06 Nov 2094 08:49:37 GMT", date), Some(LONGEST));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT", None), None);
    }
}
