//! A document on its way to be the last good one of a connection.

use std::io::Read as _;

use crate::cli::context::Context;
use crate::cli::source::Material;
use crate::crypto;
use crate::error::Failure;
use crate::error::Result;
use crate::http::validators::Validators;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::RootKind;
use crate::saml::signature::trust::Trust;
use crate::workspace::Workspace;
use crate::workspace::sources::Kept;
use crate::workspace::sources::LastGood;
use crate::workspace::sources::Source;

/// The largest document that is kept itself; of others, and of federations, the digest is.
const LARGEST: u64 = 1 << 20;

/// A document that may become the last good one.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    source: Source,
    good: LastGood,
    /// The document itself; `None` where the one that is kept is still it.
    document: Option<Option<Vec<u8>>>,
}

impl Candidate {
    /// What there is to remember of an entity's document.
    pub(crate) fn new(
        source: Source,
        material: &mut Material,
        document: &Document,
        entity: &Entity,
        trust: Option<&Trust>,
        context: &Context,
    ) -> Result<Self> {
        let valid_until = match source {
            Source::Idp => entity.idp.as_ref().and_then(|idp| idp.valid_until),
            Source::Sp => entity.sp.as_ref().and_then(|sp| sp.valid_until),
        };
        let good = LastGood {
            url: material.url.clone(),
            validators: material.validators.clone(),
            sha256: digest(material)?,
            valid_until,
            latest_valid_until: valid_until,
            signed: document.signature_present(),
            verified_with: trust.filter(|_| document.signer.is_some()).map(Trust::digest),
            root_id: document.id.clone(),
            ..LastGood::new(entity.entity_id.as_deref().unwrap_or_default(), context.now)
        };
        let alone = document.root == RootKind::Entity && material.size() <= LARGEST;
        let bytes = if alone { Some(material.bytes()?) } else { None };
        Ok(Self { source, good, document: Some(bytes) })
    }

    /// The one that is remembered, which the server says is still the newest.
    pub(crate) fn again(source: Source, kept: LastGood, validators: Validators, context: &Context) -> Self {
        let good = LastGood { validators: Some(validators), fetched_at: context.now, ..kept };
        Self { source, good, document: None }
    }

    /// The latest end that was seen stays, so that a signed copy cannot lower it.
    pub(crate) fn after(mut self, earlier: Option<&LastGood>) -> Self {
        let seen = earlier.and_then(|kept| kept.latest_valid_until);
        self.good.latest_valid_until = self.good.latest_valid_until.max(seen);
        self
    }

    /// Remembers it as the last good one, of which the connection was made. Without that memory
    /// nothing is wrong but less is known next time: a failure is told and ends nothing.
    pub(crate) fn keep(
        &self,
        name: &ConnectionName,
        connection: &Connection,
        workspace: &Workspace,
        context: &Context,
    ) {
        let remember = || {
            let good = LastGood { part_sha256: part(self.source, connection)?, ..self.good.clone() };
            let document = match &self.document {
                None => Kept::AsItIs,
                Some(None) => Kept::DigestAlone,
                Some(Some(bytes)) => Kept::Whole(bytes),
            };
            workspace.remember(name, self.source, &good, document)
        };
        if let Err(error) = remember() {
            context.ui.warning(&format!("the last good document of `{name}` is not remembered: {error}"));
        }
    }
}

/// Digest of the part of a connection that was made of a document, pins included: where it is
/// the same, the same document says nothing new.
pub(crate) fn part(source: Source, connection: &Connection) -> Result<String> {
    let saml = connection.saml.as_ref();
    let bytes = match source {
        Source::Idp => serde_json::to_vec(&saml.map(|saml| &saml.idp)),
        Source::Sp => serde_json::to_vec(&saml.map(|saml| &saml.sp)),
    };
    let bytes = bytes.map_err(|error| Failure::bug("a part of a connection cannot be written").because(error))?;
    Ok(crypto::hex(&crypto::sha256(&bytes)))
}

/// SHA-256 of a document, however large.
fn digest(material: &mut Material) -> Result<String> {
    let name = material.name.clone();
    let mut sha256 = crypto::Sha256::new();
    let mut reader = material.reader()?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut piece).map_err(|error| {
            Failure::input("file-unreadable", format!("{name} cannot be read a second time")).because(error)
        })?;
        if read == 0 {
            return Ok(sha256.finish_hex());
        }
        sha256.update(&piece[..read]);
    }
}
