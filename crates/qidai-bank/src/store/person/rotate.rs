//! A new master key: keys of persons and of received messages are wrapped anew, second factors sealed anew, the blind index made anew.

use sea_orm::Value;

use super::{heads, sealed};
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::store::{Store, StoreError, account, credential, lab};
use crate::{Acting, BankError, KeyRing, Permission};

/// Persons of one step: the writer is held for a fraction of a second.
const STEP_PERSONS: usize = 200;

impl Store {
    /// Brings one step of what is sealed under older keys of the ring under the current one; gives how many rows
    /// were brought. Call until it gives 0; then the older keys are needed for nothing but old backups. It may be
    /// interrupted at any time, and readers see both.
    ///
    /// # Errors
    /// `permission_missing`; an outage when an older key is not on the ring.
    pub async fn rewrap(&self, keys: &KeyRing, acting: &Acting<'_>) -> Result<usize, BankError> {
        let context = acting.allowed(Permission::SystemManage, None)?;
        let write = self.database.begin().await?;
        let persons = rewrap_persons(&write, keys, acting).await?;
        let messages = lab::content::rewrap(&write, STEP_PERSONS, keys, acting.random).await?;
        let (event, credentials) = reseal_credentials(&write, keys, acting).await?;
        let rows = persons + messages + credentials;
        if rows == 0 {
            write.rollback().await?;
            return Ok(0);
        }
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        Ok(rows)
    }

    /// Ids of all master keys under which something is sealed.
    pub async fn master_keys_in_use(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT master_key_id FROM person_key UNION SELECT master_key_id FROM lab_message_key \
                   UNION SELECT code_key_id FROM credential WHERE code_key_id IS NOT NULL ORDER BY 1";
        let rows = self.database.reader().all(sql, []).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}

async fn rewrap_persons(
    write: &WriteTransaction<'_>,
    keys: &KeyRing,
    acting: &Acting<'_>,
) -> Result<usize, BankError> {
    let condition = format!(
        "WHERE person_id IN (SELECT person_id FROM person_key WHERE master_key_id <> $1 \
         ORDER BY person_id LIMIT {STEP_PERSONS})"
    );
    let found = heads(write.reader(), &condition, vec![Value::from(keys.current().id())]).await?;
    for head in &found {
        let key = sealed::key_of(write.reader(), head, keys).await?;
        let person = sealed::read_all(write.reader(), head, &key).await?;
        sealed::write_key(write, &head.id, &key, keys, acting.random).await?;
        sealed::write_tags(write, &head.id, &sealed::tags_of(person.fields(), keys)).await?;
    }
    Ok(found.len())
}

/// There are some hundreds at most: all in one step.
async fn reseal_credentials(
    write: &WriteTransaction<'_>,
    keys: &KeyRing,
    acting: &Acting<'_>,
) -> Result<(Event, usize), BankError> {
    let mut event = Event::new("keys_rotated", format!("key/{}", keys.current().id()));
    let mut count = 0;
    for mut credential in credential::all(write.reader()).await? {
        if !credential.is_under_other_key(keys.current().id()) {
            continue;
        }
        let stored = account::by_id(write.reader(), credential.account_id()).await?;
        credential.require(stored.and_then(|stored| stored.credential_digest).as_deref())?;
        if let Some(secret) = credential.secret(keys)? {
            credential.seal(&secret, keys, acting.random)?;
            credential.write(write).await?;
            let set = vec![("credential_digest", Some(credential.digest().as_slice().into()))];
            event = event.update(&account::TABLE, vec![credential.account_id().into()], set);
            count += 1;
        }
    }
    Ok((event, count))
}
