//! A rehearsal of `ssoctl users migrate`: everybody gets the new name at the stand-in, and the old one back.

use std::fmt::Write as _;

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::rehearse;
use crate::cli::users::rehearse::Play;
use crate::cli::users::rehearse::Played;
use crate::cli::users::rehearse::cell;
use crate::error::Result;
use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::save::save;
use crate::model::connection::KeyField;
use crate::model::counted;
use crate::model::verb;
use crate::provider::nouns::Nouns;
use crate::sandbox::fault::Rule;
use crate::workspace::Loaded;

/// A rehearsal that came to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rehearsed {
    /// Accounts at the stand-in.
    accounts: usize,
    /// Those of them that were renamed and read back.
    renamed: u64,
    /// Those that got their old names back.
    given_back: u64,
}

impl Rehearsed {
    /// For programs.
    pub(crate) fn as_json(self) -> serde_json::Value {
        json!({ "accounts": self.accounts, "renamed": self.renamed, "given_back": self.given_back })
    }
}

/// The accounts as a stand-in reads them.
fn snapshot(accounts: &Accounts, key: KeyField) -> String {
    let mut text = "id,username,external_id,email\n".to_owned();
    for index in 0..accounts.len() {
        let fact = |fact| accounts.fact(index, fact);
        // What was not asked of the vendor has a key in its place, which nobody else has.
        let username = match (key, fact(Fact::Username)) {
            (KeyField::Username, _) => accounts.key(index),
            (KeyField::ExternalId, "") => accounts.id(index),
            (KeyField::ExternalId, username) => username,
        };
        // Into memory: it cannot fail.
        let _written = writeln!(
            text,
            "{},{},{},{}",
            cell(accounts.id(index)),
            cell(username),
            cell(fact(Fact::ExternalId)),
            cell(fact(Fact::Email))
        );
    }
    text
}

/// Rehearses a plan; refuses where it does not come to its end, there or back.
pub(crate) fn rehearse(
    draft: &Draft<'_>,
    accounts: &Accounts,
    loaded: &Loaded,
    how: (&drive::Flags, &[Rule]),
    context: &Context,
) -> Result<Rehearsed> {
    let head = &draft.head;
    let own = (0..accounts.len()).find(|index| accounts.id(*index) == head.operator_id.0);
    let operator = own.map_or("operator@example.org", |index| match head.key {
        KeyField::Username => accounts.key(index),
        KeyField::ExternalId => accounts.id(index),
    });
    let play = Play {
        head,
        list: snapshot(accounts, head.key),
        operator: operator.to_owned(),
        writes: draft.counts().rename,
        save: &|root| save(draft, root, None),
        has_id: &|id| (0..accounts.len()).any(|index| accounts.id(index) == id),
        // Each account is read back after its write, in both directions.
        look: &mut |_, _| Ok(Vec::new()),
    };
    let Played { there, back } = rehearse::play(play, loaded, how, context)?;
    let nouns = Nouns::of(head.key);
    context.ui.status(&format!(
        "rehearsed at a stand-in with {}: {} {} {} and read back, and {} got their {} back",
        counted(accounts.len() as u64, "account"),
        there.counts.done,
        verb(there.counts.done, "was", "were"),
        nouns.done,
        back.counts.undone,
        nouns.olds(back.counts.undone)
    ));
    Ok(Rehearsed { accounts: accounts.len(), renamed: there.counts.done, given_back: back.counts.undone })
}
