//! Where a command listens, as people write it.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;

/// Reads `ADDRESS:PORT`, `localhost:PORT` or `PORT` alone; the last two are of this machine.
pub(crate) fn parse(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_cause| "write it as `127.0.0.1:8976`, `localhost:8976` or `8976`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_and_localhost_are_this_machine() {
        for text in ["8976", "localhost:8976", "127.0.0.1:8976"] {
            assert_eq!(parse(text).unwrap().to_string(), "127.0.0.1:8976", "{text}");
        }
        assert_eq!(parse("[::1]:0").unwrap().to_string(), "[::1]:0");
        for text in ["", "localhost", "localhost:", "idp.example.org:80", "65536", "-1", "127.0.0.1"] {
            assert!(parse(text).unwrap_err().contains("`localhost:8976`"), "{text}");
        }
    }
}
