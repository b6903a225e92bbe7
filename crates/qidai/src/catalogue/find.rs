//! Asks the engine and dresses its rows for people.

use qidai_hla::{Locus, LocusTyping, PersonTyping};
use qidai_match::search::{Abo, Counts, Facts, Hit, Query, Sex, Source, UnitPair, counts, pairs};
use qidai_match::{LocusCounts, MATCH_LOCI, position};
use rayon::prelude::*;

use super::among::Among;
use super::answer::HIT_LOCI;
use super::asked::{Asked, Patient};
use super::mother::{self, Nima};
use super::selection::Selected;
use super::{
    Catalogue, LocusHit, MotherHit, Note, PairHit, PositionHit, PositionKind, SearchAnswer, SearchRequest,
    UnitHit, build, finer, reason,
};
use crate::error::Failure;

/// What a unit should carry per kilogram when no floor is asked for: TNC 2.5 × 10⁷ and CD34+ 1.5 × 10⁵
/// (Dehn et al., Blood 2019;134:924; Politikos et al., BBMT 2020;26:2190). They decide nothing here but the
/// heaviest patient that is shown.
const TNC_PER_KG: f64 = 2.5e7;
const CD34_PER_KG: f64 = 1.5e5;

impl Catalogue {
    /// Searches the snapshot. The same request on the same snapshot gives the same answer.
    ///
    /// # Errors
    /// A typing that cannot be read, or a criterion that is impossible; a request that asks for more than the bank. The database is
    /// not asked.
    pub(crate) fn search(&self, request: &SearchRequest) -> Result<SearchAnswer, Failure> {
        Among::of_bank(self).search(request)
    }

    /// Counts everything that can be found by its mismatches with a patient; nothing is ranked, no rule is asked.
    ///
    /// # Errors
    /// A typing that cannot be read.
    pub(crate) fn mismatch_counts(&self, patient: &str) -> Result<Counts, Failure> {
        let patient = self.patient(patient)?;
        Ok(counts(self.snapshot(), &Query::new(self.snapshot(), &patient, &self.interpreter())))
    }

    /// Rows with their words, in their order.
    pub(super) fn dressed(&self, hits: &[Hit], asked: &Asked) -> Vec<UnitHit> {
        let Asked { genotypes, nima, request, .. } = asked;
        let dressed = hits.par_iter().enumerate().with_min_len(64);
        dressed.map(|(i, hit)| self.unit_hit(i as u32 + 1, hit, genotypes, nima, request)).collect()
    }

    /// Two units each, where they are asked for.
    pub(super) fn pairs(&self, hits: &[Hit], request: &SearchRequest, selected: &Selected) -> Vec<PairHit> {
        if request.pairs == 0 {
            return Vec::new();
        }
        let doses = request.weight_kg.map(|weight| selected.profile.doses(weight));
        let floor = doses.and_then(|doses| doses.tnc_of_pair);
        let found = pairs(self.snapshot(), hits, self.interpreter().antigens(), floor, request.pairs);
        let din = |place: usize| {
            hits.get(place).map_or(String::new(), |hit| self.snapshot().id(hit.row).to_owned())
        };
        let per_kg = |count: Option<u64>| Some(count? as f64 / request.weight_kg?);
        let hit = |pair: UnitPair| PairHit {
            units: pair.places.map(din),
            x6: pair.classes.x6.map(Into::into),
            x8: pair.classes.x8.map(Into::into),
            x10: pair.classes.x10.map(Into::into),
            likely: pair.likely,
            tnc_total: pair.tnc_total.map(|count| count as f64),
            cd34_total: pair.cd34_total.map(|count| count as f64),
            tnc_per_kg: per_kg(pair.tnc_total),
            cd34_per_kg: per_kg(pair.cd34_total),
            between_x8: pair.between.x8.map(Into::into),
            between_x6: pair.between.x6.map(Into::into),
        };
        found.into_iter().map(hit).collect()
    }

