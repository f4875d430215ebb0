//! `ssoctl sandbox serve`: a vendor's user API on loopback, with faults on request, and its login.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::listen;
use crate::cli::faults;
use crate::cli::sandbox::listed;
use crate::cli::sandbox::login;
use crate::cli::stand_in::NEVER_STRUCK;
use crate::cli::sandbox::secret_flag;
use crate::cli::stand_in::REHEARSAL;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::accounts;
use crate::migrate::listing;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::sandbox;
use crate::sandbox::LoginPages;
use crate::sandbox::Options;
use crate::sandbox::fault::Fault;
use crate::sandbox::fault::Faults;
use crate::sandbox::fault::RetryAfter;
use crate::sandbox::fault::Rule;
use crate::sandbox::quirk::Quirk;
use crate::sandbox::seed;
use crate::sandbox::seed::SeedUser;

/// Answer a vendor's user API on this machine, with made-up users and wanted faults
///
/// Runs until Ctrl-C. Everything is in memory; the log has a line for every change. Point
/// a connection at it with `directory.api_url`. With `--login` it is the vendor's login too, for the same
/// users: open its page in a browser, log in by an identity provider that says what you like, well or
/// wrongly signed, by SAML or OpenID Connect, and see what your connection makes of it. Every account has the password `sandbox`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl sandbox serve --csv users.csv --listen 127.0.0.1:8080 --log changes.ndjson
  ssoctl sandbox serve --provider qualys --users 500 --operator abcd_ap --password rehearsal
  ssoctl sandbox serve --users 10000 --fault throttle=5% --fault commit-then-stall=every:50
  ssoctl sandbox serve --users 10000 --fault-script outage.faults
  ssoctl sandbox serve --login qualtrics-prod --csv users.csv     # and the vendor's login page
  ssoctl sandbox serve --login qualtrics-prod --login-port 8111 --test-sp   # and rehearse `connection test` there
  ssoctl sandbox serve --provider scim --users 500 --quirk ignore-filter --rate-limit 50

A fault is KIND=RATE[@CALLS]: RATE is 5%, every:N or at:N; CALLS are of config, whoami, list,
get, put (which changes an account by whatever method), post, delete. Behind it, parted by
spaces, `from=N` and `to=N` bound it to the N-th calls of their sort, and `account=ID` to the
account that a call names. A fault strikes single calls; a quirk is how the server is.
`--list-faults` explains the KINDs; one that never struck is told at the end. A script, for a vendor that is down for a while:
  throttle=5%
  error=100%@get,put from=200 to=260
  refuse=100%@put account=UR_7

Exit codes: 0 ended by Ctrl-C · 2 wrong usage · 3 a file cannot be read · 4 cannot listen
            5 not a loopback address")]
