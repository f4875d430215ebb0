//! `ssoctl metadata diff`: what two documents say differently, and what follows from it.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::changes;
use crate::cli::context::Context;
use crate::cli::source;
use crate::drift;
use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::facts;
use crate::drift::facts::Facts;
use crate::drift::openid;
use crate::error::Failure;
use crate::error::Result;
use crate::import;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::document::DocumentKind;
use crate::model::document::sniff;
use crate::model::printable;
use crate::oidc::discovery;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::Select;
use crate::saml::metadata::choose;

/// Show what two documents say differently, the riskiest change first
///
/// Compares what is meant and not how it is written: keys, endpoints, bindings, validity.
/// Of two federations' documents every entity is compared.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl metadata diff old.xml https://idp.example.org/metadata
  ssoctl metadata diff qualtrics-prod new.xml
  ssoctl metadata diff yesterday.xml today.xml --entity-id https://idp.example.org/idp
  ssoctl metadata diff a.xml b.xml --format json | jq -r '.changes[] | select(.risk == \"high\") | .code'

Exit codes: 0 they say the same · 1 they differ · 2 wrong usage · 3 unreadable
            4 could not be fetched")]
pub(crate) struct Args {
    /// What was: a file, a URL, `-` for standard input, or a connection's name
    #[arg(value_name = "A")]
    old: String,
    /// What is: likewise
    #[arg(value_name = "B")]
    new: String,
    /// Compare this entity only
    #[arg(long, value_name = "ID")]
    entity_id: Option<String>,
    #[command(flatten)]
    flags: source::Flags,
}

/// One of the two.
enum Side {
    Connection(ConnectionName, Box<Connection>),
    Saml(Document),
    OpenId(String, openid::Facts),
}

impl Side {
    fn name(&self) -> String {
        match self {
            Self::Connection(name, _) => name.to_string(),
            Self::Saml(document) => document.file.clone(),
            Self::OpenId(name, _) => name.clone(),
        }
    }
}

/// What is different about one entity; of the documents themselves where there is none.
struct Group {
    entity_id: Option<String>,
    changes: Vec<Change>,
}

/// Reads both, compares, tells.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if args.old == "-" && args.new == "-" {
        return Err(Failure::usage("stdin-twice", "standard input cannot be both documents")
            .hint("give one of them as a file")
            .into());
    }
    let old = side(&args.old, args, context)?;
    let new = side(&args.new, args, context)?;
    let groups = compare(&old, &new, args.entity_id.as_deref(), context)?;
    let all: Vec<Change> = groups.iter().flat_map(|group| group.changes.clone()).collect();
    if context.format == Format::Json {
        let rows = groups.iter().flat_map(|group| {
            group.changes.iter().map(|change| {
                let mut row = changes::json(change);
                row["entity_id"] = json!(group.entity_id);
                row
            })
        });
        let rows: Vec<_> = rows.collect();
        context.ui.json(&json!({
            "schema": "ssoctl.metadata-diff/1", "before": old.name(), "after": new.name(), "changes": rows,
        }))?;
    } else if all.is_empty() {
        context.ui.status(&format!("`{}` and `{}` say the same", old.name(), new.name()));
    } else {
        context.ui.data(&page(&groups, &old, &new, &all))?;
    }
    Ok(if all.is_empty() { Verdict::Done } else { Verdict::Findings })
}

fn page(groups: &[Group], old: &Side, new: &Side, all: &[Change]) -> String {
    let mut page = format!("- {}\n+ {}\n", printable(&old.name()), printable(&new.name()));
    for group in groups {
        // Writing to a string cannot fail.
        _ = writeln!(page, "\n{}", printable(group.entity_id.as_deref().unwrap_or("the document itself")));
        page += &changes::page(&group.changes, 2);
    }
    page + "\n" + &changes::count(all) + "\n"
}

