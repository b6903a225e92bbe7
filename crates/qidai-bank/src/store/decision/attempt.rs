//! Refused attempts to decide on a unit, written down with it.

use super::subject;
use crate::store::database::WriteTransaction;
use crate::store::lab::unit_row;
use crate::store::unit;
use crate::{Acting, BankError, Identity, Refusal};

/// Who tried what they may not. What is only not yet filled in is no attempt.
const WRITTEN_DOWN: [&str; 6] = [
    "permission_missing",
    "permission_missing_at_site",
    "director_needed",
    "four_eyes",
    "decision_not_rejected",
    "signature_missing",
];

/// Writes a refused attempt down with the unit, and gives the refusal. `what` is what the history calls it.
pub(super) async fn write_down(
    write: WriteTransaction<'_>,
    (identity, what): (&Identity, &str),
    refusal: Refusal,
    acting: &Acting<'_>,
) -> Result<BankError, BankError> {
    if !WRITTEN_DOWN.contains(&refusal.code) {
        return Ok(refusal.into());
    }
    let key = unit_row(write.reader(), identity).await?;
    let field = format!("{}/{}", identity.scheme, identity.value);
    let state = unit::standing(write.reader(), &field).await?.map_or("", |standing| standing.state);
    let id = acting.ids.next_id();
    let event = unit::refused(key, &subject(identity), (what, state), refusal.code, &id);
    write.record(&acting.own(), vec![event]).await?;
    write.commit().await?;
    Ok(refusal.into())
}
