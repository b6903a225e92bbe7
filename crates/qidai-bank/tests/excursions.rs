//! An excursion and the units that lived through it: blocked, taken aside, evaluated, signed, free again.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, Actor, AlarmKind, BankError, IdSource, NewReading, Principal, RandomSource, Role, Room,
    ScannedPosition, Sensor, Status, StorageMove, Store, Stored, Tank, TankClass, TankLimits, UnitAt,
    WriteContext,
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
    a_unit_that_lived_through_an_excursion_leaves_only_after_its_evaluation,
    a_level_that_is_too_low_is_one_alarm,
    a_level_that_comes_late_is_an_alarm_that_has_ended,
);

struct Scene {
    store: Store,
    ids: IdSource,
    random: RandomSource,
}

fn who(name: &str, role: Role) -> Principal {
    Principal::console_as(name, role)
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

impl Scene {
    /// Three available units in a tank with one probe: 1 and 2 in the sector of the probe, 3 in another.
    async fn at(bank: &TestBank) -> Scene {
        let store = Store::create_or_open(&bank.address).await.expect("a new bank");
        let scene = Scene { store, ids: ids("cold"), random: RandomSource::seeded(4) };
        let keeper = who("keeper", Role::StorageCustodian);
        let acting = scene.acting(&keeper, 0);
        let room = Room { code: "R1".to_owned(), name: "Room 1".to_owned(), site: None };
        scene.store.put_room(&room, &acting).await.expect("a room");
        let tank = Tank {
            code: "T1".to_owned(),
            room: "R1".to_owned(),
            class: TankClass::Released,
            sectors: 2,
            racks: 1,
            levels: 2,
            slots: 5,
            limits: TankLimits { low_mm: Some(300), ..TankLimits::USUAL },
            is_armed: false,
            is_closed: false,
        };
        scene.store.put_tank(&tank, &acting).await.expect("a tank");
        let sensor = Sensor {
            code: "T1.a".to_owned(),
            tank: "T1".to_owned(),
            sector: Some(1),
            levels: None,
            is_closed: false,
        };
        scene.store.put_sensor(&sensor, &acting).await.expect("a probe");
        scene.store.arm_tank("T1", true, &acting).await.expect("armed");
        let context = WriteContext::new(at(0), Actor::administrator("test"), &scene.ids);
        let units = [1, 2, 3].map(|number| {
            let mut unit = public_unit(number);
            unit.status = Status::Available;
            unit
        });
        scene.store.add_units(&units, &context).await.expect("added");
        for (number, sector) in [(1_u32, 1), (2, 1), (3, 2)] {
            let place = format!("T1-S{sector}-K01-L01-P{number}");
            let (stored, to) = (Stored::unit(din(number)), ScannedPosition::parse(&place).expect("a place"));
            let asked = StorageMove { stored: &stored, from: None, to: Some(&to), done_at: None };
            scene.store.move_stored(&asked, &scene.acting(&keeper, 1)).await.expect("put in");
        }
        scene
    }

    fn acting<'a>(&'a self, principal: &'a Principal, second: i64) -> Acting<'a> {
        Acting::new(principal, at(second), &self.ids, &self.random)
    }

    async fn hear(&self, readings: &[(i64, Option<i64>, Option<i64>)], now: i64) -> (u64, u64) {
        let system = Principal::system("telemetry");
        let reading = |(second, celsius, level): &(i64, Option<i64>, Option<i64>)| NewReading {
            sensor: "T1.a".to_owned(),
            device_at: at(*second),
            device_sequence: None,
            temperature_mc: celsius.map(|celsius| celsius * 1_000),
            level_mm: *level,
            quality: "good".to_owned(),
        };
        let readings: Vec<NewReading> = readings.iter().map(reading).collect();
        let taken = self.store.take_readings(&readings, &self.acting(&system, now)).await.expect("taken");
        (taken.raised, taken.ended)
    }

    /// Ten minutes at −140 °C from a second on.
    async fn warm(&self, from: i64) {
        for minute in 0..10 {
            self.hear(&[(from + minute * 60, Some(-140), None)], from + minute * 60).await;
        }
        self.hear(&[(from + 600, Some(-185), None)], from + 600).await;
    }

    async fn set_aside(&self, second: i64) -> u64 {
        let system = Principal::system("telemetry");
        self.store.evaluate_excursions(&self.acting(&system, second)).await.expect("moved")
    }

    async fn status(&self, number: u32) -> &'static str {
        self.store.unit_life(&din(number)).await.expect("read").expect("known").state.code
    }

    async fn go(
        &self,
        number: u32,
        what: &str,
        (who, second): (&Principal, i64),
        reason: &str,
        fields: &[(&str, &str)],
    ) -> Result<(), String> {
        let unit = din(number);
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let at = UnitAt { identity: &unit, expected_version: None };
        let acting = self.acting(who, second).because(reason);
        let moved = self.store.move_unit(at, what, &fields, &acting).await;
        moved.map(|_| ()).map_err(|error: BankError| error.code().to_owned())
    }
}

