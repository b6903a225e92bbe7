//! Reading results.

use sea_orm::{QueryResult, Value};

use super::RESULT;
use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::{
    BankError, EnteredBy, Flag, Identity, Measured, Permission, Phase, Principal, Qualifier, Refusal,
    ResultSource, ResultState, TestResult, test,
};

impl Store {
    /// Every result of a unit and its mother, in the order in which they were entered.
    ///
    /// # Errors
    /// `permission_missing`, `unit_unknown`.
    pub async fn test_results(
        &self,
        unit: &Identity,
        principal: &Principal,
    ) -> Result<Vec<TestResult>, BankError> {
        principal.may(Permission::UnitView, None)?;
        let reader = self.database.reader();
        let key = unit_row(reader, unit).await?;
        let condition = "WHERE t.unit_key = $1 ORDER BY t.entered_at_us, t.result_id";
        Ok(read(reader, condition, [Value::from(key)]).await?)
    }

    /// One result.
    ///
    /// # Errors
    /// `permission_missing`, `result_unknown`.
    pub async fn test_result(&self, id: &str, principal: &Principal) -> Result<TestResult, BankError> {
        principal.may(Permission::UnitView, None)?;
        by_id(self.database.reader(), id).await
    }
}

pub(super) async fn by_id(reader: Reader<'_>, id: &str) -> Result<TestResult, BankError> {
    let found = read(reader, "WHERE t.result_id = $1", [Value::from(id)]).await?.pop();
    found.ok_or_else(|| {
        Refusal::new("result_unknown", format!("There is no result {id}: open it from its list."))
            .with("result", id)
            .into()
    })
}

/// The results of a unit that count.
pub(in crate::store) async fn approved_of(
    reader: Reader<'_>,
    unit_key: i64,
) -> Result<Vec<TestResult>, StoreError> {
    let condition = "WHERE t.unit_key = $1 AND t.state = 'approved' ORDER BY t.test, t.phase";
    read(reader, condition, [Value::from(unit_key)]).await
}

/// The versions of one test of a unit in one phase, the newest first.
pub(super) async fn versions(
    reader: Reader<'_>,
    unit_key: i64,
    test: &str,
    phase: Option<Phase>,
) -> Result<Vec<TestResult>, StoreError> {
    let condition = "WHERE t.unit_key = $1 AND t.test = $2 AND t.phase = $3 ORDER BY t.version DESC";
    let phase = phase.map_or("", Phase::code);
    read(reader, condition, [Value::from(unit_key), Value::from(test), Value::from(phase)]).await
}

/// The key of a unit.
pub(in crate::store) async fn unit_row(reader: Reader<'_>, identity: &Identity) -> Result<i64, BankError> {
    let sql = "SELECT unit_key FROM unit WHERE scheme = $1 AND identity = $2";
    let values = [Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())];
    match reader.first(sql, values).await? {
        Some(row) => Ok(row.try_get_by_index(0).map_err(StoreError::from)?),
        None => {
            let number = identity.written();
            let sentence = format!("The bank has no unit {number}: check the number.");
            Err(Refusal::new("unit_unknown", sentence).with("number", number).into())
        }
    }
}

/// Results under a condition on `t`; `u` is the unit.
pub(super) async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<TestResult>, StoreError> {
    let names: Vec<String> = (RESULT.columns)().iter().map(|column| format!("t.{}", column.name)).collect();
    let sql = format!(
        "SELECT {}, u.scheme, u.identity FROM test_result t JOIN unit u ON u.unit_key = t.unit_key {condition}",
        names.join(", ")
    );
    reader.all(&sql, values).await?.iter().map(result).collect()
}

fn result(row: &QueryResult) -> Result<TestResult, StoreError> {
    let mut row = RowReader::new("test_result", row);
    let id = row.text()?;
    let _key = row.key()?;
    let test = row.code("test", test)?;
    let phase =
        row.code("phase", |code| if code.is_empty() { Some(None) } else { Phase::parse(code).map(Some) })?;
    let version = u32::try_from(row.key()?).unwrap_or(u32::MAX);
    let state = row.code("state", ResultState::parse)?;
    let (written, written_unit, value, amount) = (row.text()?, row.optional_text()?, row.text()?, row.int()?);
    let measured = Measured {
        value,
        amount,
        qualifier: row.optional_code("qualifier", Qualifier::parse)?,
        flag: row.optional_code("flag", Flag::parse)?,
    };
    let (method, measured_at) = (row.optional_text()?, row.optional_time("measured_at_us")?);
    let source = row.code("source", ResultSource::parse)?;
    let (message, reason) = (row.optional_text()?, row.optional_text()?);
    let entered =
        EnteredBy { actor: row.text()?, account_id: row.optional_text()?, at: row.time("entered_at_us")? };
    let reviewed = someone(&mut row, "reviewed_at_us")?;
    let approved = someone(&mut row, "approved_at_us")?;
    let unit = Identity { scheme: row.text()?, value: row.text()? };
    Ok(TestResult {
        id,
        unit,
        test,
        phase,
        version,
        state,
        written,
        written_unit,
        measured,
        method,
        measured_at,
        source,
        message,
        reason,
        entered,
        reviewed,
        approved,
    })
}

fn someone(row: &mut RowReader<'_>, column: &str) -> Result<Option<EnteredBy>, StoreError> {
    let (actor, account_id, at) = (row.optional_text()?, row.optional_text()?, row.optional_time(column)?);
    Ok(actor.zip(at).map(|(actor, at)| EnteredBy { actor, account_id, at }))
}
