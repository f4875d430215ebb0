//! Walks a document from its root to its entities, and gathers what stands
//! around them: groups, validity, signatures. Also the steps that all levels share.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::io::BufRead;
use std::sync::mpsc::SyncSender;

use crate::error::Failure;
use crate::error::told::shorter;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::DS;
use crate::saml::MD;
use crate::saml::PROTOCOL;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::Instant;
use crate::saml::metadata::MAX_SIGNATURES;
use crate::saml::metadata::Misordered;
use crate::saml::metadata::RootKind;
use crate::saml::metadata::Select;
use crate::saml::metadata::SignatureAt;
use crate::saml::metadata::Span;
use crate::saml::metadata::instant::instant;
use crate::saml::metadata::instant::span;
use crate::saml::metadata::room::MAX_ENTITIES;
use crate::saml::metadata::room::MAX_WHOLE;
use crate::saml::metadata::room::Room;
use crate::saml::signature::watch::Watched;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Position;

/// The most characters of a text for people, and of a text of a document that is only ever shown.
pub(super) const CAPTION: usize = 500;

/// What the groups around an entity say of its validity.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inherited {
    pub(super) valid_until: Option<Time>,
    pub(super) cache_duration: Option<u64>,
    /// Some `validUntil` could not be read.
    pub(super) unreadable: bool,
}

impl Inherited {
    /// The earliest and the shortest of what is around and what is here.
    pub(super) fn and(self, valid_until: Option<&Instant>, cache_duration: Option<&Span>) -> Self {
        let earliest = |a: Option<Time>, b: Option<Time>| a.into_iter().chain(b).min();
        Self {
            valid_until: earliest(self.valid_until, valid_until.and_then(|instant| instant.time)),
            cache_duration: self.cache_duration.into_iter().chain(cache_duration.and_then(|span| span.seconds)).min(),
            unreadable: self.unreadable || valid_until.is_some_and(|instant| instant.time.is_none()),
        }
    }
}

/// The reader and what it has gathered.
pub(super) struct Walk<R> {
    pub(super) xml: Watched<R>,
    pub(super) select: Select,
    pub(super) document: Document,
    /// Of each entity ID so far, a keyed hash, with the line of the first that has it: two IDs have
    /// the same hash with a chance of 2^-64.
    seen: HashMap<u64, u64>,
    hash: RandomState,
    pub(super) room: Room,
    /// Takes each entity that is kept whole, where the document is not to have them.
    taker: Option<SyncSender<Entity>>,
}

impl<R: BufRead> Walk<R> {
    /// At the beginning of a document; `file` is what messages call it.
    pub(super) fn new(xml: Watched<R>, file: &str, select: &Select, limits: &Limits) -> Self {
        Self {
            xml,
            select: select.clone(),
            seen: HashMap::new(),
            hash: RandomState::new(),
            room: Room::new(select, limits),
            taker: None,
            document: Document {
                file: file.to_owned(),
                root: RootKind::Entity,
                name: None,
                id: None,
                valid_until: None,
                cache_duration: None,
                nested_groups: 0,
                signatures: Vec::new(),
                entities: Vec::new(),
                others: Vec::new(),
                unlisted: 0,
                is_cut: false,
                findings: Vec::new(),
                signer: None,
            },
        }
    }

    /// Hands each entity on in place of keeping it.
    pub(super) fn handing_to(self, taker: SyncSender<Entity>) -> Self {
        Self { taker: Some(taker), ..self }
    }

    /// Keeps an entity, or hands it on; whoever takes it and has had enough ends the reading.
    pub(super) fn done(&mut self, entity: Entity) -> Result<(), Failure> {
        let Some(taker) = &self.taker else {
            self.document.entities.push(entity);
            return Ok(());
        };
        self.room.give_back();
        taker.send(entity).map_err(|_gone| Failure::bug("nobody takes what is read"))
    }

    /// To the end of the document.
    pub(super) fn finish(mut self) -> Result<Document, Failure> {
        loop {
            match self.xml.next()? {
                Event::Start(_) => self.root()?,
                Event::Eof => {
                    self.note_rest();
                    self.document.signer = self.xml.signer().map(str::to_owned);
                    return Ok(self.document);
                }
                _ => {}
            }
        }
    }

    fn root(&mut self) -> Result<(), Failure> {
        let start = self.xml.element();
        let (namespace, local) = (start.namespace(), start.local());
        if namespace != MD || !local.ends_with("Descriptor") {
            return Err(self.not_metadata());
        }
        let (id, name) = (start.attribute("ID").map(str::to_owned), start.attribute("Name").map(str::to_owned));
        self.document.root = match local {
            "EntityDescriptor" => RootKind::Entity,
            "EntitiesDescriptor" => RootKind::Entities,
            "AffiliationDescriptor" => RootKind::Affiliation,
            _ => return Err(self.not_metadata()),
        };
        self.document.id = id;
        let (valid_until, cache_duration) = (self.valid_until(), self.cache_duration());
        self.document.valid_until.clone_from(&valid_until);
        self.document.cache_duration.clone_from(&cache_duration);
        match self.document.root {
            // An entity reads its own validity again, as every entity does.
            RootKind::Entity => self.entity(Inherited::default()),
            RootKind::Entities => {
                self.document.name = name;
                self.group(Inherited::default().and(valid_until.as_ref(), cache_duration.as_ref()))
            }
            RootKind::Affiliation => {
                let depth = self.xml.depth();
                let mut index = 0;
                while self.child(depth)? {
                    self.signature_or_skip(index, "AffiliationDescriptor", depth)?;
                    index += 1;
                }
                Ok(())
            }
        }
    }

