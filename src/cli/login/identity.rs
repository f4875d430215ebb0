//! What the identity provider sends, as an administrator has it at hand: flags, a file of
//! attributes, or the claims of an ID token.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Map;
use serde_json::Value;

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::model::identity::Attribute;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::oidc;
use crate::oidc::json;
use crate::yaml::tree;
use crate::yaml::tree::Content;
use crate::yaml::tree::Node;

/// Largest file that tells of one user, in bytes.
const LIMIT: u64 = 1 << 20;

/// What messages call a file.
pub(super) fn shown(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

/// Reads a file of one user, or standard input.
pub(super) fn read(file: &str) -> Result<Vec<u8>> {
    read_within(file, LIMIT)
}

/// Reads a file, or standard input, of at most so many bytes.
pub(super) fn read_within(file: &str, limit: u64) -> Result<Vec<u8>> {
    disk::read_or_stdin(Path::new(file), limit)
}

/// The text of a file.
pub(super) fn text<'b>(bytes: &'b [u8], file: &str) -> Result<&'b str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        Failure::input("yaml-encoding", format!("`{file}` is not UTF-8"))
            .because(error)
            .hint("save it as UTF-8")
            .into()
    })
}

/// Puts values of flags in the place of those that are there; more of one name are more values.
pub(super) fn set(identity: &mut Identity, pairs: &[String]) -> Result<()> {
    let mut given = Identity::default();
    for pair in pairs {
        match pair.split_once('=') {
            Some((name, value)) if !name.is_empty() => given.push(name, value),
            _ => {
                return Err(Failure::usage("set-form", format!("`--set {}` has no name and value", printable(pair)))
                    .hint("write `--set Mail=anna@example.org`; the subject is given by `--subject`")
                    .into());
            }
        }
    }
    identity.attributes.retain(|known| given.attributes.iter().all(|new| new.name != known.name));
    identity.attributes.extend(given.attributes);
    Ok(())
}

/// Attributes from a JSON object, a YAML mapping, or lines of `name=value`.
pub(super) fn attributes(bytes: &[u8], file: &str) -> Result<Identity> {
    let content = text(bytes, file)?;
    let first = content.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    match first {
        None => Err(Failure::input("attributes-empty", format!("{file}: there is no attribute in it"))
            .hint("write a JSON object, a YAML mapping, or lines of `name=value`")
            .into()),
        Some(line) if line.starts_with('{') => {
            let (identity, left_out) = oidc::claims::attributes(&object(bytes, file)?, file, false)?;
            match left_out.first() {
                None => Ok(identity),
                Some(name) => Err(not_plain(file, None, name).into()),
            }
        }
        Some(line) if is_pair(line) => lines(content, file),
        Some(_) => mapping(&tree::whole(content, file)?, file),
    }
}

/// Whether a line is `name=value` and not `name: value`; names may be URLs.
fn is_pair(line: &str) -> bool {
    let colon = line.find(": ").unwrap_or(if line.ends_with(':') { line.len() - 1 } else { usize::MAX });
    !line.starts_with(['"', '\'', '-', '[']) && line.find('=').is_some_and(|equals| equals < colon)
}

fn not_plain(file: &str, line: Option<u64>, name: &str) -> Failure {
    let place = line.map_or_else(|| file.to_owned(), |line| tree::at(file, line).to_string());
    Failure::input(
        "attribute-not-plain",
        format!("{place}: `{}` is neither a value nor a list of values", printable(name)),
    )
    .hint("an attribute has one value or several; claims with objects in them are given by `--claims`")
}

fn lines(content: &str, file: &str) -> Result<Identity> {
    let mut identity = Identity::default();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (at, line) in content.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                let at = *known.entry(name).or_insert(identity.attributes.len());
                if at == identity.attributes.len() {
                    identity.attributes.push(Attribute { name: name.to_owned(), values: Vec::new() });
                }
                identity.attributes[at].values.push(value.to_owned());
            }
            _ => {
                let place = tree::at(file, at as u64 + 1);
                return Err(Failure::input("attribute-line", format!("{place}: this line has no `name=value`"))
                    .hint("one attribute a line; a name that comes again is one more value")
                    .into());
            }
        }
    }
    Ok(identity)
}

/// Attributes from a YAML mapping; also those of a case.
pub(super) fn mapping(node: &Node, file: &str) -> Result<Identity> {
    let Content::Map(members) = &node.content else {
        return Err(tree::wrong_type(file, node, "attributes", "a mapping of names and values").into());
    };
    let mut identity = Identity::default();
    for (name, node) in members {
        let values = match &node.content {
            Content::Nothing => Some(Vec::new()),
            Content::Text(text) => Some(vec![text.clone()]),
            Content::List(list) => list.iter().map(value).collect(),
            Content::Map(_) => None,
        };
        let values = values.ok_or_else(|| not_plain(file, Some(node.line), name))?;
        identity.attributes.push(Attribute { name: name.clone(), values });
    }
    Ok(identity)
}

