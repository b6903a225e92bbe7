//! The history becomes a chain of hashes with whole contents: one event per change, with old and new.
//!
//! The events that a bank has already said only how many rows they wrote. They stay, with their own words as
//! reason, and for every row that is there an event `carried_over` is added that holds it. It has the times and
//! the actor of the event that first wrote the row.

mod carry_over;
mod columns;

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;
use carry_over::CarryOver;

pub(super) struct ChainedHistory;

impl MigrationName for ChainedHistory {
    fn name(&self) -> &'static str {
        "m0002_chained_history"
    }
}

/// Defaults are for the moment between a column and its content; the write path gives every column.
const COLUMNS: [&str; 10] = [
    "ALTER TABLE history ADD COLUMN effective_at_us BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE history ADD COLUMN role TEXT NOT NULL DEFAULT 'administrator'",
    "ALTER TABLE history ADD COLUMN site TEXT",
    "ALTER TABLE history ADD COLUMN subject TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE history ADD COLUMN reason TEXT",
    "ALTER TABLE history ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE history ADD COLUMN hash {bytes}",
    "UPDATE history SET effective_at_us = recorded_at_us, reason = detail",
    "ALTER TABLE history DROP COLUMN detail",
    "ALTER TABLE setting RENAME COLUMN changed_in TO recorded_in",
];

/// The history of one thing is read by its subject. No event is without a hash from here on.
const LAST: [&str; 1] = ["CREATE INDEX history_by_subject ON history (subject, sequence)"];

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for ChainedHistory {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &COLUMNS.map(str::to_owned)).await?;
        let mut carry_over = CarryOver::begin(manager.get_connection()).await?;
        carry_over.rows("setting", "name", "setting", None).await?;
        carry_over.rows("external_list", "list_key", "list", None).await?;
        carry_over.rows("unit", "unit_key", "unit", Some("typing")).await?;
        carry_over.rows("listed", "listed_key", "list", None).await?;
        carry_over.end().await?;
        run(manager, &LAST.map(str::to_owned)).await
    }
}
