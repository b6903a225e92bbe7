//! Opening documents. Those of a person are opened for a purpose, and every opening is a line of the access log.

use sea_orm::Value;
use sha2::{Digest as _, Sha256};

use super::{Stored, by_id, content_place, name_place, subject, unknown};
use crate::key::{Key, open};
use crate::store::access_log::{self, Opening};
use crate::store::database::Reader;
use crate::store::{Store, person};
use crate::{Acting, BankError, KeyRing, OpenDocument, Purpose, Refusal};

impl Store {
    /// A document with its file, as it was uploaded. A sealed one needs [`Store::open_sealed_document`].
    ///
    /// # Errors
    /// `document_unknown`, `permission_missing`, `document_sealed`; an outage when the file is not the one that the
    /// history knows.
    pub async fn open_document(&self, id: &str, acting: &Acting<'_>) -> Result<OpenDocument, BankError> {
        let reader = self.database.reader();
        let stored = by_id(reader, id).await?.ok_or_else(|| unknown(id))?;
        subject::find(reader, &stored.document.subject).await?.may_see(acting)?;
        if stored.document.is_sealed {
            let sentence = "This document holds a person's data: say for which purpose you open it.";
            return Err(Refusal::new("document_sealed", sentence).with("document", id).into());
        }
        let content = content(reader, &stored).await?;
        let file_name = stored.document.file_name.clone().unwrap_or_default();
        Ok(OpenDocument { document: stored.document, file_name, content })
    }

    /// A person's document with its file. Every opening and every refusal is a line of the access log.
    ///
    /// # Errors
    /// `document_unknown`, `person_erased`, `permission_missing`, `purpose_not_yours`, `purpose_not_for_kind`,
    /// `person_restricted`; the outage of [`Store::open_document`].
    pub async fn open_sealed_document(
        &self,
        id: &str,
        purpose: Purpose,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<OpenDocument, BankError> {
        let write = self.database.begin().await?;
        let stored = by_id(write.reader(), id).await?.ok_or_else(|| unknown(id))?;
        let Some(head) = subject::find(write.reader(), &stored.document.subject).await?.person else {
            write.rollback().await?;
            return self.open_document(id, acting).await;
        };
        let allowed = person::may_open(&head, purpose, acting);
        let (kind, actor) = match &allowed {
            Ok(actor) => ("document_opened", *actor),
            Err(_) => ("document_open_refused", acting.principal.as_actor()),
        };
        let opened = match &allowed {
            Ok(_) => {
                let key = person::key_of(write.reader(), &head, keys).await?;
                Some(unsealed(stored, &key, content_of(write.reader(), id).await?)?)
            }
            Err(_) => None,
        };
        let subject = format!("person/{}", head.id);
        let opening = Opening { kind, subject, purpose: purpose.code(), document: Some(id) };
        access_log::append(&write, &opening, actor, acting).await?;
        let refusal = allowed.err();
        write.commit().await?;
        match (opened, refusal) {
            (Some(opened), _) => Ok(opened),
            (None, Some(refusal)) => Err(refusal.into()),
            (None, None) => Err(BankError::Interrupted("opening".to_owned())),
        }
    }
}

fn unsealed(stored: Stored, key: &Key, content: Option<Vec<u8>>) -> Result<OpenDocument, BankError> {
    let id = &stored.document.id;
    let name = stored.sealed_name.as_deref().and_then(|sealed| open(key, name_place(id), sealed));
    let name = name.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    let content = content.and_then(|sealed| open(key, content_place(id), &sealed));
    match (name, content) {
        (Some(file_name), Some(content)) => {
            Ok(OpenDocument { file_name, content: content.to_vec(), document: stored.document })
        }
        _ => Err(tampered(id)),
    }
}

/// The file, which is the one that the history knows.
async fn content(reader: Reader<'_>, stored: &Stored) -> Result<Vec<u8>, BankError> {
    let id = stored.document.id.as_str();
    let content = content_of(reader, id).await?.ok_or_else(|| tampered(id))?;
    if Sha256::digest(&content).as_slice() != stored.document.content_sha256 {
        return Err(tampered(id));
    }
    Ok(content)
}

async fn content_of(reader: Reader<'_>, id: &str) -> Result<Option<Vec<u8>>, BankError> {
    let sql = "SELECT content FROM document_content WHERE document_id = $1";
    let row = reader.first(sql, [Value::from(id)]).await?;
    row.map(|row| row.try_get_by_index(0).map_err(|error| crate::StoreError::from(error).into())).transpose()
}

fn tampered(id: &str) -> BankError {
    BankError::Tampered { what: "the file", subject: format!("document {id}") }
}
