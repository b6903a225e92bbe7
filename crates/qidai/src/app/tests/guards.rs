//! What is refused before a page is made, and what every answer carries.

use super::*;

#[tokio::test]
async fn every_answer_carries_the_same_protection() {
    let visitor = Visitor::new();
    for address in ["/", "/search", "/healthz", "/static/qidai.css", "/nowhere"] {
        let answer = visitor.get(address).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{address}: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{address}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{address}");
    }
}

#[tokio::test]
async fn pages_have_nothing_inline_and_nothing_foreign() {
    let visitor = Visitor::new();
    for page in
        [visitor.get("/").await, visitor.search(&pasted(PATIENT)).await, visitor.get("/nowhere").await]
    {
        page.is_silent_about(" style=");
        page.is_silent_about("<style");
        page.is_silent_about(" onclick=");
        page.is_silent_about("//cdn");
        assert_eq!(page.text.matches("<script").count(), page.text.matches("<script src=\"/static/").count());
    }
}

#[tokio::test]
async fn typings_stay_in_no_cache_and_styles_do() {
    let visitor = Visitor::new();
    assert_eq!(visitor.get("/").await.header("cache-control"), "no-store");
    assert!(visitor.get("/static/qidai.css").await.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn a_foreign_name_is_refused() {
    let visitor = Visitor::new();
    for host in ["evil.example", "127.0.0.1.evil.example:8787", "[::1].evil.example", ""] {
        let request = Request::get("/").header("host", host).body(Body::empty()).unwrap();
        let answer = visitor.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{host}");
        answer.says("host_not_local");
    }
    for host in ["localhost", "LOCALHOST:8787", "127.0.0.1", "[::1]:8787"] {
        let request = Request::get("/").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(visitor.send(request).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_form_sent_by_another_site_is_refused() {
    let visitor = Visitor::new();
    for (header, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let request = Request::post("/search")
            .header("host", "127.0.0.1:8787")
            .header(header, value)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = visitor.send(request.body(Body::from(pasted(PATIENT))).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
        answer.says("cross_site_refused");
    }
}

#[tokio::test]
async fn a_program_on_this_machine_may_post() {
    let visitor = Visitor::new();
    let request = Request::post("/api/search")
        .header("host", "127.0.0.1:8787")
        .header("content-type", "application/json")
        .body(Body::from(format!(r#"{{"patient":"{PATIENT}"}}"#)));
    assert_eq!(visitor.send(request.unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_large_body_is_answered_with_a_sentence() {
    let visitor = Visitor::new();
    let large = format!("paste={}", "A".repeat(crate::app::guard::BODY_BYTES_MAX));
    let page = visitor.post_form("/search", &large).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    page.says("1 MiB");
    let problem = visitor.post_json("/api/search", &large).await;
    assert_eq!(problem.status, StatusCode::PAYLOAD_TOO_LARGE);
    problem.says(r#""code":"body_too_large""#);
}

#[tokio::test]
async fn an_announced_300_mb_is_refused_unread() {
    let visitor = Visitor::new();
    let request = post("/search").header("content-length", "314572800").body(Body::empty()).unwrap();
    assert_eq!(visitor.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_address_without_page_and_a_wrong_method_say_so() {
    let visitor = Visitor::new();
    let nowhere = visitor.get("/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    nowhere.says("page_not_found");
    let wrong = visitor.post_form("/", "").await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    wrong.says("method_not_allowed");
}
