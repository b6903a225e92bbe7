//! Standard input and output: a reader that has had enough is no failure.

use std::io::{self, ErrorKind, Write};

use super::Outcome;
use crate::error::Failure;

/// The code under which a closed pipe travels outwards; it is never shown.
const OUTPUT_CLOSED: &str = "output_closed";

/// An answer that could not be written, and why.
pub(crate) fn not_written(error: &io::Error) -> Failure {
    broken("output_not_written", format!("The answer could not be written: {error}."), error)
}

/// Writes one line, or several, on standard output.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| not_written(&error))
}

/// Lines that could not be read, or answers to them that could not be written.
pub(crate) fn broken_off(error: &io::Error) -> Failure {
    let sentence = format!("Standard input could not be read or standard output not be written: {error}.");
    broken("stream_failed", sentence, error)
}

fn broken(code: &'static str, sentence: String, error: &io::Error) -> Failure {
    let code = if error.kind() == ErrorKind::BrokenPipe { OUTPUT_CLOSED } else { code };
    Failure::outage(code, sentence).with("error", error.to_string()).because(error)
}

/// A reader that closes the pipe early, as `head` does, has what it wanted.
pub(super) fn quiet_when_closed(outcome: Result<Outcome, Failure>) -> Result<Outcome, Failure> {
    match outcome {
        Err(failure) if failure.code() == OUTPUT_CLOSED => Ok(Outcome::Done),
        outcome => outcome,
    }
}
