//! The text of a new connection's file: what the vendor's page has, and nothing of other vendors'.

use serde_json::Value;
use serde_json::json;

use crate::error::Failure;
use crate::error::Result;
use crate::model::connection::Connection;
use crate::provider::Vendor;
use crate::provider::profile::Kind;
use crate::provider::profile;
use crate::workspace;

/// Switches that say what is so anyway where a file does not have them.
const SWITCHES: [(&str, bool); 9] = [
    ("saml.options.sign_request", false),
    ("saml.options.force_authentication", false),
    ("saml.options.replay_prevention", true),
    ("provisioning.just_in_time", false),
    ("provisioning.notify_admins", false),
    ("provisioning.update_on_every_login", false),
    ("provisioning.user_type_validation", false),
    ("migration.change_on_login", false),
    ("migration.merge_on_login", false),
];

/// The file without switches that the vendor does not have.
pub(crate) fn text(connection: &Connection, vendor: &Vendor, kind: Kind) -> Result<String> {
    let mut document = serde_json::to_value(connection)
        .map_err(|error| Failure::bug("a connection cannot be written as JSON").because(error))?;
    for (path, default) in SWITCHES {
        let asked = vendor.asked(kind).any(|(_, field)| field.path == path);
        if !asked && *profile::value_at(&document, path) == json!(default) {
            remove(&mut document, &profile::steps(path));
        }
    }
    for group in ["saml.options", "provisioning", "migration"] {
        if profile::value_at(&document, group).as_object().is_some_and(serde_json::Map::is_empty) {
            remove(&mut document, &profile::steps(group));
        }
    }
    workspace::render(&document)
}

fn remove(document: &mut Value, steps: &[&str]) {
    match steps {
        [] => {}
        [last] => {
            if let Some(mapping) = document.as_object_mut() {
                mapping.shift_remove(*last);
            }
        }
        [first, rest @ ..] => {
            if let Some(below) = document.get_mut(*first) {
                remove(below, rest);
            }
        }
    }
}
