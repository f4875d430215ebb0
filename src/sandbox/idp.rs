//! A stand-in for an identity provider, beside the stand-in for the vendor: it asks nobody for a
//! password, says what it is told of whom it is told, and says it wrongly where that is wanted. It speaks
//! SAML and OpenID Connect.
//!
//! It has keys of its own, made at its start and known to this sandbox alone, so that nothing that it
//! signs is worth anything elsewhere.

pub(super) mod openid;
mod pages;
pub(super) mod saml;
mod who;
pub(crate) mod wrong;

use crate::error::Result;
use crate::model::time::Time;
use crate::sandbox::idp::openid::OpenIdProvider;
use crate::sandbox::idp::saml::SamlIdp;
use crate::sandbox::login::Login;
use crate::sandbox::login::Offered;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;

/// The identity provider.
pub(super) struct Idp {
    saml: SamlIdp,
    openid: OpenIdProvider,
}

impl Idp {
    /// One below this base for these connections, with keys of its own.
    pub(super) fn new(base: &str, connections: &[Offered], now: Time) -> Result<Self> {
        Ok(Self { saml: SamlIdp::new(base, now)?, openid: OpenIdProvider::new(base, connections)? })
    }

    /// Its SAML side.
    pub(super) fn saml(&self) -> &SamlIdp {
        &self.saml
    }

    /// Its side of OAuth 2.0 and OpenID Connect.
    pub(super) fn openid(&self) -> &OpenIdProvider {
        &self.openid
    }

    /// Answers a request of a browser, or of a relying party.
    pub(super) fn answer(&self, request: &Request, login: &Login) -> Reply {
        let (saml, openid) = (&self.saml, &self.openid);
        let made = match (request.method, request.path.as_str()) {
            (Method::Get, "/idp") => Ok(pages::home(login)),
            (Method::Get, "/idp/metadata") => saml.metadata(),
            (_, "/idp/sso") => saml.asked(request, login),
            (Method::Get, "/idp/start") => saml.begun(request, login),
            // Another page must not answer for whoever sits here.
            (Method::Post, "/idp/answer" | "/idp/authorize") if request.from != From::Ourselves => {
                Err(login.foreign().into())
            }
            (Method::Post, "/idp/answer") => saml.answered(request, login),
            (Method::Get, "/idp/stock") if request.from == From::Elsewhere => Err(login.foreign().into()),
            // The vendor's page is of this site too: what another one asks for would crowd out whoever waits.
            (Method::Get, "/idp/authorize") if request.from == From::Elsewhere => Err(login.foreign().into()),
            (Method::Get, "/idp/stock") => saml.stock(request, login),
            (Method::Get, "/idp/.well-known/openid-configuration") => Ok(openid.discovery()),
            (Method::Get, "/idp/keys") => Ok(openid.key_set()),
            (Method::Get, "/idp/authorize") => openid.asked(request, login),
            (Method::Post, "/idp/authorize") => openid.answered(request, login),
            (Method::Post, "/idp/token") => openid.token(request, login.now()),
            (_, "/idp/userinfo") => Ok(openid.user_info(request, login.now())),
            _ => return page::refusal(404, "there is no such page; the identity provider begins at /idp"),
        };
        made.unwrap_or_else(|error| login.trouble(&error))
    }
}
