//! Stories of people: signing in, roles, sealed data, signatures; each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, BankError, CanonicalRecord, Coverage, Grant, IdSource, KeyRing, MasterKey, Meaning,
    NewCredential, Permission, Person, PersonField, PersonKind, Principal, Proof, Purpose, RandomSource,
    Role, SignIn, SignedIn, Signing, Site, SiteKind, Store, Token,
};
use support::TestBank;
use support::postgres::Server;

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
    anonymous_sees_nothing,
    administrator_invites_a_coordinator,
    nobody_changes_their_own_rights,
    guesser_is_locked_out,
    thief_reuses_a_code,
    owner_changes_the_password,
    thief_has_yesterdays_session,
    forged_credential_signs_nobody_in,
    twenty_sign_in_at_once,
    twenty_use_one_code_at_once,
    coordinator_cannot_erase,
    mother_is_found_opened_and_erased,
    clerk_of_another_site_opens_nobody,
    keeper_rotates_the_master_key,
    row_moved_to_another_person_does_not_open,
    access_log_shows_a_change,
    reviewer_signs_and_the_record_changes,
    custodian_breaks_the_glass,
    analyser_does_what_its_token_says,
    limits_are_shared,
    staff_name_stands_under_a_signature,
);

const PASSWORD: &str = "four words do not belong";

/// A bank with its keys, and a clock that the story moves.
struct Scene {
    store: Store,
    keys: KeyRing,
    ids: IdSource,
    random: RandomSource,
    now: Timestamp,
}

/// Somebody who has signed in once.
struct Somebody {
    staff_number: String,
    link: Token,
    signed_in: SignedIn,
}

impl Scene {
    async fn begin(at: &TestBank) -> Self {
        let random = RandomSource::seeded(11);
        let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
        let store = Store::create_or_open(&at.address).await.expect("a new bank");
        let now = "2026-03-02T01:00:00Z".parse().expect("a time");
        Self { store, keys, ids: IdSource::counting("id"), random, now }
    }

    fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, self.now, &self.ids, &self.random)
    }

    /// Nothing was changed behind the back of the program, in any table.
    async fn assert_whole(&self) {
        let found = self.store.verify(&[], &self.random, &mut |_| {}).await;
        let mut found = found.expect("verified");
        self.store.verify_people(Some(&self.keys), &mut found).await.expect("verified");
        assert!(found.is_whole(), "{:?}", found.findings);
    }

    fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// An account with its first sign-in behind it.
    async fn somebody(&self, staff_number: &str, grants: &[Grant]) -> Somebody {
        let console = Principal::console("keeper");
        let made = self.store.add_account(staff_number, grants, &self.acting(&console)).await;
        let (_, link) = made.expect("an account");
        let code = self.keys.new_second_factor(&link).code(self.now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&code) };
        let signed_in =
            self.store.use_link(&link, chosen, &self.keys, self.now, (&self.ids, &self.random)).await;
        Somebody { staff_number: staff_number.to_owned(), link, signed_in: signed_in.expect("signed in") }
    }

    fn code_of(&self, somebody: &Somebody) -> String {
        self.keys.new_second_factor(&somebody.link).code(self.now)
    }

    async fn sign_in(&self, staff_number: &str, password: &str, code: &str) -> Result<SignedIn, BankError> {
        let given = SignIn { staff_number, password, code: Some(code), before: None };
        self.store.sign_in(given, &self.keys, self.now, (&self.ids, &self.random)).await
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, BankError>) -> &'static str {
    let error = result.expect_err("it is refused");
    assert!(error.is_refusal(), "{error}");
    error.code()
}

fn mother() -> Person {
    Person::new(PersonKind::Mother)
        .with(PersonField::Name, "王 小芳")
        .with(PersonField::DocumentKind, "cn_id")
        .with(PersonField::DocumentNumber, "37010219900307216９")
        .with(PersonField::Mobile, "138 0000 0000")
}

async fn anonymous_sees_nothing(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let token = Token::new(&scene.random).expect("random");
    assert_eq!(scene.store.session(&token, scene.now).await.expect("read"), None);
    assert_eq!(scene.store.machine(&token, scene.now).await.expect("read"), None);
    assert_eq!(code(scene.store.link_owner(&token, scene.now).await), "link_invalid");
    assert_eq!(code(scene.sign_in("admin", "admin", "").await), "sign_in_wrong");
    assert_eq!(code(scene.sign_in("'; DROP TABLE account", "x", "").await), "sign_in_wrong");
    assert!(scene.store.accounts().await.expect("read").is_empty(), "a new bank has no default account");
}

