//! Where a document comes from: a file, a URL, or standard input.

pub(crate) mod mdq;

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::context::Context;
use crate::disk;
use crate::disk::content::Content;
use crate::disk::content::Reader;
use crate::error::Failure;
use crate::error::Result;
use crate::error::told::redacted;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::http::address;
use crate::http::address::SafeUrl;
use crate::http::fetch::Accept;
use crate::http::fetch::Download;
use crate::http::fetch::FetchRules;
use crate::http::fetch::Fetched;
use crate::http::guard::Guard;
use crate::http::guard::Origin;
use crate::http::roots::Roots;
use crate::http::validators::Validators;
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
    /// Seconds that fetching a URL, or looking at a server, may take in all
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Reading documents")]
    pub(crate) timeout: u64,
    /// Fetch http:// URLs too; whoever sits between can then change the document
    #[arg(long, help_heading = "Reading documents")]
    pub(crate) insecure_allow_http: bool,
    /// Fetch from the public internet only, on each redirect too [default: on where the variable CI is true]
    #[arg(long, help_heading = "Reading documents")]
    untrusted: bool,
    /// An origin that may be fetched from under --untrusted all the same, such as an IdP inside; may be repeated
    #[arg(long = "allow-origin", value_name = "ORIGIN", help_heading = "Reading documents")]
    allow_origins: Vec<String>,
    /// Trust the authorities of this PEM file too when fetching
    #[arg(long, value_name = "FILE", help_heading = "Reading documents")]
    ca_file: Option<PathBuf>,
}

/// More than every authority of the world takes.
const CA_FILE_LIMIT: u64 = 4 << 20;
/// Beyond this no format but XML is read.
const WHOLE: u64 = 16 << 20;

impl Flags {
    /// The caps of the XML reader under `--max-size`; an aggregate may be larger than
    /// one entity's document.
    pub(crate) fn xml_limits(&self, aggregate: bool) -> Limits {
        let limits = if aggregate { Limits::aggregate() } else { Limits::default() };
        Limits { bytes: self.max_size.unwrap_or(limits.bytes), ..limits }
    }

    /// Which hosts may be asked: any, or under `--untrusted` and in CI those of the public
    /// internet and of `--allow-origin`.
    pub(crate) fn guard(&self, context: &Context) -> Result<Option<Guard>> {
        let mut allowed = Vec::new();
        for text in &self.allow_origins {
            allowed.push(Origin::parse(text)?);
        }
        let why = match (self.untrusted, context.ci) {
            (true, _) => "`--untrusted` is given",
            (false, true) => "the environment variable `CI` is set",
            (false, false) => return Ok(None),
        };
        Ok(Some(Guard::new(allowed, why)))
    }

    /// Everything that a fetch is bound by.
    pub(crate) fn rules(&self, aggregate: bool, accept: Accept, context: &Context) -> Result<FetchRules> {
        let roots = match &self.ca_file {
            None => Roots::default(),
            Some(path) => Roots::from_pem(&disk::read(path, CA_FILE_LIMIT)?, &path.display().to_string())?,
        };
        Ok(FetchRules {
            max_bytes: self.xml_limits(aggregate).bytes,
            timeout: Duration::from_secs(self.timeout),
            allow_http: self.insecure_allow_http,
            guard: self.guard(context)?,
            roots,
            accept,
            ..FetchRules::default()
        })
    }
}

/// A document and what to call it.
pub(crate) struct Material {
    /// How the user named it; `standard input` for `-`.
    pub(crate) name: String,
    /// The URL that it can be fetched from again: as the user gave it, or the one that an MDQ
    /// service answered.
    pub(crate) url: Option<String>,
    /// Which version of the document at `url` this is.
    pub(crate) validators: Option<Validators>,
    content: Content,
}

impl Material {
    /// The first 64 KiB, for a look at what kind of document it is.
    pub(crate) fn head(&self) -> &[u8] {
        self.content.head()
    }

