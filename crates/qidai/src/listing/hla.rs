//! A typing as the inventory's fields: two for each locus, names without the locus, serology apart.

use qidai_hla::{Locus, Nomenclature, PersonTyping};

/// Fields by path.
///
/// # Errors
/// What is wrong with the typing, as a sentence.
pub(super) fn fields(
    written: &str,
    nomenclature: &Nomenclature<'_>,
) -> Result<Vec<(String, String)>, String> {
    if written.trim().is_empty() {
        return Ok(Vec::new());
    }
    let person = PersonTyping::read_line(written, nomenclature)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let mut fields = Vec::new();
    for locus in Locus::TYPED {
        let Some(typing) = &person[locus] else { continue };
        let sides = sides(&typing.written);
        for (place, side) in sides.iter().enumerate().filter(|(_, side)| !side.is_empty()) {
            let is_serology = side.iter().all(|name| !name.contains(':') && name != "NEW");
            let kind = if is_serology { "SER" } else { "DNA" };
            fields.push((format!("HLA/{locus}/{kind}/FIELD{}", place + 1), side.join("/")));
        }
    }
    Ok(fields)
}

/// The names that each of the two positions can be. Where several genotypes are possible, each position takes what any of
/// them has there: a field has no word for pairs.
fn sides(written: &str) -> [Vec<String>; 2] {
    let mut sides: [Vec<String>; 2] = Default::default();
    for genotype in written.split('|') {
        for (side, copy) in sides.iter_mut().zip(genotype.split('+')) {
            for name in copy.split('/').filter_map(bare) {
                if !side.contains(&name) {
                    side.push(name);
                }
            }
        }
    }
    sides
}

/// `HLA-A*02:01` is `02:01`; `B62` is `62`, `DR15` is `15`.
fn bare(name: &str) -> Option<String> {
    let name = name.trim().trim_start_matches("HLA-");
    let name = match name.split_once('*') {
        Some((_, allele)) => allele,
        None => name.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    (!name.is_empty()).then(|| name.to_owned())
}
