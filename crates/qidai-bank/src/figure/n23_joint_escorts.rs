//! n23: units that two banks escorted together and that arrived.

use super::known_record::{Counted, KnownRecord, number, of};
use super::{Figure, Rule};

pub(super) const FIGURE: Figure = Figure {
    number: "n23",
    query: "shipment.joint_escorts",
    version: 1,
    rule: Rule::Records {
        columns: &["shipment", "order", "unit", "partner_bank", "institution", "custody"],
        count,
    },
};

/// Is the chain of custody whole? Each hand-over was received, and there is one.
fn custody(shipment: &KnownRecord, records: &[KnownRecord]) -> &'static str {
    let own = |one: &&KnownRecord| one.field("shipment") == shipment.number && !one.has("cancelled");
    let legs: Vec<&KnownRecord> = of(records, "handover").filter(own).collect();
    match () {
        () if legs.is_empty() => "none",
        () if legs.iter().any(|leg| leg.has("broken")) => "broken",
        () if legs.iter().all(|leg| leg.has("received")) => "whole",
        () => "open",
    }
}

fn count(records: &[KnownRecord]) -> Counted {
    let arrived =
        of(records, "shipment").filter(|one| one.field("escort") == "joint" && one.has("delivered"));
    let row = |one: &KnownRecord| {
        let order = of(records, "order").find(|order| order.number == one.field("order"));
        let institution = order.map_or("", |order| order.field("institution"));
        let cells = [
            one.number.as_str(),
            one.field("order"),
            one.field("unit"),
            one.field("partner_bank"),
            institution,
            custody(one, records),
        ];
        cells.map(str::to_owned).to_vec()
    };
    let rows: Vec<Vec<String>> = arrived.map(row).collect();
    let whole = rows.iter().filter(|row| row.last().is_some_and(|custody| custody == "whole")).count();
    let (value, beside) = (Some(number(rows.len())), vec![("custody_whole", number(whole))]);
    Counted { rows, value, beside, missing: None }
}