async fn administrator_invites_a_coordinator(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let admin = scene.somebody("A0001", &[Grant::everywhere(Role::Administrator)]).await;
    let acting = scene.acting(&admin.signed_in.session.principal);
    let grants = [Grant::everywhere(Role::SearchCoordinator)];
    let (account, link) = scene.store.add_account("S0012", &grants, &acting).await.expect("invited");
    assert_eq!(account.grants, grants);
    assert_eq!(code(scene.store.add_account("s0012", &grants, &acting).await), "staff_number_taken");
    assert_eq!(code(scene.store.add_account("王芳", &grants, &acting).await), "staff_number_invalid");
    let at_nowhere = [Grant::at(Role::Collection, "nowhere")];
    assert_eq!(code(scene.store.add_account("S0013", &at_nowhere, &acting).await), "site_unknown");

    let sources = (&scene.ids, &scene.random);
    let right = scene.keys.new_second_factor(&link).code(scene.now);
    for (password, given, expected) in [
        ("short", Some(right.as_str()), "password_too_short"),
        ("S0012 is my number", Some(right.as_str()), "password_holds_own_name"),
        (PASSWORD, None, "second_factor_missing"),
        (PASSWORD, Some("000000"), "code_wrong"),
    ] {
        let chosen = NewCredential { password, code: given };
        let used = scene.store.use_link(&link, chosen, &scene.keys, scene.now, sources).await;
        assert_eq!(code(used), expected);
    }
    let chosen = NewCredential { password: PASSWORD, code: Some(&right) };
    let signed_in = scene.store.use_link(&link, chosen, &scene.keys, scene.now, sources).await.expect("used");
    assert_eq!(signed_in.session.principal.name(), "staff:S0012");
    let again = scene.store.use_link(&link, chosen, &scene.keys, scene.now, sources).await;
    assert_eq!(code(again), "link_invalid", "a link works once");

    let acting = scene.acting(&admin.signed_in.session.principal);
    let unused = scene.store.new_link("S0012", &acting).await.expect("a link");
    let newer = scene.store.new_link("S0012", &acting).await.expect("a link");
    assert_eq!(
        code(scene.store.link_owner(&unused, scene.now).await),
        "link_invalid",
        "a newer one was given"
    );
    assert!(scene.store.link_owner(&newer, scene.now).await.is_ok());
    scene.later(24 * 3600);
    assert_eq!(code(scene.store.link_owner(&newer, scene.now).await), "link_invalid", "a day is over");
    scene.assert_whole().await;
}

async fn nobody_changes_their_own_rights(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let admin = scene.somebody("A0001", &[Grant::everywhere(Role::Administrator)]).await;
    let clerk = scene.somebody("S0001", &[Grant::everywhere(Role::Outreach)]).await;
    let quality = Grant::everywhere(Role::Quality);
    let (by_admin, by_clerk) = (&admin.signed_in.session.principal, &clerk.signed_in.session.principal);
    let (by_admin, by_clerk) = (scene.acting(by_admin), scene.acting(by_clerk));
    assert_eq!(code(scene.store.give_role("A0001", &quality, &by_admin).await), "own_account");
    assert_eq!(code(scene.store.give_role("S0001", &quality, &by_clerk).await), "permission_missing");
    assert_eq!(code(scene.store.disable_account("A0001", &by_clerk).await), "permission_missing");
    assert_eq!(code(scene.store.give_role("S9999", &quality, &by_admin).await), "account_unknown");

    scene.store.give_role("S0001", &quality, &by_admin).await.expect("given");
    let generation = scene.store.generation().await.expect("read");
    scene.store.give_role("S0001", &quality, &by_admin).await.expect("there already");
    assert_eq!(scene.store.generation().await.expect("read"), generation, "nothing was written");
    let gone = scene.store.session(&clerk.signed_in.token, scene.now).await.expect("read");
    assert_eq!(gone, None, "new rights begin with a new sign-in");
    scene.store.take_role("S0001", &quality, &by_admin).await.expect("taken");
    let account = scene.store.account("s0001").await.expect("read").expect("known");
    assert_eq!(account.grants, [Grant::everywhere(Role::Outreach)]);
    scene.assert_whole().await;
}

async fn guesser_is_locked_out(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let victim = scene.somebody("S0001", &[Grant::everywhere(Role::Technologist)]).await;
    scene.later(60);
    for _ in 0..5 {
        assert_eq!(
            code(scene.sign_in("S0001", "a wrong password", &scene.code_of(&victim)).await),
            "sign_in_wrong"
        );
    }
    let right = scene.code_of(&victim);
    assert_eq!(
        code(scene.sign_in("S0001", PASSWORD, &right).await),
        "sign_in_locked",
        "even the right one waits"
    );
    let other = scene.store.session(&victim.signed_in.token, scene.now).await.expect("read");
    assert!(other.is_some(), "who is signed in stays so");
    scene.later(31);
    let right = scene.code_of(&victim);
    assert_eq!(code(scene.sign_in("S0001", "a wrong password", &right).await), "sign_in_wrong");
    scene.later(31);
    let right = scene.code_of(&victim);
    assert_eq!(
        code(scene.sign_in("S0001", PASSWORD, &right).await),
        "sign_in_locked",
        "the wait has doubled"
    );
    scene.later(30);
    let right = scene.code_of(&victim);
    scene.sign_in("s0001", PASSWORD, &right).await.expect("after the wait");
    // A number that nobody has is answered in the same way.
    for _ in 0..5 {
        assert_eq!(code(scene.sign_in("S7777", "a wrong password", "123456").await), "sign_in_wrong");
    }
    assert_eq!(code(scene.sign_in("S7777", "a wrong password", "123456").await), "sign_in_locked");
    scene.assert_whole().await;
}

