//! Changing what a record holds, without moving it.

use super::create::{change_fields, set_version};
use super::values::{Kept, check_unique};
use super::{AMEND, Done, STEP, TABLE, read, rule};
use crate::store::Store;
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::store::person::{self, Entering, Sealed};
use crate::workflow::{Amending, PersonOf};
use crate::{Acting, BankError, KeyRing, PersonField, Record, RecordAt, Refusal, WriteContext};

impl Store {
    /// Changes fields of a record; an empty value takes the value away. A change that changes nothing writes nothing.
    ///
    /// # Errors
    /// `permission_missing`, `record_unknown`, `record_changed_meanwhile`, `record_not_amendable`, `reason_missing`, or
    /// the problems of the fields.
    pub async fn amend_record(
        &self,
        at: RecordAt<'_>,
        changes: &[(String, String)],
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Record, BankError> {
        let write = self.database.begin().await?;
        let record = read::to_change(write.reader(), &at).await?;
        let actor = acting.principal.may_any(&at.concept.amend, record.site.as_deref())?;
        may_amend(&record, acting)?;
        let context = acting.context(actor)?;
        let today = self.today(write.reader(), acting).await?;
        let mut kept = Kept::of(write.reader(), at.concept, changes, today).await?;
        let place = (record.site.as_deref(), today);
        let computed = rule::compute(write.reader(), at.concept, Some(&record), &mut kept, place).await;
        if let Err(error) = computed {
            write.rollback().await?;
            self.keep_unread_trace((at.concept, changes), &error, keys, acting).await?;
            return Err(error);
        }
        let missing = at.concept.missing(record.state.code, |code| kept.value(code, Some(&record)));
        Refusal::if_any(missing)?;
        let done = Done {
            record_id: &record.id,
            version: record.version + 1,
            step: AMEND,
            from: Some(record.state.code),
            to: record.state.code,
        };
        let event = Event::new("record_amended", record.subject()).insert(&STEP, done.row(acting));
        let written = change(&write, (&record, event), &kept, keys, (&context, (acting, today))).await?;
        if !written {
            write.rollback().await?;
            return Ok(record);
        }
        let after = read::by_id(write.reader(), &record.id).await?;
        let after = after.ok_or_else(|| super::unknown(at.concept, at.number))?;
        rule::follow(&write, &after, AMEND, (&context, acting, today)).await?;
        write.commit().await?;
        Ok(after)
    }
}

pub(in crate::store) fn may_amend(record: &Record, acting: &Acting<'_>) -> Result<(), Refusal> {
    match record.state.amending {
        Amending::Free => Ok(()),
        Amending::WithReason => acting.reason_given().map(|_| ()),
        Amending::Never => {
            let sentence = format!(
                "{} is '{}', where nothing is changed any more. Move it back first, where a move leads back.",
                record.number, record.state.code
            );
            Err(Refusal::new("record_not_amendable", sentence)
                .with("number", record.number.as_str())
                .with("state", record.state.code))
        }
    }
}

/// Writes changed fields with an event that says what was done; false when no field changes.
pub(super) async fn change(
    write: &WriteTransaction<'_>,
    (record, event): (&Record, Event),
    kept: &Kept,
    keys: &KeyRing,
    (context, (acting, today)): (&WriteContext<'_>, (&Acting<'_>, jiff::civil::Date)),
) -> Result<bool, BankError> {
    check_unique(write.reader(), record.concept, kept, Some(&record.id), Some(keys)).await?;
    kind_stays(record, kept)?;
    let personal = change_person(write, record, kept, keys, (acting, today)).await?;
    let (event, open_changed) = change_fields(event, record, kept);
    if personal.is_none() && !open_changed {
        return Ok(false);
    }
    let mut set = set_version(record.version + 1, acting);
    if let Some(Personal::New(entering)) = &personal {
        set.push(("person_id", Some(entering.id.as_str().into())));
    }
    let event = event.update(&TABLE, vec![record.id.as_str().into()], set);
    write_all(write, (event, personal), keys, (context, acting)).await?;
    Ok(true)
}

/// Changes of a person that go with a change of a record.
pub(super) enum Personal {
    New(Entering),
    Changed(Event, Sealed),
}

/// Writes the event of a record with what belongs to its person.
pub(super) async fn write_all(
    write: &WriteTransaction<'_>,
    (event, personal): (Event, Option<Personal>),
    keys: &KeyRing,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    match personal {
        None => write.record(context, vec![event]).await.map(|_| ())?,
        Some(Personal::New(entering)) => {
            write.record(context, vec![entering.event(), event]).await?;
            entering.write_secrets(write, keys, acting).await?;
        }
        Some(Personal::Changed(changed, sealed)) => {
            write.record(context, vec![changed, event]).await?;
            sealed.write_tags(write).await?;
        }
    }
    Ok(())
}

pub(super) async fn change_person(
    write: &WriteTransaction<'_>,
    record: &Record,
    kept: &Kept,
    keys: &KeyRing,
    (acting, today): (&Acting<'_>, jiff::civil::Date),
) -> Result<Option<Personal>, BankError> {
    if kept.personal.is_empty() {
        return Ok(None);
    }
    if let Some(id) = &record.person_id {
        let head = person::readable(write.reader(), id).await?;
        let changes: Vec<(PersonField, &str)> =
            kept.personal.iter().map(|(field, value)| (*field, value.as_str())).collect();
        let changed = person::change(write.reader(), &head, &changes, keys, (acting, today)).await?;
        return Ok(changed.map(|(event, sealed)| Personal::Changed(event, sealed)));
    }
    let person = kept.person(record.concept, record.site.as_deref(), Some(record));
    let Some(person) = person else { return Ok(None) };
    let person = person::check(person, today)?;
    Ok(Some(Personal::New(Entering::new(&person, keys, acting)?)))
}

/// What a person is to the bank decides who opens their data: it does not change under somebody's hands.
fn kind_stays(record: &Record, kept: &Kept) -> Result<(), BankError> {
    let Some(PersonOf::Field(field)) = record.concept.person else { return Ok(()) };
    if record.person_id.is_none() || kept.value(field, Some(record)) == record.field(field) {
        return Ok(());
    }
    let sentence = format!(
        "{}: {field} says whose data are sealed here and does not change: make another record.",
        record.number
    );
    Err(Refusal::new("record_person_fixed", sentence).with("field", field).into())
}
