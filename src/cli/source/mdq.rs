//! One entity from a metadata query service (MDQ), by its entity ID.

use crate::cli::context::Context;
use crate::cli::source::Flags;
use crate::cli::source::Material;
use crate::cli::source::fetched;
use crate::error::Result;
use crate::http::fetch::Accept;
use crate::http::fetch::Fetched;
use crate::saml::mdq;
use crate::saml::metadata::Document;

/// Flags of every command that can ask such a service. The command that flattens them has a
/// flag `--entity-id` and a group `document` of all its sources.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Query {
    /// A metadata query service (MDQ), which is asked for --entity-id alone
    #[arg(long, value_name = "BASE_URL", requires = "entity_id", group = "document", help_heading = "Metadata query")]
    mdq: Option<String>,
    /// Ask it by the SHA-1 of the entity ID [default: only where the entity ID itself is not found]
    #[arg(long, requires = "mdq", help_heading = "Metadata query")]
    mdq_sha1: bool,
}

impl Query {
    /// Whether a service is to be asked.
    pub(crate) fn is_given(&self) -> bool {
        self.mdq.is_some()
    }

    /// Refuses an answer that is of another entity than the one asked for.
    pub(crate) fn expect(&self, document: &Document, entity_id: Option<&str>) -> Result<()> {
        match entity_id.filter(|_| self.is_given()) {
            Some(entity_id) => Ok(mdq::expect(document, entity_id)?),
            None => Ok(()),
        }
    }

    /// Asks the service where one is named; `entity_id` is there where it is. The material's URL is
    /// the one that answered. What is parsed from it must pass [`Self::expect`].
    pub(crate) fn read(&self, entity_id: Option<&str>, flags: &Flags, context: &Context) -> Result<Option<Material>> {
        let (Some(base), Some(entity_id)) = (&self.mdq, entity_id) else { return Ok(None) };
        let rules = flags.rules(false, Accept::SamlMetadata, context)?;
        let urls = mdq::urls(base, entity_id)?;
        let mut missing = None;
        for url in urls.iter().skip(usize::from(self.mdq_sha1)) {
            match context.http().fetch(url, &rules, None)? {
                Fetched::Document(download) => return Ok(Some(fetched(download, url))),
                Fetched::Missing(failure) => missing = missing.or(Some(failure)),
                Fetched::NotModified(_) => {}
            }
        }
        Err(mdq::unknown(base, entity_id, missing).into())
    }
}
