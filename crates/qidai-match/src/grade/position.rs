//! Two positions: grade, confidence, antigen match.

use qidai_hla::antigen_match::antigens_may_match;
use qidai_hla::{AlleleId, AlleleName, Alternatives, Antigen, Category, GroupKind, Release};

use super::{Confidence, Grade};

/// Whether nothing is expressed: a null allele, or an absent gene.
pub(super) fn is_null(position: &Alternatives) -> bool {
    let has_none = position.may_be_null && position.classes.is_empty() && position.category != Category::New;
    has_none || position.category == Category::Absent
}

pub(super) fn is_open(position: &Alternatives) -> bool {
    position.category == Category::NotKnown
}

/// The allele of a name that stands for one only.
fn single(position: &Alternatives) -> Option<AlleleId> {
    match position.alleles[..] {
        [one] if position.category == Category::Allele => Some(one),
        _ => None,
    }
}

/// The grade of two positions as typed.
pub(super) fn grade(one: &Alternatives, other: &Alternatives, release: &Release) -> Grade {
    if is_open(one) || is_open(other) {
        return Grade::Unknown;
    }
    match (is_null(one), is_null(other)) {
        (true, true) => null_grade(one, other, release),
        (true, false) | (false, true) => Grade::ExpressingVsNull,
        // A protein without a name equals nothing, not even another one.
        (false, false) if one.category == Category::New || other.category == Category::New => Grade::Mismatch,
        (false, false) if one.antigen.is_some() || other.antigen.is_some() => {
            antigen_grade(one, other, release)
        }
        (false, false) => molecular_grade(one, other, release),
    }
}

/// Through how many fields two names are the same, two at least. A name that has no such field is not the same in it.
fn same_fields(a: AlleleName, b: AlleleName) -> Option<usize> {
    let same = a.fields().iter().zip(b.fields()).take_while(|(x, y)| x == y).count();
    (same >= 2).then_some(same)
}

fn null_grade(one: &Alternatives, other: &Alternatives, release: &Release) -> Grade {
    let same = match (single(one), single(other)) {
        (Some(a), Some(b)) => same_fields(release.name(a), release.name(b)),
        // An absent gene beside an absent gene: as much the same as can be said.
        _ if one.category == Category::Absent && other.category == Category::Absent => Some(2),
        _ => shares(&one.alleles, &other.alleles).then_some(2),
    };
    match same {
        Some(4) => Grade::NullGdna,
        Some(3) => Grade::NullCdna,
        Some(_) => Grade::NullPartial,
        None => Grade::NullMismatch,
    }
}

fn molecular_grade(one: &Alternatives, other: &Alternatives, release: &Release) -> Grade {
    let singles = single(one).zip(single(other));
    match singles.and_then(|(a, b)| same_fields(release.name(a), release.name(b))) {
        Some(4) => return Grade::Gdna,
        Some(3) => return Grade::Cdna,
        Some(_) => return Grade::Protein,
        None => {}
    }
    // The starter release has no groups; its two-field names are classes.
    if !release.is_starter() && shares_g_group(one, other, release) {
        Grade::GGroup
    } else if classes_meet(one, other) {
        Grade::PGroup
    } else {
        Grade::Mismatch
    }
}

/// An allele in no G group is one by itself. What is not expressed is compared elsewhere.
fn shares_g_group(one: &Alternatives, other: &Alternatives, release: &Release) -> bool {
    if !classes_meet(one, other) {
        return false;
    }
    let expressed = |position: &Alternatives| -> Vec<AlleleId> {
        position.alleles.iter().copied().filter(|a| release.class_of(*a).is_some()).collect()
    };
    let (ours, theirs) = (expressed(one), expressed(other));
    if shares(&ours, &theirs) {
        return true;
    }
    let groups = |alleles: &[AlleleId]| {
        let mut names: Vec<AlleleName> = alleles
            .iter()
            .filter_map(|allele| release.group_of(*allele, GroupKind::G).map(|group| group.name))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    shares(&groups(&ours), &groups(&theirs))
}

/// Whether two sorted lists have something in common.
fn shares<T: Ord>(one: &[T], other: &[T]) -> bool {
    let (small, large) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    small.iter().any(|item| large.binary_search(item).is_ok())
}

/// Whether some alternative matches. Two antigens that differ do not, although some alleles could be either.
fn may_match(one: &Alternatives, other: &Alternatives, release: &Release) -> bool {
    let both_seen = one.antigen.is_some() && other.antigen.is_some();
    classes_meet(one, other) && (!both_seen || antigens_may_match(one, other, release))
}

pub(super) fn classes_meet(one: &Alternatives, other: &Alternatives) -> bool {
    shares(&one.classes, &other.classes)
}

/// Grades of serology, one side at least being an antigen (WMDA matching framework, 2010).
fn antigen_grade(one: &Alternatives, other: &Alternatives, release: &Release) -> Grade {
    let (ours, theirs) = (antigens(one, release), antigens(other, release));
    let best = ours.iter().flat_map(|a| theirs.iter().filter_map(|b| related(*a, *b, release))).max();
    let is_related = || may_match(one, other, release);
    best.unwrap_or_else(|| if is_related() { Grade::Broad } else { Grade::Mismatch })
}

/// The antigens by their own names, not those that contain them.
fn antigens(position: &Alternatives, release: &Release) -> Vec<Antigen> {
    if let Some(antigen) = position.antigen {
        return vec![antigen];
    }
    let mut all: Vec<Antigen> =
        position.alleles.iter().flat_map(|allele| release.antigens(*allele)).map(|(a, _)| *a).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The level at which two antigens are the same.
fn related(a: Antigen, b: Antigen, release: &Release) -> Option<Grade> {
    let serology = release.serology();
    let base = |x: Antigen| {
        serology.parents(x).iter().copied().find(|parent| serology.associated(*parent).contains(&x))
    };
    let is_broad = |x: Antigen| !serology.splits(x).is_empty();
    if a == b {
        return Some(match base(a) {
            Some(_) => Grade::Associated,
            None if is_broad(a) => Grade::Broad,
            None => Grade::Split,
        });
    }
    // Two associated antigens of one split, or one of them and the split itself.
    let (own, their) = (base(a).unwrap_or(a), base(b).unwrap_or(b));
    (own == their && !is_broad(own)).then_some(Grade::Split)
}

/// How sure two positions match in what they show, which is something.
pub(super) fn confidence(one: &Alternatives, other: &Alternatives, release: &Release) -> Confidence {
    if is_open(one) || is_open(other) {
        return Confidence::Potential;
    }
    if one.category == Category::New || other.category == Category::New {
        return Confidence::Mismatch;
    }
    if !may_match(one, other, release) {
        return Confidence::Mismatch;
    }
    let both_single = single(one).is_some() && single(other).is_some();
    if one.antigen.is_some() || other.antigen.is_some() {
        Confidence::Potential
    } else if both_single {
        Confidence::Definite
    } else if one.classes.len() == 1 && other.classes.len() == 1 {
        Confidence::Exact
    } else {
        Confidence::Potential
    }
}

/// How sure two positions match where neither person shows anything.
pub(super) fn nothing_shown(one: &Alternatives, other: &Alternatives) -> Confidence {
    let both_single = single(one).is_some() && single(other).is_some();
    if both_single { Confidence::Definite } else { Confidence::Exact }
}

/// Whether two positions can show the same antigen.
pub(super) fn antigen_match(one: &Alternatives, other: &Alternatives, release: &Release) -> Option<bool> {
    if is_open(one) || is_open(other) {
        return None;
    }
    Some(antigens_may_match(one, other, release))
}
