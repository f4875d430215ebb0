//! The error numbers of Entra ID that a login test meets, and what mends each.
//!
//! Source: MicrosoftDocs/entra-docs, docs/identity-platform/reference-error-codes.md at 04f65548
//! (2024-04-24). Microsoft may change them at any time, so they only add to what the standard's own
//! error says, and a number that is not here is looked up there.

/// One number.
#[derive(Debug)]
pub(super) struct Known {
    number: u32,
    /// A code of its own, where the mend is another one than that of the standard's error.
    pub(super) code: Option<&'static str>,
    /// What it says, one clause.
    pub(super) what: &'static str,
    /// What mends it.
    pub(super) mend: &'static str,
}

const fn known(number: u32, code: Option<&'static str>, what: &'static str, mend: &'static str) -> Known {
    Known { number, code, what, mend }
}

const SECRET: &str = "in Entra ID, App registrations > Certificates & secrets, make a new client secret and enter its value, \
                      not its ID; it is shown only once";
const REDIRECT: &str =
    "in Entra ID, App registrations > Authentication, add the redirect URI of this test exactly as it is";
const ASSIGN: &str = "in Entra ID, Enterprise applications > Users and groups, assign the user or a group of theirs";
const CONSENT: &str = "in Entra ID, Enterprise applications > Permissions, grant consent as an administrator";
const TENANT: &str =
    "compare the tenant in the endpoints, and the client ID, with App registrations > Endpoints and Overview";

const NUMBERS: [Known; 27] = [
    known(50_011, Some("redirect-uri-unknown"), "the redirect URI is none that the application has", REDIRECT),
    known(900_971, Some("redirect-uri-unknown"), "there is no redirect URI", REDIRECT),
    known(70_004, Some("redirect-uri-unknown"), "the redirect URI is none that the application has", REDIRECT),
    known(7_000_215, Some("client-secret-wrong"), "the client secret is wrong", SECRET),
    known(70_002, Some("client-secret-wrong"), "the client secret is wrong", SECRET),
    known(7_000_222, Some("client-secret-expired"), "the client secret has expired", SECRET),
    known(
        7_000_218,
        Some("client-secret-missing"),
        "the application is registered with a secret, and none was sent",
        "set `oauth.client_secret`, or allow public client flows for the application",
    ),
    known(
        700_025,
        Some("client-secret-unwanted"),
        "the application is a public client, which has no secret",
        "take `oauth.client_secret` out, or register the redirect URI under the platform Web",
    ),
    known(700_016, Some("client-unknown"), "the tenant has no such application", TENANT),
    known(700_011, Some("client-unknown"), "the tenant has no such application", TENANT),
    known(90_002, Some("tenant-unknown"), "there is no such tenant", TENANT),
    known(
        50_194,
        None,
        "the application is for one tenant, and `common` was asked",
        "use the endpoints of the tenant itself: its GUID in the place of `common`",
    ),
    known(70_001, None, "the application is disabled", "enable it in Entra ID, Enterprise applications > Properties"),
    known(
        7_000_112,
        None,
        "the application is disabled",
        "enable it in Entra ID, Enterprise applications > Properties",
    ),
    known(50_105, Some("user-not-assigned"), "the user is not assigned to the application", ASSIGN),
    known(
        50_020,
        None,
        "the user's account is of another tenant",
        "log in as a user of the tenant, or invite this one as a guest",
    ),
    known(50_034, None, "the tenant has no such user", "log in as a user of the tenant"),
    known(65_001, None, "nobody has consented to the application", CONSENT),
    known(65_004, None, "the user has not consented", "log in again and consent, or have an administrator do so"),
    known(90_094, None, "an administrator must consent", CONSENT),
    known(
        53_003,
        None,
        "a Conditional Access policy blocks the login",
        "see which one in the sign-in log; exclude the test from it, or log in as it demands",
    ),
    known(
        50_076,
        None,
        "a second factor is demanded",
        "log in with a second factor; a Conditional Access policy asks for it",
    ),
    known(70_011, None, "a scope is not valid", "compare `oauth.scope` with App registrations > API permissions"),
    known(54_005, None, "the code was used before", "begin the login anew: a code is good once"),
    known(70_008, None, "the code has expired", "begin the login anew, and let the browser come back at once"),
    known(501_481, None, "the PKCE verifier does not fit the code", "begin the login anew: the code is of another one"),
    known(
        700_005,
        None,
        "the code is of another tenant",
        "use the authorization and the token endpoint of one tenant, both by its GUID",
    ),
];

/// The number in a text such as `AADSTS50011: The redirect URI ..`.
pub(super) fn number_in(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    rest[..digits].parse().ok()
}

/// What is known of a number.
pub(super) fn of(number: u32) -> Option<&'static Known> {
    NUMBERS.iter().find(|known| known.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_the_text_that_entra_sends() {
        for (text, number) in [
            ("AADSTS50011: The redirect URI 'x' specified ..", Some(50_011)),
            ("AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1", Some(7_000_215)),
            ("x AADSTS1", Some(1)),
            ("AADSTS", None),
            ("AADSTSx", None),
            ("AADSTS99999999999999999999", None),
            ("aadsts50011", None),
            ("", None),
        ] {
            assert_eq!(number_in(text), number, "{text}");
        }
    }

    #[test]
    fn each_number_is_there_once_and_says_what_mends_it() {
        let mut numbers: Vec<u32> = NUMBERS.iter().map(|known| known.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), NUMBERS.len());
        assert!(NUMBERS.iter().all(|known| !known.what.is_empty() && !known.mend.is_empty()));
        let codes: Vec<&str> = NUMBERS.iter().filter_map(|known| known.code).collect();
        for code in [
            "redirect-uri-unknown",
            "client-secret-wrong",
            "client-secret-expired",
            "client-secret-missing",
            "client-secret-unwanted",
            "client-unknown",
            "tenant-unknown",
            "user-not-assigned",
        ] {
            assert!(codes.contains(&code), "{code}");
        }
        assert!(of(1).is_none());
    }
}