fn side(source: &str, args: &Args, context: &Context) -> Result<Side> {
    if let Some(name) = source::connection_named(source, context)? {
        let connection = context.workspace()?.load(&name)?.connection;
        return Ok(Side::Connection(name, Box::new(connection)));
    }
    let mut material = source::read(source, &args.flags, true, context)?;
    if sniff(material.head()) == DocumentKind::Discovery {
        let discovery = discovery::read(&material.bytes()?, &material.name)?;
        return Ok(Side::OpenId(material.name, openid::of_discovery(&discovery)));
    }
    let select = args.entity_id.as_ref().map_or(Select::All, |id| Select::EntityId(id.clone()));
    Ok(Side::Saml(source::metadata(&mut material, &args.flags.xml_limits(true), &select, None)?))
}

fn compare(old: &Side, new: &Side, entity_id: Option<&str>, context: &Context) -> Result<Vec<Group>> {
    let (a, b) = match (old, new) {
        (Side::Saml(old), Side::Saml(new)) => return of_documents(old, new, entity_id, context),
        (Side::OpenId(_, old), Side::OpenId(_, new)) => return Ok(of_openid(old, new)),
        (Side::Connection(_, connection), Side::OpenId(_, facts)) if connection.oauth.is_some() => {
            return Ok(of_openid(&accepted(connection, Some(facts)), &narrowed(connection, facts)));
        }
        (Side::OpenId(_, facts), Side::Connection(_, connection)) if connection.oauth.is_some() => {
            return Ok(of_openid(&narrowed(connection, facts), &accepted(connection, Some(facts))));
        }
        (Side::Connection(_, a), Side::Connection(_, b)) if a.oauth.is_some() && b.oauth.is_some() => {
            return Ok(of_openid(&accepted(a, None), &accepted(b, None)));
        }
        (Side::Connection(_, a), Side::Connection(_, b)) => match (&a.saml, &b.saml) {
            (Some(a), Some(b)) => (of_saml(a), of_saml(b)),
            _ => return Err(unlike(old, new)),
        },
        (Side::Connection(_, connection), Side::Saml(document)) => {
            let Some(saml) = &connection.saml else { return Err(unlike(old, new)) };
            as_stored(connection, saml, document, context)?
        }
        (Side::Saml(document), Side::Connection(_, connection)) => {
            let Some(saml) = &connection.saml else { return Err(unlike(old, new)) };
            let (stored, published) = as_stored(connection, saml, document, context)?;
            (published, stored)
        }
        _ => return Err(unlike(old, new)),
    };
    let pairs = a.iter().zip(&b);
    Ok(pairs.flat_map(|(a, b)| group(&b.entity_id, drift::compare(a, b, context.now))).collect())
}

fn unlike(old: &Side, new: &Side) -> anyhow::Error {
    let message = format!("{} and {} are not of one protocol", printable(&old.name()), printable(&new.name()));
    Failure::usage("documents-unlike", message)
        .hint("SAML metadata compares with SAML metadata, OpenID Connect discovery with discovery")
        .into()
}

fn group(entity_id: &str, changes: Vec<Change>) -> Option<Group> {
    (!changes.is_empty()).then(|| Group { entity_id: Some(entity_id.to_owned()), changes })
}

fn of_openid(old: &openid::Facts, new: &openid::Facts) -> Vec<Group> {
    group(&new.issuer, openid::compare(old, new)).into_iter().collect()
}

/// What a connection holds of an OpenID provider; endpoints that it has no use for are those of the document.
fn accepted(connection: &Connection, document: Option<&openid::Facts>) -> openid::Facts {
    let Some(oauth) = &connection.oauth else {
        return openid::Facts { issuer: String::new(), endpoints: Default::default(), algorithms: Vec::new() };
    };
    let mut facts = openid::of_oauth(oauth);
    if let Some(document) = document {
        for ((_, mine), (_, published)) in facts.endpoints.iter_mut().zip(&document.endpoints) {
            if mine.is_none() {
                mine.clone_from(published);
            }
        }
    }
    facts
}

/// A document without the algorithms that the connection does not accept.
fn narrowed(connection: &Connection, facts: &openid::Facts) -> openid::Facts {
    let accepted = connection.oauth.iter().flat_map(|oauth| &oauth.id_token_algorithms);
    // A document that lists none says nothing of them.
    let unknown = facts.algorithms.is_empty();
    let algorithms = accepted.into_iter().filter(|one| unknown || facts.algorithms.contains(one)).cloned().collect();
    openid::Facts { algorithms, ..facts.clone() }
}

