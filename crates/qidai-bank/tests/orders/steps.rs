//! The steps of an order, as the people of the stories make them.

use qidai_bank::{
    BankError, Decision, DocumentClass, Meaning, NewResult, Phase, Principal, Record, ResultSource, Review,
    Role, profile, test,
};

use crate::scene::{Scene, code, somebody};
use crate::support::{HLA, din};

/// The steps of an order.
impl Scene {
    /// An order of the centre that was taken up.
    pub(crate) async fn ordered(&self, unit: u32, changed: &[(&str, &str)]) -> Record {
        let din = din(unit).written();
        let mut fields = vec![
            ("institution", "INST-2026-0001"),
            ("purpose", "allogeneic"),
            ("patient", "PAT-2026-0001"),
            ("requester", "domestic"),
            ("line", "primary"),
            ("unit", din.as_str()),
        ];
        fields.retain(|(code, _)| !changed.iter().any(|(known, _)| known == code));
        fields.extend(changed);
        self.create("order", &fields, &somebody(Role::TransplantCentre)).await.expect("an order")
    }

    /// Submits, takes up, signs and reserves.
    pub(crate) async fn try_to_reserve(&mut self, order: Record, until: &str) -> Result<Record, BankError> {
        let order = self.go(&order, "submit", &[], &somebody(Role::TransplantCentre)).await?;
        let order = self.go(&order, "take_up", &[], &somebody(Role::SearchCoordinator)).await?;
        self.sign(&order, Meaning::Reviewed, "M0001").await;
        // What is given with the move is signed as it was before.
        self.go(&order, "reserve", &[("reserved_until", until)], &self.medical()).await
    }

    pub(crate) async fn reserved(&mut self, unit: u32, changed: &[(&str, &str)]) -> Record {
        let order = self.ordered(unit, changed).await;
        self.try_to_reserve(order, "2026-03-20").await.expect("reserved")
    }

    /// All taken up and signed, so that only the reservation is left.
    pub(crate) async fn signed_all(&mut self, orders: Vec<Record>) -> Vec<Record> {
        let mut signed = Vec::new();
        for order in orders {
            let order =
                self.go(&order, "submit", &[], &somebody(Role::TransplantCentre)).await.expect("submitted");
            let order =
                self.go(&order, "take_up", &[], &somebody(Role::SearchCoordinator)).await.expect("taken up");
            self.sign(&order, Meaning::Reviewed, "M0001").await;
            signed.push(order);
        }
        signed
    }

    async fn result(&self, unit: u32, (code, phase, value): (&str, Option<Phase>, &str)) {
        let (unit, test) = (din(unit), test(code).expect(code));
        let new = NewResult {
            unit: &unit,
            test,
            phase,
            written: value,
            written_unit: None,
            method: Some("AN-1"),
            measured_at: None,
            source: ResultSource::Form,
            message: None,
        };
        let technologist = somebody(Role::Technologist);
        let entered = self.store.enter_result(&new, &self.acting(&technologist)).await.expect(code);
        for reviewer in ["wang", "zhao"].iter().take(usize::from(test.reviews)) {
            let reviewer = Principal::console_as(reviewer, Role::Reviewer);
            self.store.review_result(&entered.id, Review::Agree, &self.acting(&reviewer)).await.expect(code);
        }
    }

    /// The re-check of an order, with its identity looked at.
    pub(crate) async fn tested(&mut self, order: &Record, unit: u32, viability: &str) -> Record {
        let (din, technologist) = (din(unit).written(), somebody(Role::Technologist));
        self.unit_go(unit, "test", Role::Technologist).await.expect("being tested");
        let part = [("unit", din.as_str()), ("kind", "segment"), ("suffix", "S01")];
        let part = self.create("part", &part, &technologist).await.expect("a segment");
        let used = [("used_for", "re-check")];
        self.go(&part, "use", &used, &technologist).await.expect("used");
        let fields = [("order", order.number.as_str()), ("unit", din.as_str())];
        let recheck = self.create("recheck", &fields, &technologist).await.expect("begun");
        let looked = [
            ("segment", part.number.as_str()),
            ("thawed_at", "2026-03-02T01:00:00Z"),
            ("eligibility", "acceptable"),
        ];
        let reviewer = self.person("R0001");
        self.sign(&recheck, Meaning::Reviewed, "R0001").await;
        assert_eq!(code(self.go(&recheck, "identify", &looked, &reviewer).await), "recheck_typing_missing");
        let thawed = Some(Phase::PostThaw);
        for result in [
            ("hla", None, HLA),
            ("cd34_viability_percent", thawed, viability),
            ("cd45_viability_percent", thawed, "78"),
            ("cfu_gm_total", thawed, "1200000"),
        ] {
            self.result(unit, result).await;
        }
        assert_eq!(code(self.go(&recheck, "identify", &looked, &reviewer).await), "recheck_not_compared");
        let found = [("identity", "confirmed"), ("identity_loci", "A = | =")];
        self.go_found(&recheck, ("identify", &looked), &found, &reviewer).await.expect("looked at")
    }

