//! From a request to its report: the centre asks, the coordinator searches, nobody else looks, nothing leaves without a case.

use qidai_bank::{
    Acting, BankType, Identity, Site, SiteKind, Status, Typing, UnitAt, UnitRecord, WriteContext,
};
use serde_json::{Value, json};

use super::*;

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[track_caller]
fn refused(answer: &Answer, code: &str) {
    assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.text);
    assert_eq!(body(answer)["code"], code, "{}", answer.text);
}

struct Scene {
    served: Arc<Served>,
    coordinator: Visitor,
    director: Visitor,
}

impl Scene {
    async fn begin() -> Scene {
        let served = Arc::new(Served::new(false).await);
        let desk = served.state.desk();
        let console = Principal::console("test");
        for code in ["tc1", "tc2"] {
            let (code, name) = (code.to_owned(), code.to_owned());
            let site = Site { code, name, kind: SiteKind::TransplantCentre, uscc: None, active: true };
            desk.store.put_site(&site, &desk.acting(&console)).await.unwrap();
        }
        let coordinator = served.account("C0001", &[Role::SearchCoordinator]).await;
        let director = served.account("M0001", &[Role::MedicalDirector]).await;
        Scene { served, coordinator, director }
    }

    /// Somebody of a centre, at its own site only.
    async fn nurse(&self, number: &str, site: &str) -> Visitor {
        let desk = self.served.state.desk();
        let console = Principal::console("test");
        let grants = [Grant::at(Role::TransplantCentre, site)];
        let (_, link) = desk.store.add_account(number, &grants, &desk.acting(&console)).await.unwrap();
        let now = Timestamp::now();
        let code = desk.keys.new_second_factor(&link).code(now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&code) };
        let signed_in = desk.store.use_link(&link, chosen, &desk.keys, now, desk.sources()).await.unwrap();
        Visitor { served: OnceCell::new_with(Some(Arc::clone(&self.served))), token: Some(signed_in.token) }
    }

    async fn add(&self, who: &Visitor, kind: &str, site: Option<&str>, fields: Value) -> Answer {
        let wanted = json!({ "site": site, "fields": fields }).to_string();
        who.post_json(&format!("/api/records/{kind}"), &wanted).await
    }

    async fn made(&self, kind: &str, site: Option<&str>, fields: Value) -> String {
        let answer = self.add(&self.coordinator, kind, site, fields).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{kind}: {}", answer.text);
        body(&answer)["number"].as_str().unwrap().to_owned()
    }

    async fn institution(&self, outside: Value) -> String {
        let mut fields =
            json!({ "name": "Centre", "kind": "transplant_centre", "transplant_qualified": "true" });
        let whole = fields.as_object_mut().unwrap();
        if outside.as_object().unwrap().is_empty() {
            whole.insert("uscc".to_owned(), "91350100M000100Y43".into());
        }
        whole.extend(outside.as_object().unwrap().clone());
        self.made("institution", None, fields).await
    }

    async fn patient(&self, centre: &str) -> String {
        let fields = json!({ "pseudonym": "TC-17", "centre": centre, "diagnosis_group": "acute_leukaemia",
            "urgency": "urgent", "weight_g": "26000" });
        let patient = self.made("patient", Some("tc1"), fields).await;
        self.typing(&patient, "patient", PATIENT).await;
        patient
    }

    async fn typing(&self, patient: &str, subject: &str, typing: &str) -> String {
        let fields = json!({ "patient": patient, "subject": subject, "typing": typing, "typed_on": "2026-01-05",
            "method": "ngs" });
        self.made("patient_typing", Some("tc1"), fields).await
    }

    async fn request(&self, patient: &str, requester: &str) -> String {
        let fields = json!({ "patient": patient, "requester": requester, "kind": "preliminary", "urgency": "urgent",
            "asked_on": "2026-01-05" });
        self.made("search_request", Some("tc1"), fields).await
    }

    async fn go(&self, who: &Visitor, number: &str, what: &str) -> Answer {
        let address = format!("/api/records/search_request/{number}/moves");
        let wanted = json!({ "move": what, "reason": "as the story goes" }).to_string();
        let request = Request::builder().method("POST").uri(address).header("host", "127.0.0.1:8787");
        let request = request.header("content-type", "application/json").header("if-match", "*");
        who.send(request.body(Body::from(wanted)).unwrap()).await
    }
}

