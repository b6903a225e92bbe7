//! Stories of the store, each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use jiff::civil::date;
use qidai_bank::{
    Abo, Actor, AddOutcome, BankType, Counts, IdSource, Measure, Phase, ReleaseInForce, RhD, SearchableKind,
    Sex, Status, Store, StoreError, TestOutcome, Typing, UnitRecord, WriteContext,
};
use support::postgres::Server;
use support::{HLA, TestBank, din, ids, listed, public_unit};

/// Each story runs on a SQLite file of its own, and all of them on one PostgreSQL server, each in
/// its own database.
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
            addresses_of_postgres(&server).await;
        }
    };
}

stories!(
    curator_reads_back_everything_she_wrote,
    technologist_imports_the_same_units_twice,
    technologist_learns_which_fields_differ,
    technologist_gives_one_identity_twice,
    two_programs_take_the_same_identity,
    two_programs_make_the_same_bank,
    coordinator_sees_available_public_units_and_lists,
    coordinator_reads_one_generation_while_units_arrive,
    registry_sends_its_list_twice,
    director_counts_units,
    bank_keeps_its_settings,
    every_change_is_one_event,
    a_failed_write_leaves_nothing,
    a_value_nobody_knows_is_an_error,
    a_newer_bank_is_refused,
    somebody_elses_database_is_refused,
    an_empty_database_becomes_a_bank_only_on_request,
);

fn context<'a>(actor: &'a str, ids: &'a IdSource) -> WriteContext<'a> {
    WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator(actor), ids)
}

async fn bank(at: &TestBank) -> Store {
    Store::create_or_open(&at.address).await.expect("a new bank")
}

fn refusal(opened: Result<Store, StoreError>) -> StoreError {
    match opened {
        Ok(store) => panic!("{} was not refused", store.address()),
        Err(error) => error,
    }
}

/// A unit with a value in every field.
fn full_unit(number: u32) -> UnitRecord {
    let day = |d| Some(date(2020, 2, d));
    let mut counts = Counts::default();
    for (at, phase) in (1..).zip(Phase::ALL) {
        for (step, measure) in (1..).zip(Measure::ALL) {
            counts.set(phase, measure, Some(at * 1000 + step));
        }
    }
    let typing = |method: &str, d| Typing {
        written: format!("{HLA}^HLA-C*01:0{d}"),
        method: Some(method.to_owned()),
        release: Some("3.58.0".to_owned()),
        typed_on: day(d),
    };
    UnitRecord {
        status: Status::Quarantine,
        collection_date: day(3),
        birth_date: day(3),
        expiry_date: Some(date(2040, 1, 1)),
        sex: Some(Sex::Male),
        abo: Some(Abo::Ab),
        rhd: Some(RhD::Negative),
        counts,
        cryovolume_ul: Some(25_500),
        rbc_depleted: Some(false),
        processing_method: Some("HES 羟乙基淀粉".to_owned()),
        attached_segments: Some(0),
        identity_confirmed: Some(true),
        fact_accredited: Some(true),
        aabb_accredited: Some(false),
        wmda_qualified: Some(true),
        idm: Some(TestOutcome::Negative),
        cmv: Some(TestOutcome::Positive),
        haemoglobinopathy: Some(TestOutcome::Indeterminate),
        microbial_growth: Some(TestOutcome::Negative),
        typings: vec![typing("SSO", 4), typing("NGS", 5)],
        mother_typings: vec![typing("SBT", 6)],
        ..UnitRecord::new(din(number), BankType::Public)
    }
}

async fn curator_reads_back_everything_she_wrote(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("curator"));
    let bare = UnitRecord::new(din(2), BankType::Family);
    let written = [full_unit(1), bare];
    let outcomes = store.add_units(&written, &context("curator", &ids)).await.expect("added");
    assert_eq!(outcomes, [AddOutcome::Accepted, AddOutcome::Accepted]);
    store.close().await.expect("closed");
    let store = Store::open(&at.address).await.expect("opens again");
    for unit in &written {
        assert_eq!(store.unit(&unit.identity).await.expect("read").as_ref(), Some(unit));
    }
    assert_eq!(store.unit(&din(3)).await.expect("read"), None);
}

async fn technologist_imports_the_same_units_twice(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("technologist"));
    // More than one statement and more than one lookup.
    let units: Vec<UnitRecord> = (0..1_203).map(public_unit).collect();
    let first = store.add_units(&units, &context("technologist", &ids)).await.expect("added");
    assert!(first.iter().all(|outcome| *outcome == AddOutcome::Accepted));
    let generation = store.generation().await.expect("read");
    let second = store.add_units(&units, &context("technologist", &ids)).await.expect("added");
    assert!(second.iter().all(|outcome| *outcome == AddOutcome::Unchanged));
    assert_eq!(store.generation().await.expect("read"), generation, "nothing was written");
}

