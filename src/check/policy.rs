//! What `ssoctl.yaml` makes of findings: how much a code counts here, and what is allowed for a time. A gate asks it
//! for each finding, and tells then what it says of its own entries: one that is over allows nothing.
//!
//! What could not be looked at is no finding of anything, and stays an error whatever the file says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::error::Failure;
use crate::error::Result;
use crate::error::told;
use crate::explain;
use crate::finding::Allowed;
use crate::finding::Finding;
use crate::finding::Scale;
use crate::finding::Severity;
use crate::model::difference::nearest;
use crate::model::time::Time;
use crate::workspace::Segment;
use crate::workspace::Workspace;

/// Names that nobody has, of which each is told: to find the line of one the file is read once more.
const MOST_GONE: usize = 50;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// The longest for which something is allowed: ten years, in seconds.
const LONGEST: i64 = 3653 * DAY;

/// One entry of `allow:`, with what it met.
struct Entry {
    code: String,
    connection: Option<String>,
    file: Option<String>,
    allowed: Allowed,
    /// Whether something of this run is what it names, be it still allowed or not.
    met: bool,
}

impl Entry {
    /// Its last day has gone.
    fn is_over(&self, now: Time) -> bool {
        now.unix() >= self.allowed.until.unix().saturating_add(DAY)
    }

    /// The same names as somebody would say them.
    fn names(&self) -> String {
        let of = self.connection.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default();
        let file = self.file.as_ref().map(|file| format!(" in `{file}`")).unwrap_or_default();
        format!("`{}`{of}{file}", self.code)
    }
}

/// Which of its own entries a run tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    /// All of them: everything was looked at.
    All,
    /// All of them: every file was looked at, and nothing was fetched.
    Here,
    /// Those that met something, and names that there are not: all connections were looked at, and not in all ways.
    MetAndNames,
    /// Those that met something.
    Met,
}

/// The rules of one workspace, for one run.
#[derive(Default)]
pub(crate) struct Rules {
    workspace: Option<Workspace>,
    severities: BTreeMap<String, Severity>,
    entries: Vec<Entry>,
    by_code: BTreeMap<String, Vec<usize>>,
    /// Keys of what was to count less and cannot.
    kept: Vec<(Vec<Segment>, Finding)>,
    now: Option<Time>,
    warn_days: u32,
}

impl Rules {
    /// Reads them; a code that there is not would never do what somebody meant it to.
    pub(crate) fn of(workspace: &Workspace, now: Time) -> Result<Self> {
        let config = &workspace.config;
        let is_plain = config.policy.severities.is_empty() && config.allow.is_empty();
        let codes: BTreeSet<&str> =
            if is_plain { BTreeSet::new() } else { explain::pages().map(|page| page.code).collect() };
        let mut rules = Self { now: Some(now), warn_days: config.policy.warn_days, ..Self::default() };
        for (code, weight) in &config.policy.severities {
            known(code, &codes, &["policy".into(), "severities".into(), code.as_str().into()], workspace)?;
            rules.severities.extend(weight.severity().map(|severity| (code.clone(), severity)));
        }
        for (number, entry) in config.allow.iter().enumerate() {
            known(&entry.code, &codes, &["allow".into(), number.into(), "code".into()], workspace)?;
            if entry.until.unix().saturating_sub(now.unix()) > LONGEST {
                let place = workspace.config_places().of(&["allow".into(), number.into(), "until".into()]);
                let message =
                    format!("{place}: `{}` is allowed until {}, which is for ever", entry.code, entry.until.date());
                return Err(Failure::input("allow-until-far", message)
                    .hint("name a day within ten years, on which somebody decides again")
                    .into());
            }
            let reason = told::told(entry.reason.trim().to_owned(), told::MESSAGE);
            rules.by_code.entry(entry.code.clone()).or_default().push(number);
            rules.entries.push(Entry {
                code: entry.code.clone(),
                connection: entry.connection.clone(),
                file: entry.file.as_ref().map(|file| file.strip_prefix("./").unwrap_or(file).to_owned()),
                allowed: Allowed { reason, until: entry.until },
                met: false,
            });
        }
        rules.workspace = Some(workspace.clone());
        Ok(rules)
    }

