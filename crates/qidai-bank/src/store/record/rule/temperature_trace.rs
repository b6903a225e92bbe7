//! A trace is judged as it is written down; one that was outside of its window raises a nonconformance by itself.

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::Value;

use super::{Case, Computed};
use crate::store::clock::nonconformance;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::{Store, StoreError, setting};
use crate::temperature::{Window, frozen_readings, judge, judge_between, readings};
use crate::workflow::{self, Concept, Label};
use crate::{Acting, BankError, KeyRing, NewLabMessage, Problem, Record, Refusal, Remark, WriteContext};

const OUTSIDE: Label = Label {
    zh: "运输温度超出范围或读数中断",
    en: "the temperature of a transport was outside of its window, or not read",
};

const FROZEN_OUTSIDE: Label = Label {
    zh: "冻存运输温度超出范围或读数中断",
    en: "the temperature of a frozen unit on its way was outside of its window, or not read",
};

/// Lower than any logger says.
const NO_LOWEST_TENTHS: i64 = -10_000;

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let shipment = case.named("shipment", "shipment").await?;
    if let Some(problem) = of_one_transport(case) {
        return Err(problem.into());
    }
    let Some(text) = case.value("readings") else { return Ok(Vec::new()) };
    let zone = setting::time_zone(case.reader).await?;
    let read = if shipment.is_some() { frozen_readings } else { readings };
    let read = match read(text, &zone) {
        Ok(read) => read,
        Err(problems) => {
            Refusal::if_any(problems)?;
            return Ok(Vec::new());
        }
    };
    if let Some((at, _)) = read.iter().find(|(at, _)| zone.to_datetime(*at).date() > case.today) {
        let reason = format!("a reading is of {}, which is still to come", zone.to_datetime(*at));
        let hint = "look at the clock of the logger, and at the zone of its times";
        return Err(Problem::new("readings", at.to_string(), "reading_invalid", reason, hint).into());
    }
    let judged = match &shipment {
        Some(shipment) => {
            let time = |field: &str| shipment.field(field).and_then(|at| at.parse::<Timestamp>().ok());
            let way = (time("departed_at"), time("delivered_at"));
            judge_between(&read, frozen(case.reader).await?, way)
        }
        None => judge(&read, window(case.reader).await?),
    };
    let number = |number: i64| Some(number.to_string());
    Ok(vec![
        ("count", Some(read.len().to_string())),
        ("lowest_tenths", number(judged.lowest_tenths)),
        ("highest_tenths", number(judged.highest_tenths)),
        ("minutes_outside", number(judged.minutes_outside)),
        ("longest_gap_minutes", number(judged.longest_gap_minutes)),
        ("verdict", Some(judged.verdict.to_owned())),
    ])
}

impl Store {
    /// What a logger wrote and nobody can read is refused, and kept as it came, so that nothing is lost.
    pub(in crate::store::record) async fn keep_unread_trace(
        &self,
        (concept, fields): (&Concept, &[(String, String)]),
        refused: &BankError,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let BankError::Refused(refusal) = refused else { return Ok(()) };
        let of =
            |code: &str| fields.iter().find(|(field, _)| field == code).map_or("", |(_, text)| text.as_str());
        if concept.code != "temperature_trace"
            || !refusal.code.starts_with("reading_")
            || of("readings").is_empty()
        {
            return Ok(());
        }
        let new = NewLabMessage {
            protocol: "logger",
            peer: of("logger"),
            content: of("readings").as_bytes(),
            sender_key: None,
            observations: Vec::new(),
            refused: Vec::new(),
            remarks: vec![Remark::new("file", refusal.code, refusal.sentence.as_str())],
        };
        self.keep_unread(&new, keys, acting).await
    }
}

/// Fresh or frozen, never both: the windows are not the same.
fn of_one_transport(case: &Case<'_>) -> Option<Problem> {
    let given = [case.value("pickup"), case.value("shipment")];
    if given.iter().flatten().count() == 1 {
        return None;
    }
    let found = given.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let reason = "a trace is of one pick-up or of one shipment";
    Some(Problem::new("shipment", found, "trace_of_one_transport", reason, "name one of the two"))
}

/// As declared, or as the bank set it.
async fn length(reader: Reader<'_>, code: &str) -> Result<i64, StoreError> {
    let declared = workflow::concept("temperature_trace")
        .and_then(|one| one.profile.iter().find(|own| own.code == code));
    let value = setting::profile(reader, "temperature_trace", code, declared.map_or(0, |own| own.value));
    value.await.map(i64::from)
}

async fn window(reader: Reader<'_>) -> Result<Window, StoreError> {
    Ok(Window {
        lowest_tenths: length(reader, "lowest").await? * 10,
        highest_tenths: length(reader, "highest").await? * 10,
        gap_minutes: length(reader, "gap").await? * 60,
    })
}

/// The window of a frozen unit on its way: as cold as it likes.
async fn frozen(reader: Reader<'_>) -> Result<Window, StoreError> {
    Ok(Window {
        lowest_tenths: NO_LOWEST_TENTHS,
        highest_tenths: length(reader, "frozen_below").await? * -10,
        gap_minutes: length(reader, "frozen_gap").await? * 60,
    })
}

/// Once for a trace, however often it is amended.
pub(super) async fn raise(
    write: &WriteTransaction<'_>,
    record: &Record,
    (context, acting, today): (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<(), BankError> {
    if !matches!(record.field("verdict"), Some("outside" | "gap")) {
        return Ok(());
    }
    let sql = "SELECT 1 FROM record_field WHERE concept = 'nonconformance' AND field = 'about' AND SUBSTR(value, 1, 64) = $1";
    if write.reader().first(sql, [Value::from(record.subject())]).await?.is_some() {
        return Ok(());
    }
    if record.field("shipment").is_some() {
        let raised = ("temperature", FROZEN_OUTSIDE, "critical");
        return super::raise(write, record, raised, (context, acting, today)).await;
    }
    let new = nonconformance(("temperature", OUTSIDE), record, today)?;
    super::super::raise(write, &new, context, acting).await.map(|_| ())
}
