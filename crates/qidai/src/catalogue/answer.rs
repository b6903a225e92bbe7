//! What a search gives back, the same for page, API and command line.

use qidai_match::{Matches, position};
use serde::{Serialize, Serializer};

use super::{MotherHit, Reason, Receipt};
use crate::words::Lang;

/// The result of one search.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct SearchAnswer {
    /// The first units, best first.
    pub(crate) units: Vec<UnitHit>,
    /// Pairs of units, best first; empty when none were asked for.
    pub(crate) pairs: Vec<PairHit>,
    /// The rules that kept units out, with counts.
    pub(crate) excluded: Vec<Excluded>,
    /// How many units passed every rule, listed or not.
    pub(crate) total_listed: u64,
    /// What was read in the patient's typing otherwise than written: corrected, renamed, assumed.
    pub(crate) notes: Vec<Note>,
    pub(crate) receipt: Receipt,
}

impl SearchAnswer {
    /// The same answer with its sentences in another language.
    pub(crate) fn told_in(mut self, lang: Lang) -> SearchAnswer {
        self.units = self.units.into_iter().map(|unit| unit.told_in(lang)).collect();
        for note in &mut self.notes {
            let own = lang.words().find_whole(&format!("code-{}", note.code), &[]);
            note.sentence = own.unwrap_or_else(|| note.sentence.clone());
        }
        self
    }
}

/// A remark about the patient's typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Note {
    pub(crate) code: &'static str,
    pub(crate) sentence: String,
}

/// One unit of the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct UnitHit {
    pub(crate) rank: u32,
    /// A DIN of 14 characters, another number of the bank, or the identifier in an external list.
    pub(crate) din: String,
    pub(crate) x6: Option<Range>,
    pub(crate) x8: Option<Range>,
    pub(crate) x10: Option<Range>,
    /// Probability of exactly 0 to 4 mismatches at A, B, C, DRB1 under the receipt's frequency set; null without a set, or when it does not
    /// represent the pair.
    pub(crate) p: Option<[f64; 5]>,
    /// Cells per kilogram of the patient; null without a weight or a count.
    pub(crate) tnc_per_kg: Option<f64>,
    pub(crate) cd34_per_kg: Option<f64>,
    /// The heaviest patient the unit serves.
    pub(crate) max_weight_kg: Option<f64>,
    #[schema(value_type = Vec<String>)]
    pub(crate) reasons: Vec<Reason>,
    /// Name of the external list; null for the bank's own units.
    pub(crate) list: Option<String>,
    /// A, B, C, DRB1, DQB1.
    #[serde(serialize_with = "loci_by_name")]
    #[schema(value_type = std::collections::BTreeMap<String, LocusHit>)]
    pub(crate) loci: [LocusHit; 5],
    /// Cells per unit before freezing, after processing.
    pub(crate) tnc_total: Option<f64>,
    pub(crate) cd34_total: Option<f64>,
    pub(crate) volume_ml: Option<f64>,
    /// With the cryoprotectant, as frozen.
    pub(crate) cryovolume_ml: Option<f64>,
    pub(crate) viability_percent: Option<f64>,
    pub(crate) collection_date: Option<String>,
    pub(crate) sex: Option<String>,
    pub(crate) abo: Option<String>,
    pub(crate) rhd: Option<String>,
    pub(crate) rbc_depleted: Option<bool>,
    pub(crate) attached_segments: Option<u8>,
    pub(crate) mother_typed: bool,
    /// Loci at which the unit does not match and can show what the patient did not inherit from the mother (NIMA).
    pub(crate) nima: Vec<&'static str>,
    /// The five loci as written.
    pub(crate) typing: String,
    /// `match`, `permissive`, `non_permissive_gvh`, `non_permissive_hvg` or `unknown`, by the levels of version 2 of the release.
    pub(crate) dpb1: &'static str,
    /// Who lacks a ligand of killer-cell receptors (C1, C2, Bw4) that the other one has: `match`, `gvh` (the patient lacks it), `hvg` (the unit
    /// does), `both` or `unknown`.
    pub(crate) kir_ligand: &'static str,
    /// Beside the typing of the unit's own mother; null where she is not typed.
    pub(crate) unit_mother: Option<MotherHit>,
    /// What is odd about the unit, by codes: a reason to ask its bank.
    pub(crate) flags: Vec<&'static str>,
}

