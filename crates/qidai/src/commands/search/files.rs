//! What a search is given in files beside the patient.

use std::path::Path;

use crate::catalogue::Antibody;
use crate::error::Failure;

/// A page of a profile or an order.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display().to_string();
        Failure::outage("search_file_unreadable", format!("{file} could not be read: {error}."))
            .with("file", &file)
            .with("error", error.to_string())
            .because(&error)
    })
}

/// Lines `antigen or allele, MFI, limit`; a comma, a semicolon or a tab between them; the strength may be missing, and so may the limit of this
/// one antibody. A line that begins with `#`, and a header whose second cell is no number, are left out.
pub(super) fn antibodies(file: &Path) -> Result<Vec<Antibody>, Failure> {
    let text = read(file)?;
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut cells = line.split([',', ';', '\t']).map(str::trim);
        let mut next = || cells.next().unwrap_or_default();
        let (against, mfi, limit) = (next(), next(), next());
        if at == 0 && strength(mfi).is_err() {
            continue;
        }
        let read = |cell: &str| strength(cell).map_err(|()| no_strength(at + 1, cell));
        all.push(Antibody { against: against.to_owned(), mfi: read(mfi)?, limit: read(limit)? });
    }
    Ok(all)
}

fn strength(cell: &str) -> Result<Option<u32>, ()> {
    if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_| ()) }
}

fn no_strength(line: usize, cell: &str) -> Failure {
    let sentence = format!("Line {line}: \"{cell}\" is no MFI; expected a whole number.");
    Failure::refused("antibody_mfi_unreadable", sentence).with("line", line.to_string()).with("value", cell)
}