async fn technologist_learns_which_fields_differ(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("technologist"));
    store.add_units(&[public_unit(1)], &context("technologist", &ids)).await.expect("added");
    let mut other = public_unit(1);
    other.counts.set(Phase::Processed, Measure::TncTotal, Some(900_000_000));
    other.abo = Some(Abo::O);
    let units = [other, public_unit(2)];
    let outcomes = store.add_units(&units, &context("technologist", &ids)).await.expect("added");
    let AddOutcome::Conflict(differences) = &outcomes[0] else { panic!("{outcomes:?}") };
    let told: Vec<_> =
        differences.iter().map(|d| (d.field.as_str(), d.stored.as_deref(), d.given.as_deref())).collect();
    let expected = [("tnc_total", Some("1200000000"), Some("900000000")), ("abo", None, Some("O"))];
    assert_eq!(told, expected);
    assert_eq!(outcomes[1], AddOutcome::Accepted, "a good record beside it is taken");
    let stored = store.unit(&din(1)).await.expect("read");
    assert_eq!(stored, Some(public_unit(1)), "the stored record stays");
}

async fn technologist_gives_one_identity_twice(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("technologist"));
    let mut other = public_unit(1);
    other.sex = Some(Sex::Female);
    let units = [public_unit(1), public_unit(1), other];
    let outcomes = store.add_units(&units, &context("technologist", &ids)).await.expect("added");
    assert_eq!(outcomes[..2], [AddOutcome::Accepted, AddOutcome::Unchanged]);
    assert!(matches!(&outcomes[2], AddOutcome::Conflict(found) if found[0].field == "sex"));
}

async fn two_programs_take_the_same_identity(at: &TestBank) {
    let (one, two) = (bank(at).await, bank(at).await);
    let (ids_one, ids_two) = (ids("one"), ids("two"));
    for number in 0..20 {
        let female = UnitRecord { sex: Some(Sex::Female), ..public_unit(number) };
        let male = UnitRecord { sex: Some(Sex::Male), ..public_unit(number) };
        let (female, male) = ([female], [male]);
        let (as_one, as_two) = (context("one", &ids_one), context("two", &ids_two));
        let (first, second) = tokio::join!(one.add_units(&female, &as_one), two.add_units(&male, &as_two));
        let outcomes = [first.expect("an answer").remove(0), second.expect("an answer").remove(0)];
        let winners = outcomes.iter().filter(|outcome| **outcome == AddOutcome::Accepted).count();
        let losers = outcomes.iter().filter(|o| matches!(o, AddOutcome::Conflict(_))).count();
        assert_eq!((winners, losers), (1, 1), "unit {number}: {outcomes:?}");
    }
    let counts = one.unit_counts().await.expect("read");
    assert_eq!(counts.iter().map(|count| count.units).sum::<u64>(), 20);
}

async fn two_programs_make_the_same_bank(at: &TestBank) {
    let (one, two) = tokio::join!(Store::create_or_open(&at.address), Store::create_or_open(&at.address));
    let (one, two) = (one.expect("made or opened"), two.expect("made or opened"));
    let ids = ids("one");
    one.add_units(&[public_unit(1)], &context("one", &ids)).await.expect("added");
    assert_eq!(two.generation().await.expect("read"), 1);
}

async fn coordinator_sees_available_public_units_and_lists(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("coordinator"));
    let mut available = full_unit(1);
    available.status = Status::Available;
    let family = UnitRecord { bank_type: BankType::Family, ..available.clone() };
    let family = UnitRecord { identity: din(2), status: Status::FamilyHeld, ..family };
    let quarantined = full_unit(3);
    let untyped = UnitRecord::new(din(4), BankType::Public);
    let units = [available, family, quarantined, untyped];
    store.add_units(&units, &context("technologist", &ids)).await.expect("added");
    let entries = [listed("D000001")];
    store.add_listed("wmda", &entries, &context("technologist", &ids)).await.expect("added");

    let mut rows = Vec::new();
    let generation = store.stream_searchable(|row| rows.push(row)).await.expect("streamed");
    assert_eq!(generation, 6, "four units, a list, its entry");
    let seen: Vec<_> = rows.iter().map(|row| (row.kind, row.identity.clone())).collect();
    let expected = [
        (SearchableKind::OwnUnit, din(1).value),
        (SearchableKind::OwnUnit, din(4).value),
        (SearchableKind::Listed, "D000001".to_owned()),
    ];
    assert_eq!(seen, expected);
    assert_full_row(&rows[0]);
    assert_eq!(rows[1].hla, None, "an untyped unit is seen, untyped");
    assert_eq!(rows[2].scheme_or_list, "wmda");
    assert_eq!((rows[2].hla.as_deref(), rows[2].rbc_depleted), (Some(HLA), None));
}

