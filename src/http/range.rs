//! Which addresses are on the public internet. Everything that is not, or that hides
//! another address in itself, has a name here.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

/// Networks that are no part of the public internet, by the special-purpose registries of
/// IANA (RFC 6890); the narrower one stands first.
const IPV4: [(Ipv4Addr, u32, &str); 18] = [
    (Ipv4Addr::new(0, 0, 0, 0), 32, "the unspecified address, which leads to this machine"),
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network (RFC 1122)"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private (RFC 1918)"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a carrier's NAT (RFC 6598)"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "the platform service of Azure"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local, where clouds keep their metadata service"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private (RFC 1918)"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols (RFC 6890)"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation (RFC 5737)"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay (RFC 7526)"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private (RFC 1918)"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks (RFC 2544)"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation (RFC 5737)"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation (RFC 5737)"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(255, 255, 255, 255), 32, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved (RFC 1112)"),
];

const IPV6: [(Ipv6Addr, u32, &str); 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, "the unspecified address, which leads to this machine"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "an IPv4 address in IPv6 clothes (RFC 4291 2.5.5.2)"),
    (Ipv6Addr::UNSPECIFIED, 96, "an IPv4 address in IPv6 clothes (RFC 4291 2.5.5.1)"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "a local NAT64 translation (RFC 8215)"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "for discarding (RFC 6666)"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "a Teredo tunnel to an IPv4 address (RFC 4380)"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation (RFC 3849)"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved for protocols (RFC 2928)"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "a 6to4 tunnel to an IPv4 address (RFC 3056)"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation (RFC 9637)"),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, "for segment routing (RFC 9602)"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "private (unique local, RFC 4193)"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "site-local (RFC 3879)"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// The well-known prefix of NAT64 (RFC 6052 2.1): what stands behind it is an IPv4 address,
/// and in a network without IPv4 every server of the old internet is reached so.
const NAT64: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);
/// All that is given out so far (RFC 4291 2.4).
const GLOBAL_UNICAST: Ipv6Addr = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);

/// What an address is, where it is not one of the public internet.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => IPV4
            .iter()
            .find(|(network, length, _)| within(address.to_bits().into(), network.to_bits().into(), 96 + length))
            .map(|(.., what)| *what),
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let in_network = |network: Ipv6Addr, length| within(bits, network.to_bits(), length);
            if in_network(NAT64, 96) {
                let [.., a, b, c, d] = address.octets();
                return not_public(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
                    .map(|_| "a NAT64 form of an IPv4 address that is not public");
            }
            let named = IPV6.iter().find(|(network, length, _)| in_network(*network, *length));
            named.map(|(.., what)| *what).or((!in_network(GLOBAL_UNICAST, 3)).then_some("not of the public internet"))
        }
    }
}

