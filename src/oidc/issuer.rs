//! The issuer of a discovery document: whether it is the one that was asked. Compared
//! byte for byte; nothing is normalised.

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::oidc::discovery::Discovery;
use crate::oidc::json;

/// The shape of an issuer. OIDC Discovery 3: https, no query, no fragment.
pub(super) fn judge(issuer: &str) -> Option<Finding> {
    if is_template(issuer) {
        // Refused by `check_issuer`; here it is only told.
        return Some(
            Finding::new("issuer-template", Severity::Error, template_message(issuer)).hint(template_hint(issuer)),
        );
    }
    let shown = json::shortened(issuer);
    let Some((scheme, _)) = issuer.split_once("://") else {
        return Some(
            Finding::new("issuer-without-scheme", Severity::Warning, format!("the issuer `{shown}` has no scheme"))
                .hint("copy it exactly so: what `iss` holds is compared byte for byte"),
        );
    };
    let address = url::Url::parse(issuer).ok();
    if scheme != "https" {
        let loopback = address.as_ref().is_some_and(is_loopback);
        let severity = if loopback { Severity::Warning } else { Severity::Error };
        return Some(
            Finding::new("issuer-not-https", severity, format!("the issuer `{shown}` is not https"))
                .hint("ask who runs the identity provider for an https issuer"),
        );
    }
    let what = match address {
        None => "is not an address",
        Some(address) if address.query().is_some() || address.fragment().is_some() => {
            "has a query or a fragment, which an issuer must not have"
        }
        Some(_) => return None,
    };
    Some(
        Finding::new("issuer-invalid", Severity::Error, format!("the issuer `{shown}` {what}"))
            .hint("ask who runs the identity provider to mend it"),
    )
}

/// OIDC Discovery 4.3: the issuer must be the address that the document was fetched from,
/// without its well-known part. Known departures are findings; all others are refused.
pub(crate) fn check_issuer(discovery: &Discovery, came_from: Option<&str>) -> Result<Vec<Finding>, Failure> {
    let issuer = discovery.issuer.as_str();
    if is_template(issuer) {
        return Err(Failure::input("issuer-template", template_message(issuer)).hint(template_hint(issuer)));
    }
    let Some(came_from) = came_from else { return Ok(Vec::new()) };
    let Some(base) = issuer_of(came_from) else {
        // A query may hold a secret.
        let address = came_from.split(['?', '#']).next().unwrap_or_default();
        return Ok(vec![Finding::new(
            "issuer-unproved",
            Severity::Info,
            format!("`{}` is no well-known address, so it does not prove the issuer", printable(address)),
        )]);
    };
    if issuer == base {
        return Ok(Vec::new());
    }
    // OIDC Discovery 4.1: a closing slash of the issuer is not in the address.
    if issuer.strip_suffix('/') == Some(base.as_str()) {
        return Ok(vec![
            Finding::new(
                "issuer-trailing-slash",
                Severity::Info,
                format!("the slash at the end of `{}` belongs to the issuer", printable(issuer)),
            )
            .hint("copy it with the slash: what `iss` holds is compared byte for byte"),
        ]);
    }
    if is_entra_v1(issuer, &base) {
        return Ok(vec![
            Finding::new(
                "issuer-entra-v1",
                Severity::Warning,
                format!(
                    "the issuer is `{}`, as Entra ID's first version has it, and not `{}`",
                    printable(issuer),
                    printable(&base)
                ),
            )
            .hint("the address with `/v2.0/` before `.well-known` gives tokens whose issuer is their address"),
        ]);
    }
    if issuer == "accounts.google.com" && base == "https://accounts.google.com" {
        // Told by `issuer-without-scheme`.
        return Ok(Vec::new());
    }
    compare_issuer(&base, issuer)?;
    Ok(Vec::new())
}

/// Byte for byte, with the difference explained.
pub(crate) fn compare_issuer(expected: &str, got: &str) -> Result<(), Failure> {
    if expected == got {
        return Ok(());
    }
    Err(Failure::input("issuer-mismatch", format!("the issuer is another one: {}", explain_difference(expected, got)))
        .hint("take the discovery document from the issuer that the document names, if you trust that one"))
}

