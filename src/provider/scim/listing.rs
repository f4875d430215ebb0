//! A list over several pages, and whether it is whole.
//!
//! `startIndex` goes on by what came and never by what was asked for. The end is an empty page, and
//! is believed only if as many accounts came as the list says it has: a server that ignores
//! `startIndex`, repeats pages, changes their order or counts wrongly would leave accounts out, and
//! nobody would notice.

use std::collections::HashSet;
use std::fmt;
use std::hash::BuildHasher as _;
use std::hash::RandomState;

use crate::http::shortened;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::scim::encoded;
use crate::provider::scim::message::Listing;

/// The longest cursor that is taken, in bytes; it stands in a URL.
const LONGEST_CURSOR: usize = 4096;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// RFC 7644 3.4.2.4: at this account, counted from 1.
    Index(u64),
    /// RFC 9865: where the page before said; empty for the first.
    Cursor(String),
}

impl Place {
    /// As it is written between two pages.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("index", digits) => digits.parse().ok().filter(|start| *start > 0).map(Self::Index),
            ("cursor", cursor) => Some(Self::Cursor(cursor.to_owned())),
            _ => None,
        }
    }

    /// The parameters that ask for it.
    pub(super) fn query(&self, count: u64) -> String {
        match self {
            Self::Index(start) => format!("startIndex={start}&count={count}"),
            Self::Cursor(cursor) => format!("cursor={}&count={count}", encoded(cursor)),
        }
    }

    fn is_first(&self) -> bool {
        match self {
            Self::Index(start) => *start <= 1,
            Self::Cursor(cursor) => cursor.is_empty(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(start) => write!(f, "index:{start}"),
            Self::Cursor(cursor) => write!(f, "cursor:{cursor}"),
        }
    }
}

/// A list as far as it was read; one at a time.
#[derive(Debug, Default)]
pub(super) struct Scan {
    hasher: RandomState,
    /// Hashes of the keys that came: two that are alike make a list look short, and never whole.
    ids: HashSet<u64>,
    cursors: HashSet<u64>,
    total: Option<u64>,
    last: Option<Place>,
}

fn inconsistent(what: String) -> CallError {
    CallError::Misdirected {
        code: "directory-inconsistent",
        detail: format!("the user list is not whole: {what}"),
        hint: "users may have been changed while it was read: try again when nobody is at work there; if it stays so, \
               the server does not page as RFC 7644 3.4.2.4 or RFC 9865 has it: tell the vendor"
            .to_owned(),
    }
}

impl Scan {
    fn is_whole(&self) -> bool {
        self.total.is_none_or(|total| self.ids.len() as u64 >= total)
    }

    /// Whether all has come already and this place is only asked for to be sure.
    pub(super) fn is_behind_the_end(&self, place: &Place) -> bool {
        matches!((place, self.total), (Place::Index(start), Some(total)) if *start > total) && self.is_whole()
    }

    /// Takes a page in: whether it has anything new, and where the next one begins; `None` at the end
    /// of a list that is whole.
    pub(super) fn take(&mut self, place: &Place, listing: &Listing) -> CallResult<(bool, Option<Place>)> {
        if place.is_first() {
            *self = Self::default();
        }
        // A page may be asked for once more after a failure.
        let again = self.last.as_ref() == Some(place);
        let resources = listing.resources.as_deref().unwrap_or_default();
        let before = self.ids.len();
        for user in resources {
            self.ids.insert(self.hasher.hash_one(&user.id));
        }
        let known = !resources.is_empty() && self.ids.len() == before && !again;
        let next = match place {
            Place::Index(start) => self.after_index(*start, resources.len() as u64, known, listing)?,
            Place::Cursor(_) => self.after_cursor(known, again, listing)?,
        };
        if next.is_none() && !self.is_whole() {
            let total = self.total.unwrap_or_default();
            return Err(inconsistent(format!("it ends after {} of {total} accounts", self.ids.len())));
        }
        self.last = Some(place.clone());
        Ok((!known, next))
    }

    fn after_index(&mut self, start: u64, came: u64, known: bool, listing: &Listing) -> CallResult<Option<Place>> {
        let Some(total) = listing.total_results else {
            return Err(CallError::Malformed { detail: "a list without `totalResults`".to_owned() });
        };
        if let Some(before) = self.total
            && total < before
        {
            return Err(inconsistent(format!("it has {total} accounts now, and had {before} a page before")));
        }
        self.total = Some(total);
        if known && !self.is_whole() {
            return Err(inconsistent(format!(
                "the page at `startIndex` {start} has only accounts that came before, and {} of {total} came",
                self.ids.len()
            )));
        }
        Ok((came > 0 && !known).then(|| Place::Index(start.saturating_add(came))))
    }

    fn after_cursor(&mut self, known: bool, again: bool, listing: &Listing) -> CallResult<Option<Place>> {
        self.total = listing.total_results.or(self.total);
        let Some(next) = listing.next_cursor.as_deref().filter(|next| !next.is_empty()) else { return Ok(None) };
        if next.len() > LONGEST_CURSOR {
            return Err(CallError::Malformed { detail: format!("a cursor of {} bytes", next.len()) });
        }
        if known {
            return Err(inconsistent("a page has only accounts that came before".to_owned()));
        }
        if !self.cursors.insert(self.hasher.hash_one(next)) && !again {
            return Err(inconsistent(format!("it leads back to the page `{}`", shortened(next, 60))));
        }
        Ok(Some(Place::Cursor(next.to_owned())))
    }
}
