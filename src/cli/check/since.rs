//! Which files of the workspace are not what they were at a revision. What was committed is asked of git; what is
//! there now is read here, as the checks read it, so that neither the index nor a filter stands between.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::git;
use crate::cli::git::Answer;
use crate::crypto;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::model::printable;
use crate::workspace::Workspace;
use crate::workspace::is_nearly_yaml;

/// Largest file that is compared, in bytes; a larger one cannot be read as YAML anyway.
const LIMIT: u64 = 1024 * 1024;

/// The folders whose files are judged.
const FOLDERS: [&str; 3] = ["connections", "connections/.applied", "providers"];

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    /// The commit that the revision is.
    pub(super) commit: String,
    /// Files that are new, changed or gone, as seen from the workspace's folder, each with what it was.
    pub(super) files: BTreeMap<String, Option<String>>,
}

/// Compares.
pub(super) fn changed(revision: &str, workspace: &Workspace) -> Result<Changed> {
    let root = workspace.root();
    let commit = commit(revision, root)?;
    let before = listed(&commit, root)?;
    let now = present(root);
    let mut files = BTreeMap::new();
    for name in before.keys().chain(&now).collect::<BTreeSet<_>>() {
        let was = before.get(name);
        if was.is_none_or(|was| !now.contains(name) || !is_same(&root.join(name), was)) {
            files.insert(name.clone(), was.filter(|was| was.is_file).map(|was| was.object.clone()));
        }
    }
    Ok(Changed { commit, files })
}

/// Whether nothing has been committed yet on the branch that is checked out.
pub(super) fn is_before_the_first(workspace: &Workspace) -> bool {
    let asked = |words: &[&str]| matches!(git::ask(workspace.root(), words), Ok(Answer::Told(_)));
    // The branch has a name, and no commit.
    asked(&["symbolic-ref", "--quiet", "HEAD"]) && !asked(&["rev-parse", "--verify", "--quiet", "HEAD"])
}

/// What a file was; nothing where that cannot be read.
pub(super) fn text(object: &str, workspace: &Workspace) -> Option<String> {
    match git::ask(workspace.root(), &["cat-file", "blob", object]).ok()? {
        Answer::Told(bytes) if bytes.len() as u64 <= LIMIT => String::from_utf8(bytes).ok(),
        Answer::Told(_) | Answer::Refused(_) => None,
    }
}

/// The commit of a revision.
fn commit(revision: &str, root: &Path) -> Result<String> {
    if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
        let message = format!("`--since {}` names no revision", revision.escape_debug());
        return Err(Failure::usage("since-form", message)
            .hint("name a branch, a tag or a commit, such as `--since origin/main`")
            .into());
    }
    let shallow = match git::ask(root, &["rev-parse", "--is-shallow-repository"])? {
        Answer::Told(told) => told.starts_with(b"true"),
        Answer::Refused(why) => return Err(no_repository(root, &why).into()),
    };
    refuse_ambiguous(revision, root)?;
    let named = format!("{revision}^{{commit}}");
    match git::ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &named])? {
        Answer::Told(told) => {
            let told = String::from_utf8_lossy(&told).trim().to_owned();
            if told.len() >= 40 && told.bytes().all(|byte| byte.is_ascii_hexdigit()) { Ok(told) } else { Err(unknown(revision, shallow).into()) }
        }
        Answer::Refused(_) => Err(unknown(revision, shallow).into()),
    }
}

/// Refuses a name that a tag has and a branch: git would take the tag, and whoever can push one could say what a change
/// is compared with.
fn refuse_ambiguous(revision: &str, root: &Path) -> Result<()> {
    if !revision.chars().all(is_plain) {
        return Ok(());
    }
    let places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map(|place| format!("{place}{revision}"));
    let all = [&["for-each-ref", "--format=%(refname)"][..], &places.each_ref().map(String::as_str)].concat();
    let Answer::Told(told) = git::ask(root, &all)? else { return Ok(()) };
    let told = String::from_utf8_lossy(&told);
    // A pattern names what is below it, too.
    let met: Vec<&str> = told.lines().filter(|line| places.iter().any(|place| place == line)).collect();
    let [first, second, ..] = met.as_slice() else { return Ok(()) };
    let message = format!("`{}` is both `{}` and `{}`", revision, printable(first), printable(second));
    Err(Failure::input("since-ambiguous", message)
        .hint(format!("say which is meant: `--since {}`; or delete the one that nobody needs", printable(second)))
        .into())
}

