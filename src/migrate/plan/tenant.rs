//! Whose user list a plan is for, whatever the connection is called that leads there.

use url::Url;

use crate::http::address::is_loopback;
use crate::migrate::plan::Head;

/// A text that is the same for two plans if they are for one user list. Where the vendor tells no tenant its
/// API server stands for it: then two subscriptions on one server count as one. A stand-in is told by its port.
pub(crate) fn tenant(head: &Head) -> String {
    let brand = head.brand_id.to_ascii_lowercase();
    let url = Url::parse(&head.origin).ok();
    let port = url.as_ref().filter(|url| is_loopback(url)).and_then(Url::port_or_known_default);
    let by_server = url.as_ref().filter(|url| url.host_str() == Some(&*brand));
    let path = by_server.map_or("", |url| url.path().trim_matches('/'));
    format!("{} {brand} {} {path}", head.provider, port.map(|port| port.to_string()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::apply::tests::fake;

    #[test]
    fn a_tenant_is_one_by_whatever_connection_it_is_reached() {
        let of = |provider: &str, brand: &str, origin: &str, connection: &str| {
            let (provider, brand_id) = (provider.to_owned(), brand.to_owned());
            let (origin, connection) = (origin.to_owned(), connection.to_owned());
            tenant(&Head { provider, brand_id, origin, connection, ..fake::head() })
        };
        let by_platform = of("qualys", "qualysapi.qualys.com", "platform US1", "a");
        assert_eq!(by_platform, of("qualys", "qualysapi.qualys.com", "https://QUALYSAPI.qualys.com/", "b"));
        assert_ne!(by_platform, of("qualys", "qualysapi.qualys.eu", "https://qualysapi.qualys.eu", "a"));
        assert_ne!(by_platform, of("scim", "qualysapi.qualys.com", "https://qualysapi.qualys.com", "a"));
        let scim = |origin| of("scim", "desk.example", origin, "a");
        assert_ne!(scim("https://desk.example/one/v2"), scim("https://desk.example/two/v2"));
        assert_eq!(scim("https://desk.example/one/v2"), scim("https://desk.example/one/v2/"));
        // Where the vendor says whose it is, the server says nothing more.
        let qualtrics = |origin| of("qualtrics", "acme", origin, "a");
        assert_eq!(qualtrics("https://iad1.qualtrics.com/API/v3"), qualtrics("data centre iad1"));
        // A rehearsal is none of the tenant's.
        assert_ne!(qualtrics("http://127.0.0.1:7001"), qualtrics("http://127.0.0.1:7002"));
        assert_ne!(qualtrics("http://127.0.0.1:7001"), qualtrics("data centre iad1"));
    }
}
