//! When something of a declaration applies: a field has one of some values.

/// `kind = hospital, transplant_centre`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub field: &'static str,
    pub values: Vec<&'static str>,
}

impl Condition {
    /// Reads `field = value, value`.
    pub(super) fn read(text: &'static str) -> Option<Self> {
        let (field, values) = text.split_once('=')?;
        let values: Vec<_> = values.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
        let field = field.trim();
        (!field.is_empty() && !values.is_empty()).then_some(Self { field, values })
    }

    /// Does it hold, given what the field has?
    pub fn holds(&self, value: Option<&str>) -> bool {
        value.is_some_and(|value| self.values.contains(&value))
    }
}
