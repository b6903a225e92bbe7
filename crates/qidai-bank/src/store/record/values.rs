//! What was written becomes what is kept: checks that need no database, then those that do.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use sea_orm::Value;
use unicode_normalization::UnicodeNormalization;

use crate::store::database::{Reader, placeholders};
use crate::store::{StoreError, account, setting, site, unit};
use crate::workflow::{self, Concept, Field, FieldKind, PersonOf};
use crate::{BankError, KeyRing, Person, PersonField, PersonKind, Problem, Record, Refusal};

/// Values as they are kept: open ones, and those of a person.
#[derive(Debug, Default)]
pub(in crate::store) struct Kept {
    /// `None` takes the value away.
    pub(in crate::store) open: Vec<(&'static str, Option<String>)>,
    pub(super) personal: Vec<(PersonField, String)>,
}

impl Kept {
    /// Open values that were checked already.
    pub(in crate::store) fn open(open: Vec<(&'static str, Option<String>)>) -> Self {
        Self { open, personal: Vec::new() }
    }

    /// Checks what was written, all of it.
    pub(in crate::store) async fn of(
        reader: Reader<'_>,
        concept: &'static Concept,
        written: &[(String, String)],
        today: Date,
    ) -> Result<Self, BankError> {
        let pairs = written.iter().map(|(code, value)| (code.as_str(), value.as_str()));
        let kept = concept.kept(pairs, today)?;
        let mut sorted = Self::default();
        let mut problems = Vec::new();
        for (code, value) in kept {
            let Some(field) = concept.field(code) else { continue };
            if let (true, Some(own)) = (field.is_personal, PersonField::parse(code)) {
                sorted.personal.push((own, value.unwrap_or_default()));
                continue;
            }
            let value = match value {
                Some(value) => match known(reader, field, value).await? {
                    Ok(value) => Some(value),
                    Err(problem) => {
                        problems.push(problem);
                        continue;
                    }
                },
                None => None,
            };
            sorted.open.push((field.code, value));
        }
        Refusal::if_any(problems)?;
        Ok(sorted)
    }

    /// The value that a field will have.
    pub(in crate::store) fn value<'k>(&'k self, code: &str, before: Option<&'k Record>) -> Option<&'k str> {
        if let Some((_, value)) = self.open.iter().find(|(known, _)| *known == code) {
            return value.as_deref();
        }
        if let Some((_, value)) = self.personal.iter().find(|(known, _)| known.code() == code) {
            return (!value.is_empty()).then_some("sealed");
        }
        before.and_then(|record| record.value_of(code))
    }

    /// The person whose data the personal fields are.
    pub(super) fn person(
        &self,
        concept: &Concept,
        site: Option<&str>,
        before: Option<&Record>,
    ) -> Option<Person> {
        let kind = match concept.person? {
            PersonOf::Kind(kind) => kind,
            PersonOf::Field(field) => PersonKind::parse(self.value(field, before)?)?,
        };
        if self.personal.iter().all(|(_, value)| value.is_empty()) {
            return None;
        }
        let mut person = Person::new(kind);
        person.site = site.map(str::to_owned);
        for (field, value) in &self.personal {
            person = person.with(*field, value.as_str());
        }
        Some(person)
    }
}

/// The value of a field that names something else, when that is there.
async fn known(
    reader: Reader<'_>,
    field: &Field,
    value: String,
) -> Result<Result<String, Problem>, StoreError> {
    let code = field.code;
    Ok(match field.kind {
        FieldKind::Reference(concept) => {
            let sql = "SELECT number FROM record WHERE concept = $1 AND number = $2";
            let values = [Value::from(concept), Value::from(value.to_ascii_uppercase())];
            match reader.first(sql, values).await? {
                Some(row) => Ok(row.try_get_by_index(0)?),
                None => {
                    let reason = format!("{code}: there is no {concept} {value}");
                    Err(field.problem(&value, "record_reference_unknown", reason, "check the number"))
                }
            }
        }
        FieldKind::Time => Ok(in_zone(reader, value).await?),
        FieldKind::Unit => match unit::find_by_number(reader, &value).await? {
            Some(identity) => Ok(format!("{}/{}", identity.scheme, identity.value)),
            None => {
                let reason = format!("{code}: the bank has no unit {value}, or several");
                Err(field.problem(&value, "record_unit_unknown", reason, "scan the label again"))
            }
        },
        FieldKind::Site => match site::require(reader, &value).await {
            Ok(()) => Ok(value),
            Err(BankError::Store(error)) => return Err(error),
            Err(_) => {
                let reason = format!("{code}: there is no site '{value}' in use");
                Err(field.problem(&value, "record_site_unknown", reason, "check the code"))
            }
        },
        FieldKind::Account => match account::by_staff_number(reader, &value).await? {
            Some(stored) => Ok(stored.account.staff_number),
            None => {
                let reason = format!("{code}: there is no account with the staff number {value}");
                Err(field.problem(&value, "record_account_unknown", reason, "check the number"))
            }
        },
        _ => Ok(value),
    })
}

/// A time without an offset is one of the bank's zone.
pub(super) async fn in_zone(reader: Reader<'_>, value: String) -> Result<String, StoreError> {
    let Ok(local) = value.parse::<DateTime>() else { return Ok(value) };
    if value.parse::<Timestamp>().is_ok() {
        return Ok(value);
    }
    let moment = setting::time_zone(reader).await?.to_timestamp(local);
    Ok(moment.map_or(value, workflow::whole_second))
}

/// What the value of a field names, as the history calls it: the way of a trace.
pub(in crate::store) fn refers_to(field: &Field, value: &str) -> Option<String> {
    match field.kind {
        FieldKind::Reference(concept) => Some(format!("{concept}/{value}")),
        FieldKind::Unit => Some(format!("unit/{value}")),
        FieldKind::Account => Some(format!("account/{value}")),
        _ => None,
    }
}

/// What nobody else of the concept may have: concept, field and the value as it is compared.
pub(super) fn unique_key(concept: &Concept, field: &Field, value: &str) -> Option<String> {
    let folded: String = value.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect();
    let is_open = field.is_unique && !field.is_personal;
    is_open.then(|| format!("{}/{}/{folded}", concept.code, field.code))
}

/// Refuses values that another record has and that must be unique.
pub(super) async fn check_unique(
    reader: Reader<'_>,
    concept: &'static Concept,
    kept: &Kept,
    own: Option<&str>,
    keys: Option<&KeyRing>,
) -> Result<(), BankError> {
    let mut problems = Vec::new();
    for field in concept.fields.iter().filter(|field| field.is_unique) {
        let holder = match (PersonField::parse(field.code).filter(|_| field.is_personal), keys) {
            (Some(personal), Some(keys)) => {
                let value =
                    kept.personal.iter().find(|(known, value)| *known == personal && !value.is_empty());
                match value {
                    Some((_, value)) => holder_of_person(reader, concept, (personal, value), keys).await?,
                    None => None,
                }
            }
            _ => match kept.open.iter().find(|(code, _)| *code == field.code) {
                Some((_, Some(value))) => holder(reader, unique_key(concept, field, value)).await?,
                _ => None,
            },
        };
        if let Some((_, number)) = holder.filter(|(id, _)| Some(id.as_str()) != own) {
            let value = kept.value(field.code, None).unwrap_or_default();
            let reason = format!("{number} has the same {} ({})", field.code, field.label.en);
            let hint = "use that record, or compare the value with its source";
            problems.push(field.problem(value, "record_not_unique", reason, hint));
        }
    }
    Ok(Refusal::if_any(problems)?)
}

/// Id and number of the record that has a unique value.
async fn holder(reader: Reader<'_>, key: Option<String>) -> Result<Option<(String, String)>, StoreError> {
    let Some(key) = key else { return Ok(None) };
    let sql = "SELECT r.record_id, r.number FROM record_field f JOIN record r ON r.record_id = f.record_id \
               WHERE f.unique_key = $1";
    let row = reader.first(sql, [Value::from(key)]).await?;
    row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).transpose()
}

/// The same for what is sealed: by the blind index, without opening anybody.
async fn holder_of_person(
    reader: Reader<'_>,
    concept: &Concept,
    (field, value): (PersonField, &str),
    keys: &KeyRing,
) -> Result<Option<(String, String)>, StoreError> {
    if !field.is_searchable() {
        return Ok(None);
    }
    let tags = keys.index_under_all(field.code(), &field.normal(value));
    let places = placeholders(3, tags.len());
    let sql = format!(
        "SELECT r.record_id, r.number FROM person_index i JOIN record r ON r.person_id = i.person_id \
         WHERE r.concept = $1 AND i.field = $2 AND i.tag IN ({places}) ORDER BY r.serial LIMIT 1"
    );
    let named = [Value::from(concept.code), Value::from(field.code())];
    let row = reader.first(&sql, named.into_iter().chain(tags.into_iter().map(Value::from))).await?;
    row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).transpose()
}
