//! Units in the bank that an open recall reaches are recalled by themselves, also those of which the bank learns later.

use super::life;
use super::moves::write_move;
use crate::store::record::{self, Kept, reached};
use crate::store::row::RowReader;
use crate::store::{Store, StoreError, affected};
use crate::workflow::{self, State};
use crate::{Acting, Actor, BankError, Identity, Record};

/// The move that takes a unit aside.
const RECALL: &str = "recall";
/// Units of one call, each in a transaction of its own.
const UNITS_MAX: usize = 200;

impl Store {
    /// Recalls units that an open recall reaches and that were not recalled since it was opened; gives how many. Call until it
    /// gives 0. `acting` is the program itself.
    ///
    /// # Errors
    /// Outages only. What was moved until then stays.
    pub async fn hold_recalled(&self, acting: &Acting<'_>) -> Result<u64, BankError> {
        let Some(step) = life::concept()?.step(RECALL) else { return Ok(0) };
        let mut moved = 0;
        for recall in self.open_recalls().await? {
            let reader = self.database.reader();
            let found = reached(reader, &recall).await?;
            let here = found.units.iter().filter(|unit| step.from.contains(&unit.status.code()));
            let here: Vec<&Identity> = here.map(|unit| &unit.identity).collect();
            let seen = affected::recalled_since(reader, &here, recall.entered_at).await?;
            let left = UNITS_MAX.saturating_sub(usize::try_from(moved).unwrap_or(UNITS_MAX));
            for identity in here.into_iter().filter(|identity| !seen.contains(*identity)).take(left) {
                moved += u64::from(self.recall_unit(identity, &recall, acting).await?);
            }
        }
        Ok(moved)
    }

    async fn open_recalls(&self) -> Result<Vec<Record>, StoreError> {
        let reader = self.database.reader();
        let sql = "SELECT record_id FROM record WHERE concept = 'recall' AND state = 'open' ORDER BY serial";
        let mut open = Vec::new();
        for row in reader.all(sql, []).await? {
            open.extend(record::by_id(reader, &RowReader::new("record", &row).text()?).await?);
        }
        Ok(open)
    }

    /// Moves one unit; false where it has gone on in the meantime.
    async fn recall_unit(
        &self,
        identity: &Identity,
        recall: &Record,
        acting: &Acting<'_>,
    ) -> Result<bool, BankError> {
        let write = self.database.begin().await?;
        let life = life::read(write.reader(), identity).await?;
        let step = life.as_ref().and_then(|life| {
            let concept: &'static workflow::Concept = life.record.concept;
            concept.steps_from(life.record.state.code).find(|step| step.code == RECALL)
        });
        let to: Option<&'static State> =
            life.as_ref().zip(step).and_then(|(life, step)| record::target_of(&life.record, step));
        let (Some(life), Some(step), Some(to)) = (life, step, to) else {
            write.rollback().await?;
            return Ok(false);
        };
        let reason = format!("{}: {}", recall.number, recall.field("began_with").unwrap_or_default());
        let acting = acting.because(&reason);
        let actor = Actor { site: life.record.site.as_deref(), ..acting.principal.as_actor() };
        let context = acting.context(actor)?;
        write_move(&write, &life, (step, to), &Kept::default(), (&context, &acting)).await?;
        write.commit().await?;
        Ok(true)
    }
}
