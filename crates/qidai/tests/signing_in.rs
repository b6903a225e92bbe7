//! Signing in with a second factor, in a real Chromium: in both languages, on a desk and on a phone, with and without
//! our script.
//!
//! Skipped, with the reason, where `chromedriver` is not installed.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code)] // a test that cannot go on has failed

#[path = "browser/driver.rs"]
mod driver;
#[path = "support/staff.rs"]
mod staff;
mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use driver::Browser;
use jiff::{SignedDuration, Timestamp};
use qidai_bank::TotpSecret;
use serde_json::Value;
use staff::{PASSWORD, init, link, secret_of};

/// A served bank that asks who comes; ends with the value.
struct Bank {
    program: Child,
    /// The path of the first administrator's one-time link, as `qidai init` prints it.
    first_link: String,
    address: String,
    file: String,
    _folder: tempfile::TempDir,
}

impl Bank {
    fn serve() -> Bank {
        let folder = tempfile::tempdir().unwrap();
        let (file, first_link) = init(folder.path());
        let mut program = Command::new(env!("CARGO_BIN_EXE_qidai"))
            .args(["--lang", "en", "serve", "--bank", &file, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let address = address.trim_end_matches('/').to_owned();
        Bank { program, first_link: format!("/welcome/{first_link}"), address, file, _folder: folder }
    }

    /// A new account; the path of its one-time link.
    fn link(&self, number: &str, role: &str) -> String {
        format!("/welcome/{}", link(&self.file, number, role))
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn signing_in_with_a_second_factor() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let bank = Bank::serve();
    let cases = [("zh-CN", 1440), ("zh-CN", 390), ("en", 1440), ("en", 390)];
    for (place, (lang, width)) in cases.into_iter().enumerate() {
        let case = format!("{lang} {width}");
        browser.size(width, 900);
        let number = format!("S00{place}0");
        let secret = takes_the_link(&browser, &bank, &number, lang, &case);
        signs_out_and_in(&browser, &bank, &number, &secret, &case);
    }
    assert_eq!(unexpected(&browser), Vec::<String>::new());
}

/// From the link that `qidai init` prints to a colleague's account; then somebody guesses, and waits.
#[test]
fn the_first_administrator_begins_and_a_guesser_is_told_to_wait() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let bank = Bank::serve();
    browser.size(390, 900);
    browser.open(&format!("{}{}?lang=zh-CN", bank.address, bank.first_link));
    chooses(&browser, "000000");
    browser.wait("return document.querySelector('[role=alert]')?.innerText.includes('动态码不对') ?? false");
    everything_can_be_read_and_reached(&browser, "wrong first code");
    let text = browser.run("return document.querySelector('.secret').innerText");
    let secret = secret_of(text.as_str().unwrap());
    chooses(&browser, &secret.code(Timestamp::now() - SignedDuration::from_secs(30)));
    browser.wait("return !!document.querySelector('.me')");
    adds_a_colleague(&browser, &bank);
    browser.click(".me summary");
    browser.click(".me-menu button");
    browser.wait("return location.pathname === '/sign-in'");
    for left in ["4", "3", "2", "一", "等待"] {
        browser.type_into("[name=staff_number]", if left == "4" { "A0001" } else { "" });
        browser.type_into("[name=password]", PASSWORD);
        browser.type_into("[name=code]", "000000");
        browser.run("document.querySelector('[role=alert]')?.remove()");
        browser.click("button.button-main");
        let told =
            format!("return document.querySelector('[role=alert]')?.innerText.includes('{left}') ?? false");
        browser.wait(&told);
        everything_can_be_read_and_reached(&browser, left);
    }
    browser.type_into("[name=password]", PASSWORD);
    browser.type_into("[name=code]", &secret.code(Timestamp::now()));
    browser.run("document.querySelector('[role=alert]')?.remove()");
    browser.click("button.button-main");
    browser
        .wait("return document.querySelector('[role=alert]')?.innerText.includes('sign_in_locked') ?? false");
    assert_eq!(unexpected(&browser), Vec::<String>::new());
}

fn chooses(browser: &Browser, code: &str) {
    browser.type_into("[name=password]", PASSWORD);
    browser.type_into("[name=again]", PASSWORD);
    browser.type_into("[name=code]", code);
    browser.click("button.button-main");
}

/// Adds an account, sees its link once, gives a role, and ends it.
fn adds_a_colleague(browser: &Browser, bank: &Bank) {
    browser.open(&format!("{}/admin/people", bank.address));
    browser.type_into("main [name=staff_number]", "Q0007");
    browser.run("document.querySelector('main [name=role]').value = 'quality'");
    browser.click("main form button");
    browser.wait("return document.querySelector('.link')?.innerText.includes('/welcome/') ?? false");
    everything_can_be_read_and_reached(browser, "a new link");
    browser.open(&format!("{}/admin/people/Q0007", bank.address));
    assert_eq!(browser.run("return document.querySelector('.link')"), Value::Null, "a link is told once");
    browser.run("document.querySelector('main [name=role]').value = 'reviewer'");
    browser.click("main button[value=give]");
    browser.wait("return document.querySelectorAll('main tbody tr').length === 2");
    browser.click("main button[value=disable]");
    browser.wait("return !document.querySelector('main button[value=link]')");
    everything_can_be_read_and_reached(browser, "an account that ended");
}

/// Chromium itself notes that a page was answered with 401 or 422, which is what these stories ask for.
fn unexpected(browser: &Browser) -> Vec<String> {
    browser.complaints().into_iter().filter(|said| !said.contains("status of 4")).collect()
}

fn takes_the_link(browser: &Browser, bank: &Bank, number: &str, lang: &str, case: &str) -> TotpSecret {
    let link = bank.link(number, "search_coordinator");
    browser.open(&format!("{}{link}?lang={lang}", bank.address));
    everything_can_be_read_and_reached(browser, case);
    let text = browser.run("return document.querySelector('.secret').innerText");
    let secret = secret_of(text.as_str().unwrap());
    browser.type_into("[name=password]", PASSWORD);
    browser.type_into("[name=again]", PASSWORD);
    // One step back: its code is still taken now, and the present one stays fresh for the sign-in.
    browser.type_into("[name=code]", &secret.code(Timestamp::now() - SignedDuration::from_secs(30)));
    browser.click("button.button-main");
    browser.wait("return !!document.querySelector('.me')");
    assert_eq!(browser.run("return document.documentElement.lang"), lang, "{case}");
    secret
}

fn signs_out_and_in(browser: &Browser, bank: &Bank, number: &str, secret: &TotpSecret, case: &str) {
    browser.click(".me summary");
    browser.click(".me-menu button");
    browser.wait("return location.pathname === '/sign-in'");
    // A page that asks for a sign-in comes back after it.
    browser.open(&format!("{}/units?status=available", bank.address));
    everything_can_be_read_and_reached(browser, case);
    browser.type_into("[name=staff_number]", number);
    browser.type_into("[name=password]", "not this one");
    browser.click("button.button-main");
    browser.wait("return !!document.querySelector('[role=alert]')");
    everything_can_be_read_and_reached(browser, case);
    browser.type_into("[name=password]", PASSWORD);
    browser.type_into("[name=code]", &secret.code(Timestamp::now()));
    browser.click("button.button-main");
    browser.wait("return location.pathname + location.search === '/units?status=available'");
    everything_can_be_read_and_reached(browser, case);
    browser.click(".me summary");
    browser.click(".me-menu button");
    browser.wait("return location.pathname === '/sign-in'");
}

/// Contrast, sizes, structure, names, and no words of the other language.
fn everything_can_be_read_and_reached(browser: &Browser, case: &str) {
    let faint = browser.run(include_str!("browser/contrast.js"));
    assert_eq!(faint, Value::Array(Vec::new()), "{case}: texts below 4.5 : 1");
    let wrong = browser.run(include_str!("browser/checks.js"));
    assert_eq!(wrong, Value::Array(Vec::new()), "{case}");
}
