//! Secrets: what a reference stands for, held so that it cannot leak by accident.
//!
//! A [`Secret`] cannot be printed, serialised or copied, and is wiped when dropped.
//! With `cli/context.rs` this is the only reader of the environment. Only `http`, the
//! opening of an encrypted key (`cli/signer.rs`) and the way to the journal.s database (`migrate`) call [`Secret::expose`].

mod words;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use zeroize::Zeroizing;

use crate::crypto::blot::blotted;
use crate::crypto::mac::MacKey;
use crate::error::Failure;
use crate::error::Result;
use crate::model::SecretRef;
use crate::model::printable;

/// More than any token, key or password has.
const LIMIT: usize = 64 * 1024;

/// How long a `command:` may take, a touch on a hardware key included.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// A secret in memory.
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes what a person typed or a reference gave; `origin` is named in a refusal, the text never.
    pub(crate) fn new(text: Zeroizing<String>, origin: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Failure::input("secret-unset", format!("{origin} is empty"))
                .hint("an empty secret is never used: put the value there")
                .into());
        }
        // RFC 9110 5.5: a line end inside a header value would start another header.
        if text.chars().any(char::is_control) {
            return Err(Failure::input(
                "secret-unusable",
                format!("the secret of {origin} has a line end or a control character inside (not shown)"),
            )
            .hint("a token or password is one line: check that nothing else was stored with it")
            .into());
        }
        Ok(Self(text))
    }

    /// The text itself, for the wire or to open a key, and for nothing else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The secret as the key of MACs, for who shares it: the one way to such a key.
    pub(crate) fn mac_key(&self) -> MacKey {
        MacKey::new(&self.0)
    }

    /// Whether it is the same secret.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Text from outside with this secret blotted out, since a server may repeat what it was sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        blotted(text, &[&self.0])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Fetches what a reference stands for; a relative `file:` starts at `folder`, the workspace.
pub(crate) fn resolve(reference: &SecretRef, folder: &Path) -> Result<Secret> {
    let origin = format!("`{}`", printable(&reference.to_string()));
    match reference {
        SecretRef::Environment(name) => Secret::new(from_environment(name, &origin)?, &origin),
        SecretRef::File(path) => Secret::new(one_line(from_file(&folder.join(path), &origin)?, &origin)?, &origin),
        SecretRef::Command(line) => {
            Secret::new(one_line(from_command(line, &origin, COMMAND_TIMEOUT)?, &origin)?, &origin)
        }
    }
}

/// As [`resolve`], for a private key: bytes as they are, since PEM has lines.
pub(crate) fn resolve_key(reference: &SecretRef, folder: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let origin = format!("`{}`", printable(&reference.to_string()));
    match reference {
        SecretRef::Environment(name) => Ok(Zeroizing::new(from_environment(name, &origin)?.as_bytes().to_vec())),
        SecretRef::File(path) => from_file(&folder.join(path), &origin),
        SecretRef::Command(line) => from_command(line, &origin, COMMAND_TIMEOUT),
    }
}

#[expect(clippy::disallowed_methods, reason = "env: references are resolved here and nowhere else")]
fn from_environment(name: &str, origin: &str) -> Result<Zeroizing<String>> {
    let mend = |failure: Failure| {
        failure.hint(format!("run `read -rs {name} && export {name}`, or set it in the CI job's secrets"))
    };
    match std::env::var(name) {
        Ok(text) if text.is_empty() => {
            Err(mend(Failure::input("secret-unset", format!("{origin} is set and empty"))).into())
        }
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(std::env::VarError::NotPresent) => {
            Err(mend(Failure::input("secret-unset", format!("{origin} is not set"))).into())
        }
        Err(std::env::VarError::NotUnicode(text)) => {
            drop(Zeroizing::new(text.into_encoded_bytes()));
            Err(not_text(origin).into())
        }
    }
}

fn not_text(origin: &str) -> Failure {
    Failure::input("secret-unusable", format!("the secret of {origin} is not UTF-8 text"))
        .hint("a token or password is one line of text: check what was stored")
}

