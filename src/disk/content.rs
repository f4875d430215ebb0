//! The bytes of one document, held so that a large one costs no memory: a plain file is
//! read where it lies, a stream is kept in memory up to 1 MiB and beyond that in a
//! temporary file that has no name.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek as _;
use std::io::Write as _;
use std::path::Path;

use crate::disk::OR_STDIN;
use crate::disk::open;
use crate::error::Failure;
use crate::error::Result;

/// Up to here a document is held in memory.
const IN_MEMORY: u64 = 1 << 20;
/// How much of a larger one is at hand for a look at its kind.
const HEAD: u64 = 64 << 10;
/// Of 16, 64 and 256 KiB the one that took the least time for a document of 100 MB.
const BUFFER: usize = 64 << 10;

/// A document of at most so many bytes.
#[derive(Debug)]
pub(crate) struct Content {
    /// What messages call it.
    what: String,
    /// The whole document, or its beginning where `file` has the whole.
    head: Vec<u8>,
    file: Option<File>,
    size: u64,
    limit: u64,
}

/// Why a stream could not be kept.
#[derive(Debug)]
pub(crate) enum Unspooled {
    /// It has more bytes than allowed.
    TooLarge,
    /// It could not be read to its end.
    Source(io::Error),
    /// There is no room for it on this machine.
    Disk(Failure),
}

impl Content {
    /// Opens a file of at most `limit` bytes, once. What is not a plain file, such as a
    /// FIFO, is read to its end.
    pub(crate) fn open(path: &Path, limit: u64) -> Result<Self> {
        let what = path.display().to_string();
        let (mut file, metadata) = open(path, OR_STDIN)?;
        if !metadata.is_file() || metadata.len() <= IN_MEMORY {
            return Self::keep(file, limit, &what);
        }
        if metadata.len() > limit {
            return Err(too_large(&what, limit).into());
        }
        let mut head = Vec::new();
        (&mut file).take(HEAD).read_to_end(&mut head).map_err(|error| unreadable(&what, error))?;
        Ok(Self { what, head, file: Some(file), size: metadata.len(), limit })
    }

    /// Reads standard input to its end, at most `limit` bytes.
    pub(crate) fn stdin(limit: u64) -> Result<Self> {
        Self::keep(io::stdin().lock(), limit, "standard input")
    }

    fn keep(source: impl Read, limit: u64, what: &str) -> Result<Self> {
        Self::spool(source, limit, what).map_err(|error| match error {
            Unspooled::TooLarge => too_large(what, limit).into(),
            Unspooled::Source(error) => unreadable(what, error).into(),
            Unspooled::Disk(failure) => failure.into(),
        })
    }

    /// Reads a stream to its end, at most `limit` bytes; messages call it `what`.
    pub(crate) fn spool(mut source: impl Read, limit: u64, what: &str) -> std::result::Result<Self, Unspooled> {
        let mut head = Vec::new();
        let first = IN_MEMORY.min(limit).saturating_add(1);
        (&mut source).take(first).read_to_end(&mut head).map_err(Unspooled::Source)?;
        let mut size = head.len() as u64;
        if size > limit {
            return Err(Unspooled::TooLarge);
        }
        let what = what.to_owned();
        if size < first {
            return Ok(Self { what, head, file: None, size, limit });
        }
        let failed = |error: io::Error| {
            Unspooled::Disk(
                Failure::input("file-unwritable", format!("{what} is large, and no temporary file can be written"))
                    .because(error)
                    .hint("check that the temporary folder has room; `TMPDIR` names another one"),
            )
        };
        let mut file = tempfile::tempfile().map_err(failed)?;
        file.write_all(&head).map_err(failed)?;
        head.truncate(HEAD as usize);
        head.shrink_to_fit();
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Unspooled::Source(error)),
            };
            size += read as u64;
            if size > limit {
                return Err(Unspooled::TooLarge);
            }
            file.write_all(&buffer[..read]).map_err(failed)?;
        }
        Ok(Self { what, head, file: Some(file), size, limit })
    }

    /// The first 64 KiB, for a look at what kind of document it is.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head[..self.head.len().min(HEAD as usize)]
    }

    /// Bytes in all; of a plain file as it was when it was opened.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Reads from the first byte, as often as it is called. A plain file over 1 MiB is read from
    /// the disk each time, so what is verified must be what is read in the same pass. A file that
    /// has grown beyond the limit ends in an error of kind `FileTooLarge`, one byte after it.
    pub(crate) fn reader(&mut self) -> Result<Reader<'_>> {
        let Some(file) = &mut self.file else { return Ok(Reader::Memory(&self.head)) };
        file.rewind().map_err(|error| unreadable(&self.what, error))?;
        Ok(Reader::File(BufReader::with_capacity(BUFFER, Bounded { file, left: self.limit.saturating_add(1) })))
    }

    /// The whole document in memory, at most `limit` bytes: for formats that are not streamed.
    pub(crate) fn bytes(&mut self, limit: u64) -> Result<Vec<u8>> {
        let limit = limit.min(self.limit);
        if self.size > limit {
            return Err(too_large(&self.what, limit).into());
        }
        let what = self.what.clone();
        let mut bytes = Vec::new();
        self.reader()?
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&what, error))?;
        if bytes.len() as u64 > limit {
            return Err(too_large(&what, limit).into());
        }
        Ok(bytes)
    }
}

