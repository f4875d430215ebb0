//! What a published document becomes in a connection file: endpoints that the vendor
//! can use, with the others told apart; every signing certificate; nothing invented.

pub(crate) mod oidc;
pub(crate) mod saml;
