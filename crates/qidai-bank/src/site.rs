//! A place where the bank works, or an institution that works with it and has accounts.

use crate::{Problem, Uscc};

/// Characters of the longest code.
const CODE_MAX: usize = 32;

/// A site. Permissions are given for one site or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Short and unique: `jinan`, `h-0031`.
    pub code: String,
    pub name: String,
    pub kind: SiteKind,
    /// 统一社会信用代码 of the institution, where it has one.
    pub uscc: Option<Uscc>,
    /// False when nothing happens there any more.
    pub active: bool,
}

/// What happens at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// Laboratory and storage of the bank.
    Bank,
    CollectionHospital,
    TransplantCentre,
    /// A workstation of the relief fund or of outreach.
    Workstation,
}

impl SiteKind {
    const ALL: [Self; 4] = [Self::Bank, Self::CollectionHospital, Self::TransplantCentre, Self::Workstation];

    /// As in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::CollectionHospital => "collection_hospital",
            Self::TransplantCentre => "transplant_centre",
            Self::Workstation => "workstation",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Site {
    /// What is wrong with the record; empty when it can be taken.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if self.code.is_empty() || self.code.len() > CODE_MAX || !self.code.chars().all(fits) {
            let reason = format!("'{}' is not a code of a site", self.code);
            let hint = "1 to 32 small Latin letters, digits, '-' and '_'";
            problems.push(Problem::new("code", &self.code, "site_code_invalid", reason, hint));
        }
        if self.name.trim().is_empty() {
            let reason = format!("the site {} has no name", self.code);
            problems.push(Problem::new("name", "", "site_name_missing", reason, "give the name people use"));
        }
        problems
    }
}