/// Every field of the full unit arrives in its place.
fn assert_full_row(row: &qidai_bank::SearchableRow) {
    let unit = full_unit(1);
    let count = |phase, measure| unit.counts.get(phase, measure);
    assert_eq!(row.scheme_or_list, "din");
    assert_eq!(row.hla.as_deref(), Some(unit.typings[1].written.as_str()), "the last is in force");
    assert_eq!(row.mother_hla.as_deref(), Some(unit.mother_typings[0].written.as_str()));
    assert_eq!((row.collection_date, row.birth_date), (unit.collection_date, unit.birth_date));
    assert_eq!((row.sex, row.abo, row.rhd), (unit.sex, unit.abo, unit.rhd));
    assert_eq!(row.tnc_total, unit.counts.tnc_total());
    assert_eq!(row.cd34_total, unit.counts.cd34_total());
    assert_eq!(row.viability_centipercent, count(Phase::Processed, Measure::Viability));
    assert_eq!(row.post_thaw_viability_centipercent, count(Phase::PostThaw, Measure::Viability));
    assert_eq!(row.volume_ul, count(Phase::Processed, Measure::Volume));
    assert_eq!((row.cryovolume_ul, row.attached_segments), (Some(25_500), Some(0)));
    assert_eq!((row.rbc_depleted, row.identity_confirmed), (Some(false), Some(true)));
    assert_eq!((row.fact_accredited, row.aabb_accredited), (Some(true), Some(false)));
    assert_eq!(row.wmda_qualified, Some(true));
    assert_eq!((row.idm, row.cmv), (unit.idm, unit.cmv));
    assert_eq!(row.haemoglobinopathy, unit.haemoglobinopathy);
}

async fn coordinator_reads_one_generation_while_units_arrive(at: &TestBank) {
    let (reader, writer, ids) = (bank(at).await, bank(at).await, ids("technologist"));
    let arrive = async {
        for chunk in 0..40 {
            let units: Vec<_> = (chunk * 150..(chunk + 1) * 150).map(public_unit).collect();
            writer.add_units(&units, &context("technologist", &ids)).await.expect("added");
        }
    };
    let read = async {
        let mut last = 0;
        while last < 40 * 150 {
            let mut rows = 0_u64;
            let generation = reader.stream_searchable(|_| rows += 1).await.expect("streamed");
            assert_eq!(rows, generation, "rows and generation agree");
            assert!(generation >= last);
            last = generation;
        }
    };
    tokio::join!(arrive, read);
}

async fn registry_sends_its_list_twice(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("registry"));
    let context = context("registry", &ids);
    let mut entry = listed("D1");
    entry.birth_date = Some(date(1990, 12, 31));
    entry.mother_typing = Some(Typing::written("HLA-A*01:01"));
    entry.counts.set(Phase::Processed, Measure::Cd34Total, Some(4_000_000));
    let entries = [entry.clone(), listed("D2")];
    let first = store.add_listed("wmda", &entries, &context).await.expect("added");
    assert_eq!(first, [AddOutcome::Accepted, AddOutcome::Accepted]);
    let second = store.add_listed("wmda", &entries, &context).await.expect("added");
    assert_eq!(second, [AddOutcome::Unchanged, AddOutcome::Unchanged]);
    let other = [listed("D1")];
    let third = store.add_listed("wmda", &other, &context).await.expect("added");
    assert!(matches!(&third[0], AddOutcome::Conflict(found) if found.len() == 3), "{third:?}");
    let elsewhere = store.add_listed("nmdp", &other, &context).await.expect("added");
    assert_eq!(elsewhere, [AddOutcome::Accepted], "an id belongs to its list");
    assert_eq!(store.listed("wmda", "D1").await.expect("read"), Some(entry));
    let lists = store.list_counts().await.expect("read");
    assert_eq!(lists, [("nmdp".to_owned(), 1), ("wmda".to_owned(), 2)]);
}

async fn director_counts_units(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("director"));
    assert!(store.unit_counts().await.expect("read").is_empty());
    let family = UnitRecord::new(din(4), BankType::Family);
    let units = [public_unit(1), public_unit(2), full_unit(3), family];
    store.add_units(&units, &context("technologist", &ids)).await.expect("added");
    let counts = store.unit_counts().await.expect("read");
    let told: Vec<_> = counts.iter().map(|c| (c.bank_type.code(), c.status.code(), c.units)).collect();
    let expected = [("public", "available", 2), ("public", "quarantine", 1), ("family", "family_held", 1)];
    assert_eq!(told, expected);
}

