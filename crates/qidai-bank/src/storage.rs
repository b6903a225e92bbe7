//! Cryostorage: which tank, which place in it, and what may stand there.

mod class;
mod position;
mod stored;
mod tank;

pub use class::{TankClass, Wanted};
pub use position::{Position, ScannedPosition};
pub use stored::{Placed, Stored, StoredKind};
pub use tank::{Occupancy, RackUse, Room, SlotView, Tank, TankLimits};
