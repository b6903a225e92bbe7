//! A unit is put on hold because of something that happened elsewhere.

use super::life;
use super::moves::write_move;
use crate::store::database::WriteTransaction;
use crate::store::record::Kept;
use crate::workflow::Target;
use crate::{Acting, BankError, Identity, WriteContext};

/// Holds a unit where its state allows it; elsewhere its next move asks for what is missing.
pub(in crate::store) async fn hold(
    write: &WriteTransaction<'_>,
    identity: &Identity,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let Some(life) = life::read(write.reader(), identity).await? else { return Ok(()) };
    let concept = life.record.concept;
    let step = concept.step("hold").filter(|step| step.from.contains(&life.record.state.code));
    let to = step.and_then(|step| match step.to {
        Target::State(to) => concept.state(to),
        Target::Back => None,
    });
    if let (Some(step), Some(to)) = (step, to) {
        write_move(write, &life, (step, to), &Kept::default(), (context, acting)).await?;
    }
    Ok(())
}
