//! Numbers as people type them: weight and least doses.

use std::ops::RangeInclusive;

use fluent_bundle::FluentValue;

use super::said::{Fix, Said};
use crate::words::Words;

/// A field with a number in it.
pub(crate) struct NumberField {
    pub(crate) name: &'static str,
    /// What is possible at all; anything else is refused.
    possible: RangeInclusive<f64>,
    /// What is usual; anything else is asked about.
    usual: RangeInclusive<f64>,
}

/// kg; the heaviest person ever weighed had about 635 kg.
pub(crate) const WEIGHT: NumberField =
    NumberField { name: "weight_kg", possible: 0.5..=650.0, usual: 2.0..=150.0 };
/// 10⁷ TNC per kg; guidelines ask for 1.5 to 5.
pub(crate) const MIN_TNC: NumberField =
    NumberField { name: "min_tnc", possible: 0.0..=1000.0, usual: 0.0..=20.0 };
/// 10⁵ CD34+ cells per kg; guidelines ask for 0.7 to 2.
pub(crate) const MIN_CD34: NumberField =
    NumberField { name: "min_cd34", possible: 0.0..=1000.0, usual: 0.0..=20.0 };

impl NumberField {
    /// Reads the text; empty is no number and no error.
    pub(crate) fn read(&self, text: &str, w: &Words) -> (Option<f64>, Vec<Said>) {
        let text = text.trim();
        if text.is_empty() {
            return (None, Vec::new());
        }
        let Ok(number) = text.parse::<f64>() else { return (None, vec![self.no_number(text, w)]) };
        let values = [
            ("value", FluentValue::from(text)),
            ("least", self.possible.start().into()),
            ("most", self.possible.end().into()),
        ];
        if !self.possible.contains(&number) {
            return (None, vec![Said::refuse(w, "number_out_of_range", &values)]);
        }
        let unusual = !self.usual.contains(&number);
        let said = unusual.then(|| Said::warn("number_unusual", w.say("field-number_unusual", &values)));
        (Some(number), said.into_iter().collect())
    }

    fn no_number(&self, text: &str, w: &Words) -> Said {
        let plain: String = text.chars().filter_map(plain_digit).collect();
        let fix = plain.parse::<f64>().is_ok().then(|| Fix { field: self.name.to_owned(), text: plain });
        Said { fix, ..Said::refuse(w, "number_unreadable", &[("value", text.into())]) }
    }
}

/// Full-width digits and points become plain ones; units and blanks go.
fn plain_digit(character: char) -> Option<char> {
    match character {
        '０'..='９' => char::from_digit(u32::from(character) - u32::from('０'), 10),
        '，' | ',' | '。' | '．' => Some('.'),
        '0'..='9' | '.' => Some(character),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn a_weight_is_read_questioned_or_refused() {
        let cases = [
            ("31.0", Some(31.0), None),
            ("", None, None),
            ("310", Some(310.0), Some("number_unusual")),
            ("-3", None, Some("number_out_of_range")),
            ("NaN", None, Some("number_out_of_range")),
            ("inf", None, Some("number_out_of_range")),
            ("heavy", None, Some("number_unreadable")),
        ];
        for (text, number, code) in cases {
            let (read, said) = WEIGHT.read(text, Lang::En.words());
            assert_eq!((read, said.first().and_then(|one| one.code)), (number, code), "{text}");
        }
    }

    #[test]
    fn full_width_digits_and_units_are_offered_as_plain_ones() {
        for text in ["３１．５", "31.5 kg", "31,5公斤"] {
            let (_, said) = WEIGHT.read(text, Lang::ZhCn.words());
            assert_eq!(said[0].fix.as_ref().map(|fix| fix.text.as_str()), Some("31.5"), "{text}");
        }
    }
}
