//! Which of a vendor's own ways to new usernames can serve a row (QT10; seed 001, User Migration Options).

use crate::migrate::plan::Outcome;
use crate::model::migration::Method;

/// A set of methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Methods(u8);

impl Methods {
    /// These ones.
    pub(crate) fn of(methods: &[Method]) -> Self {
        Self(methods.iter().fold(0, |all, method| all | Self::bit(*method)))
    }

    const fn bit(method: Method) -> u8 {
        match method {
            Method::ChangeOnLogin => 1,
            Method::MergeOnLogin => 2,
            Method::ByHand => 4,
            Method::Api => 8,
            Method::FileUpload => 16,
        }
    }

    /// Whether one is among them.
    pub(crate) const fn has(self, method: Method) -> bool {
        self.0 & Self::bit(method) != 0
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Their words, in the order of the seed.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        Method::ALL.into_iter().filter(move |method| self.has(*method)).map(Method::word)
    }
}

/// What decides for one row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) outcome: Outcome,
    pub(super) code: &'static str,
    /// Nothing changes but the suffix.
    pub(super) suffix_only: bool,
    /// The new name is held by another account for the time being.
    pub(super) waits: bool,
}

/// Which of the vendor's methods can serve a row; `just_in_time` says that accounts are made at login.
pub(super) fn serving(offered: Methods, just_in_time: bool, case: Case) -> Methods {
    const SURE: u8 = Methods::bit(Method::ByHand) | Methods::bit(Method::Api) | Methods::bit(Method::FileUpload);
    let served = match (case.outcome, case.code) {
        (Outcome::Rename, _) => {
            let mut served = SURE;
            if case.suffix_only && !case.waits {
                served |= Methods::bit(Method::ChangeOnLogin);
            }
            // Only where no account has the new name, at the first login since.
            if just_in_time && !case.waits {
                served |= Methods::bit(Method::MergeOnLogin);
            }
            served
        }
        (Outcome::Conflict, "own-account" | "swap-or-cycle") => Methods::bit(Method::ByHand),
        _ => 0,
    };
    offered.and(Methods(served))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(outcome: Outcome, code: &'static str, suffix_only: bool, waits: bool, just_in_time: bool) -> String {
        let case = Case { outcome, code, suffix_only, waits };
        serving(Methods::of(&Method::ALL), just_in_time, case).words().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_row_is_served_by_what_the_vendor_says_of_it() {
        let rename =
            |suffix_only, waits, just_in_time| words(Outcome::Rename, "rename", suffix_only, waits, just_in_time);
        assert_eq!(rename(false, false, false), "by-hand api file-upload");
        assert_eq!(rename(true, false, false), "change-on-login by-hand api file-upload");
        assert_eq!(rename(true, false, true), "change-on-login merge-on-login by-hand api file-upload");
        assert_eq!(rename(true, true, true), "by-hand api file-upload");
        assert_eq!(words(Outcome::Conflict, "own-account", false, false, true), "by-hand");
        assert_eq!(words(Outcome::Conflict, "target-held", false, false, true), "");
        assert_eq!(words(Outcome::Already, "already", false, false, true), "");
        let none = Case { outcome: Outcome::Rename, code: "rename", suffix_only: true, waits: false };
        assert!(serving(Methods::default(), true, none).is_empty());
    }
}
