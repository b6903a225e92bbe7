//! An order: what decides in a list, with its sources.

use qidai_hla::epitope::TceVersion;

use super::page::{Page, PageError, Row, is_checked, number, wrong};
use crate::search::{KirPreference, Order, OrderKey};

pub(super) const COLUMNS: [&str; 4] = ["key", "values", "source", "checked"];

/// An order as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderPage {
    /// As it is written on the command line and in receipts.
    pub name: String,
    /// Counted up with each change.
    pub version: u32,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// What decides, in this order.
    pub keys: Vec<KeyRow>,
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    kind: Kind,
    /// Who says so.
    pub source: String,
    /// The source was read for this key.
    pub checked: bool,
}

/// A key; bands are per kilogram.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Plain(OrderKey),
    /// Where bands begin, in 10⁷ TNC per kg.
    TncBand(Vec<f64>),
    /// Where bands begin, in 10⁵ CD34+ cells per kg.
    Cd34Band(Vec<f64>),
}

impl OrderPage {
    /// Reads a page.
    ///
    /// # Errors
    /// The first line that is wrong, and what was expected there.
    pub fn read(text: &str) -> Result<Self, PageError> {
        let page = Page::read(text, &COLUMNS)?;
        for (at, row) in page.rows.iter().enumerate() {
            if page.rows[..at].iter().any(|before| before.cells.first() == row.cells.first()) {
                return Err(wrong(row.line, row.cells.first().copied().unwrap_or_default(), "each key once"));
            }
        }
        Ok(OrderPage {
            name: page.name.to_owned(),
            version: page.version()?,
            zh: page.property("中文")?.to_owned(),
            en: page.property("English")?.to_owned(),
            keys: page.rows.iter().map(key).collect::<Result<_, _>>()?,
        })
    }

    /// The order for a patient of this weight. Bands of cells per kilogram need one; without it they are left out.
    pub fn order(&self, weight_kg: Option<f64>) -> Order {
        let cells = |from: &[f64], unit: f64| {
            let weight = weight_kg?;
            Some(from.iter().map(|per_kg| (per_kg * weight * unit * (1.0 - 1e-12)).ceil() as u64).collect())
        };
        let keys = self.keys.iter().filter_map(|row| match &row.kind {
            Kind::Plain(key) => Some(key.clone()),
            Kind::TncBand(from) => cells(from, 1e7).map(OrderKey::TncBand),
            Kind::Cd34Band(from) => cells(from, 1e5).map(OrderKey::Cd34Band),
        });
        Order::new(&self.name, keys.collect())
    }

    /// Who says so, for each key of [`OrderPage::order`] at this weight.
    pub fn sources(&self, weight_kg: Option<f64>) -> Vec<&str> {
        let is_used = |row: &&KeyRow| weight_kg.is_some() || matches!(row.kind, Kind::Plain(_));
        self.keys.iter().filter(is_used).map(|row| row.source.as_str()).collect()
    }

    /// True when it asks for the probability of a match.
    pub fn asks_probability(&self) -> bool {
        self.keys.iter().any(|row| matches!(row.kind, Kind::Plain(OrderKey::Probability(_))))
    }
}

fn key(row: &Row<'_>) -> Result<KeyRow, PageError> {
    let [name, values, source, checked] = row.cells[..] else {
        return Err(wrong(row.line, "", "four cells"));
    };
    let kind = match name {
        "x8" => Kind::Plain(OrderKey::X8),
        "x10" => Kind::Plain(OrderKey::X10),
        "x6" => Kind::Plain(OrderKey::X6),
        "tnc" => Kind::Plain(OrderKey::Tnc),
        "cd34" => Kind::Plain(OrderKey::Cd34),
        "places" => Kind::Plain(OrderKey::Places),
        "bank" => Kind::Plain(OrderKey::Bank),
        "abo" => Kind::Plain(OrderKey::Abo),
        "newer" => Kind::Plain(OrderKey::Newer),
        "dpb1" => Kind::Plain(OrderKey::Dpb1(version(row, values)?)),
        "kir_ligand" => Kind::Plain(OrderKey::KirLigand(preference(row, values)?)),
        "nima" => Kind::Plain(OrderKey::Nima),
        "ima" => Kind::Plain(OrderKey::Ima),
        "probability" => Kind::Plain(OrderKey::Probability(step(row, values)?)),
        "tnc_band" => Kind::TncBand(falling(row, values)?),
        "cd34_band" => Kind::Cd34Band(falling(row, values)?),
        other => {
            let all = "x8, x10, x6, probability, tnc_band, cd34_band, tnc, cd34, places, dpb1, kir_ligand, nima, ima, bank, abo or newer";
            return Err(wrong(row.line, other, all));
        }
    };
    Ok(KeyRow { kind, source: source.to_owned(), checked: is_checked(row, checked)? })
}

fn version(row: &Row<'_>, text: &str) -> Result<TceVersion, PageError> {
    match text {
        "" | "v2" => Ok(TceVersion::V2),
        "v1" => Ok(TceVersion::V1),
        _ => Err(wrong(row.line, text, "the version of the levels: v1 or v2")),
    }
}

fn preference(row: &Row<'_>, text: &str) -> Result<KirPreference, PageError> {
    match text {
        "match" => Ok(KirPreference::Match),
        "gvh" => Ok(KirPreference::Gvh),
        _ => Err(wrong(row.line, text, "which units stand first: match or gvh")),
    }
}

fn step(row: &Row<'_>, text: &str) -> Result<u8, PageError> {
    let step = text.parse::<u8>().ok().filter(|step| (1..=100).contains(step));
    step.ok_or_else(|| wrong(row.line, text, "a step of 1 to 100 percent"))
}

fn falling(row: &Row<'_>, text: &str) -> Result<Vec<f64>, PageError> {
    let all: Vec<f64> = text.split(',').map(|one| number(row, one.trim())).collect::<Result<_, _>>()?;
    let falls = all.windows(2).all(|pair| pair[0] > pair[1]);
    if falls && all.len() < 15 { Ok(all) } else { Err(wrong(row.line, text, "at most 14 falling numbers")) }
}
