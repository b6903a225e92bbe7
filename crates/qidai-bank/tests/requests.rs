//! Stories of patients, requests and what may leave the country; each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::sync::Arc;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, BankError, BankType, DocumentClass, Given, Grant, IdSource, KeyRing, MasterKey, Meaning,
    MediaType, NewCredential, NewDocument, NewRecord, NewSearchRun, Principal, Proof, RandomSource, Record,
    RecordAt, RecordDeed, Role, SearchRun, SignIn, Signing, Site, SiteKind, Status, Store, Token, Typing,
    UnitRecord, workflow,
};
use support::postgres::Server;
use support::{HLA, TestBank, din};

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn all_stories_on_postgres() {
            let Some(server) = Server::start_or_skip().await else { return };
            $(eprintln!("on PostgreSQL: {}", stringify!($name));
            $name(&server.bank(stringify!($name)).await).await;)*
        }
    };
}

stories!(
    a_request_goes_from_the_centre_to_its_report,
    every_shortcut_is_refused,
    nothing_leaves_without_a_case,
    a_newer_typing_takes_the_place_of_the_older,
    a_centre_sees_its_own_patients_and_nobody_elses,
    a_familys_units_are_found_for_its_own_member_only,
    twenty_answer_one_request,
    searches_are_counted_as_of_any_day,
    what_cannot_be_is_told_with_its_field,
);

const PASSWORD: &str = "an old lamp in the harbour";

struct Scene {
    store: Store,
    keys: KeyRing,
    ids: IdSource,
    random: RandomSource,
    now: Timestamp,
    institutions: usize,
}

fn somebody(role: Role) -> Principal {
    Principal::console_as(role.code(), role)
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
}

fn code<T: std::fmt::Debug>(answer: Result<T, BankError>) -> String {
    match answer.expect_err("refused") {
        BankError::Refused(refusal) => {
            let problems = refusal.problems.iter().map(|problem| problem.code);
            problems.chain([refusal.code]).next().unwrap_or_default().to_owned()
        }
        other => panic!("{other}"),
    }
}

impl Scene {
    async fn begin(at: &TestBank) -> Self {
        let random = RandomSource::seeded(11);
        let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
        let store = Store::create_or_open(&at.address).await.expect("a new bank");
        let now = "2026-03-02T01:00:00Z".parse().expect("a time");
        let scene = Self { store, keys, ids: IdSource::counting("id"), random, now, institutions: 0 };
        for site in ["hub", "tc1", "tc2"] {
            let console = Principal::console("test");
            let site = Site {
                code: site.to_owned(),
                name: site.to_owned(),
                kind: SiteKind::Bank,
                uscc: None,
                active: true,
            };
            scene.store.put_site(&site, &scene.acting(&console)).await.expect("a site");
        }
        scene
    }

    fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, self.now, &self.ids, &self.random)
    }

    async fn create(
        &self,
        kind: &str,
        site: Option<&str>,
        fields: &[(&str, &str)],
        who: &Principal,
    ) -> Result<Record, BankError> {
        let concept = workflow::concept(kind).expect(kind);
        let new = NewRecord { concept, site: site.map(str::to_owned), fields: owned(fields) };
        self.store.create_record(&new, &self.keys, &self.acting(who)).await
    }

    async fn go(
        &self,
        record: &Record,
        what: &str,
        fields: &[(&str, &str)],
        who: &Principal,
    ) -> Result<Record, BankError> {
        let acting = self.acting(who).because("as the story goes");
        let at = RecordAt { concept: record.concept, number: &record.number, expected_version: None };
        self.store.move_record(at, what, &owned(fields), &self.keys, &acting).await
    }

    async fn institution(&mut self, outside: &[(&str, &str)]) -> Record {
        // The example of GB 32100, and an invented one.
        const CODES: [&str; 2] = ["91350100M000100Y43", "913701001234567881"];
        let name = format!("centre {}", self.institutions);
        let mut fields =
            vec![("name", name.as_str()), ("kind", "transplant_centre"), ("transplant_qualified", "true")];
        if !outside.iter().any(|(field, _)| *field == "country") {
            fields.push(("uscc", CODES[self.institutions % 2]));
        }
        fields.extend(outside);
        self.institutions += 1;
        self.create("institution", None, &fields, &somebody(Role::SearchCoordinator))
            .await
            .expect("an institution")
    }

    /// Somebody of a transplant centre, who works at one site.
    async fn nurse(&mut self, number: &str, site: &str) -> Principal {
        let console = Principal::console("test");
        let grants = [Grant::at(Role::TransplantCentre, site)];
        let made = self.store.add_account(number, &grants, &self.acting(&console)).await;
        let (_, link): (_, Token) = made.expect("an account");
        let enter = self.keys.new_second_factor(&link).code(self.now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&enter) };
        let used = self.store.use_link(&link, chosen, &self.keys, self.now, (&self.ids, &self.random)).await;
        used.expect("signed in").session.principal
    }

    async fn patient(&self, site: &str, centre: &str) -> Record {
        let fields = [
            ("pseudonym", "TC-17"),
            ("centre", centre),
            ("diagnosis_group", "acute_leukaemia"),
            ("urgency", "urgent"),
            ("weight_g", "31500"),
        ];
        self.create("patient", Some(site), &fields, &somebody(Role::SearchCoordinator))
            .await
            .expect("a patient")
    }

    async fn typing(&self, patient: &Record, day: &str) -> Record {
        let fields = [
            ("patient", patient.number.as_str()),
            ("subject", "patient"),
            ("typing", HLA),
            ("typed_on", day),
            ("method", "ngs"),
        ];
        let site = patient.site.as_deref();
        self.create("patient_typing", site, &fields, &somebody(Role::SearchCoordinator))
            .await
            .expect("a typing")
    }

    async fn request(&self, patient: &Record, requester: &str, kind: &str) -> Record {
        let fields = [
            ("patient", patient.number.as_str()),
            ("requester", requester),
            ("kind", kind),
            ("urgency", "urgent"),
            ("asked_on", "2026-03-02"),
        ];
        let site = patient.site.as_deref();
        self.create("search_request", site, &fields, &somebody(Role::SearchCoordinator))
            .await
            .expect("a request")
    }

    /// A request with a typed patient, accepted by a coordinator.
    async fn accepted(&self, site: &str, centre: &str, kind: &str) -> Record {
        let patient = self.patient(site, centre).await;
        self.typing(&patient, "2026-02-20").await;
        let coordinator = somebody(Role::SearchCoordinator);
        let request = self.request(&patient, centre, kind).await;
        self.go(&request, "submit", &[], &coordinator).await.expect("submitted");
        self.go(&request, "accept", &[], &coordinator).await.expect("accepted")
    }

    async fn search(&self, request: &Record, who: &Principal) -> Result<SearchRun, BankError> {
        let question = self.store.search_question(&request.number, who).await?;
        let typing = question.typing.expect("a typing");
        let content = format!("{{\"of\":\"{}\"}}", request.number);
        let new = NewSearchRun {
            request: &request.number,
            typing: &typing.number,
            generation: 7,
            release: "starter",
            digest: "00ff",
            profile: "default 1",
            order: "default 1",
            listed: 3,
            best_x6: Some(5),
            best_x8: Some(6),
            content: content.as_bytes(),
        };
        self.store.add_search_run(&new, &self.acting(who)).await
    }

    async fn read(&self, record: &Record) -> Record {
        let who = somebody(Role::MedicalDirector);
        self.store.record(record.concept, &record.number, &who).await.expect("read")
    }

    async fn refusals(&self, record: &Record) -> Vec<String> {
        let events = self.store.record_history(record, None, 100).await.expect("read");
        let refused = events.into_iter().filter_map(|event| match event.what {
            RecordDeed::Refused { code, .. } => Some(code),
            _ => None,
        });
        refused.collect()
    }

    async fn attach(&self, record: &Record, class: DocumentClass, who: &Principal) {
        let document = NewDocument {
            subject: &record.subject(),
            class,
            file_name: "approval.pdf",
            media_type: MediaType::Pdf,
            content: b"an approval",
        };
        self.store.add_document(&document, &self.keys, &self.acting(who)).await.expect("added");
    }

    async fn assert_whole(&self) {
        let mut found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        self.store.verify_people(Some(&self.keys), &mut found).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }

    /// An account that signs a record as it is, and the principal as whom it acts.
    async fn signed(&mut self, number: &str, role: Role, record: &Record) -> Principal {
        let console = Principal::console("test");
        let made = self.store.add_account(number, &[Grant::everywhere(role)], &self.acting(&console)).await;
        let (_, link): (_, Token) = made.expect("an account");
        let enter = self.keys.new_second_factor(&link).code(self.now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&enter) };
        let used = self.store.use_link(&link, chosen, &self.keys, self.now, (&self.ids, &self.random)).await;
        let used = used.expect("signed in");
        self.now += SignedDuration::from_secs(60);
        let enter = self.keys.new_second_factor(&link).code(self.now);
        let proof = Proof { session: &used.token, password: PASSWORD, code: Some(&enter) };
        self.store
            .certify_signer(proof, &self.keys, &self.acting(&used.session.principal))
            .await
            .expect("certified");
        self.now += SignedDuration::from_secs(60);
        let enter = self.keys.new_second_factor(&link).code(self.now);
        let given = SignIn { staff_number: number, password: PASSWORD, code: Some(&enter), before: None };
        let used = self
            .store
            .sign_in(given, &self.keys, self.now, (&self.ids, &self.random))
            .await
            .expect("signed in");
        self.now += SignedDuration::from_secs(60);
        let enter = self.keys.new_second_factor(&link).code(self.now);
        let proof = Proof { session: &used.token, password: PASSWORD, code: Some(&enter) };
        let signing =
            Signing { record: &record.canonical(), meaning: Meaning::Approved, site: record.site.as_deref() };
        let acting = self.acting(&used.session.principal);
        self.store.sign(signing, proof, &self.keys, &acting).await.expect("signed");
        used.session.principal
    }
}

