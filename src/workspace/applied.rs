//! The version of each connection that was last entered at its vendor: `connections/.applied/`.
//!
//! Git keeps it beside the connections, so that a fresh clone knows it too (QT12).

use std::path::PathBuf;

use crate::disk;
use crate::disk::Access;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::time::Time;
use crate::workspace::Loaded;
use crate::workspace::Workspace;
use crate::workspace::own::read_own;
use crate::workspace::own::tidy;
use crate::workspace::parse_connection;

impl Workspace {
    /// Where the applied version is, as the user would name it.
    pub(crate) fn applied_path(&self, name: &ConnectionName) -> PathBuf {
        tidy(&self.root().join("connections/.applied").join(format!("{name}.yaml")))
    }

    /// The version that was last applied; `None` where none was.
    pub(crate) fn applied(&self, name: &ConnectionName) -> Result<Option<Loaded>> {
        let path = self.applied_path(name);
        // A link to nothing, a folder or a pipe in its place is told, since the gates go by what it says.
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        self.folder("connections/.applied")?;
        let text = read_own(&self.root, &path)?;
        let connection = parse_connection(&text, &path)?;
        Ok(Some(Loaded { name: name.clone(), connection, path, text }))
    }

    /// Keeps a version as the applied one.
    pub(crate) fn apply(&self, loaded: &Loaded) -> Result<PathBuf> {
        let path = self.applied_path(&loaded.name);
        disk::write(&path, loaded.text.as_bytes(), Access::Shared)?;
        Ok(path)
    }

    /// Keeps the text of a connection that is about to be replaced, so that it can be had again.
    pub(crate) fn keep_replaced(&self, name: &ConnectionName, now: Time) -> Result<PathBuf> {
        let text = disk::read(&self.path(name), crate::workspace::YAML_LIMIT)?;
        let day = now.to_string().replace(':', "");
        let folder = self.state().join("replaced");
        // Nothing that was kept is written over.
        let file = |number: u32| match number {
            0 => folder.join(format!("{name}-{day}.yaml")),
            _ => folder.join(format!("{name}-{day}-{number}.yaml")),
        };
        let free = (0..).map(file).find(|path| !path.exists()).unwrap_or_else(|| file(0));
        disk::write(&free, &text, Access::Private)?;
        Ok(free)
    }

    /// Forgets the applied version of a connection that is gone.
    pub(crate) fn forget_applied(&self, name: &ConnectionName) -> Result<()> {
        disk::remove(&self.applied_path(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Config;

    #[test]
    fn an_applied_version_is_no_connection_and_nothing_kept_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(folder.path(), Config::default()).unwrap();
        let name: ConnectionName = "q".parse().unwrap();
        workspace.add(&name, "version: 1\nprovider: qualtrics\nname: Q\n").unwrap();
        assert!(workspace.applied(&name).unwrap().is_none());
        let loaded = workspace.load(&name).unwrap();
        workspace.apply(&loaded).unwrap();
        assert_eq!(workspace.applied(&name).unwrap().unwrap().text, loaded.text);
        assert_eq!(workspace.names().unwrap(), std::slice::from_ref(&name));
        let now = Time::parse("2026-11-22").unwrap();
        let kept = [workspace.keep_replaced(&name, now).unwrap(), workspace.keep_replaced(&name, now).unwrap()];
        assert_ne!(kept[0], kept[1]);
        workspace.forget_applied(&name).unwrap();
        workspace.forget_applied(&name).unwrap();
        assert!(workspace.applied(&name).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_record_in_the_place_of_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(&folder.path().join("w"), Config::default()).unwrap();
        let name: ConnectionName = "q".parse().unwrap();
        let code = || crate::error::failure_of(&workspace.applied(&name).unwrap_err()).unwrap().code();
        std::fs::create_dir_all(workspace.applied_path(&name)).unwrap();
        assert_eq!(code(), "file-not-own");
        std::fs::remove_dir(workspace.applied_path(&name)).unwrap();
        std::os::unix::fs::symlink("gone.yaml", workspace.applied_path(&name)).unwrap();
        assert_eq!(code(), "file-not-own");
        // The folder itself, elsewhere.
        let (inside, outside) = (workspace.root().join("connections/.applied"), folder.path().join("outside"));
        std::fs::remove_dir_all(&inside).unwrap();
        std::fs::create_dir(&outside).unwrap();
        let text = b"version: 1\nprovider: qualtrics\nname: Q\n";
        disk::write(&outside.join("q.yaml"), text, Access::Shared).unwrap();
        std::os::unix::fs::symlink(&outside, &inside).unwrap();
        assert_eq!(code(), "file-not-own");
    }
}
