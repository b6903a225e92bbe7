//! Exceptional banking: a rejected unit is kept all the same, by the signature of a director, with the reason.

use super::attempt::write_down;
use super::{TABLE, read, subject};
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::store::{Proof, Signing, Store, session, signature};
use crate::{
    Acting, BankError, Coverage, Decision, KeyRing, Meaning, Permission, Refusal, Role, Signature,
    UnitOutcome,
};

/// What the history calls the attempt.
const ATTEMPT: &str = "exception";

impl Store {
    /// Makes an exception from a rejection in force. Who makes it is a director, did not decide, and has signed this
    /// very decision as approved; the reason of `acting` is needed. A refused attempt is written down with the unit.
    ///
    /// # Errors
    /// `permission_missing`, `decision_unknown`, `decision_not_rejected`, `director_needed`, `four_eyes`,
    /// `reason_missing`, `signature_missing`.
    pub async fn except_decision(&self, id: &str, acting: &Acting<'_>) -> Result<Decision, BankError> {
        let write = self.database.begin().await?;
        let decision = read::by_id(write.reader(), id).await?;
        let signatures = signature::read(write.reader(), &decision.canonical().subject()).await?;
        let signed = may(&decision, acting).and_then(|()| own(&signatures, &decision, acting));
        match signed {
            Ok(signature) => except(write, &decision, (signature, None), acting).await,
            Err(refusal) => Err(write_down(write, (&decision.unit, ATTEMPT), refusal, acting).await?),
        }
    }

    /// The same with the signature: both are written, or neither is. Who may not make the exception signs nothing.
    ///
    /// # Errors
    /// Those of [`Store::except_decision`], and those of [`Store::sign`].
    pub async fn sign_exception(
        &self,
        id: &str,
        proof: Proof<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Decision, BankError> {
        let write = self.database.begin().await?;
        let decision = read::by_id(write.reader(), id).await?;
        if let Err(refusal) = may(&decision, acting) {
            return Err(write_down(write, (&decision.unit, ATTEMPT), refusal, acting).await?);
        }
        write.rollback().await?;
        let canonical = decision.canonical();
        let signing = Signing { record: &canonical, meaning: Meaning::Approved, site: None };
        let (signature, _) = self.proven(signing, proof, keys, acting).await?;
        let write = self.database.begin().await?;
        // Somebody may have been faster while the password was checked.
        let decision = read::by_id(write.reader(), id).await?;
        match may(&decision, acting) {
            Ok(()) => except(write, &decision, (&signature, Some(proof)), acting).await,
            Err(refusal) => Err(write_down(write, (&decision.unit, ATTEMPT), refusal, acting).await?),
        }
    }
}

/// Writes an exception that may be made, with its signature where that is not yet written.
async fn except(
    write: WriteTransaction<'_>,
    decision: &Decision,
    (signature, proof): (&Signature, Option<Proof<'_>>),
    acting: &Acting<'_>,
) -> Result<Decision, BankError> {
    let context = acting.allowed(Permission::RecordSign, None)?;
    let set = vec![
        ("exception_reason", Some(acting.reason_given()?.into())),
        ("exception_signature", Some(signature.id.as_str().into())),
        ("exception_by", Some(acting.principal.name().into())),
        ("exception_at_us", Some(acting.now.as_microsecond().into())),
    ];
    let event = Event::new("unit_exception_made", subject(&decision.unit));
    let mut events: Vec<Event> = proof.iter().map(|_| signature::signed(signature)).collect();
    events.push(event.update(&TABLE, vec![decision.id.as_str().into()], set));
    write.record(&context, events).await?;
    if let Some(proof) = proof {
        session::mark_signed(&write, proof.session, acting.now).await?;
    }
    let after = read::by_id(write.reader(), &decision.id).await?;
    write.commit().await?;
    Ok(after)
}

fn may(decision: &Decision, acting: &Acting<'_>) -> Result<(), Refusal> {
    acting.allowed(Permission::RecordSign, None)?;
    let number = decision.unit.written();
    let is_rejected = decision.evaluation.outcome == UnitOutcome::Rejected;
    if !decision.is_in_force || !is_rejected || decision.exception.is_some() {
        let sentence = format!(
            "This decision on {number} is no rejection in force: an exception is made only from one that is."
        );
        return Err(Refusal::new("decision_not_rejected", sentence).with("number", number));
    }
    let is_director = |role: Role| matches!(role, Role::Director | Role::MedicalDirector);
    if !acting.principal.grants().iter().any(|grant| is_director(grant.role)) {
        let sentence = format!("Only a director makes an exception for {number}: ask one.");
        return Err(Refusal::new("director_needed", sentence).with("number", number));
    }
    let is_same = decision.decided.actor == acting.principal.name()
        || decision.decided.account_id.is_some()
            && decision.decided.account_id.as_deref() == acting.principal.account_id();
    if is_same {
        let sentence = format!("Who decided on {number} does not make the exception: ask another director.");
        return Err(Refusal::new("four_eyes", sentence).with("number", number).with("move", "exception"));
    }
    Ok(())
}

fn own<'s>(
    signatures: &'s [Signature],
    decision: &Decision,
    acting: &Acting<'_>,
) -> Result<&'s Signature, Refusal> {
    let canonical = decision.canonical();
    let counts = |one: &&Signature| {
        Some(one.account_id.as_str()) == acting.principal.account_id()
            && one.meaning == Meaning::Approved
            && one.coverage(&canonical) == Coverage::Covers
    };
    signatures.iter().rev().find(counts).ok_or_else(|| {
        let sentence = "An exception needs your signature on this decision, as approved: sign it first.";
        Refusal::new("signature_missing", sentence).with("record", &decision.id).with("meaning", "approved")
    })
}
