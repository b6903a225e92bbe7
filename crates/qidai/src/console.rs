//! A command acts as whoever runs it: `console:<system user>`, with the rights of the administrator.

use jiff::Timestamp;
use qidai_bank::{Actor, IdSource, WriteContext};

/// The person at the console, as the history names them.
pub(crate) struct Console {
    name: String,
    ids: IdSource,
}

impl Console {
    /// The system user of this process. Ids of events are UUIDv7.
    pub(crate) fn new() -> Self {
        let ids = IdSource::new(|| uuid::Uuid::now_v7().to_string());
        Self { name: format!("console:{}", system_user()), ids }
    }

    /// What a write of this moment needs to know.
    pub(crate) fn context(&self) -> WriteContext<'_> {
        WriteContext::new(Timestamp::now(), Actor::administrator(&self.name), &self.ids)
    }
}

/// The login name as the system hands it down; a service without one is `unknown`.
pub(crate) fn system_user() -> String {
    let name = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = name.unwrap_or_default();
    let kept: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    if kept.is_empty() { "unknown".to_owned() } else { kept }
}
