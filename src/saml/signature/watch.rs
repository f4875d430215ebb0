//! A reader that verifies the signature of the document's root while the document is read.
//!
//! Until the signature has been read, what precedes it is recorded: the root's start tag and the
//! white space behind it, since the schema orders the signature first. From there on the
//! document is digested as it goes by.

use std::io::BufRead;

use crate::crypto::scheme::Sha1;
use crate::error::Failure;
use crate::saml::DS;
use crate::saml::signature::Objection;
use crate::saml::signature::claims;
use crate::saml::signature::claims::Claims;
use crate::saml::signature::claims::Target;
use crate::saml::signature::digest::Digester;
use crate::saml::signature::extraction::Extraction;
use crate::saml::signature::shown;
use crate::saml::signature::trust::Trust;
use crate::xml::Event;
use crate::xml::Position;
use crate::xml::Reader;
use crate::xml::Start;
use crate::xml::XML;
use crate::xml::canonical::Canonicalizer;
use crate::xml::recording::Full;
use crate::xml::recording::Recording;

/// Bytes of a signature that are kept; the largest key and a chain of certificates are far below.
pub(super) const SIGNATURE_ROOM: usize = 512 << 10;
/// Bytes before the root's start, and as many between it and its signature, that are kept.
const LEADING_ROOM: usize = 256 << 10;

/// A reader, watched or not.
pub(crate) struct Watched<R> {
    reader: Reader<R>,
    watch: Option<Box<Watch>>,
}

impl<R: BufRead> Watched<R> {
    /// Verifies with these pins; with none, the document is only read.
    pub(crate) fn new(reader: Reader<R>, trust: Option<&Trust>) -> Self {
        let watch = trust.map(|trust| Box::new(Watch { trust: trust.clone(), state: State::Prolog(Vec::new()) }));
        Self { reader, watch }
    }

    /// Digests by a signature that was found and verified before, in the same document.
    pub(crate) fn planned(reader: Reader<R>, plan: Plan) -> Self {
        let watch = Box::new(Watch {
            trust: Trust { pins: Vec::new(), sha1: Sha1::Refused },
            state: State::Digesting(Box::new(plan.digesting())),
        });
        Self { reader, watch: Some(watch) }
    }

    /// Whose key the signature was made with: only at the end, and only where everything held.
    pub(crate) fn signer(&self) -> Option<&str> {
        match self.watch.as_deref() {
            Some(Watch { state: State::Held(signer), .. }) => Some(signer),
            _ => None,
        }
    }

    /// As [`Reader::next`].
    pub(crate) fn next(&mut self) -> Result<Event<'_>, Failure> {
        self.reader.advance()?;
        if let Some(watch) = &mut self.watch
            && let Err(objection) = watch.see(&self.reader.event(), self.reader.depth())
        {
            return Err(objection.at(&self.reader));
        }
        Ok(self.reader.event())
    }

    /// As [`Reader::element`].
    pub(crate) fn element(&self) -> Start<'_> {
        self.reader.element()
    }

    /// As [`Reader::position`].
    pub(crate) fn position(&self) -> Position {
        self.reader.position()
    }

    /// As [`Reader::depth`].
    pub(crate) fn depth(&self) -> usize {
        self.reader.depth()
    }

    /// As [`Reader::failure`].
    pub(crate) fn failure(&self, code: &'static str, message: &str) -> Failure {
        self.reader.failure(code, message)
    }
}

/// A signature whose `SignedInfo` has held, and where in the document it stands.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) claims: Claims,
    pub(super) signer: String,
    pub(super) inherited: Vec<(String, String)>,
    /// How many elements begin before the signed one, and before the signature.
    pub(super) target: usize,
    pub(super) signature: usize,
}

impl Plan {
    fn digesting(self) -> Digesting {
        let Self { claims, signer, inherited, target, signature } = self;
        let canonicalizer = Canonicalizer::new(claims.method.clone(), inherited);
        let (document, id) = match &claims.target {
            Target::Document => (true, None),
            Target::Id(id) => (false, Some(id.clone())),
        };
        Digesting {
            extraction: Extraction::new(canonicalizer, target, signature, document),
            digester: Digester::new(claims.hash),
            claims,
            signer,
            id,
            ids: 0,
            signatures: 0,
        }
    }
}

