//! The users of a connection, one after the other: from the vendor's API with patience, or from a
//! list that an administrator has exported there.

use std::collections::BTreeSet;
use std::collections::HashSet;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::users::progress::Bar;
use crate::cli::users::reading;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::accounts;
use crate::migrate::accounts::Asked;
use crate::migrate::apply::call::Caller;
use crate::migrate::directory;
use crate::migrate::shown as named;
use crate::provider::Account;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Largest list that is read from a file, in bytes.
const LIMIT: u64 = 1 << 30;

/// Most words for statuses, and most for roles, that are told of a list.
const MOST_WORDS: usize = 20;

/// What messages call a file.
pub(crate) fn shown(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

/// Refuses standard input for more than one of a command's files (`stdin-twice`).
pub(crate) fn stdin_once(files: &[Option<&str>]) -> Result<()> {
    if files.iter().flatten().filter(|file| **file == "-").count() > 1 {
        return Err(Failure::usage("stdin-twice", "standard input can be one file only")
            .hint("write the others into files")
            .into());
    }
    Ok(())
}

/// Reads a list of people from a file or standard input.
pub(crate) fn bytes(file: &str) -> Result<Vec<u8>> {
    disk::read_or_stdin(Path::new(file), LIMIT)
}

/// Hands over every account once. `take` is not called again after it has failed; where the list
/// breaks off or contradicts itself, the error comes after those that were handed over.
pub(crate) fn each(
    loaded: &Loaded,
    file: Option<(&str, Asked<'_>)>,
    timeout: u64,
    workspace: &Workspace,
    context: &Context,
    take: &mut dyn FnMut(Account) -> Result<()>,
) -> Result<()> {
    let mut failed = None;
    let mut once = |account: Account| {
        if failed.is_none() {
            failed = take(account).err();
        }
    };
    match file {
        Some((file, asked)) => {
            let findings = accounts::each_listed(&bytes(file)?, shown(file), asked, &mut once)?;
            context.ui.findings(&findings);
        }
        None => from_vendor(loaded, timeout, workspace, context, &mut once)?,
    }
    failed.map_or(Ok(()), Err)
}

fn from_vendor(
    loaded: &Loaded,
    timeout: u64,
    workspace: &Workspace,
    context: &Context,
    take: &mut dyn FnMut(Account),
) -> Result<()> {
    // Pages may overlap; what is told twice with two names ends the reading below.
    let mut seen: HashSet<String> = HashSet::new();
    let each = |caller: &mut Caller<'_>, bar: &Bar| {
        directory::collect_each(caller, directory::Keep::default(), |accounts, page| {
            bar.progress(format!("reading the user list: {}", accounts.len()));
            for account in page {
                if seen.insert(account.id.0.clone()) {
                    take(account.clone());
                }
            }
        })
    };
    reading::from_vendor(loaded, timeout, workspace, context, each).map(drop)
}

/// Which accounts are wanted.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Only accounts that have this text in ID, username, e-mail address, External ID or name, in any case
    #[arg(long, value_name = "TEXT", help_heading = "Which users")]
    search: Option<String>,
    /// Only accounts of this status, in the vendor's word and any case; may be repeated
    #[arg(long, value_name = "WORD", help_heading = "Which users")]
    status: Vec<String>,
    /// Only accounts that have this role or type, in the vendor's word and any case; may be repeated
    #[arg(long, value_name = "ROLE", help_heading = "Which users")]
    role: Vec<String>,
}

impl Filter {
    /// Whether an account is wanted.
    pub(crate) fn takes(&self, account: &Account) -> bool {
        let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
        let status = account.status.as_deref().unwrap_or_default();
        let named = |text: &String| {
            let text = text.to_lowercase();
            let optional = [&account.email, &account.external_id, &account.first_name, &account.last_name];
            let optional = optional.into_iter().filter_map(Option::as_deref);
            [account.id.0.as_str(), account.username.0.as_str()]
                .into_iter()
                .chain(optional)
                .any(|value| value.to_lowercase().contains(&text))
        };
        (self.status.is_empty() || self.status.iter().any(|wanted| same(wanted, status)))
            && (self.role.is_empty()
                || self.role.iter().any(|wanted| account.roles.iter().any(|role| same(wanted, role))))
            && self.search.as_ref().is_none_or(named)
    }

    /// The words that there are where a status or role was asked for that nobody has.
    pub(crate) fn unknown_words(&self, words: &Words) -> Vec<String> {
        let unknown = |asked: &[String], there: &BTreeSet<String>, what: &str| {
            let known = |word: &String| there.iter().any(|one| one.to_lowercase() == word.to_lowercase());
            // Of more words than these it is not known which there are.
            let word = asked.iter().find(|word| !known(word) && there.len() < MOST_WORDS)?;
            let there: Vec<String> = there.iter().map(|word| named(word)).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            Some(format!("no account has the {what} {}; there is {there}", named(word)))
        };
        let status = unknown(&self.status, &words.status, "status");
        status.into_iter().chain(unknown(&self.role, &words.roles, "role")).collect()
    }

    /// Whether it leaves anybody out.
    pub(crate) fn is_set(&self) -> bool {
        self.search.is_some() || !self.status.is_empty() || !self.role.is_empty()
    }
}

/// The words of a list for statuses and roles, as many as somebody reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    status: BTreeSet<String>,
    roles: BTreeSet<String>,
}

impl Words {
    /// Takes in those of an account.
    pub(crate) fn add(&mut self, account: &Account) {
        let keep = |all: &mut BTreeSet<String>, word: &String| {
            if !word.is_empty() && !all.contains(word) && all.len() < MOST_WORDS {
                all.insert(word.clone());
            }
        };
        account.status.iter().for_each(|word| keep(&mut self.status, word));
        account.roles.iter().for_each(|word| keep(&mut self.roles, word));
    }
}

/// An account for a program; what nobody said is null.
pub(crate) fn as_json(account: &Account) -> serde_json::Value {
    serde_json::json!({
        "id": account.id.0,
        "username": account.username.0,
        "external_id": account.external_id,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "status": account.status,
        "roles": account.roles,
        "groups": account.groups,
    })
}
