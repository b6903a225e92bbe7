//! The second half: from the bench to the freezer and into the bank, and every way around it.

use qidai_bank::{Room, Tank, TankClass, TankLimits};

use super::*;

/// Places: where the unit waits, where it is kept.
const WAITS: &str = "QT1-S1-K01-L01-P1";
const KEPT: &str = "RT1-S2-K03-L04-P5";
const HLA: &str =
    "A*11:01+A*24:02^B*15:02+B*40:01^C*07:02+C*08:01^DRB1*11:01+DRB1*12:02^DQB1*03:01+DQB1*03:02";

/// Rooms and tanks, which stood there before.
pub(super) async fn tanks(store: &Store, desk: &Desk) {
    let custodian = Principal::console_as("test", Role::StorageCustodian);
    let acting = desk.acting(&custodian);
    let room = Room { code: "R2".to_owned(), name: "二号库".to_owned(), site: None };
    store.put_room(&room, &acting).await.unwrap();
    for (code, class) in
        [("QT1", TankClass::Quarantine), ("RT1", TankClass::Released), ("XT1", TankClass::Reactive)]
    {
        let tank = Tank {
            code: code.to_owned(),
            room: "R2".to_owned(),
            class,
            sectors: 6,
            racks: 8,
            levels: 15,
            slots: 5,
            limits: TankLimits::default(),
            is_armed: false,
            is_closed: false,
        };
        store.put_tank(&tank, &acting).await.unwrap();
    }
}

fn day(days: i64) -> String {
    (Timestamp::now() + jiff::SignedDuration::from_hours(24 * days)).strftime("%F").to_string()
}

impl Scene {
    /// A lot with its certificate; released by somebody else when it shall be.
    async fn lot(&self, material: &str, lot: &str, days: i64, is_released: bool) -> String {
        let (technologist, quality) = (self.who("T0001"), self.who("Q0001"));
        let until = day(days);
        let fields =
            [("material", material), ("lot", lot), ("name", material), ("expires_on", until.as_str())];
        let made = technologist.create("reagent_lot", &fields).await;
        technologist.attach(&made, "certificate").await;
        if is_released {
            self.refuses("T0001", &made, "release", &[], "permission_missing").await;
            self.refuses("Q0001", &made, "release", &[], "signature_missing").await;
            quality.sign(&made, "approved").await;
            quality.goes(&made, "release", &[]).await;
        }
        number_of(&made).to_owned()
    }

    /// An instrument, calibrated until a day.
    async fn instrument(&self, kind: &str, serial: &str, days: i64) -> String {
        let (technologist, quality) = (self.who("T0001"), self.who("Q0001"));
        let (on, due) = (day(-300), day(days));
        let fields = [
            ("kind", kind),
            ("serial", serial),
            ("name", kind),
            ("calibrated_on", on.as_str()),
            ("calibration_due", due.as_str()),
        ];
        let made = technologist.create("equipment", &fields).await;
        technologist.attach(&made, "certificate").await;
        quality.sign(&made, "approved").await;
        quality.goes(&made, "accept", &[]).await;
        number_of(&made).to_owned()
    }

