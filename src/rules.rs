//! What would happen at a login: one engine for every vendor, whose differences are data
//! ([`policy::Policy`]). Pure; the sandbox and `login simulate` ask the same.

pub(crate) mod accounts;
mod asserted;
mod landing;
mod mapped;
pub(crate) mod policy;

use std::collections::HashMap;

use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::identity::Identity;
use crate::model::route::Segment;
use crate::model::shape;
use crate::model::username::UsernameRule;
use crate::rules::accounts::Accounts;
use crate::rules::policy::Policy;

/// How a login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The user is in.
    Allow,
    /// The user is not.
    Deny,
    /// The vendor asks the user something first.
    Prompt,
}

impl Verdict {
    /// As output and files of cases have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Prompt => "prompt",
        }
    }
}

/// What one rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The login goes on.
    Passed,
    /// The login ends here.
    Stopped,
    /// Worth knowing: a near miss, or something that nobody published.
    Noted,
}

impl Outcome {
    /// As output has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Stopped => "stopped",
            Self::Noted => "note",
        }
    }
}

/// One rule that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The name of the rule.
    pub(crate) rule: &'static str,
    /// Where it comes from, as the vendor's profile says; nothing where it is ssoctl's own.
    pub(crate) seed: Option<String>,
    /// The key of the connection's file that it follows.
    pub(crate) route: Vec<Segment>,
    /// What it said.
    pub(crate) outcome: Outcome,
    /// In a clause.
    pub(crate) result: String,
}

/// Something that the login changes at the vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// `account` where it is created, else the key of a field, or `roles`.
    pub(crate) what: String,
    /// What was there; `None` where nothing was or it is not known.
    pub(crate) before: Option<String>,
    /// What is there then.
    pub(crate) after: String,
}

/// What would happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// How it ends.
    pub(crate) verdict: Verdict,
    /// Stable and kebab-case: why it ends so.
    pub(crate) code: &'static str,
    /// The same in a clause.
    pub(crate) summary: String,
    /// The username at the vendor, where one was found or made.
    pub(crate) username: Option<String>,
    /// The immutable key of the account it lands on, where the user list has one.
    pub(crate) account: Option<String>,
    /// What is created or changed, in order.
    pub(crate) changes: Vec<Change>,
    /// Roles of the session: role, user type, division and group by their field, `user_type: Participant`.
    pub(crate) roles: Vec<String>,
    /// Who is told.
    pub(crate) notifications: Vec<String>,
    /// Where the browser goes then; `None` where nobody said.
    pub(crate) landing_url: Option<String>,
    /// Where the browser goes after logging out.
    pub(crate) exit_url: Option<String>,
    /// Rule by rule.
    pub(crate) trace: Vec<Step>,
    /// Which mappings of the connection were used, by their place in the file.
    pub(crate) used: Vec<usize>,
}

/// A field of the vendor that an attribute or claim can fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The key under `attributes:`.
    pub(crate) key: String,
    /// The vendor's own label.
    pub(crate) label: String,
    /// Without a value nobody gets in.
    pub(crate) required: bool,
    /// The field whose value is taken in its place.
    pub(crate) fallback: Option<String>,
}

/// Everything that stays the same from login to login.
pub(crate) struct Question<'a> {
    /// The connection.
    pub(crate) connection: &'a Connection,
    /// What other connections and user lists call it.
    pub(crate) reference: &'a str,
    /// The vendor's rules.
    pub(crate) policy: &'a Policy,
    /// How its usernames are made.
    pub(crate) username: Option<&'a UsernameRule>,
    /// Its fields.
    pub(crate) fields: &'a [Field],
    /// Facts of the tenant.
    pub(crate) setting: &'a dyn Fn(&str) -> Option<String>,
    /// The vendor's user list, where it is known.
    pub(crate) accounts: Option<&'a Accounts>,
}

/// Answers questions about logins by one connection.
pub(crate) struct Engine<'a> {
    question: Question<'a>,
    /// Mappings by field and value, so that a thousand cost no more than one.
    mappings: HashMap<(&'a str, &'a str), Vec<usize>>,
    /// The same without regard to case, for near misses.
    near: HashMap<(&'a str, String), usize>,
}

/// A login that ends before its last rule.
type Stop = Box<Decision>;

/// One login on its way through the rules.
struct Login<'a> {
    engine: &'a Engine<'a>,
    identity: &'a Identity,
    decision: Decision,
}

impl<'a> Engine<'a> {
    /// Prepares the rules of a connection.
    pub(crate) fn new(question: Question<'a>) -> Self {
        let (mut mappings, mut near) = (HashMap::<_, Vec<usize>>::new(), HashMap::new());
        for (at, mapping) in question.connection.mappings.iter().enumerate() {
            mappings.entry((mapping.field.as_str(), mapping.value.as_str())).or_default().push(at);
            near.entry((mapping.field.as_str(), mapping.value.to_lowercase())).or_insert(at);
        }
        Self { question, mappings, near }
    }

    /// What would happen to this user.
    pub(crate) fn decide(&self, identity: &Identity) -> Decision {
        let connection = self.question.connection;
        let decision = Decision {
            verdict: Verdict::Deny,
            code: "undecided",
            summary: String::new(),
            username: None,
            account: None,
            changes: Vec::new(),
            roles: Vec::new(),
            notifications: Vec::new(),
            landing_url: connection.login.landing_url.clone(),
            exit_url: connection.login.exit_url.clone(),
            trace: Vec::new(),
            used: Vec::new(),
        };
        let mut login = Login { engine: self, identity, decision };
        match login.run() {
            Ok(()) => login.decision,
            Err(stopped) => *stopped,
        }
    }
}

