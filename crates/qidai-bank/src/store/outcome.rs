//! What became of patients, from the reports of their centres, beside what they were given.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::Value;

use super::database::Reader;
use super::row::RowReader;
use super::{Store, StoreError, setting, unit};
use crate::outcome::{Course, Report, courses};
use crate::{BankError, Permission, Principal};

/// The course of one patient, and the dose of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub course: Course,
    /// Nucleated cells before freezing for each kilogram of the patient; `None` where weight or count is not known.
    pub tnc_per_kg: Option<f64>,
}

/// An infusion of a transplant.
struct Infused {
    order: String,
    at: Option<Timestamp>,
    unit: Option<String>,
    weight_g: Option<f64>,
}

const INFUSED: &str = "SELECT o.value, i.value, u.value, w.value FROM record r \
     JOIN record_field o ON o.record_id = r.record_id AND o.field = 'order' \
     JOIN record_field i ON i.record_id = r.record_id AND i.field = 'infused_at' \
     LEFT JOIN record_field u ON u.record_id = r.record_id AND u.field = 'unit' \
     JOIN record d ON d.concept = 'order' AND d.number = o.value \
     JOIN record_field p ON p.record_id = d.record_id AND p.field = 'patient' \
     LEFT JOIN record q ON q.concept = 'patient' AND q.number = p.value \
     LEFT JOIN record_field w ON w.record_id = q.record_id AND w.field = 'weight_g' \
     WHERE r.concept = 'infusion' AND r.state = 'infused'";
const REPORTS: &str = "SELECT r.number, f.field, f.value FROM record r \
     JOIN record_field f ON f.record_id = r.record_id \
     WHERE r.concept = 'follow_up' AND r.state IN ('reported', 'checked') ORDER BY r.serial";

impl Store {
    /// The courses of all patients who were transplanted with a unit of the bank; whoever may see figures may see what becomes of
    /// them, as numbers.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn outcomes(&self, principal: &Principal) -> Result<Vec<Outcome>, BankError> {
        principal.may(Permission::FigureView, None)?;
        let snapshot = self.database.snapshot().await?;
        let reader = snapshot.reader();
        let zone = setting::time_zone(reader).await?;
        let infused = infused(reader).await?;
        let days =
            infused.iter().filter_map(|one| Some((one.order.clone(), zone.to_datetime(one.at?).date())));
        let courses = courses(&days.collect(), &reports(reader).await?);
        let mut doses = BTreeMap::new();
        for one in &infused {
            doses.insert(one.order.as_str(), dose(reader, one).await?);
        }
        snapshot.end().await?;
        let of = |course: Course| {
            let tnc_per_kg = doses.get(course.order.as_str()).copied().flatten();
            Outcome { course, tnc_per_kg }
        };
        Ok(courses.into_iter().map(of).collect())
    }
}

async fn infused(reader: Reader<'_>) -> Result<Vec<Infused>, StoreError> {
    let read = |row| {
        let mut row = RowReader::new("record", row);
        let (order, at, unit, weight) =
            (row.text()?, row.text()?, row.optional_text()?, row.optional_text()?);
        Ok(Infused { order, at: at.parse().ok(), unit, weight_g: weight.and_then(|text| text.parse().ok()) })
    };
    reader.all(INFUSED, Vec::<Value>::new()).await?.iter().map(read).collect()
}

async fn dose(reader: Reader<'_>, infused: &Infused) -> Result<Option<f64>, StoreError> {
    let identity = infused.unit.as_deref().and_then(unit::identity_in);
    let (Some(identity), Some(weight_g)) = (identity, infused.weight_g.filter(|weight| *weight > 0.0)) else {
        return Ok(None);
    };
    let sql = "SELECT processed_tnc_total FROM unit WHERE scheme = $1 AND identity = $2";
    let row = reader.first(sql, [Value::from(identity.scheme), Value::from(identity.value)]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(RowReader::new("unit", &row).int()?.map(|tnc| tnc as f64 * 1_000.0 / weight_g))
}

async fn reports(reader: Reader<'_>) -> Result<Vec<Report>, StoreError> {
    let mut found: BTreeMap<String, Report> = BTreeMap::new();
    for row in reader.all(REPORTS, Vec::<Value>::new()).await? {
        let mut row = RowReader::new("record_field", &row);
        let (number, field, value) = (row.text()?, row.text()?, row.text()?);
        let report = found.entry(number).or_default();
        if field == "order" {
            report.order = value;
        } else {
            report.fields.insert(field, value);
        }
    }
    Ok(found.into_values().collect())
}
