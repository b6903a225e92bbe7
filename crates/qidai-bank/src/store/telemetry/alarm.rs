//! Alarms: raised once for each excursion, ended, acknowledged.

use std::collections::HashSet;

use sea_orm::Value;

use crate::store::cell::Cell;
use crate::store::database::{Reader, WriteTransaction, placeholders};
use crate::store::event::Event;
use crate::store::notification::notify;
use crate::store::row::RowReader;
use crate::store::table::{Column, Table};
use crate::store::{Store, StoreError, storage};
use crate::telemetry::{Excursion, Step, unknown_alarm};
use crate::{
    Acting, Alarm, AlarmKind, BankError, NewNotification, Permission, Recipient, Refusal, WriteContext,
};

pub(in crate::store) static TABLE: Table =
    Table { name: "tank_alarm", key: &["alarm_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 14] = [
    Column::text("alarm_id"),
    Column::text("tank"),
    Column::text("sensor"),
    Column::text("kind"),
    Column::int("began_at_us"),
    Column::int("raised_at_us"),
    Column::int("ended_at_us"),
    Column::flag("is_critical"),
    Column::int("peak_mc"),
    Column::int("area_mc_s"),
    Column::text("acknowledged_by"),
    Column::int("acknowledged_at_us"),
    Column::text("comment"),
    Column::int("least_mm"),
];

/// Two excursions that are nearer to each other than this are one, microseconds.
const NEAR_US: i64 = 60_000_000;

/// Where it happens.
pub(super) struct Place<'a> {
    pub(super) tank: &'a str,
    pub(super) sensor: &'a str,
    pub(super) site: Option<&'a str>,
}

impl Store {
    /// Says what an alarm was. The reason of `acting` is the comment.
    ///
    /// # Errors
    /// `alarm_unknown`, `permission_missing`, `alarm_acknowledged`, `reason_missing`.
    pub async fn acknowledge_alarm(&self, id: &str, acting: &Acting<'_>) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        let alarm = select(write.reader(), "WHERE alarm_id = $1", [Value::from(id)]).await?.pop();
        let alarm = alarm.ok_or_else(|| unknown_alarm(id))?;
        let site = storage::find(write.reader(), &alarm.tank).await?.site;
        let context = acting.allowed(Permission::StorageMove, site.as_deref())?;
        let comment = acting.reason_given()?;
        if let Some(by) = &alarm.acknowledged_by {
            let sentence = format!("This alarm was acknowledged by {by} before.");
            return Err(Refusal::new("alarm_acknowledged", sentence).with("by", by.as_str()).into());
        }
        let set = vec![
            ("acknowledged_by", Some(acting.principal.name().into())),
            ("acknowledged_at_us", Some(acting.now.as_microsecond().into())),
            ("comment", Some(comment.into())),
        ];
        let event = Event::new("alarm_acknowledged", format!("tank/{}", alarm.tank));
        write.record(&context, vec![event.update(&TABLE, vec![id.into()], set)]).await?;
        Ok(write.commit().await?)
    }
}

/// Does what a step of the watch asks; says whether an alarm was raised, and whether one ended. What came late is told
/// as one alarm with what it belongs to: an excursion is never two of them.
pub(super) async fn follow(
    write: &WriteTransaction<'_>,
    place: &Place<'_>,
    (step, is_live, delay_us): (Step, bool, i64),
    acting: &Acting<'_>,
) -> Result<(bool, bool), StoreError> {
    let (excursion, ends) = match step {
        Step::Nothing => return Ok((false, false)),
        Step::Raise(excursion) | Step::Worsen(excursion) => (excursion, false),
        Step::End(excursion) => (excursion, true),
    };
    let near = NEAR_US.max(delay_us);
    match overlapping(write.reader(), place, &excursion, near).await? {
        Some(alarm) => {
            extend(write, &alarm, &excursion, (is_live, ends), acting).await?;
            Ok((false, ends && is_live && alarm.ended_at.is_none()))
        }
        None => {
            let ended = (ends || !is_live).then_some(excursion.until_us);
            let event = raised(AlarmKind::Warm, place, &excursion, ended, acting);
            write.record(&context(acting), vec![event]).await?;
            Ok((true, ended.is_some()))
        }
    }
}

/// The alarm that this excursion is a part of.
async fn overlapping(
    reader: Reader<'_>,
    place: &Place<'_>,
    excursion: &Excursion,
    near_us: i64,
) -> Result<Option<Alarm>, StoreError> {
    let condition = "WHERE sensor = $1 AND kind = 'warm' AND began_at_us <= $2 \
                     AND (ended_at_us IS NULL OR ended_at_us >= $3) ORDER BY began_at_us DESC LIMIT 1";
    let values = [
        Value::from(place.sensor),
        (excursion.until_us + near_us).into(),
        (excursion.began_us - NEAR_US).into(),
    ];
    Ok(select(reader, condition, values).await?.pop())
}

