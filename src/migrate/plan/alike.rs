//! Names that look the same in another script: `paypal` and `раураl`, whose first five letters
//! are Cyrillic. By the skeletons of UTS #39; two names in ASCII are told apart by whoever types them.

use std::collections::HashMap;

use crate::migrate::directory::Accounts;
use crate::migrate::plan::fold;
use crate::migrate::plan::sight::Sight;
use crate::migrate::shown;
use crate::migrate::table::Texts;

/// Whose name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Account(usize),
    /// The new name of a row.
    Row(usize),
}

/// Names kept of one look: all others are as much in the way.
const MOST: usize = 8;

/// The names that look like one with other letters than ASCII's, by that look.
pub(super) struct LookAlikes<'a> {
    accounts: &'a Accounts,
    targets: &'a Texts,
    by_look: HashMap<String, Vec<Whose>>,
    looks: Looks,
}

impl<'a> LookAlikes<'a> {
    /// `None` where every name is ASCII, as in most directories.
    pub(super) fn over(accounts: &'a Accounts, targets: &'a Texts) -> Option<Self> {
        if accounts.cells().are_ascii() && targets.are_ascii() {
            return None;
        }
        let of_accounts = || (0..accounts.len()).map(|index| (accounts.key(index), Whose::Account(index)));
        let of_rows = || (0..targets.len()).map(|row| (targets.get(row, 0), Whose::Row(row)));
        let all = || of_accounts().chain(of_rows()).filter(|(name, _)| !name.is_ascii() || !name.is_empty());
        if all().all(|(name, _)| name.is_ascii()) {
            return None;
        }
        let mut looks = Looks::new();
        let mut by_look: HashMap<String, Vec<Whose>> = HashMap::new();
        for (name, _) in all().filter(|(name, _)| !name.is_ascii()) {
            for look in looks.of(name) {
                if !by_look.contains_key(look) {
                    by_look.insert(look.to_owned(), Vec::new());
                }
            }
        }
        let name_of = |whose: &Whose| match whose {
            Whose::Account(index) => accounts.key(*index),
            Whose::Row(row) => targets.get(*row, 0),
        };
        for (name, whose) in all() {
            for look in looks.of(name) {
                if let Some(kept) = by_look.get_mut(look).filter(|kept| kept.len() < MOST)
                    // What a server may take for the same is in the way by itself. Of a row both its account's
                    // name and its new one may be here, so the last of one name may be anybody's.
                    && kept.iter().filter(|other| fold::key(name_of(other)) == fold::key(name)).count() < 2
                {
                    kept.push(whose);
                }
            }
        }
        Some(Self { accounts, targets, by_look, looks })
    }

    fn name(&self, whose: Whose) -> &'a str {
        match whose {
            Whose::Account(index) => self.accounts.key(index),
            Whose::Row(row) => self.targets.get(row, 0),
        }
    }

    /// Whether a name looks like one that there is.
    pub(super) fn has(&self, name: &str) -> bool {
        let mut looks = self.looks.clone();
        looks.of(name).iter().any(|look| self.by_look.contains_key(*look))
    }

    /// In words, whose name looks like the new name of a row.
    pub(super) fn twin(&self, sight: &Sight<'_>, row: usize, account: usize) -> Option<String> {
        let target = self.targets.get(row, 0);
        let key = fold::key(target);
        let mut looks = self.looks.clone();
        let in_the_way = |whose: &&Whose| {
            let name = self.name(**whose);
            **whose != Whose::Account(account)
                && **whose != Whose::Row(row)
                && !(target.is_ascii() && name.is_ascii())
                && fold::key(name) != key
        };
        let found =
            looks.of(target).into_iter().filter_map(|look| self.by_look.get(look)).flatten().find(in_the_way)?;
        let name = self.name(*found);
        let whose = match found {
            Whose::Account(index) => sight.account(*index),
            Whose::Row(other) => {
                format!("line {}, which gives {}", sight.roster.line(*other), shown(sight.roster.old(*other)))
            }
        };
        Some(format!(
            "{} looks like {} of {whose}, and is another name{}: `--accept-look-alikes` where they are two persons",
            shown(target),
            shown(name),
            letters(target, name)
        ))
    }
}

/// Where two names begin to differ, for somebody who sees no difference.
fn letters(one: &str, other: &str) -> String {
    let code = |letter: char| format!("U+{:04X}", u32::from(letter));
    match one.chars().zip(other.chars()).enumerate().find(|(_, (one, other))| one != other) {
        Some((at, (one, other))) => format!(" (letter {} is {} here and {} there)", at + 1, code(one), code(other)),
        None => String::new(),
    }
}

/// What names look like.
#[derive(Clone)]
pub(crate) struct Looks {
    /// What each letter of ASCII looks like.
    ascii: Vec<String>,
    as_written: String,
    in_small_letters: String,
}

impl Looks {
    /// With what each letter of ASCII looks like.
    pub(crate) fn new() -> Self {
        let look = |byte: u8| unicode_security::skeleton(char::from(byte).encode_utf8(&mut [0; 4])).collect();
        Self { ascii: (0..128).map(look).collect(), as_written: String::new(), in_small_letters: String::new() }
    }

    /// The looks of a name as it is written and in small letters: В is like B, and в like nothing in Latin.
    pub(crate) fn of(&mut self, name: &str) -> Vec<&str> {
        self.as_written.clear();
        self.in_small_letters.clear();
        if name.is_ascii() {
            for byte in name.trim().bytes() {
                let look = |byte: u8| self.ascii.get(usize::from(byte)).map_or("", String::as_str);
                self.as_written.push_str(look(byte));
                self.in_small_letters.push_str(look(byte.to_ascii_lowercase()));
            }
            self.as_written.make_ascii_lowercase();
        } else {
            let bare: String = name.trim().chars().filter(|letter| !fold::hidden(*letter)).collect();
            let look: String = unicode_security::skeleton(&bare).collect();
            self.as_written.push_str(&look.to_lowercase());
            self.in_small_letters.extend(unicode_security::skeleton(&fold::key(&bare)));
        }
        if self.as_written == self.in_small_letters {
            return vec![&self.as_written];
        }
        vec![&self.as_written, &self.in_small_letters]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_scripts_look_like_latin_ones() {
        for (one, other) in [
            ("paypal", "\u{440}\u{430}\u{443}\u{440}\u{430}l"),
            ("BOB", "\u{412}\u{41e}\u{412}"),
            ("bob", "\u{412}\u{41e}\u{412}"),
            ("anna#t", "\u{430}nn\u{430}#T"),
            ("alpha", "\u{251}lpha"),
        ] {
            let (mut first, mut second) = (Looks::new(), Looks::new());
            let (first, second) = (first.of(one), second.of(other));
            assert!(first.iter().any(|look| second.contains(look)), "{one} {other}: {first:?} {second:?}");
        }
        let (mut first, mut second) = (Looks::new(), Looks::new());
        let (first, second) = (first.of("anna"), second.of("\u{e4}nna"));
        assert!(!first.iter().any(|look| second.contains(look)));
    }
}
