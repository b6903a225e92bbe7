//! Documents: what is known of each in an audited row, its file in a row beside.
//!
//! The audited row holds the SHA-256 of the file as it is stored, so a file that was changed behind the program's
//! back is named by a verification ([`check()`]). What belongs to a person is sealed under that person's key, name
//! included: erasing the person makes it unreadable.

mod check;
mod open;
mod subject;

use sea_orm::Value;
use sha2::{Digest as _, Sha256};

use super::cell::Row;
use super::database::{Reader, WriteTransaction};
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, person};
use crate::document::clean_file_name;
use crate::key::{Place, seal};
use crate::{
    Acting, BankError, Document, DocumentClass, DocumentState, KeyRing, MediaType, NewDocument, PastDocument,
    Refusal,
};

pub(super) use check::check;
use subject::Belongs;

pub(super) static TABLE: Table =
    Table { name: "document", key: &["document_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 11] = [
    Column::text("document_id"),
    Column::text("subject"),
    Column::text("class"),
    Column::text("file_name"),
    Column::bytes("sealed_name"),
    Column::text("media_type"),
    Column::int("size_bytes"),
    Column::bytes("content_sha256"),
    Column::text("uploaded_by"),
    Column::int("uploaded_at_us"),
    Column::text("state"),
];

/// A document as it is stored.
struct Stored {
    document: Document,
    sealed_name: Option<Vec<u8>>,
}

/// A name and a content as they are stored.
struct Packed {
    file_name: Option<String>,
    sealed_name: Option<Vec<u8>>,
    content: Vec<u8>,
}

impl Store {
    /// Keeps a file with what it belongs to.
    ///
    /// # Errors
    /// `subject_unknown`, `permission_missing`, `upload_empty`, `upload_extension_differs`, `document_already_there`,
    /// `person_erased`.
    pub async fn add_document(
        &self,
        new: &NewDocument<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Document, BankError> {
        let file_name = clean_file_name(new.file_name, new.media_type)?;
        if new.content.is_empty() {
            return Err(Refusal::new("upload_empty", "The file is empty: choose the one you mean.").into());
        }
        let write = self.database.begin().await?;
        let belongs = subject::find(write.reader(), new.subject).await?;
        let context = belongs.may_add(acting)?;
        let id = acting.ids.next_id();
        let packed = pack(&write, &belongs, (&id, file_name), new.content, keys, acting).await?;
        let sha256 = Sha256::digest(&packed.content);
        refuse_twin(&write, new.subject, &sha256).await?;
        let event = Event::new("document_added", new.subject)
            .insert(&TABLE, row_of(&id, new, &packed, &sha256, acting));
        write.record(&context, vec![event]).await?;
        let sql = "INSERT INTO document_content (document_id, content) VALUES ($1, $2)";
        let values = [Value::from(id.as_str()), Value::Bytes(Some(packed.content))];
        write.change_unaudited(sql, values).await?;
        let stored = by_id(write.reader(), &id).await?.ok_or_else(|| unknown(&id))?;
        write.commit().await?;
        Ok(stored.document)
    }

    /// The documents of a subject, current ones first, then the newest.
    ///
    /// # Errors
    /// `subject_unknown`, `permission_missing`.
    pub async fn documents(&self, subject: &str, acting: &Acting<'_>) -> Result<Vec<Document>, BankError> {
        let reader = self.database.reader();
        subject::find(reader, subject).await?.may_see(acting)?;
        let condition =
            "WHERE subject = $1 ORDER BY CASE state WHEN 'current' THEN 0 ELSE 1 END, recorded_in DESC";
        let stored = read(reader, condition, subject).await?;
        Ok(stored.into_iter().map(|stored| stored.document).collect())
    }

    /// May documents be added to this subject? For the form of a page.
    ///
    /// # Errors
    /// `subject_unknown`.
    pub async fn may_add_document(&self, subject: &str, acting: &Acting<'_>) -> Result<bool, BankError> {
        Ok(subject::find(self.database.reader(), subject).await?.may_add(acting).is_ok())
    }

    /// What is known of a document.
    ///
    /// # Errors
    /// `document_unknown`, `permission_missing`.
    pub async fn document(&self, id: &str, acting: &Acting<'_>) -> Result<Document, BankError> {
        let reader = self.database.reader();
        let stored = by_id(reader, id).await?.ok_or_else(|| unknown(id))?;
        subject::find(reader, &stored.document.subject).await?.may_see(acting)?;
        Ok(stored.document)
    }

    /// Withdraws a document that is wrong; it stays readable, crossed out. The reason of `acting` is needed.
    ///
    /// # Errors
    /// `document_unknown`, `document_withdrawn`, `permission_missing`, `reason_missing`.
    pub async fn withdraw_document(&self, id: &str, acting: &Acting<'_>) -> Result<Document, BankError> {
        let write = self.database.begin().await?;
        let stored = by_id(write.reader(), id).await?.ok_or_else(|| unknown(id))?;
        let belongs = subject::find(write.reader(), &stored.document.subject).await?;
        let context = belongs.may_add(acting)?;
        acting.reason_given()?;
        if stored.document.state == DocumentState::Withdrawn {
            let sentence = "This document was withdrawn before.";
            return Err(Refusal::new("document_withdrawn", sentence).with("document", id).into());
        }
        let state = vec![("state", Some(DocumentState::Withdrawn.code().into()))];
        let event = Event::new("document_withdrawn", stored.document.subject.as_str());
        write.record(&context, vec![event.update(&TABLE, vec![id.into()], state)]).await?;
        let stored = by_id(write.reader(), id).await?.ok_or_else(|| unknown(id))?;
        write.commit().await?;
        Ok(stored.document)
    }
}

/// A file that belongs to no person, kept together with the event that brings it: the row for that event, and the content.
pub(super) fn with_event(
    event: Event,
    (id, file_name): (&str, String),
    new: &NewDocument<'_>,
    acting: &Acting<'_>,
) -> Event {
    let packed = Packed { file_name: Some(file_name), sealed_name: None, content: Vec::new() };
    event.insert(&TABLE, row_of(id, new, &packed, &Sha256::digest(new.content), acting))
}

/// A paper that was kept elsewhere before: its row with an event, what is known of it, and its content for
/// [`keep_contents`].
pub(super) fn carried(
    event: Event,
    subject: &str,
    paper: &PastDocument,
    acting: &Acting<'_>,
) -> Result<(Event, Document, Row), BankError> {
    let file_name = clean_file_name(&paper.file_name, paper.media_type)?;
    let id = acting.ids.next_id();
    let new = NewDocument {
        subject,
        class: paper.class,
        file_name: &paper.file_name,
        media_type: paper.media_type,
        content: &paper.content,
    };
    let document = Document {
        id: id.clone(),
        subject: subject.to_owned(),
        class: paper.class,
        file_name: Some(file_name.clone()),
        is_sealed: false,
        media_type: paper.media_type,
        size_bytes: i64::try_from(paper.content.len()).unwrap_or(i64::MAX),
        content_sha256: Sha256::digest(&paper.content).to_vec(),
        uploaded_by: acting.principal.name().to_owned(),
        uploaded_at: acting.now,
        state: DocumentState::Current,
        version: 0,
    };
    let content = vec![Some(id.as_str().into()), Some(paper.content.as_slice().into())];
    Ok((with_event(event, (&id, file_name), &new, acting), document, content))
}

/// Contents of many files, once their rows are written.
pub(super) async fn keep_contents(write: &WriteTransaction<'_>, rows: Vec<Row>) -> Result<(), StoreError> {
    let columns = [Column::text("document_id"), Column::bytes("content")];
    write.insert_unaudited("document_content", &columns, rows).await
}

/// The content of such a file, once its row is written.
pub(super) async fn keep_content(
    write: &WriteTransaction<'_>,
    id: &str,
    content: &[u8],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO document_content (document_id, content) VALUES ($1, $2)";
    let values = [Value::from(id), Value::Bytes(Some(content.to_vec()))];
    write.change_unaudited(sql, values).await.map(|_| ())
}

/// Seals what belongs to a person.
async fn pack(
    write: &WriteTransaction<'_>,
    belongs: &Belongs,
    (id, file_name): (&str, String),
    content: &[u8],
    keys: &KeyRing,
    acting: &Acting<'_>,
) -> Result<Packed, BankError> {
    let Some(head) = &belongs.person else {
        return Ok(Packed { file_name: Some(file_name), sealed_name: None, content: content.to_vec() });
    };
    let key = person::key_of(write.reader(), head, keys).await?;
    let sealed_name = seal(&key, name_place(id), file_name.as_bytes(), acting.random)?;
    let content = seal(&key, content_place(id), content, acting.random)?;
    Ok(Packed { file_name: None, sealed_name: Some(sealed_name), content })
}

fn name_place(id: &str) -> Place<'_> {
    Place { table: "document", row: id, field: "file_name" }
}

fn content_place(id: &str) -> Place<'_> {
    Place { table: "document_content", row: id, field: "content" }
}

