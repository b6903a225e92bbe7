//! The laboratory: who enters, who reviews, and what counts.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Abo, Acting, Actor, BankError, IdSource, Identity, Measure, NewResult, Phase, Principal, RandomSource,
    ResultSource, ResultState, Review, Role, Status, Store, TestOutcome, TestResult, WorklistFilter,
    WriteContext, test, test_named, tests,
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
    a_result_counts_once_a_colleague_agreed,
    two_colleagues_look_at_infection_markers_and_blood_groups,
    an_amendment_never_overwrites,
    worklists_say_what_waits,
    messages_are_kept_and_entered_once,
    control_material_is_kept_with_its_verdicts,
);

#[test]
fn values_as_they_are_written() {
    let table = include_str!("cases/lab_values.tsv");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with("# ")).skip(1).collect();
    assert!(rows.len() >= 50, "{} rows", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [code, written, unit, expected, amount, flag, _source] = cells[..] else { panic!("row: {row}") };
        let test = test(code).expect(code);
        let unit = (unit != "-").then_some(unit);
        let unit = if test.unit.is_empty() { None } else { unit };
        match test.read(written, unit) {
            Ok(read) => {
                assert_eq!(read.value, expected, "{row}");
                assert_eq!(read.amount.map(|amount| amount.to_string()).unwrap_or_default(), amount, "{row}");
                assert_eq!(read.flag.map_or("", qidai_bank::Flag::code), flag, "{row}");
            }
            Err(problem) => {
                assert_eq!(problem.code, expected, "{row}: {problem:?}");
                assert!(!problem.hint.is_empty() && problem.field == code, "{row}: {problem:?}");
            }
        }
    }
}

/// Whatever a test shows is read back as it is.
#[test]
fn a_written_value_reads_as_itself() {
    for test in tests().iter().filter(|test| !test.unit.is_empty()) {
        for amount in [test.least.unwrap_or(0), 12_345_678, test.most.unwrap_or(i64::MAX / 1000)] {
            if test.least.is_some_and(|least| amount < least) || test.most.is_some_and(|most| amount > most) {
                continue;
            }
            let read = test.read(&test.format(amount), None).expect(test.code);
            assert_eq!(read.amount, Some(amount), "{}", test.code);
        }
    }
    assert_eq!(test_named("ＷＢＣ").map(|test| test.code), Some("wbc_raw"));
    assert_eq!(test_named("有核细胞总数").map(|test| test.code), Some("tnc_total"));
    assert_eq!(test_named("W B C"), test_named("wbc"));
    assert_eq!(test_named("potassium"), None);
}

/// A bank with a technologist and reviewers.
struct Scene {
    store: Store,
    ids: IdSource,
    random: RandomSource,
    minute: std::cell::Cell<i64>,
}

fn technologist(name: &str) -> Principal {
    Principal::console_as(name, Role::Technologist)
}

fn reviewer(name: &str) -> Principal {
    Principal::console_as(name, Role::Reviewer)
}

impl Scene {
    async fn at(bank: &TestBank) -> Scene {
        let store = Store::create_or_open(&bank.address).await.expect("a new bank");
        let scene = Scene { store, ids: ids("lab"), random: RandomSource::seeded(1), minute: 0.into() };
        let context = WriteContext::new(scene.now(), Actor::administrator("test"), &scene.ids);
        let mut units: Vec<_> = (1..5).map(public_unit).collect();
        units.iter_mut().for_each(|unit| unit.status = Status::Quarantine);
        units[3].status = Status::Available;
        scene.store.add_units(&units, &context).await.expect("added");
        scene
    }

    /// Later than before, each time.
    fn now(&self) -> Timestamp {
        self.minute.set(self.minute.get() + 1);
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(self.minute.get())
    }

