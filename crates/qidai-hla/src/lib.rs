//! Names and typings of HLA.
//!
//! This crate reads what a laboratory wrote and says what it means under one release of
//! IPD-IMGT/HLA (or under the small built-in *starter release*). It opens no file, reads no clock
//! and knows nobody: text goes in, values come out.
//!
//! ```
//! use qidai_hla::{Locus, Nomenclature, PersonTyping, Release};
//!
//! let release = Release::starter();
//! let nomenclature = Nomenclature::new(&release, None);
//! let typing = PersonTyping::read("A*02:01+A*11:01^B62+B*13:02", &nomenclature).unwrap();
//! assert!(typing[Locus::A].is_some());
//! assert!(typing[Locus::C].is_none()); // not typed is a value, not an error
//! ```

pub mod allele;
pub mod antigen_match;
pub mod compatible;
pub mod epitope;
pub mod error;
pub mod group;
pub mod history;
pub mod locus;
pub mod rarity;
pub mod reduce;
pub mod release;
pub mod serology;
pub mod typing;

pub use allele::{AlleleName, Suffix};
pub use compatible::{compatible, locus_compatible};
pub use error::{ErrorCode, ReleaseError, TypingError};
pub use group::{GroupKind, GroupName};
pub use locus::{Locus, Pair, PerLocus};
pub use release::{AlleleId, ClassId, Release, ReleaseFiles};
pub use serology::Antigen;
pub use typing::{Alternatives, Category, LocusTyping, MacTable, Nomenclature, PersonTyping};
