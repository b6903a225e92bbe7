//! A bank with a centre, people who sign, and units on the shelf; the steps of the stories.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::workflow::{self, Concept};
use qidai_bank::{
    Acting, Actor, BankError, BankType, DocumentClass, Grant, IdSource, KeyRing, MasterKey, Meaning,
    MediaType, NewCredential, NewDocument, NewRecord, Principal, Proof, RandomSource, Record, RecordAt,
    RecordFilter, Role, SignIn, SignedIn, Signing, Site, SiteKind, Status, Store, TestOutcome, Token, UnitAt,
    UnitRecord, WriteContext,
};

use crate::support::{HLA, TestBank, din, public_unit};

pub(crate) struct Scene {
    pub(crate) store: Store,
    keys: KeyRing,
    pub(crate) ids: IdSource,
    pub(crate) random: RandomSource,
    pub(crate) now: Timestamp,
    /// Who takes units to their centres.
    pub(crate) escort: Vec<(&'static str, &'static str)>,
    signers: HashMap<&'static str, Signer>,
}

/// Somebody with an account, who can sign.
struct Signer {
    link: Token,
    signed_in: SignedIn,
}

const PASSWORD: &str = "four words do not belong";
const SITE: &str = "tc1";
/// A medical director, a quality manager, a reviewer, and two custodians.
const SIGNERS: [(&str, Role); 5] = [
    ("M0001", Role::MedicalDirector),
    ("Q0001", Role::Quality),
    ("R0001", Role::Reviewer),
    ("C0001", Role::StorageCustodian),
    ("C0002", Role::StorageCustodian),
];
/// Name, number, qualified?, contract until.
const CENTRES: [(&str, &str, &str, &str); 3] = [
    ("千佛山医院", "91350100M000100Y43", "true", "2027-12-31"),
    ("无移植资质医院", "", "false", "2027-12-31"),
    ("合同到期医院", "", "true", "2026-03-01"),
];

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn concept(code: &str) -> &'static Concept {
    workflow::concept(code).expect("a concept")
}

fn strings(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(code, value)| ((*code).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, BankError>) -> &'static str {
    let error = result.expect_err("it is refused");
    assert!(error.is_refusal(), "{error}");
    error.code()
}

pub(crate) fn somebody(role: Role) -> Principal {
    Principal::console_as(role.code(), role)
}

impl Scene {
    pub(crate) async fn begin(at: &TestBank) -> Self {
        let random = RandomSource::seeded(11);
        let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
        let store = Store::create_or_open(&at.address).await.expect("a new bank");
        let now = time("2026-03-02T01:00:00Z");
        let signers = HashMap::new();
        let (ids, escort) = (IdSource::counting("id"), vec![("escort", "own")]);
        let mut scene = Self { store, keys, ids, random, now, escort, signers };
        for (number, role) in SIGNERS {
            scene.signer(number, role).await;
        }
        scene.shelf().await;
        scene.centres().await;
        scene.patients().await;
        scene
    }

    /// Two public units, and a family's one.
    async fn shelf(&self) {
        let mut units: Vec<UnitRecord> = (1..4).map(public_unit).collect();
        for unit in &mut units {
            unit.status = Status::Available;
            unit.idm = Some(TestOutcome::Negative);
            unit.haemoglobinopathy = Some(TestOutcome::Negative);
            unit.attached_segments = Some(2);
        }
        (units[1].bank_type, units[1].status) = (BankType::Family, Status::FamilyHeld);
        self.store.add_units(&units, &self.context()).await.expect("added");
    }

    async fn centres(&mut self) {
        let site = Site {
            code: SITE.to_owned(),
            name: "千佛山医院".to_owned(),
            kind: SiteKind::CollectionHospital,
            uscc: None,
            active: true,
        };
        self.store.put_site(&site, &self.acting(&Principal::console("keeper"))).await.expect("a site");
        for (name, uscc, qualified, until) in CENTRES {
            let own = own_uscc(name, uscc);
            let fields = [
                ("name", name),
                ("kind", "transplant_centre"),
                ("uscc", own.as_str()),
                ("transplant_qualified", qualified),
                ("contract_number", "C-1"),
                ("contract_until", until),
            ];
            let coordinator = somebody(Role::SearchCoordinator);
            let new = NewRecord { concept: concept("institution"), site: None, fields: strings(&fields) };
            let made =
                self.store.create_record(&new, &self.keys, &self.acting(&coordinator)).await.expect(name);
            let made = self.attach(&made, DocumentClass::Contract, &coordinator).await;
            self.sign(&made, Meaning::Approved, "Q0001").await;
            self.go(&made, "approve", &[], &self.quality()).await.expect("approved");
        }
    }

