//! Messages of analysers: what is known of each in an audited row, the bytes as they came in a row beside.

use crate::store::table::{Column, Table};

pub(in crate::store) static TABLE: Table =
    Table { name: "lab_message", key: &["message_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 11] = [
    Column::text("message_id"),
    Column::text("protocol"),
    Column::text("peer"),
    Column::text("sender_key"),
    Column::int("received_at_us"),
    Column::int("size_bytes"),
    Column::bytes("content_sha256"),
    Column::text("outcome"),
    Column::int("accepted"),
    Column::int("refused"),
    Column::text("remarks"),
];
