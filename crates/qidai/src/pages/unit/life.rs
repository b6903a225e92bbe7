//! Where a unit is in its life: the cord, drawn along.

use qidai_bank::{BankType, Status, UnitRecord};

use crate::words::Words;

/// A step of the cord.
pub(super) struct Step {
    pub(super) word: String,
    /// `past`, `now` or `ahead`.
    pub(super) place: &'static str,
    /// When, where that is recorded.
    pub(super) day: Option<String>,
}

/// The way of a unit that ends with a patient. States beside it (returned, discarded, research) have no step.
const WAY: [Status; 11] = [
    Status::Collected,
    Status::Received,
    Status::Processed,
    Status::Quarantine,
    Status::Available,
    Status::Reserved,
    Status::InReleaseTesting,
    Status::ReleaseApproved,
    Status::Shipped,
    Status::ReceivedByTransplantCentre,
    Status::Infused,
];

/// The steps, or none where the unit left the way.
pub(super) fn steps(unit: &UnitRecord, w: &Words) -> Vec<Step> {
    let way = WAY.map(|status| match (status, unit.bank_type) {
        (Status::Available, BankType::Family) => Status::FamilyHeld,
        _ => status,
    });
    let Some(now) = way.iter().position(|status| *status == on_way(unit.status)) else { return Vec::new() };
    let step = |(at, status): (usize, &Status)| Step {
        word: w.t(&format!("step-{}", status.code())),
        place: match at.cmp(&now) {
            std::cmp::Ordering::Less => "past",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "ahead",
        },
        day: unit.collection_date.filter(|_| *status == Status::Collected).map(|day| day.to_string()),
    };
    way.iter().enumerate().map(step).collect()
}

/// States between two steps count as the step that they lead to.
fn on_way(status: Status) -> Status {
    match status {
        Status::InTransit => Status::Received,
        Status::Accepted | Status::Processing => Status::Processed,
        Status::ExceptionalRelease => Status::ReleaseApproved,
        Status::Retrieved => Status::Shipped,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use qidai_bank::Identity;

    use super::*;
    use crate::words::Lang;

    fn places(bank: BankType, status: Status) -> Vec<&'static str> {
        let mut unit = UnitRecord::new(Identity::din("Z990117012046").unwrap(), bank);
        unit.status = status;
        steps(&unit, Lang::En.words()).iter().map(|step| step.place).collect()
    }

    #[test]
    fn a_unit_stands_at_one_step_or_beside_the_way() {
        let reserved = places(BankType::Public, Status::Reserved);
        assert_eq!(reserved.iter().position(|place| *place == "now"), Some(5));
        assert!(reserved[..5].iter().all(|place| *place == "past"));
        assert_eq!(places(BankType::Family, Status::FamilyHeld)[4], "now");
        assert_eq!(places(BankType::Public, Status::Discarded), Vec::<&str>::new());
    }
}
