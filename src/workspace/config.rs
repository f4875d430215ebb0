//! The shape of `ssoctl.yaml`: what holds where a command line says nothing else, for all connections, for those of
//! one provider, and for one; how much a code counts; and what is allowed for a time.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;

use crate::cert::coverage;
use crate::cert::judge::Thresholds;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::finding::Severity;
use crate::model::route::Segment;
use crate::model::time::Time;
use crate::yaml::Places;

/// `ssoctl.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Version of the file's shape.
    pub(crate) version: u32,
    /// Thresholds, and what makes a certificate unusable.
    #[serde(default)]
    pub(crate) policy: Policy,
    /// Findings that somebody lives with for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) allow: Vec<Allow>,
}

impl Default for Config {
    fn default() -> Self {
        Self { version: 1, policy: Policy::default(), allow: Vec::new() }
    }
}

/// Thresholds that hold where a command line says nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// Warn when a connection's cover ends within this many days.
    #[serde(default = "default_warn_days")]
    pub(crate) warn_days: u32,
    /// Fail when a connection's cover ends within this many days.
    #[serde(default = "default_fail_days")]
    pub(crate) fail_days: u32,
    /// Whether a certificate's dates bind, or its key alone.
    #[serde(default)]
    pub(crate) certificate_validity: CertificateValidity,
    /// How much a code counts, where that is not what ssoctl says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) severities: BTreeMap<String, Weight>,
    /// What differs for the connections of a provider, by its ID.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) providers: BTreeMap<String, Target>,
    /// What differs for one connection, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) connections: BTreeMap<String, Target>,
}

/// Most days before an end: no certificate lives as long.
const MOST_DAYS: u32 = 100_000;

fn default_warn_days() -> u32 {
    30
}

fn default_fail_days() -> u32 {
    7
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            warn_days: default_warn_days(),
            fail_days: default_fail_days(),
            certificate_validity: CertificateValidity::default(),
            severities: BTreeMap::new(),
            providers: BTreeMap::new(),
            connections: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// The days before an end, where nothing says otherwise for a connection.
    pub(crate) const fn thresholds(&self) -> Thresholds {
        Thresholds { warn_days: self.warn_days, fail_days: self.fail_days }
    }

    /// What holds for no connection in particular.
    pub(crate) fn general(&self) -> Ruling {
        let by = match self.certificate_validity {
            CertificateValidity::Strict => "default",
            CertificateValidity::KeyOnly => "policy.certificate_validity",
        };
        Ruling { thresholds: self.thresholds(), validity: self.certificate_validity, by: by.to_owned() }
    }

    /// What holds for a connection: what is said of it goes before what is said of its provider, and that before
    /// what is said of all.
    pub(crate) fn of(&self, connection: &str, provider: &str) -> Ruling {
        let mut ruling = self.general();
        let of_provider = self.providers.get(provider).map(|target| (target, "providers", provider));
        let of_connection = self.connections.get(connection).map(|target| (target, "connections", connection));
        for (target, kind, name) in of_provider.into_iter().chain(of_connection) {
            ruling = ruling.under(target, &format!("policy.{kind}.{name}"));
        }
        ruling
    }
}

/// What is said of some connections alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    /// Warn when the cover ends within this many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) warn_days: Option<u32>,
    /// Fail when the cover ends within this many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fail_days: Option<u32>,
    /// Whether a certificate's dates bind, or its key alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_validity: Option<CertificateValidity>,
}

impl Target {
    /// Refuses thresholds that contradict each other; `kind` says whose mistake it is.
    pub(crate) fn check(&self, kind: Kind, place: &str) -> Result<()> {
        if let Some(days) = [self.warn_days, self.fail_days].into_iter().flatten().find(|days| *days > MOST_DAYS) {
            let message = format!("{place}: {days} days before an end are more than anything lasts");
            return Err(Failure::new(kind, "policy-thresholds", message)
                .hint("write how many days before an end somebody is to act, such as 30")
                .into());
        }
        let (Some(warn), Some(fail)) = (self.warn_days, self.fail_days) else { return Ok(()) };
        if fail <= warn {
            return Ok(());
        }
        let (more, less) =
            if kind == Kind::Usage { ("--fail-days", "--warn-days") } else { ("fail_days", "warn_days") };
        let message = format!("{place}: `{more}` ({fail}) is more than `{less}` ({warn}), so nothing would ever warn");
        Err(Failure::new(kind, "policy-thresholds", message).hint(format!("make `{less}` the larger one")).into())
    }
}

