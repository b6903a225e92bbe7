//! Two units for one patient: every pair of the first of the list, what both give together, and the trade-off between class, dose and
//! probability.

mod chart;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use qidai_match::selection::{self, Profile};

use super::dose::rounded_down;
use super::hit::{UnitNumber, text};
use super::results::percent;
use super::{away, kept};
use crate::app::AppState;
use crate::catalogue::{PairHit, Range, SearchAnswer, SearchRequest, UnitHit};
use crate::error::Failure;
use crate::pages::{Frame, Reader, render};
use crate::pools::among;
use crate::words::Words;
use chart::Chart;

/// Pairs are made of the first so many units, as the engine does.
const PAIRED: usize = 200;
/// Pairs among which the trade-off is sought.
const WEIGHED: usize = 1000;
/// Pairs that are told, the best first; those that no other beats are told wherever they stand.
const SHOWN: usize = 50;
/// The profile whose floors are for two units.
const DOUBLE: &str = "double_each";

#[derive(Template)]
#[template(path = "search_pairs.html")]
struct PairsPage {
    frame: Frame,
    id: String,
    pairs: Vec<PairRow>,
    /// For a desk and for a phone.
    charts: [Chart; 2],
    has_weight: bool,
    /// Floors of the profile for two units, with their sources.
    floors: Vec<(String, String)>,
    /// The search asks by that profile.
    is_double: bool,
    form: Vec<(String, String)>,
    digest: String,
}

/// Two units.
struct PairRow {
    place: usize,
    units: [PairUnit; 2],
    x8: Option<String>,
    x6: Option<String>,
    likely: Option<String>,
    tnc: Option<String>,
    cd34: Option<String>,
    /// Together below the floor of a pair.
    is_below: bool,
    between: String,
    /// No other pair is as good in class, CD34+ cells and probability, and better in one of them.
    is_edge: bool,
}

/// One of them.
struct PairUnit {
    rank: Option<u32>,
    number: UnitNumber,
    class: String,
    tnc: String,
    cd34: String,
    /// Below the floor that each of two units should reach.
    is_below: bool,
}

/// `/search/{id}/pairs`
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let answered = kept(&state, &reader, &id).await?;
    let request = SearchRequest { limit: PAIRED, pairs: WEIGHED, ..answered.request.clone() };
    let (catalogue, pools) = (state.catalogue(), state.pools().asked(&request)?);
    let answer = away(move || among(&catalogue, &pools).search(&request)).await?;
    let w = reader.lang.words();
    let weight = answered.request.weight_kg;
    let floors = Floors::of(weight);
    let edge = edge(&answer.pairs);
    let told: Vec<(usize, &PairHit, bool)> = answer
        .pairs
        .iter()
        .zip(edge)
        .enumerate()
        .map(|(at, (pair, is_edge))| (at, pair, is_edge))
        .filter(|(at, _, is_edge)| *at < SHOWN || *is_edge)
        .collect();
    let pairs: Vec<PairRow> = told.iter().map(|one| pair_row(*one, &answer, &floors, w)).collect();
    render(&PairsPage {
        charts: [chart::WIDE, chart::NARROW].map(|width| Chart::new(&told, width, weight, w)),
        pairs,
        has_weight: weight.is_some(),
        floors: floors.said,
        is_double: answered.request.profile == DOUBLE,
        form: state.searches().get(&id).map(|stored| stored.form.pairs()).unwrap_or_default(),
        digest: answered.answer.receipt.digest.clone(),
        frame: Frame::new(&reader),
        id,
    })
}

/// Floors of the profile for two units, in cells; none without a weight.
struct Floors {
    each_tnc: Option<f64>,
    each_cd34: Option<f64>,
    both_tnc: Option<f64>,
    /// What is asked, and who says so.
    said: Vec<(String, String)>,
}

impl Floors {
    fn of(weight_kg: Option<f64>) -> Floors {
        let page = selection::find(&selection::PROFILES, DOUBLE);
        let profile = page.and_then(|page| Profile::read(page).ok());
        let doses =
            profile.as_ref().zip(weight_kg).map(|(profile, kg)| profile.doses(kg)).unwrap_or_default();
        let cells = |count: Option<u64>| count.map(|count| count as f64);
        let rule = |rule: &selection::ProfileRule| {
            let unit = match rule.kind {
                selection::RuleKind::Tnc => "TNC ×10⁷/kg ≥",
                selection::RuleKind::TncOfPair => "Σ TNC ×10⁷/kg ≥",
                selection::RuleKind::Cd34 => "CD34 ×10⁵/kg ≥",
                selection::RuleKind::X6 => "x/6 ≥",
                selection::RuleKind::X8 => "x/8 ≥",
                selection::RuleKind::X10 => "x/10 ≥",
            };
            (format!("{unit} {}", rule.least), rule.source.clone())
        };
        Floors {
            each_tnc: cells(doses.tnc_total),
            each_cd34: cells(doses.cd34_total),
            both_tnc: cells(doses.tnc_of_pair),
            said: profile.map(|profile| profile.rules.iter().map(rule).collect()).unwrap_or_default(),
        }
    }
}

