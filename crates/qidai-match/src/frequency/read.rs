//! Reads the forms in which frequency sets are passed on.
//!
//! * one haplotype a line: alleles joined by `~`, `-` or `^`…, then a comma, semicolon, tab or blanks, then its frequency; more columns
//!   may stand between (counts) – with a header the column is found by its name, without one it is the last
//! * one column for each locus, named `A`, `HLA-DRB1`…; its alleles with or without the locus before them
//! * several populations: a column that names the population of each line, or columns such as `CAU_freq`; one of them must be named
//! * lines that begin with `#` are comments
//!
//! A frequency may be written as a number or in exponent form. Counts are taken when no column is a frequency. Frequencies are kept
//! as given; probabilities are divided by their sum, so a set that does not add up to 1 means the same as one that does.

use qidai_hla::Locus;
use rustc_hash::FxHashMap;
use thiserror::Error;

use super::columns::{Columns, Haplotype};
use super::{AlleleIndex, FrequencySet};

/// Beyond this the sum of a set is worth a remark.
const SUM_TOLERANCE: f64 = 0.01;

/// A file of frequencies that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {sentence} (found \"{value}\")")]
pub struct FrequencyError {
    /// 1 is the first line of the file.
    pub line: usize,
    /// A stable code.
    pub code: &'static str,
    /// The part that is wrong.
    pub value: String,
    /// What is wrong and what was expected.
    pub sentence: String,
}

/// Something that does not stop the set from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// A stable code.
    pub code: &'static str,
    /// What was seen and what was done about it.
    pub sentence: String,
}

/// Where the set grows while lines are read.
struct Growing {
    set: FrequencySet,
    /// Place of a haplotype by its alleles.
    known: FxHashMap<Box<[AlleleIndex]>, usize>,
    repeated: usize,
    zero: usize,
}

/// One population of a file.
///
/// # Errors
/// The first line that cannot be understood, or that the file has several populations and none of them is `population`.
pub(super) fn read(text: &str, population: Option<&str>) -> Result<FrequencySet, FrequencyError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader { population, columns: None, growing: None, others: Vec::new() };
    for (index, line) in text.lines().enumerate() {
        let cells = cells(line);
        if !cells.is_empty() && !line.starts_with('#') {
            reader.line(&cells).map_err(|wrong| wrong.at(index + 1))?;
        }
    }
    reader.finish()
}

/// What is wrong with a line.
struct Wrong {
    code: &'static str,
    value: String,
    sentence: String,
}

impl Wrong {
    fn new(code: &'static str, value: &str, sentence: impl Into<String>) -> Self {
        Wrong { code, value: value.to_owned(), sentence: sentence.into() }
    }

    fn at(self, line: usize) -> FrequencyError {
        FrequencyError { line, code: self.code, value: self.value, sentence: self.sentence }
    }
}

/// A set while its lines are read.
struct Reader<'p> {
    /// The one that is wanted.
    population: Option<&'p str>,
    columns: Option<Columns>,
    growing: Option<Growing>,
    /// Populations that were met, in order.
    others: Vec<String>,
}

impl Reader<'_> {
    fn line(&mut self, cells: &[&str]) -> Result<(), Wrong> {
        if self.columns.is_none() {
            let header = Columns::of_header(cells, self.population)
                .map_err(|error| several(self.population, &error.known))?;
            let is_header = header.is_some();
            self.columns = Some(header.unwrap_or_else(Columns::plain));
            if is_header {
                return Ok(());
            }
        }
        let Some(columns) = &self.columns else { return Ok(()) };
        if let Some(population) = columns.population.and_then(|at| cells.get(at)) {
            if !self.others.iter().any(|known| known == population) {
                self.others.push((*population).to_owned());
            }
            if self.population.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(population)) {
                return Ok(());
            }
        }
        let value = columns.value(cells);
        let frequency: f64 =
            value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(
                || {
                    Wrong::new(
                        "frequency_unreadable",
                        value,
                        "expected a frequency: a number that is not negative",
                    )
                },
            )?;
        let alleles = haplotype(&columns.haplotype, cells)?;
        let growing = self
            .growing
            .get_or_insert_with(|| Growing::over(alleles.iter().map(|(locus, _)| *locus).collect()));
        growing
            .add(&alleles, frequency)
            .map_err(|(code, sentence)| Wrong::new(code, &cells.join(","), sentence))
    }

    fn finish(self) -> Result<FrequencySet, FrequencyError> {
        if self.population.is_none() && self.others.len() > 1 {
            return Err(several(None, &self.others).at(1));
        }
        let is_count = self.columns.is_some_and(|columns| columns.is_count);
        match (self.growing, self.population) {
            (Some(growing), _) if !growing.set.is_empty() => Ok(growing.finish(is_count)),
            (None, Some(_)) if !self.others.is_empty() => Err(several(self.population, &self.others).at(1)),
            _ => {
                let sentence =
                    "no haplotype with a frequency above 0; expected lines such as A*02:01~B*46:01,0.012";
                Err(Wrong::new("frequencies_empty", "", sentence).at(1))
            }
        }
    }
}

