//! Reading decisions.

use sea_orm::{QueryResult, Value};

use super::TABLE;
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::{BankError, Decision, EnteredBy, Evaluation, Exception, Identity, Refusal, UnitOutcome};

pub(super) async fn by_id(reader: Reader<'_>, id: &str) -> Result<Decision, BankError> {
    let found = read(reader, "WHERE d.decision_id = $1", [Value::from(id)]).await?.pop();
    found.ok_or_else(|| {
        let sentence = format!("There is no decision {id}: open it from the page of its unit.");
        Refusal::new("decision_unknown", sentence).with("decision", id).into()
    })
}

pub(super) async fn in_force(
    reader: Reader<'_>,
    unit_key: i64,
    stage: &str,
) -> Result<Option<Decision>, StoreError> {
    let condition = "WHERE d.unit_key = $1 AND d.stage = $2 AND d.is_in_force";
    Ok(read(reader, condition, [Value::from(unit_key), Value::from(stage)]).await?.pop())
}

pub(super) async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Decision>, StoreError> {
    let names: Vec<String> = (TABLE.columns)().iter().map(|column| format!("d.{}", column.name)).collect();
    let sql = format!(
        "SELECT {}, u.scheme, u.identity FROM unit_decision d JOIN unit u ON u.unit_key = d.unit_key {condition}",
        names.join(", ")
    );
    reader.all(&sql, values).await?.iter().map(decision).collect()
}

fn decision(row: &QueryResult) -> Result<Decision, StoreError> {
    let mut row = RowReader::new("unit_decision", row);
    let id = row.text()?;
    let _key = row.key()?;
    let (stage, profile, profile_digest) = (row.text()?, row.text()?, row.bytes()?);
    let outcome = row.code("outcome", UnitOutcome::parse)?;
    let reject_reason = row.optional_text()?;
    let facts = row.code("facts", |text| serde_json::from_str(text).ok())?;
    let rules = row.code("rules", |text| serde_json::from_str(text).ok())?;
    let is_in_force = row.flag()?.unwrap_or_default();
    let decided =
        EnteredBy { actor: row.text()?, account_id: row.optional_text()?, at: row.time("decided_at_us")? };
    let (reason, signature, actor) = (row.optional_text()?, row.optional_text()?, row.optional_text()?);
    let at = row.optional_time("exception_at_us")?;
    let exception = reason.zip(signature).zip(actor.zip(at));
    let exception =
        exception.map(|((reason, signature_id), (actor, at))| Exception { reason, signature_id, actor, at });
    let unit = Identity { scheme: row.text()?, value: row.text()? };
    let evaluation = Evaluation { outcome, rules, reject_reason };
    Ok(Decision {
        id,
        unit,
        stage,
        profile,
        profile_digest,
        evaluation,
        facts,
        is_in_force,
        decided,
        exception,
    })
}