    async fn enter(
        &self,
        (unit, code, value): (u32, &str, &str),
        (by, reason): (&Principal, Option<&str>),
    ) -> Result<TestResult, BankError> {
        let (unit, test): (Identity, _) = (din(unit), test(code).expect(code));
        let new = NewResult {
            unit: &unit,
            test,
            phase: test.phases.contains(&Phase::Processed).then_some(Phase::Processed),
            written: value,
            written_unit: None,
            method: Some("AN-1"),
            measured_at: None,
            source: ResultSource::Form,
            message: None,
        };
        let acting = Acting { reason, ..Acting::new(by, self.now(), &self.ids, &self.random) };
        self.store.enter_result(&new, &acting).await
    }

    async fn review(
        &self,
        id: &str,
        review: Review,
        (by, reason): (&Principal, Option<&str>),
    ) -> Result<TestResult, BankError> {
        let acting = Acting { reason, ..Acting::new(by, self.now(), &self.ids, &self.random) };
        self.store.review_result(id, review, &acting).await
    }

    async fn kinds(&self, unit: u32) -> Vec<String> {
        let subject = format!("unit/din/{}", din(unit).value);
        let events = self.store.history_page(Some(&subject), None, 50).await.expect("read");
        events.into_iter().rev().map(|event| event.kind).collect()
    }

    async fn assert_whole(&self) {
        let found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, BankError>) -> &'static str {
    match answer.expect_err("must be refused") {
        BankError::Refused(refusal) => refusal.code,
        other => panic!("an outage: {other}"),
    }
}

async fn a_result_counts_once_a_colleague_agreed(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let (li, wang) = (technologist("li"), reviewer("wang"));
    let entered = scene.enter((1, "tnc_total", "1.35E9"), (&li, None)).await.expect("entered");
    assert_eq!((entered.version, entered.state), (1, ResultState::Entered));
    let unit = scene.store.unit(&din(1)).await.expect("read").expect("known");
    assert_eq!(unit.counts.tnc_total(), Some(1_200_000_000), "nobody has agreed yet");

    assert_eq!(refused(scene.enter((1, "tnc_total", "1.3E9"), (&li, None)).await), "result_pending");
    assert_eq!(refused(scene.enter((1, "tnc_total", "x"), (&wang, None)).await), "permission_missing");
    assert_eq!(refused(scene.enter((9, "tnc_total", "1.3E9"), (&li, None)).await), "unit_unknown");
    let li_reviews = reviewer("li");
    assert_eq!(refused(scene.review(&entered.id, Review::Agree, (&li_reviews, None)).await), "four_eyes");
    assert_eq!(refused(scene.review(&entered.id, Review::Agree, (&li, None)).await), "permission_missing");
    assert_eq!(refused(scene.review(&entered.id, Review::Reject, (&wang, None)).await), "reason_missing");
    assert_eq!(refused(scene.review("nothing", Review::Agree, (&wang, None)).await), "result_unknown");

    let approved = scene.review(&entered.id, Review::Agree, (&wang, None)).await.expect("approved");
    assert_eq!(approved.state, ResultState::Approved);
    assert_eq!(approved.approved.expect("by somebody").actor, "console:wang");
    let unit = scene.store.unit(&din(1)).await.expect("read").expect("known");
    assert_eq!(unit.counts.get(Phase::Processed, Measure::TncTotal), Some(1_350_000_000));
    assert_eq!(refused(scene.review(&entered.id, Review::Agree, (&wang, None)).await), "result_not_pending");
    // The same unit from a file is the same unit as it is now.
    let context = WriteContext::new(scene.now(), Actor::administrator("test"), &scene.ids);
    let again = scene.store.add_units(std::slice::from_ref(&unit), &context).await.expect("compared");
    assert_eq!(again, [qidai_bank::AddOutcome::Unchanged]);
    let told = ["unit_added", "test_result_entered", "test_result_review_refused", "test_result_approved"];
    assert_eq!(scene.kinds(1).await[..3], told[..3]);
    assert!(scene.kinds(1).await.contains(&told[3].to_owned()));
    scene.assert_whole().await;
}

