//! Stories of documents and notifications, each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use qidai_bank::{
    Acting, BankError, Document, DocumentClass, DocumentState, Finding, Grant, IdSource, KeyRing, Marked,
    MasterKey, MediaType, NewCredential, NewDocument, Permission, Person, PersonField, PersonKind, Principal,
    Purpose, RandomSource, Role, Site, SiteKind, Store, WriteContext,
};
use support::postgres::Server;
use support::tamper::Tamperer;
use support::{TestBank, public_unit};

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn all_stories_on_postgres() {
            let Some(server) = Server::start_or_skip().await else { return };
            $(eprintln!("on PostgreSQL: {}", stringify!($name));
            $name(&server.bank(stringify!($name)).await).await;)*
        }
    };
}

stories!(
    technologist_keeps_a_report_and_withdraws_it,
    changed_files_are_named,
    consent_of_a_mother_is_sealed_and_erased_with_her,
    quality_hears_of_an_emergency_and_its_owner_of_the_review,
    notifications_are_for_whom_they_are,
);

const UNIT: &str = "unit/din/G123424000001";

struct Scene {
    store: Store,
    keys: KeyRing,
    ids: IdSource,
    random: RandomSource,
    now: Timestamp,
}

impl Scene {
    async fn begin(at: &TestBank) -> Self {
        let random = RandomSource::seeded(23);
        let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
        let store = Store::create_or_open(&at.address).await.expect("a new bank");
        let now = "2026-11-24T01:00:00Z".parse().expect("a time");
        let scene = Self { store, keys, ids: IdSource::counting("id"), random, now };
        let console = Principal::console("keeper");
        let actor = console.may(Permission::SystemManage, None).expect("the console may");
        let context = WriteContext::new(scene.now, actor, &scene.ids);
        scene.store.add_units(&[public_unit(1)], &context).await.expect("a unit");
        let (code, name) = ("jinan".to_owned(), "济南".to_owned());
        let site = Site { code, name, kind: SiteKind::Bank, uscc: None, active: true };
        scene.store.put_site(&site, &scene.acting(&console)).await.expect("a site");
        scene
    }

    fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, self.now, &self.ids, &self.random)
    }

    async fn somebody(&self, staff_number: &str, grants: &[Grant]) -> Principal {
        let console = Principal::console("keeper");
        let made = self.store.add_account(staff_number, grants, &self.acting(&console)).await;
        let (_, link) = made.expect("an account");
        let code = self.keys.new_second_factor(&link).code(self.now);
        let chosen = NewCredential { password: "four words do not belong", code: Some(&code) };
        let sources = (&self.ids, &self.random);
        let signed_in = self.store.use_link(&link, chosen, &self.keys, self.now, sources).await;
        signed_in.expect("signed in").session.principal
    }

    async fn findings(&self) -> Vec<Finding> {
        let found = self.store.verify(&[], &self.random, &mut |_| {}).await;
        let mut found = found.expect("verified");
        self.store.verify_people(Some(&self.keys), &mut found).await.expect("verified");
        found.findings
    }

    async fn add(&self, new: &NewDocument<'_>, acting: &Acting<'_>) -> Result<Document, BankError> {
        self.store.add_document(new, &self.keys, acting).await
    }
}

fn report(content: &[u8]) -> NewDocument<'_> {
    NewDocument {
        subject: UNIT,
        class: DocumentClass::Report,
        file_name: "HLA 报告.pdf",
        media_type: MediaType::Pdf,
        content,
    }
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, BankError>) -> &'static str {
    let error = result.expect_err("it is refused");
    assert!(error.is_refusal(), "{error}");
    error.code()
}

