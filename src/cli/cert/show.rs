//! `ssoctl cert show`: everything about each certificate, in the forms that admin pages show.

use serde_json::Value;
use serde_json::json;

use crate::cert::Certificate;
use crate::cert::armour;
use crate::cert::coverage::Policy;
use crate::cert::extension;
use crate::cert::judge::Thresholds;
use crate::check::certificate;
use crate::check::certificate::Met;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::cert::collect;
use crate::cli::cert::collect::Failures;
use crate::cli::cert::collect::Found;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::table;
use crate::cli::ui;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::model::time::Time;
use crate::report::inspect;

/// Show everything about each certificate of a file, URL, server or connection
///
/// Fingerprints have the form that admin pages show, to be compared with the eye; `pin` is
/// what `--trust` takes. A file may hold metadata, a JWKS, PEM, DER or PKCS#7. What is shown
/// is what the certificates say of themselves: nothing here says that they can be trusted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert show idp.crt
  ssoctl cert show https://idp.example.org/metadata --format json | jq -r '.certificates[].fingerprint_sha1'
  ssoctl cert show bundle.p7b --pem > bundle.pem
  ssoctl cert show qualtrics-prod --tls idp.example.org:443

Exit codes: 0 shown · 2 wrong usage · 3 a file, connection or certificate cannot be read
            4 a URL or server could not be looked at · 5 an http:// URL without consent")]
pub(crate) struct Args {
    /// Connections, files, URLs, or `-`
    #[arg(value_name = "SOURCE", required_unless_present = "tls")]
    sources: Vec<String>,
    /// Show the certificate that a server presents; may be repeated
    #[arg(long, value_name = "HOST:PORT")]
    tls: Vec<String>,
    /// Print the certificates themselves as PEM, and nothing else
    #[arg(long)]
    pem: bool,
    #[command(flatten)]
    source: source::Flags,
}

/// Shows what can be read, and says what cannot.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let (mut found, mut failures) = (Found::default(), Failures::default());
    for source in &args.sources {
        let result = match source::connection_named(source, context) {
            Ok(Some(name)) => connection(&name, context, &mut found),
            Ok(None) => collect::document(source, &args.source, context, &mut found),
            Err(error) => Err(error),
        };
        failures.keep(source, result);
    }
    for target in &args.tls {
        failures.keep(&collect::server_shown(target), collect::server(target, &args.source, context, &mut found));
    }
    let unreadable: Vec<(&Met, &Failure)> =
        found.met.iter().filter_map(|met| Some((met, met.certificate.as_ref().err()?))).collect();
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.cert-show/1",
            "certificates": found.met.iter().map(|met| member(met, context.now)).collect::<Vec<_>>(),
            "not_looked_at": failures
                .rows()
                .iter()
                .map(|one| json!({"source": one.source, "code": one.code, "message": one.message}))
                .collect::<Vec<_>>(),
            "findings": found.findings.iter().map(inspect::finding).collect::<Vec<_>>(),
        }))?;
    } else if args.pem {
        let readable = found.met.iter().filter_map(|met| met.certificate.as_ref().ok());
        context.ui.data(&readable.map(armour::to_pem).collect::<String>())?;
    } else {
        context.ui.data(&pages(&found.met, context.now))?;
    }
    for (met, failure) in &unreadable {
        let mut finding = Finding::new(failure.code(), Severity::Error, format!("{}: {failure}", met.source));
        finding.hint = failure.hints().first().cloned();
        context.ui.finding(&finding);
    }
    context.ui.findings(&found.findings);
    failures.tell("shown", context);
    if found.met.is_empty() && failures.is_empty() {
        context.ui.status("there are no certificates to show");
    }
    match failures.verdict() {
        Verdict::Done if !unreadable.is_empty() => Ok(Verdict::Failed(Kind::Input)),
        verdict => Ok(verdict),
    }
}