    fn unit_hit(
        &self,
        rank: u32,
        hit: &Hit,
        patient: &Patient,
        nima: &Nima,
        request: &SearchRequest,
    ) -> UnitHit {
        let facts = self.facts(hit.row);
        let texts = self.snapshot().typing(hit.row);
        let loci = HIT_LOCI.map(|name| {
            let place = MATCH_LOCI.iter().position(|l| l.name() == name).unwrap_or(0);
            self.locus_hit(MATCH_LOCI[place], hit.row, texts[place], patient)
        });
        let nima = self.nima_of(hit.row, &loci, nima);
        let typed: Vec<&str> = texts.iter().copied().filter(|t| !t.is_empty()).collect();
        let cells = |count: Option<u64>| count.map(|count| count as f64);
        let per_kg = |count: Option<u64>| Some(cells(count)? / request.weight_kg?);
        let classes = hit.classes;
        let genotypes = std::array::from_fn(|place| self.snapshot().genotype(hit.row, place));
        let mut unit = UnitHit {
            rank,
            din: self.snapshot().id(hit.row).to_owned(),
            x6: classes.x6.map(Into::into),
            x8: classes.x8.map(Into::into),
            x10: classes.x10.map(Into::into),
            p: hit.p,
            tnc_per_kg: per_kg(facts.tnc_total),
            cd34_per_kg: per_kg(facts.cd34_total),
            max_weight_kg: max_weight_kg(&facts, request),
            reasons: Vec::new(),
            list: match facts.source {
                Source::Unit => None,
                Source::Listed(list) => self.snapshot().lists().get(list as usize).cloned(),
            },
            loci,
            tnc_total: cells(facts.tnc_total),
            cd34_total: cells(facts.cd34_total),
            volume_ml: facts.volume_ml.map(rounded),
            cryovolume_ml: facts.cryovolume_ml.map(rounded),
            viability_percent: facts.viability_percent.map(rounded),
            collection_date: facts.collection_day.and_then(build::date_of).map(|date| date.to_string()),
            sex: facts.sex.map(|sex| if sex == Sex::Female { "F" } else { "M" }.to_owned()),
            abo: facts.abo.map(|abo| abo_name(abo).to_owned()),
            rhd: facts.rhd_positive.map(|positive| if positive { "+" } else { "-" }.to_owned()),
            rbc_depleted: facts.rbc_depleted,
            attached_segments: facts.attached_segments,
            mother_typed: facts.mother_typed,
            nima,
            typing: typed.join("^"),
            dpb1: hit.finer.dpb1.as_str(),
            kir_ligand: hit.finer.kir_ligand.as_str(),
            unit_mother: MotherHit::of(&hit.finer),
            flags: finer::flags(&facts, &hit.finer, genotypes),
        };
        unit.reasons = reason::of(&unit);
        unit
    }

    /// The loci of mismatches that can be the patient's NIMA.
    fn nima_of(&self, row: u32, loci: &[LocusHit; 5], nima: &Nima) -> Vec<&'static str> {
        let shown = HIT_LOCI.into_iter().zip(loci).filter(|(name, hit)| {
            let place = MATCH_LOCI.iter().position(|locus| locus.name() == *name);
            place.is_some_and(|place| {
                mother::shows(self.snapshot().genotype(row, place), hit.best, &nima[place])
            })
        });
        shown.map(|(name, _)| name).collect()
    }

    fn locus_hit(&self, locus: Locus, row: u32, text: &str, patient: &Patient) -> LocusHit {
        let place = MATCH_LOCI.iter().position(|l| *l == locus).unwrap_or(0);
        let (patient, donor) = (patient[place].as_ref(), self.snapshot().genotype(row, place));
        let space = self.interpreter().antigens();
        let counts = LocusCounts::of(locus, patient, donor, space);
        let compared = patient.zip(donor).map(|(patient, donor)| position::positions(patient, donor, space));
        let kinds =
            compared.map_or([PositionKind::Untyped; 2], |c| [c.positions.0.into(), c.positions.1.into()]);
        let [one, two] = written(locus, text);
        LocusHit {
            best: counts.ard.best,
            worst: counts.ard.worst,
            typed: counts.typed,
            positions: [
                PositionHit { kind: kinds[0], donor_text: one },
                PositionHit { kind: kinds[1], donor_text: two },
            ],
            direction: compared.and_then(|c| c.direction).map(Into::into),
        }
    }
}

pub(super) fn doses_not_asked() -> Note {
    let sentence =
        "The profile asks for doses per kilogram; without the patient's weight they are not asked for.";
    Note { code: "profile_doses_not_asked", sentence: sentence.to_owned() }
}

/// Each remark once, in the order of the loci.
pub(super) fn remarks(patient: &PersonTyping) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for warning in patient.typed().flat_map(LocusTyping::all_warnings) {
        let note = Note { code: warning.code, sentence: warning.sentence.clone() };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// Both positions of the first genotype as written, without `HLA-` and the locus; one copy stands for both.
fn written(locus: Locus, text: &str) -> [String; 2] {
    let genotype = text.split('|').next().unwrap_or_default();
    let (one, two) = genotype.split_once('+').unwrap_or((genotype, genotype));
    let star = format!("{locus}*");
    [one, two].map(|position| position.trim().replace("HLA-", "").replace(&star, ""))
}

/// The heaviest patient by both counts, or by the one that is recorded.
fn max_weight_kg(facts: &Facts, request: &SearchRequest) -> Option<f64> {
    let floor =
        |asked: Option<f64>, unit: f64, usual: f64| asked.filter(|a| *a > 0.0).map_or(usual, |a| a * unit);
    let tnc = facts.tnc_total.map(|count| count as f64 / floor(request.min_tnc_per_kg_e7, 1e7, TNC_PER_KG));
    let cd34 =
        facts.cd34_total.map(|count| count as f64 / floor(request.min_cd34_per_kg_e5, 1e5, CD34_PER_KG));
    match (tnc, cd34) {
        (Some(tnc), Some(cd34)) => Some(tnc.min(cd34)),
        (one, other) => one.or(other),
    }
}

fn abo_name(abo: Abo) -> &'static str {
    match abo {
        Abo::A => "A",
        Abo::B => "B",
        Abo::O => "O",
        Abo::AB => "AB",
    }
}

/// Values are kept in thousandths: what was 25.3 ml is printed as 25.3, not 25.299999237.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}
