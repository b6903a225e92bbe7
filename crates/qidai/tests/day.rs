//! A technologist's day in a real Chromium: twenty units are received, accepted, processed, frozen, tested and stored by five
//! people, each step clicked; half of it on a telephone, half on a desk, in both languages.
//!
//! Skipped, with the reason, where `chromedriver` is not installed. `QIDAI_PICTURES` names a folder for pictures; `QIDAI_DAY_UNITS`
//! another number of units.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code)] // a test that cannot go on has failed

#[path = "browser/driver.rs"]
mod driver;
#[path = "day/person.rs"]
mod person;
#[path = "support/server.rs"]
mod server;
#[path = "support/staff.rs"]
mod staff;
mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::Path;

use driver::Browser;
use jiff::{SignedDuration, Timestamp};
use person::Person;
use qidai_bank::check_character;
use server::Server;
use support::qidai;

/// Widths and languages in turn.
const LOOKS: [(u32, &str); 4] = [(390, "zh-CN"), (1440, "en"), (390, "en"), (1440, "zh-CN")];
const UNITS_USUAL: u32 = 20;

struct Day {
    browser: Browser,
    server: Server,
    bank: String,
    units: Vec<String>,
    /// What was wrong with a page, each once.
    wrong: RefCell<BTreeSet<String>>,
    pages: Cell<u32>,
    look: Cell<(u32, &'static str)>,
    folder: tempfile::TempDir,
}

fn unit(number: u32) -> String {
    let din = format!("Z990126{number:06}");
    format!("{din}{}", check_character(&din).unwrap())
}

fn told(command: &[&str]) {
    let said = qidai(command, "");
    assert_eq!(said.exit, Some(0), "{command:?}: {}{}", said.out, said.err);
}

impl Day {
    /// A bank with a tank and twenty units on their way.
    fn begin(browser: Browser) -> Day {
        let folder = tempfile::tempdir().unwrap();
        let (bank, _) = staff::init(folder.path());
        let count = std::env::var("QIDAI_DAY_UNITS").ok().and_then(|text| text.parse().ok());
        let units: Vec<String> = (1..=count.unwrap_or(UNITS_USUAL)).map(unit).collect();
        let rows: Vec<String> = units.iter().map(|din| format!("{din},public,in_transit,")).collect();
        let file = folder.path().join("units.csv");
        std::fs::write(&file, format!("din,bank_type,status,hla\n{}\n", rows.join("\n"))).unwrap();
        told(&["import", "units", file.to_str().unwrap(), "--bank", &bank]);
        told(&["storage", "room", "R2", "--name", "R2", "--bank", &bank]);
        told(&["storage", "tank", "QT1", "--room", "R2", "--class", "quarantine", "--bank", &bank]);
        let server = Server::start(folder.path(), &["--bank", &bank], &[]);
        let (wrong, pages, look) = (RefCell::default(), Cell::new(0), Cell::new(LOOKS[0]));
        Day { browser, server, bank, units, wrong, pages, look, folder }
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    fn person(&self, number: &str, role: &str) -> Person<'_> {
        Person::comes(&self.server, &staff::link(&self.bank, number, role), number)
    }

    /// Somebody takes the telephone, or sits down.
    fn takes_over(&self, person: &Person<'_>, place: usize) {
        let (width, lang) = LOOKS[place % LOOKS.len()];
        self.look.set((width, lang));
        self.browser.size(width, 900);
        self.browser.open(&self.at("/sign-in"));
        self.browser.run(&format!("document.cookie = '{}; path=/'", person.cookie));
        self.browser.open(&self.at(&format!("/units?lang={lang}")));
    }

    /// Scans a label into the box of the page that is open, and is on the page of the unit.
    fn scans(&self, din: &str) {
        self.browser.type_into("#scan", &format!("{din}\u{e007}"));
        self.browser.wait(&format!("return location.pathname === '/units/din/{}'", &din[..13]));
        self.looks("unit");
    }

