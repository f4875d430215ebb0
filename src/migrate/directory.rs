//! The vendor's user list, held so that a million accounts fit: of each what a plan needs,
//! side by side in one text. From the API page by page, or from a CSV file.

use std::collections::HashSet;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::accounts;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::call::before_any_write;
use crate::migrate::shown;
use crate::migrate::table;
use crate::migrate::table::Names;
use crate::migrate::table::Texts;
use crate::model::connection::KeyField;
use crate::provider::Account;

/// A fact of an account that a plan may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The immutable key.
    Id,
    /// What it logs in by.
    Username,
    /// The customer's own key.
    ExternalId,
    /// E-mail address.
    Email,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
}

impl Fact {
    /// What a form of the new name may be made of, by the names that it has there.
    pub(crate) const IN_FORMS: [(&'static str, Self); 5] = [
        ("username", Self::Username),
        ("external_id", Self::ExternalId),
        ("email", Self::Email),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
    ];

    /// For a sentence.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Id => "immutable key",
            Self::Username => "username",
            Self::ExternalId => "External ID",
            Self::Email => "e-mail address",
            Self::FirstName => "first name",
            Self::LastName => "last name",
        }
    }

    /// The fact that a field is.
    pub(crate) const fn of(field: KeyField) -> Self {
        match field {
            KeyField::Username => Self::Username,
            KeyField::ExternalId => Self::ExternalId,
        }
    }

    fn get(self, account: &Account) -> &str {
        match self {
            Self::Id => &account.id.0,
            Self::Username => &account.username.0,
            Self::ExternalId => account.external_id.as_deref().unwrap_or(""),
            Self::Email => account.email.as_deref().unwrap_or(""),
            Self::FirstName => account.first_name.as_deref().unwrap_or(""),
            Self::LastName => account.last_name.as_deref().unwrap_or(""),
        }
    }

    /// Names of the column in an exported list, tried in this order.
    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["id", "user_id", "userId", "immutable_id"],
            Self::Username => &["username", "userName", "Username", "login", "user_login", "login_name", "login_id"],
            Self::ExternalId => &["external_id", "externalId", "EXTERNAL_ID", "External ID"],
            Self::Email => &["email", "Email", "e-mail"],
            Self::FirstName => &["first_name", "firstName"],
            Self::LastName => &["last_name", "lastName"],
        }
    }
}

/// Which facts of each account are kept: what it is found by, what is written, and others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    /// What the roster calls an account.
    pub(crate) found_by: Fact,
    /// The field that is written.
    pub(crate) key: KeyField,
    facts: Vec<Fact>,
    /// A fact that an exported list need not have.
    if_there: Option<Fact>,
}

impl Default for Keep {
    fn default() -> Self {
        Self::new(Fact::Username, KeyField::Username, &[])
    }
}

impl Keep {
    /// No fact is kept twice.
    pub(crate) fn new(found_by: Fact, key: KeyField, further: &[Fact]) -> Self {
        let mut facts = vec![Fact::Id, found_by];
        for fact in std::iter::once(&Fact::of(key)).chain(further) {
            if !facts.contains(fact) {
                facts.push(*fact);
            }
        }
        Self { found_by, key, facts, if_there: None }
    }

    /// The same with the e-mail address, which an exported list need not have.
    pub(crate) fn with_email(mut self) -> Self {
        if !self.facts.contains(&Fact::Email) {
            self.facts.push(Fact::Email);
            self.if_there = Some(Fact::Email);
        }
        self
    }

    /// Whether accounts are found by the very field that is written.
    pub(crate) fn is_one_field(&self) -> bool {
        self.found_by == Fact::of(self.key)
    }

    /// Whether what is written may be there already and be lost unseen: a username is renamed because of what
    /// it is, an External ID is given, and the roster does not say what was there.
    pub(crate) fn replaces(&self) -> bool {
        self.key == KeyField::ExternalId && !self.is_one_field()
    }

    /// Where a fact is, among those of an account.
    pub(crate) fn place(&self, fact: Fact) -> Option<usize> {
        self.facts.iter().position(|one| *one == fact)
    }
}

/// The accounts of a user list, in the order in which it came.
#[derive(Clone, Debug)]
pub(crate) struct Accounts {
    keep: Keep,
    cells: Texts,
}

impl Default for Accounts {
    fn default() -> Self {
        Self::new(Keep::default())
    }
}

impl Accounts {
    /// None yet.
    pub(crate) fn new(keep: Keep) -> Self {
        let cells = Texts::new(keep.facts.len());
        Self { keep, cells }
    }