    /// Whether the file says how much a code counts.
    pub(crate) fn weighs(&self, code: &str) -> bool {
        self.severities.contains_key(code)
    }

    /// Makes of a finding what the file says. `file` is where it is, where the finding does not say; what could
    /// not be looked at counts as it did.
    pub(crate) fn apply(&mut self, finding: &mut Finding, file: Option<&str>) {
        // Of a connection whose vendor is not known nothing was judged.
        let is_unjudged = finding.scale == Scale::NotLowered || finding.code == "provider-unknown";
        let severity = self.severities.get(finding.code).copied();
        if let Some(severity) = severity {
            match finding.scale {
                Scale::NotRaised if severity > finding.severity => {}
                _ if is_unjudged && severity < finding.severity => {
                    let said = format!("`{severity}`");
                    self.keep(vec!["policy".into(), "severities".into(), finding.code.into()], finding.code, &said);
                }
                _ => finding.severity = severity,
            }
        }
        let (Some(now), Some(numbers)) = (self.now, self.by_code.get(finding.code)) else { return };
        let file = finding.place.as_ref().map(|place| place.file.as_str()).or(file);
        let file = file.map(|file| self.workspace.as_ref().map_or(file.to_owned(), |one| one.relative(file)));
        let mut kept = None;
        for number in numbers {
            let entry = &mut self.entries[*number];
            let is_meant = entry.connection.as_ref().is_none_or(|of| finding.connection.as_ref() == Some(of))
                && entry.file.as_ref().is_none_or(|of| file.as_ref() == Some(of));
            if !is_meant {
                continue;
            }
            entry.met = true;
            if entry.is_over(now) {
                continue;
            }
            if is_unjudged {
                kept = Some(*number);
            } else if finding.allowed.as_ref().is_none_or(|other| other.until < entry.allowed.until) {
                finding.allowed = Some(entry.allowed.clone());
            }
        }
        if let Some(number) = kept {
            self.keep(vec!["allow".into(), number.into()], finding.code, "that it is allowed");
        }
    }

    /// Tells once a key that what could not be looked at counts none the less.
    fn keep(&mut self, key: Vec<Segment>, code: &str, said: &str) {
        let message = format!(
            "the file says {said} of `{code}`, and what cannot be looked at stays an error: nobody knows what is in it"
        );
        let finding = Finding::new("policy-not-lowered", Severity::Warning, message).hint("mend what cannot be read");
        if !self.kept.iter().any(|(known, _)| *known == key) {
            self.kept.push((key, finding));
        }
    }

    /// What is to be said of the file's own entries, once everything was asked for. `names` are the connections that
    /// there are, `providers` the vendors.
    pub(crate) fn told(&self, tell: Tell, names: &[&str], providers: &[&str]) -> Vec<Finding> {
        let (Some(workspace), Some(now)) = (&self.workspace, self.now) else { return Vec::new() };
        let places = workspace.config_places();
        let at = |finding: Finding, key: &[Segment]| finding.at(places.of(key));
        let mut findings: Vec<Finding> = self.kept.iter().map(|(key, finding)| at(finding.clone(), key)).collect();
        let policy = &workspace.config.policy;
        let targets = [("providers", &policy.providers, providers), ("connections", &policy.connections, names)];
        for (kind, targets, there) in targets.into_iter().filter(|_| tell != Tell::Met) {
            let gone: Vec<&String> = targets.keys().filter(|name| !there.contains(&name.as_str())).collect();
            for name in gone.iter().take(MOST_GONE) {
                findings.push(at(nobody(kind, name, there), &["policy".into(), kind.into(), name.as_str().into()]));
            }
            findings.extend(Finding::left_out(gone.len().saturating_sub(MOST_GONE), Severity::Error));
        }
        for (number, entry) in self.entries.iter().enumerate() {
            let Some(finding) = self.entry(entry, tell, now, names) else { continue };
            let finding = match &entry.connection {
                Some(name) if names.contains(&name.as_str()) => finding.of(name),
                _ => finding,
            };
            findings.push(at(finding, &["allow".into(), number.into()]));
        }
        for finding in &mut findings {
            finding.severity = self.severities.get(finding.code).copied().unwrap_or(finding.severity);
        }
        findings
    }

