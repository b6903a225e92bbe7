//! The life of units: registered once, moved as the table says, refused and written down, entered late, watched by
//! clocks, traced; each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::workflow::{self, Target};
use qidai_bank::{
    Acting, Actor, BankError, BankType, IdSource, Identity, KeyRing, MasterKey, NewRecord, NewUnit,
    Principal, RandomSource, Record, RecordAt, RecordFilter, Role, Status, Store, UnitAt, UnitRecord, Way,
    WriteContext,
};
use support::postgres::Server;
use support::{TestBank, din, public_unit};

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
    a_hundred_register_one_number,
    a_hundred_want_one_kit,
    every_pair_of_states_that_the_table_does_not_have_is_refused_and_written_down,
    every_pair_that_the_table_has_asks_for_what_it_says,
    a_hold_ends_where_the_unit_was,
    a_downtime_sheet_is_entered_within_a_day_with_its_own_time,
    what_arrives_late_raises_a_nonconformance_by_itself,
    what_was_late_is_seen_when_it_is_entered,
    a_trace_leads_both_ways,
    a_reservation_runs_out,
);

const RACERS: u32 = 100;

struct Scene {
    store: Store,
    keys: KeyRing,
    ids: IdSource,
    random: RandomSource,
    now: Timestamp,
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn as_(role: Role) -> Principal {
    Principal::console_as("li", role)
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(code, value)| ((*code).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, BankError>) -> &'static str {
    result.expect_err("refused").code()
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

    async fn add(&self, number: u32, status: Status) -> Identity {
        let bank_type = if status == Status::FamilyHeld { BankType::Family } else { BankType::Public };
        let unit = UnitRecord { status, bank_type, ..public_unit(number) };
        let context = WriteContext::new(self.now, Actor::administrator("test"), &self.ids);
        self.store.add_units(&[unit], &context).await.expect("added");
        din(number)
    }

    async fn register(&self, number: u32, fields: &[(&str, &str)]) -> Result<Record, BankError> {
        let new = NewUnit { identity: din(number), bank_type: BankType::Public, fields: owned(fields) };
        self.store.register_unit(&new, &self.acting(&as_(Role::Collection))).await
    }

    async fn go(
        &self,
        unit: &Identity,
        what: &str,
        fields: &[(&str, &str)],
        role: Role,
    ) -> Result<Record, BankError> {
        let (at, principal) = (UnitAt { identity: unit, expected_version: None }, as_(role));
        let acting = self.acting(&principal).because("as the story goes");
        self.store.move_unit(at, what, &owned(fields), &acting).await
    }

    async fn write(&self, unit: &Identity, fields: &[(&str, &str)]) {
        let (at, principal) = (UnitAt { identity: unit, expected_version: None }, as_(Role::Technologist));
        let acting = self.acting(&principal).because("as the story goes");
        self.store.amend_unit(at, &owned(fields), &acting).await.expect("written");
    }

    async fn kit(&self, label: &str) -> Record {
        let fields =
            [("label", label), ("lot", "L-1"), ("expires_on", "2027-01-31"), ("anticoagulant", "cpd")];
        let concept = workflow::concept("kit").expect("declared");
        let new = NewRecord { concept, site: None, fields: owned(&fields) };
        let made = self.store.create_record(&new, &self.keys, &self.acting(&as_(Role::Collection))).await;
        made.expect("made")
    }

    async fn issue(&self, kit: &str, unit: u32) -> Result<Record, BankError> {
        let concept = workflow::concept("kit").expect("declared");
        let at = RecordAt { concept, number: kit, expected_version: None };
        let unit = owned(&[("unit", &din(unit).written())]);
        let principal = as_(Role::Collection);
        self.store.move_record(at, "issue", &unit, &self.keys, &self.acting(&principal)).await
    }

    async fn events(&self, unit: &Identity) -> Vec<(String, Option<String>, bool)> {
        let subject = format!("unit/{}/{}", unit.scheme, unit.value);
        let events = self.store.history_page(Some(&subject), None, 100).await.expect("read");
        let told = |event: qidai_bank::HistoryEvent| {
            let late = event.effective_at != event.recorded_at;
            (event.kind, event.reason, late)
        };
        events.into_iter().map(told).collect()
    }

    async fn nonconformances(&self) -> Vec<String> {
        let concept = workflow::concept("nonconformance").expect("declared");
        let (filter, quality) = (RecordFilter::default(), as_(Role::Quality));
        let page = self.store.record_page(concept, &filter, (None, 100), &quality).await.expect("read");
        page.iter().map(|line| line.field("title").unwrap_or_default().to_owned()).collect()
    }

    async fn status(&self, unit: &Identity) -> &'static str {
        self.store.unit_life(unit).await.expect("read").expect("known").state.code
    }

