//! Figures as a table for people and as JSON for programs.

use std::fmt::Write as _;

use qidai_bank::{FigureAnswer, Figures, Late, Part};
use serde_json::{Value, json};

use crate::words::{Words, thousands};

/// Digits of a hash that a person compares by eye; JSON has all of them.
const HASH_SHOWN: usize = 16;

/// Late rows that a person reads at once; JSON has more of them, `--late` all.
const LATE_ROWS_SHOWN: usize = 5;

/// A list with one entry for each figure.
pub(super) fn json(figures: &Figures) -> String {
    let list: Vec<Value> = figures.answers.iter().map(|answer| entry(answer, figures)).collect();
    format!("{:#}", Value::Array(list))
}

fn entry(answer: &FigureAnswer, figures: &Figures) -> Value {
    let moment = &figures.moment;
    let mut entry = json!({
        "figure": answer.number,
        "query": answer.query,
        "value": answer.value,
        "rows": answer.rows,
        "hash": answer.hash,
        "version": answer.version,
        "as_of": moment.as_of.to_string(),
        "known_at": moment.known_at,
        "zone": moment.zone,
    });
    if let Some(missing) = answer.missing {
        entry["missing"] = missing.into();
    }
    if !answer.beside.is_empty() {
        let beside = answer.beside.iter().map(|(code, value)| ((*code).to_owned(), Value::from(*value)));
        entry["beside"] = Value::Object(beside.collect());
    }
    if !answer.parts.is_empty() {
        entry["parts"] = answer.parts.iter().map(part).collect();
    }
    if let Some(late) = &answer.late {
        entry["late"] = late_entry(late);
    }
    entry
}

fn part(part: &Part) -> Value {
    json!({ "bank_type": part.bank_type.code(), "status": part.status.code(), "value": part.value })
}

fn late_entry(late: &Late) -> Value {
    let first = late.first.iter().map(|row| json!({ "change": row.change.code(), "row": row.cells }));
    json!({
        "value_without": late.value_without,
        "added": late.added,
        "removed": late.removed,
        "changed": late.changed,
        "first": first.collect::<Vec<_>>(),
    })
}

/// One paragraph for each figure, under the day and the number that belong to all of them.
pub(super) fn table(figures: &Figures, w: &Words) -> String {
    let moment = &figures.moment;
    let mut text = format!(
        "{} {} ({}) · {} {}\n",
        w.t("board-as-of"),
        moment.as_of,
        moment.zone,
        w.t("board-known-at"),
        moment.known_at
    );
    for answer in &figures.answers {
        text.push('\n');
        paragraph(answer, w, &mut text);
    }
    text
}

fn paragraph(answer: &FigureAnswer, w: &Words, text: &mut String) {
    let key = |front: &str| format!("figure-{front}-{}", answer.number);
    let name = w.find(&key("name"), &[]).unwrap_or_else(|| answer.query.to_owned());
    let value = match answer.value {
        Some(value) => format!("{} {}", shown(value), w.find(&key("unit"), &[]).unwrap_or_default()),
        None => w.t("figure-none"),
    };
    let missing = answer.missing.map(|setting| w.t1(missing_key(setting), "setting", setting));
    let missing = missing.map(|missing| format!(" ({missing})")).unwrap_or_default();
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{}  {name}: {}{missing}", answer.number, value.trim_end());
    for (code, value) in &answer.beside {
        let _ = writeln!(text, "    {:>11}  {}", shown(*value), w.t(&format!("figure-beside-{code}")));
    }
    for part in &answer.parts {
        let bank = w.t(&format!("bank-{}", part.bank_type.code()));
        let status = w.t(&format!("status-{}", part.status.code()));
        let _ = writeln!(text, "    {:>11}  {bank} · {status}", shown(part.value));
    }
    let hash: String = answer.hash.chars().take(HASH_SHOWN).collect();
    let rows = w.t1("figure-rows", "rows", answer.rows as f64);
    let _ = writeln!(text, "    {}@{} · {rows} · sha256 {hash}…", answer.query, answer.version);
    if let Some(late) = answer.late.as_ref().filter(|late| !late.is_empty()) {
        late_lines(answer.value, late, w, text);
    }
}

/// What is missing is a setting, or something to be a share of.
fn missing_key(missing: &str) -> &'static str {
    if missing == "issued_units" { "figure-missing-issued" } else { "figure-missing" }
}

fn late_lines(value: Option<i64>, late: &Late, w: &Words, text: &mut String) {
    let values = [
        ("added", (late.added as f64).into()),
        ("removed", (late.removed as f64).into()),
        ("changed", (late.changed as f64).into()),
    ];
    let [without, with] = [late.value_without, value].map(|value| value.map_or("?".to_owned(), shown));
    let _ = writeln!(text, "    △ {without} → {with}: {}", w.say("figure-late", &values));
    for row in late.first.iter().take(LATE_ROWS_SHOWN) {
        let _ = writeln!(text, "      {}  {}", row.change.code(), row.cells.join(" "));
    }
}

fn shown(value: i64) -> String {
    thousands(&value.to_string())
}