fn of_saml(saml: &Saml) -> Vec<Facts> {
    std::iter::once(facts::of_idp(&saml.idp)).chain(facts::of_sp(&saml.sp)).collect()
}

/// The side of a connection that a document is about, and the document as the file would hold it.
fn as_stored(connection: &Connection, saml: &Saml, document: &Document, context: &Context) -> Result<(Vec<Facts>, Vec<Facts>)> {
    let is_sp = document.entities.iter().any(|entity| entity.sp.is_some() && entity.idp.is_none());
    if let (true, Some(known)) = (is_sp, facts::of_sp(&saml.sp)) {
        let entity = choose::choose_sp(document, None)?;
        let sp = import::saml::service_provider(entity, &saml.sp, &document.file)?;
        return Ok((vec![known], facts::of_sp(&sp).into_iter().collect()));
    }
    let known = saml.idp.entity_id.as_str();
    let only = document.len() == 1;
    let entity = choose::choose_idp(document, (!only).then_some(known))?;
    let profile = context.vendor(&connection.provider)?.saml.clone().ok_or_else(|| {
        Failure::input("protocol-unsupported", format!("{} does not offer SAML", connection.provider))
            .hint("`ssoctl provider list` shows what each offers")
    })?;
    let idp = import::saml::renewed(entity, &profile, &saml.idp, &document.file)?;
    Ok((vec![facts::of_idp(&saml.idp)], vec![facts::of_idp(&idp)]))
}

fn of_documents(old: &Document, new: &Document, entity_id: Option<&str>, context: &Context) -> Result<Vec<Group>> {
    if let Some(wanted) = entity_id
        && old.entities.is_empty()
        && new.entities.is_empty()
    {
        // Chooses only to say what there is instead.
        choose::choose_idp(old, Some(wanted))?;
    }
    let compare = |a: &Entity, b: &Entity, whole: bool| {
        let a = facts::of_entity(a, old, whole);
        let b = facts::of_entity(b, new, whole);
        group(&b.entity_id, drift::compare(&a, &b, context.now))
    };
    if let ([a], [b]) = (old.entities.as_slice(), new.entities.as_slice()) {
        return Ok(compare(a, b, true).into_iter().collect());
    }
    // One entity against a whole federation is about that entity.
    let alone = match (old.entities.as_slice(), new.entities.as_slice()) {
        ([one], _) | (_, [one]) if entity_id.is_none() => one.entity_id.as_deref(),
        _ => None,
    };
    let wanted = |entity: &&Entity| alone.is_none() || entity.entity_id.as_deref() == alone;
    let mut left: HashMap<&str, &Entity> = HashMap::new();
    for entity in new.entities.iter().filter(wanted) {
        left.entry(entity.entity_id.as_deref().unwrap_or_default()).or_insert(entity);
    }
    let mut groups: Vec<Group> = Vec::new();
    if alone.is_none() {
        let about = drift::compare(&facts::of_group(old), &facts::of_group(new), context.now);
        groups.extend((!about.is_empty()).then_some(Group { entity_id: None, changes: about }));
    }
    let mut seen: HashMap<&str, ()> = HashMap::new();
    for entity in old.entities.iter().filter(wanted) {
        let id = entity.entity_id.as_deref().unwrap_or_default();
        if seen.insert(id, ()).is_some() {
            continue;
        }
        groups.extend(match left.remove(id) {
            Some(other) => compare(entity, other, alone.is_some()),
            None => group(id, vec![removed()]),
        });
    }
    for entity in new.entities.iter().filter(wanted) {
        let id = entity.entity_id.as_deref().unwrap_or_default();
        if left.remove(id).is_some() {
            groups.extend(group(id, vec![added()]));
        }
    }
    Ok(groups)
}

fn removed() -> Change {
    let means = "who trusts this document trusts it no longer";
    Change::by_hand("entity-removed", Risk::Medium, "entity", (Some("published"), None), means)
}

fn added() -> Change {
    let means = "who trusts this document now trusts it too";
    Change::by_hand("entity-added", Risk::Info, "entity", (None, Some("published")), means)
}
