//! The journal as a file: append-only, checksummed JSON lines beside the plan. One process at a
//! time writes it, with any number of threads; threads that wait for the disk share a sync.

use std::fs::File;
use std::io;
use std::io::BufReader;
use std::path::Path;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Claim;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Record;
use crate::migrate::journal::Scope;
use crate::migrate::journal::VERSION;
use crate::migrate::journal::book::Book;
use crate::migrate::journal::book::no_room;
use crate::migrate::journal::state::Summary;
use crate::migrate::journal::state::Whole;
use crate::migrate::journal::store;
use crate::migrate::journal::store::Store;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
use crate::migrate::plan::stored::Stored;
use crate::model::time::Time;

/// A journal that is written by this process, or looked at.
pub(crate) struct FileJournal {
    store: Box<dyn Store>,
    head: Head,
    digest: String,
    counts: Counts,
    book: Mutex<Book>,
    /// Bytes that are safe from a power cut.
    synced: Mutex<u64>,
    broken: AtomicBool,
    _lock: Option<disk::Lock>,
}

impl FileJournal {
    /// Opens the journal of a plan under its lock, or begins one. What a crash left of a record at
    /// the end is cut off.
    pub(crate) fn open(path: &Path, plan: &Path, now: Time) -> Result<Self> {
        let unusable = |error: io::Error| {
            Failure::input("journal-unwritable", format!("`{}` cannot be written", path.display())).because(error)
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        let lock = disk::Lock::take(&folder.join("lock"), "this migration")?;
        // A plan that was only looked at may not have reached the disk.
        disk::staged::settle(plan)?;
        let file = disk::own::append(path)?.map_err(unusable)?;
        let mut book = Book::new(|each| Stored::open(plan, each))?;
        book.replay(BufReader::with_capacity(1 << 18, &file), &path.display().to_string())?;
        let length = file.metadata().map_err(unusable)?.len();
        if length > book.end() {
            if book.end() == 0 {
                Self::check_torn(&file, length, &book, &path.display().to_string(), now)?;
            }
            file.set_len(book.end()).map_err(unusable)?;
            file.sync_all().map_err(unusable)?;
        }
        let mut journal = Self::over(Box::new(file), book);
        journal._lock = Some(lock);
        journal.first_line(now)?;
        Ok(journal)
    }

    /// Refuses to cut what is no beginning of this journal: whatever it is, a crash of ours did not leave it.
    fn check_torn(file: &File, length: u64, book: &Book, name: &str, now: Time) -> Result<()> {
        let mut expected = Vec::new();
        store::write_line(&mut expected, &Record { seq: 0, at: now, event: first(&book.plan) }, "")?;
        let torn = if length < expected.len() as u64 {
            store::line_at(file, 0).map_err(|error| {
                Failure::input("journal-unreadable", format!("`{name}` cannot be read")).because(error)
            })?
        } else {
            Vec::new()
        };
        if torn.len() as u64 == length && store::is_torn_first(&torn, &expected) {
            return Ok(());
        }
        Err(store::damaged(name, 1, "it does not begin as the journal of this plan, so nothing is cut off it").into())
    }

    /// The journal as it is, for a look from outside: no lock, and nothing is changed. No journal:
    /// nothing was done.
    pub(crate) fn look(path: &Path, plan: &Path) -> Result<Self> {
        let book = Book::new(|each| Stored::open(plan, each))?;
        let unreadable = |error: io::Error| {
            Failure::input("journal-unreadable", format!("`{}` cannot be read", path.display())).because(error)
        };
        match disk::own::read(path)? {
            Ok(file) => {
                let mut book = book;
                book.replay(BufReader::with_capacity(1 << 18, &file), &path.display().to_string())?;
                Ok(Self::over(Box::new(file), book))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::over(Box::new(store::Nothing), book)),
            Err(error) => Err(unreadable(error).into()),
        }
    }

    /// Goes on where a book ended.
    pub(crate) fn over(store: Box<dyn Store>, book: Book) -> Self {
        let (head, digest, counts) = (book.plan.head.clone(), book.plan.digest.clone(), book.plan.counts);
        let synced = Mutex::new(book.end);
        Self {
            store,
            head,
            digest,
            counts,
            book: Mutex::new(book),
            synced,
            broken: AtomicBool::new(false),
            _lock: None,
        }
    }

    /// Writes the first line where there is none.
    pub(crate) fn first_line(&self, now: Time) -> Result<()> {
        if self.book().next > 0 {
            return Ok(());
        }
        let event = first(&self.book().plan);
        self.tell(event, now)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A thread that panicked may have left a record half-taken: `broken` is set before each change.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends events; gives where the journal ends with them.
    fn append(&self, rows: &mut [Held], events: Vec<(Option<usize>, Event)>, at: Time) -> Result<u64> {
        let mut book = self.book();
        if self.broken.swap(true, Ordering::SeqCst) {
            return Err(Failure::stopped("journal-unwritable", "the journal could not be written").into());
        }
        let (mut bytes, mut sum, mut records) = (Vec::new(), book.sum.clone(), Vec::new());
        for ((place, event), seq) in events.into_iter().zip(book.next..) {
            if let Some(held) = place.and_then(|place| rows.get(place)) {
                let admitted = match event.row() {
                    Some(row) if row == held.index => held.state.admits(row, &held.row, &event),
                    _ => Err("an event is recorded for another row".to_owned()),
                };
                let known = book.entry(held.index)?;
                if let Err(why) = admitted.and(known.map(|_| ())) {
                    self.broken.store(false, Ordering::SeqCst);
                    return Err(Failure::bug(why).into());
                }
            }
            let record = Record { seq, at, event };
            let offset = book.end + bytes.len() as u64;
            sum = store::write_line(&mut bytes, &record, &sum)?;
            records.push((place, record, offset));
        }
        // After a failed write or sync the file's end is unknown, and a second sync may report
        // success for data that is lost: only a new start may go on.
        self.store.append(&bytes).map_err(unwritable)?;
        book.sum = sum;
        book.end += bytes.len() as u64;
        for (place, record, offset) in records {
            book.next += 1;
            book.last = Some(at);
            match place.and_then(|place| rows.get_mut(place)) {
                Some(held) => {
                    let entry = book.table.get(held.index).map_err(no_room)?;
                    let phase = book.whole.phase;
                    book.put(held.index, entry, &record.event, at, offset)?;
                    held.state.take(at, &record.event, phase);
                }
                None => book.whole.take(&record.event).map_err(Failure::bug)?,
            }
        }
        self.broken.store(false, Ordering::SeqCst);
        Ok(book.end)
    }

    /// Returns when everything up to `end` is on the disk.
    fn sync(&self, end: u64) -> Result<()> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        if *synced >= end {
            // Somebody who came later has waited for this as well.
            return Ok(());
        }
        let reaches = self.book().end;
        if let Err(error) = self.store.sync() {
            self.broken.store(true, Ordering::SeqCst);
            return Err(unwritable(error).into());
        }
        *synced = reaches;
        Ok(())
    }
}

/// What the first line says.
fn first(plan: &Stored) -> Event {
    Event::Journal { version: VERSION, plan_digest: plan.digest.clone(), connection: plan.head.connection.clone() }
}

impl Journal for FileJournal {
    fn head(&self) -> &Head {
        &self.head
    }