/// What holds for one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruling {
    /// The days before an end.
    pub(crate) thresholds: Thresholds,
    validity: CertificateValidity,
    /// What says whether dates bind: `default`, `policy.providers.qualtrics`.
    by: String,
}

impl Ruling {
    /// The same where `by` says otherwise of something.
    #[must_use]
    pub(crate) fn under(mut self, target: &Target, by: &str) -> Self {
        let days = &mut self.thresholds;
        if let Some(warn) = target.warn_days {
            days.warn_days = warn;
            // `warn_days: 3` alone is clear: nothing fails before it warns.
            days.fail_days = days.fail_days.min(warn);
        }
        if let Some(fail) = target.fail_days {
            days.fail_days = fail;
            days.warn_days = days.warn_days.max(fail);
        }
        if let Some(validity) = target.certificate_validity {
            (self.validity, self.by) = (validity, by.to_owned());
        }
        self
    }

    /// What the end of a stored certificate means.
    pub(crate) const fn coverage(&self) -> coverage::Policy {
        match self.validity {
            CertificateValidity::Strict => coverage::Policy::Strict,
            CertificateValidity::KeyOnly => coverage::Policy::KeyOnly,
        }
    }

    /// For a report: the days, and `strict` or `key-only` with what says so.
    pub(crate) fn told(&self) -> (Thresholds, (&'static str, String)) {
        let validity = match self.validity {
            CertificateValidity::Strict => "strict",
            CertificateValidity::KeyOnly => "key-only",
        };
        (self.thresholds, (validity, self.by.clone()))
    }
}

/// What makes a signing certificate unusable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CertificateValidity {
    /// Its dates count, since the vendor's behaviour is unknown.
    #[default]
    Strict,
    /// Federation practice: the key is trusted, whatever the dates say.
    KeyOnly,
}

/// How much a code counts here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Weight {
    /// Hurts now.
    Error,
    /// Will hurt unless somebody acts.
    Warning,
    /// Worth knowing.
    Info,
    /// Not offered, and read for the sake of its message: what is not told is forgotten.
    #[schemars(skip)]
    Off,
}

impl<'d> Deserialize<'d> for Weight {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "error" => Ok(Self::Error),
            "warning" => Ok(Self::Warning),
            "info" => Ok(Self::Info),
            "off" => Ok(Self::Off),
            // What is not offered is not among the choices.
            other => Err(serde::de::Error::unknown_variant(other, &["error", "warning", "info"])),
        }
    }
}

impl Weight {
    /// As findings have it; nothing for what is not offered.
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Off => None,
        }
    }
}

/// A finding that somebody lives with for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allow {
    /// Its code.
    pub(crate) code: String,
    /// Of this connection alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connection: Option<String>,
    /// In this file alone, as seen from the folder of `ssoctl.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// Why, for whoever reads it next.
    pub(crate) reason: String,
    /// The last day, until its midnight UTC.
    #[serde(deserialize_with = "day")]
    #[schemars(with = "Time")]
    pub(crate) until: Time,
}

/// A day without an hour: which hour is meant would be a riddle.
fn day<'d, D: Deserializer<'d>>(deserializer: D) -> std::result::Result<Time, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_day = text.len() == "2027-03-31".len();
    Time::parse(&text)
        .filter(|_| is_day)
        .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a day such as 2027-03-31")))
}

