//! `user.php` with `action=add` and `action=edit` (vendors.md 2.4; docs.qualys.com add_user, edit_user).

use crate::model::UserId;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::Provisioner;
use crate::provider::provisioner::Api;
use crate::provider::qualys::users_api::LONGEST_EXTERNAL_ID;
use crate::provider::qualys::users_api::UsersApi;
use crate::provider::qualys::users_api::answer::Then;
use crate::provider::qualys::users_api::asked::Asked;
use crate::provider::qualys::users_api::meaning::partial;

/// Whether further contact data must be given is the subscription's to say, and the vendor's answer
/// tells it. A list of a Manager's accounts has no asset groups, since a Manager sees them all.
pub(in crate::provider) const API: Api = Api {
    roles: &["manager", "unit_manager", "scanner", "reader", "contact", "administrator"],
    unscoped: &["manager", "unit_manager", "administrator"],
    fields: &[
        "first_name",
        "last_name",
        "email",
        "title",
        "phone",
        "fax",
        "address1",
        "address2",
        "city",
        "country",
        "state",
        "zip_code",
        "time_zone_code",
        "business_unit",
    ],
    required: &["user_role", "first_name", "last_name", "email"],
    only_at_first: &["user_role", "business_unit", "send_email"],
    longest_key: LONGEST_EXTERNAL_ID,
};

impl Provisioner for UsersApi {
    fn picked(&self, fits: &dyn Fn(&Account) -> bool) -> CallResult<Vec<Account>> {
        let (mut picked, mut own) = (Vec::<Account>::new(), None);
        self.listed(&[], &mut |account| {
            if self.is_own(&account) {
                own = account.roles.first().cloned().or_else(|| Some("user without a role".to_owned()));
            }
            if fits(&account) {
                picked.push(account);
            }
            Then::Go
        })?;
        match partial(&self.login, own.as_deref()).filter(|_| picked.is_empty()) {
            None => Ok(picked),
            // Not seen is not gone.
            Some(why) => {
                Err(CallError::Refused { status: 200, code: "not-listed".to_owned(), message: self.clean(&why) })
            }
        }
    }

    fn add(&self, fields: &[(&str, &str)]) -> CallResult<()> {
        let form: Vec<(&str, &str)> = [("action", "add")].into_iter().chain(fields.iter().copied()).collect();
        self.changed(Asked::Add, &form)
    }

    fn edit(&self, id: &UserId, fields: &[(&str, &str)]) -> CallResult<()> {
        if let Some((field, _)) = fields.iter().find(|(field, _)| API.only_at_first.contains(field)) {
            return Err(CallError::Refused {
                status: 400,
                code: "not-editable".to_owned(),
                message: format!("an edit cannot change `{field}`; nothing was sent"),
            });
        }
        let form: Vec<(&str, &str)> =
            [("action", "edit"), ("login", &id.0)].into_iter().chain(fields.iter().copied()).collect();
        self.changed(Asked::Edit, &form)
    }
}
