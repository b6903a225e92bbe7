//! Are the files of documents those that the history knows?

use sea_orm::Value;
use sha2::{Digest as _, Sha256};

use crate::audit::{Finding, Verification};
use crate::digest::hexadecimal;
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::row::RowReader;

/// Computes the hash of every file again, one after the other, and names each that is changed, missing or nobody's.
pub(in crate::store) async fn check(reader: Reader<'_>, found: &mut Verification) -> Result<(), StoreError> {
    let mut after = String::new();
    let sql = "SELECT d.document_id, d.content_sha256, c.content FROM document d \
               LEFT JOIN document_content c ON c.document_id = d.document_id \
               WHERE d.document_id > $1 ORDER BY d.document_id LIMIT 1";
    while let Some(row) = reader.first(sql, [Value::from(after.as_str())]).await? {
        let mut row = RowReader::new("document", &row);
        let (id, known, content) = (row.text()?, row.bytes()?, row.optional_bytes()?);
        match content.map(|content| Sha256::digest(&content)) {
            None => found.add(Finding::new("row_removed", "document_content", &id)),
            Some(sha256) if sha256.as_slice() != known => {
                let finding = Finding::new("row_changed", "document_content", &id).column("content");
                let (expected, is) = (hexadecimal(&known), hexadecimal(&sha256));
                found.add(finding.expected(format!("sha256 {expected}")).found(format!("sha256 {is}")));
            }
            Some(_) => {}
        }
        after = id;
    }
    let sql = "SELECT document_id FROM document_content WHERE document_id NOT IN \
               (SELECT document_id FROM document) ORDER BY document_id";
    for row in &reader.all(sql, []).await? {
        let id: String = row.try_get_by_index(0)?;
        found.add(Finding::new("row_inserted", "document_content", id));
    }
    Ok(())
}
