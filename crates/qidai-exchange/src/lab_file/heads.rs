//! Which column is what, by its head: `有核细胞总数（采集）[×10^8]`.

use qidai_bank::{Phase, TestDefinition, test_named};

use super::LabFileError;
use super::mapping::{LabMapping, Target, knows_unit};
use crate::half_width::half_width;

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    Specimen,
    Phase,
    /// Of a table with one result in each row.
    TestName,
    Value,
    Unit,
    Time,
    /// Results of this test.
    Test(&'static TestDefinition),
    /// It is no result; it stays in the file, which is kept.
    Ignored,
}

/// A column as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the file writes it.
    pub name: String,
    pub role: Role,
    pub phase: Option<Phase>,
    /// As the head or the mapping writes it.
    pub unit: Option<String>,
    /// Its commas are decimal points.
    pub has_decimal_comma: bool,
    /// The column whose values it seems to hold, and which holds its own.
    pub swapped_with: Option<String>,
}

impl Column {
    /// The role as a mapping writes it.
    pub fn role_code(&self) -> &'static str {
        match &self.role {
            Role::Specimen => "specimen",
            Role::Phase => "phase",
            Role::TestName => "test",
            Role::Value => "value",
            Role::Unit => "unit",
            Role::Time => "time",
            Role::Test(test) => test.code,
            Role::Ignored => "-",
        }
    }
}

const SPECIMEN: [&str; 18] = [
    "din",
    "specimen",
    "specimenid",
    "specimenno",
    "sample",
    "sampleid",
    "sampleno",
    "barcode",
    "unitnumber",
    "标本",
    "标本号",
    "标本编号",
    "样本号",
    "样本编号",
    "条码",
    "条码号",
    "脐血编号",
    "脐带血编号",
];
const PHASE: [&str; 4] = ["phase", "阶段", "时相", "采集/制备"];
const TEST: [&str; 8] = ["test", "testname", "item", "analyte", "项目", "检测项目", "检验项目", "项目名称"];
const VALUE: [&str; 6] = ["value", "result", "结果", "检测结果", "检验结果", "数值"];
const UNIT: [&str; 4] = ["unit", "units", "单位", "结果单位"];
const TIME: [&str; 8] =
    ["time", "measuredat", "datetime", "testtime", "检测时间", "检验时间", "测定时间", "报告时间"];

/// Words in a head that say the phase.
const PHASES: [(Phase, &[&str]); 3] = [
    (Phase::PostThaw, &["post_thaw", "post-thaw", "post thaw", "thawed", "复苏后", "解冻后"]),
    (Phase::Processed, &["processed", "post-processing", "制备后", "处理后", "冻存前"]),
    (Phase::Collected, &["collected", "pre-processing", "采集", "制备前", "处理前"]),
];

/// Compatibility forms become plain, letters small, blanks and `_` go.
pub(super) fn folded(text: &str) -> String {
    let narrow = half_width(text);
    let kept = narrow.chars().filter(|c| !c.is_whitespace() && *c != '_');
    kept.flat_map(char::to_lowercase).collect()
}

/// The phase that a cell says.
pub(super) fn phase_of(text: &str) -> Option<Phase> {
    let small = folded(text);
    let is_named = |words: &[&str]| words.iter().any(|word| folded(word) == small);
    let letter = match small.as_str() {
        "c" => Some(Phase::Collected),
        "p" => Some(Phase::Processed),
        "t" => Some(Phase::PostThaw),
        _ => None,
    };
    letter.or_else(|| PHASES.iter().find(|(_, words)| is_named(words)).map(|(phase, _)| *phase))
}

/// # Errors
/// `lab_columns_missing`, `lab_column_twice`.
pub(super) fn find(names: &[String], line: u64, mapping: &LabMapping) -> Result<Vec<Column>, LabFileError> {
    let columns: Vec<Column> = names.iter().map(|name| column(name, mapping)).collect();
    let has = |role: &Role| columns.iter().any(|column| column.role == *role);
    let has_tests = columns.iter().any(|column| matches!(column.role, Role::Test(_)));
    let is_long = has(&Role::TestName) && has(&Role::Value);
    if !has(&Role::Specimen) || !(has_tests || is_long) {
        let sentence = format!(
            "Line {line} has no heads that are understood: expected one for the number of the specimen, such as DIN or \
             条码号, and one for each test, such as 'TNC (10^8)', or test, value and unit. A mapping can name them."
        );
        return Err(LabFileError::Heads("lab_columns_missing", sentence));
    }
    twice(&columns)?;
    Ok(columns)
}

