//! The verdict on certificates and on the connections that they cover, as JSON
//! (`ssoctl.cert-check/1`) and as rows for a person.

use serde_json::Value;
use serde_json::json;

use crate::cert::Certificate;
use crate::cert::coverage::Coverage;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::finding::Allowed;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::time::Time;
use crate::report::gate;

/// The code of a connection whose keys do not all say until when they are good.
pub(crate) const WITHOUT_DATES: &str = "jwks-without-dates";

/// One certificate with its verdict.
pub(crate) struct CertificateRow<'a> {
    /// The connection's name, or the document and its place.
    pub(crate) source: &'a str,
    /// Whether it belongs to a connection, whose status then counts in its place.
    pub(crate) in_connection: bool,
    /// `signing`, `encryption`, `tls`, or empty where nobody said.
    pub(crate) usage: &'a str,
    /// The entity it belongs to.
    pub(crate) owner: Option<&'a str>,
    /// What it says, where it can be read.
    pub(crate) certificate: Option<&'a Certificate>,
    /// What that means today.
    pub(crate) status: Status,
    /// The code that decided the status.
    pub(crate) code: Option<&'static str>,
    /// What the status counts for here.
    pub(crate) counted: Status,
    /// Why it counts for nothing, where that is allowed.
    pub(crate) allowed: Option<&'a Allowed>,
    /// Whether the status is about dates that do no harm, since another certificate covers the connection.
    pub(crate) is_covered: bool,
}

/// One connection with its verdict.
pub(crate) struct ConnectionRow {
    /// Its name.
    pub(crate) name: String,
    /// The last second on which some signing certificate is good.
    pub(crate) covered_until: Option<Time>,
    /// By the dates of those that can be read; nothing where none is stored, or nothing says when they end.
    pub(crate) dates: Option<Coverage>,
    /// All that is to be said of it, each with its code.
    pub(crate) remarks: Vec<(Status, &'static str)>,
    /// What that means today; `None` where it stores no certificates by its nature.
    pub(crate) status: Option<Status>,
    /// The code that decided the status.
    pub(crate) code: Option<&'static str>,
    /// What the status counts for here; nothing until that was asked.
    pub(crate) counted: Option<Status>,
    /// Why it counts for nothing, where that is allowed.
    pub(crate) allowed: Option<Allowed>,
    /// The days before the end.
    pub(crate) days: Thresholds,
    /// `strict` or `key-only`, and what says so.
    pub(crate) rule: (&'static str, String),
}

impl ConnectionRow {
    /// A row of which nothing is known yet, with the code that says why.
    pub(crate) fn unknown(name: &str, code: &'static str, (days, rule): (Thresholds, (&'static str, String))) -> Self {
        Self {
            name: name.to_owned(),
            covered_until: None,
            dates: None,
            remarks: Vec::new(),
            status: None,
            code: Some(code),
            counted: None,
            allowed: None,
            days,
            rule,
        }
    }

    /// A row of what was judged.
    pub(crate) fn judged(
        name: &str,
        dates: Option<Coverage>,
        remarks: Vec<(Status, &'static str)>,
        told: (Thresholds, (&'static str, String)),
    ) -> Self {
        let covered_until = dates.and_then(|dates| dates.until);
        let row = Self { covered_until, dates, remarks, code: None, ..Self::unknown(name, WITHOUT_DATES, told) };
        Self { status: Some(Status::Ok), counted: Some(Status::Ok), ..row }
    }

    /// Takes the remark that decides.
    pub(crate) fn decide(&mut self, by: Counted) {
        (self.status, self.code) = (Some(by.status), by.code);
        (self.counted, self.allowed) = (Some(by.counted), by.allowed);
    }

    /// Whether something of it cannot be read.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.remarks.iter().any(|(status, _)| *status == Status::Unreadable)
    }
}

/// A status, and what it counts for in this workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// What is so.
    pub(crate) status: Status,
    /// Its code; nothing where all is well.
    pub(crate) code: Option<&'static str>,
    /// What it counts for.
    pub(crate) counted: Status,
    /// Why it counts for nothing, where that is allowed.
    pub(crate) allowed: Option<Allowed>,
}

impl Counted {
    /// A remark whose finding had this severity by itself, and has now what the workspace makes of it.
    pub(crate) fn of(status: Status, severity: Severity, finding: &Finding) -> Self {
        let counted = match finding.weight() {
            Some(same) if same == severity => status,
            Some(Severity::Error) => Status::Fail,
            Some(Severity::Warning) => Status::Warn,
            Some(Severity::Info) | None => Status::Ok,
        };
        let code = (status != Status::Ok).then_some(finding.code);
        Self { status, code, counted, allowed: finding.allowed.clone() }
    }

