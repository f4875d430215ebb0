//! What becomes of whoever is proven: the decision, what it changes, the session, and its end.

use std::sync::atomic::Ordering;

use crate::crypto;
use crate::crypto::random;
use crate::error::Failure;
use crate::error::Result;
use crate::model::printable;
use crate::rules::Decision;
use crate::rules::Verdict;
use crate::rules::accounts::Accounts;
use crate::sandbox::login::APP;
use crate::sandbox::login::Arrived;
use crate::sandbox::login::Login;
use crate::sandbox::login::Offered;
use crate::sandbox::login::Visit;
use crate::sandbox::login::pages;
use crate::sandbox::service::lock;
use crate::web::reply::Reply;
use crate::web::request::Request;

impl Login {
    /// Who asks, where the browser has been here.
    pub(super) fn visit(&self, request: &Request) -> Option<(String, Visit)> {
        let key = self.cookie.held(request, &|held| lock(&self.sessions).get(held, self.now()).is_some())?;
        Some((key.to_owned(), lock(&self.sessions).get(key, self.now())?.clone()))
    }

    /// A new session, whatever there was before.
    pub(super) fn enter(&self, visit: Visit, request: &Request, leads: &str) -> Result<Reply> {
        let key = crypto::hex(random::octets::<16>()?.as_slice());
        let mut sessions = lock(&self.sessions);
        if let Some(before) = self.cookie.held(request, &|held| sessions.get(held, self.now()).is_some()) {
            sessions.remove(before);
        }
        let reply = self.cookie.given(Reply::see(leads), &key);
        sessions.keep(key, visit, self.now());
        Ok(reply)
    }

    /// The answer to whether there is an older account (QT10, method 2).
    pub(super) fn merged(&self, request: &Request) -> Result<Reply> {
        let (mut visit, decision, at) = self.asked(request, "merge-question")?;
        let path = self.connections()[at].arrives_at();
        let order = lock(&self.landing);
        let offered = &self.connections()[at];
        let decided = match request.field("answer") {
            Some("no") => (offered.decide)(&visit.identity, &self.people.accounts(), false),
            _ => {
                let account = self.proven_by_password(request)?;
                offered.merges(&account.username)?;
                let name = decision.username.unwrap_or_default();
                self.people.rename(&account.username, &name, &path, self.now())?;
                visit.merged = Some(account.username);
                (offered.decide)(&visit.identity, &self.people.accounts(), true)
            }
        };
        let landed = self.landed(at, visit, decided, request, APP);
        drop(order);
        landed
    }

    /// The account that was picked of several (QY7).
    pub(super) fn chosen(&self, request: &Request) -> Result<Reply> {
        let (visit, decision, at) = self.asked(request, "choose-account")?;
        let wanted = request.field("account").unwrap_or_default();
        let account = self.people.named(wanted).filter(|account| decision.choices.contains(&account.username));
        let Some(account) = account else {
            return Err(Failure::refused("account-not-offered", "this account is none of those to choose from")
                .hint("choose one of the page")
                .into());
        };
        let order = lock(&self.landing);
        let decided = (self.connections()[at].decide)(&visit.identity, &Accounts::new(vec![account]), true);
        let landed = self.landed(at, visit, decided, request, APP);
        drop(order);
        landed
    }

    /// Whom the vendor has asked something.
    fn asked(&self, request: &Request, code: &str) -> std::result::Result<(Visit, Decision, usize), Failure> {
        let nothing = || {
            Failure::refused("nothing-asked", "nothing was asked that this would be the answer to").hint("log in again")
        };
        let (_, visit) = self.visit(request).ok_or_else(nothing)?;
        let decision = visit.decision.clone().filter(|decision| decision.code == code).ok_or_else(nothing)?;
        let at = visit.connection.ok_or_else(nothing)?;
        Ok((visit, decision, at))
    }

    /// What has arrived is decided by the rules where it proves somebody, and else told step by step.
    pub(super) fn arrived(&self, at: usize, arrived: Arrived, request: &Request, leads: &str) -> Result<Reply> {
        let offered = &self.connections()[at];
        let Arrived { mut verification, identity, claimed } = arrived;
        verification.name(&offered.name);
        let Some(identity) = identity.filter(|_| verification.refusal().is_none()) else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Ok(pages::not_accepted(self, offered, &verification, claimed.as_ref()));
        };
        self.accepted.fetch_add(1, Ordering::Relaxed);
        let order = lock(&self.landing);
        let decision = (offered.decide)(&identity, &self.people.accounts(), true);
        let mut warnings = verification;
        warnings.steps.retain(|step| step.code.is_some());
        let visit = Visit { connection: Some(at), identity, warnings, ..Visit::default() };
        let landed = self.landed(at, visit, decision, request, leads);
        drop(order);
        landed
    }

    /// Carries out what was decided of who has come, and shows it.
    fn landed(&self, at: usize, visit: Visit, decision: Decision, request: &Request, leads: &str) -> Result<Reply> {
        if decision.verdict == Verdict::Allow {
            let path = self.connections()[at].arrives_at();
            self.people.settle(&decision, &path, self.now())?;
        }
        let username = decision.username.clone().unwrap_or_default();
        self.enter(Visit { username, decision: Some(decision), ..visit }, request, leads)
    }

    pub(super) fn logout(&self, request: &Request) -> Reply {
        let exit = self.visit(request).and_then(|(key, visit)| {
            lock(&self.sessions).remove(&key);
            let offered = &self.connections()[visit.connection?];
            Some((offered.connection.login.exit_url.clone(), offered.connection.saml.clone()))
        });
        let (exit, saml) = exit.unwrap_or_default();
        self.cookie.taken(pages::logged_out(self, exit.as_deref(), saml.as_ref()))
    }
}

impl Offered {
    /// Whether an account is an older one, that may become that of a single sign-on user (QT10, method 2): one
    /// that is called `value#brandID` has come by single sign-on, and is somebody's already.
    fn merges(&self, username: &str) -> std::result::Result<(), Failure> {
        let brand = self.connection.settings.get("brand_id").map(|brand| format!("#{brand}"));
        // In whatever case: two names that differ by it alone are one to a careless reader.
        if brand.is_some_and(|brand| username.to_lowercase().ends_with(&brand.to_lowercase())) {
            return Err(Failure::refused(
                "account-not-older",
                format!("`{}` is an account of single sign-on already, and no older one", printable(username)),
            )
            .hint("name the account from before single sign-on, or say that there is none"));
        }
        Ok(())
    }
}
