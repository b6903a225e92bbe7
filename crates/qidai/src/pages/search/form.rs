//! The search form as it was typed: every field is text, nothing is thrown away.

use qidai_hla::Locus;

use super::unit_filters::UnitFilters;

/// The five loci of the form, in the order of the page.
pub(crate) const LOCI: [Locus; 5] = [Locus::A, Locus::B, Locus::C, Locus::DRB1, Locus::DQB1];

/// The orders that can be chosen, by name; the first is the usual one.
pub(crate) const ORDERS: [&str; 5] = ["default", "nmdp", "sm", "cd34", "dose"];

/// The profiles that can be chosen, by name; the first is the usual one.
pub(crate) const PROFILES: [&str; 7] = [
    "default",
    "single_malignant",
    "single_malignant_uk",
    "single_nonmalignant",
    "double_each",
    "china_malignant",
    "china_nonmalignant",
];

/// The filters that can be switched on, by name.
pub(crate) const FILTERS: [&str; 4] = ["own", "rbc_depleted", "segment", "not_computable"];

/// What stands in the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SearchForm {
    /// A GL String or a laboratory's line; when it can be read, its loci replace those of the fields.
    pub(crate) paste: String,
    /// Two texts for each of [`LOCI`].
    pub(crate) loci: [[String; 2]; 5],
    /// Weight of the patient in kg; empty is unknown.
    pub(crate) weight_kg: String,
    /// Least matches of six, eight and ten; empty is no limit. A unit that meets one of them is listed.
    pub(crate) min_x6: String,
    pub(crate) min_x8: String,
    pub(crate) min_x10: String,
    /// Least dose, 10⁷ TNC per kg of the patient.
    pub(crate) min_tnc: String,
    /// Least dose, 10⁵ CD34+ cells per kg of the patient.
    pub(crate) min_cd34: String,
    /// Name of the profile.
    pub(crate) profile: String,
    /// Name of the order.
    pub(crate) order: String,
    /// How many units are listed.
    pub(crate) limit: String,
    /// Names of the places where to look; empty is the bank.
    pub(crate) among: Vec<String>,
    /// Names of the filters that are on.
    pub(crate) filters: Vec<String>,
    /// Conditions on the unit itself.
    pub(crate) unit: UnitFilters,
}

impl Default for SearchForm {
    /// At least 4/6 or 4/8, no least dose, the first hundred.
    fn default() -> Self {
        SearchForm {
            min_x6: "4".to_owned(),
            min_x8: "4".to_owned(),
            profile: PROFILES[0].to_owned(),
            order: ORDERS[0].to_owned(),
            limit: "100".to_owned(),
            ..SearchForm::blank()
        }
    }
}

impl SearchForm {
    fn blank() -> SearchForm {
        SearchForm {
            paste: String::new(),
            loci: Default::default(),
            weight_kg: String::new(),
            min_x6: String::new(),
            min_x8: String::new(),
            min_x10: String::new(),
            min_tnc: String::new(),
            min_cd34: String::new(),
            profile: String::new(),
            order: String::new(),
            limit: String::new(),
            among: Vec::new(),
            filters: Vec::new(),
            unit: UnitFilters::default(),
        }
    }