impl<'a> Login<'a> {
    fn question(&self) -> &'a Question<'a> {
        &self.engine.question
    }

    fn connection(&self) -> &'a Connection {
        self.engine.question.connection
    }

    /// The rules, in the order in which a vendor can know.
    fn run(&mut self) -> Result<(), Stop> {
        self.protocol()?;
        self.stage();
        let asserted = self.asserted()?;
        self.email_domain(&asserted)?;
        self.routed_domain(&asserted)?;
        self.authorized_groups(&asserted)?;
        self.validated(&asserted)?;
        self.land(&asserted)
    }

    /// IN4: an outbound connection logs nobody in.
    fn protocol(&mut self) -> Result<(), Stop> {
        let Some(oauth) = &self.connection().oauth else { return Ok(()) };
        if oauth.kind == OAuthKind::Outbound {
            let method = oauth.method.as_deref().unwrap_or("another application");
            let why = format!("the connection logs the vendor in at {method}; no user logs in by it");
            return Err(self.stop("outbound", &["oauth".into(), "kind".into()], "outbound-no-login", why));
        }
        let openid = oauth.scope.as_deref().is_some_and(|scope| scope.split_whitespace().any(|word| word == "openid"));
        if oauth.kind == OAuthKind::Custom && !openid {
            let why =
                "the scope has no `openid`: no ID token is validated, and the user information alone says who it is";
            self.note("id-token", &["oauth".into(), "scope".into()], why.to_owned());
        }
        Ok(())
    }

    fn stage(&mut self) {
        if !self.connection().status.enabled {
            let why = "the connection is not enabled yet: this is what would happen once it is";
            self.note("enabled", &["status".into(), "enabled".into()], why.to_owned());
        }
    }

    /// QT9: the list gates enrolment and every later login.
    fn email_domain(&mut self, asserted: &asserted::Asserted<'_>) -> Result<(), Stop> {
        if !self.question().policy.email_domains {
            return Ok(());
        }
        let domains = &self.connection().provisioning.valid_email_domains;
        let route = ["provisioning".into(), "valid_email_domains".into()];
        let google = self.connection().oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Google);
        if domains.iter().any(|domain| domain == "*") {
            let why = if google {
                "`*`: any of the organization's own domains, which the vendor knows and this file does not"
            } else {
                "`*`: any domain"
            };
            self.pass("email-domain", &route, why.to_owned());
            return Ok(());
        }
        let Some(email) = asserted.value("email") else { return Ok(()) };
        let Some(domain) = shape::domain_of(email) else {
            let why = format!("`{email}` is no e-mail address, so that it has no valid domain");
            return Err(self.stop("email-domain", &route, "email-domain-not-valid", why));
        };
        if domains.iter().any(|valid| valid.eq_ignore_ascii_case(&domain)) {
            self.pass("email-domain", &route, format!("`{domain}` is a valid e-mail domain"));
            return Ok(());
        }
        let near = domains.iter().find(|valid| domain.ends_with(&format!(".{}", valid.to_lowercase())));
        let near = near.map(|valid| format!("; `{valid}` is another domain, not the one above it")).unwrap_or_default();
        let listed = if domains.is_empty() { "none is listed".to_owned() } else { domains.join(", ") };
        let why = format!("`{domain}` is not a valid e-mail domain ({listed}){near}");
        Err(self.stop("email-domain", &route, "email-domain-not-valid", why))
    }

    /// QF2, QF6: who changed the domain of the address is sent to another identity provider, or to none.
    fn routed_domain(&mut self, asserted: &asserted::Asserted<'_>) -> Result<(), Stop> {
        let domains = &self.connection().login.email_domains;
        let (false, Some(email)) = (domains.is_empty(), asserted.value("email").or(asserted.value("username"))) else {
            return Ok(());
        };
        let route = ["login".into(), "email_domains".into()];
        let domain = shape::domain_of(email).unwrap_or_else(|| email.to_owned());
        if domains.iter().any(|routed| routed.eq_ignore_ascii_case(&domain)) {
            self.pass("routed-domain", &route, format!("users of `{domain}` log in by this connection"));
            return Ok(());
        }
        let why = format!("users of `{domain}` do not log in by this connection, those of {} do", domains.join(", "));
        Err(self.stop("routed-domain", &route, "domain-not-routed", why))
    }

    fn step(&mut self, rule: &'static str, route: &[Segment], outcome: Outcome, result: String) {
        let seed = self.question().policy.cites.get(rule).cloned();
        self.decision.trace.push(Step { rule, seed, route: route.to_vec(), outcome, result });
    }

    fn pass(&mut self, rule: &'static str, route: &[Segment], result: String) {
        self.step(rule, route, Outcome::Passed, result);
    }

    fn note(&mut self, rule: &'static str, route: &[Segment], result: String) {
        self.step(rule, route, Outcome::Noted, result);
    }

    /// The login ends in a denial.
    fn stop(&mut self, rule: &'static str, route: &[Segment], code: &'static str, why: String) -> Stop {
        self.step(rule, route, Outcome::Stopped, why.clone());
        Box::new(Decision { verdict: Verdict::Deny, code, summary: why, ..self.decision.clone() })
    }

    /// The vendor asks the user.
    fn ask(&mut self, rule: &'static str, route: &[Segment], code: &'static str, why: String) -> Stop {
        Box::new(Decision { verdict: Verdict::Prompt, ..*self.stop(rule, route, code, why) })
    }
}

#[cfg(test)]
mod tests;
