//! Accounts and their roles.

use std::collections::HashMap;

use sea_orm::Value;

use super::database::{Reader, WriteTransaction};
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, emergency, link, session, site, version};
use crate::{
    Account, AccountState, Acting, BankError, Grant, Permission, Principal, Refusal, Role, Token,
    staff_number_problem,
};

pub(super) static TABLE: Table =
    Table { name: "account", key: &["account_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 7] = [
    Column::text("account_id"),
    Column::text("staff_number"),
    Column::text("state"),
    Column::text("person_id"),
    Column::bytes("credential_digest"),
    Column::text("certified_version"),
    Column::int("certified_at_us"),
];

pub(super) static ROLE: Table = Table {
    name: "account_role",
    key: &["account_id", "role", "site"],
    counter: None,
    columns: || &ROLE_COLUMNS,
};
const ROLE_COLUMNS: [Column; 3] = [Column::text("account_id"), Column::text("role"), Column::text("site")];

/// What stands for every site in the store.
const EVERY_SITE: &str = "*";

/// An account with what the store alone needs to know.
pub(super) struct StoredAccount {
    pub(super) account: Account,
    pub(super) credential_digest: Option<Vec<u8>>,
    pub(super) certified_version: Option<String>,
}

impl Store {
    /// Makes an account with its roles, and the link for its first sign-in, which is told once and never again.
    ///
    /// # Errors
    /// `permission_missing`, `staff_number_invalid`, `staff_number_taken`, `site_unknown`.
    pub async fn add_account(
        &self,
        staff_number: &str,
        grants: &[Grant],
        acting: &Acting<'_>,
    ) -> Result<(Account, Token), BankError> {
        let context = acting.allowed(Permission::AccountManage, None)?;
        if let Some(problem) = staff_number_problem(staff_number) {
            return Err(problem.into());
        }
        let write = self.database.begin().await?;
        if by_staff_number(write.reader(), staff_number).await?.is_some() {
            return Err(taken(staff_number).into());
        }
        let id = acting.ids.next_id();
        let mut event = Event::new("account_added", subject(staff_number)).insert(
            &TABLE,
            vec![
                Some(id.as_str().into()),
                Some(staff_number.into()),
                Some(AccountState::Invited.code().into()),
                None,
                None,
                None,
                None,
            ],
        );
        for grant in grants {
            require_site(&write, grant).await?;
            event = event.insert(&ROLE, role_key(&id, grant).into_iter().map(Some).collect());
        }
        let (event, token) = link::issue(event, &id, acting)?;
        write.record(&context, vec![event]).await?;
        let account = by_staff_number(write.reader(), staff_number).await?;
        write.commit().await?;
        account.map(|stored| (stored.account, token)).ok_or_else(|| unknown(staff_number).into())
    }

    /// All accounts by their staff numbers.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let stored = read(self.database.reader(), "", None).await?;
        Ok(stored.into_iter().map(|stored| stored.account).collect())
    }

    /// The account of a staff number, in any case of letters.
    pub async fn account(&self, staff_number: &str) -> Result<Option<Account>, StoreError> {
        let stored = by_staff_number(self.database.reader(), staff_number).await?;
        Ok(stored.map(|stored| stored.account))
    }

    /// Gives a role. One that is there already writes nothing. All sessions of the account end, so that the next
    /// sign-in has the new rights.
    ///
    /// # Errors
    /// `permission_missing`, `account_unknown`, `own_account`, `site_unknown`.
    pub async fn give_role(
        &self,
        staff_number: &str,
        grant: &Grant,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        self.change_role(staff_number, grant, acting, true).await
    }

    /// Takes a role away; the opposite of [`Store::give_role`].
    pub async fn take_role(
        &self,
        staff_number: &str,
        grant: &Grant,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        self.change_role(staff_number, grant, acting, false).await
    }

    async fn change_role(
        &self,
        staff_number: &str,
        grant: &Grant,
        acting: &Acting<'_>,
        give: bool,
    ) -> Result<(), BankError> {
        let context = acting.allowed(Permission::AccountManage, None)?;
        let write = self.database.begin().await?;
        let account = others_account(&write, staff_number, acting).await?;
        let has = account.grants.contains(grant);
        if has == give {
            return Ok(write.rollback().await?);
        }
        let key = role_key(&account.id, grant);
        let event = if give {
            require_site(&write, grant).await?;
            Event::new("role_given", subject(&account.staff_number))
                .insert(&ROLE, key.into_iter().map(Some).collect())
        } else {
            Event::new("role_taken", subject(&account.staff_number)).delete(&ROLE, key)
        };
        write.record(&context, vec![event]).await?;
        session::end_all(&write, &account.id).await?;
        Ok(write.commit().await?)
    }

    /// Ends an account: it cannot sign in any more, its sessions end at once. What it did and signed stays.
    ///
    /// # Errors
    /// `permission_missing`, `account_unknown`, `own_account`.
    pub async fn disable_account(&self, staff_number: &str, acting: &Acting<'_>) -> Result<(), BankError> {
        let context = acting.allowed(Permission::AccountManage, None)?;
        let write = self.database.begin().await?;
        let account = others_account(&write, staff_number, acting).await?;
        if account.state == AccountState::Disabled {
            return Ok(write.rollback().await?);
        }
        let state = vec![("state", Some(AccountState::Disabled.code().into()))];
        let event = Event::new("account_disabled", subject(&account.staff_number)).update(
            &TABLE,
            vec![account.id.as_str().into()],
            state,
        );
        write.record(&context, vec![event]).await?;
        session::end_all(&write, &account.id).await?;
        Ok(write.commit().await?)
    }

    /// A new link: for a first sign-in, or for a password or phone that was lost. Older links of the account end.
    ///
    /// # Errors
    /// `permission_missing`, `account_unknown`, `own_account`, `account_disabled`.
    pub async fn new_link(&self, staff_number: &str, acting: &Acting<'_>) -> Result<Token, BankError> {
        let context = acting.allowed(Permission::AccountManage, None)?;
        let write = self.database.begin().await?;
        let account = others_account(&write, staff_number, acting).await?;
        if account.state == AccountState::Disabled {
            return Err(disabled(staff_number).into());
        }
        let event = Event::new("link_issued", subject(&account.staff_number));
        let event = link::end_open(event, write.reader(), &account.id, acting.now).await?;
        let (event, token) = link::issue(event, &account.id, acting)?;
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        Ok(token)
    }

    /// Who an account acts as at a time: its roles, and those taken in an emergency.
    pub async fn principal(
        &self,
        account_id: &str,
        now: jiff::Timestamp,
    ) -> Result<Option<Principal>, StoreError> {
        principal(self.database.reader(), account_id, now).await
    }
}

