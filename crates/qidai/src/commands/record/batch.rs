//! Many records from a file, one JSON object per line; one answer per line in the same order.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use qidai_bank::workflow::Concept;
use serde_json::{Value, json};

use super::given::record_of;
use super::{Desk, create_checked};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::record_json;
use crate::words::Lang;

/// Longer lines are no records.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Makes a record of each line. A line that is refused stops nothing; an outage does, and what was answered until then
/// stays.
pub(super) async fn create(
    concept: &'static Concept,
    file: &Path,
    desk: &Desk,
    lang: Lang,
) -> Result<Outcome, Failure> {
    let mut input = open(file)?;
    let (mut outcome, mut line) = (Outcome::Done, Vec::new());
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|error| stream::broken_off(&error))? == 0 {
            break;
        }
        let (done, told) = one(concept, &line, desk, lang).await?;
        if !done {
            outcome = Outcome::SomeRefused;
        }
        stream::say(&with_line(number, told).to_string())?;
    }
    Ok(outcome)
}

async fn one(
    concept: &'static Concept,
    line: &[u8],
    desk: &Desk,
    lang: Lang,
) -> Result<(bool, Value), Failure> {
    let text = std::str::from_utf8(line).ok().filter(|text| text.len() <= LINE_BYTES_MAX);
    let read = text.ok_or_else(|| "the line is no UTF-8 text of at most 1 MB".to_owned());
    match read.and_then(|text| record_of(concept, text.trim())) {
        Ok(new) => {
            let made = create_checked(&new, desk).await?;
            record_json::of_answer(made, lang)
        }
        Err(reason) => {
            let failure = Failure::refused("record_line_invalid", format!("{reason}."));
            let error =
                json!({ "code": failure.code(), "sentence": failure.sentence(lang), "reason": reason });
            Ok((false, json!({ "error": error })))
        }
    }
}

/// The answer with the number of its line in front.
fn with_line(number: u64, told: Value) -> Value {
    let mut answer = json!({ "line": number });
    if let (Some(answer), Value::Object(told)) = (answer.as_object_mut(), told) {
        answer.extend(told);
    }
    answer
}

fn open(file: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    match File::open(file) {
        Ok(file) => Ok(Box::new(BufReader::new(file))),
        Err(error) => {
            let sentence = format!("{} cannot be opened: {error}.", file.display());
            let failure = Failure::refused("file_not_readable", sentence);
            Err(failure.with("file", file.display().to_string()).with("error", error.to_string()))
        }
    }
}
