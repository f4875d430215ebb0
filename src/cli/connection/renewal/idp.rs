//! The identity provider of a connection against its metadata of now.

use crate::cli::connection::edits::replaced;
use crate::cli::connection::edits;
use crate::cli::connection::memory::Candidate;
use crate::cli::connection::renewal::Look;
use crate::cli::connection::renewal::Looked;
use crate::cli::connection::renewal::Part;
use crate::cli::connection::renewal::Renewal;
use crate::cli::connection::renewal::published;
use crate::cli::connection::renewal::refuse_errors;
use crate::cli::connection::renewal::refused;
use crate::cli::connection::renewal::saml_of;
use crate::cli::connection::renewal::source_changed;
use crate::cli::connection;
use crate::cli::source::Material;
use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::facts::Party;
use crate::drift::facts;
use crate::drift;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::import;
use crate::model::connection::Saml;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::choose;
use crate::saml::metadata::lint;
use crate::saml::signature::trust::Trust;
use crate::workspace::Loaded;
use crate::workspace::sources::LastGood;
use crate::workspace::sources::Source;

impl Look<'_> {
    /// The identity provider of a connection as metadata has it now. Another entity, and a copy
    /// that is worse than the last good one, are refused.
    pub(crate) fn idp(&self, source: &str) -> Looked {
        let saml = saml_of(self.loaded)?;
        let known = saml.idp.entity_id.as_str();
        let (pins, trust) = self.pins(saml)?;
        let memory = self.recall(Source::Idp, known);
        let mut material = match self.newer(source, true, Source::Idp, memory.as_ref(), trust.as_ref())? {
            Ok(material) => material,
            // What is the same was verified by these very pins, or there are none.
            Err(renewal) => return Ok(Renewal { verified: Some(trust.is_some()), ..renewal }),
        };
        let document = connection::metadata_in(&mut material, Some(known), self.flags, trust.as_ref())
            // Under a pin, what cannot be verified is not to be believed, whatever the reason.
            .map_err(|error| if trust.is_some() { refused(error) } else { error })?;
        let entity = same_entity(&document, known, &material.name, self.loaded)?;
        let judged = self.judged_idp(saml, (pins, trust.as_ref()), &mut material, &document, entity, memory.as_ref());
        Ok(Renewal { verified: Some(trust.is_some()), ..judged.map_err(refused)? })
    }

    fn judged_idp(
        &self,
        saml: &Saml,
        (pins, trust): (Vec<String>, Option<&Trust>),
        material: &mut Material,
        document: &Document,
        entity: &Entity,
        memory: Option<&LastGood>,
    ) -> Result<Renewal> {
        let Self { loaded, context, .. } = *self;
        let old = facts::of_idp(&saml.idp);
        let published = published(entity, document, Party::Idp);
        self.refuse_worse(Source::Idp, &old, &published, memory, &material.name)?;
        let profile = context.vendor(&loaded.connection.provider)?.saml.clone().ok_or_else(|| {
            Failure::input("protocol-unsupported", format!("{} does not offer SAML", loaded.connection.provider))
                .hint("`ssoctl provider list` shows what each offers")
        })?;
        let mut idp = import::saml::renewed(entity, &profile, &saml.idp, &material.name)?;
        idp.metadata = material.url.clone().or_else(|| saml.idp.metadata.clone());
        idp.trust = pins;
        idp.certificates = edits::certificates_in_place(&saml.idp.certificates, idp.certificates);
        idp.planned = edits::still_planned(&saml.idp.planned, &idp.certificates);
        idp.sso = edits::endpoints_in_place(&saml.idp.sso, idp.sso);
        idp.slo = edits::endpoints_in_place(&saml.idp.slo, idp.slo);
        idp.skipped = edits::in_place(&saml.idp.skipped, idp.skipped);
        idp.name_id_formats = edits::in_place(&saml.idp.name_id_formats, idp.name_id_formats);
        let mut findings = lint::lint_idp(entity, context.now);
        // QT4: allowed, for logins that begin at the IdP; that there were keys and are none is refused above.
        findings.retain(|finding| finding.code != "signing-certificate-missing");
        findings.extend(connection::acceptable(document, entity, self.validity, context)?);
        findings.extend(connection::unverified(document));
        findings.extend(material.secret_in_url());
        findings.extend(material.unprotected(document));
        refuse_errors(&findings, context)?;
        let mut changes = drift::compare(&old, &facts::of_idp(&idp), context.now);
        if document.signer.is_none() {
            nobody_vouches(&mut changes);
        }
        changes.extend(source_changed(saml.idp.metadata.as_deref(), idp.metadata.as_deref()));
        changes.extend(trust_changed(&saml.idp.trust, &idp.trust));
        drift::sort(&mut changes);
        let edits = if changes.is_empty() { Vec::new() } else { replaced(&["saml", "idp"], &saml.idp, &idp)? };
        let candidate = Candidate::new(Source::Idp, material, document, entity, trust, context)?.after(memory);
        let (part, candidate) = (Some(Part::Idp(idp)), Some(candidate));
        Ok(Renewal { changes, edits, part, findings, remembered: memory.is_some(), candidate, ..Renewal::default() })
    }
}

/// The entity of the connection's ID. Another one is another trust, and users would be locked out.
fn same_entity<'d>(document: &'d Document, known: &str, source: &str, loaded: &Loaded) -> Result<&'d Entity> {
    let other = match (document.entities.as_slice(), document.others.as_slice()) {
        ([], [other]) => other.entity_id.as_deref(),
        _ => None,
    };
    if let Some(other) = other {
        let (why, is, name) = (explain_difference(known, other), printable(other), &loaded.name);
        let message = format!("{source}: this is `{is}`, and `{name}` trusts `{known}`: {why}");
        return Err(Failure::refused("entity-changed", message)
            .hint("another identity provider is another connection: `ssoctl connection add`")
            .into());
    }
    // A federation that no longer lists it is no slip of the command line.
    choose::choose_idp(document, Some(known)).map_err(|failure| match failure.code() {
        "entity-not-found" => failure.with_kind(Kind::Refused).into(),
        _ => failure.into(),
    })
}

/// A key more is all that an attacker on the way needs: where no pinned key has signed the
/// document, a new one must be accepted by name.
fn nobody_vouches(changes: &mut [Change]) {
    for change in changes.iter_mut().filter(|change| change.code == "key-added") {
        change.risk = Risk::High;
        change.means = "whoever holds it can log in as anybody, and no pinned key vouches for it: compare its SHA-256 \
                        by another channel, and enter it at the vendor before the identity provider signs with it, or in \
                        the same hour where it holds one"
            .to_owned();
    }
}

fn trust_changed(old: &[String], new: &[String]) -> Option<Change> {
    if old == new {
        return None;
    }
    let text = |pins: &[String]| (!pins.is_empty()).then(|| pins.join("\n"));
    let (before, after) = (text(old), text(new));
    let means = "from now on only documents that these keys have signed are believed";
    let values = (before.as_deref(), after.as_deref());
    Some(Change::by_hand("trust-changed", Risk::Medium, "pinned keys of the publisher", values, means))
}