    pub(crate) async fn decide(&self, unit: u32) -> Decision {
        let (quality, profile) = (self.quality(), profile("release-fact").expect("a profile"));
        self.store.decide_unit(&din(unit), profile, &self.acting(&quality)).await.expect("decided")
    }

    /// Both offices release.
    pub(crate) async fn released(&mut self, recheck: Record, unit: u32) -> Record {
        let decision = self.decide(unit).await;
        assert_eq!(decision.evaluation.outcome.code(), "accepted", "{:?}", decision.evaluation);
        self.sign(&recheck, Meaning::Released, "M0001").await;
        let recheck = self.go(&recheck, "release_medical", &[], &self.medical()).await.expect("released");
        assert_eq!(
            code(self.go(&recheck, "release_quality", &[], &self.medical()).await),
            "permission_missing"
        );
        self.sign(&recheck, Meaning::Released, "Q0001").await;
        self.go(&recheck, "release_quality", &[], &self.quality()).await.expect("passed")
    }

    pub(crate) async fn approve_unit(&mut self, unit: u32) {
        let life = self.store.unit_life(&din(unit)).await.expect("read").expect("known");
        self.sign(&life, Meaning::Released, "Q0001").await;
        self.unit_go(unit, "approve", Role::Quality).await.expect("approved");
    }

    pub(crate) async fn except_unit(&mut self, unit: u32) {
        let life = self.store.unit_life(&din(unit)).await.expect("read").expect("known");
        self.sign(&life, Meaning::Released, "Q0001").await;
        self.unit_go(unit, "except", Role::Quality).await.expect("excepted");
    }

    /// Investigated, accepted in writing, and proposed by the medical director.
    pub(crate) async fn excepting(&mut self, failed: Record) -> Record {
        let quality = self.quality();
        let fields = [
            ("title", "低活率"),
            ("description", "CD34 活率 61 %"),
            ("detected_on", "2026-03-02"),
            ("severity", "major"),
        ];
        let found = self.create("nonconformance", &fields, &quality).await.expect("raised");
        let fields = [
            ("investigation", found.number.as_str()),
            ("accepted_by", "血液科 主任医师"),
            ("accepted_on", "2026-03-02"),
        ];
        let (medical, failed) = (self.medical(), failed);
        assert_eq!(code(self.go(&failed, "except_medical", &fields, &medical).await), "document_missing");
        let failed = self.attach(&failed, DocumentClass::Report, &quality).await;
        let failed = self.attach(&failed, DocumentClass::Letter, &quality).await;
        self.sign(&failed, Meaning::Released, "M0001").await;
        assert_eq!(code(self.go(&failed, "except_medical", &fields, &medical).await), "investigation_open");
        let assessed = [("cause", "冻存过程"), ("due_on", "2026-04-01"), ("severity", "major")];
        let found = self.go(&found, "assess", &assessed, &quality).await.expect("assessed");
        self.go(&found, "correct", &[("action", "告知临床")], &quality).await.expect("corrected");
        self.go(&failed, "except_medical", &fields, &medical).await.expect("proposed")
    }

    pub(crate) async fn scheduled(&self, order: &Record) -> Record {
        let coordinator = somebody(Role::SearchCoordinator);
        let order = self.attach(order, DocumentClass::Letter, &coordinator).await;
        let fields = [
            ("prescription", "RX-1"),
            ("conditioning_confirmed_on", "2026-03-02"),
            ("infusion_planned_on", "2026-03-04"),
        ];
        self.go(&order, "schedule", &fields, &coordinator).await.expect("scheduled")
    }

