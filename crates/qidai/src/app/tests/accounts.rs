//! Stories of people who sign in, and of those who should not be able to.

use qidai_bank::Permission;

use super::*;

/// A link for a new account, with its page not yet opened.
async fn link_for(served: &Served, number: &str, role: Role) -> Token {
    let desk = served.state.desk();
    let console = Principal::console("test");
    desk.store.add_account(number, &[Grant::everywhere(role)], &desk.acting(&console)).await.unwrap().1
}

fn cookie_of(answer: &Answer) -> Token {
    let cookie = answer.header("set-cookie");
    let value = cookie.strip_prefix("qidai=").and_then(|rest| rest.split(';').next()).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"));
    Token::parse(value).unwrap()
}

#[tokio::test]
async fn anonymous_sees_nothing() {
    let served = Arc::new(Served::new(false).await);
    let anon = served.stranger();
    for address in
        ["/", "/units?status=available", "/units/din/Z990119004217", "/history", "/board", "/admin/people"]
    {
        let page = anon.get(address).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{address}");
        page.says("name=\"password\"");
        page.says(&format!("name=\"to\" value=\"{}\"", address.replace('&', "&#38;")));
        page.is_silent_about("Z990119004217U");
        page.is_silent_about("available public units");
    }
    let problem = anon.post_json("/api/search", "{}").await;
    assert_eq!((problem.status, problem.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    problem.says("\"code\":\"sign_in_needed\"");
}

#[tokio::test]
async fn a_link_leads_to_a_password_a_second_factor_and_a_session() {
    let served = Arc::new(Served::new(false).await);
    let link = link_for(&served, "S0012", Role::SearchCoordinator).await;
    let anon = served.stranger();
    let address = format!("/welcome/{}", link.reveal());
    let page = anon.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.says("S0012");
    page.says("class=\"qr\"");
    let secret = served.state.desk().keys.new_second_factor(&link);
    page.says(&secret.base32()[..4]);

    let code = secret.code(Timestamp::now());
    for (fields, told) in [
        ("password=short&again=short&code=1", "password_too_short"),
        ("password=four+quiet+herons&again=four+quiet+heron&code=1", "passwords_differ"),
        ("password=four+quiet+herons&again=four+quiet+herons&code=", "second_factor_missing"),
        ("password=four+quiet+herons&again=four+quiet+herons&code=000000", "code_wrong"),
    ] {
        let refused = anon.post_raw(&address, fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}");
        refused.says(told);
        refused.is_silent_about("four quiet");
    }
    let chosen = format!("password=four+quiet+herons&again=four+quiet+herons&code={code}");
    let sent = anon.post_raw(&address, &chosen).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let coordinator = Visitor { token: Some(cookie_of(&sent)), ..served.stranger() };
    let start = coordinator.get("/").await;
    start.says("S0012");
    start.says("search coordinator");
    // The link was for once.
    anon.get(&address).await.says("link_invalid");
    anon.post_raw(&address, &chosen).await.says("link_invalid");
}

#[tokio::test]
async fn wrong_sign_ins_say_what_is_left_and_then_wait() {
    let served = Arc::new(Served::new(false).await);
    served.account("S0012", &[Role::Quality]).await;
    let anon = served.stranger();
    for number in ["S0012", "nobody"] {
        let told =
            ["4 more attempts", "3 more", "2 more", "One more attempt", "The next attempt has to wait"];
        for left in told {
            let page =
                anon.post_raw("/sign-in", &format!("staff_number={number}&password=wrong&to=/units")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            page.says("sign_in_wrong");
            page.says(left);
            page.says(&format!("value=\"{number}\""));
            page.says("name=\"to\" value=\"/units\"");
            page.is_silent_about("value=\"wrong\"");
        }
        anon.post_raw("/sign-in", &format!("staff_number={number}&password=wrong"))
            .await
            .says("sign_in_locked");
    }
}

#[tokio::test]
async fn a_sign_in_changes_the_session_and_goes_only_to_own_pages() {
    let served = Arc::new(Served::new(false).await);
    let before = served.account("S0012", &[Role::SearchCoordinator]).await;
    let desk = served.state.desk();
    // The code of the link was used; the next step's code is right already.
    let console = Principal::console("test");
    let link = desk.store.new_link("S0012", &desk.acting(&console)).await.unwrap();
    let secret = desk.keys.new_second_factor(&link);
    let earlier = Timestamp::now() - jiff::SignedDuration::from_secs(60);
    let chosen = NewCredential { password: PASSWORD, code: Some(&secret.code(earlier)) };
    let planted =
        desk.store.use_link(&link, chosen, &desk.keys, earlier, desk.sources()).await.unwrap().token;
    assert_eq!(before.get("/").await.status, StatusCode::UNAUTHORIZED, "a new link ends older sessions");

    // Somebody planted a session they know into the browser; and one that nobody has.
    let victim = Visitor { token: Some(planted.clone()), ..served.stranger() };
    let fields = format!(
        "staff_number=s0012&password={}&code={}&to=//evil.example",
        PASSWORD.replace(' ', "+"),
        secret.code(Timestamp::now())
    );
    let sent = victim.post_raw("/sign-in", &fields).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/"), "{}", sent.text);
    let token = cookie_of(&sent);
    assert_ne!(token.reveal(), planted.reveal());
    assert_eq!(victim.get("/").await.status, StatusCode::UNAUTHORIZED, "the planted session ended");
    let signed_in = Visitor { token: Some(token), ..served.stranger() };
    assert_eq!(signed_in.get("/").await.status, StatusCode::OK);
    // The same form again: its code was used.
    victim.post_raw("/sign-in", &fields).await.says("code_used");
}

#[tokio::test]
async fn forged_cookies_and_tokens_open_nothing() {
    let served = Arc::new(Served::new(false).await);
    for cookie in [
        "qidai=",
        "qidai=1",
        &format!("qidai={}", "0".repeat(64)),
        &format!("__Host-qidai={}", "a".repeat(64)),
    ] {
        let request = get("/units").header("cookie", cookie).body(Body::empty()).unwrap();
        assert_eq!(served.stranger().send(request).await.status, StatusCode::UNAUTHORIZED, "{cookie}");
    }
    let tokens = ["Bearer".to_owned(), format!("Bearer {}", "0".repeat(64)), "Basic YTpi".to_owned()];
    for token in &tokens {
        let request = get("/units").header("authorization", token).body(Body::empty()).unwrap();
        assert_eq!(served.stranger().send(request).await.status, StatusCode::UNAUTHORIZED, "{token}");
    }
    // Nor in a demonstration that is open to all: who shows a wrong token is not a visitor.
    let request = get("/").header("authorization", &tokens[1]).body(Body::empty()).unwrap();
    assert_eq!(Visitor::new().send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_forms() {
    let served = Arc::new(Served::new(false).await);
    let coordinator = served.account("S0012", &[Role::SearchCoordinator]).await;
    let form = format!("form_key={}&{}", coordinator.form_key(), pasted(PATIENT));
    assert_eq!(coordinator.post_raw("/search", &form).await.status, StatusCode::SEE_OTHER);
    let out = coordinator.post_form("/sign-out", "").await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/sign-in?ended=yes"));
    assert!(out.header("set-cookie").starts_with("qidai=; Max-Age=0"));
    // A stolen cookie and a form kept open are worth nothing now.
    assert_eq!(coordinator.get("/").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(coordinator.post_raw("/search", &form).await.status, StatusCode::UNAUTHORIZED);
    coordinator.get("/sign-in?ended=yes").await.says("You are signed out");
}

#[tokio::test]
async fn a_form_without_the_key_of_its_session_is_refused() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("A0001", &[Role::Administrator]).await;
    let other = served.account("A0002", &[Role::Administrator]).await;
    let fields = "staff_number=S0099&role=quality";
    for key in [String::new(), "0".repeat(32), other.form_key()] {
        let refused = admin.post_raw("/admin/people", &format!("form_key={key}&{fields}")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        refused.says("form_key_wrong");
    }
    let key = admin.form_key();
    let foreign = Request::post("/admin/people")
        .header("host", "127.0.0.1:8787")
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("form_key={key}&{fields}")));
    admin.send(foreign.unwrap()).await.says("cross_site_refused");
    assert!(served.state.desk().store.account("S0099").await.unwrap().is_none());
    admin.post_form("/admin/people", fields).await.says("/welcome/");
    // The same form a second time does not make a second account.
    admin.post_form("/admin/people", fields).await.says("staff_number_taken");
}

#[tokio::test]
async fn auditor_reads_and_changes_nothing() {
    let served = Arc::new(Served::new(false).await);
    let auditor = served.account("V0001", &[Role::Auditor]).await;
    assert_eq!(
        auditor.get("/").await.header("location"),
        "/requests",
        "no search: the first area they may see"
    );
    let history = auditor.get("/history").await;
    history.says("account added");
    history.is_silent_about("/admin/people\"");
    for (address, permission) in
        [("/admin/people", Permission::AccountManage), ("/search", Permission::SearchRun)]
    {
        let refused = auditor.post_form(address, "staff_number=S1&role=quality").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{address}");
        refused.says(permission.code());
    }
    let refused = auditor.get("/admin/people?lang=zh-CN").await;
    refused.says("account_manage");
    refused.says("没有权限");
}

#[tokio::test]
async fn a_role_taken_in_an_emergency_is_there_at_once_and_is_reviewed_by_somebody_else() {
    let served = Arc::new(Served::new(false).await);
    let technologist = served.account("T0001", &[Role::Technologist]).await;
    assert_eq!(technologist.get("/search").await.status, StatusCode::FORBIDDEN);
    technologist.post_form("/emergency", "role=search_coordinator&reason=short").await.says("reason_missing");
    technologist
        .post_form("/emergency", "role=administrator&reason=nobody+else+is+here")
        .await
        .says("emergency_role_excluded");
    let taken =
        technologist.post_form("/emergency", "role=search_coordinator&reason=nobody+else+is+here").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    assert_eq!(technologist.get("/search").await.status, StatusCode::OK);
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let list = quality.get("/admin/emergencies").await;
    list.says("nobody else is here");
    let id =
        list.text.split("name=\"emergency\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let review = format!("emergency={id}&note=it+was+needed");
    assert_eq!(quality.post_form("/admin/emergencies", &review).await.status, StatusCode::SEE_OTHER);
    quality.get("/admin/emergencies").await.says("it was needed");
    quality.post_form("/admin/emergencies", &review).await.says("emergency_reviewed");
}

#[tokio::test]
async fn administrator_keeps_accounts_but_not_their_own() {
    let served = Arc::new(Served::new(false).await);
    let admin = served.account("A0001", &[Role::Administrator]).await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let page = admin.get("/admin/people/Q0001").await;
    page.says("quality");
    assert_eq!(
        admin.post_form("/admin/people/Q0001", "do=give&role=reviewer").await.status,
        StatusCode::SEE_OTHER
    );
    admin.get("/admin/people/Q0001").await.says("reviewer");
    assert_eq!(quality.get("/units").await.status, StatusCode::UNAUTHORIZED, "new rights need a new sign-in");
    admin.post_form("/admin/people/A0001", "do=give&role=quality").await.says("own_account");
    admin.post_form("/admin/people/Q0001", "do=king").await.says("act_unknown");
    admin.post_form("/admin/people/Q0001", "do=link").await.says("/welcome/");
    assert_eq!(admin.post_form("/admin/people/Q0001", "do=disable").await.status, StatusCode::SEE_OTHER);
    admin.post_form("/admin/people/Q0001", "do=link").await.says("account_disabled");
    assert_eq!(admin.get("/admin/people/S9999").await.status, StatusCode::NOT_FOUND);
    admin.get("/admin/people").await.says("disabled");
}

#[tokio::test]
async fn a_machine_does_what_its_scopes_allow() {
    let served = Arc::new(Served::new(false).await);
    served.account("S0012", &[Role::SearchCoordinator]).await;
    let desk = served.state.desk();
    let console = Principal::console("test");
    let until = Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let made = desk
        .store
        .add_api_token("S0012", "a script", &[Permission::SearchRun], until, &desk.acting(&console))
        .await;
    let bearer = format!("Bearer {}", made.unwrap().1.reveal());
    let ask = post("/api/search").header("content-type", "application/json").header("authorization", &bearer);
    let ask = ask.body(Body::from(format!(r#"{{"patient":"{PATIENT}"}}"#))).unwrap();
    assert_eq!(served.stranger().send(ask).await.status, StatusCode::OK);
    let units = get("/units").header("authorization", &bearer).body(Body::empty()).unwrap();
    served.stranger().send(units).await.says("permission_missing");
}

#[tokio::test]
async fn a_demonstration_is_open_on_this_machine_alone() {
    let visitor = Visitor::new();
    let page = visitor.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("DEMO");
    page.says("without a sign-in");
    let served = visitor.served().await;
    let mut from_outside = get("/").body(Body::empty()).unwrap();
    let client = Client { address: Some("203.0.113.7".parse().unwrap()), ..Client::default() };
    from_outside.extensions_mut().insert(client);
    let response = served.routes.clone().oneshot(from_outside).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
