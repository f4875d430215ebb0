//! The vendor's side of a connection against its metadata of now.

use crate::cli::connection::edits::replaced;
use crate::cli::connection::edits;
use crate::cli::connection::memory::Candidate;
use crate::cli::connection::renewal::Look;
use crate::cli::connection::renewal::Looked;
use crate::cli::connection::renewal::Part;
use crate::cli::connection::renewal::Renewal;
use crate::cli::connection::renewal::published;
use crate::cli::connection::renewal::refuse_errors;
use crate::cli::connection::renewal::saml_of;
use crate::cli::connection::renewal::source_changed;
use crate::cli::connection;
use crate::drift::facts::Party;
use crate::drift::facts;
use crate::drift;
use crate::import;
use crate::saml::metadata::choose;
use crate::saml::metadata::lint;
use crate::workspace::sources::Source;

impl Look<'_> {
    /// The vendor's side of a connection as its metadata has it now. The entity ID may change
    /// here: it is a change that must be accepted.
    pub(crate) fn sp(&self, source: &str, entity_id: Option<&str>) -> Looked {
        let context = self.context;
        let saml = saml_of(self.loaded)?;
        let known = saml.sp.entity_id.as_deref();
        let memory = known.and_then(|known| self.recall(Source::Sp, known));
        let mut material = match self.newer(source, entity_id.is_some(), Source::Sp, memory.as_ref(), None)? {
            Ok(material) => material,
            Err(renewal) => return Ok(Renewal { verified: Some(false), ..renewal }),
        };
        let document = connection::metadata_in(&mut material, entity_id, self.flags, None)?;
        let several = document.entities.iter().filter(|entity| entity.sp.is_some()).count() > 1;
        let entity = choose::choose_sp(&document, entity_id.or(known.filter(|_| several)))?;
        let mut sp = import::saml::service_provider(entity, &saml.sp, &material.name)?;
        sp.metadata = material.url.clone().or(sp.metadata);
        sp.slo = edits::in_place(&saml.sp.slo, sp.slo);
        sp.name_id_formats = edits::in_place(&saml.sp.name_id_formats, sp.name_id_formats);
        sp.signing_certificates = edits::certificates_in_place(&saml.sp.signing_certificates, sp.signing_certificates);
        sp.encryption_certificates =
            edits::certificates_in_place(&saml.sp.encryption_certificates, sp.encryption_certificates);
        let published = published(entity, &document, Party::Sp);
        let (old, new) = (facts::of_sp(&saml.sp), facts::of_sp(&sp));
        // A vendor that signs nothing any more needs no key; that is a change, and no worse copy.
        let held = if sp.signing_certificates.is_empty() { &published } else { old.as_ref().unwrap_or(&published) };
        self.refuse_worse(Source::Sp, held, &published, memory.as_ref(), &material.name)?;
        let mut changes = Vec::new();
        // Before the vendor has shown them there is nothing to compare with.
        if let (Some(old), Some(new)) = (&old, &new) {
            changes = drift::compare(old, new, context.now);
            changes.extend(source_changed(saml.sp.metadata.as_deref(), sp.metadata.as_deref()));
            drift::sort(&mut changes);
        }
        let mut findings = lint::lint_sp(entity, context.now);
        findings.extend(material.secret_in_url());
        findings.extend(material.unprotected(&document));
        refuse_errors(&findings, context)?;
        let same = changes.is_empty() && known.is_some();
        let edits = if same { Vec::new() } else { replaced(&["saml", "sp"], &saml.sp, &sp)? };
        let candidate =
            Candidate::new(Source::Sp, &mut material, &document, entity, None, context)?.after(memory.as_ref());
        let remembered = memory.is_some() || known.is_none();
        let (part, candidate, verified) = (Some(Part::Sp(sp)), Some(candidate), Some(false));
        Ok(Renewal { changes, edits, part, findings, verified, remembered, candidate, ..Renewal::default() })
    }
}
