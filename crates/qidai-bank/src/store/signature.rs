//! Signatures and the certification of signers.

use jiff::Timestamp;
use sea_orm::Value;

use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, account, session, sign_in};
use crate::signature::CERTIFICATION_VERSION;
use crate::{
    Acting, BankError, CanonicalRecord, KeyRing, Meaning, Permission, Refusal, Signature, Token, WriteContext,
};

pub(super) static TABLE: Table =
    Table { name: "signature", key: &["signature_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 9] = [
    Column::text("signature_id"),
    Column::text("subject"),
    Column::text("meaning"),
    Column::text("account_id"),
    Column::text("staff_number"),
    Column::text("role"),
    Column::int("signed_at_us"),
    Column::bytes("record_digest"),
    Column::text("components"),
];

/// What somebody gives to sign: the two components of 21 CFR 11.200, in the session they are signed in with.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    pub session: &'a Token,
    pub password: &'a str,
    /// Of the authenticator app: for the first signature of a session, and for the certification.
    pub code: Option<&'a str>,
}

impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof")
    }
}

/// Signs what, with which meaning, where.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    pub record: &'a CanonicalRecord,
    pub meaning: Meaning,
    /// Of the record, where it belongs to one.
    pub site: Option<&'a str>,
}

impl Store {
    /// Writes down that the signer confirmed [`crate::CERTIFICATION`], with all components (21 CFR 11.100(c)).
    ///
    /// # Errors
    /// `person_needed`, `session_ended`, `sign_in_wrong`, `code_used`, `sign_in_locked`.
    pub async fn certify_signer(
        &self,
        proof: Proof<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let account_id = signer(acting)?;
        self.prove(proof, account_id, keys, acting, true).await?;
        let write = self.database.begin().await?;
        let stored = account::by_id(write.reader(), account_id).await?.ok_or_else(session_ended)?;
        let subject = account::subject(&stored.account.staff_number);
        let event = Event::new("signer_certified", subject).update(
            &account::TABLE,
            vec![account_id.into()],
            vec![
                ("certified_version", Some(CERTIFICATION_VERSION.into())),
                ("certified_at_us", Some(acting.now.as_microsecond().into())),
            ],
        );
        write.record(&acting.own(), vec![event]).await?;
        write.commit().await.map_err(BankError::from)
    }

    /// Signs a record. The first signature of a session needs password and code, later ones the password.
    ///
    /// # Errors
    /// `permission_missing`, `person_needed`, `session_ended`, `signer_not_certified`, `sign_in_wrong`, `code_used`,
    /// `sign_in_locked`.
    pub async fn sign(
        &self,
        signing: Signing<'_>,
        proof: Proof<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Signature, BankError> {
        let (signature, context) = self.proven(signing, proof, keys, acting).await?;
        let write = self.database.begin().await?;
        write.record(&context, vec![signed(&signature)]).await?;
        session::mark_signed(&write, proof.session, acting.now).await?;
        write.commit().await?;
        Ok(signature)
    }

    /// A signature that is proven and not yet written: what it signs, and what follows from it, are written with it or not
    /// at all.
    pub(super) async fn proven<'a>(
        &self,
        signing: Signing<'a>,
        proof: Proof<'_>,
        keys: &KeyRing,
        acting: &Acting<'a>,
    ) -> Result<(Signature, WriteContext<'a>), BankError> {
        let account_id = signer(acting)?;
        let actor = acting.principal.may(Permission::RecordSign, signing.site)?;
        let stored = account::by_id(self.database.reader(), account_id).await?.ok_or_else(session_ended)?;
        if stored.certified_version.as_deref() != Some(CERTIFICATION_VERSION) {
            let sentence =
                "Before the first signature confirm once that your electronic signatures bind you.";
            return Err(Refusal::new("signer_not_certified", sentence).into());
        }
        let reader = self.database.reader();
        let before = session::signed_at(reader, proof.session, account_id, acting.now).await?;
        let all_components = before.ok_or_else(session_ended)?.is_none();
        self.prove(proof, account_id, keys, acting, all_components).await?;
        let signature = Signature {
            id: acting.ids.next_id(),
            subject: signing.record.subject(),
            meaning: signing.meaning,
            account_id: account_id.to_owned(),
            staff_number: stored.account.staff_number,
            role: actor.role.to_owned(),
            signed_at: acting.now,
            record_digest: signing.record.digest(),
            components: if all_components { "password+code" } else { "password" }.to_owned(),
        };
        let context =
            WriteContext { reason: acting.reason, ..WriteContext::new(acting.now, actor, acting.ids) };
        Ok((signature, context))
    }

    /// The signatures of a record, oldest first; [`Signature::coverage`] says whether they still cover it.
    pub async fn signatures(&self, record: &CanonicalRecord) -> Result<Vec<Signature>, StoreError> {
        read(self.database.reader(), &record.subject()).await
    }

    async fn prove(
        &self,
        proof: Proof<'_>,
        account_id: &str,
        keys: &KeyRing,
        acting: &Acting<'_>,
        all_components: bool,
    ) -> Result<(), BankError> {
        let alive = session::signed_at(self.database.reader(), proof.session, account_id, acting.now).await?;
        alive.ok_or_else(session_ended)?;
        let components = (proof.password, proof.code);
        let when = (acting.now, acting.ids);
        sign_in::prove(self, account_id, components, keys, when, all_components).await
    }
}

/// Only a person signs.
fn signer<'a>(acting: &Acting<'a>) -> Result<&'a str, Refusal> {
    let person = acting.principal.account_id().filter(|_| !acting.principal.is_machine());
    let sentence = "Only somebody who is signed in can sign: neither the console nor a machine.";
    person.ok_or_else(|| Refusal::new("person_needed", sentence))
}

fn session_ended() -> Refusal {
    Refusal::new("session_ended", "You are no longer signed in: sign in again, then sign.")
}

/// The event of a signature.
pub(super) fn signed(signature: &Signature) -> Event {
    Event::new("record_signed", signature.subject.as_str()).insert(&TABLE, row_of(signature))
}

/// A signature that was given elsewhere, with the event of what was signed.
pub(super) fn carried(event: Event, signature: &Signature) -> Event {
    event.insert(&TABLE, row_of(signature))
}

fn row_of(signature: &Signature) -> super::cell::Row {
    vec![
        Some(signature.id.as_str().into()),
        Some(signature.subject.as_str().into()),
        Some(signature.meaning.code().into()),
        Some(signature.account_id.as_str().into()),
        Some(signature.staff_number.as_str().into()),
        Some(signature.role.as_str().into()),
        Some(Timestamp::as_microsecond(signature.signed_at).into()),
        Some(signature.record_digest.as_slice().into()),
        Some(signature.components.as_str().into()),
    ]
}

pub(super) async fn read(reader: Reader<'_>, subject: &str) -> Result<Vec<Signature>, StoreError> {
    let sql = format!(
        "SELECT {} FROM signature WHERE subject = $1 ORDER BY recorded_in, signature_id",
        TABLE.select_list()
    );
    let signature = |row| {
        let mut row = RowReader::new("signature", row);
        Ok(Signature {
            id: row.text()?,
            subject: row.text()?,
            meaning: row.code("meaning", Meaning::parse)?,
            account_id: row.text()?,
            staff_number: row.text()?,
            role: row.text()?,
            signed_at: row.time("signed_at_us")?,
            record_digest: row.bytes()?,
            components: row.text()?,
        })
    };
    reader.all(&sql, [Value::from(subject)]).await?.iter().map(signature).collect()
}
