//! A file of login tests: strict, each slip with its line.

use std::collections::HashSet;

use crate::cli::login::identity;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::accounts::Asked;
use crate::migrate::accounts::Columns;
use crate::model::ConnectionName;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::rules::Verdict;
use crate::rules::accounts::Account;
use crate::rules::expect::Expect;
use crate::rules::expect::ExpectedChange;
use crate::yaml;
use crate::yaml::tree;
use crate::yaml::tree::Content;
use crate::yaml::tree::Node;
use crate::yaml::tree::Piece;

/// The version of the shape that this build reads.
const VERSION: u64 = 1;
const KEYS: [&str; 4] = ["version", "connection", "directory", "cases"];
const CASE_KEYS: [&str; 5] = ["name", "connection", "subject", "attributes", "expect"];
const EXPECT_KEYS: [&str; 8] =
    ["decision", "code", "username", "account", "roles", "changes", "landing_url", "exit_url"];
const CHANGE_KEYS: [&str; 3] = ["what", "before", "after"];

/// A file of tests.
#[derive(Debug, Default)]
pub(super) struct Cases {
    /// The connection of cases that name none.
    pub(super) connection: Option<ConnectionName>,
    /// The vendor's users.
    pub(super) directory: Option<Directory>,
    /// In the order of the file.
    pub(super) cases: Vec<Case>,
}

/// The vendor's users, as a file of tests gives them.
#[derive(Debug)]
pub(super) enum Directory {
    /// A CSV file beside it.
    File(String),
    /// Rows in it.
    Rows(Vec<Account>),
}

/// One test.
#[derive(Debug)]
pub(super) struct Case {
    /// The line on which it begins.
    pub(super) line: u64,
    /// What it shows.
    pub(super) name: String,
    /// Its own connection.
    pub(super) connection: Option<ConnectionName>,
    /// What the identity provider sends.
    pub(super) identity: Identity,
    /// What is to come of it.
    pub(super) expect: Expect,
}

/// Reads a file of tests.
pub(super) fn read(text: &str, file: &str) -> Result<Cases> {
    yaml::refuse_secrets(text, file)?;
    let (mut read, mut version) = (Cases::default(), None);
    tree::stream(text, file, "cases", &mut |piece| {
        match piece {
            Piece::Entry(node) => {
                read.cases.push(case(node, file)?);
            }
            Piece::Key(key, node) => match key.as_str() {
                "version" => version = Some(number(&node, file)?),
                "connection" => read.connection = Some(connection(&node, file)?),
                "directory" => read.directory = Some(directory(node, file)?),
                "cases" => return Err(tree::wrong_type(file, &node, "cases", "a list").into()),
                other => return Err(tree::unknown_key(file, node.line, other, &KEYS).into()),
            },
        }
        Ok(())
    })?;
    if version.is_none() {
        return Err(Failure::input("yaml-missing-key", format!("{file}: the key `version` is missing"))
            .hint("begin the file with `version: 1`")
            .into());
    }
    if read.cases.is_empty() {
        return Err(Failure::input("cases-none", format!("{file}: there is no case in it, so that nothing is tested"))
            .hint("`ssoctl login simulate --help` shows a file of cases")
            .into());
    }
    each_name_once(&read.cases, file)?;
    Ok(read)
}

/// A report tells of a case by its name.
fn each_name_once(cases: &[Case], file: &str) -> Result<()> {
    let mut names: HashSet<&str> = HashSet::with_capacity(cases.len());
    match cases.iter().find(|case| !names.insert(case.name.as_str())) {
        None => Ok(()),
        Some(twin) => {
            let (place, name) = (tree::at(file, twin.line), printable(&twin.name));
            Err(Failure::input("case-name-twice", format!("{place}: a case above is called `{name}` too"))
                .hint("give each case a name of its own, by which a report can tell of it")
                .into())
        }
    }
}

fn number(node: &Node, file: &str) -> Result<u64> {
    let version = match &node.content {
        Content::Text(text) => text.parse::<u64>().ok(),
        _ => None,
    };
    match version {
        Some(version) if version > VERSION => Err(Failure::input(
            "file-version",
            format!("{file}: this file has version {version}, and this ssoctl reads up to version {VERSION}"),
        )
        .hint("install a newer ssoctl")
        .into()),
        Some(0) => Err(yaml::never_was(file).into()),
        Some(version) => Ok(version),
        None => Err(tree::wrong_type(file, node, "version", "a number").into()),
    }
}

