//! How often an allele is met: the categories of CIWD 3.0.0 (common, intermediate, well documented), which are given for
//! names of release 3.31.0. They help to put alternatives in an order and to look twice at a typing; a rare allele is never
//! left out for being rare.
//!
//! Source: Hurley et al., HLA 2020;95:516-531, doi:10.1111/tan.13811. The table holds names of all lengths, G and P groups in
//! one column; a two-field name stands for its whole P group.

use rustc_hash::FxHashMap;

use crate::history::{History, ReleaseVersion};
use crate::release::{AlleleId, Release};
use crate::{AlleleName, GroupKind};

/// A category, commonest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rarity {
    /// At least one in 10,000.
    Common,
    /// At least one in 100,000.
    Intermediate,
    /// Met at least five times.
    WellDocumented,
    /// None of these.
    Rare,
}

impl Rarity {
    /// The letters of the table: `C`, `I`, `WD`, `R`.
    pub fn letters(self) -> &'static str {
        match self {
            Rarity::Common => "C",
            Rarity::Intermediate => "I",
            Rarity::WellDocumented => "WD",
            Rarity::Rare => "R",
        }
    }

    fn from_letters(letters: &str) -> Option<Rarity> {
        [Rarity::Common, Rarity::Intermediate, Rarity::WellDocumented, Rarity::Rare]
            .into_iter()
            .find(|rarity| rarity.letters() == letters)
    }
}

/// The release whose names the table has.
const NAMES_OF: &str = "3.31.0";

/// The populations of the table, in the order of its columns.
pub const POPULATIONS: [&str; 7] = ["AFA", "API", "EURO", "HIS", "MENA", "NAM", "UNK"];

/// One row: the category in all people together, and in each of [`POPULATIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RarityRow {
    /// All people of the table.
    pub total: Rarity,
    /// By population.
    pub populations: [Rarity; POPULATIONS.len()],
}

/// A table that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {value:?}; expected a name and the categories C, I, WD or R, joined by commas")]
pub struct RarityError {
    /// 1-based line number.
    pub line: usize,
    /// The line.
    pub value: String,
}

/// The loaded table. Names are those of release 3.31.0.
#[derive(Clone, Debug, Default)]
pub struct RarityTable {
    rows: FxHashMap<Box<str>, RarityRow>,
}

impl RarityTable {
    /// Reads a header line, then `name,total,` and the seven populations.
    ///
    /// # Errors
    /// The first line of another form.
    pub fn read(text: &str) -> Result<RarityTable, RarityError> {
        let mut rows = FxHashMap::default();
        for (i, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
            let (name, row) = row(line)
                .ok_or_else(|| RarityError { line: i + 1, value: line.chars().take(80).collect() })?;
            rows.insert(name.into(), row);
        }
        Ok(RarityTable { rows })
    }

    /// Adds, beside each name that was changed since, the name of today. Rows of groups stay as they are.
    #[must_use]
    pub fn with_names_of(mut self, history: &History, today: ReleaseVersion) -> RarityTable {
        let Ok(then) = NAMES_OF.parse() else { return self };
        let moved: Vec<(Box<str>, RarityRow)> = self
            .rows
            .iter()
            .filter(|(name, _)| !name.ends_with(['G', 'P']))
            .filter_map(|(name, row)| {
                let now = history.migrate(name, Some(then), today).ok()?.name?.to_string();
                (now != **name).then(|| (now.into(), *row))
            })
            .collect();
        for (name, row) in moved {
            self.rows.entry(name).or_insert(row);
        }
        self
    }

    /// The number of names.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when no name is loaded.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a name or group as it is written in the table.
    pub fn named(&self, name: &str) -> Option<&RarityRow> {
        self.rows.get(name)
    }

    /// The row that says most about an allele: of its own name, of its name cut to three fields, of its G group, of
    /// its P group, of its two-field name.
    pub fn of_allele(&self, allele: AlleleId, release: &Release) -> Option<&RarityRow> {
        let name = release.name(allele);
        let group = |kind| release.group_of(allele, kind).map(|group| group.to_string());
        let cut = |fields: usize| name.shortened(fields).with_suffix(name.suffix()).to_string();
        self.named(&name.to_string())
            .or_else(|| self.named(&cut(3)))
            .or_else(|| self.named(&group(GroupKind::G)?))
            .or_else(|| self.named(&group(GroupKind::P)?))
            .or_else(|| self.named(&cut(2)))
    }

    /// What is known of a written name: of the text itself, else the commonest of its alleles.
    pub fn of_typing(&self, written: &str, alleles: &[AlleleId], release: &Release) -> Option<Rarity> {
        let own = self.named(written.strip_prefix("HLA-").unwrap_or(written)).map(|row| row.total);
        own.or_else(|| alleles.iter().filter_map(|a| self.of_allele(*a, release)).map(|row| row.total).min())
    }
}

fn row(line: &str) -> Option<(&str, RarityRow)> {
    let mut fields = line.trim_end().split(',').map(str::trim);
    let name = fields.next()?;
    name.strip_suffix(['G', 'P']).unwrap_or(name).parse::<AlleleName>().ok()?;
    let mut next = || Rarity::from_letters(fields.next()?);
    let total = next()?;
    let mut populations = [Rarity::Rare; POPULATIONS.len()];
    for place in &mut populations {
        *place = next()?;
    }
    Some((name, RarityRow { total, populations }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "ALLELE,TOTAL,AFA,API,EURO,HIS,MENA,NAM,UNK\nA*02:01,C,C,C,C,C,C,C,C\nA*02:01:01G,C,C,C,C,C,C,C,C\nA*01:04N,WD,R,R,WD,R,R,R,R\n";

    #[test]
    fn a_name_is_looked_up_as_it_is_written() {
        let table = RarityTable::read(TABLE).unwrap();
        assert_eq!(table.len(), 3);
        assert_eq!(table.named("A*02:01:01G").unwrap().total, Rarity::Common);
        assert_eq!(table.named("A*01:04N").unwrap().populations[2], Rarity::WellDocumented);
        assert_eq!(table.named("A*02:99"), None);
        let release = Release::starter();
        let starter = release.find(&"A*02:01".parse().unwrap()).unwrap();
        assert_eq!(table.of_allele(starter, &release).unwrap().total, Rarity::Common);
        assert_eq!(table.of_typing("A2", &[starter], &release), Some(Rarity::Common));
        assert_eq!(table.of_typing("A2", &[], &release), None, "not known is not rare");
    }

    #[test]
    fn a_line_of_another_form_is_named() {
        let error = RarityTable::read("ALLELE,TOTAL\nA*02:01,C\n").unwrap_err();
        assert_eq!(error.line, 2);
        assert_eq!(RarityTable::read("h\nA*02:01,Z,C,C,C,C,C,C,C\n").unwrap_err().line, 2);
        assert_eq!(RarityTable::read("h\nX,C,C,C,C,C,C,C,C\n").unwrap_err().line, 2);
    }
}
