//! How many units there are.

use super::row::RowReader;
use super::{Store, StoreError};
use crate::{BankType, Status};

/// Units of one bank type in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitCount {
    pub bank_type: BankType,
    pub status: Status,
    pub units: u64,
}

impl Store {
    /// Units by bank type and state; what there is none of is absent.
    pub async fn unit_counts(&self) -> Result<Vec<UnitCount>, StoreError> {
        let sql = "SELECT COUNT(*), bank_type, status FROM unit \
                   GROUP BY bank_type, status ORDER BY bank_type DESC, status";
        let mut counts = Vec::new();
        for row in self.database.reader().all(sql, []).await? {
            let mut row = RowReader::new("unit", &row);
            counts.push(UnitCount {
                units: row.key()?.unsigned_abs(),
                bank_type: row.code("bank_type", BankType::parse)?,
                status: row.code("status", Status::parse)?,
            });
        }
        Ok(counts)
    }

    /// Names of the external lists with their numbers of entries.
    pub async fn list_counts(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT COUNT(*), l.name FROM external_list l \
                   JOIN listed e ON e.list_key = l.list_key GROUP BY l.name ORDER BY l.name";
        let mut counts = Vec::new();
        for row in self.database.reader().all(sql, []).await? {
            let mut row = RowReader::new("external_list", &row);
            let entries = row.key()?.unsigned_abs();
            counts.push((row.text()?, entries));
        }
        Ok(counts)
    }
}
