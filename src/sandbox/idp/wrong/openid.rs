//! What may be wrong with an answer by OAuth 2.0 or OpenID Connect, at any of its three places: what the browser
//! brings back, what the token endpoint answers, and what the user information says.

use crate::relying::registration::LooksAt;
use crate::sandbox::idp::wrong::Refused;

/// One thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Nothing.
    Nothing,
    /// A no.
    Denied,
    /// No state.
    NoState,
    /// The state of another login.
    OtherState,
    /// In the name of another provider.
    OtherProvider,
    /// A code that is used up.
    UsedCode,
    /// The token endpoint does not take the client.
    InvalidClient,
    /// The token endpoint does not take the code.
    InvalidGrant,
    /// The token endpoint answers with a page.
    Page,
    /// No ID token.
    NoIdToken,
    /// An ID token without a signature.
    Unsigned,
    /// Signed by another key.
    OtherKey,
    /// Altered after it was signed.
    Altered,
    /// An HMAC, with the public key for its secret.
    PublicKeyAsSecret,
    /// Signed by a key that the header calls otherwise than the key set does.
    UnknownKey,
    /// Of another issuer.
    Issuer,
    /// For another client.
    Audience,
    /// Asked for by another client.
    AuthorizedParty,
    /// Its time is over.
    Expired,
    /// Issued in the time to come.
    IssuedLater,
    /// No nonce.
    NoNonce,
    /// The nonce of another login.
    OtherNonce,
    /// User information of somebody else.
    OtherSubject,
    /// Without what the connection maps.
    NoClaims,
}

/// What a connection must have for an answer to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// `openid` in its scope.
    IdToken,
    /// An issuer to expect.
    Issuer,
    /// Both.
    TokenIssuer,
    /// Keys with names.
    NamedKeys,
    /// An ID token, and user information that is compared with it.
    Subject,
}

impl Wrong {
    /// All of them, in the order of the page.
    pub(crate) const ALL: [Self; 24] = [
        Self::Nothing,
        Self::Denied,
        Self::NoState,
        Self::OtherState,
        Self::OtherProvider,
        Self::UsedCode,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::Page,
        Self::NoIdToken,
        Self::Unsigned,
        Self::OtherKey,
        Self::Altered,
        Self::PublicKeyAsSecret,
        Self::UnknownKey,
        Self::Issuer,
        Self::Audience,
        Self::AuthorizedParty,
        Self::Expired,
        Self::IssuedLater,
        Self::NoNonce,
        Self::OtherNonce,
        Self::OtherSubject,
        Self::NoClaims,
    ];