impl UnitHit {
    /// The same with its sentences in another language.
    pub(crate) fn told_in(mut self, lang: Lang) -> UnitHit {
        self.reasons.iter_mut().for_each(|reason| reason.lang = lang);
        self
    }

    /// The probability of as many matches of 8 as the best case has.
    pub(crate) fn likely(&self) -> Option<f64> {
        let best = self.x8.map_or(8, |range| range.best);
        let p = self.p?;
        Some(p.iter().take(usize::from(8_u8.saturating_sub(best)) + 1).sum())
    }
}

/// Two units for one patient.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct PairHit {
    /// Their numbers, the better one first.
    pub(crate) units: [String; 2],
    /// Classes of the worse one.
    pub(crate) x6: Option<Range>,
    pub(crate) x8: Option<Range>,
    pub(crate) x10: Option<Range>,
    /// The probability that both have as many matches of 8 as the worse one has in the best case.
    pub(crate) likely: Option<f64>,
    /// Both together.
    pub(crate) tnc_total: Option<f64>,
    pub(crate) cd34_total: Option<f64>,
    pub(crate) tnc_per_kg: Option<f64>,
    pub(crate) cd34_per_kg: Option<f64>,
    /// How the units match each other.
    pub(crate) between_x8: Option<Range>,
    pub(crate) between_x6: Option<Range>,
}

/// The order of [`UnitHit::loci`].
pub(super) const HIT_LOCI: [&str; 5] = ["A", "B", "C", "DRB1", "DQB1"];

fn loci_by_name<S: Serializer>(loci: &[LocusHit; 5], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(HIT_LOCI.iter().zip(loci))
}

/// Matches, best and worst case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Range {
    pub(crate) best: u8,
    pub(crate) worst: u8,
}

impl From<Matches> for Range {
    fn from(matches: Matches) -> Self {
        Range { best: matches.best, worst: matches.worst }
    }
}

/// One locus of a unit beside the patient's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct LocusHit {
    pub(crate) best: u8,
    pub(crate) worst: u8,
    /// False when the locus is untyped on one side.
    pub(crate) typed: bool,
    pub(crate) positions: [PositionHit; 2],
    pub(crate) direction: Option<Direction>,
}

/// One of the two positions, in the order of the unit's typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct PositionHit {
    pub(crate) kind: PositionKind,
    /// The unit's typing as written, without the locus; empty when untyped.
    pub(crate) donor_text: String,
}

/// What one position is to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PositionKind {
    Match,
    Possible,
    AlleleMismatch,
    AntigenMismatch,
    Untyped,
}

impl From<position::PositionMatch> for PositionKind {
    fn from(kind: position::PositionMatch) -> Self {
        match kind {
            position::PositionMatch::Match => PositionKind::Match,
            position::PositionMatch::Possible => PositionKind::Possible,
            position::PositionMatch::AlleleMismatch => PositionKind::AlleleMismatch,
            position::PositionMatch::AntigenMismatch => PositionKind::AntigenMismatch,
        }
    }
}

/// Who could react against whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    Gvh,
    Hvg,
    Both,
}

impl From<position::Direction> for Direction {
    fn from(direction: position::Direction) -> Self {
        match direction {
            position::Direction::Gvh => Direction::Gvh,
            position::Direction::Hvg => Direction::Hvg,
            position::Direction::Both => Direction::Both,
        }
    }
}

/// How many units a rule kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Excluded {
    pub(crate) rule: String,
    pub(crate) count: u64,
    /// Those of them that would be listed if this rule were dropped; for the class floors, if one match less were asked for.
    pub(crate) if_relaxed: u64,
}
