//! What a laboratory calls its columns, as lines that a person writes:
//!
//! ```text
//! # count laboratory, analyser 2
//! 样本条码 = specimen
//! 白细胞计数 = wbc_raw processed 10^9/L
//! 备注 = -
//! @phase processed
//! @decimal comma
//! ```

use std::collections::BTreeMap;

use qidai_bank::{Phase, TestDefinition, test_named};

use super::heads::Role;

/// Lines of a mapping, and characters of all of them.
const LINES_MAX: usize = 500;
const CHARS_MAX: usize = 40_000;

/// What a column is, as the mapping says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) role: Role,
    pub(super) phase: Option<Phase>,
    pub(super) unit: Option<String>,
}

/// A saved mapping. Columns that it does not name are found by the names of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabMapping {
    pub(super) columns: BTreeMap<String, Target>,
    pub(super) phase: Option<Phase>,
    /// What separates decimals, where the laboratory has said so.
    pub(super) decimal: Option<char>,
}

/// Why a mapping cannot be used: the line and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct LabMappingError {
    pub line: usize,
    pub sentence: String,
}

impl LabMapping {
    /// Reads the lines.
    ///
    /// # Errors
    /// The first line that is not understood (`lab_mapping_wrong`).
    pub fn parse(text: &str) -> Result<LabMapping, LabMappingError> {
        let mut mapping = LabMapping::default();
        if text.lines().count() > LINES_MAX || text.chars().count() > CHARS_MAX {
            let sentence = format!("A mapping has at most {LINES_MAX} lines and {CHARS_MAX} characters.");
            return Err(LabMappingError { line: LINES_MAX, sentence });
        }
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        for (line, number) in lines.zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            mapping.line(line).map_err(|why| LabMappingError {
                line: number,
                sentence: format!("Line {number} of the mapping, '{line}', cannot be used: {why}."),
            })?;
        }
        Ok(mapping)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(said) = line.strip_prefix('@') {
            return self.setting(said);
        }
        let (head, target) = line
            .rsplit_once(" = ")
            .or_else(|| line.rsplit_once('='))
            .ok_or("expected such as '白细胞计数 = wbc_raw processed 10^9/L'")?;
        let head = super::heads::folded(head);
        if head.is_empty() {
            return Err("the name of the column is missing".to_owned());
        }
        let known = self.columns.insert(head, target_of(target)?);
        known.map_or(Ok(()), |_| Err("the column stands in an earlier line too".to_owned()))
    }

    fn setting(&mut self, said: &str) -> Result<(), String> {
        match said.split_once(' ').map(|(name, value)| (name, value.trim())) {
            Some(("phase", code)) => {
                self.phase = Some(Phase::parse(code).ok_or("expected collected, processed or post_thaw")?);
            }
            Some(("decimal", "comma")) => self.decimal = Some(','),
            Some(("decimal", "point")) => self.decimal = Some('.'),
            _ => return Err("expected '@phase processed', '@decimal comma' or '@decimal point'".to_owned()),
        }
        Ok(())
    }
}

fn target_of(text: &str) -> Result<Target, String> {
    let text = text.trim();
    let mut words = text.split_whitespace().peekable();
    let first = words.next().ok_or("the test or the role of the column is missing")?;
    let role = role_named(first)?;
    let phase = words.peek().and_then(|word| Phase::parse(word));
    if phase.is_some() {
        words.next();
    }
    let unit = words.collect::<Vec<_>>().join(" ");
    let unit = (!unit.is_empty()).then_some(unit);
    if let (Role::Test(test), Some(unit)) = (&role, &unit)
        && !knows_unit(test, unit)
    {
        return Err(format!("'{unit}' is no unit of {}, whose unit is {}", test.code, test.unit));
    }
    Ok(Target { role, phase, unit })
}

fn role_named(word: &str) -> Result<Role, String> {
    let role = match word {
        "-" => Some(Role::Ignored),
        "specimen" => Some(Role::Specimen),
        "phase" => Some(Role::Phase),
        "test" => Some(Role::TestName),
        "value" => Some(Role::Value),
        "unit" => Some(Role::Unit),
        "time" => Some(Role::Time),
        name => test_named(name).map(Role::Test),
    };
    role.ok_or_else(|| {
        format!(
            "'{word}' is no test of the catalogue, and none of specimen, phase, test, value, unit, time, -"
        )
    })
}

/// Is it the unit of the test, or one that stands in the catalogue?
pub(super) fn knows_unit(test: &TestDefinition, unit: &str) -> bool {
    let wanted = super::heads::folded(unit);
    std::iter::once(test.unit)
        .chain(test.units.iter().map(|(name, _)| name.as_str()))
        .any(|known| super::heads::folded(known) == wanted)
}
