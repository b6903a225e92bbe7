//! The pages of the bank: lists, a unit, the history, the board, a verification.

use jiff::civil::date;
use qidai_bank::{BankType, IdSource, Identity, Measure, Phase, Status, Typing, UnitRecord};

use super::*;

fn unit(number: &str, status: Status) -> UnitRecord {
    let mut unit = UnitRecord::new(Identity::din(number).unwrap(), BankType::Public);
    unit.status = status;
    unit
}

/// A bank with units, among them one with much and one with nothing recorded.
async fn bank() -> Arc<Served> {
    let served = Arc::new(Served::new(false).await);
    let mut known = unit("Z990119004217", Status::Available);
    known.collection_date = Some(date(2019, 5, 14));
    known.counts.set(Phase::Processed, Measure::TncTotal, Some(1_684_000_000));
    known.typings = vec![Typing::written("A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:XX+DRB1*12:02")];
    known.processing_method = Some("=HES".to_owned());
    let mut units = vec![known, unit("Z990120031880", Status::Discarded)];
    units.extend((0..60).map(|n| unit(&format!("Z9901210{n:05}"), Status::Quarantine)));
    let ids = IdSource::counting("test");
    let console = Principal::console("test");
    let actor = console.may(qidai_bank::Permission::SystemManage, None).unwrap();
    let context = qidai_bank::WriteContext::new(Timestamp::now(), actor, &ids);
    served.state.desk().store.add_units(&units, &context).await.unwrap();
    served
}

#[tokio::test]
async fn a_list_is_filtered_and_goes_on_where_it_ended() {
    let served = bank().await;
    let reader = served.account("S0012", &[Role::SearchCoordinator]).await;
    let page = reader.get("/units").await;
    page.says("62 units");
    assert_eq!(page.text.matches("class=\"row-link\"").count(), 50);
    let next = page.text.split("href=\"/units?after").nth(1).unwrap().split('"').next().unwrap();
    let second = reader.get(&format!("/units?after{}", next.replace("&#38;", "&"))).await;
    assert_eq!(second.text.matches("class=\"row-link\"").count(), 12);
    second.is_silent_about("rel=\"next\"");

    let available = reader.get("/units?status=available").await;
    available.says("1 unit<");
    available.says("/units/din/Z990119004217");
    assert_eq!(available.text.matches("class=\"row-link\"").count(), 1);
    let by_number = reader.get("/units?number=Z9901+20").await;
    assert_eq!(by_number.text.matches("class=\"row-link\"").count(), 1);
    reader.get("/units?status=shipped").await.says("No unit fits");
    let newest = reader.get("/units?order=newest").await;
    assert!(
        newest.text.find("Z990119004217").unwrap() < newest.text.find("Z990120031880").unwrap_or(usize::MAX)
    );
}

#[tokio::test]
async fn an_export_has_every_unit_and_no_formula() {
    let served = bank().await;
    let reader = served.account("S0012", &[Role::SearchCoordinator]).await;
    let csv = reader.get("/units.csv?status=quarantine").await;
    assert!(csv.header("content-disposition").contains("units.csv"));
    assert_eq!(csv.text.lines().count(), 61);
    assert!(csv.text.starts_with("scheme,identity,bank_type,status,"));
    assert!(csv.text.lines().all(|line| !line.split(',').any(|cell| cell.starts_with(['=', '@']))));
}

#[tokio::test]
async fn a_unit_shows_what_is_known_and_what_is_missing() {
    let served = bank().await;
    let reader = served.account("Q0001", &[Role::Quality]).await;
    let page = reader.get("/units/din/Z990119004217").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.says("<td class=\"num\">16.84</td>");
    page.says("<code>A*11:01+A*24:02</code>");
    page.says("11:01 · 24:02");
    page.says("genotypes");
    page.says("not recorded");
    page.says("unit entered");
    page.says(">#1</a>");
    assert_eq!(page.text.matches("<h1").count(), 1);
    let other = reader.get("/units/din/Z990120031880").await;
    other.says("badge-stop");
    other.says("No typing is recorded");
    let nobody = reader.get("/units/din/Z990199999999").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    nobody.says("unit_unknown");
    // Who may not see the history sees the unit without it.
    let coordinator = served.account("S0012", &[Role::SearchCoordinator]).await;
    coordinator.get("/units/din/Z990119004217").await.is_silent_about("unit entered");
}

#[tokio::test]
async fn a_scanned_number_leads_to_its_unit() {
    let served = bank().await;
    let reader = served.account("S0012", &[Role::SearchCoordinator]).await;
    for typed in ["Z990119004217U", "Z9901%2019%20004217", "=Z99011900421700"] {
        let found = reader.get(&format!("/find?number={typed}")).await;
        if found.status == StatusCode::SEE_OTHER {
            assert_eq!(found.header("location"), "/units/din/Z990119004217", "{typed}");
        }
    }
    let nobody = reader.get("/find?number=Z990199999999").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    nobody.says("/units?number=Z990199");
    let hostile = reader.get("/find?number=%3Cscript%3Ealert(1)").await;
    hostile.is_silent_about("<script>alert");
}

#[tokio::test]
async fn the_history_is_read_page_by_page_and_by_subject() {
    let served = bank().await;
    let auditor = served.account("V0001", &[Role::Auditor]).await;
    let first = auditor.get("/history").await;
    assert_eq!(
        first.text.matches("class=\"event").count() - first.text.matches("class=\"event-").count(),
        30
    );
    first.says("rel=\"next\"");
    let subject = auditor.get("/history?subject=unit/din/Z990119004217").await;
    subject.says("1 event,");
    subject.says("unit.status");
    subject.says("console:test");
    auditor.get("/history?subject=unit/din/none").await.says("No events");
}

#[tokio::test]
async fn the_board_tells_figures_with_their_proof() {
    let served = bank().await;
    let director = served.account("D0001", &[Role::Director]).await;
    let board = director.get("/board").await;
    assert_eq!(board.status, StatusCode::OK, "{}", board.text);
    board.says("Stored units");
    board.says("inventory.stored_units@");
    board.says("qidai figures --as-of");
    director.get("/board?as_of=yesterday").await.says("is no day");
}

#[tokio::test]
async fn a_verification_runs_in_the_background_and_tells_what_it_found() {
    let served = bank().await;
    let auditor = served.account("V0001", &[Role::Auditor]).await;
    auditor.get("/admin/audit").await.says("Not verified since this server began");
    assert_eq!(auditor.post_form("/admin/audit", "").await.status, StatusCode::SEE_OTHER);
    for _ in 0..200 {
        let page = auditor.get("/admin/audit").await;
        if page.text.contains("The last verification") {
            page.says("staff:V0001");
            page.says("no checkpoint");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the verification never ended");
}