async fn thief_reuses_a_code(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let owner = scene.somebody("S0001", &[Grant::everywhere(Role::Technologist)]).await;
    let first = scene.code_of(&owner);
    assert_eq!(
        code(scene.sign_in("S0001", PASSWORD, &first).await),
        "code_used",
        "it was used with the link"
    );
    scene.later(30);
    let second = scene.code_of(&owner);
    scene.sign_in("S0001", PASSWORD, &second).await.expect("a new code");
    assert_eq!(code(scene.sign_in("S0001", PASSWORD, &second).await), "code_used");
    assert_eq!(code(scene.sign_in("S0001", PASSWORD, &first).await), "code_used", "an older one neither");
    assert_eq!(code(scene.sign_in("S0001", PASSWORD, "").await), "sign_in_wrong");
}

async fn owner_changes_the_password(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let owner = scene.somebody("S0001", &[Grant::everywhere(Role::Technologist)]).await;
    let principal = &owner.signed_in.session.principal;
    scene.later(60);
    let one = scene.code_of(&owner);
    let new = "five other words nobody knows";
    let acting = scene.acting(principal);
    let change = async |old: &str, code: &str, new: &str| {
        scene.store.change_password((old, Some(code)), new, &scene.keys, &acting).await
    };
    assert_eq!(code(change("a wrong password", &one, new).await), "sign_in_wrong");
    assert_eq!(code(change(PASSWORD, "000000", new).await), "sign_in_wrong");
    assert_eq!(code(change(PASSWORD, &one, "short").await), "password_too_short");
    let changed = change(PASSWORD, &one, new).await.expect("changed");
    assert_eq!(scene.store.session(&owner.signed_in.token, scene.now).await.expect("read"), None);
    assert!(scene.store.session(&changed.token, scene.now).await.expect("read").is_some());
    let console = Principal::console("keeper");
    let by_console = scene.acting(&console);
    let refused = scene.store.change_password((PASSWORD, None), new, &scene.keys, &by_console).await;
    assert_eq!(code(refused), "person_needed");
    scene.later(30);
    let next = scene.code_of(&owner);
    assert_eq!(code(scene.sign_in("S0001", PASSWORD, &next).await), "sign_in_wrong");
    scene.sign_in("S0001", new, &next).await.expect("with the new one and the same phone");
    scene.assert_whole().await;
}

async fn thief_has_yesterdays_session(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let owner = scene.somebody("S0001", &[Grant::everywhere(Role::Technologist)]).await;
    let stolen = &owner.signed_in.token;
    scene.later(60);
    // The owner signs in again in the same browser: the token that a thief may know ends.
    let code_now = scene.code_of(&owner);
    let given =
        SignIn { staff_number: "S0001", password: PASSWORD, code: Some(&code_now), before: Some(stolen) };
    let sources = (&scene.ids, &scene.random);
    let fresh = scene.store.sign_in(given, &scene.keys, scene.now, sources).await.expect("signed in");
    assert_ne!(fresh.token.reveal(), stolen.reveal());
    assert_eq!(scene.store.session(stolen, scene.now).await.expect("read"), None);
    // Half an hour without a request ends a session, requests keep it for half a day.
    for _ in 0..30 {
        scene.later(24 * 60);
        let session = scene.store.session(&fresh.token, scene.now).await.expect("read");
        let hours = session.map(|session| scene.now.duration_since(session.created_at).as_hours());
        assert!(hours.is_none_or(|hours| hours < 12));
    }
    assert_eq!(scene.store.session(&fresh.token, scene.now).await.expect("read"), None, "the day is over");
    let code_now = scene.code_of(&owner);
    let idle = scene.sign_in("S0001", PASSWORD, &code_now).await.expect("signed in");
    scene.later(30 * 60);
    assert_eq!(scene.store.session(&idle.token, scene.now).await.expect("read"), None, "nobody was there");
    // Signing out everywhere, and an account that ends.
    let code_now = scene.code_of(&owner);
    let last = scene.sign_in("S0001", PASSWORD, &code_now).await.expect("signed in");
    let console = Principal::console("keeper");
    scene.store.disable_account("S0001", &scene.acting(&console)).await.expect("disabled");
    assert_eq!(scene.store.session(&last.token, scene.now).await.expect("read"), None);
    scene.later(60);
    let code_now = scene.code_of(&owner);
    assert_eq!(code(scene.sign_in("S0001", PASSWORD, &code_now).await), "sign_in_wrong");
    assert_eq!(code(scene.store.new_link("S0001", &scene.acting(&console)).await), "account_disabled");
    scene.assert_whole().await;
}

