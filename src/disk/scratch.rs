//! Working memory that does not grow: bytes at offsets in a temporary file that has no name,
//! with a bounded number of pages at hand.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;

/// Bytes in a page.
const PAGE: usize = 16 << 10;
/// Pages at hand: 2 MiB.
const PAGES: usize = 128;

/// A page that is at hand.
struct Page {
    number: u64,
    changed: bool,
    bytes: Box<[u8]>,
}

/// Bytes by their offset; what was never written is zero.
pub(crate) struct Scratch {
    file: Option<File>,
    pages: Vec<Option<Page>>,
}

impl Scratch {
    /// Empty; a file is made when more is kept than fits into the pages.
    pub(crate) fn new() -> Self {
        Self { file: None, pages: std::iter::repeat_with(|| None).take(PAGES).collect() }
    }

    /// Reads what is at an offset.
    pub(crate) fn read(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let mut done = 0;
        while done < into.len() {
            let (page, at) = self.page(offset + done as u64)?;
            let many = (PAGE - at).min(into.len() - done);
            into[done..done + many].copy_from_slice(&page.bytes[at..at + many]);
            done += many;
        }
        Ok(())
    }

    /// Writes at an offset.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            let (page, at) = self.page(offset + done as u64)?;
            let many = (PAGE - at).min(bytes.len() - done);
            page.bytes[at..at + many].copy_from_slice(&bytes[done..done + many]);
            page.changed = true;
            done += many;
        }
        Ok(())
    }

    fn page(&mut self, offset: u64) -> io::Result<(&mut Page, usize)> {
        let number = offset / PAGE as u64;
        // Neighbours do not push each other out.
        let slot = (number % PAGES as u64) as usize;
        if self.pages[slot].as_ref().is_none_or(|page| page.number != number) {
            let fresh = match self.pages[slot].take() {
                None => Page { number, changed: false, bytes: vec![0; PAGE].into() },
                Some(mut old) => {
                    let file = match &mut self.file {
                        Some(file) => file,
                        none => none.insert(tempfile::tempfile()?),
                    };
                    if old.changed {
                        file.seek(SeekFrom::Start(old.number * PAGE as u64))?;
                        file.write_all(&old.bytes)?;
                    }
                    read_page(file, number, &mut old.bytes)?;
                    Page { number, changed: false, bytes: old.bytes }
                }
            };
            self.pages[slot] = Some(fresh);
        }
        match &mut self.pages[slot] {
            Some(page) => Ok((page, (offset % PAGE as u64) as usize)),
            None => Err(io::Error::other("a page is missing")),
        }
    }
}

/// A page of the file; beyond its end are zeros.
fn read_page(file: &mut File, number: u64, bytes: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(number * PAGE as u64))?;
    let mut done = 0;
    while done < bytes.len() {
        match file.read(&mut bytes[done..]) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes[done..].fill(0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_also_across_pages_and_beyond_what_is_at_hand() {
        let mut scratch = Scratch::new();
        let far = (PAGE * PAGES * 3) as u64;
        let places = [0, 5, PAGE as u64 - 3, (PAGE * PAGES) as u64 - 1, far, far + PAGE as u64 - 2];
        for (number, place) in places.iter().enumerate() {
            scratch.write(*place, &[number as u8 + 1; 4]).unwrap();
        }
        let read = |scratch: &mut Scratch, place| {
            let mut bytes = [9; 4];
            scratch.read(place, &mut bytes).unwrap();
            bytes
        };
        assert_eq!(read(&mut scratch, 0), [1; 4]);
        assert_eq!(read(&mut scratch, 5), [2; 4]);
        assert_eq!(read(&mut scratch, PAGE as u64 - 3), [3; 4]);
        assert_eq!(read(&mut scratch, (PAGE * PAGES) as u64 - 1), [4; 4]);
        assert_eq!(read(&mut scratch, far), [5; 4]);
        assert_eq!(read(&mut scratch, far + PAGE as u64 - 2), [6; 4]);
        assert_eq!(read(&mut scratch, far * 2), [0; 4]);
        assert!(scratch.file.is_some());
    }
}
