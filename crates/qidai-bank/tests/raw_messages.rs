//! What analysers sent may carry a name: it is kept, and nobody reads it but for a purpose.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, Actor, BankError, IdSource, KeyRing, LabMessage, MasterKey, MessageOutcome, NewLabMessage,
    Observation, ObservationStatus, Principal, Purpose, RandomSource, Role, Status, Store, WriteContext,
};
use sea_orm::ConnectionTrait;
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
    a_name_in_a_message_is_nowhere_in_the_bank,
    messages_of_before_are_sealed,
    a_message_is_opened_for_a_purpose_and_that_is_written_down,
    a_new_master_key_opens_older_messages,
);

const NAME: &str = "欧阳静怡";
const LATIN_NAME: &str = "OUYANG^JINGYI";

struct Scene {
    store: Store,
    keys: KeyRing,
    ids: IdSource,
    random: RandomSource,
    minute: std::cell::Cell<i64>,
}

impl Scene {
    async fn at(bank: &TestBank) -> Scene {
        let store = Store::create_or_open(&bank.address).await.expect("a new bank");
        let random = RandomSource::seeded(7);
        let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
        let scene = Scene { store, keys, ids: ids("raw"), random, minute: 0.into() };
        let context = WriteContext::new(scene.now(), Actor::administrator("test"), &scene.ids);
        let mut unit = public_unit(1);
        unit.status = Status::Quarantine;
        scene.store.add_units(&[unit], &context).await.expect("added");
        scene
    }

    fn now(&self) -> Timestamp {
        self.minute.set(self.minute.get() + 1);
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(self.minute.get())
    }

    fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, self.now(), &self.ids, &self.random)
    }

    /// An analyser sends a count, and a name wherever there is room for one.
    async fn take(&self, content: &[u8]) -> LabMessage {
        let observation = |place: &str, specimen: &str, value: &str| Observation {
            place: place.to_owned(),
            specimen: specimen.to_owned(),
            test: "WBC".to_owned(),
            value: value.to_owned(),
            unit: "10*3/uL".to_owned(),
            status: ObservationStatus::Final,
            measured_at: None,
        };
        let number = format!("{}-P", din(1).written());
        let new = NewLabMessage {
            protocol: "hl7",
            peer: "192.0.2.7",
            content,
            sender_key: None,
            observations: vec![
                observation("OBX 1", &number, "7.5"),
                observation("OBX 2", NAME, "7.5"),
                observation("OBX 3", LATIN_NAME, "7.5"),
                observation("OBX 4", &number, NAME),
            ],
            refused: Vec::new(),
            remarks: Vec::new(),
        };
        let analyser = Principal::console_as("analyser", Role::Technologist);
        self.store.take_lab_message(&new, &self.keys, &self.acting(&analyser)).await.expect("kept")
    }

    async fn assert_whole(&self) {
        let found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }
}

fn content() -> Vec<u8> {
    format!("MSH|^~\\&|AN\rPID|1||7||{NAME}^{LATIN_NAME}\rOBX|1|NM|WBC||7.5\r").into_bytes()
}

/// Every byte of the database, as far as it can be had.
async fn bytes_of(bank: &TestBank) -> Vec<u8> {
    if bank.address.starts_with("postgres") {
        let db = bank.back_door().await;
        let mut all = Vec::new();
        for (table, column) in [
            ("lab_message_content", "encode(content, 'escape')"),
            ("lab_message", "remarks || coalesce(sender_key, '')"),
            ("history", "changes"),
            ("access_log", "changes"),
        ] {
            let sql = format!("SELECT {column} FROM {table}");
            let rows = db
                .query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql))
                .await
                .expect("read");
            for row in rows {
                all.extend(row.try_get_by_index::<String>(0).expect("text").into_bytes());
            }
        }
        db.close().await.expect("closed");
        return all;
    }
    let mut all = std::fs::read(&bank.address).expect("the file");
    all.extend(std::fs::read(format!("{}-wal", bank.address)).unwrap_or_default());
    all
}

fn holds(all: &[u8], text: &[u8]) -> bool {
    all.windows(text.len()).any(|part| part == text)
}

async fn assert_no_name(bank: &TestBank) {
    let all = bytes_of(bank).await;
    // Long events lie packed in the file.
    let store = Store::open(&bank.address).await.expect("opens");
    let events = store.history_page(None, None, 10_000).await.expect("read");
    assert!(!events.is_empty() && !format!("{events:?}").contains(NAME));
    assert!(holds(&all, b"result_not_a_number"), "the remarks are among what is read");
    assert!(!holds(&all, NAME.as_bytes()), "the name is not in the bank");
    for part in [LATIN_NAME, "OUYANG"] {
        assert!(!holds(&all, part.as_bytes()), "{part} is not in the bank");
    }
}

async fn a_name_in_a_message_is_nowhere_in_the_bank(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let kept = scene.take(&content()).await;
    assert_eq!((kept.outcome, kept.accepted, kept.refused), (MessageOutcome::Partly, 1, 3));
    let codes: Vec<&str> = kept.remarks.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["specimen_unknown", "specimen_unknown", "result_not_a_number"]);
    assert!(kept.remarks.iter().all(|one| one.sentence.contains('…')), "{:?}", kept.remarks);
    assert_eq!(scene.take(&content()).await.outcome, MessageOutcome::Repeated);
    assert_no_name(bank).await;
    scene.assert_whole().await;
}