async fn a_request_goes_from_the_centre_to_its_report(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await;
    let at_centre = scene.nurse("N0001", "tc1").await;
    let coordinator = somebody(Role::SearchCoordinator);
    let patient = scene.patient("tc1", &centre.number).await;
    assert_eq!(patient.field("origin"), Some("domestic"));
    scene.typing(&patient, "2026-02-20").await;
    let request = scene.request(&patient, &centre.number, "preliminary").await;
    assert_eq!(request.field("due_on"), Some("2026-03-04"), "urgent: two days");
    assert_eq!(request.field("priority"), Some("none"));
    scene.go(&request, "submit", &[], &at_centre).await.expect("the centre hands it in");
    scene.go(&request, "accept", &[], &coordinator).await.expect("accepted");
    let run = scene.search(&request, &coordinator).await.expect("searched");
    assert_eq!((run.serial, run.is_foreign, run.best_x6), (1, false, Some(5)));
    assert_eq!(scene.read(&request).await.state.code, "searched");
    let early = scene.store.search_run(&request.number, 1, &at_centre).await;
    assert_eq!(code(early), "request_not_reported");
    scene.search(&request, &coordinator).await.expect("searched once more");
    scene.now += SignedDuration::from_hours(30);
    scene.go(&request, "report", &[], &coordinator).await.expect("reported");
    let (told, content) = scene.store.search_run(&request.number, 2, &at_centre).await.expect("told");
    assert_eq!((told.serial, content), (2, format!("{{\"of\":\"{}\"}}", request.number).into_bytes()));
    let long_ago = scene.store.search_run(&request.number, 1, &at_centre).await;
    assert_eq!(code(long_ago), "request_not_reported", "an earlier list is the bank's own");
    let times =
        scene.store.request_times((Timestamp::MIN, Timestamp::MAX), &coordinator).await.expect("read");
    let waited = times[0].reported_at.expect("reported").duration_since(times[0].submitted_at);
    assert_eq!((times.len(), waited), (1, SignedDuration::from_hours(30)));
    let closing = scene.go(&request, "close", &[("result", "kept_in_view")], &at_centre).await;
    assert_eq!(closing.expect("closed").state.code, "closed");
    scene
        .go(&patient, "close", &[("outcome", "transplanted")], &at_centre)
        .await
        .expect("no request is open");
    scene.assert_whole().await;
}