    /// Adds one.
    pub(crate) fn add(&mut self, account: &Account) {
        for fact in &self.keep.facts {
            self.cells.push(fact.get(account));
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Which facts are kept.
    pub(crate) fn keep(&self) -> &Keep {
        &self.keep
    }

    /// The facts themselves, a row for each account.
    pub(crate) fn cells(&self) -> &Texts {
        &self.cells
    }

    /// The immutable key of one.
    pub(crate) fn id(&self, index: usize) -> &str {
        self.cells.get(index, 0)
    }

    /// What one is found by.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.cells.get(index, 1)
    }

    /// What one has in the field that is written; may be empty.
    pub(crate) fn key(&self, index: usize) -> &str {
        self.fact(index, Fact::of(self.keep.key))
    }

    /// A fact of one; empty where it has none or it is not kept.
    pub(crate) fn fact(&self, index: usize, fact: Fact) -> &str {
        self.keep.place(fact).map_or("", |place| self.cells.get(index, place))
    }

    /// The same list with each key once. The same key with two names means that
    /// the list changed while it was read, and none of it can be trusted.
    fn without_repeats(self) -> Result<Self> {
        let seen = Names::exactly(&self.cells, 0, &|_| true);
        let Some(repeats) = seen.repeats() else { return Ok(self) };
        for (first, later) in &repeats {
            let differs = |column: &usize| self.cells.get(*first, *column) != self.cells.get(*later, *column);
            if let Some(column) = (1..self.cells.width()).find(differs) {
                return Err(Failure::remote(
                    "directory-inconsistent",
                    format!(
                        "account {} is listed as {} and as {}",
                        shown(self.id(*first)),
                        shown(self.cells.get(*first, column)),
                        shown(self.cells.get(*later, column))
                    ),
                )
                .hint("users were changed while the list was read; try again when nobody is at work there")
                .into());
            }
        }
        let repeated: HashSet<usize> = repeats.into_iter().map(|(_, later)| later).collect();
        let mut kept = Self::new(self.keep.clone());
        for index in (0..self.len()).filter(|index| !repeated.contains(index)) {
            for column in 0..self.cells.width() {
                kept.cells.push(self.cells.get(index, column));
            }
        }
        Ok(kept)
    }
}

/// More than any tenant has: the list that goes on beyond is not a user list.
const MOST_ACCOUNTS: usize = 20_000_000;
/// Pages in a row that bring nothing new.
const MOST_IDLE_PAGES: u32 = 3;

/// Reads the whole list from the API; `each_page` is told how many have come.
pub(crate) fn collect(caller: &mut Caller<'_>, keep: Keep, mut each_page: impl FnMut(usize)) -> Result<Accounts> {
    collect_each(caller, keep, |accounts, _| each_page(accounts.len()))
}

/// As [`collect`], and shows each whole account as it comes, for a listing or an export.
pub(crate) fn collect_each(
    caller: &mut Caller<'_>,
    keep: Keep,
    mut each_page: impl FnMut(&Accounts, &[Account]),
) -> Result<Accounts> {
    let looping = |what: String| {
        Failure::remote("directory-loop", what).hint("the vendor's list does not come to an end; tell its support")
    };
    let mut accounts = Accounts::new(keep);
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
            accounts.add(account);
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

/// Reads a list that was exported: a column for each fact that is wanted, others are passed over; or
/// the NDJSON of `users export`.
pub(crate) fn read_file(bytes: &[u8], name: &str, keep: Keep) -> Result<Accounts> {
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        let mut accounts = Accounts::new(keep);
        accounts::each_listed(bytes, name, accounts::Asked::default(), &mut |account| accounts.add(&account))?;
        return accounts.without_repeats();
    }
    let wants: Vec<table::Want<'_>> = keep
        .facts
        .iter()
        .map(|fact| {
            let required = keep.if_there != Some(*fact);
            table::Want { what: fact.words(), flag: "", given: None, defaults: fact.columns(), required }
        })
        .collect();
    let table = table::open(bytes, name, None, &wants, &CODES)?;
    let at: Vec<usize> = table.columns.iter().map(|column| column.unwrap_or(usize::MAX)).collect();
    let id = at.first().copied().unwrap_or(usize::MAX);
    let mut accounts = Accounts::new(keep);
    // An account takes no fewer bytes than that; room that is not needed is never touched.
    accounts.cells.reserve(bytes.len() / 24, bytes.len());
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
            for column in &at {
                accounts.cells.push(record.get(*column));
            }
        }
    })?;
    match bad {
        Some(failure) => Err(failure.into()),
        None => accounts.without_repeats(),
    }
}

#[cfg(test)]
mod tests;
