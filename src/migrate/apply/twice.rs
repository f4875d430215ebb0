//! After accounts were made: whether two of them have the key of one person. Whoever looks at each write
//! sees what the list shows then, and a request that took its time comes later.

use std::collections::BTreeMap;

use crate::error::Failure;
use crate::migrate::apply::broken;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Trouble;
use crate::migrate::journal::Journal;
use crate::migrate::plan::Outcome;
use crate::migrate::shown;
use crate::model::connection::KeyField;

/// People that a message names.
const TOLD: usize = 5;

/// Stops where two accounts have the key of a person for whom one was to be made.
pub(super) fn check(journal: &dyn Journal, caller: &mut Caller<'_>) -> Result<(), Trouble> {
    let mut logins: BTreeMap<String, Vec<String>> = BTreeMap::new();
    journal
        .each(&mut |held| {
            if held.row.outcome == Outcome::Create && held.state.apply.attempts > 0 {
                logins.insert(held.row.login.as_deref().unwrap_or_default().to_owned(), Vec::new());
            }
            Ok(())
        })
        .map_err(broken)?;
    if logins.is_empty() {
        return Ok(());
    }
    let mut cursor: Option<String> = None;
    loop {
        let page = caller.read(|directory| directory.page(cursor.as_deref()))?;
        for account in &page.accounts {
            if let Some(holders) = logins.get_mut(account.key(KeyField::ExternalId)) {
                holders.push(account.username.0.clone());
            }
        }
        if page.next.is_none() || page.next == cursor {
            break;
        }
        cursor = page.next;
    }
    let several: Vec<(&String, &Vec<String>)> = logins.iter().filter(|(_, holders)| holders.len() > 1).collect();
    if several.is_empty() {
        return Ok(());
    }
    let each: Vec<String> = several
        .iter()
        .take(TOLD)
        .map(|(key, holders)| {
            let names: Vec<String> = holders.iter().take(TOLD).map(|login| shown(login)).collect();
            format!("{} has {}", shown(key), names.join(", "))
        })
        .collect();
    let more = if several.len() > TOLD { ", …" } else { "" };
    let told = format!("more than one account of one person: {}{more}", each.join("; "));
    Err(Trouble::Stop(Box::new(
        Failure::stopped("several-accounts", told)
            .hint("keep one account of each at the vendor, and take the External ID away from the others"),
    )))
}
