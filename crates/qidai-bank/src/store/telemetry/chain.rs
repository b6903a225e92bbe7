//! The chain of readings: the hash of a block covers every reading in it and the block before.

use sea_orm::Value;

use super::take::COLUMNS;
use crate::chain::{BEFORE_FIRST, Hash, digest_of, link};
use crate::digest::hexadecimal;
use crate::store::cell::{Cell, Row, read};
use crate::store::database::{Reader, WriteTransaction};
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::{Acting, ReadingsCheck};

/// First bytes of what is hashed: another form of it would have another name.
const FORM: &str = "qidai-readings-1:";

/// The block that is written next.
pub(super) struct Block {
    pub(super) sequence: i64,
    before: Hash,
}

pub(super) async fn next(reader: Reader<'_>) -> Result<Block, StoreError> {
    let sql = "SELECT sequence, hash FROM reading_block ORDER BY sequence DESC LIMIT 1";
    let Some(row) = reader.first(sql, []).await? else {
        return Ok(Block { sequence: 1, before: BEFORE_FIRST });
    };
    let mut row = RowReader::new("reading_block", &row);
    let (last, hash) = (row.key()?, row.bytes()?);
    let unreadable = StoreError::Unreadable {
        table: "reading_block",
        row: last.to_string(),
        column: "hash".to_owned(),
        value: hexadecimal(&hash),
    };
    Ok(Block { sequence: last + 1, before: hash.try_into().map_err(|_| unreadable)? })
}

/// Writes the readings of a block, and the block.
pub(super) async fn append(
    write: &WriteTransaction<'_>,
    block: &Block,
    rows: Vec<Row>,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let hash = link(&block.before, &digest_of(canonical(block.sequence, &rows).as_bytes()));
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    write.insert_unaudited("tank_reading", &COLUMNS, rows).await?;
    let sql = "INSERT INTO reading_block (sequence, recorded_at_us, readings, hash) VALUES ($1, $2, $3, $4)";
    let values = [
        Value::from(block.sequence),
        acting.now.as_microsecond().into(),
        count.into(),
        Value::Bytes(Some(hash.to_vec())),
    ];
    write.change_unaudited(sql, values).await.map(|_| ())
}

/// The block's number, then every cell of every reading as its length, a colon and its text; an absent one as `-`.
fn canonical(sequence: i64, rows: &[Row]) -> String {
    let mut text = format!("{FORM}{sequence};");
    for cell in rows.iter().flatten() {
        match cell {
            None => text.push('-'),
            Some(Cell::Text(own)) => text.push_str(&format!("{}:{own}", own.len())),
            Some(other) => {
                let mut json = String::new();
                other.write_json(&mut json);
                text.push_str(&format!("{}:{json}", json.len()));
            }
        }
        text.push(',');
    }
    text
}

impl Store {
    /// Computes the chain of readings again, block by block.
    pub async fn check_readings(&self) -> Result<ReadingsCheck, StoreError> {
        const PAGE: i64 = 200;
        let snapshot = self.database.snapshot().await?;
        let mut check = ReadingsCheck { blocks: 0, readings: 0, head: String::new(), broken_at: None };
        let (mut before, mut after) = (BEFORE_FIRST, 0);
        loop {
            let sql = format!(
                "SELECT sequence, readings, hash FROM reading_block WHERE sequence > $1 ORDER BY sequence LIMIT {PAGE}"
            );
            let blocks = snapshot.reader().all(&sql, [Value::from(after)]).await?;
            if blocks.is_empty() {
                break;
            }
            for block in &blocks {
                let mut block = RowReader::new("reading_block", block);
                let (sequence, count, stored) = (block.key()?, block.key()?, block.bytes()?);
                let rows = rows_of(snapshot.reader(), sequence).await?;
                before = link(&before, &digest_of(canonical(sequence, &rows).as_bytes()));
                let is_whole = stored == before && sequence == after + 1 && rows.len() as i64 == count;
                if !is_whole {
                    check.broken_at = check.broken_at.or(Some(sequence));
                }
                after = sequence;
                check.blocks += 1;
                check.readings += rows.len() as u64;
            }
        }
        snapshot.end().await?;
        check.head = hexadecimal(&before);
        Ok(check)
    }
}

async fn rows_of(reader: Reader<'_>, block: i64) -> Result<Vec<Row>, StoreError> {
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    let sql = format!("SELECT {} FROM tank_reading WHERE block = $1 ORDER BY ordinal", names.join(", "));
    let rows = reader.all(&sql, [Value::from(block)]).await?;
    let row = |row| COLUMNS.iter().enumerate().map(|(at, column)| read(row, at, column.kind)).collect();
    rows.iter().map(row).collect()
}
