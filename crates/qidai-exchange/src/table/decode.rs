//! Bytes of a text file in, UTF-8 with plain line ends out, a chunk at a time.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use super::quotes::Quotes;
use super::{TableError, TextEncoding};

/// Longest record of a text file. A row of ours has at most a few kilobytes, the longest ambiguous typings included;
/// a record beyond this is a quote that was never closed, and would otherwise swallow the whole file.
pub(super) const RECORD_BYTES_MAX: usize = 1 << 20;

const CHUNK_BYTES: usize = 1 << 16;

/// A file is binary when its first chunk has at least so many NUL characters …
const BINARY_NULS_MIN: usize = 4;
/// … and more than one in so many bytes. Programs and pictures have far more, damaged tables far fewer.
const BINARY_NUL_SHARE: usize = 50;

/// Decodes what it reads: no byte order mark, `\r\n` and `\r` as `\n`, bytes that are no character as `U+FFFD`,
/// and a line end after the last line.
///
/// Refuses what is no text (NUL characters in great number), quotes that the file never closes, and records longer than [`RECORD_BYTES_MAX`] as long as [`Decode::mark_record`] is
/// called after each one.
pub(super) struct Decode<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes of `raw` not yet decoded: from, to.
    pending: (usize, usize),
    text: String,
    given: usize,
    source_ended: bool,
    finished: bool,
    after_return: bool,
    last_was_line_end: bool,
    lines_seen: u64,
    bytes_read: u64,
    bytes_since_record: usize,
    record_line: u64,
    /// None where quotes have no meaning, as in a GL file.
    quotes: Option<Quotes>,
    is_first_chunk: bool,
}

impl<R: Read> Decode<R> {
    pub(super) fn new(source: R, encoding: TextEncoding) -> Decode<R> {
        Decode {
            source,
            decoder: encoding.0.new_decoder(),
            raw: vec![0; CHUNK_BYTES],
            pending: (0, 0),
            text: String::with_capacity(2 * CHUNK_BYTES),
            given: 0,
            source_ended: false,
            finished: false,
            after_return: false,
            last_was_line_end: true,
            lines_seen: 0,
            bytes_read: 0,
            bytes_since_record: 0,
            record_line: 1,
            quotes: None,
            is_first_chunk: true,
        }
    }

    /// The cells are separated by `delimiter` and may be quoted.
    pub(super) fn quoted(self, delimiter: u8) -> Decode<R> {
        Decode { quotes: Some(Quotes::new(delimiter)), ..self }
    }

    /// Bytes taken from the source so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// A record has ended; the next one begins on this line or below.
    pub(super) fn mark_record(&mut self, next_line: u64) {
        self.bytes_since_record = 0;
        self.record_line = next_line;
    }

    fn refill(&mut self) -> Result<(), TableError> {
        self.text.clear();
        self.given = 0;
        while self.text.is_empty() && !self.finished {
            if self.pending.0 == self.pending.1 && !self.source_ended {
                let read = self.source.read(&mut self.raw)?;
                self.pending = (0, read);
                self.bytes_read += read as u64;
                self.source_ended = read == 0;
            }
            self.decode_pending();
        }
        self.refuse_binary()?;
        self.plain_line_ends();
        if let Some(quotes) = &mut self.quotes {
            quotes.follow(&self.text);
        }
        self.bytes_since_record += self.text.len();
        if self.bytes_since_record > RECORD_BYTES_MAX + self.text.len() {
            self.refuse_open_quote()?;
            return Err(TableError::RecordTooLong {
                line: self.record_line,
                allowed_bytes: RECORD_BYTES_MAX,
            });
        }
        Ok(())
    }

    /// Called at the end of the file, or of patience.
    fn refuse_open_quote(&self) -> Result<(), TableError> {
        match self.quotes.as_ref().and_then(Quotes::open_since) {
            Some(line) => Err(TableError::QuoteNotClosed { line }),
            None => Ok(()),
        }
    }

    fn decode_pending(&mut self) {
        let bytes = &self.raw[self.pending.0..self.pending.1];
        let (result, read, _) = self.decoder.decode_to_string(bytes, &mut self.text, self.source_ended);
        self.pending.0 += read;
        self.finished = self.source_ended && result == CoderResult::InputEmpty;
    }

    /// A single NUL is a damaged cell; many at the beginning are another kind of file.
    fn refuse_binary(&mut self) -> Result<(), TableError> {
        if !std::mem::take(&mut self.is_first_chunk) {
            return Ok(());
        }
        let nuls = self.text.bytes().filter(|byte| *byte == 0).count();
        let share = nuls * BINARY_NUL_SHARE;
        match self.text.find('\0') {
            Some(first) if nuls >= BINARY_NULS_MIN && share > self.text.len() => {
                Err(TableError::Binary { line: line_ends(&self.text[..first]) + 1 })
            }
            _ => Ok(()),
        }
    }

    fn plain_line_ends(&mut self) {
        if self.after_return && self.text.starts_with('\n') {
            self.text.remove(0);
        }
        if !self.text.is_empty() {
            self.after_return = self.text.ends_with('\r');
        }
        if self.text.contains('\r') {
            self.text = self.text.replace("\r\n", "\n").replace('\r', "\n");
        }
        if !self.text.is_empty() {
            self.last_was_line_end = self.text.ends_with('\n');
        }
        if self.finished && !self.last_was_line_end {
            self.text.push('\n');
            self.last_was_line_end = true;
        }
        self.lines_seen += line_ends(&self.text);
    }
}

fn line_ends(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

impl<R: Read> Read for Decode<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.finished {
                self.refuse_open_quote()?;
                return Ok(0);
            }
            self.refill()?;
        }
        let rest = &self.text.as_bytes()[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
