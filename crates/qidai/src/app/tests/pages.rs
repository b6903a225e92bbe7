//! The pages as their readers see them.

use super::*;

#[tokio::test]
async fn the_start_page_says_what_it_is_and_what_it_is_not() {
    let page = Visitor::new().get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("<html lang=\"en\"");
    page.says("starter release, not for clinical use");
    page.says("3 available public units");
    assert_eq!(page.text.matches("<h1").count(), 1);
    page.says("class=\"skip\" href=\"#main\"");
}

#[tokio::test]
async fn coordinator_pastes_a_patient_and_sees_who_is_worth_a_call() {
    let page = Visitor::new().search(&format!("{}&weight_kg=31", pasted(PATIENT))).await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("<b>2</b> listed");
    page.says("<b>8/8</b>");
    page.says("10/10 · 6/6");
    page.says("<b>4.58</b>");
    page.says("not recorded");
    page.says("A allele mismatch");
    page.says("1 not listed, each with its reason");
    page.says("generation 7");
}

#[tokio::test]
async fn without_a_weight_the_heaviest_patient_is_shown() {
    let page = Visitor::new().search(&pasted(PATIENT)).await;
    page.says("Serves up to, kg");
    // 5.61 × 10⁶ CD34+ ÷ 1.5 × 10⁵ per kg
    page.says("<b>37</b>");
}

#[tokio::test]
async fn an_explanation_opens_under_its_unit() {
    let visitor = Visitor::new();
    let sent = visitor.post_form("/search", &pasted(PATIENT)).await;
    let address = sent.header("location");
    visitor.get(address).await.is_silent_about("Locus by locus");
    let page = visitor.get(&format!("{address}?open=2")).await;
    page.says("Locus by locus");
    page.says("Why rank 2");
    page.says("11:02, 24:02");
}

#[tokio::test]
async fn no_address_contains_a_typing() {
    let visitor = Visitor::new();
    let sent = visitor.post_form("/search", &pasted(PATIENT)).await;
    let id = sent.header("location").strip_prefix("/search/").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
}

#[tokio::test]
async fn the_language_switch_keeps_the_result() {
    let visitor = Visitor::new();
    let sent = visitor.post_form("/search", &pasted(PATIENT)).await;
    let address = sent.header("location");
    let page = visitor.get(&format!("{address}?lang=zh-CN")).await;
    page.says("<html lang=\"zh-CN\"");
    page.says("份入选");
    page.says("<b>8/8</b>");
    assert!(
        page.header("set-cookie").starts_with("lang=zh-CN;")
            && page.header("set-cookie").contains("SameSite=Lax")
    );
}

#[tokio::test]
async fn the_language_switch_keeps_what_was_typed() {
    let visitor = Visitor::new();
    let sent = visitor.post_form("/search/draft?lang=zh-CN", "A-1=11:01&weight_kg=heavy&min_x8=6").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = visitor.get(sent.header("location")).await;
    page.says("value=\"11:01\"");
    page.says("value=\"heavy\"");
    page.says("“heavy”不是数字");
    page.is_silent_about("份入选");
}

#[tokio::test]
async fn an_unchanged_form_returns_to_its_result() {
    let visitor = Visitor::new();
    let fields = "A-1=11:01&A-2=24:02&min_x6=4&min_x8=4&order=default&limit=100";
    let sent = visitor.post_form("/search", fields).await;
    let id = sent.header("location").strip_prefix("/search/").unwrap().to_owned();
    let switched = visitor.post_form("/search/draft?lang=zh-CN", &format!("{fields}&from={id}")).await;
    assert_eq!(switched.header("location"), format!("/search/{id}?lang=zh-CN"));
}

#[tokio::test]
async fn cookie_and_browser_choose_the_language() {
    let visitor = Visitor::new();
    for (header, value, lang) in [
        ("accept-language", "zh-CN,zh;q=0.9", "zh-CN"),
        ("cookie", "lang=zh-CN", "zh-CN"),
        ("accept-language", "fr", "en"),
    ] {
        let page = visitor.send(get("/").header(header, value).body(Body::empty()).unwrap()).await;
        page.says(&format!("<html lang=\"{lang}\""));
    }
}

#[tokio::test]
async fn all_problems_come_back_at_once_beside_their_fields() {
    let visitor = Visitor::new();
    let page = visitor.post_form("/search", "A-1=99:99&B-2=%EF%BC%8115:02&weight_kg=-3&min_x8=4").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Not searched: 3 things have to be corrected.");
    page.says("allele_unknown");
    page.says("character_unexpected");
    page.says("number_out_of_range");
    page.says("value=\"99:99\"");
}

#[tokio::test]
async fn a_correction_can_be_accepted_without_script() {
    let visitor = Visitor::new();
    let page = visitor.search("A-1=11:01&A-2=%D0%90*24:02&min_x6=4&min_x8=4&fix=A-2%3DA*24:02").await;
    page.says("value=\"A*24:02\"");
}

#[tokio::test]
async fn a_pasted_line_replaces_all_loci_of_the_patient_before() {
    let visitor = Visitor::new();
    let page = visitor
        .search("paste=A*11:01,24:02&C-1=03:04&C-2=08:01&min_x6=4&min_x8=4&filter=not_computable")
        .await;
    page.is_silent_about("value=\"03:04\"");
    page.says("value=\"24:02\"");
}

#[tokio::test]
async fn an_empty_form_asks_for_a_typing() {
    let page = Visitor::new().post_form("/search", "min_x8=4").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("patient_typing_missing");
}

#[tokio::test]
async fn what_a_person_typed_is_never_markup() {
    let page = Visitor::new()
        .post_form("/search", "A-1=%3Cscript%3Ealert(1)%3C/script%3E&paste=%22%3E%3Cb%3E")
        .await;
    page.is_silent_about("<script>alert");
    page.is_silent_about("\"><b>");
}

#[tokio::test]
async fn a_search_that_is_no_longer_kept_says_so() {
    let page = Visitor::new().get("/search/00000000000000000000000000000000?lang=zh-CN").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    page.says("search_not_kept");
    page.says("重新输入分型");
}

#[tokio::test]
async fn nobody_listed_is_explained() {
    let unlike = "A*01:01+A*01:01^B*15:02+B*15:02^C*03:04+C*03:04^DRB1*11:01+DRB1*11:01";
    let fields = pasted(unlike).replace("min_x6=4&min_x8=4", "min_x6=&min_x8=8");
    let page = Visitor::new().search(&fields).await;
    page.says("No unit is listed");
    page.says("HLA matches below the floor");
}

#[tokio::test]
async fn the_typing_explorer_leads_from_an_antigen_to_its_alleles_and_on() {
    let visitor = Visitor::new();
    let start = visitor.get("/hla").await;
    start.says("What does a typing mean?");
    start.says("/hla?typing=B62");
    let page = visitor.get("/hla?typing=B62").await;
    page.says("an antigen");
    page.says("href=\"/hla?typing=B%2A15%3A01\"");
    visitor.get("/hla?typing=A%2A24%3A02&lang=zh-CN").await.says("等位基因名称");
    let wrong = visitor.get("/hla?typing=A%2A24%3A2").await;
    assert_eq!(wrong.status, StatusCode::OK, "a text that is no typing is an answer too");
    wrong.says("role=\"alert\"");
    wrong.says("href=\"/hla?typing=A%2A24%3A02\"");
    visitor.get("/hla?typing=%3Cscript%3E").await.is_silent_about("<script>");
}
