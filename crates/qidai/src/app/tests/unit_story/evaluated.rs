//! A unit that lived through an excursion, by page: taken aside, told what to do, evaluated, signed, back where it stood.

use qidai_bank::{
    NewReading, ScannedPosition, Sensor, Status, StorageMove, Stored, Tank, TankClass, TankLimits,
};

use super::*;

/// Warms the tank for ten minutes, half an hour ago.
async fn warmed(scene: &Scene) {
    let (desk, system) = (scene.served.state.desk(), Principal::system("telemetry"));
    let begun = Timestamp::now() - jiff::SignedDuration::from_mins(30);
    for minute in 0..=10 {
        let at = begun + jiff::SignedDuration::from_mins(minute);
        let reading = NewReading {
            sensor: "ET1.a".to_owned(),
            device_at: at,
            device_sequence: None,
            temperature_mc: Some(if minute < 10 { -140_000 } else { -185_000 }),
            level_mm: None,
            quality: "good".to_owned(),
        };
        let acting = Acting { now: at, ..desk.acting(&system) };
        desk.store.take_readings(&[reading], &acting).await.unwrap();
    }
    while desk.store.evaluate_excursions(&desk.acting(&system)).await.unwrap() > 0 {}
}

async fn an_evaluated_unit_comes_back_by_page(store: Store) {
    let scene = Box::pin(Scene::at(store)).await;
    let (quality, keeper, desk) = (scene.who("Q0001"), scene.who("K0001"), scene.served.state.desk());
    let mut unit = good_unit(qidai_bank::Identity::din("Z990126000001").unwrap());
    unit.status = Status::FamilyHeld;
    let (ids, _) = desk.sources();
    let context =
        qidai_bank::WriteContext::new(Timestamp::now(), qidai_bank::Actor::administrator("test"), ids);
    desk.store.add_units(&[unit], &context).await.unwrap();
    let custodian = Principal::console_as("keeper", Role::StorageCustodian);
    let (stored, to) = (
        Stored::unit(qidai_bank::Identity::din("Z990126000001").unwrap()),
        ScannedPosition::parse("ET1-S1-K01-L01-P1").unwrap(),
    );
    let long_ago = Timestamp::now() - jiff::SignedDuration::from_hours(2);
    let acting = Acting { now: long_ago, ..desk.acting(&custodian) };
    let tank = Tank {
        code: "ET1".to_owned(),
        room: "R2".to_owned(),
        class: TankClass::Released,
        sectors: 1,
        racks: 1,
        levels: 1,
        slots: 5,
        limits: TankLimits::USUAL,
        is_armed: false,
        is_closed: false,
    };
    desk.store.put_tank(&tank, &acting).await.unwrap();
    let asked = StorageMove { stored: &stored, from: None, to: Some(&to), done_at: None };
    desk.store.move_stored(&asked, &acting).await.unwrap();
    let sensor = Sensor {
        code: "ET1.a".to_owned(),
        tank: "ET1".to_owned(),
        sector: None,
        levels: None,
        is_closed: false,
    };
    desk.store.put_sensor(&sensor, &acting).await.unwrap();
    desk.store.arm_tank("ET1", true, &acting).await.unwrap();

    warmed(&scene).await;
    let page = quality.visitor.get(&format!("{UNIT}?lang=en")).await;
    page.says("Excursions that nobody has evaluated");
    page.says("Say what it was");
    page.says("/storage/tanks/ET1#alarms");
    quality.visitor.get(&format!("{UNIT}?lang=zh-CN")).await.says("未评估的温度偏离");
    quality.go(UNIT, "evaluated", &[]).await.says("excursion_lasts");
    let tank = keeper.visitor.get("/storage/tanks/ET1").await;
    let alarm = format!("/storage/alarms/{}", between(&tank.text, "action=\"/storage/alarms/"));
    let said = keeper.visitor.post_form(&alarm, "comment=the+lid+was+left+open").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", sentence(&said));
    quality.visitor.get(&format!("{UNIT}?lang=en")).await.says("sign that the unit may come back");
    scene.refuses("Q0001", UNIT, "evaluated", &[], "signature_missing").await;
    scene.refuses("K0001", UNIT, "evaluated", &[], "permission_missing").await;
    quality.sign(UNIT, "approved").await;
    quality.goes(UNIT, "evaluated", &[]).await;
    let life = scene.json(&format!("/api{UNIT}/life")).await;
    assert_eq!(life["state"], "family_held", "where it stood");
    let page = quality.visitor.get(&format!("{UNIT}?lang=en")).await;
    page.is_silent_about("Excursions that nobody has evaluated");
    found_in_the_history(&scene, &desk.store).await;
}

#[tokio::test]
async fn an_evaluated_unit_comes_back_by_page_on_sqlite() {
    Box::pin(an_evaluated_unit_comes_back_by_page(Store::in_memory().await.unwrap())).await;
}

#[tokio::test]
async fn an_evaluated_unit_comes_back_by_page_on_postgres() {
    let Some(server) = postgres::Postgres::start_or_skip() else { return };
    let store = Store::create_or_open(&server.database("unit_evaluated")).await.unwrap();
    Box::pin(an_evaluated_unit_comes_back_by_page(store)).await;
}
