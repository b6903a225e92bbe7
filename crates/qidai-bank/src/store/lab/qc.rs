//! Internal quality control: lots of control material, and each of their measurements.

use jiff::Timestamp;
use sea_orm::{QueryResult, Value};

use crate::lab::{deviation, westgard};
use crate::store::database::Reader;
use crate::store::event::Event;
use crate::store::row::RowReader;
use crate::store::table::{Column, Table};
use crate::store::{Store, StoreError, setting};
use crate::{
    Acting, BankError, NewQcControl, Permission, Principal, Problem, QcControl, QcPoint, Refusal,
    TestDefinition, Verdict, test,
};

pub(in crate::store) static CONTROL: Table =
    Table { name: "qc_control", key: &["control_id"], counter: None, columns: || &CONTROL_COLUMNS };
const CONTROL_COLUMNS: [Column; 9] = [
    Column::text("control_id"),
    Column::text("test"),
    Column::text("level"),
    Column::text("lot"),
    Column::text("analyser"),
    Column::int("mean_milli"),
    Column::int("sd_milli"),
    Column::text("valid_until"),
    Column::flag("is_open"),
];

pub(in crate::store) static POINT: Table =
    Table { name: "qc_point", key: &["point_id"], counter: None, columns: || &POINT_COLUMNS };
const POINT_COLUMNS: [Column; 10] = [
    Column::text("point_id"),
    Column::text("control_id"),
    Column::text("run"),
    Column::int("measured_at_us"),
    Column::text("written"),
    Column::int("amount"),
    Column::text("verdict"),
    Column::text("comment"),
    Column::text("commented_by"),
    Column::text("message_id"),
];

/// Measurements that the longest rule looks at.
const LOOKED_AT: u32 = 10;
/// A name of a level, a lot, an analyser or a run.
const NAME_CHARS_MAX: usize = 60;

impl Store {
    /// Enters a lot of control material.
    ///
    /// # Errors
    /// `permission_missing`, `qc_name_wrong`, `qc_control_known`, `qc_deviation_wrong`, and those of
    /// [`TestDefinition::read`].
    pub async fn add_qc_control(
        &self,
        new: &NewQcControl<'_>,
        acting: &Acting<'_>,
    ) -> Result<QcControl, BankError> {
        let context = acting.allowed(Permission::TestReview, None)?;
        let control = control_of(new, acting)?;
        let write = self.database.begin().await?;
        let known = controls(write.reader()).await?.into_iter().any(|one| {
            (one.test.code, &one.level, &one.lot, &one.analyser)
                == (control.test.code, &control.level, &control.lot, &control.analyser)
        });
        if known {
            let sentence = format!(
                "Level {} of lot {} is known already: enter its measurements.",
                control.level, control.lot
            );
            return Err(Refusal::new("qc_control_known", sentence).with("value", control.lot).into());
        }
        let row = vec![
            Some(control.id.as_str().into()),
            Some(control.test.code.into()),
            Some(control.level.as_str().into()),
            Some(control.lot.as_str().into()),
            Some(control.analyser.as_str().into()),
            Some(control.mean_milli.into()),
            Some(control.sd_milli.into()),
            Some(crate::store::cell::Cell::shown(control.valid_until)),
            Some(true.into()),
        ];
        let event =
            Event::new("qc_control_added", format!("qc_control/{}", control.id)).insert(&CONTROL, row);
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        Ok(control)
    }

    /// Enters a measurement of control material; gives what it is worth by the rules of Westgard.
    ///
    /// # Errors
    /// `permission_missing`, `qc_control_unknown`, `qc_control_expired`, `qc_name_wrong`, `result_in_future`, and those
    /// of [`TestDefinition::read`].
    pub async fn add_qc_point(
        &self,
        control_id: &str,
        (run, written, measured_at): (&str, &str, Timestamp),
        acting: &Acting<'_>,
    ) -> Result<QcPoint, BankError> {
        let context = acting.allowed(Permission::TestRecord, None)?;
        let write = self.database.begin().await?;
        let all = controls(write.reader()).await?;
        let control = all.iter().find(|one| one.id == control_id).ok_or_else(|| unknown(control_id))?;
        let run = name("run", run)?;
        let zone = setting::time_zone(write.reader()).await?;
        if control.valid_until < zone.to_datetime(measured_at).date() {
            let sentence =
                format!("Lot {} could be used until {}: take another.", control.lot, control.valid_until);
            return Err(Refusal::new("qc_control_expired", sentence)
                .with("value", control.lot.as_str())
                .into());
        }
        if measured_at > acting.now {
            let reason = format!("it was measured at {measured_at}, which is still to come");
            let hint = "check the clock of the analyser";
            return Err(Problem::new("measured_at", measured_at, "result_in_future", reason, hint).into());
        }
        let amount = amount_of(control.test, written)?;
        let mut deviations = Vec::new();
        for point in points(write.reader(), control_id, LOOKED_AT - 1).await? {
            deviations.push(deviation(point.amount, control.mean_milli, control.sd_milli));
        }
        deviations.push(deviation(amount, control.mean_milli, control.sd_milli));
        let others = same_run(write.reader(), control, &all, run).await?;
        let point = QcPoint {
            id: acting.ids.next_id(),
            run: run.to_owned(),
            measured_at,
            amount,
            verdict: westgard(&deviations, &others),
        };
        let row = vec![
            Some(point.id.as_str().into()),
            Some(control_id.into()),
            Some(run.into()),
            Some(measured_at.as_microsecond().into()),
            Some(written.into()),
            Some(amount.into()),
            Some(point.verdict.code().into()),
            None,
            None,
            None,
        ];
        let event = Event::new("qc_measured", format!("qc_control/{control_id}")).insert(&POINT, row);
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        Ok(point)
    }