/// The `iss` of a token: byte for byte the issuer that is expected (OIDC Core 3.1.3.7, 2).
pub(crate) fn check_token(expected: &str, got: &str) -> Result<(), Failure> {
    if is_template(expected) {
        return Err(Failure::input("issuer-template", template_message(expected)).hint(template_hint(expected)));
    }
    if expected == got {
        return Ok(());
    }
    let what = format!("the token is of another issuer: {}", explain_difference(expected, got));
    let entra = |issuer: &str| issuer.starts_with("https://sts.windows.net/");
    let hint = if is_template(got) {
        "have the identity provider fill in what its template leaves open"
    } else if entra(expected) != entra(got) && [expected, got].iter().any(|issuer| issuer.contains("microsoftonline")) {
        "Entra ID's versions have an issuer each: take the discovery document with `/v2.0/` for tokens of version 2"
    } else if expected.ends_with("://accounts.google.com") || got.ends_with("://accounts.google.com") {
        "Google has issued both: give the issuer exactly as the tokens have it"
    } else {
        "correct the issuer of the connection, if this is the right identity provider; else refuse the token"
    };
    Err(Failure::input("issuer-mismatch", what).hint(hint))
}

/// The issuer that an address stands for: the well-known part at its end (OIDC Discovery
/// 4), or between host and path (RFC 8414 3.1).
fn issuer_of(address: &str) -> Option<String> {
    const PARTS: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
    let address = address.split(['?', '#']).next()?;
    PARTS.iter().find_map(|part| {
        let (before, after) = address.split_once(part)?;
        match after {
            "" => Some(before.to_owned()),
            path if path.starts_with('/') => Some(format!("{before}{path}")),
            _ => None,
        }
    })
}

/// Entra ID's version 1: the issuer is `https://sts.windows.net/TENANT/` while the document
/// is fetched from the login host, by the tenant's GUID or one of its domains.
fn is_entra_v1(issuer: &str, base: &str) -> bool {
    let Some(tenant) = issuer.strip_prefix("https://sts.windows.net/").and_then(|rest| rest.strip_suffix('/')) else {
        return false;
    };
    const HOSTS: [&str; 5] = [
        "https://login.microsoftonline.com/",
        "https://login.windows.net/",
        "https://login.microsoft.com/",
        "https://login.microsoftonline.us/",
        "https://sts.windows.net/",
    ];
    let Some(asked) = HOSTS.iter().find_map(|host| base.strip_prefix(host)) else { return false };
    is_guid(tenant) && (asked.eq_ignore_ascii_case(tenant) || (!is_guid(asked) && !asked.contains('/')))
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a value is still to be filled in: `{tenantid}`, `<issuer>`, `${HOST}`.
pub(super) fn is_template(value: &str) -> bool {
    value.contains(['{', '}', '<', '>']) || value.contains("%7B") || value.contains("%7b")
}

fn template_message(issuer: &str) -> String {
    format!("the issuer `{}` holds a placeholder, so no token will ever have it", json::shortened(issuer))
}

fn template_hint(issuer: &str) -> &'static str {
    if issuer.contains("microsoftonline") || issuer.contains("sts.windows.net") {
        "use the tenant's GUID instead of `common` or `organizations`: \
         `https://login.microsoftonline.com/TENANT-GUID/v2.0/.well-known/openid-configuration`"
    } else {
        "take the document from the identity provider itself and not from its template"
    }
}

