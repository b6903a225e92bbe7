//! Lines in, lines out: read as they arrive, answered on all cores, written in order.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};

use qidai_hla::Nomenclature;
use qidai_hla::typing::GlStringCode;
use rayon::prelude::*;

use crate::commands::{Outcome, stream};
use crate::error::Failure;

/// Answers one line, without its end; appends to the text and tells whether the line was accepted.
pub(super) type Answer<'a> = &'a (dyn Fn(&Line<'_>, &Nomenclature<'_>, &mut String) -> bool + Sync);

/// How much is read at once. What is there is answered at once, so that a program may ask line by line.
const CHUNK_BYTES: usize = 1 << 18;
/// Lines that one core answers before it looks for more work.
const LINES_PER_TASK: usize = 64;

/// One line of input.
pub(super) struct Line<'a> {
    /// The text; where the bytes were no UTF-8, with marks in their place.
    pub(super) text: Cow<'a, str>,
}

impl<'a> Line<'a> {
    fn new(bytes: &'a [u8]) -> Line<'a> {
        Line { text: String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(bytes)) }
    }

    /// False when the bytes were no UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        // Lossy reading copies only when something had to be replaced.
        matches!(self.text, Cow::Borrowed(_))
    }
}

/// Each line is answered under the release that it names, else under the first.
pub(super) fn run(releases: &[Nomenclature<'_>], answer: Answer<'_>) -> Result<Outcome, Failure> {
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    match answer_all(input, output, releases, answer) {
        Ok(true) => Ok(Outcome::Done),
        Ok(false) => Ok(Outcome::SomeRefused),
        Err(error) => Err(stream::broken_off(&error)),
    }
}

/// Answers everything; true when every line was accepted.
pub(super) fn answer_all(
    mut input: impl Read,
    mut output: impl Write,
    releases: &[Nomenclature<'_>],
    answer: Answer<'_>,
) -> io::Result<bool> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut pending: Vec<u8> = Vec::new();
    let mut all_accepted = true;
    loop {
        let count = match input.read(&mut chunk) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let new = &chunk[..count];
        let whole = match new.iter().rposition(|b| *b == b'\n') {
            Some(end) => pending.len() + end + 1,
            None if count == 0 => pending.len(),
            None => 0,
        };
        pending.extend_from_slice(new);
        all_accepted &= answer_lines(&pending[..whole], &mut output, releases, answer)?;
        pending.drain(..whole);
        if count == 0 {
            return Ok(all_accepted);
        }
    }
}

fn answer_lines(
    lines: &[u8],
    output: &mut impl Write,
    releases: &[Nomenclature<'_>],
    answer: Answer<'_>,
) -> io::Result<bool> {
    if lines.is_empty() {
        return Ok(true);
    }
    let lines: Vec<&[u8]> = lines.strip_suffix(b"\n").unwrap_or(lines).split(|b| *b == b'\n').collect();
    let answers: Vec<(String, bool)> = lines
        .par_chunks(LINES_PER_TASK)
        .map(|lines| {
            let (mut text, mut accepted) = (String::new(), true);
            for line in lines {
                let line = Line::new(line);
                accepted &= answer(&line, under(&line, releases), &mut text);
                text.push('\n');
            }
            (text, accepted)
        })
        .collect();
    for (text, _) in &answers {
        output.write_all(text.as_bytes())?;
    }
    output.flush()?;
    Ok(answers.iter().all(|(_, accepted)| *accepted))
}

/// The release of a GL String Code when it is loaded, else the one in force, which will refuse it.
fn under<'n, 'r>(line: &Line<'_>, releases: &'n [Nomenclature<'r>]) -> &'n Nomenclature<'r> {
    let named = GlStringCode::of(&line.text)
        .and_then(|code| releases.iter().find(|nomenclature| code.is_of(nomenclature.release)));
    named.unwrap_or(&releases[0])
}
