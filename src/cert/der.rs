//! Reads DER by value and length, without recursion: the caller walks as deep as
//! it knows the structure to be. Every length is checked against what is there.

/// Universal tags and the context tags of a certificate.
pub(crate) mod tag {
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    pub(crate) const CONTEXT_0: u8 = 0xa0;
}

/// Why bytes are not the DER that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A length points behind the end.
    Truncated,
    /// The value is of another type, or its length is not written as DER demands.
    Malformed,
}

/// One value: its tag, its content, and the whole of it with tag and length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) content: &'a [u8],
    /// Identifier, length and content octets.
    pub(crate) whole: &'a [u8],
}

impl<'a> Value<'a> {
    /// A reader over the content.
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader(self.content)
    }
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A reader over all of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that are left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The tag of the next value, unread.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next value, whatever its tag.
    pub(crate) fn any(&mut self) -> Result<Value<'a>, Fault> {
        let &[tag, first, ..] = self.0 else { return Err(Fault::Truncated) };
        // Tags above 30 take more octets; nothing in a certificate has one.
        if tag & 0x1f == 0x1f {
            return Err(Fault::Malformed);
        }
        let (length, header) = match first {
            0..=0x7f => (usize::from(first), 2),
            0x81..=0x84 => {
                let octets = usize::from(first & 0x7f);
                let digits = self.0.get(2..2 + octets).ok_or(Fault::Truncated)?;
                let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
                (length, 2 + octets)
            }
            // Indefinite lengths are BER; more than four length octets are not meant to be read.
            _ => return Err(Fault::Malformed),
        };
        let end = header.checked_add(length).ok_or(Fault::Truncated)?;
        let whole = self.0.get(..end).ok_or(Fault::Truncated)?;
        let content = &whole[header..];
        self.0 = &self.0[end..];
        Ok(Value { tag, content, whole })
    }

    /// The next value, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Value<'a>, Fault> {
        match self.peek() {
            Some(found) if found != tag => Err(Fault::Malformed),
            _ => self.any(),
        }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Value<'a>>, Fault> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }
}

/// The bits of a whole positive number, without leading zeros.
pub(crate) fn bit_length(number: &[u8]) -> u32 {
    let significant = match number.iter().position(|byte| *byte != 0) {
        Some(start) => &number[start..],
        None => return 0,
    };
    let whole = u32::try_from(significant.len()).unwrap_or(u32::MAX);
    whole.saturating_mul(8).saturating_sub(significant.first().map_or(0, |byte| byte.leading_zeros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_short_and_long_lengths() {
        let mut reader = Reader::new(&[0x04, 0x01, 0xaa, 0x04, 0x81, 0x01, 0xbb]);
        assert_eq!(reader.any().unwrap().content, [0xaa]);
        assert_eq!(reader.expect(tag::OCTET_STRING).unwrap().whole, [0x04, 0x81, 0x01, 0xbb]);
        assert!(reader.is_empty());
    }

    #[test]
    fn a_length_beyond_the_end_is_truncated() {
        for bytes in [&[0x30][..], &[0x30, 0x02, 0x00], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x82, 0x01]] {
            assert_eq!(Reader::new(bytes).any().unwrap_err(), Fault::Truncated, "{bytes:x?}");
        }
    }

    #[test]
    fn indefinite_lengths_and_long_tags_are_malformed() {
        for bytes in [&[0x30, 0x80, 0x00, 0x00][..], &[0x1f, 0x01, 0x00], &[0x30, 0x85, 0, 0, 0, 0, 0]] {
            assert_eq!(Reader::new(bytes).any().unwrap_err(), Fault::Malformed, "{bytes:x?}");
        }
    }

    #[test]
    fn counts_bits_without_leading_zeros() {
        assert_eq!(bit_length(&[]), 0);
        assert_eq!(bit_length(&[0, 0]), 0);
        assert_eq!(bit_length(&[0, 1]), 1);
        assert_eq!(bit_length(&[0x80, 0]), 16);
    }
}
