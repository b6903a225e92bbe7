//! Bags that are carried over stand in a place of a tank for what they are, and in a free one.

use super::PLACE;
use super::place::{refuse_tank, row_of, stored_at};
use crate::store::dossier::Carrying;
use crate::store::event::Event;
use crate::{BankError, PastUnit, Permission, Refusal, Stored, StoredKind, Wanted};

/// Puts the bag of a unit where its dossier says.
pub(in crate::store) async fn put(carrying: &mut Carrying<'_>, past: &PastUnit) -> Result<(), BankError> {
    let Some(place) = &past.place else { return Ok(()) };
    let (reader, position) = (carrying.write.reader(), &place.position);
    let stored = Stored { kind: StoredKind::Unit, identity: past.record.identity.clone() };
    let found = carrying.beside.tank(reader, &position.tank).await?;
    if !found.tank.has(position) {
        let sentence = format!("Tank {} has no place {position}: compare with its size.", found.tank.code);
        return Err(Refusal::new("position_unknown", sentence).with("position", position.to_string()).into());
    }
    refuse_tank(&stored, found, Wanted::of_unit(past.record.status, past.record.idm))?;
    let site = found.site.clone();
    carrying.person(place.by)?.may(Permission::StorageMove, site.as_deref())?;
    let is_free = carrying.beside.take_slot(position) && stored_at(reader, position).await?.is_none();
    if !is_free {
        let sentence = format!("{position} is taken: {} stands somewhere else.", stored.written());
        return Err(Refusal::new("slot_taken", sentence).with("position", position.to_string()).into());
    }
    let row = row_of(&carrying.acting.ids.next_id(), &stored, position, place.at);
    let event = Event::new("put_into_place", stored.subject()).effective(place.at);
    carrying.events.push(event.insert(&PLACE, row));
    Ok(())
}
