//! Health histories and temperature traces: what answers and readings come to.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

use jiff::tz::TimeZone;
use qidai_bank::{Answer, Outcome, Window, answers, judge, readings, rule_set};

/// Rows of a table, without its remarks and its header.
fn rows(text: &'static str, cells: usize) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    lines.map(move |line| {
        let row: Vec<&str> = line.split('\t').collect();
        assert_eq!(row.len(), cells, "{line}");
        assert!(!row[cells - 1].is_empty(), "no source: {line}");
        row
    })
}

/// Everything in order, with some answers changed.
fn evaluated(changed: &str) -> (Outcome, Vec<&'static str>) {
    let set = rule_set("tzuchi_2008_v1").expect("carried");
    let changed: Vec<(&str, &str)> =
        changed.split(',').filter_map(|pair| pair.trim().split_once('=')).collect();
    let lines: Vec<String> = set
        .questions
        .iter()
        .filter_map(|one| {
            let usual = match one.code {
                "hospital_agrees" | "healthy_pregnancy" => "yes",
                "amniotic_normal" => "-",
                _ => "no",
            };
            let given =
                changed.iter().find(|(code, _)| *code == one.code).map_or(usual, |(_, answer)| *answer);
            (given != "-").then(|| format!("{}: {given}", one.code))
        })
        .collect();
    set.evaluate(&answers(set, &lines.join("\n")).expect("answers"))
}

#[test]
fn what_a_health_history_comes_to() {
    let mut count = 0;
    for row in rows(include_str!("cases/questionnaire.tsv"), 4) {
        let (outcome, because) = evaluated(row[0]);
        assert_eq!(outcome.code(), row[1], "{}", row[0]);
        assert_eq!(because.join(","), row[2], "{}", row[0]);
        count += 1;
    }
    assert!(count >= 12, "{count}");
    assert_eq!(Answer::parse("未知"), Some(Answer::Unknown));
}

#[test]
fn a_line_that_is_no_answer_is_named() {
    let set = rule_set("tzuchi_2008_v1").expect("carried");
    let told = answers(
        set,
        "hepatitis_b: no\nhepatitis_x: no\ntattoo_12_months\nhepatitis_b: yes\nsurrogate: maybe",
    );
    let told: Vec<String> = told.expect_err("wrong").into_iter().map(|problem| problem.reason).collect();
    assert_eq!(
        told,
        [
            "line 2: tzuchi_2008_v1 has no question 'hepatitis_x'",
            "line 3: 'tattoo_12_months' has no colon",
            "line 4: hepatitis_b is answered twice",
            "line 5: 'maybe' is no answer",
        ]
    );
}

#[test]
fn what_a_temperature_trace_comes_to() {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let window = Window { lowest_tenths: 40, highest_tenths: 240, gap_minutes: 60 };
    for row in rows(include_str!("cases/temperature_trace.tsv"), 7) {
        let text = row[0].replace(" / ", "\n");
        let read = match readings(&text, &zone) {
            Ok(read) => read,
            Err(problems) => {
                let told = problems[0].reason.as_str();
                assert!(row[1] == "refused" && told.contains(row[2]), "{}: {told}", row[0]);
                continue;
            }
        };
        let judged = judge(&read, window);
        let found = [
            judged.verdict.to_owned(),
            judged.lowest_tenths.to_string(),
            judged.highest_tenths.to_string(),
            judged.minutes_outside.to_string(),
            judged.longest_gap_minutes.to_string(),
        ];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), row[1..6], "{}", row[0]);
    }
}
