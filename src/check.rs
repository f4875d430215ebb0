//! Rules over connections and certificates: facts in, findings out. Reads no file
//! and no network; what a vendor allows is asked of its profile.

pub(crate) mod certificate;
pub(crate) mod connection;
pub(crate) mod credential;
pub(crate) mod held;
pub(crate) mod planned;
pub(crate) mod policy;
pub(crate) mod rollover;
pub(crate) mod workspace;
