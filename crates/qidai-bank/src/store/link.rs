//! One-time links: for a first sign-in, or when a password or a phone was lost.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::account::{self, StoredAccount};
use super::credential::{self, Credential};
use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::sign_in::{self, SignedIn};
use super::table::{Column, Table};
use super::{Store, StoreError, session};
use crate::session::LINK_HOURS;
use crate::{
    Account, AccountState, Acting, BankError, CodeCheck, IdSource, KeyRing, Principal, RandomSource, Refusal,
    Token, password_problem,
};

pub(super) static TABLE: Table =
    Table { name: "one_time_link", key: &["link_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 5] = [
    Column::text("link_id"),
    Column::text("account_id"),
    Column::bytes("token_digest"),
    Column::int("expires_at_us"),
    Column::int("used_at_us"),
];

/// What the owner of a link chooses.
#[derive(Clone, Copy)]
pub struct NewCredential<'a> {
    pub password: &'a str,
    /// A code of the new second factor, as proof that the app has it. None where the roles need no second factor
    /// and the owner wants none.
    pub code: Option<&'a str>,
}

impl std::fmt::Debug for NewCredential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewCredential")
    }
}

impl Store {
    /// Whose link it is. For the page that asks for a password.
    ///
    /// # Errors
    /// `link_invalid`: unknown, used, out of date, or of a disabled account. One code for all: who guesses learns
    /// nothing.
    pub async fn link_owner(&self, link: &Token, now: Timestamp) -> Result<Account, BankError> {
        Ok(open(self.database.reader(), link, now).await?.1.account)
    }

    /// Uses a link: sets the password and, with a code, the second factor whose secret is
    /// [`KeyRing::new_second_factor`] of the link; then signs in. Older sessions of the account end.
    ///
    /// # Errors
    /// `link_invalid`; `password_too_short` and its like; `second_factor_missing`, `code_wrong`.
    pub async fn use_link(
        &self,
        link: &Token,
        chosen: NewCredential<'_>,
        keys: &KeyRing,
        now: Timestamp,
        sources: (&IdSource, &RandomSource),
    ) -> Result<SignedIn, BankError> {
        let owner = self.link_owner(link, now).await?;
        let step = check_choice(&owner, link, chosen, keys, now)?;
        let hash = credential::hash(chosen.password, sources.1).await?;
        let secret = step.map(|_| keys.new_second_factor(link));
        let credential = Credential::new(&owner.id, hash, secret.as_ref(), keys, sources.1)?;

        let write = self.database.begin().await?;
        // Somebody else may have used it in the meantime.
        let (link_id, stored) = open(write.reader(), link, now).await?;
        let principal = Principal::account(&owner.id, &owner.staff_number, owner.grants.clone());
        let acting = Acting::new(&principal, now, sources.0, sources.1);
        let event = Event::new("link_used", account::subject(&owner.staff_number))
            .update(
                &TABLE,
                vec![link_id.as_str().into()],
                vec![("used_at_us", Some(now.as_microsecond().into()))],
            )
            .update(
                &account::TABLE,
                vec![owner.id.as_str().into()],
                vec![
                    ("state", Some(AccountState::Active.code().into())),
                    ("credential_digest", Some(credential.digest().as_slice().into())),
                ],
            );
        write.record(&acting.own(), vec![event]).await?;
        credential.write(&write).await?;
        session::end_all(&write, &owner.id).await?;
        sign_in::reset(&write, &stored.account.staff_number, step, now).await?;
        let token = session::begin(&write, &owner.id, now, sources).await?;
        write.commit().await?;
        self.session(&token, now)
            .await?
            .map(|session| SignedIn { token, session })
            .ok_or_else(|| invalid().into())
    }
}

/// The step of the code, where one was given.
fn check_choice(
    owner: &Account,
    link: &Token,
    chosen: NewCredential<'_>,
    keys: &KeyRing,
    now: Timestamp,
) -> Result<Option<i64>, Refusal> {
    if let Some(problem) = password_problem(chosen.password, &owner.staff_number) {
        return Err(problem.into());
    }
    let Some(code) = chosen.code.map(str::trim).filter(|code| !code.is_empty()) else {
        if owner.grants.iter().any(|grant| grant.role.needs_second_factor()) {
            let sentence =
                "Your roles need a second factor: add the key to an authenticator app, write its code.";
            return Err(Refusal::new("second_factor_missing", sentence));
        }
        return Ok(None);
    };
    match keys.new_second_factor(link).check(code, now, None) {
        CodeCheck::Right { step } => Ok(Some(step)),
        CodeCheck::Used | CodeCheck::Wrong => {
            let sentence =
                "The code does not fit the key shown: add the key again, check the clock of the phone.";
            Err(Refusal::new("code_wrong", sentence))
        }
    }
}

/// Adds a new link to an event.
pub(super) fn issue(
    event: Event,
    account_id: &str,
    acting: &Acting<'_>,
) -> Result<(Event, Token), BankError> {
    let token = Token::new(acting.random)?;
    let expires = acting.now + SignedDuration::from_hours(LINK_HOURS);
    let row = vec![
        Some(acting.ids.next_id().as_str().into()),
        Some(account_id.into()),
        Some(token.digest().as_slice().into()),
        Some(expires.as_microsecond().into()),
        None,
    ];
    Ok((event.insert(&TABLE, row), token))
}

/// Ends links of an account that were not used.
pub(super) async fn end_open(
    mut event: Event,
    reader: Reader<'_>,
    account_id: &str,
    now: Timestamp,
) -> Result<Event, StoreError> {
    let sql =
        "SELECT link_id FROM one_time_link WHERE account_id = $1 AND used_at_us IS NULL ORDER BY link_id";
    for row in reader.all(sql, [Value::from(account_id)]).await? {
        let link_id: String = row.try_get_by_index(0)?;
        let ended = vec![("used_at_us", Some(now.as_microsecond().into()))];
        event = event.update(&TABLE, vec![link_id.as_str().into()], ended);
    }
    Ok(event)
}

/// The id of a usable link, and its account.
async fn open(
    reader: Reader<'_>,
    link: &Token,
    now: Timestamp,
) -> Result<(String, StoredAccount), BankError> {
    let sql = "SELECT link_id, account_id, expires_at_us FROM one_time_link \
               WHERE token_digest = $1 AND used_at_us IS NULL";
    let row = reader.first(sql, [Value::from(link.digest())]).await?.ok_or_else(invalid)?;
    let mut row = RowReader::new("one_time_link", &row);
    let (link_id, account_id) = (row.text()?, row.text()?);
    if row.time("expires_at_us")? <= now {
        return Err(invalid().into());
    }
    let account = account::by_id(reader, &account_id).await?;
    let account = account.filter(|stored| stored.account.state != AccountState::Disabled);
    Ok((link_id, account.ok_or_else(invalid)?))
}

fn invalid() -> Refusal {
    let sentence = format!(
        "This link cannot be used: it was used already, is older than {LINK_HOURS} hours, or was never given. Ask the \
         administrator for a new one."
    );
    Refusal::new("link_invalid", sentence)
}
