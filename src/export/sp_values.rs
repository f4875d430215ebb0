//! Where the entity ID and ACS of a vendor's service provider come from: the connection's file,
//! what the vendor publishes for these settings, or nobody yet. Never a guess.

use crate::error::Failure;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::username::names;
use crate::provider::profile::Field;
use crate::provider::profile::Profile;
use crate::provider::profile::SpCandidate;
use crate::provider::profile::SpSource;
use crate::provider::profile::SpValues;

/// What is known of a service provider's entity ID and ACS.
pub(crate) enum SpAnswer {
    /// Both stand in the connection's file.
    Given(String, String),
    /// The vendor publishes them for these settings.
    Published(SpCandidate),
    /// Those of the file are of the form that a connection without InCommon metadata has (QT6).
    NotIncommon(SpCandidate),
    /// Nobody has said yet.
    Unknown(SpGap),
}

/// Why a pair is not known, and how it becomes so.
pub(crate) struct SpGap {
    /// In a clause, after "the service provider's entity ID and ACS ..".
    pub(crate) why: String,
    /// The forms that it may have, where the vendor publishes any.
    pub(crate) candidates: Vec<SpCandidate>,
    /// What to ask the vendor, where nobody published it.
    pub(crate) question: Option<String>,
    /// What mends it, most likely first.
    pub(crate) mends: Vec<String>,
}

/// What is known for a connection called `name`.
pub(crate) fn sp_answer(name: &str, connection: &Connection, saml: &Saml, profile: &Profile) -> SpAnswer {
    let settings = &connection.settings;
    let incommon = saml.sp.use_incommon_metadata;
    if let (Some(entity_id), Some(acs)) = (&saml.sp.entity_id, &saml.sp.acs) {
        return match profile.sp_form(settings, entity_id, acs).filter(|_| incommon) {
            Some(form) => SpAnswer::NotIncommon(form),
            None => SpAnswer::Given(entity_id.clone(), acs.clone()),
        };
    }
    // One of the two in the file is a slip that `connection show` tells; it is not completed here.
    let none_given = saml.sp.entity_id.is_none() && saml.sp.acs.is_none() && !incommon;
    if none_given && let Some(published) = profile.sp_published(settings) {
        return SpAnswer::Published(published);
    }
    let values = profile.saml.as_ref().map(|saml| &saml.sp);
    SpAnswer::Unknown(match values.filter(|_| none_given) {
        Some(values) if values.source == SpSource::Published => missing_facts(name, connection, profile, values),
        Some(SpValues { source: SpSource::Unknown, ask: Some(question), .. }) => SpGap {
            why: "are not published".to_owned(),
            candidates: profile.sp_candidates(settings),
            question: Some(question.clone()),
            mends: vec![
                format!("with SP metadata from the vendor: `ssoctl connection set {name} --sp-metadata FILE`"),
                by_hand(name, "with both values", None),
            ],
        },
        values => SpGap {
            why: "are not known, and ssoctl does not guess them".to_owned(),
            candidates: if incommon { Vec::new() } else { profile.sp_candidates(settings) },
            question: values.and_then(|values| values.ask.clone()),
            mends: vec![
                format!(
                    "save the connection at the vendor once, download its metadata, then \
                     `ssoctl connection set {name} --sp-metadata FILE`"
                ),
                by_hand(name, "or copy both from the page", None),
            ],
        },
    })
}

/// The vendor publishes the pair, and a fact in it is not set or not one that is published.
fn missing_facts(name: &str, connection: &Connection, profile: &Profile, values: &SpValues) -> SpGap {
    let settings = &connection.settings;
    let wanted = values.forms.first().into_iter().flat_map(|form| [&form.entity_id, &form.acs]);
    let mut missing: Vec<&str> = wanted.flat_map(|template| names(template)).collect();
    missing.retain(|fact| profile.fact(settings, fact).is_none());
    missing.dedup();
    let key = |fact: &&str| fact.split('.').next().unwrap_or_default().to_owned();
    let set = missing.iter().find(|fact| settings.contains_key(&key(fact)));
    if let Some(fact) = set {
        let key = key(fact);
        return SpGap {
            why: format!("are not published for the {key} `{}`", settings[&key]),
            candidates: profile.sp_candidates(settings),
            question: Some(format!("which entity ID and ACS does the {key} `{}` have?", settings[&key])),
            mends: vec![
                match profile.settings().find(|field| field.key() == key) {
                    Some(field) => format!("the vendor publishes them for: {}", published(field)),
                    None => format!("`ssoctl provider show {}` shows what is published", profile.id),
                },
                by_hand(name, "or set both by hand, as the vendor tells them", values.forms.first()),
            ],
        };
    }
    let key = missing.first().map(key).unwrap_or_default();
    let field = profile.settings().find(|field| field.key() == key);
    let more = field.map(|field| {
        let choices = choices(field);
        if choices.is_empty() { format!(": {}", field.help()) } else { format!(": one of {choices}") }
    });
    SpGap {
        why: format!("follow from `settings.{key}`, which is not set"),
        candidates: profile.sp_candidates(settings),
        question: None,
        mends: vec![format!("`ssoctl connection set {name} settings.{key}=..`{}", more.unwrap_or_default())],
    }
}

