//! The house in which whole lives take place: people, hospitals, papers in force, lots, equipment and tanks.
//!
//! It is set up by the program's own acts, once; what has a history of its own (a contract that somebody else put in
//! force) is carried over with it, as a bank that moves here would bring it.

pub(super) mod shared;
mod tanks;

use std::collections::HashMap;

use jiff::Timestamp;
use qidai_bank::{
    Acting, Grant, IdSource, Principal, RandomSource, RecordFilter, Role, Site, SiteKind, Store, workflow,
};

pub(crate) use tanks::Tanks;

use crate::error::Failure;

/// Collection hospitals, each with a contract and a certified collector.
pub(super) const HOSPITALS: usize = 20;

/// Who works in the house. The places in this list are what deeds name.
pub(super) const STAFF: [(&str, Role); 14] = [
    ("C101", Role::Collection),
    ("C102", Role::Collection),
    ("C103", Role::Collection),
    ("T201", Role::Technologist),
    ("T202", Role::Technologist),
    ("T203", Role::Technologist),
    ("T204", Role::Technologist),
    ("R301", Role::Reviewer),
    ("R302", Role::Reviewer),
    ("R303", Role::Reviewer),
    ("K401", Role::StorageCustodian),
    ("Q501", Role::Quality),
    ("M601", Role::MedicalDirector),
    ("D701", Role::Director),
];

/// The places of a role in the list of staff.
pub(super) fn of_role(role: Role) -> std::ops::Range<usize> {
    let first = STAFF.iter().position(|(_, own)| *own == role).unwrap_or_default();
    first..first + STAFF.iter().filter(|(_, own)| *own == role).count()
}

pub(super) fn staff_numbers() -> Vec<&'static str> {
    STAFF.iter().map(|(number, _)| *number).collect()
}

/// Code of a hospital's site.
pub(super) fn site(hospital: usize) -> String {
    format!("h-{:02}", hospital + 1)
}

/// What lives refer to, by the names under which the house knows it.
#[derive(Debug, Default)]
pub(crate) struct House {
    numbers: HashMap<String, String>,
}

impl House {
    /// Number of a shared record: concept and the value of the field that names it.
    pub(super) fn number(&self, concept: &str, name: &str) -> String {
        self.numbers.get(&format!("{concept}/{name}")).cloned().unwrap_or_default()
    }

    /// The house as it is; what is missing is set up.
    pub(crate) async fn of(
        store: &Store,
        now: Timestamp,
        (seed, tanks): (u64, &Tanks),
    ) -> Result<Self, Failure> {
        let ids = IdSource::counting(format!("house-{seed}"));
        let random = RandomSource::seeded(seed);
        let administrator = Principal::console("demo");
        let acting = Acting::new(&administrator, now, &ids, &random);
        if store.site(&site(HOSPITALS - 1)).await?.is_none() {
            set_up(store, &acting).await?;
        }
        tanks.set_up(store, &acting).await?;
        let mut house = Self::read(store).await?;
        if house.numbers.is_empty() {
            store.carry_over(&[shared::first(now)], &staff_numbers(), &acting).await?;
            house = Self::read(store).await?;
            store.carry_over(&[shared::then(now, &house)], &staff_numbers(), &acting).await?;
            house = Self::read(store).await?;
        }
        Ok(house)
    }

    async fn read(store: &Store) -> Result<Self, Failure> {
        let mut house = Self::default();
        let reader = Principal::console_as("demo", Role::Quality);
        for (concept, name) in shared::NAMED {
            let Some(concept) = workflow::concept(concept) else { continue };
            let filter = RecordFilter::default();
            for line in store.record_page(concept, &filter, (None, 1_000), &reader).await? {
                let name = format!("{}/{}", concept.code, line.field(name).unwrap_or_default());
                house.numbers.insert(name, line.number);
            }
        }
        Ok(house)
    }
}

async fn set_up(store: &Store, acting: &Acting<'_>) -> Result<(), Failure> {
    for (number, role) in STAFF {
        if store.account(number).await?.is_none() {
            store.add_account(number, &[Grant::everywhere(role)], acting).await?;
        }
    }
    for hospital in 0..HOSPITALS {
        let site = Site {
            code: site(hospital),
            name: format!("示范医院 {0} · Demonstration hospital {0}", hospital + 1),
            kind: SiteKind::CollectionHospital,
            uscc: None,
            active: true,
        };
        store.put_site(&site, acting).await?;
    }
    Ok(())
}
