//! What leaves the bank for a party abroad, and the case of human genetic resources that covers it (standards: State Council
//! Decree 717, Implementing Rules of 2023).

/// What is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Given {
    /// The report of a search: typings of units beside a patient's.
    Report,
    /// A list of units with their typings.
    Listing,
    /// Everything that is known of a unit.
    Dossier,
    /// The unit itself, or a sample.
    Material,
}

impl Given {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Given> {
        [Self::Report, Self::Listing, Self::Dossier, Self::Material].into_iter()
    }

    /// `report`, `listing`, `dossier` or `material`.
    pub fn code(self) -> &'static str {
        self.field().trim_start_matches("covers_")
    }

    /// The field of a case that says that this is covered.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Report => "covers_report",
            Self::Listing => "covers_listing",
            Self::Dossier => "covers_dossier",
            Self::Material => "covers_material",
        }
    }
}

/// An approved case under which something is given abroad; its approval number is printed on what is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HgrCover {
    /// Number of the record, such as `HGR-2026-0001`.
    pub case: String,
    /// As the authority wrote it.
    pub approval_number: String,
}
