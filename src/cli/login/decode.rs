//! `ssoctl login decode`: a captured login, verified step by step, and what the vendor makes of it.

mod page;

use std::path::Path;

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
use crate::cli::signer;
use crate::crypto::scheme::Sha1;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::time::Time;
use crate::rules::Decision;
use crate::rules::Verdict as Decided;
use crate::saml::response;
use crate::saml::response::Expected;
use crate::saml::response::Judged;
use crate::saml::response::Request;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;

/// The largest recording, in bytes: some minutes of a browser with every picture in it.
const LIMIT: u64 = 256 << 20;

/// Verify a captured login step by step, and say what the vendor would make of it
///
/// Takes what you have: a HAR file of the browser, the value of the form field `SAMLResponse`
/// (base64, deflated, percent-encoded), the body of the form, the page that posts itself, or the
/// XML. Each step names the clause that demands it. Where the identity provider proves the user,
/// the connection's rules say what this login would do. Nothing leaves this machine.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl login decode login.har --connection qualtrics-prod
  pbpaste | ssoctl login decode - --connection qualys --at 2026-11-27T10:00:00Z
  ssoctl login decode response.xml --connection qvidian --directory users.csv --format json

A HAR file: open the browser's network tab, keep the log over page changes, log in, and save
all as HAR. It holds the session of whoever logged in: keep it like a password.

What is not known is not called good: without the vendor's entity ID and ACS (`--audience`,
`--acs`, or those of the connection) audience and recipient are `unchecked`. Whether it was
used before (replay) cannot be seen from a file.

Exit codes: 0 accepted, and allow or prompt · 1 refused, or deny
            2 wrong usage · 3 the file or the connection cannot be read")]
pub(crate) struct Args {
    /// The capture; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: String,
    /// The connection that it was a login of
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// Which login of a recording, counted from 1 [default: the last]
    #[arg(long, value_name = "N")]
    entry: Option<usize>,
    /// The moment that counts as now [default: that of the recording, else now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<Time>,
    /// ID of the request that it should answer
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Entity ID of the service provider, in place of what is known of the vendor's
    #[arg(long, value_name = "ENTITY-ID")]
    audience: Option<String>,
    /// Assertion consumer service, in place of what is known of the vendor's; may be repeated
    #[arg(long, value_name = "URL")]
    acs: Vec<String>,
    /// Private key of the service provider that opens what is encrypted: a file that only you can read, env:NAME or command:LINE; may be repeated
    #[arg(long, value_name = "FILE|REFERENCE", allow_hyphen_values = true)]
    decrypt_with: Vec<String>,
    /// Reference to the passphrase of these keys: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", requires = "decrypt_with", allow_hyphen_values = true)]
    key_passphrase: Option<String>,
    /// The vendor's users as CSV; without it no account is looked up
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Seconds by which clocks may differ
    #[arg(long, value_name = "SECONDS", default_value_t = response::SKEW, value_parser = clap::value_parser!(i64).range(0..=3600))]
    skew: i64,
    /// Accept signatures made with SHA-1, which can be forged
    #[arg(long)]
    insecure_allow_sha1: bool,
}

/// A judged login.
struct Seen<'s> {
    /// What messages call its file.
    file: &'s str,
    /// As it was captured.
    captured: &'s Captured,
    /// Which of how many.
    place: (usize, usize),
    /// The moment that counted as now.
    at: Time,
    /// Step by step.
    judged: Judged,
    /// What the rules say; `None` where nobody is proven.
    decision: Option<Decision>,
}

/// Decodes, verifies, decides.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if args.file == "-" && args.directory.as_deref() == Some("-") {
        return Err(Failure::usage("stdin-twice", "standard input can be one file only")
            .hint("write one of the two into a file")
            .into());
    }
    let prepared = Prepared::new(&args.connection, context)?;
    let file = identity::shown(&args.file);
    let bytes = identity::read_within(&args.file, LIMIT)?;
    let all = capture::read(&bytes, file)?;
    let place = args.entry.unwrap_or(all.len());
    let captured = place.checked_sub(1).and_then(|place| all.get(place)).ok_or_else(|| {
        let count = if all.len() == 1 { "one login".to_owned() } else { format!("{} logins", all.len()) };
        Failure::usage("entry-unknown", format!("{file}: there is no login {place}: it has {count}"))
            .hint("logins are counted from 1 in the order of the recording; without `--entry` the last is taken")
    })?;
    let at = args.at.or(captured.at).unwrap_or(context.now);
    let judged = match &captured.message {
        Message::Response(xml) => saml(args, &prepared, (xml, file), at)?,
        Message::Token(_) => {
            return Err(Failure::input("capture-token", format!("{file}: this is an ID token (not shown)"))
                .hint("`ssoctl login simulate --claims` takes its claims")
                .into());
        }
    };
    let accounts = match &args.directory {
        Some(file) => Some(prepared::directory(Path::new(file), context)?),
        None => None,
    };
    let setting = prepared.setting();
    let decision = judged.identity.as_ref().map(|identity| prepared.engine(&setting, accounts.as_ref()).decide(identity));
    let seen = Seen { file, captured, place: (place, all.len()), at, judged, decision };
    if context.format == Format::Json {
        context.ui.json(&page::document(&seen, &prepared))?;
    } else {
        context.ui.data(&page::page(&seen, &prepared))?;
    }
    let denied = seen.decision.as_ref().is_none_or(|decision| decision.verdict == Decided::Deny);
    Ok(if denied { Verdict::Findings } else { Verdict::Done })
}

fn saml(args: &Args, prepared: &Prepared, (xml, file): (&[u8], &str), at: Time) -> Result<Judged> {
    let name = prepared.name();
    let Some(saml) = &prepared.connection().saml else {
        return Err(Failure::input("capture-other-protocol", format!("{file}: this is a SAML response, and `{name}` is no SAML connection"))
            .hint("`ssoctl connection list` shows the protocol of each")
            .into());
    };
    let mut pins = Vec::new();
    for (index, stored) in saml.idp.certificates.iter().enumerate() {
        pins.extend(Pin::from_stored(&stored.pem, &format!("connections/{name}.yaml: saml.idp.certificates.{index}"))?);
    }
    let sha1 = if args.insecure_allow_sha1 { Sha1::Allowed } else { Sha1::Refused };
    let mut keys = Vec::new();
    for word in &args.decrypt_with {
        keys.push(signer::private_key(word, args.key_passphrase.as_deref())?);
    }
    let known = prepared.sp();
    let audience = args.audience.as_deref().or(known.as_ref().map(|(entity_id, _)| entity_id.as_str()));
    let acs = match args.acs.as_slice() {
        [] => known.iter().map(|(_, acs)| acs.clone()).collect(),
        given => given.to_vec(),
    };
    Ok(response::judge(
        xml,
        file,
        &Expected {
            idp: &saml.idp.entity_id,
            trust: &Trust { pins, sha1 },
            audience,
            acs: &acs,
            request: args.request.clone().map_or(Request::Unknown, Request::Sent),
            keys: &keys,
            now: at,
            skew: args.skew,
        },
    ))
}