async fn technologist_keeps_a_report_and_withdraws_it(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let technologist = scene.somebody("T0001", &[Grant::at(Role::Technologist, "jinan")]).await;
    let auditor = scene.somebody("A0001", &[Grant::everywhere(Role::Auditor)]).await;
    let family = scene.somebody("F0001", &[Grant::everywhere(Role::Family)]).await;
    let by_technologist = scene.acting(&technologist);
    let by_auditor = scene.acting(&auditor);

    let kept = scene.add(&report(b"%PDF-1.7 one"), &by_technologist).await.expect("kept");
    assert_eq!((kept.file_name.as_deref(), kept.size_bytes), (Some("HLA 报告.pdf"), 12));
    assert_eq!((kept.uploaded_by.as_str(), kept.state), ("staff:T0001", DocumentState::Current));
    assert_eq!(code(scene.add(&report(b"%PDF-1.7 one"), &by_technologist).await), "document_already_there");
    assert_eq!(code(scene.add(&report(b""), &by_technologist).await), "upload_empty");
    let elsewhere = NewDocument { subject: "unit/din/G123424000009", ..report(b"x") };
    assert_eq!(code(scene.add(&elsewhere, &by_technologist).await), "subject_unknown");
    for subject in ["", "unit", "unit/din", "credential/1", "unit/din/G123424000001/x", "unit/din/' OR 1=1"] {
        let nowhere = NewDocument { subject, ..report(b"x") };
        assert_eq!(code(scene.add(&nowhere, &by_technologist).await), "subject_unknown", "{subject}");
    }
    assert_eq!(code(scene.add(&report(b"two"), &by_auditor).await), "permission_missing");

    // Who may see the unit sees and opens its documents; a family does not.
    let listed = scene.store.documents(UNIT, &by_auditor).await.expect("listed");
    assert_eq!(listed, std::slice::from_ref(&kept));
    let opened = scene.store.open_document(&kept.id, &by_auditor).await.expect("opened");
    assert_eq!(
        (opened.content.as_slice(), opened.file_name.as_str()),
        (&b"%PDF-1.7 one"[..], "HLA 报告.pdf")
    );
    let by_family = scene.acting(&family);
    assert_eq!(code(scene.store.open_document(&kept.id, &by_family).await), "permission_missing");
    assert_eq!(code(scene.store.open_document("guess", &by_auditor).await), "document_unknown");

    assert_eq!(code(scene.store.withdraw_document(&kept.id, &by_technologist).await), "reason_missing");
    let because = by_technologist.because("report of another unit");
    let gone = scene.store.withdraw_document(&kept.id, &because).await.expect("withdrawn");
    assert_eq!(gone.state, DocumentState::Withdrawn);
    assert_eq!(code(scene.store.withdraw_document(&kept.id, &because).await), "document_withdrawn");
    scene.add(&report(b"%PDF-1.7 one"), &by_technologist).await.expect("the right one, later");
    let listed = scene.store.documents(UNIT, &by_auditor).await.expect("listed");
    assert_eq!(listed.iter().map(|one| one.state.code()).collect::<Vec<_>>(), ["current", "withdrawn"]);
    assert!(scene.findings().await.is_empty(), "{:?}", scene.findings().await);
}

