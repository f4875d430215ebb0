//! What a provider means by an error, at either endpoint, and what mends it. The error is a word of the
//! standard; all else that comes with it is told and never acted on.

use crate::error::Failure;
use crate::oidc::flow::Hide;
use crate::oidc::flow::entra;
use crate::oidc::json;

/// The most of a provider's own words that is shown.
const MOST: usize = 400;

/// Which endpoint answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// The authorization endpoint, by the browser.
    Authorization,
    /// The token endpoint.
    Token,
}

/// An error as it came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoken<'s> {
    /// `error`
    pub(super) error: &'s str,
    /// `error_description`
    pub(super) description: Option<&'s str>,
    /// The number beside it, as Entra ID has one.
    pub(super) number: Option<u32>,
}

/// What an error means at one endpoint.
struct Meaning {
    error: &'static str,
    code: &'static str,
    clause: &'static str,
    what: &'static str,
    mend: &'static str,
}

const fn of(
    error: &'static str,
    code: &'static str,
    clause: &'static str,
    what: &'static str,
    mend: &'static str,
) -> Meaning {
    Meaning { error, code, clause, what, mend }
}

const CODE_FLOW: &str = "at the identity provider, allow the authorization code flow (grant `authorization_code`, \
                         response type `code`) for this client";
const SCOPE: &str = "compare `oauth.scope` with the scopes that the client may ask for";
const AGAIN: &str = "try again later; if it stays, the log of the identity provider says why";
const OWN_QUERY: &str =
    "the login asks for no such thing: see whether `oauth.authorization_endpoint` has a query that does";
const SECRET: &str = "enter the client secret anew and compare the client ID: `oauth.client_secret`, `oauth.client_id`; then \
                      how the client is registered: `oauth.token_endpoint_auth_methods`";

/// RFC 6749 4.1.2.1, OIDC Core 3.1.2.6.
const AT_AUTHORIZATION: [Meaning; 16] = [
    of(
        "invalid_request",
        "oauth-invalid-request",
        "rfc6749 4.1.2.1",
        "something of the request is missing or wrong",
        "compare client ID and redirect URI with how the client is registered; its words say more",
    ),
    of(
        "unauthorized_client",
        "oauth-unauthorized-client",
        "rfc6749 4.1.2.1",
        "the client may not ask for a code",
        CODE_FLOW,
    ),
    of(
        "access_denied",
        "oauth-access-denied",
        "rfc6749 4.1.2.1",
        "the user, or a rule of the provider, said no",
        "log in as somebody who is assigned to the application, and agree to what it asks for; the provider's sign-in log \
         says which rule it was",
    ),
    of(
        "unsupported_response_type",
        "oauth-unsupported-response-type",
        "rfc6749 4.1.2.1",
        "the provider gives no code to this client",
        CODE_FLOW,
    ),
    of("invalid_scope", "oauth-invalid-scope", "rfc6749 4.1.2.1", "a scope is unknown or not for this client", SCOPE),
    of("server_error", "oauth-server-error", "rfc6749 4.1.2.1", "the provider met a fault of its own", AGAIN),
    of("temporarily_unavailable", "oauth-unavailable", "rfc6749 4.1.2.1", "the provider is too busy", AGAIN),
    of(
        "interaction_required",
        "oauth-interaction-required",
        "oidc-core 3.1.2.6",
        "the provider would have to ask the user something, and may not",
        OWN_QUERY,
    ),
    of(
        "login_required",
        "oauth-login-required",
        "oidc-core 3.1.2.6",
        "the user would have to log in, and may not be asked to",
        OWN_QUERY,
    ),
    of(
        "account_selection_required",
        "oauth-account-selection-required",
        "oidc-core 3.1.2.6",
        "the user would have to choose an account, and may not be asked to",
        OWN_QUERY,
    ),
    of(
        "consent_required",
        "oauth-consent-required",
        "oidc-core 3.1.2.6",
        "the user would have to consent, and may not be asked to",
        "have an administrator of the identity provider consent to the application for all its users",
    ),
    of("invalid_request_uri", "oauth-request-object", "oidc-core 3.1.2.6", "`request_uri` is of no use", OWN_QUERY),
    of("invalid_request_object", "oauth-request-object", "oidc-core 3.1.2.6", "`request` is not valid", OWN_QUERY),
    of("request_not_supported", "oauth-request-object", "oidc-core 3.1.2.6", "`request` is not supported", OWN_QUERY),
    of(
        "request_uri_not_supported",
        "oauth-request-object",
        "oidc-core 3.1.2.6",
        "`request_uri` is not supported",
        OWN_QUERY,
    ),
    of(
        "registration_not_supported",
        "oauth-request-object",
        "oidc-core 3.1.2.6",
        "`registration` is not supported",
        OWN_QUERY,
    ),
];

