//! The workspace: a folder in git that holds `ssoctl.yaml`, `connections/*.yaml`
//! with what of them was applied in `connections/.applied/`,
//! and `.ssoctl/` for state that git ignores. Finds, loads, lists and changes
//! files; judges nothing beyond their shape.

mod applied;
mod config;
mod listing;
mod own;
pub(crate) mod sources;

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cert::field;
use crate::disk;
use crate::disk::Access;
use crate::disk::Lock;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Place;
use crate::model::ConnectionName;
use crate::model::connection;
use crate::model::connection::Connection;
use crate::model::difference::nearest;
use crate::workspace::own::leads_out;
use crate::workspace::own::read_own;
use crate::workspace::own::seen_from_here;
use crate::workspace::own::tidy;
use crate::yaml;

pub(crate) use crate::model::route::Segment;
pub(crate) use crate::workspace::config::CertificateValidity;
pub(crate) use crate::workspace::config::Config;
pub(crate) use crate::workspace::config::Policy;
pub(crate) use crate::workspace::config::Ruling;
pub(crate) use crate::workspace::config::Target;
pub(crate) use crate::workspace::listing::is_nearly_yaml;
pub(crate) use crate::yaml::Places;
pub(crate) use crate::yaml::edit::Edit;

/// Name of the file that makes a folder a workspace.
const CONFIG: &str = "ssoctl.yaml";

/// Folder of the workspace in which the schemas of its files are, where somebody wrote them.
pub(crate) const SCHEMAS: &str = "schemas";

/// First lines of a connection's file by which editors find its schema there: those with
/// yaml-language-server, and those of JetBrains.
const SCHEMA_LINES: &str =
    "# yaml-language-server: $schema=../schemas/connection.json\n# $schema: ../schemas/connection.json\n";

/// Largest file that is read as YAML, in bytes.
const YAML_LIMIT: u64 = 1024 * 1024;

/// A connection with the text it came from, so that findings can name a line.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// What commands call it.
    pub(crate) name: ConnectionName,
    /// Its content.
    pub(crate) connection: Connection,
    /// Where it is, as the user would name it.
    pub(crate) path: PathBuf,
    /// The file as it is on disk.
    pub(crate) text: String,
}

impl Loaded {
    /// The place of a key, or of the nearest parent that the file has.
    pub(crate) fn place(&self, route: &[Segment]) -> Place {
        self.places().of(route)
    }

    /// Places in the file, for more than one question.
    pub(crate) fn places(&self) -> Places {
        Places::new(&self.text, &self.path.display().to_string())
    }
}

/// A file that is meant for a connection and cannot be one, and why.
pub(crate) type Overlooked = (PathBuf, Failure);

/// A profile in `providers/`: what the file is called, its stem, and its text or why there is none.
pub(crate) type ProfileText = (String, String, std::result::Result<String, Failure>);

/// An open workspace.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    /// What `ssoctl.yaml` says.
    pub(crate) config: Config,
    /// The same as it is on disk.
    text: String,
}

impl Workspace {
    /// Makes a new workspace; a folder that is one already is left alone.
    pub(crate) fn create(root: &Path, config: Config) -> Result<Self> {
        let file = root.join(CONFIG);
        if file.exists() {
            return Err(Failure::input("workspace-exists", format!("`{}` is a workspace already", root.display()))
                .hint("`ssoctl connection add` adds a connection to it")
                .into());
        }
        let text = format!(
            "# An ssoctl workspace: one file for each SSO connection is in connections/\n{}",
            yaml::print(&config)?
        );
        let failed = |error: std::io::Error| {
            Failure::input("file-unwritable", format!("`{}` cannot be made", root.display()))
                .because(error)
                .hint("check that the folder above may be written, or name another one")
        };
        std::fs::create_dir_all(root.join("connections")).map_err(failed)?;
        // A folder that ignores itself needs no line in a .gitignore that may be there already.
        disk::write(&root.join(".ssoctl/.gitignore"), b"*\n", Access::Shared)?;
        let ignore = root.join(".gitignore");
        if !ignore.exists() {
            disk::write(&ignore, b"# journals, locks, the last good source documents, and what a killed run leaves\n/.ssoctl/\n.ssoctl-*\n", Access::Shared)?;
        }
        // Git does not keep an empty folder; a clone must still be a workspace.
        disk::write(&root.join("connections/.gitkeep"), b"", Access::Shared)?;
        disk::write(&file, text.as_bytes(), Access::Shared)?;
        Ok(Self { root: root.to_owned(), config, text })
    }