async fn forged_credential_signs_nobody_in(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let director = scene.somebody("D0001", &[Grant::everywhere(Role::Director)]).await;
    let clerk = scene.somebody("S0001", &[Grant::everywhere(Role::Outreach)]).await;
    assert!(scene.store.check_secrets(Some(&scene.keys)).await.expect("checked").is_empty());
    // Somebody with access to the database gives the director the clerk's password.
    at.run(
        "UPDATE credential SET password_hash = (SELECT c.password_hash FROM credential c JOIN account a \
         ON a.account_id = c.account_id WHERE a.staff_number = 'S0001') \
         WHERE account_id = (SELECT account_id FROM account WHERE staff_number = 'D0001')",
    )
    .await;
    scene.later(60);
    let code_now = scene.code_of(&director);
    let error = scene.sign_in("D0001", PASSWORD, &code_now).await.expect_err("refused");
    assert_eq!((error.code(), error.is_refusal()), ("secret_tampered", false));
    let problems = scene.store.check_secrets(Some(&scene.keys)).await.expect("checked");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].code, problems[0].table.as_str()), ("row_changed", "credential"));
    let code_now = scene.code_of(&clerk);
    scene.sign_in("S0001", PASSWORD, &code_now).await.expect("others go on");
}

async fn twenty_sign_in_at_once(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let mut people = Vec::new();
    for number in 0..20 {
        people.push(scene.somebody(&format!("S{number:04}"), &[Grant::everywhere(Role::Technologist)]).await);
    }
    scene.later(60);
    let attempts = people.iter().map(|somebody| {
        let code = scene.code_of(somebody);
        let scene = &scene;
        async move { scene.sign_in(&somebody.staff_number, PASSWORD, &code).await }
    });
    let began = std::time::Instant::now();
    let signed_in = futures::future::join_all(attempts).await;
    eprintln!("20 sign-ins at once: {} ms", began.elapsed().as_millis());
    let mut tokens = std::collections::HashSet::new();
    for (somebody, signed_in) in people.iter().zip(signed_in) {
        let signed_in = signed_in.expect("signed in");
        assert_eq!(signed_in.session.principal.name(), format!("staff:{}", somebody.staff_number));
        assert!(tokens.insert(signed_in.token.reveal()));
    }
}

async fn twenty_use_one_code_at_once(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let owner = scene.somebody("S0001", &[Grant::everywhere(Role::Technologist)]).await;
    scene.later(60);
    let one = scene.code_of(&owner);
    let attempts = (0..20).map(|_| scene.sign_in("S0001", PASSWORD, &one));
    let results = futures::future::join_all(attempts).await;
    let codes: Vec<&str> =
        results.iter().map(|result| result.as_ref().map_or_else(BankError::code, |_| "signed_in")).collect();
    assert_eq!(codes.iter().filter(|code| **code == "signed_in").count(), 1, "{codes:?}");
    assert!(
        codes.iter().all(|code| ["signed_in", "code_used", "sign_in_locked"].contains(code)),
        "{codes:?}"
    );
}

async fn coordinator_cannot_erase(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let coordinator = scene.somebody("S0001", &[Grant::everywhere(Role::SearchCoordinator)]).await;
    let acting = scene.acting(&coordinator.signed_in.session.principal);
    let id = scene.store.add_person(&mother(), &scene.keys, &acting).await.expect("entered");
    let refused = scene.store.erase_person(&id, &acting.because("she asked us to forget her")).await;
    let error = refused.expect_err("refused");
    assert_eq!(error.code(), "permission_missing");
    assert!(error.to_string().contains("person_erase"), "{error}");
    let opened = scene.store.open_person(&id, Purpose::DepositorService, &scene.keys, &acting).await;
    assert_eq!(opened.expect("opened").get(PersonField::Name), Some("王 小芳"));
    // Neither can the administrator, who keeps the program running, open or erase anybody.
    let console = Principal::console("keeper");
    let console = scene.acting(&console).because("because I can reach the keys");
    let opened = scene.store.open_person(&id, Purpose::LegalRequest, &scene.keys, &console).await;
    assert_eq!(code(opened), "permission_missing");
    assert_eq!(code(scene.store.erase_person(&id, &console).await), "permission_missing");
    scene.assert_whole().await;
}

