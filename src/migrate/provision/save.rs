//! A plan to provision goes to the disk in the form of every plan, so that resume, rollback, status
//! and audit know it.

use std::path::Path;

use crate::crypto::Sha256;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::file::FileJournal;
use crate::migrate::plan::Head;
use crate::migrate::plan::Row;
use crate::migrate::plan::file;
use crate::migrate::plan::save::Find;
use crate::migrate::plan::save::Saved;
use crate::migrate::report;
use crate::model::escaped::Escaped;

/// The file of a plan, and its digest.
pub(crate) fn sealed(head: &Head, rows: &[Row]) -> Result<(Vec<u8>, String)> {
    let mut body = Vec::new();
    for row in rows {
        serde_json::to_writer(Escaped(&mut body), row)
            .map_err(|error| Failure::bug("a row is no JSON").because(error))?;
        body.push(b'\n');
    }
    let mut hasher = Sha256::new();
    hasher.update(file::canonical(file::header(head, rows.len(), "")).as_bytes());
    hasher.update(&body);
    let digest = hasher.finish_hex();
    let mut bytes = serde_json::Value::Object(file::header(head, rows.len(), &digest)).to_string().into_bytes();
    bytes.push(b'\n');
    bytes.append(&mut body);
    Ok((bytes, digest))
}

/// Writes a plan below `root`, unless this very plan is there and was begun: that one stays as it is.
pub(crate) fn save(head: &Head, rows: &[Row], root: &Path, find: Option<Find<'_>>) -> Result<Saved> {
    let (bytes, digest) = sealed(head, rows)?;
    let (folder, shared) = match find {
        Some(find) => find(&digest)?,
        None => (Folder::of(root, &head.connection, &digest)?, None),
    };
    if !folder.plan_file().is_file() || !folder.journal_file().is_file() && shared.is_none() {
        disk::write(&folder.plan_file(), &bytes, Access::Private)?;
    }
    let journal: Box<dyn Journal> = match (shared, find) {
        (Some(shared), _) => shared,
        (None, None) => Box::new(folder.look()?),
        // It will be in a database, and is not there yet.
        (None, Some(_)) => Box::new(FileJournal::look(&folder.journal_file(), &folder.plan_file())?),
    };
    let (report, phase) = (report::write(&folder, &*journal)?, journal.whole()?.phase);
    Ok(Saved { folder, digest, phase, report })
}
