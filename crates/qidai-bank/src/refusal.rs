//! What the bank answers when it does not do what it was asked.

use crate::key::{KeyMissing, SealError};
use crate::password::PasswordError;
use crate::{Problem, RandomUnavailable, StoreError};

/// A "no" with its reason. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// Stable, such as `permission_missing`.
    pub code: &'static str,
    /// What was found and what was expected, and what to do; without personal data.
    pub sentence: String,
    /// Values of the sentence, for other languages.
    pub values: Vec<(&'static str, String)>,
    /// All that is wrong, field by field, where a record was refused; the code is that of the first.
    pub problems: Vec<Problem>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), values: Vec::new(), problems: Vec::new() }
    }

    /// Refuses a record that has problems.
    pub fn if_any(problems: Vec<Problem>) -> Result<(), Self> {
        let Some(first) = problems.first().cloned().map(Self::from) else { return Ok(()) };
        let sentence = match problems.len() {
            1 => first.sentence,
            count => format!("{} (and {} more)", first.sentence, count - 1),
        };
        Err(Self { problems, sentence, ..first })
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, value.into()));
        self
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let sentence = format!("{}: {}", problem.reason, problem.hint);
        let problems = vec![problem.clone()];
        let refusal =
            Self::new(problem.code, sentence).with("field", problem.field).with("value", problem.value);
        Self { problems, ..refusal }
    }
}

/// Why something was not done: a refusal, or an outage. The two are never mixed up.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    KeyMissing(#[from] KeyMissing),
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Something secret is not what the history says of it.
    #[error(
        "{what} of {subject} was changed outside of the program: restore it from a backup, run 'qidai audit verify'"
    )]
    Tampered { what: &'static str, subject: String },
    #[error("a task of the program ended early: {0}")]
    Interrupted(String),
}

impl BankError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Store(error) => error.code(),
            Self::KeyMissing(_) => "key_missing",
            Self::Random(_) | Self::Seal(SealError::Random(_)) => "random_unavailable",
            Self::Seal(SealError::TooLong) => "text_too_long_to_seal",
            Self::Password(_) => "password_hash_failed",
            Self::Tampered { .. } => "secret_tampered",
            Self::Interrupted(_) => "task_interrupted",
        }
    }

    /// True when the input was refused, false for an outage.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl From<Problem> for BankError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}