    fn entry(&self, entry: &Entry, tell: Tell, now: Time, names: &[&str]) -> Option<Finding> {
        if !matches!(tell, Tell::All | Tell::Here) && !entry.met {
            return None;
        }
        let (what, until) = (entry.names(), entry.allowed.until.date());
        let reason = &entry.allowed.reason;
        if entry.is_over(now) {
            let message = format!("{what} was allowed until {until}, and is no longer: {reason}");
            let mend = "mend it and take the entry out, or decide again: a new `until`, and the reason of today";
            return Some(Finding::new("allow-expired", Severity::Warning, message).hint(mend));
        }
        if !entry.met {
            let message = format!("nothing that was looked at is {what}, which is allowed until {until}");
            let gone = entry.connection.as_deref().filter(|name| !names.contains(name));
            let near = gone.and_then(|name| nearest(name, names.iter().copied()));
            let files: Vec<String> = names.iter().map(|name| format!("connections/{name}.yaml")).collect();
            let is_there = |file: &str| {
                files.iter().any(|one| one == file)
                    || self.workspace.as_ref().is_some_and(|workspace| workspace.root().join(file).exists())
            };
            let no_file = entry.file.as_deref().filter(|file| !is_there(file));
            let near_file = no_file.and_then(|file| nearest(file, files.iter().map(String::as_str)));
            let severity = if gone.is_some() || no_file.is_some() { Severity::Warning } else { Severity::Info };
            let mend = match (gone, near, no_file, near_file) {
                (Some(_), Some(near), ..) => format!("there is no connection of that name: did you mean `{near}`?"),
                (_, _, Some(_), Some(near)) => {
                    format!("there is no such file, as seen from the folder of `ssoctl.yaml`: did you mean `{near}`?")
                }
                (Some(_), ..) => "there is no connection of that name: take the entry out".to_owned(),
                (_, _, Some(_), _) => {
                    "there is no such file, as seen from the folder of `ssoctl.yaml`: take the entry out".to_owned()
                }
                _ if tell == Tell::Here => {
                    "take the entry out, unless it is for `check --online`: what comes back later should be decided again"
                        .to_owned()
                }
                _ => "take the entry out: what comes back later should be decided again".to_owned(),
            };
            return Some(Finding::new("allow-unused", severity, message).hint(mend));
        }
        let left = entry.allowed.until.unix().saturating_add(DAY).saturating_sub(now.unix());
        (left <= i64::from(self.warn_days) * DAY).then(|| {
            let message = format!("{what} is allowed until {until}, and counts from the day after: {reason}");
            Finding::new("allow-ending", Severity::Info, message).hint("mend it by then, or decide again")
        })
    }
}

/// A workspace whose folder of connections is gone has nothing to look at, which is no good news.
pub(crate) fn folder(workspace: &Workspace) -> Option<Finding> {
    (!workspace.has_connections()).then(|| {
        let message = "there is no folder `connections` in the workspace, so that nothing was checked";
        Finding::new("connections-missing", Severity::Warning, message)
            .hint("look whether the checkout is whole; `ssoctl connection add` makes the folder with the first connection")
            .at(workspace.config_places().of(&["version".into()]))
    })
}

/// What is said of a connection or provider that there is not: it holds for nobody.
fn nobody(kind: &str, name: &str, there: &[&str]) -> Finding {
    let noun = kind.strip_suffix('s').unwrap_or(kind);
    let message = format!("there is no {noun} `{}`, so that what stands here holds for nobody", name.escape_debug());
    let finding = Finding::new("policy-name-unknown", Severity::Error, message);
    match nearest(name, there.iter().copied()) {
        Some(near) => finding.hint(format!("did you mean `{near}`?")),
        None => finding.hint(format!("`ssoctl {noun} list` shows them all")),
    }
}

