//! Which account a login lands on, and what it changes there.

use crate::model::username::names;
use crate::rules::Change;
use crate::rules::Login;
use crate::rules::Mend;
use crate::rules::Stop;
use crate::rules::Verdict;
use crate::rules::accounts::Account;
use crate::rules::asserted::Asserted;
use crate::rules::few;
use crate::rules::policy::Column;
use crate::rules::policy::SeveralAccounts;
use crate::rules::policy::UnknownUser;
use crate::rules::policy::Way;

/// The fields that the mappings translate are told as roles, not as fields.
struct Translated {
    field: String,
    value: String,
}

impl<'a> Login<'a> {
    /// The account, and what happens to it.
    pub(super) fn land(&mut self, asserted: &Asserted<'a>) -> Result<(), Stop> {
        let Some(way) = self.way() else {
            let why = "the vendor's profile knows no way to find a user of this kind".to_owned();
            return Err(self.stop("find", &["login".into(), "match_by".into()], "match-unknown", why));
        };
        let value = self.key(way, asserted)?;
        let wanted = self.wanted(way, value)?;
        // Of an External ID alone nobody knows the username yet.
        self.decision.username = (way.account != Column::ExternalId).then(|| wanted.clone());
        let route = ["attributes".into(), way.field.as_str().into()];
        let Some(accounts) = self.question().accounts else {
            let why = format!(
                "whether an account has {} `{wanted}` is not known: no user list was given; {}",
                way.account.word(),
                self.otherwise(value, &wanted)
            );
            self.note("find", &route, why);
            let who = match way.account {
                Column::ExternalId => format!("by {} `{wanted}`, if an account has it", way.account.word()),
                Column::Username | Column::Email => format!("as `{wanted}`, if that account is there"),
            };
            let who = match self.makes_accounts() {
                false => who,
                true if self.connection().migration.merge_on_login => {
                    format!("{who}, else asked for an older account")
                }
                true => format!("{who}, else one is made"),
            };
            return self.let_in(None, asserted, "account-not-looked-up", who);
        };
        let found = accounts.find(way.account, &wanted);
        match found.as_slice() {
            [account] => {
                let why = match way.account {
                    Column::Username => format!("one account has {} `{wanted}`", way.account.word()),
                    // Of several the user may have picked this one.
                    Column::Email | Column::ExternalId => {
                        format!("`{}` has {} `{wanted}`", account.username, way.account.word())
                    }
                };
                self.pass("find", &route, why);
                self.permitted(account)?;
                self.decision.username = Some(account.username.clone());
                self.let_in(Some(account), asserted, "account-found", format!("as `{}`", account.username))
            }
            [] => {
                let near = accounts.folded(way.account, &wanted);
                if let Some(near) = near.first().and_then(|near| near.column(way.account)) {
                    let why = format!(
                        "`{near}` differs in case alone: whether the vendor takes the two for one is unknown, ask it"
                    );
                    self.note("find", &route, why);
                }
                self.pass("find", &route, format!("no account has {} `{wanted}`", way.account.word()));
                self.unknown(way, value, &wanted, asserted)
            }
            several => {
                let names: Vec<&str> = several.iter().map(|account| account.username.as_str()).collect();
                let names = few(&names);
                if self.question().policy.several_accounts == SeveralAccounts::Chosen {
                    self.usable(several)?;
                    self.decision.choices = several.iter().map(|account| account.username.clone()).collect();
                    let why = format!("the user picks one of {}: {names}", several.len());
                    return Err(self.ask("several-accounts", &route, "choose-account", why));
                }
                let why = format!(
                    "{} accounts have it ({names}): which one the vendor takes is unknown, ask it",
                    several.len()
                );
                Err(self.stop("several-accounts", &route, "account-ambiguous", why))
            }
        }
    }

    /// Whether somebody without an account gets one at the login.
    fn makes_accounts(&self) -> bool {
        self.question().policy.unknown_user == UnknownUser::JustInTime && self.connection().provisioning.just_in_time
    }

    /// What happens where the account is not there, which nobody has looked up.
    fn otherwise(&self, value: &str, wanted: &str) -> String {
        let migration = &self.connection().migration;
        let renamed = if migration.change_on_login && wanted != value {
            format!("if not, an account `{value}` is renamed; without that one ")
        } else {
            "if not, ".to_owned()
        };
        let then = match self.makes_accounts() {
            false => "the user is denied",
            true if migration.merge_on_login => "the user is asked for an older account",
            true => "one is made",
        };
        renamed + then
    }

