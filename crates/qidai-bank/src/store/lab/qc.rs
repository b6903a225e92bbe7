//! Internal quality control: lots of control material, and each of their measurements.

use crate::store::table::{Column, Table};

pub(in crate::store) static CONTROL: Table =
    Table { name: "qc_control", key: &["control_id"], counter: None, columns: || &CONTROL_COLUMNS };
const CONTROL_COLUMNS: [Column; 9] = [
    Column::text("control_id"),
    Column::text("test"),
    Column::text("level"),
    Column::text("lot"),
    Column::text("analyser"),
    Column::int("mean_milli"),
    Column::int("sd_milli"),
    Column::text("valid_until"),
    Column::flag("is_open"),
];

pub(in crate::store) static POINT: Table =
    Table { name: "qc_point", key: &["point_id"], counter: None, columns: || &POINT_COLUMNS };
const POINT_COLUMNS: [Column; 10] = [
    Column::text("point_id"),
    Column::text("control_id"),
    Column::text("run"),
    Column::int("measured_at_us"),
    Column::text("written"),
    Column::int("amount"),
    Column::text("verdict"),
    Column::text("comment"),
    Column::text("commented_by"),
    Column::text("message_id"),
];