    /// Opens the workspace in `start` or the nearest folder above it.
    pub(crate) fn find(start: &Path) -> Result<Self> {
        let absolute = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        for (height, folder) in absolute.ancestors().enumerate() {
            if folder.join(CONFIG).is_file() {
                // The folder as the user named it reads better than an absolute path.
                let is_named = height == 0 && start.is_relative();
                return Self::open(&if is_named { start.to_owned() } else { seen_from_here(folder) });
            }
        }
        Err(Failure::input(
            "workspace-not-found",
            format!("there is no `{CONFIG}` in `{}` or a folder above it", absolute.display()),
        )
        .hint("`ssoctl init` makes a workspace here; `--workspace DIR` names one elsewhere")
        .into())
    }

    /// Opens the workspace in exactly this folder.
    fn open(root: &Path) -> Result<Self> {
        let file = tidy(&root.join(CONFIG));
        let text = read_own(root, &file)?;
        let config: Config = yaml::parse(&text, &file.display().to_string(), 1)?;
        config.check(&Places::new(&text, &file.display().to_string()))?;
        Ok(Self { root: root.to_owned(), config, text })
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the keys of `ssoctl.yaml` are.
    pub(crate) fn config_places(&self) -> Places {
        Places::new(&self.text, &tidy(&self.root.join(CONFIG)).display().to_string())
    }

    /// A file as seen from the workspace's folder, with `/`; as it is told where it lies elsewhere.
    pub(crate) fn relative(&self, file: &str) -> String {
        let file = tidy(Path::new(file));
        let inside = file.strip_prefix(tidy(&self.root)).unwrap_or(&file);
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }

    /// `.ssoctl/`, which git ignores.
    pub(crate) fn state(&self) -> PathBuf {
        tidy(&self.root.join(".ssoctl"))
    }

    /// `.ssoctl/migrations`, where plans and journals are. A link that leads out of the workspace is
    /// refused: whoever sent the workspace must not choose what is written over (CWE-59).
    pub(crate) fn migrations(&self) -> Result<PathBuf> {
        let folder = self.state().join("migrations");
        match [self.state(), folder.clone()].iter().find(|place| leads_out(&self.root, place)) {
            None => Ok(folder),
            Some(place) => {
                let told = format!("`{}` is a link that leads out of the workspace", place.display());
                Err(Failure::input("file-not-own", told)
                    .hint("put the folder itself there, with what is in it where that is yours")
                    .into())
            }
        }
    }

    /// Takes the lock that every change of the workspace's files needs; refused where a link would lead the change out.
    pub(crate) fn lock(&self) -> Result<Lock> {
        for folder in [".ssoctl", "connections", "connections/.applied", "providers"] {
            self.folder(folder)?;
        }
        Lock::take(&self.state().join("lock"), "this workspace")
    }

    /// Where a connection's file is, as the user would name it.
    pub(crate) fn path(&self, name: &ConnectionName) -> PathBuf {
        tidy(&self.root.join("connections").join(format!("{name}.yaml")))
    }

    /// Loads one connection; an unknown name is refused with the nearest one.
    pub(crate) fn load(&self, name: &ConnectionName) -> Result<Loaded> {
        let path = self.path(name);
        // A folder or a link of that name is there, and `read_own` says what it is.
        if path.symlink_metadata().is_err() {
            let names = self.names()?;
            let near = nearest(name.as_str(), names.iter().map(ConnectionName::as_str));
            let failure = Failure::input("connection-not-found", format!("there is no connection `{name}`"));
            return Err(match near {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None if names.is_empty() => {
                    failure.hint("`ssoctl connection add NAME --provider P --metadata FILE` adds one")
                }
                None => failure.hint("`ssoctl connection list` shows them all"),
            }
            .into());
        }
        let text = read_own(&self.root, &path)?;
        let connection = parse_connection(&text, &path)?;
        Ok(Loaded { name: name.clone(), connection, path, text })
    }

    /// One of the folders of the workspace, as the user would name it; refused where a link in its place leads out,
    /// since files there would be read and written over.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = tidy(&self.root.join(name));
        if leads_out(&self.root, &folder) {
            let told = format!("`{}` is a link that leads out of the workspace", folder.display());
            return Err(Failure::input("file-not-own", told).hint("put the folder itself there").into());
        }
        Ok(folder)
    }

