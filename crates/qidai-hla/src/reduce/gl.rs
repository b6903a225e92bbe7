//! Walks the operators of a GL String and puts the reduced lists back between them.

use std::fmt::Write;

use rustc_hash::FxHashSet;

use crate::error::{ErrorCode, TypingError};
use crate::locus::Locus;
use crate::typing::limits::{check_length, settle, settle_when_long};
use crate::typing::piece::{Fault, Piece, is_typing_character};
use crate::typing::{
    Alternatives, Category, Nomenclature, Warning, allele_string, gl_string, gl_string_code,
};

use super::term::Term;
use super::{Level, Reduced};

type Position = Vec<Term>;
type Haplotype = Vec<Position>;
type Genotype = Vec<Haplotype>;
type Segment = Vec<Genotype>;

pub(super) fn reduce(
    text: &str,
    level: &Level,
    nomenclature: &Nomenclature<'_>,
) -> Result<Reduced, TypingError> {
    let whole = Piece::whole(text);
    check_length(whole).map_err(|fault| fault.into_error(text))?;
    check_blanks(whole)?;
    let mut walk = Walk { level, nomenclature, notes: Vec::new() };
    let (alternatives, prefix) = walk.code(whole).map_err(|fault| fault.into_error(text))?;
    let mut said: FxHashSet<String> = FxHashSet::default();
    walk.notes.retain(|note| said.insert(note.sentence.clone()));
    let printed: Vec<String> = alternatives.iter().map(|segments| print(segments, prefix)).collect();
    Ok(Reduced { text: printed.join("?"), notes: walk.notes })
}

/// A blank is no part of a GL String: it may be a lost operator.
fn check_blanks(piece: Piece<'_>) -> Result<(), TypingError> {
    let text = piece.text();
    let Some(at) = text.find(char::is_whitespace) else { return Ok(()) };
    let fault = piece.character_fault(at, "no blank inside a typing");
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut error = fault.into_error(text);
    error.fix = whole.chars().all(is_typing_character).then_some(whole);
    Err(error)
}

/// Two copies at most, one locus per genotype, each locus once.
fn check_structure(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<(), Fault> {
    let mut seen: Vec<Locus> = Vec::new();
    for locus in gl_string::read(piece, nomenclature) {
        let (place, typing) = locus?;
        if seen.contains(&typing.locus) {
            return Err(place.fault(ErrorCode::LocusRepeated, format!("locus {} once", typing.locus)));
        }
        seen.push(typing.locus);
    }
    Ok(())
}

struct Walk<'n, 'r> {
    level: &'n Level,
    nomenclature: &'n Nomenclature<'r>,
    notes: Vec<Warning>,
}

impl Walk<'_, '_> {
    /// A GL String, by itself or in a GL String Code: the alternatives that `?` joins, and the prefix of its names.
    fn code(&mut self, whole: Piece<'_>) -> Result<(Vec<Vec<Segment>>, &'static str), Fault> {
        let release = self.nomenclature.release;
        let piece = gl_string_code::body(whole, release)?;
        if piece.text().len() < whole.text().len() {
            let sentence = format!("read under release {}, as the GL String Code says", release.label());
            self.notes.push(Warning { code: "gl_code_read", sentence });
        }
        let mut alternatives = Vec::new();
        for part in piece.split('?') {
            if piece.text().contains(['?', '^', '|', '+', '~']) {
                check_structure(part, self.nomenclature)?;
            }
            alternatives.push(self.string(part)?);
        }
        alternatives.retain(|segments| !segments.is_empty());
        alternatives.sort();
        alternatives.dedup();
        Ok((alternatives, gl_string::prefix(piece)?))
    }

    fn string(&mut self, piece: Piece<'_>) -> Result<Vec<Segment>, Fault> {
        let mut segments = Vec::new();
        for part in piece.split('^') {
            segments.push(self.segment(part)?);
        }
        segments.retain(|s| !s.is_empty());
        segments.sort();
        Ok(segments)
    }

    fn segment(&mut self, piece: Piece<'_>) -> Result<Segment, Fault> {
        let mut genotypes = Vec::new();
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        for part in piece.split('|') {
            if !seen.insert(part.text()) {
                continue;
            }
            let mut copies: Genotype = Vec::new();
            for copy in part.split('+') {
                copies.push(self.haplotype(copy)?);
            }
            copies.retain(|c| !c.is_empty());
            copies.sort();
            genotypes.push(copies);
        }
        genotypes.retain(|g| !g.is_empty());
        genotypes.sort();
        genotypes.dedup();
        Ok(genotypes)
    }

    fn haplotype(&mut self, piece: Piece<'_>) -> Result<Haplotype, Fault> {
        let mut positions = Vec::new();
        for part in piece.split('~') {
            positions.push(self.position(part)?);
        }
        positions.retain(|p| !p.is_empty());
        Ok(positions)
    }

    fn position(&mut self, piece: Piece<'_>) -> Result<Position, Fault> {
        let (level, nomenclature, notes) = (self.level, self.nomenclature, &mut self.notes);
        let mut terms = Vec::new();
        let mut settled = 0;
        let mut take = |part: Alternatives| {
            notes.extend(part.warnings.iter().cloned());
            if !matches!(part.category, Category::NotKnown | Category::Absent | Category::New) {
                terms.extend(level.position(&part, nomenclature.release, notes));
                settle_when_long(&mut terms, &mut settled);
            }
        };
        if piece.text().contains('/') {
            allele_string::for_each_part(piece.strip_hla_prefix(), nomenclature, &mut take)?;
        } else {
            take(nomenclature.read_piece(piece)?);
        }
        settle(&mut terms);
        if terms.is_empty() {
            let sentence = format!("{} has nothing at level {}", piece.text(), self.level.name);
            self.notes.push(Warning { code: "nothing_at_level", sentence });
        }
        Ok(terms)
    }
}

fn print(segments: &[Segment], prefix: &str) -> String {
    join(segments, "^", |genotypes| {
        join(genotypes, "|", |copies| {
            join(copies, "+", |positions| join(positions, "~", |terms| list(terms, prefix)))
        })
    })
}

fn join<T>(parts: &[T], operator: &str, print: impl Fn(&T) -> String) -> String {
    parts.iter().map(print).collect::<Vec<_>>().join(operator)
}

fn list(terms: &Position, prefix: &str) -> String {
    let mut text = String::with_capacity(terms.len() * 16);
    for (i, term) in terms.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{prefix}{term}", if i == 0 { "" } else { "/" });
    }
    text
}
