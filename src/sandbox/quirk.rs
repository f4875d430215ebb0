//! What a vendor's server does otherwise than its documents say, all the time.
//!
//! A fault strikes single calls; a quirk is how the server is.

use std::str::FromStr;

use crate::error::Failure;

/// One way of being otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// A filter is passed over, and everybody is listed.
    IgnoreFilter,
    /// Every page begins with the first account.
    IgnoreStartIndex,
    /// No page begins later than at the eleventh account.
    CapStartIndex,
    /// `If-Match` is passed over.
    IgnoreIfMatch,
    /// `totalResults` is the number of accounts on the page.
    CountPage,
    /// `totalResults` is one too many.
    CountOneMore,
    /// Pages are reached by cursor unless asked otherwise.
    Cursor,
    /// PATCH is answered by 501, and the service says that it has none.
    NoPatch,
    /// PATCH is answered by 501, and the service says that it has it.
    DeniedPatch,
    /// `userName` cannot be changed.
    FixedUserName,
    /// There are no versions.
    NoEtag,
    /// There is no ServiceProviderConfig.
    NoConfig,
    /// There is no `/Me`.
    NoMe,
    /// The status of an error is a number.
    NumericStatus,
    /// Errors of the server are pages for people.
    HtmlErrors,
}

impl Quirk {
    /// Each with the provider that has it, its word and one line for the help.
    const ALL: [(Self, &'static str, &'static str, &'static str); 15] = [
        (Self::IgnoreFilter, "scim", "ignore-filter", "a filter is passed over, and everybody is listed"),
        (Self::IgnoreStartIndex, "scim", "ignore-start-index", "every page begins with the first account"),
        (Self::CapStartIndex, "scim", "cap-start-index", "no page begins later than at the eleventh account"),
        (Self::IgnoreIfMatch, "scim", "ignore-if-match", "If-Match is passed over"),
        (Self::CountPage, "scim", "count-page", "totalResults is the number of accounts on the page"),
        (Self::CountOneMore, "scim", "count-one-more", "totalResults is one too many"),
        (Self::Cursor, "scim", "cursor", "pages are reached by cursor unless asked otherwise"),
        (Self::NoPatch, "scim", "no-patch", "PATCH is answered by 501, and the service says that it has none"),
        (Self::DeniedPatch, "scim", "denied-patch", "PATCH is answered by 501, and the service says that it has it"),
        (Self::FixedUserName, "scim", "fixed-user-name", "userName cannot be changed"),
        (Self::NoEtag, "scim", "no-etag", "there are no versions"),
        (Self::NoConfig, "scim", "no-config", "there is no ServiceProviderConfig"),
        (Self::NoMe, "scim", "no-me", "there is no /Me"),
        (Self::NumericStatus, "scim", "numeric-status", "the status of an error is a number"),
        (Self::HtmlErrors, "scim", "html-errors", "errors of the server are pages for people"),
    ];

    /// Word and help of every quirk, with the provider that has it.
    pub(crate) fn each() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        Self::ALL.into_iter().map(|(_, provider, word, about)| (provider, word, about))
    }

    /// The provider that has it, and its word.
    pub(super) fn of(self) -> Option<(&'static str, &'static str)> {
        Self::ALL.into_iter().find(|(quirk, ..)| *quirk == self).map(|(_, provider, word, _)| (provider, word))
    }
}

impl FromStr for Quirk {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let found = Self::ALL.into_iter().find(|(_, _, word, _)| *word == text);
        found.map(|(quirk, ..)| quirk).ok_or_else(|| {
            let known: Vec<&str> = Self::each().map(|(_, word, _)| word).collect();
            Failure::usage("sandbox-quirk", format!("`{}` is no quirk", text.escape_debug()))
                .hint(format!("the quirks are {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_has_one_word_and_is_read_by_it() {
        for (provider, word, _) in Quirk::each() {
            assert_eq!(word.parse::<Quirk>().unwrap().of(), Some((provider, word)));
        }
        assert_eq!("moody".parse::<Quirk>().unwrap_err().code(), "sandbox-quirk");
    }
}