fn several(wanted: Option<&str>, known: &[String]) -> Wrong {
    let sentence = format!("expected the name of one of the populations {}", known.join(", "));
    Wrong::new("population_not_named", wanted.unwrap_or_default(), sentence)
}

/// The alleles of a line, with their loci.
fn haplotype(how: &Haplotype, cells: &[&str]) -> Result<Vec<(Locus, String)>, Wrong> {
    let unreadable = |value: &str| {
        Wrong::new("haplotype_unreadable", value, "expected alleles joined by ~, such as A*02:01~B*46:01")
    };
    match how {
        Haplotype::Joined(at) => {
            let text = cells.get(*at).copied().unwrap_or_default();
            split_haplotype(text).ok_or_else(|| unreadable(text))
        }
        Haplotype::PerLocus(columns) => {
            let allele = |(locus, at): &(Locus, usize)| {
                let text = cells.get(*at).copied().unwrap_or_default();
                let name = if text.contains('*') { text.to_owned() } else { format!("{locus}*{text}") };
                let mut alleles = split_haplotype(&name).filter(|_| !text.is_empty());
                alleles
                    .as_mut()
                    .and_then(Vec::pop)
                    .filter(|(of, _)| of == locus)
                    .ok_or_else(|| unreadable(text))
            };
            columns.iter().map(allele).collect()
        }
    }
}

/// Splits at commas, semicolons, tabs; at blanks where there is none of these.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let cut = |separator: fn(char) -> bool| -> Vec<&str> {
        line.split(separator).map(|cell| cell.trim().trim_matches('"')).collect()
    };
    if line.is_empty() {
        Vec::new()
    } else if line.contains([',', ';', '\t']) {
        cut(|c| matches!(c, ',' | ';' | '\t'))
    } else {
        line.split_whitespace().collect()
    }
}

/// `A*01:01~B*08:01` into loci and names; a name without its locus, or an unknown locus, is none.
fn split_haplotype(text: &str) -> Option<Vec<(Locus, String)>> {
    let alleles: Option<Vec<_>> = text
        .split('~')
        .map(|name| {
            let name = name.trim();
            let name = name.strip_prefix("HLA-").unwrap_or(name);
            let (locus, rest) = name.split_once('*')?;
            (!rest.is_empty()).then_some(())?;
            Some((Locus::from_name(locus)?, name.to_owned()))
        })
        .collect();
    alleles.filter(|alleles| !alleles.is_empty())
}

impl Growing {
    fn over(loci: Vec<Locus>) -> Self {
        let width = loci.len();
        let set = FrequencySet {
            loci,
            names: vec![Vec::new(); width],
            places: vec![FxHashMap::default(); width],
            alleles: Vec::new(),
            frequencies: Vec::new(),
            remarks: Vec::new(),
        };
        Growing { set, known: FxHashMap::default(), repeated: 0, zero: 0 }
    }

    /// The alleles may stand in any order; the loci must be those of the first haplotype.
    fn add(&mut self, alleles: &[(Locus, String)], frequency: f64) -> Result<(), (&'static str, String)> {
        let mut row = vec![AlleleIndex::MAX; self.set.loci.len()];
        for (locus, name) in alleles {
            let place = self.set.loci.iter().position(|known| known == locus);
            match place {
                Some(place) if row[place] == AlleleIndex::MAX => row[place] = self.allele(place, name)?,
                _ => return Err(self.other_loci()),
            }
        }
        if row.contains(&AlleleIndex::MAX) {
            return Err(self.other_loci());
        }
        if frequency == 0.0 {
            self.zero += 1;
            return Ok(());
        }
        let next = self.set.frequencies.len();
        let place = *self.known.entry(row.clone().into()).or_insert(next);
        if place == next {
            self.set.alleles.extend(row);
            self.set.frequencies.push(frequency);
        } else {
            self.repeated += 1;
            self.set.frequencies[place] += frequency;
        }
        Ok(())
    }

    fn other_loci(&self) -> (&'static str, String) {
        let loci: Vec<&str> = self.set.loci.iter().map(|locus| locus.name()).collect();
        (
            "haplotype_loci_differ",
            format!("expected one allele at each of {}, as in the first haplotype", loci.join(", ")),
        )
    }

