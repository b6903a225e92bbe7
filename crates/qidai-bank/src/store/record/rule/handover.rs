//! From hand to hand (mission M13): what is received is what was handed over, or the chain of custody is broken.

use jiff::civil::Date;
use sea_orm::Value;

use super::{Case, name, refusal};
use crate::store::StoreError;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::record::by_id;
use crate::store::row::RowReader;
use crate::workflow::Label;
use crate::{Acting, BankError, Record, Refusal, WriteContext};

const GAP: super::Raised = (
    "custody_gap",
    Label {
        zh: "监管链有缺口：前后交接不衔接",
        en: "a gap in the chain of custody: two hand-overs do not meet",
    },
    "critical",
);
const HELD_TOO_LONG: super::Raised = (
    "hold_exceeded",
    Label {
        zh: "途中时间超过运输罐保持时间", en: "the way took longer than the vessel was shown to hold"
    },
    "critical",
);

/// The hand-overs of a shipment in the order of their legs; without those that were cancelled.
pub(super) async fn legs(reader: Reader<'_>, shipment: &str) -> Result<Vec<Record>, StoreError> {
    let sql = "SELECT r.record_id FROM record_field f JOIN record r ON r.record_id = f.record_id \
               WHERE f.refers_to = $1 AND f.field = 'shipment' AND r.concept = 'handover' \
               AND r.state <> 'cancelled' ORDER BY r.serial";
    let mut legs = Vec::new();
    for row in reader.all(sql, [Value::from(format!("shipment/{shipment}"))]).await? {
        legs.extend(by_id(reader, &RowReader::new("record", &row).text()?).await?);
    }
    legs.sort_by_key(|leg| leg.field("leg").and_then(|leg| leg.parse::<i64>().ok()));
    Ok(legs)
}

/// Who gave it further is who had it, under the seal under which it was received.
fn meet(before: &Record, after: &Record) -> bool {
    let same =
        |one: &str, other: &str| before.field(one).map(super::label) == after.field(other).map(super::label);
    same("to_organisation", "from_organisation") && same("seal_received", "seal_given")
}

/// What is raised by itself when a shipment arrives: hands that do not meet, and a vessel that was under way too long.
pub(super) async fn look_back(
    write: &WriteTransaction<'_>,
    shipment: &Record,
    by: (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<(), BankError> {
    let legs = legs(write.reader(), &shipment.number).await?;
    if legs.windows(2).any(|pair| matches!(pair, [before, after] if !meet(before, after))) {
        super::raise(write, shipment, GAP, by).await?;
    }
    if shipment.field("hold_left_hours").is_some_and(|left| left.starts_with('-')) {
        super::raise(write, shipment, HELD_TOO_LONG, by).await?;
    }
    Ok(())
}

/// The seal that was put on is the one that is received.
pub(super) fn same_seal(case: &Case<'_>) -> Option<Refusal> {
    let plain = |field: &str| case.value(field).map(super::label);
    if plain("seal_given") == plain("seal_received") {
        return None;
    }
    let own = name(case);
    let sentence = format!(
        "{own}: sealed with '{}', received with '{}': do not sign, record that the custody is broken.",
        case.value("seal_given").unwrap_or_default(),
        case.value("seal_received").unwrap_or_default()
    );
    Some(refusal("seal_differs", own, sentence))
}