fn twice(columns: &[Column]) -> Result<(), LabFileError> {
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.role != Role::Ignored) {
        let same = |other: &&Column| other.role == column.role && other.phase == column.phase;
        if let Some(first) = columns.iter().take(at).find(same) {
            let (one, other, role) = (&first.name, &column.name, column.role_code());
            let sentence =
                format!("The columns '{one}' and '{other}' are both {role}: a mapping says which counts.");
            return Err(LabFileError::Heads("lab_column_twice", sentence));
        }
    }
    Ok(())
}

fn column(name: &str, mapping: &LabMapping) -> Column {
    let target = mapping.columns.get(&folded(name)).cloned().or_else(|| guessed(name));
    let Target { role, phase, unit } =
        target.unwrap_or(Target { role: Role::Ignored, phase: None, unit: None });
    Column { name: name.to_owned(), role, phase, unit, has_decimal_comma: false, swapped_with: None }
}

fn guessed(name: &str) -> Option<Target> {
    let small = folded(name);
    let is_one_of = |words: &[&str]| words.contains(&small.as_str());
    let plain = |role| Some(Target { role, phase: None, unit: None });
    match () {
        () if is_one_of(&SPECIMEN) => plain(Role::Specimen),
        () if is_one_of(&PHASE) => plain(Role::Phase),
        () if is_one_of(&TEST) => plain(Role::TestName),
        () if is_one_of(&VALUE) => plain(Role::Value),
        () if is_one_of(&UNIT) => plain(Role::Unit),
        () if is_one_of(&TIME) => plain(Role::Time),
        () => test_head(name),
    }
}

/// The name of a test, with phase and unit where the head says them.
fn test_head(name: &str) -> Option<Target> {
    if let Some(test) = test_named(name) {
        // Our own code stands for our own unit.
        let unit = (folded(name) == folded(test.code)).then(|| test.unit.to_owned());
        return Some(Target {
            role: Role::Test(test),
            phase: None,
            unit: unit.filter(|unit| !unit.is_empty()),
        });
    }
    let (mut rest, mut phase, mut unit) = (half_width(name).into_owned(), None, None);
    while let Some((before, inside)) = last_bracket(&rest) {
        match phase_of(inside) {
            Some(said) => phase = phase.or(Some(said)),
            None => unit = unit.or_else(|| Some(inside.trim_start_matches(['×', 'x', '*', ' ']).to_owned())),
        }
        rest = before.trim().to_owned();
        if let Some(test) = test_named(&rest) {
            return Some(Target { role: Role::Test(test), phase, unit });
        }
    }
    let (said, rest) = without_phase(&rest)?;
    let test = test_named(rest.trim_matches([' ', '_', '-', ':']))?;
    Some(Target { role: Role::Test(test), phase: phase.or(Some(said)), unit })
}

fn last_bracket(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (open, close) = match text.chars().last()? {
        ')' => ('(', ')'),
        ']' => ('[', ']'),
        _ => return None,
    };
    let at = text.rfind(open)?;
    Some((&text[..at], text[at + open.len_utf8()..].trim_end_matches(close).trim()))
}

fn without_phase(text: &str) -> Option<(Phase, String)> {
    let small = text.to_lowercase();
    PHASES
        .iter()
        .flat_map(|(phase, words)| words.iter().map(|word| (*phase, *word)))
        .find_map(|(phase, word)| small.contains(word).then(|| (phase, small.replacen(word, "", 1))))
}

/// Is a unit of the column one that its test has?
pub(super) fn unit_fits(column: &Column) -> bool {
    match (&column.role, &column.unit) {
        (Role::Test(test), Some(unit)) => knows_unit(test, unit),
        _ => true,
    }
}
