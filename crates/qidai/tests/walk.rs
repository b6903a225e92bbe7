//! Every page of the list in a real Chromium: both languages, a desk and a phone, light and dark, on paper, by keyboard,
//! and without script. What is wrong is told for all pages at once.
//!
//! Skipped, with the reason, where `chromedriver` is not installed. `QIDAI_PICTURES` names a folder for pictures of all of it.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code)] // a test that cannot go on has failed

#[path = "browser/driver.rs"]
mod driver;
#[path = "support/pages.rs"]
mod pages;
#[path = "support/server.rs"]
mod server;
#[path = "support/staff.rs"]
mod staff;
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use driver::Browser;
use pages::{Demonstration, Page};
use serde_json::Value;

const WIDTHS: [u32; 2] = [1440, 390];
const THEMES: [&str; 2] = ["light", "dark"];

#[test]
fn no_page_is_forgotten() {
    assert_eq!(pages::forgotten(), Vec::<String>::new(), "tests/cases/pages.tsv and the routes differ");
}

#[test]
fn every_page_in_a_browser() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let checker = checker();
    if let Some(source) = &checker {
        browser.before_each_page(source);
    }
    let demonstration = Demonstration::begin();
    let mut wrong = Vec::new();
    for page in &demonstration.pages {
        browser.size(WIDTHS[0], 900);
        browser.open(&with_lang(&demonstration, page, "zh-CN"));
        wrong.extend(looked_at(&browser, page, "zh-CN", checker.is_some()));
        // Chinese fonts make paper slow; the marks come from the same place in both languages.
        if matches!(page.name, "results-open" | "unit") {
            wrong.extend(on_paper(&browser, page, "zh-CN"));
        }
        wrong.extend(switched(&browser, page));
        wrong.extend(looked_at(&browser, page, "en", checker.is_some()));
        wrong.extend(on_paper(&browser, page, "en"));
    }
    wrong.extend(unexpected(&browser));
    assert_eq!(wrong.len(), 0, "{}", wrong.join("\n"));
}

/// What a mouse does, keys do; what has the focus shows it.
#[test]
fn by_keyboard_alone() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let demonstration = Demonstration::begin();
    let results = demonstration.pages.iter().find(|page| page.name == "results").unwrap();
    browser.size(1440, 900);
    browser.open(&with_lang(&demonstration, results, "en"));
    focus_is_seen_everywhere(&browser);
    browser.open(&with_lang(&demonstration, results, "en"));
    browser.press("\u{e004}\u{e007}");
    browser.wait("return document.activeElement.id === 'main' && location.hash === '#main'");
    browser.press("?");
    browser.wait("return document.getElementById('keys').open");
    browser.press("\u{e00c}");
    browser.wait("return !document.getElementById('keys').open");
    browser.press("jjk");
    browser.wait("return document.activeElement === document.querySelectorAll('.cell-act a')[0]");
    browser.press("j\u{e007}");
    browser.wait("return location.search.includes('open=2') && !!document.querySelector('.drawer')");
    browser.press("/");
    browser.wait("return document.activeElement.id === 'scan'");
    browser.press("jk/?");
    assert_eq!(browser.run("return document.activeElement.value"), "jk/?", "keys are text inside of a field");
    let unit = demonstration.pages.iter().find(|page| page.name == "unit").unwrap();
    let number = unit.address.rsplit('/').next().unwrap();
    browser.run("document.activeElement.value = ''");
    browser.press(&format!("{number}\u{e007}"));
    browser.wait("return location.pathname.startsWith('/units/din/')");
    browser.open(&demonstration.at("/units"));
    browser.press("jj\u{e007}");
    browser.wait("return location.pathname.startsWith('/units/din/')");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// The list follows the form, explanations open in place, units are chosen and compared by keys, and the address follows.
