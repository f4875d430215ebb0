//! Changes of a YAML text in place: comments, order and lines that have no part in a change
//! stay, and each result is read back before it counts.

use serde_yaml::Value;

use crate::error::Failure;
use crate::error::Result;
use crate::model::route::Segment;
use crate::yaml::print;
use crate::yaml::route;

/// One change of a file.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Sets a key to what a person typed: text where the key takes text, else the
    /// boolean, number or comma-separated list that the text says.
    Set(Vec<Segment>, String),
    /// Sets a key to a boolean.
    SetBool(Vec<Segment>, bool),
    /// Sets a key to a whole value.
    SetJson(Vec<Segment>, serde_json::Value),
    /// Puts one more entry at the end of a list that has some already.
    Append(Vec<Segment>, serde_json::Value),
    /// Puts several more there, at once.
    Extend(Vec<Segment>, Vec<serde_json::Value>),
    /// Removes a key, or an entry of a list.
    Unset(Vec<Segment>),
}

impl Edit {
    /// Whose value is another afterwards.
    fn place(&self) -> Vec<Segment> {
        match self {
            Self::Set(path, _) | Self::SetBool(path, _) | Self::SetJson(path, _) | Self::Unset(path) => path.clone(),
            Self::Append(path, _) | Self::Extend(path, _) => [path.as_slice(), &[Segment::Index(usize::MAX)]].concat(),
        }
    }
}

/// Applies edits one after another; each result must still be read by `read`, and say the same of
/// all other keys.
pub(crate) fn edited<T>(
    text: &str,
    file: &str,
    edits: &[Edit],
    read: impl Fn(&str) -> Result<T>,
) -> Result<(String, T)> {
    let mut text = text.to_owned();
    let mut parsed = read(&text)?;
    for edit in edits {
        let (after, parsed_after) = match edit {
            Edit::Unset(path) if matches!(path.last(), Some(Segment::Index(_))) => {
                let (start, end) = entry(&text, file, path)?;
                reread(format!("{}{}", &text[..start], &text[end..]), &read)?
            }
            Edit::Unset(path) => attempt(&text, file, path, None, &read)?,
            Edit::SetBool(path, value) => attempt(&text, file, path, Some(Value::Bool(*value)), &read)?,
            Edit::SetJson(path, value) => set_block(&text, file, path, value, &read)?,
            Edit::Append(path, value) => append(&text, file, path, std::slice::from_ref(value), &read)?,
            Edit::Extend(path, values) => append(&text, file, path, values, &read)?,
            Edit::Set(path, typed) => set_typed(&text, file, path, typed, &read)?,
        };
        if !spares_the_rest(&text, &after, &edit.place()) {
            return Err(Failure::input(
                "yaml-edit",
                format!("{file}: this cannot be changed in place: another value would change with it"),
            )
            .hint("change the lines in an editor")
            .into());
        }
        (text, parsed) = (after, parsed_after);
    }
    Ok((text, parsed))
}

/// Whether nothing but the value at a path differs between two texts: an anchor may be used
/// elsewhere, and a line added behind a block of text belongs to that text.
fn spares_the_rest(before: &str, after: &str, path: &[Segment]) -> bool {
    let read = |text| serde_yaml::from_str::<Value>(text);
    matches!((read(before), read(after)), (Ok(before), Ok(after)) if same_beside(&before, &after, path))
}

fn same_beside(before: &Value, after: &Value, path: &[Segment]) -> bool {
    let empty = Value::Mapping(serde_yaml::Mapping::new());
    let Some((first, rest)) = path.split_first() else { return true };
    match (first, before, after) {
        // A key without a value holds nothing, like a mapping without keys.
        (Segment::Key(_), Value::Null, _) => same_beside(&empty, after, path),
        (Segment::Key(_), _, Value::Null) => same_beside(before, &empty, path),
        (Segment::Key(key), Value::Mapping(old), Value::Mapping(new)) => {
            let others = |mapping: &serde_yaml::Mapping| {
                let mut mapping = mapping.clone();
                mapping.remove(key.as_str());
                mapping
            };
            let (old_value, new_value) = (old.get(key.as_str()), new.get(key.as_str()));
            others(old) == others(new)
                && same_beside(old_value.unwrap_or(&Value::Null), new_value.unwrap_or(&Value::Null), rest)
        }
        (Segment::Index(index), Value::Sequence(old), Value::Sequence(new)) if old.len() == new.len() => {
            let mut pairs = old.iter().zip(new).enumerate();
            pairs.all(|(at, (old, new))| if at == *index { same_beside(old, new, rest) } else { old == new })
        }
        (Segment::Index(_), Value::Sequence(old), Value::Sequence(new)) if old.len() < new.len() => {
            new.starts_with(old)
        }
        // An entry that was taken out.
        (Segment::Index(index), Value::Sequence(old), Value::Sequence(new)) => {
            let left = old.iter().enumerate().filter(|(at, _)| at != index).map(|(_, entry)| entry);
            rest.is_empty() && left.eq(new)
        }
        _ => false,
    }
}

