//! Where things stand: put in, moved, counted, and refused where they do not belong.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, BankError, Counted, IdSource, Identity, Moved, Position, Principal, RandomSource, Role, Room,
    ScannedPosition, Status, StorageMove, Store, Stored, StoredKind, Tank, TankClass, TankLimits,
    TestOutcome, UnitRecord, WriteContext,
};
use support::postgres::Server;
use support::{TestBank, din, ids, public_unit};

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(server) = super::Server::start_or_skip().await else { return };
                super::$name(&server.bank(stringify!($name)).await).await;
            })*
        }
    };
}

stories!(
    a_bag_is_put_in_moved_and_taken_out,
    two_units_into_one_slot_the_second_is_refused,
    one_of_a_hundred_gets_the_slot,
    what_waits_what_is_released_and_what_is_reactive_stand_apart,
    a_count_tells_what_is_missing_and_what_is_elsewhere,
    a_tank_without_limits_cannot_be_armed,
);

struct Scene {
    store: Arc<Store>,
    custodian: Principal,
    ids: IdSource,
    random: RandomSource,
    now: Timestamp,
}

fn tank(code: &str, class: TankClass) -> Tank {
    Tank {
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
    }
}

impl Scene {
    async fn at(bank: &TestBank) -> Scene {
        let store = Arc::new(Store::create_or_open(&bank.address).await.expect("a new bank"));
        let scene = Scene {
            store,
            custodian: Principal::console_as("test", Role::StorageCustodian),
            ids: ids("scene"),
            random: RandomSource::seeded(7),
            now: "2026-03-01T02:00:00Z".parse().expect("a time"),
        };
        let acting = scene.acting();
        let room = Room { code: "R2".to_owned(), name: "second room".to_owned(), site: None };
        scene.store.put_room(&room, &acting).await.expect("a room");
        for (code, class) in [
            ("T1", TankClass::Released),
            ("T2", TankClass::Quarantine),
            ("T3", TankClass::Reactive),
            ("T4", TankClass::Samples),
        ] {
            scene.store.put_tank(&tank(code, class), &acting).await.expect("a tank");
        }
        let units = (1..=9).map(public_unit).collect::<Vec<_>>();
        scene.add(&units).await;
        scene
    }

    fn acting(&self) -> Acting<'_> {
        Acting::new(&self.custodian, self.now, &self.ids, &self.random)
    }

    async fn add(&self, units: &[UnitRecord]) {
        let actor = qidai_bank::Actor::administrator("test");
        let context = WriteContext::new(self.now, actor, &self.ids);
        self.store.add_units(units, &context).await.expect("added");
    }

    async fn go(&self, unit: Identity, from: Option<&str>, to: Option<&str>) -> Result<Moved, BankError> {
        go(&self.store, &Stored::unit(unit), (from, to), &self.acting()).await
    }

    async fn assert_whole(&self) {
        let verified = self.store.verify(&[], &RandomSource::seeded(2), &mut |_| {}).await.expect("verified");
        assert!(verified.is_whole(), "{:#?}", verified.findings);
    }
}

async fn go(
    store: &Store,
    stored: &Stored,
    (from, to): (Option<&str>, Option<&str>),
    acting: &Acting<'_>,
) -> Result<Moved, BankError> {
    let scanned = |text: &str| ScannedPosition::parse(text).expect("a position");
    let (from, to) = (from.map(scanned), to.map(scanned));
    let asked = StorageMove { stored, from: from.as_ref(), to: to.as_ref(), done_at: None };
    store.move_stored(&asked, acting).await
}

fn refused<T: std::fmt::Debug>(result: Result<T, BankError>) -> &'static str {
    result.expect_err("refused").code()
}

const A: Option<&str> = Some("T1-S4-K06-L12-P3");
const B: Option<&str> = Some("R2-T1-S4-K06-L12-P4");

