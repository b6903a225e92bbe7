//! The loci of one person.

use std::ops::Index;

use super::gl_string::LocusResult;
use super::piece::Piece;
use super::{
    Alternatives, Category, Nomenclature, Tidied, Warning, gl_string, gl_string_code, lab_line, pasted, tidy,
};
use crate::error::{ErrorCode, TypingError};
use crate::locus::{Locus, Pair, PerLocus};

/// One locus of one person: as written, and every genotype it can be.
///
/// A genotype is a pair of positions, each with its alternatives; several genotypes stand side by side
/// where the text says so (`|` in a GL String).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocusTyping {
    /// The locus.
    pub locus: Locus,
    /// The text as written.
    pub written: String,
    /// The possible genotypes, at least one.
    pub genotypes: Vec<Pair<Alternatives>>,
    /// Remarks about the locus as a whole; those about a position are in its alternatives.
    pub warnings: Vec<Warning>,
}

impl LocusTyping {
    /// Makes one genotype from one or two positions. A single copy is read as homozygous, with a warning,
    /// except at DRB3, DRB4 and DRB5, of which a person may have one.
    pub(crate) fn from_copies(locus: Locus, written: &str, copies: Vec<Alternatives>) -> Self {
        let mut warnings = Vec::new();
        let mut copies = copies.into_iter();
        let (first, second) = (copies.next(), copies.next());
        let pair = match (first, second) {
            (Some(first), Some(second)) => Some(Pair(first, second)),
            (Some(only), None) => {
                if !matches!(locus, Locus::DRB3 | Locus::DRB4 | Locus::DRB5) {
                    let sentence = format!("{locus}: one allele is given; it is read as homozygous");
                    warnings.push(Warning { code: "single_copy", sentence });
                }
                Some(Pair(only.clone(), only))
            }
            _ => None,
        };
        LocusTyping { locus, written: written.to_owned(), genotypes: pair.into_iter().collect(), warnings }
    }

    /// True when both positions say only that the locus was not typed.
    pub fn is_not_known(&self) -> bool {
        let not_known = |a: &Alternatives| a.category == Category::NotKnown;
        self.genotypes.iter().all(|g| g.iter().all(not_known))
    }

    /// All remarks: about the locus and about its positions.
    pub fn all_warnings(&self) -> impl Iterator<Item = &Warning> {
        let positions = self.genotypes.iter().flat_map(|g| g.iter().flat_map(|a| &a.warnings));
        self.warnings.iter().chain(positions)
    }
}

/// What is known of a person's HLA; a locus that was not typed is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonTyping(PerLocus<Option<LocusTyping>>);

impl Index<Locus> for PersonTyping {
    type Output = Option<LocusTyping>;

    fn index(&self, locus: Locus) -> &Self::Output {
        &self.0[locus]
    }
}

impl PersonTyping {
    /// Reads a multi-locus GL String: `A*02:01+A*11:01^B*13:02+B*46:01`.
    ///
    /// # Errors
    /// Everything that is wrong, one error per locus, in the order of the text.
    pub fn read(text: &str, nomenclature: &Nomenclature<'_>) -> Result<Self, Vec<TypingError>> {
        let whole = Piece::whole(text);
        let one_style = gl_string_code::body(whole, nomenclature.release)
            .and_then(|piece| gl_string::prefix(piece).map(|_| piece));
        match one_style {
            Ok(piece) => Self::read_gl(text, piece, nomenclature),
            Err(fault) => Err(vec![fault.into_error(text)]),
        }
    }

    /// Strings joined by `?` (GL String 1.1) are alternatives; they must be of the same loci.
    fn read_gl(
        text: &str,
        piece: Piece<'_>,
        nomenclature: &Nomenclature<'_>,
    ) -> Result<Self, Vec<TypingError>> {
        let mut whole: Option<PersonTyping> = None;
        for part in piece.split('?') {
            let person = Self::collect(text, gl_string::read(part, nomenclature))?;
            let Some(others) = &mut whole else {
                whole = Some(person);
                continue;
            };
            if !others.typed().map(|t| t.locus).eq(person.typed().map(|t| t.locus)) {
                let fault = part.fault(ErrorCode::LociMixed, "the same loci on both sides of ?");
                return Err(vec![fault.into_error(text)]);
            }
            others.join(person);
        }
        Ok(whole.unwrap_or_default())
    }

    /// Takes over the genotypes of an alternative of the same loci.
    fn join(&mut self, other: PersonTyping) {
        let many = self.typed().count() > 1;
        for ((_, mine), theirs) in self.0.iter_mut().zip(other.0.into_values()) {
            let (Some(mine), Some(theirs)) = (mine, theirs) else { continue };
            if mine.written == theirs.written {
                continue;
            }
            mine.written = format!("{}|{}", mine.written, theirs.written);
            mine.genotypes.extend(theirs.genotypes);
            if many {
                let sentence =
                    format!("{}: alternatives of several loci are read locus by locus", mine.locus);
                mine.warnings.push(Warning { code: "loci_read_apart", sentence });
            }
        }
    }

    /// Reads a line as laboratories write it, e.g. `A*02:01,11:01 B*13:02,46:01 DRB1 07:01 09:01`, or
    /// `A2,11 B13,46 DR7,9`; a GL String is recognised by its operators. The line is read tolerantly (see
    /// [`super::tidy`]); what was corrected is said at the first locus. Lines, a table of loci over alleles, and a sentence around it are laid out as one line first.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text; positions count in the corrected line.
    pub fn read_line(text: &str, nomenclature: &Nomenclature<'_>) -> Result<Self, Vec<TypingError>> {
        let (line, left_out) = pasted::as_line(text);
        let Tidied { text, mut warnings } = tidy(&line);
        warnings.extend(left_out);
        let mut person = if text.contains(['?', '^', '+', '|', '~']) {
            Self::read_gl(&text, gl_string_body(&text, nomenclature)?, nomenclature)?
        } else {
            Self::collect(&text, lab_line::read(Piece::whole(&text), nomenclature))?
        };
        if let Some(first) = person.0.iter_mut().find_map(|(_, typing)| typing.as_mut()) {
            first.warnings.splice(0..0, warnings);
        }
        Ok(person)
    }