struct Watch {
    trust: Trust,
    state: State,
}

enum State {
    /// Before the root: its instructions.
    Prolog(Vec<(String, String)>),
    /// Between the root's start and its first child.
    Leading {
        prolog: Vec<(String, String)>,
        leading: Recording,
    },
    /// In the signature.
    Signature {
        prolog: Vec<(String, String)>,
        leading: Recording,
        signature: Recording,
    },
    /// The first child was something else; a signature may still come, too late.
    Unsigned,
    Digesting(Box<Digesting>),
    Held(String),
    /// Between two states, and after an objection.
    Nowhere,
}

struct Digesting {
    extraction: Extraction,
    digester: Digester,
    claims: Claims,
    signer: String,
    /// The ID that is signed, and how many elements have it.
    id: Option<String>,
    ids: usize,
    /// Signatures that are children of the root.
    signatures: usize,
}

impl Watch {
    fn see(&mut self, event: &Event<'_>, depth: usize) -> Result<(), Objection> {
        if let State::Digesting(digesting) = &mut self.state
            && !matches!(event, Event::Eof)
        {
            return digesting.see(event, depth);
        }
        self.state = match (std::mem::replace(&mut self.state, State::Nowhere), event) {
            (State::Digesting(digesting), _) => State::Held(digesting.finish()?),
            (State::Prolog(mut prolog), Event::Instruction(target, data)) => {
                let kept: usize = prolog.iter().map(|(target, data)| target.len() + data.len()).sum();
                if prolog.len() == 64 || kept + event.bytes() > LEADING_ROOM {
                    return Err(misplaced());
                }
                prolog.push(((*target).to_owned(), (*data).to_owned()));
                State::Prolog(prolog)
            }
            (State::Prolog(prolog), Event::Start(start)) => {
                let mut leading = Recording::before(start, LEADING_ROOM);
                leading.keep(event).map_err(too_much)?;
                State::Leading { prolog, leading }
            }
            (State::Leading { prolog, leading }, Event::Start(start)) if start.is(DS, "Signature") => {
                let mut signature = Recording::before(start, SIGNATURE_ROOM);
                signature.keep(event).map_err(too_large)?;
                State::Signature { prolog, leading, signature }
            }
            (State::Leading { .. }, Event::Start(_) | Event::End(_)) => State::Unsigned,
            (State::Leading { prolog, mut leading }, _) => {
                leading.keep(event).map_err(too_much)?;
                State::Leading { prolog, leading }
            }
            (State::Signature { prolog, leading, mut signature }, _) => {
                signature.keep(event).map_err(too_large)?;
                if matches!(event, Event::End(_)) && depth == 2 {
                    State::Digesting(Box::new(self.begin(&prolog, &leading, &signature)?))
                } else {
                    State::Signature { prolog, leading, signature }
                }
            }
            (State::Unsigned, Event::Start(start)) if depth == 2 && start.is(DS, "Signature") => {
                return Err(misplaced());
            }
            (_, Event::Eof) => return Err(missing()),
            (state, _) => state,
        };
        Ok(())
    }

    /// The signature is read: it must hold before anything is digested by its word.
    fn begin(
        &self,
        prolog: &[(String, String)],
        leading: &Recording,
        signature: &Recording,
    ) -> Result<Digesting, Objection> {
        let mut root_id = None;
        let mut inherited = Vec::new();
        leading.replay(|event| {
            if let Event::Start(start) = event {
                root_id = start.attribute("ID").map(str::to_owned);
                inherited = xml_attributes(start);
            }
            Ok::<(), Objection>(())
        })?;
        let claims = claims::read(signature, &inherited, self.trust.sha1)?;
        refuse_other(&claims.target, root_id.as_deref())?;
        let signer = self.trust.verify(&claims)?;
        let plan = Plan { claims, signer, inherited: Vec::new(), target: 0, signature: 1 };
        let mut digesting = plan.digesting();
        for (target, data) in prolog {
            digesting.see(&Event::Instruction(target, data), 0)?;
        }
        let mut depth = 0;
        let mut again = |event: &Event<'_>| {
            depth += usize::from(matches!(event, Event::Start(_)));
            let seen = digesting.see(event, depth);
            depth -= usize::from(matches!(event, Event::End(_)));
            seen
        };
        leading.replay(&mut again)?;
        signature.replay(&mut again)?;
        Ok(digesting)
    }
}

