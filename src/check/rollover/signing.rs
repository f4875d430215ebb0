//! Certificates: from the one that ends to the next. Where the vendor holds several, the next one is entered
//! beside it, the identity provider changes over, and the old one goes; where it holds one, both sides change in
//! the same hour. Where nobody knows, a cut-over is planned: it works at either.

use crate::cert::Certificate;
use crate::cert::coverage::Policy;
use crate::check::certificate;
use crate::check::held::Entered;
use crate::check::planned;
use crate::check::rollover::List;
use crate::check::rollover::Subject;
use crate::model::connection::IdentityProvider;
use crate::model::connection::PlannedStep;
use crate::model::rollover::HERE;
use crate::model::rollover::Item;
use crate::model::rollover::Overlap;
use crate::model::rollover::Presence;
use crate::model::rollover::Role;
use crate::model::rollover::Row;
use crate::model::rollover::Step;
use crate::model::rollover::is_endless;
use crate::model::time::Time;

/// The beginning of a fingerprint.
pub(super) fn short(item: &Item) -> &str {
    let sha256 = item.sha256.as_deref().unwrap_or_default();
    sha256.get(..certificate::DIGITS).unwrap_or(sha256)
}

pub(super) fn in_file(item: &Item) -> bool {
    item.presence.counts()
}

/// The steps for the identity provider's certificates.
pub(super) fn of_idp(
    subject: &Subject<'_>,
    list: &List,
    row: &Row,
    overlap: &Overlap,
    idp: &IdentityProvider,
    steps: &mut Vec<Step>,
) {
    let plan = Plan { subject, overlap, by_url: idp.metadata.is_some(), items: &list.items, planned: &idp.planned };
    plan.agreed(idp, steps);
    if let Some(code) = list.unreadable {
        let what = "a certificate in the file cannot be read, so that nobody knows what it covers".to_owned();
        let commands = vec![subject.command("cert show", ""), format!("ssoctl explain {code}")];
        steps.push(Step { id: "mend", role: row.role, from: None, by: None, what, commands });
    }
    let stored = || list.items.iter().filter(|item| in_file(item));
    let Some(last) = stored().max_by_key(|item| item.end) else {
        if list.unreadable.is_none() {
            plan.first(steps);
        }
        return;
    };
    let now = subject.terms.now;
    if !stored().any(|item| item.is_good(now))
        && let Some(first) = stored().filter(|item| item.begin > Some(now)).min_by_key(|item| item.begin)
    {
        let begin = first.begin.map(Time::date).unwrap_or_default();
        let what = format!(
            "no certificate is good today, so that nobody can log in: {} begins on {begin}. Ask the identity provider's \
             administrator for the one that it signs with now",
            short(first)
        );
        steps.push(plan.step("obtain", (None, None), what, vec![plan.take(), plan.record()]));
    }
    for old in stored().filter(|item| item.end < last.end) {
        plan.replaced_in_file(old, last, row, steps);
    }
    for withdrawn in stored().filter(|item| item.presence == Presence::Withdrawn && item.is_good(subject.terms.now)) {
        plan.withdrawn(withdrawn, steps);
    }
    plan.next(last, row, steps);
}

struct Plan<'a> {
    subject: &'a Subject<'a>,
    overlap: &'a Overlap,
    by_url: bool,
    items: &'a [Item],
    planned: &'a [PlannedStep],
}