    /// Of several the one that counts most, and of those the worst by itself; `ok` where there is none.
    pub(crate) fn worst(all: impl IntoIterator<Item = Self>) -> Self {
        let nothing = Self { status: Status::Ok, code: None, counted: Status::Ok, allowed: None };
        // The first of those that are alike.
        all.into_iter().fold(nothing, |worst, one| {
            if (one.counted, one.status) > (worst.counted, worst.status) { one } else { worst }
        })
    }
}

/// A client secret or an API token, by the end on record.
pub(crate) struct SecretRow {
    /// The connection.
    pub(crate) connection: String,
    /// `client secret` or `API token`.
    pub(crate) role: &'static str,
    /// The end; nothing where none is on record.
    pub(crate) ends: Option<Time>,
    /// What is to be done before it.
    pub(crate) mend: String,
    /// The days before the end.
    pub(crate) days: Thresholds,
    /// What that means today.
    pub(crate) status: Option<Status>,
    /// The code that decided the status.
    pub(crate) code: Option<&'static str>,
    /// What the status counts for here.
    pub(crate) counted: Option<Status>,
    /// Why it counts for nothing, where that is allowed.
    pub(crate) allowed: Option<Allowed>,
}

/// A source that could not be looked at.
pub(crate) struct NotLookedAt {
    /// As the user named it.
    pub(crate) source: String,
    /// Why, for programs.
    pub(crate) code: &'static str,
    /// Why, for people.
    pub(crate) message: String,
}

impl NotLookedAt {
    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({ "source": self.source, "code": self.code, "message": self.message })
    }
}

/// Everything that was found out.
pub(crate) struct Report<'a> {
    /// Certificates in the order they were met.
    pub(crate) certificates: Vec<CertificateRow<'a>>,
    /// Connections in the order of the arguments.
    pub(crate) connections: &'a [ConnectionRow],
    /// What they are opened by beside certificates.
    pub(crate) secrets: &'a [SecretRow],
    /// Everything odd.
    pub(crate) findings: Vec<&'a Finding>,
    /// What could not be looked at.
    pub(crate) not_looked_at: Vec<NotLookedAt>,
}