async fn changed_files_are_named(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let technologist = scene.somebody("T0001", &[Grant::everywhere(Role::Technologist)]).await;
    let acting = scene.acting(&technologist);
    let kept = scene.add(&report(b"first"), &acting).await.expect("kept");
    let other = scene.add(&report(b"second"), &acting).await.expect("kept");
    let tamperer = Tamperer::of(at).await;
    let id = &kept.id;
    for (sql, expected) in [
        (
            format!(
                "UPDATE document_content SET content = (SELECT content FROM document_content WHERE document_id = '{}') \
                 WHERE document_id = '{id}'",
                other.id
            ),
            ("row_changed", id.as_str()),
        ),
        (format!("DELETE FROM document_content WHERE document_id = '{id}'"), ("row_removed", id.as_str())),
        (
            format!(
                "INSERT INTO document_content SELECT 'x', content FROM document_content WHERE document_id = '{id}'"
            ),
            ("row_inserted", "x"),
        ),
    ] {
        tamperer.keep("document_content").await;
        assert_eq!(tamperer.run(&sql).await.expect(&sql), 1);
        let found = scene.findings().await;
        let told: Vec<_> = found.iter().map(|f| (f.code, f.table.as_str(), f.row.as_str())).collect();
        assert_eq!(told, [(expected.0, "document_content", expected.1)]);
        if expected.0 != "row_inserted" {
            let opened = scene.store.open_document(id, &acting).await.expect_err("it is not the file");
            assert_eq!((opened.code(), opened.is_refusal()), ("secret_tampered", false));
        }
        tamperer.put_back("document_content").await;
        tamperer.forget().await;
    }
    tamperer
        .run(&format!("UPDATE document SET size_bytes = 9 WHERE document_id = '{id}'"))
        .await
        .expect("run");
    let found = scene.findings().await;
    assert_eq!((found.len(), found[0].code, found[0].table.as_str()), (1, "row_changed", "document"));
    tamperer.end().await;
}

async fn consent_of_a_mother_is_sealed_and_erased_with_her(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let midwife = scene.somebody("C0001", &[Grant::everywhere(Role::Collection)]).await;
    let quality = scene.somebody("Q0001", &[Grant::everywhere(Role::Quality)]).await;
    let claims = scene.somebody("L0001", &[Grant::everywhere(Role::Claims)]).await;
    let by_midwife = scene.acting(&midwife);
    let mother = Person::new(PersonKind::Mother).with(PersonField::Name, "王小芳");
    let id = scene.store.add_person(&mother, &scene.keys, &by_midwife).await.expect("entered");
    let subject = format!("person/{id}");
    let content = "%PDF-1.7 王小芳".as_bytes();
    let consent = NewDocument {
        subject: &subject,
        class: DocumentClass::Consent,
        file_name: "王小芳 知情同意书.pdf",
        media_type: MediaType::Pdf,
        content,
    };
    let kept = scene.add(&consent, &by_midwife).await.expect("kept");
    assert_eq!((kept.file_name.as_deref(), kept.is_sealed), (None, true));

    // Nothing of her stands in the database or in the history.
    let tamperer = Tamperer::of(at).await;
    let names = tamperer.texts("SELECT file_name FROM document").await;
    assert!(!names.is_empty() && !names.iter().flatten().any(|name| name.contains("小芳")), "{names:?}");
    tamperer.end().await;
    let events = scene.store.history_page(None, None, 1_000).await.expect("read");
    assert!(!events.is_empty() && !format!("{events:?}").contains("小芳"));

    assert_eq!(code(scene.store.open_document(&kept.id, &by_midwife).await), "document_sealed");
    let care = Purpose::CollectionCare;
    let opened =
        scene.store.open_sealed_document(&kept.id, care, &scene.keys, &by_midwife).await.expect("hers");
    assert_eq!((opened.file_name.as_str(), opened.content.as_slice()), ("王小芳 知情同意书.pdf", content));
    let by_claims = scene.acting(&claims);
    let curious = scene.store.open_sealed_document(&kept.id, care, &scene.keys, &by_claims).await;
    assert_eq!(code(curious), "purpose_not_yours");
    let by_quality = scene.acting(&quality);
    let log = scene.store.accesses(Some(&subject), None, 10, &by_quality).await.expect("read");
    let told: Vec<_> = log.iter().map(|line| (line.kind.as_str(), line.actor.as_str())).collect();
    assert_eq!(told, [("document_open_refused", "staff:L0001"), ("document_opened", "staff:C0001")]);

    let because = by_quality.because("she asked for it in writing");
    scene.store.erase_person(&id, &because).await.expect("erased");
    let gone = scene.store.open_sealed_document(&kept.id, care, &scene.keys, &by_midwife).await;
    assert_eq!(code(gone), "person_erased");
    assert!(scene.findings().await.is_empty(), "{:?}", scene.findings().await);
}

