//! The page in a real Chromium: the script saves round trips, nothing breaks the policy, everything can be read.
//!
//! Skipped, with the reason, where `chromedriver` is not installed.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code)] // a test that cannot go on has failed

#[path = "browser/driver.rs"]
mod driver;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use driver::Browser;
use serde_json::Value;

const LINE: &str = "A*02:07,11:01 B*46:01,40:01 C*01:02,07:02 DRB1*09:01,08:03 DQB1*03:03,06:01";

/// A served demonstration bank; ends with the value.
struct Bank {
    program: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Bank {
    fn serve() -> Bank {
        let folder = tempfile::tempdir().unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_qidai"))
            .args(["--lang", "en", "demo", "--units", "500", "--listen", "127.0.0.1:0", "--dir"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
        let said = lines.find(|line| line.contains("http://127.0.0.1:")).unwrap();
        let address = said.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        // The rest of the output is read, so that the program never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Bank { program, address, _folder: folder }
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn window() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
    }
    browser
}

/// Types the patient, searches, and opens the first explanation.
fn searched(browser: &Browser, bank: &Bank, lang: &str) {
    browser.open(&format!("{}?lang={lang}", bank.address));
    browser.type_into("[name=paste]", LINE);
    browser.type_into("[name=weight_kg]", "26");
    browser.click("button.button-main");
    browser.wait("return document.querySelectorAll('.hit').length > 3");
    browser.open(&format!("{}?open=1", browser.address()));
}

#[test]
fn the_page_in_a_browser() {
    let Some(browser) = window() else { return };
    let bank = Bank::serve();
    a_field_is_checked_as_typed_and_corrected(&browser, &bank);
    a_line_moves_into_the_fields(&browser, &bank);
    the_switch_keeps_what_was_typed(&browser, &bank);
    enter_searches(&browser, &bank);
    the_unit_itself_can_be_filtered(&browser, &bank);
    for lang in ["zh-CN", "en"] {
        searched(&browser, &bank, lang);
        for width in [1440, 1024, 720, 390] {
            browser.size(width, 900);
            for scheme in ["light", "dark"] {
                browser.scheme(scheme);
                everything_can_be_read(&browser, &format!("{lang} {width} {scheme}"));
            }
        }
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn a_field_is_checked_as_typed_and_corrected(browser: &Browser, bank: &Bank) {
    browser.open(&bank.address);
    browser.type_into("[name=A-2]", "\u{410}*24:02");
    browser.wait("return document.getElementById('said-A').innerText.includes('U+0410')");
    browser.click("#said-A button[name=fix]");
    browser.wait("return document.querySelector('[name=A-2]').value === 'A*24:02'");
    browser.wait("return !document.querySelector('#said-A .said-bad')");
    assert_eq!(browser.address(), bank.address, "a correction sends nothing");
}

fn a_line_moves_into_the_fields(browser: &Browser, bank: &Bank) {
    browser.open(&bank.address);
    browser.type_into("[name=paste]", LINE);
    browser.type_into("[name=weight_kg]", "2");
    browser.wait("return document.querySelector('[name=DQB1-2]').value === '06:01'");
    assert_eq!(browser.run("return document.querySelector('[name=paste]').value"), "");
}

fn the_switch_keeps_what_was_typed(browser: &Browser, bank: &Bank) {
    browser.open(&format!("{}?lang=en", bank.address));
    browser.type_into("[name=B-1]", "46:01");
    browser.click(".switch button");
    browser.wait("return document.documentElement.lang === 'zh-CN'");
    assert_eq!(browser.run("return document.querySelector('[name=B-1]').value"), "46:01");
}

fn enter_searches(browser: &Browser, bank: &Bank) {
    browser.open(&format!("{}?lang=en", bank.address));
    browser.type_into("[name=paste]", LINE);
    browser.type_into("[name=weight_kg]", "26\u{e007}");
    browser.wait("return document.querySelectorAll('.hit').length > 3");
}

/// The page offers every filter of the API; what was chosen stays chosen, and stands on paper with the receipt.
fn the_unit_itself_can_be_filtered(browser: &Browser, bank: &Bank) {
    browser.open(&format!("{}?lang=en", bank.address));
    browser.type_into("[name=paste]", LINE);
    browser.click(".more > summary");
    for chosen in ["[name=abo][value=A]", "[name=sex][value=F]"] {
        browser.run(&format!("document.querySelector('{chosen}').click()"));
    }
    browser.click("button.button-main");
    browser.wait("return document.getElementById('results') !== null");
    browser.wait("return document.querySelector('[name=abo][value=A]').checked");
    browser.wait("return document.querySelector('.more').open");
    browser.wait(
        "return [...document.querySelectorAll('.hit .abo')].every(one => /^A[+-]/.test(one.innerText))",
    );
    let paper = browser.run("return Object.values(document.documentElement.dataset).join(' ')");
    let paper = paper.as_str().unwrap();
    assert!(paper.contains("Search report · All data are synthetic"), "{paper}");
    let digest = browser.run("return [...document.querySelectorAll('.receipt dd')].at(-1).innerText");
    assert!(paper.contains(digest.as_str().unwrap()), "{paper}");
}

/// No sideways scrolling, and a contrast of at least 4.5 : 1 for every text (WCAG 2.2, 1.4.3).
fn everything_can_be_read(browser: &Browser, case: &str) {
    let sideways =
        browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(sideways, 0, "{case}: the page scrolls sideways");
    let faint = browser.run(include_str!("browser/contrast.js"));
    assert_eq!(faint, Value::Array(Vec::new()), "{case}: texts below 4.5 : 1");
}