/// The choices for which the values are published and not only of the same form.
fn published(field: &Field) -> String {
    let sure = field.choices.iter().filter(|choice| choice.unverified.is_none());
    sure.map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(", ")
}

fn choices(field: &Field) -> String {
    field.choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(", ")
}

fn by_hand(name: &str, begin: &str, form: Option<&SpCandidate>) -> String {
    // A value without facts in it is the same for everybody.
    let entity_id = form.map_or("..", |form| &form.entity_id);
    let entity_id = if names(entity_id).is_empty() { entity_id } else { ".." };
    format!("{begin}: `ssoctl connection set {name} saml.sp.entity_id={entity_id} saml.sp.acs=..`")
}

/// The pair, or why it cannot be exported.
pub(super) fn sp_values(
    name: &str,
    connection: &Connection,
    saml: &Saml,
    profile: &Profile,
) -> Result<(String, String), Failure> {
    match sp_answer(name, connection, saml, profile) {
        SpAnswer::Given(entity_id, acs) | SpAnswer::Published(SpCandidate { entity_id, acs, .. }) => {
            Ok((entity_id, acs))
        }
        SpAnswer::NotIncommon(form) => Err(Failure::input(
            "sp-values-not-incommon",
            format!(
                "`{name}` uses InCommon metadata, and its entity ID `{}` and ACS are the {} of a connection without it",
                form.entity_id, form.label
            ),
        )
        .hint(format!(
            "the toggle changes both values: download the SP metadata again after saving, then \
             `ssoctl connection set {name} --sp-metadata FILE`"
        ))),
        SpAnswer::Unknown(gap) => {
            let mut message = format!("the service provider's entity ID and ACS of `{name}` {}", gap.why);
            for candidate in &gap.candidates {
                message += &format!(
                    "\n  {}: entity ID {}\n  {:width$}  ACS       {}",
                    candidate.label,
                    candidate.entity_id,
                    "",
                    candidate.acs,
                    width = candidate.label.chars().count()
                );
            }
            let failure = Failure::input("sp-values-unknown", message);
            let asked = gap.question.map(|question| format!("unknown, ask the vendor: {question}"));
            Err(asked.into_iter().chain(gap.mends).fold(failure, Failure::hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::built_in;

    const IDP: &str = "saml:\n  idp:\n    entity_id: https://idp.example.org\n    sso:\n    - binding: HTTP-Redirect\n      \
                       location: https://idp.example.org/sso\n      enabled: true\n";

    fn pair(provider: &str, settings: &str, sp: &str) -> Result<(String, String), Failure> {
        let settings = if settings.is_empty() { String::new() } else { format!("settings:\n{settings}") };
        let text = format!("version: 1\nprovider: {provider}\nname: n\n{settings}{IDP}{sp}");
        let connection = crate::workspace::parsed_for_tests(&text);
        sp_values("q", &connection, connection.saml.as_ref().unwrap(), &built_in(provider))
    }

    #[test]
    fn what_a_vendor_publishes_is_made_from_the_settings() {
        const QUALYS: &str = "QualysGuard_SharedPlatform-SAML20-SP";
        for (provider, settings, entity_id, acs) in [
            ("qualys", "  platform: US1\n", QUALYS, "https://qualysguard.qualys.com/IdM/saml2/"),
            ("qualys", "  platform: EU2\n", QUALYS, "https://qualysguard.qg2.apps.qualys.eu/IdM/saml2/"),
            (
                "ino-cx",
                "  domain: acme\n",
                "https://acme.ino.cx/api/saml/metadata",
                "https://acme.ino.cx/api/sso/login/callback",
            ),
        ] {
            assert_eq!(pair(provider, settings, "").unwrap(), (entity_id.to_owned(), acs.to_owned()), "{settings}");
        }
        // What stands in the file is never overruled.
        let sp = "  sp:\n    entity_id: https://login.acme.example\n    acs: https://login.acme.example/acs\n";
        assert_eq!(pair("ino-cx", "  domain: acme\n", sp).unwrap().0, "https://login.acme.example");
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_to_do() {
        let half = "  sp:\n    entity_id: https://a.example\n";
        for (provider, settings, sp, told) in [
            ("qualys", "", "", "settings.platform=..`: one of US1, US2"),
            (
                "qualys",
                "  platform: XX9\n",
                "",
                "saml.sp.entity_id=QualysGuard_SharedPlatform-SAML20-SP saml.sp.acs=..",
            ),
            (
                "qualys",
                "  platform: XX9\n",
                "",
                "ask the vendor: which entity ID and ACS does the platform `XX9` have?",
            ),
            ("qualys", "  platform: US1\n", half, "does not guess"),
            ("ino-cx", "", "", "settings.domain=..`: letters"),
            ("qvidian", "", "", "ask the vendor: which entity ID and ACS does our tenant have"),
            ("qualifio", "", "", "ask the vendor: which entity ID and ACS do we enter"),
            ("qualtrics", "  brand_id: b\n  data_center: iad1\n", "", "https://b.iad1.qualtrics.com"),
        ] {
            let failure = pair(provider, settings, sp).unwrap_err();
            assert_eq!(failure.code(), "sp-values-unknown");
            assert!(format!("{failure:?}").contains(told), "{told}: {failure:?}");
        }
    }
}
