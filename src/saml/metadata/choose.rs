//! Decides which entity of a document is meant, and says why none is.

use std::fmt::Write as _;

use crate::error::Failure;
use crate::error::told::shorter;
use crate::model::printable;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::entity::display_name;
use crate::saml::metadata::twins;

/// The most entities that a message lists.
const LISTED: usize = 20;

/// The identity provider of this entity ID, or the only one of the document.
pub(crate) fn choose_idp<'a>(document: &'a Document, entity_id: Option<&str>) -> Result<&'a Entity, Failure> {
    choose(document, entity_id, &IDP)
}

/// The service provider of this entity ID, or the only one of the document.
pub(crate) fn choose_sp<'a>(document: &'a Document, entity_id: Option<&str>) -> Result<&'a Entity, Failure> {
    choose(document, entity_id, &SP)
}

/// What differs between the two.
struct Wanted {
    kind: RoleKind,
    people: &'static str,
    missing: &'static str,
    missing_saml2: &'static str,
    other: RoleKind,
    other_hint: &'static str,
}

const IDP: Wanted = Wanted {
    kind: RoleKind::Idp,
    people: "identity provider",
    missing: "no-idp-role",
    missing_saml2: "no-saml2-idp-role",
    other: RoleKind::Sp,
    other_hint: "this is the metadata of a service provider: `--sp-metadata` takes such a file",
};

const SP: Wanted = Wanted {
    kind: RoleKind::Sp,
    people: "service provider",
    missing: "no-sp-role",
    missing_saml2: "no-saml2-sp-role",
    other: RoleKind::Idp,
    other_hint: "this is the metadata of an identity provider: `--metadata` takes such a file",
};

/// An entity as far as choosing needs it, whole or a summary.
struct Candidate<'a> {
    entity_id: Option<&'a str>,
    display_name: Option<String>,
    roles: Vec<&'a RoleKind>,
    saml2: bool,
    line: u64,
    whole: Option<&'a Entity>,
}

impl Candidate<'_> {
    fn has(&self, kind: &RoleKind) -> bool {
        self.roles.contains(&kind)
    }

    fn line_of_list(&self) -> String {
        let mut line = format!("`{}`", printable(&shorter(self.entity_id.unwrap_or("(no entity ID)"), 200)));
        if let Some(name) = &self.display_name {
            // Writing to a string cannot fail.
            _ = write!(line, " ({})", printable(&name.chars().take(80).collect::<String>()));
        }
        line
    }
}

fn candidates<'a>(document: &'a Document, wanted: &Wanted) -> Vec<Candidate<'a>> {
    let whole = document.entities.iter().map(|entity| Candidate {
        entity_id: entity.entity_id.as_deref(),
        display_name: display_name(&entity.display_names, entity.organization.as_ref()),
        roles: entity.roles.iter().map(|role| &role.kind).collect(),
        saml2: entity.roles.iter().any(|role| role.kind == wanted.kind && role.saml2),
        line: entity.place.line.unwrap_or_default(),
        whole: Some(entity),
    });
    let others = document.others.iter().map(|summary| Candidate {
        entity_id: summary.entity_id.as_deref(),
        display_name: summary.display_name.clone(),
        roles: summary.roles.iter().collect(),
        saml2: if wanted.kind == RoleKind::Idp { summary.saml2_idp } else { summary.saml2_sp },
        line: summary.line,
        whole: None,
    });
    let mut all: Vec<Candidate<'_>> = whole.chain(others).collect();
    all.sort_by_key(|candidate| candidate.line);
    all
}

fn choose<'a>(document: &'a Document, entity_id: Option<&str>, wanted: &Wanted) -> Result<&'a Entity, Failure> {
    let all = candidates(document, wanted);
    let file = printable(&document.file);
    let people = wanted.people;
    let Some(entity_id) = entity_id else {
        let usable: Vec<&Candidate<'_>> = all.iter().filter(|candidate| candidate.saml2).collect();
        return match usable.as_slice() {
            [] => Err(none_usable(document, &all, wanted)),
            [only] => {
                only.whole.ok_or_else(|| Failure::bug(format!("{file}: the only {people} was read as a summary")))
            }
            several => {
                let message = format!("{file}: the document has {} {people}s, and one must be chosen", several.len());
                let mut hint = "name one with `--entity-id`:".to_owned();
                for candidate in several.iter().take(LISTED) {
                    _ = write!(hint, "\n  {}", candidate.line_of_list());
                }
                if several.len() > LISTED {
                    let left = several.len() - LISTED;
                    _ = write!(hint, "\n  and {left} more: `ssoctl metadata inspect` lists them all");
                }
                Err(Failure::usage("entity-choice", message).hint(hint))
            }
        };
    };
    let named: Vec<&Candidate<'_>> = all.iter().filter(|candidate| candidate.entity_id == Some(entity_id)).collect();
    if let Some(found) = named.iter().find(|candidate| candidate.saml2) {
        let entity =
            found.whole.ok_or_else(|| Failure::bug(format!("{file}: the chosen {people} was read as a summary")))?;
        // That there is another one of the same content is for the caller to tell.
        twins::judge(document, entity, Some(&wanted.kind))?;
        return Ok(entity);
    }
    if named.is_empty() {
        return Err(not_found(document, &all, entity_id, wanted));
    }
    Err(unusable(document, &named, wanted))
}

