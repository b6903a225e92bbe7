//! A line of a message that nobody could place: somebody says whose it is, and why.

use sea_orm::Value;

use super::enter::enter;
use super::message::{by_id, unknown};
use crate::store::event::Event;
use crate::store::table::{Column, Table};
use crate::store::{Store, StoreError};
use crate::{
    Acting, BankError, Identity, NewResult, Observation, Permission, Phase, Refusal, ResultSource,
    TestResult, test_named,
};

pub(in crate::store) static TABLE: Table =
    Table { name: "lab_assignment", key: &["message_id", "place"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 5] = [
    Column::text("message_id"),
    Column::text("place"),
    Column::text("result_id"),
    Column::text("assigned_by"),
    Column::int("assigned_at_us"),
];

impl Store {
    /// Enters an observation of a message as a result of a unit, because a person says so; the reason of `acting` stands
    /// with the result. It is reviewed like every other.
    ///
    /// # Errors
    /// `permission_missing`, `message_unknown`, `observation_assigned`, `reason_missing`, `analyser_test_unknown`, and
    /// those of [`Store::enter_result`].
    pub async fn assign_observation(
        &self,
        message_id: &str,
        observation: &Observation,
        (unit, phase): (&Identity, Option<Phase>),
        acting: &Acting<'_>,
    ) -> Result<TestResult, BankError> {
        let context = acting.allowed(Permission::TestRecord, None)?;
        acting.reason_given()?;
        let write = self.database.begin().await?;
        let message = by_id(write.reader(), message_id).await?.ok_or_else(|| unknown(message_id))?;
        let place = observation.place.as_str();
        let sql = "SELECT assigned_by FROM lab_assignment WHERE message_id = $1 AND place = $2";
        let key = [Value::from(message_id), Value::from(place)];
        if let Some(row) = write.reader().first(sql, key).await? {
            let by: String = row.try_get_by_index(0).map_err(StoreError::from)?;
            let sentence =
                format!("{place} of this message was assigned by {by} before: open the unit's results.");
            return Err(Refusal::new("observation_assigned", sentence)
                .with("place", place)
                .with("by", by)
                .into());
        }
        let test = test_named(&observation.test).ok_or_else(|| {
            let sentence = format!("{place} is no test of the catalogue: add its name there.");
            Refusal::new("analyser_test_unknown", sentence).with("value", observation.test.as_str())
        })?;
        let new = NewResult {
            unit,
            test,
            phase: phase.filter(|_| !test.phases.is_empty()),
            written: &observation.value,
            written_unit: (!test.unit.is_empty()).then_some(observation.unit.as_str()),
            method: Some(&message.peer),
            measured_at: observation.measured_at,
            source: source_of(&message.protocol),
            message: Some(message_id),
        };
        let result = enter(&write, &new, &context, acting).await?;
        let row = vec![
            Some(message_id.into()),
            Some(place.into()),
            Some(result.id.as_str().into()),
            Some(acting.principal.name().into()),
            Some(acting.now.as_microsecond().into()),
        ];
        let subject = format!("lab_message/{message_id}");
        write.record(&context, vec![Event::new("observation_assigned", subject).insert(&TABLE, row)]).await?;
        write.commit().await?;
        Ok(result)
    }

    /// Places of a message that were assigned, with the result that each became.
    ///
    /// # Errors
    /// Outages only.
    pub async fn assigned_places(&self, message_id: &str) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT place, result_id FROM lab_assignment WHERE message_id = $1 ORDER BY place";
        let rows = self.database.reader().all(sql, [Value::from(message_id)]).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}

fn source_of(protocol: &str) -> ResultSource {
    match protocol {
        "astm" => ResultSource::Astm,
        "hl7" => ResultSource::Hl7,
        _ => ResultSource::File,
    }
}
