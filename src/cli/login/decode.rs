//! `ssoctl login decode`: a captured login, verified step by step, and what the vendor makes of it.

mod code;
pub(crate) mod page;
pub(crate) mod saml;
mod token;

use std::path::Path;

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::moment;
use crate::cli::context::Context;
use crate::cli::login::capture;
use crate::cli::login::capture::Captured;
use crate::cli::login::capture::Message;
use crate::cli::login::identity;
use crate::cli::login::prepared;
use crate::cli::login::prepared::Prepared;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::model::time::Time;
use crate::model::verification::StepResult;
use crate::rules::Verdict as Decided;
use crate::saml::response;

/// Logins of a recording that are looked at, from the last on.
const MOST_TRIED: usize = 50;
/// The largest recording, in bytes: some minutes of a browser with every picture in it.
const LIMIT: u64 = 256 << 20;

/// Verify a captured login step by step, and say what the vendor would make of it
///
/// Takes what you have: a HAR file of the browser, the value of the form field `SAMLResponse`
/// (base64, deflated, percent-encoded), the body of the form, the page that posts itself, the XML,
/// or an ID token. Each step names the clause that demands it. Where the identity provider proves the user,
/// the connection's rules say what this login would do. Nothing leaves this machine.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl login decode login.har --connection qualtrics-prod
  pbpaste | ssoctl login decode - --connection qualys --at 2026-11-27T10:00:00Z
  ssoctl login decode response.xml --connection qvidian --directory users.csv --format json
  ssoctl login decode id_token.txt --connection qualifio --jwks keys.json

A HAR file: open the browser's network tab, keep the log over page changes, log in, and save
all as HAR. It holds the session of whoever logged in: keep it like a password.

What is not known is not called good: without the vendor's entity ID and ACS (`--audience`,
`--acs`, or those of the connection) audience and recipient are `unchecked`; without a client
ID the audience of a token is, and without `--nonce` its nonce. Whether it was used before
(replay) cannot be seen from a file. A flag of the other protocol is refused, and so is a
capture in which `SAMLResponse` or `id_token` stands twice, be it in a comment or a script of
the page: what the vendor got is then unknown, and a HAR file tells it. A token with an HMAC
(HS256) is verified with the connection's client secret, where `oauth.id_token_algorithms`
has it.

Exit codes: 0 accepted, and allow or prompt · 1 refused, or deny
            2 wrong usage · 3 the file or the connection cannot be read")]
pub(crate) struct Args {
    /// The capture; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: String,
    /// The connection that it was a login of
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// Which login of a recording, counted from 1 [default: the last one of the connection's protocol]
    #[arg(long, value_name = "N")]
    entry: Option<usize>,
    /// The moment that counts as now [default: that of the recording, else now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<Time>,
    /// ID of the request that it should answer (SAML)
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Entity ID of the service provider, in place of what is known of the vendor's; of a token, the client ID
    #[arg(long, value_name = "ENTITY-ID")]
    audience: Option<String>,
    /// Assertion consumer service, in place of what is known of the vendor's; may be repeated (SAML)
    #[arg(long, value_name = "URL")]
    acs: Vec<String>,
    /// Private key of the service provider (SAML) that opens what is encrypted: a file that only you can read, env:NAME or command:LINE; may be repeated
    #[arg(long, value_name = "FILE|REFERENCE", allow_hyphen_values = true)]
    decrypt_with: Vec<String>,
    /// Reference to the passphrase of these keys: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", requires = "decrypt_with", allow_hyphen_values = true)]
    key_passphrase: Option<String>,
    /// The key set of the identity provider, which proves an ID token: what its `jwks_uri` answers
    #[arg(long, value_name = "FILE")]
    jwks: Option<String>,
    /// The nonce that the login asked to have in the ID token
    #[arg(long, value_name = "VALUE")]
    nonce: Option<String>,
    /// The vendor's users as CSV; without it no account is looked up
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Seconds by which clocks may differ
    #[arg(long, value_name = "SECONDS", default_value_t = response::SKEW, value_parser = clap::value_parser!(i64).range(0..=3600))]
    skew: i64,
    /// Accept signatures made with SHA-1, which can be forged (SAML)
    #[arg(long)]
    insecure_allow_sha1: bool,
    /// It must be a login to the vendor, and none to the service provider of a test.
    #[arg(long, hide = true)]
    to_vendor: bool,
}

impl Args {
    /// Those of a command line, for commands that judge a captured login on their way.
    pub(crate) fn of(words: &[String]) -> Result<Self> {
        #[derive(clap::Parser)]
        #[command(no_binary_name = true)]
        struct Line {
            #[command(flatten)]
            args: Args,
        }
        let read = <Line as clap::Parser>::try_parse_from(words);
        Ok(read.map_err(|error| Failure::usage("usage", error.to_string()))?.args)
    }
}

/// What a captured login came to.
pub(crate) struct Outcome {
    /// How the command ends.
    pub(crate) verdict: Verdict,
    /// The moment that it was judged as of.
    pub(crate) at: Time,
    /// When it was issued, as its issuer says.
    pub(crate) issued: Option<Time>,
    /// What was not checked, since nobody said what to expect: names of steps.
    pub(crate) unchecked: Vec<&'static str>,
}

/// Decodes, verifies, decides.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    Ok(told(args, context)?.verdict)
}

