//! n8: how old the bank is.

use jiff::civil::Date;

use super::{Figure, Rule};
use crate::Refusal;

pub(super) const FIGURE: Figure = Figure {
    number: "n8",
    query: "bank.age_years",
    version: 1,
    rule: Rule::Setting {
        name: Founded::SETTING,
        value: |text, as_of| Founded::parse(text).map(|founded| founded.age_years(as_of)),
    },
};

/// When a bank was founded: a day, or a year where nobody knows the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Founded {
    /// 1 January where only the year is known.
    day: Date,
}

impl Founded {
    pub(crate) const SETTING: &str = "bank_founded";

    /// Reads `1993` or `1993-05-20`.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let day = if is_year { format!("{text}-01-01") } else { text.to_owned() };
        let day = if day.len() == 10 { day.parse().ok() } else { None };
        day.map(|day| Self { day }).ok_or_else(|| {
            let sentence =
                format!("'{text}' is no founding date: expected a year or a day, as 1993 or 1993-05-20");
            Refusal::new("bank_founded_unreadable", sentence).with("value", text)
        })
    }

    /// Whole years on a day; `None` before the founding.
    fn age_years(self, on: Date) -> Option<i64> {
        if on < self.day {
            return None;
        }
        let before_anniversary = (on.month(), on.day()) < (self.day.month(), self.day.day());
        Some(i64::from(on.year()) - i64::from(self.day.year()) - i64::from(before_anniversary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_years_are_counted() {
        for (founded, on, age) in [
            // Founded in 1993: the seed's own figures.
            ("1993", "2021-12-31", Some(28)),
            ("1993", "2022-01-01", Some(29)),
            ("1993-05-20", "2022-05-19", Some(28)),
            ("1993-05-20", "2022-05-20", Some(29)),
            ("2000-02-29", "2001-02-28", Some(0)),
            ("2000-02-29", "2001-03-01", Some(1)),
            ("1993", "1993-01-01", Some(0)),
            ("1993", "1992-12-31", None),
        ] {
            let founded = Founded::parse(founded).expect(founded);
            assert_eq!(founded.age_years(on.parse().expect(on)), age, "{founded:?} on {on}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "93", "+993", "1993-13-01", "1993-5-20", "banana", "1993-05-20T00", "１９９３"] {
            assert_eq!(Founded::parse(text).expect_err(text).code, "bank_founded_unreadable");
        }
    }
}
