//! Qualys: its user API. Its facts are in `qualys.yaml`.

pub(super) mod users_api;
