//! The laboratory's pages as a technologist, a reviewer and a quality manager meet them.

use qidai_bank::{Actor, BankType, Identity, Status, UnitRecord, WriteContext};

use super::*;

const DIN: &str = "Z990119004217";

/// A bank with one unit in quarantine.
async fn bank() -> Arc<Served> {
    let served = Arc::new(Served::new(false).await);
    let desk = served.state.desk();
    let mut unit = UnitRecord::new(Identity::din(DIN).unwrap(), BankType::Public);
    unit.status = Status::Quarantine;
    let context = WriteContext::new(Timestamp::now(), Actor::administrator("test"), desk.sources().0);
    desk.store.add_units(&[unit], &context).await.unwrap();
    served
}

#[tokio::test]
async fn a_file_is_taken_row_by_row_and_what_was_refused_comes_back() {
    let served = bank().await;
    let technologist = served.account("L0001", &[Role::Technologist]).await;
    technologist.get("/lab/files?lang=en").await.says("Choose a file");
    let key = technologist.form_key();
    let file = format!("DIN,TNC (10^8),姓名\n{DIN},12.5,王芳\nG123424000001,13.5,李娜\n");
    let fields = [("form_key", key.as_str()), ("laboratory", "count lab"), ("phase", "processed")];
    let page = technologist.upload("/lab/files?lang=en", &fields, "day.csv", file.as_bytes()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.says("1 rows taken with 1 results, 0 known already, 1 refused.");
    page.says("row 3, TNC (10^8)");
    page.says("unit_unknown");
    page.says("left out");
    page.is_silent_about("王芳");
    let errors = page.text.split("action=\"/lab/messages/").nth(1).unwrap().split('"').next().unwrap();
    let back = technologist.post_form(&format!("/lab/messages/{errors}"), "").await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.header("content-disposition").contains("refused.csv"));
    assert!(
        back.text.contains("李娜") && !back.text.contains("王芳"),
        "only what was refused: {}",
        back.text
    );
    let bad = [("form_key", key.as_str()), ("laboratory", "count lab"), ("mapping", "TNC = moon")];
    let refused = technologist.upload("/lab/files?lang=en", &bad, "day.csv", file.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("lab_mapping_wrong");
    refused.says("TNC = moon");
}

/// A curve in °F, a trace that cannot be read and a text that is no message are refused, and found again as they came.
#[tokio::test]
async fn what_nobody_can_read_is_refused_and_kept() {
    let served = bank().await;
    let technologist = served.account("L0001", &[Role::Technologist]).await;
    technologist.get("/storage/runs?lang=en").await.says("enctype=\"multipart/form-data\"");
    let key = technologist.form_key();
    let fields = [("form_key", key.as_str()), ("number", "R-1"), ("device", "CRF1"), ("bags", DIN)];
    let curve = "Time (min);Sample (°F)\n0;39\n1;37";
    technologist
        .upload("/storage/runs?lang=en", &fields, "run-f.csv", curve.as_bytes())
        .await
        .says("curve_unit_wrong");
    let trace = format!("f-logger=LOG-7&f-readings={}", encoded("2026-03-31 08:00 64.4°F"));
    technologist
        .post_form("/records/temperature_trace/new?lang=en", &trace)
        .await
        .says("trace_of_one_transport");
    let pasted = format!("content={}", encoded("WBC 7.5"));
    technologist.post_form("/lab/messages?lang=en", &pasted).await.says("message_protocol_unknown");
    let list = technologist.get("/lab/messages?lang=en").await;
    for said in ["run-f.csv", "freezer", "not a message"] {
        list.says(said);
    }
    let kept = list.text.split("/lab/messages/").find_map(|part| {
        let id = part.split('"').next()?;
        part.contains("run-f.csv").then(|| id.to_owned())
    });
    let address = format!("/lab/messages/{}", kept.unwrap());
    let opened = technologist.post_form(&format!("{address}?lang=en"), "purpose=laboratory_work").await;
    opened.says("Sample (°F)");
    // The same file again is kept once.
    let before = list.text.matches("run-f.csv").count();
    technologist
        .upload("/storage/runs?lang=en", &fields, "run-f.csv", curve.as_bytes())
        .await
        .says("curve_unit_wrong");
    let after = technologist.get("/lab/messages?lang=en").await.text.matches("run-f.csv").count();
    assert_eq!(after, before);
}

/// A typing that an analyser sends is read by the release in force, as a typed one is; so is one that is placed by hand.
#[tokio::test]
async fn a_typing_in_a_message_is_read_before_it_is_entered() {
    let served = bank().await;
    let technologist = served.account("L0001", &[Role::Technologist]).await;
    let say =
        |typing: &str, specimen: &str| format!("H|\\^&|||AN\nO|1|{specimen}\nR|1|^^^HLA|{typing}\nL|1\n");
    let bring = async |message: &str| {
        let brought = technologist.post_form("/lab/messages", &format!("content={}", encoded(message))).await;
        let address = brought.header("location").to_owned();
        (technologist.get(&format!("{address}?lang=en")).await, address)
    };
    let (refused, _) = bring(&say("A*99:99+A*11:01", DIN)).await;
    refused.says("allele_unknown");
    technologist.get(&format!("/units/din/{DIN}/lab?lang=en")).await.is_silent_about("A*99:99");
    let (placed, address) = bring(&say("A*99:99+A*11:01", "TUBE-9")).await;
    placed.says("specimen_unknown");
    let by_hand = format!("place=R+1&unit={DIN}&reason={}", encoded("the tube was labelled anew"));
    technologist.post_form(&format!("{address}/assign?lang=en"), &by_hand).await.says("allele_unknown");
    let (taken, _) = bring(&say("A*02:01+A*11:01", DIN)).await;
    taken.is_silent_about("allele_unknown");
    technologist.get(&format!("/units/din/{DIN}/lab?lang=en")).await.says("A*02:01+A*11:01");
}

#[tokio::test]
async fn a_message_is_brought_opened_for_a_purpose_and_placed() {
    let served = bank().await;
    let technologist = served.account("L0001", &[Role::Technologist]).await;
    let message = "H|\\^&|||AN\nP|1||||王芳\nO|1|TUBE-7\nR|1|^^^WBC|7.5|10*3/uL\nL|1\n";
    let sent = format!("content={}", encoded(message));
    let brought = technologist.post_form("/lab/messages", &sent).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text);
    let address = brought.header("location").to_owned();
    let page = technologist.get(&format!("{address}?lang=en")).await;
    page.says("specimen_unknown");
    page.is_silent_about("王芳");
    let opened = technologist.post_form(&format!("{address}?lang=en"), "purpose=laboratory_work").await;
    opened.says("王芳");
    opened.says("TUBE-7");
    let unit = DIN;
    let place = |reason: &str| format!("place=R+1&unit={unit}&phase=processed&reason={reason}");
    let short = technologist.post_form(&format!("{address}/assign"), &place("x")).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    short.says("reason_missing");
    let placed = technologist.post_form(&format!("{address}/assign"), &place("sheet+of+the+day")).await;
    assert_eq!(placed.header("location"), format!("/units/din/{unit}/lab"), "{}", placed.text);
    // Others see that it is there, or nothing at all; the log knows who read it.
    let quality = served.account("Q0001", &[Role::Quality]).await;
    quality.get(&format!("{address}?lang=en")).await.says("quality investigation");
    let coordinator = served.account("S0001", &[Role::SearchCoordinator]).await;
    assert_eq!(coordinator.get(&address).await.status, StatusCode::FORBIDDEN);
    let refused = quality.post_form(&format!("{address}?lang=en"), "purpose=laboratory_work").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    refused.is_silent_about("王芳");
    let auditor = Principal::console_as("auditor", Role::Auditor);
    let desk = served.state.desk();
    let log = desk.store.accesses(None, None, 20, &desk.acting(&auditor)).await.unwrap();
    let kinds: Vec<&str> = log.iter().map(|line| line.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"lab_message_open_refused"), "{kinds:?}");
    assert!(kinds.contains(&"lab_message_opened"), "{kinds:?}");
}

