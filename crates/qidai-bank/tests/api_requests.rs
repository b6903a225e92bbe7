//! Requests of programs that are carried out once, and budgets that several servers share.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, BankError, Claimed, Grant, IdSource, KeyRing, LimitTaken, MasterKey, Principal, RandomSource,
    RequestClaim, Role, Site, SiteKind, Store,
};
use support::postgres::Server;
use support::{TestBank, ids};

/// Servers of one bank, with the same keys.
async fn servers(bank: &TestBank) -> [Arc<Store>; 2] {
    let first = Store::create_or_open(&bank.address).await.expect("a new bank");
    let second = Store::open(&bank.address).await.expect("the same bank");
    [Arc::new(first), Arc::new(second)]
}

fn ring(seed: u64) -> KeyRing {
    KeyRing::new(MasterKey::new(&RandomSource::seeded(seed)).expect("random bytes"), Vec::new())
}

fn claim(key: &str, body: &str) -> RequestClaim {
    RequestClaim::new("staff:S0001", "POST /api/accounts", key, &[b"", body.as_bytes()])
}

fn noon() -> Timestamp {
    "2026-11-24T04:00:00Z".parse().expect("a time")
}

/// Twenty at once, half at each server: one carries it out, all others wait or get its answer.
async fn one_server_carries_it_out(bank: &TestBank) {
    let servers = servers(bank).await;
    let racers = (0..20).map(|racer: usize| {
        let store = Arc::clone(&servers[racer % 2]);
        tokio::spawn(async move {
            let (keys, random, claim) = (ring(1), RandomSource::seeded(9), claim("k", "a"));
            let claimed = store.claim_request(&claim, &keys, noon()).await.expect("an answer");
            if claimed == Claimed::New {
                let answer = Some((201, b"the link".as_slice()));
                store.settle_request(&claim, answer, &keys, &random).await.expect("settled");
            }
            claimed
        })
    });
    let mut new = 0;
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("ran") {
            Claimed::New => new += 1,
            Claimed::Running => {}
            Claimed::Answered(status, bytes) => {
                assert_eq!((status, bytes.as_slice()), (201, b"the link".as_slice()));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(new, 1);
    let again = servers[1].claim_request(&claim("k", "a"), &ring(1), noon()).await.expect("an answer");
    assert_eq!(again, Claimed::Answered(201, b"the link".to_vec()));
}

/// A key's life: another request, an end that nobody wrote down, another ring of keys, a day.
async fn a_key_ends(bank: &TestBank) {
    let [store, _] = servers(bank).await;
    let (keys, random) = (ring(1), RandomSource::seeded(9));
    let ask = async |claim: &RequestClaim, keys: &KeyRing, minutes: i64| {
        let now = noon() + SignedDuration::from_mins(minutes);
        store.claim_request(claim, keys, now).await.expect("an answer")
    };
    assert_eq!(ask(&claim("k", "a"), &keys, 0).await, Claimed::New);
    assert_eq!(ask(&claim("k", "b"), &keys, 0).await, Claimed::OtherRequest);
    assert_eq!(ask(&claim("k", "a"), &keys, 4).await, Claimed::Running);
    assert_eq!(ask(&claim("k", "a"), &keys, 6).await, Claimed::OutcomeUnknown, "its server ended");
    // A refusal or an outage releases it.
    store.settle_request(&claim("k", "a"), None, &keys, &random).await.expect("released");
    assert_eq!(ask(&claim("k", "a"), &keys, 7).await, Claimed::New);
    store.settle_request(&claim("k", "a"), Some((200, b"x")), &keys, &random).await.expect("kept");
    let rotated = keys.rotated(MasterKey::new(&RandomSource::seeded(2)).expect("random bytes"));
    assert_eq!(ask(&claim("k", "a"), &rotated, 8).await, Claimed::Answered(200, b"x".to_vec()));
    assert_eq!(ask(&claim("k", "a"), &ring(3), 9).await, Claimed::OutcomeUnknown, "the old key is forgotten");
    assert_eq!(ask(&claim("k", "a"), &keys, 24 * 60 + 8).await, Claimed::New, "after a day it is new");
    let late = noon() + SignedDuration::from_hours(49);
    assert_eq!(store.sweep_requests(late).await.expect("swept"), 1);
}

/// What is kept cannot be read in the database, nor moved to another request.
async fn answers_are_sealed(bank: &TestBank) {
    let [store, _] = servers(bank).await;
    let (keys, random) = (ring(1), RandomSource::seeded(9));
    for (key, answer) in [("k1", b"/welcome/1".as_slice()), ("k2", b"/welcome/2")] {
        store.claim_request(&claim(key, "a"), &keys, noon()).await.expect("claimed");
        store.settle_request(&claim(key, "a"), Some((201, answer)), &keys, &random).await.expect("kept");
    }
    // The table has two rows: each gets the answer of the other.
    bank.run(
        "UPDATE api_request SET answer_sealed = (SELECT other.answer_sealed FROM api_request other \
         WHERE other.claim_digest <> api_request.claim_digest)",
    )
    .await;
    let moved = store.claim_request(&claim("k1", "a"), &keys, noon()).await.expect_err("it was moved");
    assert_eq!(moved.code(), "secret_tampered");
}

async fn two_servers_count_together(bank: &TestBank) {
    let [one, other] = servers(bank).await;
    let taken = |bucket: &str, window_us, taken| LimitTaken { bucket: bucket.to_owned(), window_us, taken };
    let told = async |store: &Store, all: &[LimitTaken]| store.settle_limits(all).await.expect("told");
    assert_eq!(told(&one, &[taken("a", 0, 5), taken("b", 0, 1)]).await, [5, 1]);
    assert_eq!(told(&other, &[taken("b", 0, 2), taken("a", 0, 4)]).await, [3, 9]);
    assert_eq!(told(&one, &[taken("a", 60_000_000, 1)]).await, [1], "a new minute");
    assert!(told(&one, &[]).await.is_empty());
    let tasks = (0..20).map(|at: usize| {
        let store = Arc::clone(if at.is_multiple_of(2) { &one } else { &other });
        // In both orders: no two servers may wait for each other.
        let mut all = vec![taken("x", 0, 1), taken("y", 0, 1)];
        if at.is_multiple_of(3) {
            all.reverse();
        }
        tokio::spawn(async move { store.settle_limits(&all).await.expect("told") })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("ran");
    }
    assert_eq!(told(&one, &[taken("x", 0, 0), taken("y", 0, 0)]).await, [20, 20]);
    let minute = SignedDuration::from_mins(1);
    for within in [true, true, false] {
        assert_eq!(other.take_from_limit("sign_in/1", 2, minute, noon()).await.expect("counted"), within);
    }
}

/// Twenty administrators saw the same account: one changes it, the others are told.
async fn one_of_many_changes_what_they_saw(bank: &TestBank) {
    let [store, _] = servers(bank).await;
    let (principal, ids, random) = (Principal::console("test"), ids("first"), RandomSource::seeded(4));
    let acting = Acting::new(&principal, noon(), &ids, &random);
    store.add_account("S0001", &[Grant::everywhere(Role::Quality)], &acting).await.expect("added");
    let seen = store.version_of("account/S0001").await.expect("read");
    let racers = (0..20).map(|racer: u64| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let (principal, random) = (Principal::console("test"), RandomSource::seeded(racer));
            let ids = IdSource::counting(format!("racer-{racer}"));
            let acting = Acting::new(&principal, noon(), &ids, &random).expecting(seen);
            let role = Role::all().nth(racer as usize % 5).expect("a role");
            store.give_role("s0001", &Grant::everywhere(role), &acting).await
        })
    });
    let (mut changed, mut refused) = (0, 0);
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("ran") {
            Ok(()) => changed += 1,
            Err(BankError::Refused(refusal)) if refusal.code == "version_changed" => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((changed, refused), (1, 19));
    let now = store.version_of("account/S0001").await.expect("read");
    assert!(now > seen, "the number grows, whatever letters the account was named with");
    // What never was is at 0.
    let site =
        Site { code: "jinan".into(), name: "Jinan".into(), kind: SiteKind::Bank, uscc: None, active: true };
    store.put_site(&site, &acting.expecting(Some(0))).await.expect("new");
    let twice = store.put_site(&site, &acting.expecting(Some(0))).await.expect_err("it is there");
    assert_eq!(twice.code(), "version_changed");
}

macro_rules! on_both {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story(&super::TestBank::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                let Some(server) = super::Server::start_or_skip().await else { return };
                super::$story(&server.bank(stringify!($story)).await).await;
            })*
        }
    };
}

on_both! {
    one_server_carries_it_out
    a_key_ends
    answers_are_sealed
    two_servers_count_together
    one_of_many_changes_what_they_saw
}
