//! Random legal and illegal deeds on orders and units against a small model of the rules: they must always say the same. And races of
//! which there is exactly one outcome. Both on SQLite and on PostgreSQL.
//!
//! `QIDAI_MODEL_DEEDS` is how many (2,000 unless it is set), `QIDAI_SEED` which ones.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

#[allow(dead_code, reason = "each test file uses its part")]
#[path = "orders/scene.rs"]
mod scene;
#[allow(dead_code, reason = "each test file uses its part")]
#[path = "orders/steps.rs"]
mod steps;
mod support;

use std::sync::Arc;

use qidai_bank::{BankError, Meaning, Record, Role, Status};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use scene::{Scene, somebody, time};
use support::postgres::Server;
use support::{TestBank, din};

/// Public units 1 and 3, and a family's unit 2.
const UNITS: [u32; 3] = [1, 2, 3];
/// Orders that are played with at once; a finished one makes room for the next.
const ORDERS_MAX: usize = 6;
const CENTRE: &str = "千佛山医院";

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_and_units_do_as_the_model_says_on_sqlite() {
    play(&TestBank::sqlite(), number("QIDAI_MODEL_DEEDS", 2_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_and_units_do_as_the_model_says_on_postgres() {
    let Some(server) = Server::start_or_skip().await else { return };
    play(&server.bank("model").await, number("QIDAI_MODEL_DEEDS", 2_000) / 4).await;
}

/// Who has a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Nobody,
    /// The centre of the orders, without an order.
    Centre,
    /// Somebody else, without an order.
    Other,
    Order(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    is_family: bool,
    is_tested: bool,
    holder: Holder,
}

#[derive(Debug, Clone)]
struct Order {
    record: Record,
    unit: usize,
    is_sibling: bool,
    state: &'static str,
    is_signed: bool,
}

/// The rules, as somebody would tell them.
struct Model {
    units: [Unit; 3],
    orders: Vec<Order>,
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Submit(usize),
    TakeUp(usize),
    Return(usize),
    Sign(usize),
    Reserve(usize),
    ReserveAsCentre(usize),
    Cancel(usize),
    CancelTested(usize),
    Test(usize),
    Hold(usize, bool),
    End(usize),
}

impl Model {
    fn shelf() -> Self {
        let unit = |is_family| Unit { is_family, is_tested: false, holder: Holder::Nobody };
        Self { units: [unit(false), unit(true), unit(false)], orders: Vec::new() }
    }

    fn status(&self, unit: usize) -> Status {
        match self.units[unit] {
            Unit { holder: Holder::Nobody, is_family: true, .. } => Status::FamilyHeld,
            Unit { holder: Holder::Nobody, .. } => Status::Available,
            Unit { is_tested: true, .. } => Status::InReleaseTesting,
            _ => Status::Reserved,
        }
    }

    /// Whether the deed may be done; what it does is then so in the model.
    fn does(&mut self, deed: Deed) -> bool {
        match deed {
            Deed::Submit(at) => self.goes(at, &["draft"], "submitted"),
            Deed::TakeUp(at) => self.goes(at, &["submitted"], "medical_review"),
            Deed::Return(at) => self.goes(at, &["submitted", "medical_review"], "draft"),
            Deed::Sign(at) => {
                self.orders[at].is_signed = self.orders[at].state == "medical_review";
                true
            }
            Deed::Reserve(at) => self.reserves(at),
            // A centre places orders, it does not agree to them.
            Deed::ReserveAsCentre(_) => false,
            Deed::Cancel(at) => {
                let states = ["draft", "submitted", "medical_review", "reserved"];
                self.goes(at, &states, "cancelled") && self.gives_back(at)
            }
            Deed::CancelTested(at) => self.goes(at, &["recheck"], "cancelled") && self.gives_back(at),
            Deed::Test(unit) => self.tests(unit),
            Deed::Hold(unit, is_centre) => {
                let is_free = self.status(unit) == Status::Available;
                if is_free {
                    self.units[unit].holder = if is_centre { Holder::Centre } else { Holder::Other };
                }
                is_free
            }
            Deed::End(unit) => {
                let may = matches!(self.units[unit].holder, Holder::Centre | Holder::Other);
                if may {
                    self.units[unit].holder = Holder::Nobody;
                }
                may
            }
        }
    }

    fn goes(&mut self, at: usize, from: &[&str], to: &'static str) -> bool {
        let may = from.contains(&self.orders[at].state);
        if may {
            self.orders[at].state = to;
            self.orders[at].is_signed = false;
        }
        may
    }

    fn gives_back(&mut self, at: usize) -> bool {
        let unit = &mut self.units[self.orders[at].unit];
        if unit.holder == Holder::Order(at) {
            (unit.holder, unit.is_tested) = (Holder::Nobody, false);
        }
        true
    }

    fn reserves(&mut self, at: usize) -> bool {
        let order = &self.orders[at];
        let unit = self.units[order.unit];
        let is_right = unit.is_family == order.is_sibling;
        let is_free = matches!(unit.holder, Holder::Nobody | Holder::Centre);
        let may = order.state == "medical_review" && order.is_signed && is_right && is_free;
        if may {
            self.units[order.unit].holder = Holder::Order(at);
            self.orders[at].state = "reserved";
        }
        may
    }

    fn tests(&mut self, unit: usize) -> bool {
        let Unit { holder: Holder::Order(at), is_tested: false, .. } = self.units[unit] else { return false };
        self.units[unit].is_tested = true;
        self.orders[at].state = "recheck";
        true
    }
}

async fn play(bank: &TestBank, deeds: u64) {
    let seed = number("QIDAI_SEED", 20_260_302);
    eprintln!("seed {seed}, {deeds} deeds");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut scene, mut model) = (Scene::begin(bank).await, Model::shelf());
    let (mut done, mut refused) = (0, 0);
    for step in 0..deeds {
        make_room(&scene, &mut model, &mut random).await;
        let deed = any(&model, &mut random);
        let before = model.orders.len();
        let may = model.does(deed);
        let found = act(&mut scene, &model, deed).await;
        match (&found, may) {
            (Ok(()), true) => done += 1,
            (Err(error), false) => {
                assert!(error.is_refusal(), "seed {seed}, step {step}: {deed:?}: {error}");
                refused += 1;
            }
            _ => panic!("seed {seed}, step {step}: {deed:?}: the model says {may}, the bank {found:?}"),
        }
        assert_eq!(before, model.orders.len());
        compare(&scene, &model, (seed, step, deed)).await;
    }
    eprintln!("{done} done, {refused} refused");
    assert!(deeds < 100 || (done > deeds / 5 && refused > deeds / 20), "{done} done, {refused} refused");
    scene.assert_whole().await;
}

/// A new order where there is room; those that ended leave the game.
async fn make_room(scene: &Scene, model: &mut Model, random: &mut ChaCha8Rng) {
    let live = model.orders.iter().filter(|order| order.state != "cancelled").count();
    if live >= ORDERS_MAX {
        return;
    }
    let (unit, is_sibling) = (random.random_range(0..UNITS.len()), random.random_range(0..3) == 0);
    let purpose = if is_sibling { "sibling" } else { "allogeneic" };
    let record = scene.ordered(UNITS[unit], &[("purpose", purpose)]).await;
    model.orders.push(Order { record, unit, is_sibling, state: "draft", is_signed: false });
}

/// Some deed; of orders rather one of the living.
fn any(model: &Model, random: &mut ChaCha8Rng) -> Deed {
    let living = |random: &mut ChaCha8Rng| {
        let all: Vec<usize> = (0..model.orders.len()).collect();
        let live: Vec<usize> =
            all.iter().copied().filter(|at| model.orders[*at].state != "cancelled").collect();
        let from = if random.random_range(0..20) == 0 { &all } else { &live };
        *from.choose(random).unwrap_or(&0)
    };
    let order = living(random);
    let unit = random.random_range(0..UNITS.len());
    match random.random_range(0..22) {
        0..=3 => Deed::Submit(order),
        4..=7 => Deed::TakeUp(order),
        8 => Deed::Return(order),
        9 if model.orders[order].state == "medical_review" => Deed::Sign(order),
        9..=12 => Deed::Reserve(order),
        13 => Deed::ReserveAsCentre(order),
        14 => Deed::Cancel(order),
        15 => Deed::CancelTested(order),
        16 | 17 => Deed::Test(unit),
        18 | 19 => Deed::Hold(unit, random.random_range(0..2) == 0),
        _ => Deed::End(unit),
    }
}

async fn act(scene: &mut Scene, model: &Model, deed: Deed) -> Result<(), BankError> {
    let (centre, coordinator) = (somebody(Role::TransplantCentre), somebody(Role::SearchCoordinator));
    let why = [("cancel_reason", "other")];
    let until = [("reserved_until", "2026-12-31")];
    let of = |at: usize| model.orders[at].record.clone();
    let done = match deed {
        Deed::Submit(at) => scene.go(&of(at), "submit", &[], &centre).await,
        Deed::TakeUp(at) => scene.go(&of(at), "take_up", &[], &coordinator).await,
        Deed::Return(at) => scene.go(&of(at), "return", &[], &coordinator).await,
        Deed::Sign(at) => {
            let now = scene.record("order", &of(at).number).await;
            scene.sign(&now, Meaning::Reviewed, "M0001").await;
            return Ok(());
        }
        Deed::Reserve(at) => scene.go(&of(at), "reserve", &until, &scene.medical()).await,
        Deed::ReserveAsCentre(at) => scene.go(&of(at), "reserve", &until, &centre).await,
        Deed::Cancel(at) => scene.go(&of(at), "cancel", &why, &centre).await,
        Deed::CancelTested(at) => {
            let why = [why[0], ("segments_left", "1")];
            scene.go(&of(at), "cancel_tested", &why, &coordinator).await
        }
        Deed::Test(unit) => scene.unit_go(UNITS[unit], "test", Role::Technologist).await,
        Deed::Hold(unit, is_centre) => {
            let name = if is_centre { CENTRE } else { "省立医院" };
            return scene.store.reserve_unit(&din(UNITS[unit]), name, &scene.context()).await;
        }
        Deed::End(unit) => return scene.store.end_reservation(&din(UNITS[unit]), &scene.context()).await,
    };
    done.map(|_| ())
}

async fn compare(scene: &Scene, model: &Model, at: (u64, u64, Deed)) {
    for (place, unit) in UNITS.iter().enumerate() {
        assert_eq!(scene.status(*unit).await, model.status(place), "{at:?}: unit {unit}");
        let held = scene.store.reserved_for(&din(*unit)).await.expect("read");
        let is_held = model.units[place].holder != Holder::Nobody;
        assert_eq!(held.is_some(), is_held, "{at:?}: unit {unit} is kept for {held:?}");
    }
    // Of those that ended long ago the states were compared when they ended.
    for order in model.orders.iter().rev().take(2 * ORDERS_MAX) {
        assert_eq!(scene.state("order", &order.record.number).await, order.state, "{at:?}: {order:?}");
    }
}

macro_rules! races {
    ($($name:ident),* $(,)?) => {
        mod race_on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn all_races_on_postgres() {
            let Some(server) = Server::start_or_skip().await else { return };
            $($name(&server.bank(stringify!($name)).await).await;)*
        }
    };
}

races!(
    a_reservation_expires_while_its_unit_is_taken_to_be_tested,
    an_order_is_cancelled_while_it_is_agreed_to
);

/// How often each race is run.
const RACES: u32 = 12;

/// Either the order lapsed and the unit is free, or it is tested for that order: never both, never neither.
async fn a_reservation_expires_while_its_unit_is_taken_to_be_tested(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let (mut lapsed, mut tested) = (0, 0);
    for race in 0..RACES {
        let order = scene.reserved(1, &[]).await;
        let due = time("2026-03-21T01:00:00Z");
        let shared = Arc::new(scene);
        let (clock, hands) = (Arc::clone(&shared), Arc::clone(&shared));
        let clock =
            tokio::spawn(
                async move { clock.store.run_clocks(due, &clock.ids, &clock.random).await.map(|_| ()) },
            );
        let hands =
            tokio::spawn(async move { hands.unit_go(1, "test", Role::Technologist).await.map(|_| ()) });
        clock.await.expect("ran").expect("clocks");
        let test = hands.await.expect("ran");
        scene = Arc::into_inner(shared).expect("nobody else");
        match (scene.state("order", &order.number).await, scene.status(1).await) {
            ("cancelled", Status::Available) => {
                assert!(test.is_err_and(|error| error.is_refusal()), "race {race}");
                lapsed += 1;
            }
            ("recheck", Status::InReleaseTesting) => {
                test.expect("tested");
                tested += 1;
                let order = scene.record("order", &order.number).await;
                let why = [("cancel_reason", "other"), ("segments_left", "1")];
                let coordinator = somebody(Role::SearchCoordinator);
                scene.go(&order, "cancel_tested", &why, &coordinator).await.expect("given back");
            }
            other => panic!("race {race}: {other:?}"),
        }
    }
    eprintln!("{lapsed} lapsed, {tested} were tested");
    scene.assert_whole().await;
}

/// Either the centre was faster, or the physician, and then the centre still cancels what is reserved: the unit is free in the end.
async fn an_order_is_cancelled_while_it_is_agreed_to(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    for race in 0..RACES {
        let order = scene.ordered(1, &[]).await;
        let order = scene.signed_all(vec![order]).await.remove(0);
        let shared = Arc::new(scene);
        let (one, other) = (Arc::clone(&shared), Arc::clone(&shared));
        let (mine, theirs) = (order.clone(), order.clone());
        let agree = tokio::spawn(async move {
            let medical = one.medical();
            one.go(&mine, "reserve", &[("reserved_until", "2026-03-20")], &medical).await.map(|_| ())
        });
        let cancel = tokio::spawn(async move {
            let centre = somebody(Role::TransplantCentre);
            other.go(&theirs, "cancel", &[("cancel_reason", "other")], &centre).await.map(|_| ())
        });
        let (agreed, cancelled) = (agree.await.expect("ran"), cancel.await.expect("ran"));
        scene = Arc::into_inner(shared).expect("nobody else");
        assert!(cancelled.is_ok(), "race {race}: an order that was agreed to is cancelled all the same");
        if let Err(error) = agreed {
            assert!(error.is_refusal(), "race {race}: {error}");
        }
        assert_eq!(
            (scene.state("order", &order.number).await, scene.status(1).await),
            ("cancelled", Status::Available),
            "race {race}"
        );
        assert_eq!(scene.store.reserved_for(&din(1)).await.expect("read"), None);
    }
    scene.assert_whole().await;
}
