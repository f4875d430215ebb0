//! The discovery document of an OpenID provider: what it publishes, what is odd about
//! it, and whether its issuer is the one that was asked. Fetching it is the caller's.

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::oidc::json;

/// What a document says, with values exactly as published; a `null` member is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Discovery {
    /// Exactly what `iss` will be.
    pub(crate) issuer: String,
    /// Where a login begins.
    pub(crate) authorization_endpoint: Option<String>,
    /// Where a code is exchanged.
    pub(crate) token_endpoint: Option<String>,
    /// Where claims are fetched.
    pub(crate) userinfo_endpoint: Option<String>,
    /// Where the keys are.
    pub(crate) jwks_uri: Option<String>,
    /// Where a logout begins.
    pub(crate) end_session_endpoint: Option<String>,
    /// Scopes offered.
    pub(crate) scopes_supported: Vec<String>,
    /// Response types offered.
    pub(crate) response_types_supported: Vec<String>,
    /// Grant types offered; absent means `authorization_code` and `implicit`.
    pub(crate) grant_types_supported: Vec<String>,
    /// How a client may prove itself; absent means `client_secret_basic`.
    pub(crate) token_endpoint_auth_methods_supported: Vec<String>,
    /// How ID tokens may be signed.
    pub(crate) id_token_signing_alg_values_supported: Vec<String>,
    /// PKCE; absence is no proof that it is not supported.
    pub(crate) code_challenge_methods_supported: Vec<String>,
    /// Everything odd about it, without place and connection.
    pub(crate) findings: Vec<Finding>,
}

/// Reads a document of at most 1 MiB; `name` is its path or URL as the user would name it.
pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Discovery, Failure> {
    let members = json::object(bytes, name)?;
    let mut reader = Members { members: &members, name: printable(name), findings: Vec::new() };
    let issuer = reader.text("issuer")?.filter(|issuer| !issuer.is_empty());
    let Some(issuer) = issuer else {
        // OIDC Discovery 3: issuer is required.
        let failure = Failure::input(
            "discovery-issuer-missing",
            format!("{}: the document has no `issuer`, so it is not a discovery document", reader.name),
        );
        return Err(if members.contains_key("keys") {
            failure.hint("this is a key set; the discovery document is at `<issuer>/.well-known/openid-configuration`")
        } else {
            failure.hint("the discovery document is at `<issuer>/.well-known/openid-configuration`")
        });
    };
    let mut discovery = Discovery {
        issuer,
        authorization_endpoint: reader.text("authorization_endpoint")?,
        token_endpoint: reader.text("token_endpoint")?,
        userinfo_endpoint: reader.text("userinfo_endpoint")?,
        jwks_uri: reader.text("jwks_uri")?,
        end_session_endpoint: reader.text("end_session_endpoint")?,
        scopes_supported: reader.texts("scopes_supported")?,
        response_types_supported: reader.texts("response_types_supported")?,
        grant_types_supported: reader.texts("grant_types_supported")?,
        token_endpoint_auth_methods_supported: reader.texts("token_endpoint_auth_methods_supported")?,
        id_token_signing_alg_values_supported: reader.texts("id_token_signing_alg_values_supported")?,
        code_challenge_methods_supported: reader.texts("code_challenge_methods_supported")?,
        findings: reader.findings,
    };
    let judged = judge(&discovery);
    discovery.findings.extend(judged);
    Ok(discovery)
}

/// The members of a document by type.
struct Members<'a> {
    members: &'a Map<String, Value>,
    name: String,
    findings: Vec<Finding>,
}

impl Members<'_> {
    fn refuse(&self, member: &str, wanted: &str) -> Failure {
        Failure::input("json-member-type", format!("{}: the member `{member}` is not {wanted}", self.name))
            .hint("ask who publishes the document to mend it; `null` and absence are allowed")
    }

    fn text(&self, member: &str) -> Result<Option<String>, Failure> {
        match self.members.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.refuse(member, "a string")),
        }
    }

    fn texts(&mut self, member: &str) -> Result<Vec<String>, Failure> {
        match self.members.get(member) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(text)) => {
                self.findings.push(Finding::new(
                    "discovery-not-a-list",
                    Severity::Warning,
                    format!("`{member}` is a single string where a list belongs; it is read as a list of one"),
                ));
                Ok(vec![text.clone()])
            }
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| self.refuse(member, "a list of strings")))
                .collect(),
            Some(_) => Err(self.refuse(member, "a list of strings")),
        }
    }
}