/// There is nobody in the role that is wanted.
fn none_usable(document: &Document, all: &[Candidate<'_>], wanted: &Wanted) -> Failure {
    if all.is_empty() {
        let message = format!("{}: the document has no entity", printable(&document.file));
        return Failure::input("no-entity", message).hint("ask the publisher for the document that has one");
    }
    unusable(document, &all.iter().collect::<Vec<_>>(), wanted)
}

/// Those that are there do not have the role, or not for SAML 2.0.
fn unusable(document: &Document, found: &[&Candidate<'_>], wanted: &Wanted) -> Failure {
    let file = printable(&document.file);
    let (people, element) = (wanted.people, wanted.kind.element());
    let who = match found {
        [one] => one.line_of_list(),
        several => format!("none of {} entities", several.len()),
    };
    let line = found.first().map(|first| first.line).unwrap_or_default();
    if found.iter().any(|candidate| candidate.has(&wanted.kind)) {
        let message = match found {
            [_] => format!("{file}:{line}: {who} has no role as {people} of SAML 2.0"),
            _ => format!("{file}: {who} has a role as {people} of SAML 2.0"),
        };
        return Failure::input(wanted.missing_saml2, message).hint(format!(
            "`protocolSupportEnumeration` of `{element}` must contain `{}`; ask the publisher to enable SAML 2.0",
            crate::saml::PROTOCOL
        ));
    }
    let mut roles: Vec<&str> = found.iter().flat_map(|candidate| &candidate.roles).map(|role| role.element()).collect();
    roles.sort_unstable();
    roles.dedup();
    let has = match roles.as_slice() {
        [] => "no role at all".to_owned(),
        roles => roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", "),
    };
    let message = match found {
        [_] => format!("{file}:{line}: {who} is no {people}: it has {has} and no `{element}`"),
        _ => format!("{file}: {who} has a role as {people}: they have {has} and no `{element}`"),
    };
    let failure = Failure::input(wanted.missing, message);
    if found.iter().any(|candidate| candidate.has(&wanted.other)) {
        failure.hint(wanted.other_hint)
    } else {
        failure.hint(format!("ask for the metadata of the {people}"))
    }
}

/// No entity has this ID: the nearest is shown, and how it differs.
fn not_found(document: &Document, all: &[Candidate<'_>], entity_id: &str, wanted: &Wanted) -> Failure {
    let file = printable(&document.file);
    let message = format!("{file}: no entity has the ID `{}`", printable(entity_id));
    let failure = Failure::usage("entity-not-found", message);
    let ids = || all.iter().filter_map(|candidate| candidate.entity_id);
    let explained = ids().find_map(|id| difference(entity_id, id).map(|why| (id, why)));
    if let Some((id, why)) = explained {
        return failure.hint(format!("`{}` differs {why}; entity IDs are compared byte by byte", printable(id)));
    }
    // The comparison takes the product of the lengths, so that both are bounded.
    let near = ids()
        .filter(|id| id.len() <= 300 && entity_id.len() <= 300 && id.len().abs_diff(entity_id.len()) <= 8)
        .take(20_000)
        .map(|id| (strsim::levenshtein(entity_id, id), id))
        .min()
        .filter(|(distance, _)| *distance <= 8);
    match near {
        Some((_, id)) => failure.hint(format!("did you mean `{}`?", printable(id))),
        None => {
            let people = wanted.people;
            let mut failure = failure;
            for candidate in all.iter().filter(|candidate| candidate.saml2).take(LISTED) {
                failure = failure.hint(format!("{people}: {}", candidate.line_of_list()));
            }
            failure.hint(format!("the document has {} entities", document.len()))
        }
    }
}

/// In what two IDs that people take for the same differ; `None` where they do not.
fn difference(asked: &str, published: &str) -> Option<&'static str> {
    let bare = |id: &str| id.strip_prefix("https://").or_else(|| id.strip_prefix("http://")).unwrap_or(id).to_owned();
    let strip = |id: &str| id.trim_end_matches('/').to_owned();
    if asked.trim() == published.trim() {
        return Some("in a space at its beginning or end");
    }
    if asked.strip_suffix('/') == Some(published) {
        return Some("in the slash at its end, which was asked for and is not published");
    }
    if published.strip_suffix('/') == Some(asked) {
        return Some("in the slash at its end, which is published and was not asked for");
    }
    if asked.eq_ignore_ascii_case(published) {
        return Some("in upper and lower case");
    }
    if bare(asked) == bare(published) {
        return Some("in `http` and `https`");
    }
    let loose = |id: &str| strip(&bare(id.trim())).to_lowercase();
    (loose(asked) == loose(published)).then_some("in more than one of scheme, case and the slash at its end")
}
