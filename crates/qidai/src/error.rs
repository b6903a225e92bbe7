//! The only place where a failure becomes a status, a code and a sentence.
//!
//! A [`Failure`] carries two texts that cannot be swapped: a sentence for the person, and a cause for the log.

use crate::words::Lang;

/// What kind of trouble it is; decides the HTTP and the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The input cannot be accepted as it is. Exit status 2.
    Refused,
    /// The program could not work: a file, the database, the network. Exit status 1.
    Outage,
}

/// A failure on its way to a person.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    code: &'static str,
    sentence: String,
    log: Option<String>,
}

impl Failure {
    /// Input that was refused. `code` is stable and snake_case; `sentence` says what, where, and what was expected.
    pub(crate) fn refused(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Kind::Refused, code, sentence.into())
    }

    /// The program could not work. Never used for a "no".
    pub(crate) fn outage(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Kind::Outage, code, sentence.into())
    }

    fn new(kind: Kind, code: &'static str, sentence: String) -> Self {
        Self { kind, code, sentence, log: None }
    }

    /// Adds the cause, for the log only.
    pub(crate) fn because(mut self, cause: &dyn std::error::Error) -> Self {
        let mut text = cause.to_string();
        let mut next = cause.source();
        while let Some(source) = next {
            text = format!("{text}: {source}");
            next = source.source();
        }
        self.log = Some(text);
        self
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for the person.
    pub(crate) fn sentence(&self, _lang: Lang) -> &str {
        &self.sentence
    }

    pub(crate) fn exit_status(&self) -> u8 {
        match self.kind {
            Kind::Refused => 2,
            Kind::Outage => 1,
        }
    }

    /// One line per failure, at the edge.
    pub(crate) fn write_log(&self) {
        if let Some(cause) = &self.log {
            tracing::error!(code = self.code, cause, "{}", self.sentence);
        }
    }
}