fn too_large(origin: &str) -> Failure {
    Failure::input("secret-unusable", format!("{origin} gives more than {LIMIT} bytes"))
        .hint("a token or password is one line: check that this is the right place")
}

fn from_file(path: &Path, origin: &str) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable = |error: std::io::Error| {
        Failure::input("secret-unreadable", format!("{origin} cannot be read"))
            .because(error)
            .hint(format!("check that `{}` exists and is yours", path.display()))
    };
    // Asked before opening, since opening a pipe waits for its writer.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(Failure::input("secret-unreadable", format!("{origin} is not a plain file"))
            .hint("use `command:` for a program that prints the secret")
            .into());
    }
    let file = File::open(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Asked of the open file, so that nothing can be put in its place in between.
        if file.metadata().map_err(unreadable)?.permissions().mode() & 0o077 != 0 {
            return Err(Failure::refused(
                "secret-file-open",
                format!("{origin} can be read or changed by other users"),
            )
            .hint(format!("run `chmod 600 '{}'`, and replace the secret if others may have seen it", path.display()))
            .into());
        }
    }
    bounded(file).map_err(unreadable)?.ok_or_else(|| too_large(origin).into())
}

/// Everything up to the limit, without the copies that a growing buffer leaves behind; `None` above it.
fn bounded(source: impl Read) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    source.take(LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= LIMIT).then_some(bytes))
}

fn one_line(bytes: Zeroizing<Vec<u8>>, origin: &str) -> Result<Zeroizing<String>> {
    // An editor or `echo` ends a file with a line end that is not part of the secret.
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    match str::from_utf8(&bytes[..end]) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        // The error is dropped, since it would tell about the bytes.
        Err(_) => Err(not_text(origin).into()),
    }
}

fn from_command(line: &str, origin: &str, limit: Duration) -> Result<Zeroizing<Vec<u8>>> {
    let words = words::split(line).map_err(|reason| {
        Failure::input("secret-command-line", format!("{origin} cannot be split into words: {reason}"))
            .hint("no shell is run; where one is needed, write `command:sh -c '...'`")
    })?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::input("secret-command-line", format!("{origin} names no program"))
            .hint("write the program and its arguments, such as `command:pass show qualtrics/token`")
            .into());
    };
    let failed = |what: String| Failure::input("secret-command-failed", format!("{origin} {what}"));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // What a program complains about may hold the secret.
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            failed("could not be started".to_owned())
                .because(error)
                .hint(format!("check that `{program}` is installed and in the PATH"))
        })?;
    let (sender, receiver) = mpsc::channel();
    let output = child.stdout.take();
    // Not joined: a grandchild may hold the pipe open for as long as it likes.
    std::thread::spawn(move || {
        // The receiver is gone after the time-out, and so is the interest in the output.
        sender.send(output.map_or_else(|| Ok(None), bounded)).ok();
    });
    let deadline = Instant::now() + limit;
    let answer = receiver.recv_timeout(limit);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            // Too much output: nobody reads on, so it would wait for ever.
            Ok(None) if Instant::now() < deadline && !matches!(answer, Ok(Ok(None))) => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(None) | Err(_) => {
                child.kill().ok();
                child.wait().ok();
                break None;
            }
        }
    };
    let by_hand = format!("run `{line}` by hand to see why; ssoctl does not show its output, which may be the secret");
    let late =
        || failed(format!("did not end within {} seconds and was stopped", limit.as_secs())).hint(by_hand.clone());
    match (answer, status) {
        (Ok(Ok(None)), _) => Err(too_large(origin).into()),
        (Ok(Ok(Some(bytes))), Some(status)) if status.success() => {
            if bytes.is_empty() {
                return Err(Failure::input("secret-unset", format!("{origin} printed nothing")).hint(by_hand).into());
            }
            Ok(bytes)
        }
        (Ok(Err(error)), _) => Err(failed("could not be read".to_owned()).because(error).into()),
        (Ok(Ok(Some(_))), Some(status)) => Err(failed(format!("failed ({status})")).hint(by_hand).into()),
        (Ok(Ok(Some(_))), None) | (Err(_), _) => Err(late().into()),
    }
}

#[cfg(test)]
mod tests;