impl Digesting {
    fn see(&mut self, event: &Event<'_>, depth: usize) -> Result<(), Objection> {
        if let Event::Start(start) = event {
            if let Some(id) = &self.id {
                self.ids += ids(start).filter(|found| found == id).count();
                if self.ids > 1 {
                    return Err(duplicate(id));
                }
            }
            if depth == 2 && start.is(DS, "Signature") {
                self.signatures += 1;
                if self.signatures > 1 {
                    return Err(several());
                }
            }
        }
        self.extraction.see(event, &mut self.digester.block)?;
        self.digester.flush();
        Ok(())
    }

    fn finish(self) -> Result<String, Objection> {
        let Self { extraction, digester, claims, signer, .. } = self;
        // The comparison is of public values, so that its time tells nothing.
        if !extraction.is_whole() || digester.finish() != claims.digest {
            return Err(altered());
        }
        Ok(signer)
    }
}

/// The attributes of the namespace `xml`, local name and value.
pub(super) fn xml_attributes(start: &Start<'_>) -> Vec<(String, String)> {
    start
        .attributes()
        .filter(|one| one.namespace == XML)
        .map(|one| (one.local.to_owned(), one.value.to_owned()))
        .collect()
}

/// What some reader takes for an ID: `ID`, `Id`, `id`, `xml:id` and those of SAML 1.
pub(super) fn ids<'a>(start: &Start<'a>) -> impl Iterator<Item = &'a str> {
    start
        .attributes()
        .filter(|one| {
            one.local.eq_ignore_ascii_case("id") || matches!(one.local, "AssertionID" | "ResponseID" | "RequestID")
        })
        .map(|one| one.value)
}

/// A signature signs the element that it stands in, or it does not count.
pub(super) fn refuse_other(target: &Target, id: Option<&str>) -> Result<(), Objection> {
    match target {
        Target::Document => Ok(()),
        Target::Id(wanted) if id == Some(wanted) => Ok(()),
        Target::Id(wanted) => Err(other(&format!("the element `{}`", shown(wanted)))),
    }
}

pub(super) fn other(what: &str) -> Objection {
    Objection::new(
        "signature-reference-other",
        format!("the signature signs {what}, not the element that it stands in"),
        "it may have been taken from another document: do not trust this one",
    )
}

pub(super) fn duplicate(id: &str) -> Objection {
    Objection::new(
        "signature-id-duplicate",
        format!("the signed ID `{}` stands in the document twice", shown(id)),
        "readers disagree on which is signed: do not trust this document",
    )
}

pub(super) fn several() -> Objection {
    Objection::new(
        "signature-several",
        "one element has more than one signature",
        "SAML allows one: do not trust this document, and ask where it comes from",
    )
}

pub(super) fn altered() -> Objection {
    Objection::new(
        "digest-mismatch",
        "the document was altered after it was signed: its digest is not the signed one",
        "get the document again from its publisher, byte for byte; an editor or a formatter breaks a signature",
    )
}

pub(super) fn missing() -> Objection {
    Objection::new(
        "signature-missing",
        "the document is not signed, and a signature was asked for",
        "ask the publisher for the signed document; without `--trust` it is taken unverified",
    )
}

pub(super) fn misplaced() -> Objection {
    Objection::new(
        "signature-misplaced",
        "the signature is not the first element of the root",
        "the schema orders it first; a document of at most 8 MiB is verified all the same",
    )
}

fn too_much(_: Full) -> Objection {
    misplaced()
}

pub(super) fn too_large(_: Full) -> Objection {
    Objection::new(
        "signature-too-large",
        "the signature is larger than any real one",
        "this document was made to exhaust a reader: do not trust it",
    )
}