impl Plan<'_> {
    fn step(&self, id: &'static str, days: (Option<Time>, Option<Time>), what: String, commands: Vec<String>) -> Step {
        Step { id, role: Role::IdpSigning, from: days.0, by: days.1, what, commands }
    }

    /// What brings the next certificate into the file.
    fn take(&self) -> String {
        match self.by_url {
            true => self.subject.command("connection refresh", ""),
            false => self.subject.command("cert add", "FILE"),
        }
    }

    fn remove(&self, old: &Item) -> String {
        self.subject.command("cert remove", short(old))
    }

    /// What puts on record that it was done at the vendor too, the last command of a rollover there.
    fn record(&self) -> String {
        self.subject.command("connection apply", "")
    }

    fn test(&self) -> String {
        self.subject.command("connection test", "")
    }

    /// Whether the file has a day on which a certificate goes.
    fn goes(&self, old: &Item) -> bool {
        let sha256 = old.sha256.as_deref().unwrap_or_default();
        self.planned.iter().filter_map(|step| step.remove.as_deref()).any(|one| one.eq_ignore_ascii_case(sha256))
    }

    /// The steps whose day the file has; those of one day are done by one command.
    fn agreed(&self, idp: &IdentityProvider, steps: &mut Vec<Step>) {
        // Where it holds one, or may, what comes and what goes belong together.
        let hour = if *self.overlap == Overlap::Several { "" } else { ", in the hour that was agreed on" };
        let mut days: Vec<Time> = self.planned.iter().map(|step| step.on).collect();
        days.sort_unstable();
        days.dedup();
        for day in days {
            let of_day = self.planned.iter().filter(|step| step.on == day);
            // The check of the file says what is wrong with the others.
            let what: Vec<String> = of_day.filter_map(|step| planned::called(step, idp)).collect();
            if what.is_empty() {
                continue;
            }
            let what = format!("{}{HERE}{}{hour}", what.join(", "), self.subject.vendor);
            let commands = vec![self.subject.command("cert step", ""), self.record()];
            steps.push(self.step("planned", (Some(day), Some(day)), what, commands));
        }
    }

    /// The day on which a certificate is planned to come.
    fn comes_on(&self, item: &Item) -> Option<Time> {
        let is_it = |step: &&PlannedStep| {
            let one = step.add.as_ref().and_then(|add| certificate::read(add).ok());
            one.is_some_and(|one| item.sha256.as_deref() == Some(one.sha256.as_str()))
        };
        self.planned.iter().filter(is_it).map(|step| step.on).min()
    }

    /// There is none at all.
    fn first(&self, steps: &mut Vec<Step>) {
        let what = "the connection has no signing certificate: ask the identity provider's administrator for it";
        steps.push(self.step("obtain", (None, None), what.to_owned(), vec![self.take(), self.record()]));
    }

    /// A certificate of the file with its successor there too.
    fn replaced_in_file(&self, old: &Item, last: &Item, row: &Row, steps: &mut Vec<Step>) {
        let (terms, Some(end)) = (self.subject.terms, old.end) else { return };
        let vendor = self.subject.vendor;
        let has_ended = end < terms.now;
        // The next one by its end; of the same key there is nothing to change over to.
        let next = self.items.iter().filter(|item| in_file(item) && item.end > old.end).min_by_key(|item| item.end);
        let next = next.unwrap_or(last);
        if !has_ended && next.key != old.key {
            // Nobody needs to look at it before that, though it could be done.
            let days = (Some(terms.asked(end)).max(next.begin), Some(end));
            match self.overlap {
                Overlap::Several => {
                    let what = format!(
                        "have the identity provider sign with {} in place of {}; {vendor} must hold both until then",
                        short(next),
                        short(old)
                    );
                    steps.push(self.step("switch", days, what, vec![self.test()]));
                }
                Overlap::Single(_) | Overlap::Unknown(_) => {
                    steps.push(self.cut_over(
                        old,
                        short(next),
                        days,
                        vec![self.remove(old), self.test(), self.record()],
                    ));
                }
            }
        }
        // A cut-over takes it out itself.
        if !self.goes(old) && (has_ended || next.key == old.key || *self.overlap == Overlap::Several) {
            let ended = if has_ended { "has ended" } else { "ends" };
            let live = if row.until.is_some() { "; another one covers the connection" } else { "" };
            let what = format!("{} {ended} on {}{live}: take it out here and at {vendor}", short(old), end.date());
            steps.push(self.step("remove", (Some(end), None), what, vec![self.remove(old), self.record()]));
        }
    }

    /// One that the identity provider publishes no more, though it has not ended.
    fn withdrawn(&self, old: &Item, steps: &mut Vec<Step>) {
        let published = |item: &Item| item.presence != Presence::Withdrawn;
        let what = match self.items.iter().any(published) {
            true => format!(
                "the identity provider publishes {} no more: once no login is signed with it, take it out here and at {}",
                short(old),
                self.subject.vendor
            ),
            false => format!(
                "the identity provider publishes {} no more, and nothing else that is known here: ask its administrator",
                short(old)
            ),
        };
        steps.push(self.step("remove", (None, None), what, vec![self.remove(old), self.record()]));
    }

    /// From the last one of the file to what comes after it.
    fn next(&self, last: &Item, row: &Row, steps: &mut Vec<Step>) {
        let (terms, Some(end)) = (self.subject.terms, last.end) else { return };
        let vendor = self.subject.vendor;
        let comes = |item: &&Item| item.presence == Presence::Planned && item.end > last.end;
        if let Some(next) = self.items.iter().filter(comes).min_by_key(|item| item.end) {
            // When it comes is agreed on; that the other one is no longer needed follows. Before that day the vendor has
            // it not.
            let comes_on = self.comes_on(next);
            let begin = Some(terms.asked(end)).max(next.begin).max(comes_on);
            if let Some(day) = comes_on.filter(|day| *day > end) {
                let what = format!(
                    "{} ends on {}, and {} is planned for {} only: nobody could log in between, so move it",
                    short(last),
                    end.date(),
                    short(next),
                    day.date()
                );
                let move_it = self.subject.command("cert add", "FILE --at DATE");
                steps.push(self.step("move", (None, Some(terms.entered(end))), what, vec![move_it]));
            }
            if *self.overlap == Overlap::Several && next.key != last.key {
                let what = format!(
                    "have the identity provider sign with {} in place of {}, once {vendor} holds both",
                    short(next),
                    short(last)
                );
                steps.push(self.step("switch", (begin, Some(end)), what, vec![self.test()]));
            }
            if !self.goes(last) {
                let what = format!("{} ends on {}: take it out here and at {vendor}", short(last), end.date());
                steps.push(self.step("remove", (Some(end), None), what, vec![self.remove(last), self.record()]));
            }
            return;
        }
        let published: Vec<&Item> = self.items.iter().filter(|item| item.presence == Presence::Published).collect();
        let known = |item: &Item| self.items.iter().any(|other| in_file(other) && other.key == item.key);
        for renewed in published.iter().filter(|item| known(item)) {
            let until = renewed.end.map(Time::date).unwrap_or_default();
            let (by, what) = match terms.policy {
                Policy::Strict => (
                    Some(terms.entered(end)),
                    format!(
                        "the key that is known has a new certificate until {until}: take it in, and replace the old one at {vendor}, which may look at the dates"
                    ),
                ),
                Policy::KeyOnly => (
                    None,
                    format!(
                        "the key that is known has a new certificate until {until}: nothing is to be done where the key alone counts"
                    ),
                ),
            };
            steps.push(self.step("renew", (None, by), what, vec![self.take()]));
        }
        let mut new: Vec<&Item> = published.into_iter().filter(|item| !known(item)).collect();
        new.sort_by_key(|item| item.end);
        if let Overlap::Unknown(question) = self.overlap
            && !is_endless(end)
        {
            let days = (Some(terms.asked(end)), Some(terms.warned(end)));
            let what = format!("unknown, ask the vendor: {question}");
            steps.push(self.step(
                "ask",
                days,
                what,
                vec![format!("ssoctl connection handover {} --for vendor", self.subject.name)],
            ));
        }
        if let Some(next) = new.first() {
            let until = next.end.map(Time::date).unwrap_or_default();
            let what = format!(
                "the identity provider publishes {}, until {until}, and the file has it not: compare its fingerprint by \
                 another channel",
                short(next)
            );
            // The next one comes before the end of the last, whatever covers today.
            let begin = Some(terms.asked(end)).max(next.begin);
            self.change_over(last, (short(next), begin), (None, what), end, steps);
        } else if !is_endless(end) && row.until.is_none_or(|until| until <= end) {
            let what =
                "ask the identity provider's administrator for the next certificate, and for the day of the change";
            let commands = match self.by_url {
                true => vec![self.subject.command("connection refresh", "--check")],
                false => Vec::new(),
            };
            let days = (Some(terms.asked(end)), Some(terms.warned(end)));
            steps.push(self.step("obtain", days, what.to_owned(), commands));
            let what = "as soon as the next one is known".to_owned();
            self.change_over(
                last,
                ("the next one", Some(terms.warned(end))),
                (Some(terms.asked(end)), what),
                end,
                steps,
            );
        }
    }

    /// Add, wait, remove; or all of it in one hour.
    fn change_over(
        &self,
        last: &Item,
        (next, begin): (&str, Option<Time>),
        (from, why): (Option<Time>, String),
        end: Time,
        steps: &mut Vec<Step>,
    ) {
        let (terms, vendor) = (self.subject.terms, self.subject.vendor);
        match self.overlap {
            Overlap::Several => {
                let what = format!("{why}; add it here, and at {vendor} beside the old one");
                let commands = vec![self.take(), self.record()];
                steps.push(self.step("add", (from, Some(terms.entered(end))), what, commands));
                let what = format!(
                    "have the identity provider sign with {next} in place of {}, once {vendor} holds both",
                    short(last)
                );
                steps.push(self.step("switch", (begin, Some(end)), what, vec![self.test()]));
                let what = format!("{} ends on {}: take it out here and at {vendor}", short(last), end.date());
                steps.push(self.step("remove", (Some(end), None), what, vec![self.remove(last), self.record()]));
            }
            Overlap::Single(_) | Overlap::Unknown(_) => {
                let commands = vec![self.take(), self.remove(last), self.test(), self.record()];
                steps.push(self.cut_over(last, next, (begin, Some(end)), commands));
            }
        }
    }

    fn cut_over(&self, old: &Item, next: &str, days: (Option<Time>, Option<Time>), commands: Vec<String>) -> Step {
        let unsure = match self.overlap {
            Overlap::Unknown(_) => ", unless the vendor says that it holds several",
            _ => "",
        };
        let what = format!(
            "in the same hour the identity provider begins to sign with {next}, and {} gets it in place of \
             {}{unsure}; agree on the hour, nobody can log in between",
            self.subject.vendor,
            short(old)
        );
        self.step("cut-over", days, what, commands)
    }
}

