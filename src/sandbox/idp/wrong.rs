//! What may be wrong with an answer, on purpose, by either protocol.

pub(crate) mod openid;
pub(crate) mod saml;

/// How an answer comes to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is not.
    Never,
    /// By this code, whatever the connection.
    By(&'static str),
    /// By this code, where the connection does not allow it.
    Unless(&'static str),
    /// By whatever the rules of the connection say.
    ByRules,
}

impl Refused {
    /// The code that it is refused by, at least where the connection does not allow it.
    pub(crate) const fn code(self) -> Option<&'static str> {
        match self {
            Self::By(code) | Self::Unless(code) => Some(code),
            Self::Never | Self::ByRules => None,
        }
    }
}

/// One answer of the list.
pub(crate) struct Listed {
    /// By which protocol: `saml` or `openid`.
    pub(crate) protocol: &'static str,
    /// As the form calls it.
    pub(crate) word: &'static str,
    /// One line for people.
    pub(crate) about: &'static str,
    /// How it comes to be refused.
    pub(crate) refused: Refused,
}

/// Every answer by every protocol, the good ones too.
pub(crate) fn list() -> impl Iterator<Item = Listed> {
    let saml = saml::Wrong::ALL.into_iter().map(|wrong| Listed {
        protocol: "saml",
        word: wrong.word(),
        about: wrong.about(),
        refused: wrong.refused(),
    });
    let openid = openid::Wrong::ALL.into_iter().map(|wrong| Listed {
        protocol: "openid",
        word: wrong.word(),
        about: wrong.about(),
        refused: wrong.refused(),
    });
    saml.chain(openid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_counts_the_wrong_ones_as_they_are() {
        let count = |protocol| list().filter(|one| one.protocol == protocol && one.refused != Refused::Never).count();
        let told = format!("{} by SAML and {} by OpenID Connect", count("saml"), count("openid"));
        for text in [include_str!("../../../README.md"), include_str!("../../../CHANGELOG.md")] {
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(&told), "{told}");
        }
    }

    #[test]
    fn no_word_stands_twice_in_one_protocol() {
        let mut words: Vec<(&str, &str)> = list().map(|one| (one.protocol, one.word)).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
