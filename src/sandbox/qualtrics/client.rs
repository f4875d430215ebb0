//! Qualtrics' OAuth 2.0 client credentials (vendors.md 1.4): `POST /oauth2/token` with a client's name
//! and secret gives a token for `Authorization: Bearer`, which ends.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use base64::Engine as _;
use serde_json::json;

use crate::sandbox::Options;
use crate::sandbox::answer::Answer;
use crate::sandbox::dialect::Asked;
use crate::sandbox::dialect::header_of;
use crate::sandbox::fault::scatter;
use crate::sandbox::service::lock;

const PATH: &str = "/oauth2/token";

/// The client that is accepted, and the tokens that it got.
pub(super) struct Client {
    /// What follows `Basic`; none where there is no client.
    credentials: Option<String>,
    lifetime: Duration,
    seed: u64,
    given: Mutex<HashMap<String, Instant>>,
}

impl Client {
    pub(super) fn new(options: &Options) -> Self {
        let encoded = |(id, secret): &(String, String)| {
            base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"))
        };
        Self {
            credentials: options.client.as_ref().map(encoded),
            lifetime: options.token_lifetime,
            seed: options.faults.seed,
            given: Mutex::default(),
        }
    }

    /// Whether the token was given here and has not ended.
    pub(super) fn knows(&self, token: &str) -> bool {
        lock(&self.given).get(token).is_some_and(|at| at.elapsed() < self.lifetime)
    }

    /// The answer of the token endpoint, where that is asked and there is a client.
    pub(super) fn answer(&self, asked: &Asked) -> Option<Answer> {
        let expected = self.credentials.as_ref()?;
        if asked.path() != PATH || asked.parts.method != Method::POST {
            return None;
        }
        let refuse = |status, error: &str| {
            Some(Answer::json(status, &json!({ "error": error, "error_description": "The sandbox gives no token." })))
        };
        let basic = header_of(&asked.parts, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Basic "));
        if basic != Some(expected) {
            return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        let body = asked.body.as_deref().unwrap_or_default();
        let grant = url::form_urlencoded::parse(body).find(|(key, _)| key == "grant_type");
        if grant.is_none_or(|(_, value)| value != "client_credentials") {
            return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        }
        let token = format!("sandbox-{:016x}", scatter(self.seed, &[asked.number, 2]));
        lock(&self.given).insert(token.clone(), Instant::now());
        Some(Answer::json(
            StatusCode::OK,
            &json!({ "access_token": token, "token_type": "Bearer", "expires_in": self.lifetime.as_secs() }),
        ))
    }
}