    fn not_metadata(&self) -> Failure {
        let start = self.xml.element();
        let local = printable(&start.local().chars().take(60).collect::<String>());
        let hint = match (start.namespace(), start.local()) {
            (PROTOCOL, _) => "this is a SAML message of a login, not metadata",
            (_, "EntityDescriptor" | "EntitiesDescriptor") => {
                "the root must be in the namespace `urn:oasis:names:tc:SAML:2.0:metadata`"
            }
            (MD, _) => "the role stands alone: give the whole document, which begins with `EntityDescriptor`",
            _ => "give the document that the identity provider calls SAML metadata or federation metadata",
        };
        self.xml.failure("not-metadata", &format!("the root element `{local}` is not that of SAML metadata")).hint(hint)
    }

    /// `EntitiesDescriptor`, whose depth the reader bounds.
    fn group(&mut self, around: Inherited) -> Result<(), Failure> {
        let depth = self.xml.depth();
        let mut index = 0;
        while self.child(depth)? {
            let start = self.xml.element();
            if start.is(MD, "EntityDescriptor") {
                self.entity(around)?;
            } else if start.is(MD, "EntitiesDescriptor") {
                self.document.nested_groups += 1;
                let (valid_until, cache_duration) = (self.valid_until(), self.cache_duration());
                self.group(around.and(valid_until.as_ref(), cache_duration.as_ref()))?;
            } else {
                self.signature_or_skip(index, "EntitiesDescriptor", depth)?;
            }
            index += 1;
        }
        Ok(())
    }

    /// Notes a signature, and passes over this child.
    pub(super) fn signature_or_skip(&mut self, index: usize, parent: &str, depth: usize) -> Result<(), Failure> {
        if self.xml.element().is(DS, "Signature") && self.document.signatures.len() < MAX_SIGNATURES {
            self.document.signatures.push(SignatureAt {
                parent: parent.to_owned(),
                on_root: depth == 1,
                first_child: index == 0,
                at: self.xml.position(),
            });
        }
        self.skip()
    }

    /// Refuses more entities than a document may have, and notes a second of the same ID.
    pub(super) fn count_entity(&mut self, entity_id: Option<&str>) -> Result<(), Failure> {
        if self.document.len() >= MAX_ENTITIES {
            return Err(self
                .xml
                .failure("too-many-entities", &format!("the document has more than {MAX_ENTITIES} entities"))
                .hint("the largest federations publish about 10000"));
        }
        if self.document.entities.len() >= MAX_WHOLE {
            return Err(self
                .xml
                .failure("too-many-entities", &format!("the document has more than {MAX_WHOLE} entities"))
                .hint("`ssoctl metadata inspect --list` lists them, `--entity-id ID` shows one"));
        }
        let Some(entity_id) = entity_id else { return Ok(()) };
        let hash = self.hash.hash_one(entity_id);
        match self.seen.get(&hash).copied() {
            None => _ = self.seen.insert(hash, self.xml.position().line),
            Some(line) => self.note("entity-id-duplicate", Severity::Warning, || {
                format!("the entity ID `{}` stands on line {line} already", printable(entity_id))
            }),
        }
        Ok(())
    }

    /// Advances to the next child element of the element at `depth`; false at its end.
    pub(super) fn child(&mut self, depth: usize) -> Result<bool, Failure> {
        loop {
            let ended = match self.xml.next()? {
                Event::Start(_) => return Ok(true),
                Event::End(_) => true,
                Event::Eof => return Ok(false),
                _ => false,
            };
            if ended && self.xml.depth() == depth {
                return Ok(false);
            }
        }
    }

    /// Passes over the rest of the element that just began.
    pub(super) fn skip(&mut self) -> Result<(), Failure> {
        let depth = self.xml.depth();
        while self.child(depth)? {}
        Ok(())
    }

    /// The text of the element that just began, which may hold nothing else:
    /// a comment that some readers see and others do not splits a value in two.
    pub(super) fn value(&mut self) -> Result<String, Failure> {
        self.strict_value(false)
    }

    /// The text of the certificate element that just began. Real documents have
    /// comments there; what is cut short is no certificate, so that they are harmless.
    pub(super) fn certificate_value(&mut self) -> Result<String, Failure> {
        self.strict_value(true)
    }

