//! Every code that this crate gives to an issue, with what it means. Codes are stable: add, never change.
//! An issue itself says what to do next.

/// Code and meaning. Rules of the bank (`count_negative`, `din_check_wrong` …) and of HLA (`allele_unknown` …) have
/// their codes in `qidai-bank` and `qidai-hla`.
pub const CODES: &[(&str, &str)] = &[
    ("file_not_readable", "the file could not be read; says nothing about its content"),
    ("file_is_binary", "neither a text file nor an XLSX workbook"),
    ("file_is_old_excel", "an .xls file, or a workbook with a password"),
    ("file_empty", "no header, because there is nothing in the file"),
    ("encoding_unknown", "no encoding has this name"),
    ("too_many_columns", "more columns than any real file has"),
    ("record_too_long", "a record of more than 1 MiB"),
    ("quote_not_closed", "a quote that is opened and never closed; what follows it was not read"),
    ("workbook_too_large", "the archive unpacks to more than is read, as a zip bomb does"),
    ("workbook_damaged", "the archive or its sheet cannot be read"),
    ("sheet_unknown", "the workbook has no sheet of this name"),
    ("column_missing", "a column that is needed is not there"),
    ("column_twice", "two columns mean the same field"),
    ("mapped_column_missing", "the mapping names a column that the file does not have"),
    ("mapping_field_unknown", "the mapping names a field that does not exist"),
    ("mapping_not_readable", "the mapping file could not be read"),
    ("mapping_form_wrong", "the mapping file is not the JSON that is expected"),
    ("mapping_unit_wrong", "the mapping gives a unit that is no number"),
    ("mapping_identity_wrong", "the mapping describes a numbering that cannot be used"),
    ("row_ragged", "a row with more or fewer cells than the header"),
    ("gl_line_without_percent", "a line of a GL file without % between identifier and typing"),
    ("cell_empty", "a cell that no row may leave empty"),
    ("cell_is_error", "a spreadsheet's error such as #REF!"),
    ("character_nul", "a NUL byte within a row"),
    ("din_check_missing", "a DIN of 13 characters, without its check character"),
    ("text_damaged", "characters that the file's encoding does not know"),
    ("id_is_number", "an identifier that a spreadsheet turned into a number or a date"),
    ("identity_length_wrong", "an identifier that is too long"),
    ("identity_character_unknown", "an identifier with a blank or control character"),
    ("number_unclear", "not a number, or one that two readers read differently"),
    ("number_not_whole", "a part of a cell: the column is in another unit"),
    ("number_too_large", "a number that cannot be kept"),
    ("amount_implausible", "a number that is too small or large for its column: another unit"),
    ("date_unclear", "not a date, or one that two readers read differently"),
    ("bank_type_unknown", "neither public nor family"),
    ("status_unknown", "no state of a unit"),
    ("sex_unknown", "neither F nor M"),
    ("abo_unknown", "no ABO group"),
    ("rhd_unknown", "neither + nor -"),
    ("blood_group_unknown", "no blood group"),
    ("accreditation_unknown", "none of FACT, AABB, WMDA"),
    ("answer_unknown", "neither yes nor no"),
    ("outcome_unknown", "not negative, positive or indeterminate"),
    ("hla_missing", "an available unit without a typing"),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::CODES;

    /// What is refused as a whole, not row by row: its codes stand in docs/errors.md alone.
    const NOT_ROWS: [&str; 5] = ["analyser", "freeze_curve", "lab_file", "print", "telemetry"];

    fn sources(folder: &Path, without: &[&str], text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            if without.contains(&name) {
                continue;
            }
            if path.is_dir() {
                sources(&path, without, text);
            } else if path.file_name().is_some_and(|name| name != "codes.rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn each_code_is_given_somewhere_and_listed_once() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &[], &mut text);
        for (at, (code, meaning)) in CODES.iter().enumerate() {
            assert!(text.contains(&format!("\"{code}\"")), "{code} is given nowhere");
            assert!(CODES[at + 1..].iter().all(|(other, _)| other != code), "{code} is listed twice");
            assert!(!meaning.is_empty());
        }
    }

    #[test]
    fn each_code_of_the_sources_is_listed() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &NOT_ROWS, &mut text);
        let endings = [
            "_unknown",
            "_unclear",
            "_missing",
            "_wrong",
            "_damaged",
            "_empty",
            "_ragged",
            "_implausible",
            "_twice",
        ];
        for literal in text.split('"').skip(1).step_by(2) {
            let is_code = endings.iter().any(|ending| literal.ends_with(ending))
                && literal.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            // An uploaded document, or a listing, is refused as a whole, not row by row: its codes stand in docs/errors.md.
            let is_code =
                is_code && !["upload_", "inventory_", "rack_"].iter().any(|front| literal.starts_with(front));
            assert!(!is_code || CODES.iter().any(|(code, _)| *code == literal), "{literal} is not listed");
        }
    }
}
