//! The only door to XML.

pub(crate) mod writer;
