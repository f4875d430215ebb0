//! `ssoctl cert generate`: a key and a self-signed certificate for an SP that the user runs.

use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;

use crate::cert::armour;
use crate::cert::generate;
use crate::cert::generate::Wanted;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::cert::show;
use crate::cli::context::Context;
use crate::cli::git;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::crypto::verify::Curve;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;

/// Generate a private key and a self-signed certificate for an SP that you run
///
/// For your own service provider, such as a Shibboleth SP. The keys of a vendor's SP come
/// only from the vendor: a key made here would serve nothing there. The certificate signs
/// requests and, with RSA, decrypts assertions; identity providers pin it, so that no
/// authority is needed. The private key is not encrypted: its file is readable by you alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert generate --subject sp.example.org --key-out sp.key --cert-out sp.crt
  ssoctl cert generate --subject sp.example.org --key-out sp.key --key-type p256 --days 730 > sp.crt

Exit codes: 0 written · 2 wrong usage · 3 a file cannot be written · 5 a file is there already")]
pub(crate) struct Args {
    /// Common name, mostly the host name of the SP
    #[arg(long, value_name = "CN")]
    subject: String,
    /// The kind of key; rsa3072 is read everywhere and is good beyond 2030
    #[arg(long, value_enum, default_value = "rsa3072")]
    key_type: KeyType,
    /// How long the certificate is valid
    #[arg(long, default_value_t = 3650, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Write the private key to this file, which only you can read
    #[arg(long, value_name = "FILE")]
    key_out: PathBuf,
    /// Write the certificate to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    cert_out: Option<PathBuf>,
    /// Replace the files if they are there; a replaced key is lost
    #[arg(long)]
    force: bool,
}

/// Kinds of keys that SAML software reads.
#[derive(Clone, Copy, clap::ValueEnum)]
enum KeyType {
    Rsa2048,
    Rsa3072,
    Rsa4096,
    P256,
    P384,
}

impl From<KeyType> for NewKey {
    fn from(kind: KeyType) -> Self {
        match kind {
            KeyType::Rsa2048 => Self::Rsa(2048),
            KeyType::Rsa3072 => Self::Rsa(3072),
            KeyType::Rsa4096 => Self::Rsa(4096),
            KeyType::P256 => Self::Ec(Curve::P256),
            KeyType::P384 => Self::Ec(Curve::P384),
        }
    }
}

/// Makes both, writes the key first, and says what is to be done with each.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let common_name = generate::common_name(&args.subject)?;
    // `-` is a file like any other nowhere else, so it is not one here.
    let cert_out = args.cert_out.as_deref().filter(|path| *path != Path::new("-"));
    check_places(&args.key_out, cert_out, args.force)?;
    let key = PrivateKey::generate(args.key_type.into())?;
    let certificate =
        generate::self_signed(&key, &Wanted { common_name, not_before: context.now, days: args.days })?;
    let pem = armour::to_pem(&certificate);
    disk::write(&args.key_out, &key.to_pem()?, Access::Private)?;
    let key_shown = args.key_out.display();
    context.ui.status(&format!("wrote the private key {key_shown}, readable by you alone; never send or commit it"));
    if may_be_committed(&args.key_out) {
        context.ui.warning(&format!("`{key_shown}` lies in a git work tree that does not ignore it"));
        context.ui.hint("move it out of the tree, or name it in .gitignore before the next commit");
    }
    if let Some(path) = cert_out {
        disk::write(path, pem.as_bytes(), Access::Shared)?;
        context.ui.status(&format!("wrote the certificate {}, for your SP's metadata", path.display()));
    }
    match (context.format, cert_out) {
        (Format::Json, _) => {
            let mut facts = show::facts(&certificate, context.now);
            facts["pem"] = json!(pem);
            context.ui.json(&json!({
                "schema": "ssoctl.cert-generate/1",
                "key_file": args.key_out.display().to_string(),
                "certificate_file": cert_out.map(|path| path.display().to_string()),
                "certificate": facts,
            }))?;
        }
        (_, None) => context.ui.data(&pem)?,
        (_, Some(_)) => context.ui.data(&show::page(&certificate, context.now, 0))?,
    }
    Ok(Verdict::Done)
}

/// Everything that can be known before a key is made.
fn check_places(key: &Path, certificate: Option<&Path>, force: bool) -> Result<()> {
    if key == Path::new("-") {
        return Err(Failure::usage("key-to-output", "a private key is not written to standard output")
            .hint("name a file, such as `--key-out sp.key`")
            .into());
    }
    if certificate == Some(key) {
        return Err(Failure::usage("key-with-certificate", "key and certificate would go to the same file")
            .hint("the certificate is public and the key is not: give each a file of its own")
            .into());
    }
    for path in certificate.into_iter().chain([key]) {
        // Of a link that leads nowhere, too, nothing is known.
        if !force && path.symlink_metadata().is_ok() {
            let shown = path.display();
            return Err(Failure::refused("file-exists", format!("`{shown}` is there already"))
                .hint("choose another name; `--force` replaces it, and a replaced key is lost")
                .into());
        }
    }
    Ok(())
}

/// Whether a file lies in a git work tree that would take it. Where git cannot be asked,
/// the answer is yes.
fn may_be_committed(path: &Path) -> bool {
    let Ok(absolute) = std::path::absolute(path) else { return true };
    let Some(folder) = absolute.parent() else { return false };
    if !folder.ancestors().any(|above| above.join(".git").exists()) {
        return false;
    }
    let ignored = git::command(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(&absolute)
        .stdout(Stdio::null())
        .status();
    !ignored.is_ok_and(|status| status.success())
}
