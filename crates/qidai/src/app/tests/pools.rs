//! Pools beside the bank: asked alone or together, swapped while somebody searches, and what a broken file does.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::pools::{Looked, PoolFile, Pools, among};

/// A list in which the first unit is as good as the bank's best.
const LIST: &str = "id,hla,tnc_total\nW1,A*11:01+A*24:02^B*15:02+B*40:01^C*03:04+C*08:01^DRB1*11:01+DRB1*12:02^DQB1*03:01+DQB1*03:03,2e9\nW2,A*11:01+A*24:02^B*15:02+B*40:01^C*03:04+C*08:01^DRB1*11:01+DRB1*11:01^DQB1*03:01+DQB1*03:03,\n";

struct World {
    _folder: tempfile::TempDir,
    file: std::path::PathBuf,
    served: Arc<Served>,
    visitor: Visitor,
}

impl World {
    async fn new(list: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("world.csv");
        std::fs::write(&file, list).unwrap();
        let store = Store::in_memory().await.unwrap();
        let key = MasterKey::new(&RandomSource::seeded(1)).unwrap();
        let desk = Desk::new(store, KeyRing::new(key, Vec::new())).await.unwrap();
        let desk = desk.with_demo_visitors().await.unwrap();
        let pools = Pools::new(vec![PoolFile { name: "world".to_owned(), file: file.clone() }]);
        let state = AppState::with_pools(Arc::new(catalogue()), Lang::En, desk, Budgets::default(), pools);
        let served = Arc::new(Served { routes: app(state.clone()), state });
        let visitor = Visitor { served: OnceCell::new_with(Some(Arc::clone(&served))), token: None };
        World { _folder: folder, file, served, visitor }
    }

    fn look(&self) -> Looked {
        let state = &self.served.state;
        let pool = state.pools().iter().next().unwrap();
        pool.look(&state.catalogue())
    }

    /// Another content, and another time even where the clock of files is coarse.
    fn write(&self, path: &Path, content: &str) {
        std::fs::write(path, content).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
    }

    async fn ask(&self, places: &[&str]) -> Answer {
        let request = json!({ "patient": PATIENT, "among": places, "min_x8": 4 });
        self.visitor.post_json("/api/search", &request.to_string()).await
    }
}

fn units(answer: &Answer) -> Vec<String> {
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    let unit = |unit: &Value| unit["din"].as_str().unwrap().to_owned();
    value["units"].as_array().unwrap().iter().map(unit).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bank_and_pool_are_asked_alone_and_together() {
    let world = World::new(LIST).await;
    let early = world.ask(&["world"]).await;
    assert_eq!(early.status, StatusCode::INTERNAL_SERVER_ERROR, "an outage, never a list without anybody");
    early.says("pool_not_loaded");
    assert_eq!(world.look(), Looked::Replaced);
    assert_eq!(world.look(), Looked::Unchanged);
    let bank = units(&world.ask(&[]).await);
    assert_eq!(bank, units(&world.ask(&["bank"]).await));
    assert_eq!(units(&world.ask(&["world"]).await), ["W1", "W2"]);
    let both = world.ask(&["bank", "world"]).await;
    let together = units(&both);
    assert_eq!(together.len(), bank.len() + 2);
    let place = |din: &str| together.iter().position(|one| one == din).unwrap();
    assert!(place("W1") < place("W2"), "one order for all");
    assert!(bank.windows(2).all(|two| place(&two[0]) < place(&two[1])));
    let value: Value = serde_json::from_str(&both.text).unwrap();
    let ranks = value["units"].as_array().unwrap().iter().map(|unit| unit["rank"].as_u64().unwrap());
    assert!(ranks.eq(1..=together.len() as u64));
    let pool = &value["receipt"]["pools"][0];
    assert_eq!((&pool["name"], pool["digest"].as_str().unwrap().len()), (&json!("world"), 64));
    let strange = world.ask(&["moon"]).await;
    assert_eq!(strange.status, StatusCode::UNPROCESSABLE_ENTITY);
    strange.says("bank, world");
    world.visitor.get("/pools").await.says("world.csv");
    world.visitor.get("/api/pools").await.says("\"rows\":2");
    world.visitor.get("/search").await.says("name=\"among\" value=\"world\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_takes_the_place_of_the_old_one_and_a_broken_one_does_not() {
    let world = World::new(LIST).await;
    world.look();
    let state = world.served.state.clone();
    let request = crate::catalogue::SearchRequest {
        patient: crate::catalogue::PatientInput::Gl(PATIENT.to_owned()),
        among: vec!["world".to_owned()],
        ..Default::default()
    };
    // Somebody has begun to search.
    let begun = state.pools().asked(&request).unwrap();
    let one_less = LIST.lines().take(2).collect::<Vec<_>>().join("\n");
    world.write(&world.file, &one_less);
    assert_eq!(world.look(), Looked::Replaced);
    assert_eq!(units(&world.ask(&["world"]).await), ["W1"]);
    let bank = state.catalogue();
    let answer = among(&bank, &begun).search(&request).unwrap();
    assert_eq!(answer.units.len(), 2, "a search ends in the pool it began with");
    world.write(&world.file, "name;typing\nx;y\n");
    assert_eq!(world.look(), Looked::Failed);
    assert_eq!(world.look(), Looked::Unchanged, "a broken file is told once");
    assert_eq!(units(&world.ask(&["world"]).await), ["W1"], "the old one stays");
    world.visitor.get("/pools").await.says("pool_header_unknown");
    world.visitor.get("/api/pools").await.says("pool_header_unknown");
    std::fs::remove_file(&world.file).unwrap();
    assert_eq!(world.look(), Looked::Failed);
    assert_eq!(units(&world.ask(&["world"]).await), ["W1"]);
    world.visitor.get("/pools").await.says("pool_unreadable");
    std::fs::write(&world.file, LIST).unwrap();
    assert_eq!(world.look(), Looked::Replaced);
    assert!(state.pools().iter().all(|pool| pool.state().problem.is_none()));
}