    fn strict_value(&mut self, comments: bool) -> Result<String, Failure> {
        let element = printable(self.xml.element().local());
        let mut text = String::new();
        loop {
            let (code, what) = match self.xml.next()? {
                Event::Text(part) => {
                    text.push_str(part);
                    continue;
                }
                // Children are refused, so that this is its own end.
                Event::End(_) | Event::Eof => return Ok(text),
                Event::Comment(_) => ("xml-comment-in-value", "a comment"),
                Event::Instruction(..) => ("xml-comment-in-value", "a processing instruction"),
                Event::Start(_) => ("xml-element-in-value", "an element"),
            };
            let message = format!("{what} stands inside the value of `{element}`");
            if comments && code == "xml-comment-in-value" {
                self.note(code, Severity::Warning, || message);
                continue;
            }
            return Err(self.xml.failure(code, &message).hint("remove it: readers disagree on what such a value is"));
        }
    }

    /// The text of the element that just began, for people to read: its beginning, where it is long.
    pub(super) fn caption(&mut self) -> Result<String, Failure> {
        let (mut text, mut more) = (String::new(), 0);
        let mut children = 0_usize;
        loop {
            match self.xml.next()? {
                Event::Text(part) if text.len() > 4 * CAPTION => more += part.chars().count(),
                Event::Text(part) => {
                    let part = if text.is_empty() { part.trim_ascii_start() } else { part };
                    let end = part.char_indices().nth(4 * CAPTION).map_or(part.len(), |(end, _)| end);
                    text.push_str(&part[..end]);
                    more += part[end..].chars().count();
                }
                Event::Start(_) => children += 1,
                Event::End(_) if children > 0 => children -= 1,
                Event::End(_) | Event::Eof => break,
                Event::Comment(_) | Event::Instruction(..) => {}
            }
        }
        if more == 0 {
            return Ok(shorter(text.trim_ascii(), CAPTION).into_owned());
        }
        let end = text.char_indices().nth(CAPTION).map_or(text.len(), |(end, _)| end);
        more += text[end..].chars().count();
        text.truncate(end);
        Ok(format!("{text}… ({more} more characters)"))
    }

    /// `validUntil` of the element that just began.
    pub(super) fn valid_until(&mut self) -> Option<Instant> {
        let read = instant(self.xml.element().attribute("validUntil")?);
        if read.time.is_none() {
            self.note("valid-until-unreadable", Severity::Warning, || {
                format!("validUntil `{}` is not a date and time, and is ignored", printable(&read.text))
            });
        } else if read.zone_missing {
            self.note("valid-until-zone", Severity::Info, || {
                format!("validUntil `{}` has no zone and counts as UTC", printable(&read.text))
            });
        }
        Some(read)
    }

    /// `cacheDuration` of the element that just began.
    pub(super) fn cache_duration(&mut self) -> Option<Span> {
        let read = span(self.xml.element().attribute("cacheDuration")?);
        if read.seconds.is_none() {
            self.note("cache-duration-unreadable", Severity::Warning, || {
                format!("cacheDuration `{}` is not a duration, and is ignored", printable(&read.text))
            });
        }
        Some(read)
    }

    /// An `xs:boolean` attribute of the element that just began.
    pub(super) fn boolean(&mut self, attribute: &str) -> Option<bool> {
        let text = self.xml.element().attribute(attribute)?.trim_ascii().to_owned();
        let read = match text.as_str() {
            "true" | "1" => return Some(true),
            "false" | "0" => return Some(false),
            // Shipped software writes the words of its own language.
            "True" | "TRUE" => Some(true),
            "False" | "FALSE" => Some(false),
            _ => None,
        };
        self.note("boolean-unreadable", Severity::Warning, || {
            let counts = read.map_or("is ignored".to_owned(), |read| format!("counts as {read}"));
            format!("{attribute} `{}` is neither `true` nor `false`, and {counts}", printable(&text))
        });
        read
    }

    /// An attribute of the element that just began that is only ever shown.
    pub(super) fn label(&self, local: &str) -> Option<String> {
        self.xml.element().attribute(local).map(|text| shorter(text, CAPTION).into_owned())
    }

    /// An attribute of the element that just began.
    pub(super) fn attribute(&self, local: &str) -> Option<String> {
        self.xml.element().attribute(local).map(str::to_owned)
    }

    /// The file with a position in it.
    pub(super) fn place(&self, at: Position) -> Place {
        place(&self.document.file, at)
    }
}

/// A file with a position in it.
pub(super) fn place(file: &str, at: Position) -> Place {
    Place { file: file.to_owned(), line: Some(at.line), column: Some(at.column) }
}

/// Watches that children come in the schema's order.
#[derive(Debug, Default)]
pub(super) struct Order {
    rank: u8,
    last: String,
    found: Vec<Misordered>,
}

impl Order {
    /// Notes a child of this rank, greater standing later.
    pub(super) fn see(&mut self, rank: u8, element: &str, at: Position) {
        if rank >= self.rank {
            if self.last != element {
                element.clone_into(&mut self.last);
            }
            self.rank = rank;
        } else if self.found.len() < 20 {
            self.found.push(Misordered { element: element.to_owned(), must_precede: self.last.clone(), at });
        }
    }

    /// What was out of order.
    pub(super) fn found(self) -> Vec<Misordered> {
        self.found
    }
}