/// RFC 6749 5.2, and what providers answer beside it.
const AT_TOKEN: [Meaning; 10] = [
    of(
        "invalid_request",
        "oauth-invalid-request",
        "rfc6749 5.2",
        "something of the request is missing, wrong, or there twice",
        "its words say more; see whether `oauth.token_endpoint_auth_methods` is how the client is registered",
    ),
    of("invalid_client", "oauth-invalid-client", "rfc6749 5.2", "it does not take who asks for this client", SECRET),
    of(
        "invalid_grant",
        "oauth-invalid-grant",
        "rfc6749 5.2",
        "it does not take the code: it has expired, was used before, or is of another client, redirect URI or PKCE \
         verifier",
        "begin the login anew; if it stays, compare client ID and redirect URI with how the client is registered",
    ),
    // Keycloak answers so to a wrong secret, too.
    of(
        "unauthorized_client",
        "oauth-unauthorized-client",
        "rfc6749 5.2",
        "the client may not do this; some providers say so of a wrong secret",
        SECRET,
    ),
    of(
        "unsupported_grant_type",
        "oauth-unsupported-grant-type",
        "rfc6749 5.2",
        "it does not take codes",
        "see that `oauth.token_endpoint` is the token endpoint; then allow the grant `authorization_code`",
    ),
    of("invalid_scope", "oauth-invalid-scope", "rfc6749 5.2", "a scope is unknown or not for this client", SCOPE),
    // Google and others; no standard has it.
    of(
        "redirect_uri_mismatch",
        "redirect-uri-unknown",
        "rfc6749 4.1.3",
        "the redirect URI is not one that the client has",
        "at the identity provider, add the redirect URI of this test to the client, exactly as it is",
    ),
    // Auth0 answers so to a wrong secret.
    of(
        "access_denied",
        "oauth-access-denied",
        "rfc6749 5.2",
        "it refuses; some providers say so of a wrong secret",
        SECRET,
    ),
    of("server_error", "oauth-server-error", "rfc6749 5.2", "the provider met a fault of its own", AGAIN),
    of("temporarily_unavailable", "oauth-unavailable", "rfc6749 5.2", "the provider is too busy", AGAIN),
];

/// What an error means: the clause that has it, and the refusal.
pub(super) fn told(endpoint: Endpoint, spoken: &Spoken<'_>, hide: &Hide<'_>) -> (&'static str, Failure) {
    let (known, clause, who) = match endpoint {
        Endpoint::Authorization => (AT_AUTHORIZATION.as_slice(), "rfc6749 4.1.2.1", "the provider"),
        Endpoint::Token => (AT_TOKEN.as_slice(), "rfc6749 5.2", "the token endpoint"),
    };
    let unknown = Meaning {
        error: "",
        code: "oauth-error-unknown",
        clause,
        what: "which no specification has",
        mend: "look the error up in the provider's documentation, and in its sign-in log",
    };
    let meaning = known.iter().find(|meaning| meaning.error == spoken.error).unwrap_or(&unknown);
    let description = spoken.description.map(|text| said(&hide(text))).filter(|text| !text.is_empty());
    let number = spoken.description.and_then(entra::number_in).or(spoken.number);
    let entra = number.and_then(entra::of);
    let mut what = format!("{who} answers `{}`: {}", json::shortened(&hide(spoken.error)), meaning.what);
    if let Some(known) = entra {
        what += &format!("; by its number, {}", known.what);
    }
    if let Some(description) = description {
        what += &format!("; in its words: {description}");
    }
    let code = entra.and_then(|known| known.code).unwrap_or(meaning.code);
    let failure = Failure::remote(code, what);
    let failure = match (entra, number) {
        (Some(known), _) => failure.hint(known.mend),
        // An address with the number in its query would lose it: `code` may be a secret.
        (None, Some(number)) => failure.hint(format!("look up {number} at https://login.microsoftonline.com/error")),
        (None, None) => failure,
    };
    let failure = if entra.is_some_and(|known| known.code.is_some()) { failure } else { failure.hint(meaning.mend) };
    (meaning.clause, failure)
}

