//! Names without colons: `Cw*0102`, `A*9201`, `B*1501`, as they were written before April 2010.
//!
//! They are translated by the official table of 2010 (`Nomenclature_2009.txt`), never by cutting digits in pairs, and
//! the remark says so. A shortened old name (`A*0201` for `A*02010101` and its sisters) is read when all that begin
//! with it agree. What the table does not know never was such a name; it may be a name of today that lost its colons,
//! and is read as that when there is only one way to put them back.

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature, allele};
use crate::allele::{AlleleName, Suffix};
use crate::error::ErrorCode;
use crate::locus::Locus;
use crate::release::{OldNames, Release};

pub(super) const FORMAT: Format = Format { fits: |text| parts(text).is_some(), read };

/// What such a name is made of.
#[derive(Clone, Copy)]
struct Parts<'a> {
    locus: Locus,
    digits: &'a str,
    suffix: Option<Suffix>,
}

/// Two to four fields of two digits or more without a colon. Genes whose first field has three digits have no such
/// names here.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (locus, fields) = text.split_once('*')?;
    let locus = match locus {
        "Cw" | "CW" => Locus::C,
        other => Locus::from_name(other).filter(|locus| locus.first_field_width() == 2)?,
    };
    let digits = fields.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(fields);
    let suffix = Suffix::from_letter(fields[digits.len()..].chars().next().unwrap_or(' '));
    let is_name = (4..=9).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (suffix.is_some() || digits.len() == fields.len());
    is_name.then_some(Parts { locus, digits, suffix })
}

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let Some(parts) = parts(piece.text()) else { return allele::read(piece, nomenclature) };
    let release = nomenclature.release;
    let table = release.old_names();
    if let Some(new) = table.and_then(|table| table.get(&parts.old())) {
        return translated(piece, parts, new, release);
    }
    if let Some(deleted) = release.deleted_before_2010(&parts.old()) {
        return match deleted.successor {
            Some(new) => translated(piece, parts, new, release),
            None => {
                let expected = format!("a name in use; this one was withdrawn ({})", deleted.reason);
                Err(piece.fault(ErrorCode::AlleleDeleted, expected))
            }
        };
    }
    // A first field of four digits (`DPB1*1234:01`) can be shortened.
    let as_written = allele::read(piece, nomenclature);
    let Some(table) = table else { return as_written.map_err(|_| without_table(piece)) };
    match shortened(piece, parts, table)? {
        Some(new) if as_written.is_err() => translated(piece, parts, new, release),
        _ => as_written.or_else(|_| colons_put_back(piece, parts, release)),
    }
}

/// The table is not there.
fn without_table(piece: Piece<'_>) -> Fault {
    let expected = "a name with colons, such as B*15:01; this one is of before 2010 and must be translated first (Nomenclature_2009.txt of the release)";
    piece.fault(ErrorCode::NameBefore2010, expected)
}

fn translated(
    piece: Piece<'_>,
    parts: Parts<'_>,
    new: AlleleName,
    release: &Release,
) -> Result<Alternatives, Fault> {
    let mut members = Members::default();
    members.warn("name_before_2010", format!("{} is the name of before 2010 of {new}", piece.text()));
    members.add_name_of_any_release(release, &new).map_err(|none| piece.fault(none.code, none.expected))?;
    Ok(members.finish(parts.locus, Category::Allele))
}

