//! What once opened a door and no longer does; and what every answer carries, page by page.

use jiff::SignedDuration;
use qidai_bank::{ABSOLUTE_HOURS, LINK_HOURS};

use super::*;
use crate::app::routes;

/// A link made some hours ago.
async fn link_of_before(served: &Served, number: &str, hours: i64) -> Token {
    let desk = served.state.desk();
    let console = Principal::console("test");
    let then = Timestamp::now() - SignedDuration::from_hours(hours);
    let acting = qidai_bank::Acting::new(&console, then, desk.sources().0, desk.sources().1);
    let roles = [Grant::everywhere(Role::SearchCoordinator)];
    desk.store.add_account(number, &roles, &acting).await.unwrap().1
}

/// The session that a link gives when it is used some hours ago.
async fn session_of_before(served: &Arc<Served>, number: &str, hours: i64) -> Visitor {
    let link = link_of_before(served, number, hours).await;
    let desk = served.state.desk();
    let then = Timestamp::now() - SignedDuration::from_hours(hours);
    let code = desk.keys.new_second_factor(&link).code(then);
    let chosen = NewCredential { password: PASSWORD, code: Some(&code) };
    let signed_in = desk.store.use_link(&link, chosen, &desk.keys, then, desk.sources()).await.unwrap();
    Visitor { token: Some(signed_in.token), ..served.stranger() }
}

#[tokio::test]
async fn a_link_of_the_day_before_opens_nothing() {
    let served = Arc::new(Served::new(false).await);
    for (number, hours, status) in [
        ("S0001", LINK_HOURS - 1, StatusCode::OK),
        ("S0002", LINK_HOURS, StatusCode::UNPROCESSABLE_ENTITY),
        ("S0003", LINK_HOURS + 1, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let link = link_of_before(&served, number, hours).await;
        let address = format!("/welcome/{}", link.reveal());
        let page = served.stranger().get(&address).await;
        assert_eq!(page.status, status, "{hours} hours");
        let code = served.state.desk().keys.new_second_factor(&link).code(Timestamp::now());
        let fields = format!("password=four+quiet+herons&again=four+quiet+herons&code={code}");
        let sent = served.stranger().post_raw(&address, &fields).await;
        assert_eq!(sent.status == StatusCode::SEE_OTHER, status == StatusCode::OK, "{hours} hours");
    }
}

#[tokio::test]
async fn a_session_left_alone_or_of_yesterday_opens_nothing() {
    let served = Arc::new(Served::new(false).await);
    for (number, hours) in [("S0001", 1), ("S0002", ABSOLUTE_HOURS), ("S0003", ABSOLUTE_HOURS + 1)] {
        let visitor = session_of_before(&served, number, hours).await;
        assert_eq!(visitor.get("/").await.status, StatusCode::UNAUTHORIZED, "{hours} hours");
        let form = visitor.post_form("/search", &pasted(PATIENT)).await;
        assert_eq!(form.status, StatusCode::UNAUTHORIZED, "{hours} hours");
    }
}

#[tokio::test]
async fn no_page_can_be_framed_or_kept_by_a_cache() {
    let served = Arc::new(Served::new(false).await);
    let everything = [Role::SearchCoordinator, Role::Auditor, Role::Director, Role::Administrator];
    for visitor in [served.account("A0001", &everything).await, served.stranger()] {
        for (method, path, _) in routes().list().iter().filter(|(method, ..)| *method == "GET") {
            let answer = visitor.get(&path.replace(['{', '}'], "")).await;
            let case = format!("{method} {path}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{case}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{case}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{case}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{case}");
            assert_eq!(answer.header("x-request-id").len(), 8, "{case}");
            let may_be_kept = path.starts_with("/static/");
            assert_eq!(answer.header("cache-control") == "no-store", !may_be_kept, "{case}");
        }
    }
}

#[tokio::test]
async fn a_visitor_of_the_demonstration_needs_the_key_of_its_forms() {
    let visitor = Visitor::new();
    for (fields, status) in [
        (pasted(PATIENT), StatusCode::FORBIDDEN),
        (format!("form_key={}&{}", "0".repeat(32), pasted(PATIENT)), StatusCode::FORBIDDEN),
    ] {
        let refused = visitor.post_raw("/search", &fields).await;
        assert_eq!(refused.status, status);
        refused.says("form_key_wrong");
    }
    let page = visitor.get("/").await;
    page.says(&format!("name=\"form_key\" value=\"{}\"", visitor.form_key()));
    assert_eq!(visitor.post_form("/search", &pasted(PATIENT)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_in_the_language_of_the_reader() {
    let visitor = Visitor::new();
    for address in ["/history?before=yesterday", "/search/0f?open=first"] {
        let page = visitor.get(&format!("{address}&lang=zh-CN")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        page.says("request_unreadable");
        page.says("无法读取");
    }
    let json = visitor.post_json("/admin/people", "{}").await;
    json.says("request_unreadable");
}

#[tokio::test]
async fn the_history_leads_only_where_its_reader_may_go() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("A0001", &[Role::Administrator]).await;
    let auditor = served.account("V0001", &[Role::Auditor]).await;
    let leads = "href=\"/admin/people/A0001\"";
    admin.get("/history").await.says(leads);
    let history = auditor.get("/history").await;
    history.says("account/A0001");
    history.is_silent_about(leads);
}
