//! The vendor's user list, held so that a million accounts fit: keys and usernames
//! side by side in one text. From the API page by page, or from a CSV file.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::accounts;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::call::before_any_write;
use crate::migrate::shown;
use crate::migrate::table;
use crate::provider::Account;

/// Keys and usernames of a user list, in the order in which it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    text: String,
    ends: Vec<(usize, usize)>,
}

/// More than any tenant has: the list that goes on beyond is not a user list.
const MOST_ACCOUNTS: usize = 20_000_000;
/// Pages in a row that bring nothing new.
const MOST_IDLE_PAGES: u32 = 3;

impl Accounts {
    /// Adds one.
    pub(crate) fn push(&mut self, id: &str, username: &str) {
        self.text.push_str(id);
        let id_end = self.text.len();
        self.text.push_str(username);
        self.ends.push((id_end, self.text.len()));
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The immutable key of one.
    pub(crate) fn id(&self, index: usize) -> &str {
        let (start, id_end, _) = self.span(index);
        self.text.get(start..id_end).unwrap_or("")
    }

    /// The username of one.
    pub(crate) fn username(&self, index: usize) -> &str {
        let (_, id_end, end) = self.span(index);
        self.text.get(id_end..end).unwrap_or("")
    }

    fn span(&self, index: usize) -> (usize, usize, usize) {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(_, end)| *end);
        self.ends.get(index).map_or((0, 0, 0), |(id_end, end)| (start, *id_end, *end))
    }

    /// The same list with each key once. The same key with two names means that
    /// the list changed while it was read, and none of it can be trusted.
    fn without_repeats(self) -> Result<Self> {
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(self.len());
        let mut repeated = HashSet::new();
        for index in 0..self.len() {
            match seen.insert(self.id(index), index) {
                Some(first) if self.username(first) == self.username(index) => {
                    repeated.insert(index);
                }
                Some(first) => {
                    return Err(Failure::remote(
                        "directory-inconsistent",
                        format!(
                            "account {} is listed as {} and as {}",
                            shown(self.id(index)),
                            shown(self.username(first)),
                            shown(self.username(index))
                        ),
                    )
                    .hint("users were changed while the list was read; try again when nobody is at work there")
                    .into());
                }
                None => {}
            }
        }
        if repeated.is_empty() {
            return Ok(self);
        }
        let mut kept = Self::default();
        for index in (0..self.len()).filter(|index| !repeated.contains(index)) {
            kept.push(self.id(index), self.username(index));
        }
        Ok(kept)
    }
}

/// Reads the whole list from the API; `each_page` is told how many have come.
pub(crate) fn collect(caller: &mut Caller<'_>, mut each_page: impl FnMut(usize)) -> Result<Accounts> {
    collect_each(caller, |accounts, _| each_page(accounts.len()))
}

/// As [`collect`], and shows each whole account as it comes, for a listing or an export.
pub(crate) fn collect_each(
    caller: &mut Caller<'_>,
    mut each_page: impl FnMut(&Accounts, &[Account]),
) -> Result<Accounts> {
    let looping = |what: String| {
        Failure::remote("directory-loop", what).hint("the vendor's list does not come to an end; tell its support")
    };
    let mut accounts = Accounts::default();
    let mut ids: HashSet<String> = HashSet::new();
    let mut cursors: HashSet<String> = HashSet::new();
    let mut cursor: Option<String> = None;
    let mut idle = 0;
    loop {
        let page = match caller.read(|directory| directory.page(cursor.as_deref())) {
            Ok(page) => page,
            Err(Trouble::Row { code, detail }) => {
                return Err(Failure::remote("directory-unreadable", format!("the user list cannot be read: {detail}"))
                    .hint(format!("the vendor's code is `{code}`; listing users needs an administrator's credentials"))
                    .into());
            }
            Err(Trouble::Stop(failure)) => return Err(before_any_write(*failure).into()),
        };
        let before = ids.len();
        for account in &page.accounts {
            if account.id.0.is_empty() {
                return Err(Failure::remote("directory-inconsistent", "an account in the list has no key").into());
            }
            ids.insert(account.id.0.clone());
            accounts.push(&account.id.0, &account.username.0);
        }
        each_page(&accounts, &page.accounts);
        let Some(next) = page.next else { break };
        idle = if ids.len() == before { idle + 1 } else { 0 };
        if idle > MOST_IDLE_PAGES {
            return Err(looping(format!("{idle} pages in a row of the user list hold nothing new")).into());
        }
        if accounts.len() > MOST_ACCOUNTS {
            return Err(looping(format!("the user list is longer than {MOST_ACCOUNTS} accounts")).into());
        }
        if !cursors.insert(next.clone()) {
            return Err(looping(format!("the user list leads back to the page {}", shown(&next))).into());
        }
        cursor = Some(next);
    }
    drop(ids);
    accounts.without_repeats()
}

const CODES: table::Codes = table::Codes {
    encoding: "directory-encoding",
    empty: "directory-empty",
    no_rows: "directory-no-rows",
    nul: "directory-nul",
    quote: "directory-quote",
    column: "directory-column",
    duplicate_column: "directory-duplicate-column",
};

/// Reads a list that was exported: columns `id` and `username`, others are passed over; or the
/// NDJSON of `users export`.
pub(crate) fn read_file(bytes: &[u8], name: &str) -> Result<Accounts> {
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        let mut accounts = Accounts::default();
        accounts::each_listed(bytes, name, &mut |account| accounts.push(&account.id.0, &account.username.0))?;
        return accounts.without_repeats();
    }
    let want = |what, defaults| table::Want { what, flag: "", given: None, defaults, required: true };
    let wants =
        [want("immutable key", &["id", "user_id", "userId"]), want("username", &["username", "userName", "Username"])];
    let table = table::open(bytes, name, None, &wants, &CODES)?;
    let at = |index: usize| table.columns.get(index).copied().flatten().unwrap_or(usize::MAX);
    let (id, username) = (at(0), at(1));
    let mut accounts = Accounts::default();
    let mut bad: Option<Failure> = None;
    table.each(name, &CODES, |record| {
        let refuse = |why: String| {
            Failure::input("directory-row", format!("{name}:{}: {why}", record.line)).hint("export the list again")
        };
        if let Some(fields) = record.ragged {
            bad.get_or_insert_with(|| refuse(format!("{fields} fields where the header has {}", table.width())));
        } else if record.get(id).is_empty() {
            bad.get_or_insert_with(|| refuse("the account has no key".to_owned()));
        } else {
            accounts.push(record.get(id), record.get(username));
        }
    })?;
    match bad {
        Some(failure) => Err(failure.into()),
        None => accounts.without_repeats(),
    }
}

#[cfg(test)]
mod tests;
