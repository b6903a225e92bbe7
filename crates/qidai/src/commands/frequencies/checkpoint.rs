//! What an estimation has reached, in a file from which the same command goes on.
//!
//! One block a stage: a line that says how far it is, then its haplotypes with their frequencies, written so that every bit comes
//! back. Everything else follows from the people and the options, whose digest stands at the head.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use qidai_match::estimate::Stage;
use qidai_match::frequency::FrequencySet;

use super::write_whole;
use crate::error::Failure;

const HEAD: &str = "# qidai frequencies estimate, checkpoint 1, question ";
const STAGE: &str = "# stage ";

/// A checkpoint file of one question: these people, these options.
pub(super) struct Checkpoint {
    file: PathBuf,
    question: String,
    stages: Vec<Stage>,
}

impl Checkpoint {
    /// Begins with what the file holds; a file that is not there is an estimation that was not begun.
    pub(super) fn open(file: &Path, question: &str) -> Result<Checkpoint, Failure> {
        let mut checkpoint =
            Checkpoint { file: file.to_owned(), question: question.to_owned(), stages: Vec::new() };
        if file.exists() {
            let text = crate::commands::matching::read_text(file)?;
            checkpoint.stages = read(&text, question).ok_or_else(|| refused(file))?;
        }
        Ok(checkpoint)
    }

    /// What was reached.
    pub(super) fn stages(&self) -> Vec<Stage> {
        self.stages.clone()
    }

    /// Keeps what a stage has reached.
    pub(super) fn keep(&mut self, stage: &Stage) -> Result<(), Failure> {
        let same = |known: &Stage| known.set.loci() == stage.set.loci();
        match self.stages.iter_mut().find(|known| same(known)) {
            Some(known) => *known = stage.clone(),
            None => self.stages.push(stage.clone()),
        }
        write_whole(&self.file, &self.text())
    }

    fn text(&self) -> String {
        let mut text = format!("{HEAD}{}\n", self.question);
        for stage in &self.stages {
            let _ = writeln!(text, "{STAGE}{} {} {}", stage.iterations, stage.is_finished, stage.change);
            for h in 0..stage.set.len() as u32 {
                let _ = writeln!(text, "{},{}", stage.set.label(h), stage.set.frequency(h));
            }
        }
        text
    }
}

fn read(text: &str, question: &str) -> Option<Vec<Stage>> {
    let (head, rest) = text.split_once('\n')?;
    if head.strip_prefix(HEAD)? != question {
        return None;
    }
    rest.split(STAGE).skip(1).map(stage).collect()
}

fn stage(text: &str) -> Option<Stage> {
    let (head, haplotypes) = text.split_once('\n')?;
    let mut words = head.split(' ');
    Some(Stage {
        iterations: words.next()?.parse().ok()?,
        is_finished: words.next()?.parse().ok()?,
        change: words.next()?.parse().ok()?,
        set: FrequencySet::read(haplotypes).ok()?,
        log_likelihood: 0.0,
        pairs: 0,
        left_out_mean: 0.0,
        left_out_max: 0.0,
    })
}

fn refused(file: &Path) -> Failure {
    let file = file.display().to_string();
    let sentence = format!(
        "{file} is no checkpoint of these people with these options: give another --checkpoint, or remove it to begin anew."
    );
    Failure::refused("checkpoint_of_other_question", sentence).with("file", &file)
}