    /// A charged vessel that holds so many hours, and a shipment for it.
    async fn planned(&mut self, order: &Record, unit: u32, hold_hours: &str) -> (Record, Record) {
        let (custodian, coordinator) = (self.person("C0001"), somebody(Role::SearchCoordinator));
        let serial = format!("SN-{hold_hours}");
        let vessel = [("serial", serial.as_str()), ("model", "CX500")];
        let vessel = self.create("dry_shipper", &vessel, &custodian).await.expect("a vessel");
        let vessel = self.attach(&vessel, DocumentClass::Report, &custodian).await;
        let held = [("hold_hours", hold_hours), ("qualified_until", "2026-12-31")];
        self.sign(&vessel, Meaning::Approved, "Q0001").await;
        let vessel = self.go(&vessel, "qualify", &held, &self.quality()).await.expect("qualified");
        let full = [
            ("charged_at", "2026-03-02T01:00:00Z"),
            ("empty_weight_g", "12000"),
            ("charged_weight_g", "21000"),
        ];
        let vessel = self.go(&vessel, "charge", &full, &custodian).await.expect("charged");
        let din = din(unit).written();
        let mut fields =
            vec![("order", order.number.as_str()), ("unit", din.as_str()), ("planned_hours", "24")];
        fields.extend(&self.escort);
        let shipment = self.create("shipment", &fields, &coordinator).await.expect("planned");
        self.sign(&shipment, Meaning::Performed, "C0001").await;
        (vessel, shipment)
    }

    /// What stands in the way at the tank.
    pub(crate) async fn compare(
        &mut self,
        order: &Record,
        unit: u32,
        [bag, list]: [&str; 2],
        hold_hours: &str,
    ) -> &'static str {
        let (vessel, shipment) = self.planned(order, unit, hold_hours).await;
        let fields = [("scan_bag", bag), ("scan_order", list), ("shipper", vessel.number.as_str())];
        code(self.go(&shipment, "identify", &fields, &self.person("C0001")).await)
    }

    /// Two people have compared.
    pub(crate) async fn compared(&mut self, order: &Record, unit: u32, [bag, list]: [&str; 2]) -> Record {
        let (vessel, shipment) = self.planned(order, unit, "240").await;
        let fields = [("scan_bag", bag), ("scan_order", list), ("shipper", vessel.number.as_str())];
        let one = self.person("C0001");
        let shipment = self.go(&shipment, "identify", &fields, &one).await.expect("compared");
        let sealed = [("logger", "L-9"), ("seal", "S-4711")];
        assert_eq!(code(self.go(&shipment, "witness", &sealed, &one).await), "four_eyes");
        self.sign(&shipment, Meaning::Witnessed, "C0002").await;
        self.go(&shipment, "witness", &sealed, &self.person("C0002")).await.expect("compared twice")
    }

    /// Departed, with its report ready to be delivered.
    pub(crate) async fn departed(&self, shipment: Record) -> Record {
        let coordinator = somebody(Role::SearchCoordinator);
        let shipment = self.attach(&shipment, DocumentClass::Letter, &coordinator).await;
        let gone = [("departed_at", "2026-03-02T02:00:00Z")];
        let shipment = self.go(&shipment, "depart", &gone, &coordinator).await.expect("departed");
        self.attach(&shipment, DocumentClass::Report, &coordinator).await
    }

    pub(crate) async fn deliver(&self, shipment: &Record) -> Result<Record, BankError> {
        let there = [("delivered_at", "2026-03-02T02:30:00Z")];
        self.go(shipment, "deliver", &there, &somebody(Role::SearchCoordinator)).await
    }

    /// Departed and delivered.
    pub(crate) async fn sent(&self, shipment: Record) -> Record {
        let shipment = self.departed(shipment).await;
        self.deliver(&shipment).await.expect("delivered")
    }

    /// From the order to the tank: everything that is needed before a unit departs.
    pub(crate) async fn ready(&mut self, unit: u32) -> (Record, Record) {
        let order = self.reserved(unit, &[]).await;
        let recheck = self.tested(&order, unit, "92").await;
        self.released(recheck, unit).await;
        self.approve_unit(unit).await;
        let order = self.scheduled(&order).await;
        let label = din(unit).value;
        let shipment = self.compared(&order, unit, [&label, &label]).await;
        self.unit_go(unit, "retrieve", Role::StorageCustodian).await.expect("taken out");
        (order, shipment)
    }
}
