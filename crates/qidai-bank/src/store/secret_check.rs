//! Do the tables that the history does not hold fit what it says of them: secrets, keys, blind index, access log?

use std::collections::HashSet;

use sea_orm::Value;

use super::person::{self, Head, PersonState};
use super::row::RowReader;
use super::{Store, StoreError, account, credential};
use crate::audit::{Finding, Verification};
use crate::{BankError, KeyRing};

impl Store {
    /// Adds to a verification what [`Store::check_secrets`] and [`Store::check_access_log`] find. With the keys of the
    /// bank it is complete; without them sealed fields and the blind index are not opened.
    ///
    /// # Errors
    /// As [`Store::check_secrets`].
    pub async fn verify_people(
        &self,
        keys: Option<&KeyRing>,
        found: &mut Verification,
    ) -> Result<(), BankError> {
        for finding in self.check_secrets(keys).await? {
            found.add(finding);
        }
        let log = self.check_access_log().await?;
        if let Some(sequence) = log.broken_at {
            found.add(Finding::new("event_changed", "access_log", sequence.to_string()));
        }
        Ok(())
    }

    /// Compares credentials with the digests of accounts, keys with persons and, when the keys are given, opens every
    /// field and makes the blind index again. Empty when all is well.
    ///
    /// # Errors
    /// Outages only; a key that is not on the ring is one.
    pub async fn check_secrets(&self, keys: Option<&KeyRing>) -> Result<Vec<Finding>, BankError> {
        let mut problems = self.check_credentials().await?;
        problems.extend(self.check_person_keys().await?);
        if let Some(keys) = keys {
            problems.extend(self.check_persons(keys).await?);
        }
        Ok(problems)
    }

    async fn check_credentials(&self) -> Result<Vec<Finding>, StoreError> {
        let reader = self.database.reader();
        let mut problems = Vec::new();
        let mut with_credential = HashSet::new();
        for credential in credential::all(reader).await? {
            let stored = account::by_id(reader, credential.account_id()).await?;
            let digest = stored.and_then(|stored| stored.credential_digest);
            if credential.require(digest.as_deref()).is_err() {
                problems.push(Finding::new("row_changed", "credential", credential.account_id()));
            }
            with_credential.insert(credential.account_id().to_owned());
        }
        let sql = "SELECT account_id FROM account WHERE credential_digest IS NOT NULL ORDER BY account_id";
        for row in reader.all(sql, []).await? {
            let account_id: String = row.try_get_by_index(0)?;
            if !with_credential.contains(&account_id) {
                problems.push(Finding::new("row_removed", "credential", &account_id));
            }
        }
        Ok(problems)
    }

    /// Who is not erased has a key, who is erased has none.
    async fn check_person_keys(&self) -> Result<Vec<Finding>, StoreError> {
        let sql = "SELECT p.person_id, p.state, k.person_id FROM person p \
                   LEFT JOIN person_key k ON k.person_id = p.person_id ORDER BY p.person_id";
        let mut problems = Vec::new();
        for row in &self.database.reader().all(sql, []).await? {
            let mut row = RowReader::new("person", row);
            let (id, state) = (row.text()?, row.code("state", PersonState::parse)?);
            let code = match (state, row.optional_text()?) {
                (PersonState::Erased, Some(_)) => "row_inserted",
                (PersonState::Active | PersonState::Restricted, None) => {
                    "is missing, though nobody was erased"
                }
                _ => continue,
            };
            problems.push(Finding::new(code, "person_key", &id));
        }
        Ok(problems)
    }

    async fn check_persons(&self, keys: &KeyRing) -> Result<Vec<Finding>, BankError> {
        let reader = self.database.reader();
        let condition = "WHERE state <> 'erased' AND person_id IN (SELECT person_id FROM person_key) \
                         ORDER BY person_id";
        let mut problems = Vec::new();
        for head in person::heads(reader, condition, vec![]).await? {
            match self.check_person(&head, keys).await {
                Ok(None) => {}
                Ok(Some(problem)) => problems.push(problem),
                Err(BankError::Tampered { .. }) => {
                    problems.push(Finding::new("row_changed", "person_key", &head.id));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(problems)
    }

    async fn check_person(&self, head: &Head, keys: &KeyRing) -> Result<Option<Finding>, BankError> {
        let reader = self.database.reader();
        let key = person::key_of(reader, head, keys).await?;
        let opened = person::read_all(reader, head, &key).await?;
        let sql = "SELECT field, tag FROM person_index WHERE person_id = $1 ORDER BY field";
        let mut stored = HashSet::new();
        for row in &reader.all(sql, [Value::from(head.id.as_str())]).await? {
            let mut row = RowReader::new("person_index", row);
            stored.insert((row.text()?, row.bytes()?));
        }
        let searchable = opened.fields().iter().filter(|(field, _)| field.is_searchable());
        // An entry may still be of an older key.
        let fits = |(field, value): &(crate::PersonField, String)| {
            let tags = keys.index_under_all(field.code(), &field.normal(value));
            tags.into_iter().any(|tag| stored.contains(&(field.code().to_owned(), tag)))
        };
        let fitting = searchable.clone().filter(|entry| fits(entry)).count();
        let whole = fitting == searchable.count() && fitting == stored.len();
        Ok((!whole).then(|| Finding::new("row_changed", "person_index", &head.id)))
    }
}