/// Whether the first `length` of 128 bits are those of the network.
fn within(bits: u128, network: u128, length: u32) -> bool {
    (bits ^ network).checked_shr(128 - length).is_none_or(|rest| rest == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address that a URL with this host leads to, as the `url` crate reads it.
    fn judged(host: &str) -> Option<&'static str> {
        let url = url::Url::parse(&format!("https://{host}/")).unwrap_or_else(|error| panic!("{host}: {error}"));
        match url.host().unwrap() {
            url::Host::Ipv4(address) => not_public(address.into()),
            url::Host::Ipv6(address) => not_public(address.into()),
            url::Host::Domain(name) => panic!("{host} is the name {name}"),
        }
    }

    // attacks 4.6, the list of encodings: each row says which of them it is.
    #[test]
    fn every_encoding_of_an_address_that_is_not_public_is_named() {
        for (row, host, word) in [
            ("loopback", "127.0.0.1", "loopback"),
            ("loopback, all of it", "127.255.255.254", "loopback"),
            ("loopback, short", "127.1", "loopback"),
            ("loopback, shorter", "2130706433", "loopback"),
            ("loopback, hexadecimal", "0x7f000001", "loopback"),
            ("loopback, hexadecimal in parts", "0x7f.0.0.0x1", "loopback"),
            ("loopback, octal", "0177.0.0.1", "loopback"),
            ("loopback, octal in one", "017700000001", "loopback"),
            ("loopback, trailing dot", "127.0.0.1.", "loopback"),
            ("loopback, percent-encoded", "%31%32%37.0.0.1", "loopback"),
            ("loopback, full-width digits", "１２７.０.０.１", "loopback"),
            ("loopback, ideographic full stop", "127。0。0。1", "loopback"),
            ("loopback, IPv6", "[::1]", "loopback"),
            ("loopback, IPv6 in full", "[0:0:0:0:0:0:0:1]", "loopback"),
            ("unspecified", "0.0.0.0", "this machine"),
            ("unspecified, short", "0", "this machine"),
            ("unspecified, IPv6", "[::]", "this machine"),
            ("this network", "0.1.2.3", "this network"),
            ("private 10/8", "10.0.0.1", "private"),
            ("private 10/8, short", "10.1", "private"),
            ("private 172.16/12, first", "172.16.0.0", "private"),
            ("private 172.16/12, last", "172.31.255.255", "private"),
            ("private 192.168/16", "192.168.1.1", "private"),
            ("CGNAT, first", "100.64.0.0", "carrier"),
            ("CGNAT, last", "100.127.255.255", "carrier"),
            ("CGNAT, Alibaba's metadata service", "100.100.100.200", "carrier"),
            ("link-local, cloud metadata service", "169.254.169.254", "link-local"),
            ("link-local, cloud metadata service in one", "2852039166", "link-local"),
            ("link-local, cloud metadata service in hexadecimal", "0xa9fea9fe", "link-local"),
            ("Azure's platform service", "168.63.129.16", "Azure"),
            ("protocol assignments, Oracle's metadata service", "192.0.0.192", "reserved"),
            ("documentation 1", "192.0.2.1", "documentation"),
            ("documentation 2", "198.51.100.1", "documentation"),
            ("documentation 3", "203.0.113.1", "documentation"),
            ("6to4 relay", "192.88.99.1", "6to4"),
            ("benchmarks", "198.19.255.255", "benchmarks"),
            ("multicast", "224.0.0.1", "multicast"),
            ("multicast, last", "239.255.255.255", "multicast"),
            ("reserved", "240.0.0.1", "reserved"),
            ("broadcast", "255.255.255.255", "broadcast"),
            ("IPv4-mapped loopback", "[::ffff:127.0.0.1]", "IPv4 address in IPv6"),
            ("IPv4-mapped loopback, hexadecimal", "[::ffff:7f00:1]", "IPv4 address in IPv6"),
            ("IPv4-mapped metadata service", "[::ffff:169.254.169.254]", "IPv4 address in IPv6"),
            ("IPv4-mapped public", "[::ffff:8.8.8.8]", "IPv4 address in IPv6"),
            ("IPv4-compatible", "[::127.0.0.1]", "IPv4 address in IPv6"),
            ("NAT64 of loopback", "[64:ff9b::127.0.0.1]", "NAT64"),
            ("NAT64 of the metadata service", "[64:ff9b::a9fe:a9fe]", "NAT64"),
            ("NAT64 of private", "[64:ff9b::10.0.0.1]", "NAT64"),
            ("NAT64, local prefix", "[64:ff9b:1::8.8.8.8]", "NAT64"),
            ("6to4 of private", "[2002:a00:1::1]", "6to4"),
            ("6to4 of loopback", "[2002:7f00:1::]", "6to4"),
            ("Teredo", "[2001:0:7f00:1::f5ff:fffe]", "Teredo"),
            ("protocol assignments, IPv6", "[2001:2::1]", "reserved"),
            ("documentation, IPv6", "[2001:db8::1]", "documentation"),
            ("documentation, new IPv6", "[3fff::1]", "documentation"),
            ("discard", "[100::1]", "discarding"),
            ("segment routing", "[5f00::1]", "segment"),
            ("ULA", "[fd00::1]", "private"),
            ("ULA, AWS' metadata service", "[fd00:ec2::254]", "private"),
            ("ULA, the other half", "[fc00::1]", "private"),
            ("link-local, IPv6", "[fe80::1]", "link-local"),
            ("site-local", "[fec0::1]", "site-local"),
            ("multicast, IPv6", "[ff02::1]", "multicast"),
            ("not given out", "[4000::1]", "public"),
            ("not given out, low", "[1::1]", "public"),
        ] {
            let found = judged(host);
            assert!(found.is_some_and(|found| found.contains(word)), "attacks 4.6: {row}: {host} is {found:?}");
        }
    }

    #[test]
    fn public_addresses_beside_those_networks_pass() {
        for host in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.112.255",
            "223.255.255.255",
            "[2000::1]",
            "[2001:200::1]",
            "[2001:4860:4860::8888]",
            "[2003::1]",
            "[2606:4700::1111]",
            "[3ffe::1]",
            "[64:ff9b::8.8.8.8]",
        ] {
            assert_eq!(judged(host), None, "{host}");
        }
    }

    #[test]
    fn hosts_that_are_no_address_at_all_are_not_urls() {
        for host in ["127.0.0.256", "0x7f.1.1.1.1", "[fe80::1%25eth0]", "[::ffff:127.0.0.1", "127.0.0.1%00", ""] {
            assert!(url::Url::parse(&format!("https://{host}/")).is_err(), "{host}");
        }
    }
}