    /// Every page is looked at as it stands: nothing scrolls sideways, nothing is too small for a finger, no word is in the
    /// other language.
    fn looks(&self, name: &str) {
        self.pages.set(self.pages.get() + 1);
        let (width, lang) = self.look.get();
        let mut wrong: Vec<String> = Vec::new();
        for script in [include_str!("browser/checks.js"), include_str!("browser/contrast.js")] {
            let found = self.browser.run(script);
            wrong.extend(found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()));
        }
        self.wrong
            .borrow_mut()
            .extend(wrong.into_iter().map(|what| format!("{name} {lang} {width}: {what}")));
    }

    fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("QIDAI_PICTURES") else { return };
        let (width, lang) = self.look.get();
        std::fs::create_dir_all(&folder).unwrap();
        let file = Path::new(&folder).join(format!("day-{name}-{lang}-{width}.png"));
        std::fs::write(file, self.browser.picture()).unwrap();
    }

    fn fill(&self, form: &str, name: &str, value: &str) {
        let field = format!("{form} [name='{name}']");
        if self.browser.run(&format!("return document.querySelector(\"{field}\").localName")) == "select" {
            let script = format!(
                "const one = document.querySelector(\"{field}\"); one.value = '{value}'; return one.value === '{value}'"
            );
            assert_eq!(self.browser.run(&script), true, "{name} has no {value}");
            return;
        }
        self.browser.run(&format!("document.querySelector(\"{field}\").value = ''"));
        self.browser.type_into(&field, value);
    }

    /// The one next step of the page, as it is offered first.
    fn next_step(&self, fields: &[(&str, &str)], state: &str) {
        let form = ".move-next form[action$='/move']";
        for (name, value) in fields {
            self.fill(form, name, value);
        }
        self.sends(form);
        self.came(state);
    }

    fn sends(&self, form: &str) {
        self.browser.run("document.body.dataset.sent = 'yes'");
        self.browser.click(&format!("{form} button.button-main"));
        self.browser.wait("return document.readyState === 'complete' && !document.body.dataset.sent");
    }

    /// What was sent was done, and the badge says so.
    fn came(&self, state: &str) {
        let alert = self.browser.run("return document.querySelector('main [role=alert]')?.innerText ?? ''");
        assert_eq!(alert, "", "on the way to {state}");
    }

    fn signs(&self, person: &mut Person<'_>) {
        self.fill(".move-next .sign-form", "password", staff::PASSWORD);
        if !person.has_signed {
            let code = person.code();
            self.fill(".move-next .sign-form", "code", &code);
            person.has_signed = true;
        }
        self.sends(".move-next .sign-form");
        self.came("a signature");
    }

    fn each(&self, person: &Person<'_>, what: impl Fn(usize, &str)) {
        for (place, din) in self.units.iter().enumerate() {
            // A few units in a row with the same thing in hand.
            if place % 5 == 0 {
                self.takes_over(person, place / 5);
            }
            what(place, din);
        }
    }
}

/// Days and times as people type them, in the bank's zone.
fn at(minutes_ago: i64) -> String {
    (Timestamp::now() - SignedDuration::from_mins(minutes_ago)).to_string()
}

#[test]
fn a_technologists_day() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let day = Day::begin(browser);
    let mut first = day.person("T0001", "technologist");
    let mut second = day.person("T0002", "technologist");
    let lots = lots(&day, &mut first);
    received_and_accepted(&day, &first, &mut second);
    processed(&day, &mut first, &lots);
    frozen_and_stored(&day, &first);
    tested(&day, &first);
    let quarantine =
        day.server.get("/units?status=quarantine&lang=en", &[&format!("Cookie: {}", first.cookie)]);
    assert_eq!(
        quarantine.body.matches("href=\"/units/din/").count(),
        day.units.len(),
        "all of them are there"
    );
    told(&["audit", "verify", "--bank", &day.bank]);
    let complaints = day.browser.complaints();
    assert_eq!(complaints, Vec::<String>::new());
    let wrong: Vec<String> = day.wrong.take().into_iter().collect();
    assert_eq!(wrong.len(), 0, "{} pages were looked at:\n{}", day.pages.get(), wrong.join("\n"));
    eprintln!("{} units, {} pages looked at", day.units.len(), day.pages.get());
}