async fn a_unit_that_lived_through_an_excursion_leaves_only_after_its_evaluation(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let coordinator = who("c", Role::SearchCoordinator);
    let director = who("d", Role::MedicalDirector);
    let reserve = [("reserved_for", "P1"), ("reserved_until", "1970-02-01")];
    scene.warm(100).await;
    // At once, before anything has moved: nobody reserves it.
    let refused = scene.go(1, "reserve", (&coordinator, 800), "a patient waits", &reserve).await;
    assert_eq!(refused, Err("excursion_open".to_owned()));
    // Nor by the door without an order; the attempt is written down.
    let context = WriteContext::new(at(800), Actor::administrator("console"), &scene.ids);
    let held = scene.store.reserve_unit(&din(1), "PUMCH", &context).await;
    assert_eq!(held.map_err(|error| error.code().to_owned()), Err("excursion_open".to_owned()));
    let events = scene.store.history_page(Some(&format!("unit/din/{}", din(1).value)), None, 20).await;
    let refused = events.expect("read").into_iter().filter(|event| event.kind == "unit_move_refused").count();
    assert_eq!(refused, 2, "both attempts");
    scene.store.reserve_unit(&din(3), "PUMCH", &context).await.expect("it stood elsewhere");
    scene.store.end_reservation(&din(3), &context).await.expect("and goes back");
    assert_eq!(scene.set_aside(801).await, 2, "those of the sector, not the third");
    assert_eq!(scene.set_aside(802).await, 0);
    assert_eq!(
        (scene.status(1).await, scene.status(2).await, scene.status(3).await),
        ("under_evaluation", "under_evaluation", "available")
    );
    let offers = scene.store.unit_moves(&din(1), &director).await.expect("read");
    let back = offers.iter().find(|offer| offer.step.code == "evaluated").expect("offered");
    let codes: Vec<&str> = back.obstacles.iter().map(|refusal| refusal.code).collect();
    assert!(codes.contains(&"excursion_lasts"), "nobody has said what it was: {codes:?}");
    let alarm = scene.store.alarms(None, 5).await.expect("read").remove(0);
    let keeper = who("keeper", Role::StorageCustodian);
    let acting = scene.acting(&keeper, 900).because("the lid was left open");
    scene.store.acknowledge_alarm(&alarm.id, &acting).await.expect("acknowledged");
    let unsigned = scene.go(1, "evaluated", (&director, 1_000), "ten minutes below glass transition", &[]);
    assert_eq!(unsigned.await, Err("signature_missing".to_owned()), "quality signs");
    // Signed, as far as the store is concerned: the step is what counts.
    evaluated(bank, 1, 1_100).await;
    let open = async |number| scene.store.open_excursions(&din(number)).await.expect("read").len();
    assert_eq!(open(1).await, 0);
    assert_eq!(open(2).await, 1, "the evaluation of one says nothing of the other");
    assert_eq!(scene.set_aside(1_200).await, 0, "what is evaluated is not taken aside again");
    // Another excursion is another evaluation.
    scene.warm(2_000).await;
    assert_eq!(open(1).await, 1);
    let events = scene.store.history_page(Some(&format!("unit/din/{}", din(1).value)), None, 20).await;
    let kinds: Vec<String> = events.expect("read").into_iter().map(|event| event.kind).collect();
    assert!(kinds.iter().any(|kind| kind == "unit_move_refused"), "{kinds:?}");
}

/// As if a quality manager had signed: a step that brings the unit back.
async fn evaluated(bank: &TestBank, number: u32, second: i64) {
    let micros = second * 1_000_000;
    let unit = format!("(SELECT unit_key FROM unit WHERE identity = '{}')", din(number).value);
    let insert = format!(
        "INSERT INTO unit_step (unit_key, version, step, from_state, to_state, actor, account_id, effective_at_us, \
         recorded_at_us, recorded_in) SELECT {unit}, MAX(version) + 1, 'evaluated', 'under_evaluation', 'available', 'd', NULL, \
         {micros}, {micros}, MAX(recorded_in) FROM unit_step WHERE unit_key = {unit}"
    );
    bank.run(&insert).await;
    bank.run(&format!("UPDATE unit SET status = 'available' WHERE unit_key = {unit}")).await;
}

async fn a_level_that_is_too_low_is_one_alarm(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let cold = Some(-185);
    assert_eq!(scene.hear(&[(10, cold, Some(310))], 10).await, (0, 0));
    assert_eq!(scene.hear(&[(20, cold, Some(299))], 20).await, (1, 0));
    assert_eq!(scene.hear(&[(30, cold, Some(280)), (40, cold, Some(305))], 40).await, (0, 0), "waves");
    let alarm = scene.store.alarms(None, 5).await.expect("read").remove(0);
    assert_eq!((alarm.kind, alarm.least_mm, alarm.ended_at), (AlarmKind::Low, Some(280), None));
    assert_eq!(scene.hear(&[(50, cold, Some(310))], 50).await, (0, 1));
    let alarm = scene.store.alarms(None, 5).await.expect("read").remove(0);
    assert_eq!(alarm.ended_at, Some(at(50)));
    assert_eq!(scene.set_aside(60).await, 0, "a level is no excursion of temperature");
    let found = scene.store.verify(&[], &scene.random, &mut |_| {}).await.expect("verified");
    assert!(found.is_whole(), "{:?}", found.findings);
}

async fn a_level_that_comes_late_is_an_alarm_that_has_ended(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let cold = Some(-185);
    assert_eq!(scene.hear(&[(100, cold, Some(400))], 100).await, (0, 0));
    assert_eq!(scene.hear(&[(50, cold, Some(250))], 110).await, (1, 1), "a gateway sends what it had kept");
    let alarm = scene.store.alarms(None, 5).await.expect("read").remove(0);
    assert_eq!((alarm.began_at, alarm.ended_at), (at(50), Some(at(50))));
    assert_eq!(scene.hear(&[(50, cold, Some(250))], 120).await, (0, 0), "the same again");
}