#[test]
fn the_workbench_without_round_trips() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let demonstration = Demonstration::begin();
    browser.size(1440, 900);
    browser.open(&demonstration.at("/?lang=en"));
    browser.run("window.same = true");
    browser.type_into("[name='A-1']", "02:07");
    browser.type_into("[name='A-2']", "11:01");
    browser.wait("return location.pathname.startsWith('/search/') && !!document.querySelector('#results')");
    browser.type_into("[name=weight_kg]", "26");
    browser.wait("return document.querySelector('.hits')?.innerText.includes('/kg') ?? true");
    for (field, text) in [("B-1", "46:01"), ("B-2", "40:01"), ("DRB1-1", "09:01"), ("DRB1-2", "08:03")] {
        browser.type_into(&format!("[name='{field}']"), text);
    }
    browser.wait("return document.querySelectorAll('.hit').length > 3");
    // What cannot be searched leaves the list, and says so.
    browser.type_into("[name='C-1']", "99:99");
    browser
        .wait("return document.querySelector('[data-live]').textContent.includes('cannot be searched yet')");
    assert!(browser.run("return document.querySelectorAll('.hit').length").as_u64() > Some(3));
    browser.run("const field = document.querySelector(\"[name='C-1']\"); field.value = ''; field.dispatchEvent(new Event('input', { bubbles: true })); field.blur()");
    browser.wait("return document.querySelector('[data-live]').textContent === ''");
    browser.press("jj");
    browser.press("e");
    browser.wait("return location.search === '?open=2' && !!document.querySelector('.drawer')");
    browser.press("x");
    browser.press("\u{e015}");
    browser.press("x");
    browser.wait("return document.querySelector('[data-compare]').textContent.includes('2/5')");
    browser.press("\u{e00c}");
    browser.wait("return location.search === '' && !document.querySelector('.drawer')");
    assert_eq!(browser.run("return window.same === true"), true, "one page all the time");
    assert_eq!(browser.run("return document.querySelectorAll('.choose:checked').length"), 2);
    browser.press("c");
    browser.wait(
        "return location.pathname.endsWith('/compare') && document.querySelectorAll('.differs').length > 0",
    );
    assert_eq!(unexpected(&browser), Vec::<String>::new());
}

