//! Somebody for whom donors are sought.

use std::sync::{Arc, OnceLock};

use super::LEFT_OUT_MAX;
use super::viewpoint::Viewpoint;
use crate::impute::{Counted, Genotypes, Person, Phenotype, Rows};

/// One person, imputed and ready to be compared with any number of donors of the same [`Counted`].
#[derive(Debug)]
pub struct Patient {
    pub(super) person: Person,
    rows: Arc<Rows>,
    genotypes: Option<Genotypes>,
    view: Option<Viewpoint>,
    /// The likeliest genotypes and what was left out, for donors with whom all would take too long.
    likeliest: OnceLock<Option<(Viewpoint, f64)>>,
}

impl Patient {
    /// Imputes a typing.
    pub fn new(counted: &Counted<'_, '_>, phenotype: &Phenotype) -> Self {
        Self::of(counted.person(phenotype), Arc::clone(counted.rows()))
    }

    pub(super) fn of(person: Person, rows: Arc<Rows>) -> Self {
        let genotypes = Genotypes::listed(&person, &rows);
        let view = genotypes.as_ref().and_then(|genotypes| Viewpoint::new(genotypes, &rows));
        Patient { person, rows, genotypes, view, likeliest: OnceLock::new() }
    }

    /// True when some pair of haplotypes of the set answers the typing.
    pub fn is_represented(&self) -> bool {
        self.person.is_represented()
    }

    /// All genotypes at the counted loci; `None` when there are too many to list.
    pub fn genotypes(&self) -> Option<&Genotypes> {
        self.genotypes.as_ref()
    }

    pub(super) fn view(&self) -> Option<&Viewpoint> {
        self.view.as_ref()
    }

    /// From the genotypes that carry all but 10⁻⁴ of the probability, and what they leave out.
    pub(super) fn likeliest_view(&self) -> Option<&(Viewpoint, f64)> {
        let likeliest = || {
            let (likeliest, left_out) = self.genotypes.as_ref()?.likeliest(LEFT_OUT_MAX);
            Some((Viewpoint::new(&likeliest, &self.rows)?, left_out))
        };
        self.likeliest.get_or_init(likeliest).as_ref()
    }
}
