//! Roles taken in an emergency ("break glass"): for a while, with a reason, looked at afterwards by somebody else.

use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::account::{require_site, site_of, site_text};
use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, notification};
use crate::session::EMERGENCY_HOURS;
use crate::{Acting, BankError, Grant, NewNotification, Permission, Recipient, Refusal, Role};

pub(super) static TABLE: Table =
    Table { name: "emergency", key: &["emergency_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 10] = [
    Column::text("emergency_id"),
    Column::text("account_id"),
    Column::text("role"),
    Column::text("site"),
    Column::text("reason"),
    Column::int("taken_at_us"),
    Column::int("until_us"),
    Column::int("reviewed_at_us"),
    Column::text("reviewed_by"),
    Column::text("review_note"),
];

/// An emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    pub id: String,
    pub account_id: String,
    pub grant: Grant,
    pub reason: String,
    pub taken_at: Timestamp,
    /// When, by whom (as in the history) and with what result it was looked at.
    pub review: Option<(Timestamp, String, String)>,
}

impl Store {
    /// Takes a role for [`EMERGENCY_HOURS`]. The reason of `acting` is needed and is kept with it.
    ///
    /// # Errors
    /// `permission_missing`, `reason_missing`, `emergency_role_excluded`, `site_unknown`.
    pub async fn take_role_in_emergency(
        &self,
        role: Role,
        site: Option<&str>,
        acting: &Acting<'_>,
    ) -> Result<Grant, BankError> {
        let context = emergency_context(acting)?;
        let (reason, account_id) =
            (acting.reason_given()?, acting.principal.account_id().unwrap_or_default());
        if !role.can_be_taken_in_an_emergency() {
            let sentence = format!("The role {} cannot be taken in an emergency.", role.code());
            return Err(Refusal::new("emergency_role_excluded", sentence).with("role", role.code()).into());
        }
        let until = acting.now + SignedDuration::from_hours(EMERGENCY_HOURS);
        let grant = Grant { role, site: site.map(str::to_owned), until: Some(until) };
        let write = self.database.begin().await?;
        require_site(&write, &grant).await?;
        let id = acting.ids.next_id();
        let subject = format!("emergency/{id}");
        let mut event = Event::new("emergency_taken", subject.as_str()).insert(
            &TABLE,
            vec![
                Some(id.as_str().into()),
                Some(account_id.into()),
                Some(role.code().into()),
                Some(site_text(site).into()),
                Some(reason.into()),
                Some(acting.now.as_microsecond().into()),
                Some(until.as_microsecond().into()),
                None,
                None,
                None,
            ],
        );
        for reviewer in Recipient::who_may(Permission::EmergencyReview, None) {
            let new = NewNotification::new(reviewer, "emergency_taken", subject.as_str());
            let new = new.with("who", acting.principal.name()).with("role", role.code());
            event = notification::notify(event, &new, &context);
        }
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        Ok(grant)
    }

    /// Emergencies, those that wait for a review first, then the newest.
    pub async fn emergencies(&self) -> Result<Vec<Emergency>, StoreError> {
        let order =
            "ORDER BY CASE WHEN reviewed_at_us IS NULL THEN 0 ELSE 1 END, taken_at_us DESC, emergency_id";
        read(self.database.reader(), order, vec![]).await
    }

    /// Writes down the result of a review. Nobody reviews their own emergency, and none is reviewed twice.
    ///
    /// # Errors
    /// `permission_missing`, `emergency_unknown`, `emergency_reviewed`, `own_emergency`.
    pub async fn review_emergency(&self, id: &str, note: &str, acting: &Acting<'_>) -> Result<(), BankError> {
        let context = acting.allowed(Permission::EmergencyReview, None)?;
        let write = self.database.begin().await?;
        let found = read(write.reader(), "WHERE emergency_id = $1", vec![Value::from(id)]).await?.pop();
        let refused = |code, sentence: String| Refusal::new(code, sentence).with("emergency", id);
        let unknown = || refused("emergency_unknown", format!("There is no emergency {id}: see the list."));
        let emergency = found.ok_or_else(unknown)?;
        if acting.principal.account_id() == Some(emergency.account_id.as_str()) {
            let sentence = "This emergency was your own: somebody else reviews it.";
            return Err(refused("own_emergency", sentence.to_owned()).into());
        }
        if let Some((at, by, _)) = emergency.review {
            let sentence = format!("This emergency was reviewed by {by} at {at}.");
            return Err(refused("emergency_reviewed", sentence).into());
        }
        let told = Recipient::Account(emergency.account_id.clone());
        let told = NewNotification::new(told, "emergency_reviewed", format!("emergency/{id}"));
        let told = told.with("role", emergency.grant.role.code()).with("who", acting.principal.name());
        let event = Event::new("emergency_reviewed", format!("emergency/{id}")).update(
            &TABLE,
            vec![id.into()],
            vec![
                ("reviewed_at_us", Some(acting.now.as_microsecond().into())),
                ("reviewed_by", Some(acting.principal.name().into())),
                ("review_note", Some(note.into())),
            ],
        );
        let event = notification::notify(event, &told, &context);
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }
}

/// Only people take roles; a machine and the console have none of their own to add to.
fn emergency_context<'a>(acting: &Acting<'a>) -> Result<crate::WriteContext<'a>, Refusal> {
    // Whatever the site of the own role is: that it does not reach is the emergency.
    let own_site = acting.principal.grants().iter().find(|grant| grant.role.may(Permission::EmergencyTake));
    let site = own_site.and_then(|grant| grant.site.as_deref());
    let context = acting.allowed(Permission::EmergencyTake, site)?;
    if acting.principal.is_machine() || acting.principal.account_id().is_none() {
        let sentence = "Only somebody who is signed in takes a role in an emergency.";
        return Err(Refusal::new("person_needed", sentence));
    }
    Ok(context)
}

/// Roles of emergencies that are not over.
pub(super) async fn grants_at(
    reader: Reader<'_>,
    account_id: &str,
    now: Timestamp,
) -> Result<Vec<Grant>, StoreError> {
    let condition =
        "WHERE account_id = $1 AND taken_at_us <= $2 AND until_us > $2 ORDER BY taken_at_us, emergency_id";
    let values = vec![Value::from(account_id), Value::from(now.as_microsecond())];
    Ok(read(reader, condition, values).await?.into_iter().map(|emergency| emergency.grant).collect())
}

async fn read(reader: Reader<'_>, condition: &str, values: Vec<Value>) -> Result<Vec<Emergency>, StoreError> {
    let sql = format!("SELECT {} FROM emergency {condition}", TABLE.select_list());
    let emergency = |row| {
        let mut row = RowReader::new("emergency", row);
        let (id, account_id) = (row.text()?, row.text()?);
        let (role, site, reason) = (row.code("role", Role::parse)?, site_of(row.text()?), row.text()?);
        let (taken_at, until) = (row.time("taken_at_us")?, row.time("until_us")?);
        let review = (row.optional_time("reviewed_at_us")?, row.optional_text()?, row.optional_text()?);
        let grant = Grant { role, site, until: Some(until) };
        let review = review.0.map(|at| (at, review.1.unwrap_or_default(), review.2.unwrap_or_default()));
        Ok(Emergency { id, account_id, grant, reason, taken_at, review })
    };
    reader.all(&sql, values).await?.iter().map(emergency).collect()
}
