//! Why somebody's data may be opened, by whom, and whose: one table.

use super::PersonKind;
use crate::Role;
use PersonKind::{FamilyMember, Infant, Mother, Patient, Staff};
use Role::{
    Claims, Collection, Director, Fund, MedicalDirector, Quality, Reviewer, SearchCoordinator, Technologist,
    TransplantCentre,
};

/// The purpose for which data are opened (PIPL articles 6 and 28: a specific purpose, and no more than it needs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Consent, collection, questions about the mother's and the infant's health.
    CollectionCare,
    /// Contract, storage and notices for a depositor.
    DepositorService,
    /// Search, order, dossier.
    PatientCare,
    /// After transplantation.
    FollowUp,
    ClaimHandling,
    FundHandling,
    /// Look-back, recall, complaint, confirmation of an identity.
    QualityInvestigation,
    /// The person asks for a copy, a correction or erasure (PIPL articles 44 to 47).
    DataSubjectRequest,
    /// An authority asks in writing.
    LegalRequest,
    /// Compare a result with what the analyser or the file said.
    LaboratoryWork,
}

/// Purpose, code, 中文, English, whose data, opened by which roles.
type Row = (Purpose, &'static str, &'static str, &'static str, &'static [PersonKind], &'static [Role]);

/// What does not stand here is not opened.
const PURPOSES: [Row; 10] = [
    (
        Purpose::CollectionCare,
        "collection_care",
        "采集与健康随访",
        "collection care",
        &[Mother, Infant],
        &[Collection, Reviewer, MedicalDirector],
    ),
    (
        Purpose::DepositorService,
        "depositor_service",
        "储户服务",
        "depositor service",
        &[Mother, Infant, FamilyMember],
        &[Collection, SearchCoordinator],
    ),
    (
        Purpose::PatientCare,
        "patient_care",
        "患者检索与用血",
        "patient care",
        &[Patient],
        &[SearchCoordinator, MedicalDirector, TransplantCentre],
    ),
    (
        Purpose::FollowUp,
        "follow_up",
        "移植随访",
        "follow-up",
        &[Patient, Infant],
        &[SearchCoordinator, MedicalDirector, TransplantCentre],
    ),
    (
        Purpose::ClaimHandling,
        "claim_handling",
        "理赔",
        "claim handling",
        &[Mother, Infant, FamilyMember],
        &[Claims],
    ),
    (Purpose::FundHandling, "fund_handling", "救助", "fund handling", &[Patient, FamilyMember], &[Fund]),
    (
        Purpose::QualityInvestigation,
        "quality_investigation",
        "质量调查",
        "quality investigation",
        &[Mother, Infant, Patient, FamilyMember, Staff],
        &[Quality, MedicalDirector],
    ),
    (
        Purpose::DataSubjectRequest,
        "data_subject_request",
        "个人权利请求",
        "request of the person",
        &[Mother, Infant, Patient, FamilyMember, Staff],
        &[Quality],
    ),
    (
        Purpose::LegalRequest,
        "legal_request",
        "司法或行政要求",
        "request of an authority",
        &[Mother, Infant, Patient, FamilyMember, Staff],
        &[Director],
    ),
    (
        Purpose::LaboratoryWork,
        "laboratory_work",
        "检验工作",
        "laboratory work",
        &[],
        &[Technologist, Reviewer, MedicalDirector],
    ),
];

impl Purpose {
    pub fn all() -> impl Iterator<Item = Purpose> {
        PURPOSES.into_iter().map(|(purpose, ..)| purpose)
    }

    fn row(self) -> Row {
        // Every purpose has its row: a test walks them.
        PURPOSES.into_iter().find(|(purpose, ..)| *purpose == self).unwrap_or(PURPOSES[0])
    }

    /// As in the access log.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// 中文, English.
    pub fn labels(self) -> (&'static str, &'static str) {
        (self.row().2, self.row().3)
    }

    /// The purposes for which persons are opened; the others are for what the laboratory received.
    pub fn for_persons() -> impl Iterator<Item = Purpose> {
        Self::all().filter(|purpose| !purpose.kinds().is_empty())
    }

    pub fn parse(code: &str) -> Option<Self> {
        PURPOSES.into_iter().find(|(_, known, ..)| *known == code).map(|(purpose, ..)| purpose)
    }

    /// Whose data the purpose can need.
    pub fn kinds(self) -> &'static [PersonKind] {
        self.row().4
    }

    /// The roles that work for the purpose.
    pub fn roles(self) -> &'static [Role] {
        self.row().5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    #[test]
    fn every_purpose_is_opened_by_roles_that_may_open_persons() {
        for purpose in Purpose::all() {
            assert_eq!(Purpose::parse(purpose.code()), Some(purpose));
            assert_eq!(purpose.row().0, purpose);
            for role in purpose.roles().iter().filter(|_| !purpose.kinds().is_empty()) {
                assert!(role.may(Permission::PersonOpen), "{role:?} for {purpose:?}");
            }
        }
        let openers = Role::all().filter(|role| role.may(Permission::PersonOpen));
        for role in openers {
            assert!(
                Purpose::for_persons().any(|purpose| purpose.roles().contains(&role)),
                "{role:?} has no purpose"
            );
        }
    }
}
