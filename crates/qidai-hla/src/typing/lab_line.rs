//! A line as laboratories write it: loci and alleles separated by blanks, commas or semicolons.
//!
//! `A*02:01,11:01 B*13:02,46:01`, `HLA-A 02:01 11:01; HLA-B 13:02`, `A2,11 B13,46 DR7,9`. An allele
//! without a locus belongs to the locus before it; `-` is a second allele that was not found.

use super::gl_string::{LocusResult, too_many_drb345};
use super::limits::{ERRORS_MAX, check_length};
use super::piece::{Fault, Piece};
use super::{Alternatives, LocusTyping, Nomenclature};
use crate::error::ErrorCode;
use crate::locus::Locus;
use crate::serology::Family;

/// What stands between two entries of a line.
pub(super) const SEPARATORS: [char; 8] = [' ', '\t', ',', ';', '，', '；', '、', '\u{3000}'];

/// What an entry without its own locus belongs to.
#[derive(Clone, Copy)]
enum Context {
    None,
    Locus(Locus),
    Family(Family),
}

pub(super) fn read<'a>(piece: Piece<'a>, nomenclature: &Nomenclature<'_>) -> Vec<LocusResult<'a>> {
    let mut context = Context::None;
    let mut loci: Vec<(Locus, Vec<Alternatives>)> = Vec::new();
    let mut faults = Vec::new();
    if let Err(fault) = check_length(piece) {
        return vec![Err(fault)];
    }
    for entry in entries(piece) {
        if faults.len() == ERRORS_MAX {
            break;
        }
        let Some(entry) = without_heading(entry, &mut context) else { continue };
        let read = read_entry(entry, &mut context, nomenclature);
        if let Err(fault) = read.and_then(|one| add(&mut loci, entry, one)) {
            faults.push(Err(fault));
        }
    }
    if loci.is_empty() && faults.is_empty() {
        let fault = piece.fault(ErrorCode::Empty, "a typing such as A*02:01,11:01 B*13:02,46:01");
        faults.push(Err(fault));
    }
    let typings = loci.into_iter().map(move |(locus, copies)| {
        let written: Vec<&str> = copies.iter().map(|c| c.written.as_str()).collect();
        Ok((piece, LocusTyping::from_copies(locus, &written.join("+"), copies)))
    });
    let mut all: Vec<LocusResult<'a>> = typings.chain(faults).collect();
    all.extend(too_many_drb345(&all).map(Err));
    all
}

/// The allele of an entry; `None` when it is only a heading, or says that a second allele was not found.
fn without_heading<'a>(entry: Piece<'a>, context: &mut Context) -> Option<Piece<'a>> {
    if let Some((heading, rest)) = split_heading(entry) {
        *context = heading;
        return Some(rest);
    }
    if let Some(heading) = heading(entry.text()) {
        *context = heading;
        return None;
    }
    (!matches!(entry.text(), "-" | "—" | "blank" | "BLANK")).then_some(entry)
}

fn add(loci: &mut Vec<(Locus, Vec<Alternatives>)>, entry: Piece<'_>, one: Alternatives) -> Result<(), Fault> {
    match loci.iter_mut().find(|(locus, _)| *locus == one.locus) {
        Some((locus, copies)) if copies.len() == 2 => {
            return Err(entry.fault(ErrorCode::TooManyCopies, format!("at most two alleles at {locus}")));
        }
        Some((_, copies)) => copies.push(one),
        None => loci.push((one.locus, vec![one])),
    }
    Ok(())
}

fn entries(piece: Piece<'_>) -> impl Iterator<Item = Piece<'_>> {
    let text = piece.text();
    let mut ends = text.match_indices(SEPARATORS).map(|(at, s)| (at, s.len())).collect::<Vec<_>>();
    ends.push((text.len(), 0));
    let mut from = 0;
    ends.into_iter()
        .map(move |(at, width)| {
            let entry = piece.sub(from, at);
            from = at + width;
            entry
        })
        .filter(|entry| !entry.text().is_empty())
}

/// `A`, `HLA-A`, `A*`, `DRB1:` or `DR` on their own announce what follows.
fn heading(text: &str) -> Option<Context> {
    let name = text.trim_start_matches("HLA-").trim_end_matches([':', '*', '：', '=']);
    if let Some(locus) = Locus::from_name(name) {
        return Some(Context::Locus(locus));
    }
    Family::from_letters(name).map(Context::Family)
}

/// `A:02:01`, `DRB1：04:05`: the heading stands directly before its first allele.
fn split_heading(entry: Piece<'_>) -> Option<(Context, Piece<'_>)> {
    let text = entry.text();
    let (at, mark) = text.match_indices([':', '：', '=']).next()?;
    let rest = &text[at + mark.len()..];
    let heading = heading(&text[..at]).filter(|_| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    Some((heading, entry.sub(at + mark.len(), text.len())))
}

fn read_entry(
    entry: Piece<'_>,
    context: &mut Context,
    nomenclature: &Nomenclature<'_>,
) -> Result<Alternatives, Fault> {
    let text = entry.text();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let one = nomenclature.read_piece(entry)?;
        *context = match one.antigen {
            Some(antigen) => Context::Family(antigen.family),
            None => Context::Locus(one.locus),
        };
        return Ok(one);
    }
    let whole = match *context {
        Context::Locus(locus) => format!("{locus}*{text}"),
        Context::Family(family) => format!("{}{text}", family.letters()),
        Context::None => {
            return Err(
                entry.fault(ErrorCode::LocusUnknown, "a locus before the first allele, as in A*02:01")
            );
        }
    };
    // The locus was written once for both alleles; errors still point at what stands in the line.
    nomenclature.read_piece(Piece::whole(&whole)).map_err(|fault| {
        let error = fault.into_error(&whole);
        entry.fault(error.code, error.expected)
    })
}
