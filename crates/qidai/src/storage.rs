//! What is scanned at a tank, from a page, a program or the command line, as the bank understands it.

use qidai_bank::{Identity, ScannedPosition, Store, Stored, StoredKind};

use crate::error::Failure;

/// The thing of a number: a unit by its DIN or the bank's own number, anything else by the number on its label.
///
/// # Errors
/// `unit_unknown`, `unit_number_ambiguous`, `stored_number_unreadable`.
pub(crate) async fn stored_of(store: &Store, kind: StoredKind, number: &str) -> Result<Stored, Failure> {
    match kind {
        StoredKind::Unit => Ok(Stored::unit(unit_of(store, number).await?)),
        kind => Ok(Stored::other(kind, number)?),
    }
}

/// The one unit of a number.
pub(crate) async fn unit_of(store: &Store, number: &str) -> Result<Identity, Failure> {
    let number = number.trim();
    let value = Identity::din(number).map_or_else(|_| number.to_owned(), |din| din.value);
    let mut found = store.identities_of(&value).await?;
    match (found.pop(), found.is_empty()) {
        (Some(identity), true) => Ok(identity),
        (Some(_), false) => {
            let sentence = format!("Several units have the number {number}, each of its own numbering.");
            Err(Failure::refused("unit_number_ambiguous", sentence).with("number", number))
        }
        (None, _) => {
            let sentence = format!("The bank has no unit {number}: check the number.");
            Err(Failure::refused("unit_unknown", sentence).with("number", number))
        }
    }
}

/// A scanned place, or nothing where nothing was scanned.
///
/// # Errors
/// `position_unreadable`.
pub(crate) fn scanned(text: &str) -> Result<Option<ScannedPosition>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(ScannedPosition::parse(text)?))
}

/// What kind of thing is meant; nothing means a unit.
///
/// # Errors
/// `stored_kind_unknown`.
pub(crate) fn kind_of(text: &str) -> Result<StoredKind, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(StoredKind::Unit);
    }
    StoredKind::parse(text).ok_or_else(|| {
        let expected = StoredKind::ALL.map(StoredKind::code).join(", ");
        let sentence = format!("'{text}' is no kind of thing in a tank: expected one of {expected}.");
        Failure::refused("stored_kind_unknown", sentence).with("value", text).with("expected", expected)
    })
}

/// Sector and rack of `S4-K06`.
///
/// # Errors
/// `rack_unreadable`.
pub(crate) fn rack_of(text: &str) -> Result<(i64, i64), Failure> {
    let number = |part: &str, letter: char| part.trim().strip_prefix(letter)?.parse::<i64>().ok();
    let upper = text.trim().to_ascii_uppercase();
    let rack = upper.split_once('-').and_then(|(s, k)| Some((number(s, 'S')?, number(k, 'K')?)));
    rack.ok_or_else(|| {
        let sentence = format!("'{}' is no rack: expected sector and rack, such as S4-K06.", text.trim());
        Failure::refused("rack_unreadable", sentence).with("value", text.trim())
    })
}
