//! The logout that ends a test (saml-profiles 4.4).

use crate::error::Result;
use crate::model::time::Time;
use crate::model::verification::Verification;
use crate::saml::binding;
use crate::saml::binding::Parameter;
use crate::saml::logout;
use crate::saml::logout::LogoutRequest;
use crate::saml::request;
use crate::saml::response;
use crate::trial::saml::ServiceProvider;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

impl ServiceProvider {
    /// Sends the browser to log out of a session, once.
    pub(super) fn end(&self, session: u64, now: Time) -> Option<Result<Reply>> {
        let endpoint = self.setting.slo.as_ref()?;
        let mut state = self.state();
        let at = state.sessions.iter().position(|known| known.number == session)?;
        let session = state.sessions.remove(at);
        let ask = |id: &str| {
            let asked = LogoutRequest {
                id,
                at: now,
                issuer: &self.entity_id(),
                destination: &endpoint.location,
                name_id: &session.name_id,
                session_index: session.index.as_deref(),
            };
            // saml-profiles 4.4.4.1: by way of the browser it must be signed.
            self.sent(endpoint, true, "logout", |signer| logout::logout_request(&asked, signer))
        };
        Some(request::id().and_then(|id| {
            let reply = ask(&id)?;
            state.logging_out = Some(id);
            Ok(reply)
        }))
    }

    /// Judges what came back, where a logout was asked for.
    pub(super) fn ended(&self, request: &Request) -> Option<Verification> {
        let name = Parameter::Response.name();
        let (value, query) = match request.method {
            Method::Post => (request.field(name).map(str::to_owned), None),
            Method::Get => (request.parameter(name), Some(request.query.as_str())),
        };
        const FILE: &str = "the answer to the logout";
        let xml = binding::decode(&value?, FILE).ok()?;
        // What anybody else hands in does not end the logout.
        let answered = response::answers(&xml, FILE)?;
        let asked = self.state().logging_out.take_if(|asked| *asked == answered)?;
        let expected = logout::Expected {
            idp: &self.setting.idp,
            trust: &self.setting.trust,
            destination: &self.slo(),
            request: &asked,
            query,
        };
        Some(logout::judge(&xml, &expected))
    }
}
