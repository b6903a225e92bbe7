//! Counting matches between two people's HLA, and searching a bank of units with it.
//!
//! No I/O, no clock, no unseeded randomness: a search reads a frozen [`search::Snapshot`] and nothing else.
//!
//! * [`count`]: how many alleles match at a locus, in the best and in the worst case that the typings allow
//! * [`class`]: the classes x/6, x/8, x/10 made of these counts
//! * [`position`]: position by position, for people to look at
//! * [`grade`]: grades and confidences of positions, as registries name them
//! * [`dpb1`], [`ligand`], [`maternal`]: what decides between units of one class
//! * [`frequency`], [`impute`], [`predict`]: how likely a match is where typings leave it open
//! * [`doubt`]: what leaves a match open, and what to type next
//! * [`coverage`]: how many patients a bank of so many units serves, and what the next unit adds
//! * [`estimate`]: frequencies from a sample of typed people
//! * [`verify`]: whether predictions mean what they say
//! * [`family`]: how many haplotypes two people of one family share
//! * [`search`]: all units of a bank at once
//! * [`selection`]: profiles and orders as data, with their sources

pub mod antigen;
pub mod class;
pub mod count;
pub mod coverage;
pub mod doubt;
pub mod dpb1;
pub mod estimate;
pub mod family;
pub mod frequency;
pub mod genotype;
pub mod grade;
pub mod impute;
pub mod ligand;
pub mod maternal;
pub mod position;
pub mod predict;
pub mod search;
pub mod selection;
pub mod simulate;
pub mod verify;

use qidai_hla::Locus;

pub use antigen::AntigenSpace;
pub use class::{Classes, LocusCounts};
pub use count::{Matches, compare};
pub use dpb1::{Dpb1, Dpb1Typing};
pub use genotype::{Interpreter, LocusGenotype};
pub use ligand::KirLigand;
pub use maternal::Maternal;

/// The loci that classes are made of, in chromosome order.
pub const MATCH_LOCI: [Locus; 5] = [Locus::A, Locus::C, Locus::B, Locus::DRB1, Locus::DQB1];

/// One value for each of [`MATCH_LOCI`], in that order.
pub type PerMatchLocus<T> = [T; MATCH_LOCI.len()];

/// The program's name and version as it appears in receipts.
pub const ENGINE: &str = concat!("qidai-match ", env!("CARGO_PKG_VERSION"));
