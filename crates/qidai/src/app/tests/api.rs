//! The JSON doors.

use serde_json::Value;

use super::*;

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[tokio::test]
async fn the_search_answers_with_units_exclusions_and_receipt() {
    let answer = Visitor::new()
        .post_json("/api/search", &format!(r#"{{"patient":"{PATIENT}","weight_kg":31}}"#))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let body = json(&answer);
    assert_eq!(body["units"][0]["din"], UNITS[0].0);
    assert_eq!(body["units"][0]["x8"], serde_json::json!({"best": 8, "worst": 8}));
    assert_eq!(body["units"][1]["x8"], serde_json::json!({"best": 7, "worst": 7}));
    assert_eq!(body["units"][1]["tnc_per_kg"], Value::Null, "not recorded is not zero");
    assert_eq!(body["receipt"]["generation"], 7);
    let listed = body["total_listed"].as_u64().unwrap();
    let excluded: u64 =
        body["excluded"].as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).sum();
    assert_eq!(listed + excluded, UNITS.len() as u64, "every unit is listed or counted under a rule");
}

#[tokio::test]
async fn a_refused_question_is_a_problem_with_a_code() {
    let visitor = Visitor::new();
    for (body, code) in [
        (r#"{"patient":"A*99:99+A*01:01"}"#, "patient_typing_refused"),
        (r#"{"patient":"A*11:01+A*24:02","order":"alphabet"}"#, "order_unknown"),
        (r#"{"patient":"A*11:01+A*24:02","min_tnc_per_kg_e7":2.5}"#, "weight_needed"),
        (r#"{"patient":"A*11:01+A*24:02","weight":31}"#, "json_unreadable"),
        ("{", "json_unreadable"),
    ] {
        let answer = visitor.post_json("/api/search", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{body}");
        let problem = json(&answer);
        assert_eq!(problem["code"], code, "{body}");
        assert!(
            !problem["detail"].as_str().unwrap().is_empty()
                && !problem["request"].as_str().unwrap().is_empty()
        );
    }
}

#[tokio::test]
async fn a_field_is_checked_with_place_code_and_correction() {
    let visitor = Visitor::new();
    let answer = visitor.post_json("/api/typing/check", r#"{"locus":"A","texts":["11:01","А*24:02"]}"#).await;
    let body = json(&answer);
    assert_eq!(body["gl"], Value::Null);
    assert_eq!(body["fields"], serde_json::json!([null, "bad"]));
    assert_eq!(body["said"][0]["code"], "character_unexpected");
    assert_eq!(body["said"][0]["fix"], serde_json::json!({"field": "A-2", "text": "A*24:02"}));
    answer.says("U+0410");
}

#[tokio::test]
async fn a_field_needs_no_locus_in_front() {
    let visitor = Visitor::new();
    for (locus, texts, gl) in [
        ("A", ["11:01", "A*24:02"], "A*11:01+A*24:02"),
        ("B", ["62", "B*40:01"], "B62+B*40:01"),
        ("DRB1", ["11", "DR12"], "DR11+DR12"),
        ("C", ["03:04", ""], "C*03:04+C*03:04"),
    ] {
        let question = serde_json::json!({"locus": locus, "texts": texts}).to_string();
        let answer = visitor.post_json("/api/typing/check", &question).await;
        assert_eq!(json(&answer)["gl"], gl, "{}", answer.text);
    }
}

#[tokio::test]
async fn positions_count_in_what_was_typed() {
    let answer =
        Visitor::new().post_json("/api/typing/check", r#"{"locus":"DRB1","texts":["11;01",""]}"#).await;
    answer.says("character 3");
}

#[tokio::test]
async fn a_typing_of_another_locus_is_swapped() {
    let answer =
        Visitor::new().post_json("/api/typing/check", r#"{"locus":"C","texts":["A*11:01",""]}"#).await;
    assert_eq!(json(&answer)["said"][0]["code"], "locus_swapped");
}

#[tokio::test]
async fn a_line_fills_the_fields() {
    let question = r#"{"line":"A*11:01,24:02 B*15:02,40:01 DRB1*11:01,12:02"}"#;
    let body = json(&Visitor::new().post_json("/api/typing/check", question).await);
    assert_eq!(body["loci"][0], serde_json::json!(["A", ["11:01", "24:02"]]));
    assert_eq!(body["loci"][2], serde_json::json!(["C", ["", ""]]), "what the line lacks is emptied");
    assert_eq!(body["said"][0]["sentence"], "3 loci filled from the pasted text");
}

#[tokio::test]
async fn health_names_version_generation_and_release() {
    let body = json(&Visitor::new().get("/healthz").await);
    assert_eq!(
        (&body["status"], &body["generation"], &body["release"]),
        (&"ok".into(), &7.into(), &"starter".into())
    );
}

#[tokio::test]
async fn a_typing_is_explained_with_the_keys_of_the_door_and_more() {
    let visitor = Visitor::new();
    let body = json(&visitor.get("/api/hla/explain?typing=A*24:02").await);
    assert_eq!(body["category"], "allele");
    assert_eq!(body["antigens"][0], serde_json::json!({"name": "A24", "confidence": "unambiguous"}));
    assert_eq!((&body["release"], &body["error"]), (&Value::from("starter"), &Value::Null));
    let wrong = json(&visitor.get("/api/hla/explain?typing=A*24:2").await);
    assert_eq!(wrong["error"]["fix"], "A*24:02");
    let missing = visitor.get("/api/hla/explain").await;
    assert!(missing.status.is_client_error(), "{}", missing.text);
}
