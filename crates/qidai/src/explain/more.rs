//! What else is known of a typing, for people.

use qidai_hla::epitope::{Carried, TceVersion, drb345_expected};
use qidai_hla::rarity::RarityTable;
use qidai_hla::{AlleleId, Alternatives, Locus, Nomenclature, Release, reduce};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Explanation, Refusal, read};

/// An explanation with all that is known.
#[derive(Serialize, ToSchema)]
pub(crate) struct Explained {
    #[serde(flatten)]
    pub(crate) explanation: Explanation,
    /// The release it was read under.
    pub(crate) release: String,
    /// Accession number of a single allele, e.g. HLA00001.
    pub(crate) accession: Option<String>,
    /// The typing at other levels; a level with nothing to say is left out.
    pub(crate) levels: Vec<AtLevel>,
    /// Bw4-80I, Bw4-80T, Bw6, C1, C2, "none" or "unknown", each with the number of alleles.
    pub(crate) epitopes: Vec<Share>,
    /// DPB1 groups of version 2: 1, 2, 3 or "unknown", each with the number of alleles.
    pub(crate) tce_v2: Vec<Share>,
    /// The same of version 1.
    pub(crate) tce_v1: Vec<Share>,
    /// The gene that usually stands beside a DRB1: DRB3, DRB4, DRB5 or none.
    pub(crate) beside_drb1: Vec<String>,
    /// C, I, WD or R of the commonest possibility, where a table is loaded and has it.
    pub(crate) rarity: Option<&'static str>,
}

/// The typing at one level.
#[derive(Serialize, ToSchema)]
pub(crate) struct AtLevel {
    pub(crate) level: &'static str,
    pub(crate) answer: String,
}

/// How many of the alleles have it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Share {
    pub(crate) name: String,
    pub(crate) alleles: usize,
}

/// Levels that people ask for; groups and antigens have their own place.
const LEVELS: [&str; 4] = ["lgx", "small-g", "U2", "1F"];
/// A longer answer is no help on a page; the door `hla reduce` gives it whole.
const ANSWER_TERMS_MAX: usize = 12;

/// Explains any text.
pub(crate) fn explain_all(
    typing: &str,
    nomenclature: &Nomenclature<'_>,
    rarity: Option<&RarityTable>,
) -> Explained {
    let release = nomenclature.release;
    match read(typing, nomenclature) {
        Ok(alternatives) => of(typing, &alternatives, nomenclature, rarity),
        Err(refusal) => nothing(typing, refusal, release),
    }
}

fn nothing(typing: &str, refusal: Refusal, release: &Release) -> Explained {
    Explained {
        explanation: Explanation::refused(typing, refusal),
        release: release.label().to_owned(),
        accession: None,
        levels: Vec::new(),
        epitopes: Vec::new(),
        tce_v2: Vec::new(),
        tce_v1: Vec::new(),
        beside_drb1: Vec::new(),
        rarity: None,
    }
}

fn of(
    typing: &str,
    alternatives: &Alternatives,
    nomenclature: &Nomenclature<'_>,
    rarity: Option<&RarityTable>,
) -> Explained {
    let release = nomenclature.release;
    let alleles = &alternatives.alleles;
    let accession = match alleles.as_slice() {
        [only] => release.accession(*only).map(|number| format!("HLA{number:05}")),
        _ => None,
    };
    let table = |table: &RarityTable| table.of_typing(&alternatives.written, alleles, release);
    Explained {
        explanation: Explanation::of(typing, alternatives, release),
        release: release.label().to_owned(),
        accession,
        levels: levels(typing, nomenclature),
        epitopes: epitopes(alternatives, release),
        tce_v2: tce(alternatives, release, TceVersion::V2),
        tce_v1: tce(alternatives, release, TceVersion::V1),
        beside_drb1: beside_drb1(alternatives, release),
        rarity: rarity.and_then(table).map(|rarity| rarity.letters()),
    }
}

fn levels(typing: &str, nomenclature: &Nomenclature<'_>) -> Vec<AtLevel> {
    let at = |name: &&'static str| {
        let answer = reduce::reduce(typing, reduce::level(name)?, nomenclature).ok()?.text;
        let terms = answer.split('/').count();
        (!answer.is_empty() && terms <= ANSWER_TERMS_MAX).then_some(AtLevel { level: name, answer })
    };
    LEVELS.iter().filter_map(at).collect()
}

/// Counts what the alleles have, in the order of first meeting.
fn shares(alleles: &[AlleleId], of: impl Fn(AlleleId) -> Vec<String>) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for name in alleles.iter().flat_map(|allele| of(*allele)) {
        match shares.iter_mut().find(|share| share.name == name) {
            Some(share) => share.alleles += 1,
            None => shares.push(Share { name, alleles: 1 }),
        }
    }
    shares
}

fn epitopes(alternatives: &Alternatives, release: &Release) -> Vec<Share> {
    if !alternatives.locus.is_class_i() {
        return Vec::new();
    }
    shares(&alternatives.alleles, |allele| match release.carried(allele) {
        Carried::NotExpressed => Vec::new(),
        carried => match carried.epitopes() {
            None => vec!["unknown".to_owned()],
            Some(epitopes) if epitopes.is_empty() => vec!["none".to_owned()],
            Some(epitopes) => epitopes.iter().map(ToString::to_string).collect(),
        },
    })
}

fn tce(alternatives: &Alternatives, release: &Release, version: TceVersion) -> Vec<Share> {
    let (Locus::DPB1, Some(table)) = (alternatives.locus, release.tce()) else { return Vec::new() };
    shares(&alternatives.alleles, |allele| {
        if release.class_of(allele).is_none() {
            return Vec::new();
        }
        let assigned = table.of(allele, version);
        let flags = [("a", assigned.changed), ("$", assigned.predicted)];
        let flags: String = flags.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| *flag).collect();
        vec![
            assigned.group.map_or_else(|| "unknown".to_owned(), |group| format!("{}{flags}", group.number())),
        ]
    })
}

fn beside_drb1(alternatives: &Alternatives, release: &Release) -> Vec<String> {
    if alternatives.locus != Locus::DRB1 {
        return Vec::new();
    }
    let fields = alternatives.alleles.iter().map(|allele| release.name(*allele).fields()[0]);
    let mut genes: Vec<String> = fields
        .filter_map(drb345_expected)
        .map(|gene| gene.map_or_else(|| "none".to_owned(), |locus| locus.name().to_owned()))
        .collect();
    genes.sort_unstable();
    genes.dedup();
    genes
}
