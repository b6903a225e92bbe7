//! `rel_dna_ser.txt`: locus; allele; unambiguous; possible; assumed; expert exceptions.
//!
//! The expert column is informative: it is kept for explanation and never used to match (see the publisher's
//! description). `0` means no antigen, `?` none known; both leave the list empty.

use rustc_hash::FxHashMap;

use super::lines::Line;
use super::{AlleleId, lines, nom};
use crate::error::ReleaseError;
use crate::locus::Locus;
use crate::serology::{Antigen, Confidence, Family};

pub(crate) const FILE: &str = "rel_dna_ser.txt";

/// The antigens one allele is known by, in the file's order.
pub(crate) type KnownAs = Vec<(Antigen, Confidence)>;

/// What the file says.
pub(crate) struct Assigned {
    /// For each allele the antigens it is known by; `None` when it has no line.
    pub antigens: Vec<Option<KnownAs>>,
    /// Antigens that experts reported besides.
    pub expert: FxHashMap<AlleleId, Vec<Antigen>>,
}

pub(crate) fn read(
    text: &str,
    allele_count: usize,
    find: impl Fn(&crate::allele::AlleleName) -> Option<AlleleId>,
) -> Result<Assigned, ReleaseError> {
    let mut all = Assigned { antigens: vec![None; allele_count], expert: FxHashMap::default() };
    for line in lines::data::<6>(FILE, text, ';') {
        let line = line?;
        let [locus_star, allele, unambiguous, possible, assumed, expert] = line.fields;
        let locus = locus_star.strip_suffix('*').ok_or_else(|| line.error("expected a locus with a star"))?;
        let Some(known_locus) = Locus::from_name(locus) else { continue };
        let id = nom::allele(locus, allele)
            .and_then(|n| find(&n))
            .ok_or_else(|| line.error(format!("{locus}*{allele} is not in Allelelist.txt")))?;
        let mut list = Vec::new();
        // Antigens of genes without a serological family (DQA1, MICA …) have no name to report.
        if let Some(family) = Family::of_locus(known_locus) {
            let columns = [
                (unambiguous, Confidence::Unambiguous),
                (possible, Confidence::Possible),
                (assumed, Confidence::Assumed),
            ];
            for (column, confidence) in columns {
                list.extend(numbers(&line, column, family)?.into_iter().map(|a| (a, confidence)));
            }
            let expert = numbers(&line, expert, family)?;
            if !expert.is_empty() {
                all.expert.insert(id, expert);
            }
        }
        if all.antigens[id.0 as usize].replace(list).is_some() {
            return Err(line.error(format!("{locus}*{allele} stands in two lines")));
        }
    }
    Ok(all)
}

fn numbers(line: &Line<'_, 6>, column: &str, family: Family) -> Result<Vec<Antigen>, ReleaseError> {
    let numbers = column.split('/').filter(|n| !matches!(*n, "" | "0" | "?"));
    numbers
        .map(|n| n.parse().map(|number| Antigen { family, number }))
        .collect::<Result<_, _>>()
        .map_err(|_| line.error(format!("{column} is no antigen number")))
}
