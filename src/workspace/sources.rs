//! What is remembered of the documents that connections were made of: `.ssoctl/sources/`.
//!
//! It is memory and no truth: git ignores it, and without it a command knows less and says so.

use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::http::validators::Validators;
use crate::model::ConnectionName;
use crate::model::key_set::PublishedKey;
use crate::model::time::Time;
use crate::workspace::Workspace;
use crate::workspace::own::tidy;

/// The version this build writes; one of another version is as good as none.
const VERSION: u32 = 1;
/// Largest file that is read, in bytes.
const LIMIT: u64 = 64 * 1024;
/// The same of a key set, which has at most 1000 keys.
const KEY_SET_LIMIT: u64 = 1024 * 1024;

/// Which document of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The identity provider's.
    Idp,
    /// The vendor's own.
    Sp,
}

/// The last good document, as far as the next one is held against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastGood {
    /// Of the file's shape.
    pub(crate) version: u32,
    /// Whom it is of.
    pub(crate) entity_id: String,
    /// Where it came from, where that was a URL.
    pub(crate) url: Option<String>,
    /// What the server said of its version.
    pub(crate) validators: Option<Validators>,
    /// SHA-256 of the bytes, lower-case hex.
    pub(crate) sha256: String,
    /// SHA-256 of the part of the connection that was made of it: whether that was changed since.
    pub(crate) part_sha256: String,
    /// When it was read, or last known to be the newest.
    pub(crate) fetched_at: Time,
    /// Its end.
    pub(crate) valid_until: Option<Time>,
    /// The latest end that was seen, of this or an earlier copy.
    pub(crate) latest_valid_until: Option<Time>,
    /// Whether its root has a signature; not whether that was verified.
    pub(crate) signed: bool,
    /// Digest of the pins that have verified it; `None` where it was not verified.
    #[serde(default)]
    pub(crate) verified_with: Option<String>,
    /// `ID` of its root.
    pub(crate) root_id: Option<String>,
}

impl LastGood {
    /// A document that was just read, of which nothing else is known yet.
    pub(crate) fn new(entity_id: &str, fetched_at: Time) -> Self {
        Self {
            version: VERSION,
            entity_id: entity_id.to_owned(),
            url: None,
            validators: None,
            sha256: String::new(),
            part_sha256: String::new(),
            fetched_at,
            valid_until: None,
            latest_valid_until: None,
            signed: false,
            verified_with: None,
            root_id: None,
        }
    }
}

/// The key set of an OpenID provider as it was last seen. Facts alone, since a set may have a secret in it
/// that was never to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenKeys {
    /// Of the file's shape.
    pub(crate) version: u32,
    /// Whose it is.
    pub(crate) issuer: String,
    /// When it was fetched.
    pub(crate) fetched_at: Time,
    /// The keys that tokens may be signed with.
    pub(crate) keys: Vec<PublishedKey>,
}

impl SeenKeys {
    /// A set that was just fetched.
    pub(crate) fn new(issuer: &str, keys: Vec<PublishedKey>, fetched_at: Time) -> Self {
        Self { version: VERSION, issuer: issuer.to_owned(), fetched_at, keys }
    }
}

/// What is kept of the document itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept<'a> {
    /// What is kept already.
    AsItIs,
    /// Nothing but its digest.
    DigestAlone,
    /// All of it.
    Whole(&'a [u8]),
}

/// What the memory has of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// It is there.
    Kept(Box<LastGood>),
    /// Nothing was kept, as in a fresh clone.
    Absent,
    /// Something is there and cannot be read; told by its path.
    Damaged(PathBuf),
}

impl Workspace {
    /// Where a document is remembered, with this ending, as the user would name it.
    pub(crate) fn source_file(&self, name: &ConnectionName, source: Source, ending: &str) -> PathBuf {
        let folder = self.state().join("sources");
        // A folder of its own, since `q.sp` may be another connection.
        let folder = if source == Source::Sp { folder.join("sp") } else { folder };
        tidy(&folder.join(format!("{name}.{ending}")))
    }

    /// What is remembered of a connection's document of this entity; that of another is not.
    pub(crate) fn remembered(&self, name: &ConnectionName, source: Source, entity_id: &str) -> Memory {
        let path = self.source_file(name, source, "json");
        let bytes = match disk::read(&path, LIMIT) {
            Ok(bytes) => bytes,
            Err(error) if failure_of(&error).is_some_and(|failure| failure.code() == "file-not-found") => {
                return Memory::Absent;
            }
            Err(_) => return Memory::Damaged(path),
        };
        match serde_json::from_slice::<LastGood>(&bytes) {
            Ok(kept) if kept.version != VERSION => Memory::Damaged(path),
            Ok(kept) if kept.entity_id != entity_id => Memory::Absent,
            Ok(kept) => Memory::Kept(Box::new(kept)),
            Err(_) => Memory::Damaged(path),
        }
    }

