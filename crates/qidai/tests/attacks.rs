//! What attackers send to a running bank: all of it refused, and each refusal with its line in the log.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/server.rs"]
mod server;
#[path = "support/staff.rs"]
mod staff;
mod support;

use std::collections::HashMap;
use std::thread;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::TotpSecret;
use serde_json::Value;
use server::{Reply, Server};
use staff::{PASSWORD, init, link, secret_of};
use tempfile::TempDir;

const TABLE: &str = include_str!("cases/attacks.tsv");
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// A served bank that asks who comes, and what an attacker may have of it.
struct Scene {
    server: Server,
    bank: String,
    _folder: TempDir,
}

/// Somebody signed in.
struct Somebody {
    cookie: String,
    form_key: String,
    secret: TotpSecret,
    link: String,
}

impl Scene {
    fn begin() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let (bank, _) = init(folder.path());
        // As `qidai serve` logs without being asked for more.
        let server = Server::start(folder.path(), &["--bank", &bank], &[("QIDAI_LOG_FORMAT", "json")]);
        Scene { server, bank, _folder: folder }
    }

    fn somebody(&self, number: &str, role: &str) -> Somebody {
        let link = link(&self.bank, number, role);
        let secret = self.secret_behind(&link);
        // One step back: the present code stays fresh for a sign-in.
        let code = secret.code(Timestamp::now() - SignedDuration::from_secs(30));
        let reply = self.choose(&link, &code);
        let cookie = cookie_of(&reply);
        let page = self.server.get("/emergency", &[&format!("Cookie: qidai={cookie}")]);
        let form_key = between(&page.body, "name=\"form_key\" value=\"", "\"");
        Somebody { cookie, form_key, secret, link }
    }

    fn secret_behind(&self, link: &str) -> TotpSecret {
        let page = self.server.get(&format!("/welcome/{link}"), &[]);
        secret_of(&between(&page.body, "mono secret\">", "<"))
    }

    /// Uses a link.
    fn choose(&self, link: &str, code: &str) -> Reply {
        let password = PASSWORD.replace(' ', "+");
        let fields = format!("password={password}&again={password}&code={code}");
        self.server.send("POST", &format!("/welcome/{link}"), &[FORM], &fields)
    }

    fn sign_in(&self, number: &str, password: &str, code: &str, headers: &[&str]) -> Reply {
        let fields = format!("staff_number={number}&password={}&code={code}", password.replace(' ', "+"));
        self.server.send("POST", "/sign-in", &[&[FORM], headers].concat(), &fields)
    }

    /// The lines of the log about a request.
    fn lines_of(&self, request: &str) -> Vec<Value> {
        let log = self.server.log();
        let lines = log.lines().filter(|line| line.contains(request));
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in:\n{text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}

/// The session that an answer gives. Heads of answers are in small letters; a token has no capitals.
fn cookie_of(reply: &Reply) -> String {
    between(&reply.head, "set-cookie: qidai=", ";")
}

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn every_attack_is_refused_and_leaves_its_trace() {
    let scene = Scene::begin();
    let people = HashMap::from([
        ("administrator", scene.somebody("A0002", "administrator")),
        ("coordinator", scene.somebody("S0001", "search_coordinator")),
    ]);
    let gone = scene.somebody("S0002", "search_coordinator");
    let out = format!("form_key={}", gone.form_key);
    scene.server.send("POST", "/sign-out", &[FORM, &format!("Cookie: qidai={}", gone.cookie)], &out);
    let rows: Vec<Vec<&str>> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    for row in &rows {
        let [what, who, method, path, headers, body, status, code, logged, source] = row[..] else {
            panic!("not ten cells: {row:?}");
        };
        assert!(!source.is_empty(), "{what}: no source");
        let me = people.get(who);
        let filled = |text: &str| {
            let text = text.replace("{host}", &scene.server.address).replace("{ended}", &gone.cookie);
            let text = text.replace("{used}", &gone.link).replace("{other}", &people["coordinator"].form_key);
            text.replace("{key}", me.map_or("", |me| &me.form_key))
        };
        let headers = filled(headers);
        let mut headers: Vec<&str> = headers.split("; ").filter(|one| !one.is_empty()).collect();
        let cookie = format!("Cookie: qidai={}", me.map_or("", |me| &me.cookie));
        headers.extend(me.map(|_| cookie.as_str()));
        if method == "POST" && !headers.iter().any(|one| one.starts_with("Content-Type")) {
            headers.push(FORM);
        }
        let reply = scene.server.send(method, &filled(path), &headers, &filled(body));
        assert_eq!(reply.status.to_string(), status, "{what}: {}\n{}", reply.head, reply.body);
        if code != "-" {
            assert!(reply.body.contains(code), "{what}: no {code} in\n{}", reply.body);
        }
        gives_nothing_away(what, &reply);
        let lines = scene.lines_of(header(&reply, "x-request-id").unwrap());
        let codes: Vec<&str> = lines.iter().filter_map(|line| line["code"].as_str()).collect();
        let expected: Vec<&str> = Some(logged).filter(|code| *code != "-").into_iter().collect();
        assert_eq!(codes, expected, "{what}: what the log says");
        if let (Some(line), Some(number)) = (lines.first(), me.map(|_| number_of(who))) {
            assert_eq!(line["account"], format!("staff:{number}"), "{what}");
        }
    }
    let log = scene.server.log();
    for secret in [gone.cookie.as_str(), &gone.link, "evil.example", "S4711", "passwd", "script"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    let people = qidai_users(&scene.bank);
    assert!(!people.contains("S9"), "somebody was added:\n{people}");
}

fn number_of(who: &str) -> &'static str {
    if who == "administrator" { "A0002" } else { "S0001" }
}

fn qidai_users(bank: &str) -> String {
    support::qidai(&["user", "--bank", bank, "list"], "").out
}

/// No answer leads elsewhere, plants a cookie, carries markup of the sender, or may be framed or kept.
fn gives_nothing_away(what: &str, reply: &Reply) {
    let target = header(reply, "location").unwrap_or("/");
    assert!(target.starts_with('/') && !target.starts_with("//"), "{what}: leads to {target}");
    assert!(!reply.head.contains("planted"), "{what}: {}", reply.head);
    for away in ["<script>", "root:x:", "=\"http", "=\"//", "=\"/\\", "=\"javascript:"] {
        assert!(!reply.body.contains(away), "{what}: {away} in\n{}", reply.body);
    }
    for (name, value) in [
        ("x-frame-options", "deny"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(header(reply, name), Some(value), "{what}: {name}");
    }
    assert!(header(reply, "content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{what}");
    assert_eq!(header(reply, "access-control-allow-origin"), None, "{what}");
    assert_eq!(header(reply, "server"), None, "{what}");
}

#[test]
fn a_session_planted_before_the_sign_in_never_becomes_the_victims() {
    let scene = Scene::begin();
    let victim = scene.somebody("S0001", "search_coordinator");
    let attacker = scene.somebody("S0002", "search_coordinator");
    let chosen = "a".repeat(64);
    let planted = [format!("Cookie: qidai={chosen}"), format!("Cookie: qidai={}", attacker.cookie)];
    // The code of a sign-in is good once: the second sign-in uses the step after.
    for (step, cookie) in planted.iter().enumerate() {
        let code = victim.secret.code(Timestamp::now() + SignedDuration::from_secs(30 * step as i64));
        let reply = scene.sign_in("S0001", PASSWORD, &code, &[cookie]);
        assert_eq!(reply.status, 303, "{}", reply.body);
        let given = cookie_of(&reply);
        assert!(given != chosen && given != attacker.cookie && given != victim.cookie);
        assert!(reply.head.contains("httponly; samesite=lax"), "{}", reply.head);
        assert_eq!(scene.server.get("/", &[cookie]).status, 401, "what was planted opens nothing");
    }
}

#[test]
fn a_code_is_good_once_within_its_window() {
    let scene = Scene::begin();
    let owner = scene.somebody("S0001", "search_coordinator");
    let code = owner.secret.code(Timestamp::now());
    assert_eq!(scene.sign_in("S0001", PASSWORD, &code, &[]).status, 303);
    let replayed = scene.sign_in("S0001", PASSWORD, &code, &[]);
    assert_eq!(replayed.status, 422);
    assert!(replayed.body.contains("code_used"), "{}", replayed.body);
    let lines = scene.lines_of(header(&replayed, "x-request-id").unwrap());
    assert_eq!(lines[0]["code"], "code_used");
}

#[test]
fn of_ten_who_use_one_link_at_once_one_gets_in() {
    let scene = Scene::begin();
    let link = link(&scene.bank, "S0001", "search_coordinator");
    let code = scene.secret_behind(&link).code(Timestamp::now());
    let replies: Vec<Reply> = thread::scope(|scope| {
        let uses: Vec<_> = (0..10).map(|_| scope.spawn(|| scene.choose(&link, &code))).collect();
        uses.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let (inside, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 303);
    assert_eq!((inside.len(), refused.len()), (1, 9));
    for reply in refused {
        assert!(reply.body.contains("link_invalid"), "{}", reply.body);
    }
    assert_eq!(scene.server.log().matches("link_invalid").count(), 9);
}

/// An unknown number takes as long as a known one. On a busy machine one of the two may have to wait for the processor, so the
/// fastest attempts are compared, for several pairs of numbers: a program that compares no password for one of
/// them is found with every pair.
#[test]
fn an_unknown_number_takes_as_long_as_a_known_one() {
    let scene = Scene::begin();
    let told: Vec<(f64, f64)> = (0..4)
        .map(|pair| {
            scene.somebody(&format!("T000{pair}"), "search_coordinator");
            fastest_of_both(&scene, &format!("T000{pair}"), &format!("U000{pair}"))
        })
        .collect();
    let alike = |(known, unknown): &(f64, f64)| (0.5..2.0).contains(&(known / unknown));
    assert!(told.iter().any(alike), "known and unknown, in seconds: {told:?}");
    assert!(told.iter().all(|(_, unknown)| *unknown > 0.005), "no password was compared: {told:?}");
}

/// Seconds of the fastest wrong sign-in with a known and with an unknown number, in turns.
fn fastest_of_both(scene: &Scene, known: &str, unknown: &str) -> (f64, f64) {
    let one = |number: &str| {
        let begun = Instant::now();
        let reply = scene.sign_in(number, "not this one", "000000", &[]);
        assert!(reply.body.contains("sign_in_wrong"), "{}", reply.body);
        begun.elapsed().as_secs_f64()
    };
    let pairs: Vec<(f64, f64)> = (0..3).map(|_| (one(known), one(unknown))).collect();
    pairs.into_iter().fold((f64::MAX, f64::MAX), |least, now| (least.0.min(now.0), least.1.min(now.1)))
}

#[test]
fn guessing_across_many_numbers_is_slow_too() {
    let scene = Scene::begin();
    // A minute of the limit may end between two attempts: twice as many as it allows are more in any case.
    let replies: Vec<Reply> =
        (0..61).map(|place| scene.sign_in(&format!("no number {place}"), "x", "", &[])).collect();
    let slowed = replies.iter().filter(|reply| reply.body.contains("sign_in_too_often")).count();
    assert!(slowed > 0);
    assert_eq!(scene.server.log().matches("sign_in_too_often").count(), slowed);
}

/// A record, a reason, a name of a site, a search box: whatever was written there is shown as text.
#[test]
fn what_people_wrote_never_becomes_markup() {
    const EVIL: &str = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
    let scene = Scene::begin();
    let rows = format!(
        "din,bank_type,collection_date,hla,processing_method\n\
         Z990119004217U,public,2019-05-14,A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02,\"{}\"\n",
        EVIL.replace('"', "\"\"")
    );
    for (args, input) in [
        (["import", "units", "-", "--bank", &scene.bank].as_slice(), rows.as_str()),
        (
            &["site", "--bank", &scene.bank, "put", "evil", "--kind", "collection_hospital", "--name", EVIL],
            "",
        ),
    ] {
        let said = support::qidai(args, input);
        assert_eq!(said.exit, Some(0), "{}{}", said.out, said.err);
    }
    let me = scene.somebody("A0002", "administrator");
    let reader = scene.somebody("M0001", "medical_director");
    let quality = scene.somebody("Q0001", "quality");
    let escaped: String = url::form_urlencoded::byte_serialize(EVIL.as_bytes()).collect();
    let post = |who: &Somebody, path: &str, fields: &str| {
        let cookie = format!("Cookie: qidai={}", who.cookie);
        let fields = format!("form_key={}&{}", who.form_key, fields.replace("EVIL", &escaped));
        scene.server.send("POST", path, &[FORM, &cookie], &fields)
    };
    let get = |who: &Somebody, path: &str| {
        scene.server.get(&path.replace("EVIL", &escaped), &[&format!("Cookie: qidai={}", who.cookie)])
    };
    assert_eq!(post(&me, "/emergency", "role=quality&reason=EVIL").status, 303);
    let pages = [
        get(&reader, "/units/din/Z990119004217"),
        get(&quality, "/admin/emergencies"),
        get(&quality, "/history"),
        get(&me, "/admin/people"),
        get(&me, "/emergency"),
        get(&reader, "/units?number=EVIL"),
        get(&reader, "/units?status=EVIL&order=EVIL&after=EVIL"),
        get(&reader, "/find?number=EVIL"),
        get(&quality, "/history?subject=EVIL"),
        get(&reader, "/board?as_of=EVIL"),
        get(&reader, "/EVIL"),
        get(&me, "/sign-in?to=/EVIL"),
        post(&me, "/admin/people", "staff_number=EVIL&role=EVIL&site=EVIL"),
        post(&me, "/emergency", "role=EVIL&site=EVIL&reason=EVIL"),
        post(&quality, "/admin/emergencies", "emergency=EVIL&note=EVIL"),
        post(&reader, "/search", "paste=EVIL&A-1=EVIL&B-2=EVIL&weight_kg=EVIL&order=EVIL&limit=EVIL"),
        post(&me, "/sign-in", "staff_number=EVIL&password=EVIL&code=EVIL&to=EVIL"),
    ];
    for (place, page) in pages.iter().enumerate() {
        assert!(page.head.contains("text/html"), "{place}: {}", page.head);
        assert!(page.status < 500, "{place}: {}", page.body);
        for evil in ["<img", "<script>", "onerror=alert(1)>\"", "=\"'>"] {
            assert!(!page.body.contains(evil), "{place}: {evil} in\n{}", page.body);
        }
    }
    let shown = pages.iter().filter(|page| page.body.contains("&#60;img src=x")).count();
    assert!(shown >= 8, "the text itself stands on {shown} pages only");
}
