//! A login at the real identity provider, with ssoctl in the place of the vendor: what
//! `connection test` does. The pages and the browser are the command's; the engines judge.
//!
//! - [`party::Party`]: both sides of an OpenID login, of the connection's file and the discovery document.
//! - [`exchange::finish`]: from what the browser brings back to who has logged in.

pub(crate) mod exchange;
pub(crate) mod party;

#[cfg(test)]
mod tests;
