//! Looks at the certificate that a TLS server presents. It is looked at and not
//! trusted: nothing is sent over the connection, and an expired or self-signed
//! certificate must be visible, since finding it is the point.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use native_tls::HandshakeError;
use native_tls::TlsConnector;

use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::guard::Guard;
use crate::http::guard::ask_system;
use crate::http::seconds;
use crate::model::printable;

/// The DER of the leaf certificate of `HOST:PORT`; the port is 443 where not given. The guard
/// judges the same addresses that are then connected to. `timeout` is for all of it: the name
/// service, every address that is tried, and a handshake in however many pieces.
pub(crate) fn server_certificate(target: &str, timeout: Duration, guard: Option<&Guard>) -> Result<Vec<u8>> {
    let deadline = Deadline(Instant::now() + timeout);
    // Some give a URL, with all that may stand in one.
    let shown = SafeUrl::of_text(target);
    let (host, port) = split(target).ok_or_else(|| {
        Failure::usage("tls-target", format!("`{shown}` is not HOST:PORT"))
            .hint("such as `idp.example.org:443`, without `https://`")
    })?;
    let late = || {
        Failure::remote("timeout", format!("`{shown}`: no certificate within {}", seconds(timeout)))
            .hint("try again with a longer `--timeout`; check the port and whether a firewall is between")
    };
    let unreachable = |error: io::Error| match error.kind() {
        _ if deadline.left().is_err() => late(),
        _ => Failure::remote("unreachable", format!("`{shown}` cannot be reached: {error}"))
            .hint("check the name, the port, and whether a firewall is between"),
    };
    let addresses = ask_system(host, port, timeout).map_err(unreachable)?;
    if let Some(guard) = guard {
        guard.admit_server(host, port, &addresses)?;
    }
    let stream = connect(&addresses, &deadline).map_err(unreachable)?;
    let failed = |error: &dyn std::fmt::Display| match deadline.left() {
        Err(_) => late(),
        Ok(_) => Failure::remote(
            "tls",
            format!("`{shown}` does not answer as a TLS server: {}", printable(&error.to_string())),
        )
        .hint("check the port; `--tls` takes servers that speak TLS from the first byte"),
    };
    let connector = TlsConnector::builder()
        // The certificate is judged by its dates and key afterwards; no data crosses this connection.
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_hostnames(true)
        .build()
        .map_err(|error| failed(&error))?;
    let session = connector.connect(host, Timed { stream, deadline }).map_err(|error| match error {
        HandshakeError::Failure(error) => failed(&error),
        HandshakeError::WouldBlock(_) => failed(&"it stopped in the middle of its greeting"),
    })?;
    let certificate = session
        .peer_certificate()
        .map_err(|error| failed(&error))?
        .ok_or_else(|| failed(&"it presents no certificate"))?;
    Ok(certificate.to_der().map_err(|error| failed(&error))?)
}

/// Speaks TLS with servers whose certificate the system's roots vouch for: for a protocol that is
/// not HTTP.
pub(crate) fn connector() -> Result<TlsConnector> {
    TlsConnector::new().map_err(|error| Failure::bug("TLS cannot be set up").because(error).into())
}

/// The first address that answers; a name may have addresses of a kind that this network does
/// not route.
fn connect(addresses: &[SocketAddr], deadline: &Deadline) -> io::Result<TcpStream> {
    let mut failure = io::Error::other("the name has no address");
    for address in addresses {
        match TcpStream::connect_timeout(address, deadline.left()?) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The moment at which all of it must be done.
#[derive(Clone, Copy, Debug)]
struct Deadline(Instant);

impl Deadline {
    /// What is left; an error where nothing is.
    fn left(self) -> io::Result<Duration> {
        let left = self.0.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

/// A connection that ends at the deadline, however many bytes came one by one before.
#[derive(Debug)]
struct Timed {
    stream: TcpStream,
    deadline: Deadline,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.deadline.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.deadline.left()?))?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn split(target: &str) -> Option<(&str, u16)> {
    if target.contains('/') || target.is_empty() {
        return None;
    }
    // [::1]:443
    if let Some(rest) = target.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = if port.is_empty() { 443 } else { port.strip_prefix(':')?.parse().ok()? };
        return Some((host, port));
    }
    match target.split_once(':') {
        None => Some((target, 443)),
        Some((host, port)) => Some((host, port.parse().ok()?)).filter(|_| !host.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn a_target_is_a_host_and_a_port() {
        assert_eq!(split("idp.example.org"), Some(("idp.example.org", 443)));
        assert_eq!(split("idp.example.org:8443"), Some(("idp.example.org", 8443)));
        assert_eq!(split("[::1]:8443"), Some(("::1", 8443)));
        for bad in ["", "https://idp.example.org", "idp:port", ":443", "[::1"] {
            assert_eq!(split(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_server_without_tls_is_told_apart_from_none() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            use std::io::Write as _;
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"220 ready for plain text\r\n").unwrap();
        });
        let error = server_certificate(&format!("127.0.0.1:{port}"), Duration::from_secs(5), None).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "tls");
        server.join().unwrap();
        let error = server_certificate(&format!("127.0.0.1:{port}"), Duration::from_secs(5), None).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "unreachable");
    }

    #[test]
    fn a_server_that_trickles_is_left_at_the_deadline() {
        use std::io::Read as _;
        use std::io::Write as _;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut greeting = [0; 5];
            stream.read_exact(&mut greeting).unwrap();
            // The head of a handshake record of 16 KiB, and then a byte of it now and then.
            stream.write_all(&[22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC]).unwrap();
            let sent = (0..400).take_while(|_| {
                std::thread::sleep(Duration::from_millis(25));
                stream.write_all(&[3]).is_ok()
            });
            sent.count()
        });
        let begun = Instant::now();
        let timeout = Duration::from_millis(500);
        let error = server_certificate(&format!("127.0.0.1:{port}"), timeout, None).unwrap_err();
        let took = begun.elapsed();
        assert_eq!(failure_of(&error).unwrap().code(), "timeout", "{error:?}");
        assert_eq!(error.to_string(), format!("`127.0.0.1:{port}`: no certificate within 0.5 seconds"));
        assert!(took >= timeout && took < Duration::from_secs(3), "{took:?}");
        // Twenty where nothing else is at work on the machine.
        assert!(server.join().unwrap() >= 3, "each read had its byte in time");
    }
}