/// What the file has and the vendor has not by record: what was done here and not there covers nothing.
pub(super) fn entered(subject: &Subject<'_>, entered: &Entered<'_>, overlap: &Overlap) -> Option<Step> {
    let terms = subject.terms;
    let difference = entered.difference(terms.policy)?;
    // Beside the one that the vendor has, the next one waits for the cut-over.
    if *overlap != Overlap::Several && difference.extra.is_empty() && !difference.held.is_empty() {
        return None;
    }
    let digits = |list: &[Certificate]| {
        list.iter().map(|one| one.sha256[..certificate::DIGITS].to_owned()).collect::<Vec<_>>().join(" and ")
    };
    // Where what it has is over already, the day for it was before that.
    let last = || difference.held.iter().map(|one| one.not_after).max();
    let by = entered.until(terms).or_else(last).map(|end| terms.entered(end));
    let vendor = subject.vendor;
    let (by, what) = match difference.missing.as_slice() {
        [] => (None, format!("{vendor} has {} still, by record: take it out there", digits(&difference.extra))),
        new => (by, format!("{vendor} has {} not, by record: enter it there", digits(new))),
    };
    let commands = vec![subject.command("connection diff", ""), subject.command("connection apply", "")];
    let what = format!("{what}, and record it");
    Some(Step { id: "enter", role: Role::IdpSigning, from: None, by, what, commands })
}
