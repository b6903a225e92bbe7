//! Sets of haplotype frequencies that a bank predicts with. What is in a file, and whether it can be read, is not this crate's matter.

/// A set on its way into the bank.
#[derive(Debug, Clone, Copy)]
pub struct NewFrequencySet<'n> {
    /// Whose donors or units it describes; empty: everybody's.
    pub registry: &'n str,
    /// Which part of them; empty: all.
    pub population: &'n str,
    /// What people call it, such as `han_north 2026`.
    pub name: &'n str,
    /// Made up for demonstrations and tests, and to be called so wherever its numbers appear.
    pub is_synthetic: bool,
    /// Where it is from: a citation.
    pub source: &'n str,
    /// Such as `A~C~B~DRB1~DQB1`.
    pub loci: &'n str,
    /// How many haplotypes.
    pub haplotypes: i64,
    /// The IPD-IMGT/HLA release it was checked under; `None`: the starter release.
    pub release: Option<&'n str>,
    /// The file.
    pub content: &'n [u8],
}

/// A set in the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFrequencySet {
    /// Given by the bank.
    pub id: String,
    /// Empty: everybody's.
    pub registry: String,
    /// Empty: all of the registry.
    pub population: String,
    /// 1, 2, 3 … for each registry and population.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// Made up; see [`NewFrequencySet::is_synthetic`].
    pub is_synthetic: bool,
    /// A citation.
    pub source: String,
    /// Such as `A~C~B~DRB1~DQB1`.
    pub loci: String,
    /// How many haplotypes.
    pub haplotypes: i64,
    /// The release it was checked under.
    pub release: Option<String>,
    /// Of the file.
    pub content_sha256: Vec<u8>,
}

/// Why a set was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// Registry and population are those that were asked for.
    Population,
    /// The registry has no set of the population.
    Registry,
    /// The registry has no set: the one for everybody.
    Global,
}

impl ChosenBy {
    /// As in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Registry => "registry",
            Self::Global => "global",
        }
    }
}
