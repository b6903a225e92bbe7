//! Why a unit stands where it stands, told by the list itself: which key put how many before it and behind it, and where it
//! would stand by another order.

use std::cmp::Reverse;

use qidai_match::search::{Hit, OrderKey, Rule, Source, Standing, kept_out, steps};
use qidai_match::selection;
use serde::Serialize;

use super::among::Found;
use super::asked::Asked;
use super::{Among, Catalogue, SearchRequest, UnitHit};
use crate::error::Failure;
use crate::words::Lang;

/// A listed unit, and what decided about its place.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Placed {
    pub(crate) unit: UnitHit,
    /// One for each key of the order, in their order; `ahead` of all adds up to one less than the rank.
    pub(crate) rungs: Vec<Rung>,
    /// Where it would stand by the other named orders; `rank` is null beyond the limit of the list.
    pub(crate) elsewhere: Vec<Elsewhere>,
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Rung {
    /// `x8`, `x10`, `x6`, `probability`, `tnc_band`, `cd34_band`, `tnc`, `cd34`, `places`, `bank`, `abo`, `newer`, `dpb1`, `kir_ligand`, `nima`, `ima`,
    /// or `identity` at the end.
    #[schema(value_type = String)]
    pub(crate) key: &'static str,
    /// Listed units that stand before it by this key, being equal in all keys before.
    pub(crate) ahead: usize,
    /// Those that stand behind it by this key.
    pub(crate) behind: usize,
    /// Who says that this decides.
    pub(crate) source: String,
}

/// The place in another order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Elsewhere {
    pub(crate) order: String,
    pub(crate) rank: Option<usize>,
}

impl Placed {
    /// The same with its sentences in another language.
    pub(crate) fn told_in(self, lang: Lang) -> Placed {
        Placed { unit: self.unit.told_in(lang), ..self }
    }
}

impl Among<'_> {
    /// Explains the place of one unit of a list.
    ///
    /// # Errors
    /// `report_unit_not_listed`, and those of a search.
    pub(crate) fn placed(&self, request: &SearchRequest, din: &str) -> Result<Placed, Failure> {
        let unit = self.search(request)?.units.into_iter().find(|unit| unit.din == din);
        let unit = unit.ok_or_else(|| not_listed(din))?;
        let found = self.found(request)?;
        let first = found.first().ok_or_else(|| not_listed(din))?;
        let keys = &first.asked.criteria.order.keys;
        let sources = first.asked.selected.order.sources(request.weight_kg);
        let rung = |(at, key): (usize, &OrderKey)| Rung {
            key: name(key),
            ahead: 0,
            behind: 0,
            source: sources.get(at).copied().unwrap_or_default().to_owned(),
        };
        let mut rungs: Vec<Rung> = keys.iter().enumerate().map(rung).collect();
        rungs.push(Rung { key: "identity", ahead: 0, behind: 0, source: String::new() });
        let mut listed: Vec<(bool, Vec<Standing>)> = found
            .iter()
            .flat_map(|one| one.steps(|list, id| (list, id) == (unit.list.as_deref(), din)))
            .collect();
        // Stable, as the list itself: equals stay in the order of places and identities.
        listed.sort_by(|a, b| b.1.cmp(&a.1));
        listed.truncate(request.limit);
        let place = listed.iter().position(|(is_it, _)| *is_it).ok_or_else(|| not_listed(din))?;
        for (other, (_, steps)) in listed.iter().enumerate().filter(|(other, _)| *other != place) {
            let at = steps.iter().zip(&listed[place].1).position(|(a, b)| a != b);
            let rung = &mut rungs[at.unwrap_or(keys.len())];
            if other < place { rung.ahead += 1 } else { rung.behind += 1 }
        }
        Ok(Placed { unit, rungs, elsewhere: self.elsewhere(request, din) })
    }

    /// By each other order of the program.
    fn elsewhere(&self, request: &SearchRequest, din: &str) -> Vec<Elsewhere> {
        let others = selection::ORDERS.iter().map(|page| selection::name_of(page));
        let others = others.filter(|name| request.order_page.is_some() || *name != request.order);
        let place = |order: &str| {
            let other =
                SearchRequest { order: order.to_owned(), order_page: None, pairs: 0, ..request.clone() };
            let units = self.search(&other).ok()?.units;
            units.iter().find(|unit| unit.din == din).map(|unit| unit.rank as usize)
        };
        others.map(|order| Elsewhere { order: order.to_owned(), rank: place(order) }).collect()
    }

    /// The units that a rule kept out, the nearest first.
    ///
    /// # Errors
    /// `rule_unknown`, and those of a search.
    pub(crate) fn kept_out(
        &self,
        request: &SearchRequest,
        rule: &str,
        limit: usize,
    ) -> Result<Vec<UnitHit>, Failure> {
        let rule = Rule::of_name(rule).ok_or_else(|| {
            let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
            super::request::refuse("rule_unknown", "rule", rule, &names.join(", "))
        })?;
        let mut all: Vec<(Standing, UnitHit)> = Vec::new();
        for place in self.named(request)? {
            let asked = place.catalogue.understand(request)?;
            let hits = place.catalogue.hits_kept_out(&asked, rule, limit);
            let units = place.catalogue.dressed(&hits, &asked);
            all.extend(hits.iter().map(|hit| hit.standing).zip(units));
        }
        all.sort_by_key(|(standing, _)| Reverse(*standing));
        all.truncate(limit);
        let ranked = (1..).zip(all).map(|(rank, (_, unit))| UnitHit { rank, ..unit });
        Ok(ranked.collect())
    }
}

