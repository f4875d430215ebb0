//! A test login at the real identity provider, before users meet it: a service provider of our own on
//! this machine, with its own name and key, that sends a browser there and judges what it brings back.
//!
//! What it proves is the identity provider's side. The vendor's own addresses and keys cannot be used
//! from here; what a browser brought to the vendor is judged by `login decode`.

pub(crate) mod come;
pub(crate) mod oidc;
pub(crate) mod own_key;
mod pages;
pub(crate) mod party;
pub(crate) mod saml;
pub(crate) mod site;

#[cfg(test)]
mod tests;
