//! Vendors: what each can do, what it must be told, and how its user list is reached.
//!
//! A vendor is one profile here, a YAML file like one of the user's own, and one line in
//! [`BUILT_IN`]. What it does at a login, what its page asks for and what it can do are data; code
//! is an adapter of its user API alone.

mod api_url;
mod directory;
pub(crate) mod nouns;
pub(crate) mod profile;
pub(crate) mod provisioner;
mod qualtrics;
mod qualys;
mod scim;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::OnceLock;

use crate::error::Failure;
use crate::error::Result;
use crate::model::connection::DirectoryAccess;
use crate::model::connection::KeyField;
use crate::model::difference::nearest;
use crate::model::shape::Shape;
use crate::model::username::UsernameRule;
use crate::provider::profile::Api;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;
use crate::rules::policy::Column;

pub(crate) use crate::provider::directory::Access;
pub(crate) use crate::provider::directory::Account;
pub(crate) use crate::provider::directory::CallError;
pub(crate) use crate::provider::directory::CallResult;
pub(crate) use crate::provider::directory::Directory;
pub(crate) use crate::provider::directory::Operator;
pub(crate) use crate::provider::directory::Page;
pub(crate) use crate::provider::provisioner::Provisioner;

/// The profiles that come with the program.
const BUILT_IN: [(&str, &str); 6] = [
    ("ino-cx", include_str!("provider/ino_cx.yaml")),
    ("qualifio", include_str!("provider/qualifio.yaml")),
    ("qualtrics", include_str!("provider/qualtrics.yaml")),
    ("qualys", include_str!("provider/qualys.yaml")),
    ("qvidian", include_str!("provider/qvidian.yaml")),
    ("scim", include_str!("provider/scim.yaml")),
];

/// A SaaS vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vendor {
    profile: Profile,
    /// The file of the user's own that it is from; `None` of a built-in one.
    pub(crate) file: Option<String>,
}

impl Deref for Vendor {
    type Target = Profile;

    fn deref(&self) -> &Profile {
        &self.profile
    }
}

impl Vendor {
    /// Its user list; nothing is sent before the first call.
    pub(crate) fn directory(&self, access: Access<'_>) -> Result<Box<dyn Directory>> {
        match self.api {
            Some(Api::QualtricsUsers) => Ok(Box::new(qualtrics::users_api::UsersApi::new(access)?)),
            Some(Api::QualysUsers) => Ok(Box::new(qualys::users_api::UsersApi::new(access)?)),
            Some(Api::Scim) => Ok(Box::new(scim::Scim::new(access)?)),
            None => Err(Failure::input(
                "directory-unsupported",
                format!("ssoctl does not speak the user API of {}", self.title),
            )
            .hint("export the user list at the vendor, and give the file by `--directory FILE`")
            .into()),
        }
    }

