//! How many patients does the bank serve, and what would more units add? (`coverage.html`)

mod chart;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use qidai_match::coverage::Counting;
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::coverage::{self, Coverage, CoverageAnswer, CoverageRequest, NextUnit};
use crate::error::Failure;
use crate::words::Words;
use chart::Chart;

/// Patients of a page; the command and the API draw more.
const PATIENTS: u32 = 200;

#[derive(Template)]
#[template(path = "coverage.html")]
struct CoveragePage {
    frame: Frame,
    asked: Asked,
    ways: Vec<(&'static str, String, bool)>,
    refused: Option<(String, &'static str)>,
    found: Option<Found>,
}

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// kg, with commas between several.
    weights: String,
    tnc: String,
    counting: String,
    list: String,
    /// The unit about which "bank this one?" is asked: only in forms, never in an address.
    unit: String,
    unit_tnc: String,
}

/// An answer in words.
struct Found {
    said: String,
    doses: Vec<String>,
    charts: [(&'static str, Chart); 2],
    key: Vec<(String, String, String)>,
    chart_name: String,
    /// Sizes down, classes across.
    heads: Vec<String>,
    curve: Vec<(String, Vec<String>)>,
    forecast_title: String,
    forecast: Vec<[String; 5]>,
    counted: Vec<[String; 4]>,
    beside_title: Option<String>,
    beside: Vec<[String; 5]>,
    next: Vec<[String; 5]>,
    receipt: Vec<(String, String)>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let asked = Asked { unit: String::new(), unit_tnc: String::new(), ..asked };
    answer(&state, &reader, asked).await
}

/// The same with a unit that is not yet banked.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    sent: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(asked) = sent.map_err(|error| {
        Failure::refused("form_unreadable", "The form could not be read.").because(&error)
    })?;
    answer(&state, &reader, asked).await
}

