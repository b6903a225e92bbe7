//! Here is a patient: who is worth a phone call?
//!
//! 1. [`index`]: the units of a bank become a snapshot; each distinct typing is interpreted once.
//! 2. [`snapshot`]: the snapshot as one run of bytes, written to a file and mapped from it.
//! 3. [`query`]: the patient becomes one small table per locus, with an entry for each distinct typing.
//! 4. [`criteria`], [`scan`]: each row adds five entries; what is below a floor is counted under its rule.
//! 5. [`order`]: the best are kept, in an order that ends at the unit's identity.
//! 6. [`Finer`]: DPB1, ligands of killer cells and the unit's mother, for those that are ranked.
//! 7. [`pair`]: two units for one patient; [`kept_out()`], [`steps()`]: whom a rule kept out, and what put one row before another.
//! 8. [`reach()`]: what the bank holds for a patient, without a list.

pub mod criteria;
pub mod facts;
mod finer;
pub mod index;
pub mod kept_out;
mod layout;
mod near;
pub mod order;
pub mod pair;
pub mod query;
mod rank;
pub mod reach;
pub mod scan;
mod sections;
pub mod snapshot;
pub mod steps;

pub use criteria::{Criteria, DoseByClass, Floors, Rule};
pub use facts::{Abo, Facts, Sex, Source};
pub use finer::Finer;
pub use index::{Origin, SnapshotBuilder, UnitEntry};
pub use kept_out::kept_out;
pub use near::{Counts, counts};
pub use order::{KirPreference, Order, OrderKey, Standing};
pub use pair::{PAIRED_MAX, UnitPair, pairs};
pub use query::Query;
pub use reach::{QUESTIONS_MAX, Reach, reach};
pub use scan::{Answer, Excluded, Hit, Predict, search, search_predicted};
pub use snapshot::{Snapshot, SnapshotError};
pub use steps::steps;

/// Places in [`crate::MATCH_LOCI`].
const C: usize = 1;
const DRB1: usize = 3;
