//! The chain of the history: each event's hash covers its whole content and the hash of the event before.

use sha2::{Digest as _, Sha256};

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// What the first event is chained to.
pub(crate) const BEFORE_FIRST: Hash = [0; 32];

/// First bytes of every canonical text: another form of it would have another name.
pub(crate) const FORM: &str = "qidai-event-1:";

/// What is hashed of an event, in the order of its canonical text.
#[derive(Debug)]
pub(crate) struct Content<'a> {
    pub(crate) sequence: i64,
    pub(crate) event_id: &'a str,
    pub(crate) effective_at_us: i64,
    pub(crate) recorded_at_us: i64,
    pub(crate) actor: &'a str,
    pub(crate) role: &'a str,
    pub(crate) site: Option<&'a str>,
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) reason: Option<&'a str>,
    pub(crate) changes: &'a str,
}

impl Content<'_> {
    /// Every field as its length in bytes, a colon, the bytes, a comma; an absent one as `-,`. No two different
    /// contents give the same text.
    pub(crate) fn canonical(&self) -> String {
        let mut text = String::with_capacity(self.changes.len() + 256);
        text.push_str(FORM);
        let number = |number: i64| number.to_string();
        put(&mut text, Some(&number(self.sequence)));
        put(&mut text, Some(self.event_id));
        put(&mut text, Some(&number(self.effective_at_us)));
        put(&mut text, Some(&number(self.recorded_at_us)));
        put(&mut text, Some(self.actor));
        put(&mut text, Some(self.role));
        put(&mut text, self.site);
        put(&mut text, Some(self.kind));
        put(&mut text, Some(self.subject));
        put(&mut text, self.reason);
        put(&mut text, Some(self.changes));
        text
    }
}

fn put(text: &mut String, field: Option<&str>) {
    match field {
        Some(field) => {
            text.push_str(&field.len().to_string());
            text.push(':');
            text.push_str(field);
        }
        None => text.push('-'),
    }
    text.push(',');
}

/// Digest of a canonical text. It does not know the event before, so many can be computed at once.
pub(crate) fn digest_of(canonical: &[u8]) -> Hash {
    Sha256::digest(canonical).into()
}

/// The hash of an event: SHA-256 over the hash before (32 bytes) and the digest of its own text (32 bytes).
pub(crate) fn link(before: &Hash, content: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(content);
    hasher.finalize().into()
}
