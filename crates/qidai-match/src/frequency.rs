//! Haplotype frequencies of a population: which alleles travel together on one chromosome, and how often.
//!
//! A set says at which loci it counts and names its alleles as its author wrote them. Frequencies are kept as given;
//! where they are compared or drawn from, they are divided by their sum, and the sum is shown.

mod columns;
mod compare;
mod meaning;
mod read;

use qidai_hla::Locus;
use rustc_hash::FxHashMap;

pub use compare::{Comparison, compare};
pub(crate) use meaning::meant;
pub use meaning::{Identity, NO_PRODUCT, Nulls, Resolution, Rules, Token, Understood};
pub use read::{FrequencyError, Remark};

/// An allele of one locus of one set, by its place in [`FrequencySet::names`].
pub type AlleleIndex = u16;

/// Frequencies of haplotypes over the same loci.
#[derive(Clone, Debug)]
pub struct FrequencySet {
    loci: Vec<Locus>,
    /// For each locus the names as written, in order of first appearance.
    names: Vec<Vec<Box<str>>>,
    /// For each locus the place of a name.
    places: Vec<FxHashMap<Box<str>, AlleleIndex>>,
    /// One row of `loci.len()` alleles for each haplotype.
    alleles: Vec<AlleleIndex>,
    /// One for each haplotype, all above 0.
    frequencies: Vec<f64>,
    remarks: Vec<Remark>,
}

impl FrequencySet {
    /// Reads `haplotype,freq` lines; see [`read`] for all forms.
    ///
    /// # Errors
    /// The first line that cannot be understood.
    pub fn read(text: &str) -> Result<Self, FrequencyError> {
        read::read(text, None)
    }

    /// Reads one of several populations.
    ///
    /// # Errors
    /// Those of [`FrequencySet::read`], and that the file does not have the population.
    pub fn read_population(text: &str, population: &str) -> Result<Self, FrequencyError> {
        read::read(text, Some(population))
    }

    /// A set of names without a haplotype: what typings can be read in before there are frequencies.
    pub(crate) fn of_names(loci: Vec<Locus>, names: Vec<Vec<String>>) -> Self {
        let place = |names: &Vec<String>| -> FxHashMap<Box<str>, AlleleIndex> {
            names.iter().enumerate().map(|(at, name)| (name.as_str().into(), at as AlleleIndex)).collect()
        };
        FrequencySet {
            places: names.iter().map(place).collect(),
            names: names
                .into_iter()
                .map(|names| names.into_iter().map(String::into_boxed_str).collect())
                .collect(),
            loci,
            alleles: Vec::new(),
            frequencies: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Other haplotypes over some of the loci of this set, which are given by their places, in the same names.
    pub(crate) fn with_haplotypes(
        &self,
        loci: &[usize],
        alleles: Vec<AlleleIndex>,
        frequencies: Vec<f64>,
    ) -> Self {
        FrequencySet {
            loci: loci.iter().map(|place| self.loci[*place]).collect(),
            names: loci.iter().map(|place| self.names[*place].clone()).collect(),
            places: loci.iter().map(|place| self.places[*place].clone()).collect(),
            alleles,
            frequencies,
            remarks: Vec::new(),
        }
    }

    /// The loci, in the order of the file's first haplotype.
    pub fn loci(&self) -> &[Locus] {
        &self.loci
    }

    /// How many haplotypes.
    pub fn len(&self) -> usize {
        self.frequencies.len()
    }

    /// True when there is no haplotype; a set that was read has one at least.
    pub fn is_empty(&self) -> bool {
        self.frequencies.is_empty()
    }

    /// The names of the alleles of a locus (by its place in [`FrequencySet::loci`]).
    pub fn names(&self, locus: usize) -> &[Box<str>] {
        &self.names[locus]
    }

    /// The place of a name at a locus.
    pub fn find(&self, locus: usize, name: &str) -> Option<AlleleIndex> {
        self.places[locus].get(name).copied()
    }

    /// The alleles of a haplotype, one for each locus.
    pub fn haplotype(&self, index: u32) -> &[AlleleIndex] {
        let width = self.loci.len();
        let at = index as usize * width;
        &self.alleles[at..at + width]
    }

    /// The frequency of a haplotype as given, above 0.
    pub fn frequency(&self, index: u32) -> f64 {
        self.frequencies[index as usize]
    }

    /// All frequencies, in the order of the haplotypes.
    pub fn frequencies(&self) -> &[f64] {
        &self.frequencies
    }

    /// The sum of all frequencies; 1 in a complete set that was normalised.
    pub fn sum(&self) -> f64 {
        self.frequencies.iter().sum()
    }

    /// `A*01:01~C*07:01~…`, with the names as written.
    pub fn label(&self, index: u32) -> String {
        let names = self.haplotype(index).iter().enumerate();
        names.map(|(locus, allele)| &*self.names[locus][usize::from(*allele)]).collect::<Vec<_>>().join("~")
    }

    /// What was noticed while reading: haplotypes given twice, frequencies of 0, a sum that is not 1.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }
}
