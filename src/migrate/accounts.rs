//! A vendor's user list as a login needs it: from a CSV export whose columns have this vendor's
//! names or that one's, from the NDJSON of `users export`, or from rows that stand in a table of tests.

mod lines;

use std::collections::HashMap;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::shown;
use crate::migrate::table;
use crate::model::UserId;
use crate::model::Username;
use crate::provider;
use crate::rules::accounts::Account;
use crate::rules::policy::Column;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Holds {
    Id,
    Username,
    Email,
    ExternalId,
    Roles,
    Active,
    Sso,
    Connections,
    /// What ssoctl says of the row itself, [`table::MARK`].
    Mark,
    /// A field by its key under `attributes:`, else by the column's own name.
    Field(String),
}

/// The names of each column, in small letters and without what is no letter or digit.
const NAMES: [(Holds, &[&str]); 8] = [
    (Holds::Id, &["id", "userid", "immutableid"]),
    (Holds::Username, &["username", "login", "userlogin", "loginname", "loginid"]),
    (Holds::Email, &["email", "mail", "emailaddress", "emails"]),
    (Holds::ExternalId, &["externalid", "qualysguardexternalid"]),
    (Holds::Roles, &["roles", "role", "userroles", "userrole", "qparoles"]),
    (Holds::Active, &["active", "status", "accountstatus", "userstatus", "enabled"]),
    (Holds::Sso, &["sso", "saml", "ssoenabled", "samlenabled", "samlsso"]),
    (Holds::Connections, &["connections", "connection", "connectors", "connector", "ssoconnectors", "ssoconnector"]),
];

/// The headings that something goes by, for a sentence; case and spaces do not matter.
fn headings(wanted: &Holds) -> String {
    let names = NAMES.iter().find(|(holds, _)| holds == wanted).map_or(&[][..], |(_, names)| names);
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}

/// The headings that the connectors of an account go by, for a sentence.
pub(crate) fn connector_headings() -> String {
    headings(&Holds::Connections)
}

/// What a reader asks of the columns of a list, beside a username or an e-mail address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    /// This column must be there: an address in its place would make everybody a stranger.
    pub(crate) column: Option<Column>,
    /// A heading under which connectors stand, beside those that are known.
    pub(crate) connectors: Option<&'a str>,
}

/// Fields that go by several names.
const FIELDS: [(&str, &[&str]); 6] = [
    ("first_name", &["firstname", "givenname"]),
    ("last_name", &["lastname", "surname", "familyname"]),
    ("user_type", &["usertype"]),
    ("division", &["division"]),
    ("group", &["group"]),
    ("groups", &["groups"]),
];

fn holds(name: &str) -> Holds {
    if name == table::MARK {
        return Holds::Mark;
    }
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if let Some((holds, _)) = NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())) {
        return holds.clone();
    }
    let field = FIELDS.iter().find(|(_, names)| names.contains(&bare.as_str())).map(|(key, _)| *key);
    Holds::Field(field.unwrap_or(name).to_owned())
}

/// What the columns of a list hold.
pub(crate) struct Columns {
    all: Vec<Holds>,
}