    /// What its API takes where accounts are made by it.
    pub(crate) fn provisions(&self) -> Option<provisioner::Api> {
        match self.api {
            Some(Api::QualysUsers) => Some(qualys::users_api::provision::API),
            Some(Api::QualtricsUsers | Api::Scim) | None => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn for_tests(profile: Profile) -> Self {
        Self { profile, file: None }
    }
}

/// A profile of the user's own: what the file is called, its stem, and its text where it can be read.
pub(crate) type Own = (String, String, std::result::Result<String, Failure>);

/// A profile of the user's own that is no vendor.
#[derive(Clone, Debug)]
pub(crate) struct Faulty {
    /// What the file is called.
    pub(crate) file: String,
    /// Its name without `.yaml`, which would be the vendor's ID.
    pub(crate) stem: String,
    /// What is wrong with it.
    pub(crate) why: Arc<Failure>,
}

/// Every vendor that a workspace knows.
#[derive(Clone, Debug)]
pub(crate) struct Vendors {
    /// In the order of [`BUILT_IN`]. Most commands ask for one vendor: each is read when first asked for.
    built_in: [OnceLock<Arc<Vendor>>; BUILT_IN.len()],
    own: Vec<Arc<Vendor>>,
    faulty: Vec<Faulty>,
}

impl Vendors {
    /// The built-in ones, and those of `providers/`. One that is faulty is in the way of none of the others.
    pub(crate) fn new(own: Vec<Own>) -> Result<Self> {
        let (mut sound, mut faulty) = (Vec::new(), Vec::new());
        for (file, stem, text) in own {
            match text.map_err(Into::into).and_then(|text| own_profile(&file, &stem, &text)) {
                Ok(profile) => sound.push(Arc::new(Vendor { profile, file: Some(file) })),
                Err(error) => {
                    let why = Arc::new(error.downcast::<Failure>()?);
                    faulty.push(Faulty { file, stem, why });
                }
            }
        }
        Ok(Self { built_in: Default::default(), own: sound, faulty })
    }

    /// The built-in one at a place of [`BUILT_IN`].
    fn built_in(&self, place: usize) -> Result<&Arc<Vendor>> {
        let ((id, text), slot) = (BUILT_IN[place], &self.built_in[place]);
        if let Some(vendor) = slot.get() {
            return Ok(vendor);
        }
        let profile = Profile::read(text, &format!("(built-in) {id}.yaml"))?;
        Ok(slot.get_or_init(|| Arc::new(Vendor { profile, file: None })))
    }

    /// The profiles of the user's own that are no vendors, and why.
    pub(crate) fn faulty(&self) -> &[Faulty] {
        &self.faulty
    }

    /// The IDs of all, also of those that are faulty.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let own = self.own.iter().map(|vendor| vendor.id.as_str());
        BUILT_IN.iter().map(|(id, _)| *id).chain(own).chain(self.faulty.iter().map(|faulty| faulty.stem.as_str()))
    }

    /// All of them, sorted by ID.
    pub(crate) fn all(&self) -> Result<Vec<&Arc<Vendor>>> {
        let built_in: Vec<&Arc<Vendor>> =
            (0..BUILT_IN.len()).map(|place| self.built_in(place)).collect::<Result<_>>()?;
        let mut all: Vec<&Arc<Vendor>> = built_in.into_iter().chain(&self.own).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    /// The vendor of this ID; an unknown one is refused with the nearest.
    pub(crate) fn named(&self, id: &str) -> Result<Arc<Vendor>> {
        if let Some(place) = BUILT_IN.iter().position(|(known, _)| *known == id) {
            return Ok(Arc::clone(self.built_in(place)?));
        }
        if let Some(found) = self.own.iter().find(|vendor| vendor.id == id) {
            return Ok(Arc::clone(found));
        }
        if let Some(faulty) = self.faulty.iter().find(|faulty| faulty.stem == id) {
            return Err(faulty.why.again().into());
        }
        let own = self.own.iter().map(|vendor| vendor.id.as_str());
        let mut known: Vec<&str> = BUILT_IN.iter().map(|(id, _)| *id).chain(own).collect();
        known.sort_unstable();
        let mut failure =
            Failure::input("provider-unknown", format!("`{}` is not a provider that ssoctl knows", id.escape_debug()));
        if let Some(faulty) = self.faulty.first() {
            failure = failure.hint(format!("`{}` cannot be read: `ssoctl provider list` says why", faulty.file));
        }
        Err(match nearest(id, known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure
                .hint(format!("known providers: {}", known.join(", ")))
                .hint(format!("a vendor of your own is a profile in `providers/{}.yaml`", id.escape_debug())),
        }
        .into())
    }
}

/// A profile of the user's own, which has the name of its file and no built-in one's.
fn own_profile(file: &str, stem: &str, text: &str) -> Result<Profile> {
    let profile = Profile::read(text, file)?;
    if profile.id != stem {
        return Err(Failure::input(
            "profile-name",
            format!("{file}: the profile is called `{}`, and its file `{stem}.yaml`", profile.id),
        )
        .hint(format!("write `id: {stem}`, or rename the file"))
        .into());
    }
    if BUILT_IN.iter().any(|(id, _)| *id == profile.id) {
        return Err(Failure::input(
            "profile-taken",
            format!("{file}: `{}` is a vendor that ssoctl knows, and would be two different things", profile.id),
        )
        .hint("give it another `id`, and rename the file")
        .into());
    }
    Ok(profile)
}

/// The IDs of the vendors that ssoctl knows.
pub(crate) fn built_in_ids() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(id, _)| *id)
}

