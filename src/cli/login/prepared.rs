//! A connection with everything that its rules ask for.

use std::path::Path;
use std::sync::Arc;

use crate::cli::context::Context;
use crate::cli::login::identity;
use crate::error::Result;
use crate::export::sp_values::SpAnswer;
use crate::export::sp_values::sp_answer;
use crate::migrate::accounts;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::identity::Identity;
use crate::model::route::Segment;
use crate::provider::Vendor;
use crate::rules;
use crate::rules::Engine;
use crate::rules::Question;
use crate::rules::accounts::Account;
use crate::rules::accounts::Accounts;
use crate::workspace::Loaded;
use crate::yaml::Places;

/// Largest list of users that is read, in bytes.
const DIRECTORY_LIMIT: u64 = 1 << 30;

/// A connection, its vendor, and the places of its file.
pub(crate) struct Prepared {
    rules: Arc<Rules>,
    places: Places,
}

/// What the rules of a connection are made of; pages of a test login ask them on other threads.
pub(crate) struct Rules {
    loaded: Loaded,
    vendor: Arc<Vendor>,
    fields: Vec<rules::Field>,
    relay_state: Option<String>,
}

impl Prepared {
    /// Loads a connection and its vendor.
    pub(crate) fn new(name: &ConnectionName, context: &Context) -> Result<Self> {
        let loaded = context.workspace()?.load(name)?;
        let vendor = context.vendor(&loaded.connection.provider)?;
        let connection = &loaded.connection;
        let stored = connection.saml.as_ref().and_then(|saml| saml.sp.default_relay_state.clone());
        let made = || {
            let template = vendor.saml.as_ref()?.idp_initiated_relay_state.as_deref()?;
            vendor.whole(template, &connection.settings).ok()
        };
        let relay_state = connection.saml.as_ref().and_then(|_| stored.or_else(made));
        let places = Places::new(&loaded.text, &loaded.path.display().to_string());
        let rules = Rules { fields: vendor.rule_fields(), relay_state, loaded, vendor };
        Ok(Self { rules: Arc::new(rules), places })
    }

    /// What commands call it.
    pub(crate) fn name(&self) -> &ConnectionName {
        &self.rules.loaded.name
    }

    /// What its file says.
    pub(crate) fn connection(&self) -> &Connection {
        &self.rules.loaded.connection
    }

    /// Entity ID and assertion consumer service of the vendor's service provider, where they are known.
    pub(crate) fn sp(&self) -> Option<(String, String)> {
        let Rules { loaded, vendor, .. } = &*self.rules;
        let connection = &loaded.connection;
        match sp_answer(loaded.name.as_str(), connection, connection.saml.as_ref()?, vendor) {
            SpAnswer::Given(entity_id, acs) => Some((entity_id, acs)),
            SpAnswer::Published(form) => Some((form.entity_id, form.acs)),
            SpAnswer::NotIncommon(_) | SpAnswer::Unknown(_) => None,
        }
    }

    /// The vendor.
    pub(crate) fn vendor(&self) -> &Vendor {
        &self.rules.vendor
    }

    /// What the rules are made of.
    pub(crate) fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// File and line of a key, or of the nearest parent that the file has.
    pub(crate) fn at(&self, route: &[Segment]) -> Option<String> {
        if route.is_empty() {
            return None;
        }
        let place = self.places.of(route);
        Some(match place.line {
            Some(line) => format!("{}:{line}", place.file),
            None => place.file,
        })
    }
}

impl Rules {
    /// The same of a user who has said that there is no older account to merge with (QT10, method 2).
    pub(crate) fn without_older_account(&self) -> Self {
        let Self { loaded, vendor, fields, relay_state } = self;
        let mut loaded = loaded.clone();
        loaded.connection.migration.merge_on_login = false;
        Self { loaded, vendor: Arc::clone(vendor), fields: fields.clone(), relay_state: relay_state.clone() }
    }

    /// The RelayState of a login that begins at the identity provider, where one is known.
    pub(crate) fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// What an identity provider that is configured as the connection wants it says of an account's user:
    /// the value that the username is made of, and of mapped fields the value that is mapped.
    pub(crate) fn asserted(&self, account: &Account) -> Identity {
        let connection = &self.loaded.connection;
        let username = self.value_of(&account.username);
        let mut identity = Identity { subject: Some(username.clone()), ..Identity::default() };
        for (key, name) in &connection.attributes {
            let has = account.field(key);
            let mappings = || connection.mappings.iter().filter(|mapping| mapping.field == *key);
            if key == "username" {
                identity.push(name, &username);
            } else if mappings().next().is_some() {
                let fits = |to: &String| has == Some(to.as_str()) || account.roles.contains(to);
                for mapping in mappings().filter(|mapping| mapping.to.iter().any(fits)) {
                    identity.push(name, &mapping.value);
                }
            } else {
                for value in has.into_iter().flat_map(|has| has.split('|')).filter(|value| !value.is_empty()) {
                    identity.push(name, value);
                }
            }
        }
        identity
    }

    /// The asserted value that a username is made of; the username itself where it has not the form.
    fn value_of(&self, username: &str) -> String {
        const MARK: &str = "\u{1}";
        let setting = self.setting();
        let Some(form) = self.vendor.username.as_ref().map(|rule| rule.render(MARK, &setting)) else {
            return username.to_owned();
        };
        let (before, after) = form.split_once(MARK).unwrap_or_default();
        let value = username.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        value.unwrap_or(username).to_owned()
    }

    /// Facts of the tenant.
    pub(crate) fn setting(&self) -> impl Fn(&str) -> Option<String> + '_ {
        |name| self.vendor.fact(&self.loaded.connection.settings, name)
    }

    /// The rules of this connection.
    pub(crate) fn engine<'a>(
        &'a self,
        setting: &'a dyn Fn(&str) -> Option<String>,
        accounts: Option<&'a Accounts>,
    ) -> Engine<'a> {
        let connection = &self.loaded.connection;
        Engine::new(Question {
            connection,
            reference: connection.reference.as_deref().unwrap_or(self.loaded.name.as_str()),
            policy: &self.vendor.rules,
            username: self.vendor.username.as_ref(),
            fields: &self.fields,
            relay_state: self.relay_state.as_deref(),
            setting,
            accounts,
        })
    }
}

/// The vendor's users from a CSV file.
pub(crate) fn directory(file: &Path, context: &Context) -> Result<Accounts> {
    let shown = file.display().to_string();
    let bytes = identity::read_within(&shown, DIRECTORY_LIMIT)?;
    let (accounts, findings) = accounts::read(&bytes, identity::shown(&shown), accounts::Asked::default())?;
    context.ui.findings(&findings);
    Ok(Accounts::new(accounts))
}