async fn mother_is_found_opened_and_erased(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let midwife = scene.somebody("C0001", &[Grant::everywhere(Role::Collection)]).await;
    let quality = scene.somebody("Q0001", &[Grant::everywhere(Role::Quality)]).await;
    let by_midwife = scene.acting(&midwife.signed_in.session.principal);
    let by_quality = scene.acting(&quality.signed_in.session.principal);
    let wrong = mother().with(PersonField::DocumentNumber, "370102199003072168");
    assert_eq!(code(scene.store.add_person(&wrong, &scene.keys, &by_midwife).await), "cn_id_check_wrong");
    let id = scene.store.add_person(&mother(), &scene.keys, &by_midwife).await.expect("entered");

    let care = Purpose::CollectionCare;
    for (field, value) in [
        (PersonField::Name, "王小芳"),
        (PersonField::Name, " 王　小芳 "),
        (PersonField::DocumentNumber, "370102199003072169"),
        (PersonField::Mobile, "+86 138-0000-0000"),
    ] {
        let found = scene.store.find_persons((field, value), care, &scene.keys, &by_midwife).await;
        assert_eq!(found.expect("searched"), [(id.clone(), PersonKind::Mother)], "{value}");
    }
    let nobody = scene.store.find_persons((PersonField::Name, "王芳"), care, &scene.keys, &by_midwife).await;
    assert!(nobody.expect("searched").is_empty());
    let by_note = scene.store.find_persons((PersonField::Note, "x"), care, &scene.keys, &by_midwife).await;
    assert_eq!(code(by_note), "field_not_searchable");

    let changes = [(PersonField::Mobile, "139 0000 0000"), (PersonField::Address, "济南市")];
    scene.store.change_person(&id, &changes, &scene.keys, &by_midwife).await.expect("changed");
    let opened = scene.store.open_person(&id, care, &scene.keys, &by_midwife).await.expect("opened");
    assert_eq!(opened.get(PersonField::Mobile), Some("+8613900000000"));
    assert_eq!(
        opened.get(PersonField::DocumentNumber),
        Some("370102199003072169"),
        "stored in its normal form"
    );
    let patient = Purpose::PatientCare;
    assert_eq!(
        code(scene.store.open_person(&id, patient, &scene.keys, &by_midwife).await),
        "purpose_not_yours"
    );
    let clerk = scene.somebody("F0001", &[Grant::everywhere(Role::Fund)]).await;
    let by_clerk = scene.acting(&clerk.signed_in.session.principal);
    let fund = scene.store.open_person(&id, Purpose::FundHandling, &scene.keys, &by_clerk).await;
    assert_eq!(code(fund), "purpose_not_for_kind", "the fund works for patients and families");

    assert_eq!(code(scene.store.erase_person(&id, &by_quality).await), "reason_missing");
    let asked = by_quality.because("request of the person, case 7");
    scene.store.restrict_person(&id, true, &asked).await.expect("restricted");
    assert_eq!(code(scene.store.open_person(&id, care, &scene.keys, &by_midwife).await), "person_restricted");
    let head_before = scene.store.generation().await.expect("read");
    scene.store.erase_person(&id, &asked).await.expect("erased");
    assert_eq!(scene.store.generation().await.expect("read"), head_before + 1, "one event");
    assert_eq!(code(scene.store.open_person(&id, care, &scene.keys, &by_midwife).await), "person_erased");
    let found = scene.store.find_persons((PersonField::Name, "王小芳"), care, &scene.keys, &by_midwife).await;
    assert!(found.expect("searched").is_empty());
    assert!(scene.store.check_secrets(Some(&scene.keys)).await.expect("checked").is_empty());

    let log =
        scene.store.accesses(Some(&format!("person/{id}")), None, 100, &by_quality).await.expect("read");
    let kinds: Vec<_> = log.iter().rev().map(|line| (line.kind.as_str(), line.actor.as_str())).collect();
    let midwife_did = |kind| (kind, "staff:C0001");
    assert_eq!(
        kinds,
        [
            midwife_did("person_opened"),
            midwife_did("person_open_refused"),
            ("person_open_refused", "staff:F0001"),
            midwife_did("person_open_refused"),
        ]
    );
    assert_eq!(code(scene.store.accesses(None, None, 1, &by_midwife).await), "permission_missing");
    scene.assert_whole().await;
}

async fn clerk_of_another_site_opens_nobody(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let console = Principal::console("keeper");
    for site in ["jinan", "qingdao"] {
        let (code, name) = (site.to_owned(), format!("{site} hospital"));
        let site = Site { code, name, kind: SiteKind::CollectionHospital, uscc: None, active: true };
        scene.store.put_site(&site, &scene.acting(&console)).await.expect("a site");
    }
    let jinan = scene.somebody("J0001", &[Grant::at(Role::Collection, "jinan")]).await;
    let qingdao = scene.somebody("Q0001", &[Grant::at(Role::Collection, "qingdao")]).await;
    let (jinan, qingdao) = (&jinan.signed_in.session.principal, &qingdao.signed_in.session.principal);
    let (by_jinan, by_qingdao) = (scene.acting(jinan), scene.acting(qingdao));
    let at_jinan = mother().at("jinan");
    let refused = scene.store.add_person(&at_jinan, &scene.keys, &by_qingdao).await;
    assert_eq!(code(refused), "permission_missing_at_site");
    let id = scene.store.add_person(&at_jinan, &scene.keys, &by_jinan).await.expect("entered");
    let care = Purpose::CollectionCare;
    let refused = scene.store.open_person(&id, care, &scene.keys, &by_qingdao).await;
    assert_eq!(code(refused), "permission_missing_at_site");
    let named = (PersonField::Name, "王小芳");
    let found = scene.store.find_persons(named, care, &scene.keys, &by_qingdao).await.expect("searched");
    assert!(found.is_empty(), "not even that she exists");
    assert_eq!(
        scene.store.find_persons(named, care, &scene.keys, &by_jinan).await.expect("searched").len(),
        1
    );
    scene.assert_whole().await;
}