/// The text of a built-in profile, to begin one of the user's own with.
pub(crate) fn built_in_text(id: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// How the vendor names SSO users, where its usernames can be changed by API.
///
/// SCIM has an operation for it, and whether a service carries it out is nobody's to know beforehand:
/// it is asked on one account, which is read back before any other is touched.
pub(crate) fn username_rule(vendor: &Vendor) -> Result<UsernameRule> {
    let unknown = |question: &str| {
        Failure::input(
            "rename-unknown",
            format!(
                "whether usernames at {} can be changed by API is unknown, ask the vendor: {question}",
                vendor.title
            ),
        )
        .hint(format!("`ssoctl provider show {}` shows what is known", vendor.id))
    };
    match (vendor.support(Capability::RenameUsers), &vendor.username) {
        (Support::Yes, Some(rule)) => Ok(rule.clone()),
        (Support::Unknown(_), Some(rule)) if vendor.api == Some(Api::Scim) => Ok(rule.clone()),
        (Support::Yes, None) => Err(unknown("what form do the usernames of SSO users have?").into()),
        (Support::Unknown(question), _) => Err(unknown(&question).into()),
        (Support::No(reason), _) => Err(Failure::input(
            "rename-unsupported",
            format!("usernames at {} cannot be changed by API: {reason}", vendor.title),
        )
        .hint(format!("`ssoctl provider show {}` shows what it can do", vendor.id))
        .into()),
    }
}

/// The field that a migration writes: what the connection says, else the username where it can be
/// changed by API, else the External ID where accounts have one.
pub(crate) fn written_field(vendor: &Vendor, directory: Option<&DirectoryAccess>) -> KeyField {
    let never_renames = matches!(vendor.support(Capability::RenameUsers), Support::No(_));
    match directory.and_then(|access| access.key) {
        Some(key) => key,
        None => match vendor.api {
            Some(api) => api.writes(),
            None if never_renames && vendor.has("attributes.external_id") => KeyField::ExternalId,
            None => KeyField::Username,
        },
    }
}

/// How the names of users are made where people or a file set them and no API does: an address
/// where users are found by theirs.
pub(crate) fn rule_by_hand(vendor: &Vendor) -> UsernameRule {
    let by_address = vendor.rules.find.first().is_some_and(|way| way.account == Column::Email);
    let plain = || UsernameRule {
        form: "{value}".to_owned(),
        refused_characters: String::new(),
        shape: by_address.then_some(Shape::Email),
    };
    vendor.username.clone().unwrap_or_else(plain)
}

#[cfg(test)]
pub(crate) mod tests {
    mod conformance;
    mod pages;

    use std::sync::LazyLock;

    use super::*;
    use crate::error::failure_of;

    /// A built-in vendor.
    pub(crate) fn built_in(id: &str) -> Arc<Vendor> {
        // Read once for all tests, of which many ask for one.
        static VENDORS: LazyLock<Vendors> = LazyLock::new(|| Vendors::new(Vec::new()).unwrap());
        VENDORS.named(id).unwrap()
    }

    /// One client for all tests: to make one takes longer than most of them.
    pub(crate) fn client() -> crate::http::Client {
        static CLIENT: LazyLock<crate::http::Client> = LazyLock::new(crate::http::Client::new);
        CLIENT.clone()
    }

    /// Qualtrics, if it answered this question so.
    pub(crate) fn answering(capability: Capability, support: Support) -> Vendor {
        let mut profile = built_in("qualtrics").profile.clone();
        profile.capabilities.insert(capability, support);
        Vendor::for_tests(profile)
    }

    fn code<T>(result: Result<T>) -> String {
        failure_of(&result.err().unwrap()).unwrap().code().to_owned()
    }

    #[test]
    fn usernames_are_changed_only_where_the_vendor_says_so() {
        let answer = |support| username_rule(&answering(Capability::RenameUsers, support));
        assert!(answer(Support::Yes).is_ok());
        assert_eq!(code(answer(Support::No("there is no such call".to_owned()))), "rename-unsupported");
        assert_eq!(code(answer(Support::Unknown("is there such a call?".to_owned()))), "rename-unknown");
    }

    #[test]
    fn every_built_in_profile_is_whole_and_answers_every_question() {
        let vendors = Vendors::new(Vec::new()).unwrap();
        let all = vendors.all().unwrap();
        assert_eq!(all.len(), BUILT_IN.len());
        for (vendor, (id, _)) in all.into_iter().zip(BUILT_IN) {
            assert_eq!(vendor.id, id);
            for capability in Capability::ALL {
                assert!(vendor.capabilities.contains_key(&capability), "{id}: {}", capability.words());
            }
            assert!(!vendor.prerequisites.is_empty() && !vendor.sources.is_empty(), "{id}");
        }
    }

    #[test]
    fn a_vendor_of_ones_own_is_read_like_a_built_in_one() {
        let own = |stem: &str, id: &str| {
            let text = format!("version: 1\nid: {id}\ntitle: Acme\n");
            Vendors::new(vec![(format!("providers/{stem}.yaml"), stem.to_owned(), Ok(text))])
        };
        let vendors = own("acme", "acme").unwrap();
        assert_eq!(vendors.named("acme").unwrap().title, "Acme");
        assert_eq!(
            vendors.named("acme").unwrap().support(Capability::Scim),
            Support::Unknown("does it offer SCIM 2.0?".to_owned())
        );
        assert_eq!(code(own("acme", "other").unwrap().named("acme")), "profile-name");
        let taken = own("qualys", "qualys").unwrap();
        assert_eq!(taken.faulty()[0].why.code(), "profile-taken");
        assert_eq!(taken.named("qualys").unwrap().file, None);
        assert_eq!(code(vendors.named("qualtrix")), "provider-unknown");
    }

    #[test]
    fn a_faulty_profile_is_in_the_way_of_no_other_vendor() {
        let own = |stem: &str, text| (format!("providers/{stem}.yaml"), stem.to_owned(), text);
        let unreadable = Err(Failure::input("yaml-encoding", "it is not UTF-8"));
        let sound = Ok("version: 1\nid: sound\ntitle: Sound\n".to_owned());
        let vendors =
            Vendors::new(vec![own("empty", Ok(String::new())), own("odd", unreadable), own("sound", sound)]).unwrap();
        assert_eq!(vendors.named("sound").unwrap().title, "Sound");
        assert!(vendors.named("qualtrics").is_ok() && vendors.named("empty").is_err());
        // Asked twice, it says the same.
        assert_eq!(
            (code(vendors.named("odd")), code(vendors.named("odd"))),
            ("yaml-encoding".into(), "yaml-encoding".into())
        );
        assert_eq!(vendors.faulty().iter().map(|one| one.stem.as_str()).collect::<Vec<_>>(), ["empty", "odd"]);
    }
}
