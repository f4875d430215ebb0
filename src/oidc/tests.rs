//! Tokens of every kind against the engine: published vectors, attacks by name, and each clause.

pub(crate) mod maker;

mod attacks;
mod clauses;
mod published;
mod wycheproof;
