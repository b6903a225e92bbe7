//! Who writes, when, and where ids come from: always given from outside.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

/// Makes ids: UUIDv7 in production, counted in tests and in the demonstration.
pub struct IdSource(Box<dyn Fn() -> String + Send + Sync>);

impl IdSource {
    /// An id source from any function that never gives the same text twice.
    pub fn new(next: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Box::new(next))
    }

    /// `prefix-1`, `prefix-2`, …: the same ids in every run.
    pub fn counting(prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        let last = AtomicU64::new(0);
        Self::new(move || format!("{prefix}-{}", last.fetch_add(1, Ordering::Relaxed) + 1))
    }

    /// The next id.
    pub fn next_id(&self) -> String {
        (self.0)()
    }
}

impl std::fmt::Debug for IdSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdSource")
    }
}

/// What every write needs to know.
#[derive(Debug, Clone, Copy)]
pub struct WriteContext<'a> {
    /// When we learned it; stored to the microsecond.
    pub now: Timestamp,
    /// Who acts, such as `console:chen`.
    pub actor: &'a str,
    pub ids: &'a IdSource,
}