/// An earlier version kept messages as they were.
async fn messages_of_before_are_sealed(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let kept = scene.take(&content()).await;
    let plain: String = content().iter().map(|byte| format!("{byte:02x}")).collect();
    let literal = match bank.address.starts_with("postgres") {
        true => format!("'\\x{plain}'"),
        false => format!("x'{plain}'"),
    };
    bank.run(&format!("UPDATE lab_message_content SET content = {literal}")).await;
    bank.run("DELETE FROM lab_message_key").await;
    let system = Principal::system("upgrade");
    let sealed =
        async || scene.store.seal_lab_messages(&scene.keys, &scene.acting(&system)).await.expect("sealed");
    assert_eq!((sealed().await, sealed().await), (1, 0));
    bank.run(if bank.address.starts_with("postgres") {
        "SELECT 1"
    } else {
        "PRAGMA wal_checkpoint(TRUNCATE)"
    })
    .await;
    assert_no_name(bank).await;
    scene.assert_whole().await;
    let quality = Principal::console_as("quality", Role::Quality);
    let purpose = Purpose::QualityInvestigation;
    let acting = scene.acting(&quality);
    let opened = scene.store.open_lab_message(&kept.id, purpose, &scene.keys, &acting);
    assert_eq!(opened.await.expect("opened").1.as_slice(), content());
    assert_eq!(scene.take(&content()).await.outcome, MessageOutcome::Repeated, "it is known again");
}

async fn a_message_is_opened_for_a_purpose_and_that_is_written_down(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let kept = scene.take(&content()).await;
    let open = async |name: &str, role: Role, purpose: Purpose| {
        let principal = Principal::console_as(name, role);
        let acting = scene.acting(&principal);
        let opened = scene.store.open_lab_message(&kept.id, purpose, &scene.keys, &acting).await;
        opened.map(|(_, bytes)| bytes.to_vec()).map_err(|error: BankError| error.code().to_owned())
    };
    let table = [
        ("li", Role::Technologist, Purpose::LaboratoryWork, Ok(content())),
        ("wang", Role::Reviewer, Purpose::LaboratoryWork, Ok(content())),
        ("zhao", Role::Quality, Purpose::QualityInvestigation, Ok(content())),
        ("sun", Role::Director, Purpose::LegalRequest, Ok(content())),
        ("li", Role::Technologist, Purpose::QualityInvestigation, Err("permission_missing".to_owned())),
        ("wang", Role::Reviewer, Purpose::QualityInvestigation, Err("purpose_not_yours".to_owned())),
        ("wang", Role::Reviewer, Purpose::CollectionCare, Err("purpose_not_for_kind".to_owned())),
        ("zhou", Role::StorageCustodian, Purpose::LaboratoryWork, Err("permission_missing".to_owned())),
        ("wu", Role::Administrator, Purpose::LaboratoryWork, Err("permission_missing".to_owned())),
    ];
    for (name, role, purpose, expected) in &table {
        assert_eq!(open(name, *role, *purpose).await, *expected, "{name} {role:?} {purpose:?}");
    }
    let auditor = Principal::console_as("auditor", Role::Auditor);
    let subject = format!("lab_message/{}", kept.id);
    let log = scene.store.accesses(Some(&subject), None, 50, &scene.acting(&auditor)).await.expect("read");
    let kinds: Vec<&str> = log.iter().rev().map(|line| line.kind.as_str()).collect();
    assert_eq!(kinds[..4], ["lab_message_opened"; 4]);
    assert_eq!(kinds[4..], ["lab_message_open_refused"; 5]);
    assert_eq!(log.last().map(|line| line.purpose.as_str()), Some("laboratory_work"));
}

async fn a_new_master_key_opens_older_messages(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let kept = scene.take(&content()).await;
    let new = scene.keys.rotated(MasterKey::new(&scene.random).expect("a key"));
    let console = Principal::console("keeper");
    while scene.store.rewrap(&new, &scene.acting(&console)).await.expect("a step") > 0 {}
    assert_eq!(scene.store.master_keys_in_use().await.expect("read"), [new.current().id()]);
    let alone = KeyRing::new(new.current().clone(), Vec::new());
    let li = Principal::console_as("li", Role::Technologist);
    let open = async |keys: &KeyRing| {
        let acting = scene.acting(&li);
        let opened = scene.store.open_lab_message(&kept.id, Purpose::LaboratoryWork, keys, &acting);
        opened.await.map(|(_, bytes)| bytes.to_vec()).map_err(|error| error.code().to_owned())
    };
    assert_eq!(open(&alone).await, Ok(content()));
    assert_eq!(open(&scene.keys).await, Err("key_missing".to_owned()));
    let again = Scene { keys: alone, ..scene };
    assert_eq!(again.take(&content()).await.outcome, MessageOutcome::Repeated);
    again.assert_whole().await;
}
