//! A lot turns out to be bad: who has it, who got it, and when is it over? Told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

#[allow(dead_code, reason = "each test file uses its part")]
#[path = "orders/scene.rs"]
mod scene;
#[allow(dead_code, reason = "each test file uses its part")]
#[path = "orders/steps.rs"]
mod steps;
mod support;

use qidai_bank::{Acting, Affected, DocumentClass, Meaning, Principal, Record, Role, Status};
use scene::{Scene, code, somebody};
use support::postgres::Server;
use support::{TestBank, din};

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

stories!(a_bad_lot_is_followed_to_every_bag_and_every_patient, what_a_recall_begins_with);

/// A lot, and the batch records of some units that used it.
async fn lot(scene: &Scene, units: &[u32]) -> Record {
    let fields = [("lot", "D-88"), ("material", "dmso"), ("name", "DMSO"), ("expires_on", "2027-01-01")];
    let lot = scene.create("reagent_lot", &fields, &somebody(Role::Technologist)).await.expect("a lot");
    for unit in units {
        used(scene, &lot, *unit).await;
    }
    lot
}

async fn used(scene: &Scene, lot: &Record, unit: u32) -> Record {
    let din = din(unit).written();
    let fields = [
        ("unit", din.as_str()),
        ("method", "axp"),
        ("operator", "R0001"),
        ("begun_at", "2026-03-01T01:00:00Z"),
        ("dmso_lot", lot.number.as_str()),
    ];
    scene.create("processing_run", &fields, &somebody(Role::Technologist)).await.expect("a batch record")
}

/// Recalls what is found; gives how many units.
async fn hold(scene: &Scene) -> u64 {
    let system = Principal::system("recall");
    let acting = Acting::new(&system, scene.now, &scene.ids, &scene.random);
    scene.store.hold_recalled(&acting).await.expect("recalled")
}

fn numbers(affected: &Affected) -> Vec<&str> {
    affected.units.iter().map(|unit| unit.identity.value.as_str()).collect()
}

async fn a_bad_lot_is_followed_to_every_bag_and_every_patient(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let bad = lot(&scene, &[1, 3]).await;
    let (order, shipment) = scene.ready(1).await;
    scene.sent(shipment).await;
    let quality = scene.quality();

    let found = scene.store.affected_by(&bad.number, &quality).await.expect("followed");
    assert_eq!(numbers(&found), ["G123424000001", "G123424000003"]);
    assert!(found.units.iter().all(|unit| unit.by.starts_with("processing_run/")));
    let [recipient] = &found.recipients[..] else { panic!("{:?}", found.recipients) };
    assert_eq!(
        (recipient.order.as_str(), recipient.institution.as_str(), recipient.patient.as_deref()),
        (order.number.as_str(), "INST-2026-0001", Some("PAT-2026-0001"))
    );
    // From the patient back to the bag, and from the bag to itself.
    let from_patient = scene.store.affected_by("PAT-2026-0001", &quality).await.expect("followed");
    assert_eq!(numbers(&from_patient), ["G123424000001"]);

    let fields =
        [("cause", "lot"), ("began_with", bad.number.as_str()), ("found_on", "2026-03-02"), ("what", "污染")];
    let recall = scene.create("recall", &fields, &quality).await.expect("prepared");
    let told = ["units_found", "in_store_found", "recipients_found"].map(|field| recall.field(field));
    assert_eq!(told, [Some("2"), Some("1"), Some("1")]);
    assert_eq!(recall.field("list_digest"), Some(found.digest.as_str()));
    assert_eq!(hold(&scene).await, 0, "a draft moves nothing");
    assert_eq!(code(scene.go(&recall, "open", &[], &quality).await), "signature_missing");
    scene.sign(&recall, Meaning::Approved, "Q0001").await;
    let recall = scene.go(&recall, "open", &[], &quality).await.expect("opened");
    assert_eq!(hold(&scene).await, 1);
    assert_eq!((hold(&scene).await, scene.status(3).await), (0, Status::Recalled));
    // What the bank learns later belongs to it too.
    used(&scene, &bad, 2).await;
    assert_eq!((hold(&scene).await, scene.status(2).await), (1, Status::Recalled));
    settle(&mut scene, recall).await;
    scene.assert_whole().await;
}

/// Every institution answers, every bag is decided on; only then is it over.
async fn settle(scene: &mut Scene, recall: Record) {
    let quality = scene.quality();
    let notices = scene.all("recall_notice").await;
    let [notice] = &notices[..] else { panic!("{} notices", notices.len()) };
    assert!(notice.field("orders").is_some_and(|orders| orders.contains("G123424000001")));
    let recall = scene.attach(&recall, DocumentClass::Report, &quality).await;
    scene.sign(&recall, Meaning::Approved, "Q0001").await;
    let over = [("conclusion", "仅批号 D-88")];
    assert_eq!(code(scene.go(&recall, "close", &over, &quality).await), "recall_not_settled");
    let letter = scene.attach(notice, DocumentClass::Letter, &quality).await;
    let sent = scene.go(&letter, "send", &[("sent_on", "2026-03-02")], &quality).await.expect("sent");
    let heard = [("acknowledged_on", "2026-03-02")];
    let heard = scene.go(&sent, "acknowledge", &heard, &quality).await.expect("acknowledged");
    scene.go(&heard, "close", &[("measures", "加强监测")], &quality).await.expect("closed");
    assert_eq!(code(scene.go(&recall, "close", &over, &quality).await), "recall_not_settled");
    for unit in [2, 3] {
        let life = scene.store.unit_life(&din(unit)).await.expect("read").expect("known");
        scene.sign(&life, Meaning::Approved, "Q0001").await;
        scene.unit_go(unit, "end_recall", Role::Quality).await.expect("back");
    }
    assert_eq!(hold(scene).await, 0, "what was decided on is not recalled again");
    let recall = scene.go(&recall, "close", &over, &quality).await.expect("closed");
    assert_eq!(recall.state.code, "closed");
}

/// Tanks, numbers, labels; and what is nothing.
async fn what_a_recall_begins_with(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let quality = scene.quality();
    for (written, expected) in
        [("G1234 24 000002", Some("G123424000002")), ("unit/din/G123424000002", Some("G123424000002"))]
    {
        let found = scene.store.affected_by(written, &quality).await.expect(written);
        assert_eq!(numbers(&found).first().copied(), expected);
    }
    let nobody = scene.store.affected_by("INST-2026-0001", &quality).await.expect("followed");
    assert_eq!(nobody.units.len(), 0);
    for written in ["", "RL-2026-0001", "tank/T01", "freeze_run/X", "G123424999999", "person/'; DROP", "%"] {
        let refused = scene.store.affected_by(written, &quality).await;
        assert_eq!(code(refused), "recall_beginning_unknown", "{written}");
        let fields = [("cause", "lot"), ("began_with", written), ("found_on", "2026-03-02"), ("what", "x")];
        let refused = code(scene.create("recall", &fields, &quality).await);
        assert!(
            matches!(refused, "recall_beginning_unknown" | "record_field_missing"),
            "{written}: {refused}"
        );
    }
    let stranger = somebody(Role::Family);
    assert_eq!(code(scene.store.affected_by("G123424000002", &stranger).await), "permission_missing");
}
