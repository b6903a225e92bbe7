//! Files that were kept elsewhere are carried over, and what could not have been done then is refused; told on SQLite
//! and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, AddOutcome, Answer, BankError, BankType, DocumentClass, Dossier, Grant, IdSource, Identity,
    KeyRing, MasterKey, Measure, MediaType, PastDeed, PastDocument, PastPlace, PastRecord, PastResult,
    PastUnit, Phase, Position, Principal, RandomSource, RecordAt, RecordFilter, Role, Room, Site, SiteKind,
    Status, Store, Tank, TankClass, TankLimits, UnitRecord, rule_set, test, workflow,
};
use support::postgres::Server;
use support::{TestBank, din};

/// What deeds name by their places.
const STAFF: [(&str, Role); 5] = [
    ("C1", Role::Collection),
    ("T1", Role::Technologist),
    ("T2", Role::Technologist),
    ("R1", Role::Reviewer),
    ("Q1", Role::Quality),
];
const MIDWIFE: usize = 0;
const TECHNOLOGIST: usize = 1;
const COLLEAGUE: usize = 2;
const REVIEWER: usize = 3;
const QUALITY: usize = 4;

fn now() -> Timestamp {
    "2026-03-01T08:00:00Z".parse().expect("a time")
}

fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn deed(code: &'static str, by: usize, hours: i64) -> PastDeed {
    PastDeed { code, by, at: hours_ago(hours), reason: None }
}

fn paper(class: DocumentClass) -> PastDocument {
    let file_name = "paper.txt".to_owned();
    PastDocument { class, file_name, media_type: MediaType::Text, content: b"as it was signed".to_vec() }
}

fn record(concept: &str, fields: &[(&'static str, &str)], deeds: Vec<PastDeed>) -> PastRecord {
    PastRecord {
        concept: workflow::concept(concept).expect(concept),
        site: None,
        fields: fields.iter().map(|(code, value)| (*code, (*value).to_owned())).collect(),
        names: Vec::new(),
        documents: Vec::new(),
        deeds,
    }
}

/// The form in force, and a hospital under contract with its collector.
fn shared() -> Dossier {
    let form = [
        ("form_version", "1"),
        ("language", "zh"),
        ("offers_donate", "true"),
        ("offers_family", "true"),
        ("offers_research", "true"),
        ("offers_recontact", "true"),
        ("offers_genetic", "false"),
        ("offers_export", "false"),
        ("approval", "A-1"),
        ("in_force_from", "2020-01-01"),
    ];
    let form = PastRecord {
        documents: vec![paper(DocumentClass::Consent)],
        ..record("consent_form", &form, vec![deed("create", QUALITY, 900)])
    };
    let hospital = [
        ("name", "A hospital"),
        ("kind", "hospital"),
        ("uscc", "91350100M000100Y43"),
        ("contract_number", "1"),
    ];
    let hospital = record("institution", &hospital, vec![deed("create", QUALITY, 900)]);
    Dossier { unit: None, records: vec![form, hospital] }
}

/// A unit that was collected and received, with what the laboratory found.
fn life(number: u32) -> Dossier {
    let identity = din(number);
    let own = identity.value.as_str();
    let set = rule_set("tzuchi_2008_v1").expect("the rule set");
    let answer = |one: &qidai_bank::Question| match one.accepts {
        Some(Answer::Yes) => format!("{}: yes", one.code),
        _ => format!("{}: no", one.code),
    };
    let asked = set.questions.iter().filter(|one| one.asked_when.is_none());
    let answers = asked.map(answer).collect::<Vec<_>>().join("\n");
    let mother = record("person", &[("kind", "mother")], vec![deed("create", MIDWIFE, 800)]);
    let kit = [
        ("label", own),
        ("lot", "L1"),
        ("expires_on", "2027-01-01"),
        ("anticoagulant", "cpd"),
        ("unit", own),
    ];
    let kit = record("kit", &kit, vec![deed("create", MIDWIFE, 700), deed("issue", MIDWIFE, 690)]);
    let health = [("unit", own), ("rule_set", "tzuchi_2008_v1"), ("answers", answers.as_str())];
    let health = PastRecord {
        names: vec![("mother", 0)],
        ..record("questionnaire", &health, vec![deed("create", MIDWIFE, 650), deed("pass", MIDWIFE, 650)])
    };
    let mut unit = UnitRecord::new(identity, BankType::Public);
    unit.status = Status::KitIssued;
    unit.counts.set(Phase::Collected, Measure::TncTotal, Some(900_000_000));
    let unit = PastUnit {
        record: unit,
        fields: Vec::new(),
        names: vec![("mother", 0)],
        documents: Vec::new(),
        deeds: vec![deed("create", MIDWIFE, 800), deed("issue_kit", MIDWIFE, 690)],
        results: vec![PastResult {
            test: test("tnc_total").expect("the test"),
            phase: Some(Phase::Collected),
            written: "900000000".to_owned(),
            measured_at: hours_ago(500),
            entered: (TECHNOLOGIST, hours_ago(499)),
            agreed: vec![(REVIEWER, hours_ago(498))],
        }],
        decision: None,
        place: None,
    };
    Dossier { unit: Some(unit), records: vec![mother, kit, health] }
}

struct House {
    store: Store,
    ids: IdSource,
    random: RandomSource,
    administrator: Principal,
}

impl House {
    async fn of(bank: &TestBank) -> Self {
        let store = Store::create_or_open(&bank.address).await.expect("a bank");
        let house = Self {
            store,
            ids: IdSource::counting("id"),
            random: RandomSource::seeded(1),
            administrator: Principal::console("test"),
        };
        for (number, role) in STAFF {
            house.store.add_account(number, &[Grant::everywhere(role)], &house.acting()).await.expect(number);
        }
        let site = Site {
            code: "h".to_owned(),
            name: "H".to_owned(),
            kind: SiteKind::CollectionHospital,
            uscc: None,
            active: true,
        };
        house.store.put_site(&site, &house.acting()).await.expect("a site");
        let custodian = Principal::console_as("test", Role::StorageCustodian);
        let acting = Acting { principal: &custodian, ..house.acting() };
        let room = Room { code: "R1".to_owned(), name: "R1".to_owned(), site: None };
        house.store.put_room(&room, &acting).await.expect("a room");
        let tank = Tank {
            code: "T1".to_owned(),
            room: "R1".to_owned(),
            class: TankClass::Released,
            sectors: 1,
            racks: 1,
            levels: 1,
            slots: 2,
            limits: TankLimits::USUAL,
            is_armed: false,
            is_closed: false,
        };
        house.store.put_tank(&tank, &acting).await.expect("a tank");
        house
    }

    fn acting(&self) -> Acting<'_> {
        Acting::new(&self.administrator, now(), &self.ids, &self.random)
    }

    async fn take(&self, dossiers: &[Dossier]) -> Result<Vec<AddOutcome>, BankError> {
        let staff = STAFF.map(|(number, _)| number);
        self.store.carry_over(dossiers, &staff, &self.acting()).await
    }

    async fn refused(&self, dossier: Dossier) -> &'static str {
        match self.take(&[dossier]).await {
            Err(BankError::Refused(refusal)) => {
                refusal.problems.first().map_or(refusal.code, |problem| problem.code)
            }
            other => panic!("not refused: {other:?}"),
        }
    }
}

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