/// Lots and the counter, released by somebody else.
fn lots(day: &Day, technologist: &mut Person<'_>) -> Vec<(&'static str, String)> {
    let mut quality = day.person("Q0001", "quality");
    let until = (Timestamp::now() + SignedDuration::from_hours(24 * 90)).strftime("%F").to_string();
    let on = (Timestamp::now() - SignedDuration::from_hours(24 * 90)).strftime("%F").to_string();
    let made: Vec<(&str, String)> =
        [("f-bag_lot", "bag_set"), ("f-dmso_lot", "dmso"), ("f-freezing_bag_lot", "freezing_bag")]
            .into_iter()
            .map(|(field, material)| {
                let lot = format!(
                    "f-material={material}&f-lot={material}-1&f-name={material}&f-expires_on={until}"
                );
                (field, technologist.creates("reagent_lot", &lot))
            })
            .collect();
    let counter =
        format!("f-serial=XN-1&f-name=XN&f-kind=counter&f-calibrated_on={on}&f-calibration_due={until}");
    let counter = technologist.creates("equipment", &counter);
    let all = made.iter().map(|(_, lot)| (lot.clone(), "release")).chain([(counter.clone(), "accept")]);
    for (address, step) in all {
        technologist.attaches(&address, "certificate");
        quality.signs(&address, "approved");
        quality.moves(&address, step);
    }
    made.into_iter()
        .chain([("f-counter", counter)])
        .map(|(field, address)| (field, number_of(&address)))
        .collect()
}

fn number_of(address: &str) -> String {
    address.rsplit('/').next().unwrap().to_owned()
}

fn received_and_accepted(day: &Day, first: &Person<'_>, second: &mut Person<'_>) {
    day.each(first, |place, din| {
        day.scans(din);
        if place < 2 || place == 5 {
            day.picture("received");
        }
        day.next_step(&[("f-received_at", &at(30))], "received");
    });
    let colleague = RefCell::new(second);
    let who = colleague.borrow().clone();
    day.each(&who, |place, din| {
        day.scans(din);
        if place == 0 || place == 5 {
            day.picture("to-sign");
        }
        day.signs(&mut colleague.borrow_mut());
        day.next_step(&[], "accepted");
    });
}

fn processed(day: &Day, technologist: &mut Person<'_>, lots: &[(&'static str, String)]) {
    let operator = RefCell::new(technologist);
    let who = operator.borrow().clone();
    day.each(&who, |place, din| {
        day.scans(din);
        day.next_step(&[], "processing");
        // What is missing is one click away, and the form knows the unit.
        day.browser.click(".move-next .obstacles a[href*='/records/processing_run/new']");
        day.browser.wait("return location.pathname === '/records/processing_run/new'");
        batch(day, lots);
        day.looks("batch-form");
        if place == 0 || place == 5 {
            day.picture("batch-form");
        }
        day.sends("form.record-form");
        day.came("a batch record");
        day.looks("batch");
        if place == 0 || place == 5 {
            day.picture("batch");
        }
        day.signs(&mut operator.borrow_mut());
        day.next_step(&[], "done");
        day.scans(din);
        day.next_step(&[], "processed");
    });
}

