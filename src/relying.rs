//! The relying party's side of a login by OAuth 2.0 or OpenID Connect: how it is known at the provider, and
//! its back channel. The browser's side is whoever's who plays a relying party: a test login, or the stand-in
//! for a vendor.

pub(crate) mod callback;
pub(crate) mod exchange;
pub(crate) mod registration;
