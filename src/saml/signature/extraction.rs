//! The octets of one element of a document, without the signature in it: what the transforms of
//! a reference make of the document that is read past.

use crate::saml::signature::Objection;
use crate::xml::Event;
use crate::xml::canonical::Canonicalizer;

/// Picks the events of the target out of those of the document.
#[derive(Debug)]
pub(super) struct Extraction {
    canonicalizer: Canonicalizer,
    /// How many elements begin before the target, and before the signature.
    target: usize,
    signature: usize,
    /// `URI=""` signs what stands beside the root too.
    document: bool,
    /// Elements that have begun.
    begun: usize,
    /// Elements open in the target, it included.
    inside: usize,
    /// Elements open in the signature, it included.
    skipping: usize,
    whole: bool,
    /// Bytes that were read, and octets that were made of them.
    read: usize,
    made: usize,
}

/// Octets that may be made of one byte of a large document. One namespace of a megabyte, which a
/// thousand elements spell out anew, would keep a reader busy for hours; in real documents it is
/// less than two.
const MOST: usize = 4;
/// Octets that count for nothing: a small document may be odd.
const FREE: usize = 1 << 20;

impl Extraction {
    /// For the `target`th element without the `signature`th, both counted from 0 in document order.
    pub(super) fn new(canonicalizer: Canonicalizer, target: usize, signature: usize, document: bool) -> Self {
        Self {
            canonicalizer,
            target,
            signature,
            document,
            begun: 0,
            inside: 0,
            skipping: 0,
            whole: false,
            read: 0,
            made: 0,
        }
    }

    /// Whether the target has begun and ended.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Appends what the event adds to the octets.
    pub(super) fn see(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), Objection> {
        let before = out.len();
        self.pick(event, out)?;
        self.read += event.bytes();
        self.made += out.len() - before;
        if self.made > MOST * self.read + FREE {
            return Err(Objection::new(
                "canonical-form-too-large",
                "the canonical form of this document is many times as large as the document",
                "this document was made to exhaust a reader: do not trust it",
            ));
        }
        Ok(())
    }

    fn pick(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), Objection> {
        match event {
            Event::Start(_) => {
                let ordinal = self.begun;
                self.begun += 1;
                if self.skipping > 0 || (self.inside > 0 && ordinal == self.signature) {
                    self.skipping += 1;
                    return Ok(());
                }
                if self.inside == 0 && (self.whole || ordinal != self.target) {
                    return Ok(());
                }
                self.inside += 1;
            }
            Event::End(_) if self.skipping > 0 => {
                self.skipping -= 1;
                return Ok(());
            }
            Event::End(_) if self.inside > 0 => {
                self.inside -= 1;
                self.whole = self.inside == 0;
            }
            // xml-c14n 2.3: an instruction beside the root has a line of its own.
            Event::Instruction(..) if self.document && self.inside == 0 && (self.begun == 0 || self.whole) => {
                if self.whole {
                    out.push(b'\n');
                }
                self.canonicalizer.write(event, out)?;
                if !self.whole {
                    out.push(b'\n');
                }
                return Ok(());
            }
            _ if self.inside == 0 || self.skipping > 0 => return Ok(()),
            _ => {}
        }
        Ok(self.canonicalizer.write(event, out)?)
    }
}
