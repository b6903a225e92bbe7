//! `qidai id check`: are these identifiers what they claim to be?

use std::io::{self, BufRead, Write};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qidai_bank::{CnId, Grid, Identity, IdentityError, Mobile, Uscc};

use crate::commands::{Outcome, stream};
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
    /// Global registration identifier of an adult donor (ISBT 128 structure 039).
    Grid,
    /// 公民身份号码 on resident identity cards and the permits built like it (GB 11643).
    CnId,
    /// 统一社会信用代码 of an institution (GB 32100).
    Uscc,
    /// Mobile number of the Chinese mainland; answered as E.164.
    Mobile,
}

impl Kind {
    /// The normalised form of an identifier of this kind.
    fn normalised(self, text: &str, today: Date) -> Result<String, IdentityError> {
        match self {
            Kind::Din => Identity::din(text).map(|identity| identity.value),
            Kind::Grid => Grid::parse(text).map(|grid| grid.as_str().to_owned()),
            Kind::CnId => CnId::parse(text, today).map(|number| number.as_str().to_owned()),
            Kind::Uscc => Uscc::parse(text).map(|code| code.as_str().to_owned()),
            Kind::Mobile => Mobile::parse(text).map(|mobile| mobile.e164()),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let What::Check(args) = &args.what;
    let today = TimeZone::system().to_datetime(Timestamp::now()).date();
    let (input, output) = (io::stdin().lock(), io::BufWriter::new(io::stdout().lock()));
    check(args.kind, today, input, output).map_err(|error| stream::broken_off(&error))
}

/// One answer per line, blank lines included. Nobody is born after `today`.
fn check(kind: Kind, today: Date, mut input: impl BufRead, mut output: impl Write) -> io::Result<Outcome> {
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
        match kind.normalised(text, today) {
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
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 1, 1);

    #[test]
    fn each_line_has_an_answer_in_its_place() {
        let input = "G123417654321\r\n\nz0001 25 000001\nG12341765432\u{661}\nG123417654321X";
        let mut output = Vec::new();
        let outcome = check(Kind::Din, TODAY, input.as_bytes(), &mut output).unwrap();
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
        let outcome = check(Kind::Din, TODAY, "G123417654321A\n".as_bytes(), &mut output).unwrap();
        assert_eq!(
            (outcome, output.as_slice()),
            (Outcome::Done, "G123417654321A\tok\tG123417654321\n".as_bytes())
        );
    }

    #[test]
    fn papers_of_people_and_institutions_are_checked_too() {
        for (kind, input, answer) in [
            (Kind::Grid, "9991 0000 0000 0000 100\n", "9991 0000 0000 0000 100\tok\t9991000000000000100\n"),
            (Kind::Grid, "9991000000000000101\n", "9991000000000000101\terror:grid_check_wrong\t\n"),
            (Kind::CnId, "11010519491231002x\n", "11010519491231002x\tok\t11010519491231002X\n"),
            (Kind::CnId, "110105194912310021\n", "110105194912310021\terror:cn_id_check_wrong\t\n"),
            (Kind::Uscc, "91350100m000100y43\n", "91350100m000100y43\tok\t91350100M000100Y43\n"),
            (Kind::Mobile, "138 0000 0000\n", "138 0000 0000\tok\t+8613800000000\n"),
        ] {
            let mut output = Vec::new();
            check(kind, TODAY, input.as_bytes(), &mut output).unwrap();
            assert_eq!(String::from_utf8(output).unwrap(), answer);
        }
    }
}
