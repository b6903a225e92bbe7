//! Multiple allele codes: `A*02:AB` stands for `A*02:01/A*02:02`.
//!
//! A *generic* code lists second fields and stands behind any first field; an *allele-specific* code
//! lists first and second fields and stands only behind the first field it names most often (on a tie
//! the lowest). Codes outlive releases: a member that was renamed is followed, one that does not exist
//! at the locus is dropped with a warning. Source: NMDP, <https://hml.nmdp.org/mac/>.

use rustc_hash::FxHashMap;

use super::piece::{Fault, Piece};
use super::{Alternatives, Category, Format, Members, Nomenclature};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::locus::Locus;
use crate::release::Release;

pub(super) const FORMAT: Format = Format { fits, read };

/// One letter behind a field is a suffix, two or more are a code.
fn fits(text: &str) -> bool {
    let Some((before, code)) = text.rsplit_once(':') else { return false };
    before.contains('*') && code.len() >= 2 && code.chars().all(|c| c.is_ascii_uppercase())
}

/// The date, the heading and a blank line stand above the codes.
const HEADING_LINES_MAX: usize = 3;

/// The loaded codes.
#[derive(Clone, Debug, Default)]
pub struct MacTable {
    codes: FxHashMap<Box<str>, Box<str>>,
}

/// A code table that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}: {value:?}; expected code⇥alleles, e.g. AB⇥01/02")]
pub struct MacError {
    /// 1-based line number.
    pub line: usize,
    /// What is wrong.
    pub problem: &'static str,
    /// The line.
    pub value: String,
}

impl MacTable {
    /// Reads `code⇥alleles` lines below their heading, or the file that the NMDP publishes, in either order: a line with
    /// the date, a heading and a blank line, and in one of the two a column of stars before the code.
    ///
    /// # Errors
    /// The first line that has no tab, a code that is no letters A–Z, alleles that are no numbers, or a code that is
    /// given twice with other alleles.
    pub fn read(text: &str) -> Result<MacTable, MacError> {
        let mut codes: FxHashMap<Box<str>, Box<str>> = FxHashMap::default();
        let mut heading = Ok(());
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let error =
                |problem| MacError { line: i + 1, problem, value: line.chars().take(80).collect::<String>() };
            match row(line) {
                Ok((code, alleles)) => match codes.insert(code.into(), alleles.into()) {
                    Some(other) if *other != *alleles => return Err(error("the code stands in two lines")),
                    _ => {}
                },
                // The heading is known by where it stands; what is wrong with it counts when no code follows.
                Err(problem) if codes.is_empty() && i < HEADING_LINES_MAX => {
                    heading = heading.and(Err(error(problem)));
                }
                Err(problem) => return Err(error(problem)),
            }
        }
        if codes.is_empty() { heading.map(|()| MacTable { codes }) } else { Ok(MacTable { codes }) }
    }

    /// The number of codes.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// True when no code is loaded.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Every code with its expansion, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.codes.iter().map(|(code, alleles)| (&**code, &**alleles))
    }

    /// The expansion of a code as listed, e.g. `01/02` or `25:01/26:01`.
    pub fn expansion(&self, code: &str) -> Option<&str> {
        self.codes.get(code).map(|alleles| &**alleles)
    }
}

/// The names that a code such as `A*02:AB` stands for; a member that is no name is left out.
pub(crate) fn expand_code(piece: Piece<'_>, table: &MacTable) -> Result<Vec<AlleleName>, Fault> {
    members_of(piece, Some(table)).map(|(_, members)| members.into_iter().flatten().collect())
}

