//! T-cell-epitope (TCE) groups of DPB1 and what they say about a mismatch.
//!
//! A group tells how immunogenic the molecule is: 1 most, 3 least. A person's level is the lowest number among the
//! two alleles. Two persons of one level: *permissive*; the patient's level lower: the graft has more to react
//! against (*non-permissive, GvH*); the donor's lower: the patient has (*non-permissive, HvG*).
//!
//! Version 1 groups by T-cell clones, version 2 by functional distance scores; version 2 is the one that counts.
//! Sources: file `tce/dpb_tce.csv` of a release; Fleischhauer et al., Lancet Oncol 2012;13:366-374 (permissiveness);
//! Crivello et al., Biol Blood Marrow Transplant 2015;21:233-241 (functional distance).

use crate::allele::AlleleName;
use crate::error::ReleaseError;
use crate::locus::{Locus, Pair};
use crate::release::{AlleleId, Release};
use crate::typing::{Alternatives, Category, LocusTyping};

/// A group, most immunogenic first; the number is that of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TceGroup {
    /// No product (`0` in the file).
    Null,
    /// Most immunogenic.
    One,
    /// In between.
    Two,
    /// Least immunogenic.
    Three,
}

impl TceGroup {
    /// 0 for no product, else the group's number.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// The version of the assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TceVersion {
    /// By T-cell clones.
    V1,
    /// By functional distance; what matching uses.
    V2,
}

/// What the file says of one allele under one version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TceAssignment {
    /// `None`: the allele has no assignment.
    pub group: Option<TceGroup>,
    /// `$` in the file: predicted from the sequence or from functional distance, not tested with T cells.
    pub predicted: bool,
    /// `a` in the file: another group than under version 1.
    pub changed: bool,
}

/// The groups of every DPB1 allele of a release.
#[derive(Clone, Debug)]
pub struct TceTable {
    /// Id of the first DPB1 allele; the rows follow in numeric order.
    first: u32,
    rows: Vec<[TceAssignment; 2]>,
}

pub(crate) const FILE: &str = "dpb_tce.csv";

impl TceTable {
    /// Reads `tce/dpb_tce.csv`: allele, protein, version 1, version 2, comments.
    ///
    /// # Errors
    /// [`ReleaseError`]: a file of another release, or a line of another form.
    pub(crate) fn read(text: &str, release: &Release) -> Result<TceTable, ReleaseError> {
        check_version(text, release.label())?;
        let first = release.alleles_of(Locus::DPB1).next().map_or(0, |allele| allele.0);
        let mut rows = vec![[TceAssignment::default(); 2]; release.alleles_of(Locus::DPB1).len()];
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        for (i, line) in lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("Allele,")) {
            let problem = |problem: String| ReleaseError::Line {
                file: FILE,
                line: i + 1,
                problem,
                value: line.chars().take(120).collect(),
            };
            let (name, assigned) = row(line).map_err(problem)?;
            // The file of an older release may lag behind its list of alleles, or run ahead.
            if let Some(allele) = release.find(&name)
                && let Some(place) = rows.get_mut((allele.0 - first) as usize)
            {
                *place = assigned;
            }
        }
        Ok(TceTable { first, rows })
    }

    /// The assignment of an allele; no group for alleles that are not of DPB1.
    pub fn of(&self, allele: AlleleId, version: TceVersion) -> TceAssignment {
        let row = allele.0.checked_sub(self.first).and_then(|i| self.rows.get(i as usize));
        row.map_or_else(TceAssignment::default, |row| row[version as usize])
    }

    /// How many alleles have a group under version 2, those without product included.
    pub fn assigned_count(&self) -> usize {
        self.rows.iter().filter(|row| row[1].group.is_some()).count()
    }
}

/// The header need not name the folder, as it did not in older releases; the version must be the release's.
fn check_version(text: &str, label: &str) -> Result<(), ReleaseError> {
    let version = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.strip_prefix("# version:"))
        .and_then(|value| value.trim().rsplit(' ').next());
    match version {
        Some(version) if version == label => Ok(()),
        Some(version) => Err(ReleaseError::Mixed {
            file: FILE,
            found: version.to_owned(),
            first_file: "Allelelist.txt",
            expected: label.to_owned(),
        }),
        None => {
            let found = text.lines().next().unwrap_or_default().chars().take(80).collect();
            Err(ReleaseError::Header { file: FILE, found })
        }
    }
}

fn row(line: &str) -> Result<(AlleleName, [TceAssignment; 2]), String> {
    let mut fields = line.split(',').map(str::trim);
    let (name, _protein, v1, v2) = (fields.next(), fields.next(), fields.next(), fields.next());
    let name = name.and_then(|name| name.parse::<AlleleName>().ok()).filter(|n| n.locus() == Locus::DPB1);
    let name = name.ok_or("expected a DPB1 allele")?;
    let assignment = |field: Option<&str>| {
        let field = field.ok_or("expected four fields; the file may be cut off")?;
        assignment(field).ok_or_else(|| format!("expected a group 0 to 3, found {field}"))
    };
    Ok((name, [assignment(v1)?, assignment(v2)?]))
}