async fn two_colleagues_look_at_infection_markers_and_blood_groups(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let (li, wang, zhao) = (technologist("li"), reviewer("wang"), reviewer("zhao"));
    let abo = scene.enter((1, "abo", "a型"), (&li, None)).await.expect("entered");
    let once = scene.review(&abo.id, Review::Agree, (&wang, None)).await.expect("reviewed");
    assert_eq!(once.state, ResultState::Reviewed);
    assert_eq!(scene.store.unit(&din(1)).await.expect("read").expect("known").abo, None);
    assert_eq!(refused(scene.review(&abo.id, Review::Agree, (&wang, None)).await), "four_eyes");
    let twice = scene.review(&abo.id, Review::Agree, (&zhao, None)).await.expect("approved");
    assert_eq!(twice.state, ResultState::Approved);
    assert_eq!(scene.store.unit(&din(1)).await.expect("read").expect("known").abo, Some(Abo::A));

    let before = scene.store.unit(&din(1)).await.expect("read").expect("known").typings;
    let hla = scene.enter((1, "hla", "HLA-A*02:01+HLA-A*11:01"), (&li, None)).await.expect("entered");
    for colleague in [&wang, &zhao] {
        scene.review(&hla.id, Review::Agree, (colleague, None)).await.expect("agreed");
    }
    let after = scene.store.unit(&din(1)).await.expect("read").expect("known").typings;
    assert_eq!(after.len(), before.len() + 1, "the typing before is kept");
    assert_eq!(after.last().expect("one").written, "HLA-A*02:01+HLA-A*11:01");

    // All negative is negative, one missing is not known, one positive is positive.
    let markers: Vec<&str> = tests()
        .iter()
        .filter(|test| test.unit_field == Some(qidai_bank::UnitField::Idm))
        .map(|test| test.code)
        .collect();
    for (at, code) in markers.iter().enumerate() {
        let idm = scene.store.unit(&din(2)).await.expect("read").expect("known").idm;
        assert_eq!(idm, None, "{at} of {} are done", markers.len());
        let result = scene.enter((2, code, "阴性"), (&li, None)).await.expect("entered");
        for colleague in [&wang, &zhao] {
            scene.review(&result.id, Review::Agree, (colleague, None)).await.expect("agreed");
        }
    }
    let idm = scene.store.unit(&din(2)).await.expect("read").expect("known").idm;
    assert_eq!(idm, Some(TestOutcome::Negative));
    let positive = scene.enter((3, "hbsag", "阳性"), (&li, None)).await.expect("entered");
    for colleague in [&wang, &zhao] {
        scene.review(&positive.id, Review::Agree, (colleague, None)).await.expect("agreed");
    }
    let idm = scene.store.unit(&din(3)).await.expect("read").expect("known").idm;
    assert_eq!(idm, Some(TestOutcome::Positive), "one is enough");
    scene.assert_whole().await;
}

async fn an_amendment_never_overwrites(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let (li, wang) = (technologist("li"), reviewer("wang"));
    let first = scene.enter((1, "viability_percent", "97.5"), (&li, None)).await.expect("entered");
    scene.review(&first.id, Review::Agree, (&wang, None)).await.expect("approved");
    let silent = scene.enter((1, "viability_percent", "91"), (&li, None)).await;
    assert_eq!(refused(silent), "reason_missing");
    let why = Some("the dilution was entered wrongly");
    let second = scene.enter((1, "viability_percent", "91"), (&li, why)).await.expect("entered");
    assert_eq!((second.version, second.is_amendment(), second.reason.as_deref()), (2, true, why));
    let viability = async || {
        let unit = scene.store.unit(&din(1)).await.expect("read").expect("known");
        unit.counts.get(Phase::Processed, Measure::Viability)
    };
    assert_eq!(viability().await, Some(9_750), "the first counts until the second is approved");
    let no = Some("the counter was not calibrated");
    let rejected = scene.review(&second.id, Review::Reject, (&wang, no)).await.expect("rejected");
    assert_eq!((rejected.state, rejected.reason.as_deref()), (ResultState::Rejected, no));
    let third = scene.enter((1, "viability_percent", "92.25"), (&li, why)).await.expect("entered");
    scene.review(&third.id, Review::Agree, (&wang, None)).await.expect("approved");
    assert_eq!(viability().await, Some(9_225));
    let all = scene.store.test_results(&din(1), &wang).await.expect("read");
    let told: Vec<_> = all.iter().map(|one| (one.version, one.state, one.measured.value.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, ResultState::Superseded, "97.5"),
            (2, ResultState::Rejected, "91"),
            (3, ResultState::Approved, "92.25"),
        ]
    );
    scene.assert_whole().await;
}

