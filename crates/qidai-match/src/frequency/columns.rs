//! Where in a line of a frequency set the haplotype stands, where its frequency, and whose it is.

use qidai_hla::Locus;

/// Names of the column with frequencies, in lower case.
const FREQUENCY_HEADERS: [&str; 5] = ["freq", "frequency", "hf", "haplotype_frequency", "频率"];
const COUNT_HEADERS: [&str; 3] = ["count", "n", "counts"];
const HAPLOTYPE_HEADERS: [&str; 4] = ["haplotype", "hap", "haplotypes", "单倍型"];
const POPULATION_HEADERS: [&str; 6] = ["population", "pop", "race", "ethnicity", "group", "人群"];
/// Ends the name of a column that is the frequencies of one of several populations: `CAU_freq`.
const POPULATION_ENDING: &str = "_freq";

/// What the columns of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) haplotype: Haplotype,
    /// `None`: the last one.
    value: Option<usize>,
    pub(super) is_count: bool,
    /// The column that says whose frequency a line is.
    pub(super) population: Option<usize>,
}

/// How a line writes its haplotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Haplotype {
    /// All alleles in one column.
    Joined(usize),
    /// One column for each locus.
    PerLocus(Vec<(Locus, usize)>),
}

impl Columns {
    /// A file without a header: the haplotype first, its frequency last.
    pub(super) fn plain() -> Self {
        Columns { haplotype: Haplotype::Joined(0), value: None, is_count: false, population: None }
    }

    /// What a header says; `None` when the line is no header. Of several populations in columns of their own, one must be named.
    pub(super) fn of_header(cells: &[&str], wanted: Option<&str>) -> Result<Option<Self>, PopulationError> {
        let lower: Vec<String> = cells.iter().map(|cell| cell.to_lowercase()).collect();
        let place = |names: &[&str]| lower.iter().position(|cell| names.contains(&cell.as_str()));
        let per_locus: Vec<(Locus, usize)> =
            cells.iter().enumerate().filter_map(|(at, cell)| Some((locus_of_header(cell)?, at))).collect();
        let haplotype = match place(&HAPLOTYPE_HEADERS) {
            Some(joined) => Haplotype::Joined(joined),
            None if !per_locus.is_empty() => Haplotype::PerLocus(per_locus),
            None => return Ok(None),
        };
        let (frequency, count) = (place(&FREQUENCY_HEADERS), place(&COUNT_HEADERS));
        let value = match frequency.or(count) {
            Some(value) => Some(value),
            None => of_population(&lower, wanted)?,
        };
        let is_count = frequency.is_none() && count.is_some();
        Ok(Some(Columns { haplotype, value, is_count, population: place(&POPULATION_HEADERS) }))
    }

    /// The text of the frequency of a line.
    pub(super) fn value<'c>(&self, cells: &[&'c str]) -> &'c str {
        self.value.map_or(cells.last(), |at| cells.get(at)).copied().unwrap_or_default()
    }
}

/// Several populations, of which none or an unknown one was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PopulationError {
    pub(super) known: Vec<String>,
}

/// The column `CAU_freq` of the population CAU; the only one of its kind without a name; `None` when there is no such column.
fn of_population(lower: &[String], wanted: Option<&str>) -> Result<Option<usize>, PopulationError> {
    let populations: Vec<(usize, &str)> = lower
        .iter()
        .enumerate()
        .filter_map(|(at, cell)| Some((at, cell.strip_suffix(POPULATION_ENDING)?)))
        .collect();
    let wanted = wanted.map(str::to_lowercase);
    match (&wanted, populations.as_slice()) {
        (_, []) => Ok(None),
        (None, [(only, _)]) => Ok(Some(*only)),
        _ => {
            let found = populations.iter().find(|(_, name)| Some(*name) == wanted.as_deref());
            let known = || populations.iter().map(|(_, name)| name.to_uppercase()).collect();
            found.map(|(at, _)| Some(*at)).ok_or_else(|| PopulationError { known: known() })
        }
    }
}

/// `A`, `HLA-A`, `drb1`, `HLA_DQB1`.
fn locus_of_header(cell: &str) -> Option<Locus> {
    let upper = cell.to_uppercase();
    let name =
        upper.strip_prefix("HLA").map_or(upper.as_str(), |rest| rest.trim_start_matches(['-', '_', ' ']));
    Locus::from_name(name)
}
