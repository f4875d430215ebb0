//! The shape of a vendor's facts: fields of its page, limits, rules, prerequisites, sources. A
//! built-in vendor and one of the user's own are the same file; nothing here knows any one vendor.

mod check;
mod field;
mod support;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::connection::Connection;
use crate::model::connection::KeyField;
use crate::model::connection::OAuthKind;
use crate::model::migration::Method;
use crate::model::username;
use crate::model::username::UsernameRule;
use crate::rules;
use crate::rules::policy::Policy;
use crate::yaml;

pub(crate) use crate::provider::profile::field::Choice;
pub(crate) use crate::provider::profile::field::Field;
pub(crate) use crate::provider::profile::field::Kind;
pub(crate) use crate::provider::profile::field::Section;
pub(crate) use crate::provider::profile::field::When;
pub(crate) use crate::provider::profile::field::steps;
pub(crate) use crate::provider::profile::field::value_at;
pub(crate) use crate::provider::profile::support::Capability;
pub(crate) use crate::provider::profile::support::Support;

/// The version of the shape that this build reads.
const VERSION: u32 = 1;

/// Looks a fact of the tenant up by its key.
pub(crate) type SettingLookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Everything about a vendor that is not code: one YAML file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Version of the file's shape.
    pub(crate) version: u32,
    /// Id of the vendor, such as `acme-desk`: the stem of this file, and `provider:` in connections.
    pub(crate) id: String,
    /// The vendor's name.
    pub(crate) title: String,
    /// What the customer must have first (AL7).
    #[serde(default)]
    pub(crate) prerequisites: Vec<String>,
    /// Where these facts come from.
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    /// What the vendor can do, and why not; what is not answered here is unknown.
    #[serde(default)]
    #[schemars(schema_with = "support::answers")]
    pub(crate) capabilities: BTreeMap<Capability, Support>,
    /// What the vendor's page, questionnaire or sheet asks for, in its order and words.
    #[serde(default)]
    pub(crate) page: Vec<Section>,
    /// How somebody sets the connection up there.
    #[serde(default)]
    pub(crate) set_up: SetUp,
    /// SAML 2.0, where it has it.
    #[serde(default)]
    pub(crate) saml: Option<SamlProfile>,
    /// OAuth 2.0 and OpenID Connect, where it has it.
    #[serde(default)]
    pub(crate) oauth: Option<OAuthProfile>,
    /// How usernames are made.
    #[serde(default)]
    pub(crate) username: Option<UsernameRule>,
    /// The vendor's own ways to new usernames; none where it publishes no such list (QT10).
    #[serde(default)]
    pub(crate) migration_methods: Vec<Method>,
    /// Longest display name, in characters.
    #[serde(default)]
    pub(crate) display_name_limit: Option<usize>,
    /// Where users begin.
    #[serde(default)]
    pub(crate) login_url: LoginUrl,
    /// What happens at a login.
    #[serde(default)]
    pub(crate) rules: Policy,
    /// The user API that ssoctl speaks there.
    #[serde(default)]
    pub(crate) api: Option<Api>,
}

/// A user API that ssoctl has an adapter for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Api {
    /// Qualtrics Users API, version 3.
    QualtricsUsers,
    /// Qualys `user_list.php` and `user.php`.
    QualysUsers,
    /// SCIM 2.0 (RFC 7644).
    Scim,
}

impl Api {
    /// The keys under `directory:` that it is opened by: one of these sets.
    pub(crate) const fn opened_by(self) -> &'static [&'static str] {
        match self {
            Self::QualtricsUsers => &["token", "client_id and client_secret"],
            Self::QualysUsers => &["login and password"],
            Self::Scim => &["token"],
        }
    }

    /// What sets these, for a hint.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::QualtricsUsers | Self::Scim => "directory.token=env:NAME_OF_A_VARIABLE",
            Self::QualysUsers => "directory.login=abcd_ef directory.password=env:NAME_OF_A_VARIABLE",
        }
    }

    /// The field of an account that it writes.
    pub(crate) const fn writes(self) -> KeyField {
        match self {
            Self::QualtricsUsers | Self::Scim => KeyField::Username,
            Self::QualysUsers => KeyField::ExternalId,
        }
    }
}

/// How somebody sets a connection up at the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUp {
    /// Who: `yourself`, `vendor`.
    #[serde(default)]
    pub(crate) by: SetUpBy,
    /// Where on the vendor's pages, or to whom the request goes.
    #[serde(default)]
    pub(crate) place: String,
    /// How long it takes, where the vendor says so.
    #[serde(default)]
    pub(crate) takes: Option<String>,
    /// The vendor's own stages, in order (QF7).
    #[serde(default)]
    pub(crate) stages: Vec<String>,
}

