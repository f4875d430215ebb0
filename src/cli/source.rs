//! Where a document comes from: a file, a URL, or standard input.

use std::path::Path;
use std::time::Duration;

use crate::cli::context::Context;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::fetch::FetchLimits;
use crate::model::ConnectionName;
use crate::model::difference::nearest;
use crate::model::printable;
use crate::saml::metadata;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::signature::message;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;

/// Flags of every command that reads documents.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Flags {
    /// Largest document that is read, in bytes [default: 16 MiB; 256 MiB where one entity is chosen]
    #[arg(long, value_name = "BYTES", help_heading = "Reading documents")]
    max_size: Option<u64>,
    /// Seconds that fetching a URL may take in all
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Reading documents")]
    pub(crate) timeout: u64,
    /// Fetch http:// URLs too; whoever sits between can then change the document
    #[arg(long, help_heading = "Reading documents")]
    pub(crate) insecure_allow_http: bool,
}

impl Flags {
    /// The caps of the XML reader under `--max-size`; an aggregate may be larger than
    /// one entity's document.
    pub(crate) fn xml_limits(&self, aggregate: bool) -> Limits {
        let limits = if aggregate { Limits::aggregate() } else { Limits::default() };
        Limits { bytes: self.max_size.unwrap_or(limits.bytes), ..limits }
    }
}

/// A document and what to call it.
pub(crate) struct Material {
    /// How the user named it; `standard input` for `-`.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The URL it was fetched from, as the user gave it.
    pub(crate) url: Option<String>,
}

/// Whether a source is a URL.
pub(crate) fn is_url(source: &str) -> bool {
    source.contains("://")
}

/// The connection that a source names, where no such file is there. A word without a dot that
/// is neither is refused: it was meant as a name.
pub(crate) fn connection_named(source: &str, context: &Context) -> Result<Option<ConnectionName>> {
    if source == "-" || is_url(source) || Path::new(source).exists() {
        return Ok(None);
    }
    let (Ok(name), Ok(workspace)) = (source.parse::<ConnectionName>(), context.workspace()) else { return Ok(None) };
    let names = workspace.names()?;
    if names.contains(&name) {
        return Ok(Some(name));
    }
    if source.contains('.') {
        return Ok(None);
    }
    let near = nearest(source, names.iter().map(ConnectionName::as_str));
    Err(Failure::input("source-not-found", format!("`{name}` is neither a file nor a connection of this workspace"))
        .hint(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`ssoctl connection list` shows the connections".to_owned(),
        })
        .into())
}

/// Reads a FILE, a URL or `-`; `aggregate` where one entity of many is wanted.
pub(crate) fn read(source: &str, flags: &Flags, aggregate: bool, context: &Context) -> Result<Material> {
    let limit = flags.xml_limits(aggregate).bytes;
    if source == "-" {
        if context.ui.can_ask() {
            context.ui.status("reading standard input; end it with Ctrl-D");
        }
        return Ok(Material { name: "standard input".to_owned(), bytes: disk::read_stdin(limit)?, url: None });
    }
    if is_url(source) {
        let limits = FetchLimits {
            max_bytes: limit,
            timeout: Duration::from_secs(flags.timeout),
            allow_http: flags.insecure_allow_http,
            ..FetchLimits::default()
        };
        let fetched = context.http().fetch(source, &limits)?;
        // The final URL may have a secret in its query, so messages name it without.
        let name =
            url::Url::parse(&fetched.url).map_or_else(|_| printable(source), |url| SafeUrl::of(&url).to_string());
        return Ok(Material { name, bytes: fetched.body, url: Some(source.to_owned()) });
    }
    if source.is_empty() {
        return Err(Failure::usage("source-empty", "the document's name is empty")
            .hint("name a file, a URL, or `-`")
            .into());
    }
    Ok(Material { name: source.to_owned(), bytes: disk::read(Path::new(source), limit)?, url: None })
}

/// Reads SAML metadata, and verifies it where pins are given: as a stream where the signature
/// stands first, and once more as a whole where it does not and the document is small.
pub(crate) fn metadata(
    material: &Material,
    limits: &Limits,
    select: &Select,
    trust: Option<&Trust>,
) -> Result<Document> {
    let bytes = material.bytes.as_slice();
    let Some(trust) = trust else {
        return Ok(metadata::read(bytes, &material.name, limits, select)?);
    };
    match metadata::read_trusted(bytes, &material.name, limits, select, trust) {
        Err(failure) if failure.code() == "signature-misplaced" && bytes.len() as u64 <= message::LARGEST => {
            Ok(metadata::read_trusted_whole(bytes, &material.name, select, trust)?)
        }
        read => Ok(read?),
    }
}
