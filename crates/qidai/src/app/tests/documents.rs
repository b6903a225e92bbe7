//! Documents and notifications as a browser and a program meet them.

use std::io::Write as _;

use qidai_bank::{BankType, IdSource, Identity, PersonField, PersonKind, UnitRecord, WriteContext};

use super::*;

const UNIT: &str = "unit/din/Z990119004217";
const UPLOADS: &str = include_str!("../../../tests/cases/uploads.tsv");
/// A limit that a test reaches.
const MB_MAX: usize = 1;

async fn bank() -> Arc<Served> {
    let store = Store::in_memory().await.unwrap();
    let key = MasterKey::new(&RandomSource::seeded(1)).unwrap();
    let desk = Desk::new(store, KeyRing::new(key, Vec::new())).await.unwrap().keeping_files_of(MB_MAX);
    let state = AppState::new(Arc::new(catalogue()), Lang::En, desk, Budgets::default());
    let served = Arc::new(Served { routes: app(state.clone()), state });
    let unit = UnitRecord::new(Identity::din("Z990119004217").unwrap(), BankType::Public);
    let (ids, console) = (IdSource::counting("test"), Principal::console("test"));
    let actor = console.may(qidai_bank::Permission::SystemManage, None).unwrap();
    let context = WriteContext::new(Timestamp::now(), actor, &ids);
    served.state.desk().store.add_units(&[unit], &context).await.unwrap();
    served
}

impl Visitor {
    /// Sends a form with a file.
    pub(super) async fn upload(
        &self,
        address: &str,
        fields: &[(&str, &str)],
        name: &str,
        content: &[u8],
    ) -> Answer {
        self.upload_raw(address, &multipart(fields, name, content)).await
    }

    async fn upload_raw(&self, address: &str, body: &[u8]) -> Answer {
        let request =
            post(address).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.send(request.body(Body::from(body.to_vec())).unwrap()).await
    }

    async fn keep(&self, name: &str, content: &[u8]) -> Answer {
        let key = self.form_key();
        let fields = [("form_key", key.as_str()), ("subject", UNIT), ("class", "report")];
        self.upload("/api/documents", &fields, name, content).await
    }
}

const BOUNDARY: &str = "qidaitest";

fn multipart(fields: &[(&str, &str)], name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, text) in fields {
        write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n")
            .unwrap();
    }
    // As browsers do (HTML standard, multipart/form-data encoding): quotes and line ends as percent signs.
    let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n")
        .unwrap();
    write!(body, "Content-Type: application/octet-stream\r\n\r\n").unwrap();
    body.extend(content);
    write!(body, "\r\n--{BOUNDARY}--\r\n").unwrap();
    body
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn workbook(more: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: [(&str, &[u8]); 2] =
        [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")];
    archive(&[&parts, more].concat())
}

fn letter(more: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: [(&str, &[u8]); 2] =
        [("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<document/>")];
    archive(&[&parts, more].concat())
}

fn pdf(object: &str) -> Vec<u8> {
    format!("%PDF-1.7\n1 0 obj <</Type /Catalog {object}>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n")
        .into_bytes()
}

fn png(width: u32, comment: &str) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat();
    let head = [&width.to_be_bytes()[..], &width.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let parts = [
        chunk(b"IHDR", &head),
        chunk(b"tEXt", comment.as_bytes()),
        chunk(b"IDAT", &[1, 2, 3]),
        chunk(b"IEND", &[]),
    ];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

fn jpeg(side: u16) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let frame = [0xff, 0xc0, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0];
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];
    [&[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1][..], &frame, &scan, &[0xff, 0xd9]].concat()
}

