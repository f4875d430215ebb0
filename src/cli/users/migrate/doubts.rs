//! What a plan does, or takes for done, and an administrator should look at before it is applied.

use crate::cli::context::Context;
use crate::migrate::directory::Fact;
use crate::migrate::plan::draw::Doubtful;
use crate::migrate::plan::draw::Draft;
use crate::model::counted;
use crate::model::verb;

/// Warns of it, with what to do.
pub(super) fn tell(draft: &Draft<'_>, context: &Context) {
    let doubts = draft.doubts();
    if doubts.not_proven.count > 0 {
        let (count, lines) = rows(&doubts.not_proven);
        let are = verb(doubts.not_proven.count, "is", "are");
        context.ui.warning(&format!(
            "{count} {are} already so, not proven{lines}: an account has what the row is to get, and nothing says that \
             it is its own"
        ));
        context.ui.hint(
            "a column `email` in the roster is compared with the account's address, where no other row has it; look at \
             rows with `already-not-proven` in the file of each row",
        );
    }
    if doubts.no_addresses {
        context.ui.warning(
            "the roster's e-mail addresses were compared with nothing: no account of the user list has one",
        );
    }
    if doubts.conflicts.count > 0 {
        context.ui.hint(
            "where an account of `account-of-another` is the right one after all, mend or empty the row's `email`, or \
             write the address there that the account has",
        );
    }
    if doubts.of_another.count > 0 {
        let (count, lines) = rows(&doubts.of_another);
        let is = verb(doubts.of_another.count, "gives an account", "give accounts");
        context.ui.warning(&format!("{count} {is} the address or name of another account{lines}"));
        context.ui.hint("look at rows with `value-of-another`: has the column of new values slipped by a row?");
    }
    if doubts.made_anew.count > 0 {
        let (count, lines) = rows(&doubts.made_anew);
        let is = verb(doubts.made_anew.count, "is of an account", "are of accounts");
        context.ui.warning(&format!(
            "{count} {is} with the name of one that was migrated before and is gone{lines}: a new person must not get \
             what a former one had"
        ));
        context.ui.hint("look at rows with `account-made-anew`; a column `email` in the roster says whose an account is");
    }
    if doubts.email_differs.count > 0 {
        let (count, lines) = rows(&doubts.email_differs);
        let account = verb(doubts.email_differs.count, "is of an account", "are of accounts");
        context.ui.warning(&format!("{count} {account} with another e-mail address than the roster says{lines}"));
        context.ui.hint(
            "look at rows with `email-differs` in the file of each row: where people have a new address nothing is \
             wrong; else `email` is not the column of their account",
        );
    }
    if doubts.replaced.count > 0 {
        let (_, lines) = rows(&doubts.replaced);
        let (accounts, have) = (counted(doubts.replaced.count, "account"), verb(doubts.replaced.count, "has", "have"));
        let what = Fact::of(draft.head.key).words();
        context.ui.warning(&format!("{accounts} {have} another {what} already, which the plan replaces{lines}"));
    }
    if doubts.moved > 0 {
        let what = Fact::of(draft.head.key).words();
        context.ui.warning(&format!(
            "{} in a chain: an account gets the {what} that another listed account has now",
            counted(doubts.moved, "row") + verb(doubts.moved, " is", " are")
        ));
        context.ui.hint("if nobody is to have what somebody else has now, a column of the roster has slipped");
    }
}

/// How many, and which lines come first.
fn rows(doubtful: &Doubtful) -> (String, String) {
    let first: Vec<String> = doubtful.first.iter().map(ToString::to_string).collect();
    let more = if doubtful.count > doubtful.first.len() as u64 { ", .." } else { "" };
    let lines = format!(" ({} {}{more})", verb(doubtful.count, "line", "lines"), first.join(", "));
    (counted(doubtful.count, "row"), lines)
}