pub(crate) struct Args {
    /// Whose API it answers [default: the vendor of `--login`, else qualtrics]
    #[arg(long, value_name = "NAME",
        value_parser = clap::builder::PossibleValuesParser::new(sandbox::providers()))]
    provider: Option<String>,
    /// Loopback address, or the port alone; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = listen::parse)]
    listen: SocketAddr,
    /// Begin with the users of this CSV file, or `-` (username, and id, email, first_name, last_name, status)
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Begin with so many made-up users
    #[arg(long, value_name = "N", default_value_t = 0)]
    users: u32,
    /// The tenant [default: that of `--login`, else testbrand]
    #[arg(long, value_name = "ID")]
    brand_id: Option<String>,
    /// The data centre that `whoami` names; the connection's `settings.data_center` must be the same
    /// [default: that of `--login`, else sandbox1]
    #[arg(long, value_name = "ID")]
    data_center: Option<String>,
    /// The API token, or the operator's password, that is accepted; never a real one
    #[arg(long, visible_alias = "password", value_name = "WORD", default_value = "rehearsal")]
    token: String,
    /// An OAuth client that gets a token at /oauth2/token (qualtrics)
    #[arg(long, value_name = "ID", requires = "client_secret")]
    client_id: Option<String>,
    /// The client's secret; never a real one
    #[arg(long, value_name = "WORD", requires = "client_id")]
    client_secret: Option<String>,
    /// How long a token of the client lasts
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    token_lifetime: u64,
    /// Whose token it is; made where no user has the name
    #[arg(long, value_name = "USERNAME", default_value = "operator@example.org")]
    operator: String,
    /// The operator's role, where it is not the one that may do everything
    #[arg(long, value_name = "ROLE")]
    operator_role: Option<String>,
    /// Serve the vendor's login too, with this connection; may be repeated
    #[arg(long = "login", value_name = "CONNECTION", help_heading = "Login")]
    logins: Vec<ConnectionName>,
    /// The port of its pages on this machine; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0, requires = "logins", help_heading = "Login")]
    login_port: u16,
    /// The identity provider answers the service provider of `connection test` too (SAML), which listens at this port [default where no port is given: 8976]
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "8976", requires = "logins", help_heading = "Login")]
    test_sp: Option<u16>,
    /// Append a line of JSON for every change and every attempt
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Users on a page
    #[arg(long, value_name = "N", default_value_t = 100)]
    page_size: usize,
    /// Refuse what comes faster than so many requests a second, and tell of it in headers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Faults")]
    rate_limit: Option<u32>,
    /// How long every answer takes at least
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0, help_heading = "Faults")]
    latency_ms: u64,
    /// What becomes of a username that a request carries
    #[arg(long, value_enum, default_value = "keep", help_heading = "Faults")]
    suffix: Suffix,
    /// Answer as the proxy between data centres does: a notice on everything, no writes
    #[arg(long, help_heading = "Faults")]
    proxied: bool,
    /// Something that goes wrong, see below; may be repeated
    #[arg(long = "fault", value_name = "KIND=RATE", value_parser = faults::rule, help_heading = "Faults")]
    faults: Vec<Rule>,
    /// A file of faults, or `-`, one to a line as `--fault` takes them; after `#` a comment
    #[arg(long, value_name = "FILE", help_heading = "Faults")]
    fault_script: Option<PathBuf>,
    /// How the server is otherwise than it should be, all the time; may be repeated
    #[arg(long = "quirk", value_name = "KIND", value_parser = quirk, help_heading = "Faults")]
    quirks: Vec<Quirk>,
    /// The field that a migration writes, which the log tells of
    #[arg(long, value_enum, default_value = "username", help_heading = "Faults")]
    key: Key,
    /// List the kinds of faults and quirks and end
    #[arg(long, help_heading = "Faults")]
    list_faults: bool,
    /// Chooses which calls a percentage strikes
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Faults")]
    fault_seed: u64,
    /// How long a stalled answer waits
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 5000, help_heading = "Faults")]
    stall_ms: u64,
    /// What a throttled answer asks for: seconds, `date:SECONDS`, or `none`
    #[arg(long, value_name = "WHEN", default_value = "1", value_parser = retry_after, help_heading = "Faults")]
    retry_after: RetryAfter,
    /// Where a foreign `nextPage` leads
    #[arg(long, value_name = "URL", help_heading = "Faults")]
    foreign_next_page: Option<String>,
    /// Refuse the token after so many calls
    #[arg(long, value_name = "N", help_heading = "Faults")]
    token_expires_after: Option<u64>,
    /// End with standard input, which whoever started it holds open, and not by a signal
    #[arg(long, hide = true)]
    tied: bool,
    /// Remove the folder of a rehearsal, in which it runs, at the end
    #[arg(long, hide = true, requires = "tied")]
    discard: bool,
}

/// What the stand-in does to usernames.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suffix {
    /// Stores what it is sent
    Keep,
    /// Adds the brand suffix once more
    Add,
    /// Drops the brand suffix
    Strip,
}

/// The field that the log tells of.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Key {
    /// What an account logs in by
    Username,
    /// The customer's own key
    ExternalId,
}

fn quirk(text: &str) -> std::result::Result<Quirk, String> {
    text.parse::<Quirk>().map_err(|failure| format!("{failure} ({})", failure.hints().join("; ")))
}

