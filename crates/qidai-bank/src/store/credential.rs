//! Password hashes and sealed second factors.
//!
//! They stand in a table of their own that the history does not hold: a history is kept for ever and read by many,
//! and old hashes in it could be guessed at for ever. Instead `account.credential_digest`, which the history does
//! hold, is the digest of this row; a row that was put in from outside does not fit it and signs nobody in.

use sea_orm::Value;

use super::StoreError;
use super::database::{Reader, WriteTransaction};
use super::row::RowReader;
use crate::digest::{digest_of, hexadecimal};
use crate::key::{Place, open, seal};
use crate::totp::TotpSecret;
use crate::{BankError, KeyRing, PasswordHash, RandomSource};

/// The secrets of an account.
pub(super) struct Credential {
    account_id: String,
    pub(super) hash: PasswordHash,
    /// Id of the master key, and the secret sealed under it.
    code: Option<(String, Vec<u8>)>,
}

impl Credential {
    pub(super) fn new(
        account_id: &str,
        hash: PasswordHash,
        secret: Option<&TotpSecret>,
        keys: &KeyRing,
        random: &RandomSource,
    ) -> Result<Self, BankError> {
        let mut credential = Self { account_id: account_id.to_owned(), hash, code: None };
        if let Some(secret) = secret {
            credential.seal(secret, keys, random)?;
        }
        Ok(credential)
    }

    /// Seals the second factor under the current master key.
    pub(super) fn seal(
        &mut self,
        secret: &TotpSecret,
        keys: &KeyRing,
        random: &RandomSource,
    ) -> Result<(), BankError> {
        let id = keys.current().id();
        let sealed = seal(&keys.second_factor(id)?, place(&self.account_id), secret.as_bytes(), random)?;
        self.code = Some((id.to_owned(), sealed));
        Ok(())
    }

    /// The secret of the second factor, where there is one.
    pub(super) fn secret(&self, keys: &KeyRing) -> Result<Option<TotpSecret>, BankError> {
        let Some((id, sealed)) = &self.code else { return Ok(None) };
        let opened = open(&keys.second_factor(id)?, place(&self.account_id), sealed);
        let bytes = opened.and_then(|bytes| bytes.as_slice().try_into().ok());
        bytes.map(|bytes| Some(TotpSecret::new(bytes))).ok_or_else(|| self.tampered())
    }

    /// Is the second factor sealed under another key than this?
    pub(super) fn is_under_other_key(&self, id: &str) -> bool {
        self.code.as_ref().is_some_and(|(own, _)| own != id)
    }

    /// Of the whole row; kept with the account.
    pub(super) fn digest(&self) -> Vec<u8> {
        let (key_id, sealed) = self.code.clone().unwrap_or_default();
        let fields = [
            ("account_id", self.account_id.clone()),
            ("password_hash", self.hash.as_stored().to_owned()),
            ("code_key_id", key_id),
            ("code_sealed", hexadecimal(&sealed)),
        ];
        digest_of(&fields.map(|(name, text)| (name.to_owned(), text)))
    }

    /// Refuses to go on with a row that is not what the history says.
    pub(super) fn require(&self, digest: Option<&[u8]>) -> Result<(), BankError> {
        if digest == Some(self.digest().as_slice()) { Ok(()) } else { Err(self.tampered()) }
    }

    fn tampered(&self) -> BankError {
        BankError::Tampered { what: "the credential", subject: format!("account {}", self.account_id) }
    }

    pub(super) async fn write(&self, write: &WriteTransaction<'_>) -> Result<(), StoreError> {
        let (key_id, sealed) = self.code.clone().unzip();
        let sql = "INSERT INTO credential (account_id, password_hash, code_key_id, code_sealed) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO UPDATE SET \
                   password_hash = excluded.password_hash, code_key_id = excluded.code_key_id, \
                   code_sealed = excluded.code_sealed";
        let values = [
            Value::from(self.account_id.as_str()),
            Value::from(self.hash.as_stored()),
            Value::String(key_id),
            Value::Bytes(sealed),
        ];
        write.change_unaudited(sql, values).await.map(|_| ())
    }
}

/// The credential of an account; a first sign-in makes it.
pub(super) async fn of_account(
    reader: Reader<'_>,
    account_id: &str,
) -> Result<Option<Credential>, StoreError> {
    Ok(read(reader, "WHERE account_id = $1", Some(Value::from(account_id))).await?.pop())
}

/// All of them, by account.
pub(super) async fn all(reader: Reader<'_>) -> Result<Vec<Credential>, StoreError> {
    read(reader, "", None).await
}

async fn read(
    reader: Reader<'_>,
    condition: &str,
    value: Option<Value>,
) -> Result<Vec<Credential>, StoreError> {
    let sql = format!(
        "SELECT account_id, password_hash, code_key_id, code_sealed FROM credential {condition} ORDER BY account_id"
    );
    let credential = |row| {
        let mut row = RowReader::new("credential", row);
        Ok(Credential {
            account_id: row.text()?,
            hash: PasswordHash::from_stored(row.text()?),
            code: row.optional_text()?.zip(row.optional_bytes()?),
        })
    };
    reader.all(&sql, value).await?.iter().map(credential).collect()
}

impl Credential {
    pub(super) fn account_id(&self) -> &str {
        &self.account_id
    }
}

fn place(account_id: &str) -> Place<'_> {
    Place { table: "credential", row: account_id, field: "code" }
}

/// Hashes on a thread for slow work: it takes some 20 ms of one core.
pub(super) async fn hash(password: &str, random: &RandomSource) -> Result<PasswordHash, BankError> {
    // The salt is drawn here: the source is not sent to another thread.
    let salt = random.bytes()?;
    let password = zeroize::Zeroizing::new(password.to_owned());
    let hashing = tokio::task::spawn_blocking(move || PasswordHash::with_salt(&password, salt));
    Ok(hashing.await.map_err(|error| BankError::Interrupted(error.to_string()))??)
}

/// Compares on a thread for slow work.
pub(super) async fn fits(hash: PasswordHash, password: &str) -> Result<bool, BankError> {
    let password = zeroize::Zeroizing::new(password.to_owned());
    let comparing = tokio::task::spawn_blocking(move || hash.fits(&password));
    Ok(comparing.await.map_err(|error| BankError::Interrupted(error.to_string()))??)
}
