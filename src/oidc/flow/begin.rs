//! The beginning of a login: where the browser is sent, and what the login is recognised by when it
//! comes back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;
use zeroize::Zeroizing;

use crate::crypto;
use crate::crypto::random;
use crate::error::Failure;
use crate::model::time::Time;
use crate::oidc::flow::hidden::Hidden;
use crate::oidc::issuer;
use crate::oidc::json;

/// 256 bits, as RFC 7636 7.1 recommends for the verifier; the others are guessed no easier.
const OCTETS: usize = 32;

/// The random octets of one login, each for one thing alone.
pub(crate) struct Draw {
    /// Of the state.
    pub(crate) state: Zeroizing<[u8; OCTETS]>,
    /// Of the nonce.
    pub(crate) nonce: Zeroizing<[u8; OCTETS]>,
    /// Of the PKCE verifier.
    pub(crate) verifier: Zeroizing<[u8; OCTETS]>,
}

impl Draw {
    /// Those of a new login.
    pub(crate) fn fresh() -> Result<Self, Failure> {
        Ok(Self { state: random::octets()?, nonce: random::octets()?, verifier: random::octets()? })
    }
}

/// What a login asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'r> {
    /// As the provider publishes it; a query of its own stays.
    pub(crate) authorization_endpoint: &'r str,
    /// The client.
    pub(crate) client_id: &'r str,
    /// Where the browser comes back to, byte for byte as the client is registered with it.
    pub(crate) redirect_uri: &'r str,
    /// Scopes, parted by spaces.
    pub(crate) scope: Option<&'r str>,
    /// Whether the user must authenticate anew, with whatever session there is.
    pub(crate) force_authentication: bool,
    /// When it begins.
    pub(crate) now: Time,
}

/// A login that has begun.
#[derive(Debug)]
pub(crate) struct Login {
    /// Where the browser is sent.
    pub(crate) url: Url,
    /// Where it comes back to; the token endpoint is told the same (RFC 6749 4.1.3).
    pub(crate) redirect_uri: String,
    /// Whether an ID token is asked for.
    pub(crate) openid: bool,
    /// The scopes that are asked for.
    pub(crate) scopes: Vec<String>,
    /// Whether the user must authenticate anew.
    pub(crate) forced: bool,
    /// When it began.
    pub(crate) begun: Time,
    /// What comes back with the browser.
    pub(crate) state: Hidden,
    /// What comes back in the ID token; there where one is asked for.
    pub(crate) nonce: Option<Hidden>,
    /// What proves to the token endpoint that the code is ours.
    pub(crate) verifier: Hidden,
}

/// Begins a login: authorization code with PKCE (RFC 6749 4.1.1, RFC 7636 4.3, OIDC Core 3.1.2.1).
pub(crate) fn begin(request: &Request<'_>, draw: &Draw) -> Result<Login, Failure> {
    let mut url = endpoint(request.authorization_endpoint)?;
    let scopes: Vec<String> =
        request.scope.unwrap_or_default().split(' ').filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let openid = scopes.iter().any(|scope| scope == "openid");
    let text = |octets: &[u8]| Hidden::new(URL_SAFE_NO_PAD.encode(octets));
    let (state, verifier) = (text(&*draw.state), text(&*draw.verifier));
    let nonce = openid.then(|| text(&*draw.nonce));
    let scope = scopes.join(" ");
    let challenge = challenge(&verifier);
    let mut wanted: Vec<(&str, &str)> =
        vec![("response_type", "code"), ("client_id", request.client_id), ("redirect_uri", request.redirect_uri)];
    if !scope.is_empty() {
        wanted.push(("scope", &scope));
    }
    wanted.push(("state", state.expose()));
    wanted.extend(nonce.as_ref().map(|nonce| ("nonce", nonce.expose())));
    wanted.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
    if request.force_authentication {
        // The two say the same; providers heed one or the other, and `max_age` alone makes the token
        // say when the user authenticated.
        wanted.extend([("prompt", "login"), ("max_age", "0")]);
    }
    // RFC 6749 3.1: what the endpoint has is kept, and no parameter is there twice.
    let given: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut added = Vec::new();
    for (name, value) in wanted {
        match given.iter().find(|(known, _)| known == name) {
            None => added.push((name, value)),
            Some((_, known)) if known == value => {}
            Some(_) => return Err(doubled(name)),
        }
    }
    if !added.is_empty() {
        url.query_pairs_mut().extend_pairs(added);
    }
    Ok(Login {
        url,
        redirect_uri: request.redirect_uri.to_owned(),
        openid,
        scopes,
        forced: request.force_authentication,
        begun: request.now,
        state,
        nonce,
        verifier,
    })
}