#[tokio::test]
async fn a_request_goes_from_the_board_to_its_report() {
    let scene = Scene::begin().await;
    let centre = scene.institution(json!({})).await;
    let nurse = scene.nurse("N0001", "tc1").await;
    let patient = scene.patient(&centre).await;
    let request = scene.request(&patient, &centre).await;
    assert_eq!(scene.go(&nurse, &request, "submit").await.status, StatusCode::OK);
    let board = scene.coordinator.get("/requests?lang=en").await;
    board.says(&request);
    board.says("TC-17");
    board.says("was due 2026-01-07");
    scene.coordinator.get("/requests?urgency=routine").await.is_silent_about(&request);
    let searches = format!("/api/requests/{request}/searches");
    refused(&scene.coordinator.post_json(&searches, "").await, "search_not_due");
    assert_eq!(scene.go(&scene.coordinator, &request, "accept").await.status, StatusCode::OK);
    let run = scene.coordinator.post_json(&searches, "").await;
    assert_eq!(run.status, StatusCode::CREATED, "{}", run.text);
    let run = body(&run);
    assert_eq!((&run["search"], &run["best_x8"], &run["origin"]), (&1.into(), &8.into(), &"domestic".into()));
    refused(&nurse.get(&format!("{searches}/1")).await, "request_not_reported");
    refused(&scene.coordinator.get(&format!("/api/requests/{request}/report")).await, "request_not_reported");
    let seen = scene.coordinator.get(&format!("/requests/{request}/searches/1?lang=en")).await;
    seen.says("Z990119004217U");
    seen.says(run["digest"].as_str().unwrap());
    assert_eq!(scene.go(&scene.coordinator, &request, "report").await.status, StatusCode::OK);
    let told = body(&nurse.get(&format!("/api/requests/{request}/report")).await);
    assert_eq!(told["answer"]["units"][0]["din"], "Z990119004217U");
    assert_eq!(told["answer"]["receipt"]["digest"], run["digest"]);
    assert_eq!((&told["hgr_case"], &told["pseudonym"]), (&Value::Null, &"TC-17".into()));
    nurse.get(&format!("/requests/{request}/report")).await.says("Z990119004217U");
    let times = body(&scene.coordinator.get("/api/request-times").await);
    assert_eq!((&times["items"][0]["reported"], &times["items"][0]["with_6_of_6"]), (&1.into(), &1.into()));
    let wrong = scene.coordinator.get("/api/request-times?from=soon").await;
    refused(&wrong, "parameter_wrong");
    scene.coordinator.get("/board?lang=en").await.says("search.count");
    let rows = body(&scene.director.get("/api/figures/n2/rows").await);
    assert!(rows.to_string().contains(&request), "{rows}");
}

