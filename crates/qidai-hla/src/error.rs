//! What can be wrong with a typing or a release, with value, place and expectation.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $code:literal),* $(,)?) => {
        /// The kinds of refusal. Each has a stable code that programs may rely on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $variant),* }

        impl ErrorCode {
            /// Every code, in order.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant),*];

            /// The stable code, e.g. `allele_unknown`.
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => $code),* }
            }
        }
    };
}

codes! {
    /// Nothing was written where a typing is expected.
    Empty => "typing_empty",
    /// A character that no HLA name contains (full-width, Cyrillic, blank inside a name …).
    UnexpectedCharacter => "character_unexpected",
    /// The text before `*` is no locus.
    LocusUnknown => "locus_unknown",
    /// The typing belongs to another locus than the place it stands in.
    LocusSwapped => "locus_swapped",
    /// A list of alternatives or a genotype mixes loci.
    LociMixed => "loci_mixed",
    /// The same locus is given twice.
    LocusRepeated => "locus_repeated",
    /// More than two copies at a locus.
    TooManyCopies => "copies_too_many",
    /// A field is empty, has a missing or superfluous leading zero, or is too large.
    FieldInvalid => "field_invalid",
    /// More than four fields.
    TooManyFields => "fields_too_many",
    /// A letter after the last field that is no expression suffix.
    SuffixUnknown => "suffix_unknown",
    /// The name exists, but with another suffix.
    SuffixWrong => "suffix_wrong",
    /// No allele of the release has this name or begins with it.
    AlleleUnknown => "allele_unknown",
    /// The name was withdrawn without a successor.
    AlleleDeleted => "allele_deleted",
    /// No G or P group of the release has this name.
    GroupUnknown => "group_unknown",
    /// A multiple allele code that the loaded table does not contain.
    MacUnknown => "mac_unknown",
    /// A multiple allele code was used but no table is loaded.
    MacTableMissing => "mac_table_missing",
    /// An allele-specific code stands behind a first field that is not its own.
    MacFirstFieldWrong => "mac_first_field_wrong",
    /// None of the alleles of a code exists at the locus.
    MacWithoutMembers => "mac_without_members",
    /// No such antigen.
    AntigenUnknown => "antigen_unknown",
    /// The form needs groups or sequences that the starter release does not contain.
    ReleaseNeeded => "release_needed",
    /// The text has none of the known forms.
    FormUnknown => "form_unknown",
    /// A reserved word that says nothing here (`UUUU`, `XXXX`) or does not belong to this locus.
    ReservedWord => "reserved_word",
    /// More different alternatives or genotypes than one typing can have.
    TooManyAlternatives => "alternatives_too_many",
    /// A text that is longer than any typing.
    TooLong => "typing_too_long",
    /// A name as it was written before 2010, without colons.
    NameBefore2010 => "name_before_2010",
    /// A GL String Code that is not `hla#RELEASE#GL-String`.
    GlCodeInvalid => "gl_code_invalid",
    /// A typing that says of which release it is, and it is not the one it is read under.
    ReleaseOther => "release_other",
    /// A GL String with an empty operand or operators in an impossible order.
    StructureInvalid => "gl_structure_invalid",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A typing that was refused: what was found, where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypingError {
    /// The kind of refusal.
    pub code: ErrorCode,
    /// The text the position counts in.
    pub text: String,
    /// The part that is wrong, as written.
    pub value: String,
    /// Where the part begins: 1 is the first character of `text`.
    pub position: usize,
    /// What would have been right, as half a sentence ("an allele of 3.58.0").
    pub expected: String,
    /// A corrected form of the whole text, when there is exactly one sensible one.
    pub fix: Option<String>,
}

impl fmt::Display for TypingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code)?;
        if self.value.is_empty() {
            write!(f, "nothing at position {}", self.position)?;
        } else {
            write!(f, "\"{}\" at position {}", shorten(&self.value), self.position)?;
        }
        if self.value != self.text {
            write!(f, " of \"{}\"", shorten(&self.text))?;
        }
        write!(f, "; expected {}", self.expected)?;
        if let Some(fix) = &self.fix {
            write!(f, " (did you mean \"{}\"?)", shorten(fix))?;
        }
        Ok(())
    }
}

impl std::error::Error for TypingError {}

/// Messages stay readable when somebody pastes a megabyte; the whole text is in `TypingError::text`.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 160;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("{head}…")
}

/// A release that could not be used: which file, which line, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The file does not begin with the six comment lines of a release file.
    #[error("{file}: expected \"# file: {file}\" and \"# version: …\" in the first lines, found {found:?}")]
    Header {
        /// The file's name within the release.
        file: &'static str,
        /// What stands there instead.
        found: String,
    },
    /// Files of different releases lie together.
    #[error("{file} is of version {found}, but {first_file} is of {expected}; use the files of one release")]
    Mixed {
        /// The file that differs.
        file: &'static str,
        /// Its version.
        found: String,
        /// The file read first.
        first_file: &'static str,
        /// The version of that file.
        expected: String,
    },
    /// A line that does not have the published form.
    #[error("{file} line {line}: {problem}: {value:?}")]
    Line {
        /// The file's name within the release.
        file: &'static str,
        /// 1-based line number.
        line: usize,
        /// What is wrong with it.
        problem: String,
        /// The line or the part that is wrong.
        value: String,
    },
    /// The file ends in the middle, or entries that must be there are not.
    #[error("{file}: {problem}; fetch the file again")]
    Truncated {
        /// The file's name within the release.
        file: &'static str,
        /// What is missing.
        problem: String,
    },
    /// Two files contradict each other: one of them was edited or is of another day.
    #[error("{file}: {problem}")]
    Inconsistent {
        /// The file's name within the release.
        file: &'static str,
        /// What does not fit.
        problem: String,
    },
}

impl ReleaseError {
    /// The stable code, e.g. `release_truncated`.
    pub fn code(&self) -> &'static str {
        match self {
            ReleaseError::Header { .. } => "release_header",
            ReleaseError::Mixed { .. } => "release_mixed",
            ReleaseError::Line { .. } => "release_line",
            ReleaseError::Truncated { .. } => "release_truncated",
            ReleaseError::Inconsistent { .. } => "release_inconsistent",
        }
    }
}
