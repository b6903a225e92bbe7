//! Carrying files over from where they were kept before: many at once, every deed through its gate.
//!
//! The gates are those of today's work; only what they look at is in memory and not yet in the tables. So a chunk of
//! files is one write, and one event holds a whole record.

mod beside;

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(super) use beside::Beside;

use super::add::AddOutcome;
use super::cell::Row;
use super::database::WriteTransaction;
use super::event::Event;
use super::{Store, account, document, record, setting, unit};
use crate::record::Deeds;
use crate::workflow::{DoneBy, Step};
use crate::{
    Acting, BankError, Dossier, Identity, PastDeed, PastDocument, Permission, Principal, Record, Refusal,
    Signature,
};

/// What is gathered while a chunk of dossiers is looked at.
pub(super) struct Carrying<'a> {
    pub(super) write: &'a WriteTransaction<'a>,
    /// Who carries over; what was done then has its own people.
    pub(super) acting: &'a Acting<'a>,
    staff: &'a [Principal],
    zone: TimeZone,
    pub(super) beside: Beside,
    pub(super) events: Vec<Event>,
    contents: Vec<Row>,
}

impl Store {
    /// Takes dossiers in, all in one transaction or none; give some hundred. `staff` are the staff numbers that the deeds
    /// name by their places. A dossier whose unit is known already is [`AddOutcome::Unchanged`], whatever it says now.
    ///
    /// A signature of then is carried over as such: its components are `carried-over`.
    ///
    /// # Errors
    /// `permission_missing`; `record_account_unknown`; `dossier_deed_unknown`, `dossier_state_differs`,
    /// `dossier_results_differ`; everything that refuses the same deed when it is done today.
    pub async fn carry_over(
        &self,
        dossiers: &[Dossier],
        staff: &[&str],
        acting: &Acting<'_>,
    ) -> Result<Vec<AddOutcome>, BankError> {
        let context = acting.allowed(Permission::SystemManage, None)?;
        let write = self.database.begin().await?;
        let known = unit::known(write.reader(), dossiers.iter().filter_map(identity_of)).await?;
        let outcome = |dossier: &Dossier| match identity_of(dossier) {
            Some(identity) if known.contains(identity) => AddOutcome::Unchanged,
            _ => AddOutcome::Accepted,
        };
        let outcomes: Vec<AddOutcome> = dossiers.iter().map(outcome).collect();
        let new = dossiers.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == AddOutcome::Accepted);
        let new: Vec<&Dossier> = new.map(|(dossier, _)| dossier).collect();
        if new.is_empty() {
            write.rollback().await?;
            return Ok(outcomes);
        }
        let people = people(&write, staff).await?;
        let zone = setting::time_zone(write.reader()).await?;
        let (beside, events, contents) = (Beside::of(zone.clone()), Vec::new(), Vec::new());
        let mut carrying = Carrying { write: &write, acting, staff: &people, zone, beside, events, contents };
        carrying.take_all(&new).await?;
        carrying.beside.refuse_taken(write.reader()).await?;
        let Carrying { events, contents, .. } = carrying;
        write.record(&context, events).await?;
        document::keep_contents(&write, contents).await?;
        write.commit().await?;
        Ok(outcomes)
    }
}

fn identity_of(dossier: &Dossier) -> Option<&Identity> {
    dossier.unit.as_ref().map(|unit| &unit.record.identity)
}

/// The staff as they may act.
async fn people(write: &WriteTransaction<'_>, staff: &[&str]) -> Result<Vec<Principal>, BankError> {
    let mut people = Vec::with_capacity(staff.len());
    for number in staff {
        let stored = account::by_staff_number(write.reader(), number).await?;
        let account = stored.map(|stored| stored.account).ok_or_else(|| {
            let sentence = format!("There is no account with the staff number {number}: make it first.");
            Refusal::new("record_account_unknown", sentence).with("value", *number)
        })?;
        people.push(Principal::account(&account.id, &account.staff_number, account.grants));
    }
    Ok(people)
}

