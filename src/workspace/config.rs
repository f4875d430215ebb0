//! The shape of `ssoctl.yaml`: thresholds that hold where a command line says nothing else.

use serde::Deserialize;
use serde::Serialize;

use crate::cert::coverage;
use crate::cert::judge::Thresholds;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;

/// `ssoctl.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Version of the file's shape.
    pub(crate) version: u32,
    /// Thresholds.
    #[serde(default)]
    pub(crate) policy: Policy,
}

impl Default for Config {
    fn default() -> Self {
        Self { version: 1, policy: Policy::default() }
    }
}

/// Thresholds that hold where a command line says nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

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
        }
    }
}

impl Policy {
    /// The days before an end.
    pub(crate) const fn thresholds(&self) -> Thresholds {
        Thresholds { warn_days: self.warn_days, fail_days: self.fail_days }
    }

    /// What the end of a stored certificate means.
    pub(crate) const fn coverage(&self) -> coverage::Policy {
        match self.certificate_validity {
            CertificateValidity::Strict => coverage::Policy::Strict,
            CertificateValidity::KeyOnly => coverage::Policy::KeyOnly,
        }
    }

    /// Refuses thresholds that contradict each other; `kind` says whose mistake it is.
    pub(crate) fn check(&self, kind: Kind, place: &str) -> Result<()> {
        if self.fail_days > self.warn_days {
            return Err(Failure::new(
                kind,
                "policy-thresholds",
                format!(
                    "{place}: `fail_days` ({}) is more than `warn_days` ({}), so nothing would ever warn",
                    self.fail_days, self.warn_days
                ),
            )
            .hint("make `warn_days` the larger one")
            .into());
        }
        Ok(())
    }
}

/// What makes a signing certificate unusable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CertificateValidity {
    /// Its dates count, since the vendor's behaviour is unknown.
    #[default]
    Strict,
    /// Federation practice: the key is trusted, whatever the dates say.
    KeyOnly,
}
