//! The rows of `qidai match predict`: P0 to P4 of every pair, and the values of each locus.

use std::io::{self, BufWriter, Write};

use qidai_hla::Locus;
use qidai_match::predict::{ANSWERED, Answer, Patient, certain};
use rayon::prelude::*;

use super::Sides;
use crate::commands::matching::basis;
use crate::commands::stream;
use crate::csv_row::csv_row;
use crate::error::Failure;

/// Patients whose answers are held at once; more only fill the memory.
const PATIENTS_AT_ONCE: usize = 64;

/// Everything that is written.
pub(super) struct Table {
    /// Every pair, not only those with a chance of at most two mismatches.
    pub(super) all: bool,
    /// Conditional values are added for so many mismatches.
    pub(super) given: Option<usize>,
    pub(super) with_basis: bool,
    pub(super) loci: Vec<Locus>,
    pub(super) patient_ids: Vec<String>,
    pub(super) donor_ids: Vec<String>,
    /// The set that was asked for, then the fallbacks.
    pub(super) sides: Vec<Sides>,
}

/// One pair, answered.
struct Pair {
    donor: usize,
    totals: Option<[f64; ANSWERED]>,
    loci: Option<Vec<[f64; 3]>>,
    given: Option<Vec<[f64; 3]>>,
    basis: String,
}

/// The rows of one patient, and what is to be said of them.
#[derive(Default)]
struct Rows {
    text: Vec<u8>,
    too_ambiguous: usize,
    bounded: usize,
    largest_bound: f64,
}

