//! `rel_dna_ser.txt`: locus; allele; unambiguous; possible; assumed; expert exceptions.
//!
//! The expert column is informative only and never used (see the publisher's description). `0` means
//! no antigen, `?` none known; both leave the list empty.

use super::{AlleleId, lines, nom};
use crate::error::ReleaseError;
use crate::locus::Locus;
use crate::serology::{Antigen, Confidence, Family};

pub(crate) const FILE: &str = "rel_dna_ser.txt";

/// The antigens one allele is known by, in the file's order.
pub(crate) type KnownAs = Vec<(Antigen, Confidence)>;

/// For each allele the antigens it is known by; `None` when it has no line.
pub(crate) fn read(
    text: &str,
    allele_count: usize,
    find: impl Fn(&crate::allele::AlleleName) -> Option<AlleleId>,
) -> Result<Vec<Option<KnownAs>>, ReleaseError> {
    let mut antigens = vec![None; allele_count];
    for line in lines::data::<6>(FILE, text, ';') {
        let line = line?;
        let [locus_star, allele, unambiguous, possible, assumed, _] = line.fields;
        let locus = locus_star.strip_suffix('*').ok_or_else(|| line.error("expected a locus with a star"))?;
        let id = nom::allele(locus, allele)
            .and_then(|n| find(&n))
            .ok_or_else(|| line.error(format!("{locus}*{allele} is not in Allelelist.txt")))?;
        let family = Locus::from_name(locus).and_then(Family::of_locus);
        let mut list = Vec::new();
        for (column, confidence) in [
            (unambiguous, Confidence::Unambiguous),
            (possible, Confidence::Possible),
            (assumed, Confidence::Assumed),
        ] {
            for number in column.split('/').filter(|n| !matches!(*n, "" | "0" | "?")) {
                let number =
                    number.parse().map_err(|_| line.error(format!("{number} is no antigen number")))?;
                // Antigens of genes without a serological family (DQA1, MICA …) have no name to report.
                if let Some(family) = family {
                    list.push((Antigen { family, number }, confidence));
                }
            }
        }
        antigens[id.0 as usize] = Some(list);
    }
    Ok(antigens)
}