async fn every_shortcut_is_refused(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let (coordinator, auditor) = (somebody(Role::SearchCoordinator), somebody(Role::Auditor));
    let patient = scene.patient("tc1", &centre).await;
    let request = scene.request(&patient, &centre, "formal").await;
    assert_eq!(code(scene.go(&request, "submit", &[], &coordinator).await), "patient_not_typed");
    let typing = scene.typing(&patient, "2026-02-20").await;
    assert_eq!(code(scene.search(&request, &coordinator).await), "search_not_due");
    assert_eq!(code(scene.go(&request, "accept", &[], &coordinator).await), "move_not_allowed");
    assert_eq!(code(scene.go(&request, "submit", &[], &auditor).await), "permission_missing");
    scene.go(&request, "submit", &[], &coordinator).await.expect("submitted");
    let nurse = scene.nurse("N0002", "tc1").await;
    assert_eq!(code(scene.go(&request, "accept", &[], &nurse).await), "permission_missing");
    scene.go(&request, "accept", &[], &coordinator).await.expect("accepted");
    assert_eq!(code(scene.go(&request, "search", &[], &coordinator).await), "move_by_clock_only");
    assert_eq!(code(scene.search(&request, &nurse).await), "permission_missing");
    scene.search(&request, &coordinator).await.expect("searched");
    assert_eq!(code(scene.go(&request, "report", &[], &coordinator).await), "move_condition_not_met");
    let director = somebody(Role::MedicalDirector);
    assert_eq!(code(scene.go(&request, "report_formal", &[], &director).await), "signature_missing");
    let request = scene.read(&request).await;
    let signer = scene.signed("M0001", Role::MedicalDirector, &request).await;
    assert_eq!(code(scene.go(&request, "report_formal", &[], &signer).await), "typing_not_confirmed");
    assert_eq!(code(scene.go(&typing, "confirm", &[], &coordinator).await), "four_eyes");
    scene.go(&typing, "confirm", &[], &director).await.expect("confirmed");
    assert_eq!(
        code(scene.go(&patient, "close", &[("outcome", "died")], &coordinator).await),
        "patient_has_open_requests"
    );
    scene.go(&request, "report_formal", &[], &signer).await.expect("reported");
    assert_eq!(code(scene.search(&request, &coordinator).await), "search_not_due");
    let written = scene.refusals(&scene.read(&request).await).await;
    for refused in [
        "patient_not_typed",
        "move_not_allowed",
        "permission_missing",
        "move_by_clock_only",
        "typing_not_confirmed",
        "signature_missing",
    ] {
        assert!(written.iter().any(|code| code == refused), "{refused} in {written:?}");
    }
    scene.assert_whole().await;
}

async fn nothing_leaves_without_a_case(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let abroad = scene.institution(&[("outside", "abroad"), ("country", "sg")]).await;
    assert_eq!(abroad.field("country"), Some("SG"));
    let coordinator = somebody(Role::SearchCoordinator);
    let request = scene.accepted("tc1", &abroad.number, "preliminary").await;
    assert_eq!(request.field("origin"), Some("foreign"));
    scene.search(&request, &coordinator).await.expect("searching is the bank's own");
    let says = async |scene: &Scene| scene.go(&request, "report", &[], &coordinator).await;
    assert_eq!(code(says(&scene).await), "hgr_case_missing");
    let quality = somebody(Role::Quality);
    let fields = [
        ("approval_number", "BF-2026-1"),
        ("kind", "information_abroad"),
        ("receiver", abroad.number.as_str()),
        ("covers_report", "true"),
        ("covers_listing", "false"),
        ("covers_dossier", "false"),
        ("covers_material", "false"),
        ("scope", "HLA of units for named patients"),
        ("valid_from", "2026-01-01"),
        ("valid_until", "2026-03-31"),
    ];
    let case = scene.create("hgr_case", None, &fields, &quality).await.expect("a case");
    assert_eq!(code(says(&scene).await), "hgr_case_missing", "an entry is no approval");
    scene.attach(&case, DocumentClass::Certificate, &quality).await;
    let case = scene.read(&case).await;
    let director = scene.signed("D0001", Role::Director, &case).await;
    assert_eq!(code(scene.go(&case, "approve", &[], &quality).await), "four_eyes");
    scene.go(&case, "approve", &[], &director).await.expect("in force");
    let nobody = scene.store.give_to(&abroad.number, Given::Listing, &scene.acting(&coordinator)).await;
    assert_eq!(code(nobody), "hgr_case_missing", "the scope has no lists");
    let cover = scene
        .store
        .give_to(&abroad.number, Given::Report, &scene.acting(&coordinator))
        .await
        .expect("covered");
    assert_eq!(cover.expect("a case").approval_number, "BF-2026-1");
    let reported = says(&scene).await.expect("reported under the case");
    assert_eq!(reported.field("hgr_case"), Some(case.number.as_str()));
    // A request of a centre at home for a patient of a centre abroad leaves just the same.
    let home = scene.institution(&[]).await;
    assert!(
        scene
            .store
            .give_to(&home.number, Given::Dossier, &scene.acting(&coordinator))
            .await
            .expect("at home")
            .is_none()
    );
    let patient = scene.patient("tc1", &abroad.number).await;
    scene.typing(&patient, "2026-02-20").await;
    let front = scene.request(&patient, &home.number, "preliminary").await;
    assert_eq!(front.field("origin"), Some("foreign"));
    for what in ["submit", "accept"] {
        scene.go(&front, what, &[], &coordinator).await.expect(what);
    }
    scene.search(&front, &coordinator).await.expect("searched");
    scene.now += SignedDuration::from_hours(24 * 40);
    assert_eq!(
        code(scene.go(&front, "report", &[], &coordinator).await),
        "hgr_case_missing",
        "the case has run out"
    );
    let written = scene.refusals(&scene.read(&request).await).await;
    assert_eq!(written.iter().filter(|code| *code == "hgr_case_missing").count(), 2);
    assert!(scene.refusals(&scene.read(&abroad).await).await.contains(&"hgr_case_missing".to_owned()));
    scene.assert_whole().await;
}