async fn keeper_rotates_the_master_key(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let midwife = scene.somebody("C0001", &[Grant::everywhere(Role::Collection)]).await;
    let principal = midwife.signed_in.session.principal.clone();
    let mut people = Vec::new();
    for number in 0..250 {
        let person = Person::new(PersonKind::Mother).with(PersonField::Name, format!("Mother {number}"));
        people.push(
            scene.store.add_person(&person, &scene.keys, &scene.acting(&principal)).await.expect("entered"),
        );
    }
    let old = scene.keys.clone();
    let new = old.rotated(MasterKey::new(&scene.random).expect("a key"));
    assert_eq!(code(scene.store.rewrap(&new, &scene.acting(&principal)).await), "permission_missing");
    let console = Principal::console("keeper");
    let first = scene.store.rewrap(&new, &scene.acting(&console)).await.expect("a step");
    assert!(first < 251, "it is done in steps: {first}");
    assert_eq!(scene.store.master_keys_in_use().await.expect("read").len(), 2, "in the middle");
    for (number, id) in people.iter().enumerate() {
        let named = (PersonField::Name, format!("mother{number}"));
        let acting = scene.acting(&principal);
        let found = scene.store.find_persons((named.0, &named.1), Purpose::CollectionCare, &new, &acting);
        assert_eq!(found.await.expect("searched"), [(id.clone(), PersonKind::Mother)], "found all the time");
    }
    while scene.store.rewrap(&new, &scene.acting(&console)).await.expect("a step") > 0 {}
    assert_eq!(scene.store.master_keys_in_use().await.expect("read"), [new.current().id()]);
    // The old key is needed no more.
    let alone = KeyRing::new(new.current().clone(), Vec::new());
    assert!(scene.store.check_secrets(Some(&alone)).await.expect("checked").is_empty());
    let opened =
        scene.store.open_person(&people[0], Purpose::CollectionCare, &alone, &scene.acting(&principal)).await;
    assert_eq!(opened.expect("opened").get(PersonField::Name), Some("Mother 0"));
    let before =
        scene.store.open_person(&people[0], Purpose::CollectionCare, &old, &scene.acting(&principal)).await;
    assert_eq!(before.expect_err("the old key alone opens nothing").code(), "key_missing");
    let code_then = {
        scene.later(60);
        scene.code_of(&midwife)
    };
    scene.keys = alone;
    scene.sign_in("C0001", PASSWORD, &code_then).await.expect("the second factor was sealed anew");
    scene.assert_whole().await;
}

async fn row_moved_to_another_person_does_not_open(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let midwife = scene.somebody("C0001", &[Grant::everywhere(Role::Collection)]).await;
    let acting = scene.acting(&midwife.signed_in.session.principal);
    let first = scene.store.add_person(&mother(), &scene.keys, &acting).await.expect("entered");
    let other = Person::new(PersonKind::Mother).with(PersonField::Name, "李丽");
    let second = scene.store.add_person(&other, &scene.keys, &acting).await.expect("entered");
    // With the key and the field of another person: neither opens.
    at.run(&format!(
        "UPDATE person_key SET wrapped = (SELECT wrapped FROM person_key WHERE person_id = '{second}') \
         WHERE person_id = '{first}'"
    ))
    .await;
    let care = Purpose::CollectionCare;
    let error = scene.store.open_person(&first, care, &scene.keys, &acting).await.expect_err("tampered");
    assert_eq!((error.code(), error.is_refusal()), ("secret_tampered", false));
    at.run(&format!(
        "UPDATE person_field SET sealed = (SELECT sealed FROM person_field WHERE person_id = '{first}' \
         AND field = 'mobile') WHERE person_id = '{second}' AND field = 'name'"
    ))
    .await;
    let error = scene.store.open_person(&second, care, &scene.keys, &acting).await.expect_err("tampered");
    assert_eq!(error.code(), "secret_tampered");
    at.run(&format!("DELETE FROM person_key WHERE person_id = '{first}'")).await;
    let problems = scene.store.check_secrets(Some(&scene.keys)).await.expect("checked");
    let rows: Vec<&str> = problems.iter().map(|problem| problem.row.as_str()).collect();
    assert_eq!(rows, [first.as_str(), second.as_str()], "{problems:?}");
}

