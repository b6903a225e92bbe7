//! Requests that carry a key of their sender (`Idempotency-Key`): each is carried out once, by whichever server, and
//! answered in the same way when it comes again.
//!
//! Answers hold links and tokens that are told once. They are sealed like persons' data, and end after a day.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;
use sha2::{Digest as _, Sha256};

use super::database::Reader;
use super::row::RowReader;
use super::{Store, StoreError};
use crate::digest::hexadecimal;
use crate::key::{Place, open, seal};
use crate::{BankError, KeyRing, RandomSource};

/// How long an answer is kept.
pub const ANSWER_HOURS: i64 = 24;
/// Longer than any request takes: a claim of this age without an answer belongs to a program that ended.
const RUNNING_MINUTES: i64 = 5;

/// One request of one sender. The key counts for this actor and this route only.
#[derive(Debug, Clone)]
pub struct RequestClaim {
    actor: String,
    claim_digest: Vec<u8>,
    request_digest: Vec<u8>,
}

/// What is known of a request when it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It is new: whoever asked carries it out, and then settles the claim.
    New,
    /// It was carried out: status and the bytes that were kept.
    Answered(u16, Vec<u8>),
    /// Somebody is at it.
    Running,
    /// It was begun and its end was not written down: nobody knows whether it was carried out.
    OutcomeUnknown,
    /// The key was used for another request.
    OtherRequest,
}

impl RequestClaim {
    /// `actor` as in the history, `route` such as `POST /api/accounts`, the sender's key, and all that makes the
    /// request what it is.
    pub fn new(actor: &str, route: &str, key: &str, request: &[&[u8]]) -> Self {
        Self {
            actor: actor.to_owned(),
            claim_digest: digest(&[actor.as_bytes(), route.as_bytes(), key.as_bytes()]),
            request_digest: digest(request),
        }
    }

    fn place<'a>(&self, row: &'a str) -> Place<'a> {
        Place { table: "api_request", row, field: "answer" }
    }
}

/// SHA-256 over parts, each preceded by its length.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

impl Store {
    /// Claims a request, or says what became of it. Of many at once exactly one gets [`Claimed::New`].
    ///
    /// # Errors
    /// The database fails; `secret_tampered` when the kept answer does not open.
    pub async fn claim_request(
        &self,
        claim: &RequestClaim,
        keys: &KeyRing,
        now: Timestamp,
    ) -> Result<Claimed, BankError> {
        let write = self.database.begin_aside().await?;
        let old = "DELETE FROM api_request WHERE claim_digest = $1 AND begun_at_us < $2";
        let oldest = now - SignedDuration::from_hours(ANSWER_HOURS);
        let values = [Value::from(claim.claim_digest.clone()), Value::from(oldest.as_microsecond())];
        write.change_unaudited(old, values).await?;
        let sql = "INSERT INTO api_request (claim_digest, actor, request_digest, begun_at_us) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (claim_digest) DO NOTHING";
        let values = [
            Value::from(claim.claim_digest.clone()),
            Value::from(claim.actor.as_str()),
            Value::from(claim.request_digest.clone()),
            Value::from(now.as_microsecond()),
        ];
        let is_new = write.change_unaudited(sql, values).await? == 1;
        let claimed = if is_new { Claimed::New } else { known(write.reader(), claim, keys, now).await? };
        write.commit().await?;
        Ok(claimed)
    }

    /// Ends a claim with the answer that a repetition gets, or without one: then the request can come again as new.
    ///
    /// # Errors
    /// The database fails; no random bytes.
    pub async fn settle_request(
        &self,
        claim: &RequestClaim,
        answer: Option<(u16, &[u8])>,
        keys: &KeyRing,
        random: &RandomSource,
    ) -> Result<(), BankError> {
        let sealed = match answer {
            Some((status, bytes)) => Some((status, seal_answer(claim, bytes, keys, random)?)),
            None => None,
        };
        let write = self.database.begin_aside().await?;
        let row = Value::from(claim.claim_digest.clone());
        match sealed {
            Some((status, sealed)) => {
                let sql = "UPDATE api_request SET status = $1, answer_key_id = $2, answer_sealed = $3 \
                           WHERE claim_digest = $4";
                let key_id = Value::from(keys.current().id());
                let values = [Value::from(i64::from(status)), key_id, Value::from(sealed), row];
                write.change_unaudited(sql, values).await?;
            }
            None => {
                write.change_unaudited("DELETE FROM api_request WHERE claim_digest = $1", [row]).await?;
            }
        }
        Ok(write.commit().await?)
    }

    /// Removes answers that are too old to be asked for; gives how many.
    ///
    /// # Errors
    /// The database fails.
    pub async fn sweep_requests(&self, now: Timestamp) -> Result<u64, StoreError> {
        let oldest = now - SignedDuration::from_hours(ANSWER_HOURS);
        let write = self.database.begin_aside().await?;
        let sql = "DELETE FROM api_request WHERE begun_at_us < $1";
        let removed = write.change_unaudited(sql, [Value::from(oldest.as_microsecond())]).await?;
        write.commit().await?;
        Ok(removed)
    }
}

fn seal_answer(
    claim: &RequestClaim,
    bytes: &[u8],
    keys: &KeyRing,
    random: &RandomSource,
) -> Result<Vec<u8>, BankError> {
    let row = hexadecimal(&claim.claim_digest);
    Ok(seal(&keys.kept_answers(keys.current().id())?, claim.place(&row), bytes, random)?)
}

/// What became of a request that is not new.
async fn known(
    reader: Reader<'_>,
    claim: &RequestClaim,
    keys: &KeyRing,
    now: Timestamp,
) -> Result<Claimed, BankError> {
    let sql = "SELECT request_digest, begun_at_us, status, answer_key_id, answer_sealed FROM api_request \
               WHERE claim_digest = $1";
    // It ended without an answer since we met it: as if it were still running, its sender tries again.
    let Some(row) = reader.first(sql, [Value::from(claim.claim_digest.clone())]).await? else {
        return Ok(Claimed::Running);
    };
    let mut row = RowReader::new("api_request", &row);
    let (request, begun_at) = (row.bytes()?, row.time("begun_at_us")?);
    let (status, key_id, sealed) = (row.int()?, row.optional_text()?, row.optional_bytes()?);
    if request != claim.request_digest {
        return Ok(Claimed::OtherRequest);
    }
    let (Some(status), Some(key_id), Some(sealed)) = (status, key_id, sealed) else {
        let is_recent = now.duration_since(begun_at) < SignedDuration::from_mins(RUNNING_MINUTES);
        return Ok(if is_recent { Claimed::Running } else { Claimed::OutcomeUnknown });
    };
    // An answer under a key that was forgotten since cannot be told again.
    let Ok(key) = keys.kept_answers(&key_id) else { return Ok(Claimed::OutcomeUnknown) };
    let name = hexadecimal(&claim.claim_digest);
    let opened = open(&key, claim.place(&name), &sealed).zip(u16::try_from(status).ok());
    let tampered = || BankError::Tampered { what: "a kept answer", subject: format!("request {name}") };
    opened.map(|(bytes, status)| Claimed::Answered(status, bytes.to_vec())).ok_or_else(tampered)
}
