//! Programs of people: they sign, confirm, and open what is sealed, as the pages do.

use jiff::SignedDuration;
use qidai_bank::{Acting, NewCredential, Permission, TotpSecret};
use serde_json::{Value, json};

use super::*;

pub(super) fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &body(answer)["code"]), (status, &code.into()), "{}", answer.text);
}

async fn ask(visitor: &Visitor, method: &str, address: &str, given: Value) -> Answer {
    let request = Request::builder().method(method).uri(address).header("host", "127.0.0.1:8787");
    let request = request.header("content-type", "application/json").header("idempotency-key", "k1");
    let request = request.header("if-match", "*");
    visitor.send(request.body(Body::from(given.to_string())).unwrap()).await
}

/// Somebody of quality who chose a password two minutes ago and has not confirmed yet.
async fn newcomer(served: &Arc<Served>) -> (Visitor, TotpSecret) {
    newcomer_as(served, "Q0009", Role::Quality).await
}

/// The same in another role.
pub(super) async fn newcomer_as(served: &Arc<Served>, number: &str, role: Role) -> (Visitor, TotpSecret) {
    let desk = served.state.desk();
    let console = Principal::console("test");
    let then = Timestamp::now() - SignedDuration::from_secs(120);
    let acting = Acting { now: then - SignedDuration::from_secs(10), ..desk.acting(&console) };
    let grants = [Grant::everywhere(role)];
    let (_, link) = desk.store.add_account(number, &grants, &acting).await.unwrap();
    let secret = desk.keys.new_second_factor(&link);
    let chosen = NewCredential { password: PASSWORD, code: Some(&secret.code(then)) };
    let signed_in = desk.store.use_link(&link, chosen, &desk.keys, then, desk.sources()).await.unwrap();
    (Visitor { served: OnceCell::new_with(Some(Arc::clone(served))), token: Some(signed_in.token) }, secret)
}

pub(super) fn seconds_ago(seconds: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_secs(seconds)
}

async fn licence(quality: &Visitor) -> (String, Value) {
    let fields = json!({"fields": {"kind": "laboratory", "licence_number": "JN-7", "authority": "A"}});
    let made = ask(quality, "POST", "/api/records/licence", fields).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    (made.header("location").to_owned(), body(&made))
}

#[tokio::test]
async fn a_record_is_signed_and_the_signature_tells_when_it_no_longer_covers_it() {
    let served = Arc::new(Served::new(false).await);
    let (quality, secret) = newcomer(&served).await;
    let (address, record) = licence(&quality).await;
    let signatures = format!("{address}/signatures");
    let wanted = |digest: &Value, password: &str, code: &str| json!({"meaning": "approved", "record_digest": digest, "password": password, "code": code});
    let digest = &record["record_digest"];
    let early = ask(&quality, "POST", &signatures, wanted(digest, PASSWORD, "000000")).await;
    refused(&early, 422, "signer_not_certified");

    let sentences = body(&quality.get("/api/certification").await);
    assert!(sentences["en"].as_str().unwrap().contains("bind me"), "{sentences}");
    let confirm = |version: &Value, password: &str| json!({"version": version, "password": password, "code": secret.code(seconds_ago(30))});
    let other = ask(&quality, "POST", "/api/certification", confirm(&"0".into(), PASSWORD)).await;
    refused(&other, 400, "parameter_wrong");
    let wrong =
        ask(&quality, "POST", "/api/certification", confirm(&sentences["version"], "not the word")).await;
    assert_eq!(body(&wrong)["code"], "sign_in_wrong", "{}", wrong.text);
    let done = ask(&quality, "POST", "/api/certification", confirm(&sentences["version"], PASSWORD)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);

    let code = secret.code(Timestamp::now());
    let other = ask(&quality, "POST", &signatures, wanted(&"00".into(), PASSWORD, &code)).await;
    refused(&other, 422, "signed_record_changed");
    let mut strange = wanted(digest, PASSWORD, &code);
    strange["meaning"] = "blessed".into();
    refused(&ask(&quality, "POST", &signatures, strange).await, 400, "parameter_wrong");
    let signed = ask(&quality, "POST", &signatures, wanted(digest, PASSWORD, &code)).await;
    assert_eq!(signed.status, StatusCode::CREATED, "{}", signed.text);
    assert_eq!((&body(&signed)["covers"], &body(&signed)["record_digest"]), (&true.into(), digest));

    let change = json!({"fields": {"holder": "bank"}});
    assert_eq!(ask(&quality, "PATCH", &address, change).await.status, StatusCode::OK);
    let kept = body(&quality.get(&signatures).await);
    assert_eq!(
        (&kept["items"][0]["meaning"], &kept["items"][0]["covers"]),
        (&"approved".into(), &false.into())
    );
}

#[tokio::test]
async fn a_machine_signs_nothing() {
    let served = Arc::new(Served::new(false).await);
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let (address, record) = licence(&quality).await;
    let desk = served.state.desk();
    let console = Principal::console("test");
    let until = Timestamp::now() + SignedDuration::from_hours(1);
    let scopes: Vec<Permission> = Permission::all().collect();
    let (_, token) =
        desk.store.add_api_token("Q0001", "a script", &scopes, until, &desk.acting(&console)).await.unwrap();
    let given =
        json!({"meaning": "approved", "record_digest": record["record_digest"], "password": PASSWORD});
    let request = Request::post(format!("{address}/signatures")).header("host", "127.0.0.1:8787");
    let request = request.header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {}", token.reveal()));
    let answer = served.stranger().send(request.body(Body::from(given.to_string())).unwrap()).await;
    assert_eq!(body(&answer)["code"], "person_needed", "{}", answer.text);
}

#[tokio::test]
async fn sealed_fields_are_opened_for_a_purpose_and_the_answer_is_not_kept() {
    let served = Arc::new(Served::new(false).await);
    let midwife = served.account("C0001", &[Role::Collection]).await;
    let fields = json!({"fields": {"kind": "mother", "name": "王小芳", "document_kind": "passport",
        "document_number": "E12345678"}});
    let made = ask(&midwife, "POST", "/api/records/person", fields).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert!(!made.text.contains("王小芳"), "{}", made.text);
    let openings = format!("{}/openings", made.header("location"));
    refused(&ask(&midwife, "POST", &openings, json!({"purpose": "nosiness"})).await, 422, "purpose_unknown");
    let wrong = ask(&midwife, "POST", &openings, json!({"purpose": "claim_handling"})).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN, "{}", wrong.text);
    let opened = ask(&midwife, "POST", &openings, json!({"purpose": "collection_care"})).await;
    assert_eq!(body(&opened)["fields"]["name"], "王小芳", "{}", opened.text);
    // The same key again: it is opened again, and logged again.
    let again = ask(&midwife, "POST", &openings, json!({"purpose": "collection_care"})).await;
    assert!(again.headers.get("idempotency-replayed").is_none());
}
