//! Sealing a person's fields, and opening them.

use sea_orm::Value;
use sha2::{Digest as _, Sha256};

use super::Head;
use crate::key::{Key, Place, open, seal};
use crate::store::StoreError;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::row::RowReader;
use crate::{BankError, KeyRing, Person, PersonField, RandomSource};

/// Fields of one person, sealed, with the entries of their blind index.
pub(in crate::store) struct Sealed {
    id: String,
    pub(super) fields: Vec<(PersonField, Vec<u8>)>,
    tags: Vec<(PersonField, Vec<u8>)>,
    /// Fields that are no more.
    pub(super) gone: Vec<PersonField>,
}

impl Sealed {
    pub(super) fn of_fields(
        id: &str,
        key: &Key,
        keys: &KeyRing,
        fields: &[(PersonField, String)],
        random: &RandomSource,
    ) -> Result<Self, BankError> {
        let seal_one = |(field, value): &(PersonField, String)| {
            Ok((*field, seal(key, place(id, *field), value.as_bytes(), random)?))
        };
        let sealed = fields.iter().map(seal_one).collect::<Result<_, BankError>>()?;
        Ok(Self { id: id.to_owned(), fields: sealed, tags: tags_of(fields, keys), gone: Vec::new() })
    }

    pub(in crate::store) async fn write_tags(&self, write: &WriteTransaction<'_>) -> Result<(), StoreError> {
        for field in &self.gone {
            let sql = "DELETE FROM person_index WHERE person_id = $1 AND field = $2";
            write.change_unaudited(sql, [Value::from(self.id.as_str()), Value::from(field.code())]).await?;
        }
        write_tags(write, &self.id, &self.tags).await
    }
}

/// Blind index entries of the fields that have one, under the current key.
pub(in crate::store) fn tags_of(
    fields: &[(PersonField, String)],
    keys: &KeyRing,
) -> Vec<(PersonField, Vec<u8>)> {
    let searchable = fields.iter().filter(|(field, _)| field.is_searchable());
    searchable.map(|(field, value)| (*field, keys.index(field.code(), &field.normal(value)))).collect()
}

pub(super) async fn write_tags(
    write: &WriteTransaction<'_>,
    id: &str,
    tags: &[(PersonField, Vec<u8>)],
) -> Result<(), StoreError> {
    for (field, tag) in tags {
        let sql = "INSERT INTO person_index (person_id, field, tag) VALUES ($1, $2, $3) \
                   ON CONFLICT (person_id, field) DO UPDATE SET tag = excluded.tag";
        let values = [Value::from(id), Value::from(field.code()), Value::Bytes(Some(tag.clone()))];
        write.change_unaudited(sql, values).await?;
    }
    Ok(())
}

/// What the history knows of a key: enough to recognise it, useless for opening anything.
pub(in crate::store) fn check_of(key: &Key) -> Vec<u8> {
    Sha256::digest([b"qidai-person-key:".as_slice(), key.as_bytes()].concat()).to_vec()
}

/// Wraps a person's key under the current master key.
pub(super) async fn write_key(
    write: &WriteTransaction<'_>,
    id: &str,
    key: &Key,
    keys: &KeyRing,
    random: &RandomSource,
) -> Result<(), BankError> {
    let master = keys.current().id();
    let wrapped = seal(&keys.wrapping(master)?, key_place(id), key.as_bytes(), random)?;
    let sql = "INSERT INTO person_key (person_id, master_key_id, wrapped) VALUES ($1, $2, $3) \
               ON CONFLICT (person_id) DO UPDATE SET master_key_id = excluded.master_key_id, \
               wrapped = excluded.wrapped";
    write.change_unaudited(sql, [Value::from(id), Value::from(master), Value::from(wrapped)]).await?;
    Ok(())
}

/// The key of a person, which is the one that the history knows.
pub(in crate::store) async fn key_of(
    reader: Reader<'_>,
    head: &Head,
    keys: &KeyRing,
) -> Result<Key, BankError> {
    let tampered = || BankError::Tampered { what: "the key", subject: format!("person {}", head.id) };
    let sql = "SELECT master_key_id, wrapped FROM person_key WHERE person_id = $1";
    let row = reader.first(sql, [Value::from(head.id.as_str())]).await?.ok_or_else(tampered)?;
    let mut row = RowReader::new("person_key", &row);
    let (master, wrapped) = (row.text()?, row.bytes()?);
    let opened = open(&keys.wrapping(&master)?, key_place(&head.id), &wrapped);
    let key = opened.and_then(|bytes| Key::from_bytes(&bytes));
    key.filter(|key| check_of(key) == head.key_check).ok_or_else(tampered)
}

/// All fields of a person in the open.
pub(in crate::store) async fn read_all(
    reader: Reader<'_>,
    head: &Head,
    key: &Key,
) -> Result<Person, BankError> {
    let mut person = Person::new(head.kind);
    person.site.clone_from(&head.site);
    let sql = "SELECT field, sealed FROM person_field WHERE person_id = $1 ORDER BY field";
    for row in &reader.all(sql, [Value::from(head.id.as_str())]).await? {
        let mut row = RowReader::new("person_field", row);
        let field = row.code("field", PersonField::parse)?;
        let opened = open(key, place(&head.id, field), &row.bytes()?);
        let text = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let tampered = || BankError::Tampered {
            what: "a sealed field",
            subject: format!("person {}, {}", head.id, field.code()),
        };
        person = person.with(field, text.ok_or_else(tampered)?);
    }
    Ok(person)
}

fn place(id: &str, field: PersonField) -> Place<'_> {
    Place { table: "person_field", row: id, field: field.code() }
}

fn key_place(id: &str) -> Place<'_> {
    Place { table: "person_key", row: id, field: "key" }
}