async fn bank_keeps_its_settings(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("administrator"));
    let context = context("administrator", &ids);
    assert_eq!(store.release_in_force().await.expect("read"), None);
    assert_eq!(store.bank_zone().await.expect("read"), "Asia/Shanghai");
    let release = ReleaseInForce { label: "3.58.0".to_owned(), directory: "/srv/imgt \"hla\"".to_owned() };
    store.set_release_in_force(&release, &context).await.expect("set");
    store.set_release_in_force(&release, &context).await.expect("set");
    assert_eq!(store.generation().await.expect("read"), 1, "the same value is not an event");
    store.set_bank_zone("Asia/Urumqi", &context).await.expect("set");
    assert_eq!(store.release_in_force().await.expect("read"), Some(release));
    assert_eq!(store.bank_zone().await.expect("read"), "Asia/Urumqi");
}

async fn every_change_is_one_event(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("technologist"));
    let context = context("technologist", &ids);
    assert_eq!(store.generation().await.expect("read"), 0);
    store.add_units(&[public_unit(1), public_unit(2)], &context).await.expect("added");
    assert_eq!(store.generation().await.expect("read"), 2);
    store.add_listed("wmda", &[listed("D1")], &context).await.expect("added");
    assert_eq!(store.generation().await.expect("read"), 4, "the list began too");
    store.set_setting("a", "b", &context).await.expect("set");
    assert_eq!(store.generation().await.expect("read"), 5);
    store.add_units(&[], &context).await.expect("nothing to add");
    assert_eq!(store.generation().await.expect("read"), 5);
}

async fn a_failed_write_leaves_nothing(at: &TestBank) {
    let store = bank(at).await;
    let same = IdSource::new(|| "always the same".to_owned());
    store.add_units(&[public_unit(1)], &context("a", &same)).await.expect("added");
    let failed = store.add_units(&[public_unit(2)], &context("a", &same)).await;
    assert_eq!(failed.expect_err("an event id is used once").code(), "database_failed");
    assert_eq!(store.unit(&din(2)).await.expect("read"), None);
    assert_eq!(store.generation().await.expect("read"), 1);
    let ids = ids("b");
    let again = store.add_units(&[public_unit(2)], &context("a", &ids)).await.expect("added");
    assert_eq!(again, [AddOutcome::Accepted]);
}

async fn a_value_nobody_knows_is_an_error(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("a"));
    store.add_units(&[public_unit(1)], &context("a", &ids)).await.expect("added");
    at.run("UPDATE unit SET abo = 'X'").await;
    let error = store.unit(&din(1)).await.expect_err("X is no blood group");
    assert_eq!(error.code(), "database_value_unknown");
    assert_eq!(error.to_string(), "table unit, row 1: 'X' is not a known abo");
    let error = store.stream_searchable(|_| {}).await.expect_err("X is no blood group");
    assert_eq!(error.code(), "database_value_unknown");
    assert!(error.to_string().contains("row 1") && error.to_string().contains('X'), "{error}");
}

async fn a_newer_bank_is_refused(at: &TestBank) {
    bank(at).await.close().await.expect("closed");
    at.run("INSERT INTO qidai_migration (version, applied_at) VALUES ('m9999_later', 0)").await;
    for opened in [Store::open(&at.address).await, Store::create_or_open(&at.address).await] {
        let error = refusal(opened);
        assert_eq!(error.code(), "database_newer_than_program");
        assert!(error.to_string().contains("m9999_later"), "{error}");
    }
}

async fn somebody_elses_database_is_refused(at: &TestBank) {
    at.run("CREATE TABLE patients (name TEXT)").await;
    for opened in [Store::open(&at.address).await, Store::create_or_open(&at.address).await] {
        assert_eq!(refusal(opened).code(), "not_a_bank");
    }
}

async fn an_empty_database_becomes_a_bank_only_on_request(at: &TestBank) {
    let code = refusal(Store::open(&at.address).await).code();
    let is_file = !at.address.starts_with("postgres");
    assert_eq!(code, if is_file { "database_missing" } else { "not_a_bank" });
    assert!(!std::path::Path::new(&at.address).exists(), "opening makes no file");
    bank(at).await.close().await.expect("closed");
    Store::open(&at.address).await.expect("a bank now");
}

/// A database that is not there, and a server that is not there.
async fn addresses_of_postgres(server: &Server) {
    let missing = server.address("nowhere");
    assert_eq!(refusal(Store::create_or_open(&missing).await).code(), "database_missing");
    let silent = "postgres://qidai:secret@localhost/bank?host=/nonexistent";
    let error = refusal(Store::open(silent).await);
    assert_eq!(error.code(), "database_unreachable");
    assert!(!error.to_string().contains("secret"));
}
