//! Sets of frequencies: versions, the choice, and what a verification sees.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use qidai_bank::{Actor, BankError, ChosenBy, IdSource, NewFrequencySet, RandomSource, Store, WriteContext};
use support::postgres::Server;
use support::{TestBank, ids};

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
    the_nearest_set_is_chosen_and_its_newest_version,
    what_has_no_name_or_no_source_is_not_kept,
    a_verification_names_a_file_that_was_changed,
);

struct Scene {
    store: Store,
    ids: IdSource,
}

impl Scene {
    async fn at(bank: &TestBank) -> Scene {
        let store = Store::create_or_open(&bank.address).await.expect("a new bank");
        Scene { store, ids: ids("scene") }
    }

    async fn add(&self, registry: &str, population: &str, content: &str) -> (i64, bool) {
        let new = NewFrequencySet { registry, population, content: content.as_bytes(), ..set() };
        let (kept, is_new) = self.store.add_frequency_set(&new, &self.context()).await.expect("kept");
        (kept.version, is_new)
    }

    fn context(&self) -> WriteContext<'_> {
        WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &self.ids)
    }

    async fn chosen(&self, registry: &str, population: &str) -> Option<(String, i64, ChosenBy)> {
        let chosen = self.store.choose_frequency_set(registry, population).await.expect("asked");
        let (set, by) = chosen?;
        let content = self.store.frequency_set_content(&set).await.expect("its file");
        Some((String::from_utf8(content).expect("text"), set.version, by))
    }

    async fn findings(&self) -> Vec<(String, String)> {
        let random = RandomSource::new(|bytes| {
            bytes.fill(7);
            Ok(())
        });
        let found = self.store.verify(&[], &random, &mut |_| {}).await.expect("verified");
        found.findings.iter().map(|one| (one.code.to_owned(), one.table.clone())).collect()
    }
}

fn set() -> NewFrequencySet<'static> {
    NewFrequencySet {
        registry: "",
        population: "",
        name: "invented",
        is_synthetic: true,
        source: "made for this test",
        loci: "A~B",
        haplotypes: 2,
        release: None,
        content: b"",
    }
}

async fn the_nearest_set_is_chosen_and_its_newest_version(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    assert_eq!(scene.chosen("shandong", "han").await, None);
    assert_eq!(scene.add("", "", "all 1").await, (1, true));
    assert_eq!(scene.add("shandong", "", "registry 1").await, (1, true));
    assert_eq!(scene.add("shandong", "han", "population 1").await, (1, true));
    assert_eq!(
        scene.add("shandong", "han", "population 1").await,
        (1, false),
        "the same file is kept already"
    );
    assert_eq!(scene.add("shandong", "han", "population 2").await, (2, true));
    let text = |text: &str| text.to_owned();
    for (registry, population, expected) in [
        ("shandong", "han", (text("population 2"), 2, ChosenBy::Population)),
        ("shandong", "hui", (text("registry 1"), 1, ChosenBy::Registry)),
        ("shandong", "", (text("registry 1"), 1, ChosenBy::Registry)),
        ("elsewhere", "han", (text("all 1"), 1, ChosenBy::Global)),
        ("", "", (text("all 1"), 1, ChosenBy::Global)),
    ] {
        assert_eq!(scene.chosen(registry, population).await, Some(expected), "{registry} {population}");
    }
    let all = scene.store.frequency_sets().await.expect("listed");
    let versions: Vec<_> =
        all.iter().map(|set| (set.registry.as_str(), set.population.as_str(), set.version)).collect();
    assert_eq!(
        versions,
        [("", "", 1), ("shandong", "", 1), ("shandong", "han", 2), ("shandong", "han", 1)],
        "old versions stay"
    );
    assert_eq!(scene.findings().await, []);
}

async fn what_has_no_name_or_no_source_is_not_kept(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    let long = "x".repeat(121);
    for (new, code) in [
        (NewFrequencySet { name: " ", ..set() }, "frequency_set_name_wrong"),
        (NewFrequencySet { name: &long, ..set() }, "frequency_set_name_wrong"),
        (NewFrequencySet { registry: "a\nb", ..set() }, "frequency_set_name_wrong"),
        (NewFrequencySet { source: "", ..set() }, "frequency_set_source_wrong"),
    ] {
        match scene.store.add_frequency_set(&new, &scene.context()).await {
            Err(BankError::Refused(refusal)) => assert_eq!(refusal.code, code),
            other => panic!("{code}: {other:?}"),
        }
    }
    assert_eq!(scene.store.frequency_sets().await.expect("listed"), []);
}

async fn a_verification_names_a_file_that_was_changed(bank: &TestBank) {
    let scene = Scene::at(bank).await;
    scene.add("", "", "haplotype,freq").await;
    bank.run("UPDATE frequency_set_content SET content = 'haplotype,fraq'").await;
    let changed = ("row_changed".to_owned(), "frequency_set_content".to_owned());
    assert_eq!(scene.findings().await, [changed]);
    let (set, _) = scene.store.choose_frequency_set("", "").await.expect("asked").expect("a set");
    assert!(scene.store.frequency_set_content(&set).await.is_err(), "nobody predicts with it");
    bank.run("DELETE FROM frequency_set_content").await;
    let removed = ("row_removed".to_owned(), "frequency_set_content".to_owned());
    assert_eq!(scene.findings().await, [removed]);
}
