//! `--untrusted`: documents come from the public internet only, or from an origin that
//! somebody has named. A name is looked up once, all its addresses are judged, and the
//! connection goes to those addresses and no other.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use url::Host;
use url::Url;

use crate::error::Failure;
use crate::http::Trouble;
use crate::http::address::SafeUrl;
use crate::http::range::not_public;
use crate::http::shortened;

/// Looks up the addresses of a host within some time.
type LookUp = dyn Fn(&str, u16, Duration) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// Which hosts may be asked.
#[derive(Clone)]
pub(crate) struct Guard {
    allowed: Vec<Origin>,
    why: &'static str,
    look_up: Arc<LookUp>,
    judge: fn(IpAddr) -> Option<&'static str>,
    proxies: Arc<Matcher>,
}

/// Scheme, host and port, as `--allow-origin` names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin(url::Origin);

impl Origin {
    /// Reads `scheme://host[:port]`; refuses anything more (`origin-invalid`).
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| {
            Failure::usage("origin-invalid", format!("`--allow-origin {}`: {why}", shortened(text, 200)))
                .hint("write scheme, host and port alone, such as `https://idp.corp.example:8443`")
        };
        if text.contains('@') {
            return Err(Failure::usage(
                "origin-invalid",
                "`--allow-origin`: a user name or password stands in it (not shown)",
            )
            .hint("write scheme, host and port alone, such as `https://idp.corp.example:8443`"));
        }
        let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refuse("an origin begins with `https://` or `http://`"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("an origin has no path"));
        }
        Ok(Self(url.origin()))
    }
}

/// How an address that may be asked is reached.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// As the system does, proxies included.
    Ordinary,
    /// Directly, at these addresses and no other.
    Pinned(Vec<SocketAddr>),
}

impl Guard {
    /// The public internet and `allowed`; `why` tells a reader what asked for it, such as
    /// "`--untrusted` is given".
    pub(crate) fn new(allowed: Vec<Origin>, why: &'static str) -> Self {
        Self {
            allowed,
            why,
            look_up: Arc::new(ask_system),
            judge: not_public,
            proxies: Arc::new(Matcher::from_system()),
        }
    }

    /// Another name service, another judge and other proxies than the machine's.
    #[cfg(test)]
    pub(super) fn with(
        mut self,
        look_up: impl Fn(&str, u16, Duration) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
        judge: fn(IpAddr) -> Option<&'static str>,
        proxies: Matcher,
    ) -> Self {
        (self.look_up, self.judge, self.proxies) = (Arc::new(look_up), judge, Arc::new(proxies));
        self
    }

    /// Whether a hop may be made, and how. `place` is how messages begin: the hop and, for a
    /// redirect, where it came from. Refused: `address-refused`, `host-idn`, `proxy-unguarded`.
    pub(super) fn admit(&self, url: &Url, place: &str, left: Duration) -> Result<Route, Failure> {
        if self.allowed.iter().any(|origin| origin.0 == url.origin()) {
            return Ok(Route::Ordinary);
        }
        let origin = url.origin().ascii_serialization();
        let refuse = |code, why: &str| self.refusal(code, &origin, &format!("{place}: {why}"));
        let name = match url.host() {
            Some(Host::Domain(name)) => Some(name),
            Some(Host::Ipv4(address)) => self.judge_literal(address.into(), &refuse)?,
            Some(Host::Ipv6(address)) => self.judge_literal(address.into(), &refuse)?,
            None => return Err(refuse("address-refused", "the URL names no host")),
        };
        if let Some(name) = name {
            let plain = name.strip_suffix('.').unwrap_or(name);
            // RFC 6761 6.3: all of it is this machine, whatever a name server says.
            if plain == "localhost" || plain.ends_with(".localhost") {
                return Err(refuse("address-refused", &format!("`{}` is loopback", shortened(name, 255))));
            }
            if plain.split('.').any(|label| label.starts_with("xn--")) {
                let why =
                    format!("`{}` is an internationalised name, which can look like another one", shortened(name, 255));
                return Err(refuse("host-idn", &why));
            }
        }
        if url.as_str().parse().is_ok_and(|uri| self.proxies.intercept(&uri).is_some()) {
            return Err(refuse(
                "proxy-unguarded",
                "a proxy of the environment would look up the name by itself, so its address cannot be judged",
            ));
        }
        let Some(name) = name else { return Ok(Route::Pinned(Vec::new())) };
        let unknown = |error: io::Error| {
            let code = if error.kind() == io::ErrorKind::TimedOut { "timeout" } else { "unreachable" };
            Trouble { code, never_sent: true, cause: format!("dns error: {}", shortened(&error.to_string(), 300)) }
                .failure(&SafeUrl::of(url), left)
        };
        let addresses = (self.look_up)(name, url.port_or_known_default().unwrap_or(443), left).map_err(unknown)?;
        if addresses.is_empty() {
            return Err(unknown(io::Error::other("the name has no address")));
        }
        self.judge_all(name, &addresses).map_err(|why| refuse("address-refused", &why))?;
        Ok(Route::Pinned(addresses))
    }

    /// As [`Self::admit`], for a server that is looked at directly (`cert check --tls`).
    pub(super) fn admit_server(&self, host: &str, port: u16, addresses: &[SocketAddr]) -> Result<(), Failure> {
        let origin =
            if host.contains(':') { format!("https://[{host}]:{port}") } else { format!("https://{host}:{port}") };
        if Url::parse(&origin).is_ok_and(|url| self.allowed.iter().any(|origin| origin.0 == url.origin())) {
            return Ok(());
        }
        self.judge_all(host, addresses).map_err(|why| self.refusal("address-refused", &origin, &why))
    }

    /// An address that stands in the URL itself has no name to look up.
    fn judge_literal<'a>(
        &self,
        address: IpAddr,
        refuse: &dyn Fn(&'static str, &str) -> Failure,
    ) -> Result<Option<&'a str>, Failure> {
        match (self.judge)(address) {
            Some(what) => Err(refuse("address-refused", &format!("{address} is {what}"))),
            None => Ok(None),
        }
    }

    /// One is enough: a public address beside a private one is how a guard is got round.
    fn judge_all(&self, host: &str, addresses: &[SocketAddr]) -> Result<(), String> {
        let bad = addresses.iter().find_map(|address| Some((address.ip(), (self.judge)(address.ip())?)));
        match bad {
            Some((address, what)) if host.parse() == Ok(address) => Err(format!("{address} is {what}")),
            Some((address, what)) => {
                Err(format!("`{}` has the address {address}, which is {what}", shortened(host, 255)))
            }
            None => Ok(()),
        }
    }

    fn refusal(&self, code: &'static str, origin: &str, message: &str) -> Failure {
        Failure::refused(code, message)
            .hint(format!("the public internet alone may be asked, because {}", self.why))
            .hint(format!("if this server is meant, name it: `--allow-origin {}`", shortened(origin, 300)))
    }
}

/// The system's name service, which has no time limit of its own.
pub(super) fn ask_system(host: &str, port: u16, within: Duration) -> io::Result<Vec<SocketAddr>> {
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    std::thread::Builder::new().name("name service".to_owned()).spawn(move || {
        // Whoever asked may have given up.
        sender.send((host.as_str(), port).to_socket_addrs().map(Vec::from_iter)).ok();
    })?;
    receiver
        .recv_timeout(within)
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the name service has not answered")))
}

#[cfg(test)]
mod tests;