impl Found<'_> {
    /// Where each hit stands after each key, and whether it is the one that is meant.
    fn steps(&self, is_it: impl Fn(Option<&str>, &str) -> bool) -> Vec<(bool, Vec<Standing>)> {
        let Found { place, asked, answer } = self;
        let (catalogue, snapshot) = (place.catalogue, place.catalogue.snapshot());
        let query = catalogue.query(asked);
        let is_predicted = catalogue.reading.frequencies.is_some();
        let of = |hit: &Hit| {
            let list = match snapshot.facts(hit.row).source {
                Source::Unit => None,
                Source::Listed(list) => snapshot.lists().get(list as usize).map(String::as_str),
            };
            let steps = steps(snapshot, &query, &asked.criteria, hit, is_predicted);
            (is_it(list, snapshot.id(hit.row)), steps)
        };
        answer.hits.iter().map(of).collect()
    }
}

impl Catalogue {
    /// With their probabilities, where frequencies are in use.
    fn hits_kept_out(&self, asked: &Asked, rule: Rule, limit: usize) -> Vec<Hit> {
        let mut hits = kept_out(self.snapshot(), &self.query(asked), &asked.criteria, rule, limit);
        let Some(frequencies) = &self.reading.frequencies else { return hits };
        let rows: Vec<u32> = hits.iter().map(|hit| hit.row).collect();
        let predicted = self.likelihoods(frequencies, asked, &rows);
        hits.iter_mut().zip(predicted).for_each(|(hit, p)| hit.p = p);
        hits
    }
}

fn not_listed(din: &str) -> Failure {
    let sentence =
        format!("{din} is not among the units that this search lists: list more, or check the number.");
    Failure::refused("report_unit_not_listed", sentence).with("number", din)
}

fn name(key: &OrderKey) -> &'static str {
    match key {
        OrderKey::X8 => "x8",
        OrderKey::X10 => "x10",
        OrderKey::X6 => "x6",
        OrderKey::Probability(_) => "probability",
        OrderKey::TncBand(_) => "tnc_band",
        OrderKey::Cd34Band(_) => "cd34_band",
        OrderKey::Tnc => "tnc",
        OrderKey::Cd34 => "cd34",
        OrderKey::Places => "places",
        OrderKey::Bank => "bank",
        OrderKey::Abo => "abo",
        OrderKey::Newer => "newer",
        OrderKey::Dpb1(_) => "dpb1",
        OrderKey::KirLigand(_) => "kir_ligand",
        OrderKey::Nima => "nima",
        OrderKey::Ima => "ima",
    }
}