    async fn assert_whole(&self) {
        let found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }
}

async fn a_hundred_register_one_number(bank: &TestBank) {
    let scene = Arc::new(Scene::begin(bank).await);
    let racers = (0..RACERS).map(|_| {
        let scene = Arc::clone(&scene);
        tokio::spawn(async move { scene.register(1, &[]).await })
    });
    let (mut winners, mut losers) = (0, 0);
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("ran") {
            Ok(record) => {
                assert_eq!(record.state.code, "registered");
                winners += 1;
            }
            Err(error) => {
                assert_eq!(error.code(), "unit_known");
                losers += 1;
            }
        }
    }
    assert_eq!((winners, losers), (1, RACERS - 1));
    assert_eq!(scene.events(&din(1)).await.len(), 1);
    scene.assert_whole().await;
}

async fn a_hundred_want_one_kit(bank: &TestBank) {
    let scene = Arc::new(Scene::begin(bank).await);
    for number in [1, 2] {
        scene.register(number, &[]).await.expect("registered");
    }
    let kit = scene.kit(&din(1).written()).await;
    let racers = (0..RACERS).map(|_| {
        let (scene, kit) = (Arc::clone(&scene), kit.number.clone());
        tokio::spawn(async move { scene.issue(&kit, 1).await })
    });
    let (mut winners, mut losers) = (0, 0);
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("ran") {
            Ok(_) => winners += 1,
            Err(error) => {
                assert_eq!(error.code(), "move_not_allowed");
                losers += 1;
            }
        }
    }
    assert_eq!((winners, losers), (1, RACERS - 1));
    // Only the unit whose number the labels bear has it.
    assert_eq!(code(scene.go(&din(2), "issue_kit", &[], Role::Collection).await), "record_field_missing");
    scene.go(&din(1), "issue_kit", &[], Role::Collection).await.expect("its kit");
    let other = scene.kit(&din(3).written()).await;
    assert_eq!(code(scene.issue(&other.number, 2).await), "kit_of_other_unit");
    scene.assert_whole().await;
}

/// The mirror of every story: units in each state, asked for each other state.
async fn every_pair_of_states_that_the_table_does_not_have_is_refused_and_written_down(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let unit = workflow::concept("unit").expect("declared");
    let mut refused = 0;
    for (number, from) in (0..).zip(Status::all()) {
        let identity = scene.add(number, from).await;
        let legal: BTreeSet<&str> = unit
            .steps_from(from.code())
            .filter_map(|step| match step.to {
                Target::State(to) => Some(to),
                Target::Back => None,
            })
            .collect();
        let mut tried = 0;
        for to in Status::all().map(Status::code).filter(|to| !legal.contains(to)) {
            let answer = scene.go(&identity, to, &[], Role::MedicalDirector).await;
            assert_eq!(code(answer), "move_not_allowed", "{} to {to}", from.code());
            tried += 1;
        }
        assert_eq!(scene.status(&identity).await, from.code());
        let events = scene.events(&identity).await;
        let written = events.iter().filter(|(kind, ..)| kind == "unit_move_refused").count();
        assert_eq!(written, tried, "{}", from.code());
        refused += written;
    }
    assert_eq!(refused, 29 * 29 - 95, "the full table but its legal pairs");
    let unknown = scene.go(&din(0), "sold", &[], Role::MedicalDirector).await;
    assert_eq!(code(unknown), "move_unknown");
    scene.assert_whole().await;
}

/// The other half of the table: each move from each state, by each role. Who is not in the table has no permission; who is meets
/// nothing but what the table needs, or the unit stands in the state that the table says.
async fn every_pair_that_the_table_has_asks_for_what_it_says(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let unit = workflow::concept("unit").expect("declared");
    let (mut number, mut pairs, mut made) = (1_000, BTreeSet::new(), 0);
    for from in Status::all().map(Status::code) {
        let mut standing = None;
        for step in unit.steps_from(from) {
            let Target::State(to) = step.to else { continue };
            pairs.insert((from, to));
            for role in Role::all() {
                // A unit that was moved is spent: the next one takes its place.
                let identity = match standing.take() {
                    Some(identity) => identity,
                    None => {
                        number += 1;
                        scene.add(number, Status::parse(from).expect("a state")).await
                    }
                };
                let answer = scene.go(&identity, step.code, &[], role).await;
                let place = format!("{from}, {} by {}", step.code, role.code());
                let may = match &step.mover {
                    workflow::Mover::System => false,
                    workflow::Mover::With(permissions) => permissions.iter().any(|one| role.may(*one)),
                };
                match answer {
                    Ok(record) => {
                        assert!(may && step.needs_signature.is_none(), "{place}");
                        assert_eq!(record.state.code, to, "{place}");
                        made += 1;
                    }
                    Err(error) => {
                        assert_eq!(scene.status(&identity).await, from, "{place}");
                        assert!(meant(step, may, error.code()), "{place}: {}", error.code());
                        standing = Some(identity);
                    }
                }
            }
        }
    }
    assert_eq!(pairs.len(), 95, "as many as the other half leaves");
    assert_eq!(made, 100, "moves that need nothing else");
    scene.assert_whole().await;
}

