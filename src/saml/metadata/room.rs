//! How much of a document is kept. A reader takes hardly any memory; what it has read does, and
//! a document may say the smallest things a million times.

use std::io::BufRead;

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::saml::metadata::Contact;
use crate::saml::metadata::Localized;
use crate::saml::metadata::Organization;
use crate::saml::metadata::Role;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::Scope;
use crate::saml::metadata::Select;
use crate::saml::metadata::Summary;
use crate::saml::metadata::reading::Walk;
use crate::xml::Limits;

/// The most entities of one document.
pub(super) const MAX_ENTITIES: usize = 200_000;
/// The most entities that are kept whole.
pub(super) const MAX_WHOLE: usize = 20_000;
/// The most summaries that are kept beside a chosen entity, to say what there is instead of it.
const MAX_SUMMARIES: usize = 20_000;
/// The most bytes of these.
const SUMMARIES_ROOM: usize = 6 << 20;
/// The most bytes of summaries where no entity is chosen.
const ALL_SUMMARIES_ROOM: usize = 20 << 20;
/// The most bytes of a list that people read; that of the largest federations takes 15 million.
/// Less in tests, so that they need not read so much.
const LIST_ROOM: usize = if cfg!(test) { 64 << 10 } else { 20 << 20 };
/// The most findings of one document that are kept.
const MAX_FINDINGS: usize = 500;
/// The most keys, endpoints, formats and attributes of one entity, whatever their roles.
const ENTITY_ITEMS: usize = 4000;
/// The most bytes of one entity that is kept whole.
const ENTITY_ROOM: usize = 4 << 20;
/// The most bytes of chosen entities, of which there is one but for doublets.
const CHOSEN_ROOM: usize = 8 << 20;
/// What a text costs beside its bytes, by the allocator's and its owner's account.
pub(super) const TEXT: usize = 40;

/// What may still be kept.
#[derive(Debug)]
pub(super) struct Room {
    /// Bytes of entities that were not chosen.
    others: usize,
    /// Bytes of entities that are kept whole.
    whole: usize,
    most: usize,
    /// Bytes and items of the entity that is read.
    entity: usize,
    items: usize,
    /// Findings that were not kept, and the gravest of them.
    unnoted: usize,
    gravest: Severity,
}

impl Room {
    /// For a document of this size at most.
    pub(super) fn new(select: &Select, limits: &Limits) -> Self {
        let all = usize::try_from(limits.bytes).unwrap_or(usize::MAX);
        let most = if *select == Select::All { all } else { CHOSEN_ROOM };
        let others = match select {
            Select::List(_) => LIST_ROOM,
            Select::Summaries => ALL_SUMMARIES_ROOM,
            Select::EntityId(_) | Select::All => SUMMARIES_ROOM,
        };
        Self { others, whole: most, most, entity: ENTITY_ROOM, items: 0, unnoted: 0, gravest: Severity::Info }
    }
}

impl Room {
    /// What was kept has gone elsewhere.
    pub(super) fn give_back(&mut self) {
        self.whole = self.most;
    }
}

/// What a text that may be missing costs.
pub(super) fn text(text: Option<&String>) -> usize {
    text.map_or(0, |text| TEXT + text.len())
}

impl<R: BufRead> Walk<R> {
    /// Begins an entity.
    pub(super) fn enter_entity(&mut self) {
        (self.room.entity, self.room.items) = (ENTITY_ROOM, 0);
    }

    /// Takes room for a part of an entity that is kept whole.
    pub(super) fn keep(&mut self, bytes: usize) -> Result<(), Failure> {
        let (Some(entity), Some(whole)) = (self.room.entity.checked_sub(bytes), self.room.whole.checked_sub(bytes))
        else {
            return Err(self.full(self.room.entity < bytes));
        };
        (self.room.entity, self.room.whole) = (entity, whole);
        Ok(())
    }

