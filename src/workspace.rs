//! The workspace: a folder in git that holds `ssoctl.yaml`, `connections/*.yaml`
//! with what of them was applied in `connections/.applied/`,
//! and `.ssoctl/` for state that git ignores. Finds, loads, lists and changes
//! files; judges nothing beyond their shape.

mod applied;
mod config;
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
use crate::model::printable;
use crate::yaml;

pub(crate) use crate::model::route::Segment;
pub(crate) use crate::workspace::config::CertificateValidity;
pub(crate) use crate::workspace::config::Config;
pub(crate) use crate::workspace::config::Policy;
pub(crate) use crate::workspace::config::Ruling;
pub(crate) use crate::workspace::config::Target;
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

/// Reads a file of the workspace. A link that leads out of it is refused: what is wrong in a
/// file is told with its line, and whoever sent the workspace must not choose whose line (CWE-59).
fn read_own(root: &Path, path: &Path) -> Result<String> {
    let refuse = |what: &str, hint: &str| {
        Err(Failure::input("file-not-own", format!("`{}` is {what}", shown(path))).hint(hint).into())
    };
    if path.is_dir() {
        return refuse("a folder, not a file", "put a file in its place, or move the folder elsewhere");
    }
    if leads_out(root, path) {
        return refuse("a link that leads out of the workspace", "put the file itself there");
    }
    read_text(path)
}

/// Whether a place is a link to something outside of the workspace, or to nothing.
fn leads_out(root: &Path, path: &Path) -> bool {
    path.is_symlink()
        && !std::fs::canonicalize(path)
            .is_ok_and(|target| std::fs::canonicalize(root).is_ok_and(|root| target.starts_with(root)))
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

fn read_text(path: &Path) -> Result<String> {
    let bytes = disk::read_regular(path, YAML_LIMIT)?;
    String::from_utf8(bytes).map_err(|error| {
        Failure::input("yaml-encoding", format!("`{}` is not UTF-8", shown(path)))
            .because(error)
            .hint("save it as UTF-8")
            .into()
    })
}

/// Whether a file is meant to be YAML, by a name that is passed over: another case, another ending, a dot or a
/// blank at its end.
pub(crate) fn is_nearly_yaml(name: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ']).to_ascii_lowercase();
    name.ends_with(".yml") || name.ends_with(".yaml")
}

/// A folder as seen from where the program runs, which is how pipelines find files; as it is where it is neither
/// below nor above.
fn seen_from_here(folder: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir() else { return folder.to_owned() };
    let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    for folder in [folder, &real] {
        if let Ok(below) = folder.strip_prefix(&here) {
            return Path::new(".").join(below);
        }
        if let Ok(below) = here.strip_prefix(folder) {
            return below.iter().map(|_| "..").collect();
        }
    }
    folder.to_owned()
}

/// A path as messages name it: what it is called begins no line of its own.
fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

/// `./connections/x.yaml` as `connections/x.yaml`.
fn tidy(path: &Path) -> PathBuf {
    path.strip_prefix(".").map_or_else(|_| path.to_owned(), Path::to_owned)
}

#[cfg(test)]
mod tests;