    /// As the form and the list call it.
    pub(crate) const fn word(self) -> &'static str {
        self.row().0
    }

    /// One line for people.
    pub(crate) const fn about(self) -> &'static str {
        self.row().1
    }

    /// What it is refused by.
    pub(crate) const fn refused(self) -> Refused {
        use Refused::By;
        match (self.row().2, self.row().3) {
            (By(code), Needs::Nothing) => By(code),
            (By(code), _) => Refused::Unless(code),
            (other, _) => other,
        }
    }

    /// What it is refused by where a connection looks at so much.
    pub(crate) fn refused_where(self, looks_at: LooksAt) -> Refused {
        match self.refused() {
            // An HMAC that is declared is verified, and by the secret.
            _ if self == Self::PublicKeyAsSecret && looks_at.hs256 => Refused::By("token-signature"),
            Refused::Unless(code) => Refused::By(code),
            other => other,
        }
    }

    /// Why a connection takes it all the same, where it does: what it does not look at.
    pub(crate) fn taken(self, looks_at: LooksAt) -> Option<&'static str> {
        let id_token = (looks_at.id_token, "the scope has no openid, so that no ID token is looked at");
        let issuer = (looks_at.issuer, "the connection names no issuer to expect");
        let names = (looks_at.key_names, "what the key is called is not looked at");
        let user = (looks_at.user, "no user information is asked for");
        let needed: &[(bool, &'static str)] = match self.row().3 {
            Needs::Nothing => &[],
            Needs::IdToken => &[id_token],
            Needs::Issuer => &[issuer],
            Needs::TokenIssuer => &[id_token, issuer],
            Needs::NamedKeys => &[id_token, names],
            Needs::Subject => &[id_token, user],
        };
        needed.iter().find(|(is_there, _)| !is_there).map(|(_, why)| *why)
    }

    /// The one of a word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wrong| wrong.word() == word)
    }

    /// Its word, one line, what refuses it, and what that needs.
    const fn row(self) -> (&'static str, &'static str, Refused, Needs) {
        use Needs::IdToken;
        use Needs::Nothing;
        use Refused::By;
        match self {
            Self::Nothing => ("nothing", "a good answer", Refused::Never, Nothing),
            Self::Denied => {
                ("access-denied", "the user, or a rule of the provider, said no", By("oauth-access-denied"), Nothing)
            }
            Self::NoState => ("no-state", "the answer has no state", By("state-missing"), Nothing),
            Self::OtherState => {
                ("other-state", "the answer has the state of another login", By("state-mismatch"), Nothing)
            }
            Self::OtherProvider => (
                "other-provider",
                "the answer is in the name of another provider (iss)",
                By("answering-issuer-mismatch"),
                Needs::Issuer,
            ),
            Self::UsedCode => ("used-code", "the code was used before", By("oauth-invalid-grant"), Nothing),
            Self::InvalidClient => {
                ("invalid-client", "the token endpoint does not take the client", By("oauth-invalid-client"), Nothing)
            }
            Self::InvalidGrant => {
                ("invalid-grant", "the token endpoint does not take the code", By("oauth-invalid-grant"), Nothing)
            }
            Self::Page => ("html", "the token endpoint answers with a page", By("html-not-json"), Nothing),
            Self::NoIdToken => ("no-id-token", "there is no ID token", By("id-token-missing"), IdToken),
            Self::Unsigned => ("alg-none", "the ID token is not signed", By("jws-unsigned"), IdToken),
            Self::OtherKey => {
                ("other-key", "signed by a key that is not the provider's", By("token-signature"), IdToken)
            }
            Self::Altered => {
                ("altered", "the ID token says another user than was signed", By("token-signature"), IdToken)
            }
            Self::PublicKeyAsSecret => {
                ("hs256-public-key", "an HMAC, with the public key for its secret", By("jws-hmac"), IdToken)
            }
            Self::UnknownKey => {
                ("unknown-kid", "names a key that is not in the key set", By("token-key-unknown"), Needs::NamedKeys)
            }
            Self::Issuer => {
                ("wrong-issuer", "the ID token is of another issuer", By("issuer-mismatch"), Needs::TokenIssuer)
            }
            Self::Audience => {
                ("wrong-audience", "the ID token is for another client", By("audience-mismatch"), IdToken)
            }
            Self::AuthorizedParty => {
                ("wrong-azp", "another client asked for the ID token", By("azp-mismatch"), IdToken)
            }
            Self::Expired => ("expired", "its time was over ten minutes ago", By("token-expired"), IdToken),
            Self::IssuedLater => ("issued-later", "issued in fifteen minutes", By("token-issued-later"), IdToken),
            Self::NoNonce => ("no-nonce", "the ID token has no nonce", By("nonce-missing"), IdToken),
            Self::OtherNonce => ("other-nonce", "the nonce of another login", By("nonce-mismatch"), IdToken),
            Self::OtherSubject => (
                "other-subject",
                "the user information is of somebody else",
                By("user-info-subject-mismatch"),
                Needs::Subject,
            ),
            Self::NoClaims => ("no-claims", "says nothing but the subject", Refused::ByRules, Nothing),
        }
    }
}
