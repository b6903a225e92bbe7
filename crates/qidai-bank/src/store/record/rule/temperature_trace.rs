//! A trace is judged as it is written down; one that was outside of its window raises a nonconformance by itself.

use jiff::civil::Date;
use sea_orm::Value;

use super::{Case, Computed};
use crate::store::clock::nonconformance;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::{Store, StoreError, setting};
use crate::temperature::{Window, judge, readings};
use crate::workflow::{self, Concept, Label};
use crate::{Acting, BankError, KeyRing, NewLabMessage, Problem, Record, Refusal, Remark, WriteContext};

const OUTSIDE: Label = Label {
    zh: "运输温度超出范围或读数中断",
    en: "the temperature of a transport was outside of its window, or not read",
};

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let Some(text) = case.value("readings") else { return Ok(Vec::new()) };
    let zone = setting::time_zone(case.reader).await?;
    let read = match readings(text, &zone) {
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
    let judged = judge(&read, window(case.reader).await?);
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

/// As declared, or as the bank set it.
async fn window(reader: Reader<'_>) -> Result<Window, StoreError> {
    let value = async |code: &str| {
        let declared = workflow::concept("temperature_trace")
            .and_then(|one| one.profile.iter().find(|own| own.code == code));
        setting::profile(reader, "temperature_trace", code, declared.map_or(0, |own| own.value)).await
    };
    let (lowest, highest, gap) = (value("lowest").await?, value("highest").await?, value("gap").await?);
    Ok(Window {
        lowest_tenths: i64::from(lowest) * 10,
        highest_tenths: i64::from(highest) * 10,
        gap_minutes: i64::from(gap) * 60,
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
    let new = nonconformance(("temperature", OUTSIDE), record, today)?;
    super::super::raise(write, &new, context, acting).await.map(|_| ())
}
