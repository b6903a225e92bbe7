//! Where a search looks: the bank, and pools beside it.
//!
//! Each place is asked the same; what they list is put into one order. Equals stand in the order of the places, the bank first, then in
//! the order of identities.

use std::cmp::Reverse;

use qidai_match::search::{Answer, Rule};

use super::asked::Asked;
use super::find::{doses_not_asked, remarks};
use super::receipt::{Digested, PoolReceipt};
use super::request::refuse;
use super::{Catalogue, Excluded, Note, Receipt, SearchAnswer, SearchRequest, UnitHit};
use crate::error::Failure;

/// What a request calls the bank itself; no pool has this name.
pub(crate) const BANK: &str = "bank";

/// One place.
#[derive(Clone, Copy)]
pub(crate) struct Place<'c> {
    pub(crate) name: &'c str,
    pub(crate) catalogue: &'c Catalogue,
}

/// The places that can be asked, the bank first.
pub(crate) struct Among<'c>(Vec<Place<'c>>);

impl<'c> Among<'c> {
    pub(crate) fn of_bank(catalogue: &'c Catalogue) -> Among<'c> {
        Among(vec![Place { name: BANK, catalogue }])
    }

    pub(crate) fn new(places: Vec<Place<'c>>) -> Among<'c> {
        Among(places)
    }

    /// Searches the places that the request names; the bank, or what there is, when it names none.
    ///
    /// # Errors
    /// Those of [`Catalogue::search`]; a name that is none of the places.
    pub(crate) fn search(&self, request: &SearchRequest) -> Result<SearchAnswer, Failure> {
        let found = self.found(request)?;
        match &found[..] {
            [first, ..] => Ok(told(first, &found, request)),
            [] => Err(unknown("", &self.names())),
        }
    }

    /// What each place that the request names answers, without words.
    pub(super) fn found(&self, request: &SearchRequest) -> Result<Vec<Found<'c>>, Failure> {
        let found = |place: Place<'c>| {
            let asked = place.catalogue.understand(request)?;
            let answer = place.catalogue.found(&asked);
            Ok(Found { place, asked, answer })
        };
        self.named(request)?.into_iter().map(found).collect()
    }

    pub(super) fn named(&self, request: &SearchRequest) -> Result<Vec<Place<'c>>, Failure> {
        let known = |name: &String| self.0.iter().any(|place| place.name == name);
        if let Some(name) = request.among.iter().find(|name| !known(name)) {
            return Err(unknown(name, &self.names()));
        }
        let is_asked = |place: &&Place<'_>| request.among.iter().any(|name| name == place.name);
        let count = if request.among.is_empty() { 1 } else { self.0.len() };
        Ok(self
            .0
            .iter()
            .take(count)
            .filter(|place| request.among.is_empty() || is_asked(place))
            .copied()
            .collect())
    }

    fn names(&self) -> String {
        self.0.iter().map(|place| place.name).collect::<Vec<_>>().join(", ")
    }
}

/// Where a search was to look, and what there is instead.
pub(crate) fn unknown(name: &str, expected: &str) -> Failure {
    refuse("pool_unknown", "place of a search", name, expected)
}

/// What one place answers.
pub(super) struct Found<'c> {
    pub(super) place: Place<'c>,
    pub(super) asked: Asked,
    pub(super) answer: Answer,
}

fn told(first: &Found<'_>, found: &[Found<'_>], request: &SearchRequest) -> SearchAnswer {
    let catalogue = first.place.catalogue;
    let Asked { selected, patient, .. } = &first.asked;
    let mut notes = remarks(patient);
    notes.extend(first.asked.notes.iter().cloned());
    notes.extend(catalogue.fit(&first.asked));
    if selected.profile.has_doses() && request.weight_kg.is_none() {
        notes.push(doses_not_asked());
    }
    let pairs = catalogue.pairs(&first.answer.hits, request, selected);
    if request.pairs > 0 && found.len() > 1 {
        notes.push(pairs_of_one_place());
    }
    let (units, excluded) = (units(found, request.limit), excluded(found));
    let passed = found.iter().map(|one| one.answer.passed).sum();
    let digested = Digested { units: &units, pairs: &pairs, excluded: &excluded, passed };
    let mut receipt = Receipt::new(catalogue, request, selected, &digested);
    let pools = found.iter().filter(|one| one.place.name != BANK);
    receipt.pools =
        pools.map(|one| PoolReceipt::of(one.place.name, one.place.catalogue.snapshot())).collect();
    SearchAnswer { units, pairs, excluded, total_listed: passed, notes, receipt }
}

/// The first of all places together, with their ranks.
fn units(found: &[Found<'_>], limit: usize) -> Vec<UnitHit> {
    let mut order: Vec<(usize, usize)> = found
        .iter()
        .enumerate()
        .flat_map(|(place, one)| (0..one.answer.hits.len()).map(move |at| (place, at)))
        .collect();
    let standing = |(place, at): &(usize, usize)| found[*place].answer.hits[*at].standing;
    // Stable: equals stay in the order of places, and of identities within one.
    order.sort_by_key(|one| Reverse(standing(one)));
    order.truncate(limit);
    let mut all = Vec::with_capacity(order.len());
    for (place, one) in found.iter().enumerate() {
        let own = order.iter().enumerate().filter(|(_, (of, _))| *of == place);
        let (ranks, hits): (Vec<usize>, Vec<_>) =
            own.map(|(rank, (_, at))| (rank, one.answer.hits[*at])).unzip();
        let dressed = one.place.catalogue.dressed(&hits, &one.asked);
        all.extend(
            ranks.into_iter().zip(dressed).map(|(rank, unit)| UnitHit { rank: rank as u32 + 1, ..unit }),
        );
    }
    all.sort_by_key(|unit| unit.rank);
    all
}

fn excluded(found: &[Found<'_>]) -> Vec<Excluded> {
    let of_rule = |rule: &Rule| {
        let all = found.iter().flat_map(|one| &one.answer.excluded).filter(|one| one.rule == *rule);
        let (count, if_relaxed) =
            all.fold((0, 0), |(count, relaxed), one| (count + one.count, relaxed + one.if_relaxed));
        (count > 0).then(|| Excluded { rule: rule.name().to_owned(), count, if_relaxed })
    };
    Rule::ALL.iter().filter_map(of_rule).collect()
}

fn pairs_of_one_place() -> Note {
    let sentence = "Pairs are made of units of the first place that was asked.";
    Note { code: "pairs_of_one_place", sentence: sentence.to_owned() }
}
