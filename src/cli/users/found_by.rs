//! Whether logins go by what is written: a name that no login looks for changes nothing for anybody.

use crate::cli::context::Context;
use crate::error::Result;
use crate::migrate::compare;
use crate::model::connection::KeyField;
use crate::provider;
use crate::provider::Vendor;
use crate::rules::policy::Column;
use crate::workspace::Loaded;

/// Warns where the connection finds its users by another field than the one that is written (QY4).
pub(super) fn tell(loaded: &Loaded, context: &Context) -> Result<()> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    let written = written(loaded, &vendor);
    let Some(way) = compare::way(&loaded.connection, &vendor.rules).filter(|way| way.account != written) else {
        return Ok(());
    };
    // Where no way goes by it, the vendor has no such login at all.
    let Some(meant) = vendor.rules.find.iter().find(|way| way.account == written) else { return Ok(()) };
    let name = &loaded.name;
    context.ui.warning(&format!(
        "what is written is the {}, and logins by `{name}` find an account by its {}: they will not notice",
        written.word(),
        way.account.word()
    ));
    context.ui.hint(&format!(
        "`ssoctl connection set {name} login.match_by={}`, with the attribute that carries it as `attributes.{}`",
        meant.name, meant.field
    ));
    Ok(())
}

/// The command that gives accounts what a login finds them by; `None` where ssoctl does not write that field.
pub(super) fn rename_command(loaded: &Loaded, vendor: &Vendor, found_by: Column) -> Option<String> {
    let file = if vendor.api.is_none() { " --directory EXPORT.csv" } else { "" };
    (written(loaded, vendor) == found_by)
        .then(|| format!("`ssoctl users migrate --csv ROSTER.csv --connection {}{file}`", loaded.name))
}

fn written(loaded: &Loaded, vendor: &Vendor) -> Column {
    match provider::written_field(vendor, loaded.connection.directory.as_ref()) {
        KeyField::Username => Column::Username,
        KeyField::ExternalId => Column::ExternalId,
    }
}
