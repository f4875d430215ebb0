//! Domains of addresses: which may enrol and log in, and which log in by this connection.

use crate::model::connection::OAuthKind;
use crate::model::shape;
use crate::rules::Login;
use crate::rules::Stop;
use crate::rules::Used;
use crate::rules::asserted::Asserted;
use crate::rules::few;

impl Login<'_> {
    /// QT9: the list gates enrolment and every later login.
    pub(super) fn email_domain(&mut self, asserted: &Asserted<'_>) -> Result<(), Stop> {
        if !self.question().policy.email_domains {
            return Ok(());
        }
        let domains = &self.connection().provisioning.valid_email_domains;
        let route = ["provisioning".into(), "valid_email_domains".into()];
        let google = self.connection().oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Google);
        if domains.is_empty() && !google {
            let why = "none is listed: the vendor's default is `*`, any domain";
            self.note("email-domain", &route, why.to_owned());
            return Ok(());
        }
        if let Some(at) = self.engine.valid_domains.get("*") {
            self.decision.used.push(Used::ValidEmailDomain(*at));
            if google {
                let why = "`*`: any of the organization's own domains, which the vendor knows and this file does not";
                self.note("email-domain", &route, why.to_owned());
                self.caveat = ", if its e-mail domain is one of the organization's own";
            } else {
                self.pass("email-domain", &route, "`*`: any domain".to_owned());
            }
            return Ok(());
        }
        let Some(email) = asserted.value("email") else { return Ok(()) };
        let Some(domain) = shape::domain_of(email) else {
            let why = format!("`{email}` is no e-mail address, so that it has no valid domain");
            return Err(self.stop("email-domain", &route, "email-domain-not-valid", why));
        };
        if let Some(at) = self.engine.valid_domains.get(&domain) {
            self.decision.used.push(Used::ValidEmailDomain(*at));
            self.pass("email-domain", &route, format!("`{domain}` is a valid e-mail domain"));
            return Ok(());
        }
        let near = domains.iter().find(|valid| domain.ends_with(&format!(".{}", valid.to_lowercase())));
        let near = near.map(|valid| format!("; `{valid}` is another domain, not the one above it")).unwrap_or_default();
        let listed = if domains.is_empty() { "none is listed".to_owned() } else { few(domains) };
        let why = format!("`{domain}` is not a valid e-mail domain ({listed}){near}");
        Err(self.stop("email-domain", &route, "email-domain-not-valid", why))
    }

    /// QF2, QF6: who changed the domain of the address is sent to another identity provider, or to none.
    pub(super) fn routed_domain(&mut self, asserted: &Asserted<'_>) -> Result<(), Stop> {
        let domains = &self.connection().login.email_domains;
        let route = ["login".into(), "email_domains".into()];
        if domains.is_empty() && self.question().policy.domain_routing {
            let why = "no e-mail domain is listed, and the vendor lets users in by the domains that it was sent";
            self.note("routed-domain", &route, why.to_owned());
            self.caveat = ", if the vendor was sent its e-mail domain";
        }
        let (false, Some(email)) = (domains.is_empty(), asserted.value("email").or(asserted.value("username"))) else {
            return Ok(());
        };
        let domain = shape::domain_of(email).unwrap_or_else(|| email.to_owned());
        if let Some(at) = self.engine.routed_domains.get(&domain) {
            self.decision.used.push(Used::RoutedDomain(*at));
            self.pass("routed-domain", &route, format!("users of `{domain}` log in by this connection"));
            return Ok(());
        }
        let why = format!("users of `{domain}` do not log in by this connection, those of {} do", few(domains));
        Err(self.stop("routed-domain", &route, "domain-not-routed", why))
    }
}
