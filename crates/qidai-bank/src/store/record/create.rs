//! Making records.

use super::values::{Kept, check_unique, refers_to, unique_key};
use super::{CREATE, Done, FIELD, STEP, TABLE, numbers, read, rule};
use crate::record::subject;
use crate::store::cell::{Cell, Row};
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::store::person::{self, Entering};
use crate::store::{Store, setting, site};
use crate::workflow::{Concept, Keeps, SiteRule, State};
use crate::{Acting, BankError, KeyRing, NewRecord, Problem, Record, Refusal, WriteContext};

impl Store {
    /// Makes a record in the first state of its concept; gives it as it is then.
    ///
    /// # Errors
    /// `permission_missing`, `record_site_missing` and its like, or the problems of the fields, all of them in
    /// [`Refusal::problems`]: `record_field_missing`, `record_not_unique`, `uscc_check_wrong` ….
    pub async fn create_record(
        &self,
        new: &NewRecord,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Record, BankError> {
        let actor = acting.principal.may_any(&new.concept.create, new.site.as_deref())?;
        let context = acting.context(actor)?;
        let write = self.database.begin().await?;
        let record = match add(&write, new, Some(keys), (&context, acting)).await {
            Ok(record) => record,
            Err(error) => {
                write.rollback().await?;
                self.keep_unread_trace((new.concept, &new.fields), &error, keys, acting).await?;
                return Err(error);
            }
        };
        let today = self.today(write.reader(), acting).await?;
        rule::follow(&write, &record, CREATE, (&context, acting, today)).await?;
        // What followed may have moved it.
        let made = read::by_id(write.reader(), &record.id).await?;
        write.commit().await?;
        Ok(made.unwrap_or(record))
    }
}

/// Makes a record that the program itself raises: of a concept without personal fields.
pub(in crate::store) async fn raise(
    write: &WriteTransaction<'_>,
    new: &NewRecord,
    context: &WriteContext<'_>,
    acting: &Acting<'_>,
) -> Result<Record, BankError> {
    add(write, new, None, (context, acting)).await
}

async fn add(
    write: &WriteTransaction<'_>,
    new: &NewRecord,
    keys: Option<&KeyRing>,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<Record, BankError> {
    let (concept, reader) = (new.concept, write.reader());
    let state = first_state(concept)?;
    check_site(write, new).await?;
    let today = setting::time_zone(reader).await?.to_datetime(acting.now).date();
    let mut kept = Kept::of(reader, concept, &new.fields, today).await?;
    rule::compute(reader, concept, None, &mut kept, (new.site.as_deref(), today)).await?;
    let missing = concept.missing(state.code, |code| kept.value(code, None));
    Refusal::if_any(missing)?;
    check_unique(reader, concept, &kept, None, keys).await?;
    let entering = entering(new, &kept, keys, (acting, today))?;
    let (number, serial) = numbers::next(write, concept, today.year()).await?;
    let id = acting.ids.next_id();
    let person_id = entering.as_ref().map(|(entering, _)| entering.id.as_str());
    let made = Done { record_id: &id, version: 1, step: CREATE, from: None, to: state.code };
    let mut event = Event::new("record_created", subject(concept, &number))
        .insert(&TABLE, row_of((&id, &number, serial), new, state, (person_id, acting)))
        .insert(&STEP, made.row(acting));
    for (code, value) in &kept.open {
        event = value
            .iter()
            .fold(event, |event, value| event.insert(&FIELD, field_row(&id, concept, code, value)));
    }
    let events = entering.iter().map(|(entering, _)| entering.event()).chain([event]).collect();
    write.record(context, events).await?;
    if let Some((entering, keys)) = &entering {
        entering.write_secrets(write, keys, acting).await?;
    }
    read::by_id(write.reader(), &id).await?.ok_or_else(|| super::unknown(concept, &number).into())
}

pub(super) fn first_state(concept: &'static Concept) -> Result<&'static State, Refusal> {
    let sentence = || {
        format!(
            "Records of a {} are not made here: {} has a table of its own.",
            concept.label.en, concept.code
        )
    };
    let first = concept.first_state().filter(|_| concept.keeps == Keeps::Records);
    first.ok_or_else(|| Refusal::new("record_kept_elsewhere", sentence()))
}

/// The person whose data the record holds, where it holds any.
fn entering<'k>(
    new: &NewRecord,
    kept: &Kept,
    keys: Option<&'k KeyRing>,
    (acting, today): (&Acting<'_>, jiff::civil::Date),
) -> Result<Option<(Entering, &'k KeyRing)>, BankError> {
    let (Some(person), Some(keys)) = (kept.person(new.concept, new.site.as_deref(), None), keys) else {
        return Ok(None);
    };
    let person = person::check(person, today)?;
    Ok(Some((Entering::new(&person, keys, acting)?, keys)))
}

async fn check_site(write: &WriteTransaction<'_>, new: &NewRecord) -> Result<(), BankError> {
    let problem = |code, reason: String, hint: &str| {
        let value = new.site.clone().unwrap_or_default();
        Err(Problem::new("site", value, code, reason, hint).into())
    };
    let english = new.concept.label.en;
    match (new.concept.site, &new.site) {
        (SiteRule::Must, None) => {
            let reason = format!("a {english} belongs to a site");
            problem("record_site_missing", reason, "name the site")
        }
        (SiteRule::Never, Some(_)) => {
            let reason = format!("a {english} belongs to no site");
            problem("record_site_unexpected", reason, "leave the site out")
        }
        (_, Some(code)) => site::require(write.reader(), code).await,
        (_, None) => Ok(()),
    }
}

fn row_of(
    (id, number, serial): (&str, &str, i64),
    new: &NewRecord,
    state: &State,
    (person_id, acting): (Option<&str>, &Acting<'_>),
) -> Row {
    let now = acting.now.as_microsecond();
    vec![
        Some(id.into()),
        Some(new.concept.code.into()),
        Some(number.into()),
        Some(serial.into()),
        Some(state.code.into()),
        Some(Cell::Int(1)),
        new.site.as_deref().map(Cell::from),
        person_id.map(Cell::from),
        Some(now.into()),
        Some(now.into()),
        Some(now.into()),
    ]
}

/// One open field as its row.
pub(super) fn field_row(id: &str, concept: &Concept, code: &str, value: &str) -> Row {
    let field = concept.field(code);
    let unique = field.and_then(|field| unique_key(concept, field, value));
    let named = field.and_then(|field| refers_to(field, value));
    vec![
        Some(id.into()),
        Some(code.into()),
        Some(concept.code.into()),
        Some(value.into()),
        unique.map(Cell::Text),
        named.map(Cell::Text),
    ]
}

/// What becomes of the open fields of a record: rows that are new, changed or gone.
pub(super) fn change_fields(mut event: Event, record: &Record, kept: &Kept) -> (Event, bool) {
    let mut changed = false;
    for (code, value) in &kept.open {
        let key = vec![record.id.as_str().into(), (*code).into()];
        let (before, after) = (record.field(code), value.as_deref());
        if before == after {
            continue;
        }
        changed = true;
        event = match (before, after) {
            (None, Some(value)) => event.insert(&FIELD, field_row(&record.id, record.concept, code, value)),
            (Some(_), None) => event.delete(&FIELD, key),
            (_, value) => {
                let field = record.concept.field(code);
                let unique =
                    field.zip(value).and_then(|(field, value)| unique_key(record.concept, field, value));
                let named = field.zip(value).and_then(|(field, value)| refers_to(field, value));
                let set = vec![
                    ("value", value.map(Cell::from)),
                    ("unique_key", unique.map(Cell::Text)),
                    ("refers_to", named.map(Cell::Text)),
                ];
                event.update(&FIELD, key, set)
            }
        };
    }
    (event, changed)
}

/// Columns of the record's own row after a change.
pub(super) fn set_version(version: u64, acting: &Acting<'_>) -> Vec<(&'static str, Option<Cell>)> {
    vec![("version", Some(super::int(version))), ("changed_at_us", Some(acting.now.as_microsecond().into()))]
}
