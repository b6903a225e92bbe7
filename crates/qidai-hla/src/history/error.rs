//! Why a file of a history could not be used.

/// A file of the history that is damaged, cut or of another kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} line {line}: {problem}: {value:?}")]
pub struct HistoryError {
    /// The file, as the caller named it.
    pub file: String,
    /// 1-based line number; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// The line or the part that is wrong.
    pub value: String,
}

impl HistoryError {
    pub(super) fn new(file: &str, line: usize, problem: impl Into<String>, value: &str) -> Self {
        let value = value.chars().take(80).collect();
        HistoryError { file: file.to_owned(), line, problem: problem.into(), value }
    }
}