#[tokio::test]
async fn control_material_is_entered_measured_and_stops_the_run() {
    let served = bank().await;
    let reviewer = served.account("R0001", &[Role::Reviewer]).await;
    let technologist = served.account("L0001", &[Role::Technologist]).await;
    let lot = "test=wbc_raw&level=L1&lot=QC7&analyser=AN-1&mean=7.0&sd=0.25&valid_until=2099-01-01";
    let wrong = reviewer.post_form("/lab/qc?lang=en", &lot.replace("2099-01-01", "soon")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("record_date_invalid");
    wrong.says("value=\"QC7\"");
    assert_eq!(reviewer.post_form("/lab/qc", lot).await.header("location"), "/lab/qc");
    let page = technologist.get("/lab/qc?lang=en").await;
    let id = page.text.split("action=\"/lab/qc/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let measure = async |value: &str| {
        technologist.post_form(&format!("/lab/qc/{id}?lang=en"), &format!("run=1&value={value}")).await
    };
    measure("7,1").await.says("result_decimal_comma");
    assert_eq!(measure("7.1").await.status, StatusCode::SEE_OTHER);
    assert_eq!(measure("7.9").await.status, StatusCode::SEE_OTHER);
    technologist.get("/lab/qc?lang=en").await.says("Rejected by 1-3s");
    // The same for programs.
    let list = technologist.get("/api/lab/controls").await;
    list.says("\"verdict\":\"1-3s\"");
    let address = format!("/api/lab/controls/{id}/points");
    let more = technologist.post_json(&address, r#"{"run":"2","value":"7.0"}"#);
    assert_eq!(more.await.status, StatusCode::CREATED);
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
