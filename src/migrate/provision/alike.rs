//! Whose keys and addresses are so much like another's that two of them may be one person's.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::migrate::plan::alike::Looks;
use crate::migrate::plan::fold;

/// Kept of one look: one of them is somebody else.
const MOST: usize = 2;

/// Addresses, or keys, of accounts or people.
#[derive(Default)]
pub(super) struct Alike {
    by_fold: HashMap<String, Vec<usize>>,
    /// Letters of another script look like Latin ones. Two keys in ASCII are told apart by whoever types
    /// them, so of each look those in ASCII are kept apart.
    by_look: HashMap<String, [Vec<usize>; 2]>,
    /// Where one is no ASCII.
    looks: Option<RefCell<Looks>>,
}

fn keep(kept: &mut Vec<usize>, whose: usize) {
    if kept.len() < MOST && !kept.contains(&whose) {
        kept.push(whose);
    }
}

fn not(own: usize) -> impl Fn(&&usize) -> bool {
    move |whose| **whose != own
}

impl Alike {
    /// By upper and lower case and Unicode form.
    pub(super) fn of_addresses<'t>(all: impl Iterator<Item = (&'t str, usize)>) -> Self {
        let mut alike = Self::default();
        for (text, whose) in all.filter(|(text, _)| !text.is_empty()) {
            keep(alike.by_fold.entry(fold::key(text).into_owned()).or_default(), whose);
        }
        alike
    }

    /// By these and by letters of other scripts. `others` are the keys that are held against these.
    pub(super) fn of_keys<'t>(
        all: impl Iterator<Item = (&'t str, usize)> + Clone,
        mut others: impl Iterator<Item = &'t str>,
    ) -> Self {
        let mut alike = Self::of_addresses(all.clone());
        if all.clone().all(|(key, _)| key.is_ascii()) && others.all(str::is_ascii) {
            return alike;
        }
        let mut looks = Looks::new();
        for (key, whose) in all.filter(|(key, _)| !key.is_empty()) {
            for look in looks.of(key) {
                let kept = alike.by_look.entry(look.to_owned()).or_default();
                keep(&mut kept[usize::from(key.is_ascii())], whose);
            }
        }
        Self { looks: Some(RefCell::new(looks)), ..alike }
    }

    /// Somebody else who has it.
    pub(super) fn other(&self, text: &str, own: usize) -> Option<usize> {
        let same = self.by_fold.get(&*fold::key(text)).and_then(|all| all.iter().find(not(own)));
        let Some(looks) = self.looks.as_ref().filter(|_| same.is_none()) else { return same.copied() };
        let mut looks = looks.borrow_mut();
        let all = looks.of(text).into_iter().filter_map(|look| self.by_look.get(look));
        let mut found = all.flat_map(|[odd, ascii]| {
            let ascii = if text.is_ascii() { &[][..] } else { ascii };
            odd.iter().chain(ascii)
        });
        found.find(not(own)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_other_scripts_meet_latin_ones_and_nobody_meets_themselves() {
        let keys = ["AB1", "l0", "\u{410}\u{412}1", "a b"];
        let alike = Alike::of_keys(keys.iter().copied().zip(0..), std::iter::empty());
        assert_eq!((alike.other("AB1", 0), alike.other("\u{410}\u{412}1", 2)), (Some(2), Some(0)));
        assert_eq!((alike.other("ab1", 9), alike.other("a\u{a0}b", 9)), (Some(0), Some(3)));
        // Whoever types ASCII tells the two apart.
        assert_eq!((alike.other("1O", 9), alike.other("l0", 1), alike.other("x", 9)), (None, None, None));
        // Also where all that is there is ASCII.
        let plain = Alike::of_keys([("AB1", 0)].into_iter(), ["\u{410}\u{412}1"].into_iter());
        assert_eq!(plain.other("\u{410}\u{412}1", 9), Some(0));
        let addresses = Alike::of_addresses([("A@x.example", 0), ("a@X.example", 1), ("", 2)].into_iter());
        assert_eq!([0, 1, 9].map(|own| addresses.other("a@x.example", own)), [Some(1), Some(0), Some(0)]);
        assert_eq!(addresses.other("", 9), None);
    }
}
