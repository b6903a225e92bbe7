//! The fields of an entry of an external list. Identifier and HLA are enough.

use qidai_bank::{Abo, IdentityError, ListedRecord, Measure, Phase, RhD, Sex, Typing};

use crate::field::{Field, Kind};
use crate::plan::Target;
use crate::words;

pub(crate) const TARGET: Target<ListedRecord> =
    Target { fields: FIELDS, required_columns: &["id", "hla"], required_cells: &["id", "hla"] };

/// Longest identifier of another registry; a GRID has 19 characters.
const ID_CHARS_MAX: usize = 64;

type Entry = Field<ListedRecord>;

const FIELDS: &[Entry] = &[
    Field {
        name: "id",
        kind: Kind::Identity(|entry, text, _| {
            entry.id = id(text)?;
            Ok(())
        }),
    },
    Field { name: "hla", kind: Kind::Hla(|entry, text| entry.typing.written = text) },
    text("hla_method", |entry, text| entry.typing.method = Some(text)),
    text("hla_release", |entry, text| entry.typing.release = Some(text)),
    day("hla_typed_on", |entry, day| entry.typing.typed_on = Some(day)),
    day("collection_date", |entry, day| entry.collection_date = Some(day)),
    day("birth_date", |entry, day| entry.birth_date = Some(day)),
    word("sex", "sex_unknown", "F or M", |entry, text| {
        Sex::parse(text).map(|sex| entry.sex = Some(sex)).is_some()
    }),
    word("abo", "abo_unknown", "A, B, AB or O", |entry, text| {
        Abo::parse(text).map(|abo| entry.abo = Some(abo)).is_some()
    }),
    word("rhd", "rhd_unknown", "+ or -", |entry, text| {
        RhD::parse(text).map(|rhd| entry.rhd = Some(rhd)).is_some()
    }),
    word("blood_group", "blood_group_unknown", "A+, B-, AB+, O …", |entry, text| {
        let group = words::blood_group(text);
        group.map(|(abo, rhd)| (entry.abo, entry.rhd) = (Some(abo), rhd.or(entry.rhd))).is_some()
    }),
    count("tnc_total", Measure::TncTotal),
    count("cd34_total", Measure::Cd34Total),
    count("cfu_gm_total", Measure::CfuGmTotal),
    count("mnc_total", Measure::MncTotal),
    count("nrbc_total", Measure::NrbcTotal),
    count("volume_ml", Measure::Volume),
    count("viability_percent", Measure::Viability),
    count("cd34_viability_percent", Measure::Cd34Viability),
    count("cd45_viability_percent", Measure::Cd45Viability),
    Field { name: "mother_hla", kind: Kind::Hla(|entry, text| mother(entry).written = text) },
    text("mother_hla_method", |entry, text| mother(entry).method = Some(text)),
    text("mother_hla_release", |entry, text| mother(entry).release = Some(text)),
    day("mother_hla_typed_on", |entry, day| mother(entry).typed_on = Some(day)),
];

/// The other registry's identifier, as it writes it.
pub(crate) fn id(text: &str) -> Result<String, IdentityError> {
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

const fn word(
    name: &'static str,
    code: &'static str,
    expected: &'static str,
    read: fn(&mut ListedRecord, &str) -> bool,
) -> Entry {
    Field { name, kind: Kind::Word { code, expected, read } }
}

const fn day(name: &'static str, set: fn(&mut ListedRecord, jiff::civil::Date)) -> Entry {
    Field { name, kind: Kind::Day { may_be_future: false, set } }
}

const fn count(name: &'static str, measure: Measure) -> Entry {
    Field { name, kind: Kind::Count { phase: Phase::Processed, measure, counts: |entry| &mut entry.counts } }
}

const fn text(name: &'static str, set: fn(&mut ListedRecord, String)) -> Entry {
    Field { name, kind: Kind::Text(set) }
}
