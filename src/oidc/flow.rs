//! A login at an OpenID provider, as its relying party sees it: authorization code with PKCE. The
//! addresses and the texts; who sends them, and what fetches the answers, is above.
//!
//! In the order of a login:
//! - [`begin::begin`]: where the browser is sent, and what this login is recognised by.
//! - [`callback::judge`]: what the browser brings back, as hostile text.
//! - [`answer::judge`]: what the token endpoint answers.
//! - then `token`, for the ID token in it.
//! - [`user_info::judge`]: what the user information endpoint answers.
//!
//! Each says its steps, with their clauses, and gives what it has found only where all of them hold.

pub(crate) mod answer;
pub(crate) mod begin;
pub(crate) mod callback;
mod entra;
pub(crate) mod hidden;
mod parameters;
mod refusal;
pub(crate) mod user_info;

/// Text from a provider, in the words that it may be shown in: without the secrets that were sent to it.
pub(crate) type Hide<'h> = dyn Fn(&str) -> String + 'h;