/// Tab through the page: whatever has the focus has a ring, its own or that of the shape that stands for it.
fn focus_is_seen_everywhere(browser: &Browser) {
    let ringless = "const at = document.activeElement; if (at === document.body) return null;
        const shapes = [at, at.nextElementSibling].filter(Boolean);
        return shapes.some((one) => getComputedStyle(one).outlineStyle !== 'none') ? '' : at.outerHTML.slice(0, 120)";
    let mut seen = 0;
    for _ in 0..60 {
        browser.press("\u{e004}");
        match browser.run(ringless).as_str() {
            None => break,
            Some(ringless) => assert_eq!(ringless, "", "no ring"),
        }
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

/// Every page, and searching, switching, opening and signing out, in a browser that runs no script.
#[test]
fn everything_works_without_script() {
    let Some(browser) = Browser::start() else {
        eprintln!("skipped: chromedriver is not installed (Debian: apt-get install chromium-driver)");
        return;
    };
    let demonstration = Demonstration::begin();
    browser.scripts(false);
    browser.size(390, 900);
    for page in &demonstration.pages {
        browser.open(&with_lang(&demonstration, page, "zh-CN"));
        assert_eq!(browser.run("return document.querySelectorAll('h1').length"), 1, "{}", page.name);
        // A button that only the script can serve is not shown.
        let idle = "return [...document.querySelectorAll('button[type=button]')].filter((one) => one.checkVisibility()).length";
        assert_eq!(browser.run(idle), 0, "{}", page.name);
    }
    browser.open(&demonstration.at("/?lang=en"));
    browser.type_into("[name=paste]", pages::PATIENT);
    browser.type_into("[name=weight_kg]", "26");
    browser.click(".switch button");
    browser.wait("return document.documentElement.lang === 'zh-CN'");
    browser.click("button.button-main");
    browser.wait("return document.querySelectorAll('.hit').length > 3");
    browser.click(".hit .cell-act a");
    browser.wait("return !!document.querySelector('.drawer')");
    browser.click("#unit-1 .choose");
    browser.click("#unit-2 .choose");
    browser.click("[data-compare]");
    browser.wait(
        "return location.pathname.endsWith('/compare') && document.querySelectorAll('.differs').length > 0",
    );
    browser.click(".crumbs a");
    browser.click(".saved summary");
    browser.type_into("[name=filter_name]", "Adults");
    browser.click(".saved .button");
    browser.wait("return document.querySelectorAll('.saved-list li').length === 1");
    browser.type_into("#scan", "Z9999\u{e007}");
    browser.wait("return location.pathname === '/find'");
    browser.click(".me summary");
    browser.click(".me-menu a[href='/sign-in']");
    browser.wait("return location.pathname === '/sign-in'");
    browser.type_into("[name=staff_number]", "T0001");
    browser.type_into("[name=password]", "not this one");
    browser.click("button.button-main");
    browser.wait("return document.querySelector('[role=alert]').innerText.includes('4')");
    assert_eq!(unexpected(&browser), Vec::<String>::new());
}

fn with_lang(demonstration: &Demonstration, page: &Page, lang: &str) -> String {
    let mark = if page.address.contains('?') { '&' } else { '?' };
    demonstration.at(&format!("{}{mark}lang={lang}", page.address))
}

/// axe-core, which is not part of this project: `QIDAI_AXE`, or where `.ci/run` put it.
fn checker() -> Option<String> {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/axe-core/axe.min.js");
    let file = std::env::var_os("QIDAI_AXE").map_or(usual, PathBuf::from);
    let source = std::fs::read_to_string(&file).ok();
    if source.is_none() {
        eprintln!("skipped: the accessibility checker axe-core is not at {} (see .ci/run)", file.display());
    }
    source
}

/// The page at both widths in both themes.
fn looked_at(browser: &Browser, page: &Page, lang: &str, with_checker: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for width in WIDTHS {
        browser.size(width, 900);
        for theme in THEMES {
            browser.scheme(theme);
            let mut found = strings(&browser.run(include_str!("browser/contrast.js")));
            // Themes differ in colours only.
            if theme == THEMES[0] {
                found.extend(strings(&browser.run(include_str!("browser/checks.js"))));
            }
            if with_checker {
                let rules = if theme == THEMES[0] { "null" } else { "['color-contrast']" };
                found.extend(strings(
                    &browser.run(&format!("const only = {rules}; {}", include_str!("browser/axe.js"))),
                ));
            }
            let case = format!("{} {lang} {width} {theme}", page.name);
            keep(&format!("{}.png", case.replace(' ', "-")), || browser.picture());
            wrong.extend(found.into_iter().map(|what| format!("{case}: {what}")));
        }
    }
    browser.scheme(THEMES[0]);
    wrong
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}")).clone();
    list.into_iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// On A4, each sheet says that the data are synthetic.
fn on_paper(browser: &Browser, page: &Page, lang: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    let paper = browser.paper();
    std::fs::write(&file, &paper).unwrap();
    keep(&format!("{}-{lang}-paper.pdf", page.name), || paper);
    let Ok(text) = Command::new("pdftotext").arg(&file).arg("-").output() else {
        eprintln!("skipped: pdftotext is not installed (Debian: apt-get install poppler-utils)");
        return Vec::new();
    };
    let text = String::from_utf8(text.stdout).unwrap();
    let said = if lang == "en" { "All data are synthetic" } else { "合成" };
    let sheets = text.trim_end_matches('\u{c}').split('\u{c}').enumerate();
    let silent = sheets.filter(|(_, sheet)| !sheet.contains(said));
    silent.map(|(at, _)| format!("{} {lang}: sheet {} does not say \"{said}\"", page.name, at + 1)).collect()
}

/// The language switch keeps the page and its state.
fn switched(browser: &Browser, page: &Page) -> Vec<String> {
    let here = "return location.pathname + decodeURIComponent(location.search.replace(/[?&]lang=[^&]*/, ''))";
    let before = browser.run(here);
    browser.run("document.querySelector('.switch a, .switch button').click()");
    browser.wait("return document.readyState === 'complete' && document.documentElement.lang === 'en'");
    let after = browser.run(here);
    // What was typed is kept under an address of its own.
    let is_form = after.as_str().unwrap().starts_with("/search/") && matches!(page.name, "start" | "search");
    if before == after || is_form {
        Vec::new()
    } else {
        vec![format!("{}: {before} became {after}", page.name)]
    }
}

/// Chromium itself notes that a page was answered with 404 or 422, which some of the list are.
fn unexpected(browser: &Browser) -> Vec<String> {
    browser.complaints().into_iter().filter(|said| !said.contains("status of 4")).collect()
}

fn keep(name: &str, content: impl FnOnce() -> Vec<u8>) {
    if let Some(folder) = std::env::var_os("QIDAI_PICTURES") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(name), content()).unwrap();
    }
}