/// Does the table say that a move is refused so?
fn meant(step: &workflow::Step, may: bool, code: &str) -> bool {
    match code {
        "permission_missing" => !may,
        "move_by_clock_only" => step.mover == workflow::Mover::System,
        "move_condition_not_met" => step.when.is_some(),
        "record_field_missing" => !step.needs_fields.is_empty(),
        "document_missing" => !step.needs_documents.is_empty(),
        "signature_missing" => step.needs_signature.is_some(),
        other => qidai_bank::unit_guards(step.code).contains(&other),
    }
}

async fn a_hold_ends_where_the_unit_was(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let unit = scene.add(1, Status::Reserved).await;
    let held = scene.go(&unit, "hold", &[], Role::Quality).await.expect("held");
    assert_eq!((held.state.code, held.before.map(|state| state.code)), ("held", Some("reserved")));
    assert_eq!(code(scene.go(&unit, "available", &[], Role::Quality).await), "move_not_allowed");
    // Whoever stopped it does not let it go, and a signature is needed.
    let offers = scene.store.unit_moves(&unit, &as_(Role::Quality)).await.expect("read");
    let back = offers.iter().find(|offer| offer.step.code == "release_hold").expect("offered");
    assert_eq!(back.to.code, "reserved");
    let obstacles: Vec<&str> = back.obstacles.iter().map(|one| one.code).collect();
    assert_eq!(obstacles, ["four_eyes", "signature_missing"]);
    assert_eq!(code(scene.go(&unit, "release_hold", &[], Role::Quality).await), "four_eyes");
    let lost = scene.go(&unit, "lose", &[], Role::Technologist).await;
    assert_eq!(code(lost), "permission_missing");
    let events = scene.events(&unit).await;
    let kinds: Vec<&str> = events.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["unit_move_refused", "unit_move_refused", "unit_move_refused", "unit_moved", "unit_added"]
    );
    scene.assert_whole().await;
}

/// peers.md 5: a downtime sheet is entered within 24 hours with its original time, and marked as late.
async fn a_downtime_sheet_is_entered_within_a_day_with_its_own_time(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let unit = scene.add(1, Status::InTransit).await;
    let technologist = as_(Role::Technologist);
    let at = UnitAt { identity: &unit, expected_version: None };
    let received = owned(&[("received_at", "2026-03-02 03:30")]);
    let go = async |acting: Acting<'_>| scene.store.move_unit(at, "receive", &received, &acting).await;
    let then = scene.now - SignedDuration::from_hours(5);
    let acting = scene.acting(&technologist).since(Some(then));
    assert_eq!(code(go(acting).await), "reason_missing");
    let acting = acting.because("power failure from two to six");
    let early = acting.since(Some(scene.now + SignedDuration::from_secs(1)));
    assert_eq!(code(go(early).await), "effective_in_future");
    let too_late = acting.since(Some(scene.now - SignedDuration::from_hours(25)));
    assert_eq!(code(go(too_late).await), "late_entry_needs_quality");
    let record = go(acting).await.expect("entered");
    // Written in the bank's zone, kept as UTC.
    assert_eq!(record.field("received_at"), Some("2026-03-01T19:30:00Z"));
    let events = scene.events(&unit).await;
    assert_eq!(events[0], ("unit_moved".to_owned(), Some("power failure from two to six".to_owned()), true));
    // What is entered cannot have been before what is known.
    let quality = as_(Role::Quality);
    let acting =
        scene.acting(&quality).because("from the paper").since(Some(then - SignedDuration::from_hours(1)));
    assert_eq!(code(scene.store.move_unit(at, "reject", &[], &acting).await), "time_order_wrong");
    scene.assert_whole().await;
}

