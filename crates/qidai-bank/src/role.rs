//! What somebody is to the bank, and what each role may do: one table.

use crate::Permission;
use Role::{
    Administrator, Auditor, Claims, Collection, Director, Family, Fund, Inspector, MedicalDirector, Outreach,
    Quality, Research, Reviewer, SearchCoordinator, StorageCustodian, Technologist, TransplantCentre,
};

/// A role. An account may have several, each at one site or at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    SearchCoordinator,
    Collection,
    Technologist,
    /// Checks what others entered: results, records, figures.
    Reviewer,
    StorageCustodian,
    Quality,
    MedicalDirector,
    Director,
    Fund,
    Claims,
    Research,
    Outreach,
    /// Of an authority; reads only.
    Inspector,
    /// Of a standard or of the bank itself; reads only.
    Auditor,
    /// Keeps the program running: accounts, sites, keys, settings. Sees no personal data.
    Administrator,
    /// A depositor: its own units and contracts.
    Family,
    /// A hospital that transplants: its own patients, orders and outcomes.
    TransplantCentre,
}

/// Role, code, 中文, English. The codes are in the history: they never change.
const ROLES: [(Role, &str, &str, &str); 17] = [
    (SearchCoordinator, "search_coordinator", "检索协调员", "search coordinator"),
    (Collection, "collection", "采集", "collection"),
    (Technologist, "technologist", "技术员", "technologist"),
    (Reviewer, "reviewer", "复核员", "reviewer"),
    (StorageCustodian, "storage_custodian", "库管员", "storage custodian"),
    (Quality, "quality", "质量管理", "quality"),
    (MedicalDirector, "medical_director", "医学主任", "medical director"),
    (Director, "director", "主任", "director"),
    (Fund, "fund", "救助基金", "fund"),
    (Claims, "claims", "理赔", "claims"),
    (Research, "research", "科研", "research"),
    (Outreach, "outreach", "公益科普", "outreach"),
    (Inspector, "inspector", "监督检查员", "inspector"),
    (Auditor, "auditor", "审核员", "auditor"),
    (Administrator, "administrator", "系统管理员", "administrator"),
    (Family, "family", "储户家庭", "family"),
    (TransplantCentre, "transplant_centre", "移植机构", "transplant centre"),
];

impl Role {
    /// All roles, in the order of the table.
    pub fn all() -> impl Iterator<Item = Role> {
        ROLES.into_iter().map(|(role, ..)| role)
    }

    fn row(self) -> (Role, &'static str, &'static str, &'static str) {
        // Every role has its row: a test walks them.
        ROLES.into_iter().find(|(role, ..)| *role == self).unwrap_or(ROLES[0])
    }

    /// As in the store, the history and the API.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// 中文, English.
    pub fn labels(self) -> (&'static str, &'static str) {
        (self.row().2, self.row().3)
    }

    pub fn parse(code: &str) -> Option<Self> {
        ROLES.into_iter().find(|(_, known, ..)| *known == code).map(|(role, ..)| role)
    }

    /// Does the role have this permission (at the sites for which it was given)?
    pub fn may(self, permission: Permission) -> bool {
        TABLE.iter().any(|(known, roles)| *known == permission && roles.contains(&self))
    }

    /// Everyone who is not a guest signs in with a second factor.
    pub fn needs_second_factor(self) -> bool {
        self != Family
    }

    /// Roles that somebody else may take for a while in an emergency. The administrator's is not among them: that
    /// would be a way to every other; nor are those of guests.
    pub fn can_be_taken_in_an_emergency(self) -> bool {
        !matches!(self, Administrator | Family | TransplantCentre | Inspector | Auditor)
    }
}

/// Who works inside the bank and needs to see its units.
const INSIDE: &[Role] = &[
    SearchCoordinator,
    Collection,
    Technologist,
    Reviewer,
    StorageCustodian,
    Quality,
    MedicalDirector,
    Director,
    Claims,
    Research,
    Inspector,
    Auditor,
];
/// All who are employed by the bank.
const STAFF: &[Role] = &[
    SearchCoordinator,
    Collection,
    Technologist,
    Reviewer,
    StorageCustodian,
    Quality,
    MedicalDirector,
    Director,
    Fund,
    Claims,
    Research,
    Outreach,
    Administrator,
];
/// Those and the two who look over their shoulders.
const READERS: &[Role] = &[
    SearchCoordinator,
    Collection,
    Technologist,
    Reviewer,
    StorageCustodian,
    Quality,
    MedicalDirector,
    Director,
    Fund,
    Claims,
    Research,
    Outreach,
    Administrator,
    Inspector,
    Auditor,
];

