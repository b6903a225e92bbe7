//! Sessions: who is signed in. They live in the database, so that several servers act as one.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::database::{Reader, WriteTransaction};
use super::row::RowReader;
use super::{Store, StoreError, account};
use crate::session::{ABSOLUTE_HOURS, SEEN_EVERY_SECONDS, is_alive};
use crate::{BankError, IdSource, Principal, RandomSource, Token};

/// A session that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// For lists and logs; it opens nothing.
    pub id: String,
    pub principal: Principal,
    pub created_at: Timestamp,
    /// When the owner last did something, give or take a minute.
    pub seen_at: Timestamp,
    /// When all components were given for a signature in this session; later ones need the password only.
    pub signed_at: Option<Timestamp>,
}

/// A session as its owner's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub id: String,
    pub created_at: Timestamp,
    /// Give or take a minute.
    pub seen_at: Timestamp,
}

/// A session's row.
struct Row {
    id: String,
    account_id: String,
    created_at: Timestamp,
    seen_at: Timestamp,
    signed_at: Option<Timestamp>,
}

impl Store {
    /// The session of a token, or `None`: unknown, ended, idle or old, or of an account that is disabled. Moves the
    /// idle limit.
    pub async fn session(&self, token: &Token, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let reader = self.database.reader();
        let Some(row) = alive(reader, token, now).await? else { return Ok(None) };
        let Some(principal) = account::principal(reader, &row.account_id, now).await? else {
            return Ok(None);
        };
        if now.duration_since(row.seen_at) >= SignedDuration::from_secs(SEEN_EVERY_SECONDS) {
            let write = self.database.begin().await?;
            let sql = "UPDATE session SET seen_at_us = $1 WHERE token_digest = $2";
            let values = [Value::from(now.as_microsecond()), Value::from(token.digest())];
            write.change_unaudited(sql, values).await?;
            write.commit().await?;
        }
        let (created_at, seen_at, signed_at) = (row.created_at, row.seen_at, row.signed_at);
        Ok(Some(Session { id: row.id, principal, created_at, seen_at, signed_at }))
    }

    /// Signs out. Ending a session that is not there is no error.
    pub async fn end_session(&self, token: &Token) -> Result<(), StoreError> {
        let write = self.database.begin().await?;
        end(&write, token).await?;
        write.commit().await
    }

    /// Signs out everywhere; gives how many sessions ended.
    pub async fn end_all_sessions(&self, account_id: &str) -> Result<u64, StoreError> {
        let write = self.database.begin().await?;
        let ended = end_all(&write, account_id).await?;
        write.commit().await?;
        Ok(ended)
    }

    /// The sessions of an account that are alive, the newest first.
    pub async fn sessions_of(
        &self,
        account_id: &str,
        now: Timestamp,
    ) -> Result<Vec<OpenSession>, StoreError> {
        let sql = "SELECT session_id, created_at_us, seen_at_us FROM session WHERE account_id = $1 \
                   ORDER BY created_at_us DESC, session_id";
        let rows = self.database.reader().all(sql, [Value::from(account_id)]).await?;
        let mut sessions = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut row = RowReader::new("session", row);
            let id = row.text()?;
            let (created_at, seen_at) = (row.time("created_at_us")?, row.time("seen_at_us")?);
            if is_alive(created_at, seen_at, now) {
                sessions.push(OpenSession { id, created_at, seen_at });
            }
        }
        Ok(sessions)
    }

    /// Ends one session of an account by its id; false when this account has no such session.
    pub async fn end_session_of(&self, account_id: &str, id: &str) -> Result<bool, StoreError> {
        let write = self.database.begin_aside().await?;
        let sql = "DELETE FROM session WHERE account_id = $1 AND session_id = $2";
        let ended = write.change_unaudited(sql, [Value::from(account_id), Value::from(id)]).await?;
        write.commit().await?;
        Ok(ended > 0)
    }

    /// Removes sessions that are too old to be alive, and states of sign-ins and rate limits of the day before; for
    /// the background runner.
    pub async fn sweep_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let oldest = |hours| Value::from((now - SignedDuration::from_hours(hours)).as_microsecond());
        let write = self.database.begin().await?;
        let sessions = "DELETE FROM session WHERE created_at_us < $1";
        let mut removed = write.change_unaudited(sessions, [oldest(ABSOLUTE_HOURS)]).await?;
        // The step of a code counts for a minute, a lock for an hour.
        let states = "DELETE FROM sign_in_state WHERE changed_at_us < $1";
        removed += write.change_unaudited(states, [oldest(24)]).await?;
        let limits = "DELETE FROM rate_limit WHERE window_us < $1";
        removed += write.change_unaudited(limits, [oldest(24)]).await?;
        write.commit().await?;
        Ok(removed)
    }
}

/// A new session with a new token.
pub(super) async fn begin(
    write: &WriteTransaction<'_>,
    account_id: &str,
    now: Timestamp,
    (ids, random): (&IdSource, &RandomSource),
) -> Result<Token, BankError> {
    let token = Token::new(random)?;
    let sql = "INSERT INTO session (token_digest, session_id, account_id, created_at_us, seen_at_us) \
               VALUES ($1, $2, $3, $4, $4)";
    let values = [
        Value::from(token.digest()),
        Value::from(ids.next_id()),
        Value::from(account_id),
        Value::from(now.as_microsecond()),
    ];
    write.change_unaudited(sql, values).await?;
    Ok(token)
}

pub(super) async fn end(write: &WriteTransaction<'_>, token: &Token) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE token_digest = $1";
    write.change_unaudited(sql, [Value::from(token.digest())]).await
}

pub(super) async fn end_all(write: &WriteTransaction<'_>, account_id: &str) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE account_id = $1";
    write.change_unaudited(sql, [Value::from(account_id)]).await
}

/// When a signature with all components was given in a session of this account; an error when it is not alive.
pub(super) async fn signed_at(
    reader: Reader<'_>,
    token: &Token,
    account_id: &str,
    now: Timestamp,
) -> Result<Option<Option<Timestamp>>, StoreError> {
    let row = alive(reader, token, now).await?.filter(|row| row.account_id == account_id);
    Ok(row.map(|row| row.signed_at))
}

pub(super) async fn mark_signed(
    write: &WriteTransaction<'_>,
    token: &Token,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE session SET signed_at_us = $1 WHERE token_digest = $2";
    let values = [Value::from(now.as_microsecond()), Value::from(token.digest())];
    write.change_unaudited(sql, values).await.map(|_| ())
}

async fn alive(reader: Reader<'_>, token: &Token, now: Timestamp) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT session_id, account_id, created_at_us, seen_at_us, signed_at_us FROM session \
               WHERE token_digest = $1";
    let Some(row) = reader.first(sql, [Value::from(token.digest())]).await? else { return Ok(None) };
    let mut row = RowReader::new("session", &row);
    let row = Row {
        id: row.text()?,
        account_id: row.text()?,
        created_at: row.time("created_at_us")?,
        seen_at: row.time("seen_at_us")?,
        signed_at: row.optional_time("signed_at_us")?,
    };
    Ok(is_alive(row.created_at, row.seen_at, now).then_some(row))
}
