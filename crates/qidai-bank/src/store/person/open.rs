//! Opening a person's data: by a role, for a purpose, written down before anything is shown.

use super::{Head, PersonState, readable, sealed};
use crate::store::access_log::{self, Opening};
use crate::store::{Store, StoreError, account};
use crate::{Acting, Actor, BankError, KeyRing, Permission, Person, PersonField, Purpose, Refusal};

impl Store {
    /// Opens all fields of a person. Every opening and every refusal is a line of the access log.
    ///
    /// # Errors
    /// `person_unknown`, `person_erased`, `permission_missing`, `purpose_not_yours`, `purpose_not_for_kind`,
    /// `person_restricted`.
    pub async fn open_person(
        &self,
        id: &str,
        purpose: Purpose,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Person, BankError> {
        let write = self.database.begin().await?;
        let head = readable(write.reader(), id).await?;
        let allowed = may_open(&head, purpose, acting);
        let (kind, actor) = match &allowed {
            Ok(actor) => ("person_opened", *actor),
            Err(_) => ("person_open_refused", acting.principal.as_actor()),
        };
        let person = match &allowed {
            Ok(_) => Some(
                sealed::read_all(write.reader(), &head, &sealed::key_of(write.reader(), &head, keys).await?)
                    .await?,
            ),
            Err(_) => None,
        };
        let opening =
            Opening { kind, subject: format!("person/{id}"), purpose: purpose.code(), document: None };
        access_log::append(&write, &opening, actor, acting).await?;
        let refusal = allowed.err();
        write.commit().await?;
        person.ok_or_else(|| {
            refusal.map_or_else(|| BankError::Interrupted("opening".to_owned()), BankError::from)
        })
    }

    /// The name of a member of staff, as it stands under signatures. It is not logged: whoever may see a record may
    /// see who signed it (21 CFR 11.50).
    ///
    /// # Errors
    /// Outages only; `None` when no name was entered, or it was erased.
    pub async fn staff_name(&self, account_id: &str, keys: &KeyRing) -> Result<Option<String>, BankError> {
        let reader = self.database.reader();
        let stored = account::by_id(reader, account_id).await?;
        let Some(person_id) = stored.and_then(|stored| stored.account.person_id) else { return Ok(None) };
        let head = match readable(reader, &person_id).await {
            Err(error) if error.code() == "person_erased" => return Ok(None),
            head => head?,
        };
        let person = sealed::read_all(reader, &head, &sealed::key_of(reader, &head, keys).await?).await?;
        Ok(person.get(PersonField::Name).map(str::to_owned))
    }

    /// Says which person an account belongs to.
    ///
    /// # Errors
    /// `permission_missing`, `account_unknown`, `person_unknown`.
    pub async fn set_account_person(
        &self,
        staff_number: &str,
        person_id: &str,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let context = acting.allowed(Permission::AccountManage, None)?;
        let write = self.database.begin().await?;
        readable(write.reader(), person_id).await?;
        let stored = account::by_staff_number(write.reader(), staff_number).await?;
        let stored = stored.ok_or_else(|| account::unknown(staff_number))?;
        let set = vec![("person_id", Some(person_id.into()))];
        let key = vec![stored.account.id.as_str().into()];
        let event = crate::store::event::Event::new("account_named", account::subject(staff_number));
        write.record(&context, vec![event.update(&account::TABLE, key, set)]).await?;
        write.commit().await.map_err(StoreError::into)
    }
}

/// Role, purpose, kind of person, site and state, in this order.
pub(in crate::store) fn may_open<'a>(
    head: &'a Head,
    purpose: Purpose,
    acting: &Acting<'a>,
) -> Result<Actor<'a>, Refusal> {
    let site = head.site.as_deref();
    acting.principal.may(Permission::PersonOpen, site)?;
    let serves = |role| purpose.roles().contains(&role);
    let actor = acting.principal.may_as(Permission::PersonOpen, site, serves);
    let actor = actor.map_err(|_| not_yours(purpose))?;
    if !purpose.kinds().contains(&head.kind) {
        let sentence =
            format!("The purpose {} does not need the data of a {}.", purpose.code(), head.kind.code());
        return Err(Refusal::new("purpose_not_for_kind", sentence).with("purpose", purpose.code()));
    }
    let always = [Purpose::QualityInvestigation, Purpose::DataSubjectRequest, Purpose::LegalRequest];
    if head.state == PersonState::Restricted && !always.contains(&purpose) {
        let sentence =
            "The use of this person's data is restricted: only quality, the law and the person open them.";
        return Err(Refusal::new("person_restricted", sentence));
    }
    Ok(actor)
}

pub(in crate::store) fn not_yours(purpose: Purpose) -> Refusal {
    let sentence =
        format!("None of your roles works for the purpose {}: name the one you work for.", purpose.code());
    Refusal::new("purpose_not_yours", sentence).with("purpose", purpose.code())
}
