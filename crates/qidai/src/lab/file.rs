//! A file of a laboratory, for pages, API and commands alike: read, checked, entered, kept.

use jiff::tz::TimeZone;
use qidai_bank::{
    Acting, KeyRing, LabFileRow, LabFileTaken, NewLabFile, Phase, PlacedRemark, Remark, Store, ValueKind,
    discreet, test_named,
};
use qidai_exchange::lab_file::Column;
use qidai_exchange::{Issue, LabFile, LabMapping, LabOptions, LabRow, read_lab_file};
use qidai_hla::Nomenclature;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;

/// How a file is to be taken.
pub(crate) struct FileWish<'a> {
    /// The laboratory or the analyser: its mapping is used, and kept.
    pub(crate) laboratory: &'a str,
    /// Lines of a mapping; the one that is kept, where there are none.
    pub(crate) mapping: Option<&'a str>,
    pub(crate) phase: Option<Phase>,
    /// Say what would become of it, and write nothing.
    pub(crate) only_check: bool,
}

/// What became of a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct LabFileView {
    /// Id under which the file is kept; absent where it was only checked.
    pub(crate) message: Option<String>,
    /// `taken`, `partly`, `refused` or `repeated`.
    #[schema(example = "partly")]
    pub(crate) outcome: &'static str,
    pub(crate) rows_accepted: u64,
    /// Everything in them is waiting or in force already.
    pub(crate) rows_unchanged: u64,
    pub(crate) rows_refused: u64,
    /// Results that wait for review now.
    pub(crate) results: u64,
    pub(crate) columns: Vec<LabColumnView>,
    pub(crate) issues: Vec<LabIssueView>,
}

/// A column of a file, as it was understood.
#[derive(Serialize, ToSchema)]
pub(crate) struct LabColumnView {
    pub(crate) name: String,
    /// Code of a test; `specimen`, `phase`, `test`, `value`, `unit`, `time`; or `-` where it was left out.
    #[serde(rename = "is")]
    #[schema(example = "tnc_total")]
    pub(crate) role: &'static str,
    pub(crate) phase: Option<&'static str>,
    pub(crate) unit: Option<String>,
    /// Its commas were read as decimal points, because its values leave no doubt.
    pub(crate) has_decimal_comma: bool,
    pub(crate) swapped_with: Option<String>,
}

/// Something that was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct LabIssueView {
    /// Line of a text file or row of a sheet; absent where the whole file is meant.
    pub(crate) row: Option<u64>,
    /// Row and column, as a person finds them.
    #[schema(example = "row 4, TNC (10^8)")]
    pub(crate) place: String,
    #[schema(example = "result_decimal_comma")]
    pub(crate) code: String,
    pub(crate) sentence: String,
}

/// Reads a file, enters its good rows and keeps it. A file of which nothing can be read is kept too, and then refused.
///
/// # Errors
/// `lab_mapping_wrong`, `lab_name_wrong`, the code of a file that is no table, `permission_missing`.
pub(crate) async fn import(
    (store, keys): (&Store, &KeyRing),
    nomenclature: &Nomenclature<'_>,
    content: &[u8],
    wish: &FileWish<'_>,
    acting: &Acting<'_>,
) -> Result<LabFileView, Failure> {
    let saved = store.lab_mapping(wish.laboratory, acting.principal).await?;
    let text = wish.mapping.filter(|text| !text.trim().is_empty());
    let mapping = LabMapping::parse(text.or(saved.as_deref()).unwrap_or_default())
        .map_err(|error| Failure::refused("lab_mapping_wrong", error.sentence))?;
    let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
    let options = LabOptions { mapping, phase: wish.phase, zone };
    let read = match read_lab_file(content, &options) {
        Ok(file) => judged(file, nomenclature),
        Err(error) => {
            let failure = Failure::refused(error.code(), error.to_string());
            keep_unread((store, keys), content, wish, &failure, acting).await?;
            return Err(failure);
        }
    };
    let new = new_file(&read, content, wish);
    let taken = match wish.only_check {
        true => store.check_lab_file(&new, acting).await?,
        false => store.take_lab_file(&new, keys, acting).await?,
    };
    if let Some(text) = text.filter(|_| !wish.only_check && taken.rows_accepted > 0) {
        store.put_lab_mapping(wish.laboratory, text, acting).await?;
    }
    Ok(view(taken, &read.columns, wish))
}