pub(super) fn is_loopback(address: &url::Url) -> bool {
    match address.host() {
        Some(url::Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "d062b2b0-9aca-4ff7-b32a-ba47231a4002";

    fn document(issuer: &str) -> Discovery {
        Discovery { issuer: issuer.to_owned(), ..Discovery::default() }
    }

    fn checked(issuer: &str, came_from: &str) -> Result<Vec<&'static str>, &'static str> {
        match check_issuer(&document(issuer), Some(came_from)) {
            Ok(findings) => Ok(findings.iter().map(|finding| finding.code).collect()),
            Err(failure) => Err(failure.code()),
        }
    }

    #[test]
    fn the_issuer_must_be_the_address_it_came_from() {
        let at = |base: &str| format!("{base}/.well-known/openid-configuration");
        assert_eq!(checked("https://i", &at("https://i")), Ok(vec![]));
        assert_eq!(checked("https://i/realms/a", &at("https://i/realms/a")), Ok(vec![]));
        assert_eq!(
            checked("https://i/realms/a", "https://i/.well-known/oauth-authorization-server/realms/a"),
            Ok(vec![])
        );
        assert_eq!(checked("https://i/", &at("https://i")), Ok(vec!["issuer-trailing-slash"]));
        assert_eq!(checked("https://i", &at("https://i/")), Err("issuer-mismatch"));
        assert_eq!(checked("https://I", &at("https://i")), Err("issuer-mismatch"));
        assert_eq!(checked("http://i", &at("https://i")), Err("issuer-mismatch"));
        assert_eq!(checked("https://\u{456}", &at("https://i")), Err("issuer-mismatch"));
        assert_eq!(checked("https://evil", &at("https://i")), Err("issuer-mismatch"));
        assert_eq!(checked("https://i", "https://i/config.json"), Ok(vec!["issuer-unproved"]));
        assert_eq!(check_issuer(&document("https://i"), None).unwrap(), []);
        assert_eq!(checked("accounts.google.com", &at("https://accounts.google.com")), Ok(vec![]));
        assert_eq!(checked("accounts.google.com", &at("https://evil")), Err("issuer-mismatch"));
    }

    #[test]
    fn a_mismatch_is_explained() {
        let failure = compare_issuer("https://i/", "https://i").unwrap_err();
        assert!(failure.to_string().contains("differs only by a trailing slash"), "{failure}");
    }

    #[test]
    fn the_issuer_of_a_token_is_the_expected_one_byte_for_byte() {
        assert!(check_token("https://i/", "https://i/").is_ok());
        let entra = format!("https://login.microsoftonline.com/{GUID}/v2.0");
        let first = format!("https://sts.windows.net/{GUID}/");
        for (expected, got, code, said, hint) in [
            ("https://i", "https://i/", "issuer-mismatch", "only by a trailing slash", "correct the issuer"),
            ("https://i", "https://I", "issuer-mismatch", "only by capital and small letters", ""),
            ("https://i", "http://i", "issuer-mismatch", "only by the scheme", ""),
            ("https://i", "https://i:443", "issuer-mismatch", "only by the port", ""),
            ("https://i/a", "https://i/b", "issuer-mismatch", "character 11 is `b`", ""),
            ("https://i", "https://i?x", "issuer-mismatch", "more follows after character 9", ""),
            ("https://i", "https://i#x", "issuer-mismatch", "more follows after character 9", ""),
            ("https://i", "", "issuer-mismatch", "got nothing", ""),
            ("https://i", "https://\u{456}", "issuer-mismatch", "letters that look alike", ""),
            ("https://i/t", "https://i/{tenantid}", "issuer-mismatch", "`https://i/{tenantid}`", "template"),
            ("https://i/{tenantid}", "https://i/{tenantid}", "issuer-template", "placeholder", "template"),
            (&entra, &first, "issuer-mismatch", "expected", "`/v2.0/`"),
            ("https://accounts.google.com", "accounts.google.com", "issuer-mismatch", "the scheme", "Google"),
        ] {
            let failure = check_token(expected, got).unwrap_err();
            assert_eq!(failure.code(), code, "{got}");
            assert!(failure.to_string().contains(said) && failure.hints()[0].contains(hint), "{failure:?}");
        }
    }

    #[test]
    fn a_template_is_refused_with_the_mend() {
        let entra = document("https://login.microsoftonline.com/{tenantid}/v2.0");
        for came_from in [None, Some("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration")]
        {
            let failure = check_issuer(&entra, came_from).unwrap_err();
            assert_eq!(failure.code(), "issuer-template");
            assert!(failure.hints()[0].contains("TENANT-GUID"));
        }
        assert_eq!(checked("<issuer>", "https://i/.well-known/openid-configuration"), Err("issuer-template"));
    }

    #[test]
    fn the_first_version_of_entra_is_known_for_its_own_tenant_alone() {
        let v1 = format!("https://sts.windows.net/{GUID}/");
        let at = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/.well-known/openid-configuration");
        assert_eq!(checked(&v1, &at(GUID)), Ok(vec!["issuer-entra-v1"]));
        assert_eq!(checked(&v1, &at("contoso.onmicrosoft.com")), Ok(vec!["issuer-entra-v1"]));
        assert_eq!(checked(&v1, &at("00000000-9aca-4ff7-b32a-ba47231a4002")), Err("issuer-mismatch"));
        assert_eq!(checked(&v1, "https://evil.example/.well-known/openid-configuration"), Err("issuer-mismatch"));
        let near = format!("https://sts.windows.net2/{GUID}/");
        assert_eq!(checked(&near, &at(GUID)), Err("issuer-mismatch"));
    }

    proptest::proptest! {
        #[test]
        fn no_issuer_makes_it_panic(issuer in "\\PC{1,40}", came_from in "\\PC{0,40}") {
            let discovery = document(&issuer);
            let _read = check_issuer(&discovery, Some(&came_from));
            let _read = check_issuer(&discovery, Some(&format!("{came_from}/.well-known/openid-configuration")));
        }
    }
}
