//! What leaves a match open: one answer for the command, the API and the page.

use qidai_bank::{Identity, Store};
use qidai_hla::{Locus, Nomenclature, TypingError};
use qidai_match::doubt::{Doubt, Likely, NoAnswer, Side, SideDoubt, Worth, doubt};
use qidai_match::frequency::{Rules, Understood};
use qidai_match::impute::{Imputer, Phenotype, Unheard};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;
use crate::frequencies::{Choice, FrequencyChoice};
use crate::pages::unit_not_found;
use crate::words::Words;

/// Genotypes of one side that are listed.
pub(crate) const LISTED: usize = 5;
/// The loci that are counted when nobody says which: as far as the set has them.
const COUNTED: [Locus; 5] = qidai_match::MATCH_LOCI;

/// How likely the match is, and what leaves it open.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PairExplained {
    pub(crate) frequencies: FrequencyChoice,
    /// Loci whose mismatches are counted.
    pub(crate) loci: Vec<&'static str>,
    /// Probabilities of 0, 1, 2, 3, 4 mismatches; what is missing to 1 has more.
    pub(crate) p: [f64; 5],
    /// Of each side so much probability was left out at most.
    pub(crate) left_out: f64,
    /// The doubt about the number of mismatches, in bits: 0 is certain.
    pub(crate) doubt_bits: f64,
    pub(crate) by_locus: Vec<LocusDoubt>,
    pub(crate) patient: SideExplained,
    pub(crate) unit: SideExplained,
    /// Typings that would remove doubt, the most useful first.
    pub(crate) next: Vec<NextTyping>,
}

/// One locus, whatever the total.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LocusDoubt {
    pub(crate) locus: &'static str,
    /// Probabilities of 0, 1, 2 mismatches.
    pub(crate) p: [f64; 3],
    pub(crate) doubt_bits: f64,
}

/// What one side can be.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SideExplained {
    /// Genotypes that the typing allows at the counted loci.
    pub(crate) genotypes: usize,
    pub(crate) likeliest: Vec<LikelyGenotype>,
    /// What was typed but says nothing in this set of frequencies.
    pub(crate) not_used: Vec<String>,
}

/// A genotype; alleles that count as the same are joined by `/`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LikelyGenotype {
    pub(crate) typing: String,
    pub(crate) probability: f64,
}

/// What one more typing would be worth.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NextTyping {
    /// `patient` or `unit`.
    pub(crate) of: &'static str,
    pub(crate) locus: &'static str,
    /// By how much the doubt falls on average.
    pub(crate) removes_bits: f64,
    /// The same as a part of the doubt, 0 to 1.
    pub(crate) removes_part: f64,
    /// The probability that a full match is then at least 95 % certain, or at least 95 % excluded.
    pub(crate) decides: f64,
}

/// Two typings as they are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'p> {
    pub(crate) patient: &'p str,
    pub(crate) unit: &'p str,
}

/// Explains a pair. `loci` without an entry: A, C, B, DRB1, DQB1, as far as the set has them.
///
/// # Errors
/// `typing_refused`-like refusals of either typing, `locus_not_in_frequencies`, `frequencies_unrepresented`, `typing_too_ambiguous`.
pub(crate) fn explain(
    pair: Pair<'_>,
    loci: &[String],
    choice: &Choice,
    nomenclature: &Nomenclature<'_>,
    rules: Rules,
) -> Result<PairExplained, Failure> {
    let understood = Understood::new(&choice.set, nomenclature, rules);
    let places = places(loci, &understood)?;
    let read = |side: Side, text: &str| read(side, text, &understood, nomenclature);
    let (patient, of_patient) = read(Side::Patient, pair.patient)?;
    let (unit, of_unit) = read(Side::Donor, pair.unit)?;
    let imputer = Imputer::new(understood);
    let found = doubt(&imputer, &places, &patient, &unit, LISTED).map_err(no_answer)?;
    let names: Vec<&'static str> = choice.set.loci().iter().map(|locus| locus.name()).collect();
    Ok(told(&found, choice, &places, &names, [of_patient, of_unit]))
}

fn told(
    found: &Doubt,
    choice: &Choice,
    places: &[usize],
    names: &[&'static str],
    [of_patient, of_unit]: [Vec<String>; 2],
) -> PairExplained {
    let next = |worth: &Worth| NextTyping {
        of: side_code(worth.side),
        locus: names[worth.place],
        removes_bits: worth.removes_bits,
        removes_part: worth.removes_bits / found.bits,
        decides: worth.decides,
    };
    let by_locus = places.iter().zip(&found.loci);
    PairExplained {
        frequencies: choice.told.clone(),
        loci: places.iter().map(|place| names[*place]).collect(),
        p: found.totals,
        left_out: found.left_out,
        doubt_bits: found.bits,
        by_locus: by_locus
            .map(|(place, (p, bits))| LocusDoubt { locus: names[*place], p: *p, doubt_bits: *bits })
            .collect(),
        patient: side(&found.patient, of_patient),
        unit: side(&found.donor, of_unit),
        next: found.next.iter().map(next).collect(),
    }
}

fn side(found: &SideDoubt, not_used: Vec<String>) -> SideExplained {
    let likely = |one: &Likely| LikelyGenotype { typing: one.loci.join("^"), probability: one.probability };
    SideExplained {
        genotypes: found.genotypes,
        likeliest: found.likeliest.iter().map(likely).collect(),
        not_used,
    }
}

fn side_code(side: Side) -> &'static str {
    match side {
        Side::Patient => "patient",
        Side::Donor => "unit",
    }
}

