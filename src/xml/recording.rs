//! A part of a document that is kept for as long as it is not known how to take it: the
//! beginning of a signed element before its signature is read, and the signature itself.

use crate::xml::Event;
use crate::xml::Start;
use crate::xml::event::End;
use crate::xml::namespaces::Namespaces;
use crate::xml::namespaces::Resolved;
use crate::xml::tag::Attribute;
use crate::xml::tag::Tag;

/// Events that were kept, to be seen again.
#[derive(Debug)]
pub(crate) struct Recording {
    around: Namespaces,
    kept: Vec<Kept>,
    /// What is left; `None` where there was not enough from the start.
    room: Option<usize>,
}

#[derive(Debug)]
enum Kept {
    Start { tag: Tag, raw: String, namespace: Resolved },
    End,
    Text(String),
    Comment(String),
    Instruction(String, String),
}

/// More was to be kept than there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// What an event costs beside its text.
const EVENT: usize = size_of::<Kept>();
/// What an attribute costs beside its text.
const ATTRIBUTE: usize = size_of::<Attribute>();

impl Recording {
    /// Begins before this element, with room for about this many bytes.
    pub(crate) fn before(start: &Start<'_>, room: usize) -> Self {
        let mut around = start.scope.clone();
        around.leave(start.declared);
        // What is in scope is copied into canonical octets, and so counts too.
        let room = room.checked_sub(around.bytes());
        Self { around, kept: Vec::new(), room }
    }

    /// Keeps an event.
    pub(crate) fn keep(&mut self, event: &Event<'_>) -> Result<(), Full> {
        let (kept, bytes) = match event {
            Event::Start(start) => {
                let attributes = start.tag.attributes.len() + start.tag.declarations.len();
                let bytes = start.raw.len() + start.tag.beside() + attributes * ATTRIBUTE;
                let (tag, raw) = (start.tag.clone(), start.raw.to_owned());
                (Kept::Start { tag, raw, namespace: start.namespace }, bytes)
            }
            Event::End(_) => (Kept::End, 0),
            Event::Text(text) => (Kept::Text((*text).to_owned()), text.len()),
            Event::Comment(text) => (Kept::Comment((*text).to_owned()), text.len()),
            Event::Instruction(target, data) => {
                (Kept::Instruction((*target).to_owned(), (*data).to_owned()), target.len() + data.len())
            }
            Event::Eof => return Ok(()),
        };
        self.room = Some(self.room.and_then(|room| room.checked_sub(bytes + EVENT)).ok_or(Full)?);
        self.kept.push(kept);
        Ok(())
    }

    /// Shows the events again, in order.
    pub(crate) fn replay<E>(&self, mut see: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut scope = self.around.clone();
        let mut open: Vec<(&Tag, &str, Resolved, usize)> = Vec::new();
        for kept in &self.kept {
            match kept {
                Kept::Start { tag, raw, namespace } => {
                    let declared = scope.len();
                    for declaration in &tag.declarations {
                        scope.declare(declaration.declares(raw), tag.value(declaration, raw));
                    }
                    open.push((tag, raw, *namespace, declared));
                    see(&Event::Start(Start { tag, raw, scope: &scope, namespace: *namespace, declared }))?;
                }
                Kept::End => {
                    let Some((tag, raw, namespace, declared)) = open.pop() else { continue };
                    see(&Event::End(End {
                        prefix: tag.name.prefix(raw),
                        local: tag.name.local(raw),
                        namespace: scope.uri(namespace),
                    }))?;
                    scope.leave(declared);
                }
                Kept::Text(text) => see(&Event::Text(text))?,
                Kept::Comment(text) => see(&Event::Comment(text))?,
                Kept::Instruction(target, data) => see(&Event::Instruction(target, data))?,
            }
        }
        Ok(())
    }
}