/// The name of today of a shortened old one, when all that begin with it have the same first fields.
fn shortened(piece: Piece<'_>, parts: Parts<'_>, table: &OldNames) -> Result<Option<AlleleName>, Fault> {
    let count = parts.digits.len() / 2;
    let stem = format!("{}*{}", parts.locus, parts.digits);
    let is_longer = |old: &str| old[stem.len()..].bytes().take(2).filter(u8::is_ascii_digit).count() == 2;
    let rows = table.beginning_with(&stem).iter().filter(|(old, new)| {
        let same_digits = old.trim_end_matches(|c: char| c.is_ascii_uppercase()).len() == stem.len();
        same_digits || is_longer(old) && (parts.suffix.is_none() || new.suffix() == parts.suffix)
    });
    let rows: Vec<_> = rows.filter(|_| parts.digits.len().is_multiple_of(2)).collect();
    if let Some((old, _)) = rows.iter().find(|(old, _)| !is_longer(old)) {
        let fault =
            piece.fault(ErrorCode::SuffixWrong, format!("the name of before 2010 with its suffix, {old}"));
        return Err(fault.with_fix(old.to_string()));
    }
    let mut short: Vec<AlleleName> = rows.iter().map(|(_, new)| new.shortened(count)).collect();
    short.sort_unstable();
    short.dedup();
    match short.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.with_suffix(parts.suffix))),
        [first, .., last] => {
            let expected = format!("a name with colons; this one of before 2010 can be {first} or {last}");
            Err(piece.fault(ErrorCode::NameBefore2010, expected))
        }
    }
}

/// Reads a name of today that lost its colons, when there is one way to put them back. An odd number of digits may also
/// be a name of before 2002, whose third field had one digit (`DRB1*04101` was `DRB1*04:10:01`).
fn colons_put_back(piece: Piece<'_>, parts: Parts<'_>, release: &Release) -> Result<Alternatives, Fault> {
    let mut found: Vec<(AlleleName, Members)> = Vec::new();
    let mut try_name = |fields: &[u16]| {
        let mut members = Members::default();
        if let Some(name) = AlleleName::new(parts.locus, fields, parts.suffix)
            && members.add_name(release, &name).is_ok()
        {
            found.push((name, members));
        }
    };
    for_each_division(parts.digits, &mut Vec::new(), &mut try_name);
    if let Some(fields) = before_2002(parts.digits) {
        try_name(&fields);
    }
    match found.len() {
        1 => {
            let (name, mut members) = found.remove(0);
            let sentence = format!("{} is no name of before 2010; it was read as {name}", piece.text());
            members.warn("colons_restored", sentence);
            Ok(members.finish(parts.locus, Category::Allele))
        }
        0 => {
            let expected = format!("a name of release {} or of before 2010", release.label());
            Err(piece.fault(ErrorCode::AlleleUnknown, expected))
        }
        _ => {
            let names: Vec<String> = found.iter().map(|(name, _)| name.to_string()).collect();
            let expected = format!("a name with colons; this one can be {}", names.join(" or "));
            Err(piece.fault(ErrorCode::NameBefore2010, expected))
        }
    }
}

/// Every way to cut digits into two to four fields of two digits, or of more when the first is no zero.
fn for_each_division(digits: &str, fields: &mut Vec<u16>, take: &mut dyn FnMut(&[u16])) {
    if digits.is_empty() && fields.len() > 1 {
        take(fields);
    }
    for width in 2..=digits.len().min(4) {
        let field = &digits[..width];
        if fields.len() == 4 || width > 2 && field.starts_with('0') {
            return;
        }
        if let Ok(number) = field.parse() {
            fields.push(number);
            for_each_division(&digits[width..], fields, take);
            fields.pop();
        }
    }
}

/// Five digits, or seven: the third field has one.
fn before_2002(digits: &str) -> Option<Vec<u16>> {
    let cuts: &[std::ops::Range<usize>] = match digits.len() {
        5 => &[0..2, 2..4, 4..5],
        7 => &[0..2, 2..4, 4..5, 5..7],
        _ => return None,
    };
    cuts.iter().map(|cut| digits[cut.clone()].parse().ok()).collect()
}

impl Parts<'_> {
    /// The whole name as the table has it.
    fn old(&self) -> String {
        let suffix = self.suffix.map(|s| s.letter().to_string()).unwrap_or_default();
        format!("{}*{}{suffix}", self.locus, self.digits)
    }
}
