//! Letters without regard to case, where names are compared.

/// A text in lower case, letter by letter and without a copy. No letter of another alphabet becomes one
/// of ASCII: the Kelvin sign is no `k`, lest who can choose their name is taken for somebody else.
pub(crate) fn lower(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(|letter| {
        let turns_ascii = !letter.is_ascii() && letter.to_lowercase().any(|small| small.is_ascii());
        let kept = turns_ascii.then_some(letter);
        let lowered = (!turns_ascii).then(|| letter.to_lowercase());
        kept.into_iter().chain(lowered.into_iter().flatten())
    })
}

/// The same as a text.
pub(crate) fn folded(text: &str) -> String {
    lower(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_and_no_other_alphabet_becomes_ascii() {
        assert_eq!(folded("KÅTE Ärger"), "kåte ärger");
        for sign in ["\u{212a}ate", "\u{130}zmir"] {
            assert_eq!(folded(sign), sign);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_not_ascii_stays_so(letter in proptest::char::any()) {
            let lower: Vec<char> = lower(&letter.to_string()).collect();
            proptest::prop_assert!(!lower.is_empty() && lower.iter().all(|small| small.is_ascii() == letter.is_ascii()));
        }
    }
}