fn retry_after(text: &str) -> std::result::Result<RetryAfter, String> {
    let seconds = |text: &str| text.parse::<u32>().map_err(|error| format!("write seconds, `date:SECONDS` or `none`: {error}"));
    match text.split_once(':') {
        Some(("date", rest)) => Ok(RetryAfter::Date(seconds(rest)?)),
        _ if text == "none" => Ok(RetryAfter::Absent),
        _ => Ok(RetryAfter::Seconds(seconds(text)?)),
    }
}

/// Largest CSV file, in bytes.
const CSV_LIMIT: u64 = 1 << 30;

/// Serves until it is told to stop.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if args.list_faults {
        return listed::tell(context);
    }
    let wanted = login::wanted(&args.logins, args.test_sp, context)?;
    let provider = match (&args.provider, &wanted) {
        (Some(given), Some(wanted)) if *given != wanted.provider => {
            let message = format!("`{}` is a connection of {}, and not of {given}", args.logins[0], wanted.provider);
            return Err(Failure::usage("sandbox-login-vendors", message).hint("leave `--provider` out").into());
        }
        (Some(given), _) => given.clone(),
        (None, Some(wanted)) => wanted.provider.clone(),
        (None, None) => "qualtrics".to_owned(),
    };
    let of_tenant = |given: &Option<String>, key: &str, otherwise: &str| {
        let set = || wanted.as_ref().and_then(|wanted| wanted.settings.get(key)).cloned();
        given.clone().or_else(set).unwrap_or_else(|| otherwise.to_owned())
    };
    let brand_id = of_tenant(&args.brand_id, "brand_id", "testbrand");
    let data_center = of_tenant(&args.data_center, "data_center", "sandbox1");
    let mut users: Vec<SeedUser> = Vec::new();
    let mut known = Vec::new();
    if let Some(file) = &args.csv {
        let (bytes, called) = (disk::read_or_stdin(file, CSV_LIMIT)?, disk::called(file));
        let accounts = listing::read(&bytes, &called)?;
        // Role and scope are the API's where it gives them to accounts.
        let provisions = context.vendor(&provider).is_ok_and(|vendor| vendor.provisions().is_some());
        let other = |role, groups| {
            let fields = [("user_role", role), ("asset_groups", groups)].into_iter().filter(|_| provisions);
            fields.filter_map(|(name, value)| Some((name, value?))).collect()
        };
        users.extend(accounts.into_iter().map(|account| SeedUser {
            id: account.id,
            username: account.username,
            external_id: account.external_id,
            email: account.email,
            first_name: account.first_name,
            last_name: account.last_name,
            status: account.status,
            other: other(account.role, account.asset_groups),
        }));
        if wanted.is_some() {
            let (more, findings) = accounts::read(&bytes, &called, accounts::Asked::default())?;
            context.ui.findings(&findings);
            known = more;
        }
    }
    users.extend(seed::generate(args.users));
    let count = users.len();
    let rules = faults::all(&args.faults, args.fault_script.as_deref())?;
    let mut faults = Faults { seed: args.fault_seed, rules, ..Faults::default() };
    faults.stall = Duration::from_millis(args.stall_ms);
    faults.retry_after = args.retry_after;
    faults.token_calls = args.token_expires_after;
    if let Some(url) = &args.foreign_next_page {
        faults.foreign_next_page = url.clone();
        if faults.rules.iter().all(|rule| rule.fault != Fault::ForeignNextPage) {
            faults.rules.push("foreign-next-page=every:1".parse::<Rule>()?);
        }
    }
    let mut options = Options::new(context.now);
    options.provider.clone_from(&provider);
    options.listen = args.listen;
    options.rate_limit = args.rate_limit;
    options.latency = Duration::from_millis(args.latency_ms);
    options.seed = users;
    options.brand_id.clone_from(&brand_id);
    options.data_center.clone_from(&data_center);
    options.client = args.client_id.clone().zip(args.client_secret.clone());
    options.token_lifetime = Duration::from_secs(args.token_lifetime);
    if let Some(role) = &args.operator_role {
        options.operator_type.clone_from(role);
    }
    options.token.clone_from(&args.token);
    options.operator.username.clone_from(&args.operator);
    options.page_size = args.page_size;
    options.proxied = args.proxied;
    options.suffix = match args.suffix {
        Suffix::Keep => sandbox::Suffix::Keep,
        Suffix::Add => sandbox::Suffix::Add,
        Suffix::Strip => sandbox::Suffix::Strip,
    };
    options.key = match args.key {
        Key::Username => sandbox::Key::Username,
        Key::ExternalId => sandbox::Key::ExternalId,
    };
    options.quirks.clone_from(&args.quirks);
    let struck = faults.clone();
    options.faults = faults;
    options.stop = args.tied.then(until_input_ends);
    options.log = args.log.as_deref().map(open_log).transpose()?;
    let ui = &context.ui;
    let json = context.format == Format::Json;
    let settings = connecting(&provider, &[("brand_id", &brand_id), ("data_center", &data_center)], args, context);
    let pages = wanted.map(|wanted| LoginPages { tenant: wanted.tenant, known, port: args.login_port });
    let mut announced = Ok(());
    sandbox::serve_with(options, pages, |at| {
        let url = at.api.as_ref().map(|(_, url)| url);
        announced = if json {
            let mut document = json!({ "schema": "ssoctl.sandbox/1", "api_url": url, "users": count });
            if let Some(login) = &at.login {
                document["login_url"] = json!(login);
                document["idp_url"] = json!(format!("{login}idp"));
            }
            ui.json(&document)
        } else {
            let api = url.map(|url| format!("listening on {url}\n")).unwrap_or_default();
            let login = at.login.as_ref().map(|login| format!("login on {login}\nidentity provider on {login}idp\n"));
            ui.data(&(api + &login.unwrap_or_default()))
        };
        ui.status(&format!("{}; Ctrl-C ends it", counted(count as u64, "user")));
        if url.is_none() {
            ui.status(&format!("there is no sandbox of the user API of {provider}: this is its login alone"));
        }
        if let (Some((settings, word)), Some(url)) = (&settings, url) {
            ui.hint(&format!(
                "`ssoctl connection set NAME directory.api_url={url} {settings}` leads a connection of yours here; \
                 the variable holds the word of `{word}`"
            ));
        }
    })?;
    announced?;
    for rule in struck.never_struck() {
        match args.tied {
            true => ui.data(&format!("{NEVER_STRUCK}{rule}\n"))?,
            false => ui.warning(&format!("the fault `{rule}` never struck")),
        }
    }
    if args.discard {
        discard();
    }
    Ok(Verdict::Done)
}

