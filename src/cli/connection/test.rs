//! `ssoctl connection test`: a login at the real identity provider, before users meet it.

mod oidc;
mod opening;
mod report;
mod saml;
mod told;
mod waiting;

use std::io::IsTerminal as _;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;

use clap::ValueEnum;

use crate::cli::Verdict;
use crate::cli::connection::test::opening::Opening;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::listen;
use crate::cli::login::decode;
use crate::cli::login::decode::saml::mends;
use crate::cli::login::prepared;
use crate::cli::login::prepared::Prepared;
use crate::cli::output;
use crate::cli::source;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::model::time::Time;
use crate::model::verb;
use crate::rules::Verdict as Decided;
use crate::saml::response;
use crate::trial::come::Come;
use crate::trial::own_key::OwnKey;
use crate::trial::party::Party;
use crate::trial::site;
use crate::trial::site::Trial;
use crate::web;
use crate::web::Door;
use crate::web::Tls;
use crate::web::cookie::Cookie;
use crate::workspace;
use crate::workspace::Edit;

/// How old a captured login may be that is recorded as a test, in seconds.
const RECORD_AGE: i64 = 24 * 3600;

/// Log in at the real identity provider, and see what it sends and what the vendor would make of it
///
/// Starts a service provider of its own on this machine, with its own name and key, opens the browser,
/// waits for one login, and tells it step by step as `login decode` does. Users and the vendor notice
/// nothing of it. A login begins at the address that is shown, which has a key, and the browser that began
/// it ends the test: what others bring is told, and waited past. What it proves is the identity
/// provider's side; the vendor's own reply URL and key cannot be used from a desk. Where nothing can be
/// added at the identity provider, give what the browser posted to the vendor by `--response`: then it is
/// the vendor's side that is tested.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl connection test qualtrics-prod --metadata > test-sp.xml   # add this at the identity provider, once
  ssoctl connection test qualtrics-prod
  ssoctl connection test qualys --no-browser --wait 60 --format json
  ssoctl connection test qvidian --idp-initiated
  ssoctl connection test qualtrics-prod --record     # writes status.tested_on, where the login is let in
  ssoctl connection test qualys --response login.har # what the browser posted to the vendor

Exit codes: 0 the login is accepted, and let in or prompted · 1 refused, or denied
            2 wrong usage · 3 the connection cannot be read · 4 no login came, or the port is taken")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Print the metadata of the test's service provider, and end
    #[arg(long, conflicts_with_all = ["response", "record", "save"])]
    metadata: bool,
    /// Do not open a browser: open the page yourself
    #[arg(long)]
    no_browser: bool,
    /// Where to listen on this machine, or the port alone; the pages are called `localhost`
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8976", value_parser = listen::parse)]
    listen: SocketAddr,
    /// Serve the pages by https, with a certificate that the browser does not know
    #[arg(long)]
    tls: bool,
    /// Seconds to wait for a login
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    wait: u64,
    /// The login begins at the identity provider: take a response to no request (SAML). One that is accepted ends
    /// the test, and no other; see whom it is of, since every user there can bring their own
    #[arg(long)]
    idp_initiated: bool,
    /// Ask the identity provider to authenticate the user anew
    #[arg(long)]
    force_authn: bool,
    /// Sign the request, also where neither the connection nor the identity provider asks for it (SAML)
    #[arg(long)]
    sign_request: bool,
    /// How the request is sent [default: that of the enabled endpoint] (SAML)
    #[arg(long, value_name = "BINDING")]
    request_binding: Option<RequestBinding>,
    /// The RelayState to send, in place of a random one (SAML)
    #[arg(long, value_name = "TEXT", conflicts_with = "idp_initiated")]
    relay_state: Option<String>,
    /// Log out at the identity provider afterwards: press the button of the result's page (SAML)
    #[arg(long)]
    slo: bool,
    /// Judge this captured login to the vendor in place of waiting for one; as `login decode` takes it
    #[arg(long, value_name = "FILE|-")]
    response: Option<String>,
    /// The key set of the identity provider, which proves an ID token of `--response`: what its `jwks_uri` answers
    #[arg(long, value_name = "FILE", requires = "response")]
    jwks: Option<String>,
    /// Write what the identity provider sent to a file that only you can read (0600), for `login decode`: the SAML
    /// response or the ID token, and no other token. It holds a login: keep it like a password
    #[arg(long, value_name = "FILE", conflicts_with = "response")]
    save: Option<PathBuf>,
    /// Replace the file of `--save` where it is there already
    #[arg(long, requires = "save")]
    force: bool,
    /// Record the day of this login as that of the last successful test, where it is let in or prompted; a
    /// captured one must be of the last day, and for this vendor
    #[arg(long)]
    record: bool,
    /// The vendor's users as CSV; without it no account is looked up
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Seconds by which clocks may differ
    #[arg(long, value_name = "SECONDS", default_value_t = response::SKEW, value_parser = clap::value_parser!(i64).range(0..=3600))]
    skew: i64,
    /// Accept signatures made with SHA-1, which can be forged (SAML)
    #[arg(long)]
    insecure_allow_sha1: bool,
    #[command(flatten)]
    source: source::Flags,
}

