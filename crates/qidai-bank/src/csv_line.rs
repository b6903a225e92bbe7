//! The canonical text of rows: CSV lines, so that anyone can hash them again with any tool.

use sha2::{Digest as _, Sha256};

use crate::digest::hexadecimal;

/// Bytes that are hashed at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// SHA-256 of CSV lines, header first.
pub(crate) struct Hashed {
    hasher: Sha256,
    waiting: Vec<u8>,
}

impl Hashed {
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut hashed = Self { hasher: Sha256::new(), waiting: Vec::with_capacity(BUFFER_BYTES + 1024) };
        hashed.add(columns);
        hashed
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, cells: &[impl AsRef<str>]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.waiting.push(b',');
            }
            put(cell.as_ref(), &mut self.waiting);
        }
        self.waiting.push(b'\n');
        if self.waiting.len() >= BUFFER_BYTES {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn end(mut self) -> String {
        self.hasher.update(&self.waiting);
        hexadecimal(&self.hasher.finalize())
    }
}

/// A cell, in quotes where it needs them (RFC 4180, section 2, rules 6 and 7).
fn put(cell: &str, line: &mut Vec<u8>) {
    if cell.contains([',', '"', '\n', '\r']) {
        line.push(b'"');
        line.extend(cell.replace('"', "\"\"").bytes());
        line.push(b'"');
    } else {
        line.extend(cell.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_file() {
        let mut hashed = Hashed::new(&["scheme", "identity"]);
        hashed.add(&["din", "G123424000001"]);
        hashed.add(&["own", "a,\"b\""]);
        let file = "scheme,identity\ndin,G123424000001\nown,\"a,\"\"b\"\"\"\n";
        assert_eq!(hashed.end(), hexadecimal(&Sha256::digest(file)));
    }
}