    fn full(&self, entity: bool) -> Failure {
        if entity {
            let message = format!("what an entity says takes more than {ENTITY_ROOM} bytes");
            return self.xml.failure("entity-too-large", &message).hint("real entities have a few thousand");
        }
        let message = format!("what the entities say takes more than {} bytes", self.room.most);
        let failure = self.xml.failure("metadata-too-large", &message);
        match self.select {
            Select::All => failure.hint("`ssoctl metadata inspect --list` lists them, `--entity-id ID` shows one"),
            _ => failure.hint("the entity stands in the document many times over: ask the publisher"),
        }
    }

    /// Counts a part of an entity, of which there may be many.
    pub(super) fn count_part(&mut self) -> Result<(), Failure> {
        self.room.items += 1;
        if self.room.items > ENTITY_ITEMS {
            let message = format!("an entity has more than {ENTITY_ITEMS} keys, endpoints, formats and attributes");
            return Err(self.xml.failure("entity-too-large", &message).hint("real entities have a few dozen"));
        }
        Ok(())
    }

    /// Whether the document has more entities beside those that are kept whole than are worth a
    /// summary.
    pub(super) fn lists_no_more(&self) -> bool {
        match self.select {
            Select::EntityId(_) => self.room.others == 0 || self.document.others.len() >= MAX_SUMMARIES,
            Select::List(_) | Select::Summaries => self.room.others == 0,
            Select::All => false,
        }
    }

    /// Keeps a summary.
    pub(super) fn list(&mut self, summary: Summary) {
        let listed = summary.listed.as_ref().map_or(0, |listed| listed.bytes());
        let roles = summary.roles.capacity() * size_of::<RoleKind>();
        let names = text(summary.entity_id.as_ref()) + text(summary.display_name.as_ref());
        self.room.others = self.room.others.saturating_sub(size_of::<Summary>() + names + roles + listed);
        if self.lists_no_more() {
            self.document.unlisted += 1;
            if !matches!(self.select, Select::EntityId(_)) && !self.document.is_cut {
                self.document.is_cut = true;
                self.note("list-too-long", Severity::Warning, || {
                    "the list ends here: what is to be listed takes more memory than that of any real federation"
                        .to_owned()
                });
            }
        } else {
            self.document.others.push(summary);
        }
    }

    /// Notes what is odd about the element that just began.
    pub(super) fn note(&mut self, code: &'static str, severity: Severity, message: impl FnOnce() -> String) {
        if self.document.findings.len() < MAX_FINDINGS {
            let place = self.place(self.xml.position());
            self.document.findings.push(Finding::new(code, severity, message()).at(place));
        } else {
            self.room.unnoted += 1;
            self.room.gravest = self.room.gravest.max(severity);
        }
    }

    /// Says how much there was that was not noted.
    pub(super) fn note_rest(&mut self) {
        let rest = Finding::left_out(self.room.unnoted, self.room.gravest);
        self.document.findings.extend(rest);
    }
}

// What each of these costs, so that it is known before it is kept.

impl Localized {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + 2 * TEXT + self.lang.len() + self.text.len()
    }
}

impl Scope {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + TEXT + self.text.len()
    }
}

impl Organization {
    pub(super) fn bytes(&self) -> usize {
        [&self.names, &self.display_names, &self.urls].into_iter().flatten().map(Localized::bytes).sum()
    }
}

impl Contact {
    pub(super) fn bytes(&self) -> usize {
        let emails: usize = self.emails.iter().map(|email| TEXT + email.len()).sum();
        size_of::<Self>() + TEXT + self.kind.len() + text(self.name.as_ref()) + emails
    }
}

impl Role {
    /// Beside its place in the list, which grows by doubling.
    pub(super) fn bytes(&self) -> usize {
        let protocols: usize = self.protocols.iter().flatten().map(|protocol| TEXT + protocol.len()).sum();
        protocols + self.misordered.len() * 2 * TEXT
    }
}