async fn a_newer_typing_takes_the_place_of_the_older(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let patient = scene.patient("tc1", &centre).await;
    let first = scene.typing(&patient, "2026-02-01").await;
    let second = scene.typing(&patient, "2026-02-20").await;
    assert_eq!((scene.read(&first).await.state.code, second.state.code), ("superseded", "entered"));
    let old = scene.typing(&patient, "2025-06-01").await;
    assert_eq!(old.state.code, "superseded", "an older report that comes late supersedes nothing");
    let coordinator = somebody(Role::SearchCoordinator);
    let request = scene.request(&patient, &centre, "preliminary").await;
    let asked = scene.store.search_question(&request.number, &coordinator).await.expect("read");
    assert_eq!(asked.typing.map(|typing| typing.number), Some(second.number.clone()));
    let at = RecordAt { concept: second.concept, number: &second.number, expected_version: None };
    let change = owned(&[("typing", "A*02:01")]);
    let amended = scene.store.amend_record(at, &change, &scene.keys, &scene.acting(&coordinator)).await;
    assert!(amended.is_err(), "a typing is never overwritten");
    let antibody = async |against: &str, mfi: &str, day: &str| {
        let fields =
            [("patient", patient.number.as_str()), ("against", against), ("mfi", mfi), ("tested_on", day)];
        scene.create("patient_antibody", Some("tc1"), &fields, &coordinator).await.expect("an antibody")
    };
    antibody("A2", "3000", "2026-01-01").await;
    antibody("a2", "800", "2026-02-01").await;
    antibody("B62", "5000", "2026-01-01").await;
    let asked = scene.store.search_question(&request.number, &coordinator).await.expect("read");
    let in_force: Vec<_> =
        asked.antibodies.iter().map(|one| (one.field("against"), one.field("mfi"))).collect();
    assert_eq!(in_force, [(Some("B62"), Some("5000")), (Some("a2"), Some("800"))]);
    scene.assert_whole().await;
}

async fn a_centre_sees_its_own_patients_and_nobody_elses(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let patient = scene.patient("tc1", &centre).await;
    let request = scene.request(&patient, &centre, "preliminary").await;
    let own = scene.nurse("N0003", "tc1").await;
    let other = scene.nurse("N0004", "tc2").await;
    scene.store.record(patient.concept, &patient.number, &own).await.expect("its own");
    for record in [&patient, &request] {
        let seen = scene.store.record(record.concept, &record.number, &other).await;
        assert_eq!(code(seen), "record_unknown");
    }
    assert_eq!(code(scene.store.search_question(&request.number, &other).await), "record_unknown");
    assert_eq!(code(scene.store.search_runs(&request.number, &other).await), "record_unknown");
    let fields = [
        ("patient", patient.number.as_str()),
        ("subject", "patient"),
        ("typing", HLA),
        ("typed_on", "2026-01-01"),
        ("method", "ngs"),
    ];
    let smuggled = scene.create("patient_typing", Some("tc2"), &fields, &other).await;
    assert_eq!(code(smuggled), "record_reference_unknown", "as if there were no such patient");
    let elsewhere = scene.create("patient_typing", Some("tc1"), &fields, &other).await;
    assert_eq!(code(elsewhere), "permission_missing_at_site");
}

