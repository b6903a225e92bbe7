//! The pages of registers: one list, one form, one page of a record for every declared concept.

use qidai_bank::workflow;

use super::*;

const LICENCE: &str = "f-kind=laboratory&f-licence_number=JN-7&f-authority=%E5%8D%AB%E5%81%A5%E5%A7%94";

async fn bank() -> Arc<Served> {
    Arc::new(Served::new(false).await)
}

/// The address of a record that was just made.
#[track_caller]
fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

fn version_of(page: &Answer) -> String {
    page.text.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_register_has_its_list_and_its_form_in_both_languages() {
    let served = bank().await;
    let everyone = served.account("E0001", &Role::all().collect::<Vec<_>>()).await;
    let overview = everyone.get("/records?lang=en").await;
    for concept in workflow::concepts().iter().filter(|one| one.keeps == workflow::Keeps::Records) {
        overview.says(&format!("href=\"/records/{}\"", concept.code));
        for (lang, label) in [("zh-CN", concept.label.zh), ("en", concept.label.en)] {
            let list = everyone.get(&format!("/records/{}?lang={lang}", concept.code)).await;
            assert_eq!(list.status, StatusCode::OK);
            let label = label.to_lowercase().replace('\'', "&#39;");
            assert!(list.text.to_lowercase().contains(&label), "{label}");
            let form = everyone.get(&format!("/records/{}/new?lang={lang}", concept.code)).await;
            assert_eq!(form.text.matches("<h1").count(), 1);
            for field in concept.fields.iter().filter(|field| !field.is_computed) {
                // The answers of a health history are given button by button.
                let is_asked = (concept.code, field.code) == ("questionnaire", "answers");
                form.says(&if is_asked {
                    "name=\"q-hepatitis_b\"".to_owned()
                } else {
                    format!("for=\"f-{}\"", field.code)
                });
                form.says(&format!("id=\"f-{}\"", field.code));
            }
        }
    }
    assert_eq!(everyone.get("/records/unicorn").await.status, StatusCode::NOT_FOUND);
    let family = served.account("F0001", &[Role::Family]).await;
    family.get("/records").await.is_silent_about("/records/licence");
    assert_eq!(family.get("/records/licence").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_wrong_stands_under_each_field_and_the_typed_text_stays() {
    let served = bank().await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let fields = "f-licence_number=%3Cb%3E7&f-issued_on=2026-13-40&f-kind=castle";
    let refused = quality.post_form("/records/licence/new", fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("value=\"&#60;b&#62;7\"");
    refused.says("value=\"2026-13-40\"");
    refused.says("role=\"alert\"");
    refused.says("href=\"#f-issued_on\"");
    assert!(refused.text.matches("aria-invalid=\"true\"").count() >= 2, "{}", refused.text);
    quality.get("/records/licence").await.says("No records yet");

    let address = made(&quality.post_form("/records/licence/new", LICENCE).await);
    assert_eq!(address, format!("/records/licence/LIC-{}-0001", Timestamp::now().strftime("%Y")));
    let twin = quality.post_form("/records/licence/new", LICENCE).await;
    twin.says("record_not_unique");
}

#[tokio::test]
async fn quality_puts_a_licence_in_force_step_by_step() {
    let served = bank().await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let address = made(&quality.post_form("/records/licence/new", LICENCE).await);
    let page = quality.get(&address).await;
    // The next step is there, with what it still needs; no other button takes its place.
    page.says("document_missing");
    page.is_silent_about("class=\"button button-main\" type=\"submit\">Put in force");
    let early = quality
        .post_form(&format!("{address}/move"), "step=activate&version=1&f-valid_until=2031-05-01")
        .await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    early.says("value=\"2031-05-01\"");
    early.says("event-refused");

    let subject = address.strip_prefix("/records/").unwrap();
    let key = quality.form_key();
    let fields = [("form_key", key.as_str()), ("subject", subject), ("class", "certificate")];
    let sent = quality.upload("/documents", &fields, "c.pdf", b"%PDF-1.7\n%%EOF").await;
    assert_eq!(sent.header("location"), format!("{address}#documents"));
    let page = quality.get(&address).await;
    page.says("button-main");
    page.says("c.pdf");
    let version = version_of(&page);
    let moved = format!("step=activate&version={version}&f-valid_until=2031-05-01");
    assert_eq!(quality.post_form(&format!("{address}/move"), &moved).await.status, StatusCode::SEE_OTHER);
    let page = quality.get(&address).await;
    page.says("badge-open");
    page.says("2031-05-01");
    page.says("Put in force: the state is now &#34;In force&#34;");
    page.says("The licence has run out");

    // The same button again, from the page before: somebody was faster.
    let late = quality.post_form(&format!("{address}/move"), &moved).await;
    assert!(late.status.is_client_error(), "{}", late.status);
    late.says("record_changed_meanwhile");
    let amended = format!("version={version}&f-holder=x&f-kind=other");
    let late = quality.post_form(&format!("{address}/amend"), &amended).await;
    late.says("record_changed_meanwhile");
    late.says("value=\"x\"");
    let version = version_of(&quality.get(&format!("{address}/amend")).await);
    let without = quality
        .post_form(
            &format!("{address}/amend"),
            &format!("{LICENCE}&version={version}&f-valid_until=2031-06-01"),
        )
        .await;
    without.says("reason_missing");
    let with = format!("{LICENCE}&version={version}&f-valid_until=2031-06-01&reason=misread+the+paper");
    assert_eq!(made(&quality.post_form(&format!("{address}/amend"), &with).await), address);

    // An auditor reads all of it and is offered nothing.
    let auditor = served.account("A0001", &[Role::Auditor]).await;
    let page = auditor.get(&address).await;
    page.says("misread the paper");
    page.is_silent_about("button-main");
    page.is_silent_about("multipart/form-data");
}

#[tokio::test]
async fn a_nonconformance_is_closed_by_somebody_else_with_a_signature() {
    let served = bank().await;
    let reporter = served.account("T0001", &[Role::Technologist]).await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let reported = "f-title=Alarm&f-description=nobody+came&f-detected_on=2026-11-20&f-severity=major";
    let address = made(&reporter.post_form("/records/nonconformance/new", reported).await);
    let post = async |who: &Visitor, fields: &str| {
        let version = version_of(&who.get(&format!("{address}/amend")).await);
        who.post_form(&format!("{address}/move"), &format!("{fields}&version={version}")).await
    };
    made(&post(&quality, "step=assess&f-severity=major&f-cause=rota&f-due_on=2027-01-31").await);
    let moved =
        reporter.post_form(&format!("{address}/move"), "step=correct&f-action=second+telephone").await;
    made(&moved);
    let key = quality.form_key();
    let subject = address.strip_prefix("/records/").unwrap();
    let fields = [("form_key", key.as_str()), ("subject", subject), ("class", "report")];
    quality.upload("/documents", &fields, "evidence.txt", b"called twice, came twice").await;
    // What is missing is written first: the signature covers the record as it is.
    let page = quality.get(&address).await;
    page.says("Fill in &#34;Effectiveness&#34; first.");
    page.is_silent_about("name=\"password\"");
    let version = version_of(&quality.get(&format!("{address}/amend")).await);
    let whole = format!(
        "{reported}&f-cause=rota&f-due_on=2027-01-31&f-action=second+telephone&f-effectiveness=two+drills\
                         &reason=after+two+drills&version={version}"
    );
    made(&quality.post_form(&format!("{address}/amend"), &whole).await);
    let page = quality.get(&address).await;
    page.says("Sign as &#34;reviewed&#34;");
    let digest =
        page.text.split("name=\"digest\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sign = |digest: &str| format!("meaning=reviewed&digest={digest}&password=wrong");
    quality.post_form(&format!("{address}/sign"), &sign("00")).await.says("signed_record_changed");
    let asked = quality.post_form(&format!("{address}/sign"), &sign(&digest)).await;
    assert!(asked.header("location").starts_with("/certify?back="), "{}", asked.text);
    quality.get(asked.header("location")).await.says("bind me as my handwritten ones do");
    let wrong = quality.post_form("/certify", "back=https://evil.example/&password=wrong&code=000000").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("value=\"/records\"");
    let unsigned = post(&quality, "step=verify").await;
    unsigned.says("signature_missing");
}

#[tokio::test]
async fn personal_fields_are_sealed_until_they_are_opened_for_a_purpose() {
    let served = bank().await;
    let midwife = served.account("C0001", &[Role::Collection]).await;
    let fields = "f-kind=mother&f-name=%E7%8E%8B%E5%B0%8F%E8%8A%B3&f-document_kind=passport&f-document_number=E12345678";
    let address = made(&midwife.post_form("/records/person/new", fields).await);
    for path in [
        &address,
        &format!("{address}/amend"),
        &"/records/person".to_owned(),
        &"/records/person/csv".to_owned(),
    ] {
        let page = midwife.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.is_silent_about("王小芳");
        page.is_silent_about("E12345678");
    }
    midwife.get(&address).await.says("badge-held");
    midwife.post_form(&format!("{address}/open"), "purpose=nosiness").await.says("purpose_unknown");
    let wrong = midwife.post_form(&format!("{address}/open"), "purpose=claim_handling").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    wrong.is_silent_about("王小芳");
    let opened = midwife.post_form(&format!("{address}/open"), "purpose=collection_care").await;
    opened.says("王小芳");
    opened.says("opened: shown this once");
    midwife.get(&address).await.is_silent_about("王小芳");
}

#[tokio::test]
async fn a_list_is_filtered_ordered_paged_and_exported() {
    let served = bank().await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    for number in 0..52 {
        let kind = if number % 4 == 0 { "laboratory" } else { "other" };
        let fields = format!("f-kind={kind}&f-licence_number=%3D{number:03}&f-authority=A");
        made(&quality.post_form("/records/licence/new", &fields).await);
    }
    let rows = |page: &Answer| page.text.matches("class=\"row-link mono\"").count();
    let page = quality.get("/records/licence").await;
    assert_eq!(rows(&page), 50);
    page.says("52 records");
    let next = page.text.split("href=\"/records/licence?after=").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(rows(&quality.get(&format!("/records/licence?after={next}")).await), 2);
    assert_eq!(rows(&quality.get("/records/licence?f-kind=laboratory").await), 13);
    assert_eq!(rows(&quality.get("/records/licence?q=%3D01").await), 10);
    quality.get("/records/licence?q=nothing").await.says("No record fits");
    quality.get("/records/licence?state=active").await.says("No record fits");
    let up = quality.get("/records/licence?order=licence_number").await;
    let down = quality.get("/records/licence?order=-licence_number").await;
    up.says("aria-sort=\"ascending\"");
    assert!(up.text.contains("=000") && !down.text.contains("=000") && down.text.contains("=051"));
    // Words that mean nothing are left aside.
    assert_eq!(rows(&quality.get("/records/licence?order=;DROP&state=x&f-scope=%27&after=%27").await), 50);

    let csv = quality.get("/records/licence/csv?f-kind=laboratory").await;
    assert!(csv.header("content-disposition").contains("licence.csv"));
    assert_eq!(csv.text.lines().count(), 14);
    csv.says("number,state,site,kind,licence_number");
    csv.says(",'=000,");
    let (headers, xlsx) = quality.get_file("/records/licence/xlsx").await;
    assert!(headers["content-disposition"].to_str().unwrap().contains("licence.xlsx"));
    assert_eq!(qidai_exchange::recognise(&xlsx, "licence.xlsx").unwrap(), qidai_bank::MediaType::Xlsx);
}

#[tokio::test]
async fn a_program_makes_amends_and_moves_a_record() {
    let served = bank().await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    let send = async |method: &str, path: &str, version: Option<&str>, body: &str| {
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8787");
        let request = request.header("content-type", "application/json");
        let request =
            version.into_iter().fold(request, |request, version| request.header("if-match", version));
        quality.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let json = |answer: &Answer| serde_json::from_str::<serde_json::Value>(&answer.text).unwrap();
    let bare = send("POST", "/api/records/licence", None, r#"{"fields":{"licence_number":"JN-7"}}"#).await;
    assert_eq!(
        (bare.status, json(&bare)["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, "record_field_missing".into())
    );
    let fields: Vec<String> =
        json(&bare)["errors"].as_array().unwrap().iter().map(|one| one["field"].to_string()).collect();
    assert_eq!(fields, ["\"kind\"", "\"authority\""]);
    let whole = r#"{"fields":{"kind":"laboratory","licence_number":"JN-7","authority":"A"}}"#;
    let made = send("POST", "/api/records/licence", None, whole).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.header("etag"), "\"1\"");
    let address = made.header("location").to_owned();
    assert_eq!(
        json(&made)["moves"][0],
        serde_json::json!({"move": "activate", "to": "active",
        "obstacles": ["record_field_missing", "document_missing"]})
    );

    let change = r#"{"fields":{"holder":"bank","valid_until":"2031-05-01"}}"#;
    assert_eq!(send("PATCH", &address, None, change).await.status, StatusCode::PRECONDITION_REQUIRED);
    let amended = send("PATCH", &address, Some("\"1\""), change).await;
    assert_eq!((amended.status, amended.header("etag")), (StatusCode::OK, "\"2\""), "{}", amended.text);
    assert_eq!(json(&amended)["fields"]["holder"], "bank");
    let late = send("PATCH", &address, Some("\"1\""), r#"{"fields":{"holder":"other"}}"#).await;
    assert_eq!(
        (late.status, json(&late)["code"].clone()),
        (StatusCode::PRECONDITION_FAILED, "record_changed_meanwhile".into())
    );
    let moves = format!("{address}/moves");
    let blocked = send("POST", &moves, Some("\"2\""), r#"{"move":"activate"}"#).await;
    assert_eq!(json(&blocked)["code"], "document_missing");
    let ended = send("POST", &moves, Some("*"), r#"{"move":"end","reason":"entered by mistake"}"#).await;
    assert_eq!(
        (ended.status, json(&ended)["state"].clone()),
        (StatusCode::OK, "ended".into()),
        "{}",
        ended.text
    );

    let list = quality.get("/api/records/licence?state=ended&order=-changed").await;
    assert_eq!(json(&list)["items"][0]["number"], json(&made)["number"]);
    assert_eq!(quality.get("/api/records/licence?state=flying").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(quality.get("/api/records/licence?colour=red").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(quality.get("/api/records/unicorn").await.status, StatusCode::NOT_FOUND);
}
