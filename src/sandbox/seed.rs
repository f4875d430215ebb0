//! The accounts that the directory begins with: given ones, or made ones for load.
//!
//! Everything made here follows from its arguments, so that two runs hold the same accounts.

use crate::sandbox::fault::scatter;

/// An account to begin with, as the roof read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeedUser {
    /// Its key; made from the username where there is none.
    pub(crate) id: Option<String>,
    /// What it logs in by, stored as it is written here.
    pub(crate) username: String,
    /// The customer's own key.
    pub(crate) external_id: Option<String>,
    /// E-mail address.
    pub(crate) email: Option<String>,
    /// First name.
    pub(crate) first_name: Option<String>,
    /// Last name.
    pub(crate) last_name: Option<String>,
    /// `active` where nothing is said.
    pub(crate) status: Option<String>,
    /// Further fields, by their names on the wire.
    pub(crate) other: Vec<(&'static str, String)>,
}

const FIRST_NAMES: [&str; 8] = ["Ada", "Björn", "Chloé", "Dmitri", "Elif", "Farah", "Grace", "Haruto"];
const LAST_NAMES: [&str; 7] = ["Okafor", "Müller", "Nguyen", "O'Brien", "Silva", "Tanaka", "Žižka"];

/// `count` accounts, `user00001@example.org` and on.
pub(crate) fn generate(count: u32) -> impl Iterator<Item = SeedUser> {
    (1..=count).map(|number| {
        let username = format!("user{number:05}@example.org");
        SeedUser {
            email: Some(username.clone()),
            username,
            first_name: Some(FIRST_NAMES[number as usize % FIRST_NAMES.len()].to_owned()),
            last_name: Some(LAST_NAMES[number as usize % LAST_NAMES.len()].to_owned()),
            ..SeedUser::default()
        }
    })
}

/// A key in the vendor's form; `salt` gives another one where this one is taken.
// Not the standard library's hasher, which may change between releases.
pub(super) fn made_id(username: &str, salt: u64) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let absorbed = username.to_lowercase().bytes().fold(salt, |state, byte| scatter(state, &[u64::from(byte)]));
    let words = [scatter(absorbed, &[1]), scatter(absorbed, &[2])];
    let characters = words.into_iter().flat_map(|word| {
        (0..8).scan(word, |rest, _| {
            let digit = ALPHABET[(*rest % 62) as usize];
            *rest /= 62;
            Some(char::from(digit))
        })
    });
    std::iter::once("UR_").flat_map(str::chars).chain(characters.take(15)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn makes_the_same_accounts_twice_and_no_key_twice() {
        let users: Vec<SeedUser> = generate(20_000).collect();
        assert_eq!(users[0].username, "user00001@example.org");
        assert_eq!(users[19_999].username, "user20000@example.org");
        let ids: HashSet<String> = users.iter().map(|user| made_id(&user.username, 0)).collect();
        assert_eq!(ids.len(), 20_000);
        assert_eq!(users, generate(20_000).collect::<Vec<_>>());
    }

    #[test]
    fn keys_have_the_vendors_form_and_stay_the_same_between_releases() {
        let id = made_id("user00001@example.org", 0);
        assert_eq!(id, made_id("USER00001@example.org", 0));
        assert_ne!(id, made_id("user00001@example.org", 1));
        assert_eq!(id, "UR_kCIXYW0FbwbcTOT");
    }
}
