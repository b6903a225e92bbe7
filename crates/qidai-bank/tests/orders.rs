//! From the order to day 100, and what nobody gets past; each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

#[path = "orders/scene.rs"]
mod scene;
#[path = "orders/steps.rs"]
mod steps;
mod support;

use std::sync::Arc;

use qidai_bank::{Meaning, Principal, Role, Status};
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

stories!(
    from_the_order_to_the_calendar,
    who_gets_no_unit,
    what_does_not_release_a_unit,
    a_cancelled_order_gives_its_unit_back,
    a_reservation_that_ran_out_ends_its_order,
    a_hundred_orders_want_one_unit,
    two_banks_escort_a_unit_together,
    what_a_logger_of_a_dry_shipper_says,
    figures_of_orders_prove_themselves,
);

/// Orders, and how often each is agreed to at once: a hundred racers.
const ORDERS: usize = 20;
const TIMES: usize = 5;

async fn from_the_order_to_the_calendar(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let order = scene.reserved(1, &[]).await;
    assert_eq!(scene.status(1).await, Status::Reserved);
    let held = scene.store.reserved_for(&din(1)).await.expect("read");
    assert_eq!(held.as_deref(), Some("千佛山医院"));

    let recheck = scene.tested(&order, 1, "92").await;
    assert_eq!(scene.state("order", &order.number).await, "recheck");
    let recheck = scene.released(recheck, 1).await;
    assert_eq!(recheck.state.code, "passed");
    scene.approve_unit(1).await;
    assert_eq!(scene.state("order", &order.number).await, "approved");

    // Before the prescription is there, nothing leaves its tank.
    let early = scene.unit_go(1, "retrieve", Role::StorageCustodian).await;
    assert_eq!(code(early), "record_field_missing");
    let order = scene.scheduled(&order).await;
    let shipment = scene.compared(&order, 1, ["G123424000001", "G123424000001"]).await;
    scene.unit_go(1, "retrieve", Role::StorageCustodian).await.expect("taken out");
    let shipment = scene.sent(shipment).await;
    assert_eq!(
        (shipment.state.code, scene.status(1).await),
        ("delivered", Status::ReceivedByTransplantCentre)
    );
    assert_eq!(scene.state("order", &order.number).await, "delivered");

    let centre = somebody(Role::TransplantCentre);
    let received = [
        ("order", order.number.as_str()),
        ("unit", "G123424000001"),
        ("received_at", "2026-03-04T02:00:00Z"),
        ("scan_bag", "G123424000001"),
        ("temperature_tenths", "-1890"),
        ("papers", "complete"),
        ("bag", "intact"),
    ];
    let infusion = scene.create("infusion", &received, &centre).await.expect("received");
    let given = [("infused_at", "2026-03-04T06:00:00Z"), ("preparation", "washed")];
    scene.go(&infusion, "infuse", &given, &centre).await.expect("infused");
    assert_eq!(scene.status(1).await, Status::Infused);
    assert_eq!(scene.state("order", &order.number).await, "infused");

    // The calendar of the reports stands, and day 100 is told and checked by two sides.
    let due = scene.all("follow_up").await;
    let days: Vec<_> = due.iter().filter_map(|one| one.field("due_on")).collect();
    assert_eq!(days[..2], ["2026-04-15", "2026-06-12"]);
    assert_eq!(days.len(), 8);
    let told = [("alive", "yes"), ("seen_on", "2026-03-04"), ("neutrophils_on", "2026-03-04")];
    let told = scene.go(&due[1], "report", &told, &centre).await.expect("reported");
    scene.go(&told, "check", &[], &somebody(Role::SearchCoordinator)).await.expect("checked");

    // One patient, who lived on the day of the report and had engrafted.
    let outcomes = scene.store.outcomes(&somebody(Role::Quality)).await.expect("told");
    assert_eq!(outcomes.len(), 1);
    let course = &outcomes[0].course;
    assert_eq!((course.survival(), course.neutrophils()), ((0, false), (0, Some(true))));
    assert_eq!(outcomes[0].tnc_per_kg, None, "nobody weighed the patient");

    let reaction = [
        ("order", order.number.as_str()),
        ("unit", "G123424000001"),
        ("reaction", "haemolysis"),
        ("grade", "grade_4"),
        ("serious", "yes"),
        ("began_at", "2026-03-04T07:00:00Z"),
    ];
    scene.create("adverse_reaction", &reaction, &centre).await.expect("reported");
    let raised = scene.all("nonconformance").await;
    assert_eq!((raised.len(), raised[0].field("severity")), (1, Some("critical")));
    scene.assert_whole().await;
}

