//! ssoctl: single sign-on connections declared in files, checked, exported, and
//! users migrated onto them.
//!
//! The house: a floor imports only from floors below it; `tests/house.rs` holds the table.
#![allow(dead_code, reason = "rooms are built before the roof that uses them; removed with the first slice")]

// ground: shapes and words; no input or output, no clock
mod error;
mod model;

// first floor: the vocabulary of verdicts, the doors to dangerous formats
mod crypto;
mod finding;

// third floor: the only ways out of the process
mod disk;

// fourth floor: what stands behind the doors
mod provider;

// fifth floor: the work
mod migrate;
