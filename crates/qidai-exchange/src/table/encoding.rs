//! In which encoding is a text file written?

use std::io::{self, Read};
use std::path::Path;

use super::TableError;
use super::content::Content;
use crate::plain_text::utf_16_without_mark;

/// An encoding of text files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(pub(super) &'static encoding_rs::Encoding);

impl TextEncoding {
    /// By its usual label: `utf-8`, `gb18030`, `gbk`, `utf-16le`, `big5` …
    ///
    /// # Errors
    /// [`TableError::EncodingUnknown`].
    pub fn named(label: &str) -> Result<TextEncoding, TableError> {
        encoding_rs::Encoding::for_label(label.as_bytes())
            .map(TextEncoding)
            .ok_or_else(|| TableError::EncodingUnknown { label: label.to_owned() })
    }

    /// Reads the file once to decide: a byte order mark is believed, and zero bytes that tell UTF-16 without one; otherwise UTF-8, unless its rules are
    /// broken so often that only GB 18030 is left.
    ///
    /// A few damaged characters do not turn a UTF-8 file into a GB 18030 one: text in GB 18030 breaks the rules of
    /// UTF-8 at nearly every Chinese character, and almost never looks like the three bytes of a Chinese
    /// character there.
    ///
    /// # Errors
    /// [`TableError::Io`].
    pub fn detect(path: &Path) -> Result<TextEncoding, TableError> {
        Self::of(&Content::of_file(path))
    }

    pub(super) fn of(content: &Content) -> Result<TextEncoding, TableError> {
        let mut file = content.open()?;
        let mut tally = Utf8Tally::default();
        let mut chunk = vec![0_u8; 1 << 18];
        let mut kept = 0;
        let mut first = true;
        loop {
            let read = read_up_to(&mut file, &mut chunk[kept..])?;
            let filled = kept + read;
            if first && let Some((encoding, _)) = encoding_rs::Encoding::for_bom(&chunk[..filled]) {
                return Ok(TextEncoding(encoding));
            }
            if first && let Some(encoding) = utf_16_without_mark(&chunk[..filled]) {
                return Ok(TextEncoding(encoding));
            }
            first = false;
            let rest = tally.add(&chunk[..filled], read == 0);
            chunk.copy_within(filled - rest..filled, 0);
            kept = rest;
            if read == 0 {
                return Ok(TextEncoding(tally.verdict()));
            }
        }
    }

    /// Its name, such as `gb18030`.
    pub fn name(self) -> String {
        self.0.name().to_lowercase()
    }
}

fn read_up_to(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// How often the rules of UTF-8 were kept and broken outside ASCII.
#[derive(Default)]
struct Utf8Tally {
    kept: u64,
    /// Of these the characters of three or four bytes, as all Chinese ones are.
    kept_long: u64,
    broken: u64,
}

impl Utf8Tally {
    /// Counts a chunk; returns how many bytes at its end may be the beginning of a character.
    fn add(&mut self, mut bytes: &[u8], at_end: bool) -> usize {
        loop {
            let error = match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.keep(text.as_bytes());
                    return 0;
                }
                Err(error) => error,
            };
            self.keep(&bytes[..error.valid_up_to()]);
            match error.error_len() {
                None if !at_end => return bytes.len() - error.valid_up_to(),
                None => {
                    self.broken += 1;
                    return 0;
                }
                Some(broken_bytes) => {
                    self.broken += 1;
                    bytes = &bytes[error.valid_up_to() + broken_bytes..];
                }
            }
        }
    }

    fn keep(&mut self, valid: &[u8]) {
        self.kept += beginning_from(valid, 0xC0);
        self.kept_long += beginning_from(valid, 0xE0);
    }

    fn verdict(&self) -> &'static encoding_rs::Encoding {
        if self.broken == 0 || self.kept > 10 * self.broken || self.kept_long > self.broken {
            encoding_rs::UTF_8
        } else {
            encoding_rs::GB18030
        }
    }
}

/// Characters in valid UTF-8 whose first byte is at least `least`: 0xC0 for all outside ASCII, 0xE0 for those of three
/// bytes and more.
fn beginning_from(bytes: &[u8], least: u8) -> u64 {
    if bytes.is_ascii() {
        return 0;
    }
    bytes.iter().filter(|byte| **byte >= least).count() as u64
}
