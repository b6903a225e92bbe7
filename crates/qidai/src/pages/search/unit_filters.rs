//! Filters about the unit itself: blood group, sex, date of collection, accreditation.

use jiff::civil::Date;

use super::form_view::Choice;
use super::said::{Said, Tone, loudest};
use crate::catalogue::SearchRequest;
use crate::words::Words;

/// The field with the earliest day of collection.
pub(super) const COLLECTED_FROM: &str = "collected_from";

const ABO: [&str; 4] = ["A", "B", "AB", "O"];
const RHD: [&str; 3] = ["", "+", "-"];
const SEX: [&str; 3] = ["", "F", "M"];
const ACCREDITATION: [&str; 3] = ["fact", "aabb", "wmda"];

/// What was chosen, as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UnitFilters {
    /// Any of these blood groups; none is no condition.
    abo: Vec<String>,
    /// `+`, `-`, or empty.
    rhd: String,
    /// `F`, `M`, or empty.
    sex: String,
    /// A day such as 2015-01-01, or empty.
    collected_from: String,
    /// All of these accreditations.
    accreditation: Vec<String>,
}

impl UnitFilters {
    /// Takes a field of a sent form; false when it is none of these.
    pub(super) fn set(&mut self, name: &str, value: &str) -> bool {
        match name {
            "abo" => take(&mut self.abo, value),
            "accreditation" => take(&mut self.accreditation, value),
            "rhd" => value.clone_into(&mut self.rhd),
            "sex" => value.clone_into(&mut self.sex),
            COLLECTED_FROM => value.clone_into(&mut self.collected_from),
            _ => return false,
        }
        true
    }

    /// The fields that are set, as they are sent.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let one = [("rhd", &self.rhd), ("sex", &self.sex), (COLLECTED_FROM, &self.collected_from)];
        let several = self.abo.iter().map(|group| ("abo", group));
        let several = several.chain(self.accreditation.iter().map(|name| ("accreditation", name)));
        one.into_iter().filter(|(_, text)| !text.is_empty()).chain(several)
    }

    pub(super) fn bytes(&self) -> usize {
        let one = [&self.rhd, &self.sex, &self.collected_from];
        one.into_iter().chain(&self.abo).chain(&self.accreditation).map(String::len).sum()
    }

    /// Puts the conditions into the question, and says what cannot be read. What only a hand-made form can contain is
    /// left to the engine to refuse.
    pub(super) fn ask(&self, request: &mut SearchRequest, w: &Words) -> Vec<Said> {
        let chosen = |text: &String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        request.abo.clone_from(&self.abo);
        request.accreditation.clone_from(&self.accreditation);
        request.rhd = chosen(&self.rhd);
        request.sex = chosen(&self.sex);
        let Some(text) = chosen(&self.collected_from) else { return Vec::new() };
        match text.parse::<Date>() {
            Ok(day) => {
                request.collected_from = Some(day);
                Vec::new()
            }
            Err(_) => vec![Said::refuse(w, "date_unreadable", &[("value", text.into())])],
        }
    }
}

/// One more, or none at all where nothing is named.
fn take(chosen: &mut Vec<String>, value: &str) {
    match value {
        "" => chosen.clear(),
        value => chosen.push(value.to_owned()),
    }
}

/// The filters as the template shows them.
pub(super) struct UnitFiltersView {
    pub(super) abo: Vec<Choice>,
    pub(super) rhd: Vec<Choice>,
    pub(super) sex: Vec<Choice>,
    pub(super) accreditation: Vec<Choice>,
    pub(super) collected_from: String,
    pub(super) look: &'static str,
    pub(super) said: Vec<Said>,
    /// One of them is set: they are not folded away.
    pub(super) is_open: bool,
}

impl UnitFiltersView {
    pub(super) fn new(filters: &UnitFilters, said: Vec<Said>) -> UnitFiltersView {
        let several = |values: &[&str], on: &[String]| -> Vec<Choice> {
            let is_on = |value: &str| on.iter().any(|one| one == value);
            values.iter().map(|value| Choice { value: (*value).to_owned(), is_on: is_on(value) }).collect()
        };
        let one = |values: &[&str], on: &String| several(values, std::slice::from_ref(on));
        UnitFiltersView {
            abo: several(&ABO, &filters.abo),
            rhd: one(&RHD, &filters.rhd),
            sex: one(&SEX, &filters.sex),
            accreditation: several(&ACCREDITATION, &filters.accreditation),
            collected_from: filters.collected_from.clone(),
            look: if loudest(&said) == Some(Tone::Bad) { "is-bad" } else { "" },
            said,
            is_open: *filters != UnitFilters::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn filters(fields: &[(&str, &str)]) -> UnitFilters {
        let mut filters = UnitFilters::default();
        assert!(fields.iter().all(|(name, value)| filters.set(name, value)));
        filters
    }

    #[test]
    fn every_filter_reaches_the_question() {
        let chosen = [("abo", "A"), ("abo", "O"), ("rhd", "-"), ("sex", "F"), ("accreditation", "fact")];
        let chosen = filters(&[&chosen[..], &[("collected_from", "2015-03-01")]].concat());
        let mut request = SearchRequest::default();
        assert!(chosen.ask(&mut request, Lang::En.words()).is_empty());
        assert_eq!((request.abo.join("").as_str(), request.rhd.as_deref()), ("AO", Some("-")));
        assert_eq!((request.sex.as_deref(), request.accreditation.join("")), (Some("F"), "fact".to_owned()));
        assert_eq!(request.collected_from.map(|day| day.to_string()).as_deref(), Some("2015-03-01"));
    }

    #[test]
    fn nothing_chosen_asks_nothing_and_a_wrong_day_is_refused() {
        let mut request = SearchRequest::default();
        let empty = filters(&[("rhd", ""), ("sex", ""), ("collected_from", " ")]);
        assert!(empty.ask(&mut request, Lang::En.words()).is_empty());
        assert_eq!(request, SearchRequest::default());
        let said = filters(&[("collected_from", "2015-02-30")]).ask(&mut request, Lang::En.words());
        assert_eq!(said[0].code, Some("date_unreadable"));
        assert!(said[0].sentence.contains("2015-02-30"), "{}", said[0].sentence);
    }
}
