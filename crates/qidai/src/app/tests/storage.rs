//! The pages and the API of the cryostorage.

use qidai_bank::{Actor, BankType, Identity, Room, Tank, TankClass, TankLimits, UnitRecord, WriteContext};

use super::*;

/// A bank with two tanks and two public units.
async fn bank() -> Arc<Served> {
    let served = Arc::new(Served::new(false).await);
    let desk = served.state.desk();
    let console = Principal::console_as("test", Role::StorageCustodian);
    let acting = desk.acting(&console);
    let room = Room { code: "R2".to_owned(), name: "二号库".to_owned(), site: None };
    desk.store.put_room(&room, &acting).await.unwrap();
    for (code, class) in [("T1", TankClass::Released), ("T2", TankClass::Quarantine)] {
        let tank = Tank {
            code: code.to_owned(),
            room: "R2".to_owned(),
            class,
            sectors: 6,
            racks: 8,
            levels: 15,
            slots: 5,
            limits: TankLimits::default(),
            is_armed: false,
            is_closed: false,
        };
        desk.store.put_tank(&tank, &acting).await.unwrap();
    }
    let units = [UNITS[0].0, UNITS[1].0]
        .map(|number| UnitRecord::new(Identity::din(number).unwrap(), BankType::Public));
    let context = WriteContext::new(Timestamp::now(), Actor::administrator("test"), desk.sources().0);
    desk.store.add_units(&units, &context).await.unwrap();
    served
}

#[tokio::test]
async fn a_custodian_scans_a_bag_into_its_place_and_sees_it_there() {
    let served = bank().await;
    let custodian = served.account("C0004", &[Role::StorageCustodian]).await;
    let overview = custodian.get("/storage?lang=en").await;
    overview.says("2 tanks · 0 of 7,200 places used");
    overview.says("href=\"/storage/tanks/T1\"");
    let number = UNITS[0].0;
    let stored = custodian.post_form("/storage/move", &format!("number={number}&to=T1-S4-K06-L12-P3")).await;
    assert_eq!(stored.status, StatusCode::SEE_OTHER, "{}", stored.text);
    assert_eq!(stored.header("location"), "/storage/tanks/T1?rack=S4-K06&place=L12-P3&done=stored");
    let tank = custodian.get(&format!("{}&lang=en", stored.header("location"))).await;
    tank.says("It was put in.");
    tank.says("aria-label=\"Rack S4-K06: 1 of 75 places used\"");
    tank.says("slot slot-open slot-chosen");
    tank.says(number);
    // The next scan is filled in: out of this place.
    tank.says("name=\"from\" value=\"T1-S4-K06-L12-P3\"");
    // The second into the same place is refused; what was typed stays.
    let second = UNITS[1].0;
    let fields = format!("number={second}&to=T1-S4-K06-L12-P3");
    let refused = custodian.post_form("/storage/move?lang=en", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("slot_taken");
    refused.says(&format!("name=\"number\" value=\"{second}\""));
    let chinese = custodian.get("/storage/tanks/T1?rack=S4-K06&place=L12-P3&lang=zh-CN").await;
    chinese.says("液氮罐 T1");
    chinese.says("合格区");
    let technologist = served.account("T0001", &[Role::Technologist]).await;
    technologist.get("/storage/tanks/T1?rack=S4-K06&place=L12-P3").await.is_silent_about("/storage/move");
}

#[tokio::test]
async fn a_program_moves_and_counts() {
    let served = bank().await;
    let custodian = served.account("C0004", &[Role::StorageCustodian]).await;
    let [first, second] = [UNITS[0].0, UNITS[1].0];
    let body = format!(r#"{{"number":"{first}","to":"T1-S1-K01-L01-P1"}}"#);
    custodian.post_json("/api/storage/moves", &body).await.says("\"done\":\"stored\"");
    let wrong = format!(r#"{{"number":"{second}","to":"T2-S1-K01-L01-P1"}}"#);
    let answer = custodian.post_json("/api/storage/moves", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.says("tank_class_wrong");
    let body = format!(r#"{{"found":[{{"place":"T1-S1-K01-L01-P2","number":"{second}"}}]}}"#);
    let count = custodian.post_json("/api/storage/tanks/T1/counts", &body).await;
    count.says("\"expected\":1,\"matched\":0");
    count.says("\"kind\":\"missing\"");
    count.says("\"kind\":\"unexpected\"");
    custodian.get("/api/storage/tanks/T1/places?rack=S1-K01").await.says("\"misplaced\":false");
    custodian.get("/api/storage/tanks").await.says("\"used\":1");
    assert_eq!(custodian.get("/api/storage/tanks/T9/places").await.status, StatusCode::NOT_FOUND);
}
