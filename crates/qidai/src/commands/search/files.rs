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

/// Lines `antigen or allele, MFI`; a comma, a semicolon or a tab between them; the strength may be missing. A line that begins with
/// `#`, and a header whose second cell is no number, are left out.
pub(super) fn antibodies(file: &Path) -> Result<Vec<Antibody>, Failure> {
    let text = read(file)?;
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (against, mfi) = line.split_once([',', ';', '\t']).unwrap_or((line, ""));
        let mfi = mfi.split([',', ';', '\t']).next().unwrap_or_default().trim();
        let strength = if mfi.is_empty() { Ok(None) } else { mfi.parse().map(Some) };
        match strength {
            Ok(mfi) => all.push(Antibody { against: against.trim().to_owned(), mfi }),
            Err(_) if at == 0 => {}
            Err(_) => {
                let sentence = format!("Line {}: \"{mfi}\" is no MFI; expected a whole number.", at + 1);
                return Err(Failure::refused("antibody_mfi_unreadable", sentence)
                    .with("line", (at + 1).to_string())
                    .with("value", mfi));
            }
        }
    }
    Ok(all)
}
