//! Units that are carried over with their lives: every move passes the gate and the rules of units, in memory.

use std::collections::HashSet;

use super::life::{Life, concept, content_digest};
use super::tables::{Did, FIELD, STEP, field_row};
use super::{TABLE, columns, found, guard, typing};
use crate::digest::digest_of;
use crate::store::database::Reader;
use crate::store::dossier::{CREATE, Carrying, deeds_before, done_by, in_order};
use crate::store::event::Event;
use crate::store::record::{Kept, may_move, named};
use crate::store::{StoreError, decision, lab, storage};
use crate::{BankError, Identity, PastDeed, PastUnit, Record, Refusal};

/// Which of some identities the bank knows.
pub(in crate::store) async fn known(
    reader: Reader<'_>,
    identities: impl Iterator<Item = &Identity>,
) -> Result<HashSet<Identity>, StoreError> {
    let all: Vec<&Identity> = identities.collect();
    let mut known = HashSet::new();
    for part in all.chunks(super::LOOKUP_MAX) {
        let mut schemes: Vec<&str> = part.iter().map(|one| one.scheme.as_str()).collect();
        schemes.dedup();
        let values: Vec<&str> = part.iter().map(|one| one.value.as_str()).collect();
        for scheme in schemes {
            for row in super::by_identity(reader, "identity", scheme, &values).await? {
                known.insert(Identity { scheme: scheme.to_owned(), value: row.try_get_by_index(0)? });
            }
        }
    }
    Ok(known)
}

/// Looks at a unit of a dossier with the records around it; the events are kept for the end of the chunk.
pub(in crate::store) async fn carry_over(
    carrying: &mut Carrying<'_>,
    past: &PastUnit,
    key: i64,
    own: &[Record],
) -> Result<(), BankError> {
    let number = past.record.identity.written();
    let created = carrying.first(&past.deeds, &number)?.clone();
    in_order(&past.deeds, &number)?;
    let digest = digest_of(&past.record.fields());
    let unit = Event::new("unit_carried_over", subject_of(&past.record.identity));
    let unit = unit.effective(past.deeds.last().map_or(created.at, |deed| deed.at));
    let unit = unit.insert(&TABLE, columns::row_of(&past.record, key, &digest));
    let typings = typing::rows_of(&past.record, key).into_iter();
    let unit = typings.fold(unit, |event, row| event.insert(&typing::TABLE, row));
    // The unit's own event stands before those that are about it: it is written when all of them have been looked at.
    let place = carrying.events.len();
    let approved = lab::results(carrying, past, key)?;
    let decision = decision::decide(carrying, past, key, &approved)?;
    let mut life = Life { decision, ..begin(carrying, past, key, own).await? };
    let unit = carrying.add_documents(unit, &mut life.record, &past.documents, &created)?;
    let unit = lived(carrying, past, &mut life, unit)?;
    let unit = life.own_rows(unit);
    carrying.events.insert(place, unit);
    storage::put(carrying, past).await
}

fn subject_of(identity: &Identity) -> String {
    format!("unit/{}/{}", identity.scheme, identity.value)
}

/// The unit as it was when it was registered, with all that is written of it.
async fn begin(
    carrying: &mut Carrying<'_>,
    past: &PastUnit,
    key: i64,
    own: &[Record],
) -> Result<Life, BankError> {
    let (concept, identity) = (concept()?, &past.record.identity);
    let created = carrying.first(&past.deeds, &identity.written())?.clone();
    let state = concept
        .state("registered")
        .ok_or_else(|| Refusal::new("record_kind_unknown", "No unit is declared."))?;
    let mut fields = vec![("bank_type", past.record.bank_type.code().to_owned())];
    fields.extend(past.record.attached_segments.map(|count| ("attached_segments", count.to_string())));
    fields.extend(found::of_records(own));
    // The curve of then is with the papers of then, and so is the place: the gate asks only for what is done today.
    fields.extend(["freeze_run", "place"].map(|code| (code, CREATE.to_owned())));
    fields.extend(kept(carrying, past, own).await?);
    let place = |code: &str| concept.fields.iter().position(|field| field.code == code);
    fields.sort_by_key(|(code, _)| place(code));
    let site = fields.iter().find(|(code, _)| *code == "site").map(|(_, site)| site.clone());
    let acting = carrying.acting_of(&created)?;
    acting.principal.may_any(&concept.create, site.as_deref())?;
    let done = vec![done_by(CREATE, &acting)];
    let record = Record {
        id: key.to_string(),
        concept,
        number: format!("{}/{}", identity.scheme, identity.value),
        state,
        before: None,
        version: 1,
        site,
        person_id: None,
        sealed: Vec::new(),
        fields,
        documents: Vec::new(),
        created_at: created.at,
        entered_at: created.at,
        changed_at: created.at,
        sealed_digest: Some(content_digest(&past.record)),
    };
    Ok(Life {
        key,
        identity: identity.clone(),
        record,
        done,
        moved_at: Some(created.at),
        consent_expected: true,
        open_batch: found::open_batch_of(own),
        decision: None,
        excursions: Vec::new(),
    })
}

