//! Who logs in, as the form of the identity provider says it, by whichever protocol.

use crate::crypto;
use crate::crypto::random;
use crate::error::Failure;
use crate::error::Result;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::rules::accounts::Account;
use crate::sandbox::login::Login;
use crate::sandbox::login::Offered;
use crate::web::request::Request;

/// The value of the form for somebody whom nobody has listed.
pub(super) const NEW: &str = "somebody-new";

/// Whom an answer is about.
pub(super) struct Who {
    /// What is said of him; the subject is there.
    pub(super) identity: Identity,
    /// Whether the subject was typed, and is not the account's.
    pub(super) subject_is_typed: bool,
    /// The account, of the list or of somebody new.
    pub(super) account: Option<Account>,
}

/// The one whom the form names.
pub(super) fn of_form(request: &Request, login: &Login, offered: &Offered) -> Result<Who> {
    let field = |name: &str| request.field(name).unwrap_or_default().trim();
    let account = match field("user") {
        NEW => Some(newcomer(offered)?),
        "" => None,
        name => Some(login.people().named(name).ok_or_else(|| {
            Failure::refused("user-unknown", "no account has this username")
                .hint("choose one of the list, or type the subject and attributes")
        })?),
    };
    let mut identity = account.as_ref().map(|account| (offered.asserted)(account)).unwrap_or_default();
    let subject_is_typed = !field("name_id").is_empty();
    if subject_is_typed {
        identity.subject = Some(field("name_id").to_owned());
    }
    typed(&mut identity, request.field("attributes").unwrap_or_default())?;
    if identity.subject.is_none() {
        identity.subject = Some("anonymous".to_owned());
    }
    Ok(Who { identity, subject_is_typed, account })
}

/// Somebody who was never there before, at a domain that the connection takes where it names one.
fn newcomer(offered: &Offered) -> Result<Account> {
    let number = crypto::hex(random::octets::<4>()?.as_slice());
    let connection = &offered.connection;
    let domains = connection.login.email_domains.iter().chain(&connection.provisioning.valid_email_domains);
    let domain = domains.map(String::as_str).find(|domain| !domain.contains('*')).unwrap_or("example.org");
    let email = format!("new-{number}@{domain}");
    let fields = [("first_name", "Nora"), ("last_name", "Newcomer")];
    Ok(Account {
        username: email.clone(),
        external_id: Some(format!("new-{number}")),
        email: Some(email),
        fields: fields.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec(),
        ..Account::default()
    })
}

/// Attributes as they are typed, `name=value` to a line: in the place of those of the account that have the
/// name. A name without a value takes it out.
fn typed(identity: &mut Identity, text: &str) -> std::result::Result<(), Failure> {
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=').ok_or_else(|| {
            let shown: String = line.chars().take(200).collect();
            Failure::input("attribute-line", format!("`{}` is no attribute", printable(&shown)))
                .hint("write `name=value`, one to a line; a name without a value takes the attribute out")
        })?;
        lines.push((name.trim(), value.trim()));
    }
    identity.attributes.retain(|attribute| !lines.iter().any(|(name, _)| *name == attribute.name));
    for (name, value) in lines.into_iter().filter(|(name, value)| !name.is_empty() && !value.is_empty()) {
        identity.push(name, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_takes_the_place_of_what_the_account_has() {
        let mut identity = Identity::default();
        for (name, value) in [("mail", "a@x"), ("groups", "one"), ("uid", "1")] {
            identity.push(name, value);
        }
        typed(&mut identity, "groups = two\ngroups=three\r\nuid=\n\n= x\nnew=a=b\n").unwrap();
        assert_eq!(identity.values("mail"), ["a@x"]);
        assert_eq!(identity.values("groups"), ["two", "three"]);
        assert_eq!(identity.values("new"), ["a=b"]);
        assert!(identity.values("uid").is_empty() && identity.attributes.len() == 3);
        assert_eq!(typed(&mut identity, "mail=b@x\njust text").unwrap_err().code(), "attribute-line");
    }
}