fn places(loci: &[String], understood: &Understood<'_>) -> Result<Vec<usize>, Failure> {
    let known = || understood.set().loci().iter().map(|locus| locus.name()).collect::<Vec<_>>().join(", ");
    if loci.is_empty() {
        let all: Vec<usize> = COUNTED.iter().filter_map(|locus| understood.place(*locus)).collect();
        return if all.is_empty() { Err(not_in_set("A", &known())) } else { Ok(all) };
    }
    let mut places = Vec::new();
    for name in loci {
        let place = Locus::from_name(name.trim()).and_then(|locus| understood.place(locus));
        let place = place.ok_or_else(|| not_in_set(name, &known()))?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

fn not_in_set(name: &str, known: &str) -> Failure {
    let sentence = format!("The frequencies do not cover {name}; expected one of {known}.");
    Failure::refused("locus_not_in_frequencies", sentence).with("locus", name).with("known", known)
}

/// The typing, and what of it says nothing in the set.
fn read(
    side: Side,
    text: &str,
    understood: &Understood<'_>,
    nomenclature: &Nomenclature<'_>,
) -> Result<(Phenotype, Vec<String>), Failure> {
    let (phenotype, Unheard { positions, loci }) = Phenotype::read(text.trim(), understood, nomenclature)
        .map_err(|errors| refused(side, errors, nomenclature))?;
    let unheard = positions.into_iter().chain(loci.iter().map(|locus| locus.name().to_owned()));
    Ok((phenotype, unheard.collect()))
}

fn refused(side: Side, errors: Vec<TypingError>, nomenclature: &Nomenclature<'_>) -> Failure {
    let detail: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let (detail, release) = (detail.join("; "), nomenclature.release.label());
    match side {
        Side::Patient => {
            let sentence = format!("The patient's typing cannot be read: {detail}");
            Failure::refused("patient_typing_refused", sentence).with_typing("detail", errors, release)
        }
        Side::Donor => {
            let sentence = format!("The unit's typing cannot be read: {detail}");
            Failure::refused("unit_typing_refused", sentence).with_typing("detail", errors, release)
        }
    }
}

fn no_answer(none: NoAnswer) -> Failure {
    match none {
        NoAnswer::Unrepresented(side) => {
            let sentence =
                format!("No pair of haplotypes of the set answers the typing of the {}.", side_code(side));
            Failure::refused("frequencies_unrepresented", sentence).with("side", side_code(side))
        }
        NoAnswer::TooAmbiguous(side) => {
            let sentence = format!("The typing of the {} leaves too much open to list it.", side_code(side));
            Failure::refused("typing_too_ambiguous", sentence).with("side", side_code(side))
        }
    }
}

/// The typing of a unit that is in force, as it was written.
///
/// # Errors
/// The bank has no such unit, or the unit was never typed.
pub(crate) async fn typing_of(store: &Store, identity: &Identity) -> Result<String, Failure> {
    let number = identity.written();
    let unit = store.unit(identity).await?.ok_or_else(|| unit_not_found(&number))?;
    unit.typings.last().map(|typing| typing.written.clone()).ok_or_else(|| {
        Failure::refused("unit_not_typed", format!("Unit {number} was never typed.")).with("number", &number)
    })
}

/// 0.1234 as `12.34 %`; what is below a ten-thousandth is not called 0.
pub(crate) fn percent(part: f64) -> String {
    match part * 100.0 {
        0.0 => "0 %".to_owned(),
        small if small < 0.01 => "<0.01 %".to_owned(),
        shown => format!("{shown:.2} %"),
    }
}

impl NextTyping {
    /// "Type DQB1 of this unit next: …"
    pub(crate) fn said(&self, w: &Words) -> String {
        let values = [
            ("locus", self.locus.into()),
            ("part", percent(self.removes_part).into()),
            ("decides", percent(self.decides).into()),
        ];
        w.say(&format!("doubt-next-{}", self.of), &values)
    }
}

impl PairExplained {
    /// The answer for a terminal.
    pub(crate) fn lines(&self, w: &Words) -> Vec<String> {
        let mut lines = vec![w.t1("doubt-frequencies", "frequencies", self.frequencies.said(w))];
        let p: Vec<String> =
            self.p.iter().enumerate().map(|(k, p)| format!("P{k} {}", percent(*p))).collect();
        lines.push(format!("{} ({})", p.join("  "), self.loci.join(" ")));
        lines.push(w.t1("doubt-bits", "bits", format!("{:.3}", self.doubt_bits)));
        for locus in &self.by_locus {
            let [none, one, two] = locus.p.map(percent);
            lines.push(format!(
                "{:<6} 0: {none}  1: {one}  2: {two}  ({:.3} bit)",
                locus.locus, locus.doubt_bits
            ));
        }
        for (key, side) in [("patient", &self.patient), ("unit", &self.unit)] {
            lines.push(format!(
                "{} {}",
                w.t(key),
                w.t1("doubt-genotypes", "count", side.genotypes.to_string())
            ));
            let likeliest = side.likeliest.iter();
            lines.extend(likeliest.map(|one| format!("  {:>8}  {}", percent(one.probability), one.typing)));
            if !side.not_used.is_empty() {
                lines.push(format!("  {}", w.t1("doubt-not-used", "texts", side.not_used.join(", "))));
            }
        }
        match self.next.is_empty() {
            true => lines.push(w.t("doubt-nothing-next")),
            false => lines.extend(self.next.iter().map(|next| next.said(w))),
        }
        lines
    }
}