async fn a_bag_is_put_in_moved_and_taken_out(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    assert_eq!(refused(scene.go(din(1), None, None).await), "move_to_nowhere");
    assert_eq!(refused(scene.go(din(1), A, B).await), "not_stored");
    assert_eq!(scene.go(din(1), None, A).await.expect("stored").kind, "stored");
    assert_eq!(refused(scene.go(din(1), None, B).await), "already_stored");
    assert_eq!(refused(scene.go(din(1), B, None).await), "position_differs");
    let moved = scene.go(din(1), A, B).await.expect("moved");
    assert_eq!(
        (moved.kind, moved.to.map(|to| to.to_string())),
        ("moved", Some("T1-S4-K06-L12-P4".to_owned()))
    );
    for (to, code) in [
        ("T1-S7-K01-L01-P1", "position_unknown"),
        ("T1-S1-K01-L16-P1", "position_unknown"),
        ("T9-S1-K01-L01-P1", "tank_unknown"),
        ("R3-T1-S1-K01-L01-P1", "room_differs"),
    ] {
        assert_eq!(refused(scene.go(din(1), B, Some(to)).await), code, "{to}");
    }
    assert_eq!(refused(scene.go(din(99), None, A).await), "unit_unknown");
    let taken = scene.go(din(1), B, None).await.expect("taken");
    assert_eq!(taken.kind, "taken");
    let unit = Stored::unit(din(1));
    assert_eq!(scene.store.place_of(&unit).await.expect("read"), None);
    assert_eq!(scene.store.places_of(&unit).await.expect("read").len(), 2);
    let subject = unit.subject();
    let events = scene.store.history_page(Some(&subject), None, 20).await.expect("read");
    let kinds: Vec<String> = events.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "storage_move_refused").count(), 3, "{kinds:?}");
    scene.assert_whole().await;
}

async fn two_units_into_one_slot_the_second_is_refused(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    scene.go(din(1), None, A).await.expect("stored");
    let error = scene.go(din(2), None, A).await.expect_err("taken");
    assert_eq!(error.code(), "slot_taken");
    assert!(error.to_string().contains(&din(1).written()), "{error}");
    // Another product takes a place like any bag.
    let product = Stored::other(StoredKind::Product, "msc-7").expect("a number");
    assert_eq!(refused(go(&scene.store, &product, (None, A), &scene.acting()).await), "slot_taken");
    go(&scene.store, &product, (None, B), &scene.acting()).await.expect("stored");
    let content = scene.store.tank_content("T1", Some((4, 6))).await.expect("read");
    let numbers: Vec<String> = content.iter().map(|slot| slot.stored.written()).collect();
    assert_eq!(numbers, [din(1).written(), "MSC-7".to_owned()]);
    // Not even a program that goes around the rules can do it.
    let sql = "UPDATE storage_place SET slot = 3 WHERE kind = 'product'";
    let db = bank.back_door().await;
    assert!(sea_orm::ConnectionTrait::execute_unprepared(&db, sql).await.is_err());
    let unprivileged = Principal::console_as("test", Role::Technologist);
    let acting = Acting { principal: &unprivileged, ..scene.acting() };
    assert_eq!(refused(go(&scene.store, &product, (B, None), &acting).await), "permission_missing");
    scene.assert_whole().await;
}