async fn keep_unread(
    (store, keys): (&Store, &KeyRing),
    content: &[u8],
    wish: &FileWish<'_>,
    failure: &Failure,
    acting: &Acting<'_>,
) -> Result<(), Failure> {
    if wish.only_check {
        return Ok(());
    }
    let remark = Remark::new("file", failure.code(), failure.sentence(crate::words::Lang::En));
    let remarks = vec![PlacedRemark { line: 0, remark }];
    let new = NewLabFile { laboratory: wish.laboratory, content, rows: Vec::new(), remarks };
    store.take_lab_file(&new, keys, acting).await?;
    Ok(())
}

/// Typings must be understood under the release in force; the bank itself knows no release.
fn judged(mut file: LabFile, nomenclature: &Nomenclature<'_>) -> LabFile {
    let mut issues = Vec::new();
    file.rows.retain(|row| {
        let before = issues.len();
        issues.extend(row.observations.iter().filter_map(|one| {
            let test = test_named(&one.test).filter(|test| test.kind == ValueKind::Typing)?;
            let problem = super::typing_problem(nomenclature, test, &one.value)?;
            Some(Issue::cell(row.line, test.code, &one.value, problem.code, problem.reason, &problem.hint))
        }));
        issues.len() == before
    });
    file.issues.extend(issues);
    file.issues.sort_by_key(|issue| issue.row);
    file
}

fn new_file<'a>(file: &LabFile, content: &'a [u8], wish: &FileWish<'a>) -> NewLabFile<'a> {
    let row = |row: &LabRow| LabFileRow { line: row.line, observations: row.observations.clone() };
    NewLabFile {
        laboratory: wish.laboratory,
        content,
        rows: file.rows.iter().map(row).collect(),
        remarks: file.issues.iter().map(remark).collect(),
    }
}

/// The sentence of an issue, without what may be a name.
fn remark(issue: &Issue) -> PlacedRemark {
    let line = issue.row.unwrap_or_default();
    let place = match (line, issue.column.as_str()) {
        (0, _) => "file".to_owned(),
        (line, "") => format!("row {line}"),
        (line, column) => format!("row {line}, {column}"),
    };
    let mut sentence = format!("{}: {}.", issue.reason, issue.hint);
    let value = issue.value.trim();
    if !value.is_empty() && discreet(value, false) != value {
        sentence = sentence.replace(value, "…");
    }
    PlacedRemark { line, remark: Remark::new(place, issue.code, sentence) }
}

fn view(taken: LabFileTaken, columns: &[Column], wish: &FileWish<'_>) -> LabFileView {
    let column = |column: &Column| LabColumnView {
        name: column.name.clone(),
        role: column.role_code(),
        phase: column.phase.map(Phase::code),
        unit: column.unit.clone(),
        has_decimal_comma: column.has_decimal_comma,
        swapped_with: column.swapped_with.clone(),
    };
    let issue = |one: PlacedRemark| LabIssueView {
        row: (one.line > 0).then_some(one.line),
        place: one.remark.place,
        code: one.remark.code,
        sentence: one.remark.sentence,
    };
    LabFileView {
        message: (!wish.only_check).then_some(taken.message.id),
        outcome: taken.message.outcome.code(),
        rows_accepted: taken.rows_accepted,
        rows_unchanged: taken.rows_unchanged,
        rows_refused: taken.rows_refused,
        results: taken.message.accepted,
        columns: columns.iter().map(column).collect(),
        issues: taken.remarks.into_iter().map(issue).collect(),
    }
}

/// The rows of a kept file that were refused, as CSV with the reasons of each.
///
/// # Errors
/// `file_without_errors`; the file can no longer be read.
pub(crate) fn error_rows(content: &[u8], remarks: &[Remark]) -> Result<String, Failure> {
    let line_of = |place: &str| {
        let digits = place.strip_prefix("row ")?;
        digits.split(',').next()?.trim().parse::<u64>().ok()
    };
    let reason = |one: &Remark| Some((line_of(&one.place)?, one.code.clone(), one.sentence.clone()));
    let reasons: Vec<(u64, String, String)> = remarks.iter().filter_map(reason).collect();
    if reasons.is_empty() {
        let sentence = "No row of this file was refused: there is nothing to mend.";
        return Err(Failure::refused("file_without_errors", sentence));
    }
    qidai_exchange::lab_file::error_rows(content, &reasons)
        .map_err(|error| Failure::refused(error.code(), error.to_string()))
}