    /// Takes the fields of a sent form; an accepted correction (`fix=NAME=TEXT`) is put into its field.
    pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> SearchForm {
        let mut form = SearchForm::blank();
        let (fixes, fields): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "fix");
        for (name, value) in fields {
            form.set(&name, value);
        }
        for (_, fix) in fixes {
            if let Some((name, text)) = fix.split_once('=') {
                form.set(name, text.to_owned());
            }
        }
        form
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "filter" => return self.filters.push(value),
            "among" => return self.among.push(value),
            // A correction that takes a filter away.
            "without" => return self.filters.retain(|on| *on != value),
            _ => {}
        }
        if self.unit.set(name, &value) {
            return;
        }
        if let Some(place) = self.field_mut(name) {
            *place = value;
        }
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut String> {
        match name {
            "paste" => Some(&mut self.paste),
            "weight_kg" => Some(&mut self.weight_kg),
            "min_x6" => Some(&mut self.min_x6),
            "min_x8" => Some(&mut self.min_x8),
            "min_x10" => Some(&mut self.min_x10),
            "min_tnc" => Some(&mut self.min_tnc),
            "min_cd34" => Some(&mut self.min_cd34),
            "profile" => Some(&mut self.profile),
            "order" => Some(&mut self.order),
            "limit" => Some(&mut self.limit),
            _ => {
                let (locus, copy) = name.split_once('-')?;
                let index = LOCI.iter().position(|known| known.name() == locus)?;
                self.loci[index].get_mut(copy.parse::<usize>().ok()?.checked_sub(1)?)
            }
        }
    }

    /// Every field that says something, as a browser sends it.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let typing = LOCI.iter().zip(&self.loci).flat_map(|(locus, texts)| {
            texts.iter().enumerate().map(move |(at, text)| (format!("{locus}-{}", at + 1), text.clone()))
        });
        let own = [("paste", &self.paste), ("weight_kg", &self.weight_kg)];
        let own = own.map(|(name, text)| (name.to_owned(), text.clone()));
        let all = typing.chain(own).chain(self.criteria());
        all.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// The fields that say nothing about the patient: floors, filters, profile, order, length of the list.
    pub(crate) fn criteria(&self) -> Vec<(String, String)> {
        let one = [
            ("min_x6", &self.min_x6),
            ("min_x8", &self.min_x8),
            ("min_x10", &self.min_x10),
            ("min_tnc", &self.min_tnc),
            ("min_cd34", &self.min_cd34),
            ("profile", &self.profile),
            ("order", &self.order),
            ("limit", &self.limit),
        ];
        let several = self.among.iter().map(|name| ("among", name));
        let filters = several.chain(self.filters.iter().map(|on| ("filter", on)));
        let all = one.into_iter().chain(filters).chain(self.unit.pairs());
        all.filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.clone())).collect()
    }

    /// The same patient by other criteria.
    pub(crate) fn with_criteria(self, criteria: Vec<(String, String)>) -> SearchForm {
        let SearchForm { paste, loci, weight_kg, .. } = self;
        let other = SearchForm::from_pairs(criteria);
        SearchForm { paste, loci, weight_kg, ..other }
    }

    /// How many bytes its texts take.
    pub(crate) fn bytes(&self) -> usize {
        let numbers =
            [&self.weight_kg, &self.min_x6, &self.min_x8, &self.min_x10, &self.min_tnc, &self.min_cd34];
        let others = [&self.paste, &self.profile, &self.order, &self.limit];
        let texts = numbers
            .into_iter()
            .chain(others)
            .chain(self.loci.iter().flatten())
            .chain(&self.filters)
            .chain(&self.among);
        texts.map(String::len).sum::<usize>() + self.unit.bytes()
    }

    /// True when no typing was written anywhere.
    pub(crate) fn is_without_typing(&self) -> bool {
        self.paste.trim().is_empty() && self.loci.iter().flatten().all(|text| text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_text_reaches_its_field() {
        let form = SearchForm::from_pairs(pairs(&[
            ("DRB1-2", "12:02"),
            ("A-1", "11:01"),
            ("weight_kg", "31"),
            ("min_x8", "6"),
            ("filter", "own"),
        ]));
        assert_eq!(form.loci[3], ["", "12:02"]);
        assert_eq!(form.loci[0], ["11:01", ""]);
        assert_eq!((form.weight_kg.as_str(), form.min_x8.as_str()), ("31", "6"));
        assert_eq!(form.filters, ["own"]);
    }

    #[test]
    fn unknown_fields_and_copies_change_nothing() {
        let form =
            SearchForm::from_pairs(pairs(&[("A-3", "x"), ("A-0", "x"), ("E-1", "x"), ("nonsense", "x")]));
        assert_eq!(form, SearchForm::blank());
    }

    #[test]
    fn criteria_change_and_the_patient_stays() {
        let sent = [("A-1", "11:01"), ("weight_kg", "31"), ("min_x8", "6"), ("filter", "own"), ("abo", "O")];
        let form = SearchForm::from_pairs(pairs(&sent));
        assert_eq!(SearchForm::from_pairs(form.pairs()), form);
        assert!(form.criteria().iter().all(|(name, _)| name != "A-1" && name != "weight_kg"));
        let other = form.clone().with_criteria(pairs(&[("min_x8", "8"), ("A-1", "nobody")]));
        assert_eq!((other.loci[0][0].as_str(), other.weight_kg.as_str()), ("11:01", "31"));
        assert_eq!((other.min_x8.as_str(), other.filters.len()), ("8", 0));
    }

    #[test]
    fn a_filter_is_taken_away_again() {
        let sent =
            [("filter", "own"), ("filter", "segment"), ("abo", "O"), ("fix", "without=own"), ("fix", "abo=")];
        let form = SearchForm::from_pairs(pairs(&sent));
        assert_eq!(form.filters, ["segment"]);
        assert!(form.criteria().iter().all(|(name, _)| name != "abo"));
    }

    #[test]
    fn an_accepted_correction_replaces_the_field() {
        let form = SearchForm::from_pairs(pairs(&[("fix", "A-2=A*24:02"), ("A-2", "А*24:02")]));
        assert_eq!(form.loci[0][1], "A*24:02");
    }
}
