//! Is the segment the unit's own? Compared locus by locus by the release in force, for the move that says so; nobody types the answer.
//!
//! The bank keeps both typings as texts; what they say only a release knows. So each door that moves a record asks here: command, page
//! and API.

use qidai_bank::workflow::Concept;
use qidai_bank::{BankError, Principal, RecheckTypings, Store};
use qidai_hla::{Locus, Nomenclature, PersonTyping, locus_compatible};

use crate::catalogue::{ReferenceArgs, release_of};
use crate::error::Failure;
use crate::typed_fields::one_line;

/// Fields that the program itself found out for a move.
pub(crate) type Found = Vec<(&'static str, String)>;

/// Without these three a typing names nobody (standards.md 7: identity of a unit at release is HLA-A, -B and -DRB1).
const NEEDED: [Locus; 3] = [Locus::A, Locus::B, Locus::DRB1];

/// What the program finds out for a move of a record: nothing, unless it is the one that says who a segment is of.
///
/// # Errors
/// `record_unknown`, `permission_missing`; outages.
pub(crate) async fn found(
    store: &Store,
    (concept, number, what): (&'static Concept, &str, &str),
    principal: &Principal,
    nomenclature: &Nomenclature<'_>,
) -> Result<Found, BankError> {
    if !asks(concept, what) {
        return Ok(Vec::new());
    }
    let recheck = store.record(concept, number, principal).await?;
    let typings = store.recheck_typings(&recheck).await?;
    Ok(compared(&typings, nomenclature))
}

/// The same at a console, which loads the release only where it is needed.
///
/// # Errors
/// As [`found`], and where the release of the bank cannot be read.
pub(crate) async fn found_at_console(
    store: &Store,
    (concept, number, what): (&'static Concept, &str, &str),
    principal: &Principal,
) -> Result<Result<Found, BankError>, Failure> {
    if !asks(concept, what) {
        return Ok(Ok(Vec::new()));
    }
    let release = release_of(store, &ReferenceArgs::default()).await?;
    Ok(found(store, (concept, number, what), principal, &Nomenclature::new(&release, None)).await)
}

/// The move, by its own name or by that of the state.
fn asks(concept: &Concept, what: &str) -> bool {
    concept.code == "recheck" && matches!(what, "identify" | "identified")
}

/// Without a typing of the segment nothing is said: the bank then refuses the move.
fn compared(typings: &RecheckTypings, nomenclature: &Nomenclature<'_>) -> Found {
    let Some(segment) = &typings.segment else { return Vec::new() };
    let read = |text: &Option<String>| match text {
        Some(text) => PersonTyping::read_line(&one_line(text), nomenclature).ok(),
        None => None,
    };
    let (verdict, loci) = match (read(&typings.banked), read(&Some(segment.clone()))) {
        (Some(banked), Some(segment)) => compare(&banked, &segment, nomenclature),
        // What the release in force cannot read is compared with nothing.
        _ => ("incomplete", format!("? {} | {segment}", typings.banked.as_deref().unwrap_or_default())),
    };
    vec![("identity", verdict.to_owned()), ("identity_loci", loci)]
}

/// The verdict, and a line for each locus that either has.
fn compare(
    banked: &PersonTyping,
    segment: &PersonTyping,
    nomenclature: &Nomenclature<'_>,
) -> (&'static str, String) {
    let (mut lines, mut contradicts, mut met) = (Vec::new(), false, Vec::new());
    for locus in Locus::TYPED {
        let known = |one: &PersonTyping| one[locus].clone().filter(|typed| !typed.is_not_known());
        let (one, other) = (known(banked), known(segment));
        let sign = match (&one, &other) {
            (None, None) => continue,
            (Some(one), Some(other)) if locus_compatible(one, other, nomenclature.release) => {
                met.push(locus);
                "="
            }
            (Some(_), Some(_)) => {
                contradicts = true;
                "≠"
            }
            _ => "?",
        };
        let written = |typed: &Option<qidai_hla::LocusTyping>| {
            typed.as_ref().map_or_else(|| "–".to_owned(), |typed| typed.written.clone())
        };
        lines.push(format!("{locus} {sign} {} | {}", written(&one), written(&other)));
    }
    let verdict = match () {
        () if contradicts => "contradicts",
        () if NEEDED.iter().all(|locus| met.contains(locus)) => "confirmed",
        () => "incomplete",
    };
    (verdict, lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use qidai_hla::Release;

    fn verdict(banked: Option<&str>, segment: Option<&str>) -> (String, String) {
        let release = Release::starter();
        let typings =
            RecheckTypings { banked: banked.map(str::to_owned), segment: segment.map(str::to_owned) };
        let found = compared(&typings, &Nomenclature::new(&release, None));
        let field = |code: &str| {
            found
                .iter()
                .find(|(known, _)| *known == code)
                .map_or_else(String::new, |(_, value)| value.clone())
        };
        (field("identity"), field("identity_loci"))
    }

    /// Rows: banking, segment, verdict, source.
    #[test]
    fn a_segment_is_the_units_own_or_not() {
        for line in include_str!("../tests/cases/recheck_identity.tsv").lines() {
            if line.starts_with('#') || line.starts_with("banked\t") || line.is_empty() {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').collect();
            let [banked, segment, expected, signs, _] = cells[..] else { panic!("five cells: {line}") };
            let given = |text: &'static str| Some(text).filter(|text| *text != "-");
            let (found, loci) = verdict(given(banked), given(segment));
            assert_eq!(found, expected.replace('-', ""), "{line}\n{loci}");
            let found: Vec<String> = loci
                .lines()
                .map(|line| line.split(' ').take(2).collect::<Vec<_>>().concat())
                .filter(|sign| !sign.starts_with('?'))
                .collect();
            assert_eq!(found.join(" "), signs.trim_matches('-'), "{line}");
        }
    }
}
