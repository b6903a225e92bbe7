//! Kits go to another bank by an order that was agreed to, and an order leaves with as many kits as were ordered.

use sea_orm::Value;

use super::super::read::by_number;
use super::{Case, name, refusal};
use crate::Refusal;
use crate::store::StoreError;
use crate::workflow;

/// A kit is handed over for an order of another bank that was agreed to.
pub(super) async fn agreed(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (Some(concept), Some(number)) = (workflow::concept("kit_order"), case.value("order")) else {
        return Ok(None);
    };
    let Some(order) = by_number(case.reader, concept, number).await? else { return Ok(None) };
    if order.state.code == "approved" && order.field("direction") == Some("from_us") {
        return Ok(None);
    }
    let own = name(case);
    let sentence = format!(
        "{own}: the order {number} is '{}': kits are handed over for an order of another bank that was agreed to.",
        order.state.code
    );
    Ok(Some(refusal("kit_order_not_agreed", own, sentence).with("order", number)))
}

/// As many kits were handed over as were ordered. What we order ourselves is counted where it is assembled.
pub(super) async fn complete(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    if case.value("direction") != Some("from_us") {
        return Ok(None);
    }
    let sql = "SELECT COUNT(*) FROM record_field f JOIN record r ON r.record_id = f.record_id \
               WHERE f.refers_to = $1 AND r.concept = 'kit' AND r.state = 'handed_over'";
    let row = case.reader.first(sql, [Value::from(format!("kit_order/{own}"))]).await?;
    let handed: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    let ordered = case.value("kits").unwrap_or_default();
    if handed.to_string() == ordered {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {ordered} kits were ordered, {handed} are handed over for it: both must be the same."
    );
    Ok(Some(refusal("kit_order_incomplete", own, sentence).with("count", handed.to_string())))
}