async fn worklists_say_what_waits(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let (li, wang) = (technologist("li"), reviewer("wang"));
    let tnc = test("tnc_total").expect("known");
    let without = async || {
        let found = scene.store.units_without_result(tnc, Some(Phase::Processed), 10, &li).await;
        found.expect("read").into_iter().map(|(unit, _)| unit).collect::<Vec<_>>()
    };
    assert_eq!(without().await, [din(1), din(2), din(3)], "an available unit is tested no more");
    for unit in [2, 1, 3] {
        scene.enter((unit, "tnc_total", "1.1E9"), (&li, None)).await.expect("entered");
    }
    scene.enter((1, "alt", "20"), (&li, None)).await.expect("entered");
    assert_eq!(without().await, []);
    let list = async |filter: &WorklistFilter, after: Option<&TestResult>| {
        let after = after.map(|one| (one.entered.at, one.id.as_str()));
        scene.store.result_worklist(filter, after, 2, &wang).await.expect("read")
    };
    let all = WorklistFilter::default();
    let first = list(&all, None).await;
    let second = list(&all, first.last()).await;
    let order: Vec<Identity> = first.iter().chain(&second).map(|one| one.unit.clone()).collect();
    assert_eq!(order, [din(2), din(1), din(3), din(1)], "the oldest first");
    assert_eq!(list(&all, second.last()).await, []);
    let only = WorklistFilter { test: Some("alt"), ..WorklistFilter::default() };
    assert_eq!(list(&only, None).await.len(), 1);
    let why = Some("the tube was clotted");
    scene.review(&first[0].id, Review::Reject, (&wang, why)).await.expect("rejected");
    assert_eq!(without().await, [din(2)], "what was rejected is tested again");
    assert_eq!(scene.store.pending_results().await.expect("read"), 3);
    let rejected = WorklistFilter { states: vec![ResultState::Rejected], test: None };
    assert_eq!(list(&rejected, None).await.len(), 1);
}

#[test]
fn control_material_is_judged() {
    let table = include_str!("cases/westgard.tsv");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with("# ")).skip(1).collect();
    assert!(rows.len() >= 24, "{} rows", rows.len());
    let thousandths = |cell: &str| -> Vec<i64> {
        cell.split_whitespace().map(|z| (z.parse::<f64>().expect(z) * 1_000.0).round() as i64).collect()
    };
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [series, same_run, expected, _source] = cells[..] else { panic!("row: {row}") };
        let found = qidai_bank::westgard(&thousandths(series), &thousandths(same_run));
        assert_eq!(found.code(), expected, "{row}");
    }
    assert_eq!(qidai_bank::deviation(7_500, 7_000_000, 250_000), 2_000, "0.5 of 0.25");
}

#[test]
fn formulas_of_processing() {
    let table = include_str!("cases/formulas.tsv");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with("# ")).skip(1).collect();
    for row in &rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [code, inputs, expected, _source] = cells[..] else { panic!("row: {row}") };
        let inputs: Vec<&str> = inputs.split_whitespace().collect();
        match qidai_bank::formula(code).expect(code).compute(&inputs) {
            Ok(result) => assert_eq!(result, expected, "{row}"),
            Err(problem) => assert_eq!(problem.code, expected, "{row}"),
        }
    }
    for formula in &qidai_bank::FORMULAS {
        assert!(rows.iter().any(|row| row.starts_with(formula.name)), "{} has no worked value", formula.name);
    }
    assert_eq!(qidai_bank::formula("moon").err().map(|refusal| refusal.code), Some("formula_unknown"));
}