/// What is odd whatever address the document came from.
fn judge(discovery: &Discovery) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |code, severity, message: String, hint: &str| {
        findings.push(Finding::new(code, severity, message).hint(hint));
    };
    let ask = "ask who runs the identity provider";
    for (member, value) in endpoints(discovery) {
        match value {
            None if matches!(member, "authorization_endpoint" | "token_endpoint" | "jwks_uri") => add(
                "discovery-member-missing",
                Severity::Warning,
                format!("the document has no `{member}`"),
                "give the value by its flag if the vendor asks for it",
            ),
            Some(value) if is_template(value) => add(
                "discovery-endpoint-template",
                Severity::Error,
                format!("`{member}` holds a placeholder: `{}`", printable(value)),
                "give the address of the tenant's own discovery document",
            ),
            Some(value) => match url::Url::parse(value) {
                Err(_) => add(
                    "discovery-endpoint-invalid",
                    Severity::Error,
                    format!("`{member}` is not an address: `{}`", json::shortened(value)),
                    ask,
                ),
                Ok(address) if address.scheme() != "https" => add(
                    "discovery-endpoint-not-https",
                    if is_loopback(&address) { Severity::Warning } else { Severity::Error },
                    format!("`{member}` is not https: `{}`", json::shortened(value)),
                    "codes and tokens would cross the network in clear; ask for an https address",
                ),
                // RFC 6749 3.1 and 3.2: an endpoint has no fragment.
                Ok(address) if address.fragment().is_some() || !address.username().is_empty() => add(
                    "discovery-endpoint-invalid",
                    Severity::Error,
                    format!("`{member}` has a fragment or a user name in it: `{}`", json::shortened(value)),
                    ask,
                ),
                Ok(_) => {}
            },
            None => {}
        }
    }
    let algorithms = &discovery.id_token_signing_alg_values_supported;
    if algorithms.iter().any(|algorithm| algorithm.eq_ignore_ascii_case("none")) {
        add(
            "discovery-alg-none",
            Severity::Warning,
            "the provider offers ID tokens without a signature (`none`)".to_owned(),
            "never list `none` among the accepted algorithms of the connection",
        );
    }
    let signed = |algorithm: &String| !algorithm.eq_ignore_ascii_case("none") && !algorithm.starts_with("HS");
    if !algorithms.is_empty() && !algorithms.iter().any(signed) {
        add(
            "discovery-no-public-key-alg",
            Severity::Error,
            format!("the provider signs ID tokens only with {}", printable(&algorithms.join(", "))),
            "ask for RS256 or ES256, which a published key verifies",
        );
    }
    let code = |response: &String| response.split(' ').any(|word| word == "code");
    if !discovery.response_types_supported.is_empty() && !discovery.response_types_supported.iter().any(code) {
        add(
            "discovery-no-code-flow",
            Severity::Error,
            "the provider does not offer the authorization code flow (`code`)".to_owned(),
            "enable the code flow at the identity provider; nothing else is supported",
        );
    }
    findings.extend(judge_issuer(&discovery.issuer));
    findings
}