pub(super) async fn principal(
    reader: Reader<'_>,
    account_id: &str,
    now: jiff::Timestamp,
) -> Result<Option<Principal>, StoreError> {
    let Some(stored) = by_id(reader, account_id).await? else { return Ok(None) };
    let account = stored.account;
    if account.state != AccountState::Active {
        return Ok(None);
    }
    let mut grants = account.grants;
    grants.extend(emergency::grants_at(reader, account_id, now).await?);
    Ok(Some(Principal::account(&account.id, &account.staff_number, grants)))
}

/// `account/S0012`, in the letters with which the account was made.
pub(super) fn subject(staff_number: &str) -> String {
    format!("account/{staff_number}")
}

fn role_key(account_id: &str, grant: &Grant) -> Vec<super::cell::Cell> {
    let site = site_text(grant.site.as_deref());
    vec![account_id.into(), grant.role.code().into(), site.into()]
}

/// A site in a column that is never null.
pub(super) fn site_text(site: Option<&str>) -> &str {
    site.unwrap_or(EVERY_SITE)
}

/// The opposite of [`site_text`].
pub(super) fn site_of(text: String) -> Option<String> {
    (text != EVERY_SITE).then_some(text)
}

pub(super) async fn require_site(write: &WriteTransaction<'_>, grant: &Grant) -> Result<(), BankError> {
    match &grant.site {
        Some(code) => site::require(write.reader(), code).await,
        None => Ok(()),
    }
}