/// Scores of proficiency rounds, at their edges.
#[test]
fn answers_of_proficiency_rounds() {
    let table = include_str!("cases/proficiency.tsv");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with("# ")).skip(1).collect();
    assert!(rows.len() >= 20, "{} rows", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [code, reported, assigned, sd, u, own, right, kind, score, verdict, _source] = cells[..] else {
            panic!("row: {row}")
        };
        let given = |text: &'static str| (!text.is_empty()).then_some(text);
        let answer = qidai_bank::ProficiencyAnswer {
            reported,
            assigned,
            sd: given(sd),
            u_assigned: given(u),
            expanded_reported: given(own),
            expanded_assigned: given(right),
        };
        match test(code).expect(code).judge_answer(&answer) {
            Ok(judged) => {
                let found = (judged.kind.code(), judged.score.as_deref().unwrap_or_default(), judged.verdict);
                assert_eq!(found, (kind, score, verdict), "{row}");
            }
            Err(problem) => assert_eq!(problem.code, kind, "{row}: {problem:?}"),
        }
    }
}

fn message<'a>(
    content: &'a [u8],
    name: Option<&str>,
    given: &[(&str, &str, &str)],
) -> qidai_bank::NewLabMessage<'a> {
    let observation = |(at, (specimen, test, value)): (usize, &(&str, &str, &str))| qidai_bank::Observation {
        place: format!("R {}", at + 1),
        specimen: (*specimen).to_owned(),
        test: (*test).to_owned(),
        value: (*value).to_owned(),
        unit: "10*3/uL".to_owned(),
        status: qidai_bank::ObservationStatus::Final,
        measured_at: None,
    };
    qidai_bank::NewLabMessage {
        protocol: "hl7",
        peer: "192.0.2.7",
        content,
        sender_key: name.map(str::to_owned),
        observations: given.iter().enumerate().map(observation).collect(),
        refused: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Whatever an analyser sends is kept, entered once, and its refusals are told.
async fn messages_are_kept_and_entered_once(bank: &TestBank) {
    use qidai_bank::MessageOutcome::{Conflict, Partly, Refused, Repeated, Taken};
    let scene = Scene::at(bank).await;
    let analyser = technologist("analyser");
    let master = qidai_bank::MasterKey::new(&scene.random).expect("a key");
    let keys = qidai_bank::KeyRing::new(master, Vec::new());
    let take = async |new: &qidai_bank::NewLabMessage<'_>| {
        let acting = Acting::new(&analyser, scene.now(), &scene.ids, &scene.random);
        scene.store.take_lab_message(new, &keys, &acting).await.expect("kept")
    };
    let number = format!("{}-P", din(1).written());
    let first = message(
        b"one",
        Some("AN/1"),
        &[(&number, "WBC", "7.5"), (&number, "NRBC", "6"), (&number, "PLT", "9")],
    );
    let kept = take(&first).await;
    assert_eq!((kept.outcome, kept.accepted, kept.refused), (Partly, 1, 2));
    let codes: Vec<&str> = kept.remarks.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["result_unit_unknown", "analyser_test_unknown"]);
    assert_eq!(take(&first).await.outcome, Repeated, "the sender did not hear that it was taken");
    let other = take(&message(b"two", Some("AN/1"), &[(&number, "WBC", "7.9")])).await;
    assert_eq!((other.outcome, other.accepted), (Conflict, 0));
    let unknown = format!("{}-P", din(99).written());
    let lost = take(&message(b"three", None, &[(&unknown, "WBC", "7.5"), (&number, "WBC", "7.7")])).await;
    assert_eq!((lost.outcome, lost.refused), (Refused, 2));
    let codes: Vec<&str> = lost.remarks.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["unit_unknown", "result_pending"]);
    let second = format!("{}-P", din(2).written());
    assert_eq!(take(&message(b"four", None, &[(&second, "WBC", "7.5")])).await.outcome, Taken);

    let results = scene.store.test_results(&din(1), &analyser).await.expect("read");
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].message.as_deref(), Some(kept.id.as_str()));
    assert_eq!((results[0].source, results[0].state), (ResultSource::Hl7, ResultState::Entered));
    let all = scene.store.lab_messages(10, &analyser).await.expect("read");
    assert_eq!(all.len(), 4, "the repetition is not kept twice");
    let acting = Acting::new(&analyser, scene.now(), &scene.ids, &scene.random);
    let purpose = qidai_bank::Purpose::LaboratoryWork;
    let (_, raw) = scene.store.open_lab_message(&lost.id, purpose, &keys, &acting).await.expect("read");
    assert_eq!(raw.as_slice(), b"three", "what was refused is kept too");
    scene.assert_whole().await;
    bank.run(&format!("DELETE FROM lab_message_content WHERE message_id = '{}'", lost.id)).await;
    let found = scene.store.verify(&[], &scene.random, &mut |_| {}).await.expect("verified");
    assert!(!found.is_whole(), "a message that was removed is missed");
}

