//! Stories of records: made, moved, refused, raced for; each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use qidai_bank::workflow::{self, Concept};
use qidai_bank::{
    Acting, BankError, DocumentClass, IdSource, KeyRing, MasterKey, MediaType, NewDocument, NewRecord,
    Principal, RandomSource, Record, RecordAt, RecordDeed, RecordFilter, Role, Store,
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

stories!(keeper_enters_a_licence_that_lapses_by_itself, inspector_moves_nothing_and_it_is_written_down,);

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
