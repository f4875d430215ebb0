//! What is to be written of a row next: one request, and the intent that goes before it.

use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::same_to_a_server;
use crate::migrate::provision::state;
use crate::migrate::shown;
use crate::model::UserId;

/// What is told of a row, which a person knows by its line.
pub(super) fn at(held: &Held, why: &str) -> String {
    format!("line {}: {why}", held.row.line)
}

/// One request of a row: a round takes two, by way of the temporary name.
pub(crate) struct Task {
    /// The account.
    pub(crate) id: UserId,
    /// Names from which it may be written.
    pub(crate) from: Vec<String>,
    /// The name that it should have then.
    pub(crate) to: String,
    /// `to` is the temporary name.
    pub(crate) via: bool,
    /// The name that our own rename to the temporary one took away: a copy that lags shows it.
    pub(crate) past: Option<String>,
    /// What is written are fields of an account, and not its key.
    pub(crate) fields: bool,
}

impl Task {
    /// A value as a message says it.
    pub(crate) fn told(&self, value: &str) -> String {
        if self.fields { state::told(value) } else { shown(value) }
    }
}

/// The names from which a row may be written next, and the name it should have.
pub(crate) fn task(held: &Held) -> Option<Task> {
    let (row, state) = (&held.row, &held.state);
    let (before, after, via) = (&*row.before, row.after.as_deref()?, row.via.as_deref());
    let (start, to) = match (held.direction, via) {
        (Direction::Apply, Some(via)) if state.at_via => (via, after),
        (Direction::Apply, Some(via)) => (before, via),
        (Direction::Apply, None) => (before, after),
        (Direction::Rollback, Some(via)) if state.at_via => (via, before),
        (Direction::Rollback, Some(via)) => (after, via),
        (Direction::Rollback, None) => (after, before),
    };
    let mut from: Vec<String> = state.left.as_deref().map(str::to_owned).into_iter().collect();
    from.retain(|name| *name != to);
    from.push(start.to_owned());
    let fields = matches!(row.outcome, Outcome::Create | Outcome::Change);
    let past = state.at_via.then(|| match held.direction {
        Direction::Apply => before.to_owned(),
        Direction::Rollback => after.to_owned(),
    });
    Some(Task { id: row.user_id.clone()?, from, to: to.to_owned(), via: via == Some(to), past, fields })
}

/// Whether the row makes an account: doing that twice would make two.
pub(crate) fn makes(held: &Held) -> bool {
    held.row.outcome == Outcome::Create
}

/// The intent to write a row; none while an earlier one is open, and none to take an account away.
pub(crate) fn intent(held: &Held) -> Option<Event> {
    if held.state.is_open() || (makes(held) && held.direction == Direction::Rollback) {
        return None;
    }
    let task = task(held)?;
    let before = task.from.first().cloned()?;
    let attempt = held.state.way(held.direction).attempts + 1;
    Some(Event::Intent {
        row: held.index,
        user_id: task.id,
        before,
        after: task.to,
        attempt,
        direction: held.direction,
    })
}

/// Whether the vendor may have made what is seen of what it was told, where no yes was heard. An
/// account with the key of one that was to be made was not there before the request; of fields that
/// were to be set, anybody may have set others.
pub(crate) fn is_mangled(held: &Held, task: &Task, found: &str) -> bool {
    if task.fields { makes(held) } else { same_to_a_server(found, &task.to) }
}

impl Held {
    /// The event that closes an intent for which no request was made.
    pub(crate) fn not_sent(&self, why: &str) -> Event {
        Event::NotDone { row: self.index, sent: false, detail: why.to_owned(), direction: Some(self.direction) }
    }
}
