//! Stories of records: made, moved, refused, raced for; each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::workflow::{self, Concept};
use qidai_bank::{
    Acting, BankError, DocumentClass, Grant, IdSource, KeyRing, MasterKey, Meaning, MediaType, NewCredential,
    NewDocument, NewRecord, PersonField, Principal, Proof, Purpose, RandomSource, Record, RecordAt,
    RecordDeed, RecordFilter, RecordOrder, Role, SignIn, SignedIn, Signing, Site, SiteKind, Store, Token,
};
use support::TestBank;
use support::postgres::Server;

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
    keeper_enters_a_licence_that_lapses_by_itself,
    inspector_moves_nothing_and_it_is_written_down,
    every_move_of_a_licence_is_as_the_table_says,
    a_hundred_enter_one_institution,
    a_hundred_make_one_move,
    two_runners_run_a_clock_once,
    clerk_enters_a_mother_who_is_nowhere_in_the_open,
    technologist_is_authorised_from_until,
    reporter_corrects_and_another_verifies,
    lists_are_sorted_filtered_and_paged,
    who_sees_only_one_site,
    all_that_is_wrong_is_told_at_once,
    a_contract_that_ran_out_again_suspends_again,
    a_late_assessment_is_told_once,
    another_bank_orders_kits_and_units_are_escorted_jointly,
    a_round_of_proficiency_is_reported_and_judged_by_another,
);

/// A bank with its keys, and a clock that the story moves.
struct Scene {
    store: Store,
    keys: KeyRing,
    ids: IdSource,
    random: RandomSource,
    now: Timestamp,
}

impl Scene {
    async fn begin(at: &TestBank) -> Self {
        let random = RandomSource::seeded(11);
        let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
        let store = Store::create_or_open(&at.address).await.expect("a new bank");
        Self { store, keys, ids: IdSource::counting("id"), random, now: time("2026-03-02T01:00:00Z") }
    }

    fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, self.now, &self.ids, &self.random)
    }

    async fn create(
        &self,
        kind: &str,
        fields: &[(&str, &str)],
        who: &Principal,
    ) -> Result<Record, BankError> {
        let new = NewRecord { concept: concept(kind), site: None, fields: owned(fields) };
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
        self.store.move_record(at(record), what, &owned(fields), &self.keys, &acting).await
    }

    async fn go_amend(&self, record: &Record, fields: &[(&str, &str)], who: &Principal) -> Record {
        self.store
            .amend_record(at(record), &owned(fields), &self.keys, &self.acting(who))
            .await
            .expect("amended")
    }

    async fn attach(&self, record: &Record, class: DocumentClass, who: &Principal) -> Record {
        let name = format!("{}.pdf", class.code());
        let document = NewDocument {
            subject: &record.subject(),
            class,
            file_name: &name,
            media_type: MediaType::Pdf,
            content: name.as_bytes(),
        };
        self.store.add_document(&document, &self.keys, &self.acting(who)).await.expect("added");
        self.store.record(record.concept, &record.number, who).await.expect("read")
    }

    async fn history(&self, record: &Record) -> Vec<RecordDeed> {
        let events = self.store.record_history(record, None, 100).await.expect("read");
        events.into_iter().map(|event| event.what).collect()
    }

    async fn assert_whole(&self) {
        let mut found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        self.store.verify_people(Some(&self.keys), &mut found).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn concept(code: &str) -> &'static Concept {
    workflow::concept(code).expect("a concept")
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(code, value)| ((*code).to_owned(), (*value).to_owned())).collect()
}

fn at(record: &Record) -> RecordAt<'_> {
    RecordAt { concept: record.concept, number: &record.number, expected_version: Some(record.version) }
}

fn code<T: std::fmt::Debug>(result: Result<T, BankError>) -> &'static str {
    let error = result.expect_err("it is refused");
    assert!(error.is_refusal(), "{error}");
    error.code()
}

fn somebody(role: Role) -> Principal {
    Principal::console_as(role.code(), role)
}

const LICENCE: [(&str, &str); 4] = [
    ("kind", "blood_station"),
    ("licence_number", "鲁血-001"),
    ("authority", "省卫健委"),
    ("valid_until", "2026-08-01"),
];