async fn one_of_a_hundred_gets_the_slot(bank: &TestBank) {
    const RACERS: u32 = 100;
    let scene = Scene::at(bank).await;
    let units: Vec<_> = (1000..1000 + RACERS).map(public_unit).collect();
    scene.add(&units).await;
    let racers = (1000..1000 + RACERS).map(|number| {
        let (store, now) = (Arc::clone(&scene.store), scene.now);
        tokio::spawn(async move {
            let (ids, random) = (ids(&format!("racer-{number}")), RandomSource::seeded(u64::from(number)));
            let custodian = Principal::console_as("racer", Role::StorageCustodian);
            let acting = Acting::new(&custodian, now, &ids, &random);
            (number, go(&store, &Stored::unit(din(number)), (None, A), &acting).await)
        })
    });
    let mut winners = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("ran") {
            (number, Ok(_)) => winners.push(number),
            (_, Err(error)) => assert_eq!(error.code(), "slot_taken"),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    let position = Position::parse(A.expect("a place")).expect("a position");
    let there = scene.store.stored_at(&position).await.expect("read").expect("somebody");
    assert_eq!(there.identity, din(winners[0]));
    scene.assert_whole().await;
}

async fn what_waits_what_is_released_and_what_is_reactive_stand_apart(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let waiting = UnitRecord { status: Status::Quarantine, ..public_unit(21) };
    let reactive =
        UnitRecord { idm: Some(TestOutcome::Positive), status: Status::Quarantine, ..public_unit(22) };
    let gone = UnitRecord { status: Status::Infused, ..public_unit(23) };
    scene.add(&[waiting, reactive, gone]).await;
    let place = |tank: u32, slot: u32| format!("T{tank}-S1-K01-L01-P{slot}");
    // unit, then for each tank (released, quarantine, reactive, samples): may it stand there?
    for (unit, fits) in [
        (1, [true, false, false, false]),
        (21, [false, true, false, false]),
        (22, [false, false, true, false]),
    ] {
        for (tank, fits) in (1..).zip(fits) {
            let to = place(tank, unit % 5 + 1);
            let answer = scene.go(din(unit), None, Some(&to)).await;
            match fits {
                true => {
                    answer.expect(&to);
                    scene.go(din(unit), Some(&to), None).await.expect("taken out");
                }
                false => assert_eq!(refused(answer), "tank_class_wrong", "{unit} into {to}"),
            }
        }
    }
    assert_eq!(refused(scene.go(din(23), None, Some(&place(1, 1))).await), "not_storable");
    let segment = Stored::other(StoredKind::Segment, "Z990117012046-S1").expect("a number");
    assert_eq!(
        refused(go(&scene.store, &segment, (None, Some(&place(1, 1))), &scene.acting()).await),
        "tank_class_wrong"
    );
    go(&scene.store, &segment, (None, Some(&place(4, 1))), &scene.acting()).await.expect("stored");
    // A tank that holds something keeps its class.
    let other = tank("T4", TankClass::Released);
    assert_eq!(refused(scene.store.put_tank(&other, &scene.acting()).await), "tank_in_use");
    scene.assert_whole().await;
}

async fn a_count_tells_what_is_missing_and_what_is_elsewhere(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let place = |slot: u32| format!("T1-S4-K06-L12-P{slot}");
    for number in 1..=4 {
        scene.go(din(number), None, Some(&place(number))).await.expect("stored");
    }
    scene.go(din(8), None, Some("T1-S1-K01-L01-P1")).await.expect("stored");
    let counted = |number: u32, slot: u32| Counted {
        position: Position::parse(&place(slot)).expect("a position"),
        stored: Stored::unit(din(number)),
    };
    // 1 is right, 2 and 3 changed places, 4 is missing, 8 belongs to another rack, 9 is in no books.
    let found = [counted(1, 1), counted(3, 2), counted(2, 3), counted(8, 4), counted(9, 5)];
    let acting = scene.acting();
    let result = scene.store.count_storage("T1", Some((4, 6)), &found, &acting).await.expect("counted");
    assert_eq!((result.expected, result.matched), (4, 1));
    let kinds: Vec<(&str, String)> =
        result.findings.iter().map(|finding| (finding.kind, finding.number.clone())).collect();
    let expected = [("elsewhere", 3), ("elsewhere", 2), ("elsewhere", 8), ("unexpected", 9), ("missing", 4)];
    assert_eq!(kinds, expected.map(|(kind, number)| (kind, din(number).written())));
    let outside =
        Counted { position: Position::parse("T2-S1-K01-L01-P1").expect("a position"), ..counted(1, 1) };
    assert_eq!(refused(scene.store.count_storage("T1", None, &[outside], &acting).await), "count_outside");
    // The pace of the last 90 days: 5 bags, 3,595 places are left.
    let shown = scene.store.storage(scene.now + SignedDuration::from_hours(1)).await.expect("read");
    let first = shown.first().expect("T1");
    assert_eq!((first.used, first.days_to_full), (5, Some(3_595 * 90 / 5)));
    scene.assert_whole().await;
}

async fn a_tank_without_limits_cannot_be_armed(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let acting = scene.acting();
    assert_eq!(refused(scene.store.arm_tank("T1", true, &acting).await), "tank_limits_missing");
    let limited = Tank { limits: TankLimits::USUAL, ..tank("T1", TankClass::Released) };
    scene.store.put_tank(&limited, &acting).await.expect("limits");
    assert_eq!(refused(scene.store.arm_tank("T1", true, &acting).await), "tank_without_probe");
    let wrong = TankLimits { critical_mc: Some(-160_000), ..TankLimits::USUAL };
    let wrong = Tank { limits: wrong, ..tank("T1", TankClass::Released) };
    assert_eq!(refused(scene.store.put_tank(&wrong, &acting).await), "tank_limits_invalid");
    scene.assert_whole().await;
}
