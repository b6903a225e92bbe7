//! Persons: sealed fields, each person under a key of their own, which is wrapped by the master key.

mod erase;
mod find;
mod open;
mod rotate;
mod sealed;

use sea_orm::Value;

use super::database::{Reader, WriteTransaction};
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::key::Key;
use crate::{Acting, BankError, KeyRing, Permission, Person, PersonField, PersonKind, Refusal};

pub(super) use open::{may_open, not_yours};
use sealed::check_of;
pub(super) use sealed::{Sealed, key_of, read_all};

pub(super) static TABLE: Table =
    Table { name: "person", key: &["person_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 6] = [
    Column::text("person_id"),
    Column::text("kind"),
    Column::text("site"),
    Column::text("state"),
    Column::bytes("key_check"),
    Column::int("erased_at_us"),
];

pub(super) static FIELD: Table =
    Table { name: "person_field", key: &["person_id", "field"], counter: None, columns: || &FIELD_COLUMNS };
const FIELD_COLUMNS: [Column; 3] =
    [Column::text("person_id"), Column::text("field"), Column::bytes("sealed")];

/// What can be done with a person's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonState {
    Active,
    /// Kept because the law says so, opened only for quality, the law and the person (PIPL article 47).
    Restricted,
    /// The key is destroyed; nobody can read the fields again.
    Erased,
}

impl PersonState {
    /// As in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Restricted => "restricted",
            Self::Erased => "erased",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Active, Self::Restricted, Self::Erased].into_iter().find(|state| state.code() == code)
    }
}

/// A person's row: nothing in it says who it is.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) kind: PersonKind,
    pub(super) site: Option<String>,
    pub(super) state: PersonState,
    pub(super) key_check: Vec<u8>,
}

impl Store {
    /// Enters a person under a new pseudonym, which is given back.
    ///
    /// # Errors
    /// `permission_missing`, or the first problem of the fields ([`Person::checked`] has all of them).
    pub async fn add_person(
        &self,
        person: &Person,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<String, BankError> {
        let context = may_enter(person.kind, person.site.as_deref(), acting)?;
        let person = self.checked(person, acting).await?;
        let entering = Entering::new(&person, keys, acting)?;
        let id = entering.id.clone();
        let write = self.database.begin().await?;
        write.record(&context, vec![entering.event()]).await?;
        entering.write_secrets(&write, keys, acting).await?;
        write.commit().await?;
        Ok(id)
    }

    /// Changes fields of a person; an empty value takes the field away. The other fields stay sealed.
    ///
    /// # Errors
    /// `permission_missing`, `person_unknown`, `person_erased`, or the first problem of the fields.
    pub async fn change_person(
        &self,
        id: &str,
        changes: &[(PersonField, &str)],
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        let head = readable(write.reader(), id).await?;
        let context = may_enter(head.kind, head.site.as_deref(), acting)?;
        let today = self.today(write.reader(), acting).await?;
        let Some((event, sealed)) = change(write.reader(), &head, changes, keys, (acting, today)).await?
        else {
            return Ok(write.rollback().await?);
        };
        write.record(&context, vec![event]).await?;
        sealed.write_tags(&write).await?;
        write.commit().await.map_err(BankError::from)
    }

    async fn checked(&self, person: &Person, acting: &Acting<'_>) -> Result<Person, BankError> {
        check(person.clone(), self.today(self.database.reader(), acting).await?)
    }

    /// The bank's day.
    pub(super) async fn today(
        &self,
        reader: Reader<'_>,
        acting: &Acting<'_>,
    ) -> Result<jiff::civil::Date, StoreError> {
        Ok(super::setting::time_zone(reader).await?.to_datetime(acting.now).date())
    }
}

/// A checked person on the way into the bank.
pub(super) struct Entering {
    pub(super) id: String,
    kind: PersonKind,
    site: Option<String>,
    key: Key,
    sealed: Sealed,
}

impl Entering {
    /// Gives the person a pseudonym and a key, and seals the fields.
    pub(super) fn new(person: &Person, keys: &KeyRing, acting: &Acting<'_>) -> Result<Self, BankError> {
        let (id, key) = (acting.ids.next_id(), Key::new(acting.random)?);
        let sealed = Sealed::of_fields(&id, &key, keys, person.fields(), acting.random)?;
        Ok(Self { id, kind: person.kind, site: person.site.clone(), key, sealed })
    }

    pub(super) fn event(&self) -> Event {
        let id = self.id.as_str();
        let mut event = Event::new("person_added", format!("person/{id}")).insert(
            &TABLE,
            vec![
                Some(id.into()),
                Some(self.kind.code().into()),
                self.site.as_deref().map(Into::into),
                Some(PersonState::Active.code().into()),
                Some(check_of(&self.key).as_slice().into()),
                None,
            ],
        );
        for (field, bytes) in &self.sealed.fields {
            let row = vec![Some(id.into()), Some(field.code().into()), Some(bytes.as_slice().into())];
            event = event.insert(&FIELD, row);
        }
        event
    }

