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

/// What two names have in common where they count as the same.
pub(crate) type Fold = for<'t> fn(&'t str) -> Cow<'t, str>;

/// The rows of one column by their names.
pub(crate) struct Names<'a> {
    texts: &'a Texts,
    column: usize,
    fold: Option<Fold>,
    // Seeded anew in each process: nobody can bring names that all fall together.
    hasher: DefaultHashBuilder,
    first: HashTable<u32>,
    /// Where a name is there more than once: all rows, by their exact name and then in order.
    shared: HashMap<u32, Vec<u32>>,
}

impl<'a> Names<'a> {
    /// Those rows that are wanted, by their exact names.
    pub(crate) fn exactly(texts: &'a Texts, column: usize, wanted: &mut dyn FnMut(usize) -> bool) -> Self {
        Self::build(texts, column, None, wanted)
    }

    /// Those rows that are wanted, by what `fold` makes of their names.
    pub(crate) fn alike(texts: &'a Texts, column: usize, fold: Fold, wanted: &mut dyn FnMut(usize) -> bool) -> Self {
        Self::build(texts, column, Some(fold), wanted)
    }

    fn build(texts: &'a Texts, column: usize, fold: Option<Fold>, wanted: &mut dyn FnMut(usize) -> bool) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut first: HashTable<u32> = HashTable::with_capacity(texts.len());
        let mut shared: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in 0..u32::try_from(texts.len()).unwrap_or(u32::MAX) {
            if !wanted(row as usize) {
                continue;
            }
            let name = texts.get(row as usize, column);
            let key = folded(fold, name);
            let hash = hasher.hash_one(&*key);
            let same = |other: &u32| {
                let other = texts.get(*other as usize, column);
                other == name || fold.is_some_and(|fold| *fold(other) == *key)
            };
            let rehash = |other: &u32| hasher.hash_one(&*folded(fold, texts.get(*other as usize, column)));
            match first.entry(hash, same, rehash) {
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
            rows.sort_by_key(|row| (texts.get(*row as usize, column), *row));
        }
        Self { texts, column, fold, hasher, first, shared }
    }

    /// All rows whose names count as the same as this one.
    pub(crate) fn class(&self, name: &str) -> &[u32] {
        let key = folded(self.fold, name);
        let same = |other: &u32| {
            let other = self.texts.get(*other as usize, self.column);
            other == name || self.fold.is_some_and(|fold| *fold(other) == *key)
        };
        match self.first.find(self.hasher.hash_one(&*key), same) {
            None => &[],
            Some(head) => self.shared.get(head).map_or(slice::from_ref(head), Vec::as_slice),
        }
    }

    /// All rows of exactly this name.
    pub(crate) fn exact(&self, name: &str) -> &[u32] {
        let class = self.class(name);
        let name_of = |row: &u32| self.texts.get(*row as usize, self.column);
        let start = class.partition_point(|row| name_of(row) < name);
        let end = start + class[start..].partition_point(|row| name_of(row) == name);
        &class[start..end]
    }

    /// Rows whose name another row has too, each with the first row of it; `None` where there is none.
    pub(crate) fn repeats(&self) -> Option<Vec<(usize, usize)>> {
        let pairs = self.shared.values().flat_map(|rows| {
            let first = rows.first().copied().unwrap_or(0);
            rows.iter().skip(1).map(move |later| (first as usize, *later as usize))
        });
        let mut pairs: Vec<(usize, usize)> = pairs.collect();
        pairs.sort_by_key(|(_, later)| *later);
        (!pairs.is_empty()).then_some(pairs)
    }

    /// Rows that share what counts as their name with another one.
    pub(crate) fn sharing(&self) -> impl Iterator<Item = u32> {
        self.shared.values().flatten().copied()
    }
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
        let names = Names::alike(&texts, 0, lower, &mut |_| true);
        assert_eq!((names.exact("bob"), names.exact("Bob"), names.exact("ann")), (&[0, 3][..], &[2][..], &[1][..]));
        assert_eq!((names.exact("bOb"), names.exact("eve")), (&[][..], &[][..]));
        assert_eq!(names.class("boB"), [4, 2, 0, 3]);
        let exactly = Names::exactly(&texts, 0, &mut |_| true);
        assert_eq!((exactly.repeats(), exactly.class("Bob")), (Some(vec![(0, 3)]), &[2][..]));
        assert_eq!(exactly.sharing().collect::<Vec<_>>(), [0, 3]);
    }
}
