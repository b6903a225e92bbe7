//! Records that were kept elsewhere: every deed passes the gate and the rules of its concept.

use super::create::field_row;
use super::moves::may_move;
use super::rule::{self, Case};
use super::values::{Kept, in_zone, unique_key};
use super::{Done, STEP, TABLE};
use crate::record::subject;
use crate::store::cell::{Cell, Row};
use crate::store::dossier::{CREATE, Carrying, deeds_before, done_by, in_order};
use crate::store::event::{Change, Event};
use crate::workflow::{FieldKind, SiteRule};
use crate::{BankError, Identity, PastDeed, PastRecord, Problem, Record, Refusal};

/// Looks at a record of a dossier; its event is kept for the end of the chunk. `own` are the records before it.
pub(in crate::store) async fn carry_over(
    carrying: &mut Carrying<'_>,
    past: &PastRecord,
    own: &[Record],
    unit: Option<&Identity>,
) -> Result<Record, BankError> {
    let concept = past.concept;
    let created = carrying.first(&past.deeds, concept.code)?;
    in_order(&past.deeds, concept.code)?;
    let today = carrying.day(created.at);
    check_site(carrying, past).await?;
    carrying.acting_of(created)?.principal.may_any(&concept.create, past.site.as_deref())?;
    let mut kept = kept(carrying, past, own, unit).await?;
    rule::compute(carrying.write.reader(), concept, None, &mut kept, (past.site.as_deref(), today)).await?;
    let state = super::create::first_state(concept)?;
    Refusal::if_any(concept.missing(state.code, |code| kept.value(code, None)))?;
    let (number, serial) = carrying.beside.number(carrying.write, concept, today.year()).await?;
    let place = |code: &str| concept.fields.iter().position(|field| field.code == code);
    let mut fields: Vec<(&'static str, String)> =
        kept.open.into_iter().filter_map(|(code, value)| Some((code, value?))).collect();
    fields.sort_by_key(|(code, _)| place(code));
    let mut record = Record {
        id: carrying.acting.ids.next_id(),
        concept,
        number,
        state,
        before: None,
        version: 1,
        site: past.site.clone(),
        person_id: None,
        sealed: Vec::new(),
        fields,
        documents: Vec::new(),
        created_at: created.at,
        entered_at: created.at,
        changed_at: created.at,
        sealed_digest: None,
    };
    let event = Event::new("record_carried_over", subject(concept, &record.number));
    let event = event.effective(past.deeds.last().map_or(created.at, |deed| deed.at));
    let event = carrying.add_documents(event, &mut record, &past.documents, created)?;
    let event = lived(carrying, past, &mut record, event).await?;
    let mut event = with_fields(carrying, &record, event)?;
    // The other rows refer to it.
    event.changes.insert(0, Change::Insert { table: &TABLE, row: row_of(&record, serial) });
    carrying.events.push(event);
    Ok(record)
}

/// Everything that was done to it, in its order.
async fn lived(
    carrying: &Carrying<'_>,
    past: &PastRecord,
    record: &mut Record,
    event: Event,
) -> Result<Event, BankError> {
    let created = carrying.first(&past.deeds, &record.number)?;
    let acting = carrying.acting_of(created)?;
    let mut done = vec![done_by(CREATE, &acting)];
    let made = Done { record_id: &record.id, version: 1, step: CREATE, from: None, to: record.state.code };
    let mut event = event.insert(&STEP, made.row(&acting));
    for deed in past.deeds.iter().skip(1) {
        event = moved(carrying, record, (deed, &mut done), event).await?;
    }
    Ok(event)
}

async fn moved(
    carrying: &Carrying<'_>,
    record: &mut Record,
    (deed, done): (&PastDeed, &mut Vec<crate::workflow::DoneBy>),
    event: Event,
) -> Result<Event, BankError> {
    let (acting, kept) = (carrying.acting_of(deed)?, Kept::default());
    let deeds = deeds_before(done, record.concept.step(deed.code));
    let (step, to) = may_move(record, deed.code, &kept, &deeds, &acting)?;
    let case = Case {
        reader: carrying.write.reader(),
        record: Some(record),
        kept: &kept,
        site: record.site.as_deref(),
        today: carrying.day(deed.at),
        beside: Some(&carrying.beside),
    };
    if let Some(refusal) = rule::obstacle(record.concept, step, &case).await? {
        return Err(refusal.into());
    }
    let event = carrying.sign(event, record, step, &acting)?;
    let version = record.version + 1;
    let from = Some(record.state.code);
    let made = Done { record_id: &record.id, version, step: step.code, from, to: to.code };
    let event = event.insert(&STEP, made.row(&acting));
    done.push(done_by(step.code, &acting));
    record.before = Some(record.state);
    (record.state, record.version) = (to, version);
    (record.entered_at, record.changed_at) = (deed.at, deed.at);
    Ok(event)
}

async fn check_site(carrying: &mut Carrying<'_>, past: &PastRecord) -> Result<(), BankError> {
    match (past.concept.site, &past.site) {
        (SiteRule::Must, None) => {
            let reason = format!("a {} belongs to a site", past.concept.label.en);
            Err(Problem::new("site", "", "record_site_missing", reason, "name the site").into())
        }
        (SiteRule::Never, Some(code)) => {
            let reason = format!("a {} belongs to no site", past.concept.label.en);
            Err(Problem::new("site", code, "record_site_unexpected", reason, "leave the site out").into())
        }
        (_, Some(code)) => carrying.beside.require_site(carrying.write, code).await,
        (_, None) => Ok(()),
    }
}

/// What was written, as it is kept; what it names is there. Personal fields are not carried over: who somebody is is
/// entered by hand.
async fn kept(
    carrying: &mut Carrying<'_>,
    past: &PastRecord,
    own: &[Record],
    unit: Option<&Identity>,
) -> Result<Kept, BankError> {
    let (concept, today) = (past.concept, carrying.day(carrying.first(&past.deeds, past.concept.code)?.at));
    let mut written = past.fields.clone();
    for (code, at) in &past.names {
        written.push((code, own.get(*at).map(|record| record.number.clone()).unwrap_or_default()));
    }
    let pairs = written.iter().map(|(code, value)| (*code, value.as_str()));
    let mut kept = Kept::default();
    for (code, value) in concept.kept(pairs, today)? {
        let Some(field) = concept.field(code).filter(|field| !field.is_personal) else { continue };
        let value = match value {
            Some(value) => Some(named(carrying, (field, unit), value).await?),
            None => None,
        };
        kept.open.push((field.code, value));
    }
    Ok(kept)
}

/// The value of a field, when what it names is there.
pub(in crate::store) async fn named(
    carrying: &mut Carrying<'_>,
    (field, unit): (&crate::workflow::Field, Option<&Identity>),
    value: String,
) -> Result<String, BankError> {
    let reader = carrying.write.reader();
    let problem = |code, reason: String| Err(field.problem(&value, code, reason, "check the number").into());
    match field.kind {
        FieldKind::Reference(concept) => match carrying.beside.record(reader, concept, &value).await? {
            Some(record) => Ok(record.number.clone()),
            None => {
                problem("record_reference_unknown", format!("{}: there is no {concept} {value}", field.code))
            }
        },
        FieldKind::Unit => match unit.filter(|unit| unit.value == value) {
            Some(unit) => Ok(format!("{}/{}", unit.scheme, unit.value)),
            None => problem("record_unit_unknown", format!("{}: the dossier is not of {value}", field.code)),
        },
        FieldKind::Site => {
            carrying.beside.require_site(carrying.write, &value).await?;
            Ok(value)
        }
        FieldKind::Account if carrying.is_staff(&value) => Ok(value),
        FieldKind::Account => {
            problem("record_account_unknown", format!("{}: there is no {value} among the staff", field.code))
        }
        FieldKind::Time => Ok(in_zone(reader, value).await?),
        _ => Ok(value),
    }
}

fn with_fields(carrying: &mut Carrying<'_>, record: &Record, event: Event) -> Result<Event, BankError> {
    let mut event = event;
    for (code, value) in &record.fields {
        let unique = record.concept.field(code).and_then(|field| unique_key(record.concept, field, value));
        if let Some(key) = unique {
            carrying.beside.take_unique(key)?;
        }
        event = event.insert(&super::FIELD, field_row(&record.id, record.concept, code, value));
    }
    Ok(event)
}

fn row_of(record: &Record, serial: i64) -> Row {
    let time = |at: jiff::Timestamp| Some(Cell::Int(at.as_microsecond()));
    vec![
        Some(record.id.as_str().into()),
        Some(record.concept.code.into()),
        Some(record.number.as_str().into()),
        Some(serial.into()),
        Some(record.state.code.into()),
        Some(super::int(record.version)),
        record.site.as_deref().map(Cell::from),
        None,
        time(record.created_at),
        time(record.entered_at),
        time(record.changed_at),
    ]
}
