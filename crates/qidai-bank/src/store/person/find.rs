//! Finding a person by a field, without opening anybody.

use sea_orm::Value;

use super::heads;
use super::open::{may_open, not_yours};
use crate::store::Store;
use crate::store::access_log::{self, Opening};
use crate::{Acting, BankError, KeyRing, Permission, PersonField, PersonKind, Purpose, Refusal};

/// Matches that one search gives: more people than that share no document and no telephone.
const FOUND_MAX: u32 = 100;

impl Store {
    /// Pseudonyms of the persons whose field has this value, as far as the actor could open them for the purpose.
    /// The search is a line of the access log, without the value.
    ///
    /// # Errors
    /// `permission_missing`, `purpose_not_yours`, `field_not_searchable`.
    pub async fn find_persons(
        &self,
        (field, value): (PersonField, &str),
        purpose: Purpose,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Vec<(String, PersonKind)>, BankError> {
        if !acting.principal.may_somewhere(Permission::PersonOpen) {
            acting.principal.may(Permission::PersonOpen, None)?;
        }
        let mut roles = acting.principal.grants().iter().map(|grant| grant.role);
        let role = roles.find(|role| purpose.roles().contains(role)).ok_or_else(|| not_yours(purpose))?;
        if !field.is_searchable() {
            let sentence =
                format!("Persons are not found by {}: take name, document or telephone.", field.code());
            return Err(Refusal::new("field_not_searchable", sentence).with("field", field.code()).into());
        }
        let write = self.database.begin().await?;
        let tags = keys.index_under_all(field.code(), &field.normal(value));
        let places: Vec<String> = (2..).take(tags.len()).map(|number| format!("${number}")).collect();
        let condition = format!(
            "WHERE person_id IN (SELECT person_id FROM person_index WHERE field = $1 AND tag IN ({})) \
             ORDER BY person_id LIMIT {FOUND_MAX}",
            places.join(", ")
        );
        let values =
            std::iter::once(Value::from(field.code())).chain(tags.into_iter().map(Value::from)).collect();
        let found = heads(write.reader(), &condition, values).await?;
        let actor = crate::Actor { role: role.code(), ..acting.principal.as_actor() };
        let opening = Opening {
            kind: "person_searched",
            subject: field.code().to_owned(),
            purpose: purpose.code(),
            document: None,
        };
        access_log::append(&write, &opening, actor, acting).await?;
        write.commit().await?;
        let mine = found.iter().filter(|head| may_open(head, purpose, acting).is_ok());
        Ok(mine.map(|head| (head.id.clone(), head.kind)).collect())
    }
}