/// Puts a whole value under a key in block style, as a person would write it; the edit of a
/// single value would put a list on one line, certificates and all.
fn set_block<T>(
    text: &str,
    file: &str,
    path: &[Segment],
    value: &serde_json::Value,
    read: &impl Fn(&str) -> Result<T>,
) -> Result<(String, T)> {
    let failed = |error: &dyn std::fmt::Display| {
        let shown = shown(path);
        Failure::input("yaml-edit", format!("{file}: `{shown}` cannot be changed in place: {error}"))
            .hint("change the lines in an editor")
    };
    let Some(Segment::Key(key)) = path.last() else {
        return set_entry(text, file, path, value, read);
    };
    // A key that is not there yet gets a stand-in, whose place tells where the block goes.
    let text = match yamlpath::Document::new(text) {
        Ok(document) if document.query_exists(&route(path)) => text.to_owned(),
        _ => attempt(text, file, path, Some(Value::Null), &|_| Ok(()))?.0,
    };
    let document = yamlpath::Document::new(text.as_str()).map_err(|error| failed(&error))?;
    let feature = document.query_pretty(&route(path)).map_err(|error| failed(&error))?;
    let (start, end) = feature.location.byte_span;
    let end = before_comments(&text, start, end);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    if !text[line..start].chars().all(|c| c == ' ') {
        return Err(failed(&"it stands inside braces").into());
    }
    let indent = &text[line..start];
    let mut mapping = serde_yaml::Mapping::new();
    let value = serde_yaml::to_value(value)
        .map_err(|error| Failure::bug("a value cannot be written as YAML").because(error))?;
    mapping.insert(Value::String(key.clone()), value);
    let block = print(&mapping)?;
    let block: Vec<String> = block
        .trim_end()
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 || line.is_empty() { line.to_owned() } else { format!("{indent}{line}") })
        .collect();
    reread(format!("{}{}{}", &text[..start], block.join("\n"), &text[end..]), read)
}

/// Where a value ends without the comments and empty lines below it, which belong to what follows.
fn before_comments(text: &str, start: usize, end: usize) -> usize {
    let mut end = end;
    loop {
        let value = text[start..end].trim_end();
        let last = value.rfind('\n').map_or(0, |at| at + 1);
        if last == 0 || !value[last..].trim_start().starts_with('#') {
            return start + value.len();
        }
        end = start + last;
    }
}

/// The lines of an entry of a list in block style, from the start of the first to the end of the last.
fn entry(text: &str, file: &str, path: &[Segment]) -> Result<(usize, usize)> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::input("yaml-edit", format!("{file}: `{}` cannot be changed in place: {error}", shown(path)))
            .hint("change the lines in an editor")
    };
    let document = yamlpath::Document::new(text).map_err(|error| failed(&error))?;
    if !document.query_exists(&route(path)) {
        return Err(Failure::input("yaml-key-not-found", format!("{file}: there is no key `{}`", shown(path)))
            .hint("`ssoctl connection show NAME --format json` prints the keys there are")
            .into());
    }
    let (start, end) = document.query_pretty(&route(path)).map_err(|error| failed(&error))?.location.byte_span;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    if !text[line..].trim_start().starts_with('-') || text[line..start].contains(['[', '{', ':']) {
        return Err(failed(&"it stands inside brackets").into());
    }
    let end = before_comments(text, start, end);
    Ok((line, text[end..].find('\n').map_or(text.len(), |at| end + at + 1)))
}

/// Writes an entry of a list anew, however it was written.
fn set_entry<T>(
    text: &str,
    file: &str,
    path: &[Segment],
    value: &serde_json::Value,
    read: &impl Fn(&str) -> Result<T>,
) -> Result<(String, T)> {
    let (start, end) = entry(text, file, path)?;
    let block = indented(&text[start..], std::slice::from_ref(value))?;
    let block = if text[..end].ends_with('\n') { block } else { block.trim_end().to_owned() };
    reread(format!("{}{block}{}", &text[..start], &text[end..]), read)
}

/// Entries of a list as lines, as far in as the first line of `like`.
fn indented(like: &str, values: &[serde_json::Value]) -> Result<String> {
    let indent: String = like.chars().take_while(|c| *c == ' ').collect();
    let mut lines = String::new();
    for line in print(&values)?.trim_end().lines() {
        lines += &if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") };
    }
    Ok(lines)
}

