//! What a typing is at another level: its group, its antigen, its first fields.
//!
//! One file per level, one line in [`ALL_LEVELS`]. Every level answers for the *whole* set of alleles that a
//! text can stand for: an allele that has no group, no antigen, no short name is never dropped in silence.
//!
//! ```
//! use qidai_hla::{Nomenclature, Release, reduce};
//! let release = Release::starter();
//! let nomenclature = Nomenclature::new(&release, None);
//! let antigens = reduce::level("S").unwrap();
//! let answer = reduce::reduce("A*24:02+A*02:01", antigens, &nomenclature).unwrap();
//! assert_eq!(answer.text, "A2+A9/A24");
//! assert!(reduce::level("H").is_none());
//! ```

mod antigen;
mod exon;
mod first_field;
mod g_group;
mod gl;
mod lg;
mod lgx;
mod p_group;
mod prepared;
mod shortest;
mod small_g;
mod term;
mod two_field;
mod who;

use crate::error::{ErrorCode, TypingError};
use crate::release::Release;
use crate::typing::{Alternatives, Nomenclature, Warning};

pub(crate) use lgx::two_fields;
pub use prepared::{GlTerms, Names, Prepared, Scratch, SetId, TermId};
use term::Term;

/// One level of reduction.
#[derive(Debug)]
pub struct Level {
    /// The word that stands for it in commands, e.g. `lgx`.
    pub name: &'static str,
    /// Groups or full names are needed, which the starter release does not have.
    needs_release: bool,
    /// The answer does not show that an allele is null.
    hides_nulls: bool,
    unites: Unites,
    terms: fn(&Alternatives, &Release) -> Vec<Term>,
}

/// When the answer for the members of a code is the union of the members' answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unites {
    Always,
    /// What a renamed member is today may have a shorter name together with another member.
    UnlessRenamed,
    Never,
}

/// Every level, in the order of the documentation.
pub static ALL_LEVELS: &[Level] = &[
    g_group::LEVEL,
    p_group::LEVEL,
    lg::LEVEL,
    lgx::LEVEL,
    who::LEVEL,
    exon::LEVEL,
    two_field::LEVEL,
    antigen::LEVEL,
    first_field::LEVEL,
    small_g::LEVEL,
];

/// Finds a level by its name.
pub fn level(name: &str) -> Option<&'static Level> {
    ALL_LEVELS.iter().find(|level| level.name == name)
}

/// A reduced typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduced {
    /// The answer in canonical order; empty when there is nothing at this level.
    pub text: String,
    /// What was renamed, corrected, hidden or dropped on the way.
    pub notes: Vec<Warning>,
}

/// Reduces one position or a whole GL String. The text is read tolerantly (see [`crate::typing::tidy`]).
///
/// The answer keeps the operators of a GL String. Lists joined by `/` and `|` are sorted numerically and
/// each entry stands once; `+` and `^` are sorted; the order around `~` is kept. The `HLA-` prefix is kept when
/// the names were written with it.
///
/// # Errors
/// The first thing that is wrong with the text; `release_needed` when the level needs more than the starter
/// release.
pub fn reduce(text: &str, level: &Level, nomenclature: &Nomenclature<'_>) -> Result<Reduced, TypingError> {
    let tidied = crate::typing::tidy(text);
    if level.needs_release && nomenclature.release.is_starter() {
        return Err(release_needed(&tidied.text, level));
    }
    let mut reduced = gl::reduce(&tidied.text, level, nomenclature)?;
    if !tidied.warnings.is_empty() {
        reduced.notes.splice(0..0, tidied.warnings);
    }
    Ok(reduced)
}

fn release_needed(text: &str, level: &Level) -> TypingError {
    TypingError {
        code: ErrorCode::ReleaseNeeded,
        text: text.to_owned(),
        value: text.to_owned(),
        position: 1,
        expected: format!(
            "an IPD-IMGT/HLA release, which level {} needs (option --release DIR); the starter has no groups and no full names",
            level.name
        ),
        fix: None,
    }
}

impl Level {
    /// The terms of one position, and a remark when it may be null and the answer does not show it, or shows nulls that
    /// matching does not count.
    fn position(
        &self,
        alternatives: &Alternatives,
        release: &Release,
        notes: &mut Vec<Warning>,
    ) -> Vec<Term> {
        let terms = (self.terms)(alternatives, release);
        if self.hides_nulls
            && !terms.iter().any(Term::is_null)
            && let Some(null) = alternatives.nulls.first()
        {
            let null = release.name(*null);
            let sentence = format!("{null} has no product; level {} does not show it", self.name);
            notes.push(Warning { code: "null_hidden", sentence });
        }
        if terms.iter().any(Term::is_null) {
            notes.extend(alternatives.nulls_not_counted(release));
        }
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_by_its_name_and_no_name_is_given_twice() {
        for one in ALL_LEVELS {
            assert!(std::ptr::eq(level(one.name).unwrap(), one), "{}", one.name);
        }
        assert!(level("g").is_none(), "names are case-sensitive: G and small-g differ");
    }
}