async fn what_arrives_late_raises_a_nonconformance_by_itself(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let unit = scene.add(1, Status::InTransit).await;
    let in_time = scene.add(2, Status::InTransit).await;
    scene.write(&unit, &[("collected_at", "2026-03-02T00:00:00Z")]).await;
    scene.write(&in_time, &[("collected_at", "2026-03-02T00:30:00Z")]).await;
    let none = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(none, []);
    scene.now = time("2026-03-03T00:00:01Z");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    let told: Vec<_> = ran.iter().map(|one| (one.number.as_str(), one.clock.as_str())).collect();
    assert_eq!(told, [("din/G123424000001", "arrival_late")]);
    assert!(ran[0].outcome.starts_with("raised NC-2026-"), "{ran:?}");
    assert_eq!(scene.nonconformances().await, ["din/G123424000001 – it arrives late"]);
    // Once for one collection, whoever runs it and whatever the unit does.
    let again = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(again, []);
    scene
        .go(&unit, "receive", &[("received_at", "2026-03-03T00:00:00Z")], Role::Technologist)
        .await
        .expect("here");
    assert_eq!(scene.nonconformances().await.len(), 1);
    // The limit is the bank's own.
    let context = WriteContext::new(scene.now, Actor::administrator("test"), &scene.ids);
    scene.store.set_setting("workflow.unit.arrive_hours", "12", &context).await.expect("set");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(ran.len(), 1, "{ran:?}");
    scene.assert_whole().await;
}

async fn what_was_late_is_seen_when_it_is_entered(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    let unit = scene.add(1, Status::InTransit).await;
    scene.write(&unit, &[("collected_at", "2026-02-28T20:00:00Z")]).await;
    let early =
        scene.go(&unit, "receive", &[("received_at", "2026-02-28T19:59:00Z")], Role::Technologist).await;
    assert_eq!(code(early), "time_order_wrong");
    let received = [("received_at", "2026-03-01T22:00:00Z")];
    scene.go(&unit, "receive", &received, Role::Technologist).await.expect("received");
    assert_eq!(scene.nonconformances().await, ["din/G123424000001 – it arrives late"]);
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(ran, [], "the same is not told twice");
    scene.assert_whole().await;
}

async fn a_trace_leads_both_ways(bank: &TestBank) {
    let scene = Scene::begin(bank).await;
    scene.register(1, &[]).await.expect("registered");
    scene.register(2, &[]).await.expect("registered");
    let kit = scene.kit(&din(1).written()).await;
    scene.issue(&kit.number, 1).await.expect("issued");
    scene.go(&din(1), "issue_kit", &[], Role::Collection).await.expect("issued");
    let trace = scene.store.trace("unit/din/G123424000001").await.expect("traced");
    let told: Vec<_> =
        trace.lines.iter().map(|line| (line.subject.as_str(), line.by.as_str(), line.way)).collect();
    assert!(told.contains(&("kit/KIT-2026-0001", "unit", Way::Forth)), "{told:?}");
    assert!(told.contains(&("actor/console:li", "create", Way::Back)), "{told:?}");
    let of_kit = scene.store.trace("kit/KIT-2026-0001").await.expect("traced");
    assert_eq!(of_kit.lines[0].subject, "unit/din/G123424000001");
    let of_person = scene.store.trace("actor/console:li").await.expect("traced");
    let units: Vec<&str> = of_person.lines.iter().map(|line| line.subject.as_str()).collect();
    assert!(units.contains(&"unit/din/G123424000001") && units.contains(&"unit/din/G123424000002"));
    // The page of the unit tells what happened to its kit too.
    let timeline = scene.store.unit_timeline(&din(1), None, 50).await.expect("told");
    let kinds: Vec<&str> = timeline.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["unit_moved", "record_moved", "record_created", "unit_registered"]);
}

async fn a_reservation_runs_out(bank: &TestBank) {
    let mut scene = Scene::begin(bank).await;
    let unit = scene.add(1, Status::Available).await;
    let until = [("reserved_for", "Qilu Hospital"), ("reserved_until", "2026-03-04")];
    let missing = scene.go(&unit, "reserve", &until[..1], Role::SearchCoordinator).await;
    assert_eq!(code(missing), "record_field_missing");
    scene.go(&unit, "reserve", &until, Role::SearchCoordinator).await.expect("reserved");
    assert_eq!(scene.store.reserved_for(&unit).await.expect("read").as_deref(), Some("Qilu Hospital"));
    assert_eq!(
        code(scene.go(&unit, "expire_public", &[], Role::SearchCoordinator).await),
        "move_by_clock_only"
    );
    // The day counts to its end in the bank's zone.
    scene.now = time("2026-03-04T15:59:00Z");
    let none = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!(none, []);
    scene.now = time("2026-03-04T16:00:00Z");
    let ran = scene.store.run_clocks(scene.now, &scene.ids, &scene.random).await.expect("run");
    assert_eq!((ran.len(), ran[0].outcome.as_str()), (1, "moved"));
    assert_eq!(scene.status(&unit).await, "available");
    assert_eq!(scene.store.reserved_for(&unit).await.expect("read"), None);
    scene.assert_whole().await;
}