stories!(a_file_is_carried_over_once_and_the_history_is_whole, what_could_not_have_been_is_refused);

async fn a_file_is_carried_over_once_and_the_history_is_whole(bank: &TestBank) {
    let house = House::of(bank).await;
    house.take(&[shared()]).await.expect("what is shared");
    let two = [life(1), life(2)];
    assert_eq!(house.take(&two).await.expect("carried over"), [AddOutcome::Accepted, AddOutcome::Accepted]);
    assert_eq!(house.take(&two).await.expect("again"), [AddOutcome::Unchanged, AddOutcome::Unchanged]);
    let unit = house.store.unit_life(&din(2)).await.expect("read").expect("the unit");
    assert_eq!(unit.state.code, "kit_issued");
    assert_eq!(unit.field("kit"), Some("KIT-2026-0002"), "found by its kit, as any other");
    assert_eq!(unit.field("questionnaire"), Some("HQ-2026-0002"));
    let results = house.store.test_results(&din(2), &Principal::console_as("x", Role::Reviewer)).await;
    assert_eq!(results.expect("results")[0].approved.as_ref().map(|by| by.actor.as_str()), Some("staff:R1"));
    // The next one goes on from here, by hand.
    let trace = house.store.trace("person/PER-2026-0002").await.expect("a trace");
    assert!(trace.lines.iter().any(|line| line.subject == format!("unit/din/{}", din(2).value)), "{trace:?}");
    assert_eq!(counted(&house, "kit").await, ["issued 2"]);
    let keys = KeyRing::new(MasterKey::new(&house.random).expect("a key"), Vec::new());
    let midwife = Principal::console_as("x", Role::Collection);
    let acting = Acting { principal: &midwife, ..house.acting() };
    let kit = workflow::concept("kit").expect("kit");
    let at = RecordAt { concept: kit, number: "KIT-2026-0001", expected_version: None };
    house.store.move_record(at, "use", &[], &keys, &acting).await.expect("used");
    assert_eq!(
        counted(&house, "kit").await,
        ["issued 1", "used 1"],
        "registers are counted as they are written"
    );
    let found = house.store.verify(&[], &house.random, &mut |_| {}).await.expect("verified");
    assert!(found.findings.is_empty(), "{:?}", found.findings);
}

