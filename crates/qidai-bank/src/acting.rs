//! Somebody acts, now, with what is needed for it.

use jiff::Timestamp;

use crate::{IdSource, Permission, Principal, RandomSource, Refusal, WriteContext};

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
}

impl<'a> Acting<'a> {
    pub fn new(
        principal: &'a Principal,
        now: Timestamp,
        ids: &'a IdSource,
        random: &'a RandomSource,
    ) -> Self {
        Self { principal, now, ids, random, reason: None, expected_version: None }
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

    /// The context for writing, when the permission is there.
    ///
    /// # Errors
    /// As [`Principal::may`].
    pub fn allowed(
        &self,
        permission: Permission,
        site: Option<&'a str>,
    ) -> Result<WriteContext<'a>, Refusal> {
        let actor = self.principal.may(permission, site)?;
        Ok(WriteContext { reason: self.reason, ..WriteContext::new(self.now, actor, self.ids) })
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
