//! The workbench: what a coordinator does with a list beside reading it.

use super::*;

const FORM: &str = "min_x6=4&min_x8=4&limit=20&profile=default&order=default";

fn asked(more: &str) -> String {
    let patient = PATIENT.replace('+', "%2B").replace('^', "%5E");
    format!("paste={patient}&{FORM}&{more}")
}

/// The address that a search came to, without what was asked of it.
async fn searched(visitor: &Visitor, more: &str) -> String {
    let answer = visitor.post_form("/search", &asked(more)).await;
    answer.header("location").to_owned()
}

#[tokio::test]
async fn the_rank_of_a_unit_is_told_as_a_tree() {
    let visitor = Visitor::new();
    let address = searched(&visitor, "").await;
    let page = visitor.get(&format!("{address}?open=2")).await;
    page.says("Why rank 2");
    page.says("1 stands before it by this");
    page.says("Matches of 8");
    let first = visitor.get(&format!("{address}?open=1&lang=zh-CN")).await;
    first.says("无人因此排在其前");
    let beyond = visitor.get(&format!("{address}?open=99")).await;
    assert_eq!(beyond.status, StatusCode::OK);
    beyond.is_silent_about("class=\"drawer\"");
}

#[tokio::test]
async fn units_side_by_side_show_where_they_differ() {
    let visitor = Visitor::new();
    let address = searched(&visitor, "weight_kg=31").await;
    let (one, two) = (UNITS[0].0, UNITS[1].0);
    let page = visitor.get(&format!("{address}/compare?unit={one}&unit={two}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.says("11:02, 24:02");
    page.says("only=different");
    let differs = page.text.matches("class=\"differs\"").count();
    let rows = page.text.matches("<th scope=\"row\">").count();
    assert!(differs > 0 && differs < rows, "{differs} of {rows}");
    let short = visitor.get(&format!("{address}/compare?unit={one}&unit={two}&only=different")).await;
    assert_eq!(short.text.matches("<th scope=\"row\">").count(), differs);
    // Named twice is one.
    for wrong in [String::new(), format!("unit={one}"), format!("unit={one}&unit={one}")] {
        let refused = visitor.get(&format!("{address}/compare?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.says("compare_count");
    }
    let unknown = visitor.get(&format!("{address}/compare?unit={one}&unit=%3Cb%3E")).await;
    unknown.says("report_unit_not_listed");
    unknown.is_silent_about("<b>&quot;");
}

#[tokio::test]
async fn a_count_of_excluded_units_leads_to_them_and_can_be_relaxed() {
    let visitor = Visitor::new();
    let address = searched(&visitor, "").await;
    let page = visitor.get(&address).await;
    page.says("/excluded/");
    let far = visitor.get(&format!("{address}/excluded/class_not_computable")).await;
    assert_eq!(far.status, StatusCode::OK, "{}", far.text);
    let refused = visitor.get(&format!("{address}/excluded/nonsense")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("rule_unknown");
    let strict = searched(&visitor, "sex=F&rhd=-").await;
    let page = visitor.get(&strict).await;
    page.says("value=\"rhd=\"");
    // One correction takes away one filter.
    let relaxed = searched(&visitor, "sex=F&rhd=-&fix=rhd%3D").await;
    visitor.get(&relaxed).await.is_silent_about("value=\"rhd=\"");
}

#[tokio::test]
async fn two_units_are_proposed_with_both_floors() {
    let visitor = Visitor::new();
    let address = searched(&visitor, "weight_kg=31").await;
    let page = visitor.get(&format!("{address}/pairs")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.says("Σ TNC ×10⁷/kg ≥ 3.5");
    page.says("Politikos");
    page.says("class=\"trade trade-wide\"");
    page.says("Between the units");
    let chinese = visitor.get(&format!("{address}/pairs?lang=zh-CN")).await;
    chinese.says("双份组合");
}

#[tokio::test]
async fn criteria_are_kept_under_a_name_for_oneself_or_for_everybody() {
    let served = Arc::new(Served::new(false).await);
    let mine = served.account("S0001", &[Role::SearchCoordinator]).await;
    let other = served.account("S0002", &[Role::SearchCoordinator]).await;
    let saved = mine.post_form("/search/saved", &asked("saved=save&filter_name=For+adults&min_x10=8")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let shared =
        mine.post_form("/search/saved", &asked("saved=save&filter_name=Shared&filter_shared=on&rhd=-")).await;
    assert_eq!(shared.status, StatusCode::SEE_OTHER, "{}", shared.text);
    let page = mine.get("/search").await;
    page.says("For adults");
    page.says("Shared");
    let page = other.get("/search").await;
    page.is_silent_about("For adults");
    page.says("of S0001");
    let after = page.text.split("apply=").nth(1).unwrap();
    let number = after.split('"').next().unwrap().to_owned();
    let applied = other.post_form("/search/saved", &asked(&format!("saved=apply%3D{number}"))).await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER, "{}", applied.text);
    let page = other.get(applied.header("location")).await;
    page.says("name=\"rhd\" value=\"-\" checked");
    page.says("value=\"11:01\"");
    let foreign = other.post_form("/search/saved", &asked(&format!("saved=retire%3D{number}"))).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    foreign.says("search_filter_not_own");
    let gone = mine.post_form("/search/saved", &asked(&format!("saved=retire%3D{number}"))).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
    other.get("/search").await.is_silent_about("of S0001");
    let nameless = mine.post_form("/search/saved", &asked("saved=save&filter_name=+")).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    nameless.says("value=\"11:01\"");
}

#[tokio::test]
async fn a_program_asks_for_the_place_and_for_the_excluded() {
    let visitor = Visitor::new();
    let search = format!("\"search\":{{\"patient\":\"{PATIENT}\"}}");
    let place =
        visitor.post_json("/api/search/explain", &format!("{{{search},\"unit\":\"{}\"}}", UNITS[1].0)).await;
    assert_eq!(place.status, StatusCode::OK, "{}", place.text);
    let told: serde_json::Value = serde_json::from_str(&place.text).unwrap();
    assert_eq!(told["unit"]["rank"], 2);
    let ahead: u64 = told["rungs"].as_array().unwrap().iter().filter_map(|rung| rung["ahead"].as_u64()).sum();
    assert_eq!(ahead, 1, "{}", place.text);
    assert_eq!(told["elsewhere"].as_array().unwrap().len(), 4);
    let unknown = visitor.post_json("/api/search/explain", &format!("{{{search},\"unit\":\"U\"}}")).await;
    unknown.says("report_unit_not_listed");
    let rule = format!("{{{search},\"rule\":\"matches_below_floor\"}}");
    let kept = visitor.post_json("/api/search/excluded", &rule).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    let kept: serde_json::Value = serde_json::from_str(&kept.text).unwrap();
    let counted = visitor.post_json("/api/search", &format!("{{\"patient\":\"{PATIENT}\"}}")).await;
    let counted: serde_json::Value = serde_json::from_str(&counted.text).unwrap();
    let count =
        counted["excluded"].as_array().unwrap().iter().find(|one| one["rule"] == "matches_below_floor");
    let count = count.map_or(0, |one| one["count"].as_u64().unwrap());
    assert_eq!(kept["units"].as_array().unwrap().len() as u64, count);
}

#[tokio::test]
async fn a_pair_keeps_its_form_when_the_language_changes() {
    let visitor = Visitor::new();
    let form = visitor.get("/match").await;
    form.says("formaction=\"/match?lang=zh-CN\"");
    let half = visitor.post_form("/match?lang=zh-CN", "patient=A*11:01&unit=&registry=&population=").await;
    assert_eq!(half.status, StatusCode::OK, "{}", half.text);
    half.says("A*11:01");
    half.says("lang=\"zh-CN\"");
    let sent = visitor.post_form("/match", "patient=A*11:01&unit=").await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "a form that is sent is judged");
}

#[tokio::test]
async fn what_is_left_out_of_a_letter_is_said_where_it_was_pasted() {
    let visitor = Visitor::new();
    let letter = "{\"line\":\"Dear colleague,\\nA*11:01, 24:02\\nB*15:02, 40:01\"}";
    let answer = visitor.post_json("/api/typing/check", letter).await;
    answer.says("words_left_out");
    answer.says("Dear colleague");
    answer.says("15:02");
}