/// Who sets a connection up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SetUpBy {
    /// An administrator of the customer, on the vendor's page.
    #[default]
    Yourself,
    /// The vendor's staff, on request.
    Vendor,
}

/// What a vendor allows of SAML.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SamlProfile {
    /// Words of the request bindings that can be enabled, most preferred first.
    pub(crate) request_bindings: Vec<String>,
    /// Bindings whose requests the vendor always signs.
    #[serde(default)]
    pub(crate) always_signed: Vec<String>,
    /// NameID formats that can be chosen; none where nobody published them.
    #[serde(default)]
    pub(crate) name_id_formats: Vec<String>,
    /// RelayState of a login that begins at the identity provider, a template.
    #[serde(default)]
    pub(crate) idp_initiated_relay_state: Option<String>,
    /// Where entity ID and ACS come from.
    pub(crate) sp: SpValues,
}

/// Where the service provider's entity ID and ACS come from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpValues {
    /// Who knows them.
    pub(crate) source: SpSource,
    /// The forms that are published, templates over the tenant's facts.
    #[serde(default)]
    pub(crate) forms: Vec<SpCandidate>,
    /// Values that go round and are wrong.
    #[serde(default)]
    pub(crate) mistakes: Vec<Mistake>,
    /// What to ask the vendor where nobody published them.
    #[serde(default)]
    pub(crate) ask: Option<String>,
}

/// Who knows a vendor's SP values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SpSource {
    /// The vendor publishes them, and the first form is theirs for these settings.
    Published,
    /// The vendor shows them on the connection's page; the forms only classify what it shows.
    Vendor,
    /// Nobody published them: ask.
    Unknown,
}

/// One form that a vendor's SP values may have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpCandidate {
    /// Which form this is.
    pub(crate) label: String,
    /// The entity ID in this form.
    pub(crate) entity_id: String,
    /// The assertion consumer service in this form.
    pub(crate) acs: String,
}

/// A value that goes round and is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mistake {
    /// What stands in the wrong value, or all of it.
    pub(crate) value: String,
    /// What is meant.
    pub(crate) meant: String,
    /// Where it comes from.
    pub(crate) why: String,
}

/// What a vendor allows of OAuth 2.0.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuthProfile {
    /// Kinds of connection.
    pub(crate) kinds: Vec<OAuthKind>,
    /// Applications that outbound connections log in at; the vendor may have more.
    #[serde(default)]
    pub(crate) methods: Vec<String>,
    /// Where the identity provider sends the code, a template; shown by the vendor where it is not here.
    #[serde(default)]
    pub(crate) redirect_uri: Option<String>,
}

/// Where users begin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginUrl {
    /// The address, a template over the tenant's facts.
    #[serde(default)]
    pub(crate) form: Option<String>,
    /// Where the vendor shows it, or what to ask.
    #[serde(default)]
    pub(crate) ask: Option<String>,
}

impl Profile {
    /// Reads a profile and holds it together; `file` is what messages call it.
    pub(crate) fn read(text: &str, file: &str) -> Result<Self> {
        let mut profile: Self = yaml::parse(text, file, VERSION)?;
        profile.rules.vendor.clone_from(&profile.title);
        match check::first_slip(&profile) {
            None => Ok(profile),
            Some((route, why)) => {
                let place = yaml::place(text, file, &route);
                Err(Failure::input("profile-invalid", format!("{place}: {why}"))
                    .hint("`ssoctl provider show qualtrics --yaml` prints a profile that is whole")
                    .into())
            }
        }
    }

    /// Whether it can do something, and why not.
    pub(crate) fn support(&self, capability: Capability) -> Support {
        let unknown = || Support::Unknown(format!("does it offer {}?", capability.words()));
        self.capabilities.get(&capability).cloned().unwrap_or_else(unknown)
    }

