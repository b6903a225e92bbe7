//! One unit from its kit to its place in the bank, through the pages, with every signature; and its mirror, which tries
//! every shortcut at every step and finds the refusals in the history.

use qidai_bank::{Acting, Proof, Site, SiteKind, TotpSecret, workflow};

use super::*;

mod evaluated;
mod freezer;
#[path = "../../../tests/support/postgres.rs"]
mod postgres;

const DIN: &str = "Z990126000001W";
const UNIT: &str = "/units/din/Z990126000001";
const SUBJECT: &str = "unit/din/Z990126000001";
const STAFF: [(&str, &[Role]); 8] = [
    ("C0001", &[Role::Collection]),
    ("T0001", &[Role::Technologist]),
    ("T0002", &[Role::Technologist]),
    ("Q0001", &[Role::Quality]),
    ("M0001", &[Role::MedicalDirector, Role::Director]),
    ("K0001", &[Role::StorageCustodian]),
    ("R0001", &[Role::Reviewer]),
    ("R0002", &[Role::Reviewer]),
];

/// Somebody who can sign: certified, with an app that makes codes.
struct Signer {
    visitor: Visitor,
    secret: TotpSecret,
}

struct Scene {
    served: Arc<Served>,
    staff: Vec<(&'static str, Signer)>,
    /// Somebody who may do everything, and finds that the rules hold for them too.
    everyone: Signer,
    refused: std::cell::Cell<usize>,
    /// What was refused, and is found in the history: subject and code.
    expected: std::cell::RefCell<Vec<(String, &'static str)>>,
}

impl Served {
    async fn at(store: Store) -> Arc<Served> {
        let key = MasterKey::new(&RandomSource::seeded(1)).unwrap();
        let desk = Desk::new(store, KeyRing::new(key, Vec::new())).await.unwrap();
        let state = AppState::new(Arc::new(catalogue()), Lang::En, desk, Budgets::default());
        Arc::new(Served { routes: app(state.clone()), state })
    }

    /// Signed in two minutes ago, certified one minute ago: each code is used once.
    async fn signer(self: &Arc<Self>, number: &str, roles: &[Role]) -> Signer {
        let desk = self.state.desk();
        let console = Principal::console("test");
        let grants: Vec<Grant> = roles.iter().map(|role| Grant::everywhere(*role)).collect();
        let before = |seconds: i64| Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
        let acting = Acting { now: before(130), ..desk.acting(&console) };
        let (_, link) = desk.store.add_account(number, &grants, &acting).await.unwrap();
        let (then, secret) = (before(120), desk.keys.new_second_factor(&link));
        let code = secret.code(then);
        let chosen = NewCredential { password: PASSWORD, code: Some(&code) };
        let signed_in = desk.store.use_link(&link, chosen, &desk.keys, then, desk.sources()).await.unwrap();
        let then = before(60);
        let code = secret.code(then);
        let proof = Proof { session: &signed_in.token, password: PASSWORD, code: Some(&code) };
        let acting = Acting { now: then, ..desk.acting(&signed_in.session.principal) };
        desk.store.certify_signer(proof, &desk.keys, &acting).await.unwrap();
        let visitor =
            Visitor { served: OnceCell::new_with(Some(Arc::clone(self))), token: Some(signed_in.token) };
        Signer { visitor, secret }
    }
}

fn between<'t>(text: &'t str, front: &str) -> &'t str {
    text.split(front).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    crate::pages::escaped(text)
}

impl Signer {
    #[track_caller]
    fn made(answer: &Answer) -> String {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", sentence(answer));
        answer.header("location").to_owned()
    }

    async fn create(&self, kind: &str, fields: &[(&str, &str)]) -> String {
        let form: Vec<String> = fields
            .iter()
            .map(|(name, value)| {
                let front = if *name == "site" { "" } else { "f-" };
                format!("{front}{name}={}", escaped(value))
            })
            .collect();
        Self::made(&self.visitor.post_form(&format!("/records/{kind}/new"), &form.join("&")).await)
    }

    /// Makes a move from the page, with the version that it shows.
    async fn go(&self, address: &str, step: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.visitor.get(address).await;
        let version = between(&page.text, "name=\"version\" value=\"").to_owned();
        let fields: String =
            fields.iter().map(|(name, value)| format!("&f-{name}={}", escaped(value))).collect();
        let form = format!("step={step}&version={version}&reason=as+the+story+goes{fields}");
        self.visitor.post_form(&format!("{address}/move"), &form).await
    }

