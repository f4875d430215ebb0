//! What is remembered of a key set that a provider publishes: which keys, and by what they are known.

use serde::Deserialize;
use serde::Serialize;

use crate::model::time::Time;

/// One key of a set that tokens may be signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishedKey {
    /// What it is (RFC 7638), base64url.
    pub(crate) thumbprint: String,
    /// What the set calls it.
    pub(crate) kid: Option<String>,
    /// Its type and size, such as `RSA 2048`.
    pub(crate) kind: String,
    /// SHA-256 of its certificate, lower-case hexadecimal, where it has one.
    pub(crate) certificate: Option<String>,
    /// When that certificate begins, where it can be read.
    pub(crate) not_before: Option<Time>,
    /// When that certificate ends, where it can be read.
    pub(crate) not_after: Option<Time>,
}