/// The same for a command that goes on with it.
pub(crate) fn told(args: &Args, context: &mut Context) -> Result<Outcome> {
    let inputs = [Some(&args.file), args.directory.as_ref(), args.jwks.as_ref()];
    if inputs.into_iter().flatten().filter(|file| *file == "-").count() > 1 {
        return Err(Failure::usage("stdin-twice", "standard input can be one file only")
            .hint("write the others into files")
            .into());
    }
    let prepared = Prepared::new(&args.connection, context)?;
    let file = identity::shown(&args.file);
    let bytes = identity::read_within(&args.file, LIMIT)?;
    let mut all = capture::read(&bytes, file)?;
    // By a code nobody logs in at a SAML connection: where others came in that way, it is none of its logins.
    if prepared.connection().saml.is_some() && all.iter().any(|one| !one.message.is_by_code()) {
        all.retain(|one| !one.message.is_by_code());
    }
    let (place, captured) = chosen(args, &all, &prepared, file)?;
    let source = if all.len() > 1 { format!("{file}, login {place} of {}", all.len()) } else { file.to_owned() };
    let at = args.at.or(captured.at).unwrap_or(context.now);
    let judged = match &captured.message {
        Message::Token(token) => token::judged(args, &prepared, (token, file), at, context)?,
        Message::Callback(callback) => code::judged(args, &prepared, (callback, file))?,
        message => saml::judged(args, &prepared, (&message.xml(&source)?, captured, &message.xml_called(file)), at, context)?,
    };
    let accounts = match &args.directory {
        Some(file) => Some(prepared::directory(Path::new(file), context)?),
        None => None,
    };
    let setting = prepared.rules().setting();
    let decision = judged.identity.as_ref().map(|identity| prepared.rules().engine(&setting, accounts.as_ref()).decide(identity));
    if context.format == Format::Json {
        let about = json!({
            "file": file,
            "entry": place,
            "entries": all.len(),
            "posted_to": captured.posted_to,
            "judged_at": at.to_string(),
        });
        let about = about.as_object().cloned().unwrap_or_default();
        context.ui.json(&page::document("ssoctl.login-decode/1", about, &judged, decision.as_ref(), &prepared))?;
    } else {
        let head = vec![
            ("file", Some(source)),
            (if captured.message.is_by_code() { "came back to" } else { "posted to" }, captured.posted_to.clone()),
            ("connection", Some(prepared.name().to_string())),
            ("tested", judged.fact("service_provider").map(of_a_test)),
            ("judged as of", Some(at.to_string())),
        ];
        context.ui.data(&page::page(head, &judged, decision.as_ref(), &prepared))?;
    }
    let denied = decision.as_ref().is_none_or(|decision| decision.verdict == Decided::Deny);
    let steps = judged.verification.steps.iter();
    let unchecked = steps.filter(|step| step.result == StepResult::Unchecked).map(|step| step.step).collect();
    let issued = judged.fact("issued").and_then(Time::parse);
    Ok(Outcome { verdict: if denied { Verdict::Findings } else { Verdict::Done }, at, issued, unchecked })
}

/// Against what a login is judged that was one to a test.
fn of_a_test(entity_id: &str) -> String {
    format!("the identity provider's side: this is a login to the service provider of `connection test` (`{entity_id}`), and none to the vendor")
}

/// The login that is meant, and its place from 1: the last that can be one of the connection, unless one is named.
fn chosen<'c>(args: &Args, all: &'c [Captured], prepared: &Prepared, file: &str) -> Result<(usize, &'c Captured)> {
    if let Some(place) = args.entry {
        return place.checked_sub(1).and_then(|at| all.get(at)).map(|captured| (place, captured)).ok_or_else(|| {
            Failure::usage("entry-unknown", format!("{file}: there is no login {place}: it has {}", counted(all.len() as u64, "login")))
                .hint("logins are counted from 1 in the order of the recording; without `--entry` the last one of the connection is taken")
                .into()
        });
    }
    let is_saml = prepared.connection().saml.is_some();
    let fits = |captured: &Captured| match &captured.message {
        Message::Token(_) => !is_saml,
        Message::Callback(_) => false,
        // It is refused where it is the last one, and never passed over for another.
        Message::Ambiguous { names, .. } => names.contains(&if is_saml { "SAMLResponse" } else { "id_token" }),
        // A logout travels by the same name.
        message => is_saml && message.xml(file).is_ok_and(|xml| response::is_one(&xml, file)),
    };
    let numbered = || all.iter().enumerate().map(|(at, captured)| (at + 1, captured)).rev();
    let found = numbered().take(MOST_TRIED).find(|(_, captured)| fits(captured));
    // A token proves somebody, and a code nobody: it is looked at where there is no token.
    let is_own = |captured: &Captured| code::is_of(&captured.message, prepared);
    let found = found.or_else(|| numbered().take(MOST_TRIED).find(|(_, captured)| is_own(captured)));
    // Why none fits is said of the last.
    found.or_else(|| numbered().next()).ok_or_else(|| Failure::bug("a capture without a login").into())
}

/// Flags that say nothing of the other protocol: whoever gives one must not think that it was asked.
fn refuse_others(protocol: &str, given: &[(&str, bool)]) -> Result<()> {
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::usage("flag-other-protocol", format!("`{flag}` says nothing of {protocol}"))
            .hint("leave it out; `ssoctl login decode --help` says which flag is for which")
            .into()),
    }
}