/// Control material is judged as it is measured, levels of a run together.
async fn control_material_is_kept_with_its_verdicts(bank: &TestBank) {
    use qidai_bank::{NewQcControl, Verdict};
    let scene = Scene::at(bank).await;
    let (li, wang) = (technologist("li"), reviewer("wang"));
    let valid_until = jiff::civil::date(1970, 3, 1);
    let new = |level| NewQcControl {
        test: test("wbc_raw").expect("known"),
        level,
        lot: "QC7",
        analyser: "AN-1",
        mean: "7.0",
        sd: "0.25",
        valid_until,
    };
    let acting = |by| Acting::new(by, scene.now(), &scene.ids, &scene.random);
    assert_eq!(refused(scene.store.add_qc_control(&new("L1"), &acting(&li)).await), "permission_missing");
    let low = scene.store.add_qc_control(&new("L1"), &acting(&wang)).await.expect("entered");
    let high = scene.store.add_qc_control(&new("L2"), &acting(&wang)).await.expect("entered");
    assert_eq!((low.mean_milli, low.sd_milli), (7_000_000, 250_000));
    assert_eq!(refused(scene.store.add_qc_control(&new("L1"), &acting(&wang)).await), "qc_control_known");
    let no_sd = NewQcControl { sd: "0", ..new("L3") };
    assert_eq!(refused(scene.store.add_qc_control(&no_sd, &acting(&wang)).await), "qc_deviation_wrong");
    let measure = async |control: &str, run: &str, value: &str| {
        let acting = acting(&li);
        scene.store.add_qc_point(control, (run, value, acting.now), &acting).await
    };
    for (control, run, value, verdict) in [
        (&low, "1", "7.1", Verdict::InControl),
        (&high, "1", "6.95", Verdict::InControl),
        (&low, "2", "7.51", Verdict::Warning12s),
        (&high, "2", "6.49", Verdict::RejectR4s),
        (&low, "3", "7.6", Verdict::Reject22s),
        (&low, "4", "8", Verdict::Reject13s),
    ] {
        let point = measure(&control.id, run, value).await.expect("measured");
        assert_eq!(point.verdict, verdict, "{run} {value}");
    }
    assert_eq!(refused(measure("nothing", "5", "7").await), "qc_control_unknown");
    assert_eq!(refused(measure(&low.id, "5", "7,1").await), "result_decimal_comma");
    assert_eq!(refused(measure(&low.id, " ", "7.1").await), "qc_name_wrong");
    let points = scene.store.qc_points(&low.id, 2, &li).await.expect("read");
    let told: Vec<(&str, Verdict)> = points.iter().map(|one| (one.run.as_str(), one.verdict)).collect();
    assert_eq!(told, [("3", Verdict::Reject22s), ("4", Verdict::Reject13s)], "the last two, oldest first");
    assert_eq!(scene.store.qc_controls(&li).await.expect("read").len(), 2);
    scene.assert_whole().await;
}
