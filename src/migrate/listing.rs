//! A list of users in CSV with whatever a vendor's export says of them.

use crate::error::Result;
use crate::migrate::table;

/// One listed user; only the username is certain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Immutable key.
    pub(crate) id: Option<String>,
    /// What it logs in by.
    pub(crate) username: String,
    /// The customer's own key.
    pub(crate) external_id: Option<String>,
    /// E-mail address.
    pub(crate) email: Option<String>,
    /// First name.
    pub(crate) first_name: Option<String>,
    /// Last name.
    pub(crate) last_name: Option<String>,
    /// The vendor's word for active or disabled.
    pub(crate) status: Option<String>,
    /// Its role, where the list has the API's own column for it (`user_role`).
    pub(crate) role: Option<String>,
    /// The asset groups that it sees, parted by commas.
    pub(crate) asset_groups: Option<String>,
}

pub(super) const CODES: table::Codes = table::Codes {
    encoding: "listing-encoding",
    empty: "listing-empty",
    no_rows: "listing-no-rows",
    nul: "listing-nul",
    quote: "listing-quote",
    column: "listing-column",
    duplicate_column: "listing-duplicate-column",
};

/// Reads a list; columns that nobody knows are passed over.
pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Vec<Listed>> {
    let want = |what, defaults, required| table::Want { what, flag: "", given: None, defaults, required };
    let wants = [
        want("username", &["username", "userName", "Username"], true),
        want("immutable key", &["id", "user_id", "userId"], false),
        want("e-mail address", &["email", "Email", "e-mail"], false),
        want("first name", &["first_name", "firstName"], false),
        want("last name", &["last_name", "lastName"], false),
        want("status", &["status", "accountStatus"], false),
        want("External ID", &["external_id", "externalId", "External ID"], false),
        want("role", &["user_role"], false),
        want("asset groups", &["asset_groups"], false),
    ];
    let table = table::open(bytes, name, None, &wants, &CODES)?;
    let columns = table.columns.clone();
    let mut listed = Vec::new();
    table.each(name, &CODES, |record| {
        let field = |at: usize| {
            let text = record.get(columns.get(at).copied().flatten()?);
            (!text.is_empty()).then(|| text.to_owned())
        };
        listed.push(Listed {
            username: field(0).unwrap_or_default(),
            id: field(1),
            email: field(2),
            first_name: field(3),
            last_name: field(4),
            status: field(5),
            external_id: field(6),
            role: field(7),
            asset_groups: field(8),
        });
    })?;
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_there_and_passes_over_the_rest() {
        let listed = read(b"username;Email;shoe size\na;a@example.org;42\nb;;43\n", "users.csv").unwrap();
        assert_eq!(listed[0].email.as_deref(), Some("a@example.org"));
        assert_eq!(listed[1], Listed { username: "b".to_owned(), ..Listed::default() });
    }
}