/// How a request is sent.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RequestBinding {
    /// In the address
    Redirect,
    /// By a form that sends itself
    Post,
}

/// Waits for a login, or judges a captured one.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let prepared = Prepared::new(&args.name, context)?;
    let (verdict, at) = match &args.response {
        Some(file) => {
            let outcome = captured(args, file, context)?;
            let of = match args.record && outcome.verdict == Verdict::Done {
                true => recorded_as_of(args, &outcome, context.now)?,
                false => outcome.at,
            };
            (outcome.verdict, of)
        }
        None => live(args, prepared, context)?,
    };
    if args.record && verdict == Verdict::Done {
        record(args, at, context)?;
    }
    Ok(verdict)
}

/// The moment as of which a captured login may stand on record, where it may: it opens the way to users, so that it
/// must be of now, and for this vendor. Of a capture the time is what its file says, and anybody can have written that.
fn recorded_as_of(args: &Args, outcome: &decode::Outcome, now: Time) -> Result<Time> {
    let name = &args.name;
    let missing: Vec<&str> = ["audience", "confirmation", "posted"].into_iter().filter(|step| outcome.unchecked.contains(step)).collect();
    if !missing.is_empty() {
        let are = verb(missing.len() as u64, "is", "are");
        let message = format!("not recorded: {} of this login {are} unchecked, so that it may be one to somebody else", missing.join(" and "));
        let message = match missing.as_slice() {
            ["posted"] => "not recorded: the browser brought this login to another address than the vendor's".to_owned(),
            _ => message,
        };
        return Err(Failure::refused("record-unproven", message)
            .hint(format!("tell what the vendor shows: `ssoctl connection set {name} saml.sp.entity_id=.. saml.sp.acs=..`"))
            .hint(format!("or test by a login of now: `ssoctl connection test {name} --record`"))
            .into());
    }
    // What has no time of its own is judged as of now, and a session may be good for long.
    let issued = outcome.issued.unwrap_or(outcome.at);
    let is_recent = |moment: &Time| (-args.skew..=RECORD_AGE).contains(&(now.unix() - moment.unix()));
    let of = issued.min(outcome.at);
    if let Some(of) = [of, issued].into_iter().find(|moment| !is_recent(moment)) {
        let message = format!("not recorded: this login is of {of}, and a test on record must be of the last day");
        return Err(Failure::refused("record-old", message)
            .hint(format!("log in anew, save it as HAR, then `ssoctl connection test {name} --response FILE --record`"))
            .into());
    }
    Ok(of)
}

/// What the browser has brought to the vendor.
fn captured(args: &Args, file: &str, context: &mut Context) -> Result<decode::Outcome> {
    context.ui.status("tested: what the browser brought to the vendor, against the vendor's own entity ID and reply URL");
    let words = [
        Some(("--directory", args.directory.clone())),
        Some(("--jwks", args.jwks.clone())),
        Some(("--skew", Some(args.skew.to_string()))),
    ];
    let mut line = vec![file.to_owned(), format!("--connection={}", args.name)];
    line.extend(words.into_iter().flatten().filter_map(|(flag, value)| Some(format!("{flag}={}", value?))));
    line.push("--to-vendor".to_owned());
    line.extend(args.insecure_allow_sha1.then(|| "--insecure-allow-sha1".to_owned()));
    decode::told(&decode::Args::of(&line)?, context)
}