    fn digest(&self) -> &str {
        &self.digest
    }

    fn counts(&self) -> Counts {
        self.counts
    }

    fn whole(&self) -> Result<Whole> {
        Ok(self.book().whole.clone())
    }

    fn begin(&self, scope: &Scope, at: Time) -> Result<u64> {
        let left = self.book().begin(scope)?;
        self.tell(Event::Started { direction: scope.direction, part: scope.lines.is_some() }, at)?;
        Ok(left)
    }

    fn claim(&self, scope: &Scope, most: usize, _at: Time) -> Result<Claim> {
        self.book().claim(scope, most, &*self.store)
    }

    fn load(&self, index: usize) -> Result<Held> {
        self.book().held(index, &*self.store)
    }

    fn record(&self, rows: &mut [Held], events: Vec<(usize, Event)>, at: Time, durable: bool) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let events = events.into_iter().map(|(place, event)| (Some(place), event)).collect();
        let end = self.append(rows, events, at)?;
        if durable { self.sync(end) } else { Ok(()) }
    }

    fn tell(&self, event: Event, at: Time) -> Result<()> {
        let end = self.append(&mut [], vec![(None, event)], at)?;
        self.sync(end)
    }

    fn is_proven(&self) -> Result<bool> {
        Ok(self.book().proofs > 0)
    }

    fn each(&self, take: &mut dyn FnMut(&Held) -> Result<()>) -> Result<()> {
        let rows = self.book().plan.len();
        for index in 0..rows {
            let held = self.book().held(index, &*self.store)?;
            take(&held)?;
        }
        Ok(())
    }

    fn events(&self, take: &mut dyn FnMut(Time, &Event) -> Result<()>) -> Result<()> {
        let end = self.book().end;
        let mut at = 0;
        while at < end {
            let line = {
                // One thread at a time moves to a place in the file.
                let _book = self.book();
                self.store.line_at(at).map_err(|error| {
                    Failure::input("journal-unreadable", "the journal cannot be read any more").because(error)
                })?
            };
            let Some(record) = store::record_of(&line) else {
                return Err(Failure::bug(format!("at byte {at} of the journal stands no record")).into());
            };
            take(record.at, &record.event)?;
            at += line.len() as u64;
        }
        Ok(())
    }

    fn last(&self) -> Result<Option<Time>> {
        Ok(self.book().last)
    }

    fn summary(&self) -> Result<Summary> {
        self.book().summary()
    }
}

fn unwritable(error: io::Error) -> Failure {
    Failure::stopped("journal-unwritable", "the journal could not be written, so nothing more is sent to the vendor")
        .hint("make room on the disk, or mend it, before going on")
        .because(error)
}
