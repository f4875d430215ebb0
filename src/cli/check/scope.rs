//! What a run is asked to tell of: everything, some connections, or what has changed since a revision. A finding
//! belongs to all connections that it is about, so that none of two that clash hides it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::check::Args;
use crate::cli::check::reading::Read;
use crate::cli::check::since;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::difference::nearest;
use crate::workspace::Workspace;
use crate::workspace::parse_connection;

/// Files whose earlier content is read; where more have changed, all of it may matter.
const MOST: usize = 200;

/// Where the records of what was applied are, each of the connection of its name.
const RECORDS: &str = "connections/.applied/";

/// What is told.
pub(super) struct Scope {
    /// Nothing where everything is.
    part: Option<Part>,
    /// The commit that it is told since.
    pub(super) commit: Option<String>,
}

/// A part of the workspace.
#[derive(Default)]
struct Part {
    connections: BTreeSet<String>,
    /// As seen from the workspace's folder.
    files: BTreeSet<String>,
    left: Left,
}

/// Whose connections may have lost one beside them: what holds among the others may be new.
#[derive(Default)]
enum Left {
    #[default]
    Nobody,
    Providers(BTreeSet<String>),
    Anybody,
}

impl Scope {
    /// By the arguments; a name that no file has is refused.
    pub(super) fn of(args: &Args, workspace: &Workspace, read: &Read) -> Result<Self> {
        if let Some(revision) = &args.since {
            // Before the first commit everything is new.
            if revision == "HEAD" && since::is_before_the_first(workspace) {
                return Ok(Self { part: None, commit: None });
            }
            let changed = since::changed(revision, workspace)?;
            let part = (!changed.files.contains_key("ssoctl.yaml")).then(|| Part::changed(&changed, workspace, read));
            return Ok(Self { part, commit: Some(changed.commit) });
        }
        if args.names.is_empty() {
            return Ok(Self { part: None, commit: None });
        }
        let mut part = Part::default();
        for name in &args.names {
            known(name, read)?;
            part.connections.insert(name.to_string());
            part.files.insert(format!("connections/{name}.yaml"));
        }
        Ok(Self { part: Some(part), commit: None })
    }

    /// Whether nothing is left out.
    pub(super) fn is_everything(&self) -> bool {
        self.part.is_none()
    }

    /// What alone was asked for, for who reads the report and knows no command line; nothing where that is everything.
    pub(super) fn part_in_words(&self) -> Option<String> {
        let part = self.part.as_ref()?;
        Some(match &self.commit {
            Some(commit) => format!("it tells only what has changed since the commit {}", &commit[..12]),
            None => {
                let names: Vec<&str> = part.connections.iter().map(String::as_str).collect();
                format!("it tells only of {}, as was asked for", names.join(", "))
            }
        })
    }

    /// Whether a connection is told of.
    pub(super) fn has(&self, name: &str) -> bool {
        self.part.as_ref().is_none_or(|part| part.connections.contains(name))
    }

    /// Whether a file is told of.
    pub(super) fn has_file(&self, file: &str, workspace: &Workspace) -> bool {
        self.part.as_ref().is_none_or(|part| {
            let file = workspace.relative(file);
            let stem = Path::new(&file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            part.files.contains(&file) || file.starts_with("connections/") && part.connections.contains(&stem)
        })
    }

    /// Whether a finding is told.
    pub(super) fn tells(&self, finding: &Finding, workspace: &Workspace) -> bool {
        let Some(part) = &self.part else { return true };
        if finding.connection.is_none() {
            return finding.place.as_ref().is_some_and(|place| self.has_file(&place.file, workspace));
        }
        finding.connections().any(|name| part.connections.contains(name))
    }

    /// The same of what is seen only with all connections side by side, at a connection of `provider`.
    pub(super) fn tells_together(&self, finding: &Finding, provider: Option<&str>, workspace: &Workspace) -> bool {
        let has_left = |part: &Part| match &part.left {
            Left::Nobody => false,
            Left::Providers(providers) => provider.is_some_and(|provider| providers.contains(provider)),
            Left::Anybody => true,
        };
        self.tells(finding, workspace) || self.part.as_ref().is_some_and(has_left)
    }
}

impl Part {
    /// What a change has touched.
    fn changed(changed: &since::Changed, workspace: &Workspace, read: &Read) -> Self {
        let mut part = Self { files: changed.files.keys().cloned().collect(), ..Self::default() };
        let stem = |file: &str, folder: &str| {
            file.strip_prefix(folder).and_then(|name| name.strip_suffix(".yaml")).map(str::to_owned)
        };
        let of_record = |file: &String| stem(file, RECORDS);
        part.connections.extend(part.files.iter().filter_map(|file| of_record(file).or_else(|| stem(file, "connections/"))));
        let profiles: BTreeSet<String> = part.files.iter().filter_map(|file| stem(file, "providers/")).collect();
        let of_profiles = read.providers.iter().filter(|(_, provider)| profiles.contains(provider));
        part.connections.extend(of_profiles.map(|(name, _)| name.to_string()));
        part.left = left(changed, workspace, read);
        part
    }
}

/// The providers that connections have left, by their removal or by a change of tenant.
fn left(changed: &since::Changed, workspace: &Workspace, read: &Read) -> Left {
    let before: Vec<(&String, &String)> = changed
        .files
        .iter()
        .filter(|(file, _)| file.starts_with("connections/") && !file.starts_with(RECORDS))
        .filter_map(|(file, object)| Some((file, object.as_ref()?)))
        .collect();
    if before.len() > MOST {
        return Left::Anybody;
    }
    let mut providers = BTreeSet::new();
    for (file, object) in before {
        let was = since::text(object, workspace).and_then(|text| parse_connection(&text, Path::new(file)).ok());
        // Nobody knows whose it was.
        let Some(was) = was else { return Left::Anybody };
        let stays = |now: &Connection| now.provider == was.provider && now.settings == was.settings;
        let now = read.loaded.iter().find(|(loaded, _)| *file == format!("connections/{}.yaml", loaded.name));
        if !now.is_some_and(|(loaded, _)| stays(&loaded.connection)) {
            providers.insert(was.provider);
        }
    }
    if providers.is_empty() { Left::Nobody } else { Left::Providers(providers) }
}

/// A name that no file has is no connection without findings.
fn known(name: &ConnectionName, read: &Read) -> Result<()> {
    if read.names.contains(name) {
        return Ok(());
    }
    let failure = Failure::input("connection-not-found", format!("there is no connection `{name}`"));
    Err(match nearest(name.as_str(), read.names.iter().map(ConnectionName::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`ssoctl connection list` shows them all"),
    }
    .into())
}