/// What may be done, and by whom. What does not stand here is not allowed.
pub const TABLE: [(Permission, &[Role]); 49] = [
    // Units, from collection to the patient
    (Permission::UnitView, INSIDE),
    (Permission::UnitEnter, &[Collection, Technologist, StorageCustodian]),
    (Permission::UnitMove, &[Collection, Technologist, StorageCustodian, Quality, MedicalDirector]),
    (Permission::CollectionRecord, &[Collection]),
    (Permission::ProcessingRecord, &[Technologist]),
    (Permission::TestRecord, &[Technologist]),
    (Permission::TestReview, &[Reviewer, MedicalDirector]),
    (Permission::StorageMove, &[StorageCustodian]),
    (Permission::UnitAccept, &[Quality, MedicalDirector]),
    (Permission::UnitRelease, &[Quality, MedicalDirector]),
    // Two signatures of two offices (standards.md 2, release workflow): neither can be given by the other.
    (Permission::MedicalDecide, &[MedicalDirector]),
    (Permission::QualityRelease, &[Quality]),
    // Patients: search, order, outcome. Patients stand under pseudonyms; a centre sees those of its own sites.
    (
        Permission::PatientView,
        &[
            SearchCoordinator,
            Reviewer,
            Quality,
            MedicalDirector,
            Director,
            TransplantCentre,
            Inspector,
            Auditor,
        ],
    ),
    (Permission::SearchRun, &[SearchCoordinator, MedicalDirector, TransplantCentre]),
    (Permission::UnitReserve, &[SearchCoordinator, MedicalDirector]),
    (Permission::OrderManage, &[SearchCoordinator, MedicalDirector]),
    (Permission::OrderPlace, &[TransplantCentre]),
    (Permission::ShipmentManage, &[SearchCoordinator, StorageCustodian]),
    (Permission::OutcomeReport, &[SearchCoordinator, TransplantCentre]),
    // People
    (Permission::PersonEnter, &[SearchCoordinator, Collection, Claims, Fund, TransplantCentre]),
    (
        Permission::PersonOpen,
        &[
            SearchCoordinator,
            Collection,
            Reviewer,
            Quality,
            MedicalDirector,
            Director,
            Fund,
            Claims,
            TransplantCentre,
        ],
    ),
    (Permission::PersonErase, &[Quality, Director]),
    (Permission::OwnFileView, &[Family]),
    // Quality and papers
    (Permission::DocumentView, READERS),
    (Permission::DocumentApprove, &[Quality, MedicalDirector, Director]),
    (Permission::NonconformityReport, STAFF),
    (Permission::NonconformityManage, &[Quality]),
    (Permission::RegisterView, READERS),
    // An administrator carries registers over from what was there before; deciding on them is not his.
    (Permission::InstitutionManage, &[SearchCoordinator, Quality, Research, Administrator]),
    (Permission::InstitutionApprove, &[Quality, MedicalDirector, Director]),
    (Permission::AuthorisationManage, &[Quality, Administrator]),
    (Permission::AuthorisationGrant, &[Quality, MedicalDirector, Director]),
    (Permission::LicenceManage, &[Quality, Director, Administrator]),
    (Permission::RecordSign, STAFF),
    // Everything around
    (Permission::FundManage, &[Fund]),
    (Permission::FundDecide, &[Director]),
    (Permission::ClaimManage, &[Claims]),
    (Permission::ClaimDecide, &[Director]),
    (Permission::ResearchManage, &[Research]),
    (Permission::OutreachManage, &[Outreach]),
    // Figures and traces
    (Permission::FigureView, READERS),
    (Permission::FigureRelease, &[Director]),
    (
        Permission::HistoryView,
        &[Reviewer, Quality, MedicalDirector, Director, Inspector, Auditor, Administrator],
    ),
    (Permission::AccessLogView, &[Quality, Director, Inspector, Auditor]),
    // Running the bank
    (Permission::AccountManage, &[Administrator]),
    (Permission::SiteManage, &[Administrator, Quality]),
    (Permission::SystemManage, &[Administrator]),
    (Permission::EmergencyTake, STAFF),
    (Permission::EmergencyReview, &[Quality, Director]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_and_permission_stands_in_the_table_once() {
        let permissions: std::collections::HashSet<_> =
            TABLE.iter().map(|(permission, _)| permission).collect();
        assert_eq!(permissions.len(), TABLE.len());
        assert_eq!(Permission::all().count(), TABLE.len());
        for role in Role::all() {
            assert_eq!(Role::parse(role.code()), Some(role));
            assert_eq!(role.row().0, role);
            assert!(Permission::all().any(|permission| role.may(permission)), "{role:?}");
        }
        assert_eq!(Role::all().collect::<std::collections::HashSet<_>>().len(), ROLES.len());
    }

    #[test]
    fn readers_only_read() {
        for role in [Inspector, Auditor] {
            for permission in Permission::all().filter(|permission| role.may(*permission)) {
                assert!(permission.code().ends_with("_view"), "{role:?} may {permission:?}");
            }
        }
    }

    #[test]
    fn the_administrator_sees_no_personal_data() {
        for permission in [Permission::PersonOpen, Permission::PersonErase, Permission::PersonEnter] {
            assert!(!Administrator.may(permission));
        }
    }
}
