//! Exceptional banking: a rejected unit is kept all the same, by the signature of a director, with the reason.

use super::{TABLE, read, subject};
use crate::store::event::Event;
use crate::store::{Store, signature};
use crate::{
    Acting, BankError, Coverage, Decision, Meaning, Permission, Refusal, Role, Signature, UnitOutcome,
};

impl Store {
    /// Makes an exception from a rejection in force. Who makes it is a director, did not decide, and has signed this
    /// very decision as approved; the reason of `acting` is needed.
    ///
    /// # Errors
    /// `permission_missing`, `decision_unknown`, `decision_not_rejected`, `director_needed`, `four_eyes`,
    /// `reason_missing`, `signature_missing`.
    pub async fn except_decision(&self, id: &str, acting: &Acting<'_>) -> Result<Decision, BankError> {
        let context = acting.allowed(Permission::RecordSign, None)?;
        let write = self.database.begin().await?;
        let decision = read::by_id(write.reader(), id).await?;
        may(&decision, acting)?;
        let reason = acting.reason_given()?;
        let signatures = signature::read(write.reader(), &decision.canonical().subject()).await?;
        let signature = own(&signatures, &decision, acting)?;
        let set = vec![
            ("exception_reason", Some(reason.into())),
            ("exception_signature", Some(signature.id.as_str().into())),
            ("exception_by", Some(acting.principal.name().into())),
            ("exception_at_us", Some(acting.now.as_microsecond().into())),
        ];
        let event = Event::new("unit_exception_made", subject(&decision.unit));
        write.record(&context, vec![event.update(&TABLE, vec![id.into()], set)]).await?;
        let after = read::by_id(write.reader(), id).await?;
        write.commit().await?;
        Ok(after)
    }
}

fn may(decision: &Decision, acting: &Acting<'_>) -> Result<(), Refusal> {
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
