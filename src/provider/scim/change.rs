//! One attribute of one account changed: by PATCH (RFC 7644 3.5.2), or by PUT (3.5.1) where the
//! server says that it has no PATCH. Either is sent only if the account still is as it was read
//! (`If-Match`, 3.14), where the server has versions.

use serde_json::Value;
use serde_json::json;

use crate::http::call::Answer;
use crate::http::call::Method;
use crate::model::UserId;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::scim::Scim;
use crate::provider::scim::Service;
use crate::provider::scim::asking::Subject;
use crate::provider::scim::message;
use crate::provider::scim::message::User;

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

impl Scim {
    /// One operation on the one attribute.
    pub(super) fn patch(&self, service: Service, account: &Account, to: &str) -> CallResult<()> {
        let path = self.attribute();
        let operation = if to.is_empty() {
            json!({ "op": "remove", "path": path })
        } else {
            json!({ "op": "replace", "path": path, "value": to })
        };
        let body = json!({ "schemas": [PATCH_OP], "Operations": [operation] });
        let tag = account.version.as_deref().filter(|_| service.etag != Some(false));
        let answer = self.write(Method::Patch, &self.user_url(&account.id, None)?, &body, tag)?;
        self.check_yes(&answer, &account.id)
    }

    /// The whole account as the server has it now, with the one attribute changed: what is left out
    /// of a PUT may be erased. A password is never told, so a server that erases it cannot be helped.
    pub(super) fn replace(&self, service: Service, account: &Account, to: &str) -> CallResult<()> {
        let url = self.user_url(&account.id, None)?;
        let Some(read) = self.read(Subject::Account, &url)? else {
            return Err(CallError::Refused {
                status: 404,
                code: "no-code".to_owned(),
                message: "there is no such account any more".to_owned(),
            });
        };
        let now = self.account_in(&read, &account.id)?;
        let moved = account.version.is_some() && now.version.is_some() && account.version != now.version;
        if moved || now.key(self.key) != account.key(self.key) {
            return Err(CallError::Changed {
                detail: "nothing was sent: it is not as it was when it was read".to_owned(),
            });
        }
        let mut whole: Value = self.parsed(&read)?;
        if to.is_empty() {
            if let Some(fields) = whole.as_object_mut() {
                drop(fields.remove(self.attribute()));
            }
        } else {
            whole[self.attribute()] = json!(to);
        }
        let tag = now.version.as_deref().filter(|_| service.etag != Some(false));
        let answer = self.write(Method::Put, &url, &whole, tag)?;
        self.check_yes(&answer, &account.id)
    }

    /// A yes that is about another account, or about nothing that SCIM knows, is no certain one. What
    /// the account is called now is not looked at: whoever writes reads it back.
    fn check_yes(&self, answer: &Answer, id: &UserId) -> CallResult<()> {
        let unsure = |why: String| {
            Err(CallError::OutcomeUnknown { detail: self.clean(&format!("status {} {why}", answer.status)) })
        };
        match answer.status {
            202 => unsure("says that it is carried out later".to_owned()),
            _ if answer.body.is_empty() => Ok(()),
            _ => match message::read::<User>(&answer.body) {
                Ok(user) if user.id == id.0 => Ok(()),
                Ok(user) => unsure(format!("about the account `{}`", user.id)),
                Err(reason) => unsure(format!("with a body that {reason}")),
            },
        }
    }
}