/// A login of now, and when it came.
fn live(args: &Args, prepared: Prepared, context: &mut Context) -> Result<(Verdict, Time)> {
    let port = loopback_port(args)?;
    if let Some(file) = &args.save {
        check_save(file, args.force)?;
    }
    let connection = prepared.connection();
    let folder = context.workspace()?.state();
    let scheme = if args.tls { "https" } else { "http" };
    let party_at = |port: u16| -> Result<Box<dyn Party>> {
        let base = format!("{scheme}://localhost:{port}");
        match &connection.saml {
            Some(saml) => saml::party(args, saml, mends(prepared.name(), context), (base, &folder), context.now),
            None => oidc::party(args, connection, base, context),
        }
    };
    if args.metadata {
        return Ok((told::metadata(&*party_at(port)?, context)?, context.now));
    }
    let accounts = match &args.directory {
        Some(file) => Some(prepared::directory(Path::new(file), context)?),
        None => None,
    };
    let tls = if args.tls { Some(OwnKey::of_tls(&folder, context.now)?) } else { None };
    let pems = match &tls {
        Some(own) => Some((own.certificate_pem(), own.key_pem()?)),
        None => None,
    };
    let opened = web::open(port, pems.as_ref().map(|(certificate, key)| Tls { certificate, key }).as_ref())?;
    let port = opened.port();
    let party = party_at(port)?;
    let (facts, base) = (party.facts(), format!("{scheme}://localhost:{port}"));
    let (events, heard) = mpsc::channel();
    let (now, started) = (context.now, context.started);
    let rules = Arc::clone(prepared.rules());
    let idp = report::idp(&prepared);
    let trial = Trial {
        name: args.name.to_string(),
        idp: idp.clone(),
        party,
        decide: Box::new(move |identity| {
            let setting = rules.setting();
            rules.engine(&setting, accounts.as_ref()).decide(identity)
        }),
        cookie: Cookie::of("test", &base),
        key: site::unguessable()?,
        base,
        clock: Box::new(move || now.plus_seconds(i64::try_from(started.elapsed().as_secs()).unwrap_or_default())),
        events,
        come: Mutex::new(Come::default()),
        busy: AtomicUsize::new(0),
    };
    let trial = Arc::new(trial);
    let server = opened.serve(Arc::<Trial>::clone(&trial), Door::of(port, args.tls))?;
    let ui = &context.ui;
    told::beginning(args, connection, &idp, &*trial.party, ui);
    let begin = trial.begin();
    let opens = !args.no_browser && !args.idp_initiated && !context.ci && ui.can_ask() && std::io::stderr().is_terminal();
    let opening = if opens { Opening::at(&begin, &folder, port) } else { None };
    ui.status(match (&opening, args.idp_initiated) {
        (Some(_), _) => "the browser is opened; where it shows nothing, open this address yourself:",
        (None, true) => "open the application at the identity provider, as a user would",
        (None, false) if args.no_browser => "open this address in a browser of this machine, and give it to nobody:",
        (None, false) => "no browser was opened: open this address in one of this machine, and give it to nobody:",
    });
    if !args.idp_initiated {
        ui.needed(&format!("  {begin}"));
    }
    ui.status(&format!("waiting {} s for a login; Ctrl-C ends the test", args.wait));
    let heard = waiting::wait(args, &heard, &trial, ui);
    drop((server, opening));
    // Where logins begin here, what anybody could have made up is no login.
    let (login, stray) = match heard.login.clone() {
        Some(login) if !args.idp_initiated && !login.is_of_the_provider() => (None, Some(login)),
        login => (login, None),
    };
    let Some(login) = login else {
        let seen = told::Seen { opened: trial.was_opened(), begun: trial.was_begun(), stray: stray.as_deref() };
        return Err(told::no_login(args, &begin, &seen, &facts).into());
    };
    let others = report::Others { all: heard.others_beside(&login), more: heard.more };
    report::tell(&login, heard.logout.as_deref(), args.idp_initiated, &others, &prepared, context)?;
    let denied = login.decision.as_ref().is_none_or(|decision| decision.verdict == Decided::Deny);
    let kept = heard.logout.as_ref().is_none_or(|steps| steps.refusal().is_none());
    let verdict = if denied || !kept { Verdict::Findings } else { Verdict::Done };
    if let Some(file) = args.save.as_ref().filter(|_| !login.message.is_empty()) {
        if let Err(error) = output::write_private(file, login.message.as_bytes(), args.force) {
            if args.record && verdict == Verdict::Done {
                context.ui.warning("the login is let in, and is not recorded, since its file could not be written");
                let again = "give `--save` another file, or leave it out: ";
                context.ui.hint(&format!("{again}`ssoctl connection test {} --record`", args.name));
            }
            return Err(error);
        }
        context.ui.status(&format!("wrote `{}`: it holds a login, keep it like a password", file.display()));
    }
    Ok((verdict, login.at))
}

/// A login is not to be lost for a file that cannot be written.
fn check_save(file: &Path, force: bool) -> Result<()> {
    let shown = printable(&file.display().to_string());
    let refuse = |why: &str| {
        Failure::usage("save-unusable", format!("`{shown}` {why}")).hint("give the name of a file that may be written anew")
    };
    if file.as_os_str() == "-" {
        return Err(refuse("would be standard output, which has the report").into());
    }
    if file.is_symlink() || file.exists() && !file.is_file() {
        return Err(refuse("is no regular file").into());
    }
    output::refuse_present(file, force)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(refuse("is in a folder that does not exist").into());
    }
    Ok(())
}

fn loopback_port(args: &Args) -> Result<u16> {
    let ip = args.listen.ip();
    if ip != IpAddr::V4(Ipv4Addr::LOCALHOST) && ip != IpAddr::V6(Ipv6Addr::LOCALHOST) {
        let message = format!("the test does not listen on {ip}: others could reach it");
        return Err(Failure::refused("sandbox-not-loopback", message).hint("listen on `127.0.0.1:PORT`").into());
    }
    Ok(args.listen.port())
}

/// The test is on record, as `connection enable` and migrations ask for it.
fn record(args: &Args, at: Time, context: &Context) -> Result<()> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let day = at.date();
    let edits = [Edit::Set(vec!["status".into(), "tested_on".into()], day)];
    let (text, _) = workspace::edited(&loaded, &edits)?;
    workspace.replace(&args.name, &text)?;
    context.ui.status(&diff::changed_lines(&loaded.text, &text));
    Ok(())
}
