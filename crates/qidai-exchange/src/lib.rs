//! Foreign formats of a cord blood bank: what other people's files say, in our words.
//!
//! A file of units goes through three rooms:
//!
//! 1. [`table`] – CSV in any usual encoding or an XLSX sheet becomes one stream of rows of cells, and so does a
//!    registry's GL file;
//! 2. [`mapping`] – the file's headers become our field names, by name or by a saved mapping;
//! 3. [`UnitRows`] / [`ListRows`] – a row becomes a record, or *all* the [`Issue`]s of that row at once.
//!
//! Messages of analysers are read by [`analyser`]. What registries are sent is written by [`inventory`].
//!
//! A file that somebody uploads is looked at by [`recognise`] before it is kept.
//!
//! Nothing here writes to a bank or reads a clock: today's date is an argument.

pub mod analyser;
mod codes;
mod date;
mod field;
mod freeze_curve;
mod half_width;
mod header_name;
pub mod inventory;
mod issue;
pub mod lab_file;
mod list_fields;
mod list_row;
pub mod mapping;
mod number;
mod plain_text;
mod plan;
pub mod print;
mod rack_file;
pub mod table;
pub mod telemetry;
mod unit_fields;
mod unit_row;
mod upload;
mod words;

pub use codes::CODES;
pub use field::{HlaProblem, Reading};
pub use freeze_curve::{CurveError, CurveOptions, read_freeze_curve};
pub use issue::Issue;
pub use lab_file::{LabFile, LabFileError, LabMapping, LabOptions, LabRow, read_lab_file};
pub use list_row::ListRows;
pub use plain_text::text_of;
pub use plan::{PlanError, RowOutcome};
pub use rack_file::{RackColumns, RackFileError, RackLine, Seen, read_rack_file};
pub use unit_row::UnitRows;
pub use upload::recognise;