    /// Reads one or two texts for each named locus, as a form or a table gives them.
    ///
    /// # Errors
    /// Everything that is wrong; the positions count in the single texts. A typing of another locus is
    /// refused as swapped.
    pub fn read_loci<'t>(
        loci: impl IntoIterator<Item = (Locus, &'t [String])>,
        nomenclature: &Nomenclature<'_>,
    ) -> Result<Self, Vec<TypingError>> {
        let mut person = PersonTyping::default();
        let mut errors = Vec::new();
        for (locus, texts) in loci {
            match read_locus(locus, texts, nomenclature) {
                Ok(typing) => {
                    errors.extend(person.put(typing).err().map(|code| repeated(code, locus, texts)));
                }
                Err(mut wrong) => errors.append(&mut wrong),
            }
        }
        if errors.is_empty() {
            errors.extend(person.too_many_drb345());
        }
        if errors.is_empty() { Ok(person) } else { Err(errors) }
    }

    /// The fields of a form say three genes of DRB3, DRB4 and DRB5.
    fn too_many_drb345(&self) -> Option<TypingError> {
        let typed: Vec<&LocusTyping> = self.typed().filter(|t| t.drb345_copies() > 0).collect();
        let copies: usize = typed.iter().map(|t| t.drb345_copies()).sum();
        let last = typed.last().filter(|_| copies > 2)?;
        let piece = Piece::whole(&last.written);
        let fault = piece.fault(ErrorCode::TooManyCopies, gl_string::DRB345_MAX);
        Some(fault.into_error(&last.written))
    }

    /// The typed loci in order.
    pub fn typed(&self) -> impl Iterator<Item = &LocusTyping> {
        self.0.iter().filter_map(|(_, typing)| typing.as_ref())
    }

    /// Writes the typing as a GL String of the texts as written.
    pub fn to_gl_string(&self) -> String {
        self.typed().map(|t| t.written.as_str()).collect::<Vec<_>>().join("^")
    }

    fn collect(text: &str, loci: Vec<LocusResult<'_>>) -> Result<Self, Vec<TypingError>> {
        let mut person = PersonTyping::default();
        let mut errors = Vec::new();
        for locus in loci {
            match locus {
                Ok((piece, typing)) => {
                    let locus = typing.locus;
                    let wrong = person.put(typing).err();
                    errors.extend(wrong.map(|code| piece.fault(code, wanted(code, locus)).into_error(text)));
                }
                Err(fault) => errors.push(fault.into_error(text)),
            }
        }
        if errors.is_empty() { Ok(person) } else { Err(errors) }
    }

    fn put(&mut self, typing: LocusTyping) -> Result<(), ErrorCode> {
        if !Locus::TYPED.contains(&typing.locus) {
            return Err(ErrorCode::LocusUnknown);
        }
        if typing.is_not_known() {
            return Ok(());
        }
        let place = &mut self.0[typing.locus];
        if place.is_some() {
            return Err(ErrorCode::LocusRepeated);
        }
        *place = Some(typing);
        Ok(())
    }
}

fn repeated(code: ErrorCode, locus: Locus, texts: &[String]) -> TypingError {
    let text = texts.join("+");
    TypingError { code, value: text.clone(), text, position: 1, expected: wanted(code, locus), fix: None }
}

fn wanted(code: ErrorCode, locus: Locus) -> String {
    match code {
        ErrorCode::LocusRepeated => format!("locus {locus} once"),
        _ => "a locus that is typed for transplantation, such as A, B, C, DRB1, DQB1, DPB1".to_owned(),
    }
}

fn gl_string_body<'t>(text: &'t str, nomenclature: &Nomenclature<'_>) -> Result<Piece<'t>, Vec<TypingError>> {
    gl_string_code::body(Piece::whole(text), nomenclature.release)
        .map_err(|fault| vec![fault.into_error(text)])
}

fn read_locus(
    locus: Locus,
    texts: &[String],
    nomenclature: &Nomenclature<'_>,
) -> Result<LocusTyping, Vec<TypingError>> {
    let mut copies = Vec::new();
    let mut errors = Vec::new();
    let given: Vec<&str> = texts.iter().map(|t| t.trim()).filter(|t| !t.is_empty()).collect();
    if given.len() > 2 {
        let written = given[..3].join("+");
        let fault =
            Piece::whole(&written).fault(ErrorCode::TooManyCopies, format!("at most two alleles at {locus}"));
        return Err(vec![fault.into_error(&written)]);
    }
    for text in given {
        match nomenclature.read_at(locus, text) {
            Ok(one) if one.locus != locus => {
                let fault =
                    Piece::whole(text).fault(ErrorCode::LocusSwapped, format!("a typing of locus {locus}"));
                errors.push(fault.into_error(text));
            }
            Ok(one) => copies.push(one),
            Err(error) => errors.push(error),
        }
    }
    if copies.is_empty() && errors.is_empty() {
        errors.push(Piece::whole("").fault(ErrorCode::Empty, "a typing").into_error(""));
    }
    let written = copies.iter().map(|copy| copy.written.as_str()).collect::<Vec<_>>().join("+");
    if errors.is_empty() { Ok(LocusTyping::from_copies(locus, &written, copies)) } else { Err(errors) }
}
