//! What was received, as it came: sealed under a key of its own, because an analyser or a file may carry a name.
//!
//! The audited row holds the SHA-256 of what is stored here, so a change is found without any key. The key of a message is
//! wrapped under the master key; a new master key wraps it anew and leaves the message alone.

use sea_orm::Value;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::digest::hexadecimal;
use crate::key::{Key, Place, open, seal};
use crate::store::StoreError;
use crate::store::database::{Reader, WriteTransaction, placeholders};
use crate::store::row::RowReader;
use crate::{BankError, KeyRing, RandomSource};

/// A content on its way into the bank.
pub(super) struct Sealed {
    content: Vec<u8>,
    wrapped: Vec<u8>,
    master_key_id: String,
    fingerprint: Vec<u8>,
}

impl Sealed {
    /// Seals a content under a new key.
    pub(super) fn new(
        id: &str,
        plain: &[u8],
        keys: &KeyRing,
        random: &RandomSource,
    ) -> Result<Self, BankError> {
        let key = Key::new(random)?;
        let content = seal(&key, content_place(id), plain, random)?;
        let (wrapped, master_key_id) = wrap(id, &key, keys, random)?;
        Ok(Self { content, wrapped, master_key_id, fingerprint: fingerprint(keys, plain) })
    }

    /// Of what is stored.
    pub(super) fn sha256(&self) -> Vec<u8> {
        Sha256::digest(&self.content).to_vec()
    }

    /// Writes content and key; a content that is there is replaced.
    pub(super) async fn write(self, write: &WriteTransaction<'_>, id: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO lab_message_content (message_id, content) VALUES ($1, $2) \
                   ON CONFLICT (message_id) DO UPDATE SET content = excluded.content";
        write.change_unaudited(sql, [Value::from(id), Value::from(self.content)]).await?;
        let sql = "INSERT INTO lab_message_key (message_id, master_key_id, wrapped, fingerprint) \
                   VALUES ($1, $2, $3, $4)";
        let values = [
            Value::from(id),
            Value::from(self.master_key_id),
            Value::from(self.wrapped),
            Value::from(self.fingerprint),
        ];
        write.change_unaudited(sql, values).await.map(|_| ())
    }
}

/// The content of a message in the open. One that was kept before contents were sealed is as it is.
pub(super) async fn opened(
    reader: Reader<'_>,
    id: &str,
    keys: &KeyRing,
) -> Result<Option<Zeroizing<Vec<u8>>>, BankError> {
    let sql = "SELECT c.content, k.master_key_id, k.wrapped FROM lab_message_content c \
               LEFT JOIN lab_message_key k ON k.message_id = c.message_id WHERE c.message_id = $1";
    let Some(row) = reader.first(sql, [Value::from(id)]).await? else { return Ok(None) };
    let mut row = RowReader::new("lab_message_content", &row);
    let (content, master, wrapped) = (row.bytes()?, row.optional_text()?, row.optional_bytes()?);
    let Some((master, wrapped)) = master.zip(wrapped) else { return Ok(Some(Zeroizing::new(content))) };
    let key = unwrap(id, &master, &wrapped, keys)?;
    open(&key, content_place(id), &content).map(Some).ok_or_else(|| tampered(id))
}

/// The messages that have this very content, the first one first.
pub(super) async fn namesakes(
    reader: Reader<'_>,
    plain: &[u8],
    keys: &KeyRing,
) -> Result<Vec<String>, StoreError> {
    let of_all = keys.index_under_all(FIELD, &digest_of(plain));
    let sql = format!(
        "SELECT message_id FROM lab_message_key WHERE fingerprint IN ({}) ORDER BY message_id",
        placeholders(1, of_all.len())
    );
    let rows = reader.all(&sql, of_all.into_iter().map(Value::from)).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Wraps the keys of some messages anew that are under another master key; gives how many.
pub(in crate::store) async fn rewrap(
    write: &WriteTransaction<'_>,
    most: usize,
    keys: &KeyRing,
    random: &RandomSource,
) -> Result<usize, BankError> {
    let sql = format!(
        "SELECT message_id, master_key_id, wrapped FROM lab_message_key WHERE master_key_id <> $1 \
         ORDER BY message_id LIMIT {most}"
    );
    let rows = write.reader().all(&sql, [Value::from(keys.current().id())]).await?;
    for row in &rows {
        let mut row = RowReader::new("lab_message_key", row);
        let (id, master, wrapped) = (row.text()?, row.text()?, row.bytes()?);
        let key = unwrap(&id, &master, &wrapped, keys)?;
        let (wrapped, master) = wrap(&id, &key, keys, random)?;
        let plain = opened(write.reader(), &id, keys).await?.ok_or_else(|| tampered(&id))?;
        let sql = "UPDATE lab_message_key SET master_key_id = $2, wrapped = $3, fingerprint = $4 \
                   WHERE message_id = $1";
        let fingerprint = fingerprint(keys, &plain);
        let values = [Value::from(id), Value::from(master), Value::from(wrapped), Value::from(fingerprint)];
        write.change_unaudited(sql, values).await?;
    }
    Ok(rows.len())
}

const FIELD: &str = "lab_message";

fn digest_of(plain: &[u8]) -> String {
    hexadecimal(&Sha256::digest(plain))
}

fn fingerprint(keys: &KeyRing, plain: &[u8]) -> Vec<u8> {
    keys.index(FIELD, &digest_of(plain))
}

fn wrap(id: &str, key: &Key, keys: &KeyRing, random: &RandomSource) -> Result<(Vec<u8>, String), BankError> {
    let master = keys.current().id();
    let wrapped = seal(&keys.raw_messages(master)?, key_place(id), key.as_bytes(), random)?;
    Ok((wrapped, master.to_owned()))
}

fn unwrap(id: &str, master: &str, wrapped: &[u8], keys: &KeyRing) -> Result<Key, BankError> {
    let opened = open(&keys.raw_messages(master)?, key_place(id), wrapped);
    opened.and_then(|bytes| Key::from_bytes(&bytes)).ok_or_else(|| tampered(id))
}

fn tampered(id: &str) -> BankError {
    BankError::Tampered { what: "a sealed message", subject: format!("lab_message {id}") }
}

fn content_place(id: &str) -> Place<'_> {
    Place { table: "lab_message_content", row: id, field: "content" }
}

fn key_place(id: &str) -> Place<'_> {
    Place { table: "lab_message_key", row: id, field: "key" }
}
