//! SAML 2.0: pure functions of bytes, expectations and a moment.

pub(crate) mod sp;