/// Pairs that no other beats: as good in class, CD34+ cells and probability, and better in one of them.
fn edge(pairs: &[PairHit]) -> Vec<bool> {
    let merits = |pair: &PairHit| {
        let class = pair.x8.map_or(-1.0, |range| f64::from(range.best));
        [class, pair.cd34_total.unwrap_or(-1.0), pair.likely.unwrap_or(-1.0)]
    };
    let merits: Vec<[f64; 3]> = pairs.iter().map(merits).collect();
    let beats = |a: &[f64; 3], b: &[f64; 3]| {
        a.iter().zip(b).all(|(a, b)| a >= b) && a.iter().zip(b).any(|(a, b)| a > b)
    };
    merits.iter().map(|one| !merits.iter().any(|other| beats(other, one))).collect()
}

fn pair_row(
    (at, pair, is_edge): (usize, &PairHit, bool),
    answer: &SearchAnswer,
    floors: &Floors,
    w: &Words,
) -> PairRow {
    let class = |range: Option<Range>, of: u8| range.map(|range| text(&range, of));
    let dose = |per_kg: Option<f64>, total: Option<f64>, unit: f64| {
        per_kg.or(total).map(|count| rounded_down(count / unit, 2))
    };
    let between = class(pair.between_x8, 8).unwrap_or_else(|| w.t1("class-not-computable", "of", 8));
    PairRow {
        place: at + 1,
        units: pair.units.each_ref().map(|din| pair_unit(din, answer, floors, w)),
        x8: class(pair.x8, 8),
        x6: class(pair.x6, 6),
        likely: pair.likely.map(percent),
        tnc: dose(pair.tnc_per_kg, pair.tnc_total, 1e7),
        cd34: dose(pair.cd34_per_kg, pair.cd34_total, 1e5),
        is_below: floors.both_tnc.zip(pair.tnc_total).is_some_and(|(floor, total)| total < floor),
        between,
        is_edge,
    }
}

fn pair_unit(din: &str, answer: &SearchAnswer, floors: &Floors, w: &Words) -> PairUnit {
    let unit: Option<&UnitHit> = answer.units.iter().find(|unit| unit.din == din);
    let missing = || w.t("missing");
    let dose = |per_kg: Option<f64>, total: Option<f64>, scale: f64| {
        per_kg.or(total).map_or_else(missing, |count| rounded_down(count / scale, 2))
    };
    let below = |floor: Option<f64>, total: Option<f64>| floor.zip(total).is_some_and(|(floor, t)| t < floor);
    PairUnit {
        rank: unit.map(|unit| unit.rank),
        number: UnitNumber::new(din),
        class: unit.and_then(|unit| unit.x8).map_or_else(missing, |range| text(&range, 8)),
        tnc: unit.map_or_else(missing, |unit| dose(unit.tnc_per_kg, unit.tnc_total, 1e7)),
        cd34: unit.map_or_else(missing, |unit| dose(unit.cd34_per_kg, unit.cd34_total, 1e5)),
        is_below: unit.is_some_and(|unit| {
            below(floors.each_tnc, unit.tnc_total) || below(floors.each_cd34, unit.cd34_total)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(best: u8, cd34_total: f64, likely: f64) -> PairHit {
        let range = Some(Range { best, worst: best });
        PairHit {
            units: ["U1".to_owned(), "U2".to_owned()],
            x6: range,
            x8: range,
            x10: range,
            likely: Some(likely),
            tnc_total: Some(1e9),
            cd34_total: Some(cd34_total),
            tnc_per_kg: None,
            cd34_per_kg: None,
            between_x8: range,
            between_x6: range,
        }
    }

    #[test]
    fn the_edge_is_what_nothing_beats() {
        let pairs =
            [pair(7, 3e6, 0.9), pair(7, 2e6, 0.9), pair(6, 9e6, 0.5), pair(6, 9e6, 0.4), pair(7, 3e6, 0.9)];
        assert_eq!(edge(&pairs), [true, false, true, false, true]);
        assert!(edge(&[]).is_empty());
    }

    #[test]
    fn floors_are_those_of_the_profile_for_two_units() {
        let floors = Floors::of(Some(30.0));
        assert_eq!(floors.both_tnc.map(f64::round), Some(1.05e9));
        assert_eq!(floors.each_cd34.map(f64::round), Some(3e6));
        assert!(Floors::of(None).both_tnc.is_none());
        assert!(floors.said.iter().all(|(_, source)| !source.is_empty()));
    }
}