impl Config {
    /// Refuses what contradicts itself or says too little, with its place.
    pub(crate) fn check(&self, places: &Places) -> Result<()> {
        let policy = &self.policy;
        let whole =
            Target { warn_days: Some(policy.warn_days), fail_days: Some(policy.fail_days), ..Target::default() };
        let at = |route: &[Segment]| places.of(route).to_string();
        whole.check(Kind::Input, &at(&["policy".into(), "fail_days".into()]))?;
        for (kind, targets) in [("providers", &policy.providers), ("connections", &policy.connections)] {
            for (name, target) in targets {
                let key = ["policy".into(), kind.into(), name.as_str().into(), "fail_days".into()];
                target.check(Kind::Input, &at(&key))?;
            }
        }
        if let Some((code, _)) = policy.severities.iter().find(|(_, weight)| **weight == Weight::Off) {
            let place = at(&["policy".into(), "severities".into(), code.as_str().into()]);
            let message = format!("{place}: a finding is not switched off: nobody would know that it is there");
            return Err(Failure::input("policy-severity-off", message)
                .hint("write `info`; or allow it below `allow:`, with a reason and the day until which it is allowed")
                .into());
        }
        for (number, entry) in self.allow.iter().enumerate() {
            if !entry.reason.contains(char::is_alphanumeric) {
                let place = at(&["allow".into(), number.into(), "reason".into()]);
                let message = format!("{place}: the reason why `{}` is allowed has no word in it", entry.code);
                return Err(Failure::input("allow-reason-empty", message)
                    .hint("write who decided it and why: whoever reads it next must decide again")
                    .into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;
    use crate::yaml;

    fn read(text: &str) -> Result<Config> {
        let text = format!("version: 1\n{text}");
        let config: Config = yaml::parse(&text, "ssoctl.yaml", 1)?;
        config.check(&Places::new(&text, "ssoctl.yaml"))?;
        Ok(config)
    }

    #[test]
    fn what_is_said_of_a_connection_goes_before_its_provider_and_that_before_all() {
        let policy = read(
            "policy:\n  warn_days: 40\n  providers:\n    p: {certificate_validity: key-only, warn_days: 3}\n  \
             connections:\n    c: {certificate_validity: strict}\n    d: {fail_days: 90}\n",
        )
        .unwrap()
        .policy;
        let told = |connection: &str, provider: &str| {
            let (days, (validity, by)) = policy.of(connection, provider).told();
            format!("{validity} by {by}, {}/{}", days.warn_days, days.fail_days)
        };
        assert_eq!(told("a", "q"), "strict by default, 40/7");
        assert_eq!(told("a", "p"), "key-only by policy.providers.p, 3/3");
        assert_eq!(told("c", "p"), "strict by policy.connections.c, 3/3");
        assert_eq!(told("d", "p"), "key-only by policy.providers.p, 90/90");
        assert_eq!(told("d", "q"), "strict by default, 90/90");
        let all = read("policy: {certificate_validity: key-only}\n").unwrap().policy;
        assert_eq!(all.general().by, "policy.certificate_validity");
    }

    #[test]
    fn what_says_too_little_or_contradicts_itself_is_refused_at_its_line() {
        let allow = |rest: &str| format!("allow:\n  - code: name-twice\n{rest}");
        for (text, code, line) in [
            ("policy:\n  warn_days: 3\n".to_owned(), "policy-thresholds", 2),
            ("policy:\n  warn_days: 100001\n".to_owned(), "policy-thresholds", 2),
            ("policy:\n  fail_days: 40\n".to_owned(), "policy-thresholds", 3),
            (
                "policy:\n  providers:\n    p:\n      warn_days: 1\n      fail_days: 2\n".to_owned(),
                "policy-thresholds",
                6,
            ),
            ("policy:\n  connections:\n    c: {warn_day: 1}\n".to_owned(), "yaml-unknown-key", 4),
            ("policy:\n  severities:\n    name-twice: off\n".to_owned(), "policy-severity-off", 4),
            ("policy:\n  severities:\n    name-twice: fatal\n".to_owned(), "yaml-value", 4),
            (allow("    until: 2027-03-31\n"), "yaml-missing-key", 3),
            (allow("    reason: r\n"), "yaml-missing-key", 3),
            (allow("    reason: ' '\n    until: 2027-03-31\n"), "allow-reason-empty", 4),
            (allow("    reason: \"\\u200b.\"\n    until: 2027-03-31\n"), "allow-reason-empty", 4),
            (allow("    reason: r\n    until: 2027-02-30\n"), "yaml-malformed", 5),
            (allow("    reason: r\n    until: 2027-03-31T00:00:00Z\n"), "yaml-malformed", 5),
            (allow("    reason: r\n    until: never\n"), "yaml-malformed", 5),
        ] {
            let error = read(&text).unwrap_err();
            let failure = failure_of(&error).unwrap();
            assert_eq!(failure.code(), code, "{text}");
            assert!(failure.to_string().contains(&format!("ssoctl.yaml:{line}:")), "{failure}");
        }
        let allowed = read(&allow("    reason: r\n    until: 2027-03-31\n")).unwrap().allow;
        assert_eq!(allowed[0].until.date(), "2027-03-31");
    }
}
