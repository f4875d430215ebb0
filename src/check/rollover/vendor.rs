//! The vendor's own certificates, which the identity provider must be given.

use crate::check::rollover::List;
use crate::check::rollover::Subject;
use crate::check::rollover::signing::in_file;
use crate::check::rollover::signing::short;
use crate::model::rollover::Presence;
use crate::model::rollover::Role;
use crate::model::rollover::Row;
use crate::model::rollover::Step;
use crate::model::rollover::is_endless;

/// The steps for them.
pub(super) fn of_vendor(subject: &Subject<'_>, list: &List, row: &Row, by_url: bool, steps: &mut Vec<Step>) {
    let (terms, role) = (subject.terms, row.role);
    let take = match by_url {
        true => subject.command("connection refresh", ""),
        false => subject.command("connection set", "--sp-metadata SOURCE"),
    };
    let hand = subject.command("metadata export", "");
    let mut push = |id, from, by, what: String, commands: &[&String]| {
        let commands = commands.iter().map(|command| (*command).clone()).collect();
        steps.push(Step { id, role, from, by, what, commands });
    };
    if let Some(code) = list.unreadable {
        let what = format!("{} in the file cannot be read ({code}): take the vendor's metadata again", role.words());
        push("mend", None, None, what, &[&take]);
    }
    let Some(end) = list.items.iter().filter(|item| in_file(item)).filter_map(|item| item.end).max() else {
        if let Some(new) = list.items.first() {
            let what = format!("the vendor publishes {}, and the file has it not", short(new));
            push("add", None, None, what, &[&take, &hand]);
        }
        return;
    };
    for item in &list.items {
        let what = match (item.presence, item.end) {
            (Presence::Published, _) => {
                let what = format!(
                    "the vendor publishes {}, and the file has it not: the identity provider must get it",
                    short(item)
                );
                push("add", None, Some(terms.entered(end)), what, &[&take, &hand]);
                continue;
            }
            (Presence::Withdrawn, _) => format!("the vendor publishes {} no more", short(item)),
            (_, Some(ended)) if ended < end && ended < terms.now => {
                format!("{} has ended on {}, and another one is there", short(item), ended.date())
            }
            _ => continue,
        };
        push("remove", None, None, format!("{what}: take it out here and at the identity provider"), &[&take, &hand]);
    }
    let is_followed = list.items.iter().any(|item| item.presence == Presence::Published && item.end > Some(end));
    if !is_endless(end) && !is_followed {
        let what = format!("get the vendor's next metadata: {} ends on {}", role.words(), end.date());
        push("obtain", Some(terms.asked(end)), Some(terms.warned(end)), what, &[&take]);
        let what = match role {
            Role::SpEncryption => {
                "give the identity provider the vendor's new metadata: what it encrypts to a key that is gone cannot be read"
            }
            _ => "give the identity provider the vendor's new metadata, before the vendor signs with the new key",
        };
        push("hand-over", Some(terms.warned(end)), Some(terms.entered(end)), what.to_owned(), &[&hand]);
    }
}
