//! `qidai id check`: are these identifiers what they claim to be?

use std::io::{self, BufRead, Write};

use qidai_bank::{Identity, IdentityError};

use crate::commands::Outcome;
use crate::error::Failure;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Check identifiers from standard input, one per line.
    ///
    /// For each line, in the same order: the identifier, then `ok` and its normalised form, or
    /// `error:CODE`. Exit status 2 when one was refused.
    Check(CheckArgs),
}

#[derive(clap::Args)]
struct CheckArgs {
    /// What the identifiers are.
    #[arg(long, value_enum)]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Donation identification number of ISBT 128, with or without its check character.
    Din,
}

impl Kind {
    /// The normalised form of an identifier of this kind.
    fn normalised(self, text: &str) -> Result<String, IdentityError> {
        match self {
            Kind::Din => Identity::din(text).map(|identity| identity.value),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let What::Check(args) = &args.what;
    check(args.kind, io::stdin().lock(), io::BufWriter::new(io::stdout().lock())).map_err(|error| {
        Failure::outage("stream_failed", format!("The identifiers could not be read or answered: {error}."))
            .because(&error)
    })
}

/// One answer per line, blank lines included.
fn check(kind: Kind, mut input: impl BufRead, mut output: impl Write) -> io::Result<Outcome> {
    let mut outcome = Outcome::Done;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            output.flush()?;
            return Ok(outcome);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        match kind.normalised(text) {
            Ok(normalised) => writeln!(output, "{text}\tok\t{normalised}")?,
            Err(error) => {
                outcome = Outcome::SomeRefused;
                writeln!(output, "{text}\terror:{}\t", error.code)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_an_answer_in_its_place() {
        let input = "G123417654321\r\n\nz0001 25 000001\nG12341765432\u{661}\nG123417654321X";
        let mut output = Vec::new();
        let outcome = check(Kind::Din, input.as_bytes(), &mut output).unwrap();
        assert_eq!(outcome, Outcome::SomeRefused);
        assert_eq!(
            String::from_utf8(output).unwrap(),
            "G123417654321\tok\tG123417654321\n\
             \terror:identity_empty\t\n\
             z0001 25 000001\tok\tZ000125000001\n\
             G12341765432\u{661}\terror:din_character_unknown\t\n\
             G123417654321X\terror:din_check_wrong\t\n"
        );
    }

    #[test]
    fn check_character_is_verified_and_dropped() {
        let mut output = Vec::new();
        let outcome = check(Kind::Din, "G123417654321A\n".as_bytes(), &mut output).unwrap();
        assert_eq!(
            (outcome, output.as_slice()),
            (Outcome::Done, "G123417654321A\tok\tG123417654321\n".as_bytes())
        );
    }
}
