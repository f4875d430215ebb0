//! Looks at the certificate that a TLS server presents. It is looked at and not
//! trusted: nothing is sent over the connection, and an expired or self-signed
//! certificate must be visible, since finding it is the point.

use std::net::TcpStream;
use std::net::ToSocketAddrs as _;
use std::time::Duration;

use native_tls::TlsConnector;

use crate::error::Failure;
use crate::error::Result;
use crate::http::guard::Guard;
use crate::model::printable;

/// The DER of the leaf certificate of `HOST:PORT`; the port is 443 where not given. The guard
/// judges the same addresses that are then connected to.
pub(crate) fn server_certificate(target: &str, timeout: Duration, guard: Option<&Guard>) -> Result<Vec<u8>> {
    let shown = printable(target);
    let (host, port) = split(target).ok_or_else(|| {
        Failure::usage("tls-target", format!("`{shown}` is not HOST:PORT"))
            .hint("such as `idp.example.org:443`, without `https://`")
    })?;
    let unreachable = |error: &dyn std::fmt::Display| {
        Failure::remote("unreachable", format!("`{shown}` cannot be reached: {error}"))
            .hint("check the name, the port, and whether a firewall is between")
    };
    // A name may have addresses of a kind that this network does not route.
    let mut failure = unreachable(&"the name has no address");
    let mut connected = None;
    let addresses: Vec<_> = (host, port).to_socket_addrs().map_err(|error| unreachable(&error))?.collect();
    if let Some(guard) = guard {
        guard.admit_server(host, port, &addresses)?;
    }
    for address in addresses {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => {
                connected = Some(stream);
                break;
            }
            Err(error) => failure = unreachable(&error),
        }
    }
    let Some(stream) = connected else { return Err(failure.into()) };
    for set in [stream.set_read_timeout(Some(timeout)), stream.set_write_timeout(Some(timeout))] {
        set.map_err(|error| unreachable(&error))?;
    }
    let failed = |error: &dyn std::fmt::Display| {
        Failure::remote("tls", format!("`{shown}` does not answer as a TLS server: {}", printable(&error.to_string())))
            .hint("check the port; `--tls` takes servers that speak TLS from the first byte")
    };
    let connector = TlsConnector::builder()
        // The certificate is judged by its dates and key afterwards; no data crosses this connection.
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_hostnames(true)
        .build()
        .map_err(|error| failed(&error))?;
    let session = connector.connect(host, stream).map_err(|error| failed(&error))?;
    let certificate = session
        .peer_certificate()
        .map_err(|error| failed(&error))?
        .ok_or_else(|| failed(&"it presents no certificate"))?;
    Ok(certificate.to_der().map_err(|error| failed(&error))?)
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
}
