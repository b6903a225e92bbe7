//! Stories of jobs: nothing is done twice, nothing is lost.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{NewJob, Store};
use support::postgres::Server;
use support::{TestBank, ids};

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
    one_process_has_a_job_until_its_lease_ends,
    many_take_many_jobs_each_once,
    a_job_of_a_key_waits_once
);

const LEASE: SignedDuration = SignedDuration::from_secs(60);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).expect("a time")
}

fn job(kind: &str, run_at: Timestamp) -> NewJob<'_> {
    NewJob { key: None, kind, payload: "{}", run_at }
}

async fn one_process_has_a_job_until_its_lease_ends(bank: &TestBank) {
    let store = Store::create_or_open(&bank.address).await.expect("a new bank");
    let ids = ids("job");
    assert!(store.add_job(job("later", at(10)), &ids).await.expect("added"));
    assert!(store.add_job(job("first", at(5)), &ids).await.expect("added"));
    let take = async |now, owner: &str| store.take_due_job(now, owner, LEASE).await.expect("an answer");
    assert_eq!(take(at(4), "a").await, None, "nothing is due");
    let first = take(at(20), "a").await.expect("due");
    assert_eq!((first.kind.as_str(), first.attempts), ("first", 1), "what is due the longest");
    assert_eq!(take(at(20), "b").await.expect("due").kind, "later");
    assert_eq!(take(at(79), "c").await, None, "both are taken");
    assert!(store.keep_job(&first, "a", at(200)).await.expect("an answer"));
    // The second process died: its lease ends, the other's was prolonged.
    let again = take(at(100), "c").await.expect("its lease is over");
    assert_eq!((again.kind.as_str(), again.attempts), ("later", 2));
    let stale = qidai_bank::Job { attempts: 1, ..again.clone() };
    assert!(!store.finish_job(&stale, "b").await.expect("an answer"), "it was believed dead");
    assert!(!store.keep_job(&stale, "b", at(300)).await.expect("an answer"));
    assert!(store.finish_job(&again, "c").await.expect("an answer"));
    assert!(!store.finish_job(&again, "c").await.expect("an answer"), "it is gone");

    assert!(store.fail_job(&first, "a", "the disk was full", Some(at(150))).await.expect("an answer"));
    assert_eq!(take(at(149), "a").await, None);
    let retried = take(at(150), "b").await.expect("again");
    assert_eq!((retried.attempts, retried.last_error.as_deref()), (2, Some("the disk was full")));
    assert!(store.repeat_job(&retried, "b", at(500)).await.expect("an answer"));
    let next = take(at(500), "a").await.expect("every so often");
    assert_eq!((next.attempts, next.last_error), (1, None));
    let next = qidai_bank::Job { last_error: None, ..next };
    assert!(store.fail_job(&next, "a", "it never will", None).await.expect("an answer"));
    assert_eq!(take(at(9_000), "a").await, None, "given up");
    let given_up = store.jobs_given_up().await.expect("read");
    assert_eq!(
        given_up.iter().map(|job| job.last_error.as_deref()).collect::<Vec<_>>(),
        [Some("it never will")]
    );
}

async fn many_take_many_jobs_each_once(bank: &TestBank) {
    const JOBS: usize = 60;
    let store = Store::create_or_open(&bank.address).await.expect("a new bank");
    let ids = ids("job");
    for number in 0..JOBS {
        let payload = number.to_string();
        let new = NewJob { key: None, kind: "count", payload: &payload, run_at: at(0) };
        store.add_job(new, &ids).await.expect("added");
    }
    store.close().await.expect("closed");
    // Each opens the bank for itself, as a process does; every fifth taker dies with the job in its hands.
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let address = bank.address.clone();
            tokio::spawn(async move {
                let store = Arc::new(Store::open(&address).await.expect("opened"));
                let (owner, mut done, mut now) = (format!("w{worker}"), Vec::new(), 1);
                for turn in 1_u32.. {
                    let Some(job) = store.take_due_job(at(now), &owner, LEASE).await.expect("an answer")
                    else {
                        if now > 1 {
                            break;
                        }
                        now = 120;
                        continue;
                    };
                    if turn.is_multiple_of(5) && now == 1 {
                        continue;
                    }
                    if store.finish_job(&job, &owner).await.expect("an answer") {
                        done.push(job.payload);
                    }
                }
                done
            })
        })
        .collect();
    let mut times: HashMap<String, usize> = HashMap::new();
    for worker in workers {
        for payload in worker.await.expect("ran") {
            *times.entry(payload).or_default() += 1;
        }
    }
    assert_eq!(times.len(), JOBS, "none is lost");
    assert!(times.values().all(|times| *times == 1), "none is done twice: {times:?}");
}

async fn a_job_of_a_key_waits_once(bank: &TestBank) {
    let store = Store::create_or_open(&bank.address).await.expect("a new bank");
    let ids = ids("job");
    let clocks = NewJob { key: Some("clocks"), ..job("clocks", at(0)) };
    assert!(store.add_job(clocks, &ids).await.expect("added"));
    assert!(!store.add_job(clocks, &ids).await.expect("known"));
    let taken = store.take_due_job(at(1), "a", LEASE).await.expect("an answer").expect("due");
    assert_eq!(taken.key.as_deref(), Some("clocks"));
    assert!(!store.add_job(clocks, &ids).await.expect("known"), "while it is done");
    assert!(store.finish_job(&taken, "a").await.expect("an answer"));
    assert!(store.add_job(clocks, &ids).await.expect("added"));
}