/// Refuses a code that there is not.
fn known(code: &str, codes: &BTreeSet<&str>, key: &[Segment], workspace: &Workspace) -> Result<()> {
    if codes.contains(code) {
        return Ok(());
    }
    let place = workspace.config_places().of(key);
    let failure = Failure::input("policy-code-unknown", format!("{place}: there is no code `{}`", code.escape_debug()));
    Err(match nearest(code, codes.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`ssoctl explain` lists them all"),
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;
    use crate::disk::Access;
    use crate::error::failure_of;
    use crate::finding::Place;

    fn workspace(text: &str) -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("connections")).unwrap();
        let whole = format!("version: 1\n{text}");
        disk::write(&folder.path().join("ssoctl.yaml"), whole.as_bytes(), Access::Shared).unwrap();
        let workspace = Workspace::find(folder.path()).unwrap();
        (folder, workspace)
    }

    const NOW: &str = "2026-11-22T10:00:00Z";

    fn rules(text: &str) -> (tempfile::TempDir, Rules) {
        let (folder, workspace) = workspace(text);
        let rules = Rules::of(&workspace, Time::parse(NOW).unwrap()).unwrap();
        (folder, rules)
    }

    fn finding(folder: &tempfile::TempDir, code: &'static str, name: &str) -> Finding {
        let file = folder.path().join(format!("connections/{name}.yaml")).display().to_string();
        Finding::new(code, Severity::Error, "m").of(name).at(Place { file, line: Some(2), column: Some(1) })
    }

    fn codes(findings: &[Finding]) -> Vec<(&'static str, Option<u64>)> {
        findings.iter().map(|found| (found.code, found.place.as_ref().and_then(|place| place.line))).collect()
    }

    #[test]
    fn a_code_counts_as_the_file_says_up_and_down() {
        let (folder, mut rules) = rules("policy:\n  severities:\n    name-twice: info\n    name-empty: error\n");
        let mut weigh = |code, severity| {
            let mut one = Finding { severity, ..finding(&folder, code, "a") };
            rules.apply(&mut one, None);
            one.weight()
        };
        assert_eq!(weigh("name-twice", Severity::Warning), Some(Severity::Info));
        assert_eq!(weigh("name-empty", Severity::Info), Some(Severity::Error));
        assert_eq!(weigh("reference-twice", Severity::Warning), Some(Severity::Warning));
    }

    #[test]
    fn what_could_not_be_looked_at_stays_an_error_and_that_is_told_once() {
        let (folder, mut rules) = rules(
            "policy:\n  severities:\n    yaml-type: info\nallow:\n  - code: file-unreadable\n    reason: r\n    until: 2027-01-01\n",
        );
        for (code, name) in [("yaml-type", "a"), ("yaml-type", "b"), ("file-unreadable", "a")] {
            let mut one = finding(&folder, code, name).unseen();
            rules.apply(&mut one, None);
            assert_eq!(one.weight(), Some(Severity::Error));
        }
        let told = rules.told(Tell::Met, &["a", "b"], &[]);
        assert_eq!(codes(&told), [("policy-not-lowered", Some(4)), ("policy-not-lowered", Some(6))]);
    }

    #[test]
    fn an_entry_allows_what_it_names_until_its_last_day_is_over() {
        let entry =
            |more: &str, until: &str| format!("  - code: name-twice\n{more}    reason: ' T-1 '\n    until: {until}\n");
        for (more, until, is_allowed) in [
            ("", "2027-01-01", true),
            ("", "2026-11-22", true),
            ("", "2026-11-21", false),
            ("    connection: a\n", "2027-01-01", true),
            ("    connection: A\n", "2027-01-01", false),
            ("    file: connections/a.yaml\n", "2027-01-01", true),
            ("    file: ./connections/a.yaml\n", "2027-01-01", true),
            ("    file: a.yaml\n", "2027-01-01", false),
            ("    connection: b\n    file: connections/a.yaml\n", "2027-01-01", false),
        ] {
            let (folder, mut rules) = rules(&format!("allow:\n{}", entry(more, until)));
            let mut one = finding(&folder, "name-twice", "a");
            rules.apply(&mut one, None);
            assert_eq!(one.weight().is_none(), is_allowed, "{more}{until}");
            assert_eq!(one.severity, Severity::Error);
            let mut other = finding(&folder, "name-empty", "a");
            rules.apply(&mut other, None);
            assert_eq!(other.allowed, None);
            if is_allowed {
                assert_eq!(one.allowed.unwrap().to_string(), format!("allowed until {until}: T-1"));
            }
        }
        // Of two the one that holds longer, and both have met something.
        let (folder, mut rules) =
            rules(&format!("allow:\n{}{}", entry("", "2027-01-01"), entry("    connection: a\n", "2028-01-01")));
        let mut one = finding(&folder, "name-twice", "a");
        rules.apply(&mut one, None);
        assert_eq!(one.allowed.unwrap().until.date(), "2028-01-01");
        assert_eq!(codes(&rules.told(Tell::All, &["a"], &[])), []);
    }

    #[test]
    fn the_file_s_own_entries_are_told_with_their_lines() {
        let entry = |code: &str, name: &str, until: &str| {
            format!("  - code: {code}\n    connection: {name}\n    reason: r\n    until: {until}\n")
        };
        let text = format!(
            "allow:\n{}{}{}{}",
            entry("name-twice", "a", "2026-11-21"),
            entry("name-twice", "a", "2026-12-21"),
            entry("name-empty", "prodd", "2027-11-21"),
            entry("name-empty", "prod", "2020-01-01"),
        );
        let (folder, mut rules) = rules(&text);
        rules.apply(&mut finding(&folder, "name-twice", "a"), None);
        let told = rules.told(Tell::All, &["a", "prod"], &[]);
        let all = [
            ("allow-expired", Some(3)),
            ("allow-ending", Some(7)),
            ("allow-unused", Some(11)),
            ("allow-expired", Some(15)),
        ];
        assert_eq!(codes(&told), all);
        assert!(told[2].hint.as_ref().unwrap().contains("did you mean `prod`?"), "{:?}", told[2]);
        assert_eq!(
            (told[0].severity, told[1].severity, told[2].severity),
            (Severity::Warning, Severity::Info, Severity::Warning)
        );
        assert_eq!((told[0].connection.as_deref(), told[2].connection.as_deref()), (Some("a"), None));
        assert_eq!(codes(&rules.told(Tell::Met, &["a", "prod"], &[])), all[..2]);
    }

    #[test]
    fn names_and_codes_that_there_are_not_are_told_with_the_nearest() {
        let (_folder, rules) = rules(
            "policy:\n  providers:\n    qualtric: {warn_days: 90}\n  connections:\n    prodd: {warn_days: 90}\n    prod: {warn_days: 90}\n",
        );
        assert_eq!(rules.told(Tell::Met, &["prod"], &["qualtrics"]), []);
        let told = rules.told(Tell::MetAndNames, &["prod"], &["qualtrics"]);
        assert_eq!(codes(&told), [("policy-name-unknown", Some(4)), ("policy-name-unknown", Some(6))]);
        assert_eq!(told[0].hint.as_deref(), Some("did you mean `qualtrics`?"));
        for text in [
            "policy:\n  severities:\n    name-twic: info\n",
            "allow:\n  - reason: r\n    code: name-twic\n    until: 2027-01-01\n",
        ] {
            let (_folder, workspace) = workspace(text);
            let error = Rules::of(&workspace, Time::EPOCH).err().unwrap();
            let failure = failure_of(&error).unwrap();
            assert_eq!(failure.code(), "policy-code-unknown");
            assert!(failure.to_string().contains("ssoctl.yaml:4:"), "{failure}");
            assert_eq!(failure.hints(), ["did you mean `name-twice`?"]);
        }
    }
}
