//! What a connection relies on that ends, and the steps from each end to the next: certificates, client
//! secrets, API tokens. Plain data, which `check` fills and `report` draws.

use crate::model::time::Time;

/// From this year on an end is "no well-defined end" (RFC 5280 4.1.2.5 has 9999), and there is nothing to plan.
const NO_END_FROM: i16 = 9000;

/// What something that ends is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// The identity provider signs with it.
    IdpSigning,
    /// The vendor signs with it.
    SpSigning,
    /// The identity provider encrypts to it.
    SpEncryption,
    /// The vendor proves itself at the token endpoint with it.
    ClientSecret,
    /// `ssoctl` reads and changes the vendor's user list with it.
    ApiToken,
}

/// What follows on what is planned in the words of a step.
pub(crate) const HERE: &str = ", here and at ";

impl Role {
    /// What it is, in a few words.
    pub(crate) const fn brief(self) -> &'static str {
        match self {
            Self::IdpSigning => "IdP signing certificate",
            Self::SpSigning => "signing certificate of the vendor",
            Self::SpEncryption => "encryption certificate of the vendor",
            Self::ClientSecret => "client secret",
            Self::ApiToken => "API token",
        }
    }

    /// The word of JSON and of narrow columns.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::IdpSigning => "idp-signing",
            Self::SpSigning => "sp-signing",
            Self::SpEncryption => "sp-encryption",
            Self::ClientSecret => "client-secret",
            Self::ApiToken => "api-token",
        }
    }

    /// What it is, for a sentence.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::IdpSigning => "the identity provider's signing certificate",
            Self::SpSigning => "the vendor's signing certificate",
            Self::SpEncryption => "the vendor's encryption certificate",
            Self::ClientSecret => "the client secret",
            Self::ApiToken => "the API token",
        }
    }
}

/// Whether the file and the other side have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is in the file.
    InFile,
    /// The other side publishes it, and the file has it not.
    Published,
    /// It is in the file, and the other side publishes it no more.
    Withdrawn,
    /// It is in the file for a day that is still to come, and counts for nothing until somebody takes it in.
    Planned,
}

impl Presence {
    /// The word of JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::InFile => "in-file",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
            Self::Planned => "planned",
        }
    }

    /// Whether the file has it among those that count.
    pub(crate) const fn counts(self) -> bool {
        matches!(self, Self::InFile | Self::Withdrawn)
    }
}

/// One certificate, secret or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// SHA-256 of a certificate, lower-case hex; nothing of secrets.
    pub(crate) sha256: Option<String>,
    /// SHA-256 of its public key: what is the same key is no new trust.
    pub(crate) key: Option<String>,
    /// Its first moment, where that is known.
    pub(crate) begin: Option<Time>,
    /// Its last second, where anybody has said it.
    pub(crate) end: Option<Time>,
    /// Where it is.
    pub(crate) presence: Presence,
}

impl Item {
    /// Whether it is good at a moment.
    pub(crate) fn is_good(&self, at: Time) -> bool {
        self.begin.is_none_or(|begin| begin <= at) && self.end.is_none_or(|end| at <= end)
    }
}

/// How a role of a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing is due.
    Covered,
    /// It ends within the days from which on the gate warns.
    Ending,
    /// Nothing is good today.
    NotCovered,
    /// Nobody has said when it ends.
    Undated,
    /// Something of it cannot be read, so that nobody knows.
    Unreadable,
}

impl State {
    /// The word of JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Ending => "ending",
            Self::NotCovered => "not-covered",
            Self::Undated => "undated",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One role of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Which.
    pub(crate) role: Role,
    /// What serves it, in the order of the file; what is only published comes last.
    pub(crate) items: Vec<Item>,
    /// The last second of the unbroken time in which something in the file is good.
    pub(crate) until: Option<Time>,
    /// What that means today.
    pub(crate) state: State,
}

impl Row {
    /// Until when, in words.
    pub(crate) fn until_words(&self) -> String {
        match (self.state, self.until) {
            (State::Unreadable, _) => "cannot be read".to_owned(),
            (State::Undated, _) => "nobody has said".to_owned(),
            (_, Some(until)) if is_endless(until) => "without end".to_owned(),
            (_, Some(until)) => until.date(),
            (_, None) => "not covered".to_owned(),
        }
    }
}

/// One step of a rollover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Stable, `cut-over`.
    pub(crate) id: &'static str,
    /// What it is about.
    pub(crate) role: Role,
    /// Not before this day; nothing where it can be done at once.
    pub(crate) from: Option<Time>,
    /// Not after this day; nothing where no day is lost by waiting.
    pub(crate) by: Option<Time>,
    /// What is to be done, a sentence for a person.
    pub(crate) what: String,
    /// The command lines that do it, `FILE` and `DATE` being for the reader to fill in.
    pub(crate) commands: Vec<String>,
}

