//! Notifications: written in the event that causes them, marked as read by each reader.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::account::{self, site_text};
use super::cell::write_text;
use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::notification::UNREAD_DAYS;
use crate::{Acting, BankError, NewNotification, Notification, Principal, Recipient, Refusal, WriteContext};

pub(super) static TABLE: Table =
    Table { name: "notification", key: &["notification_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 8] = [
    Column::text("notification_id"),
    Column::text("account_id"),
    Column::text("role"),
    Column::text("site"),
    Column::text("subject"),
    Column::text("code"),
    Column::text("arguments"),
    Column::int("created_at_us"),
];

pub(super) static READ: Table = Table {
    name: "notification_read",
    key: &["notification_id", "account_id"],
    counter: None,
    columns: || &READ_COLUMNS,
};
const READ_COLUMNS: [Column; 3] =
    [Column::text("notification_id"), Column::text("account_id"), Column::int("read_at_us")];

/// Unread ones are counted up to here.
const COUNT_MAX: u32 = 100;
/// Notifications that one event marks as read.
const MARKED_MAX: u32 = 1_000;

/// Adds a notification to the event that causes it: both are written, or neither.
pub(super) fn notify(event: Event, new: &NewNotification, context: &WriteContext<'_>) -> Event {
    let (account, role, site) = match &new.recipient {
        Recipient::Account(id) => (Some(id.as_str().into()), None, None),
        Recipient::Role { role, site } => {
            (None, Some(role.code().into()), Some(site_text(site.as_deref()).into()))
        }
    };
    let row = vec![
        Some(context.ids.next_id().as_str().into()),
        account,
        role,
        site,
        Some(new.subject.as_str().into()),
        Some(new.code.into()),
        Some(arguments_json(&new.arguments).as_str().into()),
        Some(context.now.as_microsecond().into()),
    ];
    event.insert(&TABLE, row)
}

impl Store {
    /// How many notifications of the last [`UNREAD_DAYS`] the principal has not read, up to 100.
    pub async fn unread_notifications(
        &self,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let Some(mut theirs) = Theirs::of(principal) else { return Ok(0) };
        let condition = theirs.unread(now);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM notification n WHERE {condition} LIMIT {COUNT_MAX}) AS unread"
        );
        let row = self.database.reader().first(&sql, theirs.values).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Ok(u32::try_from(count).unwrap_or(COUNT_MAX))
    }

    /// Notifications of the principal, newest first, those before an event where one is given.
    pub async fn notifications(
        &self,
        principal: &Principal,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        let Some(mut theirs) = Theirs::of(principal) else { return Ok(Vec::new()) };
        let older = before.map(|before| format!(" AND n.recorded_in < {}", theirs.parameter(before)));
        let sql = format!(
            "SELECT n.notification_id, n.recorded_in, n.subject, n.code, n.arguments, n.created_at_us, r.read_at_us \
             FROM notification n LEFT JOIN notification_read r \
             ON r.notification_id = n.notification_id AND r.account_id = $1 \
             WHERE {}{} ORDER BY n.recorded_in DESC, n.notification_id LIMIT {limit}",
            theirs.condition,
            older.unwrap_or_default()
        );
        let rows = self.database.reader().all(&sql, theirs.values).await?;
        rows.iter().map(notification).collect()
    }

    /// Marks one notification, or all up to an event, as read by who acts. Marked again, nothing is written.
    ///
    /// # Errors
    /// `person_needed`, `notification_unknown`: there is none, or it is somebody else's.
    pub async fn mark_notifications_read(
        &self,
        which: Marked<'_>,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let (Some(mut theirs), Some(account_id)) =
            (Theirs::of(acting.principal), acting.principal.account_id())
        else {
            let sentence = "Only somebody who is signed in has notifications.";
            return Err(Refusal::new("person_needed", sentence).into());
        };
        let write = self.database.begin().await?;
        let condition = match which {
            Marked::One(id) => {
                format!("{} AND n.notification_id = {}", theirs.condition.clone(), theirs.parameter(id))
            }
            Marked::UpTo(sequence) => {
                format!("{} AND n.recorded_in <= {}", theirs.condition.clone(), theirs.parameter(sequence))
            }
        };
        let unread = ids(write.reader(), &condition, theirs.values.clone()).await?;
        if unread.is_empty() {
            if let Marked::One(id) = which {
                require(write.reader(), id, &theirs).await?;
            }
            return Ok(write.rollback().await?);
        }
        let number = acting.principal.name().split_once(':').map_or("", |(_, number)| number);
        let mut event = Event::new("notifications_read", account::subject(number));
        for id in unread {
            let at = acting.now.as_microsecond();
            event =
                event.insert(&READ, vec![Some(id.as_str().into()), Some(account_id.into()), Some(at.into())]);
        }
        write.record(&acting.own(), vec![event]).await?;
        Ok(write.commit().await?)
    }
}

