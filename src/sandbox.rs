//! A stand-in for a vendor's user list, on this machine, for rehearsal and tests, with faults
//! on request and a log of every change. Each provider is a dialect. Beside it, where that is wanted, the
//! vendor's login and an identity provider that answers it.
//!
//! It never listens beyond this machine, and shares nothing with the adapter that
//! speaks to the real vendor: a mistake that both made would not show.

mod answer;
mod dialect;
mod directory;
pub(crate) mod fault;
pub(crate) mod idp;
mod log;
pub(crate) mod login;
mod qualtrics;
mod qualys;
pub(crate) mod quirk;
mod rate;
mod scim;
pub(crate) mod seed;
mod service;
mod store;
mod wire;

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::model::time::Time;
use crate::rules::accounts::Account;
use crate::sandbox::dialect::DIALECTS;
use crate::sandbox::dialect::Dialect;
use crate::sandbox::directory::Directory;
pub(crate) use crate::sandbox::directory::Key;
use crate::sandbox::directory::Rules;
pub(crate) use crate::sandbox::directory::Suffix;
use crate::sandbox::fault::Faults;
pub(crate) use crate::sandbox::log::Sink;
use crate::sandbox::login::Tenant;
use crate::sandbox::login::people::People;
use crate::sandbox::qualtrics::BRAND_ADMINISTRATOR;
use crate::sandbox::quirk::Quirk;
use crate::sandbox::rate::Rate;
use crate::sandbox::seed::SeedUser;
use crate::sandbox::service::Service;
use crate::web;
use crate::web::Door;

/// How long calls that are under way may take to finish once the sandbox is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// What the sandbox is told.
pub(crate) struct Options {
    /// Whose API it answers, one of [`providers`].
    pub(crate) provider: String,
    /// Where to listen: 127.0.0.1 or ::1, port 0 for any that is free.
    pub(crate) listen: SocketAddr,
    /// The accounts to begin with, in the order of the list.
    pub(crate) seed: Vec<SeedUser>,
    /// The tenant.
    pub(crate) brand_id: String,
    /// The data centre that `whoami` names.
    pub(crate) data_center: String,
    /// The `X-API-TOKEN` that is accepted; never a real one.
    pub(crate) token: String,
    /// Name and secret of an OAuth client that gets tokens (Qualtrics), where there is one.
    pub(crate) client: Option<(String, String)>,
    /// How long a token of that client lasts.
    pub(crate) token_lifetime: Duration,
    /// Whose token it is; made where no account of the seed has the username.
    pub(crate) operator: SeedUser,
    /// The operator's role; another one than a Brand Administrator's is refused the users endpoints.
    pub(crate) operator_type: String,
    /// Accounts on a page.
    pub(crate) page_size: usize,
    /// What becomes of a username that a request carries.
    pub(crate) suffix: Suffix,
    /// Which field the log tells of, and strangers change.
    pub(crate) key: Key,
    /// How the server is otherwise than it should be.
    pub(crate) quirks: Vec<Quirk>,
    /// So many requests a second, and a refusal for each that comes sooner.
    pub(crate) rate_limit: Option<u32>,
    /// How long every answer takes at least.
    pub(crate) latency: Duration,
    /// Answers as the proxy between data centres does: a notice on everything, no writes.
    pub(crate) proxied: bool,
    /// Where the log goes, opened by the caller.
    pub(crate) log: Option<Sink>,
    /// What goes wrong on purpose.
    pub(crate) faults: Faults,
    /// The time now, for the dates of `Retry-After`.
    pub(crate) now: Time,
    /// Ends it from another thread; without one, Ctrl-C and a termination signal do.
    pub(crate) stop: Option<Stop>,
}

impl Options {
    /// A brand with an operator, no other account and no fault, on a free port.
    pub(crate) fn new(now: Time) -> Self {
        Self {
            provider: "qualtrics".to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: Vec::new(),
            brand_id: "testbrand".to_owned(),
            data_center: "sandbox1".to_owned(),
            token: "rehearsal".to_owned(),
            client: None,
            token_lifetime: Duration::from_secs(3600),
            operator: SeedUser {
                username: "operator@example.org".to_owned(),
                first_name: Some("Olga".to_owned()),
                last_name: Some("Operator".to_owned()),
                ..SeedUser::default()
            },
            operator_type: BRAND_ADMINISTRATOR.to_owned(),
            page_size: 100,
            suffix: Suffix::Keep,
            key: Key::Username,
            quirks: Vec::new(),
            rate_limit: None,
            latency: Duration::ZERO,
            proxied: false,
            log: None,
            faults: Faults::default(),
            now,
            stop: None,
        }
    }
}