/// One part of a file of the table.
fn part(recipe: &str) -> Vec<u8> {
    if let Some(text) = recipe.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return text.replace("\\n", "\n").into_bytes();
    }
    if let Some(digits) = recipe.strip_prefix("hex:") {
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        return (0..digits.len()).step_by(2).map(byte).collect();
    }
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    match recipe {
        "" => Vec::new(),
        "pdf" => pdf(""),
        "pdf-script" => pdf("/OpenAction <</S /JavaScript /JS (app.alert(1))>>"),
        "pdf-script-escaped" => pdf("/OpenAction <</S /J#61vaScript /JS (app.alert(1))>>"),
        "pdf-launch" => pdf("/OpenAction <</S /Launch /F (cmd.exe)>>"),
        "png" => png(8, "Comment\0by us"),
        "png-cut" => cut(png(8, "Comment\0by us")),
        "png-comment" => png(8, "Comment\0<script>alert(1)</script>"),
        "png-huge" => png(50_000, ""),
        "jpeg" => jpeg(8),
        "jpeg-cut" => cut(jpeg(8)),
        "jpeg-huge" => jpeg(65_000),
        "zip" => archive(&[("a.txt", b"a")]),
        "xlsx" => workbook(&[]),
        "xlsx-cut" => cut(workbook(&[])),
        "xlsx-macro" => workbook(&[("xl/vbaProject.bin", b"x")]),
        "xlsx-bomb" => workbook(&[("xl/worksheets/sheet1.xml", &vec![b' '; 64 << 20])]),
        "docx" => letter(&[]),
        "docx-object" => letter(&[("word/embeddings/oleObject1.bin", b"x")]),
        "docx-template" => {
            letter(&[("word/_rels/settings.xml.rels", b"<Relationship Type='attachedTemplate'/>")])
        }
        "zeros-2mb" => vec![b'0'; 2 << 20],
        other => panic!("no recipe {other}"),
    }
}

/// `\u{202e}` as the character; `\\` as one.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (digits, rest) = part.split_once('}').unwrap();
        plain.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain.replace("\\\\", "\\")
}

#[tokio::test]
async fn what_is_uploaded_is_kept_or_refused_as_the_table_says() {
    let served = bank().await;
    let technologist = served.account("T0001", &[Role::Technologist]).await;
    let rows = UPLOADS.lines().filter(|line| !line.starts_with('#')).skip(1);
    for (at, row) in rows.enumerate() {
        let [name, bytes, expected, kept_as, source] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("five columns: {row}");
        };
        assert!(!source.is_empty(), "{row}");
        let content: Vec<u8> = bytes.split(" + ").flat_map(part).collect();
        let answer = technologist.keep(&unescaped(name), &content).await;
        let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        if kept_as.is_empty() {
            assert!(answer.status.is_client_error(), "{row}: {}", answer.text);
            assert_eq!(json["code"], expected, "{row}: {}", answer.text);
            continue;
        }
        let id = if json["code"] == "document_already_there" {
            let list = technologist.get(&format!("/api/documents?subject={UNIT}")).await;
            let list: serde_json::Value = serde_json::from_str(&list.text).unwrap();
            let sizes = list["items"].as_array().unwrap().iter();
            let same = sizes.clone().find(|one| one["size_bytes"] == content.len()).unwrap();
            // The same bytes under another name: withdraw the first, and try again.
            let address = format!("/documents/{}/withdraw", same["id"].as_str().unwrap());
            technologist.post_form(&address, "reason=the+next+row+of+the+table").await;
            let again = technologist.keep(&unescaped(name), &content).await;
            let json: serde_json::Value = serde_json::from_str(&again.text).unwrap();
            assert_eq!(
                (&json["media_type"], &json["file_name"]),
                (&expected.into(), &kept_as.into()),
                "row {at}: {row}"
            );
            json["id"].clone()
        } else {
            assert_eq!(answer.status, StatusCode::CREATED, "{row}: {}", answer.text);
            assert_eq!(
                (&json["media_type"], &json["file_name"]),
                (&expected.into(), &kept_as.into()),
                "{row}"
            );
            json["id"].clone()
        };
        for part in ["file", "view"] {
            let file = technologist.get_file(&format!("/documents/{}/{part}", id.as_str().unwrap())).await;
            assert_eq!(file.1, content, "{row}");
            assert_locked(&file.0, part, expected);
        }
    }
}

/// A file is only a file, whatever it contains.
fn assert_locked(headers: &HeaderMap, part: &str, media_type: &str) {
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), media_type);
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(header("cache-control"), "no-store");
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
    let is_shown = part == "view" && (media_type.starts_with("image/") || media_type == "application/pdf");
    assert_eq!(policy.contains("sandbox"), !(is_shown && media_type == "application/pdf"));
    let disposition = header("content-disposition");
    assert!(disposition.starts_with(if is_shown { "inline; " } else { "attachment; " }), "{disposition}");
    assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
}