async fn keeper_enters_a_licence_that_lapses_by_itself(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let keeper = somebody(Role::Quality);
    let licence = scene.create("licence", &LICENCE, &keeper).await.expect("entered");
    assert_eq!(
        (licence.number.as_str(), licence.state.code, licence.version),
        ("LIC-2026-0001", "entered", 1)
    );
    assert_eq!(code(scene.go(&licence, "activate", &[], &keeper).await), "document_missing");
    let licence = scene.attach(&licence, DocumentClass::Certificate, &keeper).await;
    let active = scene.go(&licence, "active", &[], &keeper).await.expect("in force");
    assert_eq!((active.state.code, active.version), ("active", 2));
    assert_eq!(code(scene.go(&licence, "prepare", &[], &keeper).await), "record_changed_meanwhile");

    // 152 days before: the reminder of 180 days; once.
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(ran.iter().map(|ran| ran.clock.as_str()).collect::<Vec<_>>(), ["expiry:180"]);
    assert_eq!(scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run"), []);
    // The last day belongs to it, in the zone of the bank.
    scene.now = time("2026-08-01T15:59:59Z");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(ran.iter().map(|ran| ran.clock.as_str()).collect::<Vec<_>>(), ["expiry:30"]);
    scene.now = time("2026-08-01T16:00:00Z");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(
        ran.iter().map(|ran| (ran.clock.as_str(), ran.outcome.as_str())).collect::<Vec<_>>(),
        [("over", "moved")]
    );
    let lapsed = scene.store.record(concept("licence"), "LIC-2026-0001", &keeper).await.expect("read");
    assert_eq!((lapsed.state.code, lapsed.before.map(|state| state.code)), ("lapsed", Some("active")));
    scene.assert_whole().await;
}

async fn inspector_moves_nothing_and_it_is_written_down(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let (keeper, inspector) = (somebody(Role::Quality), somebody(Role::Inspector));
    let licence = scene.create("licence", &LICENCE, &keeper).await.expect("entered");
    assert_eq!(code(scene.go(&licence, "end", &[], &inspector).await), "permission_missing");
    let refused = scene.go(&licence, "renew", &[], &keeper).await.expect_err("not from here");
    assert_eq!(refused.code(), "move_not_allowed");
    assert!(refused.to_string().contains("activate (to active), end (to ended)"), "{refused}");
    let told = scene.history(&licence).await;
    assert!(
        matches!(&told[0], RecordDeed::Refused { step, code, .. } if step == "renew" && code == "move_not_allowed")
    );
    assert!(matches!(&told[1], RecordDeed::Refused { step, .. } if step == "end"));
    assert!(matches!(&told[2], RecordDeed::Created { state } if state == "entered"));
    let same = scene.store.record(concept("licence"), &licence.number, &inspector).await.expect("he reads");
    assert_eq!(same, licence, "nothing was changed");
    assert_eq!(code(scene.create("licence", &LICENCE, &keeper).await), "record_not_unique");
    let filter = RecordFilter { text: Some("卫健".to_owned()), ..RecordFilter::default() };
    let page =
        scene.store.record_page(concept("licence"), &filter, (None, 10), &inspector).await.expect("read");
    assert_eq!(page.iter().map(|line| line.number.as_str()).collect::<Vec<_>>(), ["LIC-2026-0001"]);
    scene.assert_whole().await;
}

/// Every pair of states and every role, asked of a real bank. What is refused is written down, and nothing else is
/// changed.
async fn every_move_of_a_licence_is_as_the_table_says(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let keeper = somebody(Role::Quality);
    let table = include_str!("cases/workflow_moves.tsv");
    let allowed = |from: &str, to: &str, role: &str| {
        let row = table.lines().find(|line| line.starts_with(&format!("licence\t{from}\t{to}\t")));
        row.map(|row| row.split('\t').nth(3).is_some_and(|roles| roles.split(',').any(|one| one == role)))
    };
    let states: Vec<&str> = concept("licence").states.iter().map(|state| state.code).collect();
    for from in &states {
        for to in &states {
            let record = licence_in(&mut scene, from, &keeper).await;
            for role in Role::all().filter(|role| allowed(from, to, role.code()) != Some(true)) {
                let refused = code(scene.go(&record, to, &[], &somebody(role)).await);
                let expected = match allowed(from, to, "system") {
                    None => "move_not_allowed",
                    Some(true) => "move_by_clock_only",
                    Some(false) => "permission_missing",
                };
                assert_eq!(refused, expected, "{from} to {to} as {}", role.code());
            }
            let after = scene.store.record(record.concept, &record.number, &keeper).await.expect("read");
            assert_eq!(after, record, "nothing was changed");
            if allowed(from, to, "quality") == Some(true) {
                let moved = scene.go(&record, to, &[("valid_until", "2030-01-01")], &keeper).await;
                assert_eq!(moved.expect("allowed").state.code, *to);
            }
        }
    }
    scene.assert_whole().await;
}

/// A new licence, brought into a state by the way that leads there.
async fn licence_in(scene: &mut Scene, state: &str, keeper: &Principal) -> Record {
    let number = scene.ids.next_id();
    let fields = [
        ("kind", "other"),
        ("licence_number", number.as_str()),
        ("authority", "a"),
        ("valid_until", "2026-03-02"),
    ];
    let licence = scene.create("licence", &fields, keeper).await.expect("entered");
    if state == "entered" {
        return scene.attach(&licence, DocumentClass::Certificate, keeper).await;
    }
    if state == "ended" {
        return scene.go(&licence, "end", &[], keeper).await.expect("ended");
    }
    let licence = scene.attach(&licence, DocumentClass::Certificate, keeper).await;
    let active = scene.go(&licence, "activate", &[], keeper).await.expect("in force");
    match state {
        "renewal" => scene.go(&active, "prepare", &[], keeper).await.expect("prepared"),
        "lapsed" => {
            let day_after = scene.now + SignedDuration::from_hours(24);
            scene.store.run_clocks(day_after, &scene.ids, &scene.random).await.expect("run");
            scene.store.record(active.concept, &active.number, keeper).await.expect("read")
        }
        _ => active,
    }
}

const RACERS: usize = 100;
const USCC: &str = "91350100M000100Y43";

async fn a_hundred_enter_one_institution(bank: &TestBank) {
    let scene = Arc::new(Scene::begin(bank).await);
    let racers: Vec<_> = (0..RACERS)
        .map(|racer| {
            let scene = Arc::clone(&scene);
            tokio::spawn(async move {
                let name = format!("医院 {racer}");
                let fields = [("name", name.as_str()), ("kind", "hospital"), ("uscc", USCC)];
                scene.create("institution", &fields, &somebody(Role::Quality)).await
            })
        })
        .collect();
    let (mut winners, mut told) = (Vec::new(), 0);
    for racer in racers {
        match racer.await.expect("ran") {
            Ok(record) => winners.push(record.number),
            Err(error) => {
                assert_eq!(error.code(), "record_not_unique");
                assert!(error.to_string().contains("INST-2026-0001"), "the loser learns who: {error}");
                told += 1;
            }
        }
    }
    assert_eq!((winners, told), (vec!["INST-2026-0001".to_owned()], RACERS - 1));
    scene.assert_whole().await;
}

async fn a_hundred_make_one_move(bank: &TestBank) {
    let scene = Arc::new(Scene::begin(bank).await);
    let keeper = somebody(Role::Quality);
    let licence = scene.create("licence", &LICENCE, &keeper).await.expect("entered");
    let racers: Vec<_> = (0..RACERS)
        .map(|_| {
            let (scene, licence) = (Arc::clone(&scene), licence.clone());
            tokio::spawn(async move { scene.go(&licence, "end", &[], &somebody(Role::Director)).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.expect("ran") {
            Ok(record) => {
                assert_eq!((record.state.code, record.version), ("ended", 2));
                won += 1;
            }
            Err(error) => assert_eq!(error.code(), "record_changed_meanwhile"),
        }
    }
    assert_eq!(won, 1);
    let history = scene.history(&licence).await;
    assert_eq!(history.len(), 2, "who comes too late has done nothing wrong: {history:?}");
    // Who did not look at the version is told that there is no such move any more.
    let blind = RecordAt { expected_version: None, ..at(&licence) };
    let acting = scene.acting(&keeper).because("once more, please");
    let again = scene.store.move_record(blind, "end", &[], &scene.keys, &acting).await;
    assert_eq!(code(again), "move_not_allowed");
    scene.assert_whole().await;
}

async fn two_runners_run_a_clock_once(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let keeper = somebody(Role::Quality);
    for number in 0..30 {
        let number = format!("L{number}");
        let fields = [
            ("kind", "other"),
            ("licence_number", &number),
            ("authority", "a"),
            ("valid_until", "2026-03-05"),
        ];
        let licence = scene.create("licence", &fields, &keeper).await.expect("entered");
        let licence = scene.attach(&licence, DocumentClass::Certificate, &keeper).await;
        scene.go(&licence, "activate", &[], &keeper).await.expect("in force");
    }
    scene.now = time("2026-04-01T00:00:00Z");
    let scene = Arc::new(scene);
    let runners: Vec<_> = (0..4)
        .map(|_| {
            let (scene, address) = (Arc::clone(&scene), bank.address.clone());
            tokio::spawn(async move {
                // A process of its own would open the bank as this does.
                let store = Store::open(&address).await.expect("opened");
                let ran = store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
                store.close().await.expect("closed");
                ran
            })
        })
        .collect();
    let mut ran = Vec::new();
    for runner in runners {
        ran.extend(runner.await.expect("ran").into_iter().map(|one| (one.number, one.clock, one.outcome)));
    }
    ran.sort();
    let twice = ran.windows(2).find(|pair| pair[0].0 == pair[1].0);
    assert_eq!((ran.len(), twice), (30, None));
    assert!(ran.iter().all(|(_, clock, outcome)| clock == "over" && outcome == "moved"), "{ran:?}");
    assert_eq!(scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run"), []);
    scene.assert_whole().await;
}

async fn clerk_enters_a_mother_who_is_nowhere_in_the_open(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let clerk = somebody(Role::Collection);
    let fields = [
        ("kind", "mother"),
        ("name", "王芳"),
        ("document_kind", "cn_id"),
        ("document_number", "11010519491231002x"),
        ("mobile", "138 0000 0000"),
    ];
    let mother = scene.create("person", &fields, &clerk).await.expect("entered");
    assert_eq!(mother.fields, [("kind", "mother".to_owned())]);
    assert_eq!(mother.sealed, ["document_kind", "document_number", "mobile", "name"]);
    let person_id = mother.person_id.clone().expect("a person");
    let person = scene
        .store
        .open_person(&person_id, Purpose::CollectionCare, &scene.keys, &scene.acting(&clerk))
        .await
        .expect("opened");
    assert_eq!(person.get(PersonField::DocumentNumber), Some("11010519491231002X"));
    assert_eq!(person.get(PersonField::Mobile), Some("+8613800000000"));

    // The same document again: refused by the blind index, without telling what it is.
    let again = scene.create("person", &fields, &clerk).await.expect_err("known already");
    assert_eq!(again.code(), "record_not_unique");
    assert!(!format!("{again:?}").contains("110105"), "{again:?}");
    let wrong = [
        ("kind", "mother"),
        ("name", "李雷"),
        ("document_kind", "cn_id"),
        ("document_number", "110105194912310021"),
    ];
    let refused = scene.create("person", &wrong, &clerk).await.expect_err("the check is wrong");
    assert_eq!(refused.code(), "cn_id_check_wrong");
    assert!(!format!("{refused:?}").contains("110105"), "{refused:?}");

    let changed = scene
        .store
        .amend_record(at(&mother), &owned(&[("mobile", "13900000000")]), &scene.keys, &scene.acting(&clerk))
        .await
        .expect("changed");
    assert_eq!(changed.version, 2);
    assert_eq!(code(scene.go(&changed, "verify", &[], &clerk).await), "four_eyes");
    let reviewer = somebody(Role::Reviewer);
    assert_eq!(scene.go(&changed, "verify", &[], &reviewer).await.expect("checked").state.code, "verified");
    let kind = owned(&[("kind", "patient")]);
    let acting = scene.acting(&clerk).because("she is ill now");
    let changed = scene.store.record(mother.concept, &mother.number, &clerk).await.expect("read");
    let other = scene.store.amend_record(at(&changed), &kind, &scene.keys, &acting).await;
    assert_eq!(code(other), "record_person_fixed");

    let everything = scene.store.history_page(None, None, 1_000).await.expect("read");
    let text = format!("{everything:?}");
    for secret in ["王芳", "11010519491231002", "1380000", "1390000"] {
        assert!(!text.contains(secret), "{secret} is in the open");
    }
    scene.assert_whole().await;
}

const PASSWORD: &str = "four words do not belong";

/// Somebody with an account, who can sign.
struct Signer {
    number: String,
    link: Token,
    signed_in: SignedIn,
}

impl Scene {
    async fn signer(&mut self, number: &str, role: Role) -> Signer {
        let console = Principal::console("keeper");
        let made = self.store.add_account(number, &[Grant::everywhere(role)], &self.acting(&console)).await;
        let (_, link) = made.expect("an account");
        let code = self.keys.new_second_factor(&link).code(self.now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&code) };
        let used = self.store.use_link(&link, chosen, &self.keys, self.now, (&self.ids, &self.random)).await;
        let signer = Signer { number: number.to_owned(), link, signed_in: used.expect("signed in") };
        self.now += SignedDuration::from_secs(60);
        let code = self.keys.new_second_factor(&signer.link).code(self.now);
        let proof = Proof { session: &signer.signed_in.token, password: PASSWORD, code: Some(&code) };
        let acting = self.acting(&signer.signed_in.session.principal);
        self.store.certify_signer(proof, &self.keys, &acting).await.expect("certified");
        signer
    }

    /// Signs in anew, as who comes back after weeks, and signs.
    async fn sign(&mut self, record: &Record, meaning: Meaning, signer: &Signer) {
        self.now += SignedDuration::from_secs(60);
        let code = self.keys.new_second_factor(&signer.link).code(self.now);
        let staff_number = signer.number.as_str();
        let given = SignIn { staff_number, password: PASSWORD, code: Some(&code), before: None };
        let signed_in = self.store.sign_in(given, &self.keys, self.now, (&self.ids, &self.random)).await;
        let signed_in = signed_in.expect("signed in");
        self.now += SignedDuration::from_secs(60);
        let code = self.keys.new_second_factor(&signer.link).code(self.now);
        let proof = Proof { session: &signed_in.token, password: PASSWORD, code: Some(&code) };
        let signing = Signing { record: &record.canonical(), meaning, site: record.site.as_deref() };
        let acting = self.acting(&signed_in.session.principal);
        self.store.sign(signing, proof, &self.keys, &acting).await.expect("signed");
    }
}

async fn technologist_is_authorised_from_until(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    scene.signer("T0001", Role::Technologist).await;
    let director = scene.signer("D0001", Role::Director).await;
    let quality = somebody(Role::Quality);
    let fields = [
        ("holder", "t0001"),
        ("activity", "制备"),
        ("from", "2026-03-10"),
        ("until", "2026-12-31"),
        ("evidence", "SOP-12, three runs"),
    ];
    let proposed = scene.create("authorisation", &fields, &quality).await.expect("proposed");
    assert_eq!((proposed.field("holder"), proposed.field("activity")), (Some("T0001"), Some("processing")));
    let may = async |scene: &Scene, at: &str| {
        scene.store.authorisation("t0001", "processing", time(at)).await.expect("an answer")
    };
    assert_eq!(may(&scene, "2026-03-20T00:00:00Z").await, None, "not granted yet");
    let proposed = scene.attach(&proposed, DocumentClass::Certificate, &quality).await;
    let principal = director.signed_in.session.principal.clone();
    assert_eq!(code(scene.go(&proposed, "grant", &[], &principal).await), "signature_missing");
    scene.sign(&proposed, Meaning::Approved, &director).await;
    let granted = scene.go(&proposed, "grant", &[], &principal).await.expect("granted");
    let number = Some(granted.number.clone());
    for (at, expected) in [
        ("2026-03-09T15:59:59Z", None),
        ("2026-03-09T16:00:00Z", number.clone()),
        ("2026-12-31T15:59:59Z", number.clone()),
        ("2026-12-31T16:00:00Z", None),
    ] {
        assert_eq!(may(&scene, at).await, expected, "{at}");
    }
    assert_eq!(
        scene.store.authorisation("t0001", "release", time("2026-04-01T00:00:00Z")).await.expect("read"),
        None
    );
    scene.now = time("2026-06-01T00:00:00Z");
    let suspended = scene.go(&granted, "suspend", &[], &quality).await.expect("suspended");
    assert_eq!(may(&scene, "2026-06-01T00:00:01Z").await, None);
    assert_eq!(may(&scene, "2026-05-31T23:59:59Z").await, number, "it was so then");
    // A signature of before does not resume it.
    let resumed = scene.go(&suspended, "resume", &[], &principal).await;
    assert_eq!(code(resumed), "signature_missing");
    scene.sign(&suspended, Meaning::Approved, &director).await;
    scene.go(&suspended, "resume", &[], &principal).await.expect("resumed");
    scene.now = time("2027-01-02T00:00:00Z");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(ran.iter().map(|one| one.clock.as_str()).collect::<Vec<_>>(), ["over"]);
    assert_eq!(may(&scene, "2027-01-02T00:00:00Z").await, None);
    let notices = scene.store.notifications(&principal, None, 10).await.expect("read");
    assert_eq!(notices.len(), 0, "the director has asked for none of these");
    scene.assert_whole().await;
}

async fn reporter_corrects_and_another_verifies(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let li = scene.signer("Q0001", Role::Quality).await;
    let wang = scene.signer("Q0002", Role::Quality).await;
    let (li_is, wang_is) = (li.signed_in.session.principal.clone(), wang.signed_in.session.principal.clone());
    let fields = [
        ("title", "液氮罐 3 温度报警"),
        ("description", "−140 ℃ 持续 20 分钟"),
        ("detected_on", "2026-03-01"),
        ("severity", "major"),
        ("about", "tank/3"),
    ];
    let reported =
        scene.create("nonconformance", &fields, &somebody(Role::StorageCustodian)).await.expect("reported");
    assert_eq!(code(scene.go(&reported, "assess", &[], &li_is).await), "record_field_missing");
    let given = [("cause", "阀门结冰"), ("due_on", "2026-03-20")];
    let assessed = scene.go(&reported, "assess", &given, &li_is).await.expect("assessed");
    let corrected =
        scene.go(&assessed, "correct", &[("action", "更换阀门")], &li_is).await.expect("corrected");
    let evidence = scene.attach(&corrected, DocumentClass::Report, &li_is).await;
    scene.sign(&evidence, Meaning::Reviewed, &li).await;
    let effective = [("effectiveness", "30 天无报警")];
    assert_eq!(code(scene.go(&evidence, "verify", &effective, &li_is).await), "four_eyes");
    let filled = scene
        .store
        .amend_record(
            at(&evidence),
            &owned(&effective),
            &scene.keys,
            &scene.acting(&wang_is).because("looked at the log"),
        )
        .await
        .expect("filled in");
    scene.sign(&filled, Meaning::Reviewed, &wang).await;
    let closed = scene.go(&filled, "verify", &[], &wang_is).await.expect("closed");
    assert_eq!(closed.state.code, "closed");
    let told = scene.store.record_history(&closed, None, 100).await.expect("read");
    let refused: Vec<&str> = told
        .iter()
        .filter_map(|event| match &event.what {
            RecordDeed::Refused { code, .. } => Some(code.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(refused, ["four_eyes"]);
    let assessed =
        told.iter().find(|event| !event.changes.is_empty() && event.actor == "staff:Q0001").expect("told");
    let action = assessed.changes.iter().find(|change| change.field == "action").expect("its change");
    assert_eq!((action.old.as_deref(), action.new.as_deref()), (None, Some("更换阀门")));
    scene.assert_whole().await;
}

async fn lists_are_sorted_filtered_and_paged(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let keeper = somebody(Role::Quality);
    let days = ["2026-09-01", "2026-04-01", "", "2027-01-01", "2026-04-01"];
    for (number, day) in days.iter().enumerate() {
        let licence_number = format!("N_{number}%");
        let fields = [
            ("kind", "other"),
            ("licence_number", &licence_number),
            ("authority", "Jinan 100%"),
            ("valid_until", day),
        ];
        scene.create("licence", &fields, &keeper).await.expect("entered");
        scene.now += SignedDuration::from_secs(1);
    }
    let by = |order: &str, descending: bool| RecordFilter {
        order: RecordOrder::read(order, concept("licence")).expect("an order"),
        descending,
        ..RecordFilter::default()
    };
    for (filter, expected) in [
        (by("number", false), [1, 2, 3, 4, 5]),
        (by("number", true), [5, 4, 3, 2, 1]),
        (by("changed", true), [5, 4, 3, 2, 1]),
        (by("valid_until", false), [3, 2, 5, 1, 4]),
        (by("valid_until", true), [4, 1, 5, 2, 3]),
    ] {
        // Two lines a page: the whole is the same as in one.
        let (mut seen, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let page =
                scene.store.record_page(concept("licence"), &filter, (after.as_deref(), 2), &keeper).await;
            let page = page.expect("read");
            let Some(last) = page.last() else { break };
            after = Some(last.cursor().to_owned());
            seen.extend(page.into_iter().map(|line| line.number));
        }
        let expected: Vec<String> = expected.iter().map(|number| format!("LIC-2026-000{number}")).collect();
        assert_eq!(seen, expected, "{filter:?}");
    }
    let found = async |filter: RecordFilter| {
        let page =
            scene.store.record_page(concept("licence"), &filter, (None, 100), &keeper).await.expect("read");
        page.len()
    };
    let text = |text: &str| RecordFilter { text: Some(text.to_owned()), ..RecordFilter::default() };
    let field =
        |code: &str, value: &str| RecordFilter { fields: owned(&[(code, value)]), ..RecordFilter::default() };
    let state = |state: &str| RecordFilter { states: vec![state.to_owned()], ..RecordFilter::default() };
    assert_eq!(found(text("jinan")).await, 5);
    assert_eq!(found(text("n_3%")).await, 1);
    assert_eq!(found(text("nx3")).await, 0, "_ and % are letters");
    assert_eq!(found(text("lic-2026-0004")).await, 1);
    assert_eq!(found(field("valid_until", "2026-04-01")).await, 2);
    assert_eq!(found(field("licence_number", "N_1%")).await, 1);
    assert_eq!(found(field("nothing", "")).await, 0);
    assert_eq!((found(state("entered")).await, found(state("active")).await), (5, 0));
    let counts =
        scene.store.record_counts(concept("licence"), &RecordFilter::default(), &keeper).await.expect("read");
    assert_eq!(counts[0], ("entered", 5));
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 5);
}

async fn who_sees_only_one_site(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let console = Principal::console("keeper");
    for code in ["jinan", "qingdao"] {
        let site = Site {
            code: code.to_owned(),
            name: code.to_owned(),
            kind: SiteKind::CollectionHospital,
            uscc: None,
            active: true,
        };
        scene.store.put_site(&site, &scene.acting(&console)).await.expect("a site");
    }
    let (everywhere, mut numbers) = (somebody(Role::Quality), Vec::new());
    for site in [Some("jinan"), Some("qingdao"), None] {
        let fields =
            [("title", "t"), ("description", "d"), ("detected_on", "2026-03-01"), ("severity", "minor")];
        let new = NewRecord {
            concept: concept("nonconformance"),
            site: site.map(str::to_owned),
            fields: owned(&fields),
        };
        let made =
            scene.store.create_record(&new, &scene.keys, &scene.acting(&everywhere)).await.expect("made");
        numbers.push(made.number);
    }
    let grants = [Grant::at(Role::Technologist, "jinan")];
    let made = scene.store.add_account("S0001", &grants, &scene.acting(&console)).await;
    let (_, link) = made.expect("an account");
    let code_now = scene.keys.new_second_factor(&link).code(scene.now);
    let chosen = NewCredential { password: PASSWORD, code: Some(&code_now) };
    let used = scene.store.use_link(&link, chosen, &scene.keys, scene.now, (&scene.ids, &scene.random)).await;
    let local = used.expect("signed in").session.principal;
    let all = RecordFilter::default();
    let page =
        scene.store.record_page(concept("nonconformance"), &all, (None, 10), &local).await.expect("read");
    let seen: Vec<&str> = page.iter().map(|line| line.number.as_str()).collect();
    assert_eq!(seen, [numbers[0].as_str(), numbers[2].as_str()]);
    let other = scene.store.record(concept("nonconformance"), &numbers[1], &local).await;
    assert_eq!(code(other), "record_unknown");
    assert_eq!(
        code(scene.store.record(concept("person"), "PER-2026-0001", &local).await),
        "permission_missing"
    );
    let elsewhere = NewRecord {
        concept: concept("nonconformance"),
        site: Some("qingdao".to_owned()),
        fields: owned(&[
            ("title", "t"),
            ("description", "d"),
            ("detected_on", "2026-03-01"),
            ("severity", "minor"),
        ]),
    };
    let made = scene.store.create_record(&elsewhere, &scene.keys, &scene.acting(&local)).await;
    assert_eq!(code(made), "permission_missing_at_site");
}

async fn all_that_is_wrong_is_told_at_once(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let keeper = somebody(Role::Quality);
    let fields = [
        ("name", ""),
        ("kind", "castle"),
        ("uscc", "91350100M000100Y44"),
        ("email", "nobody"),
        ("contract_until", "31.12.2026"),
        ("transplant_qualified", "perhaps"),
        ("colour", "red"),
        ("name", "twice"),
    ];
    let refused = scene.create("institution", &fields, &keeper).await.expect_err("refused");
    let BankError::Refused(refusal) = refused else { panic!("{refused}") };
    let told: Vec<(&str, &str)> =
        refusal.problems.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
    assert_eq!(
        told,
        [
            ("kind", "record_choice_unknown"),
            ("uscc", "uscc_check_wrong"),
            ("email", "record_email_invalid"),
            ("contract_until", "record_date_invalid"),
            ("transplant_qualified", "record_flag_invalid"),
            ("colour", "record_field_unknown"),
            ("name", "record_field_twice"),
        ]
    );
    let missing =
        scene.create("institution", &[("kind", "transplant_centre")], &keeper).await.expect_err("refused");
    let BankError::Refused(refusal) = missing else { panic!("{missing}") };
    let told: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(told, ["name", "uscc", "transplant_qualified"]);
    let account = scene.create(
        "authorisation",
        &[("holder", "X1"), ("activity", "release"), ("from", "2026-01-01")],
        &keeper,
    );
    assert_eq!(code(account.await), "record_account_unknown");
    let new =
        NewRecord { concept: concept("licence"), site: Some("moon".to_owned()), fields: owned(&LICENCE) };
    let made = scene.store.create_record(&new, &scene.keys, &scene.acting(&keeper)).await;
    assert_eq!(code(made), "site_unknown");
}

async fn a_contract_that_ran_out_again_suspends_again(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let director = scene.signer("D0001", Role::Director).await;
    let principal = director.signed_in.session.principal.clone();
    let fields = [
        ("name", "省立医院"),
        ("kind", "hospital"),
        ("uscc", USCC),
        ("contract_number", "C-1"),
        ("contract_until", "2026-03-31"),
    ];
    let proposed =
        scene.create("institution", &fields, &somebody(Role::SearchCoordinator)).await.expect("proposed");
    let proposed = scene.attach(&proposed, DocumentClass::Contract, &somebody(Role::Quality)).await;
    scene.sign(&proposed, Meaning::Approved, &director).await;
    let approved = scene.go(&proposed, "approve", &[], &principal).await.expect("approved");
    assert_eq!(approved.state.code, "approved");
    scene.now = time("2026-05-01T00:00:00Z");
    let over = async |scene: &Scene| {
        let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
        ran.into_iter().map(|one| (one.clock, one.outcome)).collect::<Vec<_>>()
    };
    let moved = vec![("contract_over".to_owned(), "moved".to_owned())];
    assert_eq!(over(&scene).await, moved);
    let suspended = scene.store.record(approved.concept, &approved.number, &principal).await.expect("read");
    scene.sign(&suspended, Meaning::Approved, &director).await;
    let resumed = scene.go(&suspended, "resume", &[], &principal).await.expect("resumed");
    assert_eq!(resumed.state.code, "approved");
    // Nobody wrote a new day: it is as late as before.
    assert_eq!(over(&scene).await, moved);
    scene.assert_whole().await;
}

async fn a_late_assessment_is_told_once(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let director = scene.signer("D0001", Role::Director).await;
    let principal = director.signed_in.session.principal.clone();
    let fields = [("title", "t"), ("description", "d"), ("detected_on", "2026-03-01"), ("severity", "minor")];
    scene.now = time("2026-03-02T01:00:00Z");
    scene.create("nonconformance", &fields, &principal).await.expect("reported");
    let run = async |scene: &Scene, at: &str| {
        scene.store.run_clocks(time(at), &scene.ids, &scene.random).await.expect("run").len()
    };
    // Reported on 2 March, three days: to the end of 5 March in Shanghai.
    assert_eq!(run(&scene, "2026-03-05T15:59:59Z").await, 0);
    assert_eq!(run(&scene, "2026-03-05T16:00:00Z").await, 1);
    assert_eq!(run(&scene, "2026-03-09T00:00:00Z").await, 0);
    let told = scene.store.notifications(&principal, None, 10).await.expect("read");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].code.as_str(), told[0].subject.as_str()),
        ("record_clock_ran", "nonconformance/NC-2026-0001")
    );
    // A bank with another procedure.
    let (keeper, ids) = (qidai_bank::Actor::administrator("keeper"), support::ids("set"));
    let context = qidai_bank::WriteContext::new(scene.now, keeper, &ids);
    scene.store.set_setting("workflow.nonconformance.assess_days", "10", &context).await.expect("set");
    scene.create("nonconformance", &fields, &principal).await.expect("reported");
    assert_eq!(run(&scene, "2026-03-12T15:59:59Z").await, 0);
    assert_eq!(run(&scene, "2026-03-12T16:00:00Z").await, 1);
}

/// peers.md 5 (Baobab 21): bank B orders kits that bank A assembles, and what was collected with them is escorted by both.
async fn another_bank_orders_kits_and_units_are_escorted_jointly(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let quality = scene.signer("Q0001", Role::Quality).await;
    let midwife = somebody(Role::Collection);
    let fields = [("name", "乙库"), ("kind", "cord_blood_bank"), ("uscc", "91350100M000100Y43")];
    let partner =
        scene.create("institution", &fields, &quality.signed_in.session.principal).await.expect("entered");
    let order = [
        ("direction", "from_us"),
        ("partner", partner.number.as_str()),
        ("kits", "2"),
        ("needed_on", "2026-03-20"),
    ];
    let order = scene.create("kit_order", &order, &midwife).await.expect("ordered");
    let mut kits = Vec::new();
    for label in [1, 2, 3] {
        let label = support::din(label).written();
        let fields = [
            ("label", label.as_str()),
            ("lot", "L-9"),
            ("expires_on", "2026-12-31"),
            ("anticoagulant", "cpd"),
        ];
        kits.push(scene.create("kit", &fields, &midwife).await.expect("assembled"));
    }
    let to = [("order", order.number.as_str())];
    // Nobody has agreed to it, and who asked does not.
    assert_eq!(code(scene.go(&kits[0], "hand_over", &to, &midwife).await), "kit_order_not_agreed");
    assert_eq!(code(scene.go(&order, "approve", &[], &midwife).await), "permission_missing");
    scene.sign(&order, Meaning::Approved, &quality).await;
    let order =
        scene.go(&order, "approve", &[], &quality.signed_in.session.principal).await.expect("agreed to");
    scene.go(&kits[0], "hand_over", &to, &midwife).await.expect("handed over");
    let sent = [("box", "BOX-9"), ("sent_on", "2026-03-02")];
    assert_eq!(code(scene.go(&order, "send", &sent, &midwife).await), "kit_order_incomplete");
    scene.go(&kits[1], "hand_over", &to, &midwife).await.expect("handed over");
    let order = scene.go(&order, "send", &sent, &midwife).await.expect("sent");
    // What left is no longer given out here, and nothing is added to what left.
    let gone = scene.store.record(concept("kit"), &kits[0].number, &midwife).await.expect("read");
    assert_eq!(code(scene.go(&gone, "issue", &[], &midwife).await), "move_not_allowed");
    assert_eq!(code(scene.go(&kits[2], "hand_over", &to, &midwife).await), "kit_order_not_agreed");
    let received = [("received_on", "2026-03-03"), ("received_kits", "2")];
    let order = scene.go(&order, "receive", &received, &midwife).await.expect("received");
    assert_eq!(order.state.code, "received");
    // On the way back both banks are there.
    let alone = [("box", "BOX-9"), ("planned_on", "2026-03-10"), ("escort", "joint")];
    assert_eq!(code(scene.create("pickup", &alone, &midwife).await), "record_field_missing");
    let both = [("joint_with", partner.number.as_str()), ("joint_escort", "B-17")];
    let joint: Vec<_> = alone.iter().chain(&both).copied().collect();
    let pickup = scene.create("pickup", &joint, &midwife).await.expect("planned");
    assert_eq!(pickup.field("joint_escort"), Some("B-17"));
    scene.assert_whole().await;
}

/// Mission M06: a round that is reported by one is judged by another; one that nobody reported is missed by itself.
async fn a_round_of_proficiency_is_reported_and_judged_by_another(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let reviewer = scene.signer("R0001", Role::Reviewer).await;
    let (technologist, director) = (somebody(Role::Technologist), somebody(Role::MedicalDirector));
    let round = |name: &'static str| {
        [
            ("name", name),
            ("provider", "NCCL"),
            ("test", "cd34_total"),
            ("sample", "S-1"),
            ("due_on", "2026-03-10"),
        ]
    };
    let good = scene.create("proficiency_round", &round("2026-1"), &technologist).await.expect("entered");
    let missed = scene.create("proficiency_round", &round("2026-2"), &technologist).await.expect("entered");
    let good = scene.go_amend(&good, &[("reported", "4.1e6")], &technologist).await;
    assert_eq!(
        code(scene.go(&good, "report", &[], &reviewer.signed_in.session.principal).await),
        "signature_missing"
    );
    scene.sign(&good, Meaning::Reviewed, &reviewer).await;
    let good = scene.go(&good, "report", &[], &reviewer.signed_in.session.principal).await.expect("reported");
    let judged = [("assigned", "4.0e6"), ("sd", "0.25e6")];
    assert_eq!(code(scene.go(&good, "score", &judged, &director).await), "document_missing");
    let good = scene.attach(&good, DocumentClass::Report, &technologist).await;
    let good = scene.go(&good, "score", &judged, &director).await.expect("scored");
    assert_eq!((good.field("z_score"), good.field("verdict")), (Some("0.40"), Some("satisfactory")));
    assert_eq!(code(scene.go(&good, "pass", &[], &reviewer.signed_in.session.principal).await), "four_eyes");
    let good = scene.go(&good, "pass", &[], &director).await.expect("satisfactory");
    assert_eq!(good.state.code, "satisfactory");
    scene.now = time("2026-03-10T16:00:00Z");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert!(ran.iter().any(|one| one.number == missed.number && one.outcome == "moved"), "{ran:?}");
    let late =
        scene.store.record(concept("proficiency_round"), &missed.number, &director).await.expect("read");
    assert_eq!(late.state.code, "missed");
    scene.assert_whole().await;
}
