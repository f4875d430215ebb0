//! Reading a vendor's user list, for a plan or for a look: whose the credentials are, whether they
//! are of the right tenant, and then the list, with patience.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::progress::Bar;
use crate::cli::users::progress::SystemClock;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::http::pace::Pace;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Patience;
use crate::migrate::apply::call::Trouble;
use crate::model::connection::KeyField;
use crate::model::printable;
use crate::provider::Operator;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// What was read, by whom, and the field that the vendor's adapter writes.
pub(crate) struct Read<T> {
    pub(crate) list: T,
    pub(crate) operator: Operator,
    pub(crate) key: KeyField,
}

/// Opens the user list of a connection and has `read` read it; a request may take `timeout` seconds.
pub(crate) fn from_vendor<T>(
    loaded: &Loaded,
    timeout: u64,
    workspace: &Workspace,
    context: &Context,
    read: impl FnOnce(&mut Caller<'_>, &Bar) -> Result<T>,
) -> Result<Read<T>> {
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = Arc::new(AtomicBool::new(false));
    let pace = Arc::new(Pace::new(Arc::<SystemClock>::clone(&clock), Arc::clone(&stop)));
    let directory = drive::directory(loaded, workspace, Duration::from_secs(timeout), pace, context)?;
    let patience = Patience::default();
    let bar = Bar::new(None, context.ui.is_quiet());
    let mut pause = |wait: Duration, why: &str| bar.message(format!("waiting {} s: {why}", wait.as_secs()));
    let mut caller = Caller::new(&*directory, &*clock, &stop, &patience, &mut pause);
    let operator = caller.read(|directory| directory.operator()).map_err(refused)?;
    if let Some(expected) = loaded.connection.settings.get("brand_id")
        && *expected != operator.brand_id
    {
        return Err(Failure::refused(
            "brand-mismatch",
            format!(
                "the token belongs to brand `{}`, and `{}` is for brand `{expected}`",
                printable(&operator.brand_id),
                loaded.name
            ),
        )
        .hint("use a token of that brand, or mend `settings.brand_id`")
        .into());
    }
    if let Some(why) = directory.partial(&operator) {
        context.ui.warning(&why);
    }
    let list = read(&mut caller, &bar).map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) => not_begun(failure).into(),
        Err(other) => other,
    });
    bar.clear();
    Ok(Read { list: list?, operator, key: directory.key_field() })
}

/// Nothing was being written: there is no run that stopped part-way and could be resumed.
fn not_begun(failure: Failure) -> Failure {
    let failure = match failure.kind() {
        Kind::Stopped => failure.with_kind(Kind::Remote),
        _ => failure,
    };
    match failure.code() {
        "unreachable" => failure.hint(
            "check the network, and `settings.data_center` or `directory.api_url` of the connection; behind a \
             firewall, set `HTTPS_PROXY`",
        ),
        _ => failure,
    }
}

/// Why the very first call, which asks who we are, was of no use.
fn refused(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Stop(failure) => not_begun(*failure),
        Trouble::Row { code, detail } => {
            Failure::remote("vendor-refused", format!("the vendor does not say whose token this is: {detail} ({code})"))
                .hint("the API needs an administrator's token")
        }
    }
}
