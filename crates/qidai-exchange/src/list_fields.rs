//! The fields of an entry of an external list. Identifier and HLA are enough.

use qidai_bank::{Abo, IdentityError, ListedRecord, RhD, Sex, Typing};

use crate::field::{Field, Kind, counts};
use crate::plan::Target;
use crate::words;

/// Longest identifier of another registry; a GRID has 19 characters.
const ID_CHARS_MAX: usize = 64;

pub(crate) fn target() -> Target<ListedRecord> {
    let mut fields = origin();
    fields.extend(counts(|entry: &mut ListedRecord| &mut entry.counts));
    fields.extend(typings());
    Target { fields, required_columns: &["id", "hla"], required_cells: &["id", "hla"] }
}

fn origin() -> Vec<Field<ListedRecord>> {
    vec![
        Field::new(
            "id",
            Kind::Identity(|entry, text, _| {
                entry.id = id(text)?;
                Ok(())
            }),
        ),
        Field::day("collection_date", |entry, day| entry.collection_date = Some(day)),
        Field::day("birth_date", |entry, day| entry.birth_date = Some(day)),
        Field::word("sex", "sex_unknown", "F or M", |entry, text| {
            Sex::parse(text).map(|sex| entry.sex = Some(sex)).is_some()
        }),
        Field::word("abo", "abo_unknown", "A, B, AB or O", |entry, text| {
            Abo::parse(text).map(|abo| entry.abo = Some(abo)).is_some()
        }),
        Field::word("rhd", "rhd_unknown", "+ or -", |entry, text| {
            RhD::parse(text).map(|rhd| entry.rhd = Some(rhd)).is_some()
        }),
        Field::word("blood_group", "blood_group_unknown", "A+, B-, AB+, O …", |entry, text| {
            let group = words::blood_group(text);
            group.map(|(abo, rhd)| (entry.abo, entry.rhd) = (Some(abo), rhd.or(entry.rhd))).is_some()
        }),
    ]
}

fn typings() -> Vec<Field<ListedRecord>> {
    vec![
        Field::hla("hla", |entry, text| entry.typing.written = text),
        Field::text("hla_method", |entry, text| entry.typing.method = Some(text)),
        Field::text("hla_release", |entry, text| entry.typing.release = Some(text)),
        Field::day("hla_typed_on", |entry, day| entry.typing.typed_on = Some(day)),
        Field::hla("mother_hla", |entry, text| mother(entry).written = text),
        Field::text("mother_hla_method", |entry, text| mother(entry).method = Some(text)),
        Field::text("mother_hla_release", |entry, text| mother(entry).release = Some(text)),
        Field::day("mother_hla_typed_on", |entry, day| mother(entry).typed_on = Some(day)),
    ]
}

/// The other registry's identifier, as it writes it.
fn id(text: &str) -> Result<String, IdentityError> {
    let refuse = |code, reason: String| {
        let hint = format!("use one word of at most {ID_CHARS_MAX} characters");
        Err(IdentityError { code, reason, hint })
    };
    if text.chars().count() > ID_CHARS_MAX {
        return refuse(
            "identity_length_wrong",
            format!("the identifier is longer than {ID_CHARS_MAX} characters"),
        );
    }
    match text.chars().find(|c| c.is_control() || c.is_whitespace()) {
        Some(found) => refuse(
            "identity_character_unknown",
            format!("the identifier contains U+{:04X}", u32::from(found)),
        ),
        None => Ok(text.to_owned()),
    }
}

fn mother(entry: &mut ListedRecord) -> &mut Typing {
    entry.mother_typing.get_or_insert_default()
}