    /// What the account must have in that column: a username has the vendor's form.
    fn wanted(&mut self, way: &Way, value: &str) -> Result<String, Stop> {
        let route = ["attributes".into(), way.field.as_str().into()];
        let Some(rule) = self.question().username.filter(|_| way.account == Column::Username) else {
            return Ok(value.to_owned());
        };
        if let Err(why) = rule.check_value(value) {
            let why = format!("`{value}` cannot be a username: {why}");
            return Err(self.stop("username", &route, "username-refused", why));
        }
        let lacking =
            names(&rule.form).into_iter().find(|name| *name != "value" && (self.question().setting)(name).is_none());
        if let Some(key) = lacking {
            self.decision.mend = Some(Mend::Setting(key.to_owned()));
            let why = format!(
                "usernames are made of `settings.{key}` ({}), which the connection does not say: whose login this is is not known",
                rule.form
            );
            return Err(self.stop("username", &["settings".into()], "username-setting-missing", why));
        }
        let wanted = rule.render(value, self.question().setting);
        if wanted != value {
            self.pass("username", &route, format!("the username at the vendor is `{wanted}`"));
        }
        Ok(wanted)
    }

    /// What an account that was found may still lack.
    fn permitted(&mut self, account: &Account) -> Result<(), Stop> {
        let name = &account.username;
        if account.active == Some(false) {
            let why = format!("`{name}` is not active at the vendor");
            return Err(self.stop("active", &[], "account-inactive", why));
        }
        let policy = self.question().policy;
        if policy.switched_per_user {
            match account.sso {
                Some(true) => self.pass("per-user", &[], format!("single sign-on is on for `{name}`")),
                Some(false) => {
                    let why = format!("single sign-on is off for `{name}`: it is switched on for each user");
                    return Err(self.stop("per-user", &[], "sso-off-for-user", why));
                }
                None => self.note(
                    "per-user",
                    &[],
                    "single sign-on is switched on for each user, and the list does not say so".to_owned(),
                ),
            }
        }
        if policy.linked {
            let reference = self.question().reference;
            match &account.connections {
                Some(linked) if linked.iter().any(|one| one == reference) => {
                    self.pass("linked", &["reference".into()], format!("`{name}` is linked to `{reference}`"));
                }
                Some(linked) => {
                    let has = if linked.is_empty() { "none".to_owned() } else { linked.join(", ") };
                    let why = format!("`{name}` is not linked to `{reference}` (linked: {has})");
                    return Err(self.stop("linked", &["reference".into()], "not-linked", why));
                }
                None => self.note(
                    "linked",
                    &["reference".into()],
                    "users must be linked to the connection, and the list does not say so".to_owned(),
                ),
            }
        }
        Ok(())
    }

    /// QY6, QY7: of several accounts at least one must be one that may log in.
    fn usable(&mut self, several: &[&Account]) -> Result<(), Stop> {
        let shut = |account: &&&Account| account.active == Some(false) || account.sso == Some(false);
        let names: Vec<&str> = several.iter().filter(shut).map(|account| account.username.as_str()).collect();
        let names = few(&names);
        if several.iter().all(|account| shut(&account)) {
            let why = format!("each of {names} is inactive or has single sign-on off");
            return Err(self.stop("per-user", &[], "sso-off-for-user", why));
        }
        if !names.is_empty() {
            let why = format!(
                "inactive, or single sign-on off: {names}; whether the vendor offers such an account is unknown, ask it"
            );
            self.note("per-user", &[], why);
        }
        Ok(())
    }

    /// QT10, QT9, QV1: nobody has that name yet.
    fn unknown(&mut self, way: &Way, value: &str, wanted: &str, asserted: &Asserted<'a>) -> Result<(), Stop> {
        let connection = self.connection();
        let (migration, provisioning) = (&connection.migration, &connection.provisioning);
        let renamed = migration.change_on_login && way.account == Column::Username && wanted != value;
        if renamed && let Some(accounts) = self.question().accounts {
            let route = ["migration".into(), "change_on_login".into()];
            if let [account] = accounts.find(Column::Username, value).as_slice() {
                self.permitted(account)?;
                self.pass("change-on-login", &route, format!("`{value}` is renamed to `{wanted}`"));
                let before = Some(account.username.clone());
                self.decision.changes.push(Change { what: "username".to_owned(), before, after: wanted.to_owned() });
                return self.let_in(
                    Some(account),
                    asserted,
                    "account-renamed",
                    format!("as `{wanted}`, until now `{value}`"),
                );
            }
            self.pass("change-on-login", &route, format!("no account is called `{value}`: nothing is renamed"));
        }
        let route = ["provisioning".into(), "just_in_time".into()];
        self.decision.mend = self.other_name(way, value, asserted);
        if self.question().policy.unknown_user == UnknownUser::Denied {
            let why = format!("no account has {} `{wanted}`, and accounts are not made at login", way.account.word());
            return Err(self.stop("unknown-user", &[], "user-unknown", why));
        }
        if !provisioning.just_in_time {
            let why = format!("no account has {} `{wanted}`, and none is made at login", way.account.word());
            return Err(self.stop("just-in-time", &route, "user-unknown", why));
        }
        self.decision.mend = None;
        if migration.merge_on_login {
            let why = format!(
                "asks whether there is an account already: Yes verifies its password and renames it to `{wanted}`, No makes a new one"
            );
            return Err(self.ask(
                "merge-on-login",
                &["migration".into(), "merge_on_login".into()],
                "merge-question",
                why,
            ));
        }
        self.pass("just-in-time", &route, format!("an account `{wanted}` is made"));
        self.decision.username = Some(wanted.to_owned());
        let after = wanted.to_owned();
        self.decision.changes.push(Change { what: "account".to_owned(), before: None, after });
        if provisioning.notify_admins {
            let route = ["provisioning".into(), "notify_admins".into()];
            self.pass("notify-admins", &route, "administrators are told of it".to_owned());
            self.decision.notifications.push("the administrators whom the vendor's settings name".to_owned());
        }
        self.let_in(None, asserted, "account-created", format!("as `{wanted}`, made at this login"))
    }