impl Table {
    pub(super) fn write(&self) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        let not_written = |error: io::Error| stream::not_written(&error);
        out.write_all(&self.header().map_err(not_written)?).map_err(not_written)?;
        let mut said = Rows::default();
        let all: Vec<usize> = (0..self.patient_ids.len()).collect();
        for some in all.chunks(PATIENTS_AT_ONCE) {
            let rows: Vec<io::Result<Rows>> = some.par_iter().map(|patient| self.rows(*patient)).collect();
            for rows in rows {
                let rows = rows.map_err(not_written)?;
                out.write_all(&rows.text).map_err(not_written)?;
                said.too_ambiguous += rows.too_ambiguous;
                said.bounded += rows.bounded;
                said.largest_bound = said.largest_bound.max(rows.largest_bound);
            }
        }
        said.say();
        out.flush().map_err(not_written)
    }

    fn header(&self) -> io::Result<Vec<u8>> {
        let mut cells: Vec<String> =
            ["patient", "donor", "p0", "p1", "p2", "p3", "p4"].map(str::to_owned).into();
        let mut of_loci = |ending: &str| {
            for locus in &self.loci {
                cells.extend((0..3).map(|m| format!("{}_p{m}{ending}", locus.name())));
            }
        };
        of_loci("");
        if let Some(total) = self.given {
            of_loci(&format!("_given_{total}"));
        }
        cells.extend(self.with_basis.then(|| "basis".to_owned()));
        csv_row(cells)
    }

    fn rows(&self, patient: usize) -> io::Result<Rows> {
        let mut rows = Rows::default();
        let mut pairs = self.answered(patient, &mut rows);
        pairs.retain(|pair| {
            let has_chance = pair.totals.is_some_and(|totals| totals[..3].iter().any(|p| *p > 0.0));
            self.all || has_chance
        });
        pairs.sort_by_key(|pair| pair.donor);
        for pair in &pairs {
            rows.text.extend(csv_row(self.cells(patient, pair))?);
        }
        Ok(rows)
    }

    /// Every donor once: certain pairs, then those of each basis in turn.
    fn answered(&self, patient: usize, rows: &mut Rows) -> Vec<Pair> {
        let mut pairs = Vec::with_capacity(self.donor_ids.len());
        let mut open: Vec<u32> = (0..self.donor_ids.len() as u32).collect();
        for (turn, side) in self.sides.iter().enumerate() {
            if open.is_empty() {
                break;
            }
            let seen = side.patient(patient);
            let answers = match &seen {
                Some(seen) => side.collection.predict(seen, &open),
                None => vec![Answer::Unrepresented; open.len()],
            };
            let (mut known, mut rest) = (Vec::new(), Vec::new());
            for (donor, answer) in open.iter().zip(answers) {
                match answer {
                    Answer::Predicted(prediction) => known.push((*donor, prediction)),
                    Answer::Unrepresented => rest.push(*donor),
                    Answer::TooAmbiguous => {
                        rows.too_ambiguous += 1;
                        rest.push(*donor);
                    }
                }
            }
            known.iter().filter(|(_, known)| known.bound > 0.0).for_each(|(_, known)| {
                rows.bounded += 1;
                rows.largest_bound = rows.largest_bound.max(known.bound);
            });
            // Loci are looked at only where the row may be written.
            let is_shown = |totals: &[f64; ANSWERED]| self.all || totals[..3].iter().any(|p| *p > 0.0);
            known.retain(|(_, prediction)| is_shown(&prediction.totals));
            if let Some(seen) = &seen {
                let known: Vec<(u32, [f64; ANSWERED])> =
                    known.into_iter().map(|(donor, prediction)| (donor, prediction.totals)).collect();
                pairs.extend(self.with_loci(side, patient, seen, &known));
            }
            open = rest;
            if turn == 0 {
                open.retain(|donor| match self.certain(patient, *donor as usize) {
                    Some(pair) => {
                        pairs.push(pair);
                        false
                    }
                    None => true,
                });
            }
        }
        pairs.extend(open.into_iter().map(|donor| Pair::unknown(donor as usize)));
        pairs
    }

    fn with_loci(
        &self,
        side: &Sides,
        patient: usize,
        seen: &Patient,
        known: &[(u32, [f64; ANSWERED])],
    ) -> Vec<Pair> {
        let donors: Vec<u32> = known.iter().map(|(donor, _)| *donor).collect();
        let loci = side.collection.at_loci(seen, &donors);
        let given = match self.given {
            Some(total) => side.collection.at_loci_given(seen, &donors, total),
            None => vec![None; donors.len()],
        };
        let pair = |(((donor, totals), loci), given): ((&(u32, [f64; ANSWERED]), _), _)| {
            let donor = *donor as usize;
            let basis = if self.with_basis { side.said(patient, donor) } else { String::new() };
            Pair { donor, totals: Some(*totals), loci, given, basis }
        };
        known.iter().zip(loci).zip(given).map(pair).collect()
    }

    /// Two people whose typing leaves nothing open at the counted loci need no frequencies.
    fn certain(&self, patient: usize, donor: usize) -> Option<Pair> {
        let side = self.sides.first()?;
        let (mine, theirs) = (side.patients[patient].reading.as_ref()?, side.donors[donor].reading.as_ref()?);
        let mismatches = certain::mismatches(&mine.certain, &theirs.certain, &self.loci)?;
        let total: usize = mismatches.iter().copied().map(usize::from).sum();
        let mut totals = [0.0; ANSWERED];
        if let Some(p) = totals.get_mut(total) {
            *p = 1.0;
        }
        let one_hot = |at: &u8| {
            let mut p = [0.0; 3];
            p[usize::from(*at)] = 1.0;
            p
        };
        let loci: Vec<[f64; 3]> = mismatches.iter().map(one_hot).collect();
        let given = (self.given == Some(total)).then(|| loci.clone());
        Some(Pair { donor, totals: Some(totals), loci: Some(loci), given, basis: "certain".to_owned() })
    }

    fn cells(&self, patient: usize, pair: &Pair) -> Vec<String> {
        let mut cells = vec![self.patient_ids[patient].clone(), self.donor_ids[pair.donor].clone()];
        let mut add = |values: Option<Vec<f64>>, width: usize| match values {
            Some(values) => cells.extend(values.iter().map(|p| format!("{p:.12}"))),
            None => cells.resize(cells.len() + width, String::new()),
        };
        let flat = |loci: &Option<Vec<[f64; 3]>>| loci.as_ref().map(|loci| loci.concat());
        add(pair.totals.map(|totals| totals.to_vec()), ANSWERED);
        add(flat(&pair.loci), 3 * self.loci.len());
        if self.given.is_some() {
            add(flat(&pair.given), 3 * self.loci.len());
        }
        cells.extend(self.with_basis.then(|| pair.basis.clone()));
        cells
    }
}

impl Sides {
    /// `None`: there is no readable typing.
    fn patient(&self, patient: usize) -> Option<Patient> {
        let phenotype = self.patients[patient].phenotype.as_ref()?;
        Some(self.collection.patient(&self.basis.imputer, phenotype))
    }

    fn said(&self, patient: usize, donor: usize) -> String {
        let dropped = |who: &str, dropped: &Option<String>| {
            dropped.as_ref().map(|dropped| format!("{who} {dropped}")).unwrap_or_default()
        };
        let patient = dropped("patient", &self.patients[patient].dropped);
        basis::said(&[&self.basis.label, &patient, &dropped("donor", &self.donors[donor].dropped)])
    }
}

impl Pair {
    fn unknown(donor: usize) -> Self {
        Pair { donor, totals: None, loci: None, given: None, basis: String::new() }
    }
}

impl Rows {
    /// What cannot be seen in the cells is said on standard error.
    fn say(&self) {
        if self.too_ambiguous > 0 {
            eprintln!("too_ambiguous: {} pairs; their cells are empty", self.too_ambiguous);
        }
        if self.bounded > 0 {
            eprintln!(
                "bounded: {} pairs; no value is further from the truth than {:.1e}",
                self.bounded, self.largest_bound
            );
        }
    }
}