impl Carrying<'_> {
    async fn take_all(&mut self, dossiers: &[&Dossier]) -> Result<(), BankError> {
        let units = dossiers.iter().filter(|dossier| dossier.unit.is_some()).count();
        let mut key = match units {
            0 => 0,
            units => self.write.take_keys(&unit::TABLE, units).await?,
        };
        let mut seen = HashSet::new();
        for dossier in dossiers {
            let identity = identity_of(dossier);
            if identity.is_some_and(|identity| !seen.insert(identity.clone())) {
                return Err(twice(identity.map(Identity::written).unwrap_or_default()).into());
            }
            let mut own: Vec<Record> = Vec::with_capacity(dossier.records.len());
            for past in &dossier.records {
                let record = record::carry_over(self, past, &own, identity).await?;
                self.beside.remember(&record);
                own.push(record);
            }
            if let Some(past) = &dossier.unit {
                unit::carry_over(self, past, key, &own).await?;
                key += 1;
            }
            own.iter().for_each(|record| self.beside.forget(record));
        }
        Ok(())
    }

    /// The day of a moment where the bank is.
    pub(super) fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// Who did something.
    pub(super) fn person(&self, by: usize) -> Result<&Principal, Refusal> {
        self.staff.get(by).ok_or_else(|| {
            let sentence = format!("A deed names person {by} of {} in the list of staff.", self.staff.len());
            Refusal::new("dossier_deed_unknown", sentence).with("value", by.to_string())
        })
    }

    /// Is a staff number one of those who did something?
    pub(super) fn is_staff(&self, number: &str) -> bool {
        self.staff.iter().any(|one| one.name().strip_prefix("staff:") == Some(number))
    }

    /// Whoever did it, at that time.
    pub(super) fn acting_of<'d>(&'d self, deed: &'d PastDeed) -> Result<Acting<'d>, Refusal> {
        if deed.at > self.acting.now {
            let sentence = format!("{} has not come yet: write the time at which it was done.", deed.at);
            return Err(Refusal::new("effective_in_future", sentence).with("value", deed.at.to_string()));
        }
        let acting = Acting::new(self.person(deed.by)?, deed.at, self.acting.ids, self.acting.random);
        Ok(Acting { reason: deed.reason.as_deref(), ..acting })
    }

    /// The deed with which everything begins.
    pub(super) fn first<'d>(&self, deeds: &'d [PastDeed], name: &str) -> Result<&'d PastDeed, Refusal> {
        deeds.first().filter(|deed| deed.code == CREATE).ok_or_else(|| {
            let sentence = format!("{name}: its first deed is its creation, and there is none.");
            Refusal::new("dossier_deed_unknown", sentence).with("value", name)
        })
    }

    /// Papers of a subject: their rows in its event, their contents for later.
    pub(super) fn add_documents(
        &mut self,
        event: Event,
        record: &mut Record,
        papers: &[PastDocument],
        deed: &PastDeed,
    ) -> Result<Event, BankError> {
        let mut event = event;
        let subject = record.subject();
        for paper in papers {
            let acting = self.acting_of(deed)?;
            let (with, document, content) = document::carried(event, &subject, paper, &acting)?;
            event = with;
            record.documents.push(document);
            self.contents.push(content);
        }
        Ok(event)
    }

    /// What was signed for a move that needs it, on the record as it was carried over.
    pub(super) fn sign(
        &self,
        event: Event,
        record: &Record,
        step: &Step,
        acting: &Acting<'_>,
    ) -> Result<Event, Refusal> {
        let Some(meaning) = step.needs_signature else { return Ok(event) };
        let actor = acting.principal.may(Permission::RecordSign, record.site.as_deref())?;
        let account_id = acting.principal.account_id().unwrap_or_default();
        let signature = Signature {
            id: acting.ids.next_id(),
            subject: record.subject(),
            meaning,
            account_id: account_id.to_owned(),
            staff_number: acting.principal.name().trim_start_matches("staff:").to_owned(),
            role: actor.role.to_owned(),
            signed_at: acting.now,
            record_digest: record.canonical().digest(),
            components: "carried-over".to_owned(),
        };
        Ok(super::signature::carried(event, &signature))
    }
}

/// What somebody had signed when they made a move that needs it: just that.
pub(super) fn deeds_before(done: &[DoneBy], step: Option<&Step>) -> Deeds {
    let signed = step.and_then(|step| step.needs_signature).into_iter().collect();
    Deeds { done: done.to_vec(), signed }
}

/// A deed as four eyes look at it.
pub(super) fn done_by(code: &str, acting: &Acting<'_>) -> DoneBy {
    DoneBy {
        what: code.to_owned(),
        actor: acting.principal.name().to_owned(),
        account_id: acting.principal.account_id().map(str::to_owned),
    }
}

pub(super) const CREATE: &str = "create";

fn twice(number: String) -> Refusal {
    let sentence = format!("{number} stands twice in the same dossiers: give each unit once.");
    Refusal::new("unit_known", sentence).with("number", number)
}

/// Deeds in the order of time.
pub(super) fn in_order(deeds: &[PastDeed], name: &str) -> Result<(), Refusal> {
    let Some(pair) = deeds.windows(2).find(|pair| pair[1].at < pair[0].at) else { return Ok(()) };
    let sentence = format!(
        "{name}: '{}' at {} stands after '{}' at {}: write both times as they were.",
        pair[1].code, pair[1].at, pair[0].code, pair[0].at
    );
    Err(Refusal::new("time_order_wrong", sentence).with("record", name))
}