    /// The one account that has the user's e-mail address, under another name.
    fn other_name(&self, way: &Way, value: &str, asserted: &Asserted<'a>) -> Option<Mend> {
        let email = asserted.value("email").filter(|_| way.account != Column::Email)?;
        let found = self.question().accounts?.find(Column::Email, email);
        let [account] = found.as_slice() else { return None };
        let external_id = way.account == Column::ExternalId;
        Some(Mend::OtherName { account: account.username.clone(), value: value.to_owned(), external_id })
    }

    /// The user is in: fields and roles are set where they are.
    fn let_in(
        &mut self,
        account: Option<&Account>,
        asserted: &Asserted<'a>,
        code: &'static str,
        who: String,
    ) -> Result<(), Stop> {
        let provisioning = &self.connection().provisioning;
        let created = code == "account-created";
        let unknown = code == "account-not-looked-up";
        let policy = self.question().policy;
        let mut translated: Vec<Translated> = Vec::new();
        let updates = created || provisioning.update_on_every_login;
        // Whoever may be made at this login would get what the first one gives; an account that must be there keeps it.
        let may_be_first = created || unknown && self.makes_accounts();
        for mapped in policy.mapped.iter().filter(|_| updates || may_be_first) {
            if let Some(value) = self.translated(mapped, may_be_first, asserted) {
                translated.push(Translated { field: mapped.field.clone(), value });
            }
        }
        self.decision.roles.extend(translated.iter().map(|one| format!("{}: {}", one.field, one.value)));
        if let Some(groups) = &policy.groups {
            if created || provisioning.update_roles_on_every_login {
                let roles = self.roles(groups, asserted)?;
                let before = account.map(|account| account.roles.join(", "));
                if created || before.as_deref() != Some(roles.join(", ").as_str()) {
                    let after = roles.join(", ");
                    self.decision.changes.push(Change { what: "roles".to_owned(), before, after });
                }
                self.decision.roles.extend(roles);
            } else {
                let route = ["provisioning".into(), "update_roles_on_every_login".into()];
                self.pass("keep-roles", &route, "roles stay as they are".to_owned());
                let mapped = self.connection().mappings.iter().any(|mapping| mapping.field == groups.field);
                if mapped && provisioning.default_roles.is_empty() && !self.is_served(groups, asserted) {
                    let route = ["provisioning".into(), "default_roles".into()];
                    let why = "no mapping serves the user, and there are no default roles: such a login is denied \
                               where roles are set; whether also where they are kept is unknown, ask the vendor";
                    self.note("default-roles", &route, why.to_owned());
                }
                self.decision.roles.extend(account.into_iter().flat_map(|account| account.roles.clone()));
            }
        }
        self.captured();
        if updates {
            self.update(account, asserted, &translated);
        } else {
            let route = ["provisioning".into(), "update_on_every_login".into()];
            if unknown && self.makes_accounts() {
                let why = "what is sent fills the account at the first login; later its fields stay as they are";
                self.note("keep-fields", &route, why.to_owned());
            } else {
                self.pass("keep-fields", &route, "fields of the account stay as they are".to_owned());
            }
        }
        self.ending();
        self.decision.verdict = Verdict::Allow;
        self.decision.code = code;
        self.decision.summary = who + self.caveat;
        self.decision.account = account.and_then(|account| account.id.clone());
        Ok(())
    }

    /// Fields that the assertion has another value of.
    fn update(&mut self, account: Option<&Account>, asserted: &Asserted<'a>, translated: &[Translated]) {
        let policy = self.question().policy;
        let groups = policy.groups.as_ref().map(|groups| groups.field.as_str());
        let mapped = |key: &str| policy.mapped.iter().any(|mapped| mapped.field == key) || groups == Some(key);
        let keys = ["username", "external_id"];
        let plain = asserted.fields().filter(|(key, _)| !mapped(key) && !keys.contains(key));
        let mapped = translated.iter().map(|one| (one.field.as_str(), one.value.as_str()));
        let mut changes = Vec::new();
        for (key, value) in plain.chain(mapped) {
            let before = account.and_then(|account| account.field(key)).map(str::to_owned);
            if before.as_deref() != Some(value) {
                changes.push(Change { what: key.to_owned(), before, after: value.to_owned() });
            }
        }
        if account.is_some() && !changes.is_empty() {
            let names: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
            let route = ["provisioning".into(), "update_on_every_login".into()];
            self.pass("update-on-every-login", &route, format!("{} are set anew", names.join(", ")));
        }
        self.decision.changes.extend(changes);
    }
}