impl Visitor {
    /// An answer that need not be text.
    pub(super) async fn get_file(&self, address: &str) -> (HeaderMap, Vec<u8>) {
        let mut request = get(address).body(Body::empty()).unwrap();
        let here = Client { address: Some(Ipv4Addr::LOCALHOST.into()), ..Client::default() };
        request.extensions_mut().insert(here);
        let cookie = format!("qidai={}", self.token.as_ref().unwrap().reveal());
        request.headers_mut().append("cookie", cookie.parse().unwrap());
        let response = self.served().await.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }
}

#[tokio::test]
async fn technologist_adds_a_report_on_the_page_of_a_unit() {
    let served = bank().await;
    let technologist = served.account("T0001", &[Role::Technologist]).await;
    let page = technologist.get("/units/din/Z990119004217").await;
    page.says("No documents yet.");
    page.says("enctype=\"multipart/form-data\"");
    let key = technologist.form_key();
    let fields = [("form_key", key.as_str()), ("subject", UNIT), ("class", "report")];
    let sent = technologist.upload("/documents", &fields, "<b>报告</b>.pdf", &pdf("")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(sent.header("location"), "/units/din/Z990119004217#documents");
    let page = technologist.get("/units/din/Z990119004217").await;
    page.says("1 document<");
    page.says("b_.pdf");
    page.is_silent_about("<b>报告");

    // What is refused is said beside the form, and the choice stays.
    let refused = technologist.upload("/documents", &fields, "a.exe", b"MZ\x90\0").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("upload_type_unknown");
    refused.says("aria-invalid=\"true\"");
    refused.says("value=\"report\" selected");
    let none = technologist.upload("/documents", &fields, "", b"").await;
    none.says("upload_missing");

    let address = page.text.split("href=\"/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = technologist.get(&format!("/documents/{address}")).await;
    one.says("SHA-256");
    one.says("View in a new window");
    let short = technologist.post_form(&format!("/documents/{address}/withdraw"), "reason=no").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    short.says("reason_missing");
    short.says(">no</textarea>");
    let gone =
        technologist.post_form(&format!("/documents/{address}/withdraw"), "reason=of+another+unit").await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    technologist.get("/units/din/Z990119004217").await.says("file-withdrawn");

    // An auditor sees it and adds nothing; a family is shown nothing.
    let auditor = served.account("A0001", &[Role::Auditor]).await;
    let page = auditor.get("/units/din/Z990119004217").await;
    page.says("file-withdrawn");
    page.is_silent_about("multipart/form-data");
    let family = served.account("F0001", &[Role::Family]).await;
    for part in ["", "/file", "/view"] {
        let answer = family.get(&format!("/documents/{address}{part}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{part}");
    }
    assert_eq!(family.get("/documents?subject=unit/din/Z990119004217").await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.get("/documents/guessed").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn text_is_shown_as_text() {
    let served = bank().await;
    let technologist = served.account("T0001", &[Role::Technologist]).await;
    let kept = technologist.keep("a.txt", "x <script>alert(1)</script> 脐带".as_bytes()).await;
    let json: serde_json::Value = serde_json::from_str(&kept.text).unwrap();
    let page = technologist.get(&format!("/documents/{}", json["id"].as_str().unwrap())).await;
    page.says("x &#60;script&#62;alert(1)&#60;/script&#62; 脐带");
}

#[tokio::test]
async fn a_form_with_a_file_needs_the_key_of_its_session() {
    let served = bank().await;
    let technologist = served.account("T0001", &[Role::Technologist]).await;
    let other = served.account("T0002", &[Role::Technologist]).await;
    for key in ["", "guess", &other.form_key()] {
        for address in ["/documents", "/api/documents"] {
            let fields = [("form_key", key), ("subject", UNIT), ("class", "report")];
            let answer = technologist.upload(address, &fields, "a.pdf", &pdf("")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            answer.says("form_key_wrong");
        }
    }
    for body in [
        "",
        "--qidaitest",
        "--qidaitest\r\n\r\n",
        "--qidaitest--\r\n",
        "--qidaitest\r\nContent-Disposition: form-data",
    ] {
        let answer = technologist.upload_raw("/documents", body.as_bytes()).await;
        assert!(answer.status.is_client_error(), "{body:?}: {}", answer.status);
    }
    // Who is not signed in is not read beyond what any form needs.
    let answer = served.stranger().upload("/documents", &[], "a.txt", &vec![b'0'; (1 << 20) + 10]).await;
    answer.says("body_too_large");
    let list = technologist.get(&format!("/api/documents?subject={UNIT}")).await;
    assert_eq!(list.text, "{\"items\":[],\"next\":null}");
}

#[tokio::test]
async fn midwife_opens_a_consent_for_a_purpose() {
    let served = bank().await;
    let midwife = served.account("C0001", &[Role::Collection]).await;
    let desk = served.state.desk();
    let principal = desk.store.account("C0001").await.unwrap().unwrap();
    let principal = desk.store.principal(&principal.id, Timestamp::now()).await.unwrap().unwrap();
    let mother = qidai_bank::Person::new(PersonKind::Mother).with(PersonField::Name, "王小芳");
    let id = desk.store.add_person(&mother, &desk.keys, &desk.acting(&principal)).await.unwrap();
    let (key, subject) = (midwife.form_key(), format!("person/{id}"));
    let fields = [("form_key", key.as_str()), ("subject", subject.as_str()), ("class", "consent")];
    let sent = midwife.upload("/documents", &fields, "王小芳.pdf", &pdf("")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = midwife.get(sent.header("location")).await;
    page.says("(sealed document)");
    page.is_silent_about("小芳");
    let address = page.text.split("href=\"/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    midwife.get(&format!("/documents/{address}")).await.says("value=\"collection_care\"");
    midwife.get(&format!("/documents/{address}/file")).await.says("document_sealed");
    midwife
        .post_form(&format!("/documents/{address}/file"), "purpose=curiosity")
        .await
        .says("purpose_unknown");
    let wrong = midwife.post_form(&format!("/documents/{address}/file"), "purpose=claim_handling").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    wrong.says("purpose_not_yours");
    let file = midwife.post_form(&format!("/documents/{address}/file"), "purpose=collection_care").await;
    assert!(file.header("content-disposition").starts_with("attachment; "));
    assert!(file.text.starts_with("%PDF-1.7"));
    let by_program = midwife
        .post_json(&format!("/api/documents/{address}/content"), "{\"purpose\":\"collection_care\"}")
        .await;
    assert_eq!(by_program.text, file.text);
    let console = served.account("Q0001", &[Role::Quality]).await;
    drop(console);
    let quality = desk.store.account("Q0001").await.unwrap().unwrap();
    let quality = desk.store.principal(&quality.id, Timestamp::now()).await.unwrap().unwrap();
    let log = desk.store.accesses(Some(&subject), None, 10, &desk.acting(&quality)).await.unwrap();
    let kinds: Vec<&str> = log.iter().map(|line| line.kind.as_str()).collect();
    assert_eq!(kinds, ["document_opened", "document_opened", "document_open_refused"]);
}

#[tokio::test]
async fn quality_reads_of_an_emergency_in_both_languages() {
    let served = bank().await;
    let custodian = served.account("K0001", &[Role::StorageCustodian]).await;
    let quality = served.account("Q0001", &[Role::Quality]).await;
    quality.get("/notifications").await.says("No notifications");
    custodian.post_form("/emergency", "role=medical_director&reason=tank+3+fails+now").await;
    let page = quality.get("/notifications").await;
    page.says("K0001 took the role medical director in an emergency");
    page.says("class=\"bell-count\" aria-hidden=\"true\">1<");
    page.says("href=\"/admin/emergencies\"");
    quality.get("/notifications?lang=zh-CN").await.says("K0001 紧急取得角色“医学主任”");
    let id = page
        .text
        .split("name=\"notification\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let foreign = custodian.post_form("/notifications", &format!("notification={id}")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(
        quality.post_form("/notifications", &format!("notification={id}")).await.status,
        StatusCode::SEE_OTHER
    );
    let page = quality.get("/notifications").await;
    page.is_silent_about("bell-count");
    page.says("notice-read");
    custodian.get("/notifications").await.says("No notifications");
}