impl Columns {
    /// By their names; two of one meaning, or neither username nor address, or not what is asked for, are
    /// refused with the reason.
    pub(crate) fn new<T: AsRef<str>>(names: &[T], asked: Asked<'_>) -> std::result::Result<Self, Failure> {
        let holds = |name: &str| if asked.connectors == Some(name) { Holds::Connections } else { holds(name) };
        let all: Vec<Holds> = names.iter().map(|name| holds(name.as_ref())).collect();
        let mut places = HashMap::with_capacity(all.len());
        for (at, one) in all.iter().enumerate() {
            if let Some(twin) = places.insert(one, at) {
                let (one, twin) = (shown(names[at].as_ref()), shown(names[twin].as_ref()));
                return Err(Failure::input(
                    "listing-duplicate-column",
                    format!("the columns {twin} and {one} hold the same"),
                )
                .hint("keep one of them, or give it another name"));
            }
        }
        let there: Vec<String> = names.iter().take(30).map(|name| shown(name.as_ref())).collect();
        let there = there.join(", ");
        let missing = |what: &str| {
            Failure::input("listing-column", format!("there is no column for the {what}; there is {there}"))
        };
        if let Some((wanted, what)) = asked.column.map(|column| match column {
            Column::Username => (Holds::Username, "username"),
            Column::Email => (Holds::Email, "e-mail address"),
            Column::ExternalId => (Holds::ExternalId, "External ID"),
        }) && !all.contains(&wanted)
        {
            return Err(missing(what).hint(format!(
                "users are found by it here: give the column that has it one of the headings {}, in any case",
                headings(&wanted)
            )));
        }
        if !all.iter().any(|one| matches!(one, Holds::Username | Holds::Email)) {
            return Err(missing("username or the e-mail address")
                .hint("the column is called `username`, `login`, `userName` or `email`"));
        }
        Ok(Self { all })
    }

    /// One account of the values of its columns, several where a value is a list. The word of a
    /// status that is neither active nor not is handed to `odd`.
    pub(crate) fn account(
        &self,
        values: &[Vec<&str>],
        odd: &mut dyn FnMut(&str),
    ) -> std::result::Result<Account, Failure> {
        let mut account = Account::default();
        for (holds, values) in self.all.iter().zip(values) {
            let first = values.first().copied().filter(|value| !value.is_empty());
            let list = || values.iter().filter(|value| !value.is_empty()).map(|value| (*value).to_owned()).collect();
            match holds {
                Holds::Id => account.id = first.map(str::to_owned),
                Holds::Username => account.username = first.unwrap_or_default().to_owned(),
                Holds::Email => account.email = first.map(str::to_owned),
                Holds::ExternalId => account.external_id = first.map(str::to_owned),
                Holds::Roles => account.roles = list(),
                Holds::Connections => account.connections = Some(list()),
                Holds::Active => {
                    account.active = first.and_then(active);
                    if let Some(word) = first.filter(|_| account.active.is_none()) {
                        odd(word);
                    }
                }
                Holds::Sso => account.sso = first.map(switch).transpose()?,
                Holds::Mark => {}
                Holds::Field(key) => {
                    let joined = values.join("|");
                    if !joined.is_empty() {
                        account.fields.push((key.clone(), joined));
                    }
                }
            }
        }
        if account.username.is_empty() {
            // Where users are found by their address a list may have no other name.
            account.username = account.email.clone().unwrap_or_default();
        }
        if account.username.is_empty() {
            return Err(nameless());
        }
        Ok(account)
    }

    /// The account as the vendor's API would tell it; what there is no place for is left out.
    pub(crate) fn listed(&self, values: &[Vec<&str>]) -> std::result::Result<provider::Account, Failure> {
        let mut account = provider::Account::default();
        for (holds, values) in self.all.iter().zip(values) {
            let first = values.first().copied().filter(|value| !value.is_empty()).map(str::to_owned);
            let list = || values.iter().filter(|value| !value.is_empty()).map(|value| (*value).to_owned()).collect();
            match holds {
                Holds::Id => account.id = UserId(first.unwrap_or_default()),
                Holds::Username => account.username = Username(first.unwrap_or_default()),
                Holds::Email => account.email = first,
                Holds::ExternalId => account.external_id = first,
                Holds::Roles => account.roles = list(),
                Holds::Active => account.status = first,
                Holds::Field(key) => match key.as_str() {
                    "first_name" => account.first_name = first,
                    "last_name" => account.last_name = first,
                    "groups" => account.groups = list(),
                    _ => {}
                },
                Holds::Sso | Holds::Connections | Holds::Mark => {}
            }
        }
        if account.username.0.is_empty() {
            account.username = Username(account.email.clone().unwrap_or_default());
        }
        if account.username.0.is_empty() {
            return Err(nameless());
        }
        Ok(account)
    }
}