/// Open fields as they are kept; what they name is there.
async fn kept(
    carrying: &mut Carrying<'_>,
    past: &PastUnit,
    own: &[Record],
) -> Result<Vec<(&'static str, String)>, BankError> {
    let (concept, mut written) = (concept()?, past.fields.clone());
    for (code, at) in &past.names {
        written.push((code, own.get(*at).map(|record| record.number.clone()).unwrap_or_default()));
    }
    let today = carrying.day(carrying.first(&past.deeds, concept.code)?.at);
    let pairs = written.iter().map(|(code, value)| (*code, value.as_str()));
    let mut fields = Vec::new();
    for (code, value) in concept.kept(pairs, today)? {
        let (Some(field), Some(value)) = (concept.field(code), value) else { continue };
        if !super::moves::is_column(code) {
            fields.push((field.code, named(carrying, (field, Some(&past.record.identity)), value).await?));
        }
    }
    Ok(fields)
}

/// Everything that was done to it, in its order.
fn lived(
    carrying: &Carrying<'_>,
    past: &PastUnit,
    life: &mut Life,
    event: Event,
) -> Result<Event, BankError> {
    let mut event = event;
    for (version, deed) in (1..).zip(&past.deeds) {
        event = match version {
            1 => event.insert(&STEP, did(carrying, life, (deed, 1), None)?),
            version => moved(carrying, life, (deed, version), event)?,
        };
    }
    if life.record.state.code == past.record.status.code() {
        return Ok(event);
    }
    let number = past.record.identity.written();
    let (found, expected) = (life.record.state.code, past.record.status.code());
    let sentence = format!("{number}: its moves lead to '{found}', but it is said to be '{expected}'.");
    Err(Refusal::new("dossier_state_differs", sentence)
        .with("record", number)
        .with("found", found)
        .with("expected", expected)
        .into())
}

fn moved(
    carrying: &Carrying<'_>,
    life: &mut Life,
    (deed, version): (&PastDeed, u64),
    event: Event,
) -> Result<Event, BankError> {
    let (acting, kept) = (carrying.acting_of(deed)?, Kept::default());
    let deeds = deeds_before(&life.done, life.record.concept.step(deed.code));
    let (step, to) = may_move(&life.record, deed.code, &kept, &deeds, &acting)?;
    if let Some(refusal) = guard::obstacles(life, step, &kept).into_iter().next() {
        return Err(refusal.into());
    }
    guard::in_order(life, deed.at)?;
    let event = carrying.sign(event, &life.record, step, &acting)?;
    let from = life.record.state;
    life.done.push(done_by(step.code, &acting));
    (life.record.before, life.record.state) = (Some(from), to);
    (life.record.entered_at, life.record.changed_at, life.moved_at) = (deed.at, deed.at, Some(deed.at));
    Ok(event.insert(&STEP, did(carrying, life, (deed, version), Some(from.code))?))
}

fn did(
    carrying: &Carrying<'_>,
    life: &Life,
    (deed, version): (&PastDeed, u64),
    from: Option<&str>,
) -> Result<crate::store::cell::Row, Refusal> {
    let person = carrying.person(deed.by)?;
    let did = Did {
        key: life.key,
        version,
        step: deed.code,
        from,
        to: life.record.state.code,
        actor: person.name(),
        account_id: person.account_id(),
        effective_at_us: deed.at.as_microsecond(),
        recorded_at_us: carrying.acting.now.as_microsecond(),
    };
    Ok(did.row())
}

impl Life {
    /// Rows of the open fields that are the unit's own.
    fn own_rows(&self, event: Event) -> Event {
        let concept = self.record.concept;
        let is_own = |code: &str| {
            !super::moves::is_column(code) && concept.field(code).is_some_and(|field| !field.is_computed)
        };
        let own = self.record.fields.iter().filter(|(code, _)| is_own(code));
        own.fold(event, |event, (code, value)| {
            event.insert(&FIELD, field_row(self.key, concept, code, value))
        })
    }
}
