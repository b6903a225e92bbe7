//! The infusion (mission M14): of the bag that was sent, to the patient of the order; and the calendar that follows.

use jiff::ToSpan;
use jiff::civil::Date;

use super::shipment::{follow, in_state, other_label};
use super::{Case, name, order, refusal};
use crate::store::database::WriteTransaction;
use crate::store::{StoreError, record, setting, unit};
use crate::{Acting, BankError, NewRecord, Record, Refusal, WriteContext, workflow};

/// Points of the calendar, days after the infusion: mission M14 (day 42, day 100, years); a year is its anniversary.
const DAYS: [(&str, i64); 3] = [("d42", 42), ("d100", 100), ("d180", 180)];
const YEARS: [(&str, i64); 5] = [("y1", 1), ("y2", 2), ("y3", 3), ("y4", 4), ("y5", 5)];

pub(super) async fn may_infuse(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = other_label(case, &["scan_bag"]) {
        return Ok(Some(refusal));
    }
    let own = name(case);
    let Some(written) = case.value("unit") else { return Ok(None) };
    let held = unit::standing(case.reader, written).await?.and_then(|unit| unit.order);
    if held.as_deref() != case.value("order") {
        let sentence = format!(
            "{own}: {written} was sent for {}, not for {}: stop, and call the bank.",
            held.as_deref().unwrap_or("no order"),
            case.value("order").unwrap_or("this one")
        );
        return Ok(Some(refusal("infusion_order_wrong", own, sentence)));
    }
    in_state(case, "received_by_tc").await
}

/// The unit is infused, and so is the order; reports are asked for at their times.
pub(super) async fn infused(
    write: &WriteTransaction<'_>,
    infusion: &Record,
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    follow(write, infusion, "infuse", by).await?;
    let zone = setting::time_zone(write.reader()).await?;
    let at = infusion.field("infused_at").and_then(|at| at.parse::<jiff::Timestamp>().ok());
    let (Some(at), Some(concept)) = (at, workflow::concept("order")) else { return Ok(()) };
    let number = infusion.field("order").unwrap_or_default();
    let ordered = record::by_number(write.reader(), concept, number).await?;
    if ordered.is_some_and(|one| order::is_transplant(one.field("purpose"))) {
        calendar(write, infusion, zone.to_datetime(at).date(), by).await?;
    }
    Ok(())
}

async fn calendar(
    write: &WriteTransaction<'_>,
    infusion: &Record,
    day: Date,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let Some(concept) = workflow::concept("follow_up") else { return Ok(()) };
    let days = DAYS.map(|(point, days)| (point, day.saturating_add(days.days())));
    let years = YEARS.map(|(point, years)| (point, day.saturating_add(years.years())));
    for (point, due) in days.into_iter().chain(years) {
        let fields = [
            ("order", infusion.field("order").unwrap_or_default().to_owned()),
            ("infusion", infusion.number.clone()),
            ("point", point.to_owned()),
            ("due_on", due.to_string()),
        ];
        let fields = fields.map(|(code, value)| (code.to_owned(), value)).into();
        record::raise(write, &NewRecord { concept, site: infusion.site.clone(), fields }, context, acting)
            .await?;
    }
    Ok(())
}