/// What is otherwise than usual, which unit, and the code of the refusal.
type Refused<'a> = (&'a [(&'a str, &'a str)], u32, &'a str);

/// An order is refused for what its centre, its purpose or its unit is; each refusal is written down with it.
async fn who_gets_no_unit(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let cases: [Refused<'_>; 6] = [
        (&[("patient", "PAT-2026-0003")], 1, "patient_not_typed"),
        (&[("institution", "INST-2026-0002")], 1, "centre_not_eligible"),
        (&[("institution", "INST-2026-0003")], 1, "centre_not_eligible"),
        (&[("requester", "foreign"), ("hgr_case", "HGR-2026-0009")], 1, "hgr_case_needed"),
        (&[("purpose", "sibling")], 1, "order_purpose_wrong"),
        (&[], 2, "order_purpose_wrong"),
    ];
    for (changed, unit, expected) in cases {
        let order = scene.ordered(unit, changed).await;
        assert_eq!(
            scene.try_to_reserve(order, "2026-03-20").await.map_err(|error| error.code()).err(),
            Some(expected)
        );
    }
    let order = scene.ordered(1, &[]).await;
    let past = scene.try_to_reserve(order.clone(), "2026-03-01").await;
    assert_eq!(code(past), "reservation_day_past");
    // A family's unit for the family's own sibling is no unit for everybody, and the other way round.
    let sibling = scene.ordered(2, &[("purpose", "sibling")]).await;
    scene.try_to_reserve(sibling, "2026-03-20").await.expect("reserved");
    assert_eq!(scene.status(1).await, Status::Available, "nothing was taken");
    scene.assert_whole().await;
}

/// The mirror of the story: one signature, the same person twice, no tests, tests of another thawing, no order.
async fn what_does_not_release_a_unit(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    scene.store.reserve_unit(&din(3), "千佛山医院", &scene.context()).await.expect("held by hand");
    assert_eq!(code(scene.unit_go(3, "test", Role::Technologist).await), "record_field_missing");

    let order = scene.reserved(1, &[]).await;
    let ended = scene.store.end_reservation(&din(1), &scene.context()).await;
    assert_eq!(code(ended), "unit_held_by_order");
    // A viability that does not do: the decision is a rejection, and nobody can release against it.
    let recheck = scene.tested(&order, 1, "61").await;
    let medical = scene.medical();
    scene.sign(&recheck, Meaning::Released, "M0001").await;
    assert_eq!(code(scene.go(&recheck, "release_medical", &[], &medical).await), "decision_missing");
    let decision = scene.decide(1).await;
    assert_eq!(decision.evaluation.reject_reason.as_deref(), Some("cd34_viability"));
    assert_eq!(code(scene.go(&recheck, "release_medical", &[], &medical).await), "decision_forbids");
    assert_eq!(code(scene.unit_go(1, "approve", Role::Quality).await), "record_field_missing");
    assert_eq!(code(scene.unit_go(1, "except", Role::Quality).await), "record_field_missing");

    // By exception: investigated, accepted in writing, and by two people of two offices.
    let failed = scene.go(&recheck, "fail", &[], &medical).await.expect("failed");
    let wanted = scene.excepting(failed).await;
    let refused = scene.go(&wanted, "except_quality", &[], &medical).await;
    assert_eq!(code(refused), "permission_missing");
    let quality = scene.quality();
    assert_eq!(code(scene.go(&wanted, "except_quality", &[], &quality).await), "signature_missing");
    scene.sign(&wanted, Meaning::Released, "Q0001").await;
    scene.go(&wanted, "except_quality", &[], &quality).await.expect("excepted");
    assert_eq!(
        code(scene.unit_go(1, "approve", Role::Quality).await),
        "record_field_missing",
        "it did not pass"
    );
    scene.except_unit(1).await;
    assert_eq!(scene.status(1).await, Status::ExceptionalRelease);
    assert_eq!(scene.state("order", &order.number).await, "approved");

    // Another bag at the tank, and a vessel that does not hold.
    let order = scene.scheduled(&order).await;
    assert_eq!(
        scene.compare(&order, 1, ["G123424000001", "G123424000002"], "200").await,
        "labels_do_not_match"
    );
    assert_eq!(
        scene.compare(&order, 1, ["G123424000001", "G123424000001"], "71").await,
        "shipper_hold_too_short"
    );
    scene.assert_whole().await;
}

