//! `Allelelist.txt`: `AlleleID,Allele`, one line per current allele.

use super::lines;
use crate::allele::AlleleName;
use crate::error::{ErrorCode, ReleaseError};

pub(crate) const FILE: &str = "Allelelist.txt";

/// Accession number and name of every allele, sorted by name.
pub(crate) fn read(text: &str) -> Result<Vec<(AlleleName, u32)>, ReleaseError> {
    let mut list = Vec::with_capacity(50_000);
    for line in lines::data::<2>(FILE, text, ',') {
        let line = line?;
        let [accession, name] = line.fields;
        if accession == "AlleleID" {
            continue;
        }
        let number = accession
            .strip_prefix("HLA")
            .and_then(|digits| digits.parse::<u32>().ok())
            .ok_or_else(|| line.error("expected an accession such as HLA00001"))?;
        let name = match name.trim().parse::<AlleleName>() {
            Ok(name) => name,
            // A later release may name a gene that this program does not know yet.
            Err(error) if error.code == ErrorCode::LocusUnknown => continue,
            Err(error) => return Err(line.error(error.to_string())),
        };
        list.push((name, number));
    }
    list.sort_unstable();
    if let Some(twice) = list.windows(2).find(|w| w[0].0 == w[1].0) {
        let problem = format!("{} is listed twice", twice[0].0);
        return Err(ReleaseError::Inconsistent { file: FILE, problem });
    }
    if list.is_empty() {
        return Err(ReleaseError::Truncated { file: FILE, problem: "no allele in it".into() });
    }
    Ok(list)
}
