//! Why a unit stands where it stands, as facts that each language puts into words.

use fluent_bundle::FluentValue;
use serde::{Serialize, Serializer};

use super::answer::HIT_LOCI;
use super::{Direction, PositionKind, Range, UnitHit};
use crate::words::{Lang, Words};

/// One reason: the key of its sentence and the values in it. Serialises as its sentence in the language of the
/// answer ([`super::SearchAnswer::told_in`]), English when none was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    key: &'static str,
    values: Vec<(&'static str, String)>,
    pub(super) lang: Lang,
}

impl Reason {
    fn new(key: &'static str, values: Vec<(&'static str, String)>) -> Reason {
        Reason { key, values, lang: Lang::En }
    }

    /// The sentence in a language.
    pub(crate) fn sentence(&self, words: &Words) -> String {
        let values: Vec<(&'static str, FluentValue<'_>)> =
            self.values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str()))).collect();
        words.say(self.key, &values)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sentence(self.lang.words()))
    }
}

/// The reasons in the order in which they decided: class, mismatches, dose.
pub(super) fn of(unit: &UnitHit) -> Vec<Reason> {
    let mut reasons: Vec<Reason> =
        [(unit.x8, "8"), (unit.x10, "10"), (unit.x6, "6")].into_iter().map(|(m, of)| class(m, of)).collect();
    reasons.extend(probability(unit));
    reasons.extend(HIT_LOCI.iter().zip(&unit.loci).filter_map(|(name, hit)| locus(name, hit)));
    reasons.extend(
        unit.nima.iter().map(|locus| Reason::new("reason-nima", vec![("locus", (*locus).to_owned())])),
    );
    reasons.extend(finer(unit));
    reasons.push(dose("tnc", unit.tnc_total, unit.tnc_per_kg, 1e7));
    reasons.push(dose("cd34", unit.cd34_total, unit.cd34_per_kg, 1e5));
    reasons
}

/// DPB1, ligands and the unit's mother, as far as they are known.
fn finer(unit: &UnitHit) -> Vec<Reason> {
    let dpb1 = match unit.dpb1 {
        "match" => Some("reason-dpb1-match"),
        "permissive" => Some("reason-dpb1-permissive"),
        "non_permissive_gvh" => Some("reason-dpb1-gvh"),
        "non_permissive_hvg" => Some("reason-dpb1-hvg"),
        _ => None,
    };
    let ligand = match unit.kir_ligand {
        "match" => Some("reason-kir-match"),
        "gvh" => Some("reason-kir-gvh"),
        "hvg" => Some("reason-kir-hvg"),
        "both" => Some("reason-kir-both"),
        _ => None,
    };
    let mother = unit.unit_mother.iter();
    let of_mother = mother.flat_map(|mother| {
        let all = [
            ("reason-unit-nima", &mother.nima),
            ("reason-unit-ima", &mother.ima),
            ("reason-unit-mother-contradicts", &mother.contradicts),
        ];
        all.into_iter().filter(|(_, loci)| !loci.is_empty()).map(|(key, loci)| (key, loci.join(", ")))
    });
    let mut reasons: Vec<Reason> =
        dpb1.into_iter().chain(ligand).map(|key| Reason::new(key, vec![])).collect();
    reasons.extend(of_mother.map(|(key, loci)| Reason::new(key, vec![("loci", loci)])));
    reasons
}

fn class(matches: Option<Range>, of: &str) -> Reason {
    let of = ("of", of.to_owned());
    match matches {
        None => Reason::new("reason-class-not-computable", vec![of]),
        Some(Range { best, worst }) if best == worst => {
            Reason::new("reason-class", vec![("matches", best.to_string()), of])
        }
        Some(Range { best, worst }) => {
            let values = vec![("best", best.to_string()), ("worst", worst.to_string()), of];
            Reason::new("reason-class-open", values)
        }
    }
}

/// Of as many matches of 8 as the best case has.
fn probability(unit: &UnitHit) -> Option<Reason> {
    let matches = unit.x8.map_or(8, |range| range.best).to_string();
    let percent = format!("{:.1}", unit.likely()? * 100.0);
    Some(Reason::new("reason-probability", vec![("matches", matches), ("percent", percent)]))
}

fn locus(name: &str, hit: &super::LocusHit) -> Option<Reason> {
    let locus = ("locus", name.to_owned());
    if !hit.typed {
        return Some(Reason::new("reason-untyped", vec![locus]));
    }
    let has = |kind: PositionKind| hit.positions.iter().any(|position| position.kind == kind);
    let key = match hit.direction {
        Some(Direction::Gvh) => "reason-mismatch-gvh",
        Some(Direction::Hvg) => "reason-mismatch-hvg",
        Some(Direction::Both) if has(PositionKind::AntigenMismatch) => "reason-mismatch-antigen",
        Some(Direction::Both) => "reason-mismatch-allele",
        None if hit.best != hit.worst => "reason-open",
        None => return None,
    };
    Some(Reason::new(key, vec![locus]))
}

fn dose(count: &str, total: Option<f64>, per_kg: Option<f64>, unit: f64) -> Reason {
    let (missing, with_weight, without) = match count {
        "tnc" => ("reason-tnc-missing", "reason-tnc-per-kg", "reason-tnc-total"),
        _ => ("reason-cd34-missing", "reason-cd34-per-kg", "reason-cd34-total"),
    };
    match (total, per_kg) {
        (None, _) => Reason::new(missing, vec![]),
        (_, Some(per_kg)) => Reason::new(with_weight, vec![("dose", two_places(per_kg / unit))]),
        (Some(total), None) => Reason::new(without, vec![("count", two_places(total / unit))]),
    }
}

/// Rounded down: no dose looks as if it reached a threshold that it misses.
fn two_places(value: f64) -> String {
    format!("{:.2}", (value * 100.0 * (1.0 + 1e-12)).floor() / 100.0)
}