/// Every provider that there is a sandbox of.
pub(crate) fn providers() -> impl Iterator<Item = &'static str> {
    DIALECTS.iter().map(|(name, _)| *name)
}

/// Ends a sandbox from another thread.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<Notify>);

impl Stop {
    /// Accepts no more connections and lets calls under way finish, within bounds.
    pub(crate) fn stop(&self) {
        self.0.notify_one();
    }
}

/// The vendor's login beside the API.
pub(crate) struct LoginPages {
    /// The tenant.
    pub(crate) tenant: Tenant,
    /// What is known of accounts beyond what the API tells, by their usernames.
    pub(crate) known: Vec<Account>,
    /// The port of its pages on this machine, 0 for any that is free.
    pub(crate) port: u16,
}

/// Where a sandbox answers.
pub(crate) struct Addresses {
    /// The address and the base URL of its API; `None` where there is no sandbox of that provider's.
    pub(crate) api: Option<(SocketAddr, String)>,
    /// The base URL of the vendor's login, where it was wanted.
    pub(crate) login: Option<String>,
}

/// The API alone, as most tests ask for it.
#[cfg(test)]
pub(crate) fn serve(options: Options, ready: impl FnOnce(SocketAddr, &str) + Send) -> Result<()> {
    serve_with(options, None, |at| {
        if let Some((address, url)) = at.api {
            ready(address, &url);
        }
    })
}

/// Listens until it is told to stop; `ready` hears where, once it answers. The vendor's login has the same
/// accounts as the API; of a provider without a sandbox there is the login alone.
pub(crate) fn serve_with(
    options: Options,
    login: Option<LoginPages>,
    ready: impl FnOnce(Addresses) + Send,
) -> Result<()> {
    let listen = options.listen;
    if ![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&listen.ip()) {
        return Err(Failure::refused(
            "sandbox-not-loopback",
            format!("the sandbox does not listen on {}: others could reach it", listen.ip()),
        )
        .hint("listen on `127.0.0.1:0` or `[::1]:0`")
        .into());
    }
    if options.page_size == 0 {
        return Err(Failure::usage("sandbox-page-size", "a page of 0 users would never end")
            .hint("give a page size of 1 or more; the vendor's is 100")
            .into());
    }
    let dialect = spoken(&options, login.is_some())?;
    let (seed, operator, key) = match &dialect {
        Some(dialect) => {
            (dialect.seeded(options.seed.clone()), dialect.operator(options.operator.clone()), dialect.key())
        }
        None => (options.seed.clone(), options.operator.clone(), None),
    };
    let rules = Rules { brand_id: options.brand_id.clone(), suffix: options.suffix, key: key.unwrap_or(options.key) };
    let mut options = Options { seed: Vec::new(), ..options };
    let mut directory = Directory::new(seed, operator, rules, log::Log::new(options.log.take()))?;
    if let Some(dialect) = &dialect {
        directory.each(|user| dialect.dress(user));
    }
    let directory = Arc::new(Mutex::new(directory));
    // It ends with this function.
    let pages = login.map(|login| open_login(login, &directory, dialect.as_ref(), options.now)).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(64)
        .thread_name("sandbox")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Kind::Remote, "sandbox-start", "the sandbox could not start").because(error))?;
    let login = pages.as_ref().map(|(_, url)| url.clone());
    let outcome = runtime.block_on(run(options, dialect, directory, |api| ready(Addresses { api, login })));
    // Stalls and late commits end here, as they would with a real vendor's crash.
    runtime.shutdown_background();
    outcome
}

