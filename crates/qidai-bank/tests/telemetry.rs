//! What probes tell: kept once and for ever, one alarm for each excursion, silence is an alarm.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, AlarmKind, IdSource, Identity, NewReading, Principal, RandomSource, Role, Room, ScannedPosition,
    Sensor, StorageMove, Store, Stored, Taken, Tank, TankClass, TankLimits, WriteContext,
};
use support::postgres::Server;
use support::{TestBank, din, ids, public_unit};

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let Some(server) = super::Server::start_or_skip().await else { return };
                super::$name(&server.bank(stringify!($name)).await).await;
            })*
        }
    };
}

stories!(
    one_excursion_is_one_alarm_and_a_minute_is_kept_without_one,
    the_same_reading_again_changes_nothing,
    silence_is_an_alarm_and_ends_when_something_is_heard,
    what_a_gateway_sends_late_belongs_to_the_same_excursion,
    an_excursion_meets_the_bags_that_were_there_then,
    a_changed_reading_breaks_the_chain,
);

struct Scene {
    store: Store,
    custodian: Principal,
    system: Principal,
    ids: IdSource,
    random: RandomSource,
    begin: Timestamp,
}

impl Scene {
    /// A tank with a probe above sector 1, another for the whole tank, armed with the usual limits.
    async fn at(bank: &TestBank) -> Scene {
        let scene = Scene {
            store: Store::create_or_open(&bank.address).await.expect("a new bank"),
            custodian: Principal::console_as("test", Role::StorageCustodian),
            system: Principal::system("telemetry"),
            ids: ids("scene"),
            random: RandomSource::seeded(7),
            begin: "2026-03-01T00:00:00Z".parse().expect("a time"),
        };
        let acting = scene.custodian_at(0);
        let room = Room { code: "R1".to_owned(), name: "first room".to_owned(), site: None };
        scene.store.put_room(&room, &acting).await.expect("a room");
        let tank = Tank {
            code: "T1".to_owned(),
            room: "R1".to_owned(),
            class: TankClass::Released,
            sectors: 6,
            racks: 8,
            levels: 15,
            slots: 5,
            limits: TankLimits::USUAL,
            is_armed: false,
            is_closed: false,
        };
        scene.store.put_tank(&tank, &acting).await.expect("a tank");
        for (code, sector) in [("a", Some(1)), ("b", None)] {
            let tank = "T1".to_owned();
            let sensor = Sensor { code: code.to_owned(), tank, sector, levels: None, is_closed: false };
            scene.store.put_sensor(&sensor, &acting).await.expect("a probe");
        }
        scene.store.arm_tank("T1", true, &acting).await.expect("armed");
        scene
    }

    fn time(&self, second: i64) -> Timestamp {
        self.begin + SignedDuration::from_secs(second)
    }

    fn custodian_at(&self, second: i64) -> Acting<'_> {
        Acting::new(&self.custodian, self.time(second), &self.ids, &self.random)
    }

    fn reading(&self, sensor: &str, second: i64, celsius: i64) -> NewReading {
        NewReading {
            sensor: sensor.to_owned(),
            device_at: self.time(second),
            device_sequence: Some(second),
            temperature_mc: Some(celsius * 1_000),
            level_mm: None,
            quality: "good".to_owned(),
        }
    }

    /// Readings of (second, °C), all of which come at a second.
    async fn take(&self, sensor: &str, readings: &[(i64, i64)], at: i64) -> Taken {
        let acting = Acting::new(&self.system, self.time(at), &self.ids, &self.random);
        let readings: Vec<_> =
            readings.iter().map(|(second, celsius)| self.reading(sensor, *second, *celsius)).collect();
        self.store.take_readings(&readings, &acting).await.expect("taken")
    }

    /// One reading every ten seconds from a second until before another, each as it comes.
    async fn play(&self, sensor: &str, (from, to): (i64, i64), celsius: i64) -> Taken {
        let mut sum = Taken::default();
        for second in (from..to).step_by(10) {
            let taken = self.take(sensor, &[(second, celsius)], second).await;
            sum.new += taken.new;
            sum.raised += taken.raised;
            sum.ended += taken.ended;
        }
        sum
    }

    async fn assert_whole(&self) {
        let verified = self.store.verify(&[], &RandomSource::seeded(2), &mut |_| {}).await.expect("verified");
        assert!(verified.is_whole(), "{:#?}", verified.findings);
        let check = self.store.check_readings().await.expect("checked");
        assert_eq!(check.broken_at, None);
        assert_eq!(check.readings, self.store.reading_count().await.expect("read"));
    }
}