    fn allele(&mut self, place: usize, name: &str) -> Result<AlleleIndex, (&'static str, String)> {
        if let Some(known) = self.set.places[place].get(name) {
            return Ok(*known);
        }
        let index = AlleleIndex::try_from(self.set.names[place].len())
            .ok()
            .filter(|index| *index < AlleleIndex::MAX)
            .ok_or_else(|| {
                ("too_many_alleles", "expected at most 65,534 different alleles at a locus".to_owned())
            })?;
        self.set.names[place].push(name.into());
        self.set.places[place].insert(name.into(), index);
        Ok(index)
    }

    fn finish(mut self, is_count: bool) -> FrequencySet {
        let mut remark = |code, sentence| self.set.remarks.push(Remark { code, sentence });
        if self.repeated > 0 {
            remark(
                "haplotype_repeated",
                format!("{} lines repeat a haplotype; their frequencies were added", self.repeated),
            );
        }
        if self.zero > 0 {
            remark("frequency_zero", format!("{} haplotypes have frequency 0 and were left out", self.zero));
        }
        let sum: f64 = self.set.frequencies.iter().sum();
        if is_count {
            self.set.frequencies.iter_mut().for_each(|frequency| *frequency /= sum);
        } else if (sum - 1.0).abs() > SUM_TOLERANCE {
            remark(
                "frequency_sum",
                format!(
                    "the frequencies add up to {sum:.5}, not to 1; probabilities are divided by that sum"
                ),
            );
        }
        self.set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_the_same_set_are_read_alike() {
        let forms = [
            "haplotype,freq\nA*01:01~B*08:01,0.75\nA*02:01~B*07:02,0.25\n",
            "A*01:01~B*08:01\t0.75\nA*02:01~B*07:02\t2.5e-1",
            "\u{FEFF}#comment\nhaplotype;count;frequency\nHLA-A*01:01~HLA-B*08:01;3;0.75\nB*07:02~A*02:01;1;0.25",
            "haplotype,count\nA*01:01~B*08:01,3\nA*02:01~B*07:02,1",
            "A,HLA-B,freq\n01:01,08:01,0.75\nA*02:01,B*07:02,0.25",
            "hla_a;hla_b;freq\n01:01;08:01;0.75\n02:01;07:02;0.25",
        ];
        for form in forms {
            let set = FrequencySet::read(form).expect(form);
            assert_eq!(set.loci(), [Locus::A, Locus::B], "{form}");
            assert_eq!(set.frequencies(), [0.75, 0.25], "{form}");
            assert_eq!(set.label(1), "A*02:01~B*07:02", "{form}");
        }
    }

    #[test]
    fn one_of_several_populations_is_named() {
        let long = "haplotype,freq,population\nA*01:01,0.6,CAU\nA*02:01,0.4,CAU\nA*01:01,1,API";
        let wide = "A,CAU_freq,API_freq\n01:01,0.6,1\n02:01,0.4,0";
        for text in [long, wide] {
            let set = read(text, Some("cau")).expect("reads");
            assert_eq!(set.frequencies(), [0.6, 0.4], "{text}");
            assert_eq!(read(text, Some("API")).expect("reads").len(), 1, "{text}");
            for wrong in [None, Some("HIS")] {
                let error = read(text, wrong).expect_err("one must be named");
                assert_eq!(error.code, "population_not_named", "{text}");
                assert!(error.sentence.contains("CAU, API"), "{error}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let cases = [
            ("A*01:01~B*08:01,x", 1, "frequency_unreadable"),
            ("A*01:01~B*08:01,-0.1", 1, "frequency_unreadable"),
            ("A*01:01~B*08:01,0.1\nA*01:01,0.2", 2, "haplotype_loci_differ"),
            ("A*01:01~B*08:01,0.1\nA*01:01~C*07:01,0.2", 2, "haplotype_loci_differ"),
            ("A*01:01~08:01,0.1", 1, "haplotype_unreadable"),
            ("A,B,freq\n01:01,,0.1", 2, "haplotype_unreadable"),
            ("A,B,freq\n01:01,C*07:01,0.1", 2, "haplotype_unreadable"),
            ("haplotype,freq\n", 1, "frequencies_empty"),
            ("A*01:01~B*08:01,0", 1, "frequencies_empty"),
        ];
        for (text, line, code) in cases {
            let error = FrequencySet::read(text).expect_err(text);
            assert_eq!((error.line, error.code), (line, code), "{text}");
        }
    }

    #[test]
    fn haplotypes_given_twice_are_added_and_said() {
        let set = FrequencySet::read("A*01:01,0.2\nA*01:01,0.3\nA*02:01,0").expect("reads");
        assert_eq!(set.frequencies(), [0.5]);
        let codes: Vec<_> = set.remarks().iter().map(|remark| remark.code).collect();
        assert_eq!(codes, ["haplotype_repeated", "frequency_zero", "frequency_sum"]);
    }
}
