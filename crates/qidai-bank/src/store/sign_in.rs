//! Signing in: password, one-time code, and what wrong ones cost.

use jiff::Timestamp;
use sea_orm::Value;

use super::account::{self, StoredAccount};
use super::credential::{self, Credential};
use super::database::{Reader, WriteTransaction};
use super::event::Event;
use super::row::RowReader;
use super::session::{self, Session};
use super::{Store, StoreError};
use crate::lockout::{FREE_FAILURES, locked_until};
use crate::{
    AccountState, Actor, BankError, CodeCheck, IdSource, KeyRing, PasswordHash, RandomSource, Refusal, Token,
    WriteContext, staff_number_problem,
};

/// What somebody gives to sign in.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    pub staff_number: &'a str,
    pub password: &'a str,
    /// Of the authenticator app.
    pub code: Option<&'a str>,
    /// The session that the browser had until now. It ends, so that nobody who knows it is signed in too.
    pub before: Option<&'a Token>,
}

impl std::fmt::Debug for SignIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.staff_number)
    }
}

/// A new session and the token that is told to its owner.
#[derive(Debug)]
pub struct SignedIn {
    pub token: Token,
    pub session: Session,
}

/// What is remembered between attempts.
#[derive(Debug, Default, Clone, Copy)]
struct State {
    failures: i64,
    locked_until: Option<Timestamp>,
    code_step: Option<i64>,
}

/// What an attempt turned out to be.
enum Verdict {
    /// With the step of the code, where there is a second factor.
    Right {
        step: Option<i64>,
    },
    CodeUsed,
    Wrong,
}

impl Store {
    /// Signs in, with a new session. The password is compared before the writer's turn is taken, and counts only if
    /// the account is not locked by then: of many guesses at once no more are answered than one after another.
    ///
    /// # Errors
    /// `sign_in_wrong` for a wrong number, password or code, in one sentence; `sign_in_locked`; `code_used`. Its value
    /// `left` says how many further attempts there are before the account waits; an unknown number has as many.
    pub async fn sign_in(
        &self,
        given: SignIn<'_>,
        keys: &KeyRing,
        now: Timestamp,
        sources: (&IdSource, &RandomSource),
    ) -> Result<SignedIn, BankError> {
        if staff_number_problem(given.staff_number).is_some() {
            return Err(wrong().into());
        }
        let reader = self.database.reader();
        require_unlocked(&state(reader, given.staff_number).await?, now)?;
        let found = who(reader, given.staff_number).await?;
        let hash =
            found.as_ref().map_or_else(PasswordHash::of_nobody, |(_, credential)| credential.hash.clone());
        let password_fits = credential::fits(hash.clone(), given.password).await?;

        let write = self.database.begin().await?;
        let state = state(write.reader(), given.staff_number).await?;
        require_unlocked(&state, now)?;
        // Read again: the account may have been disabled, or its password changed, while this one was compared.
        let found = who(write.reader(), given.staff_number).await?;
        let found = found.filter(|(_, credential)| password_fits && credential.hash == hash);
        let verdict = match &found {
            Some((_, credential)) => judge(credential, given.code, keys, now, state.code_step)?,
            None => Verdict::Wrong,
        };
        match (verdict, found) {
            (Verdict::Right { step }, Some((account, _))) => {
                reset(&write, given.staff_number, step.or(state.code_step), now).await?;
                if let Some(before) = given.before {
                    session::end(&write, before).await?;
                }
                let token = session::begin(&write, &account.account.id, now, sources).await?;
                write.commit().await?;
                let session = self.session(&token, now).await?.ok_or_else(wrong)?;
                Ok(SignedIn { token, session })
            }
            (verdict, _) => {
                fail(&write, given.staff_number, state, now, sources.0).await?;
                write.commit().await?;
                let refusal = if matches!(verdict, Verdict::CodeUsed) { code_used() } else { wrong() };
                let left = (FREE_FAILURES - state.failures).max(0);
                Err(refusal.with("left", left.to_string()).into())
            }
        }
    }
}

/// An account that can sign in, with its credential, which is what the history says.
async fn who(
    reader: Reader<'_>,
    staff_number: &str,
) -> Result<Option<(StoredAccount, Credential)>, BankError> {
    let stored = account::by_staff_number(reader, staff_number).await?;
    let Some(stored) = stored.filter(|stored| stored.account.state == AccountState::Active) else {
        return Ok(None);
    };
    let Some(credential) = credential::of_account(reader, &stored.account.id).await? else { return Ok(None) };
    credential.require(stored.credential_digest.as_deref())?;
    Ok(Some((stored, credential)))
}

/// The password was right: is the code?
fn judge(
    credential: &Credential,
    code: Option<&str>,
    keys: &KeyRing,
    now: Timestamp,
    last_step: Option<i64>,
) -> Result<Verdict, BankError> {
    let Some(secret) = credential.secret(keys)? else { return Ok(Verdict::Right { step: None }) };
    Ok(match secret.check(code.unwrap_or_default(), now, last_step) {
        CodeCheck::Right { step } => Verdict::Right { step: Some(step) },
        CodeCheck::Used => Verdict::CodeUsed,
        CodeCheck::Wrong => Verdict::Wrong,
    })
}

