//! From whatever was scanned to what it is: a unit by its number, a record by its own number or by what is printed on
//! something – a kit, a lot, a box, a certificate.

use sea_orm::Value;

use super::database::placeholders;
use super::row::RowReader;
use super::{Store, StoreError};
use crate::status::UNIT;
use crate::workflow::{self, Concept, FieldKind, Keeps, Mover, State, Step};
use crate::{BankError, Identity, Principal};

/// What one label leads to, at most.
const FOUND_MAX: usize = 50;
/// Characters of a value that its index knows.
const INDEXED: usize = 64;

/// Something that was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    pub concept: &'static Concept,
    /// Of a unit scheme and value (`din/G123424000001`), of a record its number.
    pub number: String,
    pub state: &'static State,
    /// The field of the record that has what was scanned; `None` where it is its own number.
    pub by: Option<&'static str>,
    /// Moves that lead on from its state, of those that the principal makes somewhere.
    pub next: Vec<&'static Step>,
}

impl Store {
    /// Everything that a scanned text may mean, of what the principal may see: units first, then records. Symbology
    /// prefixes of scanners (`]C0`, `]d1`), flags and check characters of a DIN, and blanks do not matter.
    ///
    /// # Errors
    /// Outages only.
    pub async fn scanned(&self, text: &str, principal: &Principal) -> Result<Vec<Scanned>, BankError> {
        let forms = forms_of(text);
        let mut found = Vec::new();
        for identity in self.units_of(&forms).await? {
            found.extend(unit(&identity.0, &identity.1, principal));
        }
        for (concept, number, state, field) in self.records_of(&forms).await? {
            let Some(concept) = workflow::concept(&concept).filter(|one| one.may_view(principal)) else {
                continue;
            };
            let Some(state) = concept.state(&state) else { continue };
            let by = field.and_then(|code| concept.field(&code)).map(|field| field.code);
            let next = next_steps(concept, state, principal);
            if !found.iter().any(|one: &Scanned| one.concept.code == concept.code && one.number == number) {
                found.push(Scanned { concept, number, state, by, next });
            }
        }
        Ok(found)
    }

    async fn units_of(&self, forms: &[String]) -> Result<Vec<(Identity, String)>, StoreError> {
        let places = placeholders(1, forms.len());
        let sql =
            format!("SELECT scheme, identity, status FROM unit WHERE identity IN ({places}) ORDER BY scheme");
        let rows =
            self.database.reader().all(&sql, forms.iter().map(|form| Value::from(form.as_str()))).await?;
        let read = |row| {
            let mut row = RowReader::new("unit", row);
            Ok((Identity { scheme: row.text()?, value: row.text()? }, row.text()?))
        };
        rows.iter().map(read).collect()
    }

    /// Concept, number, state and, where that is not its number, the field of each record.
    async fn records_of(
        &self,
        forms: &[String],
    ) -> Result<Vec<(String, String, String, Option<String>)>, StoreError> {
        let reader = self.database.reader();
        let values = || forms.iter().map(|form| Value::from(form.as_str()));
        let places = placeholders(1, forms.len());
        let concepts = workflow::concepts().iter().filter(|one| one.keeps == Keeps::Records);
        // Codes of declared concepts and fields: small letters, digits and _.
        let named: Vec<String> = concepts.clone().map(|one| format!("'{}'", one.code)).collect();
        let sql = format!(
            "SELECT concept, number, state FROM record WHERE concept IN ({}) AND number IN ({places}) LIMIT {FOUND_MAX}",
            named.join(", ")
        );
        let mut all = Vec::new();
        for row in reader.all(&sql, values()).await? {
            let mut row = RowReader::new("record", &row);
            all.push((row.text()?, row.text()?, row.text()?, None));
        }
        // One question for each field, and so one place in the index for each: with OR a million fields would be read.
        let of_fields: Vec<String> =
            concepts.flat_map(printed).map(|field| of_field(&field, &places)).collect();
        let sql = format!(
            "SELECT r.concept, r.number, r.state, f.field FROM ({}) f JOIN record r ON r.record_id = f.record_id \
             ORDER BY r.created_at_us DESC LIMIT {FOUND_MAX}",
            of_fields.join(" UNION ALL ")
        );
        for row in reader.all(&sql, values()).await? {
            let mut row = RowReader::new("record", &row);
            all.push((row.text()?, row.text()?, row.text()?, Some(row.text()?)));
        }
        Ok(all)
    }
}

/// The records of which a field has one of some values.
fn of_field(field: &str, places: &str) -> String {
    format!(
        "SELECT f.record_id, f.field FROM record_field f WHERE {field} AND SUBSTR(f.value, 1, {INDEXED}) IN ({places}) \
         AND f.value IN ({places})"
    )
}

/// Conditions for the fields of a concept whose values stand on labels and papers.
fn printed(concept: &'static Concept) -> impl Iterator<Item = String> {
    let fields = concept.open_fields().filter(|field| field.is_unique || field.is_searched);
    let fields = fields.filter(|field| matches!(field.kind, FieldKind::Text | FieldKind::Uscc));
    fields.map(|field| format!("f.concept = '{}' AND f.field = '{}'", concept.code, field.code))
}

/// The forms in which a scanned text may be kept.
fn forms_of(text: &str) -> Vec<String> {
    let plain = text.trim();
    let plain = match plain.strip_prefix(']') {
        // The prefix of a scanner: a letter for the symbology, and a digit.
        Some(rest) if rest.len() > 2 && rest.is_char_boundary(2) => &rest[2..],
        _ => plain,
    };
    let typed: String = plain.chars().filter(|c| !c.is_whitespace()).take(INDEXED).collect();
    let din = Identity::din(&typed).map(|din| din.value);
    let mut forms: Vec<String> = din.into_iter().collect();
    forms.extend([plain.chars().take(INDEXED).collect(), typed.to_uppercase(), typed]);
    forms.dedup();
    forms
}

fn unit(identity: &Identity, status: &str, principal: &Principal) -> Option<Scanned> {
    let concept = workflow::concept(UNIT).filter(|one| one.may_view(principal))?;
    let state = concept.state(status)?;
    let number = format!("{}/{}", identity.scheme, identity.value);
    Some(Scanned { concept, number, state, by: None, next: next_steps(concept, state, principal) })
}

fn next_steps(concept: &'static Concept, state: &State, principal: &Principal) -> Vec<&'static Step> {
    let may = |step: &&'static Step| match &step.mover {
        Mover::System => false,
        Mover::With(permissions) => permissions.iter().any(|one| principal.may_somewhere(*one)),
    };
    concept.steps.iter().filter(|step| step.from.contains(&state.code)).filter(may).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scanner_adds_does_not_matter() {
        for text in [
            "G1234 17 654321",
            "=G123417654321 00",
            "]C0=G12341765432100",
            "g123417654321A",
            "]d1=G12341765432170",
        ] {
            assert!(forms_of(text).contains(&"G123417654321".to_owned()), "{text}: {:?}", forms_of(text));
        }
        assert!(forms_of(" kit-2026-0001 ").contains(&"KIT-2026-0001".to_owned()));
        assert!(forms_of("]").contains(&"]".to_owned()));
    }
}