    /// Every field of the page, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.page.iter().flat_map(|section| &section.fields)
    }

    /// The fields that the page has for connections of a kind, with their sections, in order.
    pub(crate) fn asked(&self, kind: Kind) -> impl Iterator<Item = (&Section, &Field)> {
        let holds = move |when: Option<When>| when.is_none_or(|when| when.holds(kind));
        let sections = self.page.iter().filter(move |section| holds(section.when));
        sections
            .flat_map(|section| section.fields.iter().map(move |field| (section, field)))
            .filter(move |(_, field)| holds(field.when))
    }

    /// Facts of the tenant: the fields under `settings:`.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &Field> {
        self.fields().filter(|field| field.parent() == "settings")
    }

    /// User fields that an attribute or claim fills: those under `attributes:`.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &Field> {
        self.fields().filter(|field| field.parent() == "attributes")
    }

    /// The field of a path.
    pub(crate) fn field(&self, path: &str) -> Option<&Field> {
        self.fields().find(|field| field.path == path)
    }

    /// Whether the page has a field, and so the vendor that choice.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.field(path).is_some()
    }

    /// Whether the vendor can send its requests by a binding.
    pub(crate) fn takes(&self, binding: &Binding) -> bool {
        self.saml.as_ref().is_some_and(|saml| saml.request_bindings.iter().any(|word| word == binding.word()))
    }

    /// Whether the vendor signs every request by a binding.
    pub(crate) fn signs(&self, binding: &Binding) -> bool {
        self.saml.as_ref().is_some_and(|saml| saml.always_signed.iter().any(|word| word == binding.word()))
    }

    /// The user fields as the rules know them.
    pub(crate) fn rule_fields(&self) -> Vec<rules::Field> {
        let of = |field: &Field| rules::Field {
            key: field.key().to_owned(),
            label: field.label.clone(),
            required: field.required,
            fallback: field.fallback.clone(),
        };
        self.attributes().map(of).collect()
    }

    /// A fact of the tenant: a setting, its default, or `key.name` of what its choice stands for.
    pub(crate) fn fact(&self, settings: &BTreeMap<String, String>, name: &str) -> Option<String> {
        let (key, part) = name.split_once('.').map_or((name, None), |(key, part)| (key, Some(part)));
        let field = self.settings().find(|field| field.key() == key)?;
        let value = settings.get(key).or(field.default.as_ref())?;
        match part {
            None => Some(value.clone()),
            Some(part) => field.choices.iter().find(|choice| choice.value == *value)?.values.get(part).cloned(),
        }
    }

    /// A template with the tenant's facts in it; names of facts that are not set stay in braces.
    pub(crate) fn filled(&self, template: &str, settings: &BTreeMap<String, String>) -> String {
        username::fill(template, &|name| self.fact(settings, name))
    }

    /// A template with every fact in it; `Err` names the facts that are not set.
    pub(crate) fn whole<'t>(
        &self,
        template: &'t str,
        settings: &BTreeMap<String, String>,
    ) -> std::result::Result<String, Vec<&'t str>> {
        let missing: Vec<&str> =
            username::names(template).into_iter().filter(|name| self.fact(settings, name).is_none()).collect();
        if missing.is_empty() { Ok(self.filled(template, settings)) } else { Err(missing) }
    }

    /// The forms that the vendor's SP values may have for these settings.
    pub(crate) fn sp_candidates(&self, settings: &BTreeMap<String, String>) -> Vec<SpCandidate> {
        let filled = |form: &SpCandidate| SpCandidate {
            label: form.label.clone(),
            entity_id: self.filled(&form.entity_id, settings),
            acs: self.filled(&form.acs, settings),
        };
        self.saml.iter().flat_map(|saml| &saml.sp.forms).map(filled).collect()
    }

    /// The published form that a pair has; it is never corrected.
    pub(crate) fn sp_form(
        &self,
        settings: &BTreeMap<String, String>,
        entity_id: &str,
        acs: &str,
    ) -> Option<SpCandidate> {
        self.sp_candidates(settings).into_iter().find(|form| form.entity_id == entity_id && form.acs == acs)
    }

    /// Entity ID and ACS where the vendor publishes them and every fact in them is set.
    pub(crate) fn sp_published(&self, settings: &BTreeMap<String, String>) -> Option<SpCandidate> {
        let sp = &self.saml.as_ref()?.sp;
        let form = sp.forms.first().filter(|_| sp.source == SpSource::Published)?;
        Some(SpCandidate {
            label: form.label.clone(),
            entity_id: self.whole(&form.entity_id, settings).ok()?,
            acs: self.whole(&form.acs, settings).ok()?,
        })
    }

    /// The mistake that a value is or has in it, and the value as it is meant.
    pub(crate) fn sp_mistake(&self, value: &str) -> Option<(&Mistake, String)> {
        let mistakes = self.saml.iter().flat_map(|saml| &saml.sp.mistakes);
        let found = mistakes.into_iter().find(|mistake| value.contains(&mistake.value))?;
        Some((found, value.replace(&found.value, &found.meant)))
    }

    /// Why the published values are to be compared for these settings with what the vendor says.
    pub(crate) fn sp_doubt(&self, settings: &BTreeMap<String, String>) -> Option<&str> {
        let chosen = |field: &Field| settings.get(field.key()).or(field.default.as_ref()).cloned();
        self.settings().find_map(|field| {
            let chosen = chosen(field)?;
            field.choices.iter().find(|choice| choice.value == chosen)?.unverified.as_deref()
        })
    }

    /// Where users begin: what the vendor has given, else what its form makes of the settings.
    pub(crate) fn login_url(&self, connection: &Connection) -> Option<String> {
        let made = || self.whole(self.login_url.form.as_deref()?, &connection.settings).ok();
        connection.login.url.clone().or_else(made)
    }
}
