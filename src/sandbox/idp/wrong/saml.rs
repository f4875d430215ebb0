//! What may be wrong with an answer by SAML.

use crate::sandbox::idp::wrong::Refused;

/// One thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Nothing.
    Nothing,
    /// No signature.
    Unsigned,
    /// Altered after it was signed.
    Altered,
    /// Signed by another key.
    OtherKey,
    /// For another service provider.
    Audience,
    /// Addressed to another place.
    Destination,
    /// The assertion is for another place.
    Recipient,
    /// An answer to another request.
    InResponseTo,
    /// An answer to no request.
    Unsolicited,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Of another identity provider.
    Issuer,
    /// Without what the connection maps.
    NoAttributes,
    /// A no.
    Status,
    /// A second assertion beside the signed one.
    TwoAssertions,
    /// A comment inside the name.
    Comment,
    /// A document type before it.
    Doctype,
    /// The last good answer once more.
    Again,
    /// The ways of wrapping what was signed, as SAML Raider numbers them.
    Wrapped(u8),
}

impl Wrong {
    /// All of them, in the order of the page.
    pub(crate) const ALL: [Self; 26] = [
        Self::Nothing,
        Self::Unsigned,
        Self::Altered,
        Self::OtherKey,
        Self::Audience,
        Self::Destination,
        Self::Recipient,
        Self::InResponseTo,
        Self::Unsolicited,
        Self::Expired,
        Self::NotYetValid,
        Self::Issuer,
        Self::NoAttributes,
        Self::Status,
        Self::TwoAssertions,
        Self::Comment,
        Self::Doctype,
        Self::Again,
        Self::Wrapped(1),
        Self::Wrapped(2),
        Self::Wrapped(3),
        Self::Wrapped(4),
        Self::Wrapped(5),
        Self::Wrapped(6),
        Self::Wrapped(7),
        Self::Wrapped(8),
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
        self.row().2
    }

