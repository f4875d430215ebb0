//! The back channel: the token endpoint (RFC 6749 4.1.3) and the user information (OpenID Connect Core 5.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::json;

use crate::crypto;
use crate::error::Result;
use crate::model::connection::BearerPlace;
use crate::model::time::Time;
use crate::sandbox::idp::openid::Grant;
use crate::sandbox::idp::openid::OpenIdProvider;
use crate::sandbox::idp::openid::TOKEN_LASTS;
use crate::sandbox::idp::openid::client::Client;
use crate::sandbox::idp::openid::client::Says;
use crate::sandbox::idp::openid::forge;
use crate::sandbox::idp::openid::forge::Said;
use crate::sandbox::idp::openid::unguessable;
use crate::sandbox::idp::wrong::openid::Wrong;
use crate::sandbox::service::lock;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

impl OpenIdProvider {
    /// The token endpoint: a code for tokens, once.
    pub(in crate::sandbox::idp) fn token(&self, request: &Request, now: Time) -> Result<Reply> {
        let (grant, client) = match self.redeemed(request, now) {
            Ok(redeemed) => redeemed,
            Err((error, why)) => return Ok(refused(error, why)),
        };
        match grant.wrong {
            Wrong::InvalidClient => return Ok(refused("invalid_client", "the sandbox was told to say so")),
            Wrong::InvalidGrant => return Ok(refused("invalid_grant", "the sandbox was told to say so")),
            Wrong::Page => return Ok(Reply::document("text/html; charset=utf-8", "<!doctype html><p>Log in")),
            _ => {}
        }
        let access_token = unguessable()?;
        let mut answer = json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN_LASTS, "scope": grant.waiting.scope,
        });
        if let Some(seal) = self.seal(client).filter(|_| grant.wrong != Wrong::NoIdToken) {
            let said = Said {
                issuer: &self.issuer(),
                client_id: &client.party.client_id,
                nonce: grant.waiting.nonce.as_deref(),
                now,
                public_key: self.public_key(),
                claims: &grant.claims,
            };
            answer["id_token"] = json!(forge::id_token(&said, grant.wrong, seal)?);
        }
        lock(&self.tokens).keep(access_token, grant, now);
        Ok(as_json(200, &answer))
    }

    /// What the code of a request stands for, which it stands for no longer, and whose it is.
    fn redeemed(
        &self,
        request: &Request,
        now: Time,
    ) -> std::result::Result<(Grant, &Client), (&'static str, &'static str)> {
        let field = |name: &str| request.field(name).unwrap_or_default();
        if field("grant_type") != "authorization_code" {
            return Err(("unsupported_grant_type", "codes alone are taken"));
        }
        let basic = request.authorization.as_deref().map(|header| basic(header).ok_or(()));
        let says = match (&basic, field("client_secret")) {
            // RFC 6749 2.3: in one way and no more.
            (Some(_), secret) if !secret.is_empty() => {
                return Err(("invalid_request", "the client says twice who it is"));
            }
            (Some(Err(())), _) => return Err(("invalid_client", "the header says nothing that can be read")),
            (Some(Ok((id, secret))), _) => Says::InHeader(id, secret),
            (None, "") => Says::Public(field("client_id")),
            (None, secret) => Says::InForm(field("client_id"), secret),
        };
        let clients = || self.clients.iter().filter_map(|client| client.as_ref().ok());
        if !clients().any(|client| client.is(says)) {
            return Err(("invalid_client", "no client says who it is in this way"));
        }
        let mut codes = lock(&self.codes);
        let is_good = codes.get(field("code"), now).is_some();
        // Also one that is not good for this request is used up by it.
        let grant = codes.remove(field("code")).filter(|_| is_good);
        drop(codes);
        let grant =
            grant.ok_or(("invalid_grant", "the code is unknown, was used before, or is older than a minute"))?;
        let client = self.clients[grant.waiting.connection].as_ref().ok().filter(|client| client.is(says));
        let client = client.ok_or(("invalid_grant", "the code is of another client"))?;
        if field("redirect_uri") != client.redirect_uri {
            return Err(("invalid_grant", "the redirect URI is another one than at the beginning"));
        }
        // RFC 7636 4.6
        let challenge = URL_SAFE_NO_PAD.encode(crypto::sha256(field("code_verifier").as_bytes()));
        if challenge != grant.waiting.challenge {
            return Err(("invalid_grant", "the PKCE verifier is not that of the challenge"));
        }
        Ok((grant, client))
    }

    /// The user information, for an access token at the place that the connection declares.
    pub(in crate::sandbox::idp) fn user_info(&self, request: &Request, now: Time) -> Reply {
        let in_header = request.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
        let in_query = request.parameter("access_token");
        let places = [
            (BearerPlace::Header, in_header),
            (BearerPlace::Body, request.field("access_token").filter(|_| request.method == Method::Post)),
            (BearerPlace::Query, in_query.as_deref()),
        ];
        let given: Vec<(BearerPlace, &str)> =
            places.into_iter().filter_map(|(place, token)| Some((place, token?))).collect();
        // RFC 6750 2: in one way and no more.
        let [(place, token)] = given.as_slice() else { return not_taken("invalid_request") };
        let Some(grant) = lock(&self.tokens).get(token, now).cloned() else { return not_taken("invalid_token") };
        let client = self.clients[grant.waiting.connection].as_ref();
        if !client.is_ok_and(|client| client.bearer() == *place) {
            return not_taken("invalid_request");
        }
        let mut claims = grant.claims;
        if grant.wrong == Wrong::OtherSubject {
            claims.insert("sub".to_owned(), json!(forge::FORGED));
        }
        as_json(200, &Value::Object(claims))
    }
}

/// The ID and the secret of a header (RFC 6749 2.3.1), both encoded as in a form.
fn basic(header: &str) -> Option<(String, String)> {
    let pair = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.next().map(|(text, _)| text.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}

/// RFC 6749 5.2.
fn refused(error: &str, why: &str) -> Reply {
    let status = if error == "invalid_client" { 401 } else { 400 };
    let reply = as_json(status, &json!({ "error": error, "error_description": why }));
    if status == 401 { reply.header("www-authenticate", "Basic realm=\"sandbox\"") } else { reply }
}

/// RFC 6750 3.
fn not_taken(error: &str) -> Reply {
    let reply = as_json(401, &json!({ "error": error }));
    reply.header("www-authenticate", format!("Bearer error=\"{error}\""))
}

fn as_json(status: u16, value: &Value) -> Reply {
    Reply { status, ..Reply::document("application/json", value.to_string()) }
}