/// Which notifications are marked as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked<'a> {
    One(&'a str),
    /// All up to the event of this number: what came later was not on the page.
    UpTo(i64),
}

/// The condition of what is a principal's, with its values; the first is the account.
struct Theirs {
    condition: String,
    values: Vec<Value>,
}

impl Theirs {
    /// Nothing for the console, which is nobody.
    fn of(principal: &Principal) -> Option<Self> {
        let account_id = principal.account_id()?;
        let mut theirs = Self { condition: String::new(), values: vec![Value::from(account_id)] };
        let mut parts = vec!["n.account_id = $1".to_owned()];
        for grant in principal.grants() {
            let role = theirs.parameter(grant.role.code());
            parts.push(match grant.site.as_deref() {
                None => format!("n.role = {role}"),
                Some(site) => format!("(n.role = {role} AND n.site = {})", theirs.parameter(site)),
            });
        }
        theirs.condition = format!("({})", parts.join(" OR "));
        Some(theirs)
    }

    fn parameter(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn unread(&mut self, now: Timestamp) -> String {
        let since = now - SignedDuration::from_hours(24 * UNREAD_DAYS);
        let since = self.parameter(since.as_microsecond());
        format!(
            "{} AND n.created_at_us > {since} AND NOT EXISTS (SELECT 1 FROM notification_read r \
             WHERE r.notification_id = n.notification_id AND r.account_id = $1)",
            self.condition
        )
    }
}

/// Of the notifications under a condition those that the account has not read.
async fn ids(reader: Reader<'_>, condition: &str, values: Vec<Value>) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT n.notification_id FROM notification n WHERE {condition} AND NOT EXISTS (SELECT 1 FROM \
         notification_read d WHERE d.notification_id = n.notification_id AND d.account_id = $1) \
         ORDER BY n.recorded_in DESC, n.notification_id LIMIT {MARKED_MAX}"
    );
    reader.all(&sql, values).await?.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Refuses a notification that is not theirs; one of somebody else is as unknown as none.
async fn require(reader: Reader<'_>, id: &str, theirs: &Theirs) -> Result<(), BankError> {
    let sql = format!(
        "SELECT 1 FROM notification n WHERE {} AND n.notification_id = ${}",
        theirs.condition,
        theirs.values.len()
    );
    if reader.first(&sql, theirs.values.clone()).await?.is_some() {
        return Ok(());
    }
    let sentence = format!("You have no notification {id}: see the list.");
    Err(Refusal::new("notification_unknown", sentence).with("notification", id).into())
}

fn notification(row: &sea_orm::QueryResult) -> Result<Notification, StoreError> {
    let mut row = RowReader::new("notification", row);
    Ok(Notification {
        id: row.text()?,
        sequence: row.key()?,
        subject: row.text()?,
        code: row.text()?,
        arguments: row.code("arguments", arguments_of)?,
        created_at: row.time("created_at_us")?,
        read_at: row.optional_time("read_at_us")?,
    })
}

/// `{"role":"quality"}`, in the order given.
fn arguments_json(arguments: &[(&'static str, String)]) -> String {
    let mut json = String::from("{");
    for (at, (name, value)) in arguments.iter().enumerate() {
        json.push_str(if at == 0 { "" } else { "," });
        write_text(name, &mut json);
        json.push(':');
        write_text(value, &mut json);
    }
    json.push('}');
    json
}

fn arguments_of(json: &str) -> Option<Vec<(String, String)>> {
    let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    read.into_iter().map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}