async fn extend(
    write: &WriteTransaction<'_>,
    alarm: &Alarm,
    excursion: &Excursion,
    (is_live, ends): (bool, bool),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let ended = alarm.ended_at.map(jiff::Timestamp::as_microsecond);
    let ended = match (is_live, ends) {
        (true, true) => Some(excursion.until_us),
        (true, false) => None,
        // What came late does not end what lasts.
        (false, _) => ended.map(|ended| ended.max(excursion.until_us)),
    };
    let area = if ends {
        alarm.area_mc_s.unwrap_or_default() + excursion.area_mc_s
    } else {
        alarm.area_mc_s.unwrap_or_default()
    };
    let set = vec![
        ("began_at_us", Some(Cell::Int(alarm.began_at.as_microsecond().min(excursion.began_us)))),
        ("ended_at_us", ended.map(Cell::Int)),
        ("is_critical", Some((alarm.is_critical || excursion.is_critical).into())),
        ("peak_mc", Some(alarm.peak_mc.unwrap_or(i64::MIN).max(excursion.peak_mc).into())),
        ("area_mc_s", Some(area.into())),
    ];
    let kind = if ends { "alarm_ended" } else { "alarm_grew" };
    let event = Event::new(kind, format!("tank/{}", alarm.tank));
    write.record(&context(acting), vec![event.update(&TABLE, vec![alarm.id.as_str().into()], set)]).await?;
    Ok(())
}

/// A new alarm, told to whom it concerns. Of a level the peak is the level, millimetres.
pub(super) fn raised(
    kind: AlarmKind,
    place: &Place<'_>,
    excursion: &Excursion,
    ended_us: Option<i64>,
    acting: &Acting<'_>,
) -> Event {
    let is_warm = kind == AlarmKind::Warm;
    let row = vec![
        Some(acting.ids.next_id().as_str().into()),
        Some(place.tank.into()),
        Some(place.sensor.into()),
        Some(kind.code().into()),
        Some(excursion.began_us.into()),
        Some(acting.now.as_microsecond().into()),
        ended_us.map(Cell::Int),
        Some(excursion.is_critical.into()),
        is_warm.then(|| excursion.peak_mc.into()),
        ended_us.filter(|_| is_warm).map(|_| excursion.area_mc_s.into()),
        None,
        None,
        None,
        (kind == AlarmKind::Low).then(|| excursion.peak_mc.into()),
    ];
    let subject = format!("tank/{}", place.tank);
    let event = Event::new("alarm_raised", subject.as_str()).insert(&TABLE, row);
    let code = match kind {
        AlarmKind::Warm => "tank_warm",
        AlarmKind::Silent => "tank_silent",
        AlarmKind::Low => "tank_low",
    };
    let told = Recipient::who_may(Permission::StorageMove, place.site);
    told.into_iter().fold(event, |event, recipient| {
        let new = NewNotification::new(recipient, code, subject.as_str());
        notify(event, &new.with("tank", place.tank).with("sensor", place.sensor), &context(acting))
    })
}

/// Something was heard again.
pub(super) async fn end_silence(
    write: &WriteTransaction<'_>,
    place: &Place<'_>,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let condition = "WHERE sensor = $1 AND kind = 'silent' AND ended_at_us IS NULL";
    for alarm in select(write.reader(), condition, [Value::from(place.sensor)]).await? {
        let set = vec![("ended_at_us", Some(acting.now.as_microsecond().into()))];
        let event = Event::new("alarm_ended", format!("tank/{}", alarm.tank));
        write
            .record(&context(acting), vec![event.update(&TABLE, vec![alarm.id.as_str().into()], set)])
            .await?;
    }
    Ok(())
}

/// Which of these probes have an alarm because nothing is heard of them.
pub(super) async fn silent(reader: Reader<'_>, codes: &[&str]) -> Result<HashSet<String>, StoreError> {
    let list = placeholders(1, codes.len());
    let sql = format!(
        "SELECT sensor FROM tank_alarm WHERE kind = 'silent' AND ended_at_us IS NULL AND sensor IN ({list})"
    );
    let rows = reader.all(&sql, codes.iter().map(|code| Value::from(*code))).await?;
    rows.iter().map(|row| RowReader::new(TABLE.name, row).text()).collect()
}

/// What the program itself writes.
pub(super) fn context<'a>(acting: &Acting<'a>) -> WriteContext<'a> {
    acting.own()
}

pub(super) async fn select(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Alarm>, StoreError> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("a.{}", column.name)).collect();
    let sql = format!("SELECT {} FROM tank_alarm a {condition}", columns.join(", "));
    let alarm = |row| {
        let mut row = RowReader::new(TABLE.name, row);
        Ok(Alarm {
            id: row.text()?,
            tank: row.text()?,
            sensor: row.text()?,
            kind: row.code("kind", AlarmKind::parse)?,
            began_at: row.time("began_at_us")?,
            raised_at: row.time("raised_at_us")?,
            ended_at: row.optional_time("ended_at_us")?,
            is_critical: row.flag()?.unwrap_or_default(),
            peak_mc: row.int()?,
            area_mc_s: row.int()?,
            acknowledged_by: row.optional_text()?,
            acknowledged_at: row.optional_time("acknowledged_at_us")?,
            comment: row.optional_text()?,
            least_mm: row.int()?,
        })
    };
    reader.all(&sql, values).await?.iter().map(alarm).collect()
}