/// Whether what goes into a command is no more than a name.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-')
}

fn no_repository(root: &Path, why: &str) -> Failure {
    let message = format!("`{}` is in no git repository that can be read: {why}", root.display());
    let failure = Failure::input("since-no-repository", message);
    if why.contains("dubious ownership") {
        return failure.hint("git reads no repository of another user: `git config --global --add safe.directory FOLDER` says that this one is trusted");
    }
    failure.hint("run it in a clone of the repository; without `--since` everything is checked")
}

fn unknown(revision: &str, shallow: bool) -> Failure {
    let message = format!("the repository here has no commit `{}`", revision.escape_debug());
    let failure = Failure::input("since-unknown", message);
    let is_hash = revision.len() >= 4 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of_branch = Some(revision).filter(|name| !is_hash && name.chars().all(is_plain));
    let hint = match of_branch.map(|name| name.strip_prefix("origin/").unwrap_or(name)) {
        // A fetch alone brings a branch to FETCH_HEAD, where nobody finds it by its name.
        Some(branch) => {
            let fetch = format!("`git fetch --depth=1 origin {branch}:refs/remotes/origin/{branch}`");
            let named = if branch == revision { format!("; then `--since origin/{branch}`") } else { String::new() };
            format!("{fetch} brings it{named}")
        }
        None if is_hash && revision.len() >= 40 => format!("`git fetch --depth=1 origin {revision}` brings it"),
        None if shallow => "`git fetch --unshallow` brings the history".to_owned(),
        None => "`git log --oneline` shows what there is".to_owned(),
    };
    match shallow {
        true => failure.hint(format!("this clone is shallow, as those of CI are: {hint}")),
        false => failure.hint(hint),
    }
}

/// A file as it was committed.
struct Was {
    /// Name of its content.
    object: String,
    /// Whether it is a file, and no link.
    is_file: bool,
}

/// The files of a commit that `check` reads.
fn listed(commit: &str, root: &Path) -> Result<BTreeMap<String, Was>> {
    let answer = git::ask(root, &["ls-tree", "-z", commit, "--", "ssoctl.yaml", "connections/", "connections/.applied/", "providers/"])?;
    let told = match answer {
        Answer::Told(told) => told,
        Answer::Refused(why) => {
            let message = format!("the files of commit `{commit}` cannot be listed: {why}");
            return Err(Failure::input("git-failed", message).hint("`git fsck` says whether the clone is whole").into());
        }
    };
    let mut files = BTreeMap::new();
    for line in told.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let line = String::from_utf8_lossy(line);
        let Some((about, path)) = line.split_once('\t') else { continue };
        let mut about = about.split(' ');
        if let (Some(mode), Some("blob"), Some(object)) = (about.next(), about.next(), about.next())
            && is_read(path)
        {
            files.insert(path.to_owned(), Was { object: object.to_owned(), is_file: mode.starts_with("100") });
        }
    }
    Ok(files)
}

/// The files that are there now.
fn present(root: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::from(["ssoctl.yaml".to_owned()]);
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        files.extend(names.map(|name| format!("{folder}/{name}")).filter(|path| is_read(path)));
    }
    files
}

/// Whether `check` reads a file of this name, or tells of it.
fn is_read(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return path == "ssoctl.yaml" };
    let is_yaml = is_nearly_yaml(name);
    FOLDERS.contains(&folder) && is_yaml && !name.starts_with('.')
}

