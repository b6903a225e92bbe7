//! The concepts of a cord blood bank, one file each, and their store.
//!
//! Nothing here reads a clock or makes an id: time, actor and id source are arguments.

mod bank_type;
mod blood_group;
mod chain;
mod counts;
mod digest;
mod identity;
mod listing;
mod problem;
mod sex;
mod status;
mod store;
mod test_outcome;
mod typing;
mod unit;
mod write_context;

pub use bank_type::BankType;
pub use blood_group::{Abo, RhD};
pub use counts::{AmountError, Count, Counts, Measure, Phase, count_field, parse_count_field};
pub use digest::Difference;
pub use identity::{CheckRule, DIN_SCHEME, Din, Identity, IdentityError, OwnScheme, check_character};
pub use listing::ListedRecord;
pub use problem::Problem;
pub use sex::Sex;
pub use status::Status;
pub use store::{
    AddOutcome, CHUNK_ROWS, ReleaseInForce, SearchableKind, SearchableRow, Store, StoreError, UnitCount,
};
pub use test_outcome::TestOutcome;
pub use typing::Typing;
pub use unit::UnitRecord;
pub use write_context::{Actor, IdSource, WriteContext};