async fn access_log_shows_a_change(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let midwife = scene.somebody("C0001", &[Grant::everywhere(Role::Collection)]).await;
    let acting = scene.acting(&midwife.signed_in.session.principal);
    let id = scene.store.add_person(&mother(), &scene.keys, &acting).await.expect("entered");
    for _ in 0..5 {
        let opened = scene.store.open_person(&id, Purpose::CollectionCare, &scene.keys, &acting).await;
        opened.expect("opened");
    }
    let whole = scene.store.check_access_log().await.expect("checked");
    assert_eq!((whole.entries, whole.broken_at), (5, None));
    at.run("UPDATE access_log SET actor = 'staff:S0001' WHERE sequence = 3").await;
    let changed = scene.store.check_access_log().await.expect("checked");
    assert_eq!(changed.broken_at, Some(3));
    at.run("UPDATE access_log SET actor = 'staff:C0001' WHERE sequence = 3").await;
    assert_eq!(scene.store.check_access_log().await.expect("checked"), whole);
    at.run("DELETE FROM access_log WHERE sequence = 2").await;
    assert_eq!(scene.store.check_access_log().await.expect("checked").broken_at, Some(3), "after the gap");
}

async fn reviewer_signs_and_the_record_changes(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let reviewer = scene.somebody("R0001", &[Grant::everywhere(Role::Reviewer)]).await;
    let inspector = scene.somebody("I0001", &[Grant::everywhere(Role::Inspector)]).await;
    let principal = reviewer.signed_in.session.principal.clone();
    let record = |tnc: &str| {
        CanonicalRecord::new("unit", "din/G123424000001", vec![("tnc_total".to_owned(), tnc.to_owned())])
    };
    let written = record("1200000000");
    let signing = Signing { record: &written, meaning: Meaning::Reviewed, site: None };
    scene.later(60);
    let code_now = scene.code_of(&reviewer);
    let proof = Proof { session: &reviewer.signed_in.token, password: PASSWORD, code: Some(&code_now) };
    let sign = async |scene: &Scene, proof: Proof<'_>| {
        let acting = Acting::new(&principal, scene.now, &scene.ids, &scene.random);
        scene.store.sign(signing, proof, &scene.keys, &acting).await
    };
    assert_eq!(code(sign(&scene, proof).await), "signer_not_certified");
    let acting = Acting::new(&principal, scene.now, &scene.ids, &scene.random);
    scene.store.certify_signer(proof, &scene.keys, &acting).await.expect("certified");
    assert_eq!(
        code(sign(&scene, proof).await),
        "code_used",
        "the first signature of a session needs a new code"
    );
    scene.later(30);
    assert_eq!(code(sign(&scene, Proof { code: None, ..proof }).await), "sign_in_wrong", "both components");
    let code_now = scene.code_of(&reviewer);
    let proof = Proof { code: Some(&code_now), ..proof };
    let signature = sign(&scene, proof).await.expect("signed");
    assert_eq!((signature.components.as_str(), signature.role.as_str()), ("password+code", "reviewer"));
    let password_only = Proof { code: None, ..proof };
    assert_eq!(sign(&scene, password_only).await.expect("signed").components, "password");
    assert_eq!(
        code(sign(&scene, Proof { password: "a wrong password", ..password_only }).await),
        "sign_in_wrong"
    );

    let stored = scene.store.signatures(&written).await.expect("read");
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0], signature);
    assert_eq!(stored[0].coverage(&written), Coverage::Covers);
    assert_eq!(stored[0].coverage(&record("1200000001")), Coverage::RecordChanged);
    let other = CanonicalRecord { id: "din/G123424000002".to_owned(), ..written.clone() };
    assert_eq!(stored[0].coverage(&other), Coverage::OtherRecord);

    // Neither a reader nor the console signs, and nobody with another's session.
    let acting = scene.acting(&inspector.signed_in.session.principal);
    assert_eq!(code(scene.store.sign(signing, proof, &scene.keys, &acting).await), "permission_missing");
    let console = Principal::console("keeper");
    assert_eq!(
        code(scene.store.sign(signing, proof, &scene.keys, &scene.acting(&console)).await),
        "person_needed"
    );
    let borrowed = Proof { session: &inspector.signed_in.token, ..proof };
    assert_eq!(code(sign(&scene, borrowed).await), "session_ended");
    scene.store.end_session(&reviewer.signed_in.token).await.expect("signed out");
    assert_eq!(code(sign(&scene, password_only).await), "session_ended");
    scene.assert_whole().await;
}

