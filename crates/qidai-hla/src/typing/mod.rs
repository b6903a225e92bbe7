//! What a laboratory wrote, and what it means under one release.
//!
//! One position of one locus is read by the first of `ALL_FORMATS` that fits the text; the result is
//! a set of [`Alternatives`]: every allele the text can stand for, and the classes that matching
//! tells apart. Two positions make a [`LocusTyping`], the loci of one person a [`PersonTyping`].

mod allele;
pub(crate) mod allele_string;
mod before_2010;
pub(crate) mod gl_string;
pub(crate) mod gl_string_code;
mod group;
mod in_context;
mod lab_line;
pub(crate) mod limits;
mod mac;
mod mac_encode;
mod members;
mod pasted;
mod person;
pub(crate) mod piece;
mod reserved;
mod serology;
mod small_g;
mod tolerant;
mod xx;

use crate::allele::AlleleName;
use crate::error::TypingError;
use crate::locus::Locus;
use crate::release::{AlleleId, ClassId, Release};
use crate::serology::Antigen;

pub use gl_string::segment;
pub use gl_string_code::GlStringCode;
pub(crate) use mac::expand_code;
pub use mac::{MacError, MacTable};
pub use mac_encode::MacIndex;
pub(crate) use members::Members;
pub use person::{LocusTyping, PersonTyping};
use piece::{Fault, Piece};
pub use tolerant::{Tidied, tidy};

/// What typings are read with: a release and, when loaded, a table of multiple allele codes.
#[derive(Clone, Copy, Debug)]
pub struct Nomenclature<'r> {
    /// The release in force.
    pub release: &'r Release,
    /// The multiple allele codes, when a table is loaded.
    pub mac: Option<&'r MacTable>,
}

impl<'r> Nomenclature<'r> {
    /// Puts the two together.
    pub fn new(release: &'r Release, mac: Option<&'r MacTable>) -> Self {
        Nomenclature { release, mac }
    }

    /// Reads one position, e.g. `A*02:01`, `B*15:ANVB`, `Cw9`, `DRB1*04:01/DRB1*04:05`.
    ///
    /// # Errors
    /// The first thing that is wrong with the text, with its place.
    pub fn read(&self, text: &str) -> Result<Alternatives, TypingError> {
        let piece = Piece::whole(text).trimmed();
        limits::check_length(piece)
            .and_then(|()| self.read_piece(gl_string_code::body(piece, self.release)?))
            .map_err(|fault| fault.into_error(text))
    }

    /// Reads one position of which the locus is known from its place, as in a form or under a column's name: the
    /// locus need not be written (`02:01`, `NNNN`).
    ///
    /// # Errors
    /// As [`Nomenclature::read`]; the position counts in the text as written.
    pub fn read_at(&self, locus: Locus, text: &str) -> Result<Alternatives, TypingError> {
        let bare = text.trim();
        if !in_context::lacks_locus(bare) {
            return self.read(text);
        }
        in_context::read(locus, text, bare, self)
    }

    /// The two-field names that a name, a list, a code, a group or `XX` of one locus stands for, in numeric order, and what
    /// was renamed, dropped or corrected. The text is read tolerantly.
    ///
    /// # Errors
    /// The first thing that is wrong with the tidied text.
    pub fn two_field_names(&self, text: &str) -> Result<(Vec<AlleleName>, Vec<Warning>), TypingError> {
        let Tidied { text, mut warnings } = tidy(text);
        let mut names = Vec::new();
        let mut take = |part: Alternatives| {
            warnings.extend(part.warnings);
            match part.name.filter(|name| name.fields().len() <= 2) {
                Some(name) => names.push(name),
                None => {
                    names.extend(part.alleles.iter().map(|a| crate::reduce::two_fields(*a, self.release)));
                }
            }
        };
        let piece = Piece::whole(&text).trimmed();
        limits::check_length(piece)
            .and_then(|()| allele_string::for_each_part(piece.strip_hla_prefix(), self, &mut take))
            .map_err(|fault| fault.into_error(&text))?;
        names.sort_unstable();
        names.dedup();
        Ok((names, warnings))
    }