    /// Reads from the first byte, as often as it is called; a large plain file is read from the
    /// disk each time, so what is verified must be what is read in the same pass.
    pub(crate) fn reader(&mut self) -> Result<Reader<'_>> {
        self.content.reader()
    }

    /// Bytes in all; of a plain file as it was when it was opened.
    pub(crate) fn size(&self) -> u64 {
        self.content.size()
    }

    /// The whole document in memory, up to 16 MiB: for every format but XML.
    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>> {
        self.content.bytes(WHOLE)
    }

    /// What is to be said of metadata that came over plain http and that no pinned key has signed
    /// (`http-unverified`).
    pub(crate) fn unprotected(&self, document: &Document) -> Option<Finding> {
        let plain = self.url.as_deref().is_some_and(|url| url.to_ascii_lowercase().starts_with("http:"));
        (plain && document.signer.is_none()).then(|| {
            Finding::new(
                "http-unverified",
                Severity::Warning,
                format!("{}: this came over plain http and no signature was verified, so anybody on the way can have changed it", self.name),
            )
            .hint("use https, pin the publisher's key by `--trust`, or compare the certificates' fingerprints by another channel")
        })
    }

    /// What is to be said of the URL, which a connection stores as it is (`metadata-url-secret`).
    pub(crate) fn secret_in_url(&self) -> Option<Finding> {
        let url = url::Url::parse(self.url.as_deref()?).ok()?;
        let parameter = address::secret_parameter(&url)?;
        Some(
            Finding::new(
                "metadata-url-secret",
                Severity::Warning,
                format!(
                    "{}: the parameter `{parameter}` of the URL may be a secret, and the URL is stored in the file",
                    self.name
                ),
            )
            .hint("if it is one, save the document and give the file instead; git never forgets"),
        )
    }
}

/// Whether a source is a URL.
pub(crate) fn is_url(source: &str) -> bool {
    source.contains("://")
}

/// A source as messages and reports name it: a URL without what may be secret in it.
pub(crate) fn shown(source: &str) -> String {
    // One that lacks its scheme is taken for a file.
    if is_url(source) { SafeUrl::of_text(source).to_string() } else { redacted(&printable(source)).into_owned() }
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
    match read_newer(source, flags, aggregate, None, context)? {
        Newer::Material(material) => Ok(material),
        Newer::Unchanged(_) => Err(Failure::bug("an answer to a question that was not asked").into()),
    }
}

/// What there is beyond a version that is known.
pub(crate) enum Newer {
    /// A document, which may be the same all the same.
    Material(Material),
    /// Nothing: the validators to ask with the next time.
    Unchanged(Validators),
}

/// As [`read`]; of a URL only what is newer than `known`.
pub(crate) fn read_newer(
    source: &str,
    flags: &Flags,
    aggregate: bool,
    known: Option<&Validators>,
    context: &Context,
) -> Result<Newer> {
    let limit = flags.xml_limits(aggregate).bytes;
    if is_url(source) {
        let rules = flags.rules(aggregate, Accept::Any, context)?;
        return Ok(match context.http().fetch(source, &rules, known)? {
            Fetched::Document(download) => Newer::Material(fetched(download, source)),
            Fetched::NotModified(validators) => Newer::Unchanged(validators),
            Fetched::Missing(failure) => return Err(failure.into()),
        });
    }
    let (name, content) = match source {
        "-" => {
            if context.ui.can_ask() {
                context.ui.status("reading standard input; end it with Ctrl-D");
            }
            ("standard input", Content::stdin(limit)?)
        }
        "" => {
            return Err(Failure::usage("source-empty", "the document's name is empty")
                .hint("name a file, a URL, or `-`")
                .into());
        }
        path => (path, Content::open(Path::new(path), limit)?),
    };
    // A name with a line break in it begins no line of ours.
    Ok(Newer::Material(Material { name: printable(name), url: None, validators: None, content }))
}

/// A download, to be fetched again from `url`.
fn fetched(download: Download, url: &str) -> Material {
    // The final URL may have a secret in its query, so messages name it without.
    let name = url::Url::parse(&download.url).map_or_else(|_| printable(url), |url| SafeUrl::of(&url).to_string());
    Material { name, url: Some(url.to_owned()), validators: Some(download.validators), content: download.content }
}

/// Reads SAML metadata, and verifies it where pins are given: as a stream where the signature
/// stands first, and once more as a whole where it does not and the document is small.
pub(crate) fn metadata(
    material: &mut Material,
    limits: &Limits,
    select: &Select,
    trust: Option<&Trust>,
) -> Result<Document> {
    let name = material.name.clone();
    let Some(trust) = trust else {
        return Ok(metadata::read(material.reader()?, &name, limits, select)?);
    };
    match metadata::read_trusted(material.reader()?, &name, limits, select, trust) {
        Err(failure) if failure.code() == "signature-misplaced" && material.size() <= message::LARGEST => {
            // Read once, so that what is verified is what is handed on.
            let bytes = material.bytes()?;
            Ok(metadata::read_trusted_whole(&bytes, &name, select, trust)?)
        }
        read => Ok(read?),
    }
}
