//! Everything of a workspace that can be read, and findings on what cannot: one bad file hides
//! no other.

use std::path::Path;
use std::sync::Arc;

use crate::cli::parallel;
use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::provider::Vendor;
use crate::provider::Vendors;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// What there is.
pub(super) struct Read {
    /// Every name, also of a file that cannot be read.
    pub(super) names: Vec<ConnectionName>,
    /// What each that can be read calls its vendor, which may be none.
    pub(super) providers: Vec<(ConnectionName, String)>,
    /// The vendors that there are.
    pub(super) vendors: Vec<String>,
    /// Connections with their vendors.
    pub(super) loaded: Vec<(Loaded, Arc<Vendor>)>,
    /// Why the others are not among them.
    pub(super) findings: Vec<Finding>,
    /// Files that could not be looked at.
    pub(super) unreadable: Vec<String>,
}

/// Reads all.
pub(super) fn read(workspace: &Workspace) -> Result<Read> {
    let (names, overlooked) = workspace.listing()?;
    let vendors = Vendors::new(workspace.profiles()?)?;
    let mut read = Read {
        names,
        providers: Vec::new(),
        vendors: vendors.ids().map(str::to_owned).collect(),
        loaded: Vec::new(),
        findings: Vec::new(),
        unreadable: Vec::new(),
    };
    for (path, failure) in overlooked {
        let (path, is_read) = (path.display().to_string(), failure.code() == "connection-name-case");
        if is_read {
            // Both can be read here, and nowhere where case means nothing.
            let stem = Path::new(&path).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let alike = read.names.iter().map(ConnectionName::as_str).filter(|name| name.eq_ignore_ascii_case(&stem));
            let finding = told(&failure.into(), &path, None).of(&stem).beside(alike);
            read.findings.push(finding);
        } else {
            read.cannot(&path, &failure.into(), None);
        }
    }
    for faulty in vendors.faulty() {
        read.cannot(&faulty.file, &faulty.why.again().into(), None);
    }
    let bad: Vec<&str> = vendors.faulty().iter().map(|faulty| faulty.stem.as_str()).collect();
    let names = read.names.clone();
    let all = parallel::each(&names, parallel::processors(), |name| workspace.load(name));
    for (name, loaded) in names.into_iter().zip(all) {
        let path = workspace.path(&name).display().to_string();
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                read.cannot(&path, &error, Some(&name));
                continue;
            }
        };
        let provider = &loaded.connection.provider;
        read.providers.push((name.clone(), provider.clone()));
        match vendors.named(provider) {
            Ok(vendor) => read.loaded.push((loaded, vendor)),
            Err(_) if bad.contains(&provider.as_str()) => {
                let failure = Failure::input(
                    "provider-unreadable",
                    format!(
                        "the profile of `{}` cannot be read, so that nothing was checked here",
                        provider.escape_debug()
                    ),
                );
                read.cannot(&path, &failure.hint("mend the profile first").into(), Some(&name));
            }
            // The file was read: what it names is not there, and so nothing in it was judged.
            Err(error) => {
                let place = loaded.place(&["provider".into()]);
                read.findings.push(told(&error, &path, Some(&name)).at(place));
            }
        }
    }
    Ok(read)
}

impl Read {
    /// Adds what cannot be looked at, and why.
    pub(super) fn cannot(&mut self, path: &str, error: &anyhow::Error, name: Option<&ConnectionName>) {
        self.findings.push(told(error, path, name).unseen());
        if !self.unreadable.iter().any(|known| known == path) {
            self.unreadable.push(path.to_owned());
        }
    }
}

/// A failure as a finding; the place in front of its message is the finding's own.
fn told(error: &anyhow::Error, path: &str, name: Option<&ConnectionName>) -> Finding {
    let failure = failure_of(error);
    // The name of a file may have a line break in it, which parts nothing.
    let shown = printable(path);
    let text = error.to_string().replace(path, &shown);
    let mut place = Place { file: path.to_owned(), line: None, column: None };
    // The lines below the first show what stands there.
    let first = text.lines().next().unwrap_or_default();
    let mut rest = first.strip_prefix(shown.as_str()).and_then(|rest| rest.strip_prefix(':')).unwrap_or(first);
    for number in [&mut place.line, &mut place.column] {
        let Some((digits, after)) = rest.split_once(':') else { break };
        let Ok(found) = digits.parse() else { break };
        (*number, rest) = (Some(found), after);
    }
    let mut told = rest.trim_start().to_owned();
    for cause in error.chain().skip(1) {
        told = format!("{told}: {cause}");
    }
    let mut finding = Finding::new(failure.map_or("bug", Failure::code), Severity::Error, told).at(place);
    finding.hint = failure.and_then(|failure| failure.hints().first().cloned());
    match name {
        Some(name) => finding.of(name.as_str()),
        None => finding,
    }
}