/// Puts entries below the last one, above comments that follow it.
fn append<T>(
    text: &str,
    file: &str,
    path: &[Segment],
    values: &[serde_json::Value],
    read: &impl Fn(&str) -> Result<T>,
) -> Result<(String, T)> {
    let at = |index: usize| [path, &[Segment::Index(index)]].concat();
    let failed = |error: serde_yaml::Error| {
        Failure::input("yaml-edit", format!("{file}: `{}` cannot be changed in place", shown(path))).because(error)
    };
    // Counted in what is read: thousands of questions to the text would be slow.
    let whole: Value = serde_yaml::from_str(text).map_err(failed)?;
    let list = path.iter().try_fold(&whole, |value, segment| match segment {
        Segment::Key(key) => value.get(key.as_str()),
        Segment::Index(index) => value.get(*index),
    });
    let length = list.and_then(Value::as_sequence).map_or(0, Vec::len);
    let (start, end) = entry(text, file, &at(length.saturating_sub(1)))?;
    let lines = indented(&text[start..], values)?;
    let added = if text[..end].ends_with('\n') { lines } else { format!("\n{lines}") };
    reread(format!("{}{added}{}", &text[..end], &text[end..]), read)
}

fn reread<T>(text: String, read: &impl Fn(&str) -> Result<T>) -> Result<(String, T)> {
    let parsed = read(&text)?;
    Ok((text, parsed))
}

/// Text first, so that `0123` and `no` stay what they are where the key takes text.
fn set_typed<T>(
    text: &str,
    file: &str,
    path: &[Segment],
    typed: &str,
    read: &impl Fn(&str) -> Result<T>,
) -> Result<(String, T)> {
    let as_text = attempt(text, file, path, Some(Value::String(typed.to_owned())), read);
    let Err(refusal) = as_text else { return as_text };
    let mut others = Vec::new();
    match typed {
        "true" | "yes" | "on" => others.push(Value::Bool(true)),
        "false" | "no" | "off" => others.push(Value::Bool(false)),
        _ => {}
    }
    if let Ok(number) = typed.parse::<u64>() {
        others.push(Value::Number(number.into()));
    }
    let list: Vec<&str> = typed.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    if let Ok(done) = set_block(text, file, path, &serde_json::json!(list), read) {
        return Ok(done);
    }
    others.push(Value::Sequence(
        typed
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Value::String(item.to_owned()))
            .collect(),
    ));
    for value in others {
        if let Ok(done) = attempt(text, file, path, Some(value), read) {
            return Ok(done);
        }
    }
    Err(refusal)
}

fn attempt<T>(
    text: &str,
    file: &str,
    path: &[Segment],
    value: Option<Value>,
    read: &impl Fn(&str) -> Result<T>,
) -> Result<(String, T)> {
    let shown = shown(path);
    let failed = |error: &dyn std::fmt::Display| {
        Failure::input("yaml-edit", format!("{file}: `{shown}` cannot be changed in place: {error}"))
            .hint("change the line in an editor")
    };
    let document = yamlpath::Document::new(text).map_err(|error| failed(&error))?;
    let exists = |depth: usize| document.query_exists(&route(&path[..depth]));
    let patch = match value {
        None if !exists(path.len()) => {
            return Err(Failure::input("yaml-key-not-found", format!("{file}: there is no key `{shown}`"))
                .hint("`ssoctl connection show NAME --format json` prints the keys there are")
                .into());
        }
        None => yamlpatch::Patch { route: route(path), operation: yamlpatch::Op::Remove },
        Some(value) if exists(path.len()) => {
            yamlpatch::Patch { route: route(path), operation: yamlpatch::Op::Replace(value) }
        }
        Some(value) => {
            let depth = (0..path.len()).rev().find(|depth| *depth == 0 || exists(*depth)).unwrap_or(0);
            let mut nested = value;
            for segment in path[depth + 1..].iter().rev() {
                let Segment::Key(key) = segment else {
                    return Err(failed(&"there is no such entry in the list").into());
                };
                let mut mapping = serde_yaml::Mapping::new();
                mapping.insert(Value::String(key.clone()), nested);
                nested = Value::Mapping(mapping);
            }
            let Segment::Key(key) = &path[depth] else {
                return Err(failed(&"there is no such entry in the list").into());
            };
            yamlpatch::Patch {
                route: route(&path[..depth]),
                operation: yamlpatch::Op::Add { key: key.clone(), value: nested },
            }
        }
    };
    let patched = yamlpatch::apply_yaml_patches(&document, &[patch]).map_err(|error| failed(&error))?;
    let patched = patched.source();
    // A line end at the end of the file is of no meaning, unless a block of text ends there.
    let bare = patched.strip_suffix('\n').filter(|_| !text.ends_with('\n') && !spares_the_rest(text, patched, path));
    reread(bare.unwrap_or(patched).to_owned(), read)
}

fn shown(path: &[Segment]) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => index.to_string(),
        })
        .collect();
    parts.join(".")
}