async fn answer(state: &AppState, reader: &Reader, asked: Asked) -> Result<Response, Failure> {
    let w = reader.lang.words();
    let counting = Counting::from_name(&asked.counting).unwrap_or(Counting::X6);
    let way = |of: &Counting| (of.name(), w.t(&format!("coverage-counting-{}", of.name())), *of == counting);
    let mut page = CoveragePage {
        frame: Frame::new(reader),
        ways: Counting::ALL.iter().map(way).collect(),
        asked: asked.clone(),
        refused: None,
        found: None,
    };
    let found = match asked.request() {
        Ok(request) => coverage::asked(state.catalogue(), request).await,
        Err(failure) => Err(failure),
    };
    match found {
        Ok((coverage, answer)) => {
            page.found = Some(Found::new(&coverage, &answer, counting, w));
            render(&page)
        }
        Err(failure) if failure.is_refusal() => {
            page.refused = Some((failure.sentence(reader.lang), failure.code()));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

impl Asked {
    fn request(&self) -> Result<CoverageRequest, Failure> {
        let weights = self.weights.split([',', '，', '、', ' ']).filter(|text| !text.trim().is_empty());
        let weights_kg = weights.map(number).collect::<Result<_, _>>()?;
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let standard = CoverageRequest::default();
        let tnc = filled(&self.tnc).map(|text| number(&text)).transpose()?;
        let cells = filled(&self.unit_tnc).map(|text| number(&text)).transpose()?;
        let cells = cells.filter(|cells| (0.0..1e15).contains(cells)).map(|cells| cells.round() as u64);
        Ok(CoverageRequest {
            patients: PATIENTS,
            weights_kg,
            min_tnc_per_kg_e7: tnc.unwrap_or(standard.min_tnc_per_kg_e7),
            unmatched_in: filled(&self.list),
            unit: filled(&self.unit).map(|hla| NextUnit { hla, tnc_total: cells, cd34_total: None }),
            ..standard
        })
    }
}

fn number(text: &str) -> Result<f64, Failure> {
    text.trim().parse().map_err(|_| {
        let sentence = format!("\"{text}\" is no number; expected one such as 20.");
        Failure::refused("coverage_number_unreadable", sentence).with("value", text)
    })
}

/// `5/6`.
fn class(counting: &str, matches: usize) -> String {
    let positions: String = counting.chars().skip(1).take_while(char::is_ascii_digit).collect();
    format!("{matches}/{positions}")
}

/// Never "100 %" unless it is exact.
fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if share < 1.0 && percent > 99.9 => "> 99.9\u{a0}%".to_owned(),
        percent if share > 0.0 && percent < 0.1 => "< 0.1\u{a0}%".to_owned(),
        percent => format!("{percent:.1}\u{a0}%"),
    }
}

fn weight_of(weight_kg: Option<f64>, w: &Words) -> String {
    match weight_kg {
        Some(weight) => w.t1("coverage-weight", "weight", weight.to_string()),
        None => w.t("coverage-any-dose"),
    }
}

impl Found {
    fn new(coverage: &Coverage, answer: &CoverageAnswer, counting: Counting, w: &Words) -> Found {
        let lines: Vec<_> = chart::lines(coverage, counting);
        let is_told = |of: &str| of == counting.name();
        // A search does not count six by alleles: then the bank's own tables are those of x/6.
        let counted_as = if counting == Counting::X6Allele { Counting::X6.name() } else { counting.name() };
        let whole = |count: u64| shown::count(count);
        let counted = answer.counted.iter().filter(|row| row.counting == counted_as).map(|row| {
            let shares = [percent(row.certain_share), percent(row.possible_share)];
            let [certain, possible] = shares;
            [class(row.counting, row.matches), weight_of(row.weight_kg, w), certain, possible]
        });
        let forecast =
            answer.forecast.iter().filter(|row| is_told(row.counting) && row.units > 0).map(|row| {
                let gain = format!("+{:.2}", row.gain * 100.0);
                let class = class(row.counting, row.matches);
                [class, weight_of(row.weight_kg, w), percent(row.now), percent(row.then), gain]
            });
        let beside = answer.beside_list.iter().filter(|row| row.counting == counted_as).map(|row| {
            let counts = [row.by_list, row.only_by_bank, row.by_neither].map(whole);
            let [list, bank, neither] = counts;
            [class(row.counting, row.matches), weight_of(row.weight_kg, w), list, bank, neither]
        });
        let next = answer.next_unit.iter().filter(|row| row.counting == counted_as).map(|row| {
            let serves = match row.large_enough {
                true => whole(row.serves),
                false => w.t("coverage-too-small"),
            };
            let first = row.serves_first.map_or_else(|| "—".to_owned(), whole);
            let added = row.added_coverage.map_or_else(|| "—".to_owned(), |share| format!("{share:.1e}"));
            [class(row.counting, row.matches), weight_of(row.weight_kg, w), serves, first, added]
        });
        let values = [
            ("more", (answer.forecast.first().map_or(0, |row| row.more) as f64).into()),
            ("units", (answer.units as f64).into()),
        ];
        let list = answer.beside_list.first().map(|row| row.list.as_str());
        let (heads, curve) = curve(answer, counting, w);
        Found {
            said: answer.said(w),
            doses: answer.doses.iter().map(|row| dose(row, w)).collect(),
            chart_name: w.t("coverage-chart"),
            key: chart::key(&lines, w),
            charts: [
                ("strip-wide", chart::draw(&lines, answer, 960.0, w)),
                ("strip-narrow", chart::draw(&lines, answer, 360.0, w)),
            ],
            heads,
            curve,
            forecast_title: w.say("coverage-forecast", &values),
            forecast: forecast.collect(),
            counted: counted.collect(),
            beside_title: list.map(|list| w.t1("coverage-beside", "list", list)),
            beside: beside.collect(),
            next: next.collect(),
            receipt: receipt(answer, w),
        }
    }
}

fn dose(row: &coverage::DoseRow, w: &Words) -> String {
    let values = [
        ("weight", row.weight_kg.to_string().into()),
        ("tnc", shown::in_powers(row.tnc_total as i64, 7).into()),
        ("share", percent(row.large_enough).into()),
    ];
    w.say("coverage-dose", &values)
}

fn curve(
    answer: &CoverageAnswer,
    counting: Counting,
    w: &Words,
) -> (Vec<String>, Vec<(String, Vec<String>)>) {
    let rows: Vec<_> = answer.curve.iter().filter(|row| row.counting == counting.name()).collect();
    let columns: Vec<_> =
        rows.chunk_by(|a, b| (a.matches, a.weight_kg) == (b.matches, b.weight_kg)).collect();
    let heads = columns.iter().filter_map(|column| column.first());
    let heads = heads.map(|row| {
        let class = class(row.counting, row.matches);
        row.weight_kg.map_or_else(|| class.clone(), |weight| format!("{class} · {weight} kg"))
    });
    let heads = heads.collect();
    let sizes = columns.first().map(|column| column.to_vec()).unwrap_or_default();
    let line = |(at, row): (usize, &&coverage::CurveRow)| {
        let here =
            if row.units == answer.units { format!(" ← {}", w.t("coverage-here")) } else { String::new() };
        let cells = columns.iter().filter_map(|column| column.get(at));
        (format!("{}{here}", shown::count(row.units)), cells.map(|row| percent(row.coverage)).collect())
    };
    (heads, sizes.iter().enumerate().map(line).collect())
}

fn receipt(answer: &CoverageAnswer, w: &Words) -> Vec<(String, String)> {
    let facts = [
        ("coverage-patients", format!("{} · seed {}", answer.patients, answer.seed)),
        ("coverage-frequencies", answer.frequencies.clone()),
        ("receipt-release", answer.release.clone()),
        ("receipt-generation", format!("#{}", shown::count(answer.generation))),
        ("receipt-engine", answer.engine.to_owned()),
    ];
    facts.into_iter().map(|(key, value)| (w.t(key), value)).collect()
}
