//! What is known of a patient for a search: typing in force, antibodies, and the family.

use std::collections::HashMap;

use sea_orm::Value;

use super::database::{Reader, placeholders};
use super::row::RowReader;
use super::{Store, StoreError, record};
use crate::search_run::SearchQuestion;
use crate::workflow;
use crate::{BankError, Principal, Record};

impl Store {
    /// All that a search for a request asks with, of one moment.
    ///
    /// # Errors
    /// `permission_missing`, `record_unknown`, `record_kind_unknown`.
    pub async fn search_question(
        &self,
        request: &str,
        principal: &Principal,
    ) -> Result<SearchQuestion, BankError> {
        let request = self.record(workflow::known("search_request")?, request, principal).await?;
        let number = request.field("patient").unwrap_or_default().to_owned();
        let patient = self.record(workflow::known("patient")?, &number, principal).await?;
        let reader = self.database.reader();
        Ok(SearchQuestion {
            typing: current_typing(reader, &number, "patient").await?,
            mother: current_typing(reader, &number, "mother").await?,
            antibodies: self.patient_rows("patient_antibody", &number, Some("current")).await?,
            request,
            patient,
        })
    }

    /// Rows of a register that are about a patient, the newest first; of one state, or of all.
    ///
    /// # Errors
    /// Outages only: whoever may see the patient may see these.
    pub async fn patient_rows(
        &self,
        concept: &str,
        patient: &str,
        state: Option<&str>,
    ) -> Result<Vec<Record>, StoreError> {
        rows(self.database.reader(), (concept, patient), state).await
    }

    /// One open field of many records, by their numbers: what lists call those that they name. For whoever may see them.
    ///
    /// # Errors
    /// Outages only.
    pub async fn record_values(
        &self,
        (concept, field): (&str, &str),
        numbers: &[&str],
    ) -> Result<HashMap<String, String>, StoreError> {
        let mut found = HashMap::new();
        for part in numbers.chunks(LOOKUP_MAX) {
            let places = placeholders(3, part.len());
            let sql = format!(
                "SELECT r.number, f.value FROM record r JOIN record_field f ON f.record_id = r.record_id \
                 WHERE r.concept = $1 AND f.field = $2 AND r.number IN ({places})"
            );
            let values = [concept, field].into_iter().chain(part.iter().copied()).map(Value::from);
            for row in self.database.reader().all(&sql, values).await? {
                let mut row = RowReader::new("record_field", &row);
                found.insert(row.text()?, row.text()?);
            }
        }
        Ok(found)
    }
}

/// Numbers of one lookup.
const LOOKUP_MAX: usize = 500;

pub(super) async fn rows(
    reader: Reader<'_>,
    (concept, patient): (&str, &str),
    state: Option<&str>,
) -> Result<Vec<Record>, StoreError> {
    let sql = "SELECT r.record_id FROM record r JOIN record_field f ON f.record_id = r.record_id \
               WHERE r.concept = $1 AND f.field = 'patient' AND f.refers_to = $2 \
               AND ($3 = '' OR r.state = $3) ORDER BY r.serial DESC";
    let values = [concept, &format!("patient/{patient}"), state.unwrap_or_default()].map(Value::from);
    let mut found = Vec::new();
    for row in reader.all(sql, values).await? {
        let id = RowReader::new("record", &row).text()?;
        found.extend(record::by_id(reader, &id).await?);
    }
    Ok(found)
}

/// The typing in force of a patient or of the patient's mother: of those that were not superseded the one of the latest day.
pub(super) async fn current_typing(
    reader: Reader<'_>,
    patient: &str,
    subject: &str,
) -> Result<Option<Record>, StoreError> {
    let all = rows(reader, ("patient_typing", patient), None).await?;
    let in_force = |one: &Record| {
        matches!(one.state.code, "entered" | "confirmed") && one.field("subject") == Some(subject)
    };
    // Stable and newest first: of one day the one that was entered last.
    let mut in_force: Vec<Record> = all.into_iter().filter(in_force).collect();
    in_force.sort_by(|a, b| b.field("typed_on").cmp(&a.field("typed_on")));
    Ok(in_force.into_iter().next())
}

/// Did the family of a patient give a unit to the public bank (mission M27: priority of donor families)? Only a link that a second person
/// confirmed counts, and only a unit that was banked.
pub(super) async fn is_of_donor_family(reader: Reader<'_>, patient: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM record r \
         JOIN record_field p ON p.record_id = r.record_id AND p.field = 'patient' \
         JOIN record_field f ON f.record_id = r.record_id AND f.field = 'family' \
         JOIN unit_field m ON m.field = 'mother' AND m.refers_to = f.refers_to \
         JOIN unit u ON u.unit_key = m.unit_key \
         WHERE r.concept = 'family_link' AND r.state = 'confirmed' AND p.refers_to = $1 \
         AND u.bank_type = 'public' AND u.status NOT IN ('registered', 'kit_issued', 'collected', 'in_transit', \
         'received', 'accepted', 'rejected_at_receipt', 'processing', 'processed') LIMIT 1";
    Ok(reader.first(sql, [Value::from(format!("patient/{patient}"))]).await?.is_some())
}