async fn a_cancelled_order_gives_its_unit_back(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let coordinator = somebody(Role::SearchCoordinator);
    let order = scene.reserved(1, &[]).await;
    let recheck = scene.tested(&order, 1, "92").await;
    scene.released(recheck, 1).await;
    scene.approve_unit(1).await;
    let order = scene.record("order", &order.number).await;
    let why = [("cancel_reason", "patient_condition")];
    assert_eq!(code(scene.go(&order, "cancel_tested", &why, &coordinator).await), "record_field_missing");
    let why = [("cancel_reason", "patient_condition"), ("segments_left", "1")];
    let gone = scene.go(&order, "cancel_tested", &why, &coordinator).await.expect("cancelled");
    assert_eq!((gone.state.code, scene.status(1).await), ("cancelled", Status::Available));
    let unit = scene.store.unit(&din(1)).await.expect("read").expect("known");
    assert_eq!(unit.attached_segments, Some(1));
    assert_eq!(scene.store.reserved_for(&din(1)).await.expect("read"), None);

    // The next order has the unit, but not the re-check of the one before.
    let next = scene.reserved(1, &[("patient", "PAT-2026-0002")]).await;
    scene.unit_go(1, "test", Role::Technologist).await.expect("tested");
    assert_eq!(code(scene.unit_go(1, "approve", Role::Quality).await), "record_field_missing");
    assert_eq!(scene.state("order", &next.number).await, "recheck");
    scene.assert_whole().await;
}

async fn a_reservation_that_ran_out_ends_its_order(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let order = scene.reserved(1, &[]).await;
    scene.now = scene::time("2026-03-21T01:00:00Z");
    scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(
        (scene.state("order", &order.number).await, scene.status(1).await),
        ("cancelled", Status::Available)
    );
    scene.assert_whole().await;
}

/// A hundred at once agree to orders for the same unit: one has it, the others are told.
async fn a_hundred_orders_want_one_unit(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let mut orders = Vec::new();
    for racer in 0..ORDERS {
        let note = format!("racer {racer}");
        let order = scene.ordered(1, &[("note", note.as_str())]).await;
        orders.push(order);
    }
    let orders = scene.signed_all(orders).await;
    let medical = scene.medical();
    let scene = Arc::new(scene);
    let racers: Vec<_> = orders
        .into_iter()
        .flat_map(|order| vec![order; TIMES])
        .map(|order| {
            let (scene, medical): (_, Principal) = (Arc::clone(&scene), medical.clone());
            tokio::spawn(async move {
                scene.go(&order, "reserve", &[("reserved_until", "2026-03-20")], &medical).await
            })
        })
        .collect();
    let (mut winners, mut losers) = (0, 0);
    for racer in racers {
        match racer.await.expect("ran") {
            Ok(_) => winners += 1,
            Err(error) => {
                // The same order again, or another one's unit.
                assert!(matches!(error.code(), "unit_already_reserved" | "move_not_allowed"), "{error}");
                losers += 1;
            }
        }
    }
    assert_eq!((winners, losers), (1, ORDERS * TIMES - 1));
    scene.assert_whole().await;
}

/// Nothing is delivered that nobody has received, and two banks that escort together both sign.
async fn two_banks_escort_a_unit_together(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    scene.escort = vec![("escort", "joint"), ("partner_bank", "INST-2026-0002")];
    let (_, shipment) = scene.ready(1).await;
    let shipment = scene.departed(shipment).await;
    assert_eq!(shipment.field("expected_at"), Some("2026-03-03T02:00:00Z"));
    assert_eq!(code(scene.deliver(&shipment).await), "handover_missing");

    let custodian = scene.person("C0001");
    let between = [
        ("shipment", shipment.number.as_str()),
        ("leg", "1"),
        ("from_organisation", "山东省脐血库"),
        ("to_organisation", "浙江省脐血库"),
    ];
    let leg = scene.create("handover", &between, &custodian).await.expect("planned");
    assert_eq!(code(scene.deliver(&shipment).await), "custody_open");
    scene.sign(&leg, Meaning::Performed, "C0001").await;
    let given = [("at", "2026-03-02T02:10:00Z"), ("seal_given", "S-4711"), ("temperature_tenths", "-1890")];
    let leg = scene.go(&leg, "give", &given, &custodian).await.expect("given");
    assert_eq!(code(scene.deliver(&shipment).await), "custody_open");
    let leg = scene.attach(&leg, qidai_bank::DocumentClass::Report, &custodian).await;
    scene.sign(&leg, Meaning::Witnessed, "C0002").await;
    let other = scene.person("C0002");
    let broken = [("seal_received", "S-4712"), ("upright", "yes")];
    assert_eq!(code(scene.go(&leg, "receive", &broken, &other).await), "seal_differs");
    let whole = [("seal_received", "s-4711"), ("upright", "yes")];
    scene.go(&leg, "receive", &whole, &other).await.expect("received");
    let shipment = scene.deliver(&shipment).await.expect("delivered");
    assert_eq!(shipment.field("hours_taken"), Some("1"), "begun hours count");
    let n23 = scene.figure("n23").await;
    assert_eq!((n23.value, n23.beside), (Some(1), vec![("custody_whole", 1)]));
    assert!(scene.all("nonconformance").await.is_empty());
    scene.assert_whole().await;
}