#[tokio::test]
async fn one_click_on_the_page_of_a_patient_searches() {
    let scene = Scene::begin().await;
    let centre = scene.institution(json!({})).await;
    let patient = scene.patient(&centre).await;
    scene
        .made(
            "patient_antibody",
            Some("tc1"),
            json!({ "patient": patient, "against": "A11", "mfi": "9000",
        "tested_on": "2026-01-05" }),
        )
        .await;
    let address = format!("/patients/{patient}");
    scene.coordinator.get(&format!("{address}?lang=en")).await.says("Search now");
    let clicked = scene.coordinator.post_form(&format!("{address}/search"), "").await;
    assert_eq!(clicked.status, StatusCode::SEE_OTHER, "{}", clicked.text);
    let answer = scene.coordinator.get(clicked.header("location")).await;
    // A11 is on the best unit: the antibody of the patient keeps it out.
    answer.is_silent_about("Z990119004217U");
    let again = scene.coordinator.post_form(&format!("{address}/search"), "").await;
    assert!(
        again.header("location").ends_with("/searches/2"),
        "the same request: {}",
        again.header("location")
    );
    let noted = scene
        .coordinator
        .post_form(&format!("{address}/notes"), "text=asked+for+the+mother%27s+typing")
        .await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    let empty = scene.coordinator.post_form(&format!("{address}/notes"), "text=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.says("record_field_missing");
    for lang in ["en", "zh-CN"] {
        let page = scene.coordinator.get(&format!("{address}?lang={lang}")).await;
        page.says("asked for the mother&#39;s typing");
        page.says("9,000");
        page.says("mfi-strong");
    }
    let auditor = scene.served.account("A0001", &[Role::Auditor]).await;
    auditor.get(&format!("{address}?lang=en")).await.is_silent_about("Search now");
    assert_eq!(auditor.post_form(&format!("{address}/search"), "").await.status, StatusCode::FORBIDDEN);
    let other = scene.nurse("N0002", "tc2").await;
    assert_eq!(other.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn typings_and_antibodies_are_read_before_they_are_written() {
    let scene = Scene::begin().await;
    let centre = scene.institution(json!({})).await;
    let patient = scene.patient(&centre).await;
    for (typing, said) in [("A*99:99", "A*99:99"), ("banana", "BANANA"), ("A*11:01+A*24:02+A*02:07", "")] {
        let fields = json!({ "patient": patient, "subject": "mother", "typing": typing, "typed_on": "2026-01-05",
            "method": "ngs" });
        let answer = scene.add(&scene.coordinator, "patient_typing", Some("tc1"), fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        answer.says("record_typing_unreadable");
        answer.says(said);
    }
    let fields = json!({ "patient": patient, "against": "Q7", "mfi": "10", "tested_on": "2026-01-05" });
    let answer = scene.add(&scene.coordinator, "patient_antibody", Some("tc1"), fields).await;
    answer.says("record_specificity_unreadable");
    let form = format!(
        "site=tc1&f-patient={patient}&f-subject=mother&f-typing=A*99:99&f-typed_on=2026-01-05&f-method=ngs"
    );
    let page = scene.coordinator.post_form("/records/patient_typing/new", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("record_typing_unreadable");
    page.says("A*99:99");
}

#[tokio::test]
async fn nothing_is_told_abroad_by_any_door() {
    let scene = Scene::begin().await;
    let abroad = scene.institution(json!({ "outside": "abroad", "country": "SG", "site": "tc1" })).await;
    let patient = scene.patient(&abroad).await;
    let request = scene.request(&patient, &abroad).await;
    for what in ["submit", "accept"] {
        assert_eq!(scene.go(&scene.coordinator, &request, what).await.status, StatusCode::OK);
    }
    let run = scene.coordinator.post_json(&format!("/api/requests/{request}/searches"), "").await;
    assert_eq!(body(&run)["origin"], "foreign");
    refused(&scene.go(&scene.coordinator, &request, "report").await, "hgr_case_missing");
    scene.coordinator.get(&format!("/requests/{request}/searches/1?lang=en")).await.says("no approved case");
    let give = json!({ "institution": abroad, "given": "listing" }).to_string();
    refused(&scene.coordinator.post_json("/api/hgr/releases", &give).await, "hgr_case_missing");
    let wrong = json!({ "institution": abroad, "given": "gossip" }).to_string();
    refused(&scene.coordinator.post_json("/api/hgr/releases", &wrong).await, "parameter_wrong");
    // Whoever signs in at a site of the institution searches for nothing either.
    let nurse = scene.nurse("N0001", "tc1").await;
    let search = json!({ "patient": PATIENT }).to_string();
    refused(&nurse.post_json("/api/search", &search).await, "hgr_case_missing");
    nurse.post_form("/search", &pasted(PATIENT)).await.says("hgr_case_missing");
    refused(
        &nurse
            .post_json(
                "/api/search/explain",
                &json!({ "search": { "patient": PATIENT }, "unit": "U" }).to_string(),
            )
            .await,
        "hgr_case_missing",
    );
    refused(
        &nurse
            .post_json(
                "/api/search/excluded",
                &json!({ "search": { "patient": PATIENT }, "rule": "sex" }).to_string(),
            )
            .await,
        "hgr_case_missing",
    );
    // A report is made for a receiver: abroad it needs a case, at home it names whom it is given to.
    let to = |receiver: &str| {
        json!({ "search": { "patient": PATIENT }, "format": "json", "to": receiver }).to_string()
    };
    refused(&scene.coordinator.post_json("/api/search/report", &to(&abroad)).await, "hgr_case_missing");
    refused(
        &scene.coordinator.post_json("/api/search/report", &to("INST-2020-0001")).await,
        "institution_unknown",
    );
    let home = scene.institution(json!({})).await;
    let report = body(&scene.coordinator.post_json("/api/search/report", &to(&home)).await);
    assert_eq!((&report["receiver"], &report["hgr_case"]), (&home.as_str().into(), &Value::Null));
    let asked = scene.coordinator.post_form("/search", &pasted(PATIENT)).await;
    let address = format!("{}/report/json?to={abroad}", asked.header("location"));
    scene.coordinator.get(&address).await.says("hgr_case_missing");
    let elsewhere = scene.nurse("N0002", "tc2").await;
    assert_eq!(elsewhere.post_json("/api/search", &search).await.status, StatusCode::OK);
    let page = scene.director.get(&format!("/records/institution/{abroad}?lang=en")).await;
    page.says("event-refused");
}

#[tokio::test]
async fn a_familys_units_are_seen_for_its_own_member_and_by_no_other_door() {
    let scene = Scene::begin().await;
    let centre = scene.institution(json!({})).await;
    let (patient, stranger) = (scene.patient(&centre).await, scene.patient(&centre).await);
    let clerk = scene.served.account("K0001", &[Role::Collection]).await;
    let mother = scene.add(&clerk, "person", None, json!({ "kind": "mother", "name": "王小花" })).await;
    let mother = body(&mother)["number"].as_str().unwrap().to_owned();
    let desk = scene.served.state.desk();
    let console = Principal::console_as("test", Role::Collection);
    let acting: Acting<'_> = desk.acting(&console).because("from the consent form");
    let din = Identity::din("G123424000001").unwrap();
    let mut unit =
        UnitRecord { status: Status::FamilyHeld, ..UnitRecord::new(din.clone(), BankType::Family) };
    unit.typings = vec![Typing::written("A*11:01+A*33:03^B*15:02+B*58:01^DRB1*11:01+DRB1*03:01")];
    let (ids, _) = desk.sources();
    let context = WriteContext::new(Timestamp::now(), qidai_bank::Actor::administrator("test"), ids);
    desk.store.add_units(&[unit], &context).await.unwrap();
    let at = UnitAt { identity: &din, expected_version: None };
    desk.store.amend_unit(at, &[("mother".to_owned(), mother.clone())], &acting).await.unwrap();

    let address = format!("/api/patients/{patient}/family");
    refused(&scene.coordinator.get(&address).await, "family_not_linked");
    let link = scene
        .made(
            "family_link",
            Some("tc1"),
            json!({ "patient": patient, "family": mother,
        "relation": "sibling", "evidence": "household register" }),
        )
        .await;
    let confirm = json!({ "move": "confirm", "reason": "papers compared" }).to_string();
    let request = Request::builder().method("POST").uri(format!("/api/records/family_link/{link}/moves"));
    let request = request.header("host", "127.0.0.1:8787").header("content-type", "application/json");
    let confirmed =
        scene.director.send(request.header("if-match", "*").body(Body::from(confirm)).unwrap()).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
    let members = body(&scene.coordinator.get(&address).await)["items"].clone();
    assert!(members[0]["number"].as_str().unwrap().starts_with("G123424000001"), "{members}");
    assert_eq!((&members[0]["haplotypes"], &members[0]["ruled_out_by"][2]), (&json!([0, 1]), &"A".into()));
    scene
        .coordinator
        .get(&format!("/patients/{patient}/family?lang=en"))
        .await
        .says("2 shared is ruled out by A");

    // By every other door the unit is not there.
    let nurse = scene.nurse("N0001", "tc1").await;
    assert_eq!(nurse.get(&address).await.status, StatusCode::FORBIDDEN);
    assert_eq!(nurse.get(&format!("/patients/{patient}/family")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(nurse.get(&format!("/api/records/family_link/{link}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(nurse.get("/units/din/G123424000001").await.status, StatusCode::FORBIDDEN);
    refused(&scene.coordinator.get(&format!("/api/patients/{stranger}/family")).await, "family_not_linked");
    let search = json!({ "patient": PATIENT, "min_x6": null, "min_x8": null, "allow_not_computable": true })
        .to_string();
    for visitor in [&nurse, &scene.coordinator] {
        let found = visitor.post_json("/api/search", &search).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.text);
        found.is_silent_about("G123424000001");
    }
    nurse.get(&format!("/patients/{patient}")).await.is_silent_about("G123424000001");
}
