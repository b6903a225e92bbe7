//! Word to people inside the program: something waits for them, or happened to what is theirs.

use jiff::Timestamp;

use crate::{Permission, Role, role};

/// Notifications that are this old no longer count as unread: a new account does not begin with years of them.
pub const UNREAD_DAYS: i64 = 90;

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// One account, by its id.
    Account(String),
    /// Everyone who holds the role at the site; `None`: who holds it at every site.
    Role { role: Role, site: Option<String> },
}

impl Recipient {
    /// All roles that may do something: one recipient each.
    pub fn who_may(permission: Permission, site: Option<&str>) -> Vec<Recipient> {
        let roles =
            role::TABLE.iter().filter(|(known, _)| *known == permission).flat_map(|(_, roles)| *roles);
        roles.map(|role| Recipient::Role { role: *role, site: site.map(str::to_owned) }).collect()
    }
}

/// A notification to be written. Its text is a code with arguments, so that each reader has it in their language;
/// the arguments hold no personal data, because they stand in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    pub recipient: Recipient,
    /// What it is about and leads to, as in the history: `unit/din/G123424000001`.
    pub subject: String,
    /// Stable; the words stand under `notice-<code>`.
    pub code: &'static str,
    pub arguments: Vec<(&'static str, String)>,
}

impl NewNotification {
    pub fn new(recipient: Recipient, code: &'static str, subject: impl Into<String>) -> Self {
        Self { recipient, subject: subject.into(), code, arguments: Vec::new() }
    }

    /// The same with one more argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }
}

/// A notification as its reader meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub id: String,
    /// Number of the event that wrote it; newer ones have higher numbers.
    pub sequence: i64,
    pub subject: String,
    pub code: String,
    pub arguments: Vec<(String, String)>,
    pub created_at: Timestamp,
    /// When this reader marked it as read.
    pub read_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_review_emergencies_is_told_of_them() {
        let told = Recipient::who_may(Permission::EmergencyReview, None);
        let roles = [Role::Quality, Role::Director].map(|role| Recipient::Role { role, site: None });
        assert_eq!(told, roles);
    }
}
