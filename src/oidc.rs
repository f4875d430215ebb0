//! OpenID Connect documents: discovery and key sets, read from bytes and judged. No
//! client, no clock and no crypto here; a key is a fact and is used by nobody yet.

pub(crate) mod discovery;
pub(crate) mod issuer;
pub(crate) mod json;
pub(crate) mod jwks;

#[cfg(test)]
mod corpus;