/// RFC 7636 4.2.
fn challenge(verifier: &Hidden) -> String {
    URL_SAFE_NO_PAD.encode(crypto::sha256(verifier.expose().as_bytes()))
}

fn endpoint(text: &str) -> Result<Url, Failure> {
    let refuse = |why: &str| {
        let what = format!("the authorization endpoint `{}` {why}", json::shortened(text));
        Failure::input("authorization-endpoint", what)
            .hint("`oauth.authorization_endpoint` is the `authorization_endpoint` of the discovery document")
    };
    if issuer::is_template(text) {
        return Err(refuse("holds a placeholder"));
    }
    let url = Url::parse(text).map_err(|_cause| refuse("is not an address"))?;
    match url.scheme() {
        "https" => {}
        "http" if issuer::is_loopback(&url) => {}
        _ => return Err(refuse("is not https: what the user types there would cross the network in clear")),
    }
    if url.fragment().is_some() {
        return Err(refuse("has a fragment, which RFC 6749 3.1 forbids"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("has a user name in it"));
    }
    Ok(url)
}

fn doubled(name: &str) -> Failure {
    Failure::input(
        "authorization-endpoint-parameter",
        format!("the authorization endpoint has a `{name}` of its own in its query, and the login needs another one"),
    )
    .hint(format!("take `{name}` out of `oauth.authorization_endpoint`; RFC 6749 3.1 allows each parameter once"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const OCTETS_OF_B: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
        240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];

    fn draw() -> Draw {
        Draw { state: [0; 32].into(), nonce: [0xff; 32].into(), verifier: OCTETS_OF_B.into() }
    }

    fn request(authorization_endpoint: &str) -> Request<'_> {
        Request {
            authorization_endpoint,
            client_id: "s6BhdRkqt3",
            redirect_uri: "http://127.0.0.1:8400/callback",
            scope: Some("openid email"),
            force_authentication: false,
            now: Time::EPOCH,
        }
    }

    #[test]
    fn the_address_is_exactly_what_a_login_needs() {
        let login = begin(&request("https://i.example/authorize"), &draw()).unwrap();
        assert_eq!(
            login.url.as_str(),
            "https://i.example/authorize?response_type=code&client_id=s6BhdRkqt3\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback&scope=openid+email\
             &state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
             &nonce=__________________________________________8\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
        assert_eq!(login.verifier.expose(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert!(login.openid && !login.forced);
        assert_eq!(login.scopes, ["openid", "email"]);
        // The address is meant for the eye, and what is kept of the login is not.
        let kept = format!("{:?} {:?} {:?}", login.state, login.nonce, login.verifier);
        assert_eq!(kept, "Hidden(..) Some(Hidden(..)) Hidden(..)");
    }

    #[test]
    fn a_query_of_the_endpoint_is_kept_and_nothing_is_doubled() {
        let of = |endpoint: &str| begin(&request(endpoint), &draw()).map(|login| login.url.query().unwrap().to_owned());
        let kept = of("https://i.example/a?tenant=x%20y&p=%2f").unwrap();
        assert!(kept.starts_with("tenant=x%20y&p=%2f&response_type=code&client_id="), "{kept}");
        let same = of("https://i.example/a?response_type=code&scope=openid%20email").unwrap();
        assert_eq!((same.matches("response_type=").count(), same.matches("scope=").count()), (1, 1), "{same}");
        for name in ["client_id", "state", "nonce", "code_challenge", "redirect_uri", "scope", "response_type"] {
            let failure = of(&format!("https://i.example/a?{name}=other")).unwrap_err();
            assert_eq!(failure.code(), "authorization-endpoint-parameter", "{name}");
        }
        // What this login does not ask for is the endpoint's own affair.
        assert!(of("https://i.example/a?prompt=select_account").unwrap().contains("prompt=select_account&"));
        let forced = Request { force_authentication: true, ..request("https://i.example/a?prompt=none") };
        assert_eq!(begin(&forced, &draw()).unwrap_err().code(), "authorization-endpoint-parameter");
    }

    #[test]
    fn authentication_anew_is_asked_for_in_both_ways() {
        let forced = Request { force_authentication: true, ..request("https://i.example/a") };
        let url = begin(&forced, &draw()).unwrap().url;
        assert!(url.as_str().ends_with("&code_challenge_method=S256&prompt=login&max_age=0"), "{url}");
        let url = begin(&request("https://i.example/a"), &draw()).unwrap().url;
        assert!(!url.as_str().contains("prompt") && !url.as_str().contains("max_age"), "{url}");
    }

    #[test]
    fn without_openid_there_is_no_nonce_and_without_scope_none_is_sent() {
        for (scope, in_url) in [(Some("email"), true), (Some(" "), false), (None, false)] {
            let login = begin(&Request { scope, ..request("https://i.example/a") }, &draw()).unwrap();
            assert!(!login.openid && login.nonce.is_none() && !login.url.as_str().contains("nonce"));
            assert_eq!(login.url.as_str().contains("scope="), in_url, "{scope:?}");
        }
        let near = Request { scope: Some("openid2 OpenID"), ..request("https://i.example/a") };
        assert!(!begin(&near, &draw()).unwrap().openid);
    }

    #[test]
    fn an_endpoint_that_no_browser_should_be_sent_to_is_refused() {
        for text in [
            "",
            "authorize",
            "http://i.example/a",
            "javascript:alert(1)",
            "https://i.example/a#x",
            "https://u@i.example/a",
            "https://i.example/{tenantid}/a",
        ] {
            assert_eq!(begin(&request(text), &draw()).unwrap_err().code(), "authorization-endpoint", "{text}");
        }
        assert!(begin(&request("http://127.0.0.1:8080/a"), &draw()).is_ok());
    }

    #[test]
    fn two_logins_have_nothing_in_common() {
        let urls = [Draw::fresh().unwrap(), Draw::fresh().unwrap()]
            .map(|draw| begin(&request("https://i.example/a"), &draw).unwrap());
        let of = |login: &Login| {
            [login.state.expose(), login.verifier.expose(), login.nonce.as_ref().unwrap().expose()].map(str::to_owned)
        };
        let mut all = urls.iter().flat_map(of).collect::<Vec<_>>();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6);
        assert!(all.iter().all(|one| one.len() == 43));
    }

    proptest::proptest! {
        #[test]
        fn no_endpoint_makes_it_panic_and_each_parameter_is_there_once(
            query in "[a-z=&?#%+_ ]{0,30}", id in "\\PC{0,20}", scope in "\\PC{0,20}"
        ) {
            let endpoint = format!("https://i.example/a?{query}");
            let request = Request { client_id: &id, scope: Some(&scope), ..request(&endpoint) };
            if let Ok(login) = begin(&request, &draw()) {
                for name in ["client_id", "state", "redirect_uri", "response_type", "code_challenge"] {
                    proptest::prop_assert_eq!(login.url.query_pairs().filter(|(known, _)| known == name).count(), 1);
                }
                let kept = login.url.query_pairs().find(|(name, _)| name == "client_id").unwrap().1.into_owned();
                proptest::prop_assert_eq!(kept, id);
            }
        }
    }
}