fn batch(day: &Day, lots: &[(&'static str, String)]) {
    let form = "form.record-form";
    let (begun, ended) = (at(20), at(5));
    let fields = [
        ("f-method", "axp"),
        ("f-operator", "T0001"),
        ("f-second", "T0002"),
        ("f-begun_at", &begun),
        ("f-ended_at", &ended),
        ("f-product_volume_ul", "25000"),
        ("f-protectant_volume_ul", "5000"),
    ];
    for (name, value) in fields {
        day.fill(form, name, value);
    }
    for (name, lot) in lots {
        day.fill(form, name, lot);
    }
    for point in ["area", "identity", "cold", "segments", "samples", "label"] {
        day.browser.click(&format!("#f-check_{point}"));
    }
}

/// One run for all of them, then each into its place.
fn frozen_and_stored(day: &Day, technologist: &Person<'_>) {
    day.takes_over(technologist, 0);
    day.scans(&day.units[0]);
    day.browser.open(&day.at("/storage/runs"));
    let file = day.folder.path().join("run.csv");
    std::fs::write(&file, curve()).unwrap();
    let form = ".run-form form";
    day.fill(form, "number", "CRF1-0311");
    day.fill(form, "device", "CRF1");
    day.fill(form, "started_at", &at(60));
    day.fill(form, "bags", &day.units.join(" "));
    day.browser.type_into("#run-file", file.to_str().unwrap());
    day.looks("run-form");
    day.picture("run-form");
    day.sends(form);
    day.came("a freeze run");
    day.browser.wait("return location.pathname === '/storage/runs/CRF1-0311'");
    day.looks("run");
    day.picture("run");
    let custodian = day.person("K0001", "storage_custodian");
    day.each(&custodian, |place, din| {
        day.scans(din);
        day.browser.click(".move-next .obstacles a[href*='/storage?number=']");
        day.browser.wait("return location.pathname === '/storage'");
        let (level, slot) = (place / 5 + 1, place % 5 + 1);
        day.fill("form[action='/storage/move']", "to", &format!("QT1-S1-K01-L{level:02}-P{slot}"));
        day.looks("storage");
        day.sends("form[action='/storage/move']");
        day.came("a place");
        day.looks("tank");
        if place == 0 || place == 5 {
            day.picture("tank");
        }
        day.scans(din);
        day.next_step(&[], "quarantine");
        day.looks("frozen");
        if place == 0 || place == 5 {
            day.picture("frozen");
        }
    });
}

/// Counts are entered by one and agreed to by another.
fn tested(day: &Day, technologist: &Person<'_>) {
    day.each(technologist, |place, din| {
        day.scans(din);
        day.browser.click(&format!(".page-acts a[href='/units/din/{}/lab']", &din[..13]));
        day.browser.wait("return location.pathname.endsWith('/lab')");
        let form = ".lab-enter form";
        day.fill(form, "phase", "processed");
        day.fill(form, "tnc_total", "1200000000");
        day.fill(form, "viability_percent", "96.5");
        day.sends(form);
        day.came("results");
        day.looks("lab-unit");
        if place == 0 || place == 5 {
            day.picture("lab-unit");
        }
    });
    let reviewer = day.person("R0001", "reviewer");
    day.takes_over(&reviewer, 0);
    for place in 0..day.units.len() * 2 {
        if place % 10 == 0 {
            day.takes_over(&reviewer, place / 10);
            day.browser.open(&day.at("/lab"));
            day.looks("lab");
            day.picture("lab");
        }
        day.browser.run("document.body.dataset.sent = 'yes'");
        day.browser.click(".lab-review button[value=agree]");
        day.browser.wait("return document.readyState === 'complete' && !document.body.dataset.sent");
        day.came("a review");
    }
    assert_eq!(day.browser.run("return document.querySelectorAll('.lab-review').length"), 0, "nothing waits");
}

/// Ice forms at −7 °C, a plateau of 4.75 minutes, then 1 °C and 8 °C a minute.
fn curve() -> String {
    let point = |minute: f64| match minute {
        at if at <= 11.0 => 4.0 - at,
        at if at <= 12.0 => -7.0 + 3.0 * (at - 11.0),
        at if at <= 15.75 => -4.0 - 0.8 * (at - 12.0),
        at if at <= 50.0 => -7.0 - (at - 15.75),
        at => -41.25 - 8.0 * (at - 50.0),
    };
    let lines = (0..=228).map(|step| {
        let minute = f64::from(step) / 4.0;
        format!("{minute};{:.2};{:.2}", point(minute) - 3.0, point(minute))
    });
    format!("Time (min);Chamber;Sample\n{}", lines.collect::<Vec<_>>().join("\n"))
}
