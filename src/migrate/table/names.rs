//! Finds names among a million: a table of row numbers, four bytes a name, which looks into
//! the texts themselves. Names may be held together that are the same to a careless reader.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::slice;

use hashbrown::DefaultHashBuilder;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::migrate::table::Texts;
use crate::migrate::threads::FEW;
use crate::migrate::threads::both;
use crate::migrate::threads::halves;

/// What two names have in common where they count as the same.
pub(crate) type Fold = for<'t> fn(&'t str) -> Cow<'t, str>;

/// Into how many tables a list is parted, by the names' hashes: each is made by a thread of its own.
const PARTS: usize = 2;

/// How many rows are fetched at a time: as many as a processor has on their way at once, and a few more.
pub(crate) const NEAR: usize = 16;

/// Says of a row that its name is not wanted; no name has this hash.
const UNWANTED: u64 = 0;

/// The rows of one column by their names.
pub(crate) struct Names<'a> {
    texts: &'a Texts,
    column: usize,
    fold: Option<Fold>,
    // Seeded anew in each process: nobody can bring names that all fall together.
    hasher: DefaultHashBuilder,
    parts: [Part; PARTS],
}

/// The rows of those names whose hashes belong together.
#[derive(Default)]
struct Part {
    first: HashTable<u32>,
    /// Where a name is there more than once: all rows, by their exact name and then in order.
    shared: HashMap<u32, Vec<u32>>,
}

impl<'a> Names<'a> {
    /// Those rows that are wanted, by their exact names.
    pub(crate) fn exactly(texts: &'a Texts, column: usize, wanted: &(dyn Fn(usize) -> bool + Sync)) -> Self {
        Self::build(texts, column, None, wanted)
    }

    /// Those rows that are wanted, by what `fold` makes of their names.
    pub(crate) fn alike(texts: &'a Texts, column: usize, fold: Fold, wanted: &(dyn Fn(usize) -> bool + Sync)) -> Self {
        Self::build(texts, column, Some(fold), wanted)
    }

    fn build(texts: &'a Texts, column: usize, fold: Option<Fold>, wanted: &(dyn Fn(usize) -> bool + Sync)) -> Self {
        let mut names = Self {
            texts,
            column,
            fold,
            hasher: DefaultHashBuilder::default(),
            parts: [Part::default(), Part::default()],
        };
        let hash = |row: usize| if wanted(row) { names.hash(&folded(fold, names.name(row))) } else { UNWANTED };
        // No file that is read has more rows than that.
        let rows = texts.len().min(u32::MAX as usize);
        let hashes = halves(
            rows,
            |rows| rows.map(hash).collect::<Vec<u64>>(),
            |mut first, mut second| {
                first.append(&mut second);
                first
            },
        );
        let part = |number| names.part(number, &hashes);
        let parts = if rows < FEW { (part(0), part(1)) } else { both(|| part(0), || part(1)) };
        names.parts = parts.into();
        names
    }

    /// Makes one of the parts.
    fn part(&self, number: usize, hashes: &[u64]) -> Part {
        let is_here = |hash: &u64| *hash != UNWANTED && part_of(*hash) == number;
        let mut first: HashTable<u32> = HashTable::with_capacity(hashes.iter().filter(|hash| is_here(hash)).count());
        let mut shared: HashMap<u32, Vec<u32>> = HashMap::new();
        for (row, hash) in (0_u32..).zip(hashes).filter(|(_, hash)| is_here(hash)) {
            let name = self.name(row as usize);
            let same = |other: &u32| self.is_same(*other, name, &folded(self.fold, name));
            match first.entry(*hash, same, |other| hashes[*other as usize]) {
                Entry::Occupied(held) => {
                    let head = *held.get();
                    shared.entry(head).or_insert_with(|| vec![head]).push(row);
                }
                Entry::Vacant(free) => {
                    free.insert(row);
                }
            }
        }
        for rows in shared.values_mut() {
            rows.sort_by_key(|row| (self.name(*row as usize), *row));
        }
        Part { first, shared }
    }