/// The same file twice with one subject is a button pressed twice. Sealed files are never the same.
async fn refuse_twin(write: &WriteTransaction<'_>, subject: &str, sha256: &[u8]) -> Result<(), BankError> {
    let of_subject = read(write.reader(), "WHERE subject = $1", subject).await?;
    let is_twin =
        |one: &&Stored| one.document.content_sha256 == sha256 && one.document.state == DocumentState::Current;
    let Some(twin) = of_subject.iter().find(is_twin) else { return Ok(()) };
    let name = twin.document.file_name.clone().unwrap_or_default();
    let sentence = format!("The same file is here already, as {name}: nothing was added.");
    let refusal = Refusal::new("document_already_there", sentence);
    Err(refusal.with("name", name).with("document", twin.document.id.as_str()).into())
}

fn row_of(
    id: &str,
    new: &NewDocument<'_>,
    packed: &Packed,
    sha256: &[u8],
    acting: &Acting<'_>,
) -> super::cell::Row {
    vec![
        Some(id.into()),
        Some(new.subject.into()),
        Some(new.class.code().into()),
        packed.file_name.as_deref().map(Into::into),
        packed.sealed_name.as_deref().map(Into::into),
        Some(new.media_type.code().into()),
        Some(i64::try_from(new.content.len()).unwrap_or(i64::MAX).into()),
        Some(sha256.into()),
        Some(acting.principal.name().into()),
        Some(acting.now.as_microsecond().into()),
        Some(DocumentState::Current.code().into()),
    ]
}

