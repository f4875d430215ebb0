//! Logins, which Qualys makes and nobody chooses: some letters, `_` and the initials (vendors.md 2.2).

use std::collections::HashSet;

use crate::sandbox::seed::SeedUser;

const COMPANY: &str = "sbox";

/// Whether it can be one: small letters and digits, parted once.
fn is_login(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split_once(['_', '-']).is_some_and(|(before, after)| part(before) && part(after))
}

/// The operator's: as it is given where it is a login.
pub(super) fn of_operator(username: &str) -> String {
    if is_login(username) { username.to_owned() } else { format!("{COMPANY}_op") }
}

/// The login of a new account, the first that is not taken.
pub(super) fn made(first: &str, last: &str, taken: impl Fn(&str) -> bool) -> String {
    let initial = |name: &str| name.chars().find(char::is_ascii_alphabetic).unwrap_or('x').to_ascii_lowercase();
    let plain = format!("{COMPANY}_{}{}", initial(first), initial(last));
    let mut login = plain.clone();
    let mut number = 0_u32;
    while taken(&login) {
        number += 1;
        login = format!("{plain}{number}");
    }
    login
}

/// Accounts with logins: what was no login becomes the e-mail address, and the login is the key.
pub(super) fn seeded(users: Vec<SeedUser>) -> Vec<SeedUser> {
    let mut taken: HashSet<String> =
        users.iter().map(|user| &user.username).filter(|name| is_login(name)).cloned().collect();
    let mut next = std::collections::HashMap::<String, u32>::new();
    let of = |mut user: SeedUser| {
        if !is_login(&user.username) {
            let (first, last) = (user.first_name.as_deref().unwrap_or("x"), user.last_name.as_deref().unwrap_or("x"));
            let plain = made(first, last, |_| false);
            // Counted, since a search from the beginning for each would be quadratic.
            let login = loop {
                let number = next.entry(plain.clone()).or_default();
                let login = if *number == 0 { plain.clone() } else { format!("{plain}{number}") };
                *number += 1;
                if taken.insert(login.clone()) {
                    break login;
                }
            };
            user.email = user.email.or(Some(std::mem::take(&mut user.username)));
            user.username = login;
        }
        user.id = Some(user.username.clone());
        user
    };
    users.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seed::generate;

    #[test]
    fn made_logins_are_unique_and_given_ones_stay() {
        let given = SeedUser { username: "sbox_bm".to_owned(), ..SeedUser::default() };
        let users = seeded(generate(1000).chain([given]).collect());
        assert_eq!(users.last().unwrap().username, "sbox_bm");
        assert_eq!(
            (users[0].username.as_str(), users[0].email.as_deref()),
            ("sbox_bm1", Some("user00001@example.org"))
        );
        let logins: HashSet<&str> = users.iter().map(|user| user.username.as_str()).collect();
        assert_eq!(logins.len(), 1001);
        assert!(users.iter().all(|user| is_login(&user.username) && user.id.as_ref() == Some(&user.username)));
        assert_eq!((of_operator("abcd_ef"), of_operator("operator@example.org")), ("abcd_ef".into(), "sbox_op".into()));
        assert_eq!(made("\u{c9}va", "", |login| login == "sbox_vx"), "sbox_vx1");
    }
}