/// The states of a register that have records, and how many, by the fast way; it must be that of counting.
async fn counted(house: &House, concept: &str) -> Vec<String> {
    let (concept, reader) =
        (workflow::concept(concept).expect(concept), Principal::console_as("x", Role::Quality));
    let whole = house.store.record_counts(concept, &RecordFilter::default(), &reader).await.expect("counts");
    let slowly = RecordFilter { text: Some("-".to_owned()), ..RecordFilter::default() };
    assert_eq!(whole, house.store.record_counts(concept, &slowly, &reader).await.expect("counted"));
    whole.iter().filter(|(_, count)| *count > 0).map(|(state, count)| format!("{state} {count}")).collect()
}

type Twist = fn(&mut Dossier);

/// What is wrong, and the code that refuses it; source: the rules of the concepts, as for work of today.
const TWISTS: [(&str, &str, Twist); 16] = [
    ("a move that its role may not make", "permission_missing", |file| {
        file.records[1].deeds[1].by = REVIEWER;
    }),
    ("a move from another state", "move_not_allowed", |file| file.records[1].deeds[1].code = "use"),
    ("a kit of another unit", "kit_of_other_unit", |file| set(file, 1, "label", "G123424000999")),
    ("a kit that had run out", "kit_expired", |file| set(file, 1, "expires_on", "2025-01-01")),
    ("a health history that excludes", "move_condition_not_met", |file| {
        let answers = file.records[2].fields[2].1.replace("hepatitis_b: no", "hepatitis_b: yes");
        set(file, 2, "answers", &answers);
    }),
    ("a record of nothing", "record_reference_unknown", |file| {
        file.records[2].names.clear();
        file.records[2].fields.push(("mother", "PER-1999-0001".to_owned()));
    }),
    ("a field that is none", "record_field_unknown", |file| {
        file.records[1].fields.push(("colour", "red".into()));
    }),
    ("a move before the one before", "time_order_wrong", |file| file.records[1].deeds[1].at = hours_ago(701)),
    ("a move that is still to come", "effective_in_future", |file| {
        file.records[1].deeds[1].at = hours_ago(-1);
    }),
    ("nobody", "dossier_deed_unknown", |file| file.records[1].deeds[1].by = 99),
    ("no beginning", "dossier_deed_unknown", |file| drop(file.records[1].deeds.remove(0))),
    ("another state than its moves lead to", "dossier_state_differs", |file| {
        own(file).record.status = Status::Available;
    }),
    ("another count than its result", "dossier_results_differ", |file| {
        own(file).record.counts.set(Phase::Collected, Measure::TncTotal, Some(1));
    }),
    ("a result that its writer agreed to", "permission_missing", |file| {
        own(file).results[0].agreed[0].0 = TECHNOLOGIST;
    }),
    ("a result that nobody agreed to", "dossier_results_differ", |file| own(file).results[0].agreed.clear()),
    ("a place in a tank for what is not frozen", "not_storable", |file| {
        let position = Position { tank: "T1".to_owned(), sector: 1, rack: 1, level: 1, slot: 1 };
        own(file).place = Some(PastPlace { position, by: COLLEAGUE, at: hours_ago(1) });
    }),
];

fn own(file: &mut Dossier) -> &mut PastUnit {
    file.unit.as_mut().expect("a unit")
}

fn set(file: &mut Dossier, record: usize, code: &str, value: &str) {
    let field = file.records[record].fields.iter_mut().find(|(own, _)| *own == code).expect(code);
    field.1 = value.to_owned();
}

async fn what_could_not_have_been_is_refused(bank: &TestBank) {
    let house = House::of(bank).await;
    house.take(&[shared()]).await.expect("what is shared");
    for (what, code, twist) in TWISTS {
        let mut file = life(7);
        twist(&mut file);
        assert_eq!(house.refused(file).await, code, "{what}");
    }
    // Nothing of it is left, so that the right file can still be taken in.
    assert_eq!(house.store.unit(&din(7)).await.expect("read"), None);
    assert_eq!(house.take(&[life(7)]).await.expect("carried over"), [AddOutcome::Accepted]);
    let identity: Identity = din(8);
    let mut file = life(8);
    set(&mut file, 1, "label", &din(7).value);
    own(&mut file).record.identity = identity;
    assert!(house.take(&[file]).await.is_err(), "a label is given once");
}
