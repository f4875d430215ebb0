//! Rows that must be carried one after the other: each gets the name that the one before it gave
//! up. A round opens by its first row, which goes by way of a name that nobody has, and is closed
//! by the same row. A round that cannot be closed is taken back at once, lest an account keep the
//! name that was meant for a moment.

use crate::migrate::apply::broken;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::row::Ended;
use crate::migrate::apply::row::Worker;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::How;
use crate::migrate::journal::state::Step;

impl Worker<'_, '_> {
    /// Carries a chain, there or back.
    pub(crate) fn chain(&mut self, chain: &[usize]) -> Result<(), Trouble> {
        match self.shared.scope.direction {
            Direction::Apply => self.there(chain),
            Direction::Rollback => self.back(chain, None),
        }
    }

    fn load(&self, index: usize, direction: Direction) -> Result<Held, Trouble> {
        let held = self.shared.journal.load(index).map_err(broken)?;
        Ok(Held { direction, ..held })
    }

    fn there(&mut self, chain: &[usize]) -> Result<(), Trouble> {
        let retry = self.shared.scope.retry_failed;
        let mut in_the_way: Option<u64> = None;
        let mut round = false;
        let closing = chain.first().copied();
        for (place, index) in chain.iter().copied().chain(closing).enumerate() {
            let mut held = self.load(index, Direction::Apply)?;
            if place == 0 {
                round = held.row.via.is_some();
            } else if place == chain.len() && !round {
                break;
            }
            let goes_on = match (&held.state.apply.step, &held.state.undo.step) {
                // It was being taken back when the last run ended.
                (_, Step::Done(_) | Step::Open { .. } | Step::Failed(_)) => false,
                (Step::Failed(_), _) => retry,
                (Step::Done(_), _) => continue,
                // It waits at the temporary name for the end of the round.
                (Step::Pending, _) if place == 0 && held.state.at_via => continue,
                (Step::Pending | Step::Open { .. }, _) => true,
            };
            match in_the_way {
                _ if !goes_on => {
                    in_the_way.get_or_insert(held.row.line);
                }
                // What is under way is settled all the same, and then taken back with the others.
                Some(_) if matches!(held.state.apply.step, Step::Open { .. }) && held.row.via.is_none() => {
                    self.carry_counted(&mut held)?;
                }
                Some(_) if held.state.at_via => {}
                Some(line) => self.give_up(&mut held, line)?,
                None => match self.carry_counted(&mut held)? {
                    Ended::Written | Ended::Found => {}
                    Ended::Failed => in_the_way = Some(held.row.line),
                    // Nothing that depends on it may be written; `resume` settles it first.
                    Ended::Unsettled | Ended::PerhapsMade { .. } => return Ok(()),
                },
            }
        }
        match in_the_way {
            Some(line) if round => self.back(chain, Some(line)),
            _ => Ok(()),
        }
    }

    /// Takes a chain back, the last row first. `broken` is the line for whose sake that is done in
    /// the middle of the way there.
    fn back(&mut self, chain: &[usize], broken: Option<u64>) -> Result<(), Trouble> {
        let mut in_the_way: Option<u64> = None;
        let Some(first) = chain.first().copied() else { return Ok(()) };
        // The row that closed a round opens it again, and closes it in the end.
        for (place, index) in std::iter::once(first).chain(chain.iter().rev().copied()).enumerate() {
            let mut held = self.load(index, Direction::Rollback)?;
            let round = held.row.via.is_some();
            if matches!(held.state.apply.step, Step::Open { .. }) && !self.settle_there(&mut held)? {
                return Ok(());
            }
            if place == 0 && !(round && !held.state.at_via && is_written(&held)) {
                continue;
            }
            match (&held.state.apply.step, &held.state.undo.step) {
                (_, Step::Done(_)) => continue,
                (_, Step::Failed(_)) if !self.shared.scope.retry_failed => {
                    in_the_way.get_or_insert(held.row.line);
                    continue;
                }
                // Somebody else gave it the name, and it keeps it: the row before cannot have its old one.
                (Step::Done(How::Found), _) => {
                    in_the_way.get_or_insert(held.row.line);
                    continue;
                }
                (Step::Done(_), _) | (_, Step::Open { .. }) => {}
                _ if held.state.at_via || held.state.left.is_some() => {}
                _ => continue,
            }
            if let Some(line) = in_the_way {
                self.give_up(&mut held, line)?;
                continue;
            }
            let begun = self.shared.run.clock.elapsed();
            match self.carry_single(&mut held)? {
                Ended::Written | Ended::Found => {}
                Ended::Failed => in_the_way = Some(held.row.line),
                Ended::Unsettled | Ended::PerhapsMade { .. } => return Ok(()),
            }
            // In the middle of the way there the rows were counted already.
            if broken.is_none() && place > 0 {
                let ended = if in_the_way.is_some() { Ended::Failed } else { Ended::Written };
                self.shared.count(&held, ended, self.shared.run.clock.elapsed().saturating_sub(begun))?;
            }
        }
        match (in_the_way, broken) {
            (Some(line), Some(cause)) => Err(Trouble::stop(
                "round-open",
                format!(
                    "a round of names could not be closed for line {cause}, and not be taken back for line {line}: an \
                     account of it may carry a temporary name"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Carries one row of a chain; an intent that is left unused by a stop is closed.
    fn carry_single(&mut self, held: &mut Held) -> Result<Ended, Trouble> {
        let ended = self.carry(held);
        if ended.is_err() && self.unsent.remove(&held.index) {
            let event = held.not_sent("the run stopped before");
            let now = self.shared.run.clock.now();
            let _recorded = self.shared.journal.record(std::slice::from_mut(held), vec![(0, event)], now, true);
        }
        ended
    }

    fn carry_counted(&mut self, held: &mut Held) -> Result<Ended, Trouble> {
        let begun = self.shared.run.clock.elapsed();
        let ended = self.carry_single(held)?;
        // By way of the temporary name it is half done.
        if !(ended == Ended::Written && held.state.at_via) {
            self.shared.count(held, ended, self.shared.run.clock.elapsed().saturating_sub(begun))?;
        }
        Ok(ended)
    }

    /// A row that cannot have its name, since another one still holds it.
    fn give_up(&mut self, held: &mut Held, line: u64) -> Result<(), Trouble> {
        let detail =
            format!("line {line} of the same chain was not carried out, and holds the name that this one needs");
        let event = Event::Failed {
            row: held.index,
            code: "chain-broken".to_owned(),
            detail,
            found: None,
            direction: held.direction,
        };
        let now = self.shared.run.clock.now();
        self.shared.journal.record(std::slice::from_mut(held), vec![(0, event)], now, false).map_err(broken)?;
        self.shared.count(held, Ended::Failed, std::time::Duration::ZERO)
    }
}

/// Whether a request of ours gave the account its new name.
fn is_written(held: &Held) -> bool {
    matches!(held.state.apply.step, Step::Done(How::Written | How::Settled))
}
