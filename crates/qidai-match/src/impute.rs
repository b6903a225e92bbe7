//! Which pairs of haplotypes a person can have, and how likely each is.
//!
//! A typing asks something of the pair ([`Phenotype`]); every unordered pair of haplotypes of a frequency set that answers
//! it has the weight `f²` (twice the same) or `2·f₁·f₂`; the weights divided by their sum are the probabilities. Source: Hardy–Weinberg
//! proportions, as in the WMDA matching validation (Bochtler et al., HLA 2016;87:439, doi:10.1111/tan.12817).
//! `docs/algorithm/imputation.md` has a worked example.

mod candidates;
mod diplotypes;
mod fit;
mod genotypes;
mod person;
mod phenotype;
mod rows;

pub use candidates::{Candidates, Group};
pub use diplotypes::{Diplotype, Imputed, Imputer, TooMany};
pub use fit::{Fit, RARE_SHARE};
pub use genotypes::{Counted, Genotype, Genotypes, LocusPair};
pub use person::{Member, Person};
pub use phenotype::{AlleleSet, Constraint, Phenotype, Reading, Unheard};
pub use rows::Rows;