fn assignment(field: &str) -> Option<TceAssignment> {
    let number = field.trim_end_matches(['$', 'a']);
    let group = match number {
        "" => None,
        "0" => Some(TceGroup::Null),
        "1" => Some(TceGroup::One),
        "2" => Some(TceGroup::Two),
        "3" => Some(TceGroup::Three),
        _ => return None,
    };
    Some(TceAssignment { group, predicted: field.contains('$'), changed: field.contains('a') })
}

/// What a DPB1 mismatch means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permissiveness {
    /// Both persons have the same level.
    Permissive,
    /// The patient's level is the lower number: the graft reacts against the patient.
    NonPermissiveGvh,
    /// The donor's level is the lower number: the patient reacts against the graft.
    NonPermissiveHvg,
    /// A group is not known, or the typings allow more than one answer.
    Unknown,
}

impl Permissiveness {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Permissiveness::Permissive => "permissive",
            Permissiveness::NonPermissiveGvh => "non_permissive_gvh",
            Permissiveness::NonPermissiveHvg => "non_permissive_hvg",
            Permissiveness::Unknown => "unknown",
        }
    }
}

/// Compares the levels of two DPB1 typings. Whether the alleles match at all is asked before, elsewhere.
///
/// A null allele takes the other allele's group. Every allele the typings can stand for is looked at: an answer is
/// given only when all of them agree.
pub fn permissiveness(
    patient: &LocusTyping,
    donor: &LocusTyping,
    release: &Release,
    version: TceVersion,
) -> Permissiveness {
    TceLevels::of(patient, release, version).against(TceLevels::of(donor, release, version))
}

/// The levels that a person can have, 1 to 3; none when a group is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TceLevels(u8);

impl TceLevels {
    /// Of a typing: every genotype that it leaves open is looked at.
    pub fn of(typing: &LocusTyping, release: &Release, version: TceVersion) -> TceLevels {
        let Some(table) = release.tce() else { return TceLevels::default() };
        let mut bits = 0;
        for genotype in &typing.genotypes {
            let Pair(one, two) = genotype.as_ref().map(|position| groups(position, release, table, version));
            let (Some(one), Some(two)) = (one, two) else { return TceLevels::default() };
            for pair in one.iter().flat_map(|a| two.iter().map(move |b| level(*a, *b))) {
                let Some(level) = pair else { return TceLevels::default() };
                bits |= 1 << level.number() >> 1;
            }
        }
        TceLevels(bits)
    }

    /// One bit for each level, level 1 the lowest; 0 when not known.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The levels of some bits; what is above the third is left out.
    pub fn from_bits(bits: u8) -> TceLevels {
        TceLevels(bits & 0b111)
    }

    /// What a donor of other levels means to this patient, where every possibility says the same.
    pub fn against(self, donor: TceLevels) -> Permissiveness {
        let all = |levels: TceLevels| (0..3).filter(move |level| levels.0 >> level & 1 == 1);
        let mut outcomes = all(self).flat_map(|p| all(donor).map(move |d| p.cmp(&d)));
        let Some(first) = outcomes.next() else { return Permissiveness::Unknown };
        match (first, outcomes.all(|other| other == first)) {
            (_, false) => Permissiveness::Unknown,
            (std::cmp::Ordering::Equal, true) => Permissiveness::Permissive,
            (std::cmp::Ordering::Less, true) => Permissiveness::NonPermissiveGvh,
            (std::cmp::Ordering::Greater, true) => Permissiveness::NonPermissiveHvg,
        }
    }
}

/// The lower group of two; a null counts as the other allele, two nulls have no level.
fn level(a: TceGroup, b: TceGroup) -> Option<TceGroup> {
    match (a, b) {
        (TceGroup::Null, TceGroup::Null) => None,
        (TceGroup::Null, other) | (other, TceGroup::Null) => Some(other),
        (a, b) => Some(a.min(b)),
    }
}

/// Every group a position can be of. A short name means its expressed alleles.
fn groups(
    position: &Alternatives,
    release: &Release,
    table: &TceTable,
    version: TceVersion,
) -> Option<Vec<TceGroup>> {
    if position.category == Category::New {
        return None;
    }
    let is_meant = |a: &&AlleleId| release.class_of(**a).is_some() || position.nulls.binary_search(a).is_ok();
    let mut groups = Vec::new();
    for allele in position.alleles.iter().filter(is_meant) {
        let group = match release.class_of(*allele) {
            None => TceGroup::Null,
            Some(_) => table.of(*allele, version).group?,
        };
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    (!groups.is_empty()).then_some(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_stand_behind_the_group() {
        let read = |field| assignment(field).unwrap();
        assert_eq!(read("2a$").group, Some(TceGroup::Two));
        assert!(read("2a$").predicted && read("2a$").changed);
        assert_eq!(read(""), TceAssignment::default());
        assert_eq!(read("0").group, Some(TceGroup::Null));
        assert_eq!(assignment("4"), None);
        assert_eq!(assignment("x"), None);
    }

    #[test]
    fn a_null_counts_as_the_other_allele() {
        use TceGroup::{Null, One, Three, Two};
        assert_eq!(level(Three, Two), Some(Two));
        assert_eq!(level(Null, Three), Some(Three));
        assert_eq!(level(One, Null), Some(One));
        assert_eq!(level(Null, Null), None);
    }
}
