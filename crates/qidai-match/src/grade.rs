//! How alike two positions are, and how sure that is: the grades and confidences of registries, position by position.
//!
//! | grade | two positions are |
//! |---|---|
//! | `gdna` `cdna` `protein` | single alleles whose names are the same through four, three, two fields |
//! | `g_group` `p_group` | of one G group, of one P group (or can be, where one is not a single allele) |
//! | `associated` `split` `broad` | antigens, on one side at least, that are the same at this level |
//! | `null_gdna` `null_cdna` `null_partial` `null_mismatch` | both without a product: named the same through four, three, two fields, or not |
//! | `expressing_vs_null` | one with a product and one without |
//! | `mismatch` `unknown` | none of these; not typed |
//!
//! The *grade* looks at what was typed. *Confidence* and *antigen match* look at what is expressed: a position without a
//! product shows what the other one of the same person shows. Sources: WMDA matching framework (Bochtler et al., BMT
//! 2011;46:338); WMDA rule for antigen mismatches (2024-02-07). `docs/algorithms.md` has an example.

mod pairing;
mod position;

pub use pairing::{grades, summary_letter};

/// What two positions have in common. In order: more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Grade {
    Unknown,
    Mismatch,
    NullMismatch,
    ExpressingVsNull,
    Broad,
    Split,
    Associated,
    NullPartial,
    NullCdna,
    NullGdna,
    PGroup,
    GGroup,
    Protein,
    Cdna,
    Gdna,
}

impl Grade {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Grade::Unknown => "unknown",
            Grade::Mismatch => "mismatch",
            Grade::NullMismatch => "null_mismatch",
            Grade::ExpressingVsNull => "expressing_vs_null",
            Grade::Broad => "broad",
            Grade::Split => "split",
            Grade::Associated => "associated",
            Grade::NullPartial => "null_partial",
            Grade::NullCdna => "null_cdna",
            Grade::NullGdna => "null_gdna",
            Grade::PGroup => "p_group",
            Grade::GGroup => "g_group",
            Grade::Protein => "protein",
            Grade::Cdna => "cdna",
            Grade::Gdna => "gdna",
        }
    }
}

/// How sure a match is. In order: more is surer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// No alternative matches.
    Mismatch,
    /// Some alternatives match.
    Potential,
    /// Both express one P group, the same.
    Exact,
    /// Two single alleles that match.
    Definite,
}

impl Confidence {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Mismatch => "mismatch",
            Confidence::Potential => "potential",
            Confidence::Exact => "exact",
            Confidence::Definite => "definite",
        }
    }
}

/// One position of the donor beside the patient's that it is paired with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Graded {
    /// What was typed.
    pub grade: Grade,
    /// What is expressed.
    pub confidence: Confidence,
    /// Whether both can show the same antigen; `None` when one is not typed.
    pub antigen_match: Option<bool>,
}

impl Graded {
    /// A position that is not typed on one side.
    pub const UNTYPED: Graded =
        Graded { grade: Grade::Unknown, confidence: Confidence::Potential, antigen_match: None };
}
