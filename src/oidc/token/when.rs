//! From when until when a token holds.

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;

use super::Expected;
use super::Held;
use super::Judging;
use super::missing;
use super::wrong_type;
use crate::error::Failure;
use crate::model::time::Time;
use crate::model::verification::Verification;

/// A token that is good for longer is worth a word: it is a proof of one login.
const LONG: i64 = 24 * 60 * 60;

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Whether what is signed holds now, by what it says of that itself; what says nothing holds (RFC 7519 4.1.4 to 4.1.6).
pub(in crate::oidc) fn holds(claims: &Map<String, Value>, skew: Duration, now: Time) -> Verification {
    let expected = Expected { skew, ..Expected::default() };
    let mut judging = Judging { expected: &expected, claims, now, found: Verification::default() };
    if claims.get("exp").is_some_and(|exp| !exp.is_null()) {
        judging.expiry();
    }
    judging.not_before();
    if claims.get("iat").is_some_and(|iat| !iat.is_null()) {
        judging.issued();
    }
    judging.found
}

impl Judging<'_> {
    /// A NumericDate of RFC 7519 2: seconds since 1970, a fraction allowed and dropped.
    fn moment(&self, name: &str) -> Result<Option<Time>, Failure> {
        let number = match self.claims.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number,
            Some(_) => return Err(wrong_type(name, "a number of seconds since 1970")),
        };
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "saturates, and is then out of range"
        )]
        let whole = number.as_i64().or_else(|| number.as_f64().map(|float| float.floor() as i64));
        let time = whole.and_then(Time::from_unix);
        time.map(Some).ok_or_else(|| {
            let milliseconds = whole.and_then(|whole| Time::from_unix(whole / 1000));
            let told = milliseconds.map(|time| format!("; in milliseconds it would be {time}")).unwrap_or_default();
            Failure::input("claim-time", format!("`{name}` is {number}, no moment in seconds since 1970{told}"))
                .hint("have the identity provider issue it in seconds (RFC 7519 2)")
        })
    }

    /// How many seconds a moment lies back; negative ahead.
    fn since(&self, time: Time) -> i64 {
        self.now.unix().saturating_sub(time.unix())
    }

    fn skew(&self) -> i64 {
        seconds(self.expected.skew)
    }

    pub(super) fn expiry(&mut self) {
        let said = self.moment("exp").and_then(|exp| {
            let exp = exp.ok_or_else(|| missing("exp"))?;
            let past = self.since(exp);
            if past >= self.skew() {
                return Err(Failure::input(
                    "token-expired",
                    format!("it held until {exp}, {past} s ago at {}", self.now),
                )
                .hint("take a token of a login made now, or judge a captured one as of its own time (`ssoctl login decode FILE --connection NAME --at TIME`); if it is new, set the clocks right"));
            }
            if past >= 0 {
                return Ok(Held::Note(format!(
                    "it held until {exp}, {past} s ago; the clocks may be {} s apart",
                    self.skew()
                )));
            }
            let life = self.moment("iat").ok().flatten().map(|iat| exp.unix().saturating_sub(iat.unix()));
            match life {
                Some(life) if life <= 0 => {
                    Ok(Held::Note(format!("it holds until {exp}, and says it was issued after that")))
                }
                Some(life) if life > LONG => Ok(Held::Note(format!(
                    "it holds until {exp}, {} hours after it was issued, long for a login",
                    life / 3600
                ))),
                _ => Ok(Held::Yes(format!("it holds until {exp}, {} s more", -past))),
            }
        });
        self.say("expiry", "oidc-core 3.1.3.7(9)", said);
    }

    pub(super) fn issued(&mut self) {
        let said = self.moment("iat").and_then(|iat| {
            let iat = iat.ok_or_else(|| missing("iat"))?;
            let age = self.since(iat);
            if age < -self.skew() {
                return Err(Failure::input(
                    "token-issued-later",
                    format!("it says it was issued at {iat}, {} s from now ({})", -age, self.now),
                )
                .hint("set the clocks right, the identity provider's or the one here"));
            }
            match self.expected.oldest.map(seconds) {
                Some(oldest) if age > oldest.saturating_add(self.skew()) => Err(Failure::input(
                    "token-too-old",
                    format!("it was issued at {iat}, {age} s ago; at most {oldest} s are taken"),
                )
                .hint("take a token of a login made now")),
                _ if age < 0 => {
                    Ok(Held::Note(format!("it was issued at {iat}, {} s from now by the clock here", -age)))
                }
                Some(oldest) => Ok(Held::Yes(format!("issued at {iat}, {age} s ago; at most {oldest} s are taken"))),
                None => Ok(Held::Yes(format!("issued at {iat}, {age} s ago; nobody said how old it may be"))),
            }
        });
        self.say("issued", "oidc-core 3.1.3.7(10)", said);
    }

    pub(super) fn not_before(&mut self) {
        let said = self.moment("nbf").map(|nbf| nbf.map(|nbf| (nbf, -self.since(nbf)))).and_then(|nbf| match nbf {
            None => Ok(Held::Yes("not there; it holds from the first".to_owned())),
            Some((nbf, ahead)) if ahead > self.skew() => Err(Failure::input(
                "token-not-yet",
                format!("it holds from {nbf} on, {ahead} s from now ({})", self.now),
            )
            .hint("set the clocks right, the identity provider's or the one here")),
            Some((nbf, ahead)) if ahead > 0 => {
                Ok(Held::Note(format!("it holds from {nbf} on, {ahead} s from now by the clock here")))
            }
            Some((nbf, _)) => Ok(Held::Yes(format!("it holds from {nbf} on"))),
        });
        self.say("not-before", "rfc7519 4.1.5", said);
    }

    pub(super) fn auth_time(&mut self) {
        let said = self.moment("auth_time").and_then(|time| match (time, self.expected.max_age.map(seconds)) {
            (None, None) => Ok(Held::NotAsked("nobody said how long ago the user may have authenticated".to_owned())),
            (Some(time), None) => Ok(Held::NotAsked(format!(
                "nobody said how long ago the user may have authenticated; the token says {time}"
            ))),
            (None, Some(_)) => Err(Failure::input(
                "auth-time-missing",
                "the login asked for `max_age`, and the token does not say when the user authenticated (`auth_time`)",
            )
            .hint("have the identity provider send `auth_time` where `max_age` is asked for")),
            (Some(time), Some(age)) => {
                let past = self.since(time);
                if past > age.saturating_add(self.skew()) {
                    let what = format!("the user authenticated at {time}, {past} s ago; at most {age} s are taken");
                    return Err(Failure::input("auth-time-too-old", what).hint("have the user authenticate anew"));
                }
                if past < -self.skew() {
                    let what = format!("the user authenticated at {time}, {} s from now ({})", -past, self.now);
                    return Err(Failure::input("auth-time-later", what)
                        .hint("set the clocks right, the identity provider's or the one here"));
                }
                Ok(Held::Yes(format!("the user authenticated at {time}, {past} s ago; at most {age} s are taken")))
            }
        });
        self.say("auth-time", "oidc-core 3.1.3.7(13)", said);
    }
}