fn connection(node: &Node, file: &str) -> Result<ConnectionName> {
    let name = word(node, "connection", file)?;
    name.parse::<ConnectionName>().map_err(|failure| {
        let place = tree::at(file, node.line);
        Failure::input("connection-name", format!("{place}: {failure}")).hint("name a file of connections/").into()
    })
}

/// A value that is text; nothing is empty text.
fn word(node: &Node, key: &str, file: &str) -> Result<String> {
    match &node.content {
        Content::Text(text) => Ok(text.clone()),
        Content::Nothing => Ok(String::new()),
        _ => Err(tree::wrong_type(file, node, key, "text").into()),
    }
}

fn directory(node: Node, file: &str) -> Result<Directory> {
    let rows = match node.content {
        Content::Text(path) => return Ok(Directory::File(path)),
        Content::List(rows) => rows,
        _ => return Err(tree::wrong_type(file, &node, "directory", "a file's name or a list of rows").into()),
    };
    let mut accounts = Vec::with_capacity(rows.len());
    for row in rows {
        let Content::Map(members) = &row.content else {
            return Err(tree::wrong_type(file, &row, "directory", "a list of rows, each a mapping").into());
        };
        let placed = |failure: Failure| {
            let hint = failure.hints().first().cloned().unwrap_or_default();
            Failure::input(failure.code(), format!("{}: {failure}", tree::at(file, row.line))).hint(hint)
        };
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        let columns = Columns::new(&names, Asked::default()).map_err(placed)?;
        let mut values = Vec::with_capacity(members.len());
        for (name, node) in members {
            let many: Vec<&str> = match &node.content {
                Content::Nothing => Vec::new(),
                Content::Text(text) => vec![text.as_str()],
                Content::List(list) => {
                    let text = |node: &'_ Node| matches!(node.content, Content::Text(_));
                    if !list.iter().all(text) {
                        return Err(tree::wrong_type(file, node, name, "text or a list of texts").into());
                    }
                    list.iter().filter_map(text_of).collect()
                }
                Content::Map(_) => return Err(tree::wrong_type(file, node, name, "text or a list of texts").into()),
            };
            values.push(many);
        }
        let mut odd = None;
        let account = columns.account(&values, &mut |word| odd = Some(word.to_owned())).map_err(placed)?;
        if let Some(word) = odd {
            let place = tree::at(file, row.line);
            return Err(Failure::input("yaml-value", format!("{place}: the status `{}` is not known", printable(&word)))
                .hint("write `active` or `inactive`")
                .into());
        }
        accounts.push(account);
    }
    Ok(Directory::Rows(accounts))
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

fn missing(file: &str, line: u64, what: &str, key: &str) -> Failure {
    let place = tree::at(file, line);
    Failure::input("yaml-missing-key", format!("{place}: {what} has no `{key}`")).hint(format!("add a line `{key}: ..`"))
}

fn case(node: Node, file: &str) -> Result<Case> {
    let line = node.line;
    let Content::Map(members) = node.content else {
        return Err(tree::wrong_type(file, &node, "cases", "a list of mappings").into());
    };
    let (mut name, mut own, mut subject, mut who, mut expected) = (String::new(), None, None, None, None);
    for (key, node) in members {
        match key.as_str() {
            "name" => name = word(&node, &key, file)?,
            "connection" => own = Some(connection(&node, file)?),
            "subject" => subject = Some(word(&node, &key, file)?),
            "attributes" => who = Some(identity::mapping(&node, file)?),
            "expect" => expected = Some(expect(&node, file)?),
            other => return Err(tree::unknown_key(file, node.line, other, &CASE_KEYS).into()),
        }
    }
    if name.trim().is_empty() {
        return Err(missing(file, line, "the case", "name").into());
    }
    let Some(expect) = expected else { return Err(missing(file, line, "the case", "expect").into()) };
    if who.is_none() && subject.is_none() {
        return Err(missing(file, line, "the case", "attributes").into());
    }
    let identity = Identity { subject, ..who.unwrap_or_default() };
    Ok(Case { line, name, connection: own, identity, expect })
}

fn expect(node: &Node, file: &str) -> Result<Expect> {
    let Content::Map(members) = &node.content else {
        return Err(tree::wrong_type(file, node, "expect", "a mapping").into());
    };
    let mut decision = None;
    let (mut code, mut username, mut account, mut landing_url, mut exit_url) = (None, None, None, None, None);
    let (mut roles, mut changes) = (None, None);
    for (key, node) in members {
        match key.as_str() {
            "decision" => decision = Some(verdict(node, file)?),
            "code" => code = Some(word(node, key, file)?),
            "username" => username = Some(word(node, key, file)?),
            "account" => account = Some(word(node, key, file)?),
            "landing_url" => landing_url = Some(word(node, key, file)?),
            "exit_url" => exit_url = Some(word(node, key, file)?),
            "roles" => roles = Some(expected_roles(node, file)?),
            "changes" => changes = Some(expected_changes(node, file)?),
            other => return Err(tree::unknown_key(file, node.line, other, &EXPECT_KEYS).into()),
        }
    }
    let Some(decision) = decision else { return Err(missing(file, node.line, "`expect`", "decision").into()) };
    Ok(Expect { decision, code, username, account, roles, changes, landing_url, exit_url })
}

fn verdict(node: &Node, file: &str) -> Result<Verdict> {
    let wanted = word(node, "decision", file)?;
    let all = [Verdict::Allow, Verdict::Deny, Verdict::Prompt];
    all.into_iter().find(|verdict| verdict.word() == wanted).ok_or_else(|| {
        let place = tree::at(file, node.line);
        Failure::input("yaml-value", format!("{place}: `{}` is not a decision", printable(&wanted)))
            .hint("one of: allow, deny, prompt")
            .into()
    })
}

/// Roles as a list, or as a mapping of fields where the vendor has fields: `{user_type: Participant}`.
fn expected_roles(node: &Node, file: &str) -> Result<Vec<String>> {
    let pair = |members: &[(String, Node)]| -> Result<Vec<String>> {
        members.iter().map(|(field, node)| Ok(format!("{field}: {}", word(node, field, file)?))).collect()
    };
    match &node.content {
        Content::Nothing => Ok(Vec::new()),
        Content::Map(members) => pair(members),
        Content::Text(_) => Err(tree::wrong_type(file, node, "roles", "a list or a mapping").into()),
        Content::List(list) => {
            let mut roles = Vec::new();
            for node in list {
                match &node.content {
                    // `- user_type: Participant` without quotes
                    Content::Map(members) => roles.extend(pair(members)?),
                    _ => roles.push(word(node, "roles", file)?),
                }
            }
            Ok(roles)
        }
    }
}

fn expected_changes(node: &Node, file: &str) -> Result<Vec<ExpectedChange>> {
    let list = match &node.content {
        Content::Nothing => return Ok(Vec::new()),
        Content::List(list) => list,
        _ => return Err(tree::wrong_type(file, node, "changes", "a list").into()),
    };
    let mut changes = Vec::new();
    for node in list {
        let mut change = ExpectedChange { what: String::new(), before: None, after: None };
        match &node.content {
            Content::Map(members) => {
                for (key, node) in members {
                    match key.as_str() {
                        "what" => change.what = word(node, key, file)?,
                        "before" => change.before = Some(word(node, key, file)?),
                        "after" => change.after = Some(word(node, key, file)?),
                        other => return Err(tree::unknown_key(file, node.line, other, &CHANGE_KEYS).into()),
                    }
                }
            }
            _ => change.what = word(node, "changes", file)?,
        }
        if change.what.is_empty() {
            return Err(missing(file, node.line, "the change", "what").into());
        }
        changes.push(change);
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    const GOOD: &str = "version: 1\nconnection: prod\ndirectory:\n- {login: 0123, roles: [A, B], saml: yes}\ncases:\n\
        - name: one\n  attributes:\n    uid: 0123\n    Groups: [A, 'B']\n  expect:\n    decision: allow\n    \
        roles: [A, user_type: B]\n    changes: [email, {what: username, before: 1, after: 2}]\n    landing_url:\n\
        - {name: two, subject: s, connection: other, expect: {decision: deny, code: x, roles: {user_type: P}, changes: []}}\n";

    #[test]
    fn a_file_is_read_with_its_lines_and_raw_values() {
        let read = read(GOOD, "c.yaml").unwrap();
        assert_eq!(read.connection.unwrap().as_str(), "prod");
        let Some(Directory::Rows(rows)) = read.directory else { panic!() };
        assert_eq!((rows[0].username.as_str(), rows[0].roles.len(), rows[0].sso), ("0123", 2, Some(true)));
        let [one, two] = read.cases.as_slice() else { panic!() };
        assert_eq!((one.line, two.line), (6, 15));
        assert_eq!(one.identity.values("uid"), ["0123"]);
        assert_eq!(one.identity.values("Groups"), ["A", "B"]);
        assert_eq!(one.expect.roles.as_deref().unwrap(), ["A", "user_type: B"]);
        assert_eq!(one.expect.changes.as_ref().unwrap()[1].before.as_deref(), Some("1"));
        assert_eq!(one.expect.landing_url.as_deref(), Some(""));
        assert_eq!((two.identity.subject.as_deref(), two.connection.as_ref().unwrap().as_str()), (Some("s"), "other"));
        assert_eq!(two.expect.roles.as_deref().unwrap(), ["user_type: P"]);
        assert_eq!(two.expect.changes.as_deref(), Some(&[][..]));
    }

    #[test]
    fn each_slip_is_told_with_its_line() {
        for (from, to, code, told) in [
            ("version: 1\n", "", "yaml-missing-key", "c.yaml: "),
            ("version: 1", "version: 2", "file-version", "version 2"),
            ("version: 1", "version: 0", "file-version", "version 0"),
            ("version: 1", "version: one", "yaml-type", "c.yaml:1: "),
            ("connection: prod", "conection: prod", "yaml-unknown-key", "c.yaml:2: "),
            ("connection: prod", "connection: ../x", "connection-name", "c.yaml:2: "),
            ("- name: one", "- nam: one", "yaml-unknown-key", "c.yaml:6: "),
            ("- name: one", "- name: two", "case-name-twice", "c.yaml:15: "),
            ("- name: one", "- name: ''", "yaml-missing-key", "c.yaml:6: "),
            ("    decision: allow\n", "", "yaml-missing-key", "`decision`"),
            ("decision: allow", "decision: allowed", "yaml-value", "c.yaml:11: "),
            ("decision: deny, code", "decison: deny, code", "yaml-unknown-key", "c.yaml:15: "),
            ("subject: s, ", "", "yaml-missing-key", "`attributes`"),
            ("what: username", "wat: username", "yaml-unknown-key", "c.yaml:13: "),
            ("what: username, ", "", "yaml-missing-key", "`what`"),
            ("uid: 0123\n", "uid: {a: b}\n", "attribute-not-plain", "c.yaml:8: "),
            ("saml: yes", "saml: maybe", "listing-value", "c.yaml:4: "),
            ("saml: yes", "status: maybe", "yaml-value", "c.yaml:4: "),
            ("login: 0123", "name: 0123", "listing-column", "c.yaml:4: "),
            ("code: x", "code: [x]", "yaml-type", "c.yaml:15: "),
            ("uid: 0123", "uid: https://u:p@x/", "url-credentials", "c.yaml:8: "),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "{from}");
            let error = read(&text, "c.yaml").unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), code, "{to}: {error}");
            assert!(error.to_string().contains(told), "{to}: {error}");
        }
        for (text, code) in [
            ("version: 1\ncases: []\n", "cases-none"),
            ("version: 1\n", "cases-none"),
            ("version: 1\ncases: x\n", "yaml-type"),
            ("version: 1\ncases: [x]\n", "yaml-type"),
            ("[]\n", "yaml-type"),
        ] {
            assert_eq!(failure_of(&read(text, "c.yaml").unwrap_err()).unwrap().code(), code, "{text:?}");
        }
    }
}