async fn one_excursion_is_one_alarm_and_a_minute_is_kept_without_one(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    // A lid is open for a minute: the readings are out of range for ever, and nobody is called.
    assert_eq!(scene.play("a", (0, 60), -149).await.raised, 0);
    scene.play("a", (60, 120), -185).await;
    let kept = scene.store.readings("a", (scene.time(0), scene.time(120)), 100).await.expect("read");
    let beyond: Vec<i64> = kept.iter().map(|reading| reading.beyond).collect();
    assert_eq!(beyond, [[1; 6], [0; 6]].concat());
    // Ten minutes: one alarm, which ends by itself and waits to be acknowledged.
    let warm = scene.play("a", (120, 720), -140).await;
    assert_eq!((warm.raised, warm.ended), (1, 0));
    assert_eq!(scene.play("a", (720, 780), -185).await.ended, 1);
    let alarms = scene.store.alarms(None, 10).await.expect("read");
    let [alarm] = &alarms[..] else { panic!("{alarms:?}") };
    assert_eq!(
        (alarm.kind, alarm.began_at, alarm.raised_at),
        (AlarmKind::Warm, scene.time(120), scene.time(420))
    );
    assert_eq!((alarm.ended_at, alarm.peak_mc), (Some(scene.time(720)), Some(-140_000)));
    // Ten degrees above the limit for 590 seconds.
    assert_eq!(alarm.area_mc_s, Some(10_000 * 590));
    assert!(alarm.is_open());
    let acting = scene.custodian_at(800);
    let code = |error: qidai_bank::BankError| error.code();
    let refused = scene.store.acknowledge_alarm(&alarm.id, &acting).await.expect_err("no comment");
    assert_eq!(code(refused), "reason_missing");
    let acting = acting.because("filling valve was stuck, filled by hand");
    scene.store.acknowledge_alarm(&alarm.id, &acting).await.expect("acknowledged");
    let refused = scene.store.acknowledge_alarm(&alarm.id, &acting).await.expect_err("twice");
    assert_eq!(code(refused), "alarm_acknowledged");
    assert!(!scene.store.alarms(None, 10).await.expect("read")[0].is_open());
    scene.assert_whole().await;
}

async fn the_same_reading_again_changes_nothing(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let readings = [(0, -185), (10, -186), (20, -187)];
    assert_eq!(scene.take("a", &readings, 20).await.new, 3);
    let again = scene.take("a", &readings, 500).await;
    assert_eq!((again.new, again.duplicates), (0, 3));
    // Within one message, with a clock that is far ahead, and of a probe that nobody has entered.
    let ahead = [(90_000, -185), (90_000, -185)];
    let taken = scene.take("a", &ahead, 600).await;
    assert_eq!((taken.new, taken.duplicates), (1, 1));
    assert_eq!(scene.take("a", &ahead, 700).await.new, 0);
    let unknown = scene.take("new", &readings, 800).await;
    assert_eq!((unknown.new, unknown.unknown), (3, vec!["new".to_owned()]));
    assert_eq!(scene.store.reading_count().await.expect("read"), 7);
    // Two different readings of one moment are two.
    assert_eq!(scene.take("a", &[(0, -184)], 900).await.new, 1);
    scene.assert_whole().await;
}

async fn silence_is_an_alarm_and_ends_when_something_is_heard(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    scene.play("a", (0, 60), -185).await;
    let silent = async |at: i64| {
        let acting = Acting::new(&scene.system, scene.time(at), &scene.ids, &scene.random);
        scene.store.watch_silence(&acting).await.expect("watched")
    };
    assert_eq!(silent(900).await, 0);
    // b was never heard since the tank was armed; a since its last reading.
    assert_eq!(silent(901).await, 1);
    assert_eq!(silent(955).await, 1);
    assert_eq!(silent(2_000).await, 0, "one silence is one alarm");
    let heard = scene.take("a", &[(2_010, -185)], 2_010).await;
    assert_eq!((heard.raised, heard.ended), (0, 1));
    // A probe that says it is broken says nothing of the tank.
    let broken = NewReading { quality: "bad".to_owned(), ..scene.reading("b", 2_020, -185) };
    let acting = Acting::new(&scene.system, scene.time(2_020), &scene.ids, &scene.random);
    let taken = scene.store.take_readings(&[broken], &acting).await.expect("kept");
    assert_eq!((taken.new, taken.ended), (1, 0));
    scene.assert_whole().await;
}

