//! Tokens of machines: an analyser, a script. Each acts for an account, within scopes.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, account};
use crate::session::API_TOKEN_DAYS;
use crate::{Acting, BankError, Permission, Principal, Refusal, Token};

pub(super) static TABLE: Table =
    Table { name: "api_token", key: &["token_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 7] = [
    Column::text("token_id"),
    Column::text("account_id"),
    Column::bytes("token_digest"),
    Column::text("label"),
    Column::text("scopes"),
    Column::int("expires_at_us"),
    Column::int("revoked_at_us"),
];

/// A token as lists show it; the secret itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: String,
    pub account_id: String,
    /// What it is for: `haematology analyser 2`.
    pub label: String,
    pub scopes: Vec<Permission>,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// Makes a token that may do what both its scopes and its owner's roles allow.
    ///
    /// # Errors
    /// `permission_missing`, `account_unknown`, `token_life_too_long`, `token_scopes_missing`.
    pub async fn add_api_token(
        &self,
        owner: &str,
        label: &str,
        scopes: &[Permission],
        expires_at: Timestamp,
        acting: &Acting<'_>,
    ) -> Result<(ApiToken, Token), BankError> {
        let context = acting.allowed(Permission::SystemManage, None)?;
        check(scopes, expires_at, acting.now)?;
        let write = self.database.begin().await?;
        let stored = account::by_staff_number(write.reader(), owner).await?;
        let owner = stored.ok_or_else(|| account::unknown(owner))?.account;
        let (id, token) = (acting.ids.next_id(), Token::new(acting.random)?);
        let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
        let event = Event::new("token_added", format!("token/{id}")).insert(
            &TABLE,
            vec![
                Some(id.as_str().into()),
                Some(owner.id.as_str().into()),
                Some(token.digest().as_slice().into()),
                Some(label.into()),
                Some(codes.join(",").as_str().into()),
                Some(expires_at.as_microsecond().into()),
                None,
            ],
        );
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        let (account_id, label, scopes) = (owner.id, label.to_owned(), scopes.to_vec());
        Ok((ApiToken { id, account_id, label, scopes, expires_at, revoked_at: None }, token))
    }

    /// All tokens, old ones too.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        read(self.database.reader(), "", None).await
    }

    /// Ends a token at once. One that is ended already stays as it is.
    ///
    /// # Errors
    /// `permission_missing`, `token_unknown`.
    pub async fn revoke_api_token(&self, id: &str, acting: &Acting<'_>) -> Result<(), BankError> {
        let context = acting.allowed(Permission::SystemManage, None)?;
        let write = self.database.begin().await?;
        let token = read(write.reader(), "WHERE token_id = $1", Some(Value::from(id))).await?.pop();
        let sentence = || format!("There is no token {id}: see the list of tokens.");
        let token = token.ok_or_else(|| Refusal::new("token_unknown", sentence()).with("token", id))?;
        if token.revoked_at.is_some() {
            return Ok(write.rollback().await?);
        }
        let revoked = vec![("revoked_at_us", Some(acting.now.as_microsecond().into()))];
        let event =
            Event::new("token_revoked", format!("token/{id}")).update(&TABLE, vec![id.into()], revoked);
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// Who a machine acts as, or `None`: unknown, out of date, revoked, or its owner is disabled.
    pub async fn machine(&self, token: &Token, now: Timestamp) -> Result<Option<Principal>, StoreError> {
        let reader = self.database.reader();
        let found = read(reader, "WHERE token_digest = $1", Some(Value::from(token.digest()))).await?.pop();
        let Some(found) = found.filter(|token| token.revoked_at.is_none() && token.expires_at > now) else {
            return Ok(None);
        };
        let owner = account::principal(reader, &found.account_id, now).await?;
        Ok(owner.map(|owner| Principal::token(&found.id, owner, found.scopes)))
    }
}

fn check(scopes: &[Permission], expires_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if scopes.is_empty() {
        let sentence = "A token without scopes may do nothing: name what the machine does.";
        return Err(Refusal::new("token_scopes_missing", sentence));
    }
    if expires_at > now + SignedDuration::from_hours(24 * API_TOKEN_DAYS) || expires_at <= now {
        let sentence =
            format!("A token lasts from now for at most {API_TOKEN_DAYS} days, not until {expires_at}.");
        return Err(Refusal::new("token_life_too_long", sentence).with("expires_at", expires_at.to_string()));
    }
    Ok(())
}

async fn read(
    reader: Reader<'_>,
    condition: &str,
    value: Option<Value>,
) -> Result<Vec<ApiToken>, StoreError> {
    let sql = format!(
        "SELECT token_id, account_id, label, scopes, expires_at_us, revoked_at_us FROM api_token {condition} \
         ORDER BY token_id"
    );
    let token = |row| {
        let mut row = RowReader::new("api_token", row);
        let scopes = |text: &str| text.split(',').map(Permission::parse).collect::<Option<Vec<_>>>();
        Ok(ApiToken {
            id: row.text()?,
            account_id: row.text()?,
            label: row.text()?,
            scopes: row.code("scopes", scopes)?,
            expires_at: row.time("expires_at_us")?,
            revoked_at: row.optional_time("revoked_at_us")?,
        })
    };
    reader.all(&sql, value).await?.iter().map(token).collect()
}
