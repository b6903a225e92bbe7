//! What can be allowed. Who is allowed stands in [`crate::role::TABLE`].

macro_rules! permissions {
    ($($name:ident $code:literal $zh:literal $en:literal)*) => {
        /// One kind of action.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $(#[doc = $en] $name,)* }

        impl Permission {
            /// All of them, in the order of the documents.
            pub fn all() -> impl Iterator<Item = Permission> {
                [$(Permission::$name),*].into_iter()
            }

            /// As in refusals, scopes of tokens and the API.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// 中文, English.
            pub fn labels(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($zh, $en),)* }
            }
        }
    };
}

permissions! {
    UnitView "unit_view" "查看脐血单位" "see units"
    UnitEnter "unit_enter" "登记脐血单位" "enter and correct units"
    UnitMove "unit_move" "变更单位状态" "move a unit to its next state"
    CollectionRecord "collection_record" "记录采集" "record collections"
    ProcessingRecord "processing_record" "记录制备" "record processing"
    TestRecord "test_record" "记录检测" "record test results"
    TestReview "test_review" "复核检测" "review test results"
    StorageMove "storage_move" "入库移库出库" "put into storage, relocate, take out"
    UnitAccept "unit_accept" "合格判定" "decide on acceptance"
    UnitRelease "unit_release" "放行" "release for issue"
    PatientView "patient_view" "查看患者与检索申请" "see patients and search requests"
    MedicalDecide "medical_decide" "医学审核与医学放行" "agree to orders and release, medically"
    QualityRelease "quality_release" "质量放行" "release, for quality"
    SearchRun "search_run" "检索配型" "search for a patient"
    UnitReserve "unit_reserve" "预留" "reserve units"
    OrderManage "order_manage" "管理申请单" "manage orders"
    OrderPlace "order_place" "提交申请单" "place orders"
    ShipmentManage "shipment_manage" "管理运输" "manage shipments"
    OutcomeReport "outcome_report" "报告移植结果" "report outcomes"
    PersonEnter "person_enter" "登记个人信息" "enter people"
    PersonOpen "person_open" "查看个人信息" "open people's data for a purpose"
    PersonErase "person_erase" "删除个人信息" "erase people's data"
    OwnFileView "own_file_view" "查看本人档案" "see one's own file"
    DocumentView "document_view" "查看受控文件" "see controlled documents"
    DocumentApprove "document_approve" "批准受控文件" "approve controlled documents"
    NonconformityReport "nonconformity_report" "报告不符合项" "report nonconformities"
    NonconformityManage "nonconformity_manage" "处理不符合项" "manage nonconformities"
    RegisterView "register_view" "查看登记册" "see registers"
    InstitutionManage "institution_manage" "登记合作机构" "enter partner institutions"
    InstitutionApprove "institution_approve" "审批合作机构" "approve partner institutions"
    AuthorisationManage "authorisation_manage" "登记授权" "enter authorisations"
    AuthorisationGrant "authorisation_grant" "批准授权" "grant authorisations"
    LicenceManage "licence_manage" "管理许可证" "manage licences"
    RecordSign "record_sign" "电子签名" "sign records"
    FundManage "fund_manage" "管理救助基金" "manage relief fund cases"
    FundDecide "fund_decide" "审批资助" "decide on grants"
    ClaimManage "claim_manage" "管理理赔" "manage claims"
    ClaimDecide "claim_decide" "审批理赔" "decide on claims"
    ResearchManage "research_manage" "管理科研项目" "manage research projects"
    OutreachManage "outreach_manage" "管理公益科普" "manage outreach"
    FigureView "figure_view" "查看统计" "see figures"
    FigureRelease "figure_release" "发布统计" "release figures"
    HistoryView "history_view" "查看历史" "see the history"
    AccessLogView "access_log_view" "查看访问记录" "see who opened whose data"
    AccountManage "account_manage" "管理账户" "manage accounts"
    SiteManage "site_manage" "管理站点" "manage sites"
    SystemManage "system_manage" "管理系统与密钥" "manage settings, keys and tokens"
    EmergencyTake "emergency_take" "紧急授权" "take a role in an emergency"
    EmergencyReview "emergency_review" "复核紧急授权" "review emergencies"
}

impl Permission {
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|permission| permission.code() == code)
    }
}