async fn what_a_gateway_sends_late_belongs_to_the_same_excursion(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    scene.play("a", (0, 100), -185).await;
    // The network is away from 100 to 1,000; it grows warm at 600, and the live readings come first.
    assert_eq!(scene.play("a", (1_000, 1_400), -140).await.raised, 1);
    let kept: Vec<(i64, i64)> =
        (100..1_000).step_by(10).map(|second| (second, if second < 600 { -185 } else { -140 })).collect();
    let late = scene.take("a", &kept, 1_400).await;
    assert_eq!((late.new, late.raised), (90, 0), "the same excursion");
    scene.play("a", (1_400, 1_500), -185).await;
    let alarms = scene.store.alarms(None, 10).await.expect("read");
    let [alarm] = &alarms[..] else { panic!("{alarms:?}") };
    assert_eq!((alarm.began_at, alarm.ended_at), (scene.time(600), Some(scene.time(1_400))));
    // What was long over before is an alarm of its own, and has ended already.
    let past: Vec<(i64, i64)> = (-9_000..-8_000).step_by(10).map(|second| (second, -140)).collect();
    let past = scene.take("a", &[past, vec![(-8_000, -185)]].concat(), 1_500).await;
    assert_eq!((past.raised, past.ended), (1, 1));
    assert_eq!(scene.store.alarms(None, 10).await.expect("read").len(), 2);
    scene.assert_whole().await;
}

async fn an_excursion_meets_the_bags_that_were_there_then(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let actor = qidai_bank::Actor::administrator("test");
    let context = WriteContext::new(scene.time(0), actor, &scene.ids);
    scene.store.add_units(&[1, 2, 3, 4].map(public_unit), &context).await.expect("added");
    let go = async |unit: Identity, from: Option<&str>, to: Option<&str>, at: i64| {
        let scanned = |text: &str| ScannedPosition::parse(text).expect("a position");
        let (from, to, stored) = (from.map(scanned), to.map(scanned), Stored::unit(unit));
        let asked = StorageMove { stored: &stored, from: from.as_ref(), to: to.as_ref(), done_at: None };
        scene.store.move_stored(&asked, &scene.custodian_at(at)).await.expect("moved");
    };
    let place = |sector: u32, slot: u32| format!("T1-S{sector}-K01-L01-P{slot}");
    // 1 was there all the time, 2 left before, 3 came after, 4 stands in another sector.
    go(din(1), None, Some(&place(1, 1)), 1).await;
    go(din(2), None, Some(&place(1, 2)), 2).await;
    go(din(4), None, Some(&place(2, 1)), 3).await;
    go(din(2), Some(&place(1, 2)), None, 50).await;
    scene.play("a", (100, 700), -140).await;
    scene.play("a", (700, 730), -185).await;
    go(din(3), None, Some(&place(1, 3)), 800).await;
    for (number, met) in [(1, 1), (2, 0), (3, 0), (4, 0)] {
        let excursions = scene.store.excursions_of(&Stored::unit(din(number))).await.expect("read");
        assert_eq!(excursions.len(), met, "unit {number}");
    }
    let alarm = scene.store.alarms(Some("T1"), 1).await.expect("read").remove(0);
    assert_eq!(scene.store.met_by(&alarm.id).await.expect("read"), 1);
    // The probe of the whole tank meets whoever is there.
    scene.play("b", (1_000, 1_400), -140).await;
    assert_eq!(scene.store.excursions_of(&Stored::unit(din(4))).await.expect("read").len(), 1);
    scene.assert_whole().await;
}

async fn a_changed_reading_breaks_the_chain(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    scene.play("a", (0, 50), -149).await;
    scene.assert_whole().await;
    bank.run("UPDATE tank_reading SET temperature_mc = -185000, beyond = 0 WHERE block = 3").await;
    assert_eq!(scene.store.check_readings().await.expect("checked").broken_at, Some(3));
    bank.run("UPDATE tank_reading SET temperature_mc = -149000, beyond = 1 WHERE block = 3").await;
    assert_eq!(scene.store.check_readings().await.expect("checked").broken_at, None);
    bank.run("DELETE FROM tank_reading WHERE block = 2").await;
    assert_eq!(scene.store.check_readings().await.expect("checked").broken_at, Some(2));
}
