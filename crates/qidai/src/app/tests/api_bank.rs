//! Programs that list, change and repeat; and those that should not be able to.

use jiff::SignedDuration;
use qidai_bank::{Actor, BankType, IdSource, Identity, Permission, UnitRecord, WriteContext};
use serde_json::{Value, json};

use super::*;

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[track_caller]
fn refused(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!((answer.status, &body(answer)["code"]), (status, &code.into()), "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

/// A request as a program sends it.
async fn ask(visitor: &Visitor, method: &str, address: &str, headers: &[(&str, &str)], text: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(address).header("host", "127.0.0.1:8787");
    if !text.is_empty() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request.body(Body::from(text.to_owned())).unwrap()).await
}

async fn with_units(served: &Served, count: u32) {
    let ids = IdSource::counting("unit");
    let context = WriteContext::new(Timestamp::now(), Actor::administrator("test"), &ids);
    let din = |number| Identity::din(&format!("G123424{number:06}")).unwrap();
    let units: Vec<_> = (1..=count).map(|number| UnitRecord::new(din(number), BankType::Public)).collect();
    served.state.desk().store.add_units(&units, &context).await.unwrap();
}

/// A machine's token for an account.
async fn token(served: &Arc<Served>, owner: &str, scopes: &[Permission]) -> (String, String) {
    let desk = served.state.desk();
    let console = Principal::console("test");
    let acting = desk.acting(&console);
    let until = Timestamp::now() + SignedDuration::from_hours(1);
    let (about, token) = desk.store.add_api_token(owner, "a script", scopes, until, &acting).await.unwrap();
    (about.id, format!("Bearer {}", token.reveal()))
}

#[tokio::test]
async fn a_list_is_turned_over_to_its_end_and_misses_nothing() {
    let served = Arc::new(Served::new(false).await);
    with_units(&served, 7).await;
    let quality = served.account("S0001", &[Role::Quality]).await;
    let mut address = "/api/units?limit=3&bank_type=public".to_owned();
    let mut found = Vec::new();
    for items in [3, 3, 1] {
        let page = quality.get(&address).await;
        let told = body(&page);
        assert_eq!(told["items"].as_array().unwrap().len(), items);
        found.extend(
            told["items"].as_array().unwrap().iter().map(|one| one["identity"].as_str().unwrap().to_owned()),
        );
        let link = page.header("link").to_owned();
        assert_eq!(told["next"].is_null(), link.is_empty());
        address = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!((found.len(), address.as_str()), (7, ""));
    assert!(found.is_sorted());
}

#[tokio::test]
async fn a_cursor_that_was_made_up_or_is_of_another_list_is_refused() {
    let served = Arc::new(Served::new(false).await);
    with_units(&served, 3).await;
    let quality = served.account("S0001", &[Role::Quality]).await;
    let next = body(&quality.get("/api/units?limit=1").await)["next"].as_str().unwrap().to_owned();
    assert_eq!(quality.get(&format!("/api/units?limit=2&cursor={next}")).await.status, StatusCode::OK);
    for address in [
        format!("/api/units?limit=1&order=newest&cursor={next}"),
        format!("/api/history?cursor={next}"),
        "/api/units?cursor=647e31.00".to_owned(),
        "/api/units?cursor=".to_owned(),
        "/api/roles?cursor=a".to_owned(),
    ] {
        refused(&quality.get(&address).await, StatusCode::BAD_REQUEST, "cursor_invalid");
    }
    for wrong in ["limit=0", "limit=501", "limit=a", "status=sold", "bank=public", "number=a&number=b"] {
        let answer = quality.get(&format!("/api/units?{wrong}")).await;
        refused(&answer, StatusCode::BAD_REQUEST, "parameter_wrong");
    }
}

#[tokio::test]
async fn an_account_is_changed_only_as_it_was_seen() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("S0001", &[Role::Administrator]).await;
    served.account("S0002", &[Role::Quality]).await;
    let seen = ask(&admin, "GET", "/api/accounts/S0002", &[], "").await;
    let tag = seen.header("etag").to_owned();
    let roles = "/api/accounts/S0002/roles";
    let role = r#"{"role":"reviewer","reason":"second pair of eyes"}"#;
    refused(
        &ask(&admin, "POST", roles, &[], role).await,
        StatusCode::PRECONDITION_REQUIRED,
        "version_needed",
    );
    let given = ask(&admin, "POST", roles, &[("if-match", &tag)], role).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    assert_eq!(body(&given)["grants"].as_array().unwrap().len(), 2);
    let now = given.header("etag").to_owned();
    assert_ne!(now, tag);
    // The other administrator decided on what is no longer there.
    let late = ask(&admin, "DELETE", &format!("{roles}/quality"), &[("if-match", &tag)], "").await;
    refused(&late, StatusCode::PRECONDITION_FAILED, "version_changed");
    let taken = ask(&admin, "DELETE", &format!("{roles}/reviewer"), &[("if-match", &now)], "").await;
    assert_eq!(taken.status, StatusCode::OK);
    assert_ne!(taken.header("etag"), tag, "given and taken again is another version");
    let again = ask(&admin, "DELETE", &format!("{roles}/quality"), &[("if-match", &tag)], "").await;
    refused(&again, StatusCode::PRECONDITION_FAILED, "version_changed");
}

#[tokio::test]
async fn a_site_is_made_once_and_changed_as_it_was_seen() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("S0001", &[Role::Administrator]).await;
    let (path, site) = ("/api/sites/jinan", r#"{"name":"济南医院","kind":"collection_hospital"}"#);
    refused(
        &ask(&admin, "PUT", path, &[("if-match", "*")], site).await,
        StatusCode::NOT_FOUND,
        "site_unknown",
    );
    let made = ask(&admin, "PUT", path, &[("if-none-match", "*")], site).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let tag = made.header("etag").to_owned();
    let twice = ask(&admin, "PUT", path, &[("if-none-match", "*")], site).await;
    refused(&twice, StatusCode::PRECONDITION_FAILED, "version_changed");
    let closed = r#"{"name":"济南医院","kind":"collection_hospital","active":false}"#;
    let changed = ask(&admin, "PUT", path, &[("if-match", &tag)], closed).await;
    assert_eq!((changed.status, &body(&changed)["active"]), (StatusCode::OK, &false.into()));
    let kind = r#"{"name":"x","kind":"harbour"}"#;
    let wrong = ask(&admin, "PUT", path, &[("if-match", "*")], kind).await;
    refused(&wrong, StatusCode::UNPROCESSABLE_ENTITY, "site_kind_unknown");
}

#[tokio::test]
async fn what_is_sent_twice_with_one_key_is_done_once() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("S0001", &[Role::Administrator]).await;
    let key = [("idempotency-key", "0198f2c4-1")];
    let new = |number: &str| json!({"staff_number": number, "grants": [{"role": "quality"}]}).to_string();
    let first = ask(&admin, "POST", "/api/accounts", &key, &new("S0002")).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (StatusCode::CREATED, ""));
    let again = ask(&admin, "POST", "/api/accounts", &key, &new("S0002")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (StatusCode::CREATED, "true"));
    assert_eq!(again.text, first.text, "the very link that was told once");
    assert_eq!(again.header("location"), "/api/accounts/S0002");
    let other = ask(&admin, "POST", "/api/accounts", &key, &new("S0003")).await;
    refused(&other, StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused");
    let twice = ask(&admin, "POST", "/api/accounts", &[], &new("S0002")).await;
    refused(&twice, StatusCode::UNPROCESSABLE_ENTITY, "staff_number_taken");
    for wrong in ["", " ", "a b", &"k".repeat(129)] {
        let answer = ask(&admin, "POST", "/api/accounts", &[("idempotency-key", wrong)], &new("S0004")).await;
        refused(&answer, StatusCode::BAD_REQUEST, "idempotency_key_invalid");
    }
    // The same key of somebody else is another key.
    let second = served.account("S0009", &[Role::Administrator]).await;
    assert_eq!(ask(&second, "POST", "/api/accounts", &key, &new("S0005")).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_key_does_not_stand_for_a_version() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("S0001", &[Role::Administrator]).await;
    served.account("S0002", &[Role::Quality]).await;
    let tag = ask(&admin, "GET", "/api/accounts/S0002", &[], "").await.header("etag").to_owned();
    let (path, seen) =
        ("/api/accounts/S0002/disable", [("idempotency-key", "k"), ("if-match", tag.as_str())]);
    let done = ask(&admin, "POST", path, &seen, "{}").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(ask(&admin, "POST", path, &seen, "{}").await.text, done.text);
    let blind = ask(&admin, "POST", path, &seen[..1], "{}").await;
    refused(&blind, StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused");
}

#[tokio::test]
async fn a_refusal_is_asked_anew_under_its_key() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("S0001", &[Role::Administrator]).await;
    let key = [("idempotency-key", "k1")];
    let new =
        json!({"staff_number": "S0002", "grants": [{"role": "collection", "site": "jinan"}]}).to_string();
    let early = ask(&admin, "POST", "/api/accounts", &key, &new).await;
    refused(&early, StatusCode::UNPROCESSABLE_ENTITY, "site_unknown");
    let site = r#"{"name":"济南医院","kind":"collection_hospital"}"#;
    ask(&admin, "PUT", "/api/sites/jinan", &[("if-none-match", "*")], site).await;
    assert_eq!(ask(&admin, "POST", "/api/accounts", &key, &new).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn of_many_at_once_with_one_key_one_is_carried_out() {
    let served = Arc::new(Served::new(false).await);
    let admin = Arc::new(served.account("S0001", &[Role::Administrator]).await);
    let before = served.state.desk().store.api_tokens().await.unwrap().len();
    let until = (Timestamp::now() + SignedDuration::from_hours(1)).to_string();
    let new =
        json!({"owner": "S0001", "label": "x", "scopes": ["unit_view"], "expires_at": until}).to_string();
    let tasks = (0..20).map(|_| {
        let (admin, new) = (Arc::clone(&admin), new.clone());
        tokio::spawn(
            async move { ask(&admin, "POST", "/api/tokens", &[("idempotency-key", "k")], &new).await },
        )
    });
    let mut told = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        let answer = task.await.unwrap();
        match answer.status {
            StatusCode::CREATED => told.push(answer.text),
            _ => refused(&answer, StatusCode::CONFLICT, "idempotency_in_progress"),
        }
    }
    told.dedup();
    assert_eq!(told.len(), 1, "all who got a token got the same one");
    assert_eq!(served.state.desk().store.api_tokens().await.unwrap().len(), before + 1);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_and_its_owner_allow_until_it_ends() {
    let served = Arc::new(Served::new(false).await);
    with_units(&served, 1).await;
    let admin = served.account("S0001", &[Role::Administrator]).await;
    served.account("S0002", &[Role::Quality]).await;
    let (id, bearer) = token(&served, "S0002", &[Permission::UnitView, Permission::AccountManage]).await;
    let machine = served.stranger();
    let sent = [("authorization", bearer.as_str())];
    let me = body(&ask(&machine, "GET", "/api/me", &sent, "").await);
    assert_eq!((&me["is_machine"], &me["permissions"]), (&true.into(), &json!(["unit_view"])));
    assert_eq!(ask(&machine, "GET", "/api/units", &sent, "").await.status, StatusCode::OK);
    for (method, path, code) in [
        ("GET", "/api/history", "permission_missing"),
        ("GET", "/api/accounts", "permission_missing"),
        ("GET", "/api/sessions", "person_needed"),
    ] {
        refused(&ask(&machine, method, path, &sent, "").await, StatusCode::FORBIDDEN, code);
    }
    assert_eq!(
        ask(&admin, "DELETE", &format!("/api/tokens/{id}"), &[], "").await.status,
        StatusCode::NO_CONTENT
    );
    let forged = format!("Bearer {}", "0".repeat(64));
    for dead in [bearer.as_str(), forged.as_str(), "Bearer", "Basic YTpi", "Bearer ../../"] {
        let answer = ask(&machine, "GET", "/api/units", &[("authorization", dead)], "").await;
        refused(&answer, StatusCode::UNAUTHORIZED, "sign_in_needed");
    }
    refused(
        &ask(&admin, "DELETE", "/api/tokens/nobody", &[], "").await,
        StatusCode::NOT_FOUND,
        "token_unknown",
    );
}

#[tokio::test]
async fn a_token_that_ran_out_opens_nothing() {
    let served = Arc::new(Served::new(false).await);
    served.account("S0002", &[Role::Quality]).await;
    let desk = served.state.desk();
    let console = Principal::console("test");
    let mut acting = desk.acting(&console);
    acting.now = Timestamp::now() - SignedDuration::from_hours(2);
    let until = Timestamp::now() - SignedDuration::from_hours(1);
    let made = desk.store.add_api_token("S0002", "old", &[Permission::UnitView], until, &acting).await;
    let bearer = format!("Bearer {}", made.unwrap().1.reveal());
    let answer = ask(&served.stranger(), "GET", "/api/units", &[("authorization", &bearer)], "").await;
    refused(&answer, StatusCode::UNAUTHORIZED, "sign_in_needed");
}

#[tokio::test]
async fn another_accounts_session_is_as_unknown_as_none() {
    let served = Arc::new(Served::new(false).await);
    let one = served.account("S0001", &[Role::Quality]).await;
    let other = served.account("S0002", &[Role::Quality]).await;
    let id = |list: &Answer| body(list)["items"][0]["id"].as_str().unwrap().to_owned();
    let others = id(&other.get("/api/sessions").await);
    let guessed = ask(&one, "DELETE", &format!("/api/sessions/{others}"), &[], "").await;
    let never = ask(&one, "DELETE", "/api/sessions/0198f2c4", &[], "").await;
    refused(&guessed, StatusCode::NOT_FOUND, "session_unknown");
    refused(&never, StatusCode::NOT_FOUND, "session_unknown");
    assert_eq!(body(&guessed)["detail"], body(&never)["detail"]);
    let own = id(&one.get("/api/sessions").await);
    let ended = ask(&one, "DELETE", &format!("/api/sessions/{own}"), &[], "").await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    refused(&one.get("/api/me").await, StatusCode::UNAUTHORIZED, "sign_in_needed");
    assert_eq!(other.get("/api/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_sites_page_cannot_use_a_session() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("S0001", &[Role::Administrator]).await;
    let new = r#"{"staff_number":"S0002","grants":[]}"#;
    for headers in [[("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
        let answer = ask(&admin, "POST", "/api/accounts", &headers, new).await;
        refused(&answer, StatusCode::FORBIDDEN, "cross_site_refused");
    }
    // What a form of another site could send without asking first is not read at all.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let request = post("/api/accounts").header("content-type", kind).body(Body::from(new)).unwrap();
        refused(&admin.send(request).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "json_expected");
    }
    assert_eq!(served.state.desk().store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_refusal_under_api_is_a_problem_in_the_language_of_the_reader() {
    let visitor = Visitor::new();
    let long = format!("/api/units?number={}", "x".repeat(9_000));
    for (method, address, status, code) in [
        ("GET", "/api/nowhere", 404, "page_not_found"),
        ("PATCH", "/api/units", 405, "method_not_allowed"),
        ("POST", "/api/units/din/%ff", 400, "address_unreadable"),
        ("GET", "/api/units?number=a%00b", 400, "address_unreadable"),
        ("GET", long.as_str(), 414, "address_too_long"),
        ("GET", "/api/figures?as_of=tomorrow", 400, "parameter_wrong"),
        ("GET", "/api/figures/n99/rows", 404, "figure_unknown"),
        ("GET", "/api/figures?known_at=99999", 422, "known_at_not_reached"),
        ("POST", "/api/search", 415, "json_expected"),
    ] {
        let answer = ask(&visitor, method, address, &[("accept-language", "zh")], "").await;
        refused(&answer, StatusCode::from_u16(status).unwrap(), code);
        let detail = body(&answer)["detail"].as_str().unwrap().to_owned();
        assert!(detail.chars().any(|c| ('一'..='龥').contains(&c)), "{code}: {detail}");
    }
    let nul = ask(&visitor, "POST", "/api/search", &[], r#"{"patient":"a\u0000"}"#).await;
    refused(&nul, StatusCode::UNPROCESSABLE_ENTITY, "character_nul");
    let wrong = ask(&visitor, "PATCH", "/api/units", &[], "").await;
    assert!(wrong.header("allow").contains("GET"), "{:?}", wrong.headers);
}

#[tokio::test]
async fn a_sender_is_told_what_is_left_and_when_to_come_back() {
    let served =
        Arc::new(Served::with_budgets(Budgets { signed_out: 3, account: 2, ..Budgets::default() }).await);
    let anon = served.stranger();
    for left in ["2", "1", "0"] {
        let answer = anon.get("/api/units").await;
        assert_eq!((answer.status, answer.header("ratelimit-remaining")), (StatusCode::UNAUTHORIZED, left));
        assert_eq!(answer.header("ratelimit-limit"), "3");
    }
    let over = anon.get("/api/units").await;
    refused(&over, StatusCode::TOO_MANY_REQUESTS, "requests_too_often");
    assert_eq!(over.header("retry-after"), over.header("ratelimit-reset"));
    let page = anon.get("/sign-in").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    page.says("requests_too_often");
    // Whoever is signed in has a budget of their own, and probes always get an answer.
    let quality = served.account("S0001", &[Role::Quality]).await;
    assert_eq!(quality.get("/api/me").await.status, StatusCode::OK);
    assert_eq!(quality.get("/api/me").await.status, StatusCode::OK);
    refused(&quality.get("/api/me").await, StatusCode::TOO_MANY_REQUESTS, "requests_too_often");
    assert_eq!(anon.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(anon.get("/static/qidai.css").await.status, StatusCode::OK);
}

#[tokio::test]
async fn guessing_passwords_and_links_is_slow() {
    let served = Arc::new(Served::with_budgets(Budgets { sign_in: 2, ..Budgets::default() }).await);
    let anon = served.stranger();
    for status in
        [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]
    {
        assert_eq!(anon.post_raw("/sign-in", "staff_number=S0001&password=x").await.status, status);
        assert_eq!(anon.get(&format!("/welcome/{}", "0".repeat(64))).await.status, status);
    }
    let over = anon.get(&format!("/welcome/{}", "0".repeat(64))).await;
    over.says("sign_in_too_often");
    assert!(!over.header("retry-after").is_empty());
}
