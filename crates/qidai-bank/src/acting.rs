//! Somebody acts, now, with what is needed for it.

use jiff::{SignedDuration, Timestamp};

use crate::{Actor, IdSource, Permission, Principal, RandomSource, Refusal, WriteContext};

/// From when on an entry needs a reason for being late.
pub const LATE_MINUTES: i64 = 15;
/// How late an entry may be made by whoever did it.
pub const LATE_HOURS: i64 = 24;

/// What every act of a person or a machine needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Acting<'a> {
    pub principal: &'a Principal,
    pub now: Timestamp,
    pub ids: &'a IdSource,
    pub random: &'a RandomSource,
    /// Why, in the actor's words; without personal data.
    pub reason: Option<&'a str>,
    /// The version of what is changed, as the actor saw it ([`crate::Store::version_of`]). Another one refuses the act
    /// with `version_changed`; `None` acts on whatever is there.
    pub expected_version: Option<u64>,
    /// When it was done, where that is earlier than now: after a power failure, from paper.
    pub effective_at: Option<Timestamp>,
}

impl<'a> Acting<'a> {
    pub fn new(
        principal: &'a Principal,
        now: Timestamp,
        ids: &'a IdSource,
        random: &'a RandomSource,
    ) -> Self {
        Self { principal, now, ids, random, reason: None, expected_version: None, effective_at: None }
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same, but only on what is still at this version.
    #[must_use]
    pub fn expecting(self, version: Option<u64>) -> Self {
        Self { expected_version: version, ..self }
    }

    /// The same, but it was done already then: an entry made late, which the history marks by its two times.
    #[must_use]
    pub fn since(self, effective_at: Option<Timestamp>) -> Self {
        Self { effective_at, ..self }
    }

    /// The context of an actor who may do it, at the time when it was done.
    ///
    /// # Errors
    /// `effective_in_future`; `reason_missing` for an entry made more than [`LATE_MINUTES`] late without a reason;
    /// `late_entry_needs_quality` for one of more than [`LATE_HOURS`], but by whoever decides on units.
    pub(crate) fn context(&self, actor: Actor<'a>) -> Result<WriteContext<'a>, Refusal> {
        let context = WriteContext { reason: self.reason, ..WriteContext::new(self.now, actor, self.ids) };
        let Some(then) = self.effective_at else { return Ok(context) };
        if then > self.now {
            let sentence = format!("{then} has not come yet: write the time at which it was done.");
            return Err(Refusal::new("effective_in_future", sentence).with("value", then.to_string()));
        }
        let late = self.now.duration_since(then);
        if late > SignedDuration::from_mins(LATE_MINUTES) {
            self.reason_given()?;
        }
        let decides = self.principal.is_system() || self.principal.may_somewhere(Permission::UnitAccept);
        if late > SignedDuration::from_hours(LATE_HOURS) && !decides {
            let sentence = format!(
                "{then} is more than {LATE_HOURS} hours ago: what is entered so late is entered by a quality manager, \
                 from the sheet."
            );
            return Err(Refusal::new("late_entry_needs_quality", sentence).with("value", then.to_string()));
        }
        Ok(context.effective(then))
    }

    /// The context for writing, when the permission is there.
    ///
    /// # Errors
    /// As [`Principal::may`].
    pub fn allowed(
        &self,
        permission: Permission,
        site: Option<&'a str>,
    ) -> Result<WriteContext<'a>, Refusal> {
        self.context(self.principal.may(permission, site)?)
    }

    /// The context for what everybody may do with what is their own.
    pub(crate) fn own(&self) -> WriteContext<'a> {
        let actor = self.principal.as_actor();
        WriteContext { reason: self.reason, ..WriteContext::new(self.now, actor, self.ids) }
    }

    /// The reason, for acts that need one.
    pub(crate) fn reason_given(&self) -> Result<&'a str, Refusal> {
        /// Shorter texts say nothing to the person who reads them later.
        const LENGTH_MIN: usize = 8;
        let reason = self.reason.map(str::trim).filter(|reason| reason.chars().count() >= LENGTH_MIN);
        let sentence =
            format!("This needs a reason of at least {LENGTH_MIN} characters: write why, without names.");
        reason.ok_or_else(|| Refusal::new("reason_missing", sentence))
    }
}
