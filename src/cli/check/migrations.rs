//! Where the migrations of a workspace stand, as findings: one that has stopped leaves some people with a new name
//! and some with the old one. Journals are read and not changed; one in a database is not asked.

use std::collections::BTreeMap;

use crate::cli::check::reading::Read;
use crate::cli::users::drive;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::migrate::Folder;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::report;
use crate::migrate::report::Report;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::model::time::Time;
use crate::workspace::Workspace;

/// Adds what there is to tell; a journal that cannot be read is among it, and hides no other.
pub(super) fn look(workspace: &Workspace, read: &mut Read) {
    let root = match drive::root(workspace) {
        Ok(root) => root,
        Err(error) => return read.cannot(".ssoctl/migrations", &error, None),
    };
    let ids = match Folder::all(&root) {
        Ok(ids) => ids,
        Err(error) => return read.cannot(&root.display().to_string(), &error, None),
    };
    // What became of the last one of each connection counts, once it has ended.
    let mut ended: BTreeMap<String, (Time, Report)> = BTreeMap::new();
    for id in ids {
        let folder = Folder::at(&root, &id);
        let path = folder.path().display().to_string();
        match one(&folder) {
            Ok(None) => {}
            Ok(Some(Stands::Elsewhere(address))) => {
                let connection = folder.connection();
                let finding = Finding::new(
                    "migration-elsewhere",
                    Severity::Info,
                    format!("the journal of migration {id} is in a database, and whether it has ended is not known here"),
                )
                .hint(format!("`ssoctl users status {id} --journal {address}` asks there, and keeps the end in mind"));
                read.findings.push(placed(finding, connection, &folder, workspace, &read.names));
            }
            Ok(Some(Stands::Here(report, is_held))) if report.phase.is_under_way() => {
                let found = under_way(&report, is_held, &read.names);
                let placed = |finding| placed(finding, &report.connection, &folder, workspace, &read.names);
                read.findings.extend(found.into_iter().map(placed).collect::<Vec<_>>());
            }
            Ok(Some(Stands::Here(report, _))) => {
                let at = report.last_record.unwrap_or(report.created);
                let newest = ended.get(&report.connection).is_none_or(|(other, _)| *other <= at);
                if newest {
                    ended.insert(report.connection.clone(), (at, *report));
                }
            }
            Err(error) => {
                let connection = folder.connection().to_owned();
                let name = read.names.iter().find(|name| name.as_str() == connection).cloned();
                read.cannot(&path, &error, name.as_ref());
            }
        }
    }
    for (connection, (_, report)) in ended {
        let folder = Folder::at(&root, &report.id);
        let found = at_its_end(&report);
        let placed = |finding| placed(finding, &connection, &folder, workspace, &read.names);
        read.findings.extend(found.map(placed));
    }
}

/// Where one stands that was begun.
enum Stands {
    Here(Box<Report>, bool),
    Elsewhere(String),
}

fn one(folder: &Folder) -> Result<Option<Stands>> {
    if folder.is_plan()? || folder.ended_elsewhere().is_some() {
        return Ok(None);
    }
    if let Some(address) = folder.elsewhere() {
        return Ok(Some(Stands::Elsewhere(address)));
    }
    // Before and after: one that ends or begins meanwhile has not stopped.
    let was_held = folder.is_held()?;
    let report = report::summary(folder, &folder.look()?)?;
    Ok(Some(Stands::Here(Box::new(report), was_held || folder.is_held()?)))
}

fn under_way(report: &Report, is_held: bool, names: &[ConnectionName]) -> Vec<Finding> {
    let (id, counts) = (&report.id, &report.counts);
    let of = counts.done + counts.failed + counts.unknown + counts.pending + counts.undone;
    let (far, open) = match report.phase {
        Phase::RollingBack => (format!("{} of {} taken back", counts.undone, counted(of, "account")), counts.in_place),
        _ => (format!("{} of {} written", counts.done, counted(of, "account")), counts.pending),
    };
    let unknown = match counts.unknown {
        0 => String::new(),
        some => format!(", of {some} it is not known"),
    };
    let mut found = vec![match is_held {
        true => Finding::new(
            "migration-under-way",
            Severity::Info,
            format!("another ssoctl is at work on migration {id}: {far}{unknown}"),
        )
        .hint(format!("`ssoctl users status {id}` shows how far it is")),
        false => Finding::new(
            "migration-stopped",
            Severity::Error,
            format!("migration {id} has stopped ({}): {far}, {open} left{unknown}", report.state),
        )
        .hint(format!("`ssoctl users resume {id}` goes on with it")),
    }];
    if !names.iter().any(|name| *name.as_str() == report.connection) {
        let message = format!("migration {id} is not finished, and its connection `{}` is not there", report.connection);
        let finding = Finding::new("migration-connection-gone", Severity::Error, message)
            .hint(format!("bring `connections/{}.yaml` back: only with it can it go on, or be taken back", report.connection));
        found.push(finding);
    }
    found
}

/// What is left to do after the end of the last one. Until it is known of every account what became of it, it has not ended.
fn at_its_end(report: &Report) -> Option<Finding> {
    let (id, counts) = (&report.id, &report.counts);
    let (left, command) = match report.phase {
        Phase::RolledBack => {
            (counts.in_place - counts.in_place_made, format!("ssoctl users rollback {id} --retry-failed --apply"))
        }
        _ => (counts.failed, format!("ssoctl users resume {id} --retry-failed")),
    };
    if left == 0 {
        return None;
    }
    let what = match (report.phase, counts.job) {
        (Phase::RolledBack, _) => "could not be given back what they had",
        (_, Job::Rename) => "kept their old name",
        (_, Job::Provision) => "could not be made or changed",
    };
    let message = format!("of migration {id} {} {what}", counted(left, "account"));
    Some(
        Finding::new("migration-incomplete", Severity::Warning, message)
            .hint(format!("`ssoctl users status {id}` says why; `{command}` tries them again")),
    )
}

/// At the connection's file where there is one.
fn placed(finding: Finding, connection: &str, folder: &Folder, workspace: &Workspace, names: &[ConnectionName]) -> Finding {
    let file = match names.iter().find(|name| name.as_str() == connection) {
        Some(name) => workspace.path(name),
        None => folder.path(),
    };
    finding.of(connection).at(Place { file: file.display().to_string(), line: None, column: None })
}
