//! An account of somebody who signs in.

use crate::Problem;
use crate::principal::Grant;

/// Characters of the longest staff number.
const STAFF_NUMBER_MAX: usize = 32;

/// An account. It is never removed and its staff number never given to somebody else (21 CFR 11.100(a)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    /// Of the bank's own register, such as `S0012`; for guests a number that the bank gives them. Not a name.
    pub staff_number: String,
    pub state: AccountState,
    /// The person (kind `staff`) whose name stands on signatures; the name is sealed there.
    pub person_id: Option<String>,
    /// Roles, with sites; without those taken in an emergency.
    pub grants: Vec<Grant>,
}

/// What an account can do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Waits for its first sign-in.
    Invited,
    Active,
    /// Cannot sign in; its signatures stay valid.
    Disabled,
}

impl AccountState {
    /// As in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled].into_iter().find(|state| state.code() == code)
    }
}

/// What is wrong with a staff number, or `None`: letters, digits, `-`, `.` and `_`, at most 32, so that it can stand
/// in a log line and in an address as it is.
pub fn staff_number_problem(text: &str) -> Option<Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if !text.is_empty() && text.len() <= STAFF_NUMBER_MAX && text.chars().all(fits) {
        return None;
    }
    let reason = format!("'{text}' is not a staff number");
    let hint = "1 to 32 Latin letters, digits, '-', '.' and '_'; no names";
    Some(Problem::new("staff_number", text, "staff_number_invalid", reason, hint))
}