    /// The one of a word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wrong| wrong.word() == word)
    }

    const fn row(self) -> (&'static str, &'static str, Refused) {
        use Refused::By;
        match self {
            Self::Nothing => ("nothing", "a good answer", Refused::Never),
            Self::Unsigned => ("unsigned", "nothing is signed", By("signature-missing")),
            Self::Altered => ("altered", "the name is another one than was signed", By("digest-mismatch")),
            Self::OtherKey => {
                ("other-key", "signed by a key that is not the identity provider's", By("signature-invalid"))
            }
            Self::Audience => ("wrong-audience", "for another service provider", By("audience-mismatch")),
            Self::Destination => {
                ("wrong-destination", "the response is addressed elsewhere", By("destination-mismatch"))
            }
            Self::Recipient => ("wrong-recipient", "the assertion is for another reply URL", By("recipient-mismatch")),
            Self::InResponseTo => ("wrong-in-response-to", "answers another request", By("request-mismatch")),
            Self::Unsolicited => {
                ("unsolicited", "answers no request: the login begins here", Refused::Unless("response-unsolicited"))
            }
            Self::Expired => ("expired", "its time was over ten minutes ago", By("confirmation-expired")),
            Self::NotYetValid => ("not-yet-valid", "its time comes in fifteen minutes", By("assertion-not-yet-valid")),
            Self::Issuer => ("wrong-issuer", "names another identity provider", By("issuer-mismatch")),
            Self::NoAttributes => ("no-attributes", "says nothing but the NameID", Refused::ByRules),
            Self::Status => ("status-failure", "says that the user did not authenticate", By("status-not-success")),
            Self::TwoAssertions => {
                ("two-assertions", "a forged assertion behind the signed one", By("assertion-several"))
            }
            Self::Comment => ("comment-in-name-id", "a comment parts the signed NameID", By("value-split")),
            Self::Doctype => ("doctype", "a document type stands before it", By("doctype")),
            Self::Again => {
                ("again", "the last good answer of this connection once more", Refused::Unless("response-replayed"))
            }
            Self::Wrapped(1) => {
                ("xsw1", "a forged response; the signed one in its signature", By("assertion-misplaced"))
            }
            Self::Wrapped(2) => {
                ("xsw2", "a forged response; the signed one before its signature", By("assertion-misplaced"))
            }
            Self::Wrapped(3) => ("xsw3", "a forged assertion before the signed one", By("assertion-several")),
            Self::Wrapped(4) => ("xsw4", "a forged assertion around the signed one", By("assertion-misplaced")),
            Self::Wrapped(5) => {
                ("xsw5", "the signature in a forged assertion, the signed one behind it", By("assertion-several"))
            }
            Self::Wrapped(6) => {
                ("xsw6", "the signed assertion in the signature of a forged one", By("assertion-misplaced"))
            }
            Self::Wrapped(7) => ("xsw7", "a forged assertion of the same ID in Extensions", By("assertion-misplaced")),
            Self::Wrapped(_) => {
                ("xsw8", "the signed assertion in an Object of a forged one's signature", By("assertion-misplaced"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::crypto::scheme::Sha1;
    use crate::crypto::sign::NewKey;
    use crate::crypto::sign::PrivateKey;
    use crate::saml::issue::Answer;
    use crate::saml::issue::sample;
    use crate::saml::response::Judged;
    use crate::saml::response::Request;
    use crate::saml::signature::sign::Signer;
    use crate::saml::signature::trust::Pin;
    use crate::saml::signature::trust::Trust;
    use crate::sandbox::idp::saml::forge::FORGED;
    use crate::sandbox::idp::saml::forge::Keys;
    use crate::sandbox::idp::saml::forge::document;

    static KEYS: LazyLock<Keys> = LazyLock::new(|| {
        let signer = || Signer::new(PrivateKey::generate(NewKey::Rsa(2048)).unwrap(), None).unwrap();
        Keys { own: signer(), other: signer() }
    });

    fn answer() -> Answer {
        sample::answer(&[("mail", "alice@example.org")])
    }

    fn judged(document: &str, request: Request) -> Judged {
        let pins = Pin::read(KEYS.own.key().public().to_pem().unwrap().as_bytes(), "x").unwrap();
        sample::judged(document.as_bytes(), &Trust { pins, sha1: Sha1::Refused }, request)
    }

    #[test]
    fn every_wrong_answer_is_refused_by_its_code_and_the_others_say_who_was_meant() {
        for wrong in Wrong::ALL {
            let word = wrong.word();
            let document = document(answer(), wrong, &KEYS).unwrap();
            let request = match wrong {
                Wrong::Unsolicited => Request::Unsolicited { allowed: false },
                _ => Request::Sent(sample::REQUEST.to_owned()),
            };
            let judged = judged(&document, request);
            let code = judged.verification.refusal().and_then(|step| step.code);
            match wrong.refused() {
                Refused::By(expected) => assert_eq!(code, Some(expected), "{word}: {document}"),
                Refused::Unless(expected) if wrong == Wrong::Unsolicited => assert_eq!(code, Some(expected), "{word}"),
                Refused::Never | Refused::ByRules | Refused::Unless(_) => {
                    assert_eq!(code, None, "{word}: {document}");
                    assert_eq!(judged.identity.as_ref().unwrap().subject.as_deref(), Some("alice"));
                }
            }
            assert_eq!(judged.identity.is_some(), code.is_none(), "{word}");
            assert_eq!(Wrong::named(word), Some(wrong));
        }
    }

    #[test]
    fn what_is_wrapped_holds_the_forged_name_and_the_good_signature() {
        for way in 1..=8 {
            let document = document(answer(), Wrong::Wrapped(way), &KEYS).unwrap();
            assert!(document.contains(FORGED) && document.contains(">alice<"), "{way}: {document}");
            assert_eq!(document.matches("<ds:SignatureValue>").count(), 1, "{way}");
        }
    }

    #[test]
    fn an_answer_to_no_request_is_taken_where_it_is_allowed() {
        let document = document(answer(), Wrong::Unsolicited, &KEYS).unwrap();
        assert!(judged(&document, Request::Unsolicited { allowed: true }).identity.is_some());
    }
}
