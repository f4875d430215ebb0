//! Qualtrics: its user API. Its facts are in `qualtrics.yaml`.

pub(super) mod users_api;
