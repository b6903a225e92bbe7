//! What `match impute` and `match predict` read: a frequency set, and people in GL files.

use std::path::{Path, PathBuf};

use qidai_hla::{Locus, Nomenclature, Release};
use qidai_match::frequency::{FrequencyError, FrequencySet, Identity, Nulls, Resolution, Rules, Understood};
use qidai_match::impute::Reading;

use super::json_set;
use crate::error::Failure;

/// Which frequencies, and how their names are understood.
#[derive(clap::Args)]
pub(super) struct FrequencyArgs {
    /// Haplotype frequencies: `haplotype,freq` lines, columns named by loci, or JSON.
    #[arg(long, value_name = "FILE")]
    pub(super) frequencies: PathBuf,
    /// What the names of the set stand for: what they name, or all that is the same at the antigen recognition domain.
    #[arg(long, value_name = "NAME", default_value = "as-named", value_parser = ["as-named", "lgx"])]
    resolution: String,
    /// Which one, where the file has several populations.
    #[arg(long, value_name = "NAME")]
    population: Option<String>,
    /// For people whom the set does not represent: leave their typing at these loci aside (`C,DQB1`). May be repeated; the first that helps is
    /// taken, and the column `basis` says so.
    #[arg(long, value_name = "LOCI")]
    pub(super) fallback_without: Vec<String>,
    /// For people whom the set does not represent: another set. May be repeated; the column `basis` names it.
    #[arg(long, value_name = "FILE")]
    pub(super) fallback_frequencies: Vec<PathBuf>,
}

impl FrequencyArgs {
    /// The set that was asked for.
    pub(super) fn read(&self, release: &Release) -> Result<FrequencySet, Failure> {
        read_set(&self.frequencies, self.population.as_deref(), release)
    }

    /// True when answers may rest on something else than the set alone.
    pub(super) fn has_fallback(&self) -> bool {
        !self.fallback_without.is_empty() || !self.fallback_frequencies.is_empty()
    }

    pub(super) fn rules(&self, identity: Identity, nulls: Nulls) -> Rules {
        let resolution = if self.resolution == "lgx" { Resolution::Lgx } else { Resolution::AsNamed };
        Rules { identity, nulls, resolution }
    }
}

/// Reads a set; what is worth a remark is said on standard error.
pub(super) fn read_set(
    file: &Path,
    population: Option<&str>,
    release: &Release,
) -> Result<FrequencySet, Failure> {
    let mut text = read_text(file)?;
    if json_set::is_json(&text) {
        let set = json_set::read(&text).map_err(|error| not_a_set(file, &error))?;
        let digits = |label: &str| label.chars().filter(char::is_ascii_digit).collect::<String>();
        if let Some(named) = set.release.filter(|named| digits(named) != digits(release.label())) {
            eprintln!(
                "frequency_release: names are of release {named}, and are read under {}",
                release.label()
            );
        }
        text = set.text;
    }
    let set = match population {
        Some(population) => FrequencySet::read_population(&text, population),
        None => FrequencySet::read(&text),
    };
    let set = set.map_err(|error| not_understood(file, &error))?;
    for remark in set.remarks() {
        eprintln!("{}: {}", remark.code, remark.sentence);
    }
    Ok(set)
}

/// A file of frequencies of which a line is wrong.
pub(in crate::commands) fn not_understood(file: &Path, error: &FrequencyError) -> Failure {
    not_a_set(file, &error.to_string())
}

fn not_a_set(file: &Path, error: &str) -> Failure {
    let file = file.display().to_string();
    Failure::refused("frequencies_unreadable", format!("{file}: {error}."))
        .with("file", &file)
        .with("error", error)
}

/// One person of a GL file.
pub(super) struct Subject {
    pub(super) id: String,
    /// `None` when the line was refused.
    pub(super) reading: Option<Reading>,
}

impl Subjects {
    /// True when a line was refused.
    pub(super) fn some_refused(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Says on standard error what is wrong with the file.
    pub(super) fn say_errors(&self, file: &Path) {
        self.errors.iter().for_each(|error| eprintln!("{} {error}", file.display()));
    }

    /// Their ids, in order.
    pub(super) fn ids(&self) -> Vec<String> {
        self.all.iter().map(|subject| subject.id.clone()).collect()
    }
}

/// People of one file.
pub(super) struct Subjects {
    pub(super) all: Vec<Subject>,
    /// What is wrong, each with its line.
    errors: Vec<String>,
}

/// Reads `id%GL-string` lines; a line without an id gets its number. What is wrong is kept, and the person stays in
/// the list without a typing, so that answers keep their order.
pub(super) fn read(
    file: &Path,
    understood: &Understood<'_>,
    nomenclature: &Nomenclature<'_>,
) -> Result<Subjects, Failure> {
    let text = read_text(file)?;
    let mut subjects = Subjects { all: Vec::new(), errors: Vec::new() };
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (id, typing) = match line.split_once('%') {
            Some((id, typing)) => (id.trim().to_owned(), typing.trim()),
            None => ((index + 1).to_string(), line),
        };
        let reading = match Reading::read(typing, understood, nomenclature) {
            Ok(reading) => Some(reading),
            Err(errors) => {
                let said = |error| format!("line {}, {id}: {error}", index + 1);
                subjects.errors.extend(errors.into_iter().map(said));
                None
            }
        };
        subjects.all.push(Subject { id, reading });
    }
    Ok(subjects)
}

/// Loci by their names, as places in the set; all of the set's without a list.
pub(super) fn counted_loci(names: &[String], understood: &Understood<'_>) -> Result<Vec<usize>, Failure> {
    if names.is_empty() {
        return Ok((0..understood.set().loci().len()).collect());
    }
    let place = |name: &String| {
        let locus = Locus::from_name(name.trim()).and_then(|locus| understood.place(locus));
        locus.ok_or_else(|| {
            let known: Vec<&str> = understood.set().loci().iter().map(|locus| locus.name()).collect();
            let sentence = format!("--loci {name}: the frequencies are over {}.", known.join(", "));
            Failure::refused("locus_not_in_frequencies", sentence)
                .with("locus", name)
                .with("known", known.join(", "))
        })
    };
    names.iter().map(place).collect()
}

pub(in crate::commands) fn read_text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display().to_string();
        Failure::outage("subjects_file_unreadable", format!("{file} could not be read: {error}."))
            .with("file", &file)
            .with("error", error.to_string())
            .because(&error)
    })
}
