//! What a record of a concept holds.

use super::{Condition, Label};

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Such as `valid_until`; as in the API, in files and in the history.
    pub code: &'static str,
    pub label: Label,
    pub kind: FieldKind,
    /// Of measurement, where the kind is a number: `CNY fen`, `beds`.
    pub unit: &'static str,
    pub needed: Needed,
    /// Who somebody is: sealed under a key of that person, never in the history in the open. Its code is one of
    /// [`crate::PersonField`].
    pub is_personal: bool,
    /// No two records of the concept have the same value.
    pub is_unique: bool,
    /// Is a column of lists.
    pub is_listed: bool,
    /// Is looked at when a list is searched by a text.
    pub is_searched: bool,
    /// Follows from other fields, or is read from the records that refer to this one: nobody writes it.
    pub is_computed: bool,
    /// What to write, where the label does not say it.
    pub help: Label,
}

/// What a field takes, and how its value is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// ISO 8601: `2026-03-31`.
    Date,
    /// A moment, kept as UTC to the second: `2026-03-31T00:15:00Z`. Written with an offset, or in the bank's zone.
    Time,
    /// A whole number.
    Number,
    /// One of the codes.
    Choice(Vec<Choice>),
    /// `true` or `false`.
    Flag,
    /// 统一社会信用代码.
    Uscc,
    /// 公民身份号码.
    ResidentId,
    /// Of the mainland, kept as E.164.
    Mobile,
    Email,
    /// The number of a record of another concept: `INST-2026-0001`.
    Reference(&'static str),
    /// A unit by its number in any form, kept as scheme and value: `din/G123424000001`.
    Unit,
    /// The code of a site in use.
    Site,
    /// A staff number.
    Account,
    /// A person's HLA typing as a laboratory wrote it, over several lines or as a GL String. Whether it can be read is asked of
    /// the release in force, by whoever takes the text in.
    Hla,
    /// What an antibody is against: an antigen (`A2`, `DR4`) or an allele (`A*02:01`); read as typings are.
    HlaSpecificity,
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub code: &'static str,
    pub label: Label,
}

/// When a field must have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needed {
    Never,
    Always,
    /// While the record is in one of these states, and to get there.
    In(Vec<&'static str>),
    /// While another field has one of some values.
    When(Condition),
    /// But while another field has one of some values.
    Unless(Condition),
}

impl FieldKind {
    /// The code, as in the declarations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Date => "date",
            Self::Time => "time",
            Self::Number => "number",
            Self::Choice(_) => "choice",
            Self::Flag => "flag",
            Self::Uscc => "uscc",
            Self::ResidentId => "resident_id",
            Self::Mobile => "mobile",
            Self::Email => "email",
            Self::Reference(_) => "reference",
            Self::Unit => "unit",
            Self::Site => "site",
            Self::Account => "account",
            Self::Hla => "hla",
            Self::HlaSpecificity => "hla_specificity",
        }
    }

    /// Reads a code; a choice gets its values later.
    pub(super) fn read(text: &'static str) -> Option<Self> {
        let simple = [
            Self::Text,
            Self::LongText,
            Self::Date,
            Self::Time,
            Self::Number,
            Self::Choice(Vec::new()),
            Self::Flag,
            Self::Uscc,
            Self::ResidentId,
            Self::Mobile,
            Self::Email,
            Self::Unit,
            Self::Site,
            Self::Account,
            Self::Hla,
            Self::HlaSpecificity,
        ];
        match text.split_once(' ') {
            Some(("reference", concept)) => Some(Self::Reference(concept.trim())),
            Some(_) => None,
            None => simple.into_iter().find(|kind| kind.code() == text),
        }
    }
}

impl Needed {
    /// Reads `always`, `in STATE, STATE`, `when FIELD = VALUE, VALUE`, `unless FIELD = VALUE, VALUE`, or nothing.
    pub(super) fn read(text: &'static str) -> Option<Self> {
        match text.split_once(' ') {
            None if text.is_empty() => Some(Self::Never),
            None if text == "always" => Some(Self::Always),
            Some(("in", states)) => Some(Self::In(states.split(',').map(str::trim).collect())),
            Some(("when", condition)) => Condition::read(condition).map(Self::When),
            Some(("unless", condition)) => Condition::read(condition).map(Self::Unless),
            _ => None,
        }
    }
}

impl Field {
    /// Must the field have a value in a record that is in this state and has these values?
    pub fn is_needed<'v>(&self, state: &str, value_of: impl Fn(&str) -> Option<&'v str>) -> bool {
        match &self.needed {
            Needed::Never => false,
            Needed::Always => true,
            Needed::In(states) => states.contains(&state),
            Needed::When(condition) => condition.holds(value_of(condition.field)),
            Needed::Unless(condition) => !condition.holds(value_of(condition.field)),
        }
    }

    /// The choices, where it is one; otherwise none.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            FieldKind::Choice(choices) => choices,
            _ => &[],
        }
    }
}