/// What a connection says to reach it, beside the address. None where the provider's profile is faulty,
/// which is no reason not to serve.
fn connecting(provider: &str, tenant: &[(&str, &str)], args: &Args, context: &Context) -> Option<(String, &'static str)> {
    let vendor = context.vendor(provider).ok()?;
    let api = vendor.api?;
    let mut text = api.example().replace("abcd_ef", &args.operator);
    // What it answers must be what the connection says.
    for (key, value) in tenant {
        if vendor.settings().any(|field| field.key() == *key) {
            text += &format!(" settings.{key}={value}");
        }
    }
    Some((text, secret_flag(api)))
}

/// Ends the sandbox when nobody holds standard input any more, which is also when its parent was killed.
fn until_input_ends() -> sandbox::Stop {
    let stop = sandbox::Stop::default();
    let ended = stop.clone();
    std::thread::spawn(move || {
        io::copy(&mut io::stdin().lock(), &mut io::sink()).ok();
        ended.stop();
    });
    stop
}

/// Removes the folder that it runs in, if that is a rehearsal's: there are copies of a user list in it.
fn discard() {
    let folder = std::env::current_dir().unwrap_or_default();
    if folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(REHEARSAL)) {
        std::fs::remove_dir_all(&folder).ok();
    }
}

fn open_log(path: &Path) -> Result<sandbox::Sink> {
    let file = disk::open_append(path)
        .map_err(|error| Failure::input("file-unwritable", format!("`{}` cannot be written", path.display())).because(error))?;
    Ok(Box::new(file))
}