    /// Lots of control material, by test, level and lot.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn qc_controls(&self, principal: &Principal) -> Result<Vec<QcControl>, BankError> {
        principal.may(Permission::UnitView, None)?;
        Ok(controls(self.database.reader()).await?)
    }

    /// The last measurements of a lot, oldest first.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn qc_points(
        &self,
        control_id: &str,
        limit: u32,
        principal: &Principal,
    ) -> Result<Vec<QcPoint>, BankError> {
        principal.may(Permission::UnitView, None)?;
        Ok(points(self.database.reader(), control_id, limit).await?)
    }
}

fn control_of(new: &NewQcControl<'_>, acting: &Acting<'_>) -> Result<QcControl, Problem> {
    let milli = |text: &str| Ok::<_, Problem>(amount_of(new.test, text)?.saturating_mul(1_000));
    // A deviation is finer than a measurement: its unit is a thousandth of the amount's.
    let sd_milli = crate::lab::scaled(new.sd.trim(), new.test.decimals + 3, 0).filter(|sd| *sd > 0);
    let sd_milli = sd_milli.ok_or_else(|| {
        let reason = format!("'{}' is no standard deviation", new.sd);
        Problem::new("sd", new.sd, "qc_deviation_wrong", reason, "expected a number above 0, such as 0.25")
    })?;
    Ok(QcControl {
        id: acting.ids.next_id(),
        test: new.test,
        level: name("level", new.level)?.to_owned(),
        lot: name("lot", new.lot)?.to_owned(),
        analyser: name("analyser", new.analyser)?.to_owned(),
        mean_milli: milli(new.mean)?,
        sd_milli,
        valid_until: new.valid_until,
    })
}

fn amount_of(test: &TestDefinition, written: &str) -> Result<i64, Problem> {
    let read = test.read(written, None)?;
    read.amount.filter(|_| read.qualifier.is_none()).ok_or_else(|| {
        let reason = format!("'{written}' is no number of control material");
        Problem::new(test.code, written, "result_not_a_number", reason, "expected a number such as 12.5")
    })
}

fn name<'a>(field: &'static str, text: &'a str) -> Result<&'a str, Problem> {
    let text = text.trim();
    if !text.is_empty() && text.chars().count() <= NAME_CHARS_MAX && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    let shown: String = text.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let reason = format!("{field} is '{shown}'");
    Err(Problem::new(field, shown, "qc_name_wrong", reason, "write 1 to 60 characters on one line"))
}

fn unknown(id: &str) -> Refusal {
    let sentence = format!("There is no control material {id}: 'qidai lab qc list' lists them.");
    Refusal::new("qc_control_unknown", sentence).with("value", id)
}

/// What the other levels of this test on this analyser measured in the same run.
async fn same_run(
    reader: Reader<'_>,
    control: &QcControl,
    all: &[QcControl],
    run: &str,
) -> Result<Vec<i64>, StoreError> {
    let mut found = Vec::new();
    let is_beside = |one: &&QcControl| {
        one.id != control.id && one.test.code == control.test.code && one.analyser == control.analyser
    };
    for other in all.iter().filter(is_beside) {
        for point in points(reader, &other.id, LOOKED_AT).await?.iter().filter(|point| point.run == run) {
            found.push(deviation(point.amount, other.mean_milli, other.sd_milli));
        }
    }
    Ok(found)
}

async fn controls(reader: Reader<'_>) -> Result<Vec<QcControl>, StoreError> {
    let sql = format!("SELECT {} FROM qc_control ORDER BY test, level, lot, analyser", CONTROL.select_list());
    reader.all(&sql, []).await?.iter().map(control).collect()
}

fn control(row: &QueryResult) -> Result<QcControl, StoreError> {
    let mut row = RowReader::new("qc_control", row);
    Ok(QcControl {
        id: row.text()?,
        test: row.code("test", test)?,
        level: row.text()?,
        lot: row.text()?,
        analyser: row.text()?,
        mean_milli: row.key()?,
        sd_milli: row.key()?,
        valid_until: row.code("valid_until", |text| text.parse().ok())?,
    })
}

/// The last measurements of a control, oldest first.
async fn points(reader: Reader<'_>, control_id: &str, limit: u32) -> Result<Vec<QcPoint>, StoreError> {
    let sql = format!(
        "SELECT point_id, run, measured_at_us, amount, verdict FROM qc_point WHERE control_id = $1 \
         ORDER BY measured_at_us DESC, point_id DESC LIMIT {limit}"
    );
    let mut found = Vec::new();
    for row in reader.all(&sql, [Value::from(control_id)]).await? {
        let mut row = RowReader::new("qc_point", &row);
        found.push(QcPoint {
            id: row.text()?,
            run: row.text()?,
            measured_at: row.time("measured_at_us")?,
            amount: row.key()?,
            verdict: row.code("verdict", Verdict::parse)?,
        });
    }
    found.reverse();
    Ok(found)
}