    /// The batch record, from its beginning to where it waits for review; its address.
    async fn batch(&self) -> String {
        let technologist = self.who("T0001");
        let (bag, dmso) = (
            Box::pin(self.lot("bag_set", "BS-1", 90, true)).await,
            Box::pin(self.lot("dmso", "DM-1", 90, true)).await,
        );
        let freezing = Box::pin(self.lot("freezing_bag", "FB-1", 90, true)).await;
        let (old, waiting) = (
            Box::pin(self.lot("dmso", "DM-0", -1, false)).await,
            Box::pin(self.lot("dmso", "DM-2", 90, false)).await,
        );
        let counter = Box::pin(self.instrument("counter", "XN-1", 60)).await;
        let due = Box::pin(self.instrument("counter", "XN-0", -1)).await;
        // The label of a lot leads to the lot, for people and for programs.
        assert_eq!(
            technologist.visitor.get("/find?number=DM-1").await.header("location"),
            format!("/records/reagent_lot/{dmso}")
        );
        technologist.visitor.get("/api/find?number=XN-1").await.says(&format!("\"number\":\"{counter}\""));
        let begun = ago(1);
        let begin = [("unit", DIN), ("method", "axp"), ("operator", "T0001"), ("begun_at", begun.as_str())];
        let run = technologist.create("processing_run", &begin).await;
        self.refuses("T0001", &run, "finish", &[], "record_field_missing").await;
        let ended = ago(0);
        let mut filled = vec![
            ("ended_at", ended.as_str()),
            ("second", "T0001"),
            ("bag_lot", bag.as_str()),
            ("dmso_lot", old.as_str()),
            ("freezing_bag_lot", freezing.as_str()),
            ("counter", due.as_str()),
            ("product_volume_ul", "25000"),
            ("protectant_volume_ul", "5000"),
        ];
        technologist.amend(&run, &filled).await;
        // The checklist is not complete.
        self.refuses("T0001", &run, "finish", &[], "record_field_missing").await;
        let page = technologist.visitor.get(&format!("{run}/amend")).await;
        page.says("type=\"checkbox\" id=\"f-check_identity\"");
        filled.extend(["area", "identity", "cold", "segments", "samples", "label"].map(
            |point| match point {
                "area" => ("check_area", "done"),
                "identity" => ("check_identity", "done"),
                "cold" => ("check_cold", "done"),
                "segments" => ("check_segments", "done"),
                "samples" => ("check_samples", "done"),
                _ => ("check_label", "done"),
            },
        ));
        technologist.amend(&run, &filled).await;
        technologist.visitor.get(&run).await.says("class=\"check-done\"");
        self.refuses("T0001", &run, "finish", &[], "signature_missing").await;
        // Each thing that was not to be used, one after the other.
        for (field, right, code) in [
            ("second", "T0002", "four_eyes"),
            ("dmso_lot", waiting.as_str(), "lot_expired"),
            ("dmso_lot", dmso.as_str(), "lot_not_released"),
            ("counter", counter.as_str(), "equipment_not_usable"),
        ] {
            technologist.sign(&run, "performed").await;
            self.refuses("T0001", &run, "finish", &[], code).await;
            technologist.amend(&run, &[(field, right)]).await;
            // What was signed is no longer what there is.
            self.refuses("T0001", &run, "finish", &[], "signature_missing").await;
        }
        Box::pin(self.deviation(&run)).await;
        technologist.sign(&run, "performed").await;
        technologist.goes(&run, "finish", &[]).await;
        run
    }

    /// A deviation stops the batch until its nonconformance is closed by somebody else.
    async fn deviation(&self, run: &str) {
        let (technologist, quality) = (self.who("T0001"), self.who("Q0001"));
        let today = day(0);
        let reported = [
            ("title", "separator stopped"),
            ("description", "stopped twice at spin 2"),
            ("detected_on", today.as_str()),
            ("severity", "minor"),
        ];
        let found = technologist.create("nonconformance", &reported).await;
        technologist.goes(run, "deviate", &[("deviation", number_of(&found))]).await;
        self.refuses("T0001", run, "finish", &[], "move_not_allowed").await;
        self.refuses("T0001", run, "resume", &[], "permission_missing").await;
        quality.sign(run, "approved").await;
        self.refuses("Q0001", run, "resume", &[], "deviation_open").await;
        let soon = day(7);
        let assessed = [("severity", "minor"), ("cause", "a bubble in the line"), ("due_on", soon.as_str())];
        quality.goes(&found, "assess", &assessed).await;
        technologist.goes(&found, "correct", &[("action", "line primed again, counts repeated")]).await;
        quality.amend(&found, &[("effectiveness", "recovery as usual")]).await;
        quality.attach(&found, "report").await;
        self.refuses("Q0001", &found, "verify", &[], "signature_missing").await;
        quality.sign(&found, "reviewed").await;
        quality.goes(&found, "verify", &[]).await;
        quality.goes(run, "resume", &[]).await;
    }

    /// The curve of its freezing: refused as it must not be, then kept and judged.
    async fn frozen(&self) {
        let technologist = self.who("T0001");
        let form = technologist.visitor.get(&format!("/storage/runs?bag={DIN}")).await;
        form.says("enctype=\"multipart/form-data\"");
        form.says(DIN);
        let key = technologist.visitor.form_key();
        let started = ago(0);
        let send = async |bags: &str, content: &str| {
            let fields = [
                ("form_key", key.as_str()),
                ("number", "CRF1-0311"),
                ("device", "CRF1"),
                ("bags", bags),
                ("started_at", started.as_str()),
            ];
            technologist.visitor.upload("/storage/runs", &fields, "run.csv", content.as_bytes()).await
        };
        send(DIN, "Time;Chamber (°F);Sample (°F)\n0;40;40").await.says("curve_unit_wrong");
        send("Z990126000002", &curve()).await.says("unit_unknown");
        send("", &curve()).await.says("run_without_bags");
        assert_eq!(Signer::made(&send(DIN, &curve()).await), "/storage/runs/CRF1-0311");
        send(DIN, &curve()).await.says("run_already_there");
        let page = technologist.visitor.get("/storage/runs/CRF1-0311").await;
        page.says("class=\"strip-line\"");
        page.says(DIN);
        let read = self.json("/api/storage/runs/CRF1-0311").await;
        assert_eq!((&read["verdict"], &read["bags"][0]), (&"pass".into(), &DIN.into()), "{read}");
        assert_eq!(
            technologist.visitor.get("/find?number=CRF1-0311").await.header("location"),
            "/storage/runs/CRF1-0311"
        );
        // Whoever keeps the tanks keeps no curves.
        let key = self.who("K0001").visitor.form_key();
        let fields = [("form_key", key.as_str()), ("number", "CRF1-0312"), ("device", "CRF1"), ("bags", DIN)];
        let other = self
            .who("K0001")
            .visitor
            .upload("/api/storage/runs", &fields, "run.csv", curve().as_bytes())
            .await;
        assert_eq!(other.status, StatusCode::FORBIDDEN);
    }