fn unknown(id: &str) -> Refusal {
    Refusal::new("document_unknown", format!("There is no document {id}: open it from its list."))
        .with("document", id)
}

/// The documents of a subject that are not withdrawn, the newest first; who may see them was asked before.
pub(super) async fn current(reader: Reader<'_>, subject: &str) -> Result<Vec<Document>, StoreError> {
    let condition = "WHERE subject = $1 AND state = 'current' ORDER BY recorded_in DESC";
    let stored = read(reader, condition, subject).await?;
    Ok(stored.into_iter().map(|stored| stored.document).collect())
}

async fn by_id(reader: Reader<'_>, id: &str) -> Result<Option<Stored>, StoreError> {
    Ok(read(reader, "WHERE document_id = $1", id).await?.pop())
}

async fn read(reader: Reader<'_>, condition: &str, value: &str) -> Result<Vec<Stored>, StoreError> {
    let sql = format!("SELECT {} FROM document {condition}", TABLE.select_list());
    let stored = |row| {
        let mut row = RowReader::new("document", row);
        let (id, subject) = (row.text()?, row.text()?);
        let class = row.code("class", DocumentClass::parse)?;
        let (file_name, sealed_name) = (row.optional_text()?, row.optional_bytes()?);
        let document = Document {
            id,
            subject,
            class,
            file_name,
            is_sealed: sealed_name.is_some(),
            media_type: row.code("media_type", MediaType::parse)?,
            size_bytes: row.key()?,
            content_sha256: row.bytes()?,
            uploaded_by: row.text()?,
            uploaded_at: row.time("uploaded_at_us")?,
            state: row.code("state", DocumentState::parse)?,
            version: row.key()?,
        };
        Ok(Stored { document, sealed_name })
    };
    reader.all(&sql, [Value::from(value)]).await?.iter().map(stored).collect()
}
