//! The form after reading: what each field means, what is said about it, and the question it asks.

use std::collections::BTreeMap;

use qidai_hla::typing::Nomenclature;

use super::form::{LOCI, ORDERS, PROFILES, SearchForm};
use super::number::{MIN_CD34, MIN_TNC, NumberField, WEIGHT};
use super::said::{Said, Tone};
use super::typing::{LocusCheck, check_locus, read_paste};
use super::unit_filters::COLLECTED_FROM;
use crate::catalogue::{PatientInput, SearchRequest};
use crate::words::Words;

/// The least and the most units that can be listed.
const LIMIT: std::ops::RangeInclusive<usize> = 1..=1000;

/// A form whose every field was read.
pub(crate) struct Checked {
    /// The form; a pasted line that could be read has moved into the fields.
    pub(crate) form: SearchForm,
    pub(crate) loci: [LocusCheck; 5],
    /// What is said about the fields outside the typing, by field name.
    pub(crate) said: BTreeMap<&'static str, Vec<Said>>,
    request: SearchRequest,
}

impl Checked {
    /// Reads every field; all problems are found at once.
    pub(crate) fn read(mut form: SearchForm, n: &Nomenclature<'_>, w: &Words) -> Checked {
        let mut said = BTreeMap::new();
        said.insert("paste", take_paste(&mut form, n, w));
        let loci = std::array::from_fn(|index| check_locus(LOCI[index], &form.loci[index], n, w));
        let mut number = |field: &NumberField, text: &str| {
            let (number, remarks) = field.read(text, w);
            said.insert(field.name, remarks);
            number
        };
        let is_on = |name: &str| form.filters.iter().any(|on| on == name);
        let mut request = SearchRequest {
            patient: patient(&loci),
            weight_kg: number(&WEIGHT, &form.weight_kg),
            min_x6: form.min_x6.parse().ok(),
            min_x8: form.min_x8.parse().ok(),
            min_x10: form.min_x10.parse().ok(),
            min_tnc_per_kg_e7: number(&MIN_TNC, &form.min_tnc),
            min_cd34_per_kg_e5: number(&MIN_CD34, &form.min_cd34),
            limit: form.limit.parse().unwrap_or(100).clamp(*LIMIT.start(), *LIMIT.end()),
            profile: known(&PROFILES, &form.profile),
            order: known(&ORDERS, &form.order),
            among: form.among.clone(),
            include_lists: !is_on("own"),
            rbc_depleted: is_on("rbc_depleted"),
            min_segments: is_on("segment").then_some(1),
            allow_not_computable: is_on("not_computable"),
            ..SearchRequest::default()
        };
        said.insert(COLLECTED_FROM, form.unit.ask(&mut request, w));
        Checked { form, loci, said, request }
    }

    /// Like [`Checked::read`], for a form that was sent: a search needs a typing, and a floor per kg a weight.
    pub(crate) fn read_sent(form: SearchForm, n: &Nomenclature<'_>, w: &Words) -> Checked {
        let empty = form.is_without_typing();
        let mut checked = Checked::read(form, n, w);
        if empty {
            checked.add("paste", Said::refuse(w, "patient_typing_missing", &[]));
        }
        let floors = checked.request.min_tnc_per_kg_e7.or(checked.request.min_cd34_per_kg_e5);
        if floors.is_some() && checked.form.weight_kg.trim().is_empty() {
            checked.add(WEIGHT.name, Said::refuse(w, "weight_needed", &[]));
        }
        checked
    }

    fn add(&mut self, field: &'static str, said: Said) {
        self.said.entry(field).or_default().push(said);
    }

    /// The question, when nothing stands against it.
    pub(crate) fn request(&self) -> Option<&SearchRequest> {
        self.all_said().all(|said| said.tone != Tone::Bad).then_some(&self.request)
    }

    pub(crate) fn all_said(&self) -> impl Iterator<Item = &Said> {
        self.loci.iter().flat_map(|locus| &locus.said).chain(self.said.values().flatten())
    }
}

/// Moves a pasted line into the fields. All five loci are replaced: no locus of an earlier patient may remain.
fn take_paste(form: &mut SearchForm, n: &Nomenclature<'_>, w: &Words) -> Vec<Said> {
    if form.paste.trim().is_empty() {
        return Vec::new();
    }
    match read_paste(&form.paste, n, w) {
        Ok(pasted) => {
            form.loci = pasted.loci;
            form.paste.clear();
            pasted.said
        }
        Err(said) => said,
    }
}

/// A name that exists, else the usual one; a form can only be sent without one by hand.
fn known(names: &[&str], name: &str) -> String {
    let found = names.iter().find(|known| **known == name).or(names.first());
    found.copied().unwrap_or_default().to_owned()
}

fn patient(loci: &[LocusCheck; 5]) -> PatientInput {
    let pieces: Vec<&str> = loci.iter().filter_map(|locus| locus.gl.as_deref()).collect();
    PatientInput::Gl(pieces.join("^"))
}