async fn custodian_breaks_the_glass(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let custodian = scene.somebody("K0001", &[Grant::everywhere(Role::StorageCustodian)]).await;
    let quality = scene.somebody("Q0001", &[Grant::everywhere(Role::Quality)]).await;
    let own = custodian.signed_in.session.principal.clone();
    assert!(own.may(Permission::UnitRelease, None).is_err());
    let acting = scene.acting(&own);
    let director = Role::MedicalDirector;
    assert_eq!(code(scene.store.take_role_in_emergency(director, None, &acting).await), "reason_missing");
    let acting = acting.because("tank 3 fails, nobody answers the phone");
    let excluded = scene.store.take_role_in_emergency(Role::Administrator, None, &acting).await;
    assert_eq!(code(excluded), "emergency_role_excluded");
    scene.store.take_role_in_emergency(director, None, &acting).await.expect("taken");
    let session =
        scene.store.session(&custodian.signed_in.token, scene.now).await.expect("read").expect("alive");
    let used = session.principal.may(Permission::UnitRelease, None).expect("for a while");
    assert_eq!(used.role, "medical_director");

    let open = scene.store.emergencies().await.expect("read");
    assert_eq!((open.len(), open[0].review.is_none()), (1, true));
    let by_custodian = scene.acting(&session.principal);
    assert_eq!(
        code(scene.store.review_emergency(&open[0].id, "fine", &by_custodian).await),
        "permission_missing"
    );
    let by_quality = scene.acting(&quality.signed_in.session.principal);
    scene
        .store
        .review_emergency(&open[0].id, "confirmed by the tank's record", &by_quality)
        .await
        .expect("reviewed");
    let again = scene.store.review_emergency(&open[0].id, "again", &by_quality).await;
    assert_eq!(code(again), "emergency_reviewed");
    // It ends by itself.
    for _ in 0..9 {
        scene.later(29 * 60);
        scene.store.session(&custodian.signed_in.token, scene.now).await.expect("read").expect("alive");
    }
    let session =
        scene.store.session(&custodian.signed_in.token, scene.now).await.expect("read").expect("alive");
    assert!(session.principal.may(Permission::UnitRelease, None).is_err(), "four hours are over");
    scene.assert_whole().await;
}

async fn analyser_does_what_its_token_says(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    scene.somebody("T0001", &[Grant::everywhere(Role::Technologist)]).await;
    let console = Principal::console("keeper");
    let soon = scene.now + SignedDuration::from_hours(48);
    let scopes = [Permission::TestRecord];
    let start = scene.now;
    let made = async |scene: &Scene, scopes: &[Permission], until| {
        let acting = Acting::new(&console, start, &scene.ids, &scene.random);
        scene.store.add_api_token("T0001", "haematology analyser", scopes, until, &acting).await
    };
    assert_eq!(code(made(&scene, &[], soon).await), "token_scopes_missing");
    let years = scene.now + SignedDuration::from_hours(24 * 400);
    assert_eq!(code(made(&scene, &[Permission::TestRecord], years).await), "token_life_too_long");
    let (listed, token) = made(&scene, &[Permission::TestRecord], soon).await.expect("made");
    assert_eq!(scene.store.api_tokens().await.expect("read"), std::slice::from_ref(&listed));
    assert_eq!(listed.scopes, scopes);
    let machine = scene.store.machine(&token, scene.now).await.expect("read").expect("known");
    assert!(machine.may(Permission::TestRecord, None).is_ok());
    assert!(machine.may(Permission::ProcessingRecord, None).is_err());
    let acting = Acting::new(&console, scene.now, &scene.ids, &scene.random);
    scene.store.revoke_api_token(&listed.id, &acting).await.expect("revoked");
    assert_eq!(scene.store.machine(&token, scene.now).await.expect("read"), None);
    let (_, second) = made(&scene, &[Permission::TestRecord], soon).await.expect("made");
    scene.later(48 * 3600);
    assert_eq!(scene.store.machine(&second, scene.now).await.expect("read"), None, "out of date");
    scene.assert_whole().await;
}

async fn limits_are_shared(at: &TestBank) {
    let mut scene = Scene::begin(at).await;
    let other = Store::open(&at.address).await.expect("a second program");
    let minute = SignedDuration::from_mins(1);
    let take = async |store: &Store, now| store.take_from_limit("sign_in/192.0.2.7", 3, minute, now).await;
    for store in [&scene.store, &other, &scene.store] {
        assert!(take(store, scene.now).await.expect("taken"));
    }
    assert!(!take(&other, scene.now).await.expect("asked"), "three a minute, wherever");
    scene.later(60);
    assert!(take(&other, scene.now).await.expect("taken"), "a new window");
    scene.later(48 * 3600);
    assert!(scene.store.sweep_sessions(scene.now).await.expect("swept") >= 1);
}

async fn staff_name_stands_under_a_signature(at: &TestBank) {
    let scene = Scene::begin(at).await;
    let reviewer = scene.somebody("R0001", &[Grant::everywhere(Role::Reviewer)]).await;
    let console = Principal::console("keeper");
    let person = Person::new(PersonKind::Staff).with(PersonField::Name, "赵敏");
    let id = scene.store.add_person(&person, &scene.keys, &scene.acting(&console)).await.expect("entered");
    let account_id = reviewer.signed_in.session.principal.account_id().expect("an account").to_owned();
    assert_eq!(scene.store.staff_name(&account_id, &scene.keys).await.expect("read"), None);
    scene.store.set_account_person("R0001", &id, &scene.acting(&console)).await.expect("named");
    let name = scene.store.staff_name(&account_id, &scene.keys).await.expect("read");
    assert_eq!(name.as_deref(), Some("赵敏"));
    scene.assert_whole().await;
}
