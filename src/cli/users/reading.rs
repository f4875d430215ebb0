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
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Patience;
use crate::migrate::apply::call::Trouble;
use crate::migrate::directory;
use crate::migrate::directory::Fact;
use crate::migrate::directory::Keep;
use crate::model::connection::KeyField;
use crate::model::printable;
use crate::provider::Account;
use crate::provider::Operator;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// What was read, by whom, and the field that the vendor's adapter writes.
pub(crate) struct Read<T> {
    pub(crate) list: T,
    pub(crate) operator: Operator,
    pub(crate) key: KeyField,
    /// Why the list may lack accounts that exist.
    pub(crate) partial: Option<String>,
    pub(crate) speed: Speed,
}

/// What bounds the speed of a migration at the vendor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speed {
    /// Requests that one rename takes.
    requests: u32,
    /// Requests a second that the vendor's headers allow.
    told: Option<f64>,
}

impl Speed {
    /// How long so many renames take at the least; `None` where nothing bounds them.
    pub(crate) fn least_time(&self, renames: u64, writes_per_second: Option<f64>) -> Option<Duration> {
        let by_vendor = self.told.map(|told| told / f64::from(self.requests));
        let rate = [by_vendor, writes_per_second].into_iter().flatten().reduce(f64::min)?;
        Duration::try_from_secs_f64(renames as f64 / rate).ok()
    }
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
    let bar = Bar::new(None, context.ui.is_quiet());
    let pace = bar.pace(&clock, &stop);
    let directory = drive::directory(loaded, workspace, Duration::from_secs(timeout), Arc::clone(&pace), context)?;
    let patience = Patience::default();
    let mut pause = |wait: Duration, why: &str| bar.waits(wait, why);
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
    let partial = directory.partial(&operator);
    if let Some(why) = &partial {
        context.ui.warning(why);
    }
    let list = read(&mut caller, &bar).map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) => not_begun(failure).into(),
        Err(other) => other,
    });
    bar.clear();
    let speed = Speed { requests: directory.requests_per_rename(), told: pace.told() };
    Ok(Read { list: list?, operator, key: directory.key_field(), partial, speed })
}

/// Reads a whole list with everything that it says of each account; `seen` is told how many there are so far.
pub(crate) fn whole(caller: &mut Caller<'_>, seen: &mut dyn FnMut(usize)) -> Result<Vec<Account>> {
    let mut accounts: Vec<Account> = Vec::new();
    directory::collect_each(caller, Keep::new(Fact::Username, KeyField::ExternalId, &[]), |_, page| {
        accounts.extend_from_slice(page);
        seen(accounts.len());
    })?;
    Ok(accounts)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_time_is_that_of_the_narrower_bound() {
        // Qualys' standard tier: 300 requests an hour (vendors.md 2.5).
        let qualys = Speed { requests: 4, told: Some(300.0 / 3600.0) };
        assert_eq!(qualys.least_time(75, Some(1.0)), Some(Duration::from_secs(3600)));
        let silent = Speed { requests: 3, told: None };
        assert_eq!(silent.least_time(90, Some(1.0)), Some(Duration::from_secs(90)));
        assert_eq!(silent.least_time(90, None), None);
    }
}
