//! How results look: functions of findings and facts, nothing else. No result is
//! decided here, and no exit code.

pub(crate) mod certificates;
pub(crate) mod gate;
pub(crate) mod handover;
pub(crate) mod inspect;
pub(crate) mod junit;
mod markup;
pub(crate) mod rollover;
pub(crate) mod timeline;
