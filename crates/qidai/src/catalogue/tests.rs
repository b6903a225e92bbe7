//! A catalogue that follows its bank is the one that is opened anew.

use jiff::Timestamp;
use qidai_bank::{
    Actor, BankType, IdSource, Identity, ListedRecord, Store, Typing, UnitRecord, WriteContext,
};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use super::{BankArgs, Catalogue, ChangedHit, PatientInput, Repeated, SearchRequest, UnitHit};

const TYPINGS: [&str; 5] = [
    "A*02:07+A*11:01^B*46:01+B*40:01^DRB1*09:01+DRB1*08:03",
    "A*02:01+A*11:01^C*03:04+C*01:02^B*13:01+B*46:01^DRB1*15:01+DRB1*09:01",
    "A*02:07/A*02:01+A*11:01^B*46:01+B*40:01^DRB1*09:01+DRB1*08:03",
    "A2+A11^B46+B60^DR9+DR8",
    "A*99:99+A*11:01^B*46:01+B*40:01",
];

struct Story {
    folder: TempDir,
    store: Store,
    ids: IdSource,
    rng: ChaCha8Rng,
}

impl Story {
    async fn begin() -> Story {
        let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
        eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_or_open(folder.path().join("bank.sqlite").to_str().unwrap()).await.unwrap();
        Story { folder, store, ids: IdSource::counting("e"), rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The bank with a snapshot file of this name.
    fn args(&self, snapshot: &str) -> BankArgs {
        let path = |name: &str| self.folder.path().join(name);
        BankArgs {
            bank: Some(path("bank.sqlite").display().to_string()),
            reference: Default::default(),
            snapshot: Some(path(snapshot)),
            frequencies: None,
        }
    }

    /// Something happens; most of it can be searched.
    async fn go_on(&mut self) {
        let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &self.ids);
        let number: u32 = self.rng.random_range(0..20);
        let din = Identity::din(&format!("G123424{number:06}")).unwrap();
        let hla = *TYPINGS.choose(&mut self.rng).unwrap();
        match self.rng.random_range(0..7) {
            0 => self.store.set_setting("colour", &number.to_string(), &context).await.unwrap(),
            1 => {
                let list = *["Beijing", "Zhejiang"].choose(&mut self.rng).unwrap();
                let entry = ListedRecord::new(format!("X{number}"), hla);
                self.store.add_listed(list, &[entry], &context).await.map(|_| ()).unwrap();
            }
            2 | 3 => {
                // Some of these are refused: the unit is not there, or somebody has it.
                let reserved = self.store.reserve_unit(&din, "Qilu Hospital", &context).await;
                if reserved.is_err() {
                    drop(self.store.end_reservation(&din, &context).await);
                }
            }
            kind => {
                let bank_type = if kind == 4 { BankType::Family } else { BankType::Public };
                let mut unit = UnitRecord::new(din, bank_type);
                unit.typings = vec![Typing::written(hla)];
                self.store.add_units(&[unit], &context).await.map(|_| ()).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn following_the_bank_is_opening_it_again() {
    let mut story = Story::begin().await;
    let mut followed = Catalogue::open(&story.args("followed")).await.unwrap();
    let mut states = Vec::new();
    let request =
        || SearchRequest { patient: PatientInput::Gl(TYPINGS[1].to_owned()), ..SearchRequest::default() };
    for round in 0..120 {
        story.go_on().await;
        if let Some(newer) = followed.newer(&story.store, &story.args("followed")).await.unwrap() {
            followed = newer;
        }
        if round % 7 == 0 {
            followed = followed.kept(&story.args("followed")).unwrap();
        }
        let fresh = Catalogue::open(&story.args(&format!("fresh-{round}"))).await.unwrap();
        assert!(followed.snapshot().pieces() == fresh.snapshot().pieces(), "round {round}");
        assert_eq!(followed.counts(), fresh.counts());
        let receipt = |catalogue: &Catalogue| catalogue.search(&request()).unwrap().receipt;
        assert_eq!(receipt(&followed), receipt(&fresh), "round {round}");
        if round % 10 == 0 {
            states.push(fresh);
        }
    }
    // Every state that was searched can be had again, byte for byte, and a repeated search that looks at what was touched alone says what a search of
    // both states says.
    for before in states {
        let origin = before.snapshot().origin();
        let rebuilt = followed.at(&story.store, origin).await.unwrap().unwrap();
        assert!(rebuilt.snapshot().pieces() == before.snapshot().pieces(), "{}", origin.generation);
        let [then, now] = followed.touched_since(&story.store, origin).await.unwrap().unwrap();
        let asked = followed.understand(&request()).unwrap();
        let told = |repeated: Repeated| {
            let din = |unit: &UnitHit| format!("{:?} {}", unit.list, unit.din);
            let changed = |one: &ChangedHit| format!("{} {:?}", din(&one.now), one.fields);
            let sorted = |mut all: Vec<String>| {
                all.sort();
                all
            };
            [
                sorted(repeated.new.iter().map(din).collect()),
                sorted(repeated.changed.iter().map(changed).collect()),
                sorted(repeated.gone.iter().map(din).collect()),
            ]
        };
        let small = told(Repeated::between(&then, &now, &asked));
        assert_eq!(small, told(Repeated::between(&before, &followed, &asked)), "{}", origin.generation);
    }
    // Whoever comes later, with the file of some generation in between, finds the same.
    let later = Catalogue::open(&story.args("fresh-60")).await.unwrap();
    assert!(later.snapshot().pieces() == followed.snapshot().pieces());
}

#[tokio::test]
async fn an_event_that_touches_nothing_searchable_shares_the_content() {
    let mut story = Story::begin().await;
    story.go_on().await;
    let before = Catalogue::open(&story.args("kept")).await.unwrap();
    let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &story.ids);
    let owner = qidai_bank::Principal::console("test");
    let random = qidai_bank::RandomSource::seeded(1);
    let acting = qidai_bank::Acting::new(&owner, context.now, &story.ids, &random);
    let site = qidai_bank::Site {
        code: "jinan".to_owned(),
        name: "Jinan".to_owned(),
        kind: qidai_bank::SiteKind::Bank,
        uscc: None,
        active: true,
    };
    story.store.put_site(&site, &acting).await.unwrap();
    let after = before.newer(&story.store, &story.args("kept")).await.unwrap().unwrap();
    assert!(after.has_content_of(&before));
    assert_eq!(after.generation(), story.store.generation().await.unwrap());
    let fresh = Catalogue::open(&story.args("fresh")).await.unwrap();
    assert_eq!(after.snapshot().checksum(), fresh.snapshot().checksum());
    assert!(after.newer(&story.store, &story.args("kept")).await.unwrap().is_none());
}
