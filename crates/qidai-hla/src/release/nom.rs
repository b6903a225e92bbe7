//! `hla_nom.txt`: locus; name; assigned; deleted; identical to; reason.
//!
//! Rows whose locus ends in `*` are alleles, the others antigens.

use rustc_hash::FxHashMap;

use super::lines;
use crate::allele::AlleleName;
use crate::error::ReleaseError;
use crate::locus::Locus;
use crate::serology::{Antigen, Family, Serology};
use crate::typing::piece::Piece;

pub(crate) const FILE: &str = "hla_nom.txt";

/// A name that was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The name it was identical to or renamed to, as the file has it; may itself be withdrawn later.
    pub successor: Option<AlleleName>,
    /// The publisher's reason.
    pub reason: String,
}

/// What the file says.
pub(crate) struct Nom {
    pub current: Vec<AlleleName>,
    pub deleted: FxHashMap<AlleleName, Deleted>,
    /// Names that were withdrawn before they got colons in 2010, as they were written; `Cw*` is kept as `C*`.
    pub deleted_before_2010: FxHashMap<Box<str>, Deleted>,
    pub serology: Serology,
}

pub(crate) fn read(text: &str) -> Result<Nom, ReleaseError> {
    let mut nom = Nom {
        current: Vec::with_capacity(50_000),
        deleted: FxHashMap::default(),
        deleted_before_2010: FxHashMap::default(),
        serology: Serology::default(),
    };
    for line in lines::data::<6>(FILE, text, ';') {
        let line = line?;
        let [locus, name, _, deleted, successor, reason] = line.fields;
        let Some(locus) = locus.strip_suffix('*') else {
            read_antigen(locus, name, deleted.is_empty(), &mut nom.serology);
            continue;
        };
        let locus = if locus == "Cw" { "C" } else { locus };
        if Locus::from_name(locus).is_none() {
            continue;
        }
        if !deleted.is_empty() && is_before_2010(locus, name) {
            let successor = allele(locus, successor);
            let deleted = Deleted { successor, reason: reason.trim().to_owned() };
            nom.deleted_before_2010.insert(format!("{locus}*{name}").into(), deleted);
            continue;
        }
        let Some(parsed) = allele(locus, name) else {
            if deleted.is_empty() {
                return Err(line.error("a current name that cannot be read"));
            }
            continue;
        };
        if deleted.is_empty() {
            nom.current.push(parsed);
        } else {
            let successor = allele(locus, successor);
            nom.deleted.insert(parsed, Deleted { successor, reason: reason.trim().to_owned() });
        }
    }
    nom.current.sort_unstable();
    Ok(nom)
}

/// Four digits or more without a colon; genes whose first field has three digits had the same names then.
fn is_before_2010(locus: &str, name: &str) -> bool {
    let digits = name.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let has_old_names = Locus::from_name(locus).is_some_and(|l| l.first_field_width() == 2);
    has_old_names && digits.len() >= 4 && !name.contains(':')
}

/// An allele from a locus (without star) and the part behind the star.
pub(crate) fn allele(locus: &str, fields: &str) -> Option<AlleleName> {
    let locus = Locus::from_name(locus)?;
    AlleleName::read_fields(locus, Piece::whole(fields)).ok()
}

/// Antigens that are no numbers (Bw4 is; `A210` is) do not occur; unreadable rows are historic Dw forms.
fn read_antigen(family: &str, number: &str, in_use: bool, serology: &mut Serology) {
    if let (Some(family), Ok(number)) = (Family::from_letters(family), number.parse()) {
        serology.add_known(Antigen { family, number }, in_use);
    }
}
