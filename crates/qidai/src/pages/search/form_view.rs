//! The search form as the template shows it.

use super::checked::Checked;
use super::form::{FILTERS, LOCI, ORDERS, PROFILES};
use super::said::{Said, Tone, loudest};
use super::unit_filters::{COLLECTED_FROM, UnitFiltersView};
use crate::catalogue::BANK;
use crate::pools::Pools;
use crate::words::Words;

/// The tool column.
pub(super) struct FormView {
    pub(super) paste: String,
    pub(super) paste_said: Vec<Said>,
    pub(super) paste_look: &'static str,
    pub(super) loci: Vec<LocusField>,
    pub(super) weight: NumberView,
    pub(super) classes: Vec<ClassChoice>,
    pub(super) tnc: NumberView,
    pub(super) cd34: NumberView,
    pub(super) profiles: Vec<Choice>,
    pub(super) orders: Vec<Choice>,
    pub(super) filters: Vec<Choice>,
    /// Where to look: the bank and the pools of the server; empty where there are none.
    pub(super) places: Vec<Choice>,
    pub(super) unit: UnitFiltersView,
    pub(super) limits: Vec<Choice>,
    /// The search whose form this is, when it has an address.
    pub(super) from: Option<String>,
}

/// Two fields of one locus.
pub(super) struct LocusField {
    pub(super) name: &'static str,
    pub(super) copies: [CopyField; 2],
    pub(super) said: Vec<Said>,
}

/// One field of a locus.
pub(super) struct CopyField {
    pub(super) number: usize,
    pub(super) text: String,
    /// Style class of its state, or empty.
    pub(super) look: &'static str,
    pub(super) is_bad: bool,
}

/// A field with a number.
pub(super) struct NumberView {
    pub(super) text: String,
    pub(super) look: &'static str,
    pub(super) said: Vec<Said>,
}

/// The least matches of one class, as a row of choices.
pub(super) struct ClassChoice {
    /// `x/6` …
    pub(super) name: &'static str,
    pub(super) field: &'static str,
    pub(super) choices: Vec<Choice>,
}

/// One choice of several.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) is_on: bool,
}

impl Choice {
    /// Key of the choice's word.
    pub(super) fn key(&self, kind: &str) -> String {
        format!("{kind}-{}", self.value)
    }
}

impl FormView {
    pub(super) fn new(checked: &Checked, from: Option<&str>) -> FormView {
        let form = &checked.form;
        let paste_said = checked.said.get("paste").cloned().unwrap_or_default();
        FormView {
            paste: form.paste.clone(),
            paste_look: look(loudest(&paste_said).filter(|tone| *tone == Tone::Bad)),
            paste_said,
            loci: (0..LOCI.len()).map(|index| locus_field(checked, index)).collect(),
            weight: number(checked, "weight_kg", &form.weight_kg),
            classes: vec![
                class("x/6", "min_x6", &form.min_x6, 3..=6),
                class("x/8", "min_x8", &form.min_x8, 4..=8),
                class("x/10", "min_x10", &form.min_x10, 6..=10),
            ],
            tnc: number(checked, "min_tnc", &form.min_tnc),
            cd34: number(checked, "min_cd34", &form.min_cd34),
            profiles: PROFILES.map(|name| choice(name, &form.profile)).into(),
            orders: ORDERS.map(|name| choice(name, &form.order)).into(),
            filters: FILTERS.map(|name| filter(name, &form.filters)).into(),
            places: Vec::new(),
            unit: UnitFiltersView::new(
                &form.unit,
                checked.said.get(COLLECTED_FROM).cloned().unwrap_or_default(),
            ),
            limits: ["20", "50", "100", "200", "500"].map(|value| choice(value, &form.limit)).into(),
            from: from.map(str::to_owned),
        }
    }

    /// With the pools of this server to choose from.
    pub(super) fn with_places(mut self, checked: &Checked, pools: &Pools) -> FormView {
        let chosen = &checked.form.among;
        let is_on = |name: &str| chosen.iter().any(|one| one == name) || (chosen.is_empty() && name == BANK);
        let place = |name: &str| Choice { value: name.to_owned(), is_on: is_on(name) };
        if !pools.is_empty() {
            self.places =
                std::iter::once(BANK).chain(pools.iter().map(|pool| pool.name.as_str())).map(place).collect();
        }
        self
    }

    /// One word about the typing as a whole, beside the heading.
    pub(super) fn state(&self, w: &Words) -> String {
        let said =
            |tone| self.loci.iter().flat_map(|locus| &locus.said).filter(|one| one.tone == tone).count();
        let typed =
            self.loci.iter().filter(|locus| locus.copies.iter().any(|copy| !copy.text.is_empty())).count();
        match (said(Tone::Bad), typed) {
            (0, 0) => w.t("typing-state-empty"),
            (0, typed) => w.t1("typing-state-understood", "count", typed as f64),
            (bad, _) => w.t1("typing-state-bad", "count", bad as f64),
        }
    }
}

fn locus_field(checked: &Checked, index: usize) -> LocusField {
    let check = &checked.loci[index];
    let copy = |number: usize| {
        let tone = check.fields[number];
        let text = checked.form.loci[index][number].clone();
        CopyField { number: number + 1, text, look: look(tone), is_bad: tone == Some(Tone::Bad) }
    };
    LocusField { name: LOCI[index].name(), copies: [copy(0), copy(1)], said: check.said.clone() }
}

fn number(checked: &Checked, name: &str, text: &str) -> NumberView {
    let said = checked.said.get(name).cloned().unwrap_or_default();
    NumberView { text: text.to_owned(), look: look(loudest(&said)), said }
}

fn look(tone: Option<Tone>) -> &'static str {
    match tone {
        None => "",
        Some(Tone::Ok) => "is-ok",
        Some(Tone::Warn) => "is-warn",
        Some(Tone::Bad) => "is-bad",
    }
}

fn class(
    name: &'static str,
    field: &'static str,
    now: &str,
    least: std::ops::RangeInclusive<u8>,
) -> ClassChoice {
    let values = std::iter::once(String::new()).chain(least.map(|matches| matches.to_string()));
    ClassChoice { name, field, choices: values.map(|value| choice(&value, now)).collect() }
}

fn choice(value: &str, now: &str) -> Choice {
    Choice { value: value.to_owned(), is_on: value == now }
}

fn filter(name: &str, on: &[String]) -> Choice {
    Choice { value: name.to_owned(), is_on: on.iter().any(|one| one == name) }
}