/// The dialect of the provider; none where the login alone is wanted and there is no sandbox of its API.
fn spoken(options: &Options, has_login: bool) -> Result<Option<Arc<dyn Dialect>>> {
    let dialect = DIALECTS.iter().find(|(name, _)| *name == options.provider);
    if dialect.is_none() && !has_login {
        let known: Vec<&str> = providers().collect();
        return Err(Failure::usage(
            "sandbox-provider",
            format!("there is no sandbox of `{}`", options.provider.escape_debug()),
        )
        .hint(format!("there is one of {}", known.join(", ")))
        .into());
    }
    let foreign =
        options.quirks.iter().filter_map(|quirk| quirk.of()).find(|(provider, _)| *provider != options.provider);
    if let Some((provider, word)) = foreign {
        return Err(Failure::usage(
            "sandbox-quirk",
            format!("`{word}` is a quirk of `{provider}`, and not of `{}`", options.provider),
        )
        .hint(format!("add `--provider {provider}`, or leave it out"))
        .into());
    }
    Ok(dialect.map(|(_, make)| make(options).into()))
}

/// Serves the login on a port of its own; the URL is that of its first page.
fn open_login(
    login: LoginPages,
    directory: &Arc<Mutex<Directory>>,
    dialect: Option<&Arc<dyn Dialect>>,
    now: Time,
) -> Result<(web::Server, String)> {
    let opened = web::open(login.port, None).map_err(|failure| match failure.code() {
        "web-listen" => Failure::remote("web-listen", failure.to_string())
            .hint("another program has this port: end it, or take another with `--login-port PORT`"),
        _ => failure,
    })?;
    let (port, dialect) = (opened.port(), dialect.cloned());
    let base = format!("http://localhost:{port}");
    let dress = move |user: &mut directory::User| {
        if let Some(dialect) = &dialect {
            dialect.dress(user);
        }
    };
    let people = People::new(Arc::clone(directory), Box::new(dress), login.known);
    let site = login::site(base.clone(), login.tenant, people, now)?;
    Ok((opened.serve(site, Door::of(port, false))?, format!("{base}/")))
}

async fn run(
    options: Options,
    dialect: Option<Arc<dyn Dialect>>,
    directory: Arc<Mutex<Directory>>,
    ready: impl FnOnce(Option<(SocketAddr, String)>) + Send,
) -> Result<()> {
    let listen = options.listen;
    let cannot = |error| {
        Failure::new(Kind::Remote, "sandbox-listen", format!("the sandbox cannot listen on {listen}"))
            .because(error)
            .hint("port 0 takes any that is free, such as `127.0.0.1:0`")
    };
    let signalled = options.stop.is_none();
    let stop = options.stop.unwrap_or_default();
    let stopping = Arc::new(Notify::new());
    let told = {
        let (stop, stopping) = (stop.clone(), Arc::clone(&stopping));
        let mut signals = if signalled { Some(Signals::new()?) } else { None };
        async move {
            match &mut signals {
                Some(signals) => tokio::select! {
                    () = signals.next() => {}
                    () = stop.0.notified() => {}
                },
                None => stop.0.notified().await,
            }
            stopping.notify_one();
        }
    };
    let Some(dialect) = dialect else {
        ready(None);
        told.await;
        return Ok(());
    };
    let base = dialect.base();
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let bound = listener.local_addr().map_err(cannot)?;
    let service = Arc::new(Service {
        dialect,
        directory,
        faults: options.faults,
        rate: options.rate_limit.map(Rate::new),
        latency: options.latency,
        bound,
        began: options.now,
        clock: Instant::now(),
        stop,
        broken: Mutex::default(),
        requests: Default::default(),
        stats: Mutex::default(),
        token_calls: Default::default(),
        calls: Default::default(),
    });
    let server = wire::serve(wire::Wire::new(listener), wire::router(Arc::clone(&service)), told);
    ready(Some((bound, format!("http://{bound}{base}"))));
    tokio::select! {
        () = server => {}
        () = async {
            stopping.notified().await;
            tokio::time::sleep(GRACE).await;
        } => {}
    }
    match service::lock(&service.broken).take() {
        None => Ok(()),
        Some(error) => Err(Failure::input("sandbox-log", "the sandbox stopped, for it could not write its log")
            .because(error)
            .hint("the change that could not be logged was not made; make room or choose another file with `--log`")
            .into()),
    }
}

/// The signals that end a sandbox, heard from the moment this is made.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::result::Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::SignalKind;
            use tokio::signal::unix::signal;
            let cannot = |error| Failure::new(Kind::Remote, "sandbox-start", "signals cannot be heard").because(error);
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(cannot)?,
                terminate: signal(SignalKind::terminate()).map_err(cannot)?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    }
}

#[cfg(test)]
mod tests;