async fn a_familys_units_are_found_for_its_own_member_only(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let (one, two) = (somebody(Role::SearchCoordinator), somebody(Role::MedicalDirector));
    let clerk = somebody(Role::Collection);
    let mother = scene
        .create("person", None, &[("kind", "mother"), ("name", "王小花")], &clerk)
        .await
        .expect("a mother");
    let (patient, stranger) = (scene.patient("tc1", &centre).await, scene.patient("tc1", &centre).await);
    for (number, bank_type, status) in [
        (1, BankType::Family, Status::FamilyHeld),
        (2, BankType::Public, Status::Available),
        (3, BankType::Family, Status::FamilyHeld),
    ] {
        let mut unit = UnitRecord { status, ..UnitRecord::new(din(number), bank_type) };
        unit.typings = vec![Typing::written(HLA)];
        let context =
            qidai_bank::WriteContext::new(scene.now, qidai_bank::Actor::administrator("test"), &scene.ids);
        scene.store.add_units(&[unit], &context).await.expect("added");
    }
    assert_eq!(
        code(scene.store.family_units(&patient.number, &scene.acting(&one)).await),
        "family_not_linked"
    );
    let fields = [
        ("patient", patient.number.as_str()),
        ("family", mother.number.as_str()),
        ("relation", "sibling"),
        ("evidence", "household register seen"),
    ];
    let link = scene.create("family_link", Some("tc1"), &fields, &one).await.expect("a link");
    assert_eq!(
        code(scene.store.family_units(&patient.number, &scene.acting(&one)).await),
        "family_not_linked",
        "nobody confirmed it"
    );
    assert_eq!(code(scene.go(&link, "confirm", &[], &one).await), "four_eyes");
    scene.go(&link, "confirm", &[], &two).await.expect("confirmed");
    assert!(scene.store.family_units(&patient.number, &scene.acting(&one)).await.expect("read").is_empty());
    for number in [1, 2] {
        let at = qidai_bank::UnitAt { identity: &din(number), expected_version: None };
        let acting = scene.acting(&clerk).because("from the consent form");
        scene
            .store
            .amend_unit(at, &owned(&[("mother", &mother.number)]), &acting)
            .await
            .expect("the unit knows its mother");
    }
    let found = scene.store.family_units(&patient.number, &scene.acting(&one)).await.expect("read");
    let found: Vec<_> = found.iter().map(|unit| (unit.identity.clone(), unit.relation.as_str())).collect();
    assert_eq!(
        found,
        [(din(1), "sibling"), (din(2), "sibling")],
        "and not the third, which is of another family"
    );
    assert_eq!(
        code(scene.store.family_units(&stranger.number, &scene.acting(&one)).await),
        "family_not_linked"
    );
    let nurse = scene.nurse("N0005", "tc1").await;
    assert_eq!(
        code(scene.store.family_units(&patient.number, &scene.acting(&nurse)).await),
        "permission_missing"
    );
    assert_eq!(code(scene.store.record(link.concept, &link.number, &nurse).await), "permission_missing");
    // The family gave a unit to everybody: it comes first when it asks.
    assert_eq!(scene.request(&patient, &centre, "preliminary").await.field("priority"), Some("donor_family"));
    assert_eq!(scene.request(&stranger, &centre, "preliminary").await.field("priority"), Some("none"));
    let mut searchable = Vec::new();
    scene.store.stream_searchable(|row| searchable.push(row.identity)).await.expect("read");
    assert_eq!(searchable, [din(2).value], "a search finds no family unit");
    scene.assert_whole().await;
}

async fn twenty_answer_one_request(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let request = scene.accepted("tc1", &centre, "preliminary").await;
    scene.search(&request, &somebody(Role::SearchCoordinator)).await.expect("searched");
    let scene = Arc::new(scene);
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let (scene, request) = (Arc::clone(&scene), request.clone());
        tasks.push(tokio::spawn(async move {
            scene.go(&request, "report", &[], &somebody(Role::SearchCoordinator)).await
        }));
    }
    let (mut won, mut lost) = (0, 0);
    for task in tasks {
        match task.await.expect("ended") {
            Ok(_) => won += 1,
            Err(BankError::Refused(refusal)) if refusal.code == "move_not_allowed" => lost += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, lost), (1, 19));
    scene.assert_whole().await;
}

