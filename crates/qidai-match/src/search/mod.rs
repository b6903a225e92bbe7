//! Here is a patient: who is worth a phone call?
//!
//! 1. [`index`]: the units of a bank become a snapshot; each distinct typing is interpreted once.
//! 2. [`snapshot`]: the snapshot as one run of bytes, written to a file and mapped from it.
//! 3. [`query`]: the patient becomes one small table per locus, with an entry for each distinct typing.
//! 4. [`scan`]: each row adds five entries; what is below a floor is counted under its rule.
//! 5. [`rank`]: the best are kept, in an order that ends at the unit's identity.

pub mod facts;
pub mod index;
mod layout;
pub mod query;
pub mod rank;
pub mod scan;
pub mod snapshot;

pub use facts::{Abo, Facts, Sex, Source};
pub use index::{Origin, SnapshotBuilder, UnitEntry};
pub use query::Query;
pub use rank::Order;
pub use scan::{Answer, Criteria, Excluded, Floors, Hit, Rule, search};
pub use snapshot::{Snapshot, SnapshotError};
