//! What T cells and NK cells see of an allele, beyond its name: T-cell-epitope groups of DPB1, the serological
//! Bw4 and Bw6, the ligands C1 and C2, and which DRB3, DRB4 or DRB5 goes with a DRB1.
//!
//! All of it is additional to a release: [`crate::Release::add_tce`] and [`crate::Release::add_proteins`] take the
//! files, and what was not given is answered as *unknown*.

mod drb345;
mod ligand;
mod proteins;
mod tce;

pub use drb345::{drb345_expected, drb345_remarks};
pub(crate) use ligand::read as read_ligands;
pub use ligand::{A25, Carried, Epitope};
pub use tce::{Permissiveness, TceAssignment, TceGroup, TceLevels, TceTable, TceVersion, permissiveness};