/// A frozen unit has a window of its own, and what was read before it left says nothing.
async fn what_a_logger_of_a_dry_shipper_says(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let (_, shipment) = scene.ready(1).await;
    let shipment = scene.sent(shipment).await;
    let custodian = scene.person("C0001");
    let trace = async |readings: &str| {
        let fields = [("shipment", shipment.number.as_str()), ("logger", "L-9"), ("readings", readings)];
        scene.create("temperature_trace", &fields, &custodian).await
    };
    let good = "Time, °C\n2026-03-02T01:00:00Z 21.0\n2026-03-02T02:00:00Z -192.5\n2026-03-02T02:30:00Z,-190";
    let good = trace(good).await.expect("read");
    let found = ["verdict", "lowest_tenths", "highest_tenths", "count"].map(|field| good.field(field));
    assert_eq!(found, [Some("within"), Some("-1925"), Some("-1900"), Some("3")]);
    assert!(scene.all("nonconformance").await.is_empty());
    let warm = "2026-03-02T02:00:00Z -190\n2026-03-02T02:10:00Z -149.9\n2026-03-02T02:12:00Z -160\n2026-03-02T02:30:00Z -170";
    let warm = trace(warm).await.expect("read");
    assert_eq!((warm.field("verdict"), warm.field("minutes_outside")), (Some("outside"), Some("2")));
    let raised = scene.all("nonconformance").await;
    assert_eq!((raised.len(), raised[0].field("severity")), (1, Some("critical")));
    for (readings, expected) in [
        ("2026-03-02T02:00:00Z -273.1", "reading_invalid"),
        ("2026-03-02T02:00:00Z -310 F", "reading_unit_wrong"),
        ("Time, °C", "reading_invalid"),
    ] {
        assert_eq!(code(trace(readings).await), expected, "{readings}");
    }
    let neither = [("logger", "L-9"), ("readings", "2026-03-02T02:00:00Z -190")];
    let refused = scene.create("temperature_trace", &neither, &custodian).await;
    assert_eq!(code(refused), "trace_of_one_transport");
    scene.assert_whole().await;
}

/// What was issued, to whom, and on which re-check; another row is another hash, and is found.
async fn figures_of_orders_prove_themselves(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    assert_eq!(scene.figure("n5").await.value, None, "of nothing there is no share");
    let (order, shipment) = scene.ready(1).await;
    assert_eq!(scene.figure("n3").await.value, Some(0), "it is still here");
    scene.sent(shipment).await;
    let (n3, n4, n5) = (scene.figure("n3").await, scene.figure("n4").await, scene.figure("n5").await);
    assert_eq!((n3.value, n4.value, n5.value), (Some(1), Some(1), Some(100)));
    let beside = [
        ("issued_orders", 1),
        ("exceptional_releases", 0),
        ("attempts", 1),
        ("attempts_passed", 1),
        ("attempt_pass_percent", 100),
    ];
    assert_eq!((n4.beside, n5.beside), (vec![("issued_orders", 1)], beside.to_vec()));
    let before = scene.store.figures(jiff::civil::date(2026, 3, 1), None).await.expect("computed");
    assert!(before.answers.iter().filter(|one| one.number == "n4").all(|one| one.value == Some(0)));
    scene.assert_whole().await;
    let sql = format!(
        "UPDATE record_field SET value = 'INST-2026-0002' WHERE field = 'institution' AND record_id = '{}'",
        order.id
    );
    bank.run(&sql).await;
    assert_ne!(scene.figure("n4").await.hash, n4.hash);
    scene.assert_found("row_changed").await;
}
