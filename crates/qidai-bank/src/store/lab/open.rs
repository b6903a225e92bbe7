//! Opening what was received. It may carry a name: it is opened for a purpose, and every opening and every refusal is a
//! line of the access log.

use zeroize::Zeroizing;

use super::content::{self, Sealed};
use super::message::{TABLE, by_id, unknown};
use crate::store::Store;
use crate::store::access_log::{self, Opening};
use crate::store::event::Event;
use crate::store::row::RowReader;
use crate::{Acting, Actor, BankError, KeyRing, LabMessage, Permission, Purpose, Refusal};

/// Messages that one step seals: the writer is held for a fraction of a second.
const STEP_MESSAGES: usize = 100;

impl Store {
    /// A message with its bytes as they came.
    ///
    /// # Errors
    /// `message_unknown`, `permission_missing`, `purpose_not_yours`, `purpose_not_for_kind`; an outage when it is not
    /// what was received.
    pub async fn open_lab_message(
        &self,
        id: &str,
        purpose: Purpose,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<(LabMessage, Zeroizing<Vec<u8>>), BankError> {
        let write = self.database.begin().await?;
        let message = by_id(write.reader(), id).await?.ok_or_else(|| unknown(id))?;
        let allowed = may_open(purpose, &message, acting);
        let (kind, actor) = match &allowed {
            Ok(actor) => ("lab_message_opened", *actor),
            Err(_) => ("lab_message_open_refused", acting.principal.as_actor()),
        };
        let opened = match &allowed {
            Ok(_) => content::opened(write.reader(), id, keys).await?,
            Err(_) => None,
        };
        let subject = format!("lab_message/{id}");
        access_log::append(
            &write,
            &Opening { kind, subject, purpose: purpose.code(), document: None },
            actor,
            acting,
        )
        .await?;
        let refusal = allowed.err();
        write.commit().await?;
        match (refusal, opened) {
            (Some(refusal), _) => Err(refusal.into()),
            (None, Some(content)) => Ok((message, content)),
            (None, None) => {
                Err(BankError::Tampered { what: "a message", subject: format!("lab_message {id}") })
            }
        }
    }

    /// Seals messages that were kept before contents were sealed, some at a time; gives how many. Call until it gives 0.
    ///
    /// # Errors
    /// Outages only; what was sealed before stays so.
    pub async fn seal_lab_messages(&self, keys: &KeyRing, acting: &Acting<'_>) -> Result<usize, BankError> {
        let sql = format!(
            "SELECT c.message_id, c.content FROM lab_message_content c WHERE NOT EXISTS \
             (SELECT 1 FROM lab_message_key k WHERE k.message_id = c.message_id) \
             ORDER BY c.message_id LIMIT {STEP_MESSAGES}"
        );
        if self.database.reader().first(&sql, []).await?.is_none() {
            return Ok(0);
        }
        let write = self.database.begin().await?;
        let rows = write.reader().all(&sql, []).await?;
        for row in &rows {
            let mut row = RowReader::new("lab_message_content", row);
            let (id, plain) = (row.text()?, row.bytes()?);
            let sealed = Sealed::new(&id, &plain, keys, acting.random)?;
            let set = vec![("content_sha256", Some(sealed.sha256().as_slice().into()))];
            let event = Event::new("lab_message_sealed", format!("lab_message/{id}"));
            let event = event.update(&TABLE, vec![id.as_str().into()], set);
            write.record(&acting.own(), vec![event]).await?;
            sealed.write(&write, &id).await?;
        }
        write.commit().await?;
        Ok(rows.len())
    }
}

/// Whoever works with results opens what they came from; who looks into what went wrong, too.
fn may_open<'a>(purpose: Purpose, message: &LabMessage, acting: &Acting<'a>) -> Result<Actor<'a>, Refusal> {
    if purpose == Purpose::LaboratoryWork && message.is_of_cold() {
        // A tank knows no names: whoever keeps it looks at what it sent.
        if let Ok(actor) = acting.principal.may(Permission::StorageMove, None) {
            return Ok(actor);
        }
    }
    let permissions: &[Permission] = match purpose {
        Purpose::LaboratoryWork => &[Permission::TestRecord, Permission::TestReview],
        Purpose::QualityInvestigation | Purpose::DataSubjectRequest | Purpose::LegalRequest => {
            &[Permission::PersonOpen]
        }
        other => {
            let sentence = format!("The purpose {} does not need what analysers sent.", other.code());
            return Err(Refusal::new("purpose_not_for_kind", sentence).with("purpose", other.code()));
        }
    };
    acting.principal.may_any(permissions, None)?;
    let serves = |role| purpose.roles().contains(&role);
    let mut found = permissions.iter().filter_map(|one| acting.principal.may_as(*one, None, serves).ok());
    found.next().ok_or_else(|| crate::store::person::not_yours(purpose))
}