async fn quality_hears_of_an_emergency_and_its_owner_of_the_review(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let custodian = scene.somebody("K0001", &[Grant::everywhere(Role::StorageCustodian)]).await;
    let quality = scene.somebody("Q0001", &[Grant::everywhere(Role::Quality)]).await;
    let acting = scene.acting(&custodian).because("tank 3 fails, nobody answers");
    scene.store.take_role_in_emergency(Role::MedicalDirector, None, &acting).await.expect("taken");

    assert_eq!(scene.store.unread_notifications(&quality, scene.now).await.expect("read"), 1);
    let told = scene.store.notifications(&quality, None, 10).await.expect("read");
    let arguments: Vec<_> = told[0].arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(told[0].code, "emergency_taken");
    assert_eq!(arguments, [("who", "staff:K0001"), ("role", "medical_director")]);
    assert_eq!(scene.store.unread_notifications(&custodian, scene.now).await.expect("read"), 0);

    let emergency = scene.store.emergencies().await.expect("read").remove(0).id;
    let by_quality = scene.acting(&quality);
    scene.store.review_emergency(&emergency, "confirmed", &by_quality).await.expect("reviewed");
    let told = scene.store.notifications(&custodian, None, 10).await.expect("read");
    assert_eq!((told.len(), told[0].code.as_str()), (1, "emergency_reviewed"));
    assert_eq!(told[0].subject, format!("emergency/{emergency}"));
    assert!(scene.findings().await.is_empty());
}

async fn notifications_are_for_whom_they_are(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let console = Principal::console("keeper");
    let everywhere = scene.somebody("Q0001", &[Grant::everywhere(Role::Quality)]).await;
    let at_jinan = scene.somebody("Q0002", &[Grant::at(Role::Quality, "jinan")]).await;
    let custodian = scene.somebody("K0001", &[Grant::everywhere(Role::StorageCustodian)]).await;
    let acting = scene.acting(&custodian).because("tank 3 fails, nobody answers");
    for _ in 0..3 {
        scene.store.take_role_in_emergency(Role::Reviewer, None, &acting).await.expect("taken");
    }
    // What belongs to no site is not for who works at one.
    let unread =
        async |who: &Principal| scene.store.unread_notifications(who, scene.now).await.expect("read");
    assert_eq!((unread(&everywhere).await, unread(&at_jinan).await), (3, 0));

    let told = scene.store.notifications(&everywhere, None, 2).await.expect("read");
    let older = scene.store.notifications(&everywhere, Some(told[1].sequence), 2).await.expect("read");
    assert_eq!((told.len(), older.len()), (2, 1));
    let by_quality = scene.acting(&everywhere);
    let mark = async |which, acting: &Acting<'_>| scene.store.mark_notifications_read(which, acting).await;
    mark(Marked::One(&told[1].id), &by_quality).await.expect("marked");
    mark(Marked::One(&told[1].id), &by_quality).await.expect("marked again");
    assert_eq!(unread(&everywhere).await, 2);
    let by_other = scene.acting(&at_jinan);
    assert_eq!(code(mark(Marked::One(&told[0].id), &by_other).await), "notification_unknown");
    mark(Marked::UpTo(told[1].sequence), &by_quality).await.expect("marked");
    assert_eq!(unread(&everywhere).await, 1, "the newest came after the page");
    mark(Marked::UpTo(i64::MAX), &by_quality).await.expect("marked");
    assert_eq!(unread(&everywhere).await, 0);
    let all = scene.store.notifications(&everywhere, None, 10).await.expect("read");
    assert!(all.iter().all(|one| one.read_at.is_some()));
    assert_eq!(code(mark(Marked::UpTo(1), &scene.acting(&console)).await), "person_needed");
    assert!(scene.findings().await.is_empty());
}