fn connection(name: &ConnectionName, context: &Context, found: &mut Found) -> Result<()> {
    let loaded = context.workspace()?.load(name)?;
    let thresholds = Thresholds { warn_days: 0, fail_days: 0 };
    let met =
        certificate::coverage(name.as_str(), &loaded.connection, Policy::Strict, context.now, thresholds).met;
    if met.is_empty() {
        context.ui.status(&format!("{name}: the connection stores no certificates"));
    }
    found.met.extend(met);
    Ok(())
}

/// Each certificate under a heading that says where it stands.
fn pages(met: &[Met], now: Time) -> String {
    let mut text = String::new();
    for met in met {
        let Ok(certificate) = &met.certificate else { continue };
        if !text.is_empty() {
            text.push('\n');
        }
        let usage = if met.usage.is_empty() { String::new() } else { format!("  {}", met.usage) };
        let owner = met.owner.as_ref().map(|owner| format!("  {}", printable(owner))).unwrap_or_default();
        text.push_str(&format!("{}{usage}{owner}\n", ui::clean(&printable(&met.source))));
        text.push_str(&page(certificate, now, 2));
    }
    text
}

/// What a certificate says, as lines for a person.
pub(super) fn page(certificate: &Certificate, now: Time, indent: usize) -> String {
    let issuer = if certificate.self_issued { "the same name (self-issued)" } else { certificate.issuer.as_str() };
    let mut rows = vec![
        ("subject", certificate.subject.clone()),
        ("issuer", issuer.to_owned()),
        ("serial", certificate.serial.clone()),
        ("valid", format!("{} to {} ({})", certificate.not_before, certificate.not_after, state(certificate, now))),
        ("key", certificate.key.to_string()),
        ("signed with", certificate.signature_algorithm.clone()),
    ];
    rows.extend(extension::read(certificate));
    rows.extend([
        ("SHA-256", colons(&certificate.sha256)),
        ("SHA-1", colons(&certificate.sha1())),
        ("key SHA-256", certificate.spki_sha256.clone()),
        ("pin", format!("--trust {}", pin(certificate))),
    ]);
    table::facts(indent, &rows)
}

/// What a certificate says, as members of a JSON document.
pub(super) fn facts(certificate: &Certificate, now: Time) -> Value {
    let mut value = certificate.facts();
    value["sha1"] = json!(certificate.sha1());
    value["fingerprint_sha256"] = json!(colons(&certificate.sha256));
    value["fingerprint_sha1"] = json!(colons(&certificate.sha1()));
    value["pin"] = json!(pin(certificate));
    value["state"] = json!(state(certificate, now));
    let extensions = extension::read(certificate).into_iter();
    value["extensions"] = extensions.map(|(name, text)| (name.replace(' ', "_"), json!(text))).collect();
    value
}

fn member(met: &Met, now: Time) -> Value {
    let mut value = match &met.certificate {
        Ok(certificate) => {
            let mut value = facts(certificate, now);
            value["pem"] = json!(armour::to_pem(certificate));
            value
        }
        Err(failure) => json!({ "sha256": null, "state": "unreadable", "message": failure.to_string() }),
    };
    value["source"] = json!(met.source);
    value["use"] = json!(met.usage);
    value["entity_id"] = json!(met.owner);
    value["code"] = json!(met.certificate.as_ref().err().map(Failure::code));
    value
}

/// What its dates say; whether it is any good is `cert check`'s.
fn state(certificate: &Certificate, now: Time) -> &'static str {
    if now < certificate.not_before {
        "not-yet-valid"
    } else if now > certificate.not_after {
        "expired"
    } else {
        "current"
    }
}

/// The form of admin pages: `2F:0A:…`.
fn colons(hexadecimal: &str) -> String {
    let upper = hexadecimal.to_ascii_uppercase();
    let pairs: Vec<&str> = (0..upper.len()).step_by(2).filter_map(|at| upper.get(at..at + 2)).collect();
    pairs.join(":")
}

/// What `--trust` takes: exactly this certificate.
fn pin(certificate: &Certificate) -> String {
    format!("sha256:{}", certificate.sha256)
}
