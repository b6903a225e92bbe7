//! Decisions on units, each with the profile by which it was made and the facts that it saw.

mod attempt;
mod carry_over;
mod exception;
mod facts;
mod read;
mod recheck;

use sea_orm::Value;

use super::cell::{Cell, Row};
use super::database::Reader;
use super::event::Event;
use super::lab::unit_row;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::{
    Acting, Again, BankError, Decision, EnteredBy, Identity, Permission, Principal, Profile, Refusal, profile,
};

pub(super) static TABLE: Table =
    Table { name: "unit_decision", key: &["decision_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 17] = [
    Column::text("decision_id"),
    Column::int("unit_key"),
    Column::text("stage"),
    Column::text("profile"),
    Column::bytes("profile_digest"),
    Column::text("outcome"),
    Column::text("reject_reason"),
    Column::text("facts"),
    Column::text("rules"),
    Column::flag("is_in_force"),
    Column::text("decided_by"),
    Column::text("decided_account"),
    Column::int("decided_at_us"),
    Column::text("exception_reason"),
    Column::text("exception_signature"),
    Column::text("exception_by"),
    Column::int("exception_at_us"),
];

pub(super) use carry_over::decide;

/// The decision in force on whether a unit is banked.
pub(super) async fn banking(reader: Reader<'_>, unit_key: i64) -> Result<Option<Decision>, StoreError> {
    read::in_force(reader, unit_key, "banking").await
}

/// The decision in force on whether a unit may leave.
pub(super) async fn release(reader: Reader<'_>, unit: &Identity) -> Result<Option<Decision>, StoreError> {
    let condition = "WHERE u.scheme = $1 AND u.identity = $2 AND d.stage = 'release' AND d.is_in_force";
    let values = [Value::from(unit.scheme.as_str()), Value::from(unit.value.as_str())];
    Ok(read::read(reader, condition, values).await?.pop())
}

impl Store {
    /// Holds a unit against a profile and writes the decision down, with the facts that it saw. It takes the place of
    /// the decision of its stage before.
    ///
    /// # Errors
    /// `permission_missing`, which is written down with the unit, `unit_unknown`, `profile_not_for_unit`.
    pub async fn decide_unit(
        &self,
        unit: &Identity,
        profile: &'static Profile,
        acting: &Acting<'_>,
    ) -> Result<Decision, BankError> {
        let write = self.database.begin().await?;
        let key = unit_row(write.reader(), unit).await?;
        let context = match acting.allowed(Permission::UnitAccept, None) {
            Ok(context) => context,
            Err(refusal) => {
                return Err(attempt::write_down(write, (unit, "decision"), refusal, acting).await?);
            }
        };
        let reader = write.reader();
        let facts = facts::gather(reader, unit, key, profile).await?;
        let decision = Decision {
            id: acting.ids.next_id(),
            unit: unit.clone(),
            stage: profile.stage.to_owned(),
            profile: profile.key(),
            profile_digest: profile.digest.to_vec(),
            evaluation: profile.evaluate(&facts),
            facts,
            is_in_force: true,
            decided: EnteredBy {
                actor: acting.principal.name().to_owned(),
                account_id: acting.principal.account_id().map(str::to_owned),
                at: acting.now,
            },
            exception: None,
        };
        let mut events = Vec::new();
        if let Some(before) = read::in_force(reader, key, profile.stage).await? {
            let set = vec![("is_in_force", Some(false.into()))];
            events.push(Event::new("unit_decision_replaced", subject(unit)).update(
                &TABLE,
                vec![before.id.as_str().into()],
                set,
            ));
        }
        events.push(Event::new("unit_decided", subject(unit)).insert(&TABLE, row_of(&decision, key)?));
        write.record(&context, events).await?;
        write.commit().await?;
        Ok(decision)
    }

    /// The decisions on a unit, the newest first.
    ///
    /// # Errors
    /// `permission_missing`, `unit_unknown`.
    pub async fn unit_decisions(
        &self,
        unit: &Identity,
        principal: &Principal,
    ) -> Result<Vec<Decision>, BankError> {
        principal.may(Permission::UnitView, None)?;
        let reader = self.database.reader();
        let key = unit_row(reader, unit).await?;
        let condition = "WHERE d.unit_key = $1 ORDER BY d.decided_at_us DESC, d.decision_id DESC";
        Ok(read::read(reader, condition, [Value::from(key)]).await?)
    }

    /// One decision.
    ///
    /// # Errors
    /// `permission_missing`, `decision_unknown`.
    pub async fn decision(&self, id: &str, principal: &Principal) -> Result<Decision, BankError> {
        principal.may(Permission::UnitView, None)?;
        read::by_id(self.database.reader(), id).await
    }

    /// Makes a decision again, with the version of the profile and the facts that it saw. Nothing is written.
    ///
    /// # Errors
    /// `permission_missing`, `decision_unknown`; `profile_version_missing` when this program does not carry that very
    /// file any more.
    pub async fn decide_again(&self, id: &str, principal: &Principal) -> Result<Again, BankError> {
        let decision = self.decision(id, principal).await?;
        let known = profile(&decision.profile).filter(|known| {
            known.key() == decision.profile && known.digest.as_slice() == decision.profile_digest
        });
        let Some(known) = known else {
            let sentence = format!(
                "The profile {} of this decision is not the one in this program: take a program that carries it.",
                decision.profile
            );
            let refusal = Refusal::new("profile_version_missing", sentence);
            return Err(refusal.with("profile", decision.profile).into());
        };
        let evaluation = known.evaluate(&decision.facts);
        Ok(Again { decision, evaluation })
    }

    /// Decisions in force of one profile by outcome, and rejects by reason. An exception does not change the reason.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn decision_counts(
        &self,
        profile: &Profile,
        principal: &Principal,
    ) -> Result<Vec<(String, Option<String>, u64)>, BankError> {
        principal.may(Permission::UnitView, None)?;
        let sql = "SELECT outcome, reject_reason, COUNT(*) FROM unit_decision \
                   WHERE is_in_force AND stage = $1 AND profile = $2 GROUP BY outcome, reject_reason";
        let values = [Value::from(profile.stage), Value::from(profile.key())];
        let rows = self.database.reader().all(sql, values).await?;
        let count = |row: &sea_orm::QueryResult| {
            let mut row = super::row::RowReader::new("unit_decision", row);
            Ok((row.text()?, row.optional_text()?, row.key()?.unsigned_abs()))
        };
        Ok(rows.iter().map(count).collect::<Result<_, StoreError>>()?)
    }
}

/// A decision is told with its unit.
fn subject(unit: &Identity) -> String {
    format!("unit/{}/{}", unit.scheme, unit.value)
}

fn row_of(decision: &Decision, unit_key: i64) -> Result<Row, StoreError> {
    let json = |text: Result<String, serde_json::Error>| {
        text.map_err(|error| StoreError::Failed { source: sea_orm::DbErr::Custom(error.to_string()) })
    };
    let mut row: Row = vec![
        Some(decision.id.as_str().into()),
        Some(unit_key.into()),
        Some(decision.stage.as_str().into()),
        Some(decision.profile.as_str().into()),
        Some(decision.profile_digest.as_slice().into()),
        Some(decision.evaluation.outcome.code().into()),
        decision.evaluation.reject_reason.as_deref().map(Cell::from),
        Some(Cell::Text(json(serde_json::to_string(&decision.facts))?)),
        Some(Cell::Text(json(serde_json::to_string(&decision.evaluation.rules))?)),
        Some(true.into()),
        Some(decision.decided.actor.as_str().into()),
        decision.decided.account_id.as_deref().map(Cell::from),
        Some(decision.decided.at.as_microsecond().into()),
    ];
    row.resize(COLUMNS.len(), None);
    Ok(row)
}
