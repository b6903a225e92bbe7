//! The only place where a failure becomes a status, a code and a sentence.
//!
//! A [`Failure`] carries two texts that cannot be swapped: a sentence for the person, and a cause for the
//! log. The sentence is looked up as `failure-<code>` in the reader's language; without such a message the
//! English sentence given at the spot is said.

mod answer;
mod bank;
mod refused_act;
mod store;
mod typing;

use axum::http::StatusCode;
use fluent_bundle::FluentValue;
use qidai_hla::TypingError;

use crate::words::{Lang, Words};

pub(crate) use answer::{Problem, RequestId, answer_failures};
use typing::TypingRefusal;
pub(crate) use typing::{typing_sentence, unicode};

/// What kind of trouble it is; decides the HTTP and the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The input cannot be accepted as it is. HTTP 422, exit status 2.
    Refused,
    /// A parameter, a header or the address itself cannot be understood. HTTP 400, exit status 2.
    Malformed,
    /// Nobody is signed in, and this asks who acts. HTTP 401, exit status 2.
    SignInNeeded,
    /// The request comes from a place that may not ask. HTTP 403, exit status 2.
    Forbidden,
    /// There is nothing under this address or name. HTTP 404, exit status 2.
    NotFound,
    /// The address exists, but not for this method. HTTP 405, exit status 2.
    MethodNotAllowed,
    /// Something else is under way or was done under the same name. HTTP 409, exit status 2.
    Conflict,
    /// What is to be changed is no longer as the sender saw it. HTTP 412, exit status 2.
    Changed,
    /// More bytes than we read. HTTP 413, exit status 2.
    TooLarge,
    /// An address longer than we read. HTTP 414, exit status 2.
    AddressTooLong,
    /// The body is of a kind that is not read here. HTTP 415, exit status 2.
    MediaType,
    /// The sender must say which version they saw. HTTP 428, exit status 2.
    VersionNeeded,
    /// Too many requests. HTTP 429, exit status 2.
    TooOften,
    /// The program could not work: a file, the database, the network. HTTP 500, exit status 1.
    Outage,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Kind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Malformed => StatusCode::BAD_REQUEST,
            Kind::SignInNeeded => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Changed => StatusCode::PRECONDITION_FAILED,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::AddressTooLong => StatusCode::URI_TOO_LONG,
            Kind::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::VersionNeeded => StatusCode::PRECONDITION_REQUIRED,
            Kind::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Kind::Outage => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Value {
    fn said(&self, words: &Words) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Typing(refusal) => refusal.said(words),
        }
    }
}

/// A failure on its way to a person.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    kind: Kind,
    code: &'static str,
    sentence: String,
    values: Vec<(&'static str, Value)>,
    /// What is wrong field by field, where a record was refused.
    problems: Vec<qidai_bank::Problem>,
    log: Option<Box<str>>,
    /// Seconds after which the same may succeed.
    wait_seconds: Option<u32>,
}

/// A value in a sentence.
#[derive(Debug, Clone)]
enum Value {
    Text(String),
    /// What is wrong with a typing, in the words of the reader.
    Typing(TypingRefusal),
}

impl Failure {
    /// Input that was refused. `code` is stable and snake_case; `sentence` says what, where, and what was expected.
    pub(crate) fn refused(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Kind::Refused, code, sentence)
    }

    /// The program could not work. Never used for a "no".
    pub(crate) fn outage(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Kind::Outage, code, sentence)
    }

    /// Any other kind.
    pub(crate) fn new(kind: Kind, code: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            sentence: sentence.into(),
            values: Vec::new(),
            problems: Vec::new(),
            log: None,
            wait_seconds: None,
        }
    }

    /// Adds a value which the translated sentence needs.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, Value::Text(value.into())));
        self
    }

    /// Adds everything that is wrong with a typing, read under a release.
    pub(crate) fn with_typing(mut self, name: &'static str, errors: Vec<TypingError>, release: &str) -> Self {
        self.values.push((name, Value::Typing(TypingRefusal { errors, release: release.to_owned() })));
        self
    }

    /// Says when the same may succeed.
    pub(crate) fn wait(mut self, seconds: u64) -> Self {
        self.wait_seconds = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
        self
    }

    /// Adds the cause, for the log only.
    pub(crate) fn because(mut self, cause: &dyn std::error::Error) -> Self {
        let mut text = cause.to_string();
        let mut next = cause.source();
        while let Some(source) = next {
            text = format!("{text}: {source}");
            next = source.source();
        }
        self.log = Some(text.into());
        self
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for the person, in their language when we have it. A message that lacks a value is never said:
    /// then the meaning of the code is, and in English the sentence of the spot.
    pub(crate) fn sentence(&self, lang: Lang) -> String {
        let words = lang.words();
        let values: Vec<(&'static str, FluentValue<'_>)> =
            self.values.iter().map(|(name, value)| (*name, value.said(words).into())).collect();
        words
            .find_whole(&format!("failure-{}", self.code), &values)
            .or_else(|| words.find_whole(&format!("code-{}", self.code), &[]))
            .unwrap_or_else(|| self.sentence.clone())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// True when another input may succeed.
    pub(crate) fn is_refusal(&self) -> bool {
        self.kind != Kind::Outage
    }

    /// 2 when input was refused, 1 when the program could not work.
    pub(crate) fn exit_status(&self) -> u8 {
        if self.is_refusal() { 2 } else { 1 }
    }

    /// The cause, for a log.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.log.as_deref()
    }

    /// One line per failure, at the edge; input that was refused is no event for the log. The sentence may
    /// quote what a person typed, so it is never logged.
    pub(crate) fn write_log(&self, request: &str) {
        if let Some(cause) = &self.log {
            tracing::error!(code = self.code, request, cause, "not done");
        } else if !self.is_refusal() {
            tracing::error!(code = self.code, request, "not done");
        }
    }
}

#[cfg(test)]
mod tests;
