//! Units by file, as whoever enters them meets the page and the API.

use qidai_bank::Identity;

use super::*;

const HEAD: &str = "din,bank_type,collection_date,sex,abo,rhd,tnc_total,hla,备注\n";
const TYPING: &str = "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02";

fn row(number: &str, tnc: &str) -> String {
    let din = Identity::din(number).unwrap().written();
    format!("{din},public,2023-01-05,F,O,+,{tnc},{TYPING},x\n")
}

#[tokio::test]
async fn units_come_by_page_once_and_their_errors_come_back() {
    let served = Arc::new(Served::new(false).await);
    let (desk, technologist) = (served.state.desk(), served.account("L0001", &[Role::Technologist]).await);
    technologist.get("/units?lang=en").await.says("/units/import");
    technologist.get("/units/import?lang=en").await.says("Check only");
    let key = technologist.form_key();
    let send = async |file: &str, check: bool| {
        let mut fields = vec![("form_key", key.as_str())];
        fields.extend(check.then_some(("only_check", "yes")));
        technologist.upload("/units/import?lang=en", &fields, "units.csv", file.as_bytes()).await
    };
    let known = async || desk.store.unit(&Identity::din("Z990119004217").unwrap()).await.unwrap();
    let file = format!(
        "{HEAD}{}Z990119004218,public,2023-01-05,F,O,+,1.2e9,{TYPING},x\n",
        row("Z990119004217", "1.2e9")
    );

    let checked = send(&file, true).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text);
    for said in
        ["checked only", "din_check_missing", "data:text/csv", "备注", "12.00 ×10⁸", "2023-01-05", TYPING]
    {
        checked.says(said);
    }
    assert!(known().await.is_none(), "a check writes nothing");

    send(&file, false).await.says("partly taken");
    assert!(known().await.is_some());
    let again = send(&file, false).await;
    again.says("din_check_missing");
    let events = desk.store.history_page(Some("unit/din/Z990119004217"), None, 10).await.unwrap();
    assert_eq!(events.len(), 1, "the same file again changes nothing");
    assert!(events[0].actor.contains("L0001"), "{}", events[0].actor);

    let other = format!("{HEAD}{}", row("Z990119004217", "9.9e8"));
    let conflict = send(&other, false).await;
    conflict.says("identity_known_with_other_content");
    send("\x00\x01\x02\x00\x00\x00", false).await.says("file_is_binary");
    let bad_mapping = [("form_key", key.as_str()), ("mapping", "{\"moon\": 1}")];
    let refused =
        technologist.upload("/units/import?lang=en", &bad_mapping, "units.csv", file.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("mapping_form_wrong");
    refused.says("moon");
    let none = technologist.upload("/units/import?lang=en", &[("form_key", key.as_str())], "", b"").await;
    none.says("upload_missing");

    let fields = [("form_key", key.as_str())];
    let machine = technologist.upload("/api/units/imports", &fields, "u.csv", file.as_bytes()).await;
    let answer: serde_json::Value = serde_json::from_str(&machine.text).unwrap();
    assert_eq!((&answer["unchanged"], &answer["accepted"]), (&1.into(), &0.into()), "{answer}");
    assert_eq!(answer["issues"][0]["row"], 3, "{answer}");
    let reviewer = served.account("R0001", &[Role::Reviewer]).await;
    reviewer.get("/units?lang=en").await.is_silent_about("/units/import");
}

/// What is entered a day later from a sheet of the downtime: registered and put in with its own time, and marked; without a
/// reason, from tomorrow, or older than a day it is refused, and what was typed stays.
#[tokio::test]
async fn a_downtime_sheet_is_entered_by_page() {
    let served = Arc::new(Served::new(false).await);
    let technologist = served.account("L0001", &[Role::Technologist]).await;
    technologist.get("/units/new?lang=en").await.says("name=\"done_at\"");
    let then = |hours: i64| {
        let at = Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let send = async |at: &str, reason: &str| {
        let form = format!("number=Z990126000001&bank=public&done_at={at}&reason={}", escaped(reason));
        technologist.post_form("/units/new?lang=en", &form).await
    };
    let silent = send(&then(3), "").await;
    silent.says("reason_missing");
    silent.says(&then(3)[..13]);
    send(&then(-3), "the power was off").await.says("effective_in_future");
    send(&then(30), "the power was off").await.says("late_entry_needs_quality");
    send("yesterday", "the power was off").await.says("record_time_invalid");
    let made = send(&then(3), "the power was off").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let page = quality.get("/units/din/Z990126000001?lang=en").await;
    page.says("entered later");
    page.says("the power was off");
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