/// The provider's own words on one line, and no more than somebody reads.
fn said(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = words.chars().take(MOST).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    crate::model::printable(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(endpoint: Endpoint, error: &str, description: Option<&str>) -> (&'static str, Failure) {
        let hide = |text: &str| text.replace("hunter2", "[secret]");
        told(endpoint, &Spoken { error, description, number: None }, &hide)
    }

    #[test]
    fn each_error_of_the_standards_is_told_with_its_mend() {
        let mut seen = std::collections::BTreeSet::new();
        for (endpoint, meanings) in
            [(Endpoint::Authorization, AT_AUTHORIZATION.as_slice()), (Endpoint::Token, AT_TOKEN.as_slice())]
        {
            for meaning in meanings {
                let (clause, failure) = at(endpoint, meaning.error, None);
                assert_eq!((clause, failure.code()), (meaning.clause, meaning.code));
                assert!(failure.to_string().contains(&format!("`{}`", meaning.error)), "{failure}");
                assert_eq!(failure.hints(), [meaning.mend]);
                seen.insert(failure.code());
            }
        }
        let codes = [
            "oauth-access-denied",
            "oauth-account-selection-required",
            "oauth-consent-required",
            "oauth-interaction-required",
            "oauth-invalid-client",
            "oauth-invalid-grant",
            "oauth-invalid-request",
            "oauth-invalid-scope",
            "oauth-login-required",
            "oauth-request-object",
            "oauth-server-error",
            "oauth-unauthorized-client",
            "oauth-unavailable",
            "oauth-unsupported-grant-type",
            "oauth-unsupported-response-type",
            "redirect-uri-unknown",
        ];
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), codes);
    }

    #[test]
    fn an_error_of_nobody_s_standard_is_told_as_it_is_and_drives_no_terminal() {
        let (clause, failure) =
            at(Endpoint::Token, "tooManyThings\u{1b}[2J", Some("a  hunter2\r\n\u{202e}b\u{7f} AADSTSx"));
        assert_eq!((clause, failure.code()), ("rfc6749 5.2", "oauth-error-unknown"));
        let told = failure.to_string();
        assert!(told.ends_with("in its words: a [secret] \\u{202e}b\\u{7f} AADSTSx"), "{told}");
        assert!(told.contains("`tooManyThings\\u{1b}[2J`"), "{told}");
        let (_, failure) = at(Endpoint::Authorization, &"x".repeat(5000), Some(&"y ".repeat(5000)));
        assert!(failure.to_string().chars().count() < 700);
    }

    #[test]
    fn a_number_of_entra_adds_its_own_mend() {
        let secret = "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the \
                      client secret value, not the client secret ID.\r\nTrace ID: 0000aaaa";
        for (error, description, code, hints) in [
            ("invalid_client", secret, "client-secret-wrong", 1),
            (
                "invalid_client",
                "AADSTS7000222: The provided client secret keys are expired.",
                "client-secret-expired",
                1,
            ),
            ("invalid_request", "AADSTS50011: The redirect URI ..", "redirect-uri-unknown", 1),
            ("invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed", "oauth-invalid-grant", 2),
            ("invalid_grant", "AADSTS12345678: something new", "oauth-invalid-grant", 2),
        ] {
            let (_, failure) = at(Endpoint::Token, error, Some(description));
            assert_eq!((failure.code(), failure.hints().len()), (code, hints), "{failure:?}");
        }
        let (_, failure) = at(Endpoint::Token, "invalid_grant", Some("AADSTS12345678: something new"));
        assert_eq!(failure.hints()[0], "look up 12345678 at https://login.microsoftonline.com/error");
        let (_, failure) = at(Endpoint::Token, "invalid_client", Some(secret));
        assert!(failure.hints()[0].contains("its value, not its ID"), "{failure:?}");
        // The number alone, as the answer of the token endpoint has it beside its words.
        let spoken = Spoken { error: "invalid_client", description: None, number: Some(7_000_222) };
        let (_, failure) = told(Endpoint::Token, &spoken, &str::to_owned);
        assert_eq!(failure.code(), "client-secret-expired");
        let (_, denied) = at(Endpoint::Authorization, "access_denied", Some("AADSTS50105: not assigned"));
        assert_eq!(denied.code(), "user-not-assigned");
    }
}
