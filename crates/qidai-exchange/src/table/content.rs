//! Where the bytes of a table are: in a file, or in memory, as they were uploaded.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that can be read from the beginning again and again.
#[derive(Debug, Clone)]
pub(super) enum Content {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

/// One reading of them.
pub(super) enum Opened {
    File(File),
    Memory(Cursor<Arc<[u8]>>),
}

impl Content {
    pub(super) fn of_file(path: &Path) -> Self {
        Self::File(path.to_owned())
    }

    pub(super) fn open(&self) -> io::Result<Opened> {
        match self {
            Self::File(path) => File::open(path).map(Opened::File),
            Self::Memory(bytes) => Ok(Opened::Memory(Cursor::new(bytes.clone()))),
        }
    }

    pub(super) fn size_bytes(&self) -> io::Result<u64> {
        match self {
            Self::File(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(bytes) => bytes.seek(to),
        }
    }
}
