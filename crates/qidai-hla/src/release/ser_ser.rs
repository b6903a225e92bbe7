//! `rel_ser_ser.txt`: family; antigen; splits; associated antigens.

use super::lines;
use crate::error::ReleaseError;
use crate::serology::{Antigen, Family, Serology};

pub(crate) const FILE: &str = "rel_ser_ser.txt";

/// Adds the relations to what is known of antigens.
pub(crate) fn read(text: &str, serology: &mut Serology) -> Result<(), ReleaseError> {
    for line in lines::data::<4>(FILE, text, ';') {
        let line = line?;
        let [letters, antigen, splits, associated] = line.fields;
        let family =
            Family::from_letters(letters).ok_or_else(|| line.error("an unknown family of antigens"))?;
        let list = |column: &str| {
            column
                .split('/')
                .filter(|n| !n.trim().is_empty())
                .map(|n| n.trim().parse().map(|number| Antigen { family, number }))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| line.error("an antigen that is no number"))
        };
        let [antigen] = list(antigen)?[..] else { return Err(line.error("expected one antigen")) };
        serology.add_relation(antigen, list(splits)?, list(associated)?);
    }
    Ok(())
}