    /// What stands beside the history: the wrapped key, and the blind index.
    pub(super) async fn write_secrets(
        &self,
        write: &WriteTransaction<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        sealed::write_key(write, &self.id, &self.key, keys, acting.random).await?;
        Ok(self.sealed.write_tags(write).await?)
    }
}

/// The event of a change of some fields, with what it seals anew; `None` when nothing changes.
///
/// # Errors
/// The first problem of the fields.
pub(super) async fn change(
    reader: Reader<'_>,
    head: &Head,
    changes: &[(PersonField, &str)],
    keys: &KeyRing,
    (acting, today): (&Acting<'_>, jiff::civil::Date),
) -> Result<Option<(Event, Sealed)>, BankError> {
    let key = sealed::key_of(reader, head, keys).await?;
    let before = sealed::read_all(reader, head, &key).await?;
    let mut person = before.clone();
    for (field, value) in changes {
        person = person.with(*field, *value);
    }
    let person = check(person, today)?;
    changed_event(&before, &person, (&head.id, &key), keys, acting)
}

/// Who may enter a person. Staff are entered by who keeps the accounts: their names stand on signatures.
fn may_enter<'a>(
    kind: PersonKind,
    site: Option<&str>,
    acting: &Acting<'a>,
) -> Result<crate::WriteContext<'a>, Refusal> {
    let permission =
        if kind == PersonKind::Staff { Permission::AccountManage } else { Permission::PersonEnter };
    // The site of the answer is the person's; it need not live as long as the actor.
    let actor = acting.principal.may(permission, site)?;
    let role = crate::Role::parse(actor.role).map_or("none", crate::Role::code);
    let actor = crate::Actor { name: acting.principal.name(), role, site: None };
    Ok(crate::WriteContext {
        reason: acting.reason,
        ..crate::WriteContext::new(acting.now, actor, acting.ids)
    })
}

pub(super) fn check(person: Person, today: jiff::civil::Date) -> Result<Person, BankError> {
    let (person, problems) = person.checked(today);
    Refusal::if_any(problems)?;
    Ok(person)
}

/// The event of a change with what it seals anew, or `None` when nothing changed.
fn changed_event(
    before: &Person,
    after: &Person,
    (id, key): (&str, &Key),
    keys: &KeyRing,
    acting: &Acting<'_>,
) -> Result<Option<(Event, Sealed)>, BankError> {
    let mut event = Event::new("person_changed", format!("person/{id}"));
    let differs = |field: &PersonField| before.get(*field) != after.get(*field);
    let changed: Vec<PersonField> = PersonField::ALL.into_iter().filter(differs).collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let given: Vec<(PersonField, String)> =
        changed.iter().filter_map(|field| Some((*field, after.get(*field)?.to_owned()))).collect();
    let mut sealed = Sealed::of_fields(id, key, keys, &given, acting.random)?;
    for field in changed {
        let row_key = vec![id.into(), field.code().into()];
        let bytes =
            sealed.fields.iter().find(|(known, _)| *known == field).map(|(_, bytes)| bytes.as_slice());
        event = match (before.get(field), bytes) {
            (Some(_), Some(bytes)) => event.update(&FIELD, row_key, vec![("sealed", Some(bytes.into()))]),
            (None, Some(bytes)) => {
                event.insert(&FIELD, vec![Some(id.into()), Some(field.code().into()), Some(bytes.into())])
            }
            (_, None) => {
                sealed.gone.push(field);
                event.delete(&FIELD, row_key)
            }
        };
    }
    Ok(Some((event, sealed)))
}

/// The row of a person whose data can be read.
pub(super) async fn readable(reader: Reader<'_>, id: &str) -> Result<Head, BankError> {
    let head = head(reader, id).await?;
    if head.state == PersonState::Erased {
        let sentence = format!("The data of person {id} were erased: nobody can read them again.");
        return Err(Refusal::new("person_erased", sentence).with("person", id).into());
    }
    Ok(head)
}

pub(super) async fn head(reader: Reader<'_>, id: &str) -> Result<Head, BankError> {
    let unknown = || {
        let sentence = format!("There is no person {id}: check the pseudonym.");
        Refusal::new("person_unknown", sentence).with("person", id)
    };
    let found = heads(reader, "WHERE person_id = $1", vec![Value::from(id)]).await?.pop();
    found.ok_or_else(|| unknown().into())
}

pub(super) async fn heads(
    reader: Reader<'_>,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<Head>, StoreError> {
    let sql = format!("SELECT person_id, kind, site, state, key_check FROM person {condition}");
    let head = |row| {
        let mut row = RowReader::new("person", row);
        Ok(Head {
            id: row.text()?,
            kind: row.code("kind", PersonKind::parse)?,
            site: row.optional_text()?,
            state: row.code("state", PersonState::parse)?,
            key_check: row.bytes()?,
        })
    };
    reader.all(&sql, values).await?.iter().map(head).collect()
}

/// Sets the state of a person with other columns, in one event.
async fn set_state(
    write: &WriteTransaction<'_>,
    context: &crate::WriteContext<'_>,
    head: &Head,
    (kind, state): (&'static str, PersonState),
) -> Result<(), StoreError> {
    let mut set = vec![("state", Some(state.code().into()))];
    if state == PersonState::Erased {
        set.push(("erased_at_us", Some(context.now.as_microsecond().into())));
    }
    let key = vec![head.id.as_str().into()];
    let event = Event::new(kind, format!("person/{}", head.id)).update(&TABLE, key, set);
    write.record(context, vec![event]).await.map(|_| ())
}
