//! The states of all rows in working memory on the disk: 48 bytes a row. Words stay in the
//! journal; the table knows where.

use std::io;

use crate::disk::scratch::Scratch;
use crate::migrate::journal::How;
use crate::migrate::journal::state::Fault;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::Step;
use crate::migrate::journal::state::Way;
use crate::model::time::Time;

/// Bytes of a row.
const SIZE: usize = 48;

const RENAME: u8 = 1;
const CHAIN: u8 = 2;
const AT_VIA: u8 = 4;

/// What the table holds of a row.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// It is to be carried out.
    pub(crate) rename: bool,
    /// It belongs to a chain.
    pub(crate) chain: bool,
    /// Its state; of a fault, a name left behind and an account that was made it is known only that there is one.
    pub(crate) state: RowState,
    /// Where in the journal the faults of either direction, the name left behind and the account that
    /// was made are told.
    pub(crate) told: Told,
}

/// Places in the journal; 0 is none, since its first line is no row's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The fault of the way there.
    pub(crate) apply: u64,
    /// The fault of the way back.
    pub(crate) undo: u64,
    /// The name left behind.
    pub(crate) left: u64,
    /// The account that was made.
    pub(crate) made: u64,
}

/// Every row's entry by its index.
pub(crate) struct Table(Scratch);

impl Table {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self(Scratch::new())
    }

    /// The entry of a row.
    pub(crate) fn get(&mut self, index: usize) -> io::Result<Entry> {
        let mut bytes = [0; SIZE];
        self.0.read((index * SIZE) as u64, &mut bytes)?;
        let number = |at: usize| u64::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let way = |tag: u8, counts: usize, at: usize| Way {
            step: match tag {
                1 => Step::Open { since: Time::from_unix(word(at).cast_signed()).unwrap_or(Time::EPOCH) },
                2 => Step::Done(How::Written),
                3 => Step::Done(How::Settled),
                4 => Step::Done(How::Found),
                5 => Step::Failed(Box::default()),
                _ => Step::Pending,
            },
            attempts: u32::try_from(number(counts)).unwrap_or(0),
            sent: u32::try_from(number(counts + 2)).unwrap_or(0),
        };
        let flags = bytes[0];
        let (apply, undo) = (way(bytes[1], 4, 16), way(bytes[2], 8, 24));
        let fault = |way: &Way, at: usize| if matches!(way.step, Step::Failed(_)) { word(at) } else { 0 };
        let told = Told { apply: fault(&apply, 16), undo: fault(&undo, 24), left: word(32), made: word(40) };
        let there = |place: u64| (place != 0).then(|| "".into());
        let (left, made) = (there(told.left), there(told.made));
        let state = RowState { apply, undo, at_via: flags & AT_VIA != 0, left, made };
        Ok(Entry { rename: flags & RENAME != 0, chain: flags & CHAIN != 0, state, told })
    }

    /// Sets the entry of a row.
    pub(crate) fn set(&mut self, index: usize, entry: &Entry) -> io::Result<()> {
        let mut bytes = [0; SIZE];
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        bytes[0] = flag(entry.rename, RENAME) | flag(entry.chain, CHAIN) | flag(entry.state.at_via, AT_VIA);
        let ways = [(&entry.state.apply, entry.told.apply, 0), (&entry.state.undo, entry.told.undo, 1)];
        for (way, told, at) in ways {
            let (tag, word) = match &way.step {
                Step::Pending => (0, 0),
                Step::Open { since } => (1, since.unix().cast_unsigned()),
                Step::Done(How::Written) => (2, 0),
                Step::Done(How::Settled) => (3, 0),
                Step::Done(How::Found) => (4, 0),
                Step::Failed(_) => (5, told),
            };
            bytes[1 + at] = tag;
            let short = |count: u32| u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes();
            bytes[4 + 4 * at..6 + 4 * at].copy_from_slice(&short(way.attempts));
            bytes[6 + 4 * at..8 + 4 * at].copy_from_slice(&short(way.sent));
            bytes[16 + 8 * at..24 + 8 * at].copy_from_slice(&word.to_le_bytes());
        }
        let left = if entry.state.left.is_some() { entry.told.left } else { 0 };
        bytes[32..40].copy_from_slice(&left.to_le_bytes());
        bytes[40..48].copy_from_slice(&entry.told.made.to_le_bytes());
        self.0.write((index * SIZE) as u64, &bytes)
    }
}

/// A fault that the table knows the place of.
pub(crate) fn set_fault(step: &mut Step, fault: Fault) {
    if let Step::Failed(unknown) = step {
        **unknown = fault;
    }
}
