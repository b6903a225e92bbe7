//! What `match impute` and `match predict` read: a frequency set, and people in GL files.

use std::path::{Path, PathBuf};

use qidai_hla::{Locus, Nomenclature};
use qidai_match::frequency::{FrequencyError, FrequencySet, Identity, Nulls, Resolution, Rules, Understood};
use qidai_match::impute::Phenotype;

use crate::error::Failure;

/// Which frequencies, and how their names are understood.
#[derive(clap::Args)]
pub(super) struct FrequencyArgs {
    /// Haplotype frequencies: `haplotype,freq` lines.
    #[arg(long, value_name = "FILE")]
    pub(super) frequencies: PathBuf,
    /// What the names of the set stand for: what they name, or all that is the same at the antigen recognition domain.
    #[arg(long, value_name = "NAME", default_value = "as-named", value_parser = ["as-named", "lgx"])]
    resolution: String,
}

impl FrequencyArgs {
    pub(super) fn read(&self) -> Result<FrequencySet, Failure> {
        let text = read_text(&self.frequencies)?;
        let set = FrequencySet::read(&text).map_err(|error| not_understood(&self.frequencies, &error))?;
        for remark in set.remarks() {
            eprintln!("{}: {}", remark.code, remark.sentence);
        }
        Ok(set)
    }

    pub(super) fn rules(&self, identity: Identity, nulls: Nulls) -> Rules {
        let resolution = if self.resolution == "lgx" { Resolution::Lgx } else { Resolution::AsNamed };
        Rules { identity, nulls, resolution }
    }
}

/// A file of frequencies of which a line is wrong.
pub(in crate::commands) fn not_understood(file: &Path, error: &FrequencyError) -> Failure {
    let file = file.display().to_string();
    Failure::refused("frequencies_unreadable", format!("{file}: {error}."))
        .with("file", &file)
        .with("error", error.to_string())
}

/// One person of a GL file.
pub(super) struct Subject {
    pub(super) id: String,
    /// `None` when the line was refused.
    pub(super) phenotype: Option<Phenotype>,
}

/// People of one file.
pub(super) struct Subjects {
    pub(super) all: Vec<Subject>,
    /// True when a line was refused; the reason was said.
    pub(super) some_refused: bool,
}

/// Reads `id%GL-string` lines; a line without an id gets its number. What is wrong is said on standard error, and the person stays in
/// the list without a typing, so that answers keep their order.
pub(super) fn read(
    file: &Path,
    understood: &Understood<'_>,
    nomenclature: &Nomenclature<'_>,
) -> Result<Subjects, Failure> {
    let text = read_text(file)?;
    let mut subjects = Subjects { all: Vec::new(), some_refused: false };
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (id, typing) = match line.split_once('%') {
            Some((id, typing)) => (id.trim().to_owned(), typing.trim()),
            None => ((index + 1).to_string(), line),
        };
        let phenotype = match Phenotype::read(typing, understood, nomenclature) {
            Ok((phenotype, _)) => Some(phenotype),
            Err(errors) => {
                for error in errors {
                    eprintln!("{} line {}, {id}: {error}", file.display(), index + 1);
                }
                subjects.some_refused = true;
                None
            }
        };
        subjects.all.push(Subject { id, phenotype });
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