    /// Remembers a document in the place of an earlier one.
    pub(crate) fn remember(
        &self,
        name: &ConnectionName,
        source: Source,
        good: &LastGood,
        document: Kept<'_>,
    ) -> Result<()> {
        let kept = self.source_file(name, source, "xml");
        match document {
            Kept::Whole(bytes) => disk::write(&kept, bytes, Access::Private)?,
            Kept::DigestAlone => forget(&kept),
            Kept::AsItIs => {}
        }
        let text = serde_json::to_string_pretty(good)
            .map_err(|error| Failure::bug("the memory of a document cannot be written").because(error))?;
        // Last, so that it never tells of a document that is not there.
        disk::write(&self.source_file(name, source, "json"), format!("{text}\n").as_bytes(), Access::Private)
    }

    fn key_set_file(&self, name: &ConnectionName) -> PathBuf {
        tidy(&self.state().join("sources").join("keys").join(format!("{name}.json")))
    }

    /// The key set of a connection's provider as it was last seen; that of another issuer is not. What
    /// cannot be read is as good as none, since the next one takes its place.
    pub(crate) fn seen_keys(&self, name: &ConnectionName, issuer: &str) -> Option<SeenKeys> {
        let bytes = disk::read(&self.key_set_file(name), KEY_SET_LIMIT).ok()?;
        let seen = serde_json::from_slice::<SeenKeys>(&bytes).ok()?;
        (seen.version == VERSION && seen.issuer == issuer).then_some(seen)
    }

    /// Remembers a key set in the place of an earlier one.
    pub(crate) fn remember_keys(&self, name: &ConnectionName, seen: &SeenKeys) -> Result<()> {
        let text = serde_json::to_string(seen)
            .map_err(|error| Failure::bug("the memory of a key set cannot be written").because(error))?;
        disk::write(&self.key_set_file(name), format!("{text}\n").as_bytes(), Access::Private)
    }

    /// Forgets everything about a connection that is gone.
    pub(crate) fn forget(&self, name: &ConnectionName) {
        forget(&self.key_set_file(name));
        for source in [Source::Idp, Source::Sp] {
            for ending in ["json", "xml"] {
                forget(&self.source_file(name, source, ending));
            }
        }
    }
}

/// What is left behind is of no harm: it is read only for the entity that it is of.
fn forget(path: &Path) {
    std::fs::remove_file(path).ok();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Config;

    #[test]
    fn a_key_set_is_remembered_of_its_issuer_alone() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(folder.path(), Config::default()).unwrap();
        let name: ConnectionName = "q".parse().unwrap();
        let key = PublishedKey {
            thumbprint: "A".to_owned(),
            kid: None,
            kind: "RSA 2048".to_owned(),
            certificate: None,
            not_before: None,
            not_after: Time::parse("2027-01-01"),
        };
        let seen = SeenKeys::new("https://i", vec![key], Time::EPOCH);
        assert_eq!(workspace.seen_keys(&name, "https://i"), None);
        workspace.remember_keys(&name, &seen).unwrap();
        assert_eq!(workspace.seen_keys(&name, "https://i"), Some(seen));
        assert_eq!(workspace.seen_keys(&name, "https://i/"), None);
        for damage in
            ["", "{", "[]", r#"{"version": 2, "issuer": "https://i", "fetched_at": "2026-01-01", "keys": []}"#]
        {
            disk::write(&workspace.key_set_file(&name), damage.as_bytes(), Access::Private).unwrap();
            assert_eq!(workspace.seen_keys(&name, "https://i"), None, "{damage}");
        }
        workspace.forget(&name);
        assert!(!workspace.key_set_file(&name).exists());
    }

    #[test]
    fn what_was_kept_is_there_again_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(folder.path(), Config::default()).unwrap();
        let name: ConnectionName = "q".parse().unwrap();
        assert_eq!(workspace.remembered(&name, Source::Idp, "e"), Memory::Absent);
        let good = LastGood::new("e", Time::parse("2026-11-22").unwrap());
        workspace.remember(&name, Source::Idp, &good, Kept::Whole(b"<x/>")).unwrap();
        assert_eq!(workspace.remembered(&name, Source::Idp, "e"), Memory::Kept(Box::new(good.clone())));
        assert_eq!(workspace.remembered(&name, Source::Idp, "other"), Memory::Absent);
        assert_eq!(workspace.remembered(&name, Source::Sp, "e"), Memory::Absent);
        let file = |ending| workspace.source_file(&name, Source::Idp, ending);
        let (json, xml) = (file("json"), file("xml"));
        assert_eq!(disk::read(&xml, LIMIT).unwrap(), b"<x/>");
        workspace.remember(&name, Source::Idp, &good, Kept::DigestAlone).unwrap();
        assert!(!xml.exists());
        for damage in ["", "{", "{\"version\": 1}", "[]"] {
            disk::write(&json, damage.as_bytes(), Access::Private).unwrap();
            assert_eq!(workspace.remembered(&name, Source::Idp, "e"), Memory::Damaged(json.clone()), "{damage}");
        }
        workspace.forget(&name);
        assert_eq!(workspace.remembered(&name, Source::Idp, "e"), Memory::Absent);
    }
}
