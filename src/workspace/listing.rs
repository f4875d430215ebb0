//! Which files of a workspace are connections and profiles, and which would be overlooked: by their names alone.

use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::workspace::Overlooked;
use crate::workspace::ProfileText;
use crate::workspace::Workspace;
use crate::workspace::own::read_own;
use crate::workspace::own::shown;

impl Workspace {
    /// Names of all connections, sorted; the first file that cannot be one ends it.
    pub(crate) fn names(&self) -> Result<Vec<ConnectionName>> {
        let (names, overlooked) = self.listing()?;
        match overlooked.into_iter().next() {
            Some((_, failure)) => Err(failure.into()),
            None => Ok(names),
        }
    }

    /// Names of all connections, sorted, and the files that would be overlooked.
    pub(crate) fn listing(&self) -> Result<(Vec<ConnectionName>, Vec<Overlooked>)> {
        let folder = self.folder("connections")?;
        let failed = |error: std::io::Error| {
            Failure::input("file-unreadable", format!("`{}` cannot be listed", folder.display())).because(error)
        };
        let (mut names, mut overlooked) = (Vec::new(), Vec::new());
        if !folder.exists() {
            return Ok((names, overlooked));
        }
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let file = entry.map_err(failed)?.file_name();
            let path = folder.join(&file);
            let is_hidden = file.as_encoded_bytes().first() == Some(&b'.');
            let Some(file) = file.to_str().filter(|_| !is_hidden) else {
                if !is_hidden {
                    let told = format!("`{}` cannot be a connection's file: its name is not UTF-8", path.display());
                    overlooked.push((path, Failure::input("connection-name", told).hint("rename the file")));
                }
                continue;
            };
            if let Some(stem) = file.strip_suffix(".yaml") {
                match stem.parse::<ConnectionName>() {
                    Ok(name) => names.push(name),
                    Err(reason) => {
                        let failure = Failure::input(
                            "connection-name",
                            format!("`{}` cannot be a connection's file", shown(&path)),
                        );
                        overlooked.push((path, failure.because(reason).hint("rename the file")));
                    }
                }
            } else if is_nearly_yaml(file) {
                let failure =
                    Failure::input("connection-file-ending", format!("`{}` would be overlooked", shown(&path)))
                        .hint("connection files end in `.yaml`: rename it");
                overlooked.push((path, failure));
            }
        }
        names.sort_by_key(|name| (name.as_str().to_ascii_lowercase(), name.clone()));
        for pair in names.windows(2).filter(|pair| pair[0].as_str().eq_ignore_ascii_case(pair[1].as_str())) {
            let failure = Failure::input(
                "connection-name-case",
                format!("`{}` and `{}` differ only in case, which some file systems cannot hold", pair[0], pair[1]),
            )
            .hint("rename one of them");
            overlooked.push((self.path(&pair[1]), failure));
        }
        overlooked.sort_by(|a, b| a.0.cmp(&b.0));
        Ok((names, overlooked))
    }

    /// The user's own vendors in `providers/`: the path as the user would name it, the stem, and
    /// the text or why there is none. One that cannot be read hides no other.
    pub(crate) fn profiles(&self) -> Result<Vec<ProfileText>> {
        let folder = self.folder("providers")?;
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |error: std::io::Error| {
            Failure::input("file-unreadable", format!("`{}` cannot be listed", folder.display())).because(error)
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = folder.join(entry.map_err(failed)?.file_name());
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || !is_nearly_yaml(&name) {
                continue;
            }
            let text = if name.ends_with(".yaml") {
                read_own(&self.root, &path).map_err(|error| error.downcast::<Failure>())
            } else {
                Err(Ok(Failure::input("provider-file-ending", format!("`{}` would be overlooked", shown(&path)))
                    .hint("profiles end in `.yaml`: rename it")))
            };
            let text = match text {
                Ok(text) => Ok(text),
                Err(failure) => Err(failure?),
            };
            found.push((shown(&path), stem, text));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Whether the folder of connections is there.
    pub(crate) fn has_connections(&self) -> bool {
        self.root.join("connections").is_dir()
    }
}

/// Whether a file is meant to be YAML, by a name that is passed over: another case, another ending, a dot or a
/// blank at its end.
pub(crate) fn is_nearly_yaml(name: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ']).to_ascii_lowercase();
    name.ends_with(".yml") || name.ends_with(".yaml")
}
