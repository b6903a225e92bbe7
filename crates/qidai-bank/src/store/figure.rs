//! Figures, computed from the history.
//!
//! What is known at a moment: events are applied in the order of their numbers, up to `known_at`, without those
//! that are not so before the day ends. So what was recorded last prevails from its effective time on, and a figure
//! after the last effective time agrees with the current rows.

mod records;
mod searches;
mod settings;
#[cfg(test)]
mod tests;
mod unit_lines;
mod unit_pages;

use jiff::civil::Date;

use super::database::Reader;
use super::setting::{self, ZONE, ZONE_DEFAULT};
use super::{Store, history};
use crate::bank_day::after_day;
use crate::figure::{FIGURES, Figure, FigureAnswer, Figures, Founded, Moment, OnRow, Rule};
use crate::{BankError, Refusal, WriteContext};
use records::Records;
use searches::SearchLine;
use settings::SettingKnown;
use unit_lines::UnitLines;

/// What all figures of one moment read.
struct Sources {
    moment: Moment,
    /// Units, sorted by identity; read only where a figure needs them.
    units: UnitLines,
    /// Read only where a figure needs them.
    searches: Vec<SearchLine>,
    /// Read only where a figure needs them.
    records: Option<Records>,
    settings: Vec<SettingKnown>,
}

impl Store {
    /// All figures at the end of a day, as known at a number of the history: without one, as known now, with the
    /// difference that late entries make.
    pub async fn figures(&self, as_of: Date, known_at: Option<u64>) -> Result<Figures, BankError> {
        let sources = self.sources(FIGURES.iter(), as_of, known_at).await?;
        let answers = FIGURES.iter().map(|figure| sources.answer(figure, None));
        let answers = answers.collect::<Result<_, _>>()?;
        Ok(Figures { moment: sources.moment, answers })
    }

    /// One figure with its rows, in the order in which they are hashed.
    pub async fn figure_rows(
        &self,
        figure: &'static Figure,
        as_of: Date,
        known_at: Option<u64>,
        each: &mut OnRow<'_>,
    ) -> Result<FigureAnswer, BankError> {
        self.sources(std::iter::once(figure), as_of, known_at).await?.answer(figure, Some(each))
    }

    /// Sets the day on which the bank was founded: `1993-05-20`, or `1993` where nobody knows the day.
    pub async fn set_bank_founded(&self, founded: &str, context: &WriteContext<'_>) -> Result<(), BankError> {
        Founded::parse(founded)?;
        Ok(self.set_setting(Founded::SETTING, founded, context).await?)
    }

    async fn sources(
        &self,
        figures: impl Iterator<Item = &'static Figure>,
        as_of: Date,
        known_at: Option<u64>,
    ) -> Result<Sources, BankError> {
        let snapshot = self.database.snapshot().await?;
        let reader = snapshot.reader();
        let moment = moment(reader, as_of, known_at).await?;
        let mut sources = Sources::of(moment);
        let mut needs_units = false;
        for figure in figures {
            match figure.rule {
                Rule::Units(_) => needs_units = true,
                Rule::Searches => sources.searches = searches::read_all(reader, &sources.moment).await?,
                Rule::Records { .. } if sources.records.is_some() => {}
                Rule::Records { .. } => {
                    sources.records = Some(records::read_all(reader, &sources.moment).await?);
                }
                Rule::Setting { name, .. } => {
                    sources.settings.push(settings::known(reader, name, &sources.moment).await?);
                }
            }
        }
        if needs_units {
            unit_pages::read_all(reader, &sources.moment, &mut sources.units).await?;
            sources.units.sort();
        }
        snapshot.end().await?;
        Ok(sources)
    }
}

impl Sources {
    /// Nothing was read yet.
    fn of(moment: Moment) -> Self {
        let (units, searches, settings) = (UnitLines::default(), Vec::new(), Vec::new());
        Self { moment, units, searches, records: None, settings }
    }

    fn answer(
        &self,
        figure: &'static Figure,
        each: Option<&mut OnRow<'_>>,
    ) -> Result<FigureAnswer, BankError> {
        match figure.rule {
            Rule::Units(counts) => Ok(self.units.answer(figure, counts, self.moment.is_pinned, each)),
            Rule::Searches => Ok(searches::answer(figure, &self.searches, self.moment.is_pinned, each)),
            Rule::Records { count, .. } => {
                let none = Records::default();
                let records = self.records.as_ref().unwrap_or(&none);
                Ok(records::answer(figure, count, records, self.moment.is_pinned, each))
            }
            Rule::Setting { name, value } => {
                let known = self.settings.iter().find(|setting| setting.name == name);
                settings::answer(figure, name, value, known, &self.moment, each)
            }
        }
    }
}

/// Refuses what cannot stay true for ever: a number that the history does not have yet.
async fn moment(reader: Reader<'_>, as_of: Date, known_at: Option<u64>) -> Result<Moment, BankError> {
    let last = history::generation(reader).await?.unsigned_abs();
    let known = known_at.unwrap_or(last);
    if known > last {
        let sentence =
            format!("the history has {last} events: expected --known-at up to {last}, not {known}");
        let refusal = Refusal::new("known_at_not_reached", sentence);
        return Err(refusal.with("value", known.to_string()).with("last", last.to_string()).into());
    }
    let zone = settings::value_at(reader, ZONE, known).await?;
    let zone = zone.unwrap_or_else(|| ZONE_DEFAULT.to_owned());
    let ends_at = after_day(as_of, &setting::zone_of(&zone)?).ok_or_else(|| {
        let sentence = format!("{as_of} is the last day of the calendar: expected an earlier one");
        Refusal::new("as_of_out_of_range", sentence).with("value", as_of.to_string())
    })?;
    Ok(Moment { as_of, known_at: known, is_pinned: known_at.is_some(), zone, ends_at })
}
