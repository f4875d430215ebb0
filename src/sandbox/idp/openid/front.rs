//! The authorization endpoint (OpenID Connect Core 3.1.2): the request that a browser brings, who logs in, and the
//! answer that the browser takes back.

use url::form_urlencoded::Serializer;

use crate::error::Failure;
use crate::error::Result;
use crate::sandbox::idp::openid::Grant;
use crate::sandbox::idp::openid::OpenIdProvider;
use crate::sandbox::idp::openid::Waiting;
use crate::sandbox::idp::openid::claims;
use crate::sandbox::idp::openid::client::Client;
use crate::sandbox::idp::openid::forge::ELSEWHERE;
use crate::sandbox::idp::openid::unguessable;
use crate::sandbox::idp::pages;
use crate::sandbox::idp::who;
use crate::sandbox::idp::wrong::openid::Wrong;
use crate::sandbox::login::Login;
use crate::sandbox::service::lock;
use crate::web::reply::Reply;
use crate::web::request::Request;

/// The longest `state`, `nonce` or `scope`, in bytes: each is kept until somebody answers.
const LONGEST: usize = 1024;

const BEGIN: &str = "begin the login at the vendor's page, which is `/`";

impl OpenIdProvider {
    /// A request for a login. What is wrong with it is told here: the browser goes nowhere but to a redirect URI that
    /// is known here (RFC 6749 4.1.2.1).
    pub(in crate::sandbox::idp) fn asked(&self, request: &Request, login: &Login) -> Result<Reply> {
        let waiting = self.waiting(request)?;
        let client = self.client(waiting.connection)?;
        let key = unguessable()?;
        let page = pages::authorize(login, client, &key, &waiting);
        lock(&self.waiting).keep(key, waiting, login.now());
        Ok(page)
    }

    fn waiting(&self, request: &Request) -> std::result::Result<Waiting, Failure> {
        let given = |name: &str| request.parameter(name).filter(|value| !value.is_empty());
        let goes_to = given("redirect_uri").unwrap_or_default();
        let registered = |client: &std::result::Result<Client, Failure>| {
            client.as_ref().is_ok_and(|client| client.redirect_uri == goes_to)
        };
        let Some(connection) = self.clients.iter().position(registered) else {
            return Err(Failure::refused(
                "redirect-uri-unknown",
                "the answer is to go to a redirect URI that is not known here",
            )
            .hint(BEGIN));
        };
        if !self.client(connection)?.is_called(&given("client_id").unwrap_or_default()) {
            let told = "the client ID is not that of the connection whose redirect URI this is";
            return Err(Failure::refused("client-unknown", told).hint(BEGIN));
        }
        let needs = |told: &str| Failure::refused("authorization-request-invalid", told.to_owned()).hint(BEGIN);
        if given("response_type").as_deref() != Some("code") {
            return Err(needs("the request asks for something other than a code (`response_type`)"));
        }
        if let Some(long) =
            ["state", "nonce", "scope"].into_iter().find(|name| given(name).is_some_and(|value| value.len() > LONGEST))
        {
            return Err(needs(&format!("the `{long}` of the request is longer than {LONGEST} bytes")));
        }
        let challenge = given("code_challenge").filter(|_| given("code_challenge_method").as_deref() == Some("S256"));
        // RFC 7636 4.2: SHA-256 in base64url.
        let challenge = challenge.filter(|challenge| challenge.len() == 43);
        Ok(Waiting {
            connection,
            scope: given("scope").unwrap_or_default(),
            state: given("state").ok_or_else(|| needs("the request has no `state`"))?,
            nonce: given("nonce"),
            challenge: challenge.ok_or_else(|| needs("the request has no PKCE challenge by S256"))?,
        })
    }

    /// The form was sent: the browser takes the answer to the vendor.
    pub(in crate::sandbox::idp) fn answered(&self, request: &Request, login: &Login) -> Result<Reply> {
        let field = |name: &str| request.field(name).unwrap_or_default().trim();
        let now = login.now();
        let waiting = lock(&self.waiting).get(field("request"), now).cloned().ok_or_else(|| {
            Failure::refused("request-over", "the request that this answers is over, or was never made").hint(BEGIN)
        })?;
        let wrong = Wrong::named(field("wrong")).ok_or_else(|| {
            Failure::usage("wrong-unknown", "there is no such way for an answer to be wrong")
                .hint("`ssoctl sandbox serve --list-faults` lists them")
        })?;
        let client = self.client(waiting.connection)?;
        let who = who::of_form(request, login, &login.connections()[waiting.connection])?;
        let claims = claims::of(client.oauth.kind, &waiting.scope, who, wrong);
        let (issuer, code) = (self.issuer(), unguessable()?);
        let mut answer = Serializer::new(String::new());
        match wrong {
            Wrong::Denied => {
                answer.append_pair("error", "access_denied");
                answer.append_pair("error_description", "the sandbox was told to say no");
            }
            _ => {
                answer.append_pair("code", &code);
            }
        }
        match wrong {
            Wrong::NoState => {}
            Wrong::OtherState => {
                answer.append_pair("state", &unguessable()?);
            }
            _ => {
                answer.append_pair("state", &waiting.state);
            }
        }
        answer.append_pair("iss", if wrong == Wrong::OtherProvider { ELSEWHERE } else { &issuer });
        let location = format!("{}?{}", client.redirect_uri, answer.finish());
        // What was used before is not kept.
        if !matches!(wrong, Wrong::Denied | Wrong::UsedCode) {
            lock(&self.codes).keep(code, Grant { waiting, claims, wrong }, now);
        }
        Ok(Reply::see(location))
    }
}