/// Password and, when asked for, code of somebody who is signed in: before a signature or a change of password.
/// Wrong ones count as wrong sign-ins do.
pub(super) async fn prove(
    store: &Store,
    account_id: &str,
    (password, code): (&str, Option<&str>),
    keys: &KeyRing,
    (now, ids): (Timestamp, &IdSource),
    code_needed: bool,
) -> Result<(), BankError> {
    let reader = store.database.reader();
    let stored = account::by_id(reader, account_id).await?.ok_or_else(wrong)?;
    let staff_number = stored.account.staff_number;
    require_unlocked(&state(reader, &staff_number).await?, now)?;
    let Some((_, credential)) = who(reader, &staff_number).await? else { return Err(wrong().into()) };
    let fits = credential::fits(credential.hash.clone(), password).await?;

    let write = store.database.begin().await?;
    let state = state(write.reader(), &staff_number).await?;
    require_unlocked(&state, now)?;
    let verdict = match (fits, code_needed) {
        (false, _) => Verdict::Wrong,
        (true, false) => Verdict::Right { step: None },
        (true, true) => judge(&credential, code, keys, now, state.code_step)?,
    };
    match verdict {
        Verdict::Right { step } => reset(&write, &staff_number, step.or(state.code_step), now).await?,
        Verdict::CodeUsed | Verdict::Wrong => fail(&write, &staff_number, state, now, ids).await?,
    }
    write.commit().await?;
    match verdict {
        Verdict::Right { .. } => Ok(()),
        Verdict::CodeUsed => Err(code_used().into()),
        Verdict::Wrong => Err(wrong().into()),
    }
}

async fn state(reader: Reader<'_>, staff_number: &str) -> Result<State, StoreError> {
    let sql = "SELECT failures, locked_until_us, code_step FROM sign_in_state WHERE staff_number = $1";
    let Some(row) = reader.first(sql, [Value::from(staff_number.to_ascii_lowercase())]).await? else {
        return Ok(State::default());
    };
    let mut row = RowReader::new("sign_in_state", &row);
    Ok(State {
        failures: row.key()?,
        locked_until: row.optional_time("locked_until_us")?,
        code_step: row.int()?,
    })
}

/// Forgets wrong attempts and remembers the step of the code.
pub(super) async fn reset(
    write: &WriteTransaction<'_>,
    staff_number: &str,
    code_step: Option<i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    put(write, staff_number, State { failures: 0, locked_until: None, code_step }, now).await
}

/// Counts a wrong attempt. A number that nobody has is counted in the same way. A lock stands in the history.
async fn fail(
    write: &WriteTransaction<'_>,
    staff_number: &str,
    state: State,
    now: Timestamp,
    ids: &IdSource,
) -> Result<(), StoreError> {
    let failures = state.failures + 1;
    let locked_until = locked_until(failures, now);
    put(write, staff_number, State { failures, locked_until, ..state }, now).await?;
    let known = account::by_staff_number(write.reader(), staff_number).await?;
    if let (Some(_), Some(stored)) = (locked_until, known) {
        let reason = format!("{failures} wrong sign-ins");
        let actor = Actor { name: "program", role: "none", site: None };
        let context = WriteContext::new(now, actor, ids).because(&reason);
        let event = Event::new("account_locked", account::subject(&stored.account.staff_number));
        write.record(&context, vec![event]).await?;
    }
    Ok(())
}

async fn put(
    write: &WriteTransaction<'_>,
    staff_number: &str,
    state: State,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO sign_in_state (staff_number, failures, locked_until_us, code_step, changed_at_us) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (staff_number) DO UPDATE SET failures = excluded.failures, \
               locked_until_us = excluded.locked_until_us, code_step = excluded.code_step, \
               changed_at_us = excluded.changed_at_us";
    let values = [
        Value::from(staff_number.to_ascii_lowercase()),
        Value::from(state.failures),
        Value::BigInt(state.locked_until.map(Timestamp::as_microsecond)),
        Value::BigInt(state.code_step),
        Value::from(now.as_microsecond()),
    ];
    write.change_unaudited(sql, values).await.map(|_| ())
}

fn require_unlocked(state: &State, now: Timestamp) -> Result<(), Refusal> {
    let Some(until) = state.locked_until.filter(|until| *until > now) else { return Ok(()) };
    let seconds = until.duration_since(now).as_secs() + 1;
    let sentence =
        format!("After several wrong attempts this staff number waits: try again in {seconds} seconds.");
    Err(Refusal::new("sign_in_locked", sentence).with("seconds", seconds.to_string()))
}

fn wrong() -> Refusal {
    let sentence =
        "Staff number, password or code is wrong: check all three. The code changes every 30 seconds.";
    Refusal::new("sign_in_wrong", sentence)
}

fn code_used() -> Refusal {
    Refusal::new("code_used", "This code was used already: wait for the next one, at most 30 seconds.")
}
