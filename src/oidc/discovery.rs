//! The discovery document of an OpenID provider: what it publishes and what is odd
//! about it. Fetching it is the caller's, its issuer is `issuer`'s.

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
use crate::oidc::issuer;
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
    /// Whether it says that each answer of the authorization endpoint names the issuer (RFC 9207 3).
    pub(crate) names_issuer_in_answers: bool,
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
        names_issuer_in_answers: reader.switch("authorization_response_iss_parameter_supported")?,
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

    /// A member that is off where it is not there.
    fn switch(&self, member: &str) -> Result<bool, Failure> {
        match self.members.get(member) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(on)) => Ok(*on),
            Some(_) => Err(self.refuse(member, "true or false")),
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
            Some(value) if issuer::is_template(value) => add(
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
                    if issuer::is_loopback(&address) { Severity::Warning } else { Severity::Error },
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
        // An HMAC proves something to who shares the secret (OIDC Core 10.1).
        let shared = algorithms.iter().any(|algorithm| algorithm.starts_with("HS"));
        add(
            "discovery-no-public-key-alg",
            if shared { Severity::Warning } else { Severity::Error },
            format!("the provider signs ID tokens only with {}", printable(&algorithms.join(", "))),
            "ask for RS256 or ES256, which a published key verifies; an HMAC is taken only where the connection \
             declares it in `oauth.id_token_algorithms` and has the client secret",
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
    findings.extend(issuer::judge(&discovery.issuer));
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn reads_every_member_and_takes_null_for_absence() {
        let discovery = document(
            "https://i",
            r#", "userinfo_endpoint": null, "end_session_endpoint": "https://i/e", "scopes_supported": ["openid"],
               "response_types_supported": ["code", "code id_token"], "grant_types_supported": ["authorization_code"],
               "token_endpoint_auth_methods_supported": null, "code_challenge_methods_supported": ["S256"],
               "id_token_signing_alg_values_supported": ["RS256", "HS256"],
               "authorization_response_iss_parameter_supported": true"#,
        );
        assert!(discovery.names_issuer_in_answers);
        assert!(
            !document("https://i", r#", "authorization_response_iss_parameter_supported": null"#)
                .names_issuer_in_answers
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
            (
                r#"{"issuer": "https://i", "authorization_response_iss_parameter_supported": "true"}"#,
                "json-member-type",
            ),
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
}
