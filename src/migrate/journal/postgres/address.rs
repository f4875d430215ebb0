//! Where a database is, as `--journal` names it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::Url;

use crate::error::Failure;

/// PostgreSQL's port (IANA).
const PORT: u16 = 5432;

/// `postgres://USER@HOST[:PORT]/DATABASE`; a password never stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(super) user: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
}

impl Address {
    /// Whether it is on this machine by its own words, with no name server asked.
    pub(super) fn is_local(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, host, port, database } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        write!(f, "postgres://{}@{host}:{port}/{}", encoded(user), encoded(database))
    }
}

impl FromStr for Address {
    type Err = Failure;

    /// Refuses what is no such URL (`journal-url`) and one with a password
    /// (`journal-password-in-url`), without printing either.
    fn from_str(text: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| {
            Failure::usage("journal-url", format!("`--journal` {why}")).hint(
                "write `postgres://USER@HOST:PORT/DATABASE`; `--journal-password env:NAME` says where the password is",
            )
        };
        let url = Url::parse(text).map_err(|error| refuse(&format!("is not a URL: {error}")))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(refuse("is not a URL of a PostgreSQL database"));
        }
        if url.password().is_some() {
            return Err(Failure::usage(
                "journal-password-in-url",
                "`--journal`: a password stands in the URL (not shown), where process lists and histories show it",
            )
            .hint("leave it out, and name where it is: `--journal-password env:NAME`, `file:PATH` or `command:..`"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("takes no parameters: TLS is used with every host but this machine"));
        }
        let host = match url.host() {
            Some(url::Host::Domain(name)) => decoded(name),
            Some(url::Host::Ipv4(address)) => Some(address.to_string()),
            Some(url::Host::Ipv6(address)) => Some(address.to_string()),
            None => None,
        };
        let named = |text: Option<String>| text.filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
        let host = named(host).filter(|host| !host.contains('/')).ok_or_else(|| refuse("names no host"))?;
        let user = named(decoded(url.username())).ok_or_else(|| refuse("names no user"))?;
        let path = url.path().strip_prefix('/').unwrap_or_default();
        let database =
            named(decoded(path).filter(|_| !path.contains('/'))).ok_or_else(|| refuse("names no database"))?;
        Ok(Self { user, host, port: url.port().unwrap_or(PORT), database })
    }
}

/// RFC 3986 2.1, back; `None` for what is no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (pair, after) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// RFC 3986 2.1 for everything that is not unreserved (2.3).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shown() {
        let read = |text: &str| text.parse::<Address>().unwrap();
        let address = read("postgresql://ops%40tenant@db.example.org/journal");
        assert_eq!((address.user.as_str(), address.port, address.is_local()), ("ops@tenant", 5432, false));
        assert_eq!(address.to_string(), "postgres://ops%40tenant@db.example.org:5432/journal");
        assert_eq!(read(&address.to_string()), address);
        for local in ["localhost", "127.0.0.1", "127.9.0.1", "[::1]"] {
            assert!(read(&format!("postgres://me@{local}:15432/db")).is_local(), "{local}");
        }
        for remote in ["127.0.0.1.example.org", "10.0.0.1", "[2001:db8::1]", "localhost.example"] {
            assert!(!read(&format!("postgres://me@{remote}/db")).is_local(), "{remote}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_a_password_is_not_shown() {
        let code = |text: &str| {
            let failure = text.parse::<Address>().unwrap_err();
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
            failure.code()
        };
        for text in [
            "",
            "db",
            "mysql://me@h/db",
            "postgres://h/db",
            "postgres://me@/db",
            "postgres:///db",
            "postgres://me@h",
            "postgres://me@h/",
            "postgres://me@h/a/b",
            "postgres://me@h/db?sslmode=disable",
            "postgres://me@%2Frun/db",
            "postgres://me@h:99999/db",
            "postgres://me:hunter2@h:99999/db",
            "postgres://m%zz@h/db",
        ] {
            assert_eq!(code(text), "journal-url", "{text}");
        }
        assert_eq!(code("postgres://me:hunter2@h/db"), "journal-password-in-url");
    }
}