impl Step {
    /// What it is in a few words, as a calendar shows it; `vendor` as people call it.
    pub(crate) fn title(&self, vendor: &str) -> String {
        let what = self.role.brief();
        match self.id {
            "obtain" => format!("get the next {what}"),
            "ask" => format!("ask {vendor} whether it holds two certificates at a time"),
            "add" => format!("add the next {what}"),
            "enter" => format!("enter the {what} at {vendor}"),
            "switch" => "have the IdP sign with its next certificate".to_owned(),
            "cut-over" => format!("cut over to the next {what}, at the IdP and at {vendor}"),
            "move" => format!("move the planned {what} to an earlier day"),
            "remove" => format!("remove the old {what}"),
            "renew" => format!("renew the {what}"),
            "mend" => format!("mend the {what} that cannot be read"),
            "declare" => format!("put on record when the {what} ends"),
            "hand-over" => format!("give the IdP the next {what} of {vendor}"),
            // What is planned begins with what comes and what goes.
            _ => self.what.split(HERE).next().unwrap_or_default().to_owned(),
        }
    }

    /// Whether its time has come.
    pub(crate) fn is_due(&self, now: Time) -> bool {
        self.from.is_none_or(|from| from <= now)
    }

    /// When, in words.
    pub(crate) fn when(&self) -> String {
        match (self.from, self.by) {
            (Some(from), Some(by)) if from.date() == by.date() => format!("on {}", from.date()),
            (Some(from), Some(by)) if from < by => format!("{} to {}", from.date(), by.date()),
            (_, Some(by)) => format!("by {}", by.date()),
            (Some(from), None) => format!("from {}", from.date()),
            (None, None) => "at any time".to_owned(),
        }
    }
}

/// Whether the vendor can hold the old and the new certificate at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Overlap {
    /// It can: add, wait, remove.
    Several,
    /// It holds one: both sides change in the same hour. Why.
    Single(String),
    /// Nobody has published it: what to ask the vendor.
    Unknown(String),
}

impl Overlap {
    /// The word of JSON.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Several => "overlap",
            Self::Single(_) => "cut-over",
            Self::Unknown(_) => "unknown",
        }
    }

    /// What it means, a sentence for a person.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Several => "it holds several certificates, and a rollover overlaps (add, wait, remove)".to_owned(),
            Self::Single(why) => format!("a rollover is a cut-over, in the same hour on both sides ({why})"),
            Self::Unknown(question) => {
                format!("whether it holds one certificate or several is unknown, ask the vendor: {question}")
            }
        }
    }
}

/// What one connection relies on that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rollover {
    /// The connection.
    pub(crate) name: String,
    /// The vendor, as people call it.
    pub(crate) vendor: String,
    /// Whether the vendor uses it.
    pub(crate) is_enabled: bool,
    /// How its signing certificates are rolled over; nothing of a connection that stores none by its nature.
    pub(crate) overlap: Option<Overlap>,
    /// The days before an end from which on the gate warns.
    pub(crate) warn_days: u32,
    /// One for each role.
    pub(crate) rows: Vec<Row>,
    /// In the order of their days.
    pub(crate) steps: Vec<Step>,
}

/// Whether an end stands for none.
pub(crate) fn is_endless(end: Time) -> bool {
    end.civil().year() >= NO_END_FROM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_when_in_words_of_a_calendar() {
        let day = |text: &str| Time::parse(text);
        let when = |from, by| {
            let role = Role::IdpSigning;
            Step { id: "add", role, from, by, what: String::new(), commands: Vec::new() }.when()
        };
        assert_eq!(when(None, None), "at any time");
        assert_eq!(when(day("2027-01-01"), None), "from 2027-01-01");
        assert_eq!(when(None, day("2027-01-01")), "by 2027-01-01");
        assert_eq!(when(day("2027-01-01"), day("2027-02-01")), "2027-01-01 to 2027-02-01");
        assert_eq!(when(day("2027-01-01"), day("2027-01-01T10:00:00Z")), "on 2027-01-01");
        // A successor that begins too late: the last day is what counts.
        assert_eq!(when(day("2027-03-01"), day("2027-02-01")), "by 2027-02-01");
    }

    #[test]
    fn the_end_of_time_is_no_day_to_plan_for() {
        assert!(is_endless(Time::parse("9999-12-31T23:59:59Z").unwrap()));
        assert!(!is_endless(Time::parse("2099-12-31").unwrap()));
    }
}