    /// Three scans; a refusal is looked for in the history.
    async fn scans(&self, from: &str, number: &str, to: &str) -> Answer {
        self.who("K0001")
            .visitor
            .post_form("/storage/move", &format!("from={from}&number={number}&to={to}"))
            .await
    }

    async fn no_scan(&self, (from, number, to): (&str, &str, &str), code: &'static str) {
        let answer = self.scans(from, number, to).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}: {}", sentence(&answer));
        answer.says(code);
        self.expected.borrow_mut().push((SUBJECT.to_owned(), code));
    }

    async fn stored(&self) {
        let other = self
            .who("K0001")
            .visitor
            .post_form("/storage/move", "number=P-1&kind=product&to=QT1-S1-K01-L01-P2")
            .await;
        assert_eq!(other.status, StatusCode::SEE_OTHER, "{}", sentence(&other));
        self.no_scan(("", DIN, KEPT), "tank_class_wrong").await;
        self.no_scan(("", DIN, "XT1-S1-K01-L01-P1"), "tank_class_wrong").await;
        self.no_scan(("", DIN, "QT1-S1-K01-L01-P2"), "slot_taken").await;
        self.no_scan((WAITS, DIN, "QT1-S1-K01-L01-P3"), "not_stored").await;
        self.scans("", "Z990126000002", WAITS).await.says("unit_unknown");
        self.scans("", DIN, "QT1-S9-K01-L01-P1").await.says("position_unknown");
        let done = self.scans("", DIN, WAITS).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", sentence(&done));
        self.no_scan(("", DIN, "QT1-S1-K01-L01-P4"), "already_stored").await;
        self.no_scan(("QT1-S1-K01-L01-P3", DIN, "QT1-S1-K01-L01-P4"), "position_differs").await;
        let found = self.json(&format!("/api/find?number={WAITS}")).await;
        assert_eq!(found["things"][0]["kind"], "place", "{found}");
    }

    /// Everything that the profile asks, entered by one; its results, with their ids.
    async fn entered(&self) -> Vec<(String, String)> {
        let technologist = self.who("T0001");
        let negative = [
            "haemoglobinopathy",
            "sterility_aerobic",
            "sterility_anaerobic",
            "sterility_fungal",
            "hbsag",
            "hbv_dna",
            "anti_hcv",
            "hcv_rna",
            "anti_hiv",
            "hiv_rna",
            "syphilis",
            "htlv",
        ];
        let negative: String = negative.map(|code| format!("&{code}=negative")).concat();
        let lab = format!("{UNIT}/lab");
        let before =
            format!("phase=collected&volume_ml=92&abo=O&rhd=positive&hla={}{negative}", escaped(HLA));
        let wrong = technologist.visitor.post_form(&lab, "phase=processed&tnc_total=12,5").await;
        wrong.says("result_decimal_comma");
        Signer::made(&technologist.visitor.post_form(&lab, &before).await);
        let after =
            "phase=processed&tnc_total=1200000000&cd34_total=4080000&viability_percent=97&volume_ml=25";
        Signer::made(&technologist.visitor.post_form(&lab, after).await);
        technologist.visitor.post_form(&lab, after).await.says("result_pending");
        let all = self.json(&format!("/api{UNIT}/results?limit=100")).await;
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        all["items"].as_array().unwrap().iter().map(|one| (text(&one["test"]), text(&one["id"]))).collect()
    }

    async fn review(&self, who: &str, id: &str) -> Answer {
        let signer = if who == "E0001" { &self.everyone } else { self.who(who) };
        signer.visitor.post_form(&format!("/lab/results/{id}"), "review=agree&back=unit").await
    }

    /// Each result looked at by as many as it needs, HLA by one too few.
    async fn reviewed(&self, results: &[(String, String)]) {
        for (test, id) in results {
            assert_eq!(self.review("T0001", id).await.status, StatusCode::FORBIDDEN, "{test}");
            Signer::made(&self.review("R0001", id).await);
            let needs_two = qidai_bank::test(test).unwrap().reviews == 2;
            let again = self.review("R0001", id).await;
            again.says(if needs_two { "four_eyes" } else { "result_not_pending" });
            if needs_two && test != "hla" {
                Signer::made(&self.review("R0002", id).await);
            }
        }
        self.expected.borrow_mut().push((SUBJECT.to_owned(), "four_eyes"));
    }

    async fn decide(&self) {
        let decided =
            self.who("Q0001").visitor.post_form(&format!("{UNIT}/decision"), "profile=cn-public-v1").await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", sentence(&decided));
    }
}

