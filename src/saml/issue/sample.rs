//! An answer to try things with, and what a service provider makes of it. Built for tests and benches alone.

use std::sync::LazyLock;

use crate::model::identity::Identity;
use crate::model::time::Time;
use crate::saml::issue::Answer;
use crate::saml::response;
use crate::saml::response::Expected;
use crate::saml::response::Judged;
use crate::saml::response::NameId;
use crate::saml::response::Request;
use crate::saml::signature::trust::Trust;

const IDP: &str = "https://idp.test";
const SP: &str = "https://sp.test";
const ACS: &str = "https://sp.test/acs";

/// The ID of the request that it answers.
pub(crate) const REQUEST: &str = "_q";

static ACS_LIST: LazyLock<Vec<String>> = LazyLock::new(|| vec![ACS.to_owned()]);

fn issued() -> Time {
    Time::parse("2026-11-27T10:00:00Z").unwrap_or(Time::EPOCH)
}

/// A good answer about `alice`, for five minutes, with these attributes.
pub(crate) fn answer(attributes: &[(&str, &str)]) -> Answer {
    let at = issued();
    let mut identity = Identity::default();
    attributes.iter().for_each(|(name, value)| identity.push(name, value));
    Answer {
        id: "_r".to_owned(),
        assertion_id: "_a".to_owned(),
        issuer: IDP.to_owned(),
        in_response_to: Some(REQUEST.to_owned()),
        audience: SP.to_owned(),
        destination: ACS.to_owned(),
        recipient: ACS.to_owned(),
        at,
        not_before: at,
        not_on_or_after: at.plus_seconds(300),
        name_id: NameId { value: "alice".to_owned(), ..NameId::default() },
        identity,
        session_index: Some("_s".to_owned()),
        refusal: None,
    }
}

/// What a service provider that trusts this key makes of it ten seconds later, where it has sent this request.
pub(crate) fn judged(xml: &[u8], trust: &Trust, request: Request) -> Judged {
    let expected = Expected {
        idp: IDP,
        trust,
        audience: Some(SP),
        acs: &ACS_LIST,
        request,
        keys: &[],
        now: issued().plus_seconds(10),
        skew: 0,
        forced_at: None,
    };
    response::judge(xml, "x", &expected)
}
