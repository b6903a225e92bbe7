//! One level, prepared for millions of typings.
//!
//! [`super::reduce`] reads a text, gathers its alleles and asks the level about each. Here all of that is done
//! once, when the tables are made: every name, group, first field and antigen of the release has the *set* of its
//! answers at the level, and equal sets have one number ([`SetId`]), so that a P group is an integer. What is written
//! plainly is then read into a key and looked up; a list or a code is the union of a few sets. What is not written plainly,
//! or needs a remark, goes the long way, so both ways always answer the same.
//!
//! ```
//! use qidai_hla::reduce::{self, Names, Prepared, Scratch};
//! use qidai_hla::{Nomenclature, Release};
//! let release = Release::starter();
//! let names = Names::new(Nomenclature::new(&release, None));
//! let antigens = Prepared::new(&names, reduce::level("S").unwrap());
//! let mut scratch = Scratch::default();
//! let reduced = antigens.reduce("A*24:02+A*02:01", &mut scratch).unwrap();
//! assert_eq!(reduced.text, "A2+A9/A24");
//! ```

mod codes;
mod key;
mod names;
mod string;
mod table;

pub use names::Names;
pub use string::{GlTerms, Scratch};
pub use table::{Prepared, SetId, TermId};
