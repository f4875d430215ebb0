//! Until when a document may be used, and whether that satisfies who reads it.
//!
//! A signature holds for ever, so that an old copy with a stolen key verifies like the day it was
//! made. Only an end that the signature covers stops it from being replayed: it must stand on
//! the signed root, and not too far ahead.

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::Instant;
use crate::saml::metadata::Role;
use crate::saml::metadata::RoleKind;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What is asked of `validUntil` beyond that it has not passed unnoticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requirement {
    /// The root must have one that can be read and has not passed.
    pub(crate) required: bool,
    /// Days from now that it may lie ahead at most; asks for one, too.
    pub(crate) max: Option<u32>,
}

impl Requirement {
    fn asks(self) -> bool {
        self.required || self.max.is_some()
    }
}

/// What of a document is to be used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// The document as a whole; each entity in it may end sooner.
    Document,
    /// An entity in whatever role it has.
    Entity(&'a Entity),
    /// An entity as identity provider.
    Idp(&'a Entity),
}

impl<'a> Subject<'a> {
    fn entity(self) -> Option<&'a Entity> {
        match self {
            Self::Document => None,
            Self::Entity(entity) | Self::Idp(entity) => Some(entity),
        }
    }

    /// The roles without which it cannot be used.
    fn roles(self) -> impl Iterator<Item = &'a Role> {
        let entity = if let Self::Idp(entity) = self { Some(entity) } else { None };
        entity.into_iter().flat_map(|entity| &entity.roles).filter(|role| role.kind == RoleKind::Idp && role.saml2)
    }

    /// The earliest end of all levels that hold for it (saml-metadata 2.3.1, 2.3.2, 2.4.1).
    pub(crate) fn valid_until(self, document: &Document) -> Option<Time> {
        match self {
            Self::Document => document.valid_until.as_ref().and_then(|instant| instant.time),
            // Of several roles the last to end keeps the entity in use.
            Self::Entity(entity) => {
                let ends =
                    [entity.idp.as_ref().map(|idp| idp.valid_until), entity.sp.as_ref().map(|sp| sp.valid_until)];
                let unlimited = ends.iter().flatten().any(Option::is_none);
                let last = ends.into_iter().flatten().flatten().max().filter(|_| !unlimited);
                last.or(entity.valid_until)
            }
            Self::Idp(entity) => entity.idp.as_ref().map_or(entity.valid_until, |idp| idp.valid_until),
        }
    }

    /// The shortest time in seconds after which a copy is to be fetched again, of all levels.
    pub(crate) fn cache_duration(self, document: &Document) -> Option<u64> {
        match self.entity() {
            Some(entity) => entity.cache_duration,
            None => document.cache_duration.as_ref().and_then(|span| span.seconds),
        }
    }

    /// The text of an end that cannot be read, where some level has one.
    fn unreadable(self, document: &Document) -> Option<String> {
        let entity = self.entity();
        let own = entity.and_then(|entity| entity.own_valid_until.as_ref());
        let instants =
            document.valid_until.iter().chain(own).chain(self.roles().filter_map(|role| role.valid_until.as_ref()));
        let found = instants.into_iter().find(|instant: &&Instant| instant.time.is_none());
        let shown = |instant: &Instant| format!("`{}`", printable(&instant.text.chars().take(60).collect::<String>()));
        match found {
            Some(instant) => Some(shown(instant)),
            // The groups between root and entity keep no text; the reader has told it.
            None => entity.filter(|entity| entity.valid_until_unreadable).map(|_| "of a group around it".to_owned()),
        }
    }
}

/// Holds a document against what is asked. An end that has passed is a warning where nothing is
/// asked (`metadata-expired`). Otherwise it is a refusal, as is one that is absent from the root
/// (`valid-until-missing`), unreadable at any level that holds for the subject
/// (`valid-until-unreadable`), or too far ahead (`valid-until-too-far`).
///
/// As Shibboleth's RequiredValidUntil filter has it, the end is asked of the root: one on an
/// entity alone does not keep an old list of entities from being replayed.
pub(crate) fn check(
    document: &Document,
    subject: Subject<'_>,
    now: Time,
    requirement: Requirement,
) -> Result<Vec<Finding>, Failure> {
    let file = printable(&document.file);
    let refused = |code, message: String| Failure::refused(code, format!("{file}: {message}"));
    if requirement.asks() {
        if let Some(text) = subject.unreadable(document) {
            return Err(refused("valid-until-unreadable", format!("validUntil {text} is not a date and time"))
                .hint("ask the publisher to write it as in `2026-11-22T10:00:00Z`"));
        }
        if document.valid_until.is_none() {
            let message = match subject.valid_until(document) {
                Some(end) => format!("only a part of it has a validUntil ({end}), and the document itself has none"),
                None => "the document has no validUntil, so that an old copy of it could be used for ever".to_owned(),
            };
            return Err(refused("valid-until-missing", message)
                .hint("ask the publisher for a document with `validUntil` on its root; without `--require-valid-until` and `--max-validity` it is taken"));
        }
    }
    if let Some(end) = subject.valid_until(document).filter(|end| *end <= now) {
        let message = format!("the metadata was valid until {end}");
        if requirement.asks() {
            return Err(refused("metadata-expired", message).hint("fetch it again from the publisher"));
        }
        let place = subject.entity().map_or_else(
            || Place { file: document.file.clone(), line: None, column: None },
            |entity| entity.place.clone(),
        );
        let finding = Finding::new("metadata-expired", Severity::Warning, message);
        return Ok(vec![finding.hint("fetch it again from the publisher").at(place)]);
    }
    let root = document.valid_until.as_ref().and_then(|instant| instant.time);
    if let (Some(days), Some(end)) = (requirement.max, root)
        && end.unix() - now.unix() > i64::from(days) * DAY
    {
        return Err(refused(
            "valid-until-too-far",
            format!("the metadata is valid until {end}, more than {days} days from now"),
        )
        .hint("ask the publisher to sign anew more often, or allow more by `--max-validity`"));
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests;
