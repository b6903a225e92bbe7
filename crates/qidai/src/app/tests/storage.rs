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
    let scanned = custodian.get("/find?number=SD-R2-t1-s4-k6-l12-p3").await;
    assert_eq!(scanned.header("location"), "/storage/tanks/T1?rack=S4-K06&place=L12-P3");
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

#[tokio::test]
async fn a_freeze_run_is_drawn_with_its_rules_and_its_bags() {
    use qidai_bank::{FreezeProfile, NewFreezeRun};
    use qidai_exchange::CurveOptions;

    let served = bank().await;
    let desk = served.state.desk();
    let lines: Vec<String> = (0..=120).map(|minute| format!("{minute};{};{}", -minute, 4 - minute)).collect();
    let file = format!("Time (min);Chamber;Sample\n{}", lines.join("\n"));
    let options = CurveOptions { started_at: Some(Timestamp::UNIX_EPOCH), zone: jiff::tz::TimeZone::UTC };
    let (curve, evaluation) =
        crate::freeze::judge(file.as_bytes(), &options, &FreezeProfile::all()[0]).unwrap();
    let technologist = Principal::console_as("test", Role::Technologist);
    let bags = [Identity::din(UNITS[0].0).unwrap()];
    let new = NewFreezeRun {
        number: "CRF1-7",
        device: "CRF1",
        bags: &bags,
        file_name: "run.csv",
        content: file.as_bytes(),
        reading: &crate::freeze::reading("UTC"),
        curve: &curve,
        evaluation: &evaluation,
    };
    desk.store.add_freeze_run(&new, &desk.acting(&technologist)).await.unwrap();
    let again = desk.store.add_freeze_run(&new, &desk.acting(&technologist)).await.unwrap_err();
    assert_eq!(again.code(), "run_already_there");
    let reader = served.account("T0001", &[Role::Technologist]).await;
    reader.get("/storage/runs?lang=en").await.says("href=\"/storage/runs/CRF1-7\"");
    let page = reader.get("/storage/runs/CRF1-7?lang=en").await;
    page.says("class=\"strip-line\"");
    page.says("cannot be told");
    page.says("not verified");
    page.says(UNITS[0].0);
    assert_eq!(reader.get("/storage/runs/CRF1-8").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_alarm_is_seen_on_its_tank_and_acknowledged_with_a_comment() {
    use jiff::SignedDuration;
    use qidai_bank::{NewReading, Sensor};

    let served = bank().await;
    let desk = served.state.desk();
    let console = Principal::console_as("test", Role::StorageCustodian);
    let acting = desk.acting(&console);
    let mut tank = desk.store.tank("T1").await.unwrap();
    tank.limits = TankLimits::USUAL;
    desk.store.put_tank(&tank, &acting).await.unwrap();
    let (code, tank) = ("T1.upper".to_owned(), "T1".to_owned());
    let sensor = Sensor { code: code.clone(), tank, sector: Some(2), levels: None, is_closed: false };
    desk.store.put_sensor(&sensor, &acting).await.unwrap();
    desk.store.arm_tank("T1", true, &acting).await.unwrap();
    let reading = |minute: i64| NewReading {
        sensor: code.clone(),
        device_at: Timestamp::now() - SignedDuration::from_mins(30 - minute),
        device_sequence: Some(minute),
        temperature_mc: Some(if minute < 10 { -186_000 } else { -141_500 }),
        level_mm: None,
        quality: "good".to_owned(),
    };
    let readings: Vec<NewReading> = (0..30).map(reading).collect();
    let system = Principal::system("telemetry");
    let taken = desk.store.take_readings(&readings, &desk.acting(&system)).await.unwrap();
    assert_eq!((taken.new, taken.raised), (30, 1));
    let custodian = served.account("C0004", &[Role::StorageCustodian]).await;
    custodian.get("/storage?lang=en").await.says("nobody has acknowledged: 1");
    let page = custodian.get("/storage/tanks/T1?lang=en").await;
    page.says("−141.5 °C");
    page.says("strip-critical");
    let address = page.text.split("action=\"/storage/alarms/").nth(1).unwrap().split('"').next().unwrap();
    let address = format!("/storage/alarms/{address}");
    let short = custodian.post_form(&address, "comment=ok").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    short.says("reason_missing");
    let done = custodian.post_form(&address, "comment=valve+stuck+filled+by+hand").await;
    assert_eq!(done.header("location"), "/storage/tanks/T1#alarms");
    let page = custodian.get("/storage/tanks/T1?lang=en").await;
    page.says("valve stuck filled by hand");
    page.is_silent_about(&address);
}
