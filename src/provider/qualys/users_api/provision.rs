//! `user.php` with `action=add` and `action=edit` (vendors.md 2.4; docs.qualys.com add_user, edit_user).

use crate::model::UserId;
use crate::model::connection::KeyField;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::Directory as _;
use crate::provider::Provisioner;
use crate::provider::provisioner::Api;
use crate::provider::qualys::users_api::LONGEST_EXTERNAL_ID;
use crate::provider::qualys::users_api::UsersApi;
use crate::provider::qualys::users_api::answer::Then;
use crate::provider::qualys::users_api::asked::Asked;

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
    fn keyed(&self, key: &str) -> CallResult<Vec<Account>> {
        match self.holders(key) {
            // Nobody published what Qualys answers where no user fits, so a no to the filter is no
            // certain answer: the whole list is.
            Err(CallError::Refused { status: 200, .. }) => {
                let mut holders = Vec::new();
                self.listed(&[], &mut |account| {
                    if account.key(KeyField::ExternalId) == key {
                        holders.push(account);
                    }
                    Then::Go
                })?;
                Ok(holders)
            }
            other => other,
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
