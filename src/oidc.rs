//! OpenID Connect: discovery documents, key sets and ID tokens, read from bytes and judged. No
//! client and no clock here; what is done with a key is `crypto`'s.
//!
//! - [`token::verify`]: an ID token against what is expected of it, step by step.
//! - [`keys::KeySet`]: a key set whose keys may verify; [`jwks::read`]: the facts of one.

pub(crate) mod algorithm;
pub(crate) mod claims;
pub(crate) mod discovery;
pub(crate) mod flow;
pub(crate) mod issue;
pub(crate) mod issuer;
pub(crate) mod json;
pub(crate) mod jwks;
pub(crate) mod jws;
pub(crate) mod keys;
pub(crate) mod proof;
mod thumbprint;
pub(crate) mod token;

#[cfg(test)]
mod corpus;
#[cfg(test)]
pub(crate) mod tests;