    /// Writes a new connection, as [`render`] gives it; one of that name, in any case, is not replaced.
    pub(crate) fn add(&self, name: &ConnectionName, text: &str) -> Result<PathBuf> {
        let path = self.path(name);
        if let Some(taken) = self.names()?.iter().find(|taken| taken.as_str().eq_ignore_ascii_case(name.as_str())) {
            return Err(taken_by(taken).into());
        }
        // What a hostile document put there must not make a file that is refused from then on.
        parse_connection(text, &path)?;
        let text = match self.root.join(SCHEMAS).join("connection.json").is_file() {
            true => format!("{SCHEMA_LINES}{text}"),
            false => text.to_owned(),
        };
        disk::write(&path, text.as_bytes(), Access::Shared)?;
        Ok(path)
    }

    /// Replaces a connection's text, after the new text has been read back and found well-formed.
    pub(crate) fn replace(&self, name: &ConnectionName, text: &str) -> Result<()> {
        let path = self.path(name);
        parse_connection(text, &path)?;
        disk::write(&path, text.as_bytes(), Access::Shared)
    }

    /// Removes a connection's file.
    pub(crate) fn remove(&self, name: &ConnectionName) -> Result<PathBuf> {
        let path = self.path(name);
        std::fs::remove_file(&path).map_err(|error| {
            Failure::input("file-unwritable", format!("`{}` cannot be removed", path.display()))
                .because(error)
                .hint("check that its folder may be written")
        })?;
        Ok(path)
    }
}

/// Why a name cannot be given to a new connection.
pub(crate) fn taken_by(taken: &ConnectionName) -> Failure {
    Failure::refused("connection-exists", format!("there is a connection `{taken}` already")).hint(format!(
        "`ssoctl connection set {taken} KEY=VALUE` changes it, `ssoctl connection remove {taken}` removes it"
    ))
}

/// The text of a connection file, the same bytes for the same connection; also of one without
/// the keys that say what is so anyway.
pub(crate) fn render(connection: &impl Serialize) -> Result<String> {
    Ok(format!(
        "# One SSO connection; `ssoctl connection show` reads it, `ssoctl connection set` changes it\n{}",
        yaml::print(connection)?
    ))
}

/// Changes a connection's text in place, without touching comments, order or other lines.
/// The result is read back; what the edits could not express is refused, never written.
pub(crate) fn edited(loaded: &Loaded, edits: &[Edit]) -> Result<(String, Connection)> {
    edited_text(&loaded.text, &loaded.path, edits)
}

/// As [`edited`], for a text that was not loaded.
pub(crate) fn edited_text(text: &str, path: &Path, edits: &[Edit]) -> Result<(String, Connection)> {
    yaml::edit::edited(text, &path.display().to_string(), edits, |text| parse_connection(text, path))
}

/// Reads a connection from text, for the tests of the rooms above.
#[cfg(test)]
pub(crate) fn parsed_for_tests(text: &str) -> Connection {
    parse_connection(text, Path::new("connections/test.yaml")).unwrap()
}

/// Only deserialises a connection's text, and judges nothing: what a bench holds [`parse_connection`] against.
#[cfg(any(test, feature = "benching"))]
pub(crate) fn deserialised(text: &str) -> Connection {
    yaml::deserialised(text)
}

/// Reads a connection from text; `path` is what messages call it.
pub(crate) fn parse_connection(text: &str, path: &Path) -> Result<Connection> {
    let file = path.display().to_string();
    let connection: Connection = yaml::parse(text, &file, connection::VERSION)?;
    // Without its BEGIN line a key is known only once it is decoded.
    for text in certificates_in(&connection) {
        if let Err(failure) = field::stored(text)
            && failure.code() == "private-key"
        {
            return Err(Failure::input("private-key", format!("{file}: {failure}"))
                .hint("take it out and put the certificate there; if this was committed or sent, replace the key")
                .into());
        }
    }
    Ok(connection)
}

/// Everything in a connection that is to be a certificate or a public key.
fn certificates_in(connection: &Connection) -> impl Iterator<Item = &str> {
    let stored = connection.saml.iter().flat_map(|saml| {
        let (idp, sp) = (&saml.idp, &saml.sp);
        let come = idp.planned.iter().filter_map(|step| step.add.as_ref());
        idp.certificates.iter().chain(come).chain(&sp.signing_certificates).chain(&sp.encryption_certificates)
    });
    let pins = connection.saml.iter().flat_map(|saml| &saml.idp.trust).filter(|pin| !pin.starts_with("sha256:"));
    let key = connection.oauth.iter().filter_map(|oauth| oauth.public_key.as_deref());
    stored.map(|stored| stored.pem.as_str()).chain(pins.map(String::as_str)).chain(key)
}

#[cfg(test)]
mod tests;