fn nameless() -> Failure {
    Failure::input("listing-username", "an account has neither username nor e-mail address")
        .hint("take the row out, or export the list again")
}

/// A status that is known, and of which nobody has published whether a login gets in.
const PENDING: &str = "pending activation";

/// What a vendor's word for the state of an account means; `None` where nobody knows.
pub(crate) fn active(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "active" | "enabled" | "yes" | "true" | "1" => Some(true),
        "inactive" | "disabled" | "suspended" | "deactivated" | "locked" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn switch(word: &str) -> std::result::Result<bool, Failure> {
    match word.to_lowercase().as_str() {
        "yes" | "true" | "on" | "1" | "enabled" => Ok(true),
        "no" | "false" | "off" | "0" | "disabled" => Ok(false),
        _ => Err(Failure::input("listing-value", format!("{} does not say whether single sign-on is on", shown(word)))
            .hint("write `yes` or `no`, or leave it empty where it is not known")),
    }
}

/// An account of the vendor's API as a login needs it.
pub(crate) fn of_vendor(account: &provider::Account) -> Account {
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let mut fields = Vec::new();
    for (key, value) in [("first_name", &account.first_name), ("last_name", &account.last_name)] {
        fields.extend(given(value).map(|value| (key.to_owned(), value)));
    }
    if !account.groups.is_empty() {
        fields.push(("groups".to_owned(), account.groups.join("|")));
    }
    Account {
        id: Some(account.id.0.clone()),
        username: account.username.0.clone(),
        email: given(&account.email),
        external_id: given(&account.external_id),
        fields,
        roles: account.roles.clone(),
        active: account.status.as_deref().and_then(active),
        sso: None,
        connections: None,
    }
}

/// Reads a list; one with a header and no row is an empty list.
pub(crate) fn read(bytes: &[u8], name: &str, asked: Asked<'_>) -> Result<(Vec<Account>, Vec<Finding>)> {
    let (mut accounts, mut odd) = (Vec::new(), None::<(u64, String)>);
    let mut findings = lines::each(bytes, name, asked, &mut |line, columns, values| {
        let mut unknown = |word: &str| {
            odd.get_or_insert_with(|| (line, word.to_owned()));
        };
        accounts.push(columns.account(values, &mut unknown)?);
        Ok(())
    })?;
    if let Some((line, word)) = odd {
        let finding = match word.to_lowercase().as_str() {
            // Qualys, of an account that nobody has activated.
            PENDING => Finding::new(
                "listing-status-pending",
                Severity::Warning,
                format!(
                    "the status {} is that of an account that nobody has activated yet; whether it may log in by \
                     single sign-on is unknown, ask the vendor: it is not looked at",
                    shown(&word)
                ),
            )
            .hint("activate the account, or take it out of the list, before you rely on what is told of it"),
            _ => Finding::new(
                "listing-status-unknown",
                Severity::Warning,
                format!(
                    "the status {} is not known: whether such an account may log in is not looked at",
                    shown(&word)
                ),
            )
            .hint("known are active, enabled, inactive, disabled, suspended, deactivated and locked"),
        };
        findings.push(finding.at(table::place(name, Some(line))));
    }
    Ok((accounts, findings))
}

/// Hands over each account of a list as the vendor's API would tell it.
pub(crate) fn each_listed(
    bytes: &[u8],
    name: &str,
    asked: Asked<'_>,
    take: &mut dyn FnMut(provider::Account),
) -> Result<Vec<Finding>> {
    lines::each(bytes, name, asked, &mut |_, columns, values| {
        take(columns.listed(values)?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn columns_go_by_many_names_and_unknown_ones_are_fields() {
        let text = "User Login;External ID;E-Mail;Role;SAML;Status;shoe size;FirstName;SSO connectors\n\
                    abcd_ef;anna@example.org;a@example.org;Manager|Scanner;Yes;Active;42;Anna;prod|other\n\
                    abcd_gh;;;;;Pending Activation;;;\n";
        let (accounts, findings) = read(text.as_bytes(), "u.csv", Asked::default()).unwrap();
        assert_eq!(
            accounts[0],
            Account {
                id: None,
                username: "abcd_ef".to_owned(),
                email: Some("a@example.org".to_owned()),
                external_id: Some("anna@example.org".to_owned()),
                fields: vec![("shoe size".to_owned(), "42".to_owned()), ("first_name".to_owned(), "Anna".to_owned())],
                roles: vec!["Manager".to_owned(), "Scanner".to_owned()],
                active: Some(true),
                sso: Some(true),
                connections: Some(vec!["prod".to_owned(), "other".to_owned()]),
            }
        );
        assert_eq!((accounts[1].sso, accounts[1].active), (None, None));
        assert_eq!(accounts[1].connections, Some(Vec::new()));
        let (odd, unknown) = read(b"login,status\na,on leave\n", "u.csv", Asked::default()).unwrap();
        assert_eq!((odd[0].active, unknown[0].code), (None, "listing-status-unknown"));
        assert_eq!(findings[0].code, "listing-status-pending");
        assert!(findings[0].message.contains("unknown, ask the vendor"), "{}", findings[0].message);
        let (by_address, _) = read(b"email\na@example.org\n", "u.csv", Asked::default()).unwrap();
        assert_eq!(by_address[0].username, "a@example.org");
        assert!(read(b"username,email\n", "u.csv", Asked::default()).unwrap().0.is_empty());
    }

    #[test]
    fn lists_that_cannot_be_meant_are_refused_with_the_line() {
        for (text, code, place) in [
            ("id,name\n1,a\n", "listing-column", "u.csv:1: "),
            ("login,userName\na,b\n", "listing-duplicate-column", "u.csv:1: "),
            ("username,email\na,b\n,\n,\"\"\nc\n", "listing-ragged", "u.csv:5: "),
            ("username,role\na,b\n,c\n", "listing-username", "u.csv:3: "),
            ("username,saml\na,perhaps\n", "listing-value", "u.csv:2: "),
            ("username\n\"a\n", "listing-quote", "u.csv:2: "),
            ("username,roles,ssoctl\na,x|y,roles:json\n", "listing-json", "u.csv:2: "),
            ("{\"username\":\"a\"}\n[]\n", "listing-json", "u.csv:2: "),
            ("{\"email\":null}\n", "listing-username", "u.csv:1: "),
            ("", "listing-empty", "u.csv"),
        ] {
            let error = read(text.as_bytes(), "u.csv", Asked::default()).unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), code, "{text:?}");
            assert!(error.to_string().contains(place), "{text:?}: {error}");
        }
    }

    #[test]
    fn what_users_are_found_by_must_be_there_under_a_heading_that_is_told() {
        for (column, text, told) in [
            (Column::Username, "email,first_name\na@example.org,A\n", "no column for the username; there is `email`"),
            (Column::ExternalId, "login,email\na,b\n", "no column for the External ID"),
            (Column::Email, "{\"username\":\"a\"}\n", "no column for the e-mail address"),
        ] {
            let asked = Asked { column: Some(column), ..Asked::default() };
            let error = read(text.as_bytes(), "u.csv", asked).unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), "listing-column");
            assert!(error.to_string().contains(told), "{error}");
        }
        let asked = Asked { column: Some(Column::Username), connectors: Some("Anmeldung über") };
        let (accounts, _) = read("Login ID,Anmeldung über\na,x|y\n".as_bytes(), "u.csv", asked).unwrap();
        assert_eq!(accounts[0].username, "a");
        assert_eq!(accounts[0].connections, Some(vec!["x".to_owned(), "y".to_owned()]));
        let (accounts, _) = read(b"username,SSO connector\na,x\n", "u.csv", Asked::default()).unwrap();
        assert_eq!(accounts[0].connections, Some(vec!["x".to_owned()]));
    }
}