/// The code and the alleles of a line.
fn row(line: &str) -> Result<(&str, &str), &'static str> {
    let line = line.strip_prefix('*').unwrap_or(line);
    let (code, alleles) = line.strip_prefix('\t').unwrap_or(line).split_once('\t').ok_or("no tab")?;
    let (code, alleles) = (code.trim(), alleles.trim());
    if code.len() < 2 || !code.bytes().all(|c| c.is_ascii_uppercase()) {
        return Err("the code is not two or more letters A-Z");
    }
    let is_field = |field: &str| {
        let digits = field.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(field);
        !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())
    };
    match alleles.split('/').all(|member| member.split(':').all(is_field)) {
        true => Ok((code, alleles)),
        false => Err("the alleles are not fields joined by /"),
    }
}

fn members_of(piece: Piece<'_>, table: Option<&MacTable>) -> Result<(Locus, Vec<Member>), Fault> {
    let (locus, rest) = piece.split_locus()?;
    let colon = rest.text().rfind(':').unwrap_or(0);
    let (before, code) = (rest.sub(0, colon), rest.sub(colon + 1, rest.text().len()));
    let first = AlleleName::read_fields(locus, before)?;
    if first.fields().len() != 1 || first.suffix().is_some() {
        return Err(before.fault(ErrorCode::FormUnknown, "one field before the code, as in A*02:AB"));
    }
    let Some(table) = table else {
        return Err(code.fault(
            ErrorCode::MacTableMissing,
            "a loaded table of multiple allele codes (option --mac FILE)",
        ));
    };
    let Some(expansion) = table.expansion(code.text()) else {
        return Err(code.fault(ErrorCode::MacUnknown, "a code of the loaded table"));
    };
    let names = expand(locus, &first, expansion).map_err(|right| {
        let expected = format!("the first field that this code stands behind, {right:02}");
        before.fault(ErrorCode::MacFirstFieldWrong, expected).with_fix(format!("{right:02}"))
    })?;
    Ok((locus, names))
}

fn read(piece: Piece<'_>, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Fault> {
    let (locus, names) = members_of(piece, nomenclature.mac)?;
    let mut members = Members::default();
    for name in names {
        match name {
            Ok(name) => add_or_drop(&mut members, nomenclature.release, &name),
            Err(text) => members.warn("mac_member_dropped", format!("{text} is no allele name")),
        }
    }
    if members.is_empty() {
        let expected =
            format!("a code of which at least one allele is in release {}", nomenclature.release.label());
        return Err(piece.fault(ErrorCode::MacWithoutMembers, expected));
    }
    Ok(members.finish(locus, Category::Mac))
}

/// A member of a code: a name, or the text that is none.
type Member = Result<AlleleName, String>;

/// The names a code stands for; `Err` gives the first field it should have been written with.
fn expand(locus: Locus, first: &AlleleName, expansion: &str) -> Result<Vec<Member>, u16> {
    let first_field = first.fields()[0];
    let is_generic = !expansion.contains(':');
    let member = |fields: &str| {
        let name = match is_generic {
            true => format!("{locus}*{first_field:0width$}:{fields}", width = locus.first_field_width()),
            false => format!("{locus}*{fields}"),
        };
        name.parse().map_err(|_| name)
    };
    let members: Vec<Member> = expansion.split('/').map(member).collect();
    match most_frequent_first_field(members.iter().flatten()) {
        Some(right) if right != first_field => Err(right),
        _ => Ok(members),
    }
}

pub(super) fn most_frequent_first_field<'n>(names: impl Iterator<Item = &'n AlleleName>) -> Option<u16> {
    let mut counts: Vec<(usize, std::cmp::Reverse<u16>)> = Vec::new();
    for name in names {
        let field = std::cmp::Reverse(name.fields()[0]);
        match counts.iter_mut().find(|(_, f)| *f == field) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, field)),
        }
    }
    counts.iter().max().map(|(_, field)| field.0)
}

/// Codes were made under older releases: a member that was renamed since is followed, another one is dropped.
fn add_or_drop(members: &mut Members, release: &Release, name: &AlleleName) {
    if members.add_name_of_any_release(release, name).is_err() {
        members.warn("mac_member_dropped", format!("{name} is not in release {}", release.label()));
    }
}