    pub(crate) fn read_piece(&self, piece: Piece<'_>) -> Result<Alternatives, Fault> {
        let stripped = piece.strip_hla_prefix();
        if stripped.text().is_empty() {
            return Err(piece.fault(crate::ErrorCode::Empty, "a typing such as A*02:01"));
        }
        stripped.check_characters()?;
        let format = ALL_FORMATS.iter().find(|f| (f.fits)(stripped.text())).unwrap_or(&allele::FORMAT);
        let mut alternatives = (format.read)(stripped, self)?;
        piece.text().clone_into(&mut alternatives.written);
        Ok(alternatives)
    }
}

/// The form a position was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// A name of one to four fields.
    Allele,
    /// Alternatives joined by `/`.
    AlleleString,
    /// Every allele of a first field: `A*02:XX`.
    Xx,
    /// A multiple allele code: `A*02:AB`.
    Mac,
    /// A G group.
    GGroup,
    /// A P group.
    PGroup,
    /// A P group with the null alleles of its G groups: `A*01:01g`.
    SmallG,
    /// An antigen.
    Serology,
    /// An expressed protein that has no name yet: `A*01:NEW`.
    New,
    /// A reserved word that says "not known": `XXXX`, `UUUU`.
    NotKnown,
    /// A reserved word that says "the gene is absent": `DRB4*NNNN`.
    Absent,
}

impl Category {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Allele => "allele",
            Category::AlleleString => "allele_string",
            Category::Xx => "xx",
            Category::Mac => "mac",
            Category::GGroup => "g_group",
            Category::PGroup => "p_group",
            Category::SmallG => "small_g",
            Category::Serology => "serology",
            Category::New => "new",
            Category::NotKnown => "not_known",
            Category::Absent => "absent",
        }
    }
}

/// Something that was read, but differently from how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A stable code, e.g. `allele_renamed`.
    pub code: &'static str,
    /// What it is about and what was done, e.g. `A*24:01 is now A*24:02:01:01`.
    pub sentence: String,
}

/// Everything one position of a typing can stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// The locus.
    pub locus: Locus,
    /// The text as written.
    pub written: String,
    /// The form it was written in.
    pub category: Category,
    /// Every allele it can stand for, in numeric order.
    pub alleles: Vec<AlleleId>,
    /// The classes of the expressed ones, sorted. Empty when it is null, new or absent.
    pub classes: Vec<ClassId>,
    /// True when one of the alternatives is a null allele that the text includes on purpose: named with
    /// its suffix, or inside a G group or XX. A short name without suffix stands for its expressed alleles.
    pub may_be_null: bool,
    /// The null alleles that make `may_be_null` true, in numeric order. Others may stand in `alleles`
    /// because a short name begins like theirs.
    pub nulls: Vec<AlleleId>,
    /// The antigen, when the typing is serological.
    pub antigen: Option<Antigen>,
    /// The name in use that was written or took the place of what was written, when the text is one name.
    pub name: Option<AlleleName>,
    /// What was renamed, dropped or read in another way.
    pub warnings: Vec<Warning>,
}

impl Alternatives {
    /// The remark that null alleles are listed in `alleles` which matching does not count, because a short name without
    /// suffix means its expressed alleles; `None` when there are none such.
    pub fn nulls_not_counted(&self, release: &Release) -> Option<Warning> {
        let is_uncounted =
            |a: &&AlleleId| release.class_of(**a).is_none() && self.nulls.binary_search(a).is_err();
        let mut uncounted = self.alleles.iter().filter(is_uncounted);
        let first = release.name(*uncounted.next()?);
        let count = 1 + uncounted.count();
        let sentence = format!(
            "{} names null alleles too ({count}, such as {first}); matching and level P take its expressed alleles only",
            self.written
        );
        Some(Warning { code: "nulls_not_counted", sentence })
    }
}

/// One form of writing: how to recognise it and how to read it.
pub(crate) struct Format {
    pub fits: fn(&str) -> bool,
    pub read: fn(Piece<'_>, &Nomenclature<'_>) -> Result<Alternatives, Fault>,
}

/// Every format, in the order of trying. The last one fits always.
pub(crate) const ALL_FORMATS: &[Format] = &[
    allele_string::FORMAT,
    serology::FORMAT,
    reserved::FORMAT,
    xx::FORMAT,
    group::FORMAT,
    small_g::FORMAT,
    mac::FORMAT,
    before_2010::FORMAT,
    allele::FORMAT,
];
