//! The outcome of the last verification, in the bank itself: every server shows it, and the history says when it was.

use jiff::Timestamp;
use qidai_bank::{Actor, LAST_VERIFICATION, Store, WriteContext};
use serde::{Deserialize, Serialize};

use super::{CheckpointState, Last, LastView};
use crate::auth::Desk;
use crate::error::Failure;
use crate::pages::{Reader, shown};

/// What is worth remembering; what was found is told by the next verification again.
#[derive(Serialize, Deserialize)]
pub(super) struct Remembered {
    began_at: Timestamp,
    took_ms: i64,
    by: String,
    events: u64,
    rows: u64,
    head: u64,
    hash: String,
    checkpoint: Option<u64>,
    is_compared: bool,
    findings: u64,
}

impl Remembered {
    /// `None` for an outage: it says nothing about the bank.
    pub(super) fn of(last: &Last) -> Option<Remembered> {
        let (verified, compared) = last.outcome.as_ref().ok()?;
        Some(Remembered {
            began_at: last.began_at,
            took_ms: i64::try_from(last.took.as_millis()).unwrap_or(i64::MAX),
            by: last.by.clone(),
            events: verified.events,
            rows: verified.rows,
            head: verified.head.sequence,
            hash: verified.head.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            checkpoint: verified.checkpoint.as_ref().map(|checkpoint| checkpoint.sequence),
            is_compared: *compared == CheckpointState::Compared,
            findings: verified.findings.len() as u64 + verified.more,
        })
    }

    pub(super) async fn keep(&self, desk: &Desk) -> Result<(), Failure> {
        let text = serde_json::to_string(self).unwrap_or_default();
        let actor = Actor { name: "system:verify", role: "none", site: None };
        let context = WriteContext::new(Timestamp::now(), actor, desk.sources().0);
        Ok(desk.store.set_setting(LAST_VERIFICATION, &text, &context).await?)
    }

    /// `None` when none was ever kept, or when another version of the program kept it in another form.
    pub(super) async fn read(store: &Store) -> Result<Option<Remembered>, Failure> {
        let text = store.setting(LAST_VERIFICATION).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub(super) fn view(&self, reader: &Reader, zone: &jiff::tz::TimeZone) -> LastView {
        let w = reader.lang.words();
        LastView {
            at: shown::second(self.began_at, zone),
            seconds: format!("{:.1}", self.took_ms as f64 / 1e3),
            by: self.by.clone(),
            is_whole: self.findings == 0 && self.is_compared,
            headline: match (self.findings, self.is_compared) {
                (0, true) => w.t("audit-page-whole"),
                (0, false) => w.t("audit-whole-without-checkpoint"),
                (count, _) => w.t1("audit-not-whole", "count", count as f64),
            },
            events: shown::count(self.events),
            rows: shown::count(self.rows),
            head: shown::count(self.head),
            hash: self.hash.clone(),
            checkpoint: match self.is_compared {
                true => w.t1("audit-checkpoint-held", "number", self.checkpoint.unwrap_or(0) as f64),
                false => w.t("audit-checkpoint-not-checked"),
            },
            findings: Vec::new(),
            more: 0,
        }
    }
}
