//! The vendor's page: which ways there are in, by which connection, and the vendor's own password.

use crate::error::Failure;
use crate::error::Result;
use crate::model::login::Mode;
use crate::rules::accounts::Account;
use crate::rules::routing;
use crate::sandbox::login::APP;
use crate::sandbox::login::Login;
use crate::sandbox::login::Offered;
use crate::sandbox::login::PASSWORD;
use crate::sandbox::login::Visit;
use crate::sandbox::login::pages;
use crate::web::reply::Reply;
use crate::web::request::Request;

impl Login {
    /// Whether the vendor's own passwords work.
    pub(super) fn takes_passwords(&self) -> bool {
        self.tenant.mode != Some(Mode::SsoOnly)
    }

    /// The organisation page; where one connection is all there is, straight to it.
    pub(super) fn home(&self, request: &Request) -> Reply {
        let mut enabled = self.connections().iter().filter(|offered| offered.connection.status.enabled);
        match (enabled.next(), enabled.next()) {
            (Some(only), None) if !self.takes_passwords() && self.connections().len() == 1 => {
                Reply::see(format!("/start/{}", only.name))
            }
            _ => pages::home(self, self.visit(request).is_some()),
        }
    }

    /// The vendor's own password.
    pub(super) fn password(&self, request: &Request) -> Result<Reply> {
        if !self.takes_passwords() {
            return Err(Failure::refused(
                "password-off",
                "single sign-on alone is let in here (`login.mode: sso-only`)",
            )
            .hint("log in by one of the connections")
            .into());
        }
        let account = self.proven_by_password(request)?;
        if let Some(offered) = self.answered_alone(&account) {
            let name = &offered.name;
            return Err(Failure::refused(
                "password-off",
                format!("`{name}` answers for the domain of this account, and lets nobody in by a password (`login.mode: sso-only`)"),
            )
            .hint(format!("log in by `{name}`"))
            .into());
        }
        let visit = Visit { username: account.username, ..Visit::default() };
        self.enter(visit, request, APP)
    }

    /// The connection without passwords that answers for an account's domain. Qualifio does not publish
    /// whether its mode is that of the whole account or of a domain; who has a connection is held to it.
    fn answered_alone(&self, account: &Account) -> Option<&Offered> {
        let address = account.email.as_ref().unwrap_or(&account.username);
        let (_, domain) = address.rsplit_once('@').filter(|_| self.tenant.routes)?;
        self.connections().iter().find(|offered| {
            let connection = &offered.connection;
            connection.status.enabled
                && connection.login.mode == Some(Mode::SsoOnly)
                && routing::routes(connection, domain)
        })
    }

    /// The account of a username and its password.
    pub(super) fn proven_by_password(&self, request: &Request) -> std::result::Result<Account, Failure> {
        let field = |name: &str| request.field(name).unwrap_or_default();
        let account = self.people.named(field("username").trim()).filter(|_| field("password") == PASSWORD);
        match account {
            None => Err(Failure::refused("password-wrong", "no account has this username and this password")
                .hint(format!("the password of every account here is `{PASSWORD}`"))),
            Some(account) if account.active == Some(false) => {
                Err(Failure::refused("account-inactive", "the account is not active")
                    .hint("an administrator of the vendor makes it active again"))
            }
            Some(account) => Ok(account),
        }
    }

    /// By the domain of an address (QF2).
    pub(super) fn route(&self, request: &Request) -> Result<Reply> {
        let email = request.parameter("email").unwrap_or_default();
        let domain = email.trim().rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
        let routed: Vec<&Offered> =
            self.connections().iter().filter(|offered| routing::routes(&offered.connection, domain)).collect();
        let enabled: Vec<&Offered> =
            routed.iter().copied().filter(|offered| offered.connection.status.enabled).collect();
        let refused = |code, why: &str, mend: &str| Err(Failure::refused(code, why.to_owned()).hint(mend).into());
        match routing::answer(routed.iter().map(|offered| &offered.connection)) {
            routing::Answer::One => Ok(Reply::see(format!("/start/{}", enabled[0].name))),
            routing::Answer::Shared => Ok(pages::shared(self, domain, &enabled)),
            routing::Answer::None => refused(
                "domain-unknown",
                "no connection answers for the domain of this address",
                "add the domain to `login.email_domains` of the connection that is to answer",
            ),
            routing::Answer::NotEnabled => refused(
                "domain-not-enabled",
                "the connection that answers for this domain is not enabled",
                &format!("`ssoctl connection enable {}`", routed.first().map_or("NAME", |offered| &offered.name)),
            ),
            routing::Answer::Conflict => refused(
                "domain-conflict",
                "several connections answer for this domain, and one alone may",
                "take the domain out of `login.email_domains` of all but one",
            ),
        }
    }
}