    /// Typed patients of the centre: PAT-2026-0001 and PAT-2026-0002; a third of whom no typing is known.
    async fn patients(&self) {
        let coordinator = somebody(Role::SearchCoordinator);
        for pseudonym in ["P-77", "P-78", "P-79"] {
            let fields = [
                ("pseudonym", pseudonym),
                ("centre", "INST-2026-0001"),
                ("diagnosis_group", "acute_leukaemia"),
                ("urgency", "routine"),
            ];
            let patient = self.create("patient", &fields, &coordinator).await.expect("a patient");
            if pseudonym == "P-79" {
                continue;
            }
            let typing = [
                ("patient", patient.number.as_str()),
                ("subject", "patient"),
                ("typing", HLA),
                ("typed_on", "2026-02-01"),
                ("method", "ngs"),
            ];
            self.create("patient_typing", &typing, &coordinator).await.expect("typed");
        }
    }

    pub(crate) fn context(&self) -> WriteContext<'_> {
        WriteContext::new(self.now, Actor::administrator("test"), &self.ids)
    }

    pub(crate) fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, self.now, &self.ids, &self.random).because("as the story goes")
    }

    pub(crate) fn medical(&self) -> Principal {
        self.person("M0001")
    }

    pub(crate) fn quality(&self) -> Principal {
        self.person("Q0001")
    }

    pub(crate) fn person(&self, number: &str) -> Principal {
        self.signers[number].signed_in.session.principal.clone()
    }

    pub(crate) async fn create(
        &self,
        kind: &str,
        fields: &[(&str, &str)],
        who: &Principal,
    ) -> Result<Record, BankError> {
        let site = Some(SITE.to_owned());
        let new = NewRecord { concept: concept(kind), site, fields: strings(fields) };
        self.store.create_record(&new, &self.keys, &self.acting(who)).await
    }

    pub(crate) async fn go(
        &self,
        record: &Record,
        what: &str,
        fields: &[(&str, &str)],
        who: &Principal,
    ) -> Result<Record, BankError> {
        let at = RecordAt { concept: record.concept, number: &record.number, expected_version: None };
        self.store.move_record(at, what, &strings(fields), &self.keys, &self.acting(who)).await
    }

    /// The same, with what a program found out: the fields that nobody writes.
    pub(crate) async fn go_found(
        &self,
        record: &Record,
        what: (&str, &[(&str, &str)]),
        found: &[(&'static str, &str)],
        who: &Principal,
    ) -> Result<Record, BankError> {
        let at = RecordAt { concept: record.concept, number: &record.number, expected_version: None };
        let found = found.iter().map(|(code, value)| (*code, (*value).to_owned())).collect();
        let given = (&strings(what.1)[..], found);
        self.store.move_record_found(at, what.0, given, &self.keys, &self.acting(who)).await
    }

    pub(crate) async fn record(&self, kind: &str, number: &str) -> Record {
        self.store.record(concept(kind), number, &somebody(Role::Quality)).await.expect("read")
    }

    pub(crate) async fn state(&self, kind: &str, number: &str) -> &'static str {
        self.record(kind, number).await.state.code
    }

    pub(crate) async fn all(&self, kind: &str) -> Vec<Record> {
        let (filter, reader) = (RecordFilter::default(), somebody(Role::Quality));
        let page = self.store.record_page(concept(kind), &filter, (None, 50), &reader).await.expect("read");
        let mut all = Vec::new();
        for line in page {
            all.push(self.record(kind, &line.number).await);
        }
        all
    }

    pub(crate) async fn status(&self, unit: u32) -> Status {
        self.store.unit(&din(unit)).await.expect("read").expect("known").status
    }

    pub(crate) async fn unit_go(&self, unit: u32, what: &str, role: Role) -> Result<Record, BankError> {
        let who = match role {
            Role::Quality => self.quality(),
            role => somebody(role),
        };
        let at = UnitAt { identity: &din(unit), expected_version: None };
        self.store.move_unit(at, what, &[], &self.acting(&who)).await
    }

    pub(crate) async fn attach(&self, record: &Record, class: DocumentClass, who: &Principal) -> Record {
        let name = format!("{}.pdf", class.code());
        let document = NewDocument {
            subject: &record.subject(),
            class,
            file_name: &name,
            media_type: MediaType::Pdf,
            content: name.as_bytes(),
        };
        self.store.add_document(&document, &self.keys, &self.acting(who)).await.expect("added");
        self.record(record.concept.code, &record.number).await
    }

    pub(crate) async fn assert_whole(&self) {
        let mut found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        self.store.verify_people(Some(&self.keys), &mut found).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }

    /// Somebody changed a row past the program.
    pub(crate) async fn assert_found(&self, finding: &str) {
        let found = self.store.verify(&[], &self.random, &mut |_| {}).await.expect("verified");
        let codes: Vec<&str> = found.findings.iter().map(|one| one.code).collect();
        assert!(codes.contains(&finding), "{:?}", found.findings);
    }

    /// A figure of the day of the story, as it is known now.
    pub(crate) async fn figure(&self, number: &str) -> qidai_bank::FigureAnswer {
        let figures = self.store.figures(jiff::civil::date(2026, 3, 2), None).await.expect("computed");
        figures.answers.into_iter().find(|answer| answer.number == number).expect("a figure")
    }

    async fn signer(&mut self, number: &'static str, role: Role) {
        let console = Principal::console("keeper");
        let made = self.store.add_account(number, &[Grant::everywhere(role)], &self.acting(&console)).await;
        let (_, link) = made.expect("an account");
        let factor = self.keys.new_second_factor(&link).code(self.now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&factor) };
        let used = self.store.use_link(&link, chosen, &self.keys, self.now, (&self.ids, &self.random)).await;
        let signed_in = used.expect("signed in");
        self.now += SignedDuration::from_secs(60);
        let factor = self.keys.new_second_factor(&link).code(self.now);
        let proof = Proof { session: &signed_in.token, password: PASSWORD, code: Some(&factor) };
        let acting = self.acting(&signed_in.session.principal);
        self.store.certify_signer(proof, &self.keys, &acting).await.expect("certified");
        self.signers.insert(number, Signer { link, signed_in });
    }

    /// Signs in anew, and signs.
    pub(crate) async fn sign(&mut self, record: &Record, meaning: Meaning, number: &str) {
        self.now += SignedDuration::from_secs(60);
        let signer = &self.signers[number];
        let factor = self.keys.new_second_factor(&signer.link).code(self.now);
        let given = SignIn { staff_number: number, password: PASSWORD, code: Some(&factor), before: None };
        let signed_in = self.store.sign_in(given, &self.keys, self.now, (&self.ids, &self.random)).await;
        let signed_in = signed_in.expect("signed in");
        self.now += SignedDuration::from_secs(60);
        let factor = self.keys.new_second_factor(&signer.link).code(self.now);
        let proof = Proof { session: &signed_in.token, password: PASSWORD, code: Some(&factor) };
        let signing = Signing { record: &record.canonical(), meaning, site: record.site.as_deref() };
        let acting = self.acting(&signed_in.session.principal);
        self.store.sign(signing, proof, &self.keys, &acting).await.expect("signed");
    }
}

/// A code with its check character: given, or one of a series.
fn own_uscc(name: &str, given: &str) -> String {
    if !given.is_empty() {
        return given.to_owned();
    }
    const DIGITS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91350100M0001{:04}", name.chars().count() * 7);
    let mut weight = 1;
    let sum: usize = body.chars().fold(0, |sum, c| {
        let next = sum + DIGITS.find(c).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
        next
    });
    let check = DIGITS.chars().nth((31 - sum % 31) % 31).expect("a character");
    format!("{body}{check}")
}