/// A run as it should be: ice forms at −7 °C, a plateau of 4.75 minutes, then 1 °C and 8 °C a minute.
fn curve() -> String {
    let point = |minute: f64| match minute {
        at if at <= 11.0 => 4.0 - at,
        at if at <= 12.0 => -7.0 + 3.0 * (at - 11.0),
        at if at <= 15.75 => -4.0 - 0.8 * (at - 12.0),
        at if at <= 50.0 => -7.0 - (at - 15.75),
        at => -41.25 - 8.0 * (at - 50.0),
    };
    let lines = (0..=228).map(|step| {
        let minute = f64::from(step) / 4.0;
        let sample = point(minute);
        format!("{minute};{:.2};{sample:.2}", sample - 3.0)
    });
    format!("Time (min);Chamber;Sample\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// From the bench into the bank.
pub(super) async fn from_the_bench_into_the_bank(scene: &Scene) {
    let (technologist, custodian) = (scene.who("T0001"), scene.who("K0001"));
    let (quality, director) = (scene.who("Q0001"), scene.who("M0001"));
    scene.refuses("T0001", UNIT, "finish", &[], "record_field_missing").await;
    technologist.visitor.get(UNIT).await.says("/records/processing_run/new?f-unit=Z990126000001");
    let run = Box::pin(scene.batch()).await;
    technologist.goes(UNIT, "finish", &[]).await;
    Box::pin(scene.no_shortcut()).await;

    scene.refuses("K0001", UNIT, "freeze", &[], "record_field_missing").await;
    Box::pin(scene.frozen()).await;
    scene.refuses("K0001", UNIT, "freeze", &[], "record_field_missing").await;
    Box::pin(scene.stored()).await;
    scene.refuses("T0002", UNIT, "freeze", &[], "permission_missing").await;
    custodian.goes(UNIT, "freeze", &[]).await;
    let page = custodian.visitor.get(UNIT).await;
    page.says(WAITS);
    page.says("/storage/runs/CRF1-0311");
    Box::pin(scene.no_shortcut()).await;

    // The laboratory: entered by one, looked at by one or two others.
    let results = Box::pin(scene.entered()).await;
    Box::pin(scene.reviewed(&results)).await;

    // Into the bank: paper, signature, closed batch, decision, all of it.
    scene.refuses("Q0001", UNIT, "bank_public", &[], "document_missing").await;
    technologist.attach(UNIT, "report").await;
    scene.refuses("Q0001", UNIT, "bank_public", &[], "signature_missing").await;
    scene.refuses("Q0001", UNIT, "bank_family", &[], "move_condition_not_met").await;
    quality.sign(UNIT, "approved").await;
    scene.refuses("Q0001", UNIT, "bank_public", &[], "batch_not_closed").await;
    scene.refuses("R0001", &run, "close", &[], "signature_missing").await;
    scene.refuses("T0001", &run, "close", &[], "permission_missing").await;
    let reviewer = scene.who("R0001");
    reviewer.sign(&run, "reviewed").await;
    reviewer.goes(&run, "close", &[]).await;
    scene.refuses("Q0001", UNIT, "bank_public", &[], "decision_missing").await;
    scene.decide().await;
    scene.refuses("Q0001", UNIT, "bank_public", &[], "decision_forbids").await;
    let (_, hla) = results.iter().find(|(test, _)| test == "hla").unwrap();
    Signer::made(&scene.review("R0002", hla).await);
    // What was signed before the typing counted does not cover the unit with it.
    scene.refuses("Q0001", UNIT, "bank_public", &[], "signature_missing").await;
    scene.decide().await;
    director.sign(UNIT, "approved").await;
    Box::pin(scene.no_shortcut()).await;
    director.goes(UNIT, "bank_public", &[]).await;
    Box::pin(scene.no_shortcut()).await;

    // Released, it leaves the place where it waited.
    scene.no_scan((WAITS, DIN, "QT1-S1-K01-L02-P1"), "tank_class_wrong").await;
    let moved = scene.scans(WAITS, DIN, KEPT).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", sentence(&moved));
    let life = scene.json(&format!("/api{UNIT}/life")).await;
    assert_eq!(life["state"], "available");
    custodian.visitor.get(UNIT).await.says(KEPT);
}