impl Report<'_> {
    /// The worst status that counts: of connections and their secrets, of certificates outside any connection, and of key sets that
    /// nobody should rely on, such as one with a private key in it.
    pub(crate) fn worst(&self) -> Option<Status> {
        let connections = self.connections.iter().filter_map(|row| row.counted);
        let connections = connections.chain(self.secrets.iter().filter_map(|row| row.counted));
        let alone = self.certificates.iter().filter(|row| !row.in_connection).map(|row| row.counted);
        let grave =
            |finding: &&&Finding| finding.weight() == Some(Severity::Error) && finding.code.starts_with("jwks-");
        let sets = self.findings.iter().filter(grave).map(|_| Status::Fail);
        connections.chain(alone).chain(sets).max()
    }

    /// The JSON document.
    pub(crate) fn json(&self) -> Value {
        let certificates: Vec<Value> = self
            .certificates
            .iter()
            .map(|row| {
                let mut value = match row.certificate {
                    Some(certificate) => certificate.facts(),
                    None => json!({ "sha256": null, "not_before": null, "not_after": null }),
                };
                value["source"] = json!(row.source);
                value["connection"] = json!(row.in_connection.then_some(row.source));
                value["use"] = json!(row.usage);
                value["entity_id"] = json!(row.owner);
                value["status"] = json!(row.status.word());
                value["code"] = json!(row.code);
                value["allowed"] = json!(row.allowed.map(gate::allowed_json));
                value
            })
            .collect();
        let connections: Vec<Value> = self
            .connections
            .iter()
            .map(|row| {
                json!({
                    "reference": row.name,
                    "covered_until": row.covered_until,
                    "status": row.status.map_or("not-checked", Status::word),
                    "code": row.code,
                    "allowed": row.allowed.as_ref().map(gate::allowed_json),
                    "policy": {
                        "certificate_validity": row.rule.0,
                        "by": row.rule.1,
                        "warn_days": row.days.warn_days,
                        "fail_days": row.days.fail_days,
                    },
                })
            })
            .collect();
        let secrets: Vec<Value> = self
            .secrets
            .iter()
            .map(|row| {
                json!({
                    "connection": row.connection,
                    "role": row.role,
                    "ends_on": row.ends.map(Time::date),
                    "status": row.status.map_or("not-checked", Status::word),
                    "code": row.code,
                    "allowed": row.allowed.as_ref().map(gate::allowed_json),
                })
            })
            .collect();
        let failures: Vec<Value> = self.not_looked_at.iter().map(NotLookedAt::json).collect();
        json!({
            "schema": "ssoctl.cert-check/1",
            "certificates": certificates,
            "connections": connections,
            "secrets": secrets,
            "not_looked_at": failures,
            // Where nothing at all was judged, nothing is called ok.
            "worst": self.worst().map_or("not-checked", Status::word),
            "findings": self.findings.iter().map(|finding| gate::as_json(finding)).collect::<Vec<_>>(),
            "not_checked": ["chains", "revocation"],
        })
    }

    /// Whether something says of a connection that its certificates' dates bind, or do not.
    pub(crate) fn has_rules(&self) -> bool {
        self.connections.iter().any(|row| row.rule.1 != "default")
    }

    /// Rows of `secret of, what, until, status`.
    pub(crate) fn secret_rows(&self) -> Vec<Vec<String>> {
        let row = |row: &SecretRow| {
            let until = row.ends.map_or_else(|| "not on record".to_owned(), Time::date);
            let status = row.status.map_or_else(
                || "not checked".to_owned(),
                |status| cell(status, row.counted.unwrap_or(status), row.allowed.as_ref()),
            );
            vec![row.connection.clone(), row.role.to_owned(), until, status]
        };
        self.secrets.iter().map(row).collect()
    }

    /// Rows of `connection, covered until, status`, and `rule` where there are some.
    pub(crate) fn connection_rows(&self) -> Vec<Vec<String>> {
        let row = |row: &ConnectionRow| {
            let until = match (row.status, row.covered_until) {
                (None, _) if row.code == Some(WITHOUT_DATES) => "keys without dates".to_owned(),
                (None, _) => "no certificates stored".to_owned(),
                (_, Some(until)) => until.date(),
                (_, None) => "not covered".to_owned(),
            };
            let status = row.status.map_or_else(
                || "not checked".to_owned(),
                |status| cell(status, row.counted.unwrap_or(status), row.allowed.as_ref()),
            );
            let mut cells = vec![row.name.clone(), until, status];
            if self.has_rules() {
                cells.push(format!("{} by {}", row.rule.0, row.rule.1));
            }
            cells
        };
        self.connections.iter().map(row).collect()
    }

    /// Rows of `certificate of, use, until, status, key, subject`.
    pub(crate) fn certificate_rows(&self) -> Vec<Vec<String>> {
        let row = |row: &CertificateRow<'_>| {
            let (end, key, subject) = match row.certificate {
                Some(one) => (one.not_after.date(), one.key.to_string(), one.subject.clone()),
                None => Default::default(),
            };
            let status = match row.status {
                // While another one covers the connection, a date fails nothing.
                Status::Warn | Status::Fail if row.is_covered => "ending (covered)".to_owned(),
                status if row.is_covered => format!("{} (covered)", status.word()),
                status => cell(status, row.counted, row.allowed),
            };
            vec![row.source.to_owned(), row.usage.to_owned(), end, status, key, subject]
        };
        self.certificates.iter().map(row).collect()
    }
}

/// A status as a cell: that it is allowed or counts for less does not make it another. What counts for more is shown
/// as what it counts for.
fn cell(status: Status, counted: Status, allowed: Option<&Allowed>) -> String {
    match status {
        status if allowed.is_some() => format!("{}, allowed", status.word()),
        status if counted > status => counted.word().to_owned(),
        status if counted < status => format!("{} (counts as {})", status.word(), counted.word()),
        status => status.word().to_owned(),
    }
}