/// Whether a file is what it was. What lies behind a link may change without it.
fn is_same(path: &Path, was: &Was) -> bool {
    let is_file = path.symlink_metadata().is_ok_and(|is| is.is_file());
    // A link in the place of the folder leads elsewhere.
    let is_direct = path.parent().is_none_or(|folder| !folder.is_symlink() || folder.as_os_str().is_empty());
    if !was.is_file || !is_file || !is_direct {
        return false;
    }
    let Ok(bytes) = disk::read(path, LIMIT) else { return false };
    if object(&bytes, was.object.len()) == was.object {
        return true;
    }
    // A checkout may end its lines in another way.
    let plain = bytes.windows(2).any(|pair| pair == b"\r\n").then(|| String::from_utf8(bytes).ok()).flatten();
    plain.is_some_and(|text| object(text.replace("\r\n", "\n").as_bytes(), was.object.len()) == was.object)
}

/// The name that git gives to a content, in a repository whose names are of this length.
fn object(bytes: &[u8], length: usize) -> String {
    let whole = [format!("blob {}\0", bytes.len()).as_bytes(), bytes].concat();
    if length == 64 { crypto::hex(&crypto::sha256(&whole)) } else { crypto::sha1_identifier(&whole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Access;
    use crate::error::failure_of;

    /// A workspace in a repository with one commit.
    fn repository(folder: &Path, more: &[&str]) -> Workspace {
        let files = ["connections/same.yaml", "connections/other.yaml", "connections/gone.yaml", "providers/p.yaml"];
        for name in ["connections", "providers"] {
            std::fs::create_dir(folder.join(name)).unwrap();
        }
        write(folder, "ssoctl.yaml", "version: 1\n");
        for file in files {
            write(folder, file, "a: 1\nb: 2\n");
        }
        git(folder, &[&["init", "-q"], more].concat());
        git(folder, &["add", "."]);
        git(folder, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "m"]);
        Workspace::find(folder).unwrap()
    }

    /// A workspace in the folder `sso` of a repository.
    fn below(folder: &Path) -> Workspace {
        let below = folder.join("sso");
        std::fs::create_dir(&below).unwrap();
        repository(&below, &[]);
        std::fs::rename(below.join(".git"), folder.join(".git")).unwrap();
        git(folder, &["add", "."]);
        git(folder, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-a", "-m", "moved"]);
        Workspace::find(&below).unwrap()
    }

    fn write(folder: &Path, file: &str, text: &str) {
        disk::write(&folder.join(file), text.as_bytes(), Access::Shared).unwrap();
    }

    fn git(folder: &Path, arguments: &[&str]) {
        assert!(git::command(folder).args(arguments).stdout(std::process::Stdio::null()).status().unwrap().success());
    }

    fn names(workspace: &Workspace) -> Vec<String> {
        changed("HEAD", workspace).unwrap().files.into_keys().collect()
    }

    #[test]
    fn what_is_new_changed_or_gone_is_told_and_nothing_else() {
        for more in [&[][..], &["--object-format=sha256"]] {
            let folder = tempfile::tempdir().unwrap();
            let workspace = repository(folder.path(), more);
            assert_eq!(names(&workspace), Vec::<String>::new());
            // Other line ends, other dates and other files say nothing.
            write(folder.path(), "connections/same.yaml", "a: 1\r\nb: 2\r\n");
            write(folder.path(), "connections/.hidden.yaml", "x");
            write(folder.path(), "notes.txt", "x");
            assert_eq!(names(&workspace), Vec::<String>::new());
            write(folder.path(), "connections/other.yaml", "a: 1\nb: 3\n");
            // Staged or not is one.
            git(folder.path(), &["add", "connections/other.yaml"]);
            write(folder.path(), "connections/new.yaml", "a: 1\n");
            std::fs::remove_file(folder.path().join("connections/gone.yaml")).unwrap();
            let changed = changed("HEAD", &workspace).unwrap();
            let all: Vec<&str> = changed.files.keys().map(String::as_str).collect();
            assert_eq!(all, ["connections/gone.yaml", "connections/new.yaml", "connections/other.yaml"]);
            let was = changed.files["connections/gone.yaml"].as_ref().unwrap();
            assert_eq!(text(was, &workspace).as_deref(), Some("a: 1\nb: 2\n"));
            assert_eq!(changed.files["connections/new.yaml"], None);
            // The record of what was applied counts, and is no connection.
            std::fs::create_dir(folder.path().join("connections/.applied")).unwrap();
            write(folder.path(), "connections/.applied/same.yaml", "a: 1\n");
            assert!(names(&workspace).contains(&"connections/.applied/same.yaml".to_owned()));
            git(folder.path(), &["add", "connections/.applied"]);
            git(folder.path(), &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "record"]);
            assert!(!names(&workspace).contains(&"connections/.applied/same.yaml".to_owned()));
            std::fs::remove_file(folder.path().join("connections/.applied/same.yaml")).unwrap();
            assert!(names(&workspace).contains(&"connections/.applied/same.yaml".to_owned()));
        }
    }

    #[test]
    fn the_workspace_may_be_a_folder_below_the_root_of_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = below(folder.path());
        let below = workspace.root().to_owned();
        assert_eq!(names(&workspace), Vec::<String>::new());
        write(&below, "providers/p.yaml", "c: 1\n");
        assert_eq!(names(&workspace), ["providers/p.yaml"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_lies_behind_a_link_may_have_changed() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = repository(folder.path(), &[]);
        std::os::unix::fs::symlink("same.yaml", folder.path().join("connections/link.yaml")).unwrap();
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "link"]);
        assert_eq!(names(&workspace), ["connections/link.yaml"]);
        std::fs::rename(folder.path().join("providers"), folder.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", folder.path().join("providers")).unwrap();
        assert_eq!(names(&workspace), ["connections/link.yaml", "providers/p.yaml"]);
    }

    #[test]
    fn neither_a_tag_of_that_name_nor_a_bare_repository_in_the_commit_says_what_is_compared() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = below(folder.path());
        let below = workspace.root().to_owned();
        let code = |revision: &str| failure_of(&changed(revision, &workspace).unwrap_err()).unwrap().code();
        git(folder.path(), &["update-ref", "refs/remotes/origin/main", "HEAD"]);
        changed("origin/main", &workspace).unwrap();
        git(folder.path(), &["update-ref", "refs/tags/origin/main", "HEAD"]);
        assert_eq!(code("origin/main"), "since-ambiguous");
        changed("refs/remotes/origin/main", &workspace).unwrap();
        // What git takes for a repository where it is not told otherwise.
        for place in ["objects", "refs"] {
            std::fs::create_dir(below.join(place)).unwrap();
        }
        write(&below, "HEAD", "ref: refs/heads/main\n");
        write(&below, "config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
        assert_eq!(code("HEAD"), "since-no-repository");
    }

    #[test]
    fn what_is_no_commit_is_refused_with_its_mend() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = repository(folder.path(), &[]);
        for (revision, code, mend) in [
            ("", "since-form", "--since origin/main"),
            ("--output=x", "since-form", "--since origin/main"),
            ("no\nline", "since-form", "--since origin/main"),
            ("nobody", "since-unknown", "origin nobody:refs/remotes/origin/nobody` brings it; then `--since origin/nobody`"),
            ("origin/main", "since-unknown", "git fetch --depth=1 origin main:refs/remotes/origin/main` brings it"),
            ("0123456789abcdef0123456789abcdef01234567", "since-unknown", "origin 0123456789abcdef0123456789abcdef01234567`"),
            ("0123abc", "since-unknown", "git log"),
            ("a;b", "since-unknown", "git log"),
            ("HEAD:ssoctl.yaml", "since-unknown", "git log"),
        ] {
            let error = changed(revision, &workspace).unwrap_err();
            let failure = failure_of(&error).unwrap();
            assert_eq!(failure.code(), code, "{revision}");
            assert!(failure.hints()[0].contains(mend), "{:?}", failure.hints());
        }
        assert!(unknown("main", true).hints()[0].contains("shallow"));
        assert!(unknown("HEAD~1", true).hints()[0].contains("--unshallow"));
        std::fs::remove_dir_all(folder.path().join(".git")).unwrap();
        let error = changed("HEAD", &workspace).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "since-no-repository");
        assert!(no_repository(folder.path(), "fatal: detected dubious ownership").hints()[0].contains("safe.directory"));
    }
}
