//! Changing one's own password.

use super::credential::{self, Credential};
use super::event::Event;
use super::sign_in::{self, SignedIn};
use super::{Store, account, session};
use crate::{Acting, BankError, KeyRing, Refusal, password_problem};

impl Store {
    /// Changes the password of somebody who is signed in and gives the one in use and a new code. The second factor
    /// stays. All sessions of the account end, whoever has them; a new one is given back.
    ///
    /// # Errors
    /// `person_needed`, `password_too_short` and its like, `sign_in_wrong`, `code_used`, `sign_in_locked`.
    pub async fn change_password(
        &self,
        (password, code): (&str, Option<&str>),
        new_password: &str,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<SignedIn, BankError> {
        let account_id = acting.principal.account_id().filter(|_| !acting.principal.is_machine());
        let needed =
            || Refusal::new("person_needed", "Only somebody who is signed in changes their password.");
        let account_id = account_id.ok_or_else(needed)?;
        let reader = self.database.reader();
        let staff_number = account::by_id(reader, account_id).await?.ok_or_else(needed)?.account.staff_number;
        if let Some(problem) = password_problem(new_password, &staff_number) {
            return Err(problem.into());
        }
        let when = (acting.now, acting.ids);
        sign_in::prove(self, account_id, (password, code), keys, when, true).await?;
        let hash = credential::hash(new_password, acting.random).await?;

        let write = self.database.begin().await?;
        let stored = account::by_id(write.reader(), account_id).await?.ok_or_else(needed)?;
        let old = credential::of_account(write.reader(), account_id).await?.ok_or_else(needed)?;
        old.require(stored.credential_digest.as_deref())?;
        let secret = old.secret(keys)?;
        let new = Credential::new(account_id, hash, secret.as_ref(), keys, acting.random)?;
        let set = vec![("credential_digest", Some(new.digest().as_slice().into()))];
        let event = Event::new("password_changed", account::subject(&staff_number));
        let event = event.update(&account::TABLE, vec![account_id.into()], set);
        write.record(&acting.own(), vec![event]).await?;
        new.write(&write).await?;
        session::end_all(&write, account_id).await?;
        let token = session::begin(&write, account_id, acting.now, (acting.ids, acting.random)).await?;
        write.commit().await?;
        let session = self.session(&token, acting.now).await?.ok_or_else(needed)?;
        Ok(SignedIn { token, session })
    }
}