    fn name(&self, row: usize) -> &'a str {
        self.texts.get(row, self.column)
    }

    /// Never [`UNWANTED`].
    fn hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key).max(UNWANTED + 1)
    }

    /// Whether the name of a row is this one, or what is made of it is `key`.
    fn is_same(&self, row: u32, name: &str, key: &str) -> bool {
        let other = self.name(row as usize);
        other == name || self.fold.is_some_and(|fold| *fold(other) == *key)
    }

    /// Has the processor fetch what is compared where these names are looked up next; see [`Texts::near`].
    pub(crate) fn near<'n>(&self, names: impl Iterator<Item = &'n str>) {
        let mut heads = [None; NEAR];
        for (head, name) in heads.iter_mut().zip(names) {
            let hash = self.hash(&folded(self.fold, name));
            // The first one that may be it.
            *head = self.parts[part_of(hash)].first.find(hash, |_| true);
        }
        self.texts.near(heads.into_iter().flatten().map(|row| *row as usize));
    }

    /// All rows whose names count as the same as this one.
    pub(crate) fn class(&self, name: &str) -> &[u32] {
        let key = folded(self.fold, name);
        let hash = self.hash(&key);
        let part = &self.parts[part_of(hash)];
        match part.first.find(hash, |row| self.is_same(*row, name, &key)) {
            None => &[],
            Some(head) => part.shared.get(head).map_or(slice::from_ref(head), Vec::as_slice),
        }
    }

    /// All rows of exactly this name.
    pub(crate) fn exact(&self, name: &str) -> &[u32] {
        let class = self.class(name);
        let name_of = |row: &u32| self.name(*row as usize);
        let start = class.partition_point(|row| name_of(row) < name);
        let end = start + class[start..].partition_point(|row| name_of(row) == name);
        &class[start..end]
    }

    /// Rows whose name another row has too, each with the first row of it; `None` where there is none.
    pub(crate) fn repeats(&self) -> Option<Vec<(usize, usize)>> {
        let pairs = self.shared().flat_map(|rows| {
            let first = rows.first().copied().unwrap_or(0);
            rows.iter().skip(1).map(move |later| (first as usize, *later as usize))
        });
        let mut pairs: Vec<(usize, usize)> = pairs.collect();
        pairs.sort_by_key(|(_, later)| *later);
        (!pairs.is_empty()).then_some(pairs)
    }

    /// Rows that share what counts as their name with another one.
    pub(crate) fn sharing(&self) -> impl Iterator<Item = u32> {
        self.shared().flatten().copied()
    }

    fn shared(&self) -> impl Iterator<Item = &Vec<u32>> {
        self.parts.iter().flat_map(|part| part.shared.values())
    }
}

/// The part that a hash belongs to, by a bit that the table in it looks at last.
const fn part_of(hash: u64) -> usize {
    (hash >> 40) as usize % PARTS
}

fn folded(fold: Option<Fold>, name: &str) -> Cow<'_, str> {
    fold.map_or(Cow::Borrowed(name), |fold| fold(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_exactly_and_by_what_they_have_in_common() {
        let mut texts = Texts::new(1);
        for name in ["bob", "ann", "Bob", "bob", "BOB"] {
            texts.push(name);
        }
        let lower: Fold = |name| Cow::Owned(name.to_lowercase());
        let names = Names::alike(&texts, 0, lower, &|_| true);
        assert_eq!((names.exact("bob"), names.exact("Bob"), names.exact("ann")), (&[0, 3][..], &[2][..], &[1][..]));
        assert_eq!((names.exact("bOb"), names.exact("eve")), (&[][..], &[][..]));
        assert_eq!(names.class("boB"), [4, 2, 0, 3]);
        let exactly = Names::exactly(&texts, 0, &|_| true);
        assert_eq!((exactly.repeats(), exactly.class("Bob")), (Some(vec![(0, 3)]), &[2][..]));
        assert_eq!(exactly.sharing().collect::<Vec<_>>(), [0, 3]);
    }

    #[test]
    fn many_names_that_two_threads_take_in_are_found_too() {
        let mut texts = Texts::new(2);
        for row in 0..3 * FEW {
            texts.push(&format!("{}{}", if row % 2 == 0 { "u" } else { "U" }, row / 2));
            texts.push("");
        }
        let lower: Fold = |name| Cow::Owned(name.to_lowercase());
        let names = Names::alike(&texts, 0, lower, &|row| row != 4);
        for row in (0..3 * FEW).filter(|row| *row != 4 && *row != 5) {
            // More names than are fetched at a time, and some that are not there.
            names.near((row..row + 2 * NEAR).map(|row| texts.get(row, 0)));
            let row = u32::try_from(row).unwrap();
            assert_eq!(names.exact(texts.get(row as usize, 0)), [row]);
            // Capital letters first.
            assert_eq!(names.class(texts.get(row as usize, 0)), [row | 1, row & !1]);
        }
        assert_eq!((names.exact("u2"), names.class("u2")), (&[][..], &[5][..]));
        assert_eq!(names.sharing().count(), 3 * FEW - 2);
        assert_eq!(Names::exactly(&texts, 0, &|_| true).repeats(), None);
        assert_eq!(Names::exactly(&texts, 1, &|_| true).repeats().map(|pairs| pairs.len()), Some(3 * FEW - 1));
    }
}
