//! JSON that a terminal can be shown: the same document, without the characters that JSON leaves raw
//! and a terminal obeys.

use std::io;

use crate::model::is_unprintable;

/// Takes JSON, and escapes also C1 controls and what turns the direction of writing or is not seen
/// (CWE-150). What reads the JSON gets the same texts. Pieces must be whole characters.
pub(crate) struct Escaped<W>(pub(crate) W);

impl<W: io::Write> io::Write for Escaped<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        // Nearly all pieces are visible ASCII, which is told many bytes at a time.
        if piece.iter().all(|byte| matches!(byte, b'\n' | 0x20..=0x7e)) {
            self.0.write_all(piece)?;
            return Ok(piece.len());
        }
        let Ok(text) = std::str::from_utf8(piece) else {
            return Err(io::Error::other("a piece of JSON ends inside a character"));
        };
        let mut rest = text;
        // The document's own line breaks are the only control characters outside its strings.
        while let Some(at) = rest.find(|c| c != '\n' && is_unprintable(c)) {
            self.0.write_all(&rest.as_bytes()[..at])?;
            let mut characters = rest[at..].chars();
            for unit in characters.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
                write!(self.0, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        self.0.write_all(rest.as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A value as such JSON on one line.
pub(crate) fn to_vec(value: &impl serde::Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Escaped(Vec::new());
    serde_json::to_writer(&mut out, value)?;
    Ok(out.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_reads_back_as_it_was() {
        for text in
            ["", "a\n\u{7f}", "M\u{fc}ller", "x\u{9b}31m\u{202e}\u{200b}\u{e0041}\u{1f600}", "\\u202e\"\u{202e}"]
        {
            let bytes = to_vec(&text).unwrap();
            let told = String::from_utf8(bytes).unwrap();
            assert!(!told.contains(is_unprintable), "{told:?}");
            assert_eq!(serde_json::from_str::<String>(&told).unwrap(), text);
        }
        assert_eq!(to_vec(&"M\u{fc}ller").unwrap(), "\"M\u{fc}ller\"".as_bytes());
    }
}