/// The commands that read documents have a flag for it.
fn too_large(what: &str, limit: u64) -> Failure {
    crate::disk::too_large(what, limit).hint("`--max-size` raises the limit, where such a large document is expected")
}

fn unreadable(what: &str, error: io::Error) -> Failure {
    Failure::input("file-unreadable", format!("{what} cannot be read")).because(error)
}

/// Reads a [`Content`] from its beginning.
pub(crate) enum Reader<'a> {
    /// Held in memory.
    Memory(&'a [u8]),
    /// Held in a file.
    File(BufReader<Bounded<'a>>),
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => bytes.read(buffer),
            Self::File(file) => file.read(buffer),
        }
    }
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Memory(bytes) => bytes.fill_buf(),
            Self::File(file) => file.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Memory(bytes) => bytes.consume(amount),
            Self::File(file) => file.consume(amount),
        }
    }
}

/// A file that may grow while it is read.
pub(crate) struct Bounded<'a> {
    file: &'a mut File,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file has grown beyond the limit"));
        }
        let end = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = self.file.read(&mut buffer[..end])?;
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    const LIMIT: u64 = 3 << 20;

    fn whole(content: &mut Content) -> Vec<u8> {
        let mut bytes = Vec::new();
        content.reader().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Numbers, so that a piece in the wrong place shows.
    fn numbers(size: usize) -> Vec<u8> {
        (0_u32..).flat_map(u32::to_le_bytes).take(size).collect()
    }

    #[test]
    fn a_document_is_the_same_from_a_stream_and_from_a_file_and_each_time_that_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        for size in [0, 5, HEAD as usize + 1, 1 << 20, (1 << 20) + 1, 3 << 20] {
            let bytes = numbers(size);
            let path = folder.path().join("x");
            crate::disk::write(&path, &bytes, crate::disk::Access::Shared).unwrap();
            let opened = Content::open(&path, LIMIT).unwrap();
            let spooled = Content::spool(bytes.as_slice(), LIMIT, "x").unwrap();
            for mut content in [opened, spooled] {
                assert_eq!(content.size(), size as u64);
                assert_eq!(content.head(), &bytes[..size.min(HEAD as usize)]);
                assert_eq!(content.file.is_some(), size > 1 << 20, "{size}");
                assert!(content.file.is_none() || content.head.capacity() < 1 << 19);
                assert!(whole(&mut content) == bytes && whole(&mut content) == bytes);
                assert!(content.bytes(LIMIT).unwrap() == bytes);
            }
        }
    }

    #[test]
    fn a_document_over_the_limit_is_refused_wherever_it_comes_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for (size, limit) in [(6, 5), ((1 << 20) + 1, 1 << 20), ((2 << 20) + 1, 2 << 20)] {
            crate::disk::write(&path, &numbers(size), crate::disk::Access::Shared).unwrap();
            let error = Content::open(&path, limit).unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), "input-too-large");
            let spooled = Content::spool(numbers(size).as_slice(), limit, "x");
            assert!(matches!(spooled, Err(Unspooled::TooLarge)), "{size}");
            let mut content = Content::open(&path, LIMIT).unwrap();
            assert_eq!(failure_of(&content.bytes(limit).unwrap_err()).unwrap().code(), "input-too-large");
        }
        assert!(matches!(Content::spool(io::repeat(b' '), LIMIT, "x"), Err(Unspooled::TooLarge)));
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_stops_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        crate::disk::write(&path, &numbers(2 << 20), crate::disk::Access::Shared).unwrap();
        let mut content = Content::open(&path, 2 << 20).unwrap();
        assert_eq!(whole(&mut content).len(), 2 << 20);
        crate::disk::open_append(&path).unwrap().write_all(&[0; 9]).unwrap();
        let mut bytes = Vec::new();
        let error = content.reader().unwrap().read_to_end(&mut bytes).unwrap_err();
        assert_eq!((error.kind(), bytes.len()), (io::ErrorKind::FileTooLarge, (2 << 20) + 1));
        assert_eq!(failure_of(&content.bytes(u64::MAX).unwrap_err()).unwrap().code(), "input-too-large");
    }

    #[test]
    fn a_stream_that_breaks_off_is_told_from_one_that_ends() {
        struct Broken(u64);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(buffer.len() as u64).ok_or(io::ErrorKind::ConnectionReset)?;
                Ok(buffer.len())
            }
        }
        for at in [0, 2 << 20] {
            let spooled = Content::spool(Broken(at), LIMIT, "x");
            assert!(matches!(spooled, Err(Unspooled::Source(_))), "{at}");
        }
    }
}
