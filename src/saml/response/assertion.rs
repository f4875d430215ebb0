//! What an assertion must have for a login: its issuer, a bearer's confirmation, conditions that
//! hold, and the statement that somebody authenticated (saml-profiles 4.1.4.2 and 4.1.4.3).

use crate::model::difference::explain_difference;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::ASSERTION;
use crate::saml::metadata::instant::instant;
use crate::saml::response::Judging;
use crate::saml::response::Request;
use crate::saml::response::identity;
use crate::saml::response::node::Node;

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const CLOCKS: &str = "compare the clocks of both sides; a captured response is judged as of its own time by `ssoctl login decode FILE --connection NAME --at TIME`";

/// Why a step fails: code, message, mend.
type Why = (&'static str, String, &'static str);

impl Judging<'_> {
    /// Every step of the assertion, and whom it is about.
    pub(super) fn assertion(&mut self, assertion: &Node) -> Identity {
        self.facts.assertion_id = assertion.attribute("ID").map(str::to_owned);
        const ISSUER: &str = "saml-core 2.3.3, saml-profiles 4.1.4.2";
        match assertion.child(ASSERTION, "Issuer") {
            Some(issuer) => self.issuer("issuer", ISSUER, issuer),
            None => {
                let hint = "ask who runs the identity provider: an assertion must name its issuer";
                self.steps.failed("issuer", ISSUER, "issuer-missing", "the assertion names no issuer", hint);
            }
        }
        self.head(assertion);
        let subject = assertion.child(ASSERTION, "Subject");
        self.confirmation(subject);
        self.conditions(assertion.child(ASSERTION, "Conditions"));
        self.authentication(assertion);
        // For nobody knows whom no key is tried many times.
        let keys = if self.steps.is_proven() { self.expected.keys } else { &[] };
        let read = identity::read(assertion, subject, keys, self.file);
        self.facts.name_id = read.name_id;
        const SUBJECT: &str = "saml-core 2.2.3, 2.7.3";
        for failure in &read.failures {
            self.refuse("subject", SUBJECT, failure);
        }
        for told in read.told {
            self.steps.noted("subject", SUBJECT, told);
        }
        match &read.identity.subject {
            // saml-core 1.3.1: a string has one character at least that is no white space of XML.
            Some(subject) if subject.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) => {
                let hint = "have the identity provider send what the NameID is made of: this user has no value there";
                let why = "the NameID is empty, so the assertion is about nobody";
                self.steps.failed("subject", "saml-core 1.3.1, 2.2.2", "name-id-empty", why, hint);
            }
            Some(subject) => {
                let count = read.identity.attributes.len();
                let told = format!(
                    "NameID `{}`, {count} {}",
                    printable(subject),
                    if count == 1 { "attribute" } else { "attributes" }
                );
                self.steps.passed("subject", SUBJECT, told);
            }
            None if read.failures.is_empty() => self.steps.noted("subject", SUBJECT, "the assertion has no NameID"),
            None => {}
        }
        read.identity
    }

    /// What every assertion must have (saml-core 2.3.3).
    fn head(&mut self, assertion: &Node) {
        const CLAUSE: &str = "saml-core 2.3.3";
        let hint = "ask who runs the identity provider: every assertion must have it";
        if assertion.attribute("Version") != Some("2.0") {
            let mend = "set the identity provider's application to SAML 2.0";
            self.steps.failed("assertion", CLAUSE, "assertion-version", "the assertion is not of version `2.0`", mend);
        }
        if assertion.attribute("ID").is_none_or(str::is_empty) {
            let why = "the assertion has no ID, by which a second use of it would be seen";
            self.steps.failed("assertion", CLAUSE, "assertion-incomplete", why, hint);
        }
        // Of the response around it anybody may have written the time.
        self.facts.issued = assertion.attribute("IssueInstant").and_then(|text| instant(text).time);
        match self.facts.issued {
            None => {
                let why = "the assertion does not say when it was issued";
                self.steps.failed("assertion", CLAUSE, "assertion-incomplete", why, hint);
            }
            Some(time) if time.unix() > self.expected.now.unix() + self.expected.skew => {
                let told = format!("issued at {}: one of the two clocks is wrong", self.shown(time));
                self.steps.noted("assertion", CLAUSE, told);
            }
            Some(time) => self.steps.passed("assertion", CLAUSE, format!("issued at {}", self.shown(time))),
        }
    }

    /// One confirmation by bearer must hold in all it says (saml-profiles 4.1.4.2).
    fn confirmation(&mut self, subject: Option<&Node>) {
        const CLAUSE: &str = "saml-profiles 4.1.4.2, 4.1.4.3";
        let all = subject.into_iter().flat_map(|subject| subject.all(ASSERTION, "SubjectConfirmation"));
        let bearers: Vec<&Node> = all.filter(|one| one.attribute("Method") == Some(BEARER)).collect();
        let mut first: Option<Why> = None;
        for one in &bearers {
            match self.bearer(one.child(ASSERTION, "SubjectConfirmationData")) {
                Ok((until, told)) => {
                    self.facts.not_on_or_after = Some(until);
                    return match self.expected.acs.is_empty() {
                        true => self.steps.unchecked("confirmation", CLAUSE, told),
                        false => self.steps.passed("confirmation", CLAUSE, told),
                    };
                }
                Err(why) => first = first.or(Some(why)),
            }
        }
        let (code, message, hint) = first.unwrap_or((
            "confirmation-missing",
            "the subject has no confirmation by bearer, which a login by the browser needs".to_owned(),
            "ask who runs the identity provider: the web browser profile is meant, and its application is set to another",
        ));
        self.steps.failed("confirmation", CLAUSE, code, message, hint);
    }

    fn bearer(&self, data: Option<&Node>) -> Result<(Time, String), Why> {
        let ask = "ask who runs the identity provider: saml-profiles 4.1.4.2 demands it";
        let missing = |what: &str| ("confirmation-incomplete", format!("the confirmation has no {what}"), ask);
        let data = data.ok_or_else(|| missing("data"))?;
        let recipient = data.attribute("Recipient").ok_or_else(|| missing("`Recipient`"))?;
        let acs = self.expected.acs;
        if !acs.is_empty() && !acs.iter().any(|one| one == recipient) {
            let mend = "set the reply URL (ACS) at the identity provider to what is expected, byte for byte";
            return Err(("recipient-mismatch", explain_difference(&acs[0], recipient), mend));
        }
        if data.attribute("NotBefore").is_some() {
            let message = "the confirmation has a `NotBefore`, which a bearer's may not have".to_owned();
            return Err(("confirmation-not-before", message, ask));
        }
        let until = data.attribute("NotOnOrAfter").ok_or_else(|| missing("`NotOnOrAfter`"))?;
        let until = instant(until).time.ok_or_else(|| missing("`NotOnOrAfter` that is a date"))?;
        if until.unix() + self.expected.skew <= self.expected.now.unix() {
            return Err((
                "confirmation-expired",
                format!("the confirmation was good until {}", self.shown(until)),
                CLOCKS,
            ));
        }
        match (&self.expected.request, data.attribute("InResponseTo")) {
            (Request::Sent(sent), Some(id)) if sent != id => {
                let message = format!("the confirmation answers another request: {}", explain_difference(sent, id));
                return Err(("request-mismatch", message, "begin the login anew"));
            }
            (Request::Sent(_), None) => {
                let message = "the confirmation answers no request, and one was sent".to_owned();
                return Err(("request-mismatch", message, "begin the login anew"));
            }
            (Request::Unknown, Some(id)) => {
                if let Some(outer) = self.facts.in_response_to.as_deref().filter(|outer| *outer != id) {
                    let told = explain_difference(id, outer);
                    let message = format!("the response and the confirmation answer two requests: {told}");
                    return Err(("request-mismatch", message, "capture the login anew"));
                }
            }
            (Request::Unsolicited { .. }, Some(_)) => {
                let message = "the confirmation answers a request, and none is open".to_owned();
                return Err(("request-unknown", message, "begin the login anew"));
            }
            _ => {}
        }
        let told = match acs.is_empty() {
            true => format!(
                "the vendor's assertion consumer service is not known; the confirmation is for `{}`",
                printable(recipient)
            ),
            false => format!("for `{}`, until {until}", printable(recipient)),
        };
        Ok((until, told))
    }

    fn conditions(&mut self, conditions: Option<&Node>) {
        const TIME: &str = "saml-core 2.5.1.2";
        const AUDIENCE: &str = "saml-core 2.5.1.4, saml-profiles 4.1.4.2";
        let Some(conditions) = conditions else {
            let hint = "ask who runs the identity provider: an assertion for everybody is for nobody";
            return self.steps.failed(
                "audience",
                AUDIENCE,
                "audience-missing",
                "the assertion has no conditions, so no audience",
                hint,
            );
        };
        let now = self.expected.now.unix();
        let bound = |name: &str| conditions.attribute(name).map(|text| instant(text).time.ok_or(text.to_owned()));
        match (bound("NotBefore"), bound("NotOnOrAfter")) {
            (Some(Err(text)), _) | (_, Some(Err(text))) => {
                let short: String = text.chars().take(80).collect();
                let message = format!("`{}` is no moment in time", printable(&short));
                self.steps.failed(
                    "conditions",
                    TIME,
                    "conditions-unreadable",
                    message,
                    "ask who runs the identity provider",
                );
            }
            (Some(Ok(from)), _) if from.unix() - self.expected.skew > now => {
                let message = format!("the assertion is not good before {}", self.shown(from));
                self.steps.failed("conditions", TIME, "assertion-not-yet-valid", message, CLOCKS);
            }
            (_, Some(Ok(until))) if until.unix() + self.expected.skew <= now => {
                let message = format!("the assertion was good until {}", self.shown(until));
                self.steps.failed("conditions", TIME, "assertion-expired", message, CLOCKS);
            }
            (from, until) => {
                let told = |bound: Option<Result<Time, String>>| {
                    bound.and_then(Result::ok).map_or("any time".to_owned(), |time| time.to_string())
                };
                self.steps.passed("conditions", TIME, format!("good from {} to {}", told(from), told(until)));
            }
        }
        for other in &conditions.children {
            let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"];
            if other.namespace != ASSERTION || !known.contains(&other.local.as_str()) {
                let short: String = other.local.chars().take(80).collect();
                let message =
                    format!("the condition `{}` is not known, so nobody can say that it holds", printable(&short));
                let hint =
                    "ask who runs the identity provider what it means; saml-core 2.5.1.1 forbids to pass it over";
                self.steps.failed("conditions", "saml-core 2.5.1.1", "condition-unknown", message, hint);
            }
        }
        let restrictions: Vec<Vec<&str>> = conditions
            .all(ASSERTION, "AudienceRestriction")
            .map(|one| one.all(ASSERTION, "Audience").map(|audience| audience.text.as_str()).collect())
            .collect();
        let Some(first) = restrictions.first() else {
            let hint = "set the vendor's entity ID as audience at the identity provider";
            return self.steps.failed(
                "audience",
                AUDIENCE,
                "audience-missing",
                "the assertion is restricted to no audience",
                hint,
            );
        };
        let Some(wanted) = self.expected.audience else {
            let list: Vec<String> = first.iter().map(|one| format!("`{}`", printable(one))).collect();
            let told = format!("the vendor's entity ID is not known; the assertion is for {}", list.join(", "));
            return self.steps.unchecked("audience", AUDIENCE, told);
        };
        // Each restriction must name it (saml-core 2.5.1.4).
        match restrictions.iter().find(|audiences| !audiences.contains(&wanted)) {
            None => self.steps.passed("audience", AUDIENCE, format!("`{}`", printable(wanted))),
            Some(audiences) => {
                let message = match audiences.as_slice() {
                    [] => "an audience restriction names nobody".to_owned(),
                    [one] => explain_difference(wanted, one),
                    several => format!(
                        "`{}` is none of {} audiences, the first of which: {}",
                        printable(wanted),
                        several.len(),
                        explain_difference(wanted, several[0])
                    ),
                };
                let hint = "set the audience (entity ID, identifier) at the identity provider to the vendor's entity ID, byte for byte";
                self.steps.failed("audience", AUDIENCE, "audience-mismatch", message, hint);
            }
        }
    }

    fn authentication(&mut self, assertion: &Node) {
        const CLAUSE: &str = "saml-core 2.7.2, saml-profiles 4.1.4.2";
        let statements: Vec<&Node> = assertion.all(ASSERTION, "AuthnStatement").collect();
        let Some(first) = statements.first() else {
            let hint = "ask who runs the identity provider: without an authentication statement nobody has logged in";
            return self.steps.failed(
                "authentication",
                CLAUSE,
                "authn-statement-missing",
                "the assertion does not say that anybody authenticated",
                hint,
            );
        };
        self.facts.session_index = first.attribute("SessionIndex").map(str::to_owned);
        let class =
            first.child(ASSERTION, "AuthnContext").and_then(|context| context.child(ASSERTION, "AuthnContextClassRef"));
        self.facts.context_class = class.map(|class| class.text.trim().to_owned());
        let bounds = statements.iter().filter_map(|one| one.attribute("SessionNotOnOrAfter"));
        let mut ends = None;
        for text in bounds {
            let Some(time) = instant(text).time else {
                let short: String = text.chars().take(80).collect();
                let message = format!("`{}` is no moment in time", printable(&short));
                let hint = "ask who runs the identity provider";
                return self.steps.failed("authentication", CLAUSE, "conditions-unreadable", message, hint);
            };
            ends = Some(ends.map_or(time, |known: Time| known.min(time)));
        }
        if let Some(end) = ends.filter(|end| end.unix() + self.expected.skew <= self.expected.now.unix()) {
            let message = format!("the session ended at {}", self.shown(end));
            return self.steps.failed("authentication", CLAUSE, "session-ended", message, CLOCKS);
        }
        let at = first.attribute("AuthnInstant").and_then(|text| instant(text).time);
        if let Some(asked) = self.expected.forced_at
            && at.is_none_or(|at| at.unix() + self.expected.skew < asked.unix())
        {
            let told = at.map_or("nobody says when".to_owned(), |at| format!("they did at {}", self.shown(at)));
            let message = format!("the user was to authenticate anew (ForceAuthn), and {told}");
            let hint = "set the identity provider to heed ForceAuthn; some do only for some ways to log in";
            return self.steps.failed("authentication", "saml-core 3.4.1", "authentication-old", message, hint);
        }
        let how = self.facts.context_class.clone().unwrap_or_else(|| "in a way that is not told".to_owned());
        let short: String = how.chars().take(200).collect();
        let when = match at {
            Some(at) => format!(", at {}", self.shown(at)),
            None => ", and not told when".to_owned(),
        };
        self.steps.passed("authentication", CLAUSE, format!("{}{when}", printable(&short)));
    }
}
