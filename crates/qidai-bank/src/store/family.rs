//! A family's own units, for its own members and nobody else.

use sea_orm::{QueryResult, Value};

use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::{Store, StoreError};
use crate::search_run::FamilyUnit;
use crate::workflow;
use crate::{Acting, BankError, BankType, Identity, Permission, Refusal, Status};

impl Store {
    /// The units of the family that a patient was confirmed to belong to; public ones that it gave are among them. Asked by the bank's own
    /// staff, and written down with the patient.
    ///
    /// # Errors
    /// `permission_missing`, `record_unknown`; `family_not_linked` when nobody confirmed a link.
    pub async fn family_units(
        &self,
        patient: &str,
        acting: &Acting<'_>,
    ) -> Result<Vec<FamilyUnit>, BankError> {
        let patient = self.record(workflow::known("patient")?, patient, acting.principal).await?;
        let context = acting.allowed(Permission::OrderManage, patient.site.as_deref())?;
        let write = self.database.begin().await?;
        if !is_linked(write.reader(), &patient.number).await? {
            let sentence = format!(
                "{} has no confirmed link to a family of the bank: enter a family link, and let a second person confirm it.",
                patient.number
            );
            return Err(Refusal::new("family_not_linked", sentence).with("patient", patient.number).into());
        }
        let units = units(write.reader(), &patient.number).await?;
        write.record(&context, vec![Event::new("family_units_seen", patient.subject())]).await?;
        write.commit().await?;
        Ok(units)
    }
}

async fn is_linked(reader: Reader<'_>, patient: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM record r JOIN record_field p ON p.record_id = r.record_id AND p.field = 'patient' \
               WHERE r.concept = 'family_link' AND r.state = 'confirmed' AND p.refers_to = $1";
    Ok(reader.first(sql, [Value::from(format!("patient/{patient}"))]).await?.is_some())
}

async fn units(reader: Reader<'_>, patient: &str) -> Result<Vec<FamilyUnit>, StoreError> {
    let sql = "SELECT u.scheme, u.identity, u.bank_type, u.status, t.written, u.processed_tnc_total, \
         u.processed_cd34_total, l.value, r.number FROM record r \
         JOIN record_field p ON p.record_id = r.record_id AND p.field = 'patient' \
         JOIN record_field f ON f.record_id = r.record_id AND f.field = 'family' \
         JOIN record_field l ON l.record_id = r.record_id AND l.field = 'relation' \
         JOIN unit_field m ON m.field = 'mother' AND m.refers_to = f.refers_to \
         JOIN unit u ON u.unit_key = m.unit_key \
         LEFT JOIN typing t ON t.unit_key = u.unit_key AND t.subject = 'unit' AND t.in_force \
         WHERE r.concept = 'family_link' AND r.state = 'confirmed' AND p.refers_to = $1 \
         ORDER BY r.serial, u.unit_key";
    reader.all(sql, [Value::from(format!("patient/{patient}"))]).await?.iter().map(unit).collect()
}

fn unit(row: &QueryResult) -> Result<FamilyUnit, StoreError> {
    let mut row = RowReader::new("unit", row);
    Ok(FamilyUnit {
        identity: Identity { scheme: row.text()?, value: row.text()? },
        bank_type: row.code("bank_type", BankType::parse)?,
        status: row.code("status", Status::parse)?,
        hla: row.optional_text()?,
        tnc_total: row.int()?,
        cd34_total: row.int()?,
        relation: row.text()?,
        link: row.text()?,
    })
}

/// May a patient have a unit for own use? Its mother is not known, or the patient's link to her was confirmed.
pub(super) async fn may_have(reader: Reader<'_>, patient: &str, unit: &Identity) -> Result<bool, StoreError> {
    let sql = "SELECT m.refers_to FROM unit u JOIN unit_field m ON m.unit_key = u.unit_key AND m.field = 'mother' \
               WHERE u.scheme = $1 AND u.identity = $2";
    let values = [unit.scheme.as_str(), unit.value.as_str()].map(Value::from);
    let Some(row) = reader.first(sql, values).await? else { return Ok(true) };
    let Some(mother) = RowReader::new("unit_field", &row).optional_text()? else { return Ok(true) };
    let sql = "SELECT 1 FROM record r \
         JOIN record_field p ON p.record_id = r.record_id AND p.field = 'patient' \
         JOIN record_field f ON f.record_id = r.record_id AND f.field = 'family' \
         WHERE r.concept = 'family_link' AND r.state = 'confirmed' AND p.refers_to = $1 AND f.refers_to = $2";
    let values = [Value::from(format!("patient/{patient}")), Value::from(mother)];
    Ok(reader.first(sql, values).await?.is_some())
}
