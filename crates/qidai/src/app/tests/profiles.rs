//! A profile of the bank's own: written by one, signed by another, used by its name from then on, refused before and after.

use serde_json::{Value, json};

use super::api_signing::{body, newcomer_as, seconds_ago};
use super::*;

const OURS: &str = include_str!("../../../../qidai-match/selection/profiles/single_nonmalignant.md");

fn page(version: u32) -> String {
    qidai_match::selection::renamed(OURS, "ours", version)
}

/// Without a key: none of these requests is another one's repetition.
async fn ask(visitor: &Visitor, method: &str, address: &str, given: Value) -> Answer {
    let request = Request::builder().method(method).uri(address).header("host", "127.0.0.1:8787");
    let request = request.header("content-type", "application/json").header("if-match", "*");
    visitor.send(request.body(Body::from(given.to_string())).unwrap()).await
}

async fn search(visitor: &Visitor) -> Answer {
    let asked = json!({"patient": PATIENT, "weight_kg": 10, "profile": "ours"});
    ask(visitor, "POST", "/api/search", asked).await
}

fn record(page: &str, name: &str) -> Value {
    json!({"fields": {"name_version": name, "kind": "profile", "page": page}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_used_by_its_name_when_it_is_signed_and_not_before() {
    let served = Arc::new(Served::new(false).await);
    let coordinator = served.account("S0001", &[Role::SearchCoordinator]).await;
    let (director, secret) = newcomer_as(&served, "M0009", Role::MedicalDirector).await;
    assert_eq!(body(&search(&coordinator).await)["code"], "search_profile_unknown");

    let broken = page(1).replace("| cd34 |", "| cd43 |");
    let refused = ask(&coordinator, "POST", "/api/records/search_profile", record(&broken, "ours 1")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("cd43");
    let misnamed = ask(&coordinator, "POST", "/api/records/search_profile", record(&page(1), "ours 7")).await;
    misnamed.says("ours 1");
    let taken = record(OURS, "single_nonmalignant 1");
    ask(&coordinator, "POST", "/api/records/search_profile", taken).await.says("search_profile_unreadable");

    let made = ask(&coordinator, "POST", "/api/records/search_profile", record(&page(1), "ours 1")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let (address, digest) = (made.header("location").to_owned(), body(&made)["record_digest"].clone());
    assert_eq!(body(&search(&coordinator).await)["code"], "search_profile_unsigned");
    coordinator.get("/profiles").await.says("ours 1");

    let sentences = body(&director.get("/api/certification").await);
    let confirm =
        json!({"version": sentences["version"], "password": PASSWORD, "code": secret.code(seconds_ago(30))});
    let done = ask(&director, "POST", "/api/certification", confirm).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
    let go = json!({"move": "put_in_force"});
    let early = ask(&director, "POST", &format!("{address}/moves"), go.clone()).await;
    assert!(early.status.is_client_error(), "without a signature: {}", early.text);
    let wanted = json!({"meaning": "approved", "record_digest": digest, "password": PASSWORD, "code": secret.code(Timestamp::now())});
    let signed = ask(&director, "POST", &format!("{address}/signatures"), wanted).await;
    assert_eq!(signed.status, StatusCode::CREATED, "{}", signed.text);
    let moved = ask(&director, "POST", &format!("{address}/moves"), go).await;
    assert!(moved.status.is_success(), "{}", moved.text);

    let answer = body(&search(&coordinator).await);
    assert_eq!(answer["receipt"]["profile_version"], "ours 1", "{answer}");
    // The receipt holds the page, so that it can be asked again whatever becomes of the record.
    assert_eq!(answer["receipt"]["request"]["profile_page"].as_str().unwrap().trim(), page(1).trim());
    let shown = coordinator.get("/profiles?show=single_nonmalignant").await;
    shown.says("single_nonmalignant 1");
    coordinator.get("/api/search/profiles").await.says("\"state\":\"in_force\"");

    let retired = json!({"move": "retire", "reason": "replaced by another one"});
    let moved = ask(&director, "POST", &format!("{address}/moves"), retired).await;
    assert!(moved.status.is_success(), "{}", moved.text);
    assert_eq!(body(&search(&coordinator).await)["code"], "search_profile_unknown");
}