fn value(node: &Node) -> Option<String> {
    match &node.content {
        Content::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The claims of an ID token, and the names of those that no attribute can be.
pub(super) fn claims(bytes: &[u8], file: &str) -> Result<(Identity, Vec<String>)> {
    if bytes.trim_ascii_start().starts_with(b"eyJ") {
        return Err(Failure::input("claims-token", format!("{file}: this is a token (not shown), not its claims"))
            .hint("give the claims: the middle part of the token, decoded from base64url")
            .into());
    }
    Ok(oidc::claims::identity(&object(bytes, file)?, file)?)
}

fn object(bytes: &[u8], file: &str) -> Result<Map<String, Value>> {
    json::object(bytes, file).map_err(|failure| {
        Failure::input(failure.code(), failure.to_string())
            .hint("write one JSON object, such as {\"Mail\": \"a@example.org\"}")
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    fn pairs(identity: &Identity) -> String {
        let one = |attribute: &Attribute| format!("{}={}", attribute.name, attribute.values.join("+"));
        identity.attributes.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn attributes_are_read_from_json_yaml_and_lines_and_stay_text() {
        for text in [
            "{\"Mail\": \"a@b.example\", \"id\": [\"0123\", 7, true], \"http://x/role\": null}",
            "# a user\nMail: a@b.example\nid: ['0123', 7, true]\nhttp://x/role:\n",
        ] {
            assert_eq!(pairs(&attributes(text.as_bytes(), "f").unwrap()), "Mail=a@b.example id=0123+7+true http://x/role=");
        }
        let lines = "# a user\nhttp://x/role=Stu: dent\nid=0123\nid= no \n\nempty=\n";
        assert_eq!(pairs(&attributes(lines.as_bytes(), "f").unwrap()), "http://x/role=Stu: dent id=0123+ no  empty=");
        assert_eq!(pairs(&attributes(b"id: 0123\ntel: +49\nx: a=b\n", "f").unwrap()), "id=0123 tel=+49 x=a=b");
    }

    #[test]
    fn claims_have_a_subject_and_dotted_names() {
        let text = "{\"sub\": \"7\", \"address\": {\"country\": \"BE\", \"geo\": {\"x\": 1.5}}, \"groups\": [\"A\", \"B\"], \
                    \"devices\": [{\"a\": 1}]}";
        let (identity, left_out) = claims(text.as_bytes(), "f").unwrap();
        assert_eq!(identity.subject.as_deref(), Some("7"));
        assert_eq!(pairs(&identity), "sub=7 address.country=BE address.geo.x=1.5 groups=A+B");
        assert_eq!(left_out, ["devices"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let code = |error: anyhow::Error| failure_of(&error).unwrap().code();
        for (text, wanted) in [
            ("", "attributes-empty"),
            ("# nothing\n", "attributes-empty"),
            ("Mail=a\nnonsense\n", "attribute-line"),
            ("Mail: {a: b}\n", "attribute-not-plain"),
            ("Mail: [a, [b]]\n", "attribute-not-plain"),
            ("{\"Mail\": {\"a\": 1}}", "attribute-not-plain"),
            ("Mail: a\nMail: b\n", "yaml-duplicate-key"),
            ("{\"Mail\": 1, \"Mail\": 2}", "json-duplicate-key"),
            ("{\"Mail\": ", "json-truncated"),
            ("- a\n", "yaml-type"),
        ] {
            assert_eq!(code(attributes(text.as_bytes(), "f").unwrap_err()), wanted, "{text:?}");
        }
        assert_eq!(code(attributes(b"Mail=\xff", "f").unwrap_err()), "yaml-encoding");
        assert_eq!(code(claims(b"eyJhbGciOi.eyJ.x", "f").unwrap_err()), "claims-token");
        assert_eq!(code(claims(b"{\"a.b\": 1, \"a\": {\"b\": 2}}", "f").unwrap_err()), "claim-ambiguous");
        assert_eq!(code(claims(b"[1]", "f").unwrap_err()), "json-not-object");
        let mut identity = Identity::default();
        assert_eq!(code(set(&mut identity, &["=x".to_owned()]).unwrap_err()), "set-form");
    }

    #[test]
    fn flags_take_the_place_of_what_a_file_has() {
        let mut identity = attributes(b"a=1\nb=2\n", "f").unwrap();
        set(&mut identity, &["a=3".to_owned(), "a=4".to_owned(), "c=x=y".to_owned()]).unwrap();
        assert_eq!(pairs(&identity), "b=2 a=3+4 c=x=y");
    }
}
