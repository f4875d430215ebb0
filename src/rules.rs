//! What would happen at a login: one engine for every vendor, whose differences are data
//! ([`policy::Policy`]). Pure; the sandbox and `login simulate` ask the same.

pub(crate) mod accounts;
mod asserted;
pub(crate) mod coverage;
mod domains;
pub(crate) mod expect;
mod landing;
mod mapped;
mod mend;
mod names;
pub(crate) mod policy;
pub(crate) mod routing;
mod surroundings;
mod telling;

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::connection::Connection;
use crate::model::identity::Identity;
use crate::model::route::Segment;
use crate::model::username::UsernameRule;
use crate::rules::accounts::Accounts;
use crate::rules::policy::Policy;

pub(crate) use crate::rules::mend::Mend;

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
    pub(crate) seed: Option<Arc<str>>,
    /// The same for a person, as [`policy::source_of`] says it.
    pub(crate) source: Option<Arc<str>>,
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
    /// What may mend it, where it is a denial that somebody can mend.
    pub(crate) mend: Option<Mend>,
    /// The username at the vendor, where one was found or made.
    pub(crate) username: Option<String>,
    /// The immutable key of the account it lands on, where the user list has one.
    pub(crate) account: Option<String>,
    /// The usernames of the accounts that the user picks from, where the vendor asks which.
    pub(crate) choices: Vec<String>,
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
    /// Which of the connection's own rules were used.
    pub(crate) used: Vec<Used>,
}

/// A rule of the connection's file that was used, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Used {
    /// Of `mappings`.
    Mapping(usize),
    /// Of `provisioning.authorized_groups`.
    AuthorizedGroup(usize),
    /// Of `provisioning.valid_email_domains`.
    ValidEmailDomain(usize),
    /// Of `login.email_domains`.
    RoutedDomain(usize),
    /// `provisioning.default_roles`.
    DefaultRoles,
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
    /// What a login that begins at the identity provider must carry, where that is known.
    pub(crate) relay_state: Option<&'a str>,
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
    /// Authorized groups, and the same without regard to case.
    authorized: HashMap<&'a str, usize>,
    authorized_near: HashMap<String, usize>,
    /// Domains in lower case.
    valid_domains: HashMap<String, usize>,
    routed_domains: HashMap<String, usize>,
    /// Where each rule comes from, as the profile has it and for a person; shared, since every step of every
    /// login says it.
    cites: HashMap<&'a str, (Arc<str>, Arc<str>)>,
}

/// A login that ends before its last rule.
type Stop = Box<Decision>;

/// One login on its way through the rules.
struct Login<'a> {
    engine: &'a Engine<'a>,
    identity: &'a Identity,
    decision: Decision,
    /// On what nobody here knows it depends whether the user is let in.
    caveat: &'static str,
}

impl<'a> Engine<'a> {
    /// Prepares the rules of a connection.
    pub(crate) fn new(question: Question<'a>) -> Self {
        let connection = question.connection;
        let (mut mappings, mut near) = (HashMap::<_, Vec<usize>>::new(), HashMap::new());
        for (at, mapping) in connection.mappings.iter().enumerate() {
            mappings.entry((mapping.field.as_str(), mapping.value.as_str())).or_default().push(at);
            near.entry((mapping.field.as_str(), folded(&mapping.value))).or_insert(at);
        }
        let provisioning = &connection.provisioning;
        let (mut authorized, mut authorized_near) = (HashMap::new(), HashMap::new());
        for (at, group) in provisioning.authorized_groups.iter().enumerate() {
            authorized.entry(group.as_str()).or_insert(at);
            authorized_near.entry(folded(group)).or_insert(at);
        }
        let valid_domains = by_domain(&provisioning.valid_email_domains);
        let routed_domains = by_domain(&connection.login.email_domains);
        let policy = question.policy;
        let told = |cite: &str| (cite.into(), policy::source_of(cite, &policy.vendor).into());
        let cites = policy.cites.iter().map(|(rule, cite)| (rule.as_str(), told(cite))).collect();
        Self { question, mappings, near, authorized, authorized_near, valid_domains, routed_domains, cites }
    }

    /// The connection that it answers for.
    pub(crate) fn connection(&self) -> &'a Connection {
        self.question.connection
    }

    /// The vendor's rules.
    pub(crate) fn policy(&self) -> &'a Policy {
        self.question.policy
    }

    /// What would happen to this user, decided on what came and told as that is told.
    pub(crate) fn decide(&self, identity: &Identity) -> Decision {
        let decision = Decision {
            verdict: Verdict::Deny,
            code: "undecided",
            summary: String::new(),
            mend: None,
            username: None,
            account: None,
            choices: Vec::new(),
            changes: Vec::new(),
            roles: Vec::new(),
            notifications: Vec::new(),
            landing_url: None,
            exit_url: None,
            trace: Vec::new(),
            used: Vec::new(),
        };
        let mut login = Login { engine: self, identity: identity.truth(), decision, caveat: "" };
        let decision = match login.run() {
            Ok(()) => login.decision,
            Err(stopped) => *stopped,
        };
        match identity.telling() {
            Some(telling) => telling::told(decision, telling),
            None => decision,
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
        self.mode();
        let asserted = self.asserted()?;
        self.email_domain(&asserted)?;
        self.routed_domain(&asserted)?;
        self.authorized_groups(&asserted)?;
        self.validated(&asserted)?;
        self.land(&asserted)
    }

    fn step(&mut self, rule: &'static str, route: &[Segment], outcome: Outcome, result: String) {
        let (seed, source) = self.engine.cites.get(rule).cloned().unzip();
        self.decision.trace.push(Step { rule, seed, source, route: route.to_vec(), outcome, result });
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
        // Whoever is not let in is not made either, and nobody is told of them.
        let (changes, notifications) = (Vec::new(), Vec::new());
        Box::new(Decision {
            verdict: Verdict::Deny,
            code,
            summary: why,
            changes,
            notifications,
            ..self.decision.clone()
        })
    }

    /// The vendor asks the user.
    fn ask(&mut self, rule: &'static str, route: &[Segment], code: &'static str, why: String) -> Stop {
        self.ending();
        Box::new(Decision { verdict: Verdict::Prompt, ..*self.stop(rule, route, code, why) })
    }
}

/// A value without regard to case and to space around it, by which near misses are found.
fn folded(value: &str) -> String {
    value.trim().to_lowercase()
}

/// Places in a list by domain; the first of the same.
fn by_domain(domains: &[String]) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (at, domain) in domains.iter().enumerate() {
        places.entry(domain.to_lowercase()).or_insert(at);
    }
    places
}

/// As many of a list as a message can carry.
fn few<T: AsRef<str>>(all: &[T]) -> String {
    const MOST: usize = 12;
    let shown: Vec<&str> = all.iter().take(MOST).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
