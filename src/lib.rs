//! ssoctl: single sign-on connections declared in files, checked, exported, and
//! users migrated onto them.
//!
//! The house: a floor imports only from floors below it; `tests/house.rs` holds the table.

// ground: shapes and words; no input or output, no clock
mod error;
mod model;

// first floor: the vocabulary of verdicts, the doors to dangerous formats
mod crypto;
mod finding;
mod xml;
mod yaml;

// second floor: engines; pure functions of bytes, expectations and now
mod cert;
mod drift;
mod oidc;
mod rules;
mod saml;

// third floor: the only ways out of the process, and the way in
mod disk;
mod http;
mod secret;
mod web;

// fourth floor: what stands behind the doors
mod provider;
mod relying;
mod workspace;

// fifth floor: the work
mod check;
mod explain;
mod export;
mod import;
mod migrate;
mod report;
mod sandbox;
mod trial;

// roof: the command line
mod cli;

#[cfg(feature = "benching")]
pub mod benching;
#[cfg(all(test, not(feature = "benching")))]
mod benching;
#[cfg(test)]
mod corpus;
#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(all(test, not(fuzzing)))]
mod fuzzing;

pub use cli::run;
