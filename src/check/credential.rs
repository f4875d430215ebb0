//! The life of what opens something and is no certificate: client secrets and API tokens. When they end is what the
//! administrator put on record; nobody else can be asked.

use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::connection::Connection;
use crate::model::time::Time;
use crate::workspace::Segment;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// What it is to people.
    pub(crate) role: &'static str,
    part: &'static str,
    key: &'static str,
    ended: &'static str,
    ending: &'static str,
    /// The end on record; nothing where none is.
    pub(crate) ends: Option<Time>,
}

/// What a connection has, whether its end is on record or not.
pub(crate) fn of(connection: &Connection) -> Vec<Credential> {
    let oauth = connection.oauth.as_ref().map(|oauth| (oauth.client_secret.is_some(), oauth.client_secret_expires_on));
    let directory = connection.directory.as_ref().map(|access| (access.token.is_some(), access.token_expires_on));
    let secret = oauth.filter(|(named, ends)| *named || ends.is_some()).map(|(_, ends)| Credential {
        role: "client secret",
        part: "oauth",
        key: "client_secret_expires_on",
        ended: "client-secret-ended",
        ending: "client-secret-ending",
        ends,
    });
    // Also that of a SCIM service.
    let token = directory.filter(|(named, ends)| *named || ends.is_some()).map(|(_, ends)| Credential {
        role: "API token",
        part: "directory",
        key: "token_expires_on",
        ended: "api-token-ended",
        ending: "api-token-ending",
        ends,
    });
    secret.into_iter().chain(token).collect()
}

impl Credential {
    /// Where its end stands in the file.
    pub(crate) fn route(&self) -> [Segment; 2] {
        [self.part.into(), self.key.into()]
    }

    /// What its end means today; nothing where none is on record, since nobody knows.
    pub(crate) fn status(&self, now: Time, thresholds: Thresholds) -> Option<Status> {
        // A day begins at midnight, and which hour of it is meant is the issuer's to know.
        self.ends.map(|ends| if now >= ends { Status::Expired } else { thresholds.status(now, ends) })
    }

    /// The finding of its end, of connection `name`; that none is on record is told by the checks of one file.
    pub(crate) fn finding(&self, name: &str, now: Time, thresholds: Thresholds) -> Option<Finding> {
        let (role, ends) = (self.role, self.ends?.date());
        let finding = match self.status(now, thresholds)? {
            Status::Ok => return None,
            Status::Expired => Finding::new(self.ended, Severity::Error, format!("the {role} ended on {ends}")),
            Status::Warn => Finding::new(self.ending, Severity::Warning, format!("the {role} ends on {ends}")),
            _ => Finding::new(self.ending, Severity::Error, format!("the {role} ends on {ends}")),
        };
        Some(finding.of(name).hint(self.mend(name)))
    }

    /// What is to be done before the end, in connection `name`.
    pub(crate) fn mend(&self, name: &str) -> String {
        let (part, key) = (self.part, self.key);
        let mend = match part {
            "oauth" => "have the identity provider make the next one, and enter it at the vendor",
            _ => "have the vendor make the next one, and put it where `directory.token` points to",
        };
        format!("{mend}; then `ssoctl connection set {name} {part}.{key}=YYYY-MM-DD`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::parsed_for_tests;

    const THRESHOLDS: Thresholds = Thresholds { warn_days: 30, fail_days: 7 };

    fn connection(secret: &str, token: &str) -> Connection {
        parsed_for_tests(&format!(
            "version: 1\nprovider: p\nname: n\noauth:\n  kind: custom\n{secret}directory:\n  api_url: https://a.example\n{token}"
        ))
    }

    #[test]
    fn a_secret_ends_on_the_day_on_record_by_the_same_thresholds_as_a_certificate() {
        let now = Time::parse("2026-11-22T10:00:00Z").unwrap();
        for (ends, code, severity) in [
            ("2026-12-23", "", Severity::Info),
            ("2026-12-22", "ending", Severity::Warning),
            ("2026-11-30", "ending", Severity::Warning),
            ("2026-11-29", "ending", Severity::Error),
            ("2026-11-23", "ending", Severity::Error),
            ("2026-11-22", "ended", Severity::Error),
            ("2020-01-01", "ended", Severity::Error),
        ] {
            let both = connection(
                &format!("  client_secret: env:S\n  client_secret_expires_on: {ends}\n"),
                &format!("  token: env:T\n  token_expires_on: {ends}\n"),
            );
            let found: Vec<Finding> = of(&both).iter().filter_map(|one| one.finding("c", now, THRESHOLDS)).collect();
            let told: Vec<(String, Severity)> = found.iter().map(|one| (one.code.to_owned(), one.severity)).collect();
            let both = ["client-secret", "api-token"].map(|what| (format!("{what}-{code}"), severity));
            assert_eq!(told, if code.is_empty() { &both[..0] } else { &both[..] }, "{ends}");
        }
    }

    #[test]
    fn one_without_a_day_is_there_and_has_no_status() {
        let now = Time::EPOCH;
        let without = of(&connection("  client_secret: env:S\n", "  token: env:T\n"));
        assert_eq!(without.iter().map(|one| one.role).collect::<Vec<_>>(), ["client secret", "API token"]);
        assert!(without.iter().all(|one| one.status(now, THRESHOLDS).is_none()));
        assert!(without.iter().all(|one| one.finding("c", now, THRESHOLDS).is_none()));
        assert_eq!(of(&connection("", "")), []);
        // An end that is on record without its secret is compared too.
        assert_eq!(of(&connection("", "  token_expires_on: 2020-01-01\n")).len(), 1);
    }
}
