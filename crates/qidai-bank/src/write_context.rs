//! Who writes, when, why, and where ids come from: always given from outside.

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

/// Who acts, in which role, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor<'a> {
    /// Such as `console:chen`: the way in, and the name it knows. Never a person's own name.
    pub name: &'a str,
    /// Code of the role whose rights are used, such as `administrator`.
    pub role: &'a str,
    /// Code of the site at which it happens, where there is one.
    pub site: Option<&'a str>,
}

impl<'a> Actor<'a> {
    /// Whoever can open the bank and its keys acts with the rights of the administrator.
    pub fn administrator(name: &'a str) -> Self {
        Self { name, role: "administrator", site: None }
    }
}

/// What every write needs to know.
#[derive(Debug, Clone, Copy)]
pub struct WriteContext<'a> {
    /// When we learned it: the recorded time, stored to the microsecond.
    pub now: Timestamp,
    /// When it became so: the effective time, to the microsecond.
    pub effective_at: Timestamp,
    pub actor: Actor<'a>,
    /// Why, in the actor's words; without personal data.
    pub reason: Option<&'a str>,
    pub ids: &'a IdSource,
}

impl<'a> WriteContext<'a> {
    /// Something that happens as it is written down, for no other reason than that it happens.
    pub fn new(now: Timestamp, actor: Actor<'a>, ids: &'a IdSource) -> Self {
        Self { now, effective_at: now, actor, reason: None, ids }
    }

    /// The same, but it was so already then, or will be so only then.
    pub fn effective(self, effective_at: Timestamp) -> Self {
        Self { effective_at, ..self }
    }

    /// The same with a reason.
    pub fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}