fn endpoints(discovery: &Discovery) -> [(&'static str, Option<&str>); 5] {
    [
        ("authorization_endpoint", discovery.authorization_endpoint.as_deref()),
        ("token_endpoint", discovery.token_endpoint.as_deref()),
        ("userinfo_endpoint", discovery.userinfo_endpoint.as_deref()),
        ("jwks_uri", discovery.jwks_uri.as_deref()),
        ("end_session_endpoint", discovery.end_session_endpoint.as_deref()),
    ]
}

/// The shape of an issuer. OIDC Discovery 3: https, no query, no fragment.
fn judge_issuer(issuer: &str) -> Option<Finding> {
    if is_template(issuer) {
        // Refused by `check_issuer`; here it is only told.
        return Some(
            Finding::new("issuer-template", Severity::Error, template_message(issuer)).hint(template_hint(issuer)),
        );
    }
    let shown = printable(issuer);
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
    match address {
        None => {
            Some(Finding::new("issuer-invalid", Severity::Error, format!("the issuer `{shown}` is not an address")))
        }
        Some(address) if address.query().is_some() || address.fragment().is_some() => Some(Finding::new(
            "issuer-invalid",
            Severity::Error,
            format!("the issuer `{shown}` has a query or a fragment, which an issuer must not have"),
        )),
        Some(_) => None,
    }
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
        return Ok(vec![Finding::new(
            "issuer-unproved",
            Severity::Info,
            format!("`{}` is no well-known address, so it does not prove the issuer", printable(came_from)),
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
                format!("the issuer is `{}`, as Entra ID's first version has it, and not `{base}`", printable(issuer)),
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
fn is_template(value: &str) -> bool {
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

fn is_loopback(address: &url::Url) -> bool {
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

    fn document(issuer: &str, more: &str) -> Discovery {
        let text = format!(
            r#"{{"issuer": {}, "authorization_endpoint": "https://i/a", "token_endpoint": "https://i/t",
                "jwks_uri": "https://i/k"{more}}}"#,
            Value::from(issuer)
        );
        read(text.as_bytes(), "x").unwrap()
    }

    fn codes(discovery: &Discovery) -> Vec<&'static str> {
        discovery.findings.iter().map(|finding| finding.code).collect()
    }

    fn checked(issuer: &str, came_from: &str) -> Result<Vec<&'static str>, &'static str> {
        match check_issuer(&document(issuer, ""), Some(came_from)) {
            Ok(findings) => Ok(findings.iter().map(|finding| finding.code).collect()),
            Err(failure) => Err(failure.code()),
        }
    }

    #[test]
    fn reads_every_member_and_takes_null_for_absence() {
        let discovery = document(
            "https://i",
            r#", "userinfo_endpoint": null, "end_session_endpoint": "https://i/e", "scopes_supported": ["openid"],
               "response_types_supported": ["code", "code id_token"], "grant_types_supported": ["authorization_code"],
               "token_endpoint_auth_methods_supported": null, "code_challenge_methods_supported": ["S256"],
               "id_token_signing_alg_values_supported": ["RS256", "HS256"]"#,
        );
        assert_eq!(discovery.userinfo_endpoint, None);
        assert_eq!(discovery.end_session_endpoint.as_deref(), Some("https://i/e"));
        assert_eq!(discovery.scopes_supported, ["openid"]);
        assert_eq!(discovery.response_types_supported, ["code", "code id_token"]);
        assert_eq!(discovery.grant_types_supported, ["authorization_code"]);
        assert!(discovery.token_endpoint_auth_methods_supported.is_empty());
        assert_eq!(discovery.code_challenge_methods_supported, ["S256"]);
        assert!(discovery.findings.is_empty(), "{:?}", discovery.findings);
    }

    #[test]
    fn refuses_what_is_no_discovery_document() {
        for (text, code) in [
            ("{}", "discovery-issuer-missing"),
            (r#"{"issuer": null}"#, "discovery-issuer-missing"),
            (r#"{"issuer": ""}"#, "discovery-issuer-missing"),
            (r#"{"keys": []}"#, "discovery-issuer-missing"),
            (r#"{"issuer": 7}"#, "json-member-type"),
            (r#"{"issuer": "https://i", "jwks_uri": ["https://i/k"]}"#, "json-member-type"),
            (r#"{"issuer": "https://i", "scopes_supported": [1]}"#, "json-member-type"),
            (r#"{"issuer": "https://i", "scopes_supported": {}}"#, "json-member-type"),
            ("<html>", "html-not-json"),
        ] {
            assert_eq!(read(text.as_bytes(), "x").unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn tells_what_is_odd() {
        for (issuer, more, code) in [
            ("https://i", r#", "userinfo_endpoint": "http://i/u""#, "discovery-endpoint-not-https"),
            ("https://i", r#", "userinfo_endpoint": "i/u""#, "discovery-endpoint-invalid"),
            ("https://i", r#", "userinfo_endpoint": "https://i/u#x""#, "discovery-endpoint-invalid"),
            ("https://i", r#", "userinfo_endpoint": "https://i/{x}""#, "discovery-endpoint-template"),
            ("https://i", r#", "scopes_supported": "openid""#, "discovery-not-a-list"),
            ("https://i", r#", "id_token_signing_alg_values_supported": ["none", "RS256"]"#, "discovery-alg-none"),
            ("https://i", r#", "id_token_signing_alg_values_supported": ["HS256"]"#, "discovery-no-public-key-alg"),
            ("https://i", r#", "response_types_supported": ["id_token"]"#, "discovery-no-code-flow"),
            ("http://i", "", "issuer-not-https"),
            ("accounts.google.com", "", "issuer-without-scheme"),
            ("https://i?x", "", "issuer-invalid"),
            ("https://", "", "issuer-invalid"),
            ("https://i/{tenantid}", "", "issuer-template"),
        ] {
            assert_eq!(codes(&document(issuer, more)), [code], "{issuer} {more}");
        }
        let missing = read(br#"{"issuer": "https://i"}"#, "x").unwrap();
        assert_eq!(codes(&missing), ["discovery-member-missing"; 3]);
        let local = document("http://localhost:8080", "");
        assert_eq!(local.findings[0].severity, Severity::Warning);
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
        assert_eq!(check_issuer(&document("https://i", ""), None).unwrap(), []);
        assert_eq!(checked("accounts.google.com", &at("https://accounts.google.com")), Ok(vec![]));
        assert_eq!(checked("accounts.google.com", &at("https://evil")), Err("issuer-mismatch"));
    }

    #[test]
    fn a_mismatch_is_explained() {
        let failure = compare_issuer("https://i/", "https://i").unwrap_err();
        assert!(failure.to_string().contains("differs only by a trailing slash"), "{failure}");
    }

    #[test]
    fn a_template_is_refused_with_the_mend() {
        let entra = document("https://login.microsoftonline.com/{tenantid}/v2.0", "");
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
            let discovery = document(&issuer, "");
            let _ = check_issuer(&discovery, Some(&came_from));
            let _ = check_issuer(&discovery, Some(&format!("{came_from}/.well-known/openid-configuration")));
        }
    }
}