    async fn goes(&self, address: &str, step: &str, fields: &[(&str, &str)]) {
        let answer = self.go(address, step, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{step}: {}", sentence(&answer));
    }

    /// Changes some fields of a record from its form.
    async fn amend(&self, address: &str, fields: &[(&str, &str)]) {
        let page = self.visitor.get(&format!("{address}/amend")).await;
        let version = between(&page.text, "name=\"version\" value=\"");
        let fields: String =
            fields.iter().map(|(name, value)| format!("&f-{name}={}", escaped(value))).collect();
        let form = format!("version={version}&reason=as+the+story+goes{fields}");
        Self::made(&self.visitor.post_form(&format!("{address}/amend"), &form).await);
    }

    async fn sign(&self, address: &str, meaning: &str) {
        let page = self.visitor.get(address).await;
        let digest = between(&page.text, "name=\"digest\" value=\"");
        assert!(!digest.is_empty(), "nothing to sign at {address}");
        let code = self.secret.code(Timestamp::now());
        let form = format!("meaning={meaning}&digest={digest}&password={}&code={code}", escaped(PASSWORD));
        let first = self.visitor.post_form(&format!("{address}/sign"), &form).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", sentence(&first));
    }

    async fn attach(&self, address: &str, class: &str) {
        let subject = address.trim_start_matches("/records/").trim_start_matches('/');
        let subject = subject.replacen("units/", "unit/", 1);
        let key = self.visitor.form_key();
        let fields = [("form_key", key.as_str()), ("subject", subject.as_str()), ("class", class)];
        let sent = self.visitor.upload("/documents", &fields, "paper.txt", class.as_bytes()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{address} {class}: {}", sentence(&sent));
    }
}

/// What a page says about a refusal.
fn sentence(answer: &Answer) -> String {
    let at = answer.text.find("class=\"code\"").or_else(|| answer.text.find("role=\"alert\""));
    let from = at.map_or(0, |at| at.saturating_sub(500));
    let text: String = answer
        .text
        .chars()
        .skip(answer.text[..answer.text.floor_char_boundary(from)].chars().count())
        .take(900)
        .collect();
    format!("{}: {text}", answer.status)
}

fn ago(hours: i64) -> String {
    (Timestamp::now() - jiff::SignedDuration::from_hours(hours)).to_string()
}

fn number_of(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

impl Scene {
    async fn at(store: Store) -> Scene {
        let served = Served::at(store).await;
        let desk = served.state.desk();
        let console = Principal::console("test");
        let site = Site {
            code: "jinan".to_owned(),
            name: "济南妇幼".to_owned(),
            kind: SiteKind::CollectionHospital,
            uscc: None,
            active: true,
        };
        desk.store.put_site(&site, &desk.acting(&console)).await.unwrap();
        freezer::tanks(&desk.store, desk).await;
        let mut staff = Vec::new();
        for (number, roles) in STAFF {
            staff.push((number, served.signer(number, roles).await));
        }
        let everyone = served.signer("E0001", &Role::all().collect::<Vec<_>>()).await;
        Scene {
            served,
            staff,
            everyone,
            refused: std::cell::Cell::new(0),
            expected: std::cell::RefCell::default(),
        }
    }

    fn who(&self, number: &str) -> &Signer {
        self.staff.iter().find(|(known, _)| *known == number).map(|(_, signer)| signer).unwrap()
    }

    async fn json(&self, address: &str) -> serde_json::Value {
        let answer = self.everyone.visitor.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    /// A shortcut that is refused with this code, and found in the history where it is an attempt to break a rule.
    async fn refuses(
        &self,
        who: &str,
        address: &str,
        step: &str,
        fields: &[(&str, &str)],
        code: &'static str,
    ) {
        let answer = Box::pin(self.who(who).go(address, step, fields)).await;
        assert!(answer.status.is_client_error(), "{who} {step} {address}: {}", answer.status);
        assert!(answer.text.contains(code), "{who} {step} {address}, not {code}: {}", sentence(&answer));
        // A form that is not yet filled in is no attempt.
        if code != "record_field_missing" {
            let subject = address.trim_start_matches("/records/").trim_start_matches('/');
            self.expected.borrow_mut().push((subject.replacen("units/", "unit/", 1), code));
        }
    }

    /// The mirror: every move that this state does not have, and every one that something stands in the way of.
    async fn no_shortcut(&self) {
        let page = self.everyone.visitor.get("/api/units/din/Z990126000001/life").await;
        let life: serde_json::Value = serde_json::from_str(&page.text).unwrap();
        let state = life["state"].as_str().unwrap().to_owned();
        let unit = workflow::known("unit").unwrap();
        for step in &unit.steps {
            let offered = life["moves"].as_array().unwrap().iter().find(|one| one["move"] == step.code);
            let blocked = offered.is_none_or(|one| !one["obstacles"].as_array().unwrap().is_empty());
            // What may be done now is done by the story, or would end it.
            if !blocked {
                continue;
            }
            let answer = self.everyone.go(UNIT, step.code, &[]).await;
            assert!(answer.status.is_client_error(), "{} from {state}: {}", step.code, answer.status);
            let expected = if step.from.contains(&state.as_str()) { "" } else { "move_not_allowed" };
            assert!(answer.text.contains(expected), "{} from {state}: {}", step.code, sentence(&answer));
            // A form that is not yet filled in is no attempt to break a rule.
            if !answer.text.contains("record_field_missing") || expected == "move_not_allowed" {
                self.refused.set(self.refused.get() + 1);
            }
        }
        let still = self.everyone.visitor.get("/api/units/din/Z990126000001/life").await;
        assert_eq!(serde_json::from_str::<serde_json::Value>(&still.text).unwrap()["state"], state.as_str());
    }

    /// Hospital, contract, collector and form: what there is before the first mother comes.
    async fn network(&self) -> (String, String) {
        let (midwife, quality, director) = (self.who("C0001"), self.who("Q0001"), self.who("M0001"));
        let hospital = [("name", "济南妇幼"), ("kind", "hospital"), ("uscc", "91350100M000100Y43")];
        let hospital = quality.create("institution", &hospital).await;
        let contract = [
            ("site", "jinan"),
            ("hospital", number_of(&hospital)),
            ("contract_number", "HT-1"),
            ("in_province", "true"),
            ("valid_from", "2026-01-01"),
        ];
        let contract = quality.create("site_contract", &contract).await;
        quality.attach(&contract, "contract").await;
        let day = (Timestamp::now() + jiff::SignedDuration::from_hours(24 * 300)).strftime("%F").to_string();
        let version = between(
            &quality.visitor.get(&format!("{contract}/amend")).await.text,
            "name=\"version\" value=\"",
        )
        .to_owned();
        let whole = format!(
            "version={version}&site=jinan&f-hospital={}&f-contract_number=HT-1&f-in_province=true&f-valid_from=2026-01-01&f-valid_until={day}",
            number_of(&hospital)
        );
        Signer::made(&quality.visitor.post_form(&format!("{contract}/amend"), &whole).await);
        director.sign(&contract, "approved").await;
        director.goes(&contract, "put_in_force", &[]).await;
        let collector = [
            ("site", "jinan"),
            ("certificate_number", "SG-7"),
            ("trained_on", "2026-01-05"),
            ("valid_until", &day),
        ];
        let collector = midwife.create("collector", &collector).await;
        midwife.attach(&collector, "certificate").await;
        quality.sign(&collector, "approved").await;
        quality.goes(&collector, "certify", &[]).await;
        let form = [
            ("form_version", "V3"),
            ("language", "zh"),
            ("offers_donate", "true"),
            ("offers_family", "true"),
            ("offers_research", "true"),
            ("offers_recontact", "true"),
            ("offers_genetic", "false"),
            ("offers_export", "false"),
            ("approval", "卫医 2026-9"),
            ("in_force_from", "2026-01-01"),
        ];
        let form = quality.create("consent_form", &form).await;
        quality.attach(&form, "consent").await;
        director.sign(&form, "approved").await;
        director.goes(&form, "put_in_force", &[]).await;
        (number_of(&collector).to_owned(), number_of(&form).to_owned())
    }

    /// The practice licence, which has run out; its address.
    async fn lapsed_licence(&self) -> String {
        let quality = self.who("Q0001");
        let until = (Timestamp::now() - jiff::SignedDuration::from_hours(48)).strftime("%F").to_string();
        let fields = [
            ("kind", "blood_station"),
            ("licence_number", "BS-37"),
            ("authority", "卫健委"),
            ("valid_until", until.as_str()),
        ];
        let licence = quality.create("licence", &fields).await;
        quality.attach(&licence, "certificate").await;
        quality.goes(&licence, "activate", &[]).await;
        quality.goes(&licence, "prepare", &[]).await;
        licence
    }

    /// Whoever's certificate has run out; the number.
    async fn former_collector(&self) -> String {
        let (midwife, quality) = (self.who("C0001"), self.who("Q0001"));
        let until = (Timestamp::now() - jiff::SignedDuration::from_hours(48)).strftime("%F").to_string();
        let fields = [
            ("site", "jinan"),
            ("certificate_number", "SG-1"),
            ("trained_on", "2024-01-05"),
            ("valid_until", until.as_str()),
        ];
        let collector = midwife.create("collector", &fields).await;
        midwife.attach(&collector, "certificate").await;
        self.refuses("C0001", &collector, "certify", &[], "permission_missing").await;
        quality.sign(&collector, "approved").await;
        quality.goes(&collector, "certify", &[]).await;
        number_of(&collector).to_owned()
    }

    async fn consent(&self, unit: &str, form: &str, mother: &str, research: &str) -> String {
        let fields = [
            ("unit", unit),
            ("mother", mother),
            ("form", form),
            ("signer", "mother"),
            ("donate", "true"),
            ("family", "false"),
            ("research", research),
            ("recontact", "true"),
            ("genetic", "false"),
            ("export", "false"),
            ("signed_at", &ago(5)),
            ("born_on", &ago(3)[..10]),
        ];
        self.who("C0001").create("consent", &fields).await
    }
}

/// Every question of the rule set, answered so that it passes.
fn healthy() -> String {
    let set = qidai_bank::rule_set("tzuchi_2008_v1").unwrap();
    let yes = ["hospital_agrees", "healthy_pregnancy"];
    let asked = set.questions.iter().filter(|one| one.code != "amniotic_normal");
    let line = |code: &str| format!("{code}: {}", if yes.contains(&code) { "yes" } else { "no" });
    asked.map(|one| line(one.code)).collect::<Vec<_>>().join("\n")
}

async fn from_the_kit_into_the_bank(store: Store) {
    let scene = Box::pin(Scene::at(store)).await;
    let (midwife, technologist, second) = (scene.who("C0001"), scene.who("T0001"), scene.who("T0002"));
    let (collector, form) = Box::pin(scene.network()).await;
    let year = (Timestamp::now() + jiff::SignedDuration::from_hours(24 * 200)).strftime("%F").to_string();
    let kit = [("label", DIN), ("lot", "L-77"), ("expires_on", year.as_str()), ("anticoagulant", "cpd")];
    let kit = midwife.create("kit", &kit).await;
    // Before there is a unit, the label leads to its kit.
    let scanned = midwife.visitor.get(&format!("/find?number={DIN}")).await;
    assert_eq!(scanned.header("location"), kit);
    let mother = midwife
        .create(
            "person",
            &[("kind", "mother"), ("name", "王小芳"), ("document_kind", "none"), ("note", "no papers")],
        )
        .await;
    let mother = number_of(&mother).to_owned();

    let new = midwife.visitor.get("/units/new").await;
    new.says("Register a unit");
    let wrong = midwife.visitor.post_form("/units/new", "number=Z990126000001X&bank=public").await;
    wrong.says("din_check_wrong");
    let registered = format!("number={DIN}&bank=public&f-site=jinan&f-mother={mother}");
    assert_eq!(Signer::made(&midwife.visitor.post_form("/units/new", &registered).await), UNIT);
    midwife.visitor.post_form("/units/new", &registered).await.says("unit_known");
    Box::pin(scene.no_shortcut()).await;

    let spent =
        [("label", "Z990126000002"), ("lot", "L-1"), ("expires_on", "2026-01-01"), ("anticoagulant", "cpd")];
    let spent = midwife.create("kit", &spent).await;
    scene.refuses("C0001", &spent, "issue", &[("unit", DIN)], "kit_expired").await;
    let foreign = [
        ("label", "Z990126000003"),
        ("lot", "L-78"),
        ("expires_on", year.as_str()),
        ("anticoagulant", "cpd"),
    ];
    let foreign = midwife.create("kit", &foreign).await;
    scene.refuses("C0001", &foreign, "issue", &[("unit", DIN)], "kit_of_other_unit").await;
    midwife.goes(&kit, "issue", &[("unit", DIN)]).await;
    midwife.goes(UNIT, "issue_kit", &[]).await;
    Box::pin(scene.no_shortcut()).await;

    // Consent: on a form in force, within its scopes, witnessed by a signature.
    let consent = scene.consent(DIN, &form, &mother, "true").await;
    midwife.attach(&consent, "consent").await;
    midwife.sign(&consent, "witnessed").await;
    midwife.goes(&consent, "give", &[]).await;
    let twice = scene.consent(DIN, &form, &mother, "true").await;
    scene.refuses("C0001", &twice, "give", &[], "document_missing").await;
    midwife.attach(&twice, "consent").await;
    scene.refuses("C0001", &twice, "give", &[], "signature_missing").await;
    midwife.sign(&twice, "witnessed").await;
    scene.refuses("C0001", &twice, "give", &[], "consent_already_given").await;
    Box::pin(scene.no_shortcut()).await;

    // Health history: what it comes to follows from the answers.
    let half =
        [("unit", DIN), ("mother", &mother), ("rule_set", "tzuchi_2008_v1"), ("answers", "hepatitis_b: no")];
    let half = midwife.create("questionnaire", &half).await;
    midwife.visitor.get(&half).await.says("Incomplete");
    scene.refuses("C0001", &half, "pass", &[], "move_condition_not_met").await;
    let form = midwife
        .visitor
        .get(&format!("/records/questionnaire/new?f-unit={DIN}&f-mother={mother}&lang=zh-CN"))
        .await;
    form.says("<legend>医院同意采集");
    form.says("type=\"radio\" name=\"q-hepatitis_b\" value=\"unknown\"");
    let buttons: String = healthy().lines().map(|line| format!("&q-{}", line.replace(": ", "="))).collect();
    let whole = format!("f-unit={DIN}&f-mother={mother}&f-rule_set=tzuchi_2008_v1{buttons}");
    let questionnaire = Signer::made(&midwife.visitor.post_form("/records/questionnaire/new", &whole).await);
    midwife.visitor.get(&format!("{questionnaire}?lang=en")).await.says("carries hepatitis B: no");
    let ticked = midwife.visitor.get(&format!("{questionnaire}/amend")).await;
    ticked.says("name=\"q-hepatitis_b\" value=\"no\" checked");
    midwife.sign(&questionnaire, "performed").await;
    midwife.goes(&questionnaire, "pass", &[]).await;
    Box::pin(scene.no_shortcut()).await;

    // Four of four labels.
    let (begun, ended) = (ago(3), ago(2));
    let collection = [
        ("site", "jinan"),
        ("unit", DIN),
        ("kit", number_of(&kit)),
        ("collector", &collector),
        ("delivery", "vaginal"),
        ("way", "in_utero"),
        ("volume_ml", "92"),
    ];
    let collection = midwife.create("collection", &collection).await;
    let scans = |tubes: &'static str| {
        [
            ("started_at", begun.as_str()),
            ("ended_at", ended.as_str()),
            ("scan_mother", DIN),
            ("scan_bag", "=Z99012600000100"),
            ("scan_tubes", tubes),
            ("scan_form", "z9901 26 000001"),
        ]
    };
    let wrong = scans("Z990126000002");
    scene.refuses("C0001", &collection, "match", &wrong, "labels_do_not_match").await;
    // Everything else is in order, and one thing is not.
    let right = scans("Z990126000001");
    midwife.amend(&collection, &[("collector", &scene.former_collector().await)]).await;
    scene.refuses("C0001", &collection, "match", &right, "collector_not_certified").await;
    midwife.amend(&collection, &[("collector", &collector)]).await;
    let before = [("started_at", "2025-12-30 08:00"), ("ended_at", "2025-12-30 08:20")];
    let before: Vec<_> = right.iter().skip(2).chain(&before).copied().collect();
    scene.refuses("C0001", &collection, "match", &before, "site_not_contracted").await;
    let licence = scene.lapsed_licence().await;
    scene.refuses("C0001", &collection, "match", &right, "licence_not_in_force").await;
    let quality = scene.who("Q0001");
    quality.goes(&licence, "renew", &[("valid_until", year.as_str())]).await;
    midwife.goes(&collection, "match", &scans("Z990126000001")).await;
    midwife.visitor.get(&collection).await.says("labels do not match");
    let early = ago(6);
    scene.refuses("C0001", UNIT, "collect", &[("collected_at", &early)], "consent_after_collection").await;
    midwife.goes(UNIT, "collect", &[("collected_at", &begun)]).await;
    Box::pin(scene.no_shortcut()).await;

    // On the way.
    let pickup = midwife.create("pickup", &[("box", "BOX-3"), ("planned_on", &ago(0)[..10])]).await;
    midwife.goes(&pickup, "pick_up", &[("picked_up_at", &ago(2))]).await;
    midwife.goes(UNIT, "send", &[("pickup", number_of(&pickup))]).await;
    Box::pin(scene.no_shortcut()).await;
    technologist.goes(&pickup, "deliver", &[("delivered_at", &ago(1))]).await;
    let readings = format!(
        "{} 18.4\n{} 25,1\n{} 19.0",
        ago(2),
        (Timestamp::now() - jiff::SignedDuration::from_mins(90)),
        ago(1)
    );
    let trace = technologist
        .create(
            "temperature_trace",
            &[("pickup", number_of(&pickup)), ("logger", "LOG-1"), ("readings", &readings)],
        )
        .await;
    technologist.visitor.get(&trace).await.says("Outside of the window");
    technologist.visitor.get("/records/nonconformance").await.says(number_of(&trace));
    technologist.goes(UNIT, "receive", &[("received_at", &ago(1))]).await;
    Box::pin(scene.no_shortcut()).await;

    // Accepted by somebody else, with a signature.
    scene.refuses("T0001", UNIT, "accept", &[], "four_eyes").await;
    scene.refuses("T0002", UNIT, "accept", &[], "signature_missing").await;
    second.sign(UNIT, "reviewed").await;
    second.goes(UNIT, "accept", &[]).await;
    Box::pin(scene.no_shortcut()).await;
    technologist.goes(UNIT, "process", &[]).await;
    let page = technologist.visitor.get(UNIT).await;
    page.says("processing");
    page.says(&mother);
    page.says(number_of(&kit));
    Box::pin(scene.no_shortcut()).await;
    Box::pin(freezer::from_the_bench_into_the_bank(&scene)).await;
    Box::pin(the_end(&scene, &kit, &consent)).await;
}

/// What the bank can tell of it afterwards.
async fn the_end(scene: &Scene, kit: &str, consent: &str) {
    let store = &scene.served.state.desk().store;
    let subject = "unit/din/Z990126000001";
    let events = store.history_page(Some(subject), None, 10_000).await.unwrap();
    let refusals = events.iter().filter(|event| event.kind == "unit_move_refused").count();
    // The story itself was refused five times: signed too late, four eyes, no signature ….
    assert!(refusals >= scene.refused.get() && refusals > 350, "{refusals} of {}", scene.refused.get());
    found_in_the_history(scene, store).await;
    let trace = store.trace(subject).await.unwrap();
    for part in
        [kit.trim_start_matches("/records/"), consent.trim_start_matches("/records/"), "actor/staff:T0002"]
    {
        assert!(trace.lines.iter().any(|line| line.subject == part), "{part}: {:?}", trace.lines);
    }
    let scanned = scene.who("T0001").visitor.get("/find?number=%5DC0%3DZ99012600000100").await;
    assert_eq!(scanned.header("location"), UNIT);
    assert_eq!(scene.who("T0001").visitor.get("/find?number=L-77").await.header("location"), kit);
    let mut found = store.verify(&[], &RandomSource::seeded(1), &mut |_| {}).await.unwrap();
    store.verify_people(Some(&scene.served.state.desk().keys), &mut found).await.unwrap();
    assert!(found.is_whole(), "{:?}", found.findings);
    // A mother who takes her consent back stops it, wherever it is.
    let midwife = scene.who("C0001");
    midwife.goes(consent, "withdraw", &[("withdrawn_at", &ago(0))]).await;
    let life = scene.everyone.visitor.get("/api/units/din/Z990126000001/life").await;
    assert!(!life.text.contains("consent_donate"), "{}", life.text);
    life.says("\"state\":\"held\"");
    Box::pin(scene.no_shortcut()).await;
    scene.refuses("Q0001", UNIT, "to_research", &[], "move_condition_not_met").await;
}

/// Each refusal of the mirror, with who tried it and which rule stood in the way.
async fn found_in_the_history(scene: &Scene, store: &Store) {
    for (subject, code) in scene.expected.take() {
        let events = store.history_page(Some(&subject), None, 10_000).await.unwrap();
        let tells = |event: &&qidai_bank::HistoryEvent| {
            let row = event.changes.iter().any(|change| change.new.as_deref() == Some(code));
            event.kind.ends_with("refused") && (row || event.reason.as_deref() == Some(code))
        };
        assert!(events.iter().any(|event| tells(&event)), "{subject} does not tell of {code}");
    }
}

#[tokio::test]
async fn a_unit_from_the_kit_into_the_bank_on_sqlite() {
    Box::pin(from_the_kit_into_the_bank(Store::in_memory().await.unwrap())).await;
}

#[tokio::test]
async fn a_unit_from_the_kit_into_the_bank_on_postgres() {
    let Some(server) = postgres::Postgres::start_or_skip() else { return };
    let store = Store::create_or_open(&server.database("unit_story")).await.unwrap();
    Box::pin(from_the_kit_into_the_bank(store)).await;
}

/// A family unit of which everything that a profile asks is known.
fn good_unit(identity: qidai_bank::Identity) -> qidai_bank::UnitRecord {
    use qidai_bank::{BankType, Measure, Phase, TestOutcome, Typing};
    let mut unit = qidai_bank::UnitRecord::new(identity, BankType::Family);
    let negative = Some(TestOutcome::Negative);
    unit.counts.set(Phase::Processed, Measure::TncTotal, Some(1_200_000_000));
    unit.counts.set(Phase::Processed, Measure::Cd34Total, Some(4_080_000));
    unit.counts.set(Phase::Processed, Measure::Viability, Some(9_700));
    unit.typings = vec![Typing::written(
        "A*11:01+A*24:02^B*15:02+B*40:01^C*07:02+C*08:01^DRB1*11:01+DRB1*12:02^DQB1*03:01+DQB1*03:02",
    )];
    (unit.idm, unit.microbial_growth, unit.haemoglobinopathy) = (negative, negative, negative);
    unit.abo = Some(qidai_bank::Abo::O);
    unit
}

/// A family gives its unit away: only with a consent that allows it, and not available before it was evaluated anew; and
/// a mother who takes her consent back stops it wherever it is.
async fn a_family_unit_becomes_public_by_consent(store: Store) {
    let scene = Scene::at(store).await;
    let (midwife, quality, director) = (scene.who("C0001"), scene.who("Q0001"), scene.who("M0001"));
    let desk = scene.served.state.desk();
    let identity = qidai_bank::Identity::din("Z990126000001").unwrap();
    let family = good_unit(identity);
    let (ids, console) = (qidai_bank::IdSource::counting("import"), Principal::console("test"));
    let actor = console.may(qidai_bank::Permission::SystemManage, None).unwrap();
    let context = qidai_bank::WriteContext::new(Timestamp::now(), actor, &ids);
    desk.store.add_units(&[family], &context).await.unwrap();
    quality.go(UNIT, "convert", &[]).await.says("move_condition_not_met");
    quality.visitor.get(UNIT).await.is_silent_about("Bank for all");

    let (_, form) = Box::pin(scene.network()).await;
    let mother = midwife
        .create(
            "person",
            &[("kind", "mother"), ("name", "李小红"), ("document_kind", "none"), ("note", "no papers")],
        )
        .await;
    let consent = scene.consent(DIN, &form, number_of(&mother), "false").await;
    midwife.attach(&consent, "consent").await;
    midwife.sign(&consent, "witnessed").await;
    midwife.goes(&consent, "give", &[]).await;
    quality.go(UNIT, "convert", &[]).await.says("document_missing");
    midwife.attach(UNIT, "consent").await;
    quality.go(UNIT, "convert", &[]).await.says("signature_missing");
    quality.sign(UNIT, "approved").await;
    quality.goes(UNIT, "convert", &[]).await;
    let unit = desk.store.unit(&qidai_bank::Identity::din("Z990126000001").unwrap()).await.unwrap().unwrap();
    assert_eq!(
        (unit.bank_type, unit.status.code()),
        (qidai_bank::BankType::Public, "converted_to_public"),
        "a public unit, and not yet one that a search finds"
    );
    // The signature was for the conversion: acceptance asks for a report and another one.
    quality.go(UNIT, "bank_public", &[]).await.says("document_missing");
    midwife.attach(UNIT, "report").await;
    director.go(UNIT, "bank_public", &[]).await.says("signature_missing");
    director.sign(UNIT, "approved").await;
    // Nobody has held it against a profile of the public bank yet.
    director.go(UNIT, "bank_public", &[]).await.says("decision_missing");
    let (by, random) =
        (Principal::console_as("quality", qidai_bank::Role::Quality), qidai_bank::RandomSource::seeded(1));
    let acting = qidai_bank::Acting::new(&by, Timestamp::now(), &ids, &random);
    let number = qidai_bank::Identity::din("Z990126000001").unwrap();
    let decide = async |name: &str| {
        let profile = qidai_bank::profile(name).unwrap();
        desk.store.decide_unit(&number, profile, &acting).await.unwrap().evaluation.outcome
    };
    assert_eq!(decide("cn-public").await, qidai_bank::UnitOutcome::Incomplete);
    director.go(UNIT, "bank_public", &[]).await.says("decision_forbids");
    assert_eq!(decide("fda-bla").await, qidai_bank::UnitOutcome::Accepted);
    director.goes(UNIT, "bank_public", &[]).await;
    quality.go(UNIT, "to_research", &[]).await.says("move_not_allowed");

    midwife.goes(&consent, "withdraw", &[("withdrawn_at", &ago(0))]).await;
    let unit = desk.store.unit(&qidai_bank::Identity::din("Z990126000001").unwrap()).await.unwrap().unwrap();
    assert_eq!(unit.status.code(), "held", "a withdrawn consent stops the unit by itself");
    quality.go(UNIT, "to_research", &[]).await.says("move_condition_not_met");
}

#[tokio::test]
async fn a_family_unit_becomes_public_by_consent_on_sqlite() {
    a_family_unit_becomes_public_by_consent(Store::in_memory().await.unwrap()).await;
}

#[tokio::test]
async fn a_family_unit_becomes_public_by_consent_on_postgres() {
    let Some(server) = postgres::Postgres::start_or_skip() else { return };
    let store = Store::create_or_open(&server.database("unit_given")).await.unwrap();
    a_family_unit_becomes_public_by_consent(store).await;
}

/// A unit that its profile rejects is kept for its family by a director who signs for it, and is never offered to all.
async fn a_director_signs_an_exception_and_the_family_bank_opens(store: Store) {
    use qidai_bank::{Measure, Phase, Status};
    let scene = Box::pin(Scene::at(store)).await;
    let (quality, director) = (scene.who("Q0001"), scene.who("M0001"));
    let mut unit = good_unit(qidai_bank::Identity::din("Z990126000001").unwrap());
    unit.status = Status::Quarantine;
    unit.counts.set(Phase::Processed, Measure::TncTotal, Some(90_000_000));
    unit.counts.set(Phase::Processed, Measure::Viability, Some(4_000));
    let ids = qidai_bank::IdSource::counting("import");
    let context =
        qidai_bank::WriteContext::new(Timestamp::now(), qidai_bank::Actor::administrator("test"), &ids);
    scene.served.state.desk().store.add_units(&[unit], &context).await.unwrap();
    scene.who("T0001").attach(UNIT, "report").await;
    let address = format!("{UNIT}/decision");
    let decided = quality.visitor.post_form(&address, "profile=family-min-v1").await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", sentence(&decided));
    let decisions = scene.json(&format!("/api{UNIT}/decisions")).await;
    assert_eq!(decisions["items"][0]["outcome"], "rejected", "{decisions}");
    director.sign(UNIT, "approved").await;
    scene.refuses("M0001", UNIT, "bank_family", &[], "decision_forbids").await;
    // The page asks whoever may sign for reason, password and code; not the person who decided.
    let page = director.visitor.get(&format!("{address}?lang=en")).await;
    let decision = between(&page.text, "name=\"decision\" value=\"").to_owned();
    assert!(!decision.is_empty(), "{}", page.text);
    let form = |secret: &TotpSecret, password: &str, reason: &str| {
        let code = secret.code(Timestamp::now());
        format!("decision={decision}&reason={}&password={}&code={code}", escaped(reason), escaped(password))
    };
    let why = "the only sibling is ill, and the family was told of the dose";
    let own = quality.visitor.post_form(&address, &form(&quality.secret, PASSWORD, why)).await;
    own.says("director_needed");
    // Who may not make it signs nothing, sees no form for it, and is found in the history.
    quality.visitor.get(&address).await.is_silent_about("name=\"decision\"");
    scene.expected.borrow_mut().push((SUBJECT.to_owned(), "director_needed"));
    found_in_the_history(&scene, &scene.served.state.desk().store).await;
    assert!(!signed_decision(&scene, &decision).await, "no signature is left behind");
    let wrong = director.visitor.post_form(&address, &form(&director.secret, "not this one", why)).await;
    assert!(wrong.status.is_client_error(), "{}", sentence(&wrong));
    let silent = director.visitor.post_form(&address, &form(&director.secret, PASSWORD, "")).await;
    silent.says("reason_missing");
    let made = director.visitor.post_form(&address, &form(&director.secret, PASSWORD, why)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", sentence(&made));
    director.visitor.get(&format!("{address}?lang=en")).await.says(why);
    assert!(signed_decision(&scene, &decision).await);
    let again = director.visitor.post_form(&address, &form(&director.secret, PASSWORD, why)).await;
    again.says("decision_not_rejected");
    scene.refuses("M0001", UNIT, "bank_public", &[], "move_condition_not_met").await;
    director.goes(UNIT, "bank_family", &[]).await;
    let life = scene.json(&format!("/api{UNIT}/life")).await;
    assert_eq!(life["state"], "family_held");
}

async fn signed_decision(scene: &Scene, id: &str) -> bool {
    let store = &scene.served.state.desk().store;
    let decision = store.decision(id, &Principal::console_as("test", Role::Quality)).await.unwrap();
    !store.signatures(&decision.canonical()).await.unwrap().is_empty()
}

#[tokio::test]
async fn a_director_signs_an_exception_and_the_family_bank_opens_on_sqlite() {
    Box::pin(a_director_signs_an_exception_and_the_family_bank_opens(Store::in_memory().await.unwrap()))
        .await;
}

#[tokio::test]
async fn a_director_signs_an_exception_and_the_family_bank_opens_on_postgres() {
    let Some(server) = postgres::Postgres::start_or_skip() else { return };
    let store = Store::create_or_open(&server.database("unit_excepted")).await.unwrap();
    Box::pin(a_director_signs_an_exception_and_the_family_bank_opens(store)).await;
}