async fn searches_are_counted_as_of_any_day(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let coordinator = somebody(Role::SearchCoordinator);
    let request = scene.accepted("tc1", &centre, "preliminary").await;
    let n2 = async |scene: &Scene, day| {
        let figures = scene.store.figures(day, None).await.expect("computed");
        figures.answers.into_iter().find(|answer| answer.number == "n2").expect("n2")
    };
    let none = n2(&scene, date(2026, 3, 2)).await;
    assert_eq!((none.value, none.rows), (Some(0), 0));
    scene.search(&request, &coordinator).await.expect("searched");
    scene.now += SignedDuration::from_hours(24);
    scene.search(&request, &coordinator).await.expect("searched again");
    let (first, both) = (n2(&scene, date(2026, 3, 2)).await, n2(&scene, date(2026, 3, 3)).await);
    assert_eq!((first.value, both.value), (Some(1), Some(2)));
    assert_ne!(first.hash, both.hash);
    assert_eq!(n2(&scene, date(2026, 3, 1)).await.hash, none.hash);
    bank.run("UPDATE search_run SET digest = 'ffff' WHERE serial = 2").await;
    assert_ne!(n2(&scene, date(2026, 3, 3)).await.hash, both.hash, "a changed row changes the hash");
    let found = scene.store.verify(&[], &scene.random, &mut |_| {}).await.expect("verified");
    assert!(found.findings.iter().any(|finding| finding.table == "search_run"), "{:?}", found.findings);
    bank.run("UPDATE search_run_content SET content = 'x'").await;
    let found = scene.store.verify(&[], &scene.random, &mut |_| {}).await.expect("verified");
    assert!(
        found.findings.iter().any(|finding| finding.table == "search_run_content"),
        "{:?}",
        found.findings
    );
}

async fn what_cannot_be_is_told_with_its_field(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let centre = scene.institution(&[]).await.number;
    let abroad = scene.institution(&[("outside", "abroad"), ("country", "US")]).await.number;
    let coordinator = somebody(Role::SearchCoordinator);
    let whole = [
        ("pseudonym", "X1"),
        ("centre", centre.as_str()),
        ("diagnosis_group", "mds"),
        ("urgency", "routine"),
    ];
    for (field, value, expected) in [
        ("pseudonym", "13805310001", "pseudonym_tells_who"),
        ("weight_g", "31", "number_out_of_range"),
        ("weight_g", "31.5", "record_number_invalid"),
        ("weight_g", "-4000", "number_out_of_range"),
        ("weighed_on", "2026-03-03", "date_in_future"),
        ("birth_year", "2027", "number_out_of_range"),
        ("centre", "INST-2026-0099", "record_reference_unknown"),
        ("urgency", "soon", "record_choice_unknown"),
    ] {
        let fields: Vec<_> =
            whole.into_iter().filter(|(known, _)| *known != field).chain([(field, value)]).collect();
        let made = scene.create("patient", Some("hub"), &fields, &coordinator).await;
        assert_eq!(code(made), expected, "{field} = {value}");
    }
    assert_eq!(code(scene.create("patient", None, &whole, &coordinator).await), "record_site_missing");
    let case = [
        ("approval_number", "BF-1"),
        ("kind", "information_abroad"),
        ("receiver", abroad.as_str()),
        ("covers_report", "true"),
        ("covers_listing", "false"),
        ("covers_dossier", "false"),
        ("covers_material", "false"),
        ("scope", "all"),
    ];
    for (changes, expected) in [
        (vec![("receiver", centre.as_str())], "hgr_receiver_in_china"),
        (vec![("kind", "collection")], "hgr_kind_covers_nothing"),
        (vec![("valid_from", "2026-05-01"), ("valid_until", "2026-04-30")], "hgr_days_reversed"),
    ] {
        let kept = case.into_iter().filter(|(known, _)| changes.iter().all(|(field, _)| field != known));
        let fields: Vec<_> = kept.chain(changes.iter().copied()).collect();
        assert_eq!(code(scene.create("hgr_case", None, &fields, &somebody(Role::Quality)).await), expected);
    }
    let bad = [("name", "x"), ("kind", "hospital"), ("outside", "abroad"), ("country", "CN")];
    assert_eq!(code(scene.create("institution", None, &bad, &coordinator).await), "country_invalid");
}
