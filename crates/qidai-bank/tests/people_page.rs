//! The tables of `docs/people.md` are written from the tables of the program.

#![allow(clippy::expect_used, reason = "a broken expectation fails the test")]

use std::path::Path;

use qidai_bank::{Meaning, Permission, Purpose, Role, role};

/// Everything between these two lines is written by this test.
fn section(name: &str) -> (String, String) {
    (format!("<!-- {name}: written by a test -->\n"), format!("<!-- end of {name} -->\n"))
}

fn roles() -> String {
    let mut text = String::from("| role | 中文 | permissions |\n|---|---|---|\n");
    for role in Role::all() {
        let permissions: Vec<&str> =
            Permission::all().filter(|permission| role.may(*permission)).map(Permission::code).collect();
        text.push_str(&format!("| `{}` | {} | {} |\n", role.code(), role.labels().0, permissions.join(", ")));
    }
    text
}

fn permissions() -> String {
    let mut text = String::from("| permission | 中文 | English | roles |\n|---|---|---|---|\n");
    for (permission, roles) in role::TABLE {
        let (zh, en) = permission.labels();
        let roles: Vec<&str> = roles.iter().map(|role| role.code()).collect();
        text.push_str(&format!("| `{}` | {zh} | {en} | {} |\n", permission.code(), roles.join(", ")));
    }
    text
}

fn purposes() -> String {
    let mut text = String::from("| purpose | 中文 | whose data | opened by |\n|---|---|---|---|\n");
    for purpose in Purpose::all() {
        let kinds: Vec<&str> = purpose.kinds().iter().map(|kind| kind.code()).collect();
        let roles: Vec<&str> = purpose.roles().iter().map(|role| role.code()).collect();
        let (zh, _) = purpose.labels();
        text.push_str(&format!(
            "| `{}` | {zh} | {} | {} |\n",
            purpose.code(),
            kinds.join(", "),
            roles.join(", ")
        ));
    }
    text
}

fn meanings() -> String {
    let mut text = String::from("| meaning | 中文 | English |\n|---|---|---|\n");
    for meaning in Meaning::all() {
        let (zh, en) = meaning.labels();
        text.push_str(&format!("| `{}` | {zh} | {en} |\n", meaning.code()));
    }
    text
}

/// The page with its tables as the program has them.
fn renewed(page: &str) -> String {
    let mut page = page.to_owned();
    for (name, table) in [
        ("roles", roles()),
        ("permissions", permissions()),
        ("purposes", purposes()),
        ("meanings", meanings()),
    ] {
        let (begin, end) = section(name);
        let (front, rest) = page.split_once(&begin).expect(&begin);
        let (_, back) = rest.split_once(&end).expect(&end);
        page = format!("{front}{begin}\n{table}\n{end}{back}");
    }
    page
}

#[test]
fn tables_of_the_page_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/people.md");
    let page = std::fs::read_to_string(&path).expect("docs/people.md");
    if std::env::var_os("QIDAI_WRITE_DOCS").is_some() {
        std::fs::write(&path, renewed(&page)).expect("written");
        return;
    }
    assert!(page == renewed(&page), "docs/people.md is old: run this test once with QIDAI_WRITE_DOCS=1");
}

/// Numbers that the page quotes.
#[test]
fn numbers_of_the_page_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/people.md");
    let page = std::fs::read_to_string(path).expect("docs/people.md");
    for sentence in [
        format!("at least {} characters", qidai_bank::PASSWORD_LENGTH_MIN),
        format!("{} minutes without a request", qidai_bank::IDLE_MINUTES),
        format!("{} hours after", qidai_bank::ABSOLUTE_HOURS),
        format!("can be used once, within {} hours", qidai_bank::LINK_HOURS),
        format!("for {} hours", qidai_bank::EMERGENCY_HOURS),
        format!("at most {} days", qidai_bank::API_TOKEN_DAYS),
        format!("{} wrong attempts in a row cost nothing", qidai_bank::FREE_FAILURES),
        format!("the next costs {} seconds", qidai_bank::FIRST_WAIT_SECONDS),
    ] {
        assert!(page.contains(&sentence), "docs/people.md does not say: {sentence}");
    }
}