/// The account of a staff number, which is not the actor's own: nobody changes their own rights.
async fn others_account(
    write: &WriteTransaction<'_>,
    staff_number: &str,
    acting: &Acting<'_>,
) -> Result<Account, BankError> {
    let stored = by_staff_number(write.reader(), staff_number).await?;
    let account = stored.ok_or_else(|| unknown(staff_number))?.account;
    version::require(write.reader(), &subject(&account.staff_number), acting).await?;
    if acting.principal.account_id() == Some(account.id.as_str()) {
        let sentence = format!("{staff_number} is your own account: ask another administrator.");
        return Err(Refusal::new("own_account", sentence).with("staff_number", staff_number).into());
    }
    Ok(account)
}

pub(super) fn unknown(staff_number: &str) -> Refusal {
    let sentence = format!("There is no account with the staff number {staff_number}: check it.");
    Refusal::new("account_unknown", sentence).with("staff_number", staff_number)
}

pub(super) fn disabled(staff_number: &str) -> Refusal {
    let sentence = format!("The account {staff_number} is disabled: make a new one for a new person.");
    Refusal::new("account_disabled", sentence).with("staff_number", staff_number)
}

fn taken(staff_number: &str) -> Refusal {
    let sentence =
        format!("The staff number {staff_number} belongs to an account already, and is never given again.");
    Refusal::new("staff_number_taken", sentence).with("staff_number", staff_number)
}

pub(super) async fn by_staff_number(
    reader: Reader<'_>,
    staff_number: &str,
) -> Result<Option<StoredAccount>, StoreError> {
    // Staff numbers are ASCII, so both databases and Rust agree on small letters.
    let value = Value::from(staff_number.to_ascii_lowercase());
    Ok(read(reader, "WHERE LOWER(staff_number) = $1", Some(value)).await?.pop())
}

pub(super) async fn by_id(reader: Reader<'_>, account_id: &str) -> Result<Option<StoredAccount>, StoreError> {
    Ok(read(reader, "WHERE account_id = $1", Some(Value::from(account_id))).await?.pop())
}

async fn read(
    reader: Reader<'_>,
    condition: &str,
    value: Option<Value>,
) -> Result<Vec<StoredAccount>, StoreError> {
    let sql = format!("SELECT {} FROM account {condition} ORDER BY LOWER(staff_number)", TABLE.select_list());
    let rows = reader.all(&sql, value).await?;
    let mut accounts = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut row = RowReader::new("account", row);
        accounts.push(StoredAccount {
            account: Account {
                id: row.text()?,
                staff_number: row.text()?,
                state: row.code("state", AccountState::parse)?,
                person_id: row.optional_text()?,
                grants: Vec::new(),
            },
            credential_digest: row.optional_bytes()?,
            certified_version: row.optional_text()?,
        });
    }
    let mut grants = grants(reader, accounts.as_slice()).await?;
    for stored in &mut accounts {
        stored.account.grants = grants.remove(&stored.account.id).unwrap_or_default();
    }
    Ok(accounts)
}

/// The roles of one account, or of all when there are several: a bank has some hundreds.
async fn grants(
    reader: Reader<'_>,
    accounts: &[StoredAccount],
) -> Result<HashMap<String, Vec<Grant>>, StoreError> {
    let (condition, value) = match accounts {
        [] => return Ok(HashMap::new()),
        [one] => ("WHERE account_id = $1", Some(Value::from(one.account.id.as_str()))),
        _ => ("", None),
    };
    let sql = format!(
        "SELECT account_id, role, site FROM account_role {condition} ORDER BY account_id, role, site"
    );
    let mut grants: HashMap<String, Vec<Grant>> = HashMap::new();
    for row in &reader.all(&sql, value).await? {
        let mut row = RowReader::new("account_role", row);
        let account_id = row.text()?;
        let grant = Grant { role: row.code("role", Role::parse)?, site: site_of(row.text()?), until: None };
        grants.entry(account_id).or_default().push(grant);
    }
    Ok(grants)
}
