//! Digests octets while the next are made: by a second thread where there are many of them.

use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestKind;

/// Octets that are handed over at once.
const BLOCK: usize = 64 << 10;
/// Blocks that may wait. With the two in work they bound the memory.
const WAITING: usize = 4;
/// Octets that are digested here before a thread is worth its start.
const ALONE: usize = 1 << 20;

/// A digest to which octets are added.
pub(super) struct Digester {
    here: Option<Digest>,
    aside: Option<Aside>,
    seen: usize,
    pub(super) block: Vec<u8>,
}

struct Aside {
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<Vec<u8>>,
}

impl Digester {
    /// Of nothing yet.
    pub(super) fn new(hash: DigestKind) -> Self {
        Self { here: Some(Digest::new(hash)), aside: None, seen: 0, block: Vec::with_capacity(2 * BLOCK) }
    }

    /// Takes what has gathered in `block`, once it is worth it.
    pub(super) fn flush(&mut self) {
        if self.block.len() >= BLOCK {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.seen += self.block.len();
        if self.block.len() > 2 * BLOCK {
            // One event may be as long as a tag of many megabytes, and several blocks wait.
            let long = std::mem::replace(&mut self.block, Vec::with_capacity(2 * BLOCK));
            self.seen -= long.len();
            for piece in long.chunks(BLOCK) {
                self.block.extend_from_slice(piece);
                self.hand_over();
            }
            return;
        }
        if let Some(aside) = &self.aside {
            let next = aside.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(2 * BLOCK));
            let full = std::mem::replace(&mut self.block, next);
            // The thread ends only when this side hangs up.
            aside.full.send(full).ok();
            return;
        }
        if let Some(digest) = &mut self.here {
            digest.update(&self.block);
        }
        self.block.clear();
        if self.seen >= ALONE {
            self.aside = self.here.take().map(start);
        }
    }

    /// The digest of all that was given.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.hand_over();
        match (self.here, self.aside) {
            (Some(digest), _) => digest.finish(),
            (None, Some(Aside { full, thread, .. })) => {
                drop(full);
                // A digest that is not there matches nothing.
                thread.join().unwrap_or_default()
            }
            (None, None) => Vec::new(),
        }
    }
}

fn start(mut digest: Digest) -> Aside {
    let (full, blocks) = sync_channel::<Vec<u8>>(WAITING);
    let (back, empty) = sync_channel::<Vec<u8>>(WAITING + 2);
    let thread = std::thread::spawn(move || {
        for mut block in blocks {
            digest.update(&block);
            block.clear();
            // The other side makes a new one where none has come back.
            back.try_send(block).ok();
        }
        digest.finish()
    });
    Aside { full, empty, thread }
}
